// SPDX-License-Identifier: GPL-2.0
/* libvhub - messages of the family "vhubd" into structs */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "genl.h"
#include "vhubd_parse.h"

static uint32_t parse_has(const struct nlattr *const *tb, unsigned int max)
{
	uint32_t has = 0;
	unsigned int i;

	for (i = 1; i <= max; i++)
		if (tb[i])
			has |= 1U << i;
	return has;
}

static uint32_t parse_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

static uint64_t parse_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

static void parse_inet(struct vhub_inet *inet, const struct nlattr *address,
		       const struct nlattr *port)
{
	uint16_t len = address ? mnl_attr_get_payload_len(address) : 0;

	if (len != 4 && len != sizeof(inet->address))
		return;
	inet->family = len == 4 ? AF_INET : AF_INET6;
	memcpy(inet->address, mnl_attr_get_payload(address), len);
	if (port)
		inet->port = mnl_attr_get_u16(port);
}

int vhubd_parse_link(const struct nlmsghdr *nlh, struct vhub_link_info *link)
{
	static const uint8_t type[] = {
		[VHUBD_A_LINK_HUB_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LINK_ID] = MNL_TYPE_U32,
		[VHUBD_A_LINK_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LINK_KIND] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LINK_TEXT] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LINK_WORKS] = MNL_TYPE_U8,
		[VHUBD_A_LINK_ERROR] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LINK_PORTS] = MNL_TYPE_U32,
		[VHUBD_A_LINK_PORT] = MNL_TYPE_U32,
		[VHUBD_A_LINK_PID] = MNL_TYPE_U32,
		[VHUBD_A_LINK_RX_FRAMES] = MNL_TYPE_U64,
		[VHUBD_A_LINK_RX_BYTES] = MNL_TYPE_U64,
		[VHUBD_A_LINK_TX_FRAMES] = MNL_TYPE_U64,
		[VHUBD_A_LINK_TX_BYTES] = MNL_TYPE_U64,
	};
	const struct vhub_nl_policy policy = { type, VHUBD_A_LINK_MAX };
	const struct nlattr *tb[VHUBD_A_LINK_MAX + 1];
	int ret = vhub_genl_attrs(nlh, &policy, tb);

	memset(link, 0, sizeof(*link));
	if (ret)
		return ret;
	link->has = parse_has(tb, VHUBD_A_LINK_MAX);
	vhub_nl_copy_string(link->hub_name, sizeof(link->hub_name),
			    tb[VHUBD_A_LINK_HUB_NAME]);
	link->id = parse_u32(tb[VHUBD_A_LINK_ID]);
	vhub_nl_copy_string(link->name, sizeof(link->name),
			    tb[VHUBD_A_LINK_NAME]);
	vhub_nl_copy_string(link->kind, sizeof(link->kind),
			    tb[VHUBD_A_LINK_KIND]);
	vhub_nl_copy_string(link->text, sizeof(link->text),
			    tb[VHUBD_A_LINK_TEXT]);
	if (tb[VHUBD_A_LINK_WORKS])
		link->works = mnl_attr_get_u8(tb[VHUBD_A_LINK_WORKS]);
	vhub_nl_copy_string(link->error, sizeof(link->error),
			    tb[VHUBD_A_LINK_ERROR]);
	link->ports = parse_u32(tb[VHUBD_A_LINK_PORTS]);
	link->port = parse_u32(tb[VHUBD_A_LINK_PORT]);
	link->pid = parse_u32(tb[VHUBD_A_LINK_PID]);
	link->rx_frames = parse_u64(tb[VHUBD_A_LINK_RX_FRAMES]);
	link->rx_bytes = parse_u64(tb[VHUBD_A_LINK_RX_BYTES]);
	link->tx_frames = parse_u64(tb[VHUBD_A_LINK_TX_FRAMES]);
	link->tx_bytes = parse_u64(tb[VHUBD_A_LINK_TX_BYTES]);
	return 0;
}

int vhubd_parse_fwd(const struct nlmsghdr *nlh, struct vhub_fwd_info *fwd)
{
	static const uint8_t type[] = {
		[VHUBD_A_FWD_HUB_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_FWD_LINK] = MNL_TYPE_U32,
		[VHUBD_A_FWD_TEXT] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_FWD_KIND] = MNL_TYPE_U32,
		[VHUBD_A_FWD_PROTOCOL] = MNL_TYPE_U8,
		[VHUBD_A_FWD_HOST_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_FWD_HOST_PORT] = MNL_TYPE_U16,
		[VHUBD_A_FWD_GUEST_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_FWD_GUEST_PORT] = MNL_TYPE_U16,
		[VHUBD_A_FWD_TARGET] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_FWD_CONNECTIONS] = MNL_TYPE_U64,
		[VHUBD_A_FWD_IN_BYTES] = MNL_TYPE_U64,
		[VHUBD_A_FWD_OUT_BYTES] = MNL_TYPE_U64,
	};
	const struct vhub_nl_policy policy = { type, VHUBD_A_FWD_MAX };
	const struct nlattr *tb[VHUBD_A_FWD_MAX + 1];
	int ret = vhub_genl_attrs(nlh, &policy, tb);

	memset(fwd, 0, sizeof(*fwd));
	if (ret)
		return ret;
	fwd->has = parse_has(tb, VHUBD_A_FWD_MAX);
	vhub_nl_copy_string(fwd->hub_name, sizeof(fwd->hub_name),
			    tb[VHUBD_A_FWD_HUB_NAME]);
	fwd->link = parse_u32(tb[VHUBD_A_FWD_LINK]);
	fwd->kind = parse_u32(tb[VHUBD_A_FWD_KIND]);
	if (tb[VHUBD_A_FWD_PROTOCOL])
		fwd->protocol = mnl_attr_get_u8(tb[VHUBD_A_FWD_PROTOCOL]);
	parse_inet(&fwd->host, tb[VHUBD_A_FWD_HOST_ADDRESS],
		   tb[VHUBD_A_FWD_HOST_PORT]);
	parse_inet(&fwd->guest, tb[VHUBD_A_FWD_GUEST_ADDRESS],
		   tb[VHUBD_A_FWD_GUEST_PORT]);
	vhub_nl_copy_string(fwd->target, sizeof(fwd->target),
			    tb[VHUBD_A_FWD_TARGET]);
	fwd->connections = parse_u64(tb[VHUBD_A_FWD_CONNECTIONS]);
	fwd->in_bytes = parse_u64(tb[VHUBD_A_FWD_IN_BYTES]);
	fwd->out_bytes = parse_u64(tb[VHUBD_A_FWD_OUT_BYTES]);
	return 0;
}

