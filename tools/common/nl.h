/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - netlink transport: one request, its answers, the kernel's sentence */
#ifndef VHUB_NL_H
#define VHUB_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

/* Large enough for every request; answers have a buffer of their own. */
#define VHUB_NL_REQUEST_SIZE	1024
/* The kernel fills messages of a dump up to the reader's buffer, 32 KiB. */
#define VHUB_NL_ANSWER_SIZE	32768
#define VHUB_NL_ERROR_SIZE	256

/**
 * struct vhub_nl - netlink sockets of one process
 * @genl: generic netlink, opened by the first call that needs it
 * @rtnl: rtnetlink, likewise
 * @family: number of the generic netlink family, 0 before it is known
 * @events: number of its multicast group for changes
 * @seq: of the last request
 * @interrupted: the last listing changed under the reader again and again
 * @error: the kernel's sentence about the last failure, or ""
 *
 * Start with all zero. The sockets belong to the network namespace that the
 * process is in when they are opened. Not for several threads at once.
 */
struct vhub_nl {
	struct mnl_socket *genl;
	struct mnl_socket *rtnl;
	uint16_t family;
	uint32_t events;
	uint32_t seq;
	bool interrupted;
	char error[VHUB_NL_ERROR_SIZE];
};

/* Called for each answer; 0 or -errno, which becomes that of the request. */
typedef int (*vhub_nl_cb)(const struct nlmsghdr *nlh, void *data);

/* A table of attribute types for vhub_nl_parse(), indexed by attribute. */
struct vhub_nl_policy {
	const uint8_t *type;
	uint16_t max;
};

int vhub_nl_open(struct mnl_socket **sk, int bus);
void vhub_nl_close(struct vhub_nl *nl);
struct nlmsghdr *vhub_nl_request(void *buf, uint16_t type);
int vhub_nl_talk(struct vhub_nl *nl, struct mnl_socket *sk,
		 struct nlmsghdr *nlh, vhub_nl_cb cb, void *data);
int vhub_nl_parse(const struct vhub_nl_policy *policy, const void *attrs,
		  size_t len, const struct nlattr **tb);
void vhub_nl_copy_string(char *to, size_t size, const struct nlattr *attr);

#endif /* VHUB_NL_H */
