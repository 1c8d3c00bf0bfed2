// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a program that has a TUN open, and boots a guest through it
 *
 *	tun_server TUN ADDRESS CLIENT
 *
 * Behind TUN it is a station with ADDRESS that knows nothing of Ethernet: it gives
 * out CLIENT by DHCP, a script for iPXE by TFTP, and pings who has fetched that.
 * Says "ready", and then "lease CLIENT", "sent to CLIENT" and "pong from CLIENT" as
 * these happen. Ends when it is killed.
 */

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

enum ports {
	PORT_TFTP = 69,
	PORT_DHCP = 67,
	PORT_DHCP_CLIENT = 68,
};

#define COOKIE	"\x63\x82\x53\x63"

/* BOOTP, with DHCP's options. */
struct dhcp {
	uint8_t op, type, len, hops;
	uint32_t xid;
	uint16_t secs, flags;
	in_addr_t client, yours, server, relay;
	uint8_t mac[16];
	char name[64], file[128];
	uint8_t cookie[4], options[308];
};

struct packet {
	struct iphdr ip;
	union {
		struct {
			struct udphdr udp;
			uint8_t data[2048];
		};
		struct {
			struct icmphdr icmp;
			uint8_t payload[32];
		};
	};
};

/* That goes on for ever, and meanwhile iPXE answers. */
static const char script[] = "#!ipxe\n:again\nsleep 1 || goto again\ngoto again\n";

static int tun;
static in_addr_t us, them;

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Sends what is behind the IP header. */
static void send_ip(struct packet *packet, in_addr_t to, int protocol,
		    size_t len)
{
	packet->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(packet->ip) + len),
		.ttl = 64,
		.protocol = protocol,
		.saddr = us,
		.daddr = to,
	};
	packet->ip.check = checksum(&packet->ip, sizeof(packet->ip));
	if (write(tun, packet, sizeof(packet->ip) + len) < 0)
		err(1, "write");
}

/* Without a checksum, which IPv4 allows. */
static void send_udp(struct packet *packet, in_addr_t to, int from_port,
		     int to_port, size_t len)
{
	packet->udp = (struct udphdr){
		.uh_sport = htons(from_port),
		.uh_dport = htons(to_port),
		.uh_ulen = htons(sizeof(packet->udp) + len),
	};
	send_ip(packet, to, IPPROTO_UDP, sizeof(packet->udp) + len);
}

static uint8_t *put_option(uint8_t *at, uint8_t type, const void *value,
			   uint8_t len)
{
	at[0] = type;
	at[1] = len;
	memcpy(at + 2, value, len);
	return at + 2 + len;
}

/* What a client wants: 1 to be offered an address, 3 to get it. */
static int dhcp_kind(const struct dhcp *dhcp, size_t len)
{
	const uint8_t *at = dhcp->options, *end = (const uint8_t *)dhcp + len;

	if (len < offsetof(struct dhcp, options) || dhcp->op != 1 ||
	    memcmp(dhcp->cookie, COOKIE, 4))
		return 0;
	while (at + 2 < end && *at != 255) {
		if (*at == 53)
			return at[2];
		at += *at ? 2 + at[1] : 1;
	}
	return 0;
}

static void serve_dhcp(struct packet *packet, size_t len)
{
	struct dhcp *dhcp = (struct dhcp *)packet->data;
	const uint32_t lease = htonl(3600);
	int kind = dhcp_kind(dhcp, len);
	uint8_t *at = dhcp->options;

	if (kind != 1 && kind != 3)
		return;
	dhcp->op = 2;
	dhcp->yours = them;
	dhcp->server = us;
	memset(dhcp->name, 0, sizeof(dhcp->name) + sizeof(dhcp->file));
	strcpy(dhcp->file, "script.ipxe");
	memset(dhcp->options, 0, sizeof(dhcp->options));
	at = put_option(at, 53, kind == 1 ? "\2" : "\5", 1);
	at = put_option(at, 54, &us, 4);
	at = put_option(at, 51, &lease, 4);
	at = put_option(at, 1, "\xff\xff\xff\0", 4);
	*at = 255;
	send_udp(packet, INADDR_BROADCAST, PORT_DHCP, PORT_DHCP_CLIENT,
		 sizeof(*dhcp));
	if (kind == 3)
		printf("lease %s\n", inet_ntoa((struct in_addr){ them }));
}

static void send_ping(struct packet *packet, in_addr_t to)
{
	const size_t len = sizeof(packet->icmp) + sizeof(packet->payload);

	memset(&packet->icmp, 0, len);
	packet->icmp.type = ICMP_ECHO;
	packet->icmp.un.echo.id = htons(42);
	packet->icmp.checksum = checksum(&packet->icmp, len);
	send_ip(packet, to, IPPROTO_ICMP, len);
}

/* The script is one block; its acknowledgment comes back as kind 4. */
static void serve_tftp(struct packet *packet)
{
	in_addr_t from = packet->ip.saddr;
	int port = ntohs(packet->udp.uh_sport), kind = packet->data[1];

	if (kind == 1) {
		memcpy(packet->data, "\0\3\0\1", 4);
		memcpy(packet->data + 4, script, sizeof(script) - 1);
		send_udp(packet, from, PORT_TFTP, port, 4 + sizeof(script) - 1);
	} else if (kind == 4) {
		printf("sent to %s\n", inet_ntoa((struct in_addr){ from }));
		send_ping(packet, from);
	}
}

static void serve(struct packet *packet, size_t len)
{
	size_t head = sizeof(packet->ip) + sizeof(packet->udp);

	if (len < head || packet->ip.version != 4 || packet->ip.ihl != 5)
		return;
	if (packet->ip.protocol == IPPROTO_ICMP && packet->ip.daddr == us &&
	    packet->icmp.type == ICMP_ECHOREPLY)
		printf("pong from %s\n",
		       inet_ntoa((struct in_addr){ packet->ip.saddr }));
	if (packet->ip.protocol != IPPROTO_UDP)
		return;
	if (packet->udp.uh_dport == htons(PORT_DHCP))
		serve_dhcp(packet, len - head);
	else if (packet->udp.uh_dport == htons(PORT_TFTP) &&
		 packet->ip.daddr == us)
		serve_tftp(packet);
}

int main(int argc, char **argv)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	static struct packet packet;
	ssize_t len;

	if (argc != 4)
		errx(2, "usage: tun_server TUN ADDRESS CLIENT");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", argv[1]);
	us = inet_addr(argv[2]);
	them = inet_addr(argv[3]);
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &ifr))
		err(1, "%s", argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready\n");
	while ((len = read(tun, &packet, sizeof(packet))) > 0)
		serve(&packet, len);
	err(1, "read");
}
