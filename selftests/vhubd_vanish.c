// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - peers of TCP links that vanish without a word, and peers that are there but
 * take nothing
 *
 *	watch --- vhubd --- TCP --- peer
 *
 * A peer vanishes when a filter of its socket takes in nothing any more: what comes
 * is not answered, and nothing says so. Needs no module.
 *
 * once: it is all the program's
 */

#include "kselftest_harness.h"

#include <stdlib.h>
#include <unistd.h>

#include <linux/filter.h>

#include "vhubd_test.h"

#define TEXT	256
#define SPACE	" \t\n"
#define QUICK	",addr.keep-alive-idle=1,addr.keep-alive-interval=1,addr.keep-alive-count=1"
#define ROOM	16384		/* of a socket that is not read */
#define FRAMES	1000		/* more than all that waits for it */
#define SIZE	9014
#define ASKED	5		/* times; the last is after 6 s, a timeout is 2 s */

FIXTURE(vanish) {
	struct vhubd d;
	unsigned int port;
	int watch[2];
	int other[2];
	char watch_link[32];
	char other_link[32];
	char link[TEXT];
};

FIXTURE_SETUP(vanish)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->other, self->other_link));
}

FIXTURE_TEARDOWN(vanish)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
}

#define WATCH	(self->watch[0])

/* @server: "on" or "off" */
#define start(server) ({						\
	snprintf(self->link, TEXT,					\
		 "stream,server=%s,addr.type=inet,addr.host=127.0.0.1,addr.port=%u" QUICK, \
		 server, self->port);					\
	vhubd_start(&self->d, "--user", self->watch_link,		\
		    self->other_link, self->link, NULL);		\
})

#define SAID(text, times)						\
	wait_until(vhubd_said(&self->d, text) == (times))

static int vanish(int sk)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = { .len = 1, .filter = &nothing };

	return ret_errno(setsockopt(sk, SOL_SOCKET, SO_ATTACH_FILTER, &program,
				    sizeof(program)));
}

static int come_back(int sk)
{
	int unused = 0;

	return ret_errno(setsockopt(sk, SOL_SOCKET, SO_DETACH_FILTER, &unused,
				    sizeof(unused)));
}

/* To all others, and back. */
static bool passes(int a, int b, unsigned int seed)
{
	return !put_stream(a, 60, seed) && gets_stream(b, 60, seed) &&
	       !put_stream(b, 1514, seed) && gets_stream(a, 1514, seed);
}

/* Whole host: nobody is there for a connection, either. */
static void lose_host(struct __test_metadata *_metadata,
		      FIXTURE_DATA(vanish) *self, bool busy)
{
	int sock = tcp_listen(&self->port), fd, again;

	ASSERT_LE(0, sock);
	ASSERT_EQ(0, start("off"));
	fd = accept_one(sock);
	ASSERT_TRUE(passes(fd, WATCH, 1));
	ASSERT_TRUE(gets_stream(self->other[0], 60, 1));
	ASSERT_TRUE(gets_stream(self->other[0], 1514, 1));
	ASSERT_EQ(0, vanish(sock));
	ASSERT_EQ(0, vanish(fd));
	if (busy)
		EXPECT_EQ(0, put_stream(WATCH, 60, 2));
	EXPECT_TRUE(SAID("Connection timed out; trying again\n", 1));
	/* That holds up nobody. */
	if (busy)
		EXPECT_TRUE(gets_stream(self->other[0], 60, 2));
	EXPECT_TRUE(passes(WATCH, self->other[0], 3));
	EXPECT_EQ(1, vhubd_said(&self->d, ": connected"));
	EXPECT_EQ(0, come_back(sock));
	again = accept_one(sock);
	EXPECT_TRUE(SAID(": connected", 2));
	EXPECT_TRUE(passes(again, WATCH, 4));
	EXPECT_EQ(1, vhubd_said(&self->d, "trying again"));
}

