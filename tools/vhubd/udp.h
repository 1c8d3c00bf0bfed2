/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - UDP datagrams in Ethernet frames, read and written */
#ifndef VHUBD_UDP_H
#define VHUBD_UDP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UDP_ETH_ALEN	6

/* All headers before the data, of either family, at most. */
#define UDP_HEAD_MAX	62

/**
 * struct udp - a datagram
 * @family: AF_INET or AF_INET6
 * @src_mac: of the frame
 * @dst_mac: likewise
 * @src: address
 * @dst: likewise
 * @sport: port
 * @dport: likewise
 * @data: its bytes
 * @len: how many
 */
struct udp {
	int family;
	uint8_t src_mac[UDP_ETH_ALEN];
	uint8_t dst_mac[UDP_ETH_ALEN];
	union udp_ip {
		struct in_addr v4;
		struct in6_addr v6;
	} src, dst;
	uint16_t sport;
	uint16_t dport;
	const uint8_t *data;
	size_t len;
};

/* The datagram in a frame, if all of one is in it. Its checksum is not looked at:
 * a guest that leaves it to a network card sends none.
 */
bool udp_parse(struct udp *udp, const void *frame, size_t len);

/* The Internet checksum of a header. That of one that holds its own is 0. */
uint16_t udp_checksum(const void *head, size_t len);

/* The frame of a datagram. @frame has room for UDP_HEAD_MAX more than the data.
 * Returns its length.
 */
size_t udp_build(const struct udp *udp, uint8_t *frame);

#endif /* VHUBD_UDP_H */
