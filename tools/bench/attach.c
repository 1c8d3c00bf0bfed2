// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: attaching and detaching many ports, and their memory */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define ATTACH_WARMUP	64

struct attach_memory {
	double free;
	double slab;
	double percpu;
};

/* Sum of the numbers in the lines of a file that are of this scanf() format. */
static double attach_sum(const char *path, const char *format)
{
	FILE *file = fopen(path, "r");
	unsigned long number, sum = 0;
	char line[128];

	if (!file)
		bench_die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, format, &number) == 1)
			sum += number;
	fclose(file);
	return sum;
}

/* MemFree leaves out the free pages that wait in the lists of a processor. */
static double attach_free(void)
{
	return attach_sum("/proc/meminfo", "MemFree: %lu kB") * 1024 +
	       attach_sum("/proc/zoneinfo", " count: %lu") *
	       sysconf(_SC_PAGESIZE);
}

/* Not by a command, which would fill them again. */
static void attach_drop_caches(void)
{
	FILE *file = fopen("/proc/sys/vm/drop_caches", "w");

	if (!file || fputs("3", file) < 0 || fclose(file))
		bench_die("/proc/sys/vm/drop_caches: %s", strerror(errno));
}

static void attach_measure(struct attach_memory *memory)
{
	attach_drop_caches();
	sleep(1);
	memory->free = attach_free();
	memory->slab = attach_sum("/proc/meminfo", "Slab: %lu kB") * 1024;
	memory->percpu = attach_sum("/proc/meminfo", "Percpu: %lu kB") *
			 1024;
}

static uint64_t attach_all(int *fds, unsigned int ports)
{
	uint64_t start = bench_now();
	unsigned int i;

	for (i = 0; i < ports; i++)
		fds[i] = vhub_end_attach();
	return bench_now() - start;
}

static uint64_t detach_all(const int *fds, unsigned int ports)
{
	uint64_t start = bench_now();
	unsigned int i;

	for (i = 0; i < ports; i++)
		close(fds[i]);
	return bench_now() - start;
}

/* Have the process's own table of files grow before the clock runs. */
static void attach_allow_files(unsigned int files)
{
	const struct rlimit limit = { files, files };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		bench_die("limit of open files: %s", strerror(errno));
	if (dup2(STDIN_FILENO, files - 1) < 0)
		bench_die("%u files: %s", files, strerror(errno));
	close(files - 1);
}

/**
 * attach_run() - attach many ports to a hub, look at memory, detach them
 * @ports: how many
 * @result: times and memory
 */
void attach_run(unsigned int ports, struct attach_result *result)
{
	static int fds[ATTACH_PORTS_MAX];
	struct attach_memory before, after;

	attach_allow_files(ports + 64);
	bench_vhub.setup(ports);
	attach_all(fds, ATTACH_WARMUP);
	detach_all(fds, ATTACH_WARMUP);

	attach_measure(&before);
	result->ports = ports;
	result->attach_ns = attach_all(fds, ports);
	attach_measure(&after);
	result->detach_ns = detach_all(fds, ports);
	bench_vhub.teardown();

	result->bytes = (before.free - after.free) / ports;
	result->slab_bytes = (after.slab - before.slab) / ports;
	result->percpu_bytes = (after.percpu - before.percpu) / ports;
}
