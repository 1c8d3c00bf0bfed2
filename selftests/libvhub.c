// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the C library: a port on a hub, with rings and without
 *
 *	a (port 1) ---+--- hub ---+--- b (port 2)
 */

#include "kselftest_harness.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../tools/libvhub/netlink.h"
#include "../tools/libvhub/vhub.h"
#include "vhub_test.h"

#define PORT_A	1
#define PORT_B	2
#define NOBODY	65534
#define BATCH	64

/* Flags of enum vhub_open_flags; NULL in case of an error. */
static struct vhub *open_port(unsigned int flags)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = flags,
	};
	struct vhub *v;

	return vhub_open(&v, HUB, &options) ? NULL : v;
}

static bool is_port_with(const struct vhub_options *options, int error)
{
	struct vhub *v = NULL;
	int ret = vhub_open(&v, HUB, options);

	if (!ret)
		vhub_close(v);
	return ret == error && !v == !!error;
}

static int send_made(struct vhub *v, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	return vhub_send(v, frame, make_frame(frame, len, seed));
}

/* Receives one frame, and that is this one. */
static bool recv_made(struct vhub *v, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];

	if (vhub_wait(v, LIMIT_MS) != 1)
		return false;
	return vhub_recv(v, frame, sizeof(frame)) == (ssize_t)len &&
	       is_frame(frame, len, seed);
}

/*
 * What does not depend on the way frames take
 */
FIXTURE(options)
{
	int unused;
};

FIXTURE_SETUP(options)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
}

FIXTURE_TEARDOWN(options)
{
}

TEST_F(options, hubs_that_are_none_are_refused)
{
	struct vhub *v = NULL;

	EXPECT_EQ(-ENODEV, vhub_open(&v, "lan1", NULL));
	EXPECT_EQ(-ENODEV, vhub_open(&v, "lo", NULL));
	EXPECT_EQ(-ENODEV, vhub_open(&v, "", NULL));
	EXPECT_EQ(-EINVAL, vhub_open(&v, "a-name-that-is-too-long", NULL));
	EXPECT_EQ(NULL, v);
	vhub_close(v);
}

#define OPTIONS(...)	(&(struct vhub_options){			\
	.size = sizeof(struct vhub_options), __VA_ARGS__ })

TEST_F(options, wrong_ones_are_refused)
{
	EXPECT_TRUE(is_port_with(OPTIONS(.flags = 0), 0));
	EXPECT_TRUE(is_port_with(OPTIONS(.size = 0), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.size = 5000), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.flags = 1 << 30), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.flags = VHUB_OPEN_RINGS |
						  VHUB_OPEN_NO_RINGS),
				 -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.reserved = 1), -E2BIG));
	EXPECT_TRUE(is_port_with(OPTIONS(.vnet_hdr_size = 9), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.vnet_hdr_size = 257), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.offloads = TUN_F_CSUM), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.tx_count = 100), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.rx_count = 65536), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.buffer_size = 1023), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.buffer_size = 131073), -EINVAL));
	/* They must hold the largest frame. */
	EXPECT_TRUE(is_port_with(OPTIONS(.tx_count = 32), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.tx_count = 64), 0));
	EXPECT_TRUE(is_port_with(OPTIONS(.rx_count = 1), -EINVAL));
	EXPECT_TRUE(is_port_with(OPTIONS(.rx_count = 1,
					 .buffer_size = 65600), 0));
}

TEST_F(options, a_struct_of_other_versions_is_understood)
{
	struct {
		struct vhub_options options;
		char more[24];
	} newer = { .options.size = sizeof(newer) };

	EXPECT_TRUE(is_port_with(&newer.options, 0));
	newer.more[23] = 1;
	EXPECT_TRUE(is_port_with(&newer.options, -E2BIG));
}

TEST_F(options, label_and_number_are_those_the_hub_shows)
{
	struct vhub_port_info info;
	struct vhub *a, *b;

	ASSERT_EQ(0, vhub_open(&a, HUB, NULL));
	ASSERT_EQ(0, vhub_open(&b, HUB, OPTIONS(.label = "a label")));
	EXPECT_EQ(PORT_A, vhub_port(a));
	EXPECT_EQ(PORT_B, vhub_port(b));
	EXPECT_EQ(VHUB_RIGHT_RECV | VHUB_RIGHT_SEND, vhub_rights(a));
	ASSERT_EQ(0, vhub_info(b, &info));
	EXPECT_STREQ("a label", info.label);
	ASSERT_EQ(0, link_rename(HUB, "other0"));
	ASSERT_EQ(0, vhub_info(b, &info));
	EXPECT_STREQ("other0", info.hub_name);
	vhub_close(a);
	vhub_close(b);
}

