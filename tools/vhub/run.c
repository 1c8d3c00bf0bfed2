// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub run: starts an emulator with files that are ports of a hub */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../libvhub/netlink.h"
#include "../libvhub/attach.h"
#include "../libvhub/place.h"
#include "../libvhub/user.h"
#include "../libvhub/vhub.h"
#include "cli.h"
#include "emulator.h"
#include "parse.h"
#include "run_user.h"

#define RUN_PORTS	10	/* {n0} to {n9} */

/* Exit statuses of env(1) and others */
#define RUN_CANNOT	126
#define RUN_NOT_FOUND	127

#define VNET_HDR_MIN	10

/**
 * struct run - what to start
 * @cli: for messages
 * @hub: to attach to
 * @label: of the ports
 * @queues: files of each port
 * @vnet: whether @vnet_hdr_size was given; else the emulator's
 * @vnet_hdr_size: bytes
 * @emulator: whose options to write
 * @stream: the hub is a vhubd
 * @path: stream socket of such a hub, "" while it is not needed
 * @fds: files of each port; not attached where the first is 0, without file where
 *	it is -1
 */
struct run {
	const struct cli *cli;
	const char *hub;
	const char *label;
	uint32_t queues;
	bool vnet;
	uint32_t vnet_hdr_size;
	const struct emulator *emulator;
	bool stream;
	char path[VHUB_PLACE_SIZE];
	int fds[RUN_PORTS][VHUB_QUEUES_MAX];
};

static bool run_option_label(const char *text, void *data)
{
	struct run *run = data;

	run->label = text;
	return strlen(text) <= VHUB_LABEL_MAX;
}

static bool run_option_queues(const char *text, void *data)
{
	struct run *run = data;

	return parse_number(text, VHUB_QUEUES_MAX, &run->queues) &&
	       run->queues;
}

static bool run_option_vnet(const char *text, void *data)
{
	struct run *run = data;

	run->vnet = true;
	return parse_number(text, VHUB_VNET_HDR_MAX, &run->vnet_hdr_size) &&
	       (!run->vnet_hdr_size || run->vnet_hdr_size >= VNET_HDR_MIN);
}

static bool run_option_as(const char *text, void *data)
{
	struct run *run = data;

	run->emulator = emulator_named(text);
	return run->emulator;
}

static const struct words_option run_options[] = {
	{ "label", "a text of up to 31 bytes", run_option_label },
	{ "queues", "a number from 1 to 32", run_option_queues },
	{ "vnet", "0 or a size from 10 to 256", run_option_vnet },
	{ "as", "one of qemu, crosvm, cloud-hypervisor, kvmtool, uml, other",
	  run_option_as },
	{ NULL, NULL, NULL }
};

/* Bytes of the placeholder that @text begins with, 0 for none; {n3.fd} gives
 * @n 3 and @bare true.
 */
static size_t run_placeholder(const char *text, unsigned int *n, bool *bare)
{
	if (text[0] != '{' || text[1] != 'n' ||
	    !isdigit((unsigned char)text[2]))
		return 0;
	*n = text[2] - '0';
	*bare = !strncmp(text + 3, ".fd}", 4);
	if (*bare)
		return 7;
	return text[3] == '}' ? 4 : 0;
}

static int run_refused(const struct run *run, int err)
{
	char text[VHUB_SENTENCE_SIZE];

	vhub_explain_attach(err, run->hub, text);
	return cli_refused(run->cli, "%s", text);
}

static bool run_is_elsewhere(int err)
{
	return err == -ENOENT || err == -ENXIO || err == -ENODEV ||
	       err == -EACCES;
}

/* As emulators expect of a file they are given, see libvhub. */
static int run_pass_on(int fd)
{
	int up = vhub_attach_move_up(fd);

	if (up < 0)
		return up;
	if (fcntl(up, F_SETFL, O_RDWR) || fcntl(up, F_SETFD, 0))
		return -errno;
	return up;
}

