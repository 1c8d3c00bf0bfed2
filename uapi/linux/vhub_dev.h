/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vhub - /dev/vhub: how a process attaches a file to a hub, and rings
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
 *
 * Instead of read() and write() a process may use rings, see struct vhub_rings.
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

/*
 * Rings
 *
 * A file may have a ring of frames to send (TX) and one of frames received
 * (RX), in memory shared with the kernel. Frames lie in memory of the process
 * that it registered by VHUB_IOC_MEM; a ring's descriptors say where. For each
 * ring there is an index of the process and one of the kernel, both counting
 * descriptors from 0 on, freely past 2^32; descriptor number n is in place n
 * modulo the ring's size.
 *
 * TX: the process writes descriptors, then moves its index past them (release),
 *	then calls VHUB_IOC_KICK, which sends them in their order and moves the
 *	kernel's index past them (release). All are done when it returns, apart
 *	from the begin of a frame whose last descriptor is yet to come.
 * RX: the process posts empty buffers, @len bytes of room each, in the same way
 *	but without a system call. The kernel fills them in their order, sets
 *	@len to the bytes in them, and moves its index past them (release). A
 *	frame that finds too little room in all buffers posted is lost, and
 *	counted as such.
 *
 * A frame that does not fit into one buffer goes on in the next descriptor,
 * which VHUB_DESC_NEXT says, in both directions. A virtio-net header, if the
 * port has one, is the first bytes of each frame. Rings may be set up, and
 * memory registered, before or after the file is attached; once there is an RX
 * ring, all frames go there and read() gets only what came before, then EBUSY.
 *
 * The rings and the memory stay until the file is closed and the rings are
 * unmapped; a process that forks shares them with its child.
 */

#define VHUB_RING_MAX		32768	/* descriptors of a ring */
#define VHUB_CHAIN_MAX		128	/* descriptors of one frame */
#define VHUB_REGIONS_MAX	64	/* regions of memory of one file */

/**
 * struct vhub_mem - argument of VHUB_IOC_MEM: register memory for frames
 * @size: in: sizeof(struct vhub_mem) as the program was built
 * @flags: in: 0
 * @addr: in: where it begins, as the process sees it; a multiple of the page
 *	size. Descriptors name it by this address.
 * @len: in: its bytes, a multiple of the page size, not 0
 *
 * The pages are pinned, and charged to the user: with all that the user has pinned
 * so, they may not exceed the caller's RLIMIT_MEMLOCK, unless it has CAP_IPC_LOCK.
 *
 * Errors, after which nothing is registered: EINVAL for a size, flag, address
 * or length that is none of the above; EEXIST for memory that overlaps a region
 * of this file; ENOSPC when the file has VHUB_REGIONS_MAX regions; ENOMEM when
 * the limit or the memory does not suffice; EFAULT for pages that are not
 * mapped, not writable, or of a kind that cannot be pinned; EOPNOTSUPP for a
 * kernel whose memory has no fixed addresses (32 bits with high memory); EINTR.
 */
struct vhub_mem {
	__u32	size;
	__u32	flags;
	__u64	addr;
	__u64	len;
};

#define VHUB_MEM_SIZE_VER0	24	/* sizeof() of the first struct */

/**
 * struct vhub_rings - argument of VHUB_IOC_RINGS: set up rings
 * @size: in: sizeof(struct vhub_rings) as the program was built
 * @flags: in: 0
 * @tx_count: in: descriptors of the TX ring, a power of two up to
 *	VHUB_RING_MAX, or 0 for no such ring
 * @rx_count: in: the same of the RX ring
 * @map_size: out: bytes to map by mmap() at offset 0, MAP_SHARED
 * @tx_offset: out: where in the mapping the TX descriptors begin
 * @rx_offset: out: where the RX descriptors begin
 *
 * The mapping begins with a struct vhub_ring_head.
 *
 * Errors, after which there are no rings: EINVAL for a size, flag or count that
 * is none of the above, or no ring at all; EBUSY when the file has rings;
 * ENOMEM when RLIMIT_MEMLOCK (they are charged as registered memory is) or the
 * memory does not suffice; EFAULT.
 */
