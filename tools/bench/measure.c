// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: what is measured by instructions, and in which order */
#include <string.h>

#include "options.h"

#define MEASURE_LEN(array)	(sizeof(array) / sizeof((array)[0]))
#define MEASURE_ECHO_LEN	64
#define MEASURE_ECHO_COUNT	4000

/* Each line for every rival that carries frames of that length. Frames a
 * receiver, fewer where they are dear: the figures repeat all the same.
 */
static const struct flood_plan measure_floods[] = {
	{ .len = 64, .receivers = 1, .frames = 20000, .warmup = 2000 },
	{ .len = 64, .receivers = 1, .frames = 20000, .warmup = 2000,
	  .window = 64 },
	{ .len = 64, .receivers = 8, .frames = 8000, .warmup = 2000 },
	{ .len = 64, .receivers = 8, .frames = 8000, .warmup = 2000,
	  .window = 64 },
	{ .len = 1500, .receivers = 1, .frames = 20000, .warmup = 2000 },
	{ .len = 1500, .receivers = 1, .frames = 20000, .warmup = 2000,
	  .window = 64 },
	{ .len = 1500, .receivers = 8, .frames = 8000, .warmup = 2000 },
	{ .len = BENCH_FRAME_MAX, .receivers = 1, .frames = 4000,
	  .warmup = 500 },
	{ .len = BENCH_FRAME_MAX, .receivers = 8, .frames = 500,
	  .warmup = 100 },
};

static const size_t measure_lengths[] = { 64, 1500, BENCH_FRAME_MAX };

static void measure_copy(struct results *results)
{
	struct result_copy *copy;
	unsigned int i;

	for (i = 0; i < MEASURE_LEN(measure_lengths); i++) {
		copy = &results->copies[results->n_copies++];
		copy->len = measure_lengths[i];
		copy->ns = copy_run(copy->len);
		table_copy(copy);
	}
}

static bool measure_has_plan(const struct options *options,
			     const struct bench_rival *rival,
			     const struct flood_plan *plan)
{
	return plan->len <= rival->frame_max &&
	       (!rival->receivers_max ||
		plan->receivers <= rival->receivers_max) &&
	       (!options->quick ||
		(plan->receivers == 1 && plan->len <= 1500));
}

static void measure_flood(const struct bench_rival *rival,
			  struct result_flood *flood)
{
	flood->plan.rival = rival;
	if (flood->plan.window && flood->plan.window < rival->window)
		flood->plan.window = rival->window;
	if (flood->missing)
		return;
	flood_run(&flood->plan, &flood->result);
	table_flood(flood);
}

static void measure_rival(const struct options *options,
			  const struct bench_rival *rival,
			  struct results *results)
{
	const char *why = rival->missing ? rival->missing() : NULL;
	struct result_flood *flood;
	unsigned int i;

	if (why)
		table_missing(rival, why);
	for (i = 0; i < MEASURE_LEN(measure_floods); i++) {
		if (!measure_has_plan(options, rival, &measure_floods[i]))
			continue;
		flood = &results->floods[results->n_floods++];
		flood->plan = measure_floods[i];
		flood->missing = why;
		measure_flood(rival, flood);
	}
}

static void measure_echo(const struct options *options,
			 struct results *results)
{
	struct result_echo *echo;
	unsigned int i;

	table_echo_head();
	for (i = 0; i < RESULTS_ECHOES; i++) {
		echo = &results->echoes[results->n_echoes];
		echo->rival = result_echo_rivals[i];
		echo->len = MEASURE_ECHO_LEN;
		if (options->quick && echo->rival->setup != bench_vhub_setup)
			continue;
		if (echo->rival->missing && echo->rival->missing())
			continue;
		echo->ns = echo_run(echo->rival, echo->len, MEASURE_ECHO_COUNT);
		results->n_echoes++;
		table_echo(echo);
	}
}

static void measure_tcp(struct results *results)
{
	struct result_tcp *tcp;
	unsigned int i;

	table_tcp_head();
	results->tcp_missing = tcp_missing();
	if (results->tcp_missing)
		return;
	for (i = 0; i < RESULTS_TCPS; i++) {
		tcp = &results->tcps[results->n_tcps++];
		tcp->rival = result_tcp_rivals[i];
		tcp->bits = tcp_run(tcp->rival);
		table_tcp(tcp);
	}
}

static void measure_idle_kind(const struct options *options,
			      const struct bench_rival *rival,
			      const struct idle_kind *kind,
			      struct results *results)
{
	struct result_idle *idle;
	unsigned int i;

	for (i = 0; i < RESULTS_IDLE_PORTS; i++) {
		idle = &results->idles[results->n_idles];
		*idle = (struct result_idle){
			.rival = rival,
			.kind = kind,
			.ports = result_idle_ports[i],
		};
		if (options->quick && !result_idle_is_quick(idle))
			continue;
		idle->ns = idle_run(rival, kind, idle->ports);
		results->n_idles++;
	}
	table_idle(results, rival, kind);
}

static void measure_idle(const struct options *options,
			 struct results *results)
{
	static const struct bench_rival *const rivals[] = {
		&bench_vhub,
		&bench_ring_64,
	};
	unsigned int i, j;

	table_idle_head();
	for (i = 0; i < MEASURE_LEN(rivals); i++)
		for (j = 0; j < IDLE_KINDS; j++)
			measure_idle_kind(options, rivals[i], &idle_kinds[j],
					  results);
}

/**
 * measure_idle_user() - measure idle clients of the user hub
 * @options: are they asked for
 * @results: filled in
 */
void measure_idle_user(const struct options *options, struct results *results)
{
	results->idle_user = RESULT_NOT_ASKED;
	if (!options_wanted(options, "idle-user"))
		return;
	results->idle_user = idle_user_run();
	table_idle_user(results->idle_user);
}

static void measure_parts(struct results *results)
{
	static const struct bench_rival *const rivals[] = {
		&bench_vhub,
		&bench_tap,
	};
	struct result_parts *parts;
	unsigned int i, j;

	parts_machine(&results->machine);
	for (i = 0; i < MEASURE_LEN(rivals); i++) {
		for (j = 0; j < MEASURE_LEN(measure_lengths); j++) {
			parts = &results->parts[results->n_parts++];
			parts->rival = rivals[i];
			parts->len = measure_lengths[j];
			parts_run(parts->rival, parts->len, &parts->costs);
		}
	}
	table_parts(results);
}

/**
 * measure_instructions() - measure costs, where time counts instructions
 * @options: which
 * @results: filled in
 */
void measure_instructions(const struct options *options,
			  struct results *results)
{
	unsigned int i;

	table_head();
	if (options_wanted(options, "memcpy"))
		measure_copy(results);
	for (i = 0; options_rivals[i]; i++)
		if (options_wanted(options, options_rivals[i]->name))
			measure_rival(options, options_rivals[i], results);
	if (options_wanted(options, "echo"))
		measure_echo(options, results);
	if (options_wanted(options, "tcp"))
		measure_tcp(results);
	measure_stacks(options, results);
	if (options_wanted(options, "idle"))
		measure_idle(options, results);
	measure_idle_user(options, results);
	if (options_wanted(options, "parts"))
		measure_parts(results);
	if (options_wanted(options, "attach")) {
		attach_run(ATTACH_PORTS_MAX, &results->attach);
		table_attach(&results->attach);
	}
}
