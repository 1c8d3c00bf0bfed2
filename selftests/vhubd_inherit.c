// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - open files that vhubd is handed over: by systemd, by --fd, by name
 *
 *	watch --- vhubd --- clients of a socket that was there before
 *
 * Needs no module.
 *
 * once: it is all the program's
 */

#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vhubd_test.h"

#define BASE	"/run/vhub"
#define DIR	BASE "/" HUB
#define STREAM	DIR "/stream"
#define VDE	DIR "/vde"
#define FIRST	3	/* of systemd's files */
#define FILES	2

FIXTURE(inherit) {
	struct vhubd d;
	int watch[2];
	char watch_link[32];
};

/* As systemd does. Takes the socket. */
static void hand_over(int number, int sk, const char *names)
{
	char count[16];

	dup2(sk, FIRST + number);
	close(sk);
	snprintf(count, sizeof(count), "%d", number + 1);
	setenv("LISTEN_FDS", count, 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

FIXTURE_SETUP(inherit)
{
	int i;

	/* Nothing else is to have these numbers. */
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(FIRST + i, dup3(STDERR_FILENO, FIRST + i, O_CLOEXEC));
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	mkdir(BASE, 0755);
	ASSERT_EQ(0, mkdir(DIR, 0755));
	ASSERT_EQ(0, mkdir(VDE, 0755));
}

FIXTURE_TEARDOWN(inherit)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	unlink(STREAM);
	unlink(VDE "/ctl");
	rmdir(VDE);
	rmdir(DIR);
	EXPECT_EQ(-1, access(DIR, F_OK));
}

#define WATCH	(self->watch[0])

#define start(...)							\
	vhubd_start(&self->d, "--user", self->watch_link, ##__VA_ARGS__, NULL)

/* A connection is a port as soon as frames come out of it. */
static bool passes(int watch, int fd, unsigned int seed)
{
	return fd >= 0 && !put_stream(fd, 60, seed) &&
	       gets_stream(watch, 60, seed) && !put_stream(watch, 1514, seed) &&
	       gets_stream(fd, 1514, seed);
}

TEST_F(inherit, systemds_socket_is_the_hubs)
{
	int first;

	hand_over(0, unix_bind(SOCK_STREAM, STREAM), "stream");
	first = unix_connect(STREAM);
	ASSERT_LE(0, first);
	ASSERT_EQ(0, put_stream(first, 60, 9));
	ASSERT_EQ(0, start());
	/* One that came before it is there for it. */
	EXPECT_TRUE(gets_stream(WATCH, 60, 9));
	EXPECT_TRUE(passes(WATCH, first, 1));
	EXPECT_TRUE(passes(WATCH, unix_connect(STREAM), 2));
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(0, access(STREAM, F_OK));
}

/* Whoever connects meanwhile waits for the next one. */
TEST_F(inherit, it_stays_when_one_is_killed)
{
	int fd;

	hand_over(0, unix_bind(SOCK_STREAM, STREAM), "stream");
	ASSERT_EQ(0, start());
	EXPECT_EQ(128 + SIGKILL, vhubd_kill(&self->d));
	fd = unix_connect(STREAM);
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, start());
	EXPECT_TRUE(passes(WATCH, fd, 1));
}

TEST_F(inherit, vdes_socket_as_well)
{
	int fd;

	hand_over(0, unix_bind(SOCK_STREAM, STREAM), "stream");
	hand_over(1, unix_bind(SOCK_STREAM, VDE "/ctl"), "stream:vde");
	ASSERT_EQ(0, start());
	fd = unix_connect(VDE "/ctl");
	ASSERT_LE(0, fd);
	/* That is no request of VDE's. */
	EXPECT_EQ(0, put_bytes(fd, "GET /", 5));
	EXPECT_TRUE(gets_end(fd));
	EXPECT_TRUE(passes(WATCH, unix_connect(STREAM), 2));
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(0, access(VDE "/ctl", F_OK));
}

TEST_F(inherit, links_know_files_by_name)
{
	unsigned int port = 0;
	char option[32], link[32];
	int pair[2];

	hand_over(0, tcp_listen(&port), "clients");
	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	snprintf(option, sizeof(option), "--fd=%d=peer", pair[1]);
	ASSERT_EQ(0, start(option, "socket,fd=peer",
			   "stream,server=on,addr.type=fd,addr.str=clients"));
	EXPECT_TRUE(passes(WATCH, tcp_connect(port), 1));
	EXPECT_TRUE(gets_stream(pair[0], 60, 1));
	EXPECT_TRUE(gets_stream(pair[0], 1514, 1));
	EXPECT_TRUE(passes(WATCH, pair[0], 2));
}

TEST_F(inherit, a_client_by_its_number_alone)
{
	char option[32], link[32];
	int pair[2];

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	snprintf(option, sizeof(option), "--fd=%d", pair[1]);
	ASSERT_EQ(0, start(option));
	EXPECT_TRUE(passes(WATCH, pair[0], 1));
	EXPECT_EQ(1, vhubd_count(&self->d, link, "tx_frames"));
}

TEST_F(inherit, what_is_another_processes_is_not_touched)
{
	hand_over(0, unix_bind(SOCK_STREAM, STREAM), "stream");
	setenv("LISTEN_PID", "1", 1);
	EXPECT_EQ(0, start());
	EXPECT_EQ(0, vhubd_stop(&self->d));
	/* It was taken for one that had been left. */
	EXPECT_EQ(-1, access(DIR, F_OK));
	mkdir(DIR, 0755);
}

static int fails(struct vhubd *d, const char *option, const char *link)
{
	return vhubd_start(d, "--user", option, link, NULL);
}

TEST_F_TIMEOUT(inherit, mistakes_are_said, 120)
{
	struct vhubd *d = &self->d;
	int pair[2];
	char link[32];

	EXPECT_EQ(2, fails(d, "--fd=99=x", NULL));
	EXPECT_EQ(1, vhubd_said(d, "vhubd: --fd: there is no open file 99\n"));
	EXPECT_EQ(2, fails(d, "--fd=x=y", NULL));
	EXPECT_EQ(1, vhubd_said(d, "vhubd: --fd: \"x=y\" is not FD or FD=NAME\n"));
	EXPECT_EQ(2, fails(d, "--fd=2=y", NULL));
	EXPECT_EQ(2, fails(d, "--fd=99", NULL));
	EXPECT_EQ(1, vhubd_said(d, "vhubd: socket: there is no open file 99\n"));
	EXPECT_EQ(2, fails(d, "-v", "socket,fd=x"));
	EXPECT_EQ(1, vhubd_said(d, "no file that is left has the number or name \"x\"\n"));

	ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
	hand_over(0, dup(pair[1]), "x");
	EXPECT_EQ(2, fails(d, "-v", NULL));
	EXPECT_EQ(1, vhubd_said(d, "vhubd: nobody wants the file that was handed over as \"x\"\n"));
	EXPECT_EQ(1, fails(d, "-v", "stream,server=on,addr.type=fd,addr.str=x"));
	EXPECT_EQ(1, vhubd_said(d, "is not a socket that listens\n"));
	setenv("LISTEN_FDNAMES", "stream", 1);
	EXPECT_EQ(1, fails(d, "-v", NULL));
	setenv("LISTEN_FDNAMES", "client", 1);
	EXPECT_EQ(1, fails(d, "-v", NULL));
	EXPECT_EQ(1, vhubd_said(d, "as \"client\" is none: Protocol wrong type for socket\n"));
	setenv("LISTEN_FDS", "many", 1);
	EXPECT_EQ(2, fails(d, "-v", NULL));
	EXPECT_EQ(1, vhubd_said(d, "vhubd: LISTEN_FDS: \"many\" is not a number of files\n"));
	/* Of all these nothing was left. */
	EXPECT_EQ(0, d->pid);
	mkdir(DIR, 0755);
}

TEST_HARNESS_MAIN
