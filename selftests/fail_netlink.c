// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - each request while the kernel has no memory, or cannot reach the caller's
 *
 *	a --- |lan0| --- device
 *
 * As fail_nth does with the calls of a file: requests of vhub's family, and those of
 * rtnetlink for the hub's device and for one that is its port.
 *
 * debug: only such kernels fail on demand
 * vm: -t 900
 */

#include "kselftest_harness.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "vhub_nth.h"

/*
 * Hubs
 */
static int call_hub_add(struct actors *a)
{
	return hub_add(HUB);
}

static bool has_hub(struct actors *a)
{
	return !hub_get(HUB, &a->hub_info) && !a->hub_info.ports &&
	       !port_get(HUB, 0, &a->port_info);
}

static int call_hub_get(struct actors *a)
{
	memset(&a->hub_info, 0, sizeof(a->hub_info));
	return hub_get(HUB, &a->hub_info);
}

static bool has_hub_info(struct actors *a)
{
	return !strcmp(HUB, a->hub_info.name) && a->hub_info.ports == 1 &&
	       a->hub_info.ports_max == VHUB_PORTS_MAX;
}

static int call_hub_del(struct actors *a)
{
	return hub_del(HUB, NULL);
}

static bool has_no_hub(struct actors *a)
{
	return hub_get(HUB, &a->hub_info) == -ENODEV && !if_nametoindex(HUB);
}

static int call_hub_mode(struct actors *a)
{
	return hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH);
}

static bool has_hub_mode(struct actors *a)
{
	return !hub_get(HUB, &a->hub_info) &&
	       a->hub_info.mode == VHUB_HUB_MODE_SWITCH;
}

static int call_hub_rights(struct actors *a)
{
	return hub_set(HUB, 1, 2, 0640, NULL);
}

static bool has_hub_rights(struct actors *a)
{
	return !hub_get(HUB, &a->hub_info) && a->hub_info.owner == 1 &&
	       a->hub_info.group == 2 && a->hub_info.perm == 0640;
}

/*
 * Ports
 */
static int call_port_get(struct actors *a)
{
	memset(&a->port_info, 0, sizeof(a->port_info));
	return port_get(HUB, 2, &a->port_info);
}

static bool has_port_info(struct actors *a)
{
	return !strcmp(HUB, a->port_info.hub_name) &&
	       a->port_info.number == 2 && a->port_info.queues == 1;
}

/* Port 1. */
static int call_port_del(struct actors *a)
{
	return port_del(HUB, a->port);
}

static bool has_no_port(struct actors *a)
{
	return port_get(HUB, a->port, &a->port_info) == -ENOENT;
}

static int call_port_lock(struct actors *a)
{
	unsigned char mac[6];

	station(1, mac);
	return port_set_lock(HUB, a->port, mac);
}

static bool has_port(struct actors *a)
{
	return !port_get(HUB, a->port, &a->port_info);
}

static bool has_port_lock(struct actors *a)
{
	unsigned char mac[6];

	station(1, mac);
	return has_port(a) && !memcmp(mac, a->port_info.lock, sizeof(mac));
}

static int call_port_max(struct actors *a)
{
	return port_set_max(HUB, a->port, 7);
}

static bool has_port_max(struct actors *a)
{
	return has_port(a) && a->port_info.max_addresses == 7;
}

static int call_port_vlans(struct actors *a)
{
	return port_set_vlans(HUB, a->port, 10, "10,20-29");
}

static bool has_port_vlans(struct actors *a)
{
	return has_port(a) && a->port_info.pvid == 10 &&
	       a->port_info.vlan_count == 2 && a->port_info.vlans[1][1] == 29;
}

static int call_port_link(struct actors *a)
{
	return port_set_link(HUB, a->port, 0);
}

/* What was learned there is forgotten. */
static bool has_no_link(struct actors *a)
{
	return has_port(a) && !(a->port_info.flags & VHUB_PORT_FLAG_LINK) &&
	       fdb_port(HUB, 1, 0) == -ENOENT;
}

