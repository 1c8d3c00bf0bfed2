// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - the ioctls of a TAP file, for emulators that know no other
 *
 * What each emulator calls, and what kills it, decides here: an ioctl that is
 * not known is EINVAL and nothing else, TUNSETIFF on an attached file is 0, the
 * size of the header can be set with and without a header, and a port whose hub
 * went answers as before.
 */

#include "tun.h"

#include <linux/if_tun.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_net.h>

#include "attach.h"
#include "compat.h"
#include "hub.h"
#include "offload.h"

#define VHUB_TUN_FEATURES	(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | \
				 IFF_MULTI_QUEUE | IFF_ONE_QUEUE)

static long vhub_tun_get_int(int value, int __user *arg)
{
	return put_user(value, arg);
}

static void vhub_tun_fill_flags(struct ifreq *ifr, bool vnet_hdr,
				bool multi_queue)
{
	ifr->ifr_flags = IFF_TAP | IFF_NO_PI |
			 (vnet_hdr ? IFF_VNET_HDR : 0) |
			 (multi_queue ? IFF_MULTI_QUEUE : 0);
}

static void vhub_tun_fill_ifreq(const struct vhub_fdport *fdport,
				struct ifreq *ifr, bool vnet_hdr)
{
	vhub_port_hub_name(&fdport->port, ifr->ifr_name);
	vhub_tun_fill_flags(ifr, vnet_hdr,
			    vhub_port_has(&fdport->port,
					  VHUB_PORT_FLAG_MULTI_QUEUE));
}

/* Has the port a header from now on? As a TAP's, all its queues have. */
static void vhub_tun_set_vnet_hdr(struct vhub_fdport *fdport, bool on)
{
	if (vhub_port_set_flag(&fdport->port, VHUB_PORT_FLAG_VNET_HDR, on))
		vhub_port_announce(&fdport->port);
	vhub_fdport_adopt(fdport);
}

static long vhub_tun_attach_locked(struct vhub_file *file, fmode_t mode,
				   struct vhub_hub *hub,
				   const struct ifreq *ifr)
{
	struct vhub_attach_how how = {
		.label = "",
		.flags = VHUB_PORT_FLAG_TUN,
		.vnet_hdr_size = VHUB_TUN_HDR_DEFAULT,
		.mode = mode,
	};
	long ret;

	if (vhub_file_port(file))
		return -EBUSY;

	if (ifr->ifr_flags & IFF_VNET_HDR)
		how.flags |= VHUB_PORT_FLAG_VNET_HDR;
	if (ifr->ifr_flags & IFF_MULTI_QUEUE)
		how.flags |= VHUB_PORT_FLAG_MULTI_QUEUE;

	ret = vhub_queue_alloc(&file->queue);
	if (ret)
		return ret;
	ret = vhub_file_attach(file, hub, &how);
	if (ret)
		vhub_queue_free(&file->queue);
	return ret;
}

/* The hub of this name in the namespace of a file, unless that was attached
 * meanwhile.
 */
static struct vhub_hub *vhub_tun_get_hub(struct vhub_file *file,
					 const char *name)
{
	struct vhub_hub *hub = ERR_PTR(-EBUSY);

	mutex_lock(&file->lock);
	if (!vhub_file_port(file))
		hub = vhub_hub_get_by_name(file->net, name) ?:
		      ERR_PTR(-ENODEV);
	mutex_unlock(&file->lock);
	return hub;
}

/* Answers first: who is not answered is not attached. */
static long vhub_tun_attach(struct vhub_file *file, fmode_t mode,
			    struct ifreq *ifr, void __user *arg, size_t size)
{
	const bool vnet_hdr = ifr->ifr_flags & IFF_VNET_HDR;
	struct vhub_hub *hub;
	long ret = -EFAULT;

	ifr->ifr_name[IFNAMSIZ - 1] = '\0';
	hub = vhub_tun_get_hub(file, ifr->ifr_name);
	if (IS_ERR(hub))
		return PTR_ERR(hub);

