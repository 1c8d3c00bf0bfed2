// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the hub: a net device of rtnl kind "vhub" with ports
 *
 * The hub forwards whether its own device is up or down. That device is one
 * more port, the host's cable, which is plugged in while the device is up.
 */

#include "hub.h"

#include <linux/cred.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <net/dst.h>
#include <net/netns/generic.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "forward.h"
#include "netdev.h"
#include "netlink.h"
#include "offload.h"

#define VHUB_HUB_PERM_DEFAULT	0660

/* Of devices below each other, the hub among them: with more, frames go up by a queue. */
#define VHUB_HOST_LEVELS	3

/**
 * struct vhub_net - what the module keeps for a network namespace
 * @hubs: its hubs by id, for dumps
 * @next_id: of the next hub: a dump does not take it for one that went
 * @hub_changes: how often a hub came or went, running freely
 * @port_changes: how often a port of any hub did
 */
struct vhub_net {
	struct xarray hubs;
	u32 next_id;

	/* Atomic. */
	atomic_t hub_changes;
	atomic_t port_changes;
};

static unsigned int vhub_net_id;

static const struct net_device_ops vhub_hub_netdev_ops;

/* Is this net device a hub? */
static bool vhub_hub_is(const struct net_device *dev)
{
	return dev->netdev_ops == &vhub_hub_netdev_ops;
}

static struct vhub_hub *vhub_hub_of(struct net_device *dev)
{
	if (dev && vhub_hub_is(dev))
		return netdev_priv(dev);
	dev_put(dev);
	return NULL;
}

/**
 * vhub_hub_get_by_name - find a hub by the name of its device
 * @net: network namespace
 * @name: name of the device
 *
 * Context: any.
 * Return: the hub with a reference, or NULL.
 */
struct vhub_hub *vhub_hub_get_by_name(struct net *net, const char *name)
{
	return vhub_hub_of(dev_get_by_name(net, name));
}

/**
 * vhub_hub_get_by_index - find a hub by the index of its device
 * @net: network namespace
 * @ifindex: index of the device
 *
 * Context: any.
 * Return: the hub with a reference, or NULL.
 */
struct vhub_hub *vhub_hub_get_by_index(struct net *net, int ifindex)
{
	return vhub_hub_of(dev_get_by_index(net, ifindex));
}

/**
 * vhub_hub_next_rcu - walk through the hubs of a namespace
 * @net: the namespace
 * @id: where to begin, 0 at first; set to that of the hub found
 *
 * Context: RCU read-side section.
 * Return: the hub, valid until the end of the section, or NULL.
 */
struct vhub_hub *vhub_hub_next_rcu(struct net *net, unsigned long *id)
{
	struct vhub_net *vnet = net_generic(net, vhub_net_id);
	struct vhub_hub *hub;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "no RCU read-side section");

	hub = xa_find(&vnet->hubs, id, ULONG_MAX, XA_PRESENT);
	/* Others have no index yet, or are said to be gone. */
	while (hub && READ_ONCE(hub->dev->reg_state) != NETREG_REGISTERED)
		hub = xa_find_after(&vnet->hubs, id, ULONG_MAX, XA_PRESENT);
	return hub;
}

/* How often a hub of the namespace came or went. Context: any. */
u32 vhub_hub_changes(struct net *net)
{
	struct vhub_net *vnet = net_generic(net, vhub_net_id);

	return atomic_read(&vnet->hub_changes);
}

/**
 * vhub_hub_port_changes - how often a port came or went
 * @net: the namespace
 * @hub: a hub of it, or NULL for the ports of all
 *
 * Context: any.
 * Return: a number that is another after each change.
 */
u32 vhub_hub_port_changes(struct net *net, const struct vhub_hub *hub)
{
	struct vhub_net *vnet = net_generic(net, vhub_net_id);

	return hub ? READ_ONCE(hub->port_changes) :
		     atomic_read(&vnet->port_changes);
}

static void vhub_hub_count_change(const struct vhub_hub *hub)
{
	struct vhub_net *vnet = net_generic(dev_net(hub->dev), vhub_net_id);

	/* The host's port comes and goes with its hub. */
	atomic_inc(&vnet->hub_changes);
	atomic_inc(&vnet->port_changes);
}

