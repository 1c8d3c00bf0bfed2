// SPDX-License-Identifier: GPL-2.0
/* vhub - fuzzer: what VDE clients ask a switch for, and frames of theirs */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../vhubd/link.h"
#include "fuzz.h"

#define REQUEST_MAX	512

static char *fuzz_dir;
static struct link *fuzz_link;

static void fuzz_end(void)
{
	link_free(fuzz_link);
	rmdir(fuzz_dir);
	g_free(fuzz_dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	GError *error = NULL;
	char *text;

	(void)argc;
	(void)argv;
	fuzz_dir = g_dir_make_tmp("vhub-fuzz.XXXXXX", &error);
	if (!fuzz_dir)
		errx(1, "%s", error->message);
	text = g_strdup_printf("vde-server,sock=%s", fuzz_dir);
	fuzz_link = link_create(fuzz_hub(), text, &error);
	if (!fuzz_link || !link_open(fuzz_link, &error))
		errx(1, "%s", error->message);
	g_free(text);
	atexit(fuzz_end);
	return 0;
}

static int fuzz_connect(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/ctl", fuzz_dir);
	FUZZ_ASSERT(fd >= 0);
	FUZZ_ASSERT(!connect(fd, (const struct sockaddr *)&un, sizeof(un)));
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_un answer;
	int fd;
	ssize_t n;

	if (size > REQUEST_MAX)
		return 0;
	fd = fuzz_connect();
	/* The server may have hung up before. */
	if (send(fd, data, size, MSG_NOSIGNAL) < 0)
		FUZZ_ASSERT(!size);
	fuzz_settle();
	/* Either an address or the end, or it waits for more. */
	n = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
	FUZZ_ASSERT(n <= 0 || (n == sizeof(answer) &&
			       answer.sun_family == AF_UNIX));
	close(fd);
	fuzz_settle();
	FUZZ_ASSERT(!fuzz_hub()->ports.length);
	return 0;
}
