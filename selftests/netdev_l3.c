// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a TUN as a port: the packets of this test become those of a station
 *
 *	this test --- tun0 (port 1) ---+--- hub ---+--- plain (port 2)
 *	                               |           +--- vnet (port 3), offloads
 *	                               +--- the host, in some
 *
 * What the port says of itself is compared with frames that are made here,
 * after the RFCs.
 *
 * vm: -t 600
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <linux/if_link.h>

#include "vhub_packet.h"
#include "vhub_ring.h"

#define TUN_HDR	10

/* As packet_make() has them: the sender is behind the TUN. */
#define US4	"192.0.2.2"
#define THEM4	"192.0.2.1"
#define US6	"2001:db8::2"
#define THEM6	"2001:db8::1"

static const unsigned char them[6] = { 0x02, 0, 0x5e, 0, 0x53, 0x01 };
static const unsigned char other[6] = { 0x02, 0, 0x5e, 0, 0x53, 0x07 };
static const unsigned char all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/*
 * Frames
 */
static unsigned int sum(const unsigned char *bytes, size_t len, unsigned int sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void put_16(unsigned char *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* Fills in the checksum of an ICMPv6 message behind its IPv6 header. */
static void finish_icmp6(unsigned char *ip, size_t len)
{
	put_16(ip + 42, 0);
	put_16(ip + 42, ~sum(ip + 40, len,
			     sum(ip + 8, 32, len + IPPROTO_ICMPV6)));
}

static size_t make_ethernet(unsigned char *frame, const unsigned char *to,
			    const unsigned char *from, unsigned int type)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	put_16(frame + 12, type);
	return 14;
}

static size_t make_arp(unsigned char *frame, int op, const unsigned char *to,
		       const unsigned char *mac, const char *from,
		       const unsigned char *target_mac, const char *target)
{
	unsigned char *arp = frame + make_ethernet(frame, to, mac, 0x0806);

	memcpy(arp, "\0\1\x08\0\6\4", 6);
	put_16(arp + 6, op);
	memcpy(arp + 8, mac, 6);
	inet_pton(AF_INET, from, arp + 14);
	memset(arp + 18, 0, 6);
	if (target_mac)
		memcpy(arp + 18, target_mac, 6);
	inet_pton(AF_INET, target, arp + 24);
	return 42;
}

/* A solicitation (135) or advertisement (136); with the sender's Ethernet address
 * unless it has no address yet.
 */
static size_t make_nd(unsigned char *frame, int type, unsigned int flags,
		      const unsigned char *to, const unsigned char *mac,
		      const char *from, const char *dest, const char *target)
{
	unsigned char *ip = frame + make_ethernet(frame, to, mac, 0x86dd);
	size_t len = strcmp(from, "::") ? 32 : 24;

	memset(ip, 0, 72);
	ip[0] = 0x60;
	put_16(ip + 4, len);
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = 255;
	inet_pton(AF_INET6, from, ip + 8);
	inet_pton(AF_INET6, dest, ip + 24);
	ip[40] = type;
	ip[44] = flags;
	inet_pton(AF_INET6, target, ip + 48);
	ip[64] = type == 135 ? 1 : 2;
	ip[65] = 1;
	memcpy(ip + 66, mac, 6);
	finish_icmp6(ip, len);
	return 14 + 40 + len;
}

static bool is_v6(const char *address)
{
	return strchr(address, ':');
}

/* All stations are asked; @from "::" or "0.0.0.0" wants to know if it is free. */
static size_t make_question(unsigned char *frame, const unsigned char *mac,
			    const char *from, const char *about)
{
	unsigned char to[6] = { 0x33, 0x33, 0xff }, bytes[16];
	char group[INET6_ADDRSTRLEN];

	if (!is_v6(about))
		return make_arp(frame, 1, all, mac, from, NULL, about);
	inet_pton(AF_INET6, about, bytes);
	memcpy(to + 3, bytes + 13, 3);
	snprintf(group, sizeof(group), "ff02::1:ff%02x:%x", bytes[13],
		 bytes[14] << 8 | bytes[15]);
	return make_nd(frame, 135, 0, to, mac, from, group, about);
}

/* The station @mac has this address, and says so to the one who asked. */
static size_t make_answer(unsigned char *frame, const unsigned char *mac,
			  const char *about, const unsigned char *to,
			  const char *asker)
{
	if (!is_v6(about))
		return make_arp(frame, 2, to, mac, about, to, asker);
	return make_nd(frame, 136, 0x60, to, mac, about, asker, about);
}

static bool sends(int fd, const void *frame, size_t len)
{
	return write(fd, frame, len) == (ssize_t)len;
}

static bool gets(int fd, const void *frame, size_t len)
{
	static unsigned char got[FRAME_ROOM];
	ssize_t ret = read_frame(fd, got, sizeof(got));
	ssize_t i;

	if (ret == (ssize_t)len && !memcmp(got, frame, len))
		return true;
	fprintf(stderr, "# wanted %zu bytes, got %zd:", len, ret);
	for (i = 0; i < ret && i < 90; i++)
		fprintf(stderr, " %02x", got[i]);
	fprintf(stderr, "\n");
	return false;
}

/* The same, with others before it. */
static bool gets_at_last(int fd, const void *frame, size_t len)
{
	static unsigned char got[FRAME_ROOM];
	ssize_t ret;

	do
		ret = read_frame(fd, got, sizeof(got));
	while (ret >= 0 && !(ret == (ssize_t)len && !memcmp(got, frame, len)));
	return ret >= 0;
}

/*
 * The TUN
 */
static int tun_open(const char *name, int hdr_size, unsigned int offloads)
{
	short flags = IFF_TUN | IFF_NO_PI | (hdr_size ? IFF_VNET_HDR : 0);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0 || tun_set_iff(fd, name, flags) ||
	    (hdr_size && ioctl(fd, TUNSETVNETHDRSZ, &hdr_size)) ||
	    ioctl(fd, TUNSETOFFLOAD, (unsigned long)offloads))
		return -errno;
	return fd;
}

static bool has_link(__u32 number)
{
	struct port_info info;

	return !port_get(HUB, number, &info) &&
	       info.flags & VHUB_PORT_FLAG_LINK;
}

