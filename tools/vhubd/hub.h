/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - the hub: the kernel's, or this process itself
 *
 * A link has ports on the hub. What arrives on the link goes into the hub by
 * port_input(); what the hub has for the link comes by the port's output().
 */
#ifndef VHUBD_HUB_H
#define VHUBD_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <linux/vhub.h>

#include "../libvhub/netlink.h"
#include "../libvhub/vhub.h"
#include "fdb.h"
#include "loop.h"
#include "needs.h"

/* Frames that the hub hands over at once. */
#define PORT_BATCH	64

/* Ports of a hub in this process, as in the kernel. */
#define HUB_PORTS_MAX	4096

/*
 * In the reserved field of a frame: the 4 bytes before it hold its length, as
 * in a stream.
 */
#define FRAME_HEADED	1

#define FRAME_HEAD	4	/* bytes of that length */

struct hub;
struct link;
struct links;
struct port;

/**
 * struct port_ops - what a link does for its port
 * @end: end the client that the port is of, and so the port; NULL where there are
 *	no clients
 * @output: take frames that the hub has for the link, the first of them first.
 *	Returns how many were taken, with those that port_lose() was told of.
 *	After less than all, the link calls port_writable() once it takes more.
 *	It must not close any port.
 */
struct port_ops {
	void (*end)(struct port *port);
	unsigned int (*output)(struct port *port,
			       const struct vhub_frame *frames,
			       unsigned int n);
};

/**
 * enum port_size - what a port is worth of memory
 * @PORT_WIDE: one of few, that has rings
 * @PORT_NARROW: one of possibly thousands, for which no memory is pinned
 */
enum port_size {
	PORT_WIDE,
	PORT_NARROW,
};

/**
 * struct port_user - the process that is at a port
 * @pid: its number, 0 if that is not known
 * @uid: its user
 * @command: what it was called
 */
struct port_user {
	pid_t pid;
	uid_t uid;
	char command[VHUB_COMMAND_SIZE];
};

/**
 * struct port - a place on the hub, part of what a link is made of
 * @ops: of the link
 * @hub: its hub
 * @link: its link, or NULL
 * @works: the link takes frames
 * @pulled: its cable is, by request
 * @up: the one, and not the other
 * @client: it is that of a client, and ends with it
 * @kind: VHUB_PORT_KIND_*
 * @announced: it has been told that it is there
 * @news: that has to be told, or what has changed
 * @number: on the hub
 * @label: what it is
 * @user: who is there
 * @at: where it is on the hub, of the hub's kind
 * @queued: frames that wait until the link takes more, of the user hub
 * @rx_frames: taken by the link
 * @rx_bytes: of these
 * @tx_frames: from the link
 * @tx_bytes: of these
 * @drops: lost here, indexed by VHUB_A_DROPS_*
 * @flags: of our own hub in mode switch, bits VHUB_PORT_FLAG_NO_LEARNING,
 *	_NO_FLOOD, _ISOLATED
 * @lock: the only address that may send, of zeros if any may
 * @max_addresses: most addresses that are here, 0 for any number
 * @addresses: those that are, of the hub's table
 * @not_learned: frames whose source found no room
 * @node: in the hub's list
 */
struct port {
	const struct port_ops *ops;
	struct hub *hub;
	const struct link *link;
	bool works;
	bool pulled;
	bool up;
	bool client;
	bool announced;
	uint32_t kind;
	struct loop_work news;
	uint32_t number;
	char label[VHUB_LABEL_SIZE];
	struct port_user user;
	void *at;
	uint32_t queued;
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	uint64_t drops[VHUB_A_DROPS_MAX + 1];
	uint32_t flags;
	uint8_t lock[6];
	uint32_t max_addresses;
	GQueue addresses;
	uint64_t not_learned;
	GList node;
};

/**
 * struct hub_ops - a kind of hub
 * @open: place the port; 0 or -errno
 * @close: take it away
 * @input: frames of the port, of good length
 * @up: port->up has changed
 * @writable: the port's output() takes more
 */
struct hub_ops {
	int (*open)(struct port *port, enum port_size size);
	void (*close)(struct port *port);
	void (*input)(struct port *port, const struct vhub_frame *frames,
		      unsigned int n);
	void (*up)(struct port *port);
	void (*writable)(struct port *port);
};

/**
 * struct hub_news - where it is told what happens to ports
 * @port: one came or was changed
 * @port_gone: one goes
 */
