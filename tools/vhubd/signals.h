/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - signals, in the loop
 *
 * GLib would have a thread for them, and that had to give up its rights as well.
 */
#ifndef VHUBD_SIGNALS_H
#define VHUBD_SIGNALS_H

#include "loop.h"

/**
 * struct signals - those that we wait for
 * @file: to which their numbers are written
 * @loop: of which that is
 * @got: called for each
 * @write_fd: the other end of @file
 */
struct signals {
	struct loop_file file;
	struct loop *loop;
	void (*got)(struct signals *s, int number);
	int write_fd;
};

/* There can be one only. Return 0 or -errno. */
int signals_open(struct signals *s, struct loop *loop,
		 void (*got)(struct signals *s, int number));

/* Wait for that one, too. */
void signals_add(int number);

/* None comes any more: what does is lost. */
void signals_close(struct signals *s);

#endif /* VHUBD_SIGNALS_H */
