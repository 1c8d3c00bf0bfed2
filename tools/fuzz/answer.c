// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: messages about hubs, ports, addresses, and of what vhubds are made
 * of, as libvhub reads them
 */
#include <string.h>

#include <linux/genetlink.h>

#include "../libvhub/genl.h"
#include "../libvhub/user.h"
#include "../libvhub/vhubd_parse.h"
#include "fuzz.h"

#define MESSAGE_MAX	4096

static void fuzz_ends(const char *text, size_t size)
{
	FUZZ_ASSERT(strnlen(text, size) < size);
}

static void fuzz_check_inet(const struct vhub_inet *inet)
{
	FUZZ_ASSERT(!inet->family || inet->family == AF_INET ||
		    inet->family == AF_INET6);
}

static void fuzz_hub_message(const struct nlmsghdr *nlh)
{
	struct vhub_hub_info hub;

	if (!vhub_hub_parse(nlh, &hub))
		fuzz_ends(hub.name, sizeof(hub.name));
}

static void fuzz_port_message(const struct nlmsghdr *nlh)
{
	struct vhub_port_info port;

	if (!vhub_port_parse(nlh, &port))
		fuzz_ends(port.label, sizeof(port.label));
}

static void fuzz_fdb_message(const struct nlmsghdr *nlh)
{
	struct vhub_fdb_info fdb;

	if (!vhub_fdb_parse(nlh, &fdb))
		fuzz_ends(fdb.hub_name, sizeof(fdb.hub_name));
}

static void fuzz_event_message(const struct nlmsghdr *nlh)
{
	struct vhub_event event;

	FUZZ_ASSERT(vhub_event_parse(nlh, &event) <= 1);
}

static void fuzz_link_message(const struct nlmsghdr *nlh)
{
	struct vhub_link_info link;

	if (vhubd_parse_link(nlh, &link))
		return;
	fuzz_ends(link.name, sizeof(link.name));
	fuzz_ends(link.kind, sizeof(link.kind));
	fuzz_ends(link.text, sizeof(link.text));
	fuzz_ends(link.error, sizeof(link.error));
}

static void fuzz_fwd_message(const struct nlmsghdr *nlh)
{
	struct vhub_fwd_info fwd;

	if (vhubd_parse_fwd(nlh, &fwd))
		return;
	fuzz_ends(fwd.target, sizeof(fwd.target));
	fuzz_check_inet(&fwd.host);
	fuzz_check_inet(&fwd.guest);
}

static void fuzz_lease_message(const struct nlmsghdr *nlh)
{
	struct vhub_lease_info lease;

	if (vhubd_parse_lease(nlh, &lease))
		return;
	fuzz_ends(lease.name, sizeof(lease.name));
	fuzz_check_inet(&lease.address);
}

static void fuzz_conn_message(const struct nlmsghdr *nlh)
{
	struct vhub_conn_info conn;

	if (vhubd_parse_conn(nlh, &conn))
		return;
	fuzz_ends(conn.protocol, sizeof(conn.protocol));
	fuzz_ends(conn.state, sizeof(conn.state));
	fuzz_check_inet(&conn.local);
}

static void (*const fuzz_message[])(const struct nlmsghdr *nlh) = {
	fuzz_hub_message,
	fuzz_port_message,
	fuzz_fdb_message,
	fuzz_event_message,
	fuzz_link_message,
	fuzz_fwd_message,
	fuzz_lease_message,
	fuzz_conn_message,
};

/* @data: a byte that says what it is about, and attributes; before those of an
 * event, a byte that is its command.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t kind, cmd = 0;
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (!size || size > MESSAGE_MAX)
		return 0;
	kind = *data++ % G_N_ELEMENTS(fuzz_message);
	size--;
	if (fuzz_message[kind] == fuzz_event_message && size) {
		cmd = *data++;
		size--;
	}
	/* Of this size and no larger, for what is read behind it to be seen. */
	nlh = g_malloc0(NLMSG_HDRLEN + GENL_HDRLEN + size);
	nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + size;
	genl = mnl_nlmsg_get_payload(nlh);
	genl->cmd = cmd;
	memcpy(genl + 1, data, size);
	fuzz_message[kind](nlh);
	g_free(nlh);
	return 0;
}
