// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - generic netlink over a unix socket: requests, answers, dumps
 *
 * DOC: A client is either read from or written to. Of what it asked, one message
 * after the other is seen to; while an answer waits for room in the socket, or a
 * dump has not come to its end, nothing more is read. So one record each way is
 * all that a client can have here, and who does not read holds up nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "../libvhub/place.h"
#include "inherit.h"
#include "netlink.h"

/**
 * struct netlink_client - a client
 * @nl: whose it is
 * @node: in the list of these
 * @file: its socket
 * @events: what is waited for
 * @r: the request that is seen to
 * @tb: its attributes
 * @dumping: it is a dump that has not come to its end
 * @part: the message in @out that is being made, of a dump, or NULL
 * @in: what came
 * @in_len: its bytes
 * @in_at: of these, seen to
 * @out: what goes
 * @out_len: its bytes
 */
struct netlink_client {
	struct netlink *nl;
	GList node;
	struct loop_file file;
	uint32_t events;
	struct netlink_request r;
	const struct nlattr *tb[NETLINK_ATTR_MAX + 1];
	bool dumping;
	struct nlmsghdr *part;
	uint32_t in_len;
	uint32_t in_at;
	uint32_t out_len;

	alignas(8) unsigned char in[NETLINK_REQUEST_MAX];
	alignas(8) unsigned char out[NETLINK_RECORD_MAX];
};

#define netlink_client_of(request) \
	container_of(request, struct netlink_client, r)

static void client_free(struct netlink_client *client)
{
	struct hub *hub = client->nl->link.hub;

	if (client->r.give >= 0)
		close(client->r.give);
	loop_del(client->nl->link.hub->loop, &client->file);
	close(client->file.fd);
	g_queue_unlink(&client->nl->requests.clients, &client->node);
	if (hub->left && !client->nl->requests.clients.length)
		hub->left(hub);
	g_free(client);
}

static void client_watch(struct netlink_client *client, uint32_t events)
{
	if (client->events == events)
		return;
	client->events = events;
	loop_mod(client->nl->link.hub->loop, &client->file, events);
}

/* What goes --------------------------------------------------------------------*/

/* A message behind those that are there already. */
static struct nlmsghdr *client_put(struct netlink_client *client, uint16_t type,
				   uint16_t flags)
{
	const struct nlmsghdr *request = client->r.nlh;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(client->out + client->out_len);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request->nlmsg_seq;
	nlh->nlmsg_pid = request->nlmsg_pid;
	return nlh;
}

static void client_put_end(struct netlink_client *client,
			   const struct nlmsghdr *nlh)
{
	client->out_len += MNL_ALIGN(nlh->nlmsg_len);
}

static struct nlmsghdr *client_put_genl(struct netlink_client *client,
					uint16_t flags)
{
	const struct netlink_request *r = &client->r;
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	nlh = client_put(client, r->nlh->nlmsg_type, flags);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = r->command->cmd;
	genl->version = r->family->version;
	return nlh;
}

/* The sentence and the place of the attribute that is to blame. */
static void client_put_blame(const struct netlink_request *r,
			     struct nlmsghdr *nlh)
{
	if (!r->sentence[0])
		return;
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, r->sentence);
	if (r->bad)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS,
				 (const char *)r->bad - (const char *)r->nlh);
}

/* @err: 0 or -errno */
static void client_put_ack(struct netlink_client *client, int err)
{
	struct netlink_request *r = &client->r;
	struct nlmsghdr *nlh = client_put(client, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr *ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));

	ack->error = err;
	ack->msg = *r->nlh;
	if (err)
		client_put_blame(r, nlh);
	client_put_end(client, nlh);
}

static void client_put_done(struct netlink_client *client, int err)
{
	uint16_t mark = client->r.interrupted ? NLM_F_DUMP_INTR : 0;
	struct nlmsghdr *nlh;

	nlh = client_put(client, NLMSG_DONE, NLM_F_MULTI | mark);
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(err)), &err, sizeof(err));
	if (err)
		client_put_blame(&client->r, nlh);
	client_put_end(client, nlh);
}

