// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what the tests of rings share
 */

#include "vhub_ring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int mem_register(int fd, const void *addr, size_t len)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.addr = (unsigned long)addr,
		.len = len,
	};

	return ioctl(fd, VHUB_IOC_MEM, &mem) ? -errno : 0;
}

/* Rings for the file that @ring has. */
int ring_setup(struct ring *ring, __u32 tx_count, __u32 rx_count)
{
	ring->info = (struct vhub_rings){
		.size = sizeof(ring->info),
		.tx_count = tx_count,
		.rx_count = rx_count,
	};
	if (ioctl(ring->fd, VHUB_IOC_RINGS, &ring->info))
		return -errno;
	ring->map = mmap(NULL, ring->info.map_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED, ring->fd, 0);
	if (ring->map == MAP_FAILED)
		return -errno;
	ring->head = ring->map;
	ring->tx = ring->map + ring->info.tx_offset;
	ring->rx = ring->map + ring->info.rx_offset;
	ring->rx_next = 0;
	return 0;
}

/* A file with rings and memory, that is not attached. */
int ring_open(struct ring *ring, __u32 tx_count, __u32 rx_count,
	      size_t mem_size)
{
	int ret;

	ring->fd = dev_open(O_RDWR);
	if (ring->fd < 0)
		return ring->fd;
	ring->mem_size = mem_size;
	ring->mem = mmap(NULL, mem_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ring->mem == MAP_FAILED)
		return -errno;
	ret = mem_register(ring->fd, ring->mem, mem_size);
	return ret ? ret : ring_setup(ring, tx_count, rx_count);
}

int ring_attach(struct ring *ring, const char *hub, __u32 vnet_hdr_size)
{
	struct vhub_attach attach = { .vnet_hdr_size = vnet_hdr_size };

	strncpy(attach.hub, hub, sizeof(attach.hub) - 1);
	return attach_as(ring->fd, &attach);
}

void ring_close(struct ring *ring)
{
	if (ring->map)
		munmap(ring->map, ring->info.map_size);
	munmap(ring->mem, ring->mem_size);
	close(ring->fd);
}

/* One more TX descriptor. */
void ring_put(struct ring *ring, const void *addr, __u32 len, __u16 flags)
{
	__u32 user = ring->head->tx_user;

	ring->tx[user & (ring->info.tx_count - 1)] = (struct vhub_desc){
		.addr = (unsigned long)addr,
		.len = len,
		.flags = flags,
	};
	__atomic_store_n(&ring->head->tx_user, user + 1, __ATOMIC_RELEASE);
}

/* Return: frames that were accepted, or -errno. */
int ring_kick(struct ring *ring)
{
	int ret = ioctl(ring->fd, VHUB_IOC_KICK, 0);

	return ret < 0 ? -errno : ret;
}

/* Sends one frame, made at the end of the memory. Return: 0 or -errno. */
int ring_send(struct ring *ring, size_t len, unsigned int seed)
{
	unsigned char *frame = ring->mem + ring->mem_size - len;
	int ret;

	make_frame(frame, len, seed);
	ring_put(ring, frame, len, 0);
	ret = ring_kick(ring);
	if (ret < 0)
		return ret;
	return ret == 1 ? 0 : -EIO;
}

/* One more RX descriptor. */
void ring_post(struct ring *ring, const void *addr, __u32 room)
{
	__u32 user = ring->head->rx_user;

	ring->rx[user & (ring->info.rx_count - 1)] = (struct vhub_desc){
		.addr = (unsigned long)addr,
		.len = room,
	};
	__atomic_store_n(&ring->head->rx_user, user + 1, __ATOMIC_RELEASE);
}

/* Posts buffers from the begin of the memory on, until the ring is full. */
void ring_fill(struct ring *ring)
{
	__u32 i;

	while (ring->head->rx_user - ring->rx_next < ring->info.rx_count) {
		i = ring->head->rx_user & (ring->info.rx_count - 1);
		ring_post(ring, ring->mem + i * RING_BUF, RING_BUF);
	}
}

static bool ring_has(const struct ring *ring)
{
	return __atomic_load_n(&ring->head->rx_kernel, __ATOMIC_ACQUIRE) !=
	       ring->rx_next;
}

/* Has something come, now or within a while? */
bool ring_waits(struct ring *ring)
{
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };

	while (!ring_has(ring)) {
		__atomic_store_n(&ring->head->rx_seen, ring->rx_next,
				 __ATOMIC_RELAXED);
		if (poll(&pollfd, 1, LIMIT_MS) != 1)
			return false;
	}
	return true;
}

/* Takes the next frame. Return: its length, -EIO for buffers passed over,
 * -ETIMEDOUT when none comes.
 */
ssize_t ring_take(struct ring *ring, void *frame, size_t size)
{
	struct vhub_desc desc;
	size_t len = 0;

	do {
		if (!ring_waits(ring))
			return -ETIMEDOUT;
		desc = ring->rx[ring->rx_next++ & (ring->info.rx_count - 1)];
		if (desc.flags & VHUB_DESC_ERROR)
			return -EIO;
		if (len + desc.len > size)
			return -EMSGSIZE;
		memcpy(frame + len, (void *)(unsigned long)desc.addr,
		       desc.len);
		len += desc.len;
	} while (desc.flags & VHUB_DESC_NEXT);
	__atomic_store_n(&ring->head->rx_seen, ring->rx_next,
			 __ATOMIC_RELEASE);
	return len;
}

/* Is this frame the next that comes? */
bool ring_gets(struct ring *ring, size_t len, unsigned int seed)
{
	static __thread unsigned char frame[FRAME_ROOM];

	return ring_take(ring, frame, sizeof(frame)) == (ssize_t)len &&
	       is_frame(frame, len, seed);
}

bool ring_gets_nothing(struct ring *ring)
{
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };

	return !ring_has(ring) && poll(&pollfd, 1, 0) == 0;
}
