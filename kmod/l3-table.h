/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - addresses behind a port without Ethernet header, and its neighbours
 */
#ifndef _VHUB_L3_TABLE_H
#define _VHUB_L3_TABLE_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

enum vhub_l3_table_limits {
	VHUB_L3_SOURCES_MAX	= 64,
	VHUB_L3_SOURCE_BITS	= 5,
	VHUB_L3_NEIGHBOURS_MAX	= 256,
	VHUB_L3_NEIGHBOUR_BITS	= 6,
};

/**
 * struct vhub_l3_source - an address that the device has sent from
 * @node: in the table's hash
 * @recent: in the order of use
 * @addr: the address
 */
struct vhub_l3_source {
	struct hlist_node node;
	struct list_head recent;
	struct in6_addr addr;
};

/**
 * struct vhub_l3_neighbour - a station that the device sends to
 * @node: in the table's hash
 * @recent: in the order of use
 * @addr: its address
 * @asker: the address that we ask from
 * @mac: its Ethernet address, if @known
 * @known: @mac is good
 * @failed: nobody answered, which holds until @when
 * @asked: questions that nobody answered yet
 * @when: of the next question while @asked, of the last sign of life if @known
 * @used: when the device last sent to it
 * @waiting: frames that wait for @mac
 */
struct vhub_l3_neighbour {
	struct hlist_node node;
	struct list_head recent;
	struct in6_addr addr;
	struct in6_addr asker;
	u8 mac[ETH_ALEN] __aligned(2);
	bool known;
	bool failed;
	u8 asked;
	unsigned long when;
	unsigned long used;
	struct sk_buff_head waiting;
};

/**
 * struct vhub_l3_table - what a port knows of addresses on both of its sides
 * @seed: of the hashes, so that nobody can choose addresses that collide
 * @lock: guards all of it, and of struct vhub_l3 what is said there
 * @source_count: entries of @sources
 * @neighbour_count: entries of @neighbours
 * @sources: addresses behind the port, those seen last first
 * @neighbours: stations in front of it, those used last first
 * @source_hash: @sources by address
 * @neighbour_hash: @neighbours by address
 */
struct vhub_l3_table {
	/* Set at creation, then read-only. */
	u32 seed;

	/* Protected by @lock. */
	spinlock_t lock;
	u32 source_count;
	u32 neighbour_count;
	struct list_head sources;
	struct list_head neighbours;
	struct hlist_head source_hash[1 << VHUB_L3_SOURCE_BITS];
	struct hlist_head neighbour_hash[1 << VHUB_L3_NEIGHBOUR_BITS];
};

void vhub_l3_table_init(struct vhub_l3_table *table);
bool vhub_l3_source_known_locked(const struct vhub_l3_table *table,
				 const struct in6_addr *addr);
void vhub_l3_source_see_locked(struct vhub_l3_table *table,
			       const struct in6_addr *addr);
void vhub_l3_source_forget_locked(struct vhub_l3_table *table,
				  const struct in6_addr *addr);
void vhub_l3_sources_flush_locked(struct vhub_l3_table *table);

struct vhub_l3_neighbour *
vhub_l3_neighbour_find_locked(const struct vhub_l3_table *table,
			      const struct in6_addr *addr);
struct vhub_l3_neighbour *
vhub_l3_neighbour_victim_locked(const struct vhub_l3_table *table);
struct vhub_l3_neighbour *
vhub_l3_neighbour_create_locked(struct vhub_l3_table *table,
				const struct in6_addr *addr);
void vhub_l3_neighbour_use_locked(struct vhub_l3_table *table,
				  struct vhub_l3_neighbour *neighbour);
void vhub_l3_neighbour_free_locked(struct vhub_l3_table *table,
				   struct vhub_l3_neighbour *neighbour);

#endif /* _VHUB_L3_TABLE_H */
