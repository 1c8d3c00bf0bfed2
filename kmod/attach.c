// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - ports made of open files of /dev/vhub
 */

#include "attach.h"

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "hub.h"
#include "netlink.h"

static int vhub_fdport_fill_process(struct vhub_fdport *fdport,
				    struct sk_buff *msg,
				    const struct vhub_viewer *viewer)
{
	pid_t pid = 0;
	int ret = 0;

	/* The number of a process that is gone may be another's by now. */
	rcu_read_lock();
	if (viewer->pid_ns && pid_task(fdport->pid, PIDTYPE_TGID))
		pid = pid_nr_ns(fdport->pid, viewer->pid_ns);
	rcu_read_unlock();
	if (pid)
		ret = nla_put_u32(msg, VHUB_A_PORT_PID, pid);
	return ret ?: nla_put_string(msg, VHUB_A_PORT_COMMAND, fdport->comm);
}

static u32 vhub_fdport_queued(const struct vhub_fdport *fdport)
{
	const struct vhub_ring_pair *ring;
	const struct vhub_file *file;
	u32 i, queued = 0;

	lockdep_assert_held(&fdport->lock);

	for (i = 0; i < fdport->on_count; i++) {
		file = rcu_dereference_protected(fdport->on[i],
						 lockdep_is_held(&fdport->lock));
		queued += vhub_queue_used(&file->queue);
		ring = vhub_file_rx_ring(file);
		if (ring)
			queued += vhub_ring_waiting(ring);
	}
	return queued;
}

static int vhub_fdport_fill(struct vhub_port *port, struct sk_buff *msg,
			    const struct vhub_viewer *viewer)
{
	struct vhub_fdport *fdport = container_of(port, struct vhub_fdport,
						  port);
	u32 size = 0;
	int ret;

	if (vhub_port_has(port, VHUB_PORT_FLAG_VNET_HDR))
		size = READ_ONCE(fdport->vnet_hdr_size);

	spin_lock(&fdport->lock);
	ret = vhub_fdport_fill_process(fdport, msg, viewer) ?:
	      nla_put_u32(msg, VHUB_A_PORT_OWNER,
			  from_kuid_munged(viewer->user_ns, fdport->owner)) ?:
	      nla_put_u32(msg, VHUB_A_PORT_QUEUES, fdport->queue_count) ?:
	      nla_put_u32(msg, VHUB_A_PORT_QUEUES_ON, fdport->on_count) ?:
	      nla_put_u32(msg, VHUB_A_PORT_VNET_HDR_SIZE, size) ?:
	      nla_put_u32(msg, VHUB_A_PORT_OFFLOADS,
			  READ_ONCE(fdport->offloads)) ?:
	      nla_put_u32(msg, VHUB_A_PORT_QUEUED, vhub_fdport_queued(fdport));
	spin_unlock(&fdport->lock);
	return ret;
}

static const struct vhub_port_ops vhub_fdport_ops = {
	.kind		= VHUB_PORT_KIND_FD,
	.deliver	= vhub_fdport_deliver,
	.fill		= vhub_fdport_fill,
};

static void vhub_fdport_free(struct vhub_fdport *fdport)
{
	vhub_port_free(&fdport->port);
	put_pid(fdport->pid);
	kfree(fdport);
}

static void vhub_fdport_free_rcu(struct rcu_head *rcu)
{
	vhub_fdport_free(container_of(rcu, struct vhub_fdport, rcu));
}

static struct vhub_fdport *
vhub_fdport_create(const struct vhub_attach_how *how, u32 rights)
{
	struct vhub_fdport *fdport;
	u32 flags = how->flags | VHUB_PORT_FLAG_LINK;
	int ret;

	if ((rights & VHUB_RIGHT_RECV) && (how->mode & FMODE_READ))
		flags |= VHUB_PORT_FLAG_RECV;
	if ((rights & VHUB_RIGHT_SEND) && (how->mode & FMODE_WRITE))
		flags |= VHUB_PORT_FLAG_SEND;

	fdport = kzalloc(sizeof(*fdport), GFP_KERNEL_ACCOUNT);
	if (!fdport)
		return ERR_PTR(-ENOMEM);

	ret = vhub_port_init(&fdport->port, &vhub_fdport_ops, flags);
	if (ret) {
		kfree(fdport);
		return ERR_PTR(ret);
	}
	strscpy(fdport->port.label, how->label, sizeof(fdport->port.label));
	spin_lock_init(&fdport->lock);
	fdport->owner = current_uid();
	fdport->pid = get_pid(task_tgid(current));
	get_task_comm(fdport->comm, current->group_leader);
	fdport->vnet_hdr_size = how->vnet_hdr_size;
	fdport->sndbuf = INT_MAX;
	return fdport;
}

