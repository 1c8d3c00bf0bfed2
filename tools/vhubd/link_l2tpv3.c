// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - link l2tpv3: static tunnels of RFC 3931, as QEMU's -netdev l2tpv3
 *
 * Over IP: session, cookie, counter, bytes of nothing, frame. Over UDP four more
 * bytes go before that. All numbers have their high bytes first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"

#define L2TPV3_PROTOCOL		115
#define L2TPV3_PORT		"1701"
#define L2TPV3_DATA		0x00030000	/* UDP: version 3, a frame */
#define L2TPV3_IPV4_HEAD	20		/* raw IPv4 sockets show it */
#define L2TPV3_OFFSET_MAX	16

static const char *const l2tpv3_options[] = {
	"id", "src", "dst", "srcport", "dstport", "ipv6", "udp", "cookie64",
	"counter", "pincounter", "txcookie", "rxcookie", "txsession",
	"rxsession", "offset", NULL
};

/**
 * struct l2tpv3 - the link
 * @link: what all links have
 * @d: its port and socket
 * @local: our end
 * @remote: the other one
 * @from: address of our end
 * @to: of the other one
 * @ipv6: over IPv6
 * @udp: over UDP
 * @cookie64: cookies are of 8 bytes
 * @has_cookie: there are cookies
 * @counter: frames are numbered
 * @pincounter: with 0
 * @sent: number of the last frame
 * @tx_cookie: of what we send
 * @rx_cookie: of what we receive
 * @tx_session: likewise
 * @rx_session: likewise
 * @offset: bytes of nothing
 * @placed: the port is there
 */
struct l2tpv3 {
	struct link link;
	struct dgram d;
	struct endpoint local;
	struct endpoint remote;
	struct addr from;
	struct addr to;
	bool ipv6;
	bool udp;
	bool cookie64;
	bool has_cookie;
	bool counter;
	bool pincounter;
	uint32_t sent;
	uint64_t tx_cookie;
	uint64_t rx_cookie;
	uint64_t tx_session;
	uint64_t rx_session;
	uint64_t offset;
	bool placed;
};

static unsigned char *l2tpv3_put32(unsigned char *to, uint32_t value)
{
	value = htonl(value);
	memcpy(to, &value, sizeof(value));
	return to + sizeof(value);
}

static unsigned char *l2tpv3_put_cookie(const struct l2tpv3 *l,
					unsigned char *to, uint64_t cookie)
{
	if (!l->has_cookie)
		return to;
	if (l->cookie64)
		to = l2tpv3_put32(to, cookie >> 32);
	return l2tpv3_put32(to, cookie);
}

/* Session and cookie. Returns the bytes there are before the counter. */
static uint32_t l2tpv3_put_key(const struct l2tpv3 *l, unsigned char *head,
			       uint32_t session, uint64_t cookie)
{
	unsigned char *end = l2tpv3_put32(head, session);

	return l2tpv3_put_cookie(l, end, cookie) - head;
}

static void l2tpv3_make_head(struct dgram *d, unsigned char *head)
{
	struct l2tpv3 *l = container_of(d, struct l2tpv3, d);

	memset(head, 0, d->out_head);
	if (l->udp)
		head = l2tpv3_put32(head, L2TPV3_DATA);
	head += l2tpv3_put_key(l, head, l->tx_session, l->tx_cookie);
	if (l->counter)
		l2tpv3_put32(head, l->pincounter ? 0 : ++l->sent);
}

static bool l2tpv3_check_head(const struct dgram *d, const unsigned char *head)
{
	const struct l2tpv3 *l = container_of(d, struct l2tpv3, d);
	unsigned char key[DGRAM_HEAD_MAX];
	uint32_t len;

	if (!l->udp && !l->ipv6)
		head += L2TPV3_IPV4_HEAD;
	if (l->udp)
		head += sizeof(uint32_t);
	len = l2tpv3_put_key(l, key, l->rx_session, l->rx_cookie);
	return !memcmp(head, key, len);
}

