/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - the netlink family "vhubd": its links, and what is in them */
#ifndef VHUBD_NETLINK_VHUBD_H
#define VHUBD_NETLINK_VHUBD_H

#include <linux/vhubd.h>

#include "forward.h"
#include "links.h"
#include "netlink.h"

/* Its data is the hub, which has links. */
extern const struct netlink_family netlink_vhubd;

/* For handlers -----------------------------------------------------------------*/

/* Is it this hub, if one is named by this attribute? Return 0 or -errno. */
int netlink_vhubd_find(struct netlink_request *r, unsigned int attr);

/* May who sent it have us do things: our own user or root? Return 0 or -EPERM. */
int netlink_vhubd_may(struct netlink_request *r);

/* What an error says. Takes it; returns @err, which is -errno. */
int netlink_vhubd_refuse(struct netlink_request *r, int err, unsigned int attr,
			 GError *error);

/* An address of 4 or 16 bytes, and the port if there is one. */
void netlink_vhubd_put(struct nlmsghdr *nlh, const union forward_addr *addr,
		       unsigned int attr_address, unsigned int attr_port);

/* The next user stack of a dump, from cursor[0] on: that which is named by this
 * attribute, or any. NULL after the last one.
 */
struct link *netlink_vhubd_stack(struct netlink_request *r, unsigned int attr);

/* Is there such a stack, if one is named? Return 0 or -errno. */
int netlink_vhubd_check(struct netlink_request *r, unsigned int attr);

/* Of netlink_fwd.c */
extern const struct netlink_rule netlink_fwd_rules[];
int netlink_fwd_dump(struct netlink_request *r);
int netlink_fwd_add(struct netlink_request *r);
int netlink_fwd_del(struct netlink_request *r);

/* Of netlink_conn.c */
extern const struct netlink_rule netlink_lease_rules[];
extern const struct netlink_rule netlink_conn_rules[];
int netlink_lease_dump(struct netlink_request *r);
int netlink_conn_dump(struct netlink_request *r);

#endif /* VHUBD_NETLINK_VHUBD_H */
