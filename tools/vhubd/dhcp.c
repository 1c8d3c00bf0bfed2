// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the DHCP server of a user stack
 *
 * By RFC 2131, with these decisions: guests are told apart by their hardware
 * address alone; one gets the address that it had before, as long as nobody else
 * needs it; an offer holds for a minute, so that one who asks under a thousand
 * names keeps addresses from others no longer than that.
 */
#include <arpa/inet.h>
#include <resolv.h>
#include <string.h>

#include "dhcp.h"

/* No more than a hub has ports. */
#define DHCP_LEASES_MAX		4096

/* Seconds. */
#define DHCP_OFFER		60
#define DHCP_SPOIL		600

#define DHCP_COOKIE		0x63825363

#define DHCP_OPTIONS		240	/* offset behind the cookie */
#define DHCP_SMALLEST		300	/* bytes of a message of BOOTP */

enum dhcp_message {
	DHCP_DISCOVER = 1,
	DHCP_OFFER_MSG,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

enum dhcp_option {
	DHCP_OPT_PAD = 0,
	DHCP_OPT_MASK = 1,
	DHCP_OPT_ROUTER = 3,
	DHCP_OPT_DNS = 6,
	DHCP_OPT_HOSTNAME = 12,
	DHCP_OPT_DOMAIN = 15,
	DHCP_OPT_ADDRESS = 50,
	DHCP_OPT_LEASE = 51,
	DHCP_OPT_TYPE = 53,
	DHCP_OPT_SERVER = 54,
	DHCP_OPT_TEXT = 56,
	DHCP_OPT_VENDOR = 60,
	DHCP_OPT_TFTP_SERVER = 66,
	DHCP_OPT_SEARCH = 119,
	DHCP_OPT_END = 255,
};

/**
 * struct dhcp_head - a message before its options
 *
 * Names of RFC 2131.
 */
struct dhcp_head {
	uint8_t op;
	uint8_t htype;
	uint8_t hlen;
	uint8_t hops;
	uint32_t xid;
	uint16_t secs;
	uint16_t flags;
	struct in_addr ciaddr;
	struct in_addr yiaddr;
	struct in_addr siaddr;
	struct in_addr giaddr;
	uint8_t chaddr[16];
	char sname[64];
	char file[128];
	uint32_t cookie;
};

_Static_assert(sizeof(struct dhcp_head) == DHCP_OPTIONS, "DHCP_OPTIONS");

/**
 * struct dhcp_request - what a guest wants
 * @head: its message
 * @type: kind of message
 * @address: that it asks for, or 0
 * @server: that is meant, or 0
 * @name: of the guest, or ""
 */
struct dhcp_request {
	struct dhcp_head head;
	uint8_t type;
	struct in_addr address;
	struct in_addr server;
	char name[DHCP_NAME_MAX + 1];
};

/**
 * struct dhcp_writer - options of an answer
 * @at: where the next one goes
 * @end: of the room
 */
struct dhcp_writer {
	uint8_t *at;
	uint8_t *end;
};

void dhcp_open(struct dhcp *dhcp, const struct user_config *config,
	       void (*say)(void *data, const char *text), void *data)
{
	uint32_t last = ntohl(config->net.s_addr | ~config->mask.s_addr);

	dhcp->config = config;
	dhcp->say = say;
	dhcp->data = data;
	/* The last address is everybody's. */
	dhcp->count = MIN(last - ntohl(config->dhcp.s_addr), DHCP_LEASES_MAX);
	dhcp->leases = g_new0(struct dhcp_lease, dhcp->count);
}

void dhcp_close(struct dhcp *dhcp)
{
	g_free(dhcp->leases);
}

struct in_addr dhcp_address(const struct dhcp *dhcp, uint32_t i)
{
	return (struct in_addr) {
		.s_addr = htonl(ntohl(dhcp->config->dhcp.s_addr) + i)
	};
}

static void dhcp_read_address(struct in_addr *addr, const uint8_t *data,
			      uint8_t len)
{
	if (len == sizeof(*addr))
		memcpy(addr, data, len);
}

/* What is strange in it is nobody's business but the guest's, until it is shown:
 * so it never is. Not beyond a first 0, which some send.
 */
static void dhcp_read_name(char *name, const uint8_t *data, uint8_t len)
{
	unsigned int i;

	for (i = 0; i < MIN(len, DHCP_NAME_MAX) && data[i]; i++)
		name[i] = g_ascii_isgraph(data[i]) ? data[i] : '?';
	name[i] = '\0';
}

static void dhcp_read_option(struct dhcp_request *req, uint8_t option,
			     const uint8_t *data, uint8_t len)
{
	switch (option) {
	case DHCP_OPT_TYPE:
		req->type = len == 1 ? *data : 0;
		break;
	case DHCP_OPT_ADDRESS:
		dhcp_read_address(&req->address, data, len);
		break;
	case DHCP_OPT_SERVER:
		dhcp_read_address(&req->server, data, len);
		break;
	case DHCP_OPT_HOSTNAME:
		dhcp_read_name(req->name, data, len);
		break;
	}
}

/* A message without type is of BOOTP, whose clients want an address at once. */
static bool dhcp_read(struct dhcp_request *req, const struct udp *udp)
{
	const uint8_t *at = udp->data + DHCP_OPTIONS;
	const uint8_t *end = udp->data + udp->len;
	uint8_t option;

	memset(req, 0, sizeof(*req));
	if (udp->len < DHCP_OPTIONS)
		return false;
	memcpy(&req->head, udp->data, DHCP_OPTIONS);
	if (req->head.op != 1 || req->head.hlen != UDP_ETH_ALEN ||
	    req->head.giaddr.s_addr)
		return false;
	if (req->head.cookie != htonl(DHCP_COOKIE))
		return true;
	while (at < end && *at != DHCP_OPT_END) {
		option = *at++;
		if (option == DHCP_OPT_PAD)
			continue;
		if (at == end || *at > end - at - 1)
			return false;
		dhcp_read_option(req, option, at + 1, *at);
		at += 1 + *at;
	}
	return true;
}

static bool dhcp_is_mine(const struct dhcp_lease *lease, const uint8_t *mac)
{
	return lease->known && !memcmp(lease->mac, mac, UDP_ETH_ALEN);
}

/* Those that are over are free. */
static enum dhcp_state dhcp_state(struct dhcp_lease *lease)
{
	if (lease->state != DHCP_FREE &&
	    lease->ends <= g_get_monotonic_time())
		lease->state = DHCP_FREE;
	return lease->state;
}

/* Neither the host's address nor the name server's. */
static bool dhcp_serves(const struct dhcp *dhcp, uint32_t i)
{
	in_addr_t addr = dhcp_address(dhcp, i).s_addr;
	const struct user_config *c = dhcp->config;
	const struct forward *f;
	guint j;

	for (j = 0; j < c->forwards->len; j++) {
		f = g_ptr_array_index(c->forwards, j);
		if (!f->to_guest && f->guest.v4.sin_addr.s_addr == addr)
			return false;
	}
	return addr != c->host.s_addr && addr != c->dns.s_addr &&
	       (!c->smb || addr != c->smb_server.s_addr);
}

/* The lease of an address that this guest may have, or NULL. */
static struct dhcp_lease *dhcp_wanted(struct dhcp *dhcp, struct in_addr addr,
				      const uint8_t *mac)
{
	uint32_t i = ntohl(addr.s_addr) - ntohl(dhcp->config->dhcp.s_addr);
	struct dhcp_lease *lease = &dhcp->leases[i];

	if (i >= dhcp->count || !dhcp_serves(dhcp, i))
		return NULL;
	if (dhcp_state(lease) != DHCP_FREE && !dhcp_is_mine(lease, mac))
		return NULL;
	return lease->state == DHCP_SPOILT ? NULL : lease;
}

/* The address that the guest has or had, the first one that nobody had, or the
 * one that is free for the longest time. NULL if there is none.
 */
static struct dhcp_lease *dhcp_choose(struct dhcp *dhcp, const uint8_t *mac)
{
	struct dhcp_lease *lease, *best = NULL;
	uint32_t i;

