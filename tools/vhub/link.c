// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub link: add, del, show */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"

int link_refused(const struct cli *cli, int err, const char *hub,
		 const char *name)
{
	switch (-err) {
	case ESRCH:
		return cli_refused(cli, "no vhubd serves hub \"%s\": \"vhubd %s LINK\" starts one",
				   hub, hub);
	case ENOTUNIQ:
		return cli_refused(cli, "hub \"%s\" has several user stacks: say which by link LINK, see \"vhub link show %s\"",
				   hub, hub);
	case ENOLINK:
		return cli_refused(cli, "hub \"%s\" has no user stack: \"vhub link add %s user\" adds one",
				   hub, hub);
	case E2BIG:
		return cli_refused(cli, "hub \"%s\": a text of more than %d bytes",
				   hub, VHUBD_TEXT_MAX);
	case ENOENT:
		if (name && !strncmp(cli->nl.error, "There is no such link",
				     strlen("There is no such link")))
			return cli_refused(cli, "no link \"%s\" on hub \"%s\"",
					   name, hub);
	}
	return cli_nl_refused(cli, err, hub);
}

int link_words(struct words *w, struct link_choice *choice)
{
	int ret;

	ret = words_key_hub(w, &choice->hub);
	if (ret || !words_take(w, "link"))
		return ret;
	choice->name = words_next(w);
	if (!choice->name)
		return cli_usage(w->cli, "the number or name of a link is missing");
	return CLI_OK;
}

int link_find(struct cli *cli, struct link_choice *choice)
{
	struct vhub_link_info link;
	int ret;

	if (!choice->name)
		return CLI_OK;
	ret = vhub_link_get(&cli->nl, choice->hub, choice->name, &link);
	if (ret)
		return link_refused(cli, ret, choice->hub, choice->name);
	choice->id = link.id;
	return CLI_OK;
}

/* Printing ---------------------------------------------------------------------*/

void link_print_hub(struct out *out, const char *hub)
{
	out_word(out, hub, ":");
	out_string(out, OUT_JSON, "hub_name", hub);
}

void link_inet_text(const struct vhub_inet *inet, char *text)
{
	const char *form = inet->family == AF_INET6 ? "[%s]:%u" : "%s:%u";
	char host[INET6_ADDRSTRLEN];

	inet_ntop(inet->family, inet->address, host, sizeof(host));
	snprintf(text, LINK_INET_SIZE, inet->port ? form : "%s", host,
		 inet->port);
}

static void link_print_inet_json(struct out *out, const char *key,
				 const struct vhub_inet *inet)
{
	char name[32], host[INET6_ADDRSTRLEN];

	snprintf(name, sizeof(name), "%s_address", key);
	if (inet->family)
		out_string(out, OUT_JSON, name,
			   inet_ntop(inet->family, inet->address, host,
				     sizeof(host)));
	else
		out_null(out, name);
	snprintf(name, sizeof(name), "%s_port", key);
	if (inet->port)
		out_number(out, OUT_JSON, name, inet->port);
	else
		out_null(out, name);
}

void link_print_inet(struct out *out, const char *key,
		     const struct vhub_inet *inet)
{
	char text[LINK_INET_SIZE];

	if (out->json) {
		link_print_inet_json(out, key, inet);
	} else if (inet->family) {
		link_inet_text(inet, text);
		out_string(out, OUT_ALWAYS, key, text);
	}
}

static void link_print_ports(struct out *out, const struct vhub_link_info *link)
{
	if (vhub_has(link->has, VHUBD_A_LINK_PORT))
		out_number(out, OUT_ALWAYS, "port", link->port);
	else
		out_null(out, "port");
	out_number(out, link->ports == 1 ? OUT_JSON : OUT_ALWAYS, "ports",
		   link->ports);
}

static void link_print_stats(struct out *out, const struct vhub_link_info *link)
{
	out_nest(out, "stats");
	out_line(out, "   ");
	out_number(out, OUT_STATS, "rx_frames", link->rx_frames);
	out_number(out, OUT_STATS, "rx_bytes", link->rx_bytes);
	out_number(out, OUT_STATS, "tx_frames", link->tx_frames);
	out_number(out, OUT_STATS, "tx_bytes", link->tx_bytes);
	out_nest_end(out);
}

