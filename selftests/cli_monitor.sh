#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub monitor prints every change, once and in order
#
#	vhub monitor, vhub -j monitor --- namespace a: lan0
#	                                  namespace b: lan0, of which they
#	                                               are told nothing
#
# The kernel's log has no room for the debug messages of so many ports.
# vm: -q
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 14
LIMIT=120

# A monitor does not say when it is ready: change something until it tells.
# What it said of that is left out of what it says.
probe()
{
	in_ns a ip link add probe type vhub
	in_ns a ip link del probe
	[ -s "$tmp/$1.out" ]
}

start_monitor()
{
	start "$@"
	busywait probe "$1" || bail "vhub monitor prints nothing"
}

# printed NAME: what it printed, without what is different every time
printed()
{
	grep -v probe "$tmp/$1.out" | sed -E 's/pid [0-9]+ //'
}

# ended NAME WORD: has it come to the hub of that name
ended()
{
	grep -q "$2" "$tmp/$1.out"
}

ns_add a b
in_ns a vhub hub add old0
start_monitor text in_ns a vhub monitor
start_monitor json in_ns a vhub -j monitor
start_monitor nobody in_ns a as_nobody vhub monitor

in_ns b vhub hub add lan0
in_ns a ip link add lan0 type vhub
in_ns a vhub hub set lan0 perm 0604 group nogroup
in_ns a vhub hub set old0 perm 0600
start_ready hold in_ns a frames -l first hold lan0 1
in_ns a vhub port set lan0 1 label second
in_ns a vhub port set lan0 1 link off
in_ns a ip link set lan0 up
in_ns a ip link set lan0 down
end hold
start_ready hold in_ns a frames hold lan0 2
in_ns a vhub port del lan0 2
in_ns a ip link set lan0 name lan1
in_ns a vhub hub del lan1
end hold
in_ns a vhub hub add end0

for name in text json nobody; do
	eventually "vhub monitor ($name) comes to the end" ended $name end0
done

expected='added hub lan0: ports 0 owner root group root perm 0660
changed hub lan0: ports 0 owner root group nogroup perm 0604
changed hub old0: ports 0 owner root group root perm 0600
added port lan0: port 1 kind fd flags send,recv,link label first command frames owner root
changed port lan0: port 1 kind fd flags send,recv,link label second command frames owner root
changed port lan0: port 1 kind fd flags send,recv label second command frames owner root
added port lan0: port 0 kind host flags send,recv,link
changed port lan0: port 0 kind host flags send
removed port lan0: port 1
added port lan0: port 1 kind fd flags send,recv,link command frames owner root
added port lan0: port 2 kind fd flags send,recv,link command frames owner root
removed port lan0: port 2
changed hub lan1: ports 1 owner root group nogroup perm 0604
removed hub lan1: ports 1 owner root group nogroup perm 0604
added hub end0: ports 0 owner root group root perm 0660'
same "it says what happened, in order" "$expected" "$(printed text)"
same "any user may listen" "$expected" "$(printed nobody)"

json_events()
{
	grep -v probe "$tmp/json.out" | jq -c "$1"
}

same "JSON is one object a line, of the same events" \
	"$(printed text | cut -d ' ' -f 1,2)" \
	"$(json_events '[.event, .object]' | tr -d '[]"' | tr , ' ')"
same "of a port that went its place is left" \
	'["event","hub_ifindex","hub_name","number","object"]' \
	"$(json_events 'select(.event == "removed" and .object == "port") |
		keys' | sort -u)"
same "what is listed of a port is told when it comes" \
	"$(in_ns a vhub -j port show old0 | jq -c '.[0] | keys')" \
	"$(json_events 'select(.event == "added" and .object == "port") |
		del(.event, .object) | keys' | sort -u)"
same "no event has a process id" '[null]' \
	"$(json_events 'select(has("pid")) | [.pid]' | sort -u)"
stop text json nobody

# Too fast ------------------------------------------------------------------
start_monitor slow in_ns a vhub -j monitor
kill -STOP "${pid[slow]}"
in_ns a ip link add lan0 type vhub
for _ in 1 2; do
	start_ready many in_ns a frames many lan0 4096
	end many
done
kill -CONT "${pid[slow]}"

lost()
{
	grep -Fqx '{"event":"lost"}' "$tmp/slow.out"
}

eventually "events that come too fast are lost, which is said" lost
cmd_ok "on standard error, too" grep -qx \
	"vhub: events were lost: they came faster than they were read" \
	"$tmp/slow.err"
in_ns a vhub hub add end1
eventually "and it goes on" ended slow end1
stop slow

start_monitor broken in_ns a sh -c 'vhub monitor | head -n 1'
in_ns a vhub hub add end2
in_ns a vhub hub del end2
in_ns a vhub hub add end2
cmd_ok "it ends when nobody reads it" reap broken

finish
