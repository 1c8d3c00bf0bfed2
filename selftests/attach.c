// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - attach files to hubs: arguments, numbers, queues, and who goes first
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "vhub_test.h"

#define PORTS	VHUB_PORTS_MAX

/* Lets this process have a file for each port of a full hub, and some more. */
static int allow_files(void)
{
	const struct rlimit limit = { PORTS + 256, PORTS + 256 };

	return setrlimit(RLIMIT_NOFILE, &limit) ? -errno : 0;
}

static int poll_now(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&pollfd, 1, 0) < 0 ? -errno : pollfd.revents;
}

static int join(int fd, int other)
{
	struct vhub_attach attach = {
		.flags = VHUB_ATTACH_JOIN,
		.fd = other,
	};

	return attach_as(fd, &attach);
}

static int open_multi_queue(const char *hub)
{
	struct vhub_attach attach = { .flags = VHUB_ATTACH_MULTI_QUEUE };
	int ret, fd = dev_open(O_RDWR);

	strcpy(attach.hub, hub);
	ret = attach_as(fd, &attach);
	return ret ? ret : fd;
}

/* A file attached with its number told. Return: the number, -errno. */
static int attach_number(int *fd)
{
	struct vhub_attach attach = { .hub = HUB };
	int ret;

	*fd = dev_open(O_RDWR);
	ret = attach_as(*fd, &attach);
	return ret ? ret : (int)attach.port;
}

/*
 * Arguments
 */
FIXTURE(argument)
{
	int fd;
	struct vhub_attach attach;
};

FIXTURE_SETUP(argument)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = dev_open(O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	self->attach = (struct vhub_attach){ .hub = HUB };
}

/* Whatever was refused before: the file can still be attached and used. */
FIXTURE_TEARDOWN(argument)
{
	struct vhub_attach attach = { .hub = HUB };
	struct hub_info info;

	EXPECT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0, info.ports);
	EXPECT_EQ(0, attach_as(self->fd, &attach));
	EXPECT_EQ(1, attach.port);
	EXPECT_EQ(0, link_del(HUB));
}

TEST_F(argument, size_zero_is_refused)
{
	EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH,
					   &self->attach)));
}

TEST_F(argument, size_too_small_is_refused)
{
	unsigned int size;

	for (size = 1; size < VHUB_ATTACH_SIZE_VER0; size++) {
		self->attach.size = size;
		EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
	}
}

TEST_F(argument, size_beyond_a_page_is_refused)
{
	static union {
		struct vhub_attach attach;
		char room[1 << 16];
	} large = { .attach = { .hub = HUB } };

	large.attach.size = sizeof(large);
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &large.attach));
	large.attach.size = -1;
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &large.attach));
}

TEST_F(argument, larger_with_unknown_bits_is_refused)
{
	union {
		struct vhub_attach attach;
		char room[128];
	} large = { .attach = { .size = sizeof(large), .hub = HUB } };

	large.room[VHUB_ATTACH_SIZE_VER0] = 1;
	EXPECT_EQ(-E2BIG, attach_as(self->fd, &large.attach));
	large.room[VHUB_ATTACH_SIZE_VER0] = 0;
	large.room[127] = 1;
	EXPECT_EQ(-E2BIG, attach_as(self->fd, &large.attach));
}

TEST_F(argument, unknown_flags_are_refused)
{
	int bit;

	for (bit = 2; bit < 32; bit++) {
		self->attach.flags = 1U << bit;
		EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
	}
}

TEST_F(argument, hub_without_end_is_refused)
{
	memset(self->attach.hub, 'a', sizeof(self->attach.hub));
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
}

TEST_F(argument, label_without_end_is_refused)
{
	memset(self->attach.label, 'a', sizeof(self->attach.label));
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
}

TEST_F(argument, header_size_of_no_header_is_refused)
{
	const unsigned int sizes[] = { 257, 4096, 1U << 31, -1 };
	unsigned int i;

	for (i = 1; i < 10; i++) {
		self->attach.vnet_hdr_size = i;
		EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->attach.vnet_hdr_size = sizes[i];
		EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
	}
}

