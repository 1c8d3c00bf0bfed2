/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - the generic netlink family: hubs, ports and their changes */
#ifndef VHUB_GENL_H
#define VHUB_GENL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/if.h>

#include <linux/vhub.h>

#include "nl.h"

#define VHUB_COMMAND_SIZE	64

/**
 * struct vhub_hub_info - a hub as the kernel describes it
 * @has: bit 1 << VHUB_A_HUB_* for each of the fields that was given
 */
struct vhub_hub_info {
	uint32_t has;
	uint32_t ifindex;
	uint32_t owner;
	uint32_t group;
	uint32_t perm;
	uint32_t ports;
	uint32_t ports_max;
	char name[IFNAMSIZ];
};

/**
 * struct vhub_hub_set - what to change on a hub
 * @has: bit 1 << VHUB_A_HUB_* for each of the fields to set
 */
struct vhub_hub_set {
	uint32_t has;
	uint32_t owner;
	uint32_t group;
	uint32_t perm;
};

/**
 * struct vhub_port_info - a port as the kernel describes it
 * @has: bit 1 << VHUB_A_PORT_* for each of the fields that was given
 * @drops: frames lost, indexed by VHUB_A_DROPS_*
 */
struct vhub_port_info {
	uint32_t has;
	uint32_t hub_ifindex;
	uint32_t number;
	uint32_t kind;
	uint32_t flags;
	uint32_t pid;
	uint32_t owner;
	uint32_t queues;
	uint32_t queues_on;
	uint32_t vnet_hdr_size;
	uint32_t offloads;
	uint32_t queued;
	char hub_name[IFNAMSIZ];
	char label[VHUB_LABEL_MAX + 1];
	char command[VHUB_COMMAND_SIZE];
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	uint64_t drops[VHUB_A_DROPS_MAX + 1];
};

/**
 * struct vhub_port_set - what to change on a port
 * @has: bit 1 << VHUB_A_PORT_* for each of the fields to set
 */
struct vhub_port_set {
	uint32_t has;
	const char *label;
	bool link;
};

/**
 * struct vhub_event - a change, as vhub_event_next() gives it
 * @cmd: VHUB_CMD_HUB_NTF, _HUB_DEL_NTF, _PORT_NTF or _PORT_DEL_NTF
 * @hub: with the first two
 * @port: with the other two
 */
struct vhub_event {
	uint8_t cmd;
	union {
		struct vhub_hub_info hub;
		struct vhub_port_info port;
	};
};

static inline bool vhub_has(uint32_t has, unsigned int attr)
{
	return has & 1U << attr;
}

/* All return 0 or -errno. The family is missing: -EPROTONOSUPPORT. */
int vhub_genl_ready(struct vhub_nl *nl);
struct nlmsghdr *vhub_genl_request(const struct vhub_nl *nl, void *buf,
				   uint8_t cmd);
int vhub_genl_attrs(const struct nlmsghdr *nlh,
		    const struct vhub_nl_policy *policy,
		    const struct nlattr **tb);

int vhub_hub_get(struct vhub_nl *nl, const char *name,
		 struct vhub_hub_info *hub);
int vhub_hub_list(struct vhub_nl *nl, struct vhub_hub_info **hubs, size_t *n);
int vhub_hub_set(struct vhub_nl *nl, uint32_t ifindex,
		 const struct vhub_hub_set *set);
int vhub_hub_add(struct vhub_nl *nl, const char *name,
		 const struct vhub_hub_set *set);
int vhub_hub_del(struct vhub_nl *nl, const char *name);
int vhub_hub_parse(const struct nlmsghdr *nlh, struct vhub_hub_info *hub);

int vhub_port_get(struct vhub_nl *nl, const char *hub, uint32_t number,
		  struct vhub_port_info *port);
int vhub_port_list(struct vhub_nl *nl, const char *hub,
		   struct vhub_port_info **ports, size_t *n);
int vhub_port_set(struct vhub_nl *nl, const char *hub, uint32_t number,
		  const struct vhub_port_set *set);
int vhub_port_del(struct vhub_nl *nl, const char *hub, uint32_t number);
int vhub_port_parse(const struct nlmsghdr *nlh, struct vhub_port_info *port);

int vhub_event_open(struct vhub_nl *nl);
int vhub_event_next(struct vhub_nl *nl, bool wait,
		    int (*cb)(const struct vhub_event *event, void *data),
		    void *data);

/* Elements of a listing, collected because it may have to be begun again. */
struct vhub_vec {
	void *items;
	size_t size;
	size_t n;
	size_t room;
};

void *vhub_vec_push(struct vhub_vec *vec);
int vhub_genl_dump(struct vhub_nl *nl, struct nlmsghdr *nlh, vhub_nl_cb cb,
		   struct vhub_vec *vec);

#endif /* VHUB_GENL_H */
