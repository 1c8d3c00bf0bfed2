// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: the table on the terminal, a line as soon as it is known */
#include "results.h"

#define TABLE_LINE	"%-18s %9s %6s %9s %8s %8s %7s\n"

void table_head(void)
{
	printf("What a frame that arrives costs, all told\n\n");
	printf(TABLE_LINE, "system", "receivers", "bytes", "ns/frame", "lost",
	       "sleeps", "pacing");
	fflush(stdout);
}

void table_copy(const struct result_copy *copy)
{
	printf("%-18s %9s %6zu %9.0f\n", "memcpy alone", "", copy->len,
	       copy->ns);
	fflush(stdout);
}

void table_flood(const struct result_flood *flood)
{
	const struct flood_plan *plan = &flood->plan;
	const struct flood_result *result = &flood->result;

	printf("%-18s %9u %6zu %9.0f %6.1f %% %8.2f %7s\n", plan->rival->title,
	       plan->receivers, plan->len, result_flood_cost(flood),
	       100 * result_flood_lost(flood),
	       (double)result->sleeps / result->delivered,
	       plan->window ? "window" : "");
	fflush(stdout);
}

void table_missing(const struct bench_rival *rival, const char *why)
{
	printf("%-18s not measured: %s\n", rival->title, why);
}

void table_echo_head(void)
{
	printf("\nOne frame there and back, each side asleep until it comes\n\n");
	printf("%-18s %9s %6s %9s\n", "system", "", "bytes", "ns");
}

void table_echo(const struct result_echo *echo)
{
	printf("%-18s %9s %6zu %9.0f\n",
	       echo->rival == &bench_ring_1 ? "vhub, rings" :
	       echo->rival->title, "", echo->len, echo->ns);
	fflush(stdout);
}

void table_idle_head(void)
{
	unsigned int i;

	printf("\nWhat ports cost that nobody uses: ns/frame of %u bytes,\n",
	       IDLE_LEN);
	printf("one receiver, with so many idle ports besides\n\n");
	printf("%-18s %-39s", "system", "idle ports");
	for (i = 0; i < RESULTS_IDLE_PORTS; i++)
		printf(" %7u", result_idle_ports[i]);
	printf("\n");
}

void table_tcp_head(void)
{
	printf("\nTCP between two namespaces, by iperf3\n\n");
	printf("%-18s %16s\n", "system", "Mbit/s");
}

void table_tcp(const struct result_tcp *tcp)
{
	printf("%-18s %16.0f\n", tcp->rival->title, tcp->bits / 1e6);
	fflush(stdout);
}

void table_stack_head(void)
{
	printf("\nTCP through a user stack, from a namespace to its host, MTU %u\n\n",
	       STACK_MTU);
	printf("%-18s %11s %11s %14s\n", "system", "up, Mbit/s",
	       "down", "a byte, ns");
	fflush(stdout);
}

void table_stack(const struct result_stack *stack)
{
	printf("%-18s %11.0f %11.0f %14.0f\n", stack->rival->title,
	       stack->up / 1e6, stack->down / 1e6, stack->ns);
	fflush(stdout);
}

void table_stack_missing(const struct result_stack *stack)
{
	printf("%-18s not measured: %s\n", stack->rival->title,
	       stack->missing);
}

void table_idle(const struct results *results, const struct bench_rival *rival,
		const struct idle_kind *kind)
{
	const struct result_idle *idle;
	unsigned int i;

	printf("%-18s %-39s", rival->title, kind->title);
	for (i = 0; i < RESULTS_IDLE_PORTS; i++) {
		idle = result_find_idle(results, rival, kind->name,
					result_idle_ports[i]);
		if (idle)
			printf(" %7.0f", idle->ns);
		else
			printf(" %7s", "-");
	}
	printf("\n");
	fflush(stdout);
}

void table_idle_user(double share)
{
	printf("\n%u idle clients of vhubd: %.4f %% of a processor\n",
	       IDLE_USER_CLIENTS, share);
	fflush(stdout);
}

