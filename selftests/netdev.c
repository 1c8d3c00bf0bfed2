// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - network devices as ports: a TAP, with this test in the emulator's place
 *
 *	tap0 (port 1) ---+--- hub ---+--- plain (port 2)   no header
 *	                             +--- vnet (port 3)    offloads
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if_arp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>

#include "vhub_packet.h"

#define HDR	12
#define TAP_HDR	10	/* the TAP leaves what comes after it as it was */

static bool has_link(const char *hub, __u32 number)
{
	struct port_info info;

	return !port_get(hub, number, &info) &&
	       info.flags & VHUB_PORT_FLAG_LINK;
}

/* Puts a device on a hub and sets it up. Return: number of its port. */
static int plug(const char *hub, const char *dev)
{
	struct port_info info = {};
	int ret = port_add(hub, dev, &info);

	if (!ret)
		ret = link_up(dev, true);
	if (!ret && !wait_until(has_link(hub, info.number)))
		ret = -ENOLINK;
	return ret ? ret : (int)info.number;
}

/* A TAP on a hub. Return: its file. */
static int plug_tap(const char *hub, const char *name, int hdr_size,
		    unsigned int offloads)
{
	int fd = tap_open(name, 0, hdr_size, offloads), ret;

	if (fd < 0)
		return fd;
	ret = plug(hub, name);
	if (ret > 0)
		return fd;
	close(fd);
	return ret;
}

FIXTURE(netdev)
{
	int tap;
	int plain;
	int vnet;
	unsigned char buf[FRAME_ROOM];
	unsigned char sent[FRAME_ROOM];
	struct packet packet;
};

FIXTURE_SETUP(netdev)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	self->tap = plug_tap(HUB, "tap0", 0, 0);
	ASSERT_LE(0, self->tap);
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->vnet = attach_vnet(HUB, HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->vnet);
}

FIXTURE_TEARDOWN(netdev)
{
}

/* Does this frame come through, and nothing else? */
static bool passes(int from, int to, const void *frame, ssize_t len, void *buf)
{
	ssize_t ret = write(from, frame, len);

	if (ret == len)
		ret = read_frame(to, buf, FRAME_ROOM);
	if (ret == len && !memcmp(buf, frame, len) && gets_nothing(to))
		return true;
	fprintf(stderr, "# sent %zd bytes, got %zd\n", len, ret);
	return false;
}

/* Does @sent, both ways between the TAP and the port without header? */
static bool passes_both(FIXTURE_DATA(netdev) *self, ssize_t len)
{
	return passes(self->plain, self->tap, self->sent, len, self->buf) &&
	       passes(self->tap, self->plain, self->sent, len, self->buf);
}

/*
 * A wire is a wire
 */
TEST_F(netdev, frames_of_every_size_pass)
{
	static const size_t sizes[] = { 14, 15, 17, 42, 60, 1000, 1514, 1518 };
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		make_frame(self->sent, sizes[i], i);
		EXPECT_TRUE(passes_both(self, sizes[i]));
	}
}

