/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - user hubs: the same requests over the socket of a vhubd */
#ifndef LIBVHUB_USER_H
#define LIBVHUB_USER_H

#include "netlink.h"
#include "nl.h"

/* As vhub_nl_talk(), with the user hub of that name. -ENODEV for no such hub. A
 * file that comes with the answer is put in @passed, if that is not NULL.
 */
int vhub_user_talk(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, void *data, int *passed);

/* What the calls without "user" do, for a user hub alone. @family: set to its number
 * of the family.
 */
int vhub_user_hub_get(struct vhub_nl *nl, const char *name,
		      struct vhub_hub_info *hub, uint16_t *family);
int vhub_user_hub_del(struct vhub_nl *nl, const char *name);
int vhub_user_port_get(struct vhub_nl *nl, const char *hub, uint32_t number,
		       struct vhub_port_info *port);
int vhub_user_port_list(struct vhub_nl *nl, const char *hub,
			struct vhub_port_info **ports, size_t *n);

/* Become a port. Return: a stream socket, which does not block, or -errno. */
int vhub_user_port_add(struct vhub_nl *nl, const char *hub, const char *label,
		       struct vhub_port_info *port);

/* Of listen.c: changes of user hubs, and the file to wait for all changes with.
 * @group: bits of enum vhub_listen_group
 */
enum vhub_listen_group {
	VHUB_LISTEN_EVENTS	= 1 << 0,
	VHUB_LISTEN_FDB		= 1 << 1,
};

struct vhub_event;

/* Return: how many user hubs are listened to, or -errno. */
int vhub_listen_open(struct vhub_nl *nl, unsigned int group);
void vhub_listen_close(struct vhub_nl *nl);
int vhub_listen_kernel(struct vhub_nl *nl);
int vhub_listen_fd(const struct vhub_nl *nl);

/* As vhub_event_next(), but 1 if it is the kernel that has something to say. */
int vhub_listen_next(struct vhub_nl *nl, bool wait,
		     int (*cb)(const struct vhub_event *event, void *data),
		     void *data);

/* Of event.c: returns 1 for a message that is no event. */
int vhub_event_parse(const struct nlmsghdr *nlh, struct vhub_event *event);

#endif /* LIBVHUB_USER_H */
