/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vhub.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VHUB_H
#define _UAPI_LINUX_VHUB_H

#define VHUB_FAMILY_NAME	"vhub"
#define VHUB_FAMILY_VERSION	1

#define VHUB_LABEL_MAX	31
#define VHUB_PERM_MAX	511

/**
 * enum vhub_port_kind - What a port is made of.
 * @VHUB_PORT_KIND_FD: An open file of /dev/vhub, one queue or several.
 * @VHUB_PORT_KIND_HOST: The hub's own network device, the host's cable.
 */
enum vhub_port_kind {
	VHUB_PORT_KIND_UNSPEC,
	VHUB_PORT_KIND_FD,
	VHUB_PORT_KIND_HOST,
};

/**
 * enum vhub_port_flag - State of a port.
 * @VHUB_PORT_FLAG_SEND: The port may send frames.
 * @VHUB_PORT_FLAG_RECV: The port receives frames.
 * @VHUB_PORT_FLAG_LINK: The cable is plugged in; without it frames are dropped
 *   both ways.
 * @VHUB_PORT_FLAG_VNET_HDR: Frames of this port carry a virtio-net header.
 * @VHUB_PORT_FLAG_TUN: A process at the port speaks the ioctls of a TAP.
 * @VHUB_PORT_FLAG_MULTI_QUEUE: More files may join this port as further
 *   queues.
 * @VHUB_PORT_FLAG_RINGS: At least one file of the port has descriptor rings.
 */
enum vhub_port_flag {
	VHUB_PORT_FLAG_SEND = 1,
	VHUB_PORT_FLAG_RECV = 2,
	VHUB_PORT_FLAG_LINK = 4,
	VHUB_PORT_FLAG_VNET_HDR = 8,
	VHUB_PORT_FLAG_TUN = 16,
	VHUB_PORT_FLAG_MULTI_QUEUE = 32,
	VHUB_PORT_FLAG_RINGS = 64,
};

enum {
	VHUB_A_HUB_IFINDEX = 1,
	VHUB_A_HUB_NAME,
	VHUB_A_HUB_OWNER,
	VHUB_A_HUB_GROUP,
	VHUB_A_HUB_PERM,
	VHUB_A_HUB_PORTS,
	VHUB_A_HUB_PORTS_MAX,

	__VHUB_A_HUB_MAX,
	VHUB_A_HUB_MAX = (__VHUB_A_HUB_MAX - 1)
};

enum {
	VHUB_A_DROPS_PAD = 1,
	VHUB_A_DROPS_SHORT,
	VHUB_A_DROPS_LONG,
	VHUB_A_DROPS_HEADER,
	VHUB_A_DROPS_FAULT,
	VHUB_A_DROPS_NO_MEMORY,
	VHUB_A_DROPS_DENIED,
	VHUB_A_DROPS_NO_LINK,
	VHUB_A_DROPS_NO_RECEIVER,
	VHUB_A_DROPS_FULL,
	VHUB_A_DROPS_NO_QUEUE,
	VHUB_A_DROPS_OFFLOAD,
	VHUB_A_DROPS_TOO_BIG,
	VHUB_A_DROPS_TRUNCATED,

	__VHUB_A_DROPS_MAX,
	VHUB_A_DROPS_MAX = (__VHUB_A_DROPS_MAX - 1)
};

enum {
	VHUB_A_STATS_PAD = 1,
	VHUB_A_STATS_RX_FRAMES,
	VHUB_A_STATS_RX_BYTES,
	VHUB_A_STATS_TX_FRAMES,
	VHUB_A_STATS_TX_BYTES,
	VHUB_A_STATS_DROPS,

	__VHUB_A_STATS_MAX,
	VHUB_A_STATS_MAX = (__VHUB_A_STATS_MAX - 1)
};

enum {
	VHUB_A_PORT_HUB_IFINDEX = 1,
	VHUB_A_PORT_HUB_NAME,
	VHUB_A_PORT_NUMBER,
	VHUB_A_PORT_KIND,
	VHUB_A_PORT_FLAGS,
	VHUB_A_PORT_LABEL,
	VHUB_A_PORT_LINK,
	VHUB_A_PORT_PID,
	VHUB_A_PORT_COMMAND,
	VHUB_A_PORT_OWNER,
	VHUB_A_PORT_QUEUES,
	VHUB_A_PORT_QUEUES_ON,
	VHUB_A_PORT_VNET_HDR_SIZE,
	VHUB_A_PORT_OFFLOADS,
	VHUB_A_PORT_QUEUED,
	VHUB_A_PORT_STATS,

	__VHUB_A_PORT_MAX,
	VHUB_A_PORT_MAX = (__VHUB_A_PORT_MAX - 1)
};

enum {
	VHUB_CMD_HUB_GET = 1,
	VHUB_CMD_HUB_SET,
	VHUB_CMD_HUB_NTF,
	VHUB_CMD_HUB_DEL_NTF,
	VHUB_CMD_PORT_GET,
	VHUB_CMD_PORT_SET,
	VHUB_CMD_PORT_DEL,
	VHUB_CMD_PORT_NTF,
	VHUB_CMD_PORT_DEL_NTF,

	__VHUB_CMD_MAX,
	VHUB_CMD_MAX = (__VHUB_CMD_MAX - 1)
};

#define VHUB_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_VHUB_H */
