// SPDX-License-Identifier: GPL-2.0
/* vhubd - files to wait for: an epoll set in one GSource */
#include <errno.h>
#include <unistd.h>

#include "loop.h"

/* Rounds before GLib sees to its timers and signals again. */
#define LOOP_ROUNDS	16

/* The loop of GLib's default context, whose loop_poll() is told nothing else. */
static struct loop *loop_default;

static int loop_wait(struct loop *loop, int timeout)
{
	int n = epoll_wait(loop->epfd, loop->events, LOOP_EVENTS, timeout);

	loop->count = MAX(n, 0);
	return n;
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
	bool worked;
	int i;

	(void)callback;
	(void)data;
	for (i = 0; i < LOOP_ROUNDS; i++) {
		/* The first round is of what loop_poll() has found. */
		if (i)
			loop_wait(loop, 0);
		worked = loop_round(loop);
		worked |= loop_works(loop);
		if (!worked)
			break;
	}
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs loop_funcs = {
	.prepare = loop_prepare,
	.dispatch = loop_dispatch,
};

/* GLib does with it what has to be done. */
static void loop_woken(struct loop_file *file, uint32_t events)
{
	(void)file;
	(void)events;
}

/* Is the epoll set all there is to wait for, GLib's wake-up being in it? If that
 * is not yet so, have it so the next time.
 */
static bool loop_is_all(struct loop *loop, const GPollFD *fds, guint n)
{
	if (n != 2)
		return false;
	if (loop->wake.fd >= 0)
		return true;
	loop->wake.fd = fds[fds[0].fd == loop->epfd].fd;
	if (loop_add(loop, &loop->wake, EPOLLIN))
		loop->wake.fd = -1;
	return false;
}

/* What poll() would say, if the epoll set were all it were asked for. */
static void loop_answer(const struct loop *loop, GPollFD *fds, guint n)
{
	bool woken = false;
	guint j;
	int i;

	for (i = 0; i < loop->count; i++)
		woken |= loop->events[i].data.ptr == &loop->wake;
	for (j = 0; j < n; j++)
		fds[j].revents = (fds[j].fd == loop->wake.fd ? woken :
				  loop->count > woken) ? G_IO_IN : 0;
}

/* GLib's way to wait. Others wait for other files as well now and then: while a
 * connection is being made, for example.
 */
static gint loop_poll(GPollFD *fds, guint n, gint timeout)
{
	struct loop *loop = loop_default;
	int ret;

	if (loop_is_all(loop, fds, n)) {
		ret = loop_wait(loop, timeout);
		loop_answer(loop, fds, n);
		return ret;
	}
	ret = g_poll(fds, n, timeout);
	loop_wait(loop, 0);
	return ret;
}

struct loop *loop_new(void)
{
	struct loop *loop;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return NULL;
	loop = (struct loop *)g_source_new(&loop_funcs, sizeof(*loop));
	loop->epfd = fd;
	loop->wake.fd = -1;
	loop->wake.ready = loop_woken;
	g_queue_init(&loop->works);
	g_source_add_unix_fd(&loop->source, fd, G_IO_IN);
	/* Nobody does, but then GLib need not keep it from doing so, by taking
	 * its file out and putting it in again, with a wake-up for each.
	 */
	g_source_set_can_recurse(&loop->source, TRUE);
	g_source_attach(&loop->source, NULL);
	loop_default = loop;
	g_main_context_set_poll_func(NULL, loop_poll);
	return loop;
}

void loop_free(struct loop *loop)
{
	int fd = loop->epfd;

	g_main_context_set_poll_func(NULL, g_poll);
	loop_default = NULL;
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
