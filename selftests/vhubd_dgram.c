// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhubd's links by datagrams: UDP, multicast, unix sockets, L2TPv3
 *
 *	watch --- vhubd --- sockets of what is tested
 *
 * "watch" is a link of its own, whose other end the test holds.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "vhubd_test.h"

#define TEXT	256
#define BURST	200		/* frames, more than a unix socket keeps */
#define GROUP	"239.192.0.1"
#define DNS_PORT	53
#define DNS_HEAD	12
#define DNS_A		1	/* the kind of an IPv4 address */

FIXTURE(dgram) {
	struct vhubd d;
	int watch[2];
	char watch_link[32];
	char dir[32];
	char ours[64];
	char theirs[64];
};

FIXTURE_VARIANT(dgram) {
	const char *mode;
};

FIXTURE_VARIANT_ADD(dgram, user) { .mode = "--user" };
FIXTURE_VARIANT_ADD(dgram, kernel) { .mode = "--kernel" };

FIXTURE_SETUP(dgram)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	if (!strcmp(variant->mode, "--kernel"))
		ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	strcpy(self->dir, "/tmp/vhubd-test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->ours, sizeof(self->ours), "%s/vhubd", self->dir);
	snprintf(self->theirs, sizeof(self->theirs), "%s/peer", self->dir);
}

/* Nothing that was done ends it, and it leaves nothing behind. */
FIXTURE_TEARDOWN(dgram)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	unlink(self->theirs);
	EXPECT_EQ(0, rmdir(self->dir));
}

#define WATCH	(self->watch[0])

/* As in vhubd_stream.c. */
#define start(...) ({							\
	int _ret = vhubd_start(&self->d, variant->mode,			\
			       self->watch_link, __VA_ARGS__, NULL);	\
									\
	close(self->watch[1]);						\
	_ret;								\
})

static char *text_of(char text[TEXT], const char *form, ...)
{
	va_list ap;

	va_start(ap, form);
	vsnprintf(text, TEXT, form, ap);
	va_end(ap);
	return text;
}

static int send_to(int fd, unsigned int port, const char *host, size_t len,
		   unsigned int seed)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(host),
	};
	unsigned char frame[FRAME_ROOM];

	make_frame(frame, len, seed);
	if (sendto(fd, frame, len, 0, (struct sockaddr *)&in, sizeof(in)) < 0)
		return -errno;
	return 0;
}

static int send_unix(int fd, const char *path, size_t len, unsigned int seed)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	unsigned char frame[FRAME_ROOM];

	strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
	make_frame(frame, len, seed);
	if (sendto(fd, frame, len, 0, (struct sockaddr *)&un, sizeof(un)) < 0)
		return -errno;
	return 0;
}

static bool gets_dgram(int fd, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	return recv(fd, frame, sizeof(frame), 0) == (ssize_t)len &&
	       is_frame(frame, len, seed);
}

/* UDP ------------------------------------------------------------------------*/

TEST_F(dgram, udp_both_ways)
{
	unsigned int theirs = 0, ours = free_port(SOCK_DGRAM);
	static const size_t sizes[] = { 14, 60, 1514, 9014, 65000 };
	int fd = udp_bind(&theirs);
	char link[TEXT];
	size_t i;

	text_of(link, "socket,udp=127.0.0.1:%u,localaddr=127.0.0.1:%u", theirs,
		ours);
	ASSERT_EQ(0, start(link));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, put_stream(WATCH, sizes[i], i));
		EXPECT_TRUE(gets_dgram(fd, sizes[i], i));
		EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", sizes[i], i + 9));
		EXPECT_TRUE(gets_stream(WATCH, sizes[i], i + 9));
	}
	EXPECT_TRUE(is_silent(fd));
	EXPECT_TRUE(is_silent(WATCH));
}

TEST_F(dgram, udp_without_anybody_there_costs_frames_only)
{
	unsigned int theirs = free_port(SOCK_DGRAM);
	unsigned int ours = free_port(SOCK_DGRAM);
	char link[TEXT];
	int fd, i;

	text_of(link, "dgram,remote.type=inet,remote.host=127.0.0.1,remote.port=%u,local.type=inet,local.host=127.0.0.1,local.port=%u",
		theirs, ours);
	ASSERT_EQ(0, start(link));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(0, put_stream(WATCH, 60, i));
	EXPECT_TRUE(wait_until(vhubd_count(&self->d, link, "rx_frames") == 10));
	fd = udp_bind(&theirs);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, put_stream(WATCH, 60, 10));
	EXPECT_TRUE(gets_dgram(fd, 60, 10));
	EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", 60, 11));
	EXPECT_TRUE(gets_stream(WATCH, 60, 11));
	EXPECT_EQ(0, vhubd_said(&self->d, "trying again"));
}

