/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - virtio-net headers, and frames with work left undone
 */
#ifndef _VHUB_OFFLOAD_H
#define _VHUB_OFFLOAD_H

#include <linux/if_tun.h>
#include <linux/skbuff.h>
#include <uapi/linux/virtio_net.h>

/* What a frame can need beside TUN_F_*, and no port has: work that no virtio-net header
 * tells of.
 */
#define VHUB_NEEDS_CRC32C	BIT(30)	/* SCTP's checksum */
#define VHUB_NEEDS_SEGMENTS	BIT(31)	/* segments of another kind */

/**
 * struct vhub_offload - a virtio-net header that was found sound, in CPU order
 * @flags: VIRTIO_NET_HDR_F_NEEDS_CSUM or 0
 * @gso_type: VIRTIO_NET_HDR_GSO_*
 * @hdr_len: hint: bytes of the headers, at most those of the frame
 * @gso_size: bytes of each segment's payload
 * @csum_start: where the checksum begins to cover, in bytes from the frame's
 *	begin
 * @csum_offset: where it is stored, in bytes from @csum_start
 */
struct vhub_offload {
	u8 flags;
	u8 gso_type;
	u16 hdr_len;
	u16 gso_size;
	u16 csum_start;
	u16 csum_offset;
};

int vhub_offload_parse(struct vhub_offload *offload,
		       const struct virtio_net_hdr *hdr, bool little_endian,
		       size_t len);
void vhub_offload_emit(const struct vhub_offload *offload,
		       struct virtio_net_hdr *hdr, bool little_endian);
int vhub_offload_emit_mrg(const struct vhub_offload *offload,
			  const struct sk_buff *skb,
			  struct virtio_net_hdr_mrg_rxbuf *hdr,
			  bool little_endian);
u32 vhub_offload_needs(const struct vhub_offload *offload);
u32 vhub_offload_needs_skb(struct sk_buff *skb);
int vhub_offload_to_skb(const struct vhub_offload *offload,
			struct sk_buff *skb);
int vhub_offload_check_segments(const struct sk_buff *skb);
struct sk_buff *vhub_offload_complete(struct sk_buff *skb);
int vhub_offload_check_tun(unsigned long tun_f);

/* Does a frame with these needs become segments? */
static inline bool vhub_offload_is_gso(u32 needs)
{
	return needs & ~(TUN_F_CSUM | VHUB_NEEDS_CRC32C);
}

#ifdef DEBUG
bool vhub_offload_selftest(void);
#endif

#endif /* _VHUB_OFFLOAD_H */
