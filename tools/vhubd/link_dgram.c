// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - link by datagrams: UDP, multicast, unix sockets, an open file
 *
 * Multicast: to reach others on this machine, what we send has to be looped
 * back, and then we get it, too. QEMU and others send from the group's own port,
 * so their frames cannot be told from each other's; we send from a port of our
 * own, and drop what comes from there.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"
#include "link_dgram.h"

static const char *const dgram_options[] = {
	"id", "local.type", "local.host", "local.port", "local.ipv4",
	"local.ipv6", "local.numeric", "local.path", "local.str",
	"remote.type", "remote.host", "remote.port", "remote.ipv4",
	"remote.ipv6", "remote.numeric", "remote.path", NULL
};

/**
 * struct dgram_link - the link
 * @link: what all links have
 * @d: its port and sockets
 * @local: where we receive; with a group, the address of an interface
 * @remote: where to send
 * @to: its address
 * @from: address of @local, if a name is all that it has; NULL until it is found
 * @placed: the port is there
 * @finding: @remote or @local, which is looked up just now
 * @cancel: ends that, or is NULL
 */
struct dgram_link {
	struct link link;
	struct dgram d;
	struct endpoint local;
	struct endpoint remote;
	struct addr to;
	char *from;
	bool placed;
	const struct endpoint *finding;
	GCancellable *cancel;
};

static bool dgram_is_group(const struct addr *addr)
{
	const struct sockaddr_in *in = (const void *)&addr->ss;

	return in->sin_family == AF_INET &&
	       IN_MULTICAST(ntohl(in->sin_addr.s_addr));
}

/* Not a name; those take time. */
static bool dgram_numeric(const struct endpoint *ep, struct addr *addr)
{
	struct endpoint numeric = *ep;

	if (ep->type != ENDPOINT_INET || !ep->host)
		return false;
	numeric.numeric = true;
	return endpoint_addr(&numeric, SOCK_DGRAM, false, addr, NULL);
}

bool link_dgram_is_group(const struct endpoint *remote)
{
	struct addr addr;

	return dgram_numeric(remote, &addr) && dgram_is_group(&addr);
}

static void dgram_link_failed(struct dgram *d, int error)
{
	struct dgram_link *l = container_of(d, struct dgram_link, d);

	if (l->remote.type != ENDPOINT_NONE && !dgram_is_group(&l->to))
		dgram_unplug_out(d);
	else
		dgram_unplug(d);
	link_failed(&l->link, error ? strerror(error) :
				      "the other side has hung up");
}

static void dgram_link_heard(struct dgram *d)
{
	link_hurry(&container_of(d, struct dgram_link, d)->link);
}

/* An open file ---------------------------------------------------------------*/

static bool dgram_open_fd(struct dgram_link *l, GError **error)
{
	int fd = endpoint_take_fd(&l->local, error), ret;

	if (fd < 0)
		return false;
	ret = dgram_plug_in(&l->d, fd);
	if (!ret)
		ret = dgram_plug_out(&l->d, -1);
	if (ret) {
		opts_error(error, "file %d: %s", fd, strerror(-ret));
		return false;
	}
	link_works(&l->link, NULL);
	return true;
}

/* Unix sockets, UDP ----------------------------------------------------------*/

/* The socket that receives stays once it is there. */
static int dgram_bind(struct dgram_link *l, int family, GError **error)
{
	struct endpoint local = l->local;
	int fd, ret;

	if (l->d.in.fd >= 0)
		return 0;
	if (l->from)
		local.host = l->from;
	if (local.type == ENDPOINT_INET && !local.family)
		local.family = family;
	fd = endpoint_bind(&local, SOCK_DGRAM, error);
	if (fd < 0)
		return -1;
	ret = dgram_plug_in(&l->d, fd);
	if (ret)
		opts_error(error, "cannot receive: %s", strerror(-ret));
	return ret;
}

/* A socket of its own, connected: only such a one can be waited for until the
 * other side has room, and a connected one would hear nobody else.
 */
