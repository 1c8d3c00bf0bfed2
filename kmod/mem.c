// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - memory that processes register for the frames of their rings
 */

#include "mem.h"

#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* Pages that are pinned in one go. */
#define VHUB_MEM_CHUNK	(PAGE_SIZE / sizeof(struct page *))

/**
 * vhub_mem_charge - charge pages to the current user
 * @pages: how many
 * @user: who pays until vhub_mem_uncharge(), a reference, or NULL where nobody has to
 *
 * The sum for each user is held against RLIMIT_MEMLOCK, as of pages that AF_XDP or
 * io_uring pin: what is pinned may survive the process, and processes are cheap.
 *
 * Context: any in which a process asks for it.
 * Return: 0, or -ENOMEM when the limit does not suffice.
 */
int vhub_mem_charge(unsigned long pages, struct user_struct **user)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	atomic_long_t *locked = &current_user()->locked_vm;
	long old = atomic_long_read(locked);

	*user = NULL;
	if (capable(CAP_IPC_LOCK))
		return 0;
	do {
		if (pages > limit || old > limit - pages)
			return -ENOMEM;
	} while (!atomic_long_try_cmpxchg(locked, &old, old + pages));
	*user = get_uid(current_user());
	return 0;
}

/* Context: any. */
void vhub_mem_uncharge(unsigned long pages, struct user_struct *user)
{
	if (!user)
		return;
	atomic_long_sub(pages, &user->locked_vm);
	free_uid(user);
}

static void vhub_region_unpin_pages(void **pages, unsigned long count)
{
	struct page *page;
	unsigned long i;

	for (i = 0; i < count; i++) {
		page = virt_to_page(pages[i]);
		unpin_user_pages_dirty_lock(&page, 1, true);
		cond_resched();
	}
}

/* Takes over some pages. Return: 0; -EOPNOTSUPP when one has no address of its
 * own, with none of them taken.
 */
static int vhub_region_take(void **addresses, struct page **pages, long count)
{
	long i;

	for (i = 0; i < count; i++) {
		if (PageHighMem(pages[i])) {
			unpin_user_pages(pages, count);
			return -EOPNOTSUPP;
		}
		addresses[i] = page_address(pages[i]);
	}
	return 0;
}

static int vhub_region_pin_pages(struct vhub_region *region,
				 struct page **chunk)
{
	unsigned long count = region->size >> PAGE_SHIFT, done = 0;
	long got;
	int ret;

	while (done < count) {
		got = pin_user_pages_fast(region->start + (done << PAGE_SHIFT),
					  min_t(unsigned long, count - done,
						VHUB_MEM_CHUNK),
					  FOLL_WRITE | FOLL_LONGTERM, chunk);
		ret = got > 0 ? vhub_region_take(&region->pages[done], chunk,
						 got) : got ?: -EFAULT;
		if (!ret) {
			done += got;
			if (signal_pending(current))
				ret = -EINTR;
		}
		if (ret) {
			vhub_region_unpin_pages(region->pages, done);
			return ret;
		}
		cond_resched();
	}
	return 0;
}

/**
 * vhub_region_pin - pin pages of the current process and charge them to its user
 * @region: where to
 * @start: where they begin, page-aligned
 * @size: their bytes, page-aligned
 *
 * Context: may sleep.
 * Return: 0, or as VHUB_IOC_MEM with nothing pinned or charged.
 */
int vhub_region_pin(struct vhub_region *region, u64 start, u64 size)
{
	unsigned long count = size >> PAGE_SHIFT;
	struct page **chunk;
	int ret = -ENOMEM;

	if (!access_ok((void __user *)(unsigned long)start, size))
		return -EFAULT;
	/* Beyond this vmalloc() refuses, with a warning. */
	if (count > INT_MAX / sizeof(*region->pages))
		return -ENOMEM;

	*region = (struct vhub_region){
		.start = start,
		.size = size,
	};
	ret = vhub_mem_charge(count, &region->user);
	if (ret)
		return ret;

	ret = -ENOMEM;
	chunk = kmalloc_array(VHUB_MEM_CHUNK, sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		goto err_uncharge;
	region->pages = kvmalloc_array(count, sizeof(*region->pages),
				       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!region->pages)
		goto err_free_chunk;

	ret = vhub_region_pin_pages(region, chunk);
	if (ret)
		goto err_free_pages;

	kfree(chunk);
	return 0;

err_free_pages:
	kvfree(region->pages);
err_free_chunk:
	kfree(chunk);
err_uncharge:
	vhub_mem_uncharge(count, region->user);
	return ret;
}

/**
 * vhub_region_unpin - give back what vhub_region_pin() took
 * @region: a region in which nobody looks any more
 *
 * Context: may sleep.
 */
void vhub_region_unpin(struct vhub_region *region)
{
	unsigned long count = region->size >> PAGE_SHIFT;

	vhub_region_unpin_pages(region->pages, count);
	kvfree(region->pages);
	vhub_mem_uncharge(count, region->user);
}

/**
 * vhub_mem_check - may this memory be one more region?
 * @table: the regions that are there
 * @start: where it begins
 * @size: its bytes
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOSPC.
 */
int vhub_mem_check(const struct vhub_mem_table *table, u64 start, u64 size)
{
	const struct vhub_region *region;
	u32 i;

	if (!size || offset_in_page(start) || offset_in_page(size) ||
	    start > ULONG_MAX || size > ULONG_MAX || start + size - 1 < start)
		return -EINVAL;

	for (i = 0; i < table->count; i++) {
		region = &table->regions[i];
		if (start < region->start + region->size &&
		    region->start < start + size)
			return -EEXIST;
	}
	return table->count < VHUB_REGIONS_MAX ? 0 : -ENOSPC;
}

/* How many of @len bytes from @offset on lie together, @len <= U32_MAX. */
static u32 vhub_region_piece(const struct vhub_region *region, u64 offset,
			     u32 len)
{
	u64 left = min_t(u64, len, region->size - offset);
	u64 i = offset >> PAGE_SHIFT;
	u64 piece = PAGE_SIZE - offset_in_page(offset);

	while (piece < left &&
	       region->pages[i + 1] == region->pages[i] + PAGE_SIZE) {
		piece += PAGE_SIZE;
		i++;
	}
	return min(piece, left);
}

/* The part of vhub_mem_find() that looks further. */
void *vhub_mem_find_slow(const struct vhub_mem_table *table, u32 *hint,
			 u64 addr, u32 len, u32 *piece)
{
	const struct vhub_region *region;
	u64 offset;
	u32 i;

	for (i = 0; i < table->count; i++) {
		region = &table->regions[i];
		offset = addr - region->start;
		if (offset >= region->size)
			continue;
		offset = array_index_nospec((unsigned long)offset,
					    (unsigned long)region->size);
		*hint = i;
		*piece = vhub_region_piece(region, offset, len);
		return region->pages[offset >> PAGE_SHIFT] +
		       offset_in_page(offset);
	}
	return NULL;
}
