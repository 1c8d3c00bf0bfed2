// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what vhubd is made of, changed while it runs: requests that are wrong, too
 * many, or of somebody who may not
 *
 *	test --- netlink |vhubd| --- user, socket ...
 *
 * Needs no module.
 *
 * once: it is all the program's
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vhubd.h>

#include "../tools/libvhub/netlink.h"
#include "../tools/libvhub/vhubd.h"
#include "vhub_bad.h"
#include "vhubd_ask.h"
#include "vhubd_test.h"

#define STACK		"user,id=net0,ipv6=off"
#define MANY		600	/* links: more than one record takes */
#define FORWARDS	1024	/* that a stack takes */
#define ROUNDS		20000	/* of random messages */
/* KiB that vhubd may grow by, whatever comes; AddressSanitizer needs some. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH		32768
#else
#define GROWTH		8192
#endif
#define GUEST		"10.0.2.15"
#define PLACE		"/run/vhubd_control"	/* that it may make files in */

FIXTURE(control) {
	struct vhubd d;
	struct vhub_nl nl;
	int sk;
	__u16 family;
	char sentence[256];
};

FIXTURE_SETUP(control)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	ASSERT_EQ(0, mkdir(PLACE, 0755));
	/* A guest may look, and connect. */
	ASSERT_EQ(0, vhubd_start_as(&self->d, HUB, "--user", "--mode=0666",
				    "--allow=socket", "--allow=user",
				    "--allow=programs", "--allow=tap",
				    "--allow=l2tpv3", "--allow=vde",
				    "--allow=vde-server", "--allow=" PLACE,
				    STACK,
				    NULL));
	self->sk = seq_connect("netlink");
	ASSERT_LE(0, self->sk);
	ASSERT_EQ(0, family_of(self->sk, VHUBD_FAMILY_NAME, &self->family));
}

FIXTURE_TEARDOWN(control)
{
	vhub_nl_close(&self->nl);
	close(self->sk);
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(DIR, F_OK));
	EXPECT_EQ(0, rmdir(PLACE));
}

/* What it is made of, as a test of its being the same as before. */
struct made_of {
	size_t links;
	size_t forwards;
	__u32 last;
};

static int look(struct vhub_nl *nl, struct made_of *m)
{
	struct vhub_link_info *links = NULL;
	struct vhub_fwd_info *fwds = NULL;
	int ret;

	ret = vhub_link_list(nl, HUB, &links, &m->links);
	if (!ret)
		ret = vhub_fwd_list(nl, HUB, 0, &fwds, &m->forwards);
	m->last = !ret && m->links ? links[m->links - 1].id : 0;
	free(links);
	free(fwds);
	return ret;
}

/* Nothing but the stack is there. */
static bool is_as_before(struct vhub_nl *nl)
{
	struct made_of m = { 0 };

	return !look(nl, &m) && m.links == 1 && !m.forwards && m.last == 1;
}

static int forward(struct vhub_nl *nl, bool add, __u32 kind, const char *text)
{
	const struct vhub_fwd_set set = { .kind = kind, .text = text };
	struct vhub_fwd_info info;

	return add ? vhub_fwd_add(nl, HUB, &set, &info) :
		     vhub_fwd_del(nl, HUB, &set);
}

#define fwd_add(text)	\
	forward(&self->nl, true, VHUBD_FWD_KIND_HOST, text)
#define fwd_del(text)	\
	forward(&self->nl, false, VHUBD_FWD_KIND_HOST, text)

/* Requests that are wrong ----------------------------------------------------------- */

#define L_HUB(text)	{ VHUBD_A_LINK_HUB_NAME, TEXT, 0, text }
#define L_ID(n)		{ VHUBD_A_LINK_ID, U32, n, NULL }
#define L_NAME(text)	{ VHUBD_A_LINK_NAME, TEXT, 0, text }
#define L_TEXT(text)	{ VHUBD_A_LINK_TEXT, TEXT, 0, text }
#define F_HUB(text)	{ VHUBD_A_FWD_HUB_NAME, TEXT, 0, text }
#define F_LINK(n)	{ VHUBD_A_FWD_LINK, U32, n, NULL }
#define F_TEXT(text)	{ VHUBD_A_FWD_TEXT, TEXT, 0, text }
#define F_KIND(n)	{ VHUBD_A_FWD_KIND, U32, n, NULL }

