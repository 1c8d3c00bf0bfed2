// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the ioctls of a TAP file: what they take, give and refuse
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>

#include "vhub_test.h"

#define FEATURES	(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE | \
			 IFF_ONE_QUEUE)

FIXTURE(tun)
{
	int fd;		/* attached */
	int bare;	/* not attached */
	struct ifreq ifr;
};

FIXTURE_SETUP(tun)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = attach_tun(HUB, 0);
	ASSERT_LE(0, self->fd);
	self->bare = dev_open(O_RDWR);
	ASSERT_LE(0, self->bare);
	strcpy(self->ifr.ifr_name, HUB);
	self->ifr.ifr_flags = TAP_FLAGS;
}

FIXTURE_TEARDOWN(tun)
{
	int plain = attach(HUB);

	/* Whatever was refused before: the port still works. */
	EXPECT_EQ(0, send_frame(self->fd, 60, 1));
	EXPECT_TRUE(gets_frame(plain, 60, 1));
	EXPECT_EQ(0, send_frame(plain, 60, 2));
	EXPECT_TRUE(gets_frame(self->fd, 60, 2));
}

static int get_int(int fd, unsigned long cmd)
{
	int value = -12345;

	return ioctl(fd, cmd, &value) ? -errno : value;
}

static int set_int(int fd, unsigned long cmd, int value)
{
	return ioctl(fd, cmd, &value) ? -errno : 0;
}

/* What TUNGETIFF says, -errno. */
static int get_flags(int fd)
{
	struct ifreq ifr = {};

	return ioctl(fd, TUNGETIFF, &ifr) ? -errno :
	       (unsigned short)ifr.ifr_flags;
}

static const unsigned long int_ioctls[] = {
	TUNGETVNETHDRSZ, TUNSETVNETHDRSZ, TUNGETSNDBUF, TUNSETSNDBUF,
	TUNGETVNETLE, TUNSETVNETLE, TUNGETVNETBE, TUNSETVNETBE,
	TUNSETCARRIER,
};

static const unsigned long ifreq_ioctls[] = {
	TUNGETIFF, TUNSETQUEUE, SIOCGIFHWADDR,
};

TEST_F(tun, unattached_file_has_features_only)
{
	unsigned int i;
	int value = 12;

	EXPECT_EQ(FEATURES, get_int(self->bare, TUNGETFEATURES));
	for (i = 0; i < ARRAY_SIZE(int_ioctls); i++)
		EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->bare, int_ioctls[i],
						   &value)));
	for (i = 0; i < ARRAY_SIZE(ifreq_ioctls); i++)
		EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->bare, ifreq_ioctls[i],
						   &self->ifr)));
	EXPECT_EQ(-EBADFD, ret_errno(ioctl(self->bare, TUNSETOFFLOAD, 0L)));
	EXPECT_EQ(12, value);
	EXPECT_STREQ(HUB, self->ifr.ifr_name);
}

TEST_F(tun, bad_pointers_are_refused)
{
	/* Memory that can be read, not written. */
	void *fixed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	unsigned int i;

	ASSERT_NE(MAP_FAILED, fixed);
	for (i = 0; i < ARRAY_SIZE(int_ioctls); i++)
		EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, int_ioctls[i],
						   NULL)));
	for (i = 0; i < ARRAY_SIZE(ifreq_ioctls); i++)
		EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, ifreq_ioctls[i],
						   8L)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, TUNSETIFF, NULL)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->bare, TUNSETIFF, NULL)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->bare, TUNGETFEATURES, NULL)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, TUNGETIFF, fixed)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, TUNGETVNETHDRSZ, fixed)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, SIOCGIFHWADDR, fixed)));
}

/* An ifreq at the very end of memory, and one byte beyond it. */
TEST_F(tun, struct_that_is_cut_off_is_refused)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = map + page;
	struct ifreq *whole = (void *)(end - sizeof(*whole));

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, mprotect(end, page, PROT_NONE));
	*whole = self->ifr;
	EXPECT_EQ(0, ioctl(self->fd, TUNSETIFF, whole));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, whole));
	EXPECT_EQ(0, ioctl(self->fd, SIOCGIFHWADDR, whole));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, TUNGETIFF,
					   (char *)whole + 1)));
	EXPECT_EQ(-EFAULT, ret_errno(ioctl(self->fd, SIOCGIFHWADDR,
					   (char *)whole + 1)));
}