/* What a user gets that may lock no memory, who must not be root. */
static int open_without_memory(void *arg)
{
	const struct vhub_options *rings = OPTIONS(.flags = VHUB_OPEN_RINGS);
	const struct rlimit none = { 0, 0 };
	struct vhub *v;
	int ret;

	(void)arg;
	if (setrlimit(RLIMIT_MEMLOCK, &none))
		return -errno;
	if (!is_port_with(rings, -ENOMEM))
		return -EPROTO;
	v = open_port(0);
	if (!v)
		return -ENODEV;
	ret = vhub_has_rings(v) ? -EEXIST : send_made(v, 60, 1);
	vhub_close(v);
	return ret;
}

TEST_F(options, without_memory_to_lock_there_are_no_rings)
{
	struct vhub *v;

	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0666, NULL));
	v = open_port(0);
	ASSERT_NE(NULL, v);
	EXPECT_TRUE(vhub_has_rings(v));
	ASSERT_EQ(0, run_as(NOBODY, NOBODY, -1, open_without_memory, NULL));
	EXPECT_TRUE(recv_made(v, 60, 1));
	vhub_close(v);
}

/*
 * Both ways
 */
FIXTURE(port)
{
	struct vhub *a;
	struct vhub *b;
	unsigned int flags;
	unsigned char frame[FRAME_ROOM];
};

FIXTURE_VARIANT(port)
{
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(port, rings)
{
	.flags = VHUB_OPEN_RINGS,
};

FIXTURE_VARIANT_ADD(port, read_write)
{
	.flags = VHUB_OPEN_NO_RINGS,
};

FIXTURE_SETUP(port)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->flags = variant->flags;
	self->a = open_port(variant->flags);
	ASSERT_NE(NULL, self->a);
	self->b = open_port(variant->flags | VHUB_OPEN_NONBLOCK);
	ASSERT_NE(NULL, self->b);
	EXPECT_EQ(self->flags == VHUB_OPEN_RINGS, vhub_has_rings(self->a));
}

/* Whatever was done: both still work. */
FIXTURE_TEARDOWN(port)
{
	EXPECT_EQ(0, send_made(self->a, 60, 1001));
	EXPECT_EQ(0, send_made(self->b, 60, 1002));
	EXPECT_TRUE(recv_made(self->b, 60, 1001));
	EXPECT_TRUE(recv_made(self->a, 60, 1002));
	EXPECT_EQ(-EAGAIN, vhub_recv(self->b, self->frame, FRAME_ROOM));
	vhub_close(self->a);
	vhub_close(self->b);
}

TEST_F(port, frames_keep_their_bytes_and_order)
{
	static const size_t sizes[] = {
		14, 15, 59, 60, 64, 1514, 2047, 2048, 2049, 4095, 4096, 4097,
		9018, 32768, 65535, VHUB_FRAME_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		ASSERT_EQ(0, send_made(self->a, sizes[i], i));
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT_TRUE(recv_made(self->b, sizes[i], i));
}

TEST_F(port, frames_of_bad_length_are_refused)
{
	struct vhub_frame frames[3] = {
		{ self->frame, 60, 0 }, { self->frame, 13, 0 },
		{ self->frame, 60, 0 },
	};

	make_frame(self->frame, 60, 1);
	EXPECT_EQ(-EINVAL, vhub_send(self->a, self->frame, 0));
	EXPECT_EQ(-EINVAL, vhub_send(self->a, self->frame, 13));
	EXPECT_EQ(-EMSGSIZE, vhub_send(self->a, self->frame,
				       VHUB_FRAME_MAX + 1));
	EXPECT_EQ(-EMSGSIZE, vhub_send(self->a, self->frame, (1ULL << 32) + 60));
	/* A batch ends before it, and the next one begins with it. */
	EXPECT_EQ(1, vhub_send_batch(self->a, frames, 3));
	EXPECT_TRUE(recv_made(self->b, 60, 1));
	EXPECT_EQ(-EINVAL, vhub_send_batch(self->a, frames + 1, 2));
	EXPECT_EQ(-EINVAL, vhub_tx_put(self->a, frames, 3));
	EXPECT_EQ(0, vhub_flush(self->a));
	EXPECT_EQ(0, vhub_send_batch(self->a, frames, 0));
}

/* A batch of frames that lie one after the other in @bytes. */
static size_t make_batch(struct vhub_frame *frames, unsigned char *bytes,
			 unsigned int n, unsigned int seed)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		frames[i].data = bytes + at;
		frames[i].len = 60 + (seed + i) % 1000;
		at += make_frame(bytes + at, frames[i].len, seed + i);
	}
	return at;
}

