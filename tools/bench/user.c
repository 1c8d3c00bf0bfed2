// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: the user hub, by stream sockets
 *
 * As QEMU does it: a frame goes behind its length, both in one sendmsg(), or some
 * frames in one as another emulator might; and a receiver takes as many bytes as
 * QEMU has room for, of however many frames.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user.h"

#define USER_SOCKET	"/tmp/vhub-bench-user"
#define USER_LINK	"stream,server=on,addr.type=unix,addr.path=" USER_SOCKET
#define USER_HEAD	4		/* bytes of a length */
#define USER_ROOM	(68 << 10)	/* bytes that QEMU reads at once */
#define USER_BATCH_MAX	64
#define USER_WORDS	8
#define USER_ENDS	2		/* of a cable */

/**
 * struct user_conn - one end: a socket
 * @fd: the socket
 * @have: bytes in @buf
 * @at: of these, looked at
 * @buf: what was received
 * @heads: what stands before the data of each frame that is sent: its length,
 *	and so much of the frame as differs
 */
struct user_conn {
	int fd;
	size_t have;
	size_t at;
	unsigned char buf[USER_ROOM];
	struct {
		uint32_t len;
		struct bench_frame frame;
	} __attribute__((packed)) heads[USER_BATCH_MAX];
};

static pid_t user_pid;
static int user_cable[USER_ENDS];

/* Beside this program where it was built; else as it was installed. */
static void user_exec(char **argv)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 64);

	if (len > 0) {
		path[len] = '\0';
		strcpy(strrchr(path, '/'), "/../tools/vhubd/vhubd");
		execv(path, argv);
	}
	execvp("vhubd", argv);
	bench_die("vhubd: %s", strerror(errno));
}

static void user_start(const char *option, const char *link,
		       const char *second)
{
	char *argv[USER_WORDS] = { "vhubd", "--user" }, ready[32], byte;
	unsigned int n = 2;
	int ends[2];

	if (pipe(ends))
		bench_die("pipe: %s", strerror(errno));
	snprintf(ready, sizeof(ready), "--ready-fd=%d", ends[1]);
	argv[n++] = ready;
	if (option)
		argv[n++] = (char *)option;
	argv[n++] = BENCH_HUB;
	argv[n++] = (char *)link;
	argv[n] = (char *)second;
	user_pid = fork();
	if (user_pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!user_pid) {
		close(ends[0]);
		user_exec(argv);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		bench_die("vhubd did not start");
	close(ends[0]);
}

void bench_user_start(const char *link, const char *second)
{
	user_start(NULL, link, second);
}

uint64_t bench_user_time(void)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(user_pid, &clock) ||
	    clock_gettime(clock, &time))
		bench_die("vhubd ended");
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

void bench_user_stop(void)
{
	kill(user_pid, SIGTERM);
	waitpid(user_pid, NULL, 0);
}

static void user_setup(unsigned int ends)
{
	(void)ends;
	bench_user_start(USER_LINK, NULL);
}

static void user_setup_unconfined(unsigned int ends)
{
	(void)ends;
	user_start("--no-sandbox", USER_LINK, NULL);
}

static void user_plug(struct bench_end *end, int fd)
{
	struct user_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		bench_die("no memory");
	conn->fd = fd;
	end->fd = fd;
	end->conn = conn;
}

/* Makes an end of a socket connected to @addr. */
void user_connect(struct bench_end *end, const void *addr, socklen_t len)
{
	int fd = socket(((const struct sockaddr *)addr)->sa_family, SOCK_STREAM,
			0);

	if (fd < 0 || connect(fd, addr, len))
		bench_die("no way to the hub: %s", strerror(errno));
	user_plug(end, fd);
}

static void user_open(struct bench_end *end, unsigned int i)
{
	const struct sockaddr_un to = {
		.sun_family = AF_UNIX,
		.sun_path = USER_SOCKET,
	};

	(void)i;
	user_connect(end, &to, sizeof(to));
}

static void user_cable_setup(unsigned int ends)
{
	(void)ends;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, user_cable))
		bench_die("socketpair: %s", strerror(errno));
}

/* The cable stays, for those who come later. */
static void user_cable_open(struct bench_end *end, unsigned int i)
{
	int fd = dup(user_cable[i]);

	if (fd < 0)
		bench_die("dup: %s", strerror(errno));
	user_plug(end, fd);
}

static void user_cable_teardown(void)
{
	close(user_cable[0]);
	close(user_cable[1]);
}

