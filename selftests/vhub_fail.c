// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what tests share that have the kernel fail on demand
 *
 * Between fail_begin() and fail_end() the allocation, or copy from or to user memory,
 * number fail_next of this thread fails, and only that; or, with fail_for_good, all
 * allocations of less than a page or two that come after so much of them.
 */

#define _GNU_SOURCE

#include "vhub_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vhub_test.h"

/* Bytes between two places from which on there is no memory: less than most of what is
 * allocated, so that few are passed over.
 */
#define FAIL_STEP	128
#define FAIL_TIMES	1000000

int fail_next;
bool fail_hit;
unsigned int fail_whats;
bool fail_for_good;

static int fail_fd;
static int for_good_fd;

/* Each counts down how often it may have something fail: in the order of enum
 * fail_what.
 */
static const char *const injectors[] = {
	"failslab", "fail_page_alloc", "fail_usercopy"
};

#define INJECTORS	(sizeof(injectors) / sizeof(*injectors))

static int fail_set(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", name);
	return write_file(path, value);
}

int fail_open(void)
{
	static const char *const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "failslab/task-filter", "Y" },
		{ "failslab/probability", "100" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		ret = fail_set(settings[i][0], settings[i][1]);
		if (ret)
			return ret;
	}
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	for_good_fd = open("/proc/thread-self/make-it-fail",
			   O_RDWR | O_CLOEXEC);
	return fail_fd < 0 || for_good_fd < 0 ? -errno : 0;
}

static void set_times(void)
{
	char name[32], text[16];
	unsigned int i;

	snprintf(text, sizeof(text), "%d", FAIL_TIMES);
	for (i = 0; i < INJECTORS; i++) {
		snprintf(name, sizeof(name), "%s/times", injectors[i]);
		if (fail_set(name, text))
			abort();
	}
}

static int get_times(const char *injector)
{
	char path[64], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/times", injector);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		abort();
	close(fd);
	return atoi(text);
}

/* Which of them had something fail since? */
static unsigned int used_times(void)
{
	unsigned int i, whats = 0;

	for (i = 0; i < INJECTORS; i++)
		if (get_times(injectors[i]) != FAIL_TIMES)
			whats |= 1 << i;
	return whats;
}

static void fail_begin_for_good(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", fail_next * FAIL_STEP);
	if (fail_set("failslab/space", text) ||
	    pwrite(for_good_fd, "1", 1, 0) != 1)
		abort();
}

static void fail_end_for_good(void)
{
	if (pwrite(for_good_fd, "0", 1, 0) != 1)
		abort();
	if (used_times())
		fail_hit = true;
}

void fail_begin(void)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", fail_next);

	set_times();
	if (fail_for_good)
		fail_begin_for_good();
	else if (pwrite(fail_fd, text, len, 0) != len)
		abort();
}

/* To ask how many are left is to make a copy, and so is to say that there shall be
 * none: either may be the one that fails.
 */
void fail_end(void)
{
	char text[16] = "";

	if (fail_for_good) {
		fail_end_for_good();
		return;
	}
	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		return;
	if (!atoi(text)) {
		fail_hit = true;
		fail_whats |= used_times();
	} else if (pwrite(fail_fd, "0", 1, 0) != 1 && errno != EFAULT) {
		abort();
	}
}

/* For talk_hook. */
void fail_around(bool begins)
{
	if (begins)
		fail_begin();
	else
		fail_end();
}
