// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - no sequence of calls, by whomever and at whatever moment, harms the kernel
 *
 *	threads --- files of /dev/vhub, TAPs, TUNs, rings --- |lan0| |lan1| |lan2|
 *	        --- netlink, rtnetlink: all of these come, change and go
 *
 * Every call is made that the module answers, by several threads at once, mostly sound
 * and now and then not. Whether it was harmed the kernel says itself; at the end nothing
 * may be left, and a new hub has to work.
 *
 * SEED=N repeats the choices of a run, if not their interleaving; FUZZ_CALLS=N has it
 * make more calls. FUZZ_SECONDS=N has it run one seed after the other for so long: what
 * it says before each run repeats this one. Seeds that once found something or reach
 * much, fuzz_seeds.h, have their share first.
 *
 * In real time on uml: where the clock stands still as long as anybody is busy, nothing
 * that RCU has to free is freed until the memory is all gone.
 *
 * vm: -r -t 600
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>

#include "vhub_fuzz.h"

#define THREADS		4
#define SLOTS		24
#define FUZZ_CALLS	8000	/* of all threads */
#define SEED_CALLS	1000	/* for each seed that is known */
#define PAGE		4096UL
#define TICK_MS		20	/* a call that sleeps is interrupted */

static const unsigned int seeds[] = {
#include "fuzz_seeds.h"
};

/* Files that the threads share, -1 for none. Who uses one may find it another by then;
 * what is in it is read and written one word at a time.
 */
static int slots[SLOTS];
static int nets[2];
static unsigned char *arena;

static int *any_slot(struct fuzz *fuzz)
{
	return &slots[fuzz_choose(fuzz, SLOTS)];
}

static int any_fd(struct fuzz *fuzz)
{
	return __atomic_load_n(any_slot(fuzz), __ATOMIC_RELAXED);
}

/* Return: is there a file. */
static bool put_fd(int *slot, int fd)
{
	int old = __atomic_exchange_n(slot, fd, __ATOMIC_RELAXED);

	if (old >= 0)
		close(old);
	return fd >= 0;
}

static bool took(struct fuzz *fuzz, int fd, unsigned long request,
		 const void *value, size_t size)
{
	return ioctl(fd, request, fuzz_memory(fuzz, value, size)) >= 0;
}

/*
 * Files. Every call returns whether the kernel did what it was asked for.
 */
static bool call_open(struct fuzz *fuzz)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY };
	int fd = open(fuzz_choose(fuzz, 4) ? "/dev/vhub" : "/dev/net/tun",
		      flags[fuzz_choose(fuzz, 5)] | O_CLOEXEC |
		      (fuzz_choose(fuzz, 16) ? O_NONBLOCK : 0));

	return put_fd(any_slot(fuzz), fd);
}

static bool call_close(struct fuzz *fuzz)
{
	return !put_fd(any_slot(fuzz), -1);
}

static bool call_dup(struct fuzz *fuzz)
{
	return put_fd(any_slot(fuzz), fcntl(any_fd(fuzz), F_DUPFD_CLOEXEC, 3));
}

/* A file that is there, or one that is nothing yet. */
static int fresh_fd(struct fuzz *fuzz, const char *path)
{
	int *slot = any_slot(fuzz);

	if (fuzz_choose(fuzz, 2))
		put_fd(slot, open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK));
	return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

static bool call_attach(struct fuzz *fuzz)
{
	struct vhub_attach attach = { .size = sizeof(attach) };
	int fd = fresh_fd(fuzz, "/dev/vhub");

	snprintf(attach.hub, sizeof(attach.hub), "%s", fuzz_hub(fuzz));
	if (!fuzz_choose(fuzz, 3))
		attach.vnet_hdr_size = fuzz_choose(fuzz, 4) ? 12 :
							      fuzz_wild(fuzz);
	switch (fuzz_choose(fuzz, 8)) {
	case 0 ... 2:
		attach.flags = VHUB_ATTACH_MULTI_QUEUE;
		break;
	case 3:
		attach = (struct vhub_attach){
			.size = sizeof(attach),
			.flags = VHUB_ATTACH_JOIN,
			.fd = any_fd(fuzz),
		};
		break;
	case 4:
		fuzz_bytes(fuzz, &attach, fuzz_choose(fuzz, sizeof(attach)));
		break;
	}
	if (!fuzz_choose(fuzz, 32))
		attach.size = fuzz_wild(fuzz);
	return took(fuzz, fd, VHUB_IOC_ATTACH, &attach, sizeof(attach));
}

