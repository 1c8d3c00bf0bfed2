// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the netlink family "vhub" of a user hub
 *
 * The family is specified in Documentation/netlink/specs/vhub.yaml. What is asked
 * for is checked in the order of the kernel's handlers, so that errors are the
 * same.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connector.h"
#include "netlink.h"
#include "netlink_vhub.h"

/* There is but one hub. */
int netlink_vhub_find(struct netlink_request *r, unsigned int ifindex,
		      unsigned int name)
{
	const struct folder *folder = r->data;

	if (!r->tb[ifindex] && !r->tb[name])
		return netlink_refuse(r, -EINVAL, 0, "No hub is named");
	if (r->tb[ifindex])
		return netlink_refuse(r, -ENODEV, ifindex,
				      "A user hub has a name, and no index");
	if (strcmp(mnl_attr_get_str(r->tb[name]), folder->hub->name))
		return netlink_refuse(r, -ENODEV, name,
				      "This is another hub, \"%s\"",
				      folder->hub->name);
	return 0;
}

struct port *netlink_vhub_port(struct netlink_request *r, unsigned int attr,
			       int *ret)
{
	const struct folder *folder = r->data;
	struct port *port = hub_port(folder->hub, netlink_u32(r, attr, 0));

	if (!port)
		*ret = netlink_refuse(r, -ENOENT, attr,
				      "The hub has no port of this number");
	return port;
}

/* Is one of @n attributes there? Return 0 or -errno. */
static int nlv_check_any(struct netlink_request *r, const uint16_t *attrs,
			 unsigned int n)
{
	while (n--)
		if (r->tb[attrs[n]])
			return 0;
	return netlink_refuse(r, -EINVAL, 0, "Nothing to change is given");
}

/* The hub -----------------------------------------------------------------------*/

static const struct netlink_rule nlv_hub_rules[] = {
	[VHUB_A_HUB_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUB_A_HUB_OWNER] = { NETLINK_U32, 0, 0 },
	[VHUB_A_HUB_GROUP] = { NETLINK_U32, 0, 0 },
	[VHUB_A_HUB_PERM] = { NETLINK_U32, 0, VHUB_PERM_MAX },
	[VHUB_A_HUB_MODE] = { NETLINK_U32, 0, VHUB_HUB_MODE_SWITCH },
	[VHUB_A_HUB_AGEING_MS] = { NETLINK_U32, 0, 0 },
	[VHUB_A_HUB_MAX_ADDRESSES] = { NETLINK_U32, 0, 0 },
};

static void nlv_put_hub(const struct folder *folder, struct nlmsghdr *nlh)
{
	const struct hub *hub = folder->hub;

	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, hub->name);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_OWNER, folder->owner);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_GROUP, folder->group);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_PERM, folder->mode);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_PORTS, hub->ports.length);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_PORTS_MAX, HUB_PORTS_MAX);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_MODE, hub->fdb.on ?
			 VHUB_HUB_MODE_SWITCH : VHUB_HUB_MODE_HUB);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_AGEING_MS, hub->fdb.ageing_ms);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_MAX_ADDRESSES, hub->fdb.max);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_ADDRESSES, hub->fdb.entries.length);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_KIND, VHUB_HUB_KIND_USER);
}

static void nlv_hub_event(const struct folder *folder, uint8_t cmd)
{
	struct nlmsghdr *nlh;

	nlh = netlink_event(folder->netlink, &netlink_vhub, cmd);
	if (!nlh)
		return;
	nlv_put_hub(folder, nlh);
	netlink_event_send(folder->netlink, nlh);
}

static int nlv_hub_get(struct netlink_request *r)
{
	int ret = netlink_vhub_find(r, VHUB_A_HUB_IFINDEX, VHUB_A_HUB_NAME);

	if (!ret)
		nlv_put_hub(r->data, netlink_answer(r));
	return ret;
}

static int nlv_hub_dump(struct netlink_request *r)
{
	if (r->tb[VHUB_A_HUB_IFINDEX] || r->tb[VHUB_A_HUB_NAME])
		return netlink_refuse(r, -EINVAL, 0,
				      "A dump shows all hubs and takes no name");
	nlv_put_hub(r->data, netlink_part(r));
	return 0;
}

