// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the conversations of unmodified emulators with a TAP file, call by call
 *
 * What each of them calls, in which order, and which answer ends it, was read
 * from its source; functions are named where it stands. A file that an emulator
 * is given was attached before, by `vhub run` or a helper, as here. Where an
 * emulator opens /dev/net/tun itself, /dev/vhub stands in its place.
 *
 *	plain (port 1) --- hub --- emulator (port 2)
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "vhub_packet.h"

#define EMULATOR	2

#ifndef TUN_F_UDP_TUNNEL_GSO
#define TUN_F_UDP_TUNNEL_GSO	0x080
#endif

FIXTURE(emulator)
{
	int plain;
	unsigned char buf[FRAME_ROOM];
	struct packet packet;
};

FIXTURE_SETUP(emulator)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
}

FIXTURE_TEARDOWN(emulator)
{
}

static int set_int(int fd, unsigned long cmd, int value)
{
	return ioctl(fd, cmd, &value) ? -errno : 0;
}

static int get_int(int fd, unsigned long cmd)
{
	int value = -1;

	return ioctl(fd, cmd, &value) ? -errno : value;
}

static int set_offload(int fd, unsigned long offloads)
{
	return ioctl(fd, TUNSETOFFLOAD, offloads) ? -errno : 0;
}

static int set_queue(int fd, short flags)
{
	struct ifreq ifr = { .ifr_flags = flags };

	return ioctl(fd, TUNSETQUEUE, &ifr) ? -errno : 0;
}

static int get_iff(int fd, struct ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	return ioctl(fd, TUNGETIFF, ifr) ? -errno : 0;
}

/* What emulators ask a network device for by a socket and its name. */
static int netdev_ioctl(int family, unsigned long cmd, const char *name,
			struct ifreq *ifr)
{
	int sock = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	strncpy(ifr->ifr_name, name, IFNAMSIZ);
	ret = ioctl(sock, cmd, ifr) ? -errno : 0;
	close(sock);
	return ret;
}

static int get_mtu(int family, const char *name)
{
	struct ifreq ifr = {};
	int ret = netdev_ioctl(family, SIOCGIFMTU, name, &ifr);

	return ret ? ret : ifr.ifr_mtu;
}

/* A file with header that is handed to an emulator, as `vhub run` makes it. */
static int give_vnet(void)
{
	return attach_vnet(HUB, 10, 0);
}

/* The emulator has read this many bytes: is it this frame behind an empty
 * header?
 */
static bool is_guest_frame(const unsigned char *buf, ssize_t len,
			   size_t hdr_size, size_t frame_len, unsigned int seed)
{
	size_t i;

	if (len != (ssize_t)(hdr_size + frame_len))
		return false;
	for (i = 0; i < hdr_size; i++)
		if (buf[i] != (i == 10))
			return false;
	return is_frame(buf + hdr_size, frame_len, seed);
}

static ssize_t guest_send(int fd, size_t hdr_size, size_t len,
			  unsigned int seed)
{
	static unsigned char buf[FRAME_ROOM];

	memset(buf, 0, hdr_size);
	make_frame(buf + hdr_size, len, seed);
	return ret_errno(write(fd, buf, hdr_size + len));
}

/* Frames go both ways. */
static bool exchanges(int fd, size_t hdr_size, int plain)
{
	static unsigned char buf[FRAME_ROOM];
	ssize_t len;

	if (send_frame(plain, 1514, 1) || send_frame(plain, 60, 2))
		return false;
	len = read_frame(fd, buf, sizeof(buf));
	if (!is_guest_frame(buf, len, hdr_size, 1514, 1))
		return false;
	len = read_frame(fd, buf, sizeof(buf));
	if (!is_guest_frame(buf, len, hdr_size, 60, 2))
		return false;
	return guest_send(fd, hdr_size, 1514, 3) == (ssize_t)hdr_size + 1514 &&
	       gets_frame(plain, 1514, 3) && gets_nothing(plain);
}

/* Trap 8: when the hub goes, nothing is seen but silence. The file must not
 * block by now, as with all emulators but kvmtool.
 */
static bool bears_loss_of_hub(int fd, size_t hdr_size)
{
	struct pollfd pollfd = {
		.fd = fd,
		.events = POLLIN | POLLOUT | POLLHUP | POLLERR,
	};
	char buf[100];

	return !link_del(HUB) && poll(&pollfd, 1, 0) == 1 &&
	       pollfd.revents == POLLOUT &&
	       ret_errno(read(fd, buf, sizeof(buf))) == -EAGAIN &&
	       guest_send(fd, hdr_size, 60, 9) == (ssize_t)hdr_size + 60;
}