static int plug_tun(const char *name, int hdr_size, unsigned int offloads,
		    struct port_info *info)
{
	int fd = tun_open(name, hdr_size, offloads), ret;

	if (fd < 0)
		return fd;
	ret = port_add(HUB, name, info);
	if (!ret)
		ret = link_up(name, true);
	if (!ret && !wait_until(has_link(info->number)))
		ret = -ENOLINK;
	return ret ? ret : fd;
}

static long long drops(int reason)
{
	return port_drops(HUB, 1, reason);
}

/* Gives the port what only such ports have. */
static int set_binary(__u32 number, __u16 attr, const void *data, size_t len)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_PORT_SET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_HUB_NAME, HUB);
	mnl_attr_put_u32(genl.nlh, VHUB_A_PORT_NUMBER, number);
	mnl_attr_put(genl.nlh, attr, len, data);
	ret = genl_talk(&genl, NULL, NULL);
	if (ret)
		fprintf(stderr, "# %s\n", genl.sentence);
	genl_close(&genl);
	return ret;
}

static void put_ip(unsigned char *at, const char *address)
{
	memcpy(at, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	if (is_v6(address))
		inet_pton(AF_INET6, address, at);
	else
		inet_pton(AF_INET, address, at + 12);
}

static int set_ip(const char *address, unsigned int prefix)
{
	unsigned char ip[VHUB_IP_SIZE];

	put_ip(ip, address);
	ip[16] = prefix + (is_v6(address) ? 0 : 96);
	return set_binary(1, VHUB_A_PORT_IP, ip, sizeof(ip));
}

static int set_via(const char *address)
{
	unsigned char ip[16];

	put_ip(ip, address);
	return set_binary(1, VHUB_A_PORT_VIA, ip, sizeof(ip));
}

/* The packet is written without the Ethernet header that it was made with. */
static bool tun_sends(int fd, int hdr_size, const struct packet *packet)
{
	struct virtio_net_hdr hdr = packet->hdr;
	size_t len = packet->len - 14;

	if (!hdr_size)
		return sends(fd, packet->frame + 14, len);
	if (hdr.csum_start)
		hdr.csum_start -= 14;
	if (hdr.hdr_len)
		hdr.hdr_len -= 14;
	return packet_send_raw(fd, &hdr, hdr_size, packet->frame + 14, len) ==
	       (ssize_t)(hdr_size + len);
}

static bool tun_gets(int fd, const struct packet *packet)
{
	return gets(fd, packet->frame + 14, packet->len - 14);
}

/* A whole UDP packet from @from to @to, as it is on the hub. */
static void make_udp_packet(struct packet *packet, const char *from,
			    const char *to)
{
	bool v6 = is_v6(from);

	*packet = (struct packet){
		.udp = true,
		.v6 = v6,
		.payload = 100,
		.port = 4242,
	};
	packet_make(packet);
	inet_pton(v6 ? AF_INET6 : AF_INET, from,
		  packet->frame + packet->l3 + (v6 ? 8 : 12));
	inet_pton(v6 ? AF_INET6 : AF_INET, to,
		  packet->frame + packet->l3 + (v6 ? 24 : 16));
	if (!v6) {
		unsigned char *ip = packet->frame + packet->l3;

		put_16(ip + 10, 0);
		put_16(ip + 10, ~sum(ip, 20, 0));
	}
}

static void set_ethernet(struct packet *packet, const unsigned char *to,
			 const unsigned char *from)
{
	memcpy(packet->frame, to, 6);
	memcpy(packet->frame + 6, from, 6);
}

FIXTURE(l3)
{
	int tun;
	int plain;
	int vnet;
	struct port_info port;
	const unsigned char *mac;
	const char *us;
	const char *them;
	const char *nobody;
	struct packet packet;
	unsigned char frame[FRAME_ROOM];
	size_t len;
};

FIXTURE_VARIANT(l3)
{
	bool v6;
};

FIXTURE_VARIANT_ADD(l3, ip4) { .v6 = false };
FIXTURE_VARIANT_ADD(l3, ip6) { .v6 = true };

FIXTURE_SETUP(l3)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	self->tun = plug_tun("tun0", 0, 0, &self->port);
	ASSERT_LE(0, self->tun);
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->vnet = attach_vnet(HUB, TUN_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->vnet);
	self->mac = self->port.address;
	self->us = variant->v6 ? US6 : US4;
	self->them = variant->v6 ? THEM6 : THEM4;
	self->nobody = variant->v6 ? "2001:db8::99" : "192.0.2.99";
	make_udp_packet(&self->packet, self->us, self->them);
	set_ethernet(&self->packet, them, self->mac);
}

FIXTURE_TEARDOWN(l3)
{
}

/* The port asks for @about, and @mac says that it is there. */
static bool resolve(FIXTURE_DATA(l3) *self, const char *asker,
		    const char *about, const unsigned char *mac)
{
	self->len = make_question(self->frame, self->mac, asker, about);
	if (!gets(self->plain, self->frame, self->len))
		return false;
	self->len = make_answer(self->frame, mac, about, self->mac, asker);
	return sends(self->plain, self->frame, self->len);
}

/* A packet from the TUN, and what has to be done for it, for the first time. */
static bool first_contact(FIXTURE_DATA(l3) *self)
{
	return tun_sends(self->tun, 0, &self->packet) &&
	       resolve(self, self->us, self->them, them) &&
	       gets(self->plain, self->packet.frame, self->packet.len);
}

/* A station asks for this address. */
static bool asks(FIXTURE_DATA(l3) *self, const char *from, const char *about)
{
	self->len = make_question(self->frame, them, from, about);
	return sends(self->plain, self->frame, self->len);
}

/* The next frame says that the port has this address. */
static bool is_answered(FIXTURE_DATA(l3) *self, const char *about)
{
	self->len = make_answer(self->frame, self->mac, about, them,
				self->them);
	return gets(self->plain, self->frame, self->len);
}

TEST_F(l3, asks_for_who_it_sends_to)
{
	struct port_info info;

	ASSERT_TRUE(first_contact(self));
	/* No more questions, and all is counted. */
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(gets_nothing(self->plain));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(3, info.tx_frames);
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(0, drops(VHUB_A_DROPS_UNRESOLVED));
}

