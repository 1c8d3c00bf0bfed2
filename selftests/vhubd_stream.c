// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhubd's links by stream socket: QEMU's format, and peers that break it
 *
 *	watch --- vhubd --- one --- clients of what is tested
 *
 * "watch" is a link of its own, whose other end the test holds.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "vhubd_test.h"

#define CLIENTS		100
#define GARBAGE		300
#define WAITING		600	/* frames of a burst that has to fit */
#define BOUND_KIB	4096	/* of memory, rings and all; 18 MB pass by */

FIXTURE(stream) {
	struct vhubd d;
	int watch[2];
	char watch_link[32];
	char dir[32];
};

FIXTURE_VARIANT(stream) {
	const char *mode;
};

FIXTURE_VARIANT_ADD(stream, user) { .mode = "--user" };
FIXTURE_VARIANT_ADD(stream, kernel) { .mode = "--kernel" };

FIXTURE_SETUP(stream)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	if (!strcmp(variant->mode, "--kernel"))
		ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	strcpy(self->dir, "/tmp/vhubd-test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

/* Nothing that was done ends it, and it leaves nothing behind. */
FIXTURE_TEARDOWN(stream)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(0, rmdir(self->dir));
}

/* Starts vhubd with "watch" and this link; its end of "watch" is closed here,
 * and so comes to an end with it.
 */
#define start(...) ({							\
	int _ret = vhubd_start(&self->d, variant->mode,			\
			       self->watch_link, __VA_ARGS__, NULL);	\
									\
	close(self->watch[1]);						\
	_ret;								\
})

#define WATCH	(self->watch[0])

#define TEXT	160

static char *text_of(char text[TEXT], const char *form, ...)
{
	va_list ap;

	va_start(ap, form);
	vsnprintf(text, TEXT, form, ap);
	va_end(ap);
	return text;
}

/* A connection is a port as soon as frames come out of it. */
static int plugged(int watch, int fd, unsigned int seed)
{
	if (fd < 0 || put_stream(fd, 60, seed) || !gets_stream(watch, 60, seed))
		return -EPIPE;
	return fd;
}

/* Clients that are no more. */
static int count_gone(const struct vhubd *d)
{
	return vhubd_said(d, "has hung up") + vhubd_said(d, "onnection reset") +
	       vhubd_said(d, "does not send frames");
}

TEST_F(stream, listen_makes_each_client_a_port)
{
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int a, b;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	a = plugged(WATCH, tcp_connect(port), 1);
	ASSERT_LE(0, a);
	b = plugged(WATCH, tcp_connect(port), 2);
	ASSERT_LE(0, b);
	EXPECT_TRUE(gets_stream(a, 60, 2));

	EXPECT_EQ(0, put_stream(a, 1514, 3));
	EXPECT_TRUE(gets_stream(b, 1514, 3));
	EXPECT_TRUE(gets_stream(WATCH, 1514, 3));
	EXPECT_EQ(0, put_stream(WATCH, 14, 4));
	EXPECT_TRUE(gets_stream(a, 14, 4));
	EXPECT_TRUE(gets_stream(b, 14, 4));
	EXPECT_TRUE(is_silent(a));
	EXPECT_TRUE(is_silent(b));
	EXPECT_TRUE(is_silent(WATCH));

	close(a);
	EXPECT_EQ(0, put_stream(b, 60, 5));
	EXPECT_TRUE(gets_stream(WATCH, 60, 5));
}

TEST_F(stream, frames_of_all_sizes_pass_both_ways)
{
	static const size_t sizes[] = {
		14, 59, 60, 1514, 1518, 9014, 32768, 65535, VHUB_FRAME_MAX
	};
	char link[32];
	int pair[2];
	size_t i;

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, start(link));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, put_stream(pair[0], sizes[i], i));
		EXPECT_TRUE(gets_stream(WATCH, sizes[i], i));
		EXPECT_EQ(0, put_stream(WATCH, sizes[i], i + 100));
		EXPECT_TRUE(gets_stream(pair[0], sizes[i], i + 100));
	}
}

/* Bytes of three frames; their seeds begin at @seed. */
static size_t three_frames(unsigned char *bytes, unsigned int seed)
{
	static const size_t sizes[] = { 60, 14, 1514 };
	size_t at = 0, i;
	uint32_t head;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		head = htonl(sizes[i]);
		memcpy(bytes + at, &head, sizeof(head));
		make_frame(bytes + at + LENGTH_HEAD, sizes[i], seed + i);
		at += LENGTH_HEAD + sizes[i];
	}
	return at;
}