TEST_F(argument, fd_without_join_is_refused)
{
	self->attach.fd = self->fd;
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
	self->attach.fd = -1;
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &self->attach));
}

TEST_F(argument, hub_that_is_not_there_is_refused)
{
	strcpy(self->attach.hub, "lan1");
	EXPECT_EQ(-ENODEV, attach_as(self->fd, &self->attach));
	strcpy(self->attach.hub, "");
	EXPECT_EQ(-ENODEV, attach_as(self->fd, &self->attach));
	strcpy(self->attach.hub, "lan");
	EXPECT_EQ(-ENODEV, attach_as(self->fd, &self->attach));
}

TEST_F(argument, device_that_is_no_hub_is_refused)
{
	strcpy(self->attach.hub, "lo");
	EXPECT_EQ(-ENODEV, attach_as(self->fd, &self->attach));
}

TEST_F(argument, bad_pointer_is_refused)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vhub_attach *edge = (void *)(map + page - 8);

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, mprotect(map + page, page, PROT_NONE));
	edge->size = sizeof(*edge);
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH, NULL)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH,
					   map + page)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH, edge)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH, -8L)));
}

/* Memory that cannot take the answer: nothing may be half done. */
TEST_F(argument, read_only_memory_is_refused)
{
	long page = sysconf(_SC_PAGESIZE);
	struct vhub_attach *fixed = mmap(NULL, page, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, fixed);
	*fixed = self->attach;
	fixed->size = sizeof(*fixed);
	ASSERT_EQ(0, mprotect(fixed, page, PROT_READ));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, VHUB_IOC_ATTACH, fixed)));
}

TEST_F(argument, join_with_anything_else_is_refused)
{
	int port = open_multi_queue(HUB);
	const struct vhub_attach bare = {
		.flags = VHUB_ATTACH_JOIN,
		.fd = port,
	};
	struct vhub_attach attach = bare;

	ASSERT_LE(0, port);
	strcpy(attach.hub, HUB);
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &attach));
	attach = bare;
	strcpy(attach.label, "x");
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &attach));
	attach = bare;
	attach.vnet_hdr_size = 12;
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &attach));
	attach = bare;
	attach.flags |= VHUB_ATTACH_MULTI_QUEUE;
	EXPECT_EQ(-EINVAL, attach_as(self->fd, &attach));
	close(port);
}

TEST_F(argument, join_of_what_is_no_port_is_refused)
{
	int unattached = dev_open(O_RDWR);
	int single = attach(HUB);
	int null = open("/dev/null", O_RDWR);
	int closed = dup(null);

	ASSERT_LE(0, unattached);
	ASSERT_LE(0, single);
	close(closed);
	EXPECT_EQ(-EBADF, join(self->fd, closed));
	EXPECT_EQ(-EBADF, join(self->fd, -1));
	EXPECT_EQ(-EINVAL, join(self->fd, null));
	EXPECT_EQ(-EINVAL, join(self->fd, unattached));
	EXPECT_EQ(-EINVAL, join(self->fd, self->fd));
	EXPECT_EQ(-EINVAL, join(self->fd, single));
	close(single);
}

TEST_F(argument, unattached_file_does_nothing)
{
	char byte[64] = {};
	int number;

	EXPECT_EQ(-EBADFD, ret_errno(read(self->fd, byte, sizeof(byte))));
	EXPECT_EQ(-EBADFD, ret_errno(write(self->fd, byte, sizeof(byte))));
	EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->fd, TUNGETIFF, byte)));
	EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->fd, TUNGETVNETHDRSZ,
					   &number)));
	EXPECT_EQ(POLLERR, poll_now(self->fd));
}

TEST_F(argument, ioctls_of_no_meaning_are_refused)
{
	int nr;

	/* All of our own letter but the one there is. */
	for (nr = 0; nr < 256; nr++) {
		if (nr == _IOC_NR(VHUB_IOC_ATTACH))
			continue;
		EXPECT_GT(0, ioctl(self->fd, _IO(VHUB_IOC_TYPE, nr),
				   &self->attach));
		EXPECT_NE(ENOTTY, errno);
	}
}

