// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the host's cable: the hub's own network device as a port
 *
 *	host, 192.0.2.1 (port 0) ---+--- hub ---+--- plain (port 1)   no header
 *	                                        +--- vnet (port 2)    offloads
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "vhub_packet.h"

#define HDR		12
#define MSS		536	/* of who names none */

static const unsigned char guest_mac[6] = { 0x02, 0, 0x5e, 0, 0x53, 2 };

FIXTURE(host)
{
	int plain;
	int vnet;
	unsigned char mac[6];
	unsigned char buf[FRAME_ROOM];
	struct packet packet;
};

FIXTURE_SETUP(host)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	/* No frames of its own accord. */
	ASSERT_EQ(0, write_file("/proc/sys/net/ipv6/conf/" HUB
				"/disable_ipv6", "1"));
	self->plain = attach(HUB);
	ASSERT_LE(0, self->plain);
	self->vnet = attach_vnet(HUB, HDR, ALL_OFFLOADS);
	ASSERT_LE(0, self->vnet);
	ASSERT_EQ(0, link_mac(HUB, self->mac));
	ASSERT_EQ(0, link_add_ip4(HUB, "192.0.2.1"));
	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, link_add_neighbour(HUB, "192.0.2.2", guest_mac));
}

FIXTURE_TEARDOWN(host)
{
}

/* A socket that gets all frames of the hub's device. */
static int open_packet_socket(void)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	int sock = open_capture(HUB);

	if (sock >= 0 &&
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		return -errno;
	return sock;
}

static int open_socket(int type)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.1"),
	};
	int sock = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (bind(sock, (void *)&at, sizeof(at)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		return -errno;
	return sock;
}

/* Frames the host has got. */
static long long host_frames(void)
{
	struct port_info info;
	int ret = port_get(HUB, 0, &info);

	return ret ? ret : (long long)info.rx_frames;
}

static int send_to(int fd, const unsigned char *mac, unsigned int seed)
{
	unsigned char frame[60];

	make_frame(frame, sizeof(frame), seed);
	memcpy(frame, mac, 6);
	return write(fd, frame, sizeof(frame)) == sizeof(frame) ? 0 : -errno;
}

/*
 * Frames
 */
TEST_F(host, hears_while_it_is_up)
{
	EXPECT_EQ(0, host_frames());
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	EXPECT_EQ(1, host_frames());

	/* The hub goes on without it. */
	ASSERT_EQ(0, link_up(HUB, false));
	ASSERT_EQ(0, send_frame(self->plain, 60, 2));
	EXPECT_EQ(1, host_frames());
	EXPECT_EQ(HDR + 60, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->buf + HDR, 60, 1));
	EXPECT_EQ(HDR + 60, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->buf + HDR, 60, 2));

	ASSERT_EQ(0, link_up(HUB, true));
	ASSERT_EQ(0, send_frame(self->plain, 60, 3));
	EXPECT_EQ(2, host_frames());
}

/* Frames that wait at a port weigh on nobody's send buffer. */
TEST_F(host, slow_port_does_not_stop_a_socket)
{
	const struct sockaddr_in guest = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};
	const int size = 4096;
	int sock = open_socket(SOCK_DGRAM), i, sent = 0, left = -1;
	char data[100] = {};

	ASSERT_LE(0, sock);
	ASSERT_EQ(0, setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &size,
				sizeof(size)));
	for (i = 0; i < 1000; i++)
		sent += sendto(sock, data, 100, MSG_DONTWAIT, (void *)&guest,
			       sizeof(guest)) == 100;
	EXPECT_EQ(1000, sent);
	ASSERT_EQ(0, ioctl(sock, TIOCOUTQ, &left));
	EXPECT_EQ(0, left);
}

