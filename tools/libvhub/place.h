/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - folders of user hubs, where a vhubd that is a hub has its sockets */
#ifndef LIBVHUB_PLACE_H
#define LIBVHUB_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is in the folder of a hub. */
#define VHUB_PLACE_STREAM	"stream"	/* QEMU's format, a client a port */
#define VHUB_PLACE_VDE		"vde"		/* a folder, as of a vde_switch */
#define VHUB_PLACE_NETLINK	"netlink"	/* requests, as to the kernel */
#define VHUB_PLACE_EVENTS	"events"	/* what the kernel multicasts */
#define VHUB_PLACE_LOCK		"lock"		/* held by the vhubd */

/* Room for the path of a unix socket. */
#define VHUB_PLACE_SIZE		108

/* Where this user's vhubd puts the folders of its hubs, or NULL. */
const char *vhub_place_own(char *path);

/* Where root's does. */
const char *vhub_place_root(char *path);

/* Call @fn for each name that a hub may have in these folders, once. */
void vhub_place_list(void (*fn)(const char *name, void *data), void *data);

/* Connect to a socket of that hub: of this user's vhubd, or else of root's.
 * Return: it, which does not block, or -errno: -ENODEV for no such hub. @path is
 * set to its name, and may be NULL.
 */
int vhub_place_connect(const char *hub, const char *name, int type, char *path);

/* Whose is the vhubd that vhub_place_connect() would connect to, or would if it let
 * us? False if there is none.
 */
bool vhub_place_owner(const char *hub, uid_t *uid);

#endif /* LIBVHUB_PLACE_H */
