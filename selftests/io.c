// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - read, write, and all ways to wait for a frame
 *
 *	a (port 1) ---+--- hub ---+--- b (port 2)
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <liburing.h>

#include "vhub_test.h"

#define PORT_A	1
#define PORT_B	2

FIXTURE(io)
{
	int a;
	int b;
	unsigned char frame[FRAME_ROOM];
};

FIXTURE_SETUP(io)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->a = attach(HUB);
	ASSERT_LE(0, self->a);
	self->b = attach(HUB);
	ASSERT_LE(0, self->b);
}

/* Whatever was done: the hub still works, both ways. */
FIXTURE_TEARDOWN(io)
{
	while (!gets_nothing(self->a))
		ASSERT_LT(0, read(self->a, self->frame, FRAME_ROOM));
	while (!gets_nothing(self->b))
		ASSERT_LT(0, read(self->b, self->frame, FRAME_ROOM));
	EXPECT_EQ(0, send_frame(self->a, 60, 1001));
	EXPECT_EQ(0, send_frame(self->b, 60, 1002));
	EXPECT_TRUE(gets_frame(self->b, 60, 1001));
	EXPECT_TRUE(gets_frame(self->a, 60, 1002));
}

/*
 * Frames
 */
TEST_F(io, frames_keep_their_bytes_and_order)
{
	static const size_t sizes[] = {
		14, 15, 16, 17, 59, 60, 61, 64, 100, 1500, 1514, 1515, 1518,
		2047, 2048, 2049, 4082, 4096, 4097, 8192, 9018, 16384, 32768,
		65535, 65536, 65549, VHUB_FRAME_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		ASSERT_EQ(0, send_frame(self->a, sizes[i], i));
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT_TRUE(gets_frame(self->b, sizes[i], i));
	EXPECT_TRUE(gets_nothing(self->b));
}

/* The hub looks at no type: not even at those that bridges keep for themselves.
 */
TEST_F(io, frames_of_every_type_and_address_pass)
{
	static const unsigned char addresses[][6] = {
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 },	/* STP */
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x02 },	/* LACP */
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e },	/* LLDP */
		{ 0x02, 0x00, 0x5e, 0x00, 0x53, 0x77 },	/* of nobody here */
		{ 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 },
		{ 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 },
	};
	static const unsigned short types[] = {
		0x0000, 0x0026, 0x05dc, 0x0800, 0x0806, 0x8100, 0x86dd, 0x88a8,
		0x8809, 0x88cc, 0xffff,
	};
	unsigned char sent[60];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		for (j = 0; j < ARRAY_SIZE(types); j++) {
			make_frame(sent, 60, i * 100 + j);
			memcpy(sent, addresses[i], 6);
			sent[12] = types[j] >> 8;
			sent[13] = types[j];
			ASSERT_EQ(60, write(self->a, sent, 60));
			ASSERT_EQ(60, read_frame(self->b, self->frame,
						 FRAME_ROOM));
			EXPECT_EQ(0, memcmp(sent, self->frame, 60));
		}
	}
}

TEST_F(io, queue_goes_round_and_round)
{
	unsigned int i, j;

	for (i = 0; i < 3000; i += 300) {
		for (j = i; j < i + 300; j++)
			ASSERT_EQ(0, send_frame(self->a, 60 + j % 7, j));
		for (j = i; j < i + 300; j++)
			ASSERT_TRUE(gets_frame(self->b, 60 + j % 7, j));
	}
}

/* A frame in pieces of 1, 2, 3 ... bytes, with empty ones between. */
static int split(struct iovec *iov, unsigned char *bytes, size_t len)
{
	size_t at = 0, piece = 1;
	int count = 0;

	while (at < len) {
		iov[count++] = (struct iovec){ bytes + at, 0 };
		if (piece > len - at)
			piece = len - at;
		iov[count++] = (struct iovec){ bytes + at, piece };
		at += piece++;
	}
	return count;
}

TEST_F(io, vectors_of_odd_pieces_are_one_frame)
{
	struct iovec iov[256];
	int count;

	make_frame(self->frame, 1514, 1);
	count = split(iov, self->frame, 1514);
	ASSERT_EQ(1514, writev(self->a, iov, count));
	memset(self->frame, 0, FRAME_ROOM);
	count = split(iov, self->frame, 2000);
	ASSERT_EQ(1514, readv(self->b, iov, count));
	EXPECT_TRUE(is_frame(self->frame, 1514, 1));
}

TEST_F(io, vectors_of_many_pieces_are_one_frame)
{
	struct iovec iov[IOV_MAX];
	int i;

	make_frame(self->frame, IOV_MAX, 1);
	for (i = 0; i < IOV_MAX; i++)
		iov[i] = (struct iovec){ self->frame + i, 1 };
	ASSERT_EQ(IOV_MAX, writev(self->a, iov, IOV_MAX));
	memset(self->frame, 0, FRAME_ROOM);
	ASSERT_EQ(IOV_MAX, readv(self->b, iov, IOV_MAX));
	EXPECT_TRUE(is_frame(self->frame, IOV_MAX, 1));
}

