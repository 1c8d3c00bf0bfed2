// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub monitor: changes of hubs, ports and addresses as they happen */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "parse.h"
#include "seen.h"

/* What to tell of. */
enum monitor_topic {
	MONITOR_HUB	= 1 << 0,
	MONITOR_PORT	= 1 << 1,
	MONITOR_FDB	= 1 << 2,
	MONITOR_ALL	= MONITOR_HUB | MONITOR_PORT | MONITOR_FDB,
};

/**
 * struct monitor - the running monitor
 * @cli: how to print, and netlink for listings
 * @topics: bits of enum monitor_topic
 * @events: netlink for events
 * @seen: hubs and ports there are
 */
struct monitor {
	struct cli *cli;
	unsigned int topics;
	struct vhub_nl events;
	struct seen seen;
};

static uint64_t monitor_hub_key(struct monitor *m,
				const struct vhub_hub_info *hub)
{
	return SEEN_HUB(seen_hub(&m->seen, hub->ifindex, hub->name));
}

static uint64_t monitor_port_key(struct monitor *m,
				 const struct vhub_port_info *port)
{
	return SEEN_PORT(seen_hub(&m->seen, port->hub_ifindex, port->hub_name),
			 port->number);
}

static int monitor_learn_hubs(struct monitor *m)
{
	struct vhub_hub_info *hubs;
	size_t i, n;
	int ret;

	ret = vhub_hub_list(&m->cli->nl, &hubs, &n);
	if (ret)
		return ret;
	for (i = 0; i < n && ret >= 0; i++)
		ret = seen_add(&m->seen, monitor_hub_key(m, &hubs[i]));
	free(hubs);
	return ret < 0 ? ret : 0;
}

static int monitor_learn_ports(struct monitor *m)
{
	struct vhub_port_info *ports;
	size_t i, n;
	int ret;

	ret = vhub_port_list(&m->cli->nl, NULL, &ports, &n);
	if (ret)
		return ret;
	for (i = 0; i < n && ret >= 0; i++)
		ret = seen_add(&m->seen, monitor_port_key(m, &ports[i]));
	free(ports);
	return ret < 0 ? ret : 0;
}

/* What is there, at the start and after events were lost. */
static int monitor_learn(struct monitor *m)
{
	int ret;

	seen_reset(&m->seen);
	ret = monitor_learn_hubs(m);
	return ret ? : monitor_learn_ports(m);
}

static enum monitor_topic monitor_topic(const struct vhub_event *event)
{
	switch (event->cmd) {
	case VHUB_CMD_HUB_NTF:
	case VHUB_CMD_HUB_DEL_NTF:
		return MONITOR_HUB;
	case VHUB_CMD_PORT_NTF:
	case VHUB_CMD_PORT_DEL_NTF:
		return MONITOR_PORT;
	default:
		return MONITOR_FDB;
	}
}

static const char *monitor_fdb_word(const struct vhub_event *event)
{
	if (event->cmd == VHUB_CMD_FDB_DEL_NTF)
		return "removed";
	return vhub_has(event->fdb.has, VHUB_A_FDB_OLD_PORT) ? "changed" :
							       "added";
}

/* "added", "changed" or "removed"; NULL when memory is short */
static const char *monitor_word(struct monitor *m,
				const struct vhub_event *event)
{
	const struct vhub_port_info *port = &event->port;
	uint64_t key;
	int ret;

	if (event->cmd == VHUB_CMD_HUB_DEL_NTF) {
		key = monitor_hub_key(m, &event->hub);
		seen_forget(&m->seen, key, key + SEEN_HUB(1));
		return "removed";
	}
	if (event->cmd == VHUB_CMD_HUB_NTF)
		key = monitor_hub_key(m, &event->hub);
	else
		key = monitor_port_key(m, port);
	if (event->cmd == VHUB_CMD_PORT_DEL_NTF) {
		seen_forget(&m->seen, key, key + 1);
		return "removed";
	}
	ret = seen_add(&m->seen, key);
	if (ret < 0)
		return NULL;
	return ret ? "added" : "changed";
}

