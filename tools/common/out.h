/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - output: one call prints a value as text or as JSON */
#ifndef VHUB_OUT_H
#define VHUB_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "../libvhub/netlink.h"

/* When text shows a value. JSON has every value always. */
enum out_when {
	OUT_ALWAYS,
	OUT_DETAILS,	/* with -d */
	OUT_STATS,	/* with -s */
	OUT_NONZERO,	/* with -s, unless it is 0 */
	OUT_JSON,	/* never */
};

#define OUT_DEPTH	3

/**
 * struct out_name - the last user or group that was printed
 * @known: there was one
 * @named: it has a name
 * @id: its number
 * @text: its name, or else its number
 *
 * Thousands of ports have few owners, and looking a name up is slow.
 */
struct out_name {
	bool known;
	bool named;
	uint32_t id;
	char text[VHUB_USER_SIZE];
};

/**
 * struct out - where output goes, and how
 * @json: print JSON, else text
 * @pretty: indent it
 * @details: show OUT_DETAILS
 * @stats: show OUT_STATS
 * @object: the JSON object being made and those open inside it
 * @depth: how many these are
 * @line: text to begin the next line with before its first value, or NULL
 * @array: an array is being written
 * @n: objects written of it
 * @failed: memory ran out
 * @user: last user
 * @group: last group
 */
struct out {
	bool json;
	bool pretty;
	bool details;
	bool stats;
	json_t *object[OUT_DEPTH];
	unsigned int depth;
	const char *line;
	bool array;
	size_t n;
	bool failed;
	struct out_name user;
	struct out_name group;
};

/* An array of objects; without one, each object is a line. */
void out_array(struct out *out);
void out_array_end(struct out *out);
void out_object(struct out *out);
void out_object_end(struct out *out);

/* An object inside the object; nothing in text. */
void out_nest(struct out *out, const char *key);
void out_nest_end(struct out *out);

/* Text goes on in a new line that begins with @begin, if it goes on. */
void out_line(struct out *out, const char *begin);

/* In text, a word or a name alone: @name and then @after. */
void out_word(struct out *out, const char *name, const char *after);

/* Values. Text shows the key with - for _ before the value; JSON's null is
 * nothing in text.
 */
void out_null(struct out *out, const char *key);
void out_number(struct out *out, enum out_when when, const char *key,
		uint64_t value);
void out_string(struct out *out, enum out_when when, const char *key,
		const char *value);
void out_bits(struct out *out, enum out_when when, const char *key,
	      uint32_t bits, const struct vhub_bit *names);

/* Words: a list in JSON, with commas between them in text. */
void out_words(struct out *out, enum out_when when, const char *key,
	       const char *const *words, size_t n);

/* Milliseconds: a number with the key KEY_ms in JSON, seconds in text. */
void out_ms(struct out *out, enum out_when when, const char *key, uint32_t ms);

/* An Ethernet address. */
void out_address(struct out *out, const char *key, const uint8_t *address);

/* A set of VLANs: JSON has an array of [first, last], text 10,20-29 or nothing. */
void out_vlans(struct out *out, const char *key, const uint8_t *vlans);

/* A number that may have a name: JSON has the number, and the name or null in
 * @name_key; text has the name or else the number.
 */
void out_user(struct out *out, const char *key, const char *name_key,
	      uint32_t uid);
void out_group(struct out *out, const char *key, const char *name_key,
	       uint32_t gid);

/* Writes what is buffered. Returns 0 or -errno. */
int out_flush(struct out *out);

#endif /* VHUB_OUT_H */
