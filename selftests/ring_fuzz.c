// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a hostile process at rings hurts nobody but itself
 *
 *	hostile threads, one file --- 3 |lan0| 1 --- honest sender
 *	file that comes and goes  --- n |    | 2 --- honest receiver
 *
 * Bytes that a port may send have a bit that those have not which none does: what the
 * receiver gets is a frame of the honest sender, as it was, or of bytes that others had
 * to send, and there are as many as all sent, but for those that it is said to have lost.
 *
 * SEED=N repeats the choices of a run, if not their interleaving; FUZZ_SECONDS=N has it
 * go on for so long. There are no seeds that are kept: any of them reaches the same
 * lines of the module, and what it finds takes threads that meet.
 *
 * vm: -r
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vhub_ring.h"

#define COUNT		256
#define PAGE		4096
#define MEM		(256 * PAGE)
#define FUZZ_SECONDS	5
#define RESTLESS	16	/* descriptors of those who come and go */

/* The upper bits of a byte say whose it is. */
enum {
	WHOSE		= 0xc0,
	SENDABLE	= 0x40,		/* in all that anybody sends */
	HONEST		= 0x40,
	SECRET		= 0x80,		/* in memory that nobody sends */
	HOSTILE		= 0xc0,
};

static bool fuzz_over;

static bool fuzz_goes_on(void)
{
	return !__atomic_load_n(&fuzz_over, __ATOMIC_RELAXED);
}

/**
 * struct hostile - a thread that does what it must not
 * @ring: rings that it shares with others
 * @seed: state of its choices
 * @kicks: kicks that were accepted
 * @sent: frames of ports that are gone
 */
struct hostile {
	struct ring *ring;
	unsigned int seed;
	long kicks;
	__u64 sent;
};

static __u32 choose(struct hostile *hostile, __u32 n)
{
	hostile->seed = hostile->seed * 1664525U + 1013904223U;
	return (hostile->seed >> 8) % n;
}

/* Any number, but often one at an edge. */
static __u32 wild(struct hostile *hostile)
{
	static const __u32 edges[] = {
		0, 1, 13, 14, 60, COUNT - 1, COUNT, COUNT + 1, PAGE - 1, PAGE,
		PAGE + 1, VHUB_FRAME_MAX, VHUB_FRAME_MAX + 1, 1U << 31, -2U,
		-1U,
	};

	if (choose(hostile, 2))
		return edges[choose(hostile, ARRAY_SIZE(edges))];
	return choose(hostile, 1 << 24) << choose(hostile, 9);
}

/* Most are sound: one that is not ends what is done for all before it. */
static void wild_desc(struct hostile *hostile, struct vhub_desc *desc)
{
	unsigned long mem = (unsigned long)hostile->ring->mem;

	*desc = (struct vhub_desc){
		.addr = mem + choose(hostile, MEM),
		.len = choose(hostile, 4) ? 14 + choose(hostile, 1500) :
					    choose(hostile, 3000),
		.flags = choose(hostile, 8) ? 0 : VHUB_DESC_NEXT,
	};
	switch (choose(hostile, 16)) {
	case 0:
		desc->addr = (__u64)wild(hostile) << choose(hostile, 33);
		break;
	case 1:
		desc->addr = mem + MEM - choose(hostile, 100);
		break;
	case 2:
		desc->addr = mem - choose(hostile, 100);
		break;
	case 3:
		desc->len = wild(hostile);
		break;
	case 4:
		desc->flags = wild(hostile);
		break;
	case 5:
		desc->reserved = wild(hostile);
		break;
	}
}

static void wild_index(struct hostile *hostile)
{
	struct vhub_ring_head *head = hostile->ring->head;
	__u32 *indices[] = { &head->tx_user, &head->tx_kernel, &head->rx_user,
			     &head->rx_kernel, &head->rx_seen,
			     &head->rx_sleep };

	*(volatile __u32 *)indices[choose(hostile, ARRAY_SIZE(indices))] +=
		wild(hostile);
}

/* Back within the ring, or nothing would ever pass. The kernel tells where. */
static void tame_indices(struct hostile *hostile)
{
	struct ring *ring = hostile->ring;
	volatile struct vhub_ring_head *head = ring->head;

	ring_kick(ring);
	head->tx_user = head->tx_kernel + choose(hostile, COUNT);
	head->rx_user = head->rx_kernel + choose(hostile, COUNT);
}

/* A frame may change while it is on its way. */
static void wild_byte(struct hostile *hostile)
{
	hostile->ring->mem[choose(hostile, MEM)] =
		HOSTILE | choose(hostile, 1 + (__u8)~WHOSE);
}

