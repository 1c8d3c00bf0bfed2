# SPDX-License-Identifier: GPL-2.0
# vhub - what the parts of the demo share: how they speak, how a guest is started
# shellcheck shell=bash
#
# Sourced by bash scripts that then set $dir to a folder of theirs.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$top/scripts/lib.sh"

dir=
guests=()

step()
{
	printf '\n== %s\n' "$*"
}

# Show a command as one would type it, and run it.
show()
{
	printf '\n$ %s\n' "$*"
	"$@"
}

# emulate CONSOLE COMMAND...: an emulator, which is run in the background and ended by
# SIGTERM; once more if the guest's kernel panics: kernels patch their own code, and
# now and then an emulator that is emulated itself trips over that
emulate()
{
	local console=$1 machine='' status=0

	shift
	trap 'kill "$machine" 2>/dev/null; wait; exit 143' TERM
	for _ in 1 2 3 4; do
		"$@" </dev/null &
		machine=$!
		status=0
		wait "$machine" || status=$?
		grep -q 'Kernel panic' "$console" || break
		echo "The guest's kernel died: once more."
		tr -d '\r' <"$console" | grep -m 1 -A 8 'RIP:' || :
	done
	return "$status"
}

# guest NUMBER KERNEL INITRAMFS ARGS RUN...: start one in the background, on the hub
# and with the options that the words for vhub run say, and show what it says
guest()
{
	local number=$1 kernel=$2 initramfs=$3 args=$4 console=$dir/console$1

	shift 4
	: >"$console"
	emulate "$console" \
		vhub run "$@" -- qemu-system-x86_64 -m 256 -nodefaults -no-reboot \
		-bios qboot.rom -display none \
		-chardev "file,id=console,path=${console//,/,,}" \
		-serial chardev:console -kernel "$kernel" \
		-initrd "$initramfs" -append "$guest_boot $args" -netdev '{n0}' \
		-device "virtio-net-pci,netdev=n0,mac=52:54:00:00:02:0$number,romfile=" &
	guests+=($!)
	# Only what the guest's own script says, not what its kernel does.
	tail -s 0.2 --pid=$! -c +1 -f "$console" |
		sed -u -e 's/\r//g' -e '/^\[ *[0-9.]*\]/d' -e '/^$/d' \
			-e '/^demo: /d' -e "s/^/guest $number | /" &
}

# ended_early NUMBER...: say so, and what the last words of these guests were
ended_early()
{
	local number

	step "A guest has ended before it was done."
	for number; do
		echo "Last on the console of guest $number:"
		tail -n 15 "$dir/console$number" | tr -d '\r'
	done
	exit 1
}

# verdict NUMBER: print what that guest has said of how it went, once it has
verdict()
{
	sed -n 's/^demo: \([a-z]*\).*/\1/p' "$dir/console$1"
}

alive()
{
	kill -0 "$1" 2>/dev/null
}

# End all guests, and wait for what shows their words, too.
switch_off()
{
	local guest

	for guest in "${guests[@]}"; do
		kill "$guest" 2>/dev/null || :
	done
	guests=()
	wait
}