/* What a hub that is a process cannot do. */
static int run_check_stream(const struct run *run, bool bare)
{
	const struct emulator *e = run->emulator;

	if (run->queues > 1 || (run->vnet && run->vnet_hdr_size))
		return cli_refused(run->cli, "hub \"%s\" is a vhubd, which has neither queues nor headers",
				   run->hub);
	if (!bare && !e->write_stream)
		return cli_refused(run->cli, "hub \"%s\" is a vhubd: a stream socket, by {n0.fd}, is all that it has for %s",
				   run->hub, e->name);
	return CLI_OK;
}

/* QEMU opens the socket itself, and so can open it again: only its path is told. */
static int run_find_path(struct run *run, int err)
{
	int sk = vhub_place_connect(run->hub, VHUB_PLACE_STREAM, SOCK_STREAM,
				    run->path);

	/* The kernel's reason, if there is no hub at all. */
	if (sk < 0)
		return run_refused(run, sk == -ENODEV ? err : sk);
	close(sk);
	return run_check_stream(run, false);
}

/* The lowest number, not that of where it came from. Takes the file. */
static int run_lower(int fd)
{
	int low = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (low < 0 || low > fd) {
		if (low >= 0)
			close(low);
		return fd;
	}
	close(fd);
	return low;
}

/* Others get it open. */
static int run_attach_stream(struct run *run, int *fd, int err)
{
	struct vhub_port_info port;
	struct vhub_nl nl = { 0 };
	int sk = vhub_user_port_add(&nl, run->hub, run->label, &port), ret;

	vhub_nl_close(&nl);
	if (sk < 0)
		return run_refused(run, sk == -ENODEV ? err : sk);
	run->stream = true;
	ret = run_check_stream(run, true);
	if (ret) {
		close(sk);
		return ret;
	}
	*fd = run_pass_on(run_lower(sk));
	return *fd < 0 ? run_refused(run, *fd) : CLI_OK;
}

static int run_attach_user(struct run *run, int *fd, bool bare, int err)
{
	if (bare)
		return run_attach_stream(run, fd, err);
	*fd = -1;
	return run_find_path(run, err);
}

static int run_attach_port(struct run *run, int *fds, bool bare)
{
	const struct vhub_attach_request req = {
		.hub = run->hub,
		.label = run->label,
		.vnet_hdr_size = run->vnet_hdr_size,
		.multi_queue = run->queues > 1,
	};
	uint32_t rights, i;

	fds[0] = vhub_attach_open(&req, &rights);
	if (run_is_elsewhere(fds[0]))
		return run_attach_user(run, fds, bare, fds[0]);
	if (fds[0] < 0)
		return run_refused(run, fds[0]);
	if (!(rights & VHUB_RIGHT_SEND))
		cli_note(run->cli, "on hub \"%s\" you may receive, but not send",
			 run->hub);
	for (i = 1; i < run->queues; i++) {
		fds[i] = vhub_attach_join(fds[0]);
		if (fds[i] < 0)
			return run_refused(run, fds[i]);
	}
	return CLI_OK;
}

static bool run_lacks(const struct run *run, unsigned int n, bool bare)
{
	int fd = run->fds[n][0];

	return !fd || (fd < 0 && bare);
}

/* A port for each placeholder of @text that has none yet. */
static int run_attach_text(struct run *run, const char *text)
{
	unsigned int n;
	bool bare;
	int ret;

	for (; *text; text++) {
		if (!run_placeholder(text, &n, &bare))
			continue;
		ret = CLI_OK;
		if (run->path[0])
			ret = run_check_stream(run, bare);
		else if (run->stream && !bare)
			ret = run_find_path(run, -ENODEV);
		if (!ret && run_lacks(run, n, bare))
			ret = run_attach_port(run, run->fds[n], bare);
		if (ret)
			return ret;
	}
	return CLI_OK;
}

