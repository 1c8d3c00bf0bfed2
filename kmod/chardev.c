// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - /dev/vhub: open, attach, read, write, poll
 */

#include "chardev.h"

#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/virtio_net.h>
#include <net/net_namespace.h>

#include "attach.h"
#include "forward.h"
#include "hub.h"
#include "offload.h"
#include "tun.h"

static const struct file_operations vhub_chardev_fops;

static int vhub_chardev_open(struct inode *inode, struct file *filp)
{
	struct vhub_file *file;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;

	mutex_init(&file->lock);
	vhub_queue_init(&file->queue);
	file->net = get_net(current->nsproxy->net_ns);
	file->on_index = -1;
	filp->private_data = file;
	filp->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, filp);
}

static void vhub_chardev_free_rcu(struct rcu_head *rcu)
{
	struct vhub_file *file = container_of(rcu, struct vhub_file, rcu);

	if (file->port)
		vhub_queue_free(&file->queue);
	kfree(file);
}

static int vhub_chardev_release(struct inode *inode, struct file *filp)
{
	struct vhub_file *file = filp->private_data;

	if (file->port)
		vhub_file_detach(file);
	vhub_file_free_rings(file);
	if (file->net)
		put_net(file->net);
	call_rcu(&file->rcu, vhub_chardev_free_rcu);
	return 0;
}

/* Reads the header; @len is what the iterator holds after it. */
static int vhub_chardev_read_hdr(struct vhub_fdport *fdport,
				 struct iov_iter *from, size_t size,
				 struct vhub_offload *offload)
{
	struct virtio_net_hdr hdr;

	if (!copy_from_iter_full(&hdr, sizeof(hdr), from))
		return -EFAULT;
	iov_iter_advance(from, size - sizeof(hdr));

	return vhub_offload_parse(offload, &hdr,
				  vhub_fdport_hdr_is_le(fdport),
				  iov_iter_count(from));
}

/* Which reason to count for an error on the way in. */
static int vhub_chardev_drop_reason(int error)
{
	switch (error) {
	case -EMSGSIZE:
		return VHUB_A_DROPS_LONG;
	case -EFAULT:
		return VHUB_A_DROPS_FAULT;
	case -ENOMEM:
		return VHUB_A_DROPS_NO_MEMORY;
	case -EACCES:
		return VHUB_A_DROPS_DENIED;
	default:
		return VHUB_A_DROPS_HEADER;
	}
}

/* Takes a frame of sound length out of user memory, which is read once. */
static struct vhub_buf *vhub_chardev_copy_in(struct vhub_fdport *fdport,
					     struct iov_iter *from,
					     size_t hdr_size)
{
	struct vhub_buf *buf;
	int ret = 0;

	buf = vhub_buf_alloc(iov_iter_count(from) - hdr_size,
			     GFP_KERNEL_ACCOUNT);
	if (!buf)
		return ERR_PTR(-ENOMEM);

	if (hdr_size)
		ret = vhub_chardev_read_hdr(fdport, from, hdr_size,
					    &buf->offload);
	if (!ret && !copy_from_iter_full(buf->data, buf->len, from))
		ret = -EFAULT;
	if (!ret)
		return buf;

	vhub_buf_put(buf);
	return ERR_PTR(ret);
}

/* Refuses and counts a frame. A process that speaks the ioctls of a TAP is not
 * told that it has no right to send: emulators take every error but EAGAIN as
 * the end of their network card.
 */
static ssize_t vhub_chardev_refuse(struct vhub_fdport *fdport, int error,
				   size_t total)
{
	vhub_port_count_drop(&fdport->port, vhub_chardev_drop_reason(error),
			     1);
	if (error == -EACCES &&
	    vhub_port_has(&fdport->port, VHUB_PORT_FLAG_TUN))
		return total;
	return error;
}

static ssize_t vhub_chardev_write_iter(struct kiocb *iocb,
				       struct iov_iter *from)
{
	struct vhub_file *file = iocb->ki_filp->private_data;
	struct vhub_fdport *fdport = vhub_file_port(file);
	size_t total = iov_iter_count(from);
	struct vhub_frame frame;
	struct vhub_batch batch = {
		.frames = &frame,
	};
	struct vhub_buf *buf;
	size_t hdr_size;

