// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the folder by which others find a user hub, or a vhubd on the kernel's
 *
 * DOC: A lock in the folder says who is the hub. It is the kernel's, and so ends
 * with the process, however that ends; whoever has it may remove what another one
 * left. The folder is closed to others until all is there.
 *
 * A hub of the kernel's is served by any number of vhubds, which have a folder each:
 * the first one whose lock is free, so what is left of those that were killed is
 * found by those that come.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "../libvhub/place.h"
#include "folder.h"
#include "inherit.h"
#include "netlink_vhub.h"
#include "netlink_vhubd.h"

/* Folders may go again and again between our making and opening them. */
#define FOLDER_TRIES	100

/* Those of one hub of the kernel's that can be found. */
#define FOLDER_MAX	1000

bool folder_parse(struct folder *folder, const char *mode, const char *group,
		  GError **error)
{
	guint64 number = FOLDER_MODE;

	folder->group = -1;
	if (mode && !g_ascii_string_to_unsigned(mode, 8, 0, 0777, &number,
						NULL)) {
		opts_error(error, "--mode: \"%s\" is not an octal number up to 0777",
			   mode);
		return false;
	}
	folder->mode = number;
	return !group || opts_group("--group", group, &folder->group, error);
}

/* The folder -----------------------------------------------------------------*/

/* Who may connect may look for what to connect to. */
static mode_t folder_dir_mode(mode_t mode)
{
	return 0700 | (mode & 0070 ? 0050 : 0) | (mode & 0007 ? 0005 : 0);
}

/* Of all hubs. Of root's anybody may look for one. */
static int folder_make_base(const char *base)
{
	mode_t mode = geteuid() ? 0700 : 0755;

	if (mkdir(base, mode))
		return errno == EEXIST ? 0 : -errno;
	return chmod(base, mode) ? -errno : 0;
}

