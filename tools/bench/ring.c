// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: the hub, by rings
 *
 * As an emulator does it: frames lie ready in registered memory, the sender
 * writes what differs from frame to frame, and the receiver looks at them where
 * they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vhub_dev.h>

#include "bench.h"

#define RING_HEAD	32	/* bytes of a frame that differ */
#define RING_MEMORY	(8 << 20)
#define RING_COUNT_MAX	4096

/**
 * struct ring_conn - one end: a file with rings
 * @fd: the file
 * @head: indices, shared with the kernel
 * @tx: TX descriptors
 * @rx: RX descriptors
 * @mem: registered memory, of one buffer for each descriptor
 * @room: bytes of each buffer
 * @count: descriptors of the ring that the end uses
 * @next: sender: the next to fill; receiver: the next to look at
 * @known: receiver: what has come, as it knows
 * @filled: sender: buffers that hold a frame
 * @batch: frames of a kick
 */
struct ring_conn {
	int fd;
	struct vhub_ring_head *head;
	struct vhub_desc *tx;
	struct vhub_desc *rx;
	unsigned char *mem;
	uint32_t room;
	uint32_t count;
	uint32_t next;
	uint32_t known;
	uint32_t filled;
	uint32_t batch;
};

static void ring_register(struct ring_conn *conn)
{
	struct vhub_mem mem = { .size = sizeof(mem), .len = RING_MEMORY };

	conn->mem = mmap(NULL, RING_MEMORY, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (conn->mem == MAP_FAILED)
		bench_die("mmap: %s", strerror(errno));
	mem.addr = (unsigned long)conn->mem;
	if (ioctl(conn->fd, VHUB_IOC_MEM, &mem))
		bench_die("register memory: %s", strerror(errno));
}

static void ring_map(struct ring_conn *conn, bool sender)
{
	struct vhub_rings rings = {
		.size = sizeof(rings),
		.tx_count = sender ? conn->count : 0,
		.rx_count = sender ? 0 : conn->count,
	};
	void *map;

	if (ioctl(conn->fd, VHUB_IOC_RINGS, &rings))
		bench_die("set up rings: %s", strerror(errno));
	map = mmap(NULL, rings.map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   conn->fd, 0);
	if (map == MAP_FAILED)
		bench_die("map rings: %s", strerror(errno));
	conn->head = map;
	conn->tx = map + rings.tx_offset;
	conn->rx = map + rings.rx_offset;
}

static void ring_post_all(struct ring_conn *conn)
{
	uint32_t i;

	for (i = 0; i < conn->count; i++) {
		conn->rx[i].addr = (unsigned long)conn->mem + i * conn->room;
		conn->rx[i].len = conn->room;
	}
	__atomic_store_n(&conn->head->rx_user, conn->count, __ATOMIC_RELEASE);
}

static void ring_open(struct bench_end *end, unsigned int i, uint32_t batch)
{
	struct ring_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		bench_die("no memory");
	conn->fd = vhub_end_attach();
	conn->batch = batch;
	conn->room = end->len <= 2048 ? 2048 : 64 << 10;
	conn->count = RING_MEMORY / conn->room;
	ring_register(conn);
	ring_map(conn, !i);
	if (i)
		ring_post_all(conn);
	end->fd = conn->fd;
	end->conn = conn;
}

static int ring_flush(struct bench_end *end)
{
	struct ring_conn *conn = end->conn;

	__atomic_store_n(&conn->head->tx_user, conn->next, __ATOMIC_RELEASE);
	return ioctl(conn->fd, VHUB_IOC_KICK, 0) < 0 ? -errno : 0;
}

/* Every kick is over before the ring comes round. */
static int ring_send(struct bench_end *end, const void *frame, size_t len)
{
	struct ring_conn *conn = end->conn;
	uint32_t i = conn->next & (conn->count - 1);
	unsigned char *buf = conn->mem + i * conn->room;
	struct vhub_desc *desc = &conn->tx[i];

	if (conn->filled < conn->count) {
		memcpy(buf, frame, len);
		conn->filled++;
	} else {
		memcpy(buf, frame, RING_HEAD);
	}
	desc->addr = (unsigned long)buf;
	desc->len = len;
	desc->flags = 0;
	conn->next++;
	return conn->next % conn->batch ? 0 : ring_flush(end);
}

/* Gives all buffers back, and sleeps until something has come. */
static void ring_wait(struct ring_conn *conn)
{
	struct pollfd pollfd = { .fd = conn->fd, .events = POLLIN };

	__atomic_store_n(&conn->head->rx_user, conn->next + conn->count,
			 __ATOMIC_RELEASE);
	for (;;) {
		conn->known = __atomic_load_n(&conn->head->rx_kernel,
					      __ATOMIC_ACQUIRE);
		if (conn->known != conn->next)
			break;
		__atomic_store_n(&conn->head->rx_seen, conn->next,
				 __ATOMIC_RELAXED);
		poll(&pollfd, 1, -1);
	}
	__atomic_store_n(&conn->head->rx_sleep, 0, __ATOMIC_RELAXED);
}

static ssize_t ring_look(struct bench_end *end, const void **frame)
{
	struct ring_conn *conn = end->conn;
	struct vhub_desc *desc;
	ssize_t len;

	if (conn->next == conn->known)
		ring_wait(conn);

	desc = &conn->rx[conn->next & (conn->count - 1)];
	if (desc->flags)
		return -EIO;
	*frame = (void *)(unsigned long)desc->addr;
	len = desc->len;
	desc->len = conn->room;
	conn->next++;
	return len;
}

static void ring_close(struct bench_end *end)
{
	close(end->fd);
	free(end->conn);
}

#define RING_RIVAL(n)							\
static void ring_open_##n(struct bench_end *end, unsigned int i)	\
{									\
	ring_open(end, i, n);						\
}									\
									\
const struct bench_rival bench_ring_##n = {				\
	.name		= "ring-" #n,					\
	.title		= "vhub, rings, " #n,				\
	.frame_max	= BENCH_FRAME_MAX,				\
	.setup		= bench_vhub_setup,					\
	.open		= ring_open_##n,				\
	.send		= ring_send,					\
	.flush		= ring_flush,					\
	.look		= ring_look,					\
	.close		= ring_close,					\
	.teardown	= bench_vhub_teardown,				\
}

RING_RIVAL(1);
RING_RIVAL(16);
RING_RIVAL(64);
RING_RIVAL(256);
