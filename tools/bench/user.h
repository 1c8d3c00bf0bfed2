/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: ends that are stream sockets, in QEMU's format */
#ifndef BENCH_USER_H
#define BENCH_USER_H

#include <sys/socket.h>

#include "bench.h"

void user_connect(struct bench_end *end, const void *addr, socklen_t len);
int user_send_batch(struct bench_end *end, const struct bench_frame *frame,
		    size_t len, uint64_t *number);
ssize_t user_recv(struct bench_end *end, void *buf, size_t size);
void user_close(struct bench_end *end);

#endif /* BENCH_USER_H */
