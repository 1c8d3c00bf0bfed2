// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a vhubd that lies, played by the test: libvhub believes it nothing
 *
 * Needs no module.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "../tools/libvhub/netlink.h"
#include "../tools/libvhub/vhub.h"
#include "vhubd_test.h"

#define BASE		"/run/vhub"
#define DIR		BASE "/" HUB
#define FAMILY		32
#define ANSWER_ROOM	1024
#define FILES_MAX	2
#define LONG_FRAME	(VHUB_FRAME_MAX + 1)

/**
 * struct answer - what it says to a request that is not about families
 * @buf: messages, without sequence numbers
 * @len: bytes of that; 0 for a vhubd that hangs up at once
 * @files: how many go with them
 */
struct answer {
	char buf[ANSWER_ROOM];
	size_t len;
	unsigned int files;
};

FIXTURE(liar) {
	int netlink;
	int stream;
	int events;
	pthread_t thread;
	struct answer answer;
};

static void say(int sk, struct answer *answer, unsigned int seq)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(FILES_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { answer->buf, answer->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const int files[FILES_MAX] = { sk, sk };
	struct cmsghdr *cmsg;

	((struct nlmsghdr *)answer->buf)->nlmsg_seq = seq;
	if (answer->files) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(answer->files * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(answer->files * sizeof(int));
		memcpy(CMSG_DATA(cmsg), files, answer->files * sizeof(int));
	}
	sendmsg(sk, &msg, MSG_NOSIGNAL);
}

static struct nlmsghdr *begin(struct answer *answer, uint16_t type, size_t extra)
{
	struct nlmsghdr *nlh;

	memset(answer, 0, sizeof(*answer));
	nlh = mnl_nlmsg_put_header(answer->buf);
	nlh->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(nlh, extra);
	answer->len = nlh->nlmsg_len;
	return nlh;
}

static void make_error(struct answer *answer, int error)
{
	struct nlmsghdr *nlh = begin(answer, NLMSG_ERROR,
				     sizeof(struct nlmsgerr));

	nlh->nlmsg_flags = NLM_F_CAPPED;
	((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error = error;
}

static void say_family(int sk, unsigned int seq)
{
	struct answer answer;
	struct nlmsghdr *nlh = begin(&answer, GENL_ID_CTRL,
				     sizeof(struct genlmsghdr));

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	answer.len = nlh->nlmsg_len;
	say(sk, &answer, seq);
	make_error(&answer, 0);
	say(sk, &answer, seq);
}

/* To one request about families and to one other. */
static void serve(FIXTURE_DATA(liar) *self, int sk)
{
	static char buf[8192];
	const struct nlmsghdr *nlh = (void *)buf;
	struct answer end;

	if (!self->answer.len || recv(sk, buf, sizeof(buf), 0) <= 0)
		return;
	say_family(sk, nlh->nlmsg_seq);
	if (recv(sk, buf, sizeof(buf), 0) <= 0)
		return;
	say(sk, &self->answer, nlh->nlmsg_seq);
	make_error(&end, 0);
	say(sk, &end, nlh->nlmsg_seq);
}

static void *run(void *arg)
{
	FIXTURE_DATA(liar) *self = arg;
	int sk;

	while ((sk = accept(self->netlink, NULL, NULL)) >= 0) {
		serve(self, sk);
		close(sk);
	}
	return NULL;
}

static int listen_at(int type, const char *path)
{
	int fd = unix_bind(type, path);

	return fd >= 0 && listen(fd, 16) ? -errno : fd;
}

/* In a place that nobody else sees. */
static int move(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("liar", "/run", "tmpfs", 0, NULL) ||
	    mkdir(BASE, 0755) || mkdir(DIR, 0700))
		return -errno;
	return new_net();
}

FIXTURE_SETUP(liar)
{
	const struct timeval for_ever = { 0 };

	ASSERT_EQ(0, move());
	self->answer.len = 0;
	self->netlink = listen_at(SOCK_SEQPACKET, DIR "/netlink");
	ASSERT_GE(self->netlink, 0);
	self->events = listen_at(SOCK_SEQPACKET, DIR "/events");
	ASSERT_GE(self->events, 0);
	self->stream = listen_at(SOCK_STREAM, DIR "/stream");
	ASSERT_GE(self->stream, 0);
	/* It is to wait as long as the test takes. */
	ASSERT_EQ(0, setsockopt(self->netlink, SOL_SOCKET, SO_RCVTIMEO,
				&for_ever, sizeof(for_ever)));
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, run, self));
}

FIXTURE_TEARDOWN(liar)
{
	shutdown(self->netlink, SHUT_RDWR);
	EXPECT_EQ(0, pthread_join(self->thread, NULL));
	close(self->netlink);
	close(self->events);
	close(self->stream);
}

static int open_small(struct vhub **v)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK,
		.tx_count = 64,
		.rx_count = 64,
	};

	return vhub_open(v, HUB, &options);
}

