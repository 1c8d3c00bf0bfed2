#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a hub may go while its ports send and receive at full speed
#
# Who sits on a port is left with a cable that leads nowhere: it goes on
# sending without an error, and receives nothing. A hub of the same name does
# not take it in.
#
#	flood --- 1 |lan0| 3 --- flood, large frames
#	flood --- 2 |    | 4 --- never reads
#	            |    | 0 --- the host, up
#
# smp: several are at it

. "$(dirname "$0")/lib.sh"

plan 22

ns_add a

for way in "ip link del lan0" "vhub hub del lan0" "ip link del lan0"; do
	in_ns a ip link add lan0 type vhub
	in_ns a ip link set lan0 up
	start_ready flood1 in_ns a frames flood lan0 60
	start_ready flood2 in_ns a frames flood lan0 60
	start_ready flood3 in_ns a frames flood lan0 9014
	start_ready lazy in_ns a frames hold lan0 1
	eventually "frames are on their way" flood_hears flood1

	# shellcheck disable=SC2086 # words of a command
	cmd_ok "$way while they are" in_ns a $way
	for name in flood1 flood2 flood3; do
		cmd_ok "$name goes on sending" flood_sends $name
	done

	in_ns a ip link add lan0 type vhub
	json_same "a new hub of that name is empty" '.[0].ports' 0 \
		in_ns a vhub -j hub show lan0
	in_ns a ip link del lan0
	eventually "nothing comes any more" not flood_hears flood1
	for name in flood1 flood2 flood3 lazy; do
		end $name || bail "$name ended with an error"
	done
done

finish