TEST_F(io, read_takes_one_frame)
{
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, send_frame(self->a, 61, 2));
	EXPECT_EQ(60, read(self->b, self->frame, FRAME_ROOM));
	EXPECT_EQ(61, read(self->b, self->frame, FRAME_ROOM));
	EXPECT_TRUE(gets_nothing(self->b));
}

TEST_F(io, short_buffer_loses_the_tail_and_says_so)
{
	memset(self->frame, 0xaa, 100);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, send_frame(self->a, 60, 2));
	EXPECT_EQ(20, read(self->b, self->frame, 20));
	EXPECT_TRUE(is_frame(self->frame, 20, 1));
	EXPECT_EQ(0xaa, self->frame[20]);
	EXPECT_EQ(1, port_drops(HUB, PORT_B, VHUB_A_DROPS_TRUNCATED));
	EXPECT_TRUE(gets_frame(self->b, 60, 2));

	/* One that fits to the byte loses nothing. */
	ASSERT_EQ(0, send_frame(self->a, 60, 3));
	EXPECT_EQ(60, read(self->b, self->frame, 60));
	EXPECT_EQ(1, port_drops(HUB, PORT_B, VHUB_A_DROPS_TRUNCATED));
}

TEST_F(io, read_of_nothing_takes_no_frame)
{
	EXPECT_EQ(0, read(self->b, self->frame, 0));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(0, read(self->b, self->frame, 0));
	EXPECT_TRUE(gets_frame(self->b, 60, 1));
}

TEST_F(io, short_frames_are_refused_and_counted)
{
	int len;

	for (len = 0; len < VHUB_FRAME_MIN; len++)
		EXPECT_EQ(-EINVAL, ret_errno(write(self->a, self->frame, len)));
	EXPECT_EQ(VHUB_FRAME_MIN, port_drops(HUB, PORT_A, VHUB_A_DROPS_SHORT));
	EXPECT_TRUE(gets_nothing(self->b));
}

TEST_F(io, long_frames_are_refused_and_counted)
{
	EXPECT_EQ(-EMSGSIZE, ret_errno(write(self->a, self->frame,
					     VHUB_FRAME_MAX + 1)));
	EXPECT_EQ(-EMSGSIZE, ret_errno(write(self->a, self->frame,
					     FRAME_ROOM)));
	EXPECT_EQ(2, port_drops(HUB, PORT_A, VHUB_A_DROPS_LONG));
	EXPECT_TRUE(gets_nothing(self->b));
}

/* The header does not count as frame. */
TEST_F(io, limits_are_of_the_frame_behind_its_header)
{
	int vnet = attach_vnet(HUB, 12, 0);

	ASSERT_LE(0, vnet);
	EXPECT_EQ(-EINVAL, ret_errno(write(vnet, self->frame, 11)));
	EXPECT_EQ(-EINVAL, ret_errno(write(vnet, self->frame, 12 + 13)));
	EXPECT_EQ(12 + 14, write(vnet, self->frame, 12 + 14));
	EXPECT_EQ(12 + VHUB_FRAME_MAX, write(vnet, self->frame,
					     12 + VHUB_FRAME_MAX));
	EXPECT_EQ(-EMSGSIZE, ret_errno(write(vnet, self->frame,
					     12 + VHUB_FRAME_MAX + 1)));
	EXPECT_EQ(2, port_drops(HUB, 3, VHUB_A_DROPS_SHORT));
	EXPECT_EQ(1, port_drops(HUB, 3, VHUB_A_DROPS_LONG));
	EXPECT_EQ(14, read(self->a, self->frame, FRAME_ROOM));
	EXPECT_EQ(VHUB_FRAME_MAX, read(self->a, self->frame, FRAME_ROOM));
}

TEST_F(io, buffer_without_room_for_the_header_loses_the_frame)
{
	int vnet = attach_vnet(HUB, 12, 0);

	ASSERT_LE(0, vnet);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, send_frame(self->a, 60, 2));
	EXPECT_EQ(-EINVAL, ret_errno(read(vnet, self->frame, 11)));
	EXPECT_EQ(1, port_drops(HUB, 3, VHUB_A_DROPS_TRUNCATED));
	EXPECT_EQ(72, read(vnet, self->frame, FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->frame + 12, 60, 2));
}

TEST_F(io, file_is_a_stream_without_places)
{
	EXPECT_EQ(-ESPIPE, ret_errno(lseek(self->a, 0, SEEK_SET)));
	EXPECT_EQ(-ESPIPE, ret_errno(pread(self->a, self->frame, 60, 0)));
	EXPECT_EQ(-ESPIPE, ret_errno(pwrite(self->a, self->frame, 60, 0)));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->a,
				   0));
	EXPECT_EQ(-ENOTSOCK, ret_errno(send(self->a, self->frame, 60, 0)));
}

/*
 * Memory that is not there
 */
FIXTURE(fault)
{
	int a;
	int b;
	int vnet;
	long page;
	unsigned char *map;	/* three pages, the middle one not there */
};

