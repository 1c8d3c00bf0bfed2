// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - rings: frames that their process changes while they are on their way
 *
 *	sender (1, rings) ---+--- switch ---+--- changer (2, rings)
 *	                                    +--- receiver (3)
 *
 * Sender and changer have the same memory. The changer's first buffer lies over
 * the head of the sender's second frame, so that to receive the first frame of a
 * batch changes the head of the second: after it was looked at, for both go the
 * same way, and before anybody has it.
 */

#include "kselftest_harness.h"

#include "vhub_fdb.h"
#include "vhub_packet.h"
#include "vhub_ring.h"

#define PAGE		4096
#define MEM		(128 * PAGE)
#define RINGS		64
#define HDR		12
#define HEAD		16	/* bytes of a frame that decide where it goes */
#define LEN		60
#define BEFORE		32	/* bytes of the first frame before what it writes */

/* Numbers of the ports, and of the stations there. */
enum {
	SENDER = 1,
	CHANGER,
	RECEIVER,
	OTHER = 99,		/* a station that is nowhere */
};

enum kind { RING_PORT, FILE_PORT, DEV_PORT };

FIXTURE(changes)
{
	struct ring sender;
	struct ring changer;
	struct ring ring;	/* of the receiver, if it has one; */
	int fd;			/* else its file */
	unsigned char first[LEN];
	unsigned char second[LEN];
};

FIXTURE_VARIANT(changes)
{
	enum kind receiver;
	unsigned int hdr_size;	/* of the sender */
	size_t at;		/* where the second frame is */
	size_t cut;		/* bytes in its first buffer, 0 for all */
};

#define CHANGES(name, ...)						\
	FIXTURE_VARIANT_ADD(changes, name##_to_ring) {			\
		.receiver = RING_PORT, .at = 2 * PAGE, __VA_ARGS__	\
	};								\
	FIXTURE_VARIANT_ADD(changes, name##_to_file) {			\
		.receiver = FILE_PORT, .at = 2 * PAGE, __VA_ARGS__	\
	};								\
	FIXTURE_VARIANT_ADD(changes, name##_to_device) {		\
		.receiver = DEV_PORT, .at = 2 * PAGE, __VA_ARGS__	\
	}

CHANGES(whole);
CHANGES(pieces, .cut = 7);
CHANGES(head_alone, .cut = HEAD);
CHANGES(across_pages, .at = 3 * PAGE - 9);
CHANGES(header, .hdr_size = HDR);
CHANGES(header_alone, .hdr_size = HDR, .cut = HDR);
CHANGES(header_in_pieces, .hdr_size = HDR, .cut = 5);

static int open_rings(struct ring *ring, __u32 hdr_size)
{
	int ret = ring_open(ring, RINGS, RINGS, MEM);

	return ret ? ret : ring_attach(ring, HUB, hdr_size);
}

/* A TAP on the hub. Return: its file. */
static int plug_tap(void)
{
	struct port_info info;
	int ret, fd;

	fd = tap_open("tap0", 0, 0, 0);
	if (fd < 0)
		return fd;
	ret = port_add(HUB, "tap0", &info);
	if (!ret)
		ret = link_up("tap0", true);
	if (!ret && !wait_until(!port_get(HUB, RECEIVER, &info) &&
				info.flags & VHUB_PORT_FLAG_LINK))
		ret = -ENOLINK;
	return ret ? ret : fd;
}

static int open_receiver(FIXTURE_DATA(changes) *self, enum kind kind)
{
	int ret;

	switch (kind) {
	case RING_PORT:
		ret = open_rings(&self->ring, 0);
		if (!ret)
			ring_fill(&self->ring);
		return ret;
	case FILE_PORT:
		self->fd = attach(HUB);
		break;
	default:
		self->fd = plug_tap();
		break;
	}
	return self->fd < 0 ? self->fd : 0;
}

FIXTURE_SETUP(changes)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	ASSERT_EQ(0, open_rings(&self->sender, variant->hdr_size));
	ASSERT_EQ(0, open_rings(&self->changer, 0));
	ASSERT_EQ(0, mem_register(self->changer.fd, self->sender.mem, MEM));
	ASSERT_EQ(0, open_receiver(self, variant->receiver));
}

FIXTURE_TEARDOWN(changes)
{
}