static int nlv_check_hub(struct netlink_request *r)
{
	static const uint16_t all[] = {
		VHUB_A_HUB_OWNER, VHUB_A_HUB_GROUP, VHUB_A_HUB_PERM,
		VHUB_A_HUB_MODE, VHUB_A_HUB_AGEING_MS,
		VHUB_A_HUB_MAX_ADDRESSES,
	};
	int ret = nlv_check_any(r, all, G_N_ELEMENTS(all));

	if (ret)
		return ret;
	if (r->tb[VHUB_A_HUB_MODE] && !netlink_u32(r, VHUB_A_HUB_MODE, 0))
		return netlink_refuse(r, -EINVAL, VHUB_A_HUB_MODE,
				      "No such mode");
	if (netlink_u32(r, VHUB_A_HUB_AGEING_MS, 0) > VHUB_AGEING_MAX)
		return netlink_refuse(r, -ERANGE, VHUB_A_HUB_AGEING_MS,
				      "Addresses are remembered for 1,000,000 s at most");
	if (netlink_u32(r, VHUB_A_HUB_MAX_ADDRESSES, 1) - 1 >= VHUB_ADDRESSES_MAX)
		return netlink_refuse(r, -ERANGE, VHUB_A_HUB_MAX_ADDRESSES,
				      "A hub keeps 1 to 65536 addresses");
	return 0;
}

