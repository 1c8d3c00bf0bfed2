// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - rights: who may attach, send, and change hubs and ports
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <linux/capability.h>

#include "vhub_test.h"

enum people {
	OWNER		= 4000,
	MEMBER		= 4001,
	OTHER		= 4002,
	OWN_GROUP	= 4000,		/* primary group of everybody */
	HUB_GROUP	= 5000,
};

#define NO_GROUP	((gid_t)-1)
#define RECV		VHUB_RIGHT_RECV
#define BOTH		(VHUB_RIGHT_RECV | VHUB_RIGHT_SEND)

/* Attaches by the native call. Return: rights, or -errno. */
static int job_attach(void *arg)
{
	struct vhub_attach attach = { .hub = HUB };
	int ret, fd = dev_open(O_RDWR);

	(void)arg;
	if (fd < 0)
		return fd;
	ret = attach_as(fd, &attach);
	return ret ? ret : (int)attach.rights;
}

static int job_attach_tun(void *arg)
{
	int fd = attach_tun(HUB, 0);

	(void)arg;
	return fd < 0 ? fd : 0;
}

FIXTURE(rights)
{
	char sentence[256];
};

FIXTURE_SETUP(rights)
{
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, hub_add(HUB));
	ASSERT_EQ(0, hub_set(HUB, OWNER, HUB_GROUP, 0, NULL));
}

FIXTURE_TEARDOWN(rights)
{
}

TEST_F(rights, new_hub_is_for_its_maker)
{
	struct hub_info info;

	ASSERT_EQ(0, hub_add("lan1"));
	ASSERT_EQ(0, hub_get("lan1", &info));
	EXPECT_EQ(0, info.owner);
	EXPECT_EQ(0, info.group);
	EXPECT_EQ(0660, info.perm);
}

/* What each class of people gets of each mode. */
static const struct {
	int perm;
	int owner;
	int member;
	int other;
} modes[] = {
	{ 0000, -EACCES, -EACCES, -EACCES },
	{ 0600, BOTH, -EACCES, -EACCES },
	{ 0640, BOTH, RECV, -EACCES },
	{ 0660, BOTH, BOTH, -EACCES },
	{ 0666, BOTH, BOTH, BOTH },
	{ 0644, BOTH, RECV, RECV },
	{ 0400, RECV, -EACCES, -EACCES },
	/* To send without to receive is no way to attach. */
	{ 0222, -EACCES, -EACCES, -EACCES },
	{ 0111, -EACCES, -EACCES, -EACCES },
	/* The first class one is in decides, as of a file. */
	{ 0066, -EACCES, BOTH, BOTH },
	{ 0606, BOTH, -EACCES, BOTH },
	{ 0777, BOTH, BOTH, BOTH },
};

TEST_F(rights, mode_is_that_of_a_file)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		ASSERT_EQ(0, hub_set(HUB, -1, -1, modes[i].perm, NULL));
		EXPECT_EQ(modes[i].owner,
			  run_as(OWNER, OWN_GROUP, HUB_GROUP, job_attach, 0));
		EXPECT_EQ(modes[i].owner,
			  run_as(OWNER, OWN_GROUP, NO_GROUP, job_attach, 0));
		EXPECT_EQ(modes[i].member,
			  run_as(MEMBER, OWN_GROUP, HUB_GROUP, job_attach, 0));
		EXPECT_EQ(modes[i].member,
			  run_as(MEMBER, HUB_GROUP, NO_GROUP, job_attach, 0));
		EXPECT_EQ(modes[i].other,
			  run_as(OTHER, OWN_GROUP, NO_GROUP, job_attach, 0)) {
			TH_LOG("mode %04o", modes[i].perm);
		}
	}
}

TEST_F(rights, mode_holds_for_taps)
{
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0640, NULL));
	EXPECT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_attach_tun, 0));
	EXPECT_EQ(0, run_as(MEMBER, OWN_GROUP, HUB_GROUP, job_attach_tun, 0));
	EXPECT_EQ(-EACCES,
		  run_as(OTHER, OWN_GROUP, NO_GROUP, job_attach_tun, 0));
}

/* As of files again: what is open stays as it was opened. */
TEST_F(rights, change_of_mode_leaves_attached_ports)
{
	int plain, fd;

	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0666, NULL));
	fd = attach(HUB);
	plain = attach(HUB);
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0, NULL));
	ASSERT_EQ(0, send_frame(fd, 60, 1));
	EXPECT_TRUE(gets_frame(plain, 60, 1));
}

/* Root without capabilities is somebody like others; with only CAP_NET_ADMIN,
 * anybody may all.
 */
static int set_caps(__u32 caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
	};

	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