TEST_F(netdev, link_local_frames_pass)
{
	static const struct {
		const char *name;
		unsigned char to;
		const char *type;
	} kinds[] = {
		{ "STP", 0x00, "\x00\x26\x42\x42\x03" },
		{ "PAUSE", 0x01, "\x88\x08\x00\x01\xff" },
		{ "LACP", 0x02, "\x88\x09\x01\x01\x01" },
		{ "EAPOL", 0x03, "\x88\x8e\x02\x01\x00" },
		{ "LLDP", 0x0e, "\x88\xcc\x02\x07\x04" },
		{ "GMRP", 0x20, "\x00\x26\x42\x42\x03" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		make_frame(self->sent, 60, i);
		memcpy(self->sent, "\x01\x80\xc2\x00\x00", 5);
		self->sent[5] = kinds[i].to;
		memcpy(self->sent + 12, kinds[i].type, 5);
		EXPECT_TRUE(passes_both(self, 60))
			TH_LOG("%s", kinds[i].name);
	}
}

/* A wire does not ask whose address it is. */
TEST_F(netdev, frames_from_any_address_pass)
{
	unsigned char mac[6];

	make_frame(self->sent, 60, 1);
	ASSERT_EQ(0, link_mac("tap0", mac));
	memcpy(self->sent, mac, 6);
	EXPECT_TRUE(passes_both(self, 60));
	memcpy(self->sent + 6, mac, 6);
	EXPECT_TRUE(passes_both(self, 60));
	memset(self->sent + 6, 0, 6);
	EXPECT_TRUE(passes_both(self, 60));
	memset(self->sent + 6, 0xff, 6);
	EXPECT_TRUE(passes_both(self, 60));
}

TEST_F(netdev, tags_pass)
{
	static const struct {
		const char *tags;
		size_t len;
	} kinds[] = {
		{ "\x81\x00\x20\x07", 4 },
		{ "\x81\x00\x00\x00", 4 },	/* VLAN 0 */
		{ "\x81\x00\xe0\x00", 4 },	/* with priority */
		{ "\x81\x00\x10\x07", 4 },	/* with the DEI bit */
		{ "\x88\xa8\x00\x07", 4 },
		{ "\x88\xa8\x00\x07\x81\x00\x00\x08", 8 },
		{ "\x81\x00\x00\x07\x81\x00\x00\x08", 8 },
		{ "\x91\x00\x00\x07\x81\x00\x00\x08", 8 },
		{ "\x88\xa8\x00\x01\x88\xa8\x00\x02\x81\x00\x00\x03", 12 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		make_frame(self->sent, 200, i);
		memcpy(self->sent + 12, kinds[i].tags, kinds[i].len);
		EXPECT_TRUE(passes_both(self, 200))
			TH_LOG("tags %u", i);
	}
	/* One that is cut off in its tag is a frame like others. */
	EXPECT_TRUE(passes(self->plain, self->tap, self->sent, 15, self->buf));
}

/* The port of a hub is a device that can be on another: what passes one passes
 * two.
 */
TEST_F(netdev, frames_pass_a_hub_on_a_hub)
{
	int far;

	ASSERT_EQ(0, hub_add("lan1"));
	ASSERT_LT(0, plug(HUB, "lan1"));
	far = attach("lan1");
	ASSERT_LE(0, far);

	make_frame(self->sent, 1514, 1);
	EXPECT_TRUE(passes(self->plain, far, self->sent, 1514, self->buf));
	EXPECT_TRUE(passes(far, self->plain, self->sent, 1514, self->buf));
	EXPECT_EQ(1514, read_frame(self->tap, self->buf, FRAME_ROOM));
	EXPECT_EQ(1514, read_frame(self->tap, self->buf, FRAME_ROOM));
	memcpy(self->sent + 12, "\x88\xa8\x00\x07\x81\x00\x00\x08", 8);
	EXPECT_TRUE(passes(self->tap, far, self->sent, 1500, self->buf));
	EXPECT_TRUE(passes(far, self->tap, self->sent, 1500, self->buf));
	EXPECT_EQ(-EOPNOTSUPP, link_set_master(HUB, "lo"));
	EXPECT_EQ(-ELOOP, link_set_master(HUB, "lan1"));
}

/*
 * MTU
 */
TEST_F(netdev, jumbo_frames_pass)
{
	ASSERT_EQ(0, link_set_mtu("tap0", 9202));
	make_frame(self->sent, 9216, 1);
	EXPECT_TRUE(passes_both(self, 9216));
	/* With a tag as well. */
	make_frame(self->sent, 9220, 1);
	memcpy(self->sent + 12, "\x81\x00\x00\x07", 4);
	EXPECT_TRUE(passes_both(self, 9220));
	ASSERT_EQ(0, link_set_mtu("tap0", 65521));
	make_frame(self->sent, 65535, 2);
	EXPECT_TRUE(passes_both(self, 65535));
}

TEST_F(netdev, frames_beyond_its_mtu_are_dropped_and_counted)
{
	ASSERT_EQ(0, send_frame(self->plain, 1519, 1));
	ASSERT_EQ(0, send_frame(self->plain, 9216, 2));
	ASSERT_EQ(0, send_frame(self->plain, VHUB_FRAME_MAX, 3));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(3, port_drops(HUB, 1, VHUB_A_DROPS_TOO_BIG));
	/* Others take them. */
	EXPECT_EQ(HDR + 1519, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_EQ(HDR + 9216, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_EQ(HDR + VHUB_FRAME_MAX,
		  read_frame(self->vnet, self->buf, FRAME_ROOM));
	/* The smaller MTU holds at once. */
	ASSERT_EQ(0, link_set_mtu("tap0", 1000));
	ASSERT_EQ(0, send_frame(self->plain, 1018, 4));
	ASSERT_EQ(0, send_frame(self->plain, 1019, 5));
	EXPECT_TRUE(gets_frame(self->tap, 1018, 4));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(4, port_drops(HUB, 1, VHUB_A_DROPS_TOO_BIG));
}

/*
 * Work left undone
 */
FIXTURE(offload)
{
	int all;
	int none;
	int plain;
	int vnet;
	struct packet packet;
};

FIXTURE_VARIANT(offload)
{
	bool v6;
	bool udp;
	bool vlan;
	__u8 gso_type;
};

FIXTURE_VARIANT_ADD(offload, udp4) { .udp = true };
FIXTURE_VARIANT_ADD(offload, udp6) { .udp = true, .v6 = true };
FIXTURE_VARIANT_ADD(offload, udp4_vlan) { .udp = true, .vlan = true };
FIXTURE_VARIANT_ADD(offload, tcp6_vlan) { .v6 = true, .vlan = true };
FIXTURE_VARIANT_ADD(offload, tso4) { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 };
FIXTURE_VARIANT_ADD(offload, tso6) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
	.v6 = true,
};

FIXTURE_VARIANT_ADD(offload, tso4_vlan) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	.vlan = true,
};

FIXTURE_VARIANT_ADD(offload, tso6_vlan) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
	.v6 = true,
	.vlan = true,
};

FIXTURE_VARIANT_ADD(offload, tso4_ecn) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN,
};

