// SPDX-License-Identifier: GPL-2.0
/* vhubd - files to wait for: an epoll set in one GSource */
#include <errno.h>
#include <unistd.h>

#include "loop.h"

/* Rounds before GLib sees to its timers and signals again. */
#define LOOP_ROUNDS	16

static int loop_wait(struct loop *loop)
{
	loop->count = epoll_wait(loop->epfd, loop->events, LOOP_EVENTS, 0);
	return loop->count;
}

static bool loop_round(struct loop *loop)
{
	struct loop_file *file;
	bool worked = false;
	int i;

	for (i = 0; i < loop->count; i++) {
		file = loop->events[i].data.ptr;
		worked = true;
		/* Another one's ready() may have taken it out. */
		if (file)
			file->ready(file, loop->events[i].events);
	}
	loop->count = 0;
	return worked;
}

/* What is queued meanwhile waits for the next round. */
static bool loop_works(struct loop *loop)
{
	unsigned int n = loop->works.length;
	bool worked = n;
	struct loop_work *work;
	GList *node;

	while (n--) {
		node = g_queue_pop_head_link(&loop->works);
		/* A work may cancel others. */
		if (!node)
			break;
		work = node->data;
		work->queued = false;
		work->run(work);
	}
	return worked;
}

static gboolean loop_prepare(GSource *source, gint *timeout)
{
	struct loop *loop = (struct loop *)source;

	*timeout = -1;
	return !g_queue_is_empty(&loop->works);
}

static gboolean loop_dispatch(GSource *source, GSourceFunc callback,
			      gpointer data)
{
	struct loop *loop = (struct loop *)source;
	bool worked = true;
	int i;

	(void)callback;
	(void)data;
	for (i = 0; i < LOOP_ROUNDS && worked; i++) {
		worked = loop_wait(loop) > 0 && loop_round(loop);
		worked |= loop_works(loop);
	}
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs loop_funcs = {
	.prepare = loop_prepare,
	.dispatch = loop_dispatch,
};

struct loop *loop_new(void)
{
	struct loop *loop;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return NULL;
	loop = (struct loop *)g_source_new(&loop_funcs, sizeof(*loop));
	loop->epfd = fd;
	g_queue_init(&loop->works);
	g_source_add_unix_fd(&loop->source, fd, G_IO_IN);
	g_source_attach(&loop->source, NULL);
	return loop;
}

void loop_free(struct loop *loop)
{
	int fd = loop->epfd;

	g_source_destroy(&loop->source);
	g_source_unref(&loop->source);
	close(fd);
}

static int loop_control(struct loop *loop, int op, struct loop_file *file,
			uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = file };

	return epoll_ctl(loop->epfd, op, file->fd, &event) ? -errno : 0;
}

int loop_add(struct loop *loop, struct loop_file *file, uint32_t events)
{
	return loop_control(loop, EPOLL_CTL_ADD, file, events);
}

int loop_mod(struct loop *loop, struct loop_file *file, uint32_t events)
{
	return loop_control(loop, EPOLL_CTL_MOD, file, events);
}

void loop_del(struct loop *loop, struct loop_file *file)
{
	int i;

	loop_control(loop, EPOLL_CTL_DEL, file, 0);
	for (i = 0; i < loop->count; i++)
		if (loop->events[i].data.ptr == file)
			loop->events[i].data.ptr = NULL;
}

void loop_soon(struct loop *loop, struct loop_work *work)
{
	if (work->queued)
		return;
	work->queued = true;
	work->node.data = work;
	g_queue_push_tail_link(&loop->works, &work->node);
}

void loop_cancel(struct loop *loop, struct loop_work *work)
{
	if (!work->queued)
		return;
	work->queued = false;
	g_queue_unlink(&loop->works, &work->node);
}