/* Is the client in that group? */
static bool nlv_is_in_group(const struct netlink_request *r, gid_t gid)
{
	socklen_t len = 0;
	bool found = r->gid == gid;
	gid_t *groups;
	size_t i;

	if (found || !getsockopt(r->sock, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) ||
	    errno != ERANGE)
		return found;
	groups = g_malloc(len);
	if (!getsockopt(r->sock, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		for (i = 0; i < len / sizeof(*groups); i++)
			found |= groups[i] == gid;
	g_free(groups);
	return found;
}

static int nlv_check_rights(struct netlink_request *r)
{
	const struct nlattr *group = r->tb[VHUB_A_HUB_GROUP];

	if (netlink_u32(r, VHUB_A_HUB_OWNER, 0) == (uid_t)-1)
		return netlink_refuse(r, -EINVAL, VHUB_A_HUB_OWNER,
				      "No such user in this user namespace");
	if (netlink_u32(r, VHUB_A_HUB_GROUP, 0) == (gid_t)-1)
		return netlink_refuse(r, -EINVAL, VHUB_A_HUB_GROUP,
				      "No such group in this user namespace");
	if (!r->uid)
		return 0;
	if (r->tb[VHUB_A_HUB_OWNER])
		return netlink_refuse(r, -EPERM, VHUB_A_HUB_OWNER,
				      "Only root may give a hub away");
	if (group && !nlv_is_in_group(r, mnl_attr_get_u32(group)))
		return netlink_refuse(r, -EPERM, VHUB_A_HUB_GROUP,
				      "Only root may name a group it is not in");
	return 0;
}

/* Changes all that is given, or nothing. */
static int nlv_change_hub(struct netlink_request *r)
{
	struct folder *folder = r->data;
	struct hub *hub = folder->hub;
	int ret;

	/* The only thing that can fail. */
	ret = folder_set(folder, netlink_u32(r, VHUB_A_HUB_OWNER, folder->owner),
			 netlink_u32(r, VHUB_A_HUB_GROUP, folder->group),
			 netlink_u32(r, VHUB_A_HUB_PERM, folder->mode));
	if (ret)
		return netlink_refuse(r, ret, 0,
				      "The vhubd cannot change its files: %s",
				      strerror(-ret));
	if (r->tb[VHUB_A_HUB_MODE])
		hub_set_mode(hub, netlink_u32(r, VHUB_A_HUB_MODE, 0));
	if (r->tb[VHUB_A_HUB_AGEING_MS])
		fdb_set_ageing(&hub->fdb, netlink_u32(r, VHUB_A_HUB_AGEING_MS, 0));
	hub->fdb.max = netlink_u32(r, VHUB_A_HUB_MAX_ADDRESSES, hub->fdb.max);
	nlv_hub_event(folder, VHUB_CMD_HUB_NTF);
	return 0;
}

static int nlv_hub_set(struct netlink_request *r)
{
	int ret = netlink_vhub_find(r, VHUB_A_HUB_IFINDEX, VHUB_A_HUB_NAME);

	if (!ret)
		ret = netlink_may_change(r);
	if (!ret)
		ret = nlv_check_hub(r);
	if (!ret)
		ret = nlv_check_rights(r);
	return ret ? : nlv_change_hub(r);
}

static int nlv_hub_del(struct netlink_request *r)
{
	const struct folder *folder = r->data;
	int ret = netlink_vhub_find(r, VHUB_A_HUB_IFINDEX, VHUB_A_HUB_NAME);

	if (!ret)
		ret = netlink_may_change(r);
	if (!ret)
		folder->hub->stop(folder->hub);
	return ret;
}

/* Ports -------------------------------------------------------------------------*/

static const struct netlink_rule nlv_port_rules[] = {
	[VHUB_A_PORT_HUB_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_PORT_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUB_A_PORT_NUMBER] = { NETLINK_U32, 0, 0 },
	[VHUB_A_PORT_LABEL] = { NETLINK_STRING, 0, VHUB_LABEL_MAX },
	[VHUB_A_PORT_LINK] = { NETLINK_U8, 0, 1 },
	[VHUB_A_PORT_LOCK] = { NETLINK_BINARY, 6, 6 },
	[VHUB_A_PORT_MAX_ADDRESSES] = { NETLINK_U32, 0, 0 },
	[VHUB_A_PORT_LEARNING] = { NETLINK_U8, 0, 1 },
	[VHUB_A_PORT_FLOOD] = { NETLINK_U8, 0, 1 },
	[VHUB_A_PORT_ISOLATED] = { NETLINK_U8, 0, 1 },
	[VHUB_A_PORT_PVID] = { NETLINK_U32, 0, 0 },
	[VHUB_A_PORT_VLANS] = { NETLINK_BINARY, 0, 0 },
	[VHUB_A_PORT_ADDRESS] = { NETLINK_BINARY, 6, 6 },
	[VHUB_A_PORT_IP] = { NETLINK_BINARY, 0, 0 },
	[VHUB_A_PORT_VIA] = { NETLINK_BINARY, 0, 0 },
};

static const struct netlink_rule nlv_add_rules[] = {
	[VHUB_A_PORT_HUB_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_PORT_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUB_A_PORT_LABEL] = { NETLINK_STRING, 0, VHUB_LABEL_MAX },
	[VHUB_A_PORT_DEV_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_PORT_DEV_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
};

static void nlv_put_drops(const struct port *port, struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VHUB_A_STATS_DROPS);
	unsigned int i;

	for (i = VHUB_A_DROPS_PAD + 1; i <= VHUB_A_DROPS_MAX; i++)
		mnl_attr_put_u64(nlh, i, port->drops[i]);
	mnl_attr_nest_end(nlh, nest);
}

static void nlv_put_stats(const struct port *port, struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VHUB_A_PORT_STATS);

	mnl_attr_put_u64(nlh, VHUB_A_STATS_RX_FRAMES, port->rx_frames);
	mnl_attr_put_u64(nlh, VHUB_A_STATS_RX_BYTES, port->rx_bytes);
	mnl_attr_put_u64(nlh, VHUB_A_STATS_TX_FRAMES, port->tx_frames);
	mnl_attr_put_u64(nlh, VHUB_A_STATS_TX_BYTES, port->tx_bytes);
	mnl_attr_put_u64(nlh, VHUB_A_STATS_NOT_LEARNED, port->not_learned);
	nlv_put_drops(port, nlh);
	mnl_attr_nest_end(nlh, nest);
}

static void nlv_put_user(const struct port *port, struct nlmsghdr *nlh,
			 bool is_event)
{
	const struct port_user *user = &port->user;

	if (!user->pid)
		return;
	/* As in the kernel, listeners are told of no process. */
	if (!is_event)
		mnl_attr_put_u32(nlh, VHUB_A_PORT_PID, user->pid);
	mnl_attr_put_strz(nlh, VHUB_A_PORT_COMMAND, user->command);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_OWNER, user->uid);
}

static void nlv_put_port(const struct port *port, struct nlmsghdr *nlh,
			 bool is_event)
{
	uint32_t flags = VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV | port->flags;
	static const uint8_t none[VHUB_ADDRESS_SIZE];

	if (port->up)
		flags |= VHUB_PORT_FLAG_LINK;
	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, port->hub->name);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_NUMBER, port->number);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_KIND, port->kind);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_FLAGS, flags);
	mnl_attr_put_strz(nlh, VHUB_A_PORT_LABEL, port->label);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_ADDRESSES, port->addresses.length);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_MAX_ADDRESSES, port->max_addresses);
	if (memcmp(port->lock, none, sizeof(none)))
		mnl_attr_put(nlh, VHUB_A_PORT_LOCK, sizeof(port->lock),
			     port->lock);
	nlv_put_user(port, nlh, is_event);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_QUEUES, 1);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_QUEUES_ON, port->works);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_QUEUED, port->queued);
	nlv_put_stats(port, nlh);
}

