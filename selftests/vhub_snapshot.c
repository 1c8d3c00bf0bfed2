// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - all that is to be seen of hubs, ports, addresses, devices and memory, as text
 *
 * A line for each attribute of each answer of the kernel's: whatever it tells is
 * compared, and what it will tell some day, too.
 */

#define _GNU_SOURCE

#include "vhub_snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "vhub_test.h"

/* Flags of a device that somebody sets; others follow in their own time. */
#define LINK_FLAGS	(IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_MASTER | IFF_SLAVE)

static struct genl genl;

/**
 * struct dump - a table of the family's
 * @cmd: who tells it
 * @name: what a line begins with
 * @changing: bits of attributes that change by themselves
 * @frames: of those that change with frames
 */
struct dump {
	__u8 cmd;
	const char *name;
	__u64 changing;
	__u64 frames;
};

static const struct dump dumps[] = {
	{ VHUB_CMD_HUB_GET, "hub" },
	{
		VHUB_CMD_PORT_GET, "port",
		.frames = 1 << VHUB_A_PORT_STATS | 1 << VHUB_A_PORT_QUEUED,
	},
	{ VHUB_CMD_FDB_GET, "address", .changing = 1 << VHUB_A_FDB_AGE_MS },
};

/**
 * struct writer - a snapshot that is being taken
 * @file: where to
 * @name: of what
 * @skip: bits of attributes that are left out
 */
struct writer {
	FILE *file;
	const char *name;
	__u64 skip;
};

/* Without it there is nothing to compare. */
static void need(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "# no snapshot of %s: %s\n", what, strerror(-ret));
	abort();
}

static void write_attr(FILE *file, const char *name, const struct nlattr *attr)
{
	const unsigned char *data = mnl_attr_get_payload(attr);
	const struct nlattr *inner;
	char text[64];
	int i;

	snprintf(text, sizeof(text), "%s.%u", name, mnl_attr_get_type(attr));
	if (attr->nla_type & NLA_F_NESTED) {
		mnl_attr_for_each_nested(inner, attr)
			write_attr(file, text, inner);
		return;
	}
	fprintf(file, "%s", text);
	for (i = 0; i < mnl_attr_get_payload_len(attr); i++)
		fprintf(file, " %02x", data[i]);
	fprintf(file, "\n");
}

static int write_message(const struct nlmsghdr *nlh, void *data)
{
	const struct writer *writer = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (!(writer->skip & 1ULL << mnl_attr_get_type(attr)))
			write_attr(writer->file, writer->name, attr);
	return MNL_CB_OK;
}

static void write_dump(FILE *file, const struct dump *dump, bool frames)
{
	struct writer writer = {
		.file = file,
		.name = dump->name,
		.skip = dump->changing | (frames ? 0 : dump->frames),
	};

	genl_begin(&genl, dump->cmd, NLM_F_DUMP);
	need(genl_talk(&genl, write_message, &writer), dump->name);
}

static bool is_link_attr(const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_ADDRESS:
	case IFLA_IFNAME:
	case IFLA_MASTER:
	case IFLA_MTU:
	case IFLA_PROMISCUITY:
		return true;
	}
	return false;
}

static int write_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	FILE *file = data;

	fprintf(file, "link %d flags %x\n", head->ifi_index,
		head->ifi_flags & LINK_FLAGS);
	mnl_attr_for_each(attr, nlh, sizeof(*head))
		if (is_link_attr(attr))
			write_attr(file, "link", attr);
	return MNL_CB_OK;
}

/* Pages that are pinned: nobody else does that here. */
static void write_pins(FILE *to)
{
	unsigned long long pinned, given_back, n;
	char name[64];
	FILE *file;

	/* Which adds up what each processor has counted. */
	file = fopen("/proc/sys/vm/stat_refresh", "w");
	if (file) {
		fputs("1", file);
		fclose(file);
	}
	pinned = 0;
	given_back = 0;
	file = fopen("/proc/vmstat", "r");
	need(file ? 0 : -errno, "/proc/vmstat");
	while (fscanf(file, "%63s %llu", name, &n) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired"))
			pinned = n;
		if (!strcmp(name, "nr_foll_pin_released"))
			given_back = n;
	}
	fclose(file);
	fprintf(to, "pinned %llu\n", pinned - given_back);
}

/* In the network namespace that this process is in. Return: 0 or -errno. */
int snapshot_open(void)
{
	return genl_open(&genl);
}

/* Return: what is to be freed. */
char *snapshot_take(bool frames)
{
	char *text = NULL;
	unsigned int i;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	need(file ? 0 : -errno, "memory");
	for (i = 0; i < sizeof(dumps) / sizeof(*dumps); i++)
		write_dump(file, &dumps[i], frames);
	need(link_dump(write_link, file), "links");
	write_pins(file);
	fclose(file);
	return text;
}

/* Is all as it was? */
bool snapshot_is(const char *snapshot, bool frames)
{
	char *now = snapshot_take(frames);
	bool same = !strcmp(snapshot, now);

	free(now);
	return same;
}

/* Prints the first line that is another than before. */
void snapshot_tell(const char *before, bool frames)
{
	char *now = snapshot_take(frames);
	size_t at = 0, line = 0;

	for (; before[at] && before[at] == now[at]; at++)
		if (before[at] == '\n')
			line = at + 1;
	if (before[at] != now[at])
		fprintf(stderr, "# was: %.*s\n# now: %.*s\n",
			(int)strcspn(before + line, "\n"), before + line,
			(int)strcspn(now + line, "\n"), now + line);
	free(now);
}
