#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - QEMU gets in by itself, through its bridge-helper hook
#
#	QEMU of user nobody --- 2 |lan0| 1 --- frames listen
#
# The guest is the boot ROM of QEMU's network card, which asks for an address.
# vm: -r -m 1536 -t 580
# once: it is about a helper

. "$(dirname "$0")/lib.sh"

plan 16
LIMIT=240

_need qemu-system-x86_64
mac=52:54:00:00:00:43
helper=$tmp/bin/vhub-bridge-helper

ns_add a
in_ns a vhub hub add lan0 group nogroup perm 0660
in_ns a vhub hub add shut0
in_ns a vhub hub add read0 perm 0664

# An array: what start() starts must not be a function
qemu=(in_ns a as_nobody qemu-system-x86_64 -m 64 -nodefaults -nographic -nic)

# nic HUB: the option's value
nic()
{
	echo "bridge,helper=$helper,br=$1,model=virtio-net-pci,mac=$mac"
}

# helper_says HUB SENTENCE: QEMU ends, and the helper has said just this
helper_says()
{
	"${qemu[@]}" "$(nic "$1")" >"$tmp/said" 2>&1 && return 1
	cat "$tmp/said"
	[ "$(grep vhub "$tmp/said" | grep -v ^qemu-system)" = \
		"vhub-bridge-helper: $2" ]
}

cmd_ok "a mistyped name is answered by one sentence that has it" \
	helper_says lna0 'no hub "lna0" in this network namespace'
cmd_ok "so is the name of another device" \
	helper_says lo 'network device "lo" is not a hub'
cmd_ok "and one that cannot be" helper_says a/b \
	'"a/b" cannot name a hub: it has one of / : % in it'
cmd_ok "a hub that is not for this user is refused in one sentence" \
	helper_says shut0 \
	'no permission to attach to hub "shut0" (perm 0660, owner root, group root)'
cmd_says "the helper alone says who calls it" 1 \
	"vhub-bridge-helper: QEMU calls this, as vhub-bridge-helper [--use-vnet] --fd=SOCKET --br=HUB" \
	vhub-bridge-helper
cmd_says "and what is no socket" 1 \
	"vhub-bridge-helper: cannot send on socket 0: Socket operation on non-socket" \
	in_ns a vhub-bridge-helper --use-vnet --fd=0 --br=lan0
start reader "${qemu[@]}" "$(nic read0)"
eventually "of a hub that this user may only read QEMU says so" \
	grep -qx 'vhub-bridge-helper: on hub "read0" you may receive, but not send' \
	"$tmp/reader.err"
json_same "and its port is one that cannot send" \
	'.[0].flags | [index("recv"), index("send")]' '[0,null]' \
	in_ns a vhub -j port show read0 1
stop reader
json_same "no port is left of all that" '[.[].number]' '[0]' \
	in_ns a vhub -j port show lan0

start_ready listen in_ns a frames listen lan0
start qemu "${qemu[@]}" "$(nic lan0)"
eventually "the guest asks by DHCP for an address" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
json_same "the port shows QEMU and its user, not the helper" \
	'.[0] | [.command, .label, .pid, .owner]' \
	"[\"qemu-system-x86\",\"qemu-system-x86\",${pid[qemu]},65534]" \
	in_ns a vhub -j port show lan0 2
json_same "with the virtio-net header that QEMU wants" \
	'.[0].flags' '["send","recv","link","vnet-hdr","tun"]' \
	in_ns a vhub -j port show lan0 2
cmd_ok "its port is taken off" in_ns a vhub port del lan0 2
cmd_ok "QEMU lives" alive qemu
same "and has no complaint" "" "$(cat "$tmp/qemu.err")"
stop qemu listen

finish
