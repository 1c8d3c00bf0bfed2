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
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vhub_dev.h>

#include "bench.h"

#define RING_ROOM	2048	/* bytes of a buffer for ordinary frames */
#define RING_COUNT	4096	/* such buffers */
#define RING_ROOM_LARGE	(64 << 10)
#define RING_COUNT_LARGE	512

/**
 * struct ring_conn - one end: a file with rings
 * @fd: the file
 * @head: indices, shared with the kernel
 * @map_size: bytes that are mapped there
 * @tx: TX descriptors
 * @rx: RX descriptors
 * @mem: registered memory, of one buffer for each descriptor
 * @room: bytes of each buffer
 * @count: descriptors of the ring that the end uses, more than a batch
 * @next: sender: the next to fill; receiver: the next to look at
 * @known: receiver: what has come, as it knows
 * @batch: sender: frames of a kick
 * @filled: sender: buffers that hold a frame but for its number
 * @stations: sender in mode switch: stations that frames go to in turn
 */
struct ring_conn {
	int fd;
	struct vhub_ring_head *head;
	size_t map_size;
	struct vhub_desc *tx;
	struct vhub_desc *rx;
	unsigned char *mem;
	uint32_t room;
	uint32_t count;
	uint32_t next;
	uint32_t known;
	uint32_t batch;
	uint32_t filled;
	uint32_t stations;
};

/* Not for children: they would get a copy of pinned memory. */
static void ring_register(struct ring_conn *conn)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.len = conn->count * conn->room,
	};

	conn->mem = mmap(NULL, mem.len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (conn->mem == MAP_FAILED || madvise(conn->mem, mem.len, MADV_DONTFORK))
		bench_die("mmap: %s", strerror(errno));
	mem.addr = (unsigned long)conn->mem;
	if (ioctl(conn->fd, VHUB_IOC_MEM, &mem))
		bench_die("register memory: %s", strerror(errno));
}

