/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - links by stream socket: one that connects, one that listens */
#ifndef VHUBD_CONNECTOR_H
#define VHUBD_CONNECTOR_H

#include "endpoint.h"
#include "link.h"

/* A link that connects there, again and again, or uses that open file. Takes
 * what is in @ep.
 */
struct link *connector_new(struct endpoint *ep);

/* A link that listens there; each of up to @clients clients is a port, labelled
 * by @kind and where it comes from. Takes what is in @ep.
 */
struct link *listener_new(struct endpoint *ep, const char *kind,
			  unsigned int clients);

/* Have it take a socket for a client's, that of a process at the other end of the
 * unix socket @user. Takes the socket, also in case of an error. Returns the port
 * or NULL.
 */
struct port *listener_adopt(struct link *link, int fd, int user,
			    const char *label);

#endif /* VHUBD_CONNECTOR_H */
