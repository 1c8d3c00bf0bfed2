/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - what goes through the forwards of a user stack, by its frames */
#ifndef VHUBD_FLOW_H
#define VHUBD_FLOW_H

#include <stddef.h>

#include "forward.h"

/* Count a frame, to a guest or from one, at the forward that it belongs to, of the
 * list of struct forward.
 */
void flow_count(GPtrArray *forwards, const void *frame, size_t len,
		bool to_guest);

#endif /* VHUBD_FLOW_H */
