// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the user stack, by frames: DHCP and its limits, TFTP and its folder,
 * frames that are not for it, or are broken
 *
 *	guest --- |vhubd| --- user
 *
 * Needs no module.
 * once: the module has no part in it
 */

#include "kselftest_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tools/libvhub/vhub.h"
#include "vhubd_test.h"

#define HEADS		42	/* bytes of Ethernet, IPv4 and UDP headers */
#define COOKIE		236	/* offset in a message of DHCP */
#define OPTIONS		240
#define DHCP_ROOM	600
#define GUEST_ROOM	2048
#define BURST		64	/* frames that find room on the way */

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

enum { OPT_NAME = 12, OPT_ADDRESS = 50, OPT_TYPE = 53, OPT_SERVER = 54 };

static const unsigned char everybody[6] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};

/* Of the stack, when its address is 192.0.2.2. */
static const unsigned char stack_mac[6] = { 0x52, 0x55, 192, 0, 2, 2 };

FIXTURE(guest) {
	struct vhubd d;
	struct vhub *v;
	char dir[64];
};

/* Addresses for four guests: .250 to .253, and .254 is the name server's. */
static int start_small(struct vhubd *d, const char *dir)
{
	char link[256];

	snprintf(link, sizeof(link),
		 "user,net=192.0.2.0/24,host=192.0.2.2,dns=192.0.2.254,dhcpstart=192.0.2.250,tftp=%s,bootfile=boot,domainname=example.org,dnssearch=a.example.org,dnssearch=b.example.org,hostname=guest",
		 dir);
	return vhubd_start(d, "--user", link, NULL);
}

static int make_files(char *dir)
{
	char path[128];

	if (!mkdtemp(dir))
		return -errno;
	snprintf(path, sizeof(path), "%s/boot", dir);
	close(open(path, O_WRONLY | O_CREAT, 0644));
	if (write_file(path, "what is booted"))
		return -EIO;
	snprintf(path, sizeof(path), "%s/evil", dir);
	if (symlink("/etc/passwd", path))
		return -errno;
	snprintf(path, sizeof(path), "%s/pipe", dir);
	return mkfifo(path, 0644);
}

FIXTURE_SETUP(guest)
{
	const struct vhub_options options = { .size = sizeof(options) };

	strcpy(self->dir, "/tmp/vhub-selftest.XXXXXX");
	ASSERT_EQ(0, make_files(self->dir));
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, start_small(&self->d, self->dir));
	ASSERT_EQ(0, vhub_open(&self->v, HUB, &options));
	EXPECT_TRUE(wait_until(vhubd_said(&self->d, ": connected")));
}

FIXTURE_TEARDOWN(guest)
{
	char command[128];

	vhub_close(self->v);
	if (self->d.pid)
		EXPECT_EQ(0, vhubd_stop(&self->d));
	snprintf(command, sizeof(command), "rm -r %s", self->dir);
	EXPECT_EQ(0, system(command));
}

static unsigned short sum(const void *data, size_t len)
{
	const unsigned char *byte = data;
	unsigned int all = 0;
	size_t i;

	for (i = 0; i < len; i++)
		all += i % 2 ? byte[i] : byte[i] << 8;
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return htons(~all);
}

static void guest_mac(unsigned char mac[6], unsigned int guest)
{
	const unsigned char bytes[6] = {
		0x02, 0, 0x5e, guest >> 16, guest >> 8, guest
	};

	memcpy(mac, bytes, 6);
}

/* The IP header of @ip is completed. */
static size_t make_ip(unsigned char *frame, const unsigned char *to,
		      unsigned int guest, struct iphdr *ip)
{
	struct ether_header eth = { .ether_type = htons(ETHERTYPE_IP) };

	memcpy(eth.ether_dhost, to, 6);
	guest_mac(eth.ether_shost, guest);
	memcpy(frame, &eth, sizeof(eth));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->check = 0;
	ip->check = sum(ip, sizeof(*ip));
	memcpy(frame + sizeof(eth), ip, sizeof(*ip));
	return sizeof(eth) + sizeof(*ip);
}