TEST_F(dgram, udp_by_name)
{
	unsigned int theirs = 0, ours = free_port(SOCK_DGRAM);
	int fd = udp_bind(&theirs);
	char link[TEXT];

	text_of(link, "socket,udp=localhost:%u,localaddr=127.0.0.1:%u", theirs,
		ours);
	ASSERT_EQ(0, start(link));
	/* Until the name is found, frames are lost. */
	EXPECT_TRUE(wait_until(!put_stream(WATCH, 60, 1) && !is_silent(fd)));
	EXPECT_TRUE(gets_dgram(fd, 60, 1));
	EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
}

/* Names are asked for at a server of our own, for as long as we live. */
static int own_name_server(const char *dir)
{
	static const char text[] =
		"nameserver 127.0.0.1\noptions timeout:60 attempts:1\n";
	unsigned int port = DNS_PORT;
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "%s/resolv", dir);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	ret = write_file(path, text);
	if (!ret)
		ret = ret_errno(unshare(CLONE_NEWNS));
	if (!ret)
		ret = ret_errno(mount("none", "/", NULL, MS_REC | MS_PRIVATE,
				      NULL));
	if (!ret)
		ret = ret_errno(mount(path, "/etc/resolv.conf", NULL, MS_BIND,
				      NULL));
	unlink(path);
	return ret < 0 ? ret : udp_bind(&port);
}

/* Answers a question of those that getaddrinfo(3) has: one for an address of IPv4
 * by 127.0.0.1, others by nothing.
 */
static bool answers(int fd, const struct sockaddr_in *to,
		    const unsigned char *query, size_t len)
{
	static const unsigned char address[] = {
		0xc0, DNS_HEAD, 0, DNS_A, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1
	};
	size_t end = DNS_HEAD + strlen((const char *)query + DNS_HEAD) + 5;
	unsigned char reply[TEXT + sizeof(address)];
	bool has = end <= len && query[end - 3] == DNS_A;

	memcpy(reply, query, end);
	reply[2] = 0x81;
	reply[3] = 0x80;
	memset(reply + 6, 0, 6);
	reply[7] = has;
	memcpy(reply + end, address, sizeof(address));
	end += has ? sizeof(address) : 0;
	return sendto(fd, reply, end, 0, (const struct sockaddr *)to,
		      sizeof(*to)) == (ssize_t)end;
}

static bool answers_one(int fd)
{
	unsigned char query[TEXT] = { 0 };
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t len = recvfrom(fd, query, sizeof(query) - 1, 0,
			       (struct sockaddr *)&from, &size);

	return len > DNS_HEAD && answers(fd, &from, query, len);
}

TEST_F(dgram, udp_by_a_name_that_takes_time)
{
	unsigned int theirs = 0, ours = free_port(SOCK_DGRAM);
	int fd = udp_bind(&theirs), server, pair[2];
	char link[TEXT], other[32], byte;

	server = own_name_server(self->dir);
	ASSERT_LE(0, server);
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, other));
	text_of(link, "dgram,remote.type=inet,remote.host=127.0.0.1,remote.port=%u,local.type=inet,local.host=vhub.invalid,local.port=%u",
		theirs, ours);
	ASSERT_EQ(0, start(other, link));
	/* As long as it is asked for, nobody else waits. */
	ASSERT_EQ(1, recv(server, &byte, 1, MSG_PEEK));
	EXPECT_EQ(0, put_stream(WATCH, 60, 1));
	EXPECT_TRUE(gets_stream(pair[0], 60, 1));
	EXPECT_TRUE(answers_one(server));
	EXPECT_TRUE(answers_one(server));
	EXPECT_TRUE(wait_until(!send_to(fd, ours, "127.0.0.1", 60, 2) &&
			       !is_silent(WATCH)));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_EQ(0, put_stream(pair[0], 1514, 3));
	EXPECT_TRUE(gets_dgram(fd, 1514, 3));
	EXPECT_EQ(0, vhubd_said(&self->d, "trying again"));
}

