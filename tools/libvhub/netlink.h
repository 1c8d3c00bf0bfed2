/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvhub - hubs, ports, addresses and their changes, over netlink
 *
 * Every function returns 0 or -errno unless it says other; none prints, exits
 * or changes signals. Errors common to all: -EPROTONOSUPPORT when the module is
 * not loaded; -ENODEV for no such hub, -ENOENT for no such port; -EPERM and
 * -EACCES for no right; -ENOMEM; those of a socket. What the kernel said of the
 * last failure is in the error field of struct vhub_nl, and vhub_explain_nl()
 * makes a sentence of it.
 *
 * Fields called reserved are 0 and belong to versions to come.
 */
#ifndef LIBVHUB_NETLINK_H
#define LIBVHUB_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vhub.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mnl_socket;
struct vhub_listen;

/* Sizes in bytes, with the NUL. */
#define VHUB_NAME_SIZE		16	/* of a hub, as IFNAMSIZ */
#define VHUB_ADDRESS_SIZE	6	/* of Ethernet, without NUL */
#define VHUB_IPV6_SIZE		16	/* of an address in binary */
#define VHUB_VIA_MAX		2	/* a router of each family */
#define VHUB_COMMAND_SIZE	64
#define VHUB_NL_ERROR_SIZE	256
#define VHUB_SENTENCE_SIZE	512
#define VHUB_USER_SIZE		64
#define VHUB_VLANS_SIZE		512	/* of a set of VLANs, without NUL */

#define VHUB_DROPS_ROOM		32	/* above VHUB_A_DROPS_MAX */

/**
 * struct vhub_nl - netlink sockets
 * @genl: of the library: generic netlink, opened by the first call to need it
 * @rtnl: of the library: rtnetlink, likewise
 * @events: of the library
 * @seq: of the library
 * @family: of the library
 * @fdb_events: of the library
 * @listen: of the library
 * @interrupted: the last listing changed under the reader again and again:
 *	something may be missing in it, or be there twice
 * @error: the kernel's sentence about the last failure, or ""
 * @reserved: 0
 *
 * Start with all zero, end with vhub_nl_close(). The sockets belong to the
 * network namespace that the thread is in when they are opened. One thread at a
 * time may use a struct vhub_nl; several structs know nothing of each other.
 * They are close-on-exec; a child of fork() has to start with a new one.
 */
struct vhub_nl {
	struct mnl_socket *genl;
	struct mnl_socket *rtnl;
	uint32_t events;
	uint32_t seq;
	uint16_t family;
	bool interrupted;
	char error[VHUB_NL_ERROR_SIZE];
	uint32_t fdb_events;
	struct vhub_listen *listen;
	uint32_t reserved[5];
};

/**
 * struct vhub_hub_info - a hub as the kernel describes it
 * @has: bit 1 << VHUB_A_HUB_* for each of the fields that was given
 * @ifindex: of its network device
 * @owner: user
 * @group: group
 * @perm: file mode bits: r to attach and receive, w to send
 * @ports: ports on it, the host's not counted
 * @ports_max: how many it takes
 * @mode: VHUB_HUB_MODE_*
 * @ageing_ms: how long it remembers an address, in milliseconds
 * @max_addresses: how many it keeps
 * @addresses: how many there are
 * @name: of its network device
 * @kind: VHUB_HUB_KIND_*; a user hub has no @ifindex
 * @reserved: 0
 */
struct vhub_hub_info {
	uint32_t has;
	uint32_t ifindex;
	uint32_t owner;
	uint32_t group;
	uint32_t perm;
	uint32_t ports;
	uint32_t ports_max;
	char name[VHUB_NAME_SIZE];
	uint32_t mode;
	uint32_t ageing_ms;
	uint32_t max_addresses;
	uint32_t addresses;
	uint32_t kind;
	uint32_t reserved[12];
};

/**
 * struct vhub_hub_set - what to change on a hub
 * @has: bit 1 << VHUB_A_HUB_* for each of the fields to set
 * @owner: user
 * @group: group
 * @perm: file mode bits
 * @mode: VHUB_HUB_MODE_*
 * @ageing_ms: how long to remember an address, in milliseconds
 * @max_addresses: how many to keep
 * @reserved: 0
 */
struct vhub_hub_set {
	uint32_t has;
	uint32_t owner;
	uint32_t group;
	uint32_t perm;
	uint32_t mode;
	uint32_t ageing_ms;
	uint32_t max_addresses;
	uint32_t reserved[9];
};

/**
 * struct vhub_ip - an IP address behind a port, and the link it is on
 * @address: of IPv6, or of IPv4 mapped into it: ::ffff:192.0.2.1
 * @prefix: bits that all addresses on the link have in common; 96 more than
 *	IPv4 counts
 */
