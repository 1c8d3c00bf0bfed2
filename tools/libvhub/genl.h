/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - the generic netlink family: requests, answers and listings */
#ifndef LIBVHUB_GENL_H
#define LIBVHUB_GENL_H

#include <stddef.h>
#include <stdint.h>

#include "netlink.h"
#include "nl.h"

/* All return 0 or -errno. The family is missing: -EPROTONOSUPPORT. */
int vhub_genl_ready(struct vhub_nl *nl);
int vhub_genl_find(struct vhub_nl *nl, int sk, unsigned int portid,
		   const char *name);
struct nlmsghdr *vhub_genl_request(void *buf, uint8_t cmd);
int vhub_genl_talk(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, void *data);
int vhub_genl_attrs(const struct nlmsghdr *nlh,
		    const struct vhub_nl_policy *policy,
		    const struct nlattr **tb);

int vhub_hub_parse(const struct nlmsghdr *nlh, struct vhub_hub_info *hub);
int vhub_port_parse(const struct nlmsghdr *nlh, struct vhub_port_info *port);
int vhub_fdb_parse(const struct nlmsghdr *nlh, struct vhub_fdb_info *fdb);

/* Elements of a listing, collected because it may have to be begun again. */
struct vhub_vec {
	void *items;
	size_t size;
	size_t n;
	size_t room;
};

void *vhub_vec_push(struct vhub_vec *vec);
int vhub_genl_dump(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, struct vhub_vec *vec);

#endif /* LIBVHUB_GENL_H */
