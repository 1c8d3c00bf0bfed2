// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: vde_switch as a hub, and clients of libvdeplug
 *
 * The library is loaded when it is measured, so that the program builds and
 * runs where there is none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define VDE_SWITCH	"vde_switch"
#define VDE_LIBRARY	"libvdeplug.so.2"
#define VDE_SOCKET	"/tmp/vhub-bench-vde"
#define VDE_PIDFILE	"/tmp/vhub-bench-vde.pid"
#define VDE_INTERFACE	1	/* LIBVDEPLUG_INTERFACE_VERSION */
/* A socket's send buffer takes some 90 long frames, as the kernel counts them. */
#define VDE_QUEUE	64

static struct {
	void *(*open)(char *url, char *description, int version, void *args);
	ssize_t (*recv)(void *conn, void *buf, size_t len, int flags);
	ssize_t (*send)(void *conn, const void *buf, size_t len, int flags);
	int (*close)(void *conn);
} vde_lib;

static bool vde_load(void)
{
	void *lib = dlopen(VDE_LIBRARY, RTLD_NOW);

	if (!lib)
		return false;
	*(void **)&vde_lib.open = dlsym(lib, "vde_open_real");
	*(void **)&vde_lib.recv = dlsym(lib, "vde_recv");
	*(void **)&vde_lib.send = dlsym(lib, "vde_send");
	*(void **)&vde_lib.close = dlsym(lib, "vde_close");
	return vde_lib.open && vde_lib.recv && vde_lib.send && vde_lib.close;
}

static const char *vde_missing(void)
{
	if (system("command -v " VDE_SWITCH " >/dev/null"))
		return "needs the package vde2";
	if (!vde_load())
		return "needs the package libvdeplug2";
	return NULL;
}

/* Its queues are those of datagram sockets: as long as systemd makes them on
 * an ordinary machine, the kernel's own 10 would be unfair.
 */
static void vde_setup(unsigned int ends)
{
	(void)ends;
	bench_shell("sysctl -qw net.unix.max_dgram_qlen=512");
	bench_shell(VDE_SWITCH " -hub -daemon -sock " VDE_SOCKET
		    " -pidfile " VDE_PIDFILE);
}

static void vde_open(struct bench_end *end, unsigned int i)
{
	char url[] = VDE_SOCKET, description[] = "vhub-bench";

	(void)i;
	end->fd = -1;
	end->conn = vde_lib.open(url, description, VDE_INTERFACE, NULL);
	if (!end->conn)
		bench_die("no way to the switch: %s", strerror(errno));
}

static int vde_send(struct bench_end *end, const void *frame, size_t len)
{
	return vde_lib.send(end->conn, frame, len, 0) < 0 ? -errno : 0;
}

static ssize_t vde_recv(struct bench_end *end, void *buf, size_t size)
{
	ssize_t ret = vde_lib.recv(end->conn, buf, size, 0);

	return ret < 0 ? -errno : ret;
}

static void vde_close(struct bench_end *end)
{
	vde_lib.close(end->conn);
}

static void vde_teardown(void)
{
	bench_shell("kill $(cat " VDE_PIDFILE ")");
	bench_shell("while [ -e " VDE_SOCKET "/ctl ]; do sleep 0.1; done");
}

static const char *vde_user_missing(void)
{
	return vde_load() ? NULL : "needs the package libvdeplug2";
}

static void vde_user_setup(unsigned int ends)
{
	(void)ends;
	bench_shell("sysctl -qw net.unix.max_dgram_qlen=512");
	bench_user_start("vde-server,sock=" VDE_SOCKET, NULL);
}

const struct bench_rival bench_user_vde = {
	.name		= "user-vde",
	.title		= "user hub, VDE",
	.frame_max	= 1514,
	.queue		= VDE_QUEUE,
	.user		= true,
	.missing	= vde_user_missing,
	.setup		= vde_user_setup,
	.open		= vde_open,
	.send		= vde_send,
	.recv		= vde_recv,
	.close		= vde_close,
	.teardown	= bench_user_stop,
};

const struct bench_rival bench_vde = {
	.name		= "vde",
	.title		= "vde_switch -hub",
	.frame_max	= 1514,
	.queue		= VDE_QUEUE,
	.missing	= vde_missing,
	.setup		= vde_setup,
	.open		= vde_open,
	.send		= vde_send,
	.recv		= vde_recv,
	.close		= vde_close,
	.teardown	= vde_teardown,
};
