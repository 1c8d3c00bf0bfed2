/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - netlink requests that are refused, by the kernel and by a user hub alike */
#ifndef _VHUB_BAD_H
#define _VHUB_BAD_H

#include <errno.h>

#include <libmnl/libmnl.h>

#include "vhub_test.h"

/**
 * struct attr - an attribute of a request
 * @type: its type
 * @kind: how it is put, NONE at the end
 * @number: its value when it is a number
 * @text: its value when it is text; TEXT ends with a NUL, RAW does not
 */
struct attr {
	__u16 type;
	enum { NONE, U8, U32, TEXT, RAW } kind;
	__u32 number;
	const char *text;
};

static inline void put_attr(struct nlmsghdr *nlh, const struct attr *attr)
{
	switch (attr->kind) {
	case U8:
		mnl_attr_put_u8(nlh, attr->type, attr->number);
		break;
	case U32:
		mnl_attr_put_u32(nlh, attr->type, attr->number);
		break;
	case TEXT:
		mnl_attr_put_strz(nlh, attr->type, attr->text);
		break;
	case RAW:
		mnl_attr_put(nlh, attr->type, strlen(attr->text), attr->text);
		break;
	case NONE:
		break;
	}
}

#define HUB_NAME(text)	{ VHUB_A_HUB_NAME, TEXT, 0, text }
#define HUB_INDEX(n)	{ VHUB_A_HUB_IFINDEX, U32, n, NULL }
#define PERM(n)		{ VHUB_A_HUB_PERM, U32, n, NULL }
#define ON(text)	{ VHUB_A_PORT_HUB_NAME, TEXT, 0, text }
#define ON_INDEX(n)	{ VHUB_A_PORT_HUB_IFINDEX, U32, n, NULL }
#define NUMBER(n)	{ VHUB_A_PORT_NUMBER, U32, n, NULL }
#define LABEL(text)	{ VHUB_A_PORT_LABEL, TEXT, 0, text }
#define LINK(n)		{ VHUB_A_PORT_LINK, U8, n, NULL }
#define OF(text)	{ VHUB_A_FDB_HUB_NAME, TEXT, 0, text }
#define ADDRESS(raw)	{ VHUB_A_FDB_ADDRESS, RAW, 0, raw }
#define VID(n)		{ VHUB_A_FDB_VID, U32, n, NULL }
#define AT(n)		{ VHUB_A_FDB_PORT, U32, n, NULL }

/* Without a zero byte, so that strlen() knows their length. */
#define STATION		"\x02\x01\x5e\x01\x53\x01"
#define GROUP		"\x03\x01\x5e\x01\x53\x01"

#define LONG_NAME	"0123456789abcdef"
#define LONG_LABEL	"0123456789abcdef0123456789abcdef"

/**
 * struct bad_request - a request that is refused
 * @what: what is asked for
 * @cmd: command
 * @flags: flags beside those of all requests
 * @error: what the kernel answers, on a hub HUB with a port 1
 * @attrs: what it says
 * @user: what a user hub answers, if that is not the same
 */
