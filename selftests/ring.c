// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - rings: every mix of receivers, every shape of frame, every misuse
 *
 *	a (port 1, rings) ---+--- hub ---+--- b (port 2, rings)
 *	                                 +--- plain (port 3), read() and write()
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "vhub_packet.h"
#include "vhub_ring.h"

#define COUNT		64
#define PAGE		4096
#define MEM		(256 * PAGE)

#define PORT_A		1
#define PORT_B		2
#define PORT_PLAIN	3

FIXTURE(rings)
{
	struct ring a;
	struct ring b;
	int plain;
	unsigned char frame[FRAME_ROOM];
};

FIXTURE_SETUP(rings)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, ring_open(&self->a, COUNT, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&self->a, HUB, 0));
	ASSERT_EQ(0, ring_open(&self->b, COUNT, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&self->b, HUB, 0));
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	ring_fill(&self->a);
	ring_fill(&self->b);
}

/* Whatever was done: others go on. */
FIXTURE_TEARDOWN(rings)
{
	int other = attach(HUB);

	if (other < 0)
		return;
	while (!gets_nothing(self->plain))
		ASSERT_LT(0, read(self->plain, self->frame, FRAME_ROOM));
	EXPECT_EQ(0, send_frame(other, 60, 1001));
	EXPECT_TRUE(gets_frame(self->plain, 60, 1001));
}

/*
 * Frames
 */
static const size_t sizes[] = { 14, 60, 64, 1000, 1514, 2048 };

TEST_F(rings, frames_keep_their_bytes_and_order)
{
	unsigned int i, wrong = 0;
	size_t len;

	for (i = 0; i < 1000; i++) {
		len = sizes[i % ARRAY_SIZE(sizes)];
		ASSERT_EQ(0, ring_send(&self->a, len, i));
		wrong += !ring_gets(&self->b, len, i);
		wrong += !gets_frame(self->plain, len, i);
		ring_fill(&self->b);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_TRUE(ring_gets_nothing(&self->a));
	EXPECT_EQ(1000, self->a.head->tx_kernel);
}

TEST_F(rings, batch_goes_by_one_kick)
{
	struct port_info info;
	unsigned int i, wrong = 0;
	unsigned char *frame;

	for (i = 0; i < COUNT; i++) {
		frame = self->a.mem + MEM / 2 + i * 100;
		make_frame(frame, 100, i);
		ring_put(&self->a, frame, 100, 0);
	}
	EXPECT_TRUE(ring_gets_nothing(&self->b));
	ASSERT_EQ(COUNT, ring_kick(&self->a));
	EXPECT_EQ(COUNT, self->a.head->tx_kernel);
	EXPECT_EQ(COUNT, self->b.head->rx_kernel);
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_EQ(COUNT, info.queued);
	for (i = 0; i < COUNT; i++) {
		wrong += !ring_gets(&self->b, 100, i);
		wrong += !gets_frame(self->plain, 100, i);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, ring_kick(&self->a));

	ASSERT_EQ(0, port_get(HUB, PORT_A, &info));
	EXPECT_EQ(COUNT, info.tx_frames);
	EXPECT_EQ(COUNT * 100, info.tx_bytes);
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_EQ(COUNT, info.rx_frames);
	EXPECT_EQ(COUNT * 100, info.rx_bytes);
	EXPECT_EQ(0, info.queued);
}

TEST_F(rings, write_reaches_a_ring)
{
	ASSERT_EQ(0, send_frame(self->plain, 1514, 1));
	EXPECT_TRUE(ring_gets(&self->a, 1514, 1));
	EXPECT_TRUE(ring_gets(&self->b, 1514, 1));
	/* And who has rings may write. */
	ASSERT_EQ(0, send_frame(self->a.fd, 60, 2));
	EXPECT_TRUE(ring_gets(&self->b, 60, 2));
	EXPECT_TRUE(gets_frame(self->plain, 60, 2));
}

TEST_F(rings, host_and_rings_hear_each_other)
{
	struct port_info info;

	ASSERT_EQ(0, write_file("/proc/sys/net/ipv6/conf/" HUB
				"/disable_ipv6", "1"));
	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
}

TEST_F(rings, frame_may_lie_in_many_buffers)
{
	unsigned char *frame = self->a.mem + MEM / 2;
	size_t at, part, i;

	make_frame(frame, 5000, 7);
	for (at = 0, i = 0; at < 5000; at += part, i++) {
		part = i % 3 ? 700 : 3;
		if (part > 5000 - at)
			part = 5000 - at;
		ring_put(&self->a, frame + at, part,
			 at + part < 5000 ? VHUB_DESC_NEXT : 0);
		/* Buffers without bytes do no harm. */
		if (at + part < 5000)
			ring_put(&self->a, frame, 0, VHUB_DESC_NEXT);
	}
	ASSERT_EQ(1, ring_kick(&self->a));
	EXPECT_TRUE(ring_gets(&self->b, 5000, 7));
	EXPECT_TRUE(gets_frame(self->plain, 5000, 7));
}

TEST_F(rings, largest_frame_passes)
{
	struct ring large;

	ASSERT_EQ(0, ring_open(&large, 2, 128, MEM));
	ring_fill(&large);
	ASSERT_EQ(0, ring_attach(&large, HUB, 0));
	ASSERT_EQ(0, ring_send(&self->a, VHUB_FRAME_MAX, 3));
	EXPECT_TRUE(ring_gets(&large, VHUB_FRAME_MAX, 3));
	EXPECT_TRUE(gets_frame(self->plain, VHUB_FRAME_MAX, 3));
	ASSERT_EQ(0, send_frame(self->plain, VHUB_FRAME_MAX, 4));
	ring_fill(&large);
	EXPECT_TRUE(ring_gets(&large, VHUB_FRAME_MAX, 4));
	/* The others have as much room in all. */
	EXPECT_TRUE(ring_gets(&self->b, VHUB_FRAME_MAX, 3));
}

TEST_F(rings, buffers_may_cross_pages_and_be_odd)
{
	unsigned char *frame = self->a.mem + MEM / 2 + PAGE - 33;
	unsigned int i;
	struct ring odd;

	ASSERT_EQ(0, ring_open(&odd, 2, 16, MEM));
	ASSERT_EQ(0, ring_attach(&odd, HUB, 0));
	for (i = 0; i < 10; i++)
		ring_post(&odd, odd.mem + (2 * i + 1) * PAGE - 1 - i, 333);
	make_frame(frame, 3000, 9);
	ring_put(&self->a, frame, 3000, 0);
	ASSERT_EQ(1, ring_kick(&self->a));
	EXPECT_TRUE(ring_gets(&odd, 3000, 9));
	EXPECT_TRUE(ring_gets(&self->b, 3000, 9));
}

/*
 * Headers
 */
/* Does the packet come as whole frames of a right sum? */
static bool arrives_in_ring(const struct packet *packet, struct ring *ring)
{
	static unsigned char frame[FRAME_ROOM];
	static struct pieces pieces;
	ssize_t len;

	while (!ring_gets_nothing(ring)) {
		len = ring_take(ring, frame, sizeof(frame));
		if (len < 0 || packet_take(packet, &pieces, frame, len))
			return false;
	}
	return packet_is_whole(packet, &pieces);
}

TEST_F(rings, header_is_the_begin_of_a_frame)
{
	static struct packet packet;
	struct ring vnet, other;
	struct virtio_net_hdr hdr;
	unsigned char *at;
	ssize_t len;

	ASSERT_EQ(0, ring_open(&vnet, 16, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&vnet, HUB, 12));
	ASSERT_EQ(0, ring_open(&other, 16, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&other, HUB, 12));
	ASSERT_EQ(0, ioctl(other.fd, TUNSETOFFLOAD, (long)ALL_OFFLOADS));
	ring_fill(&other);
	packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1000,
		.payload = 5000,
	};
	packet_make(&packet);
	at = vnet.mem + MEM / 2 + 100;
	memset(at, 0, 12);
	memcpy(at, &packet.hdr, sizeof(packet.hdr));
	memcpy(at + 12, packet.frame, packet.len);
	/* The header itself cut in pieces. */
	ring_put(&vnet, at, 5, VHUB_DESC_NEXT);
	ring_put(&vnet, at + 5, 20, VHUB_DESC_NEXT);
	ring_put(&vnet, at + 25, packet.len + 12 - 25, 0);
	ASSERT_EQ(1, ring_kick(&vnet));

	/* Untouched where it is taken as it is. */
	len = ring_take(&other, self->frame, FRAME_ROOM);
	ASSERT_EQ(12 + packet.len, len);
	memcpy(&hdr, self->frame, sizeof(hdr));
	EXPECT_EQ(packet.hdr.gso_type, hdr.gso_type);
	EXPECT_EQ(packet.hdr.gso_size, hdr.gso_size);
	EXPECT_EQ(0, memcmp(self->frame + 12, packet.frame, packet.len));

	/* Whole frames elsewhere, in a queue and in a ring. */
	EXPECT_TRUE(packet_arrives(&packet, self->plain, 0, 0));
	EXPECT_TRUE(arrives_in_ring(&packet, &self->b));
}

