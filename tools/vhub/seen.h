/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - set of the hubs and ports that were seen, to tell new from changed */
#ifndef VHUB_SEEN_H
#define VHUB_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "../libvhub/netlink.h"

/* The key of a hub sorts right before those of its ports. */
#define SEEN_HUB(ifindex)	((uint64_t)(ifindex) << 33)
#define SEEN_PORT(ifindex, n)	(SEEN_HUB(ifindex) + 1 + (n))

/* Below all indices of user hubs, which are numbers of their names. */
#define SEEN_NAME_MIN		(1U << 30)

/**
 * struct seen - the set
 * @key: sorted
 * @n: how many
 * @room: how many fit
 * @name: names that have numbers
 * @names: how many
 *
 * Start with all zero.
 */
struct seen {
	uint64_t *key;
	size_t n;
	size_t room;
	char (*name)[VHUB_NAME_SIZE];
	size_t names;
};

/* What stands for the hub in a key: its index or, without one, a number of its own
 * for its name. 0 when memory is short.
 */
uint32_t seen_hub(struct seen *seen, uint32_t ifindex, const char *name);

/* Returns 1 if @key is new, 0 if not, -ENOMEM. */
int seen_add(struct seen *seen, uint64_t key);

/* Forgets the keys from @from up to, without, @end. */
void seen_forget(struct seen *seen, uint64_t from, uint64_t end);

/* Forgets all keys, but no names. */
void seen_reset(struct seen *seen);

void seen_clear(struct seen *seen);

#endif /* VHUB_SEEN_H */
