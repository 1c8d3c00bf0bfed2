// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - each call while the kernel has no memory, or cannot reach the caller's
 *
 *	a --- |lan0| --- device
 *
 * A call is made again and again, with its first, second, ... allocation or copy
 * from or to user memory failing, until it makes no more. Each time it succeeds or
 * says why not, and then does so as a whole: nothing is there, and the same call
 * succeeds after. What leaks is found by the kernel's own detector, at the end.
 *
 * debug: only such kernels fail on demand
 * vm: -t 600
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "vhub_fail.h"
#include "vhub_fdb.h"
#include "vhub_ring.h"

#define DEVICE	"dev0"
#define SIZE	100

#define MEM_SIZE	(1 << 16)

/* Which allocation has which number depends on what the allocator has left from the
 * time before: a call is tried so often that none is missed.
 */
#define FAILURES_MIN	40

/* So many new addresses at once that the table has to grow, by twice what it begins
 * with, before its worker gets to it.
 */
#define STATIONS	128

/**
 * struct actors - what a call is made with
 * @fd: a file, or -1
 * @other: another, or -1
 * @ring: a file with rings; its @fd is -1 if there is none
 * @port: number of a port
 */
struct actors {
	int fd;
	int other;
	struct ring ring;
	int port;
};

/*
 * Files
 */
static int prepare_nothing(struct actors *a)
{
	return 0;
}

static int prepare_file(struct actors *a)
{
	a->fd = dev_open(O_RDWR);
	return a->fd < 0 ? a->fd : 0;
}

static int prepare_port(struct actors *a)
{
	a->fd = attach(HUB);
	a->port = 1;
	return a->fd < 0 ? a->fd : 0;
}

static int call_open(struct actors *a)
{
	return prepare_file(a);
}

static int call_attach(struct actors *a)
{
	struct vhub_attach attach = { .hub = HUB, .label = "label" };

	return attach_as(a->fd, &attach);
}

static int prepare_queue(struct actors *a)
{
	struct vhub_attach attach = {
		.hub = HUB,
		.flags = VHUB_ATTACH_MULTI_QUEUE,
	};

	a->other = dev_open(O_RDWR);
	if (a->other < 0)
		return a->other;
	return attach_as(a->other, &attach) ?: prepare_file(a);
}

static int call_queue(struct actors *a)
{
	struct vhub_attach attach = {
		.flags = VHUB_ATTACH_JOIN,
		.fd = a->other,
	};

	return attach_as(a->fd, &attach);
}

static int call_tun(struct actors *a)
{
	return tun_set_iff(a->fd, HUB, TAP_FLAGS | IFF_VNET_HDR);
}

static int prepare_tun(struct actors *a)
{
	return prepare_file(a) ?: call_tun(a);
}

static int call_tun_ioctls(struct actors *a)
{
	unsigned int features;
	int size = 12, value;
	struct ifreq ifr;

	if (ioctl(a->fd, TUNGETIFF, &ifr) ||
	    ioctl(a->fd, SIOCGIFHWADDR, &ifr) ||
	    ioctl(a->fd, TUNGETFEATURES, &features) ||
	    ioctl(a->fd, TUNSETVNETHDRSZ, &size) ||
	    ioctl(a->fd, TUNGETVNETHDRSZ, &value) ||
	    ioctl(a->fd, TUNGETSNDBUF, &value) ||
	    ioctl(a->fd, TUNSETSNDBUF, &value) ||
	    ioctl(a->fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4))
		return -errno;
	return 0;
}

/*
 * Rings
 */
static int call_mem(struct actors *a)
{
	static _Alignas(4096) char mem[MEM_SIZE];

	return mem_register(a->fd, mem, sizeof(mem));
}

static int call_rings(struct actors *a)
{
	a->ring.info = (struct vhub_rings){
		.size = sizeof(a->ring.info),
		.tx_count = 256,
		.rx_count = 256,
	};
	return ret_errno(ioctl(a->fd, VHUB_IOC_RINGS, &a->ring.info));
}

