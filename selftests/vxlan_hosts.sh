#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - VXLAN joins the hubs of several hosts
#
#	g1 --- |lan0| vx0 === h1 === net === h2 === vx0 |lan0| --- g2
#	                              |
#	                              +===== h3 === vx0 |lan0| --- g3
#
# The commands are those of Documentation/vhub/machines.rst.
# vm: -t 580

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"
. "$(dirname "$0")/vxlan_lib.sh"

plan 33
_need bridge ping

link_local=01:80:c2:00:00:0e
hosts 3 1600

# join N ARGUMENT...: host N's hub gets a VXLAN
join()
{
	local n=$1

	shift
	in_ns "h$n" ip link add vx0 type vxlan id 42 dstport 4789 \
		local "192.0.2.$n" dev u "$@"
	in_ns "h$n" ip link set vx0 master lan0
	in_ns "h$n" ip link set vx0 up
	busywait port_has_link "h$n" vx0 || bail "vx0 of h$n has no link"
}

port_has_link()
{
	[ "$(port_of "$1" "$2" .flags)" = '["send","recv","link"]' ]
}

part()
{
	local n

	for n; do
		in_ns "h$n" ip link del vx0
	done
}

mode()
{
	local n

	for n in 1 2 3; do
		in_ns "h$n" vhub hub set lan0 mode "$1"
	done
}

# counted HOST FILTER: of what vx0 sent and received
counted()
{
	port_of "$1" vx0 ".stats | $2"
}

# beyond HOST: addresses that its hub has learned from vx0
beyond()
{
	in_ns "$1" vhub -j fdb show lan0 | jq -c --argjson port \
		"$(port_of "$1" vx0 .number)" 'map(select(.port == $port).address)'
}

# Otherwise guests that have talked look after each other for a while.
forget_neighbours()
{
	local n

	for n in 1 2 3; do
		in_ns "g$n" ip neighbour flush all
	done
}

# Two hosts, by their addresses ---------------------------------------------------
join 1 remote 192.0.2.2
join 2 remote 192.0.2.1
eventually "guests of two hosts reach each other" reaches 1 2
cmd_ok "with all that 1,500 bytes hold" reaches 1 2 -M "do" -s 1472
same "none of which was lost" '[0,0]' \
	"[$(counted h1 '.drops | add'),$(counted h2 '.drops | add')]"

start_ready talk in_ns h1 frames talk lan0
start_ready listen in_ns h2 frames listen lan0
tell talk "$link_local 02:00:5e:00:53:11"
eventually "LLDP crosses" \
	said listen "^frame 64 $link_local 02:00:5e:00:53:11 88b5$"
tell talk "$link_local 02:00:5e:00:53:11 7"
eventually "and with a tag" \
	said listen "^frame 64 $link_local 02:00:5e:00:53:11 8100$"
stop listen

mode switch
eventually "in mode switch they reach each other, too" reaches 1 2
same "and a hub knows which are beyond the VXLAN" "[\"$(guest_mac 2)\"]" \
	"$(beyond h1)"
start_ready listen in_ns h2 frames listen lan0
tell talk "$link_local 02:00:5e:00:53:11"
eventually "LLDP crosses" \
	said listen "^frame 64 $link_local 02:00:5e:00:53:11 88b5$"
stop talk listen
mode hub

# What does not fit -----------------------------------------------------------------
same "VXLAN takes 50 bytes of what the network has" 1550 \
	"$(in_ns h1 ip -j link show vx0 | jq '.[0].mtu')"
in_ns h1 ip link set u mtu 1500
in_ns h1 ip link set vx0 mtu 1450
forget_neighbours
before=$(counted h1 .rx_frames)
start_ready send in_ns h1 frames send lan0 3 1469
eventually "larger frames than the VXLAN takes are sent" said send '^sent 3'
same "which are dropped for it, and counted" "[$before,3]" \
	"$(counted h1 '[.rx_frames, .drops.too_big]')"
