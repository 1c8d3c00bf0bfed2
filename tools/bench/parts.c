// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: where the instructions of a frame go
 *
 * Each part is measured alone, by one process where it can be, so that their
 * sum can be set against the flood.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PARTS_ROUNDS	40
#define PARTS_BATCH	256		/* this many, and bytes, fit any queue */
#define PARTS_BYTES	(2 << 20)
#define PARTS_FILL	8192		/* fills any queue */
#define PARTS_COUNT	10000
#define PARTS_LARGE	8192		/* bytes: of such frames fewer do */

static uint8_t parts_frame[BENCH_FRAME_MAX + 1] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5
};

/**
 * struct parts_pair - two ends of a rival
 * @count: frames to measure with
 * @batch: frames that fit the queue
 * @fill: frames that do not
 */
struct parts_pair {
	const struct bench_rival *rival;
	struct bench_end from;
	struct bench_end to;
	size_t len;
	unsigned int count;
	unsigned int batch;
	unsigned int fill;
};

static void parts_send(struct parts_pair *pair, unsigned int count)
{
	while (count--)
		pair->rival->send(&pair->from, parts_frame, pair->len);
}

static unsigned int parts_recv(struct parts_pair *pair, unsigned int count)
{
	static uint8_t buf[BENCH_FRAME_MAX + 1];
	unsigned int i;

	for (i = 0; i < count; i++)
		if (pair->rival->recv(&pair->to, buf, sizeof(buf)) < 0)
			break;
	return i;
}

static void parts_nonblock(struct bench_end *end, bool on)
{
	int flags = fcntl(end->fd, F_GETFL);

	if (on)
		flags |= O_NONBLOCK;
	else
		flags &= ~O_NONBLOCK;
	fcntl(end->fd, F_SETFL, flags);
}

/* The kernel brings a bridge's ports up in its own time. */
static void parts_wait_link(struct parts_pair *pair)
{
	unsigned int i;

	for (i = 0; i < 500; i++) {
		parts_send(pair, 1);
		if (parts_recv(pair, 1))
			return;
		usleep(10000);
	}
	bench_die("%s: no frame comes through", pair->rival->name);
}

static double parts_since(uint64_t start, uint64_t count)
{
	return (double)(bench_now() - start) / count;
}

/* Send and receive by turns, with a clock for each. */
static void parts_turns(struct parts_pair *pair, struct part_costs *costs)
{
	unsigned int i, batch = pair->batch;
	uint64_t start, sent, send = 0, recv = 0;

	for (i = 0; i < PARTS_ROUNDS; i++) {
		start = bench_now();
		parts_send(pair, batch);
		sent = bench_now();
		if (parts_recv(pair, batch) != batch)
			bench_die("%s: frames are lost", pair->rival->name);
		recv += bench_now() - sent;
		send += sent - start;
	}
	costs->send_queued = (double)send / (PARTS_ROUNDS * batch);
	costs->recv_queued = (double)recv / (PARTS_ROUNDS * batch);
}

static void parts_full(struct parts_pair *pair, struct part_costs *costs)
{
	uint64_t start;

	parts_send(pair, pair->fill);
	start = bench_now();
	parts_send(pair, pair->count);
	costs->send_full = parts_since(start, pair->count);
	parts_recv(pair, pair->fill);
}

static void parts_empty(struct parts_pair *pair, struct part_costs *costs)
{
	unsigned int i;
	uint64_t start;

	start = bench_now();
	for (i = 0; i < pair->count; i++)
		parts_recv(pair, 1);
	costs->recv_empty = parts_since(start, pair->count);
}

/* Sends back each frame it gets, until it is killed. */
static pid_t parts_fork_echo(struct parts_pair *pair)
{
	struct parts_pair back = *pair;
	pid_t pid = fork();

	if (pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	back.from = pair->to;
	while (parts_recv(&back, 1))
		parts_send(&back, 1);
	exit(1);
}

static void parts_echo(struct parts_pair *pair, struct part_costs *costs)
{
	struct parts_pair back = *pair;
	uint64_t start;
	unsigned int i;
	pid_t pid;

	parts_nonblock(&pair->to, false);
	pid = parts_fork_echo(pair);
	back.to = pair->from;
	start = bench_now();
	for (i = 0; i < pair->count; i++) {
		parts_send(pair, 1);
		parts_recv(&back, 1);
	}
	costs->echo = parts_since(start, pair->count * 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/**
 * parts_run() - measure the parts of a frame's way through a rival
 * @rival: one whose ends are files
 * @len: bytes of a frame
 * @costs: nanoseconds of each part
 */
void parts_run(const struct bench_rival *rival, size_t len,
	       struct part_costs *costs)
{
	struct parts_pair pair = {
		.rival = rival,
		.len = len,
		.count = PARTS_COUNT,
		.batch = PARTS_BATCH,
		.fill = PARTS_FILL,
	};
	uint64_t start;

	if (len > PARTS_LARGE) {
		pair.count /= 10;
		pair.batch = PARTS_BYTES / len;
		pair.fill /= 4;
	}
	rival->setup(2);
	rival->open(&pair.from, 0);
	start = bench_now();
	parts_send(&pair, pair.count);
	costs->send_alone = parts_since(start, pair.count);

	rival->open(&pair.to, 1);
	parts_nonblock(&pair.to, true);
	parts_wait_link(&pair);
	parts_recv(&pair, pair.fill);
	parts_turns(&pair, costs);
	parts_full(&pair, costs);
	parts_empty(&pair, costs);
	parts_echo(&pair, costs);

	rival->close(&pair.to);
	rival->close(&pair.from);
	rival->teardown();
}

static double parts_syscall(void)
{
	uint64_t start = bench_now();
	unsigned int i;

	for (i = 0; i < PARTS_COUNT; i++)
		syscall(SYS_getpid);
	return parts_since(start, PARTS_COUNT);
}

static double parts_null_write(void)
{
	int fd = open("/dev/null", O_WRONLY);
	uint64_t start;
	unsigned int i;

	start = bench_now();
	for (i = 0; i < PARTS_COUNT; i++)
		if (write(fd, parts_frame, 64) != 64)
			bench_die("/dev/null: %s", strerror(errno));
	close(fd);
	return parts_since(start, PARTS_COUNT);
}

static void parts_pass(int from, int to)
{
	uint64_t value;

	if (read(from, &value, sizeof(value)) != sizeof(value) ||
	    write(to, &value, sizeof(value)) != sizeof(value))
		bench_die("eventfd: %s", strerror(errno));
}

/* An event there and back costs twice a write, a read, a wake-up and a switch
 * to the other process; without that process it costs the write and the read.
 */
static double parts_wake(void)
{
	int here = eventfd(1, 0), there = eventfd(0, 0);
	double alone, both;
	uint64_t start;
	unsigned int i;
	pid_t pid;

	start = bench_now();
	for (i = 0; i < PARTS_COUNT; i++)
		parts_pass(here, here);
	alone = parts_since(start, PARTS_COUNT);

	pid = fork();
	if (!pid)
		for (;;)
			parts_pass(there, here);
	start = bench_now();
	for (i = 0; i < PARTS_COUNT; i++)
		parts_pass(here, there);
	both = parts_since(start, PARTS_COUNT * 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(here);
	close(there);
	return both - alone;
}

/* What the machine itself costs. */
void parts_machine(struct machine_costs *costs)
{
	costs->syscall = parts_syscall();
	costs->null_write = parts_null_write();
	costs->wake = parts_wake();
}
