/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - /dev/vhub: open, attach, read, write, poll
 */
#ifndef _VHUB_CHARDEV_H
#define _VHUB_CHARDEV_H

int vhub_chardev_init(void);
void vhub_chardev_exit(void);

#endif /* _VHUB_CHARDEV_H */
