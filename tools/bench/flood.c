// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: a flood of numbered frames from one process to others
 *
 * One loop for every rival. The sender sends without a pause; each receiver
 * sleeps until there is a frame, takes it and looks at its number.
 *
 * After a warm-up the sender waits until nothing is under way. Then the clock
 * runs, until each receiver has had its frames, the sender has stopped, and
 * what was still under way has arrived, too. So the time is that of all the
 * work on just these frames, of sender, kernel and receivers, the work wasted
 * on lost frames among it; and what was sent and not received is lost.
 */
#include <arpa/inet.h>
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

#define FLOOD_TIME_LIMIT	300	/* seconds */
#define FLOOD_CALM		50000	/* microseconds without a frame */
#define FLOOD_YIELDS		10000	/* then we look at the clock */
#define FLOOD_PATIENCE		500000000 /* ns, then a frame in a window is lost */

/* One receiver's side of the shared memory, alone in its cache line.
 * @delivered: frames that it got
 * @first: frame, by that count, with which it begins to be measured
 * @goal: the last frame that it has to get
 * @next: the next frame at which it has more to do than receive
 * @sleeps: times that it fell asleep in between
 * @last_ns: time of the last frame, of those after the goal of all
 */
struct flood_receiver {
	_Atomic uint64_t delivered __attribute__((aligned(64)));
	_Atomic uint64_t first;
	_Atomic uint64_t goal;
	_Atomic uint64_t next;
	uint64_t sleeps;
	uint64_t last_ns;
};

/* @ready, @warm, @full: receivers that are waiting, have had their warm-up,
 * have had all their frames.
 */
struct flood_shared {
	atomic_uint ready;
	atomic_uint warm;
	atomic_uint full;
	struct flood_receiver receivers[BENCH_RECEIVERS_MAX];
};

/* The sender's own. */
struct flood_sender {
	const struct flood_plan *plan;
	struct flood_shared *shared;
	struct bench_end end;
	uint64_t number;
	uint64_t start_number;
	uint64_t start_delivered;
	uint64_t start_ns;
	uint64_t end_ns;
};

static uint64_t flood_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

/* The moments at which a receiver has something to do but receive: it is warm,
 * it begins, it has all, and each frame after that. It had @before frames, and
 * now it has @delivered.
 */
static void flood_count(const struct flood_plan *plan,
			struct flood_shared *shared, struct flood_receiver *me,
			uint64_t before, uint64_t delivered)
{
	uint64_t first = atomic_load(&me->first);
	uint64_t goal = atomic_load(&me->goal);

	if (before < plan->warmup) {
		/* Before the sender can say what is next. */
		atomic_store(&me->next, UINT64_MAX);
		atomic_fetch_add(&shared->warm, 1);
		return;
	}
	if (before < first) {
		me->sleeps = flood_sleeps();
		atomic_store(&me->next, goal);
	}
	if (before < goal && delivered >= goal) {
		me->sleeps = flood_sleeps() - me->sleeps;
		atomic_fetch_add(&shared->full, 1);
	}
	if (atomic_load(&shared->full) == plan->receivers)
		me->last_ns = bench_now();
}

/* Takes a frame, or all that are there. Return: as look_all(). */
int flood_take(const struct bench_rival *rival, struct bench_end *end,
	       struct bench_check *check)
{
	static uint8_t buf[BENCH_FRAME_MAX + 1] __attribute__((aligned(4096)));
	ssize_t len;

	if (rival->look_all)
		return rival->look_all(end, check);

	len = rival->recv(end, buf, sizeof(buf));
	return len < 0 ? len : bench_check_frame(check, (void *)buf, len);
}

static void __attribute__((noreturn))
flood_receive(const struct flood_plan *plan, struct flood_shared *shared,
	      struct bench_end *end, struct flood_receiver *me)
{
	struct bench_check check = { .len = plan->len };
	uint64_t before = 0;
	int ret;