/*
 * Attached files
 */
FIXTURE(port)
{
	int fd;
};

FIXTURE_SETUP(port)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = dev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(port)
{
}

TEST_F(port, size_of_first_version_is_taken)
{
	struct vhub_attach attach = {
		.size = VHUB_ATTACH_SIZE_VER0,
		.hub = HUB,
	};

	EXPECT_EQ(0, attach_as(self->fd, &attach));
	EXPECT_EQ(1, attach.port);
	EXPECT_EQ(VHUB_RIGHT_RECV | VHUB_RIGHT_SEND, attach.rights);
	EXPECT_STREQ(HUB, attach.hub);
}

TEST_F(port, larger_struct_with_zeros_is_taken)
{
	union {
		struct vhub_attach attach;
		char room[4096];
	} large = { .attach = { .size = sizeof(large), .hub = HUB } };

	EXPECT_EQ(0, attach_as(self->fd, &large.attach));
	EXPECT_EQ(1, large.attach.port);
}

TEST_F(port, label_and_header_size_are_shown)
{
	struct vhub_attach attach = {
		.hub = HUB,
		.label = "0123456789012345678901234567890",
		.vnet_hdr_size = VHUB_VNET_HDR_MAX,
	};
	struct port_info info;

	ASSERT_EQ(0, attach_as(self->fd, &attach));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_STREQ(attach.label, info.label);
	EXPECT_EQ(VHUB_VNET_HDR_MAX, info.vnet_hdr_size);
	EXPECT_EQ(VHUB_PORT_KIND_FD, info.kind);
	EXPECT_EQ(VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV |
		  VHUB_PORT_FLAG_LINK | VHUB_PORT_FLAG_VNET_HDR, info.flags);
	EXPECT_EQ(1, info.queues);
	EXPECT_EQ(1, info.queues_on);
}

TEST_F(port, attach_twice_is_busy)
{
	struct vhub_attach attach = { .hub = HUB };
	int multi = open_multi_queue(HUB);

	ASSERT_LE(0, multi);
	ASSERT_EQ(0, attach_as(self->fd, &attach));
	EXPECT_EQ(-EBUSY, attach_as(self->fd, &attach));
	EXPECT_EQ(-EBUSY, join(self->fd, multi));
	EXPECT_EQ(-EBUSY, join(multi, multi));
}

/* A native port answers the ioctls of a TAP, and a TAP's port is attached. */
TEST_F(port, both_ways_of_attaching_know_each_other)
{
	struct vhub_attach attach = { .hub = HUB };
	int tap = attach_tun(HUB, 0);

	ASSERT_LE(0, tap);
	EXPECT_EQ(-EBUSY, attach_as(tap, &attach));
	ASSERT_EQ(0, attach_as(self->fd, &attach));
	EXPECT_EQ(0, tun_set_iff(self->fd, HUB, TAP_FLAGS));
}

TEST_F(port, numbers_begin_at_1_and_the_lowest_free_is_next)
{
	int fds[5], i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(i + 1, attach_number(&fds[i]));
	close(fds[1]);
	close(fds[3]);
	EXPECT_EQ(2, attach_number(&fds[1]));
	EXPECT_EQ(4, attach_number(&fds[3]));
	EXPECT_EQ(6, attach_number(&fds[0]));
}

TEST_F(port, hubs_do_not_hear_each_other)
{
	int a, b;

	ASSERT_EQ(0, hub_add("lan1"));
	a = attach(HUB);
	b = attach("lan1");
	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	ASSERT_EQ(0, send_frame(a, 60, 1));
	EXPECT_TRUE(gets_nothing(b));
}