/* Of a batch only those are worked on that have to be. */
TEST_F(rings, batch_of_whole_frames_and_others)
{
	static struct packet packet;
	struct ring vnet;
	unsigned char *at;
	int i;

	ASSERT_EQ(0, ring_open(&vnet, 16, 16, MEM));
	ASSERT_EQ(0, ring_attach(&vnet, HUB, 10));
	packet = (struct packet){ .udp = true, .payload = 1000 };
	packet_make(&packet);
	for (i = 0; i < 2; i++) {
		at = vnet.mem + MEM / 2 + 2 * i * PAGE;
		memset(at, 0, 10);
		make_frame(at + 10, 100, i);
		ring_put(&vnet, at, 110, 0);
		memcpy(at + PAGE, &packet.hdr, 10);
		memcpy(at + PAGE + 10, packet.frame, packet.len);
		if (!i)
			ring_put(&vnet, at + PAGE, 10 + packet.len, 0);
	}
	ASSERT_EQ(3, ring_kick(&vnet));
	EXPECT_TRUE(gets_frame(self->plain, 100, 0));
	ASSERT_EQ(packet.len, read_frame(self->plain, self->frame, FRAME_ROOM));
	EXPECT_EQ(NULL, check_sums(self->frame, packet.len, packet.l3));
	EXPECT_TRUE(gets_frame(self->plain, 100, 1));
	EXPECT_TRUE(gets_nothing(self->plain));
}

TEST_F(rings, bad_header_is_refused_and_counted)
{
	struct virtio_net_hdr hdr = { .gso_type = 77 };
	struct ring vnet;

	ASSERT_EQ(0, ring_open(&vnet, 16, 16, MEM));
	ASSERT_EQ(0, ring_attach(&vnet, HUB, 10));
	memcpy(vnet.mem, &hdr, sizeof(hdr));
	ring_put(&vnet, vnet.mem, 100, 0);
	EXPECT_EQ(0, ring_kick(&vnet));
	EXPECT_EQ(1, port_drops(HUB, 4, VHUB_A_DROPS_HEADER));
	EXPECT_EQ(VHUB_DESC_ERROR, vnet.tx[0].flags);
	/* A header alone is no frame. */
	ring_put(&vnet, vnet.mem, 10 + 13, 0);
	EXPECT_EQ(0, ring_kick(&vnet));
	EXPECT_EQ(1, port_drops(HUB, 4, VHUB_A_DROPS_SHORT));
	EXPECT_TRUE(ring_gets_nothing(&self->b));
}

