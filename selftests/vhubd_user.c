// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a hub that vhubd is, found by its name: libvhub's calls, rights, faults
 *
 *	a --- |vhubd| --- b
 *
 * Needs no module.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tools/libvhub/netlink.h"
#include "../tools/libvhub/vhub.h"
#include "vhubd_test.h"

#define DIR	"/run/vhub/" HUB
#define BURST	64

FIXTURE(user) {
	struct vhubd d;
	struct vhub *a;
	struct vhub *b;
};

static struct vhub *open_port(uint32_t flags)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = flags,
	};
	struct vhub *v;

	return vhub_open(&v, HUB, &options) ? NULL : v;
}

FIXTURE_SETUP(user)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, vhubd_start(&self->d, "--user", NULL));
	self->a = open_port(0);
	ASSERT_NE(NULL, self->a);
	self->b = open_port(VHUB_OPEN_NONBLOCK);
	ASSERT_NE(NULL, self->b);
	/* Else it may be a port after what is sent to it. */
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected") == 2));
}

FIXTURE_TEARDOWN(user)
{
	vhub_close(self->a);
	vhub_close(self->b);
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(DIR, F_OK));
}

static int send_one(struct vhub *v, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	make_frame(frame, len, seed);
	return vhub_send(v, frame, len);
}

static bool gets(struct vhub *v, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	return vhub_wait(v, LIMIT_MS) == 1 &&
	       vhub_recv(v, frame, sizeof(frame)) == (ssize_t)len &&
	       is_frame(frame, len, seed);
}

static bool is_readable(const struct vhub *v, int timeout)
{
	struct pollfd pfd = { .fd = vhub_fd(v), .events = POLLIN };

	return poll(&pfd, 1, timeout) == 1;
}

TEST_F(user, frames_of_every_size_pass)
{
	static const size_t sizes[] = {
		14, 59, 60, 1514, 9014, 32764, 32765, 65535, VHUB_FRAME_MAX
	};
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		EXPECT_EQ(0, send_one(self->a, sizes[i], i));
		EXPECT_TRUE(gets(self->b, sizes[i], i)) {
			TH_LOG("%zu bytes", sizes[i]);
		}
		EXPECT_EQ(0, send_one(self->b, sizes[i], i));
		EXPECT_TRUE(gets(self->a, sizes[i], i));
	}
}

TEST_F(user, frames_that_are_none_are_refused)
{
	EXPECT_EQ(-EINVAL, send_one(self->a, 13, 1));
	EXPECT_EQ(-EMSGSIZE, send_one(self->a, VHUB_FRAME_MAX + 1, 1));
	EXPECT_EQ(0, send_one(self->a, 60, 2));
	EXPECT_TRUE(gets(self->b, 60, 2));
}

/* Each of another length, of which the largest take several buffers. */
static int send_burst(struct vhub *v)
{
	static unsigned char bytes[BURST][4096];
	struct vhub_frame frames[BURST];
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		frames[i].data = bytes[i];
		frames[i].len = 60 + 61 * i;
		make_frame(bytes[i], frames[i].len, i);
	}
	return vhub_send_batch(v, frames, BURST);
}

/* Returns how many came as they were sent. */
static unsigned int recv_burst(struct vhub *v, unsigned int at_once)
{
	struct vhub_frame frames[BURST];
	unsigned int count = 0;
	int i, n;

	while (count < BURST && vhub_wait(v, LIMIT_MS) == 1) {
		n = vhub_recv_batch(v, frames, at_once);
		for (i = 0; i < n; i++, count++)
			if (frames[i].len != 60 + 61 * count ||
			    !is_frame(frames[i].data, frames[i].len, count))
				return count;
		if (n > 0)
			vhub_release(v, n);
	}
	return count;
}

TEST_F(user, bursts_pass_in_order)
{
	static const unsigned int at_once[] = { 1, 7, BURST };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(BURST, send_burst(self->a));
		EXPECT_EQ(BURST, recv_burst(self->b, at_once[i]));
		EXPECT_EQ(-EAGAIN, vhub_recv(self->b, NULL, 0));
	}
}

TEST_F(user, buffers_that_are_queued_are_sent)
{
	struct vhub_frame frames[2];

	ASSERT_EQ(2, vhub_tx_get(self->a, frames, 2));
	frames[0].len = make_frame(frames[0].data, 60, 1);
	frames[1].len = make_frame(frames[1].data, 1514, 2);
	EXPECT_EQ(0, vhub_tx_put(self->a, frames, 2));
	EXPECT_EQ(0, vhub_wait(self->b, 0));
	EXPECT_EQ(0, vhub_flush(self->a));
	EXPECT_TRUE(gets(self->b, 60, 1));
	EXPECT_TRUE(gets(self->b, 1514, 2));
}

