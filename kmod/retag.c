// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - frames with another 802.1Q tag, made once for all ports that need them
 *
 * DOC: How a tag is put in or taken out
 *
 * A frame that lies in pieces of memory becomes a list of other pieces: its
 * addresses, the tag if it is to have one, the rest. Not a byte of it is copied
 * but for the tag, and receivers see one more frame of several pieces. A frame
 * that is an skb is cloned, and the header of the clone is changed. What is left
 * to do on the frame moves with its bytes.
 *
 * The addresses and the tag, or what lies where a tag would be, come out of our
 * memory, as the switch has it (vhub_ring_keep_heads()): a process that changes a
 * frame while it is on its way cannot have it leave in another VLAN than it was
 * checked for.
 */

#include "retag.h"

#include <linux/if_vlan.h>
#include <linux/slab.h>

#include <uapi/linux/vhub_dev.h>

#include "offload.h"

/* Addresses of a frame, and these with the tag behind them. */
#define VHUB_RETAG_ADDRS	(2 * ETH_ALEN)
#define VHUB_RETAG_TAG_END	(VHUB_RETAG_ADDRS + VLAN_HLEN)

/* Pieces that a frame can get more: it is cut twice, or once for a new one. */
#define VHUB_RETAG_SEGS		2

/* A tag as it is in a frame. */
struct vhub_retag_tag {
	__be16 proto;
	__be16 tci;
};

/**
 * struct vhub_retag_work - how frames are made
 * @change: what is done
 * @vid: the VLAN that tags tell
 * @seg: room for the next piece
 * @tag: room for the next tag
 */
struct vhub_retag_work {
	enum vhub_retag_change change;
	u16 vid;
	struct vhub_seg *seg;
	struct vhub_retag_tag *tag;
};

/* Bytes that a frame gets longer. */
static int vhub_retag_growth(enum vhub_retag_change change)
{
	switch (change) {
	case VHUB_RETAG_INSERT:
		return VLAN_HLEN;
	case VHUB_RETAG_REMOVE:
		return -VLAN_HLEN;
	default:
		return 0;
	}
}

static __be16 vhub_retag_tci(__be16 tci, u16 vid)
{
	return htons((ntohs(tci) & ~VLAN_VID_MASK) | vid);
}

/* Moves what a header tells of places in the frame. Return: 0 or a reason: what
 * is left to do cannot begin in the Ethernet header.
 */
