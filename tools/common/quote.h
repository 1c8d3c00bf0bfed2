/* SPDX-License-Identifier: GPL-2.0 */
/* vhub - text of strangers, made safe to print */
#ifndef VHUB_QUOTE_H
#define VHUB_QUOTE_H

#include <stdio.h>

/* For terminals: one word, in quotes and with escapes where needed. */
void quote_print(FILE *to, const char *text);

/* For JSON: UTF-8, with U+FFFD for each byte that is none. The caller frees
 * it; NULL when memory is short.
 */
char *quote_utf8(const char *text);

#endif /* VHUB_QUOTE_H */
