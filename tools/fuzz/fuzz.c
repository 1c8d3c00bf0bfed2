// SPDX-License-Identifier: GPL-2.0
/* vhub - what the fuzzers share */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "fuzz.h"

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, what);
	abort();
}

static void fuzz_log(const gchar *domain, GLogLevelFlags level,
		     const gchar *text, gpointer data)
{
	(void)domain;
	(void)data;
	/* GLib's own complaints are about faults of ours. */
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		fuzz_fail(__FILE__, __LINE__, text);
}

struct hub *fuzz_hub(void)
{
	static struct hub hub = { .ops = &hub_user };

	if (!hub.loop) {
		g_log_set_default_handler(fuzz_log, NULL);
		hub_init(&hub, "fuzz", loop_new());
		FUZZ_ASSERT(hub.loop);
	}
	return &hub;
}

void fuzz_settle(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

const uint8_t *fuzz_record(struct fuzz_input *in, size_t *len)
{
	const uint8_t *record = in->data + 2;

	if (in->size < 2)
		return NULL;
	*len = MIN((size_t)in->data[0] << 8 | in->data[1], in->size - 2);
	in->data += 2 + *len;
	in->size -= 2 + *len;
	return record;
}

void fuzz_put_frame(GByteArray *to, const void *data, size_t len)
{
	uint32_t head = htonl(len);

	if (len < VHUB_FRAME_MIN || len > VHUB_FRAME_MAX)
		return;
	g_byte_array_append(to, (const void *)&head, sizeof(head));
	g_byte_array_append(to, data, len);
}

bool fuzz_same(const GByteArray *a, const GByteArray *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static unsigned int fuzz_sink_output(struct port *port,
				     const struct vhub_frame *frames,
				     unsigned int n)
{
	struct fuzz_sink *sink = container_of(port, struct fuzz_sink, port);
	unsigned int i;

	for (i = 0; i < n; i++) {
		FUZZ_ASSERT(frames[i].len >= VHUB_FRAME_MIN &&
			    frames[i].len <= VHUB_FRAME_MAX);
		fuzz_put_frame(sink->got, frames[i].data, frames[i].len);
	}
	return n;
}

void fuzz_sink_open(struct fuzz_sink *sink)
{
	static const struct port_ops ops = { .output = fuzz_sink_output };

	memset(sink, 0, sizeof(*sink));
	sink->got = g_byte_array_new();
	FUZZ_ASSERT(!port_open(&sink->port, fuzz_hub(), &ops, PORT_NARROW,
			       "sink"));
	port_set_up(&sink->port, true);
}

void fuzz_sink_close(struct fuzz_sink *sink)
{
	port_close(&sink->port);
	g_byte_array_unref(sink->got);
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	return g_strndup((const char *)data, size);
}

static void fuzz_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

/* Root there: libFuzzer starts itself anew to reduce a corpus, and then it is done in
 * one that is there already.
 */
void fuzz_seclude(void)
{
	char *uids = g_strdup_printf("0 %u 1", geteuid());
	char *gids = g_strdup_printf("0 %u 1", getegid());

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS))
		err(1, "cannot have namespaces of our own");
	fuzz_write("/proc/self/setgroups", "deny");
	fuzz_write("/proc/self/uid_map", uids);
	fuzz_write("/proc/self/gid_map", gids);
	if (mount("fuzz", "/run", "tmpfs", 0, NULL))
		err(1, "cannot have a folder of our own");
	g_free(uids);
	g_free(gids);
}