#define FORWARD		"tcp:127.0.0.1:0-" GUEST ":22"
#define LONG_ID \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct bad_request wrong[] = {
	{ "no link", VHUBD_CMD_LINK_GET, 0, -EINVAL, {} },
	{ "a link by number and name", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_ID(1), L_NAME("net0") } },
	{ "a link that is not there", VHUBD_CMD_LINK_GET, 0, -ENOENT,
	  { L_ID(2) } },
	{ "link 0", VHUBD_CMD_LINK_GET, 0, -ERANGE, { L_ID(0) } },
	{ "a link by no name", VHUBD_CMD_LINK_GET, 0, -ENOENT, { L_NAME("") } },
	{ "a link by half a number", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { { VHUBD_A_LINK_ID, U8, 1, NULL } } },
	{ "a link by a name without end", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { { VHUBD_A_LINK_NAME, RAW, 0, "net0" } } },
	{ "a link by a name that is too long", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_NAME(LONG_ID) } },
	{ "a link of another hub", VHUBD_CMD_LINK_GET, 0, -ENODEV,
	  { L_HUB("lan1"), L_ID(1) } },
	{ "a hub whose name is too long", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_HUB(LONG_NAME), L_ID(1) } },
	{ "an attribute of another command", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_ID(1), L_TEXT(STACK) } },
	{ "an attribute of answers", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_ID(1), { VHUBD_A_LINK_PID, U32, 1, NULL } } },
	{ "an unknown attribute", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_ID(1), { 99, U32, 1, NULL } } },
	{ "attribute 0", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { L_ID(1), { 0, U32, 1, NULL } } },
	{ "a nested attribute", VHUBD_CMD_LINK_GET, 0, -EINVAL,
	  { { NLA_F_NESTED | VHUBD_A_LINK_ID, U32, 1, NULL } } },
	{ "a dump of one link", VHUBD_CMD_LINK_GET, NLM_F_DUMP, -EINVAL,
	  { L_ID(1) } },
	{ "a dump of another hub's", VHUBD_CMD_LINK_GET, NLM_F_DUMP, -ENODEV,
	  { L_HUB("lan1") } },
	{ "to add nothing", VHUBD_CMD_LINK_ADD, 0, -EINVAL, { L_HUB(HUB) } },
	{ "to add no word", VHUBD_CMD_LINK_ADD, 0, -EINVAL, { L_TEXT("") } },
	{ "to add commas", VHUBD_CMD_LINK_ADD, 0, -EINVAL, { L_TEXT(",,,") } },
	{ "to add what is no link", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_TEXT("--user") } },
	{ "to add a kind alone", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_TEXT("socket") } },
	{ "to add an option that is not there", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_TEXT("user,net=10.0.3.0/24,ipv6=off,no=1") } },
	{ "to add %s", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_TEXT("%s%n%s%n,id=%n") } },
	{ "to add one twice", VHUBD_CMD_LINK_ADD, 0, -EEXIST,
	  { L_TEXT("socket,listen=127.0.0.1:0,id=net0") } },
	{ "to add one with a name too long", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_TEXT("socket,listen=127.0.0.1:0,id=" LONG_ID) } },
	{ "to add by number", VHUBD_CMD_LINK_ADD, 0, -EINVAL,
	  { L_ID(5), L_TEXT("socket,listen=127.0.0.1:0") } },
	{ "to add to another hub", VHUBD_CMD_LINK_ADD, 0, -ENODEV,
	  { L_HUB("lan1"), L_TEXT("socket,listen=127.0.0.1:0") } },
	{ "to add where it cannot listen", VHUBD_CMD_LINK_ADD, 0, -EIO,
	  { L_TEXT("socket,listen=192.0.2.1:0") } },
	{ "to add a dump", VHUBD_CMD_LINK_ADD, NLM_F_DUMP, -EOPNOTSUPP,
	  { L_TEXT("socket,listen=127.0.0.1:0") } },
	{ "to remove nothing", VHUBD_CMD_LINK_DEL, 0, -EINVAL, {} },
	{ "to remove what is not there", VHUBD_CMD_LINK_DEL, 0, -ENOENT,
	  { L_ID(-1) } },
	{ "to remove all", VHUBD_CMD_LINK_DEL, NLM_F_DUMP, -EOPNOTSUPP, {} },

	{ "one forward", VHUBD_CMD_FWD_GET, 0, -EOPNOTSUPP, { F_LINK(1) } },
	{ "forwards of a link that is not there", VHUBD_CMD_FWD_GET,
	  NLM_F_DUMP, -ENOENT, { F_LINK(2) } },
	{ "forwards by text", VHUBD_CMD_FWD_GET, NLM_F_DUMP, -EINVAL,
	  { F_TEXT(FORWARD) } },
	{ "forwards of another hub", VHUBD_CMD_FWD_GET, NLM_F_DUMP, -ENODEV,
	  { F_HUB("lan1") } },
	{ "no forward", VHUBD_CMD_FWD_ADD, 0, -EINVAL, { F_LINK(1) } },
	{ "a forward without words", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("") } },
	{ "half a forward", VHUBD_CMD_FWD_ADD, 0, -EINVAL, { F_TEXT("tcp::1") } },
	{ "a forward with half an address", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp:[:1-:1") } },
	{ "a forward with an empty address", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp:[]:1-:1") } },
	{ "a port that is too high", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp::65536-:22") } },
	{ "another protocol", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("sctp::5000-:22") } },
	{ "a forward of kind 0", VHUBD_CMD_FWD_ADD, 0, -ERANGE,
	  { F_TEXT(FORWARD), F_KIND(0) } },
	{ "a forward of kind 3", VHUBD_CMD_FWD_ADD, 0, -ERANGE,
	  { F_TEXT(FORWARD), F_KIND(3) } },
	{ "a forward without end", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { { VHUBD_A_FWD_TEXT, RAW, 0, FORWARD } } },
	{ "a forward of link 0", VHUBD_CMD_FWD_ADD, 0, -ERANGE,
	  { F_TEXT(FORWARD), F_LINK(0) } },
	{ "a forward of no link", VHUBD_CMD_FWD_ADD, 0, -ENOENT,
	  { F_TEXT(FORWARD), F_LINK(7) } },
	{ "a forward of an address that is not here", VHUBD_CMD_FWD_ADD, 0,
	  -EADDRNOTAVAIL, { F_TEXT("tcp:192.0.2.1:5000-" GUEST ":22") } },
	{ "a forward to IPv6, which is off", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp:127.0.0.1:0-[fec0::15]:22") } },
	{ "a guest's, outside of the network", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp:192.0.2.1:5000-tcp:127.0.0.1:1"),
	    F_KIND(VHUBD_FWD_KIND_GUEST) } },
	{ "a guest's, to nothing", VHUBD_CMD_FWD_ADD, 0, -EINVAL,
	  { F_TEXT("tcp:10.0.2.9:5000-"), F_KIND(VHUBD_FWD_KIND_GUEST) } },
	{ "to remove no forward", VHUBD_CMD_FWD_DEL, 0, -EINVAL, {} },
	{ "to remove one that is not there", VHUBD_CMD_FWD_DEL, 0, -ENOENT,
	  { F_TEXT("tcp:127.0.0.1:5000") } },
	{ "to remove any port", VHUBD_CMD_FWD_DEL, 0, -EINVAL,
	  { F_TEXT("tcp:127.0.0.1:0") } },
	{ "one lease", VHUBD_CMD_LEASE_GET, 0, -EOPNOTSUPP, {} },
	{ "leases of no link", VHUBD_CMD_LEASE_GET, NLM_F_DUMP, -ENOENT,
	  { { VHUBD_A_LEASE_LINK, U32, 2, NULL } } },
	{ "leases by address", VHUBD_CMD_LEASE_GET, NLM_F_DUMP, -EINVAL,
	  { { VHUBD_A_LEASE_ADDRESS, U32, 2, NULL } } },
	{ "one connection", VHUBD_CMD_CONN_GET, 0, -EOPNOTSUPP, {} },
	{ "connections of no link", VHUBD_CMD_CONN_GET, NLM_F_DUMP, -ENOENT,
	  { { VHUBD_A_CONN_LINK, U32, 2, NULL } } },
	{ "command 0", 0, 0, -EOPNOTSUPP, {} },
	{ "an unknown command", 99, 0, -EOPNOTSUPP, {} },
	{ "a dump of an unknown command", 255, NLM_F_DUMP, -EOPNOTSUPP, {} },
};

TEST_F(control, wrong_requests_are_refused)
{
	const struct attr *attr;
	char buf[REQUEST_MAX];
	struct nlmsghdr *nlh;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		memset(buf, 0, sizeof(buf));
		nlh = begin(buf, self->family, wrong[i].cmd, wrong[i].flags);
		for (attr = wrong[i].attrs; attr->kind != NONE; attr++)
			put_attr(nlh, attr);
		EXPECT_EQ(wrong[i].error,
			  ask(self->sk, nlh, self->sentence, NULL, NULL)) {
			TH_LOG("%s: %s", wrong[i].what, self->sentence);
		}
		EXPECT_STRNE("", self->sentence) {
			TH_LOG("%s", wrong[i].what);
		}
	}
	EXPECT_TRUE(is_as_before(&self->nl));
}

/* As long as can be, and one more. */
TEST_F(control, texts_are_so_long_and_no_longer)
{
	char text[VHUBD_TEXT_MAX + 2], buf[REQUEST_MAX] = "";
	struct nlmsghdr *nlh;

	memset(text, 'x', sizeof(text));
	text[VHUBD_TEXT_MAX + 1] = '\0';
	nlh = begin(buf, self->family, VHUBD_CMD_LINK_ADD, 0);
	mnl_attr_put_strz(nlh, VHUBD_A_LINK_TEXT, text);
	EXPECT_EQ(-EINVAL, ask(self->sk, nlh, self->sentence, NULL, NULL));
	EXPECT_STREQ("A text is too long, or does not end", self->sentence);
	text[VHUBD_TEXT_MAX] = '\0';
	nlh = begin(buf, self->family, VHUBD_CMD_LINK_ADD, 0);
	mnl_attr_put_strz(nlh, VHUBD_A_LINK_TEXT, text);
	EXPECT_EQ(-EINVAL, ask(self->sk, nlh, self->sentence, NULL, NULL));
	EXPECT_EQ(0, strncmp("no kind of link \"xxx", self->sentence, 20)) {
		TH_LOG("%s", self->sentence);
	}
	EXPECT_TRUE(is_as_before(&self->nl));
}

/* Of an attribute, which then ends behind the request, or has not even a head. */
TEST_F(control, attributes_whose_lengths_lie_are_refused)
{
	static const __u16 lengths[] = { 0, 1, 3, 9, 64, 0x7fff, 0xffff };
	char buf[REQUEST_MAX] = "";
	struct nlmsghdr *nlh;
	struct nlattr *attr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		nlh = begin(buf, self->family, VHUBD_CMD_LINK_GET, 0);
		attr = mnl_nlmsg_get_payload_tail(nlh);
		mnl_attr_put_u32(nlh, VHUBD_A_LINK_ID, 1);
		attr->nla_len = lengths[i];
		EXPECT_EQ(-EINVAL, ask(self->sk, nlh, self->sentence, NULL,
				       NULL)) {
			TH_LOG("length %u", lengths[i]);
		}
		EXPECT_STRNE("", self->sentence);
	}
	/* A head alone, and one that is not whole. */
	nlh = begin(buf, self->family, VHUBD_CMD_LINK_DEL, 0);
	nlh->nlmsg_len += 2;
	EXPECT_EQ(-EINVAL, ask(self->sk, nlh, self->sentence, NULL, NULL));
	nlh = begin(buf, self->family, VHUBD_CMD_LINK_DEL, 0);
	nlh->nlmsg_len = sizeof(*nlh);
	EXPECT_EQ(-EINVAL, ask(self->sk, nlh, self->sentence, NULL, NULL));
	EXPECT_TRUE(is_as_before(&self->nl));
}

