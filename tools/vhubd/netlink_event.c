// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - generic netlink over a unix socket: events
 *
 * What waits for a client waits in its socket, and is bounded by that. Who is so
 * slow that there is no room gets NLMSG_OVERRUN, instead of what was lost, as soon
 * as there is some again.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "netlink.h"

/* Bytes that may wait for a client, if the system lets us have so many. */
#define EVENT_ROOM	1048576

/**
 * struct event_client - a client that listens
 * @nl: whose it is
 * @node: in the list of these
 * @file: its socket
 * @lost: events were, and it has not been told
 */
struct event_client {
	struct netlink *nl;
	GList node;
	struct loop_file file;
	bool lost;
};

static void event_client_free(struct event_client *client)
{
	loop_del(client->nl->link.hub->loop, &client->file);
	close(client->file.fd);
	g_queue_unlink(&client->nl->events.clients, &client->node);
	g_free(client);
}

/* Its end of the line shows itself by other means. */
static bool event_put(struct event_client *client, const void *data, size_t len)
{
	return send(client->file.fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void event_lose(struct event_client *client)
{
	if (!client->lost)
		loop_mod(client->nl->link.hub->loop, &client->file,
			 EPOLLIN | EPOLLOUT);
	client->lost = true;
}

static void event_tell_lost(struct event_client *client)
{
	const struct nlmsghdr nlh = {
		.nlmsg_len = sizeof(nlh),
		.nlmsg_type = NLMSG_OVERRUN,
	};

	if (!client->lost || !event_put(client, &nlh, sizeof(nlh)))
		return;
	client->lost = false;
	loop_mod(client->nl->link.hub->loop, &client->file, EPOLLIN);
}

/* It has nothing to say. */
static void event_ready(struct loop_file *file, uint32_t events)
{
	struct event_client *client;
	ssize_t len = -1;
	char byte;

	client = container_of(file, struct event_client, file);
	errno = EAGAIN;
	if (events & ~EPOLLOUT)
		len = recv(file->fd, &byte, 1, MSG_DONTWAIT);
	if (!len || (len < 0 && errno != EAGAIN && errno != EINTR))
		event_client_free(client);
	else
		event_tell_lost(client);
}

void netlink_event_take(struct acceptor *a, int fd, const struct addr *addr)
{
	struct netlink *nl = container_of(a, struct netlink, events);
	struct event_client *client = g_new0(struct event_client, 1);
	const int room = EVENT_ROOM;

	(void)addr;
	client->nl = nl;
	client->node.data = client;
	client->file.fd = fd;
	client->file.ready = event_ready;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (loop_add(nl->link.hub->loop, &client->file, EPOLLIN)) {
		close(fd);
		g_free(client);
		return;
	}
	g_queue_push_tail_link(&a->clients, &client->node);
	acceptor_took(a);
}

void netlink_event_close(struct netlink *nl)
{
	GQueue *clients = &nl->events.clients;

	while (clients->head)
		event_client_free(clients->head->data);
}

struct nlmsghdr *netlink_event(struct netlink *nl,
			       const struct netlink_family *family,
			       uint8_t cmd)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (!nl->events.clients.head)
		return NULL;
	nlh = mnl_nlmsg_put_header(nl->message);
	nlh->nlmsg_type = netlink_family_id(nl, family);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = family->version;
	return nlh;
}

void netlink_event_send(struct netlink *nl, const struct nlmsghdr *nlh)
{
	struct event_client *client;
	GList *node;

	for (node = nl->events.clients.head; node; node = node->next) {
		client = node->data;
		if (client->lost || !event_put(client, nlh, nlh->nlmsg_len))
			event_lose(client);
	}
}