	for (i = 0; i < dhcp->count; i++) {
		lease = &dhcp->leases[i];
		if (dhcp_state(lease) == DHCP_SPOILT)
			continue;
		if (dhcp_is_mine(lease, mac))
			return lease;
		if (lease->state == DHCP_FREE && dhcp_serves(dhcp, i) &&
		    (!best || lease->ends < best->ends))
			best = lease;
	}
	return best;
}

static void dhcp_say(struct dhcp *dhcp, const char *fmt, ...)
	G_GNUC_PRINTF(2, 3);

static void dhcp_say(struct dhcp *dhcp, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	dhcp->say(dhcp->data, text);
	g_free(text);
}

static void dhcp_say_lease(struct dhcp *dhcp, uint32_t i)
{
	const struct dhcp_lease *lease = &dhcp->leases[i];
	const struct in_addr addr = dhcp_address(dhcp, i);
	gint64 left = lease->ends - g_get_monotonic_time();
	const uint8_t *mac = lease->mac;
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	dhcp_say(dhcp, "lease %s %02x:%02x:%02x:%02x:%02x:%02x %s, %d s left",
		 text, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		 *lease->name ? lease->name : "-",
		 (int)(left / G_USEC_PER_SEC));
}

bool dhcp_is_leased(struct dhcp *dhcp, uint32_t i)
{
	return dhcp_state(&dhcp->leases[i]) == DHCP_LEASED;
}

void dhcp_say_leases(struct dhcp *dhcp)
{
	uint32_t i;

	for (i = 0; i < dhcp->count; i++)
		if (dhcp_is_leased(dhcp, i))
			dhcp_say_lease(dhcp, i);
}

/* Once, until somebody finds an address again. */
static void dhcp_say_exhausted(struct dhcp *dhcp, const uint8_t *mac)
{
	if (!dhcp->exhausted)
		dhcp_say(dhcp, "DHCP: all addresses are in use, %02x:%02x:%02x:%02x:%02x:%02x gets none",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	dhcp->exhausted = true;
}

/* A guest has one address. */
static void dhcp_forget(struct dhcp *dhcp, const uint8_t *mac)
{
	uint32_t i;

	for (i = 0; i < dhcp->count; i++) {
		if (!dhcp_is_mine(&dhcp->leases[i], mac))
			continue;
		dhcp->leases[i].known = false;
		dhcp->leases[i].state = DHCP_FREE;
	}
}

static void dhcp_take(struct dhcp *dhcp, struct dhcp_lease *lease,
		      const struct dhcp_request *req, enum dhcp_state state)
{
	unsigned int seconds = state == DHCP_LEASED ? DHCP_LEASE : DHCP_OFFER;

	/* Who has it and asks again goes on having it. */
	if (state == DHCP_OFFERED && lease->state == DHCP_LEASED)
		return;
	if (!dhcp_is_mine(lease, req->head.chaddr)) {
		dhcp_forget(dhcp, req->head.chaddr);
		dhcp->exhausted = false;
	}
	lease->state = state;
	lease->known = true;
	memcpy(lease->mac, req->head.chaddr, UDP_ETH_ALEN);
	strcpy(lease->name, req->name);
	lease->ends = g_get_monotonic_time() +
		      (gint64)seconds * G_USEC_PER_SEC;
}

static void dhcp_put(struct dhcp_writer *w, uint8_t option, const void *data,
		     size_t len)
{
	if (len > UINT8_MAX || (size_t)(w->end - w->at) < len + 2)
		return;
	*w->at++ = option;
	*w->at++ = len;
	memcpy(w->at, data, len);
	w->at += len;
}

static void dhcp_put_text(struct dhcp_writer *w, uint8_t option,
			  const char *text)
{
	if (text)
		dhcp_put(w, option, text, strlen(text));
}

/* Names as DNS has them, one after the other. */
static void dhcp_put_search(struct dhcp_writer *w, char **domains)
{
	uint8_t room[UINT8_MAX + 1];
	size_t len = 0;
	int ret;

	for (; domains && *domains; domains++) {
		ret = dn_comp(*domains, room + len, sizeof(room) - len, NULL,
			      NULL);
		if (ret > 0)
			len += ret;
	}
	if (len)
		dhcp_put(w, DHCP_OPT_SEARCH, room, len);
}

/* What the guest needs to know of its network. A boot file from the web is for
 * UEFI, which wants to hear that it is.
 */
static void dhcp_put_network(struct dhcp_writer *w,
			     const struct user_config *c)
{
	dhcp_put(w, DHCP_OPT_MASK, &c->mask, sizeof(c->mask));
	if (!c->restricted) {
		dhcp_put(w, DHCP_OPT_ROUTER, &c->host, sizeof(c->host));
		dhcp_put(w, DHCP_OPT_DNS, &c->dns, sizeof(c->dns));
	}
	dhcp_put_text(w, DHCP_OPT_HOSTNAME, c->hostname);
	dhcp_put_text(w, DHCP_OPT_DOMAIN, c->domainname);
	dhcp_put_text(w, DHCP_OPT_TFTP_SERVER, c->tftp_server_name);
	dhcp_put_search(w, c->dnssearch);
	if (c->bootfile && g_str_has_prefix(c->bootfile, "http://"))
		dhcp_put_text(w, DHCP_OPT_VENDOR, "HTTPClient");
}

/* All but the options that depend on the type. */
static void dhcp_write_head(const struct dhcp *dhcp,
			    const struct dhcp_request *req,
			    struct in_addr addr, uint8_t *room)
{
	struct dhcp_head head = {
		.op = 2,
		.htype = req->head.htype,
		.hlen = req->head.hlen,
		.xid = req->head.xid,
		.flags = req->head.flags,
		.ciaddr = req->head.ciaddr,
		.yiaddr = addr,
		.siaddr = dhcp->config->host,
		.cookie = htonl(DHCP_COOKIE),
	};

	memcpy(head.chaddr, req->head.chaddr, sizeof(head.chaddr));
	if (dhcp->config->bootfile)
		strcpy(head.file, dhcp->config->bootfile);
	memcpy(room, &head, sizeof(head));
}

static size_t dhcp_write(const struct dhcp *dhcp,
			 const struct dhcp_request *req, uint8_t type,
			 struct in_addr addr, uint8_t *room)
{
	struct dhcp_writer w = {
		.at = room + DHCP_OPTIONS, .end = room + DHCP_REPLY_MAX - 1,
	};
	const uint32_t lease = htonl(DHCP_LEASE);

	memset(room, 0, DHCP_REPLY_MAX);
	dhcp_write_head(dhcp, req, addr, room);
	/* One who asks by BOOTP knows nothing of these. */
	if (req->type) {
		dhcp_put(&w, DHCP_OPT_TYPE, &type, sizeof(type));
		dhcp_put(&w, DHCP_OPT_SERVER, &dhcp->config->host,
			 sizeof(dhcp->config->host));
	}
	if (type == DHCP_NAK) {
		dhcp_put_text(&w, DHCP_OPT_TEXT, "that address is not free");
	} else {
		if (addr.s_addr)
			dhcp_put(&w, DHCP_OPT_LEASE, &lease, sizeof(lease));
		dhcp_put_network(&w, dhcp->config);
	}
	*w.at++ = DHCP_OPT_END;
	return MAX(w.at - room, DHCP_SMALLEST);
}

static uint8_t dhcp_discover(struct dhcp *dhcp, struct dhcp_request *req,
			     struct in_addr *addr, enum dhcp_state state)
{
	struct dhcp_lease *lease = NULL;

	/* A guest may ask for one that it remembers. */
	if (req->address.s_addr)
		lease = dhcp_wanted(dhcp, req->address, req->head.chaddr);
	if (!lease)
		lease = dhcp_choose(dhcp, req->head.chaddr);
	if (!lease) {
		dhcp_say_exhausted(dhcp, req->head.chaddr);
		return 0;
	}
	*addr = dhcp_address(dhcp, lease - dhcp->leases);
	dhcp_take(dhcp, lease, req, state);
	return state == DHCP_LEASED ? DHCP_ACK : DHCP_OFFER_MSG;
}

/* Another server's offer was better: ours is free. */
static void dhcp_take_back(struct dhcp *dhcp, const uint8_t *mac)
{
	struct dhcp_lease *lease = dhcp_choose(dhcp, mac);

	if (lease && lease->state == DHCP_OFFERED && dhcp_is_mine(lease, mac))
		lease->state = DHCP_FREE;
}

static uint8_t dhcp_request(struct dhcp *dhcp, struct dhcp_request *req,
			    struct in_addr *addr)
{
	struct in_addr want = req->address.s_addr ? req->address :
						    req->head.ciaddr;
	bool asked = req->server.s_addr == dhcp->config->host.s_addr;
	struct dhcp_lease *lease;

	if (req->server.s_addr && !asked) {
		dhcp_take_back(dhcp, req->head.chaddr);
		return 0;
	}
	lease = dhcp_wanted(dhcp, want, req->head.chaddr);
	/* Other networks may have other servers, on this hub, too. */
	if (!lease)
		return asked || user_config_has(dhcp->config, want) ?
		       DHCP_NAK : 0;
	*addr = want;
	dhcp_take(dhcp, lease, req, DHCP_LEASED);
	return DHCP_ACK;
}

/* A guest gives its address back, or has found it in use. */
static uint8_t dhcp_give_up(struct dhcp *dhcp, struct dhcp_request *req)
{
	bool spoilt = req->type == DHCP_DECLINE;
	struct in_addr addr = spoilt ? req->address : req->head.ciaddr;
	struct dhcp_lease *lease = dhcp_wanted(dhcp, addr, req->head.chaddr);

	if (!lease || lease->state == DHCP_FREE)
		return 0;
	lease->state = spoilt ? DHCP_SPOILT : DHCP_FREE;
	lease->ends = g_get_monotonic_time();
	if (spoilt) {
		lease->known = false;
		lease->ends += DHCP_SPOIL * G_USEC_PER_SEC;
	}
	return 0;
}

/* The type of the answer, or 0 for none. */
static uint8_t dhcp_decide(struct dhcp *dhcp, struct dhcp_request *req,
			   struct in_addr *addr)
{
	switch (req->type) {
	case 0:
		return dhcp_discover(dhcp, req, addr, DHCP_LEASED);
	case DHCP_DISCOVER:
		return dhcp_discover(dhcp, req, addr, DHCP_OFFERED);
	case DHCP_REQUEST:
		return dhcp_request(dhcp, req, addr);
	case DHCP_DECLINE:
	case DHCP_RELEASE:
		return dhcp_give_up(dhcp, req);
	case DHCP_INFORM:
		return DHCP_ACK;
	default:
		return 0;
	}
}

/* One who has an address is answered there, others by broadcast, which all of
 * them understand.
 */
bool dhcp_input(struct dhcp *dhcp, const struct udp *udp, struct udp *reply,
		uint8_t *room)
{
	struct in_addr addr = { 0 };
	struct dhcp_request req;
	uint8_t type;

	if (!dhcp_read(&req, udp))
		return false;
	type = dhcp_decide(dhcp, &req, &addr);
	if (!type)
		return false;
	reply->family = AF_INET;
	reply->src.v4 = dhcp->config->host;
	reply->dst.v4.s_addr = INADDR_BROADCAST;
	memset(reply->dst_mac, 0xff, sizeof(reply->dst_mac));
	if (req.head.ciaddr.s_addr && type != DHCP_NAK) {
		reply->dst.v4 = req.head.ciaddr;
		memcpy(reply->dst_mac, udp->src_mac, sizeof(reply->dst_mac));
	}
	reply->sport = DHCP_PORT_SERVER;
	reply->dport = DHCP_PORT_CLIENT;
	reply->data = room;
	reply->len = dhcp_write(dhcp, &req, type, addr, room);
	return true;
}
