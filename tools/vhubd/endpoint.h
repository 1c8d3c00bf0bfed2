/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - addresses of sockets, as QEMU writes them */
#ifndef VHUBD_ENDPOINT_H
#define VHUBD_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>

#include <gio/gio.h>

#include "link.h"

#define ENDPOINT_TEXT	128	/* room for the text of an address */

enum endpoint_type {
	ENDPOINT_NONE,
	ENDPOINT_INET,
	ENDPOINT_UNIX,
	ENDPOINT_FD,
};

/**
 * struct endpoint - where a socket is, or is to be
 * @type: what of the following is meant
 * @host: name or address; NULL for any
 * @port: its number
 * @to: the last port to try, 0 for none but @port
 * @family: AF_INET or AF_INET6 if it has to be that
 * @numeric: @host is no name
 * @no_keep_alive: do not ask a silent peer whether it is there
 * @keep_idle: seconds until it is asked; 0 for as we think
 * @keep_interval: seconds between questions; likewise
 * @keep_count: how many questions; likewise
 * @mptcp: by several ways at once
 * @path: of a unix socket
 * @abstract: it is not in the file system
 * @loose: such a one, its name filled up with NUL
 * @fd: an open file, or -1 when it was taken
 */
struct endpoint {
	enum endpoint_type type;
	char *host;
	char *port;
	uint64_t to;
	int family;
	bool numeric;
	bool no_keep_alive;
	uint64_t keep_idle;
	uint64_t keep_interval;
	uint64_t keep_count;
	bool mptcp;
	char *path;
	bool abstract;
	bool loose;
	int fd;
};

/**
 * struct addr - a socket's address
 * @ss: it
 * @len: its bytes
 */
struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/* Functions with @error return false or -1 after setting it. */

/* A number or the name of a service. */
bool endpoint_set_port(struct endpoint *ep, const struct opts *opts,
		       const char *text, GError **error);

/* HOST:PORT, [HOST]:PORT, :PORT */
bool endpoint_parse_inet(struct endpoint *ep, const struct opts *opts,
			 const char *text, GError **error);

/* PREFIX.type=..., and all that belongs to it. */
bool endpoint_parse(struct endpoint *ep, struct opts *opts, const char *prefix,
		    GError **error);
void endpoint_clear(struct endpoint *ep);

/* What it takes to connect, or to bind, a socket to there; or to remove what was
 * bound.
 */
void endpoint_needs_connect(const struct endpoint *ep, struct needs *needs);
void endpoint_needs_bind(const struct endpoint *ep, struct needs *needs);
void endpoint_needs_remove(const struct endpoint *ep, struct needs *needs);

/* Its address, of the first kind there is. Names take time. @passive: to bind
 * a socket to, where no host is any.
 */
bool endpoint_addr(const struct endpoint *ep, int type, bool passive,
		   struct addr *addr, GError **error);

/* A socket that listens there; the open file, which is the caller's from then on;
 * a socket that is bound, @type being SOCK_*. None of them blocks.
 */
int endpoint_listen(struct endpoint *ep, GError **error);
int endpoint_take_fd(struct endpoint *ep, GError **error);
int endpoint_bind(const struct endpoint *ep, int type, GError **error);

/* Where GLib is to connect to. */
GSocketConnectable *endpoint_connectable(const struct endpoint *ep);

/* "192.0.2.1:80", "[2001:db8::1]:80", "unix" or its path. */
void addr_text(const struct addr *addr, char *text);

#endif /* VHUBD_ENDPOINT_H */
