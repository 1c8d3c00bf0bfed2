/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: what was measured, the limits, table and JSON */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "bench.h"
#include "stack.h"

#define RESULTS_FLOODS_MAX	256
#define RESULTS_COPIES_MAX	4
#define RESULTS_PARTS_MAX	16
#define RESULTS_ECHOES		7
#define RESULTS_TCPS		4
#define RESULTS_STACKS		2
#define RESULTS_IDLE_PORTS	5	/* numbers of idle ports */
#define RESULTS_IDLES_MAX	(2 * IDLE_KINDS * RESULTS_IDLE_PORTS)
#define RESULTS_WALLS_MAX	128
#define RESULTS_ROUNDS		3

/**
 * struct result_flood - a flood that was asked for
 * @plan: what was to be done
 * @missing: it could not, as this machine lacks the system
 * @result: what came of it
 */
struct result_flood {
	struct flood_plan plan;
	bool missing;
	struct flood_result result;
};

struct result_copy {
	size_t len;
	double ns;
};

struct result_parts {
	const struct bench_rival *rival;
	size_t len;
	struct part_costs costs;
};

/**
 * struct result_echo - a frame there and back
 * @rival: through what
 * @len: bytes of the frame
 * @ns: nanoseconds, both ways
 */
struct result_echo {
	const struct bench_rival *rival;
	size_t len;
	double ns;
};

/**
 * struct result_tcp - a stream from one host to another
 * @rival: what joins them
 * @bits: that arrive in a second
 */
struct result_tcp {
	const struct bench_rival *rival;
	double bits;
};

/**
 * struct result_stack - a user stack
 * @rival: it
 * @missing: why it was not measured, or NULL
 * @up: bits a second from a namespace to its host
 * @down: and back
 * @ns: nanoseconds of a byte there and back
 */
struct result_stack {
	const struct stack_rival *rival;
	const char *missing;
	double up;
	double down;
	double ns;
};

/**
 * struct result_idle - a frame through a hub with idle ports
 * @rival: how sender and receiver are attached
 * @kind: the idle ports
 * @ports: their number
 * @ns: nanoseconds a frame
 */
struct result_idle {
	const struct bench_rival *rival;
	const struct idle_kind *kind;
	unsigned int ports;
	double ns;
};

/**
 * struct result_wall - floods by the clock
 * @plan: of each
 * @missing: not measured, as this machine lacks the system
 * @per_second: frames that arrived in a second, of each round, in rising order
 * @sent: frames of all rounds
 * @lost: of these
 */
struct result_wall {
	struct flood_plan plan;
	bool missing;
	double per_second[RESULTS_ROUNDS];
	uint64_t sent;
	uint64_t lost;
};

/**
 * struct results - all that a run measured
 * @attach: of no ports when it was not measured
 * @tcp_missing: it was to be measured, and this machine lacks what it needs
 * @stacks_wall: they were measured by the clock
 * @machine: measured when there are @parts
 * @idle_user: share of a processor that vhubd uses beside idle clients, in
 *	percent; RESULT_NOT_ASKED if not measured
 */
struct results {
	struct result_flood floods[RESULTS_FLOODS_MAX];
	unsigned int n_floods;
	struct result_copy copies[RESULTS_COPIES_MAX];
	unsigned int n_copies;
	struct result_parts parts[RESULTS_PARTS_MAX];
	unsigned int n_parts;
	struct result_echo echoes[RESULTS_ECHOES];
	unsigned int n_echoes;
	struct result_tcp tcps[RESULTS_TCPS];
	unsigned int n_tcps;
	bool tcp_missing;
	struct result_stack stacks[RESULTS_STACKS];
	unsigned int n_stacks;
	bool stacks_wall;
	struct result_idle idles[RESULTS_IDLES_MAX];
	unsigned int n_idles;
	struct result_wall walls[RESULTS_WALLS_MAX];
	unsigned int n_walls;
	struct machine_costs machine;
	struct attach_result attach;
	double idle_user;
};

/* Values of a limit of which there is none. */
#define RESULT_NOT_ASKED	(-1.0)
#define RESULT_NOT_MEASURED	(-2.0)

/**
 * struct result_limit - a figure that has to be at most, or at least, another
 * @name: key in the results
 * @title: in the table
 * @unit: of the figures
 * @limit: the figure to reach
 * @at_least: more is better
 * @goal: not reached by all that is there: a miss is shown, but is no failure
 * @value: get the figure; RESULT_NOT_ASKED if the run was not to measure it,
 *	RESULT_NOT_MEASURED if it was, and could not
 */
struct result_limit {
	const char *name;
	const char *title;
	const char *unit;
	double limit;
	bool at_least;
	bool goal;
	double (*value)(const struct results *results);
};

extern const struct result_limit result_limits[];
extern const struct bench_rival *const result_echo_rivals[RESULTS_ECHOES];
extern const struct bench_rival *const result_tcp_rivals[RESULTS_TCPS];
extern const unsigned int result_idle_ports[RESULTS_IDLE_PORTS];

double result_flood_cost(const struct result_flood *flood);
double result_flood_lost(const struct result_flood *flood);
const struct result_flood *result_find(const struct results *results,
				       const struct flood_plan *like);
const struct result_wall *result_find_wall(const struct results *results,
					   const struct flood_plan *like);
const struct result_idle *result_find_idle(const struct results *results,
					   const struct bench_rival *rival,
					   const char *kind,
					   unsigned int ports);
const struct result_stack *result_find_stack(const struct results *results,
					     const struct stack_rival *rival);
const struct result_tcp *result_find_tcp(const struct results *results,
					 const struct bench_rival *rival);
double result_wall_rate(const struct result_wall *wall);
double result_wall_lost(const struct result_wall *wall);
bool result_idle_is_quick(const struct result_idle *idle);
bool result_limit_met(const struct result_limit *limit, double value);
bool result_limits_met(const struct results *results);

void table_head(void);
void table_copy(const struct result_copy *copy);
void table_flood(const struct result_flood *flood);
void table_missing(const struct bench_rival *rival, const char *why);
void table_echo_head(void);
void table_echo(const struct result_echo *echo);
void table_tcp_head(void);
void table_tcp(const struct result_tcp *tcp);
void table_stack_head(void);
void table_stack(const struct result_stack *stack);
void table_stack_missing(const struct result_stack *stack);
void table_idle_head(void);
void table_idle(const struct results *results, const struct bench_rival *rival,
		const struct idle_kind *kind);
void table_wall_head(void);
void table_wall(const struct result_wall *wall);
void table_wall_ratios(const struct results *results);
void table_idle_user(double share);
void table_parts(const struct results *results);
void table_attach(const struct attach_result *attach);
void table_limits(const struct results *results);
void json_write(const struct results *results, FILE *out);

#endif /* BENCH_RESULTS_H */
