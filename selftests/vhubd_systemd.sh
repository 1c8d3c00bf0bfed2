#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - the installed units on a systemd: a service that is ready when it says so, and
# one that the first who connects starts
#
#	kernel's hub lan0 --- vhubd@lan0 --- unix socket
#	client --- vhubd@lan1.socket, vhubd@lan1: hub lan1
#
# systemd is the first process of namespaces of its own, with a /run, a group of
# processes and a console of its own, and finds nothing else to manage.
#
# once: it is about files that are installed

. "$(dirname "$0")/lib.sh"

plan 20

_need make pgrep perl pkill systemctl vde_plug
systemd=/usr/lib/systemd/systemd
group=$tmp/cgroup/vhub-$$
units=/run/systemd/system
root=$tmp/root

ns_add a
in_ns a vhub hub add lan0

prefix_install()
{
	make -C "$top/tools" O="${BUILD:-$top/build}/tools" install \
		PREFIX="$root" LDCONFIG=true
}

# The journal and what a machine does before its services are not for us.
cat >"$tmp/alone.conf" <<END
[Unit]
DefaultDependencies=no
After=
END
cat >"$tmp/said.conf" <<END
[Service]
StandardOutput=append:/run/said
StandardError=append:/run/said
END

# In the namespaces, but before systemd.
cat >"$tmp/bin/alone" <<END
#!/bin/sh
set -e
# What it takes for its own, and the machine's would miss.
mount -t tmpfs none /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=755 none /run
mount --bind /dev/null /dev/console
[ ! -e /dev/tty0 ] || mount --bind /dev/null /dev/tty0
mount --bind -o ro /proc/sys /proc/sys
mkdir -p $units/vhubd@.service.d $units/vhubd@.socket.d
cp "$root/lib/systemd/system"/vhubd@.* $units
cp "$tmp/alone.conf" $units/vhubd@.socket.d
cp "$tmp/alone.conf" "$tmp/said.conf" $units/vhubd@.service.d
echo '[Unit]' >$units/none.target
ln -s /dev/null $units/systemd-journald.service
mount --bind "$tmp/etc" /etc/vhub
export container=vhub
exec $systemd --system --unit=none.target --log-target=null --show-status=no
END
# in_it COMMAND...: where systemd is
cat >"$tmp/bin/in_it" <<END
#!/bin/sh
exec nsenter --target "\$(cat "$tmp/systemd.pid")" --all -- "\$@"
END
chmod 755 "$tmp/bin"/*

# With what systemd made in it.
remove_group()
{
	find "$group" -depth -type d -exec rmdir {} + 2>"$tmp/rmdir"
}

# unshare takes no other signal while it waits.
clean_systemd()
{
	if [ -n "${pid[systemd]:-}" ]; then
		kill -KILL "${pid[systemd]}"
		reap systemd || :
		busywait remove_group
	fi
	umount "$tmp/cgroup"
	[ -z "${made_etc:-}" ] || rmdir /etc/vhub
}

find_systemd()
{
	pgrep -P "${pid[systemd]}" -x systemd >"$tmp/systemd.pid"
}

runs()
{
	[ "$(in_it systemctl is-system-running 2>/dev/null)" = running ]
}

# state UNIT
state()
{
	in_it systemctl is-active "$1" || :
}

is_in_state()
{
	[ "$(state "$1")" = "$2" ]
}

cmd_ok "the units are installed" prefix_install
mkdir "$tmp/etc"
socket=/run/vhub/lan0.socket
cat >"$tmp/etc/lan0.conf" <<END
OPTIONS=--kernel
LINKS=stream,server=on,addr.type=unix,addr.path=$socket vde-server,sock=/run/vhub/lan0.vde
END
: >"$tmp/etc/lan1.conf"
echo LINKS=socket,listne=:1 >"$tmp/etc/lan2.conf"

[ -d /etc/vhub ] || { mkdir /etc/vhub && made_etc=y; }
mkdir "$tmp/cgroup"
mount -t cgroup2 none "$tmp/cgroup"
at_exit+=(clean_systemd)
mkdir "$group"
# shellcheck disable=SC2016 # for that shell
start systemd in_ns a sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" \
	unshare --mount --pid --cgroup --uts --ipc --fork --kill-child \
	--mount-proc alone
eventually "systemd is there" find_systemd
eventually "and runs" runs

# A service -------------------------------------------------------------------
cmd_ok "the kernel's hub is served" in_it systemctl start vhubd@lan0
same "when that is said, its links are there" yes \
	"$(in_it sh -c "test -S $socket && test -S /run/vhub/lan0.vde/ctl && echo yes")"
start plug in_it vde_plug vde:///run/vhub/lan0.vde vde:///run/vhub/lan0.vde
eventually "clients of VDE get ports of the kernel's hub" \
	sh -c 'in_ns a vhub port show hub lan0 | grep -c "label \"vde" | grep -qx 2'
in_it pkill -x vde_plug
reap plug || :
cmd_ok "it ends" in_it systemctl stop vhubd@lan0
same "as asked" inactive "$(state vhubd@lan0)"
same "and leaves nothing" "" "$(in_it ls -A /run/vhub)"
json_same "nor in the hub" '[.[] | select(.label != "")] | length' 0 \
	in_ns a vhub -j port show hub lan0

cmd_fail "a wrong option is a service that fails" in_it systemctl start vhubd@lan2
same "and says why" 1 \
	"$(in_it grep -c '^vhubd: socket: no option "listne"' /run/said)"
same "and is not tried again" "failed 0" "$(state vhubd@lan2) $(
	in_it systemctl show --value --property NRestarts vhubd@lan2)"
cmd_ok "none without a file of its own" in_it systemctl start vhubd@lan3
same "is started" inactive "$(state vhubd@lan3)"

# A socket --------------------------------------------------------------------
cmd_ok "a socket" in_it systemctl start vhubd@lan1.socket
same "alone starts nothing" inactive "$(state vhubd@lan1)"
# shellcheck disable=SC2016 # for perl
start client in_it perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; <STDIN>' \
	/run/vhub/lan1/stream
eventually "who connects does" is_in_state vhubd@lan1 active
eventually "and has a port" \
	sh -c 'in_it vhub port show hub lan1 | grep -q "label \"stream"'

finish
