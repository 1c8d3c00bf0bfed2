/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - named network namespaces, as ip netns makes them */
#ifndef VHUB_NETNS_H
#define VHUB_NETNS_H

/* Returns 0 or -errno; -ENOENT for no such namespace. */
int netns_enter(const char *name);

#endif /* VHUB_NETNS_H */
