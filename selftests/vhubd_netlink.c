// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - netlink of a hub that vhubd is: the kernel's answers, rights, and clients
 * that are hostile, too many or too slow
 *
 *	test --- netlink, events |vhubd| --- a, of libvhub
 *
 * Needs no module.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../tools/libvhub/netlink.h"
#include "../tools/libvhub/vhub.h"
#include "vhub_bad.h"
#include "vhubd_ask.h"
#include "vhubd_test.h"

#define CLIENTS		64	/* that each of the sockets takes */
#define MANY		10000	/* addresses: more than a socket has room for */
#define ROUNDS		20000	/* of random messages */
#define FLOOD		5000	/* frames: more than a socket has room for */
#define GROWTH		8192	/* KiB that vhubd may grow by, whatever comes */

FIXTURE(nl) {
	struct vhubd d;
	struct vhub *a;
	int sk;
	__u16 family;
	char sentence[256];
};

/* Does the hub still answer? */
static bool answers_others(void)
{
	struct vhub_hub_info hub;
	struct vhub_nl nl = { 0 };

	return !vhub_hub_get(&nl, HUB, &hub) && hub.kind == VHUB_HUB_KIND_USER;
}

FIXTURE_SETUP(nl)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.label = "first",
	};

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, vhubd_start_as(&self->d, HUB, "--user", "--mode=0666",
				    NULL));
	ASSERT_EQ(0, vhub_open(&self->a, HUB, &options));
	self->sk = seq_connect("netlink");
	ASSERT_LE(0, self->sk);
	ASSERT_EQ(0, family_of(self->sk, VHUB_FAMILY_NAME, &self->family));
}

FIXTURE_TEARDOWN(nl)
{
	vhub_close(self->a);
	close(self->sk);
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(DIR, F_OK));
}

/* Answers ---------------------------------------------------------------------- */

TEST_F(nl, bad_requests_are_refused_as_by_the_kernel)
{
	const struct bad_request *bad;
	const struct attr *attr;
	char buf[REQUEST_MAX];
	struct nlmsghdr *nlh;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_requests); i++) {
		bad = &bad_requests[i];
		memset(buf, 0, sizeof(buf));
		nlh = begin(buf, self->family, bad->cmd, bad->flags);
		for (attr = bad->attrs; attr->kind != NONE; attr++)
			put_attr(nlh, attr);
		EXPECT_EQ(bad->user ? bad->user : bad->error,
			  ask(self->sk, nlh, self->sentence, NULL, NULL)) {
			TH_LOG("%s: %s", bad->what, self->sentence);
		}
		EXPECT_STRNE("", self->sentence) {
			TH_LOG("%s", bad->what);
		}
	}
}

TEST_F(nl, unknown_families_and_commands_are_refused)
{
	char buf[REQUEST_MAX] = "";
	__u16 id;

	EXPECT_EQ(-ENOENT, family_of(self->sk, "nothing", &id));
	EXPECT_EQ(0, family_of(self->sk, "nlctrl", &id));
	EXPECT_EQ(GENL_ID_CTRL, id);
	EXPECT_EQ(-ENOENT, ask(self->sk, begin(buf, 999, 1, 0),
			       self->sentence, NULL, NULL));
	EXPECT_EQ(-EOPNOTSUPP, ask(self->sk, begin(buf, self->family, 99, 0),
				   self->sentence, NULL, NULL));
	EXPECT_EQ(-EOPNOTSUPP,
		  ask(self->sk, begin(buf, self->family, VHUB_CMD_HUB_SET,
				      NLM_F_DUMP), self->sentence, NULL,
		      NULL));
	EXPECT_STRNE("", self->sentence);
}

