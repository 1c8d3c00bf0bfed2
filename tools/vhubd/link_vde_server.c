// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - link vde-server: what unmodified VDE clients take for a switch
 *
 * A client connects to DIR/ctl and says where its datagram socket is; the answer
 * is the name of one of ours in DIR, which is connected to that. Frames go there,
 * one in each datagram; the connection is silent from then on and ends with the
 * client. Numbers and addresses are in the byte order of the machine.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "acceptor.h"
#include "dgram.h"

#define VDE_MAGIC	0xfeedface
#define VDE_VERSION	3
#define VDE_REQUEST_MAX	256	/* bytes */
#define VDE_PORT0	1	/* the greatest number of a request */
#define VDE_HURRY	5	/* seconds for a client to say what it wants */
#define VDE_MODE	0600	/* of sockets, unless other is said */

static const char *const vde_server_options[] = {
	"id", "sock", "fd", "mode", "group", "clients", NULL
};

/* Requests; a description may follow. The older form has no version there, but
 * its type, which is 0 or 1.
 */
struct vde_request {
	uint32_t magic;
	uint32_t version;
	uint32_t type;
	struct sockaddr_un sock;
	char descr[];
} __attribute__((packed));

struct vde_request_old {
	uint32_t magic;
	uint32_t type;
	unsigned char addr[6];
	struct sockaddr_un sock;
	char descr[];
} __attribute__((packed));

/**
 * struct vde_server - the link
 * @link: what all links have
 * @dir: the folder
 * @ep: the socket in it, or one that listens there already
 * @ctl: the path of that
 * @made: we made the folder
 * @mode: of sockets
 * @group: owner of them, or -1
 * @acceptor: the socket that listens, and its clients
 */
struct vde_server {
	struct link link;
	char *dir;
	struct endpoint ep;
	char *ctl;
	bool made;
	uint64_t mode;
	gid_t group;
	struct acceptor acceptor;
};

/**
 * struct vde_client - a client
 * @server: whose it is
 * @node: in the list of these
 * @control: its connection
 * @d: its port and socket
 * @placed: the port is there
 * @path: of our socket
 * @timer: GLib's number of the end of our patience, or 0
 */
struct vde_client {
	struct vde_server *server;
	GList node;
	struct loop_file control;
	struct dgram d;
	bool placed;
	char *path;
	guint timer;
};

static void vde_client_free(struct vde_client *client)
{
	if (client->timer)
		g_source_remove(client->timer);
	if (client->placed) {
		g_info("%s: port %u %s: gone", client->server->link.text,
		       client->d.port.number, client->d.port.label);
		dgram_close(&client->d);
	}
	if (client->path)
		unlink(client->path);
	g_free(client->path);
	loop_del(client->server->link.hub->loop, &client->control);
	close(client->control.fd);
	g_queue_unlink(&client->server->acceptor.clients, &client->node);
	g_free(client);
}

static void vde_client_failed(struct dgram *d, int error)
{
	(void)error;
	vde_client_free(container_of(d, struct vde_client, d));
}

static gboolean vde_client_late(gpointer data)
{
	struct vde_client *client = data;

	client->timer = 0;
	vde_client_free(client);
	return G_SOURCE_REMOVE;
}

/* A request -------------------------------------------------------------------*/

/**
 * struct vde_wish - what a client wants
 * @sock: its socket
 * @descr: what it says of itself
 */
struct vde_wish {
	struct sockaddr_un sock;
	char descr[VDE_REQUEST_MAX];
};

/* Returns whether it is a request; @n bytes are there, and a NUL. */
static bool vde_parse_old(struct vde_wish *wish, const char *buf, size_t n)
{
	const struct vde_request_old *request = (const void *)buf;

	if (n < sizeof(*request) || request->type > VDE_PORT0)
		return false;
	wish->sock = request->sock;
	strcpy(wish->descr, request->descr);
	return true;
}

static bool vde_parse(struct vde_wish *wish, const char *buf, size_t n)
{
	const struct vde_request *request = (const void *)buf;

	if (n < sizeof(*request) || request->magic != VDE_MAGIC)
		return false;
	if (request->version <= VDE_PORT0)
		return vde_parse_old(wish, buf, n);
	/* Above its low byte the type has a port's number; here are none. */
	if (request->version != VDE_VERSION ||
	    (request->type & 0xff) > VDE_PORT0)
		return false;
	wish->sock = request->sock;
	strcpy(wish->descr, request->descr);
	return true;
}