struct vhub_ip {
	uint8_t address[VHUB_IPV6_SIZE];
	uint8_t prefix;
};

/**
 * struct vhub_port_info - a port as the kernel describes it
 * @has: bit 1 << VHUB_A_PORT_* for each of the fields that was given
 * @hub_ifindex: of its hub
 * @number: on its hub, 0 for the host's
 * @kind: VHUB_PORT_KIND_*
 * @flags: bits VHUB_PORT_FLAG_*
 * @pid: process that opened it or set it up last
 * @owner: user who attached it
 * @queues: files of it
 * @queues_on: those that take frames
 * @vnet_hdr_size: bytes of the virtio-net header before each frame
 * @offloads: bits TUN_F_* of <linux/if_tun.h>
 * @queued: frames that wait to be read
 * @hub_name: of its hub
 * @label: free text, not to be trusted, in no certain encoding
 * @command: of the process, not to be trusted either
 * @rx_frames: delivered to the port's reader
 * @rx_bytes: of these, headers not counted
 * @tx_frames: sent by the port
 * @tx_bytes: of these
 * @drops: frames lost at this port, indexed by VHUB_A_DROPS_*
 * @not_learned: frames from addresses for which there was no room
 * @max_addresses: how many addresses the hub keeps for it, 0 for any number
 * @addresses: how many there are
 * @lock: the only address it may send from, if it is locked to one
 * @address: Ethernet address that a device of IP packets has from the hub
 * @dev_ifindex: of the network device that is the port
 * @dev_name: of that device
 * @pvid: VLAN of frames without a tag, 0 for none
 * @reserved: 0
 * @vlans: VLANs of frames with a tag, see vhub_vlans_has()
 * @ip_count: entries of @ips
 * @via_count: entries of @via
 * @ips: what a device of IP packets was told to be behind it
 * @via: its routers, as @address of struct vhub_ip
 */
struct vhub_port_info {
	uint32_t has;
	uint32_t hub_ifindex;
	uint32_t number;
	uint32_t kind;
	uint32_t flags;
	uint32_t pid;
	uint32_t owner;
	uint32_t queues;
	uint32_t queues_on;
	uint32_t vnet_hdr_size;
	uint32_t offloads;
	uint32_t queued;
	char hub_name[VHUB_NAME_SIZE];
	char label[VHUB_LABEL_MAX + 1];
	char command[VHUB_COMMAND_SIZE];
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	uint64_t drops[VHUB_DROPS_ROOM];
	uint64_t not_learned;
	uint32_t max_addresses;
	uint32_t addresses;
	uint8_t lock[VHUB_ADDRESS_SIZE];
	uint8_t address[VHUB_ADDRESS_SIZE];
	uint32_t dev_ifindex;
	char dev_name[VHUB_NAME_SIZE];
	uint32_t pvid;
	uint32_t reserved32;
	uint64_t reserved[9];
	uint8_t vlans[VHUB_VLANS_SIZE];
	uint32_t ip_count;
	uint32_t via_count;
	struct vhub_ip ips[VHUB_IP_MAX];
	uint8_t via[VHUB_VIA_MAX][VHUB_IPV6_SIZE];
};

/**
 * struct vhub_port_set - what to change on a port
 * @has: bit 1 << VHUB_A_PORT_* for each of the fields to set
 * @link: is the cable plugged in
 * @learning: does the hub learn addresses from it
 * @flood: do frames to unknown addresses go there
 * @isolated: does it hear nothing of others that are isolated
 * @label: free text
 * @max_addresses: how many addresses the hub keeps for it, 0 for any number
 * @lock: the only address it may send from; all zero for any
 * @pvid: VLAN of frames without a tag, 0 for none
 * @vlans: VLANs of frames with a tag, VHUB_VLANS_SIZE bytes, made by
 *	vhub_vlans_add(); in VHUB_VLAN_RANGES_MAX ranges at most, else -ERANGE
 * @address: Ethernet address of a device of IP packets
 * @ip_count: entries of @ips, VHUB_IP_MAX at most
 * @via_count: entries of @via
 * @ips: IP addresses behind such a device
 * @via: its routers, as @address of struct vhub_ip
 * @reserved: 0
 */
struct vhub_port_set {
	uint32_t has;
	bool link;
	bool learning;
	bool flood;
	bool isolated;
	const char *label;
	uint32_t max_addresses;
	uint8_t lock[VHUB_ADDRESS_SIZE];
	uint8_t reserved8[2];
	uint32_t pvid;
	const uint8_t *vlans;
	uint8_t address[VHUB_ADDRESS_SIZE];
	uint8_t reserved16[2];
	uint32_t ip_count;
	uint32_t via_count;
	const struct vhub_ip *ips;
	const uint8_t (*via)[VHUB_IPV6_SIZE];
	uint64_t reserved[4];
};