TEST_F(nl, port_has_number_label_and_counters)
{
	unsigned char frame[FRAME_ROOM];
	struct vhub_port_info info;
	size_t len = make_frame(frame, 60, 1);

	EXPECT_EQ(1, vhub_port(self->a));
	EXPECT_EQ(0, vhub_send(self->a, frame, len));
	EXPECT_TRUE(wait_until(!vhub_info(self->a, &info) &&
			       info.drops[VHUB_A_DROPS_NO_RECEIVER] == 1));
	EXPECT_STREQ("first", info.label);
	EXPECT_STREQ(HUB, info.hub_name);
	EXPECT_EQ(1, info.number);
	EXPECT_EQ(VHUB_PORT_KIND_FD, info.kind);
	EXPECT_EQ(getpid(), info.pid);
	EXPECT_EQ(VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV |
		  VHUB_PORT_FLAG_LINK, info.flags);
}

/* Sends until a frame has to wait for @to, and the hub has had all that was sent.
 */
static bool fills(struct vhub *from, struct vhub *to)
{
	struct vhub_port_info sent, got = { 0 };
	unsigned char frame[FRAME_ROOM];
	unsigned int i;

	make_frame(frame, 1514, 1);
	for (i = 0; i < FLOOD && !got.queued; i++)
		if (vhub_send(from, frame, 1514) || vhub_info(to, &got))
			return false;
	return wait_until(!vhub_info(from, &sent) && !vhub_info(to, &got) &&
			  got.queued &&
			  got.rx_frames + got.queued == sent.tx_frames);
}

/* All that is there. */
static void drain(struct vhub *v)
{
	unsigned char frame[FRAME_ROOM];

	while (vhub_recv(v, frame, sizeof(frame)) > 0)
		;
}

TEST_F(nl, port_shows_how_many_frames_wait)
{
	const struct vhub_port_set off = { .has = 1U << VHUB_A_PORT_LINK };
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK,
	};
	struct vhub_port_info info = { 0 };
	struct vhub_nl nl = { 0 };
	struct vhub *b;

	ASSERT_EQ(0, vhub_open(&b, HUB, &options));
	ASSERT_TRUE(wait_until(!vhub_info(b, &info)));
	EXPECT_EQ(0, info.queued);
	EXPECT_TRUE(fills(self->a, b));
	EXPECT_TRUE(wait_until((drain(b), !vhub_info(b, &info)) &&
			       !info.queued));
	EXPECT_TRUE(fills(self->a, b));
	EXPECT_EQ(0, vhub_port_set(&nl, HUB, info.number, &off));
	EXPECT_EQ(0, vhub_info(b, &info));
	EXPECT_EQ(0, info.queued);
	vhub_close(b);
}

TEST_F(nl, cable_that_is_pulled_carries_nothing)
{
	const struct vhub_port_set off = { .has = 1U << VHUB_A_PORT_LINK };
	const struct vhub_port_set on = { off.has, .link = true };
	unsigned char frame[FRAME_ROOM];
	struct vhub_port_info info;
	struct vhub_nl nl = { 0 };
	struct vhub *b;

	ASSERT_EQ(0, vhub_open(&b, HUB, NULL));
	EXPECT_EQ(0, vhub_port_set(&nl, HUB, 1, &off));
	make_frame(frame, 60, 1);
	EXPECT_EQ(0, vhub_send(self->a, frame, 60));
	EXPECT_EQ(0, vhub_send(b, frame, 60));
	EXPECT_TRUE(wait_until(!vhub_info(self->a, &info) &&
			       info.drops[VHUB_A_DROPS_NO_LINK] == 2));
	EXPECT_EQ(0, info.tx_frames);
	EXPECT_EQ(0, info.rx_frames);
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_LINK);

	EXPECT_EQ(0, vhub_port_set(&nl, HUB, 1, &on));
	EXPECT_EQ(0, vhub_send(b, frame, 60));
	EXPECT_EQ(1, vhub_wait(self->a, LIMIT_MS));
	vhub_close(b);
}