TEST_F(tun, nothing_beyond_the_struct_is_written)
{
	struct {
		struct ifreq ifr;
		unsigned char after[64];
	} area;
	unsigned int i;

	memset(&area, 0xaa, sizeof(area));
	area.ifr = self->ifr;
	EXPECT_EQ(0, ioctl(self->fd, TUNSETIFF, &area.ifr));
	EXPECT_EQ(0, ioctl(self->fd, TUNGETIFF, &area.ifr));
	EXPECT_EQ(0, ioctl(self->fd, SIOCGIFHWADDR, &area.ifr));
	for (i = 0; i < sizeof(area.after); i++)
		ASSERT_EQ(0xaa, area.after[i]);
}

/*
 * TUNSETIFF and TUNGETIFF
 */
TEST_F(tun, flags_of_what_no_hub_has_are_refused)
{
	const unsigned short refused[] = {
		0, IFF_TUN, IFF_TUN | IFF_NO_PI, IFF_TAP, IFF_NO_PI,
		IFF_TAP | IFF_TUN | IFF_NO_PI,
		TAP_FLAGS | 0x0004, TAP_FLAGS | 0x0008,
		TAP_FLAGS | 0x0010 /* IFF_NAPI */,
		TAP_FLAGS | 0x0020 /* IFF_NAPI_FRAGS */,
		TAP_FLAGS | 0x0040 /* IFF_NO_CARRIER */,
		TAP_FLAGS | 0x0080,
		TAP_FLAGS | IFF_ATTACH_QUEUE, TAP_FLAGS | IFF_DETACH_QUEUE,
		TAP_FLAGS | IFF_PERSIST, TAP_FLAGS | IFF_TUN_EXCL,
		0xffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_EQ(-EINVAL, tun_set_iff(self->bare, HUB, refused[i]));
		EXPECT_EQ(-EINVAL, tun_set_iff(self->fd, HUB, refused[i]));
	}
	EXPECT_EQ(-EBADFD, get_flags(self->bare));
	EXPECT_EQ(TAP_FLAGS, get_flags(self->fd));
}