static bool gets_three(int fd, unsigned int seed)
{
	return gets_stream(fd, 60, seed) && gets_stream(fd, 14, seed + 1) &&
	       gets_stream(fd, 1514, seed + 2);
}

TEST_F(stream, where_reads_end_does_not_matter)
{
	unsigned char bytes[4096];
	char link[32];
	int pair[2];
	size_t n, i;

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, start(link));
	n = three_frames(bytes, 0);
	EXPECT_EQ(0, put_bytes(pair[0], bytes, n));
	EXPECT_TRUE(gets_three(WATCH, 0));
	/* In two parts, split anywhere. What the first part holds comes first,
	 * so the parts are read apart.
	 */
	for (i = 1; i < 90; i++) {
		n = three_frames(bytes, i);
		EXPECT_EQ(0, put_bytes(pair[0], bytes, i));
		if (i >= 64)
			EXPECT_TRUE(gets_stream(WATCH, 60, i));
		if (i >= 64 + 18)
			EXPECT_TRUE(gets_stream(WATCH, 14, i + 1));
		EXPECT_EQ(0, put_bytes(pair[0], bytes + i, n - i));
		if (i < 64)
			EXPECT_TRUE(gets_stream(WATCH, 60, i));
		if (i < 64 + 18)
			EXPECT_TRUE(gets_stream(WATCH, 14, i + 1));
		EXPECT_TRUE(gets_stream(WATCH, 1514, i + 2));
	}
	for (i = 0; i < n; i++)
		EXPECT_EQ(0, put_bytes(pair[0], bytes + i, 1));
	EXPECT_TRUE(gets_three(WATCH, 89));
}

TEST_F(stream, lengths_that_are_no_frames_are_counted)
{
	unsigned char bytes[LENGTH_MAX] = { 0 };
	char link[32];
	int pair[2];

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, start(link));
	EXPECT_EQ(0, put_length(pair[0], 0));
	EXPECT_EQ(0, put_length(pair[0], 13));
	EXPECT_EQ(0, put_bytes(pair[0], bytes, 13));
	EXPECT_EQ(0, put_length(pair[0], VHUB_FRAME_MAX + 1));
	EXPECT_EQ(0, put_bytes(pair[0], bytes, VHUB_FRAME_MAX + 1));
	EXPECT_EQ(0, put_length(pair[0], LENGTH_MAX));
	EXPECT_EQ(0, put_bytes(pair[0], bytes, LENGTH_MAX));
	EXPECT_EQ(0, put_stream(pair[0], 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	EXPECT_EQ(2, vhubd_count(&self->d, link, "short"));
	EXPECT_EQ(2, vhubd_count(&self->d, link, "long"));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "tx_frames"));
}

TEST_F(stream, a_length_that_cannot_be_ends_the_connection)
{
	static const unsigned int lengths[] = {
		LENGTH_MAX + 1, 1U << 31, 0xffffffff, 0x47455420
	};
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int a, b;
	size_t i;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	a = plugged(WATCH, tcp_connect(port), 1);
	ASSERT_LE(0, a);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		b = tcp_connect(port);
		EXPECT_EQ(0, put_stream(b, 60, i));
		EXPECT_EQ(0, put_length(b, lengths[i]));
		EXPECT_TRUE(gets_end(b));
		close(b);
		/* What came before it is a frame all the same. */
		EXPECT_TRUE(gets_stream(WATCH, 60, i));
		EXPECT_TRUE(gets_stream(a, 60, i));
	}
	EXPECT_EQ(0, put_stream(a, 60, 9));
	EXPECT_TRUE(gets_stream(WATCH, 60, 9));
}

/* More than all queues hold, in bursts that any of them holds. */
#define STALL_FRAMES	2000
#define STALL_SIZE	9014
#define STALL_BURST	20

/* Sends all that; it arrives at @watch, whoever else does not read. */
static bool outruns(int fd, int watch)
{
	unsigned int n;
	int ret = 0;

	for (n = 0; n < STALL_FRAMES && !ret; n++) {
		ret = put_stream(fd, STALL_SIZE, n);
		if ((n + 1) % STALL_BURST)
			continue;
		for (unsigned int i = n + 1 - STALL_BURST; i <= n; i++)
			if (!gets_stream(watch, STALL_SIZE, i))
				return false;
	}
	return !ret;
}

/* Reads a frame; as long as there is none, has small ones sent. Return: its
 * length.
 */
