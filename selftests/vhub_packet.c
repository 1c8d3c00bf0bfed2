// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - IP frames with work left undone, and whether it was done right
 *
 * Nothing here is taken from the kernel: checksums, lengths and numbers of
 * segments are worked out anew, from the RFCs.
 */

#include "vhub_packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#define TCP_CWR		0x80
#define FIRST_ID	0xfff0	/* so that it wraps within a packet */

static const unsigned char source_mac[6] = { 0x02, 0, 0x5e, 0, 0x53, 2 };

/* Payload differs at any shift by a segment. */
unsigned char payload_byte(size_t at)
{
	return at * 7 + (at >> 8) * 13 + (at >> 12);
}

static unsigned int get_16(const unsigned char *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static unsigned int sum_words(const unsigned char *bytes, size_t len,
			      unsigned int sum)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get_16(bytes + i);
	if (len & 1)
		sum += bytes[len - 1] << 8;
	return sum;
}

static unsigned int fold(unsigned int sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Sum of the pseudo header of an IP packet whose payload has @len bytes. */
static unsigned int pseudo_sum(const unsigned char *ip, int protocol,
			       size_t len)
{
	unsigned int sum = protocol + (len & 0xffff) + (len >> 16);

	if (ip[0] >> 4 == 4)
		return sum_words(ip + 12, 8, sum);
	return sum_words(ip + 8, 32, sum);
}

static void make_ethernet(struct packet *packet)
{
	static const unsigned char tag[] = { 0x81, 0x00, 0x20, 0x07 };
	static const unsigned char none[6];
	unsigned char *at = packet->frame;
	unsigned short type = htons(packet->v6 ? 0x86dd : 0x0800);

	memset(at, 0xff, 6);
	if (memcmp(packet->to, none, 6))
		memcpy(at, packet->to, 6);
	memcpy(at + 6, source_mac, 6);
	at += 12;
	if (packet->vlan) {
		memcpy(at, tag, sizeof(tag));
		at += sizeof(tag);
	}
	memcpy(at, &type, 2);
	packet->l3 = at + 2 - packet->frame;
}

static void make_ip4(struct packet *packet, size_t len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tos = packet->gso_type & VIRTIO_NET_HDR_GSO_ECN ? 2 : 0,
		.tot_len = htons(len + sizeof(ip)),
		.id = htons(FIRST_ID),
		.ttl = 64,
		.protocol = packet->udp ? IPPROTO_UDP : IPPROTO_TCP,
		.saddr = inet_addr("192.0.2.2"),
		.daddr = inet_addr("192.0.2.1"),
	};

	ip.check = htons(~fold(sum_words((void *)&ip, sizeof(ip), 0)));
	memcpy(packet->frame + packet->l3, &ip, sizeof(ip));
	packet->l4 = packet->l3 + sizeof(ip);
}

static void make_ip6(struct packet *packet, size_t len)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(0x6 << 28),
		.ip6_plen = htons(len),
		.ip6_nxt = packet->udp ? IPPROTO_UDP : IPPROTO_TCP,
		.ip6_hlim = 64,
	};

	inet_pton(AF_INET6, "2001:db8::2", &ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8::1", &ip.ip6_dst);
	memcpy(packet->frame + packet->l3, &ip, sizeof(ip));
	packet->l4 = packet->l3 + sizeof(ip);
}

static void make_tcp(struct packet *packet)
{
	struct tcphdr tcp = {
		.th_sport = htons(49152),
		.th_dport = htons(packet->port),
		.th_seq = htonl(packet->seq),
		.th_ack = htonl(packet->ack),
		.th_off = sizeof(tcp) / 4,
		.th_flags = packet->tcp_flags,
		.th_win = htons(65535),
	};

	memcpy(packet->frame + packet->l4, &tcp, sizeof(tcp));
	packet->hdr.csum_offset = offsetof(struct tcphdr, th_sum);
}

