/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - netlink of vhubd, message by message: what libvhub would not send */
#ifndef _VHUBD_ASK_H
#define _VHUBD_ASK_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "vhub_test.h"

#define DIR		"/run/vhub/" HUB
#define RECORD		32768	/* bytes of the longest answer */
#define REQUEST_MAX	8192	/* bytes of the longest request */

static inline int seq_connect(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	int sk = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), DIR "/%s", name);
	setsockopt(sk, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (!connect(sk, (struct sockaddr *)&un, sizeof(un)))
		return sk;
	close(sk);
	return -errno;
}

static inline struct nlmsghdr *begin(void *buf, __u16 type, __u8 cmd,
				     __u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VHUB_FAMILY_VERSION;
	return nlh;
}

static inline void take_sentence(const struct nlmsghdr *nlh, size_t off,
				 char *sentence)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, off)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			strcpy(sentence, mnl_attr_get_str(attr));
}

/* The number at the beginning of what ends a dialog. */
static inline int end_of(const struct nlmsghdr *nlh, char *sentence)
{
	bool is_ack = nlh->nlmsg_type == NLMSG_ERROR;

	take_sentence(nlh, is_ack ? sizeof(struct nlmsgerr) : sizeof(int),
		      sentence);
	return *(int *)mnl_nlmsg_get_payload(nlh);
}

/* Reads answers up to their end; @cb sees each. */
static inline int answers(int sk, char *sentence, mnl_cb_t cb, void *data)
{
	static char buf[RECORD];
	const struct nlmsghdr *nlh;
	int len;

	sentence[0] = '\0';
	while ((len = recv(sk, buf, sizeof(buf), 0)) > 0) {
		nlh = (void *)buf;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE)
				return end_of(nlh, sentence);
			if (cb)
				cb(nlh, data);
		}
	}
	return len ? -errno : -EPIPE;
}

static inline int ask(int sk, const struct nlmsghdr *nlh, char *sentence,
		      mnl_cb_t cb, void *data)
{
	if (send(sk, nlh, nlh->nlmsg_len, MSG_NOSIGNAL) < 0)
		return -errno;
	return answers(sk, sentence, cb, data);
}

static inline int take_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(__u16 *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static inline int family_of(int sk, const char *name, __u16 *id)
{
	char buf[REQUEST_MAX] = "", sentence[256];
	struct nlmsghdr *nlh = begin(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	return ask(sk, nlh, sentence, take_id, id);
}

static inline int count_one(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(int *)data;
	return MNL_CB_OK;
}

#endif /* _VHUBD_ASK_H */