static int call_port_add(struct actors *a)
{
	memset(&a->port_info, 0, sizeof(a->port_info));
	return port_add(HUB, DEVICE, &a->port_info);
}

static bool has_device(struct actors *a)
{
	return has_port(a) && !strcmp(DEVICE, a->port_info.dev_name);
}

/* And who put it there was told. */
static bool has_added(struct actors *a)
{
	return (a->unknown || !strcmp(DEVICE, a->port_info.dev_name)) &&
	       has_device(a);
}

static int call_master(struct actors *a)
{
	return link_set_master(DEVICE, HUB);
}

static int call_unplug(struct actors *a)
{
	return link_set_master(DEVICE, NULL);
}

static const unsigned char l3_mac[6] = { 2, 0, 0x5e, 0, 0x53, 7 };

/* 192.0.2.1/24 and its router, as IPv6 writes them. */
static const unsigned char l3_ip[17] = {
	[10] = 0xff, 0xff, 192, 0, 2, 1, 120
};

static const unsigned char l3_via[16] = { [10] = 0xff, 0xff, 192, 0, 2, 9 };

static int take_l3_attr(const struct nlattr *attr, void *data)
{
	const void *bytes = mnl_attr_get_payload(attr);
	const size_t len = mnl_attr_get_payload_len(attr);
	struct actors *a = data;

	switch (mnl_attr_get_type(attr)) {
	case VHUB_A_PORT_ADDRESS:
		a->count += len == sizeof(l3_mac) && !memcmp(bytes, l3_mac, len);
		break;
	case VHUB_A_PORT_IP:
		a->count += len == sizeof(l3_ip) && !memcmp(bytes, l3_ip, len);
		break;
	case VHUB_A_PORT_VIA:
		a->count += len == sizeof(l3_via) && !memcmp(bytes, l3_via, len);
		break;
	}
	return MNL_CB_OK;
}

static int take_l3(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_l3_attr,
			      data);
}

static int l3_begin(struct actors *a, struct genl *genl, __u8 cmd)
{
	int ret = genl_open(genl);

	if (ret)
		return ret;
	genl_begin(genl, cmd, 0);
	mnl_attr_put_strz(genl->nlh, VHUB_A_PORT_HUB_NAME, HUB);
	mnl_attr_put_u32(genl->nlh, VHUB_A_PORT_NUMBER, a->port);
	return 0;
}

static int call_port_l3(struct actors *a)
{
	struct genl genl;
	int ret = l3_begin(a, &genl, VHUB_CMD_PORT_SET);

	if (ret)
		return ret;
	mnl_attr_put(genl.nlh, VHUB_A_PORT_ADDRESS, sizeof(l3_mac), l3_mac);
	mnl_attr_put(genl.nlh, VHUB_A_PORT_IP, sizeof(l3_ip), l3_ip);
	mnl_attr_put(genl.nlh, VHUB_A_PORT_VIA, sizeof(l3_via), l3_via);
	ret = genl_talk(&genl, NULL, NULL);
	genl_close(&genl);
	return ret;
}

static bool has_port_l3(struct actors *a)
{
	struct genl genl;
	int ret = l3_begin(a, &genl, VHUB_CMD_PORT_GET);

	if (ret)
		return false;
	a->count = 0;
	ret = genl_talk(&genl, take_l3, a);
	genl_close(&genl);
	return !ret && a->count == 3;
}

/*
 * Addresses
 */
static int call_fdb_add(struct actors *a)
{
	return fdb_add(HUB, 1, 0, a->port);
}

static bool has_address(struct actors *a)
{
	return fdb_port(HUB, 1, 0) == a->port;
}

static int prepare_fdb(struct actors *a)
{
	return prepare_switch(a) ?: call_fdb_add(a);
}

