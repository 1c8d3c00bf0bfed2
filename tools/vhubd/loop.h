/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - files to wait for: an epoll set in one GSource
 *
 * GLib's main loop looks at each of its sources in each round; this one source
 * stands for all ports and links, and costs what is ready, not what there is.
 * What GLib itself waits for is in the set, too, as long as that is but its own
 * wake-up: so the process sleeps in epoll_wait(), and wakes up with what is ready.
 */
#ifndef VHUBD_LOOP_H
#define VHUBD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include <glib.h>

#define LOOP_EVENTS	64

/* What @member at @ptr is part of. */
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/**
 * struct loop_file - a file to wait for, part of what it belongs to
 * @fd: the file, which the loop does not close
 * @ready: called with EPOLL* when it is
 */
struct loop_file {
	int fd;
	void (*ready)(struct loop_file *file, uint32_t events);
};

/**
 * struct loop_work - something to do soon, part of what it belongs to
 * @run: does it
 * @node: of the loop
 * @queued: of the loop
 */
struct loop_work {
	void (*run)(struct loop_work *work);
	GList node;
	bool queued;
};

/**
 * struct loop - the epoll set
 * @source: what GLib knows of
 * @epfd: the epoll set
 * @wake: GLib's wake-up, in the set; not ours
 * @works: to be done in the next round
 * @events: what is ready in this round
 * @count: how many these are
 */
struct loop {
	GSource source;
	int epfd;
	struct loop_file wake;
	GQueue works;
	struct epoll_event events[LOOP_EVENTS];
	int count;
};

/* NULL with errno set. The loop is GLib's default context from then on. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Return 0 or -errno. */
int loop_add(struct loop *loop, struct loop_file *file, uint32_t events);
int loop_mod(struct loop *loop, struct loop_file *file, uint32_t events);

/* No ready() comes after this, even if the file was ready already. */
void loop_del(struct loop *loop, struct loop_file *file);

/* Run @work once, later, not from within this call. */
void loop_soon(struct loop *loop, struct loop_work *work);
void loop_cancel(struct loop *loop, struct loop_work *work);

#endif /* VHUBD_LOOP_H */
