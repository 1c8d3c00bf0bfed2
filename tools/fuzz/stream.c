// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: frames on a stream socket
 *
 *	input --- |hub| --- output
 *
 * The input is pieces, each behind a byte that says how long it is, as reads end
 * anywhere. What comes out has to be the frames of the input, one by one.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../vhubd/link.h"
#include "../vhubd/stream.h"
#include "fuzz.h"

#define PIECE_SCALE	37	/* bytes for each unit of a piece's length */
#define INPUT_MAX	(64 << 10)

/**
 * struct fuzz_end - a stream and its other end
 * @stream: a port
 * @fd: what the test has of it, or -1
 * @open: it is plugged in
 */
struct fuzz_end {
	struct stream stream;
	int fd;
	bool open;
};

static void fuzz_end_closed(struct stream *s, const char *why)
{
	struct fuzz_end *end = container_of(s, struct fuzz_end, stream);

	FUZZ_ASSERT(why && *why);
	stream_unplug(s);
	end->open = false;
}

static void fuzz_end_open(struct fuzz_end *end, struct link *link)
{
	const struct endpoint ep = { .type = ENDPOINT_UNIX };
	GError *error = NULL;
	int fds[2];

	memset(end, 0, sizeof(*end));
	FUZZ_ASSERT(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
	FUZZ_ASSERT(stream_open(&end->stream, link, PORT_NARROW, "fuzz",
				&error));
	end->stream.closed = fuzz_end_closed;
	FUZZ_ASSERT(!stream_plug(&end->stream, &ep, fds[0]));
	end->fd = fds[1];
	end->open = true;
}

static void fuzz_end_close(struct fuzz_end *end)
{
	stream_close(&end->stream);
	close(end->fd);
	fuzz_settle();
}

/**
 * struct fuzz_flow - what went in and what has to come out
 * @in: bytes that were sent, without those that tell how long pieces are
 * @in_len: how many
 * @out: bytes that came
 * @out_len: how many
 */
struct fuzz_flow {
	uint8_t in[INPUT_MAX];
	size_t in_len;
	uint8_t out[INPUT_MAX];
	size_t out_len;
};

static void fuzz_receive(struct fuzz_flow *flow, const struct fuzz_end *end)
{
	ssize_t n;

	do {
		n = recv(end->fd, flow->out + flow->out_len,
			 sizeof(flow->out) - flow->out_len, MSG_DONTWAIT);
		flow->out_len += n > 0 ? n : 0;
	} while (n > 0);
}

/* All pieces, as long as they are wanted. */
static void fuzz_send(struct fuzz_flow *flow, struct fuzz_end *from,
		      const struct fuzz_end *to, const uint8_t *data,
		      size_t size)
{
	size_t len;

	while (size && from->open) {
		len = MIN((size_t)1 + *data * PIECE_SCALE, size - 1);
		data++;
		size--;
		FUZZ_ASSERT(send(from->fd, data, len, MSG_NOSIGNAL) ==
			    (ssize_t)len);
		memcpy(flow->in + flow->in_len, data, len);
		flow->in_len += len;
		data += len;
		size -= len;
		fuzz_settle();
		fuzz_receive(flow, to);
	}
}

/* The same, thought again in the simplest way. */
static void fuzz_check(const struct fuzz_flow *flow, bool open)
{
	size_t in = 0, out = 0;
	uint32_t len;

	while (flow->in_len - in >= FRAME_HEAD) {
		memcpy(&len, flow->in + in, FRAME_HEAD);
		len = ntohl(len);
		if (len > STREAM_LENGTH_MAX) {
			FUZZ_ASSERT(!open);
			break;
		}
		if (flow->in_len - in - FRAME_HEAD < len)
			break;
		if (len >= VHUB_FRAME_MIN && len <= VHUB_FRAME_MAX) {
			FUZZ_ASSERT(flow->out_len - out >= FRAME_HEAD + len);
			FUZZ_ASSERT(!memcmp(flow->out + out, flow->in + in,
					    FRAME_HEAD + len));
			out += FRAME_HEAD + len;
		}
		in += FRAME_HEAD + len;
	}
	FUZZ_ASSERT(out == flow->out_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link link = { .text = "fuzz" };
	static struct fuzz_flow flow;
	struct fuzz_end from, to;

	if (size > INPUT_MAX)
		return 0;
	link.hub = fuzz_hub();
	flow.in_len = 0;
	flow.out_len = 0;
	fuzz_end_open(&from, &link);
	fuzz_end_open(&to, &link);
	fuzz_send(&flow, &from, &to, data, size);
	FUZZ_ASSERT(to.open);
	fuzz_check(&flow, from.open);
	fuzz_end_close(&from);
	fuzz_end_close(&to);
	FUZZ_ASSERT(!link.hub->ports.length);
	return 0;
}
