// SPDX-License-Identifier: GPL-2.0
/* libvhub - frames out of the RX ring, and the sleep until there are some */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "handle.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

static uint32_t recv_end(const struct vhub *v)
{
	/* Pairs with the kernel's release: buffers before the index. */
	return __atomic_load_n(&v->head->rx_kernel, __ATOMIC_ACQUIRE);
}

/* Can nothing come since all buffers are held? */
static bool recv_is_starved(const struct vhub *v)
{
	uint32_t posted = v->rx_count - (v->rx_next - v->rx_free);

	return posted < (v->rings ? 1 : vhub_plain_room(v));
}

/* poll() says whether the kernel has something that was not seen. */
static void recv_set_seen(struct vhub *v)
{
	__atomic_store_n(&v->head->rx_seen, v->rx_next, __ATOMIC_RELAXED);
}

/* As poll(). */
static int recv_poll(const struct vhub *v, int timeout)
{
	struct pollfd pfd = { .fd = v->fd, .events = POLLIN };
	int ret = poll(&pfd, 1, timeout);

	return ret < 0 ? -errno : ret;
}

/* Sleeps as long as it takes. Return: as recv_poll(). */
static int recv_sleep(const struct vhub *v)
{
	if (!v->rings)
		return recv_poll(v, -1);
	/* Nothing is posted that this could send, and it costs less. */
	return ioctl(v->fd, VHUB_IOC_KICK, VHUB_KICK_WAIT) < 0 ? -errno : 1;
}

int vhub_wait(struct vhub *v, int timeout)
{
	if (recv_end(v) != v->rx_next)
		return 1;
	if (recv_is_starved(v))
		return -ENOBUFS;
	if (v->stream)
		return vhub_stream_wait(v, timeout);
	recv_set_seen(v);
	return timeout < 0 ? recv_sleep(v) : recv_poll(v, timeout);
}

int vhub_arm(struct vhub *v)
{
	struct vhub_ring_head *head = v->head;

	if (v->stream)
		return vhub_stream_wait(v, 0) != 0;
	if (!v->rings)
		return recv_poll(v, 0) > 0;
	recv_set_seen(v);
	__atomic_store_n(&head->rx_sleep, 1, __ATOMIC_RELAXED);
	/* Pairs with the kernel's: it sees that we sleep, or we the frame. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (recv_end(v) == v->rx_next)
		return 0;
	__atomic_store_n(&head->rx_sleep, 0, __ATOMIC_RELAXED);
	return 1;
}

/* There was nothing: waits. Return: 0 or -errno. */
static int recv_more(struct vhub *v, unsigned int n)
{
	int ret;

	while (recv_end(v) == v->rx_next) {
		if (recv_is_starved(v))
			return -ENOBUFS;
		ret = vhub_stream_error(v);
		if (ret)
			return ret;
		if (v->nonblock)
			return -EAGAIN;
		recv_set_seen(v);
		ret = recv_sleep(v);
		if (ret < 0)
			return ret;
		if (!v->rings)
			vhub_plain_recv(v, n);
	}
	return 0;
}

/* Finds a frame of several buffers, from number @next on. Return: the number
 * that follows it.
 */
static uint32_t recv_chain(const struct vhub *v, struct vhub_frame *frame,
			   uint32_t next)
{
	uint32_t begin = next & (v->rx_count - 1);
	const struct vhub_desc *desc;
	uint32_t n = 0;
	size_t len = 0;

	do {
		desc = vhub_rx_desc(v, next++);
		/* It goes on in the first buffer. */
		if (begin + n >= v->rx_count)
			memcpy(v->rx_buffers +
			       (size_t)(begin + n) * v->buffer_size,
			       vhub_rx_buffer(v, next - 1), desc->len);
		len += desc->len;
		n++;
	} while (desc->flags & VHUB_DESC_NEXT);
	frame->data = vhub_rx_buffer(v, begin);
	frame->len = len;
	frame->reserved = 0;
	return next;
}

/* Frames of one buffer each, in descriptors one after the other. Return: how
 * many, up to @n or the first that is more than that.
 */
static inline unsigned int recv_run(struct vhub_frame *frame,
				    const struct vhub_desc *desc,
				    unsigned char *data, size_t size,
				    unsigned int n)
{
	const struct vhub_desc *begin = desc, *end = desc + n;

	for (; desc != end && likely(!desc->flags); desc++, frame++) {
		frame->data = data;
		frame->len = desc->len;
		frame->reserved = 0;
		data += size;
	}
	return desc - begin;
}

static uint32_t recv_min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Looks at what there is up to number @end. Return: how many frames. */
static unsigned int recv_look(struct vhub *v, struct vhub_frame *frames,
			      unsigned int n, uint32_t end)
{
	uint32_t next = v->rx_next, place, run;
	unsigned int i, got = 0;

	while (next != end && got < n) {
		place = next & (v->rx_count - 1);
		run = recv_min(recv_min(end - next, n - got),
			       v->rx_count - place);
		i = recv_run(&frames[got], &v->rx[place],
			     vhub_rx_buffer(v, place), v->buffer_size, run);
		next += i;
		got += i;
		if (i == run)
			continue;
		if (vhub_rx_desc(v, next)->flags & VHUB_DESC_ERROR)
			next++;
		else
			next = recv_chain(v, &frames[got++], next);
	}
	v->rx_next = next;
	v->rx_held += got;
	return got;
}

int vhub_recv_batch(struct vhub *v, struct vhub_frame *frames, unsigned int n)
{
	unsigned int got;
	int ret;

	if (!n)
		return -EINVAL;
	if (!v->rings)
		vhub_plain_recv(v, n);
	for (;;) {
		got = recv_look(v, frames, n, recv_end(v));
		if (got) {
			recv_set_seen(v);
			return got;
		}
		ret = recv_more(v, n);
		if (ret < 0)
			return ret;
	}
}

int vhub_release(struct vhub *v, unsigned int n)
{
	uint32_t next = v->rx_free, mask = v->rx_count - 1;
	uint32_t size = v->buffer_size;
	struct vhub_desc *ring = v->rx;
	struct vhub_desc *desc;

	if (n > v->rx_held)
		return -EINVAL;
	v->rx_held -= n;
	for (; n; n--) {
		/* With those before it that the kernel passed over. */
		do {
			desc = &ring[next++ & mask];
			desc->len = size;
		} while (unlikely(desc->flags));
	}
	v->rx_free = next;
	/* Pairs with the kernel's acquire: descriptors before the index. */
	__atomic_store_n(&v->head->rx_user, next + v->rx_count,
			 __ATOMIC_RELEASE);
	return 0;
}

ssize_t vhub_recv(struct vhub *v, void *buf, size_t size)
{
	struct vhub_frame frame;
	int ret;

	if (v->rx_held)
		return -EBUSY;
	ret = vhub_recv_batch(v, &frame, 1);
	if (ret < 0)
		return ret;
	memcpy(buf, frame.data, frame.len < size ? frame.len : size);
	vhub_release(v, 1);
	return frame.len;
}
