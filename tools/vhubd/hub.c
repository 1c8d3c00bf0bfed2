// SPDX-License-Identifier: GPL-2.0
/* vhubd - ports, whatever the kind of hub */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "../libvhub/netlink.h"
#include "hub.h"

void hub_init(struct hub *hub, const char *name, struct loop *loop)
{
	hub->name = name;
	hub->loop = loop;
	g_queue_init(&hub->ports);
	fdb_init(&hub->fdb);
}

void hub_end(struct hub *hub)
{
	fdb_close(&hub->fdb);
	loop_free(hub->loop);
}

void hub_set_mode(struct hub *hub, uint32_t mode)
{
	if (mode == VHUB_HUB_MODE_SWITCH)
		fdb_open(&hub->fdb);
	else
		fdb_close(&hub->fdb);
}

int port_open(struct port *port, struct hub *hub, const struct port_ops *ops,
	      enum port_size size, const char *label)
{
	int ret;

	port->ops = ops;
	port->hub = hub;
	port->node.data = port;
	g_queue_init(&port->addresses);
	snprintf(port->label, sizeof(port->label), "%s", label);
	ret = hub->ops->open(port, size);
	if (!ret)
		g_queue_push_tail_link(&hub->ports, &port->node);
	return ret;
}

void port_close(struct port *port)
{
	g_queue_unlink(&port->hub->ports, &port->node);
	port->hub->ops->close(port);
}

void port_set_up(struct port *port, bool up)
{
	if (port->up == up)
		return;
	port->up = up;
	port->hub->ops->up(port);
}

static uint64_t frames_bytes(const struct vhub_frame *frames, unsigned int n)
{
	uint64_t bytes = 0;

	while (n--)
		bytes += frames[n].len;
	return bytes;
}

void port_input(struct port *port, const struct vhub_frame *frames,
		unsigned int n)
{
	if (!n)
		return;
	port->tx_frames += n;
	port->tx_bytes += frames_bytes(frames, n);
	port->hub->ops->input(port, frames, n);
}

void port_lose(struct port *port, unsigned int reason,
	       const struct vhub_frame *frames, unsigned int n)
{
	port->drops[reason] += n;
	/* port_output() counts them as all others. */
	port->rx_frames -= n;
	port->rx_bytes -= frames_bytes(frames, n);
}

void port_refuse(struct port *port, unsigned int reason,
		 const struct vhub_frame *frames, unsigned int n)
{
	port->drops[reason] += n;
	/* port_input() counted them as all others. */
	port->tx_frames -= n;
	port->tx_bytes -= frames_bytes(frames, n);
}

unsigned int port_reason(int error)
{
	switch (error) {
	case ENOBUFS:
	case ENOMEM:
		return VHUB_A_DROPS_NO_MEMORY;
	case EMSGSIZE:
		return VHUB_A_DROPS_TOO_BIG;
	default:
		return VHUB_A_DROPS_NO_LINK;
	}
}

unsigned int port_output(struct port *port, const struct vhub_frame *frames,
			 unsigned int n)
{
	n = port->ops->output(port, frames, n);
	port->rx_frames += n;
	port->rx_bytes += frames_bytes(frames, n);
	return n;
}

static void hub_say_port(const struct port *port)
{
	GString *text = g_string_new(NULL);
	unsigned int i;

	g_string_printf(text, "port %u %s: %s, rx_frames %" PRIu64
			" tx_frames %" PRIu64, port->number, port->label,
			port->up ? "up" : "down", port->rx_frames,
			port->tx_frames);
	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		if (port->drops[i] && vhub_drop_name(i))
			g_string_append_printf(text, " %s %" PRIu64,
					       vhub_drop_name(i),
					       port->drops[i]);
	if (port->not_learned)
		g_string_append_printf(text, " not_learned %" PRIu64,
				       port->not_learned);
	g_message("%s", text->str);
	g_string_free(text, TRUE);
}

void hub_say(const struct hub *hub)
{
	const GList *node;

	for (node = hub->ports.head; node; node = node->next)
		hub_say_port(node->data);
	g_message("in all %u ports", hub->ports.length);
}