/* A port comes or goes. Context: the hub's lock held. */
void vhub_hub_count_port_change_locked(struct vhub_hub *hub)
{
	struct vhub_net *vnet = net_generic(dev_net(hub->dev), vhub_net_id);

	lockdep_assert_held(&hub->lock);

	WRITE_ONCE(hub->port_changes, hub->port_changes + 1);
	atomic_inc(&vnet->port_changes);
}

/**
 * vhub_hub_rights - what may the current process do on a hub
 * @hub: the hub
 *
 * As for a file: the first class of owner, group and others that the process
 * is in decides. CAP_NET_ADMIN in the user namespace of the hub's network
 * namespace overrides.
 *
 * Context: process.
 * Return: VHUB_RIGHT_RECV and VHUB_RIGHT_SEND; 0 when it may not attach.
 */
u32 vhub_hub_rights(struct vhub_hub *hub)
{
	kuid_t owner;
	kgid_t group;
	u16 perm;

	spin_lock(&hub->lock);
	owner = hub->owner;
	group = hub->group;
	perm = hub->perm;
	spin_unlock(&hub->lock);

	if (uid_eq(current_fsuid(), owner))
		perm >>= 6;
	else if (in_group_p(group))
		perm >>= 3;

	if ((perm & 06) != 06 &&
	    ns_capable(dev_net(hub->dev)->user_ns, CAP_NET_ADMIN))
		perm |= 06;

	if (!(perm & 04))
		return 0;
	return VHUB_RIGHT_RECV | (perm & 02 ? VHUB_RIGHT_SEND : 0);
}

/**
 * vhub_hub_set_mode - change what the hub does with frames
 * @hub: the hub, its mutex @change held, not dead
 * @mode: one of VHUB_HUB_MODE_*
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vhub_hub_set_mode(struct vhub_hub *hub, u32 mode)
{
	lockdep_assert_held(&hub->change);

	if (mode == VHUB_HUB_MODE_SWITCH)
		return vhub_fdb_open(&hub->fdb);
	vhub_fdb_close(&hub->fdb);
	return 0;
}

/* Would a network card of this address and these flags pass the frame up? */
static bool vhub_host_hears(const struct net_device *dev,
			    const struct vhub_frame *frame)
{
	u8 dest[ETH_ALEN];

	vhub_frame_peek(frame, dest, sizeof(dest));
	return is_multicast_ether_addr(dest) || (dev->flags & IFF_PROMISC) ||
	       ether_addr_equal_unaligned(dest, dev->dev_addr);
}

static bool vhub_host_fits(const struct net_device *dev,
			   const struct vhub_frame *frame)
{
	if (vhub_offload_is_gso(frame->needs))
		return true;
	return frame->len <= READ_ONCE(dev->mtu) + VLAN_ETH_HLEN;
}

/* Not by a queue, in which frames of one flow may overtake each other. Unless hubs and
 * other devices are stacked on each other: each takes its part of the kernel's stack on
 * the way up, and once more for what the uppermost answers at once.
 *
 * Return: 0 or why the frame was dropped.
 */
static int vhub_host_pass(struct sk_buff *skb)
{
	/* The kernel changes it under RTNL; either value does. */
	if (likely(data_race(skb->dev->lower_level) <= VHUB_HOST_LEVELS)) {
		netif_receive_skb(skb);
		return 0;
	}
	return netif_rx(skb) == NET_RX_DROP ? VHUB_A_DROPS_FULL : 0;
}

/* Gives one frame to the host. Return: 0 or why it was dropped. */
static int vhub_host_receive(struct net_device *dev, struct vhub_batch *batch,
			     struct vhub_frame *frame)
{
	struct sk_buff *skb;

	if (!vhub_host_fits(dev, frame))
		return VHUB_A_DROPS_TOO_BIG;
	if (!vhub_frame_skb(frame, dev))
		return frame->broken;

	skb = vhub_frame_take_skb(batch, frame);
	if (!skb)
		return VHUB_A_DROPS_NO_MEMORY;

	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	return vhub_host_pass(skb);
}

