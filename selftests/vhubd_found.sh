#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a hub that vhubd is, found by its name: by vhub run, VDE's programs, users
#
#	QEMU --- |vhubd: user0| --- vde_plug vhub://user0 --- |lan1| --- frames
#	                      | --- vde_plug vde:// --------- |lan2| --- frames
#
# The guest is the boot ROM of QEMU's network card, which asks for an address.
# vm: -r -m 1536 -t 300
# once: the module has scenarios of its own

. "$(dirname "$0")/lib.sh"

plan 33
LIMIT=120

_need vde_plug qemu-system-x86_64
mac=52:54:00:00:00:45
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program libvdeplug_vhub.so "${BUILD:-$top/build}/tools/vdeplug" \
	"$top/tools/vdeplug" /usr/local/lib
# libvdeplug looks in one folder only, so this has its own plugins, too.
ln -s /usr/lib/*/vdeplug/libvdeplug_*.so "$tmp/bin"
export VDEPLUGIN_PATH=$tmp/bin
unset XDG_RUNTIME_DIR

ns_add a
in_ns a vhub hub add lan1
in_ns a vhub hub add lan2

said_by()
{
	grep -Eq "$2" "$tmp/$1.err"
}

# connected COUNT: has vhubd said so of that many clients
connected()
{
	[ "$(grep -c ': connected$' "$tmp/vhubd.err")" = "$1" ]
}

# passes FROM TO COUNT SIZE: do frames sent on one hub reach the other
passes()
{
	local status=0

	start_ready recv in_ns a frames recv "$2" "$3"
	in_ns a frames send "$1" "$3" "$4" </dev/null || status=1
	busywait said recv "^received $3 " || status=1
	end recv || status=1
	return "$status"
}

# What is there ------------------------------------------------------------------
start vhubd in_ns a vhubd -v user0
eventually "vhubd is the hub where the kernel has none, without any link" \
	test -S /run/vhub/user0/vde/ctl
cmd_ok "it says so" busywait said_by vhubd \
	'^vhubd: user0: no hub "user0" in this network namespace: this process is the hub$'
cmd_prints "its sockets are for root and root's group" \
	"/755/750/660/770/660" stat /run/vhub /run/vhub/user0 \
	/run/vhub/user0/stream /run/vhub/user0/vde /run/vhub/user0/vde/ctl \
	--printf '/%a'
cmd_says "a second one is refused" 1 \
	'vhubd: there is a hub "user0" in /run/vhub already: another vhubd is it' \
	vhubd --user user0 socket,listen=127.0.0.1:0
cmd_says "without a link there is nothing to do on the kernel's hub" 2 \
	"vhubd: hub \"lan1\" is the kernel's, and there is no link, see \"vhubd --help\"" \
	in_ns a vhubd lan1
cmd_says "a wrong mode names itself" 2 \
	'vhubd: --mode: "0888" is not an octal number up to 0777' \
	vhubd --mode=0888 user1
cmd_says "so does a wrong group" 2 'vhubd: --group: no group "nogrp"' \
	vhubd --group=nogrp user1

# vhub run -----------------------------------------------------------------------
cmd_prints "{n0} is a stream for QEMU" \
	"stream,id=n0,server=off,addr.type=unix,addr.path=/run/vhub/user0/stream" \
	in_ns a vhub run user0 as qemu -- echo '{n0}'
cmd_prints "{n0.fd} is an open one" "3 4" \
	in_ns a vhub run user0 -- echo '{n0.fd}' '{n1.fd}'
cmd_prints "both can be had" \
	"stream,id=n0,server=off,addr.type=unix,addr.path=/run/vhub/user0/stream 3" \
	in_ns a vhub run user0 as qemu -- echo '{n0}' '{n0.fd}'
cmd_says "others than QEMU have no word for it" 2 \
	'vhub: hub "user0" is a vhubd: a stream socket, by {n0.fd}, is all that it has for uml' \
	in_ns a vhub run user0 as uml -- echo '{n0.fd}' '{n0}'
cmd_says "nor are there queues" 2 \
	'vhub: hub "user0" is a vhubd, which has neither queues nor headers' \
	in_ns a vhub run user0 queues 2 as qemu -- echo '{n0}'
cmd_says "a hub that is nowhere is the kernel's to refuse" 2 \
	'vhub: no hub "user9" in this network namespace' \
	in_ns a vhub run user9 -- echo '{n0}'
cmd_says "a name that is a path is no name" 1 \
	'vhub: "../user0" cannot name a hub: it has one of / : % in it' \
	in_ns a vhub run ../user0 -- echo '{n0}'
in_ns a vhub hub add user0
cmd_prints "a hub of the kernel comes first" "tap,id=n0,fd=3" \
	in_ns a vhub run user0 as qemu -- echo '{n0}'
in_ns a vhub hub del user0

# Frames ---------------------------------------------------------------------------
before=$(grep -c ': connected$' "$tmp/vhubd.err")
start plugin in_ns a vde_plug vhub://user0 vhub://lan1
eventually "vde_plug finds it by vhub://" connected $((before + 1))
start vde in_ns a vde_plug vde:///run/vhub/user0/vde vhub://lan2
eventually "and by its folder" connected $((before + 2))
busywait in_ns a vhub port show lan1 1
busywait in_ns a vhub port show lan2 1
# No more at once than a vde_plug keeps.
cmd_ok "frames pass" passes lan1 lan2 8 60
cmd_ok "and back" passes lan2 lan1 8 1514
start_ready listen1 in_ns a frames listen lan1
start_ready listen2 in_ns a frames listen lan2
start qemu in_ns a vhub run user0 -- qemu-system-x86_64 -m 64 -nodefaults \
	-nographic -netdev '{n0}' -device "virtio-net-pci,netdev=n0,mac=$mac"
for hub in 1 2; do
	eventually "a guest of QEMU is heard on lan$hub" said "listen$hub" \
		"^frame [0-9]+ ff:ff:ff:ff:ff:ff $mac 0800 udp 68 67$"
done
same "QEMU has no complaint" "" "$(cat "$tmp/qemu.err")"
stop qemu listen1 listen2

# The end --------------------------------------------------------------------------
kill -KILL "${pid[vhubd]}"
reap vhubd || :
# As that is how it is told that there is nothing more to come.
cmd_ok "vde_plug ends with the hub" reap plugin
cmd_ok "one that is killed leaves its folder" test -S /run/vhub/user0/stream
cmd_says "where nobody is" 2 'vhub: no hub "user0" in this network namespace' \
	in_ns a vhub run user0 -- echo '{n0}'
start vhubd in_ns a vhubd -v --mode=0666 user0
eventually "and the next one takes it" in_ns a vhub run user0 -- true '{n0.fd}'
cmd_ok "whoever may is let in" in_ns a as_nobody vhub run user0 -- true '{n0.fd}'
stop vhubd vde
cmd_fail "nothing is left at the end" test -e /run/vhub/user0

# Other users ----------------------------------------------------------------------
cmd_says "a user needs a place" 1 \
	'vhubd: XDG_RUNTIME_DIR does not say where hub "user0" could be found' \
	as_nobody vhubd --user user0
start vhubd as_nobody vhubd --user user0 "stream,server=on,addr.type=unix,addr.path=@x,addr.abstract=on"
eventually "but not for links" said_by vhubd \
	'XDG_RUNTIME_DIR does not say where .*: it is for its links only$'
stop vhubd
mkdir -m 700 "$tmp/run"
chown 65534 "$tmp/run"
export XDG_RUNTIME_DIR=$tmp/run
start vhubd as_nobody vhubd --user user0
eventually "which is XDG_RUNTIME_DIR" test -S "$tmp/run/vhub/user0/stream"
cmd_prints "where this user finds it" \
	"stream,id=n0,server=off,addr.type=unix,addr.path=$tmp/run/vhub/user0/stream" \
	in_ns a as_nobody vhub run user0 as qemu -- echo '{n0}'
stop vhubd

finish
