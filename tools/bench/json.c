// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: the results as JSON
 *
 * All strings are our own, or the kernel's release: there is nothing to quote.
 */
#include <sys/utsname.h>

#include "results.h"

static const char *json_next(unsigned int i)
{
	return i ? ",\n" : "\n";
}

static void json_copies(const struct results *results, FILE *out)
{
	unsigned int i;

	fprintf(out, "  \"memcpy\": [");
	for (i = 0; i < results->n_copies; i++)
		fprintf(out, "%s    {\"bytes\": %zu, \"ns_per_frame\": %.1f}",
			json_next(i), results->copies[i].len,
			results->copies[i].ns);
	fprintf(out, "\n  ],\n");
}

static void json_flood(const struct result_flood *flood, FILE *out)
{
	const struct flood_plan *plan = &flood->plan;
	const struct flood_result *result = &flood->result;

	fprintf(out,
		"    {\"system\": \"%s\", \"receivers\": %u, \"bytes\": %zu, \"window\": %lu,\n",
		plan->rival->name, plan->receivers, plan->len, plan->window);
	fprintf(out,
		"     \"ns\": %lu, \"sent\": %lu, \"delivered\": %lu, \"lost\": %lu, \"sleeps\": %lu,\n",
		result->ns, result->sent, result->delivered, result->lost,
		result->sleeps);
	fprintf(out, "     \"ns_per_frame\": %.1f}", result_flood_cost(flood));
}

static void json_floods(const struct results *results, FILE *out)
{
	unsigned int i, n = 0;

	fprintf(out, "  \"floods\": [");
	for (i = 0; i < results->n_floods; i++) {
		if (results->floods[i].missing)
			continue;
		fputs(json_next(n++), out);
		json_flood(&results->floods[i], out);
	}
	fprintf(out, "\n  ],\n");
}

static void json_echoes(const struct results *results, FILE *out)
{
	const struct result_echo *echo;
	unsigned int i;

	fprintf(out, "  \"round_trips\": [");
	for (i = 0; i < results->n_echoes; i++) {
		echo = &results->echoes[i];
		fprintf(out,
			"%s    {\"system\": \"%s\", \"bytes\": %zu, \"ns\": %.1f}",
			json_next(i), echo->rival->name, echo->len, echo->ns);
	}
	fprintf(out, "\n  ],\n");
}

static void json_tcps(const struct results *results, FILE *out)
{
	unsigned int i;

	fprintf(out, "  \"tcp\": [");
	for (i = 0; i < results->n_tcps; i++)
		fprintf(out,
			"%s    {\"system\": \"%s\", \"bits_per_second\": %.0f}",
			json_next(i), results->tcps[i].rival->name,
			results->tcps[i].bits);
	fprintf(out, "\n  ],\n");
}

static void json_stacks(const struct results *results, FILE *out)
{
	const struct result_stack *stack;
	unsigned int i, n = 0;

	fprintf(out, "  \"stacks\": [");
	for (i = 0; i < results->n_stacks; i++) {
		stack = &results->stacks[i];
		if (stack->missing)
			continue;
		fprintf(out,
			"%s    {\"system\": \"%s\", \"up_bits_per_second\": %.0f, \"down_bits_per_second\": %.0f, \"round_trip_ns\": %.0f}",
			json_next(n++), stack->rival->name, stack->up,
			stack->down, stack->ns);
	}
	fprintf(out, "\n  ],\n");
}

static void json_idles(const struct results *results, FILE *out)
{
	const struct result_idle *idle;
	unsigned int i;

	fprintf(out, "  \"idle_ports\": [");
	for (i = 0; i < results->n_idles; i++) {
		idle = &results->idles[i];
		fprintf(out,
			"%s    {\"system\": \"%s\", \"kind\": \"%s\", \"receives\": %s, \"ports\": %u, \"bytes\": %u, \"ns_per_frame\": %.1f}",
			json_next(i), idle->rival->name, idle->kind->name,
			idle->kind->receives ? "true" : "false", idle->ports,
			IDLE_LEN, idle->ns);
	}
	fprintf(out, "\n  ],\n");
}