TEST_F(tun, names_of_no_hub_are_refused)
{
	const char *const names[] = {
		"", "lan", "lan1", "lan01", "lo", "tap%d", "%d", "/", "..",
		"aaaaaaaaaaaaaaa",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_EQ(-ENODEV, tun_set_iff(self->bare, names[i],
					       TAP_FLAGS));
	memset(self->ifr.ifr_name, 'a', IFNAMSIZ);
	EXPECT_EQ(-ENODEV, ret_errno(ioctl(self->bare, TUNSETIFF,
					   &self->ifr)));
	EXPECT_EQ(-EBADFD, get_flags(self->bare));
}

TEST_F(tun, every_set_of_known_flags_is_taken_and_told)
{
	const unsigned short more[] = { IFF_VNET_HDR, IFF_MULTI_QUEUE,
					IFF_ONE_QUEUE };
	unsigned short flags;
	int i, bit, fd;

	for (i = 0; i < 8; i++) {
		flags = TAP_FLAGS;
		for (bit = 0; bit < 3; bit++)
			if (i & (1 << bit))
				flags |= more[bit];
		fd = attach_tun(HUB, flags);
		ASSERT_LE(0, fd);
		EXPECT_EQ(flags & ~IFF_ONE_QUEUE, get_flags(fd));
		close(fd);
	}
}

TEST_F(tun, name_is_written_back)
{
	struct ifreq ifr = { .ifr_flags = TAP_FLAGS };

	ASSERT_EQ(0, ioctl(self->bare, TUNSETIFF, &self->ifr));
	EXPECT_STREQ(HUB, self->ifr.ifr_name);

	/* On an attached file no name is looked at. */
	ASSERT_EQ(0, ioctl(self->bare, TUNSETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	memset(ifr.ifr_name, 'x', IFNAMSIZ);
	ASSERT_EQ(0, ioctl(self->bare, TUNSETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	memset(&ifr, 0xff, sizeof(ifr));
	ASSERT_EQ(0, ioctl(self->bare, TUNGETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	EXPECT_EQ(TAP_FLAGS, ifr.ifr_flags);
}

/* kvmtool and cloud-hypervisor do it to the files they are given. */
TEST_F(tun, header_comes_and_goes_by_tunsetiff)
{
	unsigned char frame[100];
	int plain = attach(HUB);

	ASSERT_EQ(0, tun_set_iff(self->fd, "", TAP_FLAGS | IFF_VNET_HDR));
	EXPECT_EQ(TAP_FLAGS | IFF_VNET_HDR, get_flags(self->fd));
	ASSERT_EQ(0, send_frame(plain, 60, 1));
	EXPECT_EQ(70, read(self->fd, frame, sizeof(frame)));
	EXPECT_TRUE(is_frame(frame + 10, 60, 1));

	ASSERT_EQ(0, tun_set_iff(self->fd, "", TAP_FLAGS));
	EXPECT_EQ(TAP_FLAGS, get_flags(self->fd));
	ASSERT_EQ(0, send_frame(plain, 60, 2));
	EXPECT_TRUE(gets_frame(self->fd, 60, 2));
	close(plain);
}

/* One queue or many is said when it is attached. */
TEST_F(tun, multi_queue_does_not_come_later)
{
	ASSERT_EQ(0, tun_set_iff(self->fd, "", TAP_FLAGS | IFF_MULTI_QUEUE));
	EXPECT_EQ(TAP_FLAGS, get_flags(self->fd));
}

/*
 * Numbers
 */
TEST_F(tun, header_size_can_be_restored_always)
{
	const int sizes[] = { 10, 12, 20, 24, 11, 255, VHUB_VNET_HDR_MAX };
	const int bad[] = { 0, 1, 9, -1, 257, 4096, INT_MIN, INT_MAX };
	unsigned int i;

	/* QEMU 7.2 aborts when it cannot set what it got, header or not. */
	EXPECT_EQ(10, get_int(self->fd, TUNGETVNETHDRSZ));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, set_int(self->fd, TUNSETVNETHDRSZ, sizes[i]));
		EXPECT_EQ(sizes[i], get_int(self->fd, TUNGETVNETHDRSZ));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, set_int(self->fd, TUNSETVNETHDRSZ, bad[i]));
		EXPECT_EQ(VHUB_VNET_HDR_MAX, get_int(self->fd,
						     TUNGETVNETHDRSZ));
	}
}

TEST_F(tun, native_port_without_header_has_a_size_of_10)
{
	int plain = attach(HUB);

	EXPECT_EQ(10, get_int(plain, TUNGETVNETHDRSZ));
	EXPECT_EQ(0, set_int(plain, TUNSETVNETHDRSZ, 10));
	close(plain);
}

TEST_F(tun, send_buffer_is_kept_for_who_asks)
{
	EXPECT_EQ(INT_MAX, get_int(self->fd, TUNGETSNDBUF));
	EXPECT_EQ(0, set_int(self->fd, TUNSETSNDBUF, INT_MAX));
	EXPECT_EQ(0, set_int(self->fd, TUNSETSNDBUF, 1));
	EXPECT_EQ(1, get_int(self->fd, TUNGETSNDBUF));
	EXPECT_EQ(-EINVAL, set_int(self->fd, TUNSETSNDBUF, 0));
	EXPECT_EQ(-EINVAL, set_int(self->fd, TUNSETSNDBUF, -1));
	EXPECT_EQ(1, get_int(self->fd, TUNGETSNDBUF));
}

TEST_F(tun, byte_orders_are_kept)
{
	EXPECT_EQ(0, get_int(self->fd, TUNGETVNETLE));
	EXPECT_EQ(0, get_int(self->fd, TUNGETVNETBE));
	EXPECT_EQ(0, set_int(self->fd, TUNSETVNETBE, 1));
	EXPECT_EQ(1, get_int(self->fd, TUNGETVNETBE));
	EXPECT_EQ(0, get_int(self->fd, TUNGETVNETLE));
	EXPECT_EQ(0, set_int(self->fd, TUNSETVNETBE, 0));
	EXPECT_EQ(0, get_int(self->fd, TUNGETVNETBE));
	EXPECT_EQ(0, set_int(self->fd, TUNSETVNETLE, 7));
	EXPECT_EQ(1, get_int(self->fd, TUNGETVNETLE));
	EXPECT_EQ(0, set_int(self->fd, TUNSETVNETLE, 0));
	EXPECT_EQ(0, get_int(self->fd, TUNGETVNETLE));
}

static int set_offload(int fd, unsigned long offloads)
{
	return ioctl(fd, TUNSETOFFLOAD, offloads) ? -errno : 0;
}

TEST_F(tun, offloads_that_make_sense_are_taken_and_shown)
{
	const unsigned long good[] = {
		0, TUN_F_CSUM, TUN_F_CSUM | TUN_F_TSO4, TUN_F_CSUM | TUN_F_TSO6,
		TUN_F_CSUM | TUN_F_UFO,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN,
		TUN_F_CSUM | TUN_F_TSO6 | TUN_F_TSO_ECN,
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN |
			TUN_F_UFO,
		0,
	};
	struct port_info info;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, set_offload(self->fd, good[i]));
		ASSERT_EQ(0, port_get(HUB, 1, &info));
		EXPECT_EQ(good[i], info.offloads);
	}
}

TEST_F(tun, offloads_that_make_no_sense_are_refused)
{
	const unsigned long bad[] = {
		TUN_F_TSO4, TUN_F_TSO6, TUN_F_UFO, TUN_F_TSO_ECN,
		TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_UFO,
		TUN_F_CSUM | TUN_F_TSO_ECN,
		TUN_F_CSUM | TUN_F_TSO_ECN | TUN_F_UFO,
		TUN_F_USO4 | TUN_F_USO6,
		TUN_F_CSUM | TUN_F_USO4, TUN_F_CSUM | TUN_F_USO6,
		TUN_F_CSUM | 0x80, TUN_F_CSUM | 0x100,
		TUN_F_CSUM | 1UL << 31, TUN_F_CSUM | 1UL << 32, -1UL,
	};
	struct port_info info;
	unsigned int i;

	ASSERT_EQ(0, set_offload(self->fd, TUN_F_CSUM | TUN_F_UFO));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, set_offload(self->fd, bad[i])) {
			TH_LOG("offloads %#lx", bad[i]);
		}
	}
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(TUN_F_CSUM | TUN_F_UFO, info.offloads);
}

