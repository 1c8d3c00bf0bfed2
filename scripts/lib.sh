# SPDX-License-Identifier: GPL-2.0
# vhub - what the scripts share: where things lie, the kernels we test on
# shellcheck shell=bash
#
# Sourced by bash scripts that have set $top to the project's folder.

build=${BUILD:-$top/build}

# The kernels, one a line: the name we call it by, and the package whose
# dependency is the headers of the release to use. To add one, add a line.
kernels='
6.1	linux-headers-amd64
6.12	linux-headers-6.12-amd64
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

kernel_names()
{
	awk 'NF { print $1 }' <<<"$kernels"
}

# The package of a kernel's headers, or nothing for a kernel not in the table.
kernel_headers()
{
	awk -v k="$1" '$1 == k { print $2 }' <<<"$kernels"
}

# The release (6.1.0-56-amd64) of a kernel of the table: what its headers
# package, which has to be installed, depends on.
kernel_release()
{
	local meta depends release

	meta=$(kernel_headers "$1")
	[ -n "$meta" ] ||
		die "no kernel '$1'; there are: $(kernel_names | xargs)"
	depends=$(dpkg-query -W -f '${db:Status-Abbrev} ${Depends}' "$meta" \
		2>/dev/null) || depends=
	case $depends in
	ii*) ;;
	*) die "kernel $1 needs the package $meta" ;;
	esac
	release=$(sed -n 's/.*linux-headers-\([0-9][^ ,]*\).*/\1/p' \
		<<<"$depends")
	case $release in
	"$1".*) printf '%s\n' "$release" ;;
	*) die "$meta is of kernel ${release:-unknown}, not of $1" ;;
	esac
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
