// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what the kernel's fuzzers share: choices, frames, netlink messages
 *
 * All is built as it should be, and then, now and then, spoiled at one place: what is
 * wrong everywhere gets no further than the first check.
 */

#define _GNU_SOURCE

#include "vhub_fuzz.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#define ARRAY_LEN(array)	(sizeof(array) / sizeof(*(array)))

static const char *const hubs[FUZZ_HUBS] = { "lan0", "lan1", "lan2" };

static const char *const devices[FUZZ_DEVICES] = {
	"tap0", "tap1", "tun0", "dummy0", "vlan0", "macvlan0",
};

__u32 fuzz_choose(struct fuzz *fuzz, __u32 n)
{
	fuzz->seed = fuzz->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (fuzz->seed >> 33) % n;
}

/* Any number, but often a small one, or one at an edge. */
__u32 fuzz_wild(struct fuzz *fuzz)
{
	static const __u32 edges[] = {
		0, 1, 10, 12, 13, 14, 20, 60, 255, 256, 257, 1500, 4094, 4095,
		4096, 4097, VHUB_FRAME_MAX, VHUB_FRAME_MAX + 1, 1U << 16,
		1000000000, (1U << 31) - 1, 1U << 31, -2U, -1U,
	};

	switch (fuzz_choose(fuzz, 3)) {
	case 0:
		return edges[fuzz_choose(fuzz, ARRAY_LEN(edges))];
	case 1:
		return fuzz_choose(fuzz, 16);
	default:
		return fuzz_choose(fuzz, 1U << 31) >> fuzz_choose(fuzz, 31);
	}
}

void fuzz_bytes(struct fuzz *fuzz, void *to, size_t size)
{
	unsigned char *bytes = to;

	while (size--)
		*bytes++ = fuzz_choose(fuzz, 256);
}

/* Memory that begins as @init: most often all there, else it ends where that of the
 * process does, is read only, or none.
 */
void *fuzz_memory(struct fuzz *fuzz, const void *init, size_t size)
{
	static const char fixed[4096] = "";	/* cannot be written */
	unsigned char *at;

	switch (fuzz_choose(fuzz, 32)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(long)fuzz_wild(fuzz);
	case 2:
		return (void *)fixed;
	case 3:
		at = fuzz->arena + FUZZ_ARENA - fuzz_choose(fuzz, size + 1);
		break;
	default:
		at = fuzz->arena + FUZZ_ARENA - size - fuzz_choose(fuzz, 64);
		break;
	}
	memcpy(at, init, fuzz->arena + FUZZ_ARENA - at < (long)size ?
	       (size_t)(fuzz->arena + FUZZ_ARENA - at) : size);
	return at;
}

const char *fuzz_hub(struct fuzz *fuzz)
{
	return hubs[fuzz_choose(fuzz, FUZZ_HUBS)];
}

const char *fuzz_device(struct fuzz *fuzz)
{
	return devices[fuzz_choose(fuzz, FUZZ_DEVICES)];
}

const char *fuzz_any_name(struct fuzz *fuzz)
{
	static const char *const odd[] = {
		"", "lo", "lan", "lan%d", "fifteen-letters", "..",
	};

	switch (fuzz_choose(fuzz, 8)) {
	case 0:
		return odd[fuzz_choose(fuzz, ARRAY_LEN(odd))];
	case 1 ... 3:
		return fuzz_device(fuzz);
	default:
		return fuzz_hub(fuzz);
	}
}

/*
 * Frames
 */
static void fuzz_mac(struct fuzz *fuzz, unsigned char mac[ETH_ALEN])
{
	memset(mac, 0xff, ETH_ALEN);
	if (!fuzz_choose(fuzz, 4))
		return;
	memset(mac, 0, ETH_ALEN);
	mac[0] = fuzz_choose(fuzz, 16) ? 0x02 : fuzz_choose(fuzz, 256);
	mac[5] = fuzz_choose(fuzz, 6);
}

static size_t put16(unsigned char *to, __u16 value)
{
	to[0] = value >> 8;
	to[1] = value;
	return 2;
}

