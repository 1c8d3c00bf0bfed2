// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - ports whose device carries bare IP packets, as TUN
 *
 * DOC: A station made of packets
 *
 * A device without Ethernet header (TUN, WireGuard) becomes one station on the
 * hub, with an Ethernet address that we give it. For it we do what the network
 * stack of an ordinary station does between IP and Ethernet:
 *
 * - Packets that the device sends get an Ethernet header. For whom, is asked by
 *   ARP or neighbour solicitation, and packets wait meanwhile, a few for each
 *   neighbour. Nobody answers within three seconds: they are dropped, and so
 *   are those of the second that follows.
 * - Frames for the station lose their Ethernet header. Other protocols than IP
 *   are not for it.
 * - Questions for the addresses behind the device are answered. These are the
 *   ones that it has sent from and those that somebody told us.
 *
 * All that we send of our own (questions, answers, and packets that had to wait)
 * goes by way of a worker: a question comes while another port's frames are
 * being forwarded, and an answer sent from there would come back to where the
 * next question comes from, and so on, each deeper in the same stack.
 */

#include "l3.h"

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "compat.h"
#include "forward.h"
#include "l3-message.h"
#include "offload.h"
#include "port.h"

enum vhub_l3_limits {
	VHUB_L3_WAITING_MAX	= 8,		/* frames for one neighbour */
	VHUB_L3_HELD_MAX	= 1 << 20,	/* bytes of all that is held */
	VHUB_L3_HELD_WAITING	= 3 << 18,	/* of these, frames that wait */
	VHUB_L3_QUESTIONS	= 3,
};

#define VHUB_L3_ASK_EVERY	HZ		/* until somebody answers */
#define VHUB_L3_FAILED_FOR	HZ		/* nobody is asked again */
#define VHUB_L3_SURE_FOR	(30 * HZ)	/* after a sign of life */
#define VHUB_L3_UNUSED_MAX	(300 * HZ)	/* then it is forgotten */
#define VHUB_L3_AGE_EVERY	(60 * HZ)

/* What became of a frame from the hub that is no reason to drop it. */
#define VHUB_L3_TAKEN		0
#define VHUB_L3_PASSED_OVER	(-1)

/**
 * struct vhub_l3_packet - an IP packet
 * @from: its source
 * @to: its destination
 * @len: its bytes; there may be more behind it
 */
struct vhub_l3_packet {
	struct in6_addr from;
	struct in6_addr to;
	u32 len;
};

static void vhub_l3_get_mac(const struct vhub_l3 *l3, u8 mac[ETH_ALEN])
{
	u64 bits = READ_ONCE(l3->mac);

	memcpy(mac, &bits, ETH_ALEN);
}

/*
 * Frames of our own
 */

/* Has the worker send a frame. Consumes @skb. Return: 0 or why it was dropped. */
static int vhub_l3_send_locked(struct vhub_l3 *l3, struct sk_buff *skb)
{
	lockdep_assert_held(&l3->table.lock);

	if (!skb)
		return VHUB_A_DROPS_NO_MEMORY;
	if (l3->held + skb->truesize > VHUB_L3_HELD_MAX) {
		kfree_skb(skb);
		return VHUB_A_DROPS_FULL;
	}
	skb->dev = l3->dev;
	l3->held += skb->truesize;
	__skb_queue_tail(&l3->out, skb);
	mod_delayed_work(system_highpri_wq, &l3->work, 0);
	return 0;
}

/*
 * Neighbours
 */

/* Drops what waits for a neighbour. */
static void vhub_l3_drop_waiting_locked(struct vhub_l3 *l3,
					struct vhub_l3_neighbour *neighbour)
{
	struct sk_buff *skb;

	lockdep_assert_held(&l3->table.lock);

	while ((skb = __skb_dequeue(&neighbour->waiting))) {
		l3->held -= skb->truesize;
		vhub_stats_drop(l3->port->stats, VHUB_A_DROPS_UNRESOLVED, 1);
		kfree_skb(skb);
	}
}

