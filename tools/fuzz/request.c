// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: netlink requests to a user hub
 *
 * The input is records, each behind two bytes of length, of one client.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "../libvhub/place.h"
#include "../vhubd/folder.h"
#include "../vhubd/links.h"
#include "fuzz.h"

#define FUZZ_USER	65534	/* nobody */

static struct folder fuzz_folder;
static struct links fuzz_links;
static char *fuzz_run;

static void fuzz_end(void)
{
	char *dir = g_build_filename(fuzz_run, "vhub", NULL);

	folder_close(&fuzz_folder);
	links_clear(&fuzz_links);
	rmdir(dir);
	rmdir(fuzz_run);
	g_free(dir);
	g_free(fuzz_run);
}

/* It goes on. */
static void fuzz_stop(struct hub *hub)
{
	(void)hub;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct hub *hub = fuzz_hub();
	GError *error = NULL;

	(void)argc;
	(void)argv;
	hub->stop = fuzz_stop;
	links_init(&fuzz_links, hub);
	if (!links_create(&fuzz_links, "user", &error))
		errx(1, "%s", error->message);
	fuzz_run = g_dir_make_tmp("vhub-fuzz.XXXXXX", &error);
	if (!fuzz_run)
		errx(1, "%s", error->message);
	g_setenv("XDG_RUNTIME_DIR", fuzz_run, TRUE);
	/* Or the folder would be root's. */
	if (!geteuid() && (chown(fuzz_run, FUZZ_USER, -1) || seteuid(FUZZ_USER)))
		err(1, "cannot be another user");
	if (!folder_parse(&fuzz_folder, NULL, NULL, &error) ||
	    !folder_open(&fuzz_folder, hub, &error))
		errx(1, "%s", error->message);
	if (!getuid() && seteuid(0))
		err(1, "cannot be root again");
	atexit(fuzz_end);
	/* Links that are added may open sockets, of a network that is nobody's. The
	 * folder is not root's, and has to be open to us.
	 */
	if (unshare(CLONE_NEWNET | (geteuid() ? CLONE_NEWUSER : 0)))
		err(1, "cannot have a network of our own");
	fuzz_links.granted.bits = NEEDS_INET;
	if (!link_open(links_find(&fuzz_links, 1), &error))
		errx(1, "%s", error->message);
	return 0;
}

static int fuzz_connect(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/%s", fuzz_folder.path,
		 VHUB_PLACE_NETLINK);
	FUZZ_ASSERT(fd >= 0);
	FUZZ_ASSERT(!connect(fd, (const struct sockaddr *)&un, sizeof(un)));
	return fd;
}

/* All that the hub has to say. */
static void fuzz_receive(int fd)
{
	static char buf[64 << 10];
	const struct nlmsghdr *nlh;
	ssize_t n;
	int len;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		len = n;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			;
		FUZZ_ASSERT(!len);
		fuzz_settle();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = fuzz_connect();
	size_t len;

	while (size > 2) {
		len = MIN((size_t)data[0] << 8 | data[1], size - 2);
		if (send(fd, data + 2, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
		data += 2 + len;
		size -= 2 + len;
		fuzz_settle();
		fuzz_receive(fd);
	}
	close(fd);
	fuzz_settle();
	return 0;
}
