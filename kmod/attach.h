/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - ports made of open files of /dev/vhub
 */
#ifndef _VHUB_ATTACH_H
#define _VHUB_ATTACH_H

#include <linux/mutex.h>
#include <linux/sched.h>

#include <linux/virtio_config.h>

#include "mem.h"
#include "port.h"
#include "queue.h"
#include "ring.h"

struct vhub_file;

/**
 * struct vhub_fdport - a port made of open files
 * @port: what every port has
 * @owner: user that attached it
 * @lock: see the comments below
 * @pid: process that opened the port or set it up last
 * @comm: name of that process then
 * @queue_count: files attached
 * @ring_count: those of them that have rings
 * @on_count: files that receive, the first of @on
 * @on: these files
 * @vnet_hdr_size: bytes of the virtio-net header, if the port has one
 * @offloads: TUN_F_* bits that the port takes
 * @sndbuf: what TUNSETSNDBUF said; senders never wait, so it means nothing
 * @vnet_le: header is little-endian
 * @vnet_be: header is big-endian, when not @vnet_le
 * @rcu: frees it
 *
 * Lives as long as a file is attached, and an RCU grace period. Frames for the
 * port go to one of the files in @on, those of one flow to the same as long as
 * @on does not change.
 */
struct vhub_fdport {
	struct vhub_port port;

	/* Set at creation, then read-only. */
	kuid_t owner;

	/* Protected by @lock. */
	spinlock_t lock;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
	u32 queue_count;
	u32 ring_count;

	/* RCU: written under @lock. */
	u32 on_count;
	struct vhub_file __rcu *on[VHUB_QUEUES_MAX];

	/* Single words, set by ioctl and read whenever a frame passes. */
	u32 vnet_hdr_size;
	u32 offloads;
	int sndbuf;
	bool vnet_le;
	bool vnet_be;

	struct rcu_head rcu;
};

/**
 * struct vhub_file - an open file of /dev/vhub
 * @lock: one ioctl at a time
 * @net: namespace in which to look for the hub; NULL once attached
 * @port: the port, set once, by vhub_file_port()
 * @queue: frames that wait for read()
 * @mem: memory registered for rings, or NULL
 * @ring: the rings, or NULL; set once, by vhub_file_ring()
 * @on_index: where it stands in @on of the port, -1 for nowhere
 * @rcu: frees it
 *
 * The file holds its namespace as a socket does, but only until it is
 * attached: from then on the namespace may go, and its hubs with it.
 */
struct vhub_file {
	/* Protected by @lock. */
	struct mutex lock;
	struct net *net;

	/* Written once under @lock, with release. */
	struct vhub_fdport *port;

	struct vhub_queue queue;

	/* Written once under @lock, grown under the queue's lock, too. */
	struct vhub_mem_table *mem;

	/* Written once under @lock and the queue's lock, with release. */
	struct vhub_ring_pair *ring;

	/* Protected by the port's lock. */
	int on_index;

	struct rcu_head rcu;
};

/**
 * struct vhub_attach_how - how a file is to be attached
 * @label: text for the port
 * @flags: VHUB_PORT_FLAG_* beyond those that follow from rights
 * @vnet_hdr_size: bytes of the virtio-net header
 * @mode: FMODE_* of the file
 */
struct vhub_attach_how {
	const char *label;
	u32 flags;
	u32 vnet_hdr_size;
	fmode_t mode;
};

/* The port a file is attached to, NULL before. */
static inline struct vhub_fdport *vhub_file_port(const struct vhub_file *file)
{
	/* Pairs with smp_store_release() in vhub_file_commit(). */
	return smp_load_acquire(&file->port);
}

/* The rings of a file, NULL before there are any. For who holds the file open,
 * or its port's lock while it receives: they go when it is closed.
 */
static inline struct vhub_ring_pair *
vhub_file_ring(const struct vhub_file *file)
{
	/* Pairs with smp_store_release() in vhub_file_add_rings(). */
	return smp_load_acquire(&file->ring);
}

/* The rings of a file if there is an RX ring, or NULL; for the same. */
static inline struct vhub_ring_pair *
vhub_file_rx_ring(const struct vhub_file *file)
{
	struct vhub_ring_pair *ring = vhub_file_ring(file);

	return ring && ring->rx_count ? ring : NULL;
}

/* Bytes of the virtio-net header before each frame of this port. */
static inline u32 vhub_fdport_hdr_size(const struct vhub_fdport *fdport)
{
	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_VNET_HDR))
		return 0;
	return READ_ONCE(fdport->vnet_hdr_size);
}

static inline bool vhub_fdport_hdr_is_le(const struct vhub_fdport *fdport)
{
	return READ_ONCE(fdport->vnet_le) ||
	       (!READ_ONCE(fdport->vnet_be) &&
		virtio_legacy_is_little_endian());
}

int vhub_file_attach(struct vhub_file *file, struct vhub_hub *hub,
		     const struct vhub_attach_how *how);
int vhub_file_join(struct vhub_file *file, struct vhub_fdport *fdport);
void vhub_file_detach(struct vhub_file *file);
int vhub_file_set_on(struct vhub_file *file, bool on);
int vhub_file_add_mem(struct vhub_file *file, u64 start, u64 size);
int vhub_file_add_rings(struct vhub_file *file, struct vhub_rings *rings);
void vhub_file_free_rings(struct vhub_file *file);
void vhub_fdport_adopt(struct vhub_fdport *fdport);
void vhub_fdport_deliver(struct vhub_port *port, struct vhub_batch *batch);

#endif /* _VHUB_ATTACH_H */
