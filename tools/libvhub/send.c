// SPDX-License-Identifier: GPL-2.0
/* libvhub - frames into the TX ring, and the kick that sends them */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "handle.h"

#define likely(x)	__builtin_expect(!!(x), 1)

/* Descriptors that are free. */
static uint32_t send_room(const struct vhub *v)
{
	return v->tx_count - (v->tx_next - v->tx_done);
}

/* @len counts from the shortest frame on: one comparison does for both ends. */
static bool send_is_len(const struct vhub *v, uint32_t len)
{
	return likely(len - v->frame_min <= VHUB_FRAME_MAX - VHUB_FRAME_MIN);
}

static int send_len_error(const struct vhub *v, size_t len)
{
	return len < v->frame_min ? -EINVAL : -EMSGSIZE;
}

static void send_publish(struct vhub *v)
{
	/* Pairs with the kernel's acquire: descriptors before the index. */
	__atomic_store_n(&v->head->tx_user, v->tx_next, __ATOMIC_RELEASE);
}

static int send_kick(struct vhub *v)
{
	if (!v->rings)
		return vhub_plain_send(v);
	return ioctl(v->fd, VHUB_IOC_KICK, 0) < 0 ? -errno : 0;
}

/* What the kernel does not take must not be in the way of what follows. */
static int send_discard(struct vhub *v, int err)
{
	v->tx_next = v->tx_done;
	send_publish(v);
	return err;
}

int vhub_flush(struct vhub *v)
{
	uint32_t before;
	int ret;

	send_publish(v);
	/* A signal ends a kick early, but not before it has sent some. */
	while (v->tx_done != v->tx_next) {
		before = v->tx_done;
		ret = send_kick(v);
		/* Pairs with the kernel's release: it has read the frames. */
		v->tx_done = __atomic_load_n(&v->head->tx_kernel,
					     __ATOMIC_ACQUIRE);
		if (ret == -EINTR)
			continue;
		if (ret)
			return send_discard(v, ret);
		if (v->tx_done == before)
			return send_discard(v, -EIO);
	}
	return 0;
}

/* Makes a descriptor; its second half is written at once. */
static inline void send_fill(struct vhub_desc *desc, const void *data,
			     uint32_t len, uint16_t flags)
{
	desc->addr = (uintptr_t)data;
	desc->len = len;
	desc->flags = flags;
	desc->reserved = 0;
}

/* Copies a frame into as many buffers as it takes, which are free. */
static void send_copy_chain(struct vhub *v, const unsigned char *from,
			    uint32_t len)
{
	unsigned char *to;
	uint32_t part;

	do {
		to = vhub_tx_buffer(v, v->tx_next);
		part = len < v->buffer_size ? len : v->buffer_size;
		memcpy(to, from, part);
		len -= part;
		from += part;
		send_fill(vhub_tx_desc(v, v->tx_next), to, part,
			  len ? VHUB_DESC_NEXT : 0);
		v->tx_next++;
	} while (len);
}

/* Of any length, and with any room. Not in the way of the others. */
static __attribute__((noinline)) int
send_copy_slow(struct vhub *v, const struct vhub_frame *frame)
{
	int ret;

	if (!send_is_len(v, frame->len))
		return send_len_error(v, frame->len);
	if (send_room(v) < vhub_buffers(v, frame->len)) {
		ret = vhub_flush(v);
		if (ret)
			return ret;
	}
	send_copy_chain(v, frame->data, frame->len);
	return 0;
}

static inline int send_copy(struct vhub *v, const struct vhub_frame *frame)
{
	uint32_t next = v->tx_next, len = frame->len;
	unsigned char *to;

	if (!likely(len >= v->frame_min && len <= v->buffer_size &&
		    len <= v->frame_max && send_room(v)))
		return send_copy_slow(v, frame);
	to = vhub_tx_buffer(v, next);
	memcpy(to, frame->data, len);
	send_fill(vhub_tx_desc(v, next), to, len, 0);
	v->tx_next = next + 1;
	return 0;
}

/* A socket takes frames from where they are. */
static int send_stream(struct vhub *v, const struct vhub_frame *frames,
		       unsigned int n)
{
	unsigned int i = 0;
	int ret = vhub_flush(v);

	if (ret)
		return ret;
	while (i < n && send_is_len(v, frames[i].len))
		i++;
	ret = vhub_stream_send_frames(v, frames, i);
	if (ret)
		return ret;
	return i || !n ? (int)i : send_len_error(v, frames[0].len);
}

int vhub_send_batch(struct vhub *v, const struct vhub_frame *frames,
		    unsigned int n)
{
	unsigned int i;
	int ret = 0, err;

	if (!(v->rights & VHUB_RIGHT_SEND))
		return -EACCES;
	if (v->stream)
		return send_stream(v, frames, n);
	for (i = 0; i < n; i++) {
		ret = send_copy(v, &frames[i]);
		if (ret)
			break;
	}
	err = vhub_flush(v);
	if (err)
		return err;
	return i ? (int)i : ret;
}

int vhub_send(struct vhub *v, const void *frame, size_t len)
{
	struct vhub_frame one = { (void *)frame, len, 0 };
	uint32_t n = v->tx_next;
	int ret;

	if (len > v->frame_max)
		return -EMSGSIZE;
	/* Alone, so that its descriptors are the last. */
	if (v->tx_done != n) {
		ret = vhub_flush(v);
		if (ret)
			return ret;
	}
	ret = vhub_send_batch(v, &one, 1);
	if (ret < 0)
		return ret;
	return vhub_tx_desc(v, n)->flags & VHUB_DESC_ERROR ? -EINVAL : 0;
}

int vhub_tx_get(struct vhub *v, struct vhub_frame *frames, unsigned int n)
{
	uint32_t next = v->tx_next, mask = v->tx_count - 1;
	uint32_t size = v->buffer_size;
	unsigned char *buffers = v->tx_buffers;
	unsigned int i;
	int ret;

	if (!(v->rights & VHUB_RIGHT_SEND))
		return -EACCES;
	if (!send_room(v)) {
		ret = vhub_flush(v);
		if (ret)
			return ret;
	}
	if (n > send_room(v))
		n = send_room(v);
	for (i = 0; i < n; i++, next++) {
		frames[i].data = buffers + (size_t)(next & mask) * size;
		frames[i].len = size;
		frames[i].reserved = 0;
	}
	return n;
}

int vhub_tx_put(struct vhub *v, const struct vhub_frame *frames,
		unsigned int n)
{
	uint32_t next = v->tx_next, mask = v->tx_count - 1;
	struct vhub_desc *ring = v->tx;
	unsigned int i;

	if (n > send_room(v))
		return -ENOBUFS;
	for (i = 0; i < n; i++, next++) {
		if (!send_is_len(v, frames[i].len))
			return send_len_error(v, frames[i].len);
		send_fill(&ring[next & mask], frames[i].data, frames[i].len,
			  0);
	}
	v->tx_next = next;
	return 0;
}
