// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a wire is a wire: every frame passes between all kinds of ports
 *
 *	namespace near                                    namespace far
 *	file, header, ring ---+
 *	a program --- TAP ----+
 *	                veth -+---------------------------- veth
 *	             macvlan -+--- on a veth -------------- veth
 *	               VXLAN -+--- over a veth ============ VXLAN
 *	the host's cable -----+ lan0
 *
 * This test is at the end of each: it reads and writes the files, and has packet
 * sockets on the devices.
 */

#define _GNU_SOURCE

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include "vhub_ring.h"

#define HDR		12
#define JUMBO		9216	/* bytes of a frame without tag */
#define JUMBO_MTU	(JUMBO - ETH_HLEN)
#define MTU		1500
#define IP		"ip -batch -"

enum end_id {
	END_FILE,
	END_HEADER,
	END_RING,
	END_TAP,
	END_VETH,
	END_MACVLAN,
	END_VXLAN,
	END_HOST,
	ENDS
};

/**
 * struct end - an end of the wire
 * @name: what to call it
 * @dev: the device that is the port, NULL where it is a file
 * @far: the device of a packet socket, NULL where there is none
 * @number: number of the port
 * @fd: where its frames are read and written
 */
struct end {
	const char *name;
	const char *dev;
	const char *far;
	__u32 number;
	int fd;
};

static const struct end all_ends[ENDS] = {
	[END_FILE] = { .name = "file" },
	[END_HEADER] = { .name = "file with header" },
	[END_RING] = { .name = "ring" },
	[END_TAP] = { .name = "TAP", .dev = "tap0" },
	[END_VETH] = { .name = "veth", .dev = "v0", .far = "v1" },
	[END_MACVLAN] = { .name = "macvlan", .dev = "mv0", .far = "w1" },
	[END_VXLAN] = { .name = "VXLAN", .dev = "vx0", .far = "vx1" },
	[END_HOST] = { .name = "host", .dev = HUB, .far = HUB },
};

FIXTURE(wire)
{
	int near;
	int far;
	struct end ends[ENDS];
	struct ring ring;
	unsigned char frame[FRAME_ROOM];
	size_t len;
};

FIXTURE_VARIANT(wire)
{
	__u32 mode;
};

FIXTURE_VARIANT_ADD(wire, hub) { .mode = VHUB_HUB_MODE_HUB };
FIXTURE_VARIANT_ADD(wire, switch) { .mode = VHUB_HUB_MODE_SWITCH };

/*
 * Making the wire
 */

/* An empty network namespace, in which no device talks by itself, and into which
 * this process moves. Return: its file.
 */
static int make_net(void)
{
	int ret = new_net() ?: no_ipv6();

	return ret ? ret : open("/proc/self/ns/net", O_RDONLY);
}

/* Has ip do these lines. Return: 0 or -errno. */
static int ip(const char *lines)
{
	FILE *file = popen(IP, "w");

	if (!file)
		return -errno;
	fputs(lines, file);
	return pclose(file) ? -EINVAL : 0;
}

static int make_near(int far)
{
	char lines[2048];

	snprintf(lines, sizeof(lines),
		 "link add v0 mtu %1$u type veth peer name v1 mtu %1$u netns /proc/%3$d/fd/%4$d\n"
		 "link add w0 mtu %1$u type veth peer name w1 mtu %1$u netns /proc/%3$d/fd/%4$d\n"
		 "link add u0 mtu %2$u type veth peer name u1 mtu %2$u netns /proc/%3$d/fd/%4$d\n"
		 "link set w0 up\n"
		 "link set u0 up\n"
		 "address add 192.0.2.1/24 dev u0\n"
		 "link add mv0 link w0 type macvlan mode passthru\n"
		 "link add vx0 mtu %1$u type vxlan id 42 dstport 4789 dev u0 local 192.0.2.1 remote 192.0.2.2\n"
		 "link set " HUB " mtu %1$u up\n",
		 JUMBO_MTU, JUMBO_MTU + 100, getpid(), far);
	return ip(lines);
}

