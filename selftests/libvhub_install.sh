#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a program is built with the installed library and runs
#
#	example --- |lan0| --- frames
#
# Documentation/vhub/example.c is built as its head says, in a folder where
# there is nothing else of this tree, against a copy that `make install` made.
#
# once: it is about files that are installed

. "$(dirname "$0")/lib.sh"

plan 10

_need pkg-config cc make
root=$tmp/root
mkdir "$tmp/src"
cp "$top/Documentation/vhub/example.c" "$tmp/src"
chmod 755 "$tmp"

# build NAME OPTION...
build_example()
{
	local name=$1

	shift
	(cd "$tmp/src" && cc -Wall -Wextra -Werror example.c "$@" \
		-o "$tmp/bin/$name")
}

# flags OPTION...: what pkg-config says
flags()
{
	PKG_CONFIG_PATH=$root/lib/pkgconfig pkg-config "$@" libvhub
}

# shellcheck disable=SC2046 # lists of words
build_shared()
{
	build_example shared $(flags --cflags --libs)
}

# shellcheck disable=SC2046 # lists of words
build_static()
{
	build_example static $(flags --cflags --libs-only-L) -l:libvhub.a \
		$(pkg-config --libs libmnl)
}

needs_version()
{
	ldd "$tmp/bin/shared" | grep 'libvhub\.so\.0 '
}

cmd_ok "make installs the library" make -s -C "$top/tools" \
	O="${BUILD:-$top/build}/tools" PREFIX="$root" LDCONFIG=true install
cmd_ok "the example is built with the shared library" build_shared
cmd_ok "whose name has its version" needs_version
cmd_ok "and with the static one" build_static

ns_add a
in_ns a vhub hub add lan0
cmd_says "it says why it cannot" 1 \
	'example: no hub "lan1" in this network namespace' \
	in_ns a static lan1
export LD_LIBRARY_PATH=$root/lib
for kind in static shared; do
	start_ready listen in_ns a frames listen lan0
	start example in_ns a "$kind" lan0
	eventually "the $kind one says hello" \
		said listen '^frame 60 ff:ff:ff:ff:ff:ff 02:00:5e:00:53:01 88b5$'
	in_ns a frames send lan0 1 100 >"$tmp/sent" </dev/null
	eventually "and prints what it hears" \
		said example '^100 bytes from .*, type 88b5$'
	stop example listen
done
unset LD_LIBRARY_PATH

finish
