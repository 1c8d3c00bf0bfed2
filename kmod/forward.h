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

enum vhub_forward_limits {
	VHUB_BATCH_MAX = 64,	/* frames of one batch */
};

/**
 * struct vhub_frame - one frame of a batch
 * @item: the frame itself, the batch's reference
 * @skb: the frame as an skb, NULL until a receiver needs one. Shared, read
 *	only: data at the Ethernet header. The same as @item when that is an
 *	skb, else a reference of its own.
 * @plain: complete frames made of it, linked by ->next, for receivers that
 *	take no work left undone; NULL until one is met
 * @len: bytes of the frame
 * @needs: TUN_F_* bits that a receiver must have to take @item as it is
 * @hash: of the flow it belongs to, 0 until a multi-queue port is met
 * @broken: neither @skb nor @plain can be made, by VHUB_A_DROPS_*; else 0
 */
struct vhub_frame {
	vhub_item_t item;
	struct sk_buff *skb;
	struct sk_buff *plain;
	u32 len;
	u32 needs;
	u32 hash;
	int broken;
};

/**
 * struct vhub_batch - frames that one port sends at once, in their order
 * @frames: the frames, at most VHUB_BATCH_MAX
 * @count: how many
 * @bytes: sum of their lengths
 * @dev: device of the hub, set by vhub_forward()
 *
 * Belongs to one sender on one CPU from vhub_forward_*() to its end; what the
 * frames point to is shared with the receivers.
 */
struct vhub_batch {
	struct vhub_frame *frames;
	u32 count;
	u64 bytes;
	struct net_device *dev;
};

void vhub_frame_init_buf(struct vhub_frame *frame, struct vhub_buf *buf);
void vhub_frame_init_skb(struct vhub_frame *frame, struct sk_buff *skb);
struct sk_buff *vhub_frame_skb(struct vhub_frame *frame,
			       struct net_device *dev);
struct sk_buff *vhub_frame_plain(struct vhub_frame *frame,
				 struct net_device *dev);
const u8 *vhub_frame_header(const struct vhub_frame *frame);
u32 vhub_frame_hash(struct vhub_frame *frame, const struct net *net);

void vhub_forward(struct vhub_port *from, struct vhub_batch *batch);

#endif /* _VHUB_FORWARD_H */
