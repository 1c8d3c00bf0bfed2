// SPDX-License-Identifier: GPL-2.0
/* vhub - words of a command line into values */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vhub.h>
#include <linux/vhub_dev.h>

#include "../libvhub/netlink.h"
#include "cli.h"
#include "parse.h"

static bool parse_base(const char *text, int base, uint32_t max,
		       uint32_t *value)
{
	unsigned long n;
	char *end;

	/* strtoul() also takes blanks and signs. */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	n = strtoul(text, &end, base);
	if (errno || *end || n > max)
		return false;
	*value = n;
	return true;
}

bool parse_number(const char *text, uint32_t max, uint32_t *value)
{
	return parse_base(text, 10, max, value);
}

bool parse_perm(const char *text, uint32_t *perm)
{
	return parse_base(text, 8, VHUB_PERM_MAX, perm);
}

/* All ones is no user, but "leave it" to the kernel. */
bool parse_user(const char *text, uint32_t *uid)
{
	const struct passwd *pw = getpwnam(text);

	if (pw)
		*uid = pw->pw_uid;
	return pw || parse_number(text, UINT32_MAX - 1, uid);
}

bool parse_group(const char *text, uint32_t *gid)
{
	const struct group *gr = getgrnam(text);

	if (gr)
		*gid = gr->gr_gid;
	return gr || parse_number(text, UINT32_MAX - 1, gid);
}

bool parse_switch(const char *text, bool *on)
{
	*on = !strcmp(text, "on");
	return *on || !strcmp(text, "off");
}

/* Up to three digits after a point; as thousandths. */
static bool parse_fraction(const char *text, uint32_t *thousandths)
{
	size_t i, n = strlen(text);

	*thousandths = 0;
	if (!n || n > 3)
		return false;
	for (i = 0; i < 3; i++) {
		if (i < n && !isdigit((unsigned char)text[i]))
			return false;
		*thousandths = *thousandths * 10 + (i < n ? text[i] - '0' : 0);
	}
	return true;
}

/* 300, or 0.25 */
bool parse_seconds(const char *text, uint32_t max_ms, uint32_t *ms)
{
	const char *point = strchrnul(text, '.');
	uint32_t whole, thousandths = 0;
	char number[16];
	size_t n = point - text;

	if (n >= sizeof(number))
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	if (!parse_number(number, max_ms / 1000, &whole))
		return false;
	if (*point && !parse_fraction(point + 1, &thousandths))
		return false;
	if (thousandths > max_ms - whole * 1000)
		return false;
	*ms = whole * 1000 + thousandths;
	return true;
}

static bool parse_hex(const char *text, uint8_t *byte)
{
	if (!isxdigit((unsigned char)text[0]) ||
	    !isxdigit((unsigned char)text[1]))
		return false;
	*byte = strtoul(text, NULL, 16);
	return true;
}

/* Six bytes of two hexadecimal digits with : between them. */
bool parse_address(const char *text, uint8_t *address)
{
	uint8_t bytes[VHUB_ADDRESS_SIZE];
	size_t i;

	if (strlen(text) != 3 * VHUB_ADDRESS_SIZE - 1)
		return false;
	for (i = 0; i < VHUB_ADDRESS_SIZE; i++) {
		if (i && text[3 * i - 1] != ':')
			return false;
		if (!parse_hex(text + 3 * i, &bytes[i]))
			return false;
	}
	memcpy(address, bytes, sizeof(bytes));
	return true;
}

/* A number, or "none" for 0. */
bool parse_vlan(const char *text, uint32_t *vid)
{
	if (strcmp(text, "none"))
		return parse_number(text, VHUB_VID_MAX, vid) && *vid;
	*vid = 0;
	return true;
}

/* 10 or 20-29, up to the comma or the end. */
static bool parse_vlan_range(const char *text, size_t n, uint8_t *vlans)
{
	char range[sizeof("4094-4094")], *dash;
	uint32_t first, last;

	if (n >= sizeof(range))
		return false;
	memcpy(range, text, n);
	range[n] = '\0';
	dash = strchr(range, '-');
	if (dash)
		*dash++ = '\0';
	if (!parse_number(range, VHUB_VID_MAX, &first) ||
	    !parse_number(dash ? dash : range, VHUB_VID_MAX, &last) ||
	    !first || first > last)
		return false;
	while (first <= last)
		vhub_vlans_add(vlans, first++);
	return true;
}

/* 10,20-29, or "none" */
bool parse_vlans(const char *text, uint8_t *vlans)
{
	const char *end;

	if (!strcmp(text, "none"))
		return true;
	for (;; text = end + 1) {
		end = strchrnul(text, ',');
		if (!parse_vlan_range(text, end - text, vlans))
			return false;
		if (!*end)
			return true;
	}
}

