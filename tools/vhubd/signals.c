// SPDX-License-Identifier: GPL-2.0
/* vhubd - signals, in the loop */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "signals.h"

/* Where a handler, which is told nothing else, writes to. */
static volatile sig_atomic_t signals_fd = -1;

/* A pipe that is full holds more of them than anybody wants. */
static void signals_handle(int number)
{
	const unsigned char byte = number;
	int err = errno;

	if (write(signals_fd, &byte, 1) < 0)
		errno = err;
}

static void signals_ready(struct loop_file *file, uint32_t events)
{
	struct signals *s = container_of(file, struct signals, file);
	unsigned char byte;

	(void)events;
	if (read(file->fd, &byte, 1) == 1)
		s->got(s, byte);
}

int signals_open(struct signals *s, struct loop *loop,
		 void (*got)(struct signals *s, int number))
{
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	s->loop = loop;
	s->got = got;
	s->file.fd = ends[0];
	s->file.ready = signals_ready;
	s->write_fd = ends[1];
	ret = loop_add(loop, &s->file, EPOLLIN);
	if (ret) {
		close(ends[0]);
		close(ends[1]);
		return ret;
	}
	signals_fd = ends[1];
	return 0;
}

void signals_add(int number)
{
	struct sigaction action = {
		.sa_handler = signals_handle,
		.sa_flags = SA_RESTART,
	};

	sigaction(number, &action, NULL);
}

void signals_close(struct signals *s)
{
	signals_fd = -1;
	loop_del(s->loop, &s->file);
	close(s->file.fd);
	close(s->write_fd);
}
