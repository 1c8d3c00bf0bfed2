// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - descriptor rings of one open file
 *
 * DOC: Memory that a process can write
 *
 * Indices and descriptors lie in memory that the process may change at any
 * moment. The kernel keeps its own indices in struct vhub_ring_pair and only
 * ever publishes them; the process's are read once per batch and must lie
 * within the ring; each field of a descriptor is read once for each use, into a
 * local, and every address goes through vhub_mem_find(). A process that cheats
 * spoils its own frames and nothing else.
 */

#include "ring.h"

#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/virtio_net.h>
#include <linux/vmalloc.h>

#include "attach.h"

static void vhub_ring_free_map(struct vhub_ring_pair *ring)
{
	u32 count = ring->map_size >> PAGE_SHIFT;

	vunmap(ring->head);
	while (count--)
		if (ring->pages[count])
			__free_page(ring->pages[count]);
	kvfree(ring->pages);
}

/* Zeroed pages, one after the other, that a process may map: what vmalloc_user()
 * gives, but without a warning when there is no memory, and charged to the
 * process's cgroup.
 */
static int vhub_ring_alloc_map(struct vhub_ring_pair *ring)
{
	u32 i, count = ring->map_size >> PAGE_SHIFT;

	ring->pages = kvcalloc(count, sizeof(*ring->pages),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ring->pages)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		ring->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO |
					    __GFP_NOWARN);
		if (!ring->pages[i])
			goto err_free_map;
	}
	ring->head = vmap(ring->pages, count, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (ring->head)
		return 0;

err_free_map:
	vhub_ring_free_map(ring);
	return -ENOMEM;
}

/**
 * vhub_ring_create - make rings
 * @rings: what is wanted, checked; where they lie in the mapping is set
 * @mem: memory that their descriptors name
 *
 * Context: may sleep.
 * Return: the rings, or -ENOMEM as an ERR_PTR.
 */
struct vhub_ring_pair *vhub_ring_create(struct vhub_rings *rings,
					struct vhub_mem_table *mem)
{
	struct vhub_ring_pair *ring;
	int ret;

	ring = kvzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return ERR_PTR(-ENOMEM);

	rings->tx_offset = PAGE_ALIGN(sizeof(*ring->head));
	rings->rx_offset = rings->tx_offset +
			   PAGE_ALIGN(rings->tx_count * sizeof(*ring->tx));
	rings->map_size = rings->rx_offset +
			  PAGE_ALIGN(rings->rx_count * sizeof(*ring->rx));

	ring->tx_count = rings->tx_count;
	ring->rx_count = rings->rx_count;
	ring->map_size = rings->map_size;
	ring->mem = mem;

	ret = vhub_mem_charge(ring->map_size >> PAGE_SHIFT, &ring->user);
	if (ret)
		goto err_free_ring;

	ret = vhub_ring_alloc_map(ring);
	if (ret)
		goto err_uncharge;
	ring->tx = (void *)ring->head + rings->tx_offset;
	ring->rx = (void *)ring->head + rings->rx_offset;
	return ring;

err_uncharge:
	vhub_mem_uncharge(ring->map_size >> PAGE_SHIFT, ring->user);
err_free_ring:
	kvfree(ring);
	return ERR_PTR(ret);
}

/**
 * vhub_ring_destroy - free what vhub_ring_create() made
 * @ring: rings in which nobody looks any more
 *
 * Context: may sleep.
 */
void vhub_ring_destroy(struct vhub_ring_pair *ring)
{
	vhub_ring_free_map(ring);
	vhub_mem_uncharge(ring->map_size >> PAGE_SHIFT, ring->user);
	kvfree(ring);
}

/**
 * vhub_ring_map - map the rings into a process
 * @ring: the rings
 * @vma: where to
 *
 * Context: the mmap lock held.
 * Return: 0, or -EINVAL for a mapping that is private, too long, or begins
 * elsewhere.
 */
int vhub_ring_map(struct vhub_ring_pair *ring, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_pgoff)
		return -EINVAL;
	return remap_vmalloc_range(vma, ring->head, 0);
}

/*
 * RX
 */

/**
 * struct vhub_ring_source - bytes of a frame that are copied piece by piece
 * @now: what is left of the present piece
 * @next: pieces that follow it
 * @skb: what follows these, or NULL
 * @offset: bytes of @skb copied so far
 */
