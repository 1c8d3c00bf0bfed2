#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - an emulator with a TAP and vhost-net: the TAP is a port of a hub
#
#	QEMU --- vhost-net --- tap0 --- |lan0| --- the host: a DHCP server
#	                                       --- frames listen
#
# Frames go from the guest's memory to the TAP and back within the kernel. The
# guest is the boot ROM of QEMU's network card, which asks for an address, and for
# the one that it was offered.
# vm: -m 1536 -t 580
# qemu: uml has no vhost-net

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 10
LIMIT=240

_need modprobe qemu-system-x86_64
busybox=${BUILD:-$top/build}/busybox
[ -x "$busybox" ] || busybox=$(command -v busybox) || bail "needs busybox"
mac=52:54:00:00:00:42

modprobe vhost_net
ns_add a
quiet a
in_ns a ip link add lan0 type vhub
in_ns a ip address add 192.0.2.1/24 dev lan0
in_ns a ip link set lan0 up
in_ns a ip tuntap add tap0 mode tap
cmd_ok "the TAP is put on the hub" in_ns a ip link set tap0 up master lan0

cat >"$tmp/udhcpd.conf" <<-END
	interface lan0
	start 192.0.2.42
	end 192.0.2.42
	lease_file $tmp/leases
	pidfile $tmp/udhcpd.pid
END
start udhcpd in_ns a "$busybox" udhcpd -f "$tmp/udhcpd.conf"
start_ready listen in_ns a frames listen lan0

start qemu in_ns a qemu-system-x86_64 -m 64 -nodefaults -nographic \
	-netdev tap,id=n0,ifname=tap0,script=no,downscript=no,vhost=on \
	-device "virtio-net-pci,netdev=n0,mac=$mac"

# works_for PID: is there a thread of vhost's that does
works_for()
{
	cat /proc/[0-9]*/comm "/proc/$1/task"/*/comm 2>/dev/null |
		grep -qx "vhost-$1"
}

eventually "vhost works for QEMU" works_for "${pid[qemu]}"
cmd_ok "which has it open" sh -c \
	"ls -l /proc/${pid[qemu]}/fd | grep -q ' /dev/vhost-net$'"
eventually "the TAP has a link" has_link tap0
eventually "the guest asks by DHCP for an address" \
	said listen "^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"

# The server says so when it was asked for what it had offered.
was_given()
{
	grep -q 'sending ACK to 192\.0\.2\.42' "$tmp/udhcpd.err" "$tmp/udhcpd.out"
}

eventually "it hears what it is offered, and takes it" was_given
same "its frames are counted, and none was lost" '[true,true,0]' \
	"$(port_says tap0 '.stats | [.rx_frames > 0, .tx_frames > 0,
		(.drops | add)]')"
same "QEMU has not fallen back on its own backend" "" "$(cat "$tmp/qemu.err")"

# The hub goes, and QEMU with its TAP stays.
in_ns a ip link del lan0
cmd_ok "QEMU lives without the hub" alive qemu
stop qemu listen udhcpd

finish
