/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - link user: what is shown of it, and changed, while it runs */
#ifndef VHUBD_LINK_USER_H
#define VHUBD_LINK_USER_H

#include "dhcp.h"
#include "link.h"
#include "stack.h"

/* What it is to be; NULL for a link of another kind, which the others are not
 * for.
 */
const struct user_config *link_user_config(const struct link *link);

/* Of no use if there is no IPv4. */
struct dhcp *link_user_dhcp(const struct link *link);
const struct stack *link_user_stack(const struct link *link);

/* Add a forward, of hostfwd's words if @to_guest, else of guestfwd's. Return 0,
 * or -errno after setting the error.
 */
int link_user_forward(struct link *link, const char *text, bool to_guest,
		      struct forward **forward, GError **error);

/* Remove one of its own. Return 0 or -errno. */
int link_user_unforward(struct link *link, struct forward *forward);

#endif /* VHUBD_LINK_USER_H */
