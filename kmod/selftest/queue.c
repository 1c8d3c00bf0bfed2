// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - checks of the receive queue, run when a debug build is loaded
 */

#ifdef DEBUG

#define VHUB_CHECK(condition) do {					\
	if (!(condition)) {						\
		pr_err("vhub: queue self-test: %s is false in line %d\n",	\
		       #condition, __LINE__);				\
		return false;						\
	}								\
} while (0)

static bool __init vhub_queue_selftest_put(struct vhub_queue *queue,
					   struct vhub_buf *buf, u32 len)
{
	bool ok;

	spin_lock_bh(&queue->lock);
	ok = vhub_queue_put_locked(queue, vhub_item_of_buf(buf), len);
	spin_unlock_bh(&queue->lock);
	return ok;
}

/* Full after VHUB_QUEUE_LEN_MAX frames, wherever the ring stands; in order;
 * small again when it is empty.
 */
static bool __init vhub_queue_selftest_count(struct vhub_queue *queue,
					     struct vhub_buf *buf)
{
	vhub_item_t item;
	int i;

	for (i = 0; i < VHUB_QUEUE_LEN_MAX; i++)
		VHUB_CHECK(vhub_queue_selftest_put(queue, buf, buf->len));
	VHUB_CHECK(!vhub_queue_selftest_put(queue, buf, buf->len));
	VHUB_CHECK(vhub_queue_used(queue) == VHUB_QUEUE_LEN_MAX);
	VHUB_CHECK(refcount_read(&buf->ref) == VHUB_QUEUE_LEN_MAX + 1);

	for (i = 0; i < VHUB_QUEUE_LEN_MAX; i++) {
		item = vhub_queue_take(queue);
		VHUB_CHECK(vhub_item_buf(item) == buf);
		vhub_item_put(item);
	}
	VHUB_CHECK(!vhub_queue_take(queue));
	VHUB_CHECK(!queue->bytes && queue->size == VHUB_QUEUE_LEN);
	return true;
}

/* Full by bytes before it is by frames, and not at the last byte but after. */
static bool __init vhub_queue_selftest_bytes(struct vhub_queue *queue,
					     struct vhub_buf *buf)
{
	u32 len = buf->len;
	bool ok;

	buf->len = VHUB_QUEUE_BYTES / 4;
	ok = vhub_queue_selftest_put(queue, buf, buf->len) &&
	     vhub_queue_selftest_put(queue, buf, buf->len) &&
	     vhub_queue_selftest_put(queue, buf, buf->len) &&
	     !vhub_queue_selftest_put(queue, buf, buf->len + 1) &&
	     vhub_queue_selftest_put(queue, buf, buf->len);
	vhub_queue_close(queue);
	buf->len = len;

	VHUB_CHECK(ok);
	VHUB_CHECK(!queue->bytes && !vhub_queue_used(queue));
	VHUB_CHECK(refcount_read(&buf->ref) == 1);
	return true;
}

static bool __init vhub_queue_selftest_all(struct vhub_queue *queue,
					   struct vhub_buf *buf)
{
	/* Near the place where the numbers of items wrap around. */
	queue->head = -3U;
	queue->tail = -3U;
	vhub_queue_open(queue);
	return vhub_queue_selftest_count(queue, buf) &&
	       vhub_queue_selftest_count(queue, buf) &&
	       vhub_queue_selftest_bytes(queue, buf);
}

bool __init vhub_queue_selftest(void)
{
	struct vhub_queue queue = {};
	struct vhub_buf *buf;
	bool ok = false;

	buf = vhub_buf_alloc(60, GFP_KERNEL);
	if (!buf)
		return false;
	vhub_queue_init(&queue);
	if (!vhub_queue_alloc(&queue)) {
		ok = vhub_queue_selftest_all(&queue, buf);
		vhub_queue_close(&queue);
		vhub_queue_free(&queue);
	}
	vhub_buf_put(buf);
	return ok;
}

#undef VHUB_CHECK

#endif /* DEBUG */