/* The namespace of open() counts, not that of the ioctl. */
TEST_F(port, hub_is_looked_up_where_the_file_was_opened)
{
	struct vhub_attach attach = { .hub = HUB };
	struct vhub_attach other = { .hub = "lan1" };
	struct hub_info info;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_add("lan1"));
	EXPECT_EQ(-ENODEV, attach_as(self->fd, &other));
	EXPECT_EQ(0, attach_as(self->fd, &attach));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0, info.ports);
}

TEST_F_TIMEOUT(port, full_hub_refuses_and_goes_on, 180)
{
	int fds[PORTS], i, more;

	ASSERT_EQ(0, allow_files());
	for (i = 0; i < PORTS; i++)
		ASSERT_EQ(i + 1, attach_number(&fds[i]));
	EXPECT_EQ(-ENOSPC, attach_number(&more));
	EXPECT_EQ(-EBADFD, ret_errno(write(more, fds, 60)));
	EXPECT_EQ(-ENOSPC, attach_tun(HUB, 0));

	ASSERT_EQ(0, send_frame(fds[0], 60, 1));
	EXPECT_TRUE(gets_nothing(fds[0]));
	for (i = 1; i < PORTS; i++)
		ASSERT_TRUE(gets_frame(fds[i], 60, 1));

	close(fds[1000]);
	EXPECT_EQ(1001, attach_number(&fds[1000]));
	ASSERT_EQ(0, send_frame(fds[1000], 60, 2));
	EXPECT_TRUE(gets_frame(fds[PORTS - 1], 60, 2));
}

TEST_F(port, joined_files_are_one_port_and_at_most_32)
{
	int fds[VHUB_QUEUES_MAX], i;
	int plain = attach(HUB);
	struct port_info info;

	fds[0] = open_multi_queue(HUB);
	ASSERT_LE(0, fds[0]);
	for (i = 1; i < VHUB_QUEUES_MAX; i++) {
		fds[i] = dev_open(O_RDWR);
		ASSERT_EQ(0, join(fds[i], fds[i - 1]));
	}
	EXPECT_EQ(-ENOSPC, join(self->fd, fds[0]));
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(VHUB_QUEUES_MAX, info.queues);
	EXPECT_EQ(VHUB_QUEUES_MAX, info.queues_on);
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_MULTI_QUEUE);

	/* Its files send as one and do not hear each other. */
	ASSERT_EQ(0, send_frame(fds[7], 60, 7));
	EXPECT_TRUE(gets_frame(plain, 60, 7));
	for (i = 0; i < VHUB_QUEUES_MAX; i++)
		EXPECT_TRUE(gets_nothing(fds[i]));

	/* A frame reaches one of them. */
	ASSERT_EQ(0, send_frame(plain, 60, 8));
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(1, info.queued);

	/* The port lives as long as one of its files, which takes a new one. */
	for (i = 0; i < VHUB_QUEUES_MAX - 1; i++)
		close(fds[i]);
	ASSERT_EQ(0, send_frame(plain, 60, 9));
	EXPECT_EQ(0, join(self->fd, fds[VHUB_QUEUES_MAX - 1]));
	close(fds[VHUB_QUEUES_MAX - 1]);
	close(self->fd);
	EXPECT_EQ(-ENOENT, port_get(HUB, 2, &info));
}

/* A file tells its rights to the port: to read does not give to write. */
TEST_F(port, joined_files_are_opened_in_the_same_way)
{
	struct vhub_attach attach = {
		.hub = HUB,
		.flags = VHUB_ATTACH_MULTI_QUEUE,
	};
	int ro = dev_open(O_RDONLY), wo = dev_open(O_WRONLY);
	int rw = open_multi_queue(HUB);

	ASSERT_LE(0, rw);
	EXPECT_EQ(-EACCES, join(ro, rw));
	EXPECT_EQ(-EACCES, join(wo, rw));
	ASSERT_EQ(0, attach_as(ro, &attach));
	EXPECT_EQ(-EACCES, join(self->fd, ro));
	EXPECT_EQ(-EACCES, join(wo, ro));
	EXPECT_EQ(0, join(dev_open(O_RDONLY), ro));
	EXPECT_EQ(0, join(self->fd, rw));
}

