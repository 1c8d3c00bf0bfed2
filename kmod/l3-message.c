// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - who has this IP address: ARP packets and neighbour discovery messages
 *
 * They are read out of a copy of the frame and from anybody, so nothing in them
 * is believed before it was checked. RFC 826, 5227 and 4861 are followed.
 */

#include "l3-message.h"

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

/* What follows the Ethernet header in ARP for IPv4 over Ethernet. */
struct vhub_l3_arp {
	struct arphdr head;
	u8 sender_mac[ETH_ALEN];
	__be32 sender;
	u8 target_mac[ETH_ALEN];
	__be32 target;
} __packed;

/* An option that holds an Ethernet address. */
struct vhub_l3_option {
	u8 type;
	u8 len;		/* in units of 8 bytes */
	u8 mac[ETH_ALEN];
};

/* A solicitation or an advertisement as we send it. */
struct vhub_l3_nd {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct in6_addr target;
	struct vhub_l3_option option;
};

#define VHUB_L3_ND_MIN	(sizeof(struct icmp6hdr) + sizeof(struct in6_addr))
#define VHUB_L3_HOPS	255	/* that no router has passed it on */

/* Is it the unspecified address of either family? */
bool vhub_l3_is_any(const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr))
		return !addr->s6_addr32[3];
	return ipv6_addr_any(addr);
}

/* Is it an address that one station on a link can have? */
bool vhub_l3_is_station(const struct in6_addr *addr)
{
	__be32 addr4 = addr->s6_addr32[3];

	if (ipv6_addr_v4mapped(addr))
		return !ipv4_is_zeronet(addr4) && !ipv4_is_loopback(addr4) &&
		       !ipv4_is_multicast(addr4) && !ipv4_is_lbcast(addr4);
	return !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr) &&
	       !ipv6_addr_is_multicast(addr);
}

/*
 * Reading
 */
static int vhub_l3_parse_arp(struct vhub_l3_message *message, const u8 *data,
			     u32 len)
{
	struct vhub_l3_arp arp;

	if (len < sizeof(arp))
		return -EINVAL;
	memcpy(&arp, data, sizeof(arp));
	if (arp.head.ar_hrd != htons(ARPHRD_ETHER) ||
	    arp.head.ar_pro != htons(ETH_P_IP) ||
	    arp.head.ar_hln != ETH_ALEN ||
	    arp.head.ar_pln != sizeof(arp.target))
		return -EINVAL;
	if (arp.head.ar_op != htons(ARPOP_REQUEST) &&
	    arp.head.ar_op != htons(ARPOP_REPLY))
		return -EINVAL;

	message->ask = arp.head.ar_op == htons(ARPOP_REQUEST);
	message->override = true;
	message->solicited = !message->ask;
	message->has_mac = true;
	ether_addr_copy(message->mac, arp.sender_mac);
	ipv6_addr_set_v4mapped(arp.sender, &message->from);
	ipv6_addr_set_v4mapped(message->ask ? arp.target : arp.sender,
			       &message->about);
	return 0;
}

/* Looks for the Ethernet address among the options. */
static int vhub_l3_parse_options(struct vhub_l3_message *message,
				 const u8 *data, u32 len)
{
	const u8 type = message->ask ? ND_OPT_SOURCE_LL_ADDR :
				       ND_OPT_TARGET_LL_ADDR;
	struct vhub_l3_option option;
	u32 size;

	while (len) {
		if (len < sizeof(option))
			return -EINVAL;
		memcpy(&option, data, sizeof(option));
		size = option.len * 8;
		/* None of no length: there would be no end of them. */
		if (!size || size > len)
			return -EINVAL;
		if (option.type == type && size == sizeof(option)) {
			ether_addr_copy(message->mac, option.mac);
			message->has_mac = true;
		}
		data += size;
		len -= size;
	}
	return 0;
}

/* What RFC 4861, 7.1 demands beside sound lengths and checksum. */
static int vhub_l3_check_nd(const struct vhub_l3_message *message,
			    const struct ipv6hdr *ip)
{
	if (!vhub_l3_is_station(&message->about) ||
	    ipv6_addr_v4mapped(&message->about) ||
	    ipv6_addr_is_multicast(&ip->saddr) ||
	    ipv6_addr_v4mapped(&ip->saddr))
		return -EINVAL;
	if (!message->ask)
		return (message->solicited &&
			ipv6_addr_is_multicast(&ip->daddr)) ? -EINVAL : 0;
	if (ipv6_addr_any(&ip->saddr) &&
	    (message->has_mac || !ipv6_addr_is_solict_mult(&ip->daddr)))
		return -EINVAL;
	return 0;
}