/* An address of either family. Return: the longest prefix it has, 0 for none. */
static uint32_t parse_ip(const char *text, uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, address) == 1)
		return 128;
	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address + sizeof(mapped)) == 1 ? 32 : 0;
}

static bool parse_ip_prefix(char *text, struct vhub_ip *ip)
{
	char *slash = strchr(text, '/');
	uint32_t max, prefix;

	if (slash)
		*slash = '\0';
	max = parse_ip(text, ip->address);
	prefix = max;
	if (!max || (slash && !parse_number(slash + 1, max, &prefix)))
		return false;
	ip->prefix = 128 - max + prefix;
	return true;
}

bool parse_ips(const char *text, struct vhub_ip *ips, uint32_t max,
	       uint32_t *count)
{
	char one[INET6_ADDRSTRLEN + sizeof("/128")];
	size_t n;

	*count = 0;
	if (!strcmp(text, "none"))
		return true;
	for (;; text += n + 1) {
		n = strcspn(text, ",");
		if (*count == max || n >= sizeof(one))
			return false;
		memcpy(one, text, n);
		one[n] = '\0';
		if (!parse_ip_prefix(one, &ips[(*count)++]))
			return false;
		if (!text[n])
			return true;
	}
}

bool parse_routers(const char *text, uint8_t *routers, uint32_t max,
		   uint32_t *count)
{
	struct vhub_ip ips[VHUB_IP_MAX];
	uint32_t i;

	if (strchr(text, '/') || !parse_ips(text, ips, max, count))
		return false;
	for (i = 0; i < *count; i++)
		memcpy(routers + i * VHUB_IPV6_SIZE, ips[i].address,
		       VHUB_IPV6_SIZE);
	return true;
}

const char *words_next(struct words *w)
{
	if (!w->argc)
		return NULL;
	w->argc--;
	return *w->argv++;
}

bool words_take(struct words *w, const char *word)
{
	if (!w->argc || strcmp(*w->argv, word))
		return false;
	words_next(w);
	return true;
}

int words_hub(struct words *w, const char **name)
{
	const char *fault;

	*name = words_next(w);
	if (!*name)
		return cli_usage(w->cli, "the name of a hub is missing");
	fault = vhub_hub_name_fault(*name);
	if (fault)
		return cli_usage(w->cli, "\"%s\" cannot name a hub: it %s",
				 *name, fault);
	return CLI_OK;
}

int words_key_hub(struct words *w, const char **name)
{
	words_take(w, "hub");
	return words_hub(w, name);
}

int words_key_port(struct words *w, uint32_t *number)
{
	const char *text;

	words_take(w, "port");
	text = words_next(w);
	if (!text)
		return cli_usage(w->cli, "the number of a port is missing");
	if (!parse_number(text, UINT32_MAX, number))
		return cli_usage(w->cli, "\"%s\" is not the number of a port",
				 text);
	return CLI_OK;
}

int words_address(struct words *w, uint8_t *address)
{
	const char *text = words_next(w);

	if (!text)
		return cli_usage(w->cli, "an address is missing");
	if (!parse_address(text, address))
		return cli_usage(w->cli,
				 "\"%s\" is not an address as 02:00:5e:00:53:01",
				 text);
	return CLI_OK;
}

int words_end(const struct words *w)
{
	if (w->argc)
		return cli_usage(w->cli, "\"%s\" is too much here", *w->argv);
	return CLI_OK;
}

static int words_option_value(struct words *w, const struct words_option *o,
			      void *data)
{
	const char *value = words_next(w);

	if (!value)
		return cli_usage(w->cli, "%s: %s is missing", o->name,
				 o->what);
	if (!o->parse(value, data))
		return cli_usage(w->cli, "%s: \"%s\" is not %s", o->name,
				 value, o->what);
	return CLI_OK;
}

int words_options(struct words *w, const struct words_option *options,
		  const char *stop, void *data)
{
	const struct words_option *o;
	unsigned int seen = 0;
	const char *word;
	int ret;

	while (w->argc && !(stop && words_take(w, stop))) {
		word = words_next(w);
		for (o = options; o->name && strcmp(o->name, word); o++)
			;
		if (!o->name)
			return cli_usage(w->cli, "unknown word \"%s\"", word);
		if (seen & 1U << (o - options))
			return cli_usage(w->cli, "\"%s\" is there twice", word);
		seen |= 1U << (o - options);
		ret = words_option_value(w, o, data);
		if (ret)
			return ret;
	}
	return CLI_OK;
}
