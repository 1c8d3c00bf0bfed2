#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - frames that wait are charged to the cgroup of who sent them, to the end, and
# so are addresses that were learned
#
#	send, in cgroup outer/inner ---- |lan0| ---- hold, which reads nothing
#
#	talk, in cgroup outer/inner ---- |sw0|
#
# The sender ends, and its cgroup goes, before the frames do.

. "$(dirname "$0")/lib.sh"

plan 11

frames=1000 size=2000
some=$((frames * size))
addresses=4000 address_size=100
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

# What the kernel has for CGROUP in small pieces: bytes
pieces()
{
	sed -n 's/^slab //p' "$1/memory.stat"
}

# frames talk FROM of which: one line for each of $addresses addresses
lines()
{
	seq "$addresses" | while read -r i; do
		printf '02:00:00:00:00:01 02:00:00:01:%02x:%02x\n' \
			$((i / 256)) $((i % 256))
	done
}

learned()
{
	[ "$(json '.[0].addresses' in_ns a vhub -j hub show sw0)" = "$addresses" ]
}

# What they take, at least, since $before
charged_for_all()
{
	[ $(($(pieces "$inner") - before)) -ge $((addresses * address_size)) ]
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

mkdir "$inner"
in_ns a vhub hub add sw0 mode switch
# shellcheck disable=SC2016 # for the inner shell
start_ready talk in_ns a sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' \
	"$inner" frames talk sw0
before=$(pieces "$inner")
tell talk "$(lines)"
eventually "addresses are learned" learned
eventually "the cgroup of who sent from them is charged" charged_for_all
cmd_ok "addresses are forgotten" in_ns a vhub fdb flush sw0
eventually "and charged to nobody" not charged_for_all
end talk

finish
