// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the folder of a user hub, by which others find it
 *
 * DOC: A lock in the folder says who is the hub. It is the kernel's, and so ends
 * with the process, however that ends; whoever has it may remove what another one
 * left. The folder is closed to others until all is there.
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

/* Folders may go again and again between our making and opening them. */
#define FOLDER_TRIES	100

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

/* Return 0 or -errno. */
static int folder_own(const struct folder *folder, const char *path,
		      mode_t mode)
{
	if (folder->group != (gid_t)-1 && chown(path, -1, folder->group))
		return -errno;
	return chmod(path, mode) ? -errno : 0;
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
	int fd, err;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
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

/* All but the lock. */
static void folder_clean(const char *dir)
{
	folder_remove(dir, VHUB_PLACE_STREAM);
	folder_remove_vde(dir);
}

/* Makes the folder ours. Return 0 or -errno. */
static int folder_take(struct folder *folder, const char *base,
		       const char *hub)
{
	char *path = g_build_filename(base, hub, NULL);
	int ret = folder_make_base(base);

	if (!ret)
		ret = folder_lock(path);
	if (ret < 0) {
		g_free(path);
		return ret;
	}
	folder->lock = ret;
	folder->path = path;
	folder_clean(path);
	return chmod(path, 0700) ? -errno : 0;
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
	if (link && !link_open(link, error)) {
		link_free(link);
		return NULL;
	}
	return link;
}

static bool folder_open_stream(struct folder *folder, struct hub *hub,
			       GError **error)
{
	char *value = folder_value(folder, VHUB_PLACE_STREAM);
	char *path = g_build_filename(folder->path, VHUB_PLACE_STREAM, NULL);
	char *text;
	int ret = 0;

	text = g_strdup_printf("stream,server=on,addr.type=unix,addr.path=%s,clients=%u",
			       value, HUB_PORTS_MAX);
	folder->stream = folder_link(hub, text, error);
	if (folder->stream)
		ret = folder_own(folder, path, folder->mode);
	if (ret)
		opts_error(error, "%s: %s", path, strerror(-ret));
	g_free(value);
	g_free(path);
	return folder->stream && !ret;
}

static bool folder_open_vde(struct folder *folder, struct hub *hub,
			    GError **error)
{
	char *value = folder_value(folder, VHUB_PLACE_VDE);
	GString *text = g_string_new(NULL);

	g_string_printf(text, "vde-server,sock=%s,mode=0%o", value,
			folder->mode);
	if (folder->group != (gid_t)-1)
		g_string_append_printf(text, ",group=%u", folder->group);
	folder->vde = folder_link(hub, g_string_free(text, FALSE), error);
	g_free(value);
	return folder->vde;
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

bool folder_open(struct folder *folder, struct hub *hub, GError **error)
{
	char base[VHUB_PLACE_SIZE];
	int ret;

	if (!vhub_place_own(base)) {
		opts_error(error, "XDG_RUNTIME_DIR does not say where hub \"%s\" could be found",
			   hub->name);
		return false;
	}
	ret = folder_take(folder, base, hub->name);
	if (ret) {
		folder_error(error, ret, base, hub->name);
		return false;
	}
	if (!folder_open_stream(folder, hub, error) ||
	    !folder_open_vde(folder, hub, error))
		return false;
	ret = folder_own(folder, folder->path, folder_dir_mode(folder->mode));
	if (ret)
		folder_error(error, ret, base, hub->name);
	return !ret;
}

int folder_give(const struct folder *folder, uid_t uid)
{
	static const char *const names[] = {
		"", VHUB_PLACE_LOCK, VHUB_PLACE_STREAM, VHUB_PLACE_VDE,
		VHUB_PLACE_VDE "/ctl",
	};
	unsigned int i;
	int ret = 0;
	char *path;

	for (i = 0; folder->path && !ret && i < G_N_ELEMENTS(names); i++) {
		path = g_build_filename(folder->path, names[i], NULL);
		ret = lchown(path, uid, -1) ? -errno : 0;
		g_free(path);
	}
	return ret;
}

void folder_needs(const struct folder *folder, struct needs *needs)
{
	if (!folder->path)
		return;
	link_needs(folder->stream, needs);
	link_needs(folder->vde, needs);
	needs_path(needs, folder->path, NEEDS_LIST | NEEDS_MAKE |
		   NEEDS_REMOVE | NEEDS_REMOVE_DIR);
	needs_parent(needs, folder->path, NEEDS_REMOVE_DIR);
}

void folder_close(struct folder *folder)
{
	if (!folder->path)
		return;
	if (folder->stream)
		link_free(folder->stream);
	if (folder->vde)
		link_free(folder->vde);
	folder_clean(folder->path);
	/* Until it is closed the lock is ours, whatever its name is. */
	folder_remove(folder->path, VHUB_PLACE_LOCK);
	rmdir(folder->path);
	close(folder->lock);
	g_free(folder->path);
	memset(folder, 0, sizeof(*folder));
}
