/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - what the tests in C share: namespaces, hubs, ports, frames, netlink
 *
 * Functions return 0 or what they are asked for, or -errno.
 */
#ifndef _VHUB_TEST_H
#define _VHUB_TEST_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/if_tun.h>
#include <linux/vhub.h>
#include <linux/vhub_dev.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <libmnl/libmnl.h>

/* Headers of 6.1 do not know these. */
#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20
#define TUN_F_USO6	0x40
#endif
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

#define HUB	"lan0"

enum test_limits {
	LIMIT_MS	= 10000,	/* longest wait for anything */
	FRAME_ROOM	= 69632,	/* as QEMU reads */
	QUEUE_LEN	= 4096,		/* frames a port keeps */
	QUEUE_BYTES	= 4 << 20,	/* and their bytes */
};

#define TAP_FLAGS	(IFF_TAP | IFF_NO_PI)

/* Called before and after a netlink request is sent, which is when the kernel does
 * it; not for questions about families.
 */
extern void (*talk_hook)(bool begins);

long long now_ms(void);

/* A debug kernel takes this many times as long, at most: for limits of time. */
unsigned int slowness(void);

/* Rounds of a loop that wants to be long: fewer of them on a debug kernel, which
 * has no need of luck to see what is wrong.
 */
unsigned int rounds(unsigned int n);

/* Number in the environment, or @otherwise. */
unsigned long env_number(const char *name, unsigned long otherwise);

/* What the choices of a run follow from: SEED in the environment, or chance. */
unsigned int run_seed(void);

/* Lets others work: briefly the first times, of which @n is the count. */
void pause_between(unsigned int n);

/* Waits until the condition holds. Value: does it. */
#define wait_until(condition) ({					\
	long long _end = now_ms() + (long long)LIMIT_MS * slowness();	\
	unsigned int _n = 0;						\
	bool _met;							\
									\
	while (!(_met = (condition)) && now_ms() < _end)		\
		pause_between(_n++);					\
	_met;								\
})

/* Value of a call that sets errno, as -errno. */
#define ret_errno(call) ({						\
	long _ret = (call);						\
									\
	_ret < 0 ? -errno : _ret;					\
})

/* Namespaces and processes. */
int write_file(const char *path, const char *text);
int new_net(void);
int no_ipv6(void);
int open_capture(const char *dev);
int new_user_net(void);
int run_as(uid_t uid, gid_t gid, gid_t group, int (*job)(void *), void *arg);
bool is_asleep(pid_t tid);
bool kernel_has_uso(void);
long kernel_memory(void);
int send_fd(int sock, int fd);
int recv_fd(int sock);

/* Network devices, by rtnetlink. */
int hub_add(const char *name);
int hub_del(const char *hub, char *sentence);
int vxlan_add(const char *name, __u32 id, __u16 port);
int link_dump(mnl_cb_t cb, void *data);
int link_del(const char *name);
int link_up(const char *name, bool up);
int link_rename(const char *name, const char *to);
int link_set_mtu(const char *name, __u32 mtu);
int link_set_master(const char *name, const char *master);
int tap_open(const char *name, short flags, int hdr_size, unsigned int offloads);
int link_mac(const char *name, unsigned char mac[6]);
int link_add_ip4(const char *name, const char *address);
int link_add_ip6(const char *name, const char *address);
int link_add_neighbour(const char *name, const char *address,
		       const unsigned char mac[6]);

/* Files of /dev/vhub. */
int dev_open(int flags);
int attach_as(int fd, struct vhub_attach *attach);
int attach(const char *hub);
int attach_vnet(const char *hub, unsigned int hdr_size, unsigned int offloads);
int tun_set_iff(int fd, const char *name, short flags);
int attach_tun(const char *hub, short flags);
int set_nonblock(int fd, bool on);

/* Frames. */
size_t make_frame(void *frame, size_t len, unsigned int seed);
bool is_frame(const void *frame, size_t len, unsigned int seed);
int send_frame(int fd, size_t len, unsigned int seed);
ssize_t read_frame(int fd, void *buf, size_t size);
bool gets_frame(int fd, size_t len, unsigned int seed);
bool gets_nothing(int fd);