TEST_F(dgram, what_is_no_frame_or_too_big_is_counted)
{
	unsigned int theirs = 0, ours = free_port(SOCK_DGRAM);
	int fd = udp_bind(&theirs);
	char link[TEXT];

	text_of(link, "socket,udp=127.0.0.1:%u,localaddr=127.0.0.1:%u", theirs,
		ours);
	ASSERT_EQ(0, start(link));
	EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", 13, 1));
	EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", 0, 1));
	EXPECT_EQ(0, send_to(fd, ours, "127.0.0.1", 14, 1));
	EXPECT_TRUE(gets_stream(WATCH, 14, 1));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "short"));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "tx_frames"));
	/* No datagram can hold it. */
	EXPECT_EQ(0, put_stream(WATCH, VHUB_FRAME_MAX, 2));
	EXPECT_EQ(0, put_stream(WATCH, 60, 3));
	EXPECT_TRUE(gets_dgram(fd, 60, 3));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "too_big"));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "rx_frames"));
}

/* Multicast ------------------------------------------------------------------*/

/* A member as QEMU is one: all sends come from the group's own port. */
static int join(const char *group, unsigned int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(group),
	};
	const struct ip_mreqn mreq = {
		.imr_multiaddr = in.sin_addr,
		.imr_ifindex = if_nametoindex("lo"),
	};
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof(mreq)))
		return -errno;
	return fd;
}

/* There is no route at all here but those of "lo". */
TEST_F(dgram, mcast_reaches_all_members_but_its_sender)
{
	unsigned int port = free_port(SOCK_DGRAM);
	int a = join(GROUP, port), b = join(GROUP, port), pair[2];
	char link[TEXT], text[32];
	struct vhubd other;

	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	text_of(link, "socket,mcast=" GROUP ":%u", port);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, text));
	ASSERT_EQ(0, vhubd_start(&other, "--user", text, link, NULL));

	EXPECT_EQ(0, put_stream(WATCH, 60, 1));
	EXPECT_TRUE(gets_dgram(a, 60, 1));
	EXPECT_TRUE(gets_dgram(b, 60, 1));
	EXPECT_TRUE(gets_stream(pair[0], 60, 1));
	EXPECT_EQ(0, put_stream(pair[0], 1514, 2));
	EXPECT_TRUE(gets_dgram(a, 1514, 2));
	EXPECT_TRUE(gets_dgram(b, 1514, 2));
	/* Had the first frame come back, it would be here first. */
	EXPECT_TRUE(gets_stream(WATCH, 1514, 2));
	EXPECT_EQ(0, send_to(a, port, GROUP, 60, 3));
	EXPECT_TRUE(gets_stream(WATCH, 60, 3));
	EXPECT_TRUE(gets_stream(pair[0], 60, 3));
	EXPECT_TRUE(is_silent(WATCH));
	EXPECT_TRUE(is_silent(pair[0]));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_F(dgram, mcast_with_localaddr_and_as_dgram)
{
	unsigned int port = free_port(SOCK_DGRAM);
	int a = join(GROUP, port), pair[2];
	char link[TEXT], text[32];
	struct vhubd other;

	ASSERT_LE(0, a);
	text_of(link, "socket,mcast=" GROUP ":%u,localaddr=127.0.0.1", port);
	ASSERT_EQ(0, start(link));
	text_of(link, "dgram,remote.type=inet,remote.host=" GROUP ",remote.port=%u,local.type=inet,local.host=lo,local.port=0",
		port);
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, text));
	ASSERT_EQ(0, vhubd_start(&other, "--user", text, link, NULL));
	EXPECT_EQ(0, put_stream(WATCH, 60, 1));
	EXPECT_TRUE(gets_dgram(a, 60, 1));
	EXPECT_TRUE(gets_stream(pair[0], 60, 1));
	EXPECT_EQ(0, put_stream(pair[0], 60, 2));
	EXPECT_TRUE(gets_dgram(a, 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_F(dgram, mcast_waits_for_a_network)
{
	unsigned int port = free_port(SOCK_DGRAM);
	char link[TEXT];
	int a;

	ASSERT_EQ(0, link_up("lo", false));
	text_of(link, "socket,mcast=" GROUP ":%u", port);
	ASSERT_EQ(0, start(link));
	EXPECT_EQ(1, vhubd_said(&self->d, "; trying again"));
	ASSERT_EQ(0, link_up("lo", true));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "works again")));
	a = join(GROUP, port);
	EXPECT_EQ(0, put_stream(WATCH, 60, 1));
	EXPECT_TRUE(gets_dgram(a, 60, 1));
	EXPECT_EQ(1, vhubd_said(&self->d, "; trying again"));
}

/* Unix sockets ---------------------------------------------------------------*/

#define UNIX_LINK "dgram,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s"

