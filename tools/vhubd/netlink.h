/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - generic netlink over unix sockets
 *
 * Two sockets in a folder, of type SOCK_SEQPACKET, or only the first of them. What is
 * sent to "netlink" are requests as the kernel's generic netlink takes them, one or
 * several in a record, and they are answered as the kernel does with NETLINK_EXT_ACK
 * and NETLINK_CAP_ACK set. From "events" comes what the kernel multicasts, of all
 * groups.
 *
 * A family is a table of commands; see netlink_vhub.c for one.
 */
#ifndef VHUBD_NETLINK_H
#define VHUBD_NETLINK_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>
#include <libmnl/libmnl.h>

#include "acceptor.h"
#include "hub.h"
#include "link.h"

#define NETLINK_CLIENTS		64	/* of each of the two sockets */
#define NETLINK_FAMILIES	4
#define NETLINK_ATTR_MAX	63	/* highest number of an attribute taken */
#define NETLINK_REQUEST_MAX	8192	/* bytes of a record that comes */
#define NETLINK_RECORD_MAX	32768	/* bytes of one that goes */

/* Bytes of one answer, part of a dump or event, header and all: no handler adds
 * more than that.
 */
#define NETLINK_MESSAGE_MAX	4096

#define NETLINK_SENTENCE	256
#define NETLINK_CURSOR		4

struct netlink;
struct netlink_request;

/* What an attribute is made of. */
enum netlink_type {
	NETLINK_NONE,		/* not taken */
	NETLINK_U8,
	NETLINK_U16,
	NETLINK_U32,
	NETLINK_STRING,		/* with its NUL */
	NETLINK_BINARY,
};

/**
 * struct netlink_rule - what an attribute of a request has to be
 * @type: what it is made of
 * @min: of a number; bytes of binary data
 * @max: likewise, and bytes of a string without its NUL; 0 for any
 */
struct netlink_rule {
	enum netlink_type type;
	uint32_t min;
	uint32_t max;
};

/**
 * struct netlink_command - a command of a family
 * @cmd: its number
 * @rules: what its requests take, indexed by attribute
 * @max: last of these
 * @answer: does what a request wants; NULL if there are dumps only. An answer, if
 *	there is one beside the acknowledgment, is begun by netlink_answer().
 *	Returns 0, or what netlink_refuse() returned.
 * @dump: adds parts of a dump, each begun by netlink_part(), as long as there is
 *	room; NULL if there are none. Returns 1 when there is more, 0 at the end,
 *	or what netlink_refuse() returned. It finds its place by @cursor of the
 *	request, all 0 at first: things come and go between its calls.
 */
struct netlink_command {
	uint8_t cmd;
	const struct netlink_rule *rules;
	uint16_t max;
	int (*answer)(struct netlink_request *r);
	int (*dump)(struct netlink_request *r);
};

/**
 * struct netlink_family - a family
 * @name: its name
 * @version: its version
 * @commands: its commands
 * @command_count: how many
 * @groups: names of its multicast groups, NULL-terminated; or NULL
 */
struct netlink_family {
	const char *name;
	uint8_t version;
	const struct netlink_command *commands;
	unsigned int command_count;
	const char *const *groups;
};

/**
 * struct netlink_request - a request
 * @nl: where it came
 * @family: which it is for
 * @command: likewise
 * @data: of the family, see netlink_add()
 * @nlh: its message
 * @tb: its attributes, indexed, @command->max + 1 of them; they keep the rules
 * @uid: user who sent it
 * @gid: group likewise
 * @sock: the client's socket
 * @cursor: of a dump, for its handler
 * @give: file that goes with the answer, or -1; closed afterwards
 * @bad: attribute that is to blame, or NULL
 * @sentence: what is wrong
 * @generation: see netlink_generation()
 * @counted: that was called
 * @interrupted: it has changed since
 */
struct netlink_request {
	struct netlink *nl;
	const struct netlink_family *family;
	const struct netlink_command *command;
	void *data;
	const struct nlmsghdr *nlh;
	const struct nlattr **tb;
	uid_t uid;
	gid_t gid;
	int sock;
	uint64_t cursor[NETLINK_CURSOR];
	int give;
	const struct nlattr *bad;
	char sentence[NETLINK_SENTENCE];
	uint32_t generation;
	bool counted;
	bool interrupted;
};

