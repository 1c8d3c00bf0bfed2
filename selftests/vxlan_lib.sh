# SPDX-License-Identifier: GPL-2.0
# vhub - what scenarios with VXLAN share; sourced after lib.sh and netdev_lib.sh
# shellcheck shell=bash
#
# Hosts are namespaces h1, h2, ...: each has device u to the network between
# them, where it is 192.0.2.N, a hub lan0, and on that a guest, namespace gN, with
# device eth0, where it is 198.51.100.N.
#
#	     namespace g1    namespace h1            net         namespace h2
#	eth0 198.51.100.1 --- p |lan0|     u 192.0.2.1 |under| 192.0.2.2 u  ...

# cable_up NAMESPACE DEVICE NAMESPACE DEVICE: a veth pair
cable_up()
{
	in_ns "$1" ip link add "$2" type veth peer name "$4" netns "$(ns "$3")"
	in_ns "$1" ip link set "$2" up
	in_ns "$3" ip link set "$4" up
	busywait is_up "$1" "$2" || bail "$2 in $1 does not come up"
	busywait is_up "$3" "$4" || bail "$4 in $3 does not come up"
}

guest_mac()
{
	echo "02:00:5e:00:53:0$1"
}

# hosts COUNT MTU: with guests; the network between them has that MTU
hosts()
{
	local count=$1 mtu=$2 i

	ns_add net
	quiet net
	in_ns net ip link add under type vhub
	for ((i = 1; i <= count; i++)); do
		ns_add "h$i" "g$i"
		quiet "h$i" "g$i"
		cable_up "h$i" u net "u$i"
		in_ns "h$i" ip link set u mtu "$mtu"
		in_ns net ip link set "u$i" mtu "$mtu"
		in_ns net ip link set "u$i" master under
		in_ns "h$i" ip address add "192.0.2.$i/24" dev u

		in_ns "h$i" ip link add lan0 type vhub
		cable_up "h$i" p "g$i" eth0
		in_ns "h$i" ip link set p master lan0
		in_ns "g$i" ip link set eth0 address "$(guest_mac "$i")"
		in_ns "g$i" ip address add "198.51.100.$i/24" dev eth0
	done
}

# port_of HOST DEVICE FILTER: what jq makes of the port that the device is
port_of()
{
	in_ns "$1" vhub -j port show lan0 |
		jq -c ".[] | select(.dev_name == \"$2\") | $3"
}

# reaches N M [ARGUMENT...]: does guest N hear from guest M
reaches()
{
	local from=$1 to=$2

	shift 2
	in_ns "g$from" ping -c 1 -W 2 "$@" "198.51.100.$to"
}
