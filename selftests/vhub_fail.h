/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what tests share that have the kernel fail on demand
 */
#ifndef _VHUB_FAIL_H
#define _VHUB_FAIL_H

#include <stdbool.h>

/* More than any call has to fail. */
#define FAIL_NTH_MAX	5000

/* What fails: one of the kernel's small allocations, one of its pages, a copy from or to
 * user memory.
 */
enum fail_what {
	FAIL_SLAB	= 1 << 0,
	FAIL_PAGE	= 1 << 1,
	FAIL_COPY	= 1 << 2,
};

extern int fail_next;	/* the one that is to fail, from 1 */
extern bool fail_hit;	/* it did */
extern unsigned int fail_whats;	/* bit of each enum fail_what that ever did */
extern bool fail_for_good;	/* and so does what follows it */

int fail_open(void);
void fail_begin(void);
void fail_end(void);
void fail_around(bool begins);

#endif /* _VHUB_FAIL_H */