FIXTURE_SETUP(fault)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->a = attach(HUB);
	ASSERT_LE(0, self->a);
	self->b = attach(HUB);
	ASSERT_LE(0, self->b);
	self->vnet = attach_vnet(HUB, 12, 0);
	ASSERT_LE(0, self->vnet);
	self->page = sysconf(_SC_PAGESIZE);
	self->map = mmap(NULL, 3 * self->page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->map);
	memset(self->map, 0, self->page);
	memset(self->map + 2 * self->page, 0, self->page);
	ASSERT_EQ(0, mprotect(self->map + self->page, self->page, PROT_NONE));
}

FIXTURE_TEARDOWN(fault)
{
	EXPECT_TRUE(gets_nothing(self->b));
	EXPECT_EQ(0, send_frame(self->a, 9018, 1001));
	EXPECT_TRUE(gets_frame(self->b, 9018, 1001));
}

TEST_F(fault, write_is_refused_whole)
{
	unsigned char *edge = self->map + self->page;
	struct iovec nowhere = { NULL, 60 };
	struct iovec iov[] = {
		{ self->map, 14 },
		{ self->map + 2 * self->page, 1000 },
		{ edge, 1 },
		{ self->map, 1000 },
	};

	EXPECT_EQ(-EFAULT, ret_errno(write(self->a, edge - 30, 60)));
	EXPECT_EQ(-EFAULT, ret_errno(write(self->a, edge, 60)));
	EXPECT_EQ(-EFAULT, ret_errno(write(self->a, edge - 59, 60)));
	EXPECT_EQ(-EFAULT, ret_errno(write(self->a, self->map,
					   3 * self->page)));
	EXPECT_EQ(-EFAULT, ret_errno(writev(self->a, iov, 4)));
	EXPECT_EQ(-EFAULT, ret_errno(writev(self->a, &nowhere, 1)));
	EXPECT_EQ(6, port_drops(HUB, PORT_A, VHUB_A_DROPS_FAULT));
}

TEST_F(fault, write_of_a_header_is_refused_whole)
{
	unsigned char *edge = self->map + self->page;

	EXPECT_EQ(-EFAULT, ret_errno(write(self->vnet, edge - 5, 72)));
	EXPECT_EQ(-EFAULT, ret_errno(write(self->vnet, edge - 11, 72)));
	EXPECT_EQ(-EFAULT, ret_errno(write(self->vnet, edge - 12, 72)));
	EXPECT_EQ(3, port_drops(HUB, 3, VHUB_A_DROPS_FAULT));
}

TEST_F(fault, read_loses_the_frame)
{
	unsigned char *edge = self->map + self->page;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, send_frame(self->a, 60, i));
	EXPECT_EQ(-EFAULT, ret_errno(read(self->b, edge - 30, 60)));
	EXPECT_EQ(-EFAULT, ret_errno(read(self->b, edge, 60)));
	EXPECT_TRUE(gets_frame(self->b, 60, 2));
	EXPECT_EQ(2, port_drops(HUB, PORT_B, VHUB_A_DROPS_FAULT));
	EXPECT_EQ(0, port_drops(HUB, PORT_B, VHUB_A_DROPS_TRUNCATED));
}

TEST_F(fault, read_of_a_header_loses_the_frame)
{
	unsigned char *edge = self->map + self->page;
	unsigned char frame[100];
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, send_frame(self->a, 60, i));
	EXPECT_EQ(-EFAULT, ret_errno(read(self->vnet, edge - 5, 72)));
	EXPECT_EQ(-EFAULT, ret_errno(read(self->vnet, edge - 12, 72)));
	EXPECT_EQ(2, port_drops(HUB, 3, VHUB_A_DROPS_FAULT));
	EXPECT_EQ(72, read(self->vnet, frame, sizeof(frame)));
	EXPECT_TRUE(is_frame(frame + 12, 60, 2));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(gets_frame(self->b, 60, i));
}

/* What lies behind the frame is not touched, whether it is there or not. */
TEST_F(fault, read_touches_only_what_the_frame_needs)
{
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(60, read(self->b, self->map + self->page - 60,
			   2 * self->page));
	EXPECT_TRUE(is_frame(self->map + self->page - 60, 60, 1));
}

/*
 * Waiting
 */
TEST_F(io, empty_file_that_must_not_block_says_again)
{
	ASSERT_EQ(0, set_nonblock(self->b, true));
	EXPECT_EQ(-EAGAIN, ret_errno(read(self->b, self->frame, 60)));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(60, read(self->b, self->frame, 60));
	EXPECT_EQ(-EAGAIN, ret_errno(read(self->b, self->frame, 60)));
	ASSERT_EQ(0, set_nonblock(self->b, false));
}

struct reader {
	int fd;
	pid_t tid;
	ssize_t ret;
	unsigned char frame[100];
};

static void *read_thread(void *arg)
{
	struct reader *reader = arg;

	__atomic_store_n(&reader->tid, gettid(), __ATOMIC_RELEASE);
	reader->ret = ret_errno(read(reader->fd, reader->frame,
				     sizeof(reader->frame)));
	return NULL;
}

static bool reader_sleeps(struct reader *reader)
{
	pid_t tid = __atomic_load_n(&reader->tid, __ATOMIC_ACQUIRE);

	return tid && is_asleep(tid);
}

TEST_F(io, sleeping_read_wakes_for_a_frame)
{
	struct reader reader = { .fd = self->b };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, read_thread, &reader));
	ASSERT_TRUE(wait_until(reader_sleeps(&reader)));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(60, reader.ret);
	EXPECT_TRUE(is_frame(reader.frame, 60, 1));
}

