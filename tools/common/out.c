// SPDX-License-Identifier: GPL-2.0
/* vhub - output: one call prints a value as text or as JSON */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "out.h"
#include "quote.h"

void out_array(struct out *out)
{
	out->array = true;
	out->n = 0;
}

void out_array_end(struct out *out)
{
	if (out->json)
		puts(out->n ? "\n]" : "[]");
	out->array = false;
}

void out_object(struct out *out)
{
	if (!out->json)
		return;
	out->object[0] = json_object();
	out->depth = 1;
	out->failed |= !out->object[0];
}

/* ASCII only: a terminal must not obey a label. */
static void out_dump(struct out *out)
{
	size_t flags = JSON_ENSURE_ASCII;

	flags |= out->pretty ? JSON_INDENT(2) : JSON_COMPACT;
	if (out->array)
		fputs(out->n++ ? ",\n" : "[\n", stdout);
	if (json_dumpf(out->object[0], stdout, flags))
		out->failed = true;
	if (!out->array)
		putchar('\n');
}

void out_object_end(struct out *out)
{
	if (!out->json) {
		putchar('\n');
		out->line = NULL;
		return;
	}
	out_dump(out);
	json_decref(out->object[0]);
	out->depth = 0;
}

/* Takes the reference of @value, which may be NULL for no memory. */
static void out_set(struct out *out, const char *key, json_t *value)
{
	if (json_object_set_new(out->object[out->depth - 1], key, value))
		out->failed = true;
}

void out_nest(struct out *out, const char *key)
{
	json_t *nest;

	if (!out->json)
		return;
	nest = json_object();
	out_set(out, key, nest);
	out->object[out->depth++] = nest;
}

void out_nest_end(struct out *out)
{
	if (out->json)
		out->depth--;
}

void out_line(struct out *out, const char *begin)
{
	out->line = begin;
}

/* What comes before a value: a new line if one was asked for, the key. */
static void out_key(struct out *out, const char *key)
{
	if (out->line)
		printf("\n%s", out->line);
	out->line = NULL;
	putchar(' ');
	for (; *key; key++)
		putchar(*key == '_' ? '-' : *key);
	putchar(' ');
}

static bool out_shown(const struct out *out, enum out_when when, bool zero)
{
	switch (when) {
	case OUT_ALWAYS:
		return true;
	case OUT_DETAILS:
		return out->details;
	case OUT_STATS:
		return out->stats;
	case OUT_NONZERO:
		return out->stats && !zero;
	default:
		return false;
	}
}

void out_word(struct out *out, const char *name, const char *after)
{
	if (out->json)
		return;
	quote_print(stdout, name);
	fputs(after, stdout);
}

void out_null(struct out *out, const char *key)
{
	if (out->json)
		out_set(out, key, json_null());
}

void out_number(struct out *out, enum out_when when, const char *key,
		uint64_t value)
{
	if (out->json) {
		out_set(out, key, json_integer(value));
	} else if (out_shown(out, when, !value)) {
		out_key(out, key);
		printf("%llu", (unsigned long long)value);
	}
}

void out_string(struct out *out, enum out_when when, const char *key,
		const char *value)
{
	char *utf8;

	if (out->json) {
		utf8 = quote_utf8(value);
		out_set(out, key, utf8 ? json_string(utf8) : NULL);
		free(utf8);
	} else if (out_shown(out, when, !*value)) {
		out_key(out, key);
		quote_print(stdout, value);
	}
}

static void out_bits_json(struct out *out, const char *key, uint32_t bits,
			  const struct vhub_bit *names)
{
	json_t *array = json_array();
	char unknown[16];

	for (; names->bit; names++) {
		if (bits & names->bit)
			json_array_append_new(array, json_string(names->name));
		bits &= ~names->bit;
	}
	if (bits) {
		snprintf(unknown, sizeof(unknown), "0x%x", bits);
		json_array_append_new(array, json_string(unknown));
	}
	out_set(out, key, array);
}