TEST_F(nl, port_that_is_deleted_ends)
{
	struct vhub_port_info info;
	struct vhub_nl nl = { 0 };
	char byte;

	EXPECT_EQ(-ENOENT, vhub_port_del(&nl, HUB, 2));
	EXPECT_EQ(0, vhub_port_del(&nl, HUB, 1));
	EXPECT_EQ(-ENOENT, vhub_port_get(&nl, HUB, 1, &info));
	EXPECT_EQ(-ENODEV, vhub_recv(self->a, &byte, 1));
	EXPECT_EQ(-ENODEV, vhub_info(self->a, &info));
}

TEST_F(nl, hub_that_is_deleted_is_gone_at_once)
{
	struct vhub_hub_info hub;
	struct vhub_nl nl = { 0 };

	EXPECT_EQ(0, vhub_hub_del(&nl, HUB));
	EXPECT_EQ(-1, access(DIR, F_OK));
	EXPECT_NE(0, vhub_hub_get(&nl, HUB, &hub));
}

/* Rights ----------------------------------------------------------------------- */

static int job_set(void *arg)
{
	struct vhub_nl nl = { 0 };

	return vhub_hub_change(&nl, HUB, arg);
}

static int job_look(void *arg)
{
	struct vhub_hub_info hub;
	struct vhub_nl nl = { 0 };

	(void)arg;
	return vhub_hub_get(&nl, HUB, &hub);
}

static int job_del(void *arg)
{
	struct vhub_nl nl = { 0 };

	return vhub_hub_del(&nl, arg);
}

TEST_F(nl, changes_are_for_owner_and_root)
{
	struct vhub_hub_set set = {
		.has = 1U << VHUB_A_HUB_OWNER,
		.owner = 1234,
	};

	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_look, NULL));
	EXPECT_EQ(-EPERM, run_as(65534, 65534, 65534, job_set, &set));
	EXPECT_EQ(-EPERM, run_as(65534, 65534, 65534, job_del, HUB));
	EXPECT_EQ(0, job_set(&set));

	/* Its owner may not give it away, nor to a group it is not in. */
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_set, &set));
	set.has = 1U << VHUB_A_HUB_GROUP;
	set.group = 77;
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_set, &set));
	EXPECT_EQ(0, run_as(1234, 1234, 77, job_set, &set));
	set.has = 1U << VHUB_A_HUB_PERM;
	set.perm = 0;
	EXPECT_EQ(0, run_as(1234, 1234, 1234, job_set, &set));
	EXPECT_EQ(-EACCES, run_as(65534, 65534, 65534, job_look, NULL));
	/* It has not shut itself out. */
	set.perm = 0666;
	EXPECT_EQ(0, run_as(1234, 1234, 1234, job_set, &set));
	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_look, NULL));
}

/* Hostile clients ---------------------------------------------------------------- */

/* Most of it looks like a message of the family, so that it gets far. */
static size_t make_noise(unsigned char *buf, __u16 family)
{
	size_t len = random() % 256, i;
	struct nlmsghdr *nlh = (void *)buf;
	struct genlmsghdr *genl = (void *)(nlh + 1);

	for (i = 0; i < len; i++)
		buf[i] = random();
	if (random() % 8 && len >= sizeof(*nlh) + sizeof(*genl)) {
		nlh->nlmsg_len = random() % 4 ? len : random() % 300;
		nlh->nlmsg_type = random() % 8 ? family : random() % 32;
		nlh->nlmsg_flags = NLM_F_REQUEST | random() % 8;
		/* All but the one that ends it. */
		genl->cmd = random() % VHUB_CMD_HUB_DEL;
		if (len > 24)
			buf[20] = random() % 48;
		buf[21] = 0;
		buf[22] = random() % 16;
		buf[23] = 0;
	}
	return len;
}

