// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vhub.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vhub.h>

/* VHUB_CMD_HUB_GET - do */
const struct nla_policy vhub_hub_get_nl_policy[VHUB_A_HUB_NAME + 1] = {
	[VHUB_A_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VHUB_CMD_HUB_SET - do */
const struct nla_policy vhub_hub_set_nl_policy[VHUB_A_HUB_MAX_ADDRESSES + 1] = {
	[VHUB_A_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_HUB_OWNER] = { .type = NLA_U32, },
	[VHUB_A_HUB_GROUP] = { .type = NLA_U32, },
	[VHUB_A_HUB_PERM] = NLA_POLICY_MAX(NLA_U32, VHUB_PERM_MAX),
	[VHUB_A_HUB_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[VHUB_A_HUB_AGEING_MS] = { .type = NLA_U32, },
	[VHUB_A_HUB_MAX_ADDRESSES] = { .type = NLA_U32, },
};

/* VHUB_CMD_PORT_GET - do */
const struct nla_policy vhub_port_get_nl_policy[VHUB_A_PORT_NUMBER + 1] = {
	[VHUB_A_PORT_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_PORT_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_PORT_NUMBER] = { .type = NLA_U32, },
};

/* VHUB_CMD_PORT_SET - do */
const struct nla_policy vhub_port_set_nl_policy[VHUB_A_PORT_VIA + 1] = {
	[VHUB_A_PORT_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_PORT_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_PORT_NUMBER] = { .type = NLA_U32, },
	[VHUB_A_PORT_LABEL] = { .type = NLA_NUL_STRING, .len = VHUB_LABEL_MAX, },
	[VHUB_A_PORT_LINK] = NLA_POLICY_MAX(NLA_U8, 1),
	[VHUB_A_PORT_LOCK] = NLA_POLICY_EXACT_LEN(6),
	[VHUB_A_PORT_MAX_ADDRESSES] = { .type = NLA_U32, },
	[VHUB_A_PORT_LEARNING] = NLA_POLICY_MAX(NLA_U8, 1),
	[VHUB_A_PORT_FLOOD] = NLA_POLICY_MAX(NLA_U8, 1),
	[VHUB_A_PORT_ISOLATED] = NLA_POLICY_MAX(NLA_U8, 1),
	[VHUB_A_PORT_PVID] = { .type = NLA_U32, },
	[VHUB_A_PORT_VLANS] = { .type = NLA_BINARY, },
	[VHUB_A_PORT_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[VHUB_A_PORT_IP] = { .type = NLA_BINARY, },
	[VHUB_A_PORT_VIA] = { .type = NLA_BINARY, },
};

/* VHUB_CMD_PORT_DEL - do */
const struct nla_policy vhub_port_del_nl_policy[VHUB_A_PORT_NUMBER + 1] = {
	[VHUB_A_PORT_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_PORT_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_PORT_NUMBER] = { .type = NLA_U32, },
};

/* VHUB_CMD_PORT_ADD - do */
const struct nla_policy vhub_port_add_nl_policy[VHUB_A_PORT_DEV_NAME + 1] = {
	[VHUB_A_PORT_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_PORT_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_PORT_LABEL] = { .type = NLA_NUL_STRING, .len = VHUB_LABEL_MAX, },
	[VHUB_A_PORT_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_PORT_DEV_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* VHUB_CMD_FDB_GET - do */
const struct nla_policy vhub_fdb_get_nl_policy[VHUB_A_FDB_VID + 1] = {
	[VHUB_A_FDB_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_FDB_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_FDB_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[VHUB_A_FDB_VID] = NLA_POLICY_MAX(NLA_U32, VHUB_VID_MAX),
};

/* VHUB_CMD_FDB_ADD - do */
const struct nla_policy vhub_fdb_add_nl_policy[VHUB_A_FDB_PORT + 1] = {
	[VHUB_A_FDB_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_FDB_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_FDB_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[VHUB_A_FDB_VID] = NLA_POLICY_MAX(NLA_U32, VHUB_VID_MAX),
	[VHUB_A_FDB_PORT] = { .type = NLA_U32, },
};

/* VHUB_CMD_FDB_DEL - do */
const struct nla_policy vhub_fdb_del_nl_policy[VHUB_A_FDB_VID + 1] = {
	[VHUB_A_FDB_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_FDB_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_FDB_ADDRESS] = NLA_POLICY_EXACT_LEN(6),
	[VHUB_A_FDB_VID] = NLA_POLICY_MAX(NLA_U32, VHUB_VID_MAX),
};

/* VHUB_CMD_FDB_FLUSH - do */
const struct nla_policy vhub_fdb_flush_nl_policy[VHUB_A_FDB_PORT + 1] = {
	[VHUB_A_FDB_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_FDB_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[VHUB_A_FDB_VID] = NLA_POLICY_MAX(NLA_U32, VHUB_VID_MAX),
	[VHUB_A_FDB_PORT] = { .type = NLA_U32, },
};

/* VHUB_CMD_HUB_DEL - do */
const struct nla_policy vhub_hub_del_nl_policy[VHUB_A_HUB_NAME + 1] = {
	[VHUB_A_HUB_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VHUB_A_HUB_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
};

/* Ops table for vhub */
const struct genl_ops vhub_nl_ops[11] = {
	{
		.cmd		= VHUB_CMD_HUB_GET,
		.doit		= vhub_nl_hub_get_doit,
		.dumpit		= vhub_nl_hub_get_dumpit,
		.policy		= vhub_hub_get_nl_policy,
		.maxattr	= VHUB_A_HUB_NAME,
	},
	{
		.cmd		= VHUB_CMD_HUB_SET,
		.doit		= vhub_nl_hub_set_doit,
		.policy		= vhub_hub_set_nl_policy,
		.maxattr	= VHUB_A_HUB_MAX_ADDRESSES,
	},
	{
		.cmd		= VHUB_CMD_PORT_GET,
		.doit		= vhub_nl_port_get_doit,
		.dumpit		= vhub_nl_port_get_dumpit,
		.policy		= vhub_port_get_nl_policy,
		.maxattr	= VHUB_A_PORT_NUMBER,
	},
	{
		.cmd		= VHUB_CMD_PORT_SET,
		.doit		= vhub_nl_port_set_doit,
		.policy		= vhub_port_set_nl_policy,
		.maxattr	= VHUB_A_PORT_VIA,
	},
	{
		.cmd		= VHUB_CMD_PORT_DEL,
		.doit		= vhub_nl_port_del_doit,
		.policy		= vhub_port_del_nl_policy,
		.maxattr	= VHUB_A_PORT_NUMBER,
	},
	{
		.cmd		= VHUB_CMD_PORT_ADD,
		.doit		= vhub_nl_port_add_doit,
		.policy		= vhub_port_add_nl_policy,
		.maxattr	= VHUB_A_PORT_DEV_NAME,
	},
	{
		.cmd		= VHUB_CMD_FDB_GET,
		.doit		= vhub_nl_fdb_get_doit,
		.dumpit		= vhub_nl_fdb_get_dumpit,
		.policy		= vhub_fdb_get_nl_policy,
		.maxattr	= VHUB_A_FDB_VID,
	},
	{
		.cmd		= VHUB_CMD_FDB_ADD,
		.doit		= vhub_nl_fdb_add_doit,
		.policy		= vhub_fdb_add_nl_policy,
		.maxattr	= VHUB_A_FDB_PORT,
	},
	{
		.cmd		= VHUB_CMD_FDB_DEL,
		.doit		= vhub_nl_fdb_del_doit,
		.policy		= vhub_fdb_del_nl_policy,
		.maxattr	= VHUB_A_FDB_VID,
	},
	{
		.cmd		= VHUB_CMD_FDB_FLUSH,
		.doit		= vhub_nl_fdb_flush_doit,
		.policy		= vhub_fdb_flush_nl_policy,
		.maxattr	= VHUB_A_FDB_PORT,
	},
	{
		.cmd		= VHUB_CMD_HUB_DEL,
		.doit		= vhub_nl_hub_del_doit,
		.policy		= vhub_hub_del_nl_policy,
		.maxattr	= VHUB_A_HUB_NAME,
	},
};

static const struct genl_multicast_group vhub_nl_mcgrps[] = {
	[VHUB_NLGRP_EVENTS] = { "events", },
	[VHUB_NLGRP_FDB] = { "fdb", },
};
