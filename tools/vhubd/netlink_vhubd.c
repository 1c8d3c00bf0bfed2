// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the netlink family "vhubd": its links
 *
 * The family is specified in Documentation/netlink/specs/vhubd.yaml. Whoever may
 * change the hub is not therefore who may have this process open files, and
 * listen, in its own name: that is for its user, and root.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "link_user.h"
#include "netlink_vhubd.h"

#define NLD_ERROR_MAX	255	/* bytes of what is said of a link */

static const struct netlink_rule nld_link_rules[] = {
	[VHUBD_A_LINK_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUBD_A_LINK_ID] = { NETLINK_U32, 1, 0 },
	[VHUBD_A_LINK_NAME] = { NETLINK_STRING, 0, VHUBD_LINK_NAME_MAX },
};

static const struct netlink_rule nld_add_rules[] = {
	[VHUBD_A_LINK_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUBD_A_LINK_TEXT] = { NETLINK_STRING, 0, VHUBD_TEXT_MAX },
};

static struct links *nld_links(const struct netlink_request *r)
{
	return ((const struct hub *)r->data)->links;
}

int netlink_vhubd_find(struct netlink_request *r, unsigned int attr)
{
	const struct hub *hub = r->data;

	if (!r->tb[attr] || !strcmp(mnl_attr_get_str(r->tb[attr]), hub->name))
		return 0;
	return netlink_refuse(r, -ENODEV, attr, "This is another hub, \"%s\"",
			      hub->name);
}

int netlink_vhubd_may(struct netlink_request *r)
{
	if (!r->uid || r->uid == geteuid())
		return 0;
	return netlink_refuse(r, -EPERM, 0,
			      "Only root or the user that vhubd runs as may do this");
}

int netlink_vhubd_refuse(struct netlink_request *r, int err, unsigned int attr,
			 GError *error)
{
	netlink_refuse(r, err, attr, "%s", error->message);
	g_error_free(error);
	return err;
}

void netlink_vhubd_put(struct nlmsghdr *nlh, const union forward_addr *addr,
		       unsigned int attr_address, unsigned int attr_port)
{
	if (addr->family == AF_INET6)
		mnl_attr_put(nlh, attr_address, sizeof(addr->v6.sin6_addr),
			     &addr->v6.sin6_addr);
	else
		mnl_attr_put(nlh, attr_address, sizeof(addr->v4.sin_addr),
			     &addr->v4.sin_addr);
	if (addr->v4.sin_port)
		mnl_attr_put_u16(nlh, attr_port, ntohs(addr->v4.sin_port));
}

/* The place of the first link from there on whose number is the attribute's. */
static struct link *nld_next(const struct netlink_request *r, uint64_t at,
			     unsigned int attr)
{
	const GPtrArray *list = nld_links(r)->list;
	struct link *link;

	for (; at < list->len; at++) {
		link = g_ptr_array_index(list, at);
		if (link_user_config(link) &&
		    (!r->tb[attr] || link->id == mnl_attr_get_u32(r->tb[attr])))
			return link;
	}
	return NULL;
}

struct link *netlink_vhubd_stack(struct netlink_request *r, unsigned int attr)
{
	struct link *link = nld_next(r, r->cursor[0], attr);
	guint at;

	if (link && g_ptr_array_find(nld_links(r)->list, link, &at))
		r->cursor[0] = at;
	return link;
}

int netlink_vhubd_check(struct netlink_request *r, unsigned int attr)
{
	const struct link *link;

	if (!r->tb[attr])
		return 0;
	link = links_find(nld_links(r), mnl_attr_get_u32(r->tb[attr]));
	if (!link)
		return netlink_refuse(r, -ENOENT, attr, "There is no such link");
	if (!link_user_config(link))
		return netlink_refuse(r, -EOPNOTSUPP, attr,
				      "The link is no user stack");
	return 0;
}

/* Links ------------------------------------------------------------------------*/

/* No more of it than there is room for. */
static void nld_put_text(struct nlmsghdr *nlh, unsigned int attr,
			 const char *text, size_t max)
{
	char *cut = g_strndup(text, max);

	mnl_attr_put_strz(nlh, attr, cut);
	g_free(cut);
}

static void nld_put_ports(const struct link *link, struct nlmsghdr *nlh)
{
	uint64_t rx_frames = 0, rx_bytes = 0, tx_frames = 0, tx_bytes = 0;
	uint32_t count = 0, first = UINT32_MAX;
	const struct port *port;
	const GList *node;

	for (node = link->hub->ports.head; node; node = node->next) {
		port = node->data;
		if (port->link != link)
			continue;
		count++;
		first = MIN(first, port->number);
		rx_frames += port->rx_frames;
		rx_bytes += port->rx_bytes;
		tx_frames += port->tx_frames;
		tx_bytes += port->tx_bytes;
	}
	mnl_attr_put_u32(nlh, VHUBD_A_LINK_PORTS, count);
	if (count)
		mnl_attr_put_u32(nlh, VHUBD_A_LINK_PORT, first);
	mnl_attr_put_u64(nlh, VHUBD_A_LINK_RX_FRAMES, rx_frames);
	mnl_attr_put_u64(nlh, VHUBD_A_LINK_RX_BYTES, rx_bytes);
	mnl_attr_put_u64(nlh, VHUBD_A_LINK_TX_FRAMES, tx_frames);
	mnl_attr_put_u64(nlh, VHUBD_A_LINK_TX_BYTES, tx_bytes);
}