/* QEMU 10 probes it so. */
TEST_F(tun, udp_segmentation_is_there_where_the_kernel_has_it)
{
	EXPECT_EQ(kernel_has_uso() ? 0 : -EINVAL,
		  set_offload(self->fd, TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6));
}

/*
 * The rest
 */
TEST_F(tun, address_is_that_of_the_hub_device)
{
	unsigned char mac[6];

	ASSERT_EQ(0, link_mac(HUB, mac));
	memset(&self->ifr, 0xff, sizeof(self->ifr));
	ASSERT_EQ(0, ioctl(self->fd, SIOCGIFHWADDR, &self->ifr));
	EXPECT_STREQ(HUB, self->ifr.ifr_name);
	EXPECT_EQ(ARPHRD_ETHER, self->ifr.ifr_hwaddr.sa_family);
	EXPECT_EQ(0, memcmp(mac, self->ifr.ifr_hwaddr.sa_data, 6));
}

TEST_F(tun, checksum_switch_of_old_does_nothing)
{
	EXPECT_EQ(0, ioctl(self->fd, TUNSETNOCSUM, 1L));
}

static bool is_known(unsigned long cmd)
{
	const unsigned long others[] = {
		TUNGETFEATURES, TUNSETIFF, TUNSETOFFLOAD, TUNSETNOCSUM,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (cmd == others[i])
			return true;
	for (i = 0; i < ARRAY_SIZE(int_ioctls); i++)
		if (cmd == int_ioctls[i])
			return true;
	for (i = 0; i < ARRAY_SIZE(ifreq_ioctls); i++)
		if (cmd == ifreq_ioctls[i])
			return true;
	return false;
}

/* The kernel answers these for every file. */
static bool is_of_all_files(unsigned long cmd)
{
	return cmd == FIONBIO || cmd == FIOASYNC || cmd == FIOCLEX ||
	       cmd == FIONCLEX || cmd == FIOQSIZE;
}

/* Trap 1: QEMU aborts on any other error than EINVAL. */
TEST_F(tun, ioctls_that_are_not_known_are_invalid)
{
	const unsigned char letters[] = { 'T', 'P', 'V', 'v', 0x89, 0xaf };
	unsigned long buf[64] = {}, cmd;
	unsigned int i, nr, dir;

	for (i = 0; i < ARRAY_SIZE(letters); i++) {
		for (nr = 0; nr < 256; nr++) {
			for (dir = 0; dir < 4; dir++) {
				cmd = _IOC(dir, letters[i], nr,
					   dir ? sizeof(int) : 0);
				if (is_known(cmd) || is_of_all_files(cmd))
					continue;
				if (ret_errno(ioctl(self->fd, cmd, buf)) !=
				    -EINVAL)
					EXPECT_EQ(0, cmd);
			}
		}
	}
}

TEST_F(tun, ioctls_of_a_tap_that_no_hub_has_are_invalid)
{
	const unsigned long cmds[] = {
		TUNSETPERSIST, TUNSETOWNER, TUNSETGROUP, TUNSETLINK,
		TUNSETDEBUG, TUNATTACHFILTER, TUNDETACHFILTER, TUNGETFILTER,
		TUNSETTXFILTER, TUNSETIFINDEX, TUNSETSTEERINGEBPF,
		TUNSETFILTEREBPF, TUNGETDEVNETNS, SIOCSIFHWADDR, SIOCGIFMTU,
		SIOCGIFFLAGS, FIONREAD,
	};
	unsigned long buf[64] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		EXPECT_EQ(-EINVAL, ret_errno(ioctl(self->fd, cmds[i], buf))) {
			TH_LOG("ioctl %#lx", cmds[i]);
		}
	}
	/* A libc that looks for a terminal. */
	EXPECT_EQ(0, isatty(self->fd));
}

