// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - receive queue of one open file: frames that wait to be read
 */

#include "queue.h"

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>

/**
 * vhub_buf_alloc - make room for a frame
 * @len: bytes of the frame
 * @gfp: GFP_KERNEL_ACCOUNT, or GFP_ATOMIC
 *
 * Context: may sleep unless @gfp says otherwise.
 * Return: a buf with one reference, all but its data set, or NULL.
 */
struct vhub_buf *vhub_buf_alloc(u32 len, gfp_t gfp)
{
	struct vhub_buf *buf;

	/* From where it may not sleep, kvmalloc() goes on to kmalloc() alone. */
	buf = kvmalloc(struct_size(buf, data, len), gfp | __GFP_NOWARN);
	if (!buf)
		return NULL;

	refcount_set(&buf->ref, 1);
	buf->len = len;
	memset(&buf->offload, 0, sizeof(buf->offload));
	return buf;
}

/* Begin an empty, closed queue that has no ring yet but can be waited for. */
void vhub_queue_init(struct vhub_queue *queue)
{
	spin_lock_init(&queue->lock);
	init_waitqueue_head(&queue->wait);
	queue->closed = true;
}

/**
 * vhub_queue_alloc - get the ring of a queue
 * @queue: the queue
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vhub_queue_alloc(struct vhub_queue *queue)
{
	BUILD_BUG_ON(!is_power_of_2(VHUB_QUEUE_LEN));
	BUILD_BUG_ON(!is_power_of_2(VHUB_QUEUE_LEN_MAX));

	queue->small = kcalloc(VHUB_QUEUE_LEN, sizeof(*queue->small),
			       GFP_KERNEL_ACCOUNT);
	if (!queue->small)
		return -ENOMEM;

	queue->ring = queue->small;
	queue->size = VHUB_QUEUE_LEN;
	return 0;
}

/**
 * vhub_queue_free - free what vhub_queue_alloc() took
 * @queue: a closed queue that nobody can find any more
 *
 * Context: any.
 */
void vhub_queue_free(struct vhub_queue *queue)
{
	WARN_ON_ONCE(queue->ring != queue->small);
	kfree(queue->small);
}

/* Take frames from now on. */
void vhub_queue_open(struct vhub_queue *queue)
{
	spin_lock_bh(&queue->lock);
	queue->closed = false;
	spin_unlock_bh(&queue->lock);
}

/**
 * vhub_queue_grow_locked - make room in a ring that is full
 * @queue: the queue, its lock held
 *
 * Return: false when it has its largest size, or there is no memory now.
 */
bool vhub_queue_grow_locked(struct vhub_queue *queue)
{
	vhub_item_t *ring;
	u32 i;

	lockdep_assert_held(&queue->lock);

	if (queue->size == VHUB_QUEUE_LEN_MAX)
		return false;

	ring = kmalloc_array(VHUB_QUEUE_LEN_MAX, sizeof(*ring),
			     GFP_ATOMIC | __GFP_NOWARN);
	if (!ring)
		return false;

	for (i = queue->tail; i != queue->head; i++)
		ring[i % VHUB_QUEUE_LEN_MAX] = queue->ring[i % VHUB_QUEUE_LEN];
	queue->ring = ring;
	queue->size = VHUB_QUEUE_LEN_MAX;
	return true;
}

static void vhub_queue_shrink_locked(struct vhub_queue *queue)
{
	lockdep_assert_held(&queue->lock);

	kfree(queue->ring);
	queue->ring = queue->small;
	queue->size = VHUB_QUEUE_LEN;
}

static vhub_item_t vhub_queue_take_locked(struct vhub_queue *queue)
{
	u32 tail = queue->tail;
	vhub_item_t item;

	lockdep_assert_held(&queue->lock);

	if (tail == queue->head)
		return 0;

	item = queue->ring[tail & (queue->size - 1)];
	queue->bytes -= vhub_item_len(item);
	WRITE_ONCE(queue->tail, tail + 1);
	if (unlikely(tail + 1 == queue->head &&
		     queue->size > VHUB_QUEUE_LEN))
		vhub_queue_shrink_locked(queue);
	return item;
}

/**
 * vhub_queue_close - take no more frames and forget those that wait
 * @queue: the queue; a sender that holds a stale pointer to it finds it closed
 *
 * Context: process. At most VHUB_QUEUE_LEN_MAX frames are freed, outside the
 * lock.
 * Return: how many were forgotten.
 */
u32 vhub_queue_close(struct vhub_queue *queue)
{
	vhub_item_t item;
	u32 frames = 0;

	spin_lock_bh(&queue->lock);
	queue->closed = true;
	spin_unlock_bh(&queue->lock);

	while ((item = vhub_queue_take(queue))) {
		vhub_item_put(item);
		frames++;
	}
	return frames;
}

/**
 * vhub_queue_take - take the oldest frame
 * @queue: the queue
 *
 * Context: process.
 * Return: a frame whose reference is now the caller's, or 0 when there is none.
 */
vhub_item_t vhub_queue_take(struct vhub_queue *queue)
{
	vhub_item_t item;

	if (!vhub_queue_used(queue))
		return 0;

	spin_lock_bh(&queue->lock);
	item = vhub_queue_take_locked(queue);
	spin_unlock_bh(&queue->lock);
	return item;
}

/**
 * vhub_queue_wait - take the oldest frame, sleeping until there is one
 * @queue: the queue
 * @item: a frame whose reference is now the caller's, or 0 when the queue has
 *	retired
 *
 * Context: may sleep.
 * Return: 0 or -ERESTARTSYS.
 */
int vhub_queue_wait(struct vhub_queue *queue, vhub_item_t *item)
{
	return wait_event_interruptible(queue->wait,
					(*item = vhub_queue_take(queue)) ||
					READ_ONCE(queue->retired));
}

/**
 * vhub_queue_wake - tell the reader that frames have come
 * @queue: the queue, its lock not held
 *
 * Called after every put, whether the queue was empty or not: an edge-triggered
 * poller counts on it. The hint "sync" says that the sender is likely to sleep
 * soon; the scheduler then spares itself a wake-up on another CPU.
 *
 * Context: any but hard interrupt.
 */
void vhub_queue_wake(struct vhub_queue *queue)
{
	/* Pairs with the barrier in prepare_to_wait() of a reader. */
	if (wq_has_sleeper(&queue->wait))
		wake_up_interruptible_sync_poll(&queue->wait,
						EPOLLIN | EPOLLRDNORM);
	if (READ_ONCE(queue->fasync))
		kill_fasync(&queue->fasync, SIGIO, POLL_IN);
}

#include "selftest/queue.c"
