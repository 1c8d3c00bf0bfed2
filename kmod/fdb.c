// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - forwarding database: which address is at which port of a hub
 *
 * DOC: The table of a hub in mode switch
 *
 * Senders look addresses up under RCU and take no lock. Of an address that they
 * meet where it is known to be they write the time, at most once a jiffy, so
 * that its cache line is shared by all of them most of the time. What is new or
 * has moved is written under the table's lock. A table that is full is not
 * locked for addresses that have no place in it: who makes up addresses holds
 * up nobody.
 *
 * Listeners are told of each change under the lock, so in its order.
 */

#include "fdb.h"

#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "hub.h"
#include "netlink.h"
#include "port.h"

/* Walks to age addresses are this part of the ageing time apart, or more. */
#define VHUB_FDB_WALKS		32
#define VHUB_FDB_WALK_MIN	(HZ / 100 ?: 1)

/* Entries that are taken out under one hold of the lock. */
#define VHUB_FDB_CHUNK		64

static u64 vhub_fdb_key_bits(const struct vhub_fdb_key *key)
{
	BUILD_BUG_ON(sizeof(*key) != sizeof(u64));
	return *(const u64 *)key;
}

static int vhub_fdb_compare(struct rhashtable_compare_arg *arg,
			    const void *object)
{
	const struct vhub_fdb_entry *entry = object;

	return vhub_fdb_key_bits(arg->key) != vhub_fdb_key_bits(&entry->key);
}

static const struct rhashtable_params vhub_fdb_params = {
	.head_offset		= offsetof(struct vhub_fdb_entry, node),
	.key_offset		= offsetof(struct vhub_fdb_entry, key),
	.key_len		= sizeof(struct vhub_fdb_key),
	.obj_cmpfn		= vhub_fdb_compare,
	.automatic_shrinking	= true,
};

static struct vhub_hub *vhub_fdb_hub(struct vhub_fdb *fdb)
{
	return container_of(fdb, struct vhub_hub, fdb);
}

static unsigned long vhub_fdb_ageing(const struct vhub_fdb *fdb)
{
	return msecs_to_jiffies(READ_ONCE(fdb->ageing_ms));
}

/**
 * vhub_fdb_find_rcu - look an address up
 * @fdb: the table, one that was on
 * @key: the address
 *
 * Context: RCU read-side section.
 * Return: what is known of it, or NULL.
 */
struct vhub_fdb_entry *vhub_fdb_find_rcu(struct vhub_fdb *fdb,
					 const struct vhub_fdb_key *key)
{
	return rhashtable_lookup(&fdb->table, key, vhub_fdb_params);
}

static void vhub_fdb_put_at_port_locked(struct vhub_fdb *fdb,
					struct vhub_fdb_entry *entry,
					struct vhub_port *port)
{
	lockdep_assert_held(&fdb->lock);

	list_add_tail(&entry->at_port, &port->addresses);
	WRITE_ONCE(port->address_count, port->address_count + 1);
	rcu_assign_pointer(entry->port, port);
}

static struct vhub_port *
vhub_fdb_take_from_port_locked(struct vhub_fdb *fdb,
			       struct vhub_fdb_entry *entry)
{
	struct vhub_port *port;

	lockdep_assert_held(&fdb->lock);

	port = rcu_dereference_protected(entry->port,
					 lockdep_is_held(&fdb->lock));
	list_del(&entry->at_port);
	WRITE_ONCE(port->address_count, port->address_count - 1);
	return port;
}

static void vhub_fdb_remove_locked(struct vhub_fdb *fdb,
				   struct vhub_fdb_entry *entry)
{
	lockdep_assert_held(&fdb->lock);

	WARN_ON_ONCE(rhashtable_remove_fast(&fdb->table, &entry->node,
					    vhub_fdb_params));
	list_del_rcu(&entry->list);
	vhub_fdb_take_from_port_locked(fdb, entry);
	entry->gone = true;
	fdb->learned -= !entry->is_static;
	WRITE_ONCE(fdb->count, fdb->count - 1);
	kfree_rcu(entry, rcu);
}

static void vhub_fdb_remove_and_tell_locked(struct vhub_fdb *fdb,
					    struct vhub_fdb_entry *entry)
{
	vhub_nl_notify_fdb_del(vhub_fdb_hub(fdb), entry);
	vhub_fdb_remove_locked(fdb, entry);
}

/* Is there room for one more address, at this port? Peeks, or knows. */
static bool vhub_fdb_port_has_room(const struct vhub_port *port)
{
	u32 max = READ_ONCE(port->max_addresses);

	return !max || READ_ONCE(port->address_count) < max;
}