/**
 * vhub_fdport_adopt - the current process sets this port up
 * @fdport: the port, one of the process's files attached to it
 *
 * A file is often opened by one process and used by another: by QEMU that got
 * it from a helper, by the command that `vhub run` turned into. Whoever asks
 * what the file is, is who sits on the port.
 *
 * Context: may sleep.
 */
void vhub_fdport_adopt(struct vhub_fdport *fdport)
{
	struct pid *pid = get_pid(task_tgid(current));
	char comm[TASK_COMM_LEN];
	bool changed;

	get_task_comm(comm, current->group_leader);
	changed = vhub_port_set_flag(&fdport->port, VHUB_PORT_FLAG_TUN, true);

	spin_lock(&fdport->lock);
	swap(fdport->pid, pid);
	changed |= pid != fdport->pid || strcmp(comm, fdport->comm);
	memcpy(fdport->comm, comm, sizeof(comm));
	spin_unlock(&fdport->lock);

	put_pid(pid);
	if (changed)
		vhub_port_announce(&fdport->port);
}

static void vhub_fdport_add_on_locked(struct vhub_fdport *fdport,
				      struct vhub_file *file)
{
	lockdep_assert_held(&fdport->lock);

	vhub_queue_open(&file->queue);
	file->on_index = fdport->on_count;
	rcu_assign_pointer(fdport->on[file->on_index], file);
	/* Pairs with smp_load_acquire() in vhub_fdport_deliver(). */
	smp_store_release(&fdport->on_count, fdport->on_count + 1);
}

/* Puts the last file into the gap. A sender with the old count may miss it or
 * meet it twice: frames of a moved flow may be lost, as when a card re-spreads.
 */
static void vhub_fdport_del_on_locked(struct vhub_fdport *fdport,
				      struct vhub_file *file)
{
	struct vhub_file *last;

	lockdep_assert_held(&fdport->lock);

	if (file->on_index < 0)
		return;

	WRITE_ONCE(fdport->on_count, fdport->on_count - 1);
	last = rcu_dereference_protected(fdport->on[fdport->on_count],
					 lockdep_is_held(&fdport->lock));
	last->on_index = file->on_index;
	rcu_assign_pointer(fdport->on[last->on_index], last);
	RCU_INIT_POINTER(fdport->on[fdport->on_count], NULL);
	file->on_index = -1;
}

/* One more file with rings, or one less. Return: does the port show it. */
static bool vhub_fdport_count_rings_locked(struct vhub_fdport *fdport,
					   int change)
{
	lockdep_assert_held(&fdport->lock);

	fdport->ring_count += change;
	return vhub_port_set_flag(&fdport->port, VHUB_PORT_FLAG_RINGS,
				  fdport->ring_count);
}

/* Return: 0; -ENOENT when the port's last file went, -ENOSPC when it is full. */
static int vhub_fdport_add_file(struct vhub_fdport *fdport,
				struct vhub_file *file, bool first)
{
	int ret = 0;

	lockdep_assert_held(&file->lock);

	spin_lock(&fdport->lock);
	if (!fdport->queue_count && !first) {
		ret = -ENOENT;
	} else if (fdport->queue_count >= VHUB_QUEUES_MAX) {
		ret = -ENOSPC;
	} else {
		fdport->queue_count++;
		if (file->ring)
			vhub_fdport_count_rings_locked(fdport, 1);
		vhub_fdport_add_on_locked(fdport, file);
	}
	spin_unlock(&fdport->lock);
	return ret;
}

/* The file is attached for good; it holds its namespace no longer. */
static void vhub_file_commit(struct vhub_file *file,
			     struct vhub_fdport *fdport)
{
	lockdep_assert_held(&file->lock);

	/* Pairs with vhub_file_port(). */
	smp_store_release(&file->port, fdport);
	put_net(file->net);
	file->net = NULL;
	/* Who polled the file before it was attached waits for this. */
	wake_up_interruptible_poll(&file->queue.wait, EPOLLOUT | EPOLLWRNORM);
}

/**
 * vhub_file_join - make a file one more queue of a port
 * @file: a file that is not attached, its lock held
 * @fdport: a multi-queue port; another file of it is held by the caller, or
 *	this is an RCU read-side section
 *
 * Return: 0; -EINVAL for a port that takes no more queues, -ENOSPC when it has
 * all the files it takes, -ENOENT when its last file just went.
 */
int vhub_file_join(struct vhub_file *file, struct vhub_fdport *fdport)
{
	int ret;

	lockdep_assert_held(&file->lock);

	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_MULTI_QUEUE))
		return -EINVAL;

	ret = vhub_fdport_add_file(fdport, file, false);
	if (!ret)
		vhub_file_commit(file, fdport);
	return ret;
}

