#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a hub takes 4,096 ports, and not one more
#
#	frames many --- 1 | lan0 | 2 ... 4096 --- frames many
#
# The kernel's log has no room for the debug messages of so many ports.
# vm: -q

. "$(dirname "$0")/lib.sh"

plan 15
LIMIT=120

ns_add a
in_ns a ip link add lan0 type vhub

start_ready many in_ns a frames many lan0 4097
cmd_ok "4,096 ports attach" said many '^attached 4096 '
cmd_ok "the next is refused as the hub is full" said many '^refused ENOSPC$'
json_same "the hub counts them" '.[0] | [.ports, .ports_max]' '[4096,4096]' \
	in_ns a vhub -j hub show lan0
json_same "each is listed once, and the host's" \
	'[length, (map(.number) | sort == [range(0; 4097)])]' '[4097,true]' \
	in_ns a vhub -j port show lan0
json_same "the last is as the first" \
	'.[0] | [.kind, .flags, .command, .queues]' \
	'["fd",["send","recv","link"],"frames",1]' \
	in_ns a vhub -j port show lan0 4096
full='hub "lan0" takes no more ports or queues'
cmd_says "vhub run says that the hub is full" 2 "vhub: $full" \
	in_ns a vhub run lan0 -- true "{n0}"
cmd_says "and so does vhub-bridge-helper" 1 "vhub-bridge-helper: $full" \
	in_ns a vhub-bridge-helper --fd=0 --br=lan0

cmd_ok "one port is taken off" in_ns a vhub port del lan0 2000
cmd_ok "then one more attaches" in_ns a vhub run lan0 -- true "{n0}"
in_ns a ip link set lan0 up
in_ns a ip link set lan0 down

tell many next
eventually "all detach" said many '^detached 4096 '
json_same "none is left" '[.[].number]' '[0]' in_ns a vhub -j port show lan0
end many
diag "$(grep ' ms ' "$tmp/many.out")"

start_ready many in_ns a frames many lan0 4096
cmd_ok "4,096 attach again" said many '^attached 4096 '
cmd_ok "the hub goes with all of them on it" in_ns a ip link del lan0
tell many end
eventually "whose files are closed after" said many '^detached 4096 '
reap many

finish
