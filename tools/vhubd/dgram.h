/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - frames on datagram sockets, one in each, perhaps behind a header */
#ifndef VHUBD_DGRAM_H
#define VHUBD_DGRAM_H

#include "endpoint.h"
#include "hub.h"
#include "link.h"

#define DGRAM_HEAD_MAX	64	/* bytes of a header, either way */

/**
 * struct dgram - the sockets and their port
 * @port: its port
 * @failed: called soon after there was no way to send, with errno; 0 says that
 *	the other side has hung up
 * @heard: called when something came while there is no @out; may be NULL
 * @make_head: write a header of @out_head bytes, NULL for none
 * @check_head: is this a header of ours? NULL for none
 * @in_head: bytes before the frame in what is received
 * @out_head: bytes before the frame in what is sent
 * @in: socket to receive from, or -1
 * @out: socket to send with, or -1; not the same file number
 * @to: where to; no length if @out is connected
 * @own: what comes from here we sent ourselves; no length for none
 * @dead: to call failed()
 * @error: with this
 * @waits: we wait until @out takes more
 */
struct dgram {
	struct port port;
	void (*failed)(struct dgram *d, int error);
	void (*heard)(struct dgram *d);
	void (*make_head)(struct dgram *d, unsigned char *head);
	bool (*check_head)(const struct dgram *d, const unsigned char *head);
	uint32_t in_head;
	uint32_t out_head;
	struct loop_file in;
	struct loop_file out;
	struct addr to;
	struct addr own;
	struct loop_work dead;
	int error;
	bool waits;
};

/* Place the port of a dgram of zeros, without sockets. False after setting the
 * error.
 */
bool dgram_open(struct dgram *d, struct link *link, enum port_size size,
		const char *label, GError **error);
void dgram_close(struct dgram *d);

/* Begin to receive from a socket. Takes it, also in case of an error. Return 0
 * or -errno.
 */
int dgram_plug_in(struct dgram *d, int fd);

/* Begin to send; -1 for the socket that is received from. Likewise. */
int dgram_plug_out(struct dgram *d, int fd);

/* Take what has arrived, up to PORT_BATCH frames. Return: 1 for something, 0 for
 * nothing, -errno, or -EPIPE for the end of those sockets that have one.
 */
int dgram_receive(struct dgram *d);

/* Close what is open of these. */
void dgram_unplug_out(struct dgram *d);
void dgram_unplug(struct dgram *d);

#endif /* VHUBD_DGRAM_H */