/*
 * Full and empty
 */
TEST_F(rings, full_ring_loses_for_itself_alone)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < COUNT + 10; i++)
		ASSERT_EQ(0, ring_send(&self->a, 60, i));
	EXPECT_EQ(10, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	for (i = 0; i < COUNT + 10; i++) {
		wrong += !gets_frame(self->plain, 60, i);
		if (i < COUNT)
			wrong += !ring_gets(&self->b, 60, i);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_TRUE(ring_gets_nothing(&self->b));
	ring_fill(&self->b);
	ASSERT_EQ(0, ring_send(&self->a, 60, 99));
	EXPECT_TRUE(ring_gets(&self->b, 60, 99));
}

/* Of a batch it gets what it has room for. */
TEST_F(rings, batch_beyond_a_full_ring)
{
	struct port_info info;
	unsigned char *frame;
	struct ring c;
	int i;

	ASSERT_EQ(0, ring_open(&c, 2, 4, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	/* As a batch is if none but rings get it. */
	ASSERT_EQ(0, port_set_link(HUB, PORT_PLAIN, 0));
	for (i = 0; i < 2; i++)
		ring_post(&c, c.mem + i * RING_BUF, RING_BUF);
	for (i = 0; i < 5; i++) {
		frame = self->a.mem + MEM / 2 + i * 100;
		make_frame(frame, 60 + i, i);
		ring_put(&self->a, frame, 60 + i, 0);
	}
	ASSERT_EQ(5, ring_kick(&self->a));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(ring_gets(&c, 60 + i, i));
	EXPECT_TRUE(ring_gets_nothing(&c));
	EXPECT_EQ(3, port_drops(HUB, 4, VHUB_A_DROPS_FULL));
	ASSERT_EQ(0, port_get(HUB, 4, &info));
	EXPECT_EQ(60 + 61, info.rx_bytes);
	ASSERT_EQ(0, port_set_link(HUB, PORT_PLAIN, 1));
}

/* More than a kick does before others get their turn. */
TEST_F(rings, kick_of_a_whole_ring)
{
	struct ring big;
	unsigned int i;

	ASSERT_EQ(0, ring_open(&big, 1024, 4, MEM));
	ASSERT_EQ(0, ring_attach(&big, HUB, 0));
	make_frame(big.mem, RING_BUF, 1);
	for (i = 0; i < 1024; i++)
		ring_put(&big, big.mem, RING_BUF, 0);
	ASSERT_EQ(1024, ring_kick(&big));
	EXPECT_EQ(1024, big.head->tx_kernel);
	for (i = 0; i < 1024; i++)
		ASSERT_TRUE(gets_frame(self->plain, RING_BUF, 1));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* A frame that does not fit leaves the buffers to those that do. */
TEST_F(rings, frame_too_large_for_the_rest_is_lost)
{
	struct ring c;

	ASSERT_EQ(0, ring_open(&c, 2, 4, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	ring_post(&c, c.mem, 1000);
	ring_post(&c, c.mem + 1000, 500);
	ASSERT_EQ(0, ring_send(&self->a, 1501, 1));
	EXPECT_EQ(1, port_drops(HUB, 4, VHUB_A_DROPS_FULL));
	ASSERT_EQ(0, ring_send(&self->a, 1500, 2));
	EXPECT_TRUE(ring_gets(&c, 1500, 2));
}

TEST_F(rings, indices_may_run_past_their_width)
{
	unsigned int i, wrong = 0;
	struct ring c;

	/* As near to it as can be come by in a test: many rounds of a ring of
	 * one. The kernel's index is its own; it cannot be set.
	 */
	ASSERT_EQ(0, ring_open(&c, 1, 1, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	for (i = 0; i < 300; i++) {
		ring_fill(&c);
		ASSERT_EQ(0, ring_send(&self->a, 60, i));
		wrong += !ring_gets(&c, 60, i);
		ASSERT_EQ(0, ring_send(&c, 60, i));
		wrong += !ring_gets(&self->a, 60, i);
		ring_fill(&self->a);
	}
	EXPECT_EQ(0, wrong);
}

/*
 * Waiting
 */
TEST_F(rings, poll_tells_what_was_not_seen)
{
	struct pollfd pollfd = { .fd = self->b.fd, .events = POLLIN };

	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
}

static void *send_thread(void *arg)
{
	struct ring *ring = arg;

	return ring_send(ring, 60, 1) ? arg : NULL;
}

TEST_F(rings, sleeper_is_woken)
{
	pthread_t thread;
	void *failed;
	int i;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, send_thread,
					    &self->a));
		EXPECT_TRUE(ring_gets(&self->b, 60, 1));
		ASSERT_EQ(0, pthread_join(thread, &failed));
		EXPECT_EQ(NULL, failed);
		ring_fill(&self->b);
	}
}

TEST_F(rings, edge_triggered_epoll_misses_nothing)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), i;
	pthread_t thread;
	void *failed;

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->b.fd, &event));
	for (i = 0; i < 50; i++) {
		self->b.head->rx_seen = self->b.rx_next;
		__atomic_store_n(&self->b.head->rx_sleep, 1,
				 __ATOMIC_SEQ_CST);
		ASSERT_EQ(0, epoll_wait(ep, &event, 1, 0));
		ASSERT_EQ(0, pthread_create(&thread, NULL, send_thread,
					    &self->a));
		ASSERT_EQ(1, epoll_wait(ep, &event, 1, LIMIT_MS));
		EXPECT_TRUE(ring_gets(&self->b, 60, 1));
		ASSERT_EQ(0, pthread_join(thread, &failed));
		EXPECT_EQ(NULL, failed);
		ring_fill(&self->b);
	}
	close(ep);
}

static long ring_kick_wait(struct ring *ring)
{
	ring->head->rx_seen = ring->rx_next;
	return ret_errno(ioctl(ring->fd, VHUB_IOC_KICK, VHUB_KICK_WAIT));
}

/**
 * struct waiter - a thread that sends and waits in one call
 * @ring: of which file
 * @tid: the thread, 0 before it runs
 * @ret: what the call returned
 */
struct waiter {
	struct ring *ring;
	pid_t tid;
	long ret;
};

static void *waiter_thread(void *arg)
{
	struct waiter *waiter = arg;

	__atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
	waiter->ret = ring_kick_wait(waiter->ring);
	return NULL;
}

static bool waiter_sleeps(const struct waiter *waiter)
{
	pid_t tid = __atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE);

	return tid && is_asleep(tid);
}

