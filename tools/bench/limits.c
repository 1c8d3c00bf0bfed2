// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: the figures that the project promises */
#include "results.h"

/* Of two figures the worse one; the better one is no excuse for a lack. */
static double limit_worse(double a, double b, bool at_least)
{
	if (a < 0 || b < 0)
		return a < b ? a : b;
	return (a < b) == at_least ? a : b;
}

static double limit_flood_cost(const struct results *results,
			       const struct flood_plan *like)
{
	const struct result_flood *flood = result_find(results, like);

	if (!flood)
		return RESULT_NOT_ASKED;
	return flood->missing ? RESULT_NOT_MEASURED : result_flood_cost(flood);
}

static double limit_cost_one(const struct results *results,
			     const struct bench_rival *rival, size_t len,
			     bool paced)
{
	const struct flood_plan like = {
		.rival = rival, .len = len, .receivers = 1, .window = paced,
	};

	return limit_flood_cost(results, &like);
}

/* What a frame costs through @other, by what it costs through @ours. A figure
 * that nobody asked for makes a ratio that nobody asked for.
 */
static double limit_times(const struct results *results,
			  const struct bench_rival *other,
			  const struct bench_rival *ours, size_t len,
			  bool paced)
{
	double theirs = limit_cost_one(results, other, len, paced);
	double cost = limit_cost_one(results, ours, len, paced);

	if (cost == RESULT_NOT_ASKED || theirs == RESULT_NOT_ASKED)
		return RESULT_NOT_ASKED;
	if (cost < 0 || theirs < 0)
		return RESULT_NOT_MEASURED;
	return theirs / cost;
}

static double limit_ratio_one(const struct results *results, size_t len,
			      bool paced)
{
	return limit_times(results, &bench_tap, &bench_vhub, len, paced);
}

/* A limit holds for a sender that runs free and for one that does not. */
static double limit_cost(const struct results *results, size_t len)
{
	return limit_worse(limit_cost_one(results, &bench_vhub, len, false),
			   limit_cost_one(results, &bench_vhub, len, true),
			   false);
}

