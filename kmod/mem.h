/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - memory that processes register for the frames of their rings
 */
#ifndef _VHUB_MEM_H
#define _VHUB_MEM_H

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/types.h>

#include <uapi/linux/vhub_dev.h>

struct user_struct;

/**
 * struct vhub_region - pinned pages of a process
 * @start: where the process sees them, page-aligned
 * @size: their bytes
 * @pages: where the kernel sees each
 * @user: whom they are charged to, see vhub_mem_charge()
 */
struct vhub_region {
	u64 start;
	u64 size;
	void **pages;
	struct user_struct *user;
};

/**
 * struct vhub_mem_table - all memory that was registered with a file
 * @count: regions
 * @regions: these; a region that is there never changes
 *
 * Grows under the locks of both sides that look things up in it, so either is
 * enough to look; see Documentation/vhub/design.rst.
 */
struct vhub_mem_table {
	u32 count;
	struct vhub_region regions[VHUB_REGIONS_MAX];
};

int vhub_mem_charge(unsigned long pages, struct user_struct **user);
void vhub_mem_uncharge(unsigned long pages, struct user_struct *user);
int vhub_region_pin(struct vhub_region *region, u64 start, u64 size);
void vhub_region_unpin(struct vhub_region *region);
int vhub_mem_check(const struct vhub_mem_table *table, u64 start, u64 size);
void *vhub_mem_find_slow(const struct vhub_mem_table *table, u32 *hint,
			 u64 addr, u32 len, u32 *piece);

/**
 * vhub_region_at - where a place of a region lies
 * @region: the region
 * @offset: bytes from its begin on, found to be less than its size
 *
 * The process chooses @offset, and what lies there is used as an address. So a
 * processor that runs ahead with one that is too large is kept within the region.
 */
static inline void *vhub_region_at(const struct vhub_region *region, u64 offset)
{
	/* Sizes are no longer than that: vhub_mem_check(). */
	unsigned long at = array_index_nospec((unsigned long)offset,
					      (unsigned long)region->size);

	/* The latter is known by now, and good for any page. */
	return region->pages[at >> PAGE_SHIFT] + offset_in_page(offset);
}

/**
 * vhub_mem_find - where registered memory lies
 * @table: the memory
 * @hint: index of the region found last, of the caller's
 * @addr: address as the process has it, not trusted
 * @len: bytes that are wanted, at least 1
 * @piece: how many of them lie together, at least 1
 *
 * Return: the address for the kernel, or NULL when it is in no region.
 */
static inline void *vhub_mem_find(const struct vhub_mem_table *table,
				  u32 *hint, u64 addr, u32 len, u32 *piece)
{
	const struct vhub_region *region = &table->regions[*hint];
	u64 offset = addr - region->start;

	/* The begin of a region that is not there has size 0. */
	if (unlikely(offset >= region->size ||
		     len > PAGE_SIZE - offset_in_page(offset)))
		return vhub_mem_find_slow(table, hint, addr, len, piece);

	*piece = len;
	return vhub_region_at(region, offset);
}

#endif /* _VHUB_MEM_H */
