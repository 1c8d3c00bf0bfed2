// SPDX-License-Identifier: GPL-2.0
/* vhub - fuzzer: links in words, as vhubd's command line has them */
#include "../vhubd/link.h"
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	fuzz_hub();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	GError *error = NULL;
	struct link *link = link_create(fuzz_hub(), text, &error);

	/* What is refused is refused in words. */
	FUZZ_ASSERT(!link == !!error);
	if (link)
		link_free(link);
	g_clear_error(&error);
	g_free(text);
	return 0;
}
