// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - ports on a hub of the kernel
 *
 * What a link does not take stays in the kernel, which counts at the port what
 * finds no room there.
 */
#include <errno.h>

#include "hub.h"
#include "privilege.h"

/* Batches of one port before it is another's turn. */
#define KERNEL_ROUNDS	4

/* What may wait for a port, at most: see Documentation/vhub/design.rst. */
#define KERNEL_QUEUE	4096

/**
 * struct kernel_port - a place on this hub
 * @v: the port; NULL as long as there is no hub
 * @file: its file
 * @more: there was more than one turn's worth
 * @port: whose it is
 * @size: of the port
 * @blocked: the link takes no more for now
 * @held: frames that it did not take yet
 * @count: how many there were of them
 * @taken: how many it has taken
 */
struct kernel_port {
	struct vhub *v;
	struct loop_file file;
	struct loop_work more;
	struct port *port;
	enum port_size size;
	bool blocked;
	struct vhub_frame held[PORT_BATCH];
	unsigned int count;
	unsigned int taken;
};

int hub_kernel_try(const char *name)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK | VHUB_OPEN_NO_RINGS |
			 VHUB_OPEN_KERNEL,
		.label = "vhubd",
	};
	struct vhub *v;
	int ret = vhub_open(&v, name, &options);

	if (!ret)
		vhub_close(v);
	return ret;
}

void hub_kernel_needs(const char *name, struct needs *needs)
{
	needs->bits |= NEEDS_HUB;
	if (privilege_try_plain(hub_kernel_try, name))
		needs->bits |= NEEDS_HUB_ADMIN;
}

/* Gives the link what is held. Does it take more? */
static bool kernel_push(struct kernel_port *kp)
{
	unsigned int n = kp->count - kp->taken, taken;

	taken = port_output(kp->port, kp->held + kp->taken, n);
	vhub_release(kp->v, taken);
	kp->taken += taken;
	kp->blocked = taken < n;
	return !kp->blocked;
}

/* Is there more? The file becomes ready again if not. */
static bool kernel_pull(struct kernel_port *kp)
{
	int n;

	do {
		n = vhub_recv_batch(kp->v, kp->held, PORT_BATCH);
	} while (n == -EAGAIN && vhub_arm(kp->v));
	kp->taken = 0;
	kp->count = n > 0 ? n : 0;
	return kp->count;
}

static void kernel_pump(struct kernel_port *kp)
{
	int i;

	for (i = 0; i < KERNEL_ROUNDS; i++) {
		if (kp->taken == kp->count && !kernel_pull(kp))
			return;
		if (!kernel_push(kp))
			return;
	}
	loop_soon(kp->port->hub->loop, &kp->more);
}

static void kernel_go_on(struct kernel_port *kp)
{
	if (kp->v && kp->port->up && !kp->blocked)
		kernel_pump(kp);
}

static void kernel_ready(struct loop_file *file, uint32_t events)
{
	(void)events;
	kernel_go_on(container_of(file, struct kernel_port, file));
}

static void kernel_more(struct loop_work *work)
{
	kernel_go_on(container_of(work, struct kernel_port, more));
}

/* Leaves kp->v NULL after an error. Return 0 or -errno. */
static int kernel_attach(struct kernel_port *kp)
{
	struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK | VHUB_OPEN_KERNEL,
		.label = kp->port->label,
	};
	int ret;

	if (kp->size == PORT_NARROW) {
		options.flags |= VHUB_OPEN_NO_RINGS;
		options.tx_count = PORT_BATCH;
		options.rx_count = PORT_BATCH;
	}
	ret = vhub_open(&kp->v, kp->port->hub->name, &options);
	if (ret)
		return ret;
	/* Ready once, when there is something after vhub_arm(). */
	kp->file.fd = vhub_fd(kp->v);
	ret = loop_add(kp->port->hub->loop, &kp->file, EPOLLIN | EPOLLET);
	if (ret) {
		vhub_close(kp->v);
		kp->v = NULL;
		return ret;
	}
	kp->port->number = vhub_port(kp->v);
	return 0;
}

static void kernel_detach(struct kernel_port *kp)
{
	if (!kp->v)
		return;
	loop_cancel(kp->port->hub->loop, &kp->more);
	loop_del(kp->port->hub->loop, &kp->file);
	kp->port->drops[VHUB_A_DROPS_NO_LINK] += kp->count - kp->taken;
	vhub_close(kp->v);
	kp->v = NULL;
	kp->count = 0;
	kp->taken = 0;
	kp->blocked = false;
}

static void kernel_say_rights(struct kernel_port *kp)
{
	struct hub *hub = kp->port->hub;

	if (vhub_rights(kp->v) & VHUB_RIGHT_SEND || hub->receive_only)
		return;
	hub->receive_only = true;
	g_warning("we may receive, but not send");
}

static int kernel_open(struct port *port, enum port_size size)
{
	struct kernel_port *kp = g_new0(struct kernel_port, 1);
	int ret;

	kp->port = port;
	kp->size = size;
	kp->file.ready = kernel_ready;
	kp->more.run = kernel_more;
	ret = kernel_attach(kp);
	if (ret) {
		g_free(kp);
		return ret;
	}
	port->at = kp;
	kernel_say_rights(kp);
	return 0;
}

static void kernel_close(struct port *port)
{
	kernel_detach(port->at);
	g_free(port->at);
}

static void kernel_input(struct port *port, const struct vhub_frame *frames,
			 unsigned int n)
{
	struct kernel_port *kp = port->at;

	if (!kp->v)
		port->drops[VHUB_A_DROPS_NO_LINK] += n;
	else if (vhub_send_batch(kp->v, frames, n) < 0)
		port->drops[VHUB_A_DROPS_DENIED] += n;
}

/* Drop what waited while the link was down, or else it would get frames from
 * the past. No more than there can be: others may be sending.
 */
static void kernel_drain(struct kernel_port *kp)
{
	unsigned int n = 0;

	kp->port->drops[VHUB_A_DROPS_NO_LINK] += kp->count - kp->taken;
	vhub_release(kp->v, kp->count - kp->taken);
	while (n < KERNEL_QUEUE && kernel_pull(kp)) {
		vhub_release(kp->v, kp->count);
		n += kp->count;
	}
	kp->port->drops[VHUB_A_DROPS_NO_LINK] += n;
	kp->count = 0;
	kp->taken = 0;
}

static void kernel_up(struct port *port)
{
	struct kernel_port *kp = port->at;

	if (!port->up || !kp->v)
		return;
	kernel_drain(kp);
	kp->blocked = false;
	loop_soon(port->hub->loop, &kp->more);
}

static void kernel_writable(struct port *port)
{
	struct kernel_port *kp = port->at;

	if (!kp->blocked)
		return;
	kp->blocked = false;
	kernel_pump(kp);
}

void hub_kernel_leave(struct hub *hub)
{
	const GList *node;

	for (node = hub->ports.head; node; node = node->next)
		kernel_detach(((const struct port *)node->data)->at);
}

int hub_kernel_return(struct hub *hub)
{
	struct kernel_port *kp;
	const GList *node;
	int ret = 0, err;

	for (node = hub->ports.head; node; node = node->next) {
		kp = ((const struct port *)node->data)->at;
		if (kp->v)
			continue;
		err = kernel_attach(kp);
		if (!err)
			loop_soon(hub->loop, &kp->more);
		else if (!ret)
			ret = err;
	}
	return ret;
}

const struct hub_ops hub_kernel = {
	.open = kernel_open,
	.close = kernel_close,
	.input = kernel_input,
	.up = kernel_up,
	.writable = kernel_writable,
};
