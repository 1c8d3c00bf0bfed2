// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - mistakes that a debug kernel has to notice, one at each load
 *
 *	insmod detectors.ko mistake=use_after_free
 *
 * Loading succeeds; what is looked at is the kernel's log. Made by
 * scripts/detectors, which knows what has to stand there.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *mistake;
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "name of the mistake to make");

/* What the compiler shall not know. */
static noinline unsigned int detectors_hidden(unsigned int value)
{
	OPTIMIZER_HIDE_VAR(value);
	return value;
}

static void detectors_out_of_bounds(void)
{
	char *bytes = kmalloc(64, GFP_KERNEL);

	if (!bytes)
		return;
	OPTIMIZER_HIDE_VAR(bytes);
	bytes[64] = 1;
	kfree(bytes);
}

static void detectors_use_after_free(void)
{
	char *bytes = kmalloc(64, GFP_KERNEL);

	if (!bytes)
		return;
	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	bytes[8] = 1;
}

static void detectors_double_free(void)
{
	char *bytes = kmalloc(64, GFP_KERNEL);

	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	kfree(bytes);
}

static void detectors_vmalloc_overrun(void)
{
	char *bytes = vmalloc(100);

	if (!bytes)
		return;
	OPTIMIZER_HIDE_VAR(bytes);
	bytes[100] = 1;
	vfree(bytes);
}

static void detectors_shift(void)
{
	pr_info("detectors: %u\n", 1U << detectors_hidden(40));
}

static void detectors_index(void)
{
	static int numbers[4];

	numbers[detectors_hidden(4) & 7]++;
}

static void detectors_leak(void)
{
	static const char text[] = "nobody knows me";
	char *copy = kstrdup(text, GFP_KERNEL);

	pr_info("detectors: %s\n", copy);
}

static DEFINE_MUTEX(detectors_first);
static DEFINE_MUTEX(detectors_second);

static void detectors_lock_order(void)
{
	mutex_lock(&detectors_first);
	mutex_lock(&detectors_second);
	mutex_unlock(&detectors_second);
	mutex_unlock(&detectors_first);
	mutex_lock(&detectors_second);
	mutex_lock(&detectors_first);
	mutex_unlock(&detectors_first);
	mutex_unlock(&detectors_second);
}

static DEFINE_SPINLOCK(detectors_spin);

static void detectors_lock_kept(void)
{
	mutex_lock(&detectors_first);
}

static void detectors_atomic_sleep(void)
{
	spin_lock(&detectors_spin);
	kfree(kmalloc(64, GFP_KERNEL));
	spin_unlock(&detectors_spin);
}

static void detectors_atomic_schedule(void)
{
	preempt_disable();
	schedule();
	preempt_enable();
}

static void detectors_rcu_unlocked(void)
{
	static int __rcu *pointer;

	pr_info("detectors: %p\n", rcu_dereference(pointer));
}

static void detectors_refcount(void)
{
	refcount_t refs = REFCOUNT_INIT(1);

	refcount_dec(&refs);
	refcount_inc(&refs);
}

static void detectors_list(void)
{
	struct list_head entry;
	LIST_HEAD(list);

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

static void detectors_timer_fires(struct timer_list *timer)
{
}

static void detectors_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, detectors_timer_fires, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

static void detectors_rcu_twice(void)
{
	struct rcu_head *head = kmalloc(sizeof(*head) + 64, GFP_KERNEL);

	if (!head)
		return;
	kvfree_call_rcu(head, head);
	call_rcu(head, (rcu_callback_t)kfree);
}

static netdevice_tracker detectors_tracker;

static void detectors_setup_dev(struct net_device *dev)
{
	ether_setup(dev);
	dev->needs_free_netdev = true;
}

static const struct net_device_ops detectors_dev_ops;

/* Waits for the device to be given back, holding RTNL. */
static int detectors_unregister(void *dev)
{
	unregister_netdev(dev);
	return 0;
}

static void detectors_netdev(void)
{
	struct net_device *dev = alloc_netdev(0, "mistake%d", NET_NAME_ENUM,
					      detectors_setup_dev);

	if (!dev)
		return;
	dev->netdev_ops = &detectors_dev_ops;
	if (register_netdev(dev)) {
		free_netdev(dev);
		return;
	}
	netdev_hold(dev, &detectors_tracker, GFP_KERNEL);
	kthread_run(detectors_unregister, dev, "mistake");
}

static int detectors_sleep(void *unused)
{
	mutex_lock(&detectors_second);
	return 0;
}

static void detectors_hang(void)
{
	mutex_lock(&detectors_second);
	kthread_run(detectors_sleep, NULL, "mistake");
	ssleep(300);
	mutex_unlock(&detectors_second);
}

static int detectors_counter;

static int detectors_count(void *unused)
{
	unsigned long end = jiffies + 5 * HZ;

	while (time_before(jiffies, end)) {
		detectors_counter++;
		cond_resched();
	}
	return 0;
}

static void detectors_race(void)
{
	kthread_run(detectors_count, NULL, "mistake1");
	kthread_run(detectors_count, NULL, "mistake2");
}

static void detectors_pin(void)
{
	struct page *page;

	pin_user_pages_fast(current->mm->start_stack & PAGE_MASK, 1, 0, &page);
}

#define MISTAKE(name)	{ #name, detectors_##name }

static const struct {
	const char *name;
	void (*make)(void);
} detectors_mistakes[] = {
	MISTAKE(atomic_schedule),
	MISTAKE(atomic_sleep),
	MISTAKE(double_free),
	MISTAKE(hang),
	MISTAKE(index),
	MISTAKE(leak),
	MISTAKE(list),
	MISTAKE(lock_kept),
	MISTAKE(lock_order),
	MISTAKE(netdev),
	MISTAKE(out_of_bounds),
	MISTAKE(pin),
	MISTAKE(race),
	MISTAKE(rcu_twice),
	MISTAKE(rcu_unlocked),
	MISTAKE(refcount),
	MISTAKE(shift),
	MISTAKE(timer),
	MISTAKE(use_after_free),
	MISTAKE(vmalloc_overrun),
};

static int __init detectors_init(void)
{
	unsigned int i;

	for (i = 0; mistake && i < ARRAY_SIZE(detectors_mistakes); i++) {
		if (strcmp(mistake, detectors_mistakes[i].name))
			continue;
		detectors_mistakes[i].make();
		return 0;
	}
	return -EINVAL;
}
module_init(detectors_init);

MODULE_DESCRIPTION("Mistakes that a debug kernel has to notice");
MODULE_LICENSE("GPL");
