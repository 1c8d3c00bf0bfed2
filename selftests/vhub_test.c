// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - what the tests in C share: namespaces, hubs, ports, frames, netlink
 */

#define _GNU_SOURCE

#include "vhub_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* By the name that the kernel's own scenarios for the net have for it. */
unsigned int slowness(void)
{
	return getenv("KSFT_MACHINE_SLOW") ? 8 : 1;
}

/* One who never sleeps holds up time itself in User Mode Linux. */
unsigned long env_number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

/* The clock is the same at each boot of uml. */
unsigned int run_seed(void)
{
	unsigned int seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_INSECURE) != sizeof(seed))
		abort();
	return env_number("SEED", seed);
}

void pause_between(unsigned int n)
{
	if (n < 100)
		sched_yield();
	else
		usleep(1000);
}

unsigned int rounds(unsigned int n)
{
	return (n + slowness() - 1) / slowness();
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/* Moves this process into an empty network namespace. */
int new_net(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

/* The same with a user namespace of its own, where it is root. */
int new_user_net(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char text[64];
	int ret;

	/* Its files in /proc are root's since it changed its user. */
	if (prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -errno;
	snprintf(text, sizeof(text), "0 %u 1", uid);
	ret = write_file("/proc/self/uid_map", text);
	if (!ret)
		ret = write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return ret ? ret : write_file("/proc/self/gid_map", text);
}

/* Devices that are made from now on send no frames of their own accord. */
int no_ipv6(void)
{
	return write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

/* A socket with all frames of a device. Return: it, or -errno. */
int open_capture(const char *dev)
{
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	int ret, sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -errno;
	ret = ret_errno(bind(sock, (const void *)&at, sizeof(at)));
	if (!ret)
		return sock;
	close(sock);
	return ret;
}

static int become(uid_t uid, gid_t gid, gid_t group)
{
	if (setgroups(group != (gid_t)-1, &group) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* Does a job in a child that is this user, of @group too unless that is -1.
 * Return: what the job returns.
 */
int run_as(uid_t uid, gid_t gid, gid_t group, int (*job)(void *), void *arg)
{
	int ret = -EIO, fds[2];
	pid_t child;

	if (pipe(fds))
		return -errno;
	child = fork();
	if (!child) {
		ret = become(uid, gid, group);
		if (!ret)
			ret = job(arg);
		_exit(write(fds[1], &ret, sizeof(ret)) != sizeof(ret));
	}
	close(fds[1]);
	if (child < 0 || read(fds[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = -EIO;
	close(fds[0]);
	waitpid(child, NULL, 0);
	return ret;
}

/* Does this thread sleep in the kernel? */
bool is_asleep(pid_t tid)
{
	char path[64], text[512], *state;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

/* UDP segmentation over virtio-net headers came with 6.2. */
bool kernel_has_uso(void)
{
	int major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	if (sscanf(name.release, "%d.%d", &major, &minor) != 2)
		abort();
	return major > 6 || (major == 6 && minor >= 2);
}

/* Kilobytes of memory of the kernel's own that cannot be given back. None of it is
 * lost where the kernel itself looks for what is: what was freed is kept for a while
 * there, and takes more room.
 */
long kernel_memory(void)
{
	char line[80];
	long kb = -1;
	FILE *file;

	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		return 0;
	file = fopen("/proc/meminfo", "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "SUnreclaim: %ld", &kb) == 1)
			break;
	fclose(file);
	return kb;
}

union fd_message {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int send_fd(int sock, int fd)
{
	union fd_message control = {};
	struct iovec iov = { "", 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -errno;
}

int recv_fd(int sock)
{
	union fd_message control = {};
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg;
	int fd;

	if (recvmsg(sock, &msg, 0) != 1)
		return -EIO;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return -EIO;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/* Sends a request and reads until the kernel has said all; -errno as it says,
 * with its sentence.
 */
static int talk(struct mnl_socket *sock, struct nlmsghdr *nlh, mnl_cb_t cb,
		void *data, char sentence[256]);

static int rtnl_ask(struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char sentence[256];
	int ret;

	if (!sock)
		return -errno;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	ret = talk(sock, nlh, cb, data, sentence);
	mnl_socket_close(sock);
	return ret;
}

static int rtnl_talk(struct nlmsghdr *nlh)
{
	return rtnl_ask(nlh, NULL, NULL);
}

static struct nlmsghdr *rtnl_begin(char *buf, __u16 type, __u16 flags,
				   void *head, size_t size)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, size), head, size);
	return nlh;
}

int hub_add(const char *name)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	char buf[512];

	nlh = rtnl_begin(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
			 sizeof(head));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vhub");
	mnl_attr_nest_end(nlh, nest);
	return rtnl_talk(nlh);
}

/* A VXLAN that only receives: it has nobody to send to. */
int vxlan_add(const char *name, __u32 id, __u16 port)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nlattr *nest, *data;
	struct nlmsghdr *nlh;
	char buf[512];

	nlh = rtnl_begin(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
			 sizeof(head));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vxlan");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, id);
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(port));
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, nest);
	return rtnl_talk(nlh);
}

/* Tells of all devices of the namespace. */
int link_dump(mnl_cb_t cb, void *data)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	char buf[256];

	return rtnl_ask(rtnl_begin(buf, RTM_GETLINK, NLM_F_DUMP, &head,
				   sizeof(head)), cb, data);
}

int link_del(const char *name)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = rtnl_begin(buf, RTM_DELLINK, 0, &head, sizeof(head));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return rtnl_talk(nlh);
}

int link_up(const char *name, bool up)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = rtnl_begin(buf, RTM_NEWLINK, 0, &head, sizeof(head));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return rtnl_talk(nlh);
}

static int link_set_attr(const char *name, __u16 type, const void *value,
			 size_t size)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = if_nametoindex(name),
	};
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = rtnl_begin(buf, RTM_NEWLINK, 0, &head, sizeof(head));
	mnl_attr_put(nlh, type, size, value);
	return rtnl_talk(nlh);
}

int link_rename(const char *name, const char *to)
{
	return link_set_attr(name, IFLA_IFNAME, to, strlen(to) + 1);
}

static int link_set_u32(const char *name, __u16 type, __u32 value)
{
	return link_set_attr(name, type, &value, sizeof(value));
}

int link_set_mtu(const char *name, __u32 mtu)
{
	return link_set_u32(name, IFLA_MTU, mtu);
}

/* @master: NULL for none */
int link_set_master(const char *name, const char *master)
{
	return link_set_u32(name, IFLA_MASTER,
			    master ? if_nametoindex(master) : 0);
}

/* Opens a TAP as emulators do, @hdr_size being that of a virtio-net header, or
 * 0. One that is not there is made, and goes when it is closed. Return: the file.
 */
int tap_open(const char *name, short flags, int hdr_size, unsigned int offloads)
{
	int ret, fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	flags |= TAP_FLAGS | (hdr_size ? IFF_VNET_HDR : 0);
	ret = tun_set_iff(fd, name, flags);
	if (!ret && hdr_size)
		ret = ret_errno(ioctl(fd, TUNSETVNETHDRSZ, &hdr_size));
	if (!ret)
		ret = ret_errno(ioctl(fd, TUNSETOFFLOAD,
				      (unsigned long)offloads));
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

int link_mac(const char *name, unsigned char mac[6])
{
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {};
	int ret;

	strcpy(ifr.ifr_name, name);
	ret = ioctl(sock, SIOCGIFHWADDR, &ifr) ? -errno : 0;
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	close(sock);
	return ret;
}

/* Gives a device an IPv4 address in a network of 24 bits. */
int link_add_ip4(const char *name, const char *address)
{
	struct ifaddrmsg head = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = if_nametoindex(name),
	};
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = rtnl_begin(buf, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &head,
			 sizeof(head));
	mnl_attr_put_u32(nlh, IFA_LOCAL, inet_addr(address));
	mnl_attr_put_u32(nlh, IFA_ADDRESS, inet_addr(address));
	return rtnl_talk(nlh);
}

/* An IPv6 address in a network of 64 bits, which is good at once. */
int link_add_ip6(const char *name, const char *address)
{
	struct ifaddrmsg head = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = 64,
		.ifa_flags = IFA_F_NODAD,
		.ifa_index = if_nametoindex(name),
	};
	struct nlmsghdr *nlh;
	struct in6_addr addr;
	char buf[256];

	inet_pton(AF_INET6, address, &addr);
	nlh = rtnl_begin(buf, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &head,
			 sizeof(head));
	mnl_attr_put(nlh, IFA_ADDRESS, sizeof(addr), &addr);
	return rtnl_talk(nlh);
}

int link_add_neighbour(const char *name, const char *address,
		       const unsigned char mac[6])
{
	struct ndmsg head = {
		.ndm_family = AF_INET,
		.ndm_ifindex = if_nametoindex(name),
		.ndm_state = NUD_PERMANENT,
	};
	struct nlmsghdr *nlh;
	char buf[256];

	nlh = rtnl_begin(buf, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &head,
			 sizeof(head));
	mnl_attr_put_u32(nlh, NDA_DST, inet_addr(address));
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	return rtnl_talk(nlh);
}

int dev_open(int flags)
{
	int fd = open(VHUB_DEV_PATH, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int attach_as(int fd, struct vhub_attach *attach)
{
	if (!attach->size)
		attach->size = sizeof(*attach);
	return ioctl(fd, VHUB_IOC_ATTACH, attach) ? -errno : 0;
}

/* Opens and attaches a file. Return: the file or -errno. */
static int attach_new(struct vhub_attach *attach)
{
	int ret, fd = dev_open(O_RDWR);

	if (fd < 0)
		return fd;
	ret = attach_as(fd, attach);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* A port without header. Return: its file. */
int attach(const char *hub)
{
	struct vhub_attach attach = {};

	strcpy(attach.hub, hub);
	return attach_new(&attach);
}

/* A port with virtio-net header and these TUN_F_*. Return: its file. */
int attach_vnet(const char *hub, unsigned int hdr_size, unsigned int offloads)
{
	struct vhub_attach attach = { .vnet_hdr_size = hdr_size };
	int fd;

	strcpy(attach.hub, hub);
	fd = attach_new(&attach);
	if (fd < 0)
		return fd;
	return ioctl(fd, TUNSETOFFLOAD, (unsigned long)offloads) ? -errno : fd;
}

int tun_set_iff(int fd, const char *name, short flags)
{
	struct ifreq ifr = { .ifr_flags = flags };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	return ioctl(fd, TUNSETIFF, &ifr) ? -errno : 0;
}

/* A port as of a TAP. Return: its file. */
int attach_tun(const char *hub, short flags)
{
	int ret, fd = dev_open(O_RDWR);

	if (fd < 0)
		return fd;
	ret = tun_set_iff(fd, hub, TAP_FLAGS | flags);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

int set_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}

/* A broadcast of a type for experiments, whose bytes all depend on the seed. */
size_t make_frame(void *frame, size_t len, unsigned int seed)
{
	static const unsigned char head[ETH_HLEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x02, 0x00, 0x5e, 0x00, 0x53, 0x01, 0x88, 0xb5
	};
	unsigned char *bytes = frame;
	unsigned int x = seed * 2654435761U + 1;
	size_t i;

	memcpy(frame, head, len < ETH_HLEN ? len : ETH_HLEN);
	for (i = ETH_HLEN; i < len; i++) {
		x = x * 1664525U + 1013904223U;
		bytes[i] = x >> 24;
	}
	return len;
}

bool is_frame(const void *frame, size_t len, unsigned int seed)
{
	unsigned char expected[FRAME_ROOM];

	make_frame(expected, len, seed);
	return !memcmp(frame, expected, len);
}

/* Return: 0 when the frame was written whole. */
int send_frame(int fd, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];
	ssize_t ret = write(fd, frame, make_frame(frame, len, seed));

	if (ret < 0)
		return -errno;
	return (size_t)ret == len ? 0 : -EIO;
}

/* Reads a frame, waiting for it. */
ssize_t read_frame(int fd, void *buf, size_t size)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	ssize_t ret;

	if (poll(&pollfd, 1, LIMIT_MS) != 1)
		return -ETIMEDOUT;
	if (!(pollfd.revents & POLLIN))
		return -EPIPE;
	ret = read(fd, buf, size);
	return ret < 0 ? -errno : ret;
}

/* Is this frame the next that comes? */
bool gets_frame(int fd, size_t len, unsigned int seed)
{
	unsigned char frame[FRAME_ROOM];
	ssize_t ret = read_frame(fd, frame, sizeof(frame));

	if (ret == (ssize_t)len && is_frame(frame, len, seed))
		return true;
	fprintf(stderr, "# wanted frame %u of %zu bytes, got %zd\n", seed, len,
		ret);
	return false;
}

/* Does no frame wait? A frame is in all queues before its write() returns. */
bool gets_nothing(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return !poll(&pollfd, 1, 0);
}

/* Takes the kernel's sentence out of the end of an answer. */
static void take_sentence(const struct nlmsghdr *nlh, size_t head,
			  char sentence[256])
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, head)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(sentence, 256, "%s", mnl_attr_get_str(attr));
}