static double limit_ratio(const struct results *results, size_t len)
{
	return limit_worse(limit_ratio_one(results, len, false),
			   limit_ratio_one(results, len, true), true);
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

/* Rings are judged with a sender that is paced: how often one that runs free
 * overruns its receiver is the scheduler's mood, on one processor.
 */
static double limit_ring_64(const struct results *results)
{
	return limit_cost_one(results, &bench_ring_64, 64, true);
}

static double limit_ring_256(const struct results *results)
{
	return limit_cost_one(results, &bench_ring_256, 64, true);
}

static double limit_ring_1500(const struct results *results)
{
	return limit_cost_one(results, &bench_ring_64, 1500, true);
}

static double limit_ring_flood(const struct results *results)
{
	const struct flood_plan like = {
		.rival = &bench_ring_64, .len = 64, .receivers = 8,
		.window = true,
	};

	return limit_flood_cost(results, &like);
}

/* What a frame costs in a large table, by what it costs in a small one. */
static double limit_switch(const struct results *results)
{
	double large = limit_cost_one(results, &bench_switch_10000, 64, true);
	double small = limit_cost_one(results, &bench_switch_2, 64, true);

	return large < 0 || small < 0 ? RESULT_NOT_ASKED : large / small;
}

/* What it costs to forward a frame, beside what it costs two hosts to send it and
 * to receive it. RESULT_* when there is no figure.
 */
static double limit_forwarding(const struct results *results,
			       const struct bench_rival *rival)
{
	double all = limit_cost_one(results, rival, 64, true);
	double hosts = limit_cost_one(results, &bench_veth, 64, true);

	return all < 0 || hosts < 0 ? RESULT_NOT_ASKED : all - hosts;
}

static double limit_forwarding_ratio(const struct results *results)
{
	double bridge = limit_forwarding(results, &bench_veth_bridge);
	double hub = limit_forwarding(results, &bench_veth_hub);

	return bridge < 0 || hub < 0 ? RESULT_NOT_ASKED : hub / bridge;
}

static double limit_tcp(const struct results *results)
{
	const struct result_tcp *hub, *bridge;

	if (results->tcp_missing)
		return RESULT_NOT_MEASURED;
	hub = result_find_tcp(results, &bench_veth_hub);
	bridge = result_find_tcp(results, &bench_veth_bridge);
	return hub && bridge ? hub->bits / bridge->bits : RESULT_NOT_ASKED;
}

/* By the clock a machine that is busy spoils these, by instructions nothing does. */
static double limit_stacks(const struct results *results, bool wall,
			   double (*figure)(const struct result_stack *stack))
{
	const struct result_stack *ours, *theirs;

	ours = result_find_stack(results, &stack_vhubd);
	theirs = result_find_stack(results, &stack_slirp4netns);
	if (!ours || !theirs || results->stacks_wall != wall)
		return RESULT_NOT_ASKED;
	if (ours->missing || theirs->missing)
		return RESULT_NOT_MEASURED;
	return figure(ours) / figure(theirs);
}

static double limit_stack_up_of(const struct result_stack *stack)
{
	return stack->up;
}

static double limit_stack_down_of(const struct result_stack *stack)
{
	return stack->down;
}

static double limit_stack_ns_of(const struct result_stack *stack)
{
	return stack->ns;
}

static double limit_stack_up(const struct results *results)
{
	return limit_stacks(results, false, limit_stack_up_of);
}

static double limit_stack_down(const struct results *results)
{
	return limit_stacks(results, false, limit_stack_down_of);
}

static double limit_stack_ns(const struct results *results)
{
	return limit_stacks(results, false, limit_stack_ns_of);
}

static double limit_stack_up_wall(const struct results *results)
{
	return limit_stacks(results, true, limit_stack_up_of);
}

static double limit_stack_down_wall(const struct results *results)
{
	return limit_stacks(results, true, limit_stack_down_of);
}

static double limit_stack_ns_wall(const struct results *results)
{
	return limit_stacks(results, true, limit_stack_ns_of);
}

static double limit_idle_ns(const struct results *results,
			    const struct bench_rival *rival, const char *kind,
			    unsigned int ports)
{
	const struct result_idle *idle = result_find_idle(results, rival, kind,
							  ports);

	return idle ? idle->ns : RESULT_NOT_ASKED;
}

/* A frame beside the most ports, in frames beside none. */
static double limit_idle(const struct results *results, const char *kind)
{
	double none = limit_idle_ns(results, &bench_vhub, kind, 0);
	double many = limit_idle_ns(results, &bench_vhub, kind,
				    IDLE_PORTS_MAX);

	return none < 0 || many < 0 ? RESULT_NOT_ASKED : many / none;
}

static double limit_idle_elsewhere(const struct results *results)
{
	return limit_idle(results, "elsewhere");
}

static double limit_idle_unplugged(const struct results *results)
{
	return limit_idle(results, "unplugged");
}

static double limit_idle_send_only(const struct results *results)
{
	return limit_idle(results, "send_only");
}

/* What vde_switch costs, in times of the user hub between two QEMUs. */
static double limit_user_one(const struct results *results, size_t len,
			     bool paced)
{
	return limit_times(results, &bench_vde, &bench_user_1, len, paced);
}

static double limit_user_64(const struct results *results)
{
	return limit_user_one(results, 64, true);
}

static double limit_user_1500(const struct results *results)
{
	return limit_user_one(results, 1500, true);
}

static double limit_user_free(const struct results *results)
{
	return limit_worse(limit_user_one(results, 64, false),
			   limit_user_one(results, 1500, false), true);
}

/* By the worse of both ways to send. */
static double limit_times_both(const struct results *results,
			       const struct bench_rival *other,
			       const struct bench_rival *ours, size_t len)
{
	return limit_worse(limit_times(results, other, ours, len, true),
			   limit_times(results, other, ours, len, false),
			   true);
}

/* The same between two users of libvhub. */
static double limit_lib_64(const struct results *results)
{
	return limit_times_both(results, &bench_vde, &bench_lib_64, 64);
}

static double limit_lib_1500(const struct results *results)
{
	return limit_times_both(results, &bench_vde, &bench_lib_64, 1500);
}

static double limit_hubport_64(const struct results *results)
{
	return limit_times_both(results, &bench_hubport, &bench_user_tcp, 64);
}

static double limit_hubport_1500(const struct results *results)
{
	return limit_times_both(results, &bench_hubport, &bench_user_tcp, 1500);
}

/* Nothing is, of frames that did not come faster than they can go. */
static double limit_user_lost(const struct results *results)
{
	const struct result_flood *flood = results->floods;
	const struct result_wall *wall = results->walls;
	bool asked = false;
	double lost = 0;
	unsigned int i;

	for (i = 0; i < results->n_floods; i++, flood++) {
		if (!flood->plan.window || !flood->plan.rival->user)
			continue;
		asked = true;
		lost += flood->result.lost;
	}
	for (i = 0; i < results->n_walls; i++, wall++) {
		if (!wall->plan.window || !wall->plan.rival->user)
			continue;
		asked = true;
		lost += wall->lost;
	}
	return asked ? lost : RESULT_NOT_ASKED;
}

static double limit_idle_user(const struct results *results)
{
	return results->idle_user;
}

/* Frames a second through @ours, by those through @other. */
static double limit_wall_times(const struct results *results,
			       const struct bench_rival *ours,
			       const struct bench_rival *other, size_t len,
			       bool paced)
{
	struct flood_plan like = {
		.len = len, .receivers = 1, .window = paced,
	};
	const struct result_wall *rate, *theirs;

	like.rival = ours;
	rate = result_find_wall(results, &like);
	like.rival = other;
	theirs = result_find_wall(results, &like);
	if (!rate || !theirs)
		return RESULT_NOT_ASKED;
	if (rate->missing || theirs->missing)
		return RESULT_NOT_MEASURED;
	return result_wall_rate(rate) / result_wall_rate(theirs);
}

static double limit_user_wall_one(const struct results *results, size_t len)
{
	return limit_wall_times(results, &bench_user_1, &bench_vde, len, false);
}

static double limit_user_wall(const struct results *results)
{
	return limit_worse(limit_user_wall_one(results, 64),
			   limit_user_wall_one(results, 1500), true);
}

static double limit_lib_wall(const struct results *results)
{
	return limit_worse(limit_wall_times(results, &bench_lib_64,
					    &bench_vde, 64, false),
			   limit_wall_times(results, &bench_lib_64,
					    &bench_vde, 1500, false), true);
}

static double limit_hubport_wall(const struct results *results)
{
	return limit_worse(limit_wall_times(results, &bench_user_tcp,
					    &bench_hubport, 64, false),
			   limit_wall_times(results, &bench_user_tcp,
					    &bench_hubport, 1500, false),
			   true);
}

static double limit_wall_one(const struct results *results, bool paced)
{
	return limit_wall_times(results, &bench_ring_64, &bench_tap, 64, paced);
}

static double limit_wall(const struct results *results)
{
	return limit_wall_one(results, false);
}

static double limit_wall_paced(const struct results *results)
{
	return limit_wall_one(results, true);
}

static double limit_attach(const struct results *results)
{
	const struct attach_result *attach = &results->attach;

	if (!attach->ports)
		return RESULT_NOT_ASKED;
	return (attach->attach_ns + attach->detach_ns) / 1e9;
}

static double limit_memory(const struct results *results)
{
	if (!results->attach.ports)
		return RESULT_NOT_ASKED;
	return results->attach.bytes / 1024;
}

/* Closed by an entry without a name. */
const struct result_limit result_limits[] = {
	{
		.name = "vhub_64", .title = "vhub, 1 receiver, 64 bytes",
		.unit = "ns", .limit = 6000, .value = limit_cost_64,
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
		.name = "ring_64_64", .title = "rings, batch 64, 64 bytes",
		.unit = "ns", .limit = 190, .goal = true,
		.value = limit_ring_64,
	}, {
		.name = "ring_256_64", .title = "rings, batch 256, 64 bytes",
		.unit = "ns", .limit = 130, .goal = true,
		.value = limit_ring_256,
	}, {
		.name = "ring_64_1500", .title = "rings, batch 64, 1500 bytes",
		.unit = "ns", .limit = 350, .goal = true,
		.value = limit_ring_1500,
	}, {
		.name = "ring_64_flood",
		.title = "rings, batch 64, 8 receivers, 64 bytes",
		.unit = "ns", .limit = 120, .goal = true,
		.value = limit_ring_flood,
	}, {
		.name = "switch_10000_by_2",
		.title = "switch, 10000 to 2 addresses, 64 bytes",
		.unit = "times", .limit = 1.05, .value = limit_switch,
	}, {
		.name = "veth_hub_by_bridge_64",
		.title = "forwarding UDP, vhub to bridge, 64 bytes",
		.unit = "times", .limit = 0.8,
		.value = limit_forwarding_ratio,
	}, {
		.name = "tcp_hub_by_bridge", .title = "TCP, vhub to bridge",
		.unit = "times", .limit = 1, .at_least = true,
		.value = limit_tcp,
	}, {
		.name = "stack_up_by_slirp4netns",
		.title = "TCP up, vhubd to slirp4netns",
		.unit = "times", .limit = 1, .at_least = true,
		.value = limit_stack_up,
	}, {
		.name = "stack_down_by_slirp4netns",
		.title = "TCP down, vhubd to slirp4netns",
		.unit = "times", .limit = 1, .at_least = true,
		.value = limit_stack_down,
	}, {
		.name = "stack_ns_by_slirp4netns",
		.title = "round trip, vhubd to slirp4netns",
		.unit = "times", .limit = 1.2,
		.value = limit_stack_ns,
	}, {
		.name = "stack_up_by_slirp4netns_wall",
		.title = "TCP up, vhubd to slirp4netns, clock",
		.unit = "times", .limit = 1, .at_least = true, .goal = true,
		.value = limit_stack_up_wall,
	}, {
		.name = "stack_down_by_slirp4netns_wall",
		.title = "TCP down, vhubd to slirp4netns, clock",
		.unit = "times", .limit = 1, .at_least = true, .goal = true,
		.value = limit_stack_down_wall,
	}, {
		.name = "stack_ns_by_slirp4netns_wall",
		.title = "round trip, vhubd to slirp4netns, clock",
		.unit = "times", .limit = 1.2, .goal = true,
		.value = limit_stack_ns_wall,
	}, {
		.name = "vde_by_user_64",
		.title = "vde_switch to user hub, 64 bytes, paced",
		.unit = "times", .limit = 2.5, .at_least = true,
		.value = limit_user_64,
	}, {
		.name = "vde_by_user_1500",
		.title = "vde_switch to user hub, 1500 bytes, paced",
		.unit = "times", .limit = 2.5, .at_least = true, .goal = true,
		.value = limit_user_1500,
	}, {
		.name = "vde_by_user_free",
		.title = "vde_switch to user hub, not paced",
		.unit = "times", .limit = 2.5, .at_least = true, .goal = true,
		.value = limit_user_free,
	}, {
		.name = "vde_by_lib_64",
		.title = "vde_switch to libvhub, 64 bytes",
		.unit = "times", .limit = 5, .at_least = true,
		.value = limit_lib_64,
	}, {
		.name = "vde_by_lib_1500",
		.title = "vde_switch to libvhub, 1500 bytes",
		.unit = "times", .limit = 5, .at_least = true, .goal = true,
		.value = limit_lib_1500,
	}, {
		.name = "hubport_by_user_64",
		.title = "QEMU's hubport to user hub, 64 bytes",
		.unit = "times", .limit = 3, .at_least = true,
		.value = limit_hubport_64,
	}, {
		.name = "hubport_by_user_1500",
		.title = "QEMU's hubport to user hub, 1500 bytes",
		.unit = "times", .limit = 3, .at_least = true, .goal = true,
		.value = limit_hubport_1500,
	}, {
		.name = "user_lost",
		.title = "user hub, lost of paced senders",
		.unit = "", .limit = 0, .value = limit_user_lost,
	}, {
		.name = "idle_clients",
		.title = "1000 idle clients, share of a processor",
		.unit = "%", .limit = 0.1, .value = limit_idle_user,
	}, {
		.name = "user_by_vde_wall",
		.title = "user hub to vde_switch, by the clock",
		.unit = "times", .limit = 2.5, .at_least = true, .goal = true,
		.value = limit_user_wall,
	}, {
		.name = "lib_by_vde_wall",
		.title = "libvhub to vde_switch, by the clock",
		.unit = "times", .limit = 5, .at_least = true, .goal = true,
		.value = limit_lib_wall,
	}, {
		.name = "user_by_hubport_wall",
		.title = "user hub to hubport, by the clock",
		.unit = "times", .limit = 3, .at_least = true, .goal = true,
		.value = limit_hubport_wall,
	}, {
		.name = "idle_elsewhere",
		.title = "1024 idle ports, of another hub, to none",
		.unit = "times", .limit = 1.05, .value = limit_idle_elsewhere,
	}, {
		.name = "idle_unplugged",
		.title = "1024 idle ports, unplugged, to none",
		.unit = "times", .limit = 1.05, .goal = true,
		.value = limit_idle_unplugged,
	}, {
		.name = "idle_send_only",
		.title = "1024 idle ports, no right, to none",
		.unit = "times", .limit = 1.05, .goal = true,
		.value = limit_idle_send_only,
	}, {
		.name = "rings_by_tap_wall",
		.title = "rings, batch 64, to tap, 64 bytes",
		.unit = "times", .limit = 8, .at_least = true, .goal = true,
		.value = limit_wall,
	}, {
		.name = "rings_by_tap_wall_paced",
		.title = "rings, batch 64, to tap, 64 bytes, paced",
		.unit = "times", .limit = 8, .at_least = true, .goal = true,
		.value = limit_wall_paced,
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

/* Are all limits kept that were to be measured, but for goals that are missed?
 */
bool result_limits_met(const struct results *results)
{
	const struct result_limit *limit;
	double value;

	for (limit = result_limits; limit->name; limit++) {
		value = limit->value(results);
		if (value == RESULT_NOT_MEASURED)
			return false;
		if (value >= 0 && !limit->goal &&
		    !result_limit_met(limit, value))
			return false;
	}
	return true;
}
