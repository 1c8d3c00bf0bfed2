// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - addresses behind a port without Ethernet header, and its neighbours
 *
 * Both are bounded, and who finds no room pushes out what was not used for
 * longest: the device can only harm itself by using many.
 */

#include "l3-table.h"

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ipv6.h>

/* Begin empty tables. Context: any. */
void vhub_l3_table_init(struct vhub_l3_table *table)
{
	spin_lock_init(&table->lock);
	table->seed = get_random_u32();
	INIT_LIST_HEAD(&table->sources);
	INIT_LIST_HEAD(&table->neighbours);
}

static u32 vhub_l3_hash(const struct vhub_l3_table *table,
			const struct in6_addr *addr, u32 bits)
{
	return hash_32(__ipv6_addr_jhash(addr, table->seed), bits);
}

/*
 * Addresses behind the port
 */
static struct vhub_l3_source *
vhub_l3_source_find_locked(const struct vhub_l3_table *table,
			   const struct in6_addr *addr)
{
	u32 hash = vhub_l3_hash(table, addr, VHUB_L3_SOURCE_BITS);
	struct vhub_l3_source *source;

	lockdep_assert_held(&table->lock);

	hlist_for_each_entry(source, &table->source_hash[hash], node)
		if (ipv6_addr_equal(&source->addr, addr))
			return source;
	return NULL;
}

static void vhub_l3_source_free_locked(struct vhub_l3_table *table,
				       struct vhub_l3_source *source)
{
	lockdep_assert_held(&table->lock);

	hlist_del(&source->node);
	list_del(&source->recent);
	table->source_count--;
	kfree(source);
}

/* One that finds no memory is learned from a later packet. */
static void vhub_l3_source_create_locked(struct vhub_l3_table *table,
					 const struct in6_addr *addr)
{
	u32 hash = vhub_l3_hash(table, addr, VHUB_L3_SOURCE_BITS);
	struct vhub_l3_source *source;

	lockdep_assert_held(&table->lock);

	source = kmalloc(sizeof(*source), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!source)
		return;
	if (table->source_count == VHUB_L3_SOURCES_MAX)
		vhub_l3_source_free_locked(table,
					   list_last_entry(&table->sources,
							   struct vhub_l3_source,
							   recent));
	source->addr = *addr;
	hlist_add_head(&source->node, &table->source_hash[hash]);
	list_add(&source->recent, &table->sources);
	table->source_count++;
}

/* Has the device sent from this address? Context: the table's lock held. */
bool vhub_l3_source_known_locked(const struct vhub_l3_table *table,
				 const struct in6_addr *addr)
{
	return vhub_l3_source_find_locked(table, addr);
}

/* The device sends from this address. Context: the table's lock held. */
void vhub_l3_source_see_locked(struct vhub_l3_table *table,
			       const struct in6_addr *addr)
{
	struct vhub_l3_source *source;

	lockdep_assert_held(&table->lock);

	source = list_first_entry_or_null(&table->sources,
					  struct vhub_l3_source, recent);
	if (source && ipv6_addr_equal(&source->addr, addr))
		return;

	source = vhub_l3_source_find_locked(table, addr);
	if (source)
		list_move(&source->recent, &table->sources);
	else
		vhub_l3_source_create_locked(table, addr);
}

/* Somebody else has this address. Context: the table's lock held. */
void vhub_l3_source_forget_locked(struct vhub_l3_table *table,
				  const struct in6_addr *addr)
{
	struct vhub_l3_source *source = vhub_l3_source_find_locked(table, addr);

	if (source)
		vhub_l3_source_free_locked(table, source);
}

/* Nobody is behind the port any more. Context: the table's lock held. */
void vhub_l3_sources_flush_locked(struct vhub_l3_table *table)
{
	struct vhub_l3_source *source, *next;

	lockdep_assert_held(&table->lock);

	list_for_each_entry_safe(source, next, &table->sources, recent)
		vhub_l3_source_free_locked(table, source);
}

/*
 * Neighbours
 */

/* Context: the table's lock held. Return: the neighbour, or NULL. */
struct vhub_l3_neighbour *
vhub_l3_neighbour_find_locked(const struct vhub_l3_table *table,
			      const struct in6_addr *addr)
{
	u32 hash = vhub_l3_hash(table, addr, VHUB_L3_NEIGHBOUR_BITS);
	struct vhub_l3_neighbour *neighbour;

	lockdep_assert_held(&table->lock);

	hlist_for_each_entry(neighbour, &table->neighbour_hash[hash], node)
		if (ipv6_addr_equal(&neighbour->addr, addr))
			return neighbour;
	return NULL;
}

/**
 * vhub_l3_neighbour_victim_locked - who has to go before another comes
 * @table: the table, its lock held
 *
 * Return: NULL while there is room; else one that nobody knows, so that the
 * device can look for many without losing those it talks to; if there is none,
 * the one not used for longest.
 */
struct vhub_l3_neighbour *
vhub_l3_neighbour_victim_locked(const struct vhub_l3_table *table)
{
	struct vhub_l3_neighbour *neighbour;

	lockdep_assert_held(&table->lock);

	if (table->neighbour_count < VHUB_L3_NEIGHBOURS_MAX)
		return NULL;
	list_for_each_entry_reverse(neighbour, &table->neighbours, recent)
		if (!neighbour->known)
			return neighbour;
	return list_last_entry(&table->neighbours, struct vhub_l3_neighbour,
			       recent);
}

/**
 * vhub_l3_neighbour_create_locked - add a neighbour of whom nothing is known
 * @table: the table with room in it, its lock held
 * @addr: its address, which is not in the table
 *
 * Return: the neighbour, or NULL when there is no memory.
 */
struct vhub_l3_neighbour *
vhub_l3_neighbour_create_locked(struct vhub_l3_table *table,
				const struct in6_addr *addr)
{
	u32 hash = vhub_l3_hash(table, addr, VHUB_L3_NEIGHBOUR_BITS);
	struct vhub_l3_neighbour *neighbour;

	lockdep_assert_held(&table->lock);

	neighbour = kzalloc(sizeof(*neighbour), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!neighbour)
		return NULL;

	neighbour->addr = *addr;
	neighbour->used = jiffies;
	__skb_queue_head_init(&neighbour->waiting);
	hlist_add_head(&neighbour->node, &table->neighbour_hash[hash]);
	list_add(&neighbour->recent, &table->neighbours);
	table->neighbour_count++;
	return neighbour;
}

/* The device sends to it. Context: the table's lock held. */
void vhub_l3_neighbour_use_locked(struct vhub_l3_table *table,
				  struct vhub_l3_neighbour *neighbour)
{
	lockdep_assert_held(&table->lock);

	neighbour->used = jiffies;
	if (!list_is_first(&neighbour->recent, &table->neighbours))
		list_move(&neighbour->recent, &table->neighbours);
}

/* Forgets one for whom nothing waits. Context: the table's lock held. */
void vhub_l3_neighbour_free_locked(struct vhub_l3_table *table,
				   struct vhub_l3_neighbour *neighbour)
{
	lockdep_assert_held(&table->lock);
	WARN_ON_ONCE(!skb_queue_empty(&neighbour->waiting));

	hlist_del(&neighbour->node);
	list_del(&neighbour->recent);
	table->neighbour_count--;
	kfree(neighbour);
}
