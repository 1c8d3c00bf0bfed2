/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - generic netlink: what messages say of a hub and of a port
 */
#ifndef _VHUB_NETLINK_MSG_H
#define _VHUB_NETLINK_MSG_H

#include <linux/types.h>

struct genl_family;
struct sk_buff;
struct vhub_hub;
struct vhub_port;
struct vhub_viewer;

extern struct genl_family vhub_nl_family;

int vhub_nl_fill_hub(struct sk_buff *msg, struct vhub_hub *hub,
		     const struct vhub_viewer *viewer);
int vhub_nl_fill_port(struct sk_buff *msg, struct vhub_hub *hub, u32 number,
		      const struct vhub_viewer *viewer);
int vhub_nl_fill_vlans_locked(struct sk_buff *msg, struct vhub_hub *hub,
			      struct vhub_port *port);

struct sk_buff *vhub_nl_notify_begin(struct vhub_hub *hub, u8 cmd,
				     unsigned int group, gfp_t gfp, void **hdr);
void vhub_nl_notify_end(struct vhub_hub *hub, struct sk_buff *msg,
			unsigned int group, gfp_t gfp, void *hdr);

#endif /* _VHUB_NETLINK_MSG_H */