static void monitor_print_fdb(struct out *out, const struct vhub_fdb_info *fdb)
{
	fdb_print(out, fdb);
	if (vhub_has(fdb->has, VHUB_A_FDB_OLD_PORT))
		out_number(out, OUT_ALWAYS, "old_port", fdb->old_port);
	else
		out_null(out, "old_port");
}

/* Of a port that went nothing but its place is left. */
static void monitor_print_values(struct out *out,
				 const struct vhub_event *event)
{
	switch (event->cmd) {
	case VHUB_CMD_PORT_NTF:
		port_print(out, &event->port);
		break;
	case VHUB_CMD_PORT_DEL_NTF:
		port_print_key(out, &event->port);
		break;
	case VHUB_CMD_FDB_NTF:
	case VHUB_CMD_FDB_DEL_NTF:
		monitor_print_fdb(out, &event->fdb);
		break;
	default:
		hub_print(out, &event->hub);
	}
}

static int monitor_print(const struct vhub_event *event, void *data)
{
	enum monitor_topic topic = monitor_topic(event);
	const char *object, *word;
	struct monitor *m = data;
	struct out *out = &m->cli->out;

	if (topic == MONITOR_FDB) {
		object = "fdb";
		word = monitor_fdb_word(event);
	} else {
		object = topic == MONITOR_HUB ? "hub" : "port";
		word = monitor_word(m, event);
	}
	if (!word)
		return -ENOMEM;
	if (!(m->topics & topic))
		return 0;
	out_object(out);
	out_word(out, word, " ");
	out_string(out, OUT_JSON, "event", word);
	out_word(out, object, " ");
	out_string(out, OUT_JSON, "object", object);
	monitor_print_values(out, event);
	out_object_end(out);
	return out_flush(out);
}

/* The kernel sends nothing more until what it sent before is read. */
static int monitor_drain(struct monitor *m)
{
	int ret;

	do {
		ret = vhub_event_next(&m->events, false, monitor_print, m);
	} while (!ret || ret == -ENOBUFS);
	return ret == -EAGAIN ? 0 : ret;
}

static int monitor_lost(struct monitor *m)
{
	struct out *out = &m->cli->out;
	int ret;

	ret = monitor_drain(m);
	if (ret)
		return ret;
	cli_note(m->cli, "events were lost: they came faster than they were read");
	if (out->json) {
		out_object(out);
		out_string(out, OUT_JSON, "event", "lost");
		out_object_end(out);
	}
	return monitor_learn(m);
}

/* Ends with an error only. */
static int monitor_run(struct monitor *m)
{
	int ret = 0;

	if (m->topics & (MONITOR_HUB | MONITOR_PORT))
		ret = vhub_event_open(&m->events);
	if (!ret && (m->topics & MONITOR_FDB))
		ret = vhub_event_open_fdb(&m->events);
	if (!ret)
		ret = monitor_learn(m);
	while (!ret) {
		ret = vhub_event_next(&m->events, true, monitor_print, m);
		if (ret == -ENOBUFS)
			ret = monitor_lost(m);
	}
	return ret;
}

/* Words choose topics; none chooses all. */
static int monitor_words(struct words *w, unsigned int *topics)
{
	while (w->argc) {
		if (words_take(w, "hub"))
			*topics |= MONITOR_HUB;
		else if (words_take(w, "port"))
			*topics |= MONITOR_PORT;
		else if (words_take(w, "fdb"))
			*topics |= MONITOR_FDB;
		else
			return cli_usage(w->cli, "monitor: \"%s\" is not hub, port or fdb",
					 *w->argv);
	}
	if (!*topics)
		*topics = MONITOR_ALL;
	return CLI_OK;
}

static int monitor(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct monitor m = { .cli = cli };
	int ret;

	ret = monitor_words(&w, &m.topics);
	if (ret)
		return ret;
	/* A line each, also in pretty JSON. */
	cli->out.pretty = false;
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = monitor_run(&m);
	vhub_nl_close(&m.events);
	seen_clear(&m.seen);
	if (ferror(stdout))
		return cli_refused(cli, CLI_WRITE_FAILED, strerror(-ret));
	return cli_nl_refused(cli, ret, NULL);
}

const struct cli_object cli_monitor = {
	.name = "monitor",
	.fn = monitor,
	.help = "  vhub monitor [hub] [port] [fdb]\n",
	.interactive = true,
};
