// SPDX-License-Identifier: GPL-2.0
/* vhub - vhubd under test, see vhubd_test.h */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vhubd_test.h"

#define LOG_ROOM	1048576

static int running;
int vhubd_log = -1;

/* Beside the tests where it was built; else as it was installed. */
static void exec_vhubd(char **argv)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 64);

	if (len > 0) {
		path[len] = '\0';
		strcpy(strrchr(path, '/'), "/../tools/vhubd/vhubd");
		execv(path, argv);
	}
	execvp("vhubd", argv);
	_exit(127);
}

static void be_vhubd(const struct vhubd *d, int ready, char **argv)
{
	char pid[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(d->log, STDERR_FILENO);
	fcntl(ready, F_SETFD, 0);
	/* As systemd: files are for that process, if the test has not said so. */
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 0);
	exec_vhubd(argv);
}

static int wait_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static int start(struct vhubd *d, char **argv, int pipe[2])
{
	char byte;

	d->pid = fork();
	if (d->pid < 0)
		return -errno;
	if (!d->pid)
		be_vhubd(d, pipe[1], argv);
	close(pipe[1]);
	if (read(pipe[0], &byte, 1) == 1)
		return 0;
	return wait_status(d->pid);
}

const char *vhubd_hub(const char *mode)
{
	return running && !strcmp(mode, "--user") ? "other0" : HUB;
}

int vhubd_start_as(struct vhubd *d, const char *hub, const char *mode, ...)
{
	char *argv[VHUBD_WORDS] = { "vhubd", "-v", (char *)mode };
	int pipe[2], ret, n = 3;
	char ready[32];
	va_list ap;

	if (pipe2(pipe, O_CLOEXEC))
		return -errno;
	snprintf(ready, sizeof(ready), "--ready-fd=%d", pipe[1]);
	argv[n++] = ready;
	argv[n++] = (char *)hub;
	va_start(ap, mode);
	while (n < VHUBD_WORDS - 1 && (argv[n] = va_arg(ap, char *)))
		n++;
	va_end(ap);
	d->log = vhubd_log >= 0 ? vhubd_log :
				  memfd_create("vhubd", MFD_CLOEXEC);
	vhubd_log = -1;
	ret = start(d, argv, pipe);
	close(pipe[0]);
	if (ret)
		d->pid = 0;
	else
		running++;
	return ret;
}

static int vhubd_end(struct vhubd *d, int signal)
{
	int ret;

	if (!d->pid)
		return -ESRCH;
	kill(d->pid, signal);
	ret = wait_status(d->pid);
	d->pid = 0;
	running--;
	close(d->log);
	return ret;
}

int vhubd_stop(struct vhubd *d)
{
	return vhubd_end(d, SIGTERM);
}

int vhubd_kill(struct vhubd *d)
{
	return vhubd_end(d, SIGKILL);
}

/* All it has said from @offset on; to be freed. */
static char *log_read(const struct vhubd *d, off_t offset)
{
	char *text = calloc(1, LOG_ROOM);

	if (pread(d->log, text, LOG_ROOM - 1, offset) < 0)
		text[0] = '\0';
	return text;
}

static int said_since(const struct vhubd *d, off_t offset, const char *text)
{
	char *all = log_read(d, offset), *at = all;
	int n = 0;

	while ((at = strstr(at, text))) {
		at++;
		n++;
	}
	free(all);
	return n;
}

int vhubd_said(const struct vhubd *d, const char *text)
{
	return said_since(d, 0, text);
}

/* The line about the port, and none about its link, which may have the same name. */
static const char *find_port(const char *all, const char *label)
{
	char key[128];
	const char *at;

	snprintf(key, sizeof(key), " %.*s: up, ", VHUB_LABEL_MAX, label);
	at = strstr(all, key);
	if (at)
		return at;
	snprintf(key, sizeof(key), " %.*s: down, ", VHUB_LABEL_MAX, label);
	return strstr(all, key);
}

static long long count_in(const char *all, const char *label, const char *name)
{
	char key[128], line[512] = "";
	const char *at;

	at = find_port(all, label);
	if (!at)
		return -ENOENT;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	snprintf(key, sizeof(key), " %s ", name);
	at = strstr(line, key);
	return at ? atoll(at + strlen(key)) : 0;
}

