// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: ends that are files, a frame a read() and a write() */
#include <errno.h>
#include <unistd.h>

#include "fd.h"

int fd_send(struct bench_end *end, const void *frame, size_t len)
{
	ssize_t ret = write(end->fd, frame, len);

	if (ret < 0)
		return -errno;
	return ret == (ssize_t)len ? 0 : -EIO;
}

ssize_t fd_recv(struct bench_end *end, void *buf, size_t size)
{
	ssize_t ret = read(end->fd, buf, size);

	return ret < 0 ? -errno : ret;
}

void fd_close(struct bench_end *end)
{
	close(end->fd);
}
