// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - generic netlink: requests good and bad, dumps, events
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "vhub_bad.h"
#include "vhub_ring.h"

#define HAS(info, attr)	((info).has & (1ULL << (attr)))

static int request(struct genl *genl, __u8 cmd, __u16 flags,
		   const struct attr *attrs, mnl_cb_t cb, void *data)
{
	genl_begin(genl, cmd, flags);
	for (; attrs->kind != NONE; attrs++)
		put_attr(genl->nlh, attrs);
	return genl_talk(genl, cb, data);
}

FIXTURE(netlink)
{
	struct genl genl;
	int fd;
};

FIXTURE_SETUP(netlink)
{
	struct vhub_attach attach = { .hub = HUB, .label = "first" };

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_add("lan1"));
	self->fd = dev_open(O_RDWR);
	ASSERT_EQ(0, attach_as(self->fd, &attach));
	ASSERT_EQ(0, genl_open(&self->genl));
}

FIXTURE_TEARDOWN(netlink)
{
	genl_close(&self->genl);
}

/*
 * Bad requests
 */
TEST_F(netlink, bad_requests_are_refused_with_a_sentence)
{
	const struct bad_request *bad;
	struct port_info port;
	struct hub_info hub;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_requests); i++) {
		bad = &bad_requests[i];
		EXPECT_EQ(bad->error, request(&self->genl, bad->cmd, bad->flags,
					      bad->attrs, NULL, NULL)) {
			TH_LOG("%s: %s", bad->what, self->genl.sentence);
		}
		EXPECT_STRNE("", self->genl.sentence) {
			TH_LOG("%s", bad->what);
		}
	}

	/* None of them did anything. */
	ASSERT_EQ(0, hub_get(HUB, &hub));
	EXPECT_EQ(0, hub.owner);
	EXPECT_EQ(0, hub.group);
	EXPECT_EQ(0660, hub.perm);
	EXPECT_EQ(1, hub.ports);
	EXPECT_EQ(VHUB_HUB_MODE_HUB, hub.mode);
	ASSERT_EQ(0, port_get(HUB, 1, &port));
	EXPECT_STREQ("first", port.label);
	EXPECT_TRUE(port.flags & VHUB_PORT_FLAG_LINK);
	ASSERT_EQ(0, port_get(HUB, 0, &port));
	EXPECT_STREQ("", port.label);
}

/* With ports on it, and not only the device. */
TEST_F(netlink, hub_is_removed)
{
	const struct attr it[] = { HUB_NAME(HUB), {} };
	struct hub_info hub;

	EXPECT_EQ(0, request(&self->genl, VHUB_CMD_HUB_DEL, 0, it, NULL,
			     NULL));
	EXPECT_EQ(0, if_nametoindex(HUB));
	EXPECT_EQ(-ENODEV, request(&self->genl, VHUB_CMD_HUB_DEL, 0, it, NULL,
				   NULL));
	EXPECT_STRNE("", self->genl.sentence);
	EXPECT_EQ(0, hub_get("lan1", &hub));
}

/* Index and name may both be given, of the same hub. */
TEST_F(netlink, index_and_name_that_contradict_are_refused)
{
	const struct attr same[] = {
		HUB_INDEX(if_nametoindex(HUB)), HUB_NAME(HUB), {},
	};
	const struct attr other[] = {
		HUB_INDEX(if_nametoindex(HUB)), HUB_NAME("lan1"), {},
	};
	const struct attr port[] = {
		ON_INDEX(if_nametoindex("lan1")), ON(HUB), NUMBER(1), {},
	};
	const struct attr dump[] = {
		ON_INDEX(if_nametoindex("lan1")), ON(HUB), {},
	};

	EXPECT_EQ(0, request(&self->genl, VHUB_CMD_HUB_GET, 0, same, NULL,
			     NULL));
	EXPECT_EQ(-ENODEV, request(&self->genl, VHUB_CMD_HUB_GET, 0, other,
				   NULL, NULL));
	EXPECT_STRNE("", self->genl.sentence);
	EXPECT_EQ(-ENODEV, request(&self->genl, VHUB_CMD_PORT_DEL, 0, port,
				   NULL, NULL));
	EXPECT_STRNE("", self->genl.sentence);
	EXPECT_EQ(-ENODEV, request(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP,
				   dump, NULL, NULL));
	EXPECT_STRNE("", self->genl.sentence);
}

TEST_F(netlink, unknown_commands_are_refused)
{
	const struct attr none[] = { {} };
	const __u8 cmds[] = {
		0, VHUB_CMD_HUB_NTF, VHUB_CMD_HUB_DEL_NTF, VHUB_CMD_PORT_NTF,
		VHUB_CMD_PORT_DEL_NTF, VHUB_CMD_FDB_NTF,
		VHUB_CMD_FDB_DEL_NTF, __VHUB_CMD_MAX, 255,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		EXPECT_EQ(-EOPNOTSUPP, request(&self->genl, cmds[i], 0, none,
					       NULL, NULL));
	}
	EXPECT_EQ(-EOPNOTSUPP, request(&self->genl, VHUB_CMD_HUB_SET,
				       NLM_F_DUMP, none, NULL, NULL));
	EXPECT_EQ(-EOPNOTSUPP, request(&self->genl, VHUB_CMD_PORT_DEL,
				       NLM_F_DUMP, none, NULL, NULL));
}