static void vhub_l3_remove_neighbour_locked(struct vhub_l3 *l3,
					    struct vhub_l3_neighbour *neighbour)
{
	vhub_l3_drop_waiting_locked(l3, neighbour);
	vhub_l3_neighbour_free_locked(&l3->table, neighbour);
}

/* Asks a neighbour that we know, or all stations for one that we do not. */
static void vhub_l3_ask_locked(struct vhub_l3 *l3,
			       struct vhub_l3_neighbour *neighbour)
{
	u8 mac[ETH_ALEN] __aligned(2);

	lockdep_assert_held(&l3->table.lock);

	neighbour->asked++;
	neighbour->when = jiffies + VHUB_L3_ASK_EVERY;
	vhub_l3_get_mac(l3, mac);
	/* What cannot be sent now is asked again later. */
	vhub_l3_send_locked(l3, vhub_l3_make_question(mac, &neighbour->asker,
						      &neighbour->addr,
						      neighbour->known ?
						      neighbour->mac : NULL));
	/* It has to know when that is, also if nothing could be sent. */
	mod_delayed_work(system_highpri_wq, &l3->work, 0);
}

/* Somebody said where the neighbour is: what waits for it is sent. */
static void vhub_l3_set_neighbour_locked(struct vhub_l3 *l3,
					 struct vhub_l3_neighbour *neighbour,
					 const u8 *mac)
{
	struct sk_buff *skb;

	lockdep_assert_held(&l3->table.lock);

	ether_addr_copy(neighbour->mac, mac);
	neighbour->known = true;
	neighbour->failed = false;
	neighbour->asked = 0;
	neighbour->when = jiffies;
	if (skb_queue_empty(&neighbour->waiting))
		return;

	skb_queue_walk(&neighbour->waiting, skb)
		ether_addr_copy(eth_hdr(skb)->h_dest, mac);
	skb_queue_splice_tail_init(&neighbour->waiting, &l3->out);
	mod_delayed_work(system_highpri_wq, &l3->work, 0);
}

/* Keeps a frame until its neighbour is found; the oldest goes for it if there
 * are many. Consumes @skb.
 */
static void vhub_l3_wait_locked(struct vhub_l3 *l3,
				struct vhub_l3_neighbour *neighbour,
				struct sk_buff *skb)
{
	struct sk_buff *oldest;

	lockdep_assert_held(&l3->table.lock);

	l3->held += skb->truesize;
	__skb_queue_tail(&neighbour->waiting, skb);
	if (skb_queue_len(&neighbour->waiting) <= VHUB_L3_WAITING_MAX &&
	    l3->held <= VHUB_L3_HELD_WAITING)
		return;

	oldest = __skb_dequeue(&neighbour->waiting);
	l3->held -= oldest->truesize;
	vhub_stats_drop(l3->port->stats, VHUB_A_DROPS_UNRESOLVED, 1);
	kfree_skb(oldest);
}

static struct vhub_l3_neighbour *
vhub_l3_add_neighbour_locked(struct vhub_l3 *l3, const struct in6_addr *addr)
{
	struct vhub_l3_neighbour *victim;

	victim = vhub_l3_neighbour_victim_locked(&l3->table);
	if (victim)
		vhub_l3_remove_neighbour_locked(l3, victim);
	/* The worker ages it. */
	if (!l3->table.neighbour_count)
		queue_delayed_work(system_highpri_wq, &l3->work,
				   VHUB_L3_AGE_EVERY);
	return vhub_l3_neighbour_create_locked(&l3->table, addr);
}

/* May this neighbour be asked, or is it settled that nobody answers? */
static bool vhub_l3_has_failed_locked(const struct vhub_l3 *l3,
				      struct vhub_l3_neighbour *neighbour)
{
	lockdep_assert_held(&l3->table.lock);

	if (neighbour->failed && time_after_eq(jiffies, neighbour->when))
		neighbour->failed = false;
	return neighbour->failed;
}

/* Finds where a frame has to go. Return: the frame with its destination in, or
 * NULL when it waits or was dropped. Consumes @skb.
 */
