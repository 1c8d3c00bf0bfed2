// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - frames: ports of a hub for scenarios that are scripts
 *
 *	frames [OPTION]... COMMAND HUB [ARGUMENT]...
 *
 * hold HUB N		N ports that do nothing
 * flap HUB		ports that come and go all the time
 * many HUB N		N ports, or as many as there can be; a line on standard
 *			input lets them go. Says how long both took.
 * send HUB COUNT SIZE	numbered frames
 * recv HUB COUNT	waits for COUNT numbered frames, in order and unharmed
 * flood HUB SIZE	sends and reads all the time; a line on standard input
 *			makes it say how much
 * spread HUB PORTS COUNT SIZE
 *			one port sends COUNT numbered frames, PORTS others read
 *			them all
 * listen HUB		says what comes
 * talk HUB		says what comes; a line "TO FROM [VID]" on standard input
 *			makes it send a frame
 * join HUB TAP		HUB is a TAP, too: carries frames from one to the other
 *			and back, with all that is left to do on them; says at
 *			its end how many there were to be cut, each way
 * respond HUB IPV4	answers ARP for this address, and UDP with what was sent
 *
 * -f FD	use this attached file, HUB only stands there
 * -l LABEL	label of the ports
 * -m MODE	open with r, w or rw
 * -n NETNS	open in that namespace, then live in the old one; "join" opens HUB
 *		there, and TAP in the old one
 * -r		set up a ring to send from, and write() nevertheless
 * -t		HUB is a TAP, opened as emulators do
 * -p		HUB is any network device, used by a packet socket
 *
 * All say "ready PORT" when they are attached, "hold" and "many" "ready N". They
 * stay attached until they are killed or, all but "listen" and "respond", read
 * "end" or the end of standard input. Exit status 0 says that all went well.
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/ether.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/vhub_dev.h>
#include <linux/virtio_net.h>

#define FRAMES_TYPE	0x88b5		/* IEEE's for local experiments */
#define FRAMES_MAGIC	0x76687562
#define FRAMES_WAIT	60000		/* ms until we give up waiting */
#define FRAMES_BURST	256		/* what any queue has room for */
#define FRAMES_RCVBUF	(16 << 20)	/* of a packet socket */

/* What a numbered frame begins with; bytes that depend on @seq follow. */
struct numbered {
	struct ether_header eth;
	uint32_t magic;
	uint32_t seq;
} __attribute__((packed));

struct options;

/* Returns a file that is a port, or the far end of one, or -errno. */
typedef int (*opener)(struct options *o);

struct options {
	opener open;
	const char *hub;
	const char *label;
	const char *netns;
	int flags;
	int fd;
	bool ring;
	bool vnet;		/* of a TAP: leave the segments whole */
	uint32_t port;		/* set by attach() */
};

static uint32_t to_number(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || n > UINT32_MAX)
		errx(2, "\"%s\" is no number", text);
	return n;
}

static int open_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

static void enter(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		err(2, "setns");
	close(fd);
}

static int open_there(const struct options *o, const char *path)
{
	char netns[256];
	int fd, home;

	if (!o->netns)
		return open(path, o->flags | O_CLOEXEC);

	home = open_netns("/proc/self/ns/net");
	snprintf(netns, sizeof(netns), "/run/netns/%s", o->netns);
	enter(open_netns(netns));
	fd = open(path, o->flags | O_CLOEXEC);
	enter(home);
	return fd;
}

static int add_ring(int fd)
{
	struct vhub_rings rings = { .size = sizeof(rings), .tx_count = 1 };

	return ioctl(fd, VHUB_IOC_RINGS, &rings);
}