/* An attribute that says it is longer than the message. */
TEST_F(netlink, attribute_beyond_the_end_is_refused)
{
	struct nlattr *attr;

	genl_begin(&self->genl, VHUB_CMD_HUB_GET, 0);
	mnl_attr_put_strz(self->genl.nlh, VHUB_A_HUB_NAME, HUB);
	attr = mnl_nlmsg_get_payload_tail(self->genl.nlh);
	*attr = (struct nlattr){ .nla_len = 100, .nla_type = 1 };
	self->genl.nlh->nlmsg_len += sizeof(*attr);
	EXPECT_EQ(-EINVAL, genl_talk(&self->genl, NULL, NULL));
	EXPECT_STRNE("", self->genl.sentence);
}

/*
 * Good requests
 */
TEST_F(netlink, hub_is_shown_whole)
{
	struct hub_info info;

	ASSERT_EQ(0, hub_get(HUB, &info));
	/* All but the kind, which user hubs have. */
	EXPECT_EQ((1ULL << VHUB_A_HUB_KIND) - 2, info.has);
	EXPECT_STREQ(HUB, info.name);
	EXPECT_EQ(if_nametoindex(HUB), info.ifindex);
	EXPECT_EQ(1, info.ports);
	EXPECT_EQ(VHUB_PORTS_MAX, info.ports_max);
	ASSERT_EQ(0, hub_set(HUB, 4000, 5000, 0604, NULL));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(4000, info.owner);
	EXPECT_EQ(5000, info.group);
	EXPECT_EQ(0604, info.perm);
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_AGEING_MS, 1234));
	ASSERT_EQ(0, hub_set_number(HUB, VHUB_A_HUB_MAX_ADDRESSES, 5678));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(VHUB_HUB_MODE_HUB, info.mode);
	EXPECT_EQ(1234, info.ageing_ms);
	EXPECT_EQ(5678, info.max_addresses);
	EXPECT_EQ(0604, info.perm);
}

TEST_F(netlink, port_is_shown_whole)
{
	struct port_info info;
	int size = 24;

	ASSERT_EQ(0, ioctl(self->fd, TUNSETVNETHDRSZ, &size));
	ASSERT_EQ(0, tun_set_iff(self->fd, "", TAP_FLAGS | IFF_VNET_HDR));
	ASSERT_EQ(0, ioctl(self->fd, TUNSETOFFLOAD, (long)TUN_F_CSUM));
	ASSERT_EQ(0, send_frame(attach(HUB), 60, 1));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_TRUE(HAS(info, VHUB_A_PORT_STATS));
	EXPECT_STREQ(HUB, info.hub_name);
	EXPECT_EQ(if_nametoindex(HUB), info.hub_ifindex);
	EXPECT_EQ(1, info.number);
	EXPECT_EQ(VHUB_PORT_KIND_FD, info.kind);
	EXPECT_EQ(VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV |
		  VHUB_PORT_FLAG_LINK | VHUB_PORT_FLAG_VNET_HDR |
		  VHUB_PORT_FLAG_TUN, info.flags);
	EXPECT_STREQ("first", info.label);
	EXPECT_EQ(getpid(), info.pid);
	EXPECT_EQ(getuid(), info.owner);
	EXPECT_EQ(1, info.queues);
	EXPECT_EQ(1, info.queues_on);
	EXPECT_EQ(24, info.vnet_hdr_size);
	EXPECT_EQ(TUN_F_CSUM, info.offloads);
	EXPECT_EQ(1, info.queued);
	EXPECT_EQ(1, info.rx_frames);
	EXPECT_EQ(60, info.rx_bytes);
}

/* Port 0 is the host's cable: there from the begin, plugged in while up. */
TEST_F(netlink, host_is_port_0)
{
	struct port_info info;

	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_EQ(VHUB_PORT_KIND_HOST, info.kind);
	EXPECT_EQ(0, info.number);
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_RECV);
	EXPECT_FALSE(HAS(info, VHUB_A_PORT_PID));
	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_RECV);
	ASSERT_EQ(0, link_up(HUB, false));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_RECV);
}

TEST_F(netlink, labels_change)
{
	const struct attr longest[] = {
		ON(HUB), NUMBER(1), LABEL(&LONG_LABEL[1]), {},
	};
	const struct attr empty[] = { ON(HUB), NUMBER(1), LABEL(""), {} };
	const struct attr host[] = { ON(HUB), NUMBER(0), LABEL("me"), {} };
	struct port_info info;

	EXPECT_EQ(0, request(&self->genl, VHUB_CMD_PORT_SET, 0, longest, NULL,
			     NULL));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_STREQ(&LONG_LABEL[1], info.label);
	EXPECT_EQ(0, request(&self->genl, VHUB_CMD_PORT_SET, 0, empty, NULL,
			     NULL));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_STREQ("", info.label);
	EXPECT_EQ(0, request(&self->genl, VHUB_CMD_PORT_SET, 0, host, NULL,
			     NULL));
	ASSERT_EQ(0, port_get(HUB, 0, &info));
	EXPECT_STREQ("me", info.label);
}

