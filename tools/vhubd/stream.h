/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - frames on a stream socket, each behind 4 bytes of length, high ones
 * first: QEMU's format
 */
#ifndef VHUBD_STREAM_H
#define VHUBD_STREAM_H

#include "alive.h"
#include "hub.h"
#include "link.h"

/* As QEMU, which ends a connection with a greater length. */
#define STREAM_LENGTH_MAX	69632

/**
 * struct stream - a connection and its port
 * @port: its port, which stays when the connection ends
 * @closed: called when the connection has ended; may free
 * @file: the socket, or -1
 * @alive: looks whether the peer is there
 * @events: what is waited for
 * @dead: the connection has to be ended, since @error
 * @error: errno
 * @head: the first bytes of a length of which more is to come
 * @head_len: how many
 * @part: a length and a frame of which more is to come, or NULL
 * @part_len: bytes of all that
 * @part_have: bytes that are there
 * @rest: what is still to be sent of a frame, or NULL
 * @rest_len: its bytes
 * @rest_sent: of these, sent
 *
 * Whatever the peer does, @part and @rest are no more than 137 KiB.
 */
struct stream {
	struct port port;
	void (*closed)(struct stream *s, const char *why);
	struct loop_file file;
	struct alive alive;
	uint32_t events;
	struct loop_work dead;
	int error;
	unsigned char head[FRAME_HEAD];
	uint32_t head_len;
	unsigned char *part;
	uint32_t part_len;
	uint32_t part_have;
	unsigned char *rest;
	uint32_t rest_len;
	uint32_t rest_sent;
};

/* Place the port of a stream of zeros, without connection. False after setting
 * the error.
 */
bool stream_open(struct stream *s, struct link *link, enum port_size size,
		 const char *label, GError **error);
void stream_close(struct stream *s);

/* Begin or end a connection of an endpoint's. Takes the socket, also in case of an
 * error. Return 0 or -errno.
 */
int stream_plug(struct stream *s, const struct endpoint *ep, int fd);
void stream_unplug(struct stream *s);

#endif /* VHUBD_STREAM_H */
