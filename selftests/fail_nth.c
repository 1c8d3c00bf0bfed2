// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - each call of a file while the kernel has no memory, or cannot reach the caller's
 *
 *	a --- |lan0| --- device
 *
 * A call is made again and again, with its first, second, ... allocation or copy
 * from or to user memory failing, until it makes no more. Each time it succeeds, and
 * then has done its work, or says why not, and then all that is to be seen is as it was
 * before, and the same call succeeds after. What leaks is found by the kernel's own
 * detector, at the end.
 *
 * debug: only such kernels fail on demand
 * vm: -t 900
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "vhub_nth.h"

/* So many new addresses at once that the table has to grow, by twice what it begins
 * with, before its worker gets to it.
 */
#define STATIONS	128

/*
 * Files
 */
static int call_open(struct actors *a)
{
	return prepare_file(a);
}

static int call_attach(struct actors *a)
{
	a->attach = (struct vhub_attach){ .hub = HUB, .label = "label" };
	return attach_as(a->fd, &a->attach);
}

static bool has_attached(struct actors *a)
{
	const __u32 rights = VHUB_RIGHT_RECV | VHUB_RIGHT_SEND;

	return !port_get(HUB, 1, &a->port_info) &&
	       !strcmp("label", a->port_info.label) &&
	       a->port_info.queues == 1 && a->attach.port == 1 &&
	       a->attach.rights == rights;
}

static bool has_opened(struct actors *a)
{
	return !call_attach(a) && has_attached(a);
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

/* How many files are those of the port, and how many receive? */
static bool has_queues(struct actors *a, __u32 queues, __u32 on)
{
	return !port_get(HUB, 1, &a->port_info) &&
	       a->port_info.queues == queues && a->port_info.queues_on == on;
}

static bool has_two_queues(struct actors *a)
{
	return has_queues(a, 2, 2);
}

static int set_queue(struct actors *a, short flags)
{
	a->ifr = (struct ifreq){ .ifr_flags = flags };
	return ret_errno(ioctl(a->fd, TUNSETQUEUE, &a->ifr));
}

static int prepare_queues(struct actors *a)
{
	return prepare_queue(a) ?: call_queue(a);
}

static int call_queue_off(struct actors *a)
{
	return set_queue(a, IFF_DETACH_QUEUE);
}

static bool has_one_queue_on(struct actors *a)
{
	return has_queues(a, 2, 1);
}

static int prepare_queue_off(struct actors *a)
{
	return prepare_queues(a) ?: call_queue_off(a);
}

static int call_queue_on(struct actors *a)
{
	return set_queue(a, IFF_ATTACH_QUEUE);
}

static int call_tun(struct actors *a)
{
	return tun_set_iff(a->fd, HUB, TAP_FLAGS | IFF_VNET_HDR);
}

static bool has_flags(struct actors *a, __u32 flags)
{
	return !port_get(HUB, 1, &a->port_info) &&
	       (a->port_info.flags & flags) == flags;
}

static bool is_tun(struct actors *a)
{
	return has_flags(a, VHUB_PORT_FLAG_TUN | VHUB_PORT_FLAG_VNET_HDR);
}

static int prepare_tun(struct actors *a)
{
	return prepare_file(a) ?: call_tun(a);
}

static int call_tun_name(struct actors *a)
{
	memset(&a->ifr, 0, sizeof(a->ifr));
	return ret_errno(ioctl(a->fd, TUNGETIFF, &a->ifr));
}

static bool has_tun_name(struct actors *a)
{
	return !strcmp(HUB, a->ifr.ifr_name) &&
	       has_flags(a, VHUB_PORT_FLAG_TUN);
}

static int call_tun_address(struct actors *a)
{
	memset(&a->ifr, 0, sizeof(a->ifr));
	return ret_errno(ioctl(a->fd, SIOCGIFHWADDR, &a->ifr));
}

static bool has_tun_address(struct actors *a)
{
	unsigned char mac[6];

	return !link_mac(HUB, mac) &&
	       !memcmp(mac, a->ifr.ifr_hwaddr.sa_data, sizeof(mac));
}

/* Those that copy no more than a number, or nothing. */
static int call_tun_ioctls(struct actors *a)
{
	int size = 12, sndbuf = 100000;

	memset(a->numbers, 0, sizeof(a->numbers));
	if (ioctl(a->fd, TUNGETFEATURES, &a->numbers[0]) ||
	    ioctl(a->fd, TUNSETVNETHDRSZ, &size) ||
	    ioctl(a->fd, TUNGETVNETHDRSZ, &a->numbers[1]) ||
	    ioctl(a->fd, TUNSETSNDBUF, &sndbuf) ||
	    ioctl(a->fd, TUNGETSNDBUF, &a->numbers[2]) ||
	    ioctl(a->fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4))
		return -errno;
	return 0;
}

static bool has_tun_numbers(struct actors *a)
{
	return (a->numbers[0] & IFF_VNET_HDR) && a->numbers[1] == 12 &&
	       a->numbers[2] == 100000 &&
	       !port_get(HUB, 1, &a->port_info) &&
	       a->port_info.vnet_hdr_size == 12 &&
	       a->port_info.offloads == (TUN_F_CSUM | TUN_F_TSO4);
}

static int prepare_tun_heard(struct actors *a)
{
	return prepare_tun(a) ?: prepare_ear(a);
}

/* A signal for each frame, which waits until somebody asks for it. */
static int prepare_signal(struct actors *a)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return prepare_pair(a) ?:
	       ret_errno(fcntl(a->other, F_SETOWN, getpid()));
}

