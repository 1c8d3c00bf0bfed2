// SPDX-License-Identifier: GPL-2.0
/* libvhub - hubs over netlink: add, del, set, show */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "genl.h"
#include "user.h"

static const uint8_t hub_type[] = {
	[VHUB_A_HUB_IFINDEX] = MNL_TYPE_U32,
	[VHUB_A_HUB_NAME] = MNL_TYPE_NUL_STRING,
	[VHUB_A_HUB_OWNER] = MNL_TYPE_U32,
	[VHUB_A_HUB_GROUP] = MNL_TYPE_U32,
	[VHUB_A_HUB_PERM] = MNL_TYPE_U32,
	[VHUB_A_HUB_PORTS] = MNL_TYPE_U32,
	[VHUB_A_HUB_PORTS_MAX] = MNL_TYPE_U32,
	[VHUB_A_HUB_MODE] = MNL_TYPE_U32,
	[VHUB_A_HUB_AGEING_MS] = MNL_TYPE_U32,
	[VHUB_A_HUB_MAX_ADDRESSES] = MNL_TYPE_U32,
	[VHUB_A_HUB_ADDRESSES] = MNL_TYPE_U32,
	[VHUB_A_HUB_KIND] = MNL_TYPE_U32,
};

static const struct vhub_nl_policy hub_policy = {
	hub_type, VHUB_A_HUB_KIND
};

/**
 * vhub_hub_parse() - read a message about a hub
 * @nlh: an answer or an event
 * @hub: filled in; what the message does not say is 0
 */
int vhub_hub_parse(const struct nlmsghdr *nlh, struct vhub_hub_info *hub)
{
	uint32_t *const u32[] = {
		[VHUB_A_HUB_IFINDEX] = &hub->ifindex,
		[VHUB_A_HUB_OWNER] = &hub->owner,
		[VHUB_A_HUB_GROUP] = &hub->group,
		[VHUB_A_HUB_PERM] = &hub->perm,
		[VHUB_A_HUB_PORTS] = &hub->ports,
		[VHUB_A_HUB_PORTS_MAX] = &hub->ports_max,
		[VHUB_A_HUB_MODE] = &hub->mode,
		[VHUB_A_HUB_AGEING_MS] = &hub->ageing_ms,
		[VHUB_A_HUB_MAX_ADDRESSES] = &hub->max_addresses,
		[VHUB_A_HUB_ADDRESSES] = &hub->addresses,
		[VHUB_A_HUB_KIND] = &hub->kind,
	};
	const struct nlattr *tb[VHUB_A_HUB_KIND + 1];
	unsigned int i;
	int ret;

	memset(hub, 0, sizeof(*hub));
	ret = vhub_genl_attrs(nlh, &hub_policy, tb);
	if (ret)
		return ret;
	for (i = 1; i <= VHUB_A_HUB_KIND; i++) {
		if (!tb[i])
			continue;
		hub->has |= 1U << i;
		if (u32[i])
			*u32[i] = mnl_attr_get_u32(tb[i]);
	}
	vhub_nl_copy_string(hub->name, sizeof(hub->name), tb[VHUB_A_HUB_NAME]);
	return 0;
}

static int hub_get_cb(const struct nlmsghdr *nlh, void *data)
{
	return vhub_hub_parse(nlh, data);
}

static int hub_list_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_hub_info *hub = vhub_vec_push(data);

	return hub ? vhub_hub_parse(nlh, hub) : -ENOMEM;
}

/**
 * vhub_hub_get() - show one hub
 * @nl: all zero or used before
 * @name: of the hub
 * @hub: filled in
 *
 * Return: 0 or -errno, -ENODEV when there is no such hub.
 */
int vhub_hub_get(struct vhub_nl *nl, const char *name,
		 struct vhub_hub_info *hub)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(hub, 0, sizeof(*hub));
	nlh = vhub_genl_request(buf, VHUB_CMD_HUB_GET);
	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, name);
	return vhub_genl_talk(nl, name, nlh, hub_get_cb, hub);
}

/**
 * vhub_hub_list() - show all hubs of the namespace
 * @nl: all zero or used before
 * @hubs: array, which the caller frees
 * @n: its length
 */
int vhub_hub_list(struct vhub_nl *nl, struct vhub_hub_info **hubs, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**hubs) };
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	int ret;

	nlh = vhub_genl_request(buf, VHUB_CMD_HUB_GET);
	ret = vhub_genl_dump(nl, NULL, nlh, hub_list_cb, &vec);
	*hubs = vec.items;
	*n = vec.n;
	return ret;
}

static void hub_put_number(struct nlmsghdr *nlh, const struct vhub_hub_set *set,
			   unsigned int attr, uint32_t value)
{
	if (vhub_has(set->has, attr))
		mnl_attr_put_u32(nlh, attr, value);
}