static void nlv_port_news(struct port *port)
{
	const struct folder *folder = port->hub->data;
	struct nlmsghdr *nlh;

	nlh = netlink_event(folder->netlink, &netlink_vhub, VHUB_CMD_PORT_NTF);
	if (!nlh)
		return;
	nlv_put_port(port, nlh, true);
	netlink_event_send(folder->netlink, nlh);
}

static void nlv_port_gone(struct port *port)
{
	const struct folder *folder = port->hub->data;
	struct nlmsghdr *nlh;

	nlh = netlink_event(folder->netlink, &netlink_vhub,
			    VHUB_CMD_PORT_DEL_NTF);
	if (!nlh)
		return;
	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, port->hub->name);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_NUMBER, port->number);
	netlink_event_send(folder->netlink, nlh);
}

static const struct hub_news nlv_news = {
	.port = nlv_port_news,
	.port_gone = nlv_port_gone,
};

/* The hub of a request for one port. Return 0 or -errno. */
static int nlv_find_port_hub(struct netlink_request *r)
{
	if (!r->tb[VHUB_A_PORT_NUMBER])
		return netlink_refuse(r, -EINVAL, 0, "No port number is given");
	return netlink_vhub_find(r, VHUB_A_PORT_HUB_IFINDEX, VHUB_A_PORT_HUB_NAME);
}

static int nlv_port_get(struct netlink_request *r)
{
	const struct port *port;
	int ret = nlv_find_port_hub(r);

	if (ret)
		return ret;
	port = netlink_vhub_port(r, VHUB_A_PORT_NUMBER, &ret);
	if (port)
		nlv_put_port(port, netlink_answer(r), false);
	return ret;
}

/* The port with the lowest number above @number, or NULL. */
static const struct port *nlv_next_port(const struct hub *hub, uint32_t number)
{
	const struct port *port, *next = NULL;
	const GList *node;

	for (node = hub->ports.head; node; node = node->next) {
		port = node->data;
		if (port->number > number &&
		    (!next || port->number < next->number))
			next = port;
	}
	return next;
}

static int nlv_dump_ports(struct netlink_request *r)
{
	const struct folder *folder = r->data;
	const struct port *port;
	struct nlmsghdr *nlh;

	netlink_generation(r, folder->hub->generation);
	while ((port = nlv_next_port(folder->hub, r->cursor[0]))) {
		nlh = netlink_part(r);
		if (!nlh)
			return 1;
		nlv_put_port(port, nlh, false);
		r->cursor[0] = port->number;
	}
	return 0;
}

static int nlv_port_dump(struct netlink_request *r)
{
	int ret = 0;

	if (r->tb[VHUB_A_PORT_NUMBER])
		return netlink_refuse(r, -EINVAL, VHUB_A_PORT_NUMBER,
				      "A dump shows all ports and takes no number");
	if (r->tb[VHUB_A_PORT_HUB_IFINDEX] || r->tb[VHUB_A_PORT_HUB_NAME])
		ret = netlink_vhub_find(r, VHUB_A_PORT_HUB_IFINDEX,
					VHUB_A_PORT_HUB_NAME);
	return ret ? : nlv_dump_ports(r);
}

/* What only hubs of the kernel know. */
static int nlv_check_kernel_only(struct netlink_request *r)
{
	static const uint16_t l3[] = {
		VHUB_A_PORT_ADDRESS, VHUB_A_PORT_IP, VHUB_A_PORT_VIA,
	};
	unsigned int i;

	if (r->tb[VHUB_A_PORT_PVID] || r->tb[VHUB_A_PORT_VLANS])
		return netlink_refuse(r, -EOPNOTSUPP, 0,
				      "A user hub gives ports no VLANs, a hub of the kernel does");
	for (i = 0; i < G_N_ELEMENTS(l3); i++)
		if (r->tb[l3[i]])
			return netlink_refuse(r, -EOPNOTSUPP, l3[i],
					      "Only the port of a device of bare IP packets, as TUN, has these");
	return 0;
}

