/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef FUZZ_FAKE_MAPS_H
#define FUZZ_FAKE_MAPS_H

#include "image.h"

/* tables_load without a kernel: each table holds its section's entries, and one that fails leaves nothing open. */
void load_into_fake_maps(const struct image *image);

#endif
