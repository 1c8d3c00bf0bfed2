# SPDX-License-Identifier: GPL-2.0
# vhub - what every scenario shares; sourced, from bash
# shellcheck shell=bash
#
# A scenario says how many results it will give, gives them, and ends:
#
#	. "$(dirname "$0")/lib.sh"
#	plan 3
#	ns_add a
#	cmd_ok "make a hub" in_ns a ip link add lan0 type vhub
#	cmd_says "a wrong number is refused" 1 'vhub: "x" is ...' vhub ...
#	finish
#
# Output is KTAP. What a command printed is shown when its result is "not ok",
# and VERBOSE=1 shows it always. A command that fails outside of a result ends
# the scenario at once, and so does the lack of something it needs: nothing is
# skipped. The last result, that of finish, is "leaves nothing behind".

set -Eeu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")

# Seconds that a condition may take to come true: more on a debug kernel.
LIMIT=${LIMIT:-${KSFT_MACHINE_SLOW:+480}}
LIMIT=${LIMIT:-30}
VERBOSE=${VERBOSE:-}

exec {tap}>&1			# where results go, whatever a command's output is
tmp=				# a folder, gone at the end
planned=0 results=0 failures=0
namespaces=()
at_exit=()			# commands that a scenario wants run at the end
declare -A pid=()		# of what start() started

# Lines of the kernel's log that are never right. Races of others are not ours:
# selftests/vm/run judges those.
complaints='BUG:|WARNING:|Oops|INFO: possible|INFO: rcu|INFO: task|Call Trace'
complaints+='|suspicious RCU|detected stall|general protection|Kernel panic'
complaints+='|KASAN|UBSAN|refcount_t|blocked for more than|ODEBUG:'
complaints+='|unregister_netdevice: waiting|scheduling while atomic|segfault at'

bail()
{
	printf 'Bail out! %s\n' "$*" >&$tap
	exit 1
}

# Results -------------------------------------------------------------------

