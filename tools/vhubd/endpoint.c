// SPDX-License-Identifier: GPL-2.0
/* vhubd - addresses of sockets, as QEMU writes them */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>

#include "endpoint.h"

#define ENDPOINT_BACKLOG	128

/* Below this one only root may bind a socket. */
#define ENDPOINT_LOW_PORTS	1024

/* Of the kernel's keepalive: seconds, and questions. */
#define ENDPOINT_KEEP_MAX	7200
#define ENDPOINT_COUNT_MAX	127

bool endpoint_set_port(struct endpoint *ep, const struct opts *opts,
		       const char *text, GError **error)
{
	const struct servent *service;
	guint64 port;

	if (g_ascii_string_to_unsigned(text, 10, 0, 65535, &port, NULL)) {
		ep->port = g_strdup(text);
		return true;
	}
	service = ep->numeric ? NULL : getservbyname(text, NULL);
	if (!service) {
		opts_error(error, "%s: \"%s\" is not a port", opts->kind,
			   text);
		return false;
	}
	ep->port = g_strdup_printf("%u", ntohs(service->s_port));
	return true;
}

bool endpoint_parse_inet(struct endpoint *ep, const struct opts *opts,
			 const char *text, GError **error)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? colon - text : 0;

	if (!colon || !colon[1]) {
		opts_error(error, "%s: \"%s\" is not HOST:PORT", opts->kind,
			   text);
		return false;
	}
	ep->type = ENDPOINT_INET;
	if (!endpoint_set_port(ep, opts, colon + 1, error))
		return false;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']')
		ep->host = g_strndup(text + 1, len - 2);
	else if (len)
		ep->host = g_strndup(text, len);
	return true;
}

/* ipv4 and ipv6 say what may be: one that is off, or alone on, decides. */
static bool endpoint_parse_family(struct endpoint *ep, struct opts *opts,
				  const char *prefix, GError **error)
{
	bool given4 = opts_get_of(opts, prefix, "ipv4");
	bool given6 = opts_get_of(opts, prefix, "ipv6");
	bool v4 = !given6, v6 = !given4;

	if (!opts_switch(opts, prefix, "ipv4", &v4, error) ||
	    !opts_switch(opts, prefix, "ipv6", &v6, error))
		return false;
	if (given4 && !given6)
		v6 = !v4;
	if (given6 && !given4)
		v4 = !v6;
	if (!v4 && !v6) {
		opts_error(error, "%s: ipv4 and ipv6 are both off",
			   opts->kind);
		return false;
	}
	ep->family = v4 && v6 ? AF_UNSPEC : v4 ? AF_INET : AF_INET6;
	return true;
}

/* 0 is as good as not given; QEMU does likewise. */
static bool endpoint_parse_keep(struct endpoint *ep, struct opts *opts,
				const char *prefix, GError **error)
{
	bool keep_alive = true;

	if (!opts_switch(opts, prefix, "keep-alive", &keep_alive, error) ||
	    !opts_number(opts, prefix, "keep-alive-idle", ENDPOINT_KEEP_MAX,
			 &ep->keep_idle, error) ||
	    !opts_number(opts, prefix, "keep-alive-interval",
			 ENDPOINT_KEEP_MAX, &ep->keep_interval, error) ||
	    !opts_number(opts, prefix, "keep-alive-count", ENDPOINT_COUNT_MAX,
			 &ep->keep_count, error))
		return false;
	ep->no_keep_alive = !keep_alive;
	return true;
}

static bool endpoint_check_numeric(const struct endpoint *ep,
				   const struct opts *opts,
				   const char *prefix, GError **error)
{
	if (!ep->numeric || !ep->host || g_hostname_is_ip_address(ep->host))
		return true;
	opts_error(error, "%s: %s.host: \"%s\" is a name, and %s.numeric is on",
		   opts->kind, prefix, ep->host, prefix);
	return false;
}

static bool endpoint_parse_inet_options(struct endpoint *ep, struct opts *opts,
					const char *prefix, GError **error)
{
	const char *host = opts_get_of(opts, prefix, "host");
	const char *port = opts_get_of(opts, prefix, "port");

	if (!port) {
		opts_error(error, "%s: %s.port is missing", opts->kind,
			   prefix);
		return false;
	}
	ep->host = host && *host ? g_strdup(host) : NULL;
	if (!opts_number(opts, prefix, "to", 65535, &ep->to, error) ||
	    !opts_switch(opts, prefix, "numeric", &ep->numeric, error) ||
	    !endpoint_parse_keep(ep, opts, prefix, error) ||
	    !opts_switch(opts, prefix, "mptcp", &ep->mptcp, error))
		return false;
	return endpoint_check_numeric(ep, opts, prefix, error) &&
	       endpoint_set_port(ep, opts, port, error) &&
	       endpoint_parse_family(ep, opts, prefix, error);
}