TEST_F(rings, kick_that_waits_sends_first)
{
	struct waiter waiter = { .ring = &self->b };
	pthread_t thread;

	make_frame(self->b.mem + MEM / 2, 60, 1);
	ring_put(&self->b, self->b.mem + MEM / 2, 60, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, waiter_thread, &waiter));
	EXPECT_TRUE(ring_gets(&self->a, 60, 1));
	ASSERT_TRUE(wait_until(waiter_sleeps(&waiter)));
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(1, waiter.ret);
	EXPECT_TRUE(ring_gets(&self->b, 60, 2));
}

TEST_F(rings, kick_that_waits_does_not_for_what_was_not_seen)
{
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(0, ring_kick_wait(&self->b));
	EXPECT_EQ(0, ring_kick_wait(&self->b));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
}

static void ignore(int signal)
{
	(void)signal;
}

/* Also by a signal that restarts other calls. What was sent stays sent. */
TEST_F(rings, kick_that_waits_is_interrupted_by_a_signal)
{
	const struct sigaction action = {
		.sa_handler = ignore,
		.sa_flags = SA_RESTART,
	};
	long want;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	for (want = 0; want < 2; want++) {
		struct waiter waiter = { .ring = &self->b };
		pthread_t thread;

		if (want) {
			make_frame(self->b.mem + MEM / 2, 60, 1);
			ring_put(&self->b, self->b.mem + MEM / 2, 60, 0);
		}
		ASSERT_EQ(0, pthread_create(&thread, NULL, waiter_thread,
					    &waiter));
		ASSERT_TRUE(wait_until(waiter_sleeps(&waiter)));
		ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		EXPECT_EQ(want ?: -EINTR, waiter.ret);
	}
	EXPECT_TRUE(ring_gets(&self->a, 60, 1));
}

/* The flag that says whether somebody sleeps is taken down by the first frame,
 * so that the others wake nobody.
 */
TEST_F(rings, first_frame_takes_the_flag_down)
{
	struct pollfd pollfd = { .fd = self->b.fd, .events = POLLIN };

	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(0, self->b.head->rx_sleep);
	ASSERT_TRUE(ring_gets(&self->b, 60, 1));
	ASSERT_EQ(0, poll(&pollfd, 1, 0));
	EXPECT_EQ(1, self->b.head->rx_sleep);
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	EXPECT_EQ(0, self->b.head->rx_sleep);
}

TEST_F(rings, read_gets_what_came_before_the_ring)
{
	struct ring ring = { .fd = self->plain };

	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	ring.mem = self->a.mem + MEM / 2;
	ASSERT_EQ(0, mem_register(ring.fd, ring.mem, MEM / 4));
	ASSERT_EQ(0, ring_setup(&ring, 0, 4));
	ring_fill(&ring);
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	EXPECT_TRUE(gets_frame(self->plain, 60, 1));
	EXPECT_EQ(-EBUSY, ret_errno(read(self->plain, self->frame, 60)));
	EXPECT_TRUE(ring_gets(&ring, 60, 2));
	EXPECT_EQ(-EBUSY, ret_errno(read(self->plain, self->frame, 60)));
	self->plain = attach(HUB);
}

static void *read_thread(void *arg)
{
	unsigned char frame[64];

	return (void *)ret_errno(read(*(int *)arg, frame, sizeof(frame)));
}

TEST_F(rings, reader_does_not_sleep_past_the_ring)
{
	struct ring ring = { .fd = self->plain };
	pthread_t thread;
	void *ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, read_thread, &self->plain));
	ASSERT_EQ(0, ring_setup(&ring, 4, 4));
	ASSERT_EQ(0, pthread_join(thread, &ret));
	EXPECT_EQ(-EBUSY, (long)ret);
	self->plain = attach(HUB);
}

