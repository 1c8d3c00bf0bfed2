// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - mode switch: access ports, trunks and transparent ports
 *
 *	access 10 (1) ---+--- switch ---+--- trunk 10,20-29 (4)
 *	access 10 (2) ---+              +--- trunk 20,30, native 10 (5)
 *	access 20 (3) ---+              +--- transparent (6)
 *	       host (0, down) ----------+--- transparent (7)
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "vhub_fdb.h"
#include "vhub_packet.h"
#include "vhub_ring.h"

#define HDR		12
#define TAP_HDR		10
#define RINGS		64

/* Numbers of the ports. */
enum {
	ACCESS = 1,
	ACCESS_TOO,
	ACCESS_20,
	TRUNK,
	NATIVE,
	PLAIN,
	PLAIN_TOO,
	PORTS,
};

enum kind { FILE_PORT, RING_PORT, DEV_PORT };

/* One of the ports of a test. */
struct port {
	enum kind kind;
	int fd;
	struct ring ring;
};

static bool has_link(unsigned int number)
{
	struct port_info info;

	return !port_get(HUB, number, &info) &&
	       info.flags & VHUB_PORT_FLAG_LINK;
}

/* A TAP on the hub. Return: its file. */
static int plug_tap(const char *name, int hdr_size, unsigned int offloads)
{
	int ret, fd = tap_open(name, 0, hdr_size, offloads);
	struct port_info info;

	if (fd < 0)
		return fd;
	ret = port_add(HUB, name, &info);
	if (!ret)
		ret = link_up(name, true);
	if (!ret && !wait_until(has_link(info.number)))
		ret = -ENOLINK;
	return ret ? ret : fd;
}

static int open_rings(struct ring *ring, __u32 hdr_size)
{
	int ret = ring_open(ring, RINGS, 2 * RINGS, 4 * RINGS * RING_BUF);

	if (!ret)
		ret = ring_attach(ring, HUB, hdr_size);
	if (!ret)
		ring_fill(ring);
	return ret;
}

static int port_open(struct port *port, enum kind kind, unsigned int number)
{
	char name[16];

	port->kind = kind;
	switch (kind) {
	case FILE_PORT:
		port->fd = attach(HUB);
		return port->fd < 0 ? port->fd : 0;
	case RING_PORT:
		return open_rings(&port->ring, 0);
	default:
		snprintf(name, sizeof(name), "tap%u", number);
		port->fd = plug_tap(name, 0, 0);
		return port->fd < 0 ? port->fd : 0;
	}
}

/* Begin of what a ring sends. */
static unsigned char *tx_memory(const struct ring *ring)
{
	return ring->mem + ring->mem_size / 2;
}

static int ring_sends(struct ring *ring, const void *frame, size_t len)
{
	memcpy(tx_memory(ring), frame, len);
	ring_put(ring, tx_memory(ring), len, 0);
	return ring_kick(ring) == 1 ? 0 : -EIO;
}

static int port_sends(struct port *port, const void *frame, size_t len)
{
	if (port->kind == RING_PORT)
		return ring_sends(&port->ring, frame, len);
	return write(port->fd, frame, len) == (ssize_t)len ? 0 : -EIO;
}

static ssize_t port_reads(struct port *port, void *frame, size_t size)
{
	if (port->kind == RING_PORT)
		return ring_take(&port->ring, frame, size);
	return read_frame(port->fd, frame, size);
}

static bool port_hears_nothing(struct port *port)
{
	return port->kind == RING_PORT ? ring_gets_nothing(&port->ring) :
					 gets_nothing(port->fd);
}

static bool port_gets(struct port *port, const void *frame, ssize_t len)
{
	unsigned char got[FRAME_ROOM];
	ssize_t ret = port_reads(port, got, sizeof(got));

	return ret == len && !memcmp(got, frame, len);
}

static int set_vlans(unsigned int number, int pvid, const char *vlans)
{
	return port_set_vlans(HUB, number, pvid, vlans);
}

static int set_all_vlans(void)
{
	int ret = set_vlans(ACCESS, 10, NULL);

	if (!ret)
		ret = set_vlans(ACCESS_TOO, 10, NULL);
	if (!ret)
		ret = set_vlans(ACCESS_20, 20, NULL);
	if (!ret)
		ret = set_vlans(TRUNK, -1, "10,20-29");
	if (!ret)
		ret = set_vlans(NATIVE, 10, "20,30");
	return ret;
}

/*
 * What is in which VLAN, between ports of all kinds
 */
FIXTURE(ways)
{
	struct port ports[PORTS];
};

FIXTURE_VARIANT(ways)
{
	enum kind kinds[PORTS];
};

FIXTURE_VARIANT_ADD(ways, files) {
	.kinds = { FILE_PORT },
};

FIXTURE_VARIANT_ADD(ways, rings) {
	.kinds = { 0, RING_PORT, RING_PORT, RING_PORT, RING_PORT, RING_PORT,
		   RING_PORT, RING_PORT },
};

FIXTURE_VARIANT_ADD(ways, devices) {
	.kinds = { 0, DEV_PORT, DEV_PORT, DEV_PORT, DEV_PORT, DEV_PORT,
		   DEV_PORT, DEV_PORT },
};

FIXTURE_VARIANT_ADD(ways, mixed) {
	.kinds = { 0, FILE_PORT, RING_PORT, DEV_PORT, RING_PORT, DEV_PORT,
		   FILE_PORT, DEV_PORT },
};

FIXTURE_VARIANT_ADD(ways, mixed_otherwise) {
	.kinds = { 0, RING_PORT, DEV_PORT, FILE_PORT, DEV_PORT, FILE_PORT,
		   RING_PORT, RING_PORT },
};

FIXTURE_SETUP(ways)
{
	unsigned int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	for (i = 1; i < PORTS; i++)
		ASSERT_EQ(0, port_open(&self->ports[i], variant->kinds[i], i));
	ASSERT_EQ(0, set_all_vlans());
}

FIXTURE_TEARDOWN(ways)
{
}

#define NOT	-2	/* it does not go out there */

/* A frame that goes in at a port, and how it comes out at each. */
struct way {
	unsigned int from;
	int tci;
	int drop;		/* VHUB_A_DROPS_* at its sender, or 0 */
	int out[PORTS];
};

#define OUT(access, too, access_20, trunk, native, plain, plain_too) \
	{ 0, access, too, access_20, trunk, native, plain, plain_too }
#define NOWHERE	OUT(NOT, NOT, NOT, NOT, NOT, NOT, NOT)
#define UN	NO_VID

