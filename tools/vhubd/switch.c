// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - our own hub in mode switch: frames go where their addresses are
 *
 * DOC: Each frame's addresses say where it goes: to one port, to all, or nowhere.
 * All frames of a batch that a port is to have are handed to it at once, in their
 * order, so that a batch to many costs each of them one write.
 */
#include <string.h>

#include "switch.h"

#define SWITCH_BATCH	512	/* looked at together */
#define SWITCH_TAG	18	/* bytes of a header with a tag */

/**
 * struct switch_head - what decides where a frame goes
 * @dest: its destination
 * @source: its source
 * @tag: type and tag if it has one of 802.1Q, else 0
 */
struct switch_head {
	uint8_t dest[6];
	uint8_t source[6];
	uint8_t tag[4];
};

/**
 * struct switch_way - where a frame goes
 * @to: the one port; NULL for all, if not @drop
 * @unknown: its destination is one station, but not known where
 * @drop: nowhere, and why, by VHUB_A_DROPS_*; else 0
 */
struct switch_way {
	struct port *to;
	bool unknown;
	uint8_t drop;
};

/**
 * struct switch_batch - frames on their way
 * @from: port that sends them
 * @frames: they
 * @n: how many
 * @now: the time
 * @deliver: see switch.h
 * @ways: where each goes
 * @heard: each that some port has taken
 * @part: those of them for one port
 * @indices: where these are in @frames
 * @count: how many these are
 */
struct switch_batch {
	struct port *from;
	const struct vhub_frame *frames;
	unsigned int n;
	uint64_t now;
	switch_deliver deliver;
	struct switch_way ways[SWITCH_BATCH];
	bool heard[SWITCH_BATCH];
	struct vhub_frame part[SWITCH_BATCH];
	uint16_t indices[SWITCH_BATCH];
	unsigned int count;
};

/* A frame too short for a tag has none, whatever it says. */
static void switch_read_head(const struct vhub_frame *frame,
			     struct switch_head *head)
{
	static const uint8_t type[2] = { 0x81, 0x00 };

	if (frame->len >= SWITCH_TAG) {
		memcpy(head, frame->data, sizeof(*head));
		if (!memcmp(head->tag, type, sizeof(type)))
			return;
	} else {
		memcpy(head, frame->data, sizeof(*head) - sizeof(head->tag));
	}
	memset(head->tag, 0, sizeof(head->tag));
}

static struct fdb_addr switch_addr(const struct switch_head *head,
				   const uint8_t mac[6])
{
	struct fdb_addr addr = {
		.vid = (head->tag[2] & 0x0f) << 8 | head->tag[3],
	};

	memcpy(addr.mac, mac, sizeof(addr.mac));
	return addr;
}

static bool switch_is_group(const uint8_t mac[6])
{
	return mac[0] & 1;
}

static bool switch_is_zero(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return !memcmp(mac, zero, sizeof(zero));
}

static bool switch_isolates(const struct port *a, const struct port *b)
{
	return a->flags & b->flags & VHUB_PORT_FLAG_ISOLATED;
}

/* Learns what the frame tells. May it come from there? */
static bool switch_admit(struct switch_batch *sw,
			 const struct switch_head *head)
{
	struct port *from = sw->from;
	struct fdb_addr addr;

	if (!switch_is_zero(from->lock) &&
	    memcmp(from->lock, head->source, sizeof(from->lock)))
		return false;
	if (from->flags & VHUB_PORT_FLAG_NO_LEARNING ||
	    switch_is_group(head->source) || switch_is_zero(head->source))
		return true;
	addr = switch_addr(head, head->source);
	fdb_see(&from->hub->fdb, &addr, from, sw->now);
	return true;
}

static struct switch_way switch_find_way(struct switch_batch *sw,
					 const struct switch_head *head)
{
	struct fdb_addr addr = switch_addr(head, head->dest);
	struct switch_way way = { .to = NULL };
	const struct fdb_entry *entry;

	if (!switch_admit(sw, head)) {
		way.drop = VHUB_A_DROPS_LOCKED;
		return way;
	}
	if (switch_is_group(head->dest))
		return way;
	entry = fdb_find(&sw->from->hub->fdb, &addr);
	way.unknown = !entry;
	if (!entry)
		return way;
	way.to = entry->port;
	if (way.to == sw->from)
		way.drop = VHUB_A_DROPS_SAME_PORT;
	else if (switch_isolates(way.to, sw->from))
		way.drop = VHUB_A_DROPS_ISOLATED;
	return way;
}

