// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - forwarding by learned addresses, of hubs in mode switch
 *
 * DOC: The way of a batch through a switch
 *
 * Each frame's header is copied and decides where the frame goes: to the port of
 * its destination, to all ports, or nowhere. Frames that follow each other and go
 * the same way are handed on together, so that a batch to one destination is
 * taken by its port under one lock, as a hub's batches are, and wakes its reader
 * once. A frame whose header is that of the one before costs no look-up, and one
 * whose source is that of the one before only one.
 *
 * Once a port has VLANs of its own (vlan.h), frames that go the same way are of
 * the same VLAN, too, and have the same kind of tag. They leave as they came, or
 * with a tag put in or taken out (retag.h): made when the first receiver comes
 * that needs it so, and then for all such.
 *
 * Frames of a ring can be changed by their process after they were looked at, and
 * before each receiver has them. It is no matter if the port may send what it
 * likes. Where it may not, for its source or its VLANs, what is looked at is copied
 * first and goes to all (vhub_ring_keep_heads()).
 */

#include "switch.h"

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "fdb.h"
#include "forward.h"
#include "hub.h"
#include "retag.h"
#include "ring.h"
#include "vlan.h"

/**
 * struct vhub_switch_head - what decides where a frame goes, copied from it
 * @dest: its destination
 * @source: its source
 * @proto: type of what follows
 * @tci: tag, when @proto says that there is one; else 0, or VHUB_SWITCH_CUT_TAG
 */
struct vhub_switch_head {
	u8 dest[ETH_ALEN];
	u8 source[ETH_ALEN];
	__be16 proto;
	__be16 tci;
} __aligned(sizeof(u64));

/* Of a frame that says that it has a tag, and ends before. Of VLAN 0, as none is. */
#define VHUB_SWITCH_CUT_TAG	htons(VLAN_CFI_MASK)

/**
 * struct vhub_switch_way - where a frame goes
 * @to: the one port; NULL for all, if not @drop
 * @unknown: its destination is one station, but not known where
 * @drop: nowhere, and why, by VHUB_A_DROPS_*; else 0
 */
struct vhub_switch_way {
	struct vhub_port *to;
	bool unknown;
	int drop;
};

/**
 * struct vhub_switch_vlan - where a frame belongs, and how that is seen
 * @vid: its VLAN
 * @tag: enum vhub_vlan_tag of it, if ports of the hub have VLANs
 */
struct vhub_switch_vlan {
	u16 vid;
	u16 tag;
};

/**
 * struct vhub_switch - a batch on its way through a switch
 * @hub: the hub
 * @from: port that sends
 * @batch: the batch
 * @lock: the only address that @from may send from, as it was when the batch came
 * @head: of the last frame that was looked at
 * @refused: why @from may not send it, by VHUB_A_DROPS_*; else 0
 * @vlan: its VLAN
 * @has_vlans: a port of the hub is not transparent
 * @vlans: the VLANs of @from, or NULL
 * @way: which way it goes
 * @run: frames that go this way and were not yet handed on, a part of @batch
 * @run_vlan: the VLAN of these, if @has_vlans
 * @tagged: these with a tag of their VLAN, if made
 * @untagged: these without a tag, if made
 * @sent: frames that reached somebody
 * @bytes: bytes of these
 * @copies: frames offered to ports, once for each of them
 */
struct vhub_switch {
	struct vhub_hub *hub;
	struct vhub_port *from;
	struct vhub_batch *batch;
	u64 lock;
	struct vhub_switch_head head;
	int refused;
	struct vhub_switch_vlan vlan;
	bool has_vlans;
	const struct vhub_vlans *vlans;
	struct vhub_switch_way way;
	struct vhub_batch run;
	struct vhub_switch_vlan run_vlan;
	struct vhub_retag *tagged;
	struct vhub_retag *untagged;
	u32 sent;
	u64 bytes;
	u32 copies;
};

/* Copies the begin of a frame that lies in one piece. Return: its length. */
static u32 vhub_switch_copy_head(const struct vhub_seg *seg,
				 struct vhub_switch_head *head)
{
	BUILD_BUG_ON(sizeof(*head) != 2 * sizeof(u64));
	BUILD_BUG_ON(sizeof(*head) != VHUB_HEAD_SIZE);

	if (likely(seg->len >= VLAN_ETH_HLEN))
		memcpy(head, seg->data, sizeof(*head));
	else
		memcpy(head, seg->data, ETH_HLEN);
	/* It may be a process's memory: the copy is what is looked at. */
	barrier();
	return seg->len;
}

/* Copies the header of a frame of the batch. In a shorter one than has room for a tag,
 * no tag is looked for.
 */
static void vhub_switch_read_head(const struct vhub_batch *batch, u32 i,
				  struct vhub_switch_head *head)
{
	const struct vhub_frame *frame = &batch->frames[i];
	u32 len;