static const struct way ways[] = {
	{ ACCESS, UN, 0, OUT(NOT, UN, NOT, 10, UN, 10, 10) },
	{ ACCESS, 10, 0, OUT(NOT, UN, NOT, 10, UN, 10, 10) },
	{ ACCESS, 0xe00a, 0, OUT(NOT, UN, NOT, 0xe00a, UN, 0xe00a, 0xe00a) },
	{ ACCESS, 0xe000, 0, OUT(NOT, UN, NOT, 0xe00a, UN, 0xe00a, 0xe00a) },
	{ ACCESS, 0, 0, OUT(NOT, UN, NOT, 10, UN, 10, 10) },
	{ ACCESS, 20, VHUB_A_DROPS_VLAN, NOWHERE },
	{ ACCESS, 4095, VHUB_A_DROPS_VLAN, NOWHERE },
	{ ACCESS_20, UN, 0, OUT(NOT, NOT, NOT, 20, 20, 20, 20) },
	{ TRUNK, 10, 0, OUT(UN, UN, NOT, NOT, UN, 10, 10) },
	{ TRUNK, 0x500a, 0, OUT(UN, UN, NOT, NOT, UN, 0x500a, 0x500a) },
	{ TRUNK, 20, 0, OUT(NOT, NOT, UN, NOT, 20, 20, 20) },
	{ TRUNK, 29, 0, OUT(NOT, NOT, NOT, NOT, NOT, 29, 29) },
	{ TRUNK, 30, VHUB_A_DROPS_VLAN, NOWHERE },
	{ TRUNK, 19, VHUB_A_DROPS_VLAN, NOWHERE },
	{ TRUNK, UN, VHUB_A_DROPS_VLAN, NOWHERE },
	{ TRUNK, 0xe000, VHUB_A_DROPS_VLAN, NOWHERE },
	{ NATIVE, UN, 0, OUT(UN, UN, NOT, 10, NOT, 10, 10) },
	{ NATIVE, 0x2000, 0, OUT(UN, UN, NOT, 0x200a, NOT, 0x200a, 0x200a) },
	{ NATIVE, 10, 0, OUT(UN, UN, NOT, 10, NOT, 10, 10) },
	{ NATIVE, 20, 0, OUT(NOT, NOT, UN, 20, NOT, 20, 20) },
	{ NATIVE, 30, 0, OUT(NOT, NOT, NOT, NOT, NOT, 30, 30) },
	{ NATIVE, 40, VHUB_A_DROPS_VLAN, NOWHERE },
	{ PLAIN, UN, 0, OUT(NOT, NOT, NOT, NOT, NOT, NOT, UN) },
	{ PLAIN, 0xe000, 0, OUT(NOT, NOT, NOT, NOT, NOT, NOT, 0xe000) },
	{ PLAIN, 10, 0, OUT(UN, UN, NOT, 10, UN, NOT, 10) },
	{ PLAIN, 20, 0, OUT(NOT, NOT, UN, 20, 20, NOT, 20) },
	{ PLAIN, 77, 0, OUT(NOT, NOT, NOT, NOT, NOT, NOT, 77) },
	{ PLAIN, 4095, 0, OUT(NOT, NOT, NOT, NOT, NOT, NOT, 4095) },
};

static bool comes_out(struct port *port, const struct flow *flow, int tci)
{
	struct flow out = *flow;
	unsigned char frame[64];

	if (tci == NOT)
		return port_hears_nothing(port);
	out.vid = tci;
	return port_gets(port, frame, flow_make(&out, frame)) &&
	       port_hears_nothing(port);
}

static bool goes(struct port *ports, const struct way *way,
		 const struct flow *flow)
{
	unsigned char frame[64];
	bool right = true;
	unsigned int i;

	if (port_sends(&ports[way->from], frame, flow_make(flow, frame)))
		return false;
	for (i = 1; i < PORTS; i++) {
		if (comes_out(&ports[i], flow, way->out[i]))
			continue;
		fprintf(stderr, "# from port %u with tag %x: wrong at port %u\n",
			way->from, way->tci, i);
		right = false;
	}
	return right;
}

TEST_F(ways, frames_go_to_all_of_their_vlan)
{
	unsigned int i, dropped[PORTS] = {};
	const struct way *way;
	struct port_info info;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		way = &ways[i];
		EXPECT_TRUE(goes(self->ports, way,
				 FLOW(.from = way->from, .vid = way->tci,
				      .seed = i)));
		dropped[way->from] += !!way->drop;
	}
	for (i = 1; i < PORTS; i++) {
		ASSERT_EQ(0, port_get(HUB, i, &info));
		EXPECT_EQ(dropped[i], info.drops[VHUB_A_DROPS_VLAN]);
		EXPECT_EQ(0, info.drops[VHUB_A_DROPS_NO_RECEIVER]);
		EXPECT_EQ(0, info.drops[VHUB_A_DROPS_NO_MEMORY]);
	}
}

/* Frames to a station that is known go there alone, in the same form. */
TEST_F(ways, frames_go_to_one_of_their_vlan)
{
	static const int pvids[PORTS] = {
		[ACCESS] = 10, [ACCESS_20] = 20, [NATIVE] = 10,
	};
	const struct way *way;
	unsigned int i, to, j;
	struct way alone;
	int vid;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		way = &ways[i];
		vid = way->tci == UN ? 0 : way->tci & 0xfff;
		vid = vid ? vid : pvids[way->from];
		for (to = 1; vid < 4095 && to < PORTS; to++) {
			if (to == way->from)
				continue;
			alone = *way;
			for (j = 1; j < PORTS; j++)
				if (j != to)
					alone.out[j] = NOT;
			/* Also where the port is not in the VLAN. */
			ASSERT_EQ(0, fdb_add(HUB, 50, vid, to));
			EXPECT_TRUE(goes(self->ports, &alone,
					 FLOW(.from = way->from, .to = 50,
					      .vid = way->tci)));
			ASSERT_EQ(0, fdb_del(HUB, 50, vid));
		}
	}
}