static ssize_t reads_frame(int fd, int watch, unsigned char *frame)
{
	uint32_t head;

	while (is_silent(fd)) {
		put_stream(watch, 14, 3);
		sched_yield();
	}
	if (recv(fd, &head, sizeof(head), MSG_WAITALL) != sizeof(head) ||
	    ntohl(head) > FRAME_ROOM)
		return -EIO;
	return recv(fd, frame, ntohl(head), MSG_WAITALL);
}

TEST_F_TIMEOUT(stream, a_client_that_stalls_loses_frames_alone, 120)
{
	unsigned int port = free_port(SOCK_STREAM), i, n;
	unsigned char frame[FRAME_ROOM];
	unsigned int last = 0;
	char link[TEXT];
	long memory;
	int slow;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	slow = tcp_connect(port);
	ASSERT_EQ(0, put_stream(slow, 60, 1));
	ASSERT_TRUE(gets_stream(WATCH, 60, 1));
	i = tcp_connect(port);
	ASSERT_EQ(i, plugged(WATCH, i, 2));
	ASSERT_TRUE(gets_stream(slow, 60, 2));
	memory = vhubd_memory(&self->d);
	ASSERT_TRUE(outruns(i, WATCH));
	EXPECT_GT(memory + BOUND_KIB, vhubd_memory(&self->d));

	/* What it gets now is whole, in order, and not all there was. */
	n = 0;
	while (reads_frame(slow, WATCH, frame) == STALL_SIZE) {
		n++;
		while (!is_frame(frame, STALL_SIZE, last))
			ASSERT_GT(STALL_FRAMES, last++);
	}
	EXPECT_GT(STALL_FRAMES, n);
	EXPECT_LT(10, n);
}

/* A burst that comes while a reader does something else is kept for it. */
TEST_F(stream, bursts_wait_for_a_reader)
{
	char link[32];
	int pair[2], i;

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, start(link));
	for (i = 0; i < WAITING; i++)
		ASSERT_EQ(0, put_stream(pair[0], 1514, i));
	ASSERT_TRUE(wait_until(vhubd_count(&self->d, link, "tx_frames") ==
			       WAITING));
	for (i = 0; i < WAITING; i++)
		ASSERT_TRUE(gets_stream(WATCH, 1514, i));
	EXPECT_TRUE(is_silent(WATCH));
}

TEST_F(stream, half_a_frame_hurts_nobody)
{
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int a, b;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	a = tcp_connect(port);
	ASSERT_EQ(0, put_length(a, 1000));
	ASSERT_EQ(0, put_bytes(a, "half", 4));
	b = plugged(WATCH, tcp_connect(port), 1);
	ASSERT_LE(0, b);
	EXPECT_TRUE(gets_stream(a, 60, 1));
	close(a);
	EXPECT_TRUE(wait_until(count_gone(&self->d) == 1));
	EXPECT_EQ(0, put_stream(b, 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_TRUE(is_silent(WATCH));
}

TEST_F_TIMEOUT(stream, many_clients_with_garbage_leave_nothing, 120)
{
	unsigned int port = free_port(SOCK_STREAM);
	char garbage[512], link[TEXT];
	int fd, i;
	long memory;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	fd = plugged(WATCH, tcp_connect(port), 1);
	close(fd);
	memory = vhubd_memory(&self->d);
	memset(garbage, 'x', sizeof(garbage));
	for (i = 0; i < GARBAGE; i++) {
		fd = tcp_connect(port);
		ASSERT_LE(0, fd);
		/* A length that is possible, and part of a frame. */
		if (i % 3)
			put_length(fd, 60000);
		put_bytes(fd, garbage, sizeof(garbage));
		close(fd);
	}
	fd = plugged(WATCH, tcp_connect(port), 2);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected") ==
			       GARBAGE + 2));
	EXPECT_TRUE(wait_until(count_gone(&self->d) == GARBAGE + 1));
	EXPECT_GT(memory + BOUND_KIB, vhubd_memory(&self->d));
}