static volatile sig_atomic_t caught;

static void catch(int signal)
{
	(void)signal;
	caught = 1;
}

static void catch_usr1(int flags)
{
	const struct sigaction action = {
		.sa_handler = catch,
		.sa_flags = flags,
	};

	caught = 0;
	sigaction(SIGUSR1, &action, NULL);
}

TEST_F(io, sleeping_read_is_interrupted_by_a_signal)
{
	struct reader reader = { .fd = self->b };
	pthread_t thread;

	catch_usr1(0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_thread, &reader));
	ASSERT_TRUE(wait_until(reader_sleeps(&reader)));
	ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(-EINTR, reader.ret);
	EXPECT_TRUE(caught);
}

TEST_F(io, sleeping_read_goes_on_after_a_signal_that_restarts)
{
	struct reader reader = { .fd = self->b };
	pthread_t thread;

	catch_usr1(SA_RESTART);
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_thread, &reader));
	ASSERT_TRUE(wait_until(reader_sleeps(&reader)));
	ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
	ASSERT_TRUE(wait_until(caught));
	ASSERT_TRUE(wait_until(reader_sleeps(&reader)));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(60, reader.ret);
}

static short poll_all(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = -1 };

	return poll(&pollfd, 1, 0) < 0 ? -errno : pollfd.revents;
}

TEST_F(io, poll_says_what_is_there)
{
	const short out = POLLOUT | POLLWRNORM;
	const short in = POLLIN | POLLRDNORM;

	EXPECT_EQ(out, poll_all(self->b));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, send_frame(self->a, 60, 2));
	EXPECT_EQ(in | out, poll_all(self->b));
	EXPECT_EQ(out, poll_all(self->a));
	EXPECT_TRUE(gets_frame(self->b, 60, 1));
	EXPECT_EQ(in | out, poll_all(self->b));
	EXPECT_TRUE(gets_frame(self->b, 60, 2));
	EXPECT_EQ(out, poll_all(self->b));
}

static int epoll_of(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : epoll;
}

static int epoll_events(int epoll)
{
	struct epoll_event event;
	int ret = epoll_wait(epoll, &event, 1, 0);

	return ret == 1 ? (int)event.events : ret;
}

TEST_F(io, edge_triggered_epoll_tells_of_every_frame)
{
	int epoll = epoll_of(self->b, EPOLLIN | EPOLLET);
	int i;

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, epoll_events(epoll));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, send_frame(self->a, 60, i));
		EXPECT_EQ(EPOLLIN, epoll_events(epoll));
		EXPECT_EQ(0, epoll_events(epoll));
	}
	/* To read is no edge, and neither is to send. */
	EXPECT_TRUE(gets_frame(self->b, 60, 0));
	EXPECT_EQ(0, epoll_events(epoll));
	ASSERT_EQ(0, send_frame(self->b, 60, 9));
	EXPECT_EQ(0, epoll_events(epoll));
	close(epoll);
}

TEST_F(io, level_triggered_epoll_tells_until_all_is_read)
{
	int epoll = epoll_of(self->b, EPOLLIN);

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, epoll_events(epoll));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(EPOLLIN, epoll_events(epoll));
	EXPECT_EQ(EPOLLIN, epoll_events(epoll));
	EXPECT_TRUE(gets_frame(self->b, 60, 1));
	EXPECT_EQ(0, epoll_events(epoll));
	close(epoll);
}

/* A file may be in an epoll set before it is attached. */
TEST_F(io, epoll_tells_of_the_attach)
{
	struct vhub_attach attach = { .hub = HUB };
	int fd = dev_open(O_RDWR);
	int epoll = epoll_of(fd, EPOLLIN | EPOLLOUT | EPOLLET);

	ASSERT_LE(0, epoll);
	EXPECT_EQ(EPOLLERR, epoll_events(epoll));
	EXPECT_EQ(0, epoll_events(epoll));
	ASSERT_EQ(0, attach_as(fd, &attach));
	EXPECT_EQ(EPOLLOUT, epoll_events(epoll));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(EPOLLIN | EPOLLOUT, epoll_events(epoll));
	close(epoll);
	close(fd);
}

/* No epoll set wakes for a file that is closed. */
TEST_F(io, closing_a_file_in_an_epoll_set_is_harmless)
{
	int epoll = epoll_of(self->b, EPOLLIN | EPOLLET);

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	close(self->b);
	EXPECT_EQ(0, epoll_events(epoll));
	self->b = attach(HUB);
}

static int set_async(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	flags = on ? flags | O_ASYNC : flags & ~O_ASYNC;
	if (fcntl(fd, F_SETOWN, getpid()) || fcntl(fd, F_SETSIG, SIGIO))
		return -errno;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}

/* The signal of a file that got a frame, out of those that are blocked. */
static int take_sigio(siginfo_t *info, time_t seconds)
{
	const struct timespec limit = { .tv_sec = seconds };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	return sigtimedwait(&set, info, &limit) < 0 ? -errno : 0;
}

