// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what tests share that have the kernel fail on demand
 *
 * Between fail_begin() and fail_end() the allocation, or copy from or to user memory,
 * number fail_next of this thread fails, and only that.
 */

#define _GNU_SOURCE

#include "vhub_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vhub_test.h"

int fail_next;
bool fail_hit;

static int fail_fd;

int fail_open(void)
{
	static const char *const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[64];
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s",
			 settings[i][0]);
		ret = write_file(path, settings[i][1]);
		if (ret)
			return ret;
	}
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_fd < 0 ? -errno : 0;
}

void fail_begin(void)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", fail_next);

	if (pwrite(fail_fd, text, len, 0) != len)
		abort();
}

/* To ask how many are left is to make a copy, and so is to say that there shall be
 * none: either may be the one that fails.
 */
void fail_end(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		return;
	if (!atoi(text))
		fail_hit = true;
	else if (pwrite(fail_fd, "0", 1, 0) != 1 && errno != EFAULT)
		abort();
}

/* For talk_hook. */
void fail_around(bool begins)
{
	if (begins)
		fail_begin();
	else
		fail_end();
}
