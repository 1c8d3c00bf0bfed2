#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub hub: add, show, set, del, and what they print
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 35

# hub COMMAND...: in namespace a
hub()
{
	in_ns a vhub hub "$@"
}

hub_json()
{
	in_ns a vhub -j hub show lan0
}

ns_add a

cmd_prints "there are no hubs at first" "" hub
cmd_prints "JSON of no hub is an empty array" "[]" in_ns a vhub -j hub

# add ----------------------------------------------------------------------
cmd_prints "add makes a hub, and says nothing" "" hub add lan0
cmd_prints "show lists it" \
	"lan0: ports 0 owner root group root perm 0660" hub show
cmd_prints "no verb means show" \
	"lan0: ports 0 owner root group root perm 0660" hub
index=$(in_ns a ip -j link show lan0 | jq '.[0].ifindex')
cmd_prints "-d shows more" \
	"lan0: ports 0 owner root group root perm 0660 ifindex $index ports-max 4096" \
	in_ns a vhub -d hub show lan0
json_same "ip knows it, of kind vhub" '.[0].linkinfo.info_kind' '"vhub"' \
	in_ns a ip -d -j link show lan0
json_same "it is down" '.[0].operstate' '"DOWN"' in_ns a ip -j link show lan0
cmd_prints "add with rights in any order" "" \
	hub add lan1 perm 0604 group nogroup owner nobody
cmd_prints "show by name" \
	"lan1: ports 0 owner nobody group nogroup perm 0604" hub show lan1
cmd_prints "show lists both" \
	"lan0: ports 0 owner root group root perm 0660
lan1: ports 0 owner nobody group nogroup perm 0604" hub show
cmd_prints "add with ids that have no name" "" \
	hub add lan2 owner 54321 group 54322
cmd_prints "which are shown as numbers" \
	"lan2: ports 0 owner 54321 group 54322 perm 0660" hub show lan2
json_same "JSON has numbers, and names where there are" \
	'map([.owner, .owner_name, .group, .group_name])' \
	'[[0,"root",0,"root"],[65534,"nobody",65534,"nogroup"],[54321,null,54322,null]]' \
	in_ns a vhub -j hub show
cmd_says "add refuses a name that is there" 2 \
	'vhub: there is a network device "lan0" already' hub add lan0
cmd_says "add refuses the name of another device" 2 \
	'vhub: there is a network device "lo" already' hub add lo
cmd_fail "add with an owner that cannot be leaves no hub" \
	hub add lan3 owner 4294967295
cmd_fail "none at all" hub show lan3
cmd_ok "a name may have 15 characters" hub add abcdefghijklmno
cmd_ok "a hub may be called hub" hub add hub
json_same "and show" '.[0].name' '"hub"' in_ns a vhub -j hub show hub
cmd_ok "and go" hub del hub

# set ----------------------------------------------------------------------
cmd_prints "set changes the permission bits" "" hub set lan0 perm 640
same "which are four digits" '"0640"' "$(hub_json | jq '.[0].perm')"
cmd_ok "set takes 0" hub set lan0 perm 0
same "as 0000" '"0000"' "$(hub_json | jq '.[0].perm')"
cmd_ok "set changes owner and group" hub set lan0 owner nobody group nogroup
same "and leaves the rest" '[65534,65534,"0000"]' \
	"$(hub_json | jq -c '.[0] | [.owner, .group, .perm]')"
cmd_ok "set all" hub set lan0 group 0 perm 0777 owner 0
cmd_prints "which shows" "lan0: ports 0 owner root group root perm 0777" \
	hub show lan0

# del ----------------------------------------------------------------------
cmd_prints "del removes a hub, and says nothing" "" hub del lan1
cmd_says "which is gone" 2 'vhub: no hub "lan1" in this network namespace' \
	hub show lan1
cmd_says "del removes no other device" 2 \
	'vhub: network device "lo" is not a hub' hub del lo
cmd_ok "del works after a rename" in_ns a sh -c \
	'ip link set lan2 name lan9 && vhub hub del lan9'

finish
