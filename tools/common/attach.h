/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - attaching files of /dev/vhub to a hub */
#ifndef VHUB_ATTACH_H
#define VHUB_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vhub_dev.h>

/**
 * struct vhub_attach_request - a port to make
 * @hub: name of the hub
 * @label: text shown for the port, cut to fit
 * @vnet_hdr_size: bytes of the virtio-net header, 0 for none
 * @multi_queue: vhub_attach_join() will add queues
 */
struct vhub_attach_request {
	const char *hub;
	const char *label;
	uint32_t vnet_hdr_size;
	bool multi_queue;
};

int vhub_attach_open(const struct vhub_attach_request *req, uint32_t *rights);
int vhub_attach_join(int fd);

#endif /* VHUB_ATTACH_H */