/* What is behind the outer tag, and tags of 802.1ad, is payload. */
TEST_F(ways, other_tags_are_payload)
{
	static const unsigned char service[] = { 0x88, 0xa8, 0, 20 };
	static const unsigned char inner[] = { 0x81, 0, 0, 20 };
	unsigned char in[64], out[68];

	/* 88a8 20 at the access port of VLAN 10. */
	flow_make(FLOW(.from = 1, .vid = 0), in);
	memcpy(in + 12, service, 4);
	ASSERT_EQ(0, port_sends(&self->ports[ACCESS], in, 64));
	EXPECT_TRUE(port_gets(&self->ports[ACCESS_TOO], in, 64));
	memcpy(out, in, 12);
	memcpy(out + 12, "\x81\0\0\n", 4);
	memcpy(out + 16, in + 12, 52);
	EXPECT_TRUE(port_gets(&self->ports[TRUNK], out, 68));
	EXPECT_TRUE(port_hears_nothing(&self->ports[ACCESS_20]));

	/* 10, then 20, from the trunk. */
	memcpy(out + 16, inner, 4);
	memcpy(in + 12, inner, 4);
	ASSERT_EQ(0, port_sends(&self->ports[TRUNK], out, 68));
	EXPECT_TRUE(port_gets(&self->ports[ACCESS_TOO], in, 64));
	EXPECT_TRUE(port_gets(&self->ports[ACCESS], in, 64));
	EXPECT_TRUE(port_hears_nothing(&self->ports[ACCESS_20]));
}

/* A frame as short as the shortest with a tag, and those that are shorter. */
TEST_F(ways, short_frames_have_no_tag)
{
	unsigned char frame[64], out[64], got[64];
	struct port_info info;
	size_t len;

	/* Drivers fill frames up that are this short. */
	if (variant->kinds[ACCESS] != variant->kinds[TRUNK] ||
	    variant->kinds[ACCESS] == DEV_PORT)
		return;
	flow_make(FLOW(.from = 1), frame);
	memcpy(out, frame, 12);
	memcpy(out + 12, "\x81\0\0\n", 4);
	for (len = 14; len < 18; len++) {
		memcpy(out + 16, frame + 12, len - 12);
		ASSERT_EQ(0, port_sends(&self->ports[ACCESS], frame, len));
		EXPECT_TRUE(port_gets(&self->ports[TRUNK], out, len + 4));
		EXPECT_TRUE(port_gets(&self->ports[ACCESS_TOO], frame, len));
	}
	flow_make(FLOW(.from = 1, .vid = 10), frame);
	/* A tag that is cut off would be one of any VLAN when it is filled up. */
	for (len = 14; len < 18; len++)
		ASSERT_EQ(0, port_sends(&self->ports[ACCESS], frame, len));
	ASSERT_EQ(0, port_get(HUB, ACCESS, &info));
	EXPECT_EQ(4, info.drops[VHUB_A_DROPS_VLAN]);
	ASSERT_EQ(0, port_sends(&self->ports[ACCESS], frame, len));
	EXPECT_TRUE(port_gets(&self->ports[TRUNK], frame, len));
	EXPECT_EQ(14, port_reads(&self->ports[ACCESS_TOO], got, 64));
	EXPECT_EQ(0, memcmp(got, frame, 12));
	EXPECT_EQ(0, memcmp(got + 12, frame + 16, 2));
}

/*
 * Addresses and what else a switch does
 */
FIXTURE(vlan)
{
	int fds[PORTS];
	struct genl ear;
};

FIXTURE_SETUP(vlan)
{
	unsigned int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	for (i = 1; i < PORTS; i++) {
		self->fds[i] = attach(HUB);
		ASSERT_LE(0, self->fds[i]);
	}
	ASSERT_EQ(0, set_all_vlans());
	ASSERT_EQ(0, genl_open(&self->ear));
}

FIXTURE_TEARDOWN(vlan)
{
	genl_close(&self->ear);
}

/* Reads what waits at a port, at most so much. Return: how many frames. */
static unsigned int drain_port(int fd, unsigned int most)
{
	unsigned char frame[FRAME_ROOM];
	unsigned int n;

	for (n = 0; n < most && !gets_nothing(fd); n++)
		if (read(fd, frame, sizeof(frame)) < 0)
			break;
	return n;
}

/* Reads all that waits at any port. */
static unsigned int drain(FIXTURE_DATA(vlan) *self)
{
	unsigned int i, n = 0;

	for (i = 1; i < PORTS; i++)
		n += drain_port(self->fds[i], QUEUE_LEN);
	return n;
}

TEST_F(vlan, addresses_are_learned_in_the_vlan_of_the_port)
{
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	EXPECT_EQ(ACCESS, fdb_port(HUB, 1, 10));
	EXPECT_EQ(-ENOENT, fdb_port(HUB, 1, 0));
	/* What may not come in is not learned. */
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 2, .vid = 20)));
	EXPECT_EQ(-ENOENT, fdb_port(HUB, 2, 20));
	EXPECT_EQ(-ENOENT, fdb_port(HUB, 2, 10));
}

TEST_F(vlan, one_station_may_be_in_two_vlans)
{
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS_20], FLOW(.from = 1)));
	EXPECT_EQ(ACCESS, fdb_port(HUB, 1, 10));
	EXPECT_EQ(ACCESS_20, fdb_port(HUB, 1, 20));
	drain(self);

	ASSERT_EQ(0, flow_send(self->fds[TRUNK],
			       FLOW(.from = 4, .to = 1, .vid = 10)));
	ASSERT_EQ(0, flow_send(self->fds[TRUNK],
			       FLOW(.from = 4, .to = 1, .vid = 20, .seed = 1)));
	EXPECT_TRUE(flow_gets(self->fds[ACCESS], FLOW(.from = 4, .to = 1)));
	EXPECT_TRUE(flow_gets(self->fds[ACCESS_20],
			      FLOW(.from = 4, .to = 1, .seed = 1)));
	EXPECT_EQ(0, drain(self));
}

TEST_F(vlan, address_where_its_vlan_is_not_is_counted)
{
	ASSERT_EQ(0, fdb_add(HUB, 3, 10, ACCESS_20));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .to = 3)));
	EXPECT_EQ(0, drain(self));
	EXPECT_EQ(1, port_drops(HUB, ACCESS, VHUB_A_DROPS_NO_RECEIVER));
	EXPECT_EQ(0, port_drops(HUB, ACCESS, VHUB_A_DROPS_VLAN));
}

