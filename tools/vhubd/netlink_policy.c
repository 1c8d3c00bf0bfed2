// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - attributes of a request, checked as strictly as the kernel does
 *
 * Errors are those that the kernel gives for the same.
 */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "netlink.h"

static int policy_fails(struct netlink_request *r, int err,
			const struct nlattr *attr, const char *why)
{
	netlink_refuse(r, err, 0, "%s", why);
	r->bad = attr;
	return err;
}

static int policy_number(struct netlink_request *r, const struct nlattr *attr,
			 const struct netlink_rule *rule, size_t size,
			 uint32_t value)
{
	if (mnl_attr_get_payload_len(attr) != size)
		return policy_fails(r, -EINVAL, attr,
				    "An attribute has a wrong length");
	if (value < rule->min || (rule->max && value > rule->max))
		return policy_fails(r, -ERANGE, attr,
				    "A number is out of its range");
	return 0;
}

static int policy_string(struct netlink_request *r, const struct nlattr *attr,
			 const struct netlink_rule *rule)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t size = mnl_attr_get_payload_len(attr), len;

	len = strnlen(text, size);
	if (len == size || (rule->max && len > rule->max))
		return policy_fails(r, -EINVAL, attr,
				    "A text is too long, or does not end");
	if (len + 1 < size && rule->max && size - !text[size - 1] > rule->max)
		return policy_fails(r, -ERANGE, attr,
				    "More follows the end of a text");
	return 0;
}

static int policy_binary(struct netlink_request *r, const struct nlattr *attr,
			 const struct netlink_rule *rule)
{
	size_t size = mnl_attr_get_payload_len(attr);

	if (size < rule->min || (rule->max && size > rule->max))
		return policy_fails(r, -ERANGE, attr,
				    "An attribute has a wrong length");
	return 0;
}

/* Numbers are read only where there is room for them. */
static int policy_check(struct netlink_request *r, const struct nlattr *attr,
			const struct netlink_rule *rule)
{
	size_t len = mnl_attr_get_payload_len(attr);

	switch (rule->type) {
	case NETLINK_U8:
		return policy_number(r, attr, rule, 1,
				     len < 1 ? 0 : mnl_attr_get_u8(attr));
	case NETLINK_U16:
		return policy_number(r, attr, rule, 2,
				     len < 2 ? 0 : mnl_attr_get_u16(attr));
	case NETLINK_U32:
		return policy_number(r, attr, rule, 4,
				     len < 4 ? 0 : mnl_attr_get_u32(attr));
	case NETLINK_STRING:
		return policy_string(r, attr, rule);
	case NETLINK_BINARY:
		return policy_binary(r, attr, rule);
	default:
		return policy_fails(r, -EINVAL, attr,
				    "The command does not take this attribute");
	}
}

static int policy_take(struct netlink_request *r, const struct nlattr *attr)
{
	const struct netlink_command *command = r->command;
	uint16_t type = mnl_attr_get_type(attr);
	int ret;

	if (!type || type > command->max)
		return policy_fails(r, -EINVAL, attr,
				    "The command does not take this attribute");
	if (attr->nla_type & NLA_F_NESTED)
		return policy_fails(r, -EINVAL, attr,
				    "Nothing is nested in this attribute");
	ret = policy_check(r, attr, &command->rules[type]);
	if (!ret)
		r->tb[type] = attr;
	return ret;
}

int netlink_parse(struct netlink_request *r)
{
	const struct nlattr *attr;
	const char *end = (const char *)r->nlh + r->nlh->nlmsg_len;
	int ret = 0;

	memset(r->tb, 0, (r->command->max + 1) * sizeof(*r->tb));
	attr = mnl_nlmsg_get_payload_offset(r->nlh, GENL_HDRLEN);
	while (!ret && mnl_attr_ok(attr, end - (const char *)attr)) {
		ret = policy_take(r, attr);
		attr = mnl_attr_next(attr);
	}
	if (!ret && (const char *)attr < end)
		ret = policy_fails(r, -EINVAL, NULL,
				   "Bytes are left after the last attribute");
	return ret;
}