static const unsigned long ifreq_ioctls[] = {
	TUNSETIFF, TUNSETIFF, TUNSETIFF, TUNGETIFF, TUNSETQUEUE, SIOCGIFHWADDR,
};

static const unsigned long int_ioctls[] = {
	TUNGETFEATURES, TUNGETVNETHDRSZ, TUNSETVNETHDRSZ, TUNGETSNDBUF,
	TUNSETSNDBUF, TUNGETVNETLE, TUNSETVNETLE, TUNGETVNETBE, TUNSETVNETBE,
	TUNSETCARRIER, TUNSETCARRIER,
};

static bool call_ifreq(struct fuzz *fuzz)
{
	static const short more[] = {
		0, 0, IFF_VNET_HDR, IFF_MULTI_QUEUE, IFF_ONE_QUEUE,
		IFF_VNET_HDR | IFF_MULTI_QUEUE, IFF_ATTACH_QUEUE,
		IFF_DETACH_QUEUE,
	};
	bool is_hub = fuzz_choose(fuzz, 2);
	int fd = fresh_fd(fuzz, is_hub ? "/dev/vhub" : "/dev/net/tun");
	unsigned int which = fuzz_choose(fuzz, ARRAY_SIZE(ifreq_ioctls));
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s",
		 !fuzz_choose(fuzz, 8) ? fuzz_any_name(fuzz) :
		 is_hub ? fuzz_hub(fuzz) : fuzz_device(fuzz));
	ifr.ifr_flags = more[fuzz_choose(fuzz, ARRAY_SIZE(more))] |
			(fuzz_choose(fuzz, 8) ? TAP_FLAGS :
						IFF_TUN | IFF_NO_PI);
	if (!fuzz_choose(fuzz, 16))
		fuzz_bytes(fuzz, &ifr, sizeof(ifr));
	return took(fuzz, fd, ifreq_ioctls[which], &ifr, sizeof(ifr));
}

static bool call_tun(struct fuzz *fuzz)
{
	int value, fd = any_fd(fuzz);
	unsigned long request;

	switch (fuzz_choose(fuzz, 4)) {
	case 0:
		return !ioctl(fd, TUNSETOFFLOAD, fuzz_choose(fuzz, 4) ?
			      fuzz_choose(fuzz, 0x80) | TUN_F_CSUM :
			      (unsigned long)fuzz_wild(fuzz));
	case 1:
		return took(fuzz, fd, fuzz_wild(fuzz), arena, 64);
	case 2:
		request = _IO(VHUB_IOC_TYPE, fuzz_choose(fuzz, 8));
		return took(fuzz, fd, request, arena, 64);
	default:
		value = fuzz_choose(fuzz, 2) ? fuzz_choose(fuzz, 2) :
					       fuzz_wild(fuzz);
		request = int_ioctls[fuzz_choose(fuzz, ARRAY_SIZE(int_ioctls))];
		return took(fuzz, fd, request, &value, sizeof(value));
	}
}

/*
 * Rings
 */
static bool call_mem(struct fuzz *fuzz)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.addr = (unsigned long)arena +
			4096 * fuzz_choose(fuzz, FUZZ_ARENA / 4096),
		.len = 4096 * fuzz_choose(fuzz, 16),
	};

	if (!fuzz_choose(fuzz, 8)) {
		mem.addr += fuzz_wild(fuzz);
		mem.len = (__u64)fuzz_wild(fuzz) << fuzz_choose(fuzz, 33);
	}
	return took(fuzz, any_fd(fuzz), VHUB_IOC_MEM, &mem, sizeof(mem));
}

static bool call_rings(struct fuzz *fuzz)
{
	struct vhub_rings rings = {
		.size = sizeof(rings),
		.tx_count = 1U << fuzz_choose(fuzz, 9),
		.rx_count = 1U << fuzz_choose(fuzz, 9),
	};

	if (!fuzz_choose(fuzz, 4))
		rings.rx_count = 0;
	if (!fuzz_choose(fuzz, 8))
		rings.tx_count = fuzz_wild(fuzz);
	return took(fuzz, any_fd(fuzz), VHUB_IOC_RINGS, &rings, sizeof(rings));
}