static bool is_batch(const struct vhub_frame *frames, unsigned int n,
		     unsigned int seed)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (frames[i].len != 60 + (seed + i) % 1000 ||
		    !is_frame(frames[i].data, frames[i].len, seed + i))
			return false;
	return true;
}

TEST_F(port, batches_go_round_and_round)
{
	static unsigned char bytes[BATCH * 1100];
	struct vhub_frame frames[BATCH];
	unsigned int i;

	for (i = 0; i < 10000; i += BATCH) {
		make_batch(frames, bytes, BATCH, i);
		ASSERT_EQ(BATCH, vhub_send_batch(self->a, frames, BATCH));
		ASSERT_EQ(BATCH, vhub_recv_batch(self->b, frames, BATCH));
		ASSERT_TRUE(is_batch(frames, BATCH, i));
		ASSERT_EQ(0, vhub_release(self->b, BATCH));
	}
}

/* More than the ring has place for, of which the receiver's takes all. */
TEST_F(port, batches_may_be_longer_than_the_ring)
{
	static unsigned char bytes[400 * 1100];
	struct vhub_frame frames[400];

	make_batch(frames, bytes, 400, 1);
	ASSERT_EQ(400, vhub_send_batch(self->a, frames, 400));
	ASSERT_EQ(400, vhub_recv_batch(self->b, frames, 400));
	EXPECT_TRUE(is_batch(frames, 400, 1));
	EXPECT_EQ(0, vhub_release(self->b, 400));
}

/* Sizes that take from one buffer to all but one, so that every place of the
 * ring is once the one where a frame goes on in the first buffer.
 */
TEST_F(port, long_frames_go_round_and_round)
{
	struct vhub_frame frame;
	unsigned int i;
	size_t len;

	for (i = 0; i < 1500; i++) {
		len = 60 + i * 7919 % (VHUB_FRAME_MAX - 60);
		ASSERT_EQ(0, send_made(self->a, len, i));
		ASSERT_EQ(1, vhub_recv_batch(self->b, &frame, 1));
		ASSERT_EQ(len, frame.len);
		ASSERT_TRUE(is_frame(frame.data, frame.len, i));
		ASSERT_EQ(0, vhub_release(self->b, 1));
	}
}

TEST_F(port, long_and_short_frames_are_held_together)
{
	struct vhub_frame frames[8];
	unsigned int i, j;

	for (i = 0; i < 300; i++) {
		for (j = 0; j < 8; j++)
			ASSERT_EQ(0, send_made(self->a, 60 + j * 1999, i + j));
		ASSERT_EQ(3, vhub_recv_batch(self->b, frames, 3));
		ASSERT_EQ(5, vhub_recv_batch(self->b, frames + 3, 5));
		for (j = 0; j < 8; j++) {
			ASSERT_EQ(60 + j * 1999, frames[j].len);
			ASSERT_TRUE(is_frame(frames[j].data, frames[j].len,
					     i + j));
		}
		ASSERT_EQ(0, vhub_release(self->b, 5));
		ASSERT_EQ(0, vhub_release(self->b, 3));
	}
}

