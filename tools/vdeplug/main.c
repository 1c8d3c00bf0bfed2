// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - plugin of libvdeplug: vhub://NAME is a port on hub NAME
 *
 * libvdeplug loads it when a program opens such an address. Its functions
 * return -1 with errno set, as those of its socket plugins.
 */
#include <errno.h>
#include <stdlib.h>

#include <libvdeplug_mod.h>

#include "../libvhub/netlink.h"
#include "../libvhub/vhub.h"

/* Frames are sent one at a time, but come in bursts. */
#define VDEPLUG_TX_COUNT	64
#define VDEPLUG_RX_COUNT	1024

/**
 * struct vdeplug_conn - what libvdeplug takes for its struct vdeconn
 * @handle: libvdeplug's
 * @module: libvdeplug's
 * @v: the port
 */
struct vdeplug_conn {
	void *handle;
	struct vdeplug_module *module;
	struct vhub *v;
};

static int vdeplug_open_hub(struct vhub **v, char *hub, const char *label)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK,
		.label = label,
		.tx_count = VDEPLUG_TX_COUNT,
		.rx_count = VDEPLUG_RX_COUNT,
	};

	if (vhub_hub_name_fault(hub))
		return -EINVAL;
	return vhub_open(v, hub, &options);
}

static VDECONN *vdeplug_open(char *hub, char *descr, int interface_version,
			     struct vde_open_args *open_args)
{
	struct vdeplug_conn *conn;
	int ret;

	(void)interface_version;
	/* Port, group and mode are those of a switch's socket. */
	(void)open_args;
	conn = calloc(1, sizeof(*conn));
	if (!conn)
		return NULL;
	ret = vdeplug_open_hub(&conn->v, hub, descr);
	if (ret) {
		free(conn);
		errno = -ret;
		return NULL;
	}
	return (VDECONN *)conn;
}

static ssize_t vdeplug_result(ssize_t ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

/* Of a frame that is too long the rest is lost, as on a datagram socket. */
static ssize_t vdeplug_recv(VDECONN *conn, void *buf, size_t len, int flags)
{
	struct vdeplug_conn *c = (struct vdeplug_conn *)conn;
	ssize_t ret = vhub_recv(c->v, buf, len);

	(void)flags;
	return vdeplug_result(ret > (ssize_t)len ? (ssize_t)len : ret);
}

static ssize_t vdeplug_send(VDECONN *conn, const void *buf, size_t len,
			    int flags)
{
	struct vdeplug_conn *c = (struct vdeplug_conn *)conn;
	int ret = vhub_send(c->v, buf, len);

	(void)flags;
	return vdeplug_result(ret ? ret : (ssize_t)len);
}

static int vdeplug_datafd(VDECONN *conn)
{
	return vhub_fd(((struct vdeplug_conn *)conn)->v);
}

static int vdeplug_ctlfd(VDECONN *conn)
{
	(void)conn;
	errno = ENOTSUP;
	return -1;
}

static int vdeplug_close(VDECONN *conn)
{
	struct vdeplug_conn *c = (struct vdeplug_conn *)conn;

	vhub_close(c->v);
	free(c);
	return 0;
}

struct vdeplug_module vdeplug_ops = {
	.vde_open_real = vdeplug_open,
	.vde_recv = vdeplug_recv,
	.vde_send = vdeplug_send,
	.vde_datafd = vdeplug_datafd,
	.vde_ctlfd = vdeplug_ctlfd,
	.vde_close = vdeplug_close,
};