static bool call_kick(struct fuzz *fuzz)
{
	long how = fuzz_choose(fuzz, 16) ? 0 :
		   fuzz_choose(fuzz, 4) ? VHUB_KICK_WAIT : fuzz_wild(fuzz);

	return ioctl(any_fd(fuzz), VHUB_IOC_KICK, how) >= 0;
}

/* Rings on all memory there is, at a hub. */
static void make_rings(struct fuzz *fuzz, int fd)
{
	struct vhub_mem mem = {
		.size = sizeof(mem),
		.addr = (unsigned long)arena,
		.len = FUZZ_ARENA,
	};
	struct vhub_rings rings = {
		.size = sizeof(rings),
		.tx_count = 64,
		.rx_count = 64,
	};
	struct vhub_attach attach = { .size = sizeof(attach) };

	strcpy(attach.hub, fuzz_hub(fuzz));
	ioctl(fd, VHUB_IOC_MEM, &mem);
	ioctl(fd, VHUB_IOC_RINGS, &rings);
	ioctl(fd, VHUB_IOC_ATTACH, &attach);
}

static void spoil_ring(struct fuzz *fuzz, struct vhub_desc *desc, size_t n)
{
	for (; n; n--, desc++) {
		desc->addr = (unsigned long)arena +
			     fuzz_choose(fuzz, FUZZ_ARENA);
		desc->len = fuzz_choose(fuzz, 16) ? fuzz_choose(fuzz, 3000) :
						    fuzz_wild(fuzz);
		desc->flags = !fuzz_choose(fuzz, 8);
	}
}

/* Writes into rings that are mapped, whatever is behind them. */
static bool call_map(struct fuzz *fuzz)
{
	size_t size = PAGE << fuzz_choose(fuzz, 4);
	int i, n, fd = fresh_fd(fuzz, "/dev/vhub");
	volatile __u32 *head;
	char *map;

	if (fuzz_choose(fuzz, 2))
		make_rings(fuzz, fd);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE,
		   fuzz_choose(fuzz, 16) ? MAP_SHARED : MAP_PRIVATE, fd,
		   fuzz_choose(fuzz, 16) ? 0 : PAGE);
	if (map == MAP_FAILED)
		return false;
	spoil_ring(fuzz, (void *)(map + PAGE),
		   (size - PAGE) / sizeof(struct vhub_desc));
	head = (void *)map;
	for (n = 0; n < 8; n++) {
		for (i = 0; i < 64; i += 8)
			if (fuzz_choose(fuzz, 2))
				head[i] += fuzz_choose(fuzz, 16) ?
					   fuzz_choose(fuzz, 8) :
					   fuzz_wild(fuzz);
		ioctl(fd, VHUB_IOC_KICK, 0L);
	}
	munmap(map, size);
	return true;
}

/*
 * Frames
 */
static bool call_write(struct fuzz *fuzz)
{
	static __thread unsigned char buf[FRAME_ROOM + 4096];
	size_t len = fuzz_write_buffer(fuzz, buf), part;
	struct iovec iov[2];
	int i, n, fd = any_fd(fuzz);

	n = fuzz_choose(fuzz, 4) ? 1 : 1 + fuzz_choose(fuzz, 200);
	for (i = 0; i < n; i++) {
		part = fuzz_choose(fuzz, 4) ? len : fuzz_choose(fuzz, len + 1);
		iov[0] = (struct iovec){ buf, part };
		iov[1] = (struct iovec){ buf + part, len - part };
		if (!fuzz_choose(fuzz, 64))
			iov[1].iov_base = fuzz_memory(fuzz, buf, 1);
		if (writev(fd, iov, 2) < 0)
			break;
	}
	return i > 0;
}

static bool call_read(struct fuzz *fuzz)
{
	static __thread unsigned char buf[FRAME_ROOM];
	size_t part = fuzz_choose(fuzz, 100);
	struct iovec iov[2] = {
		{ buf, part },
		{ buf + part, fuzz_choose(fuzz, 4) ? sizeof(buf) - part :
						     fuzz_choose(fuzz, 100) },
	};
	int i, n = fuzz_choose(fuzz, 600), fd = any_fd(fuzz);

	if (!fuzz_choose(fuzz, 32))
		iov[1].iov_base = fuzz_memory(fuzz, buf, 1);
	for (i = 0; i < n && readv(fd, iov, 2) >= 0; i++)
		;
	return i > 0;
}

