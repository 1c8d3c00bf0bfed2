// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - everything at once, for long, and every frame is accounted for at the end
 *
 *	this test, sends and reads --- 1 |lan0| 3 --- a TAP, whose link comes and goes
 *	     a file, read at the end --- 2 |    | 0 --- the host, up and down
 *	processes that are killed ------ n |    | n --- devices that come and go
 *
 * In rounds: processes attach, send, change links and hubs, remove hubs and
 * namespaces, and are killed at any moment. Then each of the ports 1 to 3 has either
 * got all frames there were or says how many it lost, and they agree. Then the module
 * goes and comes while others ask for it, and while network devices that are ports send
 * and their links change; at new hubs all of these send again.
 *
 * A few rounds; SOAK_SECONDS=N has it go on for so long: `make soak` does for half an
 * hour. SEED=N repeats the choices of a run, if not their interleaving.
 *
 * vm: -q -r -t 600
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vhub_fdb.h"
#include "vhub_ring.h"

#define SOAK_ROUNDS	3
#define ROUND_STEPS	40	/* after each of which a process is killed */
#define DEVICES		3	/* whose users go on when the module goes */
#define LAN1		"lan1"
#define MODPROBE	"/proc/sys/kernel/modprobe"
#define STABLE		3	/* ports that stay for a round */

static unsigned int choices;

static unsigned int choose(unsigned int n)
{
	choices = choices * 1664525U + 1013904223U;
	return (choices >> 8) % n;
}

static void send_some(int fd)
{
	unsigned int i, n = choose(30);

	for (i = 0; i < n; i++)
		send_frame(fd, 60 + choose(3000), i);
}

/*
 * What others do, each for as long as it lives. What fails did so because another was
 * faster, or has changed what it is about.
 */
static void do_attach(void)
{
	int fd = attach(HUB);

	send_some(fd);
	close(fd);
}

static void do_ring(void)
{
	struct ring ring;
	unsigned int i, n = choose(100);

	if (ring_open(&ring, 64, 64, 64 * RING_BUF))
		return;
	if (!ring_attach(&ring, HUB, 0)) {
		ring_fill(&ring);
		for (i = 0; i < n; i++)
			ring_send(&ring, 60 + choose(1400), i);
	}
	ring_close(&ring);
}

static void do_queues(void)
{
	struct ifreq ifr = {};
	int i, fds[3];

	for (i = 0; i < 3; i++)
		fds[i] = attach_tun(HUB, IFF_MULTI_QUEUE);
	for (i = 0; i < 20; i++) {
		ifr.ifr_flags = choose(2) ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE;
		ioctl(fds[choose(3)], TUNSETQUEUE, &ifr);
		send_some(fds[choose(3)]);
	}
	for (i = 0; i < 3; i++)
		close(fds[i]);
}

static void do_device(void)
{
	struct port_info info;
	char name[IFNAMSIZ];
	int fd;

	snprintf(name, sizeof(name), "tap%d", getpid());
	fd = tap_open(name, 0, 0, 0);
	link_up(name, true);
	port_add(HUB, name, &info);
	send_some(fd);
	if (choose(2))
		link_set_master(name, NULL);
	close(fd);
}

static void do_links(void)
{
	link_up(HUB, choose(2));
	link_up("stable", choose(4));
	port_set_link(HUB, STABLE, choose(4) != 0);
	link_set_mtu(HUB, 1500 + choose(2) * 7500);
	hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_HUB + choose(2));
	fdb_flush(HUB, -1, -1);
}

static void do_unplug(void)
{
	port_del(HUB, STABLE + 1 + choose(8));
}

static void do_hub(void)
{
	int a, b;

	hub_add(LAN1);
	a = attach(LAN1);
	b = attach(LAN1);
	link_up(LAN1, choose(2));
	send_some(a);
	if (choose(2))
		link_rename(LAN1, "lan2");
	link_del(choose(2) ? LAN1 : "lan2");
	send_some(b);
	close(a);
	close(b);
}

