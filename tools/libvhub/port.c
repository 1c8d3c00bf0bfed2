// SPDX-License-Identifier: GPL-2.0
/* libvhub - ports over netlink: show, add, set, del */
#include <errno.h>
#include <string.h>

#include "genl.h"

static const uint8_t port_type[] = {
	[VHUB_A_PORT_HUB_IFINDEX] = MNL_TYPE_U32,
	[VHUB_A_PORT_HUB_NAME] = MNL_TYPE_NUL_STRING,
	[VHUB_A_PORT_NUMBER] = MNL_TYPE_U32,
	[VHUB_A_PORT_KIND] = MNL_TYPE_U32,
	[VHUB_A_PORT_FLAGS] = MNL_TYPE_U32,
	[VHUB_A_PORT_LABEL] = MNL_TYPE_NUL_STRING,
	[VHUB_A_PORT_PID] = MNL_TYPE_U32,
	[VHUB_A_PORT_COMMAND] = MNL_TYPE_NUL_STRING,
	[VHUB_A_PORT_OWNER] = MNL_TYPE_U32,
	[VHUB_A_PORT_QUEUES] = MNL_TYPE_U32,
	[VHUB_A_PORT_QUEUES_ON] = MNL_TYPE_U32,
	[VHUB_A_PORT_VNET_HDR_SIZE] = MNL_TYPE_U32,
	[VHUB_A_PORT_OFFLOADS] = MNL_TYPE_U32,
	[VHUB_A_PORT_QUEUED] = MNL_TYPE_U32,
	[VHUB_A_PORT_STATS] = MNL_TYPE_NESTED,
	[VHUB_A_PORT_LOCK] = MNL_TYPE_BINARY,
	[VHUB_A_PORT_MAX_ADDRESSES] = MNL_TYPE_U32,
	[VHUB_A_PORT_ADDRESSES] = MNL_TYPE_U32,
	[VHUB_A_PORT_DEV_IFINDEX] = MNL_TYPE_U32,
	[VHUB_A_PORT_DEV_NAME] = MNL_TYPE_NUL_STRING,
	[VHUB_A_PORT_PVID] = MNL_TYPE_U32,
	[VHUB_A_PORT_VLANS] = MNL_TYPE_BINARY,
	[VHUB_A_PORT_ADDRESS] = MNL_TYPE_BINARY,
	[VHUB_A_PORT_IP] = MNL_TYPE_BINARY,
	[VHUB_A_PORT_VIA] = MNL_TYPE_BINARY,
};

#define PORT_ATTR_MAX	VHUB_A_PORT_VIA

_Static_assert(PORT_ATTR_MAX < 32,
	       "has of struct vhub_port_info has no bit for all attributes");
_Static_assert(sizeof(struct vhub_ip) == VHUB_IP_SIZE,
	       "struct vhub_ip is not as the kernel has it");

static const uint8_t stats_type[] = {
	[VHUB_A_STATS_RX_FRAMES] = MNL_TYPE_U64,
	[VHUB_A_STATS_RX_BYTES] = MNL_TYPE_U64,
	[VHUB_A_STATS_TX_FRAMES] = MNL_TYPE_U64,
	[VHUB_A_STATS_TX_BYTES] = MNL_TYPE_U64,
	[VHUB_A_STATS_DROPS] = MNL_TYPE_NESTED,
	[VHUB_A_STATS_NOT_LEARNED] = MNL_TYPE_U64,
};

#define STATS_ATTR_MAX	VHUB_A_STATS_NOT_LEARNED

static const uint8_t drops_type[] = {
	[VHUB_A_DROPS_SHORT ... VHUB_A_DROPS_MAX] = MNL_TYPE_U64,
};

static const struct vhub_nl_policy port_policy = {
	port_type, PORT_ATTR_MAX
};

static const struct vhub_nl_policy stats_policy = {
	stats_type, STATS_ATTR_MAX
};

static const struct vhub_nl_policy drops_policy = {
	drops_type, VHUB_A_DROPS_MAX
};

static int port_parse_drops(const struct nlattr *nest,
			    struct vhub_port_info *port)
{
	const struct nlattr *tb[VHUB_A_DROPS_MAX + 1];
	unsigned int i;
	int ret;

	ret = vhub_nl_parse(&drops_policy, mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), tb);
	if (ret)
		return ret;
	for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
		if (tb[i])
			port->drops[i] = mnl_attr_get_u64(tb[i]);
	return 0;
}

