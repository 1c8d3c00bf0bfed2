// SPDX-License-Identifier: GPL-2.0
/* libvhub - netlink transport: one request, its answers, the kernel's sentence */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl.h"
#include "user.h"

#define NL_PATIENCE	5000	/* ms for a vhubd to answer; the kernel does */
#define NL_ERROR_MAX	4095	/* as of the kernel */

/**
 * struct nl_dialog - a request and what came back so far
 * @cb: called for each answer
 * @data: argument of @cb
 * @error: where the kernel's sentence goes
 * @ret: first error, of the kernel or of @cb
 * @done: nothing more comes
 * @interrupted: the list changed while it was dumped
 */
struct nl_dialog {
	vhub_nl_cb cb;
	void *data;
	char *error;
	int ret;
	bool done;
	bool interrupted;
};

/**
 * vhub_nl_open() - open a netlink socket unless it is open
 * @sk: where the socket is, or goes
 * @bus: NETLINK_GENERIC or NETLINK_ROUTE
 *
 * Return: 0 or -errno.
 */
int vhub_nl_open(struct mnl_socket **sk, int bus)
{
	struct mnl_socket *new;
	int ret, on = 1;

	if (*sk)
		return 0;
	new = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!new)
		return -errno;
	if (mnl_socket_bind(new, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(new, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(new, NETLINK_CAP_ACK, &on, sizeof(on)) < 0) {
		ret = -errno;
		mnl_socket_close(new);
		return ret;
	}
	*sk = new;
	return 0;
}

/**
 * vhub_nl_close() - close all sockets; @nl can be used again
 * @nl: may be all zero
 */
void vhub_nl_close(struct vhub_nl *nl)
{
	vhub_listen_close(nl);
	if (nl->genl)
		mnl_socket_close(nl->genl);
	if (nl->rtnl)
		mnl_socket_close(nl->rtnl);
	memset(nl, 0, sizeof(*nl));
}

/* Whoever prints a sentence of a vhubd's must not do what that wants of a terminal:
 * no control characters, be they of ASCII or of Unicode.
 */
static void nl_tame(char *text)
{
	unsigned char *c = (unsigned char *)text;

	for (; *c; c++) {
		if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			*c++ = '?';
		else if (*c >= ' ' && *c != 0x7f)
			continue;
		*c = '?';
	}
}

/* The module's sentences may name it, and so do programs: not twice. */
static void nl_save_sentence(struct nl_dialog *d, const char *text)
{
	static const char prefix[] = "vhub: ";

	if (!strncmp(text, prefix, strlen(prefix)))
		text += strlen(prefix);
	snprintf(d->error, VHUB_NL_ERROR_SIZE, "%s", text);
	nl_tame(d->error);
}

/* @off: bytes of the payload before the attributes */
static void nl_find_sentence(struct nl_dialog *d, const struct nlmsghdr *nlh,
			     size_t off)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    off > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, off) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			nl_save_sentence(d, mnl_attr_get_str(attr));
	}
}

/* A vhubd may say anything, even what would be taken for success. */
static int nl_errno(int err)
{
	return err <= 0 && err >= -NL_ERROR_MAX ? err : -EBADMSG;
}

static void nl_handle_error(struct nl_dialog *d, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t off = sizeof(*err);

	d->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		d->ret = -EBADMSG;
		return;
	}
	if (err->error && !d->ret)
		d->ret = nl_errno(err->error);
	/* Without the flag the request follows, before the attributes. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		off += MNL_ALIGN(err->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	if (err->error)
		nl_find_sentence(d, nlh, off);
}

/* A dump that fails on its way says so at its end. */
static void nl_handle_done(struct nl_dialog *d, const struct nlmsghdr *nlh)
{
	int err;

	d->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(err))
		return;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err >= 0)
		return;
	if (!d->ret)
		d->ret = nl_errno(err);
	nl_find_sentence(d, nlh, MNL_ALIGN(sizeof(err)));
}

static void nl_handle_message(struct nl_dialog *d, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		d->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
		nl_handle_error(d, nlh);
		break;
	case NLMSG_DONE:
		nl_handle_done(d, nlh);
		break;
	default:
		/* After an error go on reading, or the next request gets it. */
		if (d->cb && !d->ret)
			d->ret = d->cb(nlh, d->data);
	}
}

/**
 * vhub_nl_ok() - is there a whole message
 * @nlh: where it begins
 * @len: bytes that are left
 *
 * libmnl takes a length from 2 GiB on for one below 0.
 */
bool vhub_nl_ok(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (unsigned int)len;
}

static void nl_handle_datagram(struct nl_dialog *d, const void *buf, int len,
			       uint32_t seq, unsigned int portid)
{
	const struct nlmsghdr *nlh = buf;

	for (; !d->done && vhub_nl_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq == seq && nlh->nlmsg_pid == portid)
			nl_handle_message(d, nlh);
	}
}

/**
 * vhub_nl_request() - begin a request
 * @buf: VHUB_NL_REQUEST_SIZE bytes, cleared for the gaps between attributes
 * @type: of the message
 */
struct nlmsghdr *vhub_nl_request(void *buf, uint16_t type)
{
	struct nlmsghdr *nlh;

