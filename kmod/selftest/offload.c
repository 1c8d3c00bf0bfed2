// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - checks of virtio-net headers, run when a debug build is loaded
 */

#ifdef DEBUG

#define VHUB_CSUM	VIRTIO_NET_HDR_F_NEEDS_CSUM
#define VHUB_TCP4	VIRTIO_NET_HDR_GSO_TCPV4
#define VHUB_ECN	VIRTIO_NET_HDR_GSO_ECN
#define VHUB_TSO4	(TUN_F_CSUM | TUN_F_TSO4)

/**
 * struct vhub_offload_case - a header and what is to become of it
 * @offload: the header, in CPU order
 * @len: bytes of the frame behind it
 * @ret: what vhub_offload_parse() is to return
 * @needs: what vhub_offload_needs() is to return, when @ret is 0
 */
struct vhub_offload_case {
	struct vhub_offload offload;
	u32 len;
	int ret;
	u32 needs;
};

static const struct vhub_offload_case vhub_offload_cases[] __initconst = {
	/* flags, gso type, header, segment, checksum start and offset */
	{ { 0, 0, 0, 0, 0, 0 }, 14, 0, 0 },
	{ { 0, 0, 14, 0, 0, 0 }, 14, 0, 0 },
	{ { 0, 0, 15, 0, 0, 0 }, 14, -EINVAL },
	{ { VHUB_CSUM, 0, 0, 0, 34, 16 }, 52, 0, TUN_F_CSUM },
	{ { VHUB_CSUM, 0, 0, 0, 34, 16 }, 51, -EINVAL },
	{ { VHUB_CSUM, 0, 0, 0, 13, 16 }, 60, -EINVAL },
	{ { VHUB_CSUM, 0, 0, 0, 0xffff, 0xffff }, 65557, -EINVAL },
	{ { VHUB_CSUM, VHUB_TCP4, 54, 1460, 34, 16 }, 4000, 0, VHUB_TSO4 },
	{ { VHUB_CSUM, VHUB_TCP4, 54, 0, 34, 16 }, 4000, -EINVAL },
	{ { VHUB_CSUM, VHUB_TCP4 | VHUB_ECN, 54, 9, 34, 16 }, 4000, 0,
	  VHUB_TSO4 | TUN_F_TSO_ECN },
	{ { VHUB_CSUM, VHUB_ECN, 54, 9, 34, 16 }, 4000, -EINVAL },
	{ { 0, VIRTIO_NET_HDR_GSO_TCPV6, 74, 9, 0, 0 }, 4000, 0,
	  TUN_F_TSO6 },
	{ { 0, VIRTIO_NET_HDR_GSO_UDP, 42, 9, 0, 0 }, 4000, 0, TUN_F_UFO },
	{ { 0, VIRTIO_NET_HDR_GSO_UDP | VHUB_ECN, 42, 9, 0, 0 }, 4000,
	  -EINVAL },
	{ { 0, 2, 42, 9, 0, 0 }, 4000, -EINVAL },
	{ { 0, 0x7f, 42, 9, 0, 0 }, 4000, -EINVAL },
};

static bool __init vhub_offload_selftest_case(const struct vhub_offload_case *c,
					      bool little_endian)
{
	struct vhub_offload parsed;
	struct virtio_net_hdr hdr;

	vhub_offload_emit(&c->offload, &hdr, little_endian);
	if (vhub_offload_parse(&parsed, &hdr, little_endian, c->len) != c->ret)
		return false;
	if (c->ret)
		return true;
	return !memcmp(&parsed, &c->offload, sizeof(parsed)) &&
	       vhub_offload_needs(&parsed) == c->needs;
}

bool __init vhub_offload_selftest(void)
{
	const struct vhub_offload_case *c;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vhub_offload_cases); i++) {
		c = &vhub_offload_cases[i];
		if (vhub_offload_selftest_case(c, true) &&
		    vhub_offload_selftest_case(c, false))
			continue;
		pr_err("vhub: offload self-test: case %u fails\n", i);
		return false;
	}
	return true;
}

#undef VHUB_TSO4
#undef VHUB_ECN
#undef VHUB_TCP4
#undef VHUB_CSUM

#endif /* DEBUG */
