/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - frames with another 802.1Q tag, made once for all ports that need them
 */
#ifndef _VHUB_RETAG_H
#define _VHUB_RETAG_H

#include <uapi/linux/vhub.h>

#include "forward.h"

/**
 * enum vhub_retag_change - what is done to the outer tag of a frame
 * @VHUB_RETAG_NOTHING: the frame goes as it is
 * @VHUB_RETAG_INSERT: a tag is put in
 * @VHUB_RETAG_REMOVE: the tag is taken out
 * @VHUB_RETAG_REPLACE: it tells this VLAN; its priority stays
 */
enum vhub_retag_change {
	VHUB_RETAG_NOTHING,
	VHUB_RETAG_INSERT,
	VHUB_RETAG_REMOVE,
	VHUB_RETAG_REPLACE,
};

/**
 * struct vhub_retag - frames that were made of others
 * @batch: the frames; fewer than they were made of, if some were lost
 * @lost: those that could not be made, by VHUB_A_DROPS_*
 * @lost_count: sum of these
 * @frames: room of @batch, then that of the frames' pieces and tags
 *
 * They point to the memory of what they were made of.
 */
struct vhub_retag {
	struct vhub_batch batch;
	u32 lost[VHUB_A_DROPS_MAX + 1];
	u32 lost_count;
	struct vhub_frame frames[];
};

struct vhub_retag *vhub_retag_create(const struct vhub_batch *run,
				     enum vhub_retag_change change, u16 vid);
void vhub_retag_free(struct vhub_retag *retag);

#endif /* _VHUB_RETAG_H */
