/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: user stacks, between a network namespace and its host */
#ifndef BENCH_STACK_H
#define BENCH_STACK_H

#include <stddef.h>

/* Of both, as far as it is ours to say. */
#define STACK_MTU	1500

/**
 * struct stack_rival - a user stack to measure
 * @name: key in the results
 * @title: in the table
 * @missing: why it cannot be had on this machine, or NULL; optional
 * @setup: have it serve the namespace that stack_open() made
 * @teardown: end it
 */
struct stack_rival {
	const char *name;
	const char *title;
	const char *(*missing)(void);
	void (*setup)(void);
	void (*teardown)(void);
};

extern const struct stack_rival stack_vhubd;
extern const struct stack_rival stack_slirp4netns;

/* The namespace, a stack for it, and a server on the host; and their end. */
void stack_open(const struct stack_rival *rival);
void stack_close(const struct stack_rival *rival);

/* Bits a second of so many bytes, from the namespace to the host and back. */
double stack_up(size_t bytes);
double stack_down(size_t bytes);

/* Nanoseconds that a byte takes there and back, of so many in turn. */
double stack_echo(unsigned int count);

#endif /* BENCH_STACK_H */
