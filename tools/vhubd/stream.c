// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - frames on a stream socket
 *
 * DOC: Bytes come and go in pieces that have nothing to do with frames. One read
 * takes up to STREAM_READ of them into memory that all streams share; the hub is
 * given the frames where they lie. Of a frame of which only a part is there, this
 * part moves to memory of its own, into which the next read puts the rest. When
 * the socket takes but a part of a frame, the stream keeps the rest; frames that
 * follow wait at the hub.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

#define STREAM_READ	(128 << 10)
#define STREAM_FRAMES	512		/* frames from one read at once */
#define STREAM_IOV	512		/* pieces of one write */
#define STREAM_COPY	(128 << 10)	/* bytes copied for one write */
#define STREAM_QUEUE	(208 << 10)	/* bytes that TCP queues, if it is near */

static unsigned char stream_in[FRAME_HEAD + STREAM_READ];
static unsigned char stream_copy[STREAM_COPY];

static void stream_watch(struct stream *s, uint32_t events)
{
	if (s->events == events)
		return;
	s->events = events;
	loop_mod(s->port.hub->loop, &s->file, events);
}

/* To be ended, but not by whoever sends to it. */
static void stream_doom(struct stream *s, int error)
{
	if (!s->error)
		s->error = error;
	loop_soon(s->port.hub->loop, &s->dead);
}

static void stream_dead(struct loop_work *work)
{
	struct stream *s = container_of(work, struct stream, dead);

	s->closed(s, strerror(s->error));
}

static void stream_gone(struct alive *alive)
{
	struct stream *s = container_of(alive, struct stream, alive);

	s->closed(s, strerror(ETIMEDOUT));
}

/* Out ------------------------------------------------------------------------*/

/**
 * struct stream_out - one write
 * @iov: its pieces
 * @count: how many
 * @bytes: of all
 * @copied: of these, bytes in stream_copy
 */
struct stream_out {
	struct iovec iov[STREAM_IOV];
	unsigned int count;
	size_t bytes;
	size_t copied;
};

/* False when there are too many pieces. */
static bool stream_out_add(struct stream_out *out, unsigned char *data,
			   size_t len)
{
	struct iovec *last = &out->iov[out->count];

	if (out->count &&
	    (unsigned char *)last[-1].iov_base + last[-1].iov_len == data) {
		last[-1].iov_len += len;
	} else {
		if (out->count == STREAM_IOV)
			return false;
		last->iov_base = data;
		last->iov_len = len;
		out->count++;
	}
	out->bytes += len;
	return true;
}

/* Frames that bring their length with them, one behind the other, go as one
 * piece, and without being copied.
 */
static bool stream_out_frame(struct stream_out *out,
			     const struct vhub_frame *frame)
{
	unsigned char *data = frame->data, *copy;
	uint32_t head = htonl(frame->len), len = FRAME_HEAD + frame->len;

	if (frame->reserved & FRAME_HEADED)
		return stream_out_add(out, data - FRAME_HEAD, len);
	copy = stream_copy + out->copied;
	if (STREAM_COPY - out->copied < len || !stream_out_add(out, copy, len))
		return false;
	memcpy(copy, &head, FRAME_HEAD);
	memcpy(copy + FRAME_HEAD, data, frame->len);
	out->copied += len;
	return true;
}