static size_t fuzz_ip4(struct fuzz *fuzz, unsigned char *ip, size_t payload)
{
	memset(ip, 0, 20);
	ip[0] = fuzz_choose(fuzz, 16) ? 0x45 : fuzz_wild(fuzz);
	put16(ip + 2, fuzz_choose(fuzz, 16) ? 20 + payload : fuzz_wild(fuzz));
	if (!fuzz_choose(fuzz, 8))
		put16(ip + 6, fuzz_wild(fuzz));
	ip[8] = fuzz_choose(fuzz, 4) ? 64 : fuzz_choose(fuzz, 2);
	ip[9] = fuzz_choose(fuzz, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	ip[12] = 192;
	ip[14] = 2;
	ip[15] = fuzz_choose(fuzz, 4);
	ip[16] = fuzz_choose(fuzz, 4) ? 192 : 224;
	ip[18] = 2;
	ip[19] = fuzz_choose(fuzz, 4);
	return 20;
}

static size_t fuzz_ip6(struct fuzz *fuzz, unsigned char *ip, size_t payload)
{
	static const unsigned char next[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, 0, 43, 44, 60, 59,
	};

	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, fuzz_choose(fuzz, 16) ? payload : fuzz_wild(fuzz));
	ip[6] = next[fuzz_choose(fuzz, ARRAY_LEN(next))];
	ip[7] = fuzz_choose(fuzz, 2) ? 255 : 64;
	ip[8] = fuzz_choose(fuzz, 2) ? 0xfe : 0x20;
	ip[9] = 0x80;
	ip[23] = fuzz_choose(fuzz, 4);
	ip[24] = fuzz_choose(fuzz, 3) ? 0xfe : 0xff;
	ip[25] = fuzz_choose(fuzz, 3) ? 0x80 : 0x02;
	ip[39] = fuzz_choose(fuzz, 4);
	return 40;
}

