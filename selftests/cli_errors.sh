#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - whatever is wrong is answered by one sentence that names it
#
# Exit status 1: what was written is wrong. 2: it was refused. Standard output
# stays empty, with -j as well.
#
# once: scenario netlink asks the module on each kernel

. "$(dirname "$0")/lib.sh"

plan 194

_program vhubd "${BUILD:-$top/build}/tools/vhubd" "$top/tools/vhubd"

# wrong SENTENCE WORD...: "vhub WORD..." is no command
wrong()
{
	local sentence=$1

	shift
	cmd_says "vhub $*" 1 "vhub: $sentence" in_ns a vhub "$@"
}

# refused SENTENCE WORD...: "vhub WORD..." cannot be done
refused()
{
	local sentence=$1

	shift
	cmd_says "vhub $*: refused" 2 "vhub: $sentence" in_ns a vhub "$@"
}

# denied SENTENCE WORD...: the same for user nobody
denied()
{
	local sentence=$1

	shift
	cmd_says "vhub $*: denied" 2 "vhub: $sentence" \
		in_ns a as_nobody vhub "$@"
}

ns_add a
in_ns a vhub hub add lan0 perm 0604
in_ns a vhub hub add shut0 perm 0600
start_ready hold in_ns a frames hold lan0 1

# Options, objects, verbs ---------------------------------------------------
cmd_fail "vhub alone" vhub
same "prints how to use it, on standard error" "usage: vhub [OPTIONS] OBJECT [VERB] ..." \
	"$(vhub 2>&1 >/dev/null | head -n 1)"
wrong 'unknown option "-x", see "vhub help"' -x hub
wrong 'unknown option "--", see "vhub help"' --
wrong 'unknown option "-", see "vhub help"' - hub
wrong 'unknown option "-js", see "vhub help"' -js hub
wrong '-n: the name of a network namespace is missing' -n
wrong '-n is there twice' -n "$(ns a)" -n "$(ns a)" hub
wrong '"" cannot name a network namespace' -n "" hub
wrong '"../x" cannot name a network namespace' -n ../x hub
refused 'no network namespace "nope"' -n nope hub
wrong '-batch: the name of a file is missing' -batch
wrong '"hub" is too much after -batch FILE' -batch - hub
refused 'cannot open "/nope": No such file or directory' -batch /nope
wrong 'unknown object "hubs", see "vhub help"' hubs
wrong 'unknown object "", see "vhub help"' ""
wrong 'unknown object "h", see "vhub help"' h
wrong 'hub: unknown verb "lan0", see "vhub hub help"' hub lan0
wrong 'hub: unknown verb "ad", see "vhub hub help"' hub ad lan1
wrong 'port: unknown verb "ad", see "vhub port help"' port ad lan0
wrong 'fdb: unknown verb "set", see "vhub fdb help"' fdb set lan0
wrong 'monitor: "x" is not hub, port or fdb' monitor x

# Names of hubs -------------------------------------------------------------
wrong 'the name of a hub is missing' hub add
wrong 'the name of a hub is missing' hub set
wrong 'the name of a hub is missing' hub del
wrong 'the name of a hub is missing' port add
wrong 'the name of a hub is missing' port set
wrong 'the name of a hub is missing' port del
wrong 'the name of a hub is missing' port show hub
wrong 'the name of a hub is missing' fdb add
wrong 'the name of a hub is missing' fdb del
wrong 'the name of a hub is missing' fdb flush
wrong 'the name of a hub is missing' run
wrong '"" cannot name a hub: it is empty' hub add ""
wrong '"abcdefghijklmnop" cannot name a hub: it is longer than 15 characters' \
	hub add abcdefghijklmnop
wrong '"a b" cannot name a hub: it has a blank or control character in it' \
	hub add "a b"
