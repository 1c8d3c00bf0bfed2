// SPDX-License-Identifier: GPL-2.0
/* vhubd - UDP datagrams in Ethernet frames, read and written */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>

#include "udp.h"

#define UDP_HOPS	64

_Static_assert(ETH_HLEN + sizeof(struct ip6_hdr) + sizeof(struct udphdr) ==
	       UDP_HEAD_MAX, "UDP_HEAD_MAX");

static uint32_t udp_sum_bytes(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *byte = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? byte[i] : (uint32_t)byte[i] << 8;
	return sum;
}

static uint16_t udp_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

uint16_t udp_checksum(const void *head, size_t len)
{
	return udp_fold(udp_sum_bytes(0, head, len));
}

/* Offset of the UDP header behind an IPv4 header of @ip, of @len bytes; 0 if there
 * is none. *@end: that of the datagram.
 */
static size_t udp_parse_ipv4(struct udp *udp, const uint8_t *ip, size_t len,
			     size_t *end)
{
	struct ip head;
	size_t size;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, ip, sizeof(head));
	size = head.ip_hl * 4;
	*end = ntohs(head.ip_len);
	if (head.ip_v != IPVERSION || size < sizeof(head) ||
	    head.ip_p != IPPROTO_UDP || *end > len ||
	    head.ip_off & htons(IP_MF | IP_OFFMASK))
		return 0;
	udp->family = AF_INET;
	udp->src.v4 = head.ip_src;
	udp->dst.v4 = head.ip_dst;
	return size;
}

static size_t udp_parse_ipv6(struct udp *udp, const uint8_t *ip, size_t len,
			     size_t *end)
{
	struct ip6_hdr head;

	if (len < sizeof(head))
		return 0;
	memcpy(&head, ip, sizeof(head));
	*end = sizeof(head) + ntohs(head.ip6_plen);
	if (head.ip6_vfc >> 4 != 6 || head.ip6_nxt != IPPROTO_UDP ||
	    *end > len)
		return 0;
	udp->family = AF_INET6;
	udp->src.v6 = head.ip6_src;
	udp->dst.v6 = head.ip6_dst;
	return sizeof(head);
}

static bool udp_parse_head(struct udp *udp, const uint8_t *data, size_t len)
{
	struct udphdr head;
	size_t size;

	if (len < sizeof(head))
		return false;
	memcpy(&head, data, sizeof(head));
	size = ntohs(head.uh_ulen);
	if (size < sizeof(head) || size > len)
		return false;
	udp->sport = ntohs(head.uh_sport);
	udp->dport = ntohs(head.uh_dport);
	udp->data = data + sizeof(head);
	udp->len = size - sizeof(head);
	return true;
}

bool udp_parse(struct udp *udp, const void *frame, size_t len)
{
	const uint8_t *ip = (const uint8_t *)frame + ETH_HLEN;
	struct ether_header eth;
	size_t at = 0, end = 0;

	if (len < sizeof(eth))
		return false;
	memcpy(&eth, frame, sizeof(eth));
	memcpy(udp->src_mac, eth.ether_shost, UDP_ETH_ALEN);
	memcpy(udp->dst_mac, eth.ether_dhost, UDP_ETH_ALEN);
	if (eth.ether_type == htons(ETHERTYPE_IP))
		at = udp_parse_ipv4(udp, ip, len - ETH_HLEN, &end);
	else if (eth.ether_type == htons(ETHERTYPE_IPV6))
		at = udp_parse_ipv6(udp, ip, len - ETH_HLEN, &end);
	return at && at <= end && udp_parse_head(udp, ip + at, end - at);
}

static size_t udp_build_ipv4(const struct udp *udp, uint8_t *to, size_t len)
{
	struct ip head = {
		.ip_v = IPVERSION,
		.ip_hl = sizeof(head) / 4,
		.ip_len = htons(sizeof(head) + len),
		.ip_ttl = UDP_HOPS,
		.ip_p = IPPROTO_UDP,
		.ip_src = udp->src.v4,
		.ip_dst = udp->dst.v4,
	};

	head.ip_sum = udp_checksum(&head, sizeof(head));
	memcpy(to, &head, sizeof(head));
	return sizeof(head);
}

static size_t udp_build_ipv6(const struct udp *udp, uint8_t *to, size_t len)
{
	struct ip6_hdr head = {
		.ip6_plen = htons(len),
		.ip6_nxt = IPPROTO_UDP,
		.ip6_hlim = UDP_HOPS,
		.ip6_src = udp->src.v6,
		.ip6_dst = udp->dst.v6,
	};

	/* In a union with the others. */
	head.ip6_vfc = 6 << 4;
	memcpy(to, &head, sizeof(head));
	return sizeof(head);
}

static void udp_build_head(const struct udp *udp, uint8_t *to, size_t len)
{
	size_t addr = udp->family == AF_INET ? sizeof(struct in_addr) :
					       sizeof(struct in6_addr);
	struct udphdr head = {
		.uh_sport = htons(udp->sport),
		.uh_dport = htons(udp->dport),
		.uh_ulen = htons(len),
	};
	uint32_t sum = IPPROTO_UDP + len;

	sum = udp_sum_bytes(sum, &udp->src, addr);
	sum = udp_sum_bytes(sum, &udp->dst, addr);
	sum = udp_sum_bytes(sum, &head, sizeof(head));
	sum = udp_sum_bytes(sum, udp->data, udp->len);
	/* 0 would say that there is no checksum. */
	head.uh_sum = udp_fold(sum) ? : 0xffff;
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), udp->data, udp->len);
}

size_t udp_build(const struct udp *udp, uint8_t *frame)
{
	size_t len = sizeof(struct udphdr) + udp->len, size;
	struct ether_header eth = {
		.ether_type = htons(udp->family == AF_INET ? ETHERTYPE_IP :
							     ETHERTYPE_IPV6),
	};
	uint8_t *ip = frame + ETH_HLEN;

	memcpy(eth.ether_shost, udp->src_mac, UDP_ETH_ALEN);
	memcpy(eth.ether_dhost, udp->dst_mac, UDP_ETH_ALEN);
	memcpy(frame, &eth, sizeof(eth));
	size = udp->family == AF_INET ? udp_build_ipv4(udp, ip, len) :
					udp_build_ipv6(udp, ip, len);
	udp_build_head(udp, ip + size, len);
	return ETH_HLEN + size + len;
}
