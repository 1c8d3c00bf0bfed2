// SPDX-License-Identifier: GPL-2.0
/*
 * libvhub - the kernel's part in the rings, played by the socket of a user hub
 *
 * DOC: Frames go by a stream socket, each behind 4 bytes of length, high ones
 * first. Who wants one frame gets no more read than that and the next length, so
 * that poll() says of the socket whether there is more; who wants several gets
 * all that one read gives, and calls vhub_arm() before it sleeps.
 *
 * Of up to STREAM_BURST bytes a unix socket takes all or none: the kernel makes one
 * buffer of them, of 32 KiB in pages and nearly 16 KiB in one piece. So no frame of
 * such a length is ever sent in part.
 *
 * The hub is a process that takes all there is when it has its turn, whatever its
 * other ports do. That is waited for, STREAM_TURN at most. What still finds no
 * room is lost then, and so is what follows, at once, until some finds room again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "handle.h"
#include "netlink.h"
#include "place.h"
#include "user.h"

#define STREAM_HEAD	4
#define STREAM_IN	(128 << 10)
#define STREAM_OUT	(STREAM_HEAD + VHUB_FRAME_MAX)
#define STREAM_NEVER	UINT32_MAX
#define STREAM_BURST	(47 << 10)
#define STREAM_PATIENCE	1000	/* ms for the rest of a longer frame */
#define STREAM_TURN	100	/* ms for the hub to have its turn */

/**
 * struct vhub_stream - a connection to a user hub
 * @hub: name of the hub
 * @gone: it has ended
 * @at: where in @in the next frame begins; of who receives
 * @end: of what was read
 * @in: lengths and frames
 * @out: likewise; of who sends
 * @stuck: the hub did not take what was there the last time; of who sends
 */
struct vhub_stream {
	char hub[VHUB_NAME_SIZE];
	bool gone;
	bool stuck;
	uint32_t at;
	uint32_t end;
	unsigned char in[STREAM_IN];
	unsigned char out[STREAM_OUT];
};

static void stream_end(struct vhub *v)
{
	__atomic_store_n(&v->stream->gone, true, __ATOMIC_RELAXED);
}

/**
 * vhub_stream_error() - does the connection live
 * @v: the handle
 *
 * Return: 0, or -ENODEV when the hub is gone.
 */
int vhub_stream_error(const struct vhub *v)
{
	return v->stream &&
	       __atomic_load_n(&v->stream->gone, __ATOMIC_RELAXED) ?
	       -ENODEV : 0;
}

/* In -------------------------------------------------------------------------*/

static uint32_t stream_have(const struct vhub_stream *s)
{
	return s->end - s->at;
}

/* Bytes of the next length and frame; of the length alone while it is not there.
 * STREAM_NEVER for a length that no frame has: so many are never there.
 */
static uint32_t stream_next(const struct vhub_stream *s)
{
	uint32_t len;

	if (stream_have(s) < STREAM_HEAD)
		return STREAM_HEAD;
	memcpy(&len, s->in + s->at, sizeof(len));
	len = ntohl(len);
	return len > VHUB_FRAME_MAX ? STREAM_NEVER : STREAM_HEAD + len;
}

/* Is a whole frame there? */
static bool stream_has(const struct vhub_stream *s)
{
	return stream_have(s) >= STREAM_HEAD &&
	       stream_have(s) >= stream_next(s);
}

/* How much to read: all there is room for, or just what is missing. */
static uint32_t stream_want(const struct vhub_stream *s, bool all)
{
	uint32_t next = stream_next(s);

	if (all)
		return STREAM_IN - s->end;
	return next - stream_have(s) + (next > STREAM_HEAD ? STREAM_HEAD : 0);
}

/* Reads. Returns whether there was something. */
static bool stream_pull(struct vhub *v, bool all)
{
	struct vhub_stream *s = v->stream;
	ssize_t ret;

	if (s->at) {
		memmove(s->in, s->in + s->at, stream_have(s));
		s->end -= s->at;
		s->at = 0;
	}
	/* A hub sends no such thing. */
	if (stream_next(s) == STREAM_NEVER) {
		stream_end(v);
		return false;
	}
	do {
		ret = recv(v->fd, s->in + s->end, stream_want(s, all),
			   MSG_DONTWAIT);
	} while (ret < 0 && errno == EINTR);
	if (!ret || (ret < 0 && errno != EAGAIN))
		stream_end(v);
	if (ret <= 0)
		return false;
	s->end += ret;
	return true;
}