/*
 *	all --- tap0 ---+--- hub ---+--- plain
 *	none -- tap1 ---+           +--- vnet
 */
FIXTURE_SETUP(offload)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	self->all = plug_tap(HUB, "tap0", TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->all);
	self->none = plug_tap(HUB, "tap1", TAP_HDR, 0);
	ASSERT_LE(0, self->none);
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->vnet = attach_vnet(HUB, TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->vnet);

	self->packet = (struct packet){
		.v6 = variant->v6,
		.udp = variant->udp,
		.vlan = variant->vlan,
		.gso_type = variant->gso_type,
		.gso_size = variant->gso_type ? 1400 : 0,
		.payload = variant->gso_type ? 20000 : 1000,
		.tcp_flags = variant->gso_type & VIRTIO_NET_HDR_GSO_ECN ?
			     0x80 | 0x10 : 0,
	};
	packet_make(&self->packet);
}

FIXTURE_TEARDOWN(offload)
{
}

TEST_F(offload, from_a_file_to_devices)
{
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->packet, self->all,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->none, TAP_HDR, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

TEST_F(offload, from_a_device_to_files_and_a_device)
{
	ASSERT_EQ(0, packet_send(&self->packet, self->all, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->packet, self->vnet,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->none, TAP_HDR, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

/* Nor is it the other way round: a device that can do it all sends to one. */
TEST_F(offload, from_a_device_without_offloads)
{
	ASSERT_EQ(0, packet_send(&self->packet, self->none, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->packet, self->vnet,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->packet, self->all,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

/* Which a hub's ports may take as it is only from each other. */
TEST_F(netdev, fragments_are_made_of_what_a_device_sends)
{
	int tap = plug_tap(HUB, "tap1", TAP_HDR, ALL_OFFLOADS);

	ASSERT_LE(0, tap);
	self->packet = (struct packet){
		.udp = true,
		.gso_type = VIRTIO_NET_HDR_GSO_UDP,
		.gso_size = 1000,
		.payload = 5000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, tap, TAP_HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->vnet, HDR, 0));
}

/* A checksum to be completed behind tags of which the last is not all there. */
TEST_F(netdev, sum_behind_half_a_tag_is_dropped_and_counted)
{
	const struct virtio_net_hdr hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 20,
	};

	make_frame(self->sent, 24, 1);
	memcpy(self->sent + 12, "\x81\0\0\1\x81\0\0\2\x81\0\0\3", 12);
	ASSERT_EQ(HDR + 24, packet_send_raw(self->vnet, &hdr, HDR, self->sent,
					    24));
	EXPECT_EQ(24, read_frame(self->plain, self->buf, FRAME_ROOM));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_OFFLOAD));
}

/* A TAP's program may write what no wire carries. */
TEST_F(netdev, frames_beyond_the_longest_are_dropped_and_counted)
{
	make_frame(self->sent, VHUB_FRAME_MAX + 1, 1);
	EXPECT_TRUE(passes(self->tap, self->plain, self->sent, VHUB_FRAME_MAX,
			   self->buf));
	ASSERT_EQ(VHUB_FRAME_MAX + 1, write(self->tap, self->sent,
					    VHUB_FRAME_MAX + 1));
	EXPECT_TRUE(gets_nothing(self->plain));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_LONG));
}

/* Whether it fits is a matter of the pieces it is cut into. */
TEST_F(netdev, segments_beyond_its_mtu_are_dropped_and_counted)
{
	int tap = plug_tap(HUB, "tap1", TAP_HDR, ALL_OFFLOADS);

	ASSERT_LE(0, tap);
	self->packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1500 - 40 + 4,	/* a tag's room is there */
		.payload = 20000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	EXPECT_EQ(TAP_HDR + self->packet.len,
		  read_frame(tap, self->buf, FRAME_ROOM));
	EXPECT_TRUE(packet_arrives(&self->packet, self->tap, 0, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));

	self->packet.gso_size++;
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	EXPECT_TRUE(gets_nothing(tap));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_TOO_BIG));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