static int open_tap(struct options *o)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | (o->vnet ? IFF_VNET_HDR : 0),
	};
	int fd, ret;

	fd = open_there(o, "/dev/net/tun");
	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", o->hub);
	if (ioctl(fd, TUNSETIFF, &ifr) ||
	    (o->vnet && ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int open_packet(struct options *o)
{
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(o->hub),
	};
	const int on = 1, size = FRAMES_RCVBUF;
	int fd, ret;

	if (!at.sll_ifindex)
		return -ENODEV;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC |
		    (o->flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
		       sizeof(on)) ||
	    /* The first is for privileged users, and without limit. */
	    (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) &&
	     setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size))) ||
	    bind(fd, (const void *)&at, sizeof(at))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int open_port(struct options *o)
{
	struct vhub_attach a = { .size = sizeof(a) };
	int fd, ret;

	fd = open_there(o, VHUB_DEV_PATH);
	if (fd < 0)
		return -errno;
	snprintf(a.hub, sizeof(a.hub), "%s", o->hub);
	snprintf(a.label, sizeof(a.label), "%s", o->label);
	if (ioctl(fd, VHUB_IOC_ATTACH, &a) || (o->ring && add_ring(fd))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	o->port = a.port;
	return fd;
}

static int try_attach(struct options *o)
{
	return o->fd >= 0 ? o->fd : o->open(o);
}

static int attach(struct options *o)
{
	int fd = try_attach(o);

	if (fd < 0)
		errx(1, "%s: %s", o->hub, strerror(-fd));
	return fd;
}

/* Waits for a line. Returns false when it is the last. */
static bool next_line(void)
{
	char line[80];

	return fgets(line, sizeof(line), stdin) && strcmp(line, "end\n");
}

static void stay(void)
{
	while (next_line())
		;
}

static void make(uint8_t *frame, uint32_t size, uint32_t seq)
{
	struct numbered *n = (struct numbered *)frame;
	uint32_t i;

	memset(n->eth.ether_dhost, 0xff, ETH_ALEN);
	memcpy(n->eth.ether_shost, "\x00\x00\x5e\x00\x53\x01", ETH_ALEN);
	n->eth.ether_type = htons(FRAMES_TYPE);
	n->magic = htonl(FRAMES_MAGIC);
	n->seq = htonl(seq);
	for (i = sizeof(*n); i < size; i++)
		frame[i] = seq + i;
}

static uint32_t check_size(const char *text)
{
	uint32_t size = to_number(text);

	if (size < sizeof(struct numbered) || size > VHUB_FRAME_MAX)
		errx(2, "a size from %zu to %u", sizeof(struct numbered),
		     VHUB_FRAME_MAX);
	return size;
}

static void send_frame(int fd, const uint8_t *frame, uint32_t size)
{
	ssize_t ret = write(fd, frame, size);

	if (ret < 0)
		err(1, "write");
	if (ret != size)
		errx(1, "write of %u bytes took %zd", size, ret);
}

/* Reads the next numbered frame, which must be @seq. Returns its size. */
static uint32_t recv_frame(int fd, uint32_t seq)
{
	static uint8_t frame[VHUB_FRAME_MAX + 1], good[VHUB_FRAME_MAX];
	const struct numbered *n = (const struct numbered *)frame;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t size;

	do {
		if (poll(&pfd, 1, FRAMES_WAIT) != 1)
			errx(1, "frame %u does not come", seq);
		size = read(fd, frame, sizeof(frame));
		if (size < 0)
			err(1, "read");
	} while (size < (ssize_t)sizeof(*n) ||
		 n->eth.ether_type != htons(FRAMES_TYPE) ||
		 n->magic != htonl(FRAMES_MAGIC));

	if (ntohl(n->seq) != seq)
		errx(1, "frame %u came instead of %u", ntohl(n->seq), seq);
	make(good, size, seq);
	if (memcmp(frame, good, size))
		errx(1, "frame %u was changed", seq);
	return size;
}

static int cmd_hold(struct options *o, char **arg)
{
	uint32_t n = to_number(arg[0]);
	uint32_t i;

	for (i = 0; i < n; i++)
		attach(o);
	printf("ready %u\n", n);
	stay();
	return 0;
}

static int cmd_flap(struct options *o, char **arg)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

	close(attach(o));
	printf("ready %u\n", o->port);
	while (!poll(&pfd, 1, 0))
		close(attach(o));
	stay();
	return 0;
}