/* Return: 0 when nothing waits any more, else -errno. */
static int client_flush(struct netlink_client *client)
{
	struct iovec iov = { client->out, client->out_len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct cmsghdr *cmsg;

	if (!client->out_len)
		return 0;
	if (client->r.give >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &client->r.give, sizeof(int));
	}
	if (sendmsg(client->file.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	client->out_len = 0;
	if (client->r.give >= 0)
		close(client->r.give);
	client->r.give = -1;
	return 0;
}

/* Requests ---------------------------------------------------------------------*/

int netlink_refuse(struct netlink_request *r, int err, unsigned int attr,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->sentence, sizeof(r->sentence), fmt, ap);
	va_end(ap);
	r->bad = attr ? r->tb[attr] : NULL;
	return err;
}

int netlink_may_change(struct netlink_request *r)
{
	if (!r->uid || r->uid == r->nl->owner)
		return 0;
	return netlink_refuse(r, -EPERM, 0,
			      "Only the hub's owner or root may do this");
}

struct nlmsghdr *netlink_answer(struct netlink_request *r)
{
	return client_put_genl(netlink_client_of(r), 0);
}

static void client_end_part(struct netlink_client *client)
{
	if (!client->part)
		return;
	if (client->r.interrupted)
		client->part->nlmsg_flags |= NLM_F_DUMP_INTR;
	client_put_end(client, client->part);
	client->part = NULL;
}

struct nlmsghdr *netlink_part(struct netlink_request *r)
{
	struct netlink_client *client = netlink_client_of(r);

	client_end_part(client);
	if (sizeof(client->out) - client->out_len >= NETLINK_MESSAGE_MAX)
		client->part = client_put_genl(client, NLM_F_MULTI);
	return client->part;
}

void netlink_generation(struct netlink_request *r, uint32_t generation)
{
	r->interrupted |= r->counted && r->generation != generation;
	r->generation = generation;
	r->counted = true;
}

static int request_find_family(struct netlink_request *r)
{
	const struct netlink *nl = r->nl;
	unsigned int i = r->nlh->nlmsg_type - NETLINK_FAMILY_MIN;

	if (i >= nl->count)
		return netlink_refuse(r, -ENOENT, 0, "No such family");
	if (mnl_nlmsg_get_payload_len(r->nlh) < GENL_HDRLEN)
		return netlink_refuse(r, -EINVAL, 0,
				      "The request is too short");
	r->family = nl->families[i];
	r->data = nl->data[i];
	return 0;
}

static bool request_is_dump(const struct netlink_request *r)
{
	return (r->nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

static int request_find_command(struct netlink_request *r)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(r->nlh);
	const struct netlink_command *command = r->family->commands;
	unsigned int n = r->family->command_count;

	while (n && command->cmd != genl->cmd) {
		command++;
		n--;
	}
	r->command = command;
	if (n && (request_is_dump(r) ? !!command->dump : !!command->answer))
		return 0;
	return netlink_refuse(r, -EOPNOTSUPP, 0, "There is no such command here");
}

/* The answer's length, which its handler has changed, is in its header. */
static int request_answer(struct netlink_client *client)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)client->out;
	int ret;

	memset(nlh, 0, sizeof(*nlh));
	ret = client->r.command->answer(&client->r);
	if (!ret && nlh->nlmsg_len)
		client_put_end(client, nlh);
	return ret;
}

/* Return 0, or -errno after the sentence is set. */
static int client_do(struct netlink_client *client)
{
	struct netlink_request *r = &client->r;
	int ret = request_find_family(r);

	if (!ret)
		ret = request_find_command(r);
	if (!ret)
		ret = netlink_parse(r);
	if (!ret && request_is_dump(r)) {
		client->dumping = true;
		return 0;
	}
	return ret ? : request_answer(client);
}

