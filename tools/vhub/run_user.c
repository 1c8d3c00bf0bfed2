// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub run --user: a hub and its network stack, for as long as they are used */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../libvhub/attach.h"
#include "../libvhub/netlink.h"
#include "../libvhub/place.h"
#include "run_user.h"

#define RUN_USER_OPTION	"--user"
#define RUN_USER_VHUBD	"vhubd"

bool run_user_word(const char *word, const char **options)
{
	size_t len = strlen(RUN_USER_OPTION);

	if (!word || strncmp(word, RUN_USER_OPTION, len) ||
	    (word[len] && word[len] != '='))
		return false;
	*options = word[len] ? word + len + 1 : "";
	return true;
}

/* A hub of the kernel does not end with its last guest, and comes first. */
static int run_user_check(const struct cli *cli, const char *hub)
{
	struct vhub_hub_info info;
	struct vhub_nl nl = { 0 };
	int ret = vhub_hub_get(&nl, hub, &info);

	vhub_nl_close(&nl);
	return ret || info.kind == VHUB_HUB_KIND_USER ? CLI_OK :
	       cli_refused(cli, "hub \"%s\" is the kernel's: \"vhubd %s user\" gives it a network",
			   hub, hub);
}

/* @fd: the other end of a connection of ours */
static void run_user_exec(const char *hub, const char *options, int fd)
{
	char *link, *client;

	if (asprintf(&link, "user%s%s", *options ? "," : "", options) < 0 ||
	    asprintf(&client, "--fd=%d=client", fd) < 0)
		_exit(CLI_REFUSED);
	fcntl(fd, F_SETFD, 0);
	execlp(RUN_USER_VHUBD, RUN_USER_VHUBD, "--user", "--daemon", "--end",
	       client, hub, link, NULL);
	fprintf(stderr, "vhub: cannot run \"%s\": %s\n", RUN_USER_VHUBD,
		strerror(errno));
	_exit(CLI_REFUSED);
}

/* It goes to the background when it can be found. True if it did. */
static bool run_user_start_with(const char *hub, const char *options, int fd)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return false;
	if (!pid)
		run_user_exec(hub, options, fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Has the hub be there as long as we, and what we run, are. */
static int run_user_keep(int fd)
{
	fd = vhub_attach_move_up(fd);
	if (fd >= 0)
		fcntl(fd, F_SETFD, 0);
	return fd;
}

/* It is connected to us from its begin: somebody who looks at the hub, and goes
 * before we are connected, would otherwise have been its last client.
 */
static bool run_user_start(const char *hub, const char *options)
{
	int ends[2];
	bool started;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return false;
	ends[1] = vhub_attach_move_up(ends[1]);
	started = ends[1] >= 0 && run_user_start_with(hub, options, ends[1]);
	close(ends[1]);
	if (!started)
		close(ends[0]);
	return started && run_user_keep(ends[0]) >= 0;
}

static int run_user_connect(const char *hub)
{
	int fd = vhub_place_connect(hub, VHUB_PLACE_NETLINK, SOCK_SEQPACKET,
				    NULL);

	return fd < 0 ? fd : run_user_keep(fd);
}

int run_user_hub(const struct cli *cli, const char *hub, const char *options)
{
	int ret = run_user_check(cli, hub);

	if (ret)
		return ret;
	if (run_user_connect(hub) >= 0)
		return CLI_OK;
	if (run_user_start(hub, options))
		return CLI_OK;
	/* Another one may have been quicker. If not, what is wrong has been said. */
	return run_user_connect(hub) >= 0 ? CLI_OK : CLI_REFUSED;
}
