/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vhub.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VHUB_H
#define _UAPI_LINUX_VHUB_H

#define VHUB_FAMILY_NAME	"vhub"
#define VHUB_FAMILY_VERSION	1

#define VHUB_LABEL_MAX		31
#define VHUB_PERM_MAX		511
#define VHUB_AGEING_MAX		1000000000
#define VHUB_ADDRESSES_MAX	65536
#define VHUB_VID_MAX		4094
#define VHUB_VLAN_RANGES_MAX	256
#define VHUB_IP_MAX		16
#define VHUB_IP_SIZE		17

/**
 * enum vhub_hub_mode - What a hub does with a frame.
 * @VHUB_HUB_MODE_HUB: It goes to every other port.
 * @VHUB_HUB_MODE_SWITCH: It goes to the port where its destination was
 *   learned, if it was.
 */
enum vhub_hub_mode {
	VHUB_HUB_MODE_UNSPEC,
	VHUB_HUB_MODE_HUB,
	VHUB_HUB_MODE_SWITCH,
};

/**
 * enum vhub_hub_kind - What a hub is.
 * @VHUB_HUB_KIND_UNSPEC: A network device, as no attribute is.
 * @VHUB_HUB_KIND_USER: A process, a user hub.
 */
enum vhub_hub_kind {
	VHUB_HUB_KIND_UNSPEC,
	VHUB_HUB_KIND_USER,
};

/**
 * enum vhub_port_kind - What a port is made of.
 * @VHUB_PORT_KIND_FD: An open file: of /dev/vhub, one queue or several; or a
 *   client's socket of a user hub.
 * @VHUB_PORT_KIND_HOST: The hub's own network device, the host's cable.
 * @VHUB_PORT_KIND_DEV: A network device whose master is the hub's.
 * @VHUB_PORT_KIND_LINK: A link of a user hub, to a socket or to a switch.
 */
enum vhub_port_kind {
	VHUB_PORT_KIND_UNSPEC,
	VHUB_PORT_KIND_FD,
	VHUB_PORT_KIND_HOST,
	VHUB_PORT_KIND_DEV,
	VHUB_PORT_KIND_LINK,
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
 * @VHUB_PORT_FLAG_NO_LEARNING: Mode switch: the hub learns no addresses from
 *   this port.
 * @VHUB_PORT_FLAG_NO_FLOOD: Mode switch: frames to addresses not learned do
 *   not go out here.
 * @VHUB_PORT_FLAG_ISOLATED: Mode switch: no frame goes from one isolated port
 *   to another.
 */
enum vhub_port_flag {
	VHUB_PORT_FLAG_SEND = 1,
	VHUB_PORT_FLAG_RECV = 2,
	VHUB_PORT_FLAG_LINK = 4,
	VHUB_PORT_FLAG_VNET_HDR = 8,
	VHUB_PORT_FLAG_TUN = 16,
	VHUB_PORT_FLAG_MULTI_QUEUE = 32,
	VHUB_PORT_FLAG_RINGS = 64,
	VHUB_PORT_FLAG_NO_LEARNING = 128,
	VHUB_PORT_FLAG_NO_FLOOD = 256,
	VHUB_PORT_FLAG_ISOLATED = 512,
};

/**
 * enum vhub_fdb_flag - What is particular about an address.
 * @VHUB_FDB_FLAG_STATIC: It was added by request, and neither ages nor moves.
 */
enum vhub_fdb_flag {
	VHUB_FDB_FLAG_STATIC = 1,
};

enum {
	VHUB_A_HUB_IFINDEX = 1,
	VHUB_A_HUB_NAME,
	VHUB_A_HUB_OWNER,
	VHUB_A_HUB_GROUP,
	VHUB_A_HUB_PERM,
	VHUB_A_HUB_PORTS,
	VHUB_A_HUB_PORTS_MAX,
	VHUB_A_HUB_MODE,
	VHUB_A_HUB_AGEING_MS,
	VHUB_A_HUB_MAX_ADDRESSES,
	VHUB_A_HUB_ADDRESSES,
	VHUB_A_HUB_KIND,

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
	VHUB_A_DROPS_LOCKED,
	VHUB_A_DROPS_ISOLATED,
	VHUB_A_DROPS_SAME_PORT,
	VHUB_A_DROPS_VLAN,
	VHUB_A_DROPS_UNRESOLVED,

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
	VHUB_A_STATS_NOT_LEARNED,

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
	VHUB_A_PORT_LOCK,
	VHUB_A_PORT_MAX_ADDRESSES,
	VHUB_A_PORT_ADDRESSES,
	VHUB_A_PORT_LEARNING,
	VHUB_A_PORT_FLOOD,
	VHUB_A_PORT_ISOLATED,
	VHUB_A_PORT_DEV_IFINDEX,
	VHUB_A_PORT_DEV_NAME,
	VHUB_A_PORT_PVID,
	VHUB_A_PORT_VLANS,
	VHUB_A_PORT_ADDRESS,
	VHUB_A_PORT_IP,
	VHUB_A_PORT_VIA,

	__VHUB_A_PORT_MAX,
	VHUB_A_PORT_MAX = (__VHUB_A_PORT_MAX - 1)
};

enum {
	VHUB_A_FDB_HUB_IFINDEX = 1,
	VHUB_A_FDB_HUB_NAME,
	VHUB_A_FDB_ADDRESS,
	VHUB_A_FDB_VID,
	VHUB_A_FDB_PORT,
	VHUB_A_FDB_FLAGS,
	VHUB_A_FDB_AGE_MS,
	VHUB_A_FDB_OLD_PORT,

	__VHUB_A_FDB_MAX,
	VHUB_A_FDB_MAX = (__VHUB_A_FDB_MAX - 1)
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
	VHUB_CMD_PORT_ADD,
	VHUB_CMD_FDB_GET,
	VHUB_CMD_FDB_ADD,
	VHUB_CMD_FDB_DEL,
	VHUB_CMD_FDB_FLUSH,
	VHUB_CMD_FDB_NTF,
	VHUB_CMD_FDB_DEL_NTF,
	VHUB_CMD_HUB_DEL,

	__VHUB_CMD_MAX,
	VHUB_CMD_MAX = (__VHUB_CMD_MAX - 1)
};

#define VHUB_MCGRP_EVENTS	"events"
#define VHUB_MCGRP_FDB		"fdb"

#endif /* _UAPI_LINUX_VHUB_H */