/* A guest's frame with work left undone comes out complete. */
static bool offloads_work(struct packet *packet, int fd, size_t hdr_size,
			  int plain)
{
	*packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1448,
		.payload = 20000,
	};
	packet_make(packet);
	if (packet_send(packet, fd, hdr_size) ||
	    !packet_arrives(packet, plain, 0, 0))
		return false;
	*packet = (struct packet){ .udp = true, .payload = 1000 };
	packet_make(packet);
	return !packet_send(packet, fd, hdr_size) &&
	       packet_arrives(packet, plain, 0, 0);
}

/*
 * QEMU 7.2, net/tap.c and net/tap-linux.c
 */

/* tap_probe_vnet_hdr_len() */
static bool qemu72_probe_hdr_len(int fd, int len)
{
	int orig = get_int(fd, TUNGETVNETHDRSZ);

	if (orig < 0 || set_int(fd, TUNSETVNETHDRSZ, len))
		return false;
	if (set_int(fd, TUNSETVNETHDRSZ, orig)) {
		fprintf(stderr, "# QEMU would abort: header size %d\n", orig);
		abort();
	}
	return true;
}

/* net_tap_fd_init() and what leads to it */
static int qemu72_init(int fd, bool *vnet_hdr)
{
	struct ifreq ifr;

	if (set_nonblock(fd, true) || get_iff(fd, &ifr))
		return -1;
	*vnet_hdr = ifr.ifr_flags & IFF_VNET_HDR;
	if (set_offload(fd, TUN_F_CSUM | TUN_F_UFO))
		return -2;
	if (set_offload(fd, 0) || set_offload(fd, 0))
		return -3;
	if (qemu72_probe_hdr_len(fd, *vnet_hdr ? 10 : 0) &&
	    set_int(fd, TUNSETVNETHDRSZ, *vnet_hdr ? 10 : 0))
		return -4;
	set_int(fd, TUNSETSNDBUF, INT_MAX);
	return 0;
}

/* -netdev tap,fd=N of a port without header */
TEST_F(emulator, qemu_7_2_fd_without_header)
{
	int fd = attach(HUB);
	bool vnet_hdr;

	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	EXPECT_FALSE(vnet_hdr);
	EXPECT_EQ(-EAGAIN, ret_errno(read(fd, self->buf, 69632)));
	EXPECT_TRUE(exchanges(fd, 0, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 0));
}

/* -netdev tap,fd=N and a guest with virtio-net */
TEST_F(emulator, qemu_7_2_fd_with_header)
{
	int fd = give_vnet();
	bool vnet_hdr;

	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	EXPECT_TRUE(vnet_hdr);

	/* virtio_net_set_mrg_rx_bufs() of each driver there is */
	EXPECT_TRUE(qemu72_probe_hdr_len(fd, 12));
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 12));
	ASSERT_EQ(0, set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
				     TUN_F_TSO_ECN | TUN_F_UFO));
	EXPECT_TRUE(exchanges(fd, 12, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 12, self->plain));

	/* The guest starts again, with a legacy driver. */
	EXPECT_TRUE(qemu72_probe_hdr_len(fd, 10));
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 10));
	ASSERT_EQ(0, set_offload(fd, 0));
	EXPECT_TRUE(exchanges(fd, 10, self->plain));

	/* And one with RSS, whose eBPF may be refused. */
	EXPECT_TRUE(qemu72_probe_hdr_len(fd, 20));
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 20));
	EXPECT_EQ(-EINVAL, set_int(fd, TUNSETSTEERINGEBPF, -1));
	EXPECT_TRUE(exchanges(fd, 20, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 20));
}

/* set_vnet_be() of a big-endian guest: any error but EINVAL aborts. */
TEST_F(emulator, qemu_7_2_guest_of_other_byte_order)
{
	int fd = give_vnet(), ret;
	bool vnet_hdr;

	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	ret = set_int(fd, TUNSETVNETBE, 1);
	EXPECT_TRUE(ret == 0 || ret == -EINVAL);
	ret = set_int(fd, TUNSETVNETBE, 0);
	EXPECT_TRUE(ret == 0 || ret == -EINVAL);
	ret = set_int(fd, TUNSETVNETLE, 1);
	EXPECT_TRUE(ret == 0 || ret == -EINVAL);
	EXPECT_TRUE(exchanges(fd, 10, self->plain));
}

