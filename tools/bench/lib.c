// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: the user hub, by libvhub
 *
 * As an emulator does it: frames lie ready in its memory, some of them go in one
 * call, and a receiver looks at all that are there where they are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../libvhub/vhub.h"
#include "bench.h"

#define LIB_BATCH	64

/**
 * struct lib_conn - one end
 * @v: the port
 * @filled: @frames hold all but their numbers
 * @frames: sent together
 */
struct lib_conn {
	struct vhub *v;
	bool filled;
	struct vhub_frame frames[LIB_BATCH];
};

static void lib_setup(unsigned int ends)
{
	(void)ends;
	bench_user_start(NULL, NULL);
}

static void lib_open(struct bench_end *end, unsigned int i)
{
	struct lib_conn *conn = calloc(1, sizeof(*conn));
	int ret;

	(void)i;
	if (!conn)
		bench_die("no memory");
	ret = vhub_open(&conn->v, BENCH_HUB, NULL);
	if (ret)
		bench_die("no way to the hub: %s", strerror(-ret));
	end->fd = vhub_fd(conn->v);
	end->conn = conn;
}

static void lib_fill(struct lib_conn *conn, const struct bench_frame *frame,
		     size_t len)
{
	unsigned char *mem = malloc(LIB_BATCH * len);
	unsigned int i;

	if (!mem)
		bench_die("no memory");
	for (i = 0; i < LIB_BATCH; i++, mem += len) {
		memcpy(mem, frame, len);
		conn->frames[i].data = mem;
		conn->frames[i].len = len;
	}
	conn->filled = true;
}

static int lib_send_batch(struct bench_end *end,
			  const struct bench_frame *frame, size_t len,
			  uint64_t *number)
{
	struct lib_conn *conn = end->conn;
	unsigned int i;
	int ret;

	if (!conn->filled)
		lib_fill(conn, frame, len);
	for (i = 0; i < LIB_BATCH; i++)
		((struct bench_frame *)conn->frames[i].data)->number =
			(*number)++;
	ret = vhub_send_batch(conn->v, conn->frames, LIB_BATCH);
	return ret < 0 ? ret : 0;
}

static int lib_send(struct bench_end *end, const void *frame, size_t len)
{
	struct lib_conn *conn = end->conn;

	return vhub_send(conn->v, frame, len);
}

static int lib_look_all(struct bench_end *end, struct bench_check *check)
{
	struct lib_conn *conn = end->conn;
	struct vhub_frame frames[LIB_BATCH];
	int i, n, ret;

	n = vhub_recv_batch(conn->v, frames, LIB_BATCH);
	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		ret = bench_check_frame(check, frames[i].data, frames[i].len);
		if (ret)
			return ret;
	}
	return vhub_release(conn->v, n);
}

static void lib_close(struct bench_end *end)
{
	struct lib_conn *conn = end->conn;

	vhub_close(conn->v);
	if (conn->filled)
		free(conn->frames[0].data);
	free(conn);
}

const struct bench_rival bench_lib_1 = {
	.name		= "lib-1",
	.title		= "user hub, library",
	.frame_max	= BENCH_FRAME_MAX,
	.user		= true,
	.setup		= lib_setup,
	.open		= lib_open,
	.send		= lib_send,
	.look_all	= lib_look_all,
	.close		= lib_close,
	.teardown	= bench_user_stop,
};

const struct bench_rival bench_lib_64 = {
	.name		= "lib-64",
	.title		= "user hub, lib., 64",
	.frame_max	= BENCH_FRAME_MAX,
	.user		= true,
	.setup		= lib_setup,
	.open		= lib_open,
	.send_batch	= lib_send_batch,
	.look_all	= lib_look_all,
	.close		= lib_close,
	.teardown	= bench_user_stop,
};