static int prepare_rings(struct actors *a)
{
	return prepare_file(a) ?: call_rings(a);
}

static int call_map(struct actors *a)
{
	void *map = mmap(NULL, a->ring.info.map_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED, a->fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	return munmap(map, a->ring.info.map_size) ? -errno : 0;
}

/*
 * Frames
 */
static int prepare_pair(struct actors *a)
{
	a->other = attach(HUB);
	if (a->other < 0)
		return a->other;
	return set_nonblock(a->other, true) ?: prepare_port(a);
}

static int call_write(struct actors *a)
{
	return send_frame(a->fd, SIZE, 1);
}

static int prepare_read(struct actors *a)
{
	return prepare_pair(a) ?: send_frame(a->fd, SIZE, 1);
}

static int call_read(struct actors *a)
{
	unsigned char frame[SIZE];

	return read(a->other, frame, SIZE) < 0 ? -errno : 0;
}

static int prepare_device(struct actors *a)
{
	a->other = tap_open(DEVICE, 0, 0, 0);
	return a->other < 0 ? a->other : link_up(DEVICE, true);
}

static int call_port_add(struct actors *a)
{
	struct port_info info;

	return port_add(HUB, DEVICE, &info);
}

/* Its frames have to become those of the kernel. */
static int prepare_pair_device(struct actors *a)
{
	return prepare_device(a) ?: call_port_add(a) ?: prepare_port(a);
}

static int prepare_ring(struct actors *a)
{
	return prepare_device(a) ?: call_port_add(a) ?:
	       ring_open(&a->ring, 256, 256, MEM_SIZE) ?:
	       ring_attach(&a->ring, HUB, 0);
}

static int call_ring(struct actors *a)
{
	return ring_send(&a->ring, SIZE, 1);
}

/*
 * Netlink
 */
static int call_hub_add(struct actors *a)
{
	return hub_add(HUB);
}

static int call_hub_mode(struct actors *a)
{
	return hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH);
}

static int call_hub_rights(struct actors *a)
{
	return hub_set(HUB, 1, 1, 0640, NULL);
}

static int call_port_lock(struct actors *a)
{
	unsigned char mac[6];

	station(1, mac);
	return port_set_lock(HUB, a->port, mac);
}

static int call_port_max(struct actors *a)
{
	return port_set_max(HUB, a->port, 7);
}

static int call_port_vlans(struct actors *a)
{
	return port_set_vlans(HUB, a->port, 10, "10,20-29");
}

static int prepare_switch(struct actors *a)
{
	return call_hub_mode(a) ?: prepare_pair(a);
}

static int call_fdb_add(struct actors *a)
{
	return fdb_add(HUB, 1, 0, a->port);
}

static int prepare_fdb(struct actors *a)
{
	return prepare_switch(a) ?: call_fdb_add(a);
}

static int call_fdb_flush(struct actors *a)
{
	return fdb_flush(HUB, -1, -1);
}

static int call_learn(struct actors *a)
{
	return flow_send(a->fd, FLOW(.from = 2, .to = ALL));
}

static int prepare_switch_ring(struct actors *a)
{
	return call_hub_mode(a) ?:
	       ring_open(&a->ring, STATIONS, 0, MEM_SIZE) ?:
	       ring_attach(&a->ring, HUB, 0);
}

static int call_learn_many(struct actors *a)
{
	unsigned char *frame = a->ring.mem;
	unsigned int i, len;
	int ret;

	for (i = 1; i <= STATIONS; i++, frame += len) {
		len = flow_make(FLOW(.from = i, .to = ALL), frame);
		ring_put(&a->ring, frame, len, 0);
	}
	ret = ring_kick(&a->ring);
	if (ret < 0)
		return ret;
	return ret == STATIONS ? 0 : -EIO;
}

