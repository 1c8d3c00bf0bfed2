// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a batch of frames into the queues and rings of a port's files
 */

#include <linux/netdevice.h>

#include "attach.h"
#include "forward.h"

/* Counts of what became of a batch at one queue. */
struct vhub_delivery {
	u32 frames;
	u64 bytes;
	u32 full;
	bool wake;
};

static void vhub_fdport_put_locked(struct vhub_queue *queue, vhub_item_t item,
				   u32 len, struct vhub_delivery *done)
{
	if (vhub_queue_put_locked(queue, item, len)) {
		done->frames++;
		done->bytes += len;
		done->wake = true;
	} else {
		done->full++;
	}
}

/* Which offloads a frame may leave to the reader of this port. */
static u32 vhub_fdport_offloads(const struct vhub_fdport *fdport)
{
	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_VNET_HDR))
		return 0;
	return READ_ONCE(fdport->offloads);
}

/* Makes what a port without these offloads will take, before any lock. */
static void vhub_fdport_prepare(struct vhub_fdport *fdport,
				struct vhub_batch *batch, u32 offloads)
{
	struct vhub_frame *frame;
	u32 i;

	if (likely(!(batch->needs & ~offloads)))
		return;

	frame = vhub_batch_frames(batch);
	for (i = 0; i < batch->count; i++, frame++) {
		if (!(frame->needs & ~offloads))
			continue;
		if (!vhub_frame_plain(frame, batch->dev))
			vhub_stats_drop(fdport->port.stats, frame->broken, 1);
	}
}

/* Makes what a queue will keep, before its lock. */
static void vhub_fdport_prepare_items(struct vhub_batch *batch, u32 offloads)
{
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i;

	for (i = 0; i < batch->count; i++, frame++)
		if (!(frame->needs & ~offloads))
			vhub_frame_item(frame);
}

static void vhub_fdport_put_frame_locked(struct vhub_fdport *fdport,
					 struct vhub_queue *queue,
					 const struct vhub_frame *frame,
					 u32 offloads,
					 struct vhub_delivery *done)
{
	struct sk_buff *skb;

	if (likely(!(frame->needs & ~offloads))) {
		if (likely(frame->item))
			vhub_fdport_put_locked(queue, frame->item, frame->len,
					       done);
		else
			vhub_stats_drop(fdport->port.stats,
					VHUB_A_DROPS_NO_MEMORY, 1);
		return;
	}
	/* NULL when vhub_fdport_prepare() had to count it as lost. */
	for (skb = frame->plain; skb; skb = skb->next)
		vhub_fdport_put_locked(queue, vhub_item_of_skb(skb), skb->len,
				       done);
}

static void vhub_fdport_count_fill(struct vhub_fdport *fdport, int reason,
				   u32 len, struct vhub_delivery *done)
{
	if (likely(!reason)) {
		done->frames++;
		done->bytes += len;
	} else if (reason == VHUB_A_DROPS_FULL) {
		done->full++;
	} else {
		vhub_stats_drop(fdport->port.stats, reason, 1);
	}
}

static void vhub_fdport_fill_frame_locked(struct vhub_fdport *fdport,
					  struct vhub_ring_fill *fill,
					  const struct vhub_frame *frame,
					  u32 offloads,
					  struct vhub_delivery *done)
{
	struct sk_buff *skb;

	if (likely(!(frame->needs & ~offloads))) {
		vhub_fdport_count_fill(fdport,
				       vhub_ring_fill_frame_locked(fill, frame),
				       frame->len, done);
		return;
	}
	/* NULL when vhub_fdport_prepare() had to count it as lost. */
	for (skb = frame->plain; skb; skb = skb->next)
		vhub_fdport_count_fill(fdport,
				       vhub_ring_fill_skb_locked(fill, skb),
				       skb->len, done);
}

/* Is this frame for queue @index of @count? */
static bool vhub_fdport_spreads(const struct vhub_batch *batch,
				struct vhub_frame *frame, u32 index, u32 count)
{
	u32 hash;

	if (count == 1)
		return true;
	hash = vhub_frame_hash(frame, dev_net(batch->dev));
	return reciprocal_scale(hash, count) == index;
}

/* Counts the share of a queue that just went. */
static void vhub_fdport_miss_queue(struct vhub_fdport *fdport,
				   struct vhub_batch *batch, u32 index,
				   u32 count)
{
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i, frames = 0;

	for (i = 0; i < batch->count; i++, frame++)
		frames += vhub_fdport_spreads(batch, frame, index, count);
	vhub_stats_drop(fdport->port.stats, VHUB_A_DROPS_NO_QUEUE, frames);
}

static void vhub_fdport_put_batch_locked(struct vhub_fdport *fdport,
					 struct vhub_queue *queue,
					 struct vhub_batch *batch,
					 u32 offloads, u32 index, u32 count,
					 struct vhub_delivery *done)
{
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i;