/*
 * Queues
 */
FIXTURE(queue)
{
	int plain;
	int fds[2];
};

FIXTURE_SETUP(queue)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->fds[0] = attach_tun(HUB, IFF_MULTI_QUEUE);
	self->fds[1] = attach_tun(HUB, IFF_MULTI_QUEUE);
	ASSERT_LE(0, self->fds[0]);
	ASSERT_LE(0, self->fds[1]);
}

FIXTURE_TEARDOWN(queue)
{
}

static int set_queue(int fd, short flags)
{
	struct ifreq ifr = { .ifr_flags = flags };

	return ioctl(fd, TUNSETQUEUE, &ifr) ? -errno : 0;
}

TEST_F(queue, port_of_one_queue_keeps_it)
{
	int tap = attach_tun(HUB, 0);

	EXPECT_EQ(-EINVAL, set_queue(tap, IFF_DETACH_QUEUE));
	EXPECT_EQ(-EINVAL, set_queue(tap, IFF_ATTACH_QUEUE));
	EXPECT_EQ(-EINVAL, set_queue(self->plain, IFF_DETACH_QUEUE));
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_TRUE(gets_frame(tap, 60, 1));
}

/* As of a TAP: there is one header for all, by whoever spoke last. */
TEST_F(queue, header_is_as_the_last_one_wants_it)
{
	struct ifreq ifr = {
		.ifr_name = HUB,
		.ifr_flags = TAP_FLAGS | IFF_MULTI_QUEUE | IFF_VNET_HDR,
	};
	int fd = dev_open(O_RDWR);

	EXPECT_EQ(TAP_FLAGS | IFF_MULTI_QUEUE, get_flags(self->fds[0]));
	ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr));
	EXPECT_EQ(TAP_FLAGS | IFF_MULTI_QUEUE | IFF_VNET_HDR, ifr.ifr_flags);
	EXPECT_EQ(ifr.ifr_flags, get_flags(fd));
	EXPECT_EQ(ifr.ifr_flags, get_flags(self->fds[0]));
	close(fd);
}

TEST_F(queue, state_it_is_in_is_refused)
{
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], IFF_ATTACH_QUEUE));
	EXPECT_EQ(0, set_queue(self->fds[1], IFF_DETACH_QUEUE));
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], IFF_DETACH_QUEUE));
	EXPECT_EQ(0, set_queue(self->fds[1], IFF_ATTACH_QUEUE));
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], IFF_ATTACH_QUEUE));
}

TEST_F(queue, flags_that_say_nothing_are_refused)
{
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], 0));
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], TAP_FLAGS));
	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], IFF_MULTI_QUEUE));
}