/* Return: 1 when more is to come, else the end: 0 or -errno. */
static int take_answer(const struct nlmsghdr *nlh, mnl_cb_t cb, void *data,
		       char sentence[256])
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t head = sizeof(*err);

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			head += mnl_nlmsg_get_payload_len(&err->msg);
		if (err->error)
			take_sentence(nlh, head, sentence);
		return err->error;
	case NLMSG_DONE:
		if (err->error)
			take_sentence(nlh, sizeof(int), sentence);
		return err->error;
	}
	if (cb && cb(nlh, data) == MNL_CB_ERROR)
		return -EPROTO;
	return 1;
}

static int take_answers(struct mnl_socket *sock, __u32 seq, mnl_cb_t cb,
			void *data, char sentence[256])
{
	static char buf[1 << 17];
	const struct nlmsghdr *nlh;
	int left, ret;

	for (;;) {
		left = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (left < 0)
			return -errno;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			ret = take_answer(nlh, cb, data, sentence);
			if (ret <= 0)
				return ret;
		}
	}
}

void (*talk_hook)(bool begins);

static int talk_send(struct mnl_socket *sock, const struct nlmsghdr *nlh)
{
	int ret;

	if (talk_hook)
		talk_hook(true);
	ret = mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
	if (talk_hook)
		talk_hook(false);
	return ret;
}