static bool vhub_fdb_has_room(const struct vhub_fdb *fdb)
{
	return READ_ONCE(fdb->count) < READ_ONCE(fdb->max);
}

static struct vhub_fdb_entry *vhub_fdb_alloc(const struct vhub_fdb_key *key,
					     bool is_static)
{
	struct vhub_fdb_entry *entry;

	entry = kzalloc(sizeof(*entry),
			GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!entry)
		return NULL;
	entry->key = *key;
	entry->updated = jiffies;
	entry->is_static = is_static;
	return entry;
}

/* Return: 0; -EEXIST when somebody was faster, -ENOSPC, -ENOMEM; -ENOENT for a
 * port that leaves, or a table that is off.
 */
static int vhub_fdb_insert_locked(struct vhub_fdb *fdb,
				  struct vhub_fdb_entry *entry,
				  struct vhub_port *port)
{
	int ret;

	lockdep_assert_held(&fdb->lock);

	if (!fdb->on || port->leaves)
		return -ENOENT;
	if (!vhub_fdb_has_room(fdb) || !vhub_fdb_port_has_room(port))
		return -ENOSPC;

	/* Whoever finds it, finds its port. */
	RCU_INIT_POINTER(entry->port, port);
	ret = rhashtable_lookup_insert_fast(&fdb->table, &entry->node,
					    vhub_fdb_params);
	if (ret)
		return ret == -EEXIST ? ret : -ENOMEM;

	entry->serial = ++fdb->serial;
	list_add_tail_rcu(&entry->list, &fdb->entries);
	vhub_fdb_put_at_port_locked(fdb, entry, port);
	WRITE_ONCE(fdb->count, fdb->count + 1);
	if (!entry->is_static && !fdb->learned++)
		queue_delayed_work(system_power_efficient_wq, &fdb->age,
				   vhub_fdb_ageing(fdb));
	vhub_nl_notify_fdb(vhub_fdb_hub(fdb), entry, NULL);
	return 0;
}

/* Learns an address that is not there. Return: as vhub_fdb_insert_locked(). */
static int vhub_fdb_learn(struct vhub_fdb *fdb, const struct vhub_fdb_key *key,
			  struct vhub_port *port)
{
	struct vhub_fdb_entry *entry;
	int ret;

	/* Before anything that costs: most often there is room, or none for
	 * long.
	 */
	if (!vhub_fdb_has_room(fdb) || !vhub_fdb_port_has_room(port))
		return -ENOSPC;

	entry = vhub_fdb_alloc(key, false);
	if (!entry)
		return -ENOMEM;

	spin_lock(&fdb->lock);
	ret = vhub_fdb_insert_locked(fdb, entry, port);
	spin_unlock(&fdb->lock);
	if (ret)
		kfree(entry);
	return ret;
}

/* Return: 0, also when there is nothing to do any more; -ENOSPC. */
static int vhub_fdb_move_locked(struct vhub_fdb *fdb,
				struct vhub_fdb_entry *entry,
				struct vhub_port *port)
{
	struct vhub_port *old;

	lockdep_assert_held(&fdb->lock);

	if (entry->gone || entry->is_static || port->leaves ||
	    rcu_access_pointer(entry->port) == port)
		return 0;
	if (!vhub_fdb_port_has_room(port))
		return -ENOSPC;

	old = vhub_fdb_take_from_port_locked(fdb, entry);
	vhub_fdb_put_at_port_locked(fdb, entry, port);
	WRITE_ONCE(entry->updated, jiffies);
	vhub_nl_notify_fdb(vhub_fdb_hub(fdb), entry, old);
	return 0;
}

static int vhub_fdb_move(struct vhub_fdb *fdb, struct vhub_fdb_entry *entry,
			 struct vhub_port *port)
{
	int ret;

	if (!vhub_fdb_port_has_room(port))
		return -ENOSPC;

	spin_lock(&fdb->lock);
	ret = vhub_fdb_move_locked(fdb, entry, port);
	spin_unlock(&fdb->lock);
	return ret;
}

/* What is new or at another port. Counts what cannot be learned. */
static noinline void vhub_fdb_see_change(struct vhub_fdb *fdb,
					 struct vhub_fdb_entry *entry,
					 const struct vhub_fdb_key *key,
					 struct vhub_port *port)
{
	int ret;

	if (!READ_ONCE(fdb->ageing_ms))
		return;
	ret = entry ? vhub_fdb_move(fdb, entry, port) :
		      vhub_fdb_learn(fdb, key, port);
	if (ret == -ENOSPC || ret == -ENOMEM)
		vhub_stats_not_learned(port->stats);
}