TEST_F(dgram, unix_peer_comes_late_and_again)
{
	char link[TEXT];
	int fd, round;

	text_of(link, UNIX_LINK, self->ours, self->theirs);
	ASSERT_EQ(0, start(link));
	EXPECT_EQ(1, vhubd_said(&self->d, "; trying again"));
	for (round = 0; round < 2; round++) {
		fd = unix_bind(SOCK_DGRAM, self->theirs);
		ASSERT_LE(0, fd);
		/* Who speaks is there: it need not wait for the next try. */
		EXPECT_EQ(0, send_unix(fd, self->ours, 60, round));
		EXPECT_TRUE(gets_stream(WATCH, 60, round));
		EXPECT_TRUE(wait_until(vhubd_said(&self->d, "works again") ==
				       round + 1));
		EXPECT_EQ(0, put_stream(WATCH, 1514, round + 10));
		EXPECT_TRUE(gets_dgram(fd, 1514, round + 10));
		close(fd);
		unlink(self->theirs);
		EXPECT_EQ(0, put_stream(WATCH, 60, 99));
		EXPECT_TRUE(wait_until(vhubd_said(&self->d, "; trying again") ==
				       round + 2));
	}
}

TEST_F(dgram, unix_socket_takes_over_what_was_left)
{
	int fd = unix_bind(SOCK_DGRAM, self->theirs);
	struct vhubd other;
	char link[TEXT];

	text_of(link, UNIX_LINK, self->ours, self->theirs);
	ASSERT_EQ(0, start(link));
	EXPECT_EQ(0, vhubd_start(&other, "--user", link, NULL));
	EXPECT_EQ(1, vhubd_said(&other, "Address already in use"));
	EXPECT_EQ(0, vhubd_stop(&other));
	EXPECT_EQ(0, send_unix(fd, self->ours, 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	ASSERT_EQ(0, vhubd_start(&self->d, variant->mode, link, NULL));
	EXPECT_EQ(0, send_unix(fd, self->ours, 60, 1));
	/* There is nobody to get it, which the kernel's hub counts itself. */
	EXPECT_TRUE(wait_until(vhubd_count(&self->d, link, "tx_frames") == 1 ||
			       vhubd_count(&self->d, link,
					   "no_receiver") == 1));
}

/* A queue of unix datagrams is short: a burst waits, and is not lost. */
TEST_F(dgram, bursts_wait_for_a_slow_reader)
{
	int fd = unix_bind(SOCK_DGRAM, self->theirs), i;
	unsigned char burst[BURST * (LENGTH_HEAD + 60)];
	char link[TEXT];
	uint32_t head = htonl(60);

	text_of(link, UNIX_LINK, self->ours, self->theirs);
	ASSERT_EQ(0, start(link));
	for (i = 0; i < BURST; i++) {
		memcpy(burst + i * (LENGTH_HEAD + 60), &head, LENGTH_HEAD);
		make_frame(burst + i * (LENGTH_HEAD + 60) + LENGTH_HEAD, 60, i);
	}
	ASSERT_EQ(0, put_bytes(WATCH, burst, sizeof(burst)));
	EXPECT_TRUE(wait_until(!is_silent(fd)));
	for (i = 0; i < BURST; i++)
		EXPECT_TRUE(gets_dgram(fd, 60, i));
}

/* Open files -----------------------------------------------------------------*/

TEST_F(dgram, open_files_of_both_kinds)
{
	int pair[2], seq[2];
	char text[32], link[TEXT], seq_link[TEXT];

	ASSERT_EQ(0, link_pair(SOCK_DGRAM, pair, text));
	ASSERT_EQ(0, link_pair(SOCK_SEQPACKET, seq, text));
	text_of(link, "dgram,local.type=fd,local.str=%d", pair[1]);
	text_of(seq_link, "socket,fd=%d", seq[1]);
	ASSERT_EQ(0, start(link, seq_link));
	close(pair[1]);
	close(seq[1]);
	EXPECT_EQ(0, send_frame(pair[0], 1514, 1));
	EXPECT_TRUE(gets_stream(WATCH, 1514, 1));
	EXPECT_TRUE(gets_dgram(seq[0], 1514, 1));
	EXPECT_EQ(0, send_frame(seq[0], 60, 2));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_TRUE(gets_dgram(pair[0], 60, 2));
	/* One that will say nothing more is not asked again and again. */
	EXPECT_EQ(0, shutdown(seq[0], SHUT_WR));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "; it is given up") == 1));
	EXPECT_TRUE(gets_end(seq[0]));
	close(seq[0]);
	close(pair[0]);
	EXPECT_EQ(0, put_stream(WATCH, 60, 3));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "; it is given up") == 2));
}

/* L2TPv3 ---------------------------------------------------------------------*/

