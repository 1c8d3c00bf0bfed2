#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - what cannot be a port is refused, with a sentence, and left as it was
#
#	lan0 --- what has neither Ethernet frames nor bare IP packets, is another's
#	         already, or would make a ring: lan0 - br0 - lan0,
#	         lan0 - lan1 - lan0, lan0 - lan0.5 - lan0

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 53

# state DEVICE: its master, and how many want it promiscuous
state()
{
	in_ns a ip -d -j link show "$1" |
		jq -r '.[0] | "\(.master) \(.promiscuity)"'
}

# vhub_refuses DEVICE SENTENCE HUB: 2 results
vhub_refuses()
{
	local dev=$1 sentence=$2 hub=${3:-lan0} before

	before=$(state "$dev")
	cmd_says "vhub refuses $dev on $hub" 2 \
		"vhub: hub \"$hub\", network device \"$dev\": $sentence" \
		in_ns a vhub port add "$hub" dev "$dev"
	same "and leaves it" "$before" "$(state "$dev")"
}

# refused DEVICE SENTENCE HUB: by ip, too. 4 results
refused()
{
	local dev=$1 sentence=$2 hub=${3:-lan0} before

	vhub_refuses "$dev" "$sentence" "$hub"
	before=$(state "$dev")
	cmd_says "so does ip" 2 "Error: $sentence." \
		in_ns a ip link set "$dev" master "$hub"
	same "and leaves it" "$before" "$(state "$dev")"
}

ns_add a b
quiet a b
in_ns a ip link add lan0 type vhub
in_ns a ip link add lan1 type vhub

# Kinds --------------------------------------------------------------------------
kinds='Only devices of Ethernet frames, or of bare IP packets as TUN, can be ports'
refused lo "The loopback device cannot be a port"
in_ns a ip link add nlmon0 type nlmon
refused nlmon0 "$kinds"
in_ns a ip link add sit1 type sit remote 192.0.2.1
vhub_refuses sit1 "$kinds"
in_ns a ip link add vrf0 type vrf table 10
refused vrf0 "The device lets nobody have what it receives"

# Another's ----------------------------------------------------------------------
another='The device is a port of another master already'
in_ns a ip link add br0 type bridge
in_ns a ip link add d0 type dummy
in_ns a ip link set d0 master br0
vhub_refuses d0 "$another"
cmd_ok "but ip moves it" in_ns a ip link set d0 master lan0
same "to the hub" "lan0 1" "$(state d0)"
vhub_refuses d0 "The device is a port of this hub already"
cmd_ok "which to ip is no change" in_ns a ip link set d0 master lan0
vhub_refuses d0 "$another" lan1
cmd_ok "ip moves it to another hub" in_ns a ip link set d0 master lan1
same "wholly" "lan1 1" "$(state d0)"
cmd_ok "and back to the bridge" in_ns a ip link set d0 master br0
json_same "so that no hub has a port" 'map(.ports)' '[0,0]' \
	in_ns a vhub -j hub show
in_ns a ip link add d1 type dummy
in_ns a ip link add mv0 link d1 type macvlan
refused d1 "What the device receives goes to another already, as to a macvlan"
in_ns b ip link add d2 type dummy
cmd_says "devices of other namespaces are not found" 2 \
	'vhub: no network device "d2" in this network namespace' \
	in_ns a vhub port add lan0 dev d2

# Rings ----------------------------------------------------------------------------
ring='The hub is a part of this device: frames would go in a ring'
refused lan0 "A hub cannot be a port of itself"
in_ns a ip link set lan0 master br0
refused br0 "$ring"
in_ns a ip link set lan0 nomaster
in_ns a ip link add link lan0 name lan0.5 type vlan id 5
vhub_refuses lan0.5 "$ring"
cmd_ok "a hub may be a port of another" in_ns a ip link set lan1 master lan0
vhub_refuses lan0 "$ring" lan1
in_ns a ip link set lan1 nomaster

# Too many -------------------------------------------------------------------------
start_ready hold in_ns a frames many lan0 4096
vhub_refuses d1 "What the device receives goes to another already, as to a macvlan"
in_ns a ip link del mv0
vhub_refuses d1 "The hub has all the ports it takes"
end hold
cmd_ok "d1 is taken when there is room" in_ns a vhub port add lan0 dev d1

# stack: hubs in each other, until that is refused
stack()
{
	local i

	for i in 1 2 3 4 5 6 7 8 9; do
		in_ns a ip link add "s$i" type vhub
		[ "$i" = 1 ] || in_ns a vhub port add "s$i" dev "s$((i - 1))" ||
			return
	done
}

cmd_says "hubs are not stacked without end" 2 \
	'vhub: hub "s9", network device "s8": Too many devices would be stacked on each other' \
	stack
same "the last of them is left" "null 0" "$(state s8)"

finish
