// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub fwd: add, del, show */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"

/* As it is written, to add or remove it. */
static char *fwd_text(const struct vhub_fwd_info *fwd)
{
	const char *protocol = fwd->protocol == IPPROTO_UDP ? "udp" : "tcp";
	char host[LINK_INET_SIZE] = "", guest[LINK_INET_SIZE], *text;
	int len;

	link_inet_text(&fwd->guest, guest);
	if (fwd->kind == VHUBD_FWD_KIND_HOST) {
		link_inet_text(&fwd->host, host);
		len = asprintf(&text, "%s:%s-%s", protocol, host, guest);
	} else {
		len = asprintf(&text, "%s:%s-%s", protocol, guest,
			       fwd->target);
	}
	return len < 0 ? NULL : text;
}

static void fwd_print_stats(struct out *out, const struct vhub_fwd_info *fwd)
{
	out_nest(out, "stats");
	out_line(out, "   ");
	out_number(out, OUT_STATS, "connections", fwd->connections);
	out_number(out, OUT_STATS, "in_bytes", fwd->in_bytes);
	out_number(out, OUT_STATS, "out_bytes", fwd->out_bytes);
	out_nest_end(out);
}

/* Text has both ends in one word. */
static void fwd_print_ends(struct out *out, const struct vhub_fwd_info *fwd)
{
	if (!out->json)
		return;
	out_string(out, OUT_JSON, "protocol",
		   fwd->protocol == IPPROTO_UDP ? "udp" : "tcp");
	link_print_inet(out, "host", &fwd->host);
	link_print_inet(out, "guest", &fwd->guest);
	if (vhub_has(fwd->has, VHUBD_A_FWD_TARGET))
		out_string(out, OUT_JSON, "target", fwd->target);
	else
		out_null(out, "target");
}

static void fwd_print(struct out *out, const struct vhub_fwd_info *fwd)
{
	char *text = fwd_text(fwd);

	link_print_hub(out, fwd->hub_name);
	if (text)
		out_string(out, OUT_ALWAYS, out->json ? "text" : "fwd", text);
	else
		out->failed = true;
	free(text);
	out_number(out, OUT_ALWAYS, "link", fwd->link);
	out_string(out, OUT_ALWAYS, "kind",
		   fwd->kind == VHUBD_FWD_KIND_HOST ? "host" : "guest");
	fwd_print_ends(out, fwd);
	fwd_print_stats(out, fwd);
}

static void fwd_print_list(struct out *out, const struct vhub_fwd_info *fwds,
			   size_t n)
{
	size_t i;

	out_array(out);
	for (i = 0; i < n; i++) {
		out_object(out);
		fwd_print(out, &fwds[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

static int fwd_show(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct link_choice choice = { 0 };
	struct vhub_fwd_info *fwds;
	size_t n;
	int ret = CLI_OK;

	if (argc)
		ret = link_words(&w, &choice);
	if (!ret)
		ret = words_end(&w);
	if (!ret)
		ret = link_find(cli, &choice);
	if (ret)
		return ret;
	ret = vhub_fwd_list(&cli->nl, choice.hub, choice.id, &fwds, &n);
	if (ret)
		return link_refused(cli, ret, choice.hub, choice.name);
	fwd_print_list(&cli->out, fwds, n);
	free(fwds);
	return CLI_OK;
}

/* [hub] NAME [link LINK] [guest] FORWARD */
static int fwd_words(struct cli *cli, struct words *w,
		     struct link_choice *choice, struct vhub_fwd_set *set)
{
	int ret = link_words(w, choice);

	if (ret)
		return ret;
	set->kind = words_take(w, "guest") ? VHUBD_FWD_KIND_GUEST :
					     VHUBD_FWD_KIND_HOST;
	set->text = words_next(w);
	if (!set->text)
		return cli_usage(cli, "the forward is missing, as tcp::2222-10.0.2.15:22");
	ret = words_end(w);
	if (!ret)
		ret = link_find(cli, choice);
	set->link = choice->id;
	return ret;
}

static int fwd_add(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct link_choice choice = { 0 };
	struct vhub_fwd_set set = { 0 };
	struct vhub_fwd_info fwd;
	int ret;

	ret = fwd_words(cli, &w, &choice, &set);
	if (ret)
		return ret;
	ret = vhub_fwd_add(&cli->nl, choice.hub, &set, &fwd);
	if (ret)
		return link_refused(cli, ret, choice.hub, choice.name);
	fwd_print_list(&cli->out, &fwd, 1);
	return CLI_OK;
}

static int fwd_del(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct link_choice choice = { 0 };
	struct vhub_fwd_set set = { 0 };
	int ret;

	ret = fwd_words(cli, &w, &choice, &set);
	if (ret)
		return ret;
	ret = vhub_fwd_del(&cli->nl, choice.hub, &set);
	return ret ? link_refused(cli, ret, choice.hub, choice.name) : CLI_OK;
}

static const struct cli_verb fwd_verbs[] = {
	{ "show", fwd_show },
	{ "add", fwd_add },
	{ "del", fwd_del },
	{ NULL, NULL }
};

const struct cli_object cli_fwd = {
	.name = "fwd",
	.verbs = fwd_verbs,
	.help =
	"  vhub fwd [show [[hub] NAME [link LINK]]]\n"
	"  vhub fwd add [hub] NAME [link LINK]\n"
	"           [tcp|udp]:[ADDRESS]:PORT-[GUEST]:PORT\n"
	"  vhub fwd add [hub] NAME [link LINK] guest\n"
	"           [tcp]:SERVER:PORT-cmd:COMMAND|tcp:HOST:PORT|unix:PATH\n"
	"  vhub fwd del [hub] NAME [link LINK] [guest] [tcp|udp]:[ADDRESS]:PORT\n",
};
