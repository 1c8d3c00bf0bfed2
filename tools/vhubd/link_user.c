// SPDX-License-Identifier: GPL-2.0
/*
 * vhubd - link user: DHCP, DNS, NAT to the host's network, TFTP and forwards
 *
 * The stack is libslirp's. It does not look at the addresses of frames, and a hub
 * carries those of others, too: so it is given only its own, and broadcasts. DHCP
 * is answered here, and what is asked for by TFTP is looked at before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <string.h>

#include "dhcp.h"
#include "flow.h"
#include "link.h"
#include "link_user.h"
#include "links.h"
#include "reass.h"
#include "smb.h"
#include "stack.h"
#include "tftp.h"

/* Frames that wait for the hub before the stack is given no more. */
#define USER_WAITING	256

/* Forwards of a link, beyond which none is added: each has a file, or memory, and the
 * process has more to do with these.
 */
#define USER_FORWARDS	1024

/* libslirp's hardware addresses: these and 4 bytes of an IP address. */
#define USER_MAC	0x52
#define USER_MAC_IPV4	0x55
#define USER_MAC_IPV6	0x56

/**
 * struct user - the link
 * @link: what all links have
 * @port: its port
 * @config: what the stack is to be
 * @stack: the stack
 * @dhcp: its DHCP server
 * @reass: datagrams of guests that come in parts
 * @smb: folder of smb_open(), or NULL
 * @out: frames for the hub, each behind its length
 * @waiting: how many
 * @blocked: the hub has been told to wait
 * @placed: the port is there
 * @tftp_said: it has been said that a guest asked for a file of others
 */
struct user {
	struct link link;
	struct port port;
	struct user_config config;
	struct stack stack;
	struct dhcp dhcp;
	struct reass reass;
	char *smb;
	GByteArray *out;
	unsigned int waiting;
	bool blocked;
	bool placed;
	bool tftp_said;
};

/* Stacks of this process. */
static GSList *user_all;

static void user_emit(struct user *user, const void *frame, size_t len)
{
	uint32_t head = htonl(len);

	if (!port_takes(&user->port, len))
		return;
	flow_count(user->config.forwards, frame, len, true);
	g_byte_array_append(user->out, (const guint8 *)&head, sizeof(head));
	g_byte_array_append(user->out, frame, len);
	user->waiting++;
	loop_soon(user->link.hub->loop, &user->stack.work);
}

static void user_emit_udp(struct user *user, const struct udp *udp)
{
	uint8_t frame[UDP_HEAD_MAX + DHCP_REPLY_MAX];

	user_emit(user, frame, udp_build(udp, frame));
}

static void user_stack_output(struct stack *stack, const void *frame,
			      size_t len)
{
	user_emit(container_of(stack, struct user, stack), frame, len);
}

/* The frames from @at on. Returns how many, up to PORT_BATCH. */
static unsigned int user_batch(const struct user *user, size_t *at,
			       struct vhub_frame *frames)
{
	unsigned int n = 0;
	uint32_t head;

	while (n < PORT_BATCH && *at < user->out->len) {
		memcpy(&head, user->out->data + *at, FRAME_HEAD);
		frames[n].data = user->out->data + *at + FRAME_HEAD;
		frames[n].len = ntohl(head);
		frames[n].reserved = FRAME_HEADED;
		*at += FRAME_HEAD + frames[n].len;
		n++;
	}
	return n;
}

static void user_stack_settled(struct stack *stack)
{
	struct user *user = container_of(stack, struct user, stack);
	struct vhub_frame frames[PORT_BATCH];
	size_t at = 0;

	while (at < user->out->len)
		port_input(&user->port, frames, user_batch(user, &at, frames));
	g_byte_array_set_size(user->out, 0);
	user->waiting = 0;
	if (!user->blocked)
		return;
	user->blocked = false;
	port_writable(&user->port);
}

static void user_say_text(void *data, const char *text)
{
	const struct user *user = data;

	link_say(&user->link, "%s", text);
}

static void user_dhcp_input(struct user *user, const struct udp *udp)
{
	uint8_t room[DHCP_REPLY_MAX];
	struct udp reply = { 0 };

	if (!dhcp_input(&user->dhcp, udp, &reply, room))
		return;
	reply.src_mac[0] = USER_MAC;
	reply.src_mac[1] = USER_MAC_IPV4;
	memcpy(reply.src_mac + 2, &user->config.host, sizeof(struct in_addr));
	user_emit_udp(user, &reply);
}

