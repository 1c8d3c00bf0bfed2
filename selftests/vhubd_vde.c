// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhubd as a VDE switch: clients of all kinds, and what is none
 *
 *	watch --- vhubd --- clients by DIR/ctl
 *
 * "watch" is a link of its own, whose other end the test holds.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "vhubd_test.h"

#define TEXT		256
#define MAGIC		0xfeedface
#define NOBODY		65534
#define BURST		200

FIXTURE(vde) {
	struct vhubd d;
	int watch[2];
	char watch_link[32];
	char dir[32];
	char sw[64];
	char ctl[96];
	char link[TEXT];
};

FIXTURE_VARIANT(vde) {
	const char *mode;
};

FIXTURE_VARIANT_ADD(vde, user) { .mode = "--user" };
FIXTURE_VARIANT_ADD(vde, kernel) { .mode = "--kernel" };

#define WATCH	(self->watch[0])

FIXTURE_SETUP(vde)
{
	ASSERT_EQ(0, new_net());
	if (!strcmp(variant->mode, "--kernel"))
		ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	strcpy(self->dir, "/tmp/vhubd-test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, chmod(self->dir, 0755));
	snprintf(self->sw, sizeof(self->sw), "%s/sw", self->dir);
	snprintf(self->ctl, sizeof(self->ctl), "%s/ctl", self->sw);
	snprintf(self->link, sizeof(self->link), "vde-server,sock=%s,mode=0666",
		 self->sw);
	ASSERT_EQ(0, vhubd_start(&self->d, variant->mode, self->watch_link,
				 self->link, NULL));
	close(self->watch[1]);
}

/* Nothing that was done ends it, and it leaves nothing behind. */
FIXTURE_TEARDOWN(vde)
{
	char path[96];

	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	snprintf(path, sizeof(path), "%s/client", self->dir);
	unlink(path);
	EXPECT_EQ(0, rmdir(self->dir));
}

struct request {
	uint32_t magic;
	uint32_t version;
	uint32_t type;
	struct sockaddr_un sock;
	char descr[64];
} __attribute__((packed));

struct request_old {
	uint32_t magic;
	uint32_t type;
	unsigned char addr[6];
	struct sockaddr_un sock;
	char descr[64];
} __attribute__((packed));

/**
 * struct client - a VDE client
 * @ctl: its connection
 * @data: its socket
 * @own: where that is bound
 * @to: where to send frames
 */
struct client {
	int ctl;
	int data;
	struct sockaddr_un own;
	struct sockaddr_un to;
};

/* Binds the client's socket; "@" makes it abstract, as UML's is: then all of the
 * address counts.
 */
static int client_bind(struct client *c, const char *path)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };

	memset(&c->own, 0, sizeof(c->own));
	c->own.sun_family = AF_UNIX;
	strncpy(c->own.sun_path, path, sizeof(c->own.sun_path) - 1);
	if (path[0] == '@')
		c->own.sun_path[0] = '\0';
	c->data = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(c->data, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return bind(c->data, (struct sockaddr *)&c->own, sizeof(c->own)) ?
		-errno : 0;
}

static int client_answer(struct client *c)
{
	ssize_t n = recv(c->ctl, &c->to, sizeof(c->to), MSG_WAITALL);

	return n == sizeof(c->to) && c->to.sun_path[0] == '/' ? 0 : -EPIPE;
}

static int client_open(struct client *c, const char *ctl, const char *path)
{
	struct request request = { MAGIC, 3, 0 };
	int ret = client_bind(c, path);

	c->ctl = unix_connect(ctl);
	if (ret || c->ctl < 0)
		return ret ? : c->ctl;
	request.sock = c->own;
	strcpy(request.descr, "a client");
	/* Without a NUL, as libvdeplug. */
	put_bytes(c->ctl, &request,
		  offsetof(struct request, descr) + strlen(request.descr));
	return client_answer(c);
}

static void client_close(struct client *c)
{
	close(c->data);
	close(c->ctl);
	if (c->own.sun_path[0])
		unlink(c->own.sun_path);
}

static int client_send(struct client *c, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	make_frame(frame, len, seed);
	if (sendto(c->data, frame, len, 0, (struct sockaddr *)&c->to,
		   sizeof(c->to)) < 0)
		return -errno;
	return 0;
}

static bool client_gets(struct client *c, size_t len, unsigned int seed)
{
	struct sockaddr_un from = { 0 };
	socklen_t from_len = sizeof(from);
	unsigned char frame[FRAME_ROOM];

	return recvfrom(c->data, frame, sizeof(frame), 0,
			(struct sockaddr *)&from, &from_len) == (ssize_t)len &&
	       is_frame(frame, len, seed) &&
	       !strcmp(from.sun_path, c->to.sun_path);
}

