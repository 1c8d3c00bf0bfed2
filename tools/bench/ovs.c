// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: TAP devices on Open vSwitch's kernel datapath
 *
 * No daemon: what it would do is done here once, before the clock runs. The
 * datapath has one port and one flow for each TAP, which sends the frames of
 * that port to all others, so that none ever has to ask user space.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/openvswitch.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "../libvhub/nl.h"
#include "fd.h"
#include "tap.h"

#define OVS_NAME	"benchovs"

static struct vhub_nl ovs_nl;

static int ovs_take_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)data = mnl_attr_get_u16(attr);
	return 0;
}

static void ovs_talk(struct nlmsghdr *nlh, vhub_nl_cb cb, void *data)
{
	int ret = vhub_nl_talk(&ovs_nl, ovs_nl.genl, nlh, cb, data);

	if (ret)
		bench_die("openvswitch: %s", ovs_nl.error[0] ? ovs_nl.error :
			  strerror(-ret));
}

static uint16_t ovs_family(const char *name)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_nl_request(buf, GENL_ID_CTRL);
	struct genlmsghdr *genl;
	uint16_t id = 0;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	ovs_talk(nlh, ovs_take_id, &id);
	return id;
}

/* Begins a request about the datapath, which need not be there yet. */
static struct nlmsghdr *ovs_request(void *buf, const char *family, uint8_t cmd,
				    uint8_t version)
{
	struct nlmsghdr *nlh = vhub_nl_request(buf, ovs_family(family));
	struct ovs_header *ovs;
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	ovs = mnl_nlmsg_put_extra_header(nlh, sizeof(*ovs));
	ovs->dp_ifindex = if_nametoindex(OVS_NAME);
	return nlh;
}

static void ovs_add_datapath(void)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = ovs_request(buf, OVS_DATAPATH_FAMILY,
					   OVS_DP_CMD_NEW, OVS_DATAPATH_VERSION);

	mnl_attr_put_strz(nlh, OVS_DP_ATTR_NAME, OVS_NAME);
	mnl_attr_put_u32(nlh, OVS_DP_ATTR_UPCALL_PID, 0);
	ovs_talk(nlh, NULL, NULL);
}

/* Port 0 is the datapath's own device, which stays down. */
static void ovs_add_port(unsigned int i)
{
	char buf[VHUB_NL_REQUEST_SIZE], name[IFNAMSIZ];
	struct nlmsghdr *nlh = ovs_request(buf, OVS_VPORT_FAMILY,
					   OVS_VPORT_CMD_NEW, OVS_VPORT_VERSION);

	snprintf(name, sizeof(name), TAP_NAME "%u", i);
	mnl_attr_put_strz(nlh, OVS_VPORT_ATTR_NAME, name);
	mnl_attr_put_u32(nlh, OVS_VPORT_ATTR_TYPE, OVS_VPORT_TYPE_NETDEV);
	mnl_attr_put_u32(nlh, OVS_VPORT_ATTR_PORT_NO, i + 1);
	mnl_attr_put_u32(nlh, OVS_VPORT_ATTR_UPCALL_PID, 0);
	ovs_talk(nlh, NULL, NULL);
}

/* The frames of a port, or of which of its bits a flow takes notice. */
static void ovs_put_key(struct nlmsghdr *nlh, uint16_t type, uint32_t port,
			uint16_t ethertype)
{
	const struct ovs_key_ethernet any = { 0 };
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u32(nlh, OVS_KEY_ATTR_IN_PORT, port);
	mnl_attr_put(nlh, OVS_KEY_ATTR_ETHERNET, sizeof(any), &any);
	mnl_attr_put_u16(nlh, OVS_KEY_ATTR_ETHERTYPE, htons(ethertype));
	mnl_attr_nest_end(nlh, nest);
}

static void ovs_add_flow(unsigned int i, unsigned int ends)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = ovs_request(buf, OVS_FLOW_FAMILY,
					   OVS_FLOW_CMD_NEW, OVS_FLOW_VERSION);
	struct nlattr *actions;
	unsigned int j;

	ovs_put_key(nlh, OVS_FLOW_ATTR_KEY, i + 1, BENCH_ETHERTYPE);
	ovs_put_key(nlh, OVS_FLOW_ATTR_MASK, UINT32_MAX, UINT16_MAX);
	actions = mnl_attr_nest_start(nlh, OVS_FLOW_ATTR_ACTIONS);
	for (j = 0; j < ends; j++)
		if (j != i)
			mnl_attr_put_u32(nlh, OVS_ACTION_ATTR_OUTPUT, j + 1);
	mnl_attr_nest_end(nlh, actions);
	ovs_talk(nlh, NULL, NULL);
}

static const char *ovs_missing(void)
{
	return system("modprobe -q openvswitch") ?
	       "needs a kernel with openvswitch" : NULL;
}

static void ovs_setup(unsigned int ends)
{
	unsigned int i;
	int ret;

	ret = vhub_nl_open(&ovs_nl.genl, NETLINK_GENERIC);
	if (ret)
		bench_die("netlink: %s", strerror(-ret));
	tap_make(ends);
	ovs_add_datapath();
	for (i = 0; i < ends; i++)
		ovs_add_port(i);
	for (i = 0; i < ends; i++)
		ovs_add_flow(i, ends);
}

static void ovs_teardown(void)
{
	char buf[VHUB_NL_REQUEST_SIZE];

	ovs_talk(ovs_request(buf, OVS_DATAPATH_FAMILY, OVS_DP_CMD_DEL,
			     OVS_DATAPATH_VERSION), NULL, NULL);
	vhub_nl_close(&ovs_nl);
	tap_remove();
}

const struct bench_rival bench_ovs = {
	.name		= "ovs",
	.title		= "tap, ovs, tap",
	.frame_max	= BENCH_FRAME_MAX,
	.missing	= ovs_missing,
	.setup		= ovs_setup,
	.open		= tap_open,
	.send		= fd_send,
	.recv		= fd_recv,
	.close		= fd_close,
	.teardown	= ovs_teardown,
};