TEST_F(l3, packets_wait_in_their_order)
{
	int i;

	for (i = 0; i < 8; i++) {
		self->packet.frame[self->packet.len - 1] = i;
		ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	}
	ASSERT_TRUE(resolve(self, self->us, self->them, them));
	for (i = 0; i < 8; i++) {
		self->packet.frame[self->packet.len - 1] = i;
		EXPECT_TRUE(gets(self->plain, self->packet.frame,
				 self->packet.len));
	}
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* Three questions, one second apart, and then no more. */
TEST_F(l3, packets_for_nobody_are_dropped_and_counted)
{
	int i;

	for (i = 0; i < 10; i++)
		ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	/* Eight wait, for which the two before had to go. */
	EXPECT_EQ(2, drops(VHUB_A_DROPS_UNRESOLVED));
	self->len = make_question(self->frame, self->mac, self->us,
				  self->them);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(gets(self->plain, self->frame, self->len));
	EXPECT_TRUE(wait_until(drops(VHUB_A_DROPS_UNRESOLVED) == 10));
	EXPECT_TRUE(gets_nothing(self->plain));
	/* Some time later it is looked for again. */
	EXPECT_TRUE(wait_until(tun_sends(self->tun, 0, &self->packet) &&
			       !gets_nothing(self->plain)));
	EXPECT_TRUE(gets(self->plain, self->frame, self->len));
}

TEST_F(l3, answers_for_addresses_it_has_sent_from)
{
	/* Not yet. */
	ASSERT_TRUE(asks(self, self->them, self->us));
	ASSERT_TRUE(first_contact(self));
	ASSERT_TRUE(asks(self, self->them, self->nobody));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	EXPECT_TRUE(gets_nothing(self->plain));
}

TEST_F(l3, answers_for_addresses_it_was_told)
{
	ASSERT_EQ(0, set_ip(self->us, 24));
	ASSERT_TRUE(asks(self, self->them, self->nobody));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	/* Who asked is known, and need not be asked for. */
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* Is this address free? No. */
TEST_F(l3, defends_its_addresses)
{
	const char *any = variant->v6 ? "::" : "0.0.0.0";
	static const unsigned char nodes[6] = { 0x33, 0x33, 0, 0, 0, 1 };

	ASSERT_EQ(0, set_ip(self->us, 24));
	ASSERT_TRUE(asks(self, any, self->nobody));
	ASSERT_TRUE(asks(self, any, self->us));
	if (variant->v6)
		self->len = make_nd(self->frame, 136, 0x20, nodes, self->mac,
				    self->us, "ff02::1", self->us);
	else
		self->len = make_arp(self->frame, 2, them, self->mac, self->us,
				     them, any);
	EXPECT_TRUE(gets(self->plain, self->frame, self->len));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* What comes under the port's own address came round. */
TEST_F(l3, does_not_answer_itself)
{
	ASSERT_EQ(0, set_ip(self->us, 24));
	self->len = make_question(self->frame, self->mac, self->them, self->us);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* An address that another station has was learned in error, or has moved. */
TEST_F(l3, forgets_an_address_that_moved)
{
	ASSERT_TRUE(first_contact(self));
	ASSERT_EQ(0, set_ip(self->nobody, 24));
	self->len = make_question(self->frame, other, self->us, self->us);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	ASSERT_TRUE(asks(self, self->them, self->us));
	/* One that it was told stays. */
	self->len = make_question(self->frame, other, self->nobody,
				  self->nobody);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	ASSERT_TRUE(asks(self, self->them, self->nobody));
	EXPECT_TRUE(is_answered(self, self->nobody));
	EXPECT_TRUE(gets_nothing(self->plain));
}

TEST_F(l3, follows_a_neighbour_that_moves)
{
	ASSERT_TRUE(first_contact(self));
	/* It announces where it is now. */
	if (variant->v6)
		self->len = make_nd(self->frame, 136, 0x20, self->mac, other,
				    self->them, "ff02::1", self->them);
	else
		self->len = make_question(self->frame, other, self->them,
					  self->them);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	set_ethernet(&self->packet, other, self->mac);
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* It says that it is there, and not where. */
static void answer_without_place(FIXTURE_DATA(l3) *self)
{
	unsigned char *ip = self->frame + 14;

	make_nd(self->frame, 136, 0x40, self->mac, them, self->them, self->us,
		self->them);
	put_16(ip + 4, 24);
	finish_icmp6(ip, 24);
	self->len = 14 + 40 + 24;
}

TEST_F(l3, answers_without_a_place_tell_none)
{
	if (!variant->v6)
		return;		/* ARP has no such */
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	self->len = make_question(self->frame, self->mac, self->us, self->them);
	ASSERT_TRUE(gets(self->plain, self->frame, self->len));
	answer_without_place(self);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	EXPECT_TRUE(gets_nothing(self->plain));

	self->len = make_answer(self->frame, them, self->them, self->mac,
				self->us);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	/* From who is known it is a sign of life. */
	answer_without_place(self);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
}

/* Who was never sent to says where it is to no purpose. */
TEST_F(l3, announcements_of_strangers_are_not_kept)
{
	if (variant->v6)
		self->len = make_nd(self->frame, 136, 0x20, self->mac, other,
				    self->them, "ff02::1", self->them);
	else
		self->len = make_question(self->frame, other, self->them,
					  self->them);
	ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	EXPECT_TRUE(first_contact(self));
}

TEST_F(l3, packets_for_elsewhere_go_to_the_router)
{
	const char *router = variant->v6 ? "2001:db8::fe" : "192.0.2.254";
	const char *far = variant->v6 ? "2001:db8:1::1" : "198.51.100.1";
	const char *source = variant->v6 ? "2001:db8:2::2" : "203.0.113.2";

	ASSERT_EQ(0, set_ip(self->us, variant->v6 ? 64 : 24));
	ASSERT_EQ(0, set_via(router));
	make_udp_packet(&self->packet, source, far);
	set_ethernet(&self->packet, other, self->mac);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	/* Asked from the address that the router sees on its link. */
	ASSERT_TRUE(resolve(self, self->us, router, other));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	/* Those on the link do not. */
	make_udp_packet(&self->packet, self->us, self->them);
	set_ethernet(&self->packet, them, self->mac);
	EXPECT_TRUE(first_contact(self));
}

TEST_F(l3, groups_need_no_question)
{
	const char *group = variant->v6 ? "ff02::1:2:3" : "239.129.2.3";
	static const unsigned char group4[6] = { 0x01, 0, 0x5e, 1, 2, 3 };
	static const unsigned char group6[6] = { 0x33, 0x33, 0, 2, 0, 3 };

	make_udp_packet(&self->packet, self->us, group);
	set_ethernet(&self->packet, variant->v6 ? group6 : group4, self->mac);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
	/* And back. */
	set_ethernet(&self->packet, variant->v6 ? group6 : group4, them);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(tun_gets(self->tun, &self->packet));
	if (variant->v6)
		return;
	make_udp_packet(&self->packet, "0.0.0.0", "255.255.255.255");
	set_ethernet(&self->packet, all, self->mac);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets(self->plain, self->packet.frame, self->packet.len));
}

/*
 * From the hub
 */
TEST_F(l3, frames_for_it_lose_their_header)
{
	struct port_info info;

	set_ethernet(&self->packet, self->mac, them);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(tun_gets(self->tun, &self->packet));
	/* For another. */
	set_ethernet(&self->packet, other, them);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	/* Tagged, and what is not IP. */
	set_ethernet(&self->packet, all, them);
	put_16(self->packet.frame + 12, 0x8100);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	put_16(self->packet.frame + 12, 0x8847);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	/* The protocol is another than the header says. */
	put_16(self->packet.frame + 12, variant->v6 ? 0x0800 : 0x86dd);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	put_16(self->packet.frame + 12, variant->v6 ? 0x86dd : 0x0800);
	/* A part of a packet. */
	ASSERT_TRUE(sends(self->plain, self->packet.frame,
			  self->packet.len - 1));
	ASSERT_TRUE(sends(self->plain, self->packet.frame, 14 + 19));
	ASSERT_TRUE(sends(self->plain, self->packet.frame, 14));
	EXPECT_TRUE(gets_nothing(self->tun));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(self->packet.len, info.rx_bytes);
	/* Filled up. */
	memset(self->packet.frame + self->packet.len, 0xaa, 20);
	ASSERT_TRUE(sends(self->plain, self->packet.frame,
			  self->packet.len + 20));
	EXPECT_TRUE(tun_gets(self->tun, &self->packet));
	EXPECT_TRUE(gets_nothing(self->tun));
}

TEST_F(l3, packets_beyond_its_mtu_are_dropped_and_counted)
{
	size_t head = variant->v6 ? 48 : 28;

	self->packet.payload = 1500 - head;
	packet_make(&self->packet);
	set_ethernet(&self->packet, self->mac, them);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(tun_gets(self->tun, &self->packet));
	self->packet.payload++;
	packet_make(&self->packet);
	set_ethernet(&self->packet, self->mac, them);
	ASSERT_TRUE(sends(self->plain, self->packet.frame, self->packet.len));
	EXPECT_TRUE(gets_nothing(self->tun));
	EXPECT_EQ(1, drops(VHUB_A_DROPS_TOO_BIG));
}

/* The port says where it is, for the device; the device need not see that. */
TEST_F(l3, what_is_about_ethernet_is_not_for_the_device)
{
	ASSERT_TRUE(first_contact(self));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	EXPECT_TRUE(gets_nothing(self->tun));
}

/*
 * From the device
 */
TEST_F(l3, packets_that_are_none_are_dropped_and_counted)
{
	unsigned char *ip = self->packet.frame + 14;
	size_t len = self->packet.len - 14, head = variant->v6 ? 40 : 20;

	/* Too short in two ways, and less than it says. */
	ASSERT_TRUE(sends(self->tun, ip, head - 1));
	ASSERT_TRUE(sends(self->tun, ip, 1));
	ASSERT_TRUE(sends(self->tun, ip, len - 1));
	EXPECT_EQ(3, drops(VHUB_A_DROPS_HEADER));
	if (!variant->v6) {
		ip[0] = 0x44;
		ASSERT_TRUE(sends(self->tun, ip, len));
		ip[0] = 0x45;
		put_16(ip + 2, 19);
		ASSERT_TRUE(sends(self->tun, ip, len));
		EXPECT_EQ(5, drops(VHUB_A_DROPS_HEADER));
	} else {
		/* An IPv4 address in disguise. */
		memcpy(ip + 8, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\2", 16);
		ASSERT_TRUE(sends(self->tun, ip, len));
		EXPECT_EQ(4, drops(VHUB_A_DROPS_HEADER));
	}
	EXPECT_TRUE(gets_nothing(self->plain));
}

TEST_F(l3, sources_that_are_none_ask_nobody)
{
	make_udp_packet(&self->packet, variant->v6 ? "::" : "0.0.0.0",
			self->them);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	make_udp_packet(&self->packet, variant->v6 ? "ff02::1" : "224.0.0.1",
			self->them);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	make_udp_packet(&self->packet, self->us,
			variant->v6 ? "::1" : "127.0.0.1");
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_EQ(3, drops(VHUB_A_DROPS_UNRESOLVED));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/*
 * Whoever wants to harm it
 */
static void spoil(FIXTURE_DATA(l3) *self, size_t at, unsigned char value)
{
	self->len = make_question(self->frame, them, self->them, self->us);
	self->frame[at] = value;
}

/* The same with a good checksum. */
static void spoil_nd(FIXTURE_DATA(l3) *self, size_t at, unsigned char value)
{
	spoil(self, at, value);
	finish_icmp6(self->frame + 14, 32);
}

TEST_F(l3, bad_questions_are_not_answered)
{
	static const struct {
		size_t at;
		unsigned char value;
	} arps[] = {
		{ 15, 2 }, { 16, 9 }, { 18, 5 }, { 18, 255 }, { 19, 3 },
		{ 19, 255 }, { 21, 0 }, { 21, 3 }, { 20, 1 },
		{ 22, 0x03 },		/* the sender is a group */
		{ 28, 224 }, { 28, 127 },
	}, nds[] = {
		{ 14, 0x50 }, { 21, 254 }, { 55, 1 },
		{ 22, 0xff },		/* the sender is a group */
		{ 79, 0 }, { 79, 2 }, { 79, 255 },
		{ 80, 0x03 },
	};
	size_t i, len;

	ASSERT_EQ(0, set_ip(self->us, 24));
	for (i = 0; !variant->v6 && i < sizeof(arps) / sizeof(*arps); i++) {
		spoil(self, arps[i].at, arps[i].value);
		ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	}
	for (i = 0; variant->v6 && i < sizeof(nds) / sizeof(*nds); i++) {
		spoil_nd(self, nds[i].at, nds[i].value);
		ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	}
	if (variant->v6) {
		/* A wrong checksum, a longer packet than there is. */
		spoil(self, 57, 0x12);
		ASSERT_TRUE(sends(self->plain, self->frame, self->len));
		spoil_nd(self, 19, 33);
		ASSERT_TRUE(sends(self->plain, self->frame, self->len));
		/* Who has no address cannot be told where he is. */
		spoil_nd(self, 22, 0x20);
		memset(self->frame + 22, 0, 16);
		finish_icmp6(self->frame + 14, 32);
		ASSERT_TRUE(sends(self->plain, self->frame, self->len));
	}
	/* Parts of one; shorter ones are no frames. */
	len = make_question(self->frame, them, self->them, self->us);
	for (i = 14; i < len; i++)
		ASSERT_TRUE(sends(self->plain, self->frame, i));

	EXPECT_TRUE(gets_nothing(self->plain));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	EXPECT_TRUE(gets_nothing(self->plain));
	EXPECT_TRUE(gets_nothing(self->tun));
}

TEST_F(l3, any_bytes_do_no_harm)
{
	unsigned int seed = 1, i;
	size_t at;

	ASSERT_EQ(0, set_ip(self->us, 24));
	for (i = 0; i < 5000; i++) {
		self->len = make_question(self->frame, them, self->them,
					  self->us);
		for (at = 14 + rand_r(&seed) % 8; at < self->len;
		     at += 1 + rand_r(&seed) % 60)
			self->frame[at] = rand_r(&seed);
		if (variant->v6 && rand_r(&seed) % 2)
			finish_icmp6(self->frame + 14, 32);
		ASSERT_TRUE(sends(self->plain, self->frame,
				  14 + rand_r(&seed) % (self->len - 13)));
		while (!gets_nothing(self->plain))
			read_frame(self->plain, self->frame, FRAME_ROOM);
		while (!gets_nothing(self->tun))
			read_frame(self->tun, self->frame, FRAME_ROOM);
	}
	/* The last answers may still be on their way. */
	ASSERT_TRUE(asks(self, self->them, self->us));
	self->len = make_answer(self->frame, self->mac, self->us, them,
				self->them);
	EXPECT_TRUE(gets_at_last(self->plain, self->frame, self->len));
}

static void number_address(char *text, bool v6, const char *net, unsigned int i)
{
	if (v6)
		snprintf(text, INET6_ADDRSTRLEN, "2001:db8:%s::%x", net, i + 1);
	else
		snprintf(text, INET6_ADDRSTRLEN, "10.%s.%u.%u", net,
			 (i >> 7) + 1, (i & 127) + 1);
}

/* Drops and neighbours are bounded, and the one that is in use stays. */
TEST_F(l3, ten_thousand_destinations)
{
	struct packet packet;
	char address[INET6_ADDRSTRLEN];
	int i;

	ASSERT_TRUE(first_contact(self));
	for (i = 0; i < 10000; i++) {
		number_address(address, variant->v6, "1", i);
		make_udp_packet(&packet, self->us, address);
		ASSERT_TRUE(tun_sends(self->tun, 0, &packet));
		while (!gets_nothing(self->plain))
			read_frame(self->plain, packet.frame, FRAME_ROOM);
	}
	EXPECT_LE(10000 - 256, drops(VHUB_A_DROPS_UNRESOLVED));
	EXPECT_TRUE(wait_until(drops(VHUB_A_DROPS_UNRESOLVED) == 10000));
	while (!gets_nothing(self->plain))
		read_frame(self->plain, packet.frame, FRAME_ROOM);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets_at_last(self->plain, self->packet.frame,
				 self->packet.len));
	EXPECT_EQ(10000, drops(VHUB_A_DROPS_UNRESOLVED));
}

/* Of many sources the last 64 are answered for. */
TEST_F(l3, ten_thousand_sources)
{
	struct packet packet;
	char address[INET6_ADDRSTRLEN];
	int i;

	for (i = 0; i < 10000; i++) {
		number_address(address, variant->v6, "2", i);
		make_udp_packet(&packet, address,
				variant->v6 ? "ff02::1" : "224.0.0.1");
		ASSERT_TRUE(tun_sends(self->tun, 0, &packet));
		EXPECT_EQ(packet.len, read_frame(self->plain, packet.frame,
						 FRAME_ROOM));
	}
	for (i = 0; i < 10000; i++) {
		number_address(address, variant->v6, "2", i);
		ASSERT_TRUE(asks(self, self->them, address));
		if (i >= 10000 - 64)
			EXPECT_TRUE(is_answered(self, address));
	}
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* Those who ask fill the table, but push nobody out. */
TEST_F(l3, ten_thousand_askers)
{
	char address[INET6_ADDRSTRLEN];
	int i;

	ASSERT_TRUE(first_contact(self));
	for (i = 0; i < 10000; i++) {
		number_address(address, variant->v6, "3", i);
		ASSERT_TRUE(asks(self, address, self->us));
		self->len = make_answer(self->frame, self->mac, self->us, them,
					address);
		ASSERT_TRUE(gets(self->plain, self->frame, self->len));
	}
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(gets_at_last(self->plain, self->packet.frame,
				 self->packet.len));
}

/* Each is answered, or counted: what it sends of its own is bounded. Nobody else
 * listens, or the kick would let the answers go now and then.
 */
TEST_F(l3, thousands_of_questions_at_once)
{
	const unsigned int count = 2048;
	struct port_info info;
	struct ring ring;
	unsigned int i;

	ASSERT_TRUE(first_contact(self));
	ASSERT_EQ(0, port_set_link(HUB, 2, 0));
	ASSERT_EQ(0, port_set_link(HUB, 3, 0));
	ASSERT_EQ(0, ring_open(&ring, count, 0, 1 << 16));
	ASSERT_EQ(0, ring_attach(&ring, HUB, 0));
	self->len = make_question(ring.mem, them, self->them, self->us);
	for (i = 0; i < count; i++)
		ring_put(&ring, ring.mem, self->len, 0);
	ASSERT_EQ(count, ring_kick(&ring));
	EXPECT_TRUE(wait_until(!port_get(HUB, 4, &info) &&
			       info.rx_frames + drops(VHUB_A_DROPS_FULL) ==
			       count));
	/* Where another processor answers meanwhile, that may keep up. */
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		EXPECT_LT(0, drops(VHUB_A_DROPS_FULL));
	ring_close(&ring);
}

/*
 * Others
 */
TEST_F(l3, two_of_them_talk)
{
	struct port_info far;
	int tun = plug_tun("tun1", 0, 0, &far);
	struct packet answer;

	ASSERT_LE(0, tun);
	EXPECT_NE(0, memcmp(far.address, self->mac, 6));
	/* What is behind a port is heard of by what it sends. */
	make_udp_packet(&answer, self->them, self->us);
	ASSERT_TRUE(tun_sends(tun, 0, &answer));
	ASSERT_EQ(0, set_ip(self->us, 24));
	EXPECT_TRUE(wait_until(tun_sends(tun, 0, &answer) &&
			       !gets_nothing(self->tun)));
	EXPECT_TRUE(tun_gets(self->tun, &answer));
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	EXPECT_TRUE(tun_gets(tun, &self->packet));
}

/* Sends @packet through a socket of the host's, or gets it there. */
static int host_socket(bool v6)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	const struct sockaddr_in at4 = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
	};
	const struct sockaddr_in6 at6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(4242),
	};
	int sock = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC,
			  0);
	int ret;

	if (v6)
		ret = bind(sock, (void *)&at6, sizeof(at6));
	else
		ret = bind(sock, (void *)&at4, sizeof(at4));
	if (ret || setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit,
			      sizeof(limit)))
		return -errno;
	return sock;
}

static size_t make_ping(unsigned char *ip, bool v6)
{
	size_t head = v6 ? 40 : 20, len = 8 + 56;

	memset(ip, 0, head + len);
	ip[head] = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	put_16(ip + head + 4, 42);
	if (v6) {
		ip[0] = 0x60;
		put_16(ip + 4, len);
		ip[6] = IPPROTO_ICMPV6;
		ip[7] = 64;
		inet_pton(AF_INET6, US6, ip + 8);
		inet_pton(AF_INET6, THEM6, ip + 24);
		finish_icmp6(ip, len);
		return head + len;
	}
	ip[0] = 0x45;
	put_16(ip + 2, head + len);
	ip[8] = 64;
	ip[9] = IPPROTO_ICMP;
	inet_pton(AF_INET, US4, ip + 12);
	inet_pton(AF_INET, THEM4, ip + 16);
	put_16(ip + 10, ~sum(ip, head, 0));
	put_16(ip + head + 2, ~sum(ip + head, len, 0));
	return head + len;
}

/* The next packet of the TUN that is not the host's own noise. */
static bool tun_gets_ping(int tun, bool v6)
{
	unsigned char ip[FRAME_ROOM];
	size_t head = v6 ? 40 : 20;
	int kind = v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;
	ssize_t len;

	do
		len = read_frame(tun, ip, sizeof(ip));
	while (len > 0 && !(len == (ssize_t)head + 64 && ip[head] == kind));
	return len > 0 && ip[head + 5] == 42;
}

TEST_F(l3, talks_to_the_host)
{
	unsigned char ping[128];
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	char bytes[200];
	int sock;

	ASSERT_EQ(0, write_file("/proc/sys/net/ipv6/conf/" HUB "/accept_dad",
				"0"));
	ASSERT_EQ(0, write_file("/proc/sys/net/ipv6/conf/" HUB
				"/disable_ipv6", "0"));
	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, variant->v6 ? link_add_ip6(HUB, THEM6) :
				   link_add_ip4(HUB, THEM4));
	sock = host_socket(variant->v6);
	ASSERT_LE(0, sock);

	ASSERT_EQ(variant->v6 ? 104 : 84, make_ping(ping, variant->v6));
	ASSERT_TRUE(sends(self->tun, ping, variant->v6 ? 104 : 84));
	EXPECT_TRUE(tun_gets_ping(self->tun, variant->v6));

	packet_finish(&self->packet);
	ASSERT_TRUE(tun_sends(self->tun, 0, &self->packet));
	ASSERT_EQ(100, recvfrom(sock, bytes, sizeof(bytes), 0, (void *)&from,
				&size));
	EXPECT_EQ(payload_byte(99), (unsigned char)bytes[99]);
	ASSERT_EQ(70, sendto(sock, bytes, 70, 0, (void *)&from, size));
	do
		self->len = read_frame(self->tun, self->frame, FRAME_ROOM);
	while ((ssize_t)self->len > 0 &&
	       self->len != (variant->v6 ? 40 : 20) + 8 + 70);
	EXPECT_EQ(0, memcmp(bytes, self->frame + self->len - 70, 70));
	EXPECT_EQ(NULL, check_sums(self->frame, self->len, 0));
	EXPECT_EQ(0, drops(VHUB_A_DROPS_UNRESOLVED));
}