static void json_wall(const struct result_wall *wall, FILE *out)
{
	const struct flood_plan *plan = &wall->plan;
	unsigned int i;

	fprintf(out,
		"    {\"system\": \"%s\", \"receivers\": %u, \"bytes\": %zu, \"window\": %lu,\n",
		plan->rival->name, plan->receivers, plan->len, plan->window);
	fprintf(out, "     \"frames_per_second\": %.0f, \"rounds\": [",
		result_wall_rate(wall));
	for (i = 0; i < RESULTS_ROUNDS; i++)
		fprintf(out, "%s%.0f", i ? ", " : "", wall->per_second[i]);
	fprintf(out, "],\n     \"sent\": %lu, \"lost\": %lu}", wall->sent,
		wall->lost);
}

static void json_walls(const struct results *results, FILE *out)
{
	unsigned int i, n = 0;

	fprintf(out, "  \"rates\": [");
	for (i = 0; i < results->n_walls; i++) {
		if (results->walls[i].missing)
			continue;
		fputs(json_next(n++), out);
		json_wall(&results->walls[i], out);
	}
	fprintf(out, "\n  ],\n");
}

static void json_parts(const struct results *results, FILE *out)
{
	const struct machine_costs *machine = &results->machine;
	const struct part_costs *costs;
	unsigned int i;

	if (!results->n_parts)
		return;
	fprintf(out,
		"  \"machine\": {\"syscall\": %.1f, \"null_write\": %.1f, \"wake\": %.1f},\n",
		machine->syscall, machine->null_write, machine->wake);
	fprintf(out, "  \"parts\": [");
	for (i = 0; i < results->n_parts; i++) {
		costs = &results->parts[i].costs;
		fprintf(out,
			"%s    {\"system\": \"%s\", \"bytes\": %zu, \"send_alone\": %.1f, \"send_queued\": %.1f, \"send_full\": %.1f,\n",
			json_next(i), results->parts[i].rival->name,
			results->parts[i].len, costs->send_alone,
			costs->send_queued, costs->send_full);
		fprintf(out,
			"     \"recv_queued\": %.1f, \"recv_empty\": %.1f, \"echo\": %.1f}",
			costs->recv_queued, costs->recv_empty, costs->echo);
	}
	fprintf(out, "\n  ],\n");
}

static void json_attach(const struct attach_result *attach, FILE *out)
{
	if (!attach->ports)
		return;
	fprintf(out,
		"  \"attach\": {\"ports\": %u, \"attach_ns\": %lu, \"detach_ns\": %lu, \"port_bytes\": %.0f, \"port_slab_bytes\": %.0f, \"port_percpu_bytes\": %.0f},\n",
		attach->ports, attach->attach_ns, attach->detach_ns,
		attach->bytes, attach->slab_bytes, attach->percpu_bytes);
}

static void json_limits(const struct results *results, FILE *out)
{
	const struct result_limit *limit;
	unsigned int n = 0;
	double value;

	fprintf(out, "  \"limits\": [");
	for (limit = result_limits; limit->name; limit++) {
		value = limit->value(results);
		if (value == RESULT_NOT_ASKED)
			continue;
		fprintf(out,
			"%s    {\"name\": \"%s\", \"unit\": \"%s\", \"goal\": %s, \"%s\": %g, ",
			json_next(n++), limit->name, limit->unit,
			limit->goal ? "true" : "false",
			limit->at_least ? "at_least" : "at_most", limit->limit);
		if (value < 0)
			fprintf(out, "\"value\": null, \"met\": null}");
		else
			fprintf(out, "\"value\": %.3f, \"met\": %s}", value,
				result_limit_met(limit, value) ?
				"true" : "false");
	}
	fprintf(out, "\n  ]\n");
}

/* Begins with a line of one brace, ends with another; see tools/bench/run. */
void json_write(const struct results *results, FILE *out)
{
	struct utsname name;

	uname(&name);
	fprintf(out, "{\n  \"kernel\": \"%s\",\n", name.release);
	json_copies(results, out);
	json_floods(results, out);
	json_echoes(results, out);
	json_tcps(results, out);
	json_stacks(results, out);
	json_idles(results, out);
	json_walls(results, out);
	json_parts(results, out);
	json_attach(&results->attach, out);
	json_limits(results, out);
	fprintf(out, "}\n");
	fflush(out);
}