static void vhub_host_deliver(struct vhub_port *port, struct vhub_batch *batch)
{
	struct vhub_hub *hub = container_of(port, struct vhub_hub, host);
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i, frames = 0;
	u64 bytes = 0;
	int reason;

	for (i = 0; i < batch->count; i++, frame++) {
		if (!vhub_host_hears(hub->dev, frame))
			continue;
		reason = vhub_host_receive(hub->dev, batch, frame);
		if (reason) {
			vhub_stats_drop(port->stats, reason, 1);
			continue;
		}
		frames++;
		bytes += frame->len;
	}
	if (frames)
		vhub_stats_rx(port->stats, frames, bytes);
}

static int vhub_host_fill(struct vhub_port *port, struct sk_buff *msg,
			  const struct vhub_viewer *viewer)
{
	return 0;
}

static const struct vhub_port_ops vhub_host_ops = {
	.kind		= VHUB_PORT_KIND_HOST,
	.deliver	= vhub_host_deliver,
	.fill		= vhub_host_fill,
};

static int vhub_hub_dev_init(struct net_device *dev)
{
	struct vhub_net *vnet = net_generic(dev_net(dev), vhub_net_id);
	struct vhub_hub *hub = netdev_priv(dev);
	int ret;

	hub->dev = dev;
	mutex_init(&hub->change);
	spin_lock_init(&hub->lock);
	INIT_LIST_HEAD(&hub->ports);
	xa_init_flags(&hub->numbers, XA_FLAGS_ALLOC1);
	vhub_fdb_init(&hub->fdb);
	hub->owner = current_euid();
	hub->group = current_egid();
	hub->perm = VHUB_HUB_PERM_DEFAULT;

	ret = vhub_port_init(&hub->host, &vhub_host_ops, VHUB_PORT_FLAG_SEND);
	if (ret)
		return ret;

	ret = xa_alloc_cyclic(&vnet->hubs, &hub->id, hub, xa_limit_31b,
			      &vnet->next_id, GFP_KERNEL);
	if (ret < 0)
		goto err_free_host;

	rcu_assign_pointer(hub->host.hub, hub);
	list_add_tail_rcu(&hub->host.list, &hub->ports);
	pr_debug("%s: hub created\n", dev->name);
	return 0;

err_free_host:
	vhub_port_free(&hub->host);
	return ret;
}

static void vhub_hub_dev_uninit(struct net_device *dev)
{
	struct vhub_net *vnet = net_generic(dev_net(dev), vhub_net_id);
	struct vhub_hub *hub = netdev_priv(dev);

	vhub_netdev_del_all(hub);
	vhub_port_detach_all(hub);
	xa_erase(&vnet->hubs, hub->id);
	/* A device that could not be registered is freed without the grace
	 * period that others get, but a dump may have found it.
	 */
	if (dev->reg_state != NETREG_UNREGISTERING)
		synchronize_net();
}

/* Runs a grace period after vhub_hub_dev_uninit(), with no reference left. */
static void vhub_hub_dev_destruct(struct net_device *dev)
{
	struct vhub_hub *hub = netdev_priv(dev);

	WARN_ON_ONCE(!xa_empty(&hub->numbers));
	xa_destroy(&hub->numbers);
	vhub_port_free(&hub->host);
	vhub_fdb_free(&hub->fdb);
	pr_debug("%s: hub destroyed\n", dev->name);
}

static int vhub_hub_dev_open(struct net_device *dev)
{
	struct vhub_hub *hub = netdev_priv(dev);

	vhub_port_set_flag(&hub->host, VHUB_PORT_FLAG_LINK, true);
	vhub_port_set_flag(&hub->host, VHUB_PORT_FLAG_RECV, true);
	netif_start_queue(dev);
	return 0;
}

static int vhub_hub_dev_stop(struct net_device *dev)
{
	struct vhub_hub *hub = netdev_priv(dev);

	netif_stop_queue(dev);
	/* What a host does not hear while it is down, it does not miss. */
	vhub_port_set_flag(&hub->host, VHUB_PORT_FLAG_RECV, false);
	vhub_port_set_flag(&hub->host, VHUB_PORT_FLAG_LINK, false);
	vhub_fdb_flush(&hub->fdb, &hub->host, -1);
	return 0;
}

