/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - links: what all kinds of them have in common */
#ifndef VHUBD_LINK_H
#define VHUBD_LINK_H

#include <stdbool.h>

#include <glib.h>

#include "hub.h"
#include "needs.h"
#include "opts.h"

struct link;

/**
 * struct link_ops - what a link can do
 * @open: begin, or try again after link_failed(). False after setting the error
 *	if there is no use in trying again; then the link is dead.
 * @close: end, and free all but the struct itself; also what never opened
 * @needs: add what it needs once it is open; NULL for nothing
 * @needs_open: add what it needs to become so, beside that; NULL likewise
 * @say: say how it does; NULL for nothing but what its ports do
 */
struct link_ops {
	bool (*open)(struct link *link, GError **error);
	void (*close)(struct link *link);
	void (*needs)(const struct link *link, struct needs *needs);
	void (*needs_open)(const struct link *link, struct needs *needs);
	void (*say)(struct link *link);
};

/**
 * struct link - a cable from the hub to something outside
 * @ops: what it can do
 * @kind: what kind it is of
 * @hub: where it is plugged in
 * @text: as the user wrote it
 * @name: what the user gave as id=, or NULL
 * @id: its number among all of the hub, 0 for none
 * @pause: seconds until the next try
 * @pause_first: seconds until the first try
 * @once: do not try again
 * @own: it is the hub's own, by which emulators attach
 * @works: it does
 * @failed: it has been said that it does not
 * @why: the reason, or NULL
 * @since: when it began to work, or not to
 * @timer: GLib's number of the next try, or 0
 */
struct link {
	const struct link_ops *ops;
	const struct link_kind *kind;
	struct hub *hub;
	char *text;
	char *name;
	uint32_t id;
	unsigned int pause;
	unsigned int pause_first;
	bool once;
	bool own;
	bool works;
	bool failed;
	char *why;
	gint64 since;
	guint timer;
};

/**
 * struct link_kind - a kind of link
 * @name: its first word
 * @options: NULL-terminated: all that it knows
 * @needs: bits of enum needs_bit that links of it may need, but for programs
 * @create: a link from options, which are not kept; does nothing yet
 */
struct link_kind {
	const char *name;
	const char *const *options;
	unsigned int needs;
	struct link *(*create)(struct opts *opts, GError **error);
};

extern const struct link_kind link_socket;
extern const struct link_kind link_stream;
extern const struct link_kind link_dgram;
extern const struct link_kind link_l2tpv3;
extern const struct link_kind link_vde;
extern const struct link_kind link_vde_server;
extern const struct link_kind link_tap;
extern const struct link_kind link_user;

/* Have the sockets of a link_vde_server be for others. Return 0 or -errno. */
int vde_server_own(struct link *link, mode_t mode, uid_t owner, gid_t group);

/* A link from its text. NULL after setting the error. */
struct link *link_create(struct hub *hub, const char *text, GError **error);

/* Begin. Return false after setting the error. */
bool link_open(struct link *link, GError **error);
void link_free(struct link *link);

/* Add what it needs from then on; and until then. */
void link_needs(const struct link *link, struct needs *needs);
void link_needs_open(const struct link *link, struct needs *needs);

/* Add what links of a kind may need. False after setting the error. */
bool link_kind_needs(const char *kind, unsigned int *bits, GError **error);

/* Is it too early for what takes a thread, as looking up a name does? Then open()
 * is called again as soon as threads may be, without the rights of the beginning.
 */
bool link_too_early(struct link *link);

/* Say how it does, beside its ports. */
void link_say_more(struct link *link);

/* Say something about it. */
void link_say(const struct link *link, const char *fmt, ...)
	G_GNUC_PRINTF(2, 3);

/* It works, again. Says so if @how is not NULL. */
void link_works(struct link *link, const char *how);

/* It does not, for a reason. Says so, once, and tries again after a while, which
 * is longer each time, up to LINK_PAUSE_MAX.
 */
void link_failed(struct link *link, const char *why);

/* Somebody is there: there is no use in waiting. */
void link_hurry(struct link *link);

/* Place a port for the link, labelled by its text or, if not NULL, by @label.
 * Returns false after setting the error.
 */
bool link_port(struct link *link, struct port *port,
	       const struct port_ops *ops, enum port_size size,
	       const char *label, GError **error);

/* What the port of one of @n clients is worth: the first few are wide. */
enum port_size link_size(unsigned int n);

/* A file that was inherited, by its name or number. -1 after an error. */
int link_fd(const struct opts *opts, const char *text, GError **error);

#endif /* VHUBD_LINK_H */
