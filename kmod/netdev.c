// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - ports made of network devices
 *
 * Whatever a device receives goes into the hub and not up to the host, and what
 * the hub carries is transmitted by the device. It is the device's user who
 * sits at the other end: the process that has the TAP open, the other half of
 * the veth pair, whoever is on the Ethernet cable.
 *
 * A device is enslaved as to a bridge: the hub's device is its master, and it
 * leaves the hub when it is unregistered, moved to another namespace, or when
 * the hub goes. All of that happens under RTNL.
 *
 * A device that carries no Ethernet frames but bare IP packets, as a TUN does,
 * has a struct vhub_l3 in between, which makes an Ethernet station of it.
 */

#include "netdev.h"

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/dsa.h>
#include <net/netlink.h>

#include "compat.h"
#include "forward.h"
#include "hub.h"
#include "l3.h"
#include "offload.h"

/**
 * struct vhub_netdev - a port made of a network device
 * @port: what every port has
 * @dev: the device, whose master is the hub's device
 * @l3: the station that a device of IP packets is; NULL if it is of Ethernet
 * @told_link: listeners were told that there is a link
 *
 * The device's @rx_handler_data. Made and freed under RTNL: the grace period
 * that taking the handler off waits for is also that of senders who found the
 * port on the hub's list.
 */
struct vhub_netdev {
	/* Set at creation, then read-only. */
	struct vhub_port port;
	struct net_device *dev;
	struct vhub_l3 *l3;

	/* Protected by RTNL. */
	bool told_link;
};

