// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - generic netlink: what messages say, and news for those who listen
 */

#include "netlink-msg.h"

#include <net/genetlink.h>

#include "hub.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "port.h"

/**
 * vhub_nl_fill_hub - add what is to say of a hub
 * @msg: the message
 * @hub: the hub
 * @viewer: who will read it
 *
 * Context: process.
 * Return: 0 or -EMSGSIZE.
 */
int vhub_nl_fill_hub(struct sk_buff *msg, struct vhub_hub *hub,
		     const struct vhub_viewer *viewer)
{
	struct user_namespace *user_ns = viewer->user_ns;
	int ret;

	spin_lock(&hub->lock);
	ret = nla_put_u32(msg, VHUB_A_HUB_IFINDEX, hub->dev->ifindex) ?:
	      nla_put_string(msg, VHUB_A_HUB_NAME, hub->dev->name) ?:
	      nla_put_u32(msg, VHUB_A_HUB_OWNER,
			  from_kuid_munged(user_ns, hub->owner)) ?:
	      nla_put_u32(msg, VHUB_A_HUB_GROUP,
			  from_kgid_munged(user_ns, hub->group)) ?:
	      nla_put_u32(msg, VHUB_A_HUB_PERM, hub->perm) ?:
	      nla_put_u32(msg, VHUB_A_HUB_PORTS, hub->count) ?:
	      nla_put_u32(msg, VHUB_A_HUB_PORTS_MAX, VHUB_PORTS_MAX) ?:
	      nla_put_u32(msg, VHUB_A_HUB_MODE, vhub_hub_mode(hub)) ?:
	      nla_put_u32(msg, VHUB_A_HUB_AGEING_MS,
			  READ_ONCE(hub->fdb.ageing_ms)) ?:
	      nla_put_u32(msg, VHUB_A_HUB_MAX_ADDRESSES,
			  READ_ONCE(hub->fdb.max)) ?:
	      nla_put_u32(msg, VHUB_A_HUB_ADDRESSES,
			  READ_ONCE(hub->fdb.count));
	spin_unlock(&hub->lock);
	return ret;
}

static int vhub_nl_fill_drops(struct sk_buff *msg,
			      const struct vhub_stats_sum *sum)
{
	struct nlattr *nest;
	int reason;

	nest = nla_nest_start(msg, VHUB_A_STATS_DROPS);
	if (!nest)
		return -EMSGSIZE;

	for (reason = VHUB_A_DROPS_PAD + 1; reason <= VHUB_A_DROPS_MAX;
	     reason++)
		if (nla_put_u64_64bit(msg, reason, sum->drops[reason],
				      VHUB_A_DROPS_PAD))
			return -EMSGSIZE;

	nla_nest_end(msg, nest);
	return 0;
}

static int vhub_nl_fill_stats(struct sk_buff *msg, struct vhub_port *port)
{
	struct vhub_stats_sum sum;
	struct nlattr *nest;

	vhub_port_sum(port, &sum);

	nest = nla_nest_start(msg, VHUB_A_PORT_STATS);
	if (!nest)
		return -EMSGSIZE;

	if (nla_put_u64_64bit(msg, VHUB_A_STATS_RX_FRAMES, sum.rx_frames,
			      VHUB_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VHUB_A_STATS_RX_BYTES, sum.rx_bytes,
			      VHUB_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VHUB_A_STATS_TX_FRAMES, sum.tx_frames,
			      VHUB_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VHUB_A_STATS_TX_BYTES, sum.tx_bytes,
			      VHUB_A_STATS_PAD) ||
	    nla_put_u64_64bit(msg, VHUB_A_STATS_NOT_LEARNED, sum.not_learned,
			      VHUB_A_STATS_PAD) ||
	    vhub_nl_fill_drops(msg, &sum))
		return -EMSGSIZE;

	nla_nest_end(msg, nest);
	return 0;
}

static int vhub_nl_fill_addresses_locked(struct sk_buff *msg,
					 struct vhub_hub *hub,
					 struct vhub_port *port)
{
	u64 lock = port->lock;
	int ret;

	lockdep_assert_held(&hub->lock);

	ret = nla_put_u32(msg, VHUB_A_PORT_ADDRESSES,
			  READ_ONCE(port->address_count)) ?:
	      nla_put_u32(msg, VHUB_A_PORT_MAX_ADDRESSES,
			  port->max_addresses);
	if (!ret && lock)
		ret = nla_put(msg, VHUB_A_PORT_LOCK, ETH_ALEN, &lock);
	return ret;
}

static int vhub_nl_fill_port_locked(struct sk_buff *msg, struct vhub_hub *hub,
				    struct vhub_port *port,
				    const struct vhub_viewer *viewer)
{
	lockdep_assert_held(&hub->lock);

	return nla_put_u32(msg, VHUB_A_PORT_HUB_IFINDEX, hub->dev->ifindex) ?:
	       nla_put_string(msg, VHUB_A_PORT_HUB_NAME, hub->dev->name) ?:
	       nla_put_u32(msg, VHUB_A_PORT_NUMBER, port->number) ?:
	       nla_put_u32(msg, VHUB_A_PORT_KIND, port->ops->kind) ?:
	       nla_put_u32(msg, VHUB_A_PORT_FLAGS,
			   vhub_port_shown_flags(port)) ?:
	       nla_put_string(msg, VHUB_A_PORT_LABEL, port->label) ?:
	       vhub_nl_fill_addresses_locked(msg, hub, port) ?:
	       vhub_nl_fill_vlans_locked(msg, hub, port) ?:
	       port->ops->fill(port, msg, viewer) ?:
	       vhub_nl_fill_stats(msg, port);
}