TEST_F(netlink, removed_port_is_gone_and_its_file_silent)
{
	struct port_info info;
	struct hub_info hub;
	int other = attach(HUB);

	ASSERT_EQ(0, port_del(HUB, 1));
	EXPECT_EQ(-ENOENT, port_get(HUB, 1, &info));
	EXPECT_EQ(-ENOENT, port_del(HUB, 1));
	ASSERT_EQ(0, hub_get(HUB, &hub));
	EXPECT_EQ(1, hub.ports);
	ASSERT_EQ(0, send_frame(other, 60, 1));
	EXPECT_TRUE(gets_nothing(self->fd));
	ASSERT_EQ(0, send_frame(self->fd, 60, 1));
	EXPECT_TRUE(gets_nothing(other));
}

/*
 * Who sits on a port
 */
static int child_looks(int fd, const char *name, struct port_info *info)
{
	struct ifreq ifr;

	prctl(PR_SET_NAME, name);
	if (ioctl(fd, TUNGETIFF, &ifr) || port_get(HUB, 1, info))
		return 1;
	if (info->pid != (__u32)getpid() || strcmp(info->command, name))
		return 2;
	return 0;
}

/* As of `vhub run`, or of QEMU and the helper that opened its file. */
TEST_F(netlink, process_that_sets_the_file_up_is_shown)
{
	struct port_info info;
	int status;
	pid_t child;

	prctl(PR_SET_NAME, "opener");
	self->fd = attach("lan1");
	ASSERT_EQ(0, port_get("lan1", 1, &info));
	EXPECT_EQ(getpid(), info.pid);
	EXPECT_STREQ("opener", info.command);

	self->fd = attach_tun(HUB, 0);
	ASSERT_EQ(0, port_del(HUB, 1));
	self->fd = attach(HUB);
	child = fork();
	if (!child)
		_exit(child_looks(self->fd, "my emulator", &info));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	/* It is gone by now, and so is its number; its name stays. */
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_STREQ("my emulator", info.command);
	EXPECT_FALSE(HAS(info, VHUB_A_PORT_PID));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_TUN);
}

/* What a process of another pid namespace sees, and is seen as. */
static int look_from_pid_namespace(int ready)
{
	struct port_info info;
	int fd = attach(HUB);

	if (getpid() != 1 || fd < 0)
		return 1;
	if (port_get(HUB, 1, &info) || HAS(info, VHUB_A_PORT_PID))
		return 2;
	if (port_get(HUB, 2, &info) || info.pid != 1)
		return 3;
	if (write(ready, "", 1) != 1)
		return 4;
	pause();
	return 5;
}

TEST_F(netlink, foreign_pid_namespace_sees_no_pid)
{
	struct port_info info;
	int ready[2], status;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child = fork();
	if (!child)
		_exit(look_from_pid_namespace(ready[1]));
	close(ready[1]);
	EXPECT_EQ(1, read(ready[0], &byte, 1));
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(child, info.pid);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

/*
 * Dumps
 */
struct seen {
	int bad;
	int all;
	int times[VHUB_PORTS_MAX + 1];
};

static int see_port(const struct nlmsghdr *nlh, void *data)
{
	struct seen *seen = data;
	struct port_info info;

	if (parse_port(nlh, &info) || info.number > VHUB_PORTS_MAX)
		seen->bad++;
	else
		seen->times[info.number]++;
	seen->all++;
	return MNL_CB_OK;
}

static int see_hub(const struct nlmsghdr *nlh, void *data)
{
	struct seen *seen = data;
	struct hub_info info;
	int number;

	if (parse_hub(nlh, &info) || sscanf(info.name, "h%d", &number) != 1)
		seen->bad++;
	else
		seen->times[number]++;
	seen->all++;
	return MNL_CB_OK;
}

TEST_F(netlink, dump_of_hubs_is_those_of_the_namespace)
{
	const struct attr none[] = { {} };
	static struct seen seen;
	struct genl genl;
	char name[16];
	int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, genl_open(&genl));
	ASSERT_EQ(0, request(&genl, VHUB_CMD_HUB_GET, NLM_F_DUMP, none,
			     see_hub, &seen));
	EXPECT_EQ(0, seen.all);
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		ASSERT_EQ(0, hub_add(name));
	}
	ASSERT_EQ(0, request(&genl, VHUB_CMD_HUB_GET, NLM_F_DUMP, none,
			     see_hub, &seen));
	EXPECT_EQ(200, seen.all);
	EXPECT_EQ(0, seen.bad);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(1, seen.times[i]);
	}
}

TEST_F(netlink, dump_of_ports_is_of_one_hub_or_of_all)
{
	const struct attr by_name[] = { ON("lan1"), {} };
	const struct attr by_index[] = {
		ON_INDEX(if_nametoindex("lan1")), {},
	};
	const struct attr none[] = { {} };
	struct seen seen = {};
	int i;

	for (i = 0; i < 20; i++)
		ASSERT_LE(0, attach("lan1"));
	ASSERT_EQ(0, request(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP,
			     by_name, see_port, &seen));
	EXPECT_EQ(21, seen.all);
	ASSERT_EQ(0, request(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP,
			     by_index, see_port, &seen));
	EXPECT_EQ(42, seen.all);
	ASSERT_EQ(0, request(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP,
			     none, see_port, &seen));
	EXPECT_EQ(42 + 23, seen.all);
	EXPECT_EQ(4, seen.times[0]);
	EXPECT_EQ(4, seen.times[1]);
	EXPECT_EQ(3, seen.times[20]);
	EXPECT_EQ(0, seen.bad);
}

#define STABLE	(VHUB_PORTS_MAX - 96)

static bool flap_stop;

