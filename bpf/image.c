// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The image is the only thing that policyd reads from outside, so nothing in it is believed. */
#include "image.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

struct reader {
	struct image image;
	char *why;
	size_t why_size;
};

static const struct {
	const char *name;
	__u32 entry_size;
	__u32 key_size;
	__u64 least, most;
} SECTIONS[POLICY_SECTIONS] = {
	[POLICY_SECTION_META] = { "meta", 1, 0, 0, POLICY_MAX_META },
	[POLICY_SECTION_ROOT] = { "root", sizeof(struct policy_root), 0, 1, 1 },
	[POLICY_SECTION_TERMS] = { "terms", sizeof(struct policy_term), 0, 0, POLICY_MAX_TERMS },
	[POLICY_SECTION_CASES] = { "cases", sizeof(struct policy_case), 0, 1, POLICY_MAX_CASES },
	[POLICY_SECTION_LIMITS] = { "limits", sizeof(struct policy_limit), 0, 0, POLICY_LIMITS },
	[POLICY_SECTION_ARGUMENT_CLASSES] = { "argument classes", sizeof(struct policy_argument_class), 0, 1,
					      POLICY_MAX_ARGUMENT_CLASSES },
	[POLICY_SECTION_MARK_IDENTITIES] = { "marks", sizeof(struct policy_identity), 0, 0, POLICY_MARKS },
	[POLICY_SECTION_PROGRAM_IDENTITIES] = { "lists of programs", sizeof(struct policy_identity), 0, 0, POLICY_PROGRAMS },
	[POLICY_SECTION_RECORDS] = { "records", sizeof(struct policy_record), 0, 1, POLICY_MAX_RECORDS },
	[POLICY_SECTION_STATES] = { "states", sizeof(struct policy_state), 0, 1, POLICY_MAX_STATES },
	[POLICY_SECTION_SHORT_EDGES] = { "short edges", sizeof(struct policy_short_edge),
					 sizeof(struct policy_short_key), 0, POLICY_MAX_EDGES },
	[POLICY_SECTION_LONG_EDGES] = { "long edges", sizeof(struct policy_long_edge), sizeof(struct policy_long_key),
					0, POLICY_MAX_EDGES },
	[POLICY_SECTION_PREFIXES] = { "prefixes", sizeof(struct policy_affix), sizeof(struct policy_affix_key), 0,
				      POLICY_MAX_EDGES },
	[POLICY_SECTION_SUFFIXES] = { "suffixes", sizeof(struct policy_affix), sizeof(struct policy_affix_key), 0,
				      POLICY_MAX_EDGES },
	[POLICY_SECTION_CLASSES] = { "classes", sizeof(struct policy_class_edge), sizeof(struct policy_class_key), 0,
				     POLICY_MAX_EDGES },
	[POLICY_SECTION_GLOB_ROWS] = { "glob rows", sizeof(struct policy_glob_row), 0, 1, POLICY_MAX_GLOB_ROWS },
	[POLICY_SECTION_ADDRESSES4] = { "v4 addresses", sizeof(struct policy_address4),
					sizeof(struct policy_address4_key), 1, POLICY_MAX_EDGES },
	[POLICY_SECTION_ADDRESSES6] = { "v6 addresses", sizeof(struct policy_address6),
					sizeof(struct policy_address6_key), 1, POLICY_MAX_EDGES },
	[POLICY_SECTION_PORTS] = { "ports", sizeof(struct policy_port), sizeof(struct policy_port_key), 0,
				   POLICY_MAX_EDGES },
};

static int refuse(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->why, reader->why_size, format, args);
	va_end(args);
	return -1;
}

