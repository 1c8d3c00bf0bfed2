// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - virtio-net headers: passed on untouched, or the work done that they ask
 *
 *	vnet (port 1) ---+--- hub ---+--- other   header and all offloads
 *	                             +--- csum    header and checksums
 *	                             +--- none    header without offloads
 *	                             +--- plain   no header
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <sys/ioctl.h>

#include "vhub_packet.h"

#define HDR	12

enum numbers {
	VNET = 1,
	OTHER,
	CSUM,
	NONE,
	PLAIN,
};

struct ports {
	int vnet;
	int other;
	int csum;
	int none;
	int plain;
};

static int make_ports(struct ports *ports)
{
	unsigned long offloads = ALL_OFFLOADS;
	int ret = new_net();

	if (kernel_has_uso())
		offloads |= TUN_F_USO4 | TUN_F_USO6;
	if (!ret)
		ret = hub_add(HUB);
	ports->vnet = attach_vnet(HUB, HDR, offloads);
	ports->other = attach_vnet(HUB, HDR, offloads);
	ports->csum = attach_vnet(HUB, HDR, TUN_F_CSUM);
	ports->none = attach_vnet(HUB, 10, 0);
	ports->plain = attach(HUB);
	return ret ? ret : ports->plain < 0 ? ports->plain : 0;
}

/* Does the packet come as it was sent, but for the number of buffers? */
static bool arrives_untouched(const struct packet *packet, int fd)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t len = read_frame(fd, frame, sizeof(frame));

	return len == (ssize_t)(HDR + packet->len) &&
	       !memcmp(frame, &packet->hdr, sizeof(packet->hdr)) &&
	       frame[10] == 1 && frame[11] == 0 &&
	       !memcmp(frame + HDR, packet->frame, packet->len) &&
	       gets_nothing(fd);
}

/*
 * Packets
 */
FIXTURE(packet)
{
	struct ports ports;
};

FIXTURE_VARIANT(packet)
{
	bool v6;
	bool udp;
	bool vlan;
	__u8 gso_type;
	__u16 gso_size;
	size_t payload;
	__u8 tcp_flags;
};

