// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: links in words, as vhubd's command line has them
 *
 * An input that begins as one of its options goes to what reads the value of that.
 */
#include <string.h>

#include "../vhubd/folder.h"
#include "../vhubd/inherit.h"
#include "../vhubd/link.h"
#include "../vhubd/links.h"
#include "../vhubd/opts.h"
#include "../vhubd/privilege.h"
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	fuzz_hub();
	return 0;
}

static bool fuzz_link(const char *text, GError **error)
{
	struct link *link = link_create(fuzz_hub(), text, error);

	if (link)
		link_free(link);
	return link;
}

static bool fuzz_ageing(const char *text, GError **error)
{
	uint32_t ms = 0;

	if (!opts_seconds(text, VHUB_AGEING_MAX, &ms)) {
		opts_error(error, "no number of seconds");
		return false;
	}
	FUZZ_ASSERT(ms <= VHUB_AGEING_MAX);
	return true;
}

static bool fuzz_allow(const char *text, GError **error)
{
	struct needs needs;
	bool good;

	needs_init(&needs);
	good = links_allow(text, &needs, error);
	needs_clear(&needs);
	return good;
}

static bool fuzz_fd(const char *text, GError **error)
{
	bool good = inherit_add(text, error);

	inherit_free();
	return good;
}

static bool fuzz_group(const char *text, GError **error)
{
	struct folder folder = { 0 };

	return folder_parse(&folder, NULL, text, error);
}

static bool fuzz_mode(const char *text, GError **error)
{
	struct folder folder = { 0 };
	bool good = folder_parse(&folder, text, NULL, error);

	FUZZ_ASSERT(!good || folder.mode <= 0777);
	return good;
}

static bool fuzz_run_as(const char *text, GError **error)
{
	struct privilege privilege = { 0 };
	bool good = privilege_parse(&privilege, text, error);

	g_free(privilege.name);
	return good;
}

static const struct {
	const char *option;
	bool (*parse)(const char *text, GError **error);
} fuzz_options[] = {
	{ "--ageing=", fuzz_ageing },
	{ "--allow=", fuzz_allow },
	{ "--fd=", fuzz_fd },
	{ "--group=", fuzz_group },
	{ "--mode=", fuzz_mode },
	{ "--run-as=", fuzz_run_as },
	{ "", fuzz_link },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	GError *error = NULL;
	unsigned int i = 0;
	bool good;

	while (!g_str_has_prefix(text, fuzz_options[i].option))
		i++;
	good = fuzz_options[i].parse(text + strlen(fuzz_options[i].option),
				     &error);
	/* What is refused is refused in words. */
	FUZZ_ASSERT(good == !error);
	g_clear_error(&error);
	g_free(text);
	return 0;
}
