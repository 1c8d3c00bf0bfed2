#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - Linux boots on a hub that a user stack is on, and finds all that it needs: an
# address, a name, files, IPv6; on a hub of the kernel's and on one of vhubd's
#
#	QEMU --- |lan0| --- vhubd --- sockets of h
#	QEMU --- |user0: vhubd| ----- sockets of h
#
# The guests have a kernel of Debian's, and busybox.
# vm: -r -m 1536 -t 580
# guests: of Linux
# once: the stack does not know which kernel it is on

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/names_lib.sh"
. "$top/scripts/lib.sh"

plan 23
LIMIT=400

_need modprobe qemu-system-x86_64 xz
_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"
_program busybox "$top/build"

# All that runs in a guest. What it has, it says.
make_init()
{
	cat >"$1" <<-'END'
		#!/bin/sh
		export PATH=/bin

		# What udhcpc calls, with what it was told in its environment.
		case ${1-} in
		bound)
			ip addr add "$ip/$mask" dev "$interface"
			ip route add default via "$router"
			echo "nameserver $dns" >/etc/resolv.conf
			echo "address $ip"
			;;
		esac
		[ -z "${interface-}" ] || exit 0

		advertised()
		{
			ip -6 addr show eth0 | grep 'inet6 fec0::.* dynamic' |
				grep -v tentative
		}

		while read -r module; do
			insmod "/modules/$module"
		done </modules/order
		mkdir /etc /www
		ip link set lo up
		ip link set eth0 up
		udhcpc -i eth0 -n -q -t 20 -s /init
		nslookup a.example | sed -n 's/^Address: /name /p'
		tftp -g -r file -l /file 10.0.2.2 && cat /file
		wget -q -O - http://10.0.2.2:8080/file
		printf 'GET /nc HTTP/1.0\r\n\r\n' | nc 10.0.2.2 8080
		until advertised >/dev/null; do
			sleep 1
		done
		echo "advertised $(advertised)"
		ping -6 -c 1 fec0::2
		wget -q -O - 'http://[fec0::2]:8080/file6'
		echo "from the guest" >/www/file
		httpd -p 80 -h /www
		echo served
		while :; do
			sleep 1000
		done
	END
	chmod 755 "$1"
}

# A kernel for a guest: $tmp/kernel and $tmp/initramfs.
make_guest()
{
	local image

	image=$top/build/$(guest_kernel)/image
	[ -e "$image/boot/vmlinux" ] ||
		bail "no kernel for a guest: run scripts/kernel $(guest_kernel)"
	# QEMU maps it, and page by page from a file system over 9p is slow.
	cp "$image/boot/vmlinux" "$tmp/kernel"
	initramfs_fill "$tmp/guest" "$image" "sh cat grep httpd insmod ip \
		mkdir nc nslookup ping sed sleep tftp udhcpc wget" \
		"virtio_pci virtio_net"
	make_init "$tmp/guest/init"
	pack "$tmp/guest" >"$tmp/initramfs"
}

# guest KIND WORD...: one on a hub, as the words for vhub run say
guest()
{
	local kind=$1

	shift
	: >"$tmp/$kind.console"
	start "$kind" in_ns h with_names vhub run "$@" -- qemu-system-x86_64 \
		-m 256 -nodefaults -no-reboot -bios qboot.rom -display none \
		-serial "file:$tmp/$kind.console" -kernel "$tmp/kernel" \
		-initrd "$tmp/initramfs" -append "$guest_boot" -netdev '{n0}' \
		-device virtio-net-pci,netdev=n0,romfile=
}

# heard KIND REGEX: has a guest said such a line; nothing is to be heard of one that
# has ended
heard()
{
	tr -d '\r' <"$tmp/$1.console" | grep -Eq "$2"
}

heard_or_gone()
{
	heard "$1" "$2" || ! alive "$1"
}

# hears KIND SENTENCE REGEX
hears()
{
	busywait heard_or_gone "$1" "$3" || :
	cmd_ok "$1: $2" heard "$1" "$3"
}

check_guest()
{
	local kind=$1 port=$2

	hears "$kind" "a guest is given an address" '^address 10\.0\.2\.15$'
	hears "$kind" "finds a name" '^name 192\.0\.2\.1$'
	hears "$kind" "has a file by TFTP" '^by TFTP$'
	hears "$kind" "one by wget from the host's loopback" '^by HTTP$'
	hears "$kind" "one by nc" '^by nc$'
	hears "$kind" "is told of a network of IPv6" \
		'^advertised +inet6 fec0::.*/64 scope site dynamic'
	hears "$kind" "reaches the stack by it" '^1 packets .* 1 packets received'
	hears "$kind" "has a file by IPv6" '^by IPv6$'
	hears "$kind" "serves one itself" '^served$'
	cmd_prints "$kind: which is had by a forward" "from the guest" \
		in_ns h timeout 60 busybox wget -q -O - "http://127.0.0.1:$port/file"
	same "$kind: QEMU has no complaint" "" "$(cat "$tmp/$kind.err")"
	stop "$kind"
}

ns_add h
names_make
mkdir "$tmp/tftp" "$tmp/www" "$tmp/www6"
echo "by TFTP" >"$tmp/tftp/file"
echo "by HTTP" >"$tmp/www/file"
echo "by nc" >"$tmp/www/nc"
echo "by IPv6" >"$tmp/www6/file6"
make_guest
echo "nameserver 127.0.0.1" >"$tmp/resolv.conf"
start_ready dns in_ns h dns 127.0.0.1 192.0.2.1
start web in_ns h busybox httpd -f -p 127.0.0.1:8080 -h "$tmp/www"
start web6 in_ns h busybox httpd -f -p "[::1]:8080" -h "$tmp/www6"

in_ns h vhub hub add lan0
start vhubd in_ns h with_names vhubd -v lan0 \
	"user,tftp=$tmp/tftp,hostfwd=tcp:127.0.0.1:2280-:80"
guest kernel lan0
guest user user0 "--user=tftp=$tmp/tftp,hostfwd=tcp:127.0.0.1:2281-:80"
check_guest kernel 2280
check_guest user 2281
stop vhubd

finish
