// SPDX-License-Identifier: GPL-2.0
/* vhubd - IPv4 datagrams that come in parts, put together */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <stdbool.h>
#include <string.h>

#include "reass.h"
#include "udp.h"

#define REASS_PATIENCE	(30 * G_USEC_PER_SEC)
#define REASS_HEAD	(ETH_HLEN + sizeof(struct ip))
#define REASS_DATA_MAX	(IP_MAXPACKET - sizeof(struct ip))
#define REASS_UNIT	8	/* bytes: where parts may begin */
#define REASS_UNITS	(IP_MAXPACKET / REASS_UNIT + 1)

/**
 * struct reass_part - a part of a datagram
 * @eth: Ethernet header
 * @ip: IP header, without options
 * @data: what is behind it
 * @len: bytes of that
 * @at: where in the datagram they belong
 * @last: none follows
 */
struct reass_part {
	const uint8_t *eth;
	struct ip ip;
	const uint8_t *data;
	uint32_t len;
	uint32_t at;
	bool last;
};

/**
 * struct reass_datagram - a datagram of which parts are missing
 * @ip: the header of its first part that came, which says what it is
 * @until: when it is given up, of g_get_monotonic_time()
 * @total: bytes behind the header, 0 while that is not known
 * @have: of these, bytes that are there
 * @end: where those end that are the furthest
 * @units: which, a bit for each REASS_UNIT
 * @frame: Ethernet and IP header of the part at 0, and the bytes
 */
struct reass_datagram {
	struct ip ip;
	gint64 until;
	uint32_t total;
	uint32_t have;
	uint32_t end;
	uint8_t units[REASS_UNITS / 8 + 1];
	uint8_t frame[REASS_HEAD + REASS_DATA_MAX];
};

void reass_init(struct reass *reass)
{
	g_queue_init(&reass->datagrams);
	reass->whole = NULL;
}

void reass_clear(struct reass *reass)
{
	g_queue_clear_full(&reass->datagrams, g_free);
	g_clear_pointer(&reass->whole, g_free);
}

static bool reass_is_part(const uint8_t *frame, uint32_t len)
{
	struct ether_header eth;
	struct ip ip;

	if (len < REASS_HEAD)
		return false;
	memcpy(&eth, frame, sizeof(eth));
	memcpy(&ip, frame + ETH_HLEN, sizeof(ip));
	return eth.ether_type == htons(ETHERTYPE_IP) &&
	       ip.ip_off & htons(IP_MF | IP_OFFMASK);
}

static bool reass_parse(struct reass_part *part, const uint8_t *frame,
			uint32_t len)
{
	uint32_t head, end;

	part->eth = frame;
	memcpy(&part->ip, frame + ETH_HLEN, sizeof(part->ip));
	head = part->ip.ip_hl * 4;
	end = ntohs(part->ip.ip_len);
	if (part->ip.ip_v != IPVERSION || head < sizeof(part->ip) ||
	    end <= head || end > len - ETH_HLEN ||
	    udp_checksum(frame + ETH_HLEN, head))
		return false;
	part->data = frame + ETH_HLEN + head;
	part->len = end - head;
	part->at = (ntohs(part->ip.ip_off) & IP_OFFMASK) * REASS_UNIT;
	part->last = !(part->ip.ip_off & htons(IP_MF));
	return part->at + part->len <= REASS_DATA_MAX &&
	       (part->last || part->len % REASS_UNIT == 0);
}

static bool reass_is_same(const struct ip *a, const struct ip *b)
{
	return a->ip_id == b->ip_id && a->ip_p == b->ip_p &&
	       a->ip_src.s_addr == b->ip_src.s_addr &&
	       a->ip_dst.s_addr == b->ip_dst.s_addr;
}

static void reass_forget(struct reass *reass, struct reass_datagram *d)
{
	g_queue_remove(&reass->datagrams, d);
	g_free(d);
}

static struct reass_datagram *reass_find(struct reass *reass,
					 const struct ip *ip)
{
	struct reass_datagram *d;
	const GList *node;

	for (node = reass->datagrams.head; node; node = node->next) {
		d = node->data;
		if (reass_is_same(&d->ip, ip))
			return d;
	}
	return NULL;
}

/* Those that wait too long, and the oldest if there are too many. */
static void reass_give_up(struct reass *reass, gint64 now)
{
	struct reass_datagram *d;

	for (;;) {
		d = g_queue_peek_head(&reass->datagrams);
		if (!d || (d->until > now &&
			   reass->datagrams.length < REASS_MAX))
			break;
		reass_forget(reass, d);
	}
}

static struct reass_datagram *reass_find_or_begin(struct reass *reass,
						  const struct ip *ip)
{
	struct reass_datagram *d = reass_find(reass, ip);
	gint64 now = g_get_monotonic_time();

	if (d && d->until > now)
		return d;
	reass_give_up(reass, now);
	d = g_new(struct reass_datagram, 1);
	memset(d, 0, offsetof(struct reass_datagram, frame));
	d->ip = *ip;
	d->until = now + REASS_PATIENCE;
	g_queue_push_tail(&reass->datagrams, d);
	return d;
}

/* How many units of the part were there before. */
static uint32_t reass_mark(struct reass_datagram *d,
			   const struct reass_part *part)
{
	uint32_t unit = part->at / REASS_UNIT, known = 0;
	uint32_t end = (part->at + part->len + REASS_UNIT - 1) / REASS_UNIT;

	for (; unit < end; unit++) {
		known += d->units[unit / 8] >> unit % 8 & 1;
		d->units[unit / 8] |= 1 << unit % 8;
	}
	return known;
}

/* Takes the part. False if it contradicts the others. As none lies over another,
 * all are there when their lengths are the total.
 */
static bool reass_add(struct reass_datagram *d, const struct reass_part *part)
{
	uint32_t end = part->at + part->len;
	uint32_t known = reass_mark(d, part);

	/* The same once more. */
	if (known == (part->len + REASS_UNIT - 1) / REASS_UNIT)
		return true;
	d->end = MAX(d->end, end);
	if (known || (d->total && part->last))
		return false;
	if (part->last)
		d->total = end;
	if (d->total && d->end > d->total)
		return false;
	d->have += part->len;
	memcpy(d->frame + REASS_HEAD + part->at, part->data, part->len);
	if (!part->at) {
		memcpy(d->frame, part->eth, ETH_HLEN);
		d->ip = part->ip;
	}
	return true;
}

/* Its header, as if it had come so. */
static void reass_finish(struct reass_datagram *d)
{
	d->ip.ip_hl = sizeof(d->ip) / 4;
	d->ip.ip_len = htons(sizeof(d->ip) + d->total);
	d->ip.ip_off = 0;
	d->ip.ip_sum = 0;
	d->ip.ip_sum = udp_checksum(&d->ip, sizeof(d->ip));
	memcpy(d->frame + ETH_HLEN, &d->ip, sizeof(d->ip));
}

const uint8_t *reass_input(struct reass *reass, const uint8_t *frame,
			   uint32_t *len)
{
	struct reass_datagram *d;
	struct reass_part part;

	if (!reass_is_part(frame, *len))
		return frame;
	if (!reass_parse(&part, frame, *len))
		return NULL;
	d = reass_find_or_begin(reass, &part.ip);
	if (!reass_add(d, &part)) {
		reass_forget(reass, d);
		return NULL;
	}
	if (d->have != d->total)
		return NULL;
	reass_finish(d);
	*len = REASS_HEAD + d->total;
	g_queue_remove(&reass->datagrams, d);
	g_free(reass->whole);
	reass->whole = d;
	return d->frame;
}
