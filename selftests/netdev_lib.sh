# SPDX-License-Identifier: GPL-2.0
# vhub - what scenarios with network devices on a hub share; sourced after lib.sh
# shellcheck shell=bash
#
# The hub is lan0 in namespace a.

# quiet NAME...: no device that is made there from now on talks by itself
quiet()
{
	local name which

	for name; do
		for which in all default; do
			in_ns "$name" sh -c \
				"echo 1 >/proc/sys/net/ipv6/conf/$which/disable_ipv6"
		done
	done
}

# is_up NAMESPACE DEVICE: it transmits only when this has come true
is_up()
{
	[ "$(in_ns "$1" ip -j link show "$2" | jq -r '.[0].operstate')" = UP ]
}

# cable DEVICE FAR: a veth pair from a to b, up at both ends
cable()
{
	in_ns a ip link add "$1" type veth peer name "$2" netns "$(ns b)"
	in_ns a ip link set "$1" up
	in_ns b ip link set "$2" up
	busywait is_up a "$1" || bail "$1 does not come up"
	busywait is_up b "$2" || bail "$2 does not come up"
}

# port_says DEVICE FILTER: what jq makes of the port that the device is
port_says()
{
	in_ns a vhub -j port show lan0 |
		jq -c ".[] | select(.dev_name == \"$1\") | $2"
}

is_port()
{
	[ -n "$(port_says "$1" .number)" ]
}

has_link()
{
	[ "$(port_says "$1" .flags)" = '["send","recv","link"]' ]
}

has_no_link()
{
	[ "$(port_says "$1" .flags)" = '["send","recv"]' ]
}

# master_of DEVICE: as ip tells it
master_of()
{
	in_ns a ip -d -j link show "$1" | jq -r '.[0] |
		"\(.master) \(.linkinfo.info_slave_kind)"'
}

# exchange DEVICE NAMESPACE OPTION FAR: 100 frames each way between a port of
# the hub and the device's far end: FAR in NAMESPACE, opened by frames OPTION.
# Senders stay on one processor, as those of drivers that have a queue for each do
# not wait for each other: VXLAN's frames came in another order. 3 results.
exchange()
{
	local dev=$1 name=$2 option=$3 far=$4

	start_ready recv in_ns "$name" frames "$option" recv "$far" 100
	busywait has_link "$dev" || bail "$dev has no link"
	start_ready send in_ns a taskset -c 0 frames send lan0 100 100
	eventually "$dev transmits what another port sends" \
		said recv '^received 100 bytes 10000$'
	end send
	end recv
	start_ready recv in_ns a frames recv lan0 100
	start_ready send in_ns "$name" taskset -c 0 \
		frames "$option" send "$far" 100 100
	eventually "and the other port gets what it receives" \
		said recv '^received 100 bytes 10000$'
	end send
	end recv
	same "all of that is counted" '[100,10000,100,10000,0]' \
		"$(port_says "$dev" '.stats | [.rx_frames, .rx_bytes,
			.tx_frames, .tx_bytes, (.drops | add)]')"
}

# comes_and_goes DEVICE: it is made a port in both ways, and is one no more
# afterwards; it is up. 7 results.
comes_and_goes()
{
	local dev=$1

	cmd_ok "ip takes $dev off" in_ns a ip link set "$dev" nomaster
	same "and it is no port" "null null $(port_says "$dev" .number)" \
		"$(master_of "$dev") "
	cmd_prints "vhub puts it on, with a label" "" \
		in_ns a vhub port add lan0 dev "$dev" label "my $dev"
	same "which is shown" "\"my $dev\"" "$(port_says "$dev" .label)"
	same "ip says what it is" "lan0 vhub" "$(master_of "$dev")"
	cmd_prints "vhub takes it off" "" \
		in_ns a vhub port del lan0 "$(port_says "$dev" .number)"
	same "and it is no port" "null null $(port_says "$dev" .number)" \
		"$(master_of "$dev") "
}

# goes_away DEVICE COMMAND...: it is made a port and ceases to be when the
# command is run. 1 result.
goes_away()
{
	local dev=$1

	shift
	in_ns a ip link set "$dev" master lan0
	"$@"
	cmd_fail "$* takes it off, too" is_port "$dev"
}
