// SPDX-License-Identifier: GPL-2.0
/* libvhub - user hubs: the same requests over the socket of a vhubd */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl.h"
#include "place.h"
#include "user.h"

#define USER_PATIENCE	5000	/* ms for a vhubd to end */

/* A connection for one request: hubs come and go. */
static int user_connect(const char *hub, struct nlmsghdr *nlh)
{
	struct vhub_nl family = { 0 };
	int sk, ret;

	sk = vhub_place_connect(hub, VHUB_PLACE_NETLINK, SOCK_SEQPACKET, NULL);
	if (sk < 0)
		return sk;
	ret = vhub_genl_find(&family, sk, 0, VHUB_FAMILY_NAME);
	if (ret) {
		close(sk);
		return ret;
	}
	nlh->nlmsg_type = family.family;
	return sk;
}

int vhub_user_talk(struct vhub_nl *nl, const char *hub, struct nlmsghdr *nlh,
		   vhub_nl_cb cb, void *data, int *passed)
{
	int sk = user_connect(hub, nlh), ret;

	/* Then what the kernel may have said before is not why. */
	if (sk < 0 && sk != -ENODEV)
		nl->error[0] = '\0';
	if (sk < 0)
		return sk;
	ret = vhub_nl_talk_fd(nl, sk, 0, nlh, cb, data, passed);
	close(sk);
	return ret;
}

static int user_hub_cb(const struct nlmsghdr *nlh, void *data)
{
	return vhub_hub_parse(nlh, data);
}

int vhub_user_hub_get(struct vhub_nl *nl, const char *name,
		      struct vhub_hub_info *hub, uint16_t *family)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_genl_request(buf, VHUB_CMD_HUB_GET);
	int ret;

	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, name);
	ret = vhub_user_talk(nl, name, nlh, user_hub_cb, hub, NULL);
	*family = nlh->nlmsg_type;
	return ret;
}

/* It ends the connection when it has removed all that it had. */
static int user_wait_end(int sk)
{
	struct pollfd pfd = { .fd = sk, .events = POLLIN };
	char byte;

	do {
		if (poll(&pfd, 1, USER_PATIENCE) <= 0)
			return -ETIMEDOUT;
	} while (recv(sk, &byte, 1, MSG_DONTWAIT) > 0);
	return 0;
}

int vhub_user_hub_del(struct vhub_nl *nl, const char *name)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_genl_request(buf, VHUB_CMD_HUB_DEL);
	int sk = user_connect(name, nlh), ret;

	if (sk < 0)
		return sk;
	mnl_attr_put_strz(nlh, VHUB_A_HUB_NAME, name);
	ret = vhub_nl_talk_fd(nl, sk, 0, nlh, NULL, NULL, NULL);
	if (!ret)
		ret = user_wait_end(sk);
	close(sk);
	return ret;
}

static int user_port_cb(const struct nlmsghdr *nlh, void *data)
{
	return vhub_port_parse(nlh, data);
}

int vhub_user_port_get(struct vhub_nl *nl, const char *hub, uint32_t number,
		       struct vhub_port_info *port)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_genl_request(buf, VHUB_CMD_PORT_GET);

	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, hub);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_NUMBER, number);
	return vhub_user_talk(nl, hub, nlh, user_port_cb, port, NULL);
}

static int user_list_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_port_info *port = vhub_vec_push(data);

	return port ? vhub_port_parse(nlh, port) : -ENOMEM;
}

int vhub_user_port_list(struct vhub_nl *nl, const char *hub,
			struct vhub_port_info **ports, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**ports) };
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_genl_request(buf, VHUB_CMD_PORT_GET);
	int ret;

	nlh->nlmsg_flags = NLM_F_DUMP;
	ret = vhub_user_talk(nl, hub, nlh, user_list_cb, &vec, NULL);
	if (ret) {
		free(vec.items);
		return ret;
	}
	*ports = vec.items;
	*n = vec.n;
	return 0;
}

int vhub_user_port_add(struct vhub_nl *nl, const char *hub, const char *label,
		       struct vhub_port_info *port)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh = vhub_genl_request(buf, VHUB_CMD_PORT_ADD);
	int sk = -1, ret;

	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, hub);
	if (label)
		mnl_attr_put_strz(nlh, VHUB_A_PORT_LABEL, label);
	ret = vhub_user_talk(nl, hub, nlh, user_port_cb, port, &sk);
	if (!ret)
		return sk < 0 ? -EBADMSG : sk;
	if (sk >= 0)
		close(sk);
	return ret;
}