	strscpy_pad(ifr->ifr_name, hub->dev->name, IFNAMSIZ);
	vhub_tun_fill_flags(ifr, vnet_hdr, ifr->ifr_flags & IFF_MULTI_QUEUE);
	if (!copy_to_user(arg, ifr, size)) {
		mutex_lock(&file->lock);
		ret = vhub_tun_attach_locked(file, mode, hub, ifr);
		mutex_unlock(&file->lock);
	}
	vhub_hub_put(hub);
	if (!ret)
		vhub_tun_set_vnet_hdr(vhub_file_port(file), vnet_hdr);
	return ret;
}

static long vhub_tun_set_iff(struct vhub_file *file, fmode_t mode,
			     void __user *arg, size_t size)
{
	struct vhub_fdport *fdport = vhub_file_port(file);
	struct ifreq ifr = {};
	bool vnet_hdr;

	if (copy_from_user(&ifr, arg, size))
		return -EFAULT;
	if ((ifr.ifr_flags & ~VHUB_TUN_FEATURES) ||
	    (ifr.ifr_flags & (IFF_TAP | IFF_NO_PI)) != (IFF_TAP | IFF_NO_PI))
		return -EINVAL;
	if (!fdport)
		return vhub_tun_attach(file, mode, &ifr, arg, size);

	vnet_hdr = ifr.ifr_flags & IFF_VNET_HDR;
	vhub_tun_fill_ifreq(fdport, &ifr, vnet_hdr);
	if (copy_to_user(arg, &ifr, size))
		return -EFAULT;
	vhub_tun_set_vnet_hdr(fdport, vnet_hdr);
	return 0;
}

static long vhub_tun_get_iff(struct vhub_fdport *fdport, void __user *arg,
			     size_t size)
{
	struct ifreq ifr = {};

	/* The rest of the union goes back as it came. */
	if (copy_from_user(&ifr, arg, size))
		return -EFAULT;
	vhub_tun_fill_ifreq(fdport, &ifr,
			    vhub_port_has(&fdport->port,
					  VHUB_PORT_FLAG_VNET_HDR));
	if (copy_to_user(arg, &ifr, size))
		return -EFAULT;
	vhub_fdport_adopt(fdport);
	return 0;
}

static long vhub_tun_set_queue(struct vhub_file *file, void __user *arg,
			       size_t size)
{
	struct ifreq ifr = {};

	if (copy_from_user(&ifr, arg, size))
		return -EFAULT;
	if (ifr.ifr_flags & IFF_ATTACH_QUEUE)
		return vhub_file_set_on(file, true);
	if (ifr.ifr_flags & IFF_DETACH_QUEUE)
		return vhub_file_set_on(file, false);
	return -EINVAL;
}

/* Sets a value that the port is shown with, and tells who listens. */
static void vhub_tun_set_shown(struct vhub_fdport *fdport, u32 *where,
			       u32 value)
{
	if (xchg(where, value) != value)
		vhub_port_announce(&fdport->port);
}

static long vhub_tun_set_offload(struct vhub_fdport *fdport,
				 unsigned long tun_f)
{
	long ret = vhub_offload_check_tun(tun_f);

	if (!ret)
		vhub_tun_set_shown(fdport, &fdport->offloads, tun_f);
	return ret;
}

static long vhub_tun_set_hdr_size(struct vhub_fdport *fdport, int __user *arg)
{
	int size;

	if (get_user(size, arg))
		return -EFAULT;
	if (size < (int)sizeof(struct virtio_net_hdr) ||
	    size > VHUB_VNET_HDR_MAX)
		return -EINVAL;
	vhub_tun_set_shown(fdport, &fdport->vnet_hdr_size, size);
	return 0;
}

static long vhub_tun_set_sndbuf(struct vhub_fdport *fdport, int __user *arg)
{
	int size;

	if (get_user(size, arg))
		return -EFAULT;
	if (size <= 0)
		return -EINVAL;
	WRITE_ONCE(fdport->sndbuf, size);
	return 0;
}

static long vhub_tun_set_bool(bool *value, int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	WRITE_ONCE(*value, on);
	return 0;
}

