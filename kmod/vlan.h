/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - VLANs of a port, in mode switch: access ports and trunks
 */
#ifndef _VHUB_VLAN_H
#define _VHUB_VLAN_H

#include <linux/bitops.h>
#include <linux/if_vlan.h>
#include <linux/types.h>

struct vhub_hub;
struct vhub_port;

/**
 * enum vhub_vlan_tag - what tag a frame has
 * @VHUB_VLAN_TAG_NONE: none
 * @VHUB_VLAN_TAG_PRIORITY: one that tells no VLAN
 * @VHUB_VLAN_TAG_VID: one that tells its VLAN
 */
enum vhub_vlan_tag {
	VHUB_VLAN_TAG_NONE,
	VHUB_VLAN_TAG_PRIORITY,
	VHUB_VLAN_TAG_VID,
};

/**
 * enum vhub_vlan_egress - how frames of a VLAN leave at a port
 * @VHUB_VLAN_EGRESS_NOT: they do not
 * @VHUB_VLAN_EGRESS_AS_IS: with the tag they have, or without
 * @VHUB_VLAN_EGRESS_TAGGED: with a tag that tells the VLAN
 * @VHUB_VLAN_EGRESS_UNTAGGED: without
 */
enum vhub_vlan_egress {
	VHUB_VLAN_EGRESS_NOT,
	VHUB_VLAN_EGRESS_AS_IS,
	VHUB_VLAN_EGRESS_TAGGED,
	VHUB_VLAN_EGRESS_UNTAGGED,
};

/**
 * struct vhub_vlans - the VLANs of a port that is not transparent
 * @rcu: frees it
 * @pvid: VLAN of frames without a tag, both ways; 0 for none
 * @has_set: @set is there and not empty
 * @set: VLANs of frames with a tag
 *
 * Never changes: another takes its place.
 */
struct vhub_vlans {
	struct rcu_head rcu;
	u16 pvid;
	bool has_set;
	unsigned long set[];
};

static inline bool vhub_vlans_tagged(const struct vhub_vlans *vlans, u16 vid)
{
	return vlans->has_set && test_bit(vid, vlans->set);
}

/**
 * vhub_vlan_ingress - the VLAN of a frame that comes in at a port
 * @vlans: those of the port, or NULL for a transparent one
 * @tag: what tag it has
 * @vid: VLAN that this tells, else 0
 *
 * Return: the VLAN, 0 for the one of frames without a tag between transparent
 * ports; or -1 for a frame that may not come in.
 */
static inline int vhub_vlan_ingress(const struct vhub_vlans *vlans,
				    enum vhub_vlan_tag tag, u16 vid)
{
	if (!vlans)
		return vid;
	if (tag != VHUB_VLAN_TAG_VID)
		return vlans->pvid ?: -1;
	if (vid == vlans->pvid || vhub_vlans_tagged(vlans, vid))
		return vid;
	return -1;
}

/**
 * vhub_vlan_egress - how frames of a VLAN leave at a port
 * @vlans: those of the port, or NULL for a transparent one
 * @vid: the VLAN
 */
static inline enum vhub_vlan_egress
vhub_vlan_egress(const struct vhub_vlans *vlans, u16 vid)
{
	if (!vlans)
		return vid ? VHUB_VLAN_EGRESS_TAGGED : VHUB_VLAN_EGRESS_AS_IS;
	if (!vid)
		return VHUB_VLAN_EGRESS_NOT;
	if (vid == vlans->pvid)
		return VHUB_VLAN_EGRESS_UNTAGGED;
	return vhub_vlans_tagged(vlans, vid) ? VHUB_VLAN_EGRESS_TAGGED :
					       VHUB_VLAN_EGRESS_NOT;
}

struct vhub_vlans *vhub_vlans_create(u16 pvid, const unsigned long *set);
void vhub_vlans_set_locked(struct vhub_hub *hub, struct vhub_port *port,
			   struct vhub_vlans *vlans);
void vhub_vlans_leave_locked(struct vhub_hub *hub, struct vhub_port *port);

#endif /* _VHUB_VLAN_H */
