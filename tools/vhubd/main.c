// SPDX-License-Identifier: GPL-2.0
/* vhubd - links from a hub to sockets and switches; and the hub, if need be */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#include "../libvhub/netlink.h"
#include "background.h"
#include "folder.h"
#include "hub.h"
#include "hub_watch.h"
#include "inherit.h"
#include "links.h"
#include "log.h"
#include "opts.h"
#include "privilege.h"
#include "relay.h"
#include "sandbox.h"
#include "signals.h"

#define MAIN_SUMMARY \
	"Carries a hub to sockets and switches. A LINK is written as QEMU writes it\n" \
	"after -netdev: socket,listen=:8010 and the like, see \"man vhubd\"."

/* A sanitizer writes its report into a file, and looks for leaks by ptrace(). */
#ifdef __SANITIZE_ADDRESS__
#define MAIN_OPEN	TRUE
#else
#define MAIN_OPEN	FALSE
#endif

enum main_exit {
	MAIN_OK,
	MAIN_REFUSED,
	MAIN_USAGE,
};

/**
 * struct vhubd - the process
 * @hub: the hub
 * @watch: whether it is still there, if it is the kernel's
 * @links: its links
 * @allow: what links may need that are added later, or NULL
 * @folder: by which others find it, if it is our own
 * @main: GLib's main loop
 * @signals: that end it, or have it say something
 * @words: HUB and LINKs
 * @kernel: it has to be the kernel's hub
 * @user: it has to be our own
 * @verbose: say more
 * @mode: of the folder's sockets
 * @group: of these
 * @learn: our own hub is to be in mode switch
 * @ageing: its ageing time in seconds, as given, or NULL
 * @max_addresses: how many it keeps
 * @version: say which version, and end
 * @open: do without the sandbox
 * @end: end with the last client that asks
 * @relay: only carry a connection on to there, see relay.h
 * @daemon: go to the background
 * @fds: files that we were handed over
 * @run_as: who to be when all is set up, or NULL
 * @pid_file: where our number is to be, or NULL
 * @pid_file_made: it is
 * @privilege: of @run_as
 * @ready_fd: file to write to when all is set up, or -1
 * @parent_fd: of background_begin(), or -1
 */
struct vhubd {
	struct hub hub;
	struct hub_watch watch;
	struct links links;
	char **allow;
	struct folder folder;
	GMainLoop *main;
	struct signals signals;
	char **words;
	gboolean kernel;
	gboolean user;
	gboolean verbose;
	char *mode;
	char *group;
	gboolean learn;
	char *ageing;
	gint max_addresses;
	gboolean version;
	gboolean open;
	gboolean end;
	char *relay;
	gboolean daemon;
	char **fds;
	char *run_as;
	char *pid_file;
	bool pid_file_made;
	struct privilege privilege;
	gint ready_fd;
	int parent_fd;
};

static int main_fail(int status, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static int main_fail(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("vhubd: ", stderr);
	vfprintf(stderr, fmt, ap);
	putc('\n', stderr);
	va_end(ap);
	return status;
}

static int main_parse(struct vhubd *vhubd, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{ "kernel", 'k', 0, G_OPTION_ARG_NONE, &vhubd->kernel,
		  "the hub has to be the kernel's", NULL },
		{ "user", 'u', 0, G_OPTION_ARG_NONE, &vhubd->user,
		  "be the hub, even if the kernel has one", NULL },
		{ "mode", 'm', 0, G_OPTION_ARG_STRING, &vhubd->mode,
		  "who may attach to our own hub, 0660 if not given", "MODE" },
		{ "group", 'g', 0, G_OPTION_ARG_STRING, &vhubd->group,
		  "group of our own hub", "GROUP" },
		{ "switch", 's', 0, G_OPTION_ARG_NONE, &vhubd->learn,
		  "have our own hub learn where addresses are", NULL },
		{ "ageing", 0, 0, G_OPTION_ARG_STRING, &vhubd->ageing,
		  "for how long, 300 if not given", "SECONDS" },
		{ "max-addresses", 0, 0, G_OPTION_ARG_INT,
		  &vhubd->max_addresses, "and how many, 16384 if not given",
		  "N" },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &vhubd->verbose,
		  "say when clients come and go", NULL },
		{ "daemon", 'D', 0, G_OPTION_ARG_NONE, &vhubd->daemon,
		  "go to the background when all is set up", NULL },
		{ "pid-file", 'p', 0, G_OPTION_ARG_FILENAME, &vhubd->pid_file,
		  "write the number of the process there", "FILE" },
		{ "run-as", 0, 0, G_OPTION_ARG_STRING, &vhubd->run_as,
		  "be that user when all is set up", "USER[:GROUP]" },
		{ "fd", 0, 0, G_OPTION_ARG_STRING_ARRAY, &vhubd->fds,
		  "a client that is connected, or a file that links know by name",
		  "FD[=NAME]" },
		{ "end", 0, 0, G_OPTION_ARG_NONE, &vhubd->end,
		  "end with the last client of our own hub's netlink socket",
		  NULL },
		{ "allow", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &vhubd->allow,
		  "keep what links of that kind, or files below DIR, need to be added later",
		  "KIND|DIR" },
		{ "no-sandbox", 0, 0, G_OPTION_ARG_NONE, &vhubd->open,
		  "let all files and system calls be", NULL },
		{ "ready-fd", 0, 0, G_OPTION_ARG_INT, &vhubd->ready_fd,
		  "write a newline there when all is set up", "FD" },
		{ "relay", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
		  &vhubd->relay, NULL, NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &vhubd->version,
		  "say which version this is", NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY,
		  &vhubd->words, NULL, NULL },
		G_OPTION_ENTRY_NULL
	};
	GOptionContext *context = g_option_context_new("HUB [LINK...]");
	GError *error = NULL;
	int ret = MAIN_OK;

	g_option_context_set_summary(context, MAIN_SUMMARY);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		ret = main_fail(MAIN_USAGE, "%s", error->message);
		g_error_free(error);
	}
	g_option_context_free(context);
	return ret;
}