/* One write must not fill the memory with segments of one byte. */
TEST_F(netdev, too_many_segments_are_dropped_and_counted)
{
	self->packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1,
		.payload = 20000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_OFFLOAD));
}

/* That a device found a checksum right says nothing to who has a header. */
TEST_F(netdev, checked_checksums_are_not_passed_on)
{
	int tap = plug_tap(HUB, "tap1", TAP_HDR, ALL_OFFLOADS);

	ASSERT_LE(0, tap);
	self->packet = (struct packet){ .udp = true, .payload = 1000 };
	packet_make(&self->packet);
	packet_finish(&self->packet);
	self->packet.hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	ASSERT_EQ(0, packet_send(&self->packet, tap, TAP_HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->vnet, HDR, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->tap, 0, 0));
}

/*
 * A tunnel whose own checksum was checked hands up frames with a sum over all
 * of them (CHECKSUM_COMPLETE), which has to be that of the frame with all its
 * headers by the time it comes to the host.
 *
 *	this test --- tap1, 192.0.2.1: vx0 ---+--- hub ---+--- plain
 *	                                                  +--- the host
 */
static int vlan_add(const char *dev, int id)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	struct vlan_ioctl_args args = { .cmd = ADD_VLAN_CMD, .u.VID = id };

	strcpy(args.device1, dev);
	ret = ret_errno(ioctl(sock, SIOCSIFVLAN, &args));
	close(sock);
	return ret;
}

/* Sends a frame through the tunnel: VXLAN 42. */
static int tunnel(int tap, struct packet *inner)
{
	static struct packet outer;
	unsigned char *data;

	outer = (struct packet){
		.udp = true,
		.port = 4789,
		.payload = 8 + inner->len,
	};
	if (link_mac("tap1", outer.to))
		return -ENODEV;
	packet_make(&outer);
	data = outer.frame + outer.data;
	memcpy(data, "\x08\0\0\0\0\0\x2a\0", 8);
	memcpy(data + 8, inner->frame, inner->len);
	packet_finish(&outer);
	outer.hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	return packet_send(&outer, tap, TAP_HDR);
}

FIXTURE(tunnel)
{
	int tap;
	int plain;
	int sock;
	unsigned char buf[FRAME_ROOM];
	struct packet packet;
};

FIXTURE_VARIANT(tunnel)
{
	bool vlan;
};

FIXTURE_VARIANT_ADD(tunnel, plain) { .vlan = false };
FIXTURE_VARIANT_ADD(tunnel, vlan) { .vlan = true };

FIXTURE_SETUP(tunnel)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.1"),
	};

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, vlan_add(HUB, 7));
	ASSERT_EQ(0, link_up(HUB ".7", true));
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->tap = tap_open("tap1", 0, TAP_HDR, 0);
	ASSERT_LE(0, self->tap);
	ASSERT_EQ(0, link_add_ip4("tap1", "192.0.2.1"));
	ASSERT_EQ(0, link_up("tap1", true));
	ASSERT_EQ(0, vxlan_add("vx0", 42, 4789));
	ASSERT_LT(0, plug(HUB, "vx0"));
	self->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->sock, (void *)&at, sizeof(at)));
	ASSERT_EQ(0, setsockopt(self->sock, SOL_SOCKET, SO_RCVTIMEO, &limit,
				sizeof(limit)));

	self->packet = (struct packet){
		.udp = true,
		.vlan = variant->vlan,
		.payload = 999,
		.port = 4242,
	};
	ASSERT_EQ(0, link_mac(HUB, self->packet.to));
	packet_make(&self->packet);
	packet_finish(&self->packet);
}