/**
 * struct genl - a netlink socket to the vhub family
 * @sock: the socket
 * @family: number of the family
 * @group: number of its multicast group of hubs and ports
 * @fdb_group: number of that of addresses
 * @seq: of the last request
 * @nlh: the request being made, in @request
 * @request: memory of it
 * @sentence: what the kernel said when it last refused, "" for nothing
 */
struct genl {
	struct mnl_socket *sock;
	__u16 family;
	__u32 group;
	__u32 fdb_group;
	__u32 seq;
	struct nlmsghdr *nlh;
	char request[4096];
	char sentence[256];
};

int genl_open(struct genl *genl);
void genl_close(struct genl *genl);
struct nlmsghdr *genl_begin(struct genl *genl, __u8 cmd, __u16 flags);
int genl_talk(struct genl *genl, mnl_cb_t cb, void *data);

/* What the kernel tells of a hub, in the words of the spec. */
struct hub_info {
	__u64 has;	/* bit of each VHUB_A_HUB_* that was told */
	char name[IFNAMSIZ];
	__u32 ifindex;
	__u32 owner;
	__u32 group;
	__u32 perm;
	__u32 ports;
	__u32 ports_max;
	__u32 mode;
	__u32 ageing_ms;
	__u32 max_addresses;
	__u32 addresses;
};

/* What the kernel tells of a port, in the words of the spec. */
struct port_info {
	__u64 has;	/* bit of each VHUB_A_PORT_* that was told */
	char hub_name[IFNAMSIZ];
	char label[VHUB_LABEL_SIZE];
	char command[16];
	__u32 hub_ifindex;
	__u32 number;
	__u32 kind;
	__u32 flags;
	__u32 pid;
	__u32 owner;
	__u32 queues;
	__u32 queues_on;
	__u32 vnet_hdr_size;
	__u32 offloads;
	__u32 queued;
	__u32 dev_ifindex;
	char dev_name[IFNAMSIZ];
	__u64 rx_frames;
	__u64 rx_bytes;
	__u64 tx_frames;
	__u64 tx_bytes;
	__u64 drops[VHUB_A_DROPS_MAX + 1];
	__u64 not_learned;
	__u32 max_addresses;
	__u32 addresses;
	unsigned char lock[6];
	unsigned char address[6];
	__u32 pvid;
	unsigned int vlan_count;	/* ranges in @vlans */
	__u16 vlans[VHUB_VLAN_RANGES_MAX][2];
};

int parse_hub(const struct nlmsghdr *nlh, struct hub_info *info);
int parse_port(const struct nlmsghdr *nlh, struct port_info *info);
int hub_get(const char *hub, struct hub_info *info);
int hub_set(const char *hub, long owner, long group, long perm,
	    char sentence[256]);
int hub_set_number(const char *hub, __u16 attr, __u32 value);
int port_get(const char *hub, __u32 number, struct port_info *info);
__u64 port_lost(const struct port_info *port);
int port_set_switch(const char *hub, __u32 number, __u16 attr, __u8 on);
int port_add(const char *hub, const char *dev, struct port_info *info);
int port_set_link(const char *hub, __u32 number, __u8 link);
int port_set_max(const char *hub, __u32 number, __u32 max);
int port_set_lock(const char *hub, __u32 number, const unsigned char mac[6]);
int port_set_vlans(const char *hub, __u32 number, int pvid, const char *vlans);
int port_del(const char *hub, __u32 number);
long long port_drops(const char *hub, __u32 number, int reason);

#ifdef __KSELFTEST_HARNESS_H
/* The harness ends a test after some seconds, which are too few for some kernels.
 * Runs when all tests are on its list.
 */
static void __attribute__((constructor)) give_slow_tests_time(void)
{
	struct __fixture_metadata *fixture;
	struct __test_metadata *test;

	for (fixture = __fixture_list; fixture; fixture = fixture->next)
		for (test = fixture->tests; test; test = test->next)
			test->timeout *= slowness();
}
#endif

#endif /* _VHUB_TEST_H */
