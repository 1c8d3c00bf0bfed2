#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - the keys of vhub -j are those that Documentation/vhub/json.rst lists
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 21
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

rst=$top/Documentation/vhub/json.rst

# documented N: the keys of the document's Nth table, in its order
documented()
{
	awk -v n="$1" '/^key/ { table++ }
		table == n && /^``[a-z_]+``  / { gsub("`", "", $1); print $1 }' "$rst"
}

# keys FILTER COMMAND...: the keys of each object, in order, each order once
keys()
{
	local filter=$1

	shift
	"$@" | jq -r "[$filter | keys_unsorted] | unique | .[] | .[]"
}

# types FILTER COMMAND...: keys and the types of their values
types()
{
	json "$1 | to_entries | map(\"\(.key) \(.value | type)\") | sort" "${@:2}"
}

ns_add a
in_ns a vhub hub add lan0 group nogroup
in_ns a vhub hub add lan1 owner 54321
in_ns a ip link add d0 type dummy
in_ns a vhub port add lan1 dev d0
start_ready plain in_ns a frames hold lan0 1
start_ready tun in_ns a vhub run lan0 queues 2 vnet 12 -- \
	sh -c 'echo ready; read line # {n0}'

in_ns a vhub hub add lan2 mode switch
start_ready talk in_ns a frames hold lan2 1
in_ns a vhub fdb add lan2 02:00:5e:00:53:01 port 1

cmd_ok "the document has ten tables" test -n "$(documented 10)"
same "hub" "$(documented 1)" "$(keys '.[]' in_ns a vhub -j hub show)"
same "port" "$(documented 2)" "$(keys '.[]' in_ns a vhub -j port show)"
same "stats of port" "$(documented 3)" \
	"$(keys '.[].stats' in_ns a vhub -j port show)"
same "drops of stats" "$(documented 4)" \
	"$(keys '.[].stats.drops' in_ns a vhub -j port show)"

start monitor in_ns a vhub -j monitor
event()
{
	in_ns a vhub port set lan0 1 label x
	[ -s "$tmp/monitor.out" ]
}
eventually "vhub monitor tells" event
same "fdb" "$(documented 5)" "$(keys '.[]' in_ns a vhub -j fdb show)"
same "event" "$(documented 10; documented 2)" \
	"$(head -n 1 "$tmp/monitor.out" | jq -r 'keys_unsorted | .[]')"
stop monitor

start vhubd in_ns a vhubd lan0 user,hostfwd=tcp:127.0.0.1:0-:80
eventually "vhubd is there" in_ns a vhub link show lan0
same "link" "$(documented 6)" "$(keys '.[]' in_ns a vhub -j link show lan0)"
same "forward" "$(documented 7)" "$(keys '.[]' in_ns a vhub -j fwd show lan0)"
stop vhubd

same "types of a hub's values" \
	'["addresses number","ageing_ms number","group number","group_name string","ifindex number","kind string","max_addresses number","mode string","name string","owner number","owner_name string","perm string","ports number","ports_max number"]' \
	"$(types '.[0]' in_ns a vhub -j hub show lan0)"
same "types of a port's values" \
	'["address null","addresses number","command string","dev_ifindex null","dev_name null","flags array","hub_ifindex number","hub_name string","ip array","kind string","label string","lock null","max_addresses number","number number","offloads array","owner number","owner_name string","pid number","pvid null","queued number","queues number","queues_on number","stats object","via array","vlans array","vnet_hdr_size number"]' \
	"$(types '.[0]' in_ns a vhub -j port show lan0 1)"
same "types of an address's values" \
	'["address string","age_ms null","flags array","hub_ifindex number","hub_name string","port number","vid number"]' \
	"$(types '.[0]' in_ns a vhub -j fdb show)"
json_same "what is not known is null" \
	'.[0] | [.command, .pid, .owner, .owner_name]' '[null,null,null,null]' \
	in_ns a vhub -j port show lan0 0
json_same "nor of a network device, but what that is" \
	'.[0] | [.command, .pid, .owner, .owner_name, .dev_name, (.dev_ifindex | type)]' \
	'[null,null,null,null,"d0","number"]' in_ns a vhub -j port show lan1 1
json_same "details are there without -d" \
	'.[0] | [.kind, .flags, .queues, .queues_on, .vnet_hdr_size]' \
	'["fd",["send","recv","link","vnet-hdr","multi-queue"],2,2,12]' \
	in_ns a vhub -j port show lan0 2
same "-s and -d change nothing" "$(in_ns a vhub -j port show)" \
	"$(in_ns a vhub -j -s -d port show)"
same "nor does -p, but the looks" \
	"$(in_ns a vhub -j port show | jq -c .)" \
	"$(in_ns a vhub -j -p port show | jq -c .)"
same "long options are the same" "$(in_ns a vhub -j -s hub)" \
	"$(in_ns a vhub -json --statistics hub)"

finish
