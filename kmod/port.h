/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what every port has: a place on a hub, flags, counters
 */
#ifndef _VHUB_PORT_H
#define _VHUB_PORT_H

#include <linux/bitops.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/linux/vhub_dev.h>

#include "stats.h"

struct sk_buff;
struct vhub_batch;
struct vhub_hub;
struct vhub_l3_change;
struct vhub_port;
struct vhub_viewer;
struct vhub_vlans;

/**
 * struct vhub_port_ops - what a kind of port does in its own way
 * @kind: enum vhub_port_kind
 * @deliver: take what the port wants of a batch and count it, delivered or
 *	dropped. Called with bottom halves off in an RCU read-side section, by
 *	several senders at once; must not sleep.
 * @fill: add to a netlink message what only this kind has to say; 0 or
 *	-EMSGSIZE. Called with the hub's lock held.
 * @change_l3: change what only ports of IP packets have; false when it is none.
 *	NULL for a kind that never is. Called with the hub's lock held.
 */
struct vhub_port_ops {
	u32 kind;
	void (*deliver)(struct vhub_port *port, struct vhub_batch *batch);
	int (*fill)(struct vhub_port *port, struct sk_buff *msg,
		    const struct vhub_viewer *viewer);
	bool (*change_l3)(struct vhub_port *port,
			  const struct vhub_l3_change *change);
};

/* A flag of ports that is not shown as such, see vhub_port_set_carrier(). */
#define VHUB_PORT_CARRIER	BIT(16)

/**
 * struct vhub_port - one place on a hub
 * @ops: what kind of port it is
 * @stats: counters
 * @number: number on its hub while it is on one, 0 for the host's cable
 * @flags: VHUB_PORT_FLAG_* and VHUB_PORT_CARRIER
 * @hub: the hub it is on, NULL before and after
 * @list: in the hub's list of ports
 * @label: what somebody called it
 * @hub_name: name the hub had when the port left it
 * @addresses: those of the hub's table that are at this port
 * @address_count: how many
 * @leaves: learn no more
 * @max_addresses: most of them, 0 for as many as there is room for
 * @vlans: the VLANs it is in, in mode switch; NULL for a transparent port
 * @lock: bits of the only address it may send from, by vhub_port_lock_bits(), or
 *	0 for any
 *
 * A port belongs to whoever made it: to its open files, or to its hub when it
 * is the host's cable. The hub's list is no reference. Either may go first:
 *
 * - The owner goes: vhub_port_detach() takes the port off the hub's list. The
 *   owner waits for an RCU grace period, by call_rcu(), before it frees it.
 *   Until then a sender may still deliver to it, and finds its queues closed.
 * - The hub goes: vhub_port_detach_all() takes all ports off the list and
 *   clears @hub. The ports live on, silent. The hub is freed after the grace
 *   period that unregister_netdevice() waits for, so that an owner that just
 *   read @hub under RCU can still take the hub's lock, and finds that the port
 *   is not on it any more.
 */
struct vhub_port {
	/* Set at creation, then read-only. */
	const struct vhub_port_ops *ops;
	struct vhub_stats __percpu *stats;

	/* Set before the port gets on a hub, then read-only. */
	u32 number;

	/* Atomic. */
	unsigned long flags;

	/* RCU: written under the hub's lock. */
	struct vhub_hub __rcu *hub;
	struct list_head list;
	struct vhub_vlans __rcu *vlans;

	/* Protected by the hub's lock. */
	char label[VHUB_LABEL_SIZE];

	/* Written under the hub's lock before @hub is cleared. */
	char hub_name[IFNAMSIZ];

	/* Protected by the lock of the hub's table; the count is peeked at. */
	struct list_head addresses;
	u32 address_count;
	bool leaves;

	/* Single words, written under the hub's lock. */
	u32 max_addresses;
	u64 lock;
};

int vhub_port_init(struct vhub_port *port, const struct vhub_port_ops *ops,
		   unsigned long flags);
void vhub_port_free(struct vhub_port *port);
int vhub_port_attach(struct vhub_port *port, struct vhub_hub *hub);
struct vhub_hub *vhub_port_get_hub(struct vhub_port *port);
void vhub_port_detach(struct vhub_port *port);
bool vhub_port_detach_number(struct vhub_hub *hub, u32 number);
void vhub_port_detach_all(struct vhub_hub *hub);
struct vhub_port *vhub_port_lookup_locked(struct vhub_hub *hub, u32 number);
void vhub_port_hub_name(const struct vhub_port *port, char name[IFNAMSIZ]);
bool vhub_port_set_flag(struct vhub_port *port, u32 flag, bool on);
void vhub_port_set_carrier(struct vhub_port *port, bool on);
void vhub_port_forget(struct vhub_port *port);
void vhub_port_announce(struct vhub_port *port);
void vhub_port_count_drop(struct vhub_port *port, int reason, u32 frames);
void vhub_port_sum(const struct vhub_port *port, struct vhub_stats_sum *sum);

/* Has the port all of these VHUB_PORT_FLAG_*? */
static inline bool vhub_port_has(const struct vhub_port *port, u32 flags)
{
	return (READ_ONCE(port->flags) & flags) == flags;
}

/* Is the cable plugged in at both ends? */
static inline bool vhub_port_is_linked(const struct vhub_port *port)
{
	return vhub_port_has(port, VHUB_PORT_FLAG_LINK | VHUB_PORT_CARRIER);
}

/* An address as a number, for struct vhub_port; 0 for no address. */
static inline u64 vhub_port_lock_bits(const u8 addr[ETH_ALEN])
{
	u64 bits = 0;

	memcpy(&bits, addr, ETH_ALEN);
	return bits;
}

/* The flags of the port as everybody is shown them. */
static inline u32 vhub_port_shown_flags(const struct vhub_port *port)
{
	u32 flags = READ_ONCE(port->flags);

	if (!(flags & VHUB_PORT_CARRIER))
		flags &= ~VHUB_PORT_FLAG_LINK;
	return flags & ~VHUB_PORT_CARRIER;
}

#endif /* _VHUB_PORT_H */
