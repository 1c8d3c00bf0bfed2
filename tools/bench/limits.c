// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: the figures that the project promises */
#include "results.h"

#define LIMIT_WINDOW	64	/* of the paced floods in main.c */

double result_flood_cost(const struct result_flood *flood)
{
	return (double)flood->result.ns / flood->result.delivered;
}

/* Share of the frames that no receiver saw. */
double result_flood_lost(const struct result_flood *flood)
{
	return (double)flood->result.lost /
	       (flood->result.lost + flood->result.delivered);
}

/* The flood of the same kind, or NULL. */
const struct result_flood *result_find(const struct results *results,
				       const struct flood_plan *like)
{
	const struct flood_plan *plan;
	unsigned int i;

	for (i = 0; i < results->n_floods; i++) {
		plan = &results->floods[i].plan;
		if (plan->rival == like->rival && plan->len == like->len &&
		    plan->receivers == like->receivers &&
		    plan->window == like->window)
			return &results->floods[i];
	}
	return NULL;
}

static double limit_flood_cost(const struct results *results,
			       const struct bench_rival *rival, size_t len,
			       uint64_t window)
{
	const struct flood_plan like = {
		.rival = rival, .len = len, .receivers = 1, .window = window,
	};
	const struct result_flood *flood = result_find(results, &like);

	return flood ? result_flood_cost(flood) : -1;
}

static double limit_ratio_paced(const struct results *results, size_t len,
				uint64_t window)
{
	double ours = limit_flood_cost(results, &bench_vhub, len, window);
	double tap = limit_flood_cost(results, &bench_tap, len, window);

	return ours > 0 && tap > 0 ? tap / ours : -1;
}

/* A limit holds for a sender that runs free and for one that does not. */
static double limit_cost(const struct results *results, size_t len)
{
	double running = limit_flood_cost(results, &bench_vhub, len, 0);
	double paced = limit_flood_cost(results, &bench_vhub, len,
					LIMIT_WINDOW);

	return running > paced ? running : paced;
}

static double limit_ratio(const struct results *results, size_t len)
{
	double running = limit_ratio_paced(results, len, 0);
	double paced = limit_ratio_paced(results, len, LIMIT_WINDOW);

	return running < paced ? running : paced;
}

static double limit_cost_64(const struct results *results)
{
	return limit_cost(results, 64);
}

static double limit_cost_1500(const struct results *results)
{
	return limit_cost(results, 1500);
}

static double limit_ratio_64(const struct results *results)
{
	return limit_ratio(results, 64);
}

static double limit_ratio_1500(const struct results *results)
{
	return limit_ratio(results, 1500);
}

static double limit_attach(const struct results *results)
{
	const struct attach_result *attach = &results->attach;

	if (!attach->ports)
		return -1;
	return (attach->attach_ns + attach->detach_ns) / 1e9;
}

static double limit_memory(const struct results *results)
{
	return results->attach.ports ? results->attach.bytes / 1024 : -1;
}

/* Closed by an entry without a name. */
const struct result_limit result_limits[] = {
	{
		.name = "vhub_64", .title = "vhub, 1 receiver, 64 bytes",
		.unit = "ns", .limit = 7000, .value = limit_cost_64,
	}, {
		.name = "vhub_1500", .title = "vhub, 1 receiver, 1500 bytes",
		.unit = "ns", .limit = 8000, .value = limit_cost_1500,
	}, {
		.name = "tap_by_vhub_64",
		.title = "tap, bridge, tap to vhub, 64 bytes",
		.unit = "times", .limit = 1.5, .at_least = true,
		.value = limit_ratio_64,
	}, {
		.name = "tap_by_vhub_1500",
		.title = "tap, bridge, tap to vhub, 1500 bytes",
		.unit = "times", .limit = 1.5, .at_least = true,
		.value = limit_ratio_1500,
	}, {
		.name = "attach_detach_4096",
		.title = "attach and detach 4096 ports",
		.unit = "s", .limit = 2, .value = limit_attach,
	}, {
		.name = "port_memory", .title = "memory of an attached port",
		.unit = "KiB", .limit = 8, .value = limit_memory,
	},
	{ 0 }
};

bool result_limit_met(const struct result_limit *limit, double value)
{
	return limit->at_least ? value >= limit->limit : value <= limit->limit;
}

/* Are all limits kept that were measured? */
bool result_limits_met(const struct results *results)
{
	const struct result_limit *limit;
	double value;

	for (limit = result_limits; limit->name; limit++) {
		value = limit->value(results);
		if (value >= 0 && !result_limit_met(limit, value))
			return false;
	}
	return true;
}