TEST_F(port, file_opened_to_read_cannot_send)
{
	struct vhub_attach attach = { .hub = HUB };
	int fd = dev_open(O_RDONLY);
	char frame[60];

	ASSERT_EQ(0, attach_as(fd, &attach));
	EXPECT_EQ(VHUB_RIGHT_RECV, attach.rights);
	EXPECT_EQ(-EBADF, ret_errno(write(fd, frame, sizeof(frame))));
	ASSERT_EQ(2, attach_number(&self->fd));
	ASSERT_EQ(0, send_frame(self->fd, 60, 1));
	EXPECT_TRUE(gets_frame(fd, 60, 1));
}

TEST_F(port, file_opened_to_write_does_not_receive)
{
	struct vhub_attach attach = { .hub = HUB };
	int fd = dev_open(O_WRONLY);
	struct port_info info;
	char frame[60];

	ASSERT_EQ(0, attach_as(fd, &attach));
	EXPECT_EQ(VHUB_RIGHT_SEND, attach.rights);
	EXPECT_EQ(-EBADF, ret_errno(read(fd, frame, sizeof(frame))));
	ASSERT_EQ(2, attach_number(&self->fd));
	ASSERT_EQ(0, send_frame(fd, 60, 1));
	EXPECT_TRUE(gets_frame(self->fd, 60, 1));

	/* It costs nothing that nobody can read. */
	ASSERT_EQ(0, send_frame(self->fd, 60, 2));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(0, info.queued);
	EXPECT_EQ(0, info.rx_frames);
}

TEST_F(port, lives_until_the_last_duplicate_is_closed)
{
	int plain = attach(HUB), number, copy;
	struct port_info info;

	number = attach_number(&self->fd);
	copy = dup(self->fd);
	ASSERT_LE(0, copy);
	close(self->fd);
	ASSERT_EQ(0, send_frame(copy, 60, 1));
	EXPECT_TRUE(gets_frame(plain, 60, 1));
	ASSERT_EQ(0, send_frame(plain, 60, 2));
	EXPECT_TRUE(gets_frame(copy, 60, 2));
	close(copy);
	EXPECT_EQ(-ENOENT, port_get(HUB, number, &info));
}

