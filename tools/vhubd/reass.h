/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - IPv4 datagrams that come in parts, put together
 *
 * libslirp can do that, too, but as Debian 12 has it (4.7.0), it takes a last part
 * that comes first for a whole datagram, and ends the process. So it gets no parts.
 */
#ifndef VHUBD_REASS_H
#define VHUBD_REASS_H

#include <stdint.h>

#include <glib.h>

/* Datagrams of which parts are kept, 64 KiB of each. */
#define REASS_MAX	16

struct reass_datagram;

/**
 * struct reass - datagrams of which parts are missing
 * @datagrams: they, the oldest first
 * @whole: the last one that became whole, or NULL
 */
struct reass {
	GQueue datagrams;
	struct reass_datagram *whole;
};

void reass_init(struct reass *reass);
void reass_clear(struct reass *reass);

/* Returns the frame if it is no part of an IPv4 datagram; a frame of the whole
 * datagram, which is @reass's own until the next call, when this was the last of
 * its parts; NULL if more has to come, or for a part that cannot be. *@len is that
 * of the frame, and that of the one returned.
 */
const uint8_t *reass_input(struct reass *reass, const uint8_t *frame,
			   uint32_t *len);

#endif /* VHUBD_REASS_H */