static int make_far(void)
{
	char lines[512];

	snprintf(lines, sizeof(lines),
		 "link set u1 up\n"
		 "address add 192.0.2.2/24 dev u1\n"
		 "link add vx1 mtu %u type vxlan id 42 dstport 4789 dev u1 local 192.0.2.2 remote 192.0.2.1\n"
		 "link set v1 up\n"
		 "link set w1 up\n"
		 "link set vx1 up\n", JUMBO_MTU);
	return ip(lines);
}

/* A socket that gets, with its tags, all that comes to a device. */
static int open_packet_socket(const char *dev)
{
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	const struct packet_mreq promiscuous = {
		.mr_ifindex = at.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	const int on = 1, size = 4 << 20;

	if (sock < 0 ||
	    setsockopt(sock, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
		       sizeof(on)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(sock, (const void *)&at, sizeof(at)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
		       sizeof(promiscuous)))
		return -errno;
	return sock;
}

static bool is_running(const char *dev)
{
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {};
	int ret;

	strcpy(ifr.ifr_name, dev);
	ret = ioctl(sock, SIOCGIFFLAGS, &ifr);
	close(sock);
	return !ret && ifr.ifr_flags & IFF_RUNNING;
}

/* Waits until a device transmits. It says that it runs a moment earlier, but the
 * kernel keeps RTNL for that moment, which setting it up takes, too.
 */
static int wait_running(const char *dev)
{
	return wait_until(is_running(dev)) ? link_up(dev, true) : -ENOLINK;
}

static int plug(struct end *end)
{
	struct port_info info = {};
	int ret = port_add(HUB, end->dev, &info);

	if (!ret)
		ret = link_up(end->dev, true);
	if (!ret)
		ret = wait_running(end->dev);
	end->number = info.number;
	return ret;
}

static int open_ring(struct ring *ring)
{
	int ret = ring_open(ring, 4, 32, 32 * RING_BUF + FRAME_ROOM);

	if (!ret)
		ret = ring_attach(ring, HUB, 0);
	if (ret)
		return ret;
	ring_fill(ring);
	return ring->fd;
}

FIXTURE_SETUP(wire)
{
	struct end *end;

	memcpy(self->ends, all_ends, sizeof(all_ends));
	self->far = make_net();
	ASSERT_LE(0, self->far);
	self->near = make_net();
	ASSERT_LE(0, self->near);
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE, variant->mode));
	self->ends[END_TAP].fd = tap_open("tap0", 0, 0, 0);
	ASSERT_LE(0, self->ends[END_TAP].fd);
	ASSERT_EQ(0, link_set_mtu("tap0", JUMBO_MTU));
	ASSERT_EQ(0, make_near(self->far));

	ASSERT_EQ(0, setns(self->far, CLONE_NEWNET));
	ASSERT_EQ(0, make_far());
	for (end = self->ends + END_VETH; end <= self->ends + END_VXLAN; end++) {
		end->fd = open_packet_socket(end->far);
		ASSERT_LE(0, end->fd);
	}
	ASSERT_EQ(0, wait_running("u1"));
	ASSERT_EQ(0, setns(self->near, CLONE_NEWNET));

	self->ends[END_FILE].fd = attach(HUB);
	ASSERT_LE(0, self->ends[END_FILE].fd);
	self->ends[END_HEADER].fd = attach_vnet(HUB, HDR, 0);
	ASSERT_LE(0, self->ends[END_HEADER].fd);
	self->ends[END_RING].fd = open_ring(&self->ring);
	ASSERT_LE(0, self->ends[END_RING].fd);
	for (end = self->ends + END_TAP; end <= self->ends + END_VXLAN; end++)
		ASSERT_EQ(0, plug(end));
	ASSERT_EQ(0, wait_running("u0"));
	self->ends[END_HOST].fd = open_packet_socket(HUB);
	ASSERT_LE(0, self->ends[END_HOST].fd);

	ASSERT_EQ(0, setns(self->far, CLONE_NEWNET));
	ASSERT_EQ(0, wait_running("v1"));
	ASSERT_EQ(0, wait_running("w1"));
	ASSERT_EQ(0, wait_running("vx1"));
	ASSERT_EQ(0, setns(self->near, CLONE_NEWNET));
}

