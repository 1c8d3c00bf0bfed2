// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - forwarding: a batch of frames in, every other port out
 *
 * DOC: The way of a frame
 *
 * A source hands vhub_forward() a batch. For each other port of the hub its
 * deliver() takes the whole batch at once: it copies the frames into its ring,
 * or adds references to its queue, under one lock, and wakes its reader once. A
 * frame changes its form at most once a batch, when the first receiver comes
 * that cannot take it as it is, and all such receivers share the result:
 *
 *	segs -> buf	for a queue, which keeps it (vhub_frame_item())
 *	segs -> skb	for a network device (vhub_frame_skb())
 *	any -> plain	for a port without the offloads that the frame needs
 *			(vhub_frame_plain())
 *
 * All of it runs with bottom halves off in one RCU read-side section, on the
 * sender's CPU.
 */

#include "forward.h"

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/flow_dissector.h>

#include "hub.h"
#include "offload.h"
#include "switch.h"

/* Header of an skb that is made of a buf; the rest goes to page fragments. */
#define VHUB_SKB_LINEAR	2048

/* Begin of a frame in which its flow is looked for: Ethernet, tags, IPv6 with
 * some headers of its own, ports.
 */
#define VHUB_HASH_HEAD	192

/**
 * vhub_frame_init_buf - begin a frame that is a buf
 * @frame: the frame
 * @buf: its bytes; the reference goes to the frame
 */
void vhub_frame_init_buf(struct vhub_frame *frame, struct vhub_buf *buf)
{
	vhub_frame_init_data(frame, buf->data, buf->len);
	frame->item = vhub_item_of_buf(buf);
	vhub_frame_set_offload(frame, &buf->offload);
}

/**
 * vhub_frame_init_skb - begin a frame that is an skb
 * @frame: the frame
 * @skb: data at the Ethernet header, network header set, no owner, no foreign
 *	pages; the reference goes to the frame
 */
void vhub_frame_init_skb(struct vhub_frame *frame, struct sk_buff *skb)
{
	*frame = (struct vhub_frame){
		.item = vhub_item_of_skb(skb),
		.skb = skb,
		.len = skb->len,
		.needs = vhub_offload_needs_skb(skb),
	};
}

/* Say what is left to do on the frame. */
void vhub_frame_set_offload(struct vhub_frame *frame,
			    const struct vhub_offload *offload)
{
	frame->offload = *offload;
	frame->needs = vhub_offload_needs(offload);
}

/* Count the frame in that lies in the batch's next place. */
void vhub_frame_add(struct vhub_batch *batch, const struct vhub_frame *frame)
{
	batch->count++;
	batch->bytes += frame->len;
	batch->needs |= frame->needs;
}

/**
 * vhub_batch_expand - make frames of those that are but a piece of memory each
 * @batch: a batch whose frames are in @simple; they are in @frames then
 */
void vhub_batch_expand(struct vhub_batch *batch)
{
	const struct vhub_seg *seg = batch->simple;
	u32 i;

	for (i = 0; i < batch->count; i++, seg++)
		vhub_frame_init_data(&batch->frames[i], seg->data, seg->len);
	batch->simple = NULL;
}

/* Gives back all that the frame holds. */
static void vhub_frame_release(struct vhub_frame *frame)
{
	struct sk_buff *skb, *next;

	if (likely(!frame->item && !frame->skb && !frame->plain))
		return;

	skb_list_walk_safe(frame->plain, skb, next) {
		skb_mark_not_on_list(skb);
		consume_skb(skb);
	}
	if (frame->skb && !vhub_item_skb(frame->item))
		consume_skb(frame->skb);
	if (frame->item)
		vhub_item_put(frame->item);
}

/**
 * vhub_frame_peek - copy the begin of a frame
 * @frame: the frame
 * @to: where to
 * @len: bytes that are wanted
 *
 * Return: bytes copied: @len, or all that the frame has.
 */
u32 vhub_frame_peek(const struct vhub_frame *frame, void *to, u32 len)
{
	const struct vhub_seg *seg = frame->segs;
	u32 done, part;

	len = min(len, frame->len);
	if (!frame->seg_count) {
		if (unlikely(len > skb_headlen(frame->skb)))
			return skb_copy_bits(frame->skb, 0, to, len) ? 0 : len;
		memcpy(to, frame->skb->data, len);
		return len;
	}

	for (done = 0; done < len; done += part, seg++) {
		part = min(len - done, seg->len);
		memcpy(to + done, seg->data, part);
	}
	return len;
}

/**
 * vhub_frame_item - the frame in a form that can be kept
 * @frame: the frame
 *
 * Context: bottom halves off.
 * Return: an item that stays the frame's, or 0 when there is no memory.
 */