/**
 * struct netlink - the sockets
 * @link: by which things are said about them
 * @requests: clients that ask
 * @events: clients that listen
 * @owner: user who may change things, beside root
 * @dir: folder of the sockets, or NULL
 * @families: the families; their number on the wire is that of the place here
 *	and NETLINK_FAMILY_MIN
 * @data: of each
 * @count: how many there are
 * @message: the event that is being made
 */
struct netlink {
	struct link link;
	struct acceptor requests;
	struct acceptor events;
	uid_t owner;
	char *dir;
	const struct netlink_family *families[NETLINK_FAMILIES];
	void *data[NETLINK_FAMILIES];
	unsigned int count;

	alignas(8) unsigned char message[NETLINK_MESSAGE_MAX];
};

#define NETLINK_CLIENT_NAME	"client"	/* of one that was handed over */
#define NETLINK_FAMILY_MIN	0x10	/* GENL_MIN_ID, the family of families */

struct netlink *netlink_new(struct hub *hub);

/* Have it serve a family, too; @data is for the family's handlers. */
void netlink_add(struct netlink *nl, const struct netlink_family *family,
		 void *data);

/* Make the socket for requests in that folder, and then that for events. Return 0 or
 * -errno.
 */
int netlink_open(struct netlink *nl, const char *dir);
int netlink_open_events(struct netlink *nl);

/* Take a client that was handed over, if one was: there before all others, it need
 * not fear that another is the first one, and the last. Return 0 or -errno.
 */
int netlink_inherit(struct netlink *nl);

/* Take no more clients, and remove the sockets. Those that are there stay. */
void netlink_stop(struct netlink *nl);

/* Also of one that was not opened. */
void netlink_free(struct netlink *nl);

/* The number of a family on the wire. */
uint16_t netlink_family_id(const struct netlink *nl,
			   const struct netlink_family *family);

/* For handlers -----------------------------------------------------------------*/

/* Say why a request is refused, and which of its attributes is to blame, 0 for
 * none. Returns @err, which is -errno.
 */
int netlink_refuse(struct netlink_request *r, int err, unsigned int attr,
		   const char *fmt, ...) G_GNUC_PRINTF(4, 5);

/* May who sent it change things: the owner or root? Return 0 or -EPERM. */
int netlink_may_change(struct netlink_request *r);

/* Begin the answer: the handler adds attributes. */
struct nlmsghdr *netlink_answer(struct netlink_request *r);

/* Begin a part of a dump: likewise. NULL when there is no more room. */
struct nlmsghdr *netlink_part(struct netlink_request *r);

/* Each call of a dump's handler tells how often what it lists has come or gone: if that
 * changes before the end, the dump is marked as interrupted.
 */
void netlink_generation(struct netlink_request *r, uint32_t generation);

/* A number of the request, or another if it is not given. */
static inline uint32_t netlink_u32(const struct netlink_request *r,
				   unsigned int attr, uint32_t otherwise)
{
	return r->tb[attr] ? mnl_attr_get_u32(r->tb[attr]) : otherwise;
}

/* Events: begin one, add attributes, send it. NULL if nobody listens. */
struct nlmsghdr *netlink_event(struct netlink *nl,
			       const struct netlink_family *family,
			       uint8_t cmd);
void netlink_event_send(struct netlink *nl, const struct nlmsghdr *nlh);

/* Of netlink_ctrl.c: the family that tells of families. Its data is the struct
 * netlink.
 */
extern const struct netlink_family netlink_ctrl;

/* Of netlink_policy.c: sort the attributes of a request into r->tb, and see
 * whether they keep the rules. Return 0 or -errno.
 */
int netlink_parse(struct netlink_request *r);

/* Of netlink_event.c. Takes the socket. */
void netlink_event_take(struct acceptor *a, int fd, const struct addr *addr);
void netlink_event_close(struct netlink *nl);

#endif /* VHUBD_NETLINK_H */
