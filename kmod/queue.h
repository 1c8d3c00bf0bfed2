/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - receive queue of one open file: frames that wait to be read
 */
#ifndef _VHUB_QUEUE_H
#define _VHUB_QUEUE_H

#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "offload.h"

enum vhub_queue_limits {
	VHUB_QUEUE_LEN		= 512,		/* frames of an ordinary ring */
	VHUB_QUEUE_LEN_MAX	= 4096,		/* frames of a grown ring */
	VHUB_QUEUE_BYTES	= 4 << 20,	/* bytes of all frames in it */
};

/**
 * struct vhub_buf - the bytes of a frame, written once and then shared
 * @ref: one for each queue the frame waits in, one for its maker
 * @len: bytes in @data
 * @offload: what is left to do on the frame
 * @data: the frame from its Ethernet header on
 *
 * A frame that comes from user space is kept in this rather than in an skb,
 * which costs five times as much to make and to free.
 */
struct vhub_buf {
	refcount_t ref;
	u32 len;
	struct vhub_offload offload;
	u8 data[] __aligned(8);
};

struct vhub_buf *vhub_buf_alloc(u32 len, gfp_t gfp);

static inline void vhub_buf_put(struct vhub_buf *buf)
{
	if (refcount_dec_and_test(&buf->ref))
		kvfree(buf);
}

/**
 * typedef vhub_item_t - a reference to a frame: to a buf or to an skb
 *
 * The skb of an item is shared with other queues and is only read: its data
 * begins with the Ethernet header. 0 is no frame.
 */
typedef unsigned long __bitwise vhub_item_t;

#define VHUB_ITEM_SKB	1UL

static inline vhub_item_t vhub_item_of_buf(struct vhub_buf *buf)
{
	return (__force vhub_item_t)(unsigned long)buf;
}

static inline vhub_item_t vhub_item_of_skb(struct sk_buff *skb)
{
	return (__force vhub_item_t)((unsigned long)skb | VHUB_ITEM_SKB);
}

/* The skb of an item, NULL when it is a buf. */
static inline struct sk_buff *vhub_item_skb(vhub_item_t item)
{
	unsigned long bits = (__force unsigned long)item;

	if (!(bits & VHUB_ITEM_SKB))
		return NULL;
	return (struct sk_buff *)(bits & ~VHUB_ITEM_SKB);
}

static inline struct vhub_buf *vhub_item_buf(vhub_item_t item)
{
	return (struct vhub_buf *)(__force unsigned long)item;
}

static inline u32 vhub_item_len(vhub_item_t item)
{
	struct sk_buff *skb = vhub_item_skb(item);

	return skb ? skb->len : vhub_item_buf(item)->len;
}

static inline void vhub_item_get(vhub_item_t item)
{
	struct sk_buff *skb = vhub_item_skb(item);

	if (skb)
		skb_get(skb);
	else
		refcount_inc(&vhub_item_buf(item)->ref);
}

static inline void vhub_item_put(vhub_item_t item)
{
	struct sk_buff *skb = vhub_item_skb(item);

	if (skb)
		consume_skb(skb);
	else
		vhub_buf_put(vhub_item_buf(item));
}

/**
 * struct vhub_queue - bounded queue of frames, many producers, many readers
 * @small: ring of VHUB_QUEUE_LEN items
 * @ring: @small, or a larger ring while a burst lasts; its items are used from
 *	@tail to @head
 * @size: items of @ring, a power of two
 * @lock: the one lock of the receive side, taken once per batch
 * @head: number of the next item to put, running freely
 * @tail: number of the next item to take, running freely
 * @bytes: bytes of the frames in the queue
 * @closed: takes no more frames
 * @retired: gets no more frames, as they go to a ring; those in it may be taken
 * @wait: who sleeps until a frame comes
 * @fasync: who is to get SIGIO
 *
 * A reader that waits for its turn on a processor can miss thousands of frames,
 * so the ring grows when it is full; but most ports are idle, so it goes back
 * to its small size as soon as the reader has taken all.
 */
struct vhub_queue {
	/* Set at creation, then read-only. */
	vhub_item_t *small;

	/* Protected by @lock; @head and @tail may be peeked at without. */
	spinlock_t lock;
	vhub_item_t *ring;
	u32 size;
	u32 head;
	u32 tail;
	u32 bytes;
	bool closed;
	bool retired;

	/* With locks of their own. */
	wait_queue_head_t wait;
	struct fasync_struct *fasync;
};

void vhub_queue_init(struct vhub_queue *queue);
int vhub_queue_alloc(struct vhub_queue *queue);
void vhub_queue_free(struct vhub_queue *queue);
void vhub_queue_open(struct vhub_queue *queue);
u32 vhub_queue_close(struct vhub_queue *queue);
bool vhub_queue_grow_locked(struct vhub_queue *queue);
vhub_item_t vhub_queue_take(struct vhub_queue *queue);
int vhub_queue_wait(struct vhub_queue *queue, vhub_item_t *item);
void vhub_queue_wake(struct vhub_queue *queue);

/* Racy without the lock; who sleeps on @wait looks again after each wake. */
static inline u32 vhub_queue_used(const struct vhub_queue *queue)
{
	return READ_ONCE(queue->head) - READ_ONCE(queue->tail);
}

/**
 * vhub_queue_put_locked - add a reference to a frame of @len bytes
 * @queue: the queue, its lock held
 * @item: the frame; the queue takes a reference of its own
 * @len: bytes of the frame
 *
 * Return: true, or false when the queue is full.
 */
static inline bool vhub_queue_put_locked(struct vhub_queue *queue,
					 vhub_item_t item, u32 len)
{
	u32 head = queue->head;

	lockdep_assert_held(&queue->lock);

	if (queue->bytes + len > VHUB_QUEUE_BYTES)
		return false;
	if (head - queue->tail >= queue->size &&
	    !vhub_queue_grow_locked(queue))
		return false;

	vhub_item_get(item);
	queue->ring[head & (queue->size - 1)] = item;
	queue->bytes += len;
	WRITE_ONCE(queue->head, head + 1);
	return true;
}

#ifdef DEBUG
bool vhub_queue_selftest(void);
#endif

#endif /* _VHUB_QUEUE_H */