/* Puts a frame at @at of the sender's memory. */
static void put_frame(FIXTURE_DATA(changes) *self,
		      const FIXTURE_VARIANT(changes) *variant, size_t at,
		      const unsigned char frame[LEN], size_t cut)
{
	unsigned char *begin = self->sender.mem + at - variant->hdr_size;
	size_t len = variant->hdr_size + LEN;

	memset(begin, 0, variant->hdr_size);
	memcpy(begin + variant->hdr_size, frame, LEN);
	if (cut)
		ring_put(&self->sender, begin, cut, VHUB_DESC_NEXT);
	ring_put(&self->sender, begin + cut, len - cut, 0);
}

/* Sends two frames, the second of which gets this head on its way. */
static int send_changed(FIXTURE_DATA(changes) *self,
			const FIXTURE_VARIANT(changes) *variant,
			const unsigned char head[HEAD])
{
	int ret;

	memcpy(self->first + BEFORE, head, HEAD);
	put_frame(self, variant, PAGE, self->first, 0);
	put_frame(self, variant, variant->at, self->second, variant->cut);
	ring_post(&self->changer, self->sender.mem + variant->at - BEFORE, LEN);
	ring_post(&self->changer, self->changer.mem, RING_BUF);
	ret = ring_kick(&self->sender);
	if (ret != 2)
		return ret < 0 ? ret : -EIO;
	/* So it was, and the rest of the frame may be anything. */
	return memcmp(self->sender.mem + variant->at, head, HEAD) ? -EIO : 0;
}

/* Does the receiver get this frame, at @offset of what comes? Of the second one,
 * what follows the head may be anything.
 */
static bool gets(FIXTURE_DATA(changes) *self,
		 const FIXTURE_VARIANT(changes) *variant,
		 const unsigned char *frame, size_t sure)
{
	unsigned char got[FRAME_ROOM];
	ssize_t len;

	if (variant->receiver == RING_PORT)
		len = ring_take(&self->ring, got, sizeof(got));
	else
		len = read_frame(self->fd, got, sizeof(got));
	return len == LEN && !memcmp(got, frame, sure);
}

static bool changer_gets(FIXTURE_DATA(changes) *self,
			 const unsigned char *frame, size_t sure)
{
	unsigned char got[FRAME_ROOM];

	return ring_take(&self->changer, got, sizeof(got)) == LEN &&
	       !memcmp(got, frame, sure);
}

/* A port that is locked to an address sends from no other. */
TEST_F(changes, source_is_that_which_was_looked_at)
{
	unsigned char mac[6], head[64];

	station(SENDER, mac);
	ASSERT_EQ(0, port_set_lock(HUB, SENDER, mac));
	flow_make(FLOW(.from = SENDER, .seed = 1), head);
	memcpy(self->first, head, LEN);
	flow_make(FLOW(.from = SENDER, .seed = 2), head);
	memcpy(self->second, head, LEN);
	flow_make(FLOW(.from = OTHER), head);

	ASSERT_EQ(0, send_changed(self, variant, head));
	EXPECT_TRUE(changer_gets(self, self->first, LEN));
	EXPECT_TRUE(changer_gets(self, self->second, HEAD));
	EXPECT_TRUE(gets(self, variant, self->first, LEN));
	EXPECT_TRUE(gets(self, variant, self->second, HEAD));
	EXPECT_EQ(0, port_drops(HUB, SENDER, VHUB_A_DROPS_LOCKED));
}

/* What has no tag gets none on its way, which would be that of another VLAN. */
TEST_F(changes, tag_is_that_which_was_looked_at)
{
	unsigned char head[64];

	ASSERT_EQ(0, port_set_vlans(HUB, SENDER, 10, NULL));
	ASSERT_EQ(0, port_set_vlans(HUB, CHANGER, 10, NULL));
	ASSERT_EQ(0, port_set_vlans(HUB, RECEIVER, 10, "20"));
	flow_make(FLOW(.from = SENDER, .seed = 1), head);
	memcpy(self->first, head, LEN);
	flow_make(FLOW(.from = SENDER, .seed = 2), head);
	memcpy(self->second, head, LEN);
	flow_make(FLOW(.from = SENDER, .vid = 20), head);

	ASSERT_EQ(0, send_changed(self, variant, head));
	EXPECT_TRUE(changer_gets(self, self->first, LEN));
	EXPECT_TRUE(changer_gets(self, self->second, HEAD));
	EXPECT_TRUE(gets(self, variant, self->first, LEN));
	EXPECT_TRUE(gets(self, variant, self->second, HEAD));
}