TEST_F(port, buffers_are_sent_without_copying)
{
	struct vhub_frame frames[BATCH], again;
	unsigned int i, round;
	int n;

	for (round = 0; round < 20; round++) {
		n = vhub_tx_get(self->a, frames, BATCH);
		ASSERT_EQ(BATCH, n);
		ASSERT_EQ(1, vhub_tx_get(self->a, &again, 1));
		ASSERT_EQ(frames[0].data, again.data);
		ASSERT_LE(1514, frames[0].len);
		for (i = 0; i < BATCH; i++)
			frames[i].len = make_frame(frames[i].data,
						   60 + (i + round) % 1000,
						   round + i);
		ASSERT_EQ(0, vhub_tx_put(self->a, frames, BATCH));
		ASSERT_EQ(-EAGAIN, vhub_recv(self->b, self->frame,
					     FRAME_ROOM));
		ASSERT_EQ(0, vhub_flush(self->a));
		ASSERT_EQ(BATCH, vhub_recv_batch(self->b, frames, BATCH));
		ASSERT_TRUE(is_batch(frames, BATCH, round));
		ASSERT_EQ(0, vhub_release(self->b, BATCH));
	}
}

TEST_F(port, as_many_frames_wait_as_there_are_buffers)
{
	struct vhub_frame frames[300];
	unsigned int i;

	ASSERT_EQ(256, vhub_tx_get(self->a, frames, 300));
	for (i = 0; i < 256; i++)
		frames[i].len = make_frame(frames[i].data, 60, i);
	ASSERT_EQ(0, vhub_tx_put(self->a, frames, 256));
	EXPECT_EQ(-ENOBUFS, vhub_tx_put(self->a, frames, 1));
	/* Those that wait go first. */
	ASSERT_EQ(0, send_made(self->a, 60, 256));
	for (i = 0; i < 257; i++)
		ASSERT_TRUE(recv_made(self->b, 60, i));
}

TEST_F(port, registered_memory_is_sent_from)
{
	struct vhub_frame frame = { .len = 9000 };
	unsigned char *guest;

	guest = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, guest);
	ASSERT_EQ(0, vhub_register(self->a, guest, 1 << 20));
	frame.data = guest + 4001;
	make_frame(frame.data, frame.len, 7);
	ASSERT_EQ(0, vhub_tx_put(self->a, &frame, 1));
	ASSERT_EQ(0, vhub_flush(self->a));
	EXPECT_TRUE(recv_made(self->b, 9000, 7));
}

TEST_F(port, a_short_buffer_gets_the_begin_and_the_length)
{
	memset(self->frame, 0xaa, 100);
	ASSERT_EQ(0, send_made(self->a, 60, 1));
	EXPECT_EQ(60, vhub_recv(self->b, self->frame, 20));
	EXPECT_TRUE(is_frame(self->frame, 20, 1));
	EXPECT_EQ(0xaa, self->frame[20]);
	EXPECT_EQ(0, port_drops(HUB, PORT_B, VHUB_A_DROPS_TRUNCATED));
}

TEST_F(port, frames_are_released_in_their_order)
{
	struct vhub_frame frames[2];

	ASSERT_EQ(0, send_made(self->a, 60, 1));
	ASSERT_EQ(0, send_made(self->a, 60, 2));
	ASSERT_EQ(0, send_made(self->a, 60, 3));
	ASSERT_EQ(2, vhub_recv_batch(self->b, frames, 2));
	EXPECT_EQ(-EBUSY, vhub_recv(self->b, self->frame, FRAME_ROOM));
	EXPECT_EQ(-EINVAL, vhub_release(self->b, 3));
	EXPECT_EQ(0, vhub_release(self->b, 1));
	EXPECT_TRUE(is_frame(frames[1].data, 60, 2));
	EXPECT_EQ(0, vhub_release(self->b, 1));
	EXPECT_EQ(-EINVAL, vhub_release(self->b, 1));
	EXPECT_EQ(-EINVAL, vhub_recv_batch(self->b, frames, 0));
	EXPECT_TRUE(recv_made(self->b, 60, 3));
}

TEST_F(port, who_holds_all_buffers_is_told)
{
	struct vhub_frame frames[512];
	unsigned int i;
	int got = 0, ret;

	for (i = 0; i < 600; i++)
		ASSERT_EQ(0, send_made(self->a, 60, i));
	do {
		ret = vhub_recv_batch(self->b, frames + got, 512 - got);
		got += ret > 0 ? ret : 0;
	} while (ret > 0 && got < 512);
	if (got == 512)
		ret = vhub_recv_batch(self->b, frames, 1);
	EXPECT_EQ(-ENOBUFS, ret);
	EXPECT_EQ(-ENOBUFS, vhub_wait(self->b, 0));
	EXPECT_LT(400, got);
	EXPECT_EQ(0, vhub_release(self->b, got));
	while (vhub_recv(self->b, self->frame, FRAME_ROOM) > 0)
		;
}

