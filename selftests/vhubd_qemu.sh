#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - guests of QEMU, by each of its own socket formats, are heard on the hub
#
#	QEMU -netdev socket|stream|dgram|l2tpv3|vde --- vhubd --- |lan0| --- frames
#	                                                  |
#	                         QEMU's own DHCP server --+
#
# Each guest is the boot ROM of QEMU's network card, which asks for an address. If
# it gets one, it looks for the server that has a file for it. On a slow machine it
# gives up before; then its BIOS begins anew after 20 seconds.
# vm: -r -m 2048 -t 580
# once: the module has scenarios of its own

# shellcheck disable=SC2054 # QEMU's words are full of commas

. "$(dirname "$0")/lib.sh"

# QEMU's netdev, and the link that speaks with it. Those that connect to QEMU do so
# when it is there.
formats=(
	"socket,connect=127.0.0.1:8001 socket,listen=:8001"
	"socket,listen=127.0.0.1:8002 socket,connect=127.0.0.1:8002"
	"socket,mcast=239.192.0.1:8003,localaddr=127.0.0.1
		socket,mcast=239.192.0.1:8003"
	"socket,udp=127.0.0.1:8004,localaddr=127.0.0.1:8005
		socket,udp=127.0.0.1:8005,localaddr=127.0.0.1:8004"
	"stream,server=off,addr.type=unix,addr.path=DIR/stream
		stream,server=on,addr.type=unix,addr.path=DIR/stream"
	"stream,server=on,addr.type=inet,addr.host=127.0.0.1,addr.port=8006
		stream,server=off,addr.type=inet,addr.host=127.0.0.1,addr.port=8006"
	"dgram,local.type=unix,local.path=DIR/q,remote.type=unix,remote.path=DIR/v
		dgram,local.type=unix,local.path=DIR/v,remote.type=unix,remote.path=DIR/q"
	"l2tpv3,src=127.0.0.1,dst=127.0.0.2,txsession=1,rxsession=2,counter=on
		l2tpv3,src=127.0.0.2,dst=127.0.0.1,txsession=2,rxsession=1,counter=on"
	"vde,sock=DIR/sw vde-server,sock=DIR/sw"
)

plan $((3 * ${#formats[@]} + 2))
LIMIT=400

_need qemu-system-x86_64
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

ns_add a
in_ns a vhub hub add lan0
start_ready listen in_ns a frames listen lan0

# qemu NUMBER NETDEV: a guest whose MAC address ends with that number
qemu()
{
	start "qemu$1" in_ns a qemu-system-x86_64 -m 64 -nodefaults -nographic \
		-boot reboot-timeout=20000 \
		-netdev "${2/,/,id=n0,}" \
		-device "virtio-net-pci,netdev=n0,mac=52:54:00:00:01:0$1"
}

links=(socket,listen=127.0.0.1:8010)
for i in "${!formats[@]}"; do
	read -rd '' netdev link <<<"${formats[i]//DIR/$tmp}" || :
	links+=("$link")
done
mkfifo "$tmp/ready"
start vhubd in_ns a sh -c "exec vhubd -v --ready-fd=7 lan0 \"\$@\" 7>'$tmp/ready'" \
	sh "${links[@]}"
read -r _ <"$tmp/ready" || :

start dhcp in_ns a qemu-system-x86_64 -machine none -nodefaults -nographic \
	-netdev "user,id=u0,tftp=$tmp,bootfile=none" \
	-netdev hubport,id=p0,hubid=0,netdev=u0 \
	-netdev socket,id=s0,connect=127.0.0.1:8010 \
	-netdev hubport,id=p1,hubid=0,netdev=s0
for i in "${!formats[@]}"; do
	read -rd '' netdev link <<<"${formats[i]//DIR/$tmp}" || :
	qemu "$i" "$netdev"
done
for i in "${!formats[@]}"; do
	read -rd '' netdev link <<<"${formats[i]//DIR/$tmp}" || :
	eventually "a guest is heard: $netdev" said listen \
		"^frame [0-9]+ ff:ff:ff:ff:ff:ff 52:54:00:00:01:0$i 0800 udp 68 67$"
done
for i in "${!formats[@]}"; do
	eventually "guest $i has heard what it was told" said listen \
		"^frame [0-9]+ ff:ff:ff:ff:ff:ff 52:54:00:00:01:0$i 0806"
done
for i in "${!formats[@]}"; do
	same "QEMU $i has no complaint" "" "$(cat "$tmp/qemu$i.err")"
	stop "qemu$i"
done
cmd_ok "vhubd lives" alive vhubd
stop dhcp vhubd listen

finish