/* Is that socket the client's own? We must not be made to send to others. */
static bool vde_is_owner(const struct vde_wish *wish, uid_t uid)
{
	char path[sizeof(wish->sock.sun_path) + 1] = { 0 };
	struct stat st;

	if (wish->sock.sun_family != AF_UNIX)
		return false;
	if (!wish->sock.sun_path[0] || !uid)
		return true;
	memcpy(path, wish->sock.sun_path, sizeof(wish->sock.sun_path));
	return !stat(path, &st) && S_ISSOCK(st.st_mode) && st.st_uid == uid;
}

static uid_t vde_client_uid(const struct vde_client *client)
{
	struct ucred cred = { .uid = -1 };
	socklen_t len = sizeof(cred);

	getsockopt(client->control.fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	return cred.uid;
}

/* Who runs as another user has to get at our socket. */
static int vde_set_owner(const struct vde_client *client, uid_t uid)
{
	const struct vde_server *vs = client->server;
	mode_t mode = vs->mode;

	if (geteuid() == 0 && uid) {
		mode &= 0700;
		if (chown(client->path, uid, -1))
			return -errno;
	} else if (vs->group != (gid_t)-1 &&
		   chown(client->path, -1, vs->group)) {
		return -errno;
	}
	return chmod(client->path, mode) ? -errno : 0;
}

/* Our socket, bound and connected; sets client->path. Returns it or -errno. */
static int vde_socket(struct vde_client *client, const struct vde_wish *wish,
		      struct sockaddr_un *name)
{
	int sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (sk < 0)
		return -errno;
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	client->path = g_strdup_printf("%s/%03u.%d", client->server->dir,
				       client->d.port.number, sk);
	g_strlcpy(name->sun_path, client->path, sizeof(name->sun_path));
	unlink(client->path);
	if (!connect(sk, (const struct sockaddr *)&wish->sock,
		     sizeof(wish->sock)) &&
	    !bind(sk, (const struct sockaddr *)name, sizeof(*name)))
		return sk;
	err = -errno;
	close(sk);
	return err;
}

static int vde_answer(const struct vde_client *client,
		      const struct sockaddr_un *name)
{
	ssize_t ret = send(client->control.fd, name, sizeof(*name),
			   MSG_NOSIGNAL | MSG_DONTWAIT);

	return ret == sizeof(*name) ? 0 : -EPIPE;
}

/* Plugs the client's port in. Return 0 or -errno. */
static int vde_client_plug(struct vde_client *client,
			   const struct vde_wish *wish, uid_t uid)
{
	struct sockaddr_un name;
	int sk = vde_socket(client, wish, &name), ret;

	if (sk < 0)
		return sk;
	ret = dgram_plug_in(&client->d, sk);
	if (!ret)
		ret = vde_set_owner(client, uid);
	if (!ret)
		ret = vde_answer(client, &name);
	return ret ? : dgram_plug_out(&client->d, -1);
}

static bool vde_client_place(struct vde_client *client,
			     const struct vde_wish *wish, GError **error)
{
	char *label = g_strdup_printf("vde %s", wish->descr);
	struct vde_server *vs = client->server;

	client->placed = dgram_open(&client->d, &vs->link,
				    link_size(vs->acceptor.clients.length), label,
				    error);
	client->d.failed = vde_client_failed;
	client->d.port.client = true;
	if (client->placed)
		port_set_user(&client->d.port, client->control.fd);
	g_free(label);
	return client->placed;
}

/* Returns whether the client is a port from now on. */
static bool vde_client_accept(struct vde_client *client,
			      const struct vde_wish *wish)
{
	uid_t uid = vde_client_uid(client);
	GError *error = NULL;
	int ret;

	if (!vde_is_owner(wish, uid)) {
		acceptor_refuse(&client->server->acceptor, "its socket is not its own");
		return false;
	}
	if (!vde_client_place(client, wish, &error)) {
		acceptor_refuse(&client->server->acceptor, error->message);
		g_error_free(error);
		return false;
	}
	ret = vde_client_plug(client, wish, uid);
	if (ret) {
		acceptor_refuse(&client->server->acceptor, strerror(-ret));
		return false;
	}
	acceptor_took(&client->server->acceptor);
	g_source_remove(client->timer);
	client->timer = 0;
	g_info("%s: port %u %s: connected", client->server->link.text,
	       client->d.port.number, client->d.port.label);
	return true;
}

/* A request is one write of the client's, so one read has all of it. */
static void vde_client_ready(struct loop_file *file, uint32_t events)
{
	struct vde_client *client = container_of(file, struct vde_client,
						 control);
	char buf[VDE_REQUEST_MAX + 1];
	struct vde_wish wish;
	ssize_t n = recv(file->fd, buf, VDE_REQUEST_MAX, MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf[n] = '\0';
	/* Whatever else a client says later, it is not for us. */
	if (n > 0 && client->placed)
		return;
	/* What it sent before it went is not lost. */
	if (client->placed)
		dgram_receive(&client->d);
	if (n <= 0 || !vde_parse(&wish, buf, n) ||
	    !vde_client_accept(client, &wish))
		vde_client_free(client);
}

/* Clients that come ------------------------------------------------------------*/

static void vde_server_take(struct acceptor *a, int fd,
			    const struct addr *addr)
{
	struct vde_client *client = g_new0(struct vde_client, 1);

	(void)addr;
	client->server = container_of(a, struct vde_server, acceptor);
	client->node.data = client;
	client->control.fd = fd;
	client->control.ready = vde_client_ready;
	g_queue_push_tail_link(&a->clients, &client->node);
	client->timer = g_timeout_add_seconds(VDE_HURRY, vde_client_late,
					      client);
	if (loop_add(a->link->hub->loop, &client->control, EPOLLIN))
		vde_client_free(client);
}

/* The folder -------------------------------------------------------------------*/

/* Who may connect may also look into the folder. */
static mode_t vde_dir_mode(mode_t mode)
{
	return 0700 | (mode & 0070 ? 0070 : 0) | (mode & 0007 ? 0007 : 0);
}

static int vde_own(const struct vde_server *vs, const char *path, mode_t mode)
{
	if (vs->group != (gid_t)-1 && chown(path, -1, vs->group))
		return -errno;
	return chmod(path, mode) ? -errno : 0;
}

int vde_server_own(struct link *link, mode_t mode, uid_t owner, gid_t group)
{
	struct vde_server *vs = container_of(link, struct vde_server, link);

	vs->mode = mode;
	vs->group = group;
	if (chown(vs->dir, owner, group) || chown(vs->ctl, owner, group) ||
	    chmod(vs->dir, vde_dir_mode(mode)) || chmod(vs->ctl, mode))
		return -errno;
	return 0;
}

static bool vde_make_dir(struct vde_server *vs, GError **error)
{
	int ret = mkdir(vs->dir, 0700) ? -errno : 0;

	vs->made = !ret;
	if (!ret)
		ret = vde_own(vs, vs->dir, vde_dir_mode(vs->mode));
	if (!ret || ret == -EEXIST)
		return true;
	opts_error(error, "cannot make folder %s: %s", vs->dir,
		   strerror(-ret));
	return false;
}

/* Ports' sockets of one that was killed: ctl is ours, so it is no more. */
static void vde_clean_dir(const struct vde_server *vs)
{
	GDir *dir = g_dir_open(vs->dir, 0, NULL);
	unsigned int number, fd;
	const char *name;
	char *path;
	int len;

	while (dir && (name = g_dir_read_name(dir))) {
		if (sscanf(name, "%3u.%u%n", &number, &fd, &len) != 2 ||
		    name[len])
			continue;
		path = g_build_filename(vs->dir, name, NULL);
		unlink(path);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
}

static bool vde_server_open(struct link *link, GError **error)
{
	struct vde_server *vs = container_of(link, struct vde_server, link);
	int fd, ret;

	if (!vde_make_dir(vs, error))
		return false;
	fd = endpoint_listen(&vs->ep, error);
	if (fd < 0)
		return false;
	vde_clean_dir(vs);
	ret = acceptor_open(&vs->acceptor, fd);
	if (!ret && vs->ep.type == ENDPOINT_UNIX)
		ret = vde_own(vs, vs->ctl, vs->mode);
	if (!ret) {
		link_works(link, NULL);
		return true;
	}
	opts_error(error, "cannot serve at %s: %s", vs->ctl, strerror(-ret));
	return false;
}

static void vde_server_close(struct link *link)
{
	struct vde_server *vs = container_of(link, struct vde_server, link);
	GQueue *clients = &vs->acceptor.clients;

	while (clients->head)
		vde_client_free(clients->head->data);
	if (acceptor_close(&vs->acceptor) && vs->ep.type == ENDPOINT_UNIX)
		unlink(vs->ctl);
	if (vs->made)
		rmdir(vs->dir);
	endpoint_clear(&vs->ep);
	g_free(vs->ctl);
	g_free(vs->dir);
}

/* Each client has a socket of ours in the folder, and one of its own. */
static void vde_server_needs(const struct link *link, struct needs *needs)
{
	const struct vde_server *vs = container_of(link, struct vde_server,
						   link);

	needs->bits |= NEEDS_OTHERS | NEEDS_OWNERS;
	needs_path(needs, vs->dir, NEEDS_LIST | NEEDS_MAKE | NEEDS_REMOVE);
	needs_parent(needs, vs->dir, NEEDS_REMOVE_DIR);
}

static const struct link_ops vde_server_ops = {
	.open = vde_server_open,
	.close = vde_server_close,
	.needs = vde_server_needs,
};

/* Words ------------------------------------------------------------------------*/

static bool vde_parse_group(struct vde_server *vs, struct opts *opts,
			    GError **error)
{
	const char *text = opts_get(opts, "group");
	const struct group *gr = text ? getgrnam(text) : NULL;
	uint64_t gid;

	vs->group = gr ? gr->gr_gid : (gid_t)-1;
	if (!text || gr)
		return true;
	if (!opts_number(opts, NULL, "group", G_MAXINT, &gid, NULL)) {
		opts_error(error, "vde-server: no group \"%s\"", text);
		return false;
	}
	vs->group = gid;
	return true;
}

static bool vde_parse_sock(struct vde_server *vs, struct opts *opts,
			   GError **error)
{
	const char *dir = opts_get(opts, "sock");
	/* Room for the name of a port's socket. */
	size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - 24;

	if (!dir || !*dir || strlen(dir) > room) {
		opts_error(error, "vde-server: sock has to be a folder's name of up to %zu bytes",
			   room);
		return false;
	}
	vs->dir = g_strdup(dir);
	vs->ctl = g_strdup_printf("%s/ctl", dir);
	return true;
}

static bool vde_parse_ep(struct vde_server *vs, struct opts *opts,
			 GError **error)
{
	const char *fd = opts_get(opts, "fd");

	vs->ep.type = fd ? ENDPOINT_FD : ENDPOINT_UNIX;
	if (!fd)
		vs->ep.path = g_strdup(vs->ctl);
	else
		vs->ep.fd = link_fd(opts, fd, error);
	return !fd || vs->ep.fd >= 0;
}

static struct link *vde_server_create(struct opts *opts, GError **error)
{
	struct vde_server *vs = g_new0(struct vde_server, 1);

	vs->link.ops = &vde_server_ops;
	acceptor_init(&vs->acceptor, &vs->link, vde_server_take);
	vs->mode = VDE_MODE;
	if (vde_parse_sock(vs, opts, error) &&
	    vde_parse_ep(vs, opts, error) &&
	    vde_parse_group(vs, opts, error) &&
	    opts_number(opts, NULL, "mode", 0777, &vs->mode, error) &&
	    opts_number(opts, NULL, "clients", HUB_PORTS_MAX,
			&vs->acceptor.max, error))
		return &vs->link;
	link_free(&vs->link);
	return NULL;
}

const struct link_kind link_vde_server = {
	.name = "vde-server",
	.options = vde_server_options,
	.needs = NEEDS_OTHERS | NEEDS_OWNERS,
	.create = vde_server_create,
};
