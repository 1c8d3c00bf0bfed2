/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - messages of the family "vhubd" into structs */
#ifndef LIBVHUB_VHUBD_PARSE_H
#define LIBVHUB_VHUBD_PARSE_H

#include "nl.h"
#include "vhubd.h"

/* What the message does not say is 0. Return 0 or -errno. */
int vhubd_parse_link(const struct nlmsghdr *nlh, struct vhub_link_info *link);
int vhubd_parse_fwd(const struct nlmsghdr *nlh, struct vhub_fwd_info *fwd);
int vhubd_parse_lease(const struct nlmsghdr *nlh,
		      struct vhub_lease_info *lease);
int vhubd_parse_conn(const struct nlmsghdr *nlh, struct vhub_conn_info *conn);

#endif /* LIBVHUB_VHUBD_PARSE_H */
