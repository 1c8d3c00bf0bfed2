#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - the module goes when no file is open, hubs and all, and comes back
#
#	insmod -> /dev/vhub, hubs -> rmmod -> nothing -> insmod -> ...
#
# Hubs that somebody needs would go, too: it does not run where there are any.
#
# smp: it goes while others ask for it

. "$(dirname "$0")/lib.sh"

plan 39

# The names of all hubs, of every network namespace that a process lives in or
# that has a name: a hub does not hold the module.
all_hubs()
{
	local file

	stat -L -c '%i %n' /proc/[0-9]*/ns/net /run/netns/* 2>/dev/null |
		sort -u -k 1,1 | while read -r _ file; do
			nsenter --net="$file" ip -o link show type vhub
		done 2>/dev/null | cut -d : -f 2 | sort | xargs
}

_need insmod modinfo rmmod
if [ -n "$(all_hubs)" ] || [ "$(module_users)" != 0 ]; then
	bail "there are hubs or open files that this would remove"
fi

# The file that the loaded module came from.
find_module()
{
	local file

	for file in "${VHUB_KO-}" "$top"/build/*/kmod/vhub.ko \
			"$top/kmod/vhub.ko"; do
		[ -e "$file" ] || continue
		case $(modinfo -F vermagic "$file") in
		"$(uname -r) "*) echo "$file"; return ;;
		esac
	done
	modinfo -n vhub
}

module=$(find_module)
control=/sys/kernel/debug/dynamic_debug/control
debug=()
! grep -qs '\[vhub\].* =p' $control || debug=(dyndbg=+p)

modprobe veth
# Nobody shall load it behind our back.
modprobe=$(cat /proc/sys/kernel/modprobe)
restore()
{
	echo "$modprobe" >/proc/sys/kernel/modprobe
	[ -d /sys/module/vhub ] || load
}
at_exit+=(restore)
echo /bin/false >/proc/sys/kernel/modprobe

load()
{
	insmod "$module" "${debug[@]}"
}

# open_file: what "start" can start, a process with a file that is not attached
open_file='exec 9<>/dev/vhub; echo ready; read -r line'

traces()
{
	[ -d /sys/module/vhub ] || [ -e /dev/vhub ] ||
		[ -e /sys/class/misc/vhub ] || grep -qw 'vhub_[a-z_]*' /proc/kallsyms
}

for_everybody()
{
	[ "$(stat -c '%F %a' /dev/vhub)" = "character special file 666" ]
}


monitor_tells()
{
	vhub hub set vhubtest0 perm 0660
	[ -s "$tmp/monitor.out" ]
}

cmd_ok "/dev/vhub is a device that everybody may open" for_everybody

# In use -------------------------------------------------------------------
start_ready file bash -c "$open_file"
cmd_fail "the module stays while /dev/vhub is open" rmmod vhub
end file || :
ns_add a
in_ns a ip link add lan0 type vhub
start_ready port in_ns a frames hold lan0 1
cmd_fail "the module stays while a file is attached" rmmod vhub
ip link add vhubtest0 type vhub
ip link add vhubtest1 type vhub
ip link set vhubtest1 up
cmd_ok "its refusal has harmed nothing" in_ns a vhub port show lan0 1
in_ns a ip link del lan0
cmd_fail "the module stays while a file is left of a hub that went" rmmod vhub
end port
in_ns a ip link add lan0 type vhub
in_ns a ip link set lan0 up
start_ready nameless unshare -n sh -c \
	'ip link add lan1 type vhub; echo ready; read -r line; ip link show lan1'
same "hubs of all namespaces are found" "lan0 lan1 vhubtest0 vhubtest1" \
	"$(all_hubs)"
in_ns a ip link add v0 type veth peer name v1
in_ns a ip link set v0 up
in_ns a ip link set v1 up
in_ns a ip link set v0 master lan0
start_ready flood in_ns a frames -p flood v1 60
start monitor vhub monitor
# While it asks for something it holds the module: it listens once it tells.
busywait monitor_tells || bail "vhub monitor prints nothing"

# Going --------------------------------------------------------------------
cmd_ok "the module goes though there are hubs, and who listens to changes" \
	rmmod vhub
cmd_fail "no hub is left" ip link show vhubtest0
cmd_fail "no hub is left that was up" ip link show vhubtest1
cmd_fail "no hub is left in another namespace" in_ns a ip link show lan0
cmd_fail "no hub is left in one without a name" end nameless
cmd_ok "network devices stay, with no master" \
	test "$(in_ns a ip -j link show v0 | jq '.[0].master')" = null
cmd_ok "and whoever sends them frames goes on" flood_sends flood
end flood || bail "flood ended with an error"
cmd_fail "nothing is left at all" traces
stop monitor

not_loaded='the vhub module is not loaded (modprobe vhub)'
cmd_says "vhub hub show says so" 2 "vhub: $not_loaded" vhub hub show
cmd_says "vhub hub show lan0 says so" 2 "vhub: $not_loaded" vhub hub show lan0
cmd_says "vhub hub add says so" 2 "vhub: $not_loaded" vhub hub add lan0
cmd_says "vhub hub del says so" 2 "vhub: $not_loaded" vhub hub del lan0
cmd_says "vhub hub set says so" 2 "vhub: $not_loaded" \
	vhub hub set lan0 perm 0600
cmd_says "vhub port show says so" 2 "vhub: $not_loaded" vhub port show
cmd_says "vhub port add says so" 2 "vhub: $not_loaded" \
	vhub port add lan0 dev lo
cmd_says "vhub port set says so" 2 "vhub: $not_loaded" \
	vhub port set lan0 1 link off
cmd_says "vhub port del says so" 2 "vhub: $not_loaded" vhub port del lan0 1
cmd_says "vhub monitor says so" 2 "vhub: $not_loaded" vhub monitor
cmd_says "vhub -j says so, and prints no JSON" 2 "vhub: $not_loaded" \
	vhub -j hub show
cmd_says "vhub run says so" 2 "vhub: /dev/vhub is not there: $not_loaded" \
	vhub run lan0 -- true "{n0}"
cmd_says "vhub-bridge-helper says so" 1 \
	"vhub-bridge-helper: /dev/vhub is not there: $not_loaded" \
	vhub-bridge-helper --use-vnet --fd=0 --br=lan0
cmd_fail "ip makes no hub" ip link add vhubtest0 type vhub

# Coming -------------------------------------------------------------------
cmd_ok "the module loads again" load
eventually "/dev/vhub is there again, for everybody" for_everybody
cmd_prints "no hub is there" "" vhub hub show
cmd_ok "a hub can be made in the old namespace" \
	in_ns a ip link add lan0 type vhub
ns_add b
cmd_ok "and in a new one" in_ns b ip link add lan0 type vhub
cmd_ok "it works" in_ns b frames spread lan0 2 100 100

again()
{
	local i

	for ((i = 0; i < 10; i++)); do
		ip link add vhubtest0 type vhub
		rmmod vhub
		load
	done
}

cmd_ok "it goes and comes ten times" again
cmd_fail "a second one is not loaded" load
cmd_ok "nothing holds it" rmmod vhub
cmd_ok "and it can come back" load

finish
