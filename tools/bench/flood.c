// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: a flood of numbered frames from one process to others
 *
 * One loop for every rival. The sender sends without a pause; each receiver
 * sleeps until there is a frame, takes it and looks at its number. The clock
 * runs from the moment the last receiver has had its warm-up to the moment the
 * last one has had all its frames, so it covers everything: sender, kernel,
 * receivers, and the work wasted on frames that were lost.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define FLOOD_ETHERTYPE		0x88b5	/* for local experiments */
#define FLOOD_TIME_LIMIT	300	/* seconds */

struct flood_frame {
	uint8_t dest[6];
	uint8_t source[6];
	uint8_t type[2];
	uint8_t pad[2];
	uint64_t number;
} __attribute__((packed));

/* One receiver's side of the shared memory, alone in its cache line. */
struct flood_receiver {
	_Atomic uint64_t delivered __attribute__((aligned(64)));
	uint64_t lost;
	uint64_t sleeps;
};

/* Sums over all, at one moment. */
struct flood_sums {
	uint64_t ns;
	uint64_t sent;
	uint64_t delivered;
	uint64_t lost;
};

struct flood_shared {
	_Atomic uint64_t sent __attribute__((aligned(64)));
	atomic_uint ready __attribute__((aligned(64)));
	atomic_uint warm;
	atomic_uint full;
	atomic_bool done;
	struct flood_sums start;
	struct flood_sums end;
	struct flood_receiver receivers[BENCH_RECEIVERS_MAX];
};

static void flood_sum(const struct flood_plan *plan,
		      struct flood_shared *shared, struct flood_sums *sums)
{
	unsigned int i;

	sums->ns = bench_now();
	sums->sent = atomic_load(&shared->sent);
	for (i = 0; i < plan->receivers; i++) {
		sums->delivered += atomic_load(&shared->receivers[i].delivered);
		sums->lost += shared->receivers[i].lost;
	}
}

static uint64_t flood_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

/* The moments at which a receiver has something to tell. */
static void flood_milestone(const struct flood_plan *plan,
			    struct flood_shared *shared,
			    struct flood_receiver *me, uint64_t delivered)
{
	if (delivered == plan->warmup) {
		me->sleeps = flood_sleeps();
		if (atomic_fetch_add(&shared->warm, 1) + 1 == plan->receivers)
			flood_sum(plan, shared, &shared->start);
	} else if (delivered == plan->warmup + plan->frames) {
		me->sleeps = flood_sleeps() - me->sleeps;
		if (atomic_fetch_add(&shared->full, 1) + 1 == plan->receivers) {
			flood_sum(plan, shared, &shared->end);
			atomic_store(&shared->done, true);
		}
	}
}

static bool flood_is_ours(const struct flood_plan *plan,
			  const struct flood_frame *frame, ssize_t len)
{
	return len == (ssize_t)plan->len &&
	       frame->type[0] == FLOOD_ETHERTYPE >> 8 &&
	       frame->type[1] == (FLOOD_ETHERTYPE & 0xff);
}

static void __attribute__((noreturn))
flood_receive(const struct flood_plan *plan, struct flood_shared *shared,
	      struct bench_end *end, struct flood_receiver *me)
{
	static uint8_t buf[BENCH_FRAME_MAX + 1] __attribute__((aligned(4096)));
	const struct flood_frame *frame = (const void *)buf;
	uint64_t delivered = 0, next = 0;
	ssize_t len;

	for (;;) {
		len = plan->rival->recv(end, buf, sizeof(buf));
		if (len < 0)
			bench_die("%s: receive: %s", plan->rival->name,
				  strerror(-len));
		if (!flood_is_ours(plan, frame, len))
			continue;
		if (frame->number < next)
			bench_die("%s: frame %lu after frame %lu",
				  plan->rival->name, frame->number, next - 1);
		me->lost += frame->number - next;
		next = frame->number + 1;
		atomic_store_explicit(&me->delivered, ++delivered,
				      memory_order_relaxed);
		flood_milestone(plan, shared, me, delivered);
	}
}