static void make_udp(struct packet *packet, size_t len)
{
	struct udphdr udp = {
		.uh_sport = htons(49152),
		.uh_dport = htons(packet->port),
		.uh_ulen = htons(len),
	};

	memcpy(packet->frame + packet->l4, &udp, sizeof(udp));
	packet->hdr.csum_offset = offsetof(struct udphdr, uh_sum);
}

/* Makes the frame and its header of what is asked for. */
void packet_make(struct packet *packet)
{
	size_t head = packet->udp ? sizeof(struct udphdr) :
				    sizeof(struct tcphdr);
	size_t len = head + packet->payload;
	unsigned short sum;
	size_t i;

	if (!packet->tcp_flags)
		packet->tcp_flags = TH_ACK | TH_PUSH;
	make_ethernet(packet);
	if (packet->v6)
		make_ip6(packet, len);
	else
		make_ip4(packet, len);
	if (packet->udp)
		make_udp(packet, len);
	else
		make_tcp(packet);

	packet->data = packet->l4 + head;
	packet->len = packet->data + packet->payload;
	for (i = 0; i < packet->payload; i++)
		packet->frame[packet->data + i] = payload_byte(i);

	/* What is left: the sum from csum_start on. */
	sum = htons(fold(pseudo_sum(packet->frame + packet->l3,
				    packet->udp ? IPPROTO_UDP : IPPROTO_TCP,
				    len)));
	memcpy(packet->frame + packet->l4 + packet->hdr.csum_offset, &sum, 2);
	packet->hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	packet->hdr.csum_start = packet->l4;
	packet->hdr.gso_type = packet->gso_type;
	packet->hdr.gso_size = packet->gso_size;
	packet->hdr.hdr_len = packet->gso_type ? packet->data : 0;
}

/* Completes the checksum, as a sender without offload. */
void packet_finish(struct packet *packet)
{
	unsigned short sum;

	sum = htons(~fold(sum_words(packet->frame + packet->l4,
				    packet->len - packet->l4, 0)));
	memcpy(packet->frame + packet->l4 + packet->hdr.csum_offset, &sum, 2);
	packet->hdr.flags = 0;
	packet->hdr.csum_start = 0;
	packet->hdr.csum_offset = 0;
}

/* Writes a frame behind a header of this size. */
ssize_t packet_send_raw(int fd, const struct virtio_net_hdr *hdr,
			size_t hdr_size, const void *frame, size_t len)
{
	static const char rest[VHUB_VNET_HDR_MAX];
	struct iovec iov[] = {
		{ (void *)hdr, sizeof(*hdr) },
		{ (void *)rest, hdr_size - sizeof(*hdr) },
		{ (void *)frame, len },
	};
	ssize_t ret = writev(fd, iov, 3);

	return ret < 0 ? -errno : ret;
}

/* Return: 0 when the packet was written whole. */
ssize_t packet_send(const struct packet *packet, int fd, size_t hdr_size)
{
	ssize_t ret = packet_send_raw(fd, &packet->hdr, hdr_size,
				      packet->frame, packet->len);

	if (ret < 0)
		return ret;
	return (size_t)ret == hdr_size + packet->len ? 0 : -EIO;
}

static const char *check_ip4(const unsigned char *ip, size_t len)
{
	if (ip[0] != 0x45)
		return "IPv4 header has other size or version";
	if (fold(sum_words(ip, 20, 0)) != 0xffff)
		return "IPv4 checksum is wrong";
	if (get_16(ip + 2) != len)
		return "IPv4 length is wrong";
	return NULL;
}

static const char *check_ip6(const unsigned char *ip, size_t len)
{
	if (ip[0] >> 4 != 6)
		return "IPv6 header has another version";
	if (get_16(ip + 4) != len - 40)
		return "IPv6 length is wrong";
	return NULL;
}