FIXTURE_TEARDOWN(tunnel)
{
}

TEST_F(tunnel, sum_over_all_is_right_at_the_host)
{
	unsigned char *last = self->packet.frame + self->packet.len - 1;

	/* The first is wrong and does not come. */
	++*last;
	ASSERT_EQ(0, tunnel(self->tap, &self->packet));
	ASSERT_EQ(self->packet.len,
		  read_frame(self->plain, self->buf, FRAME_ROOM));
	EXPECT_EQ(0, memcmp(self->packet.frame, self->buf, self->packet.len));
	--*last;
	ASSERT_EQ(0, tunnel(self->tap, &self->packet));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));

	ASSERT_EQ(999, recv(self->sock, self->buf, FRAME_ROOM, 0));
	EXPECT_EQ(payload_byte(998), self->buf[998]);
	EXPECT_EQ(-EAGAIN, ret_errno(recv(self->sock, self->buf, FRAME_ROOM,
					  MSG_DONTWAIT)));
}

/*
 * Counters, link and name
 */
TEST_F(netdev, counters_add_up)
{
	struct port_info tap, plain, vnet;
	int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, send_frame(self->plain, 100, i));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, send_frame(self->plain, 2000, i));
	for (i = 0; i < 7; i++)
		ASSERT_EQ(0, send_frame(self->tap, 200, i));

	ASSERT_EQ(0, port_get(HUB, 1, &tap));
	EXPECT_EQ(10, tap.rx_frames);
	EXPECT_EQ(1000, tap.rx_bytes);
	EXPECT_EQ(3, tap.drops[VHUB_A_DROPS_TOO_BIG]);
	EXPECT_EQ(7, tap.tx_frames);
	EXPECT_EQ(1400, tap.tx_bytes);
	ASSERT_EQ(0, port_get(HUB, 2, &plain));
	EXPECT_EQ(13, plain.tx_frames);
	EXPECT_EQ(7, plain.rx_frames);
	ASSERT_EQ(0, port_get(HUB, 3, &vnet));
	EXPECT_EQ(20, vnet.rx_frames);
	EXPECT_EQ(7000 + 1400, vnet.rx_bytes);
}

TEST_F(netdev, its_cable_can_be_pulled)
{
	ASSERT_EQ(0, port_set_link(HUB, 1, 0));
	ASSERT_EQ(0, send_frame(self->tap, 60, 1));
	ASSERT_EQ(0, send_frame(self->plain, 60, 2));
	EXPECT_TRUE(gets_nothing(self->plain));
	EXPECT_TRUE(gets_nothing(self->tap));
	EXPECT_EQ(2, port_drops(HUB, 1, VHUB_A_DROPS_NO_LINK));

	/* The device's own link does not plug it in again. */
	ASSERT_EQ(0, link_up("tap0", false));
	ASSERT_EQ(0, link_up("tap0", true));
	EXPECT_FALSE(has_link(HUB, 1));
	ASSERT_EQ(0, port_set_link(HUB, 1, 1));
	EXPECT_TRUE(wait_until(has_link(HUB, 1)));
	make_frame(self->sent, 60, 3);
	ASSERT_EQ(60, read_frame(self->vnet, self->buf, FRAME_ROOM) - HDR);
	EXPECT_TRUE(passes_both(self, 60));
}

TEST_F(netdev, has_no_link_while_it_is_down)
{
	ASSERT_EQ(0, link_up("tap0", false));
	EXPECT_FALSE(has_link(HUB, 1));
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_NO_LINK));
	EXPECT_EQ(-EIO, send_frame(self->tap, 60, 2));
	ASSERT_EQ(0, link_up("tap0", true));
	ASSERT_TRUE(wait_until(has_link(HUB, 1)));
	make_frame(self->sent, 60, 3);
	EXPECT_TRUE(passes_both(self, 60));
}

/* An emulator that opens a TAP may send at once, when the kernel has not yet told
 * everybody that the TAP has a carrier.
 */