static int call_signal(struct actors *a)
{
	return ret_errno(fcntl(a->other, F_SETFL, O_NONBLOCK | O_ASYNC));
}

static bool has_signal(struct actors *a)
{
	const struct timespec now = {};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	return !send_frame(a->fd, SIZE, 1) &&
	       sigtimedwait(&set, NULL, &now) == SIGIO;
}

/*
 * Rings
 */
static _Alignas(4096) char mem[MEM_SIZE];

static int call_mem(struct actors *a)
{
	return mem_register(a->fd, mem, sizeof(mem));
}

static bool has_mem(struct actors *a)
{
	return call_mem(a) == -EEXIST;
}

static int prepare_ring_file(struct actors *a)
{
	a->ring.fd = dev_open(O_RDWR);
	return a->ring.fd < 0 ? a->ring.fd : 0;
}

static int call_rings(struct actors *a)
{
	a->ring.info = (struct vhub_rings){
		.size = sizeof(a->ring.info),
		.tx_count = 256,
		.rx_count = 256,
	};
	return ret_errno(ioctl(a->ring.fd, VHUB_IOC_RINGS, &a->ring.info));
}

static bool has_rings(struct actors *a)
{
	const size_t bytes = 256 * sizeof(struct vhub_desc);
	const struct vhub_rings info = a->ring.info;

	return info.tx_offset >= sizeof(struct vhub_ring_head) &&
	       info.rx_offset >= info.tx_offset + bytes &&
	       info.map_size >= info.rx_offset + bytes &&
	       call_rings(a) == -EBUSY;
}

static int prepare_rings(struct actors *a)
{
	return prepare_ring_file(a) ?: call_rings(a);
}

