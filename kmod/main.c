// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - order of init and exit, nothing else
 */

#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "chardev.h"
#include "hub.h"
#include "netdev.h"
#include "netlink.h"
#include "offload.h"
#include "queue.h"

static int __init vhub_init(void)
{
	int ret;

#ifdef DEBUG
	if (!vhub_queue_selftest() || !vhub_offload_selftest())
		return -ENOTRECOVERABLE;
#endif

	ret = vhub_hub_tables_init();
	if (ret)
		return ret;

	ret = vhub_nl_init();
	if (ret)
		goto err_tables;

	ret = vhub_netdev_init();
	if (ret)
		goto err_nl;

	ret = vhub_hub_init();
	if (ret)
		goto err_netdev;

	ret = vhub_chardev_init();
	if (ret)
		goto err_hub;
	return 0;

err_hub:
	vhub_hub_exit();
err_netdev:
	vhub_netdev_exit();
err_nl:
	vhub_nl_exit();
err_tables:
	vhub_hub_tables_exit();
	return ret;
}

static void __exit vhub_exit(void)
{
	vhub_chardev_exit();
	vhub_hub_exit();
	vhub_netdev_exit();
	vhub_nl_exit();
	vhub_hub_tables_exit();
	/* Files and ports are freed by call_rcu(). */
	rcu_barrier();
}

module_init(vhub_init);
module_exit(vhub_exit);

MODULE_DESCRIPTION("Ethernet hubs for emulators");
MODULE_AUTHOR("The vhub developers");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("vhub");
MODULE_ALIAS_GENL_FAMILY("vhub");
