/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - sentences that say what went wrong with which hub */
#ifndef VHUB_EXPLAIN_H
#define VHUB_EXPLAIN_H

#include <stdbool.h>
#include <sys/types.h>

struct vhub_nl;

#define VHUB_SENTENCE_SIZE	512
#define VHUB_USER_SIZE		64

/* Neither begins with the program's name or ends with a newline; @text is of
 * VHUB_SENTENCE_SIZE.
 */
void vhub_explain_nl(const struct vhub_nl *nl, int err, const char *hub,
		     char *text);
void vhub_explain_attach(int err, const char *hub, char *text);

/* Names of VHUB_USER_SIZE, or the number where there is no name. Return
 * whether there is one.
 */
bool vhub_user_name(uid_t uid, char *name);
bool vhub_group_name(gid_t gid, char *name);

#endif /* VHUB_EXPLAIN_H */
