// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - libslirp, a network stack in this process, in our loop
 *
 * libslirp says before each wait which files it wants to hear of, all of them. What
 * they are is in the epoll set; it is told of a change only when a file is ready
 * for what nobody wants any more, or is wanted for more than the set knows. So a
 * connection that moves bytes costs no more system calls than these.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "opts.h"
#include "stack.h"

/* Texts of libslirp that are said no more than once. */
#define STACK_TEXTS	16

#define STACK_NS_PER_US	1000
#define STACK_US_PER_MS	1000

/**
 * struct stack_file - a file of libslirp
 * @file: it
 * @stack: whose it is
 * @wanted: EPOLL* that libslirp waits for
 * @known: EPOLL* that the epoll set waits for; 0 if the file is not in it
 * @ready: EPOLL* that have come
 */
struct stack_file {
	struct loop_file file;
	struct stack *stack;
	uint32_t wanted;
	uint32_t known;
	uint32_t ready;
};

/**
 * struct stack_timer - the timer
 * @source: what GLib knows of
 * @stack: whose it is
 * @due: in microseconds
 */
struct stack_timer {
	GSource source;
	struct stack *stack;
	gint64 due;
};

/**
 * struct stack_event - a timer that libslirp makes
 * @run: its function
 * @data: for that
 * @stack: whose it is
 * @id: GLib's number, or 0
 */
struct stack_event {
	SlirpTimerCb run;
	void *data;
	struct stack *stack;
	guint id;
};

static const struct {
	uint32_t epoll;
	int slirp;
} stack_events[] = {
	{ EPOLLIN, SLIRP_POLL_IN },
	{ EPOLLOUT, SLIRP_POLL_OUT },
	{ EPOLLPRI, SLIRP_POLL_PRI },
	{ EPOLLERR, SLIRP_POLL_ERR },
	{ EPOLLHUP, SLIRP_POLL_HUP },
};

static uint32_t stack_to_epoll(int events)
{
	uint32_t bits = 0;
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(stack_events); i++)
		if (events & stack_events[i].slirp)
			bits |= stack_events[i].epoll;
	return bits;
}

static int stack_from_epoll(uint32_t events)
{
	unsigned int i;
	int bits = 0;

	for (i = 0; i < G_N_ELEMENTS(stack_events); i++)
		if (events & stack_events[i].epoll)
			bits |= stack_events[i].slirp;
	return bits;
}

/* Is it new? So it is not after so many others. */
static bool stack_log_first(const char *text)
{
	static char *said[STACK_TEXTS];
	unsigned int i;

	for (i = 0; i < STACK_TEXTS && said[i]; i++)
		if (!strcmp(said[i], text))
			return false;
	if (i == STACK_TEXTS)
		return false;
	said[i] = g_strdup(text);
	return true;
}

/* What is said by a library, at the behest of guests. */
static void stack_log(const gchar *domain, GLogLevelFlags level,
		      const gchar *text, gpointer data)
{
	char *line = g_strdup_printf("libslirp: %s", text);

	(void)domain;
	(void)level;
	(void)data;
	log_handled(stack_log_first(text) ? G_LOG_LEVEL_WARNING :
					    G_LOG_LEVEL_INFO, line);
	g_free(line);
}

static struct stack_file *stack_find(const struct stack *stack, int fd)
{
	if (fd < 0 || (guint)fd >= stack->files->len)
		return NULL;
	return g_ptr_array_index(stack->files, fd);
}

static void stack_set(struct stack_file *f, uint32_t events)
{
	struct loop *loop = f->stack->loop;
	int ret = 0;

	if (!events)
		loop_del(loop, &f->file);
	else if (f->known)
		ret = loop_mod(loop, &f->file, events);
	/* It was closed, and this is another one. */
	if (events && (!f->known || ret == -ENOENT))
		ret = loop_add(loop, &f->file, events);
	f->known = ret ? 0 : events;
}

static void stack_ready(struct loop_file *file, uint32_t events)
{
	struct stack_file *f = container_of(file, struct stack_file, file);

	if (!(events & f->wanted)) {
		stack_set(f, f->wanted);
		return;
	}
	f->ready |= events & f->wanted;
	loop_soon(f->stack->loop, &f->stack->work);
}

/* libslirp lets but one client wait for a forward. */
static void stack_widen(int fd)
{
	socklen_t len = sizeof(int);
	int listens = 0;

	if (!getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) &&
	    listens)
		listen(fd, SOMAXCONN);
}

static struct stack_file *stack_file(struct stack *stack, int fd)
{
	struct stack_file *f = stack_find(stack, fd);

