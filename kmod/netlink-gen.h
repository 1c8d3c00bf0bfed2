/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vhub.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VHUB_GEN_H
#define _LINUX_VHUB_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vhub.h>

extern const struct nla_policy vhub_hub_get_nl_policy[VHUB_A_HUB_NAME + 1];

extern const struct nla_policy vhub_hub_set_nl_policy[VHUB_A_HUB_MAX_ADDRESSES + 1];

extern const struct nla_policy vhub_port_get_nl_policy[VHUB_A_PORT_NUMBER + 1];

extern const struct nla_policy vhub_port_set_nl_policy[VHUB_A_PORT_VIA + 1];

extern const struct nla_policy vhub_port_del_nl_policy[VHUB_A_PORT_NUMBER + 1];

extern const struct nla_policy vhub_port_add_nl_policy[VHUB_A_PORT_DEV_NAME + 1];

extern const struct nla_policy vhub_fdb_get_nl_policy[VHUB_A_FDB_VID + 1];

extern const struct nla_policy vhub_fdb_add_nl_policy[VHUB_A_FDB_PORT + 1];

extern const struct nla_policy vhub_fdb_del_nl_policy[VHUB_A_FDB_VID + 1];

extern const struct nla_policy vhub_fdb_flush_nl_policy[VHUB_A_FDB_PORT + 1];

extern const struct nla_policy vhub_hub_del_nl_policy[VHUB_A_HUB_NAME + 1];

/* Ops table for vhub */
extern const struct genl_ops vhub_nl_ops[11];

int vhub_nl_hub_get_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_hub_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vhub_nl_hub_set_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vhub_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vhub_nl_fdb_add_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info);
int vhub_nl_hub_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VHUB_NLGRP_EVENTS,
	VHUB_NLGRP_FDB,
};

#endif /* _LINUX_VHUB_GEN_H */