TEST_F(host, hears_what_a_card_would_hear)
{
	const unsigned char other[6] = { 0x02, 0, 0x5e, 0, 0x53, 9 };
	const unsigned char group[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = HUB, .ifr_flags = IFF_UP };

	ASSERT_EQ(0, send_to(self->plain, self->mac, 1));
	EXPECT_EQ(1, host_frames());
	ASSERT_EQ(0, send_to(self->plain, group, 1));
	EXPECT_EQ(2, host_frames());
	ASSERT_EQ(0, send_to(self->plain, other, 1));
	EXPECT_EQ(2, host_frames());

	ifr.ifr_flags |= IFF_PROMISC;
	ASSERT_EQ(0, ioctl(sock, SIOCSIFFLAGS, &ifr));
	ASSERT_EQ(0, send_to(self->plain, other, 1));
	EXPECT_EQ(3, host_frames());

	/* A frame it does not hear is no drop: it is not for it. */
	EXPECT_EQ(0, port_drops(HUB, 0, VHUB_A_DROPS_NO_LINK));
	EXPECT_EQ(0, port_drops(HUB, 0, VHUB_A_DROPS_NO_RECEIVER));
}

TEST_F(host, gets_frames_as_they_are)
{
	int sock = open_packet_socket();

	ASSERT_LE(0, sock);
	ASSERT_EQ(0, send_frame(self->plain, 60, 1));
	ASSERT_EQ(0, send_frame(self->plain, 1514, 2));
	ASSERT_EQ(60, recv(sock, self->buf, FRAME_ROOM, 0));
	EXPECT_TRUE(is_frame(self->buf, 60, 1));
	ASSERT_EQ(1514, recv(sock, self->buf, FRAME_ROOM, 0));
	EXPECT_TRUE(is_frame(self->buf, 1514, 2));
}

