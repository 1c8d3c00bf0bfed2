// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: what a vhubd says that means harm, to libvhub as its client
 *
 * The vhubd, of a hub in a folder that is nobody else's, has its turn whenever the
 * client waits. The first byte of the input says what the client does; then there are
 * records, each with a byte of flags first: messages that the vhubd answers with, then
 * what comes on the stream or as events.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "../libvhub/nl.h"
#include "../libvhub/place.h"
#include "../libvhub/vhub.h"
#include "../libvhub/vhubd.h"
#include "fuzz.h"

#define FUZZ_HUB	"fuzz"
#define FUZZ_FOLDER	"/run/vhub/" FUZZ_HUB
#define FUZZ_FAMILY	32	/* number of each family */
#define FUZZ_RING	128	/* descriptors, for a frame of any length */
#define FUZZ_BUFFER	1024	/* bytes of one */
#define FUZZ_BATCH	8
#define FUZZ_FD_MAX	64

/* Of the first byte; the lowest bits say what to do. */
#define FUZZ_WHAT	0x3f
#define FUZZ_LIAR	0x40	/* not even numbers of families are right */

/* Of a message: how many files come with it; it is the last of an answer. */
#define FUZZ_FILES	0x03
#define FUZZ_LAST	0x04

/* Of an event: the folder is touched before. */
#define FUZZ_TOUCH	0x01

/* Of a piece of the stream: how it is read. Another byte follows, n, and twice n * n
 * zeros are behind it.
 */
#define FUZZ_ONE	0x01
#define FUZZ_WAIT	0x02
#define FUZZ_ARM	0x04
#define FUZZ_LATER	0x08	/* with the next piece */

static int fuzz_netlink, fuzz_events;	/* sockets that listen */
static int fuzz_client = -1;		/* who asks */
static struct fuzz_input fuzz_in;	/* what the vhubd will say */
static bool fuzz_liar;
static int fuzz_file = -1;		/* that goes with messages */

/* The vhubd --------------------------------------------------------------------*/

