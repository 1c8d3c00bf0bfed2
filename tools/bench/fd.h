/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: ends that are files, a frame a read() and a write() */
#ifndef BENCH_FD_H
#define BENCH_FD_H

#include "bench.h"

int fd_send(struct bench_end *end, const void *frame, size_t len);
ssize_t fd_recv(struct bench_end *end, void *buf, size_t size);
void fd_close(struct bench_end *end);

#endif /* BENCH_FD_H */