static void hub_put_set(struct nlmsghdr *nlh, const struct vhub_hub_set *set)
{
	hub_put_number(nlh, set, VHUB_A_HUB_OWNER, set->owner);
	hub_put_number(nlh, set, VHUB_A_HUB_GROUP, set->group);
	hub_put_number(nlh, set, VHUB_A_HUB_PERM, set->perm);
	hub_put_number(nlh, set, VHUB_A_HUB_MODE, set->mode);
	hub_put_number(nlh, set, VHUB_A_HUB_AGEING_MS, set->ageing_ms);
	hub_put_number(nlh, set, VHUB_A_HUB_MAX_ADDRESSES,
		       set->max_addresses);
}

/**
 * vhub_hub_set() - change a hub of the kernel
 * @nl: all zero or used before
 * @ifindex: of the hub, which does not change as names do
 * @set: what to change
 */
int vhub_hub_set(struct vhub_nl *nl, uint32_t ifindex,
		 const struct vhub_hub_set *set)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = vhub_genl_request(buf, VHUB_CMD_HUB_SET);
	mnl_attr_put_u32(nlh, VHUB_A_HUB_IFINDEX, ifindex);
	hub_put_set(nlh, set);
	return vhub_genl_talk(nl, NULL, nlh, NULL, NULL);
}

/**
 * vhub_hub_change() - change a hub of either kind
 * @nl: all zero or used before
 * @name: of the hub
 * @set: what to change
 */
int vhub_hub_change(struct vhub_nl *nl, const char *name,
		    const struct vhub_hub_set *set)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = vhub_genl_request(buf, VHUB_CMD_HUB_SET);
	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, name);
	hub_put_set(nlh, set);
	return vhub_genl_talk(nl, name, nlh, NULL, NULL);
}

static struct nlmsghdr *hub_link_request(void *buf, uint16_t type,
					 uint32_t ifindex)
{
	struct nlmsghdr *nlh = vhub_nl_request(buf, type);
	struct ifinfomsg *ifi;

	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	return nlh;
}

static int hub_link_add(struct vhub_nl *nl, const char *name)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	struct nlattr *info;
	int ret;

	ret = vhub_nl_open(&nl->rtnl, NETLINK_ROUTE);
	if (ret)
		return ret;
	nlh = hub_link_request(buf, RTM_NEWLINK, 0);
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, VHUB_FAMILY_NAME);
	mnl_attr_nest_end(nlh, info);
	ret = vhub_nl_talk(nl, nl->rtnl, nlh, NULL, NULL);
	/* What the kernel says of a kind of device that it does not know. */
	return ret == -EOPNOTSUPP ? -EPROTONOSUPPORT : ret;
}

static int hub_link_del(struct vhub_nl *nl, uint32_t ifindex)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	int ret;

	ret = vhub_nl_open(&nl->rtnl, NETLINK_ROUTE);
	if (ret)
		return ret;
	nlh = hub_link_request(buf, RTM_DELLINK, ifindex);
	return vhub_nl_talk(nl, nl->rtnl, nlh, NULL, NULL);
}

/**
 * vhub_hub_add() - make a hub
 * @nl: all zero or used before
 * @name: of its network device
 * @set: what to set, with nothing in it for what it is made with
 *
 * Nothing is left when it fails; @nl->error then speaks of the first failure.
 */
int vhub_hub_add(struct vhub_nl *nl, const char *name,
		 const struct vhub_hub_set *set)
{
	char error[VHUB_NL_ERROR_SIZE];
	struct vhub_hub_info hub;
	int ret;

	ret = hub_link_add(nl, name);
	if (ret || !set->has)
		return ret;
	ret = vhub_hub_get(nl, name, &hub);
	if (!ret)
		ret = vhub_hub_set(nl, hub.ifindex, set);
	if (ret) {
		memcpy(error, nl->error, sizeof(error));
		hub_link_del(nl, hub.ifindex ? : if_nametoindex(name));
		memcpy(nl->error, error, sizeof(error));
	}
	return ret;
}

/**
 * vhub_hub_del() - remove a hub; a vhubd that is it ends
 * @nl: all zero or used before
 * @name: of the hub; a network device of another kind stays
 *
 * Return: 0 or -errno, -ENODEV when there is no such hub.
 */
int vhub_hub_del(struct vhub_nl *nl, const char *name)
{
	struct vhub_hub_info hub;
	int ret;

	ret = vhub_hub_get(nl, name, &hub);
	if (ret)
		return ret;
	if (hub.kind == VHUB_HUB_KIND_USER)
		return vhub_user_hub_del(nl, name);
	return hub_link_del(nl, hub.ifindex);
}