/* Has ports come and go, of the numbers that are left. */
static void *flap_thread(void *arg)
{
	int fds[48], i;

	(void)arg;
	while (!__atomic_load_n(&flap_stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < 48; i++)
			fds[i] = attach(HUB);
		for (i = 0; i < 48; i++)
			close(fds[i]);
	}
	return NULL;
}

TEST_F_TIMEOUT(netlink, dump_of_4096_ports_is_whole_while_others_flap, 240)
{
	const struct rlimit limit = { VHUB_PORTS_MAX + 256,
				      VHUB_PORTS_MAX + 256 };
	const struct attr hub[] = { ON(HUB), {} };
	static struct seen seen;
	pthread_t threads[2];
	int i, round, gone = 0;
	static int fds[STABLE + 1];

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	/* Every 40th number is left for those that flap. */
	fds[1] = self->fd;
	for (i = 2; i <= STABLE; i++) {
		fds[i] = attach(HUB);
		ASSERT_LE(0, fds[i]);
	}
	for (i = 40; i <= STABLE; i += 40) {
		close(fds[i]);
		gone++;
	}

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, flap_thread,
					    NULL));
	for (round = 1; round <= 5; round++) {
		EXPECT_EQ(0, request(&self->genl, VHUB_CMD_PORT_GET,
				     NLM_F_DUMP, hub, see_port, &seen));
		for (i = 0; i <= STABLE; i++) {
			if (i && i % 40 == 0) {
				EXPECT_GE(round, seen.times[i]);
			} else {
				EXPECT_EQ(round, seen.times[i]) {
					TH_LOG("port %d", i);
				}
			}
		}
		EXPECT_EQ(0, seen.bad);
	}
	__atomic_store_n(&flap_stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));

	/* And when it is quiet: exactly those that are there. */
	memset(&seen, 0, sizeof(seen));
	ASSERT_EQ(0, request(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP, hub,
			     see_port, &seen));
	EXPECT_EQ(STABLE - gone + 1, seen.all);
}

static int nothing(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return MNL_CB_OK;
}

/* A hub that goes between two parts of a dump ends it, and no more. */
TEST_F_TIMEOUT(netlink, hub_goes_during_a_dump, 120)
{
	const struct attr hub[] = { ON(HUB), {} };
	const struct attr none[] = { {} };
	int i, ret;

	for (i = 0; i < 500; i++)
		ASSERT_LE(0, attach(HUB));
	/* Ask, and read no answer before the hub is gone. */
	for (i = 0; i < 2; i++) {
		genl_begin(&self->genl, VHUB_CMD_PORT_GET, NLM_F_DUMP);
		if (!i)
			put_attr(self->genl.nlh, hub);
		self->genl.nlh->nlmsg_seq = 7;
		ASSERT_LT(0, mnl_socket_sendto(self->genl.sock, self->genl.nlh,
					       self->genl.nlh->nlmsg_len));
		if (!i)
			ASSERT_EQ(0, link_del(HUB));
		/* The next request waits for the end of this dump. */
		do {
			ret = request(&self->genl, VHUB_CMD_HUB_GET,
				      NLM_F_DUMP, none, nothing, NULL);
		} while (ret == -EBUSY);
		EXPECT_EQ(0, ret);
	}
}

struct of_hub {
	const char *name;
	int ports;
};

static int count_of_hub(const struct nlmsghdr *nlh, void *data)
{
	struct of_hub *of = data;
	struct port_info info;

	if (!parse_port(nlh, &info) && !strcmp(info.hub_name, of->name))
		of->ports++;
	return MNL_CB_OK;
}

/**
 * struct dump - a dump that is read part by part
 * @genl: the socket
 * @cb: called for what is listed
 * @data: its argument
 * @parts: datagrams read
 * @interrupted: the kernel said so
 * @error: what the kernel said at its end
 */
struct dump {
	struct genl *genl;
	mnl_cb_t cb;
	void *data;
	int parts;
	bool interrupted;
	int error;
};

#define DUMP_SEQ	7

static int dump_begin(struct dump *dump, __u8 cmd, const struct attr *attrs)
{
	struct genl *genl = dump->genl;

	dump->parts = 0;
	dump->interrupted = false;
	genl_begin(genl, cmd, NLM_F_DUMP);
	for (; attrs->kind != NONE; attrs++)
		put_attr(genl->nlh, attrs);
	genl->nlh->nlmsg_seq = DUMP_SEQ;
	return ret_errno(mnl_socket_sendto(genl->sock, genl->nlh,
					   genl->nlh->nlmsg_len));
}

/* Return: is more to come. */
static bool dump_read(struct dump *dump)
{
	static char buf[65536];
	struct nlmsghdr *nlh = (void *)buf;
	int len, ret = MNL_CB_OK;

	len = mnl_socket_recvfrom(dump->genl->sock, buf, sizeof(buf));
	dump->parts++;
	for (; ret == MNL_CB_OK && mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			dump->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_DONE)
			dump->error = *(int *)mnl_nlmsg_get_payload(nlh);
		/* Which libmnl takes for an error. */
		nlh->nlmsg_flags &= ~NLM_F_DUMP_INTR;
		ret = mnl_cb_run(nlh, nlh->nlmsg_len, DUMP_SEQ,
				 mnl_socket_get_portid(dump->genl->sock),
				 dump->cb, dump->data);
	}
	return ret == MNL_CB_OK;
}

