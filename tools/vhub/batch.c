// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub -batch: commands from a file, one a line */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define BATCH_WORDS	64

/* One word, with "..." and '...' and \ as in a shell, written over the line
 * it is in. Returns what follows it, or NULL for a quote that is not closed.
 */
static char *batch_word(char *from)
{
	char *to = from;
	char quote = 0;

	for (; *from && (quote || !strchr(" \t\r\n", *from)); from++) {
		if (!quote && (*from == '"' || *from == '\'')) {
			quote = *from;
		} else if (*from == quote) {
			quote = 0;
		} else {
			if (*from == '\\' && quote != '\'' && from[1])
				from++;
			*to++ = *from;
		}
	}
	if (quote)
		return NULL;
	/* The end of the word may be the blank that is to be passed. */
	if (*from)
		from++;
	*to = '\0';
	return from;
}

/* Returns the number of words in @line, or -1 after a message. */
static int batch_split(const struct cli *cli, char *line, char **argv)
{
	int argc = 0;

	for (;;) {
		line += strspn(line, " \t\r\n");
		if (!*line || *line == '#')
			break;
		if (argc == BATCH_WORDS) {
			cli_usage(cli, "more than %d words", BATCH_WORDS);
			return -1;
		}
		argv[argc++] = line;
		line = batch_word(line);
		if (!line) {
			cli_usage(cli, "a quote is not closed");
			return -1;
		}
	}
	argv[argc] = NULL;
	return argc;
}

static int batch_line(struct cli *cli, char *line)
{
	char *argv[BATCH_WORDS + 1];
	int argc;

	argc = batch_split(cli, line, argv);
	if (argc < 0)
		return CLI_USAGE;
	return argc ? cli_command(cli, argc, argv) : CLI_OK;
}

static int batch_lines(struct cli *cli, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	int ret = CLI_OK;

	while (!ret && getline(&line, &size, file) >= 0) {
		cli->line++;
		ret = batch_line(cli, line);
	}
	free(line);
	if (!ret && ferror(file))
		ret = cli_refused(cli, "cannot read \"%s\": %s", cli->batch,
				  strerror(errno));
	return ret;
}

/**
 * cli_batch() - do the commands of a file until one fails
 * @cli: the state
 * @path: of the file, "-" for standard input
 *
 * Return: exit status of the last command.
 */
int cli_batch(struct cli *cli, const char *path)
{
	FILE *file = stdin;
	int ret;

	if (strcmp(path, "-"))
		file = fopen(path, "re");
	if (!file)
		return cli_refused(cli, "cannot open \"%s\": %s", path,
				   strerror(errno));
	cli->batch = path;
	ret = batch_lines(cli, file);
	cli->batch = NULL;
	cli->line = 0;
	if (file != stdin)
		fclose(file);
	return ret;
}