TEST_F(vlan, other_words_count_in_a_vlan_too)
{
	unsigned char mac[6];
	unsigned int i;

	/* Only native and transparent ports are left of VLAN 10. */
	ASSERT_EQ(0, port_set_switch(HUB, TRUNK, VHUB_A_PORT_FLOOD, 0));
	ASSERT_EQ(0, port_set_switch(HUB, ACCESS, VHUB_A_PORT_ISOLATED, 1));
	ASSERT_EQ(0, port_set_switch(HUB, ACCESS_TOO, VHUB_A_PORT_ISOLATED, 1));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .to = 9)));
	EXPECT_TRUE(flow_gets(self->fds[NATIVE], FLOW(.from = 1, .to = 9)));
	for (i = PLAIN; i < PORTS; i++)
		EXPECT_TRUE(flow_gets(self->fds[i],
				      FLOW(.from = 1, .to = 9, .vid = 10)));
	EXPECT_EQ(0, drain(self));

	station(1, mac);
	ASSERT_EQ(0, port_set_lock(HUB, ACCESS, mac));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 2, .vid = 20)));
	EXPECT_EQ(1, port_drops(HUB, ACCESS, VHUB_A_DROPS_LOCKED));
	EXPECT_EQ(0, port_drops(HUB, ACCESS, VHUB_A_DROPS_VLAN));

	/* A pulled cable misses only what is of its VLANs. */
	ASSERT_EQ(0, port_set_link(HUB, ACCESS_20, 0));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	EXPECT_EQ(0, port_drops(HUB, ACCESS_20, VHUB_A_DROPS_NO_LINK));
	ASSERT_EQ(0, flow_send(self->fds[TRUNK], FLOW(.from = 4, .vid = 20)));
	EXPECT_EQ(1, port_drops(HUB, ACCESS_20, VHUB_A_DROPS_NO_LINK));
}

TEST_F(vlan, change_forgets_what_was_learned_there)
{
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS_TOO], FLOW(.from = 2)));
	ASSERT_EQ(0, fdb_add(HUB, 3, 10, ACCESS));
	ASSERT_EQ(0, set_vlans(ACCESS, 20, NULL));
	EXPECT_EQ(-ENOENT, fdb_port(HUB, 1, 10));
	EXPECT_EQ(ACCESS_TOO, fdb_port(HUB, 2, 10));
	EXPECT_EQ(ACCESS, fdb_port(HUB, 3, 10));

	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	EXPECT_EQ(ACCESS, fdb_port(HUB, 1, 20));
	ASSERT_EQ(0, set_vlans(ACCESS, -1, "30"));
	EXPECT_EQ(-ENOENT, fdb_port(HUB, 1, 20));
}

TEST_F(vlan, each_is_set_alone)
{
	struct port_info info;

	ASSERT_EQ(0, set_vlans(NATIVE, 0, NULL));
	ASSERT_EQ(0, port_get(HUB, NATIVE, &info));
	EXPECT_FALSE(info.has & 1ULL << VHUB_A_PORT_PVID);
	EXPECT_EQ(2, info.vlan_count);
	ASSERT_EQ(0, set_vlans(NATIVE, 4094, NULL));
	ASSERT_EQ(0, set_vlans(NATIVE, -1, ""));
	ASSERT_EQ(0, port_get(HUB, NATIVE, &info));
	EXPECT_EQ(4094, info.pvid);
	EXPECT_FALSE(info.has & 1ULL << VHUB_A_PORT_VLANS);
	ASSERT_EQ(0, set_vlans(NATIVE, 0, ""));
	ASSERT_EQ(0, port_get(HUB, NATIVE, &info));
	EXPECT_FALSE(info.has & 1ULL << VHUB_A_PORT_PVID);

	/* Transparent again. */
	ASSERT_EQ(0, flow_send(self->fds[PLAIN], FLOW(.from = 1)));
	EXPECT_TRUE(flow_gets(self->fds[NATIVE], FLOW(.from = 1)));
	EXPECT_TRUE(flow_gets(self->fds[PLAIN_TOO], FLOW(.from = 1)));
	EXPECT_EQ(0, drain(self));
}

TEST_F(vlan, what_is_no_vlan_is_refused)
{
	struct port_info info;

	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, 4095, NULL));
	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, -1, "0"));
	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, -1, "1,0-5"));
	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, -1, "4095"));
	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, -1, "1-4095"));
	EXPECT_EQ(-EINVAL, set_vlans(TRUNK, -1, "30-20"));
	EXPECT_EQ(-EINVAL, set_vlans(TRUNK, 1, "5,30-20"));
	EXPECT_EQ(-ENOENT, set_vlans(PORTS, 1, "5"));

	/* Nothing of it was done. */
	ASSERT_EQ(0, port_get(HUB, TRUNK, &info));
	EXPECT_EQ(0, info.pvid);
	ASSERT_EQ(2, info.vlan_count);
	EXPECT_EQ(20, info.vlans[1][0]);
	EXPECT_EQ(29, info.vlans[1][1]);
}

TEST_F(vlan, ranges_are_joined_and_put_in_order)
{
	struct port_info info;

	ASSERT_EQ(0, set_vlans(TRUNK, -1, "4094,1,300-400,2-5,350-500,501,503"));
	ASSERT_EQ(0, port_get(HUB, TRUNK, &info));
	ASSERT_EQ(4, info.vlan_count);
	EXPECT_EQ(1, info.vlans[0][0]);
	EXPECT_EQ(5, info.vlans[0][1]);
	EXPECT_EQ(300, info.vlans[1][0]);
	EXPECT_EQ(501, info.vlans[1][1]);
	EXPECT_EQ(503, info.vlans[2][0]);
	EXPECT_EQ(503, info.vlans[2][1]);
	EXPECT_EQ(4094, info.vlans[3][0]);
	EXPECT_EQ(4094, info.vlans[3][1]);
}

/* As "2,4,6,...", of so many ranges. */
static void write_ranges(char *text, unsigned int count)
{
	unsigned int i;

	for (i = 1; i <= count; i++)
		text += sprintf(text, "%s%u", i > 1 ? "," : "", 2 * i);
}

/* All that may be given fits into an answer, a dump and an event. */
TEST_F(vlan, most_ranges_are_shown)
{
	static char text[5 * VHUB_VLAN_RANGES_MAX + 6];
	static char buf[1 << 14];
	struct port_info info;

	write_ranges(text, VHUB_VLAN_RANGES_MAX + 1);
	EXPECT_EQ(-ERANGE, set_vlans(TRUNK, -1, text));
	ASSERT_EQ(0, port_get(HUB, TRUNK, &info));
	EXPECT_EQ(2, info.vlan_count);

	ASSERT_EQ(0, mnl_socket_setsockopt(self->ear.sock,
					   NETLINK_ADD_MEMBERSHIP,
					   &self->ear.group, sizeof(__u32)));
	write_ranges(text, VHUB_VLAN_RANGES_MAX);
	ASSERT_EQ(0, set_vlans(TRUNK, 4093, text));
	ASSERT_EQ(0, port_get(HUB, TRUNK, &info));
	EXPECT_EQ(VHUB_VLAN_RANGES_MAX, info.vlan_count);
	EXPECT_EQ(4093, info.pvid);
	EXPECT_EQ(2 * VHUB_VLAN_RANGES_MAX,
		  info.vlans[VHUB_VLAN_RANGES_MAX - 1][1]);

	ASSERT_LT(0, mnl_socket_recvfrom(self->ear.sock, buf, sizeof(buf)));
	ASSERT_EQ(0, parse_port((void *)buf, &info));
	EXPECT_EQ(TRUNK, info.number);
	EXPECT_EQ(VHUB_VLAN_RANGES_MAX, info.vlan_count);
	EXPECT_EQ(4093, info.pvid);
}