static int call_master(struct actors *a)
{
	return link_set_master(DEVICE, HUB);
}

static int prepare_tun_device(struct actors *a)
{
	a->other = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (a->other < 0)
		return -errno;
	return tun_set_iff(a->other, DEVICE, IFF_TUN | IFF_NO_PI) ?:
	       link_up(DEVICE, true);
}

static int prepare_plugged(struct actors *a)
{
	return prepare_device(a) ?: call_port_add(a);
}

static int call_unplug(struct actors *a)
{
	return link_set_master(DEVICE, NULL);
}

/* A packet for a station that is asked for, and never answers. */
static int prepare_plugged_tun(struct actors *a)
{
	return prepare_tun_device(a) ?: call_port_add(a);
}

static int call_packet(struct actors *a)
{
	static const unsigned char packet[28] = {
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 2,
	};

	return ret_errno(write(a->other, packet, sizeof(packet)) -
			 (ssize_t)sizeof(packet));
}

/* Memory of a process's own that the host sends: a port must not keep it. */
static int prepare_zerocopy(struct actors *a)
{
	static const unsigned char mac[6] = { 2, 0, 0x5e, 0, 0x53, 2 };
	int on = 1;

	a->other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (setsockopt(a->other, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)))
		return -errno;
	return link_set_mtu(HUB, 9000) ?: link_add_ip4(HUB, "192.0.2.1") ?:
	       link_up(HUB, true) ?:
	       link_add_neighbour(HUB, "192.0.2.2", mac) ?: prepare_port(a);
}

static int call_zerocopy(struct actors *a)
{
	static const unsigned char bytes[8000];
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};

	return ret_errno(sendto(a->other, bytes, sizeof(bytes), MSG_ZEROCOPY,
				(void *)&to, sizeof(to)) -
			 (ssize_t)sizeof(bytes));
}

/*
 * Who listens learns that something was missed
 */
static struct genl ear;

static int prepare_ear(struct actors *a)
{
	int ret = fdb_listen(&ear);

	if (ret)
		return ret;
	return mnl_socket_setsockopt(ear.sock, NETLINK_ADD_MEMBERSHIP,
				     &ear.group, sizeof(__u32)) ? -errno : 0;
}

static int prepare_ear_and_file(struct actors *a)
{
	return prepare_ear(a) ?: prepare_file(a);
}

static int prepare_ear_and_switch(struct actors *a)
{
	return prepare_switch(a) ?: prepare_ear(a);
}

static bool is_attached(struct actors *a)
{
	struct hub_info info;

	return !hub_get(HUB, &info) && info.ports;
}

static bool is_learned(struct actors *a)
{
	return fdb_port(HUB, 2, 0) > 0;
}

/* Is there an event, or word that one was lost? */
static bool hear(void)
{
	char buf[8192];

	return recv(mnl_socket_get_fd(ear.sock), buf, sizeof(buf),
		    MSG_DONTWAIT) > 0 || errno == ENOBUFS;
}

/*
 * Each of them, failing
 */
FIXTURE(fail_nth)
{
	struct actors actors;
};

/* @netlink: what fails is what the kernel does for a request. @unlike: the call may
 * give other results when it is made again. @alone: it makes the hub. @frugal: it
 * copies, and allocates nothing. @heard: did it do what somebody hears of? @other: what
 * others in the kernel make of it, beside ENOMEM and EFAULT.
 */
FIXTURE_VARIANT(fail_nth)
{
	int (*prepare)(struct actors *a);
	int (*call)(struct actors *a);
	bool netlink;
	bool unlike;
	bool alone;
	bool frugal;
	bool (*heard)(struct actors *a);
	int other;
};

FIXTURE_VARIANT_ADD(fail_nth, open)
{
	.prepare = prepare_nothing,
	.call = call_open,
};