static void client_request(struct netlink_client *client,
			   const struct nlmsghdr *nlh)
{
	struct netlink_request *r = &client->r;
	int ret = 0;

	memset(r->cursor, 0, sizeof(r->cursor));
	r->nlh = nlh;
	r->bad = NULL;
	r->sentence[0] = '\0';
	r->counted = false;
	r->interrupted = false;
	/* What is no request, or none of a family, is not answered unless that is
	 * asked for.
	 */
	if (nlh->nlmsg_flags & NLM_F_REQUEST &&
	    nlh->nlmsg_type >= NLMSG_MIN_TYPE)
		ret = client_do(client);
	/* The end of a dump is its acknowledgment. */
	if (!client->dumping && (ret || nlh->nlmsg_flags & NLM_F_ACK))
		client_put_ack(client, ret);
}

/* One record of a dump. */
static void client_dump(struct netlink_client *client)
{
	int ret = client->r.command->dump(&client->r);

	client_end_part(client);
	if (ret > 0)
		return;
	client->dumping = false;
	client_put_done(client, ret);
}

/* The next message of what came; what follows a length that cannot be is passed
 * over, as in the kernel.
 */
static const struct nlmsghdr *client_next(struct netlink_client *client)
{
	const void *at = client->in + client->in_at;
	uint32_t left = client->in_len - client->in_at;
	const struct nlmsghdr *nlh = at;

	if (client->in_at >= client->in_len || left < sizeof(*nlh) ||
	    nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > left) {
		client->in_at = client->in_len;
		return NULL;
	}
	client->in_at += MNL_ALIGN(nlh->nlmsg_len);
	return nlh;
}

/* What does not fit is not looked at, but its sender is told. */
static void client_too_long(struct netlink_client *client)
{
	struct netlink_request *r = &client->r;

	client->in_at = client->in_len;
	r->nlh = (const struct nlmsghdr *)client->in;
	client_put_ack(client, netlink_refuse(r, -EMSGSIZE, 0,
					      "A request has up to %u bytes",
					      NETLINK_REQUEST_MAX));
}

/* Return: 0 when a record came, else -errno. */
static int client_read(struct netlink_client *client)
{
	ssize_t len = recv(client->file.fd, client->in, sizeof(client->in),
			   MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0)
		return -errno;
	if (!len)
		return -EPIPE;
	client->in_at = 0;
	client->in_len = MIN((size_t)len, sizeof(client->in));
	if ((size_t)len > sizeof(client->in))
		client_too_long(client);
	return 0;
}

/* See to all of one record, or go on with it. Return 0 or -errno: -EAGAIN when
 * that has to wait for the socket.
 */
static int client_work(struct netlink_client *client)
{
	const struct nlmsghdr *nlh;
	int ret = client_flush(client);

	while (!ret && !client->dumping) {
		nlh = client_next(client);
		if (!nlh) {
			/* Of a record that is done with nothing is left. */
			client->in_at = client->in_len;
			return client_flush(client);
		}
		client_request(client, nlh);
		ret = client_flush(client);
	}
	if (ret)
		return ret;
	/* The next part is another turn's. */
	client_dump(client);
	ret = client_flush(client);
	return ret || !client->dumping ? ret : -EAGAIN;
}

static bool client_is_idle(const struct netlink_client *client)
{
	return !client->out_len && !client->dumping &&
	       client->in_at >= client->in_len;
}

static void client_ready(struct loop_file *file, uint32_t events)
{
	struct netlink_client *client;
	int ret = 0;

	(void)events;
	client = container_of(file, struct netlink_client, file);
	if (client_is_idle(client))
		ret = client_read(client);
	if (!ret)
		ret = client_work(client);
	if (ret && ret != -EAGAIN && ret != -EINTR)
		client_free(client);
	else
		client_watch(client, client_is_idle(client) ? EPOLLIN :
							      EPOLLOUT);
}

/* Life -------------------------------------------------------------------------*/