/* Returns the bytes sent, 0 if that has to wait or will never be. */
static size_t stream_send(struct stream *s, struct iovec *iov,
			  unsigned int count)
{
	const struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };
	ssize_t ret;

	do {
		ret = sendmsg(s->file.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (ret < 0 && errno == EINTR);
	if (ret >= 0)
		return ret;
	if (errno != EAGAIN)
		stream_doom(s, errno);
	return 0;
}

/* Is nothing left of a frame that was sent in part? */
static bool stream_send_rest(struct stream *s)
{
	struct iovec iov;

	if (!s->rest)
		return true;
	iov.iov_base = s->rest + s->rest_sent;
	iov.iov_len = s->rest_len - s->rest_sent;
	s->rest_sent += stream_send(s, &iov, 1);
	if (s->rest_sent < s->rest_len)
		return false;
	g_clear_pointer(&s->rest, g_free);
	return true;
}

static void stream_keep_rest(struct stream *s, const struct vhub_frame *frame,
			     uint32_t sent)
{
	uint32_t head = htonl(frame->len);

	s->rest_len = FRAME_HEAD + frame->len;
	s->rest_sent = sent;
	s->rest = g_malloc(s->rest_len);
	memcpy(s->rest, &head, FRAME_HEAD);
	memcpy(s->rest + FRAME_HEAD, frame->data, frame->len);
}

/* How many frames are these bytes? One of which a part was sent is one. */
static unsigned int stream_sent(struct stream *s,
				const struct vhub_frame *frames, size_t bytes)
{
	unsigned int n = 0;

	while (bytes && bytes >= FRAME_HEAD + frames[n].len) {
		bytes -= FRAME_HEAD + frames[n].len;
		n++;
	}
	if (bytes)
		stream_keep_rest(s, &frames[n++], bytes);
	return n;
}

/* One write. Returns the frames taken; sets @all if all bytes were. */
static unsigned int stream_write(struct stream *s,
				 const struct vhub_frame *frames,
				 unsigned int n, bool *all)
{
	struct stream_out out;
	unsigned int i = 0;
	size_t sent;

	out.count = 0;
	out.bytes = 0;
	out.copied = 0;
	while (i < n && stream_out_frame(&out, &frames[i]))
		i++;
	sent = stream_send(s, out.iov, out.count);
	*all = sent == out.bytes;
	return *all ? i : stream_sent(s, frames, sent);
}

static unsigned int stream_output(struct port *port,
				  const struct vhub_frame *frames,
				  unsigned int n)
{
	struct stream *s = container_of(port, struct stream, port);
	unsigned int taken = 0;
	bool all = stream_send_rest(s);

	while (all && taken < n)
		taken += stream_write(s, frames + taken, n - taken, &all);
	if (s->error) {
		port_lose(port, VHUB_A_DROPS_NO_LINK, frames + taken,
			  n - taken);
		return n;
	}
	if (!all)
		stream_watch(s, EPOLLIN | EPOLLOUT);
	return taken;
}

static void stream_end(struct port *port)
{
	struct stream *s = container_of(port, struct stream, port);

	s->closed(s, "it is taken off the hub");
}

static const struct port_ops stream_port_ops = {
	.end = stream_end,
	.output = stream_output,
};

static void stream_writable(struct stream *s)
{
	if (!stream_send_rest(s))
		return;
	stream_watch(s, EPOLLIN);
	port_writable(&s->port);
}

/* In -------------------------------------------------------------------------*/

/**
 * struct stream_frames - frames of one read
 * @frames: they
 * @count: how many
 */
struct stream_frames {
	struct vhub_frame frames[STREAM_FRAMES];
	unsigned int count;
};

static void stream_flush(struct stream *s, struct stream_frames *in)
{
	port_input(&s->port, in->frames, in->count);
	in->count = 0;
}

/* @data: the length, and the frame behind it */
static void stream_frame(struct stream *s, struct stream_frames *in,
			 unsigned char *data, uint32_t len)
{
	struct vhub_frame *frame = &in->frames[in->count];

	if (!port_takes(&s->port, len))
		return;
	frame->data = data + FRAME_HEAD;
	frame->len = len;
	frame->reserved = FRAME_HEADED;
	if (++in->count == STREAM_FRAMES)
		stream_flush(s, in);
}

static void stream_keep_part(struct stream *s, const unsigned char *data,
			     uint32_t have, uint32_t len)
{
	s->part_len = FRAME_HEAD + len;
	s->part_have = have;
	s->part = g_malloc(s->part_len);
	memcpy(s->part, data, have);
}

/* Takes what @data holds. False after a length that cannot be. */
static bool stream_parse(struct stream *s, struct stream_frames *in,
			 unsigned char *data, size_t n)
{
	uint32_t len;

	while (n >= FRAME_HEAD) {
		memcpy(&len, data, FRAME_HEAD);
		len = ntohl(len);
		if (len > STREAM_LENGTH_MAX)
			return false;
		if (n - FRAME_HEAD < len) {
			stream_keep_part(s, data, n, len);
			return true;
		}
		stream_frame(s, in, data, len);
		data += FRAME_HEAD + len;
		n -= FRAME_HEAD + len;
	}
	memcpy(s->head, data, n);
	s->head_len = n;
	return true;
}

/* Reads. Returns how many bytes are new, 0 at the end, or -errno. */
static ssize_t stream_fill(struct stream *s)
{
	struct iovec iov[2];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };
	ssize_t ret;

	memcpy(stream_in, s->head, s->head_len);
	iov[0].iov_base = stream_in + s->head_len;
	iov[0].iov_len = STREAM_READ;
	if (s->part) {
		iov[1] = iov[0];
		iov[0].iov_base = s->part + s->part_have;
		iov[0].iov_len = s->part_len - s->part_have;
		msg.msg_iovlen = 2;
	}
	do {
		ret = recvmsg(s->file.fd, &msg, MSG_DONTWAIT);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

/* What of @n new bytes belongs to the part that was there. */
static size_t stream_fill_part(struct stream *s, size_t n)
{
	size_t len = s->part_len - s->part_have;

	if (!s->part)
		return 0;
	len = MIN(len, n);
	s->part_have += len;
	return len;
}

/* Takes @n new bytes. False after a length that cannot be. */
static bool stream_take(struct stream *s, size_t n)
{
	static struct stream_frames in;
	unsigned char *part = s->part;
	size_t kept = s->head_len;
	bool good;

	n -= stream_fill_part(s, n);
	if (s->part && s->part_have < s->part_len)
		return true;
	s->part = NULL;
	s->head_len = 0;
	if (part)
		stream_frame(s, &in, part, s->part_len - FRAME_HEAD);
	good = stream_parse(s, &in, stream_in, kept + n);
	stream_flush(s, &in);
	g_free(part);
	return good;
}

static void stream_readable(struct stream *s)
{
	ssize_t n = stream_fill(s);

	if (n == -EAGAIN)
		return;
	if (!n)
		s->closed(s, "the other side has hung up");
	else if (n < 0)
		s->closed(s, strerror(-n));
	else if (!stream_take(s, n))
		s->closed(s, "the other side does not send frames: a length is above 69632");
}

static void stream_ready(struct loop_file *file, uint32_t events)
{
	struct stream *s = container_of(file, struct stream, file);

	if (events & EPOLLOUT)
		stream_writable(s);
	if (events & ~EPOLLOUT)
		stream_readable(s);
}

/* Life -----------------------------------------------------------------------*/

bool stream_open(struct stream *s, struct link *link, enum port_size size,
		 const char *label, GError **error)
{
	s->file.fd = -1;
	s->file.ready = stream_ready;
	s->dead.run = stream_dead;
	s->alive.gone = stream_gone;
	return link_port(link, &s->port, &stream_port_ops, size, label, error);
}

/* Is the peer of a TCP socket on this machine? */
static bool stream_is_loopback(int fd)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer = { .sa.sa_family = AF_UNSPEC };
	socklen_t len = sizeof(peer);

	if (getpeername(fd, &peer.sa, &len))
		return false;
	if (peer.sa.sa_family == AF_INET)
		return ntohl(peer.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return peer.sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&peer.v6.sin6_addr);
}

/* TCP lets queues grow to megabytes, for peers that are far away. With a near one, who
 * needs no more than a unix socket has, a sender would be ahead by all that, and a
 * receiver lose more.
 */
static void stream_limit_queues(int fd)
{
	const int bytes = STREAM_QUEUE;

	if (!stream_is_loopback(fd))
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

int stream_plug(struct stream *s, const struct endpoint *ep, int fd)
{
	int ret;

	s->file.fd = fd;
	s->events = EPOLLIN;
	s->error = 0;
	ret = loop_add(s->port.hub->loop, &s->file, s->events);
	if (ret) {
		close(fd);
		s->file.fd = -1;
		return ret;
	}
	stream_limit_queues(fd);
	alive_begin(&s->alive, ep, fd);
	port_set_up(&s->port, true);
	return 0;
}

void stream_unplug(struct stream *s)
{
	if (s->file.fd < 0)
		return;
	alive_end(&s->alive);
	loop_cancel(s->port.hub->loop, &s->dead);
	loop_del(s->port.hub->loop, &s->file);
	close(s->file.fd);
	s->file.fd = -1;
	port_set_up(&s->port, false);
	g_clear_pointer(&s->part, g_free);
	g_clear_pointer(&s->rest, g_free);
	s->head_len = 0;
}

void stream_close(struct stream *s)
{
	stream_unplug(s);
	port_close(&s->port);
}
