// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The matcher over an image's sorted sections instead of BPF maps. One image and one name at a time. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct image *current;

#define copy_bytes(to, from, length) memcpy(to, from, length)
#define for_each_index(n, callback, context)                                   \
	do {                                                                   \
		for (__u32 i_ = 0; i_ < (n) && !(callback)(i_, context); i_++) \
			;                                                      \
	} while (0)

#include "match.h"

static struct policy_name name;

static inline struct policy_name *name_of(__u32 holder)
{
	(void)holder;
	return &name;
}

static struct policy_weighing weighing;

static inline struct policy_weighing *weighing_of(__u32 holder)
{
	(void)holder;
	return &weighing;
}

static const void *at_index(enum policy_section_kind kind, __u32 index, size_t size)
{
	if (index >= image_count(current, kind))
		return NULL;
	return (const __u8 *)image_section(current, kind) + index * size;
}

static size_t compared; /* bytes of the key that bsearch compares */

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, compared);
}

/* The value behind the entry with this key. */
static const __u32 *find_entry(enum policy_section_kind kind, const void *key, size_t key_size, size_t entry_size)
{
	const __u8 *entry;

	compared = key_size;
	entry = bsearch(key, image_section(current, kind), image_count(current, kind), entry_size, compare_keys);
	return entry ? (const __u32 *)(entry + key_size) : NULL;
}

static inline const struct policy_state *find_state(__u32 slot, __u32 state)
{
	(void)slot;
	return at_index(POLICY_SECTION_STATES, state, sizeof(struct policy_state));
}

static inline const struct policy_record *find_record(__u32 slot, __u32 record)
{
	(void)slot;
	return at_index(POLICY_SECTION_RECORDS, record, sizeof(struct policy_record));
}

static inline const struct policy_term *find_term(__u32 slot, __u32 term)
{
	(void)slot;
	return at_index(POLICY_SECTION_TERMS, term, sizeof(struct policy_term));
}

static inline const struct policy_case *find_case(__u32 slot, __u32 number)
{
	(void)slot;
	return at_index(POLICY_SECTION_CASES, number, sizeof(struct policy_case));
}

static inline const struct policy_argument_class *find_argument_class(__u32 slot, __u32 class_id)
{
	(void)slot;
	return at_index(POLICY_SECTION_ARGUMENT_CLASSES, class_id, sizeof(struct policy_argument_class));
}

static inline const struct policy_glob_row *find_glob_row(__u32 slot, __u32 row)
{
	(void)slot;
	return at_index(POLICY_SECTION_GLOB_ROWS, row, sizeof(struct policy_glob_row));
}

static inline const __u32 *find_short_edge(__u32 slot, const struct policy_short_key *key)
{
	(void)slot;
	return find_entry(POLICY_SECTION_SHORT_EDGES, key, sizeof(*key), sizeof(struct policy_short_edge));
}

static inline const __u32 *find_long_edge(__u32 slot, const struct policy_long_key *key)
{
	(void)slot;
	return find_entry(POLICY_SECTION_LONG_EDGES, key, sizeof(*key), sizeof(struct policy_long_edge));
}

static inline const __u32 *find_class_edge(__u32 slot, const struct policy_class_key *key)
{
	(void)slot;
	return find_entry(POLICY_SECTION_CLASSES, key, sizeof(*key), sizeof(struct policy_class_edge));
}

/* Longest match: from the whole key down to one byte. */
static const __u32 *find_affix(enum policy_section_kind kind, const struct policy_affix_key *key)
{
	for (__u32 length = key->prefixlen / 8 - 4; length; length--) {
		struct policy_affix_key shorter = { .prefixlen = 32 + 8 * length, .state = key->state };
		const __u32 *found;

		memcpy(shorter.bytes, key->bytes, length);
		found = find_entry(kind, &shorter, sizeof(shorter), sizeof(struct policy_affix));
		if (found)
			return found;
	}
	return NULL;
}

static inline const __u32 *find_prefix(__u32 slot, const struct policy_affix_key *key)
{
	(void)slot;
	return find_affix(POLICY_SECTION_PREFIXES, key);
}