TEST_F(rings, tx_ring_alone_leaves_read_as_it_is)
{
	struct ring c;

	ASSERT_EQ(0, ring_open(&c, 4, 0, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	ASSERT_EQ(0, ring_send(&c, 60, 1));
	EXPECT_TRUE(ring_gets(&self->a, 60, 1));
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	EXPECT_TRUE(gets_frame(c.fd, 60, 2));
}

/*
 * Misuse
 */
TEST_F(rings, bad_frames_are_refused_one_by_one)
{
	const struct {
		const void *addr;
		__u32 len;
		__u16 flags;
		int reason;
	} bad[] = {
		{ self->a.mem, 13, 0, VHUB_A_DROPS_SHORT },
		{ self->a.mem, 0, 0, VHUB_A_DROPS_SHORT },
		{ self->a.mem, VHUB_FRAME_MAX + 1, 0, VHUB_A_DROPS_LONG },
		{ self->a.mem, -1, 0, VHUB_A_DROPS_LONG },
		{ NULL, 60, 0, VHUB_A_DROPS_FAULT },
		{ self->a.mem - 1, 60, 0, VHUB_A_DROPS_FAULT },
		{ self->a.mem + MEM - 59, 60, 0, VHUB_A_DROPS_FAULT },
		{ self->a.mem + MEM, 60, 0, VHUB_A_DROPS_FAULT },
		{ (void *)-1UL, 60, 0, VHUB_A_DROPS_FAULT },
		{ (void *)-60UL, 60, 0, VHUB_A_DROPS_FAULT },
		{ (void *)0xffff888000000000UL, 60, 0, VHUB_A_DROPS_FAULT },
		{ self->a.mem, 60, 0x8000, VHUB_A_DROPS_HEADER },
		{ self->a.mem, 60, VHUB_DESC_ERROR, VHUB_A_DROPS_HEADER },
	};
	long long before;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		before = port_drops(HUB, PORT_A, bad[i].reason);
		ring_put(&self->a, bad[i].addr, bad[i].len, bad[i].flags);
		EXPECT_EQ(0, ring_kick(&self->a));
		EXPECT_EQ(before + 1, port_drops(HUB, PORT_A, bad[i].reason)) {
			TH_LOG("frame %u", i);
		}
		EXPECT_EQ(bad[i].flags | VHUB_DESC_ERROR, self->a.tx[i].flags);
	}
	EXPECT_TRUE(ring_gets_nothing(&self->b));

	/* Between good ones. */
	make_frame(self->a.mem + MEM / 2, 60, 1);
	ring_put(&self->a, self->a.mem + MEM / 2, 60, 0);
	ring_put(&self->a, NULL, 60, 0);
	ring_put(&self->a, self->a.mem + MEM / 2, 60, 0);
	EXPECT_EQ(2, ring_kick(&self->a));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
}

TEST_F(rings, frame_whose_end_is_yet_to_come_waits)
{
	unsigned char *frame = self->a.mem + MEM / 2;

	make_frame(frame, 100, 5);
	ring_put(&self->a, frame, 60, VHUB_DESC_NEXT);
	EXPECT_EQ(0, ring_kick(&self->a));
	EXPECT_EQ(0, self->a.head->tx_kernel);
	EXPECT_TRUE(ring_gets_nothing(&self->b));
	ring_put(&self->a, frame + 60, 40, 0);
	EXPECT_EQ(1, ring_kick(&self->a));
	EXPECT_EQ(2, self->a.head->tx_kernel);
	EXPECT_TRUE(ring_gets(&self->b, 100, 5));
}

TEST_F(rings, frame_without_end_is_refused_when_the_ring_is_full)
{
	int i;

	for (i = 0; i < COUNT; i++)
		ring_put(&self->a, self->a.mem, 1, VHUB_DESC_NEXT);
	EXPECT_EQ(0, ring_kick(&self->a));
	EXPECT_EQ(COUNT, self->a.head->tx_kernel);
	EXPECT_EQ(1, port_drops(HUB, PORT_A, VHUB_A_DROPS_LONG));
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
}

TEST_F(rings, chain_has_a_longest_length)
{
	struct ring c;
	int i;

	ASSERT_EQ(0, ring_open(&c, 512, 0, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	make_frame(c.mem, VHUB_CHAIN_MAX, 1);
	for (i = 0; i < VHUB_CHAIN_MAX; i++)
		ring_put(&c, c.mem + i, 1,
			 i < VHUB_CHAIN_MAX - 1 ? VHUB_DESC_NEXT : 0);
	EXPECT_EQ(1, ring_kick(&c));
	EXPECT_TRUE(ring_gets(&self->b, VHUB_CHAIN_MAX, 1));
	for (i = 0; i < VHUB_CHAIN_MAX + 1; i++)
		ring_put(&c, c.mem + i, 1,
			 i < VHUB_CHAIN_MAX ? VHUB_DESC_NEXT : 0);
	EXPECT_EQ(0, ring_kick(&c));
	EXPECT_EQ(1, port_drops(HUB, 4, VHUB_A_DROPS_LONG));
	EXPECT_EQ(2 * VHUB_CHAIN_MAX + 1, c.head->tx_kernel);
}

TEST_F(rings, index_out_of_the_ring_is_refused)
{
	const __u32 bad[] = { COUNT + 1, -1, 1U << 31 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->a.head->tx_user = bad[i];
		EXPECT_EQ(-EINVAL, ring_kick(&self->a));
		EXPECT_EQ(0, self->a.head->tx_kernel);
	}
	self->a.head->tx_user = 0;
	self->a.head->tx_kernel = 5;
	EXPECT_EQ(0, ring_kick(&self->a));
	self->a.head->tx_user = -1;
	EXPECT_EQ(-EINVAL, ring_kick(&self->a));
	EXPECT_EQ(0, self->a.head->tx_kernel);
	self->a.head->tx_user = 0;
	/* What the process writes into the kernel's index is not read. */
	self->a.head->tx_kernel = 77;
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(1, self->a.head->tx_kernel);
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->b.head->rx_user = self->b.rx_next + bad[i];
		ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	}
	EXPECT_EQ(3, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	self->b.head->rx_user = COUNT;
	ASSERT_EQ(0, ring_send(&self->a, 60, 3));
	EXPECT_TRUE(ring_gets(&self->b, 60, 3));
}

TEST_F(rings, bad_buffer_is_passed_over)
{
	struct ring c;

	ASSERT_EQ(0, ring_open(&c, 2, 8, MEM));
	ASSERT_EQ(0, ring_attach(&c, HUB, 0));
	ring_post(&c, NULL, 2048);
	ring_post(&c, c.mem, 0);
	ring_post(&c, c.mem + MEM - 59, 2048);
	ring_post(&c, c.mem, 100);
	ring_post(&c, (void *)-2048UL, 2048);
	ring_post(&c, c.mem + 2048, 2048);

	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(-EIO, ring_take(&c, self->frame, FRAME_ROOM));
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	EXPECT_EQ(-EIO, ring_take(&c, self->frame, FRAME_ROOM));
	ASSERT_EQ(0, ring_send(&self->a, 60, 3));
	EXPECT_EQ(-EIO, ring_take(&c, self->frame, FRAME_ROOM));
	/* A good buffer before a bad one is lost with it. */
	ASSERT_EQ(0, ring_send(&self->a, 1000, 4));
	EXPECT_EQ(-EIO, ring_take(&c, self->frame, FRAME_ROOM));
	EXPECT_EQ(-EIO, ring_take(&c, self->frame, FRAME_ROOM));
	ASSERT_EQ(0, ring_send(&self->a, 1000, 5));
	EXPECT_TRUE(ring_gets(&c, 1000, 5));
	EXPECT_EQ(4, port_drops(HUB, 4, VHUB_A_DROPS_FAULT));
}

TEST_F(rings, memory_that_is_unmapped_stays_until_the_file_goes)
{
	munmap(self->b.mem, MEM);
	make_frame(self->frame, 60, 1);
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_EQ(1, self->b.head->rx_kernel);
	EXPECT_TRUE(gets_frame(self->plain, 60, 1));
	/* And so do the rings. */
	munmap(self->a.map, self->a.info.map_size);
	EXPECT_EQ(0, ring_kick(&self->a));
	self->a.map = NULL;
}

/*
 * Processes
 */
static int child_sends(struct ring *ring, int fd)
{
	ring->fd = fd;
	/* Its own copy of the memory: the ring's is the parent's. */
	memset(ring->mem, 0xff, MEM);
	return ring_kick(ring) == 1 ? 0 : 1;
}

TEST_F(rings, child_and_copy_of_the_file_share_the_rings)
{
	int status, copy = dup(self->a.fd);
	pid_t child;

	make_frame(self->a.mem + MEM / 2, 60, 1);
	ring_put(&self->a, self->a.mem + MEM / 2, 60, 0);
	child = fork();
	if (!child)
		_exit(child_sends(&self->a, copy));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
	/* What the parent writes after the fork is what is sent. */
	close(self->a.fd);
	self->a.fd = copy;
	ASSERT_EQ(0, ring_send(&self->a, 60, 2));
	EXPECT_TRUE(ring_gets(&self->b, 60, 2));
}

struct kicker {
	struct ring *ring;
	long sent;
};

static void *kick_thread(void *arg)
{
	struct kicker *kicker = arg;
	int i, ret;

	for (i = 0; i < 2000; i++) {
		ret = ring_kick(kicker->ring);
		if (ret < 0)
			return arg;
		kicker->sent += ret;
	}
	return NULL;
}

/* The one that fills it and another kick one ring: each frame goes once. */
TEST_F(rings, threads_may_kick_one_ring)
{
	struct kicker kickers[2] = { { &self->a, 0 }, { &self->a, 0 } };
	pthread_t threads[2];
	long put = 0;
	void *failed;
	int i;

	make_frame(self->a.mem + MEM / 2, 60, 1);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, kick_thread,
					    &kickers[i]));
	for (i = 0; i < 20000; i++) {
		if (self->a.head->tx_user -
		    *(volatile __u32 *)&self->a.head->tx_kernel < COUNT) {
			ring_put(&self->a, self->a.mem + MEM / 2, 60, 0);
			put++;
		}
	}
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &failed));
		EXPECT_EQ(NULL, failed);
	}
	i = ring_kick(&self->a);
	ASSERT_LE(0, i);
	EXPECT_EQ(put, kickers[0].sent + kickers[1].sent + i);
}