static size_t make_udp(unsigned char *frame, const unsigned char *to,
		       unsigned int guest, const char *from, const char *dst,
		       unsigned short port, const void *data, size_t len)
{
	struct udphdr udp = {
		.uh_sport = htons(port == 67 ? 68 : 2000 + guest),
		.uh_dport = htons(port),
		.uh_ulen = htons(sizeof(udp) + len),
	};
	struct iphdr ip = {
		.tot_len = htons(sizeof(ip) + sizeof(udp) + len),
		.protocol = IPPROTO_UDP,
		.saddr = inet_addr(from),
		.daddr = inet_addr(dst),
	};
	size_t at = make_ip(frame, to, guest, &ip);

	memcpy(frame + at, &udp, sizeof(udp));
	memcpy(frame + at + sizeof(udp), data, len);
	return at + sizeof(udp) + len;
}

/* What a guest says; addresses as text, or NULL. */
static int dhcp_send(struct vhub *v, unsigned int guest, unsigned char type,
		     const char *ciaddr, const char *address,
		     const char *server)
{
	unsigned char data[DHCP_ROOM] = { 1, 1, 6 }, frame[GUEST_ROOM];
	static const unsigned char cookie[] = { 0x63, 0x82, 0x53, 0x63 };
	unsigned char *at = data + OPTIONS;
	size_t len;

	memcpy(data + 4, &guest, 4);
	if (ciaddr)
		inet_pton(AF_INET, ciaddr, data + 12);
	guest_mac(data + 28, guest);
	memcpy(data + COOKIE, cookie, sizeof(cookie));
	*at++ = OPT_TYPE;
	*at++ = 1;
	*at++ = type;
	*at++ = OPT_NAME;
	*at++ = 5;
	memcpy(at, "gu\33st", 5);
	at += 5;
	if (address) {
		*at++ = OPT_ADDRESS;
		*at++ = 4;
		inet_pton(AF_INET, address, at);
		at += 4;
	}
	if (server) {
		*at++ = OPT_SERVER;
		*at++ = 4;
		inet_pton(AF_INET, server, at);
		at += 4;
	}
	*at++ = 255;
	len = make_udp(frame, everybody, guest, ciaddr ? : "0.0.0.0",
		       "255.255.255.255", 67, data, at - data);
	return vhub_send(v, frame, len);
}

/* The next frame that is UDP from the stack's port; its data and length. NULL if
 * none comes.
 */
static const unsigned char *udp_next(struct vhub *v, unsigned short port,
				     size_t *len)
{
	static unsigned char frame[FRAME_ROOM];
	ssize_t ret;

	while (vhub_wait(v, LIMIT_MS) == 1) {
		ret = vhub_recv(v, frame, sizeof(frame));
		if (ret < HEADS || frame[12] != 8 || frame[13] ||
		    frame[23] != IPPROTO_UDP ||
		    frame[34] << 8 != (port & 0xff00) ||
		    frame[35] != (port & 0xff))
			continue;
		*len = ret - HEADS;
		return sum(frame + 14, 20) ? NULL : frame + HEADS;
	}
	return NULL;
}

static const unsigned char *dhcp_option(const unsigned char *data, size_t len,
					unsigned char option)
{
	size_t at = OPTIONS;

	while (at + 1 < len && data[at] != 255) {
		if (data[at] == option)
			return data + at + 1;
		at += data[at] ? 2 + data[at + 1] : 1;
	}
	return NULL;
}

/* The answer to this guest: "TYPE ADDRESS", "" if there is none. */
static const char *dhcp_answer(struct vhub *v, unsigned int guest)
{
	static char text[64];
	const unsigned char *data, *type;
	char address[INET_ADDRSTRLEN];
	size_t len;

	while ((data = udp_next(v, 67, &len))) {
		type = dhcp_option(data, len, OPT_TYPE);
		if (len < OPTIONS || !type || memcmp(data + 4, &guest, 4))
			continue;
		inet_ntop(AF_INET, data + 16, address, sizeof(address));
		snprintf(text, sizeof(text), "%u %s", type[1], address);
		return text;
	}
	return "";
}

static const char *dhcp_ask(struct vhub *v, unsigned int guest,
			    unsigned char type, const char *ciaddr,
			    const char *address, const char *server)
{
	if (dhcp_send(v, guest, type, ciaddr, address, server))
		return "not sent";
	return dhcp_answer(v, guest);
}

