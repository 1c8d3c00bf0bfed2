/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - what a handle is made of */
#ifndef LIBVHUB_HANDLE_H
#define LIBVHUB_HANDLE_H

#include <stdalign.h>

#include "vhub.h"

#define VHUB_CACHE_LINE	64

struct vhub_stream;

/**
 * struct vhub - a port that this process attached
 * @fd: its file, which never blocks
 * @nonblock: nor do we
 * @rings: the kernel shares @head, @tx and @rx; otherwise plain.c plays its part
 * @stream: of a user hub, whose socket @fd is: then stream.c does
 * @port: number of the port
 * @rights: bits of enum vhub_rights
 * @frame_min: bytes of the shortest frame, with header
 * @frame_max: bytes of the longest
 * @buffer_size: bytes of a buffer
 * @tx_count: descriptors and buffers
 * @rx_count: likewise
 * @head: the indices
 * @tx: descriptors
 * @rx: descriptors; number n is always that of buffer n
 * @tx_buffers: one after the other
 * @rx_buffers: likewise, and room for one more frame behind the last
 * @map: mapping with @head, @tx and @rx
 * @map_size: its bytes
 * @memory: mapping with the buffers
 * @memory_size: its bytes
 * @tx_next: next descriptor to fill
 * @tx_done: next one that the kernel sends
 * @rx_next: next descriptor to look at
 * @rx_free: the oldest that is not posted again
 * @rx_held: frames that lie between these two
 *
 * Buffers that follow each other touch, so a frame that took several is in one
 * piece, unless it goes on in the first buffer: then the rest of it is copied
 * behind the last. That room is enough, as only one such frame can be held.
 */
struct vhub {
	/* Set at creation, then read-only. */
	int fd;
	bool nonblock;
	bool rings;
	struct vhub_stream *stream;
	uint32_t port;
	uint32_t rights;
	uint32_t frame_min;
	uint32_t frame_max;
	uint32_t buffer_size;
	uint32_t tx_count;
	uint32_t rx_count;
	struct vhub_ring_head *head;
	struct vhub_desc *tx;
	struct vhub_desc *rx;
	unsigned char *tx_buffers;
	unsigned char *rx_buffers;
	void *map;
	size_t map_size;
	void *memory;
	size_t memory_size;

	/* Of who sends. */
	alignas(VHUB_CACHE_LINE) uint32_t tx_next;
	uint32_t tx_done;

	/* Of who receives. */
	alignas(VHUB_CACHE_LINE) uint32_t rx_next;
	uint32_t rx_free;
	uint32_t rx_held;
};

static inline struct vhub_desc *vhub_tx_desc(const struct vhub *v, uint32_t n)
{
	return &v->tx[n & (v->tx_count - 1)];
}

static inline struct vhub_desc *vhub_rx_desc(const struct vhub *v, uint32_t n)
{
	return &v->rx[n & (v->rx_count - 1)];
}

static inline unsigned char *vhub_tx_buffer(const struct vhub *v, uint32_t n)
{
	return v->tx_buffers + (size_t)(n & (v->tx_count - 1)) * v->buffer_size;
}

static inline unsigned char *vhub_rx_buffer(const struct vhub *v, uint32_t n)
{
	return v->rx_buffers + (size_t)(n & (v->rx_count - 1)) * v->buffer_size;
}

/* Buffers that a frame takes. */
static inline uint32_t vhub_buffers(const struct vhub *v, uint32_t len)
{
	return (len + v->buffer_size - 1) / v->buffer_size;
}

int vhub_map_open(struct vhub *v, uint32_t flags);
int vhub_map_open_stream(struct vhub *v, const char *hub, const char *label);
void vhub_map_close(struct vhub *v);

int vhub_plain_send(struct vhub *v);
void vhub_plain_recv(struct vhub *v, unsigned int n);
uint32_t vhub_plain_room(const struct vhub *v);
void vhub_plain_fill(struct vhub *v, size_t len);

int vhub_stream_open(struct vhub *v, const char *hub, const char *label);
const char *vhub_stream_hub(const struct vhub *v);
int vhub_stream_error(const struct vhub *v);
int vhub_stream_send(struct vhub *v);
int vhub_stream_send_frames(struct vhub *v, const struct vhub_frame *frames,
			    unsigned int n);
void vhub_stream_recv(struct vhub *v, unsigned int n);
int vhub_stream_wait(struct vhub *v, int timeout);

#endif /* LIBVHUB_HANDLE_H */
