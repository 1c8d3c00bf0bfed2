#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - network devices of every kind are ports of a hub
#
#	  namespace a                            namespace b
#	frames --- 1 |lan0| 2 --- TAP --- frames
#	             |    | . --- veth ------------ veth --- frames
#	             |    | . --- VXLAN = veth ==== veth = VXLAN --- frames
#	             |    | . --- macvlan - veth -- veth --- frames
#	             |    | . --- dummy

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 74

# enslave DEVICE: 2 results
enslave()
{
	cmd_ok "ip puts $1 on the hub" in_ns a ip link set "$1" master lan0
	same "and says so" "lan0 vhub" "$(master_of "$1")"
	in_ns a ip link set "$1" up
}

ns_add a b
quiet a b
in_ns a ip link add lan0 type vhub

# A TAP ------------------------------------------------------------------------
in_ns a ip tuntap add tap0 mode tap
enslave tap0
cmd_prints "a TAP that nobody has open has no link" \
	"lan0: port 1 kind dev flags send,recv dev tap0" \
	in_ns a vhub port show lan0 1
start_ready send in_ns a frames send lan0 3 60
eventually "frames are sent" said send '^sent 3'
same "which it misses" '[0,3]' \
	"$(port_says tap0 '[.stats.rx_frames, .stats.drops.no_link]')"
end send
in_ns a ip link set tap0 nomaster
in_ns a ip link set tap0 master lan0
exchange tap0 a -t tap0
eventually "nobody has it open again, and it has no link" has_no_link tap0
comes_and_goes tap0
goes_away tap0 in_ns a ip link del tap0

# A veth pair --------------------------------------------------------------------
cable v0 v1
enslave v0
cmd_prints "a veth has link with its other half" \
	"lan0: port 1 kind dev flags send,recv,link dev v0 dev-ifindex $(in_ns a ip -j link show v0 | jq ".[0].ifindex") queues 0 queues-on 0 vnet-hdr-size 0 offloads none queued 0" \
	in_ns a vhub -d port show lan0 1
exchange v0 b -p v1
in_ns b ip link set v1 down
eventually "and has none when that is down" has_no_link v0
in_ns b ip link set v1 up
eventually "and again when it is up" has_link v0
in_ns a ip link set v0 down
cmd_ok "it has none when it is down itself" has_no_link v0
in_ns a ip link set v0 up
eventually "and again when it is up" has_link v0
comes_and_goes v0
goes_away v0 in_ns b ip link del v1

# A VXLAN ------------------------------------------------------------------------
cable u0 u1
in_ns a ip addr add 192.0.2.1/24 dev u0
in_ns b ip addr add 192.0.2.2/24 dev u1
in_ns a ip link add vx0 type vxlan id 42 dstport 4789 local 192.0.2.1 \
	remote 192.0.2.2 dev u0
in_ns b ip link add vx1 type vxlan id 42 dstport 4789 local 192.0.2.2 \
	remote 192.0.2.1 dev u1
in_ns b ip link set vx1 up
# A host that is looked for has less room for frames than are sent.
busywait in_ns a ping -q -c 1 -W 1 192.0.2.2 >/dev/null ||
	bail "the hosts do not reach each other"
enslave vx0
exchange vx0 b -p vx1
comes_and_goes vx0
goes_away vx0 in_ns a ip link del vx0

# A macvlan ------------------------------------------------------------------------
cable w0 w1
in_ns a ip link add mv0 link w0 type macvlan mode passthru
enslave mv0
exchange mv0 b -p w1
comes_and_goes mv0
goes_away mv0 in_ns a ip link del w0

# A dummy --------------------------------------------------------------------------
in_ns a ip link add d0 type dummy
enslave d0
start_ready send in_ns a frames send lan0 100 100
eventually "frames are sent" said send '^sent 100'
end send
json_same "which the dummy transmits" '.[0].stats64.tx | [.packets, .bytes]' \
	'[100,10000]' in_ns a ip -j -s link show d0
same "and the hub counts" '[100,10000]' \
	"$(port_says d0 '.stats | [.rx_frames, .rx_bytes]')"
comes_and_goes d0

finish
