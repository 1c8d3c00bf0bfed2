#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a folder for guests by SMB: Samba's server, started by vhubd that was root
# and is so no more, and Samba's client
#
#	smbclient --- |vhubd: lan0| --- user,smb= --- smbd
#
# The server is the one that scripts/samba has fetched, or the machine's own.
# once: the module has no part in it
# vm: -m 1024 -t 300

. "$(dirname "$0")/lib.sh"

plan 12
LIMIT=120

_need smbclient
[ ! -x "$top/build/samba/usr/sbin/smbd" ] ||
	PATH=$top/build/samba/usr/sbin:$PATH
PATH=$PATH:/usr/sbin _need smbd
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

user=games			# any that is neither root nor Samba's own nobody
ns_add h g
mkdir "$tmp/share" "$tmp/t"
chmod 1777 "$tmp/t"
echo "by SMB" >"$tmp/share/file"
echo "from the guest" >"$tmp/sent"
echo "not for guests" >"$tmp/secret"
chmod 644 "$tmp/secret"
ln -s "$tmp/secret" "$tmp/share/link"
chown -R "$user" "$tmp/share"
export TMPDIR=$tmp/t

tap_there()
{
	in_ns h ip link show p1
}

# smb COMMAND: as a guest
smb()
{
	in_ns g timeout 60 smbclient -N "//10.0.2.4/qemu" -c "$1"
}

no_server()
{
	! pgrep -f "smbd -l $tmp/t/" >/dev/null
}

cmd_says "root's rights, which Samba would need, are not there" 1 \
	"vhubd: user,smb=$tmp/share: user: smb: Samba cannot be root without its rights, say --run-as=" \
	in_ns h vhubd -u lan0 "user,smb=$tmp/share"
same "and nothing is left" "" "$(ls "$tmp/t")"

start vhubd in_ns h vhubd -v -u "--run-as=$user" lan0 tap,ifname=p1 \
	"user,smb=$tmp/share"
busywait tap_there >"$tmp/there" 2>&1
in_ns h ip link set p1 netns "$(ns g)" name eth0
in_ns g ip addr add 10.0.2.15/24 dev eth0
in_ns g ip link set eth0 up
cmd_ok "a guest reaches the stack" in_ns g ping -c 1 -W 10 10.0.2.2

cmd_ok "it fetches a file" smb "get file $tmp/got"
same "which is the one" "by SMB" "$(cat "$tmp/got")"
cmd_ok "and brings one" smb "put $tmp/sent sent"
same "which is the one, too" "from the guest" "$(cat "$tmp/share/sent")"
same "and that user's" "$user" "$(stat -c %U "$tmp/share/sent")"
cmd_fail "what a link leads to is none of its business" \
	smb "get link $tmp/secret2"
eventually "no server stays" no_server
stop vhubd
same "what it was told is removed" "" "$(ls "$tmp/t")"

finish
