/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vhub - /dev/vhub: how a process attaches a file to a hub
 *
 * open("/dev/vhub"), then either VHUB_IOC_ATTACH as described here, or
 * TUNSETIFF of <linux/if_tun.h> with the hub's name in ifr_name, after which
 * the file serves as a TAP file. Until then read() and write() fail with
 * EBADFD. The hub is looked up in the network namespace that the process was
 * in when it opened the file.
 *
 * Attached, each read() takes one Ethernet frame (no FCS) and each write()
 * sends one. With a virtio-net header (Virtual I/O Device specification
 * 1.2, 5.1.6) every frame is preceded by it, in the byte order TUNSETVNETLE and
 * TUNSETVNETBE say, the machine's own unless changed. A write is accepted or
 * refused whole and never waits for a receiver: EINVAL for one too short or with
 * a header that contradicts the frame, EMSGSIZE for one too long, EACCES without
 * the right to send (unless the file speaks the ioctls of a TAP: then it is
 * swallowed), ENOMEM, EFAULT. A read that is too short loses the tail of its
 * frame. Whatever is lost is counted at the port.
 */
#ifndef _UAPI_LINUX_VHUB_DEV_H
#define _UAPI_LINUX_VHUB_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VHUB_DEV_PATH		"/dev/vhub"

/* Bytes of a frame, without virtio-net header: an Ethernet header up to an
 * IP datagram of 65,535 bytes behind two 802.1Q tags.
 */
#define VHUB_FRAME_MIN		14
#define VHUB_FRAME_MAX		65557

/* Sizes, in bytes with the NUL, and numbers. */
#define VHUB_HUB_NAME_SIZE	16	/* as IFNAMSIZ */
#define VHUB_LABEL_SIZE		32	/* VHUB_LABEL_MAX of <linux/vhub.h> + 1 */
#define VHUB_VNET_HDR_MAX	256	/* largest virtio-net header */
#define VHUB_QUEUES_MAX		32	/* files of one port */
#define VHUB_PORTS_MAX		4096	/* ports of one hub, but the host's */

/**
 * enum vhub_attach_flags - flags of struct vhub_attach
 * @VHUB_ATTACH_MULTI_QUEUE: more files may join the port. Frames to the port
 *	go to one of its files, those of one flow always to the same.
 * @VHUB_ATTACH_JOIN: become one more queue of the port that @fd of struct
 *	vhub_attach is attached to; @hub and @label must be empty and
 *	@vnet_hdr_size 0, they are the port's.
 */
enum vhub_attach_flags {
	VHUB_ATTACH_MULTI_QUEUE	= 1 << 0,
	VHUB_ATTACH_JOIN	= 1 << 1,
};

/**
 * enum vhub_rights - what an attached file may do, see @rights
 * @VHUB_RIGHT_RECV: frames reach it
 * @VHUB_RIGHT_SEND: it may send; write() is EACCES without
 */
enum vhub_rights {
	VHUB_RIGHT_RECV	= 1 << 0,
	VHUB_RIGHT_SEND	= 1 << 1,
};

/**
 * struct vhub_attach - argument of VHUB_IOC_ATTACH
 * @size: in: sizeof(struct vhub_attach) as the program was built. The struct
 *	grows at its end only; zero means the default in every field.
 * @flags: in: bits of enum vhub_attach_flags
 * @hub: in: name of the hub's network device, NUL-terminated
 * @label: in: free text shown for the port, NUL-terminated, may be empty
 * @vnet_hdr_size: in: bytes of the virtio-net header before each frame, 0 for
 *	none or 10 to VHUB_VNET_HDR_MAX
 * @fd: in: file whose port to join, with VHUB_ATTACH_JOIN; else 0
 * @port: out: number of the port on its hub, from 1
 * @rights: out: bits of enum vhub_rights that the hub's owner, group and mode
 *	and the way the file was opened left
 *
 * Errors of VHUB_IOC_ATTACH, after which the file is as it was: EINVAL for a
 * size, flag, header size or string that is none of the above; E2BIG for a
 * larger struct with bits set that this kernel does not know; EBUSY for a file
 * that was attached before; ENODEV for no such hub; EACCES for no right to
 * attach; EBADF for an @fd that is not open and EINVAL for one that is no
 * attached file of a multi-queue port, EACCES for one that was opened for other
 * access than this file; ENOSPC for a full hub or port; ENOMEM;
 * EFAULT. An ioctl that the device does not know is EINVAL, never ENOTTY.
 */
struct vhub_attach {
	__u32	size;
	__u32	flags;
	char	hub[VHUB_HUB_NAME_SIZE];
	char	label[VHUB_LABEL_SIZE];
	__u32	vnet_hdr_size;
	__s32	fd;
	__u32	port;
	__u32	rights;
};

#define VHUB_ATTACH_SIZE_VER0	72	/* sizeof() of the first struct */

#define VHUB_IOC_TYPE		0xf9
#define VHUB_IOC_ATTACH		_IO(VHUB_IOC_TYPE, 0x01)

#endif /* _UAPI_LINUX_VHUB_DEV_H */