/* tap_send(): up to 50 frames a wake, until read() gives nothing more. */
TEST_F(emulator, qemu_7_2_reads_until_nothing_is_left)
{
	int fd = attach(HUB), i, count = 0;
	bool vnet_hdr;

	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	for (i = 0; i < 120; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	while (read(fd, self->buf, 69632) > 0) {
		EXPECT_TRUE(is_frame(self->buf, 60, count));
		count++;
	}
	EXPECT_EQ(120, count);
	EXPECT_EQ(EAGAIN, errno);
}

/* net_init_tap_one(): -netdev tap,ifname=lan0, which opens for itself. */
TEST_F(emulator, qemu_7_2_ifname)
{
	struct ifreq ifr = {};
	int features, fd = dev_open(O_RDWR);
	bool vnet_hdr;

	features = get_int(fd, TUNGETFEATURES);
	ASSERT_LE(0, features);
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (features & IFF_ONE_QUEUE)
		ifr.ifr_flags |= IFF_ONE_QUEUE;
	if (features & IFF_VNET_HDR)
		ifr.ifr_flags |= IFF_VNET_HDR;
	/* tap_open() does it too early, and does not look at the answer. */
	set_int(fd, TUNSETVNETHDRSZ, 10);
	strcpy(ifr.ifr_name, HUB);
	ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);
	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	EXPECT_TRUE(vnet_hdr);
	EXPECT_TRUE(exchanges(fd, 10, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 10));
}

/*
 * QEMU 10.2, the same files
 */
static int qemu102_init(int fd, bool vnet_hdr)
{
	struct ifreq ifr;
	int ret;

	if (set_nonblock(fd, true) || get_iff(fd, &ifr))
		return -1;
	if (!!(ifr.ifr_flags & IFF_VNET_HDR) != vnet_hdr)
		return -2;
	if (set_offload(fd, TUN_F_CSUM | TUN_F_UFO))
		return -3;
	/* has_uso and has_tunnel: no, when the kernel says EINVAL. */
	ret = set_offload(fd, TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6);
	if (ret != (kernel_has_uso() ? 0 : -EINVAL))
		return -4;
	if (set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 |
			    TUN_F_UDP_TUNNEL_GSO) != -EINVAL)
		return -5;
	if (set_offload(fd, 0) || set_offload(fd, 0))
		return -6;
	/* Unguarded: it aborts when this fails. */
	if (vnet_hdr && set_int(fd, TUNSETVNETHDRSZ, 10))
		return -7;
	set_int(fd, TUNSETSNDBUF, INT_MAX);
	return 0;
}

TEST_F(emulator, qemu_10_2_fd_without_header)
{
	int fd = attach(HUB);

	ASSERT_EQ(0, qemu102_init(fd, false));
	EXPECT_TRUE(exchanges(fd, 0, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 0));
}

TEST_F(emulator, qemu_10_2_fd_with_header)
{
	unsigned long offloads = ALL_OFFLOADS;
	int fd = give_vnet();

	if (kernel_has_uso())
		offloads |= TUN_F_USO4 | TUN_F_USO6;
	ASSERT_EQ(0, qemu102_init(fd, true));
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 12));
	ASSERT_EQ(0, set_offload(fd, offloads));
	EXPECT_TRUE(exchanges(fd, 12, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 12, self->plain));
	/* virtio_net_hdr_v1_hash_tunnel */
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 24));
	EXPECT_TRUE(exchanges(fd, 24, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 24));
}

/* One frame of a UDP flow that is told by its port. */
static size_t make_flow(unsigned char *frame, unsigned int flow)
{
	static struct packet packet;

	packet = (struct packet){ .udp = true, .payload = 20, .port = flow };
	packet_make(&packet);
	packet_finish(&packet);
	memcpy(frame, packet.frame, packet.len);
	return packet.len;
}

#define FLOWS	64
#define QUEUES	4

/* Sends two frames of each flow and says which queue got them. Return: 0, or -1
 * when a frame was lost, or came twice, or not to the queue of its flow.
 */
static int spread(int plain, const int *fds, int count, size_t hdr_size,
		  int queue_of[FLOWS])
{
	int seen[FLOWS] = {}, flow, i;
	unsigned char frame[200];
	ssize_t len;

	for (i = 0; i < 2; i++) {
		for (flow = 0; flow < FLOWS; flow++) {
			len = make_flow(frame, 1000 + flow);
			if (write(plain, frame, len) != len)
				return -1;
		}
	}
	for (i = 0; i < count; i++) {
		while (!gets_nothing(fds[i])) {
			len = read(fds[i], frame, sizeof(frame));
			if (len < (ssize_t)hdr_size + 42)
				return -1;
			flow = (frame[hdr_size + 36] << 8 |
				frame[hdr_size + 37]) - 1000;
			if (flow < 0 || flow >= FLOWS)
				return -1;
			if (seen[flow]++ && queue_of[flow] != i)
				return -1;
			queue_of[flow] = i;
		}
	}
	for (flow = 0; flow < FLOWS; flow++)
		if (seen[flow] != 2)
			return -1;
	return 0;
}

static int flows_of(const int queue_of[FLOWS], int queue)
{
	int flow, count = 0;

	for (flow = 0; flow < FLOWS; flow++)
		count += queue_of[flow] == queue;
	return count;
}

/* -netdev tap,fds=A:B:C:D and virtio_net_set_queue_pairs(), which asserts that
 * each TUNSETQUEUE works.
 */