static void netlink_take(struct acceptor *a, int fd, const struct addr *addr)
{
	struct netlink *nl = container_of(a, struct netlink, requests);
	struct netlink_client *client = g_new0(struct netlink_client, 1);
	struct ucred cred = { .uid = -1, .gid = -1 };
	socklen_t len = sizeof(cred);

	(void)addr;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	client->nl = nl;
	client->node.data = client;
	client->file.fd = fd;
	client->file.ready = client_ready;
	client->events = EPOLLIN;
	client->r.nl = nl;
	client->r.tb = client->tb;
	client->r.uid = cred.uid;
	client->r.gid = cred.gid;
	client->r.sock = fd;
	client->r.give = -1;
	if (loop_add(nl->link.hub->loop, &client->file, EPOLLIN)) {
		close(fd);
		g_free(client);
		return;
	}
	g_queue_push_tail_link(&a->clients, &client->node);
	acceptor_took(a);
}

int netlink_inherit(struct netlink *nl)
{
	int fd = inherit_find(NETLINK_CLIENT_NAME), type;
	socklen_t len = sizeof(type);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len))
		return -errno;
	if (type != SOCK_SEQPACKET)
		return -EPROTOTYPE;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC))
		return -errno;
	netlink_take(&nl->requests, fd, NULL);
	return 0;
}

uint16_t netlink_family_id(const struct netlink *nl,
			   const struct netlink_family *family)
{
	unsigned int i = 0;

	while (nl->families[i] != family)
		i++;
	return NETLINK_FAMILY_MIN + i;
}

void netlink_add(struct netlink *nl, const struct netlink_family *family,
		 void *data)
{
	unsigned int i;

	g_assert(nl->count < NETLINK_FAMILIES);
	for (i = 0; i < family->command_count; i++)
		g_assert(family->commands[i].max <= NETLINK_ATTR_MAX);
	nl->families[nl->count] = family;
	nl->data[nl->count++] = data;
}

struct netlink *netlink_new(struct hub *hub)
{
	struct netlink *nl = g_new0(struct netlink, 1);

	nl->link.hub = hub;
	nl->link.text = VHUB_PLACE_NETLINK;
	nl->owner = geteuid();
	acceptor_init(&nl->requests, &nl->link, netlink_take);
	acceptor_init(&nl->events, &nl->link, netlink_event_take);
	nl->requests.max = NETLINK_CLIENTS;
	nl->events.max = NETLINK_CLIENTS;
	netlink_add(nl, &netlink_ctrl, nl);
	return nl;
}

/* Return: a socket that listens at @dir/@name, or -errno. */
static int netlink_listen(const char *dir, const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, len, err;

	len = snprintf(un.sun_path, sizeof(un.sun_path), "%s/%s", dir, name);
	if ((size_t)len >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&un, sizeof(un)) &&
	    !listen(fd, NETLINK_CLIENTS))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int netlink_open_one(struct acceptor *a, const char *dir,
			    const char *name)
{
	int fd = netlink_listen(dir, name);

	return fd < 0 ? fd : acceptor_open(a, fd);
}

int netlink_open(struct netlink *nl, const char *dir)
{
	nl->dir = g_strdup(dir);
	return netlink_open_one(&nl->requests, dir, VHUB_PLACE_NETLINK);
}

int netlink_open_events(struct netlink *nl)
{
	return netlink_open_one(&nl->events, nl->dir, VHUB_PLACE_EVENTS);
}

static void netlink_close(struct netlink *nl, struct acceptor *a,
			  const char *name)
{
	char *path;

	if (!acceptor_close(a))
		return;
	path = g_build_filename(nl->dir, name, NULL);
	unlink(path);
	g_free(path);
}

void netlink_stop(struct netlink *nl)
{
	netlink_close(nl, &nl->requests, VHUB_PLACE_NETLINK);
	netlink_close(nl, &nl->events, VHUB_PLACE_EVENTS);
}

void netlink_free(struct netlink *nl)
{
	GQueue *clients = &nl->requests.clients;

	netlink_stop(nl);
	while (clients->head)
		client_free(clients->head->data);
	netlink_event_close(nl);
	g_free(nl->dir);
	g_free(nl);
}