/* Is the file that we locked still the one in the folder? */
static bool folder_is_locked(int fd, const char *path)
{
	struct stat ours, theirs;

	return !fstat(fd, &ours) && !stat(path, &theirs) &&
	       ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* Return: the lock, -EAGAIN if the folder went meanwhile, -EEXIST if there is a
 * hub, or -errno.
 */
static int folder_lock_once(const char *dir, const char *path)
{
	bool made = !mkdir(dir, 0700);
	int fd, err;

	if (!made && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err = errno == ENOENT ? -EAGAIN : -errno;
		if (made)
			rmdir(dir);
		return err;
	}
	if (flock(fd, LOCK_EX | LOCK_NB))
		err = errno == EWOULDBLOCK ? -EEXIST : -errno;
	else
		err = folder_is_locked(fd, path) ? 0 : -EAGAIN;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int folder_lock(const char *dir)
{
	char *path = g_build_filename(dir, VHUB_PLACE_LOCK, NULL);
	int i, ret = -EAGAIN;

	for (i = 0; i < FOLDER_TRIES && ret == -EAGAIN; i++)
		ret = folder_lock_once(dir, path);
	g_free(path);
	return ret;
}

static void folder_remove(const char *dir, const char *name)
{
	char *path = g_build_filename(dir, name, NULL);

	unlink(path);
	g_free(path);
}

static void folder_remove_vde(const char *dir)
{
	char *path = g_build_filename(dir, VHUB_PLACE_VDE, NULL);
	GDir *vde = g_dir_open(path, 0, NULL);
	const char *name;

	while (vde && (name = g_dir_read_name(vde)))
		folder_remove(path, name);
	if (vde)
		g_dir_close(vde);
	rmdir(path);
	g_free(path);
}

/* All but the lock, and what was handed over to us. */
static void folder_clean(const struct folder *folder)
{
	folder_remove(folder->path, VHUB_PLACE_NETLINK);
	if (folder->kernel)
		return;
	if (!folder->stream_given)
		folder_remove(folder->path, VHUB_PLACE_STREAM);
	folder_remove(folder->path, VHUB_PLACE_EVENTS);
	if (!folder->vde_given)
		folder_remove_vde(folder->path);
}

/* The folder at that place among those of its hub, or NULL if there are no more. */
static char *folder_path(const struct folder *folder, const char *base,
			 unsigned int number)
{
	char *name, *path;

	if (number && (!folder->kernel || number == FOLDER_MAX))
		return NULL;
	if (!folder->kernel)
		return g_build_filename(base, folder->hub->name, NULL);
	name = g_strdup_printf(VHUB_PLACE_FORM, folder->hub->name,
			       vhub_place_netns(), number);
	path = g_build_filename(base, name, NULL);
	g_free(name);
	return path;
}

/* Locks the first that is free. Return 0 or -errno. */
static int folder_lock_any(struct folder *folder, const char *base)
{
	unsigned int number = 0;
	int ret = -EEXIST;
	char *path;

	while (ret == -EEXIST && (path = folder_path(folder, base, number))) {
		ret = folder_lock(path);
		if (ret < 0)
			g_free(path);
		else
			folder->path = path;
		number++;
	}
	if (ret < 0)
		return ret;
	folder->lock = ret;
	if (folder->hub->links)
		links_number(folder->hub->links, number - 1);
	return 0;
}

/* Makes the folder ours. Return 0 or -errno. */
static int folder_take(struct folder *folder, const char *base)
{
	int ret = folder_make_base(base);

	if (!ret)
		ret = folder_lock_any(folder, base);
	if (ret)
		return ret;
	folder->owner = geteuid();
	folder->group_given = folder->group != (gid_t)-1;
	if (!folder->group_given)
		folder->group = getegid();
	folder_clean(folder);
	return chmod(folder->path, 0700) ? -errno : 0;
}

/* What is in it --------------------------------------------------------------*/

/* The path of what is there, as a value of a link's option. */
static char *folder_value(const struct folder *folder, const char *name)
{
	char **parts = g_strsplit(folder->path, ",", -1);
	char *dir = g_strjoinv(",,", parts);
	char *value = g_build_filename(dir, name, NULL);

	g_strfreev(parts);
	g_free(dir);
	return value;
}

/* Takes the text. */
static struct link *folder_link(struct hub *hub, char *text, GError **error)
{
	struct link *link = link_create(hub, text, error);

	g_free(text);
	if (!link)
		return NULL;
	link->own = true;
	if (link_open(link, error))
		return link;
	link_free(link);
	return NULL;
}

static char *folder_stream_text(const struct folder *folder)
{
	char *value, *text;

	if (folder->stream_given)
		return g_strdup_printf("stream,server=on,addr.type=fd,addr.str="
				       VHUB_PLACE_STREAM ",clients=%u",
				       HUB_PORTS_MAX);
	value = folder_value(folder, VHUB_PLACE_STREAM);
	text = g_strdup_printf("stream,server=on,addr.type=unix,addr.path=%s,clients=%u",
			       value, HUB_PORTS_MAX);
	g_free(value);
	return text;
}

static bool folder_open_stream(struct folder *folder, GError **error)
{
	folder->stream = folder_link(folder->hub, folder_stream_text(folder),
				     error);
	return folder->stream;
}

static bool folder_open_vde(struct folder *folder, GError **error)
{
	char *value = folder_value(folder, VHUB_PLACE_VDE);
	char *text;

	text = g_strdup_printf("vde-server,sock=%s,mode=0%o,group=%u%s", value,
			       folder->mode, folder->group,
			       folder->vde_given ? ",fd=" VHUB_PLACE_VDE : "");
	folder->vde = folder_link(folder->hub, text, error);
	g_free(value);
	return folder->vde;
}

static int folder_open_netlink(struct folder *folder)
{
	int ret;

	folder->netlink = netlink_new(folder->hub);
	if (!folder->kernel)
		netlink_vhub_add(folder);
	if (folder->hub->links)
		netlink_add(folder->netlink, &netlink_vhubd, folder->hub);
	ret = netlink_open(folder->netlink, folder->path);
	if (ret || folder->kernel)
		return ret;
	return netlink_open_events(folder->netlink);
}

static void folder_error(GError **error, int err, const char *base,
			 const char *hub)
{
	if (err == -EEXIST)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
			    "there is a hub \"%s\" in %s already: another vhubd is it",
			    hub, base);
	else
		opts_error(error, "no folder %s/%s: %s", base, hub,
			   strerror(-err));
}

/* The owner may always ask, and so give itself more rights again. */
static mode_t folder_netlink_mode(mode_t mode)
{
	return mode | 0600;
}

static int folder_set_files(const struct folder *folder, bool given)
{
	const struct {
		const char *name;
		mode_t mode;
		bool given;
	} files[] = {
		{ VHUB_PLACE_STREAM, folder->mode, folder->stream_given },
		{ VHUB_PLACE_EVENTS, folder_netlink_mode(folder->mode), false },
		{ VHUB_PLACE_LOCK, 0600, false },
		{ VHUB_PLACE_NETLINK, folder_netlink_mode(folder->mode), false },
		{ "", folder_dir_mode(folder->mode), false },
	};
	/* The first two are a user hub's. */
	unsigned int i;
	int ret = 0;
	char *path;

	for (i = folder->kernel ? 2 : 0; !ret && i < G_N_ELEMENTS(files); i++) {
		if (files[i].given && !given)
			continue;
		path = g_build_filename(folder->path, files[i].name, NULL);
		if (lchown(path, folder->owner, folder->group) ||
		    chmod(path, files[i].mode))
			ret = -errno;
		g_free(path);
	}
	return ret;
}

/* Have all be for whom the folder says. @given: what was handed over, too, which is
 * as somebody else wanted it. Return 0 or -errno.
 */
static int folder_set_all(const struct folder *folder, bool given)
{
	int ret = 0;

	folder->netlink->owner = folder->owner;
	if (folder->vde && (given || !folder->vde_given))
		ret = vde_server_own(folder->vde, folder->mode, folder->owner,
				     folder->group);
	return ret ? : folder_set_files(folder, given);
}

static bool folder_take_client(const struct folder *folder, GError **error)
{
	int ret = netlink_inherit(folder->netlink);

	if (ret)
		opts_error(error, "what was handed over as \""
			   NETLINK_CLIENT_NAME "\" is none: %s",
			   strerror(-ret));
	return !ret;
}

bool folder_open(struct folder *folder, struct hub *hub, GError **error)
{
	char base[VHUB_PLACE_SIZE];
	int ret;

	folder->hub = hub;
	folder->kernel = hub->ops == &hub_kernel;
	if (!vhub_place_own(base)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "XDG_RUNTIME_DIR does not say where hub \"%s\" could be found",
			    hub->name);
		return false;
	}
	if (!folder->kernel) {
		folder->stream_given = inherit_find(VHUB_PLACE_STREAM) >= 0;
		folder->vde_given = inherit_find(VHUB_PLACE_VDE) >= 0;
	}
	ret = folder_take(folder, base);
	if (ret) {
		folder_error(error, ret, base, hub->name);
		return false;
	}
	if (!folder->kernel && (!folder_open_stream(folder, error) ||
				!folder_open_vde(folder, error)))
		return false;
	ret = folder_open_netlink(folder);
	if (!ret && !folder->kernel && !folder_take_client(folder, error))
		return false;
	/* The last thing that is changed lets others in: see libvhub's listen.c */
	if (!ret)
		ret = folder_set_all(folder, false);
	if (ret)
		folder_error(error, ret, base, hub->name);
	return !ret;
}

