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

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "vhubd_test.h"

#define STORM		20000	/* connections, if $VHUB_STORM has no other number */
#define STORMS		4	/* at a time */
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

/* A /run of our own with room for so many files, itself among them, of so many
 * bytes.
 */
static int small_run(unsigned int files, const char *size)
{
	char options[64];

	snprintf(options, sizeof(options), "nr_inodes=%u,size=%s", files, size);
	umount2("/run", MNT_DETACH);
	return ret_errno(mount("none", "/run", "tmpfs", 0, options));
}

/* Nothing is in there but perhaps the folder of all hubs, without any. */
static bool is_bare(void)
{
	return (!rmdir("/run/vhub") || errno == ENOENT) && !rmdir("/run/test") &&
	       !umount2("/run", 0);
}

/* Starts it with all its files below /run, and ends it if it runs. Return: as
 * vhubd_start().
 */
static int run_in(struct vhubd *d, const char *link)
{
	int ret;

	if (mkdir("/run/test", 0755))
		return -errno;
	ret = vhubd_start(d, "--user", "--pid-file=/run/test/pid", link, NULL);
	if (!ret && link)
		close(unix_connect("/run/test/sock"));
	return ret ? : vhubd_stop(d);
}

#define RUN_LINK "stream,server=on,addr.type=unix,addr.path=/run/test/sock"

TEST_F(faults, files_that_there_is_no_room_for)
{
	unsigned int files, ran = 0;
	int ret;

	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	/* The first one that there is no room for is another one each time. */
	for (files = 2; ran < 2; files++) {
		ASSERT_GT(20, files);
		ASSERT_EQ(0, small_run(files, "1m"));
		ret = run_in(&self->d, ran ? RUN_LINK : NULL);
		EXPECT_TRUE(!ret || ret == 1);
		EXPECT_EQ(!!ret, vhubd_said(&self->d, ": No space left on device\n"));
		EXPECT_TRUE(is_bare());
		ran += !ret;
	}
	/* The hub has a folder with at least six, and there is a number. */
	EXPECT_LE(8, files);
}

TEST_F(faults, a_number_that_there_is_no_room_for)
{
	int fd;

	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, small_run(20, "4k"));
	fd = open("/run/full", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_EQ(1, write(fd, "", 1));
	close(fd);
	EXPECT_EQ(1, run_in(&self->d, RUN_LINK));
	EXPECT_EQ(1, vhubd_said(&self->d, "/pid: No space left on device\n"));
	EXPECT_EQ(0, unlink("/run/full"));
	EXPECT_EQ(0, rmdir("/run/test"));
	EXPECT_EQ(0, run_in(&self->d, RUN_LINK));
	EXPECT_TRUE(is_bare());
}

/* Clients -----------------------------------------------------------------------*/

struct storm {
	const char *path;
	long count;
	long failed;
	pthread_t thread;
};

/* Who connects, perhaps says something, and goes without hearing the answer. */
static bool storms(const char *path, long i)
{
	static const char said[] = "\0\0\1\0half a frame";
	static const size_t bytes[] = { 0, 2, 4, sizeof(said) };
	static const unsigned int lengths[] = { 0, ~0U, LENGTH_MAX };
	int fd = unix_connect(path);

	if (fd < 0)
		return false;
	/* It may be at its end by now. */
	if (i % 2)
		put_bytes(fd, said, bytes[i / 2 % ARRAY_SIZE(bytes)]);
	else if (i % 4)
		put_length(fd, lengths[i / 4 % ARRAY_SIZE(lengths)]);
	close(fd);
	return true;
}

static void *storm_run(void *data)
{
	struct storm *s = data;
	long i;

	for (i = 0; i < s->count; i++)
		s->failed += !storms(s->path, i);
	return NULL;
}

TEST_F_TIMEOUT(faults, a_storm_of_connections, 3600)
{
	const char *count = getenv("VHUB_STORM");
	struct storm storm[STORMS] = { 0 };
	long memory;
	int i, fd;

	/* Two lines for each would be more than a file in memory should have. */
	vhubd_log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	ASSERT_EQ(0, start());
	fd = unix_connect(self->path);
	ASSERT_TRUE(passes(WATCH, fd, 1));
	memory = memory_peak(&self->d);
	for (i = 0; i < STORMS; i++) {
		storm[i].path = self->path;
		storm[i].count = (count ? atol(count) : STORM) / STORMS;
		ASSERT_EQ(0, pthread_create(&storm[i].thread, NULL, storm_run,
					    &storm[i]));
	}
	for (i = 0; i < STORMS; i++) {
		EXPECT_EQ(0, pthread_join(storm[i].thread, NULL));
		EXPECT_EQ(0, storm[i].failed);
	}
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
