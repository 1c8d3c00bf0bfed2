// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what every port has: a place on a hub, flags, counters
 */

#include "port.h"

#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "hub.h"
#include "netlink.h"
#include "vlan.h"

/**
 * vhub_port_init - begin a port that is on no hub
 * @port: zeroed memory of the port
 * @ops: what kind of port it is
 * @flags: VHUB_PORT_FLAG_*
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vhub_port_init(struct vhub_port *port, const struct vhub_port_ops *ops,
		   unsigned long flags)
{
	int cpu;

	port->stats = alloc_percpu_gfp(struct vhub_stats, GFP_KERNEL_ACCOUNT);
	if (!port->stats)
		return -ENOMEM;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(port->stats, cpu)->syncp);

	port->ops = ops;
	port->flags = flags | VHUB_PORT_CARRIER;
	INIT_LIST_HEAD(&port->list);
	INIT_LIST_HEAD(&port->addresses);
	return 0;
}

/**
 * vhub_port_free - free what vhub_port_init() took
 * @port: a port that is on no hub, an RCU grace period after it left it
 *
 * Context: any.
 */
void vhub_port_free(struct vhub_port *port)
{
	WARN_ON_ONCE(rcu_access_pointer(port->hub));
	WARN_ON_ONCE(!list_empty(&port->addresses));
	kfree(rcu_dereference_protected(port->vlans, true));
	free_percpu(port->stats);
}

/**
 * vhub_port_attach - put a port on a hub
 * @port: a port that has not been on a hub before
 * @hub: the hub, a reference of the caller's, its mutex @change held
 *
 * Context: may sleep.
 * Return: 0 with @port->number set; -ENOSPC for a full hub, -ENODEV for one
 * that is just going away, -ENOMEM.
 */
int vhub_port_attach(struct vhub_port *port, struct vhub_hub *hub)
{
	int ret;

	lockdep_assert_held(&hub->change);

	ret = xa_alloc(&hub->numbers, &port->number, port,
		       XA_LIMIT(1, VHUB_PORTS_MAX), GFP_KERNEL);
	if (ret)
		return ret == -EBUSY ? -ENOSPC : ret;

	spin_lock(&hub->lock);
	if (hub->dead) {
		/* Before anybody with the lock can look the number up. */
		xa_erase(&hub->numbers, port->number);
		spin_unlock(&hub->lock);
		return -ENODEV;
	}
	rcu_assign_pointer(port->hub, hub);
	/* Before the host's. */
	list_add_tail_rcu(&port->list, &hub->host.list);
	hub->count++;
	vhub_hub_count_port_change_locked(hub);
	spin_unlock(&hub->lock);

	pr_debug("%s: port %u created\n", hub->dev->name, port->number);
	vhub_nl_notify_port(hub, port->number);
	return 0;
}

static void vhub_port_unlink_locked(struct vhub_port *port,
				    struct vhub_hub *hub)
{
	lockdep_assert_held(&hub->change);
	lockdep_assert_held(&hub->lock);
	WARN_ON_ONCE(!list_empty(&port->addresses));

	strscpy(port->hub_name, hub->dev->name, sizeof(port->hub_name));
	list_del_rcu(&port->list);
	xa_erase(&hub->numbers, port->number);
	hub->count--;
	vhub_vlans_leave_locked(hub, port);
	vhub_hub_count_port_change_locked(hub);
	pr_debug("%s: port %u destroyed\n", hub->dev->name, port->number);

	/* Last: an owner that finds no hub goes on to free the port after a
	 * grace period, which must not begin before the port is off the list.
	 * Also pairs with smp_rmb() in vhub_port_hub_name().
	 */
	smp_wmb();
	RCU_INIT_POINTER(port->hub, NULL);
}

