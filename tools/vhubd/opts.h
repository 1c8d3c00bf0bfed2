/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - what a link is, in words: KIND,NAME=VALUE,... as QEMU writes it */
#ifndef VHUBD_OPTS_H
#define VHUBD_OPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

/**
 * struct opts - a link in words
 * @text: all of it
 * @kind: the first word
 * @list: the options, in their order
 */
struct opts {
	char *text;
	char *kind;
	GPtrArray *list;
};

/* All functions that take @error return false, or NULL, after setting it. */

void opts_error(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* A comma within a value is written twice. "NAME" alone is "NAME=on". */
struct opts *opts_parse(const char *text, GError **error);
void opts_free(struct opts *opts);

/* The value, or NULL. Whatever is not asked for is refused by opts_end(). */
const char *opts_get(struct opts *opts, const char *name);

/* Of an option that may be there several times, the next value; NULL after the
 * last one.
 */
const char *opts_next(struct opts *opts, const char *name);

/* The value of PREFIX.NAME, or of NAME if @prefix is NULL. */
const char *opts_get_of(struct opts *opts, const char *prefix,
			const char *name);

/* Values of a form. What is not given leaves *@value alone. */
bool opts_switch(struct opts *opts, const char *prefix, const char *name,
		 bool *value, GError **error);
bool opts_number(struct opts *opts, const char *prefix, const char *name,
		 uint64_t max, uint64_t *value, GError **error);

/* Seconds with up to three digits behind a point, as `vhub hub set` takes them. False
 * if @text is none, or more than @max milliseconds.
 */
bool opts_seconds(const char *text, uint32_t max, uint32_t *ms);

/* The group @text, by name or else by number; @what is named in the error. */
bool opts_group(const char *what, const char *text, gid_t *gid,
		GError **error);

/* Refuses options that are not among those of this kind of link. */
bool opts_known(const struct opts *opts, const char *const *allowed,
		GError **error);

/* Refuses options that nobody asked for. */
bool opts_end(const struct opts *opts, GError **error);

#endif /* VHUBD_OPTS_H */
