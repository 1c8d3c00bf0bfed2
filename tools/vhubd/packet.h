/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - frames of a file that gives and takes them one at a time */
#ifndef VHUBD_PACKET_H
#define VHUBD_PACKET_H

#include <sys/types.h>

#include "hub.h"
#include "link.h"

/**
 * struct packet - the file and its port
 * @port: its port
 * @recv: a frame into @buf: its length, which may be more than @len, or -errno
 * @send: a frame: 0 or -errno; -EAGAIN if the file does not take it yet
 * @failed: called, soon after an error that is not of one frame
 * @file: the file, or -1
 * @dead: to call failed()
 * @error: with this errno
 * @waits: we wait until the file takes more
 */
struct packet {
	struct port port;
	ssize_t (*recv)(struct packet *p, void *buf, size_t len);
	int (*send)(struct packet *p, const void *frame, size_t len);
	void (*failed)(struct packet *p, int error);
	struct loop_file file;
	struct loop_work dead;
	int error;
	bool waits;
};

/* Place the port of a packet of zeros, without file. False after setting the
 * error.
 */
bool packet_open(struct packet *p, struct link *link, GError **error);
void packet_close(struct packet *p);

/* Begin with a file, and end; it stays the caller's. Return 0 or -errno. */
int packet_plug(struct packet *p, int fd);
void packet_unplug(struct packet *p);

#endif /* VHUBD_PACKET_H */
