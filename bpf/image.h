/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_IMAGE_H
#define POLICY_IMAGE_H

#include <linux/types.h>
#include <stddef.h>

#include "policy_abi.h"

/* An image that has been checked: every count, offset, order and index in it holds. Points into the caller's bytes. */
struct image {
	const __u8 *bytes;
	size_t size;
	const struct policy_image_header *header;
	__u64 identity; /* by which events tell policies apart: FNV-1a of all bytes, never 0 */
};

/* Checks `size` bytes, which must be 8-aligned. Returns 0, or -1 with one sentence in `why` (of `why_size` bytes). */
int image_open(struct image *image, const void *bytes, size_t size, char *why, size_t why_size);

static inline const void *image_section(const struct image *image, enum policy_section_kind kind)
{
	return image->bytes + image->header->sections[kind].offset;
}

static inline __u64 image_count(const struct image *image, enum policy_section_kind kind)
{
	return image->header->sections[kind].count;
}

#endif