static bool switch_same_way(const struct switch_way *a,
			    const struct switch_way *b)
{
	return a->to == b->to && a->unknown == b->unknown &&
	       a->drop == b->drop;
}

/* A frame whose header is that of the one before goes the same way. Do all go the
 * way of the first?
 */
static bool switch_find_ways(struct switch_batch *sw)
{
	struct switch_head last, head;
	bool same = true;
	unsigned int i;

	for (i = 0; i < sw->n; i++) {
		switch_read_head(&sw->frames[i], &head);
		if (i && !memcmp(&head, &last, sizeof(head))) {
			sw->ways[i] = sw->ways[i - 1];
			continue;
		}
		sw->ways[i] = switch_find_way(sw, &head);
		same &= switch_same_way(&sw->ways[i], &sw->ways[0]);
		last = head;
	}
	return same;
}

static bool switch_floods_to(const struct switch_batch *sw,
			     const struct switch_way *way,
			     const struct port *port)
{
	return !way->to && !way->drop &&
	       !(way->unknown && port->flags & VHUB_PORT_FLAG_NO_FLOOD) &&
	       !switch_isolates(port, sw->from);
}

/* Hands a port those frames that are for it, from @first on. */
static void switch_give(struct switch_batch *sw, struct port *port,
			unsigned int first)
{
	unsigned int i;

	sw->count = 0;
	for (i = first; i < sw->n; i++) {
		if ((sw->ways[i].drop || sw->ways[i].to != port) &&
		    !switch_floods_to(sw, &sw->ways[i], port))
			continue;
		sw->part[sw->count] = sw->frames[i];
		sw->indices[sw->count++] = i;
	}
	if (!sw->count || !sw->deliver(port, sw->part, sw->count))
		return;
	for (i = 0; i < sw->count; i++)
		sw->heard[sw->indices[i]] = true;
}

static void switch_flood(struct switch_batch *sw)
{
	GList *node;

	for (node = sw->from->hub->ports.head; node; node = node->next)
		if (node->data != sw->from)
			switch_give(sw, node->data, 0);
}

static bool switch_has_flood(const struct switch_batch *sw)
{
	unsigned int i;

	for (i = 0; i < sw->n; i++)
		if (!sw->ways[i].to && !sw->ways[i].drop)
			return true;
	return false;
}

/* Is this the first frame of the batch that goes there? */
static bool switch_is_first(const struct switch_batch *sw, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (switch_same_way(&sw->ways[j], &sw->ways[i]))
			return false;
	return true;
}

/* None is for all: each port that is meant is looked for. */
static void switch_distribute(struct switch_batch *sw)
{
	unsigned int i;

	for (i = 0; i < sw->n; i++)
		if (!sw->ways[i].drop && switch_is_first(sw, i))
			switch_give(sw, sw->ways[i].to, i);
}

static void switch_account(struct switch_batch *sw)
{
	unsigned int i, drop;

	for (i = 0; i < sw->n; i++) {
		drop = sw->ways[i].drop;
		if (!drop && !sw->heard[i])
			drop = VHUB_A_DROPS_NO_RECEIVER;
		if (drop)
			port_refuse(sw->from, drop, &sw->frames[i], 1);
	}
}

static void switch_forward(struct switch_batch *sw)
{
	const struct switch_way *way = &sw->ways[0];

	if (switch_find_ways(sw) && way->to && !way->drop) {
		if (!sw->deliver(way->to, sw->frames, sw->n))
			port_refuse(sw->from, VHUB_A_DROPS_NO_RECEIVER,
				    sw->frames, sw->n);
		return;
	}
	memset(sw->heard, 0, sw->n * sizeof(*sw->heard));
	if (switch_has_flood(sw))
		switch_flood(sw);
	else
		switch_distribute(sw);
	switch_account(sw);
}

void switch_input(struct port *from, const struct vhub_frame *frames,
		  unsigned int n, switch_deliver deliver)
{
	static struct switch_batch sw;

	sw.from = from;
	sw.deliver = deliver;
	sw.now = fdb_now();
	while (n) {
		sw.frames = frames;
		sw.n = MIN(n, SWITCH_BATCH);
		switch_forward(&sw);
		frames += sw.n;
		n -= sw.n;
	}
}