/*
 * What is set, and how it is shown
 */
TEST_F(l3, its_address_stays)
{
	static const unsigned char chosen[6] = { 0x02, 0, 0x5e, 0, 0x53, 0x42 };
	static const unsigned char none[6], group[6] = { 0x33 };
	struct port_info info;

	EXPECT_EQ(0x02, self->mac[0] & 3);
	ASSERT_EQ(0, link_set_master("tun0", NULL));
	ASSERT_EQ(0, link_set_master("tun0", HUB));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(0, memcmp(info.address, self->mac, 6));

	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_ADDRESS, none, 6));
	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_ADDRESS, group, 6));
	EXPECT_EQ(-EOPNOTSUPP, set_binary(2, VHUB_A_PORT_ADDRESS, chosen, 6));
	EXPECT_EQ(-EOPNOTSUPP, set_binary(0, VHUB_A_PORT_ADDRESS, chosen, 6));
	ASSERT_EQ(0, set_binary(1, VHUB_A_PORT_ADDRESS, chosen, 6));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_EQ(0, memcmp(info.address, chosen, 6));
	memcpy(self->port.address, chosen, 6);
	set_ethernet(&self->packet, them, chosen);
	EXPECT_TRUE(first_contact(self));
	/* Other ports have none. */
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_FALSE(info.has & 1ULL << VHUB_A_PORT_ADDRESS);
}

