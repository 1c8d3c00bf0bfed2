// SPDX-License-Identifier: GPL-2.0
/* vhub - set of the hubs and ports that were seen, to tell new from changed */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seen.h"

/* Index of the first key that is not below @key. */
static size_t seen_find(const struct seen *seen, uint64_t key)
{
	size_t low = 0, high = seen->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (seen->key[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int seen_grow(struct seen *seen)
{
	size_t room = seen->room ? 2 * seen->room : 64;
	uint64_t *key;

	if (seen->n < seen->room)
		return 0;
	key = reallocarray(seen->key, room, sizeof(*key));
	if (!key)
		return -ENOMEM;
	seen->key = key;
	seen->room = room;
	return 0;
}

int seen_add(struct seen *seen, uint64_t key)
{
	size_t i = seen_find(seen, key);
	int ret;

	if (i < seen->n && seen->key[i] == key)
		return 0;
	ret = seen_grow(seen);
	if (ret)
		return ret;
	memmove(seen->key + i + 1, seen->key + i,
		(seen->n - i) * sizeof(*seen->key));
	seen->key[i] = key;
	seen->n++;
	return 1;
}

void seen_forget(struct seen *seen, uint64_t from, uint64_t end)
{
	size_t i = seen_find(seen, from);
	size_t j = seen_find(seen, end);

	if (i == j)
		return;
	memmove(seen->key + i, seen->key + j,
		(seen->n - j) * sizeof(*seen->key));
	seen->n -= j - i;
}

uint32_t seen_hub(struct seen *seen, uint32_t ifindex, const char *name)
{
	size_t i = 0;
	void *names;

	if (ifindex)
		return ifindex;
	while (i < seen->names && strcmp(seen->name[i], name))
		i++;
	if (i < seen->names)
		return SEEN_NAME_MIN + i;
	names = reallocarray(seen->name, i + 1, sizeof(*seen->name));
	if (!names)
		return 0;
	seen->name = names;
	snprintf(seen->name[i], sizeof(*seen->name), "%s", name);
	seen->names++;
	return SEEN_NAME_MIN + i;
}

void seen_reset(struct seen *seen)
{
	seen->n = 0;
}

void seen_clear(struct seen *seen)
{
	free(seen->name);
	free(seen->key);
	memset(seen, 0, sizeof(*seen));
}