/* Copies to where the ring has its next buffers, up to the last and from the first
 * on.
 */
static void stream_put(struct vhub *v, const unsigned char *from, size_t len)
{
	unsigned char *to = vhub_rx_buffer(v, v->head->rx_kernel);
	size_t left = v->rx_buffers + (size_t)v->rx_count * v->buffer_size - to;

	if (left > len)
		left = len;
	memcpy(to, from, left);
	memcpy(v->rx_buffers, from + left, len - left);
	vhub_plain_fill(v, len);
}

/**
 * vhub_stream_recv() - receive what there is
 * @v: the handle
 * @n: no more frames than this
 */
void vhub_stream_recv(struct vhub *v, unsigned int n)
{
	struct vhub_stream *s = v->stream;
	uint32_t room = vhub_plain_room(v), len;
	unsigned int got = 0;

	while (got < n && v->head->rx_user - v->head->rx_kernel >= room) {
		if (!stream_has(s)) {
			if (got || !stream_pull(v, n > 1))
				return;
			continue;
		}
		len = stream_next(s) - STREAM_HEAD;
		if (len >= VHUB_FRAME_MIN) {
			stream_put(v, s->in + s->at + STREAM_HEAD, len);
			got++;
		}
		s->at += STREAM_HEAD + len;
	}
}

/**
 * vhub_stream_wait() - wait for a whole frame
 * @v: the handle
 * @timeout: as of vhub_wait(), begun again with each part of a frame
 *
 * Return: as vhub_wait(), and -ENODEV when the hub is gone.
 */
int vhub_stream_wait(struct vhub *v, int timeout)
{
	struct pollfd pfd = { .fd = v->fd, .events = POLLIN };
	int ret;

	while (!stream_has(v->stream)) {
		if (stream_pull(v, false))
			continue;
		ret = vhub_stream_error(v);
		if (ret)
			return ret;
		ret = poll(&pfd, 1, timeout);
		if (ret <= 0)
			return ret ? -errno : 0;
	}
	return 1;
}

/* Out ------------------------------------------------------------------------*/

/* Copies the frame at descriptor @n to @to. Returns the descriptor that follows
 * it, and adds to @len; with @to NULL, that is all.
 */
static uint32_t stream_gather(const struct vhub *v, uint32_t n,
			      unsigned char *to, uint32_t *len)
{
	const struct vhub_desc *desc;

	do {
		desc = vhub_tx_desc(v, n++);
		if (to)
			memcpy(to + *len, (void *)(uintptr_t)desc->addr,
			       desc->len);
		*len += desc->len;
	} while (desc->flags & VHUB_DESC_NEXT);
	return n;
}

/* Frames that go together, one at least. Returns the descriptor after them. */
static uint32_t stream_fill(const struct vhub *v, uint32_t *bytes)
{
	uint32_t n = v->head->tx_kernel, next, len, head;
	unsigned char *to = v->stream->out;

	*bytes = 0;
	while (n != v->head->tx_user) {
		len = 0;
		stream_gather(v, n, NULL, &len);
		if (*bytes && *bytes + STREAM_HEAD + len > STREAM_BURST)
			break;
		head = htonl(len);
		memcpy(to + *bytes, &head, STREAM_HEAD);
		*bytes += STREAM_HEAD;
		next = stream_gather(v, n, to, bytes);
		n = next;
	}
	return n;
}

/* The same of frames from where they are. Returns how many. */
static unsigned int stream_fill_frames(const struct vhub *v,
				       const struct vhub_frame *frames,
				       unsigned int n, uint32_t *bytes)
{
	unsigned char *out = v->stream->out;
	uint32_t at = 0, len, head;
	unsigned int i;

	for (i = 0; i < n; i++) {
		len = frames[i].len;
		if (i && at + STREAM_HEAD + len > STREAM_BURST)
			break;
		head = htonl(len);
		memcpy(out + at, &head, STREAM_HEAD);
		memcpy(out + at + STREAM_HEAD, frames[i].data, len);
		at += STREAM_HEAD + len;
	}
	*bytes = at;
	return i;
}

