#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - hubs of two hosts find each other by BGP EVPN, which FRR speaks
#
#	          h1                                 h2
#	g1 --- |lan0| -- br0 -- vx0 === net === vx0 -- br0 -- |lan0| --- g2
#	              zebra, bgpd ------------- bgpd, zebra
#
# FRR announces only a VXLAN that is in a Linux bridge: the hub's own device is
# plugged into that. The commands are those of Documentation/vhub/machines.rst.
# FRR comes from scripts/frr, which installs nothing.
# vm: -t 580
# once: it is about FRR beside us; vxlan_hosts.sh is on each kernel

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"
. "$(dirname "$0")/vxlan_lib.sh"

plan 24
LIMIT=60
_need bridge ping unshare

frr=${FRR:-${BUILD:-$top/build}/frr}
[ -x "$frr/usr/lib/frr/bgpd" ] || frr=/
[ -x "$frr/usr/lib/frr/bgpd" ] || bail "no FRR: run scripts/frr first"

# FRR's programs, in a place that has the group they want to know.
make_frr_program()
{
	local libs

	libs=$(dirname "$frr"/usr/lib/*/frr/libfrr.so.0)
	cp /etc/group "$tmp/group"
	echo "frrvty:x:65533:root" >>"$tmp/group"
	cat >"$tmp/bin/frr" <<-END
		#!/bin/sh
		export LD_LIBRARY_PATH=$libs
		exec unshare -m -- sh -c '
			mount --bind "$tmp/group" /etc/group
			program="$frr/usr/\$1"
			shift
			exec "\$program" "\$@"' frr "\$@"
	END
	chmod 755 "$tmp/bin/frr"
}

# configure N PEER: FRR of host N
configure()
{
	mkdir "$tmp/frr$1"
	cat >"$tmp/frr$1/zebra.conf" <<-END
		hostname h$1
	END
	cat >"$tmp/frr$1/bgpd.conf" <<-END
		frr defaults datacenter
		router bgp 65000
		 bgp router-id 192.0.2.$1
		 no bgp default ipv4-unicast
		 neighbor 192.0.2.$2 remote-as 65000
		 neighbor 192.0.2.$2 timers connect 1
		 address-family l2vpn evpn
		  neighbor 192.0.2.$2 activate
		  advertise-all-vni
		 exit-address-family
	END
	echo "username root nopassword" >"$tmp/frr$1/vtysh.conf"
}

# daemon N NAME ARGUMENT...: of FRR, for host N
daemon()
{
	local n=$1 name=$2 dir=$tmp/frr$1

	shift 2
	start "$name$n" in_ns "h$n" frr "lib/frr/$name" -u root -g root \
		-f "$dir/$name.conf" -i "$dir/$name.pid" -z "$dir/zserv.api" \
		--vty_socket "$dir" -P 0 --log stdout "$@"
	busywait test -S "$dir/$name.vty" || bail "$name of h$n does not start"
}

# tells N COMMAND: what FRR of host N says, as JSON
tells()
{
	in_ns "h$1" frr bin/vtysh --vty_socket "$tmp/frr$1" \
		--config_dir "$tmp/frr$1" -c "$2 json" 2>/dev/null
}

# A daemon's own words, when something went wrong
show_logs()
{
	local name

	[ "$failures" != 0 ] || [ "$results" -lt $((planned - 1)) ] || return 0
	for name in zebra1 bgpd1 zebra2 bgpd2; do
		diag "$name:"
		[ ! -e "$tmp/$name.out" ] ||
			sed 's/^/# /' "$tmp/$name.out" "$tmp/$name.err"
	done
}
at_exit+=(show_logs)

# plug N: hub, bridge and VXLAN of host N
plug()
{
	in_ns "h$1" ip link add br0 type bridge
	in_ns "h$1" ip link add vx0 type vxlan id 42 dstport 4789 \
		local "192.0.2.$1" dev u nolearning
	in_ns "h$1" ip link set vx0 master br0
	in_ns "h$1" bridge link set dev vx0 learning off
	in_ns "h$1" ip link set lan0 master br0
	in_ns "h$1" ip link set vx0 up
	in_ns "h$1" ip link set br0 up
	in_ns "h$1" ip link set lan0 up
}

# vteps N: where host N's VXLAN sends what is for all
vteps()
{
	in_ns "h$1" bridge -j fdb show dev vx0 |
		jq -c 'map(select(.mac == "00:00:00:00:00:00").dst)'
}

# place_of N MAC: where host N's VXLAN has learned from FRR that an address is
place_of()
{
	in_ns "h$1" bridge -j fdb show dev vx0 |
		jq -c --arg mac "$2" 'map(select(.mac == $mac and .dst != null and
			(.flags | index("extern_learn"))).dst)'
}

sends_to()
{
	[ "$(vteps "$1")" = "$2" ]
}

knows_place()
{
	[ "$(place_of "$1" "$2")" = "$3" ]
}

mode()
{
	in_ns h1 vhub hub set lan0 mode "$1"
	in_ns h2 vhub hub set lan0 mode "$1"
}

make_frr_program
hosts 2 1600
for n in 1 2; do
	configure $n $((3 - n))
	plug $n
done
cmd_fail "without FRR guests do not reach each other" reaches 1 2
same "as a VXLAN has nobody to send to" "[]" "$(vteps 1)"

# FRR ----------------------------------------------------------------------------
for n in 1 2; do
	daemon $n zebra
	daemon $n bgpd -l "192.0.2.$n"
done
eventually "h1 hears of h2's VXLAN by BGP" sends_to 1 '["192.0.2.2"]'
eventually "and h2 of h1's" sends_to 2 '["192.0.2.1"]'
same "by a route of type 3" '"[3]:[0]:[32]:[192.0.2.2]"' \
	"$(tells 1 "show bgp l2vpn evpn route type multicast" |
		jq -c '[.. | objects | keys[] |
			select(test("192.0.2.2\\]$"))] | unique[0]')"

# An address that nobody has sent to
start_ready talk in_ns g2 frames -p talk eth0
tell talk "02:00:5e:00:53:99 $(guest_mac 2)"
eventually "h1 hears by BGP where guest 2 is" \
	knows_place 1 "$(guest_mac 2)" '["192.0.2.2"]'
end talk
same "by a route of type 2" "\"[2]:[0]:[48]:[$(guest_mac 2)]\"" \
	"$(tells 1 "show bgp l2vpn evpn route type macip" |
		jq -c --arg mac "$(guest_mac 2)" '[.. | objects | keys[] |
			select(contains($mac))] | unique[0]')"

# Guests ---------------------------------------------------------------------------
eventually "guests of two hosts reach each other" reaches 1 2
cmd_ok "with all that 1,500 bytes hold" reaches 1 2 -M "do" -s 1472
eventually "h2 hears by BGP where guest 1 is" \
	knows_place 2 "$(guest_mac 1)" '["192.0.2.1"]'
same "the bridge is at the host's end of the cable" '[true,true]' \
	"$(in_ns h1 vhub -j port show lan0 0 |
		jq -c '.[0] | [.kind == "host", .stats.rx_frames > 0]')"
mode switch
eventually "so do they in mode switch" reaches 1 2
mode hub

# The bridge is one that Linux has: it keeps what is link-local.
start_ready talk in_ns g1 frames -p talk eth0
start_ready listen in_ns g2 frames -p listen eth0
tell talk "01:80:c2:00:00:0e $(guest_mac 1)"
tell talk "ff:ff:ff:ff:ff:ff $(guest_mac 1)"
eventually "a broadcast crosses" said listen '^frame 64 ff:ff:ff:ff:ff:ff '
cmd_fail "LLDP stops at the bridge" said listen '^frame 64 01:80:c2:00:00:0e '
for n in 1 2; do
	in_ns h$n ip link set br0 type bridge group_fwd_mask 65528
done
tell talk "01:80:c2:00:00:0e $(guest_mac 1)"
eventually "and crosses when that is told to let it" \
	said listen '^frame 64 01:80:c2:00:00:0e '
tell talk "01:80:c2:00:00:02 $(guest_mac 1)"
tell talk "01:80:c2:00:00:00 $(guest_mac 1)"
eventually "STP crosses a bridge that does none" \
	said listen '^frame 64 01:80:c2:00:00:00 '
cmd_fail "LACP never does" said listen '^frame 64 01:80:c2:00:00:02 '
end talk
stop listen

# Loops ------------------------------------------------------------------------------
cmd_says "the bridge that a hub is in cannot be a port of it" 2 \
	'vhub: hub "lan0", network device "br0": The hub is a part of this device: frames would go in a ring' \
	in_ns h1 vhub port add lan0 dev br0
cmd_says "nor can the VXLAN, which is in the bridge" 2 \
	'vhub: hub "lan0", network device "vx0": The device is a port of another master already' \
	in_ns h1 vhub port add lan0 dev vx0

# The end ------------------------------------------------------------------------------
stop bgpd2
eventually "without its bgpd h2 is forgotten" sends_to 1 '[]'
eventually "and so is guest 2" knows_place 1 "$(guest_mac 2)" '[]'
daemon 2 bgpd -l 192.0.2.2
eventually "with it, h1 sends there again" sends_to 1 '["192.0.2.2"]'
eventually "and guests reach each other" reaches 1 2

finish