static int talk(struct mnl_socket *sock, struct nlmsghdr *nlh, mnl_cb_t cb,
		void *data, char sentence[256])
{
	static __u32 seq;
	int ret, on = 1;

	sentence[0] = '\0';
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	nlh->nlmsg_seq = ++seq;
	ret = talk_send(sock, nlh);
	return ret ? ret : take_answers(sock, seq, cb, data, sentence);
}

static int take_group(const struct nlattr *group, void *data)
{
	struct genl *genl = data;
	const struct nlattr *attr;

	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
	}
	if (!strcmp(name, VHUB_MCGRP_EVENTS))
		genl->group = id;
	if (!strcmp(name, VHUB_MCGRP_FDB))
		genl->fdb_group = id;
	return MNL_CB_OK;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	struct genl *genl = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			genl->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_parse_nested(attr, take_group, genl);
	}
	return MNL_CB_OK;
}

struct nlmsghdr *genl_begin(struct genl *genl, __u8 cmd, __u16 flags)
{
	struct genlmsghdr *head;

	genl->nlh = mnl_nlmsg_put_header(genl->request);
	genl->nlh->nlmsg_type = genl->family;
	genl->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	head = mnl_nlmsg_put_extra_header(genl->nlh, sizeof(*head));
	head->cmd = cmd;
	head->version = VHUB_FAMILY_VERSION;
	return genl->nlh;
}

