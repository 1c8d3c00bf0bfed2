# SPDX-License-Identifier: GPL-2.0
# vhub - what people type
#
# make [KDIR=DIR]	the module for the running kernel, and the programs
# make install [DESTDIR=] [PREFIX=/usr/local]
#			module, programs, udev rule, loading at boot
# make uninstall	removes what that put there
# make clean		removes everything that was built
# make demo		two virtual machines ping each other over a hub, and one
#			reaches this machine by a hub that needs no module
# make check [KERNEL=6.1] [TESTS="a b"]
#			every test, in virtual machines of each kernel
# make check-debug [KERNEL=kcsan] [TESTS="a b"]
#			every scenario on kernels that notice mistakes of memory,
#			locks and races, with two processors: takes hours
# make check-detectors [KERNEL="uml debug kcsan"]
#			do those kernels notice such mistakes
# make check-sanitize [KERNEL=6.1]
#			those of programs, built with ASan and UBSan
# make check-valgrind	those of vhubd that need no module, and the CLI, on valgrind
# make coverage		which lines of the module the scenarios reach
# make analyze		static analysis of the module and the programs, minutes
# make fuzz		each fuzzer of the programs for ten minutes
# make fuzz-module [KERNEL=uml] [FUZZ_SECONDS=600]
#			each fuzzer of the module for ten minutes
# make soak [KERNEL=6.12]
#			everything at once in the module, for half an hour
# make bench [BENCH="OPTIONS"]
#			what a frame costs, beside the hub's rivals
# make bench-baseline [KERNEL=6.1]
#			writes anew what it may cost
# make bench-vhubd	frames a second through the user hub and vde_switch, here
# make kmod-6.1		the module for the virtual machine of that kernel
# make genl		the netlink code, from Documentation/netlink/specs/
# make genl-check	fails if that is not what is committed
# make style		checkpatch and shellcheck
#
# demo and check install the Debian packages they need, and say so first.

VERSION := 0.1

DESTDIR ?=
PREFIX ?= /usr/local
KDIR ?= /lib/modules/$(shell uname -r)/build
DEPMOD ?= $(or $(shell command -v depmod),/sbin/depmod)

UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
MODULESLOADDIR ?= $(PREFIX)/lib/modules-load.d

kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)
tools = $(MAKE) -C tools O=$(CURDIR)/build/tools VERSION=$(VERSION)
# What modules are made for; `make kernelrelease` says other on Debian.
utsrelease = $(KDIR)/include/generated/utsrelease.h
release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(utsrelease))

all: module tools

kdir:
	@test -e $(KDIR)/Makefile || { echo "vhub: no kernel headers in" \
		"$(KDIR): install the package linux-headers-$$(uname -r)," \
		"or give KDIR=" >&2; exit 1; }

module: kdir
	$(kbuild) modules

tools:
	$(tools)

# $(INSTALL_MOD_DIR) is below /lib/modules/RELEASE; kbuild adds our kmod/.
install: module tools install-files
	$(kbuild) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates/vhub \
		modules_install
	$(if $(DESTDIR),,$(DEPMOD) $(release))
	$(tools) install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# A running udev takes new rules in by itself, but only for new devices.
install-files:
	install -d $(DESTDIR)$(UDEVDIR) $(DESTDIR)$(MODULESLOADDIR)
	install -m 644 scripts/60-vhub.rules $(DESTDIR)$(UDEVDIR)/60-vhub.rules
	install -m 644 scripts/modules-load.conf \
		$(DESTDIR)$(MODULESLOADDIR)/vhub.conf

uninstall: kdir
	rm -rf $(DESTDIR)/lib/modules/$(release)/updates/vhub
	$(if $(DESTDIR),,$(DEPMOD) $(release))
	rm -f $(DESTDIR)$(UDEVDIR)/60-vhub.rules \
		$(DESTDIR)$(MODULESLOADDIR)/vhub.conf
	$(tools) uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# kbuild cleans only where there is a kernel to clean for; its leftovers are
# the same everywhere.
clean:
	rm -rf build .tmp_versions Module.symvers modules.order .*.cmd \
		.module-common.o
	cd kmod && rm -f *.o *.ko *.mod *.mod.c modules.order .*.cmd .*.d .*.o
	$(tools) clean
	$(MAKE) -C selftests clean

kmod-%:
	scripts/kmod $*

genl-check:
	scripts/genl --check

check-detectors:
	scripts/deps own vm
	scripts/detectors $(KERNEL)

check-debug: export KERNEL ?= debug kcsan
check-debug: $(if $(TESTS),,check-detectors)
	TESTS="$(or $(TESTS),vm kmod-debug scenarios)" scripts/check

check-sanitize:
	scripts/sanitize -a

check-valgrind:
	scripts/valgrind

genl style check demo fuzz analyze coverage:
	scripts/$@

fuzz-module: export KERNEL ?= uml
fuzz-module: export FUZZ_SECONDS ?= 600
fuzz-module:
	scripts/deps vm own
	scripts/kernel $(KERNEL)
	scripts/kmod $(KERNEL)
	$(MAKE) -s tools
	$(MAKE) -s -C selftests
	cd selftests && for name in fuzz_calls ring_fuzz; do \
		vm/run -q -r -t $$((FUZZ_SECONDS + 600)) -- \
			env FUZZ_SECONDS="$$FUZZ_SECONDS" \
			../build/selftests/$$name || exit; \
	done

soak: export KERNEL ?= 6.12
soak: kmod-$(or $(KERNEL),6.12)
	scripts/deps vm
	$(MAKE) -s tools
	$(MAKE) -s -C selftests
	cd selftests && vm/run -q -t 3000 -- env SOAK_SECONDS=1800 \
		../build/selftests/soak

bench: export KERNEL ?= 6.1
bench:
	scripts/deps bench
	tools/bench/run $(BENCH)

bench-baseline: export KERNEL ?= 6.1
bench-baseline:
	scripts/deps bench
	tools/bench/run --baseline-write

bench-vhubd: tools
	scripts/deps bench
	$(MAKE) -s -C tools/bench O=$(CURDIR)/build/bench
	unshare --user --map-root-user --mount --net sh -c \
		'mount -t tmpfs run /run && exec "$$@"' - \
		build/bench/vhub-bench --wall --long vde user-vde cable user-1 \
		user-64 lib-1 lib-64 hubport user-tcp stacks idle-user

.PHONY: bench bench-baseline bench-vhubd
.PHONY: all kdir module tools install install-files uninstall clean
.PHONY: genl genl-check style check check-debug check-detectors check-sanitize
.PHONY: check-valgrind demo fuzz fuzz-module analyze coverage soak
