// SPDX-License-Identifier: GPL-2.0
/* libvhub - addresses that hubs keep, over netlink: show, add, del, flush */
#include <errno.h>
#include <string.h>

#include "genl.h"

static const uint8_t fdb_type[] = {
	[VHUB_A_FDB_HUB_IFINDEX] = MNL_TYPE_U32,
	[VHUB_A_FDB_HUB_NAME] = MNL_TYPE_NUL_STRING,
	[VHUB_A_FDB_ADDRESS] = MNL_TYPE_BINARY,
	[VHUB_A_FDB_VID] = MNL_TYPE_U32,
	[VHUB_A_FDB_PORT] = MNL_TYPE_U32,
	[VHUB_A_FDB_FLAGS] = MNL_TYPE_U32,
	[VHUB_A_FDB_AGE_MS] = MNL_TYPE_U32,
	[VHUB_A_FDB_OLD_PORT] = MNL_TYPE_U32,
};

static const struct vhub_nl_policy fdb_policy = {
	fdb_type, VHUB_A_FDB_OLD_PORT
};

/**
 * vhub_fdb_parse() - read a message about an address
 * @nlh: an answer or an event
 * @fdb: filled in; what the message does not say is 0
 */
int vhub_fdb_parse(const struct nlmsghdr *nlh, struct vhub_fdb_info *fdb)
{
	uint32_t *const u32[VHUB_A_FDB_OLD_PORT + 1] = {
		[VHUB_A_FDB_HUB_IFINDEX] = &fdb->hub_ifindex,
		[VHUB_A_FDB_VID] = &fdb->vid,
		[VHUB_A_FDB_PORT] = &fdb->port,
		[VHUB_A_FDB_FLAGS] = &fdb->flags,
		[VHUB_A_FDB_AGE_MS] = &fdb->age_ms,
		[VHUB_A_FDB_OLD_PORT] = &fdb->old_port,
	};
	const struct nlattr *tb[VHUB_A_FDB_OLD_PORT + 1];
	unsigned int i;
	int ret;

	memset(fdb, 0, sizeof(*fdb));
	ret = vhub_genl_attrs(nlh, &fdb_policy, tb);
	if (ret)
		return ret;
	for (i = 1; i <= VHUB_A_FDB_OLD_PORT; i++) {
		if (!tb[i])
			continue;
		fdb->has |= 1U << i;
		if (u32[i])
			*u32[i] = mnl_attr_get_u32(tb[i]);
	}
	vhub_nl_copy_string(fdb->hub_name, sizeof(fdb->hub_name),
			    tb[VHUB_A_FDB_HUB_NAME]);
	return vhub_nl_copy_address(fdb->address, tb[VHUB_A_FDB_ADDRESS]);
}

static int fdb_get_cb(const struct nlmsghdr *nlh, void *data)
{
	return vhub_fdb_parse(nlh, data);
}

static int fdb_list_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_fdb_info *fdb = vhub_vec_push(data);

	return fdb ? vhub_fdb_parse(nlh, fdb) : -ENOMEM;
}

/* A request about the addresses of a hub, @buf of VHUB_NL_REQUEST_SIZE. */
static struct nlmsghdr *fdb_request(void *buf, uint8_t cmd, const char *hub)
{
	struct nlmsghdr *nlh = vhub_genl_request(buf, cmd);

	if (hub)
		mnl_attr_put_strz(nlh, VHUB_A_FDB_HUB_NAME, hub);
	return nlh;
}

/* The same about one address. */
static struct nlmsghdr *fdb_request_key(void *buf, uint8_t cmd, const char *hub,
					const struct vhub_fdb_key *key)
{
	struct nlmsghdr *nlh = fdb_request(buf, cmd, hub);

	mnl_attr_put(nlh, VHUB_A_FDB_ADDRESS, sizeof(key->address),
		     key->address);
	mnl_attr_put_u32(nlh, VHUB_A_FDB_VID, key->vid);
	return nlh;
}

/**
 * vhub_fdb_get() - show one address
 * @nl: all zero or used before
 * @hub: name of the hub
 * @key: the address
 * @fdb: filled in
 *
 * Return: 0 or -errno, -ENOENT for an address that the hub does not know.
 */
int vhub_fdb_get(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key, struct vhub_fdb_info *fdb)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(fdb, 0, sizeof(*fdb));
	nlh = fdb_request_key(buf, VHUB_CMD_FDB_GET, hub, key);
	return vhub_genl_talk(nl, hub, nlh, fdb_get_cb, fdb);
}

/**
 * vhub_fdb_list() - show all addresses of a hub or of the namespace
 * @nl: all zero or used before
 * @hub: name of the hub, or NULL for all
 * @fdbs: array, which the caller frees
 * @n: its length
 */
int vhub_fdb_list(struct vhub_nl *nl, const char *hub,
		  struct vhub_fdb_info **fdbs, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**fdbs) };
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	int ret;

	nlh = fdb_request(buf, VHUB_CMD_FDB_GET, hub);
	ret = vhub_genl_dump(nl, hub, nlh, fdb_list_cb, &vec);
	*fdbs = vec.items;
	*n = vec.n;
	return ret;
}

/**
 * vhub_fdb_add() - add a static address
 * @nl: all zero or used before
 * @hub: name of the hub
 * @key: the address
 * @port: number of the port it is at
 */
int vhub_fdb_add(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key, uint32_t port)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = fdb_request_key(buf, VHUB_CMD_FDB_ADD, hub, key);
	mnl_attr_put_u32(nlh, VHUB_A_FDB_PORT, port);
	return vhub_genl_talk(nl, hub, nlh, NULL, NULL);
}

/**
 * vhub_fdb_del() - have a hub forget an address
 * @nl: all zero or used before
 * @hub: name of the hub
 * @key: the address
 */
int vhub_fdb_del(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fdb_key *key)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = fdb_request_key(buf, VHUB_CMD_FDB_DEL, hub, key);
	return vhub_genl_talk(nl, hub, nlh, NULL, NULL);
}

/**
 * vhub_fdb_flush() - have a hub forget what it learned
 * @nl: all zero or used before
 * @hub: name of the hub
 * @choice: which of it, or NULL for all
 */
int vhub_fdb_flush(struct vhub_nl *nl, const char *hub,
		   const struct vhub_fdb_choice *choice)
{
	static const struct vhub_fdb_choice all;
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	if (!choice)
		choice = &all;
	nlh = fdb_request(buf, VHUB_CMD_FDB_FLUSH, hub);
	if (vhub_has(choice->has, VHUB_A_FDB_PORT))
		mnl_attr_put_u32(nlh, VHUB_A_FDB_PORT, choice->port);
	if (vhub_has(choice->has, VHUB_A_FDB_VID))
		mnl_attr_put_u32(nlh, VHUB_A_FDB_VID, choice->vid);
	return vhub_genl_talk(nl, hub, nlh, NULL, NULL);
}
