// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - vhub-bench: TCP through a user stack, from a network namespace to a server
 * on the host's loopback
 *
 * The namespace has a TAP of the stack's, without offloads. vhubd is the hub, and has
 * the TAP and the stack as its links; slirp4netns, by the same libslirp, is nothing
 * but a stack.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "stack.h"

#define STACK_NETNS	"benchstack"
#define STACK_TAP	"benchtap"
#define STACK_HOST	"10.0.2.2"
#define STACK_GUEST	"10.0.2.100"
#define STACK_WARMUP	100		/* round trips */
#define STACK_CHUNK	(64 << 10)

/* What the server is to do, the first byte of a connection. */
enum { STACK_TAKE = 't', STACK_GIVE = 'g', STACK_ECHO = 'e' };

static char stack_chunk[STACK_CHUNK];
static pid_t stack_server_pid;
static in_port_t stack_port;
static pid_t stack_pid;

/* The server: a child, one connection at a time ------------------------------*/

static void stack_write(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t ret;

	for (; len; len -= ret, at += ret) {
		ret = write(fd, at, len);
		if (ret < 0)
			bench_die("user stack: write: %s", strerror(errno));
	}
}

/* Write so many bytes, whatever they are. */
static void stack_write_many(int fd, size_t bytes)
{
	size_t part;

	for (; bytes; bytes -= part) {
		part = bytes < STACK_CHUNK ? bytes : STACK_CHUNK;
		stack_write(fd, stack_chunk, part);
	}
}

/* To the end; returns how many bytes that were. */
static size_t stack_read_all(int fd)
{
	size_t bytes = 0;
	ssize_t ret;

	while ((ret = read(fd, stack_chunk, STACK_CHUNK)) > 0)
		bytes += ret;
	if (ret < 0)
		bench_die("user stack: read: %s", strerror(errno));
	return bytes;
}

static void stack_serve_echo(int fd)
{
	char byte;

	while (read(fd, &byte, 1) == 1)
		stack_write(fd, &byte, 1);
}

static void stack_serve_one(int fd)
{
	size_t bytes;
	char word;

	if (read(fd, &word, 1) != 1)
		return;
	switch (word) {
	case STACK_TAKE:
		bytes = stack_read_all(fd);
		stack_write(fd, &bytes, sizeof(bytes));
		break;
	case STACK_GIVE:
		if (read(fd, &bytes, sizeof(bytes)) == sizeof(bytes))
			stack_write_many(fd, bytes);
		break;
	case STACK_ECHO:
		stack_serve_echo(fd);
		break;
	}
}

static void stack_no_delay(int fd)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void __attribute__((noreturn)) stack_serve(int listener)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		stack_no_delay(fd);
		stack_serve_one(fd);
		close(fd);
	}
	_exit(1);
}

static void stack_start_server(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0 || bind(listener, (void *)&at, len) ||
	    listen(listener, 1) || getsockname(listener, (void *)&at, &len))
		bench_die("no server on the loopback: %s", strerror(errno));
	stack_port = at.sin_port;
	fflush(stdout);
	stack_server_pid = fork();
	if (stack_server_pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!stack_server_pid)
		stack_serve(listener);
	close(listener);
}

static void stack_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

/* The client -------------------------------------------------------------------*/

/* A socket of the namespace, for us who stay where we are. */
static int stack_socket(void)
{
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open("/run/netns/" STACK_NETNS, O_RDONLY | O_CLOEXEC);
	int fd;

	if (back < 0 || there < 0 || setns(there, CLONE_NEWNET))
		bench_die("namespace " STACK_NETNS ": %s", strerror(errno));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setns(back, CLONE_NEWNET))
		bench_die("socket in " STACK_NETNS ": %s", strerror(errno));
	close(there);
	close(back);
	return fd;
}

/* Connected, with a server that knows what it is to do. */
static int stack_connect(char word)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = stack_port,
	};
	int fd = stack_socket();

	inet_pton(AF_INET, STACK_HOST, &to.sin_addr);
	if (connect(fd, (void *)&to, sizeof(to)))
		bench_die("no way through the user stack: %s", strerror(errno));
	stack_no_delay(fd);
	stack_write(fd, &word, 1);
	return fd;
}