static int nlv_check_change(struct netlink_request *r)
{
	static const uint16_t all[] = {
		VHUB_A_PORT_LABEL, VHUB_A_PORT_LINK, VHUB_A_PORT_LOCK,
		VHUB_A_PORT_MAX_ADDRESSES, VHUB_A_PORT_LEARNING,
		VHUB_A_PORT_FLOOD, VHUB_A_PORT_ISOLATED, VHUB_A_PORT_PVID,
		VHUB_A_PORT_VLANS, VHUB_A_PORT_ADDRESS, VHUB_A_PORT_IP,
		VHUB_A_PORT_VIA,
	};
	const struct nlattr *lock = r->tb[VHUB_A_PORT_LOCK];
	int ret = nlv_check_any(r, all, G_N_ELEMENTS(all));

	if (ret)
		return ret;
	if (lock && *(const uint8_t *)mnl_attr_get_payload(lock) & 1)
		return netlink_refuse(r, -EINVAL, VHUB_A_PORT_LOCK,
				      "A port is locked to the address of one station");
	return 0;
}

/* Sets the flag to what the attribute says, if it is given; @on is what 1 does. */
static void nlv_change_flag(const struct netlink_request *r, struct port *port,
			    unsigned int attr, uint32_t flag, bool on)
{
	if (!r->tb[attr])
		return;
	if (!mnl_attr_get_u8(r->tb[attr]) == on)
		port->flags &= ~flag;
	else
		port->flags |= flag;
}

static void nlv_change_port(const struct netlink_request *r, struct port *port)
{
	const struct nlattr *label = r->tb[VHUB_A_PORT_LABEL];
	const struct nlattr *link = r->tb[VHUB_A_PORT_LINK];
	const struct nlattr *lock = r->tb[VHUB_A_PORT_LOCK];

	if (label)
		g_strlcpy(port->label, mnl_attr_get_str(label),
			  sizeof(port->label));
	if (lock)
		memcpy(port->lock, mnl_attr_get_payload(lock),
		       sizeof(port->lock));
	port->max_addresses = netlink_u32(r, VHUB_A_PORT_MAX_ADDRESSES,
					  port->max_addresses);
	nlv_change_flag(r, port, VHUB_A_PORT_LEARNING,
			VHUB_PORT_FLAG_NO_LEARNING, false);
	nlv_change_flag(r, port, VHUB_A_PORT_FLOOD, VHUB_PORT_FLAG_NO_FLOOD,
			false);
	nlv_change_flag(r, port, VHUB_A_PORT_ISOLATED,
			VHUB_PORT_FLAG_ISOLATED, true);
	if (link)
		port_pull(port, !mnl_attr_get_u8(link));
	port_tell(port);
}

static int nlv_port_set(struct netlink_request *r)
{
	struct port *port;
	int ret = nlv_find_port_hub(r);

	if (!ret)
		ret = netlink_may_change(r);
	if (!ret)
		ret = nlv_check_change(r);
	if (ret)
		return ret;
	port = netlink_vhub_port(r, VHUB_A_PORT_NUMBER, &ret);
	if (!port)
		return ret;
	ret = nlv_check_kernel_only(r);
	if (!ret)
		nlv_change_port(r, port);
	return ret;
}

static int nlv_port_del(struct netlink_request *r)
{
	struct port *port;
	int ret = nlv_find_port_hub(r);

	if (!ret)
		ret = netlink_may_change(r);
	if (ret)
		return ret;
	port = netlink_vhub_port(r, VHUB_A_PORT_NUMBER, &ret);
	if (!port)
		return ret;
	if (!port->client)
		return netlink_refuse(r, -EOPNOTSUPP, VHUB_A_PORT_NUMBER,
				      "The port is a link's of the vhubd, and stays as long as that");
	port->ops->end(port);
	return 0;
}

/* A port on one end of a pair of sockets; the other goes with the answer. */
static struct port *nlv_make_port(struct netlink_request *r, const char *label)
{
	const struct folder *folder = r->data;
	struct port *port;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair)) {
		netlink_refuse(r, -errno, 0, "No socket can be had: %s",
			       strerror(errno));
		return NULL;
	}
	port = listener_adopt(folder->stream, pair[0], r->sock, label);
	if (port)
		r->give = pair[1];
	else
		close(pair[1]);
	return port;
}

