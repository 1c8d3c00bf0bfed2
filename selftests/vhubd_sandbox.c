// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what vhubd can still do when all is set up: files, calls, capabilities
 *
 * A process of its own enters the sandbox with some needs, and tries something.
 * Needs no module, but the kernel has its part in it.
 *
 * qemu: uml has no landlock
 */

#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "../tools/vhubd/privilege.h"
#include "../tools/vhubd/sandbox.h"
#include "vhub_test.h"

#define KILLED	1000	/* and the signal */
#define BIT(n)	(1ULL << (n))

FIXTURE(sandbox) {
	struct needs needs;
	char dir[32];
	char file[48];
	char socket[48];
	char other[48];		/* a file beside the folder */
};

static int try_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? errno : close(fd);
}

FIXTURE_SETUP(sandbox)
{
	needs_init(&self->needs);
	strcpy(self->dir, "/tmp/vhubd-test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/file", self->dir);
	snprintf(self->socket, sizeof(self->socket), "%s/socket", self->dir);
	snprintf(self->other, sizeof(self->other), "%s.other", self->dir);
	ASSERT_EQ(0, try_create(self->file));
	ASSERT_EQ(0, try_create(self->other));
}

FIXTURE_TEARDOWN(sandbox)
{
	needs_clear(&self->needs);
	unlink(self->file);
	unlink(self->socket);
	EXPECT_EQ(0, unlink(self->other));
	EXPECT_EQ(0, rmdir(self->dir));
}

static int enter(const struct needs *needs)
{
	const struct privilege same = { 0 };
	int ret;

	privilege_limit();
	ret = privilege_drop(&same, needs);
	return ret ? : sandbox_enter(needs);
}

/* What @try comes to in there: 0, errno, or KILLED and a signal. */
static int within(const struct needs *needs, int (*try)(const char *path),
		  const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(enter(needs) ? 255 : try(path));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   KILLED + WTERMSIG(status);
}

#define WITHIN(try, path) within(&self->needs, try, path)

static int error_of(long ret)
{
	return ret < 0 ? errno : 0;
}

static int try_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return error_of(fd);
}

static int try_write(const char *path)
{
	return error_of(open(path, O_WRONLY | O_CLOEXEC));
}

