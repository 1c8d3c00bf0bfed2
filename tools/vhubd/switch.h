/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - our own hub in mode switch: frames go where their addresses are */
#ifndef VHUBD_SWITCH_H
#define VHUBD_SWITCH_H

#include "hub.h"

/* Has a port take frames from the hub; what it takes no more waits, or is lost.
 * False if its link takes none at all.
 */
typedef bool (*switch_deliver)(struct port *to, const struct vhub_frame *frames,
			       unsigned int n);

/* Frames that a port sends. */
void switch_input(struct port *from, const struct vhub_frame *frames,
		  unsigned int n, switch_deliver deliver);

#endif /* VHUBD_SWITCH_H */