TEST_F(l3, bad_settings_are_refused)
{
	unsigned char ips[(VHUB_IP_MAX + 1) * VHUB_IP_SIZE];
	unsigned char via[48];
	int i;

	for (i = 0; i <= VHUB_IP_MAX; i++) {
		put_ip(ips + i * VHUB_IP_SIZE, self->us);
		ips[i * VHUB_IP_SIZE + 16] = 128;
	}
	for (i = 0; i < 3; i++)
		put_ip(via + i * 16, self->them);
	ASSERT_EQ(0, set_binary(1, VHUB_A_PORT_IP, ips,
				VHUB_IP_MAX * VHUB_IP_SIZE));
	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_IP, ips, sizeof(ips)));
	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_IP, ips, 16));
	EXPECT_EQ(-EINVAL, set_ip(self->us, 129));
	EXPECT_EQ(-EINVAL, set_ip("0.0.0.0", 24));
	EXPECT_EQ(-EINVAL, set_ip("224.0.0.1", 24));
	EXPECT_EQ(-EINVAL, set_ip("::1", 128));
	EXPECT_EQ(-EINVAL, set_ip(US4, -1));
	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_VIA, via, 15));
	EXPECT_EQ(-EINVAL, set_binary(1, VHUB_A_PORT_VIA, via, 32));
	EXPECT_EQ(-EINVAL, set_via("ff02::1"));
	EXPECT_EQ(-EOPNOTSUPP, set_binary(2, VHUB_A_PORT_IP, ips,
					  VHUB_IP_SIZE));
	/* What was refused changed nothing. */
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(is_answered(self, self->us));
	/* And taken away again. */
	ASSERT_EQ(0, set_binary(1, VHUB_A_PORT_IP, ips, 0));
	ASSERT_EQ(0, set_binary(1, VHUB_A_PORT_VIA, via, 0));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* The process behind it ends, and with it what it had. */
