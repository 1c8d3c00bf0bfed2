// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the netlink family "vhubd": leases and connections of user stacks
 *
 * Both come and go all the time; of what changes during a dump something may be
 * missing in it, or be there twice.
 */
#include <errno.h>

#include "link_user.h"
#include "netlink_vhubd.h"

const struct netlink_rule netlink_lease_rules[] = {
	[VHUBD_A_LEASE_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUBD_A_LEASE_LINK] = { NETLINK_U32, 1, 0 },
};

const struct netlink_rule netlink_conn_rules[] = {
	[VHUBD_A_CONN_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUBD_A_CONN_LINK] = { NETLINK_U32, 1, 0 },
};

/* Leases -----------------------------------------------------------------------*/

static void nlc_put_lease(const struct link *link, uint32_t i,
			  struct nlmsghdr *nlh)
{
	const struct dhcp *dhcp = link_user_dhcp(link);
	const struct dhcp_lease *lease = &dhcp->leases[i];
	const struct in_addr addr = dhcp_address(dhcp, i);
	gint64 left = lease->ends - g_get_monotonic_time();

	mnl_attr_put_strz(nlh, VHUBD_A_LEASE_HUB_NAME, link->hub->name);
	mnl_attr_put_u32(nlh, VHUBD_A_LEASE_LINK, link->id);
	mnl_attr_put(nlh, VHUBD_A_LEASE_ADDRESS, sizeof(addr), &addr);
	mnl_attr_put(nlh, VHUBD_A_LEASE_MAC, sizeof(lease->mac), lease->mac);
	if (*lease->name)
		mnl_attr_put_strz(nlh, VHUBD_A_LEASE_NAME, lease->name);
	mnl_attr_put_u32(nlh, VHUBD_A_LEASE_LEFT,
			 MAX(left, 0) / G_USEC_PER_SEC);
}

/* Those of one stack, from cursor[1] on. Returns 1 when there is more. */
static int nlc_dump_leases(struct netlink_request *r, const struct link *link)
{
	struct dhcp *dhcp = link_user_dhcp(link);
	struct nlmsghdr *nlh;

	for (; r->cursor[1] < dhcp->count; r->cursor[1]++) {
		if (!dhcp_is_leased(dhcp, r->cursor[1]))
			continue;
		nlh = netlink_part(r);
		if (!nlh)
			return 1;
		nlc_put_lease(link, r->cursor[1], nlh);
	}
	r->cursor[0]++;
	r->cursor[1] = 0;
	return 0;
}

int netlink_lease_dump(struct netlink_request *r)
{
	const struct link *link;
	int ret = netlink_vhubd_find(r, VHUBD_A_LEASE_HUB_NAME);

	if (!ret)
		ret = netlink_vhubd_check(r, VHUBD_A_LEASE_LINK);
	while (!ret && (link = netlink_vhubd_stack(r, VHUBD_A_LEASE_LINK)))
		ret = nlc_dump_leases(r, link);
	return ret;
}

/* Connections -------------------------------------------------------------------*/

static void nlc_put_conn(const struct link *link, const struct stack_conn *c,
			 struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, VHUBD_A_CONN_HUB_NAME, link->hub->name);
	mnl_attr_put_u32(nlh, VHUBD_A_CONN_LINK, link->id);
	mnl_attr_put_strz(nlh, VHUBD_A_CONN_PROTOCOL, c->protocol);
	mnl_attr_put_strz(nlh, VHUBD_A_CONN_STATE, c->state);
	if (c->has_hub) {
		netlink_vhubd_put(nlh, &c->src, VHUBD_A_CONN_SRC_ADDRESS,
				  VHUBD_A_CONN_SRC_PORT);
		netlink_vhubd_put(nlh, &c->dst, VHUBD_A_CONN_DST_ADDRESS,
				  VHUBD_A_CONN_DST_PORT);
	}
	if (c->has_local)
		netlink_vhubd_put(nlh, &c->local, VHUBD_A_CONN_LOCAL_ADDRESS,
				  VHUBD_A_CONN_LOCAL_PORT);
	if (c->has_remote)
		netlink_vhubd_put(nlh, &c->remote, VHUBD_A_CONN_REMOTE_ADDRESS,
				  VHUBD_A_CONN_REMOTE_PORT);
	mnl_attr_put_u32(nlh, VHUBD_A_CONN_IN_QUEUE, c->in);
	mnl_attr_put_u32(nlh, VHUBD_A_CONN_OUT_QUEUE, c->out);
}

static int nlc_dump_conns(struct netlink_request *r, const struct link *link)
{
	GArray *conns = stack_connections(link_user_stack(link));
	struct nlmsghdr *nlh;
	bool more;

	while (r->cursor[1] < conns->len && (nlh = netlink_part(r)))
		nlc_put_conn(link, &g_array_index(conns, struct stack_conn,
						  r->cursor[1]++), nlh);
	more = r->cursor[1] < conns->len;
	g_array_free(conns, TRUE);
	if (more)
		return 1;
	r->cursor[0]++;
	r->cursor[1] = 0;
	return 0;
}

int netlink_conn_dump(struct netlink_request *r)
{
	const struct link *link;
	int ret = netlink_vhubd_find(r, VHUBD_A_CONN_HUB_NAME);

	if (!ret)
		ret = netlink_vhubd_check(r, VHUBD_A_CONN_LINK);
	while (!ret && (link = netlink_vhubd_stack(r, VHUBD_A_CONN_LINK)))
		ret = nlc_dump_conns(r, link);
	return ret;
}