static void l2tpv3_set_heads(struct l2tpv3 *l)
{
	uint32_t len = sizeof(uint32_t) + l->offset;

	if (l->udp)
		len += sizeof(uint32_t);
	if (l->has_cookie)
		len += l->cookie64 ? sizeof(uint64_t) : sizeof(uint32_t);
	if (l->counter)
		len += sizeof(uint32_t);
	l->d.out_head = len;
	l->d.in_head = len + (l->udp || l->ipv6 ? 0 : L2TPV3_IPV4_HEAD);
	l->d.make_head = l2tpv3_make_head;
	l->d.check_head = l2tpv3_check_head;
}

/* Returns a socket from one end to the other, or -errno. */
static int l2tpv3_socket(const struct l2tpv3 *l)
{
	const struct addr *local = &l->from, *remote = &l->to;
	int type = (l->udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC |
		   SOCK_NONBLOCK;
	int sk, err;

	sk = socket(remote->ss.ss_family, type, l->udp ? 0 : L2TPV3_PROTOCOL);
	if (sk < 0)
		return -errno;
	if (!bind(sk, (const struct sockaddr *)&local->ss, local->len) &&
	    !connect(sk, (const struct sockaddr *)&remote->ss, remote->len))
		return sk;
	err = -errno;
	close(sk);
	return err;
}

static int l2tpv3_plug(struct l2tpv3 *l)
{
	int sk = l2tpv3_socket(l), ret;

	if (sk < 0)
		return sk;
	ret = dgram_plug_in(&l->d, sk);
	if (!ret)
		ret = dgram_plug_out(&l->d, -1);
	if (ret)
		dgram_unplug(&l->d);
	return ret;
}

static void l2tpv3_failed(struct dgram *d, int error)
{
	struct l2tpv3 *l = container_of(d, struct l2tpv3, d);

	/* Nobody there yet: that is no reason to forget the tunnel. */
	if (error == ECONNREFUSED) {
		d->error = 0;
		return;
	}
	dgram_unplug(d);
	link_failed(&l->link, strerror(error));
}

/* Names are looked up once, when nobody has to wait for us yet. */
static bool l2tpv3_place(struct l2tpv3 *l, GError **error)
{
	int type = l->udp ? SOCK_DGRAM : SOCK_RAW;

	if (!endpoint_addr(&l->local, type, true, &l->from, error) ||
	    !endpoint_addr(&l->remote, type, false, &l->to, error) ||
	    !dgram_open(&l->d, &l->link, PORT_WIDE, NULL, error))
		return false;
	l->placed = true;
	l->d.failed = l2tpv3_failed;
	return true;
}

static bool l2tpv3_open(struct link *link, GError **error)
{
	struct l2tpv3 *l = container_of(link, struct l2tpv3, link);
	int ret;

	if (!l->placed && !l2tpv3_place(l, error))
		return false;
	ret = l2tpv3_plug(l);
	if (!ret)
		link_works(link, link->failed ? "works again" : NULL);
	else
		link_failed(link, strerror(-ret));
	return true;
}

static void l2tpv3_close(struct link *link)
{
	struct l2tpv3 *l = container_of(link, struct l2tpv3, link);

	if (l->placed)
		dgram_close(&l->d);
	endpoint_clear(&l->local);
	endpoint_clear(&l->remote);
}

/* Names have been looked up already. */
static void l2tpv3_needs(const struct link *link, struct needs *needs)
{
	const struct l2tpv3 *l = container_of(link, struct l2tpv3, link);

	needs->bits |= NEEDS_INET;
	if (l->udp)
		endpoint_needs_bind(&l->local, needs);
	else
		needs->bits |= NEEDS_RAW;
}

static const struct link_ops l2tpv3_ops = {
	.open = l2tpv3_open,
	.close = l2tpv3_close,
	.needs = l2tpv3_needs,
};

static bool l2tpv3_parse_switches(struct l2tpv3 *l, struct opts *opts,
				  GError **error)
{
	return opts_switch(opts, NULL, "ipv6", &l->ipv6, error) &&
	       opts_switch(opts, NULL, "udp", &l->udp, error) &&
	       opts_switch(opts, NULL, "cookie64", &l->cookie64, error) &&
	       opts_switch(opts, NULL, "counter", &l->counter, error) &&
	       opts_switch(opts, NULL, "pincounter", &l->pincounter, error);
}

static bool l2tpv3_parse_numbers(struct l2tpv3 *l, struct opts *opts,
				 GError **error)
{
	uint64_t cookie = l->cookie64 ? UINT64_MAX : UINT32_MAX;

	return opts_number(opts, NULL, "txcookie", cookie, &l->tx_cookie,
			   error) &&
	       opts_number(opts, NULL, "rxcookie", cookie, &l->rx_cookie,
			   error) &&
	       opts_number(opts, NULL, "txsession", UINT32_MAX, &l->tx_session,
			   error) &&
	       opts_number(opts, NULL, "rxsession", UINT32_MAX, &l->rx_session,
			   error) &&
	       opts_number(opts, NULL, "offset", L2TPV3_OFFSET_MAX, &l->offset,
			   error);
}

/* As QEMU: what we receive is of the session that we send, unless said. */
static bool l2tpv3_parse_key(struct l2tpv3 *l, struct opts *opts,
			     GError **error)
{
	bool tx_cookie = opts_get(opts, "txcookie");
	bool rx_cookie = opts_get(opts, "rxcookie");

	if (!opts_get(opts, "txsession")) {
		opts_error(error, "l2tpv3: txsession is missing");
		return false;
	}
	if (tx_cookie != rx_cookie) {
		opts_error(error, "l2tpv3: txcookie and rxcookie go together");
		return false;
	}
	if (l->cookie64 && !tx_cookie) {
		opts_error(error, "l2tpv3: cookie64 needs txcookie and rxcookie");
		return false;
	}
	l->has_cookie = tx_cookie;
	if (!opts_get(opts, "rxsession"))
		l->rx_session = l->tx_session;
	return true;
}

static bool l2tpv3_parse_end(struct l2tpv3 *l, struct opts *opts,
			     struct endpoint *ep, const char *host,
			     const char *port, GError **error)
{
	const char *text = opts_get(opts, host);

	if (!text) {
		opts_error(error, "l2tpv3: %s is missing", host);
		return false;
	}
	ep->type = ENDPOINT_INET;
	ep->host = g_strdup(text);
	ep->family = l->ipv6 ? AF_INET6 : AF_INET;
	return !l->udp ||
	       endpoint_set_port(ep, opts, opts_get(opts, port) ? : L2TPV3_PORT,
				 error);
}

static bool l2tpv3_parse(struct l2tpv3 *l, struct opts *opts, GError **error)
{
	return l2tpv3_parse_switches(l, opts, error) &&
	       l2tpv3_parse_numbers(l, opts, error) &&
	       l2tpv3_parse_key(l, opts, error) &&
	       l2tpv3_parse_end(l, opts, &l->local, "src", "srcport", error) &&
	       l2tpv3_parse_end(l, opts, &l->remote, "dst", "dstport", error);
}

static struct link *l2tpv3_create(struct opts *opts, GError **error)
{
	struct l2tpv3 *l = g_new0(struct l2tpv3, 1);

	l->link.ops = &l2tpv3_ops;
	if (!l2tpv3_parse(l, opts, error)) {
		link_free(&l->link);
		return NULL;
	}
	l2tpv3_set_heads(l);
	return &l->link;
}

const struct link_kind link_l2tpv3 = {
	.name = "l2tpv3",
	.options = l2tpv3_options,
	.needs = NEEDS_INET | NEEDS_NAMES | NEEDS_RAW,
	.create = l2tpv3_create,
};
