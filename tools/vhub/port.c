// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub port: add, del, set, show */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "parse.h"

static int port_refused(const struct cli *cli, int err, const char *hub,
			uint32_t number)
{
	if (err == -ENOENT)
		return cli_refused(cli, "no port %u on hub \"%s\"", number,
				   hub);
	if (err == -ENODEV || !cli->nl.error[0])
		return cli_nl_refused(cli, err, hub);
	return cli_refused(cli, "port %u of hub \"%s\": %s", number, hub,
			   cli->nl.error);
}

/* What "port set" is told. */
struct port_change {
	struct vhub_port_set set;
	uint8_t vlans[VHUB_VLANS_SIZE];
	struct vhub_ip ips[VHUB_IP_MAX];
	uint8_t via[VHUB_VIA_MAX][VHUB_IPV6_SIZE];
};

static bool port_option_label(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_LABEL;
	set->label = text;
	return strlen(text) <= VHUB_LABEL_MAX;
}

static bool port_option_link(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_LINK;
	return parse_switch(text, &set->link);
}

static bool port_option_learning(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_LEARNING;
	return parse_switch(text, &set->learning);
}

static bool port_option_flood(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_FLOOD;
	return parse_switch(text, &set->flood);
}

static bool port_option_isolated(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_ISOLATED;
	return parse_switch(text, &set->isolated);
}

static bool port_option_max_addresses(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_MAX_ADDRESSES;
	return parse_number(text, VHUB_ADDRESSES_MAX, &set->max_addresses);
}

/* All zero stands for off, so it is not taken. */
static bool port_option_lock(const char *text, void *data)
{
	static const uint8_t none[VHUB_ADDRESS_SIZE];
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_LOCK;
	if (!strcmp(text, "off"))
		return true;
	return parse_address(text, set->lock) &&
	       memcmp(set->lock, none, sizeof(none));
}

static bool port_option_pvid(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_PVID;
	return parse_vlan(text, &set->pvid);
}

static bool port_option_vlans(const char *text, void *data)
{
	struct port_change *change = data;

	change->set.has |= 1U << VHUB_A_PORT_VLANS;
	change->set.vlans = change->vlans;
	return parse_vlans(text, change->vlans);
}

static bool port_option_address(const char *text, void *data)
{
	struct vhub_port_set *set = data;

	set->has |= 1U << VHUB_A_PORT_ADDRESS;
	return parse_address(text, set->address);
}

static bool port_option_ip(const char *text, void *data)
{
	struct port_change *change = data;

	change->set.has |= 1U << VHUB_A_PORT_IP;
	change->set.ips = change->ips;
	return parse_ips(text, change->ips, VHUB_IP_MAX,
			 &change->set.ip_count);
}

static bool port_option_via(const char *text, void *data)
{
	struct port_change *change = data;

	change->set.has |= 1U << VHUB_A_PORT_VIA;
	change->set.via = (const uint8_t (*)[VHUB_IPV6_SIZE])change->via;
	return parse_routers(text, change->via[0], VHUB_VIA_MAX,
			     &change->set.via_count);
}

/* For a struct port_change, which begins with what most of them set. */
static const struct words_option port_options[] = {
	{ "label", "a text of up to 31 bytes", port_option_label },
	{ "link", "on or off", port_option_link },
	{ "learning", "on or off", port_option_learning },
	{ "flood", "on or off", port_option_flood },
	{ "isolated", "on or off", port_option_isolated },
	{ "lock", "an address or off", port_option_lock },
	{ "max-addresses", "a number from 0 to 65536",
	  port_option_max_addresses },
	{ "pvid", "a VLAN from 1 to 4094 or none", port_option_pvid },
	{ "vlans", "VLANs from 1 to 4094 as 10,20-29 or none",
	  port_option_vlans },
	{ "address", "an address", port_option_address },
	{ "ip", "a list of up to 16 IP addresses, or none", port_option_ip },
	{ "via", "an IP address, one of each family, or none",
	  port_option_via },
	{ NULL, NULL, NULL }
};

