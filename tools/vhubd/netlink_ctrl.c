// SPDX-License-Identifier: GPL-2.0
/* vhubd - the family of families, as nlctrl: numbers of families and groups */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "netlink.h"

#define CTRL_GROUP_MIN	0x10	/* groups are numbered through all families */

static const struct netlink_rule ctrl_rules[] = {
	[CTRL_ATTR_FAMILY_ID] = { NETLINK_U16, 0, 0 },
	[CTRL_ATTR_FAMILY_NAME] = { NETLINK_STRING, 0, GENL_NAMSIZ - 1 },
};

static unsigned int ctrl_count_groups(const struct netlink_family *family)
{
	unsigned int n = 0;

	while (family->groups && family->groups[n])
		n++;
	return n;
}

static void ctrl_put_groups(const struct netlink *nl, unsigned int index,
			    struct nlmsghdr *nlh)
{
	const struct netlink_family *family = nl->families[index];
	unsigned int i, id = CTRL_GROUP_MIN, n = ctrl_count_groups(family);
	struct nlattr *nest, *group;

	if (!n)
		return;
	while (index--)
		id += ctrl_count_groups(nl->families[index]);
	nest = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	for (i = 0; i < n; i++) {
		group = mnl_attr_nest_start(nlh, i + 1);
		mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, id + i);
		mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME,
				  family->groups[i]);
		mnl_attr_nest_end(nlh, group);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void ctrl_put(const struct netlink *nl, unsigned int index,
		     struct nlmsghdr *nlh)
{
	const struct netlink_family *family = nl->families[index];
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family->name);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, NETLINK_FAMILY_MIN + index);
	mnl_attr_put_u32(nlh, CTRL_ATTR_VERSION, family->version);
	mnl_attr_put_u32(nlh, CTRL_ATTR_HDRSIZE, 0);
	ctrl_put_groups(nl, index, nlh);
}

static bool ctrl_is_it(const struct netlink_request *r, unsigned int index)
{
	const struct nlattr *name = r->tb[CTRL_ATTR_FAMILY_NAME];
	const struct nlattr *id = r->tb[CTRL_ATTR_FAMILY_ID];
	const struct netlink *nl = r->data;

	if (id && mnl_attr_get_u16(id) != NETLINK_FAMILY_MIN + index)
		return false;
	return !name || !strcmp(mnl_attr_get_str(name),
				nl->families[index]->name);
}

static int ctrl_answer(struct netlink_request *r)
{
	const struct netlink *nl = r->data;
	unsigned int i;

	if (!r->tb[CTRL_ATTR_FAMILY_NAME] && !r->tb[CTRL_ATTR_FAMILY_ID])
		return netlink_refuse(r, -EINVAL, 0, "No family is named");
	for (i = 0; i < nl->count; i++) {
		if (!ctrl_is_it(r, i))
			continue;
		ctrl_put(nl, i, netlink_answer(r));
		return 0;
	}
	return netlink_refuse(r, -ENOENT, 0, "No such family");
}

static int ctrl_dump(struct netlink_request *r)
{
	const struct netlink *nl = r->data;
	struct nlmsghdr *nlh;

	for (; r->cursor[0] < nl->count; r->cursor[0]++) {
		nlh = netlink_part(r);
		if (!nlh)
			return 1;
		ctrl_put(nl, r->cursor[0], nlh);
	}
	return 0;
}

static const struct netlink_command ctrl_commands[] = {
	{
		.cmd = CTRL_CMD_GETFAMILY,
		.rules = ctrl_rules,
		.max = CTRL_ATTR_FAMILY_NAME,
		.answer = ctrl_answer,
		.dump = ctrl_dump,
	},
};

const struct netlink_family netlink_ctrl = {
	.name = "nlctrl",
	.version = 2,
	.commands = ctrl_commands,
	.command_count = G_N_ELEMENTS(ctrl_commands),
};
