// SPDX-License-Identifier: GPL-2.0
/* vhubd - frames on datagram sockets, one in each, perhaps behind a header */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dgram.h"

/* Bytes for a datagram. Not a multiple of a page's, or else their beginnings
 * would be in each other's way in the processor's cache.
 */
#define DGRAM_ROOM	(FRAME_HEAD + DGRAM_HEAD_MAX + VHUB_FRAME_MAX + 7)

/* Errors are reported whether we want or not: once is enough. */
#define DGRAM_QUIET	EPOLLET

/* Of all sockets: what was received, and what is sent. */
static unsigned char dgram_room[PORT_BATCH][DGRAM_ROOM];
static struct mmsghdr dgram_in[PORT_BATCH];
static struct iovec dgram_in_iov[PORT_BATCH];
static struct addr dgram_from[PORT_BATCH];
static unsigned int dgram_in_used = PORT_BATCH;	/* to be prepared again */
static struct mmsghdr dgram_out[PORT_BATCH];
static struct iovec dgram_out_iov[PORT_BATCH][2];
static unsigned char dgram_head[PORT_BATCH][DGRAM_HEAD_MAX];

/* Out ------------------------------------------------------------------------*/

static void dgram_prepare(struct dgram *d, const struct vhub_frame *frame,
			  unsigned int i)
{
	struct iovec *iov = dgram_out_iov[i];
	struct msghdr *msg = &dgram_out[i].msg_hdr;
	unsigned int n = 0;

	if (d->out_head) {
		d->make_head(d, dgram_head[i]);
		iov[n].iov_base = dgram_head[i];
		iov[n++].iov_len = d->out_head;
	}
	iov[n].iov_base = frame->data;
	iov[n++].iov_len = frame->len;
	memset(msg, 0, sizeof(*msg));
	msg->msg_iov = iov;
	msg->msg_iovlen = n;
	if (d->to.len) {
		msg->msg_name = &d->to.ss;
		msg->msg_namelen = d->to.len;
	}
}

static void dgram_watch_out(struct dgram *d, bool wait)
{
	if (d->waits == wait)
		return;
	d->waits = wait;
	loop_mod(d->port.hub->loop, &d->out, wait ? EPOLLOUT : DGRAM_QUIET);
}

/* Not by whoever sends to it. */
static void dgram_doom(struct dgram *d, int error)
{
	d->error = error;
	loop_soon(d->port.hub->loop, &d->dead);
}

/* The frame could not be sent. Returns how many frames are done with. */
static unsigned int dgram_lost(struct dgram *d, const struct vhub_frame *frame,
			       int error)
{
	unsigned int reason = port_reason(error);

	if (error == EAGAIN) {
		dgram_watch_out(d, true);
		return 0;
	}
	port_lose(&d->port, reason, frame, 1);
	if (reason == VHUB_A_DROPS_NO_LINK)
		dgram_doom(d, error);
	return 1;
}