static int port_words(struct words *w, const char **hub, uint32_t *number)
{
	int ret = words_key_hub(w, hub);

	return ret ? : words_key_port(w, number);
}

/* What "port add" is told. */
struct port_new {
	const char *dev;
	const char *label;
};

static bool port_new_dev(const char *text, void *data)
{
	struct port_new *new = data;

	new->dev = text;
	return *text && strlen(text) < VHUB_NAME_SIZE;
}

static bool port_new_label(const char *text, void *data)
{
	struct port_new *new = data;

	new->label = text;
	return strlen(text) <= VHUB_LABEL_MAX;
}

static const struct words_option port_new_options[] = {
	{ "dev", "the name of a network device", port_new_dev },
	{ "label", "a text of up to 31 bytes", port_new_label },
	{ NULL, NULL, NULL }
};

static int port_not_added(const struct cli *cli, int err, const char *hub,
			  const char *dev)
{
	if (err == -ENXIO)
		return cli_refused(cli,
				   "no network device \"%s\" in this network namespace",
				   dev);
	if (err == -ENODEV || err == -EPERM || !cli->nl.error[0])
		return cli_nl_refused(cli, err, hub);
	return cli_refused(cli, "hub \"%s\", network device \"%s\": %s", hub,
			   dev, cli->nl.error);
}

static int port_add(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct port_new new = { NULL, NULL };
	const char *hub;
	int ret;

	ret = words_key_hub(&w, &hub);
	if (!ret)
		ret = words_options(&w, port_new_options, NULL, &new);
	if (ret)
		return ret;
	if (!new.dev)
		return cli_usage(cli, "port add: dev is missing");
	ret = vhub_port_add(&cli->nl, hub, new.dev, new.label, NULL);
	return ret ? port_not_added(cli, ret, hub, new.dev) : CLI_OK;
}

static int port_set(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct port_change change = { 0 };
	uint32_t number;
	const char *hub;
	int ret;

	ret = port_words(&w, &hub, &number);
	if (!ret)
		ret = words_options(&w, port_options, NULL, &change);
	if (ret)
		return ret;
	if (!change.set.has)
		return cli_usage(cli, "port set: what to change is missing");
	ret = vhub_port_set(&cli->nl, hub, number, &change.set);
	return ret ? port_refused(cli, ret, hub, number) : CLI_OK;
}

static int port_del(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	uint32_t number;
	const char *hub;
	int ret;

	ret = port_words(&w, &hub, &number);
	if (!ret)
		ret = words_end(&w);
	if (ret)
		return ret;
	ret = vhub_port_del(&cli->nl, hub, number);
	return ret ? port_refused(cli, ret, hub, number) : CLI_OK;
}

static void port_print_kind(struct out *out, const struct vhub_port_info *port)
{
	const char *kind = vhub_port_kind(port->kind);
	char number[16];

	if (!kind) {
		snprintf(number, sizeof(number), "%u", port->kind);
		kind = number;
	}
	out_string(out, OUT_ALWAYS, "kind", kind);
}

/* Who sits there; nobody at the host's port. */
static void port_print_user(struct out *out, const struct vhub_port_info *port)
{
	if (vhub_has(port->has, VHUB_A_PORT_COMMAND))
		out_string(out, OUT_ALWAYS, "command", port->command);
	else
		out_null(out, "command");
	if (vhub_has(port->has, VHUB_A_PORT_PID))
		out_number(out, OUT_ALWAYS, "pid", port->pid);
	else
		out_null(out, "pid");
	if (vhub_has(port->has, VHUB_A_PORT_OWNER)) {
		out_user(out, "owner", "owner_name", port->owner);
	} else {
		out_null(out, "owner");
		out_null(out, "owner_name");
	}
}

#define PORT_IP_SIZE	(INET6_ADDRSTRLEN + sizeof("/128"))

