// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - generic netlink: handlers of the family
 *
 * The family is specified in Documentation/netlink/specs/vhub.yaml.
 */

#include "netlink.h"

#include <linux/cred.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/pid_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "compat.h"
#include "hub.h"
#include "l3.h"
#include "netdev.h"
#include "netlink-gen.h"
#include "netlink-msg.h"
#include "netlink-req.h"
#include "port.h"
#include "vlan.h"

/* Where a dump goes on; kept in the 48 bytes of a netlink callback. */
struct vhub_nl_cursor {
	unsigned long hub;	/* id of the hub; its index if it was named */
	unsigned long port;	/* number of the port on it */
};

static const struct genl_multicast_group vhub_nl_groups[] = {
	[VHUB_NLGRP_EVENTS] = { .name = VHUB_MCGRP_EVENTS },
	[VHUB_NLGRP_FDB] = { .name = VHUB_MCGRP_FDB },
};

struct genl_family vhub_nl_family __ro_after_init = {
	.name		= VHUB_FAMILY_NAME,
	.version	= VHUB_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= vhub_nl_ops,
	.n_ops		= ARRAY_SIZE(vhub_nl_ops),
	.mcgrps		= vhub_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(vhub_nl_groups),
};

/* Whoever asks, by the socket and the process the request came from. */
static struct vhub_viewer vhub_nl_viewer(struct sk_buff *request)
{
	return (struct vhub_viewer){
		.user_ns = sk_user_ns(NETLINK_CB(request).sk),
		.pid_ns = task_active_pid_ns(current),
	};
}

static struct vhub_nl_cursor *vhub_nl_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct vhub_nl_cursor) > sizeof(cb->ctx));
	return (struct vhub_nl_cursor *)cb->ctx;
}

/**
 * vhub_nl_find_hub - the hub that a request names by index, by name or by both
 * @net: network namespace of the request
 * @ifindex: attribute with the index, or NULL
 * @name: attribute with the name, or NULL
 * @extack: for the sentence of a refusal
 *
 * Return: the hub with a reference; or as an ERR_PTR -EINVAL when none is named,
 * -ENODEV when there is none such.
 */
struct vhub_hub *vhub_nl_find_hub(struct net *net, struct nlattr *ifindex,
				  struct nlattr *name,
				  struct netlink_ext_ack *extack)
{
	struct vhub_hub *hub;

	if (!ifindex && !name) {
		NL_SET_ERR_MSG(extack, "No hub is named");
		return ERR_PTR(-EINVAL);
	}

	if (ifindex)
		hub = vhub_hub_get_by_index(net, nla_get_u32(ifindex));
	else
		hub = vhub_hub_get_by_name(net, nla_data(name));
	if (!hub) {
		NL_SET_ERR_MSG_ATTR(extack, ifindex ?: name,
				    "No such hub in this network namespace");
		return ERR_PTR(-ENODEV);
	}

	if (ifindex && name && nla_strcmp(name, hub->dev->name)) {
		vhub_hub_put(hub);
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "Hub's index and name do not match");
		return ERR_PTR(-ENODEV);
	}
	return hub;
}

/**
 * vhub_nl_find_dump_hub - the hub whose ports or addresses a dump shows
 * @skb: message of the dump
 * @cb: the dump
 * @ifindex: as vhub_nl_find_hub()
 * @name: as vhub_nl_find_hub()
 * @found: index of the hub that the dump began with, 0 at first; set
 *
 * Return: a reference, or an ERR_PTR with a sentence; so, too, when another hub
 * has the name by now: what it has is its own.
 */
struct vhub_hub *vhub_nl_find_dump_hub(struct sk_buff *skb,
				       struct netlink_callback *cb,
				       struct nlattr *ifindex,
				       struct nlattr *name,
				       unsigned long *found)
{
	struct vhub_hub *hub = vhub_nl_find_hub(sock_net(skb->sk), ifindex,
						name, cb->extack);

	if (IS_ERR(hub))
		return hub;
	if (*found && *found != hub->dev->ifindex) {
		vhub_hub_put(hub);
		NL_SET_ERR_MSG(cb->extack, "The hub went during the dump");
		return ERR_PTR(-ENODEV);
	}
	*found = hub->dev->ifindex;
	return hub;
}

