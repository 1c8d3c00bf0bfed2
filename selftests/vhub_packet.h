/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - IP frames with work left undone, and whether it was done right
 */
#ifndef _VHUB_PACKET_H
#define _VHUB_PACKET_H

#include "vhub_test.h"

#define ALL_OFFLOADS	(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | \
			 TUN_F_TSO_ECN | TUN_F_UFO)

/**
 * struct packet - a TCP or UDP frame whose checksum is left to be completed
 * @v6: IPv6 instead of IPv4
 * @udp: UDP instead of TCP
 * @vlan: with an 802.1Q tag in the frame
 * @payload: bytes of payload
 * @gso_type: VIRTIO_NET_HDR_GSO_*, of a frame that is to be cut
 * @gso_size: bytes of payload of each piece
 * @to: where it goes, a broadcast when zero
 * @tcp_flags: ACK and PSH when zero
 * @seq: TCP sequence number
 * @ack: TCP acknowledgment number
 * @port: TCP or UDP port it goes to
 * @hdr: made: the virtio-net header
 * @l3: made: where the IP header begins
 * @l4: made: where the TCP or UDP header begins
 * @data: made: where the payload begins
 * @len: made: bytes of the frame
 * @frame: made: the frame
 */
struct packet {
	bool v6;
	bool udp;
	bool vlan;
	size_t payload;
	__u8 gso_type;
	__u16 gso_size;
	unsigned char to[6];
	__u8 tcp_flags;
	__u32 seq;
	__u32 ack;
	__u16 port;

	struct virtio_net_hdr hdr;
	size_t l3;
	size_t l4;
	size_t data;
	size_t len;
	unsigned char frame[FRAME_ROOM];
};

/**
 * struct pieces - what came of a packet at a port that takes only whole work
 * @count: frames that came
 * @payload: bytes of payload in them; with fragments, of the IP payload
 * @bytes: what fragments were put together to
 */
struct pieces {
	unsigned int count;
	size_t payload;
	unsigned char bytes[FRAME_ROOM];
};

void packet_make(struct packet *packet);
void packet_finish(struct packet *packet);
ssize_t packet_send(const struct packet *packet, int fd, size_t hdr_size);
ssize_t packet_send_raw(int fd, const struct virtio_net_hdr *hdr,
			size_t hdr_size, const void *frame, size_t len);
const char *packet_take(const struct packet *packet, struct pieces *pieces,
			const unsigned char *frame, size_t len);
bool packet_is_whole(const struct packet *packet,
		     const struct pieces *pieces);
bool packet_arrives(const struct packet *packet, int fd, size_t hdr_size,
		    __u8 may);
bool packet_arrives_untouched(const struct packet *packet, int fd,
			      size_t hdr_size);
const char *check_sums(const unsigned char *frame, size_t len, size_t l3);
unsigned char payload_byte(size_t at);

#endif /* _VHUB_PACKET_H */
