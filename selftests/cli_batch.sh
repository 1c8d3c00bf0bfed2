#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub -batch does the commands of a file, until one fails
#
# once: it is about what the CLI reads

. "$(dirname "$0")/lib.sh"

plan 17

# batch NAME: vhub -batch with standard input as the file
batch()
{
	cat >"$tmp/$1"
}

hubs()
{
	json 'map(.name)' in_ns a vhub -j hub
}

ns_add a

batch good <<'END'
# makes two hubs
hub add lan0 perm 0640

  hub   add	lan1 group 65534   # and a comment
hub show lan0
"hub" show 'lan1'
END
cmd_prints "all commands are done, and print as they do alone" \
	"lan0: ports 0 owner root group root perm 0640
lan1: ports 0 owner root group nogroup perm 0660" \
	in_ns a vhub -batch "$tmp/good"
same "both hubs are there" '["lan0","lan1"]' "$(hubs)"

batch stops <<'END'
hub add lan2
hub del lan9
hub add lan3
END
cmd_says "the first failure ends it, with file, line and status" 2 \
	"vhub: $tmp/stops:2: no hub \"lan9\" in this network namespace" \
	in_ns a vhub -batch "$tmp/stops"
same "what came before is done, what comes after not" \
	'["lan0","lan1","lan2"]' "$(hubs)"

batch word <<'END'
hub show

hub shw
END
cmd_fail "a wrong word ends it, too" in_ns a vhub -b "$tmp/word"
same "and its line is named" \
	"vhub: $tmp/word:3: hub: unknown verb \"shw\", see \"vhub hub help\"" \
	"$(in_ns a vhub -b "$tmp/word" 2>&1 >/dev/null || :)"

batch quote <<'END'
hub add "lan4
END
cmd_says "a quote must end" 1 "vhub: $tmp/quote:1: a quote is not closed" \
	in_ns a vhub -batch "$tmp/quote"
batch run <<'END'
run lan0 -- true {n0}
END
cmd_says "run has no place there" 1 \
	"vhub: $tmp/run:1: \"run\" has no place in a batch" \
	in_ns a vhub -batch "$tmp/run"
batch monitor <<'END'
monitor
END
cmd_says "nor has monitor" 1 \
	"vhub: $tmp/monitor:1: \"monitor\" has no place in a batch" \
	in_ns a vhub -batch "$tmp/monitor"

start_ready hold in_ns a frames hold lan0 1
batch label <<'END'
port set lan0 1 label "a \"b\" 'c' \\ #d"
END
cmd_ok "quotes and backslashes are a shell's" in_ns a vhub -batch "$tmp/label"
same "in a label" "a \"b\" 'c' \\ #d" \
	"$(in_ns a vhub -j port show lan0 1 | jq -r '.[0].label')"

from_stdin()
{
	echo "hub show lan0" | in_ns a vhub -j -batch -
}
cmd_ok "- is standard input, and -j holds for all" from_stdin
same "which prints JSON" '"lan0"' "$(from_stdin | jq '.[0].name')"

: >"$tmp/empty"
cmd_prints "an empty file does nothing" "" in_ns a vhub -batch "$tmp/empty"

# Hubs by the hundred, as a script would make and remove them.
seq -f 'hub add h%g' 200 >"$tmp/many"
seq -f 'hub del h%g' 200 >"$tmp/none"
cmd_ok "a batch may be long" in_ns a vhub -batch "$tmp/many"
cmd_ok "and undo it" in_ns a vhub -batch "$tmp/none"

finish
