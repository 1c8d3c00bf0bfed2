#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - links, forwards, leases and connections of vhubd, shown and changed while it
# runs, on both kinds of hub
#
#	g --- |lan0| --- vhubd --- user, socket ...
#	         |------ vhubd, a second one on the kernel's
#
# once: it is about what programs answer
# vm: -t 580

. "$(dirname "$0")/lib.sh"

plan 137
LIMIT=120

_need perl
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program busybox "${BUILD:-$top/build}"
unset XDG_RUNTIME_DIR
export TMPDIR=$tmp

# What udhcpc calls, with what it was told in its environment.
cat >"$tmp/bin/bound" <<-'END'
	#!/bin/sh
	[ "$1" = bound ] || exit 0
	ip addr add "$ip/24" dev "$interface"
	ip route replace default via "$router"
END
# greet PORT: say hello to one client after the other, until it goes
cat >"$tmp/bin/greet" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 5,
					 ReuseAddr => 1) or die $!;
	$| = 1;
	print "ready\n";
	while (my $client = $sock->accept) {
		$client->syswrite("hello\n");
		1 while sysread($client, my $bytes, 512);
	}
END
# visit PORT: what is said there; the connection stays until there is input
cat >"$tmp/bin/visit" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$@\n";
	alarm(60);
	my $line = <$sock>;
	die "nothing\n" if !defined $line;
	$| = 1;
	print $line eq "hello\n" ? "ready\n" : $line;
	<STDIN>;
END
# hold PORT: be connected to it until there is input
cat >"$tmp/bin/hold" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$@\n";
	$| = 1;
	print "ready\n";
	<STDIN>;
END
# listen PORT: have it in use
cat >"$tmp/bin/listen" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
					 LocalPort => $ARGV[0], Listen => 1)
		or die $!;
	$| = 1;
	print "ready\n";
	<STDIN>;
END
# answer PATH: say it to one client after the other
cat >"$tmp/bin/answer" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::UNIX;
	my $sock = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5)
		or die "$ARGV[0]: $!";
	$| = 1;
	print "ready\n";
	while (my $client = $sock->accept) {
		$client->syswrite("from a unix socket\n");
	}
END
cat >"$tmp/bin/say" <<-'END'
	#!/bin/sh
	echo "from a command"
