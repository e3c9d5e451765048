// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The image reader, and what reads an image that it accepted: any path or name can be asked about, any two places
 * compared, and the tables made, without a fault. mutate-image.c makes images that get past the checksum.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "host.h"
#include "fake-maps.h"
#include "law.h"

#define QUERIES 24

static struct {
	const struct image *image;
	unsigned long long seed;
} drawn;

static uint64_t below(uint64_t limit)
{
	return limit ? next_random(&drawn.seed) % limit : 0;
}

static const void *some_entry(enum policy_section_kind kind, size_t size)
{
	uint64_t count = image_count(drawn.image, kind);

	return count ? (const uint8_t *)image_section(drawn.image, kind) + below(count) * size : NULL;
}

static size_t put_affix(uint8_t *into, enum policy_section_kind kind)
{
	const struct policy_affix *affix = some_entry(kind, sizeof(*affix));
	size_t length = affix ? affix->key.prefixlen / 8 - 4 : 0;

	for (size_t i = 0; i < length; i++)
		into[i] = affix->key.bytes[kind == POLICY_SECTION_PREFIXES ? i : length - 1 - i];
	return length;
}

static size_t put_random(uint8_t *into, size_t most)
{
	size_t length = below(most + 1);

	for (size_t i = 0; i < length; i++)
		into[i] = below(4) ? 'a' + below(26) : below(256);
	return length;
}

/* A name of up to 255 bytes that the image knows, or nearly. */
static size_t put_name(uint8_t *into)
{
	const struct policy_short_edge *brief = some_entry(POLICY_SECTION_SHORT_EDGES, sizeof(*brief));
	const struct policy_long_edge *full = some_entry(POLICY_SECTION_LONG_EDGES, sizeof(*full));
	uint8_t name[3 * POLICY_NAME_MAX];
	size_t length = 0;

	switch (below(4)) {
	case 0:
		length = brief ? strnlen(brief->key.name, sizeof(brief->key.name)) : 0;
		memcpy(name, brief ? brief->key.name : "", length);
		break;
	case 1:
		length = full ? strnlen(full->key.name, sizeof(full->key.name)) : 0;
		memcpy(name, full ? full->key.name : "", length);
		break;
	case 2:
		length = put_affix(name, POLICY_SECTION_PREFIXES);
		length += put_random(name + length, 4);
		length += put_affix(name + length, POLICY_SECTION_SUFFIXES);
		break;
	default:
		length = put_random(name, below(8) ? 12 : POLICY_NAME_MAX);
	}
	if (length > POLICY_NAME_MAX)
		length = POLICY_NAME_MAX;
	memcpy(into, name, length);
	return length;
}

static void draw_query(struct policy_query *query, uint64_t number)
{
	memset(query, 0, sizeof(*query));
	query->kind = number % 8 == 7 ? POLICY_QUERY_ARGUMENTS : number % 4 ? POLICY_QUERY_PATH : POLICY_QUERY_ABSTRACT;
	query->who.marks = below(4) ? next_random(&drawn.seed) : 0;
	query->who.exe = next_random(&drawn.seed);
	query->unknown.marks = below(2) ? next_random(&drawn.seed) & ~query->who.marks : 0;
	query->unknown.args = below(2) ? next_random(&drawn.seed) : 0;
	if (number < 2) { /* what no image shapes: the fuzzer's own bytes */
		uint64_t count = image_count(drawn.image, POLICY_SECTION_META);

		query->length = count < sizeof(query->bytes) ? count : sizeof(query->bytes);
		memcpy(query->bytes, image_section(drawn.image, POLICY_SECTION_META), query->length);
		return;
	}
	if (query->kind == POLICY_QUERY_ARGUMENTS) {
		query->length = put_random(query->bytes, sizeof(query->bytes) - 1);
		for (uint64_t ends = below(64); ends && query->length; ends--)
			query->bytes[below(query->length)] = 0;
		return;
	}
	for (uint64_t names = query->kind == POLICY_QUERY_PATH ? 1 + below(12) : 1; names; names--) {
		query->length += put_name(query->bytes + query->length);
		if (names > 1)
			query->bytes[query->length++] = '/';
	}
}

