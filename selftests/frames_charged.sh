#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - frames that wait are charged to the cgroup of who sent them, to the end
#
#	send, in cgroup outer/inner ---- |lan0| ---- hold, which reads nothing
#
# The sender ends, and its cgroup goes, before the frames do.

. "$(dirname "$0")/lib.sh"

plan 7

frames=1000 size=2000
some=$((frames * size))
outer=$tmp/cgroup/vhub-$$ inner=$tmp/cgroup/vhub-$$/inner

gone()
{
	[ ! -d "$1" ] || rmdir "$1" 2>/dev/null
}

clean_cgroups()
{
	[ ! -d "$inner" ] || echo 1 >"$inner/cgroup.kill"
	busywait gone "$inner" || :
	busywait gone "$outer" || :
	umount "$tmp/cgroup"
}

# charged CGROUP: bytes
charged()
{
	cat "$1/memory.current"
}

# What a CPU has in advance is charged, too.
holds()
{
	[ "$(charged "$1")" -ge "$some" ]
}

holds_little()
{
	[ "$(charged "$1")" -lt $((some / 2)) ]
}

mkdir "$tmp/cgroup"
mount -t cgroup2 none "$tmp/cgroup" || bail "no cgroup2 can be mounted"
at_exit+=(clean_cgroups)
echo +memory >"$tmp/cgroup/cgroup.subtree_control"
mkdir "$outer"
echo +memory >"$outer/cgroup.subtree_control"
mkdir "$inner"

ns_add a
in_ns a vhub hub add lan0
# What both read in from their files shall be charged to neither.
start_ready warm in_ns a frames send lan0 1 60
end warm
start_ready hold in_ns a frames hold lan0 1
# shellcheck disable=SC2016 # for the inner shell
start_ready send in_ns a sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' \
	"$inner" frames send lan0 $frames $size
eventually "frames are sent" said send "^sent $frames"
end send
json_same "they wait at the receiver's port" '.[0].queued' $frames \
	in_ns a vhub -j port show lan0 1
cmd_ok "the cgroup of who sent them is charged" holds "$inner"
cmd_ok "though it has no process any more: it can be removed" rmdir "$inner"
cmd_ok "and then the one above it is charged" holds "$outer"
end hold
eventually "when the receiver goes nobody is charged" holds_little "$outer"

finish
