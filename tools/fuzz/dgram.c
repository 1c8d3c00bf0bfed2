// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: frames in datagrams, and what is before them
 *
 *	input --- |hub| --- sink
 *
 * The first byte of the input says by which link they come, and its highest bit
 * that several of them wait when the link looks. Then there are records: a byte n,
 * and the datagram, which n * n zeros follow. What comes out of the hub has to be
 * the frames of those that are well-formed, one by one.
 */
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../vhubd/endpoint.h"
#include "../vhubd/link.h"
#include "fuzz.h"

#define FUZZ_WAITING	8	/* datagrams that wait, and their sockets have room for */
#define FUZZ_LONG	4096	/* bytes of one that does not wait */
#define L2TPV3_PROTOCOL	115

/**
 * struct fuzz_way - a way for datagrams
 * @text: its link; NULL for one that is handed an open file
 * @type: of the socket that sends
 * @family: likewise
 * @from: its address
 * @to: where it sends to
 * @port: and the port there
 * @skip: bytes that may be any
 * @key: what follows them
 * @key_len: bytes of that
 * @head: bytes before a frame
 */
struct fuzz_way {
	const char *text;
	int type;
	int family;
	const char *from;
	const char *to;
	uint16_t port;
	size_t skip;
	const char *key;
	size_t key_len;
	size_t head;
};

#define FUZZ_KEY(text)	.key = (text), .key_len = sizeof(text) - 1
#define FUZZ_FROM_PORT	7002

static const struct fuzz_way fuzz_ways[] = {
	{ .text = NULL },
	{
		.text = "dgram,local.type=inet,local.host=127.0.0.1,local.port=7001,remote.type=inet,remote.host=127.0.0.1,remote.port=7002",
		.family = AF_INET, .type = SOCK_DGRAM,
		.from = "127.0.0.1", .to = "127.0.0.1", .port = 7001,
	}, {
		.text = "socket,mcast=230.0.0.1:7003,localaddr=127.0.0.1",
		.family = AF_INET, .type = SOCK_DGRAM,
		.from = "127.0.0.1", .to = "230.0.0.1", .port = 7003,
	}, {
		.text = "l2tpv3,src=127.0.0.1,srcport=7001,dst=127.0.0.1,dstport=7002,udp=on,rxsession=0x31323334,txsession=1,rxcookie=0x6162636465666768,txcookie=1,cookie64=on,counter=on,offset=3",
		.family = AF_INET, .type = SOCK_DGRAM,
		.from = "127.0.0.1", .to = "127.0.0.1", .port = 7001,
		.skip = 4, FUZZ_KEY("1234abcdefgh"), .head = 23,
	}, {
		.text = "l2tpv3,src=127.0.0.1,dst=127.0.0.2,rxsession=0x31323334,txsession=1,rxcookie=0x61626364,txcookie=1",
		.family = AF_INET, .type = SOCK_RAW,
		.from = "127.0.0.2", .to = "127.0.0.1",
		FUZZ_KEY("1234abcd"), .head = 8,
	}, {
		.text = "l2tpv3,src=::1,dst=::1,ipv6=on,rxsession=0x31323334,txsession=1",
		.family = AF_INET6, .type = SOCK_RAW,
		.from = "::1", .to = "::1",
		FUZZ_KEY("1234"), .head = 4,
	},
};

/**
 * struct fuzz_flow - one input
 * @way: how it goes
 * @link: where to
 * @fd: socket that sends
 * @to: where to, no length for the other end of a pair
 * @waiting: datagrams that were sent and not looked at
 * @want: what has to come out
 */
struct fuzz_flow {
	const struct fuzz_way *way;
	struct link *link;
	int fd;
	struct addr to;
	unsigned int waiting;
	GByteArray *want;
};

/* A namespace's is down at first. */
static void fuzz_raise_loopback(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int sk = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(sk, SIOCGIFFLAGS, &ifr))
		err(1, "no loopback");
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(sk, SIOCSIFFLAGS, &ifr))
		err(1, "cannot set loopback up");
	close(sk);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	fuzz_raise_loopback();
	fuzz_hub();
	return 0;
}

static void fuzz_addr(struct addr *addr, const char *host, unsigned int port)
{
	char text[16];
	const struct endpoint ep = {
		.type = ENDPOINT_INET,
		.host = (char *)host,
		.port = text,
		.numeric = true,
	};

	g_snprintf(text, sizeof(text), "%u", port);
	FUZZ_ASSERT(endpoint_addr(&ep, SOCK_DGRAM, false, addr, NULL));
}