/* And of the hubs that are left not one port is missing. */
TEST_F_TIMEOUT(netlink, hub_that_goes_takes_no_ports_of_the_next, 120)
{
	const struct attr none[] = { {} };
	struct of_hub next = { .name = "lan1" };
	struct dump dump = { &self->genl, count_of_hub, &next };
	int i;

	for (i = 0; i < 400; i++)
		ASSERT_LE(0, attach(HUB));
	for (i = 0; i < 300; i++)
		ASSERT_LE(0, attach("lan1"));
	ASSERT_LT(0, dump_begin(&dump, VHUB_CMD_PORT_GET, none));
	while (dump_read(&dump)) {
		/* Some of its ports are out. */
		if (dump.parts == 2) {
			ASSERT_EQ(0, next.ports);
			ASSERT_EQ(0, link_del(HUB));
		}
	}
	EXPECT_EQ(301, next.ports);
	EXPECT_TRUE(dump.interrupted);
}

/* A dump of one hub does not go on with another that has its name by now. */
TEST_F_TIMEOUT(netlink, hub_is_replaced_during_a_dump_of_it, 120)
{
	const struct attr hub[] = { ON(HUB), {} };
	struct of_hub of = { .name = HUB };
	struct dump dump = { &self->genl, count_of_hub, &of };
	int i;

	for (i = 0; i < 400; i++)
		ASSERT_LE(0, attach(HUB));
	ASSERT_LT(0, dump_begin(&dump, VHUB_CMD_PORT_GET, hub));
	ASSERT_TRUE(dump_read(&dump));
	ASSERT_EQ(0, link_del(HUB));
	ASSERT_EQ(0, hub_add(HUB));
	for (i = 0; i < 400; i++)
		ASSERT_LE(0, attach(HUB));
	while (dump_read(&dump))
		;
	EXPECT_EQ(-ENODEV, dump.error);
	EXPECT_LT(of.ports, 402);
}

/* What may happen between the first part of a dump and the next. */
enum happening {
	NO_CHANGE, PORT_COMES, PORT_GOES, LINK_CHANGES, HUB_COMES,
	HUB_IS_RENAMED, HUB_GOES, HAPPENINGS
};

static int happen(enum happening what, int fd)
{
	switch (what) {
	case PORT_COMES:
		return attach(HUB) < 0;
	case PORT_GOES:
		return close(fd);
	case LINK_CHANGES:
		return port_set_link(HUB, 2, 0);
	case HUB_COMES:
		return hub_add("new");
	case HUB_GOES:
		return link_del("new");
	case HUB_IS_RENAMED:
		return link_rename("new", "old") ?: link_rename("old", "new");
	default:
		return 0;
	}
}

static const struct attr of_all[] = { {} };
static const struct attr of_this[] = { ON(HUB), {} };
static const struct attr of_other[] = { ON("lan1"), {} };

/* Which dumps each of them interrupts. */
static const struct {
	const char *name;
	__u8 cmd;
	const struct attr *attrs;
	bool interrupted[HAPPENINGS];
} listings[] = {
	{ "hubs", VHUB_CMD_HUB_GET, of_all,
	  { [HUB_COMES] = true, [HUB_GOES] = true } },
	{ "ports of all hubs", VHUB_CMD_PORT_GET, of_all,
	  { [PORT_COMES] = true, [PORT_GOES] = true,
	    [HUB_COMES] = true, [HUB_GOES] = true } },
	{ "ports of the hub", VHUB_CMD_PORT_GET, of_this,
	  { [PORT_COMES] = true, [PORT_GOES] = true } },
	{ "ports of another", VHUB_CMD_PORT_GET, of_other, {} },
};

TEST_F_TIMEOUT(netlink, dump_says_that_it_was_interrupted, 120)
{
	struct dump dump = { &self->genl, nothing };
	unsigned int i, what;
	char name[16];
	int fd;

	/* When a part is read the next is made, of up to 32 KiB: three parts. */
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		ASSERT_EQ(0, hub_add(name));
	}
	for (i = 0; i < 120; i++) {
		ASSERT_LE(0, attach(HUB));
		ASSERT_LE(0, attach("lan1"));
	}
	for (i = 0; i < ARRAY_SIZE(listings); i++)
		for (what = 0; what < HAPPENINGS; what++) {
			fd = attach(HUB);
			ASSERT_LE(0, fd);
			ASSERT_LT(0, dump_begin(&dump, listings[i].cmd,
						listings[i].attrs));
			ASSERT_TRUE(dump_read(&dump));
			ASSERT_EQ(0, happen(what, fd));
			while (dump_read(&dump))
				;
			EXPECT_LT(2, dump.parts);
			EXPECT_EQ(listings[i].interrupted[what],
				  dump.interrupted) {
				TH_LOG("%s, happening %u", listings[i].name,
				       what);
			}
			if (what != PORT_GOES)
				close(fd);
		}
}

/*
 * Events
 */
FIXTURE(events)
{
	struct genl genl;
	struct genl ear;
	int fd;
};

FIXTURE_SETUP(events)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, genl_open(&self->genl));
	ASSERT_EQ(0, genl_open(&self->ear));
	ASSERT_NE(0, self->ear.group);
	ASSERT_EQ(0, mnl_socket_setsockopt(self->ear.sock,
					   NETLINK_ADD_MEMBERSHIP,
					   &self->ear.group, sizeof(int)));
}

