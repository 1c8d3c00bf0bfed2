// SPDX-License-Identifier: GPL-2.0
/* vhubd - what a user stack is to be, from QEMU's words */
#include <arpa/inet.h>
#include <errno.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user_config.h"

/* What an option of DHCP has room for; and its field for the boot file. */
#define USER_NAME_MAX	255
#define USER_FILE_MAX	127

/* What an answer of DHCP has room for beside what is always there: all texts with
 * 2 bytes before each, domains to search likewise.
 */
#define USER_TEXTS_MAX	240

const char *const user_options[] = {
	"id", "net", "host", "restrict", "ipv4", "ipv6", "ipv6-net",
	"ipv6-prefix", "ipv6-prefixlen", "ipv6-host", "hostname", "dhcpstart",
	"dns", "ipv6-dns", "dnssearch", "domainname", "tftp",
	"tftp-server-name", "bootfile", "smb", "smbserver", "hostfwd",
	"guestfwd", NULL
};

/* One that is said to be there rules out the other, unless that is said, too. */
static bool user_families(struct user_config *c, struct opts *opts,
			  GError **error)
{
	bool has4 = opts_get(opts, "ipv4"), has6 = opts_get(opts, "ipv6");

	c->ipv4 = true;
	c->ipv6 = true;
	if (!opts_switch(opts, NULL, "ipv4", &c->ipv4, error) ||
	    !opts_switch(opts, NULL, "ipv6", &c->ipv6, error) ||
	    !opts_switch(opts, NULL, "restrict", &c->restricted, error))
		return false;
	if (has6 && c->ipv6 && !has4)
		c->ipv4 = false;
	else if (has4 && c->ipv4 && !has6)
		c->ipv6 = false;
	if (c->ipv4 || c->ipv6)
		return true;
	opts_error(error, "user: neither IPv4 nor IPv6 is left");
	return false;
}

static bool user_address(struct opts *opts, const char *name,
			 struct in_addr *addr, GError **error)
{
	const char *text = opts_get(opts, name);

	if (!text || inet_pton(AF_INET, text, addr) == 1)
		return true;
	opts_error(error, "user: %s: \"%s\" is not an IPv4 address", name, text);
	return false;
}

static bool user_address6(struct opts *opts, const char *name,
			  struct in6_addr *addr, GError **error)
{
	const char *text = opts_get(opts, name);

	if (!text || inet_pton(AF_INET6, text, addr) == 1)
		return true;
	opts_error(error, "user: %s: \"%s\" is not an IPv6 address", name, text);
	return false;
}

/* The mask that QEMU takes where none is given. */
static uint32_t user_class(uint32_t net)
{
	static const struct {
		uint32_t mask, net;
		unsigned int len;
	} classes[] = {
		{ 0x80000000, 0x00000000, 8 },
		{ 0xfff00000, 0xac100000, 12 },
		{ 0xc0000000, 0x80000000, 16 },
		{ 0xffff0000, 0xc0a80000, 16 },
		{ 0xffff0000, 0xc6120000, 15 },
		{ 0xe0000000, 0xe0000000, 24 },
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(classes); i++)
		if ((net & classes[i].mask) == classes[i].net)
			return UINT32_MAX << (32 - classes[i].len);
	return UINT32_MAX << 4;
}

/* 24 or 255.255.255.0 */
static bool user_mask(const char *text, struct in_addr *mask)
{
	guint64 len;

	if (g_ascii_string_to_unsigned(text, 10, 4, 32, &len, NULL)) {
		mask->s_addr = htonl(UINT32_MAX << (32 - len));
		return true;
	}
	/* Ones, and then zeros. */
	return inet_pton(AF_INET, text, mask) == 1 &&
	       !(~ntohl(mask->s_addr) & (~ntohl(mask->s_addr) + 1)) &&
	       mask->s_addr;
}

static bool user_net(struct user_config *c, const char *text, GError **error)
{
	char **words = g_strsplit(text, "/", 2);
	bool good = words[0] && inet_pton(AF_INET, words[0], &c->net) == 1;

	if (good && words[1])
		good = user_mask(words[1], &c->mask);
	else if (good)
		c->mask.s_addr = htonl(user_class(ntohl(c->net.s_addr)));
	c->net.s_addr &= c->mask.s_addr;
	g_strfreev(words);
	if (!good)
		opts_error(error, "user: net: \"%s\" is not ADDRESS/BITS, with 4 to 32 bits",
			   text);
	return good;
}