/**
 * vhub_fdb_see - a frame from this address came in at this port
 * @fdb: the table, one that was on
 * @key: the address, one of one station
 * @port: the port
 *
 * Context: bottom halves off, RCU read-side section.
 */
void vhub_fdb_see(struct vhub_fdb *fdb, const struct vhub_fdb_key *key,
		  struct vhub_port *port)
{
	struct vhub_fdb_entry *entry = vhub_fdb_find_rcu(fdb, key);
	unsigned long now = jiffies;

	if (unlikely(!entry || rcu_access_pointer(entry->port) != port)) {
		if (!entry || !READ_ONCE(entry->is_static))
			vhub_fdb_see_change(fdb, entry, key, port);
		return;
	}
	if (READ_ONCE(entry->updated) != now)
		WRITE_ONCE(entry->updated, now);
}

/* Return: 0, or -EEXIST for one that is static already; as inserting. */
static int vhub_fdb_make_static_locked(struct vhub_fdb *fdb,
				       struct vhub_fdb_entry *entry,
				       struct vhub_port *port)
{
	struct vhub_port *old;

	lockdep_assert_held(&fdb->lock);

	if (entry->is_static)
		return -EEXIST;
	if (port->leaves)
		return -ENOENT;
	if (rcu_access_pointer(entry->port) != port &&
	    !vhub_fdb_port_has_room(port))
		return -ENOSPC;

	old = vhub_fdb_take_from_port_locked(fdb, entry);
	vhub_fdb_put_at_port_locked(fdb, entry, port);
	WRITE_ONCE(entry->is_static, true);
	fdb->learned--;
	vhub_nl_notify_fdb(vhub_fdb_hub(fdb), entry, old);
	return 0;
}

/**
 * vhub_fdb_add - add a static address
 * @fdb: the table
 * @key: the address, one of one station
 * @port: a port of the hub, which is locked
 *
 * Context: process, the hub's lock held.
 * Return: 0; -EEXIST for one that is static already, -ENOSPC for no room in the
 * table or at the port, -ENOENT for a port that leaves, -EOPNOTSUPP when the hub
 * is not in mode switch, -ENOMEM.
 */
int vhub_fdb_add(struct vhub_fdb *fdb, const struct vhub_fdb_key *key,
		 struct vhub_port *port)
{
	struct vhub_fdb_entry *entry = NULL, *new;
	int ret = -EOPNOTSUPP;

	lockdep_assert_held(&vhub_fdb_hub(fdb)->lock);

	new = vhub_fdb_alloc(key, true);
	if (!new)
		return -ENOMEM;

	rcu_read_lock();
	spin_lock_bh(&fdb->lock);
	if (fdb->on) {
		entry = vhub_fdb_find_rcu(fdb, key);
		ret = entry ? vhub_fdb_make_static_locked(fdb, entry, port) :
			      vhub_fdb_insert_locked(fdb, new, port);
	}
	spin_unlock_bh(&fdb->lock);
	rcu_read_unlock();
	if (ret || entry)
		kfree(new);
	return ret;
}

/**
 * vhub_fdb_del - forget an address
 * @fdb: the table
 * @key: the address
 *
 * Context: process.
 * Return: was it there.
 */
bool vhub_fdb_del(struct vhub_fdb *fdb, const struct vhub_fdb_key *key)
{
	struct vhub_fdb_entry *entry = NULL;

	rcu_read_lock();
	spin_lock_bh(&fdb->lock);
	if (fdb->on)
		entry = vhub_fdb_find_rcu(fdb, key);
	if (entry)
		vhub_fdb_remove_and_tell_locked(fdb, entry);
	spin_unlock_bh(&fdb->lock);
	rcu_read_unlock();
	return entry;
}

/**
 * vhub_fdb_walk_rcu - go through the addresses in the order they came
 * @fdb: the table
 * @serial: of the last that was seen, 0 at first; set to that of the last for
 *	which @fn returned 0, so that the walk can go on later: what comes and
 *	goes meanwhile moves no other
 * @fn: called for each
 * @data: argument of @fn
 *
 * Context: RCU read-side section.
 * Return: 0 at the end, or what @fn returned if that was not 0.
 */
int vhub_fdb_walk_rcu(struct vhub_fdb *fdb, u64 *serial,
		      int (*fn)(struct vhub_fdb_entry *entry, void *data),
		      void *data)
{
	struct vhub_fdb_entry *entry;
	int ret;

	list_for_each_entry_rcu(entry, &fdb->entries, list) {
		if (entry->serial <= *serial)
			continue;
		ret = fn(entry, data);
		if (ret)
			return ret;
		*serial = entry->serial;
	}
	return 0;
}