static bool vhub_nl_is_admin(struct sk_buff *request, struct vhub_hub *hub)
{
	return netlink_ns_capable(request, dev_net(hub->dev)->user_ns,
				  CAP_NET_ADMIN);
}

/**
 * vhub_nl_may_change - may the one who sent a request change the hub
 * @request: the request
 * @hub: the hub
 * @extack: for the sentence of a refusal
 *
 * Both who opened the socket and who sends must be the owner, so that nobody
 * can have a request sent by a process with other rights than its own.
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int vhub_nl_may_change(struct sk_buff *request, struct vhub_hub *hub,
		       struct netlink_ext_ack *extack)
{
	kuid_t opener = sock_net_uid(dev_net(hub->dev),
				     NETLINK_CB(request).sk);
	kuid_t owner;

	spin_lock(&hub->lock);
	owner = hub->owner;
	spin_unlock(&hub->lock);

	if (uid_eq(current_euid(), owner) && uid_eq(opener, owner))
		return 0;
	if (vhub_nl_is_admin(request, hub))
		return 0;

	NL_SET_ERR_MSG(extack, "Only the hub's owner or CAP_NET_ADMIN may do this");
	return -EPERM;
}

/* One more part of a dump of things that came or went so often: a dump in which
 * this number changes is marked as interrupted. 0 would say that nobody counts.
 */
static void vhub_nl_continue_dump(struct netlink_callback *cb, u32 changes)
{
	cb->seq = (changes + 1) ?: 1;
}

/* Begins one of the answers to a dump. Return: NULL when there is no room. */
void *vhub_nl_put_dump(struct sk_buff *msg, struct netlink_callback *cb,
		       u8 cmd)
{
	return genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, &vhub_nl_family, NLM_F_MULTI,
			   cmd);
}

/* Not for a message that is given up: the mark is made once. */
static void vhub_nl_end_dump(struct sk_buff *msg, struct netlink_callback *cb,
			     void *hdr)
{
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(msg, hdr);
}