static int try_list(const char *path)
{
	return error_of(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int try_remove(const char *path)
{
	return error_of(unlink(path));
}

static int try_bind(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sk = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
	return error_of(bind(sk, (const struct sockaddr *)&un, sizeof(un)));
}

TEST_F(sandbox, the_file_system_is_shut)
{
	EXPECT_EQ(EACCES, WITHIN(try_read, "/etc/passwd"));
	EXPECT_EQ(EACCES, WITHIN(try_read, "/dev/zero"));
	EXPECT_EQ(EACCES, WITHIN(try_read, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_write, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_list, "/"));
	EXPECT_EQ(EACCES, WITHIN(try_remove, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_bind, self->socket));
	EXPECT_EQ(0, access(self->file, F_OK));
	EXPECT_EQ(0, WITHIN(try_write, "/dev/null"));
}

TEST_F(sandbox, but_for_what_is_needed)
{
	needs_path(&self->needs, "/not/there", NEEDS_READ);
	needs_path(&self->needs, self->file, NEEDS_READ | NEEDS_REMOVE);
	EXPECT_EQ(0, WITHIN(try_read, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_write, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_remove, self->file));
	EXPECT_EQ(EACCES, WITHIN(try_read, "/etc/passwd"));

	needs_parent(&self->needs, self->file, NEEDS_MAKE);
	EXPECT_EQ(0, WITHIN(try_bind, self->socket));
	EXPECT_EQ(EACCES, WITHIN(try_remove, self->socket));
	EXPECT_EQ(EACCES, WITHIN(try_create, self->socket));

	needs_path(&self->needs, self->dir, NEEDS_REMOVE | NEEDS_LIST);
	EXPECT_EQ(0, WITHIN(try_list, self->dir));
	EXPECT_EQ(0, WITHIN(try_remove, self->file));
	EXPECT_EQ(-1, access(self->file, F_OK));
	EXPECT_EQ(EACCES, WITHIN(try_remove, self->other));
}

TEST_F(sandbox, names_need_etc_and_libraries)
{
	self->needs.bits = NEEDS_NAMES;
	EXPECT_EQ(0, WITHIN(try_read, "/etc/hosts"));
	EXPECT_EQ(0, WITHIN(try_list, "/usr/lib"));
	EXPECT_EQ(EACCES, WITHIN(try_write, "/etc/hosts"));
	EXPECT_EQ(EACCES, WITHIN(try_read, self->file));
	self->needs.bits = NEEDS_LIBRARIES;
	EXPECT_EQ(EACCES, WITHIN(try_read, "/etc/hosts"));
	EXPECT_EQ(0, WITHIN(try_list, "/usr/lib"));
}

/* System calls -----------------------------------------------------------------*/

static int try_exec(const char *path)
{
	return error_of(execl(path, path, NULL));
}

static int try_fork(const char *path)
{
	pid_t pid = fork();

	(void)path;
	if (!pid)
		_exit(0);
	return error_of(pid);
}

static int try_kill(const char *path)
{
	(void)path;
	return error_of(kill(getppid(), 0));
}

static int try_ptrace(const char *path)
{
	(void)path;
	return error_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_unshare(const char *path)
{
	(void)path;
	return error_of(unshare(CLONE_NEWUSER));
}

static int try_setuid(const char *path)
{
	(void)path;
	return error_of(setuid(0));
}

/* What is in no list. */
static int try_unknown(const char *path)
{
	(void)path;
	return error_of(getpriority(PRIO_PROCESS, 0));
}

static int try_inet(const char *path)
{
	(void)path;
	return error_of(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_af_packet(const char *path)
{
	(void)path;
	return error_of(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int try_code(const char *path)
{
	void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)path;
	return error_of(map == MAP_FAILED ? -1 : 0);
}

static int try_input(const char *path)
{
	int terminal = posix_openpt(O_RDWR | O_CLOEXEC);

	return error_of(ioctl(terminal, TIOCSTI, path));
}

TEST_F(sandbox, calls_of_an_attacker_end_it)
{
	EXPECT_EQ(KILLED + SIGSYS, WITHIN(try_exec, "/bin/true"));
	EXPECT_EQ(KILLED + SIGSYS, WITHIN(try_kill, NULL));
	EXPECT_EQ(KILLED + SIGSYS, WITHIN(try_ptrace, NULL));
	EXPECT_EQ(KILLED + SIGSYS, WITHIN(try_unshare, NULL));
	EXPECT_EQ(KILLED + SIGSYS, WITHIN(try_setuid, NULL));
}

TEST_F(sandbox, other_calls_are_not_there)
{
	EXPECT_EQ(ENOSYS, WITHIN(try_fork, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_unknown, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_inet, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_code, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_input, "x"));
	self->needs.bits = NEEDS_INET;
	EXPECT_EQ(0, WITHIN(try_inet, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_af_packet, NULL));
	self->needs.bits = NEEDS_LIBRARIES;
	EXPECT_EQ(0, WITHIN(try_code, NULL));
	EXPECT_EQ(ENOSYS, WITHIN(try_inet, NULL));
}

static const char *thread_path;

static void *thread_run(void *result)
{
	*(int *)result = try_read(thread_path);
	return NULL;
}

static int try_thread(const char *path)
{
	int result = -1;
	pthread_t thread;

	thread_path = path;
	if (pthread_create(&thread, NULL, thread_run, &result) ||
	    pthread_join(thread, NULL))
		return 254;
	return result;
}

TEST_F(sandbox, threads_are_in_it)
{
	EXPECT_EQ(EACCES, WITHIN(try_thread, "/etc/passwd"));
	needs_path(&self->needs, self->file, NEEDS_READ);
	EXPECT_EQ(0, WITHIN(try_thread, self->file));
}

/* Nothing is known of these, but that they do not reach for the machine. */
TEST_F(sandbox, programs_are_hardly_shut_in)
{
	self->needs.bits = NEEDS_PROGRAMS;
	EXPECT_EQ(0, WITHIN(try_exec, "/bin/true"));
	EXPECT_EQ(0, WITHIN(try_read, "/etc/passwd"));
	EXPECT_EQ(0, WITHIN(try_fork, NULL));
	EXPECT_EQ(EPERM, WITHIN(try_unshare, NULL));
	EXPECT_EQ(EPERM, WITHIN(try_ptrace, NULL));
}

/* Capabilities ------------------------------------------------------------------*/

/* A field of our own status. */
static unsigned long long status_of(const char *field)
{
	unsigned long long value = ~0ULL;
	char line[128], form[32];
	FILE *file = fopen("/proc/self/status", "re");

	snprintf(form, sizeof(form), "%s:\t%%llx", field);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, form, &value) == 1)
			break;
	if (file)
		fclose(file);
	return value;
}

/**
 * struct caps - what a process is left with
 * @ret: of privilege_drop()
 * @uid: its user
 * @permitted: to be had
 * @effective: held
 * @bounding: to be had by anything that it starts
 */
struct caps {
	int ret;
	uid_t uid;
	unsigned long long permitted;
	unsigned long long effective;
	unsigned long long bounding;
};

static void tell_caps(int fd, unsigned int bits, const char *user)
{
	struct privilege p = { 0 };
	struct needs needs = { .bits = bits };
	struct caps caps = { 0 };

	privilege_limit();
	if (user && !privilege_parse(&p, user, NULL))
		_exit(1);
	caps.ret = privilege_drop(&p, &needs);
	caps.uid = geteuid();
	caps.permitted = status_of("CapPrm");
	caps.effective = status_of("CapEff");
	caps.bounding = status_of("CapBnd");
	_exit(write(fd, &caps, sizeof(caps)) != sizeof(caps));
}

static struct caps caps_after(unsigned int bits, const char *user)
{
	struct caps caps = { .ret = -EPIPE };
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		return caps;
	pid = fork();
	if (!pid)
		tell_caps(ends[1], bits, user);
	close(ends[1]);
	if (read(ends[0], &caps, sizeof(caps)) != sizeof(caps))
		caps.ret = -EPIPE;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return caps;
}

static void expect_caps(struct __test_metadata *_metadata, unsigned int bits,
			const char *user, unsigned long long expected)
{
	struct caps caps = caps_after(bits, user);

	EXPECT_EQ(0, caps.ret);
	EXPECT_EQ(user ? 65534 : 0, caps.uid);
	EXPECT_EQ(expected, caps.permitted);
	EXPECT_EQ(expected, caps.effective);
	EXPECT_EQ(expected, caps.bounding);
}

TEST(root_keeps_what_is_needed)
{
	expect_caps(_metadata, 0, NULL, 0);
	expect_caps(_metadata, NEEDS_INET | NEEDS_NAMES, NULL, 0);
	expect_caps(_metadata, NEEDS_RAW, NULL, BIT(CAP_NET_RAW));
	expect_caps(_metadata, NEEDS_TAP, NULL, BIT(CAP_NET_ADMIN));
	expect_caps(_metadata, NEEDS_HUB, NULL, BIT(CAP_IPC_LOCK));
	expect_caps(_metadata, NEEDS_OTHERS | NEEDS_OWNERS, NULL,
		    BIT(CAP_DAC_OVERRIDE) | BIT(CAP_CHOWN) | BIT(CAP_FOWNER));
}

TEST(another_user_keeps_what_is_not_about_files)
{
	expect_caps(_metadata, 0, "nobody", 0);
	expect_caps(_metadata, NEEDS_RAW | NEEDS_TAP | NEEDS_LOW_PORT,
		    "nobody", BIT(CAP_NET_RAW) | BIT(CAP_NET_ADMIN) |
			      BIT(CAP_NET_BIND_SERVICE));
	expect_caps(_metadata, NEEDS_OTHERS | NEEDS_OWNERS | NEEDS_HUB,
		    "nobody", 0);
}

static int try_netns(const char *path)
{
	(void)path;
	return error_of(unshare(CLONE_NEWNET));
}

static int trying_plain(const char *name)
{
	return -try_netns(name);
}

TEST(it_is_tried_without_a_capability_that_comes_back)
{
	EXPECT_EQ(0, privilege_try_plain(trying_plain, NULL));
	EXPECT_NE(0, status_of("CapEff") & BIT(CAP_NET_ADMIN));
}

TEST_HARNESS_MAIN