TEST_F(host, sends_frames_as_they_are)
{
	int sock = open_packet_socket();

	ASSERT_LE(0, sock);
	make_frame(self->buf, 1514, 1);
	ASSERT_EQ(1514, send(sock, self->buf, 1514, 0));
	EXPECT_TRUE(gets_frame(self->plain, 1514, 1));
	ASSERT_EQ(HDR + 1514, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_TRUE(is_frame(self->buf + HDR, 1514, 1));
	/* It does not hear itself. */
	EXPECT_EQ(0, host_frames());
	EXPECT_TRUE(gets_nothing(self->plain));
}

/* A tag stays where it is, in the frame, both ways. */
TEST_F(host, sends_tagged_frames_as_they_are)
{
	int sock = open_packet_socket();
	unsigned char sent[64];

	ASSERT_LE(0, sock);
	make_frame(sent, sizeof(sent), 1);
	memcpy(sent + 12, "\x81\x00\x20\x07\x88\xb5", 6);
	ASSERT_EQ(64, send(sock, sent, 64, 0));
	ASSERT_EQ(64, read_frame(self->plain, self->buf, FRAME_ROOM));
	EXPECT_EQ(0, memcmp(sent, self->buf, 64));
	ASSERT_EQ(HDR + 64, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_EQ(0, memcmp(sent, self->buf + HDR, 64));
}

/* A frame that is larger than the device takes: as a card of that MTU. */
TEST_F(host, larger_frames_than_its_mtu_are_dropped)
{
	ASSERT_EQ(0, send_frame(self->plain, 1518, 1));
	EXPECT_EQ(1, host_frames());
	ASSERT_EQ(0, send_frame(self->plain, 1519, 2));
	ASSERT_EQ(0, send_frame(self->plain, VHUB_FRAME_MAX, 3));
	EXPECT_EQ(1, host_frames());
	EXPECT_EQ(2, port_drops(HUB, 0, VHUB_A_DROPS_TOO_BIG));
	/* Others take it. */
	EXPECT_EQ(HDR + 1518, read_frame(self->vnet, self->buf, FRAME_ROOM));
	EXPECT_EQ(HDR + 1519, read_frame(self->vnet, self->buf, FRAME_ROOM));
}

/*
 * Work left undone
 */
TEST_F(host, gets_udp_whose_checksum_is_left)
{
	int sock = open_socket(SOCK_DGRAM);
	unsigned int i;

	ASSERT_LE(0, sock);
	self->packet = (struct packet){
		.udp = true,
		.payload = 1000,
		.port = 4242,
	};
	memcpy(self->packet.to, self->mac, 6);
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	ASSERT_EQ(1000, recv(sock, self->buf, FRAME_ROOM, 0));
	for (i = 0; i < 1000; i++)
		ASSERT_EQ(payload_byte(i), self->buf[i]);
}

/* Only who says that it left the checksum is believed. */
TEST_F(host, does_not_get_udp_whose_checksum_is_wrong)
{
	int sock = open_socket(SOCK_DGRAM);

	ASSERT_LE(0, sock);
	self->packet = (struct packet){
		.udp = true,
		.payload = 1000,
		.port = 4242,
	};
	memcpy(self->packet.to, self->mac, 6);
	packet_make(&self->packet);
	packet_finish(&self->packet);
	self->packet.frame[self->packet.data] ^= 1;
	ASSERT_EQ(self->packet.len, write(self->plain, self->packet.frame,
					  self->packet.len));
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	/* A good one after it is the first that comes. */
	self->packet.frame[self->packet.data] ^= 1;
	ASSERT_EQ(self->packet.len, write(self->plain, self->packet.frame,
					  self->packet.len));
	ASSERT_EQ(1000, recv(sock, self->buf, FRAME_ROOM, 0));
	EXPECT_EQ(payload_byte(0), self->buf[0]);
	EXPECT_EQ(-EAGAIN, ret_errno(recv(sock, self->buf, FRAME_ROOM,
					  MSG_DONTWAIT)));
}

/* What is to be cut comes to the host in one piece, with its header. */
TEST_F(host, gets_tso_untouched)
{
	int sock = open_packet_socket(), on = 1;
	struct virtio_net_hdr hdr;

	ASSERT_EQ(0, setsockopt(sock, SOL_PACKET, PACKET_VNET_HDR, &on,
				sizeof(on)));
	self->packet = (struct packet){
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1448,
		.payload = 20000,
	};
	packet_make(&self->packet);
	ASSERT_EQ(0, packet_send(&self->packet, self->vnet, HDR));
	ASSERT_EQ(sizeof(hdr) + self->packet.len,
		  recv(sock, self->buf, FRAME_ROOM, 0));
	memcpy(&hdr, self->buf, sizeof(hdr));
	EXPECT_EQ(VIRTIO_NET_HDR_F_NEEDS_CSUM, hdr.flags);
	EXPECT_EQ(VIRTIO_NET_HDR_GSO_TCPV4, hdr.gso_type);
	EXPECT_EQ(1448, hdr.gso_size);
	EXPECT_EQ(self->packet.hdr.csum_start, hdr.csum_start);
	EXPECT_EQ(16, hdr.csum_offset);
	EXPECT_EQ(0, memcmp(self->buf + sizeof(hdr), self->packet.frame,
			    self->packet.len));
	EXPECT_TRUE(packet_arrives(&self->packet, self->plain, 0, 0));
}

TEST_F(host, udp_it_sends_is_complete_or_says_what_is_left)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};
	int sock = open_socket(SOCK_DGRAM);
	struct virtio_net_hdr hdr;
	ssize_t len;

	ASSERT_LE(0, sock);
	ASSERT_EQ(1000, sendto(sock, self->packet.frame, 1000, 0,
			       (void *)&to, sizeof(to)));
	len = read_frame(self->plain, self->buf, FRAME_ROOM);
	ASSERT_EQ(14 + 20 + 8 + 1000, len);
	EXPECT_EQ(NULL, check_sums(self->buf, len, 14));

	ASSERT_EQ(HDR + len, read_frame(self->vnet, self->buf, FRAME_ROOM));
	memcpy(&hdr, self->buf, sizeof(hdr));
	EXPECT_EQ(VIRTIO_NET_HDR_F_NEEDS_CSUM, hdr.flags);
	EXPECT_EQ(34, hdr.csum_start);
	EXPECT_EQ(6, hdr.csum_offset);
	EXPECT_EQ(VIRTIO_NET_HDR_GSO_NONE, hdr.gso_type);
}