static size_t make_noise(unsigned char *buf, __u16 family)
{
	struct nlmsghdr *nlh = begin(buf, family, 0, 0);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len = sizeof(*nlh) + sizeof(*genl) + random() % 200, i;

	for (i = sizeof(*nlh) + sizeof(*genl); i < len; i++)
		buf[i] = random();
	for (i = sizeof(*nlh) + sizeof(*genl); i + 4 < len;
	     i += MNL_ALIGN(buf[i])) {
		buf[i] = 4 + random() % 24;
		buf[i + 1] = 0;
		buf[i + 2] = random() % 16;
		buf[i + 3] = 0;
	}
	nlh->nlmsg_len = random() % 8 ? len : random() % 300;
	nlh->nlmsg_flags |= random() % 2 ? NLM_F_DUMP : 0;
	genl->cmd = random() % (VHUBD_CMD_MAX + 2);
	/* All but that which ends it, if luck has it. */
	if (genl->cmd == VHUBD_CMD_LINK_DEL)
		genl->cmd = VHUBD_CMD_LINK_GET;
	return len;
}

TEST_F(control, noise_does_no_harm)
{
	unsigned char buf[RECORD] __attribute__((aligned(8)));
	long before = vhubd_memory(&self->d);
	unsigned int i;
	size_t len;

	srandom(1);
	for (i = 0; i < ROUNDS; i++) {
		len = make_noise(buf, self->family);
		ASSERT_EQ(len, send(self->sk, buf, len, MSG_NOSIGNAL));
		while (recv(self->sk, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			;
	}
	EXPECT_TRUE(is_as_before(&self->nl));
	EXPECT_GT(before + GROWTH, vhubd_memory(&self->d));
}

/* Those who may not --------------------------------------------------------------- */

static int job_link_add(void *arg)
{
	struct vhub_link_info link;
	struct vhub_nl nl = { 0 };

	return vhub_link_add(&nl, HUB, arg, &link);
}

static int job_link_del(void *arg)
{
	struct vhub_nl nl = { 0 };

	return vhub_link_del(&nl, HUB, arg);
}

static int job_fwd_add(void *arg)
{
	struct vhub_nl nl = { 0 };

	return forward(&nl, true, VHUBD_FWD_KIND_HOST, arg);
}

static int job_fwd_del(void *arg)
{
	struct vhub_nl nl = { 0 };

	return forward(&nl, false, VHUBD_FWD_KIND_HOST, arg);
}

static int job_look(void *arg)
{
	struct made_of m = { 0 };
	struct vhub_nl nl = { 0 };
	int ret = look(&nl, &m);

	return ret ? : m.links == *(size_t *)arg ? 0 : -ENOENT;
}

TEST_F(control, changes_are_for_root_and_its_own_user)
{
	const struct vhub_hub_set given = {
		.has = 1U << VHUB_A_HUB_OWNER,
		.owner = 1234,
	};
	char *fwd = "tcp:127.0.0.1:5061-" GUEST ":22";
	size_t links = 1;

	ASSERT_EQ(0, fwd_add(fwd));
	/* Even the hub's owner may have vhubd open no files and ports. */
	ASSERT_EQ(0, vhub_hub_change(&self->nl, HUB, &given));
	EXPECT_EQ(0, run_as(1234, 1234, 1234, job_look, &links));
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_link_add,
				 "socket,listen=127.0.0.1:0"));
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_link_del, "1"));
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_fwd_add, FORWARD));
	EXPECT_EQ(-EPERM, run_as(1234, 1234, 1234, job_fwd_del, fwd));
	/* A right to root's group is none. */
	EXPECT_EQ(-EPERM, run_as(65534, 0, 0, job_fwd_del, fwd));
	EXPECT_EQ(0, run_as(65534, 65534, 65534, job_look, &links));
	EXPECT_EQ(0, fwd_del(fwd));
	EXPECT_TRUE(is_as_before(&self->nl));
}

