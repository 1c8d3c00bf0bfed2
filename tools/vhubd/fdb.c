// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - forwarding database: which address is at which port of our own hub
 *
 * Whoever sends chooses the addresses, so the hash is keyed: nobody can choose
 * many that meet in one place. The table is bounded by its maximum, and none is
 * pushed out for another.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "hub.h"

/* Walks to age addresses are this part of the ageing time apart, or more. */
#define FDB_WALKS	32
#define FDB_WALK_MIN	10	/* ms */

/* Of one station, in one VLAN: what is compared and hashed in one piece. */
static uint64_t fdb_bits(const struct fdb_addr *addr)
{
	uint64_t bits;

	_Static_assert(sizeof(*addr) == sizeof(bits), "it has holes");
	memcpy(&bits, addr, sizeof(bits));
	return bits;
}

/* Random numbers of the hash, made once. */
static uint64_t fdb_seed[3];

/* Multilinear, which is strongly universal: any two addresses meet with a chance
 * of 1 in 2^32, whoever chose them without knowing the seed.
 */
static guint fdb_hash(gconstpointer key)
{
	uint64_t bits = fdb_bits(key);

	return (fdb_seed[0] + fdb_seed[1] * (uint32_t)bits +
		fdb_seed[2] * (bits >> 32)) >> 32;
}

static gboolean fdb_equal(gconstpointer a, gconstpointer b)
{
	return fdb_bits(a) == fdb_bits(b);
}

static void fdb_make_seed(void)
{
	if (fdb_seed[0])
		return;
	/* It blocks early at boot only. */
	while (getrandom(fdb_seed, sizeof(fdb_seed), 0) !=
	       sizeof(fdb_seed) || !fdb_seed[0])
		;
}

uint64_t fdb_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

struct fdb_entry *fdb_find(const struct fdb *fdb, const struct fdb_addr *addr)
{
	return fdb->on ? g_hash_table_lookup(fdb->table, addr) : NULL;
}

static void fdb_tell(struct fdb *fdb, const struct fdb_entry *entry,
		     enum fdb_change change, const struct port *old)
{
	if (fdb->tell)
		fdb->tell(fdb, entry, change, old);
}

static void fdb_put_at_port(struct fdb_entry *entry, struct port *port)
{
	g_queue_push_tail_link(&port->addresses, &entry->at_port);
	entry->port = port;
}

static struct port *fdb_take_from_port(struct fdb_entry *entry)
{
	g_queue_unlink(&entry->port->addresses, &entry->at_port);
	return entry->port;
}

static void fdb_remove(struct fdb *fdb, struct fdb_entry *entry)
{
	g_hash_table_remove(fdb->table, entry);
	g_queue_unlink(&fdb->entries, &entry->node);
	fdb_take_from_port(entry);
	fdb->learned -= !entry->is_static;
	g_free(entry);
}

static void fdb_remove_and_tell(struct fdb *fdb, struct fdb_entry *entry)
{
	fdb_tell(fdb, entry, FDB_REMOVED, NULL);
	fdb_remove(fdb, entry);
}

static bool fdb_port_has_room(const struct port *port)
{
	return !port->max_addresses ||
	       port->addresses.length < port->max_addresses;
}

/* Ageing ---------------------------------------------------------------------*/

static gboolean fdb_age(gpointer data);

static void fdb_set_timer(struct fdb *fdb, uint32_t ms)
{
	if (fdb->timer)
		g_source_remove(fdb->timer);
	fdb->timer = g_timeout_add(ms, fdb_age, fdb);
}

/* Forgets what is old. Returns how long until the next will be. */
static uint32_t fdb_age_all(struct fdb *fdb)
{
	uint64_t now = fdb_now(), age, next = fdb->ageing_ms;
	struct fdb_entry *entry;
	GList *node, *after;

	for (node = fdb->entries.head; node; node = after) {
		after = node->next;
		entry = node->data;
		if (entry->is_static)
			continue;
		age = now - entry->updated;
		if (age >= fdb->ageing_ms)
			fdb_remove_and_tell(fdb, entry);
		else
			next = MIN(next, fdb->ageing_ms - age);
	}
	return next;
}

static gboolean fdb_age(gpointer data)
{
	struct fdb *fdb = data;
	uint32_t next = fdb_age_all(fdb);

	/* This one ends. */
	fdb->timer = 0;
	next = MAX(next, fdb->ageing_ms / FDB_WALKS);
	if (fdb->learned)
		fdb_set_timer(fdb, MAX(next, FDB_WALK_MIN));
	return G_SOURCE_REMOVE;
}

void fdb_set_ageing(struct fdb *fdb, uint32_t ms)
{
	fdb->ageing_ms = ms;
	if (fdb->learned)
		fdb_set_timer(fdb, 0);
}

/* Learning -------------------------------------------------------------------*/