static int fuzz_socket(const struct fuzz_way *way)
{
	const struct in_addr local = { htonl(INADDR_LOOPBACK) };
	bool raw = way->type == SOCK_RAW;
	struct addr from;
	int sk;

	fuzz_addr(&from, way->from, raw ? 0 : FUZZ_FROM_PORT);
	sk = socket(way->family, way->type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    raw ? L2TPV3_PROTOCOL : 0);
	FUZZ_ASSERT(sk >= 0);
	FUZZ_ASSERT(!bind(sk, (const struct sockaddr *)&from.ss, from.len));
	if (way->family == AF_INET)
		FUZZ_ASSERT(!setsockopt(sk, IPPROTO_IP, IP_MULTICAST_IF,
					&local, sizeof(local)));
	return sk;
}

/* Returns the words for a link that gets the other end. */
static char *fuzz_pair(struct fuzz_flow *flow)
{
	int fds[2];

	FUZZ_ASSERT(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
	flow->fd = fds[0];
	return g_strdup_printf("dgram,local.type=fd,local.str=%d", fds[1]);
}

static void fuzz_open(struct fuzz_flow *flow, const struct fuzz_way *way)
{
	GError *error = NULL;
	char *text;

	flow->way = way;
	flow->to.len = 0;
	flow->waiting = 0;
	flow->want = g_byte_array_new();
	if (way->text) {
		fuzz_addr(&flow->to, way->to, way->port);
		flow->fd = fuzz_socket(way);
		text = g_strdup(way->text);
	} else {
		text = fuzz_pair(flow);
	}
	flow->link = link_create(fuzz_hub(), text, &error);
	if (!flow->link || !link_open(flow->link, &error))
		errx(1, "%s", error->message);
	FUZZ_ASSERT(!flow->link->failed);
	g_free(text);
}

static void fuzz_close(struct fuzz_flow *flow)
{
	link_free(flow->link);
	close(flow->fd);
	g_byte_array_unref(flow->want);
	fuzz_settle();
}

/* The same, thought again in the simplest way. */
static void fuzz_expect(struct fuzz_flow *flow, const uint8_t *data, size_t len)
{
	const struct fuzz_way *way = flow->way;

	if (len >= way->head &&
	    (!way->key || !memcmp(data + way->skip, way->key, way->key_len)))
		fuzz_put_frame(flow->want, data + way->head, len - way->head);
}

/* Sockets of IP take less than frames may have. */
static void fuzz_send(struct fuzz_flow *flow, const uint8_t *data, size_t len)
{
	ssize_t ret = sendto(flow->fd, data, len, MSG_NOSIGNAL,
			     flow->to.len ? (const void *)&flow->to.ss : NULL,
			     flow->to.len);

	if (ret == (ssize_t)len) {
		fuzz_expect(flow, data, len);
		flow->waiting++;
	} else {
		FUZZ_ASSERT(ret < 0 && errno == EMSGSIZE && flow->way->text);
	}
}

static void fuzz_send_all(struct fuzz_flow *flow, struct fuzz_input *in,
			  bool wait)
{
	const uint8_t *record;
	uint8_t *datagram;
	size_t len, all;

	while ((record = fuzz_record(in, &len))) {
		if (!len)
			continue;
		all = len - 1 + *record * *record;
		datagram = g_malloc0(all + 1);
		memcpy(datagram, record + 1, len - 1);
		fuzz_send(flow, datagram, all);
		if (!wait || flow->waiting == FUZZ_WAITING || all > FUZZ_LONG) {
			fuzz_settle();
			flow->waiting = 0;
		}
		g_free(datagram);
	}
	fuzz_settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data + 1, size - 1 };
	struct fuzz_sink sink;
	struct fuzz_flow flow;

	if (!size)
		return 0;
	fuzz_sink_open(&sink);
	fuzz_open(&flow, &fuzz_ways[(*data & 0x7f) % G_N_ELEMENTS(fuzz_ways)]);
	fuzz_send_all(&flow, &in, *data & 0x80);
	FUZZ_ASSERT(fuzz_same(flow.want, sink.got));
	fuzz_close(&flow);
	fuzz_sink_close(&sink);
	FUZZ_ASSERT(!fuzz_hub()->ports.length);
	return 0;
}
