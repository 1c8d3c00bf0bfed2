// SPDX-License-Identifier: GPL-2.0
/* vhubd - link stream: a stream socket, as QEMU's -netdev stream */
#include <string.h>

#include "acceptor.h"
#include "connector.h"
#include "link.h"

#define STREAM_PAUSE_MAX	3600	/* seconds for reconnect= */

static const char *const stream_options[] = {
	"id", "server", "addr.type", "addr.host", "addr.port", "addr.to",
	"addr.ipv4", "addr.ipv6", "addr.numeric", "addr.keep-alive",
	"addr.keep-alive-idle", "addr.keep-alive-interval",
	"addr.keep-alive-count", "addr.mptcp", "addr.path", "addr.abstract", "addr.tight", "addr.str",
	"clients", "reconnect", "reconnect-ms", NULL
};

static struct link *stream_create_server(struct opts *opts,
					 struct endpoint *ep, GError **error)
{
	uint64_t clients = ACCEPTOR_CLIENTS;

	if (!opts_number(opts, NULL, "clients", HUB_PORTS_MAX, &clients,
			 error))
		return NULL;
	return listener_new(ep, "stream", clients);
}

/* 0 says in QEMU, too, that one try is enough. */
static struct link *stream_create_client(struct opts *opts,
					 struct endpoint *ep, GError **error)
{
	bool given = opts_get(opts, "reconnect") ||
		     opts_get(opts, "reconnect-ms");
	uint64_t seconds = 0, ms = 0;
	struct link *link;

	if (!opts_number(opts, NULL, "reconnect", STREAM_PAUSE_MAX, &seconds,
			 error) ||
	    !opts_number(opts, NULL, "reconnect-ms", STREAM_PAUSE_MAX * 1000,
			 &ms, error))
		return NULL;
	link = connector_new(ep);
	link->pause_first = seconds + (ms + 999) / 1000;
	link->once |= given && !link->pause_first;
	return link;
}

static struct link *stream_create_ep(struct opts *opts, struct endpoint *ep,
				     GError **error)
{
	bool server = false;

	if (!opts_switch(opts, NULL, "server", &server, error) ||
	    !endpoint_parse(ep, opts, "addr", error))
		return NULL;
	return server ? stream_create_server(opts, ep, error) :
			stream_create_client(opts, ep, error);
}

static struct link *stream_create(struct opts *opts, GError **error)
{
	struct endpoint ep = { 0 };
	struct link *link = stream_create_ep(opts, &ep, error);

	endpoint_clear(&ep);
	return link;
}

const struct link_kind link_stream = {
	.name = "stream",
	.options = stream_options,
	.needs = NEEDS_INET | NEEDS_NAMES | NEEDS_OTHERS,
	.create = stream_create,
};
