/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - is the peer of a TCP connection there? */
#ifndef VHUBD_ALIVE_H
#define VHUBD_ALIVE_H

#include <glib.h>

#include "endpoint.h"

/**
 * struct alive - what looks after a connection; zeros at first
 * @gone: called when the peer does not answer any more; may free all this. Other
 *	peers end with an error of the socket.
 * @fd: the connection
 * @timeout: milliseconds that a silent peer has
 * @count: questions that a peer without room may leave unanswered
 * @timer: GLib's number of the next look, or 0
 */
struct alive {
	void (*gone)(struct alive *a);
	int fd;
	unsigned int timeout;
	unsigned int count;
	guint timer;
};

/* A connection of an endpoint's begins; nothing is done about one that is not TCP.
 * Frames are not to wait for each other, either.
 */
void alive_begin(struct alive *a, const struct endpoint *ep, int fd);
void alive_end(struct alive *a);

#endif /* VHUBD_ALIVE_H */