/* Takes a port off its hub and tells. Its addresses go first, see struct vhub_fdb. */
static void vhub_port_unlink(struct vhub_port *port, struct vhub_hub *hub)
{
	u32 number = port->number;

	lockdep_assert_held(&hub->change);

	vhub_fdb_leave(&hub->fdb, port);

	spin_lock(&hub->lock);
	vhub_port_unlink_locked(port, hub);
	spin_unlock(&hub->lock);

	/* From here on the port may be freed. */
	vhub_nl_notify_port_del(hub, number);
}

/* The port's hub with a reference, or NULL. */
struct vhub_hub *vhub_port_get_hub(struct vhub_port *port)
{
	struct vhub_hub *hub;

	rcu_read_lock();
	hub = rcu_dereference(port->hub);
	if (hub)
		dev_hold(hub->dev);
	rcu_read_unlock();
	return hub;
}

/**
 * vhub_port_detach - take a port off its hub
 * @port: the caller's port; it may be on no hub any more
 *
 * Until an RCU grace period has passed, senders may still deliver to the port.
 *
 * Context: may sleep.
 */
void vhub_port_detach(struct vhub_port *port)
{
	struct vhub_hub *hub = vhub_port_get_hub(port);

	if (!hub)
		return;

	mutex_lock(&hub->change);
	/* Who takes ports off does so under the mutex. */
	if (rcu_access_pointer(port->hub))
		vhub_port_unlink(port, hub);
	mutex_unlock(&hub->change);
	vhub_hub_put(hub);
}

/**
 * vhub_port_detach_number - take a port off a hub
 * @hub: the hub, a reference of the caller's
 * @number: number of the port, not the host's
 *
 * Context: may sleep.
 * Return: was there such a port.
 */
bool vhub_port_detach_number(struct vhub_hub *hub, u32 number)
{
	struct vhub_port *port;

	mutex_lock(&hub->change);
	spin_lock(&hub->lock);
	port = vhub_port_lookup_locked(hub, number);
	spin_unlock(&hub->lock);

	/* It stays there as long as the mutex is held. */
	if (port)
		vhub_port_unlink(port, hub);
	mutex_unlock(&hub->change);
	return port;
}

/**
 * vhub_port_detach_all - take all ports off a hub and let no more come
 * @hub: the hub, whose device is being unregistered
 *
 * Context: RTNL.
 */
void vhub_port_detach_all(struct vhub_hub *hub)
{
	struct vhub_port *port, *next;

	ASSERT_RTNL();

	mutex_lock(&hub->change);
	vhub_fdb_close(&hub->fdb);
	spin_lock(&hub->lock);
	hub->dead = true;
	list_for_each_entry_safe(port, next, &hub->ports, list)
		if (port != &hub->host)
			vhub_port_unlink_locked(port, hub);
	list_del_rcu(&hub->host.list);
	RCU_INIT_POINTER(hub->host.hub, NULL);
	spin_unlock(&hub->lock);
	mutex_unlock(&hub->change);
}

/**
 * vhub_port_lookup_locked - find a port of a hub
 * @hub: the hub, its lock held
 * @number: number of the port
 *
 * Return: the port, which stays on the hub while the lock is held, or NULL.
 */
struct vhub_port *vhub_port_lookup_locked(struct vhub_hub *hub, u32 number)
{
	struct vhub_port *port;

	lockdep_assert_held(&hub->lock);

	if (!number)
		return hub->dead ? NULL : &hub->host;

	port = xa_load(&hub->numbers, number);
	/* It may have got its number but not yet its place. */
	return port && rcu_access_pointer(port->hub) ? port : NULL;
}

/**
 * vhub_port_hub_name - name of the hub that the port is on or was on last
 * @port: a port that was attached once
 * @name: where to; the name is cut by a rename at the same time, never wild
 *
 * Context: any.
 */
