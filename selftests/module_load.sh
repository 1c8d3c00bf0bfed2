#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vhub - the module comes, is of use, and goes without a trace
#
#   insmod -> /dev/vhub, rtnl kind "vhub", genl family "vhub" -> rmmod

here=$(cd "$(dirname "$0")" && pwd)
name=vhub_load0
number=0
failed=0

# result STATUS SENTENCE
result()
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number $2"
	else
		failed=1
		echo "not ok $number $2"
	fi
}

# The file to load: whatever is loaded now came from the VM's runner, and on a
# real machine modprobe finds it, or it lies where `make` leaves it.
find_module()
{
	for file in "${VHUB_KO-}" "$here/../build/"*"/kmod/vhub.ko" \
			"$here/../kmod/vhub.ko"; do
		[ -e "$file" ] || continue
		case $(modinfo -F vermagic "$file") in
		"$(uname -r) "*)	echo "$file"; return ;;
		esac
	done
	modinfo -n vhub
}

loaded()
{
	[ -d /sys/module/vhub ]
}

traces()
{
	loaded || [ -e /dev/vhub ] || [ -e /sys/class/misc/vhub ] ||
		grep -qw vhub_hub_setup /proc/kallsyms
}

echo "TAP version 13"
module=$(find_module) || {
	echo "1..0 # SKIP no vhub.ko for kernel $(uname -r)"
	exit 4
}
echo 1..7

if loaded; then
	rmmod vhub || {
		echo "Bail out! vhub is in use"
		exit 1
	}
fi
! traces
result $? "nothing is there before"

insmod "$module"
result $? "the module loads"

[ -c /dev/vhub ] && [ "$(stat -c %a /dev/vhub)" = 666 ]
result $? "/dev/vhub is a device that anybody may open"

ip link add "$name" type vhub
result $? "ip makes a hub"

ip -d link show "$name" 2>/dev/null | grep -qw vhub
result $? "ip shows its kind"

rmmod vhub && ! ip link show "$name" >/dev/null 2>&1
result $? "the module goes, and the hub with it"

! traces
result $? "nothing is there after"

insmod "$module" || failed=1
exit $failed