FIXTURE_VARIANT_ADD(fail_nth, attach)
{
	.prepare = prepare_file,
	.call = call_attach,
};

FIXTURE_VARIANT_ADD(fail_nth, queue)
{
	.prepare = prepare_queue,
	.call = call_queue,
};

FIXTURE_VARIANT_ADD(fail_nth, tun)
{
	.prepare = prepare_file,
	.call = call_tun,
};

FIXTURE_VARIANT_ADD(fail_nth, tun_ioctls)
{
	.prepare = prepare_tun,
	.call = call_tun_ioctls,
	.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, mem)
{
	.prepare = prepare_file,
	.call = call_mem,
};

FIXTURE_VARIANT_ADD(fail_nth, rings)
{
	.prepare = prepare_file,
	.call = call_rings,
};

FIXTURE_VARIANT_ADD(fail_nth, map)
{
	.prepare = prepare_rings,
	.call = call_map,
};

FIXTURE_VARIANT_ADD(fail_nth, write)
{
	.prepare = prepare_pair,
	.call = call_write,
};

FIXTURE_VARIANT_ADD(fail_nth, write_device)
{
	.prepare = prepare_pair_device,
	.call = call_write,
};

FIXTURE_VARIANT_ADD(fail_nth, learn)
{
	.prepare = prepare_switch,
	.call = call_learn,
};

FIXTURE_VARIANT_ADD(fail_nth, read)
{
	.prepare = prepare_read,
	.call = call_read,
	.frugal = true,
	.unlike = true,
};

FIXTURE_VARIANT_ADD(fail_nth, ring)
{
	.prepare = prepare_ring,
	.call = call_ring,
	.unlike = true,
};

FIXTURE_VARIANT_ADD(fail_nth, hub_add)
{
	.prepare = prepare_nothing,
	.call = call_hub_add,
	.netlink = true,
	.alone = true,	/* the namespace has no table of hubs yet */
	.other = -EINVAL,	/* for a device whose name has no room */
};

FIXTURE_VARIANT_ADD(fail_nth, hub_mode)
{
	.prepare = prepare_pair,
	.call = call_hub_mode,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, hub_rights)
{
	.prepare = prepare_nothing,
	.call = call_hub_rights,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, port_lock)
{
	.prepare = prepare_switch,
	.call = call_port_lock,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, port_max)
{
	.prepare = prepare_switch,
	.call = call_port_max,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, port_vlans)
{
	.prepare = prepare_switch,
	.call = call_port_vlans,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, fdb_add)
{
	.prepare = prepare_switch,
	.call = call_fdb_add,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, fdb_flush)
{
	.prepare = prepare_fdb,
	.call = call_fdb_flush,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, port_add)
{
	.prepare = prepare_device,
	.call = call_port_add,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, port_add_tun)
{
	.prepare = prepare_tun_device,
	.call = call_port_add,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, learn_many)
{
	.prepare = prepare_switch_ring,
	.call = call_learn_many,
};

FIXTURE_VARIANT_ADD(fail_nth, master)
{
	.prepare = prepare_device,
	.call = call_master,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, unplug)
{
	.prepare = prepare_plugged,
	.call = call_unplug,
	.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_nth, packet)
{
	.prepare = prepare_plugged_tun,
	.call = call_packet,
	.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_nth, zerocopy)
{
	.prepare = prepare_zerocopy,
	.call = call_zerocopy,
	.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_nth, attach_heard)
{
	.prepare = prepare_ear_and_file,
	.call = call_attach,
	.heard = is_attached,
};

FIXTURE_VARIANT_ADD(fail_nth, learn_heard)
{
	.prepare = prepare_ear_and_switch,
	.call = call_learn,
	.heard = is_learned,
};

FIXTURE_SETUP(fail_nth)
{
	if (access("/proc/thread-self/fail-nth", W_OK))
		SKIP(return, "no kernel that fails on demand");
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, fail_open());
}

