// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a hostile process at rings hurts nobody but itself
 *
 *	hostile threads, one file --- 3 |lan0| 1 --- honest sender
 *	file that comes and goes  --- n |    | 2 --- honest receiver
 *
 * SEED=N repeats the choices of a run, if not their interleaving; FUZZ_MS=N has
 * it run longer.
 *
 * qemu: the clock of uml stands still as long as anybody is busy
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
#define FUZZ_MS		5000
#define MARK		6	/* the source address marks an honest frame */

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
 */
struct hostile {
	struct ring *ring;
	unsigned int seed;
	long kicks;
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

static void wild_desc(struct hostile *hostile, struct vhub_desc *desc)
{
	unsigned long mem = (unsigned long)hostile->ring->mem;

	switch (choose(hostile, 8)) {
	case 0:
		desc->addr = (__u64)wild(hostile) << choose(hostile, 33);
		break;
	case 1:
		desc->addr = mem + MEM - choose(hostile, 100);
		break;
	case 2:
		desc->addr = mem - choose(hostile, 100);
		break;
	default:
		desc->addr = mem + choose(hostile, MEM);
		break;
	}
	desc->len = choose(hostile, 4) ? choose(hostile, 3000) :
					 wild(hostile);
	desc->flags = choose(hostile, 8) ? choose(hostile, 2) :
					   wild(hostile);
	desc->reserved = wild(hostile);
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
		case 3 ... 6:
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

/* Files with rings come and go while frames are on their way to them. */
static void *restless_thread(void *arg)
{
	struct hostile *hostile = arg;
	struct ring ring;
	unsigned int i, n;

	while (fuzz_goes_on()) {
		if (ring_open(&ring, 16, 16, 16 * RING_BUF) ||
		    ring_attach(&ring, HUB, choose(hostile, 2) * 12))
			return arg;
		ring_fill(&ring);
		n = choose(hostile, 20);
		for (i = 0; i < n; i++)
			ring_send(&ring, 14 + choose(hostile, 2000), i);
		ring_close(&ring);
	}
	return NULL;
}

/* An honest frame is all known from its number. */
static size_t make_honest(unsigned char *frame, __u32 number)
{
	size_t len = make_frame(frame, 100 + number % 1400, number);

	frame[MARK] = 0x02;
	frame[MARK + 1] = 0xaa;
	memcpy(frame + MARK + 2, &number, sizeof(number));
	return len;
}

/* Is it an honest frame, as it was sent, that was not seen before? The hostile
 * hear honest frames, too, and send what they please of them.
 */
static bool is_honest(const unsigned char *frame, size_t len, __u32 *next)
{
	unsigned char good[2000];
	__u32 number;

	if (len < 100)
		return false;
	memcpy(&number, frame + MARK + 2, sizeof(number));
	if (number < *next || make_honest(good, number) != len ||
	    memcmp(frame, good, len))
		return false;
	*next = number + 1;
	return true;
}

TEST(hostile_process_hurts_only_itself)
{
	static struct ring sender, receiver, shared;
	static unsigned char frame[FRAME_ROOM];
	const char *seed = getenv("SEED"), *ms = getenv("FUZZ_MS");
	struct hostile hostiles[3];
	unsigned int i, number = 0, next = 0, good = 0, start;
	pthread_t threads[3];
	long long end;
	void *failed;
	ssize_t len;

	start = seed ? strtoul(seed, NULL, 0) : (unsigned int)now_ms();
	TH_LOG("SEED=%u", start);
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, ring_open(&sender, COUNT, 0, MEM));
	ASSERT_EQ(0, ring_attach(&sender, HUB, 0));
	ASSERT_EQ(0, ring_open(&receiver, 0, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&receiver, HUB, 0));
	ring_fill(&receiver);
	ASSERT_EQ(0, ring_open(&shared, COUNT, COUNT, MEM));
	ASSERT_EQ(0, ring_attach(&shared, HUB, 0));

	for (i = 0; i < 3; i++) {
		hostiles[i] = (struct hostile){ &shared, start + i, 0 };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, i < 2 ?
					    hostile_thread : restless_thread,
					    &hostiles[i]));
	}
	end = now_ms() + (ms ? atoi(ms) : FUZZ_MS);
	while (now_ms() < end) {
		len = make_honest(sender.mem, number++);
		ring_put(&sender, sender.mem, len, 0);
		if (ring_kick(&sender) != 1)
			break;
		while (!ring_gets_nothing(&receiver)) {
			len = ring_take(&receiver, frame, sizeof(frame));
			if (len < 0)
				break;
			good += is_honest(frame, len, &next);
		}
		ring_fill(&receiver);
	}
	EXPECT_LE(end, now_ms());
	__atomic_store_n(&fuzz_over, true, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &failed));
		EXPECT_EQ(NULL, failed);
	}
	TH_LOG("%u honest frames sent, %u got, %ld hostile kicks", number, good,
	       hostiles[0].kicks + hostiles[1].kicks);
	/* Each arrived as it was, or was counted as lost to a full ring. */
	EXPECT_LT(number / 2, good);
	EXPECT_LE(number - good, port_drops(HUB, 2, VHUB_A_DROPS_FULL));
	EXPECT_EQ(0, port_drops(HUB, 2, VHUB_A_DROPS_FAULT));
	EXPECT_EQ(0, port_drops(HUB, 2, VHUB_A_DROPS_TOO_BIG));
	EXPECT_LT(0, hostiles[0].kicks + hostiles[1].kicks);
}

TEST_HARNESS_MAIN