TEST_F(nl, noise_does_no_harm)
{
	unsigned char buf[RECORD] __attribute__((aligned(8)));
	long before = vhubd_memory(&self->d);
	unsigned int i;
	size_t len;

	srandom(1);
	for (i = 0; i < ROUNDS; i++) {
		len = make_noise(buf, self->family);
		/* It may have ended a connection to which nothing was sent. */
		if (send(self->sk, buf, len, MSG_NOSIGNAL) < 0 || !len) {
			close(self->sk);
			self->sk = seq_connect("netlink");
			ASSERT_LE(0, self->sk);
		}
		while (recv(self->sk, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			;
	}
	EXPECT_TRUE(answers_others());
	EXPECT_GT(before + GROWTH, vhubd_memory(&self->d));
}

TEST_F(nl, lengths_that_lie_are_passed_over)
{
	static const __u32 lengths[] = {
		0, 1, 15, 17, 19, 21, 24, 4096, 0x7fffffff, 0xffffffff,
	};
	char buf[64] = "";
	struct nlmsghdr *nlh = (void *)buf;
	unsigned int i;
	__u16 id;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		begin(buf, self->family, VHUB_CMD_HUB_GET, 0);
		nlh->nlmsg_len = lengths[i];
		nlh->nlmsg_flags = 0;
		EXPECT_EQ(20, send(self->sk, buf, 20, MSG_NOSIGNAL));
		EXPECT_EQ(0, family_of(self->sk, VHUB_FAMILY_NAME, &id)) {
			TH_LOG("length %u", lengths[i]);
		}
	}
}

TEST_F(nl, request_that_is_too_long_is_refused)
{
	char buf[2 * REQUEST_MAX] = "";
	struct nlmsghdr *nlh = begin(buf, self->family, VHUB_CMD_HUB_GET, 0);

	nlh->nlmsg_len = sizeof(buf);
	EXPECT_EQ(-EMSGSIZE, ask(self->sk, nlh, self->sentence, NULL, NULL));
	EXPECT_STREQ("A request has up to 8192 bytes", self->sentence);
	EXPECT_TRUE(answers_others());
}

TEST_F(nl, all_requests_of_a_record_are_answered)
{
	char buf[REQUEST_MAX] = "";
	unsigned int i, n = 100;

	for (i = 0; i < n; i++)
		begin(buf + i * 20, self->family, VHUB_CMD_HUB_GET,
		      i % 2 ? NLM_F_DUMP : 0);
	EXPECT_EQ(n * 20, send(self->sk, buf, n * 20, 0));
	for (i = 0; i < n; i++)
		EXPECT_EQ(i % 2 ? 0 : -EINVAL,
			  answers(self->sk, self->sentence, NULL, NULL));
}

TEST_F(nl, clients_are_so_many_and_no_more)
{
	static const char *const names[] = { "netlink", "events" };
	int sk[CLIENTS], more, i, n;
	unsigned int j;

	for (j = 0; j < 2; j++) {
		/* One of the first kind is there already. */
		n = j ? CLIENTS : CLIENTS - 1;
		for (i = 0; i < n; i++) {
			sk[i] = seq_connect(names[j]);
			EXPECT_LE(0, sk[i]);
		}
		more = seq_connect(names[j]);
		EXPECT_TRUE(gets_end(more));
		close(more);
		EXPECT_EQ(j + 1, vhubd_said(&self->d, "a client is refused: there are too many"));
		for (i = 0; i < n; i++)
			close(sk[i]);
		EXPECT_TRUE(wait_until(answers_others()));
	}
}

/* Slow ones ---------------------------------------------------------------------- */

static int become_switch(__u32 mode)
{
	struct vhub_hub_set set = {
		.has = 1U << VHUB_A_HUB_MODE,
		.mode = mode,
	};

	return job_set(&set);
}

/* Frames from so many addresses. */
static void send_from_many(struct vhub *v)
{
	unsigned char frame[FRAME_ROOM];
	struct vhub_port_info info;
	unsigned int i;

	make_frame(frame, 60, 1);
	for (i = 0; i < MANY; i++) {
		frame[6] = 2;
		frame[10] = i >> 8;
		frame[11] = i;
		vhub_send(v, frame, 60);
		/* Else there is no room for some. */
		if (i % 64 == 63)
			wait_until(!vhub_info(v, &info) &&
				   info.drops[VHUB_A_DROPS_NO_RECEIVER] == i + 1);
	}
	wait_until(!vhub_info(v, &info) && info.addresses == MANY);
}

TEST_F(nl, dump_waits_for_its_reader_and_others_do_not)
{
	char buf[64] = "";
	int count = 0;

	ASSERT_EQ(0, become_switch(VHUB_HUB_MODE_SWITCH));
	send_from_many(self->a);
	begin(buf, self->family, VHUB_CMD_FDB_GET, NLM_F_DUMP);
	EXPECT_EQ(20, send(self->sk, buf, 20, 0));
	EXPECT_TRUE(answers_others());
	EXPECT_EQ(0, answers(self->sk, self->sentence, count_one, &count));
	EXPECT_EQ(MANY, count);
	/* Who does not read at all, and goes. */
	EXPECT_EQ(20, send(self->sk, buf, 20, 0));
	EXPECT_TRUE(answers_others());
}

static bool is_overrun(const void *buf)
{
	return ((const struct nlmsghdr *)buf)->nlmsg_type == NLMSG_OVERRUN;
}

TEST_F(nl, slow_listener_loses_events_and_is_told)
{
	int sk = seq_connect("events"), quick = seq_connect("events"), n = 0;
	char buf[RECORD];
	long before;

	ASSERT_LE(0, sk);
	close(quick);
	ASSERT_EQ(0, become_switch(VHUB_HUB_MODE_SWITCH));
	before = vhubd_memory(&self->d);
	send_from_many(self->a);
	EXPECT_TRUE(answers_others());
	EXPECT_GT(before + GROWTH, vhubd_memory(&self->d));
	do {
		n++;
		ASSERT_LT(0, recv(sk, buf, sizeof(buf), 0));
	} while (!is_overrun(buf));
	EXPECT_LT(1, n);
	EXPECT_GT(MANY, n);

	/* From then on it hears again. */
	EXPECT_EQ(0, become_switch(VHUB_HUB_MODE_HUB));
	EXPECT_LT(0, recv(sk, buf, sizeof(buf), 0));
	EXPECT_FALSE(is_overrun(buf));
	close(sk);
}

static int take_event(const struct vhub_event *event, void *data)
{
	struct vhub_event *last = data;

	*last = *event;
	return 0;
}

TEST_F(nl, listener_hears_of_ports_and_of_the_end)
{
	struct vhub_event event = { 0 };
	struct vhub_nl nl = { 0 };
	struct vhub *b;

	ASSERT_EQ(0, vhub_event_open(&nl));
	ASSERT_EQ(0, vhub_open(&b, HUB, NULL));
	while (event.cmd != VHUB_CMD_PORT_NTF)
		ASSERT_EQ(0, vhub_event_next(&nl, true, take_event, &event));
	EXPECT_EQ(2, event.port.number);
	EXPECT_EQ(0, event.port.pid);
	vhub_close(b);
	while (event.cmd != VHUB_CMD_PORT_DEL_NTF)
		ASSERT_EQ(0, vhub_event_next(&nl, true, take_event, &event));
	EXPECT_EQ(2, event.port.number);

	/* Also of one that says nothing. */
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	while (event.cmd != VHUB_CMD_HUB_DEL_NTF)
		ASSERT_EQ(0, vhub_event_next(&nl, true, take_event, &event));
	EXPECT_STREQ(HUB, event.hub.name);

	/* And of the next one. */
	ASSERT_EQ(0, vhubd_start_as(&self->d, HUB, "--user", NULL));
	while (event.cmd != VHUB_CMD_HUB_NTF)
		ASSERT_EQ(0, vhub_event_next(&nl, true, take_event, &event));
	EXPECT_STREQ(HUB, event.hub.name);
	vhub_nl_close(&nl);
}

TEST_HARNESS_MAIN
