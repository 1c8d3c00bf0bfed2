/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - all that is to be seen of hubs, ports, addresses, devices and memory, as text
 */
#ifndef _VHUB_SNAPSHOT_H
#define _VHUB_SNAPSHOT_H

#include <stdbool.h>

/* @frames: with frames and bytes that were counted, and frames that wait. */
int snapshot_open(void);
char *snapshot_take(bool frames);
bool snapshot_is(const char *snapshot, bool frames);
void snapshot_tell(const char *before, bool frames);

#endif /* _VHUB_SNAPSHOT_H */