static int main_check(const struct vhubd *vhubd)
{
	const char *fault;

	if (!vhubd->words || !vhubd->words[0])
		return main_fail(MAIN_USAGE,
				 "the name of a hub is missing, see \"vhubd --help\"");
	fault = vhub_hub_name_fault(vhubd->words[0]);
	if (fault)
		return main_fail(MAIN_USAGE,
				 "\"%s\" cannot name a hub: it %s",
				 vhubd->words[0], fault);
	if (vhubd->kernel && vhubd->user)
		return main_fail(MAIN_USAGE,
				 "--kernel and --user contradict each other");
	if (vhubd->end && !vhubd->user)
		return main_fail(MAIN_USAGE, "--end is for --user only");
	if (!vhubd->words[1] && vhubd->kernel)
		return main_fail(MAIN_USAGE,
				 "there is no link, see \"vhubd --help\"");
	return MAIN_OK;
}

/* Of mode switch. */
static int main_check_switch(struct vhubd *vhubd)
{
	struct fdb *fdb = &vhubd->hub.fdb;
	int max = vhubd->max_addresses;

	if (!vhubd->learn && (vhubd->ageing || max != FDB_MAX))
		return main_fail(MAIN_USAGE,
				 "--ageing and --max-addresses belong to --switch");
	if (vhubd->learn && vhubd->kernel)
		return main_fail(MAIN_USAGE,
				 "--kernel and --switch contradict each other: see \"vhub hub set\"");
	if (vhubd->ageing &&
	    !opts_seconds(vhubd->ageing, VHUB_AGEING_MAX, &fdb->ageing_ms))
		return main_fail(MAIN_USAGE,
				 "--ageing: \"%s\" is not a number of seconds up to %d",
				 vhubd->ageing, VHUB_AGEING_MAX / 1000);
	if (max < 1 || max > VHUB_ADDRESSES_MAX)
		return main_fail(MAIN_USAGE,
				 "--max-addresses: %d is not from 1 to %d", max,
				 VHUB_ADDRESSES_MAX);
	fdb->max = max;
	if (vhubd->learn)
		hub_set_mode(&vhubd->hub, VHUB_HUB_MODE_SWITCH);
	return MAIN_OK;
}

/* A client is a link like others. */
static void main_add_client(struct vhubd *vhubd, const char *fd)
{
	guint n = g_strv_length(vhubd->words);

	vhubd->words = g_renew(char *, vhubd->words, n + 2);
	vhubd->words[n] = g_strdup_printf("socket,fd=%s", fd);
	vhubd->words[n + 1] = NULL;
}

static int main_inherit(struct vhubd *vhubd)
{
	GError *error = NULL;
	bool good = inherit_systemd(&error);
	char **fd;

	for (fd = vhubd->fds; good && fd && *fd; fd++) {
		if (strchr(*fd, '='))
			good = inherit_add(*fd, &error);
		else if (vhubd->words)
			main_add_client(vhubd, *fd);
	}
	if (good)
		return MAIN_OK;
	main_fail(MAIN_USAGE, "%s", error->message);
	g_error_free(error);
	return MAIN_USAGE;
}

