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

/**
 * struct stack_conn - a connection
 * @protocol: TCP, UDP or ICMP
 * @state: of TCP; of others how long it stays without a word
 * @has_hub: @src and @dst are known
 * @has_local: @local is known
 * @has_remote: @remote is known
 * @src: whence it comes on the hub; a port of 0 is none, here and below
 * @dst: where it goes there
 * @local: the host's address on the other side
 * @remote: who is there
 * @in: bytes that wait for the guest
 * @out: bytes that wait for the other side
 */
struct stack_conn {
	char protocol[8];
	char state[24];
	bool has_hub;
	bool has_local;
	bool has_remote;
	union forward_addr src;
	union forward_addr dst;
	union forward_addr local;
	union forward_addr remote;
	uint32_t in;
	uint32_t out;
};

/* What connections there are: an array of struct stack_conn, to be freed. */
GArray *stack_connections(const struct stack *stack);

/* Begin a forward; the port that the system chose is put into it. Return 0 or
 * -errno.
 */
int stack_forward(struct stack *stack, struct forward *forward);

/* End one that began; connections that came by it stay. Return 0 or -errno. */
int stack_unforward(struct stack *stack, const struct forward *forward);

#endif /* VHUBD_STACK_H */
