/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvhub - what the vhubds of a hub are made of: links, forwards, leases and
 * connections
 *
 * Of the command, not of the library's interface. A hub of the kernel's is served by
 * any number of vhubds, which all are asked. Functions return 0 or -errno as those of
 * netlink.h do: -ESRCH when there is a hub, but no vhubd to ask.
 */
#ifndef LIBVHUB_VHUBD_H
#define LIBVHUB_VHUBD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#include <linux/vhubd.h>

#include "netlink.h"

#define VHUB_LINK_KIND_SIZE	16
#define VHUB_LINK_ERROR_SIZE	256
#define VHUB_LEASE_NAME_SIZE	64
#define VHUB_CONN_WORD_SIZE	32

/**
 * struct vhub_inet - an address of IP
 * @family: AF_INET or AF_INET6; 0 for none
 * @port: of TCP or UDP; 0 for none
 * @address: 4 or 16 bytes
 */
struct vhub_inet {
	uint16_t family;
	uint16_t port;
	uint8_t address[16];
};

/* Fields have the names of the attributes; @has as in netlink.h. */
struct vhub_link_info {
	uint32_t has;
	uint32_t id;
	uint32_t ports;
	uint32_t port;
	uint32_t pid;
	bool works;
	char hub_name[VHUB_NAME_SIZE];
	char name[VHUBD_LINK_NAME_MAX + 1];
	char kind[VHUB_LINK_KIND_SIZE];
	char error[VHUB_LINK_ERROR_SIZE];
	char text[VHUBD_TEXT_MAX + 1];
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
};

struct vhub_fwd_info {
	uint32_t has;
	uint32_t link;
	uint32_t kind;
	uint8_t protocol;
	struct vhub_inet host;
	struct vhub_inet guest;
	char hub_name[VHUB_NAME_SIZE];
	char target[VHUBD_TEXT_MAX + 1];
	uint64_t connections;
	uint64_t in_bytes;
	uint64_t out_bytes;
};

struct vhub_lease_info {
	uint32_t has;
	uint32_t link;
	uint32_t left;
	struct vhub_inet address;
	uint8_t mac[VHUB_ADDRESS_SIZE];
	char hub_name[VHUB_NAME_SIZE];
	char name[VHUB_LEASE_NAME_SIZE];
};

struct vhub_conn_info {
	uint32_t has;
	uint32_t link;
	uint32_t in_queue;
	uint32_t out_queue;
	struct vhub_inet src;
	struct vhub_inet dst;
	struct vhub_inet local;
	struct vhub_inet remote;
	char hub_name[VHUB_NAME_SIZE];
	char protocol[VHUB_CONN_WORD_SIZE];
	char state[VHUB_CONN_WORD_SIZE];
};

/**
 * struct vhub_fwd_set - a forward to add or remove
 * @link: number of the link, 0 for the only stack
 * @kind: VHUBD_FWD_KIND_*
 * @text: as it is written
 */
struct vhub_fwd_set {
	uint32_t link;
	uint32_t kind;
	const char *text;
};

/* All of @hub, or of all hubs if that is NULL; the caller frees what is listed. @link:
 * those of one link, 0 for all. nl->interrupted as in netlink.h.
 */
int vhub_link_list(struct vhub_nl *nl, const char *hub,
		   struct vhub_link_info **links, size_t *n);
int vhub_fwd_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		  struct vhub_fwd_info **fwds, size_t *n);
int vhub_lease_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		    struct vhub_lease_info **leases, size_t *n);
int vhub_conn_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		   struct vhub_conn_info **conns, size_t *n);

/* To the first vhubd that takes it. */
int vhub_link_add(struct vhub_nl *nl, const char *hub, const char *text,
		  struct vhub_link_info *link);

/* @name: of the link, or its number in digits. */
int vhub_link_get(struct vhub_nl *nl, const char *hub, const char *name,
		  struct vhub_link_info *link);
int vhub_link_del(struct vhub_nl *nl, const char *hub, const char *name);

/* -ENOTUNIQ if there are several stacks and none is named. */
int vhub_fwd_add(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fwd_set *set, struct vhub_fwd_info *fwd);
int vhub_fwd_del(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fwd_set *set);

#endif /* LIBVHUB_VHUBD_H */
