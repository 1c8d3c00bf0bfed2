#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a frame sent on one port reaches every other, whole and in order
#
# With 1, 2 and 100 receivers, each a process of its own, and each port counts
# what it sent and received. Then all sizes, from one process to 20 ports.
#
#	            lan0
#	 send --- 1 |  | 2 --- recv
#	            |  | 3 --- recv
#	            |  | . . .
#
# A queue has room for 4,096 frames, so that none of these may be lost.

. "$(dirname "$0")/lib.sh"

plan 16

# receivers_done N: have they all received all
receivers_done()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		said "recv$i" "^received 500 bytes $((500 * 100))$" || return 1
	done
}

# flood N
flood()
{
	local n=$1 i

	in_ns a ip link add lan0 type vhub
	for ((i = 1; i <= n; i++)); do
		start "recv$i" in_ns a frames -l "recv$i" recv lan0 500
	done
	for ((i = 1; i <= n; i++)); do
		ready "recv$i"
	done
	start_ready sender in_ns a frames -l sender send lan0 500 100
	eventually "all $n receivers get all frames in order" receivers_done "$n"

	in_ns a vhub -j -s port show lan0 >"$tmp/ports"
	same "the sender counts 500 frames sent to $n, none received" \
		'[500,50000,0,0]' \
		"$(jq -c '.[] | select(.label == "sender").stats |
			[.tx_frames, .tx_bytes, .rx_frames, .rx_bytes]' \
			"$tmp/ports")"
	same "$n receivers count 500 frames received, none sent" \
		"[$n,0,0,500,50000]" \
		"$(jq -c '[.[] | select(.label | test("^recv"))] |
			[length] + (map(.stats) | unique | map(.tx_frames,
			.tx_bytes, .rx_frames, .rx_bytes))' "$tmp/ports")"
	same "nothing was dropped on the way to $n" '[0]' \
		"$(jq -c '[.[] | .stats.drops | add] | unique' "$tmp/ports")"

	end sender
	for ((i = 1; i <= n; i++)); do
		end "recv$i"
	done
	in_ns a ip link del lan0
}

ns_add a

flood 1
flood 2
flood 100

in_ns a ip link add lan0 type vhub
for size in 22 1514 9014; do
	cmd_ok "20 ports read 1,000 frames of $size bytes as they were sent" \
		in_ns a frames spread lan0 20 1000 $size
done

finish