static int call_map(struct actors *a)
{
	void *map = mmap(NULL, a->ring.info.map_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED, a->ring.fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	a->ring.map = map;
	return 0;
}

/* Every page of it is there. */
static bool has_map(struct actors *a)
{
	unsigned char *map = a->ring.map;
	size_t at;

	for (at = 0; at < a->ring.info.map_size; at += getpagesize())
		if (map[at]++)
			return false;
	return true;
}

/*
 * Frames
 */
static int call_write(struct actors *a)
{
	return send_frame(a->fd, SIZE, 1);
}

static bool has_arrived(struct actors *a)
{
	return gets_frame(a->other, SIZE, 1);
}

/* Or there was no memory for what the device takes, and it is counted. */
static bool has_arrived_or_counts(struct actors *a)
{
	return port_drops(HUB, 1, VHUB_A_DROPS_NO_MEMORY) == 1 ?
	       gets_nothing(a->other) : has_arrived(a);
}

static int prepare_read(struct actors *a)
{
	return prepare_pair(a) ?: send_frame(a->fd, SIZE, 1);
}

static int call_read(struct actors *a)
{
	a->len = read(a->other, a->frame, SIZE);
	return a->len < 0 ? -errno : 0;
}

static bool has_read(struct actors *a)
{
	return a->len == SIZE && is_frame(a->frame, SIZE, 1);
}

/* Its frames have to become those of the kernel. */
static int prepare_pair_device(struct actors *a)
{
	return prepare_plugged(a) ?: prepare_port(a);
}

static int prepare_ring(struct actors *a)
{
	return prepare_plugged(a) ?:
	       ring_open(&a->ring, 256, 256, MEM_SIZE) ?:
	       ring_attach(&a->ring, HUB, 0);
}

static int call_ring(struct actors *a)
{
	return ring_send(&a->ring, SIZE, 1);
}

/* Somebody who answers as soon as one sleeps. */
static int prepare_ring_wait(struct actors *a)
{
	int ret = prepare_ring(a);

	if (ret)
		return ret;
	ring_fill(&a->ring);
	a->child = fork();
	if (!a->child) {
		_exit(!wait_until(__atomic_load_n(&a->ring.head->rx_sleep,
						  __ATOMIC_ACQUIRE)) ||
		      send_frame(a->other, SIZE, 2));
	}
	return a->child < 0 ? -errno : 0;
}

static int call_ring_wait(struct actors *a)
{
	unsigned char *frame = a->ring.mem + a->ring.mem_size - SIZE;
	int ret;

	make_frame(frame, SIZE, 1);
	ring_put(&a->ring, frame, SIZE, 0);
	ret = ioctl(a->ring.fd, VHUB_IOC_KICK, VHUB_KICK_WAIT);
	if (ret < 0)
		return -errno;
	return ret == 1 ? 0 : -EIO;
}

static bool has_sent_and_got(struct actors *a)
{
	return has_arrived_or_counts(a) && ring_gets(&a->ring, SIZE, 2);
}

static int call_learn(struct actors *a)
{
	return flow_send(a->fd, FLOW(.from = 2, .to = ALL));
}

/* Addresses that a port has and has not learned. */
static unsigned int learned_and_not(struct actors *a, __u32 port)
{
	if (port_get(HUB, port, &a->port_info))
		return 0;
	return a->port_info.addresses + a->port_info.not_learned;
}

static bool has_learned_or_counts(struct actors *a)
{
	return learned_and_not(a, 2) == 1 &&
	       a->port_info.addresses == (fdb_port(HUB, 2, 0) == 2) &&
	       flow_gets(a->other, FLOW(.from = 2, .to = ALL));
}

static int prepare_switch_ring(struct actors *a)
{
	return hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH) ?:
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

static bool has_learned_many_or_counts(struct actors *a)
{
	return learned_and_not(a, 1) == STATIONS;
}

/* A packet for a station that is asked for, and never answers. */
static int call_packet(struct actors *a)
{
	static const unsigned char packet[28] = {
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 2,
	};

	return ret_errno(write(a->other, packet, sizeof(packet)) -
			 (ssize_t)sizeof(packet));
}

static int prepare_tun_and_port(struct actors *a)
{
	return prepare_plugged_tun(a) ?: prepare_port(a);
}

/* A question for it reaches all, or it is counted as lost. */
static bool has_asked_or_counts(struct actors *a)
{
	static unsigned char frame[FRAME_ROOM];

	if (port_get(HUB, 1, &a->port_info))
		return false;
	if (port_lost(&a->port_info))
		return port_lost(&a->port_info) == 1;
	return read_frame(a->fd, frame, sizeof(frame)) > 14 &&
	       frame[12] == 0x08 && frame[13] == 0x06;
}

/* Memory of a process's own that the host sends: a port must not keep it. */
static int prepare_zerocopy(struct actors *a)
{
	static const unsigned char mac[6] = { 2, 0, 0x5e, 0, 0x53, 2 };
	int on = 1;

	a->other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* UDP tells of what is lost on the way only who wants to know. */
	if (setsockopt(a->other, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)) ||
	    setsockopt(a->other, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)))
		return -errno;
	return link_set_mtu(HUB, 9000) ?: link_add_ip4(HUB, "192.0.2.1") ?:
	       link_up(HUB, true) ?:
	       link_add_neighbour(HUB, "192.0.2.2", mac) ?: prepare_port(a);
}

