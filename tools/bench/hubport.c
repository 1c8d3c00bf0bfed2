// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: QEMU's own hub, and the user hub in its place
 *
 * Two TCP sockets, in QEMU's format, and what carries frames from one to the
 * other: a QEMU without a machine, with a -netdev hubport for each; or vhubd with
 * the same two links. Many frames go in one system call, so that what is compared
 * is not the cost of the ends, which is the same for both.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "user.h"

#define HUBPORT_QEMU	"qemu-system-x86_64"
#define HUBPORT_PIDFILE	"/tmp/vhub-bench-qemu.pid"
#define HUBPORT_LOG	"/tmp/vhub-bench-qemu.log"
#define HUBPORT_PORT	20101	/* of the first end; the second has the next */

#define HUBPORT_LINK(n)	"socket,listen=127.0.0.1:2010" #n
#define HUBPORT_NETDEV(n)						\
	" -netdev socket,id=s" #n ",listen=127.0.0.1:2010" #n		\
	" -netdev hubport,id=h" #n ",hubid=0,netdev=s" #n

static const char *hubport_missing(void)
{
	if (system("command -v " HUBPORT_QEMU " >/dev/null"))
		return "needs the package qemu-system-x86";
	return NULL;
}

/* It listens by the time its parent ends. It warns that its hub has no card. */
static void hubport_setup(unsigned int ends)
{
	(void)ends;
	bench_shell("ip link set lo up");
	bench_shell(HUBPORT_QEMU " -M none -nodefaults -display none -daemonize"
		    " -pidfile " HUBPORT_PIDFILE HUBPORT_NETDEV(1)
		    HUBPORT_NETDEV(2) " 2>" HUBPORT_LOG
		    " || { cat " HUBPORT_LOG " >&2; false; }");
}

static void hubport_teardown(void)
{
	bench_shell("kill $(cat " HUBPORT_PIDFILE ")");
	bench_shell("while [ -e " HUBPORT_PIDFILE " ]; do sleep 0.1; done");
}

static void hubport_user_setup(unsigned int ends)
{
	(void)ends;
	bench_shell("ip link set lo up");
	bench_user_start(HUBPORT_LINK(1), HUBPORT_LINK(2));
}

static void hubport_open(struct bench_end *end, unsigned int i)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(HUBPORT_PORT + i),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1;

	user_connect(end, &to, sizeof(to));
	setsockopt(end->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

const struct bench_rival bench_hubport = {
	.name		= "hubport",
	.title		= "QEMU's hubport",
	.frame_max	= 1514,
	.receivers_max	= 1,
	.missing	= hubport_missing,
	.setup		= hubport_setup,
	.open		= hubport_open,
	.send_batch	= user_send_batch,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= hubport_teardown,
};

const struct bench_rival bench_user_tcp = {
	.name		= "user-tcp",
	.title		= "user hub, TCP",
	.frame_max	= 1514,
	.user		= true,
	.receivers_max	= 1,
	.setup		= hubport_user_setup,
	.open		= hubport_open,
	.send_batch	= user_send_batch,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= bench_user_stop,
};
