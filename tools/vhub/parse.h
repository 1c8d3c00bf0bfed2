/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - words of a command line into values */
#ifndef VHUB_PARSE_H
#define VHUB_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "../libvhub/netlink.h"

struct cli;

/* Return false, and leave *@value, for what is none. */
bool parse_number(const char *text, uint32_t max, uint32_t *value);
bool parse_perm(const char *text, uint32_t *perm);
bool parse_user(const char *text, uint32_t *uid);
bool parse_group(const char *text, uint32_t *gid);
bool parse_switch(const char *text, bool *on);
bool parse_seconds(const char *text, uint32_t max_ms, uint32_t *ms);
bool parse_address(const char *text, uint8_t *address);
bool parse_vlan(const char *text, uint32_t *vid);
bool parse_vlans(const char *text, uint8_t *vlans);	/* all 0 before */

/* IP addresses with commas between them, as the library has them, with a prefix
 * length behind each if it is not a router. None for "none".
 */
bool parse_ips(const char *text, struct vhub_ip *ips, uint32_t max,
	       uint32_t *count);
bool parse_routers(const char *text, uint8_t *routers, uint32_t max,
		   uint32_t *count);

/**
 * struct words - what is left of a command line
 * @cli: for messages
 * @argc: how many words
 * @argv: the words, ended by NULL
 */
struct words {
	const struct cli *cli;
	int argc;
	char **argv;
};

/* Take the next word, NULL at the end; or the word if it is @word. */
const char *words_next(struct words *w);
bool words_take(struct words *w, const char *word);

/* Each takes its words and returns an exit status, with a message if not 0. */
int words_hub(struct words *w, const char **name);
int words_key_hub(struct words *w, const char **name);	/* [hub] NAME */
int words_key_port(struct words *w, uint32_t *number);	/* [port] NUMBER */
int words_address(struct words *w, uint8_t *address);
int words_end(const struct words *w);

/**
 * struct words_option - a keyword with a value
 * @name: the keyword; NULL ends a table
 * @what: what its value is, for the message
 * @parse: reads the value; returns false for what is none
 */
struct words_option {
	const char *name;
	const char *what;
	bool (*parse)(const char *text, void *data);
};

/* Keywords in any order, each once, up to the end or @stop. */
int words_options(struct words *w, const struct words_option *options,
		  const char *stop, void *data);

#endif /* VHUB_PARSE_H */