TEST_F(vanish, a_silent_host_is_missed_and_found_again)
{
	lose_host(_metadata, self, false);
}

TEST_F(vanish, so_is_one_that_frames_are_on_the_way_to)
{
	lose_host(_metadata, self, true);
}

TEST_F(vanish, a_client_is_missed)
{
	int fd;

	self->port = free_port(SOCK_STREAM);
	ASSERT_EQ(0, start("on"));
	fd = tcp_connect(self->port);
	ASSERT_TRUE(passes(fd, WATCH, 1));
	ASSERT_EQ(0, vanish(fd));
	EXPECT_TRUE(SAID(": Connection timed out\n", 1));
	fd = tcp_connect(self->port);
	EXPECT_TRUE(passes(fd, WATCH, 2));
}

/* A number of the kernel's, see netstat(8), in this namespace: of two lines one has
 * the names.
 */
static long long net_count(const char *name)
{
	char names[8192], values[8192], *n, *v, *ns, *vs;
	FILE *file = fopen("/proc/thread-self/net/netstat", "re");
	long long ret = -1;

	while (file && ret < 0 && fgets(names, sizeof(names), file) &&
	       fgets(values, sizeof(values), file)) {
		n = strtok_r(names, SPACE, &ns);
		v = strtok_r(values, SPACE, &vs);
		while (n && v && strcmp(n, name)) {
			n = strtok_r(NULL, SPACE, &ns);
			v = strtok_r(NULL, SPACE, &vs);
		}
		if (n && v)
			ret = atoll(v);
	}
	if (file)
		fclose(file);
	return ret;
}

/* One that is stopped. Returns its socket. */
static int stall(struct __test_metadata *_metadata,
		 FIXTURE_DATA(vanish) *self)
{
	int sock = tcp_listen(&self->port), room = ROOM, fd, i;

	ASSERT_LE(0, sock);
	ASSERT_EQ(0, setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room,
				sizeof(room)));
	ASSERT_EQ(0, start("off"));
	fd = accept_one(sock);
	ASSERT_TRUE(passes(fd, WATCH, 1));
	ASSERT_TRUE(gets_stream(self->other[0], 60, 1));
	ASSERT_TRUE(gets_stream(self->other[0], 1514, 1));
	for (i = 0; i < FRAMES; i++) {
		ASSERT_EQ(0, put_stream(WATCH, SIZE, i));
		ASSERT_TRUE(gets_stream(self->other[0], SIZE, i));
	}
	return fd;
}

TEST_F(vanish, one_that_takes_nothing_but_answers_stays)
{
	long long lost, before = net_count("TCPWinProbe");
	int fd = stall(_metadata, self), n, seed = 0;
	unsigned char frame[FRAME_ROOM];
	uint32_t head;

	EXPECT_LE(0, before);
	EXPECT_TRUE(wait_until(net_count("TCPWinProbe") >= before + ASKED));
	/* What there was room for is still there for it. */
	lost = vhubd_count(&self->d, self->link, "full");
	EXPECT_LT(0, lost);
	for (n = 0; n < FRAMES - lost; n++) {
		ASSERT_EQ(sizeof(head), recv(fd, &head, sizeof(head),
					     MSG_WAITALL));
		ASSERT_EQ(SIZE, recv(fd, frame, SIZE, MSG_WAITALL));
		while (!is_frame(frame, SIZE, seed))
			ASSERT_GT(FRAMES, seed++);
	}
	EXPECT_TRUE(passes(fd, WATCH, 2));
}

TEST_F(vanish, one_that_took_nothing_is_missed)
{
	int fd = stall(_metadata, self);

	ASSERT_EQ(0, vanish(fd));
	EXPECT_TRUE(SAID("Connection timed out; trying again\n", 1));
	EXPECT_TRUE(passes(WATCH, self->other[0], 2));
}

TEST_HARNESS_MAIN
