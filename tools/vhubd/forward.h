/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - forwards of a user stack: ports of the host that lead to a guest, and
 * ports of the stack that lead to something on the host
 */
#ifndef VHUBD_FORWARD_H
#define VHUBD_FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define FORWARD_TEXT		128	/* bytes that suffice for forward_text() */
#define FORWARD_ADDR_TEXT	60	/* and for forward_addr_text() */

/* An address and port, of either family. */
union forward_addr {
	sa_family_t family;
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/**
 * struct forward - a forward
 * @udp: not TCP
 * @to_guest: hostfwd; else guestfwd, of TCP and IPv4
 * @host: of a hostfwd, where it listens
 * @guest: the port of the guest, or of a guestfwd, of the stack
 * @command: of a guestfwd, a command, or NULL
 * @path: of a guestfwd, a unix socket, or NULL
 * @target: of a guestfwd, these as they were written, or NULL
 * @connections: that were taken
 * @in_bytes: to the guest, or of a guestfwd from the host; with TCP's headers
 * @out_bytes: the other way
 */
struct forward {
	bool udp;
	bool to_guest;
	union forward_addr host;
	union forward_addr guest;
	char *command;
	char *path;
	char *target;
	uint64_t connections;
	uint64_t in_bytes;
	uint64_t out_bytes;
};

/* From QEMU's words: [tcp|udp]:[HOST]:PORT-[GUEST]:PORT, IPv6 addresses in
 * brackets. What is @any is the guest that is meant if none is named. NULL after
 * setting the error.
 */
struct forward *forward_parse_host(const char *text, struct in_addr any,
				   GError **error);

/* [tcp]:SERVER:PORT-cmd:COMMAND, -tcp:HOST:PORT or -unix:PATH */
struct forward *forward_parse_guest(const char *text, GError **error);
void forward_free(struct forward *forward);

/* Where it listens, the beginning of what these take, up to the "-": into one of
 * zeros but for @to_guest. False for what is none.
 */
bool forward_parse_key(const char *text, struct forward *forward);

bool forward_addr_same(const union forward_addr *a,
		       const union forward_addr *b);

/* Do both listen at the same place? */
bool forward_same(const struct forward *a, const struct forward *b);

/* ADDRESS:PORT */
void forward_addr_text(const union forward_addr *addr, char *text);

/* As it is parsed. */
void forward_text(const struct forward *forward, char *text);

#endif /* VHUBD_FORWARD_H */