static int become_with_caps(uid_t uid, __u32 caps)
{
	if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) ||
	    setresgid(OWN_GROUP, OWN_GROUP, OWN_GROUP) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return set_caps(caps);
}

TEST_F(rights, net_admin_may_all_in_mode_0)
{
	ASSERT_EQ(0, become_with_caps(OTHER, 1 << CAP_NET_ADMIN));
	EXPECT_EQ(BOTH, job_attach(NULL));
	EXPECT_EQ(0, hub_set(HUB, OTHER, OWN_GROUP, 0600, NULL));
}

TEST_F(rights, other_capabilities_help_nothing)
{
	ASSERT_EQ(0, become_with_caps(OTHER, 1 << CAP_NET_RAW |
				      1 << CAP_DAC_OVERRIDE |
				      1 << CAP_SYS_ADMIN));
	EXPECT_EQ(-EACCES, job_attach(NULL));
	EXPECT_EQ(-EPERM, hub_set(HUB, -1, -1, 0600, self->sentence));
	EXPECT_STRNE("", self->sentence);
}

TEST_F(rights, root_without_capabilities_may_nothing)
{
	ASSERT_EQ(0, set_caps(0));
	EXPECT_EQ(-EACCES, job_attach(NULL));
	EXPECT_EQ(-EPERM, hub_set(HUB, -1, -1, 0600, self->sentence));
	EXPECT_STRNE("", self->sentence);
}

/* A port that has no right to send, tried by both ways of attaching. */
static int job_send_read_only(void *arg)
{
	bool tun = *(bool *)arg;
	int fd = tun ? attach_tun(HUB, 0) : attach(HUB);
	struct port_info info;
	char frame[60];
	ssize_t ret;

	if (fd < 0)
		return fd;
	if (!gets_nothing(fd))
		return -EIO;
	ret = ret_errno(write(fd, frame, make_frame(frame, 60, 1)));
	if (ret != (tun ? 60 : -EACCES))
		return -EIO;
	/* Short and long frames are what they are before that. */
	if (ret_errno(write(fd, frame, 13)) != -EINVAL)
		return -EPROTO;
	if (port_get(HUB, 2, &info))
		return -ENOENT;
	if (info.flags & VHUB_PORT_FLAG_SEND)
		return -EPERM;
	if (info.drops[VHUB_A_DROPS_DENIED] != 1 || info.tx_frames)
		return -ERANGE;
	return 0;
}

TEST_F(rights, read_only_native_port_is_told)
{
	int plain = attach(HUB);
	bool tun = false;

	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0640, NULL));
	EXPECT_EQ(0, run_as(MEMBER, OWN_GROUP, HUB_GROUP, job_send_read_only,
			    &tun));
	EXPECT_TRUE(gets_nothing(plain));
}

/* An emulator ends its card at any error but EAGAIN. */
TEST_F(rights, read_only_tap_swallows_frames)
{
	int plain = attach(HUB);
	bool tun = true;

	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0640, NULL));
	EXPECT_EQ(0, run_as(MEMBER, OWN_GROUP, HUB_GROUP, job_send_read_only,
			    &tun));
	EXPECT_TRUE(gets_nothing(plain));
}

static int job_receive_read_only(void *arg)
{
	int *socks = arg;
	int fd = attach(HUB);

	if (fd < 0)
		return fd;
	if (write(socks[1], "", 1) != 1)
		return -EIO;
	return gets_frame(fd, 60, 1) ? 0 : -ENODATA;
}

TEST_F(rights, read_only_port_receives)
{
	int socks[2], status;
	pid_t child;
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0640, NULL));
	child = fork();
	if (!child)
		_exit(run_as(MEMBER, OWN_GROUP, HUB_GROUP,
			     job_receive_read_only, socks) ? 1 : 0);
	close(socks[1]);
	ASSERT_EQ(1, read(socks[0], &byte, 1));
	ASSERT_EQ(0, send_frame(attach(HUB), 60, 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

static int job_pass_port(void *arg)
{
	int fd = attach(HUB);

	return fd < 0 ? fd : send_fd(*(int *)arg, fd);
}

static int job_use_port(void *arg)
{
	int fd = *(int *)arg;

	if (!gets_frame(fd, 60, 1))
		return -ENODATA;
	return send_frame(fd, 60, 2);
}

/* Rights are the file's, whoever uses it; the port is shown as its opener's. */
TEST_F(rights, file_of_the_owner_serves_another)
{
	int socks[2], plain = attach(HUB), fd;
	struct port_info info;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0600, NULL));
	ASSERT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_pass_port,
			    &socks[0]));
	fd = recv_fd(socks[1]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, port_get(HUB, 2, &info));
	EXPECT_EQ(OWNER, info.owner);
	ASSERT_EQ(0, send_frame(plain, 60, 1));
	EXPECT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_use_port, &fd));
	EXPECT_TRUE(gets_frame(plain, 60, 2));
}

