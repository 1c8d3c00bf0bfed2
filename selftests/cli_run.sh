#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - vhub run starts programs with files that are ports of a hub
#
#	sh, frames --- 1 |lan0| 3 --- frames recv
#	           --- 2 |    |
#
# once: it is about what a command is given

. "$(dirname "$0")/lib.sh"

plan 33

# run WORD...: vhub run in namespace a
run()
{
	in_ns a vhub run "$@"
}

# shown FILTER WORD...: what the started command sees of port 1 of lan0
shown()
{
	local filter=$1

	shift
	run "$@" -- sh -c 'vhub -j port show lan0 1; : {n0.fd}' |
		jq -c ".[0] | $filter"
}

ns_add a
in_ns a vhub hub add lan0

# Placeholders --------------------------------------------------------------
cmd_prints "{n0.fd} becomes the number of a file" 3 \
	run lan0 -- echo '{n0.fd}'
cmd_prints "wherever it stands" "a3b,-x=3" run lan0 -- echo 'a{n0.fd}b,-x={n0.fd}'
cmd_prints "each is a port of its own, the same twice the same port" \
	"3 4 3 5" run lan0 -- echo '{n0.fd}' '{n9.fd}' '{n0.fd}' '{n1.fd}'
cmd_prints "other braces stay" '{n} {n10} {m0} {} {n0.fx} 3' \
	run lan0 -- echo '{n}' '{n10}' '{m0}' '{}' '{n0.fx}' '{n0.fd}'
cmd_prints "several queues are several files" "3:4:5" \
	run lan0 queues 3 -- echo '{n0.fd}'
cmd_prints "0 to 2 are not taken though they are free" 3 \
	in_ns a sh -c 'vhub run lan0 -- sh -c "echo {n0.fd} >&9" 9>&1 <&- >&- 2>&-'
cmd_says "a command without a placeholder is told where it goes" 1 \
	"vhub: the command has no {n0} in it, where its network card goes, as in:
  vhub run lan0 -- qemu-system-x86_64 -netdev {n0} -device virtio-net-pci,netdev=n0" \
	run lan0 -- true

# What emulators want to read --------------------------------------------------
cmd_prints "QEMU" "tap,id=n0,fd=3" run lan0 as qemu -- echo '{n0}'
cmd_prints "QEMU with queues" "tap,id=n1,fds=3:4" \
	run lan0 as qemu queues 2 -- echo '{n1}'
cmd_prints "crosvm" "tap-fd=3" run lan0 as crosvm -- echo '{n0}'
cmd_prints "cloud-hypervisor" "fd=3" run lan0 as cloud-hypervisor -- echo '{n0}'
cmd_prints "cloud-hypervisor with queues" "fd=[3,4],num_queues=4" \
	run lan0 as cloud-hypervisor queues 2 -- echo '{n0}'
cmd_prints "kvmtool" "mode=tap,tapif=n0,fd=3" run lan0 as kvmtool -- echo '{n0}'
cmd_prints "User Mode Linux" "transport=fd,fd=3,vec=0" \
	run lan0 as uml -- echo '{n0}'
cmd_prints "others" 3 run lan0 as other -- echo '{n0}'
cp "$(type -P echo)" "$tmp/bin/qemu-system-test"
cmd_prints "QEMU is known by its name, with path" "tap,id=n0,fd=3" \
	run lan0 -- "$tmp/bin/qemu-system-test" '{n0}'

# What the hub shows -----------------------------------------------------------
same "the port is the command's, and so is the label" \
	'["sh","sh","fd",0,1,0,["send","recv","link"]]' \
	"$(shown '[.command, .label, .kind, .owner, .queues, .vnet_hdr_size,
		.flags]' lan0)"
same "the label can be given" '"web server"' \
	"$(shown .label lan0 label "web server")"
same "queues are files of one port" '[2,2,true]' \
	"$(shown '[.queues, .queues_on, (.flags | contains(["multi-queue"]))]' \
		lan0 queues 2)"
same "QEMU's port has a virtio-net header of 10 bytes" \
	'[10,["send","recv","link","vnet-hdr"]]' \
	"$(shown '[.vnet_hdr_size, .flags]' lan0 as qemu)"
same "crosvm's one of 12" 12 "$(shown .vnet_hdr_size lan0 as crosvm)"
same "User Mode Linux's none" 0 "$(shown .vnet_hdr_size lan0 as uml)"
same "the size can be given" 20 "$(shown .vnet_hdr_size lan0 vnet 20)"
same "and the words in any order" '["x",256,32]' \
	"$(shown '[.label, .vnet_hdr_size, .queues]' \
		lan0 vnet 256 as qemu queues 32 label x)"
start_ready stays in_ns a vhub run lan0 -- sh -c 'echo ready; read line # {n0.fd}'
json_same "the process is the command itself" '.[0].pid' "${pid[stays]}" \
	in_ns a vhub -j port show lan0 1
end stays
eventually "the port goes with it" not in_ns a vhub port show lan0 1

# Frames ---------------------------------------------------------------------
start_ready recv in_ns a frames recv lan0 100
cmd_ok "the file sends" run lan0 -- frames -f '{n0.fd}' send lan0 100 1514
eventually "and others receive" said recv '^received 100 bytes 151400$'
end recv
start_ready recv in_ns a vhub run lan0 -- frames -f '{n0.fd}' recv lan0 100
start_ready send in_ns a frames send lan0 100 60
eventually "the file receives" said recv '^received 100 bytes 6000$'
end recv
end send

# How it ends -----------------------------------------------------------------
cmd_says "the command's exit status is passed on" 7 "" \
	run lan0 -- sh -c 'exit 7 # {n0}'
cmd_says "a hub that is not there is named, and nothing is run" 2 \
	'vhub: no hub "lna0" in this network namespace' \
	run lna0 -- echo '{n0}'
json_same "no port is left" '[.[].number]' '[0]' in_ns a vhub -j port show

finish
