/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - who has this IP address: ARP packets and neighbour discovery messages
 */
#ifndef _VHUB_L3_MESSAGE_H
#define _VHUB_L3_MESSAGE_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;

enum vhub_l3_message_limits {
	/* Longer ones are of nobody who wants an answer. */
	VHUB_L3_MESSAGE_MAX	= 256,
	/* So many bytes tell whether a frame holds one. */
	VHUB_L3_HEAD		= ETH_HLEN + 40 + 1,
};

/**
 * struct vhub_l3_message - a question for an address, or an answer
 * @ask: it is a question
 * @override: what it tells is to replace what was known
 * @solicited: it answers a question
 * @has_mac: @mac was given
 * @mac: Ethernet address, of @from in a question, of @about in an answer
 * @source: Ethernet address the frame came from
 * @from: who sent it; the unspecified address in a question of one who wants to
 *	know whether an address is free
 * @about: the address that is asked for or told about
 *
 * IPv4 addresses are mapped into IPv6 (::ffff:192.0.2.1), here and wherever
 * struct in6_addr stands for an address of either kind.
 */
struct vhub_l3_message {
	bool ask;
	bool override;
	bool solicited;
	bool has_mac;
	u8 mac[ETH_ALEN] __aligned(2);
	u8 source[ETH_ALEN] __aligned(2);
	struct in6_addr from;
	struct in6_addr about;
};

bool vhub_l3_is_any(const struct in6_addr *addr);
bool vhub_l3_is_station(const struct in6_addr *addr);
bool vhub_l3_message_is_nd(const u8 *head, u32 len);
int vhub_l3_message_parse(struct vhub_l3_message *message, const u8 *frame,
			  u32 len);
struct sk_buff *vhub_l3_make_question(const u8 *mac,
				      const struct in6_addr *from,
				      const struct in6_addr *about,
				      const u8 *to);
struct sk_buff *vhub_l3_make_answer(const u8 *mac,
				    const struct vhub_l3_message *question);

#endif /* _VHUB_L3_MESSAGE_H */