static struct sk_buff *vhub_l3_resolve_locked(struct vhub_l3 *l3,
					      struct sk_buff *skb,
					      const struct in6_addr *addr,
					      const struct in6_addr *asker)
{
	struct vhub_l3_neighbour *neighbour;
	int reason = VHUB_A_DROPS_UNRESOLVED;

	lockdep_assert_held(&l3->table.lock);

	if (!vhub_l3_is_station(addr) || !vhub_l3_is_station(asker))
		goto drop;
	neighbour = vhub_l3_neighbour_find_locked(&l3->table, addr);
	if (!neighbour)
		neighbour = vhub_l3_add_neighbour_locked(l3, addr);
	if (!neighbour) {
		reason = VHUB_A_DROPS_NO_MEMORY;
		goto drop;
	}
	if (vhub_l3_has_failed_locked(l3, neighbour))
		goto drop;

	vhub_l3_neighbour_use_locked(&l3->table, neighbour);
	neighbour->asker = *asker;
	if (!neighbour->asked &&
	    (!neighbour->known ||
	     time_after(jiffies, neighbour->when + VHUB_L3_SURE_FOR)))
		vhub_l3_ask_locked(l3, neighbour);
	if (!neighbour->known) {
		vhub_l3_wait_locked(l3, neighbour, skb);
		return NULL;
	}
	ether_addr_copy(eth_hdr(skb)->h_dest, neighbour->mac);
	return skb;

drop:
	vhub_stats_drop(l3->port->stats, reason, 1);
	kfree_skb(skb);
	return NULL;
}

/*
 * The worker
 */

/* Does what is due for one neighbour, who may go. Return: jiffies until there
 * is something to do for it again.
 */
static unsigned long vhub_l3_tend_locked(struct vhub_l3 *l3,
					 struct vhub_l3_neighbour *neighbour)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&l3->table.lock);

	if (!neighbour->asked) {
		if (time_after(now, neighbour->used + VHUB_L3_UNUSED_MAX))
			vhub_l3_remove_neighbour_locked(l3, neighbour);
		return VHUB_L3_AGE_EVERY;
	}
	if (time_before(now, neighbour->when))
		return neighbour->when - now;
	if (neighbour->asked < VHUB_L3_QUESTIONS) {
		vhub_l3_ask_locked(l3, neighbour);
		return VHUB_L3_ASK_EVERY;
	}
	/* One that was known is asked for anew: it may have moved. */
	if (neighbour->known) {
		vhub_l3_remove_neighbour_locked(l3, neighbour);
		return VHUB_L3_AGE_EVERY;
	}
	vhub_l3_drop_waiting_locked(l3, neighbour);
	neighbour->asked = 0;
	neighbour->failed = true;
	neighbour->when = now + VHUB_L3_FAILED_FOR;
	return VHUB_L3_AGE_EVERY;
}

static void vhub_l3_tend_all_locked(struct vhub_l3 *l3)
{
	struct vhub_l3_neighbour *neighbour, *next;
	unsigned long delay = VHUB_L3_AGE_EVERY;

	lockdep_assert_held(&l3->table.lock);

	list_for_each_entry_safe(neighbour, next, &l3->table.neighbours,
				 recent)
		delay = min(delay, vhub_l3_tend_locked(l3, neighbour));
	if (l3->table.neighbour_count)
		queue_delayed_work(system_highpri_wq, &l3->work, delay);
}