/* The host with this number in the network, as QEMU counts them. */
static struct in_addr user_nth(const struct user_config *c, uint32_t n)
{
	return (struct in_addr) {
		.s_addr = c->net.s_addr | (htonl(n) & ~c->mask.s_addr)
	};
}

static bool user_within(const struct user_config *c, const char *name,
			struct in_addr addr, GError **error)
{
	char text[INET_ADDRSTRLEN];

	if (user_config_has(c, addr))
		return true;
	inet_ntop(AF_INET, &addr, text, sizeof(text));
	opts_error(error, "user: %s: %s is not in the network", name, text);
	return false;
}

static bool user_distinct(const struct user_config *c, GError **error)
{
	const char *what = NULL;

	if (c->dns.s_addr == c->host.s_addr)
		what = "host and dns";
	else if (c->dhcp.s_addr == c->host.s_addr)
		what = "host and dhcpstart";
	else if (c->dhcp.s_addr == c->dns.s_addr)
		what = "dns and dhcpstart";
	if (what)
		opts_error(error, "user: %s are the same address", what);
	return !what;
}

static bool user_ipv4(struct user_config *c, struct opts *opts, GError **error)
{
	const char *net = opts_get(opts, "net");

	if (!user_net(c, net ? : "10.0.2.0/24", error))
		return false;
	c->host = user_nth(c, 0x0202);
	c->dns = user_nth(c, 0x0203);
	c->dhcp = user_nth(c, 0x020f);
	c->smb_server = user_nth(c, 0x0204);
	return user_address(opts, "host", &c->host, error) &&
	       user_address(opts, "dns", &c->dns, error) &&
	       user_address(opts, "dhcpstart", &c->dhcp, error) &&
	       user_within(c, "host", c->host, error) &&
	       user_within(c, "dns", c->dns, error) &&
	       user_within(c, "dhcpstart", c->dhcp, error) &&
	       user_distinct(c, error);
}

static bool user_within6(const struct user_config *c, const char *name,
			 const struct in6_addr *addr, GError **error)
{
	unsigned int bytes = c->prefix6_len / 8, bits = c->prefix6_len % 8;
	char text[INET6_ADDRSTRLEN];
	uint8_t mask = 0xff << (8 - bits);

	if (!memcmp(addr, &c->prefix6, bytes) &&
	    !((addr->s6_addr[bytes] ^ c->prefix6.s6_addr[bytes]) & mask))
		return true;
	inet_ntop(AF_INET6, addr, text, sizeof(text));
	opts_error(error, "user: %s: %s is not in the network", name, text);
	return false;
}

/* ipv6-net is both of the others. */
static bool user_prefix6(struct user_config *c, struct opts *opts,
			 GError **error)
{
	const char *text = opts_get(opts, "ipv6-net");
	char **words = g_strsplit(text ? : "fec0::", "/", 2);
	guint64 len = 64;
	bool good;

	good = inet_pton(AF_INET6, words[0] ? : "", &c->prefix6) == 1 &&
	       (!words[1] || g_ascii_string_to_unsigned(words[1], 10, 0, 126,
							&len, NULL));
	c->prefix6_len = len;
	g_strfreev(words);
	if (!good) {
		opts_error(error, "user: ipv6-net: \"%s\" is not ADDRESS/BITS, with up to 126 bits",
			   text);
		return false;
	}
	return user_address6(opts, "ipv6-prefix", &c->prefix6, error) &&
	       opts_number(opts, NULL, "ipv6-prefixlen", 126, &c->prefix6_len,
			   error);
}

static bool user_ipv6(struct user_config *c, struct opts *opts, GError **error)
{
	if (!user_prefix6(c, opts, error))
		return false;
	c->host6 = c->prefix6;
	c->host6.s6_addr[15] |= 2;
	c->dns6 = c->prefix6;
	c->dns6.s6_addr[15] |= 3;
	return user_address6(opts, "ipv6-host", &c->host6, error) &&
	       user_address6(opts, "ipv6-dns", &c->dns6, error) &&
	       user_within6(c, "ipv6-host", &c->host6, error) &&
	       user_within6(c, "ipv6-dns", &c->dns6, error);
}

/* A text for guests. */
static bool user_text(struct opts *opts, const char *name, size_t max,
		      char **value, GError **error)
{
	const char *text = opts_get(opts, name);

	if (!text)
		return true;
	if (*text && strlen(text) <= max) {
		*value = g_strdup(text);
		return true;
	}
	opts_error(error, "user: %s: a text of 1 to %zu bytes is needed", name,
		   max);
	return false;
}