static int check_header(struct reader *reader)
{
	const struct policy_image_header *header = reader->image.header;
	struct policy_image_header blank;
	uLong sum;

	if (reader->image.size < sizeof(*header))
		return refuse(reader, "the image is cut short: %zu bytes, its header alone has %zu", reader->image.size,
			      sizeof(*header));
	if (memcmp(header->magic, "POLC", 4))
		return refuse(reader, "this is not a policy image");
	if (header->byte_order != POLICY_BYTE_ORDER)
		return refuse(reader, "the image is for a machine of another byte order");
	if (header->abi_version != POLICY_ABI_VERSION)
		return refuse(reader, "the image has ABI version %u, this policyd reads %u: compile the policy again",
			      header->abi_version, POLICY_ABI_VERSION);
	if (header->header_size != sizeof(*header) || header->section_count != POLICY_SECTIONS)
		return refuse(reader, "the image's header has another size than this ABI version's");
	if (header->image_size != reader->image.size)
		return refuse(reader, "the image is cut short or has a tail: %zu bytes, its header says %llu",
			      reader->image.size, (unsigned long long)header->image_size);
	blank = *header;
	blank.checksum = 0;
	sum = crc32(0, (const Bytef *)&blank, sizeof(blank));
	sum = crc32_z(sum, reader->image.bytes + sizeof(blank), reader->image.size - sizeof(blank));
	if (sum != header->checksum)
		return refuse(reader, "the image is damaged: its checksum does not fit");
	return 0;
}

static int check_sections(struct reader *reader)
{
	__u64 end = sizeof(struct policy_image_header);

	for (__u32 kind = 0; kind < POLICY_SECTIONS; kind++) {
		const struct policy_section *section = &reader->image.header->sections[kind];
		const char *name = SECTIONS[kind].name;
		__u64 start = (end + 7) & ~7ull;

		if (section->kind != kind || section->entry_size != SECTIONS[kind].entry_size)
			return refuse(reader, "section %s has another kind or entry size than it must", name);
		if (section->count < SECTIONS[kind].least || section->count > SECTIONS[kind].most)
			return refuse(reader, "section %s has %llu entries, out of range", name,
				      (unsigned long long)section->count);
		if (section->offset != start || start > reader->image.size ||
		    section->count * section->entry_size > reader->image.size - start)
			return refuse(reader, "section %s does not lie where it must", name);
		for (; end < start; end++)
			if (reader->image.bytes[end])
				return refuse(reader, "bytes between sections are not zero");
		end = start + section->count * section->entry_size;
	}
	return end == reader->image.size ? 0 : refuse(reader, "bytes follow the last section");
}

/* Keys in ascending order, none twice. */
static int check_order(struct reader *reader)
{
	for (__u32 kind = 0; kind < POLICY_SECTIONS; kind++) {
		__u32 size = SECTIONS[kind].entry_size, key = SECTIONS[kind].key_size;
		const __u8 *entry = image_section(&reader->image, kind);

		for (__u64 i = 1; key && i < image_count(&reader->image, kind); i++, entry += size)
			if (memcmp(entry, entry + size, key) >= 0)
				return refuse(reader, "section %s is not sorted at entry %llu", SECTIONS[kind].name,
					      (unsigned long long)i);
	}
	return 0;
}

static int state_ok(const struct reader *reader, __u32 state)
{
	return state < image_count(&reader->image, POLICY_SECTION_STATES);
}

static int record_ok(const struct reader *reader, __u32 record)
{
	return record < image_count(&reader->image, POLICY_SECTION_RECORDS);
}

static int word_ok(__u32 word)
{
	__u32 rule = POLICY_WORD_RULE(word);

	return !word || (POLICY_WORD_EFFECT(word) >= POLICY_ALLOW && POLICY_WORD_EFFECT(word) <= POLICY_KILL &&
			 (rule == POLICY_RULE_NONE || rule < POLICY_MAX_RULES));
}

/* Whether a record's cases begin there: behind another's last one. */
static int head_ok(const struct reader *reader, __u32 head)
{
	const struct policy_case *cases = image_section(&reader->image, POLICY_SECTION_CASES);

	return head && head < image_count(&reader->image, POLICY_SECTION_CASES) &&
	       cases[head - 1].flags & POLICY_CASE_LAST;
}