static void link_print(struct out *out, const struct vhub_link_info *link)
{
	link_print_hub(out, link->hub_name);
	out_number(out, OUT_ALWAYS, out->json ? "id" : "link", link->id);
	if (vhub_has(link->has, VHUBD_A_LINK_NAME))
		out_string(out, OUT_ALWAYS, "name", link->name);
	else
		out_null(out, "name");
	out_string(out, OUT_ALWAYS, "kind", link->kind);
	out_string(out, OUT_ALWAYS, "state", link->works ? "up" : "down");
	if (vhub_has(link->has, VHUBD_A_LINK_ERROR))
		out_string(out, OUT_ALWAYS, "error", link->error);
	else
		out_null(out, "error");
	link_print_ports(out, link);
	out_number(out, OUT_DETAILS, "pid", link->pid);
	out_string(out, OUT_ALWAYS, "text", link->text);
	link_print_stats(out, link);
}

static void link_print_list(struct out *out, const struct vhub_link_info *links,
			    size_t n)
{
	size_t i;

	out_array(out);
	for (i = 0; i < n; i++) {
		out_object(out);
		link_print(out, &links[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

/* Verbs ------------------------------------------------------------------------*/

/* [link] LINK */
static int link_key(struct words *w, const char **name)
{
	words_take(w, "link");
	*name = words_next(w);
	if (!*name)
		return cli_usage(w->cli, "the number or name of a link is missing");
	return words_end(w);
}

static int link_show_all(struct cli *cli, const char *hub)
{
	struct vhub_link_info *links;
	size_t n;
	int ret;

	ret = vhub_link_list(&cli->nl, hub, &links, &n);
	if (ret)
		return link_refused(cli, ret, hub, NULL);
	if (cli->nl.interrupted)
		cli_note(cli, "links came or went meanwhile, some may be missing");
	link_print_list(&cli->out, links, n);
	free(links);
	return CLI_OK;
}

static int link_show(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_link_info link;
	const char *hub, *name;
	int ret;

	if (!argc)
		return link_show_all(cli, NULL);
	ret = words_key_hub(&w, &hub);
	if (ret)
		return ret;
	if (!w.argc)
		return link_show_all(cli, hub);
	ret = link_key(&w, &name);
	if (ret)
		return ret;
	ret = vhub_link_get(&cli->nl, hub, name, &link);
	if (ret)
		return link_refused(cli, ret, hub, name);
	link_print_list(&cli->out, &link, 1);
	return CLI_OK;
}

/* What was added before one that could not be goes again. */
static void link_undo(struct cli *cli, const char *hub,
		      const struct vhub_link_info *links, int n)
{
	struct vhub_nl nl = { 0 };
	char id[16];

	while (n--) {
		snprintf(id, sizeof(id), "%u", links[n].id);
		if (vhub_link_del(&nl, hub, id))
			cli_note(cli, "link %s stays", id);
	}
	vhub_nl_close(&nl);
}

static int link_add(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct vhub_link_info *links;
	const char *hub;
	int ret, i;

	ret = words_key_hub(&w, &hub);
	if (ret)
		return ret;
	if (!w.argc)
		return cli_usage(cli, "link add: the link is missing, see \"man vhubd\"");
	links = calloc(w.argc, sizeof(*links));
	if (!links)
		return cli_refused(cli, "%s", strerror(ENOMEM));
	for (i = 0; i < w.argc && !ret; i++)
		ret = vhub_link_add(&cli->nl, hub, w.argv[i], &links[i]);
	if (ret) {
		ret = link_refused(cli, ret, hub, NULL);
		link_undo(cli, hub, links, i - 1);
	} else {
		link_print_list(&cli->out, links, i);
	}
	free(links);
	return ret;
}

static int link_del(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	const char *hub, *name;
	int ret;

	ret = words_key_hub(&w, &hub);
	if (!ret)
		ret = link_key(&w, &name);
	if (ret)
		return ret;
	ret = vhub_link_del(&cli->nl, hub, name);
	return ret ? link_refused(cli, ret, hub, name) : CLI_OK;
}

static const struct cli_verb link_verbs[] = {
	{ "show", link_show },
	{ "add", link_add },
	{ "del", link_del },
	{ NULL, NULL }
};

const struct cli_object cli_link = {
	.name = "link",
	.verbs = link_verbs,
	.help =
	"  vhub link [show [[hub] NAME [[link] LINK]]]\n"
	"  vhub link add [hub] NAME TEXT...\n"
	"  vhub link del [hub] NAME [link] LINK\n",
};
