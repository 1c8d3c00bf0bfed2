/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - fuzzers of whatever reads what strangers wrote
 *
 * Each is a program of libFuzzer's (https://llvm.org/docs/LibFuzzer.html), which
 * calls the two functions below; scripts/fuzz runs them.
 */
#ifndef VHUB_FUZZ_H
#define VHUB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "../vhubd/hub.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A fault that no sanitizer sees. */
#define FUZZ_ASSERT(condition) \
	((void)((condition) || (fuzz_fail(__FILE__, __LINE__, #condition), 0)))

void fuzz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));

/* A user hub that says nothing, the same one at each call. */
struct hub *fuzz_hub(void);

/* Do all there is to do at once. */
void fuzz_settle(void);

/* @data as a string, which the caller frees with g_free(). */
char *fuzz_string(const uint8_t *data, size_t size);

/* Where nothing that is done has an effect on the machine; ends the program if
 * that cannot be had.
 */
void fuzz_seclude(void);

#endif /* VHUB_FUZZ_H */