/* The host sends by its cable, as whoever has CAP_NET_RAW does. */
static bool call_packet(struct fuzz *fuzz)
{
	static __thread unsigned char buf[FRAME_ROOM + 4096];
	size_t len = fuzz_frame(fuzz, buf);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = fuzz_index(fuzz, fuzz_any_name(fuzz)),
		.sll_halen = 6,
	};
	int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	bool sent = sendto(sock, buf, len, MSG_DONTWAIT, (void *)&to,
			   sizeof(to)) >= 0;

	close(sock);
	return sent;
}

/*
 * Waiting
 */
static bool call_poll(struct fuzz *fuzz)
{
	struct epoll_event event = {
		.events = EPOLLIN | (fuzz_choose(fuzz, 2) ? EPOLLET : 0),
	};
	struct pollfd pollfd = { .fd = any_fd(fuzz), .events = POLLIN };
	int flags;

	switch (fuzz_choose(fuzz, 6)) {
	case 0:
		return put_fd(any_slot(fuzz), epoll_create1(EPOLL_CLOEXEC));
	case 1:
		return !epoll_ctl(any_fd(fuzz), EPOLL_CTL_ADD, pollfd.fd,
				  &event);
	case 2:
		return epoll_wait(any_fd(fuzz), &event, 1,
				  fuzz_choose(fuzz, 3)) > 0;
	case 3:
		flags = fcntl(pollfd.fd, F_GETFL);
		fcntl(pollfd.fd, F_SETOWN, getpid());
		return !fcntl(pollfd.fd, F_SETFL, flags ^
			      (fuzz_choose(fuzz, 2) ? O_ASYNC : O_NONBLOCK));
	default:
		return poll(&pollfd, 1, fuzz_choose(fuzz, 2)) > 0;
	}
}

/*
 * Namespaces
 */
static void open_sockets(struct fuzz *fuzz)
{
	fuzz->sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			    NETLINK_GENERIC);
	fuzz->route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			     NETLINK_ROUTE);
	fuzz->ask = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static void close_sockets(struct fuzz *fuzz)
{
	close(fuzz->sock);
	close(fuzz->route);
	close(fuzz->ask);
}

/* Mostly in one of two, now and then in one that goes with all that is in it. */
static bool call_net(struct fuzz *fuzz)
{
	int ret, net = nets[fuzz_choose(fuzz, 2)];

	close_sockets(fuzz);
	ret = fuzz_choose(fuzz, 4) ? setns(net, CLONE_NEWNET) :
				     unshare(CLONE_NEWNET);
	open_sockets(fuzz);
	fuzz_hubs(fuzz);
	return !ret;
}

/* Listens to what changes, and hears too little of it. */
static bool call_listen(struct fuzz *fuzz)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int group = 16 + fuzz_choose(fuzz, 16), small = 4096;

	bind(sock, (void *)&addr, sizeof(addr));
	setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		   sizeof(group));
	setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	return put_fd(any_slot(fuzz), sock);
}

#define CALL(what, times) { what, #what, times }

static struct call {
	bool (*call)(struct fuzz *fuzz);
	const char *name;
	unsigned int weight;
	unsigned int made;
	unsigned int done;	/* those that the kernel did */
} table[] = {
	CALL(call_open, 12), CALL(call_close, 2), CALL(call_dup, 2),
	CALL(call_attach, 16), CALL(call_ifreq, 16), CALL(call_tun, 16),
	CALL(call_mem, 6), CALL(call_rings, 6), CALL(call_kick, 8),
	CALL(call_map, 6), CALL(call_write, 40), CALL(call_read, 30),
	CALL(call_packet, 6), CALL(call_poll, 10), CALL(fuzz_genl, 40),
	CALL(fuzz_link, 10), CALL(call_net, 1), CALL(call_listen, 1),
};

static void any_call(struct fuzz *fuzz)
{
	struct call *call = table;
	unsigned int sum = 0;

	for (call = table; call < table + ARRAY_SIZE(table); call++)
		sum += call->weight;
	sum = fuzz_choose(fuzz, sum);
	for (call = table; sum >= call->weight; call++)
		sum -= call->weight;
	if (call->call(fuzz))
		__atomic_fetch_add(&call->done, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&call->made, 1, __ATOMIC_RELAXED);
}

