/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - what is said once we run: to standard error, or to syslog
 *
 * Whoever reads there does not delay us: what finds no room is lost, and counted.
 */
#ifndef VHUBD_LOG_H
#define VHUBD_LOG_H

#include <stdbool.h>

/* From now on GLib's messages are said, those of hub @name; @verbose: also less
 * important ones. The name has to stay.
 */
void log_begin(const char *name, bool verbose);

/* There is no standard error any more. */
void log_detach(void);

#endif /* VHUBD_LOG_H */