/* A receiver ends when it is killed, or with its parent. */
static pid_t flood_fork_receiver(const struct flood_plan *plan,
				 struct flood_shared *shared, unsigned int i)
{
	struct bench_end end;
	pid_t pid = fork();

	if (pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (pid)
		return pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	plan->rival->open(&end, i + 1);
	atomic_fetch_add(&shared->ready, 1);
	flood_receive(plan, shared, &end, &shared->receivers[i]);
}

static uint64_t flood_slowest(const struct flood_plan *plan,
			      struct flood_shared *shared)
{
	uint64_t delivered, slowest = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < plan->receivers; i++) {
		delivered = atomic_load(&shared->receivers[i].delivered);
		if (delivered < slowest)
			slowest = delivered;
	}
	return slowest;
}

/* Nothing is lost in a window that fits every queue on the way, so what was
 * delivered says how far a receiver is.
 */
static void flood_wait_window(const struct flood_plan *plan,
			      struct flood_shared *shared, uint64_t number)
{
	while (number - flood_slowest(plan, shared) >= plan->window &&
	       !atomic_load(&shared->done))
		sched_yield();
}

static void flood_send(const struct flood_plan *plan,
		       struct flood_shared *shared, struct bench_end *end)
{
	static uint8_t buf[BENCH_FRAME_MAX + 1] __attribute__((aligned(4096)));
	struct flood_frame *frame = (void *)buf;
	uint64_t number;
	int ret;

	*frame = (struct flood_frame){
		.dest = { 2, 0, 0, 0, 0, 2 },
		.source = { 2, 0, 0, 0, 0, 1 },
		.type = { FLOOD_ETHERTYPE >> 8, FLOOD_ETHERTYPE & 0xff },
	};
	for (number = 0; !atomic_load(&shared->done); number++) {
		if (plan->window && number % plan->window == 0)
			flood_wait_window(plan, shared, number);
		frame->number = number;
		ret = plan->rival->send(end, frame, plan->len);
		if (ret)
			bench_die("%s: send: %s", plan->rival->name,
				  strerror(-ret));
		atomic_store_explicit(&shared->sent, number + 1,
				      memory_order_relaxed);
	}
}

/* A receiver says itself what went wrong. */
static void flood_child_died(int signal)
{
	(void)signal;
	_exit(2);
}

static void flood_reap(const struct flood_plan *plan, pid_t *pids)
{
	unsigned int i;

	for (i = 0; i < plan->receivers; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < plan->receivers; i++)
		waitpid(pids[i], NULL, 0);
}

static void flood_result_of(const struct flood_plan *plan,
			    const struct flood_shared *shared,
			    struct flood_result *result)
{
	const struct flood_sums *start = &shared->start, *end = &shared->end;
	unsigned int i;

	result->ns = end->ns - start->ns;
	result->sent = end->sent - start->sent;
	result->delivered = end->delivered - start->delivered;
	result->lost = end->lost - start->lost;
	for (i = 0; i < plan->receivers; i++)
		result->sleeps += shared->receivers[i].sleeps;
}

/**
 * flood_run() - make a network, flood it, and take it down
 * @plan: what to do
 * @result: what came of it
 */
void flood_run(const struct flood_plan *plan, struct flood_result *result)
{
	struct flood_shared *shared = bench_shared(sizeof(*shared));
	pid_t pids[BENCH_RECEIVERS_MAX];
	struct bench_end end;
	unsigned int i;

	*result = (struct flood_result){ 0 };
	plan->rival->setup(plan->receivers + 1);
	plan->rival->open(&end, 0);
	signal(SIGCHLD, flood_child_died);
	for (i = 0; i < plan->receivers; i++)
		pids[i] = flood_fork_receiver(plan, shared, i);
	while (atomic_load(&shared->ready) < plan->receivers)
		usleep(1000);

	alarm(FLOOD_TIME_LIMIT);
	flood_send(plan, shared, &end);
	alarm(0);
	signal(SIGCHLD, SIG_DFL);

	flood_reap(plan, pids);
	plan->rival->close(&end);
	plan->rival->teardown();
	flood_result_of(plan, shared, result);
	munmap(shared, sizeof(*shared));
}
