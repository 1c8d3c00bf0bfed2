#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - QEMU gets in by itself, through its bridge-helper hook
#
#	QEMU of user nobody --- 1 |lan0| 2 --- frames listen
#
# vm: -m 1536 -t 300

. "$(dirname "$0")/lib.sh"

plan 6
LIMIT=150

ns_add a
in_ns a vhub hub add lan0 group nogroup perm 0660
in_ns a vhub hub add shut0 perm 0600

helper=$(command -v vhub-bridge-helper ||
	echo "$top/build/tools/bridge-helper/vhub-bridge-helper")
[ -x "$helper" ] || bail "no vhub-bridge-helper"

qemu()
{
	in_ns a as_nobody qemu-system-x86_64 -m 64 -display none -serial none \
		-monitor none -nic \
		"bridge,helper=$helper,br=$1,model=virtio-net-pci,mac=52:54:00:00:00:43"
}

# refused HUB SENTENCE: the helper's first line is this sentence
refused()
{
	local said

	said=$(qemu "$1" 2>&1) && return 1
	echo "$said"
	[ "$(head -n 1 <<<"$said")" = "vhub-bridge-helper: $2" ] &&
		[ "$(grep -c vhub-bridge-helper: <<<"$said")" = 1 ]
}

cmd_ok "a mistyped name is answered by one sentence" refused lna0 \
	'no hub "lna0" in this network namespace'
cmd_fail "a hub that is not for this user is refused" qemu shut0

start_ready listen in_ns a frames listen lan0
start qemu qemu lan0

heard()
{
	grep -qi '52:54:00:00:00:43' "$tmp/listen.out"
}

eventually "QEMU's network card is heard" heard
json_same "the port shows QEMU and its user, not the helper" \
	'.[] | select(.number == 2) | [.command, .owner]' \
	'["qemu-system-x86",65534]' in_ns a vhub -j port show lan0
stop qemu
eventually "the port goes with QEMU" \
	not in_ns a vhub port show lan0 2
stop listen

finish
