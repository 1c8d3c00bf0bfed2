// SPDX-License-Identifier: GPL-2.0
/* vhubd - rights that are not needed any more */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "opts.h"
#include "privilege.h"

void privilege_limit(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* By name, or else by number. */
static const struct passwd *privilege_user(const char *text)
{
	const struct passwd *pw = getpwnam(text);
	guint64 number;

	if (pw)
		return pw;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &number, NULL))
		return NULL;
	return getpwuid(number);
}

static bool privilege_parse_words(struct privilege *p, const char *user,
				  const char *group, GError **error)
{
	const struct passwd *pw = privilege_user(user);

	if (!pw) {
		opts_error(error, "--run-as: no user \"%s\"", user);
		return false;
	}
	p->name = g_strdup(pw->pw_name);
	p->uid = pw->pw_uid;
	p->gid = pw->pw_gid;
	return !group || opts_group("--run-as", group, &p->gid, error);
}

bool privilege_parse(struct privilege *p, const char *text, GError **error)
{
	char **words = g_strsplit(text, ":", 2);
	bool ret = privilege_parse_words(p, words[0] ? : "",
					 words[0] ? words[1] : NULL, error);

	g_strfreev(words);
	return ret;
}

/* Capabilities -----------------------------------------------------------------*/

/* That go with bits; @own says that they are for root alone, as another user has
 * to do with what are this user's files.
 */
static const struct {
	unsigned int bits;
	unsigned int cap;
	bool own;
} privilege_caps[] = {
	{ NEEDS_LOW_PORT, CAP_NET_BIND_SERVICE, false },
	{ NEEDS_RAW, CAP_NET_RAW, false },
	{ NEEDS_TAP, CAP_NET_ADMIN, false },
	{ NEEDS_HUB, CAP_IPC_LOCK, true },
	{ NEEDS_HUB_ADMIN, CAP_NET_ADMIN, true },
	{ NEEDS_OTHERS, CAP_DAC_OVERRIDE, true },
	{ NEEDS_OWNERS, CAP_CHOWN, true },
	{ NEEDS_OWNERS, CAP_FOWNER, true },
};

/**
 * struct privilege_sets - capabilities, as the kernel has them
 * @head: of which process, in which form
 * @data: the sets' halves
 */
struct privilege_sets {
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

static int privilege_get(struct privilege_sets *sets)
{
	sets->head.version = _LINUX_CAPABILITY_VERSION_3;
	sets->head.pid = 0;
	return syscall(SYS_capget, &sets->head, sets->data) ? -errno : 0;
}

static int privilege_set(struct privilege_sets *sets)
{
	return syscall(SYS_capset, &sets->head, sets->data) ? -errno : 0;
}

static bool privilege_needs(unsigned int bits, unsigned int cap, bool other)
{
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(privilege_caps); i++)
		if (privilege_caps[i].bits & bits &&
		    privilege_caps[i].cap == cap &&
		    !(privilege_caps[i].own && other))
			return true;
	return false;
}

/* Nor by a program that is started. Where that is not for us to say, no new
 * privileges are to be had anyhow.
 */
static void privilege_bound(unsigned int bits, bool other)
{
	unsigned int cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!privilege_needs(bits, cap, other))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* Of those that we have. Return 0 or -errno. */
static int privilege_keep(unsigned int bits, bool other)
{
	struct privilege_sets sets;
	unsigned int cap;
	int ret = privilege_get(&sets);

	if (ret)
		return ret;
	for (cap = 0; cap < 32 * _LINUX_CAPABILITY_U32S_3; cap++)
		if (!privilege_needs(bits, cap, other))
			sets.data[CAP_TO_INDEX(cap)].permitted &=
				~CAP_TO_MASK(cap);
	for (cap = 0; cap < _LINUX_CAPABILITY_U32S_3; cap++) {
		sets.data[cap].effective = sets.data[cap].permitted;
		sets.data[cap].inheritable = 0;
	}
	return privilege_set(&sets);
}

int privilege_try_plain(int (*try)(const char *name), const char *name)
{
	struct privilege_sets all, fewer;
	int ret = privilege_get(&all);

	if (ret)
		return ret;
	fewer = all;
	fewer.data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &=
		~CAP_TO_MASK(CAP_NET_ADMIN);
	ret = privilege_set(&fewer);
	if (ret)
		return ret;
	ret = try(name);
	privilege_set(&all);
	return ret;
}

/* Groups first, as long as we may. */
static int privilege_become(const struct privilege *p)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
	    initgroups(p->name, p->gid) ||
	    setresgid(p->gid, p->gid, p->gid) ||
	    setresuid(p->uid, p->uid, p->uid) ||
	    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		return -errno;
	return 0;
}

static bool privilege_is(const struct privilege *p)
{
	return !p->name || (p->uid == geteuid() && p->gid == getegid());
}

int privilege_drop(const struct privilege *p, const struct needs *needs)
{
	bool other = p->name && p->uid;
	int ret = 0;

	privilege_bound(needs->bits, other);
	if (!privilege_is(p))
		ret = privilege_become(p);
	return ret ? : privilege_keep(needs->bits, other);
}
