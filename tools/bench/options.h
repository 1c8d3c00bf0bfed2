/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: what to measure */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "results.h"

struct options {
	bool check;
	bool json;
	bool quick;
	bool wall;
	bool longer;
	char **systems;
	int n_systems;
};

/* Closed by NULL. */
extern const struct bench_rival *const options_rivals[];

void options_read(struct options *options, int argc, char **argv);
bool options_wanted(const struct options *options, const char *system);

void measure_instructions(const struct options *options,
			  struct results *results);
void measure_idle_user(const struct options *options,
		       struct results *results);
void measure_stacks(const struct options *options, struct results *results);
void measure_wall(const struct options *options, struct results *results);

#endif /* BENCH_OPTIONS_H */