static unsigned long ms_since(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - from->tv_sec) * 1000 +
	       (now.tv_nsec - from->tv_nsec) / 1000000;
}

static void raise_files(uint32_t n)
{
	struct rlimit limit = { .rlim_cur = n + 64, .rlim_max = n + 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(2, "RLIMIT_NOFILE");
}

static int cmd_many(struct options *o, char **arg)
{
	uint32_t n = to_number(arg[0]);
	struct timespec start;
	int fd = 0, *fds;
	uint32_t i, got;
	bool more;

	raise_files(n);
	fds = calloc(n, sizeof(*fds));
	if (!fds)
		err(2, "calloc");

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (got = 0; got < n; got++) {
		fd = try_attach(o);
		if (fd < 0)
			break;
		fds[got] = fd;
	}
	printf("attached %u ms %lu\n", got, ms_since(&start));
	if (got < n)
		printf("refused %s\n", strerrorname_np(-fd));
	printf("ready %u\n", got);

	more = next_line();
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < got; i++)
		close(fds[i]);
	printf("detached %u ms %lu\n", got, ms_since(&start));
	if (more)
		stay();
	free(fds);
	return 0;
}

static int cmd_send(struct options *o, char **arg)
{
	static uint8_t frame[VHUB_FRAME_MAX];
	uint32_t count = to_number(arg[0]);
	uint32_t size = check_size(arg[1]);
	uint32_t seq;
	int fd = attach(o);

	printf("ready %u\n", o->port);
	for (seq = 0; seq < count; seq++) {
		make(frame, size, seq);
		send_frame(fd, frame, size);
	}
	printf("sent %u\n", count);
	stay();
	return 0;
}

static int cmd_recv(struct options *o, char **arg)
{
	uint32_t count = to_number(arg[0]);
	int fd = attach(o);
	uint64_t bytes = 0;
	uint32_t seq;

	printf("ready %u\n", o->port);
	for (seq = 0; seq < count; seq++)
		bytes += recv_frame(fd, seq);
	printf("received %u bytes %llu\n", count, (unsigned long long)bytes);
	stay();
	return 0;
}

static int cmd_spread(struct options *o, char **arg)
{
	static uint8_t frame[VHUB_FRAME_MAX];
	uint32_t ports = to_number(arg[0]);
	uint32_t count = to_number(arg[1]);
	uint32_t size = check_size(arg[2]);
	uint32_t seq, end, i;
	int fd, *fds;

	fds = calloc(ports, sizeof(*fds));
	if (!fds)
		err(2, "calloc");
	fd = attach(o);
	printf("ready %u\n", o->port);
	for (i = 0; i < ports; i++)
		fds[i] = attach(o);

	for (seq = 0; seq < count; seq = end) {
		end = seq + FRAMES_BURST < count ? seq + FRAMES_BURST : count;
		for (i = seq; i < end; i++) {
			make(frame, size, i);
			send_frame(fd, frame, size);
		}
		for (i = 0; i < ports * (end - seq); i++)
			recv_frame(fds[i / (end - seq)],
				   seq + i % (end - seq));
	}
	printf("received %u\n", count);
	stay();
	free(fds);
	return 0;
}

struct flood {
	unsigned long sent;
	unsigned long received;
	unsigned long errors;
};

/* A network device may be busy, of which a packet socket hears. */
static bool is_busy(ssize_t ret)
{
	return ret < 0 && (errno == EAGAIN || errno == ENOBUFS);
}