	if (f)
		return f;
	stack_widen(fd);
	f = g_new0(struct stack_file, 1);
	f->file.fd = fd;
	f->file.ready = stack_ready;
	f->stack = stack;
	if ((guint)fd >= stack->files->len)
		g_ptr_array_set_size(stack->files, fd + 1);
	g_ptr_array_index(stack->files, fd) = f;
	return f;
}

static void stack_forget(struct stack *stack, int fd)
{
	struct stack_file *f = stack_find(stack, fd);

	if (!f)
		return;
	if (f->known)
		loop_del(stack->loop, &f->file);
	g_ptr_array_index(stack->files, fd) = NULL;
	g_free(f);
}

/* libslirp's number for a file that it waits for: ours is the file's. */
static int stack_want(int fd, int events, void *opaque)
{
	struct stack_file *f = stack_file(opaque, fd);

	f->wanted = stack_to_epoll(events);
	if (f->wanted & ~f->known)
		stack_set(f, f->wanted);
	return fd;
}

static int stack_revents(int fd, void *opaque)
{
	const struct stack_file *f = stack_find(opaque, fd);

	return f ? stack_from_epoll(f->ready) : 0;
}

static void stack_reset(const struct stack *stack)
{
	struct stack_file *f;
	guint i;

	for (i = 0; i < stack->files->len; i++) {
		f = g_ptr_array_index(stack->files, i);
		if (!f)
			continue;
		f->wanted = 0;
		f->ready = 0;
	}
}

/* Before a wait. */
static void stack_fill(struct stack *stack)
{
	struct stack_timer *timer = (struct stack_timer *)stack->timer;
	uint32_t timeout = UINT32_MAX;

	stack_reset(stack);
	slirp_pollfds_fill(stack->slirp, &timeout, stack_want, stack);
	timer->due = timeout == UINT32_MAX ? G_MAXINT64 :
		     g_get_monotonic_time() + timeout * STACK_US_PER_MS;
}

static void stack_work(struct loop_work *work)
{
	struct stack *stack = container_of(work, struct stack, work);

	slirp_pollfds_poll(stack->slirp, 0, stack_revents, stack);
	stack_fill(stack);
	stack->settled(stack);
}

static gboolean stack_prepare(GSource *source, gint *timeout)
{
	gint64 left = ((struct stack_timer *)source)->due -
		      g_get_monotonic_time();

	*timeout = left > G_MAXINT ? -1 :
		   MAX(0, (left + STACK_US_PER_MS - 1) / STACK_US_PER_MS);
	return left <= 0;
}

static gboolean stack_check(GSource *source)
{
	return ((struct stack_timer *)source)->due <= g_get_monotonic_time();
}