static int dgram_connect_unix(const struct addr *to)
{
	int sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (sk < 0)
		return -errno;
	if (!connect(sk, (const struct sockaddr *)&to->ss, to->len))
		return sk;
	err = -errno;
	close(sk);
	return err;
}

static int dgram_open_unix(struct dgram_link *l, GError **error)
{
	int sk;

	if (dgram_bind(l, AF_UNIX, error))
		return -1;
	sk = dgram_connect_unix(&l->to);
	if (sk < 0) {
		opts_error(error, "%s: %s", l->remote.path, strerror(-sk));
		return -1;
	}
	return dgram_plug_out(&l->d, sk);
}

static int dgram_open_udp(struct dgram_link *l, GError **error)
{
	if (dgram_bind(l, l->to.ss.ss_family, error))
		return -1;
	l->d.to = l->to;
	return dgram_plug_out(&l->d, -1);
}

/* Multicast ------------------------------------------------------------------*/

/* By name or address; without either, routes decide. */
static bool dgram_interface(const struct dgram_link *l, struct ip_mreqn *mreq)
{
	const struct sockaddr_in *group = (const void *)&l->to.ss;

	memset(mreq, 0, sizeof(*mreq));
	mreq->imr_multiaddr = group->sin_addr;
	if (!l->local.host)
		return true;
	mreq->imr_ifindex = if_nametoindex(l->local.host);
	return mreq->imr_ifindex ||
	       inet_pton(AF_INET, l->local.host, &mreq->imr_address) == 1;
}

static int dgram_set(int sk, int option, const void *value, socklen_t len)
{
	return setsockopt(sk, IPPROTO_IP, option, value, len) ? -errno : 0;
}

/* Where there is no route, as on a machine without network, the group is one of
 * this machine.
 */
static int dgram_join(struct dgram_link *l, int sk, struct ip_mreqn *mreq)
{
	int ret = dgram_set(sk, IP_ADD_MEMBERSHIP, mreq, sizeof(*mreq));

	if (ret != -ENODEV || l->local.host)
		return ret;
	mreq->imr_ifindex = if_nametoindex("lo");
	return dgram_set(sk, IP_ADD_MEMBERSHIP, mreq, sizeof(*mreq));
}

