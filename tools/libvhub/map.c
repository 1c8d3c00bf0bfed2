// SPDX-License-Identifier: GPL-2.0
/* libvhub - the memory of a handle, shared with the kernel if that does */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "handle.h"

#define NO_FILE	(-1)

static size_t map_round(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) & ~(page - 1);
}

/* Shared with children: whichever process goes on has the memory that the
 * kernel has, too.
 */
static int map_memory(void **to, size_t size, int fd)
{
	int flags = MAP_SHARED | (fd == NO_FILE ? MAP_ANONYMOUS : 0);
	void *map;

	map = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	*to = map;
	return 0;
}

static int map_dev_open(struct vhub *v)
{
	v->fd = open(VHUB_DEV_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return v->fd < 0 ? -errno : 0;
}

static size_t map_buffers_size(const struct vhub *v)
{
	return (size_t)(v->tx_count + v->rx_count) * v->buffer_size;
}

static int map_buffers(struct vhub *v)
{
	int ret;

	v->memory_size = map_round(map_buffers_size(v) + v->frame_max);
	ret = map_memory(&v->memory, v->memory_size, NO_FILE);
	if (ret)
		return ret;
	v->tx_buffers = v->memory;
	v->rx_buffers = vhub_tx_buffer(v, 0) +
			(size_t)v->tx_count * v->buffer_size;
	return 0;
}

/* The room behind the last buffer is for us alone. */
static int map_register(struct vhub *v)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.addr = (uintptr_t)v->memory,
		.len = map_round(map_buffers_size(v)),
	};

	return ioctl(v->fd, VHUB_IOC_MEM, &mem) ? -errno : 0;
}

static int map_rings(struct vhub *v)
{
	struct vhub_rings rings = {
		.size = sizeof(rings),
		.tx_count = v->tx_count,
		.rx_count = v->rx_count,
	};
	int ret;

	if (ioctl(v->fd, VHUB_IOC_RINGS, &rings))
		return -errno;
	ret = map_memory(&v->map, rings.map_size, v->fd);
	if (ret)
		return ret;
	v->map_size = rings.map_size;
	v->head = v->map;
	v->tx = (void *)((char *)v->map + rings.tx_offset);
	v->rx = (void *)((char *)v->map + rings.rx_offset);
	v->rings = true;
	return 0;
}

/* The same for us alone. */
static int map_plain(struct vhub *v)
{
	size_t descs = (size_t)(v->tx_count + v->rx_count) * sizeof(*v->tx);
	int ret;

	v->map_size = map_round(sizeof(*v->head) + descs);
	ret = map_memory(&v->map, v->map_size, NO_FILE);
	if (ret)
		return ret;
	v->head = v->map;
	v->tx = (void *)(v->head + 1);
	v->rx = v->tx + v->tx_count;
	return 0;
}

/* With a new file, which has neither memory nor half a ring. */
static int map_again_plain(struct vhub *v)
{
	int ret;

	close(v->fd);
	ret = map_dev_open(v);
	return ret ? ret : map_plain(v);
}

static void map_post_all(struct vhub *v)
{
	uint32_t i;

	for (i = 0; i < v->rx_count; i++) {
		v->rx[i].addr = (uintptr_t)vhub_rx_buffer(v, i);
		v->rx[i].len = v->buffer_size;
	}
	__atomic_store_n(&v->head->rx_user, v->rx_count, __ATOMIC_RELEASE);
}

/**
 * vhub_map_open() - open the file, make rings and buffers
 * @v: sizes and counts set, else zero
 * @flags: bits of enum vhub_open_flags
 *
 * Return: 0 or -errno, after which vhub_map_close() is to be called as well.
 */
int vhub_map_open(struct vhub *v, uint32_t flags)
{
	int ret;

	ret = map_dev_open(v);
	if (!ret)
		ret = map_buffers(v);
	if (ret)
		return ret;

	if (!(flags & VHUB_OPEN_NO_RINGS)) {
		ret = map_register(v);
		if (!ret)
			ret = map_rings(v);
		if (ret && !(flags & VHUB_OPEN_RINGS))
			ret = map_again_plain(v);
	} else {
		ret = map_plain(v);
	}
	if (!ret)
		map_post_all(v);
	return ret;
}

/**
 * vhub_map_open_stream() - connect to a user hub, make buffers
 * @v: sizes and counts set, else zero
 * @hub: its name
 * @label: of the port, or NULL
 *
 * Return: as vhub_map_open(), and -ENODEV for no such hub.
 */
int vhub_map_open_stream(struct vhub *v, const char *hub, const char *label)
{
	int ret = vhub_stream_open(v, hub, label);

	if (!ret)
		ret = map_buffers(v);
	if (!ret)
		ret = map_plain(v);
	if (!ret)
		map_post_all(v);
	return ret;
}

void vhub_map_close(struct vhub *v)
{
	if (v->map)
		munmap(v->map, v->map_size);
	if (v->memory)
		munmap(v->memory, v->memory_size);
	if (v->fd >= 0)
		close(v->fd);
	free(v->stream);
}