/* What somebody handed over for nothing is a mistake. */
static int main_check_inherited(void)
{
	const char *name = inherit_left();

	return !name ? MAIN_OK :
	       main_fail(MAIN_USAGE, "nobody wants the file that was handed over as \"%s\"",
			 name);
}

static int main_check_user(struct vhubd *vhubd)
{
	GError *error = NULL;
	int ret;

	if (!vhubd->run_as ||
	    privilege_parse(&vhubd->privilege, vhubd->run_as, &error))
		return MAIN_OK;
	ret = main_fail(MAIN_USAGE, "%s", error->message);
	g_error_free(error);
	return ret;
}

/* The kernel's hub, or else our own. */
static int main_choose_hub(struct vhubd *vhubd)
{
	char text[VHUB_SENTENCE_SIZE];
	int ret;

	vhubd->hub.ops = &hub_user;
	if (vhubd->user)
		return MAIN_OK;
	ret = hub_kernel_try(vhubd->hub.name);
	if (!ret && !vhubd->words[1])
		return main_fail(MAIN_USAGE, "hub \"%s\" is the kernel's, and there is no link, see \"vhubd --help\"",
				 vhubd->hub.name);
	if (!ret) {
		vhubd->hub.ops = &hub_kernel;
		if (vhubd->learn)
			g_message("the hub is the kernel's, of which --switch changes nothing: see \"vhub hub set\"");
		return MAIN_OK;
	}
	vhub_explain_attach(ret, vhubd->hub.name, text);
	if (vhubd->kernel)
		return main_fail(MAIN_REFUSED, "%s", text);
	g_message("%s: this process is the hub", text);
	return MAIN_OK;
}

/* Links work without, as long as the hub does. */
static void main_watch_hub(struct vhubd *vhubd)
{
	int ret = 0;

	if (vhubd->hub.ops == &hub_kernel)
		ret = hub_watch_open(&vhubd->watch, &vhubd->hub);
	if (ret)
		g_warning("should the hub go, nobody will tell us: %s",
			  strerror(-ret));
}

static int main_parse_folder(struct vhubd *vhubd)
{
	GError *error = NULL;

	if (folder_parse(&vhubd->folder, vhubd->mode, vhubd->group, &error))
		return MAIN_OK;
	main_fail(MAIN_USAGE, "%s", error->message);
	g_error_free(error);
	return MAIN_USAGE;
}

/* Who has no place for folders knows. */
static void main_say_hidden(const GError *error)
{
	bool expected = g_error_matches(error, G_IO_ERROR,
					G_IO_ERROR_NOT_FOUND);

	g_log(NULL, expected ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_MESSAGE,
	      "%s: its links cannot be shown or changed", error->message);
}

/* Links are good for something even if nobody can find the hub. */
static int main_open_folder(struct vhubd *vhubd)
{
	GError *error = NULL;
	int ret = MAIN_OK;

	if (folder_open(&vhubd->folder, &vhubd->hub, &error))
		return MAIN_OK;
	/* With --end there has to be something by which clients come, and go. */
	if (vhubd->hub.ops == &hub_kernel)
		main_say_hidden(error);
	else if (!vhubd->words[1] || vhubd->end ||
		 g_error_matches(error, G_IO_ERROR, G_IO_ERROR_EXISTS))
		ret = main_fail(MAIN_REFUSED, "%s", error->message);
	else
		g_message("%s: it is for its links only", error->message);
	g_error_free(error);
	folder_close(&vhubd->folder);
	return ret;
}

static int main_create_links(struct vhubd *vhubd)
{
	GError *error = NULL;
	char **text;

	for (text = vhubd->words + 1; *text; text++) {
		if (links_create(&vhubd->links, *text, &error))
			continue;
		main_fail(MAIN_USAGE, "%s", error->message);
		g_error_free(error);
		return MAIN_USAGE;
	}
	return MAIN_OK;
}

static int main_open_links(struct vhubd *vhubd)
{
	const GPtrArray *list = vhubd->links.list;
	GError *error = NULL;
	struct link *link;
	guint i;

	for (i = 0; i < list->len; i++) {
		link = g_ptr_array_index(list, i);
		if (link_open(link, &error))
			continue;
		main_fail(MAIN_REFUSED, "%s: %s", link->text, error->message);
		g_error_free(error);
		return MAIN_REFUSED;
	}
	return MAIN_OK;
}

static void main_say(struct vhubd *vhubd)
{
	const GPtrArray *list = vhubd->links.list;
	guint i;

	hub_say(&vhubd->hub);
	for (i = 0; i < list->len; i++)
		link_say_more(g_ptr_array_index(list, i));
}

