// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - generic netlink: addresses that hubs keep, requests and news
 */

#include <linux/etherdevice.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "fdb.h"
#include "hub.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "netlink-msg.h"
#include "netlink-req.h"

/* Where a dump goes on; kept in the 48 bytes of a netlink callback. */
struct vhub_nl_fdb_cursor {
	unsigned long hub;	/* id of the hub; its index if it was named */
	u64 serial;		/* of the last address of it that is in */
};

static int vhub_nl_fill_fdb_age(struct sk_buff *msg,
				const struct vhub_fdb_entry *entry)
{
	unsigned long age = jiffies - READ_ONCE(entry->updated);

	if (READ_ONCE(entry->is_static))
		return 0;
	/* It may have been seen since this jiffy began. */
	if ((long)age < 0)
		age = 0;
	return nla_put_u32(msg, VHUB_A_FDB_AGE_MS, jiffies_to_msecs(age));
}

/* Adds what is to say of an address. Return: 0 or -EMSGSIZE. */
static int vhub_nl_fill_fdb_rcu(struct sk_buff *msg, struct vhub_hub *hub,
				const struct vhub_fdb_entry *entry)
{
	const struct vhub_port *port = rcu_dereference(entry->port);
	u32 flags = READ_ONCE(entry->is_static) ? VHUB_FDB_FLAG_STATIC : 0;
	char name[IFNAMSIZ];

	/* It may be being changed; nothing here can wait for that. */
	strscpy(name, hub->dev->name, sizeof(name));

	return nla_put_u32(msg, VHUB_A_FDB_HUB_IFINDEX, hub->dev->ifindex) ?:
	       nla_put_string(msg, VHUB_A_FDB_HUB_NAME, name) ?:
	       nla_put(msg, VHUB_A_FDB_ADDRESS, ETH_ALEN, entry->key.addr) ?:
	       nla_put_u32(msg, VHUB_A_FDB_VID, entry->key.vid) ?:
	       nla_put_u32(msg, VHUB_A_FDB_PORT, port->number) ?:
	       nla_put_u32(msg, VHUB_A_FDB_FLAGS, flags) ?:
	       vhub_nl_fill_fdb_age(msg, entry);
}

/*
 * News
 */
static void vhub_nl_notify_fdb_cmd(struct vhub_hub *hub,
				   const struct vhub_fdb_entry *entry, u8 cmd,
				   const struct vhub_port *old)
{
	struct sk_buff *msg;
	void *hdr;
	int ret;

	lockdep_assert_held(&hub->fdb.lock);

	msg = vhub_nl_notify_begin(hub, cmd, VHUB_NLGRP_FDB, GFP_ATOMIC, &hdr);
	if (!msg)
		return;

	rcu_read_lock();
	ret = vhub_nl_fill_fdb_rcu(msg, hub, entry);
	rcu_read_unlock();
	if (!ret && old)
		ret = nla_put_u32(msg, VHUB_A_FDB_OLD_PORT, old->number);
	if (ret)
		nlmsg_free(msg);
	else
		vhub_nl_notify_end(hub, msg, VHUB_NLGRP_FDB, GFP_ATOMIC, hdr);
}

/**
 * vhub_nl_notify_fdb - say that an address came or was changed
 * @hub: the hub, its table's lock held
 * @entry: the address
 * @old: the port it was at before, NULL for one that came
 *
 * Context: any.
 */
void vhub_nl_notify_fdb(struct vhub_hub *hub, struct vhub_fdb_entry *entry,
			const struct vhub_port *old)
{
	vhub_nl_notify_fdb_cmd(hub, entry, VHUB_CMD_FDB_NTF, old);
}

/**
 * vhub_nl_notify_fdb_del - say that an address is forgotten
 * @hub: the hub, its table's lock held
 * @entry: the address
 *
 * Context: any.
 */
void vhub_nl_notify_fdb_del(struct vhub_hub *hub,
			    struct vhub_fdb_entry *entry)
{
	vhub_nl_notify_fdb_cmd(hub, entry, VHUB_CMD_FDB_DEL_NTF, NULL);
}

/*
 * Requests
 */
static struct vhub_hub *vhub_nl_find_fdb_hub(struct genl_info *info)
{
	return vhub_nl_find_hub(genl_info_net(info),
				info->attrs[VHUB_A_FDB_HUB_IFINDEX],
				info->attrs[VHUB_A_FDB_HUB_NAME],
				info->extack);
}