static int dgram_setup_in(struct dgram_link *l, int sk, struct ip_mreqn *mreq)
{
	int one = 1, zero = 0;

	if (setsockopt(sk, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(sk, (const struct sockaddr *)&l->to.ss, l->to.len))
		return -errno;
	dgram_set(sk, IP_MULTICAST_ALL, &zero, sizeof(zero));
	return dgram_join(l, sk, mreq);
}

static int dgram_setup_out(struct dgram_link *l, int sk,
			   const struct ip_mreqn *mreq)
{
	int ret = 0, one = 1;

	if (mreq->imr_ifindex || mreq->imr_address.s_addr)
		ret = dgram_set(sk, IP_MULTICAST_IF, mreq, sizeof(*mreq));
	if (!ret)
		ret = dgram_set(sk, IP_MULTICAST_LOOP, &one, sizeof(one));
	if (ret)
		return ret;
	l->d.own.len = sizeof(l->d.own.ss);
	if (connect(sk, (const struct sockaddr *)&l->to.ss, l->to.len) ||
	    getsockname(sk, (struct sockaddr *)&l->d.own.ss, &l->d.own.len))
		return -errno;
	return 0;
}

static int dgram_udp_socket(void)
{
	int sk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return sk < 0 ? -errno : sk;
}

static int dgram_open_group_in(struct dgram_link *l, struct ip_mreqn *mreq)
{
	int sk = dgram_udp_socket(), ret;

	if (sk < 0)
		return sk;
	ret = dgram_setup_in(l, sk, mreq);
	if (!ret)
		return dgram_plug_in(&l->d, sk);
	close(sk);
	return ret;
}

static int dgram_open_group_out(struct dgram_link *l,
				const struct ip_mreqn *mreq)
{
	int sk = dgram_udp_socket(), ret;

	if (sk < 0)
		return sk;
	ret = dgram_setup_out(l, sk, mreq);
	if (!ret)
		return dgram_plug_out(&l->d, sk);
	close(sk);
	return ret;
}

static int dgram_open_group(struct dgram_link *l, GError **error)
{
	struct ip_mreqn mreq;
	int ret;

	if (!dgram_interface(l, &mreq)) {
		opts_error(error, "\"%s\" is not an interface or its address",
			   l->local.host);
		return -1;
	}
	ret = dgram_open_group_in(l, &mreq);
	if (!ret)
		ret = dgram_open_group_out(l, &mreq);
	if (!ret)
		return 0;
	dgram_unplug(&l->d);
	opts_error(error, "cannot join the group: %s", strerror(-ret));
	return ret;
}

/* Names ----------------------------------------------------------------------*/

/* Addresses are known. */
static void dgram_link_go(struct dgram_link *l)
{
	GError *error = NULL;
	int ret;

	if (l->to.ss.ss_family == AF_UNIX)
		ret = dgram_open_unix(l, &error);
	else if (dgram_is_group(&l->to))
		ret = dgram_open_group(l, &error);
	else
		ret = dgram_open_udp(l, &error);
	if (!ret)
		link_works(&l->link, l->link.failed ? "works again" : NULL);
	else
		link_failed(&l->link, error ? error->message : strerror(-ret));
	g_clear_error(&error);
}

/* The first address of the right family; to be freed, or NULL. */
static char *dgram_choose(const struct endpoint *ep, int family,
			  const GList *list, struct addr *addr)
{
	struct endpoint found = *ep;

	if (!found.family)
		found.family = family;
	for (; list; list = list->next) {
		found.host = g_inet_address_to_string(list->data);
		if (dgram_numeric(&found, addr))
			return found.host;
		g_free(found.host);
	}
	return NULL;
}

/* Of the two ends, that which is looked up. */
static bool dgram_take_found(struct dgram_link *l, const GList *list,
			     GError **error)
{
	struct addr addr;
	char *host;

	if (l->finding == &l->remote) {
		host = dgram_choose(l->finding, AF_UNSPEC, list, &l->to);
		g_free(host);
	} else {
		host = dgram_choose(l->finding, l->to.ss.ss_family, list,
				    &addr);
		g_free(l->from);
		l->from = host;
	}
	if (!host)
		opts_error(error, "%s has no address of that kind",
			   l->finding->host);
	return host;
}

static void dgram_find_local(struct dgram_link *l);

static void dgram_found(GObject *source, GAsyncResult *result, gpointer data)
{
	struct dgram_link *l = data;
	GError *error = NULL;
	GList *list;

	list = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result,
						&error);
	/* Then there is no link any more, either. */
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		g_error_free(error);
		return;
	}
	g_clear_object(&l->cancel);
	if (!list || !dgram_take_found(l, list, &error))
		link_failed(&l->link, error->message);
	else if (l->finding == &l->remote)
		dgram_find_local(l);
	else
		dgram_link_go(l);
	g_clear_error(&error);
	g_resolver_free_addresses(list);
}

/* Others do not wait meanwhile. */
static void dgram_find(struct dgram_link *l, const struct endpoint *ep)
{
	GResolver *resolver = g_resolver_get_default();

	if (link_too_early(&l->link))
		return;
	l->finding = ep;
	l->cancel = g_cancellable_new();
	g_resolver_lookup_by_name_async(resolver, ep->host, l->cancel,
					dgram_found, l);
	g_object_unref(resolver);
}

/* Has it a name, and has that to be looked up? Not one of an interface. */
static bool dgram_local_is_name(const struct dgram_link *l)
{
	struct addr addr;

	return l->local.type == ENDPOINT_INET && l->local.host &&
	       l->d.in.fd < 0 && !dgram_is_group(&l->to) &&
	       !dgram_numeric(&l->local, &addr);
}

/* The other side's is known. */
static void dgram_find_local(struct dgram_link *l)
{
	if (dgram_local_is_name(l))
		dgram_find(l, &l->local);
	else
		dgram_link_go(l);
}

