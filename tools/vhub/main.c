// SPDX-License-Identifier: GPL-2.0
/* vhub - the command's options, and its end */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "netns.h"

enum main_option {
	MAIN_NONE,
	MAIN_JSON,
	MAIN_PRETTY,
	MAIN_STATS,
	MAIN_DETAILS,
	MAIN_NETNS,
	MAIN_BATCH,
	MAIN_VERSION,
	MAIN_HELP,
};

static enum main_option main_option(const char *word)
{
	static const struct {
		const char *name;
		enum main_option option;
	} table[] = {
		{ "-j", MAIN_JSON }, { "-json", MAIN_JSON },
		{ "-p", MAIN_PRETTY }, { "-pretty", MAIN_PRETTY },
		{ "-s", MAIN_STATS }, { "-stats", MAIN_STATS },
		{ "-statistics", MAIN_STATS },
		{ "-d", MAIN_DETAILS }, { "-details", MAIN_DETAILS },
		{ "-n", MAIN_NETNS }, { "-netns", MAIN_NETNS },
		{ "-b", MAIN_BATCH }, { "-batch", MAIN_BATCH },
		{ "-V", MAIN_VERSION }, { "-Version", MAIN_VERSION },
		{ "-version", MAIN_VERSION },
		{ "-h", MAIN_HELP }, { "-help", MAIN_HELP },
	};
	size_t i;

	/* --json is -json */
	if (word[0] == '-' && word[1] == '-' && word[2] && word[3])
		word++;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, word))
			return table[i].option;
	return MAIN_NONE;
}

static int main_netns(struct cli *cli, const char *name)
{
	int ret;

	if (!name)
		return cli_usage(cli, "-n: the name of a network namespace is missing");
	if (cli->netns)
		return cli_usage(cli, "-n is there twice");
	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return cli_usage(cli, "\"%s\" cannot name a network namespace",
				 name);
	cli->netns = name;
	ret = netns_enter(name);
	if (ret == -ENOENT)
		return cli_refused(cli, "no network namespace \"%s\"", name);
	if (ret)
		return cli_refused(cli,
				   "cannot enter network namespace \"%s\": %s",
				   name, strerror(-ret));
	return CLI_OK;
}

/* @argv: from the first word after the options on */
static int main_command(struct cli *cli, const char *batch, int argc,
			char **argv)
{
	if (batch && argc)
		return cli_usage(cli, "\"%s\" is too much after -batch FILE",
				 argv[0]);
	if (batch)
		return cli_batch(cli, batch);
	if (argc)
		return cli_command(cli, argc, argv);
	cli_help(stderr);
	return CLI_USAGE;
}

static int main_options(struct cli *cli, int argc, char **argv)
{
	const char *batch = NULL;
	int i, ret = CLI_OK;

	for (i = 1; i < argc && argv[i][0] == '-' && !ret; i++) {
		switch (main_option(argv[i])) {
		case MAIN_JSON:
			cli->out.json = true;
			break;
		case MAIN_PRETTY:
			cli->out.pretty = true;
			break;
		case MAIN_STATS:
			cli->out.stats = true;
			break;
		case MAIN_DETAILS:
			cli->out.details = true;
			break;
		case MAIN_NETNS:
			ret = main_netns(cli, argv[++i]);
			break;
		case MAIN_BATCH:
			batch = argv[++i];
			if (!batch)
				ret = cli_usage(cli, "-batch: the name of a file is missing");
			break;
		case MAIN_VERSION:
			puts("vhub " VHUB_VERSION);
			return CLI_OK;
		case MAIN_HELP:
			cli_help(stdout);
			return CLI_OK;
		default:
			ret = cli_usage(cli, "unknown option \"%s\", see \"vhub help\"",
					argv[i]);
		}
	}
	return ret ? : main_command(cli, batch, argc - i, argv + i);
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	int ret, err;

	setlocale(LC_CTYPE, "");
	ret = main_options(&cli, argc, argv);
	vhub_nl_close(&cli.nl);
	err = out_flush(&cli.out);
	if (err && !ret)
		ret = cli_refused(&cli, CLI_WRITE_FAILED, strerror(-err));
	return ret;
}