/* One datagram of the program's, three frames on the wire. */
TEST_F(host, udp_it_has_cut_comes_in_pieces)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(4242),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};
	int i, size = 1000, sock = open_socket(SOCK_DGRAM);
	ssize_t len;

	ASSERT_LE(0, sock);
	ASSERT_EQ(0, setsockopt(sock, IPPROTO_UDP, UDP_SEGMENT, &size,
				sizeof(size)));
	for (i = 0; i < 2500; i++)
		self->packet.frame[i] = payload_byte(i);
	ASSERT_EQ(2500, sendto(sock, self->packet.frame, 2500, 0, (void *)&to,
			       sizeof(to)));
	for (i = 0; i < 3; i++) {
		len = read_frame(self->plain, self->buf, FRAME_ROOM);
		ASSERT_EQ(14 + 20 + 8 + (i < 2 ? 1000 : 500), len);
		EXPECT_EQ(NULL, check_sums(self->buf, len, 14));
		EXPECT_EQ(0, memcmp(self->buf + 42,
				    self->packet.frame + 1000 * i, len - 42));
	}
	EXPECT_TRUE(gets_nothing(self->plain));
}

/*
 * A TCP connection whose one end is the host's kernel and whose other is this
 * test, which speaks as a guest with all offloads.
 */
struct tcp {
	int vnet;
	int plain;
	unsigned char mac[6];
	__u32 seq;
	__u32 ack;
};

static int tcp_send(struct tcp *tcp, __u8 flags, size_t payload)
{
	static struct packet packet;

	packet = (struct packet){
		.seq = tcp->seq,
		.ack = tcp->ack,
		.tcp_flags = flags,
		.payload = payload,
		.port = 4242,
	};
	if (payload > MSS) {
		packet.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		packet.gso_size = MSS;
	}
	memcpy(packet.to, tcp->mac, 6);
	packet_make(&packet);
	tcp->seq += payload + !!(flags & TH_SYN);
	return packet_send(&packet, tcp->vnet, HDR);
}

/**
 * struct segment - a TCP segment that the host sent
 * @hdr: its virtio-net header, empty where there is none
 * @tcp: its TCP header
 * @data: its payload
 * @len: bytes of it
 * @bad: what is wrong with its checksums or lengths, NULL for nothing
 */
struct segment {
	struct virtio_net_hdr hdr;
	struct tcphdr tcp;
	unsigned char data[FRAME_ROOM];
	size_t len;
	const char *bad;
};

/* The next segment from the host at a port, others passed over. */
static int tcp_receive(const struct tcp *tcp, int fd, size_t hdr_size,
		       struct segment *segment)
{
	static unsigned char buf[FRAME_ROOM];
	unsigned char *frame = buf + hdr_size;
	ssize_t len;

	do {
		len = read_frame(fd, buf, sizeof(buf)) - hdr_size;
		if (len < 0)
			return -ETIMEDOUT;
	} while (memcmp(frame + 6, tcp->mac, 6) || frame[12] != 8 ||
		 frame[13] || frame[23] != IPPROTO_TCP);