#define ZEROCOPY_SIZE	8000
#define UDP_HEADERS	(14 + 20 + 8)

static int call_zerocopy(struct actors *a)
{
	static const unsigned char bytes[ZEROCOPY_SIZE];
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};

	return ret_errno(sendto(a->other, bytes, sizeof(bytes), MSG_ZEROCOPY,
				(void *)&to, sizeof(to)) -
			 (ssize_t)sizeof(bytes));
}

static bool has_zerocopied_or_counts(struct actors *a)
{
	static unsigned char frame[FRAME_ROOM];

	if (port_drops(HUB, 0, VHUB_A_DROPS_NO_MEMORY) == 1 ||
	    port_drops(HUB, 1, VHUB_A_DROPS_NO_MEMORY) == 1)
		return gets_nothing(a->fd);
	return read_frame(a->fd, frame, sizeof(frame)) ==
	       ZEROCOPY_SIZE + UDP_HEADERS;
}

/*
 * Who listens learns that something was missed
 */
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
	return !hub_get(HUB, &a->hub_info) && a->hub_info.ports;
}

static bool is_learned(struct actors *a)
{
	return fdb_port(HUB, 2, 0) > 0;
}

/*
 * Each of them, failing
 */
FIXTURE(fail_nth)
{
};

FIXTURE_VARIANT(fail_nth)
{
	struct nth nth;
};

FIXTURE_VARIANT_ADD(fail_nth, open)
{
	.nth.prepare = prepare_nothing,
	.nth.call = call_open,
	.nth.done = has_opened,
	.nth.whats = FAIL_SLAB,
};

FIXTURE_VARIANT_ADD(fail_nth, attach)
{
	.nth.prepare = prepare_file,
	.nth.call = call_attach,
	.nth.done = has_attached,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
};

FIXTURE_VARIANT_ADD(fail_nth, queue)
{
	.nth.prepare = prepare_queue,
	.nth.call = call_queue,
	.nth.done = has_two_queues,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
};

FIXTURE_VARIANT_ADD(fail_nth, queue_off)
{
	.nth.prepare = prepare_queues,
	.nth.call = call_queue_off,
	.nth.done = has_one_queue_on,
	.nth.whats = FAIL_COPY,
	.nth.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, queue_on)
{
	.nth.prepare = prepare_queue_off,
	.nth.call = call_queue_on,
	.nth.done = has_two_queues,
	.nth.whats = FAIL_COPY,
	.nth.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, tun)
{
	.nth.prepare = prepare_file,
	.nth.call = call_tun,
	.nth.done = is_tun,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
};

FIXTURE_VARIANT_ADD(fail_nth, tun_attached)
{
	.nth.prepare = prepare_port,
	.nth.call = call_tun,
	.nth.done = is_tun,
	.nth.whats = FAIL_COPY,
	.nth.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, tun_name)
{
	.nth.prepare = prepare_port,
	.nth.call = call_tun_name,
	.nth.done = has_tun_name,
	.nth.whats = FAIL_COPY,
	.nth.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, tun_address)
{
	.nth.prepare = prepare_tun,
	.nth.call = call_tun_address,
	.nth.done = has_tun_address,
	.nth.whats = FAIL_COPY,
	.nth.frugal = true,
};

FIXTURE_VARIANT_ADD(fail_nth, tun_ioctls_heard)
{
	.nth.prepare = prepare_tun_heard,
	.nth.call = call_tun_ioctls,
	.nth.done = has_tun_numbers,
	.nth.whats = FAIL_SLAB,
	.nth.heard = has_tun_numbers,
};

FIXTURE_VARIANT_ADD(fail_nth, signal)
{
	.nth.prepare = prepare_signal,
	.nth.call = call_signal,
	.nth.done = has_signal,
	.nth.whats = FAIL_SLAB,
};

FIXTURE_VARIANT_ADD(fail_nth, mem)
{
	.nth.prepare = prepare_file,
	.nth.call = call_mem,
	.nth.done = has_mem,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
};