struct vhub_ring_source {
	struct vhub_seg now;
	const struct vhub_seg *next;
	struct sk_buff *skb;
	u32 offset;
};

static int vhub_ring_copy_from(struct vhub_ring_source *source, u8 *to,
			       u32 len)
{
	u32 part;
	int ret;

	while (len) {
		if (source->now.len) {
			part = min(len, source->now.len);
			memcpy(to, source->now.data, part);
			source->now.data += part;
			source->now.len -= part;
		} else if (source->skb) {
			part = len;
			ret = skb_copy_bits(source->skb, source->offset, to,
					    part);
			if (ret)
				return ret;
			source->offset += part;
		} else {
			source->now = *source->next++;
			continue;
		}
		to += part;
		len -= part;
	}
	return 0;
}

/* Copies into one buffer. Return: 0 or -EFAULT. */
static int vhub_ring_fill_buffer_locked(struct vhub_ring_pair *ring, u64 addr,
					u32 len,
					struct vhub_ring_source *source)
{
	u32 piece;
	void *to;
	int ret;

	for (; len; addr += piece, len -= piece) {
		to = vhub_mem_find(ring->mem, &ring->rx_hint, addr, len,
				   &piece);
		if (!to)
			return -EFAULT;
		ret = vhub_ring_copy_from(source, to, piece);
		if (ret)
			return ret;
	}
	return 0;
}

static struct vhub_desc *vhub_ring_rx_desc(const struct vhub_ring_pair *ring,
					   u32 index)
{
	return &ring->rx[index & (ring->rx_count - 1)];
}

/* Length of a descriptor, and in the upper half its flags: two looks in one. */
static u64 vhub_ring_desc_word(const struct vhub_desc *desc)
{
	u64 word = READ_ONCE(*(const u64 *)&desc->len);

	return IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? ror64(word, 32) : word;
}

/* Publishes that a buffer is filled, with the index that is moved later. */
static void vhub_ring_set_filled(struct vhub_desc *desc, u32 len, u16 flags)
{
	u64 word = IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ?
		   (u64)len << 32 | (u32)flags << 16 : len | (u64)flags << 32;

	WRITE_ONCE(*(u64 *)&desc->len, word);
}

/* How many buffers a frame takes. Return: 0 with @count set, or a reason. */
static int vhub_ring_count_buffers_locked(const struct vhub_ring_fill *fill,
					  u32 total, u32 *count)
{
	struct vhub_ring_pair *ring = fill->ring;
	u32 i, len;
	u64 room = 0;

	lockdep_assert_held(&fill->queue->lock);

	for (i = 0; room < total; i++) {
		if (ring->rx_done + i == fill->posted)
			return VHUB_A_DROPS_FULL;
		if (i == VHUB_CHAIN_MAX)
			return VHUB_A_DROPS_TOO_BIG;
		len = READ_ONCE(vhub_ring_rx_desc(ring,
						  ring->rx_done + i)->len);
		room += len;
		/* The copying finds it, and passes it over. */
		if (!len) {
			i++;
			break;
		}
	}
	*count = i;
	return 0;
}

/* Copies a frame of @total bytes into @count buffers. Return: how many of these
 * it took, or -EFAULT with @bad set to those up to the one at fault.
 */
static int vhub_ring_copy_frame_locked(struct vhub_ring_fill *fill, u32 total,
				       u32 count, u32 *bad,
				       struct vhub_ring_source *source)
{
	struct vhub_ring_pair *ring = fill->ring;
	struct vhub_desc *desc;
	u32 i, len;

	for (i = 0; i < count; i++) {
		desc = vhub_ring_rx_desc(ring, ring->rx_done + i);
		len = min(READ_ONCE(desc->len), total);
		*bad = i + 1;
		if (!len || vhub_ring_fill_buffer_locked(ring,
							 READ_ONCE(desc->addr),
							 len, source))
			return -EFAULT;
		total -= len;
		vhub_ring_set_filled(desc, len, total ? VHUB_DESC_NEXT : 0);
	}
	/* Not so when the process made a buffer smaller meanwhile. */
	return total ? -EFAULT : count;
}