TEST_F(stream, a_hundred_clients_hear_each_other)
{
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int fd[CLIENTS], i, j;

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u", port)));
	for (i = 0; i < CLIENTS; i++) {
		fd[i] = plugged(WATCH, tcp_connect(port), i);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_EQ(0, put_stream(fd[CLIENTS - 1], 60, CLIENTS));
	for (i = 0; i < CLIENTS - 1; i++)
		for (j = i + 1; j <= CLIENTS; j++)
			ASSERT_TRUE(gets_stream(fd[i], 60, j));
}

TEST_F(stream, no_more_clients_than_are_allowed)
{
	unsigned int port = free_port(SOCK_STREAM);
	int a, b, c, i;
	char link[TEXT];

	ASSERT_EQ(0, start(text_of(link, "socket,listen=127.0.0.1:%u,clients=2",
				   port)));
	a = plugged(WATCH, tcp_connect(port), 1);
	b = plugged(WATCH, tcp_connect(port), 2);
	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	for (i = 0; i < 5; i++) {
		c = tcp_connect(port);
		EXPECT_TRUE(gets_end(c));
		close(c);
	}
	EXPECT_EQ(1, vhubd_said(&self->d, "refused: there are too many"));
	close(a);
	EXPECT_TRUE(wait_until(count_gone(&self->d) == 1));
	c = plugged(WATCH, tcp_connect(port), 3);
	EXPECT_LE(0, c);
	/* A new happening is said anew. */
	i = tcp_connect(port);
	EXPECT_TRUE(gets_end(i));
	EXPECT_EQ(2, vhubd_said(&self->d, "refused: there are too many"));
}

TEST_F(stream, no_files_left)
{
	const struct rlimit few = { 24, 24 };
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int fd[24], i;

	text_of(link, "socket,listen=127.0.0.1:%u", port);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, prlimit(self->d.pid, RLIMIT_NOFILE, &few, NULL));
	for (i = 0; i < 24; i++) {
		fd[i] = tcp_connect(port);
		ASSERT_LE(0, fd[i]);
	}
	EXPECT_TRUE(wait_until(vhubd_said(&self->d,
					  "has to wait: Too many open files")));
	EXPECT_EQ(0, put_stream(fd[0], 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	/* Those that had no room are taken when there is some, by themselves. */
	for (i = 0; i < 23; i++)
		close(fd[i]);
	EXPECT_EQ(0, put_stream(fd[23], 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	/* Not for each of them, but when one had been taken in between. */
	EXPECT_GE(6, vhubd_said(&self->d, "Too many open files"));
	EXPECT_EQ(0, vhubd_said(&self->d, "refused"));
}

TEST_F(stream, connect_comes_back_by_itself)
{
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT];
	int sock, fd, round;

	text_of(link, "socket,connect=127.0.0.1:%u", port);
	ASSERT_EQ(0, start(link));
	/* Nobody is there yet. */
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "next try in 2 s")));
	EXPECT_EQ(1, vhubd_said(&self->d, "; trying again"));
	EXPECT_EQ(0, vhubd_count(&self->d, link, "rx_frames"));
	EXPECT_EQ(0, put_stream(WATCH, 60, 99));
	sock = tcp_listen(&port);
	ASSERT_LE(0, sock);
	for (round = 0; round < 2; round++) {
		fd = accept_one(sock);
		ASSERT_LE(0, fd);
		EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected") ==
				       round + 1));
		/* What was sent while nobody was there is no frame of now. */
		EXPECT_EQ(0, put_stream(WATCH, 60, round));
		EXPECT_TRUE(gets_stream(fd, 60, round));
		EXPECT_EQ(0, put_stream(fd, 60, round + 10));
		EXPECT_TRUE(gets_stream(WATCH, 60, round + 10));
		close(fd);
	}
	close(sock);
	/* Once for each happening, however often it tries. */
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "; trying again") == 3));
	EXPECT_EQ(2, count_gone(&self->d));
}

TEST_F(stream, the_port_stays_while_the_peer_is_away)
{
	unsigned int port = 0;
	int sock = tcp_listen(&port), fd;
	struct port_info info = { 0 };
	char link[TEXT];

	ASSERT_LE(0, sock);
	text_of(link, "socket,connect=127.0.0.1:%u", port);
	ASSERT_EQ(0, start(link));
	fd = accept_one(sock);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, put_stream(fd, 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	close(fd);
	EXPECT_TRUE(wait_until(count_gone(&self->d)));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "tx_frames"));
	if (!strcmp(variant->mode, "--kernel")) {
		EXPECT_EQ(0, port_get(HUB, 2, &info));
		EXPECT_EQ(1, info.tx_frames);
		EXPECT_EQ(0, strncmp(link, info.label, VHUB_LABEL_MAX));
	}
	close(sock);
}

