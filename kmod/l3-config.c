// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what can be told a port of IP packets, and what it says of itself
 */

#include "l3.h"

#include <linux/etherdevice.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "l3-message.h"

/* Does a request say anything that is only for such ports? */
bool vhub_l3_is_changed(struct nlattr *const *attrs)
{
	return attrs[VHUB_A_PORT_ADDRESS] || attrs[VHUB_A_PORT_IP] ||
	       attrs[VHUB_A_PORT_VIA];
}

static int vhub_l3_parse_mac(struct vhub_l3_change *change,
			     const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (!is_valid_ether_addr(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Not the address of one Ethernet station");
		return -EINVAL;
	}
	change->set_mac = true;
	memcpy(change->mac, nla_data(attr), ETH_ALEN);
	return 0;
}

static bool vhub_l3_prefix_is_sound(const struct vhub_l3_told *told)
{
	return told->prefix <= 128 &&
	       (told->prefix >= 96 || !ipv6_addr_v4mapped(&told->addr));
}

static int vhub_l3_parse_told(struct vhub_l3_change *change,
			      const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	struct vhub_l3_told *told = change->config.told;
	const u8 *data;
	u32 i;

	if (!attr)
		return 0;
	if (nla_len(attr) % VHUB_IP_SIZE ||
	    nla_len(attr) > VHUB_IP_MAX * VHUB_IP_SIZE) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Not a list of up to 16 IP addresses with their prefix lengths");
		return -EINVAL;
	}
	change->set_told = true;
	change->config.told_count = nla_len(attr) / VHUB_IP_SIZE;
	data = nla_data(attr);
	for (i = 0; i < change->config.told_count; i++, told++) {
		memcpy(&told->addr, data, sizeof(told->addr));
		told->prefix = data[sizeof(told->addr)];
		data += VHUB_IP_SIZE;
		if (!vhub_l3_is_station(&told->addr) ||
		    !vhub_l3_prefix_is_sound(told)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "Not the IP address of one station, or no prefix length of it");
			return -EINVAL;
		}
	}
	return 0;
}

static int vhub_l3_parse_via(struct vhub_l3_change *change,
			     const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	struct in6_addr addr, *via;
	int at;

	if (!attr)
		return 0;
	change->set_via = true;
	if (nla_len(attr) % sizeof(addr))
		goto refuse;
	for (at = 0; at < nla_len(attr); at += sizeof(addr)) {
		memcpy(&addr, nla_data(attr) + at, sizeof(addr));
		via = &change->config.via[!ipv6_addr_v4mapped(&addr)];
		if (!vhub_l3_is_station(&addr) || !ipv6_addr_any(via))
			goto refuse;
		*via = addr;
	}
	return 0;

refuse:
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "Not the IP address of one router, or of one of each family");
	return -EINVAL;
}

/**
 * vhub_l3_parse_change - read what a request wants changed
 * @change: what it wants
 * @attrs: its attributes, VHUB_A_PORT_*
 * @extack: for the sentence of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int vhub_l3_parse_change(struct vhub_l3_change *change,
			 struct nlattr *const *attrs,
			 struct netlink_ext_ack *extack)
{
	memset(change, 0, sizeof(*change));
	return vhub_l3_parse_mac(change, attrs[VHUB_A_PORT_ADDRESS], extack) ?:
	       vhub_l3_parse_told(change, attrs[VHUB_A_PORT_IP], extack) ?:
	       vhub_l3_parse_via(change, attrs[VHUB_A_PORT_VIA], extack);
}

static int vhub_l3_fill_told_locked(const struct vhub_l3 *l3,
				    struct sk_buff *msg)
{
	const struct vhub_l3_told *told = l3->config.told;
	u32 count = l3->config.told_count, i;
	struct nlattr *attr;
	u8 *data;

	lockdep_assert_held(&l3->table.lock);

	attr = nla_reserve(msg, VHUB_A_PORT_IP, count * VHUB_IP_SIZE);
	if (!attr)
		return -EMSGSIZE;
	data = nla_data(attr);
	for (i = 0; i < count; i++, told++) {
		memcpy(data, &told->addr, sizeof(told->addr));
		data[sizeof(told->addr)] = told->prefix;
		data += VHUB_IP_SIZE;
	}
	return 0;
}

static int vhub_l3_fill_via_locked(const struct vhub_l3 *l3,
				   struct sk_buff *msg)
{
	struct in6_addr via[ARRAY_SIZE(l3->config.via)];
	u32 i, count = 0;

	lockdep_assert_held(&l3->table.lock);

	for (i = 0; i < ARRAY_SIZE(via); i++)
		if (!ipv6_addr_any(&l3->config.via[i]))
			via[count++] = l3->config.via[i];
	return nla_put(msg, VHUB_A_PORT_VIA, count * sizeof(*via), via);
}

/**
 * vhub_l3_fill - add to a message what such a port has to say
 * @l3: the port
 * @msg: the message
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vhub_l3_fill(struct vhub_l3 *l3, struct sk_buff *msg)
{
	u64 mac = READ_ONCE(l3->mac);
	int ret;

	spin_lock_bh(&l3->table.lock);
	ret = nla_put(msg, VHUB_A_PORT_ADDRESS, ETH_ALEN, &mac) ?:
	      vhub_l3_fill_told_locked(l3, msg) ?:
	      vhub_l3_fill_via_locked(l3, msg);
	spin_unlock_bh(&l3->table.lock);
	return ret;
}