FIXTURE_TEARDOWN(events)
{
	genl_close(&self->ear);
	genl_close(&self->genl);
}

/* The next event. Return: its command, 0 when there is none; its message. */
static int next_event(struct genl *ear, const struct nlmsghdr **nlh)
{
	static char buf[8192];
	const struct genlmsghdr *head;
	ssize_t len;

	len = recv(mnl_socket_get_fd(ear->sock), buf, sizeof(buf),
		   MSG_DONTWAIT);
	if (len <= 0)
		return errno == EAGAIN ? 0 : -errno;
	*nlh = (void *)buf;
	if ((*nlh)->nlmsg_type != ear->family)
		return -EPROTO;
	head = mnl_nlmsg_get_payload(*nlh);
	return head->cmd;
}

static bool hears_hub(struct genl *ear, int cmd, const char *name,
		      struct hub_info *info)
{
	const struct nlmsghdr *nlh;

	return next_event(ear, &nlh) == cmd && !parse_hub(nlh, info) &&
	       !strcmp(info->name, name);
}

static bool hears_port(struct genl *ear, int cmd, __u32 number,
		       struct port_info *info)
{
	const struct nlmsghdr *nlh;

	return next_event(ear, &nlh) == cmd && !parse_port(nlh, info) &&
	       HAS(*info, VHUB_A_PORT_NUMBER) && info->number == number &&
	       HAS(*info, VHUB_A_PORT_HUB_IFINDEX) &&
	       !strcmp(info->hub_name, HUB);
}

static bool hears_nothing(struct genl *ear)
{
	const struct nlmsghdr *nlh;

	return next_event(ear, &nlh) == 0;
}

TEST_F(events, of_a_hub)
{
	struct hub_info info;

	ASSERT_EQ(0, hub_add("lan1"));
	EXPECT_TRUE(hears_hub(&self->ear, VHUB_CMD_HUB_NTF, "lan1", &info));
	EXPECT_EQ(0660, info.perm);
	ASSERT_EQ(0, hub_set("lan1", -1, -1, 0600, NULL));
	EXPECT_TRUE(hears_hub(&self->ear, VHUB_CMD_HUB_NTF, "lan1", &info));
	EXPECT_EQ(0600, info.perm);
	ASSERT_EQ(0, link_rename("lan1", "lan2"));
	EXPECT_TRUE(hears_hub(&self->ear, VHUB_CMD_HUB_NTF, "lan2", &info));
	ASSERT_EQ(0, link_del("lan2"));
	EXPECT_TRUE(hears_hub(&self->ear, VHUB_CMD_HUB_DEL_NTF, "lan2",
			      &info));
	EXPECT_TRUE(HAS(info, VHUB_A_HUB_IFINDEX));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_F(events, of_a_port)
{
	const struct attr label[] = { ON(HUB), NUMBER(1), LABEL("new"), {} };
	struct port_info info;
	int fd = attach(HUB), off = 0, i;

	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_STREQ("", info.label);
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_LINK);
	ASSERT_EQ(0, request(&self->genl, VHUB_CMD_PORT_SET, 0, label, NULL,
			     NULL));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_STREQ("new", info.label);
	ASSERT_EQ(0, port_set_link(HUB, 1, 0));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_LINK);
	ASSERT_EQ(0, port_set_link(HUB, 1, 1));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));

	/* An emulator that says again what is so says nothing. */
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, ioctl(fd, TUNSETCARRIER, &off));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_LINK);
	EXPECT_TRUE(hears_nothing(&self->ear));

	close(fd);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_DEL_NTF, 1, &info));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

/* What an emulator does to its port. */
static int child_takes_over(int fd)
{
	struct ifreq ifr;

	prctl(PR_SET_NAME, "emulator");
	return ioctl(fd, TUNGETIFF, &ifr) ? 1 : 0;
}

TEST_F(events, of_what_an_emulator_does)
{
	struct port_info info;
	int fd = attach_tun(HUB, IFF_MULTI_QUEUE), status;
	struct ifreq ifr = { .ifr_flags = IFF_DETACH_QUEUE };
	pid_t child;

	while (hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info))
		;
	child = fork();
	if (!child)
		_exit(child_takes_over(fd));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_STREQ("emulator", info.command);
	/* Numbers of processes are for each listener another. */
	EXPECT_FALSE(HAS(info, VHUB_A_PORT_PID));

	ASSERT_EQ(0, ioctl(fd, TUNSETQUEUE, &ifr));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_EQ(0, info.queues_on);
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_F(events, of_a_header_that_comes_and_goes)
{
	struct port_info info;
	int fd = attach_tun(HUB, 0);

	while (hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info))
		;
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_VNET_HDR);
	ASSERT_EQ(0, tun_set_iff(fd, "", TAP_FLAGS | IFF_VNET_HDR));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_VNET_HDR);
	ASSERT_EQ(0, tun_set_iff(fd, "", TAP_FLAGS | IFF_VNET_HDR));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

static bool shows_rings(const struct port_info *info)
{
	return info->flags & VHUB_PORT_FLAG_RINGS;
}

TEST_F(events, of_rings_that_a_port_gets)
{
	struct ring ring = { .fd = attach(HUB) };
	struct port_info info;

	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_FALSE(shows_rings(&info));
	ASSERT_EQ(0, ring_setup(&ring, 0, 4));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_TRUE(shows_rings(&info));
	EXPECT_EQ(-EBUSY, ring_setup(&ring, 4, 4));
	EXPECT_TRUE(hears_nothing(&self->ear));
	ASSERT_EQ(0, port_get(HUB, 1, &info));
	EXPECT_TRUE(shows_rings(&info));
}