static int vhub_nl_reply_hub(struct sk_buff *request, struct genl_info *info,
			     struct vhub_hub *hub)
{
	struct vhub_viewer viewer = vhub_nl_viewer(request);
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	hdr = genlmsg_put_reply(msg, info, &vhub_nl_family, 0,
				VHUB_CMD_HUB_GET);
	if (WARN_ON_ONCE(!hdr || vhub_nl_fill_hub(msg, hub, &viewer))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* VHUB_CMD_HUB_GET of one hub. */
int vhub_nl_hub_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_hub(genl_info_net(info),
			       info->attrs[VHUB_A_HUB_IFINDEX],
			       info->attrs[VHUB_A_HUB_NAME], info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_reply_hub(skb, info, hub);
	vhub_hub_put(hub);
	return ret;
}

/* VHUB_CMD_HUB_GET of all hubs. */
int vhub_nl_hub_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vhub_viewer viewer = vhub_nl_viewer(cb->skb);
	struct vhub_nl_cursor *cursor = vhub_nl_cursor(cb);
	struct nlattr **attrs = vhub_compat_dump_attrs(cb);
	struct net *net = sock_net(skb->sk);
	struct vhub_hub *hub;
	void *hdr;

	if (attrs[VHUB_A_HUB_IFINDEX] || attrs[VHUB_A_HUB_NAME]) {
		NL_SET_ERR_MSG(cb->extack, "A dump shows all hubs and takes no name");
		return -EINVAL;
	}

	vhub_nl_continue_dump(cb, vhub_hub_changes(net));
	rcu_read_lock();
	while ((hub = vhub_hub_next_rcu(net, &cursor->hub))) {
		hdr = vhub_nl_put_dump(skb, cb, VHUB_CMD_HUB_GET);
		if (!hdr)
			break;
		if (vhub_nl_fill_hub(skb, hub, &viewer)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		vhub_nl_end_dump(skb, cb, hdr);
		cursor->hub++;
	}
	rcu_read_unlock();
	return skb->len;
}

/**
 * struct vhub_nl_rights - rights that VHUB_CMD_HUB_SET shall change
 * @owner: new owner, when @set_owner
 * @group: new group, when @set_group
 * @perm: new permission bits, when @set_perm
 * @set_owner: @owner is given
 * @set_group: @group is given
 * @set_perm: @perm is given
 */
struct vhub_nl_rights {
	kuid_t owner;
	kgid_t group;
	u16 perm;
	bool set_owner;
	bool set_group;
	bool set_perm;
};

static int vhub_nl_parse_rights(struct sk_buff *request,
				struct genl_info *info, struct vhub_hub *hub,
				struct vhub_nl_rights *rights)
{
	struct user_namespace *user_ns = sk_user_ns(NETLINK_CB(request).sk);
	struct nlattr *owner = info->attrs[VHUB_A_HUB_OWNER];
	struct nlattr *group = info->attrs[VHUB_A_HUB_GROUP];
	struct nlattr *perm = info->attrs[VHUB_A_HUB_PERM];
	bool admin = vhub_nl_is_admin(request, hub);

	*rights = (struct vhub_nl_rights){
		.owner = make_kuid(user_ns, owner ? nla_get_u32(owner) : 0),
		.group = make_kgid(user_ns, group ? nla_get_u32(group) : 0),
		.perm = perm ? nla_get_u32(perm) : 0,
		.set_owner = owner,
		.set_group = group,
		.set_perm = perm,
	};

	if (owner && !uid_valid(rights->owner)) {
		NL_SET_ERR_MSG_ATTR(info->extack, owner,
				    "No such user in this user namespace");
		return -EINVAL;
	}
	if (group && !gid_valid(rights->group)) {
		NL_SET_ERR_MSG_ATTR(info->extack, group,
				    "No such group in this user namespace");
		return -EINVAL;
	}
	if (owner && !admin) {
		NL_SET_ERR_MSG_ATTR(info->extack, owner,
				    "Only CAP_NET_ADMIN may give a hub away");
		return -EPERM;
	}
	if (group && !admin && !in_egroup_p(rights->group)) {
		NL_SET_ERR_MSG_ATTR(info->extack, group,
				    "Only CAP_NET_ADMIN may name a group it is not in");
		return -EPERM;
	}
	return 0;
}

static void vhub_nl_apply_rights(struct vhub_hub *hub,
				 const struct vhub_nl_rights *rights)
{
	spin_lock(&hub->lock);
	if (rights->set_owner)
		hub->owner = rights->owner;
	if (rights->set_group)
		hub->group = rights->group;
	if (rights->set_perm)
		hub->perm = rights->perm;
	spin_unlock(&hub->lock);
}

/* Checks what VHUB_CMD_HUB_SET says beside rights. */
static int vhub_nl_check_hub(struct genl_info *info)
{
	struct nlattr *max = info->attrs[VHUB_A_HUB_MAX_ADDRESSES];
	struct nlattr *ageing = info->attrs[VHUB_A_HUB_AGEING_MS];
	struct nlattr *mode = info->attrs[VHUB_A_HUB_MODE];

	if (!mode && !ageing && !max && !info->attrs[VHUB_A_HUB_OWNER] &&
	    !info->attrs[VHUB_A_HUB_GROUP] && !info->attrs[VHUB_A_HUB_PERM]) {
		NL_SET_ERR_MSG(info->extack, "Nothing to change is given");
		return -EINVAL;
	}
	if (mode && nla_get_u32(mode) == VHUB_HUB_MODE_UNSPEC) {
		NL_SET_ERR_MSG_ATTR(info->extack, mode, "No such mode");
		return -EINVAL;
	}
	if (ageing && nla_get_u32(ageing) > VHUB_AGEING_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, ageing,
				    "Addresses are remembered for 1,000,000 s at most");
		return -ERANGE;
	}
	if (max && (!nla_get_u32(max) ||
		    nla_get_u32(max) > VHUB_ADDRESSES_MAX)) {
		NL_SET_ERR_MSG_ATTR(info->extack, max,
				    "A hub keeps 1 to 65536 addresses");
		return -ERANGE;
	}
	return 0;
}

/* Changes all that is given, or nothing. */
static int vhub_nl_change_hub(struct vhub_hub *hub, struct genl_info *info,
			      const struct vhub_nl_rights *rights)
{
	struct nlattr *max = info->attrs[VHUB_A_HUB_MAX_ADDRESSES];
	struct nlattr *ageing = info->attrs[VHUB_A_HUB_AGEING_MS];
	struct nlattr *mode = info->attrs[VHUB_A_HUB_MODE];
	int ret;

	mutex_lock(&hub->change);
	ret = hub->dead ? -ENODEV : 0;
	/* The only one that can fail. */
	if (!ret && mode)
		ret = vhub_hub_set_mode(hub, nla_get_u32(mode));
	if (!ret) {
		if (ageing)
			vhub_fdb_set_ageing(&hub->fdb, nla_get_u32(ageing));
		if (max)
			WRITE_ONCE(hub->fdb.max, nla_get_u32(max));
		vhub_nl_apply_rights(hub, rights);
		vhub_nl_notify_hub(hub);
	}
	mutex_unlock(&hub->change);

	if (ret == -ENODEV)
		NL_SET_ERR_MSG(info->extack, "The hub is being removed");
	else if (ret)
		NL_SET_ERR_MSG(info->extack, "No memory for a table of addresses");
	return ret;
}

/* VHUB_CMD_HUB_SET */
int vhub_nl_hub_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_nl_rights rights;
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_hub(genl_info_net(info),
			       info->attrs[VHUB_A_HUB_IFINDEX],
			       info->attrs[VHUB_A_HUB_NAME], info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack) ?:
	      vhub_nl_check_hub(info) ?:
	      vhub_nl_parse_rights(skb, info, hub, &rights) ?:
	      vhub_nl_change_hub(hub, info, &rights);
	vhub_hub_put(hub);
	return ret;
}

