#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vhub - a user without any privilege makes a network of their own, and does
# nothing to those of others
#
#	user nobody, in user and network namespaces of their own:
#	frames --- 1 |own0| 2 --- frames
#
#	in the namespace the administrator made:
#	root0 (0600)   all0 (0666)   read0 (0604)   own0 (nobody's)   group0

. "$(dirname "$0")/lib.sh"

plan 35

# Programs, as as_nobody is: user nobody as root of namespaces of their own, and
# as root of a user namespace only.
cat >"$tmp/bin/own" <<'END'
#!/bin/sh
exec as_nobody unshare -Urn "$@"
END
cat >"$tmp/bin/fake_root" <<'END'
#!/bin/sh
exec as_nobody unshare -Ur "$@"
END
chmod 755 "$tmp/bin/own" "$tmp/bin/fake_root"

nobody()
{
	in_ns a as_nobody "$@"
}

fake()
{
	in_ns a fake_root "$@"
}

ns_add a
in_ns a vhub hub add root0 perm 0600
in_ns a vhub hub add all0 perm 0666
in_ns a vhub hub add read0 perm 0604
in_ns a vhub hub add own0 owner nobody perm 0600
in_ns a ip link add d0 type dummy
in_ns a vhub hub add group0 group nogroup perm 0060

# A network of their own -------------------------------------------------------
cmd_prints "nobody makes a hub in a namespace of their own, and owns it" \
	"own0: ports 0 owner root group root perm 0660" \
	own sh -c 'vhub hub add own0 && vhub hub show own0'
cmd_ok "ip does, too" own ip link add own0 type vhub
cmd_ok "frames go through it" \
	own sh -c 'vhub hub add own0 && frames spread own0 3 200 64'
cmd_ok "the host is plugged in" own sh -c \
	'vhub hub add own0 && ip link set own0 up && vhub port show own0 0 |
	grep -q send,recv,link'
cmd_ok "rights change" own sh -c 'vhub hub add own0 && vhub hub set own0 perm 0600'
cmd_ok "network devices become ports, and are none any more" \
	own sh -c 'vhub hub add own0 && ip link add v0 type veth peer name v1 &&
	ip link set v0 up && ip link set v1 up && vhub port add own0 dev v0 &&
	vhub port show own0 1 | grep -q "dev v0" && frames -p send v1 1 60 &&
	vhub port del own0 1 && ip link set v0 master own0 &&
	ip link set v0 nomaster'
cmd_says "but not to users that are not there" 2 \
	'vhub: hub "own0": No such user in this user namespace' \
	own sh -c 'vhub hub add own0 && vhub hub set own0 owner 1'
cmd_ok "ports are taken off" own sh -c 'vhub hub add own0 &&
	vhub run own0 -- sh -c "vhub port del own0 1 # {n0.fd}"'
cmd_prints "of others' hubs nothing is seen" "" own vhub hub show

# Others' hubs, for user nobody ---------------------------------------------------
shut='no permission to attach to hub "root0" (perm 0600, owner root, group root)'
cmd_says "a hub may be for its owner only" 2 "vhub: $shut" \
	nobody vhub run root0 -- true '{n0.fd}'
cmd_ok "or for all" nobody frames spread all0 2 100 100
cmd_ok "or for its owner, whoever that is" nobody frames spread own0 2 100 100
cmd_ok "or for its group" nobody frames spread group0 2 100 100
start_ready recv in_ns a as_nobody frames recv read0 1
json_same "who may only read has a port that may only receive" \
	'.[0].flags' '["recv","link"]' in_ns a vhub -j port show read0 1
start_ready send in_ns a frames send read0 1 60
eventually "and receives" said recv '^received 1 '
end recv
end send
cmd_says "but does not send" 1 "frames: write: Permission denied" \
	sh -c 'in_ns a as_nobody frames send read0 1 60 >/dev/null'
cmd_ok "everybody sees hubs" nobody vhub hub show root0
cmd_ok "and ports" nobody vhub port show root0
cmd_ok "an owner changes rights" nobody vhub hub set own0 perm 0640
start_ready hold in_ns a frames hold own0 1
cmd_ok "and labels of ports" nobody vhub port set own0 1 label x
cmd_ok "and takes them off" nobody vhub port del own0 1
end hold
cmd_fail "but puts no network device on it" nobody vhub port add own0 dev d0
in_ns a vhub port add own0 dev d0
cmd_fail "and takes none off" nobody vhub port del own0 1
cmd_fail "but does not delete the hub" nobody vhub hub del own0
cmd_fail "or set it up" nobody ip link set own0 up

# The same as root of a user namespace, in the administrator's network namespace
cmd_fail "who calls himself root makes no hub" fake vhub hub add new0
cmd_fail "deletes none" fake vhub hub del all0
cmd_fail "attaches to none that is shut" fake vhub run root0 -- true '{n0.fd}'
cmd_fail "takes no network device off" fake vhub port del own0 1
cmd_fail "changes no rights" fake vhub hub set all0 perm 0600
cmd_fail "gives no hub away" fake vhub hub set own0 owner 0
cmd_ok "but may do what the user may" fake frames spread all0 2 100 100
json_same "who is not mapped is shown as nobody" '.[0].owner' 65534 \
	in_ns a fake_root vhub -j hub show root0
json_same "nothing was changed" 'map([.name, .owner, .group, .perm])' \
	'[["root0",0,0,"0600"],["all0",0,0,"0666"],["read0",0,0,"0604"],["own0",65534,0,"0640"],["group0",0,65534,"0060"]]' \
	in_ns a vhub -j hub show

finish