static unsigned int dgram_send(struct dgram *d, const struct vhub_frame *frames,
			       unsigned int n)
{
	unsigned int i;
	int ret;

	n = MIN(n, PORT_BATCH);
	for (i = 0; i < n; i++)
		dgram_prepare(d, &frames[i], i);
	do {
		ret = sendmmsg(d->out.fd, dgram_out, n,
			       MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? dgram_lost(d, frames, errno) : (unsigned int)ret;
}

static unsigned int dgram_output(struct port *port,
				 const struct vhub_frame *frames,
				 unsigned int n)
{
	struct dgram *d = container_of(port, struct dgram, port);
	unsigned int taken = 0, more;

	while (taken < n && !d->error) {
		more = dgram_send(d, frames + taken, n - taken);
		if (!more)
			return taken;
		taken += more;
	}
	port_lose(port, VHUB_A_DROPS_NO_LINK, frames + taken, n - taken);
	return n;
}

static void dgram_end(struct port *port)
{
	struct dgram *d = container_of(port, struct dgram, port);

	d->failed(d, 0);
}

static const struct port_ops dgram_port_ops = {
	.end = dgram_end,
	.output = dgram_output,
};

static void dgram_dead(struct loop_work *work)
{
	struct dgram *d = container_of(work, struct dgram, dead);

	d->failed(d, d->error);
}

static void dgram_out_ready(struct loop_file *file, uint32_t events)
{
	struct dgram *d = container_of(file, struct dgram, out);

	/* Errors are those of the next send. */
	(void)events;
	if (!d->waits)
		return;
	dgram_watch_out(d, false);
	port_writable(&d->port);
}

/* In -------------------------------------------------------------------------*/

static void dgram_prepare_in(const struct dgram *d, unsigned int i)
{
	struct msghdr *msg = &dgram_in[i].msg_hdr;

	dgram_in_iov[i].iov_base = dgram_room[i] + FRAME_HEAD;
	dgram_in_iov[i].iov_len = d->in_head + VHUB_FRAME_MAX;
	memset(msg, 0, sizeof(*msg));
	msg->msg_iov = &dgram_in_iov[i];
	msg->msg_iovlen = 1;
	if (d->own.len) {
		msg->msg_name = &dgram_from[i].ss;
		msg->msg_namelen = sizeof(dgram_from[i].ss);
	}
}

static bool dgram_is_own(const struct dgram *d, unsigned int i)
{
	const struct msghdr *msg = &dgram_in[i].msg_hdr;
	const struct sockaddr_in *from = msg->msg_name;
	const struct sockaddr_in *own = (const void *)&d->own.ss;

	return from && from->sin_port == own->sin_port &&
	       from->sin_addr.s_addr == own->sin_addr.s_addr;
}

/* The frame of datagram @i, if there is one. */
static bool dgram_frame(struct dgram *d, unsigned int i,
			struct vhub_frame *frame)
{
	unsigned char *data = dgram_room[i] + FRAME_HEAD;
	uint32_t len = dgram_in[i].msg_len, head;

	/* An empty one is how VDE says goodbye. */
	if (!len || dgram_is_own(d, i))
		return false;
	if (dgram_in[i].msg_hdr.msg_flags & MSG_TRUNC) {
		d->port.drops[VHUB_A_DROPS_LONG]++;
		return false;
	}
	if (len < d->in_head ||
	    (d->check_head && !d->check_head(d, data))) {
		d->port.drops[VHUB_A_DROPS_HEADER]++;
		return false;
	}
	data += d->in_head;
	len -= d->in_head;
	if (!port_takes(&d->port, len))
		return false;
	head = htonl(len);
	memcpy(data - FRAME_HEAD, &head, FRAME_HEAD);
	frame->data = data;
	frame->len = len;
	frame->reserved = FRAME_HEADED;
	return true;
}

static void dgram_take(struct dgram *d, unsigned int n)
{
	struct vhub_frame frames[PORT_BATCH];
	unsigned int i, count = 0;

	for (i = 0; i < n; i++)
		if (dgram_frame(d, i, &frames[count]))
			count++;
	port_input(&d->port, frames, count);
}

/* Prepare all, but for those that are still so from the last time: mostly few
 * datagrams come at once, on sockets of one kind.
 */
static void dgram_prepare_all_in(const struct dgram *d)
{
	static uint32_t in_head;
	static bool named;
	unsigned int i;

	if (in_head != d->in_head || named != !!d->own.len)
		dgram_in_used = PORT_BATCH;
	in_head = d->in_head;
	named = d->own.len;
	for (i = 0; i < dgram_in_used; i++)
		dgram_prepare_in(d, i);
}

int dgram_receive(struct dgram *d)
{
	int n;

	dgram_prepare_all_in(d);
	n = recvmmsg(d->in.fd, dgram_in, PORT_BATCH, MSG_DONTWAIT, NULL);
	if (n <= 0)
		return n ? -errno : 0;
	dgram_in_used = n;
	dgram_take(d, n);
	return dgram_in[n - 1].msg_len ? 1 : -EPIPE;
}

/* Errors are of what was sent before, and of no interest here. A socket that has
 * an end is always ready from then on.
 */
static void dgram_in_ready(struct loop_file *file, uint32_t events)
{
	struct dgram *d = container_of(file, struct dgram, in);
	int ret = dgram_receive(d);

	if (ret > 0 && d->out.fd < 0 && d->heard)
		d->heard(d);
	if (events & (EPOLLHUP | EPOLLRDHUP) && ret <= 0)
		d->failed(d, 0);
}

/* Life -----------------------------------------------------------------------*/

bool dgram_open(struct dgram *d, struct link *link, enum port_size size,
		const char *label, GError **error)
{
	d->in.fd = -1;
	d->in.ready = dgram_in_ready;
	d->out.fd = -1;
	d->out.ready = dgram_out_ready;
	d->dead.run = dgram_dead;
	return link_port(link, &d->port, &dgram_port_ops, size, label, error);
}

static int dgram_plug(struct dgram *d, struct loop_file *file, int fd,
		      uint32_t events)
{
	int ret;

	if (fd < 0)
		return -errno;
	file->fd = fd;
	ret = loop_add(d->port.hub->loop, file, events);
	if (!ret)
		return 0;
	close(fd);
	file->fd = -1;
	return ret;
}

int dgram_plug_in(struct dgram *d, int fd)
{
	return dgram_plug(d, &d->in, fd, EPOLLIN | EPOLLRDHUP);
}

int dgram_plug_out(struct dgram *d, int fd)
{
	int ret;

	/* By another number the same socket can be waited for in another way. */
	if (fd < 0)
		fd = fcntl(d->in.fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	d->error = 0;
	d->waits = false;
	ret = dgram_plug(d, &d->out, fd, DGRAM_QUIET);
	if (!ret)
		port_set_up(&d->port, true);
	return ret;
}

static void dgram_unplug_file(struct dgram *d, struct loop_file *file)
{
	if (file->fd < 0)
		return;
	loop_del(d->port.hub->loop, file);
	close(file->fd);
	file->fd = -1;
}

void dgram_unplug_out(struct dgram *d)
{
	loop_cancel(d->port.hub->loop, &d->dead);
	port_set_up(&d->port, false);
	dgram_unplug_file(d, &d->out);
}

void dgram_unplug(struct dgram *d)
{
	dgram_unplug_out(d);
	dgram_unplug_file(d, &d->in);
}

void dgram_close(struct dgram *d)
{
	dgram_unplug(d);
	port_close(&d->port);
}
