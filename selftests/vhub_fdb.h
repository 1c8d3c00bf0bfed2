/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what the tests of mode switch share: addresses, frames, the table
 */
#ifndef _VHUB_FDB_H
#define _VHUB_FDB_H

#include "vhub_test.h"

/* Stations are known by number, 0 is all of them. */
#define ALL		0U
#define NO_VID		-1	/* without a tag */

void station(unsigned int number, unsigned char mac[6]);

/**
 * struct flow - a frame from one station to another
 * @from: number of the station that sends
 * @to: number of the station it is for, or ALL
 * @vid: VLAN of its tag, or NO_VID
 * @seed: what it carries
 */
struct flow {
	unsigned int from;
	unsigned int to;
	int vid;
	unsigned int seed;
};

#define FLOW(...)	(&(const struct flow){ .vid = NO_VID, __VA_ARGS__ })

size_t flow_make(const struct flow *flow, unsigned char frame[64]);
int flow_send(int fd, const struct flow *flow);
bool flow_gets(int fd, const struct flow *flow);

/* What the kernel tells of an address, in the words of the spec. */
struct fdb_info {
	__u64 has;	/* bit of each VHUB_A_FDB_* that was told */
	char hub_name[IFNAMSIZ];
	__u32 hub_ifindex;
	unsigned char address[6];
	__u32 vid;
	__u32 port;
	__u32 flags;
	__u32 age_ms;
	__u32 old_port;
};

#define FDB_HAS(info, attr)	((info).has & (1ULL << (attr)))

int parse_fdb(const struct nlmsghdr *nlh, struct fdb_info *info);
int fdb_get(const char *hub, unsigned int number, unsigned int vid,
	    struct fdb_info *info);
int fdb_add(const char *hub, unsigned int number, unsigned int vid,
	    unsigned int port);
int fdb_del(const char *hub, unsigned int number, unsigned int vid);
int fdb_flush(const char *hub, int port, int vid);
int fdb_port(const char *hub, unsigned int number, unsigned int vid);

/* Events of the table. */
int fdb_listen(struct genl *genl);
int fdb_event(struct genl *genl, __u8 *cmd, struct fdb_info *info);
bool fdb_event_is(struct genl *genl, __u8 cmd, unsigned int number,
		  unsigned int port, int old_port);
bool fdb_no_event(struct genl *genl);

#endif /* _VHUB_FDB_H */