/* Checks length and checksum of TCP or UDP behind an IP header. */
static const char *check_l4(const unsigned char *ip, int protocol,
			    const unsigned char *l4, size_t len)
{
	if (protocol == IPPROTO_UDP) {
		if (get_16(l4 + 4) != len)
			return "UDP length is wrong";
		if (!l4[6] && !l4[7])
			return "UDP checksum is missing";
	}
	if (fold(sum_words(l4, len, pseudo_sum(ip, protocol, len))) != 0xffff)
		return "TCP or UDP checksum is wrong";
	return NULL;
}

/* Checks all lengths and checksums of a frame that is no fragment. Return: what
 * is wrong, or NULL.
 */
const char *check_sums(const unsigned char *frame, size_t len, size_t l3)
{
	const unsigned char *ip = frame + l3;
	bool v4 = ip[0] >> 4 == 4;
	size_t head = v4 ? 20 : 40;
	const char *bad = v4 ? check_ip4(ip, len - l3) : check_ip6(ip, len - l3);

	if (bad)
		return bad;
	return check_l4(ip, v4 ? ip[9] : ip[6], ip + head, len - l3 - head);
}

static const char *take_payload(const struct packet *packet,
				struct pieces *pieces,
				const unsigned char *bytes, size_t len)
{
	bool last = pieces->payload + len == packet->payload;

	if (packet->gso_type && !last && len != packet->gso_size)
		return "a segment has another size than was asked for";
	if (packet->gso_type && len > packet->gso_size)
		return "a segment is too large";
	if (pieces->payload + len > packet->payload)
		return "there is more than was sent";
	if (memcmp(bytes, packet->frame + packet->data + pieces->payload, len))
		return "payload was changed";
	pieces->payload += len;
	return NULL;
}

static const char *check_tcp(const struct packet *packet,
			     const struct pieces *pieces,
			     const unsigned char *l4, size_t len)
{
	bool last = pieces->payload + len == packet->payload;
	__u8 flags = packet->tcp_flags;
	struct tcphdr tcp;

	memcpy(&tcp, l4, sizeof(tcp));
	if (ntohl(tcp.th_seq) != (__u32)(packet->seq + pieces->payload))
		return "TCP sequence number is wrong";
	if (!last)
		flags &= ~(TH_FIN | TH_PUSH);
	if (pieces->count)
		flags &= ~TCP_CWR;
	if (tcp.th_flags != flags)
		return "TCP flags are wrong";
	if (ntohl(tcp.th_ack) != packet->ack || tcp.th_off != 5 ||
	    ntohs(tcp.th_dport) != packet->port)
		return "TCP header was changed";
	return NULL;
}

/* Puts the fragments of IPv4 together. */
static const char *take_fragment(const struct packet *packet,
				 struct pieces *pieces,
				 const unsigned char *ip, size_t len)
{
	unsigned int offset = get_16(ip + 6) & 0x1fff;
	bool more = ip[6] & 0x20;
	const char *bad = check_ip4(ip, len);

	if (bad)
		return bad;
	if (get_16(ip + 4) != FIRST_ID)
		return "fragments have more than one number";
	if (offset * 8 != pieces->payload)
		return "a fragment has another place";
	if (pieces->payload + len - 20 > packet->len - packet->l4)
		return "there is more than was sent";
	memcpy(pieces->bytes + pieces->payload, ip + 20, len - 20);
	pieces->payload += len - 20;
	if (more == (pieces->payload == packet->len - packet->l4))
		return "the last fragment is not the last";
	pieces->count++;
	if (more)
		return NULL;
	if (memcmp(pieces->bytes + 8, packet->frame + packet->data,
		   packet->payload))
		return "payload was changed";
	return check_l4(ip, IPPROTO_UDP, pieces->bytes, pieces->payload);
}

static bool is_fragmented(const struct packet *packet)
{
	return packet->gso_type == VIRTIO_NET_HDR_GSO_UDP;
}