static bool vhub_netdev_has_link(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/*
 * From the hub to the device
 */

/* The longest frame that the device transmits. As a bridge does, we give a tag
 * room beyond the MTU.
 */
static u32 vhub_netdev_frame_max(const struct net_device *dev)
{
	return READ_ONCE(dev->mtu) + VLAN_ETH_HLEN;
}

/* May it be transmitted? Return: 0 or why not. */
static int vhub_netdev_check_skb(const struct sk_buff *skb, u32 max)
{
	if (!skb_is_gso(skb))
		return skb->len <= max ? 0 : VHUB_A_DROPS_TOO_BIG;
	if (!skb_gso_validate_mac_len(skb, max))
		return VHUB_A_DROPS_TOO_BIG;
	return vhub_offload_check_segments(skb) ? VHUB_A_DROPS_OFFLOAD : 0;
}

/* Have drivers find the header that they complete a checksum for behind all
 * tags. Return: 0 or -EINVAL.
 */
static int vhub_netdev_skip_tags(struct sk_buff *skb)
{
	int depth;

	if (skb->ip_summed != CHECKSUM_PARTIAL || !eth_type_vlan(skb->protocol))
		return 0;
	if (!vlan_get_protocol_and_depth(skb, skb->protocol, &depth))
		return -EINVAL;
	skb_set_network_header(skb, depth);
	return 0;
}

/* Has the device transmit one frame. Return: 0 or why it was dropped. */
static int vhub_netdev_transmit(struct net_device *dev,
				struct vhub_batch *batch,
				struct vhub_frame *frame)
{
	u32 max = vhub_netdev_frame_max(dev);
	struct sk_buff *skb;
	int reason;

	if (frame->len > max && !vhub_offload_is_gso(frame->needs))
		return VHUB_A_DROPS_TOO_BIG;
	if (!vhub_frame_skb(frame, batch->dev))
		return frame->broken;
	reason = vhub_netdev_check_skb(frame->skb, max);
	if (unlikely(reason))
		return reason;

	skb = vhub_frame_take_skb(batch, frame);
	if (!skb)
		return VHUB_A_DROPS_NO_MEMORY;
	if (vhub_netdev_skip_tags(skb)) {
		kfree_skb(skb);
		return VHUB_A_DROPS_OFFLOAD;
	}
	/* A sum over what was received is nothing that drivers know of. */
	skb_forward_csum(skb);
	skb->dev = dev;
	return dev_queue_xmit(skb) == NET_XMIT_SUCCESS ? 0 : VHUB_A_DROPS_FULL;
}

static void vhub_netdev_deliver(struct vhub_port *port,
				struct vhub_batch *batch)
{
	struct vhub_netdev *netdev = container_of(port, struct vhub_netdev,
						  port);
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i, frames = 0;
	u64 bytes = 0;
	int reason;

	for (i = 0; i < batch->count; i++, frame++) {
		reason = vhub_netdev_transmit(netdev->dev, batch, frame);
		if (unlikely(reason)) {
			vhub_stats_drop(port->stats, reason, 1);
			continue;
		}
		frames++;
		bytes += frame->len;
	}
	if (frames)
		vhub_stats_rx(port->stats, frames, bytes);
}

static void vhub_netdev_deliver_l3(struct vhub_port *port,
				   struct vhub_batch *batch)
{
	vhub_l3_deliver(container_of(port, struct vhub_netdev, port)->l3,
			batch);
}

static int vhub_netdev_fill(struct vhub_port *port, struct sk_buff *msg,
			    const struct vhub_viewer *viewer)
{
	struct vhub_netdev *netdev = container_of(port, struct vhub_netdev,
						  port);

	return nla_put_u32(msg, VHUB_A_PORT_DEV_IFINDEX, netdev->dev->ifindex) ?:
	       nla_put_string(msg, VHUB_A_PORT_DEV_NAME, netdev->dev->name) ?:
	       (netdev->l3 ? vhub_l3_fill(netdev->l3, msg) : 0);
}

static bool vhub_netdev_change_l3(struct vhub_port *port,
				  const struct vhub_l3_change *change)
{
	vhub_l3_change(container_of(port, struct vhub_netdev, port)->l3,
		       change);
	return true;
}

static const struct vhub_port_ops vhub_netdev_ops = {
	.kind		= VHUB_PORT_KIND_DEV,
	.deliver	= vhub_netdev_deliver,
	.fill		= vhub_netdev_fill,
};

static const struct vhub_port_ops vhub_netdev_l3_ops = {
	.kind		= VHUB_PORT_KIND_DEV,
	.deliver	= vhub_netdev_deliver_l3,
	.fill		= vhub_netdev_fill,
	.change_l3	= vhub_netdev_change_l3,
};

/*
 * From the device to the hub
 */

/* Puts back in front of the data what the network stack has taken off it: the
 * Ethernet header, and the tag that was before all others. Return: the frame, or
 * NULL when it was freed for lack of memory.
 */
static struct sk_buff *vhub_netdev_restore(struct sk_buff *skb)
{
	skb_push_rcsum(skb, ETH_HLEN);
	if (likely(!skb_vlan_tag_present(skb)))
		return skb;

	skb = __vlan_hwaccel_push_inside(skb);
	if (!skb)
		return NULL;
	skb_postpush_rcsum(skb, skb->data + 2 * ETH_ALEN, VLAN_HLEN);
	skb_reset_mac_len(skb);
	return skb;
}

/* Makes of what the device received a frame that others may keep, and that holds
 * nothing of where it came from. Return: the frame, or NULL when it was freed for
 * lack of memory.
 */
static struct sk_buff *vhub_netdev_take(struct sk_buff *skb)
{
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NULL;

	skb = vhub_netdev_restore(skb);
	if (!skb)
		return NULL;

	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC))) {
		kfree_skb(skb);
		return NULL;
	}
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	return skb;
}

static void vhub_netdev_forward(struct vhub_port *port, struct sk_buff *skb)
{
	skb = vhub_netdev_take(skb);
	if (likely(skb))
		vhub_forward_skb_rcu(port, skb);
	else
		vhub_stats_drop(port->stats, VHUB_A_DROPS_NO_MEMORY, 1);
}