/**
 * struct vhub_fdb_key - an address in a VLAN
 * @address: the address
 * @reserved: 0
 * @vid: the VLAN, 0 for none
 */
struct vhub_fdb_key {
	uint8_t address[VHUB_ADDRESS_SIZE];
	uint8_t reserved[2];
	uint32_t vid;
};

/**
 * struct vhub_fdb_info - an address as the kernel describes it
 * @has: bit 1 << VHUB_A_FDB_* for each of the fields that was given
 * @hub_ifindex: of the hub that keeps it
 * @port: number of the port it is at
 * @vid: its VLAN, 0 for none
 * @flags: bits VHUB_FDB_FLAG_*
 * @age_ms: milliseconds since it was seen, not of static ones
 * @old_port: in an event of an address that was changed: where it was
 * @address: the address
 * @hub_name: of the hub
 * @reserved: 0
 */
struct vhub_fdb_info {
	uint32_t has;
	uint32_t hub_ifindex;
	uint32_t port;
	uint32_t vid;
	uint32_t flags;
	uint32_t age_ms;
	uint32_t old_port;
	uint8_t address[VHUB_ADDRESS_SIZE];
	uint8_t reserved8[2];
	char hub_name[VHUB_NAME_SIZE];
	uint32_t reserved[8];
};

/**
 * struct vhub_fdb_choice - some of the addresses of a hub
 * @has: bit 1 << VHUB_A_FDB_PORT, 1 << VHUB_A_FDB_VID for what is chosen by
 * @port: those at this port
 * @vid: those in this VLAN
 * @reserved: 0
 */
struct vhub_fdb_choice {
	uint32_t has;
	uint32_t port;
	uint32_t vid;
	uint32_t reserved[5];
};

/**
 * struct vhub_event - a change, as vhub_event_next() gives it
 * @cmd: VHUB_CMD_HUB_NTF, _HUB_DEL_NTF, _PORT_NTF, _PORT_DEL_NTF, _FDB_NTF or
 *	_FDB_DEL_NTF
 * @hub: with the first two
 * @port: with the next two
 * @fdb: with the last two
 */
struct vhub_event {
	uint8_t cmd;
	union {
		struct vhub_hub_info hub;
		struct vhub_port_info port;
		struct vhub_fdb_info fdb;
	};
};

/**
 * struct vhub_bit - word for one bit
 * @bit: 0 ends a table
 * @name: the word
 */
struct vhub_bit {
	uint32_t bit;
	const char *name;
};

static inline bool vhub_has(uint32_t has, unsigned int attr)
{
	return has & 1U << attr;
}

/* A set of VLANs is VHUB_VLANS_SIZE bytes; with all of them 0 it is empty. */
static inline bool vhub_vlans_has(const uint8_t *vlans, unsigned int vid)
{
	return vid <= VHUB_VID_MAX && (vlans[vid / 8] & 1U << vid % 8);
}

static inline void vhub_vlans_add(uint8_t *vlans, unsigned int vid)
{
	if (vid <= VHUB_VID_MAX)
		vlans[vid / 8] |= 1U << vid % 8;
}

/* The next range of VLANs in a set, from *@first on: sets *@first and *@last.
 * Returns false when there is none.
 */
bool vhub_vlans_next(const uint8_t *vlans, unsigned int *first,
		     unsigned int *last);

/* Close the sockets and clear @nl, which can be used again. */
void vhub_nl_close(struct vhub_nl *nl);

/*
 * Hubs: the kernel's of that name or, if there is none, the one that a vhubd is, a
 * user hub. The same holds for all calls that name a hub; lists of all have the
 * kernel's first. There is no -EPROTONOSUPPORT where a user hub is found.
 *
 * @name is that of the network device. A list is to be freed by free(),
 * and NULL when there is an error or nothing in it.
 */
int vhub_hub_get(struct vhub_nl *nl, const char *name,
		 struct vhub_hub_info *hub);
int vhub_hub_list(struct vhub_nl *nl, struct vhub_hub_info **hubs, size_t *n);

/* Change a hub: one of the kernel, whose @ifindex does not change as names do; one
 * of either kind.
 */
int vhub_hub_set(struct vhub_nl *nl, uint32_t ifindex,
		 const struct vhub_hub_set *set);
int vhub_hub_change(struct vhub_nl *nl, const char *name,
		    const struct vhub_hub_set *set);

/* Make a hub and set this, @set->has being 0 for what the kernel gives it.
 * -EEXIST for a name that is taken; nothing is left when it fails.
 */
int vhub_hub_add(struct vhub_nl *nl, const char *name,
		 const struct vhub_hub_set *set);