static void do_net(void)
{
	if (new_net() || hub_add(HUB))
		return;
	link_up(HUB, true);
	send_some(attach(HUB));
	attach(HUB);
	_exit(0);
}

static void do_unload(void)
{
	/* Files are open. */
	if (!syscall(SYS_delete_module, "vhub", O_NONBLOCK))
		_exit(1);
}

static void (*const others[])(void) = {
	do_attach, do_attach, do_ring, do_queues, do_device, do_links,
	do_unplug, do_hub, do_net, do_unload,
};

/* A process that does so again and again. */
static pid_t begin(void (*job)(const void *arg), const void *arg)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	choices ^= getpid();
	for (;;)
		job(arg);
}

static void do_other(const void *arg)
{
	void (*const *other)(void) = arg;

	(*other)();
}

static pid_t begin_other(unsigned int which)
{
	return begin(do_other, &others[which]);
}

/* Return: did it end by itself for something that must not be. */
static bool end_other(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status);
}

/*
 * Network devices as ports do not hold the module.
 */

/**
 * struct device - a network device
 * @name: its name
 * @fd: what is written here it sends to its hub
 * @ip: that is packets instead of frames
 */
struct device {
	const char *name;
	int fd;
	bool ip;
};

static int tun_open(const char *name)
{
	int ret, fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret = tun_set_iff(fd, name, IFF_TUN | IFF_NO_PI);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

static int open_devices(struct device devices[DEVICES])
{
	int i, ret = 0;

	devices[0] = (struct device){ "tap0", tap_open("tap0", 0, 0, 0) };
	devices[1] = (struct device){ "tun0", tun_open("tun0"), true };
	if (system("ip link add veth0 type veth peer name veth1") ||
	    link_up("veth1", true))
		return -EIO;
	devices[2] = (struct device){ "veth0", open_capture("veth1") };
	for (i = 0; !ret && i < DEVICES; i++)
		ret = devices[i].fd < 0 ? devices[i].fd :
		      set_nonblock(devices[i].fd, true) ?:
		      link_up(devices[i].name, true);
	return ret;
}

static void close_devices(const struct device devices[DEVICES])
{
	int i;

	link_del("veth0");
	for (i = 0; i < DEVICES; i++)
		close(devices[i].fd);
}

static void do_send(const void *arg)
{
	static const unsigned char packet[60] = {
		0x45, 0, 0, 60, [8] = 1, IPPROTO_UDP,
		[12] = 192, 0, 2, 1, 224, 0, 0, 1,
	};
	const struct device *device = arg;
	char buf[2048];

	if (!device->ip)
		send_frame(device->fd, 60 + choose(1400), 0);
	else if (write(device->fd, packet, sizeof(packet)) < 0)
		sched_yield();
	while (read(device->fd, buf, sizeof(buf)) > 0 && choose(4))
		;
}

/* All but the first, so that the module goes while one is a port. */
static void do_change(const void *arg)
{
	const struct device *devices = arg;
	const char *name = devices[1 + choose(DEVICES - 1)].name;
	const char *hub = choose(2) ? HUB : LAN1;
	struct port_info info;

	switch (choose(8)) {
	case 0:
		link_up(name, choose(4));
		break;
	case 1:
		link_set_mtu(name, 1400 + choose(100));
		break;
	case 2:
		link_set_master(name, NULL);
		break;
	case 3:
		hub_add(LAN1);
		break;
	case 4:
		link_del(LAN1);
		break;
	case 5:
		link_up(hub, choose(2));
		break;
	default:
		port_add(hub, name, &info);
		break;
	}
}

FIXTURE(soak)
{
	int fds[STABLE];
	pid_t pids[ARRAY_SIZE(others)];
	char modprobe[256];	/* what it was */
	__u64 sent;
	__u64 received;
	__u64 total;
	unsigned int kills;
};

/* Who asks for what is not there must not have the module loaded again, nor a program
 * started each time.
 */
static int stop_modprobe(FIXTURE_DATA(soak) *self)
{
	FILE *was = fopen(MODPROBE, "re");

	if (!was)
		return -errno;
	if (!fgets(self->modprobe, sizeof(self->modprobe), was))
		self->modprobe[0] = '\0';
	fclose(was);
	return write_file(MODPROBE, "\n");
}

FIXTURE_SETUP(soak)
{
	struct device devices[DEVICES];

	choices = run_seed();
	TH_LOG("SEED=%u", choices);
	/* What they are made by may have to be loaded. */
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, open_devices(devices));
	close_devices(devices);
	ASSERT_EQ(0, stop_modprobe(self));
}