FIXTURE_VARIANT_ADD(fail_nth, rings)
{
	.nth.prepare = prepare_ring_file,
	.nth.call = call_rings,
	.nth.done = has_rings,
	.nth.whats = FAIL_SLAB | FAIL_PAGE | FAIL_COPY,
};

FIXTURE_VARIANT_ADD(fail_nth, map)
{
	.nth.prepare = prepare_rings,
	.nth.call = call_map,
	.nth.done = has_map,
	.nth.whats = FAIL_SLAB,
};

FIXTURE_VARIANT_ADD(fail_nth, write)
{
	.nth.prepare = prepare_pair,
	.nth.call = call_write,
	.nth.done = has_arrived,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.frames = true,
};

FIXTURE_VARIANT_ADD(fail_nth, write_device)
{
	.nth.prepare = prepare_pair_device,
	.nth.call = call_write,
	.nth.done = has_arrived_or_counts,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.frames = true,
};

FIXTURE_VARIANT_ADD(fail_nth, learn)
{
	.nth.prepare = prepare_switch,
	.nth.call = call_learn,
	.nth.done = has_learned_or_counts,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.frames = true,
};

FIXTURE_VARIANT_ADD(fail_nth, learn_many)
{
	.nth.prepare = prepare_switch_ring,
	.nth.call = call_learn_many,
	.nth.done = has_learned_many_or_counts,
	.nth.whats = FAIL_SLAB,
	.nth.frames = true,
};

FIXTURE_VARIANT_ADD(fail_nth, read)
{
	.nth.prepare = prepare_read,
	.nth.call = call_read,
	.nth.done = has_read,
	.nth.whats = FAIL_COPY,
	.nth.frames = true,
	.nth.frugal = true,
	.nth.unlike = true,
};

FIXTURE_VARIANT_ADD(fail_nth, ring)
{
	.nth.prepare = prepare_ring,
	.nth.call = call_ring,
	.nth.done = has_arrived_or_counts,
	.nth.whats = FAIL_SLAB,
	.nth.frames = true,
	.nth.unlike = true,
};

FIXTURE_VARIANT_ADD(fail_nth, ring_wait)
{
	.nth.prepare = prepare_ring_wait,
	.nth.call = call_ring_wait,
	.nth.done = has_sent_and_got,
	.nth.whats = FAIL_SLAB,
	.nth.frames = true,
	.nth.unlike = true,
};

FIXTURE_VARIANT_ADD(fail_nth, packet)
{
	.nth.prepare = prepare_tun_and_port,
	.nth.call = call_packet,
	.nth.done = has_asked_or_counts,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.frames = true,
	.nth.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_nth, zerocopy)
{
	.nth.prepare = prepare_zerocopy,
	.nth.call = call_zerocopy,
	.nth.done = has_zerocopied_or_counts,
	.nth.whats = FAIL_SLAB,
	.nth.frames = true,
	.nth.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_nth, attach_heard)
{
	.nth.prepare = prepare_ear_and_file,
	.nth.call = call_attach,
	.nth.done = has_attached,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.heard = is_attached,
};

FIXTURE_VARIANT_ADD(fail_nth, learn_heard)
{
	.nth.prepare = prepare_ear_and_switch,
	.nth.call = call_learn,
	.nth.done = has_learned_or_counts,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.frames = true,
	.nth.heard = is_learned,
};

FIXTURE_SETUP(fail_nth)
{
	if (access("/proc/thread-self/fail-nth", W_OK))
		SKIP(return, "no kernel that fails on demand");
	ASSERT_EQ(0, nth_open());
}

FIXTURE_TEARDOWN(fail_nth)
{
}

TEST_F_TIMEOUT(fail_nth, all_or_nothing, 120)
{
	const char *wrong = nth_try_often(&variant->nth);

	ASSERT_EQ(NULL, wrong) TH_LOG("%s", wrong);
}

TEST_F_TIMEOUT(fail_nth, all_or_nothing_for_good, 120)
{
	const char *wrong = nth_try_for_good(&variant->nth);

	ASSERT_EQ(NULL, wrong) TH_LOG("%s", wrong);
}

TEST_HARNESS_MAIN
