// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: what clients of the user hub cost that send nothing */
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "user.h"

#define IDLE_USER_SECONDS	2

static void idle_user_allow_files(void)
{
	const struct rlimit limit = {
		IDLE_USER_CLIENTS + 64, IDLE_USER_CLIENTS + 64,
	};

	/* It is more than that already where this fails. */
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Clients are taken in their order: a frame from one to the next says that all
 * before them were.
 */
static void idle_user_wait_taken(struct bench_end *ends)
{
	const struct bench_frame frame = { .type = htons(BENCH_ETHERTYPE) };
	struct bench_end *last = ends + IDLE_USER_CLIENTS - 1;
	uint8_t buf[sizeof(frame)];
	int ret;

	ret = bench_user_1.send(last, &frame, sizeof(frame));
	if (ret || bench_user_1.recv(last - 1, buf, sizeof(buf)) < 0)
		bench_die("idle clients: no frame passes");
}

/**
 * idle_user_run() - measure the user hub while nothing happens
 *
 * Return: its processor time, in percent of the time that went by.
 */
double idle_user_run(void)
{
	struct bench_end *ends = calloc(IDLE_USER_CLIENTS, sizeof(*ends));
	uint64_t before, start;
	unsigned int i;
	double share;

	if (!ends)
		bench_die("no memory");
	idle_user_allow_files();
	bench_user_1.setup(IDLE_USER_CLIENTS);
	for (i = 0; i < IDLE_USER_CLIENTS; i++)
		bench_user_1.open(&ends[i], i);
	idle_user_wait_taken(ends);
	/* What it still did for that frame. */
	usleep(200000);
	start = bench_now();
	before = bench_user_time();
	sleep(IDLE_USER_SECONDS);
	share = 100.0 * (bench_user_time() - before) / (bench_now() - start);
	for (i = 0; i < IDLE_USER_CLIENTS; i++)
		bench_user_1.close(&ends[i]);
	bench_user_1.teardown();
	free(ends);
	return share;
}
