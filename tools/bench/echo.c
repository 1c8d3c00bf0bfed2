// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: a frame there and back between two processes
 *
 * Each sends, then sleeps until the other's frame has come: what a ping costs,
 * or a guest that waits for an answer.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define ECHO_TIME_LIMIT	120	/* seconds */
#define ECHO_WARMUP	200
#define ECHO_RETRY	10000	/* microseconds, until the way is open */

/* @ready: the other process waits; @seen: it got something */
struct echo_shared {
	atomic_bool ready;
	atomic_bool seen;
};

/**
 * struct echo_side - one of the two processes
 * @rival: through what
 * @end: its end
 * @check: what it has got
 * @frame: what it sends
 * @len: bytes of that
 */
struct echo_side {
	const struct bench_rival *rival;
	struct bench_end end;
	struct bench_check check;
	struct bench_frame *frame;
	size_t len;
};

/* Waits for a frame. Return: its number, or that of the last of several. */
static uint64_t echo_take(struct echo_side *side)
{
	uint64_t before = side->check.count;
	int ret;

	do {
		ret = flood_take(side->rival, &side->end, &side->check);
		if (ret)
			bench_die("%s: receive: %s", side->rival->name,
				  strerror(-ret));
	} while (side->check.count == before);
	return side->check.next - 1;
}

/* A batch of those that come in batches has to be one frame. */
static void echo_send(struct echo_side *side, uint64_t number)
{
	const struct bench_rival *rival = side->rival;
	int ret;

	side->frame->number = number;
	ret = rival->send_batch ?
	      rival->send_batch(&side->end, side->frame, side->len, &number) :
	      rival->send(&side->end, side->frame, side->len);
	if (ret)
		bench_die("%s: send: %s", rival->name, strerror(-ret));
}

/* The other process: answers until it is killed. */
static void __attribute__((noreturn))
echo_answer(struct echo_side *side, struct echo_shared *shared)
{
	uint64_t number;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	side->rival->open(&side->end, 1);
	atomic_store(&shared->ready, true);
	for (;;) {
		number = echo_take(side);
		atomic_store_explicit(&shared->seen, true,
				      memory_order_relaxed);
		echo_send(side, number);
	}
}

/* There and back, @count times. Answers from before are passed over. */
static uint64_t echo_rounds(struct echo_side *side, uint64_t *number,
			    unsigned int count)
{
	uint64_t start = bench_now();

	while (count--) {
		echo_send(side, ++*number);
		while (echo_take(side) != *number)
			;
	}
	return bench_now() - start;
}

/* The kernel brings a bridge's ports up in its own time. */
static void echo_wait_open(struct echo_side *side, struct echo_shared *shared,
			   uint64_t *number)
{
	while (!atomic_load(&shared->ready))
		usleep(ECHO_RETRY);
	while (!atomic_load(&shared->seen)) {
		echo_send(side, ++*number);
		usleep(ECHO_RETRY);
	}
}

static void echo_child_died(int signal)
{
	(void)signal;
	_exit(2);
}

static uint64_t echo_measure(struct echo_side *side,
			     struct echo_shared *shared, unsigned int count)
{
	uint64_t number = 0;

	echo_wait_open(side, shared, &number);
	echo_rounds(side, &number, ECHO_WARMUP);
	return echo_rounds(side, &number, count);
}

/**
 * echo_run() - make a network of two ends and send a frame to and fro
 * @rival: through what; one that sends each frame at once
 * @len: bytes of the frame
 * @count: times there and back
 *
 * Return: nanoseconds there and back.
 */
double echo_run(const struct bench_rival *rival, size_t len, unsigned int count)
{
	struct echo_shared *shared = bench_shared(sizeof(*shared));
	static uint8_t buf[BENCH_FRAME_MAX + 1];
	struct echo_side side = {
		.rival = rival,
		.end = { .len = len, .both = true },
		.check.len = len,
		.frame = (void *)buf,
		.len = len,
	};
	struct echo_side other = side;
	uint64_t ns;
	pid_t pid;

	*side.frame = (struct bench_frame){
		.dest = { 2, 0, 0, 0, 0, 2 },
		.source = { 2, 0, 0, 0, 0, 1 },
		.type = htons(BENCH_ETHERTYPE),
	};
	flood_set_policy(false);
	rival->setup(2);
	rival->open(&side.end, 0);
	alarm(ECHO_TIME_LIMIT);
	signal(SIGCHLD, echo_child_died);
	pid = fork();
	if (pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!pid)
		echo_answer(&other, shared);
	ns = echo_measure(&side, shared, count);
	signal(SIGCHLD, SIG_DFL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	alarm(0);
	rival->close(&side.end);
	rival->teardown();
	munmap(shared, sizeof(*shared));
	return (double)ns / count;
}
