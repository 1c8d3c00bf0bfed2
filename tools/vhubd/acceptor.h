/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - a socket that listens, and how many clients it may have */
#ifndef VHUBD_ACCEPTOR_H
#define VHUBD_ACCEPTOR_H

#include <stdbool.h>

#include <glib.h>

#include "endpoint.h"
#include "link.h"

#define ACCEPTOR_CLIENTS	1024	/* unless other is said */

/**
 * struct acceptor - the socket
 * @link: whose it is
 * @take: take a client's socket, which comes from @addr
 * @file: it, or -1
 * @clients: those that are there; the link's to fill
 * @max: how many there may be
 * @timer: GLib's number of the end of a pause, or 0
 * @refused: it has been said that clients are refused, or have to wait
 */
struct acceptor {
	struct link *link;
	void (*take)(struct acceptor *a, int fd, const struct addr *addr);
	struct loop_file file;
	GQueue clients;
	uint64_t max;
	guint timer;
	bool refused;
};

/* Prepare one of zeros. */
void acceptor_init(struct acceptor *a, struct link *link,
		   void (*take)(struct acceptor *a, int fd,
				const struct addr *addr));

/* Takes the socket, also in case of an error. Return 0 or -errno. */
int acceptor_open(struct acceptor *a, int fd);

/* Returns whether it was open. */
bool acceptor_close(struct acceptor *a);

/* A client could not be taken. Said once, until acceptor_took(). */
void acceptor_refuse(struct acceptor *a, const char *why);

/* One was. */
void acceptor_took(struct acceptor *a);

#endif /* VHUBD_ACCEPTOR_H */
