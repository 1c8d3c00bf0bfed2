// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: user stacks one after the other, as often as it takes
 *
 * By the clock each figure is the median of some rounds, and all stacks have a round
 * before all have the next: so both meet the same machine. Where time counts
 * instructions one round is as good as any.
 */
#include <stdlib.h>

#include "options.h"

#define STACKS_ROUNDS		5
#define STACKS_BYTES		(64 << 20)
#define STACKS_ECHOES		2000
/* Where each of them is emulated. */
#define STACKS_BYTES_FEW	(8 << 20)
#define STACKS_ECHOES_FEW	500

/* What a round is, and what came of all of them. */
struct stacks {
	size_t bytes;
	unsigned int echoes;
	unsigned int rounds;
	double up[RESULTS_STACKS][STACKS_ROUNDS];
	double down[RESULTS_STACKS][STACKS_ROUNDS];
	double ns[RESULTS_STACKS][STACKS_ROUNDS];
};

static const struct stack_rival *const stacks_rivals[RESULTS_STACKS] = {
	&stack_vhubd,
	&stack_slirp4netns,
};

static int stacks_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double stacks_median(double *rounds, unsigned int n)
{
	qsort(rounds, n, sizeof(*rounds), stacks_compare);
	return rounds[n / 2];
}

static void stacks_round(struct stacks *s, unsigned int i, unsigned int round)
{
	stack_open(stacks_rivals[i]);
	s->ns[i][round] = stack_echo(s->echoes);
	s->up[i][round] = stack_up(s->bytes);
	s->down[i][round] = stack_down(s->bytes);
	stack_close(stacks_rivals[i]);
}

static void stacks_rounds(struct stacks *s, const struct results *results)
{
	unsigned int round, i;

	for (round = 0; round < s->rounds; round++)
		for (i = 0; i < RESULTS_STACKS; i++)
			if (!results->stacks[i].missing)
				stacks_round(s, i, round);
}

static void stacks_result(struct stacks *s, unsigned int i,
			  struct result_stack *stack)
{
	if (stack->missing) {
		table_stack_missing(stack);
		return;
	}
	stack->up = stacks_median(s->up[i], s->rounds);
	stack->down = stacks_median(s->down[i], s->rounds);
	stack->ns = stacks_median(s->ns[i], s->rounds);
	table_stack(stack);
}

/**
 * measure_stacks() - measure user stacks
 * @options: are they asked for
 * @results: filled in
 */
void measure_stacks(const struct options *options, struct results *results)
{
	struct stacks s = {
		.bytes = options->wall ? STACKS_BYTES : STACKS_BYTES_FEW,
		.echoes = options->wall ? STACKS_ECHOES : STACKS_ECHOES_FEW,
		.rounds = options->wall ? STACKS_ROUNDS : 1,
	};
	struct result_stack *stack;
	unsigned int i;

	if (!options_wanted(options, "stacks"))
		return;
	results->stacks_wall = options->wall;
	results->n_stacks = RESULTS_STACKS;
	for (i = 0; i < RESULTS_STACKS; i++) {
		stack = &results->stacks[i];
		stack->rival = stacks_rivals[i];
		if (stack->rival->missing)
			stack->missing = stack->rival->missing();
	}
	table_stack_head();
	stacks_rounds(&s, results);
	for (i = 0; i < RESULTS_STACKS; i++)
		stacks_result(&s, i, &results->stacks[i]);
}
