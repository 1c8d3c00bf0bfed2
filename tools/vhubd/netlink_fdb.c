// SPDX-License-Identifier: GPL-2.0
/* vhubd - the netlink family "vhub" of a user hub: addresses */
#include <errno.h>
#include <string.h>

#include "netlink.h"
#include "netlink_vhub.h"

const struct netlink_rule netlink_fdb_rules[] = {
	[VHUB_A_FDB_HUB_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_FDB_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUB_A_FDB_ADDRESS] = { NETLINK_BINARY, 6, 6 },
	[VHUB_A_FDB_VID] = { NETLINK_U32, 0, VHUB_VID_MAX },
	[VHUB_A_FDB_PORT] = { NETLINK_U32, 0, 0 },
};

const struct netlink_rule netlink_fdb_flush_rules[] = {
	[VHUB_A_FDB_HUB_IFINDEX] = { NETLINK_U32, 1, 0 },
	[VHUB_A_FDB_HUB_NAME] = { NETLINK_STRING, 0, VHUB_NAME_SIZE - 1 },
	[VHUB_A_FDB_VID] = { NETLINK_U32, 0, VHUB_VID_MAX },
	[VHUB_A_FDB_PORT] = { NETLINK_U32, 0, 0 },
};

static void fdb_put(const struct hub *hub, const struct fdb_entry *entry,
		    const struct port *old, struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, VHUB_A_FDB_HUB_NAME, hub->name);
	mnl_attr_put(nlh, VHUB_A_FDB_ADDRESS, sizeof(entry->addr.mac),
		     entry->addr.mac);
	mnl_attr_put_u32(nlh, VHUB_A_FDB_VID, entry->addr.vid);
	mnl_attr_put_u32(nlh, VHUB_A_FDB_PORT, entry->port->number);
	mnl_attr_put_u32(nlh, VHUB_A_FDB_FLAGS,
			 entry->is_static ? VHUB_FDB_FLAG_STATIC : 0);
	if (!entry->is_static)
		mnl_attr_put_u32(nlh, VHUB_A_FDB_AGE_MS,
				 fdb_now() - entry->updated);
	if (old)
		mnl_attr_put_u32(nlh, VHUB_A_FDB_OLD_PORT, old->number);
}

void netlink_fdb_tell(struct fdb *fdb, const struct fdb_entry *entry,
		      enum fdb_change change, const struct port *old)
{
	const struct hub *hub = container_of(fdb, struct hub, fdb);
	struct netlink *nl = ((const struct folder *)hub->data)->netlink;
	struct nlmsghdr *nlh;

	nlh = netlink_event(nl, &netlink_vhub, change == FDB_REMOVED ?
			    VHUB_CMD_FDB_DEL_NTF : VHUB_CMD_FDB_NTF);
	if (!nlh)
		return;
	fdb_put(hub, entry, old, nlh);
	netlink_event_send(nl, nlh);
}

/* The address that is meant, of the hub that is. Return 0 or -errno. */
static int fdb_find_key(struct netlink_request *r, struct fdb_addr *addr)
{
	const struct nlattr *attr = r->tb[VHUB_A_FDB_ADDRESS];

	if (!attr)
		return netlink_refuse(r, -EINVAL, 0, "No address is given");
	memcpy(addr->mac, mnl_attr_get_payload(attr), sizeof(addr->mac));
	addr->vid = netlink_u32(r, VHUB_A_FDB_VID, 0);
	return netlink_vhub_find(r, VHUB_A_FDB_HUB_IFINDEX,
				 VHUB_A_FDB_HUB_NAME);
}

static struct hub *fdb_hub(const struct netlink_request *r)
{
	return ((const struct folder *)r->data)->hub;
}

static int fdb_no_address(struct netlink_request *r)
{
	return netlink_refuse(r, -ENOENT, VHUB_A_FDB_ADDRESS,
			      "The hub does not know this address");
}

int netlink_fdb_get(struct netlink_request *r)
{
	const struct fdb_entry *entry;
	struct fdb_addr addr;
	int ret = fdb_find_key(r, &addr);

	if (ret)
		return ret;
	entry = fdb_find(&fdb_hub(r)->fdb, &addr);
	if (!entry)
		return fdb_no_address(r);
	fdb_put(fdb_hub(r), entry, NULL, netlink_answer(r));
	return 0;
}