/* Who is refused learns nothing of what is there. */
TEST_F(control, who_may_not_connect_does_not_look)
{
	const struct vhub_hub_set shut = {
		.has = 1U << VHUB_A_HUB_PERM,
		.perm = 0600,
	};
	size_t links = 1;

	ASSERT_EQ(0, vhub_hub_change(&self->nl, HUB, &shut));
	EXPECT_EQ(-EACCES, run_as(65534, 65534, 65534, job_look, &links));
	EXPECT_EQ(-EACCES, run_as(65534, 65534, 65534, job_fwd_add, FORWARD));
	EXPECT_TRUE(is_as_before(&self->nl));
}

/* Dumps --------------------------------------------------------------------------- */

static int add_links(struct vhub_nl *nl, unsigned int n)
{
	struct vhub_link_info link;
	int ret = 0;

	while (!ret && n--)
		ret = vhub_link_add(nl, HUB, "socket,listen=127.0.0.1:0",
				    &link);
	return ret;
}

/* The marks of what came. */
static int take_flags(const struct nlmsghdr *nlh, void *data)
{
	*(__u16 *)data |= nlh->nlmsg_flags;
	return MNL_CB_OK;
}

TEST_F(control, dump_that_is_interrupted_says_so)
{
	char buf[REQUEST_MAX] = "", record[RECORD];
	struct nlmsghdr *nlh;
	__u16 flags = 0;
	int i;

	ASSERT_EQ(0, add_links(&self->nl, MANY));
	nlh = begin(buf, self->family, VHUBD_CMD_LINK_GET, NLM_F_DUMP);
	EXPECT_EQ(0, ask(self->sk, nlh, self->sentence, take_flags, &flags));
	EXPECT_FALSE(flags & NLM_F_DUMP_INTR);

	/* Many at once, of which the socket has no room for all answers. */
	for (i = 0; i < 100; i++)
		begin(buf + i * 20, self->family, VHUBD_CMD_LINK_GET,
		      NLM_F_DUMP);
	EXPECT_EQ(2000, send(self->sk, buf, 2000, 0));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "2"));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "601"));
	for (i = 0; i < 100; i++)
		EXPECT_EQ(0, answers(self->sk, self->sentence, take_flags,
				     &flags));
	EXPECT_TRUE(flags & NLM_F_DUMP_INTR);
	flags = 0;
	/* Who goes amid one leaves nothing. */
	EXPECT_EQ(2000, send(self->sk, buf, 2000, 0));
	EXPECT_LT(0, recv(self->sk, record, sizeof(record), 0));
	close(self->sk);
	self->sk = seq_connect("netlink");
	for (i = 3; i <= MANY; i++) {
		snprintf(buf, sizeof(buf), "%d", i);
		EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, buf));
	}
	EXPECT_TRUE(is_as_before(&self->nl));
}