/* All of it, however the socket takes it. */
static int user_write(int fd, struct iovec *iov, unsigned int n)
{
	struct msghdr msg = { 0 };
	ssize_t ret;

	while (n) {
		msg.msg_iov = iov;
		msg.msg_iovlen = n;
		ret = sendmsg(fd, &msg, 0);
		if (ret < 0)
			return -errno;
		for (; n && (size_t)ret >= iov->iov_len; n--)
			ret -= iov++->iov_len;
		if (n) {
			iov->iov_base = (char *)iov->iov_base + ret;
			iov->iov_len -= ret;
		}
	}
	return 0;
}

static int user_send(struct bench_end *end, const void *frame, size_t len)
{
	uint32_t head = htonl(len);
	struct iovec iov[] = {
		{ &head, sizeof(head) },
		{ (void *)frame, len },
	};

	return user_write(end->fd, iov, 2);
}

/* Frames differ in their begin; the data behind it is that of @frame. */
int user_send_batch(struct bench_end *end, const struct bench_frame *frame,
		    size_t len, uint64_t *number)
{
	struct iovec iov[2 * USER_BATCH_MAX];
	struct user_conn *conn = end->conn;
	unsigned int i;

	for (i = 0; i < USER_BATCH_MAX; i++) {
		conn->heads[i].len = htonl(len);
		conn->heads[i].frame = *frame;
		conn->heads[i].frame.number = (*number)++;
		iov[2 * i].iov_base = &conn->heads[i];
		iov[2 * i].iov_len = sizeof(conn->heads[i]);
		iov[2 * i + 1].iov_base = (void *)(frame + 1);
		iov[2 * i + 1].iov_len = len - sizeof(*frame);
	}
	return user_write(end->fd, iov, 2 * USER_BATCH_MAX);
}

/* The whole frame at the begin of what is there, or NULL. */
static unsigned char *user_frame(const struct user_conn *conn, uint32_t *len)
{
	const unsigned char *head = conn->buf + conn->at;
	size_t have = conn->have - conn->at;

	if (have < USER_HEAD)
		return NULL;
	memcpy(len, head, USER_HEAD);
	*len = ntohl(*len);
	return have - USER_HEAD < *len ? NULL :
		(unsigned char *)head + USER_HEAD;
}

static int user_fill(struct user_conn *conn)
{
	ssize_t ret;

	conn->have -= conn->at;
	memmove(conn->buf, conn->buf + conn->at, conn->have);
	conn->at = 0;
	ret = recv(conn->fd, conn->buf + conn->have, USER_ROOM - conn->have, 0);
	if (ret <= 0)
		return ret ? -errno : -EPIPE;
	conn->have += ret;
	return 0;
}

/* Copies the frame, as QEMU does into its guest's memory. */
ssize_t user_recv(struct bench_end *end, void *buf, size_t size)
{
	struct user_conn *conn = end->conn;
	unsigned char *frame;
	uint32_t len;
	int ret;

	while (!(frame = user_frame(conn, &len))) {
		ret = user_fill(conn);
		if (ret)
			return ret;
	}
	if (len > size)
		return -EMSGSIZE;
	memcpy(buf, frame, len);
	conn->at += USER_HEAD + len;
	return len;
}

void user_close(struct bench_end *end)
{
	close(end->fd);
	free(end->conn);
}

const struct bench_rival bench_user_1 = {
	.name		= "user-1",
	.title		= "user hub, streams",
	.frame_max	= BENCH_FRAME_MAX,
	.user		= true,
	.setup		= user_setup,
	.open		= user_open,
	.send		= user_send,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= bench_user_stop,
};

/* What its sandbox costs. */
const struct bench_rival bench_user_unconfined = {
	.name		= "user-unconfined",
	.title		= "user hub, unconf.",
	.frame_max	= BENCH_FRAME_MAX,
	.user		= true,
	.setup		= user_setup_unconfined,
	.open		= user_open,
	.send		= user_send,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= bench_user_stop,
};

const struct bench_rival bench_user_64 = {
	.name		= "user-64",
	.title		= "user hub, 64 each",
	.frame_max	= 1514,
	.user		= true,
	.setup		= user_setup,
	.open		= user_open,
	.send_batch	= user_send_batch,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= bench_user_stop,
};

/* What a hub between the two of user-1 would cost that costs nothing. */
const struct bench_rival bench_cable = {
	.name		= "cable",
	.title		= "no hub, streams",
	.frame_max	= BENCH_FRAME_MAX,
	.receivers_max	= USER_ENDS - 1,
	.setup		= user_cable_setup,
	.open		= user_cable_open,
	.send		= user_send,
	.recv		= user_recv,
	.close		= user_close,
	.teardown	= user_cable_teardown,
};
