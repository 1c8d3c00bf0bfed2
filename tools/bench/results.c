// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: what was measured, and how to find it */
#include <string.h>

#include "results.h"

/* One for each way that a frame takes: batches make none of one frame. */
const struct bench_rival *const result_echo_rivals[RESULTS_ECHOES] = {
	&bench_vhub,
	&bench_ring_1,
	&bench_tap,
	&bench_ovs,
	&bench_vde,
	&bench_user_1,
	&bench_lib_1,
};

const struct bench_rival *const result_tcp_rivals[RESULTS_TCPS] = {
	&bench_veth,
	&bench_veth_bridge,
	&bench_veth_hub,
	&bench_veth_switch,
};

const unsigned int result_idle_ports[RESULTS_IDLE_PORTS] = {
	0, 1, 16, 256, 1024
};

/* Enough to see that ports cost more than they did. */
bool result_idle_is_quick(const struct result_idle *idle)
{
	return idle->ports == 0 || idle->ports == 256;
}

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

/* The flood of the same kind, paced or not, or NULL if it was not asked for. */
const struct result_flood *result_find(const struct results *results,
				       const struct flood_plan *like)
{
	const struct flood_plan *plan;
	unsigned int i;

	for (i = 0; i < results->n_floods; i++) {
		plan = &results->floods[i].plan;
		if (plan->rival == like->rival && plan->len == like->len &&
		    plan->receivers == like->receivers &&
		    !plan->window == !like->window)
			return &results->floods[i];
	}
	return NULL;
}

const struct result_wall *result_find_wall(const struct results *results,
					   const struct flood_plan *like)
{
	const struct flood_plan *plan;
	unsigned int i;

	for (i = 0; i < results->n_walls; i++) {
		plan = &results->walls[i].plan;
		if (plan->rival == like->rival && plan->len == like->len &&
		    !plan->window == !like->window)
			return &results->walls[i];
	}
	return NULL;
}

/* NULL when it was not measured. */
const struct result_tcp *result_find_tcp(const struct results *results,
					 const struct bench_rival *rival)
{
	unsigned int i;

	for (i = 0; i < results->n_tcps; i++)
		if (results->tcps[i].rival == rival)
			return &results->tcps[i];
	return NULL;
}

/* NULL when it was not to be measured. */
const struct result_stack *result_find_stack(const struct results *results,
					     const struct stack_rival *rival)
{
	unsigned int i;

	for (i = 0; i < results->n_stacks; i++)
		if (results->stacks[i].rival == rival)
			return &results->stacks[i];
	return NULL;
}

double result_wall_rate(const struct result_wall *wall)
{
	return wall->per_second[RESULTS_ROUNDS / 2];
}

double result_wall_lost(const struct result_wall *wall)
{
	return (double)wall->lost / wall->sent;
}

/* Not every number of ports is measured in each run. */
const struct result_idle *result_find_idle(const struct results *results,
					   const struct bench_rival *rival,
					   const char *kind, unsigned int ports)
{
	const struct result_idle *idle;
	unsigned int i;

	for (i = 0; i < results->n_idles; i++) {
		idle = &results->idles[i];
		if (idle->rival == rival && !strcmp(idle->kind->name, kind) &&
		    idle->ports == ports)
			return idle;
	}
	return NULL;
}
