/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - attaching files of /dev/vhub to a hub */
#ifndef LIBVHUB_ATTACH_H
#define LIBVHUB_ATTACH_H

#include "vhub.h"

int vhub_attach_fill(struct vhub_attach *arg,
		     const struct vhub_attach_request *req);
int vhub_attach_fd(int fd, struct vhub_attach *arg);

/* Takes the file. Return: one that is not 0 to 2, or -errno. */
int vhub_attach_move_up(int fd);

#endif /* LIBVHUB_ATTACH_H */
