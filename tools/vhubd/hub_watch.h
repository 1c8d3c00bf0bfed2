/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - the kernel's hub goes, and comes back */
#ifndef VHUBD_HUB_WATCH_H
#define VHUBD_HUB_WATCH_H

#include "../libvhub/netlink.h"
#include "hub.h"

/**
 * struct hub_watch - whether it is there
 * @hub: the hub
 * @nl: where the kernel tells of changes
 * @ask: where we ask
 * @file: that of @nl
 * @ifindex: of the hub that our ports are on, 0 if it is gone
 * @waits: there are ports that are on none
 * @said: it has been said why they cannot be
 * @pause: seconds until the next try
 * @timer: GLib's number of that, or 0
 */
struct hub_watch {
	struct hub *hub;
	struct vhub_nl nl;
	struct vhub_nl ask;
	struct loop_file file;
	uint32_t ifindex;
	bool waits;
	bool said;
	unsigned int pause;
	guint timer;
};

/* Begin, on one of zeros, while the hub is there. Return 0 or -errno. To be closed
 * in any case.
 */
int hub_watch_open(struct hub_watch *watch, struct hub *hub);
void hub_watch_close(struct hub_watch *watch);

#endif /* VHUBD_HUB_WATCH_H */