static int word_or_case_ok(const struct reader *reader, __u32 word)
{
	if (POLICY_WORD_EFFECT(word) == POLICY_BY_CASE)
		return head_ok(reader, word & POLICY_RULE_NONE);
	return word_ok(word);
}

static int words_ok(const struct reader *reader, const struct policy_record *record)
{
	for (int op = 0; op < POLICY_OPS; op++)
		if (!word_ok(record->word[op]))
			return 0;
	return !record->cases || head_ok(reader, record->cases);
}

/* Heads that differ, then zeros. */
static int held_ok(const struct reader *reader, const struct policy_place *place)
{
	if (place->held_count > POLICY_HELD)
		return 0;
	for (__u32 i = 0; i < POLICY_HELD; i++) {
		if (i < place->held_count ? !head_ok(reader, place->held[i]) : place->held[i] != 0)
			return 0;
		for (__u32 before = 0; before < i && i < place->held_count; before++)
			if (place->held[before] == place->held[i])
				return 0;
	}
	return 1;
}

/* Lanes that are not in use are dead. */
static int place_ok(const struct reader *reader, const struct policy_place *place, __u32 lanes)
{
	for (__u32 lane = 0; lane < POLICY_LANES; lane++)
		if (!state_ok(reader, place->state[lane]) || (lane >= lanes && place->state[lane] != POLICY_DEAD))
			return 0;
	return words_ok(reader, &place->sticky) && !place->sticky.cases && held_ok(reader, place);
}

static int contradicts(const struct policy_term *term)
{
	return term->with.marks & term->without.marks || term->with.exe & term->without.exe ||
	       term->with.under & term->without.under || term->with.args & term->without.args;
}

/* Whether these are of the first `count` bits alone. */
static int bits_ok(__u64 bits, __u64 count)
{
	return count >= 64 || !(bits >> count);
}

/* Marks, lists of programs and arguments that the policy has. */
static int circumstances_ok(const struct reader *reader, const struct policy_circumstances *who)
{
	const struct policy_root *root = image_section(&reader->image, POLICY_SECTION_ROOT);
	__u64 lists = image_count(&reader->image, POLICY_SECTION_PROGRAM_IDENTITIES);

	return bits_ok(who->marks, image_count(&reader->image, POLICY_SECTION_MARK_IDENTITIES)) &&
	       bits_ok(who->exe | who->under, lists) && bits_ok(who->args, root->arguments.count);
}

/* In the order of their conditions, none of which is left out. */
static int check_terms(struct reader *reader)
{
	const struct policy_term *terms = image_section(&reader->image, POLICY_SECTION_TERMS);

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_TERMS); i++) {
		__u32 least = i ? terms[i - 1].condition : 0, most = i ? least + 1 : 0;

		if (terms[i].condition < least || terms[i].condition > most || terms[i].condition >= POLICY_CONDITIONS ||
		    terms[i].reserved || contradicts(&terms[i]) || !circumstances_ok(reader, &terms[i].with) ||
		    !circumstances_ok(reader, &terms[i].without))
			return refuse(reader, "term %llu is out of range", (unsigned long long)i);
	}
	return 0;
}

/* Bits of what the fact is about, of operations that have it. */
static int fact_ok(const struct reader *reader, const struct policy_case *this)
{
	enum policy_section_kind kind = POLICY_SECTION_MARK_IDENTITIES;
	int of_ops = this->ops != 0;

	switch (POLICY_CASE_FACT(this->flags)) {
	case POLICY_FACT_PROGRAMS:
		kind = POLICY_SECTION_PROGRAM_IDENTITIES;
		of_ops = !this->ops && this->flags & POLICY_CASE_ALWAYS;
		break;
	case POLICY_FACT_SUCCESS_SETS:
	case POLICY_FACT_SUCCESS_CLEARS:
		of_ops = this->ops == 1 << POLICY_OP_EXEC;
		break;
	case POLICY_FACT_COUNTS:
		kind = POLICY_SECTION_LIMITS;
		break;
	case POLICY_FACT_SETS:
	case POLICY_FACT_CLEARS:
		break;
	default:
		return 0;
	}
	return of_ops && !this->word && this->facts && bits_ok(this->facts, image_count(&reader->image, kind));
}

