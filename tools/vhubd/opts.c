// SPDX-License-Identifier: GPL-2.0
/* vhubd - what a link is, in words: KIND,NAME=VALUE,... as QEMU writes it */
#include <errno.h>
#include <grp.h>
#include <string.h>

#include "opts.h"

/**
 * struct opt - an option
 * @name: its name
 * @value: its value
 * @used: somebody asked for it
 */
struct opt {
	char *name;
	char *value;
	bool used;
};

/* Options that may be there several times. */
static const char *const opts_lists[] = {
	"dnssearch", "guestfwd", "hostfwd", NULL
};

void opts_error(GError **error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (error)
		*error = g_error_new_valist(g_quark_from_static_string("vhubd"),
					    0, fmt, ap);
	va_end(ap);
}

static void opt_free(gpointer data)
{
	struct opt *opt = data;

	g_free(opt->name);
	g_free(opt->value);
	g_free(opt);
}

/* Text up to the next comma that is not written twice; *@text is moved behind
 * it, and NULL at the end.
 */
static char *opts_piece(const char **text)
{
	GString *piece = g_string_new(NULL);
	const char *c = *text;

	while (*c && (c[0] != ',' || c[1] == ',')) {
		g_string_append_c(piece, *c);
		c += c[0] == ',' ? 2 : 1;
	}
	*text = *c ? c + 1 : NULL;
	return g_string_free(piece, FALSE);
}

static struct opt *opts_find(const struct opts *opts, const char *name)
{
	struct opt *opt;
	guint i;

	for (i = 0; i < opts->list->len; i++) {
		opt = g_ptr_array_index(opts->list, i);
		if (!strcmp(opt->name, name))
			return opt;
	}
	return NULL;
}

static bool opts_add(struct opts *opts, char *piece, GError **error)
{
	char *equals = strchr(piece, '=');
	struct opt *opt;

	if (equals)
		*equals = '\0';
	if (!*piece) {
		opts_error(error, "%s: an option has no name", opts->kind);
		return false;
	}
	if (opts_find(opts, piece) && !g_strv_contains(opts_lists, piece)) {
		opts_error(error, "%s: \"%s\" is there twice", opts->kind,
			   piece);
		return false;
	}
	opt = g_new0(struct opt, 1);
	opt->name = g_strdup(piece);
	opt->value = g_strdup(equals ? equals + 1 : "on");
	g_ptr_array_add(opts->list, opt);
	return true;
}

struct opts *opts_parse(const char *text, GError **error)
{
	struct opts *opts = g_new0(struct opts, 1);
	bool good = true;
	char *piece;

	opts->text = g_strdup(text);
	opts->kind = opts_piece(&text);
	opts->list = g_ptr_array_new_with_free_func(opt_free);
	while (text && good) {
		piece = opts_piece(&text);
		good = opts_add(opts, piece, error);
		g_free(piece);
	}
	if (good)
		return opts;
	opts_free(opts);
	return NULL;
}

void opts_free(struct opts *opts)
{
	g_free(opts->text);
	g_free(opts->kind);
	g_ptr_array_free(opts->list, TRUE);
	g_free(opts);
}

const char *opts_get(struct opts *opts, const char *name)
{
	struct opt *opt = opts_find(opts, name);

	if (!opt)
		return NULL;
	opt->used = true;
	return opt->value;
}

const char *opts_next(struct opts *opts, const char *name)
{
	struct opt *opt;
	guint i;

	for (i = 0; i < opts->list->len; i++) {
		opt = g_ptr_array_index(opts->list, i);
		if (opt->used || strcmp(opt->name, name))
			continue;
		opt->used = true;
		return opt->value;
	}
	return NULL;
}

const char *opts_get_of(struct opts *opts, const char *prefix,
			const char *name)
{
	const char *value;
	char *full;

	if (!prefix)
		return opts_get(opts, name);
	full = g_strdup_printf("%s.%s", prefix, name);
	value = opts_get(opts, full);
	g_free(full);
	return value;
}

static void opts_bad(struct opts *opts, const char *prefix, const char *name,
		     const char *value, const char *what, GError **error)
{
	opts_error(error, "%s: %s%s%s: \"%s\" is not %s", opts->kind,
		   prefix ? : "", prefix ? "." : "", name, value, what);
}

bool opts_switch(struct opts *opts, const char *prefix, const char *name,
		 bool *value, GError **error)
{
	static const char *const on[] = { "on", "yes", "true", "y", NULL };
	static const char *const off[] = { "off", "no", "false", "n", NULL };
	const char *text = opts_get_of(opts, prefix, name);

	if (!text)
		return true;
	*value = g_strv_contains(on, text);
	if (*value || g_strv_contains(off, text))
		return true;
	opts_bad(opts, prefix, name, text, "on or off", error);
	return false;
}

/* Also 0x and 0 before octal numbers, as QEMU. */
bool opts_number(struct opts *opts, const char *prefix, const char *name,
		 uint64_t max, uint64_t *value, GError **error)
{
	const char *text = opts_get_of(opts, prefix, name);
	char *end, what[64];

	if (!text)
		return true;
	errno = 0;
	*value = g_ascii_strtoull(text, &end, 0);
	if (g_ascii_isdigit(*text) && !errno && !*end && *value <= max)
		return true;
	g_snprintf(what, sizeof(what), "a number from 0 to %" G_GUINT64_FORMAT,
		   max);
	opts_bad(opts, prefix, name, text, what, error);
	return false;
}

bool opts_seconds(const char *text, uint32_t max, uint32_t *ms)
{
	const char *end = text + strspn(text, "0123456789");
	double seconds;

	if (end == text || end - text > 7)
		return false;
	if (*end == '.' && end[1] && strlen(end + 1) <= 3)
		end += 1 + strspn(end + 1, "0123456789");
	seconds = g_ascii_strtod(text, NULL);
	if (*end || seconds > max / 1000.0)
		return false;
	*ms = seconds * 1000 + 0.5;
	return true;
}

bool opts_group(const char *what, const char *text, gid_t *gid,
		GError **error)
{
	const struct group *gr = getgrnam(text);
	guint64 number;

	if (gr) {
		*gid = gr->gr_gid;
		return true;
	}
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL)) {
		opts_error(error, "%s: no group \"%s\"", what, text);
		return false;
	}
	*gid = number;
	return true;
}

bool opts_known(const struct opts *opts, const char *const *allowed,
		GError **error)
{
	const struct opt *opt;
	char *words;
	guint i;

	for (i = 0; i < opts->list->len; i++) {
		opt = g_ptr_array_index(opts->list, i);
		if (g_strv_contains(allowed, opt->name))
			continue;
		words = g_strjoinv(", ", (char **)allowed);
		opts_error(error, "%s: no option \"%s\"; there are: %s",
			   opts->kind, opt->name, words);
		g_free(words);
		return false;
	}
	return true;
}

bool opts_end(const struct opts *opts, GError **error)
{
	const struct opt *opt;
	guint i;

	for (i = 0; i < opts->list->len; i++) {
		opt = g_ptr_array_index(opts->list, i);
		if (opt->used)
			continue;
		opts_error(error, "%s: \"%s\" has no place here", opts->kind,
			   opt->name);
		return false;
	}
	return true;
}