static bool user_is_dhcp(const struct user *user, const struct udp *udp)
{
	return udp->family == AF_INET && udp->dport == DHCP_PORT_SERVER &&
	       user->config.ipv4 &&
	       (udp->dst.v4.s_addr == INADDR_BROADCAST ||
		udp->dst.v4.s_addr == user->config.host.s_addr);
}

static bool user_is_tftp(const struct user *user, const struct udp *udp)
{
	if (!user->config.tftp || udp->dport != TFTP_PORT)
		return false;
	if (udp->family == AF_INET)
		return udp->dst.v4.s_addr == user->config.host.s_addr;
	return IN6_ARE_ADDR_EQUAL(&udp->dst.v6, &user->config.host6);
}

static void user_tftp_say(struct user *user, const struct udp *udp,
			  const char *name)
{
	const uint8_t *mac = udp->src_mac;
	char *text;

	text = g_strdup_printf("TFTP: %02x:%02x:%02x:%02x:%02x:%02x may not have \"%s\", which is no file in %s",
			       mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
			       name, user->config.tftp);
	if (user->tftp_said)
		g_info("%s: %s", user->link.text, text);
	else
		link_say(&user->link, "%s", text);
	user->tftp_said = true;
	g_free(text);
}

/* Is it refused? */
static bool user_tftp_refuses(struct user *user, const struct udp *udp)
{
	uint8_t room[TFTP_REPLY_MAX];
	struct udp reply = { 0 };
	char name[TFTP_NAME_MAX];

	if (!tftp_request(udp, name) || tftp_allows(user->config.tftp, name))
		return false;
	user_tftp_say(user, udp, name);
	tftp_refuse(udp, &reply, room);
	user_emit_udp(user, &reply);
	return true;
}

/* Does it go to everybody, or to an address that libslirp makes? */
static bool user_is_mine(const struct user *user, const uint8_t *mac)
{
	struct in_addr addr;

	if (mac[0] & 1)
		return true;
	if (mac[0] != USER_MAC)
		return false;
	memcpy(&addr, mac + 2, sizeof(addr));
	return (mac[1] == USER_MAC_IPV4 &&
		user_config_has(&user->config, addr)) ||
	       (mac[1] == USER_MAC_IPV6 && user->config.ipv6);
}

static bool user_is_known(const uint8_t *frame)
{
	uint16_t type;

	memcpy(&type, frame + 2 * ETH_ALEN, sizeof(type));
	switch (ntohs(type)) {
	case ETHERTYPE_ARP:
	case ETHERTYPE_IP:
	case ETHERTYPE_IPV6:
		return true;
	default:
		return false;
	}
}

static void user_input(struct user *user, const uint8_t *frame, uint32_t len)
{
	struct udp udp;

	if (!user_is_mine(user, frame) || !user_is_known(frame))
		return;
	frame = reass_input(&user->reass, frame, &len);
	if (!frame)
		return;
	if (udp_parse(&udp, frame, len)) {
		if (user_is_dhcp(user, &udp)) {
			user_dhcp_input(user, &udp);
			return;
		}
		if (user_is_tftp(user, &udp) && user_tftp_refuses(user, &udp))
			return;
	}
	flow_count(user->config.forwards, frame, len, false);
	stack_input(&user->stack, frame, len);
}

static unsigned int user_output(struct port *port,
				const struct vhub_frame *frames,
				unsigned int n)
{
	struct user *user = container_of(port, struct user, port);
	unsigned int i;

	for (i = 0; i < n; i++) {
		user->blocked = user->waiting >= USER_WAITING;
		if (user->blocked)
			break;
		user_input(user, frames[i].data, frames[i].len);
	}
	return i;
}

static const struct port_ops user_port_ops = { .output = user_output };

static const char *user_forward_word(const struct forward *f)
{
	return f->to_guest ? "hostfwd" : "guestfwd";
}

/* Can its guest be reached? The stack would take clients for nobody. */
static bool user_forward_reaches(const struct user *user,
				 const struct forward *f, GError **error)
{
	bool v6 = f->guest.family == AF_INET6;

	if (!f->to_guest || (v6 ? user->config.ipv6 : user->config.ipv4))
		return true;
	opts_error(error, "user: hostfwd: %s is off", v6 ? "IPv6" : "IPv4");
	return false;
}