static bool dgram_link_open(struct link *link, GError **error)
{
	struct dgram_link *l = container_of(link, struct dgram_link, link);

	if (!l->placed &&
	    !dgram_open(&l->d, link, PORT_WIDE, NULL, error))
		return false;
	l->placed = true;
	l->d.failed = dgram_link_failed;
	l->d.heard = dgram_link_heard;
	if (l->remote.type == ENDPOINT_NONE)
		return dgram_open_fd(l, error);
	if (l->remote.type == ENDPOINT_UNIX)
		endpoint_addr(&l->remote, SOCK_DGRAM, false, &l->to, NULL);
	if (l->remote.type == ENDPOINT_UNIX ||
	    dgram_numeric(&l->remote, &l->to))
		dgram_find_local(l);
	else
		dgram_find(l, &l->remote);
	return true;
}

static void dgram_link_close(struct link *link)
{
	struct dgram_link *l = container_of(link, struct dgram_link, link);

	if (l->cancel) {
		g_cancellable_cancel(l->cancel);
		g_object_unref(l->cancel);
	}
	if (l->placed && l->d.in.fd >= 0 && l->local.type == ENDPOINT_UNIX &&
	    !l->local.abstract)
		unlink(l->local.path);
	if (l->placed)
		dgram_close(&l->d);
	g_free(l->from);
	endpoint_clear(&l->local);
	endpoint_clear(&l->remote);
}

/* That of a group is bound to the group's port. */
static void dgram_link_needs(const struct link *link, struct needs *needs)
{
	const struct dgram_link *l = container_of(link, struct dgram_link,
						  link);

	endpoint_needs_connect(&l->remote, needs);
	endpoint_needs_bind(&l->local, needs);
	if (link_dgram_is_group(&l->remote))
		endpoint_needs_bind(&l->remote, needs);
}

static const struct link_ops dgram_link_ops = {
	.open = dgram_link_open,
	.close = dgram_link_close,
	.needs = dgram_link_needs,
};

struct link *link_dgram_new(struct endpoint *local, struct endpoint *remote)
{
	struct dgram_link *l = g_new0(struct dgram_link, 1);
	struct addr own;

	/* Of several addresses of the other side one that we can send to. */
	if (!remote->family && dgram_numeric(local, &own))
		remote->family = own.ss.ss_family;
	l->link.ops = &dgram_link_ops;
	l->link.once = remote->type == ENDPOINT_NONE;
	l->local = *local;
	l->remote = *remote;
	memset(local, 0, sizeof(*local));
	memset(remote, 0, sizeof(*remote));
	return &l->link;
}

/* QEMU's -netdev dgram --------------------------------------------------------*/

static bool dgram_parse(struct opts *opts, struct endpoint *local,
			struct endpoint *remote, GError **error)
{
	if (opts_get(opts, "local.type") &&
	    !endpoint_parse(local, opts, "local", error))
		return false;
	/* A file knows where it sends to. */
	if (local->type == ENDPOINT_FD)
		return true;
	return endpoint_parse(remote, opts, "remote", error);
}

static bool dgram_check(const struct endpoint *local,
			const struct endpoint *remote, GError **error)
{
	if (local->type == ENDPOINT_FD)
		return true;
	if (remote->type == ENDPOINT_INET && !remote->host) {
		opts_error(error, "dgram: remote.host is missing");
		return false;
	}
	if (local->type == remote->type ||
	    (local->type == ENDPOINT_NONE && link_dgram_is_group(remote)))
		return true;
	if (local->type == ENDPOINT_NONE)
		opts_error(error, "dgram: local.type is missing");
	else
		opts_error(error, "dgram: local.type and remote.type are not the same");
	return false;
}

static struct link *dgram_create(struct opts *opts, GError **error)
{
	struct endpoint local = { 0 }, remote = { 0 };

	if (dgram_parse(opts, &local, &remote, error) &&
	    dgram_check(&local, &remote, error))
		return link_dgram_new(&local, &remote);
	endpoint_clear(&local);
	endpoint_clear(&remote);
	return NULL;
}

const struct link_kind link_dgram = {
	.name = "dgram",
	.options = dgram_options,
	.needs = NEEDS_INET | NEEDS_NAMES | NEEDS_OTHERS,
	.create = dgram_create,
};
