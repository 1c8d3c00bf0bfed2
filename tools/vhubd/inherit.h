/* SPDX-License-Identifier: GPL-2.0 */
/* vhubd - open files that we were handed over, by name */
#ifndef VHUBD_INHERIT_H
#define VHUBD_INHERIT_H

#include <stdbool.h>

#include <glib.h>

/* Functions with @error return false after setting it. */

/* Those of systemd, if there are any: $LISTEN_FDS, whose names nobody is told
 * again. Before there are threads, and in the process that was started.
 */
bool inherit_systemd(GError **error);

/* One by "FD=NAME". */
bool inherit_add(const char *text, GError **error);

/* The first of that name that is not taken; -1 if there is none. Whoever takes it
 * has it closed when a program is started, which says that it is taken.
 */
int inherit_find(const char *name);

/* The name of one that nobody has taken, or NULL. */
const char *inherit_left(void);

void inherit_free(void);

/* From now on no file is one that was handed over. */
void inherit_end(void);
bool inherit_ended(void);

#endif /* VHUBD_INHERIT_H */
