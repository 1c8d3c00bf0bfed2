// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - what goes through the forwards of a user stack, by its frames
 *
 * DOC: libslirp does not count. A forward is told from all else by the address and
 * port that it leads to, of the guest or of the stack: one of the guest's own
 * connections that happens to come from there is counted, too. A connection counts
 * when it is accepted; when that is said twice, twice.
 */
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#include "flow.h"

/**
 * struct flow - whose a frame is
 * @udp: not TCP
 * @src: address and port it comes from
 * @dst: and goes to
 * @accepts: it accepts a connection
 * @bytes: of it, from the TCP or UDP header on
 */
struct flow {
	bool udp;
	union forward_addr src;
	union forward_addr dst;
	bool accepts;
	size_t bytes;
};

/* Offset behind an IPv4 header; 0 if there is none that matters. */
static size_t flow_ipv4(struct flow *flow, const uint8_t *ip, size_t len,
			uint8_t *protocol)
{
	struct ip head;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, ip, sizeof(head));
	if (head.ip_off & htons(IP_OFFMASK))
		return 0;
	flow->src.family = AF_INET;
	flow->dst.family = AF_INET;
	flow->src.v4.sin_addr = head.ip_src;
	flow->dst.v4.sin_addr = head.ip_dst;
	*protocol = head.ip_p;
	return head.ip_hl * 4;
}

static size_t flow_ipv6(struct flow *flow, const uint8_t *ip, size_t len,
			uint8_t *protocol)
{
	struct ip6_hdr head;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, ip, sizeof(head));
	flow->src.family = AF_INET6;
	flow->dst.family = AF_INET6;
	flow->src.v6.sin6_addr = head.ip6_src;
	flow->dst.v6.sin6_addr = head.ip6_dst;
	*protocol = head.ip6_nxt;
	return sizeof(head);
}

/* The ports are at the same place in both. */
static bool flow_ports(struct flow *flow, const uint8_t *data, size_t len)
{
	struct tcphdr head = { 0 };

	if (len < 2 * sizeof(in_port_t))
		return false;
	memcpy(&head, data, MIN(len, sizeof(head)));
	flow->src.v4.sin_port = head.th_sport;
	flow->dst.v4.sin_port = head.th_dport;
	flow->accepts = !flow->udp && len >= sizeof(head) &&
			(head.th_flags & (TH_SYN | TH_ACK)) ==
			(TH_SYN | TH_ACK);
	flow->bytes = len;
	return true;
}

static bool flow_parse(struct flow *flow, const uint8_t *frame, size_t len)
{
	uint8_t protocol = 0;
	uint16_t type;
	size_t at = 0;

	if (len < ETH_HLEN)
		return false;
	memcpy(&type, frame + 2 * ETH_ALEN, sizeof(type));
	frame += ETH_HLEN;
	len -= ETH_HLEN;
	if (type == htons(ETHERTYPE_IP))
		at = flow_ipv4(flow, frame, len, &protocol);
	else if (type == htons(ETHERTYPE_IPV6))
		at = flow_ipv6(flow, frame, len, &protocol);
	flow->udp = protocol == IPPROTO_UDP;
	return at && at <= len && (flow->udp || protocol == IPPROTO_TCP) &&
	       flow_ports(flow, frame + at, len - at);
}

void flow_count(GPtrArray *forwards, const void *frame, size_t len,
		bool to_guest)
{
	struct flow flow = { 0 };
	struct forward *f;
	bool from;
	guint i;

	if (!forwards->len || !flow_parse(&flow, frame, len))
		return;
	for (i = 0; i < forwards->len; i++) {
		f = g_ptr_array_index(forwards, i);
		from = forward_addr_same(&flow.src, &f->guest);
		if (f->udp != flow.udp ||
		    (!from && !forward_addr_same(&flow.dst, &f->guest)))
			continue;
		f->connections += from && flow.accepts;
		*(to_guest ? &f->in_bytes : &f->out_bytes) += flow.bytes;
	}
}