end send
cmd_fail "so a ping of 1,500 bytes is lost" reaches 1 2 -M "do" -s 1472
in_ns g1 ip link set eth0 mtu 1450
in_ns g2 ip link set eth0 mtu 1450
eventually "one of 1,450 is not" reaches 1 2 -M "do" -s 1422
in_ns g1 ip link set eth0 mtu 1500
in_ns g2 ip link set eth0 mtu 1500
in_ns h1 ip link set u mtu 1600
part 1 2

# By multicast ------------------------------------------------------------------------
for n in 1 2 3; do
	join $n group 239.0.0.42
done
eventually "a group joins hosts, the second" reaches 1 2
eventually "and the third" reaches 1 3
eventually "all to all" reaches 2 3
start_ready talk in_ns h1 frames talk lan0
start_ready listen2 in_ns h2 frames listen lan0
start_ready listen3 in_ns h3 frames listen lan0
tell talk "$link_local 02:00:5e:00:53:11"
eventually "LLDP goes to the second" said listen2 "^frame 64 $link_local "
eventually "and the third" said listen3 "^frame 64 $link_local "
stop talk listen2 listen3
part 1 2 3

# By a list -----------------------------------------------------------------------------
# list_peers N OPTION...: host N has a VXLAN that sends to the others
list_peers()
{
	local n=$1 peer

	shift
	join "$n" "$@"
	for peer in 1 2 3; do
		[ $peer = "$n" ] || in_ns "h$n" bridge fdb append \
			00:00:00:00:00:00 dev vx0 dst "192.0.2.$peer"
	done
}

# Guest 1 sends 50 numbered frames to all, of which each comes once.
numbered_frames_come_once()
{
	local n

	for n in 2 3; do
		start_ready recv$n in_ns g$n frames -p recv eth0 50
	done
	start_ready send in_ns g1 frames -p send eth0 50 100
	for n in 2 3; do
		eventually "guest $n gets all of them once, in order" \
			said recv$n '^received 50 bytes 5000$'
	done
	end send
	end recv2
	end recv3
}

for n in 1 2 3; do
	list_peers $n
done
eventually "a list joins hosts, the second" reaches 1 2
eventually "and the third" reaches 1 3
eventually "all to all" reaches 2 3

# Nothing goes round: what comes by VXLAN does not leave by it.
forget_neighbours
before2=$(counted h2 '[.rx_frames, .tx_frames]')
before3=$(counted h3 '[.rx_frames, .tx_frames]')
numbered_frames_come_once
same "the second host sent none back" "$(jq -c '.[1] += 50' <<<"$before2")" \
	"$(counted h2 '[.rx_frames, .tx_frames]')"
same "nor did the third" "$(jq -c '.[1] += 50' <<<"$before3")" \
	"$(counted h3 '[.rx_frames, .tx_frames]')"

# A VXLAN learns by itself which host an address is at; a wire does not.
start_ready listen in_ns g3 frames -p listen eth0
start_ready talk in_ns g1 frames -p talk eth0
start_ready peer in_ns g2 frames -p listen eth0
tell talk "$(guest_mac 2) $(guest_mac 1)"
tell talk "ff:ff:ff:ff:ff:ff $(guest_mac 1)"
eventually "a frame to guest 2 comes to it" \
	said peer "^frame 64 $(guest_mac 2) $(guest_mac 1) 88b5$"
eventually "guest 3 gets a broadcast" said listen '^frame 64 ff:ff:ff:ff:ff:ff '
cmd_fail "but not what was for guest 2" said listen "^frame 64 $(guest_mac 2) "
part 1 2 3
for n in 1 2 3; do
	list_peers $n nolearning
done
tell talk "$(guest_mac 2) $(guest_mac 1)"
eventually "with nolearning guest 3 hears that, too, as on a wire" \
	said listen "^frame 64 $(guest_mac 2) $(guest_mac 1) 88b5$"
stop listen talk peer

mode switch
eventually "and in mode switch" reaches 1 2
same "the hub learns in its place" "[\"$(guest_mac 2)\"]" "$(beyond h1)"

# Loops -----------------------------------------------------------------------------------
cmd_says "a VXLAN is on one hub" 2 \
	'vhub: hub "lan0", network device "vx0": The device is a port of this hub already' \
	in_ns h1 vhub port add lan0 dev vx0

finish