TEST_F(l3, forgets_all_when_it_loses_its_link)
{
	ASSERT_TRUE(first_contact(self));
	ASSERT_EQ(0, link_up("tun0", false));
	ASSERT_EQ(0, link_up("tun0", true));
	ASSERT_TRUE(wait_until(has_link(1)));
	ASSERT_TRUE(asks(self, self->them, self->us));
	EXPECT_TRUE(first_contact(self));
}

/* A TUN that is a port stays what it is. */
TEST_F(l3, its_type_does_not_change)
{
	ASSERT_EQ(0, link_up("tun0", false));
	EXPECT_EQ(-EPERM, ret_errno(ioctl(self->tun, TUNSETLINK, 1)));
	ASSERT_EQ(0, link_set_master("tun0", NULL));
	EXPECT_EQ(0, ret_errno(ioctl(self->tun, TUNSETLINK, 1)));
}

/*
 * Work left undone
 */
FIXTURE(gso)
{
	int all;
	int none;
	int plain;
	int vnet;
	struct port_info all_port;
	struct port_info none_port;
	struct packet packet;
};

FIXTURE_VARIANT(gso)
{
	bool v6;
	bool udp;
	__u8 gso_type;
};

FIXTURE_VARIANT_ADD(gso, udp4) { .udp = true };
FIXTURE_VARIANT_ADD(gso, udp6) { .udp = true, .v6 = true };
FIXTURE_VARIANT_ADD(gso, tso4) { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 };
FIXTURE_VARIANT_ADD(gso, tso6) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
	.v6 = true,
};