static bool endpoint_parse_unix(struct endpoint *ep, struct opts *opts,
				const char *prefix, GError **error)
{
	const char *path = opts_get_of(opts, prefix, "path");
	size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	bool tight = true;

	if (!path || !*path) {
		opts_error(error, "%s: %s.path is missing", opts->kind,
			   prefix);
		return false;
	}
	if (strlen(path) > room) {
		opts_error(error, "%s: %s.path is longer than %zu bytes",
			   opts->kind, prefix, room);
		return false;
	}
	ep->path = g_strdup(path);
	if (!opts_switch(opts, prefix, "abstract", &ep->abstract, error) ||
	    !opts_switch(opts, prefix, "tight", &tight, error))
		return false;
	ep->loose = !tight;
	return true;
}

static bool endpoint_parse_fd(struct endpoint *ep, struct opts *opts,
			      const char *prefix, GError **error)
{
	const char *text = opts_get_of(opts, prefix, "str");

	if (!text) {
		opts_error(error, "%s: %s.str is missing", opts->kind, prefix);
		return false;
	}
	ep->fd = link_fd(opts, text, error);
	return ep->fd >= 0;
}

bool endpoint_parse(struct endpoint *ep, struct opts *opts, const char *prefix,
		    GError **error)
{
	const char *type = opts_get_of(opts, prefix, "type");

	if (!type) {
		opts_error(error, "%s: %s.type is missing", opts->kind,
			   prefix);
		return false;
	}
	if (!strcmp(type, "inet")) {
		ep->type = ENDPOINT_INET;
		return endpoint_parse_inet_options(ep, opts, prefix, error);
	}
	if (!strcmp(type, "unix")) {
		ep->type = ENDPOINT_UNIX;
		return endpoint_parse_unix(ep, opts, prefix, error);
	}
	if (!strcmp(type, "fd")) {
		ep->type = ENDPOINT_FD;
		return endpoint_parse_fd(ep, opts, prefix, error);
	}
	opts_error(error, "%s: %s.type: \"%s\" is not inet, unix or fd",
		   opts->kind, prefix, type);
	return false;
}

void endpoint_clear(struct endpoint *ep)
{
	g_clear_pointer(&ep->host, g_free);
	g_clear_pointer(&ep->port, g_free);
	g_clear_pointer(&ep->path, g_free);
	if (ep->type == ENDPOINT_FD && ep->fd >= 0)
		close(ep->fd);
	ep->type = ENDPOINT_NONE;
}

void endpoint_needs_connect(const struct endpoint *ep, struct needs *needs)
{
	if (ep->type == ENDPOINT_UNIX && !ep->abstract)
		needs->bits |= NEEDS_OTHERS;
	if (ep->type == ENDPOINT_INET)
		needs->bits |= NEEDS_INET;
	if (ep->type == ENDPOINT_INET && ep->host &&
	    !g_hostname_is_ip_address(ep->host))
		needs->bits |= NEEDS_NAMES;
}

void endpoint_needs_bind(const struct endpoint *ep, struct needs *needs)
{
	if (ep->type == ENDPOINT_UNIX && !ep->abstract)
		needs_parent(needs, ep->path, NEEDS_MAKE | NEEDS_REMOVE);
	/* 0 is any port that is free, none of these. */
	if (ep->type == ENDPOINT_INET && ep->port &&
	    strtoul(ep->port, NULL, 10) - 1 < ENDPOINT_LOW_PORTS - 1)
		needs->bits |= NEEDS_LOW_PORT;
	if (ep->type == ENDPOINT_INET)
		endpoint_needs_connect(ep, needs);
}

void endpoint_needs_remove(const struct endpoint *ep, struct needs *needs)
{
	if (ep->type == ENDPOINT_UNIX && !ep->abstract)
		needs_parent(needs, ep->path, NEEDS_REMOVE);
}

