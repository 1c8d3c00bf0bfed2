// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what the tests of mode switch share: addresses, frames, the table
 */

#define _GNU_SOURCE

#include "vhub_fdb.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>

/* Its address, or that of all. */
void station(unsigned int number, unsigned char mac[6])
{
	const unsigned char one[6] = {
		0x02, 0x00, 0x5e, number >> 16, number >> 8, number
	};

	if (number)
		memcpy(mac, one, 6);
	else
		memset(mac, 0xff, 6);
}

/* Makes the frame. Return: its bytes. */
size_t flow_make(const struct flow *flow, unsigned char frame[64])
{
	unsigned char *at = frame + 12;

	make_frame(frame, 64, flow->seed);
	station(flow->to, frame);
	station(flow->from, frame + 6);
	if (flow->vid == NO_VID)
		return 60;

	memmove(frame + 16, frame + 12, 48);
	*at++ = 0x81;
	*at++ = 0x00;
	*at++ = flow->vid >> 8;
	*at++ = flow->vid;
	return 64;
}

int flow_send(int fd, const struct flow *flow)
{
	unsigned char frame[64];
	ssize_t len = flow_make(flow, frame);
	ssize_t ret = write(fd, frame, len);

	if (ret < 0)
		return -errno;
	return ret == len ? 0 : -EIO;
}

/* Is this frame the next that comes? */
bool flow_gets(int fd, const struct flow *flow)
{
	unsigned char frame[64], got[FRAME_ROOM];
	ssize_t len = flow_make(flow, frame);
	ssize_t ret = read_frame(fd, got, sizeof(got));

	if (ret == len && !memcmp(frame, got, len))
		return true;
	fprintf(stderr, "# wanted a frame from %u to %u, got %zd bytes\n",
		flow->from, flow->to, ret);
	return false;
}

static int take_fdb_attr(const struct nlattr *attr, void *data)
{
	struct fdb_info *info = data;
	__u32 *const numbers[VHUB_A_FDB_MAX + 1] = {
		[VHUB_A_FDB_HUB_IFINDEX] = &info->hub_ifindex,
		[VHUB_A_FDB_VID] = &info->vid,
		[VHUB_A_FDB_PORT] = &info->port,
		[VHUB_A_FDB_FLAGS] = &info->flags,
		[VHUB_A_FDB_AGE_MS] = &info->age_ms,
		[VHUB_A_FDB_OLD_PORT] = &info->old_port,
	};
	int type = mnl_attr_get_type(attr);

	if (type > VHUB_A_FDB_MAX)
		return MNL_CB_ERROR;
	info->has |= 1ULL << type;
	if (type == VHUB_A_FDB_HUB_NAME)
		snprintf(info->hub_name, sizeof(info->hub_name), "%s",
			 mnl_attr_get_str(attr));
	else if (type == VHUB_A_FDB_ADDRESS)
		memcpy(info->address, mnl_attr_get_payload(attr), 6);
	else if (numbers[type])
		*numbers[type] = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Takes an address out of a message. */
int parse_fdb(const struct nlmsghdr *nlh, struct fdb_info *info)
{
	memset(info, 0, sizeof(*info));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_fdb_attr,
			      info) == MNL_CB_ERROR ? -EPROTO : 0;
}

static int take_fdb(const struct nlmsghdr *nlh, void *data)
{
	return parse_fdb(nlh, data) ? MNL_CB_ERROR : MNL_CB_OK;
}

static int fdb_begin(struct genl *genl, __u8 cmd, const char *hub)
{
	int ret = genl_open(genl);

	if (ret)
		return ret;
	genl_begin(genl, cmd, 0);
	mnl_attr_put_strz(genl->nlh, VHUB_A_FDB_HUB_NAME, hub);
	return 0;
}

static int fdb_begin_key(struct genl *genl, __u8 cmd, const char *hub,
			 unsigned int number, unsigned int vid)
{
	unsigned char mac[6];
	int ret = fdb_begin(genl, cmd, hub);

	if (ret)
		return ret;
	station(number, mac);
	mnl_attr_put(genl->nlh, VHUB_A_FDB_ADDRESS, 6, mac);
	if (vid)
		mnl_attr_put_u32(genl->nlh, VHUB_A_FDB_VID, vid);
	return 0;
}