static int fdb_insert(struct fdb *fdb, const struct fdb_addr *addr,
		      struct port *port, bool is_static, uint64_t now)
{
	struct fdb_entry *entry;

	if (fdb->entries.length >= fdb->max || !fdb_port_has_room(port))
		return -ENOSPC;
	entry = g_new0(struct fdb_entry, 1);
	entry->addr = *addr;
	entry->updated = now;
	entry->is_static = is_static;
	entry->serial = ++fdb->serial;
	entry->node.data = entry;
	entry->at_port.data = entry;
	g_hash_table_add(fdb->table, entry);
	g_queue_push_tail_link(&fdb->entries, &entry->node);
	fdb_put_at_port(entry, port);
	if (!is_static && !fdb->learned++)
		fdb_set_timer(fdb, fdb->ageing_ms);
	fdb_tell(fdb, entry, FDB_ADDED, NULL);
	return 0;
}

static int fdb_move(struct fdb *fdb, struct fdb_entry *entry,
		    struct port *port)
{
	struct port *old;

	if (entry->is_static)
		return 0;
	if (!fdb_port_has_room(port))
		return -ENOSPC;
	old = fdb_take_from_port(entry);
	fdb_put_at_port(entry, port);
	fdb_tell(fdb, entry, FDB_CHANGED, old);
	return 0;
}

void fdb_see(struct fdb *fdb, const struct fdb_addr *addr, struct port *port,
	     uint64_t now)
{
	struct fdb_entry *entry = fdb_find(fdb, addr);
	int ret = 0;

	if (!entry || entry->port != port) {
		if (!fdb->ageing_ms)
			return;
		ret = entry ? fdb_move(fdb, entry, port) :
			      fdb_insert(fdb, addr, port, false, now);
	}
	if (ret)
		port->not_learned++;
	else if (entry && entry->port == port)
		entry->updated = now;
}

/* On request -----------------------------------------------------------------*/

static int fdb_make_static(struct fdb *fdb, struct fdb_entry *entry,
			   struct port *port)
{
	struct port *old;

	if (entry->is_static)
		return -EEXIST;
	if (entry->port != port && !fdb_port_has_room(port))
		return -ENOSPC;
	old = fdb_take_from_port(entry);
	fdb_put_at_port(entry, port);
	entry->is_static = true;
	fdb->learned--;
	fdb_tell(fdb, entry, FDB_CHANGED, old);
	return 0;
}

int fdb_add(struct fdb *fdb, const struct fdb_addr *addr, struct port *port)
{
	struct fdb_entry *entry = fdb_find(fdb, addr);

	if (!fdb->on)
		return -EOPNOTSUPP;
	return entry ? fdb_make_static(fdb, entry, port) :
		       fdb_insert(fdb, addr, port, true, fdb_now());
}

bool fdb_del(struct fdb *fdb, const struct fdb_addr *addr)
{
	struct fdb_entry *entry = fdb_find(fdb, addr);

	if (entry)
		fdb_remove_and_tell(fdb, entry);
	return entry;
}

void fdb_flush(struct fdb *fdb, const struct port *port, int vid)
{
	GList *node = port ? port->addresses.head : fdb->entries.head, *after;
	struct fdb_entry *entry;

	for (; node; node = after) {
		after = node->next;
		entry = node->data;
		if (!entry->is_static && (vid < 0 || entry->addr.vid == vid))
			fdb_remove_and_tell(fdb, entry);
	}
}

void fdb_leave(struct fdb *fdb, struct port *port)
{
	while (port->addresses.head)
		fdb_remove(fdb, port->addresses.head->data);
}

int fdb_walk(const struct fdb *fdb, uint64_t *serial,
	     int (*fn)(const struct fdb_entry *entry, void *data), void *data)
{
	const struct fdb_entry *entry;
	const GList *node;
	int ret;

	for (node = fdb->entries.head; node; node = node->next) {
		entry = node->data;
		if (entry->serial <= *serial)
			continue;
		ret = fn(entry, data);
		if (ret)
			return ret;
		*serial = entry->serial;
	}
	return 0;
}

/* Life -----------------------------------------------------------------------*/

void fdb_init(struct fdb *fdb)
{
	memset(fdb, 0, sizeof(*fdb));
	g_queue_init(&fdb->entries);
	fdb->ageing_ms = FDB_AGEING_MS;
	fdb->max = FDB_MAX;
}

void fdb_open(struct fdb *fdb)
{
	if (fdb->on)
		return;
	fdb_make_seed();
	fdb->table = g_hash_table_new(fdb_hash, fdb_equal);
	fdb->on = true;
}

void fdb_close(struct fdb *fdb)
{
	if (!fdb->on)
		return;
	while (fdb->entries.head)
		fdb_remove(fdb, fdb->entries.head->data);
	if (fdb->timer)
		g_source_remove(fdb->timer);
	fdb->timer = 0;
	g_hash_table_destroy(fdb->table);
	fdb->table = NULL;
	fdb->on = false;
}