static void *fuzz_thread(void *arg)
{
	struct fuzz *fuzz = arg;
	unsigned long i;

	if (setns(nets[0], CLONE_NEWNET))
		return arg;
	open_sockets(fuzz);
	fuzz_hubs(fuzz);
	for (i = 0; i < fuzz->calls && now_ms() < fuzz->end; i++) {
		any_call(fuzz);
		if (fuzz_choose(fuzz, 4))
			sched_yield();
	}
	close_sockets(fuzz);
	return NULL;
}

static void on_tick(int sig)
{
}

static int make_net(void)
{
	int ret = new_net() ?: no_ipv6();

	return ret ? ret : open("/proc/thread-self/ns/net",
				O_RDONLY | O_CLOEXEC);
}

static long module_users(void)
{
	char text[16] = "";
	int fd = open("/sys/module/vhub/refcnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return -errno;
	close(fd);
	return atol(text);
}

/* Interrupts those from @first on: one may sleep for what never comes. */
static void wake(const pthread_t *threads, int first)
{
	for (; first < THREADS; first++)
		pthread_kill(threads[first], SIGUSR1);
}

/* That many calls, or as many of them as there is time for until @end. Return: NULL, or
 * what went wrong.
 */
static const char *fuzz_run(unsigned int seed, __u16 family, unsigned long calls,
			    long long end)
{
	struct fuzz fuzz[THREADS];
	pthread_t threads[THREADS];
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	void *failed;
	int i;

	memset(slots, 0xff, sizeof(slots));
	nets[0] = make_net();
	nets[1] = make_net();
	if (nets[0] < 0 || nets[1] < 0)
		return "no namespaces";
	for (i = 0; i < THREADS; i++) {
		fuzz[i] = (struct fuzz){
			.seed = seed * 16ULL + i,
			.arena = arena,
			.family = family,
			.calls = calls / THREADS,
			.end = end,
		};
		if (pthread_create(&threads[i], NULL, fuzz_thread, &fuzz[i]))
			return "no threads";
	}
	for (i = 0; i < THREADS; i++) {
		while (pthread_tryjoin_np(threads[i], &failed)) {
			nanosleep(&tick, NULL);
			wake(threads, i);
		}
		if (failed)
			return "no namespace";
	}
	for (i = 0; i < SLOTS; i++)
		put_fd(&slots[i], -1);
	close(nets[0]);
	close(nets[1]);
	return NULL;
}

FIXTURE(fuzz)
{
};

FIXTURE_SETUP(fuzz)
{
}

FIXTURE_TEARDOWN(fuzz)
{
}

TEST_F_TIMEOUT(fuzz, kernel_is_not_harmed, 4000)
{
	const struct sigaction quiet = { .sa_handler = on_tick };
	unsigned long calls = env_number("FUZZ_CALLS", FUZZ_CALLS);
	unsigned long seconds = env_number("FUZZ_SECONDS", 0);
	unsigned int i, seed = run_seed();
	long users = module_users();
	long long end;
	struct genl genl;
	int a, b;

	sigaction(SIGUSR1, &quiet, NULL);
	sigaction(SIGIO, &quiet, NULL);
	arena = mmap(NULL, FUZZ_ARENA + 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arena);
	ASSERT_EQ(0, mprotect(arena + FUZZ_ARENA, 4096, PROT_NONE));
	ASSERT_EQ(0, genl_open(&genl));
	for (i = 0; !getenv("SEED") && i < ARRAY_SIZE(seeds); i++)
		ASSERT_EQ(NULL, fuzz_run(seeds[i], genl.family, SEED_CALLS,
					 LLONG_MAX));
	end = seconds ? now_ms() + 1000LL * seconds : LLONG_MAX;
	do {
		TH_LOG("SEED=%u FUZZ_CALLS=%lu", seed, calls);
		ASSERT_EQ(NULL, fuzz_run(seed++, genl.family, calls, end));
	} while (seconds && now_ms() < end);
	genl_close(&genl);
	/* What nobody gets done is no test of anything. */
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		TH_LOG("%s: %u, done %u", table[i].name, table[i].made,
		       table[i].done);
		EXPECT_LT(0, table[i].done);
	}

	ASSERT_EQ(0, new_net());
	EXPECT_TRUE(wait_until(module_users() == users));
	ASSERT_EQ(0, hub_add(HUB));
	a = attach(HUB);
	b = attach(HUB);
	EXPECT_EQ(0, send_frame(a, 60, 1));
	EXPECT_TRUE(gets_frame(b, 60, 1));
}

TEST_HARNESS_MAIN