vhub_item_t vhub_frame_item(struct vhub_frame *frame)
{
	struct vhub_buf *buf;

	if (frame->item)
		return frame->item;

	buf = vhub_buf_alloc(frame->len, GFP_ATOMIC);
	if (!buf)
		return 0;

	vhub_frame_peek(frame, buf->data, frame->len);
	buf->offload = frame->offload;
	frame->item = vhub_item_of_buf(buf);
	return frame->item;
}

static int vhub_frame_store(const struct vhub_frame *frame,
			    struct sk_buff *skb)
{
	const struct vhub_seg *seg = frame->segs;
	int offset, ret = 0;

	for (offset = 0; !ret && offset < frame->len; offset += seg++->len)
		ret = skb_store_bits(skb, offset, seg->data, seg->len);
	return ret;
}

static struct sk_buff *vhub_frame_build_skb(const struct vhub_frame *frame,
					    struct net_device *dev)
{
	u32 linear = min_t(u32, frame->len, VHUB_SKB_LINEAR);
	struct sk_buff *skb;
	int ret;

	skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + linear,
				   frame->len - linear, PAGE_ALLOC_COSTLY_ORDER,
				   &ret, GFP_ATOMIC);
	if (!skb)
		return ERR_PTR(-ENOMEM);

	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put(skb, linear);
	skb->data_len = frame->len - linear;
	skb->len += skb->data_len;

	ret = vhub_frame_store(frame, skb);
	if (WARN_ON_ONCE(ret))
		goto err_free_skb;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	/* Otherwise the tag is taken for a protocol that has no segments. */
	if (eth_type_vlan(eth_hdr(skb)->h_proto))
		skb->protocol = eth_hdr(skb)->h_proto;
	ret = vhub_offload_to_skb(&frame->offload, skb);
	if (ret)
		goto err_free_skb;
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_probe_transport_header(skb);
	return skb;

err_free_skb:
	kfree_skb(skb);
	return ERR_PTR(ret);
}

/**
 * vhub_frame_skb - the frame as an skb, made when first asked for
 * @frame: the frame
 * @dev: device to make it for
 *
 * Context: bottom halves off.
 * Return: an skb that stays the frame's and must not be changed, or NULL with
 * @frame->broken set.
 */
struct sk_buff *vhub_frame_skb(struct vhub_frame *frame,
			       struct net_device *dev)
{
	struct sk_buff *skb;

	if (frame->skb || frame->broken)
		return frame->skb;

	skb = vhub_frame_build_skb(frame, dev);
	if (IS_ERR(skb)) {
		frame->broken = PTR_ERR(skb) == -ENOMEM ?
				VHUB_A_DROPS_NO_MEMORY : VHUB_A_DROPS_OFFLOAD;
		return NULL;
	}
	frame->skb = skb;
	return skb;
}

/**
 * vhub_frame_plain - the frame with all its work done, as one or more frames
 * @frame: the frame, one that needs something
 * @dev: device of the hub
 *
 * Context: bottom halves off.
 * Return: frames linked by ->next that stay the frame's and must not be
 * changed, or NULL with @frame->broken set.
 */
struct sk_buff *vhub_frame_plain(struct vhub_frame *frame,
				 struct net_device *dev)
{
	struct sk_buff *skb, *plain;

	if (frame->plain || frame->broken)
		return frame->plain;

	skb = vhub_frame_skb(frame, dev);
	if (!skb)
		return NULL;

	plain = vhub_offload_complete(skb);
	if (IS_ERR(plain)) {
		frame->broken = PTR_ERR(plain) == -ENOMEM ?
				VHUB_A_DROPS_NO_MEMORY : VHUB_A_DROPS_OFFLOAD;
		return NULL;
	}
	frame->plain = plain;
	return plain;
}

/**
 * vhub_frame_take_skb - the frame as an skb that is the receiver's own
 * @batch: the batch
 * @frame: a frame of it of which vhub_frame_skb() has made an skb. If there is
 *	no other receiver it may have nothing but its length afterwards.
 *
 * Context: bottom halves off.
 * Return: an skb whose data is shared, or NULL when there is no memory.
 */
struct sk_buff *vhub_frame_take_skb(struct vhub_batch *batch,
				    struct vhub_frame *frame)
{
	struct sk_buff *skb = frame->skb;

	/* Queues share it as it is. */
	if (!batch->last || skb_shared(skb))
		return skb_clone(skb, GFP_ATOMIC);

	if (frame->item && vhub_item_skb(frame->item))
		frame->item = 0;
	frame->skb = NULL;
	return skb;
}

/**
 * vhub_frame_hash - a number that is the same for all frames of a flow
 * @frame: the frame
 * @net: namespace of the hub
 *
 * Return: the hash, never 0.
 */