void folder_needs(const struct folder *folder, struct needs *needs)
{
	if (!folder->path)
		return;
	needs_path(needs, folder->path, NEEDS_LIST | NEEDS_MAKE |
		   NEEDS_REMOVE | NEEDS_REMOVE_DIR);
	needs_parent(needs, folder->path, NEEDS_REMOVE_DIR);
	if (folder->kernel)
		return;
	link_needs(folder->stream, needs);
	link_needs(folder->vde, needs);
	/* What clients' processes are called. */
	needs_path(needs, "/proc", NEEDS_READ);
}

int folder_set(struct folder *folder, uid_t owner, gid_t group, mode_t mode)
{
	const struct folder before = *folder;
	int ret;

	folder->owner = owner;
	folder->group = group;
	folder->mode = mode;
	ret = folder_set_all(folder, true);
	if (!ret)
		return 0;
	*folder = before;
	folder_set_all(folder, true);
	return ret;
}

int folder_give(struct folder *folder, uid_t uid, gid_t gid)
{
	if (!folder->path)
		return 0;
	folder->owner = uid;
	if (!folder->group_given)
		folder->group = gid;
	return folder_set_all(folder, false);
}

void folder_close(struct folder *folder)
{
	if (!folder->path)
		return;
	if (folder->netlink && !folder->kernel)
		netlink_vhub_gone(folder);
	if (folder->netlink)
		netlink_stop(folder->netlink);
	if (folder->stream)
		link_free(folder->stream);
	if (folder->vde)
		link_free(folder->vde);
	folder_clean(folder);
	/* Until it is closed the lock is ours, whatever its name is. */
	folder_remove(folder->path, VHUB_PLACE_LOCK);
	rmdir(folder->path);
	close(folder->lock);
	/* The end of the connection tells who wants it that nothing is left. */
	if (folder->netlink)
		netlink_free(folder->netlink);
	g_free(folder->path);
	memset(folder, 0, sizeof(*folder));
}
