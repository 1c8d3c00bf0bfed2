// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: the hub, by read() and write() */
#include <string.h>

#include "../libvhub/netlink.h"
#include "../libvhub/vhub.h"
#include "fd.h"

void bench_vhub_setup(unsigned int ends)
{
	(void)ends;
	bench_shell("ip link add " BENCH_HUB " type vhub");
}

void bench_vhub_setup_switch(unsigned int ends)
{
	const struct vhub_hub_set set = {
		.has = 1U << VHUB_A_HUB_MODE,
		.mode = VHUB_HUB_MODE_SWITCH,
	};
	struct vhub_hub_info hub;
	struct vhub_nl nl = { 0 };
	int ret;

	bench_vhub_setup(ends);
	ret = vhub_hub_get(&nl, BENCH_HUB, &hub);
	if (!ret)
		ret = vhub_hub_set(&nl, hub.ifindex, &set);
	if (ret)
		bench_die("set mode switch: %s", strerror(-ret));
	vhub_nl_close(&nl);
}

/* A file attached to the hub. */
int vhub_end_attach(void)
{
	const struct vhub_attach_request req = {
		.hub = BENCH_HUB,
		.label = "bench",
	};
	int fd = vhub_attach_open(&req, NULL);

	if (fd < 0)
		bench_die("attach to " BENCH_HUB ": %s", strerror(-fd));
	return fd;
}

static void bench_vhub_open(struct bench_end *end, unsigned int i)
{
	(void)i;
	end->fd = vhub_end_attach();
}

void bench_vhub_teardown(void)
{
	bench_shell("ip link del " BENCH_HUB);
}

const struct bench_rival bench_vhub = {
	.name		= "vhub",
	.title		= "vhub, read/write",
	.frame_max	= BENCH_FRAME_MAX,
	.setup		= bench_vhub_setup,
	.open		= bench_vhub_open,
	.send		= fd_send,
	.recv		= fd_recv,
	.close		= fd_close,
	.teardown	= bench_vhub_teardown,
};
