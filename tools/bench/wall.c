// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: frames a second by the clock, with sender and receiver on
 * a processor of their own each
 *
 * A frame that is lost is none that arrived. Each figure is the median of some
 * rounds. All floods of a system have a round, then all have the next, so that
 * a machine that is busy for a while does not spoil one figure alone.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define WALL_ECHO_LEN	64
#define WALL_ECHO_COUNT	500
/* Rings are done sooner. Twice the window fits every queue of the kernel. */
#define WALL_FRAMES	10000
#define WALL_WINDOW	256
#define WALL_RING_FRAMES 40000
#define WALL_RING_WINDOW 1024
#define WALL_LONGER	10

static int wall_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Rounds in order, so that the first, middle and last can be had. */
static void wall_sort(double *rounds)
{
	qsort(rounds, RESULTS_ROUNDS, sizeof(*rounds), wall_compare);
}

static void wall_plan(struct results *results, const struct bench_rival *rival,
		      size_t len, bool paced, bool longer)
{
	uint64_t window = rival->rings ? WALL_RING_WINDOW : WALL_WINDOW;
	struct result_wall *wall = &results->walls[results->n_walls++];

	if (rival->queue)
		window = rival->queue / 2;
	wall->plan = (struct flood_plan){
		.rival = rival,
		.len = len,
		.receivers = 1,
		.frames = rival->rings ? WALL_RING_FRAMES : WALL_FRAMES,
		.warmup = 2000,
		.window = paced ? window : 0,
	};
	if (longer)
		wall->plan.frames *= WALL_LONGER;
}

static void (*wall_open_base)(struct bench_end *end, unsigned int i);

/* For rounds in a network that is there, and stays. */
static void wall_keep_up(unsigned int ends)
{
	(void)ends;
}

static void wall_keep(void)
{
}

/* The sender on one processor, the receiver on the other. */
static void wall_open(struct bench_end *end, unsigned int i)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bench_die("processor %u: %s", i, strerror(errno));
	wall_open_base(end, i);
}

static void wall_open_any(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	sched_setaffinity(0, sizeof(set), &set);
}

static void wall_flood(struct result_wall *wall, unsigned int round)
{
	struct bench_rival network = *wall->plan.rival;
	struct flood_plan plan = wall->plan;
	struct flood_result result;

	wall_open_base = network.open;
	network.open = wall_open;
	network.setup = wall_keep_up;
	network.teardown = wall_keep;
	plan.rival = &network;
	flood_run(&plan, &result);
	wall_open_any();
	wall->per_second[round] = 1e9 * result.delivered / result.ns;
	wall->sent += result.sent;
	wall->lost += result.lost;
}

/* All floods of a system have a round, then all have the next: a machine that
 * is busy for a while does not spoil one figure alone.
 */
static void wall_floods(struct result_wall *walls, unsigned int n)
{
	unsigned int round, i;

	for (round = 0; round < RESULTS_ROUNDS; round++)
		for (i = 0; i < n; i++)
			wall_flood(&walls[i], round);
	for (i = 0; i < n; i++)
		wall_sort(walls[i].per_second);
}

static void wall_rival(struct results *results, const struct bench_rival *rival,
		       bool longer)
{
	const char *why = rival->missing ? rival->missing() : NULL;
	unsigned int i, first = results->n_walls;

	wall_plan(results, rival, 64, false, longer);
	wall_plan(results, rival, 64, true, longer);
	wall_plan(results, rival, 1500, false, longer);
	wall_plan(results, rival, 1500, true, longer);
	if (why) {
		table_missing(rival, why);
	} else {
		rival->setup(2);
		wall_floods(&results->walls[first], results->n_walls - first);
		rival->teardown();
	}
	for (i = first; i < results->n_walls; i++) {
		results->walls[i].missing = why;
		table_wall(&results->walls[i]);
	}
}

static void wall_echo(struct result_echo *echo)
{
	double rounds[RESULTS_ROUNDS];
	unsigned int i;

	for (i = 0; i < RESULTS_ROUNDS; i++)
		rounds[i] = echo_run(echo->rival, echo->len, WALL_ECHO_COUNT);
	wall_sort(rounds);
	echo->ns = rounds[RESULTS_ROUNDS / 2];
}

static void wall_echoes(struct results *results)
{
	struct result_echo *echo;
	unsigned int i;

	table_echo_head();
	for (i = 0; i < RESULTS_ECHOES; i++) {
		echo = &results->echoes[results->n_echoes];
		echo->rival = result_echo_rivals[i];
		echo->len = WALL_ECHO_LEN;
		if (echo->rival->missing && echo->rival->missing())
			continue;
		wall_echo(echo);
		results->n_echoes++;
		table_echo(echo);
	}
}

/**
 * measure_wall() - measure frames a second, where time is time
 * @options: of which systems
 * @results: filled in
 */
void measure_wall(const struct options *options, struct results *results)
{
	unsigned int i;

	table_wall_head();
	for (i = 0; options_rivals[i]; i++)
		if (options_wanted(options, options_rivals[i]->name))
			wall_rival(results, options_rivals[i],
				   options->longer);
	table_wall_ratios(results);
	if (options_wanted(options, "echo"))
		wall_echoes(results);
	measure_stacks(options, results);
	measure_idle_user(options, results);
}
