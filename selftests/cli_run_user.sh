#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub run --user: a hub and a network stack that are there as long as they are
# used, for whoever has neither root nor the module
#
#	QEMU --- |vhubd| --- user --- the host
#
# once: the module has no part in it
# vm: -m 1024 -t 300

. "$(dirname "$0")/lib.sh"

plan 21
LIMIT=120

_need qemu-system-x86_64
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program busybox "$top/build"

ns_add a
mkdir -m 755 "$tmp/www" "$tmp/tftp"
mkdir -m 700 "$tmp/run"
chown 65534 "$tmp/run"
export XDG_RUNTIME_DIR=$tmp/run
hub=$tmp/run/vhub/user0

# run WORD...: as a user without rights; in a file, as it is started, too
cat >"$tmp/bin/run" <<-'END'
	#!/bin/sh
	exec in_ns a as_nobody vhub run user0 "$@"
END
chmod 755 "$tmp/bin/run"

gone()
{
	[ ! -e "$hub" ]
}

# connected COUNT: has the hub so many ports beside the stack's
connected()
{
	[ "$(json length in_ns a as_nobody vhub -j port show user0)" = \
	  "$(($1 + 1))" ]
}

cmd_says "what the stack does not know ends it" 2 \
	'vhubd: user: hostname: a text of 1 to 255 bytes is needed' \
	run --user=hostname= -- true '{n0}'
cmd_ok "and nothing is left" gone
cmd_says "a word that only looks like it" 1 'vhub: unknown word "--users"' \
	run --users -- true '{n0}'
cmd_says "it is for hubs of its own" 2 'vhubd: --end is for --user only' \
	sh -c 'vhubd --end user0; exit 2'
in_ns a vhub hub add user0
cmd_says "the kernel's hub is another one" 2 \
	'vhub: hub "user0" is the kernel'\''s: "vhubd user0 user" gives it a network' \
	run --user -- true '{n0}'
in_ns a vhub hub del user0
cmd_prints "a command is given a place on a new hub" \
	"stream,id=n0,server=off,addr.type=unix,addr.path=$hub/stream" \
	run --user as qemu -- echo '{n0}'
eventually "which goes with it" gone
cmd_says "a command that is not there" 127 \
	'vhub: cannot run "/nonexistent": No such file or directory' \
	run --user -- /nonexistent '{n0.fd}'
eventually "leaves no hub" gone

# Before it is known that it has started, somebody looks at it.
mkdir "$tmp/looks"
cat >"$tmp/looks/vhubd" <<-END
	#!/bin/sh
	"$tmp/bin/vhubd" "\$@" || exit
	for _ in 1 2 3 4 5; do
		vhub port show user0 || exit
	done >/dev/null
END
chmod 755 "$tmp/looks" "$tmp/looks/vhubd"
cmd_ok "who looks at a hub first does not end it" \
	env "PATH=$tmp/looks:$PATH" run --user -- true '{n0.fd}'
eventually "its owner does" gone

start one run --user -- sh -c 'read -r _; : {n0.fd}'
eventually "the first one" connected 1
start two run --user -- sh -c 'read -r _; : {n0.fd}'
eventually "and the second one are on one hub" connected 2
end one
eventually "the first one may go" connected 1
cmd_ok "the hub stays" test -S "$hub/stream"
end two
eventually "until the last one" gone

# shellcheck disable=SC2016 # iPXE's words
printf '#!ipxe\nimgfetch http://10.0.2.2:8080/booted?${net0/ip}\n' \
	>"$tmp/tftp/boot.ipxe"
chmod 644 "$tmp/tftp/boot.ipxe"
start web in_ns a busybox httpd -f -vv -p 127.0.0.1:8080 -h "$tmp/www"
start qemu run "--user=tftp=$tmp/tftp,bootfile=boot.ipxe" -- \
	qemu-system-x86_64 -m 64 -nodefaults -nographic -boot n \
	-boot reboot-timeout=20000 \
	-netdev '{n0}' -device virtio-net-pci,netdev=n0

fetched()
{
	grep -q 'url:/booted' "$tmp/web.err"
}

eventually "a guest of QEMU boots from the host" fetched
same "QEMU has no complaint" "" "$(cat "$tmp/qemu.err")"
stop qemu
eventually "it was the last one" gone
stop web
cmd_ok "and all is removed" test ! -e "$hub"

finish