static void vhub_l3_worker(struct work_struct *work)
{
	struct vhub_l3 *l3 = container_of(work, struct vhub_l3, work.work);
	struct sk_buff_head out;
	struct sk_buff *skb;

	__skb_queue_head_init(&out);

	spin_lock_bh(&l3->table.lock);
	vhub_l3_tend_all_locked(l3);
	skb_queue_splice_init(&l3->out, &out);
	skb_queue_walk(&out, skb)
		l3->held -= skb->truesize;
	spin_unlock_bh(&l3->table.lock);

	while ((skb = __skb_dequeue(&out))) {
		local_bh_disable();
		rcu_read_lock();
		vhub_forward_skb_rcu(l3->port, skb);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
}

/*
 * Questions and answers from the hub
 */
static bool vhub_l3_is_ours_locked(const struct vhub_l3 *l3,
				   const struct in6_addr *addr)
{
	u32 i;

	lockdep_assert_held(&l3->table.lock);

	for (i = 0; i < l3->config.told_count; i++)
		if (ipv6_addr_equal(&l3->config.told[i].addr, addr))
			return true;
	return vhub_l3_source_known_locked(&l3->table, addr);
}

/* Who asks us is going to be sent to, so it is noted while there is room. */
static void vhub_l3_note_asker_locked(struct vhub_l3 *l3,
				      const struct vhub_l3_message *message)
{
	struct vhub_l3_neighbour *neighbour;

	lockdep_assert_held(&l3->table.lock);

	if (!message->has_mac || vhub_l3_is_any(&message->from) ||
	    vhub_l3_neighbour_victim_locked(&l3->table))
		return;
	neighbour = vhub_l3_add_neighbour_locked(l3, &message->from);
	if (neighbour)
		vhub_l3_set_neighbour_locked(l3, neighbour, message->mac);
}

/* Return: VHUB_L3_TAKEN, VHUB_L3_PASSED_OVER or why it was dropped. */
static int vhub_l3_hear_question_locked(struct vhub_l3 *l3,
					const struct vhub_l3_message *message)
{
	u8 mac[ETH_ALEN] __aligned(2);
	struct vhub_l3_neighbour *neighbour;
	bool ours;

	lockdep_assert_held(&l3->table.lock);

	/* Who asks for its own address announces it, and wants no answer. */
	ours = !ipv6_addr_equal(&message->from, &message->about) &&
	       vhub_l3_is_ours_locked(l3, &message->about);
	neighbour = vhub_l3_neighbour_find_locked(&l3->table, &message->from);
	if (neighbour && message->has_mac)
		vhub_l3_set_neighbour_locked(l3, neighbour, message->mac);
	else if (!neighbour && ours)
		vhub_l3_note_asker_locked(l3, message);

	if (!ours)
		return neighbour ? VHUB_L3_TAKEN : VHUB_L3_PASSED_OVER;
	vhub_l3_get_mac(l3, mac);
	return vhub_l3_send_locked(l3, vhub_l3_make_answer(mac, message));
}

/* Return: VHUB_L3_TAKEN or VHUB_L3_PASSED_OVER. */
static int vhub_l3_hear_answer_locked(struct vhub_l3 *l3,
				      const struct vhub_l3_message *message)
{
	struct vhub_l3_neighbour *neighbour;
	const u8 *mac = message->mac;

	lockdep_assert_held(&l3->table.lock);

	neighbour = vhub_l3_neighbour_find_locked(&l3->table, &message->about);
	if (!neighbour)
		return VHUB_L3_PASSED_OVER;
	if (!message->has_mac) {
		/* It says that it is there, but not where. */
		if (!neighbour->known || !message->solicited)
			return VHUB_L3_PASSED_OVER;
		mac = neighbour->mac;
	}
	if (neighbour->known && !message->override &&
	    !ether_addr_equal(neighbour->mac, mac))
		return VHUB_L3_PASSED_OVER;
	vhub_l3_set_neighbour_locked(l3, neighbour, mac);
	return VHUB_L3_TAKEN;
}

/* Another station has an address that was thought to be behind the port: it has
 * moved. What was told stays.
 */
static void vhub_l3_note_move_locked(struct vhub_l3 *l3,
				     const struct vhub_l3_message *message)
{
	const struct in6_addr *addr = message->ask ? &message->from :
						     &message->about;

	if (message->has_mac)
		vhub_l3_source_forget_locked(&l3->table, addr);
}

/* Return: VHUB_L3_TAKEN, VHUB_L3_PASSED_OVER or why it was dropped. */
static int vhub_l3_hear(struct vhub_l3 *l3, const struct vhub_frame *frame)
{
	u8 bytes[VHUB_L3_MESSAGE_MAX] __aligned(8);
	struct vhub_l3_message message;
	u32 len;
	int ret;

	if (frame->len > sizeof(bytes))
		return VHUB_L3_PASSED_OVER;
	len = vhub_frame_peek(frame, bytes, sizeof(bytes));
	if (len < ETH_HLEN || vhub_l3_message_parse(&message, bytes, len) ||
	    vhub_port_lock_bits(message.source) == READ_ONCE(l3->mac))
		return VHUB_L3_PASSED_OVER;

	spin_lock_bh(&l3->table.lock);
	vhub_l3_note_move_locked(l3, &message);
	if (message.ask)
		ret = vhub_l3_hear_question_locked(l3, &message);
	else
		ret = vhub_l3_hear_answer_locked(l3, &message);
	spin_unlock_bh(&l3->table.lock);
	return ret;
}

/*
 * Packets
 */
static int vhub_l3_parse_ip4(struct sk_buff *skb, struct vhub_l3_packet *packet)
{
	const struct iphdr *ip;
	u32 head;

	if (!pskb_may_pull(skb, sizeof(*ip)))
		return -EINVAL;
	ip = (const struct iphdr *)skb->data;
	head = ip->ihl * 4;
	/* What is to be cut has lengths of its own kind. */
	packet->len = skb_is_gso(skb) ? skb->len : ntohs(ip->tot_len);
	if (ip->version != 4 || head < sizeof(*ip) || packet->len < head)
		return -EINVAL;
	ipv6_addr_set_v4mapped(ip->saddr, &packet->from);
	ipv6_addr_set_v4mapped(ip->daddr, &packet->to);
	return 0;
}

static int vhub_l3_parse_ip6(struct sk_buff *skb, struct vhub_l3_packet *packet)
{
	const struct ipv6hdr *ip;

	if (!pskb_may_pull(skb, sizeof(*ip)))
		return -EINVAL;
	ip = (const struct ipv6hdr *)skb->data;
	packet->len = skb_is_gso(skb) ? skb->len :
					ntohs(ip->payload_len) + sizeof(*ip);
	/* They would be taken for what they are not. */
	if (ip->version != 6 || ipv6_addr_v4mapped(&ip->saddr) ||
	    ipv6_addr_v4mapped(&ip->daddr))
		return -EINVAL;
	packet->from = ip->saddr;
	packet->to = ip->daddr;
	return 0;
}

/* Looks at an skb that begins with its IP header. Return: 0, or -EINVAL for what
 * is no whole IP packet of its protocol.
 */
static int vhub_l3_parse(struct sk_buff *skb, struct vhub_l3_packet *packet)
{
	int ret = -EINVAL;

	if (skb->protocol == htons(ETH_P_IP))
		ret = vhub_l3_parse_ip4(skb, packet);
	else if (skb->protocol == htons(ETH_P_IPV6))
		ret = vhub_l3_parse_ip6(skb, packet);
	if (ret || packet->len > skb->len)
		return -EINVAL;
	return 0;
}

/*
 * From the hub to the device
 */

/* Does it fit? Return: 0 or why not. */
static int vhub_l3_check_skb(const struct sk_buff *skb, u32 mtu)
{
	if (!skb_is_gso(skb))
		return skb->len - ETH_HLEN <= mtu ? 0 : VHUB_A_DROPS_TOO_BIG;
	if (!skb_gso_validate_network_len(skb, mtu))
		return VHUB_A_DROPS_TOO_BIG;
	return vhub_offload_check_segments(skb) ? VHUB_A_DROPS_OFFLOAD : 0;
}

/* A sign of life of who sent a frame. */
static void vhub_l3_confirm(struct vhub_l3 *l3, const struct in6_addr *addr,
			    const u8 *mac)
{
	struct vhub_l3_neighbour *neighbour;

	spin_lock_bh(&l3->table.lock);
	neighbour = vhub_l3_neighbour_find_locked(&l3->table, addr);
	if (neighbour && neighbour->known &&
	    ether_addr_equal(neighbour->mac, mac)) {
		neighbour->asked = 0;
		neighbour->when = jiffies;
	}
	spin_unlock_bh(&l3->table.lock);
}

/* Makes a packet of a frame that begins with its Ethernet header. Return: 0 or
 * -EINVAL.
 */
static int vhub_l3_strip(struct vhub_l3 *l3, struct sk_buff *skb,
			 const struct ethhdr *eth)
{
	struct vhub_l3_packet packet;

	if (!pskb_may_pull(skb, ETH_HLEN))
		return -EINVAL;
	skb_pull_rcsum(skb, ETH_HLEN);
	skb->protocol = eth->h_proto;
	/* Short frames are filled up to what Ethernet demands. */
	if (vhub_l3_parse(skb, &packet) ||
	    pskb_trim_rcsum(skb, packet.len))
		return -EINVAL;
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb->dev = l3->dev;
	vhub_l3_confirm(l3, &packet.from, eth->h_source);
	return 0;
}

/* Has the device transmit one packet. Return: VHUB_L3_TAKEN, VHUB_L3_PASSED_OVER
 * or why it was dropped.
 */
static int vhub_l3_transmit(struct vhub_l3 *l3, struct vhub_batch *batch,
			    struct vhub_frame *frame, const struct ethhdr *eth)
{
	u32 mtu = READ_ONCE(l3->dev->mtu);
	struct sk_buff *skb;
	int reason;

	if (frame->len - ETH_HLEN > mtu && !vhub_offload_is_gso(frame->needs))
		return VHUB_A_DROPS_TOO_BIG;
	if (!vhub_frame_skb(frame, batch->dev))
		return frame->broken;
	reason = vhub_l3_check_skb(frame->skb, mtu);
	if (unlikely(reason))
		return reason;

	skb = vhub_frame_take_skb(batch, frame);
	if (!skb)
		return VHUB_A_DROPS_NO_MEMORY;
	if (vhub_l3_strip(l3, skb, eth)) {
		kfree_skb(skb);
		return VHUB_L3_PASSED_OVER;
	}
	skb_forward_csum(skb);
	return dev_queue_xmit(skb) == NET_XMIT_SUCCESS ? VHUB_L3_TAKEN :
							 VHUB_A_DROPS_FULL;
}

static int vhub_l3_deliver_frame(struct vhub_l3 *l3, struct vhub_batch *batch,
				 struct vhub_frame *frame)
{
	u8 head[VHUB_L3_HEAD] __aligned(8);
	const struct ethhdr *eth = (const struct ethhdr *)head;
	u32 len = vhub_frame_peek(frame, head, sizeof(head));

	if (len < ETH_HLEN)
		return VHUB_L3_PASSED_OVER;
	if (!is_multicast_ether_addr(eth->h_dest) &&
	    vhub_port_lock_bits(eth->h_dest) != READ_ONCE(l3->mac))
		return VHUB_L3_PASSED_OVER;

	switch (eth->h_proto) {
	case htons(ETH_P_ARP):
		return vhub_l3_hear(l3, frame);
	case htons(ETH_P_IPV6):
		if (vhub_l3_message_is_nd(head, len))
			return vhub_l3_hear(l3, frame);
		fallthrough;
	case htons(ETH_P_IP):
		return vhub_l3_transmit(l3, batch, frame, eth);
	default:
		return VHUB_L3_PASSED_OVER;
	}
}

/**
 * vhub_l3_deliver - take what is for the device out of a batch
 * @l3: the port
 * @batch: the batch
 *
 * Context: as deliver of struct vhub_port_ops.
 */
void vhub_l3_deliver(struct vhub_l3 *l3, struct vhub_batch *batch)
{
	struct vhub_frame *frame = vhub_batch_frames(batch);
	u32 i, frames = 0;
	u64 bytes = 0;
	int ret;

	for (i = 0; i < batch->count; i++, frame++) {
		ret = vhub_l3_deliver_frame(l3, batch, frame);
		if (ret == VHUB_L3_TAKEN) {
			frames++;
			bytes += frame->len;
		} else if (ret != VHUB_L3_PASSED_OVER) {
			vhub_stats_drop(l3->port->stats, ret, 1);
		}
	}
	if (frames)
		vhub_stats_rx(l3->port->stats, frames, bytes);
}

/*
 * From the device to the hub
 */

/* The group's Ethernet address, if it is one. */
static bool vhub_l3_map_group(const struct in6_addr *addr, u8 *mac)
{
	__be32 addr4 = addr->s6_addr32[3];

	if (ipv6_addr_is_multicast(addr))
		ipv6_eth_mc_map(addr, mac);
	else if (!ipv6_addr_v4mapped(addr))
		return false;
	else if (ipv4_is_lbcast(addr4))
		eth_broadcast_addr(mac);
	else if (ipv4_is_multicast(addr4))
		ip_eth_mc_map(addr4, mac);
	else
		return false;
	return true;
}

/* The told address on whose link this one is, or NULL. */
static const struct vhub_l3_told *
vhub_l3_find_link_locked(const struct vhub_l3 *l3, const struct in6_addr *addr)
{
	const struct vhub_l3_told *told = l3->config.told;
	u32 i;

	lockdep_assert_held(&l3->table.lock);

	for (i = 0; i < l3->config.told_count; i++, told++)
		if (ipv6_prefix_equal(&told->addr, addr, told->prefix))
			return told;
	return NULL;
}

/* The station that a packet for this address is to be given to. */
static const struct in6_addr *
vhub_l3_next_hop_locked(const struct vhub_l3 *l3, const struct in6_addr *addr)
{
	const struct in6_addr *via;

	via = &l3->config.via[!ipv6_addr_v4mapped(addr)];
	if (ipv6_addr_any(via) || vhub_l3_find_link_locked(l3, addr) ||
	    ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL)
		return addr;
	return via;
}

/* Return: the frame with its destination in, or NULL when it waits or was
 * dropped. Consumes @skb.
 */
static struct sk_buff *vhub_l3_route(struct vhub_l3 *l3, struct sk_buff *skb,
				     const struct vhub_l3_packet *packet)
{
	bool group = vhub_l3_map_group(&packet->to, eth_hdr(skb)->h_dest);
	const struct vhub_l3_told *told;
	const struct in6_addr *hop;

	spin_lock_bh(&l3->table.lock);
	if (vhub_l3_is_station(&packet->from))
		vhub_l3_source_see_locked(&l3->table, &packet->from);
	if (!group) {
		hop = vhub_l3_next_hop_locked(l3, &packet->to);
		/* A station may not answer who seems to be from elsewhere. */
		told = vhub_l3_find_link_locked(l3, hop);
		skb = vhub_l3_resolve_locked(l3, skb, hop,
					     told ? &told->addr :
						    &packet->from);
	}
	spin_unlock_bh(&l3->table.lock);
	return skb;
}

/* Puts an Ethernet header in front of a packet, and strips it of all that it has
 * from where it came. Return: 0 or why it was dropped.
 */
static int vhub_l3_wrap(struct vhub_l3 *l3, struct sk_buff *skb)
{
	struct ethhdr *eth;

	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC) ||
		     skb_cow_head(skb, ETH_HLEN)))
		return VHUB_A_DROPS_NO_MEMORY;
	skb_orphan(skb);
	skb_scrub_packet(skb, true);

	eth = skb_push(skb, ETH_HLEN);
	eth_zero_addr(eth->h_dest);
	vhub_l3_get_mac(l3, eth->h_source);
	eth->h_proto = skb->protocol;
	skb_postpush_rcsum(skb, eth, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	return 0;
}