static void main_signal(struct signals *s, int number)
{
	struct vhubd *vhubd = container_of(s, struct vhubd, signals);

	if (number == SIGUSR1)
		main_say(vhubd);
	else
		g_main_loop_quit(vhubd->main);
}

static void main_stop_hub(struct hub *hub)
{
	struct vhubd *vhubd = container_of(hub, struct vhubd, hub);

	g_main_loop_quit(vhubd->main);
}

static int main_open_signals(struct vhubd *vhubd)
{
	int ret = signals_open(&vhubd->signals, vhubd->hub.loop, main_signal);

	if (ret)
		return main_fail(MAIN_REFUSED, "cannot wait for signals: %s",
				 strerror(-ret));
	signals_add(SIGTERM);
	signals_add(SIGINT);
	signals_add(SIGUSR1);
	return MAIN_OK;
}

/* Each client is a file or several. */
static void main_raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Who is woken by a frame does not push its sender off the processor: so there are
 * more frames for us by the time we run, and all of them cost little more than
 * one. Where a processor is idle, nothing waits.
 */
static void main_batch(void)
{
	const struct sched_param param = { .sched_priority = 0 };

	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &param);
}

/* Nobody is to have us write elsewhere, by a link. */
static int main_write_pid(struct vhubd *vhubd)
{
	const char *name = vhubd->pid_file;
	struct stat st;
	int fd, ret;

	if (!name)
		return MAIN_OK;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	/* Neither is anything but a file ours to remove. */
	vhubd->pid_file_made = fd >= 0 && !fstat(fd, &st) &&
			       S_ISREG(st.st_mode);
	ret = fd < 0 ? -1 : dprintf(fd, "%d\n", (int)getpid());
	if (ret < 0)
		main_fail(MAIN_REFUSED, "--pid-file: %s: %s", name,
			  strerror(errno));
	if (fd >= 0)
		close(fd);
	return ret < 0 ? MAIN_REFUSED : MAIN_OK;
}

/* Of all that is open. */
static void main_needs(const struct vhubd *vhubd, struct needs *needs)
{
	const GPtrArray *list = vhubd->links.list;
	guint i;

	for (i = 0; i < list->len; i++)
		link_needs(g_ptr_array_index(list, i), needs);
	folder_needs(&vhubd->folder, needs);
	if (vhubd->hub.ops == &hub_kernel)
		hub_kernel_needs(vhubd->hub.name, needs);
	if (vhubd->pid_file)
		needs_parent(needs, vhubd->pid_file, NEEDS_REMOVE);
}

static int main_allow(struct vhubd *vhubd)
{
	struct needs *needs = &vhubd->links.granted;
	GError *error = NULL;
	char **allow;

	for (allow = vhubd->allow; allow && *allow; allow++) {
		if (links_allow(*allow, needs, &error))
			continue;
		main_fail(MAIN_USAGE, "--allow: %s", error->message);
		g_error_free(error);
		return MAIN_USAGE;
	}
	return MAIN_OK;
}

static int main_drop(struct vhubd *vhubd, const struct needs *needs)
{
	int ret = 0;

	if (vhubd->run_as && !geteuid())
		ret = folder_give(&vhubd->folder, vhubd->privilege.uid,
				  vhubd->privilege.gid);
	if (!ret)
		ret = privilege_drop(&vhubd->privilege, needs);
	if (!ret)
		return MAIN_OK;
	if (vhubd->run_as)
		return main_fail(MAIN_REFUSED, "--run-as: cannot be %s: %s",
				 vhubd->run_as, strerror(-ret));
	return main_fail(MAIN_REFUSED, "cannot give up capabilities: %s",
			 strerror(-ret));
}

static int main_shut(const struct vhubd *vhubd, const struct needs *needs)
{
	int ret = vhubd->open ? 0 : sandbox_enter(needs);

	return !ret ? MAIN_OK :
	       main_fail(MAIN_REFUSED, "cannot enter the sandbox, see --no-sandbox: %s",
			 strerror(-ret));
}

/* Give up what is not needed any more. */
static int main_give_up(struct vhubd *vhubd)
{
	struct needs *needs = &vhubd->links.granted;
	int ret;

	main_needs(vhubd, needs);
	ret = main_drop(vhubd, needs);
	if (!ret)
		ret = main_shut(vhubd, needs);
	vhubd->links.shut = !vhubd->open;
	vhubd->hub.settled = !ret;
	inherit_end();
	return ret;
}