	if (!fdport)
		return -EBADFD;

	hdr_size = vhub_fdport_hdr_size(fdport);
	if (total < hdr_size + VHUB_FRAME_MIN) {
		vhub_port_count_drop(&fdport->port, VHUB_A_DROPS_SHORT, 1);
		return -EINVAL;
	}
	if (total > hdr_size + VHUB_FRAME_MAX)
		return vhub_chardev_refuse(fdport, -EMSGSIZE, total);
	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_SEND))
		return vhub_chardev_refuse(fdport, -EACCES, total);

	buf = vhub_chardev_copy_in(fdport, from, hdr_size);
	if (IS_ERR(buf))
		return vhub_chardev_refuse(fdport, PTR_ERR(buf), total);

	vhub_frame_init_buf(&frame, buf);
	vhub_frame_add(&batch, &frame);
	vhub_forward(&fdport->port, &batch);
	return total;
}

/* Writes the header of a frame. Return: 0, -EFAULT, or -EINVAL. */
static int vhub_chardev_write_hdr(struct vhub_fdport *fdport,
				  vhub_item_t item, struct iov_iter *to,
				  size_t size)
{
	struct sk_buff *skb = vhub_item_skb(item);
	struct virtio_net_hdr_mrg_rxbuf hdr;
	size_t known = min(size, sizeof(hdr));

	if (iov_iter_count(to) < size)
		return -EINVAL;

	if (vhub_offload_emit_mrg(skb ? NULL : &vhub_item_buf(item)->offload,
				  skb, &hdr, vhub_fdport_hdr_is_le(fdport)))
		return -EINVAL;

	if (copy_to_iter(&hdr, known, to) != known ||
	    iov_iter_zero(size - known, to) != size - known)
		return -EFAULT;
	return 0;
}

static int vhub_chardev_copy_data(vhub_item_t item, struct iov_iter *to,
				  size_t len)
{
	struct sk_buff *skb = vhub_item_skb(item);

	if (skb)
		return skb_copy_datagram_iter(skb, 0, to, len);
	return copy_to_iter(vhub_item_buf(item)->data, len, to) == len ?
	       0 : -EFAULT;
}

/* Gives one frame to the reader. Whatever is lost of it is counted. */
static ssize_t vhub_chardev_copy_out(struct vhub_fdport *fdport,
				     vhub_item_t item, struct iov_iter *to)
{
	size_t hdr_size = vhub_fdport_hdr_size(fdport);
	size_t room, len = vhub_item_len(item);
	int ret = 0;

	if (hdr_size)
		ret = vhub_chardev_write_hdr(fdport, item, to, hdr_size);

	room = iov_iter_count(to);
	if (!ret)
		ret = vhub_chardev_copy_data(item, to, min(len, room));

	if (ret || len > room)
		vhub_port_count_drop(&fdport->port, ret == -EFAULT ?
				     VHUB_A_DROPS_FAULT :
				     VHUB_A_DROPS_TRUNCATED, 1);
	return ret ?: hdr_size + min(len, room);
}

static ssize_t vhub_chardev_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *filp = iocb->ki_filp;
	struct vhub_file *file = filp->private_data;
	struct vhub_fdport *fdport = vhub_file_port(file);
	vhub_item_t item;
	ssize_t ret;

	if (!fdport)
		return -EBADFD;
	if (!iov_iter_count(to))
		return 0;

	item = vhub_queue_take(&file->queue);
	if (!item) {
		if (vhub_file_rx_ring(file))
			return -EBUSY;
		if ((filp->f_flags & O_NONBLOCK) ||
		    (iocb->ki_flags & IOCB_NOWAIT))
			return -EAGAIN;
		ret = vhub_queue_wait(&file->queue, &item);
		if (ret)
			return ret;
		if (!item)
			return -EBUSY;
	}

	ret = vhub_chardev_copy_out(fdport, item, to);
	vhub_item_put(item);
	return ret;
}

/* A hub that went is a cable without link: nothing comes, all can be sent, and
 * neither EPOLLHUP nor EPOLLERR is raised, which emulators cannot stand.
 */