static const struct bad_request {
	const char *what;
	__u8 cmd;
	__u16 flags;
	int error;
	struct attr attrs[6];
	int user;
} bad_requests[] = {
	{ "no hub", VHUB_CMD_HUB_GET, 0, -EINVAL, {} },
	{ "a hub that is not there", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_NAME("lan2") } },
	{ "an empty name", VHUB_CMD_HUB_GET, 0, -ENODEV, { HUB_NAME("") } },
	{ "the beginning of a name", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_NAME("lan") } },
	{ "a device that is no hub", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_NAME("lo") } },
	{ "an index that is not there", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_INDEX(9999) } },
	{ "an index of no hub", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_INDEX(1) } },
	{ "index 0", VHUB_CMD_HUB_GET, 0, -ERANGE, { HUB_INDEX(0) } },
	{ "a negative index", VHUB_CMD_HUB_GET, 0, -ENODEV,
	  { HUB_INDEX(-1) } },
	{ "an index of one byte", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { { VHUB_A_HUB_IFINDEX, U8, 1, NULL } } },
	{ "a name that is too long", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { HUB_NAME(LONG_NAME) } },
	{ "a name without end", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { { VHUB_A_HUB_NAME, RAW, 0, HUB } } },
	{ "an attribute of another command", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { HUB_NAME(HUB), PERM(0600) } },
	{ "an unknown attribute", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { HUB_NAME(HUB), { 99, U32, 1, NULL } } },
	{ "attribute 0", VHUB_CMD_HUB_GET, 0, -EINVAL,
	  { HUB_NAME(HUB), { 0, U32, 1, NULL } } },

	{ "a dump of hubs by name", VHUB_CMD_HUB_GET, NLM_F_DUMP, -EINVAL,
	  { HUB_NAME(HUB) } },
	{ "a dump of hubs by index", VHUB_CMD_HUB_GET, NLM_F_DUMP, -EINVAL,
	  { HUB_INDEX(1) } },
	{ "a dump of hubs with perm", VHUB_CMD_HUB_GET, NLM_F_DUMP, -EINVAL,
	  { PERM(0600) } },

	{ "to set no hub", VHUB_CMD_HUB_SET, 0, -EINVAL, { PERM(0) } },
	{ "to set nothing", VHUB_CMD_HUB_SET, 0, -EINVAL, { HUB_NAME(HUB) } },
	{ "to set a hub that is not there", VHUB_CMD_HUB_SET, 0, -ENODEV,
	  { HUB_NAME("lan2"), PERM(0) } },
	{ "too many permission bits", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), PERM(01000) } },
	{ "permission bits -1", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), PERM(-1) } },
	{ "owner -1", VHUB_CMD_HUB_SET, 0, -EINVAL,
	  { HUB_NAME(HUB), { VHUB_A_HUB_OWNER, U32, -1, NULL }, PERM(0) } },
	{ "group -1", VHUB_CMD_HUB_SET, 0, -EINVAL,
	  { HUB_NAME(HUB), { VHUB_A_HUB_GROUP, U32, -1, NULL }, PERM(0) } },
	{ "to set the number of ports", VHUB_CMD_HUB_SET, 0, -EINVAL,
	  { HUB_NAME(HUB), { VHUB_A_HUB_PORTS, U32, 7, NULL } } },
	{ "to set mode 0", VHUB_CMD_HUB_SET, 0, -EINVAL,
	  { HUB_NAME(HUB), { VHUB_A_HUB_MODE, U32, 0, NULL }, PERM(0) } },
	{ "to set mode 3", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), { VHUB_A_HUB_MODE, U32, 3, NULL }, PERM(0) } },
	{ "an ageing time that is too long", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), PERM(0),
	    { VHUB_A_HUB_AGEING_MS, U32, VHUB_AGEING_MAX + 1, NULL } } },
	{ "room for no address", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), { VHUB_A_HUB_MAX_ADDRESSES, U32, 0, NULL } } },
	{ "room for too many addresses", VHUB_CMD_HUB_SET, 0, -ERANGE,
	  { HUB_NAME(HUB), PERM(0),
	    { VHUB_A_HUB_MAX_ADDRESSES, U32, VHUB_ADDRESSES_MAX + 1, NULL } } },
	{ "to set the number of addresses", VHUB_CMD_HUB_SET, 0, -EINVAL,
	  { HUB_NAME(HUB), { VHUB_A_HUB_ADDRESSES, U32, 7, NULL } } },

	{ "no port at all", VHUB_CMD_PORT_GET, 0, -EINVAL, {} },
	{ "no port number", VHUB_CMD_PORT_GET, 0, -EINVAL, { ON(HUB) } },
	{ "a port of no hub", VHUB_CMD_PORT_GET, 0, -EINVAL, { NUMBER(1) } },
	{ "a port that is not there", VHUB_CMD_PORT_GET, 0, -ENOENT,
	  { ON(HUB), NUMBER(2) } },
	{ "a port beyond all", VHUB_CMD_PORT_GET, 0, -ENOENT,
	  { ON(HUB), NUMBER(VHUB_PORTS_MAX + 1) } },
	{ "port -1", VHUB_CMD_PORT_GET, 0, -ENOENT, { ON(HUB), NUMBER(-1) } },
	{ "a port of another hub", VHUB_CMD_PORT_GET, 0, -ENOENT,
	  { ON("lan1"), NUMBER(1) }, -ENODEV },
	{ "a port of a hub that is not there", VHUB_CMD_PORT_GET, 0, -ENODEV,
	  { ON("lan2"), NUMBER(1) } },
	{ "a port of what is no hub", VHUB_CMD_PORT_GET, 0, -ENODEV,
	  { ON("lo"), NUMBER(1) } },
	{ "a port with label", VHUB_CMD_PORT_GET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), LABEL("x") } },
	{ "a dump of ports by number", VHUB_CMD_PORT_GET, NLM_F_DUMP, -EINVAL,
	  { ON(HUB), NUMBER(1) } },
	{ "a dump of ports of no known hub", VHUB_CMD_PORT_GET, NLM_F_DUMP,
	  -ENODEV, { ON("lan2") } },
	{ "a dump of ports of index 0", VHUB_CMD_PORT_GET, NLM_F_DUMP,
	  -ERANGE, { ON_INDEX(0) } },

	{ "to set no port", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), LABEL("x") } },
	{ "to set a port of no hub", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { NUMBER(1), LABEL("x") } },
	{ "to set nothing on a port", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1) } },
	{ "to set a port that is not there", VHUB_CMD_PORT_SET, 0, -ENOENT,
	  { ON(HUB), NUMBER(2), LABEL("x") } },
	{ "a link of 2", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), LABEL("x"), LINK(2) } },
	{ "a link of four bytes", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_LINK, U32, 0, NULL } } },
	{ "a label that is too long", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), LABEL(LONG_LABEL), LINK(0) } },
	{ "a label without end", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_LABEL, RAW, 0, "x" } } },
	{ "the host's link", VHUB_CMD_PORT_SET, 0, -EOPNOTSUPP,
	  { ON(HUB), NUMBER(0), LINK(0), LABEL("x") }, -ENOENT },
	{ "to set flags", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_FLAGS, U32, 0, NULL } } },
	{ "to lock to a group", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_LOCK, RAW, 0, GROUP } } },
	{ "to lock to half an address", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_LOCK, RAW, 0, "\2\2\2" } } },
	{ "learning of 2", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_LEARNING, U8, 2, NULL } } },
	{ "flood of 2", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_FLOOD, U8, 2, NULL } } },
	{ "isolated of 2", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_ISOLATED, U8, 2, NULL } } },

	{ "VLAN 4095 as pvid", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_PVID, U32, 4095, NULL } }, -EOPNOTSUPP },
	{ "a pvid of one byte", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), { VHUB_A_PORT_PVID, U8, 1, NULL } } },
	{ "half a range of VLANs", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_VLANS, RAW, 0, "\1\1" } }, -EOPNOTSUPP },
	{ "a range that ends before it begins", VHUB_CMD_PORT_SET, 0, -EINVAL,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_VLANS, RAW, 0, "\2\2\1\1" } }, -EOPNOTSUPP },
	{ "a VLAN beyond all", VHUB_CMD_PORT_SET, 0, -ERANGE,
	  { ON(HUB), NUMBER(1), LABEL("x"),
	    { VHUB_A_PORT_VLANS, RAW, 0, "\1\1\x10\x10" } }, -EOPNOTSUPP },
	{ "VLANs on a port that is not there", VHUB_CMD_PORT_SET, 0, -ENOENT,
	  { ON(HUB), NUMBER(2), { VHUB_A_PORT_PVID, U32, 1, NULL } } },

	{ "to remove no port", VHUB_CMD_PORT_DEL, 0, -EINVAL, { ON(HUB) } },
	{ "to remove a port of no hub", VHUB_CMD_PORT_DEL, 0, -EINVAL,
	  { NUMBER(1) } },
	{ "to remove a port that is not there", VHUB_CMD_PORT_DEL, 0, -ENOENT,
	  { ON(HUB), NUMBER(2) } },
	{ "to remove a port of no known hub", VHUB_CMD_PORT_DEL, 0, -ENODEV,
	  { ON("lan2"), NUMBER(1) } },
	{ "to remove the host's cable", VHUB_CMD_PORT_DEL, 0, -EOPNOTSUPP,
	  { ON(HUB), NUMBER(0) }, -ENOENT },

	{ "no address", VHUB_CMD_FDB_GET, 0, -EINVAL, { OF(HUB) } },
	{ "an address of no hub", VHUB_CMD_FDB_GET, 0, -EINVAL,
	  { ADDRESS(STATION) } },
	{ "an address of a hub that is not there", VHUB_CMD_FDB_GET, 0,
	  -ENODEV, { OF("lan2"), ADDRESS(STATION) } },
	{ "an address that is not there", VHUB_CMD_FDB_GET, 0, -ENOENT,
	  { OF(HUB), ADDRESS(STATION) } },
	{ "half an address", VHUB_CMD_FDB_GET, 0, -ERANGE,
	  { OF(HUB), ADDRESS("\2\2\2") } },
	{ "VLAN 4095", VHUB_CMD_FDB_GET, 0, -ERANGE,
	  { OF(HUB), ADDRESS(STATION), VID(4095) } },
	{ "an address at a port", VHUB_CMD_FDB_GET, 0, -EINVAL,
	  { OF(HUB), ADDRESS(STATION), AT(1) } },
	{ "a dump of one address", VHUB_CMD_FDB_GET, NLM_F_DUMP, -EINVAL,
	  { OF(HUB), ADDRESS(STATION) } },
	{ "a dump of a VLAN", VHUB_CMD_FDB_GET, NLM_F_DUMP, -EINVAL,
	  { OF(HUB), VID(1) } },
	{ "a dump of addresses of no known hub", VHUB_CMD_FDB_GET, NLM_F_DUMP,
	  -ENODEV, { OF("lan2") } },
	{ "to add no address", VHUB_CMD_FDB_ADD, 0, -EINVAL,
	  { OF(HUB), AT(1) } },
	{ "to add an address nowhere", VHUB_CMD_FDB_ADD, 0, -EINVAL,
	  { OF(HUB), ADDRESS(STATION) } },
	{ "to add an address at no known port", VHUB_CMD_FDB_ADD, 0, -ENOENT,
	  { OF(HUB), ADDRESS(STATION), AT(2) } },
	{ "to add an address of a group", VHUB_CMD_FDB_ADD, 0, -EINVAL,
	  { OF(HUB), ADDRESS(GROUP), AT(1) } },
	{ "to add an address in mode hub", VHUB_CMD_FDB_ADD, 0, -EOPNOTSUPP,
	  { OF(HUB), ADDRESS(STATION), AT(1) } },
	{ "to add an address with age", VHUB_CMD_FDB_ADD, 0, -EINVAL,
	  { OF(HUB), ADDRESS(STATION), AT(1),
	    { VHUB_A_FDB_AGE_MS, U32, 1, NULL } } },
	{ "to forget no address", VHUB_CMD_FDB_DEL, 0, -EINVAL, { OF(HUB) } },
	{ "to forget an address that is not there", VHUB_CMD_FDB_DEL, 0,
	  -ENOENT, { OF(HUB), ADDRESS(STATION) } },
	{ "to flush no hub", VHUB_CMD_FDB_FLUSH, 0, -EINVAL, {} },
	{ "to flush no known port", VHUB_CMD_FDB_FLUSH, 0, -ENOENT,
	  { OF(HUB), AT(2) } },
	{ "to flush an address", VHUB_CMD_FDB_FLUSH, 0, -EINVAL,
	  { OF(HUB), ADDRESS(STATION) } },
};

#endif /* _VHUB_BAD_H */
