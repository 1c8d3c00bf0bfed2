// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - fuzzer: frames of guests of a user stack, libslirp's part of it as well
 *
 *	input --- |hub| --- user
 *
 * The input is frames, each behind two bytes of length. It meets a stack that
 * knows nothing yet, in a network namespace with nothing in it.
 */
#include <err.h>

#include "../vhubd/link.h"
#include "fuzz.h"

#define FUZZ_USER	"user,tftp=/usr/share/doc"

static unsigned int fuzz_output(struct port *port,
				const struct vhub_frame *frames,
				unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		FUZZ_ASSERT(port_takes(port, frames[i].len));
	return n;
}

static const struct port_ops fuzz_ops = { .output = fuzz_output };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_seclude();
	fuzz_hub();
	return 0;
}

static struct link *fuzz_open(struct port *guest)
{
	GError *error = NULL;
	struct link *link = link_create(fuzz_hub(), FUZZ_USER, &error);

	if (!link || !link_open(link, &error))
		errx(1, "%s", error->message);
	FUZZ_ASSERT(!port_open(guest, fuzz_hub(), &fuzz_ops, PORT_NARROW,
			       "guest"));
	port_set_up(guest, true);
	return link;
}

static void fuzz_send(struct port *guest, const uint8_t *data, size_t len)
{
	/* Of this size and no larger, for what is read behind it to be seen. */
	struct vhub_frame frame = {
		.data = g_memdup2(data, len),
		.len = len,
	};

	if (port_takes(guest, len))
		port_input(guest, &frame, 1);
	fuzz_settle();
	g_free(frame.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct port guest = { 0 };
	struct link *link = fuzz_open(&guest);
	size_t len;

	while (size > 2) {
		len = MIN((size_t)data[0] << 8 | data[1], size - 2);
		fuzz_send(&guest, data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	port_close(&guest);
	link_free(link);
	fuzz_settle();
	return 0;
}
