// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub lease, vhub conn: show */
#include <errno.h>
#include <stdlib.h>

#include "link.h"

/* [[hub] NAME [link LINK]] */
static int conn_words(struct cli *cli, int argc, char **argv,
		      struct link_choice *choice)
{
	struct words w = { cli, argc, argv };
	int ret = CLI_OK;

	if (argc)
		ret = link_words(&w, choice);
	if (!ret)
		ret = words_end(&w);
	return ret ? : link_find(cli, choice);
}

static void lease_print(struct out *out, const struct vhub_lease_info *lease)
{
	char text[LINK_INET_SIZE];

	link_print_hub(out, lease->hub_name);
	link_inet_text(&lease->address, text);
	out_string(out, OUT_ALWAYS, out->json ? "address" : "lease", text);
	out_address(out, "mac", lease->mac);
	if (vhub_has(lease->has, VHUBD_A_LEASE_NAME))
		out_string(out, OUT_ALWAYS, "name", lease->name);
	else
		out_null(out, "name");
	out_number(out, OUT_ALWAYS, "left", lease->left);
	out_number(out, OUT_ALWAYS, "link", lease->link);
}

static int lease_show(struct cli *cli, int argc, char **argv)
{
	struct link_choice choice = { 0 };
	struct vhub_lease_info *leases;
	size_t n, i;
	int ret;

	ret = conn_words(cli, argc, argv, &choice);
	if (ret)
		return ret;
	ret = vhub_lease_list(&cli->nl, choice.hub, choice.id, &leases, &n);
	if (ret)
		return link_refused(cli, ret, choice.hub, choice.name);
	out_array(&cli->out);
	for (i = 0; i < n; i++) {
		out_object(&cli->out);
		lease_print(&cli->out, &leases[i]);
		out_object_end(&cli->out);
	}
	out_array_end(&cli->out);
	free(leases);
	return CLI_OK;
}

static void conn_print(struct out *out, const struct vhub_conn_info *conn)
{
	link_print_hub(out, conn->hub_name);
	out_string(out, OUT_ALWAYS, out->json ? "protocol" : "conn",
		   conn->protocol);
	out_string(out, OUT_ALWAYS, "state", conn->state);
	link_print_inet(out, "src", &conn->src);
	link_print_inet(out, "dst", &conn->dst);
	link_print_inet(out, "local", &conn->local);
	link_print_inet(out, "remote", &conn->remote);
	out_number(out, OUT_STATS, "in_queue", conn->in_queue);
	out_number(out, OUT_STATS, "out_queue", conn->out_queue);
	out_number(out, OUT_ALWAYS, "link", conn->link);
}

static int conn_show(struct cli *cli, int argc, char **argv)
{
	struct link_choice choice = { 0 };
	struct vhub_conn_info *conns;
	size_t n, i;
	int ret;

	ret = conn_words(cli, argc, argv, &choice);
	if (ret)
		return ret;
	ret = vhub_conn_list(&cli->nl, choice.hub, choice.id, &conns, &n);
	if (ret)
		return link_refused(cli, ret, choice.hub, choice.name);
	out_array(&cli->out);
	for (i = 0; i < n; i++) {
		out_object(&cli->out);
		conn_print(&cli->out, &conns[i]);
		out_object_end(&cli->out);
	}
	out_array_end(&cli->out);
	free(conns);
	return CLI_OK;
}

static const struct cli_verb lease_verbs[] = {
	{ "show", lease_show },
	{ NULL, NULL }
};

const struct cli_object cli_lease = {
	.name = "lease",
	.verbs = lease_verbs,
	.help = "  vhub lease [show [[hub] NAME [link LINK]]]\n",
};

static const struct cli_verb conn_verbs[] = {
	{ "show", conn_show },
	{ NULL, NULL }
};

const struct cli_object cli_conn = {
	.name = "conn",
	.verbs = conn_verbs,
	.help = "  vhub conn [show [[hub] NAME [link LINK]]]\n",
};
