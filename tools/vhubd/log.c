// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - what is said once we run: to standard error, or to syslog
 *
 * DOC: A file that is shared with others cannot be made one that does not block. So
 * poll() is asked whether there is room. A pipe that has some takes a line of up to
 * PIPE_BUF bytes without waiting, unless another writes to it just then. syslog(3)
 * would wait, so its datagrams are our own.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#include "log.h"

#define LOG_SOCKET	"/dev/log"

/* Seconds until we look whether there is room again. */
#define LOG_PAUSE	1

/**
 * struct log - where to
 * @name: of the hub
 * @verbose: say all
 * @detached: to syslog
 * @sk: connected to that, or -1
 * @lost: lines that found no room
 * @timer: GLib's number of the next time to look, or 0
 */
static struct log {
	const char *name;
	bool verbose;
	bool detached;
	int sk;
	unsigned long lost;
	guint timer;
} log = { .name = "-", .sk = -1 };

/* To standard error -------------------------------------------------------------*/

/* Or nobody who would read. */
static bool log_has_room(void)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&pfd, 1, 0) == 1;
}

/* False if there is no room. An error is none: a disk that is full will not have
 * some the next time, and who reads nothing any more will not either.
 */
static bool log_write(const char *text)
{
	char line[PIPE_BUF];
	int len = snprintf(line, sizeof(line), "vhubd: %s: %s\n", log.name,
			   text);

	if (len >= (int)sizeof(line)) {
		len = sizeof(line);
		line[len - 1] = '\n';
	}
	if (!log_has_room())
		return false;
	return write(STDERR_FILENO, line, len) >= 0 || errno != EAGAIN;
}

/* To syslog -----------------------------------------------------------------------*/

static bool log_connect(void)
{
	const struct sockaddr_un un = {
		.sun_family = AF_UNIX,
		.sun_path = LOG_SOCKET,
	};

	if (log.sk < 0)
		log.sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
				SOCK_NONBLOCK, 0);
	return log.sk >= 0 &&
	       !connect(log.sk, (const struct sockaddr *)&un, sizeof(un));
}

static bool log_send_once(const char *line, size_t len)
{
	ssize_t ret = send(log.sk, line, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return ret >= 0;
}

/* Once more after a connection to one that has been started anew. */
static bool log_send(int priority, const char *text)
{
	char line[PIPE_BUF], date[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int len;

	/* The names of months are not those of a language. */
	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%b %e %H:%M:%S", &tm);
	len = snprintf(line, sizeof(line), "<%d>%s vhubd[%d]: %s: %s",
		       LOG_DAEMON | priority, date, (int)getpid(), log.name,
		       text);
	len = MIN(len, (int)sizeof(line) - 1);
	if (log_send_once(line, len))
		return true;
	if (errno == EAGAIN)
		return false;
	return log_connect() && log_send_once(line, len);
}

/* Either ----------------------------------------------------------------------*/

static bool log_put(int priority, const char *text)
{
	return log.detached ? log_send(priority, text) : log_write(text);
}

/* What has been lost, first. */
static bool log_put_lost(void)
{
	char text[64];

	if (!log.lost)
		return true;
	snprintf(text, sizeof(text), "%lu lines found no room here", log.lost);
	if (!log_put(LOG_WARNING, text))
		return false;
	log.lost = 0;
	return true;
}

static gboolean log_look(gpointer data)
{
	(void)data;
	if (!log_put_lost())
		return G_SOURCE_CONTINUE;
	log.timer = 0;
	return G_SOURCE_REMOVE;
}

/* Neither what a terminal obeys nor what turns the direction of writing. */
static gunichar log_safe(gunichar c)
{
	return g_unichar_isprint(c) ? c : '?';
}

/* Text of strangers may be in it. */
static void log_say(int priority, const char *text)
{
	char *valid = g_utf8_make_valid(text, -1), *c;
	GString *safe = g_string_new(NULL);

	for (c = valid; *c; c = g_utf8_next_char(c))
		g_string_append_unichar(safe, log_safe(g_utf8_get_char(c)));
	if (!log_put_lost() || !log_put(priority, safe->str))
		log.lost++;
	if (log.lost && !log.timer)
		log.timer = g_timeout_add_seconds(LOG_PAUSE, log_look, NULL);
	g_string_free(safe, TRUE);
	g_free(valid);
}

static int log_priority(GLogLevelFlags level)
{
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return LOG_ERR;
	if (level & G_LOG_LEVEL_WARNING)
		return LOG_WARNING;
	return level & G_LOG_LEVEL_MESSAGE ? LOG_NOTICE : LOG_INFO;
}

void log_handled(GLogLevelFlags level, const char *text)
{
	if (log.verbose || !(level & (G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG)))
		log_say(log_priority(level), text);
}

static void log_take(const gchar *domain, GLogLevelFlags level,
		     const gchar *text, gpointer data)
{
	(void)domain;
	(void)data;
	log_handled(level, text);
}

void log_begin(const char *name, bool verbose)
{
	log.name = name;
	log.verbose = verbose;
	g_log_set_default_handler(log_take, NULL);
}

void log_detach(void)
{
	log.detached = true;
	log_connect();
}