static bool has_link(__u32 number)
{
	struct port_info info;

	return !port_get(HUB, number, &info) &&
	       info.flags & VHUB_PORT_FLAG_LINK;
}

TEST_F(rings, ring_and_network_device)
{
	struct port_info info = {};
	int tap;

	ASSERT_EQ(0, no_ipv6());
	tap = tap_open("tap0", 0, 0, 0);
	ASSERT_LE(0, tap);
	ASSERT_EQ(0, port_add(HUB, "tap0", &info));
	ASSERT_EQ(0, link_up("tap0", true));
	ASSERT_TRUE(wait_until(has_link(info.number)));

	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_TRUE(gets_frame(tap, 60, 1));
	EXPECT_TRUE(ring_gets(&self->b, 60, 1));
	ASSERT_EQ(0, send_frame(tap, 60, 2));
	EXPECT_TRUE(ring_gets(&self->a, 60, 2));
	EXPECT_TRUE(ring_gets(&self->b, 60, 2));
	close(tap);
}

TEST_F(rings, hub_that_went_is_a_cable_without_link)
{
	ASSERT_EQ(0, link_del(HUB));
	ASSERT_EQ(0, ring_send(&self->a, 60, 1));
	EXPECT_TRUE(ring_gets_nothing(&self->b));
}

TEST_F(rings, queues_of_a_port_may_have_rings_each)
{
	struct vhub_attach attach = {
		.hub = HUB,
		.flags = VHUB_ATTACH_MULTI_QUEUE,
	};
	struct vhub_attach join = { .flags = VHUB_ATTACH_JOIN };
	struct ring queues[2];
	unsigned int i, got[2] = {};
	static struct packet packet;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ring_open(&queues[i], 4, COUNT, MEM));
		ring_fill(&queues[i]);
	}
	ASSERT_EQ(0, attach_as(queues[0].fd, &attach));
	join.fd = queues[0].fd;
	ASSERT_EQ(0, attach_as(queues[1].fd, &join));
	for (i = 0; i < 50; i++) {
		packet = (struct packet){ .payload = 100, .port = 5000 + i };
		packet_make(&packet);
		packet_finish(&packet);
		memcpy(self->a.mem + MEM / 2, packet.frame, packet.len);
		ring_put(&self->a, self->a.mem + MEM / 2, packet.len, 0);
		ASSERT_EQ(1, ring_kick(&self->a));
	}
	for (i = 0; i < 2; i++)
		while (!ring_gets_nothing(&queues[i])) {
			ASSERT_EQ(packet.len, ring_take(&queues[i],
							self->frame,
							FRAME_ROOM));
			got[i]++;
		}
	EXPECT_EQ(50, got[0] + got[1]);
	EXPECT_LT(0, got[0]);
	EXPECT_LT(0, got[1]);
}

