# SPDX-License-Identifier: GPL-2.0
# vhub - name servers of a scenario's own, and programs that see no other
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by lib.sh
#
# Sourced after lib.sh. names_make makes
#
# dns ADDRESS ANSWER		a name server: each name has that IPv4 address
# with_names COMMAND...		a program whose /etc/resolv.conf is $tmp/resolv.conf

_names_make_server()
{
	cat >"$tmp/bin/dns" <<-'END'
		#!/usr/bin/perl
		use IO::Socket::INET;
		my ($at, $answer) = @ARGV;
		my $sock = IO::Socket::INET->new(LocalAddr => $at, LocalPort => 53,
						 Proto => "udp") or die "$at: $!";
		$| = 1;
		print "ready\n";
		while ($sock->recv(my $query, 512)) {
			my $end = index($query, "\0", 12);
			my ($type) = unpack("n", substr($query, $end + 1, 2));
			my $n = $type == 1 ? 1 : 0;
			$sock->send(substr($query, 0, 2) .
				pack("n5", 0x8180, 1, $n, 0, 0) .
				substr($query, 12, $end - 7) .
				($n ? pack("n3Nn", 0xc00c, 1, 1, 60, 4) .
				      inet_aton($answer) : ""));
		}
	END
}

names_make()
{
	_need perl
	: >"$tmp/resolv.conf"
	_names_make_server
	cat >"$tmp/bin/with_names" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind $tmp/resolv.conf \
			/etc/resolv.conf && exec "\$@"' sh "\$@"
	END
	chmod 755 "$tmp/bin/dns" "$tmp/bin/with_names"
}
