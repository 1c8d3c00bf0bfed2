#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhubd on the kernel's hub: its ports, VDE's own programs, a TAP
#
#	frames --- |lan0| --- vhubd --- vde_switch --- vde_plug --- |lan1| --- frames
#	                        |
#	                        +------ vde_plug ------------------ |lan2| --- frames
#	                        +------ tap0, of another namespace
#
# vm: -t 300
# once: the module has scenarios of its own

. "$(dirname "$0")/lib.sh"

plan 36
LIMIT=60

_need vde_switch vde_plug
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program libvdeplug_vhub.so "${BUILD:-$top/build}/tools/vdeplug" \
	"$top/tools/vdeplug" /usr/local/lib
# libvdeplug looks in one folder only, so this has its own plugins, too.
ln -s /usr/lib/*/vdeplug/libvdeplug_*.so "$tmp/bin"
export VDEPLUGIN_PATH=$tmp/bin

ns_add a b
in_ns a vhub hub add lan0 group nogroup perm 0660
in_ns a vhub hub add lan1
in_ns a vhub hub add lan2
in_ns a vhub hub add shut0

# labels HUB: of its ports but the host's
labels()
{
	in_ns "${2:-a}" vhub -j port show "$1" |
		jq -c '[.[] | select(.number != 0).label]'
}

has_labels()
{
	[ "$(labels "$1")" = "$2" ]
}

has_ports()
{
	[ "$(labels "$1" | jq length)" = "$2" ]
}

said_by()
{
	grep -Eq "$2" "$tmp/$1.err"
}

# passes FROM TO COUNT SIZE: do frames sent on one hub reach the other
passes()
{
	local status=0

	start_ready recv in_ns a frames recv "$2" "$3"
	in_ns a frames send "$1" "$3" "$4" </dev/null || status=1
	busywait said recv "^received $3 " || status=1
	end recv || status=1
	return "$status"
}

# Is there a connection to the second switch?
back()
{
	[ "$(grep -c '/real: connected' "$tmp/vhubd.err")" = 2 ]
}

# Words -----------------------------------------------------------------------
cmd_says "a wrong kind names itself and those there are" 2 \
	'vhubd: no kind of link "sockt"; there are: socket, stream, dgram, l2tpv3, vde, vde-server, tap, user' \
	vhubd lan0 sockt,listen=:1
cmd_says "so does a wrong option" 2 \
	'vhubd: socket: no option "lisen"; there are: id, fd, listen, connect, mcast, udp, localaddr, clients' \
	vhubd lan0 socket,lisen=:1
cmd_says "one that has no place" 2 'vhubd: socket: "connect" has no place here' \
	vhubd lan0 socket,listen=:1,connect=:2
cmd_says "one that is there twice" 2 'vhubd: socket: "listen" is there twice' \
	vhubd lan0 socket,listen=:1,listen=:2
cmd_says "a value that is none" 2 'vhubd: stream: server: "maybe" is not on or off' \
	vhubd lan0 stream,server=maybe,addr.type=unix,addr.path=x
cmd_says "a port that is none" 2 'vhubd: socket: "65536" is not a port' \
	vhubd lan0 socket,connect=192.0.2.1:65536
cmd_says "a group that is none" 2 \
	'vhubd: socket: mcast: "192.0.2.1:1" is not a multicast group' \
	vhubd lan0 socket,mcast=192.0.2.1:1
cmd_says "a file that two links want" 2 'vhubd: tap: there is no open file 7' \
	sh -c 'exec vhubd lan0 tap,fd=7 tap,fd=7 7</dev/null'
cmd_says "a hub that cannot be" 2 'vhubd: "a/b" cannot name a hub: it has one of / : % in it' \
	vhubd a/b socket,listen=:1
cmd_says "no link" 2 'vhubd: there is no link, see "vhubd --help"' vhubd -k lan0
cmd_says "no hub" 2 'vhubd: the name of a hub is missing, see "vhubd --help"' vhubd
cmd_says "a hub that is not there" 1 \
	'vhubd: no hub "lan9" in this network namespace' \
	in_ns a vhubd --kernel lan9 socket,listen=:1
cmd_says "a hub that is not for this user" 1 \
	'vhubd: no permission to attach to hub "shut0" (perm 0660, owner root, group root)' \
	in_ns a as_nobody vhubd -k shut0 socket,listen=:1
cmd_says "a TAP that cannot be had" 1 \
	'vhubd: tap,ifname=lo: lo cannot be used as a TAP: Invalid argument' \
	in_ns a vhubd lan0 tap,ifname=lo

# VDE -------------------------------------------------------------------------
# A comma in a value is written twice.
start vhubd in_ns a vhubd -v lan0 "vde-server,sock=$tmp/s,,w" \
	"vde,sock=$tmp/real" "tap,id=t,ifname=tap0,script=no"
eventually "each link but the server is a port, labelled by its text" \
	has_labels lan0 "[\"vde,sock=${tmp:0:22}\",\"tap,id=t,ifname=tap0,script=no\"]"
cmd_ok "a switch that is not there is said" \
	busywait said_by vhubd '/real: .*; trying again'
start switch in_ns a vde_switch -x -s "$tmp/real"
eventually "and found when it comes" said_by vhubd '/real: connected'
start far in_ns a vde_plug vhub://lan1 "vde://$tmp/real"
eventually "a plug at the other end" in_ns a vhub port show lan1 1
# No more at once than it keeps for a port: it drops what it has no room for.
cmd_ok "frames pass through the switch" passes lan0 lan1 8 60
cmd_ok "and back" passes lan1 lan0 8 1514
start near in_ns a vde_plug vhub://lan2 "vde://$tmp/s,w"
eventually "vde_plug takes vhubd for a switch" \
	said_by vhubd 'vde vdeplug: user=.* connected'
cmd_ok "frames pass to it" passes lan0 lan2 100 60
cmd_ok "and back" passes lan2 lan0 100 9000
json_same "its port's label is what it says of itself" \
	'[.[] | .label[:12]] | index("vde vdeplug:") != null' true \
	in_ns a vhub -j port show lan0
stop near
eventually "which goes with it" has_labels lan0 \
	"[\"vde,sock=${tmp:0:22}\",\"tap,id=t,ifname=tap0,script=no\"]"
# In this order: vde_plug crashes when it is ended while it ends by itself.
stop far switch
eventually "the switch goes" said_by vhubd '/real: the switch has hung up'
start switch in_ns a vde_switch -x -s "$tmp/real"
eventually "and comes back" back
start far in_ns a vde_plug vhub://lan1 "vde://$tmp/real"
busywait has_ports lan1 1
cmd_ok "frames pass again" passes lan1 lan0 8 60

# A TAP -----------------------------------------------------------------------
in_ns a ip link set tap0 netns "$(ns b)"
in_ns b ip addr add 192.0.2.1/24 dev tap0
in_ns b ip link set tap0 up
in_ns a ip addr add 192.0.2.2/24 dev lan0
in_ns a ip link set lan0 up

# There is nobody, but the host that says so has been reached, and has answered.
refused()
{
	in_ns "$1" bash -c ": </dev/tcp/$2/9" 2>&1 |
		grep -q 'Connection refused'
}

eventually "a TAP's side reaches the hub's" refused b 192.0.2.2
eventually "and the other way" refused a 192.0.2.1
in_ns b ip link del tap0
eventually "it is said that the device goes" said_by vhubd 'tap,.*; trying again'
eventually "and it is made anew" said_by vhubd 'tap,.*: works again'
cmd_ok "it is there" in_ns a ip link show tap0

stop vhubd
json_same "no port is left" '[.[].number]' '[0]' in_ns a vhub -j port show lan0
cmd_fail "nor the switch's folder" test -e "$tmp/s,w"
stop far switch

finish
