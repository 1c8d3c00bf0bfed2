/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - words for the numbers of the ABI */
#ifndef VHUB_NAMES_H
#define VHUB_NAMES_H

#include <stdint.h>

#include <linux/vhub.h>

/**
 * struct vhub_bit - word for one bit
 * @bit: 0 ends a table
 * @name: the word
 */
struct vhub_bit {
	uint32_t bit;
	const char *name;
};

extern const struct vhub_bit vhub_port_flags[];
extern const struct vhub_bit vhub_offloads[];

/* Indexed by VHUB_A_DROPS_*, NULL for what is no reason. */
extern const char *const vhub_drops[VHUB_A_DROPS_MAX + 1];

/* NULL for a kind that is newer than this program */
const char *vhub_port_kind(uint32_t kind);

/* NULL for a good name of a hub, else what is wrong with it */
const char *vhub_hub_name_fault(const char *name);

#endif /* VHUB_NAMES_H */
