#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub -n works in another network namespace, and a hub stays in its own
#
#	here: nothing    a: lan0 --- frames    b: lan0, lan1
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 15

ns_add a b
a=$(ns a) b=$(ns b)

cmd_prints "-n makes a hub in a namespace" "" vhub -n "$a" hub add lan0
cmd_ok "ip finds it there" ip -n "$a" link show lan0
cmd_says "it is not here" 2 'vhub: no hub "lan0" in this network namespace' \
	vhub hub show lan0
cmd_ok "the same name is free in another" vhub -netns "$b" hub add lan0 perm 0600
cmd_ok "and other names" vhub -n "$b" hub add lan1
json_same "each lists its own" 'map([.name, .perm])' \
	'[["lan0","0660"]]' vhub -j -n "$a" hub
json_same "each lists its own" 'map([.name, .perm])' \
	'[["lan0","0600"],["lan1","0660"]]' vhub -j -n "$b" hub

start_ready here frames -n "$a" hold lan0 1
json_same "a file is on the hub of the namespace it was opened in" \
	'[.[].number]' '[0,1]' vhub -j -n "$a" port show lan0
json_same "not on its namesake" '[.[].number]' '[0]' \
	vhub -j -n "$b" port show lan0

# shellcheck disable=SC2016 # the inner shell's
json_same "run starts its command there" '.[0] | [.hub_name, .number]' \
	'["lan0",2]' \
	vhub -n "$a" run lan0 -- sh -c 'vhub -j port show lan0 2 # {n0}'

batch()
{
	echo "port del lan0 1" | vhub -n "$a" -batch -
}
cmd_ok "-batch works there" batch

start_ready listen frames -n "$b" listen lan0
start_ready send frames -n "$a" send lan0 5 60
eventually "frames are sent in one" said send '^sent'
start_ready last frames -n "$b" send lan0 1 61
eventually "then in the other" said listen '^frame 61 '
same "which has heard nothing of the first" 1 \
	"$(grep -c ^frame "$tmp/listen.out")"

finish
