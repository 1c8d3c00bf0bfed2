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

/**
 * struct fuzz_input - what is left of an input of records
 * @data: it
 * @size: its bytes
 */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

/* The next record, behind two bytes of length, high ones first; one that is said to
 * be longer than all there is ends with it. NULL at the end.
 */
const uint8_t *fuzz_record(struct fuzz_input *in, size_t *len);

/**
 * struct fuzz_sink - a port that takes all frames
 * @port: it
 * @got: the frames, as a stream has them
 */
struct fuzz_sink {
	struct port port;
	GByteArray *got;
};

void fuzz_sink_open(struct fuzz_sink *sink);
void fuzz_sink_close(struct fuzz_sink *sink);

/* Write a frame as a stream has it, if it is of a good length. */
void fuzz_put_frame(GByteArray *to, const void *data, size_t len);

/* Are these the same bytes? */
bool fuzz_same(const GByteArray *a, const GByteArray *b);

/* @data as a string, which the caller frees with g_free(). */
char *fuzz_string(const uint8_t *data, size_t size);

/* Where nothing that is done has an effect on the machine, and no hubs are found but
 * our own; ends the program if that cannot be had.
 */
void fuzz_seclude(void);

#endif /* VHUB_FUZZ_H */
