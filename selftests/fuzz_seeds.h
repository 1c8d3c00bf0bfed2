/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - seeds of fuzz_calls.c that found something, or reach much
 */
1, 2, 3,
