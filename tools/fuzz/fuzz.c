// SPDX-License-Identifier: GPL-2.0
/* vhub - what the fuzzers share */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

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

char *fuzz_string(const uint8_t *data, size_t size)
{
	return g_strndup((const char *)data, size);
}

void fuzz_seclude(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS))
		err(1, "cannot have namespaces of our own");
}