wrong '"a/b" cannot name a hub: it has one of / : % in it' hub add a/b
wrong '"a:b" cannot name a hub: it has one of / : % in it' hub show a:b
wrong '"lan%d" cannot name a hub: it has one of / : % in it' hub add lan%d
wrong '".." cannot name a hub: it is reserved' hub del ..
no_hub='no hub "lna0" in this network namespace'
refused "$no_hub" hub show lna0
refused "$no_hub" hub set lna0 perm 0600
refused "$no_hub" hub del lna0
refused "$no_hub" port show lna0
refused "$no_hub" port show lna0 1
refused "$no_hub" port add lna0 dev lo
refused "$no_hub" port set lna0 1 link off
refused "$no_hub" port del lna0 1
refused "$no_hub" run lna0 -- true "{n0}"
refused "$no_hub" fdb show lna0
refused "$no_hub" fdb add lna0 02:00:5e:00:53:01 port 1
refused "$no_hub" fdb del lna0 02:00:5e:00:53:01
refused "$no_hub" fdb flush lna0
refused "$no_hub" -j port show lna0
no_hub='network device "lo" is not a hub'
refused "$no_hub" hub show lo
refused "$no_hub" hub set lo perm 0600
refused "$no_hub" hub del lo
refused "$no_hub" port show lo
refused "$no_hub" run lo -- true "{n0}"
refused 'there is a network device "lan0" already' hub add lan0
refused 'there is a network device "lo" already' hub add lo

# Words of hub --------------------------------------------------------------
wrong '"x" is too much here' hub show lan0 x
wrong '"x" is too much here' hub del lan0 x
wrong 'unknown word "speed"' hub add lan1 speed 10
wrong 'unknown word "perm0600"' hub set lan0 perm0600
wrong 'hub set: what to change is missing' hub set lan0
wrong 'mode: hub or switch is missing' hub set lan0 mode
wrong 'mode: "router" is not hub or switch' hub set lan0 mode router
bad='is not a time in seconds up to 1000000'
wrong "ageing: \"-1\" $bad" hub set lan0 ageing -1
wrong "ageing: \"\" $bad" hub set lan0 ageing ""
wrong "ageing: \"1s\" $bad" hub set lan0 ageing 1s
wrong "ageing: \"1.\" $bad" hub set lan0 ageing 1.
wrong "ageing: \".5\" $bad" hub set lan0 ageing .5
wrong "ageing: \"0.0001\" $bad" hub set lan0 ageing 0.0001
wrong "ageing: \"1.-1\" $bad" hub set lan0 ageing 1.-1
wrong "ageing: \"1000000.001\" $bad" hub set lan0 ageing 1000000.001
wrong "ageing: \"1000001\" $bad" hub set lan0 ageing 1000001
wrong 'max-addresses: "0" is not a number from 1 to 65536' \
	hub set lan0 max-addresses 0
wrong 'max-addresses: "65537" is not a number from 1 to 65536' \
	hub set lan0 max-addresses 65537
wrong 'owner: a user is missing' hub set lan0 owner
wrong 'owner: "no-such-user" is not a user' hub set lan0 owner no-such-user
wrong 'owner: "" is not a user' hub set lan0 owner ""
wrong 'owner: "-1" is not a user' hub set lan0 owner -1
wrong 'owner: "4294967295" is not a user' hub set lan0 owner 4294967295
wrong 'group: a group is missing' hub set lan0 group
wrong 'group: "no-such-group" is not a group' hub set lan0 group no-such-group
wrong 'group: "1x" is not a group' hub set lan0 group 1x
bad='is not an octal number up to 0777'
wrong 'perm: an octal number up to 0777 is missing' hub set lan0 perm
wrong "perm: \"0888\" $bad" hub set lan0 perm 0888
wrong "perm: \"1000\" $bad" hub set lan0 perm 1000
wrong "perm: \"rw\" $bad" hub set lan0 perm rw
wrong "perm: \"-1\" $bad" hub set lan0 perm -1
wrong "perm: \" 7\" $bad" hub set lan0 perm " 7"
wrong "perm: \"0x7\" $bad" hub set lan0 perm 0x7
wrong "perm: \"99999999999999999999\" $bad" hub set lan0 perm 99999999999999999999
wrong '"perm" is there twice' hub set lan0 perm 0600 perm 0640
json_same "none of that changed the hub" \
	'.[0] | [.owner, .group, .perm, .ports, .mode, .ageing_ms]' \
	'[0,0,"0604",1,"hub",300000]' \
	in_ns a vhub -j hub show lan0
json_same "or made one" 'map(.name)' '["lan0","shut0"]' in_ns a vhub -j hub