	if (batch->simple) {
		len = vhub_switch_copy_head(&batch->simple[i], head);
	} else if (frame->seg_count == 1) {
		len = vhub_switch_copy_head(frame->segs, head);
	} else {
		vhub_frame_peek(frame, head, sizeof(*head));
		len = frame->len;
	}
	if (head->proto != htons(ETH_P_8021Q)) {
		head->tci = 0;
	} else if (unlikely(len < VLAN_ETH_HLEN)) {
		head->proto = 0;
		head->tci = VHUB_SWITCH_CUT_TAG;
	}
}

static bool vhub_switch_same_head(const struct vhub_switch_head *a,
				  const struct vhub_switch_head *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* Source, type and tag: what is learned from. */
static bool vhub_switch_same_source(const struct vhub_switch_head *a,
				    const struct vhub_switch_head *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	BUILD_BUG_ON(offsetof(struct vhub_switch_head, source) != 6);
	return x[1] == y[1] && a->source[0] == b->source[0] &&
	       a->source[1] == b->source[1];
}

static u16 vhub_switch_vid(const struct vhub_switch_head *head)
{
	return ntohs(head->tci) & VLAN_VID_MASK;
}

static enum vhub_vlan_tag vhub_switch_tag(const struct vhub_switch_head *head)
{
	if (head->proto != htons(ETH_P_8021Q))
		return VHUB_VLAN_TAG_NONE;
	return vhub_switch_vid(head) ? VHUB_VLAN_TAG_VID :
				       VHUB_VLAN_TAG_PRIORITY;
}

static struct vhub_fdb_key vhub_switch_key(const u8 addr[ETH_ALEN], u16 vid)
{
	struct vhub_fdb_key key = { .vid = vid };

	memcpy(key.addr, addr, ETH_ALEN);
	return key;
}

static bool vhub_switch_is_locked_out(const struct vhub_switch *sw,
				      const struct vhub_switch_head *head)
{
	return sw->lock && sw->lock != vhub_port_lock_bits(head->source);
}

static void vhub_switch_learn(struct vhub_switch *sw,
			      const struct vhub_switch_head *head)
{
	struct vhub_fdb_key key;

	if (vhub_port_has(sw->from, VHUB_PORT_FLAG_NO_LEARNING) ||
	    !is_valid_ether_addr(head->source))
		return;
	key = vhub_switch_key(head->source, sw->vlan.vid);
	vhub_fdb_see(&sw->hub->fdb, &key, sw->from);
}

static bool vhub_switch_isolates(const struct vhub_port *a,
				 const struct vhub_port *b)
{
	return vhub_port_has(a, VHUB_PORT_FLAG_ISOLATED) &&
	       vhub_port_has(b, VHUB_PORT_FLAG_ISOLATED);
}

static struct vhub_switch_way
vhub_switch_find_way(const struct vhub_switch *sw,
		     const struct vhub_switch_head *head)
{
	struct vhub_switch_way way = {};
	struct vhub_fdb_entry *entry;
	struct vhub_fdb_key key;

	if (unlikely(sw->refused)) {
		way.drop = sw->refused;
		return way;
	}
	if (is_multicast_ether_addr(head->dest))
		return way;

	key = vhub_switch_key(head->dest, sw->vlan.vid);
	entry = vhub_fdb_find_rcu(&sw->hub->fdb, &key);
	if (!entry) {
		way.unknown = true;
		return way;
	}

	way.to = rcu_dereference(entry->port);
	if (way.to == sw->from)
		way.drop = VHUB_A_DROPS_SAME_PORT;
	else if (vhub_switch_isolates(way.to, sw->from))
		way.drop = VHUB_A_DROPS_ISOLATED;
	return way;
}

/* Finds the VLAN of a frame. Return: may it come from there. */
static bool vhub_switch_find_vlan(struct vhub_switch *sw,
				  const struct vhub_switch_head *head)
{
	int vid = vhub_switch_vid(head);

	sw->vlan.vid = vid;
	if (likely(!sw->has_vlans))
		return true;
	/* Whoever fills it up to a whole frame makes it one of any VLAN. */
	if (unlikely(sw->vlans && head->tci == VHUB_SWITCH_CUT_TAG && !head->proto))
		return false;
	sw->vlan.tag = vhub_switch_tag(head);
	vid = vhub_vlan_ingress(sw->vlans, sw->vlan.tag, vid);
	sw->vlan.vid = vid;
	return vid >= 0;
}

/* Learns what the header of a frame tells. Return: 0, or why it may not come
 * from there.
 */
static int vhub_switch_admit(struct vhub_switch *sw,
			     const struct vhub_switch_head *head)
{
	if (unlikely(vhub_switch_is_locked_out(sw, head)))
		return VHUB_A_DROPS_LOCKED;
	if (unlikely(!vhub_switch_find_vlan(sw, head)))
		return VHUB_A_DROPS_VLAN;
	vhub_switch_learn(sw, head);
	return 0;
}

static bool vhub_switch_same_way(const struct vhub_switch_way *a,
				 const struct vhub_switch_way *b)
{
	return a->to == b->to && a->unknown == b->unknown &&
	       a->drop == b->drop;
}

/* Do frames of the run have the VLAN, and the kind of tag, of the last one? */
static bool vhub_switch_same_vlan(const struct vhub_switch *sw)
{
	return likely(!sw->has_vlans) ||
	       (sw->vlan.vid == sw->run_vlan.vid &&
		sw->vlan.tag == sw->run_vlan.tag);
}

/* What has to be done with the frames of the run for a port that wants them with
 * a tag.
 */
static enum vhub_retag_change
vhub_switch_how_to_tag(const struct vhub_switch *sw)
{
	switch (sw->run_vlan.tag) {
	case VHUB_VLAN_TAG_NONE:
		return VHUB_RETAG_INSERT;
	case VHUB_VLAN_TAG_PRIORITY:
		return VHUB_RETAG_REPLACE;
	default:
		return VHUB_RETAG_NOTHING;
	}
}

/* Gives a port frames that were made for it and others. */
static void vhub_switch_deliver_made(struct vhub_switch *sw,
				     struct vhub_port *port,
				     struct vhub_retag **made,
				     enum vhub_retag_change change)
{
	int reason;

	if (!*made)
		*made = vhub_retag_create(&sw->run, change,
					  sw->run_vlan.vid);
	if (unlikely(!*made)) {
		vhub_stats_drop(port->stats, VHUB_A_DROPS_NO_MEMORY,
				sw->run.count);
		return;
	}
	for (reason = 0; (*made)->lost_count && reason <= VHUB_A_DROPS_MAX;
	     reason++)
		if ((*made)->lost[reason])
			vhub_stats_drop(port->stats, reason,
					(*made)->lost[reason]);
	if ((*made)->batch.count)
		port->ops->deliver(port, &(*made)->batch);
}

/* Return: ports that heard it, 0 or 1; one that is not in the VLAN does not. */
static noinline u32 vhub_switch_deliver_vlan(struct vhub_switch *sw,
					     struct vhub_port *port)
{
	const struct vhub_vlans *vlans = rcu_dereference(port->vlans);
	enum vhub_retag_change change = VHUB_RETAG_NOTHING;
	enum vhub_vlan_egress egress;

	egress = vhub_vlan_egress(vlans, sw->run_vlan.vid);
	if (egress == VHUB_VLAN_EGRESS_NOT ||
	    !vhub_forward_wants(port, sw->run.count))
		return 0;

	if (egress == VHUB_VLAN_EGRESS_TAGGED)
		change = vhub_switch_how_to_tag(sw);
	else if (egress == VHUB_VLAN_EGRESS_UNTAGGED &&
		 sw->run_vlan.tag != VHUB_VLAN_TAG_NONE)
		change = VHUB_RETAG_REMOVE;

	if (change == VHUB_RETAG_NOTHING)
		port->ops->deliver(port, &sw->run);
	else
		vhub_switch_deliver_made(sw, port,
					 change == VHUB_RETAG_REMOVE ?
					 &sw->untagged : &sw->tagged, change);
	return 1;
}

/* Return: ports that heard it, 0 or 1. */
static u32 vhub_switch_deliver(struct vhub_switch *sw, struct vhub_port *port)
{
	if (unlikely(sw->has_vlans))
		return vhub_switch_deliver_vlan(sw, port);
	if (!vhub_forward_wants(port, sw->run.count))
		return 0;
	vhub_forward_offer_last(port, &sw->run);
	return 1;
}

/* Return: ports that heard it. */
static u32 vhub_switch_flood(struct vhub_switch *sw)
{
	struct vhub_port *port, *next = NULL;
	u32 receivers = 0;

	list_for_each_entry_rcu(port, &sw->hub->ports, list) {
		if (port == sw->from || vhub_switch_isolates(port, sw->from))
			continue;
		if (sw->way.unknown &&
		    vhub_port_has(port, VHUB_PORT_FLAG_NO_FLOOD))
			continue;
		if (unlikely(sw->has_vlans)) {
			receivers += vhub_switch_deliver_vlan(sw, port);
			continue;
		}
		if (!vhub_forward_wants(port, sw->run.count))
			continue;
		vhub_forward_offer(&next, port, &sw->run);
		receivers++;
	}
	vhub_forward_offer_last(next, &sw->run);
	return receivers;
}

static void vhub_switch_begin_run(struct vhub_switch *sw, u32 first)
{
	sw->run = (struct vhub_batch){
		.simple = sw->batch->simple ? sw->batch->simple + first : NULL,
		.frames = sw->batch->frames + first,
		.dev = sw->batch->dev,
	};
	sw->run_vlan = sw->vlan;
}

/* Adds frame @i of the batch, the next, to the run. */
static void vhub_switch_add(struct vhub_switch *sw, u32 i)
{
	if (sw->batch->simple) {
		sw->run.count++;
		sw->run.bytes += sw->batch->simple[i].len;
	} else {
		vhub_frame_add(&sw->run, &sw->batch->frames[i]);
	}
}

/* A host that captures what its cable carries gets what is for one other port,
 * too.
 */
static void vhub_switch_overhear(struct vhub_switch *sw)
{
	struct vhub_port *host = &sw->hub->host;

	if (likely(!(READ_ONCE(sw->hub->dev->flags) & IFF_PROMISC)) ||
	    host == sw->from || host == sw->way.to)
		return;
	if (sw->has_vlans)
		vhub_switch_deliver_vlan(sw, host);
	else if (vhub_forward_wants(host, sw->run.count))
		host->ops->deliver(host, &sw->run);
}

static void vhub_switch_free_made(struct vhub_switch *sw)
{
	vhub_retag_free(sw->tagged);
	vhub_retag_free(sw->untagged);
	sw->tagged = NULL;
	sw->untagged = NULL;
}

/* Hands on the frames that go the same way. */
static void vhub_switch_end_run(struct vhub_switch *sw)
{
	struct vhub_batch *run = &sw->run;
	int drop = sw->way.drop;
	u32 receivers = 0;

	if (!drop) {
		if (sw->way.to)
			vhub_switch_overhear(sw);
		receivers = sw->way.to ? vhub_switch_deliver(sw, sw->way.to) :
					 vhub_switch_flood(sw);
		if (!receivers)
			drop = VHUB_A_DROPS_NO_RECEIVER;
	}
	if (drop) {
		vhub_stats_drop(sw->from->stats, drop, run->count);
	} else {
		sw->sent += run->count;
		sw->bytes += run->bytes;
		sw->copies += receivers * run->count;
	}
	if (unlikely(sw->has_vlans))
		vhub_switch_free_made(sw);
	/* Of what the batch was not, it does not know. */
	if (sw->batch->simple)
		vhub_batch_release(run);
}

static void vhub_switch_frame(struct vhub_switch *sw, u32 i)
{
	struct vhub_switch_head head;
	struct vhub_switch_way way;

	vhub_switch_read_head(sw->batch, i, &head);
	if (!vhub_switch_same_head(&head, &sw->head)) {
		if (!vhub_switch_same_source(&head, &sw->head))
			sw->refused = vhub_switch_admit(sw, &head);
		way = vhub_switch_find_way(sw, &head);
		if (!vhub_switch_same_way(&way, &sw->way) ||
		    !vhub_switch_same_vlan(sw)) {
			vhub_switch_end_run(sw);
			vhub_switch_begin_run(sw, i);
			sw->way = way;
		}
		sw->head = head;
	}
	vhub_switch_add(sw, i);
}

/**
 * vhub_switch_forward - send a batch of frames where their addresses are
 * @hub: a hub in mode switch
 * @from: port of the hub that sends
 * @batch: the frames, which stay the caller's
 *
 * Context: bottom halves off, RCU read-side section.
 * Return: ports that each frame was offered to, on average and rounded up.
 */
u32 vhub_switch_forward(struct vhub_hub *hub, struct vhub_port *from,
			struct vhub_batch *batch)
{
	struct vhub_switch sw = {
		.hub = hub,
		.from = from,
		.batch = batch,
		.lock = READ_ONCE(from->lock),
		.has_vlans = READ_ONCE(hub->vlan_ports),
	};
	u32 i;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "no RCU read-side section");

	if (unlikely(sw.has_vlans))
		sw.vlans = rcu_dereference(from->vlans);
	if (unlikely((sw.lock || sw.has_vlans) && batch->ring))
		vhub_ring_keep_heads(batch);
	vhub_switch_read_head(batch, 0, &sw.head);
	sw.refused = vhub_switch_admit(&sw, &sw.head);
	sw.way = vhub_switch_find_way(&sw, &sw.head);
	vhub_switch_begin_run(&sw, 0);
	vhub_switch_add(&sw, 0);
	for (i = 1; i < batch->count; i++)
		vhub_switch_frame(&sw, i);
	vhub_switch_end_run(&sw);

	if (sw.sent)
		vhub_stats_tx(from->stats, sw.sent, sw.bytes);
	return DIV_ROUND_UP(sw.copies, batch->count);
}
