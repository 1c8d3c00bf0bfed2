// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - link vde: a plug in whatever libvdeplug knows
 *
 * vde_open() may take its time, as it speaks with a switch, or starts ssh: it runs
 * in a thread of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <libvdeplug.h>

#include "packet.h"

static const char *const vde_options[] = {
	"id", "sock", "port", "group", "mode", NULL
};

struct vde;

/**
 * struct vde_job - one call of vde_open()
 * @vde: for whom, or NULL when the link is gone; the main thread's
 * @sock: its arguments
 * @descr: likewise
 * @group: likewise
 * @args: likewise
 * @conn: its result, or NULL
 * @error: and errno
 */
struct vde_job {
	struct vde *vde;
	char *sock;
	char *descr;
	char *group;
	struct vde_open_args args;
	VDECONN *conn;
	int error;
};

/**
 * struct vde - the link
 * @link: what all links have
 * @packet: its port and connection
 * @control: the connection's other file, which ends with the switch
 * @conn: the connection, or NULL
 * @job: the call that is under way, or NULL
 * @sock: where to
 * @group: owner of our end
 * @mode: and its mode
 * @number: of the switch's port
 * @placed: the port is there
 */
struct vde {
	struct link link;
	struct packet packet;
	struct loop_file control;
	VDECONN *conn;
	struct vde_job *job;
	char *sock;
	char *group;
	uint64_t mode;
	uint64_t number;
	bool placed;
};

static ssize_t vde_packet_recv(struct packet *p, void *buf, size_t len)
{
	struct vde *vde = container_of(p, struct vde, packet);
	ssize_t ret = vde_recv(vde->conn, buf, len, 0);

	/* 0 is no frame; what it is depends on the plugin. */
	if (!ret)
		return -EAGAIN;
	return ret < 0 ? -errno : ret;
}

static int vde_packet_send(struct packet *p, const void *frame, size_t len)
{
	struct vde *vde = container_of(p, struct vde, packet);

	return vde_send(vde->conn, frame, len, 0) < 0 ? -errno : 0;
}

static void vde_unplug(struct vde *vde)
{
	packet_unplug(&vde->packet);
	if (vde->control.fd >= 0)
		loop_del(vde->link.hub->loop, &vde->control);
	vde->control.fd = -1;
	if (vde->conn)
		vde_close(vde->conn);
	vde->conn = NULL;
}

static void vde_packet_failed(struct packet *p, int error)
{
	struct vde *vde = container_of(p, struct vde, packet);

	vde_unplug(vde);
	link_failed(&vde->link, strerror(error));
}

static void vde_control_ready(struct loop_file *file, uint32_t events)
{
	struct vde *vde = container_of(file, struct vde, control);

	(void)events;
	vde_unplug(vde);
	link_failed(&vde->link, "the switch has hung up");
}

static int vde_plug(struct vde *vde)
{
	int fd = vde_datafd(vde->conn), ret;

	if (fd < 0)
		return -EINVAL;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	ret = packet_plug(&vde->packet, fd);
	if (ret)
		return ret;
	/* Not all plugins have one. */
	vde->control.fd = vde_ctlfd(vde->conn);
	if (vde->control.fd < 0 || vde->control.fd == fd ||
	    loop_add(vde->link.hub->loop, &vde->control, EPOLLIN))
		vde->control.fd = -1;
	return 0;
}

/* The call that was under way is done. */
static void vde_use(struct vde *vde, const struct vde_job *job)
{
	int ret = job->error;

	vde->job = NULL;
	vde->conn = job->conn;
	if (vde->conn)
		ret = -vde_plug(vde);
	if (vde->conn && !ret) {
		link_works(&vde->link, "connected");
		return;
	}
	vde_unplug(vde);
	/* libvdeplug does not always say why. */
	link_failed(&vde->link, ret ? strerror(ret) : "no connection");
}

static void vde_job_done(GObject *source, GAsyncResult *result, gpointer data)
{
	struct vde_job *job = data;

	(void)source;
	(void)result;
	if (job->vde)
		vde_use(job->vde, job);
	else if (job->conn)
		vde_close(job->conn);
	g_free(job->sock);
	g_free(job->descr);
	g_free(job->group);
	g_free(job);
}

