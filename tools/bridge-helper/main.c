// SPDX-License-Identifier: GPL-2.0
/* vhub - helper that QEMU's -netdev bridge asks for an attached file */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../libvhub/netlink.h"
#include "../libvhub/vhub.h"

/* What QEMU sets when it knows no better. */
#define VNET_HDR_SIZE	10

/**
 * struct helper - what QEMU wants
 * @hub: its name
 * @fd: socket to send the file to
 * @vnet: frames with virtio-net header
 */
struct helper {
	const char *hub;
	int fd;
	bool vnet;
};

static int helper_fail(const char *sentence)
{
	fprintf(stderr, "vhub-bridge-helper: %s\n", sentence);
	return EXIT_FAILURE;
}

static int helper_fd(const char *text)
{
	char *end;
	long fd;

	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno || end == text || *end || fd < 0 || fd > INT32_MAX)
		return -1;
	return fd;
}

static int helper_options(struct helper *helper, int argc, char **argv)
{
	static const struct option options[] = {
		{ "use-vnet", no_argument, NULL, 'v' },
		{ "fd", required_argument, NULL, 'f' },
		{ "br", required_argument, NULL, 'b' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'v':
			helper->vnet = true;
			break;
		case 'f':
			helper->fd = helper_fd(optarg);
			break;
		case 'b':
			helper->hub = optarg;
			break;
		default:
			return -EINVAL;
		}
	}
	if (optind < argc || !helper->hub || helper->fd < 0)
		return -EINVAL;
	return 0;
}

/* Shown as the port's label: the emulator, which waits for this helper. */
static void helper_label(char *label, size_t size)
{
	char path[32];
	FILE *file;

	snprintf(label, size, "qemu");
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)getppid());
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(label, size, file))
		label[strcspn(label, "\n")] = '\0';
	fclose(file);
}

/* One byte, because a stream carries no file without. */
static int helper_send(int sk, int fd)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(fd))];
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = sizeof(byte) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	ssize_t ret;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	do {
		ret = sendmsg(sk, &msg, MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

static int helper_attach(const struct helper *helper)
{
	char label[VHUB_LABEL_SIZE], text[VHUB_SENTENCE_SIZE];
	const struct vhub_attach_request req = {
		.hub = helper->hub,
		.label = label,
		.vnet_hdr_size = helper->vnet ? VNET_HDR_SIZE : 0,
	};
	uint32_t rights;
	int fd, ret;

	helper_label(label, sizeof(label));
	fd = vhub_attach_open(&req, &rights);
	if (fd < 0) {
		vhub_explain_attach(fd, helper->hub, text);
		return helper_fail(text);
	}
	if (!(rights & VHUB_RIGHT_SEND))
		fprintf(stderr, "vhub-bridge-helper: on hub \"%s\" you may receive, but not send\n",
			helper->hub);
	ret = helper_send(helper->fd, fd);
	close(fd);
	if (ret) {
		snprintf(text, sizeof(text), "cannot send on socket %d: %s",
			 helper->fd, strerror(-ret));
		return helper_fail(text);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct helper helper = { .fd = -1 };
	char text[VHUB_SENTENCE_SIZE];
	const char *fault;

	if (helper_options(&helper, argc, argv))
		return helper_fail("QEMU calls this, as vhub-bridge-helper [--use-vnet] --fd=SOCKET --br=HUB");
	fault = vhub_hub_name_fault(helper.hub);
	if (fault) {
		snprintf(text, sizeof(text), "\"%s\" cannot name a hub: it %s",
			 helper.hub, fault);
		return helper_fail(text);
	}
	return helper_attach(&helper);
}
