// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - all links of this process, which come and go while it runs
 *
 * DOC: What no link needed when vhubd was ready has been given up. So of one that
 * comes later it is asked before it is opened what it would need: what is lacking is
 * named, instead of an error that comes of it, now or when a first client connects.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/vhubd.h>

#include "links.h"

/* Given up, sandbox or not, by root: others had no capabilities. */
#define LINKS_CAPS	(NEEDS_LOW_PORT | NEEDS_RAW | NEEDS_TAP)

/* What the sandbox forbids. */
#define LINKS_SHUT	(NEEDS_INET | NEEDS_NAMES | NEEDS_LIBRARIES | \
			 NEEDS_TAP | NEEDS_PROGRAMS)

static const struct {
	const char *word;
	unsigned int bits;
} links_words[] = {
	{ "low-ports", NEEDS_LOW_PORT },
	{ "programs", NEEDS_PROGRAMS },
};

static void links_free(gpointer link)
{
	link_free(link);
}

void links_init(struct links *links, struct hub *hub)
{
	links->hub = hub;
	links->list = g_ptr_array_new_with_free_func(links_free);
	needs_init(&links->granted);
	links->shut = true;
	hub->links = links;
}

void links_clear(struct links *links)
{
	g_ptr_array_free(links->list, TRUE);
	needs_clear(&links->granted);
	links->hub->links = NULL;
}

struct link *links_find(const struct links *links, uint32_t id)
{
	struct link *link;
	guint i;

	for (i = 0; i < links->list->len; i++) {
		link = g_ptr_array_index(links->list, i);
		if (link->id == id)
			return link;
	}
	return NULL;
}

struct link *links_named(const struct links *links, const char *name)
{
	struct link *link;
	guint i;

	for (i = 0; i < links->list->len; i++) {
		link = g_ptr_array_index(links->list, i);
		if (link->name && !strcmp(link->name, name))
			return link;
	}
	return NULL;
}

/* Numbers that were another link's come again as late as can be. */
static void links_append(struct links *links, struct link *link)
{
	do {
		links->last = links->last % LINKS_MAX + 1;
	} while (links_find(links, links->base + links->last));
	link->id = links->base + links->last;
	g_ptr_array_add(links->list, link);
	links->generation++;
}

static bool links_has_room(const struct links *links, GError **error)
{
	if (links->list->len < LINKS_MAX)
		return true;
	opts_error(error, "there are %u links, which is all that a vhubd takes",
		   LINKS_MAX);
	return false;
}

bool links_create(struct links *links, const char *text, GError **error)
{
	struct link *link;

	if (!links_has_room(links, error))
		return false;
	link = link_create(links->hub, text, error);
	if (link)
		links_append(links, link);
	return link;
}

void links_number(struct links *links, unsigned int vhubd)
{
	struct link *link;
	guint i;

	for (i = 0; i < links->list->len; i++) {
		link = g_ptr_array_index(links->list, i);
		link->id += vhubd * LINKS_STEP - links->base;
	}
	links->base = vhubd * LINKS_STEP;
}

/* Rights -------------------------------------------------------------------------*/

static bool links_granted(const struct links *links,
			  const struct needs *wanted, char *text)
{
	unsigned int hard = geteuid() ? 0 : LINKS_CAPS;
	char lack[NEEDS_TEXT];

	if (links->shut)
		hard |= LINKS_SHUT;
	if (!needs_lack_bits(&links->granted, wanted, hard, lack) &&
	    !(links->shut &&
	      needs_lack_path(&links->granted, wanted, lack)))
		return true;
	g_snprintf(text, LINKS_TEXT, "it needs %.80s, which vhubd has given up: see --allow%s",
		   lack, links->shut ? " and --no-sandbox" : "");
	return false;
}

bool links_may(const struct links *links, unsigned int bits, char *text)
{
	struct needs wanted;
	bool may;

	needs_init(&wanted);
	wanted.bits = bits;
	may = links_granted(links, &wanted, text);
	needs_clear(&wanted);
	return may;
}

bool links_allow(const char *text, struct needs *needs, GError **error)
{
	unsigned int i;

	if (*text == '/') {
		needs_path(needs, text, NEEDS_READ | NEEDS_LIST | NEEDS_WRITE |
			   NEEDS_MAKE | NEEDS_REMOVE | NEEDS_REMOVE_DIR);
		return true;
	}
	for (i = 0; i < G_N_ELEMENTS(links_words); i++) {
		if (strcmp(links_words[i].word, text))
			continue;
		needs->bits |= links_words[i].bits;
		return true;
	}
	return link_kind_needs(text, &needs->bits, error);
}

/* While all runs -----------------------------------------------------------------*/

static int links_check(const struct links *links, const struct link *link,
		       GError **error)
{
	char text[LINKS_TEXT];
	struct needs wanted;
	bool good;

	if (link->name && strlen(link->name) > VHUBD_LINK_NAME_MAX) {
		opts_error(error, "id: a text of up to %u bytes is needed",
			   VHUBD_LINK_NAME_MAX);
		return -EINVAL;
	}
	if (link->name && links_named(links, link->name)) {
		opts_error(error, "there is a link with this id already");
		return -EEXIST;
	}
	needs_init(&wanted);
	link_needs(link, &wanted);
	link_needs_open(link, &wanted);
	good = links_granted(links, &wanted, text);
	needs_clear(&wanted);
	if (good)
		return 0;
	opts_error(error, "%s", text);
	return -EOPNOTSUPP;
}

int links_add(struct links *links, const char *text, struct link **link,
	      GError **error)
{
	int ret;

	if (!links_has_room(links, error))
		return -ENOSPC;
	*link = link_create(links->hub, text, error);
	if (!*link)
		return -EINVAL;
	ret = links_check(links, *link, error);
	if (!ret && !link_open(*link, error))
		ret = -EIO;
	if (ret) {
		link_free(*link);
		return ret;
	}
	links_append(links, *link);
	link_say(*link, "added, link %u", (*link)->id);
	return 0;
}

void links_del(struct links *links, struct link *link)
{
	link_say(link, "removed");
	g_ptr_array_remove(links->list, link);
	links->generation++;
}
