// SPDX-License-Identifier: GPL-2.0
/* libvhub - the generic netlink family: its number, requests and listings */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "genl.h"
#include "place.h"
#include "user.h"

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
 * vhub_genl_find() - look a family up
 * @nl: where its numbers go
 * @sk: a netlink socket, or that of a vhubd
 * @portid: of answers
 * @name: of the family
 */
int vhub_genl_find(struct vhub_nl *nl, int sk, unsigned int portid,
		   const char *name)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = genl_header(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	return vhub_nl_talk_fd(nl, sk, portid, nlh, genl_family_cb, nl, NULL);
}

/**
 * vhub_genl_ready() - open the socket and look the family up, once
 * @nl: all zero or used before
 *
 * Return: 0 or -errno, -EPROTONOSUPPORT when the module is not loaded.
 */
int vhub_genl_ready(struct vhub_nl *nl)
{
	int ret;

	if (nl->family)
		return 0;
	ret = vhub_nl_open(&nl->genl, NETLINK_GENERIC);
	if (!ret)
		ret = vhub_genl_find(nl, mnl_socket_get_fd(nl->genl),
				     mnl_socket_get_portid(nl->genl),
				     VHUB_FAMILY_NAME);
	return ret == -ENOENT ? -EPROTONOSUPPORT : ret;
}

/**
 * vhub_genl_request() - begin a request of the family
 * @buf: VHUB_NL_REQUEST_SIZE bytes
 * @cmd: VHUB_CMD_*
 *
 * The family's number depends on who is asked, and is put in then.
 */
struct nlmsghdr *vhub_genl_request(void *buf, uint8_t cmd)
{
	return genl_header(buf, 0, cmd, VHUB_FAMILY_VERSION);
}

static int genl_talk_kernel(struct vhub_nl *nl, struct nlmsghdr *nlh,
			    vhub_nl_cb cb, void *data)
{
	int ret = vhub_genl_ready(nl);

	if (ret)
		return ret;
	nlh->nlmsg_type = nl->family;
	return vhub_nl_talk(nl, nl->genl, nlh, cb, data);
}

/**
 * vhub_genl_talk() - ask the kernel, or the user hub of a name it does not know
 * @nl: all zero or used before
 * @hub: name of the hub that is meant; NULL for one that only the kernel can have
 * @nlh: as of vhub_nl_talk()
 * @cb: likewise
 * @data: likewise
 *
 * Return: 0 or -errno: what the kernel said if there is no such hub at all.
 */
int vhub_genl_talk(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, void *data)
{
	int ret = genl_talk_kernel(nl, nlh, cb, data), err;

	if (!hub || (ret != -ENODEV && ret != -EPROTONOSUPPORT) ||
	    vhub_hub_name_fault(hub))
		return ret;
	err = vhub_user_talk(nl, hub, nlh, cb, data, NULL);
	return err == -ENODEV ? ret : err;
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
 * struct genl_dump - a listing
 * @nl: whom to ask with
 * @nlh: the request
 * @cb: adds one answer to @vec
 * @vec: what is there
 * @found: there is a user hub
 * @interrupted: something may be missing
 * @ret: 0 or -ENOMEM
 */
struct genl_dump {
	struct vhub_nl *nl;
	struct nlmsghdr *nlh;
	vhub_nl_cb cb;
	struct vhub_vec *vec;
	bool found;
	bool interrupted;
	int ret;
};

/* What changed while it was read is read again; when that does not end, the last
 * one is taken. @talk: with whom.
 */
static int genl_dump_one(struct genl_dump *d, const char *hub,
			 int (*talk)(struct genl_dump *d, const char *hub))
{
	size_t before = d->vec->n;
	int tries = DUMP_TRIES;
	int ret;

	do {
		d->vec->n = before;
		ret = talk(d, hub);
	} while (!ret && d->nl->interrupted && --tries);
	if (ret)
		d->vec->n = before;
	else
		d->interrupted |= d->nl->interrupted;
	return ret;
}

static int genl_dump_either(struct genl_dump *d, const char *hub)
{
	return vhub_genl_talk(d->nl, hub, d->nlh, d->cb, d->vec);
}

static int genl_dump_from_user(struct genl_dump *d, const char *hub)
{
	return vhub_user_talk(d->nl, hub, d->nlh, d->cb, d->vec, NULL);
}

/* Those that are gone or are not for us are passed over; what a hub that does not
 * answer has is missing.
 */
static void genl_dump_user(const char *hub, void *data)
{
	struct genl_dump *d = data;
	int ret = genl_dump_one(d, hub, genl_dump_from_user);

	if (!ret)
		d->found = true;
	else if (ret == -ENOMEM)
		d->ret = ret;
	else if (ret != -ENODEV && ret != -EACCES)
		d->interrupted = true;
}

/**
 * vhub_genl_dump() - get a listing, whole
 * @nl: all zero or used before
 * @hub: of this hub, as of vhub_genl_talk(); NULL for all, the kernel's first
 * @nlh: the request
 * @cb: adds one answer to the vector it gets as data
 * @vec: empty, its @size set; the caller frees its items if there is no error
 *
 * @nl->interrupted is set when something may be missing, or be there twice.
 */
int vhub_genl_dump(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, struct vhub_vec *vec)
{
	struct genl_dump d = { .nl = nl, .nlh = nlh, .cb = cb, .vec = vec };
	int ret;

	nlh->nlmsg_flags |= NLM_F_DUMP;
	ret = genl_dump_one(&d, hub, genl_dump_either);
	if (!hub && (!ret || ret == -EPROTONOSUPPORT)) {
		vhub_place_list(genl_dump_user, &d);
		ret = d.found ? d.ret : ret;
	}
	nl->interrupted = d.interrupted;
	if (!ret)
		return 0;
	free(vec->items);
	vec->items = NULL;
	vec->n = 0;
	return ret;
}