static void vhub_ring_pass_over_locked(struct vhub_ring_pair *ring, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		vhub_ring_set_filled(vhub_ring_rx_desc(ring, ring->rx_done + i),
				     0, VHUB_DESC_ERROR);
	WRITE_ONCE(ring->rx_done, ring->rx_done + count);
}

/* Puts a frame of @total bytes in all into as many buffers as it takes. */
static int vhub_ring_fill_source_locked(struct vhub_ring_fill *fill, u32 total,
					struct vhub_ring_source *source)
{
	struct vhub_ring_pair *ring = fill->ring;
	u32 count, bad = 0;
	int ret;

	ret = vhub_ring_count_buffers_locked(fill, total, &count);
	if (ret)
		return ret;

	ret = vhub_ring_copy_frame_locked(fill, total, count, &bad, source);
	if (ret < 0) {
		vhub_ring_pass_over_locked(ring, bad);
		return VHUB_A_DROPS_FAULT;
	}
	WRITE_ONCE(ring->rx_done, ring->rx_done + ret);
	return 0;
}

/* Puts a frame with its header. Return: 0 or a reason. */
static int vhub_ring_fill_slow_locked(struct vhub_ring_fill *fill,
				      const struct vhub_seg *segs,
				      struct sk_buff *skb, u32 len,
				      const struct vhub_offload *offload)
{
	struct virtio_net_hdr_mrg_rxbuf hdr;
	u8 bytes[VHUB_VNET_HDR_MAX];
	struct vhub_ring_source source = {
		.now = { bytes, fill->hdr_size },
		.next = segs,
		.skb = skb,
	};

	if (fill->hdr_size) {
		if (vhub_offload_emit_mrg(offload, skb, &hdr,
					  fill->little_endian))
			return VHUB_A_DROPS_OFFLOAD;
		memset(bytes, 0, fill->hdr_size);
		memcpy(bytes, &hdr, min_t(u32, fill->hdr_size, sizeof(hdr)));
	}
	return vhub_ring_fill_source_locked(fill, fill->hdr_size + len,
					    &source);
}

/**
 * vhub_ring_fill_begin_locked - begin to put a batch into an RX ring
 * @fill: the ring and the header set, the rest 0
 *
 * Context: bottom halves off, the lock of the file's queue held; so the
 * functions that follow.
 */
void vhub_ring_fill_begin_locked(struct vhub_ring_fill *fill)
{
	struct vhub_ring_pair *ring = fill->ring;

	lockdep_assert_held(&fill->queue->lock);

	fill->begin = ring->rx_done;
	/* Pairs with the process's release: descriptors before the index. */
	fill->posted = smp_load_acquire(&ring->head->rx_user);
	if (unlikely(fill->posted - fill->begin > ring->rx_count)) {
		fill->posted = fill->begin;
		/* So that who has lost its way can find back. */
		smp_store_release(&ring->head->rx_kernel, ring->rx_done);
	}
}

/* Puts frames into as many buffers, which do not go past the end of the ring.
 * Return: the first that is not a usual one, or @end.
 */
static const struct vhub_seg *
vhub_ring_fill_run(const struct vhub_region *region, struct vhub_desc *desc,
		   const struct vhub_seg *frame, const struct vhub_seg *end)
{
	u64 offset;
	u32 len;

	for (; frame != end; frame++, desc++) {
		len = frame->len;
		offset = READ_ONCE(desc->addr) - region->start;
		if (unlikely(READ_ONCE(desc->len) < len))
			break;
		if (unlikely(offset >= region->size))
			break;
		if (unlikely(offset_in_page(offset) + len > PAGE_SIZE))
			break;
		memcpy(vhub_region_at(region, offset), frame->data, len);
		vhub_ring_set_filled(desc, len, 0);
	}
	return frame;
}

/**
 * vhub_ring_fill_usual_locked - put frames as long as they are the usual ones
 * @fill: as begun
 * @frames: frames in one piece each, that need nothing that the port has not
 * @count: how many
 *
 * The usual frame gets no header and fits into one buffer, in one page of the
 * region found last.
 *
 * Return: frames that were put.
 */
