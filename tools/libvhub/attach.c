// SPDX-License-Identifier: GPL-2.0
/* libvhub - attaching files of /dev/vhub to a hub */
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
int vhub_attach_move_up(int fd)
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

/**
 * vhub_attach_fill() - write a request as the kernel wants it
 * @arg: filled in
 * @req: what to make
 *
 * Return: 0, or -EINVAL for a name that is too long.
 */
int vhub_attach_fill(struct vhub_attach *arg,
		     const struct vhub_attach_request *req)
{
	*arg = (struct vhub_attach){ .vnet_hdr_size = req->vnet_hdr_size };
	if (strlen(req->hub) >= sizeof(arg->hub))
		return -EINVAL;
	strcpy(arg->hub, req->hub);
	snprintf(arg->label, sizeof(arg->label), "%s",
		 req->label ? req->label : "");
	if (req->multi_queue)
		arg->flags = VHUB_ATTACH_MULTI_QUEUE;
	return 0;
}

/**
 * vhub_attach_fd() - attach an open file
 * @fd: the file
 * @arg: what to make, and what the kernel says of it
 *
 * Return: 0 or -errno.
 */
int vhub_attach_fd(int fd, struct vhub_attach *arg)
{
	arg->size = sizeof(*arg);
	return ioctl(fd, VHUB_IOC_ATTACH, arg) < 0 ? -errno : 0;
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
	fd = vhub_attach_move_up(fd);
	if (fd < 0)
		return fd;
	ret = vhub_attach_fd(fd, arg);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

int vhub_attach_open(const struct vhub_attach_request *req, uint32_t *rights)
{
	struct vhub_attach arg;
	int fd, ret;

	ret = vhub_attach_fill(&arg, req);
	if (ret)
		return ret;
	fd = attach_file(&arg);
	if (fd >= 0 && rights)
		*rights = arg.rights;
	return fd;
}

int vhub_attach_join(int fd)
{
	struct vhub_attach arg = { .flags = VHUB_ATTACH_JOIN, .fd = fd };

	return attach_file(&arg);
}