void vhub_port_hub_name(const struct vhub_port *port, char name[IFNAMSIZ])
{
	struct vhub_hub *hub;

	rcu_read_lock();
	hub = rcu_dereference(port->hub);
	if (hub) {
		strscpy_pad(name, hub->dev->name, IFNAMSIZ);
	} else {
		/* Pairs with smp_wmb() in vhub_port_unlink_locked(). */
		smp_rmb();
		strscpy_pad(name, port->hub_name, IFNAMSIZ);
	}
	rcu_read_unlock();
}

/**
 * vhub_port_set_flag - set or clear a flag
 * @port: the port
 * @flag: one of VHUB_PORT_FLAG_*, or VHUB_PORT_CARRIER
 * @on: set it
 *
 * Context: any.
 * Return: did it change.
 */
bool vhub_port_set_flag(struct vhub_port *port, u32 flag, bool on)
{
	if (on)
		return !test_and_set_bit(__ffs(flag), &port->flags);
	return test_and_clear_bit(__ffs(flag), &port->flags);
}

/**
 * vhub_port_forget - forget the addresses that were learned at a port
 * @port: a port whose cable was pulled out
 *
 * Context: may sleep.
 */
void vhub_port_forget(struct vhub_port *port)
{
	struct vhub_hub *hub = vhub_port_get_hub(port);

	if (!hub)
		return;
	vhub_fdb_flush(&hub->fdb, port, -1);
	vhub_hub_put(hub);
}

/**
 * vhub_port_set_carrier - the process at the port plugs its end in or out
 * @port: the port
 * @on: plug it in
 *
 * Apart from VHUB_PORT_FLAG_LINK, the hub's end: whom the hub's owner cut off
 * cannot plug itself in again.
 *
 * Context: may sleep.
 */
void vhub_port_set_carrier(struct vhub_port *port, bool on)
{
	if (!vhub_port_set_flag(port, VHUB_PORT_CARRIER, on))
		return;
	if (!on)
		vhub_port_forget(port);
	vhub_port_announce(port);
}

/**
 * vhub_port_announce - tell listeners that a port was changed
 * @port: the port
 *
 * Context: may sleep.
 */
void vhub_port_announce(struct vhub_port *port)
{
	struct vhub_hub *hub = vhub_port_get_hub(port);

	if (hub) {
		mutex_lock(&hub->change);
		vhub_nl_notify_port(hub, port->number);
		mutex_unlock(&hub->change);
		vhub_hub_put(hub);
	}
}

/* Count frames that a port lost. Context: process or bottom half. */
void vhub_port_count_drop(struct vhub_port *port, int reason, u32 frames)
{
	local_bh_disable();
	vhub_stats_drop(port->stats, reason, frames);
	local_bh_enable();
}

static void vhub_port_sum_cpu(const struct vhub_stats *stats,
			      struct vhub_stats_sum *sum)
{
	struct vhub_stats_sum cpu;
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		cpu.rx_frames = u64_stats_read(&stats->rx_frames);
		cpu.rx_bytes = u64_stats_read(&stats->rx_bytes);
		cpu.tx_frames = u64_stats_read(&stats->tx_frames);
		cpu.tx_bytes = u64_stats_read(&stats->tx_bytes);
		for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
			cpu.drops[i] = u64_stats_read(&stats->drops[i]);
		cpu.not_learned = u64_stats_read(&stats->not_learned);
	} while (u64_stats_fetch_retry(&stats->syncp, start));

	sum->rx_frames += cpu.rx_frames;
	sum->rx_bytes += cpu.rx_bytes;
	sum->tx_frames += cpu.tx_frames;
	sum->tx_bytes += cpu.tx_bytes;
	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		sum->drops[i] += cpu.drops[i];
	sum->not_learned += cpu.not_learned;
}

/**
 * vhub_port_sum - add up the counters of a port
 * @port: the port
 * @sum: where to
 *
 * Context: any. Senders go on counting meanwhile.
 */
void vhub_port_sum(const struct vhub_port *port, struct vhub_stats_sum *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu)
		vhub_port_sum_cpu(per_cpu_ptr(port->stats, cpu), sum);
}
