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
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vhub_fail.h"
#include "vhub_fdb.h"
#include "vhub_ring.h"

#define DEVICE	"dev0"
#define MORE	"lan1"
#define SIZE	100

#define MEM_SIZE	(1 << 16)

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
	return hub_add(MORE);
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

/*
 * Each of them, failing
 */
FIXTURE(fail_nth)
{
	struct actors actors;
};

/* @netlink: what fails is what the kernel does for a request. @unlike: the call may
 * give other results when it is made again. @other: what others in the kernel make of
 * it, beside ENOMEM and EFAULT.
 */
FIXTURE_VARIANT(fail_nth)
{
	int (*prepare)(struct actors *a);
	int (*call)(struct actors *a);
	bool netlink;
	bool unlike;
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
	link_del(MORE);
}

TEST_F(fail_nth, all_or_nothing)
{
	struct actors *a = &self->actors;
	int ret, ports;

	for (fail_next = 1; fail_next < FAIL_NTH_MAX; fail_next++) {
		*a = (struct actors){ .fd = -1, .other = -1, .ring.fd = -1 };
		ASSERT_EQ(0, hub_add(HUB));
		ASSERT_EQ(0, variant->prepare(a));
		ports = hub_ports();

		ret = call_failing(variant, a);
		ASSERT_TRUE(is_told(variant, ret))
			TH_LOG("failure %d: %d", fail_next, ret);
		if (ret && !is_unknown(variant, ret))
			ASSERT_EQ(ports, hub_ports())
				TH_LOG("failure %d: %d", fail_next, ret);
		if (ret && !variant->unlike && !is_unknown(variant, ret))
			ASSERT_EQ(0, variant->call(a))
				TH_LOG("failure %d: %d", fail_next, ret);
		clean(a);
		ASSERT_EQ(0, hub_ports());
		ASSERT_EQ(0, link_del(HUB));
		if (!fail_hit)
			break;
	}
	/* The last time nothing failed, for there was no more. */
	ASSERT_EQ(0, ret);
	ASSERT_LT(1, fail_next);
	TH_LOG("%d failures", fail_next - 1);
}

TEST_HARNESS_MAIN