/**
 * vhub_nl_fill_port - add what is to say of a port
 * @msg: the message
 * @hub: the hub
 * @number: number of the port
 * @viewer: who will read it
 *
 * Context: process.
 * Return: 0, -ENOENT when the port is not there, -EMSGSIZE.
 */
int vhub_nl_fill_port(struct sk_buff *msg, struct vhub_hub *hub, u32 number,
		      const struct vhub_viewer *viewer)
{
	struct vhub_port *port;
	int ret = -ENOENT;

	spin_lock(&hub->lock);
	port = vhub_port_lookup_locked(hub, number);
	if (port)
		ret = vhub_nl_fill_port_locked(msg, hub, port, viewer);
	spin_unlock(&hub->lock);
	return ret;
}

/* A listener can be anywhere: it sees users as the hub's namespace does, and
 * no process ids.
 */
static struct vhub_viewer vhub_nl_listener(struct vhub_hub *hub)
{
	return (struct vhub_viewer){
		.user_ns = dev_net(hub->dev)->user_ns,
	};
}

/* Return: a message of this command begun, or NULL when nobody would hear. */
struct sk_buff *vhub_nl_notify_begin(struct vhub_hub *hub, u8 cmd,
				     unsigned int group, gfp_t gfp, void **hdr)
{
	struct net *net = dev_net(hub->dev);
	struct sk_buff *msg;

	if (!genl_has_listeners(&vhub_nl_family, net, group))
		return NULL;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!msg) {
		/* Listeners learn that they missed something. */
		genl_set_err(&vhub_nl_family, net, 0, group, -ENOBUFS);
		return NULL;
	}

	*hdr = genlmsg_put(msg, 0, 0, &vhub_nl_family, 0, cmd);
	if (*hdr)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* Sends a message that was begun. */
void vhub_nl_notify_end(struct vhub_hub *hub, struct sk_buff *msg,
			unsigned int group, gfp_t gfp, void *hdr)
{
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&vhub_nl_family, dev_net(hub->dev), msg, 0,
				group, gfp);
}

/* The same of a hub or a port. NULL, too, when it was told that the hub goes: who heard
 * more of it would take it for one that is there.
 */
static struct sk_buff *vhub_nl_event_begin(struct vhub_hub *hub, u8 cmd,
					   void **hdr)
{
	lockdep_assert_held(&hub->change);

	if (hub->dead)
		return NULL;
	return vhub_nl_notify_begin(hub, cmd, VHUB_NLGRP_EVENTS, GFP_KERNEL,
				    hdr);
}

static void vhub_nl_event_end(struct vhub_hub *hub, struct sk_buff *msg,
			      void *hdr)
{
	vhub_nl_notify_end(hub, msg, VHUB_NLGRP_EVENTS, GFP_KERNEL, hdr);
}

static void vhub_nl_notify_hub_cmd(struct vhub_hub *hub, u8 cmd)
{
	struct vhub_viewer viewer = vhub_nl_listener(hub);
	struct sk_buff *msg;
	void *hdr;

	lockdep_assert_held(&hub->change);

	msg = vhub_nl_event_begin(hub, cmd, &hdr);
	if (!msg)
		return;

	if (vhub_nl_fill_hub(msg, hub, &viewer))
		nlmsg_free(msg);
	else
		vhub_nl_event_end(hub, msg, hdr);
}

/**
 * vhub_nl_notify_hub - say that a hub came or was changed
 * @hub: the hub, its mutex @change held
 *
 * Context: may sleep.
 */
void vhub_nl_notify_hub(struct vhub_hub *hub)
{
	vhub_nl_notify_hub_cmd(hub, VHUB_CMD_HUB_NTF);
}

/**
 * vhub_nl_notify_hub_del - say that a hub goes, and all its ports with it
 * @hub: the hub, its mutex @change held
 *
 * Context: may sleep.
 */
void vhub_nl_notify_hub_del(struct vhub_hub *hub)
{
	vhub_nl_notify_hub_cmd(hub, VHUB_CMD_HUB_DEL_NTF);
}

/**
 * vhub_nl_notify_port - say that a port came or was changed
 * @hub: the hub it is on, its mutex @change held
 * @number: number of the port; nothing is said when it went already
 *
 * Context: may sleep.
 */
void vhub_nl_notify_port(struct vhub_hub *hub, u32 number)
{
	struct vhub_viewer viewer = vhub_nl_listener(hub);
	struct sk_buff *msg;
	void *hdr;

	lockdep_assert_held(&hub->change);

	msg = vhub_nl_event_begin(hub, VHUB_CMD_PORT_NTF, &hdr);
	if (!msg)
		return;

	if (vhub_nl_fill_port(msg, hub, number, &viewer))
		nlmsg_free(msg);
	else
		vhub_nl_event_end(hub, msg, hdr);
}

/**
 * vhub_nl_notify_port_del - say that a port went
 * @hub: the hub it was on, its mutex @change held
 * @number: number it had
 *
 * Context: may sleep.
 */
void vhub_nl_notify_port_del(struct vhub_hub *hub, u32 number)
{
	struct sk_buff *msg;
	void *hdr;

	lockdep_assert_held(&hub->change);

	msg = vhub_nl_event_begin(hub, VHUB_CMD_PORT_DEL_NTF, &hdr);
	if (!msg)
		return;

	if (nla_put_u32(msg, VHUB_A_PORT_HUB_IFINDEX, hub->dev->ifindex) ||
	    nla_put_string(msg, VHUB_A_PORT_HUB_NAME, hub->dev->name) ||
	    nla_put_u32(msg, VHUB_A_PORT_NUMBER, number))
		nlmsg_free(msg);
	else
		vhub_nl_event_end(hub, msg, hdr);
}