/* DISCOVER and REQUEST. Does the guest get this address? */
static bool dhcp_gets(struct vhub *v, unsigned int guest, const char *address)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %s", OFFER, address);
	if (strcmp(text, dhcp_ask(v, guest, DISCOVER, NULL, NULL, NULL)))
		return false;
	text[0] = '0' + ACK;
	return !strcmp(text, dhcp_ask(v, guest, REQUEST, NULL, address,
				      "192.0.2.2"));
}

/* An ARP request for the stack, by which it knows where the guest is. */
static int arp_tell(struct vhub *v, unsigned int guest, const char *address,
		    const unsigned char *to)
{
	struct ether_header eth = { .ether_type = htons(ETHERTYPE_ARP) };
	struct ether_arp arp = {
		.arp_hrd = htons(ARPHRD_ETHER),
		.arp_pro = htons(ETHERTYPE_IP),
		.arp_hln = 6,
		.arp_pln = 4,
		.arp_op = htons(ARPOP_REQUEST),
	};
	unsigned char frame[60] = { 0 };

	memcpy(eth.ether_dhost, to, 6);
	guest_mac(eth.ether_shost, guest);
	guest_mac(arp.arp_sha, guest);
	inet_pton(AF_INET, address, arp.arp_spa);
	inet_pton(AF_INET, "192.0.2.2", arp.arp_tpa);
	memcpy(frame, &eth, sizeof(eth));
	memcpy(frame + sizeof(eth), &arp, sizeof(arp));
	return vhub_send(v, frame, sizeof(frame));
}

static bool arp_answered(struct vhub *v)
{
	unsigned char frame[FRAME_ROOM];
	ssize_t len;

	while (vhub_wait(v, LIMIT_MS) == 1) {
		len = vhub_recv(v, frame, sizeof(frame));
		if (len >= 42 && frame[12] == 8 && frame[13] == 6 &&
		    frame[21] == ARPOP_REPLY)
			return !memcmp(frame + 6, stack_mac, 6);
	}
	return false;
}

/* All that was sent has arrived: what finds no room on the way is lost. */
static bool goes_on(struct vhub *v)
{
	return !arp_tell(v, 1, "192.0.2.250", everybody) && arp_answered(v);
}

TEST_F(guest, each_guest_gets_an_address_and_keeps_it)
{
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	EXPECT_TRUE(dhcp_gets(self->v, 2, "192.0.2.251"));
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	EXPECT_STREQ("5 192.0.2.251", dhcp_ask(self->v, 2, REQUEST,
					       "192.0.2.251", NULL, NULL));
	EXPECT_STREQ("5 192.0.2.251", dhcp_ask(self->v, 2, REQUEST, NULL,
					       "192.0.2.251", NULL));
}

/* It may be asked again and again. */
static bool says(const struct vhubd *d, const char *text)
{
	kill(d->pid, SIGUSR1);
	return vhubd_said(d, text);
}

TEST_F(guest, leases_are_told_of_with_names_that_do_no_harm)
{
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	EXPECT_EQ(0, dhcp_send(self->v, 2, DISCOVER, NULL, NULL, NULL));
	EXPECT_TRUE(goes_on(self->v));
	/* For a day, which is 86400 s. */
	EXPECT_TRUE(wait_until(says(&self->d, "lease 192.0.2.250 02:00:5e:00:00:01 gu?st, 86")));
	/* An offer is none. */
	EXPECT_EQ(0, vhubd_said(&self->d, "lease 192.0.2.251"));
}

TEST_F(guest, an_address_is_refused_that_is_anothers_or_nobodys)
{
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	EXPECT_STREQ("6 0.0.0.0", dhcp_ask(self->v, 2, REQUEST, NULL,
					   "192.0.2.250", NULL));
	EXPECT_STREQ("6 0.0.0.0", dhcp_ask(self->v, 2, REQUEST, NULL,
					   "192.0.2.254", NULL));
	EXPECT_STREQ("6 0.0.0.0", dhcp_ask(self->v, 2, REQUEST, NULL,
					   "198.51.100.1", "192.0.2.2"));
	EXPECT_STREQ("2 192.0.2.252", dhcp_ask(self->v, 2, DISCOVER, NULL,
					       "192.0.2.252", NULL));
}