static void block_sigio(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

TEST_F(io, signal_comes_with_every_frame)
{
	siginfo_t info;
	int i;

	block_sigio();
	ASSERT_EQ(0, set_async(self->b, true));
	EXPECT_EQ(-EAGAIN, take_sigio(&info, 0));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, send_frame(self->a, 60, i));
		ASSERT_EQ(0, take_sigio(&info, LIMIT_MS / 1000));
		EXPECT_EQ(self->b, info.si_fd);
		EXPECT_EQ(POLL_IN, info.si_code);
		EXPECT_TRUE(info.si_band & POLLIN);
		EXPECT_EQ(-EAGAIN, take_sigio(&info, 0));
	}

	ASSERT_EQ(0, set_async(self->b, false));
	ASSERT_EQ(0, send_frame(self->a, 60, i));
	EXPECT_EQ(-EAGAIN, take_sigio(&info, 0));
}

TEST_F(io, closing_a_file_that_signals_is_harmless)
{
	siginfo_t info;

	block_sigio();
	ASSERT_EQ(0, set_async(self->b, true));
	close(self->b);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(-EAGAIN, take_sigio(&info, 0));
	self->b = attach(HUB);
}

TEST_F(io, nowait_calls_do_not_block)
{
	struct iovec iov = { self->frame, 60 };

	EXPECT_EQ(-EAGAIN, ret_errno(preadv2(self->b, &iov, 1, -1,
					     RWF_NOWAIT)));
	make_frame(self->frame, 60, 1);
	EXPECT_EQ(60, ret_errno(pwritev2(self->a, &iov, 1, -1, RWF_NOWAIT)));
	memset(self->frame, 0, 60);
	EXPECT_EQ(60, ret_errno(preadv2(self->b, &iov, 1, -1, RWF_NOWAIT)));
	EXPECT_TRUE(is_frame(self->frame, 60, 1));
}

/*
 * io_uring
 */
FIXTURE(uring)
{
	int a;
	int b;
	struct io_uring ring;
	unsigned char frame[FRAME_ROOM];
};

FIXTURE_SETUP(uring)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->a = attach(HUB);
	ASSERT_LE(0, self->a);
	self->b = attach(HUB);
	ASSERT_LE(0, self->b);
	ASSERT_EQ(0, io_uring_queue_init(8, &self->ring, 0));
}

FIXTURE_TEARDOWN(uring)
{
	io_uring_queue_exit(&self->ring);
}

/* The next completion, waited for. Return: its result. */
static int complete(struct io_uring *ring, __u64 *data)
{
	struct __kernel_timespec limit = { .tv_sec = LIMIT_MS / 1000 };
	struct io_uring_cqe *cqe;
	int ret = io_uring_wait_cqe_timeout(ring, &cqe, &limit);

	if (ret)
		return -ETIME;
	ret = cqe->res;
	if (data)
		*data = cqe->user_data;
	io_uring_cqe_seen(ring, cqe);
	return ret;
}

static int submit_read(struct io_uring *ring, int fd, void *buf, size_t size)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	io_uring_prep_read(sqe, fd, buf, size, -1);
	sqe->user_data = 1;
	return io_uring_submit(ring);
}

TEST_F(uring, write_then_read)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);

	make_frame(self->frame, 60, 1);
	io_uring_prep_write(sqe, self->a, self->frame, 60, -1);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_EQ(60, complete(&self->ring, NULL));
	memset(self->frame, 0, 60);
	ASSERT_EQ(1, submit_read(&self->ring, self->b, self->frame,
				 FRAME_ROOM));
	EXPECT_EQ(60, complete(&self->ring, NULL));
	EXPECT_TRUE(is_frame(self->frame, 60, 1));
}

TEST_F(uring, read_waits_for_a_frame)
{
	struct io_uring_cqe *cqe;

	ASSERT_EQ(1, submit_read(&self->ring, self->b, self->frame,
				 FRAME_ROOM));
	EXPECT_EQ(-EAGAIN, io_uring_peek_cqe(&self->ring, &cqe));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(60, complete(&self->ring, NULL));
	EXPECT_TRUE(is_frame(self->frame, 60, 1));
}

TEST_F(uring, many_reads_wait_for_as_many_frames)
{
	static unsigned char frames[8][64];
	int i, j, seen = 0;

	for (i = 0; i < 8; i++)
		ASSERT_EQ(1, submit_read(&self->ring, self->b, frames[i], 64));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, send_frame(self->a, 60, i));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(60, complete(&self->ring, NULL));
	for (i = 0; i < 8; i++)
		for (j = 0; j < 8; j++)
			seen += is_frame(frames[j], 60, i);
	EXPECT_EQ(8, seen);
}

/* O_NONBLOCK is for read(): io_uring polls all files that can be polled. */
TEST_F(uring, read_waits_whether_the_file_may_block_or_not)
{
	struct io_uring_cqe *cqe;

	ASSERT_EQ(0, set_nonblock(self->b, true));
	ASSERT_EQ(1, submit_read(&self->ring, self->b, self->frame,
				 FRAME_ROOM));
	EXPECT_EQ(-EAGAIN, io_uring_peek_cqe(&self->ring, &cqe));
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(60, complete(&self->ring, NULL));
	EXPECT_TRUE(is_frame(self->frame, 60, 1));
}

