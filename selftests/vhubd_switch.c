// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a hub that vhubd is, in mode switch: addresses are learned, moved, aged,
 * bounded, forgotten with their port
 *
 *	a (port 1) ---+--- vhubd --switch ---+--- b (port 2)
 *	                                     +--- c (port 3)
 *
 * Needs no module.
 *
 * once: the module has scenarios of its own
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "vhub_fdb.h"
#include "vhubd_test.h"

#define DIR	"/run/vhub/" HUB

/* Stations that live at the ports. */
#define A	11
#define B	12
#define C	13
#define X	99	/* nobody knows it */

#define MARK	7777	/* seed of a frame that says that no more comes */

FIXTURE(lan) {
	struct vhubd d;
	int pairs[3][2];
	char links[3][32];
	int a;
	int b;
	int c;
};

FIXTURE_SETUP(lan)
{
	int i;

	ASSERT_EQ(0, new_net());
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, link_pair(SOCK_STREAM, self->pairs[i],
				       self->links[i]));
	self->a = self->pairs[0][0];
	self->b = self->pairs[1][0];
	self->c = self->pairs[2][0];
}

/* Its ends are closed here, and so come to an end with it. */
#define start(...) ({							\
	int _ret = vhubd_start(&self->d, "--user", self->links[0],	\
			       self->links[1], self->links[2],		\
			       __VA_ARGS__, NULL);			\
	int _i;								\
									\
	for (_i = 0; _i < 3; _i++)					\
		close(self->pairs[_i][1]);				\
	_ret;								\
})

FIXTURE_TEARDOWN(lan)
{
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
}

/* A frame behind its length. Returns the bytes of both. */
static size_t put_in(unsigned char *bytes, const struct flow *flow)
{
	size_t len = flow_make(flow, bytes + LENGTH_HEAD);
	uint32_t head = htonl(len);

	memcpy(bytes, &head, sizeof(head));
	return LENGTH_HEAD + len;
}

static int sends(int fd, const struct flow *flow)
{
	unsigned char bytes[LENGTH_HEAD + 64];

	return put_bytes(fd, bytes, put_in(bytes, flow));
}

/* Is this frame the next that comes? */
static bool comes(int fd, const struct flow *flow)
{
	unsigned char bytes[LENGTH_HEAD + 64], got[LENGTH_HEAD + 64];
	ssize_t len = put_in(bytes, flow);

	return recv(fd, got, len, MSG_WAITALL) == len &&
	       !memcmp(bytes, got, len);
}

/* To all, behind what was sent from there before. */
static int mark(int fd, unsigned int from)
{
	return sends(fd, FLOW(.from = from, .seed = MARK));
}

static bool marked(int fd, unsigned int from)
{
	return comes(fd, FLOW(.from = from, .seed = MARK));
}

/* Does the frame come out there alone? */
static bool only(int from, int to, int other, const struct flow *flow)
{
	return !sends(from, flow) && !mark(from, flow->from) &&
	       comes(to, flow) && marked(to, flow->from) &&
	       marked(other, flow->from);
}

static bool floods(int from, int other1, int other2, const struct flow *flow)
{
	return !sends(from, flow) && comes(other1, flow) && comes(other2, flow);
}

/* The same while it may still be known. */
static bool floods_now(int from, int to, int other, const struct flow *flow)
{
	const struct flow *last = FLOW(.from = flow->from, .seed = MARK);
	unsigned char bytes[LENGTH_HEAD + 64], got[LENGTH_HEAD + 64];
	ssize_t len = put_in(bytes, flow);
	bool flooded;

	if (sends(from, flow) || sends(from, last) || !comes(to, flow) ||
	    !comes(to, last) || recv(other, got, len, MSG_WAITALL) != len)
		return false;
	flooded = !memcmp(bytes, got, len);
	return flooded && comes(other, last);
}

TEST_F(lan, frames_go_where_their_address_was_learned)
{
	ASSERT_EQ(0, start("--switch"));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .to = B)));
	EXPECT_TRUE(only(self->b, self->a, self->c, FLOW(.from = B, .to = A)));
	EXPECT_TRUE(only(self->a, self->b, self->c, FLOW(.from = A, .to = B)));
	EXPECT_TRUE(only(self->c, self->b, self->a, FLOW(.from = C, .to = B)));
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .to = X)));
}

TEST_F(lan, without_the_option_it_is_a_wire)
{
	ASSERT_EQ(0, start(NULL));
	EXPECT_TRUE(floods(self->b, self->a, self->c, FLOW(.from = B)));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .to = B)));
}

