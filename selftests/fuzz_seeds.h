/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - seeds of fuzz_calls.c that found something, or reach much
 *
 * The first are those of 1 to 60 that reach most of the module together, as
 * scripts/fuzz-seeds tells. When the table of fuzz_calls.c or a call of it changes, a seed
 * makes other choices: run that again.
 */
55, 6, 37, 24, 29,