TEST_F(dgram, l2tpv3_over_udp_has_qemus_headers)
{
	static const unsigned char out[] = {
		0x00, 0x03, 0x00, 0x00,  0x00, 0x00, 0x00, 0x07,
		0x11, 0x22, 0x33, 0x44,  0x55, 0x66, 0x77, 0x88,
		0x00, 0x00, 0x00, 0x01,  0x00, 0x00, 0x00, 0x00,
	};
	static const unsigned char in[] = {
		0x00, 0x03, 0x00, 0x00,  0x00, 0x00, 0x00, 0x08,
		0x00, 0x00, 0x00, 0x00,  0x00, 0x00, 0x00, 0x09,
		0x00, 0x00, 0x00, 0x05,  0x00, 0x00, 0x00, 0x00,
	};
	unsigned int theirs = 0, ours = free_port(SOCK_DGRAM);
	unsigned char bytes[sizeof(in) + 60];
	int fd = udp_bind(&theirs);
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ours),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	char link[TEXT];

	text_of(link, "l2tpv3,src=127.0.0.1,dst=127.0.0.1,srcport=%u,dstport=%u,udp=on,counter=on,cookie64=on,txcookie=0x1122334455667788,rxcookie=9,txsession=7,rxsession=8,offset=4",
		ours, theirs);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, connect(fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(0, put_stream(WATCH, 60, 1));
	ASSERT_EQ((ssize_t)sizeof(bytes), recv(fd, bytes, sizeof(bytes), 0));
	EXPECT_EQ(0, memcmp(bytes, out, sizeof(out)));
	EXPECT_TRUE(is_frame(bytes + sizeof(out), 60, 1));

	memcpy(bytes, in, sizeof(in));
	make_frame(bytes + sizeof(in), 60, 2);
	EXPECT_EQ(0, put_bytes(fd, bytes, sizeof(bytes)));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	/* Of another session, with another cookie, and no header at all. */
	bytes[7]++;
	EXPECT_EQ(0, put_bytes(fd, bytes, sizeof(bytes)));
	bytes[7]--;
	bytes[8] = 1;
	EXPECT_EQ(0, put_bytes(fd, bytes, sizeof(bytes)));
	EXPECT_EQ(0, put_bytes(fd, bytes, 5));
	bytes[8] = 0;
	EXPECT_EQ(0, put_bytes(fd, bytes, sizeof(bytes)));
	EXPECT_TRUE(gets_stream(WATCH, 60, 2));
	EXPECT_EQ(3, vhubd_count(&self->d, link, "header"));
}

TEST_F(dgram, l2tpv3_over_ip_both_ways)
{
	static const char *const families[] = {
		"src=127.0.0.1,dst=127.0.0.2", "src=127.0.0.2,dst=127.0.0.1"
	};
	char link[TEXT], link2[TEXT], text[32];
	struct vhubd other;
	int pair[2];

	text_of(link, "l2tpv3,%s,txsession=1,rxsession=2,txcookie=3,rxcookie=4",
		families[0]);
	text_of(link2, "l2tpv3,%s,txsession=2,rxsession=1,txcookie=4,rxcookie=3",
		families[1]);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, text));
	ASSERT_EQ(0, vhubd_start(&other, "--user", text, link2, NULL));
	EXPECT_EQ(0, put_stream(WATCH, 1514, 1));
	EXPECT_TRUE(gets_stream(pair[0], 1514, 1));
	EXPECT_EQ(0, put_stream(pair[0], 9014, 2));
	EXPECT_TRUE(gets_stream(WATCH, 9014, 2));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_F(dgram, l2tpv3_over_ipv6)
{
	char link[TEXT], link2[TEXT], text[32];
	unsigned int a = free_port(SOCK_DGRAM), b = free_port(SOCK_DGRAM);
	struct vhubd other;
	int pair[2];

	text_of(link, "l2tpv3,ipv6=on,udp=on,src=::1,dst=::1,srcport=%u,dstport=%u,txsession=1",
		a, b);
	text_of(link2, "l2tpv3,ipv6=on,udp=on,src=::1,dst=::1,srcport=%u,dstport=%u,txsession=1",
		b, a);
	ASSERT_EQ(0, start(link));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, text));
	ASSERT_EQ(0, vhubd_start(&other, "--user", text, link2, NULL));
	EXPECT_EQ(0, put_stream(WATCH, 1514, 1));
	EXPECT_TRUE(gets_stream(pair[0], 1514, 1));
	EXPECT_EQ(0, put_stream(pair[0], 9014, 2));
	EXPECT_TRUE(gets_stream(WATCH, 9014, 2));
	EXPECT_EQ(0, vhubd_stop(&other));
}

TEST_HARNESS_MAIN