static inline const __u32 *find_suffix(__u32 slot, const struct policy_affix_key *key)
{
	(void)slot;
	return find_affix(POLICY_SECTION_SUFFIXES, key);
}

static void take_name(const __u8 *bytes, __u32 length)
{
	memset(&name, 0, sizeof(name));
	memcpy(name.key.full.name, bytes, length);
	name.length = length;
	name.literal = !memchr(bytes, 0, length);
}

static int advance(struct policy_place *place)
{
	int broken = 0;

	for (int lane = 0; lane < POLICY_LANES; lane++) {
		const struct policy_record *sticky;

		if (place->state[lane] == POLICY_DEAD)
			continue;
		place->state[lane] = next_state(0, place->state[lane], &name, 0, &broken);
		sticky = find_record(0, find_state(0, place->state[lane])->sticky);
		join_record(&place->sticky, sticky);
		broken |= sticky->cases && !hold(place, sticky->cases);
	}
	return broken;
}

static int walk(struct policy_place *place, const __u8 *bytes, __u32 length)
{
	int broken = 0;

	for (__u32 start = 0; start < length && !broken;) {
		const __u8 *slash = memchr(bytes + start, '/', length - start);
		__u32 end = slash ? slash - bytes : length;

		if (end - start > POLICY_NAME_MAX)
			return 1;
		if (end > start) {
			take_name(bytes + start, end - start);
			broken = advance(place);
		}
		start = end + 1;
	}
	return broken;
}

static void weigh_place(const struct policy_root *root, const struct policy_query *query, int *broken)
{
	memset(&weighing, 0, sizeof(weighing));
	weighing.verdict = query->place.sticky;
	for (__u32 i = 0; i < query->place.held_count; i++)
		weighing.heads[weighing.count++] = query->place.held[i];
	for (int lane = 0; lane < POLICY_LANES; lane++) {
		const struct policy_record *record = find_record(0, find_state(0, query->place.state[lane])->accept);

		join_record(&weighing.verdict, record);
		if (record->cases)
			weighing.heads[weighing.count++] = record->cases;
	}
	weigh_conditions(0, root->terms, &query->who, &query->unknown);
	weigh(0);
	*broken |= weighing.broken;
}

static void read_arguments(const struct policy_root *root, struct policy_query *query)
{
	struct policy_reading reading = {};

	begin_arguments(&reading, &root->arguments);
	for (__u32 i = 0; i < query->length && i < sizeof(query->bytes); i++)
		read_argument_byte(&reading, &root->arguments, query->bytes[i]);
	query->who.args = arguments_answered(&reading, &root->arguments);
	query->error = reading.broken ? -EACCES : 0;
}

void host_answer(const struct image *image, struct policy_query *query)
{
	const struct policy_root *root = image_section(image, POLICY_SECTION_ROOT);
	int broken;

	current = image;
	query->error = -EINVAL;
	if (query->kind == POLICY_QUERY_ARGUMENTS) {
		read_arguments(root, query);
		return;
	}
	if (query->kind == POLICY_QUERY_PATH) {
		if (query->length >= sizeof(query->bytes))
			return;
		query->place = root->path;
		broken = walk(&query->place, query->bytes, query->length);
	} else {
		if (query->kind != POLICY_QUERY_ABSTRACT || query->length > POLICY_NAME_MAX)
			return;
		query->place = root->abstract;
		take_name(query->bytes, query->length);
		broken = advance(&query->place);
	}
	weigh_place(root, query, &broken);
	for (int op = 0; op < POLICY_OPS; op++)
		query->verdict.word[op] = word_or_default(weighing.verdict.word[op], root->defaults.word[op]);
	memcpy(query->facts, weighing.facts, sizeof(query->facts));
	query->doubtful = weighing.doubtful;
	query->error = broken ? -EACCES : 0;
}

int host_may_widen(const struct image *image, const struct policy_place *from, const struct policy_place *to)
{
	const struct policy_root *root = image_section(image, POLICY_SECTION_ROOT);

	current = image;
	return beneath_may_widen(0, 0, from, to, &root->defaults);
}