static int vhub_nl_remove_hub(struct sk_buff *request, struct genl_info *info)
{
	struct net_device *dev;
	struct vhub_hub *hub;
	bool admin;

	ASSERT_RTNL();

	hub = vhub_nl_find_hub(genl_info_net(info),
			       info->attrs[VHUB_A_HUB_IFINDEX],
			       info->attrs[VHUB_A_HUB_NAME], info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	dev = hub->dev;
	admin = vhub_nl_is_admin(request, hub);
	/* It is not to wait for us. */
	vhub_hub_put(hub);
	if (!admin) {
		NL_SET_ERR_MSG(info->extack, "Only CAP_NET_ADMIN may remove a hub");
		return -EPERM;
	}
	/* Found under it, and so registered still. */
	unregister_netdevice(dev);
	return 0;
}

/* VHUB_CMD_HUB_DEL */
int vhub_nl_hub_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ret;

	rtnl_lock();
	ret = vhub_nl_remove_hub(skb, info);
	rtnl_unlock();
	return ret;
}

/* The hub and the number that a request for one port names. */
static struct vhub_hub *vhub_nl_find_port_hub(struct genl_info *info,
					      u32 *number)
{
	struct nlattr *attr = info->attrs[VHUB_A_PORT_NUMBER];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "No port number is given");
		return ERR_PTR(-EINVAL);
	}
	*number = nla_get_u32(attr);
	return vhub_nl_find_hub(genl_info_net(info),
				info->attrs[VHUB_A_PORT_HUB_IFINDEX],
				info->attrs[VHUB_A_PORT_HUB_NAME],
				info->extack);
}

static int vhub_nl_no_port(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VHUB_A_PORT_NUMBER],
			    "The hub has no port of this number");
	return -ENOENT;
}

static int vhub_nl_reply_port(struct sk_buff *request, struct genl_info *info,
			      struct vhub_hub *hub, u32 number)
{
	struct vhub_viewer viewer = vhub_nl_viewer(request);
	struct sk_buff *msg;
	void *hdr;
	int ret;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	hdr = genlmsg_put_reply(msg, info, &vhub_nl_family, 0,
				info->genlhdr->cmd);
	ret = hdr ? vhub_nl_fill_port(msg, hub, number, &viewer) : -EMSGSIZE;
	if (ret) {
		nlmsg_free(msg);
		return ret == -ENOENT ? vhub_nl_no_port(info) : ret;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* VHUB_CMD_PORT_GET of one port. */
int vhub_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_hub *hub;
	u32 number;
	int ret;

	hub = vhub_nl_find_port_hub(info, &number);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_reply_port(skb, info, hub, number);
	vhub_hub_put(hub);
	return ret;
}

/* Return: 0 when all ports from the cursor on are in, else -EMSGSIZE. Ports
 * that come or go meanwhile move no other: the cursor is a port number.
 */
static int vhub_nl_dump_ports(struct sk_buff *skb, struct netlink_callback *cb,
			      struct vhub_hub *hub)
{
	struct vhub_viewer viewer = vhub_nl_viewer(cb->skb);
	struct vhub_nl_cursor *cursor = vhub_nl_cursor(cb);
	void *hdr;
	int ret;

