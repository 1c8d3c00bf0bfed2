// SPDX-License-Identifier: GPL-2.0
/* vhub - what each emulator wants to be told about the files of a port */
#include <fnmatch.h>
#include <string.h>

#include <linux/vhub_dev.h>

#include "emulator.h"

static void emulator_join(FILE *to, const int *fds, uint32_t queues,
			  const char *between)
{
	uint32_t i;

	for (i = 0; i < queues; i++)
		fprintf(to, "%s%d", i ? between : "", fds[i]);
}

void emulator_write_fds(FILE *to, const int *fds, uint32_t queues)
{
	emulator_join(to, fds, queues, ":");
}

/* For -netdev and -nic. */
static void emulator_write_qemu(FILE *to, unsigned int n, const int *fds,
				uint32_t queues)
{
	fprintf(to, "tap,id=n%u,%s=", n, queues > 1 ? "fds" : "fd");
	emulator_write_fds(to, fds, queues);
}

/* Likewise. A comma is written twice. */
static void emulator_write_qemu_stream(FILE *to, unsigned int n,
				       const char *path)
{
	fprintf(to, "stream,id=n%u,server=off,addr.type=unix,addr.path=", n);
	for (; *path; path++)
		fprintf(to, *path == ',' ? ",," : "%c", *path);
}

/* For --net. */
static void emulator_write_crosvm(FILE *to, unsigned int n, const int *fds,
				  uint32_t queues)
{
	(void)n;
	fputs("tap-fd=", to);
	emulator_write_fds(to, fds, queues);
}

/* For --net. A queue here is one direction of what is a queue elsewhere. */
static void emulator_write_chv(FILE *to, unsigned int n, const int *fds,
			       uint32_t queues)
{
	(void)n;
	if (queues == 1) {
		fprintf(to, "fd=%d", fds[0]);
		return;
	}
	fputs("fd=[", to);
	emulator_join(to, fds, queues, ",");
	fprintf(to, "],num_queues=%u", 2 * queues);
}

/* For --network. Without tapif= it would set up an address of the host. */
static void emulator_write_kvmtool(FILE *to, unsigned int n, const int *fds,
				   uint32_t queues)
{
	fprintf(to, "mode=tap,tapif=n%u,fd=", n);
	emulator_write_fds(to, fds, queues);
}

/* For vec0:. With vec=1, the default, it would need a socket. */
static void emulator_write_uml(FILE *to, unsigned int n, const int *fds,
			       uint32_t queues)
{
	(void)n;
	fputs("transport=fd,fd=", to);
	emulator_write_fds(to, fds, queues);
	fputs(",vec=0", to);
}

static void emulator_write_other(FILE *to, unsigned int n, const int *fds,
				 uint32_t queues)
{
	(void)n;
	emulator_write_fds(to, fds, queues);
}

static const char *const qemu_commands[] = { "qemu-*", "kvm", NULL };
static const char *const crosvm_commands[] = { "crosvm", NULL };
static const char *const chv_commands[] = { "cloud-hypervisor*", NULL };
static const char *const kvmtool_commands[] = { "lkvm*", "kvmtool", NULL };
static const char *const uml_commands[] = {
	"linux", "vmlinux", "*uml*", NULL
};

static const char *const other_commands[] = { "*", NULL };

/* Header sizes: QEMU's and kvmtool's first, which they change as the guest
 * wants; crosvm and cloud-hypervisor set 12 at once; User Mode Linux does not
 * know headers on a file. The last entry fits every command.
 */
static const struct emulator emulators[] = {
	{ "qemu", qemu_commands, 10, VHUB_QUEUES_MAX, emulator_write_qemu,
	  emulator_write_qemu_stream },
	{ "crosvm", crosvm_commands, 12, 1, emulator_write_crosvm, NULL },
	{ "cloud-hypervisor", chv_commands, 12, VHUB_QUEUES_MAX,
	  emulator_write_chv, NULL },
	{ "kvmtool", kvmtool_commands, 10, 1, emulator_write_kvmtool,
	  NULL },
	{ "uml", uml_commands, 0, 1, emulator_write_uml, NULL },
	{ "other", other_commands, 0, VHUB_QUEUES_MAX, emulator_write_other,
	  NULL },
	{ 0 }
};

const struct emulator *emulator_of_command(const char *command)
{
	const struct emulator *e = emulators;
	const char *const *pattern;

	for (;; e++)
		for (pattern = e->commands; *pattern; pattern++)
			if (!fnmatch(*pattern, command, 0))
				return e;
}

const struct emulator *emulator_named(const char *name)
{
	const struct emulator *e;

	for (e = emulators; e->name; e++)
		if (!strcmp(e->name, name))
			return e;
	return NULL;
}
