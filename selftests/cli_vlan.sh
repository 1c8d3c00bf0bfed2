#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - access ports and trunks by the command: set, show, monitor, what is wrong
#
#	access --- 1 |lan0| 2 --- trunk
#	             |    | 0 --- the host
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 39

port()
{
	in_ns a vhub port "$@"
}

# one FILTER: of port 1
one()
{
	json ".[0] | $1" in_ns a vhub -j port show lan0 1
}

# dropped NUMBER COUNT: so many frames were not to come in there
dropped()
{
	[ "$(json '.[0].stats.drops.vlan' \
		in_ns a vhub -j port show lan0 "$1")" = "$2" ]
}

all=ff:ff:ff:ff:ff:ff
left=02:00:5e:00:53:01
right=02:00:5e:00:53:02

ns_add a
in_ns a vhub hub add lan0 mode switch
start_ready access in_ns a frames talk lan0
start_ready trunk in_ns a frames talk lan0

# set and show -------------------------------------------------------------
same "a port has none at first" '[null,[]]' "$(one '[.pvid, .vlans]')"
cmd_fail "nor does text speak of them" sh -c \
	"in_ns a vhub port show lan0 | grep -E 'pvid|vlans'"
cmd_prints "set makes an access port, and says nothing" "" \
	port set lan0 1 pvid 10
cmd_ok "which is shown" sh -c "in_ns a vhub port show lan0 1 |
	grep -q ' flags send,recv,link pvid 10 command frames'"
same "in JSON, too" '[10,[]]' "$(one '[.pvid, .vlans]')"
cmd_ok "set makes a trunk" port set lan0 2 vlans 30,10,20-28,25-29
cmd_ok "which is shown in order" sh -c "in_ns a vhub port show lan0 2 |
	grep -q ',link vlans 10,20-30 command frames'"
json_same "in JSON, too" '.[0] | [.pvid, .vlans]' '[null,[[10,10],[20,30]]]' \
	in_ns a vhub -j port show lan0 2
cmd_ok "the host's port may have them, too" port set lan0 0 pvid 4094 vlans 1
cmd_prints "which is shown" \
	"lan0: port 0 kind host flags send pvid 4094 vlans 1" port show lan0 0
cmd_ok "both may be taken away" port set lan0 0 pvid none vlans none
cmd_prints "and are gone" "lan0: port 0 kind host flags send" port show lan0 0
cmd_ok "a trunk may have all" port set lan0 0 vlans 1-4094
json_same "which is one range" '.[0].vlans' '[[1,4094]]' \
	in_ns a vhub -j port show lan0 0
cmd_ok "256 ranges may be given" port set lan0 0 \
	vlans "$(seq -s , 2 2 512)"
json_same "and are shown" '.[0].vlans | [length, .[255]]' '[256,[512,512]]' \
	in_ns a vhub -j port show lan0 0
cmd_says "but not 257" 2 \
	'vhub: port 0 of hub "lan0": A port has 256 ranges of VLANs at most' \
	port set lan0 0 vlans "$(seq -s , 2 2 514)"
json_same "so that nothing is changed" '.[0].vlans | length' 256 \
	in_ns a vhub -j port show lan0 0
cmd_ok "set takes them with other words" port set lan0 0 label x pvid none \
	vlans none

# frames -------------------------------------------------------------------
tell access "$all $left"
eventually "a frame from the access port leaves tagged at the trunk" \
	said trunk "^frame 68 $all $left 8100"
json_same "its source is learned in its VLAN" 'map([.address, .vid, .port])' \
	"[[\"$left\",10,1]]" in_ns a vhub -j fdb show lan0
tell trunk "$left $right 10"
eventually "a frame of that VLAN leaves untagged at the access port" \
	said access "^frame 60 $left $right"
tell trunk "$all $right 20"
tell trunk "$all $right"
eventually "one without a tag is dropped and counted at a trunk" \
	dropped 2 1
cmd_ok "-s shows it" sh -c "in_ns a vhub -s port show lan0 2 |
	grep -q '^    drops .*vlan 1'"
same "the access port has heard of nothing else" 1 \
	"$(grep -c "^frame" "$tmp/access.out")"

# what is wrong ------------------------------------------------------------
wrong()
{
	local sentence=$1

	shift
	cmd_says "$*" 1 "vhub: $sentence" port set lan0 1 "$@"
}

bad="is not a VLAN from 1 to 4094 or none"
wrong "pvid: a VLAN from 1 to 4094 or none is missing" pvid
wrong "pvid: \"4095\" $bad" pvid 4095
wrong "pvid: \"0\" $bad" pvid 0
bad="is not VLANs from 1 to 4094 as 10,20-29 or none"
for text in "" 0 4095 30-20 "10," ",10" 10-; do
	wrong "vlans: \"$text\" $bad" vlans "$text"
done
same "none of it did anything" '[10,[]]' "$(one '[.pvid, .vlans]')"

# monitor ------------------------------------------------------------------
told()
{
	port set lan0 2 label ready
	[ -s "$tmp/$1.out" ]
}

start text in_ns a vhub monitor port
start json in_ns a vhub -j monitor port
busywait told text
busywait told json
port set lan0 1 pvid 20 vlans 5-6
eventually "monitor tells of a change" said text \
	"^changed port lan0: port 1 .* pvid 20 vlans 5-6 "
eventually "in JSON, too" said json '"number":1,.*"pvid":20,"vlans":\[\[5,6\]\]'
stop text json

finish
