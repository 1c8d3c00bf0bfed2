#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a user stack and real clients, on both kinds of hub: udhcpc, nslookup, wget,
# tftp, nc, router advertisement, iPXE; forwards both ways; a host whose network comes
# late
#
#	g1 --- |lan0| --- vhubd --- sockets of h --- w
#	g2 ------|
#	iPXE ----|
#
# once: the stack does not know which kernel it is on
# vm: -m 1536 -t 580

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/names_lib.sh"

plan 48
LIMIT=120

_need perl qemu-system-x86_64 ss
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program busybox "$top/build"

ns_add h w g1 g2
names_make
mkdir "$tmp/www" "$tmp/tftp" "$tmp/w"
echo "from the host" >"$tmp/www/file"
echo "from afar" >"$tmp/w/file"
echo "by TFTP" >"$tmp/tftp/file"

# What udhcpc calls, with what it was told in its environment.
cat >"$tmp/bin/bound" <<-'END'
	#!/bin/sh
	[ "$1" = bound ] || exit 0
	ip addr add "$ip/24" dev "$interface"
	ip route replace default via "$router"
END
# times N PORT: so many connections to that port, each of which is answered
cat >"$tmp/bin/times" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	for (1 .. $ARGV[0]) {
		my $sock = IO::Socket::INET->new("127.0.0.1:$ARGV[1]")
			or die "connection $_: $!\n";
		print $sock "GET /file HTTP/1.0\r\n\r\n";
		my @lines = <$sock>;
		$lines[-1] =~ /^from afar/ or die "connection $_: @lines\n";
	}
END
# take PORT: take one connection to the end, and answer with the bytes' checksum
cat >"$tmp/bin/take" <<-'END'
	#!/usr/bin/perl
	use Digest::MD5;
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 1)
		or die $!;
	$| = 1;
	print "ready\n";
	my $client = $sock->accept or die $!;
	my ($sum, $count) = (Digest::MD5->new, 0);
	while (my $len = sysread($client, my $bytes, 1 << 20)) {
		$sum->add($bytes);
		$count += $len;
	}
	print $client "$count ", $sum->hexdigest, "\n";
END
# give PORT MILLIONS: send so many million bytes; is the answer their checksum?
cat >"$tmp/bin/give" <<-'END'
	#!/usr/bin/perl
	use Digest::MD5;
	use IO::Socket::INET;
	my $sum = Digest::MD5->new;
	my $sock = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die $!;
	for (1 .. $ARGV[1]) {
		my $bytes = pack("NN", $_, $_ * 2654435761 % 4294967296) x 125000;
		$sum->add($bytes);
		print $sock $bytes or die $!;
	}
	shutdown($sock, 1);
	my $answer = <$sock>;
	my $right = $ARGV[1] * 1000000 . " " . $sum->hexdigest . "\n";
	die "got ${answer}not $right" if $answer ne $right;
END
# udp_sink PORT: print what comes; udp_source PORT TEXT: send that, once a call
cat >"$tmp/bin/udp_sink" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new(LocalPort => $ARGV[0], Proto => "udp")
		or die $!;
	$| = 1;
	print "ready\n";
	while ($sock->recv(my $text, 512)) {
		print $text;
		$sock->send("back\n");
	}
END
cat >"$tmp/bin/udp_source" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::INET;
	my $sock = IO::Socket::INET->new(PeerAddr => "127.0.0.1", Proto => "udp",
					 PeerPort => $ARGV[0]) or die $!;
	$sock->send("$ARGV[1]\n");
	alarm(20);
	$sock->recv(my $text, 512);
	print $text;
END
# Without waiting for what is never said.
cat >"$tmp/bin/say" <<-'END'
	#!/bin/sh
	echo "what the command says"