/* A folder of the host, by its full name: where we are may change. */
static bool user_folder(struct opts *opts, const char *name, char **value,
			GError **error)
{
	const char *text = opts_get(opts, name);
	struct stat st;
	char *full;

	if (!text)
		return true;
	full = realpath(text, NULL);
	if (full && !stat(full, &st) && S_ISDIR(st.st_mode)) {
		*value = full;
		return true;
	}
	opts_error(error, "user: %s: %s: %s", name, text,
		   strerror(full ? ENOTDIR : errno));
	free(full);
	return false;
}

static bool user_search(struct user_config *c, struct opts *opts,
			GError **error)
{
	GPtrArray *list = g_ptr_array_new();
	uint8_t name[USER_NAME_MAX];
	const char *text;

	while ((text = opts_next(opts, "dnssearch")) &&
	       dn_comp(text, name, sizeof(name), NULL, NULL) > 1)
		g_ptr_array_add(list, g_strdup(text));
	g_ptr_array_add(list, NULL);
	c->dnssearch = (char **)g_ptr_array_free(list, FALSE);
	if (text)
		opts_error(error, "user: dnssearch: \"%s\" is not the name of a domain",
			   text);
	return !text;
}

static size_t user_size(const char *text)
{
	return text ? strlen(text) + 2 : 0;
}

/* Does all that guests are to know go into one answer? */
static bool user_fits(const struct user_config *c, GError **error)
{
	size_t size = user_size(c->hostname) + user_size(c->domainname) +
		      user_size(c->tftp_server_name);
	char **domain;

	for (domain = c->dnssearch; *domain; domain++)
		size += user_size(*domain);
	if (size <= USER_TEXTS_MAX)
		return true;
	opts_error(error, "user: hostname, domainname, dnssearch and tftp-server-name together are more than DHCP has room for");
	return false;
}

static bool user_names(struct user_config *c, struct opts *opts,
		       GError **error)
{
	return user_text(opts, "hostname", USER_NAME_MAX, &c->hostname,
			 error) &&
	       user_text(opts, "domainname", USER_NAME_MAX, &c->domainname,
			 error) &&
	       user_text(opts, "tftp-server-name", USER_NAME_MAX,
			 &c->tftp_server_name, error) &&
	       user_text(opts, "bootfile", USER_FILE_MAX, &c->bootfile,
			 error) &&
	       user_search(c, opts, error) && user_fits(c, error);
}

static bool user_offers(struct user_config *c, struct opts *opts,
			GError **error)
{
	if (!user_folder(opts, "tftp", &c->tftp, error) ||
	    !user_folder(opts, "smb", &c->smb, error))
		return false;
	if (!c->smb)
		return true;
	return user_address(opts, "smbserver", &c->smb_server, error) &&
	       user_within(c, "smbserver", c->smb_server, error);
}

static bool user_forwards(struct user_config *c, struct opts *opts,
			  GError **error)
{
	struct forward *forward;
	const char *text;

	while ((text = opts_next(opts, "hostfwd"))) {
		forward = forward_parse_host(text, c->dhcp, error);
		if (!forward)
			return false;
		g_ptr_array_add(c->forwards, forward);
	}
	while ((text = opts_next(opts, "guestfwd"))) {
		forward = forward_parse_guest(text, error);
		if (!forward)
			return false;
		g_ptr_array_add(c->forwards, forward);
		if (!user_within(c, "guestfwd", forward->guest.v4.sin_addr,
				 error))
			return false;
	}
	return true;
}

static void user_forward_free(gpointer forward)
{
	forward_free(forward);
}

/* Options of a family that is off stay unused, and so are refused. */
bool user_config_parse(struct user_config *c, struct opts *opts,
		       GError **error)
{
	c->forwards = g_ptr_array_new_with_free_func(user_forward_free);
	return user_families(c, opts, error) &&
	       (!c->ipv4 || user_ipv4(c, opts, error)) &&
	       (!c->ipv6 || user_ipv6(c, opts, error)) &&
	       user_names(c, opts, error) && user_offers(c, opts, error) &&
	       user_forwards(c, opts, error);
}

void user_config_clear(struct user_config *c)
{
	g_free(c->hostname);
	g_free(c->domainname);
	g_strfreev(c->dnssearch);
	free(c->tftp);
	g_free(c->tftp_server_name);
	g_free(c->bootfile);
	free(c->smb);
	if (c->forwards)
		g_ptr_array_free(c->forwards, TRUE);
}
