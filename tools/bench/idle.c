// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: what ports cost that nobody uses
 *
 * The flood of always, with more ports in the net: such that no frame goes to,
 * and such that frames go to and nobody takes them, which are full by the time
 * the clock runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/vhub_dev.h>

#include "../libvhub/netlink.h"
#include "bench.h"

#define IDLE_HUB	"bench1"
#define IDLE_FRAMES	4000
/* As many as the longest queue of a port takes. */
#define IDLE_WARMUP	4608
#define IDLE_WINDOW	64

/* The network that is measured now. */
static struct {
	const struct bench_rival *base;
	const struct idle_kind *kind;
	unsigned int ports;
	int fds[IDLE_PORTS_MAX];
	struct vhub_nl nl;
} idle;

/* Attaches a file; returns the number of its port. */
static uint32_t idle_attach(const char *hub, int access, int *fd)
{
	struct vhub_attach attach = { .size = sizeof(attach) };

	strcpy(attach.hub, hub);
	*fd = open(VHUB_DEV_PATH, access | O_CLOEXEC);
	if (*fd < 0 || ioctl(*fd, VHUB_IOC_ATTACH, &attach))
		bench_die("attach to %s: %s", hub, strerror(errno));
	return attach.port;
}

static void idle_add_elsewhere(int *fd)
{
	idle_attach(IDLE_HUB, O_RDWR, fd);
}

static void idle_add_send_only(int *fd)
{
	idle_attach(BENCH_HUB, O_WRONLY, fd);
}

static void idle_add_unplugged(int *fd)
{
	const struct vhub_port_set set = {
		.has = 1ULL << VHUB_A_PORT_LINK,
		.link = false,
	};
	uint32_t port = idle_attach(BENCH_HUB, O_RDWR, fd);
	int ret = vhub_port_set(&idle.nl, BENCH_HUB, port, &set);

	if (ret)
		bench_die("unplug port %u: %s", port, strerror(-ret));
}

static void idle_add_unread(int *fd)
{
	idle_attach(BENCH_HUB, O_RDWR, fd);
}

/* A ring without a single buffer is full from the start. */
static void idle_add_full_ring(int *fd)
{
	struct vhub_rings rings = { .size = sizeof(rings), .rx_count = 64 };

	idle_attach(BENCH_HUB, O_RDWR, fd);
	if (ioctl(*fd, VHUB_IOC_RINGS, &rings))
		bench_die("set up rings: %s", strerror(errno));
}

const struct idle_kind idle_kinds[IDLE_KINDS] = {
	{
		.name = "elsewhere",
		.title = "ports of another hub",
		.add = idle_add_elsewhere,
	}, {
		.name = "unplugged",
		.title = "ports of this hub, cable unplugged",
		.add = idle_add_unplugged,
	}, {
		.name = "send_only",
		.title = "ports of this hub, no right to receive",
		.add = idle_add_send_only,
	}, {
		.name = "unread",
		.title = "ports that nobody reads, queue full",
		.receives = true,
		.add = idle_add_unread,
	}, {
		.name = "full_ring",
		.title = "ports that nobody reads, ring full",
		.receives = true,
		.add = idle_add_full_ring,
	},
};

static void idle_setup(unsigned int ends)
{
	unsigned int i;

	idle.base->setup(ends);
	bench_shell("ip link add " IDLE_HUB " type vhub");
	for (i = 0; i < idle.ports; i++)
		idle.kind->add(&idle.fds[i]);
}

static void idle_teardown(void)
{
	unsigned int i;

	for (i = 0; i < idle.ports; i++)
		close(idle.fds[i]);
	vhub_nl_close(&idle.nl);
	bench_shell("ip link del " IDLE_HUB);
	idle.base->teardown();
}

static void idle_allow_files(void)
{
	const struct rlimit limit = {
		IDLE_PORTS_MAX + 64, IDLE_PORTS_MAX + 64,
	};

	if (setrlimit(RLIMIT_NOFILE, &limit))
		bench_die("limit of open files: %s", strerror(errno));
}

/**
 * idle_run() - flood one receiver through a hub that has idle ports
 * @rival: how sender and receiver are attached
 * @kind: the idle ports
 * @ports: their number, up to IDLE_PORTS_MAX
 *
 * Return: nanoseconds a frame.
 */
double idle_run(const struct bench_rival *rival, const struct idle_kind *kind,
		unsigned int ports)
{
	struct bench_rival network = *rival;
	const struct flood_plan plan = {
		.rival = &network,
		.len = IDLE_LEN,
		.receivers = 1,
		.frames = IDLE_FRAMES,
		.warmup = IDLE_WARMUP,
		.window = IDLE_WINDOW,
	};
	struct flood_result result;

	idle.base = rival;
	idle.kind = kind;
	idle.ports = ports;
	idle_allow_files();
	network.setup = idle_setup;
	network.teardown = idle_teardown;
	flood_run(&plan, &result);
	return (double)result.ns / result.delivered;
}
