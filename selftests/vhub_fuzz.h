/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what the kernel's fuzzers share: choices, frames, netlink messages
 */
#ifndef _VHUB_FUZZ_H
#define _VHUB_FUZZ_H

#include "vhub_test.h"

enum fuzz_limits {
	FUZZ_ARENA	= 64 * 4096,	/* bytes of memory to play with */
	FUZZ_HUBS	= 3,
	FUZZ_DEVICES	= 6,
};

/**
 * struct fuzz - a thread's choices, all of which follow from its seed
 * @seed: state of them
 * @arena: memory that is read and written by any call, in the end by the kernel
 * @family: number of the netlink family
 * @calls: how many it makes, at most
 * @end: when it makes no more, by now_ms()
 * @sock: socket of generic netlink
 * @route: socket of rtnetlink
 * @ask: another, for questions whose answer matters
 */
struct fuzz {
	__u64 seed;
	unsigned char *arena;
	__u16 family;
	unsigned long calls;
	long long end;
	int sock;
	int route;
	int ask;
};

__u32 fuzz_choose(struct fuzz *fuzz, __u32 n);
__u32 fuzz_wild(struct fuzz *fuzz);
void fuzz_bytes(struct fuzz *fuzz, void *to, size_t size);
void *fuzz_memory(struct fuzz *fuzz, const void *init, size_t size);
const char *fuzz_hub(struct fuzz *fuzz);
const char *fuzz_device(struct fuzz *fuzz);
const char *fuzz_any_name(struct fuzz *fuzz);

size_t fuzz_frame(struct fuzz *fuzz, unsigned char *frame);
size_t fuzz_write_buffer(struct fuzz *fuzz, unsigned char *buf);

unsigned int fuzz_index(struct fuzz *fuzz, const char *name);
bool fuzz_genl(struct fuzz *fuzz);
bool fuzz_link(struct fuzz *fuzz);
void fuzz_hubs(struct fuzz *fuzz);

#endif /* _VHUB_FUZZ_H */
