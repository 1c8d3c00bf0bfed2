/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - forwarding database: which address is at which port of our own hub
 *
 * With the meaning that the kernel's has, see "Mode switch" in
 * Documentation/vhub/design.rst.
 */
#ifndef VHUBD_FDB_H
#define VHUBD_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <linux/vhub.h>

#define FDB_AGEING_MS	300000
#define FDB_MAX		16384

struct port;

/**
 * struct fdb_addr - what is looked up
 * @mac: address of one station
 * @vid: VLAN, 0 for none
 */
struct fdb_addr {
	uint8_t mac[6];
	uint16_t vid;
};

/**
 * struct fdb_entry - an address and where it is
 * @addr: the address
 * @port: the port it is at
 * @updated: when it was last seen there, by fdb_now()
 * @serial: number of its own, by which a walk finds its place again
 * @is_static: it neither ages nor moves
 * @node: in the table's list, in the order of @serial
 * @at_port: in the port's list
 */
struct fdb_entry {
	struct fdb_addr addr;
	struct port *port;
	uint64_t updated;
	uint64_t serial;
	bool is_static;
	GList node;
	GList at_port;
};

/**
 * enum fdb_change - what happened to an address
 * @FDB_ADDED: it came
 * @FDB_CHANGED: it moved, or became static
 * @FDB_REMOVED: it goes
 */
enum fdb_change {
	FDB_ADDED,
	FDB_CHANGED,
	FDB_REMOVED,
};

/**
 * struct fdb - the table of a hub
 * @on: the hub is in mode switch
 * @ageing_ms: how long an address is remembered, 0 to learn none; see
 *	fdb_set_ageing()
 * @max: most addresses
 * @table: the addresses, NULL if not @on
 * @entries: the addresses in the order they came
 * @learned: how many of these are not static
 * @serial: of the last that came
 * @timer: forgets what was not seen for long; runs while there is what ages
 * @tell: told of each change, @old being where an address was that is changed;
 *	or NULL. Not told of those that go with their port or with the mode. It
 *	must not change the table.
 */
struct fdb {
	bool on;
	uint32_t ageing_ms;
	uint32_t max;
	GHashTable *table;
	GQueue entries;
	uint32_t learned;
	uint64_t serial;
	guint timer;
	void (*tell)(struct fdb *fdb, const struct fdb_entry *entry,
		     enum fdb_change change, const struct port *old);
};

/* Begin with a table that is off; it ends with fdb_close(), after all ports. */
void fdb_init(struct fdb *fdb);

/* Keep addresses, or forget all and keep none. */
void fdb_open(struct fdb *fdb);
void fdb_close(struct fdb *fdb);

/* @ms: VHUB_AGEING_MAX at most. It holds for those that are there, too. */
void fdb_set_ageing(struct fdb *fdb, uint32_t ms);

/* The time in milliseconds; it steps by a few of them, but costs nearly nothing. */
uint64_t fdb_now(void);

/* What is known of an address, or NULL. */
struct fdb_entry *fdb_find(const struct fdb *fdb, const struct fdb_addr *addr);

/* A frame from this address, one of one station, came in at this port. Counts at
 * the port what cannot be learned.
 */
void fdb_see(struct fdb *fdb, const struct fdb_addr *addr, struct port *port,
	     uint64_t now);

/* Add a static address, one of one station; one that was learned becomes static.
 * Returns 0; -EEXIST for one that is static already, -ENOSPC for no room in the
 * table or at the port, -EOPNOTSUPP when the hub is not in mode switch.
 */
int fdb_add(struct fdb *fdb, const struct fdb_addr *addr, struct port *port);

/* Forget an address. Was it there? */
bool fdb_del(struct fdb *fdb, const struct fdb_addr *addr);

/* Forget learned addresses: those at @port, or at any if that is NULL; those in
 * VLAN @vid, or in any if that is -1.
 */
void fdb_flush(struct fdb *fdb, const struct port *port, int vid);

/* Forget all addresses at a port, which goes. */
void fdb_leave(struct fdb *fdb, struct port *port);

/* Go through the addresses in the order they came. @serial is that of the last
 * that was seen, 0 at first; it is set to that of the last for which @fn returned
 * 0, so that the walk can go on later: what comes and goes meanwhile moves no
 * other. Returns 0 at the end, or what @fn returned if that was not 0.
 */
int fdb_walk(const struct fdb *fdb, uint64_t *serial,
	     int (*fn)(const struct fdb_entry *entry, void *data), void *data);

#endif /* VHUBD_FDB_H */