static int port_parse_stats(const struct nlattr *nest,
			    struct vhub_port_info *port)
{
	uint64_t *const u64[STATS_ATTR_MAX + 1] = {
		[VHUB_A_STATS_RX_FRAMES] = &port->rx_frames,
		[VHUB_A_STATS_RX_BYTES] = &port->rx_bytes,
		[VHUB_A_STATS_TX_FRAMES] = &port->tx_frames,
		[VHUB_A_STATS_TX_BYTES] = &port->tx_bytes,
		[VHUB_A_STATS_NOT_LEARNED] = &port->not_learned,
	};
	const struct nlattr *tb[STATS_ATTR_MAX + 1];
	unsigned int i;
	int ret;

	ret = vhub_nl_parse(&stats_policy, mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), tb);
	if (ret)
		return ret;
	for (i = 0; i <= STATS_ATTR_MAX; i++)
		if (tb[i] && u64[i])
			*u64[i] = mnl_attr_get_u64(tb[i]);
	if (!tb[VHUB_A_STATS_DROPS])
		return 0;
	return port_parse_drops(tb[VHUB_A_STATS_DROPS], port);
}

static void port_parse_numbers(const struct nlattr *const *tb,
			       struct vhub_port_info *port)
{
	uint32_t *const u32[PORT_ATTR_MAX + 1] = {
		[VHUB_A_PORT_HUB_IFINDEX] = &port->hub_ifindex,
		[VHUB_A_PORT_NUMBER] = &port->number,
		[VHUB_A_PORT_KIND] = &port->kind,
		[VHUB_A_PORT_FLAGS] = &port->flags,
		[VHUB_A_PORT_PID] = &port->pid,
		[VHUB_A_PORT_OWNER] = &port->owner,
		[VHUB_A_PORT_QUEUES] = &port->queues,
		[VHUB_A_PORT_QUEUES_ON] = &port->queues_on,
		[VHUB_A_PORT_VNET_HDR_SIZE] = &port->vnet_hdr_size,
		[VHUB_A_PORT_OFFLOADS] = &port->offloads,
		[VHUB_A_PORT_QUEUED] = &port->queued,
		[VHUB_A_PORT_MAX_ADDRESSES] = &port->max_addresses,
		[VHUB_A_PORT_ADDRESSES] = &port->addresses,
		[VHUB_A_PORT_DEV_IFINDEX] = &port->dev_ifindex,
		[VHUB_A_PORT_PVID] = &port->pvid,
	};
	unsigned int i;

	for (i = 0; i <= PORT_ATTR_MAX; i++) {
		if (!tb[i])
			continue;
		port->has |= 1U << i;
		if (u32[i])
			*u32[i] = mnl_attr_get_u32(tb[i]);
	}
}

/* Pairs of numbers, each the first and the last of a range. */
static int port_parse_vlans(const struct nlattr *attr,
			    struct vhub_port_info *port)
{
	size_t i, n = mnl_attr_get_payload_len(attr) / sizeof(uint16_t);
	const uint16_t *ends = mnl_attr_get_payload(attr);
	unsigned int vid;

	if (mnl_attr_get_payload_len(attr) % (2 * sizeof(uint16_t)))
		return -EBADMSG;
	for (i = 0; i < n; i += 2)
		for (vid = ends[i]; vid <= ends[i + 1]; vid++)
			vhub_vlans_add(port->vlans, vid);
	return 0;
}

/* Things of @size bytes each, @max at most. */
static int port_parse_array(const struct nlattr *attr, void *items, size_t size,
			    size_t max, uint32_t *n)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len % size || len > max * size)
		return -EBADMSG;
	if (len)
		memcpy(items, mnl_attr_get_payload(attr), len);
	*n = len / size;
	return 0;
}

/* What only devices of IP packets have. */
static int port_parse_l3(const struct nlattr *const *tb,
			 struct vhub_port_info *port)
{
	int ret = vhub_nl_copy_address(port->address, tb[VHUB_A_PORT_ADDRESS]);

	if (!ret)
		ret = port_parse_array(tb[VHUB_A_PORT_IP], port->ips,
				       sizeof(*port->ips), VHUB_IP_MAX,
				       &port->ip_count);
	if (!ret)
		ret = port_parse_array(tb[VHUB_A_PORT_VIA], port->via,
				       sizeof(*port->via), VHUB_VIA_MAX,
				       &port->via_count);
	return ret;
}

/**
 * vhub_port_parse() - read a message about a port
 * @nlh: an answer or an event
 * @port: filled in; what the message does not say is 0
 */
