// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: what a frame costs through a hub, and through others */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

#define MAIN_LEN(array)	(sizeof(array) / sizeof((array)[0]))

static const struct bench_rival *const main_rivals[] = {
	&bench_vhub,
	&bench_ring_1,
	&bench_ring_16,
	&bench_ring_64,
	&bench_ring_256,
	&bench_tap,
	&bench_vde,
};

/* Each line for every rival that carries frames of that length. Frames a
 * receiver, fewer where they are dear: the figures repeat all the same.
 */
static const struct flood_plan main_floods[] = {
	{ .len = 64, .receivers = 1, .frames = 20000, .warmup = 2000 },
	{ .len = 64, .receivers = 1, .frames = 20000, .warmup = 2000,
	  .window = 64 },
	{ .len = 64, .receivers = 8, .frames = 8000, .warmup = 2000 },
	{ .len = 1500, .receivers = 1, .frames = 20000, .warmup = 2000 },
	{ .len = 1500, .receivers = 1, .frames = 20000, .warmup = 2000,
	  .window = 64 },
	{ .len = 1500, .receivers = 8, .frames = 8000, .warmup = 2000 },
	{ .len = BENCH_FRAME_MAX, .receivers = 1, .frames = 4000,
	  .warmup = 500 },
	{ .len = BENCH_FRAME_MAX, .receivers = 8, .frames = 500,
	  .warmup = 100 },
};

static const size_t main_lengths[] = { 64, 1500, BENCH_FRAME_MAX };

struct options {
	bool check;
	bool json;
	bool quick;
	char **systems;
	int n_systems;
};

static void main_usage(FILE *out)
{
	fputs("Usage: vhub-bench [OPTION]... [SYSTEM]...\n"
	      "\n"
	      "Measure as root what a frame costs on its way through SYSTEMs:\n"
	      "  memcpy   memcpy() alone\n"
	      "  vhub     the hub, by read() and write()\n"
	      "  ring-1, ring-16, ring-64, ring-256\n"
	      "           the hub, by rings, so many frames at a time\n"
	      "  tap      TAP devices on a Linux bridge\n"
	      "  vde      vde_switch as a hub\n"
	      "  attach   no frames: attaching 4096 ports to a hub\n"
	      "  parts    where the time of a frame goes, for vhub and tap\n"
	      "All but the last if none is given.\n"
	      "\n"
	      "  -c, --check  fail if a limit is not kept, or was to be measured\n"
	      "               and could not; a goal that is missed is no failure\n"
	      "  -j, --json   print the results as JSON after the table\n"
	      "  -q, --quick  64 and 1500 bytes to one receiver, nothing else\n"
	      "  -h, --help   this text\n"
	      "\n"
	      "Exit status: 0; 1 if --check found a limit missed; 2 if\n"
	      "something could not be measured.\n", out);
}

static bool main_known(const char *system)
{
	unsigned int i;

	if (!strcmp(system, "memcpy") || !strcmp(system, "attach") ||
	    !strcmp(system, "parts"))
		return true;
	for (i = 0; i < MAIN_LEN(main_rivals); i++)
		if (!strcmp(system, main_rivals[i]->name))
			return true;
	return false;
}

static void main_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "quick", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option, i;

	while ((option = getopt_long(argc, argv, "cjqh", longs, NULL)) >= 0) {
		switch (option) {
		case 'c':
			options->check = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'q':
			options->quick = true;
			break;
		case 'h':
			main_usage(stdout);
			exit(0);
		default:
			main_usage(stderr);
			exit(2);
		}
	}
	options->systems = argv + optind;
	options->n_systems = argc - optind;
	for (i = 0; i < options->n_systems; i++)
		if (!main_known(options->systems[i]))
			bench_die("no system \"%s\"", options->systems[i]);
}

static bool main_wanted(const struct options *options, const char *system)
{
	int i;

	if (!options->n_systems)
		return strcmp(system, "parts");
	for (i = 0; i < options->n_systems; i++)
		if (!strcmp(options->systems[i], system))
			return true;
	return false;
}

static void main_copy(struct results *results)
{
	struct result_copy *copy;
	unsigned int i;

	for (i = 0; i < MAIN_LEN(main_lengths); i++) {
		copy = &results->copies[results->n_copies++];
		copy->len = main_lengths[i];
		copy->ns = copy_run(copy->len);
		table_copy(copy);
	}
}

static bool main_is_quick(const struct flood_plan *plan)
{
	return plan->receivers == 1 && plan->len <= 1500;
}

static bool main_has_plan(const struct options *options,
			  const struct bench_rival *rival,
			  const struct flood_plan *plan)
{
	return plan->len <= rival->frame_max &&
	       (!options->quick || main_is_quick(plan));
}

static void main_flood(const struct bench_rival *rival,
		       struct result_flood *flood)
{
	flood->plan.rival = rival;
	if (flood->plan.window && rival->window)
		flood->plan.window = rival->window;
	if (flood->missing)
		return;
	flood_run(&flood->plan, &flood->result);
	table_flood(flood);
}

static void main_rival(const struct options *options,
		       const struct bench_rival *rival,
		       struct results *results)
{
	const char *why = rival->missing ? rival->missing() : NULL;
	struct result_flood *flood;
	unsigned int i;

	if (why)
		table_missing(rival, why);
	for (i = 0; i < MAIN_LEN(main_floods); i++) {
		if (!main_has_plan(options, rival, &main_floods[i]))
			continue;
		flood = &results->floods[results->n_floods++];
		flood->plan = main_floods[i];
		flood->missing = why;
		main_flood(rival, flood);
	}
}

static void main_parts(struct results *results)
{
	static const struct bench_rival *const rivals[] = {
		&bench_vhub,
		&bench_tap,
	};
	struct result_parts *parts;
	unsigned int i, j;

	parts_machine(&results->machine);
	for (i = 0; i < MAIN_LEN(rivals); i++) {
		for (j = 0; j < MAIN_LEN(main_lengths); j++) {
			parts = &results->parts[results->n_parts++];
			parts->rival = rivals[i];
			parts->len = main_lengths[j];
			parts_run(parts->rival, parts->len, &parts->costs);
		}
	}
	table_parts(results);
}

static void main_measure(const struct options *options,
			 struct results *results)
{
	unsigned int i;

	table_head();
	if (main_wanted(options, "memcpy"))
		main_copy(results);
	for (i = 0; i < MAIN_LEN(main_rivals); i++)
		if (main_wanted(options, main_rivals[i]->name))
			main_rival(options, main_rivals[i], results);
	if (main_wanted(options, "parts"))
		main_parts(results);
	if (main_wanted(options, "attach")) {
		attach_run(ATTACH_PORTS_MAX, &results->attach);
		table_attach(&results->attach);
	}
	table_limits(results);
}

int main(int argc, char **argv)
{
	static struct results results;
	struct options options = { 0 };

	main_options(&options, argc, argv);
	main_measure(&options, &results);
	if (options.json)
		json_write(&results, stdout);
	return options.check && !result_limits_met(&results);
}