TEST_F(emulator, qemu_10_2_fds_with_multi_queue)
{
	struct vhub_attach first = {
		.hub = HUB,
		.vnet_hdr_size = 10,
		.flags = VHUB_ATTACH_MULTI_QUEUE,
	};
	struct vhub_attach more = { .flags = VHUB_ATTACH_JOIN };
	int fds[QUEUES], before[FLOWS], queue_of[FLOWS], i;

	for (i = 0; i < QUEUES; i++) {
		fds[i] = dev_open(O_RDWR);
		more.fd = fds[0];
		ASSERT_EQ(0, attach_as(fds[i], i ? &more : &first));
	}
	for (i = 0; i < QUEUES; i++)
		ASSERT_EQ(0, qemu102_init(fds[i], true));

	/* virtio_net_device_realize(): all but the first are turned off. */
	for (i = 1; i < QUEUES; i++)
		ASSERT_EQ(0, set_queue(fds[i], IFF_DETACH_QUEUE));
	ASSERT_EQ(0, spread(self->plain, fds, QUEUES, 10, queue_of));
	EXPECT_EQ(FLOWS, flows_of(queue_of, 0));
	EXPECT_TRUE(exchanges(fds[0], 10, self->plain));

	/* The guest turns them on: ethtool -L eth0 combined 4 */
	for (i = 1; i < QUEUES; i++)
		ASSERT_EQ(0, set_queue(fds[i], IFF_ATTACH_QUEUE));
	for (i = 0; i < QUEUES; i++)
		ASSERT_EQ(0, set_int(fds[i], TUNSETVNETHDRSZ, 12));
	ASSERT_EQ(0, spread(self->plain, fds, QUEUES, 12, before));
	for (i = 0; i < QUEUES; i++)
		EXPECT_LT(0, flows_of(before, i));
	/* A flow stays where it is. */
	ASSERT_EQ(0, spread(self->plain, fds, QUEUES, 12, queue_of));
	EXPECT_EQ(0, memcmp(before, queue_of, sizeof(before)));

	/* And two of them off again. */
	ASSERT_EQ(0, set_queue(fds[2], IFF_DETACH_QUEUE));
	ASSERT_EQ(0, set_queue(fds[3], IFF_DETACH_QUEUE));
	ASSERT_EQ(0, spread(self->plain, fds, QUEUES, 12, queue_of));
	EXPECT_LT(0, flows_of(queue_of, 0));
	EXPECT_LT(0, flows_of(queue_of, 1));
	EXPECT_EQ(0, flows_of(queue_of, 2));
	EXPECT_EQ(0, flows_of(queue_of, 3));

	/* The guest sends by any of them. */
	for (i = 0; i < QUEUES; i++) {
		ASSERT_EQ(72, guest_send(fds[i], 12, 60, i));
		EXPECT_TRUE(gets_frame(self->plain, 60, i));
	}
	EXPECT_TRUE(bears_loss_of_hub(fds[0], 12));
}

/* tap_open() of 10.x: it looks for a macvtap first. */
static int qemu102_open(int queues)
{
	struct ifreq ifr = {};
	int features, fd;
	char path[64];

	snprintf(path, sizeof(path), "/dev/tap%u", if_nametoindex(HUB));
	if (open(path, O_RDWR) >= 0)
		return -EEXIST;
	fd = dev_open(O_RDWR);
	features = get_int(fd, TUNGETFEATURES);
	if (features < 0)
		return features;
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	ifr.ifr_flags |= features & (IFF_ONE_QUEUE | IFF_VNET_HDR);
	if (queues > 1)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	set_int(fd, TUNSETVNETHDRSZ, 10);
	strcpy(ifr.ifr_name, HUB);
	if (ioctl(fd, TUNSETIFF, &ifr))
		return -errno;
	if (queues > 1 && ioctl(fd, TUNGETIFF, &ifr))
		return -errno;
	return strcmp(ifr.ifr_name, HUB) ? -EINVAL : fd;
}

/* -netdev tap,ifname=lan0,queues=4: queues of one process are one port. */
TEST_F(emulator, qemu_10_2_ifname_with_multi_queue)
{
	int fds[QUEUES], queue_of[FLOWS], i, status;
	struct port_info info;
	pid_t child;

	for (i = 0; i < QUEUES; i++) {
		fds[i] = qemu102_open(QUEUES);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, qemu102_init(fds[i], true));
	}
	ASSERT_EQ(0, port_get(HUB, EMULATOR, &info));
	EXPECT_EQ(QUEUES, info.queues);
	EXPECT_EQ(-ENOENT, port_get(HUB, EMULATOR + 1, &info));
	ASSERT_EQ(0, spread(self->plain, fds, QUEUES, 10, queue_of));
	for (i = 0; i < QUEUES; i++)
		EXPECT_LT(0, flows_of(queue_of, i));

	/* Another QEMU is another port. */
	child = fork();
	if (!child)
		_exit(qemu102_open(QUEUES) < 0 ||
		      port_get(HUB, EMULATOR + 1, &info) ||
		      info.queues != 1);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(bears_loss_of_hub(fds[0], 10));
}

