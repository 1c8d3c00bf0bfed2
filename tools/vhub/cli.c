// SPDX-License-Identifier: GPL-2.0
/* vhub - the command: finds object and verb, says what went wrong */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../libvhub/netlink.h"
#include "cli.h"

static const struct cli_object *const cli_objects[] = {
	&cli_hub, &cli_port, &cli_fdb, &cli_link, &cli_fwd, &cli_lease,
	&cli_conn, &cli_monitor, &cli_run, NULL
};

static void cli_say(const struct cli *cli, const char *fmt, va_list ap)
{
	/* In order, when both go to one file. */
	fflush(stdout);
	fputs("vhub: ", stderr);
	if (cli->line)
		fprintf(stderr, "%s:%lu: ", cli->batch, cli->line);
	vfprintf(stderr, fmt, ap);
	putc('\n', stderr);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cli_say(cli, fmt, ap);
	va_end(ap);
	return CLI_USAGE;
}

int cli_refused(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cli_say(cli, fmt, ap);
	va_end(ap);
	return CLI_REFUSED;
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cli_say(cli, fmt, ap);
	va_end(ap);
}

int cli_nl_refused(const struct cli *cli, int err, const char *hub)
{
	char text[VHUB_SENTENCE_SIZE];

	vhub_explain_nl(&cli->nl, err, hub, text);
	return cli_refused(cli, "%s", text);
}

static int cli_verb(struct cli *cli, const struct cli_object *object,
		    int argc, char **argv)
{
	const struct cli_verb *verb = object->verbs;

	if (!argc)
		return verb->fn(cli, 0, argv);
	for (; verb->name; verb++)
		if (!strcmp(verb->name, argv[0]))
			return verb->fn(cli, argc - 1, argv + 1);
	return cli_usage(cli, "%s: unknown verb \"%s\", see \"vhub %s help\"",
			 object->name, argv[0], object->name);
}

void cli_help(FILE *to)
{
	const struct cli_object *const *object;

	fputs("usage: vhub [OPTIONS] OBJECT [VERB] ...\n"
	      "       vhub [OPTIONS] -batch FILE\n\n", to);
	for (object = cli_objects; *object; object++)
		fputs((*object)->help, to);
	fputs("\n"
	      "options: -j[son] -p[retty] -s[tatistics] -d[etails]\n"
	      "         -n[etns] NAMESPACE -V[ersion] -h[elp]\n", to);
}

/**
 * cli_command() - do one command
 * @cli: the state
 * @argc: number of words
 * @argv: the words, from the object on
 *
 * Return: exit status; not 0 after a message.
 */
int cli_command(struct cli *cli, int argc, char **argv)
{
	const struct cli_object *const *object = cli_objects;

	if (!strcmp(argv[0], "help")) {
		cli_help(stdout);
		return CLI_OK;
	}
	while (*object && strcmp((*object)->name, argv[0]))
		object++;
	if (!*object)
		return cli_usage(cli, "unknown object \"%s\", see \"vhub help\"",
				 argv[0]);
	if (argc == 2 && !strcmp(argv[1], "help")) {
		printf("usage:\n%s", (*object)->help);
		return CLI_OK;
	}
	if (cli->batch && (*object)->interactive)
		return cli_usage(cli, "\"%s\" has no place in a batch",
				 argv[0]);
	if ((*object)->verbs)
		return cli_verb(cli, *object, argc - 1, argv + 1);
	return (*object)->fn(cli, argc - 1, argv + 1);
}
