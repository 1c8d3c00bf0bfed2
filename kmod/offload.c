// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - virtio-net headers, and frames with work left undone
 *
 * What a frame needs of its receiver is told in TUN_F_* bits, so that it can be
 * compared with what a port said by TUNSETOFFLOAD.
 */

#include "offload.h"

#include <linux/etherdevice.h>
#include <linux/virtio_net.h>

#include <uapi/linux/vhub_dev.h>

#include "compat.h"

/* Segments of one frame: enough for 64 KiB at any MTU that IP allows. */
#define VHUB_OFFLOAD_SEGMENTS_MAX	1024

static bool vhub_offload_gso_is_sound(const struct vhub_offload *offload)
{
	bool ecn = offload->gso_type & VIRTIO_NET_HDR_GSO_ECN;

	switch (offload->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return !ecn;
	case VIRTIO_NET_HDR_GSO_TCPV4:
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return offload->gso_size;
	case VIRTIO_NET_HDR_GSO_UDP:
		return offload->gso_size && !ecn;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return VHUB_HAVE_USO && offload->gso_size && !ecn;
	default:
		return false;
	}
}

/**
 * vhub_offload_parse - check a header that a process wrote
 * @offload: what it says, in CPU order
 * @hdr: the header, in memory that the process cannot change
 * @little_endian: its byte order
 * @len: bytes of the frame that follows
 *
 * What is checked is what the receivers rely on without looking: that lengths
 * and offsets lie within the frame. Whether the frame is of the kind that the
 * header says is seen when it has to be segmented.
 *
 * Return: 0, or -EINVAL for a header that no frame of @len bytes can have.
 */
int vhub_offload_parse(struct vhub_offload *offload,
		       const struct virtio_net_hdr *hdr, bool little_endian,
		       size_t len)
{
	/* That a checksum is valid is for the receiver to find out. */
	offload->flags = hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	offload->gso_type = hdr->gso_type;
	offload->hdr_len = __virtio16_to_cpu(little_endian, hdr->hdr_len);
	offload->gso_size = __virtio16_to_cpu(little_endian, hdr->gso_size);
	offload->csum_start = __virtio16_to_cpu(little_endian,
						hdr->csum_start);
	offload->csum_offset = __virtio16_to_cpu(little_endian,
						 hdr->csum_offset);

	if (offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		size_t end = (size_t)offload->csum_start +
			     offload->csum_offset + sizeof(__sum16);

		if (offload->csum_start < ETH_HLEN || end > len)
			return -EINVAL;
	}

	if (offload->hdr_len > len || !vhub_offload_gso_is_sound(offload))
		return -EINVAL;
	return 0;
}

/**
 * vhub_offload_emit - write the header of a frame for a process
 * @offload: what it shall say
 * @hdr: the header
 * @little_endian: its byte order
 */
void vhub_offload_emit(const struct vhub_offload *offload,
		       struct virtio_net_hdr *hdr, bool little_endian)
{
	hdr->flags = offload->flags;
	hdr->gso_type = offload->gso_type;
	hdr->hdr_len = __cpu_to_virtio16(little_endian, offload->hdr_len);
	hdr->gso_size = __cpu_to_virtio16(little_endian, offload->gso_size);
	hdr->csum_start = __cpu_to_virtio16(little_endian,
					    offload->csum_start);
	hdr->csum_offset = __cpu_to_virtio16(little_endian,
					     offload->csum_offset);
}

/* The same of a frame that came as an skb. Return: 0, or -EINVAL for a kind of
 * segmentation that virtio-net does not know.
 */
static int vhub_offload_emit_skb(const struct sk_buff *skb,
				 struct virtio_net_hdr *hdr,
				 bool little_endian)
{
	return virtio_net_hdr_from_skb(skb, hdr, little_endian, false, 0);
}

/**
 * vhub_offload_emit_mrg - write the header of a frame of either form
 * @offload: what it shall say, or NULL for a frame that came as an skb
 * @skb: that skb
 * @hdr: the header, in its longer form
 * @little_endian: its byte order
 *
 * Return: 0, or -EINVAL for a kind of segmentation that virtio-net does not
 * know.
 */
int vhub_offload_emit_mrg(const struct vhub_offload *offload,
			  const struct sk_buff *skb,
			  struct virtio_net_hdr_mrg_rxbuf *hdr,
			  bool little_endian)
{
	/* Only virtio-net's own rings count what a frame is spread over. */
	hdr->num_buffers = __cpu_to_virtio16(little_endian, 1);
	if (!offload)
		return vhub_offload_emit_skb(skb, &hdr->hdr, little_endian);
	vhub_offload_emit(offload, &hdr->hdr, little_endian);
	return 0;
}

/**
 * vhub_offload_needs - what a port must offer to take a frame as it is
 * @offload: header of the frame
 *
 * Return: TUN_F_* bits, 0 for a frame that every port takes.
 */