/* Without multi-queue each file is a port, in one process too. */
TEST_F(emulator, qemu_10_2_two_cards_of_one_process)
{
	int a = qemu102_open(1), b = qemu102_open(1);
	struct port_info info;

	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	ASSERT_EQ(0, port_get(HUB, EMULATOR + 1, &info));
	ASSERT_EQ(0, qemu102_init(a, true));
	ASSERT_EQ(0, qemu102_init(b, true));
	ASSERT_EQ(70, guest_send(a, 10, 60, 1));
	EXPECT_TRUE(gets_frame(self->plain, 60, 1));
	EXPECT_TRUE(is_guest_frame(self->buf, read(b, self->buf, FRAME_ROOM),
				   10, 60, 1));
}

/*
 * crosvm, net_util/src/sys/linux/tap.rs and devices/src/virtio/net.rs
 */
TEST_F(emulator, crosvm_tap_fd)
{
	int given = give_vnet(), fd, epoll;
	struct epoll_event event = { .events = EPOLLIN };
	struct ifreq ifr;

	/* validate_raw_fd() */
	ASSERT_EQ(0, fcntl(given, F_SETFD, 0));
	ASSERT_EQ(0, fcntl(given, F_GETFD));
	fd = fcntl(given, F_DUPFD_CLOEXEC, 0);
	ASSERT_LE(0, fd);
	close(given);

	/* Tap::from_raw_descriptor() and Net::new() */
	ASSERT_EQ(0, set_nonblock(fd, true));
	ASSERT_EQ(0, get_iff(fd, &ifr));
	EXPECT_EQ(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, ifr.ifr_flags);
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 12));
	/* Fatal, and cut to 16 bits. */
	EXPECT_EQ(1500, get_mtu(AF_INET, ifr.ifr_name));

	/* ack_features() */
	ASSERT_EQ(0, set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_UFO));
	ASSERT_EQ(0, set_offload(fd, 0));
	/* The one of vhost-net */
	ASSERT_EQ(0, set_offload(fd, TUN_F_CSUM | TUN_F_UFO | TUN_F_TSO4 |
				     TUN_F_TSO6));

	/* Worker::run(): EPOLLHUP ends it. */
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	EXPECT_EQ(EPOLLIN, event.events);
	EXPECT_TRUE(is_guest_frame(self->buf, read(fd, self->buf, FRAME_ROOM),
				   12, 60, 1));
	EXPECT_TRUE(exchanges(fd, 12, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 12, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 12));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
}

/* --net tap-name=lan0,vq-pairs=2, with /dev/vhub in the place of /dev/net/tun */
TEST_F(emulator, crosvm_tap_name_with_multi_queue)
{
	const short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR |
			    IFF_MULTI_QUEUE;
	struct port_info info;
	struct ifreq ifr;
	int fds[2], i;

	for (i = 0; i < 2; i++) {
		fds[i] = dev_open(O_RDWR | O_NONBLOCK);
		ASSERT_EQ(0, tun_set_iff(fds[i], HUB, flags));
		ASSERT_EQ(0, get_iff(fds[i], &ifr));
		EXPECT_EQ(flags, ifr.ifr_flags);
		ASSERT_EQ(0, set_int(fds[i], TUNSETVNETHDRSZ, 12));
	}
	/* Tap::enable() of the device by its name */
	ASSERT_EQ(0, netdev_ioctl(AF_INET, SIOCGIFFLAGS, HUB, &ifr));
	ifr.ifr_flags |= IFF_UP;
	ASSERT_EQ(0, netdev_ioctl(AF_INET, SIOCSIFFLAGS, HUB, &ifr));
	ASSERT_EQ(0, port_get(HUB, EMULATOR, &info));
	EXPECT_EQ(2, info.queues);
}

/*
 * cloud-hypervisor, net_util/src/tap.rs and queue_pair.rs
 */