/* The same in process context, with breaks when others want the processor. */
static void vhub_fdb_walk(struct vhub_fdb *fdb,
			  void (*fn)(struct vhub_fdb_entry *entry, void *data),
			  void *data)
{
	struct vhub_fdb_entry *entry;
	u64 serial = 0;
	bool more;

	do {
		more = false;
		rcu_read_lock();
		list_for_each_entry_rcu(entry, &fdb->entries, list) {
			if (entry->serial <= serial)
				continue;
			fn(entry, data);
			serial = entry->serial;
			more = need_resched();
			if (more)
				break;
		}
		rcu_read_unlock();
		cond_resched();
	} while (more);
}

/**
 * struct vhub_fdb_choice - which learned addresses are to be forgotten
 * @fdb: the table
 * @port: those at this port, or NULL
 * @vid: those in this VLAN, or -1
 */
struct vhub_fdb_choice {
	struct vhub_fdb *fdb;
	const struct vhub_port *port;
	int vid;
};

static void vhub_fdb_flush_entry(struct vhub_fdb_entry *entry, void *data)
{
	const struct vhub_fdb_choice *choice = data;
	struct vhub_fdb *fdb = choice->fdb;

	if (choice->vid >= 0 && entry->key.vid != choice->vid)
		return;
	if (choice->port && rcu_access_pointer(entry->port) != choice->port)
		return;

	spin_lock_bh(&fdb->lock);
	if (!entry->gone && !entry->is_static &&
	    (!choice->port || rcu_access_pointer(entry->port) == choice->port))
		vhub_fdb_remove_and_tell_locked(fdb, entry);
	spin_unlock_bh(&fdb->lock);
}

/**
 * vhub_fdb_flush - forget learned addresses
 * @fdb: the table
 * @port: those at this port, or NULL for those at any
 * @vid: those in this VLAN, or -1 for those in any
 *
 * Context: may sleep.
 */
void vhub_fdb_flush(struct vhub_fdb *fdb, const struct vhub_port *port,
		    int vid)
{
	struct vhub_fdb_choice choice = {
		.fdb = fdb,
		.port = port,
		.vid = vid,
	};

	vhub_fdb_walk(fdb, vhub_fdb_flush_entry, &choice);
}

/* The first address at a port, or in the table when that is NULL. */
static struct vhub_fdb_entry *vhub_fdb_first_locked(struct vhub_fdb *fdb,
						    struct vhub_port *port)
{
	lockdep_assert_held(&fdb->lock);

	if (port)
		return list_first_entry_or_null(&port->addresses,
						struct vhub_fdb_entry,
						at_port);
	return list_first_entry_or_null(&fdb->entries, struct vhub_fdb_entry,
					list);
}

/* Forgets all addresses at a port, or all, without a word. */
static void vhub_fdb_clear(struct vhub_fdb *fdb, struct vhub_port *port)
{
	struct vhub_fdb_entry *entry;
	int i;

	do {
		spin_lock_bh(&fdb->lock);
		for (i = 0; i < VHUB_FDB_CHUNK; i++) {
			entry = vhub_fdb_first_locked(fdb, port);
			if (!entry)
				break;
			vhub_fdb_remove_locked(fdb, entry);
		}
		spin_unlock_bh(&fdb->lock);
		cond_resched();
	} while (entry);
}

/**
 * vhub_fdb_leave - forget all addresses at a port, and learn none there again
 * @fdb: the table
 * @port: a port that is about to leave the hub
 *
 * Context: may sleep, the hub's mutex held.
 */
void vhub_fdb_leave(struct vhub_fdb *fdb, struct vhub_port *port)
{
	lockdep_assert_held(&vhub_fdb_hub(fdb)->change);

	spin_lock_bh(&fdb->lock);
	port->leaves = true;
	spin_unlock_bh(&fdb->lock);
	vhub_fdb_clear(fdb, port);
}

/*
 * Ageing
 */

/**
 * struct vhub_fdb_ageing_walk - a walk that forgets what is old
 * @fdb: the table
 * @ageing: what is older, in jiffies
 * @now: when it began
 * @next: from @now to when the next will be old
 */
struct vhub_fdb_ageing_walk {
	struct vhub_fdb *fdb;
	unsigned long ageing;
	unsigned long now;
	unsigned long next;
};