/* Links --------------------------------------------------------------------------- */

/* All that it is made of, and the process goes on. */
TEST_F(control, the_last_link_is_removed)
{
	struct made_of m = { 0 };

	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "net0"));
	EXPECT_EQ(0, look(&self->nl, &m));
	EXPECT_EQ(0, m.links);
	EXPECT_EQ(-ENOLINK, fwd_add(FORWARD));
	EXPECT_EQ(0, add_links(&self->nl, 1));
}

static const char *const kinds[] = {
	"socket,listen=127.0.0.1:0",
	"socket,connect=127.0.0.1:1",
	"socket,mcast=230.0.0.1:5063,localaddr=127.0.0.1",
	"socket,udp=127.0.0.1:5064,localaddr=127.0.0.1:5065",
	"stream,server=on,addr.type=unix,addr.path=" PLACE "/stream",
	"dgram,local.type=unix,local.path=" PLACE "/dgram,remote.type=unix,remote.path=" PLACE "/peer",
	"l2tpv3,src=127.0.0.1,dst=127.0.0.1,udp=on,srcport=5066,dstport=5067,txsession=1,rxsession=2",
	"tap,ifname=control0",
	"user,net=10.0.3.0/24,ipv6=off",
	"vde-server,sock=" PLACE "/vde",
	/* It does not let libvdeplug load plugins as that does. */
#ifndef __SANITIZE_ADDRESS__
	"vde,sock=" PLACE "/vde",
#endif
};

