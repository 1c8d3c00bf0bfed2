/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - in the background, and known to whoever waits for us to be ready */
#ifndef VHUBD_BACKGROUND_H
#define VHUBD_BACKGROUND_H

/* Go on in another process, which is the leader of a session of its own. The one
 * that was started stays until background_ready(), or ends as the other one does.
 * Before there are threads. Return: the file to hand to background_ready(), or
 * -errno.
 */
int background_begin(void);

/* All is set up: let go of the terminal and end the one that was started. Return
 * 0 or -errno.
 */
int background_ready(int fd);

/* Tell systemd, if it asks for it by $NOTIFY_SOCKET. Return 0 or -errno. */
int background_notify(const char *state);

#endif /* VHUBD_BACKGROUND_H */