TEST_F(vlan, mode_hub_does_not_know_them)
{
	unsigned int i;

	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_HUB));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .vid = 77)));
	for (i = ACCESS_TOO; i < PORTS; i++)
		EXPECT_TRUE(flow_gets(self->fds[i],
				      FLOW(.from = 1, .vid = 77)));
	/* But they are kept. */
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .vid = 77)));
	EXPECT_EQ(0, drain(self));
	EXPECT_EQ(1, port_drops(HUB, ACCESS, VHUB_A_DROPS_VLAN));
}

/* One that leaves takes nothing from the others. */
TEST_F(vlan, ports_go_with_their_vlans)
{
	ASSERT_EQ(0, port_del(HUB, ACCESS_20));
	ASSERT_EQ(0, port_del(HUB, TRUNK));
	close(self->fds[NATIVE]);
	self->fds[NATIVE] = -1;
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	EXPECT_TRUE(flow_gets(self->fds[ACCESS_TOO], FLOW(.from = 1)));
	EXPECT_TRUE(flow_gets(self->fds[PLAIN], FLOW(.from = 1, .vid = 10)));
	ASSERT_EQ(0, port_del(HUB, ACCESS_TOO));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .vid = 20)));
	EXPECT_TRUE(gets_nothing(self->fds[PLAIN]));
	ASSERT_EQ(0, port_del(HUB, ACCESS));

	/* Who comes in their place is transparent. */
	self->fds[ACCESS] = attach(HUB);
	ASSERT_LE(0, self->fds[ACCESS]);
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .vid = 20)));
	EXPECT_TRUE(flow_gets(self->fds[PLAIN], FLOW(.from = 1, .vid = 20)));
}

/*
 * The host
 */
TEST_F(vlan, host_is_at_an_access_port)
{
	unsigned char frame[64], got[64];
	struct port_info info;
	int sock;

	ASSERT_EQ(0, set_vlans(0, 10, NULL));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_EQ(10, info.pvid);
	ASSERT_EQ(0, link_up(HUB, true));
	sock = open_capture(HUB);
	ASSERT_LE(0, sock);

	flow_make(FLOW(.from = 99), frame);
	ASSERT_EQ(60, write(sock, frame, 60));
	EXPECT_TRUE(flow_gets(self->fds[ACCESS], FLOW(.from = 99)));
	EXPECT_TRUE(flow_gets(self->fds[TRUNK], FLOW(.from = 99, .vid = 10)));
	EXPECT_TRUE(gets_nothing(self->fds[ACCESS_20]));
	EXPECT_EQ(0, fdb_port(HUB, 99, 10));

	ASSERT_EQ(0, flow_send(self->fds[TRUNK], FLOW(.from = 4, .vid = 20)));
	ASSERT_EQ(0, flow_send(self->fds[TRUNK], FLOW(.from = 4, .vid = 10)));
	flow_make(FLOW(.from = 4), frame);
	EXPECT_EQ(60, read_frame(sock, got, sizeof(got)));
	EXPECT_EQ(0, memcmp(frame, got, 60));
	EXPECT_TRUE(gets_nothing(sock));
	close(sock);
}

/* What VLAN devices of the host send and receive. */
TEST_F(vlan, host_is_at_a_trunk)
{
	unsigned char frame[64];
	struct port_info info;
	int sock;

	ASSERT_EQ(0, set_vlans(0, -1, "20"));
	ASSERT_EQ(0, link_up(HUB, true));
	sock = open_capture(HUB);
	ASSERT_LE(0, sock);
	flow_make(FLOW(.from = 99, .vid = 20), frame);
	ASSERT_EQ(64, write(sock, frame, 64));
	EXPECT_TRUE(flow_gets(self->fds[ACCESS_20], FLOW(.from = 99)));
	EXPECT_TRUE(flow_gets(self->fds[TRUNK], FLOW(.from = 99, .vid = 20)));
	flow_make(FLOW(.from = 99), frame);
	ASSERT_EQ(60, write(sock, frame, 60));
	EXPECT_EQ(1, port_drops(HUB, 0, VHUB_A_DROPS_VLAN));

	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1)));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_EQ(0, info.rx_frames);
	ASSERT_EQ(0, flow_send(self->fds[ACCESS_20], FLOW(.from = 3)));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(64, info.rx_bytes);
	close(sock);
}

/* A host that listens to all hears those of its VLANs. */
TEST_F(vlan, host_overhears_its_vlans)
{
	const struct packet_mreq all = {
		.mr_ifindex = if_nametoindex(HUB),
		.mr_type = PACKET_MR_PROMISC,
	};
	unsigned char frame[64], got[64];
	int sock;

	ASSERT_EQ(0, set_vlans(0, 10, NULL));
	ASSERT_EQ(0, link_up(HUB, true));
	sock = open_capture(HUB);
	ASSERT_LE(0, sock);
	ASSERT_EQ(0, setsockopt(sock, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
				sizeof(all)));
	/* Where both stations are is known. */
	ASSERT_EQ(0, fdb_add(HUB, 1, 10, ACCESS));
	ASSERT_EQ(0, fdb_add(HUB, 2, 10, TRUNK));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .to = 2)));
	EXPECT_TRUE(flow_gets(self->fds[TRUNK],
			      FLOW(.from = 1, .to = 2, .vid = 10)));
	flow_make(FLOW(.from = 1, .to = 2), frame);
	EXPECT_EQ(60, read_frame(sock, got, sizeof(got)));
	EXPECT_EQ(0, memcmp(frame, got, 60));

	ASSERT_EQ(0, set_vlans(0, 20, NULL));
	ASSERT_EQ(0, flow_send(self->fds[ACCESS], FLOW(.from = 1, .to = 2)));
	EXPECT_TRUE(flow_gets(self->fds[TRUNK],
			      FLOW(.from = 1, .to = 2, .vid = 10)));
	EXPECT_TRUE(gets_nothing(sock));
	close(sock);
}