u32 vhub_frame_hash(struct vhub_frame *frame, const struct net *net)
{
	struct flow_keys keys = {};
	u8 head[VHUB_HASH_HEAD];
	u32 len;

	if (frame->hash)
		return frame->hash;

	len = vhub_frame_peek(frame, head, sizeof(head));
	if (likely(len >= ETH_HLEN))
		__skb_flow_dissect(net, NULL, &flow_keys_dissector, &keys, head,
				   ((struct ethhdr *)head)->h_proto, ETH_HLEN,
				   len, 0);

	frame->hash = flow_hash_from_keys(&keys) ?: 1;
	return frame->hash;
}

/* Does this port want frames of others? Counts those that it misses. */
bool vhub_forward_wants(struct vhub_port *port, u32 frames)
{
	if (!vhub_port_has(port, VHUB_PORT_FLAG_RECV))
		return false;
	if (vhub_port_is_linked(port))
		return true;
	vhub_stats_drop(port->stats, VHUB_A_DROPS_NO_LINK, frames);
	return false;
}

/**
 * vhub_forward_offer - give a batch to a receiver, the last but one so far
 * @next: the last one, whose turn it is now; NULL at first. Becomes @port.
 * @port: one more
 * @batch: the frames
 *
 * So the last of all is known when it has its turn: vhub_forward_offer_last().
 */
void vhub_forward_offer(struct vhub_port **next, struct vhub_port *port,
			struct vhub_batch *batch)
{
	if (*next)
		(*next)->ops->deliver(*next, batch);
	*next = port;
}

/* Gives a batch to the last of its receivers, or there was none: NULL. */
void vhub_forward_offer_last(struct vhub_port *next, struct vhub_batch *batch)
{
	if (!next)
		return;
	batch->last = true;
	next->ops->deliver(next, batch);
}

static u32 vhub_forward_flood(struct vhub_hub *hub, struct vhub_port *from,
			      struct vhub_batch *batch)
{
	struct vhub_port *port, *next = NULL;
	u32 receivers = 0;

	list_for_each_entry_rcu(port, &hub->ports, list) {
		if (port == from || !vhub_forward_wants(port, batch->count))
			continue;
		vhub_forward_offer(&next, port, batch);
		receivers++;
	}
	vhub_forward_offer_last(next, batch);

	if (receivers)
		vhub_stats_tx(from->stats, batch->count, batch->bytes);
	else
		vhub_stats_drop(from->stats, VHUB_A_DROPS_NO_RECEIVER,
				batch->count);
	return receivers;
}

/* Gives back all that the frames of a batch hold. */
void vhub_batch_release(struct vhub_batch *batch)
{
	u32 i;

	if (batch->simple)
		return;
	for (i = 0; i < batch->count; i++)
		vhub_frame_release(&batch->frames[i]);
}

/**
 * vhub_forward_rcu - send a batch of frames to all other ports of the hub
 * @from: port that sends; it need not be on a hub any more
 * @batch: the frames, whole and sound; they are consumed, the memory of the
 *	batch stays the caller's
 *
 * Context: bottom halves off, RCU read-side section.
 * Return: ports that the batch was offered to.
 */
u32 vhub_forward_rcu(struct vhub_port *from, struct vhub_batch *batch)
{
	struct vhub_hub *hub = rcu_dereference(from->hub);
	u32 receivers = 0;

	WARN_ON_ONCE(batch->count > VHUB_BATCH_MAX);

	if (hub && vhub_port_is_linked(from)) {
		batch->dev = hub->dev;
		if (vhub_fdb_is_on(&hub->fdb))
			receivers = vhub_switch_forward(hub, from, batch);
		else
			receivers = vhub_forward_flood(hub, from, batch);
	} else {
		vhub_stats_drop(from->stats, VHUB_A_DROPS_NO_LINK,
				batch->count);
	}
	vhub_batch_release(batch);
	return receivers;
}

/**
 * vhub_forward_skb_rcu - send one frame to all other ports of the hub
 * @from: port that sends
 * @skb: as of vhub_frame_init_skb(); consumed. One that is too long is dropped.
 *
 * Context: bottom halves off, RCU read-side section.
 */
void vhub_forward_skb_rcu(struct vhub_port *from, struct sk_buff *skb)
{
	struct vhub_frame frame;
	struct vhub_batch batch = {
		.frames = &frame,
	};

	if (unlikely(skb->len > VHUB_FRAME_MAX && !skb_is_gso(skb))) {
		vhub_stats_drop(from->stats, VHUB_A_DROPS_LONG, 1);
		kfree_skb(skb);
		return;
	}
	vhub_frame_init_skb(&frame, skb);
	vhub_frame_add(&batch, &frame);
	vhub_forward_rcu(from, &batch);
}

/* vhub_forward_rcu() for who is not in an RCU read-side section. Context: any but hard
 * interrupts.
 */
u32 vhub_forward(struct vhub_port *from, struct vhub_batch *batch)
{
	u32 receivers;

	local_bh_disable();
	rcu_read_lock();
	receivers = vhub_forward_rcu(from, batch);
	rcu_read_unlock();
	local_bh_enable();
	return receivers;
}
