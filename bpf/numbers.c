// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

#define RECORD_NUMBERS_OF_MARKS "marks"
#define RECORD_NUMBERS_OF_PROGRAMS "programs"
#define NUMBERS 64 /* bits of a word */

_Static_assert(POLICY_MARKS == NUMBERS && POLICY_PROGRAMS == NUMBERS, "a number for each bit");

/* By the number that an image has, the one of the session. */
struct numbering {
	__u8 number[NUMBERS];
};

struct known {
	struct policy_identity identities[NUMBERS];
	size_t count;
};

static int read_known(const struct record *record, const char *name, struct known *known)
{
	size_t size = 0;
	__u8 *bytes = record_read(record, name, &size);

	memset(known, 0, sizeof(*known));
	if (bytes && size <= sizeof(known->identities) && !(size % sizeof(*known->identities))) {
		memcpy(known->identities, bytes, size);
		known->count = size / sizeof(*known->identities);
	}
	free(bytes);
	return size == known->count * sizeof(*known->identities) ? 0 : say("the session's record of its %s is not whole", name);
}

/* The number of an identity, which it is given if it has none; NUMBERS where there is none left. */
static size_t number_of(struct known *known, const struct policy_identity *identity)
{
	for (size_t i = 0; i < known->count; i++)
		if (!memcmp(&known->identities[i], identity, sizeof(*identity)))
			return i;
	if (known->count == NUMBERS)
		return NUMBERS;
	known->identities[known->count] = *identity;
	return known->count++;
}

static int number_all(const struct record *record, const char *name, const struct image *image,
		      enum policy_section_kind section, struct numbering *numbering)
{
	const struct policy_identity *identities = image_section(image, section);
	struct known known;

	if (read_known(record, name, &known))
		return -1;
	for (__u32 i = 0; i < image_count(image, section); i++) {
		size_t number = number_of(&known, &identities[i]);

		if (number == NUMBERS)
			return say("a session tells no more than %d %s apart, those of its earlier policies included: begin another", NUMBERS,
				   section == POLICY_SECTION_MARK_IDENTITIES ? "marks" : "lists of programs");
		numbering->number[i] = number;
	}
	return record_write(record, name, known.identities, known.count * sizeof(*known.identities));
}

static void renumber(__u64 *bits, const struct numbering *numbering)
{
	__u64 renumbered = 0;

	for (int i = 0; i < NUMBERS; i++)
		if (*bits >> i & 1)
			renumbered |= 1ull << (numbering->number[i] & (NUMBERS - 1));
	*bits = renumbered;
}

static void renumber_circumstances(struct policy_circumstances *who, const struct numbering *marks,
				   const struct numbering *programs)
{
	renumber(&who->marks, marks);
	renumber(&who->exe, programs);
	renumber(&who->under, programs);
}

static void renumber_case(struct policy_case *this, const struct numbering *marks, const struct numbering *programs)
{
	switch (POLICY_CASE_FACT(this->flags)) {
	case POLICY_FACT_PROGRAMS:
		renumber(&this->facts, programs);
		break;
	case POLICY_FACT_SETS:
	case POLICY_FACT_CLEARS:
	case POLICY_FACT_SUCCESS_SETS:
	case POLICY_FACT_SUCCESS_CLEARS:
		renumber(&this->facts, marks);
		break;
	default:
		break;
	}
}

static void *section_of(const struct image *image, __u8 *bytes, enum policy_section_kind kind)
{
	return bytes + ((const __u8 *)image_section(image, kind) - image->bytes);
}

static void renumber_image(const struct image *image, __u8 *bytes, const struct numbering *marks,
			   const struct numbering *programs)
{
	struct policy_root *root = section_of(image, bytes, POLICY_SECTION_ROOT);
	struct policy_term *terms = section_of(image, bytes, POLICY_SECTION_TERMS);
	struct policy_case *cases = section_of(image, bytes, POLICY_SECTION_CASES);

	renumber(&root->programs, programs);
	renumber(&root->process_marks, marks);
	renumber(&root->file_marks, marks);
	for (__u64 i = 0; i < image_count(image, POLICY_SECTION_TERMS); i++) {
		renumber_circumstances(&terms[i].with, marks, programs);
		renumber_circumstances(&terms[i].without, marks, programs);
	}
	for (__u64 i = 0; i < image_count(image, POLICY_SECTION_CASES); i++)
		renumber_case(&cases[i], marks, programs);
}

int number_for_session(const struct record *record, const struct image *image, struct image *numbered)
{
	struct numbering marks = {}, programs = {};
	__u8 *bytes;

	if (number_all(record, RECORD_NUMBERS_OF_MARKS, image, POLICY_SECTION_MARK_IDENTITIES, &marks) ||
	    number_all(record, RECORD_NUMBERS_OF_PROGRAMS, image, POLICY_SECTION_PROGRAM_IDENTITIES, &programs))
		return -1;
	bytes = malloc(image->size);
	if (!bytes)
		return say("out of memory for the policy");
	memcpy(bytes, image->bytes, image->size);
	renumber_image(image, bytes, &marks, &programs);
	*numbered = *image;
	numbered->bytes = bytes;
	numbered->header = (const struct policy_image_header *)bytes;
	return 0;
}
