/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhubd - what is still needed when all is set up
 *
 * Each link says it of itself; all the rest is given up, see privilege.h and
 * sandbox.h. A new need is a bit here and a line in their tables.
 */
#ifndef VHUBD_NEEDS_H
#define VHUBD_NEEDS_H

#include <stdbool.h>

#include <glib.h>

/**
 * enum needs_bit - things to be able to do
 * @NEEDS_INET: make sockets of IP
 * @NEEDS_LOW_PORT: bind them to ports below 1024
 * @NEEDS_RAW: make raw ones
 * @NEEDS_NAMES: look names up
 * @NEEDS_LIBRARIES: load libraries
 * @NEEDS_TAP: attach to a TAP, or make one
 * @NEEDS_HUB: attach to the kernel's hub
 * @NEEDS_HUB_ADMIN: to one that would not let our user in
 * @NEEDS_OTHERS: connect to sockets of other users
 * @NEEDS_OWNERS: give files to others
 * @NEEDS_PROGRAMS: start programs; what these need nobody knows
 */
enum needs_bit {
	NEEDS_INET	= 1 << 0,
	NEEDS_LOW_PORT	= 1 << 1,
	NEEDS_RAW	= 1 << 2,
	NEEDS_NAMES	= 1 << 3,
	NEEDS_LIBRARIES	= 1 << 4,
	NEEDS_TAP	= 1 << 5,
	NEEDS_HUB	= 1 << 6,
	NEEDS_HUB_ADMIN	= 1 << 7,
	NEEDS_OTHERS	= 1 << 8,
	NEEDS_OWNERS	= 1 << 9,
	NEEDS_PROGRAMS	= 1 << 10,
};

/**
 * enum needs_access - what to do with a file, or with all below a folder
 * @NEEDS_READ: read files
 * @NEEDS_LIST: see which there are
 * @NEEDS_WRITE: write files
 * @NEEDS_MAKE: make sockets
 * @NEEDS_REMOVE: remove files
 * @NEEDS_REMOVE_DIR: remove folders
 */
enum needs_access {
	NEEDS_READ		= 1 << 0,
	NEEDS_LIST		= 1 << 1,
	NEEDS_WRITE		= 1 << 2,
	NEEDS_MAKE		= 1 << 3,
	NEEDS_REMOVE		= 1 << 4,
	NEEDS_REMOVE_DIR	= 1 << 5,
};

/**
 * struct needs_path - a file or folder
 * @path: its name
 * @access: NEEDS_READ and others
 */
struct needs_path {
	char *path;
	unsigned int access;
};

/**
 * struct needs - all needs
 * @bits: NEEDS_INET and others
 * @paths: of struct needs_path
 */
struct needs {
	unsigned int bits;
	GArray *paths;
};

#define NEEDS_TEXT	160	/* bytes of what is lacking */

void needs_init(struct needs *needs);
void needs_clear(struct needs *needs);

/* That file, or all below that folder. */
void needs_path(struct needs *needs, const char *path, unsigned int access);

/* The folder that this is in. */
void needs_parent(struct needs *needs, const char *path, unsigned int access);

/* Does @has lack one of the bits of @wanted that are among @hard, or a path? Then
 * @text says what.
 */
bool needs_lack_bits(const struct needs *has, const struct needs *wanted,
		     unsigned int hard, char *text);
bool needs_lack_path(const struct needs *has, const struct needs *wanted,
		     char *text);

#endif /* VHUBD_NEEDS_H */