static bool vhub_fdport_is_mine(struct vhub_port *port)
{
	const u32 flags = VHUB_PORT_FLAG_MULTI_QUEUE | VHUB_PORT_FLAG_TUN;
	struct vhub_fdport *fdport;
	bool mine;

	if (port->ops != &vhub_fdport_ops || !vhub_port_has(port, flags))
		return false;

	fdport = container_of(port, struct vhub_fdport, port);
	spin_lock(&fdport->lock);
	mine = fdport->pid == task_tgid(current);
	spin_unlock(&fdport->lock);
	return mine;
}

/* Files of one process that name the same hub by TUNSETIFF with
 * IFF_MULTI_QUEUE are queues of one port, as they would be of one TAP device.
 * Return: 0, or -ENOENT when this is the first, or as vhub_file_join().
 */
static int vhub_file_join_mine(struct vhub_file *file, struct vhub_hub *hub)
{
	struct vhub_port *port;
	u32 number = 0;
	int ret = -ENOENT;

	rcu_read_lock();
	list_for_each_entry_rcu(port, &hub->ports, list) {
		if (!vhub_fdport_is_mine(port))
			continue;
		ret = vhub_file_join(file, container_of(port,
							struct vhub_fdport,
							port));
		number = port->number;
		break;
	}
	rcu_read_unlock();
	if (!ret)
		vhub_nl_notify_port(hub, number);
	return ret;
}

static int vhub_file_attach_port(struct vhub_file *file, struct vhub_hub *hub,
				 const struct vhub_attach_how *how, u32 rights)
{
	struct vhub_fdport *fdport;
	int ret;

	fdport = vhub_fdport_create(how, rights);
	if (IS_ERR(fdport))
		return PTR_ERR(fdport);

	ret = vhub_fdport_add_file(fdport, file, true);
	if (WARN_ON_ONCE(ret))
		goto err_free_fdport;

	ret = vhub_port_attach(&fdport->port, hub);
	if (ret)
		goto err_close_queue;

	vhub_file_commit(file, fdport);
	return 0;

err_close_queue:
	/* No sender has seen the port, so nobody holds the file either. */
	file->on_index = -1;
	vhub_queue_close(&file->queue);
err_free_fdport:
	vhub_fdport_free(fdport);
	return ret;
}

/**
 * vhub_file_attach - put a file on a hub, as a port or as a queue of one
 * @file: a file that is not attached, its lock held, its queue ready
 * @hub: the hub, a reference of the caller's
 * @how: the rest
 *
 * Context: may sleep.
 * Return: 0; -EACCES for no right to the hub, -ENODEV for one that is just going
 * away, -ENOSPC when the hub or the port is full, -ENOMEM.
 */
int vhub_file_attach(struct vhub_file *file, struct vhub_hub *hub,
		     const struct vhub_attach_how *how)
{
	const u32 shared = VHUB_PORT_FLAG_MULTI_QUEUE | VHUB_PORT_FLAG_TUN;
	u32 rights = vhub_hub_rights(hub);
	int ret = -ENOENT;

	lockdep_assert_held(&file->lock);

	if (!rights)
		return -EACCES;

	/* Of two queues that come at once, one makes the port, one joins it. */
	mutex_lock(&hub->change);
	if ((how->flags & shared) == shared)
		ret = vhub_file_join_mine(file, hub);
	if (ret == -ENOENT)
		ret = vhub_file_attach_port(file, hub, how, rights);
	mutex_unlock(&hub->change);
	return ret;
}

/* Closes the queue of a file; what waited there is lost and counted. */
static void vhub_file_forget(struct vhub_file *file,
			     struct vhub_fdport *fdport)
{
	u32 frames = vhub_queue_close(&file->queue);

	if (frames)
		vhub_port_count_drop(&fdport->port, VHUB_A_DROPS_NO_QUEUE,
				     frames);
}

/**
 * vhub_file_detach - take a file off its port; the last takes the port along
 * @file: an attached file that is being closed
 *
 * Senders may still find the file for an RCU grace period, with its queue
 * closed.
 *
 * Context: may sleep.
 */
void vhub_file_detach(struct vhub_file *file)
{
	struct vhub_fdport *fdport = file->port;
	u32 number = fdport->port.number;
	struct vhub_hub *hub;
	bool last;

	spin_lock(&fdport->lock);
	vhub_fdport_del_on_locked(fdport, file);
	spin_unlock(&fdport->lock);
	vhub_file_forget(file, fdport);
	hub = vhub_port_get_hub(&fdport->port);

	/* From here on the port is another file's, and may go with it. */
	spin_lock(&fdport->lock);
	if (file->ring)
		vhub_fdport_count_rings_locked(fdport, -1);
	last = !--fdport->queue_count;
	spin_unlock(&fdport->lock);

	if (last) {
		vhub_port_detach(&fdport->port);
		call_rcu(&fdport->rcu, vhub_fdport_free_rcu);
	} else if (hub) {
		mutex_lock(&hub->change);
		vhub_nl_notify_port(hub, number);
		mutex_unlock(&hub->change);
	}
	if (hub)
		vhub_hub_put(hub);
}