static double stack_rate(size_t bytes, uint64_t start)
{
	return bytes * 8 * 1e9 / (bench_now() - start);
}

double stack_up(size_t bytes)
{
	int fd = stack_connect(STACK_TAKE);
	uint64_t start = bench_now();
	size_t taken = 0;
	double rate;

	stack_write_many(fd, bytes);
	shutdown(fd, SHUT_WR);
	if (read(fd, &taken, sizeof(taken)) != sizeof(taken) || taken != bytes)
		bench_die("user stack: %zu of %zu bytes came", taken, bytes);
	rate = stack_rate(bytes, start);
	close(fd);
	return rate;
}

double stack_down(size_t bytes)
{
	int fd = stack_connect(STACK_GIVE);
	uint64_t start = bench_now();
	size_t taken;
	double rate;

	stack_write(fd, &bytes, sizeof(bytes));
	taken = stack_read_all(fd);
	if (taken != bytes)
		bench_die("user stack: %zu of %zu bytes came", taken, bytes);
	rate = stack_rate(bytes, start);
	close(fd);
	return rate;
}

static void stack_round_trips(int fd, unsigned int count)
{
	char byte = 0;

	while (count--) {
		stack_write(fd, &byte, 1);
		if (read(fd, &byte, 1) != 1)
			bench_die("user stack: a byte does not come back");
	}
}

double stack_echo(unsigned int count)
{
	int fd = stack_connect(STACK_ECHO);
	uint64_t start;
	double ns;

	stack_round_trips(fd, STACK_WARMUP);
	start = bench_now();
	stack_round_trips(fd, count);
	ns = (double)(bench_now() - start) / count;
	close(fd);
	return ns;
}

/* The stacks ---------------------------------------------------------------------*/

void stack_open(const struct stack_rival *rival)
{
	bench_shell("ip link set lo up");
	bench_shell("ip netns add " STACK_NETNS);
	stack_start_server();
	rival->setup();
}

void stack_close(const struct stack_rival *rival)
{
	rival->teardown();
	stack_stop(stack_server_pid);
	bench_shell("ip netns del " STACK_NETNS);
}

static void stack_setup_vhubd(void)
{
	bench_user_start("tap,ifname=" STACK_TAP, "user");
	bench_shell("ip link set " STACK_TAP " netns " STACK_NETNS);
	bench_shell("ip -n " STACK_NETNS " addr add " STACK_GUEST "/24 dev "
		    STACK_TAP);
	bench_shell("ip -n " STACK_NETNS " link set " STACK_TAP " mtu %u up",
		    STACK_MTU);
}

static void stack_exec_slirp4netns(int ready)
{
	char fd[32], mtu[32];

	snprintf(fd, sizeof(fd), "--ready-fd=%d", ready);
	snprintf(mtu, sizeof(mtu), "--mtu=%u", STACK_MTU);
	/* What it has to say is on standard output, where the table is. */
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	execlp("slirp4netns", "slirp4netns", "--configure", mtu, fd,
	       "--netns-type=path", "/run/netns/" STACK_NETNS, STACK_TAP, NULL);
	_exit(127);
}

static void stack_setup_slirp4netns(void)
{
	int ends[2];
	char byte;

	if (pipe(ends))
		bench_die("pipe: %s", strerror(errno));
	fflush(stdout);
	stack_pid = fork();
	if (stack_pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!stack_pid) {
		close(ends[0]);
		stack_exec_slirp4netns(ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		bench_die("slirp4netns did not start");
	close(ends[0]);
}

static void stack_teardown_slirp4netns(void)
{
	stack_stop(stack_pid);
}

static const char *stack_missing_slirp4netns(void)
{
	return system("command -v slirp4netns >/dev/null") ?
	       "needs slirp4netns" : NULL;
}

const struct stack_rival stack_vhubd = {
	.name		= "vhubd",
	.title		= "vhubd, tap and user",
	.setup		= stack_setup_vhubd,
	.teardown	= bench_user_stop,
};

const struct stack_rival stack_slirp4netns = {
	.name		= "slirp4netns",
	.title		= "slirp4netns",
	.missing	= stack_missing_slirp4netns,
	.setup		= stack_setup_slirp4netns,
	.teardown	= stack_teardown_slirp4netns,
};