static int run_attach(struct run *run, char **command)
{
	int ret;

	for (; *command; command++) {
		ret = run_attach_text(run, *command);
		if (ret)
			return ret;
	}
	return CLI_OK;
}

/* @text with its placeholders replaced, NULL when memory is short */
static char *run_replace(const struct run *run, const char *text)
{
	char *new = NULL;
	unsigned int n;
	size_t len;
	FILE *to;
	bool bare;

	to = open_memstream(&new, &len);
	if (!to)
		return NULL;
	while (*text) {
		len = run_placeholder(text, &n, &bare);
		if (!len)
			putc(*text++, to);
		else if (bare)
			emulator_write_fds(to, run->fds[n], run->queues);
		else if (run->path[0])
			run->emulator->write_stream(to, n, run->path);
		else
			run->emulator->write(to, n, run->fds[n], run->queues);
		text += len;
	}
	if (fclose(to)) {
		free(new);
		return NULL;
	}
	return new;
}

static bool run_has_placeholder(char **command)
{
	unsigned int n;
	const char *c;
	bool bare;

	for (; *command; command++)
		for (c = *command; *c; c++)
			if (run_placeholder(c, &n, &bare))
				return true;
	return false;
}

static int run_exec(const struct run *run, char **command)
{
	size_t i;
	int err;

	for (i = 1; command[i]; i++) {
		command[i] = run_replace(run, command[i]);
		if (!command[i])
			return cli_refused(run->cli, "%s", strerror(ENOMEM));
	}
	execvp(command[0], command);
	err = errno;
	cli_refused(run->cli, "cannot run \"%s\": %s", command[0],
		    strerror(err));
	return err == ENOENT ? RUN_NOT_FOUND : RUN_CANNOT;
}

static int run_check(struct run *run, char **command)
{
	const struct emulator *e;

	if (!command[0])
		return cli_usage(run->cli,
				 "the command is missing: vhub run NAME -- COMMAND...");
	if (!run_has_placeholder(command + 1))
		return cli_usage(run->cli,
				 "the command has no {n0} in it, where its network card goes, as in:\n"
				 "  vhub run %s -- qemu-system-x86_64 -netdev {n0} -device virtio-net-pci,netdev=n0",
				 run->hub);
	if (!run->emulator)
		run->emulator = emulator_of_command(basename(command[0]));
	e = run->emulator;
	if (run->queues > e->queues_max)
		return cli_usage(run->cli, "%s takes %u queue of a port, not %u",
				 e->name, e->queues_max, run->queues);
	if (!run->vnet)
		run->vnet_hdr_size = e->vnet_hdr_size;
	if (!run->label)
		run->label = basename(command[0]);
	return CLI_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct words w = { cli, argc, argv };
	struct run run = { .cli = cli, .queues = 1 };
	const char *user = NULL;
	int ret;

	ret = words_key_hub(&w, &run.hub);
	if (!ret && run_user_word(w.argv[0], &user))
		words_next(&w);
	if (!ret)
		ret = words_options(&w, run_options, "--", &run);
	if (!ret)
		ret = run_check(&run, w.argv);
	if (ret)
		return ret;
	/* The kernel notes who opens a port; this will be that command. */
	prctl(PR_SET_NAME, basename(w.argv[0]));
	if (user)
		ret = run_user_hub(cli, run.hub, user);
	if (ret)
		return ret;
	ret = run_attach(&run, w.argv + 1);
	return ret ? : run_exec(&run, w.argv);
}

const struct cli_object cli_run = {
	.name = "run",
	.fn = run,
	.help =
	"  vhub run [hub] NAME [--user[=OPTIONS]] [label TEXT] [queues N] [vnet SIZE]\n"
	"           [as EMULATOR]\n"
	"           -- COMMAND... ({n0} to {n9} in it become ports)\n",
	.interactive = true,
};
