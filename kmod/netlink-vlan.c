// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - generic netlink: the VLANs of a port
 */

#include <linux/bitmap.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "hub.h"
#include "netlink-msg.h"
#include "netlink-req.h"
#include "vlan.h"

/**
 * struct vhub_nl_vlan_range - VLANs that follow each other, as in a message
 * @first: the first
 * @last: the last
 */
struct vhub_nl_vlan_range {
	u16 first;
	u16 last;
};

static int vhub_nl_vlan_no_number(struct nlattr *attr,
				  struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "A VLAN has a number from 1 to 4094");
	return -ERANGE;
}

static int vhub_nl_check_vlan_ranges(struct nlattr *attr,
				     struct netlink_ext_ack *extack)
{
	const struct vhub_nl_vlan_range *range = nla_data(attr);
	u32 count = nla_len(attr) / sizeof(*range);

	if (nla_len(attr) % sizeof(*range)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "Ranges of VLANs are pairs of numbers of 16 bits");
		return -EINVAL;
	}
	if (count > VHUB_VLAN_RANGES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "A port has 256 ranges of VLANs at most");
		return -ERANGE;
	}
	for (; count; count--, range++) {
		if (!range->first || range->first > VHUB_VID_MAX ||
		    !range->last || range->last > VHUB_VID_MAX)
			return vhub_nl_vlan_no_number(attr, extack);
		if (range->first > range->last) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "A range of VLANs begins with its lowest");
			return -EINVAL;
		}
	}
	return 0;
}

/* Does the request speak of VLANs? */
bool vhub_nl_has_vlans(const struct genl_info *info)
{
	return info->attrs[VHUB_A_PORT_PVID] || info->attrs[VHUB_A_PORT_VLANS];
}

/* Checks what a request says of VLANs. Return: 0 or -errno with a sentence. */
int vhub_nl_check_vlans(struct genl_info *info)
{
	struct nlattr *vlans = info->attrs[VHUB_A_PORT_VLANS];
	struct nlattr *pvid = info->attrs[VHUB_A_PORT_PVID];

	if (pvid && nla_get_u32(pvid) > VHUB_VID_MAX)
		return vhub_nl_vlan_no_number(pvid, info->extack);
	return vlans ? vhub_nl_check_vlan_ranges(vlans, info->extack) : 0;
}

static void vhub_nl_parse_vlan_ranges(struct nlattr *attr, unsigned long *set)
{
	const struct vhub_nl_vlan_range *range = nla_data(attr);
	u32 count = nla_len(attr) / sizeof(*range);

	for (; count; count--, range++)
		bitmap_set(set, range->first, range->last - range->first + 1);
}

/**
 * vhub_nl_make_vlans - the VLANs that a port has after a request
 * @hub: the hub, its mutex @change held
 * @port: a port of it
 * @info: the request, one that was checked
 *
 * Context: may sleep.
 * Return: as vhub_vlans_create(), with a sentence.
 */
struct vhub_vlans *vhub_nl_make_vlans(struct vhub_hub *hub,
				      struct vhub_port *port,
				      struct genl_info *info)
{
	struct nlattr *pvid = info->attrs[VHUB_A_PORT_PVID];
	struct nlattr *ranges = info->attrs[VHUB_A_PORT_VLANS];
	DECLARE_BITMAP(set, VLAN_N_VID) = {};
	struct vhub_vlans *vlans, *old;

	/* Who changes them holds the mutex, too. */
	old = rcu_dereference_protected(port->vlans,
					lockdep_is_held(&hub->change));
	if (ranges)
		vhub_nl_parse_vlan_ranges(ranges, set);
	else if (old && old->has_set)
		bitmap_copy(set, old->set, VLAN_N_VID);

	vlans = vhub_vlans_create(pvid ? nla_get_u32(pvid) :
				  old ? old->pvid : 0, set);
	if (IS_ERR(vlans))
		NL_SET_ERR_MSG(info->extack, "No memory for a set of VLANs");
	return vlans;
}

static int vhub_nl_fill_vlan_ranges(struct sk_buff *msg,
				    const struct vhub_vlans *vlans)
{
	struct vhub_nl_vlan_range *range;
	unsigned int first, end;
	struct nlattr *attr;
	u32 count = 0;

	for_each_set_bitrange(first, end, vlans->set, VLAN_N_VID)
		count++;
	attr = nla_reserve(msg, VHUB_A_PORT_VLANS, count * sizeof(*range));
	if (!attr)
		return -EMSGSIZE;

	range = nla_data(attr);
	for_each_set_bitrange(first, end, vlans->set, VLAN_N_VID) {
		range->first = first;
		range->last = end - 1;
		range++;
	}
	return 0;
}

/**
 * vhub_nl_fill_vlans_locked - add the VLANs of a port to a message
 * @msg: the message
 * @hub: the hub, its lock held
 * @port: a port of it
 *
 * Return: 0 or -EMSGSIZE.
 */
int vhub_nl_fill_vlans_locked(struct sk_buff *msg, struct vhub_hub *hub,
			      struct vhub_port *port)
{
	const struct vhub_vlans *vlans;

	vlans = rcu_dereference_protected(port->vlans,
					  lockdep_is_held(&hub->lock));
	if (!vlans)
		return 0;
	if (vlans->pvid && nla_put_u32(msg, VHUB_A_PORT_PVID, vlans->pvid))
		return -EMSGSIZE;
	return vlans->has_set ? vhub_nl_fill_vlan_ranges(msg, vlans) : 0;
}