void table_wall_head(void)
{
	printf("\nFrames a second that arrive, two processors, one receiver\n\n");
	printf("%-18s %6s %9s %21s %8s %7s\n", "system", "bytes", "median",
	       "lowest and highest", "lost", "pacing");
}

void table_wall(const struct result_wall *wall)
{
	if (wall->missing)
		return;
	printf("%-18s %6zu %9.0f %10.0f %10.0f %6.1f %% %7s\n",
	       wall->plan.rival->title, wall->plan.len, result_wall_rate(wall),
	       wall->per_second[0], wall->per_second[RESULTS_ROUNDS - 1],
	       100 * result_wall_lost(wall),
	       wall->plan.window ? "window" : "");
	fflush(stdout);
}

/* Beside a bridge, in the same flood. */
static void table_wall_ratio(const struct results *results,
			     const struct result_wall *wall)
{
	struct flood_plan like = wall->plan;
	const struct result_wall *tap;

	like.rival = &bench_tap;
	tap = result_find_wall(results, &like);
	if (tap && !tap->missing && !wall->missing)
		printf("%-18s %6zu %9.2f %7s\n", wall->plan.rival->title,
		       wall->plan.len,
		       result_wall_rate(wall) / result_wall_rate(tap),
		       wall->plan.window ? "window" : "");
}

void table_wall_ratios(const struct results *results)
{
	unsigned int i;

	printf("\nThe same, in times of what a bridge carries\n\n");
	printf("%-18s %6s %9s %7s\n", "system", "bytes", "times", "pacing");
	for (i = 0; i < results->n_walls; i++)
		table_wall_ratio(results, &results->walls[i]);
	fflush(stdout);
}

void table_parts(const struct results *results)
{
	const struct machine_costs *machine = &results->machine;
	const struct part_costs *costs;
	unsigned int i;

	printf("\nParts, each measured alone\n\n");
	printf("getpid() %.0f, write() to /dev/null %.0f, ", machine->syscall,
	       machine->null_write);
	printf("wake a reader and switch to it %.0f\n", machine->wake);
	printf("%-18s %6s %8s %8s %8s %8s %8s %8s\n", "", "", "send,", "send,",
	       "send,", "receive,", "receive,", "send to");
	printf("%-18s %6s %8s %8s %8s %8s %8s %8s\n", "system", "bytes",
	       "no end", "queued", "full", "queued", "empty", "sleeper");
	for (i = 0; i < results->n_parts; i++) {
		costs = &results->parts[i].costs;
		printf("%-18s %6zu %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f\n",
		       results->parts[i].rival->title, results->parts[i].len,
		       costs->send_alone, costs->send_queued, costs->send_full,
		       costs->recv_queued, costs->recv_empty, costs->echo);
	}
	fflush(stdout);
}

void table_attach(const struct attach_result *attach)
{
	printf("\n%u ports: attached in %.3f s, detached in %.3f s\n",
	       attach->ports, attach->attach_ns / 1e9,
	       attach->detach_ns / 1e9);
	printf("memory of a port: %.0f bytes, of these %.0f in slabs, ",
	       attach->bytes, attach->slab_bytes);
	printf("%.0f for each processor\n", attach->percpu_bytes);
	fflush(stdout);
}

static const char *table_verdict(const struct result_limit *limit,
				 double value)
{
	if (value < 0)
		return "NOT MEASURED";
	if (result_limit_met(limit, value))
		return "ok";
	return limit->goal ? "missed: a goal yet" : "MISSED";
}

void table_limits(const struct results *results)
{
	const struct result_limit *limit;
	double value;

	printf("\n%-40s %9s %17s\n", "limit", "measured", "limit");
	for (limit = result_limits; limit->name; limit++) {
		value = limit->value(results);
		if (value == RESULT_NOT_ASKED)
			continue;
		printf("%-40s", limit->title);
		if (value < 0)
			printf(" %9s", "-");
		else
			printf(" %9.*f", value < 100 ? 2 : 0, value);
		printf(" %8s %8g %-5s  %s\n",
		       limit->at_least ? "at least" : "at most", limit->limit,
		       limit->unit, table_verdict(limit, value));
	}
	fflush(stdout);
}