static netdev_tx_t vhub_hub_dev_xmit(struct sk_buff *skb,
				     struct net_device *dev)
{
	struct vhub_hub *hub = netdev_priv(dev);
	struct vhub_frame frame;
	struct vhub_batch batch = {
		.frames = &frame,
	};

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		vhub_stats_drop(hub->host.stats, VHUB_A_DROPS_SHORT, 1);
		goto drop;
	}
	/* A queue may keep the frame for long: it must hold nothing of its
	 * sender's.
	 */
	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC))) {
		vhub_stats_drop(hub->host.stats, VHUB_A_DROPS_NO_MEMORY, 1);
		goto drop;
	}
	skb_tx_timestamp(skb);
	skb_orphan(skb);
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	skb_ext_reset(skb);
	skb_clear_tstamp(skb);
	skb_dst_drop(skb);

	vhub_frame_init_skb(&frame, skb);
	vhub_frame_add(&batch, &frame);
	vhub_forward(&hub->host, &batch);
	return NETDEV_TX_OK;

drop:
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static int vhub_hub_dev_add_slave(struct net_device *dev,
				  struct net_device *slave,
				  struct netlink_ext_ack *extack)
{
	int ret = vhub_netdev_add(netdev_priv(dev), slave, NULL, extack);

	return min(ret, 0);
}

static int vhub_hub_dev_del_slave(struct net_device *dev,
				  struct net_device *slave)
{
	vhub_netdev_del(slave);
	return 0;
}

static void vhub_hub_dev_stats(struct net_device *dev,
			       struct rtnl_link_stats64 *stats)
{
	struct vhub_hub *hub = netdev_priv(dev);
	struct vhub_stats_sum sum;

	vhub_port_sum(&hub->host, &sum);
	stats->rx_packets = sum.rx_frames;
	stats->rx_bytes = sum.rx_bytes;
	stats->tx_packets = sum.tx_frames;
	stats->tx_bytes = sum.tx_bytes;
	stats->rx_dropped = sum.drops[VHUB_A_DROPS_TOO_BIG] +
			    sum.drops[VHUB_A_DROPS_OFFLOAD] +
			    sum.drops[VHUB_A_DROPS_NO_MEMORY] +
			    sum.drops[VHUB_A_DROPS_FULL];
	stats->tx_dropped = sum.drops[VHUB_A_DROPS_NO_RECEIVER] +
			    sum.drops[VHUB_A_DROPS_SHORT] +
			    sum.drops[VHUB_A_DROPS_NO_LINK] +
			    sum.drops[VHUB_A_DROPS_LOCKED] +
			    sum.drops[VHUB_A_DROPS_ISOLATED] +
			    sum.drops[VHUB_A_DROPS_SAME_PORT] +
			    sum.drops[VHUB_A_DROPS_VLAN];
}