/*
 * What is not changed comes as it is, of any shape
 */
#define ROUNDS		500

FIXTURE(shapes)
{
	struct ring sender;
	struct ring ring;
	int file;
	unsigned int seed;
	size_t lens[RINGS];
};

FIXTURE_VARIANT(shapes)
{
	unsigned int hdr_size;
};

FIXTURE_VARIANT_ADD(shapes, bare) {};
FIXTURE_VARIANT_ADD(shapes, header) { .hdr_size = HDR };

FIXTURE_SETUP(shapes)
{
	unsigned char mac[6];

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MODE,
				    VHUB_HUB_MODE_SWITCH));
	ASSERT_EQ(0, ring_open(&self->sender, 16 * RINGS, 0, MEM));
	ASSERT_EQ(0, ring_attach(&self->sender, HUB, variant->hdr_size));
	ASSERT_EQ(0, open_rings(&self->ring, 0));
	self->file = attach(HUB);
	ASSERT_LE(0, self->file);
	station(SENDER, mac);
	ASSERT_EQ(0, port_set_lock(HUB, SENDER, mac));
}

FIXTURE_TEARDOWN(shapes)
{
}

static unsigned int choose(FIXTURE_DATA(shapes) *self, unsigned int n)
{
	self->seed = self->seed * 1664525U + 1013904223U;
	return (self->seed >> 8) % n;
}

static void make_shape(unsigned char *frame, size_t len, unsigned int seed)
{
	make_frame(frame, len, seed);
	station(ALL, frame);
	station(SENDER, frame + 6);
	/* A tag that is none, or one that is. */
	if (seed % 4 == 0 && len >= HEAD)
		memcpy(frame + 12, "\x81\0\0\7", 4);
}

/* Puts a frame into as many buffers as there are descriptors for. */
static void put_shape(FIXTURE_DATA(shapes) *self,
		      const FIXTURE_VARIANT(shapes) *variant, unsigned int i,
		      unsigned int seed)
{
	static const size_t lens[] = { 14, 15, 16, 17, 18, 60, 200, 1500 };
	size_t len = lens[choose(self, ARRAY_SIZE(lens))];
	unsigned char *begin = self->sender.mem + i * 2 * PAGE +
			       choose(self, PAGE);
	size_t left = variant->hdr_size + len, part;
	bool whole = choose(self, 2);
	unsigned int more = 14;

	memset(begin, 0, variant->hdr_size);
	make_shape(begin + variant->hdr_size, len, seed);
	self->lens[i] = len;
	while (!whole && more-- && left > 1) {
		part = 1 + choose(self, left < 20 ? left - 1 : 19);
		ring_put(&self->sender, begin, part, VHUB_DESC_NEXT);
		begin += part;
		left -= part;
	}
	ring_put(&self->sender, begin, left, 0);
}

/* Frames that are usual at first, all or none of them. */
TEST_F(shapes, frames_of_a_locked_port_keep_their_bytes)
{
	unsigned char frame[2 * PAGE], got[FRAME_ROOM];
	unsigned int i, n, round, wrong = 0;
	size_t len;

	for (round = 0; round < ROUNDS; round++) {
		n = 1 + choose(self, RINGS);
		for (i = 0; i < n; i++)
			put_shape(self, variant, i, round + i);
		ring_fill(&self->ring);
		ASSERT_EQ(n, ring_kick(&self->sender));
		for (i = 0; i < n; i++) {
			len = self->lens[i];
			make_shape(frame, len, round + i);
			wrong += ring_take(&self->ring, got,
					   sizeof(got)) != len ||
				 memcmp(frame, got, len);
			wrong += read_frame(self->file, got,
					    sizeof(got)) != len ||
				 memcmp(frame, got, len);
		}
	}
	EXPECT_EQ(0, wrong);
	EXPECT_TRUE(ring_gets_nothing(&self->ring));
	EXPECT_TRUE(gets_nothing(self->file));
	EXPECT_EQ(0, port_drops(HUB, SENDER, VHUB_A_DROPS_LOCKED));
}

TEST_HARNESS_MAIN