FIXTURE_SETUP(gso)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	self->all = plug_tun("tun0", TUN_HDR, ALL_OFFLOADS, &self->all_port);
	ASSERT_LE(0, self->all);
	self->none = plug_tun("tun1", TUN_HDR, 0, &self->none_port);
	ASSERT_LE(0, self->none);
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->vnet = attach_vnet(HUB, TUN_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->vnet);
	self->packet = (struct packet){
		.v6 = variant->v6,
		.udp = variant->udp,
		.gso_type = variant->gso_type,
		.gso_size = variant->gso_type ? 1400 : 0,
		.payload = variant->gso_type ? 20000 : 1000,
	};
	packet_make(&self->packet);
}

FIXTURE_TEARDOWN(gso)
{
}

/* Does it come with all its work left, @skip bytes of it taken off? */
static bool comes_untouched(const struct packet *packet, int fd, size_t skip)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t len = read_frame(fd, frame, sizeof(frame));
	const struct virtio_net_hdr *want = &packet->hdr;
	struct virtio_net_hdr hdr;

	memcpy(&hdr, frame, sizeof(hdr));
	if (len == (ssize_t)(TUN_HDR + packet->len - skip) &&
	    hdr.flags == want->flags && hdr.gso_type == want->gso_type &&
	    hdr.gso_size == want->gso_size &&
	    hdr.csum_start == want->csum_start - skip &&
	    hdr.csum_offset == want->csum_offset &&
	    !memcmp(frame + TUN_HDR, packet->frame + skip, packet->len - skip))
		return true;
	fprintf(stderr, "# %zd bytes, flags %u gso %u, %u csum %u, %u\n", len,
		hdr.flags, hdr.gso_type, hdr.gso_size, hdr.csum_start,
		hdr.csum_offset);
	return false;
}

