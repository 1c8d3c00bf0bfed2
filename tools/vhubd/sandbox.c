// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - shut in: the file system by landlock
 *
 * DOC: Connecting to a unix socket by its path, looking whether there is a file,
 * and changing a file's owner or mode is none of landlock's business. It is about
 * opening, making and removing, and allows that below folders and for single
 * files. A file that is replaced, as /etc/resolv.conf is, is another one to it: so
 * there the folder is allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include <gio/gio.h>

#include "sandbox.h"

/* Newer than the headers may be; bits of versions 2 and 3. */
#define SANDBOX_REFER		(1ULL << 13)
#define SANDBOX_TRUNCATE	(1ULL << 14)

/* All that the first version can forbid. */
#define SANDBOX_FIRST		((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/* What makes sense for a file that is no folder. */
#define SANDBOX_FILE		(LANDLOCK_ACCESS_FS_READ_FILE | \
				 LANDLOCK_ACCESS_FS_WRITE_FILE)

static const struct needs_path sandbox_always[] = {
	{ "/dev/null", NEEDS_READ | NEEDS_WRITE },
};

/* Where libc, and its plugins, find out what a name means. */
static const struct needs_path sandbox_names[] = {
	{ "/etc", NEEDS_READ | NEEDS_LIST },
	{ "/run/NetworkManager", NEEDS_READ },
	{ "/run/connman", NEEDS_READ },
	{ "/run/resolvconf", NEEDS_READ },
	{ "/run/systemd/resolve", NEEDS_READ },
};

static const struct needs_path sandbox_libraries[] = {
	{ "/etc/ld.so.cache", NEEDS_READ },
	{ "/lib", NEEDS_READ | NEEDS_LIST },
	{ "/lib64", NEEDS_READ | NEEDS_LIST },
	{ "/usr/lib", NEEDS_READ | NEEDS_LIST },
	{ "/usr/lib64", NEEDS_READ | NEEDS_LIST },
	{ "/usr/local/lib", NEEDS_READ | NEEDS_LIST },
};

static const struct needs_path sandbox_hub[] = {
	{ "/dev/vhub", NEEDS_READ | NEEDS_WRITE },
};

static const struct needs_path sandbox_tap[] = {
	{ "/dev/net/tun", NEEDS_READ | NEEDS_WRITE },
};

/* Files that go with bits. */
static const struct {
	unsigned int bits;
	const struct needs_path *paths;
	unsigned int count;
} sandbox_bits[] = {
	{ NEEDS_NAMES, sandbox_names, G_N_ELEMENTS(sandbox_names) },
	{ NEEDS_NAMES | NEEDS_LIBRARIES, sandbox_libraries,
	  G_N_ELEMENTS(sandbox_libraries) },
	{ NEEDS_HUB, sandbox_hub, G_N_ELEMENTS(sandbox_hub) },
	{ NEEDS_TAP, sandbox_tap, G_N_ELEMENTS(sandbox_tap) },
};

static const struct {
	unsigned int access;
	uint64_t rights;
} sandbox_rights[] = {
	{ NEEDS_READ, LANDLOCK_ACCESS_FS_READ_FILE },
	{ NEEDS_LIST, LANDLOCK_ACCESS_FS_READ_DIR },
	{ NEEDS_WRITE, LANDLOCK_ACCESS_FS_WRITE_FILE },
	{ NEEDS_MAKE, LANDLOCK_ACCESS_FS_MAKE_SOCK },
	{ NEEDS_REMOVE, LANDLOCK_ACCESS_FS_REMOVE_FILE },
	{ NEEDS_REMOVE_DIR, LANDLOCK_ACCESS_FS_REMOVE_DIR },
};

/* The version that the kernel has, or -errno. */
static int sandbox_version(void)
{
	long ret = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);

	return ret < 0 ? -errno : ret;
}

static int sandbox_ruleset(int version)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = SANDBOX_FIRST,
	};
	long ret;

	if (version >= 2)
		attr.handled_access_fs |= SANDBOX_REFER;
	if (version >= 3)
		attr.handled_access_fs |= SANDBOX_TRUNCATE;
	ret = syscall(SYS_landlock_create_ruleset, &attr,
		      sizeof(attr.handled_access_fs), 0);
	return ret < 0 ? -errno : ret;
}

static uint64_t sandbox_rights_of(unsigned int access)
{
	uint64_t rights = 0;
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(sandbox_rights); i++)
		if (access & sandbox_rights[i].access)
			rights |= sandbox_rights[i].rights;
	return rights;
}

/* What is not there, or not for us, cannot be needed either. Return 0 or -errno. */
static int sandbox_allow(int ruleset, const struct needs_path *path)
{
	struct landlock_path_beneath_attr attr = {
		.allowed_access = sandbox_rights_of(path->access),
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC),
	};
	int ret = 0;

	if (attr.parent_fd < 0)
		return 0;
	if (!g_file_test(path->path, G_FILE_TEST_IS_DIR))
		attr.allowed_access &= SANDBOX_FILE;
	if (attr.allowed_access &&
	    syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &attr, 0))
		ret = -errno;
	close(attr.parent_fd);
	return ret;
}

static int sandbox_allow_all(int ruleset, const struct needs_path *paths,
			     unsigned int n)
{
	int ret = 0;

	while (n-- && !ret)
		ret = sandbox_allow(ruleset, paths++);
	return ret;
}

static int sandbox_fill(int ruleset, const struct needs *needs)
{
	int ret = sandbox_allow_all(ruleset, sandbox_always,
				    G_N_ELEMENTS(sandbox_always));
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(sandbox_bits) && !ret; i++)
		if (needs->bits & sandbox_bits[i].bits)
			ret = sandbox_allow_all(ruleset, sandbox_bits[i].paths,
						sandbox_bits[i].count);
	if (ret)
		return ret;
	return sandbox_allow_all(ruleset, (const void *)needs->paths->data,
				 needs->paths->len);
}

static int sandbox_enter_landlock(const struct needs *needs, int version)
{
	int ruleset = sandbox_ruleset(version), ret;

	if (ruleset < 0)
		return ruleset;
	ret = sandbox_fill(ruleset, needs);
	if (!ret && syscall(SYS_landlock_restrict_self, ruleset, 0))
		ret = -errno;
	close(ruleset);
	return ret;
}

/* What is loaded when it is first needed has to be loaded now. */
static void sandbox_prepare(const struct needs *needs)
{
	tzset();
	if (needs->bits & NEEDS_NAMES)
		g_object_unref(g_resolver_get_default());
}

int sandbox_enter(const struct needs *needs)
{
	int version = sandbox_version(), ret = 0;

	sandbox_prepare(needs);
	if (needs->bits & NEEDS_PROGRAMS)
		g_info("the file system stays open: a link may start programs");
	else if (version < 0)
		g_info("the file system stays open: the kernel has no landlock");
	else
		ret = sandbox_enter_landlock(needs, version);
	return ret ? : seccomp_enter(needs->bits);
}