/* The hub and the address that a request names. */
static struct vhub_hub *vhub_nl_find_fdb_key(struct genl_info *info,
					     struct vhub_fdb_key *key)
{
	struct nlattr *addr = info->attrs[VHUB_A_FDB_ADDRESS];
	struct nlattr *vid = info->attrs[VHUB_A_FDB_VID];

	if (!addr) {
		NL_SET_ERR_MSG(info->extack, "No address is given");
		return ERR_PTR(-EINVAL);
	}
	memcpy(key->addr, nla_data(addr), ETH_ALEN);
	key->vid = vid ? nla_get_u32(vid) : 0;
	return vhub_nl_find_fdb_hub(info);
}

static int vhub_nl_no_address(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VHUB_A_FDB_ADDRESS],
			    "The hub does not know this address");
	return -ENOENT;
}

static int vhub_nl_no_fdb_port(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VHUB_A_FDB_PORT],
			    "The hub has no port of this number");
	return -ENOENT;
}

static int vhub_nl_reply_fdb(struct genl_info *info, struct vhub_hub *hub,
			     const struct vhub_fdb_key *key)
{
	struct vhub_fdb_entry *entry = NULL;
	struct sk_buff *msg;
	int ret = -ENOENT;
	void *hdr;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	hdr = genlmsg_put_reply(msg, info, &vhub_nl_family, 0,
				VHUB_CMD_FDB_GET);
	rcu_read_lock();
	if (vhub_fdb_is_on(&hub->fdb))
		entry = vhub_fdb_find_rcu(&hub->fdb, key);
	if (!hdr)
		ret = -EMSGSIZE;
	else if (entry)
		ret = vhub_nl_fill_fdb_rcu(msg, hub, entry);
	rcu_read_unlock();
	if (ret) {
		nlmsg_free(msg);
		return ret == -ENOENT ? vhub_nl_no_address(info) : ret;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* VHUB_CMD_FDB_GET of one address. */
int vhub_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_fdb_key key;
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_fdb_key(info, &key);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_reply_fdb(info, hub, &key);
	vhub_hub_put(hub);
	return ret;
}

/**
 * struct vhub_nl_fdb_dump - a message of a dump that is being filled
 * @skb: the message
 * @cb: the dump
 * @hub: the hub whose addresses go into it
 */
struct vhub_nl_fdb_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	struct vhub_hub *hub;
};

static int vhub_nl_dump_fdb_entry(struct vhub_fdb_entry *entry, void *data)
{
	struct vhub_nl_fdb_dump *dump = data;
	void *hdr;

	hdr = vhub_nl_put_dump(dump->skb, dump->cb, VHUB_CMD_FDB_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (vhub_nl_fill_fdb_rcu(dump->skb, dump->hub, entry)) {
		genlmsg_cancel(dump->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, hdr);
	return 0;
}

static struct vhub_nl_fdb_cursor *vhub_nl_fdb_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct vhub_nl_fdb_cursor) > sizeof(cb->ctx));
	return (struct vhub_nl_fdb_cursor *)cb->ctx;
}

/* Return: 0 when all addresses from the cursor on are in, else -EMSGSIZE. */
static int vhub_nl_dump_fdb_rcu(struct sk_buff *skb,
				struct netlink_callback *cb,
				struct vhub_hub *hub)
{
	struct vhub_nl_fdb_dump dump = {
		.skb = skb,
		.cb = cb,
		.hub = hub,
	};

	return vhub_fdb_walk_rcu(&hub->fdb, &vhub_nl_fdb_cursor(cb)->serial,
				 vhub_nl_dump_fdb_entry, &dump);
}

static int vhub_nl_dump_fdb_named(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct nlattr **attrs)
{
	struct vhub_hub *hub;

	hub = vhub_nl_find_dump_hub(skb, cb, attrs[VHUB_A_FDB_HUB_IFINDEX],
				    attrs[VHUB_A_FDB_HUB_NAME],
				    &vhub_nl_fdb_cursor(cb)->hub);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	rcu_read_lock();
	vhub_nl_dump_fdb_rcu(skb, cb, hub);
	rcu_read_unlock();
	vhub_hub_put(hub);
	return skb->len;
}

