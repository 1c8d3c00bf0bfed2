/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - all links of this process, which come and go while it runs */
#ifndef VHUBD_LINKS_H
#define VHUBD_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "link.h"
#include "needs.h"

#define LINKS_MAX	9999	/* of one vhubd */
#define LINKS_STEP	10000	/* between the first numbers of two */
#define LINKS_TEXT	256	/* bytes that suffice for links_may() */

/**
 * struct links - the list
 * @hub: where they are plugged in
 * @list: struct link
 * @base: their numbers are above that
 * @last: the youngest one's, above @base
 * @generation: how often one of them, or something of one, came or went
 * @granted: what was not given up
 * @shut: more than that cannot be had; else only capabilities cannot
 */
struct links {
	struct hub *hub;
	GPtrArray *list;
	uint32_t base;
	uint32_t last;
	uint32_t generation;
	struct needs granted;
	bool shut;
};

/* Begin on one of zeros, without links. */
void links_init(struct links *links, struct hub *hub);

/* Ends all links. */
void links_clear(struct links *links);

/* A link that is not open yet. False after setting the error. */
bool links_create(struct links *links, const char *text, GError **error);

/* Number them anew, for the vhubd with this number, from 0 on. */
void links_number(struct links *links, unsigned int vhubd);

/* While all runs: add one, open. Return 0, or -errno after setting the error. */
int links_add(struct links *links, const char *text, struct link **link,
	      GError **error);
void links_del(struct links *links, struct link *link);

/* By number, or name; NULL for none. */
struct link *links_find(const struct links *links, uint32_t id);
struct link *links_named(const struct links *links, const char *name);

/* Grant what links of a kind may need later, or files below a folder. False after
 * setting the error.
 */
bool links_allow(const char *text, struct needs *needs, GError **error);

/* Are these bits of enum needs_bit granted? If not, @text says so. */
bool links_may(const struct links *links, unsigned int bits, char *text);

#endif /* VHUBD_LINKS_H */