static __poll_t vhub_chardev_poll(struct file *filp, poll_table *wait)
{
	struct vhub_file *file = filp->private_data;
	__poll_t mask = EPOLLOUT | EPOLLWRNORM;
	struct vhub_ring_pair *ring;

	poll_wait(filp, &file->queue.wait, wait);
	if (!vhub_file_port(file))
		return EPOLLERR;
	ring = vhub_file_ring(file);
	if (vhub_queue_used(&file->queue) || (ring && vhub_ring_poll(ring)))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

static int vhub_chardev_fasync(int fd, struct file *filp, int on)
{
	struct vhub_file *file = filp->private_data;
	int ret;

	ret = fasync_helper(fd, filp, on, &file->queue.fasync);
	return min(ret, 0);
}

/* Checks what can be checked without looking at anything else. */
static int vhub_chardev_check_attach(const struct vhub_attach *attach)
{
	const u32 flags = VHUB_ATTACH_MULTI_QUEUE | VHUB_ATTACH_JOIN;
	u32 size = attach->vnet_hdr_size;

	if (attach->flags & ~flags)
		return -EINVAL;
	if (strnlen(attach->hub, sizeof(attach->hub)) == sizeof(attach->hub))
		return -EINVAL;
	if (strnlen(attach->label, sizeof(attach->label)) ==
	    sizeof(attach->label))
		return -EINVAL;
	if (size && (size < sizeof(struct virtio_net_hdr) ||
		     size > VHUB_VNET_HDR_MAX))
		return -EINVAL;

	if (!(attach->flags & VHUB_ATTACH_JOIN))
		return attach->fd ? -EINVAL : 0;
	if (attach->flags != VHUB_ATTACH_JOIN || attach->hub[0] ||
	    attach->label[0] || size)
		return -EINVAL;
	return 0;
}

/* Joins the port of another file, for which that file must have been opened
 * in the same way: it is what tells the process's rights to the port.
 */
static int vhub_chardev_join(struct vhub_file *file, fmode_t mode, int fd)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;
	struct vhub_fdport *fdport = NULL;
	struct file *other;
	int ret;

	other = fget(fd);
	if (!other)
		return -EBADF;

	if (other->f_op == &vhub_chardev_fops)
		fdport = vhub_file_port(other->private_data);
	if (!fdport)
		ret = -EINVAL;
	else if ((mode ^ other->f_mode) & both)
		ret = -EACCES;
	else
		ret = vhub_file_join(file, fdport);
	if (!ret)
		vhub_port_announce(&fdport->port);
	fput(other);
	return ret;
}

static int vhub_chardev_attach_hub(struct vhub_file *file, const char *name,
				   const struct vhub_attach_how *how)
{
	struct vhub_hub *hub = vhub_hub_get_by_name(file->net, name);
	int ret;

	if (!hub)
		return -ENODEV;
	ret = vhub_file_attach(file, hub, how);
	vhub_hub_put(hub);
	return ret;
}

static int vhub_chardev_attach_locked(struct vhub_file *file, fmode_t mode,
				      const struct vhub_attach *attach)
{
	struct vhub_attach_how how = {
		.label = attach->label,
		.vnet_hdr_size = attach->vnet_hdr_size ?: VHUB_TUN_HDR_DEFAULT,
		.mode = mode,
	};
	int ret;

	lockdep_assert_held(&file->lock);

	if (vhub_file_port(file))
		return -EBUSY;

	if (attach->vnet_hdr_size)
		how.flags |= VHUB_PORT_FLAG_VNET_HDR;
	if (attach->flags & VHUB_ATTACH_MULTI_QUEUE)
		how.flags |= VHUB_PORT_FLAG_MULTI_QUEUE;

	ret = vhub_queue_alloc(&file->queue);
	if (ret)
		return ret;

	if (attach->flags & VHUB_ATTACH_JOIN)
		ret = vhub_chardev_join(file, mode, attach->fd);
	else
		ret = vhub_chardev_attach_hub(file, attach->hub, &how);
	if (ret)
		vhub_queue_free(&file->queue);
	return ret;
}

static u32 vhub_chardev_rights(const struct vhub_port *port)
{
	u32 rights = 0;

	if (vhub_port_has(port, VHUB_PORT_FLAG_RECV))
		rights |= VHUB_RIGHT_RECV;
	if (vhub_port_has(port, VHUB_PORT_FLAG_SEND))
		rights |= VHUB_RIGHT_SEND;
	return rights;
}