static int case_ok(const struct reader *reader, const struct policy_case *this, __u32 conditions)
{
	if (this->flags & ~POLICY_CASE_FLAGS || this->ops >= 1 << POLICY_OPS)
		return 0;
	if (POLICY_CASE_FACT(this->flags) ? !fact_ok(reader, this)
					  : this->facts || !this->ops || !this->word || !word_ok(this->word))
		return 0;
	return this->flags & POLICY_CASE_ALWAYS ? !this->condition : this->condition < conditions;
}

static int check_cases(struct reader *reader)
{
	const struct policy_term *terms = image_section(&reader->image, POLICY_SECTION_TERMS);
	const struct policy_case *cases = image_section(&reader->image, POLICY_SECTION_CASES);
	__u64 count = image_count(&reader->image, POLICY_SECTION_CASES);
	__u64 term_count = image_count(&reader->image, POLICY_SECTION_TERMS);
	static const struct policy_case NOTHING = { .flags = POLICY_CASE_LAST };

	if (memcmp(&cases[0], &NOTHING, sizeof(NOTHING)))
		return refuse(reader, "case 0 is not empty");
	if (!(cases[count - 1].flags & POLICY_CASE_LAST))
		return refuse(reader, "the last case goes on");
	for (__u64 i = 1; i < count; i++)
		if (!case_ok(reader, &cases[i], term_count ? terms[term_count - 1].condition + 1 : 0))
			return refuse(reader, "case %llu is out of range", (unsigned long long)i);
	return 0;
}

/* Windows lie one behind the other. */
static int check_limits(struct reader *reader)
{
	const struct policy_limit *limits = image_section(&reader->image, POLICY_SECTION_LIMITS);
	__u64 next = 0;

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_LIMITS); i++) {
		if (!limits[i].word || !word_ok(limits[i].word) || !limits[i].nanoseconds || limits[i].nanoseconds >> 62 ||
		    limits[i].window != next || !limits[i].count || limits[i].reserved)
			return refuse(reader, "limit %llu is out of range", (unsigned long long)i);
		next += 1ull + limits[i].count;
		if (next > POLICY_MAX_MOMENTS)
			return refuse(reader, "the limits count too many operations");
	}
	return 0;
}

static int arguments_ok(const struct reader *reader, const struct policy_arguments *asked)
{
	static const struct policy_arguments NOTHING;

	if (asked->count > POLICY_ARGUMENTS || asked->row >= image_count(&reader->image, POLICY_SECTION_GLOB_ROWS))
		return 0;
	for (__u32 i = asked->count; i < POLICY_ARGUMENTS; i++)
		if (asked->ends[i])
			return 0;
	return asked->count || !memcmp(asked, &NOTHING, sizeof(NOTHING));
}

/* The first is empty; what is excluded is asked. */
static int classes_ok(const struct reader *reader, const struct policy_arguments *asked)
{
	const struct policy_argument_class *classes = image_section(&reader->image, POLICY_SECTION_ARGUMENT_CLASSES);
	static const struct policy_argument_class NOTHING;

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_ARGUMENT_CLASSES); i++)
		if (!bits_ok(classes[i].excludes, asked->count))
			return 0;
	return !memcmp(&classes[0], &NOTHING, sizeof(NOTHING));
}