# Words of port -------------------------------------------------------------
wrong 'the number of a port is missing' port set lan0
wrong 'the number of a port is missing' port del lan0
wrong 'the number of a port is missing' port show lan0 port
wrong '"x" is not the number of a port' port show lan0 x
wrong '"-1" is not the number of a port' port show lan0 -1
wrong '"+1" is not the number of a port' port del lan0 +1
wrong '"1.5" is not the number of a port' port del lan0 1.5
wrong '"0x1" is not the number of a port' port del lan0 0x1
wrong '"4294967296" is not the number of a port' port show lan0 4294967296
wrong '"2" is too much here' port show lan0 1 2
wrong '"2" is too much here' port del lan0 1 2
refused 'no port 2 on hub "lan0"' port show lan0 2
refused 'no port 4294967295 on hub "lan0"' port show lan0 4294967295
refused 'no port 4097 on hub "lan0"' port set lan0 4097 link off
refused 'no port 2 on hub "lan0"' port del lan0 2
wrong 'port add: dev is missing' port add lan0
wrong 'port add: dev is missing' port add lan0 label x
wrong 'unknown word "lo"' port add lan0 lo
wrong 'dev: the name of a network device is missing' port add lan0 dev
wrong 'dev: "" is not the name of a network device' port add lan0 dev ""
wrong 'dev: "0123456789012345" is not the name of a network device' \
	port add lan0 dev 0123456789012345
wrong 'label: "01234567890123456789012345678901" is not a text of up to 31 bytes' \
	port add lan0 dev lo label 01234567890123456789012345678901
refused 'no network device "nope" in this network namespace' \
	port add lan0 dev nope
wrong 'port set: what to change is missing' port set lan0 1
wrong 'label: a text of up to 31 bytes is missing' port set lan0 1 label
wrong 'label: "01234567890123456789012345678901" is not a text of up to 31 bytes' \
	port set lan0 1 label 01234567890123456789012345678901
wrong 'link: on or off is missing' port set lan0 1 link
wrong 'link: "up" is not on or off' port set lan0 1 link up
wrong 'unknown word "speed"' port set lan0 1 speed 1000
wrong '"link" is there twice' port set lan0 1 link on link off
wrong 'learning: "yes" is not on or off' port set lan0 1 learning yes
wrong 'flood: on or off is missing' port set lan0 1 flood
wrong 'isolated: "1" is not on or off' port set lan0 1 isolated 1
wrong 'max-addresses: "65537" is not a number from 0 to 65536' \
	port set lan0 1 max-addresses 65537
bad='is not an address or off'
wrong "lock: \"on\" $bad" port set lan0 1 lock on
wrong "lock: \"00:00:00:00:00:00\" $bad" port set lan0 1 lock 00:00:00:00:00:00
refused 'port 1 of hub "lan0": A port is locked to the address of one station' \
	port set lan0 1 lock 01:00:5e:00:00:01

# Words of fdb ---------------------------------------------------------------
wrong 'an address is missing' fdb add lan0
wrong 'an address is missing' fdb del lan0
for bad in "" 1 02:00:5e:00:53 02:00:5e:00:53:0 02:00:5e:00:53:001 \
	02-00-5e-00-53-01 02:00:5e:00:53:0g 02:00:5e:00:53:01: 0x:00:5e:00:53:01; do
	wrong "\"$bad\" is not an address as 02:00:5e:00:53:01" \
		fdb add lan0 "$bad" port 1
done
address=02:00:5e:00:53:01
wrong 'fdb add: port is missing' fdb add lan0 $address
wrong 'port: the number of a port is missing' fdb add lan0 $address port
wrong 'port: "x" is not the number of a port' fdb add lan0 $address port x
wrong 'vid: "4095" is not a number from 0 to 4094' \
	fdb add lan0 $address port 1 vid 4095
wrong 'unknown word "static"' fdb add lan0 $address port 1 static
wrong 'unknown word "port"' fdb del lan0 $address port 1
wrong 'unknown word "all"' fdb flush lan0 all
wrong '"vid" is there twice' fdb show lan0 vid 1 vid 2
refused 'hub "lan0": Only a hub in mode switch keeps addresses' \
	fdb add lan0 $address port 1
refused 'hub "lan0": The hub has no port of this number' \
	fdb add lan0 $address port 2
refused 'hub "lan0": Not the address of one Ethernet station' \
	fdb add lan0 ff:ff:ff:ff:ff:ff port 1
refused 'hub "lan0": The hub does not know this address' fdb del lan0 $address
refused 'hub "lan0": The hub has no port of this number' fdb flush lan0 port 2