TEST_F(uring, waiting_read_is_cancelled)
{
	struct io_uring_sqe *sqe;
	__u64 first, second;
	int ret[2];

	ASSERT_EQ(1, submit_read(&self->ring, self->b, self->frame,
				 FRAME_ROOM));
	sqe = io_uring_get_sqe(&self->ring);
	io_uring_prep_cancel64(sqe, 1, 0);
	sqe->user_data = 2;
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	ret[0] = complete(&self->ring, &first);
	ret[1] = complete(&self->ring, &second);
	ASSERT_EQ(3, first + second);
	EXPECT_EQ(-ECANCELED, ret[first == 1 ? 0 : 1]);
	EXPECT_EQ(0, ret[first == 1 ? 1 : 0]);

	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_TRUE(gets_frame(self->b, 60, 1));
}

/* The ring goes with a read in it. */
TEST_F(uring, waiting_read_ends_with_its_process)
{
	int status;
	pid_t child = fork();

	if (!child) {
		struct io_uring ring;

		if (io_uring_queue_init(8, &ring, 0) ||
		    submit_read(&ring, self->b, self->frame, 60) != 1)
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	/* The kernel cancels it before or after the process is gone. */
	ASSERT_EQ(0, set_nonblock(self->b, true));
	ASSERT_TRUE(wait_until(!send_frame(self->a, 60, 1) &&
			       read(self->b, self->frame, 60) == 60));
}

TEST_F(uring, fixed_buffers_carry_frames)
{
	struct iovec iov = { self->frame, FRAME_ROOM };
	struct io_uring_sqe *sqe;

	ASSERT_EQ(0, io_uring_register_buffers(&self->ring, &iov, 1));
	make_frame(self->frame + 1000, 20000, 5);
	sqe = io_uring_get_sqe(&self->ring);
	io_uring_prep_write_fixed(sqe, self->a, self->frame + 1000, 20000, -1,
				  0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	ASSERT_EQ(20000, complete(&self->ring, NULL));

	memset(self->frame, 0, FRAME_ROOM);
	sqe = io_uring_get_sqe(&self->ring);
	io_uring_prep_read_fixed(sqe, self->b, self->frame + 3, 30000, -1, 0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	ASSERT_EQ(20000, complete(&self->ring, NULL));
	EXPECT_TRUE(is_frame(self->frame + 3, 20000, 5));
}

TEST_F(uring, hub_goes_under_a_waiting_read)
{
	struct io_uring_cqe *cqe;

	ASSERT_EQ(1, submit_read(&self->ring, self->b, self->frame,
				 FRAME_ROOM));
	ASSERT_EQ(0, link_del(HUB));
	EXPECT_EQ(-EAGAIN, io_uring_peek_cqe(&self->ring, &cqe));
}

/*
 * Many at once
 */
#define READERS	4
#define SHARED	400

struct sharing {
	int fd;
	int bad;
	int seen[SHARED];
};

/* Frames carry their number in the first bytes behind the header; one that is
 * not of this kind ends a reader.
 */
static size_t make_numbered(unsigned char *frame, unsigned int number)
{
	make_frame(frame, 60, 0);
	memcpy(frame + 14, &number, sizeof(number));
	return 60;
}

static void *share_thread(void *arg)
{
	struct sharing *sharing = arg;
	unsigned char frame[100];
	unsigned int number;

	while (read(sharing->fd, frame, sizeof(frame)) == 60) {
		memcpy(&number, frame + 14, sizeof(number));
		if (number >= SHARED)
			return NULL;
		__atomic_add_fetch(&sharing->seen[number], 1, __ATOMIC_RELAXED);
	}
	__atomic_add_fetch(&sharing->bad, 1, __ATOMIC_RELAXED);
	return NULL;
}

TEST_F(io, threads_that_share_a_file_get_each_frame_once)
{
	static struct sharing sharing;
	pthread_t threads[READERS];
	int i;

	sharing.fd = self->b;
	for (i = 0; i < READERS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, share_thread,
					    &sharing));
	for (i = 0; i < SHARED + READERS; i++)
		ASSERT_EQ(60, write(self->a, self->frame,
				    make_numbered(self->frame, i)));
	for (i = 0; i < READERS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	for (i = 0; i < SHARED; i++)
		EXPECT_EQ(1, sharing.seen[i]);
	EXPECT_EQ(0, sharing.bad);
}

struct writer {
	int fd;
	unsigned int first;
	unsigned int count;
	int bad;
};

static void *write_thread(void *arg)
{
	struct writer *writer = arg;
	unsigned char frame[60];
	unsigned int i;

	for (i = 0; i < writer->count; i++) {
		make_numbered(frame, writer->first + i);
		if (write(writer->fd, frame, 60) != 60)
			writer->bad++;
	}
	return NULL;
}

TEST_F(io, frames_of_each_of_many_writers_stay_in_order)
{
	struct writer writers[4] = {};
	unsigned int next[4] = {}, number;
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++) {
		/* Two of them share a file. */
		writers[i].fd = i ? attach(HUB) : self->a;
		if (i == 3)
			writers[i].fd = writers[2].fd;
		writers[i].first = i * 10000;
		writers[i].count = QUEUE_LEN / 4;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, write_thread,
					    &writers[i]));
	}
	for (i = 0; i < QUEUE_LEN; i++) {
		ASSERT_EQ(60, read_frame(self->b, self->frame, FRAME_ROOM));
		memcpy(&number, self->frame + 14, sizeof(number));
		ASSERT_GT(4, number / 10000);
		ASSERT_EQ(next[number / 10000], number % 10000);
		next[number / 10000]++;
	}
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(0, writers[i].bad);
	}
	EXPECT_TRUE(gets_nothing(self->b));
}

