#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - TCP through the host's cable, between namespaces and to a TAP, in pieces
# as large as the ends can do
#
#	  namespace a                      namespace b, 192.0.2.2
#	host 192.0.2.1 --- 0 |lan0| 1 --- veth ---- veth
#	                     |    | 2 --- TAP --- frames join --- TAP
#	                                          namespace c, 192.0.2.3
#
# vm: -m 768

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 16

bytes=16000000

# stream FROM TO ADDRESS: 1 result. It ends when all is on its way: not all may
# arrive.
stream()
{
	local server=server-$1-$2

	start "$server" in_ns "$2" iperf3 -s -1
	busywait listens "$2" || bail "iperf3 does not listen"
	cmd_ok "TCP from $1 to $2" in_ns "$1" iperf3 -c "$3" -n "$bytes"
	reap "$server" || :
}

listens()
{
	in_ns "$1" ss -ltnH | grep -q :5201
}

# large PORT DIRECTION: are the frames it carried much larger than its MTU?
large()
{
	in_ns a vhub -j port show lan0 "$1" | jq -e \
		".[0].stats | .$2_bytes > $((bytes / 2)) and
		 .$2_bytes / .$2_frames > 5000" >/dev/null
}

dropped()
{
	in_ns a vhub -j port show lan0 | jq '[.[].stats.drops | add] | add'
}

ns_add a b c
quiet a b c
in_ns a ip link add lan0 type vhub
in_ns a ip addr add 192.0.2.1/24 dev lan0
in_ns a ip link set lan0 up
cable v0 v1
in_ns a ip link set v0 master lan0
in_ns b ip addr add 192.0.2.2/24 dev v1
in_ns a ip tuntap add t0 mode tap vnet_hdr
in_ns a ip link set t0 master lan0 up
in_ns c ip tuntap add t1 mode tap vnet_hdr
in_ns c ip addr add 192.0.2.3/24 dev t1
in_ns c ip link set t1 up
start_ready wire in_ns c frames -n "$(ns a)" join t0 t1

stream a b 192.0.2.2
cmd_ok "the host's frames are large" large 0 tx
cmd_ok "and so they leave" large 1 rx
stream b a 192.0.2.1
cmd_ok "a namespace's frames are large" large 1 tx
cmd_ok "and so the host gets them" large 0 rx
stream a c 192.0.2.3
cmd_ok "a TAP's program gets large frames" large 2 rx
stream c b 192.0.2.2
cmd_ok "and sends them" large 2 tx
stream b c 192.0.2.3
tell wire end
cmd_ok "that program ends well" reap wire
eventually "it saw frames to be cut, both ways" \
	said wire '^large [1-9][0-9]{2,} [1-9][0-9]{2,}$'
same "no port lost a frame" 0 "$(dropped)"
in_ns a ip link set lan0 down
cmd_fail "a host whose cable is pulled connects to nobody" \
	in_ns a iperf3 -c 192.0.2.2 -n 1 --connect-timeout 500

finish