/* The first frames come before the notifier hears of a carrier. When it hears
 * of its loss meanwhile, we see that, too.
 */
static void vhub_netdev_notice_link(struct vhub_netdev *netdev)
{
	if (likely(vhub_port_has(&netdev->port, VHUB_PORT_CARRIER)) ||
	    !vhub_netdev_has_link(netdev->dev))
		return;

	/* Orders as all atomic operations do that return something. */
	vhub_port_set_flag(&netdev->port, VHUB_PORT_CARRIER, true);
	if (!vhub_netdev_has_link(netdev->dev))
		vhub_port_set_flag(&netdev->port, VHUB_PORT_CARRIER, false);
}

static rx_handler_result_t vhub_netdev_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vhub_netdev *netdev;

	/* What the host says to itself was on no wire. */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;

	netdev = rcu_dereference(skb->dev->rx_handler_data);
	vhub_netdev_notice_link(netdev);
	if (netdev->l3)
		vhub_l3_receive(netdev->l3, skb);
	else
		vhub_netdev_forward(&netdev->port, skb);
	return RX_HANDLER_CONSUMED;
}

/*
 * Coming and going
 */

/* The port that a device is, or NULL. */
static struct vhub_netdev *vhub_netdev_of(const struct net_device *dev)
{
	if (rtnl_dereference(dev->rx_handler) != vhub_netdev_receive)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

/* Would frames go round? */
static int vhub_netdev_check_ring(struct vhub_hub *hub, struct net_device *dev,
				  struct netlink_ext_ack *extack)
{
	if (dev == hub->dev) {
		NL_SET_ERR_MSG(extack, "A hub cannot be a port of itself");
		return -ELOOP;
	}
	if (netdev_has_upper_dev(hub->dev, dev)) {
		NL_SET_ERR_MSG(extack,
			       "The hub is a part of this device: frames would go in a ring");
		return -ELOOP;
	}
	return 0;
}

static bool vhub_netdev_is_ethernet(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN;
}

/* Does it carry IP packets with nothing in front of them? */
static bool vhub_netdev_is_l3(const struct net_device *dev)
{
	return (dev->type == ARPHRD_NONE || dev->type == ARPHRD_RAWIP) &&
	       !dev->addr_len && !dev->hard_header_len;
}

/* Is it a device that carries Ethernet frames of whoever they are, or packets
 * of which we can make some?
 */
static int vhub_netdev_check_kind(const struct net_device *dev,
				  struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "The loopback device cannot be a port");
		return -EINVAL;
	}
	if (!vhub_netdev_is_ethernet(dev) && !vhub_netdev_is_l3(dev)) {
		NL_SET_ERR_MSG(extack,
			       "Only devices of Ethernet frames, or of bare IP packets as TUN, can be ports");
		return -EINVAL;
	}
	if ((dev->priv_flags & IFF_DONT_BRIDGE) || netdev_uses_dsa(dev)) {
		NL_SET_ERR_MSG(extack,
			       "The device does not carry frames of other stations");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Is nobody else using what the device receives? */
static int vhub_netdev_check_free(struct vhub_hub *hub, struct net_device *dev,
				  struct netlink_ext_ack *extack)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	if (master == hub->dev) {
		NL_SET_ERR_MSG(extack, "The device is a port of this hub already");
		return -EEXIST;
	}
	if (master) {
		NL_SET_ERR_MSG(extack,
			       "The device is a port of another master already");
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG(extack,
			       "What the device receives goes to another already, as to a macvlan");
		return -EBUSY;
	}
	if (dev->priv_flags & IFF_NO_RX_HANDLER) {
		NL_SET_ERR_MSG(extack,
			       "The device lets nobody have what it receives");
		return -EOPNOTSUPP;
	}
	return 0;
}

static void vhub_netdev_free(struct vhub_netdev *netdev)
{
	vhub_l3_free(netdev->l3);
	vhub_port_free(&netdev->port);
	kfree(netdev);
}