END
chmod 755 "$tmp/bin"/*

ns_add h g

# in the host's namespace
v()
{
	in_ns h vhub "$@"
}

dhcp()
{
	in_ns g busybox udhcpc -i eth0 -n -q -t 20 -x hostname:web \
		-s "$tmp/bin/bound"
}

shown()
{
	v link show lan0 1 2>&1 | grep -q ' state up '
}

hub_kernel()
{
	v hub add lan0
	in_ns h ip link add p1 type veth peer eth0 netns "$(ns g)"
	in_ns h ip link set p1 master lan0 up
	start vhubd in_ns h vhubd --allow=socket --allow=user lan0 \
		user,id=net0,ipv6=off
	busywait shown
}

hub_user()
{
	start vhubd in_ns h vhubd --allow=socket --allow=user --user lan0 \
		user,id=net0,ipv6=off tap,ifname=p1
	busywait shown
	in_ns h ip link set p1 netns "$(ns g)" name eth0
}

# refused SENTENCE STATUS TEXT WORD...: what "vhub WORD..." says
refused()
{
	cmd_says "$kind: $1" "$2" "vhub: $3" in_ns h vhub "${@:4}"
}

# port: that of the first forward
port()
{
	v -j fwd show lan0 | jq '.[0].host_port'
}

connected()
{
	v conn show lan0 | grep -q "conn TCP state ESTABLISHED .* dst 10.0.2.15:5000 "
}

counted()
{
	[ "$(v -j fwd show lan0 | jq '.[0].stats | .connections == 1 and
		.in_bytes > 0 and .out_bytes > 6')" = true ]
}

check_links()
{
	json_same "$kind: the link is shown" \
		'.[0] | [.hub_name, .id, .name, .kind, .state, .error, .ports, .text]' \
		'["lan0",1,"net0","user","up",null,1,"user,id=net0,ipv6=off"]' \
		v -j link show lan0
	json_same "$kind: it is that of the process" '.[0].pid' \
		"${pid[vhubd]}" v -j link show hub lan0 link net0
	json_same "$kind: its port is on the hub" '.[0].label' \
		'"user,id=net0,ipv6=off"' \
		v -j port show lan0 "$(v -j link show lan0 1 | jq '.[0].port')"
	refused "there is no other" 2 'no link "7" on hub "lan0"' \
		link show lan0 7
	refused "nor by another name" 2 'no link "net1" on hub "lan0"' \
		link del lan0 net1
	refused "no such hub" 2 'no hub "lan9" in this network namespace' \
		link show lan9
	refused "a link that makes no sense" 2 \
		'hub "lan0": no kind of link "sockets"; there are: socket, stream, dgram, l2tpv3, vde, vde-server, tap, user' \
		link add lan0 sockets,listen=:1
	refused "one whose number is taken" 2 \
		'hub "lan0": there is a link with this id already' \
		link add lan0 user,net=10.0.3.0/24,id=net0
	refused "one in the network of another" 2 \
		'hub "lan0": another stack has this network on this hub, say net=' \
		link add lan0 user
	refused "one that needs what was given up" 2 \
		'hub "lan0": it needs to start programs, which vhubd has given up: see --allow and --no-sandbox' \
		link add lan0 "user,net=10.0.3.0/24,guestfwd=:10.0.3.9:1-cmd:true"
	refused "or files" 2 \
		"hub \"lan0\": it needs $tmp/dir, which vhubd has given up: see --allow and --no-sandbox" \
		link add lan0 "stream,server=on,addr.type=unix,addr.path=$tmp/dir/x"
	refused "a file that is handed over" 2 \
		'hub "lan0": socket: files are handed over only when vhubd starts' \
		link add lan0 socket,fd=0
	before=$(v link show lan0)
	cmd_fail "$kind: of two links one is bad" \
		v link add lan0 socket,listen=127.0.0.1:0 socket,listen=nowhere
	same "$kind: then none is added" "$before" "$(v link show lan0)"
	cmd_ok "$kind: a link is added" v link add lan0 socket,listen=127.0.0.1:5010
	listening=$(v -j link show lan0 | jq '.[-1].id')
	start_ready visitor in_ns h hold 5010
	eventually "$kind: and has a client" has_client
	cmd_ok "$kind: it is removed" v link del lan0 "$listening"
	same "$kind: with its port" "$before" "$(v link show lan0)"
	stop visitor
	cmd_says "$kind: others cannot" 2 \
		"vhub: $denied" \
		in_ns h as_nobody vhub link del lan0 1
}

has_client()
{
	[ "$(v -j link show lan0 "$listening" | jq '.[0].ports')" = 1 ]
}

check_forwards()
{
	in_ns g ip link set eth0 up
	cmd_ok "$kind: a guest gets an address" dhcp
	json_same "$kind: which is shown" \
		'.[0] | [.hub_name, .link, .address, .name, (.mac | length),
			.left > 86000]' \
		'["lan0",1,"10.0.2.15","web",17,true]' v -j lease show lan0
	cmd_prints "$kind: no forward is there" "" v fwd show lan0
	cmd_ok "$kind: one is added at a port of the system's choice" \
		v fwd add lan0 tcp:127.0.0.1:0-10.0.2.15:5000
	cmd_prints "$kind: which is shown" \
		"lan0: fwd tcp:127.0.0.1:$(port)-10.0.2.15:5000 link 1 kind host" \
		in_ns h vhub fwd
	start_ready greet in_ns g greet 5000
	start_ready visit in_ns h visit "$(port)"
	eventually "$kind: a connection by it is shown" connected
	eventually "$kind: and counted" counted
	refused "the same port again" 2 \
		'hub "lan0": the link forwards this already' \
		fwd add lan0 "tcp:127.0.0.1:$(port)-:1"
	start_ready taken in_ns h listen 5020
	refused "a port in use" 2 \
		'hub "lan0": hostfwd tcp:127.0.0.1:5020-10.0.2.15:22: Address already in use' \
		fwd add lan0 tcp:127.0.0.1:5020-10.0.2.15:22
	stop taken
	refused "a forward that makes no sense" 2 \
		'hub "lan0": user: hostfwd: "tcp:x" is not [tcp|udp]:[ADDRESS]:PORT-[ADDRESS]:PORT' \
		fwd add lan0 tcp:x
	refused "a low port without the right" 2 \
		'hub "lan0": it needs ports below 1024, which vhubd has given up: see --allow and --no-sandbox' \
		fwd add lan0 tcp:127.0.0.1:80-:80
	refused "a link that is not there" 2 'no link "9" on hub "lan0"' \
		fwd add lan0 link 9 tcp::5022-:1
	cmd_ok "$kind: a second stack" \
		v link add lan0 user,id=net1,net=10.0.3.0/24,ipv6=off
	refused "which is meant is to be said" 2 \
		'hub "lan0" has several user stacks: say which by link LINK, see "vhub link show lan0"' \
		fwd add lan0 tcp:127.0.0.1:5021-:22
	cmd_prints "$kind: and is" \
		"lan0: fwd udp:127.0.0.1:5021-10.0.3.15:22 link $(v -j link show lan0 net1 | jq '.[0].id') kind host" \
		in_ns h vhub fwd add lan0 link net1 udp:127.0.0.1:5021-:22
	cmd_ok "$kind: it is removed" \
		v fwd del lan0 link net1 udp:127.0.0.1:5021
	refused "and not again" 2 'hub "lan0": There is no such forward' \
		fwd del lan0 link net1 udp:127.0.0.1:5021
	cmd_ok "$kind: so is the stack" v link del lan0 net1
	at=$(port)
	cmd_ok "$kind: and the first forward" v fwd del lan0 "tcp:127.0.0.1:$at"
	cmd_fail "$kind: nobody is there" in_ns h visit "$at"
	cmd_ok "$kind: but the connection goes on" connected
	stop visit
	stop greet
}

# reach ADDRESS PORT: what the guest is told there; the clients of libslirp's listeners
# come to it one after the other
reach()
{
	in_ns g timeout 60 busybox nc "$1" "$2" </dev/null
}

guest_counted()
{
	[ "$(v -j fwd show lan0 | jq -c '.[0] | [.kind, .target,
		.stats.connections]')" = "[\"guest\",\"unix:$tmp/unix\",1]" ]
}

# Of vhubd's that may not start programs. What leads to a unix socket goes with the
# link: libslirp loses its path else, which is seen by those who look for that.
check_guest_forwards()
{
	start_ready answer answer "$tmp/unix"
	cmd_prints "$kind: an address that leads a guest to a unix socket" \
		"lan0: fwd tcp:10.0.2.9:7-unix:$tmp/unix link 1 kind guest" \
		in_ns h vhub fwd add lan0 guest "tcp:10.0.2.9:7-unix:$tmp/unix"
	cmd_prints "$kind: it does" "from a unix socket" reach 10.0.2.9 7
	eventually "$kind: and is shown and counted" guest_counted
	refused "the same address and port again" 2 \
		'hub "lan0": the link forwards this already' \
		fwd add lan0 guest :10.0.2.9:7-unix:/nowhere
	refused "a command, which it has given up" 2 \
		'hub "lan0": it needs to start programs, which vhubd has given up: see --allow and --no-sandbox' \
		fwd add lan0 guest "tcp:10.0.2.9:8-cmd:$tmp/bin/say"
	refused "a port of TCP, for which it starts one" 2 \
		'hub "lan0": it needs to start programs, which vhubd has given up: see --allow and --no-sandbox' \
		fwd add lan0 guest tcp:10.0.2.9:8-tcp:127.0.0.1:1
	refused "an address that is not the stack's" 2 \
		'hub "lan0": guestfwd: the address is not in the stack'\''s network' \
		fwd add lan0 guest tcp:10.0.3.9:7-unix:/nowhere
	refused "a target that makes no sense" 2 \
		'hub "lan0": user: guestfwd: "tcp:10.0.2.9:8-file:x" is not [tcp]:ADDRESS:PORT-TARGET, where TARGET is cmd:COMMAND, tcp:HOST:PORT or unix:PATH' \
		fwd add lan0 guest tcp:10.0.2.9:8-file:x
	refused "it is no forward of the host's" 2 \
		'hub "lan0": There is no such forward' \
		fwd del lan0 tcp:10.0.2.9:7
	stop answer
	rm "$tmp/unix"
	cmd_prints "$kind: and nobody is there" "" reach 10.0.2.9 7
	cmd_ok "$kind: which vhubd says, and goes on" grep -q \
		"vhubd: lan0: libslirp: .*No such file or directory" \
		"$tmp/vhubd.err"
}

# The kernel's hub --------------------------------------------------------------------

kind=kernel
denied='hub "lan0": Permission denied'
hub_kernel
check_links
check_forwards
check_guest_forwards

# Another one, which has given up all that is not needed to be connected to a file.
shown_twice()
{
	[ "$(v link show lan0 | wc -l)" = 2 ]
}

start second in_ns h vhubd -k lan0 socket,listen=127.0.0.1:5011
eventually "another vhubd on the hub" shown_twice
json_same "its links have other numbers" '[.[] | .id]' '[1,10001]' \
	v -j link show lan0
json_same "and are another process's" '.[1].pid' "${pid[second]}" \
	v -j link show lan0
cmd_ok "a link goes to the one that may" \
	v link add lan0 socket,listen=127.0.0.1:5012
json_same "which is the first" '[.[] | .pid] | .[0] == .[1]' true \
	v -j link show lan0
cmd_ok "a link is removed from the one that has it" v link del lan0 10001
kill -KILL "${pid[second]}"
reap second 2>/dev/null || :
cmd_ok "one that is killed leaves its folder" \
	sh -c 'test -S /run/vhub/lan0:*:1/netlink'
cmd_ok "which is no matter" v link show lan0
start second in_ns h vhubd -k lan0 socket,listen=127.0.0.1:5011,id=again
eventually "the next one takes it" v link show lan0 again
json_same "with the same numbers" '.[0].id' 10001 v -j link show lan0 again

# A stack in each of two, of which one may start programs.
start third in_ns h vhubd -k --allow=programs lan0 \
	user,net=10.0.4.0/24,ipv6=off,id=net4
eventually "a third, with a stack" v link show lan0 net4
other=$(v -j link show lan0 net4 | jq '.[0].id')
refused "of which it is to be said" 2 \
	'hub "lan0" has several user stacks: say which by link LINK, see "vhub link show lan0"' \
	fwd add lan0 tcp:127.0.0.1:5023-:22
cmd_prints "a forward goes to the stack that is named" \
	"lan0: fwd tcp:127.0.0.1:5023-10.0.4.15:22 link $other kind host" \
	in_ns h vhub fwd add lan0 link "$other" tcp:127.0.0.1:5023-:22
cmd_prints "and is its own" \
	"lan0: fwd tcp:10.0.2.9:7-unix:$tmp/unix link 1 kind guest" \
	in_ns h vhub fwd show lan0 link 1
refused "a port that the other has" 2 \
	'hub "lan0": hostfwd tcp:127.0.0.1:5023-10.0.2.15:22: Address already in use' \
	fwd add lan0 link 1 tcp:127.0.0.1:5023-:22
refused "it is not removed from the other" 2 \
	'hub "lan0": There is no such forward' \
	fwd del lan0 link 1 tcp:127.0.0.1:5023
cmd_ok "but from the one that has it" \
	v fwd del lan0 link "$other" tcp:127.0.0.1:5023
first_port=$(v -j link show lan0 1 | jq '.[0].port')
v port set lan0 "$first_port" link off
cmd_ok "a guest gets an address of the one whose cable is plugged in" dhcp
v port set lan0 "$first_port" link on
json_same "which is its own lease" '[.[] | [.link, .address]]' \
	"[[$other,\"10.0.4.15\"]]" v -j lease show lan0 link net4
json_same "beside the other's" '[.[] | [.link, .address]]' \
	'[[1,"10.0.2.15"]]' v -j lease show lan0 link 1
json_same "both of which are the hub's" '[.[] | .link]' "[1,$other]" \
	v -j lease show lan0
cmd_prints "an address that leads a guest to a command" \
	"lan0: fwd tcp:10.0.4.9:7-cmd:$tmp/bin/say link $other kind guest" \
	in_ns h vhub fwd add lan0 link net4 guest \
	"tcp:10.0.4.9:7-cmd:$tmp/bin/say"
cmd_prints "it does" "from a command" reach 10.0.4.9 7
start_ready listening in_ns h greet 5030
cmd_ok "and one to a port of TCP" v fwd add lan0 link "$other" guest \
	tcp:10.0.4.9:8-tcp:127.0.0.1:5030
cmd_prints "it does, too" "hello" reach 10.0.4.9 8
cmd_ok "one of both is removed" v fwd del lan0 link "$other" guest \
	tcp:10.0.4.9:7
cmd_fail "and leads nowhere" reach 10.0.4.9 7
cmd_prints "the other one stays" "hello" reach 10.0.4.9 8
stop listening
cmd_ok "a stack is removed" v link del lan0 "$other"
refused "with which all has gone that it could take" 2 \
	"no link \"$other\" on hub \"lan0\"" \
	fwd add lan0 link "$other" tcp:127.0.0.1:5023-:22
stop third
in_ns g vhub hub add lan0
cmd_prints "a hub of another namespace has other links" "" \
	in_ns g vhub link show lan0
cmd_says "nobody is there to add one" 2 \
	'vhub: no vhubd serves hub "lan0": "vhubd lan0 LINK" starts one' \
	in_ns g vhub link add lan0 user
in_ns g vhub hub del lan0
stop second vhubd
cmd_fail "nothing is left of both" sh -c 'test -e /run/vhub/lan0:*'
v hub del lan0
in_ns h ip link del p1

# A hub that vhubd is -----------------------------------------------------------------

kind=user
denied='no permission to ask hub "lan0", which is a vhubd of user root'
hub_user
check_links
check_forwards
check_guest_forwards
stop vhubd
refused "the end" 2 'no hub "lan0" in this network namespace' link show lan0

finish
