#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - mode switch by the command: hub, port, fdb and monitor
#
#	left --- 1 |lan0| 2 --- right
#	           |    | 3 --- third
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 50

fdb()
{
	in_ns a vhub fdb "$@"
}

hub()
{
	in_ns a vhub hub "$@"
}

port()
{
	in_ns a vhub port "$@"
}

# learned [WORD...]: addresses and their ports
learned()
{
	json 'map([.address, .vid, .port])' in_ns a vhub -j fdb show lan0 "$@"
}

# heard NAME TO FROM: how often
heard()
{
	grep -c "^frame 64 $2 $3 " "$tmp/$1.out" || :
}

all=ff:ff:ff:ff:ff:ff
left=02:00:5e:00:53:01
right=02:00:5e:00:53:02
third=02:00:5e:00:53:03

ns_add a

# hub ----------------------------------------------------------------------
cmd_prints "add makes a switch, and says nothing" "" hub add lan0 mode switch
cmd_prints "show says so" \
	"lan0: mode switch ports 0 addresses 0 ageing 300 owner root group root perm 0660" \
	hub show lan0
cmd_ok "add takes all at once" hub add lan1 mode switch ageing 0.25 \
	max-addresses 9 perm 0600
cmd_prints "as -d shows" \
	"lan1: mode switch ports 0 addresses 0 ageing 0.25 owner root group root perm 0600 ifindex $(in_ns a ip -j link show lan1 | jq '.[0].ifindex') ports-max 4096 max-addresses 9" \
	in_ns a vhub -d hub show lan1
cmd_ok "set changes the mode" hub set lan1 mode hub
cmd_prints "of a hub text says no more" \
	"lan1: ports 0 owner root group root perm 0600" hub show lan1
json_same "but JSON does" '.[0] | [.mode, .ageing_ms, .max_addresses]' \
	'["hub",250,9]' in_ns a vhub -j hub show lan1
cmd_ok "set takes whole seconds, up to the most" hub set lan1 ageing 1000000
cmd_ok "and 0" hub set lan1 ageing 0
json_same "which is shown" '.[0].ageing_ms' 0 in_ns a vhub -j hub show lan1

# fdb ----------------------------------------------------------------------
start_ready left in_ns a frames talk lan0
start_ready right in_ns a frames talk lan0
start_ready third in_ns a frames talk lan0
cmd_prints "there are no addresses at first" "" fdb
cmd_prints "JSON of none is an empty array" "[]" in_ns a vhub -j fdb show lan0
tell left "$all $left"
eventually "a frame to all arrives" said third "^frame 64 $all $left"
same "its source is learned" "[[\"$left\",0,1]]" "$(learned)"
cmd_ok "and shown with its age" sh -c "in_ns a vhub fdb show lan0 |
	grep -qx 'lan0: address $left port 1 age [0-9.]*'"
tell right "$left $right"
eventually "a frame to it arrives" said left "^frame 64 $left $right"
tell third "$all $third 10"
eventually "so does one with a tag" said right "^frame 64 $all $third 8100"
same "nobody else has heard the first" 0 "$(heard third "$left" "$right")"
same "all are listed" \
	"[[\"$left\",0,1],[\"$right\",0,2],[\"$third\",10,3]]" "$(learned)"
same "those of a port" "[[\"$right\",0,2]]" "$(learned port 2)"
same "those of a VLAN" "[[\"$third\",10,3]]" "$(learned vid 10)"
same "those of both" "[]" "$(learned port 2 vid 10)"
cmd_ok "with the word hub" fdb show hub lan0
json_same "the hub counts them" '.[0].addresses' 3 in_ns a vhub -j hub show lan0
json_same "and each port" 'map(.addresses)' '[0,1,1,1]' \
	in_ns a vhub -j port show lan0
cmd_ok "-d shows it" sh -c "in_ns a vhub -d port show lan0 1 |
	grep -q ' queued [0-9]* addresses 1\$'"

cmd_prints "add makes a static one, and says nothing" "" \
	fdb add lan0 02:00:5E:00:53:0A port 3 vid 7
