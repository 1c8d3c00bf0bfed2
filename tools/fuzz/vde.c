// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: what VDE clients ask a switch for, and frames of theirs
 *
 *	input --- |hub| --- sink
 *
 * The input is records. The first is the request; the others go to the socket that
 * it is answered with, if it is, from FUZZ_CLIENT, which the request may name.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../vhubd/link.h"
#include "fuzz.h"

#define FUZZ_CLIENT	"\0fuzz"

static char *fuzz_dir;
static int fuzz_client;
static struct link *fuzz_link;

static void fuzz_end(void)
{
	link_free(fuzz_link);
	rmdir(fuzz_dir);
	g_free(fuzz_dir);
}

/* The whole of its path is its name, as that of the request is. */
static int fuzz_bind(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, FUZZ_CLIENT, sizeof(FUZZ_CLIENT));
	FUZZ_ASSERT(fd >= 0);
	FUZZ_ASSERT(!bind(fd, (const struct sockaddr *)&un, sizeof(un)));
	return fd;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	GError *error = NULL;
	char *text;

	(void)argc;
	(void)argv;
	fuzz_seclude();
	fuzz_client = fuzz_bind();
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

/* What the hub takes of these has to come out of it. The server's socket may be
 * connected to another one, and then refuses ours.
 */
static void fuzz_send_frames(struct fuzz_input *in,
			     const struct sockaddr_un *server)
{
	GByteArray *want = g_byte_array_new();
	struct fuzz_sink sink;
	const uint8_t *data;
	size_t len;

	fuzz_sink_open(&sink);
	while ((data = fuzz_record(in, &len))) {
		if (sendto(fuzz_client, data, len, MSG_NOSIGNAL,
			   (const struct sockaddr *)server,
			   sizeof(*server)) == (ssize_t)len)
			fuzz_put_frame(want, data, len);
		fuzz_settle();
	}
	FUZZ_ASSERT(fuzz_same(want, sink.got));
	g_byte_array_unref(want);
	fuzz_sink_close(&sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct sockaddr_un answer;
	const uint8_t *request;
	size_t len;
	ssize_t n;
	int fd;

	request = fuzz_record(&in, &len);
	if (!request)
		return 0;
	fd = fuzz_connect();
	/* The server may have hung up before. */
	if (send(fd, request, len, MSG_NOSIGNAL) < 0)
		FUZZ_ASSERT(!len);
	fuzz_settle();
	/* Either an address or the end, or it waits for more. */
	n = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
	FUZZ_ASSERT(n <= 0 || (n == sizeof(answer) &&
			       answer.sun_family == AF_UNIX));
	if (n > 0)
		fuzz_send_frames(&in, &answer);
	close(fd);
	fuzz_settle();
	FUZZ_ASSERT(!fuzz_hub()->ports.length);
	return 0;
}