static void check_answer(const struct image *image, const struct policy_query *query)
{
	int too_long = query->length >= sizeof(query->bytes) ||
		       (query->kind == POLICY_QUERY_ABSTRACT && query->length > POLICY_NAME_MAX);

	law(too_long ? query->error == -EINVAL : query->error == 0 || query->error == -EACCES);
	if (too_long)
		return;
	if (query->kind == POLICY_QUERY_ARGUMENTS) { /* of what is asked */
		const struct policy_root *root = image_section(image, POLICY_SECTION_ROOT);

		law(query->error || root->arguments.count >= 64 || !(query->who.args >> root->arguments.count));
		return;
	}
	for (int op = 0; op < POLICY_OPS; op++)
		law(POLICY_WORD_EFFECT(query->verdict.word[op]) >= POLICY_ALLOW &&
		    POLICY_WORD_EFFECT(query->verdict.word[op]) <= POLICY_KILL);
	for (int lane = 0; lane < POLICY_LANES; lane++)
		law(query->place.state[lane] < image_count(image, POLICY_SECTION_STATES));
}

static void ask_image(const struct image *image)
{
	static struct policy_query query, before;

	drawn.image = image;
	drawn.seed = image->header->checksum | 1ull << 32;
	for (uint64_t i = 0; i < QUERIES; i++) {
		draw_query(&query, i);
		host_answer(image, &query);
		check_answer(image, &query);
		if (query.kind == POLICY_QUERY_ARGUMENTS)
			continue;
		if (i) /* a place is not wider than itself */
			host_may_widen(image, &before.place, &query.place);
		law(!host_may_widen(image, &query.place, &query.place));
		before = query;
	}
}

/* Every number in it that names an entry names one that is there: said again, apart from the reader. */
static void check_indices(const struct image *image)
{
	uint64_t states = image_count(image, POLICY_SECTION_STATES), records = image_count(image, POLICY_SECTION_RECORDS);
	uint64_t rows = image_count(image, POLICY_SECTION_GLOB_ROWS);
	const struct policy_state *state = image_section(image, POLICY_SECTION_STATES);
	const struct policy_short_edge *brief = image_section(image, POLICY_SECTION_SHORT_EDGES);
	const struct policy_long_edge *full = image_section(image, POLICY_SECTION_LONG_EDGES);
	const struct policy_class_edge *edge = image_section(image, POLICY_SECTION_CLASSES);
	const struct policy_glob_row *row = image_section(image, POLICY_SECTION_GLOB_ROWS);

	for (uint64_t i = 0; i < states; i++)
		law(state[i].fallback < states && state[i].other < states && state[i].accept < records &&
		    state[i].sticky < records && state[i].glob < rows);
	for (uint64_t i = 0; i < image_count(image, POLICY_SECTION_SHORT_EDGES); i++)
		law(brief[i].key.state < states && brief[i].state < states);
	for (uint64_t i = 0; i < image_count(image, POLICY_SECTION_LONG_EDGES); i++)
		law(full[i].key.state < states && full[i].state < states);
	for (uint64_t i = 0; i < image_count(image, POLICY_SECTION_CLASSES); i++)
		law(edge[i].key.state < states && edge[i].state < states);
	for (uint64_t i = 0; i < rows; i++)
		for (int byte = 0; byte < 256; byte++)
			law(row[i].next[byte] < rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* in memory of exactly that size, so that a read past its end is a fault */
	uint8_t *copy = malloc(size ? size : 1);
	struct image image;
	char why[256] = "";

	if (size)
		memcpy(copy, data, size);
	if (image_open(&image, copy, size, why, sizeof(why))) {
		law(why[0]);
	} else {
		law(!why[0]);
		check_indices(&image);
		ask_image(&image);
		load_into_fake_maps(&image);
	}
	free(copy);
	return 0;
}
