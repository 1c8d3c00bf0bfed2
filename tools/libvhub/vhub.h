/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvhub - a port on a hub, for emulators and whoever else speaks Ethernet
 *
 *	struct vhub *v;
 *
 *	if (vhub_open(&v, "lan0", NULL))
 *		...
 *	vhub_send(v, frame, len);
 *	len = vhub_recv(v, buf, sizeof(buf));
 *	vhub_close(v);
 *
 * Link with `pkg-config --libs libvhub`. Hubs and ports are looked at and
 * managed by <vhub/netlink.h>.
 *
 * The library uses rings, memory that it shares with the kernel, see
 * <linux/vhub_dev.h>. Where the kernel has none, or RLIMIT_MEMLOCK leaves no
 * room for them, it uses read() and write(): the calls are the same and so is
 * what they do, but each frame costs a system call.
 *
 * Where the kernel has no hub of that name, or lets us not in, the hub may be a
 * vhubd(8), which carries frames by a socket: the calls are the same, too. Such a
 * port has no virtio-net header; and as a process may end, a call may return
 * -ENODEV: then nothing comes or goes any more.
 *
 * Frames. A frame is an Ethernet frame without FCS, of VHUB_FRAME_MIN (14) to
 * VHUB_FRAME_MAX (65,557) bytes. With the option @vnet_hdr_size a virtio-net
 * header of that many bytes, in the byte order of the machine, precedes each
 * frame in both directions, and all lengths below include it. Frames are
 * delivered to a port in the order in which they reached the hub. A receiver
 * that is too slow loses frames and delays nobody; so a send never waits, but for
 * a vhubd to have its turn, 0.1 seconds at most.
 *
 * Errors. Functions return 0 or a count, or -errno. Lost frames are no errors:
 * they are counted at the port, with the reason, see vhub_info().
 *
 * Threads. One thread at a time may use a handle, with one exception: one may
 * send (vhub_send() to vhub_flush() below) while another receives (vhub_recv()
 * to vhub_arm()). Different handles are independent of each other. vhub_fd(),
 * vhub_port(), vhub_rights(), vhub_has_rings() and vhub_info() may be called
 * beside all but vhub_close().
 *
 * Processes. The file is close-on-exec. After fork() one of the two processes,
 * whichever, may go on to use the handle. The other may only vhub_close() it,
 * which takes nothing from the first.
 *
 * The library prints nothing, does not exit, and leaves signals alone. A wait
 * that a signal handler interrupts is -EINTR.
 */
#ifndef LIBVHUB_VHUB_H
#define LIBVHUB_VHUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vhub_dev.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vhub;
struct vhub_port_info;

/**
 * enum vhub_open_flags - flags of struct vhub_options
 * @VHUB_OPEN_NONBLOCK: to receive never waits: -EAGAIN when there is nothing
 * @VHUB_OPEN_NO_RINGS: read() and write() even where there are rings: a port
 *	that hardly ever carries frames need not have memory pinned for it
 * @VHUB_OPEN_RINGS: fail where there are no rings to be had, by the error of
 *	VHUB_IOC_MEM or VHUB_IOC_RINGS of <linux/vhub_dev.h>
 * @VHUB_OPEN_KERNEL: a hub of the kernel only, not one that vhubd is
 */
enum vhub_open_flags {
	VHUB_OPEN_NONBLOCK	= 1 << 0,
	VHUB_OPEN_NO_RINGS	= 1 << 1,
	VHUB_OPEN_RINGS		= 1 << 2,
	VHUB_OPEN_KERNEL	= 1 << 3,
};

/**
 * struct vhub_options - what vhub_open() is to make
 * @size: sizeof(struct vhub_options); the struct grows at its end only
 * @flags: bits of enum vhub_open_flags
 * @label: text shown for the port, cut to 31 bytes; NULL for none
 * @vnet_hdr_size: bytes of the virtio-net header before each frame, 0 for none
 *	or 10 to VHUB_VNET_HDR_MAX
 * @offloads: bits TUN_F_* of <linux/if_tun.h>: work on received frames that the
 *	caller does by their header. 0 without header.
 * @tx_count: buffers for frames to send, a power of two up to VHUB_RING_MAX;
 *	0 for 256
 * @rx_count: buffers for frames received, likewise; 0 for 512
 * @buffer_size: bytes of each, 1,024 to 131,072, rounded up to a multiple of
 *	64; 0 for 2,048. Larger frames take several buffers; what is received
 *	is in one piece all the same.
 * @reserved: 0
 *
 * Zero means the default in every field but @size. The buffers of each
 * direction must hold the largest frame: @tx_count * @buffer_size and @rx_count
 * * @buffer_size are 65,557 + @vnet_hdr_size or more. The memory, by default
 * 1.6 MiB, is charged to RLIMIT_MEMLOCK if there are rings.
 */