/**
 * vhub_l3_receive - send what the device received
 * @l3: the port
 * @skb: a packet, its data at the IP header; consumed
 *
 * Context: bottom half, RCU read-side section.
 */
void vhub_l3_receive(struct vhub_l3 *l3, struct sk_buff *skb)
{
	struct vhub_l3_packet packet;
	int reason;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vhub_stats_drop(l3->port->stats, VHUB_A_DROPS_NO_MEMORY, 1);
		return;
	}
	reason = vhub_l3_parse(skb, &packet) ? VHUB_A_DROPS_HEADER :
					       vhub_l3_wrap(l3, skb);
	if (unlikely(reason)) {
		vhub_stats_drop(l3->port->stats, reason, 1);
		kfree_skb(skb);
		return;
	}
	skb = vhub_l3_route(l3, skb, &packet);
	if (skb)
		vhub_forward_skb_rcu(l3->port, skb);
}

/*
 * Coming, going, changing
 */

/* The same whenever the device is put on the hub again, or it has not spoken for
 * itself; another one, for two devices or two hubs.
 */
static u64 vhub_l3_choose_mac(const struct net_device *dev,
			      const struct net_device *hub_dev)
{
	static const siphash_key_t key = {
		{ 0x7668756220746865ULL, 0x207761792069702eULL }
	};
	struct {
		u8 hub[ETH_ALEN];
		char name[IFNAMSIZ];
	} __packed of = {};
	u8 mac[ETH_ALEN];
	u64 hash;

	memcpy(of.hub, hub_dev->dev_addr, ETH_ALEN);
	strscpy(of.name, dev->name, sizeof(of.name));
	hash = siphash(&of, sizeof(of), &key);
	memcpy(mac, &hash, sizeof(mac));
	/* Of one station, and of nobody's making. */
	mac[0] = (mac[0] & ~0x03) | 0x02;
	return vhub_port_lock_bits(mac);
}