static int job_use_ioctls(void *arg)
{
	int fd = *(int *)arg;
	struct ifreq ifr = { .ifr_flags = TAP_FLAGS | IFF_VNET_HDR };
	int size = 12;

	if (ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNGETIFF, &ifr) ||
	    ioctl(fd, TUNSETVNETHDRSZ, &size) || ioctl(fd, TUNSETOFFLOAD, 0L))
		return -errno;
	return 0;
}

/* As QEMU does with the file its bridge helper made as root. */
TEST_F(rights, ioctls_of_a_passed_file_need_no_right)
{
	int fd = attach(HUB);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_use_ioctls, &fd));
}

/*
 * Changing things
 */
static int job_set_perm(void *arg)
{
	return hub_set(HUB, -1, -1, 0600, arg);
}

static int job_set_own_group(void *arg)
{
	return hub_set(HUB, -1, OWN_GROUP, -1, arg);
}

static int job_set_owner(void *arg)
{
	return hub_set(HUB, OTHER, -1, -1, arg);
}

static int job_set_foreign_group(void *arg)
{
	return hub_set(HUB, -1, HUB_GROUP + 1, -1, arg);
}

/* All or nothing. */
static int job_set_perm_and_owner(void *arg)
{
	return hub_set(HUB, OTHER, -1, 0777, arg);
}

static int job_set_link(void *arg)
{
	(void)arg;
	return port_set_link(HUB, 1, 0);
}

static int job_del_port(void *arg)
{
	(void)arg;
	return port_del(HUB, 1);
}

static int job_look(void *arg)
{
	struct port_info info;

	(void)arg;
	return port_get(HUB, 1, &info);
}

/* Where a job's sentence comes back to. */
static char *shared_text(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

TEST_F(rights, owner_changes_without_capability)
{
	char *text = shared_text();
	int fd = attach(HUB);
	struct port_info port;
	struct hub_info info;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_set_perm, text));
	EXPECT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_set_own_group,
			    text));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0600, info.perm);
	EXPECT_EQ(OWN_GROUP, info.group);

	EXPECT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_set_link, NULL));
	ASSERT_EQ(0, port_get(HUB, 1, &port));
	EXPECT_FALSE(port.flags & VHUB_PORT_FLAG_LINK);
	EXPECT_EQ(0, run_as(OWNER, OWN_GROUP, NO_GROUP, job_del_port, NULL));
	EXPECT_EQ(-ENOENT, port_get(HUB, 1, &port));
}

static int job_del_hub(void *arg)
{
	return hub_del(HUB, arg);
}

/* As it could not be made: owning it does not count. */
TEST_F(rights, removing_a_hub_needs_net_admin)
{
	char *text = shared_text();
	struct hub_info info;

	EXPECT_EQ(-EPERM, run_as(OWNER, OWN_GROUP, NO_GROUP, job_del_hub,
				 text));
	EXPECT_STRNE("", text);
	EXPECT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0, job_del_hub(text));
	EXPECT_EQ(-ENODEV, hub_get(HUB, &info));
}

TEST_F(rights, owner_gives_nothing_away_without_capability)
{
	char *text = shared_text();
	struct hub_info info;

	EXPECT_EQ(-EPERM, run_as(OWNER, OWN_GROUP, NO_GROUP, job_set_owner,
				 text));
	EXPECT_STRNE("", text);
	*text = '\0';
	EXPECT_EQ(-EPERM, run_as(OWNER, OWN_GROUP, NO_GROUP,
				 job_set_foreign_group, text));
	EXPECT_STRNE("", text);
	EXPECT_EQ(-EPERM, run_as(OWNER, OWN_GROUP, NO_GROUP,
				 job_set_perm_and_owner, text));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(OWNER, info.owner);
	EXPECT_EQ(HUB_GROUP, info.group);
	EXPECT_EQ(0, info.perm);
}

