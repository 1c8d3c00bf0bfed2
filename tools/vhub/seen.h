/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - set of the hubs and ports that were seen, to tell new from changed */
#ifndef VHUB_SEEN_H
#define VHUB_SEEN_H

#include <stddef.h>
#include <stdint.h>

/* The key of a hub sorts right before those of its ports. */
#define SEEN_HUB(ifindex)	((uint64_t)(ifindex) << 33)
#define SEEN_PORT(ifindex, n)	(SEEN_HUB(ifindex) + 1 + (n))

/**
 * struct seen - the set
 * @key: sorted
 * @n: how many
 * @room: how many fit
 *
 * Start with all zero.
 */
struct seen {
	uint64_t *key;
	size_t n;
	size_t room;
};

/* Returns 1 if @key is new, 0 if not, -ENOMEM. */
int seen_add(struct seen *seen, uint64_t key);

/* Forgets the keys from @from up to, without, @end. */
void seen_forget(struct seen *seen, uint64_t from, uint64_t end);

void seen_clear(struct seen *seen);

#endif /* VHUB_SEEN_H */
