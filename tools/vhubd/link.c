// SPDX-License-Identifier: GPL-2.0
/* vhubd - links: what all kinds of them have in common */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../libvhub/netlink.h"
#include "inherit.h"
#include "link.h"

/* Seconds between two tries. */
#define LINK_PAUSE_MAX		60

/* Seconds that a link has to work before a pause is short again. */
#define LINK_STEADY		10

/* Clients of a link whose ports have rings. */
#define LINK_WIDE		16

static const struct link_kind *const link_kinds[] = {
	&link_socket, &link_stream, &link_dgram, &link_l2tpv3, &link_vde,
	&link_vde_server, &link_tap, &link_user, NULL
};

static const struct link_kind *link_kind(const char *name, GError **error)
{
	const struct link_kind *const *kind;
	GString *names = g_string_new(NULL);

	for (kind = link_kinds; *kind && strcmp((*kind)->name, name); kind++)
		g_string_append_printf(names, "%s%s", names->len ? ", " : "",
				       (*kind)->name);
	if (!*kind)
		opts_error(error, "no kind of link \"%s\"; there are: %s", name,
			   names->str);
	g_string_free(names, TRUE);
	return *kind;
}

static struct link *link_create_opts(struct opts *opts, GError **error)
{
	const struct link_kind *kind = link_kind(opts->kind, error);
	const char *name;
	struct link *link;

	if (!kind || !opts_known(opts, kind->options, error))
		return NULL;
	/* QEMU's name of a network. */
	name = opts_get(opts, "id");
	link = kind->create(opts, error);
	if (!link)
		return NULL;
	link->kind = kind;
	link->name = g_strdup(name);
	if (opts_end(opts, error))
		return link;
	link_free(link);
	return NULL;
}

struct link *link_create(struct hub *hub, const char *text, GError **error)
{
	struct opts *opts = opts_parse(text, error);
	struct link *link;

	if (!opts)
		return NULL;
	link = link_create_opts(opts, error);
	opts_free(opts);
	if (!link)
		return NULL;
	link->hub = hub;
	link->text = g_strdup(text);
	if (!link->pause_first)
		link->pause_first = 1;
	return link;
}

bool link_open(struct link *link, GError **error)
{
	return link->ops->open(link, error);
}

void link_free(struct link *link)
{
	if (link->timer)
		g_source_remove(link->timer);
	link->ops->close(link);
	g_free(link->text);
	g_free(link->name);
	g_free(link->why);
	g_free(link);
}

void link_needs(const struct link *link, struct needs *needs)
{
	if (link->ops->needs)
		link->ops->needs(link, needs);
}

void link_needs_open(const struct link *link, struct needs *needs)
{
	if (link->ops->needs_open)
		link->ops->needs_open(link, needs);
}

bool link_kind_needs(const char *name, unsigned int *bits, GError **error)
{
	const struct link_kind *kind = link_kind(name, error);

	if (!kind)
		return false;
	*bits |= kind->needs;
	return true;
}

void link_say_more(struct link *link)
{
	if (link->ops->say)
		link->ops->say(link);
}

void link_say(const struct link *link, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	g_message("%s: %s", link->text, text);
	g_free(text);
}

static gboolean link_retry(gpointer data)
{
	struct link *link = data;
	GError *error = NULL;

	link->timer = 0;
	if (!link_open(link, &error)) {
		link_say(link, "%s; it is given up", error->message);
		link->works = false;
		g_free(link->why);
		link->why = g_strdup(error->message);
		g_error_free(error);
	}
	return G_SOURCE_REMOVE;
}

/* That is when the main loop runs. */
bool link_too_early(struct link *link)
{
	if (!link->hub->settled && !link->timer)
		link->timer = g_idle_add(link_retry, link);
	return !link->hub->settled;
}

static bool link_was_steady(const struct link *link)
{
	return link->works && g_get_monotonic_time() - link->since >=
			      LINK_STEADY * G_USEC_PER_SEC;
}

static void link_plan(struct link *link)
{
	if (!link->pause || link_was_steady(link))
		link->pause = link->pause_first;
	g_info("%s: next try in %u s", link->text, link->pause);
	if (!link->timer)
		link->timer = g_timeout_add_seconds(link->pause, link_retry,
						    link);
	link->pause = MAX(link->pause_first,
			  MIN(2 * link->pause, LINK_PAUSE_MAX));
}

void link_works(struct link *link, const char *how)
{
	if (link->works)
		return;
	link->works = true;
	link->failed = false;
	g_free(link->why);
	link->why = NULL;
	link->since = g_get_monotonic_time();
	if (how)
		link_say(link, "%s", how);
}

void link_failed(struct link *link, const char *why)
{
	if (!link->failed)
		link_say(link, "%s; %s", why,
			 link->once ? "it is given up" : "trying again");
	link->failed = true;
	g_free(link->why);
	link->why = g_strdup(why);
	if (!link->once)
		link_plan(link);
	link->works = false;
}

void link_hurry(struct link *link)
{
	if (!link->timer)
		return;
	g_source_remove(link->timer);
	link->pause = link->pause_first;
	link_retry(link);
}

bool link_port(struct link *link, struct port *port,
	       const struct port_ops *ops, enum port_size size,
	       const char *label, GError **error)
{
	char text[VHUB_SENTENCE_SIZE];
	int ret;

	port->link = link;
	port->kind = link->own ? VHUB_PORT_KIND_FD : VHUB_PORT_KIND_LINK;
	ret = port_open(port, link->hub, ops, size, label ? : link->text);
	if (!ret)
		return true;
	vhub_explain_attach(ret, link->hub->name, text);
	opts_error(error, "%s", text);
	return false;
}

enum port_size link_size(unsigned int n)
{
	return n <= LINK_WIDE ? PORT_WIDE : PORT_NARROW;
}

/* By name or number; -1 for neither. */
static long link_fd_parse(const char *text)
{
	long fd;
	char *end;

	if (!g_ascii_isdigit(*text))
		return inherit_find(text);
	errno = 0;
	fd = strtol(text, &end, 10);
	return errno || *end || fd > G_MAXINT ? -1 : fd;
}

int link_fd(const struct opts *opts, const char *text, GError **error)
{
	long fd = link_fd_parse(text);
	int flags;

	if (fd < 0 && !inherit_ended()) {
		opts_error(error, "%s: no file that is left has the number or name \"%s\"",
			   opts->kind, text);
		return -1;
	}
	if (inherit_ended()) {
		opts_error(error, "%s: files are handed over only when vhubd starts",
			   opts->kind);
		return -1;
	}
	/* What has this flag already is our own, or another link's. */
	flags = fcntl(fd, F_GETFD);
	if (fd <= STDERR_FILENO || flags < 0 || flags & FD_CLOEXEC ||
	    fcntl(fd, F_SETFD, flags | FD_CLOEXEC)) {
		opts_error(error, "%s: there is no open file %ld", opts->kind,
			   fd);
		return -1;
	}
	return fd;
}
