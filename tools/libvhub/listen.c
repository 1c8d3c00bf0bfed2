// SPDX-License-Identifier: GPL-2.0
/*
 * libvhub - changes of user hubs: those that are there, and those to come
 *
 * DOC: An epoll set holds the kernel's socket, the socket for events of each user
 * hub, and an inotify watch of the folders that user hubs have theirs in. The last
 * thing that a vhubd does to its own folder is to set its mode: then it takes who
 * listens. What a hub that came later had before it was listened to is told as if
 * it came then; what happened just then may be told twice.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl.h"
#include "place.h"
#include "user.h"

/**
 * struct listen_hub - a user hub
 * @next: the next one
 * @fd: its socket
 * @family: number of the family there
 * @gone: it has said that it goes
 * @info: what it said of itself last
 */
struct listen_hub {
	struct listen_hub *next;
	int fd;
	uint16_t family;
	bool gone;
	struct vhub_hub_info info;
};

/**
 * struct vhub_listen - all that is listened to
 * @epfd: the epoll set
 * @watch: of folders, or -1
 * @groups: bits of enum vhub_listen_group
 * @hubs: the user hubs
 */
struct vhub_listen {
	int epfd;
	int watch;
	unsigned int groups;
	struct listen_hub *hubs;
};

/**
 * struct listen_scan - a look for hubs that are new
 * @nl: who listens
 * @cb: is told of them, or NULL
 * @data: argument of @cb
 * @ret: what @cb returned
 */
struct listen_scan {
	struct vhub_nl *nl;
	int (*cb)(const struct vhub_event *event, void *data);
	void *data;
	int ret;
};

static int listen_add(const struct vhub_listen *l, int fd, void *ptr)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ptr };

	return epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static bool listen_wants(const struct vhub_listen *l, uint8_t cmd)
{
	bool fdb = cmd == VHUB_CMD_FDB_NTF || cmd == VHUB_CMD_FDB_DEL_NTF;

	return l->groups & (fdb ? VHUB_LISTEN_FDB : VHUB_LISTEN_EVENTS);
}

static int listen_tell(struct listen_scan *scan, const struct vhub_event *event)
{
	if (!scan->cb || !listen_wants(scan->nl->listen, event->cmd))
		return 0;
	return scan->cb(event, scan->data);
}

/* Hubs -------------------------------------------------------------------------*/

static bool listen_has(const struct vhub_listen *l, const char *name)
{
	const struct listen_hub *hub = l->hubs;

	while (hub && strcmp(hub->info.name, name))
		hub = hub->next;
	return hub;
}

static void listen_forget(struct vhub_listen *l, struct listen_hub *hub)
{
	struct listen_hub **at = &l->hubs;

	while (*at != hub)
		at = &(*at)->next;
	*at = hub->next;
	close(hub->fd);
	free(hub);
}

/* Is it about that hub? By another name it would be listened to once more. */
static bool listen_is_of(const struct listen_hub *hub,
			 const struct vhub_event *event)
{
	const char *name = event->hub.name;

	if (event->cmd == VHUB_CMD_PORT_NTF ||
	    event->cmd == VHUB_CMD_PORT_DEL_NTF)
		name = event->port.hub_name;
	if (event->cmd == VHUB_CMD_FDB_NTF ||
	    event->cmd == VHUB_CMD_FDB_DEL_NTF)
		name = event->fdb.hub_name;
	return !strcmp(name, hub->info.name);
}

/* What a new hub is and has. */
static int listen_tell_new(struct listen_scan *scan,
			   const struct listen_hub *hub)
{
	struct vhub_event event = { .cmd = VHUB_CMD_HUB_NTF, .hub = hub->info };
	struct vhub_port_info *ports;
	struct vhub_nl nl = { 0 };
	size_t i, n;
	int ret = listen_tell(scan, &event);

	if (ret < 0 || !scan->cb ||
	    vhub_user_port_list(&nl, hub->info.name, &ports, &n))
		return ret;
	event.cmd = VHUB_CMD_PORT_NTF;
	for (i = 0; i < n && ret >= 0; i++) {
		event.port = ports[i];
		if (listen_is_of(hub, &event))
			ret = listen_tell(scan, &event);
	}
	free(ports);
	return ret;
}

static int listen_connect(struct listen_hub *hub, const char *name)
{
	struct vhub_nl nl = { 0 };
	int ret;

	hub->fd = vhub_place_connect(name, VHUB_PLACE_EVENTS, SOCK_SEQPACKET,
				     NULL);
	if (hub->fd < 0)
		return hub->fd;
	ret = vhub_user_hub_get(&nl, name, &hub->info, &hub->family);
	return !ret && strcmp(hub->info.name, name) ? -EBADMSG : ret;
}

/* One that cannot be had now is no matter: it is not there, or not for us. */
static void listen_try(const char *name, void *data)
{
	struct listen_scan *scan = data;
	struct vhub_listen *l = scan->nl->listen;
	struct listen_hub *hub;

	if (scan->ret < 0 || listen_has(l, name))
		return;
	hub = calloc(1, sizeof(*hub));
	if (!hub)
		return;
	if (listen_connect(hub, name) || listen_add(l, hub->fd, hub)) {
		if (hub->fd >= 0)
			close(hub->fd);
		free(hub);
		return;
	}
	hub->next = l->hubs;
	l->hubs = hub;
	scan->ret = listen_tell_new(scan, hub);
}