static void endpoint_addr_unix(const struct endpoint *ep, struct addr *addr)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&addr->ss;
	size_t len = strlen(ep->path), at = ep->abstract ? 1 : 0;

	memset(addr, 0, sizeof(*addr));
	un->sun_family = AF_UNIX;
	len = MIN(len, sizeof(un->sun_path) - 1);
	memcpy(un->sun_path + at, ep->path, len);
	addr->len = sizeof(*un);
	if (ep->abstract && !ep->loose)
		addr->len = offsetof(struct sockaddr_un, sun_path) + at + len;
}

static struct addrinfo *endpoint_lookup(const struct endpoint *ep, int type,
					bool passive, GError **error)
{
	const struct addrinfo hints = {
		.ai_family = ep->family,
		.ai_socktype = type,
		.ai_flags = (passive ? AI_PASSIVE : 0) |
			(ep->numeric ? AI_NUMERICHOST | AI_NUMERICSERV : 0),
	};
	struct addrinfo *list;
	int ret = getaddrinfo(ep->host, ep->port, &hints, &list);

	if (!ret)
		return list;
	opts_error(error, "cannot find %s:%s: %s", ep->host ? : "",
		   ep->port ? : "", gai_strerror(ret));
	return NULL;
}

bool endpoint_addr(const struct endpoint *ep, int type, bool passive,
		   struct addr *addr, GError **error)
{
	struct addrinfo *list;