TEST_F(emulator, cloud_hypervisor_fd)
{
	int given = give_vnet(), fd = dup(given), ret;
	struct iovec iov[] = {
		{ self->buf, 12 },
		{ self->buf + 12, 2048 },
		{ self->buf + 2060, 2048 },
	};
	struct ifreq ifr;

	close(given);
	/* Tap::from_tap_fd() */
	ASSERT_EQ(0, set_nonblock(fd, true));
	ASSERT_EQ(0, get_iff(fd, &ifr));
	ret = tun_set_iff(fd, ifr.ifr_name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
	EXPECT_TRUE(ret == 0 || ret == -EEXIST);
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 12));

	/* mtu= sets it, all ask for it: fatal before 52.0. */
	ifr.ifr_mtu = 1400;
	EXPECT_EQ(0, netdev_ioctl(AF_UNIX, SIOCSIFMTU, ifr.ifr_name, &ifr));
	EXPECT_EQ(1400, get_mtu(AF_UNIX, ifr.ifr_name));
	ifr.ifr_mtu = 1500;
	EXPECT_EQ(0, netdev_ioctl(AF_UNIX, SIOCSIFMTU, ifr.ifr_name, &ifr));

	/* activate(): fatal; UFO is offered without asking. */
	ASSERT_EQ(0, set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
				     TUN_F_TSO_ECN | TUN_F_UFO));

	/* Frames go right into the guest's buffers. */
	EXPECT_EQ(-EAGAIN, ret_errno(readv(fd, iov, 3)));
	ASSERT_EQ(0, send_frame(self->plain, 4000, 1));
	EXPECT_TRUE(is_guest_frame(self->buf, readv(fd, iov, 3), 12, 4000, 1));
	memset(self->buf, 0, 12);
	iov[2].iov_len = 1000;
	ASSERT_EQ(3060, writev(fd, iov, 3));
	EXPECT_TRUE(gets_frame(self->plain, 3048, 1));
	EXPECT_TRUE(exchanges(fd, 12, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 12, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 12));
}

/* --net fd=[3,4]: the same conversation with IFF_MULTI_QUEUE on each. */
TEST_F(emulator, cloud_hypervisor_fds)
{
	const short flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR |
			    IFF_MULTI_QUEUE;
	int fds[2], queue_of[FLOWS], i, ret;
	struct ifreq ifr;

	for (i = 0; i < 2; i++) {
		fds[i] = attach_tun(HUB, IFF_VNET_HDR | IFF_MULTI_QUEUE);
		ASSERT_LE(0, fds[i]);
	}
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, set_nonblock(fds[i], true));
		ASSERT_EQ(0, get_iff(fds[i], &ifr));
		ret = tun_set_iff(fds[i], ifr.ifr_name, flags);
		EXPECT_TRUE(ret == 0 || ret == -EEXIST);
		ASSERT_EQ(0, set_int(fds[i], TUNSETVNETHDRSZ, 12));
		ASSERT_EQ(0, set_offload(fds[i], TUN_F_CSUM));
	}
	ASSERT_EQ(0, spread(self->plain, fds, 2, 12, queue_of));
	EXPECT_LT(0, flows_of(queue_of, 0));
	EXPECT_LT(0, flows_of(queue_of, 1));
	ASSERT_EQ(72, guest_send(fds[1], 12, 60, 5));
	EXPECT_TRUE(gets_frame(self->plain, 60, 5));
}

/*
 * Firecracker, src/vmm/src/devices/virtio/net: its seccomp filter lets through
 * no other ioctl.
 */
TEST_F(emulator, firecracker)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK), epoll, i, count = 0;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct iovec iov[] = {
		{ self->buf, 4096 },
		{ self->buf + 4096, 65536 - 4096 },
	};

	ASSERT_EQ(0, tun_set_iff(fd, HUB, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 12));
	ASSERT_EQ(0, set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
				     TUN_F_UFO));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));

	/* One event for many frames, then all is read. */
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	EXPECT_EQ(EPOLLIN, event.events);
	while (readv(fd, iov, 2) > 0)
		EXPECT_TRUE(is_frame(self->buf + 12, 60, count++));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(100, count);
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));

	/* The guest had no buffers: it stops reading half way. What comes then
	 * must be told all the same.
	 */
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(0, send_frame(self->plain, 60, 2));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	EXPECT_EQ(72, readv(fd, iov, 2));
	EXPECT_EQ(72, readv(fd, iov, 2));
	EXPECT_EQ(-EAGAIN, ret_errno(readv(fd, iov, 2)));

	EXPECT_TRUE(exchanges(fd, 12, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 12, self->plain));
	while (epoll_wait(epoll, &event, 1, 0) == 1)
		EXPECT_EQ(EPOLLIN, event.events);
	EXPECT_TRUE(bears_loss_of_hub(fd, 12));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
}

/*
 * kvmtool, virtio/net.c: threads that block
 */
struct lkvm {
	int fd;
	pid_t rx_tid;
	int received;
	int bad;
	unsigned char buf[2048];
};

/* virtio_net_rx_thread(): any error ends it. */
static void *lkvm_rx_thread(void *arg)
{
	struct lkvm *lkvm = arg;
	struct iovec iov[] = { { lkvm->buf, 12 }, { lkvm->buf + 12, 2000 } };
	ssize_t len;

	__atomic_store_n(&lkvm->rx_tid, gettid(), __ATOMIC_RELEASE);
	for (;;) {
		len = readv(lkvm->fd, iov, 2);
		if (!is_guest_frame(lkvm->buf, len, 12, 60, lkvm->received))
			lkvm->bad++;
		if (len < 0)
			return NULL;
		__atomic_add_fetch(&lkvm->received, 1, __ATOMIC_RELEASE);
	}
}