struct vhub_options {
	uint32_t size;
	uint32_t flags;
	const char *label;
	uint32_t vnet_hdr_size;
	uint32_t offloads;
	uint32_t tx_count;
	uint32_t rx_count;
	uint32_t buffer_size;
	uint32_t reserved;
};

/**
 * struct vhub_frame - a frame, or a buffer for one
 * @data: its first byte: of the virtio-net header, if the port has one
 * @len: its bytes
 * @reserved: ignored; 0 in what is received
 */
struct vhub_frame {
	void *data;
	uint32_t len;
	uint32_t reserved;
};

/**
 * vhub_open() - attach a new port to a hub
 * @v: set to the handle
 * @hub: name of the hub, in the network namespace of the thread
 * @options: what to make, NULL for all defaults
 *
 * Return: 0 or -errno: -EINVAL for options or a name that are none of the
 * above, -E2BIG for options that this library does not know; -ENOENT or -ENXIO
 * when the module is not loaded; -ENODEV for no such hub; -EACCES for no right
 * to attach; -ENOSPC for a hub that is full; -ENOMEM; with VHUB_OPEN_RINGS, why
 * there are none; -EOPNOTSUPP for rings or a header on a hub that vhubd is.
 * vhub_explain_attach() makes a sentence of it.
 */
int vhub_open(struct vhub **v, const char *hub,
	      const struct vhub_options *options);

/* Take the port off its hub and free all: buffers, frames received, frames that
 * were not flushed. NULL is ignored.
 */
void vhub_close(struct vhub *v);

/* The file of the port, for poll(), select() or epoll, to wait for POLLIN.
 * Nothing else may be done with it.
 */
int vhub_fd(const struct vhub *v);

/* Number of the port on its hub; 0 on a hub that vhubd is. */
uint32_t vhub_port(const struct vhub *v);

/* Bits of enum vhub_rights: what the hub's owner let this port do at first. */
uint32_t vhub_rights(const struct vhub *v);

/* Are there rings, or is it read() and write(). */
bool vhub_has_rings(const struct vhub *v);

/**
 * vhub_info() - what the kernel tells of the port, its counters above all
 * @v: the handle
 * @info: filled in, see <vhub/netlink.h>
 *
 * The thread must be in the network namespace of vhub_open().
 *
 * Return: 0 or -errno, -ENODEV or -ENOENT when the hub or port is gone.
 */
int vhub_info(const struct vhub *v, struct vhub_port_info *info);

/*
 * Sending
 *
 * Errors common to all: -EACCES for a port without the right to send; -EINVAL
 * for a frame that is too short and -EMSGSIZE for one that is too long, which
 * is lost, and is not counted.
 */

/**
 * vhub_send() - send a frame at once
 * @v: the handle
 * @frame: the frame, which the caller keeps
 * @len: its bytes
 *
 * Frames that wait for vhub_flush() go first.
 *
 * Return: 0 or -errno, -EINVAL for a virtio-net header that contradicts the
 * frame, too.
 */
int vhub_send(struct vhub *v, const void *frame, size_t len);

/**
 * vhub_send_batch() - send frames at once, in their order
 * @v: the handle
 * @frames: the frames, which the caller keeps
 * @n: how many
 *
 * Return: how many were taken, up to the first of a bad length; -errno if that
 * is the very first. One with a bad virtio-net header is taken and lost.
 */
int vhub_send_batch(struct vhub *v, const struct vhub_frame *frames,
		    unsigned int n);

/**
 * vhub_tx_get() - get buffers to write frames into
 * @v: the handle
 * @frames: set to the buffers, @len being the room in each
 * @n: how many are wanted
 *
 * Another call before vhub_tx_put() gives the same buffers again. One whose
 * frame is not put by the end of the next call of vhub_send(),
 * vhub_send_batch() or vhub_flush() is the library's again.
 *
 * Return: how many there are, 1 to @n, or -errno.
 */
int vhub_tx_get(struct vhub *v, struct vhub_frame *frames, unsigned int n);