#define PACKET(name, ...)						\
	FIXTURE_VARIANT_ADD(packet, name) { __VA_ARGS__ };		\
	FIXTURE_VARIANT_ADD(packet, name##_vlan)			\
	{ __VA_ARGS__, .vlan = true }

#define ECN	(VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN)
#define ECN6	(VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN)

PACKET(tcp4, .payload = 1000);
PACKET(tcp6, .payload = 1001, .v6 = true);
PACKET(udp4, .payload = 1001, .udp = true);
PACKET(udp6, .payload = 1000, .udp = true, .v6 = true);
PACKET(tcp4_empty, .payload = 0, .tcp_flags = 0x02);
PACKET(udp4_jumbo, .payload = 8973, .udp = true);
PACKET(tcp4_largest, .payload = 65495);
PACKET(tso4, .payload = 5001, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
       .gso_size = 1460);
PACKET(tso4_largest, .payload = 65495, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
       .gso_size = 1448, .tcp_flags = 0x19);
PACKET(tso4_one, .payload = 1000, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
       .gso_size = 1460);
PACKET(tso4_tiny, .payload = 2000, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
       .gso_size = 8);
PACKET(tso4_ecn, .payload = 5000, .gso_type = ECN, .gso_size = 1000,
       .tcp_flags = 0x98);
PACKET(tso6, .payload = 5001, .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
       .gso_size = 1440, .v6 = true);
PACKET(tso6_largest, .payload = 65475, .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
       .gso_size = 1440, .v6 = true);
PACKET(tso6_ecn, .payload = 5000, .gso_type = ECN6, .gso_size = 1000,
       .v6 = true, .tcp_flags = 0x98);
PACKET(ufo4, .payload = 5000, .gso_type = VIRTIO_NET_HDR_GSO_UDP,
       .gso_size = 1480, .udp = true);
PACKET(ufo4_largest, .payload = 65507, .gso_type = VIRTIO_NET_HDR_GSO_UDP,
       .gso_size = 1480, .udp = true);

FIXTURE_SETUP(packet)
{
	ASSERT_EQ(0, make_ports(&self->ports));
}

FIXTURE_TEARDOWN(packet)
{
}

static void make_variant(struct packet *packet,
			 const FIXTURE_VARIANT(packet) *variant)
{
	*packet = (struct packet){
		.v6 = variant->v6,
		.udp = variant->udp,
		.vlan = variant->vlan,
		.gso_type = variant->gso_type,
		.gso_size = variant->gso_size,
		.payload = variant->payload,
		.tcp_flags = variant->tcp_flags,
		.seq = 0xfffff000,
		.ack = 12345,
		.port = 4242,
	};
	packet_make(packet);
}

/* In one flood. */
TEST_F(packet, reaches_each_port_as_it_likes)
{
	static struct packet packet;
	struct port_info info;

	make_variant(&packet, variant);
	ASSERT_EQ(0, packet_send(&packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&packet, self->ports.other));
	EXPECT_TRUE(packet_arrives(&packet, self->ports.plain, 0, 0));
	EXPECT_TRUE(packet_arrives(&packet, self->ports.none, 10, 0));
	if (packet.gso_type) {
		EXPECT_TRUE(packet_arrives(&packet, self->ports.csum, HDR,
					   VIRTIO_NET_HDR_F_DATA_VALID));
	} else {
		EXPECT_TRUE(arrives_untouched(&packet, self->ports.csum));
	}
	EXPECT_TRUE(gets_nothing(self->ports.vnet));

	ASSERT_EQ(0, port_get(HUB, PLAIN, &info));
	EXPECT_EQ(0, info.drops[VHUB_A_DROPS_OFFLOAD]);
	EXPECT_EQ(0, info.drops[VHUB_A_DROPS_FULL]);
	ASSERT_EQ(0, port_get(HUB, VNET, &info));
	EXPECT_EQ(1, info.tx_frames);
	EXPECT_EQ(packet.len, info.tx_bytes);
}

/* Frames that a host received and put together have a good checksum, and are to
 * be cut all the same.
 */
TEST_F(packet, is_cut_without_needs_csum_too)
{
	static struct packet packet;

	make_variant(&packet, variant);
	if (!packet.gso_type || packet.udp)
		return;
	packet_finish(&packet);
	ASSERT_EQ(0, packet_send(&packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&packet, self->ports.other));
	EXPECT_TRUE(packet_arrives(&packet, self->ports.plain, 0, 0));
}

FIXTURE(offload)
{
	struct ports ports;
	struct packet packet;
	unsigned char frame[FRAME_ROOM];
};

FIXTURE_SETUP(offload)
{
	ASSERT_EQ(0, make_ports(&self->ports));
}

/* Whatever was written: the hub still works. */
FIXTURE_TEARDOWN(offload)
{
	while (!gets_nothing(self->ports.vnet))
		ASSERT_LE(0, read(self->ports.vnet, self->frame, FRAME_ROOM));
	ASSERT_EQ(0, send_frame(self->ports.plain, 60, 1001));
	EXPECT_EQ(HDR + 60, read_frame(self->ports.vnet, self->frame,
				       FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->frame + HDR, 60, 1001));
}

static void make_tso4(struct packet *packet)
{
	*packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1000,
		.payload = 5000,
	};
	packet_make(packet);
}

/* UDP segmentation is for kernels that can; others refuse the header. */
static int send_uso(struct packet *packet, bool v6, int fd)
{
	*packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
		.gso_size = 1000,
		.payload = 4500,
		.udp = true,
		.v6 = v6,
	};
	packet_make(packet);
	return packet_send(packet, fd, HDR);
}

TEST_F(offload, udp_segmentation_works_where_the_kernel_has_it)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!kernel_has_uso()) {
			EXPECT_EQ(-EINVAL, send_uso(&self->packet, i,
						    self->ports.vnet));
			continue;
		}
		ASSERT_EQ(0, send_uso(&self->packet, i, self->ports.vnet));
		EXPECT_TRUE(arrives_untouched(&self->packet,
					      self->ports.other));
		EXPECT_TRUE(packet_arrives(&self->packet, self->ports.plain,
					   0, 0));
		EXPECT_TRUE(packet_arrives(&self->packet, self->ports.none,
					   10, 0));
	}
}