TEST_F(port, wait_ends_by_a_frame_or_by_time)
{
	long long begin = now_ms();

	EXPECT_EQ(0, vhub_wait(self->b, 0));
	EXPECT_EQ(0, vhub_wait(self->b, 50));
	EXPECT_LE(begin + 50, now_ms());
	ASSERT_EQ(0, send_made(self->a, 60, 1));
	EXPECT_EQ(1, vhub_wait(self->b, 0));
	EXPECT_EQ(1, vhub_wait(self->b, -1));
	EXPECT_TRUE(recv_made(self->b, 60, 1));
	EXPECT_EQ(0, vhub_wait(self->b, 0));
}

/**
 * struct sleeper - a thread that sleeps in a call
 * @v: argument of the call
 * @tid: the thread, once it is about to
 * @ret: what the call returned
 */
struct sleeper {
	struct vhub *v;
	pid_t tid;
	int ret;
};

static void *sleep_in_recv(void *arg)
{
	struct sleeper *s = arg;
	char buf[100];

	__atomic_store_n(&s->tid, gettid(), __ATOMIC_RELEASE);
	s->ret = vhub_recv(s->v, buf, sizeof(buf));
	return NULL;
}

static bool sleeps(const struct sleeper *s)
{
	pid_t tid = __atomic_load_n(&s->tid, __ATOMIC_ACQUIRE);

	return tid && is_asleep(tid);
}

TEST_F(port, to_receive_waits)
{
	struct sleeper s = { .v = self->a };
	pthread_t thread;
	int i;

	for (i = 0; i < 100; i++) {
		s.tid = 0;
		ASSERT_EQ(0, pthread_create(&thread, NULL, sleep_in_recv, &s));
		if (i < 10)
			EXPECT_TRUE(wait_until(sleeps(&s)));
		EXPECT_EQ(0, send_made(self->b, 60, 1));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		EXPECT_EQ(60, s.ret);
	}
}

static void on_signal(int number)
{
	(void)number;
}

TEST_F(port, signals_end_a_wait)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct sleeper s = { .v = self->a };
	pthread_t thread;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, sleep_in_recv, &s));
	EXPECT_TRUE(wait_until(sleeps(&s)));
	ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(-EINTR, s.ret);
}

static int is_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0);
}

TEST_F(port, its_file_tells_of_frames)
{
	EXPECT_EQ(0, is_readable(vhub_fd(self->b)));
	EXPECT_EQ(0, vhub_arm(self->b));
	ASSERT_EQ(0, send_made(self->a, 60, 1));
	EXPECT_EQ(1, is_readable(vhub_fd(self->b)));
	EXPECT_EQ(1, vhub_arm(self->b));
	EXPECT_TRUE(recv_made(self->b, 60, 1));
	EXPECT_EQ(0, vhub_arm(self->b));
	EXPECT_EQ(0, is_readable(vhub_fd(self->b)));
}

/* Each sleep is ended by each frame, however epoll was asked. */
TEST_F(port, epoll_wakes_at_each_frame)
{
	static const unsigned int events[] = { EPOLLIN, EPOLLIN | EPOLLET };
	struct epoll_event event;
	unsigned int i, j;
	int ep;

	for (i = 0; i < 2; i++) {
		ep = epoll_create1(EPOLL_CLOEXEC);
		event.events = events[i];
		ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, vhub_fd(self->b),
				       &event));
		for (j = 0; j < 100; j++) {
			ASSERT_EQ(0, vhub_arm(self->b));
			ASSERT_EQ(0, send_made(self->a, 60, j));
			ASSERT_EQ(1, epoll_wait(ep, &event, 1, LIMIT_MS));
			ASSERT_TRUE(recv_made(self->b, 60, j));
		}
		close(ep);
	}
}

/* One thread sends while another receives, on the same handle. */
static void *send_many(void *arg)
{
	struct vhub *v = arg;
	unsigned int i;

	for (i = 0; i < 20000; i++)
		if (send_made(v, 60, i % 50))
			return arg;
	return NULL;
}

