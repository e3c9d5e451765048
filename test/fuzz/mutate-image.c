// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Changes of images that leave them images: an entry more, less or other, a section of another image, the keys sorted
 * again, sizes, offsets and checksum put right. Some are left wrong, so that the first checks are tried as well.
 */
#include <linux/types.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "law.h"
#include "policy_abi.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static const uint32_t ENTRY[POLICY_SECTIONS] = {
	[POLICY_SECTION_META] = 1,
	[POLICY_SECTION_ROOT] = sizeof(struct policy_root),
	[POLICY_SECTION_TERMS] = sizeof(struct policy_term),
	[POLICY_SECTION_CASES] = sizeof(struct policy_case),
	[POLICY_SECTION_LIMITS] = sizeof(struct policy_limit),
	[POLICY_SECTION_ARGUMENT_CLASSES] = sizeof(struct policy_argument_class),
	[POLICY_SECTION_MARK_IDENTITIES] = sizeof(struct policy_identity),
	[POLICY_SECTION_PROGRAM_IDENTITIES] = sizeof(struct policy_identity),
	[POLICY_SECTION_RECORDS] = sizeof(struct policy_record),
	[POLICY_SECTION_STATES] = sizeof(struct policy_state),
	[POLICY_SECTION_SHORT_EDGES] = sizeof(struct policy_short_edge),
	[POLICY_SECTION_LONG_EDGES] = sizeof(struct policy_long_edge),
	[POLICY_SECTION_PREFIXES] = sizeof(struct policy_affix),
	[POLICY_SECTION_SUFFIXES] = sizeof(struct policy_affix),
	[POLICY_SECTION_CLASSES] = sizeof(struct policy_class_edge),
	[POLICY_SECTION_GLOB_ROWS] = sizeof(struct policy_glob_row),
	[POLICY_SECTION_ADDRESSES4] = sizeof(struct policy_address4),
	[POLICY_SECTION_ADDRESSES6] = sizeof(struct policy_address6),
	[POLICY_SECTION_PORTS] = sizeof(struct policy_port),
};
/* Entries of a section without a key keep their order. */
static const int IS_KEYED[POLICY_SECTIONS] = { [POLICY_SECTION_SHORT_EDGES] = 1, 1, 1, 1, 1,
					       [POLICY_SECTION_ADDRESSES4] = 1, 1, 1 };

/* An image taken apart: entries of each section, in place. */
struct draft {
	struct policy_image_header header;
	const uint8_t *entries[POLICY_SECTIONS];
	uint64_t count[POLICY_SECTIONS];
};

static int take_apart(struct draft *draft, const uint8_t *data, size_t size)
{
	if (size < sizeof(draft->header))
		return -1;
	memcpy(&draft->header, data, sizeof(draft->header));
	for (int kind = 0; kind < POLICY_SECTIONS; kind++) {
		const struct policy_section *section = &draft->header.sections[kind];

		if (section->offset > size || section->count > (size - section->offset) / ENTRY[kind])
			return -1;
		draft->entries[kind] = data + section->offset;
		draft->count[kind] = section->count;
	}
	return 0;
}

/* Returns the size, or 0 where it would be more than `most`. */
static size_t put_together(const struct draft *draft, uint8_t *into, size_t most)
{
	struct policy_image_header header = draft->header;
	size_t end = sizeof(header);

	for (uint32_t kind = 0; kind < POLICY_SECTIONS; kind++) {
		size_t start = (end + 7) & ~(size_t)7, bytes = draft->count[kind] * ENTRY[kind];

		if (start > most || bytes > most - start)
			return 0;
		memset(into + end, 0, start - end);
		memcpy(into + start, draft->entries[kind], bytes);
		header.sections[kind] = (struct policy_section){ kind, ENTRY[kind], draft->count[kind], start };
		end = start + bytes;
	}
	memcpy(header.magic, "POLC", sizeof(header.magic));
	header.abi_version = POLICY_ABI_VERSION;
	header.byte_order = POLICY_BYTE_ORDER;
	header.image_size = end;
	header.header_size = sizeof(header);
	header.section_count = POLICY_SECTIONS;
	memcpy(into, &header, sizeof(header));
	return end;
}

static size_t with_checksum(uint8_t *data, size_t size)
{
	struct policy_image_header header;

	if (size < sizeof(header))
		return size;
	memcpy(&header, data, sizeof(header));
	header.checksum = 0;
	memcpy(data, &header, sizeof(header));
	header.checksum = crc32_z(0, data, size);
	memcpy(data, &header, sizeof(header));
	return size;
}