FIXTURE_TEARDOWN(soak)
{
	EXPECT_EQ(0, write_file(MODPROBE, self->modprobe));
}

static int begin_round(FIXTURE_DATA(soak) *self)
{
	struct port_info info;
	unsigned int i;
	int ret = new_net() ?: no_ipv6() ?: hub_add(HUB);

	if (ret)
		return ret;
	self->fds[0] = attach(HUB);
	self->fds[1] = attach(HUB);
	self->fds[2] = tap_open("stable", 0, 0, 0);
	if (self->fds[0] < 0 || self->fds[1] < 0 || self->fds[2] < 0)
		return -EIO;
	self->sent = 0;
	self->received = 0;
	ret = link_up("stable", true) ?: port_add(HUB, "stable", &info) ?:
	      set_nonblock(self->fds[0], true) ?:
	      set_nonblock(self->fds[1], true);
	for (i = 0; !ret && i < ARRAY_SIZE(others); i++)
		self->pids[i] = begin_other(i);
	return ret;
}

static __u64 read_all(int fd)
{
	static char buf[FRAME_ROOM];
	__u64 n = 0;

	while (read(fd, buf, sizeof(buf)) > 0)
		n++;
	return n;
}

/* Return: 0 or what went wrong. */
static int do_round(FIXTURE_DATA(soak) *self)
{
	unsigned int i, step;

	for (step = 0; step < rounds(ROUND_STEPS); step++) {
		for (i = 0; i < 50; i++)
			self->sent += !send_frame(self->fds[0], 60 + i, i);
		self->received += read_all(self->fds[0]);
		i = choose(ARRAY_SIZE(others));
		if (end_other(self->pids[i]))
			return -EIO;
		self->kills++;
		self->pids[i] = begin_other(i);
		sched_yield();
	}
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (end_other(self->pids[i]))
			return -EIO;
	return 0;
}

static bool only_stable(void)
{
	struct hub_info info;

	return !hub_get(HUB, &info) && info.ports == STABLE;
}

/* Frames that were there for a port: what it got and what it lost. */
static __u64 all_for(const struct port_info *port)
{
	return port->rx_frames + port_lost(port);
}

/* The module's file, of PATH_MAX bytes, in a virtual machine, where all hubs are ours.
 * Return: is this one.
 */
static bool find_module(char *path)
{
	FILE *config = fopen("/run/vm/config", "re");
	char *line = NULL;
	size_t size = 0;

	if (!config)
		return false;
	*path = '\0';
	while (!*path && getline(&line, &size, config) > 0)
		sscanf(line, "vm_module='%4095[^']", path);
	free(line);
	fclose(config);
	return true;
}

static int load(const char *path)
{
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret = ret_errno(syscall(SYS_finit_module, fd, "", 0));
	close(fd);
	return ret;
}

static bool unloads(void)
{
	return !syscall(SYS_delete_module, "vhub", O_NONBLOCK);
}

/* Others ask for what may not be there just now. */
static void do_ask(const void *arg)
{
	struct hub_info info;

	hub_add("ask0");
	close(attach("ask0"));
	hub_get("ask0", &info);
}

/* Where nobody hears it, a frame is not sent. */
static bool port_sends(__u32 number)
{
	struct port_info info;

	return !port_get(HUB, number, &info) && info.tx_frames;
}

static bool device_sends(const char *name)
{
	struct port_info info;

	return !link_up(name, true) && !port_add(HUB, name, &info) &&
	       wait_until(port_sends(info.number));
}

