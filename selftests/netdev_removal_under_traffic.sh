#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a network device leaves its hub in every way there is, while frames
# are coming from it, going to it, and passing by
#
#	  namespace a                namespace b
#	frames --- 1 |lan0| v0 ----- v1 --- frames
#	             |    | w0 ----- w1 --- frames
#
# vm: -t 600
# smp: several are at it

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/netdev_lib.sh"

plan 41

# plug DEVICE FAR: a device whose far end sends and receives all the time
plug()
{
	cable "$1" "$2"
	in_ns a ip link set "$1" master lan0
	start_ready "$2" in_ns b frames -p flood "$2" 100
	busywait flood_hears "$2" >/dev/null || bail "$2 hears nothing"
}

# It lives in b, so that namespace a can go.
start_fd()
{
	start_ready fd in_ns b frames -n "$(ns a)" flood lan0 100
}

begin()
{
	ns_add a
	quiet a
	in_ns a ip link add lan0 type vhub
	start_fd
	plug w0 w1
}

# way SENTENCE COMMAND...: 5 results
way()
{
	local sentence=$1

	shift
	plug v0 v1
	cmd_ok "$sentence" "$@"
	cmd_fail "it is no port any more" is_port v0
	cmd_ok "w0 still brings frames" flood_hears fd
	eventually "and still takes them" flood_hears w1
	cmd_ok "who is at v1 goes on, unless that went" v1_is_sound
	stop v1
	in_ns b ip link del v1 2>/dev/null || :
}

v1_is_sound()
{
	! in_ns b ip link show v1 >/dev/null 2>&1 || flood_sends v1
}

del_port()
{
	in_ns a vhub port del lan0 "$(port_says v0 .number)"
}

has_gone()
{
	! in_ns b ip link show "$1" >/dev/null 2>&1
}

ns_add b
quiet b
begin

way "ip takes a device off" in_ns a ip link set v0 nomaster
way "vhub takes a device off" del_port
way "a device is deleted" in_ns a ip link del v0
way "the other half of a device is deleted" in_ns b ip link del v1
way "a device moves to another namespace" in_ns a ip link set v0 netns "$(ns b)"

# Coming and going -----------------------------------------------------------------
back_and_forth()
{
	local i

	for ((i = 0; i < 15; i++)); do
		in_ns a ip link set v0 nomaster
		in_ns a vhub port add lan0 dev v0
	done
}

# Who is first, of two who take it off?
race()
{
	local i

	for ((i = 0; i < 15; i++)); do
		in_ns a ip link set v0 master lan0
		in_ns a ip link set v0 nomaster &
		del_port 2>/dev/null || :
		wait $!
	done
}

plug v0 v1
cmd_ok "a device comes and goes" back_and_forth
eventually "and carries frames at the end" flood_hears v1
cmd_ok "two take it off at once" race
same "and it is off" "null null" "$(master_of v0)"
stop v1

# The hub goes, and its namespace ------------------------------------------------
cmd_ok "the hub is deleted" in_ns a ip link del lan0
same "its device has no master" "null null" "$(master_of w0)"
for name in fd w1; do
	cmd_ok "$name goes on sending" flood_sends $name
	eventually "and hears nothing any more" not flood_hears $name
done
end fd || bail "fd ended with an error"

in_ns a ip link add lan0 type vhub
start_fd
cmd_ok "the device can be put on another" in_ns a ip link set w0 master lan0
eventually "whose ports hear it" flood_hears fd
ns_del a
eventually "the namespace goes, devices, hub and all" has_gone w1
cmd_ok "whose file is on that hub goes on sending" flood_sends fd
eventually "and hears nothing any more" not flood_hears fd
end fd || bail "fd ended with an error"
stop w1

finish