	for (i = 0; i < batch->count; i++, frame++)
		if (vhub_fdport_spreads(batch, frame, index, count))
			vhub_fdport_put_frame_locked(fdport, queue, frame,
						     offloads, done);
}

static void vhub_fdport_fill_simple_locked(struct vhub_fdport *fdport,
					   struct vhub_ring_fill *fill,
					   const struct vhub_batch *batch,
					   struct vhub_delivery *done)
{
	const struct vhub_seg *frame = batch->simple;
	const struct vhub_seg *end = frame + batch->count;
	u32 n;

	for (;;) {
		n = vhub_ring_fill_usual_locked(fill, frame, end - frame);
		done->frames += n;
		done->bytes += n == batch->count ?
			       batch->bytes : vhub_segs_len(frame, n);
		frame += n;
		if (frame == end)
			return;
		if (vhub_ring_fill_is_full(fill))
			break;
		vhub_fdport_count_fill(fdport,
				       vhub_ring_fill_seg_locked(fill, frame),
				       frame->len, done);
		frame++;
	}
	done->full += end - frame;
}

static void vhub_fdport_fill_batch_locked(struct vhub_fdport *fdport,
					  struct vhub_file *file,
					  struct vhub_batch *batch,
					  u32 offloads, u32 index, u32 count,
					  struct vhub_delivery *done)
{
	struct vhub_ring_fill fill = {
		.ring = file->ring,
		.queue = &file->queue,
		.hdr_size = vhub_fdport_hdr_size(fdport),
		.little_endian = vhub_fdport_hdr_is_le(fdport),
	};
	struct vhub_frame *frame;
	u32 i;

	vhub_ring_fill_begin_locked(&fill);
	if (likely(batch->simple && count == 1)) {
		vhub_fdport_fill_simple_locked(fdport, &fill, batch, done);
	} else {
		frame = vhub_batch_frames(batch);
		for (i = 0; i < batch->count; i++, frame++)
			if (vhub_fdport_spreads(batch, frame, index, count))
				vhub_fdport_fill_frame_locked(fdport, &fill,
							      frame, offloads,
							      done);
	}
	done->wake = vhub_ring_fill_end_locked(&fill);
}

/* Gives a file its share of a batch: queue @index of @count. Return: false when
 * it takes no frames any more.
 */
static bool vhub_fdport_deliver_file(struct vhub_fdport *fdport,
				     struct vhub_file *file,
				     struct vhub_batch *batch,
				     u32 offloads, u32 index, u32 count)
{
	struct vhub_queue *queue = &file->queue;
	struct vhub_delivery done = {};

	/* Rings that come only now need no items either. They may be looked
	 * into only with the lock: the file may be being closed.
	 */
	if (!READ_ONCE(queue->retired))
		vhub_fdport_prepare_items(batch, offloads);

	spin_lock(&queue->lock);
	if (unlikely(queue->closed)) {
		spin_unlock(&queue->lock);
		return false;
	}
	if (queue->retired)
		vhub_fdport_fill_batch_locked(fdport, file, batch, offloads,
					      index, count, &done);
	else
		vhub_fdport_put_batch_locked(fdport, queue, batch, offloads,
					     index, count, &done);
	spin_unlock(&queue->lock);

	if (done.frames)
		vhub_stats_rx(fdport->port.stats, done.frames, done.bytes);
	if (done.wake)
		vhub_queue_wake(queue);
	if (done.full)
		vhub_stats_drop(fdport->port.stats, VHUB_A_DROPS_FULL,
				done.full);
	return true;
}

/**
 * vhub_fdport_deliver - give a batch to a port's files
 * @port: the port, one made of files
 * @batch: the frames
 *
 * Context: bottom halves off, RCU read-side section.
 */
void vhub_fdport_deliver(struct vhub_port *port, struct vhub_batch *batch)
{
	struct vhub_fdport *fdport = container_of(port, struct vhub_fdport,
						  port);
	u32 offloads = vhub_fdport_offloads(fdport);
	struct vhub_file *file;
	u32 i, count;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "no RCU read-side section");

	/* Pairs with smp_store_release() in vhub_fdport_add_on_locked(). */
	count = smp_load_acquire(&fdport->on_count);

	if (unlikely(!count)) {
		vhub_stats_drop(port->stats, VHUB_A_DROPS_NO_QUEUE,
				batch->count);
		return;
	}

	vhub_fdport_prepare(fdport, batch, offloads);
	for (i = 0; i < count; i++) {
		/* NULL when it went between the count and here. */
		file = rcu_dereference(fdport->on[i]);
		if (!file ||
		    !vhub_fdport_deliver_file(fdport, file, batch, offloads, i,
					      count))
			vhub_fdport_miss_queue(fdport, batch, i, count);
	}
}