static void *hostile_thread(void *arg)
{
	struct hostile *hostile = arg;
	struct ring *ring = hostile->ring;
	struct pollfd pollfd = { .fd = ring->fd, .events = POLLIN };

	while (fuzz_goes_on()) {
		switch (choose(hostile, 32)) {
		case 0:
			wild_index(hostile);
			break;
		case 1:
			poll(&pollfd, 1, 0);
			break;
		case 2:
			/* It stays pinned, and is no longer ours. */
			mmap(ring->mem + choose(hostile, 256) * PAGE, PAGE,
			     PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			break;
		case 3:
			wild_byte(hostile);
			break;
		case 4 ... 6:
			tame_indices(hostile);
			break;
		case 7 ... 12:
			hostile->kicks += ring_kick(ring) > 0;
			break;
		case 13 ... 20:
			wild_desc(hostile,
				  &ring->rx[choose(hostile, COUNT)]);
			break;
		default:
			wild_desc(hostile,
				  &ring->tx[choose(hostile, COUNT)]);
			break;
		}
	}
	return NULL;
}

/* Frames lie where none is received. Return: was it accepted. */
static bool restless_sends(struct hostile *hostile, struct ring *ring,
			   __u32 hdr_size)
{
	unsigned char *at = ring->mem + RESTLESS * RING_BUF;
	__u32 len = 14 + choose(hostile, 2000);

	memset(at, 0, hdr_size);
	memset(at + hdr_size, HOSTILE | choose(hostile, 1 + (__u8)~WHOSE), len);
	ring_put(ring, at, hdr_size + len, 0);
	return ring_kick(ring) == 1;
}

/* Files with rings come and go while frames are on their way to them. */
static void *restless_thread(void *arg)
{
	struct hostile *hostile = arg;
	__u32 hdr_size;
	struct ring ring;
	unsigned int n;

	while (fuzz_goes_on()) {
		hdr_size = choose(hostile, 2) * 12;
		if (ring_open(&ring, RESTLESS, RESTLESS,
			      (RESTLESS + 2) * RING_BUF) ||
		    ring_attach(&ring, HUB, hdr_size))
			return arg;
		ring_fill(&ring);
		for (n = choose(hostile, 20); n; n--)
			hostile->sent += restless_sends(hostile, &ring,
							hdr_size);
		ring_close(&ring);
	}
	return NULL;
}

/* An honest frame is all known from its number. */
static size_t make_honest(unsigned char *frame, __u32 number)
{
	size_t i, len = 100 + number % 1400;
	__u32 x = number;

	for (i = 0; i < len; i++) {
		/* First the number itself, 6 bits a byte. */
		frame[i] = HONEST | (i < 6 ? number >> (6 * i) & 0x3f : x >> 26);
		x = x * 1664525U + 1013904223U;
	}
	return len;
}

static __u32 honest_number(const unsigned char *frame)
{
	__u32 number = 0;
	int i;

	for (i = 0; i < 6; i++)
		number |= (frame[i] & 0x3fU) << (6 * i);
	return number;
}

/**
 * struct honest - who receives
 * @ring: its ring
 * @next: number of the honest frame that may come next
 * @good: honest frames that came
 * @others: other frames
 * @odd: those that nobody can have sent
 */
struct honest {
	struct ring ring;
	__u32 next;
	__u64 good;
	__u64 others;
	__u64 odd;
};

/* Is it an honest frame, as it was sent, that was not seen before? The hostile
 * hear honest frames, too, and send what they please of them.
 */
static bool is_honest(struct honest *honest, const unsigned char *frame,
		      size_t len)
{
	unsigned char good[2000];
	__u32 number;

	if (len < 100)
		return false;
	number = honest_number(frame);
	if (number < honest->next || make_honest(good, number) != len ||
	    memcmp(frame, good, len))
		return false;
	honest->next = number + 1;
	return true;
}

static bool is_sendable(const unsigned char *frame, size_t len)
{
	while (len && (*frame & SENDABLE)) {
		frame++;
		len--;
	}
	return !len;
}

/* Buffers whose bytes nobody can have sent. */
static void fill_receiver(struct ring *ring)
{
	__u32 i;

	for (i = ring->rx_next + COUNT - ring->head->rx_user; i; i--)
		memset(ring->mem + (ring->head->rx_user + i - 1) % COUNT *
		       RING_BUF, SECRET, RING_BUF);
	ring_fill(ring);
}

/* Return: 0, or what the ring says instead of a frame. */
static int receive(struct honest *honest)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t len;

	while (!ring_gets_nothing(&honest->ring)) {
		len = ring_take(&honest->ring, frame, sizeof(frame));
		if (len < 0)
			return len;
		if (is_honest(honest, frame, len)) {
			honest->good++;
			continue;
		}
		honest->others++;
		honest->odd += !is_sendable(frame, len);
	}
	fill_receiver(&honest->ring);
	return 0;
}

static bool is_all_secret(const unsigned char *memory, size_t len)
{
	while (len && *memory == SECRET) {
		memory++;
		len--;
	}
	return !len;
}

