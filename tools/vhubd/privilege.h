/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - rights that are not needed any more */
#ifndef VHUBD_PRIVILEGE_H
#define VHUBD_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

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

/* Become that one for good. Return 0 or -errno. */
int privilege_drop(const struct privilege *p);

#endif /* VHUBD_PRIVILEGE_H */