TEST_F(guest, other_networks_are_left_to_other_servers)
{
	dhcp_send(self->v, 2, REQUEST, NULL, "198.51.100.1", NULL);
	dhcp_send(self->v, 2, REQUEST, NULL, "192.0.2.250", "198.51.100.2");
	/* The first answer is to this. */
	EXPECT_STREQ("2 192.0.2.250", dhcp_ask(self->v, 2, DISCOVER, NULL,
					       NULL, NULL));
	/* That offer is not taken, and so free for others. */
	dhcp_send(self->v, 2, REQUEST, NULL, "198.51.100.9", "198.51.100.2");
	EXPECT_STREQ("2 192.0.2.250", dhcp_ask(self->v, 3, DISCOVER, NULL,
					       "192.0.2.250", NULL));
}

TEST_F(guest, all_addresses_are_in_use_and_one_is_given_back)
{
	char address[INET_ADDRSTRLEN];
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		snprintf(address, sizeof(address), "192.0.2.%u", 249 + i);
		EXPECT_TRUE(dhcp_gets(self->v, i, address));
	}
	for (i = 5; i < 500; i++) {
		dhcp_send(self->v, i, DISCOVER, NULL, NULL, NULL);
		if (!(i % BURST))
			EXPECT_TRUE(goes_on(self->v));
	}
	/* Nobody of those is answered, and guest 1 is. */
	EXPECT_STREQ("5 192.0.2.250", dhcp_ask(self->v, 1, REQUEST,
					       "192.0.2.250", NULL, NULL));
	EXPECT_EQ(1, vhubd_said(&self->d, "all addresses are in use"));
	dhcp_send(self->v, 2, RELEASE, "192.0.2.251", NULL, NULL);
	EXPECT_TRUE(dhcp_gets(self->v, 9, "192.0.2.251"));
}

TEST_F(guest, an_address_that_a_guest_finds_in_use_is_not_given_again)
{
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	/* Not by others. */
	dhcp_send(self->v, 2, DECLINE, NULL, "192.0.2.250", NULL);
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
	dhcp_send(self->v, 1, DECLINE, NULL, "192.0.2.250", NULL);
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.251"));
}

TEST_F(guest, an_answer_tells_all_there_is)
{
	static const unsigned char search[] =
		"\1a\7example\3org\0\1b\7example\3org";
	const unsigned char *data, *option;
	size_t len;

	dhcp_send(self->v, 1, INFORM, "192.0.2.77", NULL, NULL);
	data = udp_next(self->v, 67, &len);
	ASSERT_NE(NULL, data);
	EXPECT_EQ(0, strcmp((const char *)data + 108, "boot"));
	option = dhcp_option(data, len, 15);
	ASSERT_NE(NULL, option);
	EXPECT_EQ(0, memcmp(option, "\013example.org", 12));
	option = dhcp_option(data, len, 119);
	ASSERT_NE(NULL, option);
	EXPECT_EQ(sizeof(search), *option);
	EXPECT_EQ(0, memcmp(option + 1, search, sizeof(search)));
	option = dhcp_option(data, len, 12);
	ASSERT_NE(NULL, option);
	EXPECT_EQ(0, memcmp(option, "\5guest", 6));
	/* No lease comes with what was not asked for. */
	EXPECT_EQ(NULL, dhcp_option(data, len, 51));
}

/* The answer to a request for a file: "KIND CODE". */
/* A request for a file; returns its length. */
static size_t make_tftp(unsigned char *frame, const char *name)
{
	unsigned char data[DHCP_ROOM] = { 0, 1 };
	size_t len = strlen(name) + 1;

	memcpy(data + 2, name, len);
	memcpy(data + 2 + len, "octet", 6);
	return make_udp(frame, stack_mac, 1, "192.0.2.250", "192.0.2.2", 69,
			data, 2 + len + 6);
}

/* "KIND NUMBER" of the next answer, "" if none comes. */
static const char *tftp_answer(struct vhub *v)
{
	const unsigned char *answer;
	static char text[64];
	size_t len;

	answer = udp_next(v, 69, &len);
	if (!answer || len < 4)
		return "";
	snprintf(text, sizeof(text), "%u %u", answer[1], answer[3]);
	return text;
}

static const char *tftp_ask(struct vhub *v, const char *name)
{
	unsigned char frame[GUEST_ROOM];
	size_t len = make_tftp(frame, name);

	return vhub_send(v, frame, len) ? "not sent" : tftp_answer(v);
}