/*
 * Setting up
 */
FIXTURE(setup)
{
	int fd;
	unsigned char *mem;
};

FIXTURE_SETUP(setup)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = dev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->mem);
}

FIXTURE_TEARDOWN(setup)
{
}

TEST_F(setup, bad_memory_is_refused)
{
	unsigned char *locked = mmap(NULL, PAGE, PROT_READ,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	EXPECT_EQ(-EINVAL, mem_register(self->fd, self->mem, 0));
	EXPECT_EQ(-EINVAL, mem_register(self->fd, self->mem + 1, PAGE));
	EXPECT_EQ(-EINVAL, mem_register(self->fd, self->mem, PAGE + 1));
	EXPECT_EQ(-EINVAL, mem_register(self->fd, (void *)-PAGE, 2 * PAGE));
	EXPECT_EQ(-EFAULT, mem_register(self->fd, NULL, PAGE));
	EXPECT_EQ(-EFAULT, mem_register(self->fd, (void *)-PAGE, PAGE));
	EXPECT_EQ(-EFAULT, mem_register(self->fd, locked, PAGE));
	/* The begin is there, the end is not. */
	ASSERT_EQ(0, munmap(self->mem + MEM / 2, MEM / 2));
	EXPECT_EQ(-EFAULT, mem_register(self->fd, self->mem, MEM));
	/* More than there can be a table for; uml has not even the addresses. */
	ret = mem_register(self->fd, (void *)PAGE, 1UL << 46);
	EXPECT_TRUE(ret == -ENOMEM || ret == -EFAULT);

	EXPECT_EQ(0, mem_register(self->fd, self->mem, MEM / 2));
	EXPECT_EQ(-EEXIST, mem_register(self->fd, self->mem, PAGE));
	EXPECT_EQ(-EEXIST, mem_register(self->fd, self->mem + MEM / 2 - PAGE,
					2 * PAGE));
}

TEST_F(setup, bad_structs_are_refused)
{
	struct {
		struct vhub_mem mem;
		__u64 more;
	} m = { { sizeof(m), 0, (unsigned long)self->mem, PAGE }, 1 };
	struct vhub_rings r = { sizeof(r), 0, 4, 4 };

	EXPECT_EQ(-E2BIG, ret_errno(ioctl(self->fd, VHUB_IOC_MEM, &m)));
	m.mem.size = sizeof(m.mem) - 1;
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_MEM, &m)));
	m.mem.size = sizeof(m.mem);
	m.mem.flags = 1;
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_MEM, &m)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_MEM, NULL)));
	m.mem.flags = 0;
	m.more = 0;
	m.mem.size = sizeof(m);
	EXPECT_EQ(0, ioctl(self->fd, VHUB_IOC_MEM, &m));

	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_RINGS, NULL)));
	r.flags = 1;
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_RINGS, &r)));
	r.flags = 0;
	r.size--;
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_RINGS, &r)));
}

/* Whoever cannot be answered has no rings. */
TEST_F(setup, struct_that_cannot_be_written)
{
	struct ring ring = { .fd = self->fd };
	struct vhub_rings *r = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, r);
	*r = (struct vhub_rings){ sizeof(*r), 0, 4, 4 };
	ASSERT_EQ(0, mprotect(r, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_RINGS, r)));
	EXPECT_EQ(0, ring_setup(&ring, 4, 4));
}

TEST_F(setup, counts_are_powers_of_two)
{
	const struct {
		__u32 tx, rx;
	} bad[] = { { 0, 0 }, { 3, 4 }, { 4, 3 }, { -1, 4 },
		    { VHUB_RING_MAX * 2, 4 }, { 4, VHUB_RING_MAX * 2 },
		    { VHUB_RING_MAX + 1, 0 } };
	struct ring ring = { .fd = self->fd };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, ring_setup(&ring, bad[i].tx, bad[i].rx));
	EXPECT_EQ(-ENXIO, ret_errno((long)mmap(NULL, PAGE, PROT_READ,
					       MAP_SHARED, self->fd, 0)));
	EXPECT_EQ(0, ring_setup(&ring, VHUB_RING_MAX, VHUB_RING_MAX));
	EXPECT_EQ(-EBUSY, ring_setup(&ring, 4, 4));
	memset(ring.tx, 0, VHUB_RING_MAX * sizeof(*ring.tx));
	memset(ring.rx, 0, VHUB_RING_MAX * sizeof(*ring.rx));
}

TEST_F(setup, mapping_is_shared_and_within_the_rings)
{
	struct ring ring = { .fd = self->fd };

	ASSERT_EQ(0, ring_setup(&ring, 4, 4));
	EXPECT_EQ(-EINVAL, ret_errno((long)mmap(NULL, PAGE, PROT_READ,
						MAP_PRIVATE, self->fd, 0)));
	EXPECT_EQ(-EINVAL, ret_errno((long)mmap(NULL, PAGE, PROT_READ,
						MAP_SHARED, self->fd, PAGE)));
	EXPECT_EQ(-EINVAL, ret_errno((long)mmap(NULL,
						ring.info.map_size + PAGE,
						PROT_READ, MAP_SHARED,
						self->fd, 0)));
}