/* As plugins need it, who do not know when somebody sleeps. */
TEST_F(user, poll_says_whether_there_is_more)
{
	unsigned char frame[FRAME_ROOM];
	unsigned int i;

	EXPECT_FALSE(is_readable(self->b, 0));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, send_one(self->a, 60 + i, i));
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(is_readable(self->b, LIMIT_MS));
		EXPECT_EQ(60 + i, vhub_recv(self->b, frame, sizeof(frame)));
		EXPECT_TRUE(is_frame(frame, 60 + i, i));
	}
	EXPECT_FALSE(is_readable(self->b, 0));
	EXPECT_EQ(-EAGAIN, vhub_recv(self->b, frame, sizeof(frame)));
}

/* Also of what was read together with what was wanted. */
TEST_F(user, arm_says_whether_there_is_more)
{
	struct vhub_frame frames[2];

	EXPECT_EQ(0, vhub_arm(self->b));
	EXPECT_EQ(BURST, send_burst(self->a));
	EXPECT_TRUE(is_readable(self->b, LIMIT_MS));
	/* All are there once the last of them has come to the other one. */
	EXPECT_EQ(0, send_one(self->b, 60, 1));
	EXPECT_TRUE(gets(self->a, 60, 1));
	EXPECT_EQ(2, vhub_recv_batch(self->b, frames, 2));
	EXPECT_EQ(0, vhub_release(self->b, 2));
	EXPECT_FALSE(is_readable(self->b, 0));
	EXPECT_EQ(1, vhub_arm(self->b));
}

/* Neither for a hub that is stopped nor for a receiver that does not read. */
TEST_F(user, sender_never_waits)
{
	unsigned int i;

	kill(self->d.pid, SIGSTOP);
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(0, send_one(self->a, 1514, i));
	kill(self->d.pid, SIGCONT);
	for (i = 0; i < 20000; i++)
		EXPECT_EQ(0, send_one(self->a, 1514, i));
	EXPECT_EQ(0, send_one(self->b, 60, 1));
	EXPECT_TRUE(gets(self->a, 60, 1));
}

/* Lets the hub go on once the test sleeps. */
static void continue_hub(pid_t test, pid_t hub)
{
	wait_until(is_asleep(test));
	kill(hub, SIGCONT);
	_exit(0);
}

/* More than a socket holds, less than what waits at the hub for one that does not
 * read. Returns how many came to @to.
 */
static unsigned int burst_at_stopped_hub(struct vhubd *d, struct vhub *from,
					 struct vhub *to)
{
	unsigned char frame[FRAME_ROOM];
	unsigned int i, n = 0;
	pid_t test = getpid();

	kill(d->pid, SIGSTOP);
	if (!fork())
		continue_hub(test, d->pid);
	for (i = 0; i < 200; i++)
		send_one(from, 1514, i);
	/* Should it not have slept. */
	kill(d->pid, SIGCONT);
	wait(NULL);
	do {
		i = send_one(from, 60, 0);
	} while (!i && vhub_wait(to, 100) == 0);
	while (vhub_wait(to, LIMIT_MS) == 1 &&
	       vhub_recv(to, frame, sizeof(frame)) == 1514)
		n++;
	/* What is behind is another time's. */
	while (vhub_recv(to, frame, sizeof(frame)) > 0)
		;
	return n;
}

/* How soon it has its turn is the machine's affair: it may try again. */
TEST_F(user, sender_waits_for_the_hub_to_have_its_turn)
{
	EXPECT_TRUE(wait_until(burst_at_stopped_hub(&self->d, self->a,
						    self->b) == 200));
}

/* More frames are there by the time the hub runs. What it was told to be, it
 * stays.
 */
TEST_F(user, hub_does_not_push_senders_off_the_processor)
{
	const struct sched_param param = { .sched_priority = 0 };
	struct vhubd idle;

	EXPECT_EQ(SCHED_BATCH, sched_getscheduler(self->d.pid));
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_IDLE, &param));
	ASSERT_EQ(0, vhubd_start(&idle, "--user", NULL));
	EXPECT_EQ(SCHED_IDLE, sched_getscheduler(idle.pid));
	EXPECT_EQ(0, vhubd_stop(&idle));
}

