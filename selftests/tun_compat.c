// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - ioctls as 32-bit programs make them, whose struct ifreq has 32 bytes
 *
 * A 64-bit program can make a 32-bit system call by "int $0x80", which needs no
 * second compiler. All memory that it names has to lie below 4 GiB.
 *
 * qemu: uml takes it for a 64-bit call of that number
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "vhub_test.h"

#define IOCTL_OF_I386	54
#define IFREQ32_SIZE	32
#define AREA_SIZE	4096

/* Return: 0 or more, or -errno. */
static long ioctl32(int fd, unsigned int cmd, void *arg)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (IOCTL_OF_I386), "b" (fd), "c" (cmd),
		       "d" ((unsigned int)(unsigned long)arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

FIXTURE(compat)
{
	int fd;
	char *area;		/* memory that ends where nothing is */
	struct ifreq *ifr;	/* 32 bytes before that end */
};

FIXTURE_SETUP(compat)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->fd = dev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->area = mmap(NULL, 2 * AREA_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, self->area);
	ASSERT_EQ(0, mprotect(self->area + AREA_SIZE, AREA_SIZE, PROT_NONE));
	self->ifr = (void *)(self->area + AREA_SIZE - IFREQ32_SIZE);
	strcpy(self->ifr->ifr_name, HUB);
	self->ifr->ifr_flags = TAP_FLAGS | IFF_VNET_HDR;
}

FIXTURE_TEARDOWN(compat)
{
}

/* A kernel that knows only the large struct would find no memory for it. */
TEST_F(compat, ifreq_has_32_bytes)
{
	ASSERT_EQ(0, ioctl32(self->fd, TUNSETIFF, self->ifr));
	memset(self->ifr, 0, IFREQ32_SIZE);
	EXPECT_EQ(0, ioctl32(self->fd, TUNGETIFF, self->ifr));
	EXPECT_STREQ(HUB, self->ifr->ifr_name);
	EXPECT_EQ(TAP_FLAGS | IFF_VNET_HDR, self->ifr->ifr_flags);
	EXPECT_EQ(0, ioctl32(self->fd, SIOCGIFHWADDR, self->ifr));
	self->ifr->ifr_flags = IFF_DETACH_QUEUE;
	EXPECT_EQ(-EINVAL, ioctl32(self->fd, TUNSETQUEUE, self->ifr));
}

TEST_F(compat, nothing_beyond_32_bytes_is_written)
{
	struct ifreq *ifr = (void *)self->area;
	int i;

	memset(self->area, 0xaa, 100);
	memcpy(ifr, self->ifr, IFREQ32_SIZE);
	ASSERT_EQ(0, ioctl32(self->fd, TUNSETIFF, ifr));
	ASSERT_EQ(0, ioctl32(self->fd, TUNGETIFF, ifr));
	ASSERT_EQ(0, ioctl32(self->fd, SIOCGIFHWADDR, ifr));
	for (i = IFREQ32_SIZE; i < 100; i++)
		ASSERT_EQ(0xaa, (unsigned char)self->area[i]);
}

TEST_F(compat, struct_that_is_cut_off_is_refused)
{
	ASSERT_EQ(0, ioctl32(self->fd, TUNSETIFF, self->ifr));
	EXPECT_EQ(-EFAULT, ioctl32(self->fd, TUNGETIFF,
				   (char *)self->ifr + 1));
	EXPECT_EQ(-EFAULT, ioctl32(self->fd, TUNGETIFF, NULL));
}

TEST_F(compat, numbers_are_as_for_all)
{
	int *value = (void *)self->area;

	EXPECT_EQ(0, ioctl32(self->fd, TUNGETFEATURES, value));
	EXPECT_TRUE(*value & IFF_VNET_HDR);
	ASSERT_EQ(0, ioctl32(self->fd, TUNSETIFF, self->ifr));
	*value = 12;
	EXPECT_EQ(0, ioctl32(self->fd, TUNSETVNETHDRSZ, value));
	*value = 0;
	EXPECT_EQ(0, ioctl32(self->fd, TUNGETVNETHDRSZ, value));
	EXPECT_EQ(12, *value);
	EXPECT_EQ(0, ioctl32(self->fd, TUNGETSNDBUF, value));
	EXPECT_EQ(0, ioctl32(self->fd, TUNSETSNDBUF, value));
	*value = 1;
	EXPECT_EQ(0, ioctl32(self->fd, TUNSETVNETLE, value));
	EXPECT_EQ(0, ioctl32(self->fd, TUNSETCARRIER, value));
	EXPECT_EQ(0, ioctl32(self->fd, TUNSETOFFLOAD,
			     (void *)(TUN_F_CSUM | TUN_F_TSO4)));
	EXPECT_EQ(-EINVAL, ioctl32(self->fd, TUNSETOFFLOAD,
				   (void *)0x80000001UL));
	EXPECT_EQ(-EINVAL, ioctl32(self->fd, TUNSETPERSIST, NULL));
	EXPECT_EQ(-EINVAL, ioctl32(self->fd, _IO('T', 255), NULL));
}

TEST_F(compat, native_attach_is_the_same_struct)
{
	struct vhub_attach *attach = (void *)self->area;

	*attach = (struct vhub_attach){ .size = sizeof(*attach), .hub = HUB };
	ASSERT_EQ(0, ioctl32(self->fd, VHUB_IOC_ATTACH, attach));
	EXPECT_EQ(1, attach->port);
	EXPECT_EQ(VHUB_RIGHT_RECV | VHUB_RIGHT_SEND, attach->rights);
	EXPECT_EQ(-EBUSY, ioctl32(self->fd, VHUB_IOC_ATTACH, attach));
}

TEST_HARNESS_MAIN
