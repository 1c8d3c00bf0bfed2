// SPDX-License-Identifier: GPL-2.0
/*
 * libvhub - the kernel's part in the rings, played by read() and write()
 *
 * Where the kernel has no rings, there are some all the same, in memory of our
 * own. Who sends and who receives knows no difference.
 */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "handle.h"

/* Bytes of the buffers that are posted. */
static size_t plain_posted(const struct vhub *v)
{
	return (size_t)(v->head->rx_user - v->head->rx_kernel) *
	       v->buffer_size;
}

/* Buffers that must be posted for a frame to be read, as it may be a long one:
 * how long it is shows when it is too late.
 */
uint32_t vhub_plain_room(const struct vhub *v)
{
	return vhub_buffers(v, v->frame_max);
}

/* Into the buffers from the next on to the last, then from the first on. */
static ssize_t plain_read(const struct vhub *v)
{
	struct vhub_ring_head *head = v->head;
	size_t posted = plain_posted(v);
	unsigned char *to = vhub_rx_buffer(v, head->rx_kernel);
	size_t left = v->rx_buffers + (size_t)v->rx_count * v->buffer_size - to;
	struct iovec iov[2] = { { to, posted }, { v->rx_buffers, 0 } };
	ssize_t len;

	if (posted > left) {
		iov[0].iov_len = left;
		iov[1].iov_len = posted - left;
	}
	do {
		len = readv(v->fd, iov, 2);
	} while (len < 0 && errno == EINTR);
	return len;
}

/**
 * vhub_plain_fill() - say that a frame lies in the next buffers
 * @v: the handle
 * @len: its bytes, for which there is room
 */
void vhub_plain_fill(struct vhub *v, size_t len)
{
	uint32_t next = v->head->rx_kernel;
	struct vhub_desc *desc;
	bool more;

	do {
		desc = vhub_rx_desc(v, next++);
		more = len > v->buffer_size;
		desc->len = more ? v->buffer_size : len;
		desc->flags = more ? VHUB_DESC_NEXT : 0;
		len -= desc->len;
	} while (more);
	v->head->rx_kernel = next;
}

/**
 * vhub_plain_recv() - receive what there is
 * @v: the handle
 * @n: no more frames than this
 */
void vhub_plain_recv(struct vhub *v, unsigned int n)
{
	uint32_t room = vhub_plain_room(v);
	ssize_t len;

	if (v->stream) {
		vhub_stream_recv(v, n);
		return;
	}
	for (; n && v->head->rx_user - v->head->rx_kernel >= room; n--) {
		len = plain_read(v);
		if (len <= 0)
			return;
		vhub_plain_fill(v, len);
	}
}

/* Takes a frame off the TX ring. Return: its descriptors. */
static uint32_t plain_gather(const struct vhub *v, struct iovec *iov)
{
	struct vhub_desc *desc;
	uint32_t n = 0;

	do {
		desc = vhub_tx_desc(v, v->head->tx_kernel + n);
		iov[n].iov_base = (void *)(uintptr_t)desc->addr;
		iov[n].iov_len = desc->len;
		n++;
	} while (desc->flags & VHUB_DESC_NEXT);
	return n;
}

/* Return: 0 for a frame that is sent, lost and counted, or refused. */
static int plain_write(struct vhub *v, const struct iovec *iov, uint32_t n)
{
	ssize_t ret;

	do {
		ret = writev(v->fd, iov, n);
	} while (ret < 0 && errno == EINTR);
	if (ret >= 0)
		return 0;
	switch (errno) {
	case ENOMEM:
	case EAGAIN:
		return 0;
	case EINVAL:
	case EMSGSIZE:
	case EFAULT:
		vhub_tx_desc(v, v->head->tx_kernel)->flags |= VHUB_DESC_ERROR;
		return 0;
	default:
		return -errno;
	}
}

/**
 * vhub_plain_send() - send all that is in the TX ring
 * @v: the handle
 *
 * Return: 0 or -errno.
 */
int vhub_plain_send(struct vhub *v)
{
	struct iovec iov[VHUB_CHAIN_MAX];
	uint32_t n;
	int ret;

	if (v->stream)
		return vhub_stream_send(v);
	while (v->head->tx_kernel != v->head->tx_user) {
		n = plain_gather(v, iov);
		ret = plain_write(v, iov, n);
		if (ret)
			return ret;
		v->head->tx_kernel += n;
	}
	return 0;
}