FIXTURE_TEARDOWN(fail_nth)
{
}

static int hub_ports(void)
{
	struct hub_info info;
	int ret = hub_get(HUB, &info);

	return ret ? ret : (int)info.ports;
}

/* The call, with the failure that is due. */
static int call_failing(const FIXTURE_VARIANT(fail_nth) *variant,
			struct actors *a)
{
	int ret;

	fail_hit = false;
	if (variant->netlink)
		talk_hook = fail_around;
	else
		fail_begin();
	ret = variant->call(a);
	if (variant->netlink)
		talk_hook = NULL;
	else
		fail_end();
	return ret;
}

/* A request may be done, and its answer lost for lack of memory. */
static bool is_unknown(const FIXTURE_VARIANT(fail_nth) *variant, int ret)
{
	return variant->netlink && ret == -ENOBUFS;
}

static bool is_told(const FIXTURE_VARIANT(fail_nth) *variant, int ret)
{
	return !ret || ret == -ENOMEM || ret == -EFAULT ||
	       ret == variant->other || is_unknown(variant, ret);
}

static void clean(struct actors *a)
{
	if (a->fd >= 0)
		close(a->fd);
	if (a->other >= 0)
		close(a->other);
	if (a->ring.fd >= 0)
		ring_close(&a->ring);
	if (ear.sock)
		genl_close(&ear);
	ear.sock = NULL;
}

/* The call, with failure @fail_next. Return: NULL or what is wrong; @ret is set. */
static const char *try_once(const FIXTURE_VARIANT(fail_nth) *variant,
			    struct actors *a, int *ret)
{
	int ports;

	*a = (struct actors){ .fd = -1, .other = -1, .ring.fd = -1 };
	if ((!variant->alone && hub_add(HUB)) || variant->prepare(a))
		return "it cannot be prepared";
	ports = hub_ports();
	*ret = call_failing(variant, a);
	if (!is_told(variant, *ret))
		return "an errno of something else";
	if (!*ret || is_unknown(variant, *ret))
		return NULL;
	if (hub_ports() != ports)
		return "it was done in part";
	return !variant->unlike && variant->call(a) ? "it fails for good" : NULL;
}

/* Calls with their first, second, ... failure. Return: how many there were. */
static int try_all(struct __test_metadata *_metadata,
		   FIXTURE_DATA(fail_nth) *self,
		   const FIXTURE_VARIANT(fail_nth) *variant)
{
	struct actors *a = &self->actors;
	const char *wrong;
	int ports, ret = 0;

	fail_hit = true;
	for (fail_next = 1; fail_hit; fail_next++) {
		ASSERT_LT(fail_next, FAIL_NTH_MAX);
		wrong = try_once(variant, a, &ret);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("failure %d: %d: %s", fail_next, ret, wrong);
		if (variant->heard && variant->heard(a))
			ASSERT_TRUE(hear());
		clean(a);
		ports = hub_ports();
		ASSERT_TRUE(!ports || (variant->alone && ports == -ENODEV));
		ASSERT_EQ(ports, link_del(HUB));
	}
	/* The last time nothing failed, for there was no more. */
	ASSERT_EQ(0, ret);
	return fail_next - 2;
}

TEST_F(fail_nth, all_or_nothing)
{
	int failures = 0, last, passes;

	for (passes = 0; failures < FAILURES_MIN; passes++) {
		last = try_all(_metadata, self, variant);
		ASSERT_LT(0, last);
		failures += last;
	}
	TH_LOG("%d passes, %d failures in the last", passes, last);
}

/* What is undone without memory, and what is tried twice. */
TEST_F(fail_nth, all_or_nothing_for_good)
{
	int last;

	fail_for_good = true;
	last = try_all(_metadata, self, variant);
	EXPECT_EQ(variant->frugal, !last);
	TH_LOG("%d failures", last);
}

TEST_HARNESS_MAIN