int genl_talk(struct genl *genl, mnl_cb_t cb, void *data)
{
	return talk(genl->sock, genl->nlh, cb, data, genl->sentence);
}

int genl_open(struct genl *genl)
{
	void (*hook)(bool begins) = talk_hook;
	int ret;

	memset(genl, 0, sizeof(*genl));
	genl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->sock)
		return -errno;

	genl->family = GENL_ID_CTRL;
	genl_begin(genl, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(genl->nlh, CTRL_ATTR_FAMILY_NAME, VHUB_FAMILY_NAME);
	talk_hook = NULL;
	ret = genl_talk(genl, take_family, genl);
	talk_hook = hook;
	if (ret)
		mnl_socket_close(genl->sock);
	return ret;
}

void genl_close(struct genl *genl)
{
	mnl_socket_close(genl->sock);
}

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%s", mnl_attr_get_str(attr));
}

static int take_hub_attr(const struct nlattr *attr, void *data)
{
	struct hub_info *info = data;
	__u32 *const numbers[VHUB_A_HUB_MAX + 1] = {
		[VHUB_A_HUB_IFINDEX] = &info->ifindex,
		[VHUB_A_HUB_OWNER] = &info->owner,
		[VHUB_A_HUB_GROUP] = &info->group,
		[VHUB_A_HUB_PERM] = &info->perm,
		[VHUB_A_HUB_PORTS] = &info->ports,
		[VHUB_A_HUB_PORTS_MAX] = &info->ports_max,
		[VHUB_A_HUB_MODE] = &info->mode,
		[VHUB_A_HUB_AGEING_MS] = &info->ageing_ms,
		[VHUB_A_HUB_MAX_ADDRESSES] = &info->max_addresses,
		[VHUB_A_HUB_ADDRESSES] = &info->addresses,
	};
	int type = mnl_attr_get_type(attr);

	if (type > VHUB_A_HUB_MAX)
		return MNL_CB_ERROR;
	info->has |= 1ULL << type;
	if (type == VHUB_A_HUB_NAME)
		copy_text(info->name, sizeof(info->name), attr);
	else if (numbers[type])
		*numbers[type] = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Takes a hub out of a message. */
int parse_hub(const struct nlmsghdr *nlh, struct hub_info *info)
{
	memset(info, 0, sizeof(*info));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_hub_attr,
			      info) == MNL_CB_ERROR ? -EPROTO : 0;
}

