/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - what each emulator wants to be told about the files of a port */
#ifndef VHUB_EMULATOR_H
#define VHUB_EMULATOR_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct emulator - one kind of emulator
 * @name: for the command line
 * @commands: patterns of its commands' names, ended by NULL
 * @vnet_hdr_size: of the ports it takes, 0 for none
 * @queues_max: how many files of one port it takes
 * @write: writes the option for port @n with the files @fds
 * @write_stream: likewise for the stream socket @path of a user hub; NULL for one
 *	that knows no such thing
 */
struct emulator {
	const char *name;
	const char *const *commands;
	uint32_t vnet_hdr_size;
	uint32_t queues_max;
	void (*write)(FILE *to, unsigned int n, const int *fds,
		      uint32_t queues);
	void (*write_stream)(FILE *to, unsigned int n, const char *path);
};

/* By the name of a command; never NULL. */
const struct emulator *emulator_of_command(const char *command);

/* By its name; NULL for none of that name. */
const struct emulator *emulator_named(const char *name);

/* Numbers of the files with a colon between. */
void emulator_write_fds(FILE *to, const int *fds, uint32_t queues);

#endif /* VHUB_EMULATOR_H */