# Words of run --------------------------------------------------------------
wrong 'the command is missing: vhub run NAME -- COMMAND...' run lan0
wrong 'the command is missing: vhub run NAME -- COMMAND...' run lan0 --
wrong 'unknown word "true"' run lan0 true "{n0}"
wrong 'queues: "33" is not a number from 1 to 32' \
	run lan0 queues 33 -- true "{n0}"
wrong 'queues: "0" is not a number from 1 to 32' \
	run lan0 queues 0 -- true "{n0}"
wrong 'vnet: "9" is not 0 or a size from 10 to 256' \
	run lan0 vnet 9 -- true "{n0}"
wrong 'as: "bochs" is not one of qemu, crosvm, cloud-hypervisor, kvmtool, uml, other' \
	run lan0 as bochs -- true "{n0}"
wrong 'crosvm takes 1 queue of a port, not 2' \
	run lan0 queues 2 -- crosvm --net "{n0}"
cmd_says "vhub run ... nope: not found" 127 \
	'vhub: cannot run "nope": No such file or directory' \
	in_ns a vhub run lan0 -- nope "{n0}"
cmd_says "vhub run ... /: not to be run" 126 \
	'vhub: cannot run "/": Permission denied' \
	in_ns a vhub run lan0 -- / "{n0}"

# Rights --------------------------------------------------------------------
denied 'no permission to add a hub (CAP_NET_ADMIN in this network namespace)' \
	hub add lan1
denied 'no permission to delete hub "lan0" (CAP_NET_ADMIN in this network namespace)' \
	hub del lan0
owner="Only the hub's owner or CAP_NET_ADMIN may do this"
denied "hub \"lan0\": $owner" hub set lan0 perm 0666
denied "port 1 of hub \"lan0\": $owner" port set lan0 1 link off
denied "port 1 of hub \"lan0\": $owner" port del lan0 1
denied "hub \"lan0\": $owner" hub set lan0 mode switch
denied "hub \"lan0\": $owner" fdb add lan0 $address port 1
denied "hub \"lan0\": $owner" fdb del lan0 $address
denied "hub \"lan0\": $owner" fdb flush lan0
denied 'no permission to attach to hub "shut0" (perm 0600, owner root, group root)' \
	run shut0 -- true "{n0}"
cmd_says "who may only receive is told" 0 \
	'vhub: on hub "lan0" you may receive, but not send' \
	in_ns a as_nobody vhub run lan0 -- true "{n0}"
in_ns a vhub hub set shut0 owner nobody
denied 'hub "shut0": Only CAP_NET_ADMIN may give a hub away' \
	hub set shut0 owner root
denied 'hub "shut0": Only CAP_NET_ADMIN may name a group it is not in' \
	hub set shut0 group root
in_ns a ip link add d0 type dummy
denied 'hub "shut0": Only CAP_NET_ADMIN may put a network device on a hub' \
	port add shut0 dev d0
in_ns a vhub port add shut0 dev d0
denied 'port 1 of hub "shut0": Only CAP_NET_ADMIN may take a network device off a hub' \
	port del shut0 1

# A hub that is not the kernel's, and lets nobody in but root.
start vhubd in_ns a vhubd -u -m 0600 errors0
busywait test -S /run/vhub/errors0/netlink
theirs='hub "errors0", which is a vhubd of user root'
denied "no permission to attach to $theirs" run errors0 -- true "{n0}"
denied "no permission to attach to $theirs" run errors0 -- true "{n0.fd}"
denied "no permission to ask $theirs" hub show errors0
denied "no permission to ask $theirs" port show errors0
denied "no permission to ask $theirs" hub del errors0
cmd_says "and without a folder of its own, it gets no other" 2 \
	'vhubd: XDG_RUNTIME_DIR does not say where hub "errors0" could be found' \
	in_ns a as_nobody env -u XDG_RUNTIME_DIR \
	vhub run errors0 --user -- true "{n0}"
cmd_fail "nor is one left" pgrep -u nobody -x vhubd
stop vhubd

full()
{
	in_ns a vhub "$@" >/dev/full
}

cmd_says "output that cannot be written is an error" 2 \
	"vhub: cannot write the output: No space left on device" full hub show
cmd_says "JSON too" 2 \
	"vhub: cannot write the output: No space left on device" full -j hub show

finish