/* Return 0, or -errno after setting the error. */
static int user_forward(struct user *user, struct forward *forward,
			GError **error)
{
	bool any = forward->to_guest && !forward->host.v4.sin_port;
	char text[FORWARD_TEXT];
	int ret;

	if (!user_forward_reaches(user, forward, error))
		return -EINVAL;
	ret = stack_forward(&user->stack, forward);
	forward_text(forward, text);
	if (ret)
		opts_error(error, "%s %s: %s", user_forward_word(forward), text,
			   strerror(-ret));
	else if (any)
		link_say(&user->link, "%s %s", user_forward_word(forward),
			 text);
	return ret;
}

static bool user_forward_all(struct user *user, GError **error)
{
	GPtrArray *list = user->config.forwards;
	guint i;

	for (i = 0; i < list->len; i++)
		if (user_forward(user, g_ptr_array_index(list, i), error))
			return false;
	return true;
}

/* libslirp's router has one and the same IPv6 address in all stacks. */
static bool user_is_alone(const struct user *user, GError **error)
{
	const struct user_config *c = &user->config, *o;
	const GSList *node;

	for (node = user_all; node; node = node->next) {
		o = &((const struct user *)node->data)->config;
		if (o == c)
			continue;
		if (o->ipv6 && c->ipv6) {
			opts_error(error, "another stack has IPv6 on this hub, say ipv6=off");
			return false;
		}
		if (o->ipv4 && c->ipv4 && (user_config_has(o, c->net) ||
					   user_config_has(c, o->net))) {
			opts_error(error, "another stack has this network on this hub, say net=");
			return false;
		}
	}
	return true;
}

static bool user_open(struct link *link, GError **error)
{
	struct user *user = container_of(link, struct user, link);

	if (!user_is_alone(user, error))
		return false;
	if (user->config.smb) {
		user->smb = smb_open(&user->config, link->hub->user,
				     error);
		if (!user->smb)
			return false;
	}
	if (user->config.ipv4)
		dhcp_open(&user->dhcp, &user->config, user_say_text, user);
	user->stack.output = user_stack_output;
	user->stack.settled = user_stack_settled;
	if (!link_port(link, &user->port, &user_port_ops, PORT_WIDE, NULL,
		       error))
		return false;
	user->placed = true;
	if (!stack_open(&user->stack, link->hub->loop, &user->config, error) ||
	    !user_forward_all(user, error))
		return false;
	port_set_up(&user->port, true);
	link_works(link, NULL);
	return true;
}

static void user_close(struct link *link)
{
	struct user *user = container_of(link, struct user, link);

	user_all = g_slist_remove(user_all, user);
	stack_close(&user->stack);
	if (user->placed)
		port_close(&user->port);
	dhcp_close(&user->dhcp);
	reass_clear(&user->reass);
	smb_close(user->smb);
	g_byte_array_free(user->out, TRUE);
	user_config_clear(&user->config);
}

static unsigned int user_forward_needs(const struct forward *f)
{
	return (f->command ? NEEDS_PROGRAMS : 0) |
	       (f->path ? NEEDS_OTHERS : 0);
}

/* Its name server is the host's, and that may become another. */
static void user_needs(const struct link *link, struct needs *needs)
{
	const struct user *user = container_of(link, struct user, link);
	const struct forward *f;
	guint i;

	needs->bits |= NEEDS_INET | NEEDS_NAMES;
	if (user->config.tftp)
		needs_path(needs, user->config.tftp, NEEDS_READ | NEEDS_LIST);
	if (user->config.smb)
		needs->bits |= NEEDS_PROGRAMS;
	for (i = 0; i < user->config.forwards->len; i++) {
		f = g_ptr_array_index(user->config.forwards, i);
		needs->bits |= user_forward_needs(f);
	}
}

static void user_say_forward(const struct user *user, const struct forward *f)
{
	char text[FORWARD_TEXT];

	forward_text(f, text);
	link_say(&user->link, "%s %s, connections %" PRIu64
		 " in_bytes %" PRIu64 " out_bytes %" PRIu64,
		 user_forward_word(f), text, f->connections,
		 f->in_bytes, f->out_bytes);
}

/* "-" for what is not known. */
static const char *user_addr_text(bool has, const union forward_addr *addr,
				  char *text)
{
	if (!has)
		return "-";
	forward_addr_text(addr, text);
	return text;
}

static void user_say_conn(const struct user *user, const struct stack_conn *c)
{
	char src[FORWARD_ADDR_TEXT], dst[FORWARD_ADDR_TEXT];
	char local[FORWARD_ADDR_TEXT], remote[FORWARD_ADDR_TEXT];

	link_say(&user->link, "%s %s, on the hub %s %s, on the host %s %s, waiting in %u out %u",
		 c->protocol, c->state,
		 user_addr_text(c->has_hub, &c->src, src),
		 user_addr_text(c->has_hub, &c->dst, dst),
		 user_addr_text(c->has_local, &c->local, local),
		 user_addr_text(c->has_remote, &c->remote, remote),
		 c->in, c->out);
}