static bool hears(int fd)
{
	char buf[2048];

	return read(fd, buf, sizeof(buf)) > 0;
}

/* Does all that @devices send come to a new hub? Return: NULL or what is wrong. */
static const char *plug(const struct device devices[DEVICES])
{
	const char *wrong = NULL;
	int i, fd;

	link_del(LAN1);
	link_del(HUB);
	if (hub_add(HUB))
		return "no new hub";
	fd = attach(HUB);
	if (fd < 0)
		return "no file at a new hub";
	set_nonblock(fd, true);
	for (i = 0; !wrong && i < DEVICES; i++)
		if (!device_sends(devices[i].name) ||
		    !wait_until(hears(fd)))
			wrong = devices[i].name;
	close(fd);
	return wrong;
}

/* Return: NULL or what is wrong. */
static const char *go_and_come(const struct device devices[DEVICES],
			       const char *path)
{
	pid_t changes = begin(do_change, devices), asks = begin(do_ask, NULL);
	const char *wrong = NULL;

	if (!wait_until(unloads()))
		wrong = "the module does not go";
	else if (load(path))
		wrong = "the module does not come";
	end_other(changes);
	end_other(asks);
	return wrong;
}

static const char *reload(const char *path)
{
	struct device devices[DEVICES];
	pid_t pids[DEVICES];
	const char *wrong;
	int i;

	if (new_net() || no_ipv6() || open_devices(devices))
		return "no devices";
	for (i = 0; i < DEVICES; i++)
		pids[i] = begin(do_send, &devices[i]);
	wrong = plug(devices) ?: go_and_come(devices, path) ?: plug(devices);
	for (i = 0; i < DEVICES; i++)
		end_other(pids[i]);
	close_devices(devices);
	return wrong;
}

/* What became of the frames of a round. Return: NULL or what is wrong. */
static const char *account(FIXTURE_DATA(soak) *self)
{
	struct port_info port[STABLE + 1] = {};
	int i;

	self->received += read_all(self->fds[0]);
	for (i = 1; i <= STABLE; i++)
		if (port_get(HUB, i, &port[i]))
			return "a port is gone";
	if (port[1].tx_frames != self->sent)
		return "what was sent is not what the port sent";
	if (port[1].rx_frames != self->received)
		return "what was read is not what the port got";
	if (port[2].rx_frames != read_all(self->fds[1]))
		return "what was read at the end is not what the port got";
	if (all_for(&port[2]) <= self->sent)
		return "nobody else sent anything";
	if (all_for(&port[2]) != all_for(&port[1]) + port[1].tx_frames)
		return "the files do not agree";
	if (all_for(&port[2]) != all_for(&port[3]))
		return "file and device do not agree";
	self->total += all_for(&port[2]);
	return NULL;
}

static const char *one_round(FIXTURE_DATA(soak) *self)
{
	const char *wrong;
	int i;

	if (begin_round(self))
		return "no ports";
	if (do_round(self))
		return "another did what it must not";
	if (!wait_until(only_stable()))
		return "ports of the dead are left";
	wrong = account(self);
	for (i = 0; i < STABLE; i++)
		close(self->fds[i]);
	return link_del(HUB) && !wrong ? "no hub is left" : wrong;
}

TEST_F_TIMEOUT(soak, all_is_accounted_for, 4000)
{
	long long end = now_ms() + 1000LL * env_number("SOAK_SECONDS", 0);
	char path[PATH_MAX];
	bool may_reload = find_module(path);
	const char *wrong;
	int round;

	for (round = 0; round < SOAK_ROUNDS || now_ms() < end; round++) {
		wrong = one_round(self);
		if (!wrong && may_reload)
			wrong = reload(path);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("round %d: %s", round, wrong);
	}
	TH_LOG("%d rounds, %llu frames, %u processes killed, module %s", round,
	       self->total, self->kills, may_reload ? "loaded anew" : "stayed");
}

TEST_HARNESS_MAIN
