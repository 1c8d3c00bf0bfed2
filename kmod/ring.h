/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - descriptor rings of one open file
 */
#ifndef _VHUB_RING_H
#define _VHUB_RING_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include <uapi/linux/vhub_dev.h>

#include "forward.h"
#include "mem.h"

struct vhub_fdport;
struct vhub_file;
struct vm_area_struct;

enum vhub_ring_limits {
	VHUB_RING_SEGS	= 576,		/* pieces of all frames of a batch */
	VHUB_RING_BYTES	= 256 << 10,	/* bytes of a batch, about */
	VHUB_RING_USUAL	= 4096,		/* longest usual frame */
	VHUB_RING_WORK	= 1 << 20,	/* bytes copied before others may run */
	VHUB_RING_FRAME_WORK = 256,	/* what a frame adds to its bytes */
};

/**
 * struct vhub_ring_pair - the rings of a file, and what the kernel keeps of them
 * @head: indices, shared with the process
 * @tx: TX descriptors, shared with the process
 * @rx: RX descriptors, shared with the process
 * @tx_count: descriptors of the TX ring, 0 for none
 * @rx_count: descriptors of the RX ring, 0 for none
 * @map_size: bytes that are shared, all of them in one piece from @head on
 * @pages: the pages of these
 * @user: whom these are charged to, see vhub_mem_charge()
 * @mem: memory that the descriptors name
 * @rx_done: the kernel's RX index
 * @rx_hint: where the last RX buffer was found
 * @tx_done: the kernel's TX index
 * @tx_hint: where the last frame was found
 * @frames: the batch that is being sent
 * @segs: the pieces of its frames, with room for one more before those of each
 * @heads: the begin of each frame, if its process is not to change that any more
 */
struct vhub_ring_pair {
	/* Set at creation, then read-only. */
	struct vhub_ring_head *head;
	struct vhub_desc *tx;
	struct vhub_desc *rx;
	u32 tx_count;
	u32 rx_count;
	size_t map_size;
	struct page **pages;
	struct user_struct *user;
	struct vhub_mem_table *mem;

	/* Protected by the lock of the file's queue; may be peeked at. */
	u32 rx_done;
	u32 rx_hint;

	/* Protected by the file's lock; @tx_done may be peeked at. */
	u32 tx_done;
	u32 tx_hint;
	struct vhub_frame frames[VHUB_BATCH_MAX];
	struct vhub_seg segs[VHUB_RING_SEGS];
	u8 heads[VHUB_BATCH_MAX][VHUB_HEAD_SIZE];
};

/**
 * struct vhub_ring_fill - a batch on its way into an RX ring
 * @ring: the rings
 * @queue: the file's queue, whose lock is held
 * @hdr_size: bytes of the virtio-net header before each frame, 0 for none
 * @little_endian: its byte order
 * @posted: the process's index as it was when the batch came
 * @begin: the kernel's index as it was then
 */
struct vhub_ring_fill {
	struct vhub_ring_pair *ring;
	const struct vhub_queue *queue;
	u32 hdr_size;
	bool little_endian;
	u32 posted;
	u32 begin;
};

struct vhub_ring_pair *vhub_ring_create(struct vhub_rings *rings,
					struct vhub_mem_table *mem);
void vhub_ring_destroy(struct vhub_ring_pair *ring);
int vhub_ring_map(struct vhub_ring_pair *ring, struct vm_area_struct *vma);
long vhub_ring_kick(struct vhub_ring_pair *ring, struct vhub_fdport *fdport);
void vhub_ring_keep_heads(struct vhub_batch *batch);

void vhub_ring_fill_begin_locked(struct vhub_ring_fill *fill);
u32 vhub_ring_fill_usual_locked(struct vhub_ring_fill *fill,
				const struct vhub_seg *frames, u32 count);
int vhub_ring_fill_seg_locked(struct vhub_ring_fill *fill,
			      const struct vhub_seg *frame);
int vhub_ring_fill_frame_locked(struct vhub_ring_fill *fill,
				const struct vhub_frame *frame);
int vhub_ring_fill_skb_locked(struct vhub_ring_fill *fill,
			      struct sk_buff *skb);
bool vhub_ring_fill_end_locked(struct vhub_ring_fill *fill);

/* Has the process posted no more buffers? */
static inline bool vhub_ring_fill_is_full(const struct vhub_ring_fill *fill)
{
	return fill->ring->rx_done == fill->posted;
}

u32 vhub_ring_waiting(const struct vhub_ring_pair *ring);
u32 vhub_ring_poll(struct vhub_ring_pair *ring);
bool vhub_ring_has_posted(const struct vhub_ring_pair *ring);

#endif /* _VHUB_RING_H */