int vhub_port_parse(const struct nlmsghdr *nlh, struct vhub_port_info *port)
{
	const struct nlattr *tb[PORT_ATTR_MAX + 1];
	int ret;

	memset(port, 0, sizeof(*port));
	ret = vhub_genl_attrs(nlh, &port_policy, tb);
	if (ret)
		return ret;
	port_parse_numbers(tb, port);
	vhub_nl_copy_string(port->hub_name, sizeof(port->hub_name),
			    tb[VHUB_A_PORT_HUB_NAME]);
	vhub_nl_copy_string(port->label, sizeof(port->label),
			    tb[VHUB_A_PORT_LABEL]);
	vhub_nl_copy_string(port->command, sizeof(port->command),
			    tb[VHUB_A_PORT_COMMAND]);
	ret = vhub_nl_copy_address(port->lock, tb[VHUB_A_PORT_LOCK]);
	if (!ret)
		ret = port_parse_l3(tb, port);
	if (ret)
		return ret;
	vhub_nl_copy_string(port->dev_name, sizeof(port->dev_name),
			    tb[VHUB_A_PORT_DEV_NAME]);
	if (tb[VHUB_A_PORT_VLANS])
		ret = port_parse_vlans(tb[VHUB_A_PORT_VLANS], port);
	if (ret)
		return ret;
	if (!tb[VHUB_A_PORT_STATS])
		return 0;
	return port_parse_stats(tb[VHUB_A_PORT_STATS], port);
}

static int port_get_cb(const struct nlmsghdr *nlh, void *data)
{
	return vhub_port_parse(nlh, data);
}

static int port_list_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_port_info *port = vhub_vec_push(data);

	return port ? vhub_port_parse(nlh, port) : -ENOMEM;
}

/* A request about one port, @buf of VHUB_NL_REQUEST_SIZE. */
static struct nlmsghdr *port_request(void *buf, uint8_t cmd, const char *hub,
				     uint32_t number)
{
	struct nlmsghdr *nlh = vhub_genl_request(buf, cmd);

	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, hub);
	mnl_attr_put_u32(nlh, VHUB_A_PORT_NUMBER, number);
	return nlh;
}

/**
 * vhub_port_get() - show one port
 * @nl: all zero or used before
 * @hub: name of its hub
 * @number: of the port, 0 for the host's
 * @port: filled in
 *
 * Return: 0 or -errno, -ENODEV for no such hub, -ENOENT for no such port.
 */
int vhub_port_get(struct vhub_nl *nl, const char *hub, uint32_t number,
		  struct vhub_port_info *port)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	memset(port, 0, sizeof(*port));
	nlh = port_request(buf, VHUB_CMD_PORT_GET, hub, number);
	return vhub_genl_talk(nl, hub, nlh, port_get_cb, port);
}

/**
 * vhub_port_list() - show all ports of a hub or of the namespace
 * @nl: all zero or used before
 * @hub: name of the hub, or NULL for all
 * @ports: array, which the caller frees
 * @n: its length
 */
int vhub_port_list(struct vhub_nl *nl, const char *hub,
		   struct vhub_port_info **ports, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**ports) };
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;
	int ret;

	nlh = vhub_genl_request(buf, VHUB_CMD_PORT_GET);
	if (hub)
		mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, hub);
	ret = vhub_genl_dump(nl, hub, nlh, port_list_cb, &vec);
	*ports = vec.items;
	*n = vec.n;
	return ret;
}

static void port_put_switch(struct nlmsghdr *nlh,
			    const struct vhub_port_set *set, unsigned int attr,
			    bool on)
{
	if (vhub_has(set->has, attr))
		mnl_attr_put_u8(nlh, attr, on);
}

static void port_put_l3(struct nlmsghdr *nlh, const struct vhub_port_set *set)
{
	if (vhub_has(set->has, VHUB_A_PORT_ADDRESS))
		mnl_attr_put(nlh, VHUB_A_PORT_ADDRESS, sizeof(set->address),
			     set->address);
	if (vhub_has(set->has, VHUB_A_PORT_IP))
		mnl_attr_put(nlh, VHUB_A_PORT_IP,
			     set->ip_count * sizeof(*set->ips), set->ips);
	if (vhub_has(set->has, VHUB_A_PORT_VIA))
		mnl_attr_put(nlh, VHUB_A_PORT_VIA,
			     set->via_count * sizeof(*set->via), set->via);
}

/**
 * vhub_port_add() - make a network device a port
 * @nl: all zero or used before
 * @hub: name of the hub
 * @dev: name of the device, in the same namespace
 * @label: text for the port, or NULL
 * @port: filled in, may be NULL
 *
 * Return: 0 or -errno, -ENXIO for no such device; -EINVAL, -EBUSY, -EEXIST,
 * -ELOOP or -EOPNOTSUPP for one that cannot be a port, -ENOSPC for a full hub.
 */
