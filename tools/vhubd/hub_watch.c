// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - the kernel's hub goes, and comes back
 *
 * DOC: A file on a hub that was removed is silent, so the kernel's news are what
 * tells. It is the hub that our ports are on that counts, by its index, whatever it
 * is called by now; they go to the next one of the name that we were given. When
 * news were lost, or a hub does not let us in, we look again by ourselves, after
 * longer and longer pauses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub_watch.h"

/* Seconds between two tries. */
#define WATCH_PAUSE_MAX	60

/* News at once before it is another file's turn. */
#define WATCH_NEWS	16

static void watch_try(struct hub_watch *watch);

static gboolean watch_again(gpointer data)
{
	struct hub_watch *watch = data;

	watch->timer = 0;
	watch_try(watch);
	return G_SOURCE_REMOVE;
}

static void watch_plan(struct hub_watch *watch)
{
	if (!watch->timer)
		watch->timer = g_timeout_add_seconds(watch->pause, watch_again,
						     watch);
	watch->pause = MIN(2 * watch->pause, WATCH_PAUSE_MAX);
}

static void watch_say(struct hub_watch *watch, int err)
{
	char text[VHUB_SENTENCE_SIZE];

	if (watch->said || err == -ENODEV)
		return;
	watch->said = true;
	vhub_explain_attach(err, watch->hub->name, text);
	g_message("%s; trying again", text);
}

/* There may be a hub of that name. */
static void watch_try(struct hub_watch *watch)
{
	struct vhub_hub_info info;
	int ret = vhub_hub_get(&watch->ask, watch->hub->name, &info);

	if (!ret) {
		watch->ifindex = info.ifindex;
		ret = hub_kernel_return(watch->hub);
	}
	watch->waits = ret;
	if (ret) {
		watch_say(watch, ret);
		watch_plan(watch);
	} else {
		g_message("the hub is back");
	}
}

static void watch_gone(struct hub_watch *watch)
{
	g_message("the hub is gone; its ports wait for one of that name");
	hub_kernel_leave(watch->hub);
	watch->ifindex = 0;
	watch->waits = true;
	watch->said = false;
	watch->pause = 1;
	/* That may be there already. */
	watch_try(watch);
}

static int watch_news(const struct vhub_event *event, void *data)
{
	struct hub_watch *watch = data;

	if (event->cmd == VHUB_CMD_HUB_DEL_NTF && watch->ifindex &&
	    event->hub.ifindex == watch->ifindex)
		watch_gone(watch);
	else if (event->cmd == VHUB_CMD_HUB_NTF && watch->waits &&
		 !strcmp(event->hub.name, watch->hub->name))
		watch_try(watch);
	return 0;
}

/* News were lost: is ours still there? */
static void watch_look(struct hub_watch *watch)
{
	struct vhub_hub_info *hubs;
	bool there = false;
	size_t n, i;

	if (vhub_hub_list(&watch->ask, &hubs, &n))
		return;
	for (i = 0; i < n; i++)
		there |= hubs[i].ifindex == watch->ifindex;
	free(hubs);
	if (watch->ifindex && !there)
		watch_gone(watch);
}

static void watch_ready(struct loop_file *file, uint32_t events)
{
	struct hub_watch *watch = container_of(file, struct hub_watch, file);
	int i, ret = 0;

	(void)events;
	for (i = 0; i < WATCH_NEWS && !ret; i++)
		ret = vhub_event_next(&watch->nl, false, watch_news, watch);
	if (ret == -ENOBUFS)
		watch_look(watch);
}

int hub_watch_open(struct hub_watch *watch, struct hub *hub)
{
	struct vhub_hub_info info;
	int ret = vhub_event_open(&watch->nl);

	watch->hub = hub;
	watch->pause = 1;
	watch->file.fd = -1;
	watch->file.ready = watch_ready;
	if (!ret)
		ret = vhub_hub_get(&watch->ask, hub->name, &info);
	if (ret)
		return ret;
	watch->ifindex = info.ifindex;
	watch->file.fd = vhub_event_fd(&watch->nl);
	return loop_add(hub->loop, &watch->file, EPOLLIN);
}

void hub_watch_close(struct hub_watch *watch)
{
	if (!watch->hub)
		return;
	if (watch->timer)
		g_source_remove(watch->timer);
	if (watch->file.fd >= 0)
		loop_del(watch->hub->loop, &watch->file);
	vhub_nl_close(&watch->nl);
	vhub_nl_close(&watch->ask);
}