TEST_F(queue, flags_that_say_both_are_refused)
{
	struct port_info info;

	EXPECT_EQ(-EINVAL, set_queue(self->fds[1], IFF_ATTACH_QUEUE |
						   IFF_DETACH_QUEUE));
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(2, info.queues_on);
}

TEST_F(queue, detached_queue_forgets_and_gets_nothing)
{
	struct port_info info;
	int i;

	/* Frames of no known flow may go to either: fill both or one. */
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, set_queue(self->fds[i], IFF_DETACH_QUEUE));
	EXPECT_TRUE(gets_nothing(self->fds[0]));
	EXPECT_TRUE(gets_nothing(self->fds[1]));

	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(2, info.queues);
	EXPECT_EQ(0, info.queues_on);
	EXPECT_EQ(0, info.queued);
	/* What it forgot is counted, and what came then. */
	EXPECT_EQ(10 + 1, info.drops[VHUB_A_DROPS_NO_QUEUE]);

	/* It can still send: a guest that has yet to turn it on. */
	ASSERT_EQ(0, send_frame(self->fds[0], 60, 5));
	EXPECT_TRUE(gets_frame(self->plain, 60, 5));

	ASSERT_EQ(0, set_queue(self->fds[1], IFF_ATTACH_QUEUE));
	ASSERT_EQ(0, send_frame(self->plain, 60, 6));
	EXPECT_TRUE(gets_frame(self->fds[1], 60, 6));
	EXPECT_TRUE(gets_nothing(self->fds[0]));
}

TEST_F(queue, detached_queue_can_be_closed_first_or_last)
{
	struct port_info info;

	ASSERT_EQ(0, set_queue(self->fds[0], IFF_DETACH_QUEUE));
	close(self->fds[0]);
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_TRUE(gets_frame(self->fds[1], 60, 1));
	self->fds[0] = attach_tun(HUB, IFF_MULTI_QUEUE);
	ASSERT_LE(0, self->fds[0]);
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(2, info.queues);
	ASSERT_EQ(0, set_queue(self->fds[0], IFF_DETACH_QUEUE));
	close(self->fds[1]);
	ASSERT_EQ(0, send_frame(self->plain, 60, 2));
	EXPECT_EQ(1, port_drops(HUB, 2, VHUB_A_DROPS_NO_QUEUE));
	close(self->fds[0]);
	EXPECT_EQ(-ENOENT, port_get(HUB, 2, &info));
}

/* Though another queue of the port is on. */
TEST_F(queue, closed_queue_counts_what_it_forgets)
{
	struct port_info info;
	int i;

	ASSERT_EQ(0, set_queue(self->fds[1], IFF_DETACH_QUEUE));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	ASSERT_EQ(0, set_queue(self->fds[1], IFF_ATTACH_QUEUE));
	close(self->fds[0]);
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(1, info.queues_on);
	EXPECT_EQ(0, info.queued);
	EXPECT_EQ(10, info.drops[VHUB_A_DROPS_NO_QUEUE]);
	/* The port had them. */
	EXPECT_EQ(10, info.rx_frames);
}

#define MEETINGS	300

struct meeting {
	pthread_barrier_t barrier;
	int several;	/* times that they did not meet at one port */
};

static void *meet_thread(void *arg)
{
	struct meeting *meeting = arg;
	struct hub_info info;
	int fd, i;

	for (i = 0; i < MEETINGS; i++) {
		pthread_barrier_wait(&meeting->barrier);
		fd = attach_tun(HUB, IFF_MULTI_QUEUE);
		if (pthread_barrier_wait(&meeting->barrier) &&
		    (hub_get(HUB, &info) || info.ports != 1))
			meeting->several++;
		pthread_barrier_wait(&meeting->barrier);
		close(fd);
	}
	return NULL;
}

TEST_F(queue, threads_that_are_first_at_once_share_a_port)
{
	struct meeting meeting = {};
	pthread_t threads[2];
	int i;

	close(self->plain);
	for (i = 0; i < 2; i++)
		close(self->fds[i]);
	ASSERT_EQ(0, pthread_barrier_init(&meeting.barrier, NULL, 2));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, meet_thread,
					    &meeting));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(0, meeting.several);
}

TEST_HARNESS_MAIN
