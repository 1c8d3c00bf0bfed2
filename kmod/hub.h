/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - the hub: a net device of rtnl kind "vhub" with ports
 */
#ifndef _VHUB_HUB_H
#define _VHUB_HUB_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "fdb.h"
#include "port.h"

/**
 * struct vhub_hub - a hub, the private part of its net device
 * @dev: the net device
 * @id: key in the table of its network namespace
 * @change: held over each change of the hub or a port that listeners are told of,
 *	and the telling, so that what they hear last is how it is
 * @ports: all ports, in the order they came, but the host's last: it answers at
 *	once, and the others are to hear what it answers to before the answer
 * @lock: see Documentation/vhub/design.rst
 * @numbers: the ports by number, without the host's; it has a lock of its own,
 *	and a port in it is on the hub only if its @hub says so under @lock
 * @count: how many ports are in @numbers
 * @port_changes: how often a port came or went, running freely; may be peeked
 *	at without @lock
 * @dead: takes no more ports, and nothing is told of it; written under @change,
 *	too
 * @owner: whom the owner's bits of @perm are for
 * @group: whom the group's bits of @perm are for
 * @perm: permission bits as of a file, 0777 at most
 * @vlan_ports: ports that are not transparent; peeked at without @lock
 * @fdb: which address is at which port, in mode switch
 * @host: the host's cable
 */
struct vhub_hub {
	/* Set at creation, then read-only. */
	struct net_device *dev;
	u32 id;

	/* Held over changes and the telling of them. */
	struct mutex change;

	/* RCU: written under @lock. */
	struct list_head ports;

	struct xarray numbers;

	/* Protected by @lock. */
	spinlock_t lock;
	u32 count;
	u32 port_changes;
	bool dead;
	kuid_t owner;
	kgid_t group;
	u16 perm;
	u32 vlan_ports;

	/* With a lock of its own. */
	struct vhub_fdb fdb;

	struct vhub_port host;
};

struct vhub_hub *vhub_hub_get_by_name(struct net *net, const char *name);
struct vhub_hub *vhub_hub_get_by_index(struct net *net, int ifindex);
struct vhub_hub *vhub_hub_next_rcu(struct net *net, unsigned long *id);
u32 vhub_hub_changes(struct net *net);
u32 vhub_hub_port_changes(struct net *net, const struct vhub_hub *hub);
void vhub_hub_count_port_change_locked(struct vhub_hub *hub);
u32 vhub_hub_rights(struct vhub_hub *hub);
int vhub_hub_set_mode(struct vhub_hub *hub, u32 mode);

/* One of VHUB_HUB_MODE_*. */
static inline u32 vhub_hub_mode(const struct vhub_hub *hub)
{
	return vhub_fdb_is_on(&hub->fdb) ? VHUB_HUB_MODE_SWITCH :
					   VHUB_HUB_MODE_HUB;
}

static inline void vhub_hub_put(struct vhub_hub *hub)
{
	dev_put(hub->dev);
}

int vhub_hub_tables_init(void);
void vhub_hub_tables_exit(void);
int vhub_hub_init(void);
void vhub_hub_exit(void);

#endif /* _VHUB_HUB_H */
