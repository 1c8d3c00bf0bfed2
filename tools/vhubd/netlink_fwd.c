// SPDX-License-Identifier: GPL-2.0
/* vhubd - the netlink family "vhubd": forwards of user stacks */
#include <errno.h>

#include "link_user.h"
#include "netlink_vhubd.h"

const struct netlink_rule netlink_fwd_rules[] = {
	[VHUBD_A_FWD_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUBD_A_FWD_LINK] = { NETLINK_U32, 1, 0 },
	[VHUBD_A_FWD_TEXT] = { NETLINK_STRING, 0, VHUBD_TEXT_MAX },
	[VHUBD_A_FWD_KIND] = { NETLINK_U32, VHUBD_FWD_KIND_HOST,
			       VHUBD_FWD_KIND_GUEST },
};

static void nlf_put_target(const struct forward *f, struct nlmsghdr *nlh)
{
	char *target = g_strndup(f->target, VHUBD_TEXT_MAX);

	mnl_attr_put_strz(nlh, VHUBD_A_FWD_TARGET, target);
	g_free(target);
}

static void nlf_put(const struct link *link, const struct forward *f,
		    struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, VHUBD_A_FWD_HUB_NAME, link->hub->name);
	mnl_attr_put_u32(nlh, VHUBD_A_FWD_LINK, link->id);
	mnl_attr_put_u32(nlh, VHUBD_A_FWD_KIND, f->to_guest ?
			 VHUBD_FWD_KIND_HOST : VHUBD_FWD_KIND_GUEST);
	mnl_attr_put_u8(nlh, VHUBD_A_FWD_PROTOCOL, f->udp ? IPPROTO_UDP :
							    IPPROTO_TCP);
	if (f->to_guest)
		netlink_vhubd_put(nlh, &f->host, VHUBD_A_FWD_HOST_ADDRESS,
				  VHUBD_A_FWD_HOST_PORT);
	netlink_vhubd_put(nlh, &f->guest, VHUBD_A_FWD_GUEST_ADDRESS,
			  VHUBD_A_FWD_GUEST_PORT);
	if (f->target)
		nlf_put_target(f, nlh);
	mnl_attr_put_u64(nlh, VHUBD_A_FWD_CONNECTIONS, f->connections);
	mnl_attr_put_u64(nlh, VHUBD_A_FWD_IN_BYTES, f->in_bytes);
	mnl_attr_put_u64(nlh, VHUBD_A_FWD_OUT_BYTES, f->out_bytes);
}

/* Those of one stack, from cursor[1] on. Returns 1 when there is more. */
static int nlf_dump_stack(struct netlink_request *r, const struct link *link)
{
	const GPtrArray *list = link_user_config(link)->forwards;
	struct nlmsghdr *nlh;

	for (; r->cursor[1] < list->len; r->cursor[1]++) {
		nlh = netlink_part(r);
		if (!nlh)
			return 1;
		nlf_put(link, g_ptr_array_index(list, r->cursor[1]), nlh);
	}
	r->cursor[0]++;
	r->cursor[1] = 0;
	return 0;
}

int netlink_fwd_dump(struct netlink_request *r)
{
	const struct hub *hub = r->data;
	const struct link *link;
	int ret = netlink_vhubd_find(r, VHUBD_A_FWD_HUB_NAME);

	if (!ret)
		ret = netlink_vhubd_check(r, VHUBD_A_FWD_LINK);
	netlink_generation(r, hub->links->generation);
	while (!ret && (link = netlink_vhubd_stack(r, VHUBD_A_FWD_LINK)))
		ret = nlf_dump_stack(r, link);
	return ret;
}

/* The stack that is meant: the one that is named, or the only one there is. NULL
 * after setting @ret.
 */
static struct link *nlf_stack(struct netlink_request *r, int *ret)
{
	struct link *link;

	*ret = netlink_vhubd_check(r, VHUBD_A_FWD_LINK);
	if (*ret)
		return NULL;
	link = netlink_vhubd_stack(r, VHUBD_A_FWD_LINK);
	if (!link) {
		*ret = netlink_refuse(r, -ENOENT, 0,
				      "There is no user stack, a link of kind user");
		return NULL;
	}
	r->cursor[0]++;
	if (netlink_vhubd_stack(r, VHUBD_A_FWD_LINK)) {
		*ret = netlink_refuse(r, -ENOTUNIQ, 0,
				      "There are several user stacks: which link is it?");
		return NULL;
	}
	return link;
}

/* What both changes ask for. The same. */
static struct link *nlf_begin(struct netlink_request *r, int *ret)
{
	*ret = netlink_vhubd_find(r, VHUBD_A_FWD_HUB_NAME);
	if (!*ret)
		*ret = netlink_vhubd_may(r);
	if (*ret)
		return NULL;
	if (!r->tb[VHUBD_A_FWD_TEXT]) {
		*ret = netlink_refuse(r, -EINVAL, 0, "No forward is given");
		return NULL;
	}
	return nlf_stack(r, ret);
}

static bool nlf_to_guest(const struct netlink_request *r)
{
	return netlink_u32(r, VHUBD_A_FWD_KIND, VHUBD_FWD_KIND_HOST) ==
	       VHUBD_FWD_KIND_HOST;
}

int netlink_fwd_add(struct netlink_request *r)
{
	struct hub *hub = r->data;
	struct forward *forward;
	GError *error = NULL;
	struct link *link;
	int ret;

	link = nlf_begin(r, &ret);
	if (!link)
		return ret;
	ret = link_user_forward(link, mnl_attr_get_str(r->tb[VHUBD_A_FWD_TEXT]),
				nlf_to_guest(r), &forward, &error);
	if (ret)
		return netlink_vhubd_refuse(r, ret, VHUBD_A_FWD_TEXT, error);
	hub->links->generation++;
	nlf_put(link, forward, netlink_answer(r));
	return 0;
}

static struct forward *nlf_find(const struct link *link,
				const struct forward *key)
{
	const GPtrArray *list = link_user_config(link)->forwards;
	struct forward *f;
	guint i;

	for (i = 0; i < list->len; i++) {
		f = g_ptr_array_index(list, i);
		if (forward_same(f, key))
			return f;
	}
	return NULL;
}

int netlink_fwd_del(struct netlink_request *r)
{
	struct forward key = { .to_guest = nlf_to_guest(r) }, *forward;
	struct hub *hub = r->data;
	struct link *link;
	int ret;

	link = nlf_begin(r, &ret);
	if (!link)
		return ret;
	if (!forward_parse_key(mnl_attr_get_str(r->tb[VHUBD_A_FWD_TEXT]), &key))
		return netlink_refuse(r, -EINVAL, VHUBD_A_FWD_TEXT,
				      "A forward is named as [tcp|udp]:[ADDRESS]:PORT");
	forward = nlf_find(link, &key);
	ret = forward ? link_user_unforward(link, forward) : -ENOENT;
	if (ret)
		return netlink_refuse(r, ret, VHUBD_A_FWD_TEXT,
				      "There is no such forward");
	hub->links->generation++;
	return 0;
}