static int take_drops_attr(const struct nlattr *attr, void *data)
{
	struct port_info *info = data;
	int type = mnl_attr_get_type(attr);

	if (type > VHUB_A_DROPS_MAX)
		return MNL_CB_ERROR;
	if (type != VHUB_A_DROPS_PAD)
		info->drops[type] = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

static int take_stats_attr(const struct nlattr *attr, void *data)
{
	struct port_info *info = data;
	__u64 *const numbers[VHUB_A_STATS_MAX + 1] = {
		[VHUB_A_STATS_RX_FRAMES] = &info->rx_frames,
		[VHUB_A_STATS_RX_BYTES] = &info->rx_bytes,
		[VHUB_A_STATS_TX_FRAMES] = &info->tx_frames,
		[VHUB_A_STATS_TX_BYTES] = &info->tx_bytes,
		[VHUB_A_STATS_NOT_LEARNED] = &info->not_learned,
	};
	int type = mnl_attr_get_type(attr);

	if (type > VHUB_A_STATS_MAX)
		return MNL_CB_ERROR;
	if (type == VHUB_A_STATS_DROPS)
		return mnl_attr_parse_nested(attr, take_drops_attr, info);
	if (numbers[type])
		*numbers[type] = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

static int take_port_attr(const struct nlattr *attr, void *data)
{
	struct port_info *info = data;
	__u32 *const numbers[VHUB_A_PORT_MAX + 1] = {
		[VHUB_A_PORT_HUB_IFINDEX] = &info->hub_ifindex,
		[VHUB_A_PORT_NUMBER] = &info->number,
		[VHUB_A_PORT_KIND] = &info->kind,
		[VHUB_A_PORT_FLAGS] = &info->flags,
		[VHUB_A_PORT_PID] = &info->pid,
		[VHUB_A_PORT_OWNER] = &info->owner,
		[VHUB_A_PORT_QUEUES] = &info->queues,
		[VHUB_A_PORT_QUEUES_ON] = &info->queues_on,
		[VHUB_A_PORT_VNET_HDR_SIZE] = &info->vnet_hdr_size,
		[VHUB_A_PORT_OFFLOADS] = &info->offloads,
		[VHUB_A_PORT_QUEUED] = &info->queued,
		[VHUB_A_PORT_MAX_ADDRESSES] = &info->max_addresses,
		[VHUB_A_PORT_ADDRESSES] = &info->addresses,
		[VHUB_A_PORT_DEV_IFINDEX] = &info->dev_ifindex,
		[VHUB_A_PORT_PVID] = &info->pvid,
	};
	int type = mnl_attr_get_type(attr);

	if (type > VHUB_A_PORT_MAX)
		return MNL_CB_ERROR;
	info->has |= 1ULL << type;
	switch (type) {
	case VHUB_A_PORT_HUB_NAME:
		copy_text(info->hub_name, sizeof(info->hub_name), attr);
		break;
	case VHUB_A_PORT_LABEL:
		copy_text(info->label, sizeof(info->label), attr);
		break;
	case VHUB_A_PORT_COMMAND:
		copy_text(info->command, sizeof(info->command), attr);
		break;
	case VHUB_A_PORT_LOCK:
		memcpy(info->lock, mnl_attr_get_payload(attr),
		       sizeof(info->lock));
		break;
	case VHUB_A_PORT_ADDRESS:
		memcpy(info->address, mnl_attr_get_payload(attr),
		       sizeof(info->address));
		break;
	case VHUB_A_PORT_DEV_NAME:
		copy_text(info->dev_name, sizeof(info->dev_name), attr);
		break;
	case VHUB_A_PORT_VLANS:
		info->vlan_count = mnl_attr_get_payload_len(attr) / 4;
		if (info->vlan_count > VHUB_VLAN_RANGES_MAX)
			return MNL_CB_ERROR;
		memcpy(info->vlans, mnl_attr_get_payload(attr),
		       info->vlan_count * 4);
		break;
	case VHUB_A_PORT_STATS:
		return mnl_attr_parse_nested(attr, take_stats_attr, info);
	default:
		if (numbers[type])
			*numbers[type] = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

/* Takes a port out of a message. */
int parse_port(const struct nlmsghdr *nlh, struct port_info *info)
{
	memset(info, 0, sizeof(*info));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_port_attr,
			      info) == MNL_CB_ERROR ? -EPROTO : 0;
}

static int take_hub(const struct nlmsghdr *nlh, void *data)
{
	return parse_hub(nlh, data) ? MNL_CB_ERROR : MNL_CB_OK;
}

static int take_port(const struct nlmsghdr *nlh, void *data)
{
	return parse_port(nlh, data) ? MNL_CB_ERROR : MNL_CB_OK;
}

int hub_get(const char *hub, struct hub_info *info)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_HUB_GET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, hub);
	ret = genl_talk(&genl, take_hub, info);
	genl_close(&genl);
	return ret;
}

/* The sentence of a refusal goes to @sentence unless that is NULL. */
int hub_del(const char *hub, char *sentence)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_HUB_DEL, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, hub);
	ret = genl_talk(&genl, NULL, NULL);
	if (sentence)
		strcpy(sentence, genl.sentence);
	genl_close(&genl);
	return ret;
}

