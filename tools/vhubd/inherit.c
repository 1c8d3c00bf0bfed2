// SPDX-License-Identifier: GPL-2.0
/* vhubd - open files that we were handed over, by name */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inherit.h"
#include "opts.h"

#define INHERIT_FIRST	3	/* of systemd */
#define INHERIT_MAX	4096	/* files */
#define INHERIT_NAMELESS "unknown"

/**
 * struct inherit - a file
 * @fd: its number
 * @name: its name
 */
struct inherit {
	int fd;
	char *name;
};

static GArray *inherit_files;

static void inherit_clear(gpointer data)
{
	g_free(((struct inherit *)data)->name);
}

/* Takes the name. */
static void inherit_append(int fd, char *name)
{
	const struct inherit new = { .fd = fd, .name = name };

	if (!inherit_files) {
		inherit_files = g_array_new(FALSE, FALSE, sizeof(new));
		g_array_set_clear_func(inherit_files, inherit_clear);
	}
	g_array_append_val(inherit_files, new);
}

/* Is the file open, and nobody's? */
static bool inherit_is_free(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

static void inherit_systemd_files(unsigned int count, const char *names)
{
	char **list = g_strsplit(names ? : "", ":", -1);
	guint n = g_strv_length(list), i;

	for (i = 0; i < count; i++)
		inherit_append(INHERIT_FIRST + i,
			       g_strdup(i < n && *list[i] ? list[i] :
							    INHERIT_NAMELESS));
	g_strfreev(list);
}

static bool inherit_number(const char *text, guint64 min, guint64 max,
			   guint64 *number)
{
	return text && g_ascii_string_to_unsigned(text, 10, min, max, number,
						  NULL);
}

bool inherit_systemd(GError **error)
{
	const char *files = g_getenv("LISTEN_FDS");
	guint64 pid, count = 0;
	bool good = true;

	/* They may be another's, who did not clean up before it started us. */
	if (files &&
	    inherit_number(g_getenv("LISTEN_PID"), 1, G_MAXINT, &pid) &&
	    (pid_t)pid == getpid()) {
		good = inherit_number(files, 0, INHERIT_MAX, &count);
		if (!good)
			opts_error(error, "LISTEN_FDS: \"%s\" is not a number of files",
				   files);
		inherit_systemd_files(count, g_getenv("LISTEN_FDNAMES"));
	}
	g_unsetenv("LISTEN_PID");
	g_unsetenv("LISTEN_FDS");
	g_unsetenv("LISTEN_FDNAMES");
	return good;
}

bool inherit_add(const char *text, GError **error)
{
	char **words = g_strsplit(text, "=", 2);
	guint64 fd = 0;
	bool good;

	good = words[0] && words[1] && *words[1] &&
	       !g_ascii_isdigit(*words[1]) &&
	       inherit_number(words[0], INHERIT_FIRST, G_MAXINT, &fd);
	if (!good)
		opts_error(error, "--fd: \"%s\" is not FD or FD=NAME", text);
	else if (!inherit_is_free(fd))
		opts_error(error, "--fd: there is no open file %d", (int)fd);
	else
		inherit_append(fd, g_strdup(words[1]));
	good = good && inherit_is_free(fd);
	g_strfreev(words);
	return good;
}

static const struct inherit *inherit_next(const char *name)
{
	const struct inherit *file;
	guint i;

	for (i = 0; inherit_files && i < inherit_files->len; i++) {
		file = &g_array_index(inherit_files, struct inherit, i);
		if ((!name || !strcmp(file->name, name)) &&
		    inherit_is_free(file->fd))
			return file;
	}
	return NULL;
}

int inherit_find(const char *name)
{
	const struct inherit *file = inherit_next(name);

	return file ? file->fd : -1;
}

const char *inherit_left(void)
{
	const struct inherit *file = inherit_next(NULL);

	return file ? file->name : NULL;
}

static bool inherit_over;

void inherit_end(void)
{
	inherit_over = true;
}

bool inherit_ended(void)
{
	return inherit_over;
}

void inherit_free(void)
{
	if (inherit_files)
		g_array_free(inherit_files, TRUE);
	inherit_files = NULL;
}