struct vhub_rings {
	__u32	size;
	__u32	flags;
	__u32	tx_count;
	__u32	rx_count;
	__u64	map_size;
	__u64	tx_offset;
	__u64	rx_offset;
};

#define VHUB_RINGS_SIZE_VER0	40	/* sizeof() of the first struct */

/**
 * enum vhub_desc_flags - flags of struct vhub_desc
 * @VHUB_DESC_NEXT: the frame goes on in the next descriptor
 * @VHUB_DESC_ERROR: set by the kernel. TX: the frame was refused, for its
 *	length, its header or its address. RX: the buffer was passed over with
 *	@len 0, as some buffer of the frame is not in registered memory or has
 *	no room.
 */
enum vhub_desc_flags {
	VHUB_DESC_NEXT	= 1 << 0,
	VHUB_DESC_ERROR	= 1 << 1,
};

/**
 * struct vhub_desc - a descriptor: one buffer of a frame
 * @addr: where it is, within one region of registered memory
 * @len: TX: its bytes. RX: its room, then the bytes that were filled in.
 * @flags: bits of enum vhub_desc_flags. TX: VHUB_DESC_NEXT or 0. RX: set by the
 *	kernel, ignored before.
 * @reserved: 0
 */
struct vhub_desc {
	__u64	addr;
	__u32	len;
	__u16	flags;
	__u16	reserved;
};

/**
 * struct vhub_ring_head - the begin of the memory that rings are mapped to
 * @tx_user: TX index of the process, written by it
 * @tx_kernel: TX index of the kernel
 * @rx_user: RX index of the process: buffers posted, written by it
 * @rx_seen: how far the process has looked at what came, written by it before
 *	it sleeps: poll() reports POLLIN while @rx_kernel is another
 * @rx_sleep: not 0 when the process is to be woken at the next frame, which sets
 *	it to 0. Set by poll() and VHUB_KICK_WAIT, too, so only a process that
 *	sleeps in another way, or in epoll_wait() with EPOLLET, sets it: after
 *	@rx_seen and before a last look at @rx_kernel, with a full barrier after
 *	it. A process that is awake may set it to 0 to spare others the waking.
 * @rx_kernel: RX index of the kernel
 *
 * Each side reads the other's indices, and never trusts them. To an index of the
 * process that is not within the ring the kernel answers with its own, anew.
 */
struct vhub_ring_head {
	__u32	tx_user;
	__u32	tx_pad1[15];
	__u32	tx_kernel;
	__u32	tx_pad2[15];
	__u32	rx_user;
	__u32	rx_seen;
	__u32	rx_sleep;
	__u32	rx_pad1[13];
	__u32	rx_kernel;
	__u32	rx_pad2[15];
};

#define VHUB_IOC_TYPE		0xf9
#define VHUB_IOC_ATTACH		_IO(VHUB_IOC_TYPE, 0x01)
#define VHUB_IOC_MEM		_IO(VHUB_IOC_TYPE, 0x02)
#define VHUB_IOC_RINGS		_IO(VHUB_IOC_TYPE, 0x03)

/* Send what is in the TX ring; the argument is 0, or VHUB_KICK_WAIT to sleep
 * after that until @rx_kernel is not @rx_seen, in one call and for less than
 * poll() costs. O_NONBLOCK does not matter. To wait, a file needs no TX ring.
 *
 * Return: how many frames were accepted, or an error after which nothing was
 * sent: EBADFD for a file that is not attached, ENXIO for one without TX ring
 * (to wait: without RX ring), EACCES without the right to send, EINVAL for an
 * index of the process that is not within the ring and for another argument,
 * EINTR.
 */
#define VHUB_IOC_KICK		_IO(VHUB_IOC_TYPE, 0x04)
#define VHUB_KICK_WAIT		1

#endif /* _UAPI_LINUX_VHUB_DEV_H */
