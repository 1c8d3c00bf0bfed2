// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - a hub in this process: each frame to every other port, or in mode
 * switch to where its address is
 *
 * A port whose link takes no more keeps what follows in a queue, which is there
 * only as long as something waits in it. What finds no room there is lost for this
 * port alone, and counted. Few ports wait at a time: some queues are long, and
 * should there be more of them, the others are short.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "switch.h"

/* Bytes that wait for one port, lengths included: of the usual frames 690, or
 * 170; of the largest three at least.
 */
#define USER_QUEUE_LONG		(1024 << 10)
#define USER_QUEUE_SHORT	(256 << 10)
#define USER_LONG_MAX		64	/* long queues at a time */

/**
 * struct user_port - a place on this hub
 * @queue: frames, each behind its length as in a stream; NULL if there is none
 * @size: bytes of @queue
 * @head: where the oldest begins
 * @tail: where the next will
 * @end: where the oldest frames end if @wrapped
 * @wrapped: the youngest frames lie before the oldest
 */
struct user_port {
	unsigned char *queue;
	uint32_t size;
	uint32_t head;
	uint32_t tail;
	uint32_t end;
	bool wrapped;
};

/* The lowest that is free, as in the kernel; all below the hub's next are taken. */
static uint32_t user_number(struct hub *hub)
{
	uint32_t number = MAX(hub->next, 1);

	while (hub_port(hub, number))
		number++;
	hub->next = number + 1;
	return number;
}

static int user_open(struct port *port, enum port_size size)
{
	(void)size;
	if (port->hub->ports.length >= HUB_PORTS_MAX)
		return -ENOSPC;
	port->number = user_number(port->hub);
	port->at = g_new0(struct user_port, 1);
	return 0;
}

static void user_make_queue(struct port *port)
{
	struct user_port *up = port->at;
	bool is_long = port->hub->long_queues < USER_LONG_MAX;

	up->size = is_long ? USER_QUEUE_LONG : USER_QUEUE_SHORT;
	up->queue = g_malloc(up->size);
	port->hub->long_queues += is_long;
}

static void user_forget(struct port *port)
{
	struct user_port *up = port->at;

	port->hub->long_queues -= up->size == USER_QUEUE_LONG;
	g_free(up->queue);
	memset(up, 0, sizeof(*up));
	port->queued = 0;
}

static void user_close(struct port *port)
{
	fdb_leave(&port->hub->fdb, port);
	port->hub->next = MIN(port->hub->next, port->number);
	user_forget(port);
	g_free(port->at);
}

/* Place for @len bytes at the end of the queue, or NULL. */
static unsigned char *user_room(struct port *port, uint32_t len)
{
	struct user_port *up = port->at;

	if (!up->queue)
		user_make_queue(port);
	if (!up->wrapped && up->size - up->tail < len) {
		up->end = up->tail;
		up->tail = 0;
		up->wrapped = true;
	}
	if (up->wrapped && up->head - up->tail < len)
		return NULL;
	return up->queue + up->tail;
}

static void user_queue(struct port *port, const struct vhub_frame *frame)
{
	struct user_port *up = port->at;
	uint32_t len = FRAME_HEAD + frame->len, head = htonl(frame->len);
	unsigned char *to = user_room(port, len);

	if (!to) {
		port->drops[VHUB_A_DROPS_FULL]++;
		return;
	}
	memcpy(to, &head, FRAME_HEAD);
	memcpy(to + FRAME_HEAD, frame->data, frame->len);
	up->tail += len;
	port->queued++;
}

/* The oldest frames that wait. Returns how many, up to PORT_BATCH. */
static unsigned int user_oldest(const struct user_port *up,
				struct vhub_frame *frames)
{
	uint32_t at = up->head, end = up->wrapped ? up->end : up->tail, head;
	unsigned int n = 0;

	while (n < PORT_BATCH && at < end) {
		memcpy(&head, up->queue + at, FRAME_HEAD);
		frames[n].data = up->queue + at + FRAME_HEAD;
		frames[n].len = ntohl(head);
		frames[n].reserved = FRAME_HEADED;
		at += FRAME_HEAD + frames[n].len;
		n++;
	}
	return n;
}

/* Takes out @n of those frames. */
static void user_take(struct port *port, const struct vhub_frame *frames,
		      unsigned int n)
{
	struct user_port *up = port->at;

	port->queued -= n;
	while (n--)
		up->head += FRAME_HEAD + frames[n].len;
	if (up->wrapped && up->head == up->end) {
		up->head = 0;
		up->wrapped = false;
	}
	if (!up->wrapped && up->head == up->tail)
		user_forget(port);
}

static void user_writable(struct port *port)
{
	struct vhub_frame frames[PORT_BATCH];
	struct user_port *up = port->at;
	unsigned int n, taken;

	while (up->queue) {
		n = user_oldest(up, frames);
		taken = port_output(port, frames, n);
		user_take(port, frames, taken);
		if (taken < n)
			break;
	}
}

/* False if the port takes none at all. */
static bool user_output(struct port *port, const struct vhub_frame *frames,
			unsigned int n)
{
	struct user_port *up = port->at;
	unsigned int i = 0;

	if (!port->up) {
		port->drops[VHUB_A_DROPS_NO_LINK] += n;
		return false;
	}
	if (!up->queue)
		i = port_output(port, frames, n);
	for (; i < n; i++)
		user_queue(port, &frames[i]);
	return true;
}

static void user_input(struct port *port, const struct vhub_frame *frames,
		       unsigned int n)
{
	bool heard = false;
	GList *node;

	if (port->hub->fdb.on) {
		switch_input(port, frames, n, user_output);
		return;
	}
	for (node = port->hub->ports.head; node; node = node->next)
		if (node->data != port)
			heard |= user_output(node->data, frames, n);
	if (!heard)
		port_refuse(port, VHUB_A_DROPS_NO_RECEIVER, frames, n);
}

/* What was learned there is forgotten, as by the kernel. */
static void user_up(struct port *port)
{
	if (port->up)
		return;
	user_forget(port);
	fdb_flush(&port->hub->fdb, port, -1);
}

const struct hub_ops hub_user = {
	.open = user_open,
	.close = user_close,
	.input = user_input,
	.up = user_up,
	.writable = user_writable,
};