END
chmod 755 "$tmp/bin"/*

user=user,tftp=$tmp/tftp,bootfile=boot.ipxe
user+=,hostfwd=tcp:127.0.0.1:2280-10.0.2.15:80
user+=,hostfwd=tcp:127.0.0.1:2250-:5000
user+=,hostfwd=udp:127.0.0.1:2251-:5001
user+=,guestfwd=tcp:10.0.2.100:1-cmd:$tmp/bin/say
user+=,guestfwd=tcp:10.0.2.100:2-tcp:127.0.0.1:8080
user+=,guestfwd=tcp:10.0.2.100:3-unix:$tmp/unix

hub_kernel()
{
	local n

	in_ns h vhub hub add lan0
	for n in 1 2; do
		in_ns h ip link add "p$n" type veth peer eth0 \
			netns "$(ns "g$n")"
		in_ns h ip link set "p$n" master lan0 up
	done
	start vhubd in_ns h with_names vhubd -v lan0 "$user"
}

tap_there()
{
	in_ns h ip link show "p$1"
}

hub_user()
{
	local n

	start vhubd in_ns h with_names vhubd -v -u lan0 tap,ifname=p1 \
		tap,ifname=p2 "$user"
	for n in 1 2; do
		busywait tap_there "$n" >"$tmp/there" 2>&1
		in_ns h ip link set "p$n" netns "$(ns "g$n")" name eth0
	done
}

# get GUEST URL: print what is there
get()
{
	in_ns "$1" timeout 60 busybox wget -q -O - "$2"
}

dhcp()
{
	in_ns "$1" busybox udhcpc -i eth0 -n -q -t 20 -s "$tmp/bin/bound"
}

address()
{
	in_ns "$1" ip -j -4 addr show eth0 | jq -r '.[0].addr_info[0].local'
}

advertised()
{
	in_ns "$1" ip -6 addr show eth0 | grep 'inet6 fec0::.* dynamic' |
		grep -v tentative
}

# resolves NAME ADDRESS: as far as the guest is told
resolves()
{
	in_ns g1 timeout 20 busybox nslookup "$1" 10.0.2.3 |
		grep -qx "Address: $2"
}

listens()
{
	in_ns "$1" ss -Hln"$2" "sport = $3" | grep -q .
}

files_open()
{
	find "/proc/${pid[vhubd]}/fd" -type l | wc -l
}

as_few_open()
{
	[ "$(files_open)" -le "$1" ]
}

# What is the same on both kinds of hub.
check_guests()
{
	local kind=$1 n

	for n in 1 2; do
		in_ns "g$n" ip link set eth0 up
		cmd_ok "$kind: guest $n is given an address" dhcp "g$n"
		same "$kind: of its own" "10.0.2.$((14 + n))" "$(address "g$n")"
	done
	cmd_ok "$kind: it reaches the other one" \
		in_ns g1 ping -c 1 -W 10 10.0.2.16
	cmd_ok "$kind: and the stack" in_ns g2 ping -c 1 -W 10 10.0.2.2
	cmd_prints "$kind: wget from the host's loopback" "from the host" \
		get g1 http://10.0.2.2:8080/file
	cmd_prints "$kind: a file by TFTP" "by TFTP" \
		in_ns g2 busybox tftp -g -r file -l /dev/stdout 10.0.2.2
	eventually "$kind: a router tells of IPv6" advertised g1
	cmd_prints "$kind: wget by IPv6" "from the host" \
		get g1 "http://[fec0::2]:8080/file"
	start_ready take in_ns g1 take 5000
	cmd_ok "$kind: a TCP forward" in_ns h give 2250 2
	reap take
	start_ready sink in_ns g1 udp_sink 5001
	cmd_prints "$kind: a UDP forward" "back" \
		in_ns h udp_source 2251 "over UDP"
	cmd_ok "$kind: which carries what it is given" said sink '^over UDP$'
	stop sink
	cmd_prints "$kind: a command for a guest" "what the command says" \
		in_ns g2 timeout 20 busybox nc 10.0.2.100 1
	cmd_prints "$kind: a TCP port for a guest" "from the host" \
		get g2 http://10.0.2.100:2/file
	cmd_prints "$kind: a unix socket for a guest" "unix" \
		in_ns g2 timeout 20 busybox nc 10.0.2.100 3
}

start web in_ns h busybox httpd -f -vv -p 127.0.0.1:8080 -h "$tmp/www"
start web6 in_ns h busybox httpd -f -vv -p "[::1]:8080" -h "$tmp/www"
# The last words of a connection that says nothing are those of the other side.
cat >"$tmp/bin/unix" <<-'END'
	#!/usr/bin/perl
	use IO::Socket::UNIX;
	my $sock = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5)
		or die "$ARGV[0]: $!";
	$| = 1;
	print "ready\n";
	while (my $client = $sock->accept) {
		print $client "unix\n";
	}
END
chmod 755 "$tmp/bin/unix"
start_ready unix unix "$tmp/unix"

# The kernel's hub -------------------------------------------------------------------
hub_kernel
check_guests kernel

# A host without a network, and without names.
cmd_fail "nothing is beyond the host" get g1 http://198.51.100.2/file
start web7 in_ns w busybox httpd -f -p 80 -h "$tmp/w"
in_ns h ip link add h0 type veth peer w0 netns "$(ns w)"
in_ns w ip addr add 198.51.100.2/24 dev w0
in_ns w ip link set w0 up
in_ns h ip addr add 198.51.100.1/24 dev h0
in_ns h ip link set h0 up
cmd_prints "until there is" "from afar" get g1 http://198.51.100.2/file
start_ready dns1 in_ns h dns 127.0.0.1 192.0.2.1
start_ready dns2 in_ns h dns 127.0.0.2 192.0.2.2
echo "nameserver 127.0.0.1" >"$tmp/resolv.conf"
eventually "and names" resolves a.example 192.0.2.1
echo "nameserver 127.0.0.2 # another" >"$tmp/resolv.conf"
eventually "which are others later" resolves b.example 192.0.2.2

# Much -------------------------------------------------------------------------------
start web8 in_ns g1 busybox httpd -f -p 80 -h "$tmp/w"
busywait listens g1 t 80
cmd_ok "a connection by a forward" in_ns h times 1 2280
busywait as_few_open "$(files_open)"
before=$(files_open)
cmd_ok "1,000 connections by a forward" in_ns h times 1000 2280
eventually "of which none is left" as_few_open "$before"
start_ready take in_ns g1 take 5000
cmd_ok "500 MB by a forward" in_ns h give 2250 500
reap take

# says REGEX: is it among what vhubd says of itself when it is asked
says()
{
	kill -USR1 "${pid[vhubd]}"
	grep -Eq "$1" "$tmp/vhubd.err"
}

start_ready take in_ns g1 take 5000
start held in_ns h busybox nc 127.0.0.1 2250
eventually "a connection is told of" says \
	': TCP ESTABLISHED, on the hub 127\.0\.0\.1:2250 10\.0\.2\.15:5000, on the host 127\.0\.0\.1:2250 127\.0\.0\.1:[0-9]+, '
stop held take
eventually "so is what a forward has carried" says \
	': hostfwd tcp:127\.0\.0\.1:2250-10\.0\.2\.15:5000, connections [3-9] in_bytes 5[0-9]{8} out_bytes [1-9]'
eventually "and who has an address" says ': lease 10\.0\.2\.16 [0-9a-f:]{17} -, [0-9]+ s left'

# iPXE -------------------------------------------------------------------------------
# shellcheck disable=SC2016 # iPXE's words
printf '#!ipxe\nchain http://10.0.2.2:8080/second.ipxe?${net0/ip}\n' \
	>"$tmp/tftp/boot.ipxe"
printf '#!ipxe\nimgfetch http://10.0.2.2:8080/booted\n' >"$tmp/www/second.ipxe"
echo image >"$tmp/www/booted"
start qemu in_ns h vhub run lan0 -- qemu-system-x86_64 -m 64 -nodefaults \
	-nographic -boot n -boot reboot-timeout=20000 -netdev '{n0}' \
	-device virtio-net-pci,netdev=n0

fetched()
{
	grep -q "url:/$1" "$tmp/web.err"
}

eventually "iPXE boots a script by TFTP" fetched second.ipxe
eventually "and by HTTP, which has it fetch more" fetched booted
stop qemu

# Faults -----------------------------------------------------------------------------
cmd_says "a forward from a port in use" 1 \
	"vhubd: user,net=192.0.2.0/24,hostfwd=tcp:127.0.0.1:8080-:80: hostfwd tcp:127.0.0.1:8080-192.0.2.15:80: Address already in use" \
	in_ns h vhubd lan0 user,net=192.0.2.0/24,hostfwd=tcp:127.0.0.1:8080-:80
cmd_ok "vhubd lives" alive vhubd
stop vhubd
in_ns h vhub hub del lan0
for n in 1 2; do
	in_ns h ip link del "p$n"
done

# A hub of its own -------------------------------------------------------------------
hub_user
check_guests user
stop vhubd

finish