u32 vhub_ring_fill_usual_locked(struct vhub_ring_fill *fill,
				const struct vhub_seg *frames, u32 count)
{
	struct vhub_ring_pair *ring = fill->ring;
	const struct vhub_region *region = &ring->mem->regions[ring->rx_hint];
	const struct vhub_seg *frame = frames, *next, *end, *end_run;
	u32 place;

	if (fill->hdr_size)
		return 0;

	end = frames + min(count, fill->posted - ring->rx_done);
	do {
		place = ring->rx_done & (ring->rx_count - 1);
		end_run = min(end, frame + (ring->rx_count - place));
		next = vhub_ring_fill_run(region, &ring->rx[place], frame,
					  end_run);
		WRITE_ONCE(ring->rx_done, ring->rx_done + (next - frame));
		frame = next;
	} while (frame == end_run && frame != end);
	return frame - frames;
}

/**
 * vhub_ring_fill_seg_locked - put a frame that lies in one piece
 * @fill: as begun
 * @frame: the frame, with nothing left to do on it
 *
 * Return: 0, or why it was lost, by VHUB_A_DROPS_*.
 */
int vhub_ring_fill_seg_locked(struct vhub_ring_fill *fill,
			      const struct vhub_seg *frame)
{
	static const struct vhub_offload none;

	return vhub_ring_fill_slow_locked(fill, frame, NULL, frame->len, &none);
}

/**
 * vhub_ring_fill_frame_locked - put a frame
 * @fill: as begun
 * @frame: the frame, one that needs nothing that the port has not
 *
 * Return: as vhub_ring_fill_seg_locked().
 */
int vhub_ring_fill_frame_locked(struct vhub_ring_fill *fill,
				const struct vhub_frame *frame)
{
	if (!frame->seg_count)
		return vhub_ring_fill_slow_locked(fill, NULL, frame->skb,
						  frame->len, NULL);
	if (frame->seg_count == 1 &&
	    vhub_ring_fill_usual_locked(fill, frame->segs, 1))
		return 0;
	return vhub_ring_fill_slow_locked(fill, frame->segs, NULL, frame->len,
					  &frame->offload);
}

/**
 * vhub_ring_fill_skb_locked - put a frame that was made of another
 * @fill: as begun
 * @skb: the frame
 *
 * Return: as vhub_ring_fill_frame_locked().
 */
int vhub_ring_fill_skb_locked(struct vhub_ring_fill *fill,
			      struct sk_buff *skb)
{
	return vhub_ring_fill_slow_locked(fill, NULL, skb, skb->len, NULL);
}

/**
 * vhub_ring_fill_end_locked - let the process see the batch
 * @fill: as begun
 *
 * Return: does it have to be woken.
 */
bool vhub_ring_fill_end_locked(struct vhub_ring_fill *fill)
{
	struct vhub_ring_pair *ring = fill->ring;

	if (ring->rx_done == fill->begin)
		return false;

	/* Pairs with the process's acquire: buffers before the index. */
	smp_store_release(&ring->head->rx_kernel, ring->rx_done);
	/* Pairs with the barrier in vhub_ring_poll(), or in the process: who
	 * says that it sleeps sees the index, or we see that it sleeps.
	 */
	smp_mb();
	if (!READ_ONCE(ring->head->rx_sleep))
		return false;
	/* The caller goes on to wake whoever has set it until now. */
	WRITE_ONCE(ring->head->rx_sleep, 0);
	return true;
}

/* Buffers that are filled and that the process, as it says, has not seen. */
u32 vhub_ring_waiting(const struct vhub_ring_pair *ring)
{
	u32 waiting = READ_ONCE(ring->rx_done) -
		      READ_ONCE(ring->head->rx_seen);

	return min(waiting, ring->rx_count);
}

/**
 * vhub_ring_poll - is there something to receive? Asks to be woken otherwise.
 * @ring: the rings; the caller is already on the list of those who wait
 *
 * Context: any.
 * Return: buffers that are filled and were not seen.
 */
u32 vhub_ring_poll(struct vhub_ring_pair *ring)
{
	if (!ring->rx_count)
		return 0;

	WRITE_ONCE(ring->head->rx_sleep, 1);
	/* Pairs with the barrier in vhub_ring_fill_end_locked(). */
	smp_mb();
	return vhub_ring_waiting(ring);
}

/*
 * TX
 */

/* Has the process, as it says, posted frames? Racy without the file's lock. */
bool vhub_ring_has_posted(const struct vhub_ring_pair *ring)
{
	return ring->tx_count &&
	       READ_ONCE(ring->head->tx_user) != READ_ONCE(ring->tx_done);
}