/* Remove a hub; a network device of another kind stays, that is -ENODEV. A vhubd
 * that is the hub ends; -ETIMEDOUT if it does not do so soon.
 */
int vhub_hub_del(struct vhub_nl *nl, const char *name);

/*
 * Ports of the hub named @hub. vhub_port_list() takes NULL for those of all
 * hubs of the namespace. vhub_port_add() makes the network device @dev a port,
 * with a label if @label is not NULL, and tells of it if @port is not NULL;
 * -ENXIO for no such device.
 */
int vhub_port_get(struct vhub_nl *nl, const char *hub, uint32_t number,
		  struct vhub_port_info *port);
int vhub_port_list(struct vhub_nl *nl, const char *hub,
		   struct vhub_port_info **ports, size_t *n);
int vhub_port_add(struct vhub_nl *nl, const char *hub, const char *dev,
		  const char *label, struct vhub_port_info *port);
int vhub_port_set(struct vhub_nl *nl, const char *hub, uint32_t number,
		  const struct vhub_port_set *set);
int vhub_port_del(struct vhub_nl *nl, const char *hub, uint32_t number);

/*
 * Addresses that the hub named @hub keeps in mode switch. vhub_fdb_list() takes
 * NULL for those of all hubs of the namespace, vhub_fdb_flush() for all that was
 * learned. -ENOENT for an address that the hub does not know.
 */
int vhub_fdb_get(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key, struct vhub_fdb_info *fdb);
int vhub_fdb_list(struct vhub_nl *nl, const char *hub,
		  struct vhub_fdb_info **fdbs, size_t *n);

/* Add a static address at a port. -EEXIST for one that is static already,
 * -ENOSPC where there are as many as there may be, -EOPNOTSUPP in mode hub.
 */
int vhub_fdb_add(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key, uint32_t port);
int vhub_fdb_del(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key);
int vhub_fdb_flush(struct vhub_nl *nl, const char *hub,
		   const struct vhub_fdb_choice *choice);

/* Listen to changes of hubs and ports; of addresses. Both may be called for one
 * @nl, which is for that alone: requests would lose those that come between.
 */
int vhub_event_open(struct vhub_nl *nl);
int vhub_event_open_fdb(struct vhub_nl *nl);

/* The file to wait for with poll(), after vhub_event_open(). */
int vhub_event_fd(const struct vhub_nl *nl);

/* Call @cb for each change there is, after waiting for one if @wait. Returns 0
 * after one or more; -EAGAIN when there is none; what @cb returned if that is
 * below 0; -ENOBUFS when changes were lost because they came faster than they
 * were read: more may be lost without a word until -EAGAIN is returned.
 */
int vhub_event_next(struct vhub_nl *nl, bool wait,
		    int (*cb)(const struct vhub_event *event, void *data),
		    void *data);

/*
 * Sentences. They do not begin with a program's name nor end with a period or
 * newline. @text is of VHUB_SENTENCE_SIZE.
 */

/* Why a call with @nl returned @err. @hub: what it was about, or NULL. */
void vhub_explain_nl(const struct vhub_nl *nl, int err, const char *hub,
		     char *text);

/* Why vhub_open(), vhub_attach_open() or vhub_attach_join() returned @err. */
void vhub_explain_attach(int err, const char *hub, char *text);

/* Names of VHUB_USER_SIZE, or the number where there is no name. Return whether
 * there is one. Use getpwuid() and getgrgid(): not for several threads at once,
 * as are the sentences.
 */
bool vhub_user_name(uid_t uid, char *name);
bool vhub_group_name(gid_t gid, char *name);

/*
 * Words for the numbers of the ABI.
 */

/* Of VHUB_PORT_FLAG_*, and of TUN_F_* of <linux/if_tun.h>. */
const struct vhub_bit *vhub_port_flag_names(void);
const struct vhub_bit *vhub_offload_names(void);

/* Of VHUB_FDB_FLAG_*. */
const struct vhub_bit *vhub_fdb_flag_names(void);

/* Word for a reason VHUB_A_DROPS_*, NULL for what is none or newer. */
const char *vhub_drop_name(unsigned int reason);

/* Word for VHUB_PORT_KIND_*, NULL for one that is newer than the library. */
const char *vhub_port_kind(uint32_t kind);

/* Word for VHUB_HUB_KIND_*, NULL likewise. */
const char *vhub_hub_kind(uint32_t kind);

/* Word for VHUB_HUB_MODE_*, NULL likewise. */
const char *vhub_hub_mode(uint32_t mode);

/* NULL for a good name of a hub, else what is wrong with it: "is empty" ... */
const char *vhub_hub_name_fault(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* LIBVHUB_NETLINK_H */
