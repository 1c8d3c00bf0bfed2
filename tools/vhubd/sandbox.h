/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - shut in: landlock for the file system, seccomp for system calls */
#ifndef VHUBD_SANDBOX_H
#define VHUBD_SANDBOX_H

#include "needs.h"

/* From now on nothing can be done that is not needed, by threads that come after
 * this. There must be no others. No new privileges are to be had already. A kernel
 * that lacks one of the two is no error, but is told at verbose level. Return 0 or
 * -errno.
 */
int sandbox_enter(const struct needs *needs);

/* The second half of it: for all threads. */
int seccomp_enter(unsigned int needs);

#endif /* VHUBD_SANDBOX_H */