/* A checksum that comes to 0 is sent as 0xffff: 0 means that there is none. */
TEST_F(offload, udp_checksum_of_zero_is_sent_as_ones)
{
	struct packet *packet = &self->packet;
	unsigned int sum, i;
	ssize_t len;

	*packet = (struct packet){ .udp = true, .payload = 4 };
	packet_make(packet);
	/* Fill the last word with what makes the whole sum 0xffff. */
	for (i = 0; i < 4; i++)
		packet->frame[packet->data + i] = 0;
	sum = 0;
	for (i = packet->l4; i < packet->len; i += 2)
		sum += packet->frame[i] << 8 | packet->frame[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = 0xffff - sum;
	packet->frame[packet->data] = sum >> 8;
	packet->frame[packet->data + 1] = sum;

	ASSERT_EQ(0, packet_send(packet, self->ports.vnet, HDR));
	len = read_frame(self->ports.plain, self->frame, FRAME_ROOM);
	ASSERT_EQ(packet->len, len);
	EXPECT_EQ(0xff, self->frame[packet->l4 + 6]);
	EXPECT_EQ(0xff, self->frame[packet->l4 + 7]);
}

/* Work left on a frame that is of no protocol anybody knows. */
TEST_F(offload, checksum_of_any_protocol_is_completed)
{
	struct virtio_net_hdr hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 20,
		.csum_offset = 10,
	};
	unsigned int sum = 0, i;

	make_frame(self->frame, 60, 1);
	for (i = 20; i < 60; i += 2)
		sum += self->frame[i] << 8 | self->frame[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ASSERT_EQ(HDR + 60, packet_send_raw(self->ports.vnet, &hdr, HDR,
					    self->frame, 60));
	ASSERT_EQ(60, read_frame(self->ports.plain, self->frame, FRAME_ROOM));
	EXPECT_EQ(~sum & 0xffff, self->frame[30] << 8 | self->frame[31]);
	self->frame[30] = 0;
	self->frame[31] = 0;
	EXPECT_TRUE(is_frame(self->frame, 30, 1));
}

/* The offload a port takes is looked at with each frame. */
TEST_F(offload, offloads_can_change_at_any_time)
{
	make_tso4(&self->packet);
	ASSERT_EQ(0, ioctl(self->ports.other, TUNSETOFFLOAD, 0L));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.other, HDR, 0));
	ASSERT_EQ(0, ioctl(self->ports.other, TUNSETOFFLOAD,
			   (long)ALL_OFFLOADS));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));

	/* What waits when they change is given as it is. */
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	ASSERT_EQ(0, ioctl(self->ports.other, TUNSETOFFLOAD, 0L));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));
}

/* Offloads without a header to tell them in are none. */
TEST_F(offload, offloads_without_header_count_for_nothing)
{
	make_tso4(&self->packet);
	ASSERT_EQ(0, ioctl(self->ports.plain, TUNSETOFFLOAD,
			   (long)ALL_OFFLOADS));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.plain, 0, 0));
}

/* Each TSO bit is for its own family. */
TEST_F(offload, each_offload_counts_alone)
{
	make_tso4(&self->packet);
	ASSERT_EQ(0, ioctl(self->ports.other, TUNSETOFFLOAD,
			   (long)(TUN_F_CSUM | TUN_F_TSO6 | TUN_F_UFO |
				  TUN_F_TSO_ECN)));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.other, HDR, 0));

	/* A port with TSO but without ECN. */
	ASSERT_EQ(0, ioctl(self->ports.other, TUNSETOFFLOAD,
			   (long)(TUN_F_CSUM | TUN_F_TSO4)));
	self->packet.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	self->packet.tcp_flags |= 0x80;
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.other, HDR, 0));
}