TEST_F(port, one_thread_sends_while_another_receives)
{
	unsigned int i, whole = 0, got = 0;
	void *a_failed, *b_failed;
	struct vhub_frame frames[BATCH];
	pthread_t a, b;
	int n;

	ASSERT_EQ(0, pthread_create(&a, NULL, send_many, self->a));
	ASSERT_EQ(0, pthread_create(&b, NULL, send_many, self->b));
	while (got < 1000) {
		n = vhub_recv_batch(self->a, frames, BATCH);
		ASSERT_LT(0, n);
		for (i = 0; i < (unsigned int)n; i++)
			whole += frames[i].len == 60;
		ASSERT_EQ(0, vhub_release(self->a, n));
		got += n;
	}
	ASSERT_EQ(0, pthread_join(a, &a_failed));
	ASSERT_EQ(0, pthread_join(b, &b_failed));
	EXPECT_EQ(NULL, a_failed);
	EXPECT_EQ(NULL, b_failed);
	EXPECT_EQ(got, whole);
	while (vhub_wait(self->a, 0) == 1)
		ASSERT_EQ(60, vhub_recv(self->a, self->frame, FRAME_ROOM));
	while (vhub_wait(self->b, 0) == 1)
		ASSERT_EQ(60, vhub_recv(self->b, self->frame, FRAME_ROOM));
}

TEST_F(port, counters_count)
{
	struct vhub_port_info info;

	ASSERT_EQ(0, send_made(self->a, 60, 1));
	ASSERT_EQ(0, send_made(self->a, 100, 2));
	ASSERT_EQ(0, vhub_info(self->a, &info));
	EXPECT_EQ(2, info.tx_frames);
	EXPECT_EQ(160, info.tx_bytes);
	EXPECT_EQ(0, info.rx_frames);
	EXPECT_TRUE(recv_made(self->b, 60, 1));
	EXPECT_TRUE(recv_made(self->b, 100, 2));
	ASSERT_EQ(0, vhub_info(self->b, &info));
	EXPECT_EQ(2, info.rx_frames);
	EXPECT_EQ(160, info.rx_bytes);
}

/* Which of two processes goes on does not matter. */
TEST_F(port, a_child_goes_on_where_its_parent_stops)
{
	int status;
	pid_t child;

	ASSERT_EQ(0, send_made(self->a, 60, 1));
	child = fork();
	if (!child) {
		if (!recv_made(self->b, 60, 1) || send_made(self->b, 60, 2))
			_exit(1);
		vhub_close(self->a);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(recv_made(self->a, 60, 2));
	vhub_close(self->b);
	self->b = open_port(self->flags | VHUB_OPEN_NONBLOCK);
	ASSERT_NE(NULL, self->b);
}

TEST_F(port, virtio_net_headers_go_with_frames)
{
	struct virtio_net_hdr hdr = { 0 };
	struct vhub *v;

	ASSERT_EQ(0, vhub_open(&v, HUB,
			       OPTIONS(.flags = self->flags,
				       .vnet_hdr_size = 12,
				       .offloads = TUN_F_CSUM)));
	memset(self->frame, 0, 12);
	make_frame(self->frame + 12, 2040, 1);
	EXPECT_EQ(0, vhub_send(v, self->frame, 12 + 2040));
	EXPECT_TRUE(recv_made(self->a, 2040, 1));
	EXPECT_TRUE(recv_made(self->b, 2040, 1));

	EXPECT_EQ(0, send_made(self->a, 2040, 2));
	EXPECT_TRUE(recv_made(self->b, 2040, 2));
	EXPECT_EQ(2052, vhub_recv(v, self->frame, FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->frame + 12, 2040, 2));

	/* A checksum beyond the end. */
	hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr.csum_start = 5000;
	memcpy(self->frame, &hdr, sizeof(hdr));
	EXPECT_EQ(-EINVAL, vhub_send(v, self->frame, 12 + 2040));
	EXPECT_EQ(-EINVAL, vhub_send(v, self->frame, 25));
	vhub_close(v);
}

static int send_without_right(void *arg)
{
	struct vhub_frame frame;
	char bytes[60] = "";
	struct vhub *v;

	v = open_port(*(unsigned int *)arg);
	if (!v)
		return -ENODEV;
	if (vhub_rights(v) != VHUB_RIGHT_RECV)
		return -EPROTO;
	if (vhub_tx_get(v, &frame, 1) != -EACCES)
		return -EPROTO;
	return vhub_send(v, bytes, sizeof(bytes));
}

TEST_F(port, who_may_not_send_is_told)
{
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0664, NULL));
	EXPECT_EQ(-EACCES, run_as(NOBODY, NOBODY, -1, send_without_right,
				  &self->flags));
}

