// SPDX-License-Identifier: GPL-2.0
/* vhubd - link tap: a TAP device, by name or as an open file */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "endpoint.h"
#include "packet.h"

#define TAP_PATH	"/dev/net/tun"
#define TAP_HEAD_MAX	64	/* bytes of a virtio-net header */

static const char *const tap_options[] = {
	"id", "ifname", "fd", "script", "downscript", NULL
};

/**
 * struct tap - the link
 * @link: what all links have
 * @packet: its port and file
 * @name: of the device
 * @ep: the open file that was given
 * @fd: the file, or -1
 * @head: bytes of the virtio-net header, all 0, before each frame
 * @placed: the port is there
 */
struct tap {
	struct link link;
	struct packet packet;
	char name[IFNAMSIZ];
	struct endpoint ep;
	int fd;
	uint32_t head;
	bool placed;
};

static ssize_t tap_recv(struct packet *p, void *buf, size_t len)
{
	struct tap *tap = container_of(p, struct tap, packet);
	unsigned char head[TAP_HEAD_MAX];
	const struct iovec iov[] = {
		{ .iov_base = head, .iov_len = tap->head },
		{ .iov_base = buf, .iov_len = len },
	};
	ssize_t ret = readv(tap->fd, iov, 2);

	if (ret < 0)
		return -errno;
	return ret < (ssize_t)tap->head ? 0 : ret - (ssize_t)tap->head;
}

static int tap_send(struct packet *p, const void *frame, size_t len)
{
	static unsigned char head[TAP_HEAD_MAX];
	struct tap *tap = container_of(p, struct tap, packet);
	const struct iovec iov[] = {
		{ .iov_base = head, .iov_len = tap->head },
		{ .iov_base = (void *)frame, .iov_len = len },
	};

	return writev(tap->fd, iov, 2) < 0 ? -errno : 0;
}

static void tap_unplug(struct tap *tap)
{
	packet_unplug(&tap->packet);
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
}

static void tap_failed(struct packet *p, int error)
{
	struct tap *tap = container_of(p, struct tap, packet);

	tap_unplug(tap);
	link_failed(&tap->link, strerror(error));
}

/* Returns a file of the device, or -errno. */
static int tap_attach(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open(TAP_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, name, IFNAMSIZ);
	if (!ioctl(fd, TUNSETIFF, &ifr))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* What kind of frames the file carries. Return 0 or -errno. */
static int tap_examine(struct tap *tap)
{
	struct ifreq ifr = { 0 };
	int head = 0;

	if (ioctl(tap->fd, TUNGETIFF, &ifr))
		return -errno;
	if (!(ifr.ifr_flags & IFF_TAP) || !(ifr.ifr_flags & IFF_NO_PI))
		return -EINVAL;
	if (ifr.ifr_flags & IFF_VNET_HDR &&
	    (ioctl(tap->fd, TUNSETOFFLOAD, 0) ||
	     ioctl(tap->fd, TUNGETVNETHDRSZ, &head)))
		return -errno;
	if (head < 0 || head > TAP_HEAD_MAX)
		return -EINVAL;
	tap->head = head;
	return 0;
}

static int tap_plug(struct tap *tap, GError **error)
{
	const char *what = *tap->name ? tap->name : "the file";
	int ret;

	tap->fd = *tap->name ? tap_attach(tap->name) :
			       endpoint_take_fd(&tap->ep, error);
	ret = tap->fd < 0 ? tap->fd : tap_examine(tap);
	if (!ret)
		ret = packet_plug(&tap->packet, tap->fd);
	if (!ret)
		return 0;
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
	if (!*error)
		opts_error(error, "%s cannot be used as a TAP: %s", what,
			   strerror(-ret));
	return ret;
}

/* The first time that it cannot be had is a mistake of the user's. */
static bool tap_open(struct link *link, GError **error)
{
	struct tap *tap = container_of(link, struct tap, link);
	bool first = !tap->placed;
	GError *why = NULL;

	if (!tap->placed && !packet_open(&tap->packet, link, error))
		return false;
	tap->placed = true;
	tap->packet.recv = tap_recv;
	tap->packet.send = tap_send;
	tap->packet.failed = tap_failed;
	if (!tap_plug(tap, &why)) {
		link_works(link, link->failed ? "works again" : NULL);
		return true;
	}
	if (first) {
		g_propagate_error(error, why);
		return false;
	}
	link_failed(link, why->message);
	g_error_free(why);
	return true;
}

static void tap_close(struct link *link)
{
	struct tap *tap = container_of(link, struct tap, link);

	if (tap->placed) {
		tap_unplug(tap);
		packet_close(&tap->packet);
	}
	endpoint_clear(&tap->ep);
}

/* What an open file cannot do again is not needed. */
static void tap_needs(const struct link *link, struct needs *needs)
{
	const struct tap *tap = container_of(link, struct tap, link);

	if (*tap->name)
		needs->bits |= NEEDS_TAP;
}

static const struct link_ops tap_ops = {
	.open = tap_open,
	.close = tap_close,
	.needs = tap_needs,
};

static bool tap_parse(struct tap *tap, struct opts *opts, GError **error)
{
	const char *name = opts_get(opts, "ifname"), *fd = NULL;
	const char *up = opts_get(opts, "script") ? : "no";
	const char *down = opts_get(opts, "downscript") ? : "no";

	if (strcmp(up, "no") || strcmp(down, "no")) {
		opts_error(error, "tap: no scripts are run here: script and downscript can only be \"no\"");
		return false;
	}
	if (!name)
		fd = opts_get(opts, "fd");
	if (!name && !fd) {
		opts_error(error, "tap: ifname or fd is needed");
		return false;
	}
	if (name && (!*name || strlen(name) >= IFNAMSIZ)) {
		opts_error(error, "tap: \"%s\" cannot name a network device",
			   name);
		return false;
	}
	if (name) {
		strcpy(tap->name, name);
		return true;
	}
	tap->link.once = true;
	tap->ep.fd = link_fd(opts, fd, error);
	tap->ep.type = tap->ep.fd < 0 ? ENDPOINT_NONE : ENDPOINT_FD;
	return tap->ep.fd >= 0;
}

static struct link *tap_create(struct opts *opts, GError **error)
{
	struct tap *tap = g_new0(struct tap, 1);

	tap->link.ops = &tap_ops;
	tap->fd = -1;
	if (tap_parse(tap, opts, error))
		return &tap->link;
	link_free(&tap->link);
	return NULL;
}

const struct link_kind link_tap = {
	.name = "tap",
	.options = tap_options,
	.needs = NEEDS_TAP,
	.create = tap_create,
};