/* One write must not become any number of frames. */
TEST_F(offload, too_many_segments_are_dropped)
{
	self->packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1,
		.payload = 60000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));
	EXPECT_TRUE(gets_nothing(self->ports.plain));
	EXPECT_EQ(1, port_drops(HUB, PLAIN, VHUB_A_DROPS_OFFLOAD));
}

/* A queue with room for a part of the segments takes that part. */
TEST_F(offload, segments_that_do_not_fit_are_counted)
{
	struct port_info info;
	int i;

	make_tso4(&self->packet);
	for (i = 0; i < QUEUE_LEN - 2; i++)
		ASSERT_EQ(0, send_frame(self->ports.plain, 60, i));
	while (!gets_nothing(self->ports.vnet))
		ASSERT_LE(0, read(self->ports.vnet, self->frame, FRAME_ROOM));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	ASSERT_EQ(0, port_get(HUB, NONE, &info));
	EXPECT_EQ(3, info.drops[VHUB_A_DROPS_FULL]);
	EXPECT_EQ(QUEUE_LEN, info.queued);
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.plain, 0, 0));
}

/*
 * Headers
 */
TEST_F(offload, headers_of_all_sizes_pass)
{
	static const int sizes[] = { 10, 12, 20, 24, VHUB_VNET_HDR_MAX };
	unsigned int i, j;
	int size, at;

	make_tso4(&self->packet);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size = sizes[i];
		ASSERT_EQ(0, ioctl(self->ports.vnet, TUNSETVNETHDRSZ, &size));
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			size = sizes[j];
			ASSERT_EQ(0, ioctl(self->ports.other, TUNSETVNETHDRSZ,
					   &size));
			ASSERT_EQ(0, packet_send(&self->packet,
						 self->ports.vnet, sizes[i]));
			memset(self->frame, 0xaa, FRAME_ROOM);
			ASSERT_EQ(size + self->packet.len,
				  read(self->ports.other, self->frame,
				       FRAME_ROOM));
			EXPECT_EQ(0, memcmp(self->frame, &self->packet.hdr,
					    10));
			for (at = 10; at < size; at++)
				EXPECT_EQ(at == 10, self->frame[at]);
			EXPECT_EQ(0, memcmp(self->frame + size,
					    self->packet.frame,
					    self->packet.len));
		}
	}
	size = HDR;
	ASSERT_EQ(0, ioctl(self->ports.vnet, TUNSETVNETHDRSZ, &size));
}

TEST_F(offload, sizes_are_taken_at_attach)
{
	static const unsigned int sizes[] = { 10, 12, 20, 24, 256 };
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fd = attach_vnet(HUB, sizes[i], 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, send_frame(self->ports.plain, 60, i));
		EXPECT_EQ(sizes[i] + 60, read(fd, self->frame, FRAME_ROOM));
		EXPECT_TRUE(is_frame(self->frame + sizes[i], 60, i));
		close(fd);
	}
}

/* What a header holds beyond its first ten bytes is for other devices. */
TEST_F(offload, rest_of_a_header_is_not_looked_at)
{
	memset(self->frame, 0xff, 100);
	memset(self->frame, 0, 10);
	ASSERT_EQ(HDR + 60, write(self->ports.vnet, self->frame, HDR + 60));
	EXPECT_EQ(60, read_frame(self->ports.plain, self->frame, FRAME_ROOM));
}

/* A receiver must not skip its own check because a stranger says so. */
TEST_F(offload, word_that_a_checksum_is_good_is_not_passed_on)
{
	struct virtio_net_hdr hdr = { .flags = VIRTIO_NET_HDR_F_DATA_VALID };
	const struct virtio_net_hdr none = {};

	make_frame(self->frame, 60, 1);
	ASSERT_EQ(HDR + 60, packet_send_raw(self->ports.vnet, &hdr, HDR,
					    self->frame, 60));
	EXPECT_TRUE(gets_frame(self->ports.plain, 60, 1));
	ASSERT_EQ(HDR + 60, read_frame(self->ports.other, self->frame,
				       FRAME_ROOM));
	EXPECT_EQ(0, memcmp(self->frame, &none, sizeof(none)));
	EXPECT_TRUE(is_frame(self->frame + HDR, 60, 1));
}