/**
 * struct vhub_ring_gather - a batch that is being gathered out of a TX ring
 * @ring: the rings
 * @fdport: the port
 * @hdr_size: bytes of the virtio-net header before each frame, 0 for none
 * @posted: the process's index
 * @segs: pieces used so far
 * @batch: the batch
 */
struct vhub_ring_gather {
	struct vhub_ring_pair *ring;
	struct vhub_fdport *fdport;
	u32 hdr_size;
	u32 posted;
	u32 segs;
	struct vhub_batch batch;
};

static struct vhub_desc *vhub_ring_tx_desc(const struct vhub_ring_pair *ring,
					   u32 index)
{
	return &ring->tx[index & (ring->tx_count - 1)];
}

/* Takes bytes off the begin of a frame, whose pieces are in its ring. */
static void vhub_ring_skip(struct vhub_frame *frame, u32 len)
{
	struct vhub_seg *seg = (struct vhub_seg *)frame->segs;
	u32 part;

	frame->len -= len;
	for (; len; len -= part) {
		part = min(len, seg->len);
		seg->data += part;
		seg->len -= part;
		if (!seg->len) {
			seg++;
			frame->seg_count--;
		}
	}
	frame->segs = seg;
}

/* Takes the header off the begin of a frame. */
static int vhub_ring_take_hdr(const struct vhub_ring_gather *gather,
			      struct vhub_frame *frame)
{
	struct vhub_offload offload = {};
	struct virtio_net_hdr hdr;
	int ret;

	vhub_frame_peek(frame, &hdr, sizeof(hdr));
	vhub_ring_skip(frame, gather->hdr_size);
	ret = vhub_offload_parse(&offload, &hdr,
				 vhub_fdport_hdr_is_le(gather->fdport),
				 frame->len);
	if (ret)
		return VHUB_A_DROPS_HEADER;
	vhub_frame_set_offload(frame, &offload);
	return 0;
}

/* Adds a buffer to a frame. Return: 0 or a reason. */
static int vhub_ring_add_buffer(struct vhub_ring_gather *gather,
				struct vhub_frame *frame, u64 addr, u32 len)
{
	struct vhub_ring_pair *ring = gather->ring;
	struct vhub_seg *seg;
	u32 piece;

	if (len > gather->hdr_size + VHUB_FRAME_MAX - frame->len)
		return VHUB_A_DROPS_LONG;

	for (; len; addr += piece, len -= piece) {
		seg = &ring->segs[gather->segs];
		seg->data = vhub_mem_find(ring->mem, &ring->tx_hint, addr, len,
					  &piece);
		if (!seg->data)
			return VHUB_A_DROPS_FAULT;
		seg->len = piece;
		frame->len += piece;
		frame->seg_count++;
		gather->segs++;
	}
	return 0;
}

/* Ends a frame whose buffers are all there. Return: 0 or a reason. */
static int vhub_ring_end_frame(struct vhub_ring_gather *gather,
			       struct vhub_frame *frame)
{
	if (frame->len < gather->hdr_size + VHUB_FRAME_MIN)
		return VHUB_A_DROPS_SHORT;
	return gather->hdr_size ? vhub_ring_take_hdr(gather, frame) : 0;
}

static void vhub_ring_refuse(struct vhub_ring_gather *gather, u32 count,
			     int reason)
{
	struct vhub_ring_pair *ring = gather->ring;
	struct vhub_desc *desc;
	u32 i;

	for (i = 0; i < count; i++) {
		desc = vhub_ring_tx_desc(ring, ring->tx_done + i);
		WRITE_ONCE(desc->flags,
			   READ_ONCE(desc->flags) | VHUB_DESC_ERROR);
	}
	vhub_port_count_drop(&gather->fdport->port, reason, 1);
}

/* Takes a frame of any shape out of the ring, into the batch's next place.
 * Return: descriptors it took, or 0 when its last is yet to come. There is room
 * for the pieces of one frame.
 */
static u32 vhub_ring_gather_chain(struct vhub_ring_gather *gather,
				  struct vhub_frame *frame)
{
	struct vhub_ring_pair *ring = gather->ring;
	u32 count = 0, begin = gather->segs++;
	struct vhub_desc *desc;
	int reason = 0;
	u16 flags;