/* Sets what is not negative. The sentence of a refusal goes to @sentence unless
 * that is NULL.
 */
int hub_set(const char *hub, long owner, long group, long perm,
	    char sentence[256])
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_HUB_SET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, hub);
	if (owner >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_HUB_OWNER, owner);
	if (group >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_HUB_GROUP, group);
	if (perm >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_HUB_PERM, perm);
	ret = genl_talk(&genl, NULL, NULL);
	if (sentence)
		strcpy(sentence, genl.sentence);
	genl_close(&genl);
	return ret;
}

/* Sets one attribute that is a number. */
int hub_set_number(const char *hub, __u16 attr, __u32 value)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_HUB_SET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, hub);
	mnl_attr_put_u32(genl.nlh, attr, value);
	ret = genl_talk(&genl, NULL, NULL);
	genl_close(&genl);
	return ret;
}

static int port_begin(struct genl *genl, __u8 cmd, const char *hub,
		      __u32 number)
{
	int ret = genl_open(genl);

	if (ret)
		return ret;
	genl_begin(genl, cmd, 0);
	mnl_attr_put_strz(genl->nlh, VHUB_A_PORT_HUB_NAME, hub);
	mnl_attr_put_u32(genl->nlh, VHUB_A_PORT_NUMBER, number);
	return 0;
}

