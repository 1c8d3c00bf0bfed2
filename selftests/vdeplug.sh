#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - programs that know VDE get onto a hub by vhub://NAME
#
#	frames --- |lan0| --- vde_plug --- |lan1| --- frames
#	             |
#	QEMU of user nobody, -netdev vde
#
# The guest is the boot ROM of QEMU's network card, which asks for an address.
# vm: -r -m 1536 -t 580
# once: it is about a plugin

. "$(dirname "$0")/lib.sh"

plan 18
LIMIT=120

_need vde_plug qemu-system-x86_64
mac=52:54:00:00:00:44
_program libvdeplug_vhub.so "${BUILD:-$top/build}/tools/vdeplug" \
	"$top/tools/vdeplug" /usr/local/lib
export VDEPLUGIN_PATH=$tmp/bin

ns_add a
in_ns a vhub hub add lan0 group nogroup perm 0660
in_ns a vhub hub add lan1
in_ns a vhub hub add shut0
in_ns a vhub hub add read0 perm 0664

# plug URL...: as user nobody
plug()
{
	in_ns a as_nobody vde_plug "$@"
}

# plug_says SENTENCE URL: vde_plug ends, and has said this
plug_says()
{
	plug "$2" null:// >"$tmp/said" 2>&1 && return 1
	cat "$tmp/said"
	grep -Fqx "vde_open $2: $1" "$tmp/said"
}

# has_port HUB PORT
has_port()
{
	in_ns a vhub port show "$1" "$2"
}

# got_frames HUB PORT: has frames of the hub been taken by it
got_frames()
{
	[ "$(in_ns a vhub -j -s port show "$1" "$2" |
		jq '.[0].stats.rx_frames')" -gt 0 ]
}

cmd_ok "a hub that is not there is refused" \
	plug_says "No such device" vhub://lan2
cmd_ok "so is a name that cannot be" \
	plug_says "Invalid argument" vhub://a/b
cmd_ok "and none" plug_says "Invalid argument" vhub://
cmd_ok "and another device" plug_says "No such device" vhub://lo
cmd_ok "and a hub that is not for this user" \
	plug_says "Permission denied" vhub://shut0
json_same "no port is left of all that" '[.[].number]' '[0,0,0,0]' \
	in_ns a vhub -j port show

# The cable ------------------------------------------------------------------
start cable in_ns a vde_plug vhub://lan0 vhub://lan1
eventually "vde_plug joins two hubs" has_port lan1 1
json_same "the port's label is what it says of itself" \
	'.[0].label[:8]' '"vdeplug:"' in_ns a vhub -j port show lan0 1
start_ready recv in_ns a frames recv lan1 200
cmd_ok "frames pass" in_ns a frames send lan0 200 60
eventually "all of them, in order and unharmed" said recv '^received 200 '
end recv
start_ready recv in_ns a frames recv lan0 50
cmd_ok "and the other way" in_ns a frames send lan1 50 9000
eventually "all of them, too" said recv '^received 50 '
end recv
stop cable
start reader in_ns a as_nobody vde_plug vhub://read0 vhub://lan0
eventually "who may only read is let in" has_port read0 1
stop reader

# QEMU -----------------------------------------------------------------------
start_ready listen in_ns a frames listen lan0
start qemu in_ns a as_nobody qemu-system-x86_64 -m 64 -nodefaults -nographic \
	-netdev vde,id=n0,sock=vhub://lan0 \
	-device "virtio-net-pci,netdev=n0,mac=$mac"
eventually "the guest of a QEMU asks by DHCP for an address" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
json_same "the port shows QEMU and its user" \
	'.[0] | [.command, .pid, .owner]' \
	"[\"qemu-system-x86\",${pid[qemu]},65534]" \
	in_ns a vhub -j port show lan0 2
in_ns a frames send lan0 10 60 >"$tmp/sent" </dev/null
eventually "it is given what is sent on the hub" got_frames lan0 2
same "QEMU has no complaint" "" "$(cat "$tmp/qemu.err")"
stop qemu listen

finish