static int fdb_end(struct genl *genl, mnl_cb_t cb, void *data)
{
	int ret = genl_talk(genl, cb, data);

	genl_close(genl);
	return ret;
}

int fdb_get(const char *hub, unsigned int number, unsigned int vid,
	    struct fdb_info *info)
{
	struct genl genl;
	int ret = fdb_begin_key(&genl, VHUB_CMD_FDB_GET, hub, number, vid);

	return ret ? ret : fdb_end(&genl, take_fdb, info);
}

int fdb_add(const char *hub, unsigned int number, unsigned int vid,
	    unsigned int port)
{
	struct genl genl;
	int ret = fdb_begin_key(&genl, VHUB_CMD_FDB_ADD, hub, number, vid);

	if (ret)
		return ret;
	mnl_attr_put_u32(genl.nlh, VHUB_A_FDB_PORT, port);
	return fdb_end(&genl, NULL, NULL);
}

int fdb_del(const char *hub, unsigned int number, unsigned int vid)
{
	struct genl genl;
	int ret = fdb_begin_key(&genl, VHUB_CMD_FDB_DEL, hub, number, vid);

	return ret ? ret : fdb_end(&genl, NULL, NULL);
}

/* Those of a port and a VLAN unless these are negative. */
int fdb_flush(const char *hub, int port, int vid)
{
	struct genl genl;
	int ret = fdb_begin(&genl, VHUB_CMD_FDB_FLUSH, hub);

	if (ret)
		return ret;
	if (port >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_FDB_PORT, port);
	if (vid >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_FDB_VID, vid);
	return fdb_end(&genl, NULL, NULL);
}

/* Where a station is, or -errno: -ENOENT when it is not known. */
int fdb_port(const char *hub, unsigned int number, unsigned int vid)
{
	struct fdb_info info;
	int ret = fdb_get(hub, number, vid, &info);

	return ret ? ret : (int)info.port;
}

int fdb_listen(struct genl *genl)
{
	int ret = genl_open(genl);

	if (ret)
		return ret;
	return mnl_socket_setsockopt(genl->sock, NETLINK_ADD_MEMBERSHIP,
				     &genl->fdb_group, sizeof(__u32)) ?
	       -errno : 0;
}

/* Waits for an event. */
int fdb_event(struct genl *genl, __u8 *cmd, struct fdb_info *info)
{
	struct pollfd pollfd = {
		.fd = mnl_socket_get_fd(genl->sock),
		.events = POLLIN,
	};
	const struct genlmsghdr *head;
	char buf[4096];

	if (poll(&pollfd, 1, LIMIT_MS) != 1)
		return -ETIMEDOUT;
	if (mnl_socket_recvfrom(genl->sock, buf, sizeof(buf)) < 0)
		return -errno;
	head = mnl_nlmsg_get_payload((void *)buf);
	*cmd = head->cmd;
	return parse_fdb((void *)buf, info);
}

/* Is this event the next? @old_port is negative for none. */
bool fdb_event_is(struct genl *genl, __u8 cmd, unsigned int number,
		  unsigned int port, int old_port)
{
	int ret, had = -1;
	struct fdb_info info;
	unsigned char mac[6];
	__u8 got;

	station(number, mac);
	ret = fdb_event(genl, &got, &info);
	if (!ret && FDB_HAS(info, VHUB_A_FDB_OLD_PORT))
		had = info.old_port;
	if (!ret && got == cmd && !memcmp(mac, info.address, 6) &&
	    info.port == port && had == old_port)
		return true;
	fprintf(stderr, "# wanted event %u of %u at %u (%d), got %d %u of %u at %u (%d)\n",
		cmd, number, port, old_port, ret, got, info.address[5],
		info.port, had);
	return false;
}

bool fdb_no_event(struct genl *genl)
{
	struct pollfd pollfd = {
		.fd = mnl_socket_get_fd(genl->sock),
		.events = POLLIN,
	};

	return !poll(&pollfd, 1, 0);
}
