// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - shut in: system calls by seccomp
 *
 * DOC: What only an attacker would call ends the process. What is not in the lists
 * does not exist (ENOSYS): a newer library then does without. Where programs may be
 * started, nobody knows what these call: then only the first rule holds, as an error
 * (EPERM), for them as well.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>

#include <linux/if_tun.h>
#include <linux/vhub_dev.h>

#include <glib.h>

#include "sandbox.h"

static const char *const seccomp_base[] = {
	/* files and sockets */
	"accept", "accept4", "bind", "close", "connect", "dup", "dup2", "dup3",
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
	"epoll_wait", "eventfd2", "fcntl", "fcntl64", "getpeername",
	"getsockname", "getsockopt", "listen", "_llseek", "lseek", "pipe",
	"pipe2", "poll", "ppoll", "ppoll_time64", "pread64", "preadv",
	"pselect6", "pselect6_time64", "pwrite64", "pwritev", "read", "readv",
	"recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "select",
	"send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
	"write", "writev",
	/* the file system, which is landlock's */
	"access", "chmod", "chown", "chown32", "faccessat", "faccessat2",
	"fchmod", "fchmodat", "fchmodat2", "fchown", "fchown32", "fchownat",
	"flock", "fstat", "fstat64", "fstatat64", "fstatfs", "ftruncate",
	"getcwd", "getdents", "getdents64", "inotify_add_watch",
	"inotify_init1", "inotify_rm_watch", "lchown", "lchown32", "lstat",
	"lstat64", "newfstatat", "open", "openat", "readlink", "readlinkat",
	"rmdir", "stat", "stat64", "statfs", "statx", "umask", "unlink",
	"unlinkat",
	/* memory */
	"brk", "madvise", "mincore", "mlock", "mlock2", "mremap", "munlock",
	"munmap",
	/* threads */
	"exit", "exit_group", "futex", "futex_time64", "get_robust_list",
	"gettid", "membarrier", "restart_syscall", "rseq",
	"sched_getaffinity", "sched_getattr", "sched_setattr", "sched_yield",
	"set_robust_list", "set_tid_address",
	/* signals, to oneself */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"sigaltstack", "sigreturn", "tgkill",
	/* time */
	"clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
	"gettimeofday", "nanosleep", "time", "timerfd_create",
	"timerfd_settime", "timerfd_settime64", "times",
	/* who and where we are */
	"getegid", "geteuid", "getgid", "getgroups", "getpid", "getppid",
	"getrandom", "getresgid", "getresuid", "getrlimit", "getrusage",
	"getuid", "prlimit64", "sysinfo", "ugetrlimit", "uname",
	NULL
};

/* With no use but to get out, or at the rest of the machine. */
static const char *const seccomp_evil[] = {
	"acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime",
	"clock_settime", "delete_module", "finit_module", "fsconfig", "fsmount",
	"fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register",
	"io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load",
	"kexec_load", "keyctl", "lookup_dcookie", "mbind", "memfd_secret",
	"migrate_pages", "modify_ldt", "mount", "mount_setattr", "move_mount",
	"move_pages", "name_to_handle_at", "nfsservctl", "open_by_handle_at",
	"open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
	"process_madvise", "process_vm_readv", "process_vm_writev", "ptrace",
	"quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy",
	"setdomainname", "sethostname", "setns", "settimeofday", "stime",
	"swapoff", "swapon", "syslog", "umount", "umount2", "unshare",
	"userfaultfd", "ustat", "vhangup", "vm86", "vm86old",
	NULL
};

/* Evil as well where no programs are started. */
static const char *const seccomp_programs[] = {
	"execve", "execveat", "fork", "kill", "pidfd_send_signal", "setfsgid",
	"setfsuid", "setgid", "setgroups", "setregid", "setresgid",
	"setresuid", "setreuid", "setuid", "tkill", "vfork",
	NULL
};

/* Calls of which what their first argument is, or the second, decides. */
static const struct {
	unsigned int needs;	/* any of these; 0 for always */
	const char *call;
	unsigned int arg;
	uint32_t value;
} seccomp_args[] = {
	{ 0, "socket", 0, AF_UNIX },
	{ 0, "socketpair", 0, AF_UNIX },
	{ NEEDS_INET | NEEDS_NAMES, "socket", 0, AF_INET },
	{ NEEDS_INET | NEEDS_NAMES, "socket", 0, AF_INET6 },
	{ NEEDS_INET | NEEDS_NAMES | NEEDS_HUB, "socket", 0, AF_NETLINK },
	{ 0, "prctl", 0, PR_SET_NAME },
	{ 0, "ioctl", 1, FIONBIO },
	{ 0, "ioctl", 1, FIONREAD },
	{ 0, "ioctl", 1, TIOCOUTQ },
	{ 0, "ioctl", 1, TCGETS },
	{ NEEDS_INET, "ioctl", 1, SIOCGIFINDEX },
	{ NEEDS_INET, "ioctl", 1, SIOCGIFNAME },
	{ NEEDS_INET, "ioctl", 1, SIOCGIFCONF },
	{ NEEDS_INET, "ioctl", 1, SIOCGIFADDR },
	{ NEEDS_INET, "ioctl", 1, SIOCGIFMTU },
	{ NEEDS_TAP, "ioctl", 1, TUNSETIFF },
	{ NEEDS_TAP | NEEDS_HUB, "ioctl", 1, TUNGETIFF },
	{ NEEDS_TAP, "ioctl", 1, TUNSETOFFLOAD },
	{ NEEDS_TAP, "ioctl", 1, TUNGETVNETHDRSZ },
	{ NEEDS_HUB, "ioctl", 1, VHUB_IOC_ATTACH },
	{ NEEDS_HUB, "ioctl", 1, VHUB_IOC_MEM },
	{ NEEDS_HUB, "ioctl", 1, VHUB_IOC_RINGS },
	{ NEEDS_HUB, "ioctl", 1, VHUB_IOC_KICK },
};