static uint32_t compared;

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, compared);
}

/* A number that may name an entry of some section, the end of one, or be a word. */
static uint32_t odd_number(const struct draft *draft, unsigned long long *seed)
{
	uint64_t count = draft->count[next_random(seed) % POLICY_SECTIONS];

	switch (next_random(seed) % 7) {
	case 0: return next_random(seed) % 40;
	case 1: return count;
	case 2: return count - 1;
	case 3: return count ? next_random(seed) % count : 0;
	case 4: return 1u << next_random(seed) % 32;
	case 5: return POLICY_WORD(next_random(seed) % 6, next_random(seed) % 8);
	default: return next_random(seed);
	}
}

/* One section, changed in `room`: an entry is taken out, doubled, or given another number or other bytes. */
static void change_section(struct draft *draft, uint32_t kind, uint8_t *room, size_t size, unsigned long long *seed)
{
	size_t entry = ENTRY[kind], count = draft->count[kind], chosen;

	if ((count + 1) * entry > size)
		return;
	memcpy(room, draft->entries[kind], count * entry);
	draft->entries[kind] = room;
	if (kind == POLICY_SECTION_META) {
		draft->count[kind] = LLVMFuzzerMutate(room, count, size < count + 64 ? size : count + 64);
		return;
	}
	chosen = count ? next_random(seed) % count : 0;
	if (!count || next_random(seed) % 4 == 0) {
		memset(room + count * entry, 0, entry);
		if (count)
			memcpy(room + count * entry, room + chosen * entry, entry);
		chosen = count++;
	} else if (next_random(seed) % 8 == 0) {
		memmove(room + chosen * entry, room + (chosen + 1) * entry, (--count - chosen) * entry);
		chosen = count;
	}
	if (chosen < count && next_random(seed) % 3) {
		uint32_t number = odd_number(draft, seed);

		memcpy(room + chosen * entry + next_random(seed) % (entry / 4) * 4, &number, sizeof(number));
	} else if (chosen < count) {
		LLVMFuzzerMutate(room + chosen * entry, entry, entry);
	}
	compared = entry;
	if (IS_KEYED[kind] && next_random(seed) % 8)
		qsort(room, count, entry, compare);
	draft->count[kind] = count;
}

/* Another number in the header, or in the table of sections, that the checksum covers. */
static void change_header(uint8_t *data, const struct draft *draft, unsigned long long *seed)
{
	size_t at = next_random(seed) % (sizeof(struct policy_image_header) / 4) * 4;
	uint32_t number;

	memcpy(&number, data + at, sizeof(number));
	number = next_random(seed) % 4 ? number + next_random(seed) % 64 - 32 : odd_number(draft, seed);
	memcpy(data + at, &number, sizeof(number));
}

static size_t change_bytes(uint8_t *data, size_t size, size_t max_size, unsigned long long *seed)
{
	size_t changed = LLVMFuzzerMutate(data, size, max_size);

	return next_random(seed) % 4 ? with_checksum(data, changed) : changed;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int number)
{
	unsigned long long seed = number | 1ull << 32;
	struct draft draft;
	uint8_t *room, *result;
	size_t made;

	next_random(&seed);
	if (next_random(&seed) % 16 == 0 || take_apart(&draft, data, size))
		return change_bytes(data, size, max_size, &seed);
	room = malloc(2 * max_size);
	result = room + max_size;
	change_section(&draft, next_random(&seed) % POLICY_SECTIONS, room, max_size, &seed);
	made = put_together(&draft, result, max_size);
	if (made) {
		memcpy(data, result, made);
		if (next_random(&seed) % 16 == 0)
			change_header(data, &draft, &seed);
	}
	free(room);
	return made ? with_checksum(data, made) : change_bytes(data, size, max_size, &seed);
}

/* Each section from one of the two. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *left, size_t left_size, const uint8_t *right, size_t right_size,
				 uint8_t *into, size_t most, unsigned int number)
{
	unsigned long long seed = number | 1ull << 32;
	struct draft draft, other;

	next_random(&seed);
	if (take_apart(&draft, left, left_size) || take_apart(&other, right, right_size))
		return 0;
	for (int kind = 0; kind < POLICY_SECTIONS; kind++)
		if (next_random(&seed) % 4 == 0) {
			draft.entries[kind] = other.entries[kind];
			draft.count[kind] = other.count[kind];
		}
	return with_checksum(into, put_together(&draft, into, most));
}
