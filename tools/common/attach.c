// SPDX-License-Identifier: GPL-2.0
/* vhub - attaching files of /dev/vhub to a hub */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "attach.h"

/* Numbers 0 to 2 mean something else to every program (cloud-hypervisor
 * refuses them), although they may be free.
 */
static int attach_move_up(int fd)
{
	int up;

	if (fd > STDERR_FILENO)
		return fd;
	up = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	if (up < 0)
		up = -errno;
	close(fd);
	return up;
}

/* Blocking and inherited, as emulators expect of a file they are given:
 * crosvm refuses a close-on-exec file, kvmtool stops at the first EAGAIN.
 */
static int attach_file(struct vhub_attach *arg)
{
	int fd, ret;

	fd = open(VHUB_DEV_PATH, O_RDWR);
	if (fd < 0)
		return -errno;
	fd = attach_move_up(fd);
	if (fd < 0)
		return fd;
	arg->size = sizeof(*arg);
	if (ioctl(fd, VHUB_IOC_ATTACH, arg) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/**
 * vhub_attach_open() - open a file and attach it to a hub as a new port
 * @req: what to make
 * @rights: set to bits of enum vhub_rights, may be NULL
 *
 * Return: the file, 3 or above, or -errno of open() or VHUB_IOC_ATTACH.
 */
int vhub_attach_open(const struct vhub_attach_request *req, uint32_t *rights)
{
	struct vhub_attach arg = { .vnet_hdr_size = req->vnet_hdr_size };
	int fd;

	if (strlen(req->hub) >= sizeof(arg.hub))
		return -EINVAL;
	strcpy(arg.hub, req->hub);
	snprintf(arg.label, sizeof(arg.label), "%s", req->label);
	if (req->multi_queue)
		arg.flags = VHUB_ATTACH_MULTI_QUEUE;
	fd = attach_file(&arg);
	if (fd >= 0 && rights)
		*rights = arg.rights;
	return fd;
}

/**
 * vhub_attach_join() - open a file as one more queue of a port
 * @fd: a file of that port
 *
 * Return: the file, 3 or above, or -errno.
 */
int vhub_attach_join(int fd)
{
	struct vhub_attach arg = { .flags = VHUB_ATTACH_JOIN, .fd = fd };

	return attach_file(&arg);
}
