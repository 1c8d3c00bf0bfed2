/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - the netlink family "vhub" of a user hub */
#ifndef VHUBD_NETLINK_VHUB_H
#define VHUBD_NETLINK_VHUB_H

#include "folder.h"

/* Have the folder's sockets serve the family, and tell of changes from now on. */
void netlink_vhub_add(struct folder *folder);

/* Say that the hub goes, and nothing more. */
void netlink_vhub_gone(struct folder *folder);

extern const struct netlink_family netlink_vhub;

/* Does a request name this hub, in these attributes? Return 0 or -errno. */
int netlink_vhub_find(struct netlink_request *r, unsigned int ifindex,
		      unsigned int name);

/* The port whose number this attribute is; NULL after setting @ret. */
struct port *netlink_vhub_port(struct netlink_request *r, unsigned int attr,
			       int *ret);

/* Of netlink_fdb.c */
extern const struct netlink_rule netlink_fdb_rules[];
extern const struct netlink_rule netlink_fdb_flush_rules[];
int netlink_fdb_get(struct netlink_request *r);
int netlink_fdb_dump(struct netlink_request *r);
int netlink_fdb_add(struct netlink_request *r);
int netlink_fdb_del(struct netlink_request *r);
int netlink_fdb_flush(struct netlink_request *r);
void netlink_fdb_tell(struct fdb *fdb, const struct fdb_entry *entry,
		      enum fdb_change change, const struct port *old);

#endif /* VHUBD_NETLINK_VHUB_H */