	*frame = (struct vhub_frame){
		.segs = &ring->segs[gather->segs],
	};
	do {
		if (ring->tx_done + count == gather->posted) {
			gather->segs = begin;
			/* The last of one that fills the ring cannot come. */
			if (count < ring->tx_count)
				return 0;
			reason = reason ?: VHUB_A_DROPS_LONG;
			break;
		}
		desc = vhub_ring_tx_desc(ring, ring->tx_done + count++);
		flags = READ_ONCE(desc->flags);
		if (count > VHUB_CHAIN_MAX)
			reason = reason ?: VHUB_A_DROPS_LONG;
		else if (flags & ~VHUB_DESC_NEXT)
			reason = reason ?: VHUB_A_DROPS_HEADER;
		if (!reason)
			reason = vhub_ring_add_buffer(gather, frame,
						      READ_ONCE(desc->addr),
						      READ_ONCE(desc->len));
	} while (flags & VHUB_DESC_NEXT);

	if (!reason)
		reason = vhub_ring_end_frame(gather, frame);
	if (reason) {
		gather->segs = begin;
		vhub_ring_refuse(gather, count, reason);
	} else {
		vhub_frame_add(&gather->batch, frame);
	}
	return count;
}

/* Gathers a frame from each descriptor up to @end, which does not go past the
 * end of the ring. Return: the first that is not a usual one, or @end.
 */
static const struct vhub_desc *
vhub_ring_gather_run(const struct vhub_region *found,
		     const struct vhub_desc *desc, const struct vhub_desc *end,
		     struct vhub_seg *frame, u64 *bytes)
{
	/* In registers, as frames are written meanwhile. */
	const struct vhub_region region = *found;
	u64 offset, len, sum = 0;

	for (; desc != end; desc++, frame++) {
		/* Any flag makes it too long. */
		len = vhub_ring_desc_word(desc);
		offset = READ_ONCE(desc->addr) - region.start;
		if (unlikely(len - VHUB_FRAME_MIN >
			     VHUB_RING_USUAL - VHUB_FRAME_MIN))
			break;
		if (unlikely(offset >= region.size))
			break;
		if (unlikely(offset_in_page(offset) + len > PAGE_SIZE))
			break;
		frame->data = vhub_region_at(&region, offset);
		frame->len = len;
		sum += len;
	}
	*bytes += sum;
	return desc;
}

/* Gathers frames as long as they are the usual ones: one buffer in one page of
 * the region found last, without header.
 */
static void vhub_ring_gather_usual(struct vhub_ring_gather *gather)
{
	struct vhub_ring_pair *ring = gather->ring;
	const struct vhub_region *region = &ring->mem->regions[ring->tx_hint];
	struct vhub_batch *batch = &gather->batch;
	const struct vhub_desc *desc, *end;
	u32 count, place;

	if (gather->hdr_size)
		return;

	do {
		count = min(gather->posted - ring->tx_done,
			    VHUB_BATCH_MAX - batch->count);
		place = ring->tx_done & (ring->tx_count - 1);
		desc = &ring->tx[place];
		end = desc + min(count, ring->tx_count - place);
		count = vhub_ring_gather_run(region, desc, end,
					     &ring->segs[batch->count],
					     &batch->bytes) - desc;
		batch->count += count;
		WRITE_ONCE(ring->tx_done, ring->tx_done + count);
	} while (place + count == ring->tx_count);
}

/* Pieces that a frame can have: each buffer, and the pages, cut it. One more is for
 * its head.
 */
#define VHUB_RING_FRAME_SEGS \
	(1 + 2 * VHUB_CHAIN_MAX + (VHUB_FRAME_MAX + VHUB_VNET_HDR_MAX) / 4096)

/* Is there room in the batch for one more frame of any shape? */
static bool vhub_ring_gather_has_room(const struct vhub_ring_gather *gather)
{
	return gather->batch.count < VHUB_BATCH_MAX &&
	       gather->batch.bytes < VHUB_RING_BYTES &&
	       gather->segs <= VHUB_RING_SEGS - VHUB_RING_FRAME_SEGS;
}

/* Gathers a batch: usual frames first, then of any shape. Return: false when
 * the last frame has yet to be completed.
 */