FIXTURE_TEARDOWN(wire)
{
}

/*
 * Sending and receiving
 */
static ssize_t send_header(int fd, const void *frame, size_t len)
{
	static unsigned char buf[HDR + FRAME_ROOM];
	ssize_t ret;

	memcpy(buf + HDR, frame, len);
	ret = write(fd, buf, HDR + len);
	return ret < HDR ? ret : ret - HDR;
}

static ssize_t send_ring(struct ring *ring, const void *frame, size_t len)
{
	unsigned char *at = ring->mem + ring->mem_size - FRAME_ROOM;

	memcpy(at, frame, len);
	ring_put(ring, at, len, 0);
	return ring_kick(ring) == 1 ? (ssize_t)len : -EIO;
}

/* Sends self->frame. */
static bool sends(FIXTURE_DATA(wire) *self, enum end_id from)
{
	const struct end *end = self->ends + from;
	ssize_t ret;

	switch (from) {
	case END_HEADER:
		ret = send_header(end->fd, self->frame, self->len);
		break;
	case END_RING:
		ret = send_ring(&self->ring, self->frame, self->len);
		break;
	default:
		ret = write(end->fd, self->frame, self->len);
	}
	if (ret == (ssize_t)self->len)
		return true;
	fprintf(stderr, "# %s: sending %zu bytes gave %zd, errno %d\n",
		end->name, self->len, ret, errno);
	return false;
}

static ssize_t receive_header(int fd, void *frame)
{
	static unsigned char buf[HDR + FRAME_ROOM];
	ssize_t ret = read_frame(fd, buf, sizeof(buf));

	if (ret < HDR)
		return ret < 0 ? ret : -EIO;
	memcpy(frame, buf + HDR, ret - HDR);
	return ret - HDR;
}

static ssize_t receive_ring(struct ring *ring, void *frame)
{
	ssize_t ret = ring_take(ring, frame, FRAME_ROOM);

	ring_fill(ring);
	return ret;
}

/* Puts back the tag that the kernel keeps beside a frame. */
static ssize_t restore_tag(struct msghdr *msg, unsigned char *frame, ssize_t len)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct tpacket_auxdata aux;
	__be16 tag[2];

	if (!cmsg || cmsg->cmsg_type != PACKET_AUXDATA)
		return -EIO;
	memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return len;
	tag[0] = htons(aux.tp_vlan_tpid);
	tag[1] = htons(aux.tp_vlan_tci);
	memmove(frame + 16, frame + 12, len - 12);
	memcpy(frame + 12, tag, sizeof(tag));
	return len + sizeof(tag);
}

static ssize_t receive_packet(int fd, unsigned char *frame)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct iovec iov = { frame, FRAME_ROOM - 4 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t ret;

	if (poll(&pollfd, 1, LIMIT_MS) != 1)
		return -ETIMEDOUT;
	ret = recvmsg(fd, &msg, 0);
	return ret < 0 ? -errno : restore_tag(&msg, frame, ret);
}

static ssize_t receive(FIXTURE_DATA(wire) *self, enum end_id to, void *frame)
{
	int fd = self->ends[to].fd;

	switch (to) {
	case END_FILE:
	case END_TAP:
		return read_frame(fd, frame, FRAME_ROOM);
	case END_HEADER:
		return receive_header(fd, frame);
	case END_RING:
		return receive_ring(&self->ring, frame);
	default:
		return receive_packet(fd, frame);
	}
}