static void vde_job_run(GTask *task, gpointer source, gpointer data,
			GCancellable *cancel)
{
	struct vde_job *job = data;

	(void)source;
	(void)cancel;
	errno = 0;
	job->conn = vde_open(job->sock, job->descr, &job->args);
	job->error = errno;
	g_task_return_boolean(task, TRUE);
}

static void vde_start(struct vde *vde)
{
	struct vde_job *job = g_new0(struct vde_job, 1);
	GTask *task = g_task_new(NULL, NULL, vde_job_done, job);

	job->vde = vde;
	job->sock = g_strdup(vde->sock);
	job->descr = g_strdup_printf("vhubd %s", vde->link.hub->name);
	job->group = g_strdup(vde->group);
	job->args.port = vde->number;
	job->args.group = job->group;
	job->args.mode = vde->mode;
	vde->job = job;
	g_task_set_task_data(task, job, NULL);
	g_task_run_in_thread(task, vde_job_run);
	g_object_unref(task);
}

static bool vde_link_open(struct link *link, GError **error)
{
	struct vde *vde = container_of(link, struct vde, link);

	if (!vde->placed && !packet_open(&vde->packet, link, error))
		return false;
	vde->placed = true;
	vde->packet.recv = vde_packet_recv;
	vde->packet.send = vde_packet_send;
	vde->packet.failed = vde_packet_failed;
	if (!link_too_early(link))
		vde_start(vde);
	return true;
}

static void vde_link_close(struct link *link)
{
	struct vde *vde = container_of(link, struct vde, link);

	if (vde->job)
		vde->job->vde = NULL;
	if (vde->placed) {
		vde_unplug(vde);
		packet_close(&vde->packet);
	}
	g_free(vde->sock);
	g_free(vde->group);
}

/* Ours is beside the switch's, or else where all may have one. */
static void vde_needs_switch(const char *sock, struct needs *needs)
{
	needs->bits |= NEEDS_OTHERS;
	needs_path(needs, sock, NEEDS_LIST | NEEDS_MAKE | NEEDS_REMOVE);
	needs_parent(needs, sock, NEEDS_MAKE | NEEDS_REMOVE);
	needs_path(needs, "/var/run", NEEDS_MAKE | NEEDS_REMOVE);
	needs_path(needs, "/var/tmp", NEEDS_MAKE | NEEDS_REMOVE);
}

/* libvdeplug loads a plugin for each kind of address. Most of them can be nested in
 * others, or start something.
 */
static void vde_needs(const struct link *link, struct needs *needs)
{
	static const char *const ip[] = { "udp", "vxlan", "vxvde", NULL };
	const struct vde *vde = container_of(link, struct vde, link);
	const char *sock = vde->sock ? : "", *end = strstr(sock, "://");
	char *kind = end ? g_strndup(sock, end - sock) : g_strdup("vde");

	needs->bits |= NEEDS_LIBRARIES;
	if (*sock && !strcmp(kind, "vde"))
		vde_needs_switch(end ? end + 3 : sock, needs);
	else if (g_strv_contains(ip, kind))
		needs->bits |= NEEDS_INET | NEEDS_NAMES;
	else
		needs->bits |= NEEDS_PROGRAMS;
	if (g_getenv("VDEPLUGIN_PATH"))
		needs_path(needs, g_getenv("VDEPLUGIN_PATH"), NEEDS_READ);
	g_free(kind);
}

static const struct link_ops vde_ops = {
	.open = vde_link_open,
	.close = vde_link_close,
	.needs = vde_needs,
};

/* Without sock, libvdeplug looks where switches usually are. */
static struct link *vde_create(struct opts *opts, GError **error)
{
	struct vde *vde = g_new0(struct vde, 1);

	vde->link.ops = &vde_ops;
	vde->control.fd = -1;
	vde->control.ready = vde_control_ready;
	vde->mode = 0700;
	if (!opts_number(opts, NULL, "port", G_MAXINT, &vde->number, error) ||
	    !opts_number(opts, NULL, "mode", 07777, &vde->mode, error)) {
		link_free(&vde->link);
		return NULL;
	}
	vde->sock = g_strdup(opts_get(opts, "sock"));
	vde->group = g_strdup(opts_get(opts, "group"));
	return &vde->link;
}

const struct link_kind link_vde = {
	.name = "vde",
	.options = vde_options,
	.needs = NEEDS_LIBRARIES | NEEDS_INET | NEEDS_NAMES | NEEDS_OTHERS,
	.create = vde_create,
};