/* The table of memory of a file, made when first asked for. */
static struct vhub_mem_table *vhub_file_mem(struct vhub_file *file)
{
	lockdep_assert_held(&file->lock);

	if (!file->mem)
		file->mem = kzalloc(sizeof(*file->mem), GFP_KERNEL_ACCOUNT);
	return file->mem;
}

/**
 * vhub_file_add_mem - register memory for the rings of a file
 * @file: the file, its lock held
 * @start: where it begins in the current process
 * @size: its bytes
 *
 * Context: may sleep.
 * Return: 0, or as VHUB_IOC_MEM.
 */
int vhub_file_add_mem(struct vhub_file *file, u64 start, u64 size)
{
	struct vhub_mem_table *mem = vhub_file_mem(file);
	struct vhub_region region;
	int ret;

	if (!mem)
		return -ENOMEM;
	ret = vhub_mem_check(mem, start, size) ?:
	      vhub_region_pin(&region, start, size);
	if (ret)
		return ret;

	/* Senders look there under this lock. */
	spin_lock_bh(&file->queue.lock);
	mem->regions[mem->count++] = region;
	spin_unlock_bh(&file->queue.lock);
	return 0;
}

/* Tells of rings that a port's file got after it was attached. */
static void vhub_fdport_show_rings(struct vhub_fdport *fdport)
{
	bool changed;

	spin_lock(&fdport->lock);
	changed = vhub_fdport_count_rings_locked(fdport, 1);
	spin_unlock(&fdport->lock);
	if (changed)
		vhub_port_announce(&fdport->port);
}

/**
 * vhub_file_add_rings - set up the rings of a file
 * @file: the file, its lock held
 * @rings: what is wanted, checked; what came of it
 *
 * Context: may sleep.
 * Return: 0, -EBUSY when it has rings, -ENOMEM.
 */
int vhub_file_add_rings(struct vhub_file *file, struct vhub_rings *rings)
{
	struct vhub_mem_table *mem = vhub_file_mem(file);
	struct vhub_ring_pair *ring;

	if (file->ring)
		return -EBUSY;
	if (!mem)
		return -ENOMEM;

	ring = vhub_ring_create(rings, mem);
	if (IS_ERR(ring))
		return PTR_ERR(ring);

	spin_lock_bh(&file->queue.lock);
	/* Pairs with vhub_file_ring(). */
	smp_store_release(&file->ring, ring);
	WRITE_ONCE(file->queue.retired, ring->rx_count);
	spin_unlock_bh(&file->queue.lock);
	/* Who sleeps in read() learns that nothing will come. */
	wake_up_interruptible_all(&file->queue.wait);
	if (file->port)
		vhub_fdport_show_rings(file->port);
	return 0;
}

/**
 * vhub_file_free_rings - free the rings of a file, and give back its memory
 * @file: a file that is being closed, its queue closed: no sender looks into
 *	its rings any more
 *
 * Context: may sleep.
 */
void vhub_file_free_rings(struct vhub_file *file)
{
	u32 i;

	if (file->ring)
		vhub_ring_destroy(file->ring);
	if (!file->mem)
		return;
	for (i = 0; i < file->mem->count; i++)
		vhub_region_unpin(&file->mem->regions[i]);
	kfree(file->mem);
}

/**
 * vhub_file_set_on - let a queue of a multi-queue port receive, or not
 * @file: an attached file
 * @on: what is wanted
 *
 * A queue that is off forgets what waited in it; its flows go to the others.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL when the port has but one queue or it is so already.
 */
int vhub_file_set_on(struct vhub_file *file, bool on)
{
	struct vhub_fdport *fdport = vhub_file_port(file);
	int ret = -EINVAL;
	bool is_on;

	if (!vhub_port_has(&fdport->port, VHUB_PORT_FLAG_MULTI_QUEUE))
		return -EINVAL;

	mutex_lock(&file->lock);
	spin_lock(&fdport->lock);
	is_on = file->on_index >= 0;
	if (on != is_on) {
		ret = 0;
		if (on)
			vhub_fdport_add_on_locked(fdport, file);
		else
			vhub_fdport_del_on_locked(fdport, file);
	}
	spin_unlock(&fdport->lock);

	if (!ret && !on)
		vhub_file_forget(file, fdport);
	mutex_unlock(&file->lock);
	if (!ret)
		vhub_port_announce(&fdport->port);
	return ret;
}
