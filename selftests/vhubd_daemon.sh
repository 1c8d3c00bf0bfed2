#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhubd in the background: who waits for it knows when it is ready, or why
# it is not; and it keeps no rights that it does not need
#
#	frames --- |lan0| --- vhubd -D --- unix socket
#
# once: the module has scenarios of its own

. "$(dirname "$0")/lib.sh"

plan 29

_need perl vde_plug
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

ns_add a
in_ns a vhub hub add lan0 group nogroup perm 0660
mkdir -m 1777 "$tmp/run"
socket=$tmp/run/s
link=stream,server=on,addr.type=unix,addr.path=$socket

# daemon OPTION...: where it is, and what it prints is ours
daemon()
{
	in_ns a vhubd -D --pid-file "$tmp/pid" "$@" </dev/null
}

# A field of its status.
field()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(cat "$tmp/pid")/status"
}

gone()
{
	! kill -0 "$1" 2>"$tmp/kill"
}

# It was no child of ours: it cannot be waited for otherwise.
ends()
{
	local number

	number=$(cat "$tmp/pid")
	kill "$number"
	busywait gone "$number"
}

# told NAME WORDS: was systemd?
told()
{
	grep -qx "$2" "$tmp/$1.out"
}

# Ready -----------------------------------------------------------------------
cmd_ok "it comes back when all is set up" daemon lan0 "$link"
cmd_ok "then its socket is there" test -S "$socket"
cmd_ok "and so is its port" in_ns a vhub port show lan0
cmd_ok "it is in a session of its own" \
	test "$(ps -o sid= -p "$(cat "$tmp/pid")" | tr -d ' ')" = "$(cat "$tmp/pid")"
cmd_ok "and has let go of the terminal" \
	test "$(readlink "/proc/$(cat "$tmp/pid")/fd/2")" = /dev/null
same "nothing that it starts can be more than it is" 1 "$(field NoNewPrivs)"
cmd_ok "it ends" ends
cmd_ok "and removes its socket" test ! -e "$socket"
cmd_ok "and the file with its number" test ! -e "$tmp/pid"

# Not ready -------------------------------------------------------------------
cmd_says "what does not work is said, and is the status" 1 \
	"vhubd: stream,server=on,addr.type=unix,addr.path=$tmp/no/s: cannot listen at $tmp/no/s: No such file or directory" \
	daemon lan0 "stream,server=on,addr.type=unix,addr.path=$tmp/no/s"
cmd_says "so are words that make no sense" 2 \
	'vhubd: socket: "listen" is there twice' \
	daemon lan0 socket,listen=:1,listen=:2
cmd_says "a hub that is not there" 1 \
	'vhubd: no hub "lan9" in this network namespace' \
	daemon --kernel lan9 "$link"
cmd_says "a file that cannot be written" 1 \
	"vhubd: --pid-file: $tmp/no/pid: No such file or directory" \
	in_ns a vhubd -D --pid-file "$tmp/no/pid" lan0 "$link"
cmd_ok "nothing is left of that" test ! -e "$socket"

# Rights ----------------------------------------------------------------------
cmd_says "a user there is not" 2 'vhubd: --run-as: no user "nobdy"' \
	daemon --run-as nobdy lan0 "$link"
cmd_says "a group there is not" 2 'vhubd: --run-as: no group "nogrp"' \
	daemon --run-as nobody:nogrp lan0 "$link"
cmd_says "only root can be another" 1 \
	'vhubd: --run-as: cannot be root: Operation not permitted' \
	in_ns a as_nobody env XDG_RUNTIME_DIR="$tmp/run" vhubd --run-as root \
		-u lan0 "$link"
cmd_ok "root can be nobody" daemon --run-as nobody lan0 "$link"
number=$(id -u nobody)
same "and is, for good" "$number	$number	$number	$number" "$(field Uid)"
same "without a right" 0000000000000000 "$(field CapPrm)"
cmd_ok "it ends as that user" ends
rm -f "$tmp/pid"

# Its own hub is that user's, too.
cmd_ok "a hub of nobody" daemon --run-as nobody -u user0
folder=/run/vhub/user0
same "its folder is nobody's" "nobody nobody nobody" \
	"$(stat -c %U "$folder" "$folder/stream" "$folder/vde/ctl" | xargs)"
start plug as_nobody vde_plug "vde://$folder/vde" "vde://$folder/vde"
eventually "a client of VDE, that user's as well, plugs in" \
	sh -c "ls '$folder/vde' | grep -q '^[0-9][0-9][0-9][.]'"
stop plug
cmd_ok "it ends" ends
same "and removes what is in it" "" "$(ls "$folder")"
rm -rf "$folder" "$tmp/pid"

# systemd ---------------------------------------------------------------------
# Two datagrams, each a line.
# shellcheck disable=SC2016 # perl's
start notify perl -MSocket -e '$| = 1;
	socket(S, PF_UNIX, SOCK_DGRAM, 0) and bind(S, sockaddr_un($ARGV[0])) or die;
	print "bound\n";
	for (1, 2) { recv(S, $b, 99, 0) // die; print "$b\n" }' "$tmp/notify"
busywait told notify bound
start vhubd in_ns a env NOTIFY_SOCKET="$tmp/notify" vhubd lan0 "$link"
eventually "systemd is told that it is ready" told notify READY=1
kill "${pid[vhubd]}"
eventually "and that it ends" told notify STOPPING=1

finish
