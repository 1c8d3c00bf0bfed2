// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: memcpy() alone, what no system can undercut */
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

#define COPY_SLOTS	64
#define COPY_ROUNDS	20
#define COPY_FRAMES	2000

static uint64_t copy_round(uint8_t *to, const uint8_t *from, size_t len)
{
	uint64_t start = bench_now();
	unsigned int i;
	size_t slot;

	for (i = 0; i < COPY_FRAMES; i++) {
		slot = i % COPY_SLOTS * len;
		memcpy(to + slot, from + slot, len);
		/* The compiler must not leave it away. */
		__asm__ volatile("" : : "r"(to + slot) : "memory");
	}
	return bench_now() - start;
}

/**
 * copy_run() - copy frames, as user space would
 * @len: bytes of a frame
 *
 * Return: nanoseconds a frame, in a round that nothing else got into.
 */
double copy_run(size_t len)
{
	uint8_t *from = bench_shared(COPY_SLOTS * len);
	uint8_t *to = bench_shared(COPY_SLOTS * len);
	uint64_t ns, best = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < COPY_ROUNDS; i++) {
		ns = copy_round(to, from, len);
		if (ns < best)
			best = ns;
	}
	munmap(from, COPY_SLOTS * len);
	munmap(to, COPY_SLOTS * len);
	return (double)best / COPY_FRAMES;
}
