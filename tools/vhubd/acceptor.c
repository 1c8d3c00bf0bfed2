// SPDX-License-Identifier: GPL-2.0
/* vhubd - a socket that listens, and how many clients it may have */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "acceptor.h"

/* Seconds until we try again after there was no room for a client. */
#define ACCEPTOR_PAUSE	1

/* Files that a client takes, at most: its socket, two more for VDE, a port. */
#define ACCEPTOR_FILES	4

static void acceptor_say(struct acceptor *a, const char *what, const char *why)
{
	if (!a->refused)
		link_say(a->link, "a client %s: %s", what, why);
	a->refused = true;
}

void acceptor_refuse(struct acceptor *a, const char *why)
{
	acceptor_say(a, "is refused", why);
}

void acceptor_took(struct acceptor *a)
{
	a->refused = false;
}

static gboolean acceptor_resume(gpointer data)
{
	struct acceptor *a = data;

	a->timer = 0;
	loop_add(a->link->hub->loop, &a->file, EPOLLIN);
	return G_SOURCE_REMOVE;
}

/* Clients wait in the kernel meanwhile. */
static void acceptor_pause(struct acceptor *a)
{
	loop_del(a->link->hub->loop, &a->file);
	a->timer = g_timeout_add_seconds(ACCEPTOR_PAUSE, acceptor_resume, a);
}

/* Is there room for all files that a client takes? Who was accepted and then
 * cannot have a port would have to go; before, it can wait.
 */
static bool acceptor_has_room(const struct acceptor *a)
{
	int fds[ACCEPTOR_FILES], n = 0;
	bool room;

	do {
		fds[n] = fcntl(a->file.fd, F_DUPFD_CLOEXEC, 0);
		room = fds[n] >= 0;
	} while (room && ++n < ACCEPTOR_FILES);
	while (n--)
		close(fds[n]);
	return room;
}

/* Returns a client's socket or -errno. */
static int acceptor_accept(const struct acceptor *a, struct addr *addr)
{
	int fd;

	if (!acceptor_has_room(a))
		return -EMFILE;
	addr->len = sizeof(addr->ss);
	fd = accept4(a->file.fd, (struct sockaddr *)&addr->ss, &addr->len,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* One client at a time: then it is another file's turn. */
static void acceptor_ready(struct loop_file *file, uint32_t events)
{
	struct acceptor *a = container_of(file, struct acceptor, file);
	struct addr addr = { 0 };
	int fd = acceptor_accept(a, &addr);

	(void)events;
	if (fd == -EINTR || fd == -ECONNABORTED || fd == -EAGAIN)
		return;
	if (fd < 0) {
		acceptor_say(a, "has to wait", strerror(-fd));
		acceptor_pause(a);
	} else if (a->clients.length < a->max) {
		a->take(a, fd, &addr);
	} else {
		acceptor_refuse(a, "there are too many");
		close(fd);
	}
}

void acceptor_init(struct acceptor *a, struct link *link,
		   void (*take)(struct acceptor *a, int fd,
				const struct addr *addr))
{
	a->link = link;
	a->take = take;
	a->file.fd = -1;
	a->file.ready = acceptor_ready;
	a->max = ACCEPTOR_CLIENTS;
}

int acceptor_open(struct acceptor *a, int fd)
{
	int ret;

	a->file.fd = fd;
	ret = loop_add(a->link->hub->loop, &a->file, EPOLLIN);
	if (!ret)
		return 0;
	close(fd);
	a->file.fd = -1;
	return ret;
}

bool acceptor_close(struct acceptor *a)
{
	if (a->file.fd < 0)
		return false;
	if (a->timer)
		g_source_remove(a->timer);
	a->timer = 0;
	loop_del(a->link->hub->loop, &a->file);
	close(a->file.fd);
	a->file.fd = -1;
	return true;
}