/**
 * vhub_tx_put() - queue frames, without copying them
 * @v: the handle
 * @frames: the frames. Each lies where vhub_tx_get() said, the first in the
 *	first buffer and so on, with @len set to its bytes, within the buffer's;
 *	or anywhere in one piece of memory of vhub_register().
 * @n: how many
 *
 * They are sent by vhub_flush(), until when their bytes must stay.
 *
 * Return: 0 or -errno, after which none is queued: -ENOBUFS for more than there
 * are buffers free, whether they are used or not.
 */
int vhub_tx_put(struct vhub *v, const struct vhub_frame *frames,
		unsigned int n);

/**
 * vhub_register() - register memory to send frames from, as a guest's
 * @v: the handle
 * @addr: where it begins, a multiple of the page size
 * @len: its bytes, a multiple of the page size
 *
 * It must stay mapped until vhub_close(). Without rings this does nothing.
 *
 * Return: 0 or -errno of VHUB_IOC_MEM.
 */
int vhub_register(struct vhub *v, void *addr, size_t len);

/**
 * vhub_flush() - send what vhub_tx_put() queued; one system call with rings
 * @v: the handle
 *
 * All of it is sent when this returns 0, and dropped if it returns -errno.
 * Frames with a bad virtio-net header are lost, and counted at the port.
 */
int vhub_flush(struct vhub *v);

/*
 * Receiving
 *
 * When there is nothing, these wait, or return -EAGAIN with
 * VHUB_OPEN_NONBLOCK. -ENOBUFS: there is nothing, and nothing can come before
 * frames are released, since all buffers are held.
 */

/**
 * vhub_recv() - receive a frame into memory of the caller
 * @v: the handle
 * @buf: where to
 * @size: bytes there
 *
 * Return: bytes of the frame, of which only the first @size were copied if it
 * is longer; or -errno: -EBUSY when frames of vhub_recv_batch() were not
 * released yet.
 */
ssize_t vhub_recv(struct vhub *v, void *buf, size_t size);

/**
 * vhub_recv_batch() - receive frames without copying them
 * @v: the handle
 * @frames: set to the frames; they may be written to
 * @n: how many are wanted, 1 or more
 *
 * The frames are the caller's until vhub_release(). More may be received
 * before.
 *
 * Return: how many came, 1 to @n, or -errno.
 */
int vhub_recv_batch(struct vhub *v, struct vhub_frame *frames, unsigned int n);

/**
 * vhub_release() - give frames back, in the order in which they came
 * @v: the handle
 * @n: how many, the oldest of those held
 *
 * Return: 0, or -EINVAL for more than there are, after which all are held.
 */
int vhub_release(struct vhub *v, unsigned int n);

/**
 * vhub_wait() - wait until there is something to receive
 * @v: the handle
 * @timeout: milliseconds, 0 to look only, -1 for ever
 *
 * What vhub_tx_put() queued is not flushed by this.
 *
 * Return: 1 when there is, 0 when the time is over, or -errno: -EINTR,
 * -ENOBUFS.
 */
int vhub_wait(struct vhub *v, int timeout);

/**
 * vhub_arm() - about to sleep in one's own event loop
 * @v: the handle
 *
 * Call it before each sleep that the port's file is to end, be it by poll(),
 * select(), epoll_wait() with or without EPOLLET, or SIGIO.
 *
 * Return: 0, or 1 when there is something to receive: then do not sleep.
 */
int vhub_arm(struct vhub *v);

/*
 * Files for other programs
 */

/**
 * struct vhub_attach_request - a port to make
 * @hub: name of the hub
 * @label: text shown for the port, cut to fit
 * @vnet_hdr_size: bytes of the virtio-net header, 0 for none
 * @multi_queue: vhub_attach_join() will add queues
 */
struct vhub_attach_request {
	const char *hub;
	const char *label;
	uint32_t vnet_hdr_size;
	bool multi_queue;
};

/**
 * vhub_attach_open() - attach a file to pass on, with no handle around it
 * @req: what to make
 * @rights: set to bits of enum vhub_rights, may be NULL
 *
 * Return: the file, 3 or above, blocking and not close-on-exec, or -errno as of
 * vhub_open().
 */
int vhub_attach_open(const struct vhub_attach_request *req, uint32_t *rights);

/**
 * vhub_attach_join() - open a file as one more queue of a port
 * @fd: a file of that port, of a multi-queue one
 *
 * Return: as vhub_attach_open().
 */
int vhub_attach_join(int fd);

#ifdef __cplusplus
}
#endif

#endif /* LIBVHUB_VHUB_H */
