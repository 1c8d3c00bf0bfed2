// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what a port of IP packets thinks of a neighbour that is long silent
 *
 *	TUN --- tun0 (port 1) ---+--- hub ---+--- them (port 2)
 *
 * It takes minutes in which nothing happens. uml skips them, other debug kernels
 * have the time.
 *
 * debug: nobody else should wait
 * vm: -t 900
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>

#include "vhub_test.h"

#define QUESTION_LEN	42

static const unsigned char them[6] = { 0x02, 0, 0x5e, 0, 0x53, 0x01 };
static const unsigned char all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* From 192.0.2.1 to 192.0.2.2. */
static const unsigned char packet[28] = {
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
	192, 0, 2, 1, 192, 0, 2, 2,
};

FIXTURE(ages)
{
	int tun;
	int fd;
	unsigned char frame[FRAME_ROOM];
	unsigned char question[QUESTION_LEN];
};

FIXTURE_SETUP(ages)
{
	struct port_info info;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	self->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->tun);
	ASSERT_EQ(0, tun_set_iff(self->tun, "tun0", IFF_TUN | IFF_NO_PI));
	ASSERT_EQ(0, link_up("tun0", true));
	ASSERT_EQ(0, port_add(HUB, "tun0", &info));
	self->fd = attach(HUB);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(ages)
{
}

static bool tun_sends(FIXTURE_DATA(ages) *self)
{
	return write(self->tun, packet, sizeof(packet)) == sizeof(packet);
}

static bool is_packet(FIXTURE_DATA(ages) *self, ssize_t len)
{
	return len == 14 + sizeof(packet) && !memcmp(self->frame, them, 6) &&
	       !memcmp(self->frame + 14, packet, sizeof(packet));
}

/* Does it ask where they are, at this address? */
static bool is_question(FIXTURE_DATA(ages) *self, ssize_t len,
			const unsigned char *to)
{
	if (len != QUESTION_LEN || memcmp(self->frame, to, 6) ||
	    memcmp(self->frame + 12, "\x08\x06\0\1\x08\0\6\4\0\1", 10))
		return false;
	memcpy(self->question, self->frame, QUESTION_LEN);
	return true;
}

static bool gets_packet(FIXTURE_DATA(ages) *self)
{
	return is_packet(self, read_frame(self->fd, self->frame, FRAME_ROOM));
}

static bool gets_question(FIXTURE_DATA(ages) *self, const unsigned char *to)
{
	return is_question(self, read_frame(self->fd, self->frame, FRAME_ROOM),
			   to);
}

/* Either may come first. */
static bool gets_packet_and_question(FIXTURE_DATA(ages) *self,
				     const unsigned char *to)
{
	ssize_t len = read_frame(self->fd, self->frame, FRAME_ROOM);

	return is_packet(self, len) ? gets_question(self, to) :
	       is_question(self, len, to) && gets_packet(self);
}

/* Answers the question that came last. */
static bool answers(FIXTURE_DATA(ages) *self)
{
	unsigned char answer[QUESTION_LEN];

	memcpy(answer, self->question + 6, 6);
	memcpy(answer + 6, them, 6);
	memcpy(answer + 12, "\x08\x06\0\1\x08\0\6\4\0\2", 10);
	memcpy(answer + 22, them, 6);
	memcpy(answer + 28, self->question + 38, 4);
	memcpy(answer + 32, self->question + 22, 10);
	return write(self->fd, answer, sizeof(answer)) == sizeof(answer);
}

/* They are found. */
static bool first_contact(FIXTURE_DATA(ages) *self)
{
	return tun_sends(self) && gets_question(self, all) && answers(self) &&
	       gets_packet(self);
}

static void pass_seconds(int seconds)
{
	poll(NULL, 0, seconds * 1000);
}

/* Who has not been heard of for half a minute is asked, and is sent to meanwhile. */
TEST_F_TIMEOUT(ages, neighbour_is_asked_whether_it_is_there, 200)
{
	ASSERT_TRUE(first_contact(self));
	pass_seconds(31);
	ASSERT_TRUE(tun_sends(self));
	ASSERT_TRUE(gets_packet_and_question(self, them));
	ASSERT_TRUE(answers(self));
	ASSERT_TRUE(tun_sends(self));
	EXPECT_TRUE(gets_packet(self));
	EXPECT_TRUE(gets_nothing(self->fd));
}

/* Who does not answer that three times may be elsewhere. */
TEST_F_TIMEOUT(ages, neighbour_that_is_silent_is_looked_for, 200)
{
	int i;

	ASSERT_TRUE(first_contact(self));
	pass_seconds(31);
	ASSERT_TRUE(tun_sends(self));
	ASSERT_TRUE(gets_packet_and_question(self, them));
	for (i = 0; i < 2; i++)
		ASSERT_TRUE(gets_question(self, them));
	pass_seconds(2);
	EXPECT_TRUE(gets_nothing(self->fd));
	ASSERT_TRUE(first_contact(self));
}

/* Who was not sent to for five minutes is forgotten, within one more. */
TEST_F_TIMEOUT(ages, neighbour_that_is_not_used_is_forgotten, 600)
{
	ASSERT_TRUE(first_contact(self));
	pass_seconds(363);
	EXPECT_TRUE(gets_nothing(self->fd));
	ASSERT_TRUE(first_contact(self));
}

TEST_HARNESS_MAIN