TEST_F(events, of_rings_that_a_port_brings)
{
	struct port_info info;
	struct ring ring;

	ASSERT_EQ(0, ring_open(&ring, 4, 0, 4096));
	ASSERT_EQ(0, ring_attach(&ring, HUB, 0));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_TRUE(shows_rings(&info));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

/* A port has rings as long as one of its files has. */
TEST_F(events, of_rings_of_one_queue_are_those_of_the_port)
{
	struct vhub_attach join = { .flags = VHUB_ATTACH_JOIN };
	int fd = attach_tun(HUB, IFF_MULTI_QUEUE), i;
	struct port_info info;
	struct ring rings[2];

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ring_open(&rings[i], 4, 4, 4096));
		join.fd = fd;
		ASSERT_EQ(0, attach_as(rings[i].fd, &join));
	}
	while (hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info) &&
	       info.queues != 3)
		;
	EXPECT_TRUE(shows_rings(&info));
	ring_close(&rings[0]);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_EQ(2, info.queues);
	EXPECT_TRUE(shows_rings(&info));
	ring_close(&rings[1]);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_EQ(1, info.queues);
	EXPECT_FALSE(shows_rings(&info));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_F(events, of_a_port_that_is_removed_come_once)
{
	struct port_info info;
	int fd = attach_tun(HUB, 0);

	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_TUN);
	ASSERT_EQ(0, port_del(HUB, 1));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_DEL_NTF, 1, &info));
	close(fd);
	EXPECT_TRUE(hears_nothing(&self->ear));
}

/* A port goes with its last file. */
TEST_F(events, of_queues_are_those_of_their_port)
{
	struct port_info info;
	int a, b;

	a = attach_tun(HUB, IFF_MULTI_QUEUE);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	b = attach_tun(HUB, IFF_MULTI_QUEUE);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_EQ(2, info.queues);
	close(a);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	EXPECT_EQ(1, info.queues);
	EXPECT_TRUE(hears_nothing(&self->ear));
	close(b);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_DEL_NTF, 1, &info));
}

TEST_F(events, of_a_hub_stand_for_its_ports_when_it_goes)
{
	struct port_info info;
	struct hub_info hub;

	self->fd = attach(HUB);
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 1, &info));
	ASSERT_EQ(0, link_del(HUB));
	EXPECT_TRUE(hears_hub(&self->ear, VHUB_CMD_HUB_DEL_NTF, HUB, &hub));
	close(self->fd);
	EXPECT_TRUE(hears_nothing(&self->ear));
}

#define TURNS	500

static void *one_port_thread(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < TURNS; i++)
		close(attach(HUB));
	return NULL;
}

/* Threads take each other's numbers at once: each comes before it goes. */
TEST_F(events, of_ports_come_in_the_order_of_what_happened)
{
	bool there[8] = {};
	pthread_t threads[4];
	struct port_info info;
	const struct nlmsghdr *nlh;
	int i, cmd = 0, wrong = 0, seen = 0;
	const int room = 32 << 20;

	/* For all that comes while we get no time to look. */
	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(self->ear.sock), SOL_SOCKET,
				SO_RCVBUFFORCE, &room, sizeof(room)));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL,
					    one_port_thread, NULL));
	while (seen < 4 * TURNS * 2 && !wrong) {
		ASSERT_TRUE(wait_until((cmd = next_event(&self->ear, &nlh))));
		ASSERT_LT(0, cmd);
		ASSERT_EQ(0, parse_port(nlh, &info));
		ASSERT_GT(8, info.number);
		wrong += there[info.number] != (cmd == VHUB_CMD_PORT_DEL_NTF);
		there[info.number] = cmd == VHUB_CMD_PORT_NTF;
		seen++;
	}
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_TRUE(hears_nothing(&self->ear));
	EXPECT_EQ(0, wrong) {
		TH_LOG("event %d, of port %u", seen, info.number);
	}
}

TEST_F(events, of_the_hosts_cable)
{
	struct port_info info;

	ASSERT_EQ(0, link_up(HUB, true));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 0, &info));
	EXPECT_TRUE(info.flags & VHUB_PORT_FLAG_RECV);
	ASSERT_EQ(0, link_up(HUB, false));
	EXPECT_TRUE(hears_port(&self->ear, VHUB_CMD_PORT_NTF, 0, &info));
	EXPECT_FALSE(info.flags & VHUB_PORT_FLAG_RECV);
	EXPECT_TRUE(hears_nothing(&self->ear));
}

/*
 * The last that is heard of a hub
 */
static int change_perm(int fd)
{
	(void)fd;
	return hub_set(HUB, -1, -1, 0640, NULL);
}

static int change_mode(int fd)
{
	int ret = hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH);

	(void)fd;
	return ret ? ret : hub_set_number(HUB, VHUB_A_HUB_MODE,
					  VHUB_HUB_MODE_HUB);
}

static int change_link(int fd)
{
	int ret = port_set_link(HUB, 1, 0);

	(void)fd;
	return ret ? ret : port_set_link(HUB, 1, 1);
}

/* The file does not say when the hub is gone. */
static int change_carrier(int fd)
{
	int off = 0, on = 1, ret = ioctl(fd, TUNSETCARRIER, &off);

	return ret ? ret : ioctl(fd, TUNSETCARRIER, &on);
}

