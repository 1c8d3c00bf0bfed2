// SPDX-License-Identifier: GPL-2.0
/* vhubd - frames of a file that gives and takes them one at a time */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "packet.h"

/* See DGRAM_ROOM. */
#define PACKET_ROOM	(FRAME_HEAD + VHUB_FRAME_MAX + 7)

static unsigned char packet_room[PORT_BATCH][PACKET_ROOM];

static void packet_watch(struct packet *p, bool wait)
{
	if (p->waits == wait)
		return;
	p->waits = wait;
	loop_mod(p->port.hub->loop, &p->file,
		 wait ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void packet_doom(struct packet *p, int error)
{
	p->error = error;
	loop_soon(p->port.hub->loop, &p->dead);
}

static void packet_dead(struct loop_work *work)
{
	struct packet *p = container_of(work, struct packet, dead);

	p->failed(p, p->error);
}

/* The frame was not sent: is it done with nevertheless? */
static bool packet_lost(struct packet *p, const struct vhub_frame *frame,
			int error)
{
	/* Files that are no sockets have this for EMSGSIZE. */
	unsigned int reason = port_reason(error == EINVAL ? EMSGSIZE : error);

	if (error == EAGAIN) {
		packet_watch(p, true);
		return false;
	}
	port_lose(&p->port, reason, frame, 1);
	/* A TAP that is down has EIO, and may come up. */
	if (reason == VHUB_A_DROPS_NO_LINK && error != EIO)
		packet_doom(p, error);
	return true;
}

static unsigned int packet_output(struct port *port,
				  const struct vhub_frame *frames,
				  unsigned int n)
{
	struct packet *p = container_of(port, struct packet, port);
	unsigned int i;
	int ret;

	for (i = 0; i < n && !p->error; i++) {
		ret = p->send(p, frames[i].data, frames[i].len);
		if (ret && !packet_lost(p, &frames[i], -ret))
			return i;
	}
	port_lose(port, VHUB_A_DROPS_NO_LINK, frames + i, n - i);
	return n;
}

static const struct port_ops packet_port_ops = { .output = packet_output };

/* Returns a frame's length, 0 for one that is lost, or -errno. */
static ssize_t packet_frame(struct packet *p, unsigned int i,
			    struct vhub_frame *frame)
{
	unsigned char *data = packet_room[i] + FRAME_HEAD;
	ssize_t len = p->recv(p, data, VHUB_FRAME_MAX + 1);
	uint32_t head = htonl(len);

	if (len <= 0)
		return len;
	if (!port_takes(&p->port, len))
		return 0;
	memcpy(packet_room[i], &head, FRAME_HEAD);
	frame->data = data;
	frame->len = len;
	frame->reserved = FRAME_HEADED;
	return len;
}

static void packet_readable(struct packet *p, bool hung_up)
{
	struct vhub_frame frames[PORT_BATCH];
	unsigned int count = 0, i;
	ssize_t len = 0;

	for (i = 0; i < PORT_BATCH && len >= 0; i++) {
		len = packet_frame(p, count, &frames[count]);
		if (len > 0)
			count++;
	}
	port_input(&p->port, frames, count);
	if (len < 0 && len != -EAGAIN && len != -EINTR)
		packet_doom(p, -len);
	else if (hung_up && !count)
		packet_doom(p, EPIPE);
}

static void packet_ready(struct loop_file *file, uint32_t events)
{
	struct packet *p = container_of(file, struct packet, file);

	if (events & EPOLLOUT && p->waits) {
		packet_watch(p, false);
		port_writable(&p->port);
	}
	if (events & ~EPOLLOUT)
		packet_readable(p, events & EPOLLHUP);
}

bool packet_open(struct packet *p, struct link *link, GError **error)
{
	p->file.fd = -1;
	p->file.ready = packet_ready;
	p->dead.run = packet_dead;
	return link_port(link, &p->port, &packet_port_ops, PORT_WIDE, NULL,
			 error);
}

int packet_plug(struct packet *p, int fd)
{
	int ret;

	p->file.fd = fd;
	p->error = 0;
	p->waits = false;
	ret = loop_add(p->port.hub->loop, &p->file, EPOLLIN);
	if (ret)
		p->file.fd = -1;
	else
		port_set_up(&p->port, true);
	return ret;
}

void packet_unplug(struct packet *p)
{
	if (p->file.fd < 0)
		return;
	loop_cancel(p->port.hub->loop, &p->dead);
	loop_del(p->port.hub->loop, &p->file);
	p->file.fd = -1;
	port_set_up(&p->port, false);
}

void packet_close(struct packet *p)
{
	packet_unplug(p);
	port_close(&p->port);
}