TEST_F(port, works_in_a_child)
{
	int plain = attach(HUB), status;
	pid_t child;

	ASSERT_EQ(2, attach_number(&self->fd));
	child = fork();
	if (!child)
		_exit(!gets_frame(self->fd, 60, 1) ||
		      send_frame(self->fd, 60, 2));
	close(self->fd);
	ASSERT_EQ(0, send_frame(plain, 60, 1));
	EXPECT_TRUE(gets_frame(plain, 60, 2));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

static int exchange_received(void *arg)
{
	int fd = recv_fd(*(int *)arg);

	if (fd < 0)
		return fd;
	if (!gets_frame(fd, 60, 1))
		return -EIO;
	return send_frame(fd, 60, 2);
}

/* As QEMU gets its file: from a helper that then exits. */
TEST_F(port, works_where_it_is_passed_to)
{
	int plain = attach(HUB), socks[2], status;
	pid_t child;

	ASSERT_EQ(2, attach_number(&self->fd));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	ASSERT_EQ(0, send_fd(socks[0], self->fd));
	close(self->fd);
	ASSERT_EQ(0, send_frame(plain, 60, 1));
	child = fork();
	if (!child) {
		/* Not the file of its namespace, and not its user. */
		if (new_net() || setuid(4000))
			_exit(1);
		_exit(exchange_received(&socks[1]) ? 2 : 0);
	}
	close(socks[1]);
	EXPECT_TRUE(gets_frame(plain, 60, 2));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(port, attach_races_are_won_once)
{
	int i, status, won = 0;
	pid_t children[16];

	for (i = 0; i < 16; i++) {
		children[i] = fork();
		if (!children[i]) {
			struct vhub_attach attach = { .hub = HUB };
			int ret = attach_as(self->fd, &attach);

			_exit(ret == 0 ? 1 : ret == -EBUSY ? 0 : 2);
		}
	}
	for (i = 0; i < 16; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		ASSERT_GT(2, WEXITSTATUS(status));
		won += WEXITSTATUS(status);
	}
	EXPECT_EQ(1, won);
}

/*
 * Who goes first
 */
FIXTURE(lifetime)
{
	int fd;		/* the port under test */
	int plain;	/* another port of the hub */
};

FIXTURE_VARIANT(lifetime)
{
	bool tun;
};

FIXTURE_VARIANT_ADD(lifetime, native)
{
	.tun = false,
};

FIXTURE_VARIANT_ADD(lifetime, tun)
{
	.tun = true,
};

FIXTURE_SETUP(lifetime)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = variant->tun ? attach_tun(HUB, 0) : attach(HUB);
	ASSERT_LE(0, self->fd);
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
}

FIXTURE_TEARDOWN(lifetime)
{
}

/* A file whose hub went is a cable without link, and nothing worse. */
static bool is_silent(int fd)
{
	char frame[FRAME_ROOM];
	bool ok = true;

	set_nonblock(fd, true);
	ok &= ret_errno(read(fd, frame, sizeof(frame))) == -EAGAIN;
	ok &= read(fd, frame, 0) == 0;
	ok &= send_frame(fd, 60, 1) == 0;
	ok &= send_frame(fd, VHUB_FRAME_MAX, 1) == 0;
	ok &= ret_errno(write(fd, frame, 13)) == -EINVAL;
	ok &= poll_now(fd) == POLLOUT;
	return ok;
}

TEST_F(lifetime, close_then_delete)
{
	close(self->fd);
	close(self->plain);
	EXPECT_EQ(0, link_del(HUB));
}

TEST_F(lifetime, delete_then_close)
{
	EXPECT_EQ(0, link_del(HUB));
	close(self->fd);
	close(self->plain);
}

TEST_F(lifetime, delete_read_write_close)
{
	struct ifreq ifr = {};

	EXPECT_EQ(0, link_del(HUB));
	EXPECT_TRUE(is_silent(self->fd));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	EXPECT_EQ(TAP_FLAGS, ifr.ifr_flags);
	EXPECT_EQ(0, tun_set_iff(self->fd, HUB, TAP_FLAGS | IFF_VNET_HDR));
	EXPECT_EQ(0, tun_set_iff(self->fd, HUB, TAP_FLAGS));
	EXPECT_EQ(0, ioctl(self->fd, TUNSETOFFLOAD, TUN_F_CSUM));
	EXPECT_TRUE(is_silent(self->fd));
	close(self->fd);
}

/* Frames that were there can still be read, as out of a card's memory. */
TEST_F(lifetime, send_delete_read)
{
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(0, send_frame(self->plain, 60, 2));
	EXPECT_EQ(0, link_del(HUB));
	EXPECT_TRUE(gets_frame(self->fd, 60, 1));
	EXPECT_TRUE(gets_frame(self->fd, 60, 2));
	EXPECT_TRUE(is_silent(self->fd));
}

TEST_F(lifetime, send_delete_close)
{
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(0, send_frame(self->fd, 60, 1));
	EXPECT_EQ(0, link_del(HUB));
	close(self->fd);
	close(self->plain);
}

/* A new hub of the same name is another hub. */
TEST_F(lifetime, delete_create_write)
{
	int other;

	ASSERT_EQ(0, link_del(HUB));
	ASSERT_EQ(0, hub_add(HUB));
	other = attach(HUB);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, send_frame(self->fd, 60, 1));
	EXPECT_TRUE(gets_nothing(other));
	ASSERT_EQ(0, send_frame(other, 60, 1));
	EXPECT_TRUE(is_silent(self->fd));
	EXPECT_TRUE(is_silent(self->plain));
}

TEST_F(lifetime, rename_delete_name)
{
	struct ifreq ifr = {};

	ASSERT_EQ(0, link_rename(HUB, "lan7"));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, &ifr));
	EXPECT_STREQ("lan7", ifr.ifr_name);
	ASSERT_EQ(0, link_del("lan7"));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, &ifr));
	EXPECT_STREQ("lan7", ifr.ifr_name);
}