	while (!cursor->port ||
	       xa_find(&hub->numbers, &cursor->port, VHUB_PORTS_MAX,
		       XA_PRESENT)) {
		hdr = vhub_nl_put_dump(skb, cb, VHUB_CMD_PORT_GET);
		if (!hdr)
			return -EMSGSIZE;
		ret = vhub_nl_fill_port(skb, hub, cursor->port, &viewer);
		if (ret)
			genlmsg_cancel(skb, hdr);
		else
			vhub_nl_end_dump(skb, cb, hdr);
		if (ret == -EMSGSIZE)
			return ret;
		cursor->port++;
	}
	return 0;
}

static int vhub_nl_dump_named(struct sk_buff *skb, struct netlink_callback *cb,
			      struct nlattr **attrs)
{
	struct vhub_hub *hub;

	hub = vhub_nl_find_dump_hub(skb, cb, attrs[VHUB_A_PORT_HUB_IFINDEX],
				    attrs[VHUB_A_PORT_HUB_NAME],
				    &vhub_nl_cursor(cb)->hub);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	vhub_nl_continue_dump(cb, vhub_hub_port_changes(sock_net(skb->sk),
							hub));
	vhub_nl_dump_ports(skb, cb, hub);
	vhub_hub_put(hub);
	return skb->len;
}

/* VHUB_CMD_PORT_GET of all ports, of one hub or of all. */
int vhub_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = vhub_compat_dump_attrs(cb);
	struct vhub_nl_cursor *cursor = vhub_nl_cursor(cb);
	struct net *net = sock_net(skb->sk);
	unsigned long id = cursor->hub;
	struct vhub_hub *hub;

	if (attrs[VHUB_A_PORT_NUMBER]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[VHUB_A_PORT_NUMBER],
				    "A dump shows all ports and takes no number");
		return -EINVAL;
	}
	if (attrs[VHUB_A_PORT_HUB_IFINDEX] || attrs[VHUB_A_PORT_HUB_NAME])
		return vhub_nl_dump_named(skb, cb, attrs);

	vhub_nl_continue_dump(cb, vhub_hub_port_changes(net, NULL));
	rcu_read_lock();
	while ((hub = vhub_hub_next_rcu(net, &id))) {
		/* The hub that the port is of may have gone. */
		if (cursor->hub != id)
			cursor->port = 0;
		cursor->hub = id;
		if (vhub_nl_dump_ports(skb, cb, hub))
			break;
		cursor->hub = ++id;
		cursor->port = 0;
	}
	rcu_read_unlock();
	return skb->len;
}

/* Sets the flag to what the attribute says, if it is given; @on is what 1 does. */
static void vhub_nl_change_flag(struct vhub_port *port, struct nlattr *attr,
				u32 flag, bool on)
{
	if (attr)
		vhub_port_set_flag(port, flag, nla_get_u8(attr) ? on : !on);
}

static void vhub_nl_change_port_locked(struct vhub_hub *hub,
				       struct vhub_port *port,
				       struct genl_info *info)
{
	struct nlattr *label = info->attrs[VHUB_A_PORT_LABEL];
	struct nlattr *lock = info->attrs[VHUB_A_PORT_LOCK];
	struct nlattr *max = info->attrs[VHUB_A_PORT_MAX_ADDRESSES];

	lockdep_assert_held(&hub->lock);

	if (label)
		nla_strscpy(port->label, label, sizeof(port->label));
	if (lock)
		WRITE_ONCE(port->lock, vhub_port_lock_bits(nla_data(lock)));
	if (max)
		WRITE_ONCE(port->max_addresses, nla_get_u32(max));
	vhub_nl_change_flag(port, info->attrs[VHUB_A_PORT_LINK],
			    VHUB_PORT_FLAG_LINK, true);
	vhub_nl_change_flag(port, info->attrs[VHUB_A_PORT_LEARNING],
			    VHUB_PORT_FLAG_NO_LEARNING, false);
	vhub_nl_change_flag(port, info->attrs[VHUB_A_PORT_FLOOD],
			    VHUB_PORT_FLAG_NO_FLOOD, false);
	vhub_nl_change_flag(port, info->attrs[VHUB_A_PORT_ISOLATED],
			    VHUB_PORT_FLAG_ISOLATED, true);
}

