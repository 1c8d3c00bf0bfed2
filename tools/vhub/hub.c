// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub hub: add, del, set, show */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "parse.h"

static bool hub_option_owner(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_OWNER;
	return parse_user(text, &set->owner);
}

static bool hub_option_group(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_GROUP;
	return parse_group(text, &set->group);
}

static bool hub_option_perm(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_PERM;
	return parse_perm(text, &set->perm);
}

static bool hub_option_mode(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_MODE;
	set->mode = strcmp(text, "switch") ? VHUB_HUB_MODE_HUB :
					     VHUB_HUB_MODE_SWITCH;
	return !strcmp(text, vhub_hub_mode(set->mode));
}

static bool hub_option_ageing(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_AGEING_MS;
	return parse_seconds(text, VHUB_AGEING_MAX, &set->ageing_ms);
}

static bool hub_option_max_addresses(const char *text, void *data)
{
	struct vhub_hub_set *set = data;

	set->has |= 1U << VHUB_A_HUB_MAX_ADDRESSES;
	return parse_number(text, VHUB_ADDRESSES_MAX, &set->max_addresses) &&
	       set->max_addresses;
}

static const struct words_option hub_options[] = {
	{ "mode", "hub or switch", hub_option_mode },
	{ "ageing", "a time in seconds up to 1000000", hub_option_ageing },
	{ "max-addresses", "a number from 1 to 65536",
	  hub_option_max_addresses },
	{ "owner", "a user", hub_option_owner },
	{ "group", "a group", hub_option_group },
	{ "perm", "an octal number up to 0777", hub_option_perm },
	{ NULL, NULL, NULL }
};

static int hub_words(struct words *w, const char **name,
		     struct vhub_hub_set *set)
{
	int ret = words_hub(w, name);

	return ret ? : words_options(w, hub_options, NULL, set);
}

static int hub_add(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_hub_set set = { 0 };
	const char *name;
	int ret;

	ret = hub_words(&w, &name, &set);
	if (ret)
		return ret;
	ret = vhub_hub_add(&cli->nl, name, &set);
	if (ret == -EEXIST)
		return cli_refused(cli,
				   "there is a network device \"%s\" already",
				   name);
	if (ret == -EPERM && !cli->nl.error[0])
		return cli_refused(cli,
				   "no permission to add a hub (CAP_NET_ADMIN in this network namespace)");
	return ret ? cli_nl_refused(cli, ret, name) : CLI_OK;
}

static int hub_del(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	const char *name;
	int ret;

	ret = words_hub(&w, &name);
	if (!ret)
		ret = words_end(&w);
	if (ret)
		return ret;
	ret = vhub_hub_del(&cli->nl, name);
	if (ret == -EPERM && !cli->nl.error[0])
		return cli_refused(cli,
				   "no permission to delete hub \"%s\" (CAP_NET_ADMIN in this network namespace)",
				   name);
	return ret ? cli_nl_refused(cli, ret, name) : CLI_OK;
}

static int hub_set(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_hub_set set = { 0 };
	const char *name;
	int ret;

	ret = hub_words(&w, &name, &set);
	if (ret)
		return ret;
	if (!set.has)
		return cli_usage(cli, "hub set: what to change is missing");
	ret = vhub_hub_change(&cli->nl, name, &set);
	return ret ? cli_nl_refused(cli, ret, name) : CLI_OK;
}

static void hub_print_rights(struct out *out, const struct vhub_hub_info *hub)
{
	char perm[16];

	out_user(out, "owner", "owner_name", hub->owner);
	out_group(out, "group", "group_name", hub->group);
	snprintf(perm, sizeof(perm), "%04o", hub->perm);
	out_string(out, OUT_ALWAYS, "perm", perm);
}

static void hub_print_mode(struct out *out, enum out_when when, uint32_t value)
{
	const char *mode = vhub_hub_mode(value);
	char number[16];

	if (!mode) {
		snprintf(number, sizeof(number), "%u", value);
		mode = number;
	}
	out_string(out, when, "mode", mode);
}

/* Text says it of user hubs. */
static void hub_print_kind(struct out *out, uint32_t value)
{
	const char *kind = vhub_hub_kind(value);
	char number[16];

	if (!kind) {
		snprintf(number, sizeof(number), "%u", value);
		kind = number;
	}
	out_string(out, value ? OUT_ALWAYS : OUT_JSON, "kind", kind);
}

void hub_print(struct out *out, const struct vhub_hub_info *hub)
{
	/* Of a hub that is no switch, text says nothing of addresses. */
	bool plain = hub->mode == VHUB_HUB_MODE_HUB;
	enum out_when always = plain ? OUT_JSON : OUT_ALWAYS;

	out_word(out, hub->name, ":");
	out_string(out, OUT_JSON, "name", hub->name);
	hub_print_kind(out, hub->kind);
	hub_print_mode(out, always, hub->mode);
	out_number(out, OUT_ALWAYS, "ports", hub->ports);
	out_number(out, always, "addresses", hub->addresses);
	out_ms(out, always, "ageing", hub->ageing_ms);
	hub_print_rights(out, hub);
	if (hub->ifindex)
		out_number(out, OUT_DETAILS, "ifindex", hub->ifindex);
	else
		out_null(out, "ifindex");
	out_number(out, OUT_DETAILS, "ports_max", hub->ports_max);
	out_number(out, plain ? OUT_JSON : OUT_DETAILS, "max_addresses",
		   hub->max_addresses);
}

static int hub_show_list(struct cli *cli, const struct vhub_hub_info *hubs,
			 size_t n)
{
	size_t i;

	out_array(&cli->out);
	for (i = 0; i < n; i++) {
		out_object(&cli->out);
		hub_print(&cli->out, &hubs[i]);
		out_object_end(&cli->out);
	}
	out_array_end(&cli->out);
	return CLI_OK;
}

static int hub_show_all(struct cli *cli)
{
	struct vhub_hub_info *hubs;
	size_t n;
	int ret;

	ret = vhub_hub_list(&cli->nl, &hubs, &n);
	if (ret)
		return cli_nl_refused(cli, ret, NULL);
	if (cli->nl.interrupted)
		cli_note(cli, "hubs came or went meanwhile, some may be missing");
	hub_show_list(cli, hubs, n);
	free(hubs);
	return CLI_OK;
}

static int hub_show(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_hub_info hub;
	const char *name;
	int ret;

	if (!argc)
		return hub_show_all(cli);
	ret = words_hub(&w, &name);
	if (!ret)
		ret = words_end(&w);
	if (ret)
		return ret;
	ret = vhub_hub_get(&cli->nl, name, &hub);
	if (ret)
		return cli_nl_refused(cli, ret, name);
	return hub_show_list(cli, &hub, 1);
}

static const struct cli_verb hub_verbs[] = {
	{ "show", hub_show },
	{ "add", hub_add },
	{ "del", hub_del },
	{ "set", hub_set },
	{ NULL, NULL }
};

const struct cli_object cli_hub = {
	.name = "hub",
	.verbs = hub_verbs,
	.help =
	"  vhub hub [show [NAME]]\n"
	"  vhub hub add NAME [owner USER] [group GROUP] [perm MODE]\n"
	"           [mode hub|switch] [ageing SECONDS] [max-addresses N]\n"
	"  vhub hub set NAME [owner USER] [group GROUP] [perm MODE]\n"
	"           [mode hub|switch] [ageing SECONDS] [max-addresses N]\n"
	"  vhub hub del NAME\n",
};
