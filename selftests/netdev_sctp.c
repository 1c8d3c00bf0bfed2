// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - SCTP of a network device: a checksum that no virtio-net header tells of
 *
 *	SCTP --- v1 ==== v0 (port 1) ---+--- hub ---+--- plain   no header
 *	                                            +--- none    header without offloads
 *	                                            +--- csum    header and checksums
 *	                                            +--- all     header and all offloads
 *
 * qemu: uml has no SCTP
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <linux/if_ether.h>

#include "vhub_packet.h"

#define HDR	12
#define L3	sizeof(struct ethhdr)

/* Begin of an SCTP packet. */
struct sctp {
	__be16 source;
	__be16 dest;
	__be32 tag;
	__u32 checksum;		/* little endian */
};

enum file_ports {
	PLAIN,
	NONE,
	CSUM,
	ALL,
	FILE_PORTS,
};

static __u32 crc32c(const unsigned char *data, size_t len)
{
	__u32 crc = ~0U;
	int bit;

	while (len--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* Is this a whole SCTP packet with the checksum that it should have? */
static bool is_good_sctp(unsigned char *frame, size_t len)
{
	struct iphdr ip;
	struct sctp sctp;
	__u32 checksum;
	size_t l4;

	if (len < L3 + sizeof(ip))
		return false;
	memcpy(&ip, frame + L3, sizeof(ip));
	l4 = L3 + ip.ihl * 4;
	if (ip.protocol != IPPROTO_SCTP || L3 + ntohs(ip.tot_len) != len ||
	    len < l4 + sizeof(sctp))
		return false;
	memcpy(&sctp, frame + l4, sizeof(sctp));
	checksum = le32toh(sctp.checksum);
	sctp.checksum = 0;
	memcpy(frame + l4, &sctp, sizeof(sctp));
	return checksum == crc32c(frame + l4, len - l4);
}

/* Does one come, with nothing left to do on it? */
static bool gets_good_sctp(int fd, size_t hdr_size)
{
	static unsigned char frame[FRAME_ROOM];
	const struct virtio_net_hdr *hdr = (const void *)frame;
	ssize_t len = read_frame(fd, frame, sizeof(frame));

	if (len < (ssize_t)hdr_size ||
	    !is_good_sctp(frame + hdr_size, len - hdr_size))
		return false;
	return !hdr_size || (!hdr->flags && !hdr->gso_type);
}

FIXTURE(sctp)
{
	int files[FILE_PORTS];
};

FIXTURE_SETUP(sctp)
{
	static const unsigned char mac[6] = { 0x02, 0, 0x5e, 0, 0, 2 };
	struct port_info info;
	int i;

	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, system("ip link add v0 type veth peer name v1"));
	ASSERT_EQ(0, port_add(HUB, "v0", &info));
	ASSERT_EQ(0, link_up("v0", true));
	ASSERT_EQ(0, link_up("v1", true));
	ASSERT_TRUE(wait_until(!port_get(HUB, info.number, &info) &&
			       info.flags & VHUB_PORT_FLAG_LINK));
	ASSERT_EQ(0, link_add_ip4("v1", "192.0.2.1"));
	ASSERT_EQ(0, link_add_neighbour("v1", "192.0.2.2", mac));
	self->files[PLAIN] = attach(HUB);
	self->files[NONE] = attach_vnet(HUB, HDR, 0);
	self->files[CSUM] = attach_vnet(HUB, HDR, TUN_F_CSUM);
	self->files[ALL] = attach_vnet(HUB, HDR, ALL_OFFLOADS);
	for (i = 0; i < FILE_PORTS; i++)
		ASSERT_LE(0, self->files[i]);
}

FIXTURE_TEARDOWN(sctp)
{
}

/* A veth leaves it to whoever gets the frame. */
TEST_F(sctp, checksum_is_completed_for_all_files)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr.s_addr = inet_addr("192.0.2.2"),
	};
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP);
	int i;

	ASSERT_LE(0, sock);
	EXPECT_EQ(-EINPROGRESS, ret_errno(connect(sock, (const void *)&to,
						  sizeof(to))));
	for (i = 0; i < FILE_PORTS; i++) {
		EXPECT_TRUE(gets_good_sctp(self->files[i],
					   i == PLAIN ? 0 : HDR)) {
			TH_LOG("file %d", i);
		}
	}
	close(sock);
}

TEST_HARNESS_MAIN
