/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub-bench: what its parts know of each other */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define BENCH_RECEIVERS_MAX	8
#define BENCH_FRAME_MAX		65535
#define ATTACH_PORTS_MAX	4096
#define IDLE_PORTS_MAX		1024
#define IDLE_USER_CLIENTS	1000
#define IDLE_KINDS		5
#define IDLE_LEN		64
#define BENCH_HUB		"bench0"

/**
 * struct bench_end - one end of a rival's network, for one process
 * @fd: the file that it is
 * @conn: the connection, for those that are none
 * @back: the connection to receive by, for those that have two
 * @len: bytes of the frames that it will carry, set before it is opened
 * @both: sends and receives, set before it is opened; otherwise number 0 sends
 *	and the others receive
 */
struct bench_end {
	int fd;
	void *conn;
	void *back;
	size_t len;
	bool both;
};

#define BENCH_ETHERTYPE		0x88b5	/* for local experiments */

/* The begin of each frame. */
struct bench_frame {
	uint8_t dest[6];
	uint8_t source[6];
	uint16_t type;
	uint8_t pad[2];
	uint64_t number;
} __attribute__((packed));

/**
 * struct bench_check - what a receiver has seen
 * @len: bytes of each frame
 * @next: least number that the next may have
 * @count: how many there were
 */
struct bench_check {
	size_t len;
	uint64_t next;
	uint64_t count;
};

/* Looks at a frame. Others than ours are passed over. Return: 0, or -EPROTO for
 * one that is not in its place.
 */
static inline int bench_check_frame(struct bench_check *check,
				    const struct bench_frame *frame, size_t len)
{
	if (len != check->len || frame->type != htons(BENCH_ETHERTYPE))
		return 0;
	if (frame->number < check->next)
		return -EPROTO;
	check->next = frame->number + 1;
	check->count++;
	return 0;
}

/**
 * struct bench_rival - a system to measure
 * @name: key in the results
 * @title: in the table
 * @frame_max: bytes of the longest frame it carries
 * @window: frames that a paced sender has to be ahead at least
 * @queue: long frames that its shortest queue holds, 0 for those of the kernel
 * @rings: of the kernel, which hold more frames and need less time for them
 * @user: our hub without the kernel, vhubd
 * @receivers_max: receivers that a frame can reach, 0 for any number
 * @missing: why it cannot be had on this machine, or NULL; optional
 * @setup: make a network with that many ends
 * @open: take end number @i of it, in the process that goes on to use it
 * @send: send one frame; 0 or -errno
 * @send_batch: instead: send a batch of frames like @frame, each with its number,
 *	from *@number on, which is moved on; 0 or -errno
 * @recv: wait for a frame, take it; its length or -errno
 * @look_all: instead: wait for a frame, look at all that are there where they
 *	are; 0 or -errno
 * @close: give the end up
 * @teardown: what setup made goes
 */
struct bench_rival {
	const char *name;
	const char *title;
	size_t frame_max;
	unsigned int window;
	unsigned int queue;
	bool rings;
	bool user;
	unsigned int receivers_max;
	const char *(*missing)(void);
	void (*setup)(unsigned int ends);
	void (*open)(struct bench_end *end, unsigned int i);
	int (*send)(struct bench_end *end, const void *frame, size_t len);
	int (*send_batch)(struct bench_end *end,
			  const struct bench_frame *frame, size_t len,
			  uint64_t *number);
	ssize_t (*recv)(struct bench_end *end, void *buf, size_t size);
	int (*look_all)(struct bench_end *end, struct bench_check *check);
	void (*close)(struct bench_end *end);
	void (*teardown)(void);
};

extern const struct bench_rival bench_vhub;
extern const struct bench_rival bench_ring_1;
extern const struct bench_rival bench_ring_16;
extern const struct bench_rival bench_ring_64;
extern const struct bench_rival bench_ring_256;
extern const struct bench_rival bench_switch_2;
extern const struct bench_rival bench_switch_10000;
extern const struct bench_rival bench_tap;
extern const struct bench_rival bench_tap_hub;
extern const struct bench_rival bench_ovs;
extern const struct bench_rival bench_veth;
extern const struct bench_rival bench_veth_bridge;
extern const struct bench_rival bench_veth_hub;
extern const struct bench_rival bench_veth_switch;
extern const struct bench_rival bench_vde;
extern const struct bench_rival bench_cable;
extern const struct bench_rival bench_user_1;
extern const struct bench_rival bench_user_unconfined;
extern const struct bench_rival bench_user_64;
extern const struct bench_rival bench_user_vde;
extern const struct bench_rival bench_hubport;
extern const struct bench_rival bench_user_tcp;
extern const struct bench_rival bench_lib_1;
extern const struct bench_rival bench_lib_64;