static void user_say_conns(const struct user *user)
{
	GArray *conns = stack_connections(&user->stack);
	guint i;

	for (i = 0; i < conns->len; i++)
		user_say_conn(user, &g_array_index(conns, struct stack_conn,
						   i));
	g_array_free(conns, TRUE);
}

/* A link that could not be opened has no port. */
static void user_say(struct link *link)
{
	struct user *user = container_of(link, struct user, link);
	const GPtrArray *list = user->config.forwards;
	guint i;

	if (!user->placed)
		return;
	dhcp_say_leases(&user->dhcp);
	for (i = 0; i < list->len; i++)
		user_say_forward(user, g_ptr_array_index(list, i));
	user_say_conns(user);
}

static const struct link_ops user_ops = {
	.open = user_open,
	.close = user_close,
	.needs = user_needs,
	.say = user_say,
};

/* For netlink ------------------------------------------------------------------*/

static struct user *user_of(const struct link *link)
{
	return link->ops == &user_ops ? container_of(link, struct user, link) :
					NULL;
}

const struct user_config *link_user_config(const struct link *link)
{
	const struct user *user = user_of(link);

	return user ? &user->config : NULL;
}

struct dhcp *link_user_dhcp(const struct link *link)
{
	return &user_of(link)->dhcp;
}

const struct stack *link_user_stack(const struct link *link)
{
	return &user_of(link)->stack;
}

/* Nobody listens there for this stack: libslirp would take two of a guest's. */
static int user_forward_check(const struct user *user, const struct forward *f,
			      GError **error)
{
	const GPtrArray *list = user->config.forwards;
	unsigned int bits = user_forward_needs(f);
	char lack[LINKS_TEXT];
	guint i;

	if (list->len >= USER_FORWARDS) {
		opts_error(error, "there are %u forwards, which is all that a link takes",
			   list->len);
		return -ENOSPC;
	}
	if (f->to_guest && f->host.v4.sin_port &&
	    ntohs(f->host.v4.sin_port) < IPPORT_RESERVED)
		bits |= NEEDS_LOW_PORT;
	if (!links_may(user->link.hub->links, bits, lack)) {
		opts_error(error, "%s", lack);
		return -EOPNOTSUPP;
	}
	if (!f->to_guest && !(user->config.ipv4 &&
			      user_config_has(&user->config,
					      f->guest.v4.sin_addr))) {
		opts_error(error, "guestfwd: the address is not in the stack's network");
		return -EINVAL;
	}
	for (i = 0; i < list->len; i++) {
		if (!forward_same(f, g_ptr_array_index(list, i)))
			continue;
		opts_error(error, "the link forwards this already");
		return -EEXIST;
	}
	return 0;
}

int link_user_forward(struct link *link, const char *text, bool to_guest,
		      struct forward **forward, GError **error)
{
	struct user *user = user_of(link);
	struct forward *f;
	int ret;

	f = to_guest ? forward_parse_host(text, user->config.dhcp, error) :
		       forward_parse_guest(text, error);
	if (!f)
		return -EINVAL;
	ret = user_forward_check(user, f, error);
	if (!ret)
		ret = user_forward(user, f, error);
	if (ret) {
		forward_free(f);
		return ret;
	}
	g_ptr_array_add(user->config.forwards, f);
	*forward = f;
	return 0;
}

int link_user_unforward(struct link *link, struct forward *forward)
{
	struct user *user = user_of(link);
	int ret = stack_unforward(&user->stack, forward);

	if (!ret)
		g_ptr_array_remove(user->config.forwards, forward);
	return ret;
}

static struct link *user_create(struct opts *opts, GError **error)
{
	struct user *user = g_new0(struct user, 1);

	user->link.ops = &user_ops;
	user->out = g_byte_array_new();
	reass_init(&user->reass);
	user_all = g_slist_prepend(user_all, user);
	if (user_config_parse(&user->config, opts, error))
		return &user->link;
	link_free(&user->link);
	return NULL;
}

const struct link_kind link_user = {
	.name = "user",
	.options = user_options,
	.needs = NEEDS_INET | NEEDS_NAMES | NEEDS_OTHERS,
	.create = user_create,
};
