/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - vhub run --user: a hub and its network stack, for as long as they are used */
#ifndef VHUB_RUN_USER_H
#define VHUB_RUN_USER_H

#include "cli.h"

/* Is this word the option? Then *@options is what follows "--user=", or "". */
bool run_user_word(const char *word, const char **options);

/* Have a vhubd be the hub, with that stack, unless one is the hub already, and keep
 * a connection to it, which the command inherits: by that it knows that it is in
 * use. Returns an exit status.
 */
int run_user_hub(const struct cli *cli, const char *hub, const char *options);

#endif /* VHUB_RUN_USER_H */
