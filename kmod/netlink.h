/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - generic netlink: handlers, and news for those who listen
 */
#ifndef _VHUB_NETLINK_H
#define _VHUB_NETLINK_H

#include <linux/types.h>

struct pid_namespace;
struct user_namespace;
struct vhub_fdb_entry;
struct vhub_hub;
struct vhub_port;

/**
 * struct vhub_viewer - through whose eyes ids are shown
 * @user_ns: for user and group ids
 * @pid_ns: for process ids, NULL when none are to be shown
 */
struct vhub_viewer {
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

void vhub_nl_notify_hub(struct vhub_hub *hub);
void vhub_nl_notify_hub_del(struct vhub_hub *hub);
void vhub_nl_notify_port(struct vhub_hub *hub, u32 number);
void vhub_nl_notify_port_del(struct vhub_hub *hub, u32 number);
void vhub_nl_notify_fdb(struct vhub_hub *hub, struct vhub_fdb_entry *entry,
			const struct vhub_port *old);
void vhub_nl_notify_fdb_del(struct vhub_hub *hub,
			    struct vhub_fdb_entry *entry);

int vhub_nl_init(void);
void vhub_nl_exit(void);

#endif /* _VHUB_NETLINK_H */