	if (ep->type == ENDPOINT_UNIX) {
		endpoint_addr_unix(ep, addr);
		return true;
	}
	list = endpoint_lookup(ep, type, passive, error);
	if (!list)
		return false;
	memcpy(&addr->ss, list->ai_addr, list->ai_addrlen);
	addr->len = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

/* Is the path that of a socket whose owner is gone? */
static bool endpoint_is_stale(const struct addr *addr, int type)
{
	int sk = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool stale;

	if (sk < 0)
		return false;
	stale = connect(sk, (const struct sockaddr *)&addr->ss, addr->len) &&
		errno == ECONNREFUSED;
	close(sk);
	return stale;
}

static int endpoint_bind_once(const struct addr *addr, int type, int protocol)
{
	const struct sockaddr *sa = (const struct sockaddr *)&addr->ss;
	int one = 1, zero = 0, err;
	int sk = socket(sa->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			protocol);

	if (sk < 0)
		return -errno;
	if (sa->sa_family != AF_UNIX)
		setsockopt(sk, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (sa->sa_family == AF_INET6)
		setsockopt(sk, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (!bind(sk, sa, addr->len) &&
	    (type != SOCK_STREAM || !listen(sk, ENDPOINT_BACKLOG)))
		return sk;
	err = -errno;
	close(sk);
	return err;
}

static int endpoint_bind_unix(const struct endpoint *ep, int type,
			      GError **error)
{
	struct addr addr;
	int ret;

	endpoint_addr_unix(ep, &addr);
	ret = endpoint_bind_once(&addr, type, 0);
	if (ret == -EADDRINUSE && !ep->abstract &&
	    endpoint_is_stale(&addr, type)) {
		unlink(ep->path);
		ret = endpoint_bind_once(&addr, type, 0);
	}
	if (ret < 0)
		opts_error(error, "cannot listen at %s: %s", ep->path,
			   strerror(-ret));
	return ret;
}

/* The first of all addresses that can be had. */
static int endpoint_bind_list(const struct addrinfo *list, int type,
			      int protocol)
{
	struct addr addr;
	int ret = -EADDRNOTAVAIL;

	for (; list; list = list->ai_next) {
		memcpy(&addr.ss, list->ai_addr, list->ai_addrlen);
		addr.len = list->ai_addrlen;
		ret = endpoint_bind_once(&addr, type, protocol);
		if (ret >= 0)
			break;
	}
	return ret;
}

/* Any address: that of IPv6 takes IPv4, too, so it comes first. */
static struct addrinfo *endpoint_lookup_own(struct endpoint *ep, int type,
					    GError **error)
{
	struct addrinfo *list;

	if (ep->host || ep->family || type != SOCK_STREAM)
		return endpoint_lookup(ep, type, true, error);
	ep->family = AF_INET6;
	list = endpoint_lookup(ep, type, true, NULL);
	ep->family = AF_UNSPEC;
	return list ? : endpoint_lookup(ep, type, true, error);
}

static int endpoint_bind_inet(struct endpoint *ep, int type, GError **error)
{
	struct addrinfo *list = endpoint_lookup_own(ep, type, error);
	int protocol = ep->mptcp && type == SOCK_STREAM ? IPPROTO_MPTCP : 0;
	int ret;

	if (!list)
		return -1;
	ret = endpoint_bind_list(list, type, protocol);
	freeaddrinfo(list);
	if (ret == -EAFNOSUPPORT && !ep->host && !ep->family) {
		ep->family = AF_INET;
		ret = endpoint_bind_inet(ep, type, error);
		ep->family = AF_UNSPEC;
		return ret;
	}
	if (ret < 0)
		opts_error(error, "cannot listen at %s:%s: %s",
			   ep->host ? : "", ep->port, strerror(-ret));
	return ret;
}

/* The first port that is free, from ep->port to ep->to. */
static int endpoint_bind_range(const struct endpoint *ep, int type,
			       GError **error)
{
	struct endpoint one = *ep;
	unsigned long port = strtoul(ep->port, NULL, 10);
	char text[16];
	int ret;

	do {
		g_clear_error(error);
		snprintf(text, sizeof(text), "%lu", port);
		one.port = text;
		ret = endpoint_bind_inet(&one, type, error);
	} while (ret < 0 && port++ < ep->to);
	return ret;
}

int endpoint_take_fd(struct endpoint *ep, GError **error)
{
	int fd = ep->fd;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)) {
		opts_error(error, "file %d: %s", fd, strerror(errno));
		return -1;
	}
	ep->fd = -1;
	return fd;
}

int endpoint_bind(const struct endpoint *ep, int type, GError **error)
{
	struct endpoint copy = *ep;

	if (ep->type == ENDPOINT_UNIX)
		return endpoint_bind_unix(ep, type, error);
	if (ep->to)
		return endpoint_bind_range(ep, type, error);
	return endpoint_bind_inet(&copy, type, error);
}

/* A client, for example, cannot have clients. */
static bool endpoint_listens(const struct endpoint *ep, GError **error)
{
	socklen_t len = sizeof(int);
	int listens = 0;

	getsockopt(ep->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);
	if (!listens)
		opts_error(error, "file %d is not a socket that listens",
			   ep->fd);
	return listens;
}

int endpoint_listen(struct endpoint *ep, GError **error)
{
	if (ep->type == ENDPOINT_FD)
		return endpoint_listens(ep, error) ?
		       endpoint_take_fd(ep, error) : -1;
	return endpoint_bind(ep, SOCK_STREAM, error);
}

GSocketConnectable *endpoint_connectable(const struct endpoint *ep)
{
	GUnixSocketAddressType type = G_UNIX_SOCKET_ADDRESS_PATH;
	GSocketAddress *addr;

	if (ep->type == ENDPOINT_INET)
		return g_network_address_new(ep->host ? : "localhost",
					     strtoul(ep->port, NULL, 10));
	if (ep->abstract)
		type = ep->loose ? G_UNIX_SOCKET_ADDRESS_ABSTRACT_PADDED :
				   G_UNIX_SOCKET_ADDRESS_ABSTRACT;
	addr = g_unix_socket_address_new_with_type(ep->path, -1, type);
	return G_SOCKET_CONNECTABLE(addr);
}

static void addr_text_inet(const struct addr *addr, char *text)
{
	const struct sockaddr_in6 *in6 = (const void *)&addr->ss;
	char host[ENDPOINT_TEXT / 2], port[16];
	const char *start = host;
	bool v6 = addr->ss.ss_family == AF_INET6;

	if (getnameinfo((const struct sockaddr *)&addr->ss, addr->len, host,
			sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV)) {
		strcpy(text, "inet");
		return;
	}
	if (v6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		start = strrchr(host, ':') + 1;
		v6 = false;
	}
	snprintf(text, ENDPOINT_TEXT, v6 ? "[%s]:%s" : "%s:%s", start, port);
}

void addr_text(const struct addr *addr, char *text)
{
	const struct sockaddr_un *un = (const void *)&addr->ss;

	if (addr->ss.ss_family != AF_UNIX)
		addr_text_inet(addr, text);
	else if (addr->len <= offsetof(struct sockaddr_un, sun_path))
		strcpy(text, "unix");
	else
		snprintf(text, ENDPOINT_TEXT, "%.*s",
			 (int)sizeof(un->sun_path),
			 un->sun_path + !un->sun_path[0]);
}
