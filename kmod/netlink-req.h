/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - generic netlink: what handlers of requests share
 */
#ifndef _VHUB_NETLINK_REQ_H
#define _VHUB_NETLINK_REQ_H

#include <linux/types.h>

struct genl_info;
struct net;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vhub_hub;
struct vhub_port;
struct vhub_vlans;

/* Returns a reference, or an ERR_PTR. */
struct vhub_hub *vhub_nl_find_hub(struct net *net, struct nlattr *ifindex,
				  struct nlattr *name,
				  struct netlink_ext_ack *extack);
struct vhub_hub *vhub_nl_find_dump_hub(struct sk_buff *skb,
				       struct netlink_callback *cb,
				       struct nlattr *ifindex,
				       struct nlattr *name,
				       unsigned long *found);
int vhub_nl_may_change(struct sk_buff *request, struct vhub_hub *hub,
		       struct netlink_ext_ack *extack);
void *vhub_nl_put_dump(struct sk_buff *msg, struct netlink_callback *cb,
		       u8 cmd);

/* The VLANs that a request gives a port. */
bool vhub_nl_has_vlans(const struct genl_info *info);
int vhub_nl_check_vlans(struct genl_info *info);
struct vhub_vlans *vhub_nl_make_vlans(struct vhub_hub *hub,
				      struct vhub_port *port,
				      struct genl_info *info);

#endif /* _VHUB_NETLINK_REQ_H */
