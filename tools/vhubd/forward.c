// SPDX-License-Identifier: GPL-2.0
/* vhubd - forwards of a user stack, in words */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "forward.h"
#include "opts.h"

#define FORWARD_PORT_MAX	65535

static bool forward_port(union forward_addr *addr, const char *text,
			 guint64 min)
{
	guint64 port;

	if (!g_ascii_string_to_unsigned(text, 10, min, FORWARD_PORT_MAX, &port,
					NULL))
		return false;
	/* At the same place in both families. */
	addr->v4.sin_port = htons(port);
	return true;
}

/* ADDRESS:PORT or [ADDRESS]:PORT, or :PORT for any IPv4 address. */
static bool forward_addr(union forward_addr *addr, const char *text,
			 guint64 min)
{
	const char *colon = strrchr(text, ':');
	char *host;
	bool good;

	if (!colon)
		return false;
	host = g_strndup(text, colon - text);
	if (*host == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		addr->family = AF_INET6;
		good = inet_pton(AF_INET6, host + 1, &addr->v6.sin6_addr) == 1;
	} else {
		addr->family = AF_INET;
		good = !*host ||
		       inet_pton(AF_INET, host, &addr->v4.sin_addr) == 1;
	}
	g_free(host);
	return good && forward_port(addr, colon + 1, min);
}

/* What stands before the first colon; *@text is moved behind it. */
static bool forward_protocol(struct forward *f, const char **text)
{
	const char *colon = strchr(*text, ':');
	size_t len = colon ? colon - *text : 0;

	if (!colon)
		return false;
	if (len && strncmp(*text, "tcp:", 4) && strncmp(*text, "udp:", 4))
		return false;
	f->udp = len && **text == 'u';
	*text = colon + 1;
	return true;
}

/* libslirp has no way to tell which guest is meant if there is no IPv4. */
static bool forward_guest(struct forward *f, const char *text,
			  struct in_addr any)
{
	if (!forward_addr(&f->guest, text, 1))
		return false;
	if (f->guest.family == AF_INET && !f->guest.v4.sin_addr.s_addr)
		f->guest.v4.sin_addr = any;
	return true;
}

static bool forward_hosts(struct forward *f, const char *text,
			  struct in_addr any)
{
	char **words;
	bool good;

	if (!forward_protocol(f, &text))
		return false;
	words = g_strsplit(text, "-", 2);
	good = words[0] && words[1] && forward_addr(&f->host, words[0], 0) &&
	       forward_guest(f, words[1], any);
	g_strfreev(words);
	return good;
}

struct forward *forward_parse_host(const char *text, struct in_addr any,
				   GError **error)
{
	struct forward *f = g_new0(struct forward, 1);

	f->to_guest = true;
	if (!forward_hosts(f, text, any)) {
		opts_error(error, "user: hostfwd: \"%s\" is not [tcp|udp]:[ADDRESS]:PORT-[ADDRESS]:PORT",
			   text);
	} else if (f->guest.family == AF_INET &&
		   !f->guest.v4.sin_addr.s_addr) {
		opts_error(error, "user: hostfwd: \"%s\": IPv4 is off", text);
	} else {
		return f;
	}
	forward_free(f);
	return NULL;
}

/* The relay is ourselves, started for each connection, see relay.h. */
static bool forward_tcp(struct forward *f, const char *target)
{
	const char *colon = strrchr(target, ':');
	union forward_addr port = { 0 };
	char *quoted;

	if (!colon || colon == target || !forward_port(&port, colon + 1, 1))
		return false;
	quoted = g_shell_quote(target);
	f->command = g_strdup_printf("/proc/self/exe --relay=%s", quoted);
	g_free(quoted);
	return true;
}

static bool forward_target(struct forward *f, const char *text)
{
	const struct sockaddr_un *un = NULL;

	f->target = g_strdup(text);
	if (g_str_has_prefix(text, "cmd:")) {
		f->command = g_strdup(text + strlen("cmd:"));
		return g_shell_parse_argv(f->command, NULL, NULL, NULL);
	}
	if (g_str_has_prefix(text, "tcp:"))
		return forward_tcp(f, text + strlen("tcp:"));
	if (!g_str_has_prefix(text, "unix:"))
		return false;
	f->path = g_strdup(text + strlen("unix:"));
	return *f->path && strlen(f->path) < sizeof(un->sun_path);
}

static bool forward_server(struct forward *f, const char *text)
{
	char **words;
	bool good;

	if (!forward_protocol(f, &text) || f->udp)
		return false;
	words = g_strsplit(text, "-", 2);
	good = words[0] && words[1] && forward_addr(&f->guest, words[0], 1) &&
	       f->guest.family == AF_INET && f->guest.v4.sin_addr.s_addr &&
	       forward_target(f, words[1]);
	g_strfreev(words);
	return good;
}

struct forward *forward_parse_guest(const char *text, GError **error)
{
	struct forward *f = g_new0(struct forward, 1);

	if (forward_server(f, text))
		return f;
	opts_error(error, "user: guestfwd: \"%s\" is not [tcp]:ADDRESS:PORT-TARGET, where TARGET is cmd:COMMAND, tcp:HOST:PORT or unix:PATH",
		   text);
	forward_free(f);
	return NULL;
}

void forward_free(struct forward *f)
{
	g_free(f->command);
	g_free(f->path);
	g_free(f->target);
	g_free(f);
}

bool forward_parse_key(const char *text, struct forward *f)
{
	char *key;
	bool good;

	if (!forward_protocol(f, &text))
		return false;
	key = g_strndup(text, strcspn(text, "-"));
	good = forward_addr(f->to_guest ? &f->host : &f->guest, key, 1);
	g_free(key);
	return good;
}

bool forward_addr_same(const union forward_addr *a,
		       const union forward_addr *b)
{
	if (a->family != b->family || a->v4.sin_port != b->v4.sin_port)
		return false;
	if (a->family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr);
}

bool forward_same(const struct forward *a, const struct forward *b)
{
	if (a->udp != b->udp || a->to_guest != b->to_guest)
		return false;
	return a->to_guest ? forward_addr_same(&a->host, &b->host) :
			     forward_addr_same(&a->guest, &b->guest);
}

void forward_addr_text(const union forward_addr *addr, char *text)
{
	bool v6 = addr->family == AF_INET6;
	char host[INET6_ADDRSTRLEN];

	inet_ntop(addr->family, v6 ? (const void *)&addr->v6.sin6_addr :
				     &addr->v4.sin_addr, host, sizeof(host));
	snprintf(text, FORWARD_ADDR_TEXT, "%s%s%s:%u", v6 ? "[" : "", host,
		 v6 ? "]" : "", ntohs(addr->v4.sin_port));
}

void forward_text(const struct forward *f, char *text)
{
	char host[FORWARD_ADDR_TEXT] = "", guest[FORWARD_ADDR_TEXT];

	forward_addr_text(&f->guest, guest);
	if (f->to_guest)
		forward_addr_text(&f->host, host);
	snprintf(text, FORWARD_TEXT, "%s:%s%s%s", f->udp ? "udp" : "tcp",
		 host, f->to_guest ? "-" : "", guest);
}
