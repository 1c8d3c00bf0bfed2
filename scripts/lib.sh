# SPDX-License-Identifier: GPL-2.0
# vhub - what the scripts share: where things lie, the kernels we test on
# shellcheck shell=bash
#
# Sourced by bash scripts that have set $top to the project's folder.

build=${BUILD:-$top/build}
# Where depmod and modprobe are, of which a user's PATH does not know.
PATH=$PATH:/usr/sbin:/sbin

# The kernels, one a line: the name we call it by, the package whose dependency is
# the headers of the release to use, and "asked" for one that is tested only where
# it is asked for. To add one, add a line.
kernels='
6.1	linux-headers-amd64
6.12	linux-headers-6.12-amd64
6.1-rt	linux-headers-rt-amd64		asked
6.12-rt	linux-headers-6.12-rt-amd64	asked
'

# The package of the kernel's source, of which we use parts and make kernels.
# shellcheck disable=SC2034 # for other scripts
linux_source=linux-source-6.12

# Kernels of our own: the name, the architecture, whether one is tested "always" or
# where it is "asked" for, and the files of selftests/configs/ that say what is in it,
# beside selftests/config.
own_kernels='
uml	um	always	base debug kasan uml
debug	x86_64	asked	base debug kasan qemu
kcsan	x86_64	asked	base debug kcsan qemu
'

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# Those that are tested always, the fastest first; with -a, all that there are.
kernel_names()
{
	awk -v all="${1-}" 'NF && (all || $3 != "asked") { print $1 }' \
		<<<"$own_kernels$kernels"
}

# Those of Debian's among KERNEL, or among the ones tested always if there is none:
# to build the module as users do.
debian_kernel_names()
{
	local kernel names=()

	for kernel in ${KERNEL:-}; do
		[ -z "$(kernel_headers "$kernel")" ] || names+=("$kernel")
	done
	[ ${#names[@]} -gt 0 ] ||
		mapfile -t names < <(awk 'NF && $3 != "asked" { print $1 }' \
			<<<"$kernels")
	printf '%s\n' "${names[@]}"
}

# The one that guests have in machines that we test in.
guest_kernel()
{
	KERNEL='' debian_kernel_names | head -n 1
}

kernel_exists()
{
	[ -n "$(own_kernel_arch "$1")$(kernel_headers "$1")" ]
}

# The architecture of a kernel of our own, or nothing for another.
own_kernel_arch()
{
	awk -v k="$1" '$1 == k { print $2 }' <<<"$own_kernels"
}

# The files that say what is in a kernel of our own.
own_kernel_configs()
{
	echo "$top/selftests/config"
	awk -v k="$1" -v dir="$top/selftests/configs" '$1 == k {
		for (i = 4; i <= NF; i++)
			print dir "/" $i ".config"
	}' <<<"$own_kernels"
}

# The package of a kernel's headers, or nothing for a kernel not in the table.
kernel_headers()
{
	awk -v k="$1" '$1 == k { print $2 }' <<<"$kernels"
}

# The release (6.1.0-56-amd64) of a kernel of the tables: what its headers
# package, which has to be installed, depends on; or what we built.
kernel_release()
{
	local meta depends release

	if [ -n "$(own_kernel_arch "$1")" ]; then
		cat "$build/$1/image/release" 2>/dev/null ||
			die "kernel $1 is not there yet: run scripts/kernel $1"
		return
	fi
	meta=$(kernel_headers "$1")
	[ -n "$meta" ] ||
		die "no kernel '$1'; there are: $(kernel_names -a | xargs)"
	depends=$(dpkg-query -W -f '${db:Status-Abbrev} ${Depends}' "$meta" \
		2>/dev/null) || depends=
	case $depends in
	ii*) ;;
	*) die "kernel $1 needs the package $meta" ;;
	esac
	release=$(sed -n 's/.*linux-headers-\([0-9][^ ,]*\).*/\1/p' \
		<<<"$depends")
	case $release in
	"${1%-rt}".*) printf '%s\n' "$release" ;;
	*) die "$meta is of kernel ${release:-unknown}, not of $1" ;;
	esac
}

