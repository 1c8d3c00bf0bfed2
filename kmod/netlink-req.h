/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - generic netlink: what handlers of requests share
 */
#ifndef _VHUB_NETLINK_REQ_H
#define _VHUB_NETLINK_REQ_H

#include <linux/types.h>

struct net;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct vhub_hub;

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

#endif /* _VHUB_NETLINK_REQ_H */
