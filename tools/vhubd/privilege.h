/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - rights that are not needed any more */
#ifndef VHUBD_PRIVILEGE_H
#define VHUBD_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

#include "needs.h"

/**
 * struct privilege - who to be
 * @name: the user's; NULL for whoever we are
 * @uid: user
 * @gid: group
 */
struct privilege {
	char *name;
	uid_t uid;
	gid_t gid;
};

/* Nothing that we start can be more than we are. */
void privilege_limit(void);

/* USER or USER:GROUP, names or numbers. False after setting the error. */
bool privilege_parse(struct privilege *p, const char *text, GError **error);

/* Become that one for good, with no other capabilities than are needed. What the
 * user's files are to that one it shall have by being the user, so there is no
 * capability for these. Before there are threads. Return 0 or -errno.
 */
int privilege_drop(const struct privilege *p, const struct needs *needs);

/* Would this succeed without CAP_NET_ADMIN? Returns what it does. */
int privilege_try_plain(int (*try)(const char *name), const char *name);

#endif /* VHUBD_PRIVILEGE_H */