/*
 * Where frames go, and where they are lost
 */
TEST_F(io, full_receiver_loses_for_itself_alone)
{
	int c = attach(HUB), i;

	ASSERT_LE(0, c);
	for (i = 0; i < QUEUE_LEN + 10; i++) {
		ASSERT_EQ(0, send_frame(self->a, 60, i));
		ASSERT_TRUE(gets_frame(c, 60, i));
	}
	EXPECT_EQ(10, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	EXPECT_EQ(0, port_drops(HUB, PORT_A, VHUB_A_DROPS_FULL));
	EXPECT_EQ(0, port_drops(HUB, 3, VHUB_A_DROPS_FULL));

	/* The oldest are kept, in order, and after one is read one fits. */
	EXPECT_TRUE(gets_frame(self->b, 60, 0));
	ASSERT_EQ(0, send_frame(self->a, 60, 9999));
	ASSERT_EQ(0, send_frame(self->a, 60, 10000));
	EXPECT_EQ(11, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	for (i = 1; i < QUEUE_LEN; i++)
		ASSERT_TRUE(gets_frame(self->b, 60, i));
	EXPECT_TRUE(gets_frame(self->b, 60, 9999));
	EXPECT_TRUE(gets_nothing(self->b));
}

TEST_F(io, receiver_keeps_4_mib)
{
	const int fit = QUEUE_BYTES / VHUB_FRAME_MAX;
	struct port_info info;
	int i;

	for (i = 0; i < fit; i++)
		ASSERT_EQ(0, send_frame(self->a, VHUB_FRAME_MAX, i));
	EXPECT_EQ(0, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	ASSERT_EQ(0, send_frame(self->a, VHUB_FRAME_MAX, i));
	EXPECT_EQ(1, port_drops(HUB, PORT_B, VHUB_A_DROPS_FULL));
	/* A smaller one still fits. */
	ASSERT_EQ(0, send_frame(self->a, 60, 1000));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_EQ(1, info.drops[VHUB_A_DROPS_FULL]);
	EXPECT_EQ(fit + 1, info.queued);

	for (i = 0; i < fit; i++)
		ASSERT_TRUE(gets_frame(self->b, VHUB_FRAME_MAX, i));
	EXPECT_TRUE(gets_frame(self->b, 60, 1000));
	ASSERT_EQ(0, send_frame(self->a, VHUB_FRAME_MAX, 1));
	EXPECT_TRUE(gets_frame(self->b, VHUB_FRAME_MAX, 1));
}

TEST_F(io, counters_count_frames_without_headers)
{
	int vnet = attach_vnet(HUB, 12, 0);
	struct port_info info;
	int i;

	memset(self->frame, 0, 100);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, send_frame(self->a, 1514, 2));
	ASSERT_EQ(12 + 100, write(vnet, self->frame, 12 + 100));

	ASSERT_EQ(0, port_get(HUB, PORT_A, &info));
	EXPECT_EQ(2, info.tx_frames);
	EXPECT_EQ(1574, info.tx_bytes);
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(100, info.rx_bytes);
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_EQ(0, info.tx_frames);
	EXPECT_EQ(0, info.tx_bytes);
	EXPECT_EQ(3, info.rx_frames);
	EXPECT_EQ(1674, info.rx_bytes);
	EXPECT_EQ(3, info.queued);
	ASSERT_EQ(0, port_get(HUB, 3, &info));
	EXPECT_EQ(1, info.tx_frames);
	EXPECT_EQ(100, info.tx_bytes);
	EXPECT_EQ(2, info.rx_frames);
	EXPECT_EQ(1574, info.rx_bytes);
	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		EXPECT_EQ(0, info.drops[i]);
}

TEST_F(io, lonely_sender_is_told_by_a_counter)
{
	struct vhub_attach deaf = { .hub = HUB };
	int fd = dev_open(O_WRONLY);
	struct port_info info;

	close(self->b);
	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	EXPECT_EQ(1, port_drops(HUB, PORT_A, VHUB_A_DROPS_NO_RECEIVER));
	/* One that cannot read is no receiver. */
	ASSERT_EQ(0, attach_as(fd, &deaf));
	ASSERT_EQ(0, send_frame(self->a, 60, 2));
	EXPECT_EQ(2, port_drops(HUB, PORT_A, VHUB_A_DROPS_NO_RECEIVER));

	self->b = attach(HUB);
	ASSERT_EQ(0, send_frame(self->a, 60, 3));
	ASSERT_EQ(0, port_get(HUB, PORT_A, &info));
	EXPECT_EQ(2, info.drops[VHUB_A_DROPS_NO_RECEIVER]);
	EXPECT_EQ(1, info.tx_frames);
	EXPECT_TRUE(gets_nothing(self->a));
}

/* Both ways to pull a cable. */
static int pull_by_netlink(int fd, bool on)
{
	(void)fd;
	return port_set_link(HUB, PORT_B, on);
}

static int pull_by_ioctl(int fd, bool on)
{
	int carrier = on;

	return ioctl(fd, TUNSETCARRIER, &carrier) ? -errno : 0;
}

FIXTURE(link)
{
	int a;
	int b;
};

FIXTURE_VARIANT(link)
{
	int (*pull)(int fd, bool on);
};

FIXTURE_VARIANT_ADD(link, netlink)
{
	.pull = pull_by_netlink,
};

FIXTURE_VARIANT_ADD(link, ioctl)
{
	.pull = pull_by_ioctl,
};

FIXTURE_SETUP(link)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->a = attach(HUB);
	ASSERT_LE(0, self->a);
	self->b = attach(HUB);
	ASSERT_LE(0, self->b);
}

FIXTURE_TEARDOWN(link)
{
}

TEST_F(link, pulled_cable_drops_both_ways_until_plugged_in)
{
	struct port_info info;

	ASSERT_EQ(0, send_frame(self->a, 60, 1));
	ASSERT_EQ(0, variant->pull(self->b, false));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_LINK);

	ASSERT_EQ(0, send_frame(self->a, 60, 2));
	ASSERT_EQ(0, send_frame(self->b, 60, 3));
	ASSERT_EQ(0, send_frame(self->b, 60, 4));
	EXPECT_TRUE(gets_nothing(self->a));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_EQ(3, info.drops[VHUB_A_DROPS_NO_LINK]);
	EXPECT_EQ(0, info.tx_frames);
	EXPECT_EQ(1, info.rx_frames);
	/* Nobody but the port without cable was there to hear. */
	EXPECT_EQ(1, port_drops(HUB, PORT_A, VHUB_A_DROPS_NO_RECEIVER));

	ASSERT_EQ(0, variant->pull(self->b, true));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_LINK);
	ASSERT_EQ(0, send_frame(self->a, 60, 5));
	ASSERT_EQ(0, send_frame(self->b, 60, 6));
	EXPECT_TRUE(gets_frame(self->b, 60, 1));
	EXPECT_TRUE(gets_frame(self->b, 60, 5));
	EXPECT_TRUE(gets_frame(self->a, 60, 6));
}

