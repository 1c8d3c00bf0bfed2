// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - run a program in a namespace of a scenario's, lib.sh
 *
 *	in_ns NAME PROGRAM [ARGUMENT]...
 *
 * nsenter would do, behind a script that knows what NAME is. But it is done for
 * nearly everything that is called, mostly on an emulated processor, where these two
 * take longer to start than what they start.
 */

#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *prefix = getenv("IN_NS_PREFIX");
	char path[PATH_MAX];
	int fd;

	if (argc < 3 || !prefix)
		errx(125, "usage: IN_NS_PREFIX=PATH in_ns NAME PROGRAM...");
	snprintf(path, sizeof(path), "%s%s", prefix, argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(125, "%s", path);
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