static void vhub_fdb_age_entry(struct vhub_fdb_entry *entry, void *data)
{
	struct vhub_fdb_ageing_walk *walk = data;
	struct vhub_fdb *fdb = walk->fdb;
	unsigned long end;

	if (READ_ONCE(entry->is_static))
		return;
	end = READ_ONCE(entry->updated) + walk->ageing;
	if (time_after(end, walk->now)) {
		walk->next = min(walk->next, end - walk->now);
		return;
	}

	spin_lock_bh(&fdb->lock);
	/* It may have been seen, or made static, just now. */
	end = READ_ONCE(entry->updated) + walk->ageing;
	if (!entry->gone && !entry->is_static && !time_after(end, walk->now))
		vhub_fdb_remove_and_tell_locked(fdb, entry);
	spin_unlock_bh(&fdb->lock);
}

static void vhub_fdb_age_worker(struct work_struct *work)
{
	struct vhub_fdb *fdb = container_of(work, struct vhub_fdb, age.work);
	struct vhub_fdb_ageing_walk walk = {
		.fdb = fdb,
		.ageing = vhub_fdb_ageing(fdb),
		.now = jiffies,
	};

	walk.next = walk.ageing;
	vhub_fdb_walk(fdb, vhub_fdb_age_entry, &walk);

	walk.next = max3(walk.next, walk.ageing / VHUB_FDB_WALKS,
			 (unsigned long)VHUB_FDB_WALK_MIN);
	spin_lock_bh(&fdb->lock);
	if (fdb->learned)
		queue_delayed_work(system_power_efficient_wq, &fdb->age,
				   walk.next);
	spin_unlock_bh(&fdb->lock);
}

/**
 * vhub_fdb_set_ageing - change how long addresses are remembered
 * @fdb: the table
 * @ms: milliseconds, VHUB_AGEING_MAX at most; 0 to learn none
 *
 * Context: may sleep, the hub's mutex held.
 */
void vhub_fdb_set_ageing(struct vhub_fdb *fdb, u32 ms)
{
	lockdep_assert_held(&vhub_fdb_hub(fdb)->change);

	WRITE_ONCE(fdb->ageing_ms, ms);
	spin_lock_bh(&fdb->lock);
	if (fdb->learned)
		mod_delayed_work(system_power_efficient_wq, &fdb->age, 0);
	spin_unlock_bh(&fdb->lock);
}

/*
 * Life
 */

/* Begin a table that is off, of a hub that is being made. */
void vhub_fdb_init(struct vhub_fdb *fdb)
{
	spin_lock_init(&fdb->lock);
	INIT_LIST_HEAD(&fdb->entries);
	INIT_DELAYED_WORK(&fdb->age, vhub_fdb_age_worker);
	fdb->ageing_ms = VHUB_FDB_AGEING_MS;
	fdb->max = VHUB_FDB_MAX;
}

/**
 * vhub_fdb_free - free a table
 * @fdb: a table that was closed, an RCU grace period ago
 *
 * Context: may sleep.
 */
void vhub_fdb_free(struct vhub_fdb *fdb)
{
	WARN_ON_ONCE(fdb->count);
	if (fdb->made)
		rhashtable_destroy(&fdb->table);
}

/**
 * vhub_fdb_open - begin to keep addresses
 * @fdb: the table
 *
 * Context: may sleep, the hub's mutex held.
 * Return: 0 or -ENOMEM.
 */
int vhub_fdb_open(struct vhub_fdb *fdb)
{
	int ret;

	lockdep_assert_held(&vhub_fdb_hub(fdb)->change);

	if (!fdb->made) {
		ret = rhashtable_init(&fdb->table, &vhub_fdb_params);
		if (ret)
			return ret;
		fdb->made = true;
	}

	spin_lock_bh(&fdb->lock);
	/* Pairs with smp_load_acquire() in vhub_fdb_is_on(). */
	smp_store_release(&fdb->on, true);
	spin_unlock_bh(&fdb->lock);
	return 0;
}

/**
 * vhub_fdb_close - forget all addresses, and keep none from now on
 * @fdb: the table
 *
 * Context: may sleep, the hub's mutex held.
 */
void vhub_fdb_close(struct vhub_fdb *fdb)
{
	lockdep_assert_held(&vhub_fdb_hub(fdb)->change);

	spin_lock_bh(&fdb->lock);
	WRITE_ONCE(fdb->on, false);
	spin_unlock_bh(&fdb->lock);
	vhub_fdb_clear(fdb, NULL);
	/* It does nothing any more, but may be at it. */
	cancel_delayed_work_sync(&fdb->age);
}