	memset(buf, 0, VHUB_NL_REQUEST_SIZE);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	return nlh;
}

/* Files that came along: the first, and no other stays open. There is room for two
 * where there has to be for one.
 */
static void nl_take_file(struct msghdr *msg, int *passed)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	size_t at;
	int fd;

	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET ||
	    cmsg->cmsg_type != SCM_RIGHTS)
		return;
	for (at = CMSG_LEN(0); at < cmsg->cmsg_len; at += sizeof(fd)) {
		memcpy(&fd, (const char *)cmsg + at, sizeof(fd));
		if (passed && *passed < 0)
			*passed = fd;
		else
			close(fd);
	}
}

/* A datagram or a record. Return: its length or -errno. */
static ssize_t nl_recv(int sk, void *buf, size_t size, int *passed)
{
	struct pollfd pfd = { .fd = sk, .events = POLLIN };
	struct iovec iov = { buf, size };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	while ((len = recvmsg(sk, &msg, MSG_CMSG_CLOEXEC)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (errno == EAGAIN && !poll(&pfd, 1, NL_PATIENCE))
			return -ETIMEDOUT;
	}
	nl_take_file(&msg, passed);
	if (!len)
		return -ECONNRESET;
	return msg.msg_flags & MSG_TRUNC ? -ENOSPC : len;
}

/**
 * vhub_nl_talk() - send a request and handle all that it is answered with
 * @nl: whose @error is set and whose @seq is used
 * @sk: one of its sockets
 * @nlh: the request; sequence number and flags are filled in here
 * @cb: called for each answer, or NULL
 * @data: argument of @cb
 *
 * Return: 0 or -errno, that of the kernel, of @cb or of the socket.
 */
int vhub_nl_talk(struct vhub_nl *nl, struct mnl_socket *sk,
		 struct nlmsghdr *nlh, vhub_nl_cb cb, void *data)
{
	return vhub_nl_talk_fd(nl, mnl_socket_get_fd(sk),
			       mnl_socket_get_portid(sk), nlh, cb, data, NULL);
}

/**
 * vhub_nl_talk_fd() - the same, by a netlink socket or that of a user hub
 * @nl: as above
 * @sk: the socket
 * @portid: of answers
 * @nlh: as above
 * @cb: as above
 * @data: as above
 * @passed: set to a file that comes with an answer, below 0 at first; or NULL
 */
int vhub_nl_talk_fd(struct vhub_nl *nl, int sk, unsigned int portid,
		    struct nlmsghdr *nlh, vhub_nl_cb cb, void *data,
		    int *passed)
{
	struct nl_dialog d = { .cb = cb, .data = data, .error = nl->error };
	char buf[VHUB_NL_ANSWER_SIZE];
	ssize_t len;

	nl->error[0] = '\0';
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++nl->seq;
	if (send(sk, nlh, nlh->nlmsg_len, MSG_NOSIGNAL) < 0)
		return -errno;
	while (!d.done) {
		len = nl_recv(sk, buf, sizeof(buf), passed);
		if (len < 0)
			return len;
		nl_handle_datagram(&d, buf, len, nlh->nlmsg_seq, portid);
	}
	nl->interrupted = d.interrupted;
	return d.ret;
}

/**
 * vhub_nl_parse() - sort attributes into a table and check their types
 * @policy: the types; attributes that it does not know are passed over
 * @attrs: first attribute
 * @len: bytes of all
 * @tb: table of @policy->max + 1 pointers, cleared here
 *
 * Return: 0 or -EBADMSG.
 */
int vhub_nl_parse(const struct vhub_nl_policy *policy, const void *attrs,
		  size_t len, const struct nlattr **tb)
{
	const struct nlattr *attr = attrs;
	const char *end = (const char *)attrs + len;
	uint16_t type;

	memset(tb, 0, (policy->max + 1) * sizeof(*tb));
	for (; mnl_attr_ok(attr, end - (const char *)attr);
	     attr = mnl_attr_next(attr)) {
		type = mnl_attr_get_type(attr);
		if (type > policy->max || !policy->type[type])
			continue;
		if (mnl_attr_validate(attr, policy->type[type]) < 0)
			return -EBADMSG;
		tb[type] = attr;
	}
	return 0;
}

/**
 * vhub_nl_copy_string() - copy a string that was parsed, cut to fit
 * @to: where to
 * @size: bytes there, with the NUL
 * @attr: may be NULL, which gives ""
 */
void vhub_nl_copy_string(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%s", attr ? mnl_attr_get_str(attr) : "");
}

/**
 * vhub_nl_copy_address() - copy an Ethernet address that was parsed
 * @to: VHUB_ADDRESS_SIZE bytes
 * @attr: may be NULL, which leaves @to
 *
 * Return: 0 or -EBADMSG.
 */
int vhub_nl_copy_address(uint8_t *to, const struct nlattr *attr)
{
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) != VHUB_ADDRESS_SIZE)
		return -EBADMSG;
	memcpy(to, mnl_attr_get_payload(attr), VHUB_ADDRESS_SIZE);
	return 0;
}
