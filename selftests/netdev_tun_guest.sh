#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a program that has a TUN open boots a guest: DHCP, TFTP and ping
#
#	tun_server --- tun0, 192.0.2.15 |lan0| --- qemu-system-x86_64, 192.0.2.50
#
# The guest is the boot ROM of QEMU's network card, iPXE. The program knows nothing
# of Ethernet: that it is found there, and finds the guest, is the port's doing.
# vm: -r -m 1536 -t 580
# once: scenario netdev_l3 asks the module on each kernel

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 7
LIMIT=240

_need qemu-system-x86_64
_program tun_server "${OUTPUT:-$here}" "$top/build/selftests" "$here"

ns_add a
quiet a
in_ns a vhub hub add lan0
in_ns a ip tuntap add tun0 mode tun
start_ready server in_ns a tun_server tun0 192.0.2.15 192.0.2.50
in_ns a vhub port add lan0 dev tun0
in_ns a ip link set tun0 up
cmd_ok "the TUN has link with its program" busywait has_link tun0

start qemu in_ns a vhub run lan0 -- qemu-system-x86_64 -m 64 -nodefaults \
	-nographic -netdev '{n0}' -device virtio-net-pci,netdev=n0
eventually "the guest gets an address from the program" \
	said server '^lease 192.0.2.50$'
eventually "finds it by ARP, and fetches its script" \
	said server '^sent to 192.0.2.50$'
eventually "is found by it, and answers" said server '^pong from 192.0.2.50$'
cmd_ok "QEMU lives" alive qemu
same "nothing was lost" '[0,0,0]' \
	"$(port_says tun0 '.stats.drops | [.unresolved, .too_big, .header]')"
stop qemu server

finish
