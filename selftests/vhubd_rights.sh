#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhubd gives up what its links do not need, and they go on nevertheless
#
#	|lan0| --- vhubd --- clients, a TAP, a program
#
# qemu: uml has no landlock
# vm: -t 300

. "$(dirname "$0")/lib.sh"

plan 25

_need vde_plug vde_switch
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

admin=0000000000001000 lock=0000000000004000

ns_add a
in_ns a vhub hub add lan0 perm 0600
in_ns a vhub hub add theirs0 owner nobody perm 0600
socket=$tmp/s
link=stream,server=on,addr.type=unix,addr.path=$socket

# A field of the status of what was started as "vhubd".
field()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/${pid[vhubd]}/status"
}

# begin OPTION...: and wait until it is ready
begin()
{
	[ -p "$tmp/ready" ] || mkfifo "$tmp/ready"
	start vhubd in_ns a sh -c \
		"exec vhubd -v --ready-fd=7 \"\$@\" 7>'$tmp/ready'" sh "$@"
	read -r _ <"$tmp/ready" || :
}

said_by()
{
	grep -Eq "$2" "$tmp/$1.err"
}

# has_ports HUB COUNT: besides the host's
has_ports()
{
	[ "$(json 'map(select(.number != 0)) | length' \
		in_ns a vhub -j port show "$1")" = "$2" ]
}

# The kernel's hub -----------------------------------------------------------------
begin lan0 "$link"
same "on a hub that lets root in, root keeps memory for rings" \
	"$lock $lock $lock" "$(field CapEff) $(field CapPrm) $(field CapBnd)"
same "system calls are filtered" 2 "$(field Seccomp)"
same "there are no threads that would not be" 1 "$(field Threads)"
start client vhubd -v --user rights0 "${link/server=on/server=off}"
eventually "a client is attached" has_ports lan0 1
stop client
eventually "and taken away" has_ports lan0 0
stop vhubd
cmd_fail "the socket is removed" test -e "$socket"

begin theirs0 "$link"
same "on another user's, root has to be CAP_NET_ADMIN" 0000000000005000 \
	"$(field CapEff)"
start client vhubd -v --user rights0 "${link/server=on/server=off}"
eventually "so that clients are attached" has_ports theirs0 1
stop client vhubd

# A hub of our own -------------------------------------------------------------------
begin -u -m 0666 rights0
same "it has to do with files of others" 000000000000000b "$(field CapEff)"
start plug as_nobody vde_plug vde:///run/vhub/rights0/vde vde:///run/vhub/rights0/vde
eventually "so that they plug in" \
	said_by vhubd 'vde vdeplug: user=nobody .* connected'
stop plug vhubd
cmd_fail "its folder is removed" test -e /run/vhub/rights0

# Links ----------------------------------------------------------------------------
begin --run-as nobody -u rights0 tap,ifname=tap0
same "nobody can make a TAP, and can nothing else" "65534 $admin $admin" \
	"$(field Uid | cut -f 1) $(field CapEff) $(field CapBnd)"
in_ns a ip link del tap0
eventually "one that is removed is made again" said_by vhubd 'works again'
cmd_ok "it is there" in_ns a ip link show tap0
stop vhubd
rm -rf /run/vhub/rights0

begin -u rights0 tap,ifname=tap0 "vde,sock=$tmp/switch"
start switch vde_switch -x -s "$tmp/switch"
eventually "a switch is found when it comes" said_by vhubd '/switch: connected'
same "one link needs this, another that" 000000000000100b "$(field CapEff)"
same "no program can be started" 2 "$(field Seccomp)"
stop vhubd

begin -u rights0 "vde,sock=cmd://vde_plug vde://$tmp/switch"
eventually "a program that a link needs is started" \
	said_by vhubd 'vde_plug .*: connected'
cmd_ok "it is said what that takes" \
	said_by vhubd 'the file system stays open: a link may start programs$'
same "it is root without capabilities, too" \
	"$(field CapEff)" "$(sed -n 's/^CapEff:[[:space:]]*//p' \
		"/proc/$(pgrep -n -x -P "${pid[vhubd]}" vde_plug)/status")"
stop vhubd switch

begin -u rights0 --no-sandbox
same "without the sandbox" 0 "$(field Seccomp)"
same "there are no more capabilities" 000000000000000b "$(field CapEff)"
same "nor new ones" 1 "$(field NoNewPrivs)"
stop vhubd
cmd_fail "nothing is left" test -e /run/vhub/rights0

finish
