/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - the ioctls of a TAP file, for emulators that know no other
 */
#ifndef _VHUB_TUN_H
#define _VHUB_TUN_H

#include <linux/types.h>

struct vhub_file;

enum vhub_tun_limits {
	VHUB_TUN_HDR_DEFAULT = 10,	/* sizeof(struct virtio_net_hdr) */
};

long vhub_tun_ioctl(struct vhub_file *file, fmode_t mode, unsigned int cmd,
		    unsigned long arg, size_t ifreq_size);

#endif /* _VHUB_TUN_H */
