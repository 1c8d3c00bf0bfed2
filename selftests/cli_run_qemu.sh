#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub run starts the machine's own QEMU, whose guest is heard on the hub
#
#	qemu-system-x86_64 --- |lan0| --- frames listen
#
# The guest is the boot ROM of QEMU's network card, which asks for an address.
# vm: -m 1536 -t 580
# qemu: uml has no vhost-net

. "$(dirname "$0")/lib.sh"

plan 12
LIMIT=240

_need modprobe qemu-system-x86_64
mac=52:54:00:00:00:42

ns_add a
in_ns a vhub hub add lan0
start_ready listen in_ns a frames listen lan0

start qemu in_ns a vhub run lan0 -- qemu-system-x86_64 -m 64 -nodefaults \
	-nographic -netdev '{n0}' -device "virtio-net-pci,netdev=n0,mac=$mac"
eventually "the guest asks by DHCP for an address" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"

json_same "the port shows QEMU, and how it uses it" \
	'.[0] | [.command, .label, .pid, .flags]' \
	"[\"qemu-system-x86\",\"qemu-system-x86_64\",${pid[qemu]},[\"send\",\"recv\",\"link\",\"vnet-hdr\",\"tun\"]]" \
	in_ns a vhub -j port show lan0 2
json_same "its frames are counted, and none was lost" \
	'.[0].stats | [.tx_frames > 0, (.drops | add)]' '[true,0]' \
	in_ns a vhub -j port show lan0 2

# The hub goes, QEMU lives on; so it does without its port.
cmd_ok "the hub goes" in_ns a vhub hub del lan0
cmd_ok "QEMU lives" alive qemu
same "and has no complaint" "" "$(cat "$tmp/qemu.err")"
stop qemu listen

in_ns a vhub hub add lan0
start_ready listen in_ns a frames listen lan0
start qemu in_ns a vhub run lan0 queues 2 -- qemu-system-x86_64 -m 64 \
	-nodefaults -nographic -netdev '{n0}' \
	-device "virtio-net-pci,netdev=n0,mq=on,mac=$mac"
eventually "so does one with two queues" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
json_same "of which it has turned one off" '.[0] | [.queues, .queues_on]' \
	'[2,1]' in_ns a vhub -j port show lan0 2
stop qemu listen

# The kernel's own virtio-net backend takes no file but a TAP's.
modprobe vhost_net
start_ready listen in_ns a frames listen lan0
start qemu in_ns a vhub run lan0 -- qemu-system-x86_64 -m 64 -nodefaults \
	-nographic -netdev '{n0},vhost=on' \
	-device "virtio-net-pci,netdev=n0,mac=$mac"
eventually "so does one that asked for vhost" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
cmd_ok "after it has said that it goes without" grep -q \
	'unable to start vhost net: 88: falling back on userspace virtio' \
	"$tmp/qemu.err"
json_same "and it has lost nothing" \
	'.[0].stats | [.tx_frames > 0, (.drops | add)]' '[true,0]' \
	in_ns a vhub -j port show lan0 2
stop qemu listen

finish
