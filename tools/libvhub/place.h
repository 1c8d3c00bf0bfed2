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

/*
 * A vhubd on a hub of the kernel has a folder, too, NAME:NETNS:NUMBER: the hub's name,
 * a number of its network namespace, and the lowest one that no other vhubd there
 * has, from 0 on. No name of a hub has a colon in it.
 */
#define VHUB_PLACE_FORM		"%s:%llu:%u"

/* That number of our namespace: of the kernel's, for as long as it runs. */
unsigned long long vhub_place_netns(void);

/**
 * struct vhub_place - a folder of a vhubd
 * @path: of its socket for requests
 * @hub: name of the hub
 * @kernel: it is the kernel's
 * @number: of the vhubd, 0 for one that is the hub
 */
struct vhub_place {
	char path[VHUB_PLACE_SIZE];
	char hub[16];
	bool kernel;
	unsigned int number;
};

/* All of hub @hub, or of all hubs if that is NULL, in order, those of other network
 * namespaces left out. Return: how many, or -ENOMEM; the caller frees @places.
 */
int vhub_place_all(const char *hub, struct vhub_place **places);

/* Connect to such a socket. As vhub_place_connect(). */
int vhub_place_connect_to(const struct vhub_place *place);

#endif /* LIBVHUB_PLACE_H */