static int vhub_l3_parse_nd(struct vhub_l3_message *message, const u8 *data,
			    u32 len)
{
	struct icmp6hdr icmp;
	struct ipv6hdr ip;
	u32 size;

	if (len < sizeof(ip) + VHUB_L3_ND_MIN)
		return -EINVAL;
	memcpy(&ip, data, sizeof(ip));
	data += sizeof(ip);
	len -= sizeof(ip);
	memcpy(&icmp, data, sizeof(icmp));

	size = ntohs(ip.payload_len);
	if (ip.version != 6 || ip.hop_limit != VHUB_L3_HOPS || icmp.icmp6_code ||
	    size < VHUB_L3_ND_MIN || size > len)
		return -EINVAL;
	if (csum_ipv6_magic(&ip.saddr, &ip.daddr, size, IPPROTO_ICMPV6,
			    csum_partial(data, size, 0)))
		return -EINVAL;

	message->ask = icmp.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION;
	message->override = message->ask || icmp.icmp6_override;
	message->solicited = !message->ask && icmp.icmp6_solicited;
	message->from = ip.saddr;
	memcpy(&message->about, data + sizeof(icmp), sizeof(message->about));
	return vhub_l3_parse_options(message, data + VHUB_L3_ND_MIN,
				     size - VHUB_L3_ND_MIN) ?:
	       vhub_l3_check_nd(message, &ip);
}

/**
 * vhub_l3_message_is_nd - is it a neighbour solicitation or advertisement
 * @head: begin of an IPv6 frame, 2 bytes before a multiple of 4 or not
 * @len: bytes of it, VHUB_L3_HEAD if there are so many
 *
 * Return: it is; whether it is a sound one is another question.
 */
bool vhub_l3_message_is_nd(const u8 *head, u32 len)
{
	const u8 *ip = head + ETH_HLEN;
	u8 type;

	if (len < VHUB_L3_HEAD)
		return false;
	type = ip[sizeof(struct ipv6hdr)];
	return ip[offsetof(struct ipv6hdr, nexthdr)] == IPPROTO_ICMPV6 &&
	       (type == NDISC_NEIGHBOUR_SOLICITATION ||
		type == NDISC_NEIGHBOUR_ADVERTISEMENT);
}

/**
 * vhub_l3_message_parse - read an ARP packet or a neighbour discovery message
 * @message: what it says
 * @frame: a frame of ARP, or of IPv6 that vhub_l3_message_is_nd()
 * @len: its bytes
 *
 * Return: 0, or -EINVAL for one that is to be passed over.
 */
int vhub_l3_message_parse(struct vhub_l3_message *message, const u8 *frame,
			  u32 len)
{
	struct ethhdr eth;
	int ret;

	memcpy(&eth, frame, sizeof(eth));
	memset(message, 0, sizeof(*message));
	ether_addr_copy(message->source, eth.h_source);
	frame += ETH_HLEN;
	len -= ETH_HLEN;

	if (eth.h_proto == htons(ETH_P_ARP))
		ret = vhub_l3_parse_arp(message, frame, len);
	else
		ret = vhub_l3_parse_nd(message, frame, len);
	if (ret)
		return ret;

	if (message->has_mac && !is_valid_ether_addr(message->mac))
		return -EINVAL;
	if (!vhub_l3_is_station(&message->from) &&
	    !(message->ask && vhub_l3_is_any(&message->from)))
		return -EINVAL;
	return 0;
}

/*
 * Writing
 */
static struct sk_buff *vhub_l3_make_frame(u32 len, const u8 *to, const u8 *from,
					  u16 type)
{
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + ETH_HLEN + len,
			GFP_ATOMIC);
	if (!skb)
		return NULL;

	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	eth = skb_put(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, to);
	ether_addr_copy(eth->h_source, from);
	eth->h_proto = htons(type);
	skb_set_network_header(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	skb->protocol = eth->h_proto;
	return skb;
}

static struct sk_buff *vhub_l3_make_arp(u16 op, const u8 *to, const u8 *mac,
					const struct in6_addr *sender,
					const u8 *target_mac,
					const struct in6_addr *target)
{
	struct vhub_l3_arp arp = {
		.head.ar_hrd = htons(ARPHRD_ETHER),
		.head.ar_pro = htons(ETH_P_IP),
		.head.ar_hln = ETH_ALEN,
		.head.ar_pln = sizeof(arp.target),
		.head.ar_op = htons(op),
		.sender = sender->s6_addr32[3],
		.target = target->s6_addr32[3],
	};
	struct sk_buff *skb;

	skb = vhub_l3_make_frame(sizeof(arp), to, mac, ETH_P_ARP);
	if (!skb)
		return NULL;
	memcpy(arp.sender_mac, mac, ETH_ALEN);
	if (target_mac)
		memcpy(arp.target_mac, target_mac, ETH_ALEN);
	skb_put_data(skb, &arp, sizeof(arp));
	return skb;
}