TEST_F(user, hub_that_goes_is_an_error_and_no_wait)
{
	unsigned char frame[FRAME_ROOM];

	EXPECT_EQ(0, send_one(self->a, 60, 1));
	EXPECT_EQ(1, vhub_wait(self->b, LIMIT_MS));
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	EXPECT_TRUE(gets(self->b, 60, 1));
	EXPECT_EQ(-ENODEV, vhub_recv(self->a, frame, sizeof(frame)));
	EXPECT_EQ(-ENODEV, vhub_wait(self->a, -1));
	EXPECT_EQ(1, vhub_arm(self->a));
	EXPECT_EQ(-ENODEV, vhub_recv(self->b, frame, sizeof(frame)));
	EXPECT_EQ(-ENODEV, send_one(self->a, 60, 1));
	EXPECT_EQ(-ENODEV, send_one(self->b, 60, 1));
	EXPECT_NE(0, vhub_open(&self->a, HUB, NULL));

	/* What was left behind is no obstacle. */
	EXPECT_EQ(0, access(DIR "/stream", F_OK));
	vhub_close(self->a);
	vhub_close(self->b);
	EXPECT_EQ(0, vhubd_start(&self->d, "--user", NULL));
	self->a = open_port(0);
	self->b = open_port(VHUB_OPEN_NONBLOCK);
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected") == 2));
	EXPECT_EQ(0, send_one(self->a, 60, 1));
	EXPECT_TRUE(gets(self->b, 60, 1));
}

TEST_F(user, what_a_process_has_not)
{
	struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_RINGS,
	};
	struct vhub *v;

	EXPECT_EQ(-EOPNOTSUPP, vhub_open(&v, HUB, &options));
	options.flags = 0;
	options.vnet_hdr_size = 12;
	EXPECT_EQ(-EOPNOTSUPP, vhub_open(&v, HUB, &options));
	options.vnet_hdr_size = 0;
	options.flags = VHUB_OPEN_KERNEL;
	EXPECT_NE(0, vhub_open(&v, HUB, &options));
	EXPECT_NE(-EOPNOTSUPP, vhub_open(&v, HUB, &options));
	EXPECT_NE(0, vhub_open(&v, "../vhub/" HUB, NULL));
	EXPECT_FALSE(vhub_has_rings(self->a));
	EXPECT_EQ(VHUB_RIGHT_RECV | VHUB_RIGHT_SEND, vhub_rights(self->a));
}

TEST_F(user, one_hub_of_a_name)
{
	struct vhubd second;

	EXPECT_EQ(1, vhubd_start_as(&second, HUB, "--user", NULL));
	EXPECT_EQ(1, vhubd_said(&second, "vhubd: there is a hub \"" HUB
				"\" in /run/vhub already: another vhubd is it\n"));
	EXPECT_EQ(0, send_one(self->a, 60, 1));
	EXPECT_TRUE(gets(self->b, 60, 1));
}

static int try_open(void *unused)
{
	struct vhub *v;
	int ret = vhub_open(&v, HUB, NULL);

	(void)unused;
	if (!ret)
		vhub_close(v);
	return ret;
}

#define NOBODYS	"hub \"" HUB "\", which is a vhubd of user root"

/* Whether the sentence about it is the right one, attaching or asking. */
static int try_explain(void *unused)
{
	char attach[VHUB_SENTENCE_SIZE], ask[VHUB_SENTENCE_SIZE];
	struct vhub_hub_info info;
	struct vhub_nl nl = { 0 };

	(void)unused;
	vhub_explain_attach(try_open(NULL), HUB, attach);
	vhub_explain_nl(&nl, vhub_hub_get(&nl, HUB, &info), HUB, ask);
	vhub_nl_close(&nl);
	return strcmp(attach, "no permission to attach to " NOBODYS) ||
	       strcmp(ask, "no permission to ask " NOBODYS);
}

TEST_F(user, who_has_no_right_is_told_so)
{
	EXPECT_EQ(0, run_as(65534, 65534, 65534, try_explain, NULL));
}

TEST_F(user, rights_are_modes_of_files)
{
	EXPECT_EQ(0, run_as(0, 0, 0, try_open, NULL));
	EXPECT_EQ(-EACCES, run_as(65534, 65534, 65534, try_open, NULL));
	vhub_close(self->a);
	vhub_close(self->b);
	EXPECT_EQ(0, vhubd_stop(&self->d));

	EXPECT_EQ(0, vhubd_start(&self->d, "--user", "--group=12", NULL));
	EXPECT_EQ(-EACCES, run_as(65534, 65534, 65534, try_open, NULL));
	EXPECT_EQ(0, run_as(65534, 65534, 12, try_open, NULL));
	EXPECT_EQ(0, vhubd_stop(&self->d));

	EXPECT_EQ(0, vhubd_start(&self->d, "--user", "--mode=0606", NULL));
	EXPECT_EQ(0, run_as(65534, 65534, 65534, try_open, NULL));
	self->a = open_port(0);
	self->b = open_port(0);
}

TEST_HARNESS_MAIN