/* Folders ------------------------------------------------------------------------*/

/* Folders may not be there yet: then the one that they will be in is watched. */
static void listen_watch(struct vhub_listen *l)
{
	char base[VHUB_PLACE_SIZE], *slash;
	int i;

	for (i = 0; i < 2; i++) {
		if (!(i ? vhub_place_root(base) : vhub_place_own(base)))
			continue;
		inotify_add_watch(l->watch, base, IN_CREATE | IN_ATTRIB |
				  IN_MOVED_TO | IN_ONLYDIR);
		slash = strrchr(base, '/');
		*slash = '\0';
		inotify_add_watch(l->watch, base, IN_CREATE | IN_ONLYDIR);
	}
}

static int listen_scan(struct listen_scan *scan)
{
	struct vhub_listen *l = scan->nl->listen;
	char events[4096];

	while (l->watch >= 0 && read(l->watch, events, sizeof(events)) > 0)
		;
	/* First, or what comes between would be missed. */
	listen_watch(l);
	vhub_place_list(listen_try, scan);
	return scan->ret;
}

/* Events ---------------------------------------------------------------------------*/

static int listen_end(struct listen_scan *scan, struct listen_hub *hub)
{
	struct vhub_event event = {
		.cmd = VHUB_CMD_HUB_DEL_NTF,
		.hub = hub->info,
	};
	bool gone = hub->gone;

	listen_forget(scan->nl->listen, hub);
	return gone ? 0 : listen_tell(scan, &event);
}

/* A hub that talks nonsense ends for us, and is no reason for not hearing others. */
static int listen_message(struct listen_scan *scan, struct listen_hub *hub,
			  const struct nlmsghdr *nlh)
{
	struct vhub_event event;
	int ret;

	if (nlh->nlmsg_type == NLMSG_OVERRUN)
		return -ENOBUFS;
	if (nlh->nlmsg_type != hub->family)
		return 0;
	ret = vhub_event_parse(nlh, &event);
	if (ret > 0)
		return 0;
	if (ret < 0 || !listen_is_of(hub, &event))
		return shutdown(hub->fd, SHUT_RD) ? -errno : 0;
	if (event.cmd == VHUB_CMD_HUB_NTF)
		hub->info = event.hub;
	hub->gone |= event.cmd == VHUB_CMD_HUB_DEL_NTF;
	return listen_tell(scan, &event);
}

static int listen_read(struct listen_scan *scan, struct listen_hub *hub)
{
	char buf[VHUB_NL_ANSWER_SIZE];
	const struct nlmsghdr *nlh;
	ssize_t got = recv(hub->fd, buf, sizeof(buf), MSG_DONTWAIT);
	int len = got, ret = 0;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return listen_end(scan, hub);
	for (nlh = (void *)buf; !ret && vhub_nl_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len))
		ret = listen_message(scan, hub, nlh);
	return ret;
}

int vhub_listen_next(struct vhub_nl *nl, bool wait,
		     int (*cb)(const struct vhub_event *event, void *data),
		     void *data)
{
	struct listen_scan scan = { .nl = nl, .cb = cb, .data = data };
	struct vhub_listen *l = nl->listen;
	struct epoll_event event;
	int n, ret;

	do {
		n = epoll_wait(l->epfd, &event, 1, wait ? -1 : 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -EAGAIN;
	if (!event.data.ptr)
		return 1;
	if (event.data.ptr == l)
		ret = listen_scan(&scan);
	else
		ret = listen_read(&scan, event.data.ptr);
	return ret < 0 ? ret : 0;
}

/* Life -----------------------------------------------------------------------------*/

static int listen_new(struct vhub_nl *nl)
{
	struct vhub_listen *l = calloc(1, sizeof(*l));
	int ret;

	if (!l)
		return -ENOMEM;
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0) {
		ret = -errno;
		free(l);
		return ret;
	}
	l->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->watch >= 0)
		listen_add(l, l->watch, l);
	nl->listen = l;
	return 0;
}

int vhub_listen_open(struct vhub_nl *nl, unsigned int group)
{
	struct listen_scan scan = { .nl = nl };
	const struct listen_hub *hub;
	int n = 0, ret;

	ret = nl->listen ? 0 : listen_new(nl);
	if (!nl->listen)
		return ret;
	nl->listen->groups |= group;
	listen_scan(&scan);
	for (hub = nl->listen->hubs; hub; hub = hub->next)
		n++;
	return n;
}

int vhub_listen_kernel(struct vhub_nl *nl)
{
	int ret = listen_add(nl->listen, mnl_socket_get_fd(nl->genl), NULL);

	return ret == -EEXIST ? 0 : ret;
}

int vhub_listen_fd(const struct vhub_nl *nl)
{
	return nl->listen->epfd;
}

void vhub_listen_close(struct vhub_nl *nl)
{
	struct vhub_listen *l = nl->listen;

	if (!l)
		return;
	while (l->hubs)
		listen_forget(l, l->hubs);
	if (l->watch >= 0)
		close(l->watch);
	close(l->epfd);
	free(l);
	nl->listen = NULL;
}