static int call_fdb_get(struct actors *a)
{
	memset(&a->fdb_info, 0, sizeof(a->fdb_info));
	return fdb_get(HUB, 1, 0, &a->fdb_info);
}

static bool has_fdb_info(struct actors *a)
{
	unsigned char mac[6];

	station(1, mac);
	return !strcmp(HUB, a->fdb_info.hub_name) && a->fdb_info.port == 1 &&
	       !memcmp(mac, a->fdb_info.address, sizeof(mac));
}

static int call_fdb_del(struct actors *a)
{
	return fdb_del(HUB, 1, 0);
}

static int call_fdb_flush(struct actors *a)
{
	return fdb_flush(HUB, -1, -1);
}

static bool has_no_address(struct actors *a)
{
	return fdb_port(HUB, 1, 0) == -ENOENT &&
	       !hub_get(HUB, &a->hub_info) && !a->hub_info.addresses;
}

/* One that is learned, not static. */
static int prepare_learned(struct actors *a)
{
	return prepare_switch(a) ?:
	       flow_send(a->other, FLOW(.from = 1, .to = ALL));
}

/*
 * Tables. What is read later may fail, too, and takes the socket along.
 */
static int count_answer(const struct nlmsghdr *nlh, void *data)
{
	struct actors *a = data;

	a->count++;
	return MNL_CB_OK;
}

static int prepare_dump(struct actors *a)
{
	return prepare_fdb(a) ?: genl_open(&a->genl);
}

static int dump(struct actors *a, __u8 cmd)
{
	int ret = a->genl.sock ? 0 : genl_open(&a->genl);

	if (ret)
		return ret;
	a->count = 0;
	genl_begin(&a->genl, cmd, NLM_F_DUMP);
	ret = genl_talk(&a->genl, count_answer, a);
	if (ret) {
		genl_close(&a->genl);
		a->genl.sock = NULL;
	}
	return ret;
}

static int call_dump_hubs(struct actors *a)
{
	return dump(a, VHUB_CMD_HUB_GET);
}

static int call_dump_ports(struct actors *a)
{
	return dump(a, VHUB_CMD_PORT_GET);
}

static int call_dump_fdb(struct actors *a)
{
	return dump(a, VHUB_CMD_FDB_GET);
}

static bool has_one(struct actors *a)
{
	return a->count == 1;
}

/* And the host's. */
static bool has_three(struct actors *a)
{
	return a->count == 3;
}

/*
 * The hub's device
 */
static int prepare_ear_and_pair(struct actors *a)
{
	return prepare_pair(a) ?: prepare_ear(a);
}

static bool is_up(const char *name)
{
	struct ifreq ifr = {};
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	strcpy(ifr.ifr_name, name);
	ret = ioctl(sock, SIOCGIFFLAGS, &ifr);
	close(sock);
	return !ret && (ifr.ifr_flags & IFF_UP);
}

static int call_hub_up(struct actors *a)
{
	return link_up(HUB, true);
}

/* So is the host's cable. */
static bool hub_is_up(struct actors *a)
{
	return is_up(HUB) && !port_get(HUB, 0, &a->port_info) &&
	       (a->port_info.flags & VHUB_PORT_FLAG_LINK) &&
	       (a->port_info.flags & VHUB_PORT_FLAG_RECV);
}

static int prepare_hub_up(struct actors *a)
{
	return call_hub_up(a) ?: prepare_ear_and_pair(a);
}

static int call_hub_down(struct actors *a)
{
	return link_up(HUB, false);
}

static bool hub_is_down(struct actors *a)
{
	return !is_up(HUB) && !port_get(HUB, 0, &a->port_info) &&
	       !(a->port_info.flags & VHUB_PORT_FLAG_LINK) &&
	       !(a->port_info.flags & VHUB_PORT_FLAG_RECV);
}

static int call_hub_mtu(struct actors *a)
{
	return link_set_mtu(HUB, 9000);
}