/* Does a frame from one file still reach the other? */
static bool is_connected(int from, int to)
{
	char frame[60];

	while (!gets_nothing(to))
		if (read(to, frame, sizeof(frame)) < 0)
			return false;
	return send_frame(from, 60, 1) == 0 && !gets_nothing(to);
}

/* Nobody is left in the namespace, but files of its hub are open elsewhere. */
TEST_F(lifetime, namespace_ends_read_write_close)
{
	ASSERT_TRUE(is_connected(self->plain, self->fd));
	ASSERT_EQ(0, new_net());
	/* The kernel takes it apart when it finds the time, a port at a time. */
	ASSERT_TRUE(wait_until(!is_connected(self->plain, self->fd) &&
			       !is_connected(self->fd, self->plain)));
	EXPECT_TRUE(is_silent(self->fd));
	EXPECT_TRUE(is_silent(self->plain));
	close(self->fd);
}

/* A file that is open but not attached keeps its namespace, as a socket does. */
TEST_F(lifetime, open_leave_attach)
{
	struct vhub_attach attach = { .hub = HUB };
	int fd = dev_open(O_RDWR);

	ASSERT_EQ(0, new_net());
	EXPECT_EQ(0, attach_as(fd, &attach));
	EXPECT_EQ(3, attach.port);
}

/* Sleeps in a read of this file. */
static pid_t start_reader(int fd)
{
	pid_t child = fork();
	char frame[60];

	if (child)
		return child;
	set_nonblock(fd, false);
	_exit(read(fd, frame, sizeof(frame)) < 0 ? 1 : 2);
}

TEST_F(lifetime, read_delete_kill)
{
	pid_t child = start_reader(self->fd);
	int i, status;

	ASSERT_LT(0, child);
	ASSERT_TRUE(wait_until(is_asleep(child)));
	ASSERT_EQ(0, link_del(HUB));
	for (i = 0; i < 1000; i++)
		sched_yield();
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	EXPECT_TRUE(is_asleep(child));
	kill(child, SIGTERM);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGTERM, WTERMSIG(status));
}

/* The sleeping read() holds the file, so the port stays until it ends. */
TEST_F(lifetime, read_close_write)
{
	pid_t child = start_reader(self->fd);
	int status;

	ASSERT_LT(0, child);
	ASSERT_TRUE(wait_until(is_asleep(child)));
	close(self->fd);
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(2, WEXITSTATUS(status));
}

struct poller {
	int fd;
	pid_t tid;
	short revents;
};

static void *poll_thread(void *arg)
{
	struct poller *poller = arg;
	struct pollfd pollfd = { .fd = poller->fd, .events = POLLIN };

	__atomic_store_n(&poller->tid, gettid(), __ATOMIC_RELEASE);
	poll(&pollfd, 1, LIMIT_MS);
	poller->revents = pollfd.revents;
	return NULL;
}

/* poll() holds the file, and its wait queue with it; when it wakes, the number
 * is none of a file any more.
 */
TEST_F(lifetime, poll_close_write_delete)
{
	struct poller poller = { .fd = self->fd };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, poll_thread, &poller));
	ASSERT_TRUE(wait_until(__atomic_load_n(&poller.tid, __ATOMIC_ACQUIRE) &&
			       is_asleep(poller.tid)));
	close(self->fd);
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(0, link_del(HUB));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(POLLNVAL, poller.revents);
}

TEST_F(lifetime, delete_port_read_write_close)
{
	struct ifreq ifr = {};

	ASSERT_EQ(0, port_del(HUB, 1));
	EXPECT_TRUE(is_silent(self->fd));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_TRUE(is_silent(self->fd));

	/* Its number is free for the next, who gets frames of its own. */
	EXPECT_EQ(1, attach_number(&self->fd));
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_TRUE(gets_frame(self->fd, 60, 1));
}

TEST_HARNESS_MAIN
