/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - every difference between kernel versions, here and nowhere else
 */
#ifndef _VHUB_COMPAT_H
#define _VHUB_COMPAT_H

#include <linux/if_tun.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <linux/virtio_net.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* UDP segmentation over virtio-net headers came with 6.2. */
#ifdef TUN_F_USO4
#define VHUB_HAVE_USO	true
#else
#define VHUB_HAVE_USO	false
#define TUN_F_USO4	0x20
#define TUN_F_USO6	0x40
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

/* The device needs no transmit lock and stays in its network namespace. */
static inline void vhub_compat_dev_setup(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
#if defined(NETIF_F_NETNS_LOCAL)
	dev->features |= NETIF_F_NETNS_LOCAL;
#elif defined(VHUB_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}

/* The attributes a dump was asked with. */
static inline struct nlattr **vhub_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* _VHUB_COMPAT_H */