/* Changes what only ports of IP packets have, if that is given. Return: 0, or
 * -EOPNOTSUPP for another port.
 */
static int vhub_nl_change_l3_locked(struct vhub_hub *hub,
				    struct vhub_port *port,
				    const struct vhub_l3_change *change,
				    struct genl_info *info)
{
	lockdep_assert_held(&hub->lock);

	if (!vhub_l3_is_changed(info->attrs))
		return 0;
	if (port->ops->change_l3 && port->ops->change_l3(port, change))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "Only the port of a device of bare IP packets, as TUN, has these");
	return -EOPNOTSUPP;
}

/* Changes all that is given, or nothing. */
static int vhub_nl_apply_port(struct vhub_hub *hub, struct vhub_port *port,
			      const struct vhub_l3_change *change,
			      struct genl_info *info)
{
	struct nlattr *link = info->attrs[VHUB_A_PORT_LINK];
	bool has_vlans = vhub_nl_has_vlans(info);
	struct vhub_vlans *vlans = NULL;
	int ret;

	lockdep_assert_held(&hub->change);

	if (has_vlans)
		vlans = vhub_nl_make_vlans(hub, port, info);
	if (IS_ERR(vlans))
		return PTR_ERR(vlans);

	spin_lock(&hub->lock);
	ret = vhub_nl_change_l3_locked(hub, port, change, info);
	if (!ret)
		vhub_nl_change_port_locked(hub, port, info);
	if (!ret && has_vlans)
		vhub_vlans_set_locked(hub, port, vlans);
	spin_unlock(&hub->lock);
	if (ret) {
		kfree(vlans);
		return ret;
	}

	/* A frame on its way may yet be learned from; it ages as others. */
	if (has_vlans || (link && !nla_get_u8(link)))
		vhub_fdb_flush(&hub->fdb, port, -1);
	vhub_nl_notify_port(hub, port->number);
	return 0;
}

static int vhub_nl_change_port(struct vhub_hub *hub, u32 number,
			       const struct vhub_l3_change *change,
			       struct genl_info *info)
{
	struct vhub_port *port;
	int ret;

	mutex_lock(&hub->change);
	spin_lock(&hub->lock);
	port = vhub_port_lookup_locked(hub, number);
	spin_unlock(&hub->lock);

	/* It stays there as long as the mutex is held. */
	ret = port ? vhub_nl_apply_port(hub, port, change, info) :
		     vhub_nl_no_port(info);
	mutex_unlock(&hub->change);
	return ret;
}

static int vhub_nl_check_change(struct genl_info *info, u32 number)
{
	struct nlattr *link = info->attrs[VHUB_A_PORT_LINK];
	struct nlattr *lock = info->attrs[VHUB_A_PORT_LOCK];

	if (!link && !lock && !info->attrs[VHUB_A_PORT_LABEL] &&
	    !info->attrs[VHUB_A_PORT_MAX_ADDRESSES] &&
	    !info->attrs[VHUB_A_PORT_LEARNING] &&
	    !info->attrs[VHUB_A_PORT_FLOOD] &&
	    !info->attrs[VHUB_A_PORT_ISOLATED] && !vhub_nl_has_vlans(info) &&
	    !vhub_l3_is_changed(info->attrs)) {
		NL_SET_ERR_MSG(info->extack, "Nothing to change is given");
		return -EINVAL;
	}
	if (link && !number) {
		NL_SET_ERR_MSG_ATTR(info->extack, link,
				    "The host's cable is plugged by setting the hub's device up or down");
		return -EOPNOTSUPP;
	}
	if (lock && is_multicast_ether_addr(nla_data(lock))) {
		NL_SET_ERR_MSG_ATTR(info->extack, lock,
				    "A port is locked to the address of one station");
		return -EINVAL;
	}
	return vhub_nl_check_vlans(info);
}

/* VHUB_CMD_PORT_SET */
int vhub_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_l3_change change;
	struct vhub_hub *hub;
	u32 number;
	int ret;

	hub = vhub_nl_find_port_hub(info, &number);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack) ?:
	      vhub_nl_check_change(info, number) ?:
	      vhub_l3_parse_change(&change, info->attrs, info->extack) ?:
	      vhub_nl_change_port(hub, number, &change, info);
	vhub_hub_put(hub);
	return ret;
}

