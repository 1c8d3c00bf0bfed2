#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub port: show, set, del, and what they print
#
#	hold --- 1 |lan0| 2 --- recv      lan1 1 --- hold
#	           |    | 0 --- the host
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 51

port()
{
	in_ns a vhub port "$@"
}

# one FILTER: of port 1 of lan0
one()
{
	json ".[0] | $1" in_ns a vhub -j port show lan0 1
}

ns_add a
cmd_prints "there are no ports at first" "" port
cmd_prints "JSON of no port is an empty array" "[]" in_ns a vhub -j port
in_ns a vhub hub add lan0
in_ns a vhub hub add lan1
cmd_prints "a hub is made with the host's port, unplugged" \
	"lan0: port 0 kind host flags send" port show lan0

# show ---------------------------------------------------------------------
start_ready hold in_ns a frames -l "web server" hold lan0 1
start_ready recv in_ns a frames recv lan0 1
in_ns a vhub hub set lan1 perm 0666
start_ready other in_ns a as_nobody frames -m r hold lan1 1
hold=${pid[hold]} recv=${pid[recv]} other=${pid[other]}
first="lan0: port 1 kind fd flags send,recv,link label \"web server\" command frames pid $hold owner root"
second="lan0: port 2 kind fd flags send,recv,link command frames pid $recv owner root"
cmd_prints "show says what sits on a port" "$first" port show lan0 1
cmd_prints "show lists the ports of a hub" \
	"lan0: port 0 kind host flags send
$first
$second" port show lan0
cmd_prints "and those of all hubs" \
	"lan0: port 0 kind host flags send
$first
$second
lan1: port 0 kind host flags send
lan1: port 1 kind fd flags recv,link command frames pid $other owner nobody" \
	port show
cmd_prints "hub and port may be written out" "$first" \
	port show hub lan0 port 1
cmd_prints "-d shows more" \
	"$first queues 1 queues-on 1 vnet-hdr-size 0 offloads none queued 0" \
	in_ns a vhub -d port show lan0 1
cmd_prints "-s shows counters" \
	"$first
    rx-frames 0 rx-bytes 0 tx-frames 0 tx-bytes 0" in_ns a vhub -s port show lan0 1
cmd_prints "the hub counts ports, without the host's" \
	"lan0: ports 2 owner root group root perm 0660" \
	in_ns a vhub hub show lan0
in_ns a ip link set lan0 up
eventually "up, the host receives, too" test \
	"$(json '.[0].flags' in_ns a vhub -j port show lan0 0)" = \
	'["send","recv","link"]'
in_ns a ip link set lan0 down

# counters -----------------------------------------------------------------
before=$(one .stats.rx_frames)
start_ready send in_ns a frames send lan0 1 100
eventually "a frame arrives" said recv '^received 1 '
same "port 1 counts it" 1 "$(($(one .stats.rx_frames) - before))"
same "and shows that it waits to be read" true "$(one '.queued >= 1')"
end send
came='.stats.rx_frames + .stats.drops.full'
before=$(one "$came")
start_ready send in_ns a frames send lan0 5000 60
eventually "5,000 are sent to who does not read" said send '^sent'
end send
cmd_ok "what finds no room is counted as dropped: full" \
	test "$(one .stats.drops.full)" -gt 0
same "nothing is lost without being counted" 5000 \
	"$(($(one "$came") - before))"
same "and what is not lost waits" true "$(one '.stats.rx_frames == .queued')"
cmd_ok "-s names the reason" sh -c "in_ns a vhub -s port show lan0 1 |
	grep -q '^    drops full [1-9][0-9]*$'"
end recv
end hold

# rings --------------------------------------------------------------------
start_ready ring in_ns a frames -r hold lan0 1
cmd_prints "show says which port has rings" \
	"lan0: port 1 kind fd flags send,recv,link,rings command frames pid ${pid[ring]} owner root" \
	port show lan0 1
same "so does JSON" '["send","recv","link","rings"]' "$(one .flags)"
end ring

# set ----------------------------------------------------------------------
start_ready hold in_ns a frames hold lan0 1
number=$(tail -n 1 "$tmp/hold.out" | cut -d ' ' -f 2)
same "the lowest free number is taken" 1 "$number"
same "a port has no label at first" '""' "$(one .label)"
cmd_prints "set gives it one, and says nothing" "" port set lan0 1 label "a b"
same "which is shown" '"a b"' "$(one .label)"
cmd_ok "a label may have 31 bytes" port set lan0 1 \
	label 0123456789012345678901234567890
cmd_ok "a label may be empty" port set lan0 1 label ""
same "and is then gone" '""' "$(one .label)"
cmd_ok "a label may be UTF-8" port set lan0 1 label "Büro → Süd"
same "which JSON escapes" '"Büro → Süd"' "$(one .label)"
cmd_ok "a label may be anything" port set lan0 1 label $'\e[31mred\n"\\ \xff'
cmd_ok "which cannot trick a terminal" sh -c \
	"in_ns a vhub port show lan0 1 | grep -qF \
	'label \"\\x1b[31mred\\x0a\\\"\\\\ \\xff\" command'"
cmd_ok "nor JSON" test "$(one .label)" = '"\u001b[31mred\n\"\\ �"'
cmd_ok "set pulls the cable" port set lan0 1 link off
same "and the port shows no link" '["send","recv"]' "$(one .flags)"
start_ready send in_ns a frames send lan0 3 60
eventually "frames are sent" said send '^sent 3'
same "which the port does not receive, but counts" '[0,3]' \
	"$(one '[.stats.rx_frames, .stats.drops.no_link]')"
end send
cmd_ok "set plugs it in, and gives a label" port set lan0 1 label x link on
same "both" '["x",["send","recv","link"]]' "$(one '[.label, .flags]')"
cmd_ok "the host's port may have a label" port set lan0 0 label uplink
cmd_prints "which is shown" \
	"lan0: port 0 kind host flags send label uplink" port show lan0 0
cmd_says "but its cable is the device's" 2 \
	"vhub: port 0 of hub \"lan0\": The host's cable is plugged by setting the hub's device up or down" \
	port set lan0 0 link off

# a listing that changes ---------------------------------------------------
start_ready more in_ns a frames hold lan0 500
start_ready flap in_ns a frames flap lan0
notes()
{
	in_ns a vhub port show lan0 2>&1 >/dev/null | grep -qFx \
		"vhub: ports came or went meanwhile, some may be missing"
}
eventually "show says so when ports come and go all the time" notes
end flap
in_ns a vhub port show lan0 >"$tmp/quiet.out" 2>"$tmp/quiet.err"
same "and not when they stay" "" "$(cat "$tmp/quiet.err")"
same "all are there then" 502 "$(wc -l <"$tmp/quiet.out")"
end more

# del ----------------------------------------------------------------------
cmd_prints "del takes a port off, and says nothing" "" port del lan0 1
cmd_says "it is gone" 2 'vhub: no port 1 on hub "lan0"' port show lan0 1
cmd_ok "its process lives" alive hold
cmd_says "the host's port stays" 2 \
	"vhub: port 0 of hub \"lan0\": The host's cable is unplugged by setting the hub's device down" \
	port del lan0 0
cmd_ok "del with words written out" port del hub lan1 port 1

finish