static struct vhub_netdev *vhub_netdev_create(struct net_device *dev,
					      const struct vhub_hub *hub,
					      const struct nlattr *label)
{
	bool l3 = vhub_netdev_is_l3(dev);
	const u32 flags = VHUB_PORT_FLAG_SEND | VHUB_PORT_FLAG_RECV |
			  VHUB_PORT_FLAG_LINK;
	struct vhub_netdev *netdev;
	int ret;

	netdev = kzalloc(sizeof(*netdev), GFP_KERNEL_ACCOUNT);
	if (!netdev)
		return ERR_PTR(-ENOMEM);

	ret = vhub_port_init(&netdev->port,
			     l3 ? &vhub_netdev_l3_ops : &vhub_netdev_ops,
			     flags);
	if (ret) {
		kfree(netdev);
		return ERR_PTR(ret);
	}
	netdev->dev = dev;
	if (l3) {
		netdev->l3 = vhub_l3_create(&netdev->port, dev, hub->dev);
		if (!netdev->l3) {
			vhub_netdev_free(netdev);
			return ERR_PTR(-ENOMEM);
		}
	}
	if (label)
		nla_strscpy(netdev->port.label, label,
			    sizeof(netdev->port.label));
	netdev->told_link = vhub_netdev_has_link(dev);
	vhub_port_set_flag(&netdev->port, VHUB_PORT_CARRIER, netdev->told_link);
	return netdev;
}

/* Makes the hub's device the master, who is given what the device receives. */
static int vhub_netdev_enslave(struct vhub_netdev *netdev, struct vhub_hub *hub,
			       struct netlink_ext_ack *extack)
{
	struct net_device *dev = netdev->dev;
	int ret;

	ret = dev_set_promiscuity(dev, 1);
	if (ret)
		return ret;

	ret = netdev_rx_handler_register(dev, vhub_netdev_receive, netdev);
	if (ret)
		goto err_promiscuity;

	ret = netdev_master_upper_dev_link(dev, hub->dev, NULL, NULL, extack);
	if (ret == -EMLINK)
		NL_SET_ERR_MSG(extack,
			       "Too many devices would be stacked on each other");
	if (ret)
		goto err_rx_handler;

	/* What is merged beyond undoing is not what the sender sent. */
	dev_disable_lro(dev);
	return 0;

err_rx_handler:
	netdev_rx_handler_unregister(dev);
err_promiscuity:
	dev_set_promiscuity(dev, -1);
	return ret;
}

/* Waits for a grace period after which nobody knows the port. */
static void vhub_netdev_release(struct net_device *dev,
				struct net_device *hub_dev)
{
	netdev_upper_dev_unlink(dev, hub_dev);
	netdev_rx_handler_unregister(dev);
	dev_set_promiscuity(dev, -1);
}

static int vhub_netdev_attach(struct vhub_netdev *netdev, struct vhub_hub *hub,
			      struct netlink_ext_ack *extack)
{
	int ret;

	mutex_lock(&hub->change);
	ret = vhub_port_attach(&netdev->port, hub);
	mutex_unlock(&hub->change);
	if (ret == -ENOSPC)
		NL_SET_ERR_MSG(extack, "The hub has all the ports it takes");
	return ret;
}

/**
 * vhub_netdev_add - make a network device a port of a hub
 * @hub: the hub
 * @dev: the device, in the hub's network namespace
 * @label: text for the port, or NULL
 * @extack: where to say why not
 *
 * Context: RTNL.
 * Return: number of the port; -errno with a sentence in @extack, but for
 * -ENOMEM and what others had against it.
 */
