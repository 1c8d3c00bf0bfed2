// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: UDP between two network namespaces, by veth pairs
 *
 * Each namespace is a host. The two are joined by nothing but their pair, by a
 * Linux bridge or by a hub: what the first costs is the hosts' own, and what the
 * others cost beyond it is the forwarding.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "netns.h"

#define NETNS_HEADERS	(14 + 20 + 8)	/* Ethernet, IPv4, UDP */
#define NETNS_UDP_PORT	9		/* discard */
#define NETNS_FRAME_MAX	1514
#define NETNS_BRIDGE	"benchbr"

/* Namespaces bench0 and bench1, with a device eth0 each. They know each other's
 * address, and say nothing themselves.
 */
static void netns_make_host(unsigned int i)
{
	bench_shell("ip netns add " NETNS_NAME "%u", i);
	bench_shell("ip netns exec " NETNS_NAME
		    "%u sysctl -qw net.ipv6.conf.default.disable_ipv6=1", i);
}

static void netns_set_up_host(unsigned int i)
{
	const char *addr = i ? NETNS_ADDR_1 : NETNS_ADDR_0;

	bench_shell("ip -n " NETNS_NAME "%u link set lo up", i);
	bench_shell("ip -n " NETNS_NAME
		    "%u link set eth0 address 02:00:00:00:00:0%u up", i, i);
	bench_shell("ip -n " NETNS_NAME "%u addr add %s/24 dev eth0", i, addr);
	bench_shell("ip -n " NETNS_NAME
		    "%u neigh add %s dev eth0 lladdr 02:00:00:00:00:0%u", i,
		    i ? NETNS_ADDR_0 : NETNS_ADDR_1, !i);
}

static void netns_setup_pair(unsigned int ends)
{
	(void)ends;
	bench_shell("modprobe veth");
	netns_make_host(0);
	netns_make_host(1);
	bench_shell("ip -n " NETNS_NAME "0 link add eth0 type veth peer eth0 "
		    "netns " NETNS_NAME "1");
	netns_set_up_host(0);
	netns_set_up_host(1);
}

/* The hosts' pairs end at ports of a master that is there. */
static void netns_join(const char *master)
{
	unsigned int i;

	bench_shell("modprobe veth");
	bench_shell("sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
	for (i = 0; i < 2; i++) {
		netns_make_host(i);
		bench_shell("ip link add " NETNS_PORT "%u type veth peer eth0 "
			    "netns " NETNS_NAME "%u", i, i);
		bench_shell("ip link set " NETNS_PORT "%u master %s up", i,
			    master);
		netns_set_up_host(i);
	}
}

static void netns_setup_bridge(unsigned int ends)
{
	(void)ends;
	bench_shell("modprobe bridge");
	bench_shell("ip link add " NETNS_BRIDGE
		    " type bridge stp_state 0 forward_delay 0");
	bench_shell("ip link set " NETNS_BRIDGE " up");
	netns_join(NETNS_BRIDGE);
}

static void netns_setup_hub(unsigned int ends)
{
	bench_vhub_setup(ends);
	netns_join(BENCH_HUB);
}

static void netns_setup_switch(unsigned int ends)
{
	bench_vhub_setup_switch(ends);
	netns_join(BENCH_HUB);
}

/* A namespace goes when the last socket of it is closed. */
static void netns_teardown_pair(void)
{
	bench_shell("ip netns del " NETNS_NAME "0");
	bench_shell("ip netns del " NETNS_NAME "1");
}

static void netns_leave(void)
{
	bench_shell("ip link del " NETNS_PORT "0");
	bench_shell("ip link del " NETNS_PORT "1");
	netns_teardown_pair();
}

static void netns_teardown_bridge(void)
{
	netns_leave();
	bench_shell("ip link del " NETNS_BRIDGE);
}

static void netns_teardown_hub(void)
{
	netns_leave();
	bench_vhub_teardown();
}

/* A socket of namespace @i, opened by a process that stays where it is. */
static int netns_socket(unsigned int i)
{
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there, fd;
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/" NETNS_NAME "%u", i);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (back < 0 || there < 0 || setns(there, CLONE_NEWNET))
		bench_die("%s: %s", path, strerror(errno));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setns(back, CLONE_NEWNET))
		bench_die("socket in %s: %s", path, strerror(errno));
	close(there);
	close(back);
	return fd;
}

static struct sockaddr_in netns_address(const char *addr)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(NETNS_UDP_PORT),
	};

	inet_pton(AF_INET, addr, &address.sin_addr);
	return address;
}

/* Who receives says so first, so that a switch knows where it is. */
static void netns_open(struct bench_end *end, unsigned int i)
{
	const struct sockaddr_in from = netns_address(NETNS_ADDR_0);
	const struct sockaddr_in to = netns_address(NETNS_ADDR_1);
	int ret;

	end->fd = netns_socket(i);
	if (!i)
		ret = connect(end->fd, (void *)&to, sizeof(to));
	else if (!bind(end->fd, (void *)&to, sizeof(to)))
		ret = sendto(end->fd, "", 1, 0, (void *)&from, sizeof(from));
	else
		ret = -1;
	if (ret < 0)
		bench_die("UDP socket: %s", strerror(errno));
}

/* The number is all that the host at the other end gets to see of a frame. */
static int netns_send(struct bench_end *end, const void *frame, size_t len)
{
	const struct bench_frame *head = frame;

	return fd_send(end, &head->number, len - NETNS_HEADERS);
}

static ssize_t netns_recv(struct bench_end *end, void *buf, size_t size)
{
	struct bench_frame *head = buf;
	ssize_t len = fd_recv(end, &head->number, size - sizeof(*head));

	if (len < 0)
		return len;
	head->type = htons(BENCH_ETHERTYPE);
	return len + NETNS_HEADERS;
}

#define NETNS_RIVAL(name_, title_, setup_, teardown_)	\
{							\
	.name		= name_,			\
	.title		= title_,			\
	.frame_max	= NETNS_FRAME_MAX,		\
	.receivers_max	= 1,				\
	.setup		= setup_,			\
	.open		= netns_open,			\
	.send		= netns_send,			\
	.recv		= netns_recv,			\
	.close		= fd_close,			\
	.teardown	= teardown_,			\
}

const struct bench_rival bench_veth =
	NETNS_RIVAL("veth", "udp, veth", netns_setup_pair, netns_teardown_pair);
const struct bench_rival bench_veth_bridge =
	NETNS_RIVAL("veth-bridge", "udp, veth, bridge", netns_setup_bridge,
		    netns_teardown_bridge);
const struct bench_rival bench_veth_hub =
	NETNS_RIVAL("veth-hub", "udp, veth, vhub", netns_setup_hub,
		    netns_teardown_hub);
const struct bench_rival bench_veth_switch =
	NETNS_RIVAL("veth-switch", "udp, veth, switch", netns_setup_switch,
		    netns_teardown_hub);