static unsigned int count_files(const char *dir)
{
	char pattern[TEXT];
	unsigned int n;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*", dir);
	glob(pattern, 0, NULL, &found);
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

TEST_F(vde, clients_exchange_frames)
{
	char path[96];
	struct client a, b;

	snprintf(path, sizeof(path), "%s/client", self->dir);
	ASSERT_EQ(0, client_open(&a, self->ctl, path));
	ASSERT_EQ(0, client_open(&b, self->ctl, "@vhub-test-b"));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "vde a client: connected") ==
			       2));
	EXPECT_EQ(0, client_send(&a, 60, 1));
	EXPECT_TRUE(client_gets(&b, 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	EXPECT_EQ(0, client_send(&b, 9014, 2));
	EXPECT_TRUE(client_gets(&a, 9014, 2));
	EXPECT_TRUE(gets_stream(WATCH, 9014, 2));
	EXPECT_EQ(0, put_stream(WATCH, 1514, 3));
	EXPECT_TRUE(client_gets(&a, 1514, 3));
	EXPECT_TRUE(client_gets(&b, 1514, 3));
	/* An empty one is how libvdeplug of old says goodbye. */
	EXPECT_EQ(0, client_send(&a, 0, 0));
	EXPECT_EQ(0, client_send(&a, 60, 4));
	EXPECT_TRUE(client_gets(&b, 60, 4));
	EXPECT_EQ(3, count_files(self->sw));
	client_close(&a);
	EXPECT_TRUE(wait_until(count_files(self->sw) == 2));
	EXPECT_EQ(0, client_send(&b, 60, 5));
	EXPECT_TRUE(gets_stream(WATCH, 60, 4));
	EXPECT_TRUE(gets_stream(WATCH, 60, 5));
	client_close(&b);
	EXPECT_TRUE(wait_until(count_files(self->sw) == 1));
}

TEST_F(vde, requests_of_old_and_with_ports_numbers)
{
	struct request_old old = { .magic = MAGIC, .type = 0 };
	struct request request = { MAGIC, 3, 7 << 8 };
	struct client a, b;

	ASSERT_EQ(0, client_bind(&a, "@vhub-test-a"));
	a.ctl = unix_connect(self->ctl);
	old.sock = a.own;
	EXPECT_EQ(0, put_bytes(a.ctl, &old, sizeof(old)));
	EXPECT_EQ(0, client_answer(&a));
	ASSERT_EQ(0, client_bind(&b, "@vhub-test-b"));
	b.ctl = unix_connect(self->ctl);
	request.sock = b.own;
	/* As UML: no description, and two bytes of padding. */
	EXPECT_EQ(0, put_bytes(b.ctl, &request, 124));
	EXPECT_EQ(0, client_answer(&b));
	EXPECT_EQ(0, client_send(&a, 60, 1));
	EXPECT_TRUE(client_gets(&b, 60, 1));
	client_close(&a);
	client_close(&b);
}

/* Has it nothing for these bytes but an end? */
static bool is_refused(const char *ctl, const void *bytes, size_t len)
{
	int fd = unix_connect(ctl);
	bool ended = !put_bytes(fd, bytes, len) && gets_end(fd);

	close(fd);
	return ended;
}

TEST_F(vde, what_is_no_request_is_refused)
{
	struct request request = { MAGIC, 3, 0 };
	char long_one[4096];
	struct client a;

	memset(long_one, 'x', sizeof(long_one));
	request.sock.sun_family = AF_UNIX;
	strcpy(request.sock.sun_path, "/nowhere");
	EXPECT_TRUE(is_refused(self->ctl, "x", 1));
	EXPECT_TRUE(is_refused(self->ctl, long_one, sizeof(long_one)));
	EXPECT_TRUE(is_refused(self->ctl, &request, 100));
	EXPECT_TRUE(is_refused(self->ctl, &request, sizeof(request)));
	request.version = 2;
	EXPECT_TRUE(is_refused(self->ctl, &request, sizeof(request)));
	request.version = 3;
	request.type = 2;
	EXPECT_TRUE(is_refused(self->ctl, &request, sizeof(request)));
	request.type = 0;
	request.magic++;
	EXPECT_TRUE(is_refused(self->ctl, &request, sizeof(request)));
	request.magic--;
	request.sock.sun_family = AF_INET;
	EXPECT_TRUE(is_refused(self->ctl, &request, sizeof(request)));
	EXPECT_TRUE(wait_until(count_files(self->sw) == 1));
	EXPECT_EQ(0, client_open(&a, self->ctl, "@vhub-test-a"));
	client_close(&a);
}

TEST_F(vde, who_says_nothing_has_to_go)
{
	int fd = unix_connect(self->ctl);

	ASSERT_LE(0, fd);
	EXPECT_TRUE(gets_end(fd));
	close(fd);
}

static int connect_to_foreign(void *arg)
{
	struct request request = { MAGIC, 3, 0 };
	const char **paths = arg;

	request.sock.sun_family = AF_UNIX;
	strcpy(request.sock.sun_path, paths[1]);
	return is_refused(paths[0], &request, sizeof(request));
}

/* Or else we would send to whatever socket of others a client names. */
TEST_F(vde, a_socket_of_another_user_is_refused)
{
	const char *paths[2] = { self->ctl };
	char path[96];
	struct client a;

	snprintf(path, sizeof(path), "%s/client", self->dir);
	ASSERT_EQ(0, client_bind(&a, path));
	paths[1] = path;
	EXPECT_EQ(1, run_as(NOBODY, NOBODY, NOBODY, connect_to_foreign, paths));
	EXPECT_EQ(1, vhubd_said(&self->d, "not its own"));
	close(a.data);
}

static int connect_as_nobody(void *arg)
{
	struct client a;
	int ret = client_open(&a, arg, "@vhub-test-nobody");

	if (!ret && client_send(&a, 60, 1))
		ret = 1;
	return ret;
}

TEST_F(vde, modes_decide_who_may_plug_in)
{
	char shut[96], link[TEXT];
	struct vhubd other;
	struct stat st;

	EXPECT_EQ(0, run_as(NOBODY, NOBODY, NOBODY, connect_as_nobody,
			    self->ctl));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));

	snprintf(link, sizeof(link), "vde-server,sock=%s/shut,group=%d",
		 self->dir, NOBODY);
	ASSERT_EQ(0, vhubd_start(&other, "--user", link, NULL));
	snprintf(shut, sizeof(shut), "%s/shut/ctl", self->dir);
	EXPECT_NE(0, run_as(NOBODY, NOBODY, NOBODY, connect_as_nobody, shut));
	EXPECT_EQ(0, stat(shut, &st));
	EXPECT_EQ(0600, st.st_mode & 0777);
	EXPECT_EQ(NOBODY, st.st_gid);
	EXPECT_EQ(0, vhubd_stop(&other));
	EXPECT_NE(0, stat(shut, &st));
}