int vhub_netdev_add(struct vhub_hub *hub, struct net_device *dev,
		    const struct nlattr *label, struct netlink_ext_ack *extack)
{
	struct vhub_netdev *netdev;
	int ret;

	ASSERT_RTNL();

	ret = vhub_netdev_check_ring(hub, dev, extack) ?:
	      vhub_netdev_check_kind(dev, extack) ?:
	      vhub_netdev_check_free(hub, dev, extack);
	if (ret)
		return ret;

	netdev = vhub_netdev_create(dev, hub, label);
	if (IS_ERR(netdev))
		return PTR_ERR(netdev);

	ret = vhub_netdev_enslave(netdev, hub, extack);
	if (ret)
		goto err_free;

	ret = vhub_netdev_attach(netdev, hub, extack);
	if (ret)
		goto err_release;
	return netdev->port.number;

err_release:
	vhub_netdev_release(dev, hub->dev);
err_free:
	vhub_netdev_free(netdev);
	return ret;
}

/**
 * vhub_netdev_del - take a network device off its hub
 * @dev: a device that is a port
 *
 * Context: RTNL.
 */
void vhub_netdev_del(struct net_device *dev)
{
	struct vhub_netdev *netdev = vhub_netdev_of(dev);

	if (WARN_ON_ONCE(!netdev))
		return;

	vhub_port_detach(&netdev->port);
	vhub_netdev_release(dev, netdev_master_upper_dev_get(dev));
	vhub_netdev_free(netdev);
}

/**
 * vhub_netdev_del_all - take all network devices off a hub
 * @hub: the hub
 *
 * Context: RTNL.
 */
void vhub_netdev_del_all(struct vhub_hub *hub)
{
	struct net_device *dev;
	struct list_head *iter;

	/* Nothing else is below the hub's device. */
	for (;;) {
		iter = hub->dev->adj_list.lower.next;
		dev = netdev_lower_get_next(hub->dev, &iter);
		if (!dev)
			break;
		vhub_netdev_del(dev);
	}
}

/**
 * vhub_netdev_find - the network device that is a port
 * @hub: the hub
 * @number: number of the port
 *
 * Context: RTNL.
 * Return: the device, or NULL when there is no such port or it is no device.
 */
struct net_device *vhub_netdev_find(struct vhub_hub *hub, u32 number)
{
	struct net_device *dev = NULL;
	struct vhub_port *port;

	ASSERT_RTNL();

	spin_lock(&hub->lock);
	port = vhub_port_lookup_locked(hub, number);
	if (port && port->ops->kind == VHUB_PORT_KIND_DEV)
		dev = container_of(port, struct vhub_netdev, port)->dev;
	spin_unlock(&hub->lock);
	return dev;
}

static void vhub_netdev_update_link(struct vhub_netdev *netdev)
{
	bool on = vhub_netdev_has_link(netdev->dev);

	ASSERT_RTNL();

	vhub_port_set_flag(&netdev->port, VHUB_PORT_CARRIER, on);
	if (on == netdev->told_link)
		return;
	netdev->told_link = on;
	if (!on)
		vhub_port_forget(&netdev->port);
	if (!on && netdev->l3)
		vhub_l3_forget(netdev->l3);
	vhub_port_announce(&netdev->port);
}

static int vhub_netdev_event(struct notifier_block *block, unsigned long event,
			     void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct vhub_netdev *netdev = vhub_netdev_of(dev);

	if (!netdev)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		vhub_netdev_update_link(netdev);
		break;
	case NETDEV_CHANGENAME:
		vhub_port_announce(&netdev->port);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		/* It would not be what it was taken for any more. */
		return NOTIFY_BAD;
	case NETDEV_UNREGISTER:
		vhub_netdev_del(dev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vhub_netdev_notifier = {
	.notifier_call = vhub_netdev_event,
};

/* Before there are hubs. Context: may sleep. Return: 0 or -errno. */
int __init vhub_netdev_init(void)
{
	return register_netdevice_notifier(&vhub_netdev_notifier);
}

/* After all hubs went. Context: may sleep. */
void vhub_netdev_exit(void)
{
	unregister_netdevice_notifier(&vhub_netdev_notifier);
}