static size_t fuzz_arp(struct fuzz *fuzz, unsigned char *arp)
{
	static const unsigned char head[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	memcpy(arp, head, 8);
	arp[7] = 1 + fuzz_choose(fuzz, 3);
	fuzz_mac(fuzz, arp + 8);
	fuzz_mac(fuzz, arp + 18);
	memset(arp + 14, 192, 4);
	memset(arp + 24, 192, 4);
	arp[17] = fuzz_choose(fuzz, 4);
	arp[27] = fuzz_choose(fuzz, 4);
	return 28;
}

/* A TCP or UDP header, or what may be neighbour discovery. */
static size_t fuzz_l4(struct fuzz *fuzz, unsigned char *l4)
{
	fuzz_bytes(fuzz, l4, 32);
	l4[12] = 0x50;
	if (!fuzz_choose(fuzz, 3)) {
		l4[0] = 133 + fuzz_choose(fuzz, 5);
		l4[1] = 0;
		l4[24] = 1 + fuzz_choose(fuzz, 2);
		l4[25] = fuzz_choose(fuzz, 3);
	}
	return 32;
}

static size_t fuzz_length(struct fuzz *fuzz)
{
	switch (fuzz_choose(fuzz, 8)) {
	case 0:
		return fuzz_choose(fuzz, 60);
	case 1:
		return fuzz_choose(fuzz, VHUB_FRAME_MAX - 200);
	case 2:
		return 1400 + fuzz_choose(fuzz, 200);
	default:
		return fuzz_choose(fuzz, 1500);
	}
}

/* A frame with up to three tags, of IP or ARP or nothing known. Return: its bytes. */
size_t fuzz_frame(struct fuzz *fuzz, unsigned char *frame)
{
	size_t len = 2 * ETH_ALEN, payload = fuzz_length(fuzz);
	unsigned int tags = fuzz_choose(fuzz, 4) ? 0 : fuzz_choose(fuzz, 4);

	fuzz_mac(fuzz, frame);
	fuzz_mac(fuzz, frame + ETH_ALEN);
	while (tags--) {
		len += put16(frame + len, fuzz_choose(fuzz, 4) ?
			     ETH_P_8021Q : ETH_P_8021AD);
		len += put16(frame + len, fuzz_choose(fuzz, 2) ?
			     fuzz_choose(fuzz, 12) : fuzz_wild(fuzz));
	}
	switch (fuzz_choose(fuzz, 5)) {
	case 0:
		len += put16(frame + len, ETH_P_ARP);
		len += fuzz_arp(fuzz, frame + len);
		break;
	case 1:
		len += put16(frame + len, fuzz_wild(fuzz));
		break;
	case 2:
		len += put16(frame + len, ETH_P_IPV6);
		len += fuzz_ip6(fuzz, frame + len, 32 + payload);
		len += fuzz_l4(fuzz, frame + len);
		break;
	default:
		len += put16(frame + len, ETH_P_IP);
		len += fuzz_ip4(fuzz, frame + len, 32 + payload);
		len += fuzz_l4(fuzz, frame + len);
		break;
	}
	len += payload;
	if (!fuzz_choose(fuzz, 8))
		len = fuzz_choose(fuzz, len);
	return len;
}

static void fuzz_hdr(struct fuzz *fuzz, struct virtio_net_hdr *hdr)
{
	static const unsigned char types[] = { 0, 1, 3, 4, 5, 0x81, 0x84 };

	memset(hdr, 0, sizeof(*hdr));
	if (!fuzz_choose(fuzz, 4))
		return;
	hdr->flags = fuzz_choose(fuzz, 8) ? VIRTIO_NET_HDR_F_NEEDS_CSUM :
					    fuzz_wild(fuzz);
	hdr->csum_start = fuzz_choose(fuzz, 8) ?
			  34 + 20 * fuzz_choose(fuzz, 2) : fuzz_wild(fuzz);
	hdr->csum_offset = fuzz_choose(fuzz, 8) ?
			   (fuzz_choose(fuzz, 2) ? 16 : 6) : fuzz_wild(fuzz);
	if (!fuzz_choose(fuzz, 2))
		return;
	hdr->gso_type = fuzz_choose(fuzz, 16) ?
			types[fuzz_choose(fuzz, sizeof(types))] :
			fuzz_wild(fuzz);
	hdr->gso_size = fuzz_choose(fuzz, 4) ? 500 + fuzz_choose(fuzz, 1000) :
					       fuzz_wild(fuzz);
	hdr->hdr_len = fuzz_choose(fuzz, 4) ? 54 : fuzz_wild(fuzz);
}

/* What one may write to a file: a frame, with a header of some size before it or none,
 * or a bare packet. Return: its bytes.
 */
size_t fuzz_write_buffer(struct fuzz *fuzz, unsigned char *buf)
{
	static const unsigned char sizes[] = { 0, 0, 10, 12, 20 };
	size_t size = sizes[fuzz_choose(fuzz, sizeof(sizes))];
	struct virtio_net_hdr hdr;

	memset(buf, 0, 32);
	fuzz_hdr(fuzz, &hdr);
	if (size)
		memcpy(buf, &hdr, sizeof(hdr));
	if (!fuzz_choose(fuzz, 8))
		return fuzz_ip4(fuzz, buf, 80) + 80;
	if (!fuzz_choose(fuzz, 8))
		return fuzz_ip6(fuzz, buf, 80) + fuzz_l4(fuzz, buf + 40) + 48;
	return size + fuzz_frame(fuzz, buf + size);
}

/*
 * Netlink
 */
enum attr_form {
	ATTR_NONE, ATTR_U8, ATTR_U32, ATTR_HUB, ATTR_DEVICE, ATTR_TEXT,
	ATTR_MAC, ATTR_RANGES, ATTR_IP, ATTR_VIA,
};

static const unsigned char hub_forms[VHUB_A_HUB_MAX + 1] = {
	[VHUB_A_HUB_IFINDEX] = ATTR_U32,
	[VHUB_A_HUB_NAME] = ATTR_HUB,
	[VHUB_A_HUB_OWNER] = ATTR_U32,
	[VHUB_A_HUB_GROUP] = ATTR_U32,
	[VHUB_A_HUB_PERM] = ATTR_U32,
	[VHUB_A_HUB_MODE] = ATTR_U32,
	[VHUB_A_HUB_AGEING_MS] = ATTR_U32,
	[VHUB_A_HUB_MAX_ADDRESSES] = ATTR_U32,
};

static const unsigned char port_forms[VHUB_A_PORT_MAX + 1] = {
	[VHUB_A_PORT_HUB_IFINDEX] = ATTR_U32,
	[VHUB_A_PORT_HUB_NAME] = ATTR_HUB,
	[VHUB_A_PORT_NUMBER] = ATTR_U32,
	[VHUB_A_PORT_LABEL] = ATTR_TEXT,
	[VHUB_A_PORT_LINK] = ATTR_U8,
	[VHUB_A_PORT_LOCK] = ATTR_MAC,
	[VHUB_A_PORT_MAX_ADDRESSES] = ATTR_U32,
	[VHUB_A_PORT_LEARNING] = ATTR_U8,
	[VHUB_A_PORT_FLOOD] = ATTR_U8,
	[VHUB_A_PORT_ISOLATED] = ATTR_U8,
	[VHUB_A_PORT_DEV_IFINDEX] = ATTR_U32,
	[VHUB_A_PORT_DEV_NAME] = ATTR_DEVICE,
	[VHUB_A_PORT_PVID] = ATTR_U32,
	[VHUB_A_PORT_VLANS] = ATTR_RANGES,
	[VHUB_A_PORT_ADDRESS] = ATTR_MAC,
	[VHUB_A_PORT_IP] = ATTR_IP,
	[VHUB_A_PORT_VIA] = ATTR_VIA,
};

static const unsigned char fdb_forms[VHUB_A_FDB_MAX + 1] = {
	[VHUB_A_FDB_HUB_IFINDEX] = ATTR_U32,
	[VHUB_A_FDB_HUB_NAME] = ATTR_HUB,
	[VHUB_A_FDB_ADDRESS] = ATTR_MAC,
	[VHUB_A_FDB_VID] = ATTR_U32,
	[VHUB_A_FDB_PORT] = ATTR_U32,
};

/* What a command takes, of the attributes that it and its like have. */
struct command {
	unsigned char cmd;
	unsigned char name;	/* the attribute that names the hub */
	unsigned char key;	/* another that it does not do without, or 0 */
	unsigned char max;
	const unsigned char *forms;
};

static const struct command commands[] = {
	{ VHUB_CMD_HUB_GET, VHUB_A_HUB_NAME, 0, VHUB_A_HUB_NAME, hub_forms },
	{ VHUB_CMD_HUB_SET, VHUB_A_HUB_NAME, VHUB_A_HUB_MODE, VHUB_A_HUB_MAX,
	  hub_forms },
	{ VHUB_CMD_HUB_SET, VHUB_A_HUB_NAME, 0, VHUB_A_HUB_MAX, hub_forms },
	{ VHUB_CMD_HUB_DEL, VHUB_A_HUB_NAME, 0, VHUB_A_HUB_NAME, hub_forms },
	{ VHUB_CMD_PORT_GET, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_NUMBER,
	  VHUB_A_PORT_NUMBER, port_forms },
	{ VHUB_CMD_PORT_SET, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_NUMBER,
	  VHUB_A_PORT_MAX, port_forms },
	{ VHUB_CMD_PORT_SET, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_NUMBER,
	  VHUB_A_PORT_MAX, port_forms },
	{ VHUB_CMD_PORT_DEL, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_NUMBER,
	  VHUB_A_PORT_NUMBER, port_forms },
	{ VHUB_CMD_PORT_ADD, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_DEV_NAME,
	  VHUB_A_PORT_MAX, port_forms },
	{ VHUB_CMD_PORT_ADD, VHUB_A_PORT_HUB_NAME, VHUB_A_PORT_DEV_NAME,
	  VHUB_A_PORT_MAX, port_forms },
	{ VHUB_CMD_FDB_GET, VHUB_A_FDB_HUB_NAME, VHUB_A_FDB_ADDRESS,
	  VHUB_A_FDB_VID, fdb_forms },
	{ VHUB_CMD_FDB_ADD, VHUB_A_FDB_HUB_NAME, VHUB_A_FDB_ADDRESS,
	  VHUB_A_FDB_PORT, fdb_forms },
	{ VHUB_CMD_FDB_DEL, VHUB_A_FDB_HUB_NAME, VHUB_A_FDB_ADDRESS,
	  VHUB_A_FDB_VID, fdb_forms },
	{ VHUB_CMD_FDB_FLUSH, VHUB_A_FDB_HUB_NAME, 0, VHUB_A_FDB_PORT,
	  fdb_forms },
};

static void fuzz_ip_address(struct fuzz *fuzz, unsigned char ip[16])
{
	memset(ip, 0, 16);
	if (fuzz_choose(fuzz, 2)) {
		ip[10] = 0xff;
		ip[11] = 0xff;
		ip[12] = fuzz_choose(fuzz, 8) ? 192 : fuzz_wild(fuzz);
		ip[14] = 2;
	} else {
		ip[0] = fuzz_choose(fuzz, 8) ? 0xfe : fuzz_wild(fuzz);
		ip[1] = 0x80;
	}
	ip[15] = fuzz_choose(fuzz, 4);
}

static void fuzz_put_list(struct fuzz *fuzz, struct nlmsghdr *nlh, int type,
			  unsigned int form)
{
	unsigned char list[17 * 20];
	__u16 *ranges = (__u16 *)list;
	unsigned int i, n = fuzz_choose(fuzz, 16) ? fuzz_choose(fuzz, 4) :
						    fuzz_choose(fuzz, 20);
	size_t len = 0;

	for (i = 0; i < n; i++) {
		if (form == ATTR_RANGES) {
			ranges[2 * i] = fuzz_choose(fuzz, 16) + 1;
			ranges[2 * i + 1] = ranges[2 * i] +
					    fuzz_choose(fuzz, 4000);
			len += 4;
			continue;
		}
		fuzz_ip_address(fuzz, list + len);
		len += 16;
		if (form == ATTR_IP)
			list[len++] = fuzz_choose(fuzz, 8) ? 120 :
							     fuzz_wild(fuzz);
	}
	if (!fuzz_choose(fuzz, 16))
		len = fuzz_choose(fuzz, len + 1);
	mnl_attr_put(nlh, type, len, list);
}

static __u32 fuzz_number(struct fuzz *fuzz)
{
	return fuzz_choose(fuzz, 4) ? fuzz_choose(fuzz, 6) : fuzz_wild(fuzz);
}

static void fuzz_put(struct fuzz *fuzz, struct nlmsghdr *nlh, int type,
		     unsigned int form)
{
	unsigned char bytes[64];

	if (!fuzz_choose(fuzz, 32))
		form = fuzz_choose(fuzz, ATTR_VIA + 1);
	switch (form) {
	case ATTR_NONE:
		fuzz_bytes(fuzz, bytes, sizeof(bytes));
		mnl_attr_put(nlh, type, fuzz_choose(fuzz, sizeof(bytes)),
			     bytes);
		break;
	case ATTR_U8:
		mnl_attr_put_u8(nlh, type, fuzz_number(fuzz) % 3);
		break;
	case ATTR_U32:
		mnl_attr_put_u32(nlh, type, fuzz_number(fuzz));
		break;
	case ATTR_HUB:
		mnl_attr_put_strz(nlh, type, fuzz_choose(fuzz, 16) ?
				  fuzz_hub(fuzz) : fuzz_any_name(fuzz));
		break;
	case ATTR_DEVICE:
		mnl_attr_put_strz(nlh, type, fuzz_choose(fuzz, 8) ?
				  fuzz_device(fuzz) : fuzz_any_name(fuzz));
		break;
	case ATTR_TEXT:
		mnl_attr_put_strz(nlh, type, fuzz_any_name(fuzz));
		break;
	case ATTR_MAC:
		fuzz_mac(fuzz, bytes);
		mnl_attr_put(nlh, type, ETH_ALEN, bytes);
		break;
	default:
		fuzz_put_list(fuzz, nlh, type, form);
	}
}

static void fuzz_put_some(struct fuzz *fuzz, struct nlmsghdr *nlh,
			  const struct command *command)
{
	unsigned int type;

	if (fuzz_choose(fuzz, 32))
		fuzz_put(fuzz, nlh, command->name, ATTR_HUB);
	if (command->key && fuzz_choose(fuzz, 16))
		fuzz_put(fuzz, nlh, command->key, command->forms[command->key]);
	for (type = 1; type <= command->max; type++)
		if (!fuzz_choose(fuzz, command->max) ||
		    (command->cmd == VHUB_CMD_FDB_ADD && type > VHUB_A_FDB_VID))
			fuzz_put(fuzz, nlh, type, command->forms[type]);
}

/* Takes all that the kernel has to say, which is of no interest. */
static void fuzz_hear(int sock)
{
	static __thread char answer[1 << 15];

	while (recv(sock, answer, sizeof(answer), MSG_DONTWAIT) > 0)
		;
}

/* Flips a bit, or cuts it. */
static void fuzz_spoil(struct fuzz *fuzz, struct nlmsghdr *nlh)
{
	unsigned char *bytes = (unsigned char *)nlh;

	if (fuzz_choose(fuzz, 2))
		bytes[16 + fuzz_choose(fuzz, nlh->nlmsg_len - 16)] ^=
			1 << fuzz_choose(fuzz, 8);
	else
		nlh->nlmsg_len = 16 + fuzz_choose(fuzz, nlh->nlmsg_len - 15);
}

/* A dump that is not heard to its end goes on at the next request, or is given up.
 * Return: did the kernel do what it was asked for.
 */
static bool fuzz_send(struct fuzz *fuzz, int sock, struct nlmsghdr *nlh)
{
	static __thread char answer[1 << 15];
	const struct nlmsghdr *first = (void *)answer;
	ssize_t len;

	if (fuzz_choose(fuzz, 4))
		fuzz_hear(sock);
	if (!fuzz_choose(fuzz, 16))
		fuzz_spoil(fuzz, nlh);
	if (send(sock, nlh, nlh->nlmsg_len, MSG_DONTWAIT) < 0)
		return false;
	len = recv(sock, answer, sizeof(answer), MSG_DONTWAIT);
	if (len < (ssize_t)NLMSG_LENGTH(sizeof(int)))
		return false;
	return first->nlmsg_type != NLMSG_ERROR ||
	       !*(int *)mnl_nlmsg_get_payload(first);
}

/* Those that take away what others need are rare. */
static const struct command *fuzz_command(struct fuzz *fuzz)
{
	const struct command *command;

	do {
		command = &commands[fuzz_choose(fuzz, ARRAY_LEN(commands))];
	} while ((command->cmd == VHUB_CMD_HUB_DEL ||
		  command->cmd == VHUB_CMD_PORT_DEL) && fuzz_choose(fuzz, 8));
	return command;
}

/* A request to the family. */
bool fuzz_genl(struct fuzz *fuzz)
{
	const struct command *command = fuzz_command(fuzz);
	char buf[8192] = {};
	struct genlmsghdr *head;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = fuzz->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = fuzz_choose(fuzz, 1000);
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->cmd = fuzz_choose(fuzz, 64) ? command->cmd :
		    fuzz_choose(fuzz, VHUB_CMD_MAX + 3);
	head->version = VHUB_FAMILY_VERSION;
	if (command->forms && !fuzz_choose(fuzz, 3))
		nlh->nlmsg_flags |= NLM_F_DUMP;
	if (!(nlh->nlmsg_flags & NLM_F_DUMP) || !fuzz_choose(fuzz, 4))
		fuzz_put_some(fuzz, nlh, command);
	return fuzz_send(fuzz, fuzz->sock, nlh);
}

static struct nlmsghdr *fuzz_link_begin(char *buf, __u16 type, __u16 flags,
					const struct ifinfomsg *head)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*head)), head,
	       sizeof(*head));
	return nlh;
}