static void nld_put_link(const struct link *link, struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, VHUBD_A_LINK_HUB_NAME, link->hub->name);
	mnl_attr_put_u32(nlh, VHUBD_A_LINK_ID, link->id);
	if (link->name)
		nld_put_text(nlh, VHUBD_A_LINK_NAME, link->name,
			     VHUBD_LINK_NAME_MAX);
	mnl_attr_put_strz(nlh, VHUBD_A_LINK_KIND, link->kind->name);
	nld_put_text(nlh, VHUBD_A_LINK_TEXT, link->text, VHUBD_TEXT_MAX);
	mnl_attr_put_u8(nlh, VHUBD_A_LINK_WORKS, link->works);
	if (link->why)
		nld_put_text(nlh, VHUBD_A_LINK_ERROR, link->why,
			     NLD_ERROR_MAX);
	nld_put_ports(link, nlh);
	mnl_attr_put_u32(nlh, VHUBD_A_LINK_PID, getpid());
}

/* By number or name. NULL after setting @ret. */
static struct link *nld_find(struct netlink_request *r, int *ret)
{
	const struct nlattr *name = r->tb[VHUBD_A_LINK_NAME];
	const struct nlattr *id = r->tb[VHUBD_A_LINK_ID];
	struct link *link = NULL;

	*ret = netlink_vhubd_find(r, VHUBD_A_LINK_HUB_NAME);
	if (*ret)
		return NULL;
	if (!id == !name) {
		*ret = netlink_refuse(r, -EINVAL, 0,
				      "A link is named by its number or by its name");
		return NULL;
	}
	if (id)
		link = links_find(nld_links(r), mnl_attr_get_u32(id));
	else
		link = links_named(nld_links(r), mnl_attr_get_str(name));
	if (!link)
		*ret = netlink_refuse(r, -ENOENT, id ? VHUBD_A_LINK_ID :
				      VHUBD_A_LINK_NAME, "There is no such link");
	return link;
}

static int nld_link_get(struct netlink_request *r)
{
	const struct link *link;
	int ret;

	link = nld_find(r, &ret);
	if (link)
		nld_put_link(link, netlink_answer(r));
	return ret;
}

static int nld_link_dump(struct netlink_request *r)
{
	const struct links *links = nld_links(r);
	struct nlmsghdr *nlh;
	int ret;

	if (r->tb[VHUBD_A_LINK_ID] || r->tb[VHUBD_A_LINK_NAME])
		return netlink_refuse(r, -EINVAL, 0,
				      "A dump shows all links and takes no number or name");
	ret = netlink_vhubd_find(r, VHUBD_A_LINK_HUB_NAME);
	if (ret)
		return ret;
	netlink_generation(r, links->generation);
	for (; r->cursor[0] < links->list->len; r->cursor[0]++) {
		nlh = netlink_part(r);
		if (!nlh)
			return 1;
		nld_put_link(g_ptr_array_index(links->list, r->cursor[0]), nlh);
	}
	return 0;
}

static int nld_link_add(struct netlink_request *r)
{
	GError *error = NULL;
	struct link *link;
	int ret = netlink_vhubd_find(r, VHUBD_A_LINK_HUB_NAME);

	if (!ret)
		ret = netlink_vhubd_may(r);
	if (ret)
		return ret;
	if (!r->tb[VHUBD_A_LINK_TEXT])
		return netlink_refuse(r, -EINVAL, 0, "No link is given");
	ret = links_add(nld_links(r), mnl_attr_get_str(r->tb[VHUBD_A_LINK_TEXT]),
			&link, &error);
	if (ret)
		return netlink_vhubd_refuse(r, ret, VHUBD_A_LINK_TEXT, error);
	nld_put_link(link, netlink_answer(r));
	return 0;
}

static int nld_link_del(struct netlink_request *r)
{
	struct link *link;
	int ret;

	link = nld_find(r, &ret);
	if (link)
		ret = netlink_vhubd_may(r);
	if (!ret)
		links_del(nld_links(r), link);
	return ret;
}

/* The family --------------------------------------------------------------------*/

static const struct netlink_command nld_commands[] = {
	{
		.cmd = VHUBD_CMD_LINK_GET,
		.rules = nld_link_rules,
		.max = VHUBD_A_LINK_NAME,
		.answer = nld_link_get,
		.dump = nld_link_dump,
	},
	{
		.cmd = VHUBD_CMD_LINK_ADD,
		.rules = nld_add_rules,
		.max = VHUBD_A_LINK_TEXT,
		.answer = nld_link_add,
	},
	{
		.cmd = VHUBD_CMD_LINK_DEL,
		.rules = nld_link_rules,
		.max = VHUBD_A_LINK_NAME,
		.answer = nld_link_del,
	},
	{
		.cmd = VHUBD_CMD_FWD_GET,
		.rules = netlink_fwd_rules,
		.max = VHUBD_A_FWD_LINK,
		.dump = netlink_fwd_dump,
	},
	{
		.cmd = VHUBD_CMD_FWD_ADD,
		.rules = netlink_fwd_rules,
		.max = VHUBD_A_FWD_KIND,
		.answer = netlink_fwd_add,
	},
	{
		.cmd = VHUBD_CMD_FWD_DEL,
		.rules = netlink_fwd_rules,
		.max = VHUBD_A_FWD_KIND,
		.answer = netlink_fwd_del,
	},
	{
		.cmd = VHUBD_CMD_LEASE_GET,
		.rules = netlink_lease_rules,
		.max = VHUBD_A_LEASE_LINK,
		.dump = netlink_lease_dump,
	},
	{
		.cmd = VHUBD_CMD_CONN_GET,
		.rules = netlink_conn_rules,
		.max = VHUBD_A_CONN_LINK,
		.dump = netlink_conn_dump,
	},
};

const struct netlink_family netlink_vhubd = {
	.name = VHUBD_FAMILY_NAME,
	.version = VHUBD_FAMILY_VERSION,
	.commands = nld_commands,
	.command_count = G_N_ELEMENTS(nld_commands),
};