TEST_F(stream, unix_sockets_by_path)
{
	char link[TEXT], path[TEXT];
	struct vhubd other;
	int a, b;

	text_of(path, "%s/sock", self->dir);
	text_of(link, "stream,server=on,addr.type=unix,addr.path=%s", path);
	ASSERT_EQ(0, start(link));
	a = plugged(WATCH, unix_connect(path), 1);
	ASSERT_LE(0, a);
	/* One that is in use is not taken away from whoever uses it. */
	EXPECT_EQ(1, vhubd_start(&other, variant->mode, link, NULL));
	EXPECT_EQ(1, vhubd_said(&other, "Address already in use"));
	b = plugged(WATCH, unix_connect(path), 2);
	EXPECT_LE(0, b);
	EXPECT_TRUE(gets_stream(a, 60, 2));

	/* One that was left behind is. */
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	EXPECT_EQ(0, access(path, F_OK));
	EXPECT_EQ(0, vhubd_start(&self->d, variant->mode, link, NULL));
	a = unix_connect(path);
	EXPECT_LE(0, a);
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(path, F_OK));
}

TEST_F(stream, unix_sockets_that_are_abstract)
{
	char server[TEXT], client[TEXT], path[TEXT];
	int pair[2];
	char link[32];
	struct vhubd other;

	text_of(path, "@%s", self->dir);
	text_of(server, "stream,server=on,addr.type=unix,addr.abstract=on,addr.path=%s",
		self->dir);
	text_of(client, "stream,server=off,addr.type=unix,addr.abstract=on,addr.path=%s",
		self->dir);
	ASSERT_EQ(0, start(server));
	ASSERT_LE(0, plugged(WATCH, unix_connect(path), 1));
	/* Two hubs, joined by that socket. */
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, vhubd_start(&other, "--user", link, client, NULL));
	EXPECT_TRUE(wait_until(vhubd_said(&other, ": connected")));
	EXPECT_EQ(0, put_stream(pair[0], 1514, 2));
	EXPECT_TRUE(gets_stream(WATCH, 1514, 2));
	EXPECT_EQ(0, put_stream(WATCH, 1514, 3));
	EXPECT_TRUE(gets_stream(pair[0], 1514, 3));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_F(stream, inet_addresses_in_qemus_long_form)
{
	unsigned int port = free_port(SOCK_STREAM);
	char server[TEXT], client[TEXT], link[32];
	struct vhubd other;
	int pair[2];

	snprintf(server, sizeof(server),
		 "stream,id=n0,server=on,addr.type=inet,addr.host=::1,addr.port=%u,addr.numeric=on",
		 port);
	text_of(client, "stream,addr.type=inet,addr.host=localhost,addr.port=%u,addr.ipv6=on",
		port);
	ASSERT_EQ(0, start(server));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	ASSERT_EQ(0, vhubd_start(&other, "--user", link, client, NULL));
	EXPECT_TRUE(wait_until(vhubd_said(&other, ": connected")));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "stream [::1]:")));
	EXPECT_EQ(0, put_stream(pair[0], 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_F(stream, a_socket_that_listens_already)
{
	unsigned int port = 0;
	int sock = tcp_listen(&port);
	char link[TEXT];

	ASSERT_LE(0, sock);
	fcntl(sock, F_SETFD, 0);
	text_of(link, "stream,server=on,addr.type=fd,addr.str=%d", sock);
	ASSERT_EQ(0, start(link));
	EXPECT_LE(0, plugged(WATCH, tcp_connect(port), 1));
	EXPECT_LE(0, plugged(WATCH, tcp_connect(port), 2));
}

TEST_F_TIMEOUT(stream, one_that_is_stopped_blocks_nobody, 120)
{
	unsigned int port = free_port(SOCK_STREAM);
	char link[TEXT], link2[32];
	struct vhubd other;
	int pair[2], i;

	text_of(link, "socket,listen=127.0.0.1:%u", port);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link2));
	text_of(link, "socket,connect=127.0.0.1:%u", port);
	ASSERT_EQ(0, vhubd_start(&other, "--user", link2, link, NULL));
	EXPECT_TRUE(wait_until(vhubd_said(&other, ": connected")));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected")));
	kill(other.pid, SIGSTOP);
	i = plugged(WATCH, tcp_connect(port), 1);
	ASSERT_LE(0, i);
	ASSERT_TRUE(outruns(i, WATCH));
	kill(other.pid, SIGCONT);
	EXPECT_EQ(0, put_stream(pair[0], 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_TRUE(gets_stream(pair[0], 60, 1));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_HARNESS_MAIN