/**
 * struct flood_plan - a flood from one end to the others
 * @rival: through what
 * @len: bytes of a frame
 * @receivers: number of ends that receive
 * @frames: frames each receiver has to get while it is measured
 * @warmup: frames it gets before that
 * @window: frames that the sender may be ahead of the slowest receiver, or 0
 */
struct flood_plan {
	const struct bench_rival *rival;
	size_t len;
	unsigned int receivers;
	uint64_t frames;
	uint64_t warmup;
	uint64_t window;
};

/**
 * struct flood_result - what came of it, after the warm-up
 * @ns: time
 * @sent: frames sent
 * @delivered: frames that reached a receiver, of all receivers
 * @lost: frames that did not
 * @sleeps: times that a receiver fell asleep
 */
struct flood_result {
	uint64_t ns;
	uint64_t sent;
	uint64_t delivered;
	uint64_t lost;
	uint64_t sleeps;
};

int flood_take(const struct bench_rival *rival, struct bench_end *end,
	       struct bench_check *check);
void flood_set_policy(bool paced);
void flood_run(const struct flood_plan *plan, struct flood_result *result);

const char *tcp_missing(void);
double tcp_run(const struct bench_rival *rival);

double echo_run(const struct bench_rival *rival, size_t len,
		unsigned int count);

/**
 * struct idle_kind - ports that nobody uses
 * @name: key in the results
 * @title: in the table
 * @receives: frames go to them
 * @add: attach one
 */
struct idle_kind {
	const char *name;
	const char *title;
	bool receives;
	void (*add)(int *fd);
};

extern const struct idle_kind idle_kinds[IDLE_KINDS];

double idle_run(const struct bench_rival *rival, const struct idle_kind *kind,
		unsigned int ports);

double idle_user_run(void);

/* Nanoseconds that memcpy() takes for a frame. */
double copy_run(size_t len);

/**
 * struct attach_result - attaching and detaching many ports
 * @ports: how many
 * @attach_ns: time to open and attach them
 * @detach_ns: time to close them
 * @bytes: memory of an attached port, with its open file
 * @slab_bytes: of this, memory in slabs
 * @percpu_bytes: of this, memory that each processor has one of
 */
struct attach_result {
	unsigned int ports;
	uint64_t attach_ns;
	uint64_t detach_ns;
	double bytes;
	double slab_bytes;
	double percpu_bytes;
};

void attach_run(unsigned int ports, struct attach_result *result);

/**
 * struct part_costs - the parts of a frame's way, in nanoseconds
 * @send_alone: send, there is no other end
 * @send_queued: send, it is queued, nobody sleeps
 * @send_full: send, the queue is full
 * @recv_queued: receive a frame that is there
 * @recv_empty: ask for a frame when there is none
 * @echo: send, wake the other process, it receives: half of there and back
 */
struct part_costs {
	double send_alone;
	double send_queued;
	double send_full;
	double recv_queued;
	double recv_empty;
	double echo;
};

/**
 * struct machine_costs - what cannot be had for less, in nanoseconds
 * @syscall: getpid()
 * @null_write: write() of 64 bytes to /dev/null
 * @wake: wake a process that sleeps in read() and switch to it
 */
struct machine_costs {
	double syscall;
	double null_write;
	double wake;
};

void parts_run(const struct bench_rival *rival, size_t len,
	       struct part_costs *costs);
void parts_machine(struct machine_costs *costs);

/* Everything that goes wrong ends the program, with status 2. */
void bench_die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
void bench_shell(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
uint64_t bench_now(void);
void *bench_shared(size_t size);
int vhub_end_attach(void);
void bench_vhub_setup(unsigned int ends);
void bench_vhub_setup_switch(unsigned int ends);
void bench_vhub_teardown(void);

/* The user hub with these links, or NULL, which take clients. */
void bench_user_start(const char *link, const char *second);
void bench_user_stop(void);

/* Nanoseconds that it has run. */
uint64_t bench_user_time(void);

#endif /* BENCH_H */
