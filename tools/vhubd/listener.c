// SPDX-License-Identifier: GPL-2.0
/* vhubd - link that listens: each client of a stream socket is a port */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acceptor.h"
#include "connector.h"
#include "stream.h"

/**
 * struct listener - the link
 * @link: what all links have
 * @ep: where it listens
 * @kind: what it is called
 * @acceptor: the socket, and its clients
 */
struct listener {
	struct link link;
	struct endpoint ep;
	const char *kind;
	struct acceptor acceptor;
};

/**
 * struct listener_client - a client
 * @stream: its port and connection
 * @listener: whose it is
 * @node: in the list of these
 */
struct listener_client {
	struct stream stream;
	struct listener *listener;
	GList node;
};

static void listener_forget(struct listener_client *client)
{
	g_queue_unlink(&client->listener->acceptor.clients, &client->node);
	stream_close(&client->stream);
	g_free(client);
}

static void listener_closed(struct stream *s, const char *why)
{
	struct listener_client *client;

	client = container_of(s, struct listener_client, stream);
	g_info("%s: port %u %s: %s", client->listener->link.text,
	       s->port.number, s->port.label, why);
	listener_forget(client);
}

/* Takes the socket. @user: whose socket says who is there. NULL if refused. */
static struct port *listener_plug(struct listener *l, int fd, int user,
				  const char *label)
{
	struct listener_client *client = g_new0(struct listener_client, 1);
	GError *error = NULL;
	int ret;

	client->listener = l;
	client->node.data = client;
	client->stream.closed = listener_closed;
	if (!stream_open(&client->stream, &l->link,
			 link_size(l->acceptor.clients.length + 1), label, &error)) {
		acceptor_refuse(&l->acceptor, error->message);
		g_error_free(error);
		g_free(client);
		close(fd);
		return NULL;
	}
	client->stream.port.client = true;
	port_set_user(&client->stream.port, user);
	g_queue_push_tail_link(&l->acceptor.clients, &client->node);
	ret = stream_plug(&client->stream, &l->ep, fd);
	if (ret) {
		acceptor_refuse(&l->acceptor, strerror(-ret));
		listener_forget(client);
		return NULL;
	}
	acceptor_took(&l->acceptor);
	g_info("%s: port %u %s: connected", l->link.text,
	       client->stream.port.number, label);
	return &client->stream.port;
}

struct port *listener_adopt(struct link *link, int fd, int user,
			    const char *label)
{
	struct listener *l = container_of(link, struct listener, link);

	if (l->acceptor.clients.length < l->acceptor.max)
		return listener_plug(l, fd, user, label);
	close(fd);
	return NULL;
}

/* Who it is: an address, or a process of this machine. */
static void listener_label(const struct listener *l, int fd,
			   const struct addr *addr, char *label)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);
	char text[ENDPOINT_TEXT];

	if (addr->ss.ss_family != AF_UNIX) {
		addr_text(addr, text);
		snprintf(label, ENDPOINT_TEXT, "%s %.100s", l->kind, text);
		return;
	}
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	snprintf(label, ENDPOINT_TEXT, "%s pid %d", l->kind, (int)cred.pid);
}

static void listener_take(struct acceptor *a, int fd, const struct addr *addr)
{
	struct listener *l = container_of(a, struct listener, acceptor);
	char label[ENDPOINT_TEXT];

	listener_label(l, fd, addr, label);
	listener_plug(l, fd, fd, label);
}

static bool listener_open(struct link *link, GError **error)
{
	struct listener *l = container_of(link, struct listener, link);
	int fd = endpoint_listen(&l->ep, error), ret;

	if (fd < 0)
		return false;
	ret = acceptor_open(&l->acceptor, fd);
	if (ret) {
		opts_error(error, "cannot wait for clients: %s",
			   strerror(-ret));
		return false;
	}
	link_works(link, NULL);
	return true;
}

static void listener_close(struct link *link)
{
	struct listener *l = container_of(link, struct listener, link);
	GQueue *clients = &l->acceptor.clients;

	while (clients->head)
		listener_forget(clients->head->data);
	if (acceptor_close(&l->acceptor) && l->ep.type == ENDPOINT_UNIX &&
	    !l->ep.abstract)
		unlink(l->ep.path);
	endpoint_clear(&l->ep);
}

static void listener_needs(const struct link *link, struct needs *needs)
{
	endpoint_needs_remove(&container_of(link, struct listener, link)->ep,
			      needs);
}

static void listener_needs_open(const struct link *link, struct needs *needs)
{
	endpoint_needs_bind(&container_of(link, struct listener, link)->ep,
			    needs);
}

static const struct link_ops listener_ops = {
	.open = listener_open,
	.close = listener_close,
	.needs = listener_needs,
	.needs_open = listener_needs_open,
};

struct link *listener_new(struct endpoint *ep, const char *kind,
			  unsigned int clients)
{
	struct listener *l = g_new0(struct listener, 1);

	l->link.ops = &listener_ops;
	l->ep = *ep;
	l->kind = kind;
	acceptor_init(&l->acceptor, &l->link, listener_take);
	l->acceptor.max = clients;
	memset(ep, 0, sizeof(*ep));
	return &l->link;
}
