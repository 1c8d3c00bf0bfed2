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
/* Newer than libc's headers may be. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

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

/* Folders of all that serve hubs ---------------------------------------------------*/

unsigned long long vhub_place_netns(void)
{
	int sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);

	/* Older kernels have no module, and so no hubs that are in a namespace. */
	getsockopt(sk, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	if (sk >= 0)
		close(sk);
	return cookie;
}

/* What a folder's name says. False for what is none, or not of this namespace. */
static bool place_parse(const char *name, unsigned long long netns,
			struct vhub_place *place)
{
	const char *colon = strchrnul(name, ':');
	char text[VHUB_PLACE_SIZE];

	memset(place, 0, sizeof(*place));
	if ((size_t)(colon - name) >= sizeof(place->hub))
		return false;
	memcpy(place->hub, name, colon - name);
	place->kernel = *colon;
	if (vhub_hub_name_fault(place->hub))
		return false;
	if (!place->kernel)
		return true;
	if (sscanf(colon, ":%*u:%u", &place->number) != 1)
		return false;
	/* Written in one way only. */
	snprintf(text, sizeof(text), VHUB_PLACE_FORM, place->hub, netns,
		 place->number);
	return !strcmp(text, name);
}

/**
 * struct place_list - folders that were found
 * @netns: of our namespace
 * @hub: whose they are to be, or NULL
 * @items: them
 * @n: how many
 * @failed: memory ran out
 */
struct place_list {
	unsigned long long netns;
	const char *hub;
	struct vhub_place *items;
	size_t n;
	bool failed;
};

static void place_add(struct place_list *list, const char *base,
		      const char *name)
{
	struct vhub_place place, *items;
	int len;

	if (!place_parse(name, list->netns, &place) ||
	    (list->hub && strcmp(list->hub, place.hub)))
		return;
	len = snprintf(place.path, sizeof(place.path),
		       "%s/%s/" VHUB_PLACE_NETLINK, base, name);
	if (len >= VHUB_PLACE_SIZE)
		return;
	items = reallocarray(list->items, list->n + 1, sizeof(*items));
	if (!items) {
		list->failed = true;
		return;
	}
	list->items = items;
	list->items[list->n++] = place;
}

/* @first: user hubs that are there, too, are passed over; NULL for none */
static void place_scan(struct place_list *list, const char *base,
		       const char *first)
{
	const struct dirent *entry;
	DIR *dir = opendir(base);

	while (dir && (entry = readdir(dir)))
		if (!first || strchr(entry->d_name, ':') ||
		    !place_is_in(first, entry->d_name))
			place_add(list, base, entry->d_name);
	if (dir)
		closedir(dir);
}

static int place_order(const void *a, const void *b)
{
	const struct vhub_place *p = a, *q = b;
	int order = strcmp(p->hub, q->hub);

	if (!order)
		order = p->kernel - q->kernel;
	if (!order)
		order = (p->number > q->number) - (p->number < q->number);
	return order ? order : strcmp(p->path, q->path);
}

int vhub_place_all(const char *hub, struct vhub_place **places)
{
	struct place_list list = { .netns = vhub_place_netns(), .hub = hub };
	char own[VHUB_PLACE_SIZE];
	bool has = vhub_place_own(own);

	if (has)
		place_scan(&list, own, NULL);
	if (geteuid())
		place_scan(&list, PLACE_ROOT, has ? own : NULL);
	if (list.failed) {
		free(list.items);
		return -ENOMEM;
	}
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), place_order);
	*places = list.items;
	return list.n;
}

int vhub_place_connect_to(const struct vhub_place *place)
{
	return place_connect_path(place->path, SOCK_SEQPACKET);
}
