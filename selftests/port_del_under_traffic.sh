#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a port is taken off its hub while it sends and receives
#
#	flood --- 1 |    | 3 --- flood
#	flood --- 2 |lan0| 4 --- flood
#
# smp: several are at it

. "$(dirname "$0")/lib.sh"

plan 21

ns_add a
in_ns a ip link add lan0 type vhub

for i in 1 2 3 4; do
	start_ready flood$i in_ns a frames flood lan0 200
done
json_same "4 ports are there, and the host's" '[.[].number]' '[0,1,2,3,4]' \
	in_ns a vhub -j port show lan0

for i in 1 2; do
	eventually "port $i receives" flood_hears flood$i
	cmd_ok "port $i is taken off" in_ns a vhub port del lan0 $i
	cmd_says "port $i is gone" 2 "vhub: no port $i on hub \"lan0\"" \
		in_ns a vhub port show lan0 $i
	cmd_ok "who sat there goes on sending" flood_sends flood$i
	eventually "and hears nothing any more" not flood_hears flood$i
	cmd_says "port $i cannot be taken off again" 2 \
		"vhub: no port $i on hub \"lan0\"" \
		in_ns a vhub port del lan0 $i
done
for i in 3 4; do
	cmd_ok "port $i still sends" flood_sends flood$i
	eventually "port $i still receives" flood_hears flood$i
done
json_same "2 ports are left" '[.[].number]' '[0,3,4]' \
	in_ns a vhub -j port show lan0
for i in 1 2 3 4; do
	end flood$i || bail "flood$i ended with an error"
done

# Who is first, the process that ends or the one that takes its port off?
race()
{
	local i j

	for ((i = 0; i < 10; i++)); do
		start_ready hold in_ns a frames hold lan0 20
		tell hold end
		for ((j = 1; j <= 20; j++)); do
			in_ns a vhub port del lan0 "$j" 2>/dev/null || :
		done
		reap hold
	done
}

cmd_ok "ports are taken off while their files are closed" race
json_same "no port is left" '[.[].number]' '[0]' \
	in_ns a vhub -j port show lan0

finish
