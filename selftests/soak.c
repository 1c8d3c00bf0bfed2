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
 * got all frames there were or says how many it lost, and they agree; and the module
 * goes and comes while others ask for it.
 *
 * A few rounds; SOAK_SECONDS=N has it go on for so long: `make soak` does for half an
 * hour. SEED=N repeats the choices of a run, if not their interleaving.
 *
 * vm: -q -t 600
 * qemu: on uml nobody interrupts a process that is busy
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vhub_fdb.h"
#include "vhub_ring.h"

#define SOAK_ROUNDS	3
#define ROUND_STEPS	40	/* after each of which a process is killed */
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

static pid_t begin_other(unsigned int which)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	choices ^= getpid();
	for (;;)
		others[which]();
}

/* Return: did it end by itself for something that must not be. */
static bool end_other(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status);
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
	const char *seed = getenv("SEED");

	if (seed)
		choices = strtoul(seed, NULL, 0);
	else
		ASSERT_EQ(sizeof(choices),
			  getrandom(&choices, sizeof(choices), GRND_INSECURE));
	TH_LOG("SEED=%u", choices);
	/* Which may have to be loaded. */
	close(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
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

	for (step = 0; step < ROUND_STEPS; step++) {
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
static void ask(void)
{
	struct hub_info info;

	if (new_net())
		_exit(1);
	for (;;) {
		hub_add(HUB);
		close(attach(HUB));
		hub_get(HUB, &info);
	}
}

static int reload(const char *path)
{
	pid_t pid = fork();
	bool went;
	int ret;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ask();
	}
	went = wait_until(unloads());
	ret = went ? load(path) : -EBUSY;
	end_other(pid);
	return ret;
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
	const char *seconds = getenv("SOAK_SECONDS"), *wrong;
	long long end = now_ms() + 1000LL * atoi(seconds ?: "0");
	char path[PATH_MAX];
	bool may_reload = find_module(path);
	int round;

	for (round = 0; round < SOAK_ROUNDS || now_ms() < end; round++) {
		wrong = one_round(self);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("round %d: %s", round, wrong);
		if (may_reload)
			ASSERT_EQ(0, reload(path));
	}
	TH_LOG("%d rounds, %llu frames, %u processes killed, module %s", round,
	       self->total, self->kills, may_reload ? "loaded anew" : "stayed");
}

TEST_HARNESS_MAIN