static int link_mtu(const char *name)
{
	struct ifreq ifr = {};
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	strcpy(ifr.ifr_name, name);
	ret = ret_errno(ioctl(sock, SIOCGIFMTU, &ifr));
	close(sock);
	return ret ?: ifr.ifr_mtu;
}

static bool has_hub_mtu(struct actors *a)
{
	return link_mtu(HUB) == 9000;
}

static int call_hub_rename(struct actors *a)
{
	return link_rename(HUB, RENAMED);
}

static bool is_renamed(struct actors *a)
{
	return hub_get(HUB, &a->hub_info) == -ENODEV &&
	       !hub_get(RENAMED, &a->hub_info) && a->hub_info.ports == 2 &&
	       !strcmp(RENAMED, a->hub_info.name);
}

/*
 * A device that is a port
 */
static int call_device_down(struct actors *a)
{
	return link_up(DEVICE, false);
}

static bool device_is_down(struct actors *a)
{
	return !is_up(DEVICE) && has_device(a) &&
	       !(a->port_info.flags & VHUB_PORT_FLAG_LINK);
}

static int call_device_del(struct actors *a)
{
	return link_del(DEVICE);
}

static bool device_is_gone(struct actors *a)
{
	return !if_nametoindex(DEVICE) && has_no_port(a);
}

/*
 * Each of them, failing
 */
FIXTURE(fail_netlink)
{
};

FIXTURE_VARIANT(fail_netlink)
{
	struct nth nth;
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_add)
{
	.nth.prepare = prepare_nothing,
	.nth.call = call_hub_add,
	.nth.done = has_hub,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
	.nth.alone = true,	/* the namespace has no table of hubs yet */
	.nth.other = -EINVAL,	/* for a device whose name has no room */
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_get)
{
	.nth.prepare = prepare_port,
	.nth.call = call_hub_get,
	.nth.done = has_hub_info,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_del)
{
	.nth.prepare = prepare_ear_and_pair,
	.nth.call = call_hub_del,
	.nth.done = has_no_hub,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
	.nth.heard = has_no_hub,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_mode)
{
	.nth.prepare = prepare_pair,
	.nth.call = call_hub_mode,
	.nth.done = has_hub_mode,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_rights)
{
	.nth.prepare = prepare_nothing,
	.nth.call = call_hub_rights,
	.nth.done = has_hub_rights,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_get)
{
	.nth.prepare = prepare_pair,
	.nth.call = call_port_get,
	.nth.done = has_port_info,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_del)
{
	.nth.prepare = prepare_fdb,
	.nth.call = call_port_del,
	.nth.done = has_no_port,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_del_device)
{
	.nth.prepare = prepare_plugged,
	.nth.call = call_port_del,
	.nth.done = has_no_port,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_lock)
{
	.nth.prepare = prepare_switch,
	.nth.call = call_port_lock,
	.nth.done = has_port_lock,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_max)
{
	.nth.prepare = prepare_switch,
	.nth.call = call_port_max,
	.nth.done = has_port_max,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_vlans)
{
	.nth.prepare = prepare_switch,
	.nth.call = call_port_vlans,
	.nth.done = has_port_vlans,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_link)
{
	.nth.prepare = prepare_learned,
	.nth.call = call_port_link,
	.nth.done = has_no_link,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_l3)
{
	.nth.prepare = prepare_plugged_tun,
	.nth.call = call_port_l3,
	.nth.done = has_port_l3,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_add)
{
	.nth.prepare = prepare_device,
	.nth.call = call_port_add,
	.nth.done = has_added,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, port_add_tun)
{
	.nth.prepare = prepare_tun_device,
	.nth.call = call_port_add,
	.nth.done = has_added,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, master)
{
	.nth.prepare = prepare_device,
	.nth.call = call_master,
	.nth.done = has_device,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, unplug)
{
	.nth.prepare = prepare_plugged,
	.nth.call = call_unplug,
	.nth.done = has_no_port,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, fdb_add)
{
	.nth.prepare = prepare_switch,
	.nth.call = call_fdb_add,
	.nth.done = has_address,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, fdb_get)
{
	.nth.prepare = prepare_fdb,
	.nth.call = call_fdb_get,
	.nth.done = has_fdb_info,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, fdb_del)
{
	.nth.prepare = prepare_fdb,
	.nth.call = call_fdb_del,
	.nth.done = has_no_address,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, fdb_flush)
{
	.nth.prepare = prepare_learned,
	.nth.call = call_fdb_flush,
	.nth.done = has_no_address,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, dump_hubs)
{
	.nth.prepare = prepare_dump,
	.nth.call = call_dump_hubs,
	.nth.done = has_one,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_netlink, dump_ports)
{
	.nth.prepare = prepare_dump,
	.nth.call = call_dump_ports,
	.nth.done = has_three,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_netlink, dump_fdb)
{
	.nth.prepare = prepare_dump,
	.nth.call = call_dump_fdb,
	.nth.done = has_one,
	.nth.whats = FAIL_SLAB | FAIL_COPY,
	.nth.other = -ENOBUFS,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_up)
{
	.nth.prepare = prepare_ear_and_pair,
	.nth.call = call_hub_up,
	.nth.done = hub_is_up,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
	.nth.heard = hub_is_up,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_down)
{
	.nth.prepare = prepare_hub_up,
	.nth.call = call_hub_down,
	.nth.done = hub_is_down,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
	.nth.heard = hub_is_down,
};

