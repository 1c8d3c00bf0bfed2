/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - the DHCP server of a user stack
 *
 * libslirp has one, too, which knows 16 clients, forgets none, tells nobody who
 * they are, and is silent when it has no address left.
 */
#ifndef VHUBD_DHCP_H
#define VHUBD_DHCP_H

#include "udp.h"
#include "user_config.h"

#define DHCP_PORT_SERVER	67
#define DHCP_PORT_CLIENT	68

/* Bytes of an answer that everybody takes. */
#define DHCP_REPLY_MAX		548

#define DHCP_NAME_MAX		63	/* bytes of a guest's name */

/* What a guest may be told, as QEMU has it. */
#define DHCP_LEASE		(24 * 60 * 60)

/**
 * enum dhcp_state - what is with an address
 * @DHCP_FREE: nobody has it, and @mac had it last
 * @DHCP_OFFERED: @mac may ask for it
 * @DHCP_LEASED: @mac has it
 * @DHCP_SPOILT: somebody has it without having asked for it
 */
enum dhcp_state {
	DHCP_FREE,
	DHCP_OFFERED,
	DHCP_LEASED,
	DHCP_SPOILT,
};

/**
 * struct dhcp_lease - an address
 * @state: what is with it
 * @known: @mac had it at some time
 * @mac: whose it is
 * @name: what that guest calls itself, or ""
 * @ends: when it is free again, in microseconds of g_get_monotonic_time()
 */
struct dhcp_lease {
	enum dhcp_state state;
	bool known;
	uint8_t mac[UDP_ETH_ALEN];
	char name[DHCP_NAME_MAX + 1];
	gint64 ends;
};

/**
 * struct dhcp - the server
 * @config: of the stack
 * @say: says something to the user
 * @data: for @say
 * @leases: the addresses, from @config->dhcp on
 * @count: how many
 * @exhausted: it has been said that none is left
 */
struct dhcp {
	const struct user_config *config;
	void (*say)(void *data, const char *text);
	void *data;
	struct dhcp_lease *leases;
	uint32_t count;
	bool exhausted;
};

void dhcp_open(struct dhcp *dhcp, const struct user_config *config,
	       void (*say)(void *data, const char *text), void *data);
void dhcp_close(struct dhcp *dhcp);

/* Answer a request. @room is of DHCP_REPLY_MAX, for the data of @reply, whose MAC
 * addresses are not set but for dst_mac. False if there is no answer.
 */
bool dhcp_input(struct dhcp *dhcp, const struct udp *request,
		struct udp *reply, uint8_t *room);

/* Say who has which address. */
void dhcp_say_leases(struct dhcp *dhcp);

/* Does a guest have it? */
bool dhcp_is_leased(struct dhcp *dhcp, uint32_t i);

/* The address of a lease. */
struct in_addr dhcp_address(const struct dhcp *dhcp, uint32_t i);

#endif /* VHUBD_DHCP_H */
