/* SPDX-License-Identifier: GPL-2.0 */
/* libvhub - netlink transport: one request, its answers, the kernel's sentence */
#ifndef LIBVHUB_NL_H
#define LIBVHUB_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include "netlink.h"

/* Large enough for every request; answers have a buffer of their own. */
#define VHUB_NL_REQUEST_SIZE	4096
/* The kernel fills messages of a dump up to the reader's buffer, 32 KiB. */
#define VHUB_NL_ANSWER_SIZE	32768

/* Called for each answer; 0 or -errno, which becomes that of the request. */
typedef int (*vhub_nl_cb)(const struct nlmsghdr *nlh, void *data);

/* A table of attribute types for vhub_nl_parse(), indexed by attribute. */
struct vhub_nl_policy {
	const uint8_t *type;
	uint16_t max;
};

int vhub_nl_open(struct mnl_socket **sk, int bus);
bool vhub_nl_ok(const struct nlmsghdr *nlh, int len);
struct nlmsghdr *vhub_nl_request(void *buf, uint16_t type);
int vhub_nl_talk(struct vhub_nl *nl, struct mnl_socket *sk,
		 struct nlmsghdr *nlh, vhub_nl_cb cb, void *data);
int vhub_nl_talk_fd(struct vhub_nl *nl, int fd, unsigned int portid,
		    struct nlmsghdr *nlh, vhub_nl_cb cb, void *data,
		    int *passed);
int vhub_nl_parse(const struct vhub_nl_policy *policy, const void *attrs,
		  size_t len, const struct nlattr **tb);
void vhub_nl_copy_string(char *to, size_t size, const struct nlattr *attr);
int vhub_nl_copy_address(uint8_t *to, const struct nlattr *attr);

#endif /* LIBVHUB_NL_H */