/* Looks at one frame of those that a packet became. Return: what is wrong with
 * it, or NULL.
 */
const char *packet_take(const struct packet *packet, struct pieces *pieces,
			const unsigned char *frame, size_t len)
{
	const unsigned char *ip = frame + packet->l3;
	size_t head = packet->data - packet->l4;
	const char *bad;

	if (len < packet->data || memcmp(frame, packet->frame, packet->l3))
		return "Ethernet header was changed";
	if (is_fragmented(packet))
		return take_fragment(packet, pieces, ip, len - packet->l3);

	bad = check_sums(frame, len, packet->l3);
	if (!bad && !packet->v6 &&
	    get_16(ip + 4) != ((FIRST_ID + pieces->count) & 0xffff))
		bad = "IPv4 number is wrong";
	if (!bad && !packet->udp)
		bad = check_tcp(packet, pieces, frame + packet->l4,
				len - packet->data);
	if (!bad)
		bad = take_payload(packet, pieces, frame + packet->l4 + head,
				   len - packet->data);
	pieces->count++;
	return bad;
}

/* Has all of the packet come? */
bool packet_is_whole(const struct packet *packet, const struct pieces *pieces)
{
	if (is_fragmented(packet))
		return pieces->payload == packet->len - packet->l4;
	return pieces->payload == packet->payload;
}

/* Is a header of a frame on which nothing is left to do. */
static bool is_done(const unsigned char *hdr, size_t size, __u8 may)
{
	size_t i;

	if (size && hdr[0] & ~may)
		return false;
	for (i = 1; i < size; i++)
		if (hdr[i] != (i == 10 ? 1 : 0))
			return false;
	return true;
}

/* Does the packet come with all its work left? How long headers are is a hint. */
bool packet_arrives_untouched(const struct packet *packet, int fd,
			      size_t hdr_size)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t len = read_frame(fd, frame, sizeof(frame));
	const struct virtio_net_hdr *want = &packet->hdr;
	struct virtio_net_hdr hdr;

	memcpy(&hdr, frame, sizeof(hdr));
	if (len == (ssize_t)(hdr_size + packet->len) &&
	    hdr.flags == want->flags && hdr.gso_type == want->gso_type &&
	    hdr.gso_size == want->gso_size &&
	    hdr.csum_start == want->csum_start &&
	    hdr.csum_offset == want->csum_offset &&
	    !memcmp(frame + hdr_size, packet->frame, packet->len) &&
	    gets_nothing(fd))
		return true;
	fprintf(stderr, "# %zd bytes of %zu, flags %u gso %u, %u csum %u, %u\n",
		len, packet->len, hdr.flags, hdr.gso_type, hdr.gso_size,
		hdr.csum_start, hdr.csum_offset);
	return false;
}

/* Does the whole packet come to a port that takes only whole work, and nothing
 * more? The port has a header of this size, or 0 for none, whose flags may have
 * these bits.
 */
bool packet_arrives(const struct packet *packet, int fd, size_t hdr_size,
		    __u8 may)
{
	static unsigned char frame[FRAME_ROOM];
	static struct pieces pieces;
	const char *bad = NULL;
	ssize_t len;

	pieces = (struct pieces){};
	do {
		len = read_frame(fd, frame, sizeof(frame));
		if (len < (ssize_t)hdr_size)
			bad = "no more frames come";
		else if (!is_done(frame, hdr_size, may))
			bad = "virtio-net header is not empty";
		else
			bad = packet_take(packet, &pieces, frame + hdr_size,
					  len - hdr_size);
	} while (!bad && !packet_is_whole(packet, &pieces));
	if (!bad && !gets_nothing(fd))
		bad = "more frames come";
	if (bad)
		fprintf(stderr, "# after %u frames, %zu bytes: %s\n",
			pieces.count, pieces.payload, bad);
	return !bad;
}
