#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a network namespace goes although files are on a hub of its
#
# The processes live in namespace b; their files are on a hub of a. One end of
# a veth pair in b tells when a has gone for good.
#
#	       b          |         a
#	flood, flood -----|--- 1, 2 lan0 3 --- never reads
#	       veth1 -----|--- veth0
#
# smp: several are at it

. "$(dirname "$0")/lib.sh"

plan 16

no_veth()
{
	! in_ns b ip link show veth1 >/dev/null 2>&1
}

ns_add b

for round in 1 2 3; do
	ns_add a
	in_ns a ip link add veth0 type veth peer name veth1 netns "$(ns b)"
	in_ns a ip link add lan0 type vhub
	in_ns a ip link set lan0 up
	for name in flood1 flood2; do
		start_ready $name in_ns b frames -n "$(ns a)" flood lan0 200
	done
	start_ready lazy in_ns b frames -n "$(ns a)" hold lan0 1
	eventually "frames are on their way (round $round)" flood_hears flood1

	ns_del a
	eventually "the namespace goes" no_veth
	for name in flood1 flood2; do
		cmd_ok "$name goes on sending" flood_sends $name
	done
	eventually "nothing comes any more" not flood_hears flood1
	for name in flood1 flood2 lazy; do
		end $name || bail "$name ended with an error"
	done
done

finish