static int nlv_port_add(struct netlink_request *r)
{
	const struct nlattr *label = r->tb[VHUB_A_PORT_LABEL];
	const struct port *port;
	int ret;

	ret = netlink_vhub_find(r, VHUB_A_PORT_HUB_IFINDEX, VHUB_A_PORT_HUB_NAME);
	if (ret)
		return ret;
	if (r->tb[VHUB_A_PORT_DEV_IFINDEX] || r->tb[VHUB_A_PORT_DEV_NAME])
		return netlink_refuse(r, -EOPNOTSUPP, 0,
				      "A user hub takes no network devices; vhubd has a link for TAPs");
	port = nlv_make_port(r, label ? mnl_attr_get_str(label) : "");
	if (!port)
		return netlink_refuse(r, -ENOSPC, 0,
				      "The hub takes no more ports");
	nlv_put_port(port, netlink_answer(r), false);
	return 0;
}

/* The family --------------------------------------------------------------------*/

static const struct netlink_command nlv_commands[] = {
	{
		.cmd = VHUB_CMD_HUB_GET,
		.rules = nlv_hub_rules,
		.max = VHUB_A_HUB_NAME,
		.answer = nlv_hub_get,
		.dump = nlv_hub_dump,
	},
	{
		.cmd = VHUB_CMD_HUB_SET,
		.rules = nlv_hub_rules,
		.max = VHUB_A_HUB_MAX_ADDRESSES,
		.answer = nlv_hub_set,
	},
	{
		.cmd = VHUB_CMD_HUB_DEL,
		.rules = nlv_hub_rules,
		.max = VHUB_A_HUB_NAME,
		.answer = nlv_hub_del,
	},
	{
		.cmd = VHUB_CMD_PORT_GET,
		.rules = nlv_port_rules,
		.max = VHUB_A_PORT_NUMBER,
		.answer = nlv_port_get,
		.dump = nlv_port_dump,
	},
	{
		.cmd = VHUB_CMD_PORT_SET,
		.rules = nlv_port_rules,
		.max = VHUB_A_PORT_VIA,
		.answer = nlv_port_set,
	},
	{
		.cmd = VHUB_CMD_PORT_DEL,
		.rules = nlv_port_rules,
		.max = VHUB_A_PORT_NUMBER,
		.answer = nlv_port_del,
	},
	{
		.cmd = VHUB_CMD_PORT_ADD,
		.rules = nlv_add_rules,
		.max = VHUB_A_PORT_DEV_NAME,
		.answer = nlv_port_add,
	},
	{
		.cmd = VHUB_CMD_FDB_GET,
		.rules = netlink_fdb_rules,
		.max = VHUB_A_FDB_VID,
		.answer = netlink_fdb_get,
		.dump = netlink_fdb_dump,
	},
	{
		.cmd = VHUB_CMD_FDB_ADD,
		.rules = netlink_fdb_rules,
		.max = VHUB_A_FDB_PORT,
		.answer = netlink_fdb_add,
	},
	{
		.cmd = VHUB_CMD_FDB_DEL,
		.rules = netlink_fdb_rules,
		.max = VHUB_A_FDB_VID,
		.answer = netlink_fdb_del,
	},
	{
		.cmd = VHUB_CMD_FDB_FLUSH,
		.rules = netlink_fdb_flush_rules,
		.max = VHUB_A_FDB_PORT,
		.answer = netlink_fdb_flush,
	},
};

static const char *const nlv_groups[] = {
	VHUB_MCGRP_EVENTS, VHUB_MCGRP_FDB, NULL
};

const struct netlink_family netlink_vhub = {
	.name = VHUB_FAMILY_NAME,
	.version = VHUB_FAMILY_VERSION,
	.commands = nlv_commands,
	.command_count = G_N_ELEMENTS(nlv_commands),
	.groups = nlv_groups,
};

void netlink_vhub_add(struct folder *folder)
{
	netlink_add(folder->netlink, &netlink_vhub, folder);
	folder->hub->data = folder;
	folder->hub->news = &nlv_news;
	folder->hub->fdb.tell = netlink_fdb_tell;
}

void netlink_vhub_gone(struct folder *folder)
{
	nlv_hub_event(folder, VHUB_CMD_HUB_DEL_NTF);
	folder->hub->news = NULL;
	folder->hub->fdb.tell = NULL;
}
