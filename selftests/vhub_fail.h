/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what tests share that have the kernel fail on demand
 */
#ifndef _VHUB_FAIL_H
#define _VHUB_FAIL_H

#include <stdbool.h>

/* More than any call has to fail. */
#define FAIL_NTH_MAX	5000

extern int fail_next;	/* the one that is to fail, from 1 */
extern bool fail_hit;	/* it did */
extern bool fail_for_good;	/* and so does what follows it */

int fail_open(void);
void fail_begin(void);
void fail_end(void);
void fail_around(bool begins);

#endif /* _VHUB_FAIL_H */