/* Copies an argument that grows at its end and begins with its size, of which
 * @size_min are the bytes of its first form.
 */
static int vhub_chardev_copy_arg(void *to, size_t size, const void __user *arg,
				 u32 size_min)
{
	u32 user_size;

	if (get_user(user_size, (const u32 __user *)arg))
		return -EFAULT;
	if (user_size < size_min || user_size > PAGE_SIZE)
		return -EINVAL;
	return copy_struct_from_user(to, size, arg, user_size);
}

static long vhub_chardev_attach(struct vhub_file *file, fmode_t mode,
				struct vhub_attach __user *arg)
{
	const struct vhub_port *port;
	struct vhub_attach attach;
	int ret;

	BUILD_BUG_ON(sizeof(struct vhub_attach) != VHUB_ATTACH_SIZE_VER0);
	BUILD_BUG_ON(sizeof(attach.hub) != IFNAMSIZ);
	BUILD_BUG_ON(sizeof(attach.label) != VHUB_LABEL_MAX + 1);

	ret = vhub_chardev_copy_arg(&attach, sizeof(attach), arg,
				    VHUB_ATTACH_SIZE_VER0);
	if (ret)
		return ret;
	ret = vhub_chardev_check_attach(&attach);
	if (ret)
		return ret;
	/* See that the answer can be written before there is one. */
	if (put_user(0, &arg->port) || put_user(0, &arg->rights))
		return -EFAULT;

	mutex_lock(&file->lock);
	ret = vhub_chardev_attach_locked(file, mode, &attach);
	mutex_unlock(&file->lock);
	if (ret)
		return ret;

	port = &vhub_file_port(file)->port;
	if (put_user(port->number, &arg->port) ||
	    put_user(vhub_chardev_rights(port), &arg->rights))
		return -EFAULT;
	return 0;
}

static long vhub_chardev_mem(struct vhub_file *file,
			     struct vhub_mem __user *arg)
{
	struct vhub_mem mem;
	int ret;

	BUILD_BUG_ON(sizeof(struct vhub_mem) != VHUB_MEM_SIZE_VER0);

	ret = vhub_chardev_copy_arg(&mem, sizeof(mem), arg,
				    VHUB_MEM_SIZE_VER0);
	if (ret)
		return ret;
	if (mem.flags)
		return -EINVAL;

	if (mutex_lock_interruptible(&file->lock))
		return -EINTR;
	ret = vhub_file_add_mem(file, mem.addr, mem.len);
	mutex_unlock(&file->lock);
	return ret;
}

static bool vhub_chardev_is_ring_count(u32 count)
{
	return !count || (is_power_of_2(count) && count <= VHUB_RING_MAX);
}

static long vhub_chardev_rings(struct vhub_file *file,
			       struct vhub_rings __user *arg)
{
	struct vhub_rings rings;
	int ret;

	BUILD_BUG_ON(sizeof(struct vhub_rings) != VHUB_RINGS_SIZE_VER0);
	BUILD_BUG_ON(sizeof(struct vhub_desc) != 16);
	BUILD_BUG_ON(sizeof(struct vhub_ring_head) != 256);

	ret = vhub_chardev_copy_arg(&rings, sizeof(rings), arg,
				    VHUB_RINGS_SIZE_VER0);
	if (ret)
		return ret;
	if (rings.flags || !(rings.tx_count | rings.rx_count) ||
	    !vhub_chardev_is_ring_count(rings.tx_count) ||
	    !vhub_chardev_is_ring_count(rings.rx_count))
		return -EINVAL;
	/* See that the answer can be written before there is one. */
	if (put_user(0, &arg->map_size) || put_user(0, &arg->tx_offset) ||
	    put_user(0, &arg->rx_offset))
		return -EFAULT;

	mutex_lock(&file->lock);
	ret = vhub_file_add_rings(file, &rings);
	mutex_unlock(&file->lock);
	if (ret)
		return ret;

	if (put_user(rings.map_size, &arg->map_size) ||
	    put_user(rings.tx_offset, &arg->tx_offset) ||
	    put_user(rings.rx_offset, &arg->rx_offset))
		return -EFAULT;
	return 0;
}

