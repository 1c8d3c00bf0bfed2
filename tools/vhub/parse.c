// SPDX-License-Identifier: GPL-2.0
/* vhub - words of a command line into values */
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
