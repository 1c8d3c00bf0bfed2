#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - devices of bare IP packets are ports: a WireGuard tunnel, and with it a
# machine far away, is a station beside the host and a guest
#
#	  namespace a, 192.0.2.1                        namespace b, 192.0.2.2
#	                |lan0| wg0 ---- WireGuard over u0 = u1 ---- wg1
#	                |    | v0 ===== v1
#	                |    | tun0     namespace c, 192.0.2.3

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 56

_need iperf3 ping wg

# The TUN --------------------------------------------------------------------------
ns_add a b c
in_ns a ip link add lan0 address 02:00:5e:00:53:01 type vhub
in_ns a ip tuntap add tun0 mode tun
cmd_ok "ip puts a TUN on the hub" in_ns a ip link set tun0 master lan0
same "and says so" "lan0 vhub" "$(master_of tun0)"
mac=$(port_says tun0 .address)
mac=${mac//\"/}
cmd_ok "it has an address of local making" \
	sh -c "echo $mac | grep -qE '^.[26ae](:[0-9a-f]{2}){5}$'"
cmd_prints "which is shown" \
	"lan0: port 1 kind dev flags send,recv dev tun0 address $mac" \
	in_ns a vhub port show lan0 1
same "with nothing else" '[[],[]]' "$(port_says tun0 '[.ip, .via]')"
comes_and_goes tun0
in_ns a ip link set tun0 master lan0
same "when it comes back it has it again" "\"$mac\"" "$(port_says tun0 .address)"
in_ns a ip link add lan1 address 02:00:5e:00:53:02 type vhub
in_ns a ip link set tun0 master lan1
cmd_ok "on another hub it has another" sh -c \
	"in_ns a vhub -j port show lan1 1 | jq -e '.[0].address != \"$mac\"'"
in_ns a ip link set tun0 master lan0

# What it is told --------------------------------------------------------------------
set_port()
{
	in_ns a vhub port set lan0 1 "$@"
}

cmd_prints "it is told addresses and routers" "" set_port \
	ip 192.0.2.15/24,2001:db8::15/64,2001:db8::16 via 192.0.2.1,2001:db8::1 \
	address 02:00:5e:00:53:42
cmd_prints "which are shown" \
	"lan0: port 1 kind dev flags send,recv dev tun0 address 02:00:5e:00:53:42 ip 192.0.2.15/24,2001:db8::15/64,2001:db8::16/128 via 192.0.2.1,2001:db8::1" \
	in_ns a vhub port show lan0 1
same "by JSON, too" \
	'["02:00:5e:00:53:42",["192.0.2.15/24","2001:db8::15/64","2001:db8::16/128"],["192.0.2.1","2001:db8::1"]]' \
	"$(port_says tun0 '[.address, .ip, .via]')"
cmd_ok "some can be changed alone" set_port ip 192.0.2.16
same "and the others stay" '[["192.0.2.16/32"],["192.0.2.1","2001:db8::1"]]' \
	"$(port_says tun0 '[.ip, .via]')"
cmd_ok "and taken away" set_port ip none via none
same "wholly" '[[],[]]' "$(port_says tun0 '[.ip, .via]')"

# refused WORD VALUE SENTENCE
refused()
{
	cmd_says "$1 $2 is refused" 2 "vhub: port 1 of hub \"lan0\": $3" \
		set_port "$1" "$2"
}

none="Not the IP address of one station, or no prefix length of it"
refused ip 224.0.0.1 "$none"
refused ip 0.0.0.0/0 "$none"
refused ip ::1 "$none"
refused via 192.0.2.1,192.0.2.2 \
	"Not the IP address of one router, or of one of each family"
refused address 01:00:5e:00:00:01 "Not the address of one Ethernet station"
only="Only the port of a device of bare IP packets, as TUN, has these"
cmd_says "an Ethernet port has none" 2 "vhub: port 0 of hub \"lan0\": $only" \
	in_ns a vhub port set lan0 0 ip 192.0.2.1 label x
json_same "and its label stays, too" '.[0] | [.address, .ip, .label]' \
	'[null,[],""]' in_ns a vhub -j port show lan0 0

# wrong WORD VALUE WHAT
wrong()
{
	cmd_says "$1 $2 is wrong" 1 "vhub: $1: \"$2\" is not $3" set_port "$1" "$2"
}

list="a list of up to 16 IP addresses, or none"
for value in 192.0.2 192.0.2.1/33 2001:db8::1/129 "192.0.2.1,," 192.0.2.1/ \
	"$(seq -s, -f 192.0.2.%g 17)"; do
	wrong ip "$value" "$list"
done
wrong via 192.0.2.1/24 "an IP address, one of each family, or none"
goes_away tun0 in_ns a ip link set tun0 netns "$(ns b)"
in_ns b ip link set tun0 netns "$(ns a)"
goes_away tun0 in_ns a ip link del tun0

# WireGuard --------------------------------------------------------------------------
cable u0 u1
in_ns a ip addr add 198.51.100.1/24 dev u0
in_ns b ip addr add 198.51.100.2/24 dev u1

# tunnel NAMESPACE DEVICE
tunnel()
{
	in_ns "$1" ip link add "$2" type wireguard
	(umask 077 && wg genkey >"$tmp/$2.key")
	wg pubkey <"$tmp/$2.key" >"$tmp/$2.pub"
	in_ns "$1" wg set "$2" listen-port 51820 private-key "$tmp/$2.key"
}

tunnel a wg0
tunnel b wg1
in_ns a wg set wg0 peer "$(cat "$tmp/wg1.pub")" endpoint 198.51.100.2:51820 \
	allowed-ips 192.0.2.2/32,2001:db8::2/128
in_ns b wg set wg1 peer "$(cat "$tmp/wg0.pub")" endpoint 198.51.100.1:51820 \
	allowed-ips 192.0.2.0/24,2001:db8::/64
cmd_ok "WireGuard is taken, too" in_ns a vhub port add lan0 dev wg0
in_ns a ip link set wg0 up
in_ns b ip link set wg1 up
in_ns a ip link add v0 type veth peer name v1 netns "$(ns c)"
in_ns a ip link set v0 master lan0 up
in_ns c ip link set v1 up
in_ns a ip link set lan0 up

# station NAMESPACE DEVICE NUMBER
station()
{
	in_ns "$1" ip addr add "192.0.2.$3/24" dev "$2"
	in_ns "$1" ip addr add "2001:db8::$3/64" dev "$2" nodad
}

station a lan0 1
station b wg1 2
station c v1 3

reaches()
{
	in_ns "$1" ping -n -c 1 -W 1 "$2"
}

# Who has not spoken is known to nobody, but for what was told.
cmd_fail "nobody knows who is behind it" reaches c 192.0.2.2
cmd_ok "it is told" in_ns a vhub port set lan0 1 ip 192.0.2.2/24,2001:db8::2/64
for net in 192.0.2. 2001:db8::; do
	eventually "then the guest reaches ${net}2" reaches c "${net}2"
	eventually "so does the host" reaches a "${net}2"
	eventually "the far machine reaches the host, ${net}1" reaches b "${net}1"
	eventually "and the guest, ${net}3" reaches b "${net}3"
done

mac=$(port_says wg0 .address)
json_same "for the guest it is a neighbour as others" \
	"map(select(.dst == \"192.0.2.2\") | .lladdr)" "[$mac]" \
	in_ns c ip -j neigh show

# transfer FROM ADDRESS
transfer()
{
	start server in_ns "$1" iperf3 -s -1 --forceflush
	busywait said server 'listening' || bail "iperf3 does not listen"
	in_ns b iperf3 -c "$2" -n 4M ${3:+"$3"}
	reap server
}

cmd_ok "TCP from there to the host" transfer a 192.0.2.1
cmd_ok "and back" transfer a 2001:db8::1 -R
cmd_ok "TCP to the guest" transfer c 2001:db8::3
cmd_ok "and back" transfer c 192.0.2.3 -R
same "nothing was too large or could not be cut" '[0,0]' \
	"$(port_says wg0 '.stats.drops | [.too_big, .offload]')"
goes_away wg0 in_ns a ip link del wg0

finish
