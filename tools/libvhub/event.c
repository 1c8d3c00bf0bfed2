// SPDX-License-Identifier: GPL-2.0
/* libvhub - changes of hubs, ports, addresses, from the family's multicast groups */
#include <errno.h>
#include <fcntl.h>

#include <linux/genetlink.h>

#include "genl.h"
#include "user.h"

/* Room for a hub of thousands of ports that goes or comes at once. */
#define EVENT_ROOM	(4 << 20)

static int event_join(struct vhub_nl *nl, const uint32_t *group)
{
	int room = EVENT_ROOM;
	int fd, ret;

	ret = vhub_genl_ready(nl);
	if (ret)
		return ret;
	if (mnl_socket_setsockopt(nl->genl, NETLINK_ADD_MEMBERSHIP,
				  (void *)group, sizeof(*group)) < 0)
		return -errno;
	fd = mnl_socket_get_fd(nl->genl);
	/* More is better, but needs a privilege; less is no failure. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return vhub_listen_kernel(nl);
}

/* Without the module there have to be user hubs. */
static int event_open(struct vhub_nl *nl, const uint32_t *group,
		      unsigned int listen)
{
	int n = vhub_listen_open(nl, listen), ret;

	if (n < 0)
		return n;
	ret = event_join(nl, group);
	return ret == -EPROTONOSUPPORT && n ? 0 : ret;
}

/**
 * vhub_event_open() - listen to changes of hubs and ports
 * @nl: of its own: requests would lose events that come between
 *
 * Return: 0 or -errno, -EPROTONOSUPPORT when the module is not loaded.
 */
int vhub_event_open(struct vhub_nl *nl)
{
	return event_open(nl, &nl->events, VHUB_LISTEN_EVENTS);
}

/**
 * vhub_event_open_fdb() - listen to changes of addresses
 * @nl: as of vhub_event_open(), or the same
 *
 * Return: likewise.
 */
int vhub_event_open_fdb(struct vhub_nl *nl)
{
	return event_open(nl, &nl->fdb_events, VHUB_LISTEN_FDB);
}

int vhub_event_fd(const struct vhub_nl *nl)
{
	return vhub_listen_fd(nl);
}

int vhub_event_parse(const struct nlmsghdr *nlh, struct vhub_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return -EBADMSG;
	event->cmd = genl->cmd;
	switch (genl->cmd) {
	case VHUB_CMD_HUB_NTF:
	case VHUB_CMD_HUB_DEL_NTF:
		return vhub_hub_parse(nlh, &event->hub);
	case VHUB_CMD_PORT_NTF:
	case VHUB_CMD_PORT_DEL_NTF:
		return vhub_port_parse(nlh, &event->port);
	case VHUB_CMD_FDB_NTF:
	case VHUB_CMD_FDB_DEL_NTF:
		return vhub_fdb_parse(nlh, &event->fdb);
	default:
		return 1;
	}
}

/* What the kernel says. */
static int event_read(struct vhub_nl *nl,
		      int (*cb)(const struct vhub_event *event, void *data),
		      void *data)
{
	char buf[VHUB_NL_ANSWER_SIZE];
	const struct nlmsghdr *nlh;
	struct vhub_event event;
	ssize_t got;
	int len, ret;

	got = mnl_socket_recvfrom(nl->genl, buf, sizeof(buf));
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	len = got;
	for (nlh = (void *)buf; vhub_nl_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != nl->family)
			continue;
		ret = vhub_event_parse(nlh, &event);
		if (!ret)
			ret = cb(&event, data);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/**
 * vhub_event_next() - handle changes
 * @nl: see vhub_event_open()
 * @wait: wait for one if there is none
 * @cb: called for each
 * @data: argument of @cb
 *
 * Return: 0 after one or more, or -errno: that of @cb; -EAGAIN when there is
 * none; -ENOBUFS when changes were lost because they came faster than they
 * were read. More may be lost without a word until -EAGAIN is returned.
 */
int vhub_event_next(struct vhub_nl *nl, bool wait,
		    int (*cb)(const struct vhub_event *event, void *data),
		    void *data)
{
	int ret = vhub_listen_next(nl, wait, cb, data);

	return ret > 0 ? event_read(nl, cb, data) : ret;
}
