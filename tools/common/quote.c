// SPDX-License-Identifier: GPL-2.0
/* vhub - text of strangers, made safe to print */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "quote.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD in UTF-8 */

/* Characters that turn the direction of what follows can make a line of text
 * look like another.
 */
static bool quote_turns(wint_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the next character if it can be printed as it is, else 0. */
static size_t quote_printable(const char *text, mbstate_t *state)
{
	wchar_t c;
	size_t n;

	n = mbrtowc(&c, text, strlen(text), state);
	if (n == (size_t)-1 || n == (size_t)-2) {
		memset(state, 0, sizeof(*state));
		return 0;
	}
	return iswprint(c) && !quote_turns(c) ? n : 0;
}

static bool quote_plain(const char *text)
{
	mbstate_t state = { 0 };
	size_t n;

	if (!*text)
		return false;
	for (; *text; text += n) {
		if (strchr(" \"\\", *text))
			return false;
		n = quote_printable(text, &state);
		if (!n)
			return false;
	}
	return true;
}

void quote_print(FILE *to, const char *text)
{
	mbstate_t state = { 0 };
	size_t n;

	if (quote_plain(text)) {
		fputs(text, to);
		return;
	}
	putc('"', to);
	for (; *text; text += n ? n : 1) {
		n = quote_printable(text, &state);
		if (!n)
			fprintf(to, "\\x%02x", (unsigned char)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fwrite(text, 1, n, to);
	}
	putc('"', to);
}

/* Bytes of the UTF-8 character at @s, 0 if there is none: not in the locale's
 * encoding, and neither overlong, a surrogate, nor above U+10FFFF.
 */
static size_t quote_utf8_len(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t n, i;

	if (*s < 0x80)
		return 1;
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	n = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	c = *s & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return n;
}

char *quote_utf8(const char *text)
{
	char *new = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
	char *to = new;
	size_t n;

	if (!new)
		return NULL;
	while (*text) {
		n = quote_utf8_len((const unsigned char *)text);
		if (n)
			to = mempcpy(to, text, n);
		else
			to = stpcpy(to, REPLACEMENT);
		text += n ? n : 1;
	}
	*to = '\0';
	return new;
}