long long vhubd_count(const struct vhubd *d, const char *label,
		      const char *name)
{
	off_t before = lseek(d->log, 0, SEEK_END);
	long long ret;
	char *all;

	kill(d->pid, SIGUSR1);
	/* The last line that it says then. */
	wait_until(said_since(d, before, ": in all "));
	all = log_read(d, before);
	ret = count_in(all, label, name);
	free(all);
	return ret;
}

long vhubd_memory(const struct vhubd *d)
{
	char path[64], line[256];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)d->pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Private_Dirty: %ld kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

static int set_limit(int fd)
{
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

int link_pair(int type, int pair[2], char text[32])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
		return -errno;
	set_limit(pair[0]);
	fcntl(pair[1], F_SETFD, 0);
	snprintf(text, 32, "socket,fd=%d", pair[1]);
	return 0;
}

static struct sockaddr_in loopback(unsigned int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static struct sockaddr_un unix_name(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	/* "@..." is an abstract one. */
	strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	return un;
}

static socklen_t unix_len(const char *path)
{
	return offsetof(struct sockaddr_un, sun_path) + strlen(path);
}

static int connect_to(int family, int type, const void *addr, socklen_t len)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_limit(fd);
	if (!connect(fd, addr, len))
		return fd;
	close(fd);
	return -errno;
}

int tcp_connect(unsigned int port)
{
	struct sockaddr_in in = loopback(port);
	int fd = connect_to(AF_INET, SOCK_STREAM, &in, sizeof(in)), one = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

int unix_connect(const char *path)
{
	struct sockaddr_un un = unix_name(path);

	return connect_to(AF_UNIX, SOCK_STREAM, &un, unix_len(path));
}

static int bind_to(int family, int type, const void *addr, socklen_t len)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -errno;
	set_limit(fd);
	if (family == AF_INET)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, addr, len) && (type != SOCK_STREAM || !listen(fd, 16)))
		return fd;
	close(fd);
	return -errno;
}

static int inet_bind(int type, unsigned int *port)
{
	struct sockaddr_in in = loopback(*port);
	socklen_t len = sizeof(in);
	int fd = bind_to(AF_INET, type, &in, len);

	if (fd >= 0 && !getsockname(fd, (struct sockaddr *)&in, &len))
		*port = ntohs(in.sin_port);
	return fd;
}

int tcp_listen(unsigned int *port)
{
	return inet_bind(SOCK_STREAM, port);
}

int udp_bind(unsigned int *port)
{
	return inet_bind(SOCK_DGRAM, port);
}

int unix_bind(int type, const char *path)
{
	struct sockaddr_un un = unix_name(path);

	return bind_to(AF_UNIX, type, &un, unix_len(path));
}

int accept_one(int sock)
{
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	set_limit(fd);
	return fd;
}

unsigned int free_port(int type)
{
	unsigned int port = 0;

	close(inet_bind(type, &port));
	return port;
}

int put_bytes(int fd, const void *data, size_t len)
{
	const char *bytes = data;
	ssize_t n;

	while (len) {
		n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n < 0)
			return -errno;
		bytes += n;
		len -= n;
	}
	return 0;
}

int put_length(int fd, unsigned int length)
{
	uint32_t head = htonl(length);

	return put_bytes(fd, &head, sizeof(head));
}

int put_stream(int fd, size_t len, unsigned int seed)
{
	unsigned char bytes[LENGTH_HEAD + FRAME_ROOM];
	uint32_t head = htonl(len);

	memcpy(bytes, &head, sizeof(head));
	make_frame(bytes + LENGTH_HEAD, len, seed);
	return put_bytes(fd, bytes, LENGTH_HEAD + len);
}

bool gets_stream(int fd, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];
	uint32_t head;

	if (recv(fd, &head, sizeof(head), MSG_WAITALL) != sizeof(head) ||
	    ntohl(head) != len)
		return false;
	return recv(fd, frame, len, MSG_WAITALL) == (ssize_t)len &&
	       is_frame(frame, len, seed);
}

bool is_silent(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

bool gets_end(int fd)
{
	char bytes[4096];
	ssize_t n;

	do {
		n = recv(fd, bytes, sizeof(bytes), 0);
	} while (n > 0);
	return !n || errno == ECONNRESET;
}