static void fuzz_say(int sk, const void *data, size_t len, unsigned int files)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(FUZZ_FILES * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const int list[FUZZ_FILES] = { fuzz_file, fuzz_file, fuzz_file };
	struct cmsghdr *cmsg;

	if (files && fuzz_file >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(files * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(files * sizeof(int));
		memcpy(CMSG_DATA(cmsg), list, files * sizeof(int));
	}
	sendmsg(sk, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The numbers of families, as a good one would. */
static void fuzz_say_family(int sk, const struct nlmsghdr *request)
{
	char buf[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_seq = request->nlmsg_seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FUZZ_FAMILY);
	fuzz_say(sk, nlh, nlh->nlmsg_len, 0);

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	nlh->nlmsg_seq = request->nlmsg_seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr));
	fuzz_say(sk, nlh, nlh->nlmsg_len, 0);
}

/* One answer of the input, whose sequence numbers count from the request's. False
 * when there is none.
 */
static bool fuzz_answer(int sk, const struct nlmsghdr *request)
{
	static uint8_t buf[64 << 10];
	struct nlmsghdr *nlh = (void *)buf;
	const uint8_t *record;
	size_t len;

	do {
		record = fuzz_record(&fuzz_in, &len);
		if (!record || !len)
			return false;
		memcpy(buf, record + 1, len - 1);
		if (len > sizeof(*nlh))
			nlh->nlmsg_seq += request->nlmsg_seq;
		fuzz_say(sk, buf, len - 1, *record & FUZZ_FILES);
	} while (!(*record & FUZZ_LAST));
	return true;
}

/* False when there is no more to say to this client, or to hear. */
static bool fuzz_serve(int sk)
{
	static char buf[VHUB_NL_REQUEST_SIZE];
	const struct nlmsghdr *nlh = (void *)buf;
	ssize_t len;

	while ((len = recv(sk, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (nlh->nlmsg_type == GENL_ID_CTRL && !fuzz_liar)
			fuzz_say_family(sk, nlh);
		else if (!fuzz_answer(sk, nlh))
			return false;
	}
	return len < 0 && errno == EAGAIN;
}

/* Do all there is to do. */
static void fuzz_turn(void)
{
	do {
		if (fuzz_client < 0)
			fuzz_client = accept(fuzz_netlink, NULL, NULL);
		if (fuzz_client < 0 || fuzz_serve(fuzz_client))
			return;
		close(fuzz_client);
		fuzz_client = -1;
	} while (true);
}

/* Instead of libc's, which libvhub calls. What is not there after that never is. */
int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)timeout;
	fuzz_turn();
	return syscall(SYS_poll, fds, n, 0);
}

/* Where it lives ----------------------------------------------------------------*/

static int fuzz_listen(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sk = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	g_snprintf(un.sun_path, sizeof(un.sun_path), FUZZ_FOLDER "/%s", name);
	FUZZ_ASSERT(!bind(sk, (const struct sockaddr *)&un, sizeof(un)));
	FUZZ_ASSERT(!listen(sk, 64));
	return sk;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	FUZZ_ASSERT(!mkdir("/run/vhub", 0755) && !mkdir(FUZZ_FOLDER, 0700));
	fuzz_netlink = fuzz_listen(VHUB_PLACE_NETLINK);
	fuzz_events = fuzz_listen(VHUB_PLACE_EVENTS);
	return 0;
}

/* The stream ---------------------------------------------------------------------*/

/**
 * struct fuzz_flow - a stream
 * @v: the client
 * @fd: the other end
 * @sent: what the vhubd has sent
 * @got: frames that came
 * @ret: what the last call returned
 */
struct fuzz_flow {
	struct vhub *v;
	int fd;
	GByteArray *sent;
	GByteArray *got;
	int ret;
};

static void fuzz_recv_one(struct fuzz_flow *flow)
{
	static uint8_t buf[VHUB_FRAME_MAX];

	flow->ret = vhub_recv(flow->v, buf, sizeof(buf));
	FUZZ_ASSERT(flow->ret <= VHUB_FRAME_MAX);
	if (flow->ret >= 0)
		fuzz_put_frame(flow->got, buf, flow->ret);
}

static void fuzz_recv_batch(struct fuzz_flow *flow)
{
	struct vhub_frame frames[FUZZ_BATCH];
	int i;

	flow->ret = vhub_recv_batch(flow->v, frames, FUZZ_BATCH);
	FUZZ_ASSERT(flow->ret <= FUZZ_BATCH);
	for (i = 0; i < flow->ret; i++)
		fuzz_put_frame(flow->got, frames[i].data, frames[i].len);
	if (flow->ret > 0)
		FUZZ_ASSERT(!vhub_release(flow->v, flow->ret));
}

/* All that is there. */
static void fuzz_recv(struct fuzz_flow *flow, uint8_t how)
{
	do {
		if (how & FUZZ_WAIT)
			vhub_wait(flow->v, 0);
		if (how & FUZZ_ARM)
			vhub_arm(flow->v);
		if (how & FUZZ_ONE)
			fuzz_recv_one(flow);
		else
			fuzz_recv_batch(flow);
	} while (flow->ret >= 0);
	FUZZ_ASSERT(flow->ret == -EAGAIN || flow->ret == -ENODEV);
}

/* As much as there is room for. */
static void fuzz_send(struct fuzz_flow *flow, const uint8_t *data, size_t len,
		      size_t zeros)
{
	uint8_t *piece = g_malloc0(len + zeros + 1);
	ssize_t sent;

	memcpy(piece, data, len);
	sent = send(flow->fd, piece, len + zeros, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent > 0)
		g_byte_array_append(flow->sent, piece, sent);
	g_free(piece);
}

/* The same, thought again in the simplest way. */
static void fuzz_check(const struct fuzz_flow *flow)
{
	GByteArray *want = g_byte_array_new();
	const uint8_t *at = flow->sent->data;
	size_t left = flow->sent->len;
	bool good = true;
	uint32_t len;

	while (left >= FRAME_HEAD) {
		memcpy(&len, at, sizeof(len));
		len = g_ntohl(len);
		good = len <= VHUB_FRAME_MAX;
		if (!good || left - FRAME_HEAD < len)
			break;
		fuzz_put_frame(want, at + FRAME_HEAD, len);
		at += FRAME_HEAD + len;
		left -= FRAME_HEAD + len;
	}
	FUZZ_ASSERT(fuzz_same(want, flow->got));
	FUZZ_ASSERT(flow->ret == (good ? -EAGAIN : -ENODEV));
	g_byte_array_unref(want);
}

static void fuzz_stream(struct vhub *v, int fd)
{
	struct fuzz_flow flow = {
		.v = v,
		.fd = fd,
		.sent = g_byte_array_new(),
		.got = g_byte_array_new(),
	};
	const uint8_t *data;
	size_t len;

	while ((data = fuzz_record(&fuzz_in, &len))) {
		if (len < 2)
			continue;
		fuzz_send(&flow, data + 2, len - 2, 2 * data[1] * data[1]);
		if (!(data[0] & FUZZ_LATER))
			fuzz_recv(&flow, data[0]);
	}
	fuzz_recv(&flow, 0);
	fuzz_check(&flow);
	g_byte_array_unref(flow.sent);
	g_byte_array_unref(flow.got);
}

static int fuzz_attach(void)
{
	const struct vhub_options options = {
		.size = sizeof(options),
		.flags = VHUB_OPEN_NONBLOCK,
		.label = "client",
		.tx_count = FUZZ_RING,
		.rx_count = FUZZ_RING,
		.buffer_size = FUZZ_BUFFER,
	};
	struct vhub_port_info info;
	struct vhub *v = NULL;
	int fds[2], ret;

	FUZZ_ASSERT(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
	fuzz_file = fds[1];
	ret = vhub_open(&v, FUZZ_HUB, &options);
	fuzz_turn();
	fuzz_file = -1;
	close(fds[1]);
	if (!ret) {
		FUZZ_ASSERT(vhub_fd(v) > STDERR_FILENO);
		fuzz_stream(v, fds[0]);
		vhub_info(v, &info);
	}
	vhub_close(v);
	close(fds[0]);
	return ret;
}

/* Events -------------------------------------------------------------------------*/

static void fuzz_ends(const char *text, size_t size)
{
	FUZZ_ASSERT(strnlen(text, size) < size);
}

static int fuzz_event(const struct vhub_event *event, void *data)
{
	switch (event->cmd) {
	case VHUB_CMD_HUB_NTF:
	case VHUB_CMD_HUB_DEL_NTF:
		fuzz_ends(event->hub.name, sizeof(event->hub.name));
		break;
	case VHUB_CMD_PORT_NTF:
	case VHUB_CMD_PORT_DEL_NTF:
		fuzz_ends(event->port.hub_name, sizeof(event->port.hub_name));
		break;
	default:
		fuzz_ends(event->fdb.hub_name, sizeof(event->fdb.hub_name));
	}
	++*(unsigned int *)data;
	return 0;
}

/* Whoever listens does so once, whatever the hub says that it is called. */
static int fuzz_take_listener(int before)
{
	int sk = accept(fuzz_events, NULL, NULL);
	char byte;

	if (sk < 0)
		return before;
	if (before >= 0) {
		FUZZ_ASSERT(!recv(before, &byte, 1, MSG_DONTWAIT));
		close(before);
	}
	return sk;
}

static int fuzz_next_event(struct vhub_nl *nl)
{
	unsigned int n = 0;
	int ret;

	do {
		ret = vhub_event_next(nl, false, fuzz_event, &n);
	} while (!ret);
	fuzz_turn();
	return ret;
}

/* Records are messages of the vhubd, and what it answers with if it is asked. */
static int fuzz_listen_to(void)
{
	struct vhub_nl nl = { 0 };
	int ret = vhub_event_open(&nl), sk;
	const uint8_t *data;
	size_t len;

	if (!ret)
		ret = vhub_event_open_fdb(&nl);
	fuzz_turn();
	sk = fuzz_take_listener(-1);
	while (!ret && (data = fuzz_record(&fuzz_in, &len))) {
		if (!len)
			continue;
		if (*data & FUZZ_TOUCH)
			FUZZ_ASSERT(!chmod(FUZZ_FOLDER, 0700));
		if (sk >= 0)
			send(sk, data + 1, len - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		ret = fuzz_next_event(&nl);
		sk = fuzz_take_listener(sk);
		if (ret == -EAGAIN)
			ret = 0;
	}
	vhub_nl_close(&nl);
	if (sk >= 0)
		close(sk);
	return ret;
}

/* Requests -----------------------------------------------------------------------*/

static int fuzz_list_links(struct vhub_nl *nl)
{
	struct vhub_link_info *links;
	size_t n;
	int ret = vhub_link_list(nl, FUZZ_HUB, &links, &n);

	free(links);
	return ret;
}

static int fuzz_list_fwds(struct vhub_nl *nl)
{
	struct vhub_fwd_info *fwds;
	size_t n;
	int ret = vhub_fwd_list(nl, FUZZ_HUB, 1, &fwds, &n);

	free(fwds);
	return ret;
}

static int fuzz_list_leases(struct vhub_nl *nl)
{
	struct vhub_lease_info *leases;
	size_t n;
	int ret = vhub_lease_list(nl, NULL, 0, &leases, &n);

	free(leases);
	return ret;
}

static int fuzz_list_conns(struct vhub_nl *nl)
{
	struct vhub_conn_info *conns;
	size_t n;
	int ret = vhub_conn_list(nl, FUZZ_HUB, 0, &conns, &n);

	free(conns);
	return ret;
}

static int fuzz_add_link(struct vhub_nl *nl)
{
	struct vhub_link_info link;

	return vhub_link_add(nl, FUZZ_HUB, "user", &link);
}

static int fuzz_add_fwd(struct vhub_nl *nl)
{
	const struct vhub_fwd_set set = {
		.kind = VHUBD_FWD_KIND_HOST,
		.text = "tcp::1-:2",
	};
	struct vhub_fwd_info fwd;

	return vhub_fwd_add(nl, FUZZ_HUB, &set, &fwd);
}

static int fuzz_list_hubs(struct vhub_nl *nl)
{
	struct vhub_hub_info *hubs;
	size_t n;
	int ret = vhub_hub_list(nl, &hubs, &n);

	if (!ret)
		free(hubs);
	return ret;
}

static int fuzz_list_ports(struct vhub_nl *nl)
{
	struct vhub_port_info *ports;
	size_t n;
	int ret = vhub_port_list(nl, FUZZ_HUB, &ports, &n);

	if (!ret)
		free(ports);
	return ret;
}

static int fuzz_list_fdbs(struct vhub_nl *nl)
{
	struct vhub_fdb_info *fdbs;
	size_t n;
	int ret = vhub_fdb_list(nl, NULL, &fdbs, &n);

	if (!ret)
		free(fdbs);
	return ret;
}

static int fuzz_get_hub(struct vhub_nl *nl)
{
	struct vhub_hub_info hub;

	return vhub_hub_get(nl, FUZZ_HUB, &hub);
}

static int (*const fuzz_calls[])(struct vhub_nl *nl) = {
	fuzz_list_links,
	fuzz_list_fwds,
	fuzz_list_leases,
	fuzz_list_conns,
	fuzz_add_link,
	fuzz_add_fwd,
	fuzz_list_hubs,
	fuzz_list_ports,
	fuzz_list_fdbs,
	fuzz_get_hub,
};

static void fuzz_check_sentence(const char *text)
{
	for (; *text; text++)
		FUZZ_ASSERT(!g_ascii_iscntrl(*text));
}

static int fuzz_call(unsigned int what)
{
	struct vhub_nl nl = { 0 };
	int ret = fuzz_calls[what % G_N_ELEMENTS(fuzz_calls)](&nl);
	char text[VHUB_SENTENCE_SIZE];

	fuzz_ends(nl.error, sizeof(nl.error));
	fuzz_check_sentence(nl.error);
	if (ret)
		vhub_explain_nl(&nl, ret, FUZZ_HUB, text);
	vhub_nl_close(&nl);
	return ret;
}

/* Of those with low numbers, as new ones have. */
static unsigned int fuzz_count_files(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 0; fd < FUZZ_FD_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int before = fuzz_count_files(), what;
	int ret;

	if (!size)
		return 0;
	fuzz_in.data = data + 1;
	fuzz_in.size = size - 1;
	fuzz_liar = *data & FUZZ_LIAR;
	what = *data & FUZZ_WHAT;
	if (!what)
		ret = fuzz_attach();
	else if (what == 1)
		ret = fuzz_listen_to();
	else
		ret = fuzz_call(what - 2);
	fuzz_turn();
	/* 0 or -errno, and no file stays open. */
	FUZZ_ASSERT(ret <= 0 && ret >= -4095);
	FUZZ_ASSERT(fuzz_count_files() == before);
	return 0;
}