static const struct {
	const char *what;
	struct virtio_net_hdr hdr;
} malformed[] = {
	{ "checksum begins beyond the end", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 60, .csum_offset = 0 } },
	{ "checksum lies beyond the end by one", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 34, .csum_offset = 25 } },
	{ "checksum lies far beyond the end", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 34, .csum_offset = 0xffff } },
	{ "checksum wraps", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 0xffff, .csum_offset = 0xffff } },
	{ "checksum covers the Ethernet header", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 13, .csum_offset = 16 } },
	{ "checksum of all", {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 0, .csum_offset = 0 } },
	{ "headers longer than the frame", { .hdr_len = 61 } },
	{ "headers longer than any frame", {
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1000,
		.hdr_len = 0xffff } },
	{ "unknown kind 2", { .gso_type = 2, .gso_size = 1000 } },
	{ "unknown kind 6", { .gso_type = 6, .gso_size = 1000 } },
	{ "unknown kind 0x7f", { .gso_type = 0x7f, .gso_size = 1000 } },
	{ "unknown bit", { .gso_type = 0x40 | VIRTIO_NET_HDR_GSO_TCPV4,
			   .gso_size = 1000 } },
	{ "TSO of size 0", { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 } },
	{ "TSO6 of size 0", { .gso_type = VIRTIO_NET_HDR_GSO_TCPV6 } },
	{ "UFO of size 0", { .gso_type = VIRTIO_NET_HDR_GSO_UDP } },
	{ "USO of size 0", { .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4 } },
	{ "ECN of nothing", { .gso_type = VIRTIO_NET_HDR_GSO_ECN } },
	{ "ECN of nothing with size", { .gso_type = VIRTIO_NET_HDR_GSO_ECN,
					.gso_size = 1000 } },
	{ "ECN of UDP", {
		.gso_type = VIRTIO_NET_HDR_GSO_UDP | VIRTIO_NET_HDR_GSO_ECN,
		.gso_size = 1000 } },
	{ "ECN of UDP segmentation", {
		.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4 | VIRTIO_NET_HDR_GSO_ECN,
		.gso_size = 1000 } },
};

TEST_F(offload, malformed_headers_are_refused_and_counted)
{
	unsigned int i;

	make_frame(self->frame, 60, 1);
	for (i = 0; i < ARRAY_SIZE(malformed); i++) {
		EXPECT_EQ(-EINVAL, packet_send_raw(self->ports.vnet,
						   &malformed[i].hdr, HDR,
						   self->frame, 60)) {
			TH_LOG("%s", malformed[i].what);
		}
		EXPECT_EQ(i + 1, port_drops(HUB, VNET, VHUB_A_DROPS_HEADER));
	}
	EXPECT_TRUE(gets_nothing(self->ports.other));
	EXPECT_TRUE(gets_nothing(self->ports.plain));
}

TEST_F(offload, headers_at_the_limit_pass)
{
	const struct virtio_net_hdr limits[] = {
		{ .hdr_len = 60 },
		{ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
		  .csum_offset = 24 },
		{ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 58,
		  .csum_offset = 0 },
		/* Without the flag nobody looks. */
		{ .csum_start = 0xffff, .csum_offset = 0xffff },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		make_frame(self->frame, 60, i);
		EXPECT_EQ(HDR + 60, packet_send_raw(self->ports.vnet,
						    &limits[i], HDR,
						    self->frame, 60));
		EXPECT_EQ(60, read_frame(self->ports.plain, self->frame,
					 FRAME_ROOM));
	}
	EXPECT_TRUE(is_frame(self->frame, 60, i - 1));
}

/*
 * Byte order
 */
static void swap_header(struct virtio_net_hdr *hdr)
{
	hdr->hdr_len = __builtin_bswap16(hdr->hdr_len);
	hdr->gso_size = __builtin_bswap16(hdr->gso_size);
	hdr->csum_start = __builtin_bswap16(hdr->csum_start);
	hdr->csum_offset = __builtin_bswap16(hdr->csum_offset);
}

static int set_order(int fd, unsigned long cmd, int on)
{
	return ioctl(fd, cmd, &on) ? -errno : 0;
}

