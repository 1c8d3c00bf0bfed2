// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - is the peer of a TCP connection there?
 *
 * DOC: The kernel asks a peer of which nothing comes, and gives it up in time, by
 * keepalive where nothing is to be sent, by TCP_USER_TIMEOUT where something is.
 * But that also ends a connection to a peer that has no room for so long, though it
 * answers: a guest that is stopped. So the timeout is lifted as long as a peer has
 * no room, and it is up to us to see that it answers. The kernel asks it whether it
 * has room again, in pauses that grow to two minutes.
 */
#include <stddef.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/tcp.h>

#include "alive.h"

/* Unless other is said: seconds until a peer is asked, and between questions, and
 * how many there are.
 */
#define ALIVE_IDLE	30
#define ALIVE_INTERVAL	10
#define ALIVE_COUNT	3

static void alive_set(int fd, int level, int option, int value)
{
	/* Not all of them are known by all kinds of socket. */
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* False for a connection of another kind. */
static bool alive_info(int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) &&
	       len >= offsetof(struct tcp_info, tcpi_snd_wnd) +
	       sizeof(info->tcpi_snd_wnd);
}

/* Less than a segment is none: the kernel waits for more then. */
static bool alive_has_room(const struct tcp_info *info)
{
	return info->tcpi_snd_wnd >= info->tcpi_snd_mss;
}

/* Of questions whether it has room, and of what little it has room for. What takes
 * in nothing for another reason than that answers, too.
 */
static bool alive_is_silent(const struct alive *a, const struct tcp_info *info)
{
	return info->tcpi_probes + info->tcpi_retransmits > a->count &&
	       info->tcpi_last_ack_recv >= a->timeout;
}

static gboolean alive_look(gpointer data)
{
	struct alive *a = data;
	struct tcp_info info;
	bool room;

	if (!alive_info(a->fd, &info))
		return G_SOURCE_CONTINUE;
	room = alive_has_room(&info);
	alive_set(a->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, room ? a->timeout : 0);
	if (room || !alive_is_silent(a, &info))
		return G_SOURCE_CONTINUE;
	a->timer = 0;
	a->gone(a);
	return G_SOURCE_REMOVE;
}

void alive_begin(struct alive *a, const struct endpoint *ep, int fd)
{
	unsigned int idle = ep->keep_idle ? : ALIVE_IDLE;
	unsigned int interval = ep->keep_interval ? : ALIVE_INTERVAL;
	struct tcp_info info;

	alive_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (ep->no_keep_alive || !alive_info(fd, &info))
		return;
	a->fd = fd;
	a->count = ep->keep_count ? : ALIVE_COUNT;
	a->timeout = (idle + a->count * interval) * 1000;
	alive_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	alive_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
	alive_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
	alive_set(fd, IPPROTO_TCP, TCP_KEEPCNT, a->count);
	alive_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, a->timeout);
	/* Sooner than the timeout. */
	a->timer = g_timeout_add_seconds(MIN(idle, interval), alive_look, a);
}

void alive_end(struct alive *a)
{
	if (a->timer)
		g_source_remove(a->timer);
	a->timer = 0;
}
