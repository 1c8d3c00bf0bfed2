/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - what a user stack is to be, from QEMU's words */
#ifndef VHUBD_USER_CONFIG_H
#define VHUBD_USER_CONFIG_H

#include <netinet/in.h>

#include "forward.h"
#include "opts.h"

/**
 * struct user_config - a user stack: its networks, and what it offers there
 * @ipv4: there is IPv4
 * @ipv6: there is IPv6
 * @restricted: guests reach nothing but the stack
 * @net: the IPv4 network
 * @mask: its mask
 * @host: the stack's address
 * @dns: of its name server
 * @dhcp: first one for guests
 * @prefix6: the IPv6 network
 * @prefix6_len: bits of it
 * @host6: the stack's address
 * @dns6: of its name server
 * @hostname: for guests, or NULL
 * @domainname: likewise
 * @dnssearch: domains, or NULL; ended by NULL
 * @tftp: folder for TFTP, without symbolic links in its name, or NULL
 * @tftp_server_name: for guests, or NULL
 * @bootfile: likewise
 * @smb: folder for SMB, or NULL
 * @smb_server: the address where it is offered
 * @forwards: list of struct forward
 */
struct user_config {
	bool ipv4;
	bool ipv6;
	bool restricted;
	struct in_addr net;
	struct in_addr mask;
	struct in_addr host;
	struct in_addr dns;
	struct in_addr dhcp;
	struct in6_addr prefix6;
	uint64_t prefix6_len;
	struct in6_addr host6;
	struct in6_addr dns6;
	char *hostname;
	char *domainname;
	char **dnssearch;
	char *tftp;
	char *tftp_server_name;
	char *bootfile;
	char *smb;
	struct in_addr smb_server;
	GPtrArray *forwards;
};

extern const char *const user_options[];

/* Fill one of zeros, by QEMU's rules. False after setting the error. To be cleared
 * in any case.
 */
bool user_config_parse(struct user_config *config, struct opts *opts,
		       GError **error);
void user_config_clear(struct user_config *config);

/* Is the address in the IPv4 network? */
static inline bool user_config_has(const struct user_config *config,
				   struct in_addr addr)
{
	return (addr.s_addr & config->mask.s_addr) == config->net.s_addr;
}

#endif /* VHUBD_USER_CONFIG_H */
