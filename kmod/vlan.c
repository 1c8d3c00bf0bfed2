// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - VLANs of a port, in mode switch: their life
 */

#include "vlan.h"

#include <linux/bitmap.h>
#include <linux/slab.h>

#include "hub.h"
#include "port.h"

/**
 * vhub_vlans_create - what makes a port an access port, a trunk or both
 * @pvid: VLAN of frames without a tag, or 0
 * @set: bits of the VLANs of frames with a tag, VLAN_N_VID of them
 *
 * Context: may sleep.
 * Return: it, NULL for a transparent port, or an ERR_PTR of -ENOMEM.
 */
struct vhub_vlans *vhub_vlans_create(u16 pvid, const unsigned long *set)
{
	bool has_set = !bitmap_empty(set, VLAN_N_VID);
	struct vhub_vlans *vlans;
	size_t size;

	if (!pvid && !has_set)
		return NULL;

	size = has_set ? BITS_TO_LONGS(VLAN_N_VID) : 0;
	vlans = kzalloc(struct_size(vlans, set, size), GFP_KERNEL_ACCOUNT);
	if (!vlans)
		return ERR_PTR(-ENOMEM);
	vlans->pvid = pvid;
	vlans->has_set = has_set;
	if (has_set)
		bitmap_copy(vlans->set, set, VLAN_N_VID);
	return vlans;
}

/**
 * vhub_vlans_set_locked - change the VLANs of a port
 * @hub: the hub, its lock held
 * @port: a port of it
 * @vlans: as created; the port's from now on
 */
void vhub_vlans_set_locked(struct vhub_hub *hub, struct vhub_port *port,
			   struct vhub_vlans *vlans)
{
	struct vhub_vlans *old = rcu_dereference_protected(port->vlans,
					lockdep_is_held(&hub->lock));

	/* A sender that sees the one change and not yet the other takes the
	 * port for what it was.
	 */
	WRITE_ONCE(hub->vlan_ports, hub->vlan_ports + !!vlans - !!old);
	rcu_assign_pointer(port->vlans, vlans);
	if (old)
		kfree_rcu(old, rcu);
}

/* The port leaves the hub; what it has goes with it. */
void vhub_vlans_leave_locked(struct vhub_hub *hub, struct vhub_port *port)
{
	lockdep_assert_held(&hub->lock);

	if (rcu_access_pointer(port->vlans))
		WRITE_ONCE(hub->vlan_ports, hub->vlan_ports - 1);
}