/* What each of them leaves behind. */
static bool is_clean(void)
{
	return access(PLACE "/stream", F_OK) && access(PLACE "/dgram", F_OK) &&
	       access(PLACE "/vde", F_OK) && !if_nametoindex("control0");
}

static bool works(struct vhub_nl *nl, __u32 id)
{
	struct vhub_link_info link = { 0 };
	char text[16];

	snprintf(text, sizeof(text), "%u", id);
	return !vhub_link_get(nl, HUB, text, &link) && link.works;
}

/* All at once, and in two orders: a number is never another link's for long. While
 * it connects, a client of VDE has a socket in the folder, which stays then.
 */
TEST_F(control, links_of_all_kinds_come_and_go)
{
	struct vhub_link_info link[ARRAY_SIZE(kinds)];
	unsigned int i, n = ARRAY_SIZE(kinds), round;
	char id[16];

	for (round = 0; round < 2; round++) {
		for (i = 0; i < n; i++) {
			EXPECT_EQ(0, vhub_link_add(&self->nl, HUB, kinds[i],
						   &link[i])) {
				TH_LOG("%s: %s", kinds[i], self->nl.error);
			}
			EXPECT_EQ(2 + round * n + i, link[i].id);
			EXPECT_STREQ(kinds[i], link[i].text);
		}
		EXPECT_TRUE(wait_until(works(&self->nl, link[n - 1].id)));
		EXPECT_FALSE(is_clean());
		for (i = 0; i < n; i++) {
			snprintf(id, sizeof(id), "%u",
				 link[round ? i : n - 1 - i].id);
			EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, id)) {
				TH_LOG("%s: %s", id, self->nl.error);
			}
		}
		EXPECT_TRUE(is_clean());
		EXPECT_TRUE(is_as_before(&self->nl));
	}
}

/* Forwards ------------------------------------------------------------------------- */

TEST_F(control, forward_is_there_once)
{
	char *tcp = "tcp:127.0.0.1:5062-" GUEST ":22";
	char *udp = "udp:127.0.0.1:5062-" GUEST ":22";
	char *guest = "tcp:10.0.2.9:5062-tcp:127.0.0.1:5062";
	const struct vhub_fwd_set second = {
		.link = 2, .kind = VHUBD_FWD_KIND_HOST, .text = udp,
	};
	struct vhub_link_info link;
	struct vhub_fwd_info fwd;

	EXPECT_EQ(0, fwd_add(tcp));
	EXPECT_EQ(-EEXIST, fwd_add(tcp));
	EXPECT_EQ(0, fwd_add(udp));
	EXPECT_EQ(-EEXIST, fwd_add(udp));
	EXPECT_EQ(0, forward(&self->nl, true, VHUBD_FWD_KIND_GUEST, guest));
	EXPECT_EQ(-EEXIST, forward(&self->nl, true, VHUBD_FWD_KIND_GUEST,
				   guest));
	EXPECT_EQ(0, forward(&self->nl, false, VHUBD_FWD_KIND_GUEST,
			     "tcp:10.0.2.9:5062"));
	EXPECT_EQ(-ENOENT, forward(&self->nl, false, VHUBD_FWD_KIND_GUEST,
				   guest));
	ASSERT_EQ(0, vhub_link_add(&self->nl, HUB,
				   "user,net=10.0.3.0/24,ipv6=off", &link));
	ASSERT_EQ(2, link.id);
	/* The port is another stack's, of UDP, too. */
	EXPECT_EQ(-EADDRINUSE, vhub_fwd_add(&self->nl, HUB, &second, &fwd));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "2"));
	EXPECT_EQ(0, fwd_del(tcp));
	EXPECT_EQ(0, fwd_del(udp));
	EXPECT_EQ(-ENOENT, fwd_del(udp));
	EXPECT_TRUE(is_as_before(&self->nl));
}