static gboolean stack_dispatch(GSource *source, GSourceFunc callback,
			       gpointer data)
{
	struct stack *stack = ((struct stack_timer *)source)->stack;

	(void)callback;
	(void)data;
	loop_cancel(stack->loop, &stack->work);
	stack_work(&stack->work);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs stack_timer_funcs = {
	.prepare = stack_prepare,
	.check = stack_check,
	.dispatch = stack_dispatch,
};

static ssize_t stack_send(const void *buf, size_t len, void *opaque)
{
	struct stack *stack = opaque;

	stack->output(stack, buf, len);
	return len;
}

static void stack_guest_error(const char *text, void *opaque)
{
	(void)opaque;
	g_info("libslirp: %s", text);
}

static int64_t stack_clock(void *opaque)
{
	(void)opaque;
	return g_get_monotonic_time() * STACK_NS_PER_US;
}

static void *stack_event_new(SlirpTimerCb run, void *data, void *opaque)
{
	struct stack_event *event = g_new0(struct stack_event, 1);

	event->run = run;
	event->data = data;
	event->stack = opaque;
	return event;
}

static void stack_event_stop(struct stack_event *event)
{
	if (event->id)
		g_source_remove(event->id);
	event->id = 0;
}

static void stack_event_free(void *timer, void *opaque)
{
	(void)opaque;
	stack_event_stop(timer);
	g_free(timer);
}

static gboolean stack_event_run(gpointer data)
{
	struct stack_event *event = data;

	event->id = 0;
	event->run(event->data);
	loop_soon(event->stack->loop, &event->stack->work);
	return G_SOURCE_REMOVE;
}

/* In milliseconds of stack_clock(). */
static void stack_event_mod(void *timer, int64_t when, void *opaque)
{
	gint64 left = when - g_get_monotonic_time() / STACK_US_PER_MS;
	struct stack_event *event = timer;

	(void)opaque;
	stack_event_stop(event);
	event->id = g_timeout_add(CLAMP(left, 0, G_MAXINT), stack_event_run,
				  event);
}

/* Files are looked at when they are wanted. */
static void stack_register(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void stack_unregister(int fd, void *opaque)
{
	stack_forget(opaque, fd);
}

static void stack_notify(void *opaque)
{
	struct stack *stack = opaque;

	loop_soon(stack->loop, &stack->work);
}

static const SlirpCb stack_callbacks = {
	.send_packet = stack_send,
	.guest_error = stack_guest_error,
	.clock_get_ns = stack_clock,
	.timer_new = stack_event_new,
	.timer_free = stack_event_free,
	.timer_mod = stack_event_mod,
	.register_poll_fd = stack_register,
	.unregister_poll_fd = stack_unregister,
	.notify = stack_notify,
};

static void stack_open_timer(struct stack *stack)
{
	struct stack_timer *timer;

	stack->timer = g_source_new(&stack_timer_funcs, sizeof(*timer));
	timer = (struct stack_timer *)stack->timer;
	timer->stack = stack;
	timer->due = G_MAXINT64;
	g_source_attach(stack->timer, NULL);
}

/* DHCP is ours, see dhcp.h. */
static Slirp *stack_new(struct stack *stack, const struct user_config *c)
{
	const SlirpConfig config = {
		.version = 4,
		.restricted = c->restricted,
		.in_enabled = c->ipv4,
		.vnetwork = c->net,
		.vnetmask = c->mask,
		.vhost = c->host,
		.in6_enabled = c->ipv6,
		.vprefix_addr6 = c->prefix6,
		.vprefix_len = c->prefix6_len,
		.vhost6 = c->host6,
		.vhostname = c->hostname,
		.tftp_server_name = c->tftp_server_name,
		.tftp_path = c->tftp,
		.bootfile = c->bootfile,
		.vdhcp_start = c->dhcp,
		.vnameserver = c->dns,
		.vnameserver6 = c->dns6,
		.vdnssearch = c->dnssearch && *c->dnssearch ?
			      (const char **)c->dnssearch : NULL,
		.vdomainname = c->domainname,
		.disable_dhcp = true,
	};

	return slirp_new(&config, &stack_callbacks, stack);
}

bool stack_open(struct stack *stack, struct loop *loop,
		const struct user_config *config, GError **error)
{
	stack->loop = loop;
	stack->work.run = stack_work;
	stack->files = g_ptr_array_new();
	g_log_set_handler("Slirp", G_LOG_LEVEL_MASK, stack_log, NULL);
	stack_open_timer(stack);
	stack->slirp = stack_new(stack, config);
	if (!stack->slirp) {
		opts_error(error, "user: libslirp %s takes no such stack",
			   slirp_version_string());
		return false;
	}
	loop_soon(loop, &stack->work);
	return true;
}

void stack_close(struct stack *stack)
{
	guint i;

	if (!stack->loop)
		return;
	if (stack->slirp)
		slirp_cleanup(stack->slirp);
	for (i = 0; i < stack->files->len; i++)
		stack_forget(stack, i);
	g_ptr_array_free(stack->files, TRUE);
	loop_cancel(stack->loop, &stack->work);
	g_source_destroy(stack->timer);
	g_source_unref(stack->timer);
	memset(stack, 0, sizeof(*stack));
}

void stack_input(struct stack *stack, const void *frame, size_t len)
{
	slirp_input(stack->slirp, frame, len);
	loop_soon(stack->loop, &stack->work);
}

static socklen_t stack_addr_len(const union forward_addr *addr)
{
	return addr->family == AF_INET ? sizeof(addr->v4) : sizeof(addr->v6);
}

static int stack_flags(const struct forward *f)
{
	return (f->udp ? SLIRP_HOSTFWD_UDP : 0) |
	       (f->host.family == AF_INET6 ? SLIRP_HOSTFWD_V6ONLY : 0);
}

/* libslirp's table -------------------------------------------------------------*/

/* What a line says: files that listen for a forward are in it, too. */
struct stack_row {
	struct stack_conn conn;
	int fd;
	bool listens;
};

/* The socket's own end, or the other one. */
static bool stack_end(int fd, bool own, union forward_addr *addr)
{
	socklen_t len = sizeof(*addr);
	int ret;

	memset(addr, 0, sizeof(*addr));
	ret = own ? getsockname(fd, &addr->sa, &len) :
		    getpeername(fd, &addr->sa, &len);
	return !ret && (addr->family == AF_INET || addr->family == AF_INET6);
}

/* "*" is any address. */
static bool stack_addr(union forward_addr *addr, const char *host,
		       const char *port)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = AF_INET;
	addr->v4.sin_port = htons(strtoul(port, NULL, 10));
	return !strcmp(host, "*") ||
	       inet_pton(AF_INET, host, &addr->v4.sin_addr) == 1;
}

/* Protocol and state, file, and the addresses on the guest's network, of IPv4 only;
 * what it waits to send.
 */
static bool stack_row(const char *line, struct stack_row *row)
{
	char src[20], dst[20], sport[8], dport[8];
	struct stack_conn *c = &row->conn;

	memset(row, 0, sizeof(*row));
	if (sscanf(line, " %7[A-Z][%23[^]]] %d %19s %7s %19s %7s %u %u",
		   c->protocol, c->state, &row->fd, src, sport, dst, dport,
		   &c->out, &c->in) != 9)
		return false;
	row->listens = !strcmp(c->state, "HOST_FORWARD");
	c->has_hub = stack_addr(&c->src, src, sport) &&
		     stack_addr(&c->dst, dst, dport);
	return true;
}

/* What only the file tells: who is on the other side, and whether it is of IPv6. */
static void stack_row_ask_file(struct stack_row *row)
{
	struct stack_conn *c = &row->conn;
	int domain = AF_INET;
	socklen_t len = sizeof(domain);

	getsockopt(row->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	c->has_hub = c->has_hub && domain != AF_INET6;
	c->has_local = stack_end(row->fd, true, &c->local);
	c->has_remote = stack_end(row->fd, false, &c->remote);
}

/* Of struct stack_row. The table's first line says what is in the others. */
static GArray *stack_rows(const struct stack *stack)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct stack_row));
	char *table = slirp_connection_info(stack->slirp);
	char **lines = g_strsplit(table, "\n", -1), **line;
	struct stack_row row;

	for (line = lines[0] ? lines + 1 : lines; *line; line++)
		if (stack_row(*line, &row))
			g_array_append_val(rows, row);
	g_strfreev(lines);
	g_free(table);
	return rows;
}