/* What the root says of marks, programs, limits and arguments. */
static int check_context(struct reader *reader)
{
	const struct policy_root *root = image_section(&reader->image, POLICY_SECTION_ROOT);
	const struct policy_term *terms = image_section(&reader->image, POLICY_SECTION_TERMS);
	__u64 marks = image_count(&reader->image, POLICY_SECTION_MARK_IDENTITIES), term_count = root->terms;
	__u64 lists = image_count(&reader->image, POLICY_SECTION_PROGRAM_IDENTITIES);

	if (root->limits != image_count(&reader->image, POLICY_SECTION_LIMITS))
		return refuse(reader, "the image's root has another number of limits");
	if (root->programs != (lists == 64 ? ~0ull : (1ull << lists) - 1))
		return refuse(reader, "the image's root has other lists of programs");
	if (!bits_ok(root->by_marks, term_count ? terms[term_count - 1].condition + 1 : 0) ||
	    !bits_ok(root->process_marks, marks) || !bits_ok(root->file_marks, marks))
		return refuse(reader, "the image's root has a mark or condition that is out of range");
	if (!arguments_ok(reader, &root->arguments) || !classes_ok(reader, &root->arguments))
		return refuse(reader, "what the image asks of arguments is out of range");
	return 0;
}

#define ROOT_FLAGS (POLICY_ROOT_WATCHES_ADDRESSES | POLICY_ROOT_WRITES_AGAIN | POLICY_ROOT_SENDS_AGAIN)

static int check_root(struct reader *reader)
{
	const struct policy_root *root = image_section(&reader->image, POLICY_SECTION_ROOT);

	if (root->lanes < 1 || root->lanes > POLICY_LANES)
		return refuse(reader, "the image has %u lanes, out of range", root->lanes);
	if (root->policy)
		return refuse(reader, "the image's root says what policyd is to say");
	if (root->flags & ~ROOT_FLAGS)
		return refuse(reader, "the image's root has unknown flags 0x%x", root->flags);
	if (root->calls >> POLICY_CALLS_SETS)
		return refuse(reader, "the image's root has unknown sets of calls 0x%llx", (unsigned long long)root->calls);
	for (int op = 0; op < POLICY_OPS; op++)
		if (!root->defaults.word[op] || POLICY_WORD_RULE(root->defaults.word[op]) != POLICY_RULE_NONE)
			return refuse(reader, "a default of the image is missing");
	if (root->terms != image_count(&reader->image, POLICY_SECTION_TERMS) || root->defaults.cases)
		return refuse(reader, "the image's root has another number of terms, or cases of defaults");
	for (int privilege = 0; privilege < POLICY_PRIVILEGES; privilege++) {
		__u32 fallback = root->privilege_defaults[privilege];

		if (!fallback || !word_ok(fallback) || POLICY_WORD_RULE(fallback) != POLICY_RULE_NONE ||
		    !word_or_case_ok(reader, root->privilege[privilege]))
			return refuse(reader, "what the image's root says of privilege %d is out of range", privilege);
	}
	if (!words_ok(reader, &root->defaults) || !words_ok(reader, &root->anonymous) || !words_ok(reader, &root->unnamed) ||
	    !place_ok(reader, &root->path, root->lanes) || !place_ok(reader, &root->abstract, 1))
		return refuse(reader, "the image's root has a state or verdict that is out of range");
	return 0;
}

/* A state with a fallback leaves to it all but literal names; only beside a fallback can it be tighter. */
static int fallback_ok(const struct policy_state *state)
{
	if (!state->fallback)
		return !(state->flags & POLICY_STATE_TIGHTENS);
	return !state->other && !state->glob && !(state->flags & (POLICY_STATE_PREFIX | POLICY_STATE_SUFFIX));
}

static int tightness_ok(__u32 bits)
{
	for (int op = 0; op < POLICY_OPS; op++)
		if ((bits >> (2 * op) & 3) > POLICY_TIGHT_ALLOW)
			return 0;
	return bits >> (2 * POLICY_OPS) == 0;
}

