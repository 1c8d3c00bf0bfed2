// SPDX-License-Identifier: GPL-2.0
/* vhub - fuzzer: messages about hubs, ports and addresses, as libvhub reads them */
#include <string.h>

#include <linux/genetlink.h>

#include "../libvhub/genl.h"
#include "fuzz.h"

#define MESSAGE_MAX	4096

/* @data: a byte that says what it is about, and attributes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhub_port_info port;
	struct vhub_hub_info hub;
	struct vhub_fdb_info fdb;
	struct nlmsghdr *nlh;

	if (!size || size > MESSAGE_MAX)
		return 0;
	/* Of this size and no larger, for what is read behind it to be seen. */
	nlh = g_malloc0(NLMSG_HDRLEN + GENL_HDRLEN + size - 1);
	nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + size - 1;
	memcpy((char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN, data + 1, size - 1);
	switch (data[0] % 3) {
	case 0:
		if (!vhub_hub_parse(nlh, &hub))
			FUZZ_ASSERT(strnlen(hub.name, sizeof(hub.name)) <
				    sizeof(hub.name));
		break;
	case 1:
		if (!vhub_port_parse(nlh, &port))
			FUZZ_ASSERT(strnlen(port.label, sizeof(port.label)) <
				    sizeof(port.label));
		break;
	default:
		vhub_fdb_parse(nlh, &fdb);
	}
	g_free(nlh);
	return 0;
}
