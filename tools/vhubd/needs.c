// SPDX-License-Identifier: GPL-2.0
/* vhubd - what is still needed when all is set up */
#include <string.h>

#include "needs.h"

static const struct {
	unsigned int bit;
	const char *what;
} needs_words[] = {
	{ NEEDS_INET, "sockets of IP" },
	{ NEEDS_LOW_PORT, "ports below 1024" },
	{ NEEDS_RAW, "raw sockets" },
	{ NEEDS_NAMES, "to look names up" },
	{ NEEDS_LIBRARIES, "to load libraries" },
	{ NEEDS_TAP, "network devices" },
	{ NEEDS_OTHERS, "sockets of other users" },
	{ NEEDS_OWNERS, "to give files to others" },
	{ NEEDS_PROGRAMS, "to start programs" },
};

static void needs_forget(gpointer data)
{
	g_free(((struct needs_path *)data)->path);
}

void needs_init(struct needs *needs)
{
	needs->bits = 0;
	needs->paths = g_array_new(FALSE, FALSE, sizeof(struct needs_path));
	g_array_set_clear_func(needs->paths, needs_forget);
}

void needs_clear(struct needs *needs)
{
	g_array_free(needs->paths, TRUE);
}

void needs_path(struct needs *needs, const char *path, unsigned int access)
{
	const struct needs_path new = {
		.path = g_strdup(path),
		.access = access,
	};

	g_array_append_val(needs->paths, new);
}

void needs_parent(struct needs *needs, const char *path, unsigned int access)
{
	char *dir = g_path_get_dirname(path);

	needs_path(needs, dir, access);
	g_free(dir);
}

/* Is it that, or below that? */
static bool needs_is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	if (len && above[len - 1] == '/')
		len--;
	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

static bool needs_has_path(const struct needs *has,
			   const struct needs_path *wanted)
{
	unsigned int access = wanted->access;
	const struct needs_path *path;
	guint i;

	for (i = 0; i < has->paths->len; i++) {
		path = &g_array_index(has->paths, struct needs_path, i);
		if (needs_is_below(wanted->path, path->path))
			access &= ~path->access;
	}
	return !access;
}

bool needs_lack_bits(const struct needs *has, const struct needs *wanted,
		     unsigned int hard, char *text)
{
	unsigned int bits = wanted->bits & ~has->bits & hard;
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(needs_words); i++) {
		if (!(bits & needs_words[i].bit))
			continue;
		g_snprintf(text, NEEDS_TEXT, "%s", needs_words[i].what);
		return true;
	}
	return false;
}

/* Where programs may be started, the file system is open. */
bool needs_lack_path(const struct needs *has, const struct needs *wanted,
		     char *text)
{
	const struct needs_path *path;
	guint i;

	if (has->bits & NEEDS_PROGRAMS)
		return false;
	for (i = 0; i < wanted->paths->len; i++) {
		path = &g_array_index(wanted->paths, struct needs_path, i);
		if (needs_has_path(has, path))
			continue;
		g_snprintf(text, NEEDS_TEXT, "%s", path->path);
		return true;
	}
	return false;
}
