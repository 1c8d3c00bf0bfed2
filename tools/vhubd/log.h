/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - what is said once we run: to standard error, or to syslog
 *
 * Whoever reads there does not delay us: what finds no room is lost, and counted.
 */
#ifndef VHUBD_LOG_H
#define VHUBD_LOG_H

#include <stdbool.h>

#include <glib.h>

/* From now on GLib's messages are said, those of hub @name; @verbose: also less
 * important ones. The name has to stay.
 */
void log_begin(const char *name, bool verbose);

/* For handlers of messages: who says one by GLib while it has another one handled is
 * ended by it.
 */
void log_handled(GLogLevelFlags level, const char *text);

/* There is no standard error any more. */
void log_detach(void);

#endif /* VHUBD_LOG_H */
