#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a hub is a network device: made, named, set up and removed by ip
#
# Its device is the host's cable. Down, it is unplugged: not a frame leaves it.
# Up, the host talks over it.
#
#	        lan0 (192.0.2.1)
#	listen --- 1 |  | 0 --- the host
#	respond -- 2 |  |       (192.0.2.2)

. "$(dirname "$0")/lib.sh"

plan 43

ns_add a b

kind()
{
	in_ns a ip -d -j link show "$1" | jq -r '.[0].linkinfo.info_kind'
}

host_flags()
{
	in_ns a vhub -j port show lan0 0 | jq -c '.[0].flags'
}

# host_counts: the host's port as the hub shows it
host_counts()
{
	in_ns a vhub -j port show lan0 0 | jq -c '.[0].stats |
		[.rx_frames, .rx_bytes, .tx_frames, .tx_bytes]'
}

# link_counts: the same as ip shows it
link_counts()
{
	in_ns a ip -s -j link show lan0 | jq -c '.[0].stats64 |
		[.rx.packets, .rx.bytes, .tx.packets, .tx.bytes]'
}

# The host's IPv6 may talk between one look and the other.
counts_agree()
{
	[ "$(host_counts)" = "$(link_counts)" ]
}

# talk SIZE: send a datagram of SIZE bytes to the neighbour, which answers with
# the same
talk()
{
	head -c "$1" /dev/urandom >"$tmp/sent"
	# shellcheck disable=SC2016 # the inner shell's
	in_ns a bash -c 'exec 3<>/dev/udp/192.0.2.2/7 &&
		dd if="$1" bs=65535 count=1 status=none >&3 &&
		timeout 10 dd of="$2" bs=65535 count=1 status=none <&3' \
		talk "$tmp/sent" "$tmp/got" &&
		cmp "$tmp/sent" "$tmp/got"
}

# Names, and what ip says --------------------------------------------------
cmd_ok "ip makes a hub" in_ns a ip link add lan0 type vhub
same "ip says of what kind it is" vhub "$(kind lan0)"
cmd_fail "a second one of that name is refused" \
	in_ns a ip link add lan0 type vhub
cmd_fail "so is one with the address of a group" \
	in_ns a ip link add lan1 address 01:00:5e:00:00:01 type vhub
cmd_ok "a hub without a name gets one" in_ns a ip link add type vhub
same "which is vhub0" vhub "$(kind vhub0)"
cmd_ok "ip deletes a hub" in_ns a ip link del vhub0
cmd_fail "and it is gone" in_ns a ip link show vhub0
json_same "it is made down, with an Ethernet address and MTU 1500" \
	'.[0] | [.operstate, .link_type, .mtu]' '["DOWN","ether",1500]' \
	in_ns a ip -j link show lan0

# A down hub is silent -----------------------------------------------------
same "a hub that is down sends to nobody" '["send"]' "$(host_flags)"
in_ns a sh -c 'echo 0 >/proc/sys/net/ipv6/conf/lan0/disable_ipv6'
start_ready listen in_ns a frames listen lan0
in_ns a ip addr add 192.0.2.1/24 dev lan0
in_ns a ip addr add 2001:db8::1/64 dev lan0
in_ns a ip link set lan0 address 00:00:5e:00:53:10
in_ns a ip link set lan0 mtu 1400
in_ns a ip link set lan0 mtu 1500
cmd_fail "the host cannot talk over a hub that is down" talk 10
start_ready last in_ns a frames send lan0 1 60
eventually "the other ports hear each other" said listen 'ff:ff 00:00:5e:00:53:01 88b5'
same "and nothing at all of the host" 1 "$(grep -c ^frame "$tmp/listen.out")"
same "nor does the host hear anything" '[0,0,0,0]' "$(host_counts)"
end last

# An up hub talks ----------------------------------------------------------
cmd_ok "ip sets the hub up" in_ns a ip link set lan0 up
same "the host is plugged in" '["send","recv","link"]' "$(host_flags)"
eventually "the host's IPv6 is heard" said listen '00:00:5e:00:53:10 86dd'
start_ready respond in_ns a frames respond lan0 192.0.2.2
cmd_ok "the host talks over the hub" talk 10
eventually "the other port hears it, too" \
	said listen '00:00:5e:00:53:02 00:00:5e:00:53:10 0800'
eventually "and the answer" \
	said listen '00:00:5e:00:53:10 00:00:5e:00:53:02 0800'
cmd_ok "with frames as large as the MTU" talk 1472
eventually "which the other port hears whole" said listen '^frame 1514 .* udp'
cmd_ok "the MTU grows to 65535" in_ns a ip link set lan0 mtu 65535
cmd_ok "and frames with it" talk 65507
eventually "which the other port hears whole" said listen '^frame 65549 .* udp'
in_ns a ip link set lan0 mtu 1500
before=$(in_ns a vhub -j port show lan0 0 | jq '.[0].stats.drops.too_big')
start_ready large in_ns a frames send lan0 3 1519
eventually "the large frames are sent" said large "^sent 3"
json_same "frames over the MTU are counted as dropped" \
	".[0].stats.drops.too_big - $before" 3 in_ns a vhub -j port show lan0 0
end large
eventually "ip counts what the hub counts" counts_agree

# Down again, MTU, namespaces, rename ---------------------------------------
cmd_ok "ip sets the hub down" in_ns a ip link set lan0 down
same "the host is unplugged" '["send"]' "$(host_flags)"
before=$(host_counts)
cmd_fail "and talks no more" talk 10
start_ready last in_ns a frames send lan0 1 61
eventually "the other ports still hear each other" said listen '^frame 61 '
end last
same "and the host nothing" "$before" "$(host_counts)"

cmd_says "an MTU below 68 is refused" 2 \
	"Error: mtu less than device minimum." in_ns a ip link set lan0 mtu 67
cmd_ok "an MTU of 68 is not" in_ns a ip link set lan0 mtu 68
cmd_says "an MTU above 65535 is refused" 2 \
	"Error: mtu greater than device maximum." \
	in_ns a ip link set lan0 mtu 65536

cmd_fail "a hub cannot be moved to another namespace" \
	in_ns a ip link set lan0 netns "$(ns b)"
cmd_ok "and stays where it is" in_ns a vhub hub show lan0
cmd_ok "ip renames a hub" in_ns a ip link set lan0 name lan1
json_same "its ports are on the hub of the new name" \
	'[.[].hub_name] | unique' '["lan1"]' in_ns a vhub -j port show
cmd_says "the old name is unknown" 2 \
	'vhub: no hub "lan0" in this network namespace' \
	in_ns a vhub port show lan0
cmd_ok "ip deletes it, ports and all" in_ns a ip link del lan1

finish