TEST_F(netdev, first_frame_is_not_lost)
{
	int i, fd = self->tap;

	ASSERT_EQ(0, ioctl(fd, TUNSETPERSIST, 1));
	for (i = 0; i < 20; i++) {
		close(fd);
		ASSERT_TRUE(wait_until(!has_link(HUB, 1)));
		fd = tap_open("tap0", 0, 0, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, send_frame(fd, 60, i));
		ASSERT_TRUE(gets_frame(self->plain, 60, i));
		ASSERT_TRUE(wait_until(has_link(HUB, 1)));
	}
}

TEST_F(netdev, is_shown_by_its_name_and_index)
{
	struct port_info info;

	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(VHUB_PORT_KIND_DEV, info.kind);
	EXPECT_STREQ("tap0", info.dev_name);
	EXPECT_EQ(if_nametoindex("tap0"), info.dev_ifindex);
	EXPECT_EQ(0, info.has & 1ULL << VHUB_A_PORT_PID);
	EXPECT_EQ(VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV |
		  VHUB_PORT_FLAG_LINK, info.flags);
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(0, info.has & 1ULL << VHUB_A_PORT_DEV_NAME);

	ASSERT_EQ(0, link_up("tap0", false));
	ASSERT_EQ(0, link_rename("tap0", "tap9"));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_STREQ("tap9", info.dev_name);
}

TEST_F(netdev, stays_an_ethernet_device)
{
	ASSERT_EQ(0, link_up("tap0", false));
	EXPECT_EQ(-EPERM, ret_errno(ioctl(self->tap, TUNSETLINK,
					  ARPHRD_IEEE80211)));
	ASSERT_EQ(0, link_set_master("tap0", NULL));
	EXPECT_EQ(0, ioctl(self->tap, TUNSETLINK, ARPHRD_IEEE80211));
	EXPECT_EQ(-EINVAL, link_set_master("tap0", HUB));
}

/*
 * Netlink
 */
struct request {
	const char *hub;
	const char *name;
	__u32 ifindex;
	const char *label;
};

static int take(const struct nlmsghdr *nlh, void *data)
{
	return parse_port(nlh, data) ? MNL_CB_ERROR : MNL_CB_OK;
}

static int add(const struct request *r, struct port_info *info,
	       char sentence[256])
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	memset(info, 0, sizeof(*info));
	genl_begin(&genl, VHUB_CMD_PORT_ADD, 0);
	if (r->hub)
		mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_HUB_NAME, r->hub);
	if (r->name)
		mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_DEV_NAME, r->name);
	if (r->ifindex)
		mnl_attr_put_u32(genl.nlh, VHUB_A_PORT_DEV_IFINDEX, r->ifindex);
	if (r->label)
		mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_LABEL, r->label);
	ret = genl_talk(&genl, take, info);
	strcpy(sentence, genl.sentence);
	genl_close(&genl);
	return ret;
}

TEST_F(netdev, request_names_it_by_name_or_index_or_both)
{
	__u32 index = if_nametoindex("tap0");
	const struct {
		struct request request;
		int ret;
		const char *sentence;
	} cases[] = {
		{ { HUB, NULL, 0, NULL }, -EINVAL,
		  "No network device is named" },
		{ { NULL, "tap0", 0, NULL }, -EINVAL, "No hub is named" },
		{ { "lan9", "tap0", 0, NULL }, -ENODEV,
		  "No such hub in this network namespace" },
		{ { HUB, "tap9", 0, NULL }, -ENXIO,
		  "No such network device in this network namespace" },
		{ { HUB, NULL, 9999, NULL }, -ENXIO,
		  "No such network device in this network namespace" },
		{ { HUB, "lo", index, NULL }, -ENXIO,
		  "Network device's index and name do not match" },
		{ { HUB, "tap0", 0, NULL }, -EEXIST,
		  "The device is a port of this hub already" },
	};
	struct port_info info;
	char sentence[256];
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EXPECT_EQ(cases[i].ret,
			  add(&cases[i].request, &info, sentence));
		EXPECT_STREQ(cases[i].sentence, sentence);
	}
	for (i = 1; i <= 3; i++) {
		const struct request good = {
			.hub = HUB,
			.name = i & 1 ? "tap0" : NULL,
			.ifindex = i & 2 ? index : 0,
			.label = "Firecracker",
		};

		ASSERT_EQ(0, port_del(HUB, 1));
		EXPECT_EQ(-ENOENT, port_del(HUB, 1));
		ASSERT_EQ(0, add(&good, &info, sentence));
		/* The answer says all. */
		EXPECT_EQ(1, info.number);
		EXPECT_EQ(VHUB_PORT_KIND_DEV, info.kind);
		EXPECT_STREQ("tap0", info.dev_name);
		EXPECT_EQ(index, info.dev_ifindex);
		EXPECT_STREQ("Firecracker", info.label);
		EXPECT_STREQ(HUB, info.hub_name);
	}
}