	for (;;) {
		ret = flood_take(plan->rival, end, &check);
		if (ret)
			bench_die("%s: receive: %s", plan->rival->name,
				  strerror(-ret));
		if (check.count == before)
			continue;
		atomic_store_explicit(&me->delivered, check.count,
				      memory_order_relaxed);
		if (check.count >= atomic_load_explicit(&me->next,
							memory_order_relaxed))
			flood_count(plan, shared, me, before, check.count);
		before = check.count;
	}
}

/* A receiver ends when it is killed, or with its parent. */
static pid_t flood_fork_receiver(const struct flood_plan *plan,
				 struct flood_shared *shared, unsigned int i)
{
	struct bench_end end = { .len = plan->len };
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

/* Frames that the slowest receiver lacks of those it had to get so far. */
static uint64_t flood_behind(const struct flood_sender *sender)
{
	uint64_t got, slowest = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < sender->plan->receivers; i++) {
		got = atomic_load(&sender->shared->receivers[i].delivered) -
		      atomic_load(&sender->shared->receivers[i].first) + 1;
		if (got < slowest)
			slowest = got;
	}
	return sender->number - sender->start_number - slowest;
}

/* A window that fits every queue on the way loses nothing. Should it do so
 * all the same, the sender is not to wait for ever.
 */
static void flood_wait_window(const struct flood_sender *sender)
{
	uint64_t end = 0;
	unsigned int i;

	for (i = 1; flood_behind(sender) >= sender->plan->window; i++) {
		if (i % FLOOD_YIELDS == 0) {
			if (end && bench_now() > end)
				return;
			if (!end)
				end = bench_now() + FLOOD_PATIENCE;
		}
		sched_yield();
	}
}

/* Sends one frame, or a batch of those that come in batches. */
static int flood_send_some(struct flood_sender *sender,
			   struct bench_frame *frame)
{
	const struct bench_rival *rival = sender->plan->rival;

	if (rival->send_batch)
		return rival->send_batch(&sender->end, frame, sender->plan->len,
					 &sender->number);
	frame->number = sender->number++;
	return rival->send(&sender->end, frame, sender->plan->len);
}

/* Sends until all receivers have reached something, @counter. */
static void flood_send(struct flood_sender *sender, atomic_uint *counter,
		       uint64_t window)
{
	static uint8_t buf[BENCH_FRAME_MAX + 1] __attribute__((aligned(4096)));
	const struct flood_plan *plan = sender->plan;
	struct bench_frame *frame = (void *)buf;
	int ret;

	*frame = (struct bench_frame){
		.dest = { 2, 0, 0, 0, 0, 2 },
		.source = { 2, 0, 0, 0, 0, 1 },
		.type = htons(BENCH_ETHERTYPE),
	};
	while (atomic_load(counter) < plan->receivers) {
		if (window && sender->number % window == 0)
			flood_wait_window(sender);
		ret = flood_send_some(sender, frame);
		if (ret)
			bench_die("%s: send: %s", plan->rival->name,
				  strerror(-ret));
	}
}

static uint64_t flood_delivered(const struct flood_sender *sender)
{
	uint64_t delivered = 0;
	unsigned int i;

	for (i = 0; i < sender->plan->receivers; i++)
		delivered +=
			atomic_load(&sender->shared->receivers[i].delivered);
	return delivered;
}

static void flood_wait_calm(const struct flood_sender *sender)
{
	uint64_t before, now = flood_delivered(sender);

	do {
		before = now;
		usleep(FLOOD_CALM);
		now = flood_delivered(sender);
	} while (now != before);
}

/* From here on everything counts. */
static void flood_start(struct flood_sender *sender)
{
	struct flood_receiver *receiver;
	uint64_t first;
	unsigned int i;

	for (i = 0; i < sender->plan->receivers; i++) {
		receiver = &sender->shared->receivers[i];
		first = atomic_load(&receiver->delivered) + 1;
		atomic_store(&receiver->first, first);
		atomic_store(&receiver->goal, first + sender->plan->frames - 1);
		atomic_store(&receiver->next, first);
	}
	sender->start_number = sender->number;
	sender->start_delivered = flood_delivered(sender);
	sender->start_ns = bench_now();
}

