/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: TAP devices, for those who join them */
#ifndef BENCH_TAP_H
#define BENCH_TAP_H

#include "bench.h"

#define TAP_NAME	"benchtap"	/* and the number of its end */

void tap_make(unsigned int ends);
void tap_open(struct bench_end *end, unsigned int i);
void tap_remove(void);

#endif /* BENCH_TAP_H */