/* Is self->frame the next that comes? */
static bool gets(FIXTURE_DATA(wire) *self, enum end_id to)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t len = receive(self, to, frame);

	if (len == (ssize_t)self->len && !memcmp(frame, self->frame, len))
		return true;
	fprintf(stderr, "# %s: %zu bytes were sent, got %zd\n",
		self->ends[to].name, self->len, len);
	return false;
}

/* Does self->frame, sent there, come to all others but @except? */
static bool reaches_all(FIXTURE_DATA(wire) *self, enum end_id from,
			enum end_id except)
{
	enum end_id to;

	if (!sends(self, from))
		return false;
	for (to = 0; to < ENDS; to++) {
		if (to == from || to == except || gets(self, to))
			continue;
		fprintf(stderr, "# from %s\n", self->ends[from].name);
		return false;
	}
	return true;
}

/* The macvlan driver keeps what comes for PAUSE to itself. */
static bool is_kept(FIXTURE_DATA(wire) *self, enum end_id from)
{
	return from == END_MACVLAN &&
	       !memcmp(self->frame + 2 * ETH_ALEN, "\x88\x08", 2);
}

/* Does it pass between all pairs of ports, and is nothing else there? What one
 * gets too many would be found in place of the next frame.
 */
static bool passes_all(FIXTURE_DATA(wire) *self)
{
	enum end_id from;
	bool passes;

	for (from = 0; from < ENDS; from++) {
		/* Who sends has an address of its own. */
		memcpy(self->frame + ETH_ALEN, "\x02\x00\x5e\x00\x53", 5);
		self->frame[2 * ETH_ALEN - 1] = 0x10 + from;
		passes = is_kept(self, from) ? sends(self, from) :
			 reaches_all(self, from, ENDS);
		if (!passes)
			return false;
	}
	return true;
}

/* @bytes: what comes after the addresses of this broadcast */
static void make(FIXTURE_DATA(wire) *self, size_t len, const char *bytes,
		 size_t count)
{
	static unsigned int seed;

	make_frame(self->frame, len, ++seed);
	memcpy(self->frame + 2 * ETH_ALEN, bytes, count);
	self->len = len;
}

static void make_usual(FIXTURE_DATA(wire) *self, size_t len)
{
	make(self, len, "\x88\xb5", 2);
}

/*
 * All that passes
 */
TEST_F(wire, link_local_frames_pass)
{
	static const struct {
		const char *name;
		unsigned char to;
		char bytes[6];
	} kinds[] = {
		{ "STP", 0x00, "\x00\x26\x42\x42\x03" },
		{ "PAUSE", 0x01, "\x88\x08\x00\x01\xff" },
		{ "LACP", 0x02, "\x88\x09\x01\x01\x01" },
		{ "EAPOL", 0x03, "\x88\x8e\x02\x01\x00" },
		{ "provider's STP", 0x08, "\x00\x26\x42\x42\x03" },
		{ "LLDP", 0x0e, "\x88\xcc\x02\x07\x04" },
		{ "MMRP", 0x20, "\x88\xf6\x00\x01\x01" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		make(self, 60, kinds[i].bytes, 5);
		memcpy(self->frame, "\x01\x80\xc2\x00\x00", 5);
		self->frame[5] = kinds[i].to;
		ASSERT_TRUE(passes_all(self))
			TH_LOG("%s", kinds[i].name);
	}
}

/* Where nobody was heard from, a switch is a hub. */
TEST_F(wire, frames_to_any_address_pass)
{
	static const char addresses[][7] = {
		"\x00\x00\x00\x00\x00\x00",
		"\x02\x00\x5e\x00\x53\x99",
		"\x01\x00\x5e\x00\x00\xfb",	/* IPv4 multicast */
		"\x33\x33\x00\x00\x00\x01",	/* IPv6 multicast */
	};
	unsigned int i;

	for (i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		make_usual(self, 60);
		memcpy(self->frame, addresses[i], ETH_ALEN);
		ASSERT_TRUE(passes_all(self))
			TH_LOG("address %u", i);
	}
}

TEST_F(wire, frames_of_every_size_pass)
{
	static const size_t sizes[] = {
		15, 17, 59, 60, 61, 63, 64, 65, 1001, 1513, 1514, 1515, 4096,
		4097, JUMBO - 1, JUMBO
	};
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		make_usual(self, sizes[i]);
		ASSERT_TRUE(passes_all(self))
			TH_LOG("%zu bytes", sizes[i]);
	}
}

