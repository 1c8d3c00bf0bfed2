#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - hubs upon hubs: a frame that goes all the way up is answered all the way down
#
#	host (192.0.2.1) --- s8 --- s7 --- ... --- s1 --- respond (192.0.2.2)
#
# What comes back for a socket that is gone is refused by the host at once, which is
# done while the kernel still delivers it: the stack has to do for both ways.

. "$(dirname "$0")/lib.sh"

plan 4

# ask: a datagram of somebody who does not wait for an answer
ask()
{
	in_ns a bash -c 'echo hello >/dev/udp/192.0.2.2/7'
}

# unreachables: how often the host said that nobody listens
unreachables()
{
	in_ns a nstat -asz IcmpOutDestUnreachs | awk '/^Icmp/ { print $2 }'
}

refused_more()
{
	ask
	[ "$(unreachables)" -gt "$refused" ]
}

ns_add a
in_ns a sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
for i in 1 2 3 4 5 6 7 8; do
	in_ns a ip link add "s$i" type vhub
	[ "$i" = 1 ] || in_ns a vhub port add "s$i" dev "s$((i - 1))"
	in_ns a ip link set "s$i" up
done
in_ns a ip address add 192.0.2.1/24 dev s8
start_ready respond in_ns a frames respond s1 192.0.2.2

for mode in hub switch; do
	for i in 1 2 3 4 5 6 7 8; do
		in_ns a vhub hub set "s$i" mode "$mode"
	done
	refused=$(unreachables)
	eventually "mode $mode: frames go up and down" refused_more
done
same "no hub's host lost any" "0 0 0 0 0 0 0 0" "$(
	for i in 1 2 3 4 5 6 7 8; do
		json '.[] | select(.number == 0) | .stats.drops.full' \
			in_ns a vhub -j port show "s$i"
	done | xargs)"

finish
