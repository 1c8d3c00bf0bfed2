// SPDX-License-Identifier: GPL-2.0
/* libvhub - sentences that say what went wrong with which hub */
#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"
#include "place.h"
#include "vhub.h"

#define NOT_LOADED	"the vhub module is not loaded (modprobe vhub)"

bool vhub_user_name(uid_t uid, char *name)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw)
		snprintf(name, VHUB_USER_SIZE, "%s", pw->pw_name);
	else
		snprintf(name, VHUB_USER_SIZE, "%u", uid);
	return pw;
}

bool vhub_group_name(gid_t gid, char *name)
{
	const struct group *gr = getgrgid(gid);

	if (gr)
		snprintf(name, VHUB_USER_SIZE, "%s", gr->gr_name);
	else
		snprintf(name, VHUB_USER_SIZE, "%u", gid);
	return gr;
}

static void explain_no_hub(const char *hub, char *text)
{
	const char *form = "no hub \"%s\" in this network namespace";

	if (if_nametoindex(hub))
		form = "network device \"%s\" is not a hub";
	snprintf(text, VHUB_SENTENCE_SIZE, form, hub);
}

/* Of a hub of the kernel's anybody may ask. False if @hub is one, or not there. */
static bool explain_not_for_us(const char *hub, const char *verb, char *text)
{
	char owner[VHUB_USER_SIZE];
	uid_t uid;

	if (!vhub_place_owner(hub, &uid))
		return false;
	vhub_user_name(uid, owner);
	snprintf(text, VHUB_SENTENCE_SIZE,
		 "no permission to %s hub \"%s\", which is a vhubd of user %s",
		 verb, hub, owner);
	return true;
}

/**
 * vhub_explain_nl() - why a netlink call failed
 * @nl: with the kernel's sentence, if it had one
 * @err: -errno that the call returned
 * @hub: name of the hub it was about, or NULL
 * @text: filled in
 */
void vhub_explain_nl(const struct vhub_nl *nl, int err, const char *hub,
		     char *text)
{
	const char *why = nl->error[0] ? nl->error : strerror(-err);

	if (err == -EPROTONOSUPPORT)
		snprintf(text, VHUB_SENTENCE_SIZE, NOT_LOADED);
	else if (hub && err == -ENODEV)
		explain_no_hub(hub, text);
	else if (hub && err == -EACCES && !nl->error[0] &&
		 explain_not_for_us(hub, "ask", text))
		return;
	else if (hub)
		snprintf(text, VHUB_SENTENCE_SIZE, "hub \"%s\": %s", hub, why);
	else
		snprintf(text, VHUB_SENTENCE_SIZE, "%s", why);
}

static void explain_no_right(const char *hub, char *text)
{
	char owner[VHUB_USER_SIZE], group[VHUB_USER_SIZE];
	struct vhub_hub_info info;
	struct vhub_nl nl = { 0 };
	int ret = vhub_hub_get(&nl, hub, &info);

	if (ret == -EACCES && explain_not_for_us(hub, "attach to", text)) {
		vhub_nl_close(&nl);
		return;
	}
	if (access(VHUB_DEV_PATH, R_OK | W_OK)) {
		snprintf(text, VHUB_SENTENCE_SIZE,
			 "no permission to open " VHUB_DEV_PATH);
	} else if (ret) {
		snprintf(text, VHUB_SENTENCE_SIZE,
			 "no permission to attach to hub \"%s\"", hub);
	} else {
		vhub_user_name(info.owner, owner);
		vhub_group_name(info.group, group);
		snprintf(text, VHUB_SENTENCE_SIZE,
			 "no permission to attach to hub \"%s\" (perm %04o, owner %s, group %s)",
			 hub, info.perm, owner, group);
	}
	vhub_nl_close(&nl);
}

/**
 * vhub_explain_attach() - why attaching to a hub failed
 * @err: -errno of vhub_attach_open() or vhub_attach_join()
 * @hub: name of the hub
 * @text: filled in
 */
void vhub_explain_attach(int err, const char *hub, char *text)
{
	switch (-err) {
	case ENOENT:
	case ENXIO:
		snprintf(text, VHUB_SENTENCE_SIZE,
			 VHUB_DEV_PATH " is not there: " NOT_LOADED);
		break;
	case ENODEV:
		explain_no_hub(hub, text);
		break;
	case EACCES:
		explain_no_right(hub, text);
		break;
	case ENOSPC:
		snprintf(text, VHUB_SENTENCE_SIZE,
			 "hub \"%s\" takes no more ports or queues", hub);
		break;
	default:
		snprintf(text, VHUB_SENTENCE_SIZE,
			 "cannot attach to hub \"%s\": %s", hub,
			 strerror(-err));
	}
}