static int main_detach(struct vhubd *vhubd)
{
	int ret;

	if (vhubd->parent_fd < 0)
		return MAIN_OK;
	ret = background_ready(vhubd->parent_fd);
	if (ret)
		return main_fail(MAIN_REFUSED, "--daemon: %s", strerror(-ret));
	log_detach();
	return MAIN_OK;
}

static void main_ready(const struct vhubd *vhubd)
{
	int ret = background_notify("READY=1");

	if (ret)
		g_warning("NOTIFY_SOCKET: %s", strerror(-ret));
	if (vhubd->ready_fd < 0)
		return;
	if (write(vhubd->ready_fd, "\n", 1) != 1)
		g_warning("--ready-fd: %s", strerror(errno));
	close(vhubd->ready_fd);
}

/* All links are open: what is left to do before we are ready. */
static int main_settle(struct vhubd *vhubd)
{
	int ret = main_write_pid(vhubd);

	if (!ret)
		ret = main_give_up(vhubd);
	if (!ret)
		ret = main_detach(vhubd);
	return ret;
}

static int main_run(struct vhubd *vhubd)
{
	int ret = main_parse_folder(vhubd);

	if (!ret)
		ret = main_allow(vhubd);
	if (!ret)
		ret = main_create_links(vhubd);
	if (!ret)
		ret = main_choose_hub(vhubd);
	/* From now on there is something to remove at the end. */
	if (!ret)
		ret = main_open_signals(vhubd);
	if (ret)
		return ret;
	vhubd->main = g_main_loop_new(NULL, FALSE);
	main_watch_hub(vhubd);
	ret = main_open_folder(vhubd);
	if (!ret)
		ret = main_check_inherited();
	if (!ret)
		ret = main_open_links(vhubd);
	if (!ret)
		ret = main_settle(vhubd);
	if (!ret) {
		main_ready(vhubd);
		vhubd->hub.left = vhubd->end ? main_stop_hub : NULL;
		g_main_loop_run(vhubd->main);
		vhubd->hub.left = NULL;
		background_notify("STOPPING=1");
	}
	if (vhubd->pid_file_made)
		unlink(vhubd->pid_file);
	g_main_loop_unref(vhubd->main);
	signals_close(&vhubd->signals);
	return ret;
}

/* To the background: before there are threads. */
static int main_go_back(struct vhubd *vhubd)
{
	if (!vhubd->daemon)
		return MAIN_OK;
	vhubd->parent_fd = background_begin();
	return vhubd->parent_fd >= 0 ? MAIN_OK :
	       main_fail(MAIN_REFUSED, "--daemon: %s",
			 strerror(-vhubd->parent_fd));
}

static int main_serve(struct vhubd *vhubd)
{
	struct loop *loop;
	int ret = main_inherit(vhubd);

	if (!ret)
		ret = main_check(vhubd);
	if (!ret)
		ret = main_check_user(vhubd);
	if (!ret)
		ret = main_go_back(vhubd);
	if (ret)
		return ret;
	privilege_limit();
	loop = loop_new();
	if (!loop)
		return main_fail(MAIN_REFUSED, "cannot wait for files: %s",
				 strerror(errno));
	hub_init(&vhubd->hub, vhubd->words[0], loop);
	vhubd->hub.stop = main_stop_hub;
	vhubd->hub.user = &vhubd->privilege;
	log_begin(vhubd->words[0], vhubd->verbose);
	links_init(&vhubd->links, &vhubd->hub);
	ret = main_check_switch(vhubd);
	if (!ret)
		ret = main_run(vhubd);
	folder_close(&vhubd->folder);
	links_clear(&vhubd->links);
	hub_watch_close(&vhubd->watch);
	hub_end(&vhubd->hub);
	return ret;
}

int main(int argc, char **argv)
{
	struct vhubd vhubd = {
		.max_addresses = FDB_MAX,
		.open = MAIN_OPEN,
		.ready_fd = -1,
		.parent_fd = -1,
	};
	int ret;

	signal(SIGPIPE, SIG_IGN);
	main_raise_files();
	main_batch();
	ret = main_parse(&vhubd, &argc, &argv);
	if (!ret && vhubd.version)
		puts("vhubd " VHUB_VERSION);
	else if (!ret && vhubd.relay)
		ret = relay_run(vhubd.relay);
	else if (!ret)
		ret = main_serve(&vhubd);
	g_free(vhubd.relay);
	g_free(vhubd.mode);
	g_free(vhubd.group);
	g_free(vhubd.ageing);
	g_strfreev(vhubd.words);
	g_strfreev(vhubd.fds);
	g_strfreev(vhubd.allow);
	inherit_free();
	g_free(vhubd.run_as);
	g_free(vhubd.pid_file);
	g_free(vhubd.privilege.name);
	return ret;
}
