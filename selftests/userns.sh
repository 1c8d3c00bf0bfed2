#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a user without any privilege makes a network of their own
#
#	user nobody, in user and network namespaces of their own:
#	frames --- 1 |own0| 2 --- frames
#
#	in the namespace the administrator made:
#	lan0, for root only

. "$(dirname "$0")/lib.sh"

plan 8

ns_add a
in_ns a vhub hub add lan0 perm 0600

own()
{
	as_nobody unshare -Urn "$@"
}

cmd_ok "nobody makes a hub in a namespace of their own" \
	own sh -c 'vhub hub add own0 && vhub hub show own0'
json_same "who made it owns it, by the ids of that namespace" \
	'.[0] | [.owner, .group, .perm]' '[0,0,"0660"]' \
	own sh -c 'vhub hub add own0 && vhub -j hub show own0'
cmd_ok "and frames go through it" \
	own sh -c 'vhub hub add own0 && frames spread own0 3 200 64'
cmd_fail "nobody makes no hub where others rule" \
	in_ns a as_nobody vhub hub add own0
cmd_fail "nobody has no way to a hub that is not for them" \
	in_ns a as_nobody vhub run lan0 -- true '{n0.fd}'
cmd_fail "nor by a user namespace of their own" \
	in_ns a as_nobody unshare -Ur vhub run lan0 -- true '{n0.fd}'
cmd_fail "nor do they change its rights" \
	in_ns a as_nobody unshare -Ur vhub hub set lan0 perm 0666

finish
