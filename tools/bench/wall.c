// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: frames a second by the clock, with sender and receiver on
 * processors of their own
 *
 * A frame that is lost is none that arrived. Each figure is the median of some
 * rounds; all systems have their first round before any has its second, so that
 * a machine that is busy for a while does so to all.
 */
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define WALL_ECHO_LEN	64
#define WALL_ECHO_COUNT	2000
/* Rings have done as many in a quarter of the time. */
#define WALL_FRAMES	10000
#define WALL_RING_FRAMES 60000
#define WALL_WINDOW	256	/* fits every queue on the way */

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
		      size_t len, uint64_t window)
{
	struct result_wall *wall = &results->walls[results->n_walls++];

	wall->plan = (struct flood_plan){
		.rival = rival,
		.len = len,
		.receivers = 1,
		.frames = rival->look_all ? WALL_RING_FRAMES : WALL_FRAMES,
		.warmup = 2000,
		.window = window,
	};
	wall->missing = rival->missing && rival->missing();
	if (window && rival->window)
		wall->plan.window = 2 * rival->window;
}

static void wall_plan_all(const struct options *options,
			  struct results *results)
{
	const struct bench_rival *rival;
	unsigned int i;

	for (i = 0; options_rivals[i]; i++) {
		rival = options_rivals[i];
		if (!options_wanted(options, rival->name))
			continue;
		if (rival->missing && rival->missing())
			table_missing(rival, rival->missing());
		wall_plan(results, rival, 64, 0);
		wall_plan(results, rival, 64, WALL_WINDOW);
		wall_plan(results, rival, 1500, 0);
		wall_plan(results, rival, 1500, WALL_WINDOW);
	}
}

static void wall_flood(struct result_wall *wall, unsigned int round)
{
	struct flood_result result;

	flood_run(&wall->plan, &result);
	wall->per_second[round] = 1e9 * result.delivered / result.ns;
	wall->sent += result.sent;
	wall->lost += result.lost;
}

static void wall_floods(struct results *results)
{
	unsigned int i, round;

	for (round = 0; round < RESULTS_ROUNDS; round++)
		for (i = 0; i < results->n_walls; i++)
			if (!results->walls[i].missing)
				wall_flood(&results->walls[i], round);
	table_wall_head();
	for (i = 0; i < results->n_walls; i++) {
		if (results->walls[i].missing)
			continue;
		wall_sort(results->walls[i].per_second);
		table_wall(results, &results->walls[i]);
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
	wall_plan_all(options, results);
	if (results->n_walls)
		wall_floods(results);
	if (options_wanted(options, "echo"))
		wall_echoes(results);
}