static int check_states(struct reader *reader)
{
	const struct policy_state *states = image_section(&reader->image, POLICY_SECTION_STATES);
	const struct policy_record *records = image_section(&reader->image, POLICY_SECTION_RECORDS);
	__u64 rows = image_count(&reader->image, POLICY_SECTION_GLOB_ROWS);
	static const struct policy_record NOTHING;

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_RECORDS); i++)
		if (!words_ok(reader, &records[i]))
			return refuse(reader, "record %llu has a verdict that is out of range", (unsigned long long)i);
	if (memcmp(&records[0], &NOTHING, sizeof(NOTHING)))
		return refuse(reader, "record 0 is not empty");
	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_STATES); i++) {
		const struct policy_state *state = &states[i];

		if (!state_ok(reader, state->fallback) || !state_ok(reader, state->other) ||
		    !record_ok(reader, state->accept) || !record_ok(reader, state->sticky) || state->glob >= rows ||
		    state->flags >= POLICY_STATE_FACTS << 1 || !tightness_ok(state->tightest) ||
		    !tightness_ok(state->loosest))
			return refuse(reader, "state %llu has an index that is out of range", (unsigned long long)i);
		if (states[state->fallback].fallback)
			return refuse(reader, "state %llu falls back to a state that falls back", (unsigned long long)i);
		if (!fallback_ok(state))
			return refuse(reader, "state %llu and its fallback do not fit", (unsigned long long)i);
	}
	if (states[0].fallback || states[0].other || states[0].accept || states[0].sticky || states[0].glob ||
	    states[0].flags)
		return refuse(reader, "state 0 is not dead");
	return 0;
}

/* An entry of a state that does not say it has any would never be found. */
static int state_says(const struct reader *reader, __u32 state, __u32 flag)
{
	const struct policy_state *states = image_section(&reader->image, POLICY_SECTION_STATES);

	return state_ok(reader, state) && states[state].flags & flag;
}

/* `length` bytes of a name, then only NUL bytes up to `size`. */
static size_t name_length(const char *name, size_t size)
{
	size_t length = strnlen(name, size);

	for (size_t i = length; i < size; i++)
		if (name[i])
			return 0;
	return length;
}

static int check_edges(struct reader *reader)
{
	const struct policy_short_edge *brief = image_section(&reader->image, POLICY_SECTION_SHORT_EDGES);
	const struct policy_long_edge *full = image_section(&reader->image, POLICY_SECTION_LONG_EDGES);
	const struct policy_class_edge *classes = image_section(&reader->image, POLICY_SECTION_CLASSES);

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_SHORT_EDGES); i++)
		if (!state_says(reader, brief[i].key.state, POLICY_STATE_SHORT) || !state_ok(reader, brief[i].state) ||
		    !name_length(brief[i].key.name, sizeof(brief[i].key.name)))
			return refuse(reader, "short edge %llu is out of range", (unsigned long long)i);
	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_LONG_EDGES); i++) {
		size_t length = name_length(full[i].key.name, sizeof(full[i].key.name));

		if (!state_says(reader, full[i].key.state, POLICY_STATE_LONG) || !state_ok(reader, full[i].state) ||
		    length <= POLICY_SHORT_NAME || length > POLICY_NAME_MAX)
			return refuse(reader, "long edge %llu is out of range", (unsigned long long)i);
	}
	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_CLASSES); i++)
		if (!state_ok(reader, classes[i].key.state) || !state_ok(reader, classes[i].state))
			return refuse(reader, "class edge %llu is out of range", (unsigned long long)i);
	return 0;
}

static int check_affixes(struct reader *reader, enum policy_section_kind kind)
{
	const struct policy_affix *affix = image_section(&reader->image, kind);
	__u32 flag = kind == POLICY_SECTION_PREFIXES ? POLICY_STATE_PREFIX : POLICY_STATE_SUFFIX;

	for (__u64 i = 0; i < image_count(&reader->image, kind); i++, affix++) {
		__u32 bits = affix->key.prefixlen;

		if (bits < 40 || bits > 32 + 8 * POLICY_AFFIX_MAX || bits % 8 ||
		    !state_says(reader, affix->key.state, flag) || !affix->class_id)
			return refuse(reader, "%s %llu is out of range", SECTIONS[kind].name, (unsigned long long)i);
		for (__u32 at = bits / 8 - 4; at < POLICY_AFFIX_MAX; at++)
			if (affix->key.bytes[at])
				return refuse(reader, "%s %llu has bytes beyond its length", SECTIONS[kind].name,
					      (unsigned long long)i);
	}
	return 0;
}