/* Each receiver gets what is for it in its order, whatever comes between. */
TEST_F(lan, batch_is_shared_out_in_order)
{
	const struct flow *const flows[] = {
		FLOW(.from = A, .to = B, .seed = 1),
		FLOW(.from = A, .to = C, .seed = 2),
		FLOW(.from = A, .to = B, .seed = 3),
		FLOW(.from = A, .to = A, .seed = 4),
		FLOW(.from = A, .to = C, .seed = 5),
		FLOW(.from = A, .seed = 6),
		FLOW(.from = A, .to = B, .seed = 7),
	};
	unsigned char bytes[sizeof(flows) / sizeof(*flows) *
			    (LENGTH_HEAD + 64)];
	size_t i, len, n;

	ASSERT_EQ(0, start("--switch"));
	ASSERT_TRUE(floods(self->b, self->a, self->c, FLOW(.from = B)));
	ASSERT_TRUE(floods(self->c, self->a, self->b, FLOW(.from = C)));
	/* Without what is for all, and with it. */
	for (n = 5; n <= 7; n += 2) {
		for (i = len = 0; i < n; i++)
			len += put_in(bytes + len, flows[i]);
		ASSERT_EQ(0, put_bytes(self->a, bytes, len));
		ASSERT_EQ(0, mark(self->a, A));
		EXPECT_TRUE(comes(self->b, flows[0]));
		EXPECT_TRUE(comes(self->b, flows[2]));
		EXPECT_TRUE(n == 5 || (comes(self->b, flows[5]) &&
				       comes(self->b, flows[6])));
		EXPECT_TRUE(marked(self->b, A));
		EXPECT_TRUE(comes(self->c, flows[1]));
		EXPECT_TRUE(comes(self->c, flows[4]));
		EXPECT_TRUE(n == 5 || comes(self->c, flows[5]));
		EXPECT_TRUE(marked(self->c, A));
	}
	EXPECT_EQ(2, vhubd_count(&self->d, self->links[0], "same_port"));
	EXPECT_EQ(12, vhubd_count(&self->d, self->links[0], "tx_frames"));
	EXPECT_EQ(2, vhubd_count(&self->d, self->links[0], "rx_frames"));
}

TEST_F(lan, tables_are_per_vlan_and_tags_stay)
{
	ASSERT_EQ(0, start("--switch"));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .vid = 10)));
	EXPECT_TRUE(floods(self->b, self->a, self->c,
			   FLOW(.from = A, .vid = 20)));
	/* The priority in the upper bits does not matter. */
	EXPECT_TRUE(only(self->c, self->a, self->b,
			 FLOW(.from = C, .to = A, .vid = 0xe00a)));
	EXPECT_TRUE(only(self->c, self->b, self->a,
			 FLOW(.from = C, .to = A, .vid = 20)));
	EXPECT_TRUE(floods(self->c, self->a, self->b,
			   FLOW(.from = C, .to = A, .vid = 30)));
	EXPECT_TRUE(floods(self->c, self->a, self->b,
			   FLOW(.from = C, .to = A)));
	/* And none is as VLAN 0. */
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = B, .vid = 0xe000)));
	EXPECT_TRUE(only(self->c, self->a, self->b, FLOW(.from = C, .to = B)));
}

TEST_F(lan, station_that_moves_is_found_again)
{
	ASSERT_EQ(0, start("--switch"));
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_TRUE(only(self->c, self->a, self->b, FLOW(.from = C, .to = A)));
	EXPECT_TRUE(floods(self->b, self->a, self->c, FLOW(.from = A)));
	EXPECT_TRUE(only(self->c, self->b, self->a, FLOW(.from = C, .to = A)));
}

/* A frame that nobody or many could have sent is forwarded, as by a wire. */
TEST_F(lan, only_addresses_of_one_station_are_learned)
{
	unsigned char bytes[LENGTH_HEAD + 64], got[sizeof(bytes)];
	unsigned int i;
	ssize_t len;

	ASSERT_EQ(0, start("--switch", "--max-addresses=1"));
	for (i = 0; i < 2; i++) {
		len = put_in(bytes, FLOW(.from = X));
		memset(bytes + LENGTH_HEAD + 6, i ? 0x01 : 0, 6);
		ASSERT_EQ(0, put_bytes(self->a, bytes, len));
		EXPECT_EQ(len, recv(self->b, got, len, MSG_WAITALL));
		EXPECT_EQ(0, memcmp(bytes, got, len));
		EXPECT_EQ(len, recv(self->c, got, len, MSG_WAITALL));
	}
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_EQ(0, vhubd_count(&self->d, self->links[0], "not_learned"));
}