# Print the files that git knows or would add, build/ being ignored, as the options
# and patterns of git ls-files say. The folder may belong to another user, whom git
# would not trust; but who runs this does, as the script is that user's, too.
our_files()
{
	git -c safe.directory="$(cd "$top" && pwd -P)" \
		ls-files --cached --others --exclude-standard "$@"
}

# The scenarios that are about programs, and say so.
scenarios_of_programs()
{
	(cd "$top/selftests" &&
		grep -lE '^[ #*/]*once: ' -- *.sh *.c | sed 's/\.c$//')
}

# Wait for the lock on what several runs share, and keep it until we exit:
# two runs that start together must not both unpack a kernel.
lock()
{
	mkdir -p "$build"
	exec 9>"$build/$1.lock"
	flock 9
}

unlock()
{
	exec 9>&-
}

# Download package $1 into the current folder. The sandbox user of apt could not
# write into ours.
_download()
{
	apt-get -q -o APT::Sandbox::User=root download "$1"
}

# The lists of a machine that installed nothing lately name files that are gone.
_update()
{
	[ "$(id -u)" = 0 ] && apt-get -q update
}

# Unpack package $1 (a NAME, or NAME=VERSION) into folder $2, without installing it.
package_unpack()
{
	local tmp

	tmp=$(mktemp -d "$build/fetch.XXXXXX")
	if ! (cd "$tmp" && { _download "$1" || { _update && _download "$1"; }; }) \
			>"$tmp/log" 2>&1; then
		cat "$tmp/log" >&2
		rm -rf "$tmp"
		return 1
	fi
	rm -rf "$2.part" "$2"
	mkdir -p "${2%/*}"
	dpkg -x "$tmp"/*.deb "$2.part"
	mv "$2.part" "$2"
	rm -rf "$tmp"
}

# Fill folder $1 with what an initramfs starts from: busybox, under the names
# $3 too, and the modules $4, if any, of the kernel image in folder $2 with all they
# need. They lie in /modules, and /modules/order lists them in the order to load.
initramfs_fill()
{
	local dir=$1 image=$2 applets=$3 modules=$4 verb file name

	mkdir -p "$dir"/{bin,dev,modules,proc,sys}
	cp "$build/busybox" "$dir/bin/busybox"
	for name in $applets; do
		ln -s busybox "$dir/bin/$name"
	done
	: >"$dir/modules/order"
	[ -n "$modules" ] || return 0
	# shellcheck disable=SC2086 # a list of names
	modprobe -d "$image" -S "$(cat "$image/release")" --show-depends \
			-a $modules |
	while read -r verb file; do
		# Others are built into the kernel.
		[ "$verb" = insmod ] || continue
		name=${file##*/}
		name=${name%.xz}
		[ ! -e "$dir/modules/$name" ] || continue
		case $file in
		*.xz)	xz -dc "$file" >"$dir/modules/$name" ;;
		*)	cp "$file" "$dir/modules/$name" ;;
		esac
		echo "$name" >>"$dir/modules/order"
	done
	[ -s "$dir/modules/order" ] || die "modprobe finds none of: $modules"
}

# What a kernel does at boot that a guest does not need costs an emulated emulator
# most of its time: tests of ciphers, certificates, ACPI, rewriting its code. A test
# whether its timer ticks as fast as its processor counts fails on a busy machine.
# shellcheck disable=SC2034 # for those who start one
guest_boot="console=ttyS0 quiet nokaslr mitigations=off panic=-1 acpi=off\
 cryptomgr.notests initcall_blacklist=load_system_certificate_list\
 lsm=capability noreplace-smp no_timer_check"

# Pack folder $1 as an archive that a kernel unpacks at boot.
pack()
{
	(cd "$1" && find . | "$build/busybox" cpio -o -H newc 2>/dev/null)
}