/**
 * vhub_l3_create - begin a station
 * @port: its port
 * @dev: a device of IP packets
 * @hub_dev: device of the hub
 *
 * Context: may sleep.
 * Return: the station, or NULL when there is no memory.
 */
struct vhub_l3 *vhub_l3_create(struct vhub_port *port, struct net_device *dev,
			       const struct net_device *hub_dev)
{
	struct vhub_l3 *l3 = kzalloc(sizeof(*l3), GFP_KERNEL_ACCOUNT);

	if (!l3)
		return NULL;
	l3->port = port;
	l3->dev = dev;
	l3->mac = vhub_l3_choose_mac(dev, hub_dev);
	vhub_l3_table_init(&l3->table);
	__skb_queue_head_init(&l3->out);
	INIT_DELAYED_WORK(&l3->work, vhub_l3_worker);
	return l3;
}

/**
 * vhub_l3_forget - forget what was learned at a port and drop what waits there
 * @l3: the port, whose device lost its link or goes
 *
 * Context: any.
 */
void vhub_l3_forget(struct vhub_l3 *l3)
{
	struct vhub_l3_neighbour *neighbour, *next;

	spin_lock_bh(&l3->table.lock);
	vhub_l3_sources_flush_locked(&l3->table);
	list_for_each_entry_safe(neighbour, next, &l3->table.neighbours,
				 recent)
		vhub_l3_remove_neighbour_locked(l3, neighbour);
	spin_unlock_bh(&l3->table.lock);
}

/**
 * vhub_l3_free - end a station
 * @l3: one that nobody knows any more, or NULL
 *
 * Context: may sleep.
 */
void vhub_l3_free(struct vhub_l3 *l3)
{
	if (!l3)
		return;
	cancel_delayed_work_sync(&l3->work);
	vhub_l3_forget(l3);
	__skb_queue_purge(&l3->out);
	kfree(l3);
}

/**
 * vhub_l3_change - do what was asked for
 * @l3: the port
 * @change: what was asked for
 *
 * Context: any.
 */
void vhub_l3_change(struct vhub_l3 *l3, const struct vhub_l3_change *change)
{
	const struct vhub_l3_config *config = &change->config;

	spin_lock_bh(&l3->table.lock);
	if (change->set_mac)
		WRITE_ONCE(l3->mac, vhub_port_lock_bits(change->mac));
	if (change->set_told) {
		l3->config.told_count = config->told_count;
		memcpy(l3->config.told, config->told,
		       sizeof(l3->config.told));
	}
	if (change->set_via)
		memcpy(l3->config.via, config->via, sizeof(l3->config.via));
	spin_unlock_bh(&l3->table.lock);
}
