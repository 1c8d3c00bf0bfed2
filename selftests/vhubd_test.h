/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - vhubd under test: started, stopped, and what it said; sockets that
 * speak its formats
 *
 * Functions return 0 or what they are asked for, or -errno.
 */
#ifndef _VHUBD_TEST_H
#define _VHUBD_TEST_H

#include <sys/socket.h>
#include <sys/un.h>

#include "vhub_test.h"

#define VHUBD_WORDS	32	/* of a command line */
#define LENGTH_HEAD	4	/* bytes of length before a frame in a stream */
#define LENGTH_MAX	69632	/* of what QEMU takes for a frame */

/**
 * struct vhubd - a vhubd that runs
 * @pid: its process
 * @log: file that it says things to
 */
struct vhubd {
	pid_t pid;
	int log;
};

/* Where the next one that is started says things, instead of a file of its own, if
 * it is not -1.
 */
extern int vhubd_log;

/* Starts it and waits until it is ready; links follow, and NULL. @mode is
 * "--user" or "--kernel". Open files that are not close-on-exec are inherited.
 * Return: 0, or the exit status of one that did not become ready.
 */
int vhubd_start_as(struct vhubd *d, const char *hub, const char *mode, ...);

#define vhubd_start(d, mode, ...) ({					\
	const char *_mode = (mode);					\
									\
	vhubd_start_as(d, vhubd_hub(_mode), _mode, __VA_ARGS__);	\
})

/* HUB, but another name for a user hub beside one that runs already: there can be
 * only one of a name.
 */
const char *vhubd_hub(const char *mode);

/* Return: its exit status, or 128 and its signal. */
int vhubd_stop(struct vhubd *d);
int vhubd_kill(struct vhubd *d);

/* How often has it said this? */
int vhubd_said(const struct vhubd *d, const char *text);

/* Number that stands behind @name in what it says of the port labelled @label;
 * 0 if the name is not there, -ENOENT if the port is not.
 */
long long vhubd_count(const struct vhubd *d, const char *label,
		      const char *name);

/* KiB of memory that it has to itself. */
long vhubd_memory(const struct vhubd *d);

/* A pair of sockets: the first for the test, the second, whose number is put in
 * @text after "socket,fd=", for vhubd. gets_...() give up after LIMIT_MS.
 */
int link_pair(int type, int pair[2], char text[32]);

/* Sockets, connected. */
int tcp_connect(unsigned int port);
int unix_connect(const char *path);

/* Sockets that listen or are bound. @port: set to the port. */
int tcp_listen(unsigned int *port);
int udp_bind(unsigned int *port);
int unix_bind(int type, const char *path);
int accept_one(int sock);

/* A port that nobody uses now. */
unsigned int free_port(int type);

/* Frames behind their length. */
int put_stream(int fd, size_t len, unsigned int seed);
bool gets_stream(int fd, size_t len, unsigned int seed);

/* The length alone, whatever it says. */
int put_length(int fd, unsigned int length);
int put_bytes(int fd, const void *data, size_t len);

/* Nothing is there to be read, and the connection lives. */
bool is_silent(int fd);

/* The other side ends the connection. */
bool gets_end(int fd);

#endif /* _VHUBD_TEST_H */
