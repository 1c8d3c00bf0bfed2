/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what the tests of rings share
 */
#ifndef _VHUB_RING_H
#define _VHUB_RING_H

#include "vhub_test.h"

#define RING_BUF	2048	/* bytes of the buffers that ring_fill() posts */

/**
 * struct ring - a file with rings, and the process's side of them
 * @fd: the file
 * @mem: memory registered with it
 * @mem_size: bytes of it
 * @map: where the rings are mapped
 * @info: what VHUB_IOC_RINGS said
 * @head: indices
 * @tx: TX descriptors
 * @rx: RX descriptors
 * @rx_next: the next RX descriptor to look at
 */
struct ring {
	int fd;
	unsigned char *mem;
	size_t mem_size;
	void *map;
	struct vhub_rings info;
	struct vhub_ring_head *head;
	struct vhub_desc *tx;
	struct vhub_desc *rx;
	__u32 rx_next;
};

int mem_register(int fd, const void *addr, size_t len);
int ring_setup(struct ring *ring, __u32 tx_count, __u32 rx_count);
int ring_open(struct ring *ring, __u32 tx_count, __u32 rx_count,
	      size_t mem_size);
int ring_attach(struct ring *ring, const char *hub, __u32 vnet_hdr_size);
void ring_close(struct ring *ring);

void ring_put(struct ring *ring, const void *addr, __u32 len, __u16 flags);
int ring_kick(struct ring *ring);
int ring_send(struct ring *ring, size_t len, unsigned int seed);
void ring_post(struct ring *ring, const void *addr, __u32 room);
void ring_fill(struct ring *ring);
ssize_t ring_take(struct ring *ring, void *frame, size_t size);
bool ring_gets(struct ring *ring, size_t len, unsigned int seed);
bool ring_waits(struct ring *ring);
bool ring_gets_nothing(struct ring *ring);

#endif /* _VHUB_RING_H */