FIXTURE_VARIANT_ADD(fail_netlink, hub_mtu)
{
	.nth.prepare = prepare_pair,
	.nth.call = call_hub_mtu,
	.nth.done = has_hub_mtu,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, device_down)
{
	.nth.prepare = prepare_plugged,
	.nth.call = call_device_down,
	.nth.done = device_is_down,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_VARIANT_ADD(fail_netlink, device_del)
{
	.nth.prepare = prepare_plugged,
	.nth.call = call_device_del,
	.nth.done = device_is_gone,
	.nth.whats = FAIL_SLAB,
	.nth.netlink = true,
};

FIXTURE_SETUP(fail_netlink)
{
	if (access("/proc/thread-self/fail-nth", W_OK))
		SKIP(return, "no kernel that fails on demand");
	ASSERT_EQ(0, nth_open());
}

FIXTURE_TEARDOWN(fail_netlink)
{
}

TEST_F_TIMEOUT(fail_netlink, all_or_nothing, 120)
{
	const char *wrong = nth_try_often(&variant->nth);

	ASSERT_EQ(NULL, wrong) TH_LOG("%s", wrong);
}

TEST_F_TIMEOUT(fail_netlink, all_or_nothing_for_good, 120)
{
	const char *wrong = nth_try_for_good(&variant->nth);

	ASSERT_EQ(NULL, wrong) TH_LOG("%s", wrong);
}

/*
 * Where all that follows fails, too, others leave a name half taken back.
 */
FIXTURE(fail_once)
{
};

FIXTURE_SETUP(fail_once)
{
	if (access("/proc/thread-self/fail-nth", W_OK))
		SKIP(return, "no kernel that fails on demand");
	ASSERT_EQ(0, nth_open());
}

FIXTURE_TEARDOWN(fail_once)
{
}

TEST_F_TIMEOUT(fail_once, hub_rename, 120)
{
	const struct nth nth = {
		.prepare = prepare_ear_and_pair,
		.call = call_hub_rename,
		.done = is_renamed,
		.whats = FAIL_SLAB,
		.netlink = true,
		.heard = is_renamed,
	};
	const char *wrong = nth_try_often(&nth);

	ASSERT_EQ(NULL, wrong) TH_LOG("%s", wrong);
}

TEST_HARNESS_MAIN