struct hub_news {
	void (*port)(struct port *port);
	void (*port_gone)(struct port *port);
};

/**
 * struct hub - the hub that this process serves
 * @ops: its kind
 * @name: its name
 * @loop: where files are waited for
 * @ports: of this process
 * @links: of this process, see links.h; NULL if there is no list of them
 * @news: who wants to know, or NULL
 * @data: of these
 * @stop: end the process
 * @left: the last one that was connected to ask is gone; or NULL
 * @generation: how often a port came or went
 * @next: number to try for the next port, of the user hub
 * @long_queues: of its ports
 * @user: who this process becomes, or stays, when all is set up
 * @fdb: the addresses of the user hub, if that is in mode switch
 * @receive_only: it has been said that there is no right to send
 * @settled: all is set up and rights are given up, so there may be threads
 */
struct hub {
	const struct hub_ops *ops;
	const char *name;
	struct loop *loop;
	GQueue ports;
	struct links *links;
	const struct hub_news *news;
	void *data;
	void (*stop)(struct hub *hub);
	void (*left)(struct hub *hub);
	uint32_t generation;
	uint32_t next;
	uint32_t long_queues;
	const struct privilege *user;
	struct fdb fdb;
	bool receive_only;
	bool settled;
};

extern const struct hub_ops hub_kernel;
extern const struct hub_ops hub_user;

/* Begin one, in mode hub and without ports; it ends when these have gone. */
void hub_init(struct hub *hub, const char *name, struct loop *loop);
void hub_end(struct hub *hub);

/* @mode: VHUB_HUB_MODE_*, of our own hub */
void hub_set_mode(struct hub *hub, uint32_t mode);

/* Can this process attach to a kernel's hub of that name? 0 or -errno. */
int hub_kernel_try(const char *name);

/* Add what attaching to that one again needs. */
void hub_kernel_needs(const char *name, struct needs *needs);

/* That hub is gone, so no port of ours is on it. They are to be on the next one of
 * its name: return 0, or -errno when at least one is not, to try again.
 */
void hub_kernel_leave(struct hub *hub);
int hub_kernel_return(struct hub *hub);

/* Place a port whose memory is zero, down at first. Return 0 or -errno. */
int port_open(struct port *port, struct hub *hub, const struct port_ops *ops,
	      enum port_size size, const char *label);

/* Nothing is output any more. Not for ports that were not opened. */
void port_close(struct port *port);

/* Does the link take frames? What came while it did not is lost. */
void port_set_up(struct port *port, bool up);

/* Pull the cable out, or plug it in. */
void port_pull(struct port *port, bool pulled);

/* Who is at the other end of a unix socket is who is at the port. */
void port_set_user(struct port *port, int fd);

/* Something that listeners are told of has changed; they are, soon or now. */
void port_changed(struct port *port);
void port_tell(struct port *port);

/* The port of that number, or NULL. */
struct port *hub_port(const struct hub *hub, uint32_t number);

/* See struct port_ops. */
static inline void port_writable(struct port *port)
{
	port->hub->ops->writable(port);
}

/* Is this what a hub carries? Counts it if not. */
static inline bool port_takes(struct port *port, uint32_t len)
{
	if (len - VHUB_FRAME_MIN <= VHUB_FRAME_MAX - VHUB_FRAME_MIN)
		return true;
	port->drops[len < VHUB_FRAME_MIN ? VHUB_A_DROPS_SHORT :
		    VHUB_A_DROPS_LONG]++;
	return false;
}

/* Frames from the link, each of a length that port_takes(). Their memory is the
 * caller's again afterwards.
 */
void port_input(struct port *port, const struct vhub_frame *frames,
		unsigned int n);

/* Frames that output() takes, but that will never reach the other side. @reason:
 * VHUB_A_DROPS_*
 */
void port_lose(struct port *port, unsigned int reason,
	       const struct vhub_frame *frames, unsigned int n);

/* Frames from the link, given to port_input(), that do not go on. @reason:
 * VHUB_A_DROPS_*
 */
void port_refuse(struct port *port, unsigned int reason,
		 const struct vhub_frame *frames, unsigned int n);

/* The reason why a frame cannot be sent, from errno. */
unsigned int port_reason(int error);

/* Have the link take frames; counts them. Returns how many it took. */
unsigned int port_output(struct port *port, const struct vhub_frame *frames,
			 unsigned int n);

/* Say how every port does. */
void hub_say(const struct hub *hub);

#endif /* VHUBD_HUB_H */