/* Sends one frame and reads a few: ports that all do so keep moving. */
static void flood_once(struct flood *f, int fd, uint8_t *frame, uint32_t size)
{
	static uint8_t buf[VHUB_FRAME_MAX];
	ssize_t ret;
	int i;

	ret = write(fd, frame, size);
	if (ret == size)
		f->sent++;
	else if (!is_busy(ret) && !f->errors++)
		warn("write of %u bytes gave %zd", size, ret);

	for (i = 0; i < 8; i++) {
		ret = read(fd, buf, sizeof(buf));
		if (ret > 0)
			f->received++;
		else
			break;
	}
	if (ret <= 0 && errno != EAGAIN && !f->errors++)
		warn("read gave %zd", ret);
}

static int cmd_flood(struct options *o, char **arg)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	static uint8_t frame[VHUB_FRAME_MAX];
	uint32_t size = check_size(arg[0]);
	struct flood f = { 0 };
	unsigned int i;
	int fd;

	/* Whoever watches it has to get a word in. */
	if (nice(19) < 0)
		err(2, "nice");
	o->flags |= O_NONBLOCK;
	fd = attach(o);
	make(frame, size, 0);
	printf("ready %u\n", o->port);
	for (i = 0; i % 64 || !poll(&in, 1, 0) || next_line(); i++) {
		if (i % 64 == 0 && in.revents)
			printf("sent %lu received %lu errors %lu\n", f.sent,
			       f.received, f.errors);
		flood_once(&f, fd, frame, size);
	}
	return f.errors != 0;
}

