/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - link by datagrams: UDP, multicast, unix sockets, an open file */
#ifndef VHUBD_LINK_DGRAM_H
#define VHUBD_LINK_DGRAM_H

#include "endpoint.h"
#include "link.h"

/* Is it a multicast group, as a number? */
bool link_dgram_is_group(const struct endpoint *remote);

/* Takes what is in both. A remote group makes @local an interface's address. */
struct link *link_dgram_new(struct endpoint *local, struct endpoint *remote);

#endif /* VHUBD_LINK_DGRAM_H */