static int port_end(struct genl *genl, mnl_cb_t cb, void *data)
{
	int ret = genl_talk(genl, cb, data);

	genl_close(genl);
	return ret;
}

int port_get(const char *hub, __u32 number, struct port_info *info)
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_GET, hub, number);

	return ret ? ret : port_end(&genl, take_port, info);
}

/* All frames that a port has lost, whatever for. */
__u64 port_lost(const struct port_info *port)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		sum += port->drops[i];
	return sum;
}

int port_add(const char *hub, const char *dev, struct port_info *info)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	genl_begin(&genl, VHUB_CMD_PORT_ADD, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_HUB_NAME, hub);
	mnl_attr_put_strz(genl.nlh, VHUB_A_PORT_DEV_NAME, dev);
	return port_end(&genl, take_port, info);
}

/* Sets one attribute that is on or off. */
int port_set_switch(const char *hub, __u32 number, __u16 attr, __u8 on)
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_SET, hub, number);

	if (ret)
		return ret;
	mnl_attr_put_u8(genl.nlh, attr, on);
	return port_end(&genl, NULL, NULL);
}

int port_set_link(const char *hub, __u32 number, __u8 link)
{
	return port_set_switch(hub, number, VHUB_A_PORT_LINK, link);
}

int port_set_max(const char *hub, __u32 number, __u32 max)
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_SET, hub, number);

	if (ret)
		return ret;
	mnl_attr_put_u32(genl.nlh, VHUB_A_PORT_MAX_ADDRESSES, max);
	return port_end(&genl, NULL, NULL);
}

int port_set_lock(const char *hub, __u32 number, const unsigned char mac[6])
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_SET, hub, number);

	if (ret)
		return ret;
	mnl_attr_put(genl.nlh, VHUB_A_PORT_LOCK, 6, mac);
	return port_end(&genl, NULL, NULL);
}

/* Adds what is written as 10,20-29. */
static void put_vlans(struct nlmsghdr *nlh, const char *vlans)
{
	__u16 ranges[VHUB_VLAN_RANGES_MAX + 1][2];
	unsigned int n = 0;
	char *end;

	for (; *vlans && n <= VHUB_VLAN_RANGES_MAX; n++) {
		ranges[n][0] = strtoul(vlans, &end, 10);
		ranges[n][1] = ranges[n][0];
		if (*end == '-')
			ranges[n][1] = strtoul(end + 1, &end, 10);
		vlans = *end ? end + 1 : end;
	}
	mnl_attr_put(nlh, VHUB_A_PORT_VLANS, n * sizeof(ranges[0]), ranges);
}

/* Sets @pvid unless it is negative, and @vlans, "" for none, unless NULL. */
int port_set_vlans(const char *hub, __u32 number, int pvid, const char *vlans)
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_SET, hub, number);

	if (ret)
		return ret;
	if (pvid >= 0)
		mnl_attr_put_u32(genl.nlh, VHUB_A_PORT_PVID, pvid);
	if (vlans)
		put_vlans(genl.nlh, vlans);
	return port_end(&genl, NULL, NULL);
}

int port_del(const char *hub, __u32 number)
{
	struct genl genl;
	int ret = port_begin(&genl, VHUB_CMD_PORT_DEL, hub, number);

	return ret ? ret : port_end(&genl, NULL, NULL);
}

/* Frames a port lost for this VHUB_A_DROPS_*. */
long long port_drops(const char *hub, __u32 number, int reason)
{
	struct port_info info;
	int ret = port_get(hub, number, &info);

	return ret ? ret : (long long)info.drops[reason];
}
