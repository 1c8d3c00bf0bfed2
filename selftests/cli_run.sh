#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - `vhub run` starts programs and the machine's own QEMU on a hub
#
#	sh --- 1 |    |
#	sh --- 2 |lan0| 3 --- frames listen
#	QEMU --- |    |
#
# QEMU's network card has a boot ROM that asks for an address by DHCP.
# vm: -m 1536 -t 300

. "$(dirname "$0")/lib.sh"

plan 11
LIMIT=150

ns_add a
in_ns a vhub hub add lan0

cmd_prints "{n0.fd} is the number of a file" 3 \
	in_ns a vhub run lan0 -- echo '{n0.fd}'
cmd_prints "each placeholder is a port of its own, wherever it stands" \
	"3 4 3" in_ns a vhub run lan0 -- echo '{n0.fd}' '{n1.fd}' '{n0.fd}'
cmd_prints "several queues are several files of one port" "3:4" \
	in_ns a vhub run lan0 queues 2 -- echo '{n0.fd}'
cmd_prints "QEMU gets its option" "tap,id=n0,fd=3" \
	in_ns a vhub run lan0 as qemu -- echo '{n0}'

# The inner shell prints what is known of it while it holds the port.
json_same "the port shows who sits there" \
	'.[] | select(.number == 1) | [.label, .kind, .owner]' '["web","fd",0]' \
	in_ns a vhub run lan0 label web -- \
	sh -c 'vhub -j port show lan0; exec true {n0.fd}'

status=0
in_ns a vhub run lan0 -- sh -c 'exit 7 # {n0.fd}' || status=$?
same "the command's exit status is passed on" 7 $status
cmd_fail "a command that names no port is refused" \
	in_ns a vhub run lan0 -- true
cmd_says "a hub that is not there is named" 2 \
	'vhub: no hub "lna0" in this network namespace' \
	in_ns a vhub run lna0 -- true '{n0.fd}'

start_ready listen in_ns a frames listen lan0
start qemu in_ns a vhub run lan0 -- qemu-system-x86_64 -m 64 -display none \
	-serial none -monitor none -netdev '{n0}' \
	-device virtio-net-pci,netdev=n0,mac=52:54:00:00:00:42

heard()
{
	grep -qi '52:54:00:00:00:42' "$tmp/listen.out"
}

eventually "QEMU's network card is heard" heard
json_same "and shown with QEMU's name" \
	'[.[] | select(.command == "qemu-system-x86") | .flags | contains(["tun", "vnet-hdr"])]' \
	'[true]' in_ns a vhub -j port show lan0
stop qemu listen

finish