/* @prefix: negative for none */
static void port_write_ip(char *text, const uint8_t *address, int prefix)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = !memcmp(address, mapped, sizeof(mapped));

	if (v4)
		inet_ntop(AF_INET, address + sizeof(mapped), text,
			  INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
	if (prefix >= 0)
		sprintf(text + strlen(text), "/%d", v4 ? prefix - 96 : prefix);
}

/* What a device of IP packets was told. */
static void port_print_ips(struct out *out, const struct vhub_port_info *port)
{
	char text[VHUB_IP_MAX][PORT_IP_SIZE];
	const char *words[VHUB_IP_MAX];
	uint32_t i;

	for (i = 0; i < port->ip_count; i++) {
		port_write_ip(text[i], port->ips[i].address,
			      port->ips[i].prefix);
		words[i] = text[i];
	}
	out_words(out, i ? OUT_ALWAYS : OUT_JSON, "ip", words, i);
	for (i = 0; i < port->via_count; i++) {
		port_write_ip(text[i], port->via[i], -1);
		words[i] = text[i];
	}
	out_words(out, i ? OUT_ALWAYS : OUT_JSON, "via", words, i);
}

static void port_print_l3(struct out *out, const struct vhub_port_info *port)
{
	if (vhub_has(port->has, VHUB_A_PORT_ADDRESS))
		out_address(out, "address", port->address);
	else
		out_null(out, "address");
	port_print_ips(out, port);
}

static void port_print_lock(struct out *out, const struct vhub_port_info *port)
{
	if (vhub_has(port->has, VHUB_A_PORT_LOCK))
		out_address(out, "lock", port->lock);
	else
		out_null(out, "lock");
}

static void port_print_vlans(struct out *out,
			     const struct vhub_port_info *port)
{
	if (port->pvid)
		out_number(out, OUT_ALWAYS, "pvid", port->pvid);
	else
		out_null(out, "pvid");
	out_vlans(out, "vlans", port->vlans);
}

/* Nothing in text of what a hub that is no switch has not. */
static void port_print_addresses(struct out *out,
				 const struct vhub_port_info *port)
{
	out_number(out, port->addresses ? OUT_DETAILS : OUT_JSON, "addresses",
		   port->addresses);
	out_number(out, port->max_addresses ? OUT_DETAILS : OUT_JSON,
		   "max_addresses", port->max_addresses);
}

/* The network device that the port is, if it is one. */
static void port_print_dev(struct out *out, const struct vhub_port_info *port)
{
	if (vhub_has(port->has, VHUB_A_PORT_DEV_NAME))
		out_string(out, OUT_ALWAYS, out->json ? "dev_name" : "dev",
			   port->dev_name);
	else
		out_null(out, "dev_name");
	if (vhub_has(port->has, VHUB_A_PORT_DEV_IFINDEX))
		out_number(out, OUT_DETAILS, "dev_ifindex", port->dev_ifindex);
	else
		out_null(out, "dev_ifindex");
}

static void port_print_details(struct out *out,
			       const struct vhub_port_info *port)
{
	out_number(out, OUT_DETAILS, "queues", port->queues);
	out_number(out, OUT_DETAILS, "queues_on", port->queues_on);
	out_number(out, OUT_DETAILS, "vnet_hdr_size", port->vnet_hdr_size);
	out_bits(out, OUT_DETAILS, "offloads", port->offloads,
		 vhub_offload_names());
	out_number(out, OUT_DETAILS, "queued", port->queued);
}

static void port_print_stats(struct out *out,
			     const struct vhub_port_info *port)
{
	unsigned int i;

	out_nest(out, "stats");
	out_line(out, "   ");
	out_number(out, OUT_STATS, "rx_frames", port->rx_frames);
	out_number(out, OUT_STATS, "rx_bytes", port->rx_bytes);
	out_number(out, OUT_STATS, "tx_frames", port->tx_frames);
	out_number(out, OUT_STATS, "tx_bytes", port->tx_bytes);
	out_number(out, OUT_NONZERO, "not_learned", port->not_learned);
	out_nest(out, "drops");
	out_line(out, "    drops");
	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		if (vhub_drop_name(i))
			out_number(out, OUT_NONZERO, vhub_drop_name(i),
				   port->drops[i]);
	out_nest_end(out);
	out_nest_end(out);
}