/* Waits until more can be sent, if the hub does not take too long. */
static bool stream_waits(const struct vhub *v, int patience)
{
	struct pollfd pfd = { .fd = v->fd, .events = POLLOUT };

	return poll(&pfd, 1, patience) > 0;
}

/* Nothing was taken. Is it worth another try? */
static bool stream_gets_turn(const struct vhub *v)
{
	struct vhub_stream *s = v->stream;

	if (!s->stuck)
		s->stuck = !stream_waits(v, STREAM_TURN);
	return !s->stuck;
}

/* All of it or, if there is no room, nothing, which is then lost. Return: 0, or
 * -ENODEV.
 */
static int stream_write(struct vhub *v, uint32_t len)
{
	uint32_t sent = 0;
	ssize_t ret;
	int err;

	while (sent < len) {
		ret = send(v->fd, v->stream->out + sent, len - sent,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
		if (ret >= 0) {
			sent += ret;
			continue;
		}
		err = errno;
		if (err == EINTR)
			continue;
		if (!sent && (err == ENOMEM || err == EAGAIN)) {
			if (err == EAGAIN && stream_gets_turn(v))
				continue;
			return 0;
		}
		if (err != EAGAIN || !stream_waits(v, STREAM_PATIENCE))
			break;
	}
	v->stream->stuck = false;
	if (sent == len)
		return 0;
	/* What is left would be taken for the middle of a frame. */
	stream_end(v);
	shutdown(v->fd, SHUT_RDWR);
	return -ENODEV;
}

/**
 * vhub_stream_send() - send all that is in the TX ring
 * @v: the handle
 *
 * Return: 0, or -ENODEV when the hub is gone.
 */
int vhub_stream_send(struct vhub *v)
{
	uint32_t next, bytes;
	int ret = vhub_stream_error(v);

	while (!ret && v->head->tx_kernel != v->head->tx_user) {
		next = stream_fill(v, &bytes);
		ret = stream_write(v, bytes);
		if (!ret)
			v->head->tx_kernel = next;
	}
	return ret;
}

/**
 * vhub_stream_send_frames() - send frames from where they are
 * @v: the handle, with nothing in the TX ring
 * @frames: the frames, each of a length that can be sent
 * @n: how many
 *
 * Return: 0, or -ENODEV when the hub is gone.
 */
int vhub_stream_send_frames(struct vhub *v, const struct vhub_frame *frames,
			    unsigned int n)
{
	int ret = vhub_stream_error(v);
	unsigned int filled;
	uint32_t bytes;

	while (!ret && n) {
		filled = stream_fill_frames(v, frames, n, &bytes);
		ret = stream_write(v, bytes);
		frames += filled;
		n -= filled;
	}
	return ret;
}

/* Life -----------------------------------------------------------------------*/

/* A label that is too long is the hub's to refuse, as it is the kernel's. */
static int stream_attach(struct vhub *v, const char *hub, const char *label)
{
	struct vhub_port_info port;
	struct vhub_nl nl = { 0 };
	int sk = vhub_user_port_add(&nl, hub, label, &port);

	if (sk >= 0)
		v->port = port.number;
	/* All its sockets for requests may be in use; there are more for this. */
	else if (sk == -ECONNRESET || sk == -EPIPE || sk == -ETIMEDOUT)
		sk = vhub_place_connect(hub, VHUB_PLACE_STREAM, SOCK_STREAM,
					NULL);
	return sk;
}

/**
 * vhub_stream_open() - become a port of a user hub
 * @v: without file; sets it
 * @hub: name of the hub
 * @label: of the port, or NULL
 *
 * Return: 0 or -errno, -ENODEV for no such hub.
 */
int vhub_stream_open(struct vhub *v, const char *hub, const char *label)
{
	if (vhub_hub_name_fault(hub))
		return -EINVAL;
	v->stream = malloc(sizeof(*v->stream));
	if (!v->stream)
		return -ENOMEM;
	strcpy(v->stream->hub, hub);
	v->stream->gone = false;
	v->stream->stuck = false;
	v->stream->at = 0;
	v->stream->end = 0;
	v->fd = stream_attach(v, hub, label);
	return v->fd < 0 ? v->fd : 0;
}

const char *vhub_stream_hub(const struct vhub *v)
{
	return v->stream->hub;
}
