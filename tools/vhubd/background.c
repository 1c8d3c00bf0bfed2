// SPDX-License-Identifier: GPL-2.0
/* vhubd - in the background, and known to whoever waits for us to be ready */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"

/* The status of a process that was killed, as a shell has it. */
#define BACKGROUND_KILLED	128

/* Ends as the other process does, or when it is ready. */
static void background_wait(int fd, pid_t pid)
{
	ssize_t ret;
	int status;
	char byte;

	do {
		ret = read(fd, &byte, 1);
	} while (ret < 0 && errno == EINTR);
	if (ret == 1)
		_exit(0);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			_exit(1);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) :
				  BACKGROUND_KILLED + WTERMSIG(status));
}

int background_begin(void)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(ends[1]);
		background_wait(ends[0], pid);
	}
	close(ends[0]);
	setsid();
	return ends[1];
}

/* The folder stays: sockets may be named from there. */
int background_ready(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), i;

	if (null < 0)
		return -errno;
	for (i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (dup2(null, i) < 0)
			return -errno;
	if (null > STDERR_FILENO)
		close(null);
	if (write(fd, "", 1) != 1)
		return -errno;
	close(fd);
	return 0;
}

/* Its address; a name that begins with @ is abstract. Returns its length, or 0 if
 * it is none.
 */
static socklen_t notify_addr(struct sockaddr_un *addr, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 ||
	    len >= sizeof(addr->sun_path))
		return 0;
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, name, len + 1);
	if (name[0] != '@')
		return sizeof(*addr);
	addr->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len;
}

int background_notify(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = { 0 };
	int sk, ret = 0;
	socklen_t len;

	if (!name)
		return 0;
	len = notify_addr(&addr, name);
	if (!len)
		return -EINVAL;
	sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sk < 0)
		return -errno;
	if (sendto(sk, state, strlen(state), MSG_NOSIGNAL,
		   (const struct sockaddr *)&addr, len) < 0)
		ret = -errno;
	close(sk);
	return ret;
}
