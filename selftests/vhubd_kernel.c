// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the kernel's hub goes while vhubd serves it, and comes back
 *
 *	a --- vhubd --- |lan0| --- vhubd --- b
 *
 * "a" is a link whose other end the test holds, "b" is a client.
 */

#include "kselftest_harness.h"

#include <stdlib.h>
#include <unistd.h>

#include "vhubd_test.h"

FIXTURE(kernel) {
	struct vhubd d;
	int a[2];
	int b;
	char link[32];
	char path[32];
};

FIXTURE_SETUP(kernel)
{
	char server[96];

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, link_pair(SOCK_STREAM, self->a, self->link));
	snprintf(self->path, sizeof(self->path), "@vhubd-%d", (int)getpid());
	snprintf(server, sizeof(server),
		 "stream,server=on,addr.type=unix,addr.abstract=on,addr.path=%s",
		 self->path + 1);
	ASSERT_EQ(0, vhubd_start(&self->d, "--kernel", self->link, server,
				 NULL));
	self->b = unix_connect(self->path);
	ASSERT_LE(0, self->b);
}

FIXTURE_TEARDOWN(kernel)
{
	EXPECT_EQ(0, vhubd_stop(&self->d));
}

/* Both ways, and nothing but that. */
static bool passes(int a, int b, unsigned int seed)
{
	return !put_stream(b, 60, seed) && gets_stream(a, 60, seed) &&
	       !put_stream(a, 1514, seed) && gets_stream(b, 1514, seed);
}

#define PASSES(seed) passes(self->a[0], self->b, seed)
#define GONE(times) wait_until(vhubd_said(&self->d, "the hub is gone") == (times))
#define BACK(times) wait_until(vhubd_said(&self->d, "the hub is back") == (times))

TEST_F(kernel, links_are_on_the_next_one_of_its_name)
{
	unsigned int i;

	EXPECT_TRUE(PASSES(0));
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, link_del(HUB));
		EXPECT_TRUE(GONE(i));
		/* Lost, and counted. */
		EXPECT_EQ(0, put_stream(self->a[0], 60, 99));
		EXPECT_TRUE(wait_until(vhubd_count(&self->d, self->link,
						   "no_link") == i));
		ASSERT_EQ(0, hub_add(HUB));
		EXPECT_TRUE(BACK(i));
		EXPECT_TRUE(PASSES(i));
	}
	EXPECT_TRUE(is_silent(self->a[0]));
}

/* Before there is time to see it go. */
TEST_F(kernel, one_that_is_replaced)
{
	EXPECT_TRUE(PASSES(0));
	ASSERT_EQ(0, link_del(HUB));
	ASSERT_EQ(0, hub_add(HUB));
	EXPECT_TRUE(BACK(1));
	EXPECT_TRUE(PASSES(1));
}

TEST_F(kernel, a_name_is_not_the_hub)
{
	EXPECT_TRUE(PASSES(0));
	ASSERT_EQ(0, link_rename(HUB, "lan9"));
	ASSERT_EQ(0, hub_add(HUB));
	EXPECT_TRUE(PASSES(1));
	EXPECT_EQ(0, vhubd_said(&self->d, "the hub is gone"));
	ASSERT_EQ(0, link_del("lan9"));
	EXPECT_TRUE(BACK(1));
	EXPECT_TRUE(PASSES(2));
}

TEST_F(kernel, links_live_without_it)
{
	int c;

	EXPECT_TRUE(PASSES(0));
	ASSERT_EQ(0, link_del(HUB));
	EXPECT_TRUE(GONE(1));
	/* For a new one there is no place, as is said. */
	c = unix_connect(self->path);
	EXPECT_TRUE(gets_end(c));
	EXPECT_EQ(1, vhubd_said(&self->d, "a client is refused: no hub"));
	close(self->b);
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, "has hung up") == 1));
	ASSERT_EQ(0, hub_add(HUB));
	EXPECT_TRUE(BACK(1));
	self->b = unix_connect(self->path);
	EXPECT_TRUE(PASSES(1));
}

TEST_HARNESS_MAIN
