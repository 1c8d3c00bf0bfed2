#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - what a capture at the host's cable shows, of a hub and of a switch
#
#	host (port 0) ---+--- lan0 ---+--- first (port 1), talks
#	                              +--- second (port 2), talks
#
# vm: -m 512

. "$(dirname "$0")/lib.sh"

plan 21

one=00:00:5e:00:53:01
two=00:00:5e:00:53:02
all=ff:ff:ff:ff:ff:ff

# capture NAME [OPTION]: tcpdump is at work at the host's device
capture()
{
	start "$1" in_ns a tcpdump -lnet "${@:2}" -i lan0
	busywait grep -q 'listening on' "$tmp/$1.err" ||
		bail "tcpdump does not begin"
}

# talk: one frame from each to the other, and one to all
talk()
{
	tell first "$two $one"
	eventually "the second port hears the first" said second "$two $one"
	tell second "$one $two"
	eventually "and the first the second" said first "$one $two"
	tell second "$all $two"
}

ns_add a
in_ns a sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
in_ns a ip link add lan0 type vhub
in_ns a ip link set lan0 up

for mode in hub switch; do
	in_ns a vhub hub set lan0 mode "$mode"
	start_ready first in_ns a frames talk lan0
	start_ready second in_ns a frames talk lan0
	tell first "$all $one"
	tell second "$all $two"
	eventually "mode $mode: all hear what is for all" said first "$all $two"

	capture promiscuous
	talk
	eventually "a capture shows what is for all" \
		said promiscuous "^$two > $all"
	cmd_ok "and what goes one way" said promiscuous "^$one > $two"
	cmd_ok "and the other" said promiscuous "^$two > $one"
	stop promiscuous

	capture modest -p
	talk
	eventually "one that is not promiscuous shows what is for all" \
		said modest "^$two > $all"
	cmd_fail "and nothing else" \
		grep -q "^$one > $two\|^$two > $one" "$tmp/modest.out"
	stop modest
	end first
	end second
done

finish