static bool vhub_ring_gather_batch(struct vhub_ring_gather *gather)
{
	struct vhub_ring_pair *ring = gather->ring;
	struct vhub_batch *batch = &gather->batch;
	u32 count;

	BUILD_BUG_ON(2 * VHUB_BATCH_MAX + VHUB_RING_FRAME_SEGS >
		     VHUB_RING_SEGS);
	BUILD_BUG_ON(VHUB_BATCH_MAX * VHUB_RING_USUAL > VHUB_RING_BYTES);

	*batch = (struct vhub_batch){
		.simple = ring->segs,
		.frames = ring->frames,
		.ring = ring,
	};
	vhub_ring_gather_usual(gather);
	if (ring->tx_done == gather->posted || batch->count == VHUB_BATCH_MAX)
		return true;

	/* Those of the usual frames, if they come to need any. */
	gather->segs = 2 * batch->count;
	vhub_batch_expand(batch);
	while (ring->tx_done != gather->posted &&
	       vhub_ring_gather_has_room(gather)) {
		count = vhub_ring_gather_chain(gather,
					       &ring->frames[batch->count]);
		if (!count)
			return false;
		WRITE_ONCE(ring->tx_done, ring->tx_done + count);
	}
	return true;
}

static void vhub_ring_keep_head(struct vhub_ring_pair *ring, u32 i)
{
	struct vhub_frame *frame = &ring->frames[i];
	u32 len = vhub_frame_peek(frame, ring->heads[i], VHUB_HEAD_SIZE);
	struct vhub_seg *seg;

	if (frame->segs == &frame->one) {
		/* A usual one has its pieces elsewhere, and no room there. */
		seg = &ring->segs[2 * i + 1];
		*seg = frame->one;
		frame->segs = seg;
	}
	vhub_ring_skip(frame, len);

	seg = (struct vhub_seg *)frame->segs - 1;
	*seg = (struct vhub_seg){
		.data = ring->heads[i],
		.len = len,
	};
	frame->segs = seg;
	frame->seg_count++;
	frame->len += len;
}

/**
 * vhub_ring_keep_heads - let what is looked at be what goes
 * @batch: frames out of a TX ring, as they were gathered
 *
 * Their first VHUB_HEAD_SIZE bytes are copied and take the place of those that
 * the process can change. What follows still lies in its memory.
 */
void vhub_ring_keep_heads(struct vhub_batch *batch)
{
	u32 i;

	if (batch->simple)
		vhub_batch_expand(batch);
	for (i = 0; i < batch->count; i++)
		vhub_ring_keep_head(batch->ring, i);
}

/**
 * vhub_ring_kick - send what is in the TX ring
 * @ring: the rings, one with TX; the file's lock held
 * @fdport: the port, one that may send
 *
 * Context: may sleep.
 * Return: frames that were accepted, or -EINVAL.
 */
long vhub_ring_kick(struct vhub_ring_pair *ring, struct vhub_fdport *fdport)
{
	struct vhub_ring_gather gather = {
		.ring = ring,
		.fdport = fdport,
		.hdr_size = vhub_fdport_hdr_size(fdport),
	};
	bool more = true;
	u64 work = 0;
	u32 copies;
	long sent = 0;

	/* Pairs with the process's release: descriptors before the index. */
	gather.posted = smp_load_acquire(&ring->head->tx_user);
	if (gather.posted - ring->tx_done > ring->tx_count) {
		/* So that who has lost its way can find back. */
		smp_store_release(&ring->head->tx_kernel, ring->tx_done);
		return -EINVAL;
	}

	while (more && ring->tx_done != gather.posted) {
		more = vhub_ring_gather_batch(&gather);
		copies = 1;
		if (gather.batch.count)
			copies += vhub_forward(&fdport->port, &gather.batch);
		sent += gather.batch.count;
		/* Pairs with the process's acquire: it may write over frames
		 * that are sent.
		 */
		smp_store_release(&ring->head->tx_kernel, ring->tx_done);
		/* Other signals wait: a kick sends all. */
		if (fatal_signal_pending(current))
			break;
		/* Others get their turn in time, but not after each batch: who
		 * was woken by the first finds the more.
		 */
		work += copies * (gather.batch.bytes +
				  gather.batch.count * VHUB_RING_FRAME_WORK);
		if (work > VHUB_RING_WORK) {
			work = 0;
			cond_resched();
		}
	}
	return sent;
}