static unsigned int count_files(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A good frame, then so long a one, all of whose bytes are there. */
static int put_lie(int fd, unsigned int length)
{
	static const unsigned char zeros[LONG_FRAME];
	int ret = put_stream(fd, 60, 1);

	if (!ret)
		ret = put_length(fd, length);
	return ret ? : put_bytes(fd, zeros, sizeof(zeros));
}

TEST_F(liar, a_length_that_no_frame_has_ends_the_port)
{
	static const unsigned int lengths[] = {
		LONG_FRAME, INT_MAX, 0x80000000, UINT_MAX - 4, UINT_MAX - 3,
		UINT_MAX
	};
	struct vhub_frame frames[8];
	struct vhub *v;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		ASSERT_EQ(0, open_small(&v));
		fd = accept_one(self->stream);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, put_lie(fd, lengths[i]));
		ASSERT_EQ(1, vhub_recv_batch(v, frames, 8));
		EXPECT_TRUE(is_frame(frames[0].data, 60, 1));
		EXPECT_EQ(0, vhub_release(v, 1));
		EXPECT_EQ(-ENODEV, vhub_recv_batch(v, frames, 8));
		EXPECT_EQ(-ENODEV, vhub_wait(v, -1));
		vhub_close(v);
		close(fd);
	}
}

TEST_F(liar, an_error_that_is_none_is_no_success)
{
	static const int errors[] = { 1, INT_MAX, -4096, INT_MIN };
	struct vhub_nl nl = { 0 };
	struct vhub_hub_info hub;
	struct vhub *v;
	unsigned int i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		make_error(&self->answer, errors[i]);
		EXPECT_EQ(-EBADMSG, open_small(&v));
		EXPECT_EQ(-EBADMSG, vhub_hub_get(&nl, HUB, &hub));
	}
	vhub_nl_close(&nl);
	EXPECT_EQ(1, fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

TEST_F(liar, a_sentence_leaves_terminals_alone)
{
	struct vhub_nl nl = { 0 };
	struct vhub_hub_info hub;
	struct nlmsghdr *nlh;

	make_error(&self->answer, -EINVAL);
	nlh = (void *)self->answer.buf;
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG,
			  "a\x1b[2Jb\nc\x7f\xc2\x9b\xc3\xbc");
	self->answer.len = nlh->nlmsg_len;
	EXPECT_EQ(-EINVAL, vhub_hub_get(&nl, HUB, &hub));
	EXPECT_STREQ("a?[2Jb?c???\xc3\xbc", nl.error);
	vhub_nl_close(&nl);
}

TEST_F(liar, of_files_that_come_along_none_is_left)
{
	unsigned int before = count_files();
	struct vhub *v;

	begin(&self->answer, FAMILY, sizeof(struct genlmsghdr));
	self->answer.files = FILES_MAX;
	ASSERT_EQ(0, open_small(&v));
	vhub_close(v);
	/* The vhubd's own goes when it sees that. */
	EXPECT_TRUE(wait_until(count_files() == before));
}

TEST_F(liar, a_message_of_three_gib_is_none)
{
	struct vhub_nl nl = { 0 };
	struct vhub_hub_info hub;
	struct nlmsghdr *nlh;

	nlh = begin(&self->answer, FAMILY, 64);
	nlh->nlmsg_len = 0xc0000000;
	EXPECT_EQ(0, vhub_hub_get(&nl, HUB, &hub));
	EXPECT_EQ(0, hub.has);
	vhub_nl_close(&nl);
}

static int count_event(const struct vhub_event *event, void *data)
{
	unsigned int *gone = data;

	*gone += event->cmd == VHUB_CMD_HUB_DEL_NTF &&
		 !strcmp(event->hub.name, HUB) ? 1 : 100;
	return 0;
}

/* As it is told to the client: that it is @name. */
static void make_hub(struct answer *answer, const char *name)
{
	struct nlmsghdr *nlh = begin(answer, FAMILY, sizeof(struct genlmsghdr));

	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd =
		VHUB_CMD_HUB_NTF;
	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, name);
	answer->len = nlh->nlmsg_len;
}

TEST_F(liar, who_speaks_of_others_is_not_heard_any_more)
{
	struct vhub_nl nl = { 0 };
	unsigned int gone = 0;
	struct answer other;
	int fd;

	make_hub(&self->answer, HUB);
	ASSERT_EQ(0, vhub_event_open(&nl));
	fd = accept_one(self->events);
	ASSERT_GE(fd, 0);
	make_hub(&other, "other");
	say(fd, &other, 0);
	while (!gone)
		ASSERT_EQ(0, vhub_event_next(&nl, true, count_event, &gone));
	EXPECT_EQ(1, gone);
	EXPECT_TRUE(gets_end(fd));
	close(fd);
	vhub_nl_close(&nl);
}

TEST_HARNESS_MAIN
