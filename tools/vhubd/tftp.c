// SPDX-License-Identifier: GPL-2.0
/* vhubd - which files guests may ask for by TFTP */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tftp.h"

#define TFTP_READ	1	/* kinds of messages */
#define TFTP_ERROR	5
#define TFTP_DENIED	2	/* kind of error */

bool tftp_request(const struct udp *udp, char name[TFTP_NAME_MAX])
{
	size_t len = udp->len < 2 ? 0 : MIN(udp->len - 2, TFTP_NAME_MAX);

	if (!len || udp->data[0] || udp->data[1] != TFTP_READ ||
	    !memchr(udp->data + 2, '\0', len))
		return false;
	g_strlcpy(name, (const char *)udp->data + 2, len);
	return true;
}

static bool tftp_within(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	/* The folder "/" ends with one. */
	if (folder[len - 1] == '/')
		len--;
	return !strncmp(folder, path, len) && path[len] == '/';
}

bool tftp_allows(const char *folder, const char *name)
{
	char *path, *full;
	struct stat st;
	bool good;

	if (strstr(name, "../"))
		return false;
	path = g_strdup_printf("%s/%s", folder, name);
	full = realpath(path, NULL);
	/* If there is none, that is what libslirp says. */
	good = !full || (tftp_within(folder, full) && !stat(full, &st) &&
			 S_ISREG(st.st_mode));
	free(full);
	g_free(path);
	return good;
}

void tftp_refuse(const struct udp *request, struct udp *reply, uint8_t *room)
{
	static const char text[] = "Access violation";

	memset(room, 0, TFTP_REPLY_MAX);
	room[1] = TFTP_ERROR;
	room[3] = TFTP_DENIED;
	memcpy(room + 4, text, sizeof(text));
	reply->family = request->family;
	memcpy(reply->dst_mac, request->src_mac, UDP_ETH_ALEN);
	memcpy(reply->src_mac, request->dst_mac, UDP_ETH_ALEN);
	reply->src = request->dst;
	reply->dst = request->src;
	reply->sport = request->dport;
	reply->dport = request->sport;
	reply->data = room;
	reply->len = 4 + sizeof(text);
}
