// SPDX-License-Identifier: GPL-2.0
/* libvhub - what the hub tells of a handle's port */
#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <linux/if_tun.h>

#include "handle.h"
#include "netlink.h"
#include "user.h"

/* Another hub of its name would tell of another port. */
static int info_stream(const struct vhub *v, struct vhub_port_info *info)
{
	struct vhub_nl nl = { 0 };
	int ret = vhub_stream_error(v);

	if (ret)
		return ret;
	return v->port ? vhub_user_port_get(&nl, vhub_stream_hub(v), v->port,
					    info) : -EOPNOTSUPP;
}

int vhub_info(const struct vhub *v, struct vhub_port_info *info)
{
	struct vhub_nl nl = { 0 };
	struct ifreq ifr = { 0 };
	int ret;

	if (v->stream)
		return info_stream(v, info);
	/* A hub may have been renamed since. */
	if (ioctl(v->fd, TUNGETIFF, &ifr))
		return -errno;
	ret = vhub_port_get(&nl, ifr.ifr_name, v->port, info);
	vhub_nl_close(&nl);
	return ret;
}
