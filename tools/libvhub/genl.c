// SPDX-License-Identifier: GPL-2.0
/* libvhub - the generic netlink family: its number, requests and listings */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "genl.h"

/* How often a listing is begun again because it changed under the reader. */
#define DUMP_TRIES	8

static void genl_find_group(struct vhub_nl *nl, const struct nlattr *group)
{
	static const uint8_t type[] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = MNL_TYPE_NUL_STRING,
		[CTRL_ATTR_MCAST_GRP_ID] = MNL_TYPE_U32,
	};
	const struct vhub_nl_policy policy = { type, CTRL_ATTR_MCAST_GRP_ID };
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_ID + 1];
	const char *name;

	if (vhub_nl_parse(&policy, mnl_attr_get_payload(group),
			  mnl_attr_get_payload_len(group), tb))
		return;
	if (!tb[CTRL_ATTR_MCAST_GRP_NAME] || !tb[CTRL_ATTR_MCAST_GRP_ID])
		return;
	name = mnl_attr_get_str(tb[CTRL_ATTR_MCAST_GRP_NAME]);
	if (!strcmp(name, VHUB_MCGRP_EVENTS))
		nl->events = mnl_attr_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	if (!strcmp(name, VHUB_MCGRP_FDB))
		nl->fdb_events = mnl_attr_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
}

static int genl_family_cb(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t type[] = {
		[CTRL_ATTR_FAMILY_ID] = MNL_TYPE_U16,
		[CTRL_ATTR_MCAST_GROUPS] = MNL_TYPE_NESTED,
	};
	const struct vhub_nl_policy policy = { type, CTRL_ATTR_MCAST_GROUPS };
	const struct nlattr *tb[CTRL_ATTR_MCAST_GROUPS + 1];
	const struct nlattr *group;
	struct vhub_nl *nl = data;
	int ret;

	ret = vhub_genl_attrs(nlh, &policy, tb);
	if (ret)
		return ret;
	if (!tb[CTRL_ATTR_FAMILY_ID])
		return -EBADMSG;
	nl->family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	mnl_attr_for_each_nested(group, tb[CTRL_ATTR_MCAST_GROUPS])
		genl_find_group(nl, group);
	return 0;
}

static struct nlmsghdr *genl_header(void *buf, uint16_t type, uint8_t cmd,
				    uint8_t version)
{
	struct nlmsghdr *nlh = vhub_nl_request(buf, type);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

/**
 * vhub_genl_ready() - open the socket and look the family up, once
 * @nl: all zero or used before
 *
 * Return: 0 or -errno, -EPROTONOSUPPORT when the module is not loaded.
 */
int vhub_genl_ready(struct vhub_nl *nl)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	int ret;

	if (nl->family)
		return 0;
	ret = vhub_nl_open(&nl->genl, NETLINK_GENERIC);
	if (ret)
		return ret;
	nlh = genl_header(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VHUB_FAMILY_NAME);
	ret = vhub_nl_talk(nl, nl->genl, nlh, genl_family_cb, nl);
	return ret == -ENOENT ? -EPROTONOSUPPORT : ret;
}

/**
 * vhub_genl_request() - begin a request of the family
 * @nl: ready, see vhub_genl_ready()
 * @buf: VHUB_NL_REQUEST_SIZE bytes
 * @cmd: VHUB_CMD_*
 */
struct nlmsghdr *vhub_genl_request(const struct vhub_nl *nl, void *buf,
				   uint8_t cmd)
{
	return genl_header(buf, nl->family, cmd, VHUB_FAMILY_VERSION);
}

/* Attributes of a generic netlink message into a table. */
int vhub_genl_attrs(const struct nlmsghdr *nlh,
		    const struct vhub_nl_policy *policy,
		    const struct nlattr **tb)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < GENL_HDRLEN)
		return -EBADMSG;
	return vhub_nl_parse(policy, mnl_nlmsg_get_payload_offset(nlh,
								  GENL_HDRLEN),
			     len - GENL_HDRLEN, tb);
}

/* Returns a cleared element at the end, or NULL when memory is short. */
void *vhub_vec_push(struct vhub_vec *vec)
{
	size_t room = vec->room ? 2 * vec->room : 16;
	void *items;

	if (vec->n == vec->room) {
		items = reallocarray(vec->items, room, vec->size);
		if (!items)
			return NULL;
		vec->items = items;
		vec->room = room;
	}
	items = (char *)vec->items + vec->n++ * vec->size;
	return memset(items, 0, vec->size);
}

/**
 * vhub_genl_dump() - get a listing, whole
 * @nl: ready
 * @nlh: the request
 * @cb: adds one answer to the vector it gets as data
 * @vec: empty, its @size set; the caller frees its items if there is no error
 *
 * A listing that changed while it was read is read again; when that does not
 * end, the last one is taken and @nl->interrupted stays set.
 */
int vhub_genl_dump(struct vhub_nl *nl, struct nlmsghdr *nlh, vhub_nl_cb cb,
		   struct vhub_vec *vec)
{
	int tries = DUMP_TRIES;
	int ret;

	nlh->nlmsg_flags |= NLM_F_DUMP;
	do {
		vec->n = 0;
		ret = vhub_nl_talk(nl, nl->genl, nlh, cb, vec);
	} while (!ret && nl->interrupted && --tries);
	if (!ret)
		return 0;
	free(vec->items);
	vec->items = NULL;
	vec->n = 0;
	return ret;
}