/* VHUB_CMD_FDB_GET of all addresses, of one hub or of all. */
int vhub_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vhub_nl_fdb_cursor *cursor = vhub_nl_fdb_cursor(cb);
	struct nlattr **attrs = vhub_compat_dump_attrs(cb);
	unsigned long id = cursor->hub;
	struct vhub_hub *hub;

	if (attrs[VHUB_A_FDB_ADDRESS] || attrs[VHUB_A_FDB_VID]) {
		NL_SET_ERR_MSG(cb->extack,
			       "A dump shows all addresses and takes none");
		return -EINVAL;
	}
	if (attrs[VHUB_A_FDB_HUB_IFINDEX] || attrs[VHUB_A_FDB_HUB_NAME])
		return vhub_nl_dump_fdb_named(skb, cb, attrs);

	rcu_read_lock();
	while ((hub = vhub_hub_next_rcu(sock_net(skb->sk), &id))) {
		/* The hub that the address is of may have gone. */
		if (cursor->hub != id)
			cursor->serial = 0;
		cursor->hub = id;
		if (vhub_nl_dump_fdb_rcu(skb, cb, hub))
			break;
		cursor->hub = ++id;
		cursor->serial = 0;
	}
	rcu_read_unlock();
	return skb->len;
}

static int vhub_nl_check_fdb_add(struct genl_info *info)
{
	struct nlattr *addr = info->attrs[VHUB_A_FDB_ADDRESS];

	if (!info->attrs[VHUB_A_FDB_PORT]) {
		NL_SET_ERR_MSG(info->extack, "No port number is given");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(addr))) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "Not the address of one Ethernet station");
		return -EINVAL;
	}
	return 0;
}

/* Says why an address could not be added. */
static int vhub_nl_explain_fdb_add(struct genl_info *info, int ret)
{
	struct nlattr *addr = info->attrs[VHUB_A_FDB_ADDRESS];

	switch (ret) {
	case -ENOENT:
		return vhub_nl_no_fdb_port(info);
	case -EEXIST:
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "The address is static already");
		break;
	case -ENOSPC:
		NL_SET_ERR_MSG(info->extack,
			       "The hub or the port has all the addresses it may have");
		break;
	case -EOPNOTSUPP:
		NL_SET_ERR_MSG(info->extack,
			       "Only a hub in mode switch keeps addresses");
		break;
	}
	return ret;
}

static int vhub_nl_add_fdb(struct vhub_hub *hub, const struct vhub_fdb_key *key,
			   struct genl_info *info)
{
	u32 number = nla_get_u32(info->attrs[VHUB_A_FDB_PORT]);
	struct vhub_port *port;
	int ret = -ENOENT;

	spin_lock(&hub->lock);
	port = vhub_port_lookup_locked(hub, number);
	if (port)
		ret = vhub_fdb_add(&hub->fdb, key, port);
	spin_unlock(&hub->lock);
	return vhub_nl_explain_fdb_add(info, ret);
}

/* VHUB_CMD_FDB_ADD */
int vhub_nl_fdb_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_fdb_key key;
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_fdb_key(info, &key);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack) ?:
	      vhub_nl_check_fdb_add(info) ?:
	      vhub_nl_add_fdb(hub, &key, info);
	vhub_hub_put(hub);
	return ret;
}

/* VHUB_CMD_FDB_DEL */
int vhub_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_fdb_key key;
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_fdb_key(info, &key);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack);
	if (!ret && !vhub_fdb_del(&hub->fdb, &key))
		ret = vhub_nl_no_address(info);
	vhub_hub_put(hub);
	return ret;
}

static int vhub_nl_flush_fdb(struct vhub_hub *hub, struct genl_info *info)
{
	struct nlattr *number = info->attrs[VHUB_A_FDB_PORT];
	struct nlattr *vid = info->attrs[VHUB_A_FDB_VID];
	struct vhub_port *port = NULL;

	mutex_lock(&hub->change);
	if (number) {
		spin_lock(&hub->lock);
		port = vhub_port_lookup_locked(hub, nla_get_u32(number));
		spin_unlock(&hub->lock);
	}
	/* It stays there as long as the mutex is held. */
	if (port || !number)
		vhub_fdb_flush(&hub->fdb, port, vid ? nla_get_u32(vid) : -1);
	mutex_unlock(&hub->change);

	return number && !port ? vhub_nl_no_fdb_port(info) : 0;
}

/* VHUB_CMD_FDB_FLUSH */
int vhub_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vhub_hub *hub;
	int ret;

	hub = vhub_nl_find_fdb_hub(info);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	ret = vhub_nl_may_change(skb, hub, info->extack) ?:
	      vhub_nl_flush_fdb(hub, info);
	vhub_hub_put(hub);
	return ret;
}
