// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: TAP devices on a Linux bridge */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fd.h"
#include "tap.h"

#define TAP_BRIDGE	"benchbr"
#define TAP_MTU		(BENCH_FRAME_MAX - 14)

static unsigned int tap_ends;

/* Devices that are up, in no network yet. They say nothing themselves. */
void tap_make(unsigned int ends)
{
	unsigned int i;

	tap_ends = ends;
	bench_shell("modprobe tun");
	bench_shell("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
	for (i = 0; i < ends; i++) {
		bench_shell("ip tuntap add " TAP_NAME "%u mode tap", i);
		bench_shell("ip link set " TAP_NAME "%u mtu %u up", i, TAP_MTU);
	}
}

/* No spanning tree. The frames are for a station that the bridge does not know,
 * so it floods them, as a hub does.
 */
static void tap_setup(unsigned int ends)
{
	unsigned int i;

	tap_make(ends);
	bench_shell("modprobe bridge");
	bench_shell("ip link add " TAP_BRIDGE
		    " type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
	bench_shell("ip link set " TAP_BRIDGE " up");
	for (i = 0; i < ends; i++)
		bench_shell("ip link set " TAP_NAME "%u master " TAP_BRIDGE, i);
}

void tap_open(struct bench_end *end, unsigned int i)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), TAP_NAME "%u", i);
	end->fd = open("/dev/net/tun", O_RDWR);
	if (end->fd < 0 || ioctl(end->fd, TUNSETIFF, &ifr) < 0)
		bench_die("TAP %s: %s", ifr.ifr_name, strerror(errno));
}

void tap_remove(void)
{
	unsigned int i;

	for (i = 0; i < tap_ends; i++)
		bench_shell("ip link del " TAP_NAME "%u", i);
}

static void tap_teardown(void)
{
	tap_remove();
	bench_shell("ip link del " TAP_BRIDGE);
}

static void tap_setup_hub(unsigned int ends)
{
	unsigned int i;

	tap_make(ends);
	bench_vhub_setup(ends);
	for (i = 0; i < ends; i++)
		bench_shell("ip link set " TAP_NAME "%u master " BENCH_HUB, i);
}

static void tap_teardown_hub(void)
{
	tap_remove();
	bench_vhub_teardown();
}

const struct bench_rival bench_tap = {
	.name		= "tap",
	.title		= "tap, bridge, tap",
	.frame_max	= BENCH_FRAME_MAX,
	.setup		= tap_setup,
	.open		= tap_open,
	.send		= fd_send,
	.recv		= fd_recv,
	.close		= fd_close,
	.teardown	= tap_teardown,
};

const struct bench_rival bench_tap_hub = {
	.name		= "tap-hub",
	.title		= "tap, vhub, tap",
	.frame_max	= BENCH_FRAME_MAX,
	.setup		= tap_setup_hub,
	.open		= tap_open,
	.send		= fd_send,
	.recv		= fd_recv,
	.close		= fd_close,
	.teardown	= tap_teardown_hub,
};
