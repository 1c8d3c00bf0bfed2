/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - ports whose device carries bare IP packets, as TUN
 */
#ifndef _VHUB_L3_H
#define _VHUB_L3_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include <uapi/linux/vhub.h>

#include "l3-table.h"

struct net_device;
struct netlink_ext_ack;
struct nlattr;
struct vhub_batch;
struct vhub_port;

/**
 * struct vhub_l3_told - an address behind the port that somebody told us
 * @addr: the address
 * @prefix: bits of it that all stations on the link have in common; of an IPv4
 *	address 96 more, as it is mapped
 */
struct vhub_l3_told {
	struct in6_addr addr;
	u8 prefix;
};

/**
 * struct vhub_l3_config - what can be told a port
 * @told_count: addresses in @told
 * @told: addresses behind the port
 * @via: routers of IPv4 and of IPv6, all zero for none
 */
struct vhub_l3_config {
	u32 told_count;
	struct vhub_l3_told told[VHUB_IP_MAX];
	struct in6_addr via[2];
};

/**
 * struct vhub_l3_change - what is to be changed of it
 * @set_mac: the Ethernet address
 * @set_told: the addresses behind the port
 * @set_via: the routers
 * @mac: new Ethernet address
 * @config: the others
 */
struct vhub_l3_change {
	bool set_mac;
	bool set_told;
	bool set_via;
	u8 mac[ETH_ALEN] __aligned(2);
	struct vhub_l3_config config;
};

/**
 * struct vhub_l3 - what makes an Ethernet station of a device of IP packets
 * @port: the port
 * @dev: the device
 * @work: sends what is in @out, asks again, and forgets what is old
 * @mac: the station's address, bits as of vhub_port_lock_bits()
 * @table: addresses on both sides, and the lock
 * @config: what was told
 * @out: frames for the hub
 * @held: bytes of memory of @out and of all that waits
 *
 * Part of a port made of a network device, which it does not outlive.
 */
struct vhub_l3 {
	/* Set at creation, then read-only. */
	struct vhub_port *port;
	struct net_device *dev;

	struct delayed_work work;

	/* A single word. */
	u64 mac;

	struct vhub_l3_table table;

	/* Protected by the lock of @table. */
	struct vhub_l3_config config;
	struct sk_buff_head out;
	u32 held;
};

struct vhub_l3 *vhub_l3_create(struct vhub_port *port, struct net_device *dev,
			       const struct net_device *hub_dev);
void vhub_l3_free(struct vhub_l3 *l3);
void vhub_l3_forget(struct vhub_l3 *l3);
void vhub_l3_deliver(struct vhub_l3 *l3, struct vhub_batch *batch);
void vhub_l3_receive(struct vhub_l3 *l3, struct sk_buff *skb);
void vhub_l3_change(struct vhub_l3 *l3, const struct vhub_l3_change *change);
int vhub_l3_fill(struct vhub_l3 *l3, struct sk_buff *msg);

bool vhub_l3_is_changed(struct nlattr *const *attrs);
int vhub_l3_parse_change(struct vhub_l3_change *change,
			 struct nlattr *const *attrs,
			 struct netlink_ext_ack *extack);

#endif /* _VHUB_L3_H */