/*
 * Firecracker opens the TAP itself, by its name, when that is on the hub already,
 * and reads and writes in the pieces that its guest names.
 */
static ssize_t write_pieces(int fd, unsigned char *bytes, size_t len)
{
	const struct iovec pieces[] = {
		{ bytes, HDR },
		{ bytes + HDR, 1000 },
		{ bytes + HDR + 1000, len - HDR - 1000 },
	};

	return ret_errno(writev(fd, pieces, 3));
}

static ssize_t read_pieces(int fd, unsigned char *bytes)
{
	const struct iovec pieces[] = {
		{ bytes, HDR },
		{ bytes + HDR, 1000 },
		{ bytes + HDR + 1000, FRAME_ROOM - HDR - 1000 },
	};

	return ret_errno(readv(fd, pieces, 3));
}

TEST_F(netdev, firecracker_opens_a_tap_that_is_a_port)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int keep = tap_open("fc0", 0, 0, 0), fd, epoll, i, hdr_size = HDR;
	struct virtio_net_hdr hdr;
	__u32 number;

	ASSERT_LE(0, keep);
	ASSERT_EQ(0, ioctl(keep, TUNSETPERSIST, 1));
	close(keep);
	ASSERT_EQ(0, link_set_master("fc0", HUB));
	ASSERT_EQ(0, link_up("fc0", true));
	number = 4;
	EXPECT_FALSE(has_link(HUB, number));

	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, tun_set_iff(fd, "fc0", TAP_FLAGS | IFF_VNET_HDR));
	ASSERT_EQ(0, ioctl(fd, TUNSETVNETHDRSZ, &hdr_size));
	ASSERT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 |
			   TUN_F_TSO6 | TUN_F_UFO));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	ASSERT_TRUE(wait_until(has_link(HUB, number)));

	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, send_frame(self->plain, 60, i));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(HDR + 60, read(fd, self->buf, FRAME_ROOM));
		EXPECT_TRUE(is_frame(self->buf + HDR, 60, i));
	}
	EXPECT_EQ(-EAGAIN, ret_errno(read(fd, self->buf, FRAME_ROOM)));

	memset(self->buf, 0, HDR);
	make_frame(self->buf + HDR, 1514, 7);
	ASSERT_EQ(HDR + 1514, write_pieces(fd, self->buf, HDR + 1514));
	EXPECT_TRUE(gets_frame(self->plain, 1514, 7));
	ASSERT_EQ(0, send_frame(self->plain, 1514, 8));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, LIMIT_MS));
	ASSERT_EQ(HDR + 1514, read_pieces(fd, self->buf));
	EXPECT_TRUE(is_frame(self->buf + HDR, 1514, 8));

	/* TCP that is not cut, out and in. */
	self->packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1448,
		.payload = 20000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, fd, HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	ASSERT_EQ(HDR + self->packet.len, read_pieces(fd, self->buf));
	memcpy(&hdr, self->buf, sizeof(hdr));
	EXPECT_EQ(VIRTIO_NET_HDR_GSO_TCPV4, hdr.gso_type);
	EXPECT_EQ(1448, hdr.gso_size);
	EXPECT_EQ(0, memcmp(self->buf + HDR, self->packet.frame,
			    self->packet.len));

	/* It ends, and the next finds the TAP where it was. */
	close(fd);
	EXPECT_TRUE(wait_until(!has_link(HUB, number)));
	fd = tap_open("fc0", 0, HDR, 0);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(wait_until(has_link(HUB, number)));
	ASSERT_EQ(0, send_frame(self->plain, 60, 9));
	EXPECT_EQ(HDR + 60, read_frame(fd, self->buf, FRAME_ROOM));
	ASSERT_EQ(0, ioctl(fd, TUNSETPERSIST, 0));
	close(fd);
	EXPECT_TRUE(wait_until(port_drops(HUB, number, 1) == -ENOENT));
}

TEST_HARNESS_MAIN