TEST_F(port, a_hub_that_goes_leaves_a_silent_port)
{
	ASSERT_EQ(0, link_del(HUB));
	EXPECT_EQ(0, send_made(self->a, 60, 1));
	EXPECT_EQ(-EAGAIN, vhub_recv(self->b, self->frame, FRAME_ROOM));
	EXPECT_EQ(0, vhub_wait(self->a, 10));
	vhub_close(self->a);
	vhub_close(self->b);

	ASSERT_EQ(0, hub_add(HUB));
	self->a = open_port(self->flags);
	self->b = open_port(self->flags | VHUB_OPEN_NONBLOCK);
	ASSERT_NE(NULL, self->a);
	ASSERT_NE(NULL, self->b);
}

TEST_F(port, with_and_without_rings_they_hear_each_other)
{
	struct vhub *other = open_port(self->flags ^ VHUB_OPEN_RINGS ^
				       VHUB_OPEN_NO_RINGS);

	ASSERT_NE(NULL, other);
	EXPECT_NE(vhub_has_rings(self->a), vhub_has_rings(other));
	EXPECT_EQ(0, send_made(self->a, 5000, 1));
	EXPECT_TRUE(recv_made(other, 5000, 1));
	EXPECT_TRUE(recv_made(self->b, 5000, 1));
	EXPECT_EQ(0, send_made(other, 5000, 2));
	EXPECT_TRUE(recv_made(self->a, 5000, 2));
	EXPECT_TRUE(recv_made(self->b, 5000, 2));
	vhub_close(other);
}

/*
 * Listings that change while they are read
 */
#define STABLE	120	/* ports that make a listing of three parts */

static struct {
	int changes;	/* listings that shall be interrupted yet */
	int begun;	/* listings */
	__u32 seq;	/* of the last of them */
} churn;

/* Stands between the library and libc: a port comes when the first part of a
 * listing has been read.
 */
ssize_t recvmsg(int sock, struct msghdr *msg, int flags)
{
	const struct nlmsghdr *nlh = msg->msg_iov->iov_base;
	typeof(recvmsg) *real = dlsym(RTLD_NEXT, "recvmsg");
	ssize_t len = real(sock, msg, flags);

	if (!mnl_nlmsg_ok(nlh, len) || !(nlh->nlmsg_flags & NLM_F_MULTI) ||
	    nlh->nlmsg_seq == churn.seq)
		return len;
	churn.seq = nlh->nlmsg_seq;
	churn.begun++;
	if (churn.changes) {
		churn.changes--;
		attach(HUB);
	}
	return len;
}

FIXTURE(listing)
{
	struct vhub_nl nl;
	struct vhub_port_info *ports;
	size_t n;
};

FIXTURE_SETUP(listing)
{
	int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	for (i = 0; i < STABLE; i++)
		ASSERT_LE(0, attach(HUB));
}

FIXTURE_TEARDOWN(listing)
{
	free(self->ports);
	vhub_nl_close(&self->nl);
}

TEST_F(listing, that_changes_is_read_again)
{
	churn.changes = 3;
	ASSERT_EQ(0, vhub_port_list(&self->nl, HUB, &self->ports, &self->n));
	EXPECT_EQ(4, churn.begun);
	EXPECT_FALSE(self->nl.interrupted);
	/* The host's is one of them. */
	EXPECT_EQ(1 + STABLE + 3, self->n);
}

TEST_F(listing, that_changes_for_ever_is_given_up)
{
	churn.changes = 1000;
	ASSERT_EQ(0, vhub_port_list(&self->nl, NULL, &self->ports, &self->n));
	EXPECT_TRUE(self->nl.interrupted);
	EXPECT_LT(1, churn.begun);
	EXPECT_GT(100, churn.begun);
	EXPECT_LE(1 + STABLE, self->n);

	/* Which is not said of the next. */
	churn.changes = 0;
	free(self->ports);
	ASSERT_EQ(0, vhub_port_list(&self->nl, NULL, &self->ports, &self->n));
	EXPECT_FALSE(self->nl.interrupted);
}

TEST_HARNESS_MAIN