static bool lkvm_rx_waits(struct lkvm *lkvm, int received)
{
	pid_t tid = __atomic_load_n(&lkvm->rx_tid, __ATOMIC_ACQUIRE);

	return tid && __atomic_load_n(&lkvm->received, __ATOMIC_ACQUIRE) ==
		      received && is_asleep(tid);
}

TEST_F(emulator, kvmtool_fd)
{
	struct lkvm lkvm = { .fd = give_vnet() };
	pthread_t thread;
	void *result;
	int i;

	/* virtio_net__tap_init(): even the file it was given, with no name. */
	ASSERT_EQ(0, tun_set_iff(lkvm.fd, "", IFF_TAP | IFF_NO_PI |
					      IFF_VNET_HDR));
	ASSERT_EQ(0, set_offload(lkvm.fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
					  TUN_F_UFO));
	/* notify_vq_gpa() */
	ASSERT_EQ(0, set_int(lkvm.fd, TUNSETVNETHDRSZ, 12));

	ASSERT_EQ(0, pthread_create(&thread, NULL, lkvm_rx_thread, &lkvm));
	ASSERT_TRUE(wait_until(lkvm_rx_waits(&lkvm, 0)));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	ASSERT_TRUE(wait_until(lkvm_rx_waits(&lkvm, 10)));
	ASSERT_EQ(72, guest_send(lkvm.fd, 12, 60, 77));
	EXPECT_TRUE(gets_frame(self->plain, 60, 77));
	EXPECT_TRUE(offloads_work(&self->packet, lkvm.fd, 12, self->plain));

	/* The hub goes: the thread must sleep on. */
	ASSERT_EQ(0, link_del(HUB));
	for (i = 0; i < 1000; i++)
		sched_yield();
	EXPECT_TRUE(lkvm_rx_waits(&lkvm, 10));
	EXPECT_EQ(72, guest_send(lkvm.fd, 12, 60, 78));

	/* virtio_net_stop(): it is cancelled where it sleeps. */
	ASSERT_EQ(0, pthread_cancel(thread));
	ASSERT_EQ(0, pthread_join(thread, &result));
	EXPECT_EQ(PTHREAD_CANCELED, result);
	EXPECT_EQ(0, lkvm.bad);
}

/* The guest's driver starts again: the file goes on. */
TEST_F(emulator, kvmtool_thread_is_cancelled_and_started_again)
{
	struct lkvm lkvm = { .fd = give_vnet() };
	pthread_t thread;
	int i;

	ASSERT_EQ(0, tun_set_iff(lkvm.fd, "", IFF_TAP | IFF_NO_PI |
					      IFF_VNET_HDR));
	ASSERT_EQ(0, set_int(lkvm.fd, TUNSETVNETHDRSZ, 12));
	for (i = 0; i < 5; i++) {
		lkvm.rx_tid = 0;
		lkvm.received = 0;
		ASSERT_EQ(0, pthread_create(&thread, NULL, lkvm_rx_thread,
					    &lkvm));
		ASSERT_TRUE(wait_until(lkvm_rx_waits(&lkvm, 0)));
		ASSERT_EQ(0, send_frame(self->plain, 60, 0));
		ASSERT_TRUE(wait_until(lkvm_rx_waits(&lkvm, 1)));
		ASSERT_EQ(0, pthread_cancel(thread));
		ASSERT_EQ(0, pthread_join(thread, NULL));
	}
	EXPECT_EQ(0, lkvm.bad);
}

/*
 * User Mode Linux, arch/um/drivers/vector_*.c
 */
static int uml_fd;
static int uml_seen;
static int uml_bad;

/* vector_rx(): reads until there is nothing. */
static void uml_sigio(int signal)
{
	static unsigned char buf[FRAME_ROOM];
	struct iovec iov = { buf, sizeof(buf) };
	ssize_t len;

	(void)signal;
	while ((len = readv(uml_fd, &iov, 1)) > 0)
		if (len != 60 || !is_frame(buf, 60, uml_seen++))
			uml_bad++;
	if (len == 0 || errno != EAGAIN)
		uml_bad++;
}

/* os_set_fd_async() */
static int uml_set_async(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, flags | O_ASYNC | O_NONBLOCK) ||
	    fcntl(fd, F_SETSIG, SIGIO) || fcntl(fd, F_SETOWN, getpid()))
		return -errno;
	return 0;
}