	memset(&segment->hdr, 0, sizeof(segment->hdr));
	if (hdr_size)
		memcpy(&segment->hdr, buf, sizeof(segment->hdr));
	memcpy(&segment->tcp, frame + 34, sizeof(segment->tcp));
	segment->len = (frame[16] << 8 | frame[17]) - 20 -
		       segment->tcp.doff * 4;
	memcpy(segment->data, frame + 34 + segment->tcp.doff * 4, segment->len);
	segment->bad = NULL;
	if (!(segment->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		segment->bad = check_sums(frame, len, 14);
	return 0;
}

static int tcp_connect(struct tcp *tcp)
{
	struct segment *answer = malloc(sizeof(*answer));
	int ret;

	tcp->seq = 0xfffffff0;
	ret = tcp_send(tcp, TH_SYN, 0);
	if (!ret)
		ret = tcp_receive(tcp, tcp->plain, 0, answer);
	if (!ret && (answer->bad || !answer->tcp.syn || !answer->tcp.ack ||
		     ntohl(answer->tcp.th_ack) != tcp->seq))
		ret = -EPROTO;
	tcp->ack = ntohl(answer->tcp.th_seq) + 1;
	free(answer);
	return ret ? ret : tcp_send(tcp, TH_ACK, 0);
}

static bool is_payload(const unsigned char *bytes, size_t at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] != payload_byte(at + i))
			return false;
	return true;
}

/* Gathers what the host sent. Return: segments, or a negative number. */
static int tcp_gather(const struct tcp *tcp, int fd, size_t hdr_size,
		      size_t total, int *cut)
{
	struct segment *segment = malloc(sizeof(*segment));
	size_t at = 0;
	int count = 0;

	while (at < total) {
		if (tcp_receive(tcp, fd, hdr_size, segment))
			return -1;
		if (segment->bad)
			return -2;
		if (!segment->len)
			continue;
		if (ntohl(segment->tcp.th_seq) != (__u32)(tcp->ack + at) ||
		    !is_payload(segment->data, at, segment->len))
			return -3;
		if (!hdr_size && segment->len > MSS)
			return -4;
		if (segment->hdr.gso_type) {
			if (segment->hdr.gso_type != VIRTIO_NET_HDR_GSO_TCPV4 ||
			    segment->hdr.gso_size != MSS ||
			    segment->hdr.csum_start != 34 ||
			    segment->hdr.csum_offset != 16)
				return -5;
			++*cut;
		}
		at += segment->len;
		count++;
	}
	free(segment);
	return count;
}

TEST_F(host, speaks_tcp_with_guests_of_both_kinds)
{
	struct tcp tcp = { .vnet = self->vnet, .plain = self->plain };
	int listener = open_socket(SOCK_STREAM), sock, count, cut = 0;
	size_t at = 0, i;
	ssize_t len;

	ASSERT_LE(0, listener);
	ASSERT_EQ(0, listen(listener, 1));
	memcpy(tcp.mac, self->mac, 6);
	ASSERT_EQ(0, tcp_connect(&tcp));
	sock = accept(listener, NULL, NULL);
	ASSERT_LE(0, sock);

	/* The guest sends 8000 bytes in one frame. */
	ASSERT_EQ(0, tcp_send(&tcp, TH_ACK | TH_PUSH, 8000));
	while (at < 8000) {
		len = recv(sock, self->buf, FRAME_ROOM, 0);
		ASSERT_LT(0, len);
		ASSERT_TRUE(is_payload(self->buf, at, len));
		at += len;
	}
	EXPECT_EQ(8000, at);

	/* The host sends 5000 bytes, which fit its first window. */
	for (i = 0; i < 5000; i++)
		self->buf[i] = payload_byte(i);
	ASSERT_EQ(5000, send(sock, self->buf, 5000, 0));
	count = tcp_gather(&tcp, self->plain, 0, 5000, &cut);
	EXPECT_LE(10, count);
	EXPECT_EQ(0, cut);
	count = tcp_gather(&tcp, self->vnet, HDR, 5000, &cut);
	EXPECT_LE(1, count);
	EXPECT_GT(10, count);
	EXPECT_LE(1, cut);
}

TEST_HARNESS_MAIN