/* Do its pieces come to a TUN that takes only whole work? */
static bool comes_whole(const struct packet *packet, int fd)
{
	static unsigned char frame[FRAME_ROOM];
	static struct pieces pieces;
	const char *bad = NULL;
	ssize_t len;

	pieces = (struct pieces){};
	memcpy(frame, packet->frame, 14);
	do {
		/* The header comes where the end of Ethernet's was. */
		len = read_frame(fd, frame + 14 - TUN_HDR,
				 sizeof(frame) - 14);
		if (len < TUN_HDR) {
			bad = "no more packets come";
			break;
		}
		memcpy(frame, packet->frame, 14);
		bad = packet_take(packet, &pieces, frame, len - TUN_HDR + 14);
	} while (!bad && !packet_is_whole(packet, &pieces));
	if (bad)
		fprintf(stderr, "# %s\n", bad);
	return !bad && gets_nothing(fd);
}

TEST_F(gso, from_the_hub)
{
	set_ethernet(&self->packet, self->all_port.address, them);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TUN_HDR));
	EXPECT_TRUE(comes_untouched(&self->packet, self->all, 14));
	set_ethernet(&self->packet, self->none_port.address, them);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TUN_HDR));
	EXPECT_TRUE(comes_whole(&self->packet, self->none));
	set_ethernet(&self->packet, all, them);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TUN_HDR));
	EXPECT_TRUE(comes_untouched(&self->packet, self->all, 14));
	EXPECT_TRUE(comes_whole(&self->packet, self->none));
}

TEST_F(gso, to_the_hub)
{
	unsigned char frame[128];
	size_t len;

	ASSERT_TRUE(tun_sends(self->all, TUN_HDR, &self->packet));
	ASSERT_LT(0, read_frame(self->plain, self->packet.frame + 30000, 2000));
	ASSERT_LT(0, read_frame(self->vnet, self->packet.frame + 30000, 2000));
	len = make_answer(frame, them, variant->v6 ? THEM6 : THEM4,
			  self->all_port.address, variant->v6 ? US6 : US4);
	ASSERT_TRUE(sends(self->plain, frame, len));
	/* It comes to the other port with its header. */
	ASSERT_EQ(TUN_HDR + len, read_frame(self->vnet,
					    self->packet.frame + 30000, 2000));
	set_ethernet(&self->packet, them, self->all_port.address);
	EXPECT_TRUE(comes_untouched(&self->packet, self->vnet, 0));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

TEST_F(gso, pieces_beyond_its_mtu_are_dropped_and_counted)
{
	size_t mtu = variant->udp ? self->packet.len - 14 :
				    (variant->v6 ? 60 : 40) + 1400;

	set_ethernet(&self->packet, self->all_port.address, them);
	ASSERT_EQ(0, link_set_mtu("tun0", mtu));
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TUN_HDR));
	EXPECT_TRUE(comes_untouched(&self->packet, self->all, 14));
	ASSERT_EQ(0, link_set_mtu("tun0", mtu - 1));
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, TUN_HDR));
	EXPECT_TRUE(gets_nothing(self->all));
	EXPECT_EQ(1, drops(VHUB_A_DROPS_TOO_BIG));
}

/*
 * It goes, while packets come from both sides
 */
struct traffic {
	int fd;
	bool tun;
	bool stop;
	unsigned long sent;
};

static void *send_all_the_time(void *arg)
{
	struct traffic *traffic = arg;
	unsigned char frame[128], mac[6] = { 0x02 };
	struct packet packet;
	char address[INET6_ADDRSTRLEN];
	unsigned int i;
	size_t len;

	for (i = 0; !__atomic_load_n(&traffic->stop, __ATOMIC_RELAXED); i++) {
		if (traffic->tun) {
			number_address(address, i & 1, "4", i >> 1 & 511);
			make_udp_packet(&packet, i & 1 ? US6 : US4, address);
			tun_sends(traffic->fd, 0, &packet);
		} else {
			number_address(address, i & 1, "4", i >> 1 & 511);
			len = make_question(frame, i & 2 ? them : mac, address,
					    i & 1 ? US6 : US4);
			sends(traffic->fd, frame, len);
			while (!gets_nothing(traffic->fd))
				read_frame(traffic->fd, frame, sizeof(frame));
		}
		__atomic_add_fetch(&traffic->sent, 1, __ATOMIC_RELAXED);
		/* A processor that is the only one has others to serve. */
		if (i % 64 == 0)
			usleep(1);
	}
	return NULL;
}

static unsigned long count_sent(struct traffic *traffic)
{
	return __atomic_load_n(&traffic->sent, __ATOMIC_RELAXED);
}

static bool moves_on(struct traffic *traffic)
{
	unsigned long before = count_sent(traffic);

	return wait_until(count_sent(traffic) > before + 50);
}

TEST(goes_under_traffic)
{
	struct traffic sides[2] = { { .tun = true }, { .tun = false } };
	struct port_info info;
	pthread_t threads[2];
	int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	sides[0].fd = plug_tun("tun0", 0, 0, &info);
	ASSERT_LE(0, sides[0].fd);
	sides[1].fd = attach(HUB);
	ASSERT_LE(0, sides[1].fd);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL,
					    send_all_the_time, &sides[i]));
	for (i = 0; i < 30; i++) {
		ASSERT_TRUE(moves_on(&sides[0]));
		ASSERT_TRUE(moves_on(&sides[1]));
		ASSERT_EQ(0, i & 1 ? port_del(HUB, 1) :
				     link_set_master("tun0", NULL));
		ASSERT_EQ(0, port_add(HUB, "tun0", &info));
		ASSERT_EQ(1, info.number);
		ASSERT_EQ(0, set_ip(i & 2 ? US4 : US6, 24));
	}
	for (i = 0; i < 10; i++) {
		ASSERT_TRUE(moves_on(&sides[1]));
		ASSERT_EQ(0, link_up("tun0", false));
		ASSERT_EQ(0, link_up("tun0", true));
	}
	ASSERT_TRUE(moves_on(&sides[1]));
	ASSERT_EQ(0, link_del("tun0"));
	ASSERT_TRUE(moves_on(&sides[1]));
	ASSERT_EQ(0, link_del(HUB));
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&sides[i].stop, true, __ATOMIC_RELAXED);
		pthread_join(threads[i], NULL);
	}
}

TEST_HARNESS_MAIN