/* The order that is not this machine's. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TUNSETVNETFOREIGN	TUNSETVNETBE
#define TUNSETVNETNATIVE	TUNSETVNETLE
#else
#define TUNSETVNETFOREIGN	TUNSETVNETLE
#define TUNSETVNETNATIVE	TUNSETVNETBE
#endif

TEST_F(offload, sender_may_have_the_other_byte_order)
{
	struct virtio_net_hdr hdr;

	make_tso4(&self->packet);
	hdr = self->packet.hdr;
	swap_header(&hdr);
	ASSERT_EQ(0, set_order(self->ports.vnet, TUNSETVNETFOREIGN, 1));
	ASSERT_EQ(HDR + self->packet.len,
		  packet_send_raw(self->ports.vnet, &hdr, HDR,
				  self->packet.frame, self->packet.len));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));
	EXPECT_TRUE(packet_arrives(&self->packet, self->ports.plain, 0, 0));

	/* And back. */
	ASSERT_EQ(0, set_order(self->ports.vnet, TUNSETVNETFOREIGN, 0));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));
}

TEST_F(offload, receiver_may_have_the_other_byte_order)
{
	struct virtio_net_hdr hdr;

	make_tso4(&self->packet);
	ASSERT_EQ(0, set_order(self->ports.other, TUNSETVNETFOREIGN, 1));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	ASSERT_EQ(HDR + self->packet.len,
		  read(self->ports.other, self->frame, FRAME_ROOM));
	hdr = self->packet.hdr;
	swap_header(&hdr);
	EXPECT_EQ(0, memcmp(self->frame, &hdr, sizeof(hdr)));
	EXPECT_EQ(0, self->frame[10]);
	EXPECT_EQ(1, self->frame[11]);
}

TEST_F(offload, own_byte_order_can_be_said)
{
	make_tso4(&self->packet);
	ASSERT_EQ(0, set_order(self->ports.vnet, TUNSETVNETNATIVE, 1));
	ASSERT_EQ(0, set_order(self->ports.other, TUNSETVNETNATIVE, 1));
	ASSERT_EQ(0, packet_send(&self->packet, self->ports.vnet, HDR));
	EXPECT_TRUE(arrives_untouched(&self->packet, self->ports.other));
}

/*
 * Lies
 */