static int (*const changes[])(int fd) = {
	change_perm, change_mode, change_link, change_carrier,
};

#define CHANGES	(sizeof(changes) / sizeof(*changes))

/* A process that makes a change again and again, as long as that can be done. */
static pid_t start_changes(int (*change)(int fd), int fd)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!change(fd))
		;
	_exit(0);
}

static void end_child(pid_t child)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Have all of them been heard of? */
static bool hears_changes(struct genl *ear)
{
	const struct nlmsghdr *nlh;
	int cmd, hubs = 0, ports = 0;

	while (wait_until((cmd = next_event(ear, &nlh)))) {
		hubs += cmd == VHUB_CMD_HUB_NTF;
		ports += cmd == VHUB_CMD_PORT_NTF;
		if (cmd < 0 || (hubs > 8 && ports > 8))
			return cmd > 0;
	}
	return false;
}

/* Is the end of a hub the last of what waits to be heard, and told once? */
static bool hears_end(struct genl *ear)
{
	const struct nlmsghdr *nlh;
	int cmd, last = 0, ends = 0;

	while ((cmd = next_event(ear, &nlh))) {
		if (cmd < 0)
			return false;
		ends += cmd == VHUB_CMD_HUB_DEL_NTF;
		last = cmd;
	}
	return last == VHUB_CMD_HUB_DEL_NTF && ends == 1;
}

/* Whoever changes it meanwhile. */
TEST_F_TIMEOUT(events, of_a_hub_end_when_it_goes, 120)
{
	const int room = 32 << 20;
	pid_t children[CHANGES];
	unsigned int i, round;

	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(self->ear.sock), SOL_SOCKET,
				SO_RCVBUFFORCE, &room, sizeof(room)));
	for (round = 0; round < rounds(100); round++) {
		self->fd = attach(HUB);
		ASSERT_LE(0, self->fd);
		for (i = 0; i < CHANGES; i++)
			children[i] = start_changes(changes[i], self->fd);
		EXPECT_TRUE(hears_changes(&self->ear));
		EXPECT_EQ(0, link_del(HUB));
		for (i = 0; i < CHANGES; i++)
			end_child(children[i]);
		close(self->fd);
		ASSERT_TRUE(hears_end(&self->ear)) {
			TH_LOG("round %u", round);
		}
		ASSERT_EQ(0, hub_add(HUB));
	}
}

/* A tunnel to a station that is looked for and not found: what is sent there waits. */
static const char make_dead_end[] =
	"set -e\n"
	"ip link add lan1 up type vhub\n"
	"ip addr add 192.0.2.1/24 dev lan1\n"
	"echo 1000 >/proc/sys/net/ipv4/neigh/lan1/mcast_solicit\n"
	"ip link add sit1 up type sit remote 192.0.2.9\n";

/* Sends to the dead end all that the socket has room for, and one frame more to the
 * hub: that waits for room, and holds a reference.
 */
static pid_t start_holder(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = if_nametoindex("sit1"),
	};
	struct ip6_hdr packet[2] = {
		{ .ip6_vfc = 6 << 4, .ip6_nxt = IPPROTO_NONE, .ip6_hlim = 64 },
	};
	int sock, room = 1;
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sock = socket(AF_PACKET, SOCK_RAW, 0);
	setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	while (sendto(sock, packet, sizeof(packet[0]), MSG_DONTWAIT,
		      (void *)&to, sizeof(to)) > 0)
		;
	to.sll_ifindex = if_nametoindex(HUB);
	sendto(sock, packet, sizeof(packet), 0, (void *)&to, sizeof(to));
	_exit(1);
}

/* The kernel tells of it each second while somebody holds it. */
TEST_F(events, of_a_hub_end_once_when_it_is_held)
{
	pid_t holder, remover;
	struct hub_info info;
	long long told;
	int status;

	ASSERT_EQ(0, system(make_dead_end));
	ASSERT_EQ(0, link_up(HUB, true));
	holder = start_holder();
	ASSERT_TRUE(wait_until(is_asleep(holder)));
	while (!hears_nothing(&self->ear))
		;
	remover = fork();
	if (!remover)
		_exit(link_del(HUB) ? 1 : 0);
	ASSERT_TRUE(wait_until(hears_hub(&self->ear, VHUB_CMD_HUB_DEL_NTF, HUB,
					 &info)));
	told = now_ms();
	EXPECT_TRUE(wait_until(now_ms() > told + 2000));
	EXPECT_TRUE(is_asleep(holder));
	EXPECT_EQ(0, waitpid(remover, &status, WNOHANG));
	EXPECT_TRUE(hears_nothing(&self->ear));
	end_child(holder);
	ASSERT_EQ(remover, waitpid(remover, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_F(events, of_refused_requests_do_not_come)
{
	EXPECT_EQ(-EINVAL, hub_set(HUB, -1, -1, -1, NULL));
	EXPECT_EQ(-ENOENT, port_set_link(HUB, 7, 0));
	EXPECT_EQ(-ENOENT, port_del(HUB, 7));
	EXPECT_EQ(-EEXIST, hub_add(HUB));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_F(events, of_another_namespace_do_not_come)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_LE(0, attach(HUB));
	EXPECT_TRUE(hears_nothing(&self->ear));
}

TEST_HARNESS_MAIN