/* vec0:transport=fd,fd=N,vec=0: no ioctl, no header, and only SIGIO tells. */
TEST_F(emulator, uml_fd_is_woken_by_sigio)
{
	struct sigaction action = { .sa_handler = uml_sigio };
	struct iovec iov = { self->buf, 60 };
	int i;

	uml_fd = attach(HUB);
	ASSERT_EQ(0, sigaction(SIGIO, &action, NULL));
	ASSERT_EQ(0, uml_set_async(uml_fd));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
		ASSERT_TRUE(wait_until(*(volatile int *)&uml_seen == i + 1));
	}
	EXPECT_EQ(0, uml_bad);

	make_frame(self->buf, 60, 99);
	ASSERT_EQ(60, writev(uml_fd, &iov, 1));
	EXPECT_TRUE(gets_frame(self->plain, 60, 99));

	/* The default, vec=1, is for sockets. */
	EXPECT_EQ(-ENOTSOCK, ret_errno(recvmmsg(uml_fd, NULL, 0, 0, NULL)));
	EXPECT_TRUE(bears_loss_of_hub(uml_fd, 0));
}

/* vec0:transport=tap,ifname=lan0: uml_init_tap_fds() and create_tap_fd() */
TEST_F(emulator, uml_tap)
{
	int fd = dev_open(O_RDWR), features;

	ASSERT_EQ(0, tun_set_iff(fd, HUB, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
	set_offload(fd, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
	features = get_int(fd, TUNGETFEATURES);
	ASSERT_TRUE(features & IFF_VNET_HDR);
	ASSERT_EQ(0, set_int(fd, TUNSETVNETHDRSZ, 10));
	ASSERT_EQ(0, uml_set_async(fd));
	signal(SIGIO, SIG_IGN);
	EXPECT_TRUE(exchanges(fd, 10, self->plain));
	EXPECT_TRUE(offloads_work(&self->packet, fd, 10, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 10));
}

/* eth0=tuntap,lan0: os-Linux/drivers/tuntap_user.c */
TEST_F(emulator, uml_tuntap)
{
	int fd = dev_open(O_RDWR);

	ASSERT_EQ(0, tun_set_iff(fd, HUB, IFF_TAP | IFF_NO_PI));
	signal(SIGIO, SIG_IGN);
	ASSERT_EQ(0, uml_set_async(fd));
	EXPECT_TRUE(exchanges(fd, 0, self->plain));
	EXPECT_TRUE(bears_loss_of_hub(fd, 0));
}

/*
 * libvirt 9.0, src/util/virnetdevtap.c and virnetdevmacvlan.c
 */

/* virNetDevTapCreate() with <backend tap='/dev/vhub'/>, then the device by its
 * name
 */
TEST_F(emulator, libvirt_managed_tap)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = dev_open(O_RDWR);
	bool vnet_hdr;

	strcpy(ifr.ifr_name, HUB);
	ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr));
	EXPECT_STREQ(HUB, ifr.ifr_name);

	/* virNetDevSetMAC() and virNetDevSetOnline() */
	ASSERT_EQ(0, netdev_ioctl(AF_UNIX, SIOCGIFHWADDR, HUB, &ifr));
	memcpy(ifr.ifr_hwaddr.sa_data, "\xfe\x00\x5e\x00\x53\x07", 6);
	ASSERT_EQ(0, netdev_ioctl(AF_UNIX, SIOCSIFHWADDR, HUB, &ifr));
	ASSERT_EQ(0, netdev_ioctl(AF_UNIX, SIOCGIFFLAGS, HUB, &ifr));
	ifr.ifr_flags |= IFF_UP;
	ASSERT_EQ(0, netdev_ioctl(AF_UNIX, SIOCSIFFLAGS, HUB, &ifr));
	ifr.ifr_flags &= ~IFF_UP;
	ASSERT_EQ(0, netdev_ioctl(AF_UNIX, SIOCSIFFLAGS, HUB, &ifr));

	/* Then QEMU gets it. */
	ASSERT_EQ(0, qemu72_init(fd, &vnet_hdr));
	while (!gets_nothing(fd))
		ASSERT_LT(0, read(fd, self->buf, FRAME_ROOM));
	while (!gets_nothing(self->plain))
		ASSERT_LT(0, read(self->plain, self->buf, FRAME_ROOM));
	EXPECT_TRUE(exchanges(fd, 10, self->plain));
}

/* virNetDevMacVLanTapSetup(), as for a node that is attached when opened */
TEST_F(emulator, libvirt_sets_up_an_attached_file)
{
	int fd = attach(HUB), features;
	struct ifreq ifr;

	ASSERT_EQ(0, get_iff(fd, &ifr));
	features = get_int(fd, TUNGETFEATURES);
	ASSERT_TRUE(features & IFF_VNET_HDR);
	ifr.ifr_flags |= IFF_VNET_HDR;
	ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr));
	EXPECT_TRUE(exchanges(fd, 10, self->plain));
	ifr.ifr_flags &= ~IFF_VNET_HDR;
	ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr));
	EXPECT_TRUE(exchanges(fd, 0, self->plain));
}

TEST_HARNESS_MAIN