static void flood_measure(struct flood_sender *sender)
{
	struct flood_shared *shared = sender->shared;

	flood_send(sender, &shared->warm, 0);
	flood_wait_calm(sender);
	flood_start(sender);
	flood_send(sender, &shared->full, sender->plan->window);
	sender->end_ns = bench_now();
	flood_wait_calm(sender);
}

static void flood_result_of(const struct flood_sender *sender,
			    struct flood_result *result)
{
	const struct flood_receiver *receivers = sender->shared->receivers;
	uint64_t end_ns = sender->end_ns;
	unsigned int i;

	*result = (struct flood_result){ 0 };
	for (i = 0; i < sender->plan->receivers; i++) {
		result->sleeps += receivers[i].sleeps;
		if (receivers[i].last_ns > end_ns)
			end_ns = receivers[i].last_ns;
	}
	result->ns = end_ns - sender->start_ns;
	result->sent = sender->number - sender->start_number;
	result->delivered = flood_delivered(sender) - sender->start_delivered;
	/* What came late of the warm-up, with a machine that is busy, was not
	 * sent.
	 */
	if (result->sent * sender->plan->receivers > result->delivered)
		result->lost = result->sent * sender->plan->receivers -
			       result->delivered;
}

/* A receiver says itself what went wrong. */
static void flood_child_died(int signal)
{
	(void)signal;
	_exit(2);
}

static void flood_reap(const struct flood_plan *plan, const pid_t *pids)
{
	unsigned int i;

	for (i = 0; i < plan->receivers; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < plan->receivers; i++)
		waitpid(pids[i], NULL, 0);
}

/* Measure in a network that is there. */
static void flood_with_receivers(struct flood_sender *sender)
{
	const struct flood_plan *plan = sender->plan;
	struct flood_shared *shared = sender->shared;
	pid_t pids[BENCH_RECEIVERS_MAX];
	unsigned int i;

	alarm(FLOOD_TIME_LIMIT);
	signal(SIGCHLD, flood_child_died);
	for (i = 0; i < plan->receivers; i++)
		pids[i] = flood_fork_receiver(plan, shared, i);
	while (atomic_load(&shared->ready) < plan->receivers)
		usleep(1000);
	flood_measure(sender);
	signal(SIGCHLD, SIG_DFL);
	flood_reap(plan, pids);
	alarm(0);
}

/* Whoever is woken while a sender is paced waits for its turn, until the sender
 * has sent all it may. So figures repeat; with the scheduler's usual mind they
 * depend on how often it lets a receiver push in, by 10 %.
 */
void flood_set_policy(bool paced)
{
	const struct sched_param param = { 0 };

	if (sched_setscheduler(0, paced ? SCHED_BATCH : SCHED_OTHER, &param))
		bench_die("scheduler: %s", strerror(errno));
}

/**
 * flood_run() - make a network, flood it, and take it down
 * @plan: what to do
 * @result: what came of it
 */
void flood_run(const struct flood_plan *plan, struct flood_result *result)
{
	struct flood_sender sender = {
		.plan = plan,
		.shared = bench_shared(sizeof(*sender.shared)),
		.end.len = plan->len,
	};
	unsigned int i;

	for (i = 0; i < plan->receivers; i++)
		sender.shared->receivers[i].next = plan->warmup;

	flood_set_policy(plan->window);
	plan->rival->setup(plan->receivers + 1);
	plan->rival->open(&sender.end, 0);
	flood_with_receivers(&sender);
	plan->rival->close(&sender.end);
	plan->rival->teardown();
	flood_result_of(&sender, result);
	munmap(sender.shared, sizeof(*sender.shared));
}