/* if_nametoindex() has the kernel look for a module that may have such a device, which
 * takes longer than all else here. Return: 0 for none.
 */
unsigned int fuzz_index(struct fuzz *fuzz, const char *name)
{
	struct ifinfomsg head = {};
	struct nlmsghdr *nlh;
	char buf[4096];
	ssize_t len;

	nlh = fuzz_link_begin(buf, RTM_GETLINK, 0, &head);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	send(fuzz->ask, nlh, nlh->nlmsg_len, MSG_DONTWAIT);
	len = recv(fuzz->ask, buf, sizeof(buf), MSG_DONTWAIT);
	if (len < NLMSG_LENGTH(sizeof(head)) || nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	fuzz_hear(fuzz->ask);
	return ((struct ifinfomsg *)mnl_nlmsg_get_payload(nlh))->ifi_index;
}

/* A VLAN or macvlan lies on another device. */
static bool fuzz_link_add(struct fuzz *fuzz, const char *name, const char *kind)
{
	struct ifinfomsg head = {};
	struct nlattr *nest, *data;
	struct nlmsghdr *nlh;
	char buf[512];

	nlh = fuzz_link_begin(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
			      &head);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	if (!strcmp(kind, "vlan") || !strcmp(kind, "macvlan"))
		mnl_attr_put_u32(nlh, IFLA_LINK,
				 fuzz_index(fuzz, fuzz_any_name(fuzz)));
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	if (!strcmp(kind, "vlan")) {
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		mnl_attr_put_u16(nlh, IFLA_VLAN_ID, 1 + fuzz_choose(fuzz, 4));
		mnl_attr_nest_end(nlh, data);
	}
	mnl_attr_nest_end(nlh, nest);
	return fuzz_send(fuzz, fuzz->route, nlh);
}

static bool fuzz_link_new(struct fuzz *fuzz)
{
	switch (fuzz_choose(fuzz, 6)) {
	case 0:
		return fuzz_link_add(fuzz, "dummy0", "dummy");
	case 1:
		return fuzz_link_add(fuzz, "vlan0", "vlan");
	case 2:
		return fuzz_link_add(fuzz, "macvlan0", "macvlan");
	default:
		return fuzz_link_add(fuzz, fuzz_hub(fuzz), "vhub");
	}
}

static bool fuzz_link_change(struct fuzz *fuzz, unsigned int index,
			     unsigned int change, unsigned int flags)
{
	struct ifinfomsg head = {
		.ifi_index = index,
		.ifi_change = change,
		.ifi_flags = flags,
	};
	struct nlmsghdr *nlh;
	char buf[512];

	nlh = fuzz_link_begin(buf, RTM_NEWLINK, 0, &head);
	return fuzz_send(fuzz, fuzz->route, nlh);
}

/* Has all hubs there, and up. */
void fuzz_hubs(struct fuzz *fuzz)
{
	int i;

	for (i = 0; i < FUZZ_HUBS; i++) {
		fuzz_link_add(fuzz, hubs[i], "vhub");
		fuzz_link_change(fuzz, fuzz_index(fuzz, hubs[i]), IFF_UP,
				 IFF_UP);
	}
}

/* What `ip link` can do to hubs and devices. */
bool fuzz_link(struct fuzz *fuzz)
{
	struct ifinfomsg head = {
		.ifi_index = fuzz_index(fuzz, fuzz_any_name(fuzz)),
	};
	unsigned char mac[ETH_ALEN];
	unsigned int change;
	struct nlmsghdr *nlh;
	char buf[512];

	nlh = fuzz_link_begin(buf, RTM_NEWLINK, 0, &head);
	switch (fuzz_choose(fuzz, 12)) {
	case 0 ... 2:
		return fuzz_link_new(fuzz);
	case 3:
		nlh = fuzz_link_begin(buf, RTM_DELLINK, 0, &head);
		break;
	case 4 ... 6:
		change = fuzz_choose(fuzz, 4) ? IFF_UP : IFF_PROMISC;
		return fuzz_link_change(fuzz, head.ifi_index, change,
					fuzz_choose(fuzz, 4) ? change : 0);
	case 7:
		mnl_attr_put_u32(nlh, IFLA_MTU, fuzz_choose(fuzz, 2) ?
				 1500 : fuzz_wild(fuzz));
		break;
	case 8:
		fuzz_mac(fuzz, mac);
		mnl_attr_put(nlh, IFLA_ADDRESS, ETH_ALEN, mac);
		break;
	case 9:
		mnl_attr_put_strz(nlh, IFLA_IFNAME, fuzz_any_name(fuzz));
		break;
	default:
		mnl_attr_put_u32(nlh, IFLA_MASTER, fuzz_choose(fuzz, 3) ?
				 fuzz_index(fuzz, fuzz_hub(fuzz)) : 0);
		break;
	}
	return fuzz_send(fuzz, fuzz->route, nlh);
}
