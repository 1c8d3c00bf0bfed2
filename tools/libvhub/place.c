// SPDX-License-Identifier: GPL-2.0
/* libvhub - folders of user hubs, where a vhubd that is a hub has its sockets */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "netlink.h"
#include "place.h"

#define PLACE_ROOT	"/run/vhub"
#define PLACE_PATIENCE	5	/* seconds for a vhubd to take a client */

_Static_assert(VHUB_PLACE_SIZE == sizeof(((struct sockaddr_un *)0)->sun_path),
	       "VHUB_PLACE_SIZE is not that of an address");

const char *vhub_place_own(char *path)
{
	const char *dir = secure_getenv("XDG_RUNTIME_DIR");
	int len;

	if (!geteuid())
		return strcpy(path, PLACE_ROOT);
	if (!dir || dir[0] != '/')
		return NULL;
	len = snprintf(path, VHUB_PLACE_SIZE, "%s/vhub", dir);
	return len < VHUB_PLACE_SIZE ? path : NULL;
}

const char *vhub_place_root(char *path)
{
	return strcpy(path, PLACE_ROOT);
}

static bool place_is_in(const char *base, const char *hub)
{
	char path[VHUB_PLACE_SIZE];
	int len = snprintf(path, sizeof(path), "%s/%s", base, hub);

	return len < VHUB_PLACE_SIZE && !access(path, F_OK);
}

/* @first: names that are there, too, are passed over; NULL for none */
static void place_list_in(const char *base, const char *first,
			  void (*fn)(const char *name, void *data), void *data)
{
	struct dirent *entry;
	DIR *dir = opendir(base);

	while (dir && (entry = readdir(dir)))
		if (!vhub_hub_name_fault(entry->d_name) &&
		    !(first && place_is_in(first, entry->d_name)))
			fn(entry->d_name, data);
	if (dir)
		closedir(dir);
}

void vhub_place_list(void (*fn)(const char *name, void *data), void *data)
{
	char own[VHUB_PLACE_SIZE];
	bool has = vhub_place_own(own);

	if (has)
		place_list_in(own, NULL, fn, data);
	if (geteuid())
		place_list_in(PLACE_ROOT, has ? own : NULL, fn, data);
}

/* Waits, but not for ever, for one that is slow to take us. */
static int place_socket(int type)
{
	const struct timeval patience = { .tv_sec = PLACE_PATIENCE };
	int sk = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (sk < 0)
		return -errno;
	setsockopt(sk, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return sk;
}

static int place_connect_path(const char *path, int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sk = place_socket(type), err;

	if (sk < 0)
		return sk;
	strcpy(un.sun_path, path);
	if (!connect(sk, (const struct sockaddr *)&un, sizeof(un)) &&
	    !fcntl(sk, F_SETFL, O_RDWR | O_NONBLOCK))
		return sk;
	err = -errno;
	close(sk);
	/* Nobody is there, or was and is no more. */
	return err == -ENOENT || err == -ECONNREFUSED || err == -ENOTDIR ?
	       -ENODEV : err;
}

static int place_connect_in(const char *base, const char *hub,
			    const char *name, int type, char *path)
{
	char text[VHUB_PLACE_SIZE];
	int ret = snprintf(text, sizeof(text), "%s/%s/%s", base, hub, name);

	if (ret >= VHUB_PLACE_SIZE)
		return -ENODEV;
	ret = place_connect_path(text, type);
	if (ret >= 0 && path)
		strcpy(path, text);
	return ret;
}

int vhub_place_connect(const char *hub, const char *name, int type, char *path)
{
	char own[VHUB_PLACE_SIZE];
	int ret = -ENODEV;

	if (vhub_hub_name_fault(hub))
		return -EINVAL;
	if (vhub_place_own(own))
		ret = place_connect_in(own, hub, name, type, path);
	if (ret == -ENODEV && geteuid())
		ret = place_connect_in(PLACE_ROOT, hub, name, type, path);
	return ret;
}

static bool place_owner_in(const char *base, const char *hub, uid_t *uid)
{
	char path[VHUB_PLACE_SIZE];
	int len = snprintf(path, sizeof(path), "%s/%s", base, hub);
	struct stat st;

	if (len >= VHUB_PLACE_SIZE || stat(path, &st))
		return false;
	*uid = st.st_uid;
	return true;
}

bool vhub_place_owner(const char *hub, uid_t *uid)
{
	char own[VHUB_PLACE_SIZE];

	if (vhub_hub_name_fault(hub))
		return false;
	return (vhub_place_own(own) && place_owner_in(own, hub, uid)) ||
	       (geteuid() && place_owner_in(PLACE_ROOT, hub, uid));
}