/*
 * Work left undone
 */
FIXTURE(offload)
{
	int access;		/* all fit for all offloads ... */
	int trunk;
	int access_tap;
	int trunk_tap;
	int access_plain;	/* ... but these */
	int trunk_plain;
	struct packet tagged;
	struct packet untagged;
};

FIXTURE_VARIANT(offload)
{
	bool v6;
	bool udp;
	__u8 gso_type;
};

FIXTURE_VARIANT_ADD(offload, udp4) { .udp = true };
FIXTURE_VARIANT_ADD(offload, tcp6) { .v6 = true };
FIXTURE_VARIANT_ADD(offload, tso4) {
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
};

FIXTURE_VARIANT_ADD(offload, tso6) {
	.v6 = true,
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
};

/* The same packet with and without a tag of VLAN 7. */
static void make_packets(FIXTURE_DATA(offload) *self,
			 const FIXTURE_VARIANT(offload) *variant)
{
	self->untagged = (struct packet){
		.v6 = variant->v6,
		.udp = variant->udp,
		.gso_type = variant->gso_type,
		.gso_size = variant->gso_type ? 1400 : 0,
		.payload = variant->gso_type ? 20000 : 1000,
	};
	self->tagged = self->untagged;
	self->tagged.vlan = true;
	packet_make(&self->untagged);
	packet_make(&self->tagged);
	/* The priority that it would have is lost without a tag. */
	self->tagged.frame[14] = 0;
}

FIXTURE_SETUP(offload)
{
	unsigned int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	self->access = attach_vnet(HUB, TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->access);
	self->trunk = attach_vnet(HUB, TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->trunk);
	self->access_tap = plug_tap("tap0", TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->access_tap);
	self->trunk_tap = plug_tap("tap1", TAP_HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->trunk_tap);
	self->access_plain = attach(HUB);
	ASSERT_LE(0, self->access_plain);
	self->trunk_plain = attach(HUB);
	ASSERT_LE(0, self->trunk_plain);
	for (i = 1; i <= 6; i++)
		ASSERT_EQ(0, set_vlans(i, i % 2 ? 7 : -1,
				       i % 2 ? NULL : "7"));
	make_packets(self, variant);
}

FIXTURE_TEARDOWN(offload)
{
}

static bool arrives_whole(const struct packet *packet, int fd)
{
	return packet_arrives(packet, fd, 0, 0);
}

TEST_F(offload, gets_a_tag)
{
	ASSERT_EQ(0, packet_send(&self->untagged, self->access, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->untagged, self->access_plain));
}

TEST_F(offload, gets_a_tag_from_a_device)
{
	ASSERT_EQ(0, packet_send(&self->untagged, self->access_tap, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->untagged, self->access_plain));
}

TEST_F(offload, loses_its_tag)
{
	ASSERT_EQ(0, packet_send(&self->tagged, self->trunk, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->untagged, self->access_plain));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
}

TEST_F(offload, loses_its_tag_from_a_device)
{
	ASSERT_EQ(0, packet_send(&self->tagged, self->trunk_tap, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->untagged, self->access_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->untagged, self->access_plain));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
}

/* A priority tag, whose VLAN is written in. */
TEST_F(offload, keeps_its_priority)
{
	const int from[] = { self->access_tap, self->access };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		self->tagged.frame[14] = 0x60;
		self->tagged.frame[15] = 0;
		ASSERT_EQ(0, packet_send(&self->tagged, from[i], TAP_HDR));
		self->tagged.frame[15] = 7;
		EXPECT_TRUE(packet_arrives_untouched(&self->tagged,
						     self->trunk_tap, TAP_HDR));
		EXPECT_TRUE(packet_arrives_untouched(&self->tagged,
						     self->trunk, TAP_HDR));
		EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
		EXPECT_TRUE(arrives_whole(&self->untagged, self->access_plain));
	}
}

/* From and to rings, with what is left to do in the header. */
TEST_F(offload, passes_from_ring_to_ring)
{
	static unsigned char got[FRAME_ROOM];
	struct ring from, to;
	ssize_t len;
	size_t size;

	ASSERT_EQ(0, open_rings(&from, TAP_HDR));
	ASSERT_EQ(0, open_rings(&to, TAP_HDR));
	ASSERT_EQ(0, set_vlans(7, 7, NULL));
	ASSERT_EQ(0, set_vlans(8, -1, "7"));
	size = TAP_HDR + self->untagged.len;
	memcpy(tx_memory(&from), &self->untagged.hdr, TAP_HDR);
	memcpy(tx_memory(&from) + TAP_HDR, self->untagged.frame,
	       self->untagged.len);
	/* In two pieces, the first of which ends within the addresses. */
	ring_put(&from, tx_memory(&from), TAP_HDR + 7, VHUB_DESC_NEXT);
	ring_put(&from, tx_memory(&from) + TAP_HDR + 7, size - TAP_HDR - 7, 0);
	ASSERT_EQ(1, ring_kick(&from));

	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
	if (self->tagged.gso_type)
		return;		/* a ring has not said that it takes these */
	len = ring_take(&to, got, sizeof(got));
	EXPECT_EQ((ssize_t)(TAP_HDR + self->tagged.len), len);
	EXPECT_EQ(NULL, check_sums(got + TAP_HDR, self->tagged.len,
				   self->tagged.l3));
}

/* A socket by which the host sends with a header. */
static int open_vnet_socket(void)
{
	int on = 1, sock = open_capture(HUB);

	if (sock >= 0 && setsockopt(sock, SOL_PACKET, PACKET_VNET_HDR, &on,
				    sizeof(on)))
		return -errno;
	return sock;
}

