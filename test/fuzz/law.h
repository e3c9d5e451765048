/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the fuzzers' targets share. */
#ifndef FUZZ_LAW_H
#define FUZZ_LAW_H

#include <stdio.h>
#include <stdlib.h>

/* What must hold of every input: else the process ends, and the fuzzer keeps the input. */
#define law(holds)                                                                 \
	do {                                                                       \
		if (!(holds)) {                                                    \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                   \
		}                                                                  \
	} while (0)

/* xorshift64: choices that the input alone determines. */
static inline unsigned long long next_random(unsigned long long *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