int vhubd_parse_lease(const struct nlmsghdr *nlh,
		      struct vhub_lease_info *lease)
{
	static const uint8_t type[] = {
		[VHUBD_A_LEASE_HUB_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LEASE_LINK] = MNL_TYPE_U32,
		[VHUBD_A_LEASE_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_LEASE_MAC] = MNL_TYPE_BINARY,
		[VHUBD_A_LEASE_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_LEASE_LEFT] = MNL_TYPE_U32,
	};
	const struct vhub_nl_policy policy = { type, VHUBD_A_LEASE_MAX };
	const struct nlattr *tb[VHUBD_A_LEASE_MAX + 1];
	int ret = vhub_genl_attrs(nlh, &policy, tb);

	memset(lease, 0, sizeof(*lease));
	if (ret)
		return ret;
	lease->has = parse_has(tb, VHUBD_A_LEASE_MAX);
	vhub_nl_copy_string(lease->hub_name, sizeof(lease->hub_name),
			    tb[VHUBD_A_LEASE_HUB_NAME]);
	lease->link = parse_u32(tb[VHUBD_A_LEASE_LINK]);
	parse_inet(&lease->address, tb[VHUBD_A_LEASE_ADDRESS], NULL);
	vhub_nl_copy_string(lease->name, sizeof(lease->name),
			    tb[VHUBD_A_LEASE_NAME]);
	lease->left = parse_u32(tb[VHUBD_A_LEASE_LEFT]);
	return vhub_nl_copy_address(lease->mac, tb[VHUBD_A_LEASE_MAC]);
}

int vhubd_parse_conn(const struct nlmsghdr *nlh, struct vhub_conn_info *conn)
{
	static const uint8_t type[] = {
		[VHUBD_A_CONN_HUB_NAME] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_CONN_LINK] = MNL_TYPE_U32,
		[VHUBD_A_CONN_PROTOCOL] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_CONN_STATE] = MNL_TYPE_NUL_STRING,
		[VHUBD_A_CONN_SRC_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_CONN_SRC_PORT] = MNL_TYPE_U16,
		[VHUBD_A_CONN_DST_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_CONN_DST_PORT] = MNL_TYPE_U16,
		[VHUBD_A_CONN_LOCAL_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_CONN_LOCAL_PORT] = MNL_TYPE_U16,
		[VHUBD_A_CONN_REMOTE_ADDRESS] = MNL_TYPE_BINARY,
		[VHUBD_A_CONN_REMOTE_PORT] = MNL_TYPE_U16,
		[VHUBD_A_CONN_IN_QUEUE] = MNL_TYPE_U32,
		[VHUBD_A_CONN_OUT_QUEUE] = MNL_TYPE_U32,
	};
	const struct vhub_nl_policy policy = { type, VHUBD_A_CONN_MAX };
	const struct nlattr *tb[VHUBD_A_CONN_MAX + 1];
	int ret = vhub_genl_attrs(nlh, &policy, tb);

	memset(conn, 0, sizeof(*conn));
	if (ret)
		return ret;
	conn->has = parse_has(tb, VHUBD_A_CONN_MAX);
	vhub_nl_copy_string(conn->hub_name, sizeof(conn->hub_name),
			    tb[VHUBD_A_CONN_HUB_NAME]);
	conn->link = parse_u32(tb[VHUBD_A_CONN_LINK]);
	vhub_nl_copy_string(conn->protocol, sizeof(conn->protocol),
			    tb[VHUBD_A_CONN_PROTOCOL]);
	vhub_nl_copy_string(conn->state, sizeof(conn->state),
			    tb[VHUBD_A_CONN_STATE]);
	parse_inet(&conn->src, tb[VHUBD_A_CONN_SRC_ADDRESS],
		   tb[VHUBD_A_CONN_SRC_PORT]);
	parse_inet(&conn->dst, tb[VHUBD_A_CONN_DST_ADDRESS],
		   tb[VHUBD_A_CONN_DST_PORT]);
	parse_inet(&conn->local, tb[VHUBD_A_CONN_LOCAL_ADDRESS],
		   tb[VHUBD_A_CONN_LOCAL_PORT]);
	parse_inet(&conn->remote, tb[VHUBD_A_CONN_REMOTE_ADDRESS],
		   tb[VHUBD_A_CONN_REMOTE_PORT]);
	conn->in_queue = parse_u32(tb[VHUBD_A_CONN_IN_QUEUE]);
	conn->out_queue = parse_u32(tb[VHUBD_A_CONN_OUT_QUEUE]);
	return 0;
}
