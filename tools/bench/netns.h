/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: two hosts that are network namespaces */
#ifndef BENCH_NETNS_H
#define BENCH_NETNS_H

#include "bench.h"

#define NETNS_NAME	"bench"		/* and the number of the host */
#define NETNS_PORT	"benchport"	/* and the number of the host */
#define NETNS_ADDR_0	"192.0.2.1"
#define NETNS_ADDR_1	"192.0.2.2"

#endif /* BENCH_NETNS_H */