/* A part of a frame's datagram: @len bytes from @at on, which divides by 8. */
static int send_part(struct vhub *v, const unsigned char *frame, size_t at,
		     size_t len, bool last)
{
	unsigned char part[GUEST_ROOM] = { 0 };
	struct iphdr ip;

	memcpy(&ip, frame + 14, sizeof(ip));
	ip.tot_len = htons(20 + len);
	ip.frag_off = htons(at / 8 | (last ? 0 : IP_MF));
	make_ip(part, stack_mac, 1, &ip);
	memcpy(part + 34, frame + 34 + at, len);
	return vhub_send(v, part, 34 + len < 60 ? 60 : 34 + len);
}

TEST_F(guest, files_come_from_the_folder_alone)
{
	static const char *const bad[] = {
		"evil", "pipe", "../boot", "a/../../boot", "/../etc/passwd",
		".", "",
	};
	unsigned int i;

	EXPECT_TRUE(goes_on(self->v));
	EXPECT_STREQ("3 1", tftp_ask(self->v, "boot"));
	EXPECT_STREQ("3 1", tftp_ask(self->v, "/boot"));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_STREQ("5 2", tftp_ask(self->v, bad[i])) {
			TH_LOG("number %u", i);
		}
	EXPECT_STREQ("5 1", tftp_ask(self->v, "none"));
	EXPECT_EQ(1, vhubd_said(&self->d, "may not have \"evil\""));
	EXPECT_STREQ("3 1", tftp_ask(self->v, "boot"));
}

/* Put together, whatever the order, and then looked at as all others. libslirp by
 * itself would end the process at a last part that comes first.
 */
TEST_F(guest, parts_of_datagrams_are_put_together)
{
	unsigned char frame[GUEST_ROOM];
	size_t len = make_tftp(frame, "boot") - 34;
	int i;

	EXPECT_TRUE(goes_on(self->v));
	EXPECT_EQ(0, send_part(self->v, frame, 0, 16, false));
	EXPECT_EQ(0, send_part(self->v, frame, 16, len - 16, true));
	EXPECT_STREQ("3 1", tftp_answer(self->v));
	EXPECT_EQ(0, send_part(self->v, frame, 16, len - 16, true));
	EXPECT_EQ(0, send_part(self->v, frame, 8, 8, false));
	EXPECT_EQ(0, send_part(self->v, frame, 8, 8, false));
	EXPECT_EQ(0, send_part(self->v, frame, 0, 8, false));
	EXPECT_STREQ("3 1", tftp_answer(self->v));
	len = make_tftp(frame, "evil") - 34;
	EXPECT_EQ(0, send_part(self->v, frame, 0, 16, false));
	EXPECT_EQ(0, send_part(self->v, frame, 16, len - 16, true));
	EXPECT_STREQ("5 2", tftp_answer(self->v));
	/* Those that contradict each other, and more than are kept. */
	EXPECT_EQ(0, send_part(self->v, frame, 0, 16, false));
	EXPECT_EQ(0, send_part(self->v, frame, 8, len - 8, true));
	EXPECT_EQ(0, send_part(self->v, frame, 8, 8, true));
	EXPECT_EQ(0, send_part(self->v, frame, 64, 16, false));
	for (i = 1; i < BURST; i++) {
		frame[18] = i;
		EXPECT_EQ(0, send_part(self->v, frame, 800, 8, true));
	}
	/* The first answer is to this. */
	EXPECT_STREQ("5 1", tftp_ask(self->v, "none"));
}

TEST_F(guest, frames_for_others_are_none_of_its_business)
{
	static const unsigned char other[6] = { 0x52, 0x54, 0, 0, 0, 1 };
	static const unsigned char far[6] = { 0x52, 0x55, 10, 0, 2, 2 };

	EXPECT_EQ(0, arp_tell(self->v, 1, "192.0.2.250", other));
	EXPECT_EQ(0, arp_tell(self->v, 1, "192.0.2.250", far));
	EXPECT_EQ(0, dhcp_send(self->v, 1, INFORM, "192.0.2.77", NULL, NULL));
	/* Nothing but the answer to that came. */
	EXPECT_STREQ("5 0.0.0.0", dhcp_answer(self->v, 1));
	EXPECT_EQ(0, arp_tell(self->v, 1, "192.0.2.250", stack_mac));
	EXPECT_TRUE(arp_answered(self->v));
}

