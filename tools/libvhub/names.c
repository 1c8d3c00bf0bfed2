// SPDX-License-Identifier: GPL-2.0
/* libvhub - words for the numbers of the ABI */
#include <ctype.h>
#include <net/if.h>
#include <string.h>

#include <linux/if_tun.h>

#include "netlink.h"

/* Newer than the headers of Debian 12. */
#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20
#define TUN_F_USO6	0x40
#endif

static const struct vhub_bit names_port_flags[] = {
	{ VHUB_PORT_FLAG_SEND, "send" },
	{ VHUB_PORT_FLAG_RECV, "recv" },
	{ VHUB_PORT_FLAG_LINK, "link" },
	{ VHUB_PORT_FLAG_VNET_HDR, "vnet-hdr" },
	{ VHUB_PORT_FLAG_TUN, "tun" },
	{ VHUB_PORT_FLAG_MULTI_QUEUE, "multi-queue" },
	{ VHUB_PORT_FLAG_RINGS, "rings" },
	{ VHUB_PORT_FLAG_NO_LEARNING, "no-learning" },
	{ VHUB_PORT_FLAG_NO_FLOOD, "no-flood" },
	{ VHUB_PORT_FLAG_ISOLATED, "isolated" },
	{ 0, NULL }
};

static const struct vhub_bit names_fdb_flags[] = {
	{ VHUB_FDB_FLAG_STATIC, "static" },
	{ 0, NULL }
};

static const struct vhub_bit names_offloads[] = {
	{ TUN_F_CSUM, "csum" },
	{ TUN_F_TSO4, "tso4" },
	{ TUN_F_TSO6, "tso6" },
	{ TUN_F_TSO_ECN, "tso-ecn" },
	{ TUN_F_UFO, "ufo" },
	{ TUN_F_USO4, "uso4" },
	{ TUN_F_USO6, "uso6" },
	{ 0, NULL }
};

static const char *const names_drops[VHUB_A_DROPS_MAX + 1] = {
	[VHUB_A_DROPS_SHORT] = "short",
	[VHUB_A_DROPS_LONG] = "long",
	[VHUB_A_DROPS_HEADER] = "header",
	[VHUB_A_DROPS_FAULT] = "fault",
	[VHUB_A_DROPS_NO_MEMORY] = "no_memory",
	[VHUB_A_DROPS_DENIED] = "denied",
	[VHUB_A_DROPS_NO_LINK] = "no_link",
	[VHUB_A_DROPS_NO_RECEIVER] = "no_receiver",
	[VHUB_A_DROPS_FULL] = "full",
	[VHUB_A_DROPS_NO_QUEUE] = "no_queue",
	[VHUB_A_DROPS_OFFLOAD] = "offload",
	[VHUB_A_DROPS_TOO_BIG] = "too_big",
	[VHUB_A_DROPS_TRUNCATED] = "truncated",
	[VHUB_A_DROPS_LOCKED] = "locked",
	[VHUB_A_DROPS_ISOLATED] = "isolated",
	[VHUB_A_DROPS_SAME_PORT] = "same_port",
	[VHUB_A_DROPS_VLAN] = "vlan",
	[VHUB_A_DROPS_UNRESOLVED] = "unresolved",
};

_Static_assert(VHUB_A_DROPS_MAX == VHUB_A_DROPS_UNRESOLVED,
	       "names_drops[] lacks a reason of <linux/vhub.h>");
_Static_assert(VHUB_A_DROPS_MAX < VHUB_DROPS_ROOM,
	       "struct vhub_port_info has no room for all reasons");

const struct vhub_bit *vhub_port_flag_names(void)
{
	return names_port_flags;
}

const struct vhub_bit *vhub_offload_names(void)
{
	return names_offloads;
}

const struct vhub_bit *vhub_fdb_flag_names(void)
{
	return names_fdb_flags;
}

const char *vhub_drop_name(unsigned int reason)
{
	return reason <= VHUB_A_DROPS_MAX ? names_drops[reason] : NULL;
}

const char *vhub_port_kind(uint32_t kind)
{
	switch (kind) {
	case VHUB_PORT_KIND_FD:
		return "fd";
	case VHUB_PORT_KIND_HOST:
		return "host";
	case VHUB_PORT_KIND_DEV:
		return "dev";
	case VHUB_PORT_KIND_LINK:
		return "link";
	default:
		return NULL;
	}
}

const char *vhub_hub_kind(uint32_t kind)
{
	switch (kind) {
	case VHUB_HUB_KIND_UNSPEC:
		return "kernel";
	case VHUB_HUB_KIND_USER:
		return "user";
	default:
		return NULL;
	}
}

const char *vhub_hub_mode(uint32_t mode)
{
	switch (mode) {
	case VHUB_HUB_MODE_HUB:
		return "hub";
	case VHUB_HUB_MODE_SWITCH:
		return "switch";
	default:
		return NULL;
	}
}

const char *vhub_hub_name_fault(const char *name)
{
	const char *c;

	if (!*name)
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than 15 characters";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is reserved";
	for (c = name; *c; c++) {
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return "has a blank or control character in it";
		if (strchr("/:%", *c))
			return "has one of / : % in it";
	}
	return NULL;
}