/* A header that has the sum begin where a tag is taken out. */
TEST_F(offload, checksum_of_a_tag_is_dropped_and_counted)
{
	struct packet *packet = &self->tagged;
	unsigned int dropped = 1;
	int sock;

	packet->hdr.csum_start = 14;
	packet->hdr.csum_offset = 20;
	packet->hdr.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	packet->len = 200;
	ASSERT_EQ(0, packet_send(packet, self->trunk, TAP_HDR));
	EXPECT_EQ(1, port_drops(HUB, 1, VHUB_A_DROPS_OFFLOAD));
	EXPECT_EQ(1, port_drops(HUB, 3, VHUB_A_DROPS_OFFLOAD));
	EXPECT_EQ(1, port_drops(HUB, 5, VHUB_A_DROPS_OFFLOAD));

	/* The same of a frame that is an skb, if the kernel lets the host make
	 * one: not all do.
	 */
	ASSERT_EQ(0, set_vlans(0, -1, "7"));
	ASSERT_EQ(0, link_up(HUB, true));
	sock = open_vnet_socket();
	ASSERT_LE(0, sock);
	dropped += !packet_send(packet, sock, TAP_HDR);
	packet->hdr.csum_start = 0;
	dropped += !packet_send(packet, sock, TAP_HDR);
	EXPECT_EQ(dropped, port_drops(HUB, 1, VHUB_A_DROPS_OFFLOAD));
	EXPECT_EQ(dropped, port_drops(HUB, 3, VHUB_A_DROPS_OFFLOAD));
	EXPECT_EQ(dropped, port_drops(HUB, 5, VHUB_A_DROPS_OFFLOAD));
	EXPECT_TRUE(gets_nothing(self->access));
	EXPECT_TRUE(gets_nothing(self->access_tap));
	EXPECT_TRUE(gets_nothing(self->access_plain));
	close(sock);
}

/* Between the host and others. */
TEST_F(offload, passes_between_host_and_others)
{
	struct packet *packet = &self->untagged;
	static unsigned char got[FRAME_ROOM];
	struct virtio_net_hdr hdr;
	int sock;

	ASSERT_EQ(0, set_vlans(0, 7, NULL));
	ASSERT_EQ(0, link_up(HUB, true));
	sock = open_vnet_socket();
	ASSERT_LE(0, sock);
	ASSERT_EQ(0, packet_send(packet, sock, TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk,
					     TAP_HDR));
	EXPECT_TRUE(packet_arrives_untouched(&self->tagged, self->trunk_tap,
					     TAP_HDR));
	EXPECT_TRUE(arrives_whole(&self->tagged, self->trunk_plain));
	EXPECT_TRUE(packet_arrives_untouched(packet, self->access,
					     TAP_HDR));

	ASSERT_EQ(0, packet_send(&self->tagged, self->trunk_tap, TAP_HDR));
	ASSERT_EQ((ssize_t)(TAP_HDR + packet->len),
		  read_frame(sock, got, sizeof(got)));
	memcpy(&hdr, got, sizeof(hdr));
	EXPECT_EQ(packet->hdr.flags, hdr.flags);
	EXPECT_EQ(packet->hdr.gso_type, hdr.gso_type);
	EXPECT_EQ(packet->hdr.csum_start, hdr.csum_start);
	EXPECT_EQ(0, memcmp(packet->frame, got + TAP_HDR, packet->len));
	close(sock);
}

/* What is too long with a tag is lost for those who would get one alone. */
TEST_F(vlan, frames_without_room_for_a_tag_are_dropped_and_counted)
{
	static unsigned char frame[VHUB_FRAME_MAX], got[FRAME_ROOM];

	flow_make(FLOW(.from = 1), frame);
	ASSERT_EQ(VHUB_FRAME_MAX, write(self->fds[ACCESS], frame,
					VHUB_FRAME_MAX));
	EXPECT_EQ(VHUB_FRAME_MAX, read_frame(self->fds[ACCESS_TOO], got,
					     sizeof(got)));
	EXPECT_TRUE(gets_nothing(self->fds[TRUNK]));
	EXPECT_EQ(1, port_drops(HUB, TRUNK, VHUB_A_DROPS_TOO_BIG));
	EXPECT_EQ(1, port_drops(HUB, PLAIN, VHUB_A_DROPS_TOO_BIG));
	ASSERT_EQ(VHUB_FRAME_MAX - 4, write(self->fds[ACCESS], frame,
					    VHUB_FRAME_MAX - 4));
	EXPECT_EQ(VHUB_FRAME_MAX, read_frame(self->fds[TRUNK], got,
					     sizeof(got)));
	EXPECT_EQ(0, memcmp(got + 16, frame + 12, VHUB_FRAME_MAX - 16));
}

/*
 * Batches
 */
static void put_flow(struct ring *ring, unsigned int at,
		     const struct flow *flow)
{
	unsigned char *frame = tx_memory(ring) + at * 64;

	ring_put(ring, frame, flow_make(flow, frame), 0);
}

static bool takes_flow(struct ring *ring, const struct flow *flow)
{
	unsigned char frame[64], got[RING_BUF];
	ssize_t len = flow_make(flow, frame);

	return ring_take(ring, got, sizeof(got)) == len &&
	       !memcmp(frame, got, len);
}

/* Frames of many VLANs and forms in one batch come in order, each in the form of
 * where it comes out.
 */