static int check_globs(struct reader *reader)
{
	const struct policy_glob_row *rows = image_section(&reader->image, POLICY_SECTION_GLOB_ROWS);
	__u64 count = image_count(&reader->image, POLICY_SECTION_GLOB_ROWS);

	for (__u64 i = 0; i < count; i++)
		for (int byte = 0; byte < 256; byte++)
			if (rows[i].next[byte] >= count || (i == 0 && rows[i].next[byte]))
				return refuse(reader, "glob row %llu leads out of range", (unsigned long long)i);
	return rows[0].accept ? refuse(reader, "glob row 0 is not dead") : 0;
}

/* A network: its bits beyond the prefix are zero, so that no two keys are one to the kernel. */
static int prefix_ok(const __u8 *address, __u32 bits, __u32 width)
{
	if (bits > width)
		return 0;
	for (__u32 bit = bits; bit < width; bit++)
		if (address[bit / 8] >> (7 - bit % 8) & 1)
			return 0;
	return 1;
}

static int port_ok(const struct reader *reader, const struct policy_port *port)
{
	const struct policy_port_key *key = &port->key;

	return key->prefixlen >= 48 && prefix_ok(key->port, key->prefixlen - 48, 16) && key->ports && key->op <= 1 &&
	       key->protocol > POLICY_PROTO_OTHER && key->protocol < POLICY_PROTOS && word_or_case_ok(reader, port->word);
}

static int address_ok(const struct reader *reader, const __u8 *address, __u32 bits, __u32 width,
		      const struct policy_address *value)
{
	if (!prefix_ok(address, bits, width))
		return 0;
	for (int op = 0; op < 2; op++)
		for (int protocol = 0; protocol < POLICY_PROTOS; protocol++)
			if (!word_or_case_ok(reader, value->word[op][protocol]))
				return 0;
	return 1;
}

static int check_addresses(struct reader *reader)
{
	const struct policy_address4 *four = image_section(&reader->image, POLICY_SECTION_ADDRESSES4);
	const struct policy_address6 *six = image_section(&reader->image, POLICY_SECTION_ADDRESSES6);
	const struct policy_port *port = image_section(&reader->image, POLICY_SECTION_PORTS);

	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_ADDRESSES4); i++)
		if (!address_ok(reader, four[i].key.address, four[i].key.prefixlen, 32, &four[i].value))
			return refuse(reader, "v4 address %llu is out of range", (unsigned long long)i);
	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_ADDRESSES6); i++)
		if (!address_ok(reader, six[i].key.address, six[i].key.prefixlen, 128, &six[i].value))
			return refuse(reader, "v6 address %llu is out of range", (unsigned long long)i);
	if (four[0].key.prefixlen || six[0].key.prefixlen)
		return refuse(reader, "the address of length 0 is missing");
	for (__u64 i = 0; i < image_count(&reader->image, POLICY_SECTION_PORTS); i++, port++)
		if (!port_ok(reader, port))
			return refuse(reader, "port %llu is out of range", (unsigned long long)i);
	return 0;
}

static __u64 identity_of(const struct image *image)
{
	__u64 sum = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < image->size; i++)
		sum = (sum ^ image->bytes[i]) * 0x100000001b3ull;
	return sum ? sum : 1;
}

int image_open(struct image *image, const void *bytes, size_t size, char *why, size_t why_size)
{
	struct reader reader = { .image = { .bytes = bytes, .size = size, .header = bytes }, .why = why, .why_size = why_size };

	if (check_header(&reader) || check_sections(&reader) || check_order(&reader) || check_terms(&reader) ||
	    check_limits(&reader) || check_cases(&reader) || check_root(&reader) || check_context(&reader) ||
	    check_states(&reader) || check_edges(&reader) || check_affixes(&reader, POLICY_SECTION_PREFIXES) ||
	    check_affixes(&reader, POLICY_SECTION_SUFFIXES) || check_globs(&reader) || check_addresses(&reader))
		return -1;
	*image = reader.image;
	image->identity = identity_of(image);
	return 0;
}