static long vhub_tun_set_carrier(struct vhub_fdport *fdport, int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	vhub_port_set_carrier(&fdport->port, on);
	return 0;
}

/* A port has no address of its own: the one on the wire is the guest's. What a
 * TAP would say is the host's end of the cable, here the hub's device.
 */
static long vhub_tun_get_hwaddr(struct vhub_fdport *fdport, void __user *arg,
				size_t size)
{
	struct ifreq ifr = {};
	struct vhub_hub *hub;

	if (copy_from_user(&ifr, arg, size))
		return -EFAULT;

	vhub_port_hub_name(&fdport->port, ifr.ifr_name);
	memset(&ifr.ifr_hwaddr, 0, sizeof(ifr.ifr_hwaddr));
	ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;

	rcu_read_lock();
	hub = rcu_dereference(fdport->port.hub);
	if (hub)
		memcpy(ifr.ifr_hwaddr.sa_data, hub->dev->dev_addr, ETH_ALEN);
	rcu_read_unlock();
	return copy_to_user(arg, &ifr, size) ? -EFAULT : 0;
}

/**
 * vhub_tun_ioctl - an ioctl of /dev/net/tun on a file of /dev/vhub
 * @file: the file
 * @mode: FMODE_* it was opened with
 * @cmd: number of the ioctl; whatever is not one of a TAP is refused
 * @arg: its argument; a pointer but for TUNSETOFFLOAD and TUNSETNOCSUM
 * @ifreq_size: sizeof(struct ifreq) for this process
 *
 * Context: may sleep.
 * Return: 0; -EBADFD when the file must be attached and is not; -EINVAL for an
 * ioctl or an argument that is not known; -EFAULT; for TUNSETIFF -ENODEV when
 * there is no such hub, -EBUSY when another thread attaches the file, and what
 * vhub_file_attach() returns.
 */
long vhub_tun_ioctl(struct vhub_file *file, fmode_t mode, unsigned int cmd,
		    unsigned long arg, size_t ifreq_size)
{
	struct vhub_fdport *fdport;
	void __user *ptr = (void __user *)arg;
	int __user *iptr = ptr;

	switch (cmd) {
	case TUNGETFEATURES:
		return put_user(VHUB_TUN_FEATURES, (unsigned int __user *)ptr);
	case TUNSETIFF:
		return vhub_tun_set_iff(file, mode, ptr, ifreq_size);
	}

	fdport = vhub_file_port(file);
	if (!fdport)
		return -EBADFD;

	switch (cmd) {
	case TUNGETIFF:
		return vhub_tun_get_iff(fdport, ptr, ifreq_size);
	case TUNSETQUEUE:
		return vhub_tun_set_queue(file, ptr, ifreq_size);
	case TUNSETOFFLOAD:
		return vhub_tun_set_offload(fdport, arg);
	case TUNSETNOCSUM:
		return 0;
	case TUNGETVNETHDRSZ:
		return vhub_tun_get_int(READ_ONCE(fdport->vnet_hdr_size), iptr);
	case TUNSETVNETHDRSZ:
		return vhub_tun_set_hdr_size(fdport, iptr);
	case TUNGETVNETLE:
		return vhub_tun_get_int(READ_ONCE(fdport->vnet_le), iptr);
	case TUNSETVNETLE:
		return vhub_tun_set_bool(&fdport->vnet_le, iptr);
	case TUNGETVNETBE:
		return vhub_tun_get_int(READ_ONCE(fdport->vnet_be), iptr);
	case TUNSETVNETBE:
		return vhub_tun_set_bool(&fdport->vnet_be, iptr);
	case TUNGETSNDBUF:
		return vhub_tun_get_int(READ_ONCE(fdport->sndbuf), iptr);
	case TUNSETSNDBUF:
		return vhub_tun_set_sndbuf(fdport, iptr);
	case TUNSETCARRIER:
		return vhub_tun_set_carrier(fdport, iptr);
	case SIOCGIFHWADDR:
		return vhub_tun_get_hwaddr(fdport, ptr, ifreq_size);
	default:
		return -EINVAL;
	}
}