TEST_F(wire, tagged_frames_pass)
{
	static const struct {
		const char *tags;
		size_t len;
	} kinds[] = {
		{ "\x81\x00\x20\x07", 4 },
		{ "\x81\x00\x00\x00", 4 },	/* VLAN 0 */
		{ "\x81\x00\xff\xfe", 4 },	/* priority, DEI, VLAN 4094 */
		{ "\x88\xa8\x00\x07", 4 },
		{ "\x88\xa8\x00\x07\x81\x00\x00\x08", 8 },
		{ "\x81\x00\x00\x07\x81\x00\x00\x08", 8 },
		{ "\x91\x00\x00\x07\x81\x00\x00\x08", 8 },
	};
	static const size_t sizes[] = { 64, 201, JUMBO + 4 };
	unsigned int i, k;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
			/* A packet socket knows the one that may be longer. */
			if (sizes[k] > JUMBO && memcmp(kinds[i].tags, "\x81", 2))
				continue;
			make(self, sizes[k], kinds[i].tags, kinds[i].len);
			ASSERT_TRUE(passes_all(self))
				TH_LOG("tags %u, %zu bytes", i, sizes[k]);
		}
	}
}

TEST_F(wire, frames_of_unknown_types_pass)
{
	static const char types[][3] = {
		"\x00\x00",	/* a length */
		"\x05\xff",	/* neither length nor type */
		"\x88\xb5",	/* for experiments */
		"\x88\x64",	/* PPPoE */
		"\x89\x02",	/* connectivity faults */
		"\x90\x00",	/* loopback */
		"\xff\xff",
	};
	unsigned int i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		make(self, 100, types[i], 2);
		ASSERT_TRUE(passes_all(self))
			TH_LOG("type %02x%02x", types[i][0] & 0xff,
			       types[i][1] & 0xff);
	}
}

/*
 * What does not pass
 */

/* Sends a frame that one end has no room for. */
static bool all_but_one_get(FIXTURE_DATA(wire) *self, enum end_id small,
			    size_t len)
{
	enum end_id from;
	int sent = 0;

	for (from = 0; from < ENDS; from++) {
		if (from == small)
			continue;
		make_usual(self, len);
		if (!reaches_all(self, from, small))
			return false;
		sent++;
	}
	if (port_drops(HUB, self->ends[small].number,
		       VHUB_A_DROPS_TOO_BIG) != sent)
		return false;

	/* The next that it gets is one that fits. */
	make_usual(self, MTU + ETH_HLEN);
	return reaches_all(self, small ? 0 : 1, ENDS);
}

TEST_F(wire, frames_beyond_an_mtu_are_dropped_there_alone)
{
	enum end_id end;

	for (end = END_TAP; end < ENDS; end++) {
		ASSERT_EQ(0, link_set_mtu(self->ends[end].dev, MTU));
		ASSERT_TRUE(all_but_one_get(self, end, JUMBO))
			TH_LOG("%s", self->ends[end].name);
		ASSERT_EQ(0, link_set_mtu(self->ends[end].dev, JUMBO_MTU));
		EXPECT_EQ(ENDS - 1, port_drops(HUB, self->ends[end].number,
					       VHUB_A_DROPS_TOO_BIG));
	}
}

TEST_HARNESS_MAIN
