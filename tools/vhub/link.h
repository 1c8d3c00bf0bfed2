/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - what the commands about the vhubds of a hub share */
#ifndef VHUB_LINK_H
#define VHUB_LINK_H

#include "../libvhub/vhubd.h"
#include "cli.h"
#include "parse.h"

/**
 * struct link_choice - what a command is about
 * @hub: name of the hub, or NULL for all
 * @name: of the link, or its number; NULL for all, or for the only one
 * @id: its number, 0 likewise
 */
struct link_choice {
	const char *hub;
	const char *name;
	uint32_t id;
};

/* [[hub] NAME [link LINK]], and what follows. */
int link_words(struct words *w, struct link_choice *choice);

/* The number of the link, if one was named. */
int link_find(struct cli *cli, struct link_choice *choice);

/* Prints why, and returns the exit status. @name: of the link, or NULL */
int link_refused(const struct cli *cli, int err, const char *hub,
		 const char *name);

/* An address with its port; JSON has them apart, as KEY_address and KEY_port. Text
 * shows nothing of what is not known.
 */
#define LINK_INET_SIZE	64

void link_inet_text(const struct vhub_inet *inet, char *text);
void link_print_inet(struct out *out, const char *key,
		     const struct vhub_inet *inet);

/* The hub that it is of. */
void link_print_hub(struct out *out, const char *hub);

#endif /* VHUB_LINK_H */
