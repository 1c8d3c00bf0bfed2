/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - a batch of frames on its way through a hub
 */
#ifndef _VHUB_FORWARD_H
#define _VHUB_FORWARD_H

#include <linux/skbuff.h>

#include "queue.h"

struct net;
struct net_device;
struct vhub_port;
struct vhub_ring_pair;

enum vhub_forward_limits {
	VHUB_BATCH_MAX = 64,	/* frames of one batch */
	VHUB_HEAD_SIZE = 16,	/* bytes that tell where a frame may go */
};

/**
 * struct vhub_seg - a piece of a frame
 * @data: where it is
 * @len: its bytes
 */
struct vhub_seg {
	const u8 *data;
	u32 len;
};

/* Bytes of several pieces. */
static inline u64 vhub_segs_len(const struct vhub_seg *segs, u32 count)
{
	u64 len = 0;

	while (count--)
		len += segs++->len;
	return len;
}

/**
 * struct vhub_frame - one frame of a batch
 * @segs: its bytes in their order, in memory that stays there as long as the
 *	batch. It may be memory of a process, which changes under our eyes: what
 *	decides anything is copied before it is looked at.
 * @seg_count: how many; 0 for a frame that is only there as an skb
 * @len: bytes of the frame
 * @one: where @segs points to when there is but one
 * @offload: what is left to do on it, all 0 in a frame that is an skb
 * @needs: TUN_F_* and VHUB_NEEDS_* bits that a receiver must have to take it as
 *	it is
 * @hash: of the flow it belongs to, 0 until a multi-queue port is met
 * @broken: neither @skb nor @plain can be made, by VHUB_A_DROPS_*; else 0
 * @item: the frame in a form that can be kept, the batch's reference; 0 until a
 *	receiver needs one
 * @skb: the frame as an skb, NULL until a receiver needs one. Shared, read
 *	only: data at the Ethernet header. The same as @item when that is an
 *	skb, else a reference of its own.
 * @plain: complete frames made of it, linked by ->next, for receivers that
 *	take no work left undone; NULL until one is met
 *
 * It points into itself, so it stays where it was begun.
 */
struct vhub_frame {
	const struct vhub_seg *segs;
	u32 seg_count;
	u32 len;
	struct vhub_seg one;
	struct vhub_offload offload;
	u32 needs;
	u32 hash;
	int broken;
	vhub_item_t item;
	struct sk_buff *skb;
	struct sk_buff *plain;
};

/**
 * struct vhub_batch - frames that one port sends at once, in their order
 * @simple: the frames, each in one piece and with nothing left to do on it; or
 *	NULL when they are in @frames
 * @frames: the frames; room for them while they are in @simple. For receivers:
 *	vhub_batch_frames().
 * @count: how many, at most VHUB_BATCH_MAX
 * @needs: the @needs of all of them together
 * @bytes: sum of their lengths
 * @dev: device of the hub, set by vhub_forward()
 * @last: no receiver follows the one that has it, so it may have the frames
 *	themselves
 * @ring: the TX ring that they come from, if they lie in memory of a process, which
 *	can change them: vhub_ring_keep_heads(); else NULL
 *
 * Frames that go from ring to ring are never more than @simple: a struct
 * vhub_frame costs as much to make as a small frame to copy.
 *
 * Belongs to one sender on one CPU from vhub_forward() to its end; what the
 * frames point to is shared with the receivers.
 */
struct vhub_batch {
	const struct vhub_seg *simple;
	struct vhub_frame *frames;
	u32 count;
	u32 needs;
	u64 bytes;
	struct net_device *dev;
	bool last;
	struct vhub_ring_pair *ring;
};

/**
 * vhub_frame_init_data - begin a frame that lies in one piece
 * @frame: the frame
 * @data: its bytes, not the frame's
 * @len: how many
 */
static inline void vhub_frame_init_data(struct vhub_frame *frame,
					const u8 *data, u32 len)
{
	/* One by one: gcc makes a slow string instruction of an initializer. */
	frame->segs = &frame->one;
	frame->seg_count = 1;
	frame->len = len;
	frame->one.data = data;
	frame->one.len = len;
	frame->offload = (struct vhub_offload){};
	frame->needs = 0;
	frame->hash = 0;
	frame->broken = 0;
	frame->item = 0;
	frame->skb = NULL;
	frame->plain = NULL;
}

void vhub_frame_init_buf(struct vhub_frame *frame, struct vhub_buf *buf);
void vhub_frame_init_skb(struct vhub_frame *frame, struct sk_buff *skb);
void vhub_frame_set_offload(struct vhub_frame *frame,
			    const struct vhub_offload *offload);
void vhub_frame_add(struct vhub_batch *batch, const struct vhub_frame *frame);
void vhub_batch_expand(struct vhub_batch *batch);
void vhub_batch_release(struct vhub_batch *batch);
vhub_item_t vhub_frame_item(struct vhub_frame *frame);
struct sk_buff *vhub_frame_skb(struct vhub_frame *frame,
			       struct net_device *dev);
struct sk_buff *vhub_frame_plain(struct vhub_frame *frame,
				 struct net_device *dev);
struct sk_buff *vhub_frame_take_skb(struct vhub_batch *batch,
				    struct vhub_frame *frame);
u32 vhub_frame_peek(const struct vhub_frame *frame, void *to, u32 len);
u32 vhub_frame_hash(struct vhub_frame *frame, const struct net *net);

bool vhub_forward_wants(struct vhub_port *port, u32 frames);
void vhub_forward_offer(struct vhub_port **next, struct vhub_port *port,
			struct vhub_batch *batch);
void vhub_forward_offer_last(struct vhub_port *next, struct vhub_batch *batch);
u32 vhub_forward_rcu(struct vhub_port *from, struct vhub_batch *batch);
void vhub_forward_skb_rcu(struct vhub_port *from, struct sk_buff *skb);
u32 vhub_forward(struct vhub_port *from, struct vhub_batch *batch);

/* The frames of a batch, for who needs to know more of them than their bytes. */
static inline struct vhub_frame *vhub_batch_frames(struct vhub_batch *batch)
{
	if (batch->simple)
		vhub_batch_expand(batch);
	return batch->frames;
}

#endif /* _VHUB_FORWARD_H */