static int vhub_nl_remove_dev(struct sk_buff *request, struct vhub_hub *hub,
			      struct net_device *dev, struct genl_info *info)
{
	if (!vhub_nl_is_admin(request, hub)) {
		NL_SET_ERR_MSG(info->extack,
			       "Only CAP_NET_ADMIN may take a network device off a hub");
		return -EPERM;
	}
	vhub_netdev_del(dev);
	return 0;
}

static int vhub_nl_remove_port(struct sk_buff *request, struct vhub_hub *hub,
			       u32 number, struct genl_info *info)
{
	struct net_device *dev;
	int ret = 0;

	if (!number) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VHUB_A_PORT_NUMBER],
				    "The host's cable is unplugged by setting the hub's device down");
		return -EOPNOTSUPP;
	}

	/* Network devices come and go under it. */
	rtnl_lock();
	dev = vhub_netdev_find(hub, number);
	if (dev)
		ret = vhub_nl_remove_dev(request, hub, dev, info);
	else if (!vhub_port_detach_number(hub, number))
		ret = vhub_nl_no_port(info);
	rtnl_unlock();
	return ret;
}

/* VHUB_CMD_PORT_DEL */
int vhub_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_hub *hub;
	u32 number;
	int ret;

	hub = vhub_nl_find_port_hub(info, &number);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack) ?:
	      vhub_nl_remove_port(skb, hub, number, info);
	vhub_hub_put(hub);
	return ret;
}

/* The network device that a request names by index, by name or by both. */
static struct net_device *vhub_nl_find_dev(struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[VHUB_A_PORT_DEV_IFINDEX];
	struct nlattr *name = info->attrs[VHUB_A_PORT_DEV_NAME];
	struct net *net = genl_info_net(info);
	struct net_device *dev;

	if (!ifindex && !name) {
		NL_SET_ERR_MSG(info->extack, "No network device is named");
		return ERR_PTR(-EINVAL);
	}

	if (ifindex)
		dev = __dev_get_by_index(net, nla_get_u32(ifindex));
	else
		dev = __dev_get_by_name(net, nla_data(name));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, ifindex ?: name,
				    "No such network device in this network namespace");
		return ERR_PTR(-ENXIO);
	}

	if (ifindex && name && nla_strcmp(name, dev->name)) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "Network device's index and name do not match");
		return ERR_PTR(-ENXIO);
	}
	return dev;
}

static int vhub_nl_add_dev(struct sk_buff *request, struct vhub_hub *hub,
			   struct genl_info *info)
{
	struct net_device *dev;
	int number, ret;

	ASSERT_RTNL();

	/* It may have gone since it was found. */
	if (hub->dev->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG(info->extack, "The hub went meanwhile");
		return -ENODEV;
	}
	dev = vhub_nl_find_dev(info);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	number = vhub_netdev_add(hub, dev, info->attrs[VHUB_A_PORT_LABEL],
				 info->extack);
	if (number < 0)
		return number;

	ret = vhub_nl_reply_port(request, info, hub, number);
	if (ret)
		vhub_netdev_del(dev);
	return ret;
}

static int vhub_nl_add_port(struct sk_buff *request, struct vhub_hub *hub,
			    struct genl_info *info)
{
	int ret;

	if (!vhub_nl_is_admin(request, hub)) {
		NL_SET_ERR_MSG(info->extack,
			       "Only CAP_NET_ADMIN may put a network device on a hub");
		return -EPERM;
	}

	rtnl_lock();
	ret = vhub_nl_add_dev(request, hub, info);
	rtnl_unlock();
	return ret;
}

/* VHUB_CMD_PORT_ADD */
int vhub_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_hub(genl_info_net(info),
			       info->attrs[VHUB_A_PORT_HUB_IFINDEX],
			       info->attrs[VHUB_A_PORT_HUB_NAME],
			       info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_add_port(skb, hub, info);
	vhub_hub_put(hub);
	return ret;
}

/* Opens the family. Context: may sleep. Return: 0 or -errno. */
int __init vhub_nl_init(void)
{
	return genl_register_family(&vhub_nl_family);
}

void vhub_nl_exit(void)
{
	genl_unregister_family(&vhub_nl_family);
}