static const struct {
	const char *what;
	struct packet packet;	/* what the frame is */
	__u8 gso_type;		/* what its header says */
	__s16 csum_start;	/* where it says, relative to the truth */
	size_t len;		/* where the frame is cut off, 0 for nowhere */
} lies[] = {
	{ "TSO4 of IPv6", { .v6 = true, .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_TCPV4, 0, 0 },
	{ "TSO6 of IPv4", { .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_TCPV6, 0, 0 },
	{ "TSO4 of UDP", { .udp = true, .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_TCPV4, 0, 0 },
	{ "TSO6 of UDP", { .udp = true, .v6 = true, .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_TCPV6, 0, 0 },
	{ "UFO of TCP", { .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_UDP, 0, 0 },
	{ "TSO4 that ends in the TCP header", { .payload = 5000 },
	  VIRTIO_NET_HDR_GSO_TCPV4, 0, 34 + 18 },
};

TEST_F(offload, frames_that_are_not_what_they_say_are_dropped)
{
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		self->packet = lies[i].packet;
		packet_make(&self->packet);
		self->packet.hdr.gso_type = lies[i].gso_type;
		self->packet.hdr.gso_size = 1000;
		self->packet.hdr.csum_start += lies[i].csum_start;
		len = lies[i].len ? lies[i].len : self->packet.len;
		EXPECT_EQ(HDR + len, packet_send_raw(self->ports.vnet,
						     &self->packet.hdr, HDR,
						     self->packet.frame, len));
		EXPECT_TRUE(gets_nothing(self->ports.plain)) {
			TH_LOG("%s", lies[i].what);
		}
		EXPECT_EQ(i + 1, port_drops(HUB, PLAIN, VHUB_A_DROPS_OFFLOAD)) {
			TH_LOG("%s", lies[i].what);
		}
		EXPECT_EQ(i + 1, port_drops(HUB, NONE, VHUB_A_DROPS_OFFLOAD));
	}
	EXPECT_EQ(0, port_drops(HUB, VNET, VHUB_A_DROPS_OFFLOAD));
	EXPECT_EQ(0, port_drops(HUB, OTHER, VHUB_A_DROPS_OFFLOAD));
}

/* Work on what is no IP at all. */
TEST_F(offload, segments_of_no_protocol_are_dropped)
{
	const struct virtio_net_hdr hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1000,
		.csum_start = 34,
		.csum_offset = 16,
	};

	make_frame(self->frame, 5000, 1);
	ASSERT_EQ(HDR + 5000, packet_send_raw(self->ports.vnet, &hdr, HDR,
					      self->frame, 5000));
	EXPECT_TRUE(gets_nothing(self->ports.plain));
	EXPECT_EQ(1, port_drops(HUB, PLAIN, VHUB_A_DROPS_OFFLOAD));
}

/* All that a guest can do: any header before any bytes. Each frame that is
 * accepted comes or is counted, and the kernel says nothing.
 */
static unsigned int random_state = 1;

static unsigned int random_number(void)
{
	random_state = random_state * 1664525U + 1013904223U;
	return random_state >> 8;
}

static void make_random(struct packet *packet)
{
	static const __u8 kinds[] = { 0, 1, 3, 4, 5, 0x81, 0x84 };
	unsigned int i;

	*packet = (struct packet){
		.v6 = random_number() & 1,
		.udp = random_number() & 1,
		.vlan = random_number() & 1,
		.payload = random_number() % 3000,
		.gso_type = kinds[random_number() % ARRAY_SIZE(kinds)],
		.gso_size = random_number() % 8 ? 100 + random_number() % 1400 :
						  1 + random_number() % 8,
	};
	packet_make(packet);
	/* A few wrong bytes, most of them in the headers. */
	for (i = random_number() % 4; i; i--)
		packet->frame[12 + random_number() % 70] = random_number();
	if (!(random_number() % 4))
		packet->hdr.csum_start = random_number() % 100;
	if (!(random_number() % 4))
		packet->hdr.csum_offset = random_number() % 40;
	if (!(random_number() % 4))
		packet->hdr.hdr_len = random_number() % 200;
	if (!(random_number() % 4))
		packet->hdr.flags = random_number();
	if (!(random_number() % 4))
		packet->len = 14 + random_number() % packet->len;
}

static unsigned int drain(int fd)
{
	static unsigned char frame[FRAME_ROOM];
	unsigned int count = 0;

	while (!gets_nothing(fd)) {
		read(fd, frame, sizeof(frame));
		count++;
	}
	return count;
}

TEST_F_TIMEOUT(offload, no_header_before_no_bytes_does_harm, 120)
{
	unsigned int i, got, refused = 0, lost = 0;
	struct port_info before, after;
	int ret;

	ASSERT_EQ(0, port_get(HUB, PLAIN, &before));
	for (i = 0; i < 3000; i++) {
		make_random(&self->packet);
		ret = packet_send(&self->packet, self->ports.vnet, HDR);
		drain(self->ports.other);
		drain(self->ports.csum);
		drain(self->ports.none);
		got = drain(self->ports.plain);
		if (ret) {
			ASSERT_EQ(-EINVAL, ret);
			ASSERT_EQ(0, got);
			refused++;
			continue;
		}
		ASSERT_EQ(0, port_get(HUB, PLAIN, &after));
		ASSERT_EQ(got, after.rx_frames - before.rx_frames);
		if (!got || after.drops[VHUB_A_DROPS_FULL] >
			    before.drops[VHUB_A_DROPS_FULL]) {
			ASSERT_NE(0, memcmp(before.drops, after.drops,
					    sizeof(after.drops)));
			lost++;
		}
		before = after;
	}
	/* All of it has been tried. */
	EXPECT_LT(100, refused);
	EXPECT_LT(100, lost);
	EXPECT_LT(100, 3000 - refused - lost);
}

TEST_HARNESS_MAIN