/* Three files, besides those of a client whose address is abstract. */
TEST_F(vde, a_client_that_there_is_no_room_for)
{
	struct client a, b;
	char full[96];

	EXPECT_EQ(0, vhubd_stop(&self->d));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mkdir(self->sw, 0755));
	ASSERT_EQ(0, mount("none", self->sw, "tmpfs", 0, "nr_inodes=3"));
	ASSERT_EQ(0, vhubd_start(&self->d, variant->mode, self->link, NULL));
	ASSERT_EQ(0, client_open(&a, self->ctl, "@vhub-test-a"));
	EXPECT_NE(0, client_open(&b, self->ctl, "@vhub-test-b"));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": No space left on device\n")));
	EXPECT_EQ(1, vhubd_said(&self->d, "a client is refused: "));
	client_close(&b);
	snprintf(full, sizeof(full), "%s/full", self->sw);
	EXPECT_EQ(-1, mknod(full, S_IFREG | 0600, 0));
	client_close(&a);
	EXPECT_TRUE(wait_until(count_files(self->sw) == 1));
	EXPECT_EQ(0, client_open(&b, self->ctl, "@vhub-test-b"));
	client_close(&b);
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(0, umount2(self->sw, 0));
	EXPECT_EQ(0, rmdir(self->sw));
}

TEST_F(vde, one_that_was_killed_is_replaced)
{
	struct vhubd other;
	struct client a;

	ASSERT_EQ(0, client_open(&a, self->ctl, "@vhub-test-a"));
	EXPECT_EQ(1, vhubd_start(&other, "--user", self->link, NULL));
	EXPECT_EQ(1, vhubd_said(&other, "Address already in use"));
	EXPECT_EQ(0, client_send(&a, 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	EXPECT_TRUE(gets_end(a.ctl));
	client_close(&a);
	ASSERT_EQ(0, vhubd_start(&self->d, variant->mode, self->link, NULL));
	ASSERT_EQ(0, client_open(&a, self->ctl, "@vhub-test-a"));
	client_close(&a);
	EXPECT_EQ(0, vhubd_stop(&self->d));
	/* The folder was there, and so it stays; what was left in it does not. */
	EXPECT_EQ(0, count_files(self->sw));
	EXPECT_EQ(0, rmdir(self->sw));
}

/* Nobody's queue is longer than a few frames: what does not fit waits. */
TEST_F(vde, bursts_wait_for_a_slow_client)
{
	unsigned char burst[BURST * (LENGTH_HEAD + 60)];
	uint32_t head = htonl(60);
	struct client a;
	int i;

	ASSERT_EQ(0, client_open(&a, self->ctl, "@vhub-test-a"));
	EXPECT_EQ(0, client_send(&a, 60, 1));
	EXPECT_TRUE(gets_stream(WATCH, 60, 1));
	for (i = 0; i < BURST; i++) {
		memcpy(burst + i * (LENGTH_HEAD + 60), &head, LENGTH_HEAD);
		make_frame(burst + i * (LENGTH_HEAD + 60) + LENGTH_HEAD, 60, i);
	}
	ASSERT_EQ(0, put_bytes(WATCH, burst, sizeof(burst)));
	EXPECT_TRUE(wait_until(!is_silent(a.data)));
	for (i = 0; i < BURST; i++)
		EXPECT_TRUE(client_gets(&a, 60, i));
	client_close(&a);
}

TEST_HARNESS_MAIN