TEST_F(setup, kick_says_what_it_lacks)
{
	struct ring ring = { .fd = self->fd };
	struct ring receiver;
	int reader = dev_open(O_RDONLY);
	struct vhub_attach attach = { .hub = HUB };

	EXPECT_EQ(-EBADFD, ring_kick(&ring));
	EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->fd, VHUB_IOC_KICK,
					   VHUB_KICK_WAIT)));
	ASSERT_EQ(0, ring_attach(&ring, HUB, 0));
	EXPECT_EQ(-ENXIO, ring_kick(&ring));
	ASSERT_EQ(0, ring_setup(&ring, 4, 0));
	EXPECT_EQ(0, ring_kick(&ring));
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_KICK, 2)));
	EXPECT_EQ(-ENXIO, ring_kick_wait(&ring));

	ASSERT_EQ(0, attach_as(reader, &attach));
	receiver = (struct ring){ .fd = reader };
	EXPECT_EQ(-EACCES, ring_setup(&receiver, 4, 4));
	EXPECT_EQ(-EACCES, ring_kick(&receiver));
}

TEST_F(setup, regions_are_of_any_memory)
{
	int memfd = memfd_create("region", 0);
	struct ring ring = { .fd = self->fd };
	unsigned char *shared;
	int other, i;

	ASSERT_EQ(0, ftruncate(memfd, PAGE));
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_EQ(0, mem_register(self->fd, shared, PAGE));
	for (i = 1; i < VHUB_REGIONS_MAX; i++)
		ASSERT_EQ(0, mem_register(self->fd, self->mem + i * PAGE,
					  PAGE));
	EXPECT_EQ(-ENOSPC, mem_register(self->fd, self->mem, PAGE));

	ASSERT_EQ(0, ring_setup(&ring, 4, 4));
	ASSERT_EQ(0, ring_attach(&ring, HUB, 0));
	other = attach(HUB);
	make_frame(shared, 60, 1);
	ring_put(&ring, shared, 60, 0);
	make_frame(self->mem + 63 * PAGE, 60, 2);
	ring_put(&ring, self->mem + 63 * PAGE, 60, 0);
	EXPECT_EQ(2, ring_kick(&ring));
	EXPECT_TRUE(gets_frame(other, 60, 1));
	EXPECT_TRUE(gets_frame(other, 60, 2));

	/* Within one region: these two only happen to be neighbours. */
	ring_put(&ring, self->mem + 2 * PAGE - 30, 60, 0);
	EXPECT_LE(0, ring_kick(&ring));
}

static int limit_locked(unsigned int pages)
{
	const struct rlimit limit = { pages * PAGE, pages * PAGE };

	return setrlimit(RLIMIT_MEMLOCK, &limit);
}

/* Can there be so many more? Finds out by a file of its own, which is gone after. */
static int has_room(unsigned char *mem, unsigned int pages)
{
	int fd = dev_open(O_RDWR), ret;

	ret = mem_register(fd, mem, pages * PAGE);
	close(fd);
	return ret;
}

/* The limit is what the memory and three pages of rings take. */
static int job_of_charged(void *arg)
{
	const unsigned int pages = MEM / PAGE;
	struct ring ring = { .fd = dev_open(O_RDWR) };
	unsigned char *mem = arg;

	if (limit_locked(pages + 3) || has_room(mem, pages))
		return 1;
	if (mem_register(ring.fd, NULL, MEM) != -EFAULT)
		return 2;
	if (mem_register(ring.fd, mem, MEM) ||
	    mem_register(ring.fd, mem, MEM) != -EEXIST)
		return 3;
	if (has_room(mem, 4) != -ENOMEM || has_room(mem, 3))
		return 4;
	if (ring_setup(&ring, 256, 256))
		return 5;
	if (has_room(mem, 1) != -ENOMEM)
		return 6;
	/* What is mapped is there. */
	close(ring.fd);
	if (has_room(mem, 1) != -ENOMEM)
		return 7;
	munmap(ring.map, ring.info.map_size);
	return has_room(mem, pages);
}

TEST_F(setup, memory_is_charged_and_given_back)
{
	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_of_charged, self->mem));
}

/* Processes may come and go that register memory with a file of ours: they are this
 * user's, whose limit it is.
 */
static int job_of_parent(void *arg)
{
	int fd = dev_open(O_RDWR), status = 0;
	unsigned char *mem = arg;
	pid_t child;

	if (limit_locked(8))
		return 1;
	child = fork();
	if (!child)
		_exit(!!mem_register(fd, mem, 6 * PAGE));
	if (waitpid(child, &status, 0) != child || status)
		return 2;
	if (has_room(mem, 3) != -ENOMEM || has_room(mem, 2))
		return 3;
	close(fd);
	return has_room(mem, 8);
}

TEST_F(setup, limit_is_for_all_processes_of_a_user)
{
	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_of_parent, self->mem));
}

static int job_of_limited(void *arg)
{
	struct ring ring = { .fd = dev_open(O_RDWR) };
	unsigned char *mem = arg;

	if (limit_locked(8))
		return 1;
	if (mem_register(ring.fd, mem, 9 * PAGE) != -ENOMEM)
		return 2;
	if (mem_register(ring.fd, mem, 6 * PAGE))
		return 3;
	/* Three pages: indices, TX, RX. */
	if (ring_setup(&ring, 4, 4) != -ENOMEM)
		return 4;
	if (ring_setup(&ring, 4, 0))
		return 5;
	if (mem_register(ring.fd, mem + 6 * PAGE, PAGE) != -ENOMEM)
		return 6;
	return 0;
}

TEST_F(setup, limit_of_locked_memory_holds)
{
	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_of_limited, self->mem));
	/* But not for who may lock memory without one. */
	EXPECT_EQ(2, run_as(0, 0, -1, job_of_limited, self->mem));
}

TEST_HARNESS_MAIN