TEST_F(rights, others_change_nothing)
{
	char *text = shared_text();
	struct port_info port;
	struct hub_info info;
	int fd = attach(HUB);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0666, NULL));
	EXPECT_EQ(-EPERM, run_as(OTHER, OWN_GROUP, NO_GROUP, job_set_perm,
				 text));
	EXPECT_STRNE("", text);
	EXPECT_EQ(-EPERM, run_as(MEMBER, OWN_GROUP, HUB_GROUP, job_set_perm,
				 text));
	EXPECT_EQ(-EPERM, run_as(OTHER, OWN_GROUP, NO_GROUP, job_set_owner,
				 text));
	EXPECT_EQ(-EPERM, run_as(OTHER, OWN_GROUP, NO_GROUP, job_set_link,
				 NULL));
	EXPECT_EQ(-EPERM, run_as(OTHER, OWN_GROUP, NO_GROUP, job_del_port,
				 NULL));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0666, info.perm);
	ASSERT_EQ(0, port_get(HUB, 1, &port));
	EXPECT_TRUE(port.flags & VHUB_PORT_FLAG_LINK);
}

TEST_F(rights, everybody_may_look)
{
	int fd = attach(HUB);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_look, NULL));
}

static int job_add_hub(void *arg)
{
	(void)arg;
	return hub_add("lan1");
}

TEST_F(rights, making_hubs_needs_net_admin)
{
	EXPECT_EQ(-EPERM, run_as(OWNER, OWN_GROUP, NO_GROUP, job_add_hub, 0));
}

/* A request sent by somebody else than who opened the socket: a program with
 * more rights cannot be made to send it.
 */
static int job_open_genl(void *arg)
{
	struct genl genl;
	int ret = genl_open(&genl);

	if (ret)
		return ret;
	return send_fd(*(int *)arg, mnl_socket_get_fd(genl.sock));
}

TEST_F(rights, socket_of_another_does_not_lend_rights)
{
	struct hub_info info;
	struct genl genl;
	int socks[2], fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	ASSERT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_open_genl,
			    &socks[0]));
	fd = recv_fd(socks[1]);
	ASSERT_LE(0, fd);

	/* Root writes to the other's socket as if it were a file. */
	ASSERT_EQ(0, genl_open(&genl));
	genl_begin(&genl, VHUB_CMD_HUB_SET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, HUB);
	mnl_attr_put_u32(genl.nlh, VHUB_A_HUB_PERM, 0777);
	ASSERT_EQ(genl.nlh->nlmsg_len, write(fd, genl.nlh,
					     genl.nlh->nlmsg_len));
	ASSERT_EQ(0, hub_get(HUB, &info));
	EXPECT_EQ(0, info.perm);
}

/*
 * User namespaces
 */
static int exchange(const char *hub)
{
	int a = attach(hub), b = attach_tun(hub, 0);

	if (a < 0 || b < 0)
		return a < 0 ? a : b;
	if (send_frame(a, 60, 1) || !gets_frame(b, 60, 1))
		return -EIO;
	if (send_frame(b, 60, 2) || !gets_frame(a, 60, 2))
		return -EIO;
	return 0;
}

static int job_own_namespace(void *arg)
{
	struct hub_info info;
	int ret = new_user_net();

	(void)arg;
	if (!ret)
		ret = hub_add("lan5");
	if (!ret)
		ret = exchange("lan5");
	if (!ret)
		ret = hub_get("lan5", &info);
	if (ret)
		return ret;
	/* It is root there, and so is its hub's owner. */
	if (info.owner || info.group)
		return -ERANGE;
	/* Users it does not know cannot be named. */
	if (hub_set("lan5", OTHER, -1, -1, NULL) != -EINVAL)
		return -EUSERS;
	return hub_set("lan5", -1, -1, 0600, NULL);
}

TEST_F(rights, anybody_makes_hubs_in_namespaces_of_its_own)
{
	EXPECT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_own_namespace, 0));
}

/* Root in a namespace of its own has no right to hubs outside of it: neither by
 * a file that was opened there nor by a netlink socket.
 */
static int job_escape(void *arg)
{
	struct vhub_attach attach = { .hub = HUB };
	int ret, fd = dev_open(O_RDWR);
	struct genl genl;

	(void)arg;
	if (fd < 0)
		return fd;
	ret = genl_open(&genl);
	if (!ret)
		ret = new_user_net();
	if (ret)
		return ret;
	if (attach_as(fd, &attach) != -EACCES)
		return -ERANGE;
	genl_begin(&genl, VHUB_CMD_HUB_SET, 0);
	mnl_attr_put_strz(genl.nlh, VHUB_A_HUB_NAME, HUB);
	mnl_attr_put_u32(genl.nlh, VHUB_A_HUB_PERM, 0777);
	return genl_talk(&genl, NULL, NULL) == -EPERM ? 0 : -EUSERS;
}

TEST_F(rights, root_of_a_user_namespace_is_nobody_outside)
{
	ASSERT_EQ(0, hub_set(HUB, -1, -1, 0660, NULL));
	EXPECT_EQ(0, run_as(OTHER, OWN_GROUP, NO_GROUP, job_escape, NULL));
}

TEST_HARNESS_MAIN
