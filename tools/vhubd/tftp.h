/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - which files guests may ask for by TFTP
 *
 * libslirp serves them, and follows symbolic links wherever they lead, and waits
 * for whoever writes to a pipe.
 */
#ifndef VHUBD_TFTP_H
#define VHUBD_TFTP_H

#include "udp.h"

#define TFTP_PORT	69
#define TFTP_REPLY_MAX	32	/* bytes of a refusal */
#define TFTP_NAME_MAX	512	/* bytes of the name of a file */

/* The name of the file that a request asks for, in @name; false if it is none. */
bool tftp_request(const struct udp *udp, char name[TFTP_NAME_MAX]);

/* Is it a file within the folder, or none at all? Links may be changed after
 * this, but not by guests.
 */
bool tftp_allows(const char *folder, const char *name);

/* The answer to a request that is not allowed. @room is of TFTP_REPLY_MAX. */
void tftp_refuse(const struct udp *request, struct udp *reply, uint8_t *room);

#endif /* VHUBD_TFTP_H */
