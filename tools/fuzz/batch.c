// SPDX-License-Identifier: GPL-2.0
/* vhub - fuzzer: commands of the vhub program, as a batch has them */
#include <locale.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../vhub/cli.h"
#include "fuzz.h"

static int fuzz_fd;
static char fuzz_path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	setlocale(LC_CTYPE, "C.UTF-8");
	fuzz_fd = memfd_create("batch", 0);
	FUZZ_ASSERT(fuzz_fd >= 0);
	snprintf(fuzz_path, sizeof(fuzz_path), "/proc/self/fd/%d", fuzz_fd);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cli cli = { 0 };
	int ret;

	if (!size)
		return 0;
	cli.out.json = data[0] & 1;
	FUZZ_ASSERT(!ftruncate(fuzz_fd, 0));
	FUZZ_ASSERT(pwrite(fuzz_fd, data + 1, size - 1, 0) ==
		    (ssize_t)size - 1);
	ret = cli_batch(&cli, fuzz_path);
	FUZZ_ASSERT(ret >= CLI_OK && ret <= CLI_REFUSED);
	vhub_nl_close(&cli.nl);
	out_flush(&cli.out);
	return 0;
}
