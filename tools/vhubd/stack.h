/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - libslirp, a network stack in this process, in our loop */
#ifndef VHUBD_STACK_H
#define VHUBD_STACK_H

#include <sys/types.h>

#include "loop.h"
#include "user_config.h"

struct Slirp;

/**
 * struct stack - the stack
 * @output: called with a frame that it has for guests, not from within
 *	stack_input() alone; the bytes are the callee's no longer than that
 * @settled: called when what stack_input() has brought about is done
 * @slirp: libslirp's
 * @loop: where files are waited for
 * @files: struct stack_file by the file's number, or NULL
 * @work: to have libslirp look at its files
 * @timer: when it wants to do so if nothing happens
 */
struct stack {
	void (*output)(struct stack *stack, const void *frame, size_t len);
	void (*settled)(struct stack *stack);
	struct Slirp *slirp;
	struct loop *loop;
	GPtrArray *files;
	struct loop_work work;
	GSource *timer;
};

/* Begin with one of zeros but for its functions. False after setting the error. */
bool stack_open(struct stack *stack, struct loop *loop,
		const struct user_config *config, GError **error);

/* Also one that was not opened. */
void stack_close(struct stack *stack);

/* A frame of a guest. */
void stack_input(struct stack *stack, const void *frame, size_t len);

/* Call @say for each connection, with a text about it. */
void stack_connections(struct stack *stack,
		       void (*say)(void *data, const char *text), void *data);

/* Begin a forward. Return 0 or -errno. */
int stack_forward(struct stack *stack, const struct forward *forward);

#endif /* VHUBD_STACK_H */
