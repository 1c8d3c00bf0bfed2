// SPDX-License-Identifier: GPL-2.0
/* vhubd - link that connects a stream socket, and connects it again */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

#include "connector.h"
#include "stream.h"

/* Seconds until a connection has to be there. */
#define CONNECTOR_TIMEOUT	30

/**
 * struct connector - the link
 * @link: what all links have
 * @stream: its port and connection
 * @ep: where to
 * @placed: the port is there
 * @cancel: ends the attempt that is under way, or NULL
 */
struct connector {
	struct link link;
	struct stream stream;
	struct endpoint ep;
	bool placed;
	GCancellable *cancel;
};

static void connector_closed(struct stream *s, const char *why)
{
	struct connector *c = container_of(s, struct connector, stream);

	stream_unplug(s);
	link_failed(&c->link, why);
}

/* Takes the file. */
static void connector_plug(struct connector *c, int fd)
{
	int ret;

	if (fd < 0) {
		link_failed(&c->link, strerror(errno));
		return;
	}
	ret = stream_plug(&c->stream, &c->ep, fd);
	if (ret)
		link_failed(&c->link, strerror(-ret));
	else
		link_works(&c->link, c->link.once ? NULL : "connected");
}

static void connector_done(GObject *source, GAsyncResult *result,
			   gpointer data)
{
	GError *error = NULL;
	GSocketConnection *connection;
	struct connector *c = data;
	GSocket *socket;

	connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(source),
						    result, &error);
	/* Then there is no connector any more, either. */
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		g_error_free(error);
		return;
	}
	g_clear_object(&c->cancel);
	if (!connection) {
		link_failed(&c->link, error->message);
		g_error_free(error);
		return;
	}
	socket = g_socket_connection_get_socket(connection);
	connector_plug(c, fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 3));
	g_object_unref(connection);
}

static void connector_connect(struct connector *c)
{
	GSocketClient *client = g_socket_client_new();
	GSocketConnectable *to = endpoint_connectable(&c->ep);

	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_set_timeout(client, CONNECTOR_TIMEOUT);
	if (c->ep.family)
		g_socket_client_set_family(client, (GSocketFamily)c->ep.family);
	if (c->ep.mptcp)
		g_socket_client_set_protocol(client,
					     (GSocketProtocol)IPPROTO_MPTCP);
	c->cancel = g_cancellable_new();
	g_socket_client_connect_async(client, to, c->cancel, connector_done,
				      c);
	g_object_unref(to);
	g_object_unref(client);
}

static bool connector_open(struct link *link, GError **error)
{
	struct connector *c = container_of(link, struct connector, link);
	int fd;

	if (!c->placed &&
	    !stream_open(&c->stream, link, PORT_WIDE, NULL, error))
		return false;
	c->placed = true;
	c->stream.closed = connector_closed;
	if (c->ep.type != ENDPOINT_FD) {
		if (!link_too_early(link))
			connector_connect(c);
		return true;
	}
	fd = endpoint_take_fd(&c->ep, error);
	if (fd >= 0)
		connector_plug(c, fd);
	return fd >= 0;
}

static void connector_close(struct link *link)
{
	struct connector *c = container_of(link, struct connector, link);

	if (c->cancel) {
		g_cancellable_cancel(c->cancel);
		g_object_unref(c->cancel);
	}
	if (c->placed)
		stream_close(&c->stream);
	endpoint_clear(&c->ep);
}

static void connector_needs(const struct link *link, struct needs *needs)
{
	endpoint_needs_connect(&container_of(link, struct connector, link)->ep,
			       needs);
}

static const struct link_ops connector_ops = {
	.open = connector_open,
	.close = connector_close,
	.needs = connector_needs,
};

struct link *connector_new(struct endpoint *ep)
{
	struct connector *c = g_new0(struct connector, 1);

	c->link.ops = &connector_ops;
	c->link.once = ep->type == ENDPOINT_FD;
	c->ep = *ep;
	memset(ep, 0, sizeof(*ep));
	return &c->link;
}