static void ring_map(struct ring_conn *conn, bool send, bool receive)
{
	struct vhub_rings rings = {
		.size = sizeof(rings),
		.tx_count = send ? conn->count : 0,
		.rx_count = receive ? conn->count : 0,
	};
	void *map;

	if (ioctl(conn->fd, VHUB_IOC_RINGS, &rings))
		bench_die("set up rings: %s", strerror(errno));
	map = mmap(NULL, rings.map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   conn->fd, 0);
	if (map == MAP_FAILED)
		bench_die("map rings: %s", strerror(errno));
	conn->head = map;
	conn->map_size = rings.map_size;
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

/* The other direction of the same rings, with buffers of its own. */
static struct ring_conn *ring_open_back(const struct ring_conn *conn)
{
	struct ring_conn *back = malloc(sizeof(*back));

	if (!back)
		bench_die("no memory");
	*back = *conn;
	ring_register(back);
	return back;
}

static void ring_open(struct bench_end *end, unsigned int i, uint32_t batch)
{
	struct ring_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		bench_die("no memory");
	conn->fd = vhub_end_attach();
	conn->batch = batch;
	conn->room = end->len <= RING_ROOM ? RING_ROOM : RING_ROOM_LARGE;
	conn->count = end->len <= RING_ROOM ? RING_COUNT : RING_COUNT_LARGE;
	ring_register(conn);
	ring_map(conn, !i || end->both, i || end->both);
	end->fd = conn->fd;
	end->conn = conn;
	end->back = end->both ? ring_open_back(conn) : conn;
	if (i || end->both)
		ring_post_all(end->back);
}

static void ring_fill_buffers(struct ring_conn *conn,
			      const struct bench_frame *frame, size_t len)
{
	for (; conn->filled < conn->count; conn->filled++)
		memcpy(conn->mem + conn->filled * conn->room, frame, len);
}

/* Every kick is over before the ring comes round. */
static int ring_send_batch(struct bench_end *end,
			   const struct bench_frame *frame, size_t len,
			   uint64_t *number)
{
	struct ring_conn *conn = end->conn;
	const uint32_t mask = conn->count - 1;
	uint32_t next = conn->next, last = next + conn->batch;
	uint64_t n = *number;
	struct vhub_desc *desc;
	struct bench_frame *buf;

	ring_fill_buffers(conn, frame, len);
	for (; next != last; next++) {
		buf = (void *)(conn->mem + (next & mask) * conn->room);
		buf->number = n++;
		desc = &conn->tx[next & mask];
		desc->addr = (unsigned long)buf;
		desc->len = len;
		desc->flags = 0;
	}
	*number = n;
	conn->next = next;
	__atomic_store_n(&conn->head->tx_user, next, __ATOMIC_RELEASE);
	return ioctl(conn->fd, VHUB_IOC_KICK, 0) < 0 ? -errno : 0;
}

/* Gives all buffers back, and sleeps until something has come. */
static void ring_wait(struct ring_conn *conn)
{
	__atomic_store_n(&conn->head->rx_user, conn->next + conn->count,
			 __ATOMIC_RELEASE);
	conn->known = __atomic_load_n(&conn->head->rx_kernel, __ATOMIC_ACQUIRE);
	if (conn->known != conn->next)
		return;
	__atomic_store_n(&conn->head->rx_seen, conn->next, __ATOMIC_RELAXED);
	do {
		ioctl(conn->fd, VHUB_IOC_KICK, VHUB_KICK_WAIT);
		conn->known = __atomic_load_n(&conn->head->rx_kernel,
					      __ATOMIC_ACQUIRE);
	} while (conn->known == conn->next);
}

/* Counts in locals: the compiler must not think that frames lie over them. */
static int ring_look_all(struct bench_end *end, struct bench_check *check)
{
	struct ring_conn *conn = end->back;
	const uint32_t mask = conn->count - 1, room = conn->room;
	struct bench_check now = *check;
	struct vhub_desc *desc;
	uint32_t next;
	int ret = 0;

	ring_wait(conn);
	for (next = conn->next; next != conn->known; next++) {
		desc = &conn->rx[next & mask];
		ret = desc->flags ? -EIO :
		      bench_check_frame(&now, (void *)desc->addr, desc->len);
		if (ret)
			break;
		desc->len = room;
	}
	conn->next = next;
	*check = now;
	return ret;
}

static void ring_free(struct ring_conn *conn)
{
	munmap(conn->mem, conn->count * conn->room);
	free(conn);
}

/* The mapping keeps the file, and with it the registered memory. */
static void ring_close(struct bench_end *end)
{
	struct ring_conn *conn = end->conn;

	munmap(conn->head, conn->map_size);
	close(conn->fd);
	if (end->back != end->conn)
		ring_free(end->back);
	ring_free(conn);
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
	.window		= RING_COUNT / 4,				\
	.setup		= bench_vhub_setup,					\
	.open		= ring_open_##n,				\
	.send_batch	= ring_send_batch,				\
	.look_all	= ring_look_all,				\
	.rings		= true,					\
	.close		= ring_close,					\
	.teardown	= bench_vhub_teardown,				\
}

RING_RIVAL(1);
RING_RIVAL(16);
RING_RIVAL(64);
RING_RIVAL(256);

/*
 * The hub in mode switch: each frame goes to another of so many stations, all of
 * them at the receiver.
 */
#define SWITCH_BATCH	64

static void switch_station(uint8_t address[6], uint32_t n)
{
	address[0] = 2;
	address[1] = 1;
	address[2] = 0;
	address[3] = n >> 16;
	address[4] = n >> 8;
	address[5] = n;
}

/* Has the hub learn the stations. */
static void switch_introduce(int fd, uint32_t stations)
{
	uint8_t bytes[60] = { 0 };
	struct bench_frame *frame = (void *)bytes;
	uint32_t i;

	memset(frame->dest, 0xff, sizeof(frame->dest));
	for (i = 0; i < stations; i++) {
		switch_station(frame->source, i);
		if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			bench_die("introduce a station: %s", strerror(errno));
	}
}

static void switch_open(struct bench_end *end, unsigned int i,
			uint32_t stations)
{
	struct ring_conn *conn;

	ring_open(end, i, SWITCH_BATCH);
	conn = end->conn;
	conn->stations = stations;
	if (i)
		switch_introduce(end->fd, stations);
}

static int switch_send_batch(struct bench_end *end,
			     const struct bench_frame *frame, size_t len,
			     uint64_t *number)
{
	struct ring_conn *conn = end->conn;
	struct bench_frame *buf;
	uint32_t i, next;

	ring_fill_buffers(conn, frame, len);
	for (i = 0; i < SWITCH_BATCH; i++) {
		next = (conn->next + i) & (conn->count - 1);
		buf = (void *)(conn->mem + next * conn->room);
		switch_station(buf->dest, (*number + i) % conn->stations);
	}
	return ring_send_batch(end, frame, len, number);
}

#define SWITCH_RIVAL(n)							\
static void switch_open_##n(struct bench_end *end, unsigned int i)	\
{									\
	switch_open(end, i, n);						\
}									\
									\
const struct bench_rival bench_switch_##n = {				\
	.name		= "switch-" #n,					\
	.title		= "vhub, switch, " #n,				\
	.frame_max	= BENCH_FRAME_MAX,				\
	.window		= SWITCH_BATCH,					\
	.receivers_max	= 1,						\
	.setup		= bench_vhub_setup_switch,			\
	.open		= switch_open_##n,				\
	.send_batch	= switch_send_batch,				\
	.look_all	= ring_look_all,				\
	.rings		= true,					\
	.close		= ring_close,					\
	.teardown	= bench_vhub_teardown,				\
}

SWITCH_RIVAL(2);
SWITCH_RIVAL(10000);