static const struct net_device_ops vhub_hub_netdev_ops = {
	.ndo_init		= vhub_hub_dev_init,
	.ndo_uninit		= vhub_hub_dev_uninit,
	.ndo_open		= vhub_hub_dev_open,
	.ndo_stop		= vhub_hub_dev_stop,
	.ndo_start_xmit		= vhub_hub_dev_xmit,
	.ndo_add_slave		= vhub_hub_dev_add_slave,
	.ndo_del_slave		= vhub_hub_dev_del_slave,
	.ndo_get_stats64	= vhub_hub_dev_stats,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

static const struct device_type vhub_hub_device_type = {
	.name	= "vhub",
};

static void vhub_hub_dev_setup(struct net_device *dev)
{
	netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
				     NETIF_F_HIGHDMA | NETIF_F_HW_CSUM |
				     NETIF_F_ALL_TSO;

	if (VHUB_HAVE_USO)
		features |= NETIF_F_GSO_UDP_L4;

	ether_setup(dev);
	dev->netdev_ops = &vhub_hub_netdev_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = vhub_hub_dev_destruct;
	SET_NETDEV_DEVTYPE(dev, &vhub_hub_device_type);

	/* Queues keep the skbs they are given, and their locks are not for
	 * hard interrupts.
	 */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE |
			   IFF_DISABLE_NETPOLL;
	dev->features |= features;
	dev->hw_features |= features;
	dev->vlan_features |= features;
	vhub_compat_dev_setup(dev);

	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	eth_hw_addr_random(dev);
}

static int vhub_hub_link_validate(struct nlattr *tb[], struct nlattr *data[],
				  struct netlink_ext_ack *extack)
{
	struct nlattr *address = tb[IFLA_ADDRESS];

	if (!address)
		return 0;
	if (nla_len(address) != ETH_ALEN ||
	    !is_valid_ether_addr(nla_data(address))) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "Not the address of one Ethernet station");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static struct rtnl_link_ops vhub_hub_link_ops __read_mostly = {
	.kind		= "vhub",
	.priv_size	= sizeof(struct vhub_hub),
	.setup		= vhub_hub_dev_setup,
	.validate	= vhub_hub_link_validate,
};

/* From here on listeners hear no more of the hub: its ports go with it. The
 * kernel says that it goes each second, while others have references.
 */
static void vhub_hub_retire(struct vhub_hub *hub)
{
	lockdep_assert_held(&hub->change);

	if (hub->dead)
		return;

	vhub_hub_count_change(hub);
	vhub_nl_notify_hub_del(hub);

	spin_lock(&hub->lock);
	hub->dead = true;
	spin_unlock(&hub->lock);
}

/* Tells listeners what rtnetlink users did to a hub. */
static int vhub_hub_netdev_event(struct notifier_block *block,
				 unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct vhub_hub *hub;

	if (!vhub_hub_is(dev))
		return NOTIFY_DONE;

	hub = netdev_priv(dev);
	mutex_lock(&hub->change);
	switch (event) {
	case NETDEV_REGISTER:
		vhub_hub_count_change(hub);
		fallthrough;
	case NETDEV_CHANGENAME:
		vhub_nl_notify_hub(hub);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
		vhub_nl_notify_port(hub, hub->host.number);
		break;
	case NETDEV_UNREGISTER:
		vhub_hub_retire(hub);
		break;
	}
	mutex_unlock(&hub->change);
	return NOTIFY_DONE;
}

static struct notifier_block vhub_hub_notifier = {
	.notifier_call = vhub_hub_netdev_event,
};

static int __net_init vhub_net_init(struct net *net)
{
	struct vhub_net *vnet = net_generic(net, vhub_net_id);

	xa_init_flags(&vnet->hubs, XA_FLAGS_ALLOC1);
	return 0;
}

/* The hubs themselves went before, as all net devices of the namespace. */
static void __net_exit vhub_net_exit(struct net *net)
{
	struct vhub_net *vnet = net_generic(net, vhub_net_id);

	WARN_ON_ONCE(!xa_empty(&vnet->hubs));
	xa_destroy(&vnet->hubs);
}

static struct pernet_operations vhub_net_ops = {
	.init	= vhub_net_init,
	.exit	= vhub_net_exit,
	.id	= &vhub_net_id,
	.size	= sizeof(struct vhub_net),
};

/* Makes the tables of all namespaces. Context: may sleep. Return: 0, -errno. */
int __init vhub_hub_tables_init(void)
{
	return register_pernet_subsys(&vhub_net_ops);
}

void vhub_hub_tables_exit(void)
{
	unregister_pernet_subsys(&vhub_net_ops);
}

/* Lets hubs be made. Context: may sleep. Return: 0 or -errno. */
int __init vhub_hub_init(void)
{
	int ret;

	ret = register_netdevice_notifier(&vhub_hub_notifier);
	if (ret)
		return ret;

	ret = rtnl_link_register(&vhub_hub_link_ops);
	if (ret)
		unregister_netdevice_notifier(&vhub_hub_notifier);
	return ret;
}

/* Removes all hubs and lets no more be made. Context: may sleep. */
void vhub_hub_exit(void)
{
	rtnl_link_unregister(&vhub_hub_link_ops);
	unregister_netdevice_notifier(&vhub_hub_notifier);
}
