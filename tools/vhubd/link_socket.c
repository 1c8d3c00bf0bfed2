// SPDX-License-Identifier: GPL-2.0
/* vhubd - link socket: QEMU's -netdev socket, of many kinds */
#include <string.h>
#include <sys/socket.h>

#include "acceptor.h"
#include "connector.h"
#include "link.h"
#include "link_dgram.h"

static const char *const socket_options[] = {
	"id", "fd", "listen", "connect", "mcast", "udp", "localaddr",
	"clients", NULL
};

/* That of a file decides; QEMU does likewise. */
static struct link *socket_create_fd(struct opts *opts, const char *text,
				     GError **error)
{
	struct endpoint ep = { .type = ENDPOINT_FD }, none = { 0 };
	socklen_t len = sizeof(int);
	int type;

	ep.fd = link_fd(opts, text, error);
	if (ep.fd < 0)
		return NULL;
	if (getsockopt(ep.fd, SOL_SOCKET, SO_TYPE, &type, &len)) {
		opts_error(error, "socket: file %d is no socket", ep.fd);
		return NULL;
	}
	return type == SOCK_STREAM ? connector_new(&ep) :
				     link_dgram_new(&ep, &none);
}

static struct link *socket_create_listen(struct opts *opts, const char *text,
					 GError **error)
{
	uint64_t clients = ACCEPTOR_CLIENTS;
	struct endpoint ep = { 0 };

	if (!opts_number(opts, NULL, "clients", HUB_PORTS_MAX, &clients,
			 error) ||
	    !endpoint_parse_inet(&ep, opts, text, error))
		return NULL;
	return listener_new(&ep, "socket", clients);
}

static struct link *socket_create_connect(struct opts *opts, const char *text,
					  GError **error)
{
	struct endpoint ep = { 0 };

	if (!endpoint_parse_inet(&ep, opts, text, error))
		return NULL;
	return connector_new(&ep);
}

/* localaddr is the address of an interface, of which only the host counts. */
static struct link *socket_create_mcast(struct opts *opts, const char *text,
					GError **error)
{
	const char *own = opts_get(opts, "localaddr");
	struct endpoint local = { 0 }, remote = { 0 };

	if (!endpoint_parse_inet(&remote, opts, text, error))
		return NULL;
	if (!link_dgram_is_group(&remote)) {
		opts_error(error, "socket: mcast: \"%s\" is not a multicast group",
			   text);
		endpoint_clear(&remote);
		return NULL;
	}
	if (own) {
		local.type = ENDPOINT_INET;
		local.host = g_strdup(own);
		local.port = g_strdup("0");
	}
	return link_dgram_new(&local, &remote);
}

static struct link *socket_create_udp(struct opts *opts, const char *text,
				      GError **error)
{
	const char *own = opts_get(opts, "localaddr");
	struct endpoint local = { 0 }, remote = { 0 };

	if (!own) {
		opts_error(error, "socket: udp needs localaddr=HOST:PORT");
		return NULL;
	}
	if (endpoint_parse_inet(&remote, opts, text, error) &&
	    endpoint_parse_inet(&local, opts, own, error))
		return link_dgram_new(&local, &remote);
	endpoint_clear(&remote);
	endpoint_clear(&local);
	return NULL;
}

static struct link *socket_create(struct opts *opts, GError **error)
{
	static const struct {
		const char *name;
		struct link *(*create)(struct opts *opts, const char *text,
				       GError **error);
	} modes[] = {
		{ "fd", socket_create_fd },
		{ "listen", socket_create_listen },
		{ "connect", socket_create_connect },
		{ "mcast", socket_create_mcast },
		{ "udp", socket_create_udp },
	};
	const char *text;
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(modes); i++) {
		text = opts_get(opts, modes[i].name);
		if (text)
			return modes[i].create(opts, text, error);
	}
	opts_error(error, "socket: one of fd, listen, connect, mcast and udp is needed");
	return NULL;
}

const struct link_kind link_socket = {
	.name = "socket",
	.options = socket_options,
	.needs = NEEDS_INET | NEEDS_NAMES | NEEDS_OTHERS,
	.create = socket_create,
};
