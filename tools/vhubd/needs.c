// SPDX-License-Identifier: GPL-2.0
/* vhubd - what is still needed when all is set up */
#include "needs.h"

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
