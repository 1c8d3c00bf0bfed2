/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - a folder for guests, by Samba's server */
#ifndef VHUBD_SMB_H
#define VHUBD_SMB_H

#include "privilege.h"
#include "user_config.h"

/* Write what smbd needs to know for @user, and add to @config the forwards by which
 * guests reach it. Returns the folder where that is, or NULL after setting the
 * error.
 */
char *smb_open(struct user_config *config, const struct privilege *user,
	       GError **error);

/* Remove that folder. NULL is fine. */
void smb_close(char *dir);

#endif /* VHUBD_SMB_H */
