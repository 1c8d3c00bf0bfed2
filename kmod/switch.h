/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - forwarding by learned addresses, of hubs in mode switch
 */
#ifndef _VHUB_SWITCH_H
#define _VHUB_SWITCH_H

#include <linux/types.h>

struct vhub_batch;
struct vhub_hub;
struct vhub_port;

u32 vhub_switch_forward(struct vhub_hub *hub, struct vhub_port *from,
			struct vhub_batch *batch);

#endif /* _VHUB_SWITCH_H */