u32 vhub_offload_needs(const struct vhub_offload *offload)
{
	u32 needs = 0;

	if (offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		needs |= TUN_F_CSUM;
	if (offload->gso_type & VIRTIO_NET_HDR_GSO_ECN)
		needs |= TUN_F_TSO_ECN;

	switch (offload->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return needs | TUN_F_TSO4;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return needs | TUN_F_TSO6;
	case VIRTIO_NET_HDR_GSO_UDP:
		return needs | TUN_F_UFO;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return needs | TUN_F_USO4 | TUN_F_USO6;
	default:
		return needs;
	}
}

/**
 * vhub_offload_needs_skb - the same for a frame that came as an skb
 * @skb: the frame
 *
 * Return: TUN_F_* and VHUB_NEEDS_* bits.
 */
u32 vhub_offload_needs_skb(struct sk_buff *skb)
{
	const unsigned int known = SKB_GSO_TCPV4 | SKB_GSO_TCPV6 |
				   SKB_GSO_TCP_ECN | SKB_GSO_UDP_L4 |
				   SKB_GSO_DODGY;
	u32 needs = skb->ip_summed == CHECKSUM_PARTIAL ? TUN_F_CSUM : 0;
	unsigned int type;

	if (needs && skb_csum_is_sctp(skb))
		needs |= VHUB_NEEDS_CRC32C;
	if (!skb_is_gso(skb))
		return needs;

	type = skb_shinfo(skb)->gso_type;
	/* Tunnels, lists of frames, and what is larger than a hub carries. */
	if ((type & ~known) || skb->len > VHUB_FRAME_MAX)
		return needs | VHUB_NEEDS_SEGMENTS;
	if (type & SKB_GSO_TCP_ECN)
		needs |= TUN_F_TSO_ECN;
	if (type & SKB_GSO_TCPV4)
		return needs | TUN_F_TSO4;
	if (type & SKB_GSO_TCPV6)
		return needs | TUN_F_TSO6;
	if (VHUB_HAVE_USO && (type & SKB_GSO_UDP_L4))
		return needs | TUN_F_USO4 | TUN_F_USO6;
	return needs | VHUB_NEEDS_SEGMENTS;
}

/**
 * vhub_offload_to_skb - mark the work left undone on an skb
 * @offload: header of the frame
 * @skb: the frame, its data at the Ethernet header, its device and network
 *	header set
 *
 * Return: 0, or -EINVAL when the frame is not of the kind the header says.
 */
int vhub_offload_to_skb(const struct vhub_offload *offload,
			struct sk_buff *skb)
{
	bool little_endian = virtio_legacy_is_little_endian();
	struct virtio_net_hdr hdr;

	vhub_offload_emit(offload, &hdr, little_endian);
	return virtio_net_hdr_to_skb(skb, &hdr, little_endian);
}

/**
 * vhub_offload_check_segments - may this frame be segmented?
 * @skb: a frame that is to be
 *
 * A sender can ask for segments of one byte: one write would then fill the
 * memory, and the time of this CPU, with frames.
 *
 * Return: 0, or -EINVAL for one that would become too many.
 */
int vhub_offload_check_segments(const struct sk_buff *skb)
{
	if (skb->len / skb_shinfo(skb)->gso_size >= VHUB_OFFLOAD_SEGMENTS_MAX)
		return -EINVAL;
	return 0;
}

/**
 * vhub_offload_complete - do all the work that was left undone on a frame
 * @skb: the frame, its data at the Ethernet header; stays the caller's and
 *	unchanged
 *
 * Context: bottom halves off.
 * Return: one or more complete frames, linked by ->next, the caller's to free;
 * or an ERR_PTR: -EINVAL for a frame that cannot be segmented, -ENOMEM.
 */
struct sk_buff *vhub_offload_complete(struct sk_buff *skb)
{
	struct sk_buff *segs, *clone;
	int ret = 0;

	clone = skb_clone(skb, GFP_ATOMIC);
	if (!clone)
		return ERR_PTR(-ENOMEM);

	if (!skb_is_gso(clone)) {
		/* A header may speak of segments where there is but one. */
		if (clone->ip_summed == CHECKSUM_PARTIAL)
			ret = skb_csum_hwoffload_help(clone, 0);
		if (ret)
			goto err_free_clone;
		return clone;
	}

	ret = vhub_offload_check_segments(clone);
	if (ret)
		goto err_free_clone;
	/* Segmentation writes to headers that others may be reading. */
	ret = skb_cow_head(clone, 0);
	if (ret)
		goto err_free_clone;
	segs = __skb_gso_segment(clone, 0, false);
	if (IS_ERR_OR_NULL(segs)) {
		ret = segs ? PTR_ERR(segs) : -EINVAL;
		goto err_free_clone;
	}
	consume_skb(clone);
	return segs;

err_free_clone:
	kfree_skb(clone);
	return ERR_PTR(ret);
}

/**
 * vhub_offload_check_tun - is this set of offloads one that TUNSETOFFLOAD takes
 * @tun_f: TUN_F_* bits
 *
 * As the tun driver does: nothing works without checksums, ECN not without
 * segmentation, and UDP segmentation is for both families or none.
 *
 * Return: 0 or -EINVAL.
 */
int vhub_offload_check_tun(unsigned long tun_f)
{
	const unsigned long uso = TUN_F_USO4 | TUN_F_USO6;
	unsigned long known = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
			      TUN_F_TSO_ECN | TUN_F_UFO;

	if (VHUB_HAVE_USO)
		known |= uso;

	if (tun_f & ~known)
		return -EINVAL;
	if (tun_f && !(tun_f & TUN_F_CSUM))
		return -EINVAL;
	if ((tun_f & TUN_F_TSO_ECN) && !(tun_f & (TUN_F_TSO4 | TUN_F_TSO6)))
		return -EINVAL;
	if ((tun_f & uso) && (tun_f & uso) != uso)
		return -EINVAL;
	return 0;
}

#include "selftest/offload.c"