int vhub_port_add(struct vhub_nl *nl, const char *hub, const char *dev,
		  const char *label, struct vhub_port_info *port)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct vhub_port_info unwanted;
	struct nlmsghdr *nlh;

	if (!port)
		port = &unwanted;
	memset(port, 0, sizeof(*port));
	nlh = vhub_genl_request(buf, VHUB_CMD_PORT_ADD);
	mnl_attr_put_strz(nlh, VHUB_A_PORT_HUB_NAME, hub);
	mnl_attr_put_strz(nlh, VHUB_A_PORT_DEV_NAME, dev);
	if (label)
		mnl_attr_put_strz(nlh, VHUB_A_PORT_LABEL, label);
	return vhub_genl_talk(nl, hub, nlh, port_get_cb, port);
}

static bool port_next_vlan(const uint8_t *vlans, unsigned int *vid, bool is_in)
{
	while (*vid <= VHUB_VID_MAX && vhub_vlans_has(vlans, *vid) != is_in)
		++*vid;
	return *vid <= VHUB_VID_MAX;
}

/**
 * vhub_vlans_next() - go through a set of VLANs range by range
 * @vlans: the set
 * @first: where to begin, then the first of the range found
 * @last: the last of it
 *
 * Return: false when there is no more.
 */
bool vhub_vlans_next(const uint8_t *vlans, unsigned int *first,
		     unsigned int *last)
{
	unsigned int end;

	if (!port_next_vlan(vlans, first, true))
		return false;
	end = *first;
	port_next_vlan(vlans, &end, false);
	*last = end - 1;
	return true;
}

/* One range more than the kernel takes, for it to say so. */
static void port_put_vlans(struct nlmsghdr *nlh, const uint8_t *vlans)
{
	uint16_t ranges[VHUB_VLAN_RANGES_MAX + 1][2];
	unsigned int first = 1, last;
	size_t n = 0;

	while (n <= VHUB_VLAN_RANGES_MAX &&
	       vhub_vlans_next(vlans, &first, &last)) {
		ranges[n][0] = first;
		ranges[n++][1] = last;
		first = last + 1;
	}
	mnl_attr_put(nlh, VHUB_A_PORT_VLANS, n * sizeof(ranges[0]), ranges);
}

/**
 * vhub_port_set() - change a port
 * @nl: all zero or used before
 * @hub: name of its hub
 * @number: of the port
 * @set: what to change
 */
int vhub_port_set(struct vhub_nl *nl, const char *hub, uint32_t number,
		  const struct vhub_port_set *set)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	if (set->ip_count > VHUB_IP_MAX || set->via_count > VHUB_VIA_MAX)
		return -EINVAL;
	nlh = port_request(buf, VHUB_CMD_PORT_SET, hub, number);
	if (vhub_has(set->has, VHUB_A_PORT_LABEL))
		mnl_attr_put_strz(nlh, VHUB_A_PORT_LABEL, set->label);
	if (vhub_has(set->has, VHUB_A_PORT_MAX_ADDRESSES))
		mnl_attr_put_u32(nlh, VHUB_A_PORT_MAX_ADDRESSES,
				 set->max_addresses);
	if (vhub_has(set->has, VHUB_A_PORT_LOCK))
		mnl_attr_put(nlh, VHUB_A_PORT_LOCK, sizeof(set->lock),
			     set->lock);
	if (vhub_has(set->has, VHUB_A_PORT_PVID))
		mnl_attr_put_u32(nlh, VHUB_A_PORT_PVID, set->pvid);
	if (vhub_has(set->has, VHUB_A_PORT_VLANS))
		port_put_vlans(nlh, set->vlans);
	port_put_l3(nlh, set);
	port_put_switch(nlh, set, VHUB_A_PORT_LINK, set->link);
	port_put_switch(nlh, set, VHUB_A_PORT_LEARNING, set->learning);
	port_put_switch(nlh, set, VHUB_A_PORT_FLOOD, set->flood);
	port_put_switch(nlh, set, VHUB_A_PORT_ISOLATED, set->isolated);
	return vhub_genl_talk(nl, hub, nlh, NULL, NULL);
}

/**
 * vhub_port_del() - take a port off its hub
 * @nl: all zero or used before
 * @hub: name of its hub
 * @number: of the port
 */
int vhub_port_del(struct vhub_nl *nl, const char *hub, uint32_t number)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	struct nlmsghdr *nlh;

	nlh = port_request(buf, VHUB_CMD_PORT_DEL, hub, number);
	return vhub_genl_talk(nl, hub, nlh, NULL, NULL);
}
