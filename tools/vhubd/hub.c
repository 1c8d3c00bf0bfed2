// SPDX-License-Identifier: GPL-2.0
/* vhubd - ports, whatever the kind of hub */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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

void port_tell(struct port *port)
{
	const struct hub_news *news = port->hub->news;

	loop_cancel(port->hub->loop, &port->news);
	if (!news)
		return;
	port->announced = true;
	news->port(port);
}

static void port_news(struct loop_work *work)
{
	port_tell(container_of(work, struct port, news));
}

void port_changed(struct port *port)
{
	loop_soon(port->hub->loop, &port->news);
}

struct port *hub_port(const struct hub *hub, uint32_t number)
{
	struct port *port;
	const GList *node;

	for (node = hub->ports.head; node; node = node->next) {
		port = node->data;
		if (port->number == number)
			return port;
	}
	return NULL;
}

int port_open(struct port *port, struct hub *hub, const struct port_ops *ops,
	      enum port_size size, const char *label)
{
	int ret;

	port->ops = ops;
	port->hub = hub;
	port->node.data = port;
	g_queue_init(&port->addresses);
	port->news.run = port_news;
	snprintf(port->label, sizeof(port->label), "%s", label);
	ret = hub->ops->open(port, size);
	if (ret)
		return ret;
	g_queue_push_tail_link(&hub->ports, &port->node);
	hub->generation++;
	port_changed(port);
	return 0;
}

void port_close(struct port *port)
{
	struct hub *hub = port->hub;

	g_queue_unlink(&hub->ports, &port->node);
	hub->generation++;
	loop_cancel(hub->loop, &port->news);
	if (port->announced && hub->news)
		hub->news->port_gone(port);
	hub->ops->close(port);
}

static void port_update(struct port *port)
{
	bool up = port->works && !port->pulled;

	if (port->up == up)
		return;
	port->up = up;
	port->hub->ops->up(port);
	port_changed(port);
}

void port_set_up(struct port *port, bool up)
{
	port->works = up;
	port_update(port);
}

void port_pull(struct port *port, bool pulled)
{
	port->pulled = pulled;
	port_update(port);
}

/* What it is called is its own affair. */
static void port_read_command(struct port_user *user)
{
	char path[64], *text = NULL;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)user->pid);
	if (g_file_get_contents(path, &text, NULL, NULL))
		snprintf(user->command, sizeof(user->command), "%s",
			 g_strchomp(text));
	g_free(text);
}

void port_set_user(struct port *port, int fd)
{
	struct port_user *user = &port->user;
	struct ucred cred;
	socklen_t len = sizeof(cred);

	memset(user, 0, sizeof(*user));
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) ||
	    cred.pid <= 0)
		return;
	user->pid = cred.pid;
	user->uid = cred.uid;
	port_read_command(user);
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
	if (port->pulled) {
		port->drops[VHUB_A_DROPS_NO_LINK] += n;
		return;
	}
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
	if (port->queued)
		g_string_append_printf(text, " queued %u", port->queued);
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