TEST_F(vlan, batch_of_many_vlans_is_parted)
{
	const int tags[] = { 10, 10, 0xe000, NO_VID, 20, 30, 20, 0x600a,
			     NO_VID, 10 };
	unsigned int i, n = ARRAY_SIZE(tags), wrong = 0, dropped = 0;
	struct ring from, to;

	ASSERT_EQ(0, open_rings(&from, 0));
	ASSERT_EQ(0, open_rings(&to, 0));
	ASSERT_EQ(0, set_vlans(8, 10, "20"));
	ASSERT_EQ(0, set_vlans(9, -1, "10,20"));
	for (i = 0; i < RINGS; i++)
		put_flow(&from, i, FLOW(.from = 8, .vid = tags[i % n],
					.seed = i));
	ASSERT_EQ(RINGS, ring_kick(&from));
	for (i = 0; i < RINGS; i++) {
		int tag = tags[i % n];
		const struct flow bare = { .from = 8, .vid = NO_VID, .seed = i };
		struct flow tagged = bare;

		tagged.vid = tag == NO_VID ? 10 : tag & 0xfff ? tag : tag | 10;
		if (tag == 30) {
			dropped++;
			continue;
		}
		wrong += !takes_flow(&to, &tagged);
		wrong += !flow_gets(self->fds[TRUNK], &tagged);
		wrong += !flow_gets(self->fds[PLAIN], &tagged);
		wrong += !flow_gets(self->fds[tag == 20 ? ACCESS_20 : ACCESS],
				    &bare);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(dropped, port_drops(HUB, 8, VHUB_A_DROPS_VLAN));
	EXPECT_TRUE(ring_gets_nothing(&to));
	EXPECT_TRUE(gets_nothing(self->fds[ACCESS]));
	EXPECT_TRUE(gets_nothing(self->fds[ACCESS_20]));
}

/* However a frame with a tag is cut into pieces. */
TEST_F(vlan, frames_in_pieces_change_their_tags)
{
	unsigned char *frame;
	struct ring ring;
	size_t len, cut;

	ASSERT_EQ(0, open_rings(&ring, 0));
	ASSERT_EQ(0, set_vlans(8, 10, NULL));
	for (cut = 1; cut < 40; cut++) {
		const struct flow *in = FLOW(.from = 8, .seed = cut,
					     .vid = cut % 2 ? 0xe000 : NO_VID);

		frame = tx_memory(&ring);
		len = flow_make(in, frame);
		ring_put(&ring, frame, cut, VHUB_DESC_NEXT);
		ring_put(&ring, frame + cut, 1, VHUB_DESC_NEXT);
		ring_put(&ring, frame + cut + 1, len - cut - 1, 0);
		ASSERT_EQ(1, ring_kick(&ring));
		EXPECT_TRUE(flow_gets(self->fds[ACCESS],
				      FLOW(.from = 8, .seed = cut)));
		EXPECT_TRUE(flow_gets(self->fds[TRUNK],
				      FLOW(.from = 8, .seed = cut,
					   .vid = cut % 2 ? 0xe00a : 10)));
	}
}

/* Otherwise 1,000 times 64 frames would be lost, and what they were made of. */
TEST_F(vlan, what_was_made_is_given_back)
{
	struct ring from;
	unsigned int i, j;
	long before;

	ASSERT_EQ(0, open_rings(&from, 0));
	ASSERT_EQ(0, set_vlans(8, 10, NULL));
	ASSERT_EQ(0, link_up(HUB, true));
	before = kernel_memory();
	ASSERT_LE(0, before);
	for (i = 0; i < rounds(1000); i++) {
		for (j = 0; j < RINGS; j++)
			put_flow(&from, j, FLOW(.from = 8, .seed = j,
						.vid = i % 2 ? 0xe000 : 10));
		ASSERT_EQ(RINGS, ring_kick(&from));
		EXPECT_EQ(6 * RINGS, drain(self));
	}
	EXPECT_GT(before + (8 << 10), kernel_memory());
}

/*
 * Several at once
 */
struct flipper {
	pthread_t thread;
	unsigned char *vid;
	bool stop;
};

static void *flip(void *arg)
{
	struct flipper *flipper = arg;

	while (!__atomic_load_n(&flipper->stop, __ATOMIC_RELAXED)) {
		__atomic_store_n(flipper->vid, 20, __ATOMIC_RELAXED);
		__atomic_store_n(flipper->vid, 10, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Counts frames of another VLAN among those that wait. */
static unsigned int count_foreign(int fd)
{
	unsigned char got[FRAME_ROOM];
	unsigned int n = 0;

	while (!gets_nothing(fd)) {
		if (read(fd, got, sizeof(got)) < 16)
			break;
		n += got[12] != 0x81 || got[15] != 10;
	}
	return n;
}

/* A process that changes the tag while its frame is on its way does not reach a
 * VLAN that its port is not in.
 */
TEST_F(vlan, tag_that_changes_on_its_way_does_not_count)
{
	unsigned int i, j, foreign[3] = {};
	struct flipper flipper = {};
	struct port_info info;
	struct ring ring;

	ASSERT_EQ(0, open_rings(&ring, 0));
	ASSERT_EQ(0, set_vlans(8, 10, NULL));
	flow_make(FLOW(.from = 8, .vid = 10), tx_memory(&ring));
	flipper.vid = tx_memory(&ring) + 15;
	ASSERT_EQ(0, pthread_create(&flipper.thread, NULL, flip, &flipper));
	for (i = 0; i < 2000; i++) {
		for (j = 0; j < RINGS; j++)
			ring_put(&ring, tx_memory(&ring), 64, 0);
		ASSERT_EQ(RINGS, ring_kick(&ring));
		foreign[0] += count_foreign(self->fds[TRUNK]);
		foreign[1] += count_foreign(self->fds[PLAIN]);
		foreign[2] += !gets_nothing(self->fds[ACCESS_20]);
	}
	__atomic_store_n(&flipper.stop, true, __ATOMIC_RELAXED);
	pthread_join(flipper.thread, NULL);
	EXPECT_EQ(0, foreign[0]);
	EXPECT_EQ(0, foreign[1]);
	EXPECT_EQ(0, foreign[2]);
	/* It was found in both forms. */
	ASSERT_EQ(0, port_get(HUB, 8, &info));
	EXPECT_LT(0, info.tx_frames);
	EXPECT_LT(0, info.drops[VHUB_A_DROPS_VLAN]);
}

struct sender {
	pthread_t thread;
	int fd;
	unsigned int number;
	unsigned long sent;
	bool *stop;
};

static void *send_all_kinds(void *arg)
{
	const int tags[] = { NO_VID, 10, 20, 30, 0xe000 };
	struct sender *sender = arg;
	unsigned int i;

	for (i = 0; !__atomic_load_n(sender->stop, __ATOMIC_RELAXED); i++)
		sender->sent += !flow_send(sender->fd,
					   FLOW(.from = sender->number,
						.vid = tags[i % 5]));
	return NULL;
}

/* All that a port gave is counted: as sent, or for why it was dropped. */
static unsigned long count_sent(unsigned int number)
{
	struct port_info info;

	if (port_get(HUB, number, &info))
		return 0;
	return info.tx_frames + info.drops[VHUB_A_DROPS_VLAN] +
	       info.drops[VHUB_A_DROPS_NO_RECEIVER];
}

TEST_F(vlan, ports_change_while_frames_flow)
{
	static const char *const vlans[] = { "", "10", "10,20-30", "1-4094" };
	struct sender senders[2] = {};
	bool stop = false;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2; i++) {
		senders[i] = (struct sender){
			.fd = self->fds[ACCESS + i],
			.number = ACCESS + i,
			.stop = &stop,
		};
		ASSERT_EQ(0, pthread_create(&senders[i].thread, NULL,
					    send_all_kinds, &senders[i]));
	}
	for (i = 0; !ret && i < 210; i++) {
		ret = set_vlans(1 + i % 7, i % 3 * 10, vlans[i / 7 % 4]);
		/* As long as senders are faster, there is always more. */
		drain_port(self->fds[1 + i % 7], 16);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(senders[i].thread, NULL);
	EXPECT_EQ(0, ret);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(senders[i].sent, count_sent(ACCESS + i));
}

TEST_HARNESS_MAIN
