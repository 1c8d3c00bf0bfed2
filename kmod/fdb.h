/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - forwarding database: which address is at which port of a hub
 */
#ifndef _VHUB_FDB_H
#define _VHUB_FDB_H

#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct vhub_port;

enum vhub_fdb_defaults {
	VHUB_FDB_AGEING_MS	= 300000,
	VHUB_FDB_MAX		= 16384,
};

/**
 * struct vhub_fdb_key - what is looked up
 * @addr: address of one station
 * @vid: VLAN, 0 for none
 */
struct vhub_fdb_key {
	u8 addr[ETH_ALEN];
	u16 vid;
} __aligned(sizeof(u64));

/**
 * struct vhub_fdb_entry - an address and where it is
 * @node: in the hash table
 * @key: the address
 * @port: the port it is at
 * @updated: jiffies when it was last seen there
 * @is_static: it neither ages nor moves
 * @gone: it was taken out of the table
 * @serial: number of its own, by which a walk finds its place again
 * @list: in the table's list, in the order of @serial
 * @at_port: in the port's list
 * @rcu: frees it
 */
struct vhub_fdb_entry {
	/* Set at creation, then read-only. */
	struct rhash_head node;
	struct vhub_fdb_key key;

	/* RCU: written under the table's lock. */
	struct vhub_port __rcu *port;

	/* Single words. @is_static is written under the table's lock. */
	unsigned long updated;
	bool is_static;

	/* Protected by the table's lock. */
	bool gone;
	struct list_head at_port;

	/* Set at creation; RCU: written under the table's lock. */
	u64 serial;
	struct list_head list;

	struct rcu_head rcu;
};

/**
 * struct vhub_fdb - the table of a hub
 * @on: the hub is in mode switch; written under @lock, with release
 * @ageing_ms: how long an address is remembered, 0 to learn none
 * @max: most addresses
 * @made: @table was made
 * @table: the addresses by key
 * @entries: the addresses in the order they came
 * @lock: see Documentation/vhub/design.rst
 * @count: how many there are; peeked at by who learns
 * @learned: how many of these are not static
 * @serial: of the last that came
 * @age: forgets what was not seen for long; runs while there is what ages
 *
 * A port's addresses go before the port does, so whoever finds an address under
 * RCU also finds its port: vhub_fdb_leave() takes them off and lets no more
 * come, while the port is still on its hub.
 */
struct vhub_fdb {
	bool on;

	/* Single words. */
	u32 ageing_ms;
	u32 max;

	/* Protected by the hub's mutex. */
	bool made;

	/* With locks of its own; written under @lock. */
	struct rhashtable table;

	/* RCU: written under @lock. */
	struct list_head entries;

	/* Protected by @lock. */
	spinlock_t lock;
	u32 count;
	u32 learned;
	u64 serial;

	struct delayed_work age;
};

/* Is the hub in mode switch? */
static inline bool vhub_fdb_is_on(const struct vhub_fdb *fdb)
{
	/* Pairs with smp_store_release() in vhub_fdb_open(). */
	return smp_load_acquire(&fdb->on);
}

void vhub_fdb_init(struct vhub_fdb *fdb);
void vhub_fdb_free(struct vhub_fdb *fdb);
int vhub_fdb_open(struct vhub_fdb *fdb);
void vhub_fdb_close(struct vhub_fdb *fdb);
void vhub_fdb_set_ageing(struct vhub_fdb *fdb, u32 ms);

struct vhub_fdb_entry *vhub_fdb_find_rcu(struct vhub_fdb *fdb,
					 const struct vhub_fdb_key *key);
void vhub_fdb_see(struct vhub_fdb *fdb, const struct vhub_fdb_key *key,
		  struct vhub_port *port);
int vhub_fdb_add(struct vhub_fdb *fdb, const struct vhub_fdb_key *key,
		 struct vhub_port *port);
bool vhub_fdb_del(struct vhub_fdb *fdb, const struct vhub_fdb_key *key);
void vhub_fdb_flush(struct vhub_fdb *fdb, const struct vhub_port *port,
		    int vid);
void vhub_fdb_leave(struct vhub_fdb *fdb, struct vhub_port *port);
int vhub_fdb_walk_rcu(struct vhub_fdb *fdb, u64 *serial,
		      int (*fn)(struct vhub_fdb_entry *entry, void *data),
		      void *data);

#endif /* _VHUB_FDB_H */