static void out_bits_text(uint32_t bits, const struct vhub_bit *names)
{
	const char *comma = "";

	if (!bits)
		fputs("none", stdout);
	for (; names->bit; names++) {
		if (!(bits & names->bit))
			continue;
		printf("%s%s", comma, names->name);
		bits &= ~names->bit;
		comma = ",";
	}
	if (bits)
		printf("%s0x%x", comma, bits);
}

void out_bits(struct out *out, enum out_when when, const char *key,
	      uint32_t bits, const struct vhub_bit *names)
{
	if (out->json) {
		out_bits_json(out, key, bits, names);
	} else if (out_shown(out, when, !bits)) {
		out_key(out, key);
		out_bits_text(bits, names);
	}
}

static void out_words_json(struct out *out, const char *key,
			   const char *const *words, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_string(words[i]));
	out_set(out, key, array);
}

void out_words(struct out *out, enum out_when when, const char *key,
	       const char *const *words, size_t n)
{
	size_t i;

	if (out->json) {
		out_words_json(out, key, words, n);
	} else if (out_shown(out, when, !n)) {
		out_key(out, key);
		for (i = 0; i < n; i++)
			printf("%s%s", i ? "," : "", words[i]);
	}
}

void out_ms(struct out *out, enum out_when when, const char *key, uint32_t ms)
{
	unsigned int digits = 3, rest = ms % 1000;
	char name[32];

	if (out->json) {
		snprintf(name, sizeof(name), "%s_ms", key);
		out_set(out, name, json_integer(ms));
		return;
	}
	if (!out_shown(out, when, !ms))
		return;
	out_key(out, key);
	printf("%u", ms / 1000);
	for (; rest && !(rest % 10); digits--)
		rest /= 10;
	if (rest)
		printf(".%0*u", digits, rest);
}

void out_address(struct out *out, const char *key, const uint8_t *address)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		 address[0], address[1], address[2], address[3], address[4],
		 address[5]);
	out_string(out, OUT_ALWAYS, key, text);
}

static void out_vlans_json(struct out *out, const char *key,
			   const uint8_t *vlans)
{
	json_t *array = json_array();
	unsigned int first = 1, last;

	for (; vhub_vlans_next(vlans, &first, &last); first = last + 1)
		if (json_array_append_new(array, json_pack("[ii]", (int)first,
							   (int)last)))
			out->failed = true;
	out_set(out, key, array);
}

static void out_vlans_text(struct out *out, const char *key,
			   const uint8_t *vlans)
{
	unsigned int first = 1, last;
	const char *comma = "";

	for (; vhub_vlans_next(vlans, &first, &last); first = last + 1) {
		if (!*comma)
			out_key(out, key);
		printf("%s%u", comma, first);
		if (last != first)
			printf("-%u", last);
		comma = ",";
	}
}

void out_vlans(struct out *out, const char *key, const uint8_t *vlans)
{
	if (out->json)
		out_vlans_json(out, key, vlans);
	else
		out_vlans_text(out, key, vlans);
}

static void out_id(struct out *out, const char *key, const char *name_key,
		   const struct out_name *name)
{
	if (!out->json)
		out_string(out, OUT_ALWAYS, key, name->text);
	else
		out_number(out, OUT_ALWAYS, key, name->id);
	if (name->named)
		out_string(out, OUT_JSON, name_key, name->text);
	else
		out_null(out, name_key);
}

void out_user(struct out *out, const char *key, const char *name_key,
	      uint32_t uid)
{
	struct out_name *user = &out->user;

	if (!user->known || user->id != uid) {
		user->named = vhub_user_name(uid, user->text);
		user->id = uid;
		user->known = true;
	}
	out_id(out, key, name_key, user);
}

void out_group(struct out *out, const char *key, const char *name_key,
	       uint32_t gid)
{
	struct out_name *group = &out->group;

	if (!group->known || group->id != gid) {
		group->named = vhub_group_name(gid, group->text);
		group->id = gid;
		group->known = true;
	}
	out_id(out, key, name_key, group);
}

int out_flush(struct out *out)
{
	if (out->failed)
		return -ENOMEM;
	if (fflush(stdout) || ferror(stdout))
		return errno ? -errno : -EIO;
	return 0;
}