static const struct {
	const char *text;
	const char *key;
	const char *target;
} guests[] = {
	{ "tcp:10.0.2.9:1-cmd:true 'a b' c-d", "tcp:10.0.2.9:1",
	  "cmd:true 'a b' c-d" },
	{ ":10.0.2.9:2-tcp:[::1]:1", ":10.0.2.9:2", "tcp:[::1]:1" },
	{ "tcp:10.0.2.8:1-unix:" PLACE "/socket", "tcp:10.0.2.8:1-",
	  "unix:" PLACE "/socket" },
};

/* Whatever there is on the host's side: that is looked for when a guest comes. */
TEST_F(control, forwards_of_guests_of_all_kinds)
{
	struct vhub_fwd_info *fwds = NULL;
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		EXPECT_EQ(0, forward(&self->nl, true, VHUBD_FWD_KIND_GUEST,
				     guests[i].text)) {
			TH_LOG("%s: %s", guests[i].text, self->nl.error);
		}
	}
	ASSERT_EQ(0, vhub_fwd_list(&self->nl, HUB, 1, &fwds, &n));
	ASSERT_EQ(ARRAY_SIZE(guests), n);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(VHUBD_FWD_KIND_GUEST, fwds[i].kind);
		EXPECT_STREQ(guests[i].target, fwds[i].target);
		EXPECT_EQ(0, fwds[i].host.family);
		/* It is none of the host's. */
		EXPECT_NE(0, fwd_del(guests[i].key));
	}
	free(fwds);
	/* The last one goes with the link: libslirp loses a path else. */
	for (i = 0; i < n - 1; i++)
		EXPECT_EQ(0, forward(&self->nl, false, VHUBD_FWD_KIND_GUEST,
				     guests[i].key));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "1"));
}

static int tcp6_connect(unsigned int port)
{
	const struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int sk = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret = ret_errno(connect(sk, (const void *)&in6, sizeof(in6)));

	close(sk);
	return ret;
}

TEST_F(control, forward_of_ipv6)
{
	struct vhub_fwd_set set = {
		.kind = VHUBD_FWD_KIND_HOST,
		.text = "tcp:[::1]:0-[fec0::15]:22",
		.link = 2,
	};
	struct vhub_link_info link;
	struct vhub_fwd_info fwd;
	char key[32];

	ASSERT_EQ(0, vhub_link_add(&self->nl, HUB, "user,ipv4=off", &link));
	ASSERT_EQ(0, vhub_fwd_add(&self->nl, HUB, &set, &fwd)) {
		TH_LOG("%s", self->nl.error);
	}
	EXPECT_EQ(AF_INET6, fwd.host.family);
	EXPECT_EQ(AF_INET6, fwd.guest.family);
	EXPECT_NE(0, fwd.host.port);
	EXPECT_EQ(0, tcp6_connect(fwd.host.port));
	snprintf(key, sizeof(key), "tcp:[::1]:%u", fwd.host.port);
	set.text = key;
	EXPECT_EQ(0, vhub_fwd_del(&self->nl, HUB, &set));
	EXPECT_EQ(-ECONNREFUSED, tcp6_connect(fwd.host.port));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "2"));
}

/* Its files are limited, and others need some. */
TEST_F_TIMEOUT(control, forwards_are_so_many_and_no_more, 120)
{
	long before = vhubd_memory(&self->d);
	struct made_of m = { 0 };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < FORWARDS; i++)
		ret = fwd_add("udp:127.0.0.1:0-" GUEST ":22");
	EXPECT_EQ(0, ret) {
		TH_LOG("after %u", i);
	}
	EXPECT_EQ(-ENOSPC, fwd_add("udp:127.0.0.1:0-" GUEST ":22"));
	EXPECT_EQ(0, look(&self->nl, &m));
	EXPECT_EQ(FORWARDS, m.forwards);
	EXPECT_GT(before + GROWTH, vhubd_memory(&self->d));
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, "1"));
}

/* Names --------------------------------------------------------------------------- */

#define LOOK_UPS	8
#define NAMED		"socket,connect=nowhere.example:1"

FIXTURE(names) {
	struct vhubd d;
	struct vhub_nl nl;
	int server;
};