GArray *stack_connections(const struct stack *stack)
{
	GArray *conns = g_array_new(FALSE, FALSE, sizeof(struct stack_conn));
	GArray *rows = stack_rows(stack);
	struct stack_row *row;
	guint i;

	for (i = 0; i < rows->len; i++) {
		row = &g_array_index(rows, struct stack_row, i);
		if (row->listens)
			continue;
		stack_row_ask_file(row);
		g_array_append_val(conns, row->conn);
	}
	g_array_free(rows, TRUE);
	return conns;
}

/* Forwards ---------------------------------------------------------------------*/

static int stack_forward_guest(struct stack *stack, const struct forward *f)
{
	struct in_addr addr = f->guest.v4.sin_addr;
	int port = ntohs(f->guest.v4.sin_port), ret;

	ret = f->path ? slirp_add_unix(stack->slirp, f->path, &addr, port) :
			slirp_add_exec(stack->slirp, f->command, &addr, port);
	return ret ? -EADDRINUSE : 0;
}

/* libslirp leaves errno of the call that failed, but for some failures none. */
static int stack_forward_host(struct stack *stack, const struct forward *f)
{
	errno = 0;
	if (!slirp_add_hostxfwd(stack->slirp, &f->host.sa,
				stack_addr_len(&f->host), &f->guest.sa,
				stack_addr_len(&f->guest), stack_flags(f)))
		return 0;
	return errno ? -errno : -EIO;
}

static bool stack_has_fd(const GArray *rows, int fd)
{
	guint i;

	for (i = 0; i < rows->len; i++)
		if (g_array_index(rows, struct stack_row, i).fd == fd)
			return true;
	return false;
}

/* libslirp does not say which port it got: the one whose file is new. */
static int stack_forward_any(struct stack *stack, struct forward *f)
{
	GArray *before = stack_rows(stack), *after;
	int ret = stack_forward_host(stack, f);
	struct stack_row *row;
	guint i;

	after = stack_rows(stack);
	for (i = 0; !ret && i < after->len; i++) {
		row = &g_array_index(after, struct stack_row, i);
		if (!row->listens || stack_has_fd(before, row->fd))
			continue;
		stack_row_ask_file(row);
		f->host.v4.sin_port = row->conn.local.v4.sin_port;
	}
	g_array_free(before, TRUE);
	g_array_free(after, TRUE);
	return ret;
}

int stack_forward(struct stack *stack, struct forward *f)
{
	loop_soon(stack->loop, &stack->work);
	if (!f->to_guest)
		return stack_forward_guest(stack, f);
	return f->host.v4.sin_port ? stack_forward_host(stack, f) :
				     stack_forward_any(stack, f);
}

int stack_unforward(struct stack *stack, const struct forward *f)
{
	int ret;

	loop_soon(stack->loop, &stack->work);
	if (f->to_guest)
		ret = slirp_remove_hostxfwd(stack->slirp, &f->host.sa,
					    stack_addr_len(&f->host),
					    stack_flags(f));
	else
		ret = slirp_remove_guestfwd(stack->slirp,
					    f->guest.v4.sin_addr,
					    ntohs(f->guest.v4.sin_port));
	return ret ? -ENOENT : 0;
}