void port_print_key(struct out *out, const struct vhub_port_info *port)
{
	out_word(out, port->hub_name, ":");
	out_string(out, OUT_JSON, "hub_name", port->hub_name);
	if (port->hub_ifindex)
		out_number(out, OUT_JSON, "hub_ifindex", port->hub_ifindex);
	else
		out_null(out, "hub_ifindex");
	out_number(out, OUT_ALWAYS, out->json ? "number" : "port",
		   port->number);
}

void port_print(struct out *out, const struct vhub_port_info *port)
{
	port_print_key(out, port);
	port_print_kind(out, port);
	out_bits(out, OUT_ALWAYS, "flags", port->flags,
		 vhub_port_flag_names());
	out_string(out, *port->label ? OUT_ALWAYS : OUT_JSON, "label",
		   port->label);
	port_print_dev(out, port);
	port_print_l3(out, port);
	port_print_lock(out, port);
	port_print_vlans(out, port);
	port_print_user(out, port);
	port_print_details(out, port);
	port_print_addresses(out, port);
	port_print_stats(out, port);
}

static void port_show_list(struct out *out, const struct vhub_port_info *ports,
			   size_t n)
{
	size_t i;

	out_array(out);
	for (i = 0; i < n; i++) {
		out_object(out);
		port_print(out, &ports[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

/* @hub: NULL for those of all hubs */
static int port_show_all(struct cli *cli, const char *hub)
{
	struct vhub_port_info *ports;
	size_t n;
	int ret;

	ret = vhub_port_list(&cli->nl, hub, &ports, &n);
	if (ret)
		return cli_nl_refused(cli, ret, hub);
	if (cli->nl.interrupted)
		cli_note(cli, "ports came or went meanwhile, some may be missing");
	port_show_list(&cli->out, ports, n);
	free(ports);
	return CLI_OK;
}

static int port_show_one(struct cli *cli, const char *hub, uint32_t number)
{
	struct vhub_port_info port;
	int ret;

	ret = vhub_port_get(&cli->nl, hub, number, &port);
	if (ret)
		return port_refused(cli, ret, hub, number);
	port_show_list(&cli->out, &port, 1);
	return CLI_OK;
}

static int port_show(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	uint32_t number;
	const char *hub;
	int ret;

	if (!argc)
		return port_show_all(cli, NULL);
	ret = words_key_hub(&w, &hub);
	if (ret)
		return ret;
	if (!w.argc)
		return port_show_all(cli, hub);
	ret = words_key_port(&w, &number);
	if (!ret)
		ret = words_end(&w);
	return ret ? : port_show_one(cli, hub, number);
}

static const struct cli_verb port_verbs[] = {
	{ "show", port_show },
	{ "add", port_add },
	{ "del", port_del },
	{ "set", port_set },
	{ NULL, NULL }
};

const struct cli_object cli_port = {
	.name = "port",
	.verbs = port_verbs,
	.help =
	"  vhub port [show [[hub] NAME [[port] NUMBER]]]\n"
	"  vhub port add [hub] NAME dev DEVICE [label TEXT]\n"
	"  vhub port set [hub] NAME [port] NUMBER [label TEXT] [link on|off]\n"
	"           [learning on|off] [flood on|off] [isolated on|off]\n"
	"           [lock ADDRESS|off] [max-addresses N] [pvid VID|none]\n"
	"           [vlans VID[-VID][,...]|none] [address ADDRESS]\n"
	"           [ip ADDRESS[/LENGTH],...|none] [via ADDRESS[,ADDRESS]|none]\n"
	"  vhub port del [hub] NAME [port] NUMBER\n",
};
