#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a real network card is a port of a hub: virtio-net
#
#	  namespace a                    namespace b
#	frames --- 1 |lan0| eth0 ======= eth1 --- frames
#
# The machine needs two such cards with a cable between them.
# vm: --nics
# qemu: it is about cards that QEMU has

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 17

modprobe virtio_net
cards=()
for driver in /sys/class/net/*/device/driver; do
	[ -e "$driver" ] || continue
	[ "$(basename "$(readlink -f "$driver")")" = virtio_net ] || continue
	driver=${driver%/device/driver}
	cards+=("${driver##*/}")
done
[ ${#cards[@]} = 2 ] || bail "needs two virtio-net cards, not ${#cards[@]}"
card=${cards[0]} other=${cards[1]}

ns_add a b
quiet a b
in_ns a ip link add lan0 type vhub
ip link set "$card" netns "$(ns a)"
ip link set "$other" netns "$(ns b)"
in_ns b ip link set "$other" up
busywait is_up b "$other" || bail "$other does not come up"

cmd_ok "ip puts a card on the hub" in_ns a ip link set "$card" master lan0
same "and says so" "lan0 vhub" "$(master_of "$card")"
in_ns a ip link set "$card" up
exchange "$card" b -p "$other"
comes_and_goes "$card"

in_ns a ip link set "$card" master lan0
in_ns a ip link set "$card" mtu 1400
start_ready send in_ns a frames send lan0 3 1419
eventually "larger frames than the card takes are sent" said send '^sent 3'
same "which are dropped for it, and counted" '[0,3]' \
	"$(port_says "$card" '.stats | [.rx_frames, .drops.too_big]')"
end send

has_come_home()
{
	ip link show "$1" >/dev/null 2>&1
}

ns_del a
eventually "it comes back when its namespace goes, hub and all" \
	has_come_home "$card"
json_same "with no master" '.[0] | [.master, .promiscuity]' '[null,0]' \
	ip -d -j link show "$card"

finish