/* The shortest frame has no room for a tag, even if it says it has one. */
TEST_F(lan, shortest_frames_pass)
{
	unsigned char bytes[LENGTH_HEAD + 64], got[sizeof(bytes)];
	const uint32_t head = htonl(14);

	ASSERT_EQ(0, start("--switch"));
	put_in(bytes, FLOW(.from = A, .vid = 10));
	memcpy(bytes, &head, LENGTH_HEAD);
	ASSERT_EQ(0, put_bytes(self->a, bytes, LENGTH_HEAD + 14));
	EXPECT_EQ(18, recv(self->b, got, 18, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(bytes, got, 18));
	EXPECT_EQ(18, recv(self->c, got, 18, MSG_WAITALL));
	EXPECT_TRUE(only(self->c, self->a, self->b, FLOW(.from = C, .to = A)));
}

TEST_F(lan, what_is_not_seen_is_forgotten)
{
	const struct flow *flow = FLOW(.from = C, .to = A);
	unsigned int i;

	ASSERT_EQ(0, start("--switch", "--ageing=0.05"));
	/* And once more, now that it began anew. */
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(floods(self->a, self->b, self->c,
				   FLOW(.from = A)));
		EXPECT_TRUE(wait_until(floods_now(self->c, self->a, self->b,
						  flow)));
	}
}

TEST_F(lan, ageing_of_zero_learns_nothing)
{
	ASSERT_EQ(0, start("--switch", "--ageing=0"));
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_TRUE(floods(self->c, self->a, self->b,
			   FLOW(.from = C, .to = A)));
	EXPECT_EQ(0, vhubd_count(&self->d, self->links[2], "not_learned"));
}

TEST_F(lan, what_finds_no_room_is_flooded_and_counted)
{
	ASSERT_EQ(0, start("--switch", "--max-addresses=2"));
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_TRUE(floods(self->b, self->a, self->c, FLOW(.from = B)));
	EXPECT_TRUE(floods(self->c, self->a, self->b, FLOW(.from = C)));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .to = C)));
	/* Those that are known stay, and may move. */
	EXPECT_TRUE(only(self->a, self->b, self->c, FLOW(.from = A, .to = B)));
	EXPECT_TRUE(floods(self->c, self->a, self->b, FLOW(.from = B)));
	EXPECT_TRUE(only(self->a, self->c, self->b, FLOW(.from = A, .to = B)));
	EXPECT_EQ(1, vhubd_count(&self->d, self->links[2], "not_learned"));
}

TEST_F(lan, port_that_goes_is_forgotten)
{
	int fd;

	ASSERT_EQ(0, start("--switch"));
	fd = unix_connect(DIR "/stream");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sends(fd, FLOW(.from = X)));
	EXPECT_TRUE(comes(self->a, FLOW(.from = X)));
	EXPECT_TRUE(comes(self->b, FLOW(.from = X)));
	EXPECT_TRUE(comes(self->c, FLOW(.from = X)));
	ASSERT_EQ(0, sends(self->a, FLOW(.from = A, .to = X)));
	EXPECT_TRUE(comes(fd, FLOW(.from = A, .to = X)));
	EXPECT_TRUE(is_silent(self->b));
	close(fd);
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "has hung up") == 1));
	EXPECT_TRUE(floods(self->a, self->b, self->c,
			   FLOW(.from = A, .to = X)));
}

TEST_F(lan, cable_that_is_pulled_is_forgotten)
{
	ASSERT_EQ(0, start("--switch"));
	EXPECT_TRUE(floods(self->a, self->b, self->c, FLOW(.from = A)));
	EXPECT_TRUE(only(self->c, self->a, self->b, FLOW(.from = C, .to = A)));
	close(self->a);
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "has hung up") == 1));
	ASSERT_EQ(0, sends(self->c, FLOW(.from = C, .to = A)));
	EXPECT_TRUE(comes(self->b, FLOW(.from = C, .to = A)));
}

TEST_F(lan, frame_that_nobody_can_get_is_counted)
{
	static const char *const modes[] = { "--verbose", "--switch" };
	unsigned int i;
	char link[32];
	int pair[2];

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, link_pair(SOCK_STREAM, pair, link));
		ASSERT_EQ(0, vhubd_start(&self->d, "--user", modes[i], link,
					 NULL));
		EXPECT_EQ(0, sends(pair[0], FLOW(.from = A)));
		EXPECT_TRUE(wait_until(vhubd_count(&self->d, link,
						   "no_receiver") == 1));
		EXPECT_EQ(0, vhubd_count(&self->d, link, "tx_frames"));
		EXPECT_EQ(0, vhubd_stop(&self->d));
	}
}

TEST_F_TIMEOUT(lan, what_makes_no_sense_is_refused, 120)
{
	static const char *const words[] = {
		"--ageing=x", "--ageing=-1", "--ageing=1.", "--ageing=1.2345",
		"--ageing=1000000.001", "--ageing=", "--ageing=inf",
		"--max-addresses=0", "--max-addresses=65537", "--kernel",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		EXPECT_EQ(2, vhubd_start(&self->d, "--switch", words[i],
					 NULL)) {
			TH_LOG("option %u", i);
		}
	}
	EXPECT_EQ(2, vhubd_start(&self->d, "--user", "--ageing=1", NULL));
	EXPECT_EQ(2, vhubd_start(&self->d, "--user", "--max-addresses=1",
				 NULL));
}

TEST_HARNESS_MAIN