static void say_mac(const uint8_t *mac)
{
	printf(" %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	       mac[3], mac[4], mac[5]);
}

/* "frame SIZE TO FROM TYPE", and what is in it where we know. */
static void say_frame(const uint8_t *frame, size_t size)
{
	const struct ether_header *eth = (const struct ether_header *)frame;
	const struct iphdr *ip = (const struct iphdr *)(eth + 1);
	const struct udphdr *udp = (const struct udphdr *)(ip + 1);

	printf("frame %zu", size);
	say_mac(eth->ether_dhost);
	say_mac(eth->ether_shost);
	printf(" %04x", ntohs(eth->ether_type));
	if (eth->ether_type == htons(ETHERTYPE_IP) && ip->ihl == 5 &&
	    ip->protocol == IPPROTO_UDP &&
	    size >= sizeof(*eth) + sizeof(*ip) + sizeof(*udp))
		printf(" udp %u %u", ntohs(udp->source), ntohs(udp->dest));
	putchar('\n');
}

static int cmd_listen(struct options *o, char **arg)
{
	static uint8_t frame[VHUB_FRAME_MAX + VHUB_VNET_HDR_MAX];
	int fd = attach(o);
	ssize_t size;

	(void)arg;
	printf("ready %u\n", o->port);
	for (;;) {
		size = read(fd, frame, sizeof(frame));
		if (size < 0)
			err(1, "read");
		say_frame(frame, size);
	}
}

static void to_mac(const char *text, uint8_t *mac)
{
	if (!ether_aton_r(text, (struct ether_addr *)mac))
		errx(2, "\"%s\" is no address", text);
}

/* Sends what a line asks for. Returns false when it is the last. */
static bool talk(int fd)
{
	uint8_t frame[64] = { 0 }, *at = frame + 2 * ETH_ALEN;
	char line[80], to[20], from[20];
	unsigned int vid;
	int words;

	if (!fgets(line, sizeof(line), stdin) || !strcmp(line, "end\n"))
		return false;
	words = sscanf(line, "%19s %19s %u", to, from, &vid);
	if (words < 2)
		errx(2, "TO FROM [VID], not \"%s\"", line);
	to_mac(to, frame);
	to_mac(from, frame + ETH_ALEN);
	if (words == 3) {
		*at++ = ETHERTYPE_VLAN >> 8;
		*at++ = ETHERTYPE_VLAN & 0xff;
		*at++ = vid >> 8;
		*at++ = vid;
	}
	*at++ = FRAMES_TYPE >> 8;
	*at++ = FRAMES_TYPE & 0xff;
	send_frame(fd, frame, sizeof(frame));
	return true;
}

static int cmd_talk(struct options *o, char **arg)
{
	static uint8_t frame[VHUB_FRAME_MAX];
	int fd = attach(o);
	struct pollfd pfd[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	ssize_t size;

	(void)arg;
	printf("ready %u\n", o->port);
	for (;;) {
		if (poll(pfd, 2, -1) < 0)
			err(1, "poll");
		if (pfd[1].revents && !talk(fd))
			return 0;
		if (!pfd[0].revents)
			continue;
		size = read(fd, frame, sizeof(frame));
		if (size < 0)
			err(1, "read");
		say_frame(frame, size);
	}
}

/* The sum of Internet checksums, of data that an earlier sum goes on with. */
static uint16_t ip_sum(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *byte = data;
	size_t i;

	for (i = 0; i < size; i++)
		sum += i % 2 ? byte[i] : byte[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static const uint8_t respond_mac[ETH_ALEN] = { 0, 0, 0x5e, 0, 0x53, 2 };

static bool answer_arp(struct ether_arp *arp, size_t size, in_addr_t ip)
{
	if (size < sizeof(*arp) || arp->ea_hdr.ar_op != htons(ARPOP_REQUEST) ||
	    memcmp(arp->arp_tpa, &ip, sizeof(ip)))
		return false;

	arp->ea_hdr.ar_op = htons(ARPOP_REPLY);
	memcpy(arp->arp_tha, arp->arp_sha, ETH_ALEN);
	memcpy(arp->arp_tpa, arp->arp_spa, sizeof(ip));
	memcpy(arp->arp_sha, respond_mac, ETH_ALEN);
	memcpy(arp->arp_spa, &ip, sizeof(ip));
	return true;
}

static void check_sums(const struct iphdr *ip, size_t size)
{
	uint16_t sum = ip_sum(IPPROTO_UDP + size, &ip->saddr, 8);

	if (ip_sum(0, ip, sizeof(*ip)) != 0xffff)
		errx(1, "wrong checksum of an IP header");
	if (ip_sum(sum, ip + 1, size) != 0xffff)
		errx(1, "wrong checksum of a UDP datagram of %zu bytes", size);
}

/* Neither sum changes when sender and receiver change places. */
static bool answer_udp(struct iphdr *iph, size_t size, in_addr_t ip)
{
	struct udphdr *udp = (struct udphdr *)(iph + 1);
	uint16_t port = udp->source;

	if (size < sizeof(*iph) + sizeof(*udp) || iph->ihl != 5 ||
	    size < ntohs(iph->tot_len) || iph->protocol != IPPROTO_UDP ||
	    iph->daddr != ip)
		return false;

	check_sums(iph, ntohs(iph->tot_len) - sizeof(*iph));
	iph->daddr = iph->saddr;
	iph->saddr = ip;
	udp->source = udp->dest;
	udp->dest = port;
	return true;
}

static bool answer(struct ether_header *eth, size_t size, in_addr_t ip)
{
	bool yes;

	if (eth->ether_type == htons(ETHERTYPE_ARP))
		yes = answer_arp((struct ether_arp *)(eth + 1),
				 size - sizeof(*eth), ip);
	else if (eth->ether_type == htons(ETHERTYPE_IP))
		yes = answer_udp((struct iphdr *)(eth + 1),
				 size - sizeof(*eth), ip);
	else
		return false;

	memcpy(eth->ether_dhost, eth->ether_shost, ETH_ALEN);
	memcpy(eth->ether_shost, respond_mac, ETH_ALEN);
	return yes;
}

/* Carries what is there from one TAP to the other. Returns how many frames of it
 * were to be cut.
 */
static unsigned long carry(int from, int to)
{
	static uint8_t frame[VHUB_FRAME_MAX + sizeof(struct virtio_net_hdr)];
	const struct virtio_net_hdr *hdr = (void *)frame;
	unsigned long large = 0;
	ssize_t size;

	while ((size = read(from, frame, sizeof(frame))) > 0) {
		large += hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE;
		if (write(to, frame, size) != size)
			err(1, "write");
	}
	if (errno != EAGAIN)
		err(1, "read");
	return large;
}

static int cmd_join(struct options *o, char **arg)
{
	struct options there = {
		.hub = arg[0],
		.fd = -1,
		.flags = o->flags | O_NONBLOCK,
		.vnet = true,
	};
	unsigned long large[2] = { 0 };
	struct pollfd polls[3];
	int i, fd[2];

	o->vnet = true;
	o->open = open_tap;
	o->flags = there.flags;
	there.open = open_tap;
	fd[0] = attach(o);
	fd[1] = attach(&there);
	polls[0] = (struct pollfd){ .fd = fd[0], .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = fd[1], .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	printf("ready %u\n", o->port);
	do {
		if (poll(polls, 3, -1) < 0)
			err(1, "poll");
		for (i = 0; i < 2; i++)
			if (polls[i].revents)
				large[i] += carry(fd[i], fd[!i]);
	} while (!polls[2].revents || next_line());
	printf("large %lu %lu\n", large[0], large[1]);
	return 0;
}

static int cmd_respond(struct options *o, char **arg)
{
	static uint8_t frame[VHUB_FRAME_MAX];
	in_addr_t ip = inet_addr(arg[0]);
	int fd = attach(o);
	ssize_t size;

	printf("ready %u\n", o->port);
	for (;;) {
		size = read(fd, frame, sizeof(frame));
		if (size < 0)
			err(1, "read");
		if (answer((struct ether_header *)frame, size, ip))
			send_frame(fd, frame, size);
	}
}

static const struct command {
	const char *name;
	int args;
	int (*fn)(struct options *o, char **arg);
} commands[] = {
	{ "hold", 1, cmd_hold },
	{ "flap", 0, cmd_flap },
	{ "many", 1, cmd_many },
	{ "send", 2, cmd_send },
	{ "recv", 1, cmd_recv },
	{ "spread", 3, cmd_spread },
	{ "flood", 1, cmd_flood },
	{ "listen", 0, cmd_listen },
	{ "talk", 0, cmd_talk },
	{ "join", 1, cmd_join },
	{ "respond", 1, cmd_respond },
	{ }
};

static int parse_mode(const char *text)
{
	if (!strcmp(text, "rw"))
		return O_RDWR;
	if (!strcmp(text, "r"))
		return O_RDONLY;
	if (!strcmp(text, "w"))
		return O_WRONLY;
	errx(2, "\"%s\" is no mode", text);
}

int main(int argc, char **argv)
{
	struct options o = {
		.open = open_port,
		.label = "",
		.flags = O_RDWR,
		.fd = -1,
	};
	const struct command *c = commands;
	int opt;

	setlinebuf(stdout);
	setvbuf(stdin, NULL, _IONBF, 0);	/* poll() sees what is left */
	while ((opt = getopt(argc, argv, "+f:l:m:n:prt")) != -1) {
		switch (opt) {
		case 'f':
			o.fd = to_number(optarg);
			break;
		case 'l':
			o.label = optarg;
			break;
		case 'm':
			o.flags = parse_mode(optarg);
			break;
		case 'n':
			o.netns = optarg;
			break;
		case 'r':
			o.ring = true;
			break;
		case 'p':
			o.open = open_packet;
			break;
		case 't':
			o.open = open_tap;
			break;
		default:
			return 2;
		}
	}
	argc -= optind;
	argv += optind;
	while (argc && c->name && strcmp(c->name, argv[0]))
		c++;
	if (argc < 2 || !c->name || argc - 2 != c->args)
		errx(2, "usage: frames [OPTION]... COMMAND HUB [ARGUMENT]...");
	o.hub = argv[1];
	return c->fn(&o, argv + 2);
}