plan()
{
	planned=$1
	echo "TAP version 13"
	echo "1..$planned"
	_begin
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# _result STATUS SENTENCE: 0 is ok
_result()
{
	results=$((results + 1))
	if [ "$1" = 0 ]; then
		echo "ok $results $2"
	else
		failures=$((failures + 1))
		echo "not ok $results $2"
	fi
}

# _run COMMAND...: run it, return its status; what it printed is in $tmp/out and
# $tmp/err
_run()
{
	local status=0

	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	[ -z "$VERBOSE" ] || _explain $status "$*"
	return $status
}

_explain()
{
	diag "$2: status $1"
	sed 's/^/# /' "$tmp/out" "$tmp/err"
}

# _holds FILE TEXT: is this all that is in it, but for the last line's end;
# forks nothing, as most commands are asked
_holds()
{
	local all

	IFS= read -rd '' all <"$1" || :
	[ "${all%$'\n'}" = "$2" ]
}

# cmd_ok SENTENCE COMMAND...: the command succeeds
cmd_ok()
{
	local sentence=$1 status=0

	shift
	_run "$@" || status=$?
	_result $status "$sentence"
	[ $status = 0 ] || _explain $status "$*"
}

# cmd_fail SENTENCE COMMAND...: the command fails, by its own exit
cmd_fail()
{
	local sentence=$1 status=0

	shift
	_run "$@" || status=$?
	if [ $status -gt 0 ] && [ $status -lt 126 ]; then
		_result 0 "$sentence"
	else
		_result 1 "$sentence"
		_explain $status "$*"
	fi
}

# cmd_says SENTENCE STATUS TEXT COMMAND...: the command exits with this status,
# prints nothing, and says exactly this on standard error
cmd_says()
{
	local sentence=$1 expected=$2 text=$3 status=0

	shift 3
	_run "$@" || status=$?
	if [ $status = "$expected" ] && [ ! -s "$tmp/out" ] &&
	   _holds "$tmp/err" "$text"; then
		_result 0 "$sentence"
	else
		_result 1 "$sentence"
		_explain $status "$*"
		diag "expected $expected: $text"
	fi
}

# cmd_prints SENTENCE TEXT COMMAND...: the command succeeds, prints exactly
# this, and says nothing on standard error
cmd_prints()
{
	local sentence=$1 text=$2 status=0

	shift 2
	_run "$@" || status=$?
	if [ $status = 0 ] && [ ! -s "$tmp/err" ] &&
	   _holds "$tmp/out" "$text"; then
		_result 0 "$sentence"
	else
		_result 1 "$sentence"
		_explain $status "$*"
		diag "expected: $text"
	fi
}

# same SENTENCE EXPECTED ACTUAL
same()
{
	if [ "$2" = "$3" ]; then
		_result 0 "$1"
	else
		_result 1 "$1"
		diag "expected: $2"
		diag "     got: $3"
	fi
}

# json_same SENTENCE FILTER EXPECTED COMMAND...: what jq makes of the output
json_same()
{
	local sentence=$1 filter=$2 expected=$3

	shift 3
	same "$sentence" "$expected" "$(json "$filter" "$@")"
}

# json FILTER COMMAND...: print what jq makes of the output, in one line
json()
{
	local filter=$1

	shift
	"$@" | jq -c "$filter"
}

# Waiting -------------------------------------------------------------------

# The only sleep there is. (User Mode Linux spoils bash's signal mask in a read
# with a time limit.)
_pause()
{
	sleep 0.02
}

# busywait COMMAND...: until it succeeds; fails when that takes too long, but
# not when it is us who got no time to look
busywait()
{
	local end=$((SECONDS + LIMIT))

	until "$@"; do
		[ $SECONDS -lt $end ] || break
		_pause
	done
	[ $SECONDS -lt $end ] || "$@"
}

# eventually SENTENCE COMMAND...: the command succeeds, now or a bit later
eventually()
{
	local sentence=$1

	shift
	cmd_ok "$sentence" busywait "$@"
}

not()
{
	! "$@"
}

# Namespaces and users --------------------------------------------------------
#
# These two are programs, so that they can call each other and be called by
# others, and the process id is that of what they run:
#
# in_ns NAME COMMAND...		in namespace NAME of this scenario
# as_nobody COMMAND...		as user nobody, with no privilege at all

_make_programs()
{
	# For in_ns.c.
	export IN_NS_PREFIX=/run/netns/vhub-$$-
	cat >"$tmp/bin/as_nobody" <<-END
		#!/bin/sh
		exec setpriv --reuid=65534 --regid=65534 --clear-groups "\$@"
	END
	chmod 755 "$tmp/bin"/*
}

# ns NAME: what namespace NAME of this scenario is called in the system
ns()
{
	echo "vhub-$$-$1"
}

ns_add()
{
	local name

	for name; do
		namespaces+=("$name")
		ip netns add "$(ns "$name")"
		in_ns "$name" ip link set lo up
	done
}

ns_del()
{
	ip netns del "$(ns "$1")"
}

# Programs in the background ------------------------------------------------

# start NAME PROGRAM...: in the background; input by tell(), output in
# $tmp/NAME.out and .err. A function would not get the signals of stop().
start()
{
	local name=$1 fd

	shift
	[ "$(type -t "$1")" = file ] || bail "start: $1 is no program"
	[ -p "$tmp/$name.in" ] || mkfifo "$tmp/$name.in"
	: >"$tmp/$name.out"
	: >"$tmp/$name.err"
	# Open for both: nobody waits for the other side, or sees it go.
	exec {fd}<>"$tmp/$name.in"
	"$@" <&"$fd" >"$tmp/$name.out" 2>"$tmp/$name.err" &
	pid[$name]=$!
	exec {fd}>&-
}

# start_ready NAME COMMAND...: and wait until it says that it is ready
start_ready()
{
	start "$@"
	ready "$1"
}

# tell NAME LINE: give it a line of input. Opened for both, as in start(): one that
# has ended meanwhile is told nothing, and nobody waits for it to read.
tell()
{
	echo "$2" 1<>"$tmp/$1.in"
}

# said NAME REGEX: has it printed such a line; forks nothing, as it is asked often
said()
{
	local line

	while read -r line; do
		[[ ! $line =~ $2 ]] || return 0
	done <"$tmp/$1.out"
	return 1
}

alive()
{
	kill -0 "${pid[$1]}" 2>/dev/null
}

_ready_or_gone()
{
	said "$1" '^ready' || ! alive "$1"
}

ready()
{
	local name

	for name; do
		busywait _ready_or_gone "$name" || :
		said "$name" '^ready' ||
			bail "$name is not ready: $(cat "$tmp/$name.err")"
	done
}

# reap NAME: wait until it ends, return its exit status
reap()
{
	local status=0

	busywait not alive "$1" || bail "$1 does not end"
	wait "${pid[$1]}" || status=$?
	unset "pid[$1]"
	return $status
}

# end NAME: have it end by itself, return its exit status
end()
{
	tell "$1" end
	reap "$1"
}

# stop NAME...: end it from outside
stop()
{
	local name

	for name; do
		kill "${pid[$name]}" 2>/dev/null || :
		kill -CONT "${pid[$name]}" 2>/dev/null || :
		reap "$name" || :
	done
}

# "frames flood", and what it says of itself -------------------------------------

# _count_lines NAME: lines it has printed
_count_lines()
{
	local lines

	mapfile -t lines <"$tmp/$1.out"
	echo ${#lines[@]}
}

_said_more()
{
	[ "$(_count_lines "$1")" -gt "$2" ]
}

# flood_report NAME: print "sent N received N errors N", as of now
flood_report()
{
	local before

	before=$(_count_lines "$1")
	tell "$1" report
	busywait _said_more "$1" "$before"
	tail -n 1 "$tmp/$1.out"
}

# flood_sends NAME: does it go on sending, and has nothing gone wrong
flood_sends()
{
	local _ before after received errors

	read -r _ before _ <<<"$(flood_report "$1")"
	read -r _ after _ received _ errors <<<"$(flood_report "$1")"
	echo "$1: sent $before, then $after, received $received"
	[ "$after" -gt "$before" ] && [ "$errors" = 0 ]
}

# flood_hears NAME: does it go on receiving
flood_hears()
{
	local _ before after

	read -r _ _ _ before _ <<<"$(flood_report "$1")"
	read -r _ _ _ after _ <<<"$(flood_report "$1")"
	echo "$1: received $before, then $after"
	[ "$after" -gt "$before" ]
}

# The module ----------------------------------------------------------------

module_users()
{
	cat /sys/module/vhub/refcnt
}

_used_as_before()
{
	[ "$(module_users)" = "$users_before" ]
}

# _log_follow: the kernel's log from now on into $tmp/log
_log_follow()
{
	dmesg --follow-new >"$tmp/log" 2>&1 &
	pid[log]=$!
	busywait _log_mark begin ||
		bail "the kernel's log cannot be read"
}

# _log_mark WORD: write a mark into the log; true once one has come out of it
_log_mark()
{
	echo "vhub-selftest $$ $1" >/dev/kmsg
	grep -q "vhub-selftest $$ $1" "$tmp/log"
}

_log_count()
{
	grep -Ec "$1" "$tmp/log" || :
}

# Only a module with its debug messages on says so.
_all_destroyed()
{
	[ "$(_log_count ': (hub|port [0-9]+) created')" = \
	  "$(_log_count ': (hub|port [0-9]+) destroyed')" ]
}

# Begin and end -------------------------------------------------------------

# _program NAME FOLDER...: copy it where every user may run it
_program()
{
	local name=$1 folder

	shift
	for folder; do
		[ -x "$folder/$name" ] || continue
		cp "$folder/$name" "$tmp/bin/$name"
		return 0
	done
	folder=$(command -v "$name") || bail "no $name: run make first"
	cp "$folder" "$tmp/bin/$name"
}

_need()
{
	local name

	for name; do
		command -v "$name" >/dev/null ||
			bail "needs the program $name"
	done
}

_begin()
{
	local build=${BUILD:-$top/build}

	trap _on_exit EXIT
	trap 'exit 1' INT TERM HUP
	trap 'diag "$0:$LINENO: this failed: $BASH_COMMAND"' ERR

	[ "$(id -u)" = 0 ] || bail "must be run as root"
	_need dmesg ip jq nsenter setpriv unshare
	[ -d /sys/module/vhub ] || modprobe vhub 2>/dev/null ||
		bail "the vhub module is not loaded"

	tmp=$(mktemp -d "${TMPDIR:-/tmp}/vhub-selftest.XXXXXX")
	chmod 711 "$tmp"
	mkdir "$tmp/bin"
	_program vhub "$build/tools/vhub" "$top/tools/vhub"
	_program vhub-bridge-helper "$build/tools/bridge-helper" \
		"$top/tools/bridge-helper" /usr/local/libexec/vhub
	_program frames "${OUTPUT:-$here}" "$build/selftests" "$here"
	_program in_ns "${OUTPUT:-$here}" "$build/selftests" "$here"
	_make_programs
	PATH="$tmp/bin:$PATH"

	users_before=$(module_users)
	_log_follow
}

# Stop and remove all that the scenario made.
_clean()
{
	local name

	for name in "${at_exit[@]}"; do
		$name
	done
	at_exit=()

	for name in "${!pid[@]}"; do
		[ "$name" = log ] || stop "$name"
	done
	for name in "${namespaces[@]}"; do
		ip netns del "$(ns "$name")" 2>/dev/null || :
	done
	namespaces=()
}

_clean_log()
{
	local status=0

	if ! busywait _used_as_before; then
		diag "the module is in use: $(module_users), $users_before before"
		status=1
	fi
	if ! busywait _all_destroyed; then
		diag "created, but not destroyed:"
		diag "$(grep -E '(created|destroyed)$' "$tmp/log")"
		status=1
	fi
	busywait _log_mark end || status=1
	if grep -v 'BUG: KCSAN: ' "$tmp/log" | grep -Eq "$complaints"; then
		diag "the kernel complains:"
		diag "$(grep -E -A 20 "$complaints" "$tmp/log")"
		status=1
	fi
	return $status
}

finish()
{
	local status=0

	_clean
	_clean_log || status=1
	_result $status "leaves nothing behind"
	exit
}

_on_exit()
{
	local status=$?

	trap - EXIT ERR
	set +e
	[ -z "$tmp" ] || _clean
	if [ $results != $planned ] && [ $status = 0 ]; then
		diag "$results results, $planned planned"
	fi
	if [ $results != $planned ] || [ $failures != 0 ]; then
		status=1
	fi
	[ -z "${pid[log]:-}" ] || kill "${pid[log]}"
	[ -z "$tmp" ] || rm -rf "$tmp"
	exit $status
}
