// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub fdb: add, del, flush, show */
#include <errno.h>
#include <stdlib.h>

#include "cli.h"
#include "parse.h"

/* [hub] NAME ADDRESS */
static int fdb_words(struct words *w, const char **hub,
		     struct vhub_fdb_key *key)
{
	int ret = words_key_hub(w, hub);

	return ret ? : words_address(w, key->address);
}

static bool fdb_option_vid(const char *text, void *data)
{
	struct vhub_fdb_choice *choice = data;

	choice->has |= 1U << VHUB_A_FDB_VID;
	return parse_number(text, VHUB_VID_MAX, &choice->vid);
}

static bool fdb_option_port(const char *text, void *data)
{
	struct vhub_fdb_choice *choice = data;

	choice->has |= 1U << VHUB_A_FDB_PORT;
	return parse_number(text, UINT32_MAX, &choice->port);
}

static const struct words_option fdb_options[] = {
	{ "vid", "a number from 0 to 4094", fdb_option_vid },
	{ "port", "the number of a port", fdb_option_port },
	{ NULL, NULL, NULL }
};

/* del takes no port: the hub knows where the address is. */
static const struct words_option fdb_del_options[] = {
	{ "vid", "a number from 0 to 4094", fdb_option_vid },
	{ NULL, NULL, NULL }
};

static int fdb_add(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_fdb_choice choice = { 0 };
	struct vhub_fdb_key key = { 0 };
	const char *hub;
	int ret;

	ret = fdb_words(&w, &hub, &key);
	if (!ret)
		ret = words_options(&w, fdb_options, NULL, &choice);
	if (ret)
		return ret;
	if (!vhub_has(choice.has, VHUB_A_FDB_PORT))
		return cli_usage(cli, "fdb add: port is missing");
	key.vid = choice.vid;
	ret = vhub_fdb_add(&cli->nl, hub, &key, choice.port);
	return ret ? cli_nl_refused(cli, ret, hub) : CLI_OK;
}

static int fdb_del(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_fdb_choice choice = { 0 };
	struct vhub_fdb_key key = { 0 };
	const char *hub;
	int ret;

	ret = fdb_words(&w, &hub, &key);
	if (!ret)
		ret = words_options(&w, fdb_del_options, NULL, &choice);
	if (ret)
		return ret;
	key.vid = choice.vid;
	ret = vhub_fdb_del(&cli->nl, hub, &key);
	return ret ? cli_nl_refused(cli, ret, hub) : CLI_OK;
}

static int fdb_flush(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_fdb_choice choice = { 0 };
	const char *hub;
	int ret;

	ret = words_key_hub(&w, &hub);
	if (!ret)
		ret = words_options(&w, fdb_options, NULL, &choice);
	if (ret)
		return ret;
	ret = vhub_fdb_flush(&cli->nl, hub, &choice);
	return ret ? cli_nl_refused(cli, ret, hub) : CLI_OK;
}

void fdb_print(struct out *out, const struct vhub_fdb_info *fdb)
{
	out_word(out, fdb->hub_name, ":");
	out_string(out, OUT_JSON, "hub_name", fdb->hub_name);
	if (fdb->hub_ifindex)
		out_number(out, OUT_JSON, "hub_ifindex", fdb->hub_ifindex);
	else
		out_null(out, "hub_ifindex");
	out_address(out, "address", fdb->address);
	out_number(out, fdb->vid ? OUT_ALWAYS : OUT_JSON, "vid", fdb->vid);
	out_number(out, OUT_ALWAYS, "port", fdb->port);
	out_bits(out, fdb->flags ? OUT_ALWAYS : OUT_JSON, "flags", fdb->flags,
		 vhub_fdb_flag_names());
	if (vhub_has(fdb->has, VHUB_A_FDB_AGE_MS))
		out_ms(out, OUT_ALWAYS, "age", fdb->age_ms);
	else
		out_null(out, "age_ms");
}

static bool fdb_chosen(const struct vhub_fdb_info *fdb,
		       const struct vhub_fdb_choice *choice)
{
	if (vhub_has(choice->has, VHUB_A_FDB_PORT) &&
	    choice->port != fdb->port)
		return false;
	return !vhub_has(choice->has, VHUB_A_FDB_VID) ||
	       choice->vid == fdb->vid;
}

static void fdb_show_list(struct out *out, const struct vhub_fdb_info *fdbs,
			  size_t n, const struct vhub_fdb_choice *choice)
{
	size_t i;

	out_array(out);
	for (i = 0; i < n; i++) {
		if (!fdb_chosen(&fdbs[i], choice))
			continue;
		out_object(out);
		fdb_print(out, &fdbs[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

static int fdb_show(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_fdb_choice choice = { 0 };
	struct vhub_fdb_info *fdbs;
	const char *hub = NULL;
	size_t n;
	int ret = CLI_OK;

	if (argc)
		ret = words_key_hub(&w, &hub);
	if (!ret)
		ret = words_options(&w, fdb_options, NULL, &choice);
	if (ret)
		return ret;
	ret = vhub_fdb_list(&cli->nl, hub, &fdbs, &n);
	if (ret)
		return cli_nl_refused(cli, ret, hub);
	fdb_show_list(&cli->out, fdbs, n, &choice);
	free(fdbs);
	return CLI_OK;
}

static const struct cli_verb fdb_verbs[] = {
	{ "show", fdb_show },
	{ "add", fdb_add },
	{ "del", fdb_del },
	{ "flush", fdb_flush },
	{ NULL, NULL }
};

const struct cli_object cli_fdb = {
	.name = "fdb",
	.verbs = fdb_verbs,
	.help =
	"  vhub fdb [show [[hub] NAME [port NUMBER] [vid VID]]]\n"
	"  vhub fdb add [hub] NAME ADDRESS port NUMBER [vid VID]\n"
	"  vhub fdb del [hub] NAME ADDRESS [vid VID]\n"
	"  vhub fdb flush [hub] NAME [port NUMBER] [vid VID]\n",
};