static int vhub_retag_offload(struct vhub_offload *offload,
			      const struct vhub_offload *from, u32 len,
			      int growth)
{
	*offload = *from;
	if (offload->hdr_len)
		offload->hdr_len = clamp_t(int, offload->hdr_len + growth, 0,
					   min_t(u32, len, U16_MAX));
	if (!(offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return 0;
	if (from->csum_start + growth < ETH_HLEN ||
	    from->csum_start + growth > U16_MAX)
		return VHUB_A_DROPS_OFFLOAD;
	offload->csum_start = from->csum_start + growth;
	return 0;
}

static void vhub_retag_add_seg(struct vhub_retag_work *work,
			       struct vhub_frame *to, const void *data, u32 len)
{
	*work->seg++ = (struct vhub_seg){
		.data = data,
		.len = len,
	};
	to->seg_count++;
}

/* Adds bytes @begin to @end of a frame. */
static void vhub_retag_add_part(struct vhub_retag_work *work,
				struct vhub_frame *to,
				const struct vhub_frame *from, u32 begin,
				u32 end)
{
	const struct vhub_seg *seg = from->segs;
	u32 skip = begin, left = end - begin, part;

	for (; left; seg++) {
		if (skip >= seg->len) {
			skip -= seg->len;
			continue;
		}
		part = min(seg->len - skip, left);
		vhub_retag_add_seg(work, to, seg->data + skip, part);
		left -= part;
		skip = 0;
	}
}

static void vhub_retag_add_tag(struct vhub_retag_work *work,
			       struct vhub_frame *to,
			       const struct vhub_frame *from)
{
	struct vlan_ethhdr head = {};
	struct vhub_retag_tag *tag = work->tag++;

	if (work->change == VHUB_RETAG_REPLACE)
		vhub_frame_peek(from, &head, VHUB_RETAG_TAG_END);
	tag->proto = htons(ETH_P_8021Q);
	tag->tci = vhub_retag_tci(head.h_vlan_TCI, work->vid);
	vhub_retag_add_seg(work, to, tag, sizeof(*tag));
}

/* Makes a frame of one that lies in pieces. Return: 0 or a reason. */
static int vhub_retag_segs(struct vhub_retag_work *work, struct vhub_frame *to,
			   const struct vhub_frame *from)
{
	int growth = vhub_retag_growth(work->change);
	struct vhub_offload offload;
	u32 len = from->len + growth;
	int reason;

	if (len > VHUB_FRAME_MAX)
		return VHUB_A_DROPS_TOO_BIG;
	reason = vhub_retag_offload(&offload, &from->offload, len, growth);
	if (reason)
		return reason;

	vhub_frame_init_data(to, NULL, len);
	vhub_frame_set_offload(to, &offload);
	to->segs = work->seg;
	to->seg_count = 0;
	vhub_retag_add_part(work, to, from, 0, VHUB_RETAG_ADDRS);
	if (work->change != VHUB_RETAG_REMOVE)
		vhub_retag_add_tag(work, to, from);
	vhub_retag_add_part(work, to, from,
			    work->change == VHUB_RETAG_INSERT ?
			    VHUB_RETAG_ADDRS : VHUB_RETAG_TAG_END, from->len);
	return 0;
}

static int vhub_retag_insert_skb(struct sk_buff *skb, u16 vid)
{
	int ret = __vlan_insert_tag(skb, htons(ETH_P_8021Q), vid);

	if (ret)
		return ret;
	skb_postpush_rcsum(skb, skb->data + VHUB_RETAG_ADDRS, VLAN_HLEN);
	skb->protocol = htons(ETH_P_8021Q);
	skb_reset_mac_len(skb);
	return 0;
}

static int vhub_retag_replace_skb(struct sk_buff *skb, u16 vid)
{
	struct vlan_ethhdr *head;
	int ret;

	ret = skb_ensure_writable(skb, VHUB_RETAG_TAG_END);
	if (ret)
		return ret;
	head = (struct vlan_ethhdr *)skb->data;
	skb_postpull_rcsum(skb, &head->h_vlan_TCI, sizeof(head->h_vlan_TCI));
	head->h_vlan_TCI = vhub_retag_tci(head->h_vlan_TCI, vid);
	skb_postpush_rcsum(skb, &head->h_vlan_TCI, sizeof(head->h_vlan_TCI));
	return 0;
}

static int vhub_retag_change_skb(const struct vhub_retag_work *work,
				 struct sk_buff *skb)
{
	u16 tci;

	switch (work->change) {
	case VHUB_RETAG_INSERT:
		return vhub_retag_insert_skb(skb, work->vid);
	case VHUB_RETAG_REMOVE:
		return __skb_vlan_pop(skb, &tci);
	default:
		return vhub_retag_replace_skb(skb, work->vid);
	}
}

/* Would a checksum that is to be completed begin in the Ethernet header? */
static bool vhub_retag_hurts_checksum(const struct vhub_retag_work *work,
				      const struct sk_buff *skb)
{
	int growth = vhub_retag_growth(work->change);

	return skb->ip_summed == CHECKSUM_PARTIAL &&
	       skb_checksum_start_offset(skb) + growth < ETH_HLEN;
}

/* Makes a frame of one that is an skb. Return: 0 or a reason. */
static int vhub_retag_skb(const struct vhub_retag_work *work,
			  struct vhub_frame *to, const struct vhub_frame *from)
{
	struct sk_buff *skb;

	if (vhub_retag_hurts_checksum(work, from->skb))
		return VHUB_A_DROPS_OFFLOAD;
	if (from->len + vhub_retag_growth(work->change) > VHUB_FRAME_MAX &&
	    !skb_is_gso(from->skb))
		return VHUB_A_DROPS_TOO_BIG;

	skb = skb_clone(from->skb, GFP_ATOMIC);
	if (!skb)
		return VHUB_A_DROPS_NO_MEMORY;
	skb_reset_mac_header(skb);
	if (vhub_retag_change_skb(work, skb)) {
		kfree_skb(skb);
		return VHUB_A_DROPS_NO_MEMORY;
	}
	vhub_frame_init_skb(to, skb);
	return 0;
}

static void vhub_retag_frame(struct vhub_retag *retag,
			     struct vhub_retag_work *work,
			     const struct vhub_frame *from)
{
	struct vhub_frame *to = &retag->frames[retag->batch.count];
	int reason;

	reason = from->seg_count ? vhub_retag_segs(work, to, from) :
				   vhub_retag_skb(work, to, from);
	if (likely(!reason)) {
		vhub_frame_add(&retag->batch, to);
	} else {
		retag->lost[reason]++;
		retag->lost_count++;
	}
}

static u32 vhub_retag_count_segs(const struct vhub_batch *run)
{
	u32 i, count = run->count * VHUB_RETAG_SEGS;

	if (run->simple)
		return count + run->count;
	for (i = 0; i < run->count; i++)
		count += run->frames[i].seg_count;
	return count;
}

/* Return: memory for frames with so many pieces, and where these go. */
static struct vhub_retag *vhub_retag_alloc(const struct vhub_batch *run,
					   struct vhub_retag_work *work)
{
	u32 segs = vhub_retag_count_segs(run);
	struct vhub_retag *retag;
	size_t size;

	size = struct_size(retag, frames, run->count) +
	       segs * sizeof(*work->seg) + run->count * sizeof(*work->tag);
	retag = kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!retag)
		return NULL;
	memset(retag, 0, sizeof(*retag));
	work->seg = (struct vhub_seg *)&retag->frames[run->count];
	work->tag = (struct vhub_retag_tag *)(work->seg + segs);
	return retag;
}

/**
 * vhub_retag_create - make frames with another tag
 * @run: the frames, all with a tag or all without; they stay as they are
 * @change: what to do, one that changes something
 * @vid: the VLAN that a tag is to tell
 *
 * Context: bottom halves off.
 * Return: the frames, which may be used as long as @run; or NULL when there is no
 * memory.
 */
struct vhub_retag *vhub_retag_create(const struct vhub_batch *run,
				     enum vhub_retag_change change, u16 vid)
{
	struct vhub_retag_work work = {
		.change = change,
		.vid = vid,
	};
	struct vhub_retag *retag;
	struct vhub_frame plain;
	u32 i;

	retag = vhub_retag_alloc(run, &work);
	if (!retag)
		return NULL;

	retag->batch.frames = retag->frames;
	retag->batch.dev = run->dev;
	for (i = 0; i < run->count; i++) {
		if (!run->simple) {
			vhub_retag_frame(retag, &work, &run->frames[i]);
			continue;
		}
		vhub_frame_init_data(&plain, run->simple[i].data,
				     run->simple[i].len);
		vhub_retag_frame(retag, &work, &plain);
	}
	return retag;
}

/* Gives all back. NULL is fine. */
void vhub_retag_free(struct vhub_retag *retag)
{
	if (!retag)
		return;
	vhub_batch_release(&retag->batch);
	kfree(retag);
}
