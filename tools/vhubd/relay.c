// SPDX-License-Identifier: GPL-2.0
/* vhubd - a process that carries one connection on, from stdin to HOST:PORT */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "relay.h"

#define RELAY_ROOM	65536

/**
 * struct relay_way - one direction of the connection
 * @from: socket that is read
 * @to: socket that is written
 * @at: first byte that is not written yet
 * @len: behind the last one
 * @ended: there are no more
 * @room: the bytes
 */
struct relay_way {
	int from;
	int to;
	size_t at;
	size_t len;
	bool ended;
	char room[RELAY_ROOM];
};

static int relay_try(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC,
			ai->ai_protocol);

	if (fd < 0 || !connect(fd, ai->ai_addr, ai->ai_addrlen))
		return fd;
	close(fd);
	return -1;
}

/* HOST may be an IPv6 address in brackets. */
static int relay_connect(const char *target)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(target, ':');
	struct addrinfo *list, *ai;
	int fd = -1, bracket;
	char *host;

	if (!colon)
		return -1;
	bracket = *target == '[' && colon[-1] == ']';
	host = g_strndup(target + bracket, colon - target - 2 * bracket);
	if (!getaddrinfo(host, colon + 1, &hints, &list)) {
		for (ai = list; ai && fd < 0; ai = ai->ai_next)
			fd = relay_try(ai);
		freeaddrinfo(list);
	}
	g_free(host);
	return fd;
}

/* A side that is gone ends the way. */
static void relay_read(struct relay_way *way)
{
	ssize_t ret = recv(way->from, way->room, RELAY_ROOM, MSG_DONTWAIT);

	if (ret < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	way->at = 0;
	way->len = MAX(ret, 0);
	if (ret > 0)
		return;
	way->ended = true;
	shutdown(way->to, SHUT_WR);
}

static void relay_write(struct relay_way *way)
{
	ssize_t ret = send(way->to, way->room + way->at, way->len - way->at,
			   MSG_DONTWAIT | MSG_NOSIGNAL);

	if (ret >= 0) {
		way->at += ret;
	} else if (errno != EAGAIN && errno != EINTR) {
		way->at = way->len;
		way->ended = true;
		shutdown(way->from, SHUT_RD);
	}
}

/* A way reads when all that it has read is written. */
static void relay_move(struct relay_way *way, const struct pollfd *from,
		       const struct pollfd *to)
{
	if (way->ended)
		return;
	if (way->at < way->len && to->revents)
		relay_write(way);
	else if (way->at == way->len && from->revents)
		relay_read(way);
}

static void relay_want(const struct relay_way *way, struct pollfd *from,
		       struct pollfd *to)
{
	if (way->ended)
		return;
	if (way->at < way->len)
		to->events |= POLLOUT;
	else
		from->events |= POLLIN;
}

/* One that is asked for nothing must not wake us up by having hung up. */
static void relay_round(struct relay_way *in, struct relay_way *out)
{
	struct pollfd guest = { .fd = in->from }, host = { .fd = out->from };
	struct pollfd pfds[2];

	relay_want(in, &guest, &host);
	relay_want(out, &host, &guest);
	pfds[0] = guest;
	pfds[1] = host;
	if (!guest.events)
		pfds[0].fd = -1;
	if (!host.events)
		pfds[1].fd = -1;
	if (poll(pfds, 2, -1) < 0)
		return;
	relay_move(in, &pfds[0], &pfds[1]);
	relay_move(out, &pfds[1], &pfds[0]);
}

int relay_run(const char *target)
{
	static struct relay_way in, out;
	int fd = relay_connect(target);

	if (fd < 0)
		return 1;
	in.from = STDIN_FILENO;
	in.to = fd;
	out.from = fd;
	out.to = STDIN_FILENO;
	while (!in.ended || !out.ended)
		relay_round(&in, &out);
	return 0;
}
