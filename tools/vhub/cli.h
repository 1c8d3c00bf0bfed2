/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - the command: its state, its objects and verbs, its errors */
#ifndef VHUB_CLI_H
#define VHUB_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "../libvhub/netlink.h"
#include "../common/out.h"

/* Exit statuses */
#define CLI_OK		0
#define CLI_USAGE	1	/* what was written is wrong */
#define CLI_REFUSED	2	/* not found, not permitted, not possible */

#define CLI_WRITE_FAILED	"cannot write the output: %s"

/**
 * struct cli - the command's state
 * @out: how to print
 * @nl: netlink, opened when needed
 * @netns: network namespace that was entered, or NULL
 * @batch: name of the file that commands come from, or NULL
 * @line: number of its line, 0 before the first and after the last
 */
struct cli {
	struct out out;
	struct vhub_nl nl;
	const char *netns;
	const char *batch;
	unsigned long line;
};

/* What stands behind the word that chose it; returns an exit status. */
typedef int (*cli_fn)(struct cli *cli, int argc, char **argv);

/**
 * struct cli_verb - a word of the command line
 * @name: the word; NULL ends a table
 * @fn: what it does
 */
struct cli_verb {
	const char *name;
	cli_fn fn;
};

/**
 * struct cli_object - what a command is about
 * @name: the word
 * @verbs: table that begins with the verb for none, or NULL
 * @fn: without verbs: what it does
 * @help: how to write it
 * @interactive: makes no sense in a batch
 */
struct cli_object {
	const char *name;
	const struct cli_verb *verbs;
	cli_fn fn;
	const char *help;
	bool interactive;
};

extern const struct cli_object cli_hub;
extern const struct cli_object cli_port;
extern const struct cli_object cli_fdb;
extern const struct cli_object cli_link;
extern const struct cli_object cli_fwd;
extern const struct cli_object cli_lease;
extern const struct cli_object cli_conn;
extern const struct cli_object cli_monitor;
extern const struct cli_object cli_run;

void cli_help(FILE *to);
int cli_command(struct cli *cli, int argc, char **argv);
int cli_batch(struct cli *cli, const char *path);

/* All print a sentence and return the exit status it means. */
int cli_usage(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int cli_refused(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int cli_nl_refused(const struct cli *cli, int err, const char *hub);
void cli_note(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Values of the object that was begun; the key says which port it is. */
void hub_print(struct out *out, const struct vhub_hub_info *hub);
void port_print_key(struct out *out, const struct vhub_port_info *port);
void port_print(struct out *out, const struct vhub_port_info *port);
void fdb_print(struct out *out, const struct vhub_fdb_info *fdb);

#endif /* VHUB_CLI_H */