cmd_prints "which is shown" \
	"lan0: address 02:00:5e:00:53:0a vid 7 port 3 flags static" \
	fdb show lan0 vid 7
cmd_says "but once" 2 'vhub: hub "lan0": The address is static already' \
	fdb add lan0 02:00:5e:00:53:0a vid 7 port 3
cmd_prints "flush forgets what was learned at a port" "" fdb flush lan0 port 1
same "alone" "[[\"$right\",0,2],[\"$third\",10,3],[\"02:00:5e:00:53:0a\",7,3]]" \
	"$(learned)"
cmd_ok "or in a VLAN" fdb flush hub lan0 vid 10
cmd_ok "or all" fdb flush lan0
same "but not static ones" '[["02:00:5e:00:53:0a",7,3]]' "$(learned)"
cmd_prints "del forgets these, too, and says nothing" "" \
	fdb del lan0 02:00:5e:00:53:0a vid 7
same "so that nothing is left" "[]" "$(learned)"

# port ---------------------------------------------------------------------
cmd_ok "set takes all a port has for a switch" port set lan0 1 learning off \
	flood off isolated on lock $left max-addresses 5
cmd_ok "which is shown" sh -c "in_ns a vhub -d port show lan0 1 | grep -q \
	' flags send,recv,link,no-learning,no-flood,isolated lock $left command .* max-addresses 5\$'"
json_same "in JSON, too" '.[0] | [.lock, .max_addresses]' "[\"$left\",5]" \
	in_ns a vhub -j port show lan0 1
tell left "$all $third"
tell left "$all $left"
eventually "a frame from the right address passes" said third \
	"^frame 64 $all $left.*"
json_same "one from another is dropped and counted" '.[0].stats.drops.locked' 1 \
	in_ns a vhub -j port show lan0 1
cmd_ok "-s shows it" sh -c "in_ns a vhub -s port show lan0 1 |
	grep -q '^    drops .*locked 1'"
cmd_ok "set undoes it" port set lan0 1 learning on flood on isolated off \
	lock off max-addresses 0
json_same "all" '.[0] | [.flags, .lock, .max_addresses]' \
	'[["send","recv","link"],null,0]' in_ns a vhub -j port show lan0 1

# monitor -------------------------------------------------------------------
told()
{
	fdb add lan0 02:00:5e:00:53:ff port 1
	fdb del lan0 02:00:5e:00:53:ff
	[ -s "$tmp/$1.out" ]
}

# What it said, without what differs from time to time.
printed()
{
	grep -v 53:ff "$tmp/$1.out" | sed -E 's/ age [0-9.]+//'
}

start fdb in_ns a vhub monitor fdb
start json in_ns a vhub -j monitor
busywait told fdb
busywait told json
tell left "$all $left"
busywait test "$(learned)" != "[]"
tell right "$all $left"
moved()
{
	[ "$(learned)" = "[[\"$left\",0,2]]" ]
}
busywait moved
fdb add lan0 $left port 2
fdb del lan0 $left
port set lan0 1 label x
fdb add lan0 02:00:5e:00:53:ee port 1
eventually "monitor tells of addresses" said fdb 53:ee
same "what happened, in order, and nothing else" \
	"added fdb lan0: address $left port 1
changed fdb lan0: address $left port 2 old-port 1
changed fdb lan0: address $left port 2 flags static old-port 2
removed fdb lan0: address $left port 2 flags static
added fdb lan0: address 02:00:5e:00:53:ee port 1 flags static" \
	"$(printed fdb)"
eventually "without a word it tells of all" said json 53:ee
same "in order" \
	'["added","fdb",null]
["changed","fdb",1]
["changed","fdb",2]
["removed","fdb",null]
["changed","port",null]
["added","fdb",null]' \
	"$(printed json | jq -c '[.event, .object, .old_port]')"
same "with all keys of an address and one more" \
	"$(in_ns a vhub -j fdb show lan0 | jq -c '.[0] + {old_port: null} | keys')" \
	"$(printed json | jq -c 'select(.object == "fdb") | del(.event, .object) |
		keys' | sort -u)"
stop fdb json

finish
