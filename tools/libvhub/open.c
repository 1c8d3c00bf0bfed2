// SPDX-License-Identifier: GPL-2.0
/* libvhub - handles: made of options, and what they know of themselves */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/if_tun.h>

#include "attach.h"
#include "handle.h"

#define OPEN_TX_COUNT		256
#define OPEN_RX_COUNT		512
#define OPEN_BUFFER_SIZE	2048
#define OPEN_BUFFER_SIZE_MIN	1024
#define OPEN_BUFFER_SIZE_MAX	131072
/* sizeof() of the first options */
#define OPEN_SIZE_VER0		(32 + sizeof(const char *))
#define OPEN_SIZE_MAX		4096
#define OPEN_FLAGS		(VHUB_OPEN_NONBLOCK | VHUB_OPEN_NO_RINGS | \
				 VHUB_OPEN_RINGS | VHUB_OPEN_KERNEL)

_Static_assert(sizeof(struct vhub_options) == OPEN_SIZE_VER0,
	       "struct vhub_options grows at its end only");

/* The smallest buffer must do for the largest frame. */
_Static_assert(OPEN_BUFFER_SIZE_MIN * VHUB_CHAIN_MAX >=
	       VHUB_FRAME_MAX + VHUB_VNET_HDR_MAX,
	       "a frame may take more buffers than the kernel lets it");

/* Options of a program that was built for another version. */
static int open_copy_options(struct vhub_options *to,
			     const struct vhub_options *from)
{
	const char *bytes = (const char *)from;
	uint32_t i;

	memset(to, 0, sizeof(*to));
	if (!from)
		return 0;
	if (from->size < OPEN_SIZE_VER0 || from->size > OPEN_SIZE_MAX)
		return -EINVAL;
	for (i = sizeof(*to); i < from->size; i++)
		if (bytes[i])
			return -E2BIG;
	memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
	return 0;
}

static bool open_is_count(uint32_t count)
{
	return count && !(count & (count - 1)) && count <= VHUB_RING_MAX;
}

static int open_set_sizes(struct vhub *v, const struct vhub_options *o)
{
	uint32_t size = o->buffer_size ? o->buffer_size : OPEN_BUFFER_SIZE;

	if (size < OPEN_BUFFER_SIZE_MIN || size > OPEN_BUFFER_SIZE_MAX)
		return -EINVAL;
	if (o->vnet_hdr_size > VHUB_VNET_HDR_MAX)
		return -EINVAL;
	v->buffer_size = (size + VHUB_CACHE_LINE - 1) & -VHUB_CACHE_LINE;
	v->tx_count = o->tx_count ? o->tx_count : OPEN_TX_COUNT;
	v->rx_count = o->rx_count ? o->rx_count : OPEN_RX_COUNT;
	v->frame_min = o->vnet_hdr_size + VHUB_FRAME_MIN;
	v->frame_max = o->vnet_hdr_size + VHUB_FRAME_MAX;
	if (!open_is_count(v->tx_count) || !open_is_count(v->rx_count) ||
	    vhub_buffers(v, v->frame_max) > v->tx_count ||
	    vhub_buffers(v, v->frame_max) > v->rx_count)
		return -EINVAL;
	return 0;
}

static int open_check(const struct vhub_options *o)
{
	if (o->reserved)
		return -E2BIG;
	if (o->flags & ~OPEN_FLAGS)
		return -EINVAL;
	if ((o->flags & VHUB_OPEN_RINGS) && (o->flags & VHUB_OPEN_NO_RINGS))
		return -EINVAL;
	return o->offloads && !o->vnet_hdr_size ? -EINVAL : 0;
}

static int open_attach(struct vhub *v, const char *hub,
		       const struct vhub_options *o)
{
	const struct vhub_attach_request req = {
		.hub = hub,
		.label = o->label,
		.vnet_hdr_size = o->vnet_hdr_size,
	};
	struct vhub_attach arg;
	int ret;

	ret = vhub_attach_fill(&arg, &req);
	if (!ret)
		ret = vhub_attach_fd(v->fd, &arg);
	if (ret)
		return ret;
	v->port = arg.port;
	v->rights = arg.rights;
	if (o->offloads &&
	    ioctl(v->fd, TUNSETOFFLOAD, (unsigned long)o->offloads))
		return -errno;
	return 0;
}

static int open_kernel(struct vhub *v, const char *hub,
		       const struct vhub_options *o)
{
	int ret = vhub_map_open(v, o->flags);

	return ret ? ret : open_attach(v, hub, o);
}

static int open_stream(struct vhub *v, const char *hub,
		       const struct vhub_options *o)
{
	int ret = vhub_map_open_stream(v, hub, o->label);

	v->rights = VHUB_RIGHT_RECV | VHUB_RIGHT_SEND;
	/* Said of hubs that are there only. */
	if (!ret && (o->vnet_hdr_size || o->flags & VHUB_OPEN_RINGS))
		return -EOPNOTSUPP;
	return ret;
}

static int open_one(struct vhub **v, const char *hub,
		    const struct vhub_options *o,
		    int (*open_as)(struct vhub *v, const char *hub,
				   const struct vhub_options *o))
{
	struct vhub *new;
	int ret;

	new = aligned_alloc(VHUB_CACHE_LINE, sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct vhub){
		.fd = -1,
		.nonblock = o->flags & VHUB_OPEN_NONBLOCK,
	};
	ret = open_set_sizes(new, o);
	if (!ret)
		ret = open_as(new, hub, o);
	if (ret) {
		vhub_close(new);
		return ret;
	}
	*v = new;
	return 0;
}

/* No module, no such hub, no right: it may be a vhubd's. */
static bool open_falls_back(const struct vhub_options *o, int err)
{
	return !(o->flags & VHUB_OPEN_KERNEL) &&
	       (err == -ENOENT || err == -ENXIO || err == -ENODEV ||
		err == -EACCES);
}

int vhub_open(struct vhub **v, const char *hub,
	      const struct vhub_options *options)
{
	struct vhub_options o;
	int ret, err;

	ret = open_copy_options(&o, options);
	if (!ret)
		ret = open_check(&o);
	if (ret)
		return ret;

	ret = open_one(v, hub, &o, open_kernel);
	if (!open_falls_back(&o, ret))
		return ret;
	err = open_one(v, hub, &o, open_stream);
	/* What is not there at all has the kernel's reason. */
	return err == -ENODEV || err == -EINVAL ? ret : err;
}

void vhub_close(struct vhub *v)
{
	if (!v)
		return;
	vhub_map_close(v);
	free(v);
}

int vhub_fd(const struct vhub *v)
{
	return v->fd;
}

uint32_t vhub_port(const struct vhub *v)
{
	return v->port;
}

uint32_t vhub_rights(const struct vhub *v)
{
	return v->rights;
}

bool vhub_has_rings(const struct vhub *v)
{
	return v->rings;
}

int vhub_register(struct vhub *v, void *addr, size_t len)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.addr = (uintptr_t)addr,
		.len = len,
	};

	if (!v->rings)
		return 0;
	return ioctl(v->fd, VHUB_IOC_MEM, &mem) ? -errno : 0;
}
