// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhubd lives with a machine that fails: nobody reads what it says, disks
 * are full, clients come by the thousand, or stop; and memory has a bound
 *
 *	watch --- vhubd --- clients
 *
 * Needs no module.
 *
 * once: it is all the program's
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "vhubd_test.h"

#define STORM		20000	/* connections */
#define STOPPED		80	/* clients that do not read */
#define CLIENT_KIB	400	/* of memory for each, says vhubd(8) */
#define LONG_KIB	(64 * 768)	/* and more for as many of them */
#define BASE_KIB	2048	/* of memory that comes once, and stays */
#define PIPE_SIZE	16384
#define BURST		20	/* frames that every queue holds */
#define ROUNDS		150
#define SIZE		9014

FIXTURE(faults) {
	struct vhubd d;
	int watch[2];
	char watch_link[32];
	char dir[32];
	char path[48];
	char link[128];
};

FIXTURE_SETUP(faults)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->watch, self->watch_link));
	strcpy(self->dir, "/tmp/vhubd-test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/sock", self->dir);
	snprintf(self->link, sizeof(self->link),
		 "stream,server=on,addr.type=unix,addr.path=%s", self->path);
}

FIXTURE_TEARDOWN(faults)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(0, rmdir(self->dir));
}

#define WATCH	(self->watch[0])

#define start(...)							\
	vhubd_start(&self->d, "--user", self->watch_link, self->link,	\
		    ##__VA_ARGS__, NULL)

static bool passes(int watch, int fd, unsigned int seed)
{
	return fd >= 0 && !put_stream(fd, 60, seed) &&
	       gets_stream(watch, 60, seed) && !put_stream(watch, 1514, seed) &&
	       gets_stream(fd, 1514, seed);
}

/* A client that is there, is heard, and goes. */
static bool visits(int watch, const char *path, unsigned int seed)
{
	int fd = unix_connect(path);
	bool good = fd >= 0 && !put_stream(fd, 60, seed) &&
		    gets_stream(watch, 60, seed);

	close(fd);
	return good;
}

/* KiB of memory that it had at most. */
static long memory_peak(const struct vhubd *d)
{
	char path[64], line[256];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)d->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

/* What it says ------------------------------------------------------------------*/

/* Reads lines until one has @text in it. Return: how many were no whole lines, or
 * -1 if none has it.
 */
static int read_until(int fd, const char *text)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	FILE *file = fdopen(dup(fd), "r");
	char line[8192];
	int torn = 0, found = -1;

	setvbuf(file, NULL, _IONBF, 0);
	while (found < 0 && poll(&pfd, 1, LIMIT_MS) == 1 &&
	       fgets(line, sizeof(line), file)) {
		if (strncmp(line, "vhubd: ", 7) || !strchr(line, '\n'))
			torn++;
		if (strstr(line, text))
			found = torn;
	}
	fclose(file);
	return found;
}

TEST_F(faults, nobody_reads_what_it_says)
{
	int ends[2], i;

	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	ASSERT_EQ(PIPE_SIZE, fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE));
	vhubd_log = ends[1];
	ASSERT_EQ(0, start());
	/* Two lines for each, of more than 60 bytes. */
	for (i = 0; i < PIPE_SIZE / 60; i++)
		ASSERT_TRUE(visits(WATCH, self->path, i));
	/* Of what found no room it is said how much it was, by itself. */
	EXPECT_EQ(0, read_until(ends[0], " lines found no room here"));
	EXPECT_TRUE(visits(WATCH, self->path, i));
	EXPECT_EQ(0, read_until(ends[0], ": connected"));
	EXPECT_TRUE(passes(WATCH, unix_connect(self->path), 1));
	close(ends[0]);
	/* And then nobody is there at all. */
	EXPECT_TRUE(visits(WATCH, self->path, 2));
	EXPECT_TRUE(visits(WATCH, self->path, 3));
}

TEST_F(faults, the_disk_is_full)
{
	char option[64], file[48], full[48];

	/* As /dev/full is, which is not ours to lose. */
	snprintf(full, sizeof(full), "%s/full", self->dir);
	ASSERT_EQ(0, mknod(full, S_IFCHR | 0666, makedev(1, 7)));
	vhubd_log = open(full, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, vhubd_log);
	ASSERT_EQ(0, start());
	EXPECT_TRUE(visits(WATCH, self->path, 1));
	EXPECT_TRUE(passes(WATCH, unix_connect(self->path), 2));
	EXPECT_EQ(0, vhubd_stop(&self->d));

	/* A number that cannot be written is an error, and nobody's device goes. */
	snprintf(option, sizeof(option), "--pid-file=%s", full);
	EXPECT_EQ(1, vhubd_start(&self->d, "--user", option, self->link, NULL));
	EXPECT_EQ(1, vhubd_said(&self->d, "/full: No space left on device\n"));
	EXPECT_EQ(0, unlink(full));

	snprintf(file, sizeof(file), "%s/pid", self->dir);
	snprintf(option, sizeof(option), "--pid-file=%s", file);
	EXPECT_EQ(0, vhubd_start(&self->d, "--user", option, self->link, NULL));
	EXPECT_EQ(0, access(file, F_OK));
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(file, F_OK));
}

/* Clients -----------------------------------------------------------------------*/

TEST_F_TIMEOUT(faults, a_storm_of_connections, 200)
{
	long memory;
	int i, fd;

	ASSERT_EQ(0, start());
	fd = unix_connect(self->path);
	ASSERT_TRUE(passes(WATCH, fd, 1));
	memory = memory_peak(&self->d);
	for (i = 0; i < STORM; i++)
		close(unix_connect(self->path));
	EXPECT_TRUE(passes(WATCH, fd, 2));
	EXPECT_TRUE(visits(WATCH, self->path, 3));
	EXPECT_GT(memory + BASE_KIB, memory_peak(&self->d));
}

/* They are asleep, for all that it knows. */
TEST_F_TIMEOUT(faults, receivers_that_stop_cost_what_is_said, 200)
{
	unsigned int i, j;
	int fd[STOPPED];
	long memory;

	ASSERT_EQ(0, start());
	for (i = 0; i < STOPPED; i++) {
		fd[i] = unix_connect(self->path);
		ASSERT_EQ(0, put_stream(fd[i], 60, i));
		ASSERT_TRUE(gets_stream(WATCH, 60, i));
	}
	memory = memory_peak(&self->d);
	for (i = 0; i < ROUNDS; i++) {
		for (j = 0; j < BURST; j++)
			ASSERT_EQ(0, put_stream(fd[0], SIZE, j));
		for (j = 0; j < BURST; j++)
			ASSERT_TRUE(gets_stream(WATCH, SIZE, j));
	}
	EXPECT_GT(memory + BASE_KIB + STOPPED * CLIENT_KIB + LONG_KIB,
		  memory_peak(&self->d));
}

TEST_HARNESS_MAIN
