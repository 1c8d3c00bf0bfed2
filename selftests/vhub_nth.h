/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - a call that is made with its first, second, ... failure
 *
 * What is made with what, and what has to come of it: the machinery of the scenarios
 * that have each call fail.
 */
#ifndef _VHUB_NTH_H
#define _VHUB_NTH_H

#include "vhub_fail.h"
#include "vhub_fdb.h"
#include "vhub_ring.h"

#define DEVICE	"dev0"
#define RENAMED	"lan1"	/* what the hub may be called after */
#define SIZE	100	/* of a frame */

#define MEM_SIZE	(1 << 16)

/**
 * struct actors - what a call is made with, and what it was told
 * @fd: a file, or -1
 * @other: another, or -1
 * @ring: a file with rings; its @fd is -1 if there is none
 * @port: number of a port
 * @ear: who listens to all events; its @sock is NULL if nobody does
 * @genl: a socket to ask by; its @sock is NULL if there is none
 * @child: a process that helps, or 0
 * @unknown: the answer to a request was lost, which was done all the same
 * @count: answers there were
 * @attach: what a file was attached with
 * @ifr: what a file says of itself
 * @numbers: what else it does
 * @frame: what was read
 * @len: bytes of it
 * @hub_info: what the kernel tells of a hub
 * @port_info: of a port
 * @fdb_info: of an address
 */
struct actors {
	int fd;
	int other;
	struct ring ring;
	int port;
	struct genl ear;
	struct genl genl;
	pid_t child;
	bool unknown;
	unsigned int count;
	struct vhub_attach attach;
	struct ifreq ifr;
	int numbers[3];
	unsigned char frame[SIZE];
	ssize_t len;
	struct hub_info hub_info;
	struct port_info port_info;
	struct fdb_info fdb_info;
};

/**
 * struct nth - a call, and what is known of it
 * @prepare: makes what it needs; 0 or -errno
 * @call: makes the call; 0 or -errno
 * @done: has it done its work, all of it, when it says so?
 * @heard: did it do what somebody hears of? Then @prepare has made an ear.
 * @whats: enum fail_what that it cannot do without: bit of each
 * @netlink: what fails is what the kernel does for a request
 * @frames: it carries frames, or loses them and counts that
 * @unlike: the call may give other results when it is made again
 * @alone: it makes the hub
 * @frugal: it makes no small allocations
 * @other: what others in the kernel make of it, beside ENOMEM and EFAULT
 */
struct nth {
	int (*prepare)(struct actors *a);
	int (*call)(struct actors *a);
	bool (*done)(struct actors *a);
	bool (*heard)(struct actors *a);
	unsigned int whats;
	bool netlink;
	bool frames;
	bool unlike;
	bool alone;
	bool frugal;
	int other;
};

/* What many need. */
int prepare_nothing(struct actors *a);
int prepare_file(struct actors *a);
int prepare_port(struct actors *a);
int prepare_pair(struct actors *a);
int prepare_switch(struct actors *a);
int prepare_device(struct actors *a);
int prepare_plugged(struct actors *a);
int prepare_tun_device(struct actors *a);
int prepare_plugged_tun(struct actors *a);
int prepare_ear(struct actors *a);

int nth_open(void);
const char *nth_try_often(const struct nth *nth);
const char *nth_try_for_good(const struct nth *nth);

#endif /* _VHUB_NTH_H */
