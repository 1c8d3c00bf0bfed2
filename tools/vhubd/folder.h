/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - the folder by which others find a user hub, or a vhubd on the kernel's */
#ifndef VHUBD_FOLDER_H
#define VHUBD_FOLDER_H

#include <sys/types.h>

#include "link.h"
#include "netlink.h"

#define FOLDER_MODE	0660	/* of sockets, unless other is said */

/**
 * struct folder - the folder
 * @hub: the hub
 * @path: it, or NULL
 * @kernel: the hub is the kernel's: what is in it is by which our links are shown
 *	and changed
 * @mode: of its sockets
 * @owner: user of them
 * @group: likewise; -1 at first for that of the process
 * @group_given: somebody chose it
 * @lock: file that is locked as long as we are the hub, or -1
 * @stream: the link that QEMU and libvhub connect to, or NULL
 * @vde: the link that VDE's programs plug into, or NULL
 * @stream_given: its socket was handed over, and is not ours to remove
 * @vde_given: likewise
 * @netlink: the sockets by which the hub is shown and changed, and our links, or NULL
 */
struct folder {
	struct hub *hub;
	char *path;
	bool kernel;
	mode_t mode;
	uid_t owner;
	gid_t group;
	bool group_given;
	int lock;
	struct link *stream;
	struct link *vde;
	bool stream_given;
	bool vde_given;
	struct netlink *netlink;
};

/* From words, NULL for what was not given. False after setting the error. */
bool folder_parse(struct folder *folder, const char *mode, const char *group,
		  GError **error);

/* Make it, and let others in. False after setting the error, which is
 * G_IO_ERROR_EXISTS if another process is the hub, and G_IO_ERROR_NOT_FOUND if we have
 * no place for folders. To be closed in any case.
 */
bool folder_open(struct folder *folder, struct hub *hub, GError **error);

/* Have it be that user's, as whom we go on, and that group's, unless another was
 * given. Return 0 or -errno.
 */
int folder_give(struct folder *folder, uid_t uid, gid_t gid);

/* Change whose it is, and who may connect. Return 0 or -errno. */
int folder_set(struct folder *folder, uid_t owner, gid_t group, mode_t mode);

/* Add what it needs from then on. */
void folder_needs(const struct folder *folder, struct needs *needs);

/* Remove all that is there. */
void folder_close(struct folder *folder);

#endif /* VHUBD_FOLDER_H */