/* A name server that hears what is asked and says nothing. */
static int deaf_server(void)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	int sk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(sk, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (!bind(sk, (const void *)&in, sizeof(in)))
		return sk;
	close(sk);
	return -errno;
}

/* In a mount namespace of our own; it is asked for longer than any test takes. */
static int ask_deaf_server(void)
{
	char path[] = "/tmp/vhub-selftest.XXXXXX";
	int fd, ret;

	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	fd = mkstemp(path);
	if (fd < 0)
		return -errno;
	dprintf(fd, "nameserver 127.0.0.1\noptions timeout:30\n");
	fchmod(fd, 0644);
	close(fd);
	ret = ret_errno(mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL));
	unlink(path);
	return ret;
}

FIXTURE_SETUP(names)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, link_up("lo", true));
	/* With loopback's addresses alone no name is looked up. */
	ASSERT_EQ(0, link_add_ip4("lo", "192.0.2.1"));
	ASSERT_EQ(0, ask_deaf_server());
	self->server = deaf_server();
	ASSERT_LE(0, self->server);
	ASSERT_EQ(0, vhubd_start_as(&self->d, HUB, "--user", "--allow=socket",
				    NULL));
}

FIXTURE_TEARDOWN(names)
{
	vhub_nl_close(&self->nl);
	close(self->server);
	EXPECT_EQ(0, vhubd_stop(&self->d));
	EXPECT_EQ(-1, access(DIR, F_OK));
}

/* A name is looked up. */
struct query {
	struct sockaddr_in from;
	ssize_t len;
	unsigned char data[512];
};

/* Wait for the next one. */
static bool hear(int server, struct query *query, int flags)
{
	socklen_t len = sizeof(query->from);

	query->len = recvfrom(server, query->data, sizeof(query->data), flags,
			      (void *)&query->from, &len);
	return query->len > 3;
}

/* Say that there is no such name. */
static void deny(int server, struct query *query)
{
	query->data[2] |= 0x80;
	query->data[3] = 3;
	sendto(server, query->data, query->len, 0, (void *)&query->from,
	       sizeof(query->from));
}

/* Look-ups that wait for an answer, of which each has a socket. */
static int count_look_ups(void)
{
	FILE *file = fopen("/proc/net/udp", "r");
	char line[256], remote[64];
	int n = 0;

	while (file && fgets(line, sizeof(line), file))
		n += sscanf(line, "%*s %*s %63s", remote) == 1 &&
		     !strcmp(remote, "0100007F:0035");
	if (file)
		fclose(file);
	return n;
}

/* No look-up waits any more, of those whose queries are still to be read either. */
static bool all_denied(int server)
{
	struct query query;

	while (hear(server, &query, MSG_DONTWAIT))
		deny(server, &query);
	return !count_look_ups();
}

/* An answer comes when nobody waits for it. */
TEST_F(names, link_that_looks_its_name_up_is_removed)
{
	struct query queries[LOOK_UPS];
	struct vhub_link_info link;
	struct made_of m = { 0 };
	unsigned int i;
	char id[16];

	for (i = 0; i < LOOK_UPS; i++) {
		ASSERT_EQ(0, vhub_link_add(&self->nl, HUB, NAMED, &link));
		EXPECT_FALSE(link.works);
		ASSERT_TRUE(hear(self->server, &queries[i], 0));
		snprintf(id, sizeof(id), "%u", link.id);
		EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, id));
		EXPECT_EQ(-ENOENT, vhub_link_del(&self->nl, HUB, id));
	}
	EXPECT_NE(0, count_look_ups());
	EXPECT_EQ(0, vhubd_said(&self->d, "trying again"));
	while (i--)
		deny(self->server, &queries[i]);
	EXPECT_TRUE(wait_until(all_denied(self->server)));
	EXPECT_EQ(0, look(&self->nl, &m));
	EXPECT_EQ(0, m.links);
	EXPECT_EQ(0, vhubd_said(&self->d, "trying again"));
}

/* Both of one that is there and of one that was. */
TEST_F(names, it_ends_while_a_name_is_looked_up)
{
	struct vhub_link_info link;
	struct query query;
	char id[16];

	ASSERT_EQ(0, vhub_link_add(&self->nl, HUB, NAMED, &link));
	EXPECT_TRUE(hear(self->server, &query, 0));
	snprintf(id, sizeof(id), "%u", link.id);
	EXPECT_EQ(0, vhub_link_del(&self->nl, HUB, id));
	ASSERT_EQ(0, vhub_link_add(&self->nl, HUB, NAMED, &link));
	EXPECT_TRUE(hear(self->server, &query, 0));
	EXPECT_NE(0, count_look_ups());
	EXPECT_EQ(0, vhubd_said(&self->d, "trying again"));
}

TEST_HARNESS_MAIN