/* Whom the hub's owner cut off cannot plug itself in again. */
TEST_F(link, cable_has_two_ends)
{
	struct port_info info;

	ASSERT_EQ(0, pull_by_netlink(self->b, false));
	ASSERT_EQ(0, pull_by_ioctl(self->b, true));
	ASSERT_EQ(0, send_frame(self->b, 60, 1));
	EXPECT_TRUE(gets_nothing(self->a));
	ASSERT_EQ(0, pull_by_ioctl(self->b, false));
	ASSERT_EQ(0, pull_by_netlink(self->b, true));
	ASSERT_EQ(0, send_frame(self->b, 60, 2));
	EXPECT_TRUE(gets_nothing(self->a));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_LINK);

	ASSERT_EQ(0, pull_by_ioctl(self->b, true));
	ASSERT_EQ(0, send_frame(self->b, 60, 3));
	EXPECT_TRUE(gets_frame(self->a, 60, 3));
	ASSERT_EQ(0, port_get(HUB, PORT_B, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_LINK);
}

FIXTURE(flood)
{
	int sender;
	int fds[100];
};

FIXTURE_VARIANT(flood)
{
	int receivers;
};

FIXTURE_VARIANT_ADD(flood, to_1)
{
	.receivers = 1,
};

FIXTURE_VARIANT_ADD(flood, to_2)
{
	.receivers = 2,
};

FIXTURE_VARIANT_ADD(flood, to_100)
{
	.receivers = 100,
};

FIXTURE_SETUP(flood)
{
	int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->sender = attach(HUB);
	ASSERT_LE(0, self->sender);
	for (i = 0; i < variant->receivers; i++) {
		self->fds[i] = i % 2 ? attach_tun(HUB, 0) : attach(HUB);
		ASSERT_LE(0, self->fds[i]);
	}
}

FIXTURE_TEARDOWN(flood)
{
}

TEST_F(flood, every_other_port_gets_every_frame_once)
{
	int i, j;

	for (j = 0; j < 50; j++)
		ASSERT_EQ(0, send_frame(self->sender, 14 + j * 31, j));
	EXPECT_TRUE(gets_nothing(self->sender));
	for (i = 0; i < variant->receivers; i++) {
		for (j = 0; j < 50; j++)
			ASSERT_TRUE(gets_frame(self->fds[i], 14 + j * 31, j));
		EXPECT_TRUE(gets_nothing(self->fds[i]));
	}
	/* And back from each. */
	for (i = 0; i < variant->receivers; i++) {
		ASSERT_EQ(0, send_frame(self->fds[i], 60, i));
		EXPECT_TRUE(gets_frame(self->sender, 60, i));
		EXPECT_TRUE(gets_nothing(self->sender));
	}
}

TEST_HARNESS_MAIN