/* What this machine, or this library, does not know cannot be called. */
static int seccomp_add(scmp_filter_ctx ctx, uint32_t action, const char *name,
		       unsigned int n, const struct scmp_arg_cmp *args)
{
	int number = seccomp_syscall_resolve_name(name), ret;

	if (number < 0)
		return 0;
	ret = seccomp_rule_add_array(ctx, action, number, n, args);
	/* It is what is done anyhow, or it is known by now. */
	return ret == -EACCES || ret == -EEXIST ? 0 : ret;
}

static int seccomp_add_list(scmp_filter_ctx ctx, uint32_t action,
			    const char *const *names)
{
	int ret = 0;

	while (*names && !ret)
		ret = seccomp_add(ctx, action, *names++, 0, NULL);
	return ret;
}

static int seccomp_add_args(scmp_filter_ctx ctx, unsigned int needs)
{
	struct scmp_arg_cmp cmp;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < G_N_ELEMENTS(seccomp_args) && !ret; i++) {
		if (seccomp_args[i].needs && !(seccomp_args[i].needs & needs))
			continue;
		cmp = SCMP_CMP(seccomp_args[i].arg, SCMP_CMP_MASKED_EQ,
			       UINT32_MAX, seccomp_args[i].value);
		ret = seccomp_add(ctx, SCMP_ACT_ALLOW, seccomp_args[i].call, 1,
				  &cmp);
	}
	return ret;
}

/* Code comes from files that are loaded, and from nowhere else. */
static int seccomp_add_memory(scmp_filter_ctx ctx, unsigned int needs)
{
	static const char *const names[] = { "mmap", "mmap2", "mprotect" };
	const struct scmp_arg_cmp cmp = SCMP_CMP(2, SCMP_CMP_MASKED_EQ,
						 PROT_EXEC, 0);
	const bool load = needs & (NEEDS_NAMES | NEEDS_LIBRARIES);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < G_N_ELEMENTS(names) && !ret; i++)
		ret = seccomp_add(ctx, SCMP_ACT_ALLOW, names[i], load ? 0 : 1,
				  &cmp);
	return ret;
}

/* A thread, no process. What clone3() is told cannot be seen; without it libc
 * takes clone().
 */
static int seccomp_add_threads(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp cmp = SCMP_CMP(0, SCMP_CMP_MASKED_EQ,
						 CLONE_THREAD, CLONE_THREAD);

	return seccomp_add(ctx, SCMP_ACT_ALLOW, "clone", 1, &cmp);
}

static int seccomp_fill_shut(scmp_filter_ctx ctx, unsigned int needs)
{
	int ret = seccomp_add_list(ctx, SCMP_ACT_ALLOW, seccomp_base);

	if (!ret)
		ret = seccomp_add_list(ctx, SCMP_ACT_KILL_PROCESS,
				       seccomp_evil);
	if (!ret)
		ret = seccomp_add_list(ctx, SCMP_ACT_KILL_PROCESS,
				       seccomp_programs);
	if (!ret)
		ret = seccomp_add_args(ctx, needs);
	if (!ret)
		ret = seccomp_add_memory(ctx, needs);
	return ret ? : seccomp_add_threads(ctx);
}

static int seccomp_load_into(scmp_filter_ctx ctx, unsigned int needs)
{
	int ret = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);

	if (!ret)
		ret = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				       SCMP_ACT_KILL_PROCESS);
	/* A look-up by halves instead of one after the other. */
	if (!ret)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!ret && needs & NEEDS_PROGRAMS)
		ret = seccomp_add_list(ctx, SCMP_ACT_ERRNO(EPERM),
				       seccomp_evil);
	else if (!ret)
		ret = seccomp_fill_shut(ctx, needs);
	return ret ? : seccomp_load(ctx);
}

int seccomp_enter(unsigned int needs)
{
	uint32_t action = needs & NEEDS_PROGRAMS ? SCMP_ACT_ALLOW :
						   SCMP_ACT_ERRNO(ENOSYS);
	scmp_filter_ctx ctx;
	int ret;

	if (prctl(PR_GET_SECCOMP) < 0) {
		g_info("all system calls are allowed: the kernel has no seccomp");
		return 0;
	}
	ctx = seccomp_init(action);
	if (!ctx)
		return -ENOMEM;
	ret = seccomp_load_into(ctx, needs);
	seccomp_release(ctx);
	return ret;
}
