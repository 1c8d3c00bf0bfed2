#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - the same commands show and change a hub of the kernel's and one that vhubd
# is: what they answer is compared
#
#	vhub run: one, two --- |lan0, the kernel's|
#	vhub run: one, two --- |lan0, vhubd|
#
# What differs by nature is taken out: see plain().
# vm: -t 580
# once: it is about what programs answer

. "$(dirname "$0")/lib.sh"

unset XDG_RUNTIME_DIR

# What both are asked, a command of vhub a line, and words for what else happens.
script=$(cat <<-'END'
	hub show lan0
	-j hub show lan0
	-j -d hub show lan0
	-n nowhere hub show lan0
	hub show lan1
	hub show lan0 lan1
	port show lan0
	-j port show lan0
	hub set lan0 perm 0640
	hub show lan0
	hub set lan0 group nogroup
	hub show lan0
	hub set lan0 perm 01777
	hub set lan0
	hub set lan0 owner nobody perm 0600
	hub show lan0
	hub set lan0 owner root
	fdb show lan0
	fdb add lan0 02:00:00:00:00:01 port 1
	attach one
	port show lan0 1
	-j port show lan0 1
	-s port show lan0 1
	attach two
	port show lan0
	hub show lan0
	port set lan0 1 label web
	port show lan0 1
	port set lan0 1 label 01234567890123456789012345678901
	port set lan0 1 link off
	port show lan0 1
	port set lan0 1 link on
	port set lan0 9 link on
	port set lan0 1 link perhaps
	port show lan0 9
	port show lan0 0x1
	hub set lan0 mode switch
	hub set lan0 mode bridge
	hub set lan0 ageing 1.5 max-addresses 2
	-d hub show lan0
	hub set lan0 ageing x
	fdb add lan0 02:00:00:00:00:01 port 1
	fdb add lan0 02:00:00:00:00:01 port 2
	fdb add lan0 02:00:00:00:00:02 port 9
	fdb add lan0 03:00:00:00:00:02 port 1
	fdb add lan0 02:00:00:00:00:02 port 2
	fdb add lan0 02:00:00:00:00:03 port 2
	fdb show lan0
	-j fdb show lan0
	fdb show lan0 02:00:00:00:00:02
	fdb show lan0 port 1
	fdb del lan0 02:00:00:00:00:02
	fdb del lan0 02:00:00:00:00:02
	fdb flush lan0
	fdb show lan0
	port set lan0 1 lock 02:00:00:00:00:01 max-addresses 3
	port set lan0 1 learning off flood off isolated on
	-d port show lan0 1
	port set lan0 1 lock none max-addresses 0
	port set lan0 1 learning on flood on isolated off
	-j -d port show lan0 1
	hub set lan0 perm 0666
	nobody hub show lan0
	nobody hub set lan0 perm 0600
	nobody port set lan0 1 label mine
	nobody port del lan0 1
	nobody fdb flush lan0
	nobody fdb add lan0 02:00:00:00:00:04 port 1
	hub set lan0 mode hub
	fdb show lan0
	-s -j port show lan0 1
	port del lan0 2
	port del lan0 2
	port show lan0
	attach three
	port show lan0
	hub del lan0
	hub show lan0
	port show lan0
	hub del lan0
END
)
mapfile -t steps <<<"$script"
# One result for each of them, for what was told meanwhile, and for the ends.
plan $((${#steps[@]} + 3))
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

# What an answer is in both modes: numbers of processes and devices are others, a
# user hub says what it is, is root's and in no namespace, and has no cable of the
# host's.
plain()
{
	sed -E -e 's/ kind user//' -e 's/ ifindex [0-9]+//' \
		-e 's/pid [0-9]+/pid N/g' -e '/^lan0: port 0 kind host/d' \
		-e 's/(no hub "[^"]*") in this network namespace/\1/' \
		-e 's/the hub.s owner or CAP_NET_ADMIN/the hub'"'"'s owner or root/'
}

plain_json()
{
	jq -c 'map(select(.number != 0) | del(.ifindex, .hub_ifindex, .pid) |
		if has("perm") then del(.kind) else . end)'
}

# attach NAME: a port, in the background, by the command for it
attach()
{
	start_ready "$1" in_ns a vhub run lan0 label "$1" -- sh -c \
		'echo ready; read -r line; : {n0.fd}'
}

step()
{
	case $1 in
	attach)	attach "$2" ;;
	nobody)	in_ns a as_nobody vhub "${@:2}" ;;
	*)	in_ns a vhub "$@" ;;
	esac
}

# ask KIND: all steps; what each gave is left in $tmp/KIND.NUMBER
ask()
{
	local i status words

	for i in "${!steps[@]}"; do
		status=0
		read -ra words <<<"${steps[i]}"
		step "${words[@]}" >"$tmp/said" 2>&1 || status=$?
		{
			case ${steps[i]} in
			*-j*)	plain_json <"$tmp/said" ;;
			*)	plain <"$tmp/said" ;;
			esac
			echo "status $status"
		} >"$tmp/$1.$i"
	done
}

probe()
{
	in_ns a vhub hub add probe0
	in_ns a vhub hub del probe0
	[ -s "$tmp/monitor.out" ]
}

told()
{
	grep -q "$1" "$tmp/monitor.out"
}

# monitor KIND COMMAND...: what was told while it ran, in $tmp/KIND.told
monitor()
{
	local kind=$1

	shift
	start monitor in_ns a vhub monitor
	busywait probe || bail "vhub monitor prints nothing"
	"$@"
	busywait told '^removed hub lan0' || :
	stop monitor
	grep -v probe0 "$tmp/monitor.out" | plain |
		grep -v 'port 0' >"$tmp/$kind.told" || :
}

in_kernel()
{
	in_ns a vhub hub add lan0
	ask kernel
	stop one two three
}

in_user()
{
	start vhubd in_ns a vhubd --user lan0
	busywait in_ns a vhub hub show lan0 >/dev/null 2>&1 ||
		bail "vhubd is no hub: $(cat "$tmp/vhubd.err")"
	ask user
	stop one two three
}

ns_add a
monitor kernel in_kernel
monitor user in_user
cmd_ok "vhubd ends when its hub is removed" reap vhubd
for i in "${!steps[@]}"; do
	same "vhub ${steps[i]}" "$(cat "$tmp/kernel.$i")" "$(cat "$tmp/user.$i")"
done
same "the same is told meanwhile" "$(cat "$tmp/kernel.told")" \
	"$(cat "$tmp/user.told")"

finish