/* Return: 0, or 1 when there is no more room. */
static int fdb_dump_entry(const struct fdb_entry *entry, void *data)
{
	struct netlink_request *r = data;
	struct nlmsghdr *nlh = netlink_part(r);

	if (!nlh)
		return 1;
	fdb_put(fdb_hub(r), entry, NULL, nlh);
	return 0;
}

int netlink_fdb_dump(struct netlink_request *r)
{
	int ret = 0;

	if (r->tb[VHUB_A_FDB_ADDRESS] || r->tb[VHUB_A_FDB_VID])
		return netlink_refuse(r, -EINVAL, 0,
				      "A dump shows all addresses and takes none");
	if (r->tb[VHUB_A_FDB_HUB_IFINDEX] || r->tb[VHUB_A_FDB_HUB_NAME])
		ret = netlink_vhub_find(r, VHUB_A_FDB_HUB_IFINDEX,
					VHUB_A_FDB_HUB_NAME);
	return ret ? : fdb_walk(&fdb_hub(r)->fdb, &r->cursor[0],
				fdb_dump_entry, r);
}

static bool fdb_is_station(const struct fdb_addr *addr)
{
	static const struct fdb_addr none;

	return !(addr->mac[0] & 1) &&
	       memcmp(addr->mac, none.mac, sizeof(none.mac));
}

static int fdb_check_add(struct netlink_request *r, const struct fdb_addr *addr)
{
	if (!r->tb[VHUB_A_FDB_PORT])
		return netlink_refuse(r, -EINVAL, 0, "No port number is given");
	if (!fdb_is_station(addr))
		return netlink_refuse(r, -EINVAL, VHUB_A_FDB_ADDRESS,
				      "Not the address of one Ethernet station");
	return 0;
}

static int fdb_add_at(struct netlink_request *r, const struct fdb_addr *addr)
{
	struct port *port;
	int ret;

	port = netlink_vhub_port(r, VHUB_A_FDB_PORT, &ret);
	if (!port)
		return ret;
	ret = fdb_add(&fdb_hub(r)->fdb, addr, port);
	switch (ret) {
	case -EEXIST:
		return netlink_refuse(r, ret, VHUB_A_FDB_ADDRESS,
				      "The address is static already");
	case -ENOSPC:
		return netlink_refuse(r, ret, 0,
				      "The hub or the port has all the addresses it may have");
	case -EOPNOTSUPP:
		return netlink_refuse(r, ret, 0,
				      "Only a hub in mode switch keeps addresses");
	}
	return ret;
}

int netlink_fdb_add(struct netlink_request *r)
{
	struct fdb_addr addr;
	int ret = fdb_find_key(r, &addr);

	if (!ret)
		ret = netlink_may_change(r);
	if (!ret)
		ret = fdb_check_add(r, &addr);
	return ret ? : fdb_add_at(r, &addr);
}

int netlink_fdb_del(struct netlink_request *r)
{
	struct fdb_addr addr;
	int ret = fdb_find_key(r, &addr);

	if (!ret)
		ret = netlink_may_change(r);
	if (!ret && !fdb_del(&fdb_hub(r)->fdb, &addr))
		ret = fdb_no_address(r);
	return ret;
}

int netlink_fdb_flush(struct netlink_request *r)
{
	const struct port *port = NULL;
	int ret = netlink_vhub_find(r, VHUB_A_FDB_HUB_IFINDEX,
				    VHUB_A_FDB_HUB_NAME);

	if (!ret)
		ret = netlink_may_change(r);
	if (ret)
		return ret;
	if (r->tb[VHUB_A_FDB_PORT]) {
		port = netlink_vhub_port(r, VHUB_A_FDB_PORT, &ret);
		if (!port)
			return ret;
	}
	fdb_flush(&fdb_hub(r)->fdb, port, r->tb[VHUB_A_FDB_VID] ?
		  (int)netlink_u32(r, VHUB_A_FDB_VID, 0) : -1);
	return 0;
}