static struct sk_buff *vhub_l3_make_nd(const struct icmp6hdr *icmp,
				       const u8 *to, const u8 *mac,
				       const struct in6_addr *from,
				       const struct in6_addr *dest,
				       const struct in6_addr *target)
{
	const u32 len = sizeof(struct vhub_l3_nd) - sizeof(struct ipv6hdr);
	struct vhub_l3_nd nd = {
		.ip.version = 6,
		.ip.payload_len = htons(len),
		.ip.nexthdr = IPPROTO_ICMPV6,
		.ip.hop_limit = VHUB_L3_HOPS,
		.ip.saddr = *from,
		.ip.daddr = *dest,
		.icmp = *icmp,
		.target = *target,
		.option.len = 1,
	};
	struct sk_buff *skb;

	skb = vhub_l3_make_frame(sizeof(nd), to, mac, ETH_P_IPV6);
	if (!skb)
		return NULL;
	nd.option.type = icmp->icmp6_type == NDISC_NEIGHBOUR_SOLICITATION ?
			 ND_OPT_SOURCE_LL_ADDR : ND_OPT_TARGET_LL_ADDR;
	memcpy(nd.option.mac, mac, ETH_ALEN);
	nd.icmp.icmp6_cksum =
		csum_ipv6_magic(from, dest, len, IPPROTO_ICMPV6,
				csum_partial(&nd.icmp, len, 0));
	skb_put_data(skb, &nd, sizeof(nd));
	return skb;
}

static struct sk_buff *vhub_l3_make_solicitation(const u8 *mac,
						 const struct in6_addr *from,
						 const struct in6_addr *about,
						 const u8 *to)
{
	const struct icmp6hdr icmp = {
		.icmp6_type = NDISC_NEIGHBOUR_SOLICITATION,
	};
	u8 group_mac[ETH_ALEN] __aligned(2);
	struct in6_addr group;

	if (to)
		return vhub_l3_make_nd(&icmp, to, mac, from, about, about);
	addrconf_addr_solict_mult(about, &group);
	ipv6_eth_mc_map(&group, group_mac);
	return vhub_l3_make_nd(&icmp, group_mac, mac, from, &group, about);
}

/**
 * vhub_l3_make_question - ask for the Ethernet address of a station
 * @mac: our Ethernet address
 * @from: an address of ours
 * @about: the address that is asked for
 * @to: Ethernet address that is expected to have it, or NULL to ask all
 *
 * Return: a frame, or NULL when there is no memory.
 */
struct sk_buff *vhub_l3_make_question(const u8 *mac,
				      const struct in6_addr *from,
				      const struct in6_addr *about,
				      const u8 *to)
{
	static const u8 all[ETH_ALEN] __aligned(2) = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};

	if (!ipv6_addr_v4mapped(about))
		return vhub_l3_make_solicitation(mac, from, about, to);
	return vhub_l3_make_arp(ARPOP_REQUEST, to ?: all, mac, from, NULL,
				about);
}

static struct sk_buff *
vhub_l3_make_advertisement(const u8 *mac,
			   const struct vhub_l3_message *question)
{
	struct in6_addr all = IN6ADDR_LINKLOCAL_ALLNODES_INIT;
	struct icmp6hdr icmp = {
		.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT,
	};
	u8 all_mac[ETH_ALEN] __aligned(2);

	icmp.icmp6_override = 1;
	if (ipv6_addr_any(&question->from)) {
		ipv6_eth_mc_map(&all, all_mac);
		return vhub_l3_make_nd(&icmp, all_mac, mac, &question->about,
				       &all, &question->about);
	}
	icmp.icmp6_solicited = 1;
	return vhub_l3_make_nd(&icmp, question->has_mac ? question->mac :
							  question->source,
			       mac, &question->about, &question->from,
			       &question->about);
}

/**
 * vhub_l3_make_answer - say that an address is ours
 * @mac: our Ethernet address
 * @question: who asked, and for which
 *
 * Return: a frame, or NULL when there is no memory.
 */
struct sk_buff *vhub_l3_make_answer(const u8 *mac,
				    const struct vhub_l3_message *question)
{
	if (!ipv6_addr_v4mapped(&question->about))
		return vhub_l3_make_advertisement(mac, question);
	return vhub_l3_make_arp(ARPOP_REPLY, question->mac, mac,
				&question->about, question->mac,
				&question->from);
}
