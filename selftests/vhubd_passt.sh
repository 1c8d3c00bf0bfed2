#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a guest gets its address from passt, by a link to passt's socket
#
#	QEMU --- vhubd --- |lan0| --- frames
#	           |
#	         passt --- the network of namespace a
#
# The guest is the boot ROM of QEMU's network card, which asks for an address. If
# it gets one, it looks for the server that has a file for it.
# vm: -r -m 1536 -t 300
# once: it is about programs

. "$(dirname "$0")/lib.sh"

plan 6
LIMIT=200

_need passt qemu-system-x86_64
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

mac=52:54:00:00:02:01
ns_add a
in_ns a vhub hub add lan0
start_ready listen in_ns a frames listen lan0

# passt gives guests the address of the network that it finds. As root it turns
# into nobody.
in_ns a ip link add up0 type dummy
in_ns a ip addr add 192.0.2.2/24 dev up0
in_ns a ip link set up0 up
in_ns a ip route add default via 192.0.2.1
mkdir -m 1777 "$tmp/run"
passt=$tmp/run/passt guest=$tmp/run/guest

said_by()
{
	grep -Eq "$2" "$tmp/$1.err"
}

start vhubd in_ns a vhubd -v lan0 \
	"stream,server=off,addr.type=unix,addr.path=$passt" \
	"stream,server=on,addr.type=unix,addr.path=$guest"
eventually "a passt that is not there yet is waited for" \
	said_by vhubd '/passt: .*; trying again$'
start passt in_ns a passt --foreground --socket "$passt"
eventually "and found when it comes" said_by vhubd '/passt: connected$'
start qemu in_ns a qemu-system-x86_64 -m 64 -nodefaults -nographic \
	-boot reboot-timeout=20000 \
	-netdev "stream,id=n0,server=off,addr.type=unix,addr.path=$guest" \
	-device "virtio-net-pci,netdev=n0,mac=$mac"
eventually "a guest asks for an address" said listen \
	"^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
eventually "passt answers" said listen "^frame [0-9]+ $mac .* udp 67 68$"
eventually "and the guest has heard it" said listen \
	"^frame [0-9]+ [0-9a-f:]+ $mac 0806"
stop qemu passt vhubd listen

finish
