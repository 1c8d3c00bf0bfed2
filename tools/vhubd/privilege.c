// SPDX-License-Identifier: GPL-2.0
/* vhubd - rights that are not needed any more */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

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

/* Groups first, as long as we may. The library does it for all threads. */
int privilege_drop(const struct privilege *p)
{
	if (!p->name || (p->uid == geteuid() && p->gid == getegid() && p->uid))
		return 0;
	if (initgroups(p->name, p->gid) ||
	    setresgid(p->gid, p->gid, p->gid) ||
	    setresuid(p->uid, p->uid, p->uid))
		return -errno;
	return 0;
}