FIXTURE(ring_fuzz)
{
	struct ring sender;
	struct honest honest;
	struct ring shared;
	struct hostile hostiles[3];
	pthread_t threads[3];
};

/* Next to a page that a ring's descriptors may name lies one of another's memory: a look
 * beyond it finds what it must not.
 */
static int map_memory(FIXTURE_DATA(ring_fuzz) *self)
{
	struct ring *rings[] = { &self->sender, &self->shared,
				 &self->honest.ring };
	size_t at, i;

	for (i = 0; i < ARRAY_SIZE(rings); i++) {
		rings[i]->mem_size = MEM;
		rings[i]->mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (rings[i]->mem == MAP_FAILED)
			return -errno;
	}
	for (at = 0; at < MEM; at += PAGE)
		for (i = 0; i < ARRAY_SIZE(rings); i++)
			memset(rings[i]->mem + at, rings[i] == &self->shared ?
			       HOSTILE : SECRET, PAGE);
	return 0;
}

static int attach_ring(struct ring *ring, __u32 tx_count, __u32 rx_count)
{
	ring->fd = dev_open(O_RDWR);
	if (ring->fd < 0)
		return ring->fd;
	return mem_register(ring->fd, ring->mem, ring->mem_size) ?:
	       ring_setup(ring, tx_count, rx_count) ?:
	       ring_attach(ring, HUB, 0);
}

FIXTURE_SETUP(ring_fuzz)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, map_memory(self));
	ASSERT_EQ(0, attach_ring(&self->sender, COUNT, 0));
	ASSERT_EQ(0, attach_ring(&self->honest.ring, 0, COUNT));
	ring_fill(&self->honest.ring);
	ASSERT_EQ(0, attach_ring(&self->shared, COUNT, COUNT));
}

FIXTURE_TEARDOWN(ring_fuzz)
{
}

static int begin_hostiles(FIXTURE_DATA(ring_fuzz) *self, unsigned int seed)
{
	int i, ret = 0;

	for (i = 0; !ret && i < 3; i++) {
		self->hostiles[i] = (struct hostile){
			.ring = &self->shared,
			.seed = seed + i,
		};
		ret = pthread_create(&self->threads[i], NULL, i < 2 ?
				     hostile_thread : restless_thread,
				     &self->hostiles[i]);
	}
	return ret;
}

/* Return: did all do what they should. */
static bool end_hostiles(FIXTURE_DATA(ring_fuzz) *self)
{
	bool fine = true;
	void *failed;
	int i;

	__atomic_store_n(&fuzz_over, true, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		fine &= !pthread_join(self->threads[i], &failed) && !failed;
	return fine;
}

TEST_F_TIMEOUT(ring_fuzz, hostile_process_hurts_only_itself, 4000)
{
	unsigned int number = 0, seed = run_seed();
	struct port_info port[4] = {};
	long long end;
	size_t len;
	int i;

	TH_LOG("SEED=%u", seed);
	ASSERT_EQ(0, begin_hostiles(self, seed));
	end = now_ms() + 1000LL * env_number("FUZZ_SECONDS", FUZZ_SECONDS);
	do {
		len = make_honest(self->sender.mem, number++);
		ring_put(&self->sender, self->sender.mem, len, 0);
		ASSERT_EQ(1, ring_kick(&self->sender));
		ASSERT_EQ(0, receive(&self->honest));
	} while (now_ms() < end);
	EXPECT_TRUE(end_hostiles(self));
	EXPECT_EQ(0, receive(&self->honest));

	for (i = 1; i < 4; i++)
		ASSERT_EQ(0, port_get(HUB, i, &port[i]));
	TH_LOG("%u honest frames sent, %llu got, %llu of others, %llu lost, "
	       "%ld hostile kicks", number, self->honest.good,
	       self->honest.others, port_lost(&port[2]),
	       self->hostiles[0].kicks + self->hostiles[1].kicks);
	EXPECT_LT(number / 2, self->honest.good);
	EXPECT_LT(0, port[3].tx_frames);
	EXPECT_LT(0, self->hostiles[2].sent);
	/* No byte came that nobody sent, nor was any written that is not for frames. */
	EXPECT_EQ(0, self->honest.odd);
	EXPECT_TRUE(is_all_secret(self->honest.ring.mem + COUNT * RING_BUF,
				  MEM - COUNT * RING_BUF));
	EXPECT_TRUE(is_all_secret(self->sender.mem + PAGE, MEM - PAGE));
	/* And as many frames as were sent, but for those that a full ring lost. */
	EXPECT_EQ(number, port[1].tx_frames);
	EXPECT_EQ(number + port[3].tx_frames + self->hostiles[2].sent,
		  self->honest.good + self->honest.others +
		  port_lost(&port[2]));
	EXPECT_EQ(port_lost(&port[2]), port[2].drops[VHUB_A_DROPS_FULL]);
}

TEST_HARNESS_MAIN
