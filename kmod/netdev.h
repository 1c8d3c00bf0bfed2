/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - ports made of network devices
 */
#ifndef _VHUB_NETDEV_H
#define _VHUB_NETDEV_H

#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct nlattr;
struct vhub_hub;

int vhub_netdev_add(struct vhub_hub *hub, struct net_device *dev,
		    const struct nlattr *label, struct netlink_ext_ack *extack);
void vhub_netdev_del(struct net_device *dev);
void vhub_netdev_del_all(struct vhub_hub *hub);
struct net_device *vhub_netdev_find(struct vhub_hub *hub, u32 number);

int vhub_netdev_init(void);
void vhub_netdev_exit(void);

#endif /* _VHUB_NETDEV_H */