static long vhub_chardev_send_ring(struct vhub_file *file,
				   struct vhub_fdport *fdport,
				   struct vhub_ring_pair *ring)
{
	long ret;

	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_SEND))
		return -EACCES;

	if (mutex_lock_interruptible(&file->lock))
		return -EINTR;
	ret = vhub_ring_kick(ring, fdport);
	mutex_unlock(&file->lock);
	return ret;
}

/* What was sent stays sent when the waiting is interrupted. */
static long vhub_chardev_kick(struct vhub_file *file, unsigned long arg)
{
	struct vhub_fdport *fdport = vhub_file_port(file);
	struct vhub_ring_pair *ring = vhub_file_ring(file);
	const bool wait = arg == VHUB_KICK_WAIT;
	long sent = 0;
	int ret = 0;

	if (arg && !wait)
		return -EINVAL;
	if (!fdport)
		return -EBADFD;
	if (!ring || !(wait ? ring->rx_count : ring->tx_count))
		return -ENXIO;

	if (!wait || vhub_ring_has_posted(ring))
		sent = vhub_chardev_send_ring(file, fdport, ring);
	if (!wait || sent < 0)
		return sent;

	/* As poll() it is not started again after a signal. */
	if (wait_event_interruptible(file->queue.wait, vhub_ring_poll(ring)))
		ret = -EINTR;
	return sent ?: ret;
}

static int vhub_chardev_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct vhub_ring_pair *ring = vhub_file_ring(filp->private_data);

	return ring ? vhub_ring_map(ring, vma) : -ENXIO;
}

static long vhub_chardev_any_ioctl(struct file *filp, unsigned int cmd,
				   unsigned long arg, size_t ifreq_size)
{
	struct vhub_file *file = filp->private_data;

	switch (cmd) {
	case VHUB_IOC_KICK:
		return vhub_chardev_kick(file, arg);
	case VHUB_IOC_ATTACH:
		return vhub_chardev_attach(file, filp->f_mode,
					   (struct vhub_attach __user *)arg);
	case VHUB_IOC_MEM:
		return vhub_chardev_mem(file, (struct vhub_mem __user *)arg);
	case VHUB_IOC_RINGS:
		return vhub_chardev_rings(file,
					  (struct vhub_rings __user *)arg);
	default:
		return vhub_tun_ioctl(file, filp->f_mode, cmd, arg,
				      ifreq_size);
	}
}

static long vhub_chardev_ioctl(struct file *filp, unsigned int cmd,
			       unsigned long arg)
{
	return vhub_chardev_any_ioctl(filp, cmd, arg, sizeof(struct ifreq));
}

#ifdef CONFIG_COMPAT
/* All arguments that are no pointers are small numbers, which compat_ptr()
 * leaves alone.
 */
static long vhub_chardev_compat_ioctl(struct file *filp, unsigned int cmd,
				      unsigned long arg)
{
	return vhub_chardev_any_ioctl(filp, cmd,
				      (unsigned long)compat_ptr(arg),
				      sizeof(struct compat_ifreq));
}
#endif

static const struct file_operations vhub_chardev_fops = {
	.owner		= THIS_MODULE,
	.open		= vhub_chardev_open,
	.release	= vhub_chardev_release,
	.read_iter	= vhub_chardev_read_iter,
	.write_iter	= vhub_chardev_write_iter,
	.poll		= vhub_chardev_poll,
	.fasync		= vhub_chardev_fasync,
	.mmap		= vhub_chardev_mmap,
	.unlocked_ioctl	= vhub_chardev_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl	= vhub_chardev_compat_ioctl,
#endif
};

static struct miscdevice vhub_chardev_misc = {
	.minor		= MISC_DYNAMIC_MINOR,
	.name		= "vhub",
	.nodename	= "vhub",
	.mode		= 0666,
	.fops		= &vhub_chardev_fops,
};

/* Makes /dev/vhub. Context: may sleep. Return: 0 or -errno. */
int __init vhub_chardev_init(void)
{
	return misc_register(&vhub_chardev_misc);
}

void vhub_chardev_exit(void)
{
	misc_deregister(&vhub_chardev_misc);
}
