/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - a process that carries one connection on, from stdin to HOST:PORT
 *
 * libslirp gives a connection of a guest to a command. For guestfwd=...-tcp: that
 * is ourselves, started with --relay.
 */
#ifndef VHUBD_RELAY_H
#define VHUBD_RELAY_H

/* Until both sides have ended. Returns the exit status. */
int relay_run(const char *target);

#endif /* VHUBD_RELAY_H */