/* Bytes by chance behind headers that are taken seriously. */
TEST_F_TIMEOUT(guest, broken_frames_do_no_harm, 200)
{
	static const unsigned short types[] = {
		ETHERTYPE_IP, ETHERTYPE_IPV6, ETHERTYPE_ARP, 0x88f8
	};
	unsigned char frame[GUEST_ROOM];
	unsigned int i, j;
	size_t len;

	srandom(1);
	for (i = 0; i < 50000; i++) {
		len = 14 + random() % 200;
		for (j = 0; j < len; j++)
			frame[j] = random();
		memcpy(frame, i % 2 ? stack_mac : everybody, 6);
		frame[12] = types[i % 4] >> 8;
		frame[13] = types[i % 4];
		frame[14] = i % 4 ? 0x60 : 0x45;
		if (i % 3) {
			frame[16] = 0;
			frame[17] = len - 14;
			frame[20] = 0;
			frame[21] = 0;
			frame[23] = (const char []) { 6, 17, 1 }[i % 3];
			memcpy(frame + 26, "\xc0\0\x02\xfa\xc0\0\x02\x02", 8);
			frame[24] = 0;
			frame[25] = 0;
			memcpy(frame + 24, &(unsigned short) {
			       sum(frame + 14, 20) }, 2);
		}
		vhub_send(self->v, frame, len);
		if (!(i % BURST))
			ASSERT_TRUE(goes_on(self->v));
	}
	EXPECT_TRUE(dhcp_gets(self->v, 1, "192.0.2.250"));
}

/* Starts that fail, with status 2 for words and 1 for what cannot be had. */
TEST(words_that_make_no_sense_are_refused)
{
	static const char *const bad[] = {
		"user,net=10.0.2.0/3", "user,net=10.0.2.0/255.0.255.0",
		"user,net=x", "user,host=192.0.2.1", "user,dns=10.0.2.2",
		"user,dhcpstart=10.0.2.3", "user,dhcpstart=192.0.2.1",
		"user,ipv4=off,ipv6=off", "user,ipv4=off,net=10.0.2.0/24",
		"user,ipv6=off,ipv6-net=fd00::/64", "user,ipv6-net=fd00::/127",
		"user,ipv6-host=fd00::1", "user,hostname=",
		"user,dnssearch=a..b", "user,tftp=/nonexistent",
		"user,tftp=/etc/passwd", "user,hostfwd=tcp::22",
		"user,hostfwd=sctp::22-:22", "user,hostfwd=tcp::22-:0",
		"user,hostfwd=tcp::65536-:22", "user,hostfwd=tcp:x:22-:22",
		"user,ipv6=on,hostfwd=tcp::22-:22",
		"user,guestfwd=udp:10.0.2.9:1-cmd:true",
		"user,guestfwd=tcp:10.0.2.9:1-file:x",
		"user,guestfwd=tcp:10.0.2.9:1-cmd:'",
		"user,guestfwd=tcp:192.0.2.1:1-cmd:true", "user,tftpp=x",
		"user,net=10.0.2.0/24,net=10.0.3.0/24",
	};
	char bootfile[160] = "user,bootfile=";
	struct vhubd d;
	unsigned int i;

	ASSERT_EQ(0, new_net());
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_EQ(2, vhubd_start(&d, "--user", bad[i], NULL)) {
			TH_LOG("number %u", i);
		}
	memset(bootfile + strlen(bootfile), 'x', 128);
	EXPECT_EQ(2, vhubd_start(&d, "--user", bootfile, NULL));
	/* Two that cannot live on one hub. */
	EXPECT_EQ(1, vhubd_start(&d, "--user", "user", "user,ipv4=on", NULL));
	EXPECT_EQ(1, vhubd_start(&d, "--user", "user",
				 "user,net=10.1.0.0/16", NULL));
	EXPECT_EQ(1, vhubd_start(&d, "--user",
				 "user,hostfwd=tcp::1022-:22,hostfwd=tcp::1022-:23",
				 NULL));
	ASSERT_EQ(0, vhubd_start(&d, "--user", "user",
				 "user,net=10.1.0.0/16,ipv6=off", NULL));
	EXPECT_EQ(0, vhubd_stop(&d));
}

TEST_HARNESS_MAIN
