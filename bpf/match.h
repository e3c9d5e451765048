/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * How an automaton reads a name and how verdicts are joined: pure functions over the tables of one policy, for the
 * kernel and, compiled on the host, for unit tests and fuzzing. `policy_abi.h` says what each step means. The includer
 * provides the look-ups (`find_state` … `find_glob_row`) and
 *   name_of(holder)                       the name being read; callbacks cannot carry its address
 *   weighing_of(holder)                   what is being weighed
 *   copy_bytes(to, from, length)
 *   for_each_index(n, callback, context)  calls callback(i, context) for i < n while it returns 0
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "policy_abi.h"

/* A name as the look-ups want it. `literal` is false for an abstract socket name that holds a NUL byte. */
struct policy_name {
	__u32 length; /* 0..255 */
	__u32 literal;
	union {
		struct policy_short_key brief; /* the name is padded to 28 bytes if it is no longer */
		struct policy_long_key full;   /* else to 256 */
	} key;
	struct policy_affix_key affix;
};

static inline struct policy_name *name_of(__u32 holder);
static inline const struct policy_state *find_state(__u32 slot, __u32 state);
static inline const struct policy_record *find_record(__u32 slot, __u32 record);
static inline const struct policy_term *find_term(__u32 slot, __u32 term);
static inline const struct policy_case *find_case(__u32 slot, __u32 number);
static inline const struct policy_argument_class *find_argument_class(__u32 slot, __u32 class_id);
static inline const __u32 *find_short_edge(__u32 slot, const struct policy_short_key *key);
static inline const __u32 *find_long_edge(__u32 slot, const struct policy_long_key *key);
static inline const __u32 *find_prefix(__u32 slot, const struct policy_affix_key *key);
static inline const __u32 *find_suffix(__u32 slot, const struct policy_affix_key *key);
static inline const __u32 *find_class_edge(__u32 slot, const struct policy_class_key *key);
static inline const struct policy_glob_row *find_glob_row(__u32 slot, __u32 row);

static inline __u32 word_or_default(__u32 word, __u32 fallback)
{
	return word ? word : fallback;
}

static inline int word_permits(__u32 word)
{
	return POLICY_WORD_EFFECT(word) < POLICY_DENY;
}

static inline void join_record(struct policy_record *into, const struct policy_record *from)
{
	for (int op = 0; op < POLICY_OPS; op++)
		if (from->word[op] > into->word[op])
			into->word[op] = from->word[op];
}

/* Notes the first case of a record that holds for all beneath. Returns 0 where there is no room. */
static inline int hold(struct policy_place *place, __u32 first)
{
	for (__u32 i = 0; i < POLICY_HELD; i++) {
		if (i >= place->held_count) {
			place->held[i] = first;
			place->held_count = i + 1;
			return 1;
		}
		if (place->held[i] == first)
			return 1;
	}
	return 0;
}

/* ---- circumstances ---------------------------------------------------------------------------------------------- */

/* For who has what `most` says at most, and at least what `least` says. */
static inline int term_holds(const struct policy_term *term, const struct policy_circumstances *most,
			     const struct policy_circumstances *least)
{
	return (most->marks & term->with.marks) == term->with.marks && !(least->marks & term->without.marks) &&
	       (most->exe & term->with.exe) == term->with.exe && !(least->exe & term->without.exe) &&
	       (most->under & term->with.under) == term->with.under && !(least->under & term->without.under) &&
	       (most->args & term->with.args) == term->with.args && !(least->args & term->without.args);
}

/* Conditions, as bits. */
struct holding {
	__u64 surely; /* hold, whatever is not known */
	__u64 perhaps;
};

#define POLICY_HEADS (POLICY_HELD + POLICY_LANES)

/* First cases of records, and what they come to where some conditions hold. */
struct policy_weighing {
	__u32 slot;
	__u32 count;
	__u32 heads[POLICY_HEADS]; /* 0: none */
	__u32 broken;
	struct holding holds;
	struct policy_circumstances known, most; /* who acts: what is known of them, and all that may be so */
	__u64 facts[POLICY_FACTS][POLICY_OPS]; /* out; of lists of programs, as of the first operation */
	__u64 kept[POLICY_FACTS][POLICY_OPS];  /* of another place, to compare with */
	__u32 doubtful;               /* out: operations of which it is not known what facts they have; as bits */
	__u32 has_facts;              /* out: others than those of programs */
	__u64 asked;                  /* out: conditions of cases, as bits */
	__u32 permitting;             /* out: operations that a case permits, where its condition holds; as bits */
	__u32 refusing;               /* out: and those that one refuses */
	struct policy_record verdict; /* in and out */
};

static inline struct policy_weighing *weighing_of(__u32 holder);

static long term_step(__u32 i, __u32 *holder)
{
	struct policy_weighing *weighing = weighing_of(*holder);
	const struct policy_term *term = weighing ? find_term(weighing->slot, i) : 0;
	__u64 condition;

	if (!term)
		return 1;
	condition = 1ull << (term->condition & (POLICY_CONDITIONS - 1));
	if (term_holds(term, &weighing->known, &weighing->most))
		weighing->holds.surely |= condition;
	if (term_holds(term, &weighing->most, &weighing->known))
		weighing->holds.perhaps |= condition;
	return 0;
}

/* Finds which of the conditions of `terms` hold. */
static inline void weigh_conditions(__u32 holder, __u32 terms, const struct policy_circumstances *who,
				    const struct policy_circumstances *unknown)
{
	struct policy_weighing *weighing = weighing_of(holder);

	if (!weighing)
		return;
	weighing->holds.surely = 0;
	weighing->holds.perhaps = 0;
	weighing->known = *who;
	weighing->most.marks = who->marks | unknown->marks;
	weighing->most.exe = who->exe | unknown->exe;
	weighing->most.under = who->under | unknown->under;
	weighing->most.args = who->args | unknown->args;
	for_each_index(terms, term_step, &holder);
}

#define MOST_CASES 8192 /* of all the records of a path; with more it is denied */

struct case_walk {
	__u32 holder;
	__u32 next; /* head */
	__u32 at;   /* case; 0: the next head's */
};

static inline int case_holds(const struct policy_case *this, __u64 conditions)
{
	return this->flags & POLICY_CASE_ALWAYS || conditions >> (this->condition & (POLICY_CONDITIONS - 1)) & 1;
}

static inline void weigh_fact(struct policy_weighing *weighing, const struct policy_case *this)
{
	__u32 kind = POLICY_CASE_FACT(this->flags), ops = kind == POLICY_FACT_PROGRAMS ? 1 : this->ops;

	weighing->has_facts |= kind != POLICY_FACT_PROGRAMS;
	if (!case_holds(this, weighing->holds.surely)) {
		if (case_holds(this, weighing->holds.perhaps))
			weighing->doubtful |= this->ops;
		return;
	}
	if (kind >= POLICY_FACTS)
		return;
	for (int op = 0; op < POLICY_OPS; op++)
		if (ops & (1u << op))
			weighing->facts[kind][op] |= this->facts;
}

static inline void weigh_case(struct policy_weighing *weighing, const struct policy_case *this)
{
	if (!(this->flags & POLICY_CASE_ALWAYS))
		weighing->asked |= 1ull << (this->condition & (POLICY_CONDITIONS - 1));
	if (POLICY_CASE_FACT(this->flags)) {
		weigh_fact(weighing, this);
		return;
	}
	if (word_permits(this->word))
		weighing->permitting |= this->ops;
	else
		weighing->refusing |= this->ops;
	if (!case_holds(this, word_permits(this->word) ? weighing->holds.surely : weighing->holds.perhaps))
		return;
	for (int op = 0; op < POLICY_OPS; op++)
		if (this->ops & (1u << op) && this->word > weighing->verdict.word[op])
			weighing->verdict.word[op] = this->word;
}

static long case_step(__u32 i, struct case_walk *walk)
{
	struct policy_weighing *weighing = weighing_of(walk->holder);
	const struct policy_case *this;

	(void)i;
	if (!weighing)
		return 1;
	if (!walk->at) {
		__u32 head = walk->next++;

		if (head >= weighing->count || head >= POLICY_HEADS)
			return 1;
		walk->at = weighing->heads[head];
		if (!walk->at)
			return 0;
	}
	this = find_case(weighing->slot, walk->at);
	if (!this) {
		weighing->broken = 1;
		return 1;
	}
	weigh_case(weighing, this);
	walk->at = this->flags & POLICY_CASE_LAST ? 0 : walk->at + 1;
	return 0;
}

static inline void forget_facts(struct policy_weighing *weighing)
{
	if (weighing->has_facts || weighing->facts[POLICY_FACT_PROGRAMS][0])
		__builtin_memset(weighing->facts, 0, sizeof(weighing->facts));
	weighing->has_facts = 0;
	weighing->doubtful = 0;
}

static inline void weigh(__u32 holder)
{
	struct case_walk walk = { .holder = holder };
	struct policy_weighing *weighing = weighing_of(holder);

	if (!weighing)
		return;
	forget_facts(weighing);
	weighing->broken = 0;
	weighing->asked = 0;
	weighing->permitting = 0;
	weighing->refusing = 0;
	for_each_index(MOST_CASES, case_step, &walk);
	weighing = weighing_of(holder);
	if (weighing && walk.next <= weighing->count)
		weighing->broken = 1;
}

static inline void copy_heads(__u32 *to, const __u32 *from)
{
	for (int i = 0; i < POLICY_HELD; i++)
		to[i] = from[i];
}

/* What is said of all that is beneath a place, where those conditions hold. */
static inline void weigh_held(__u32 holder, const struct policy_place *place, __u64 holds)
{
	struct policy_weighing *weighing = weighing_of(holder);

	if (!weighing)
		return;
	copy_heads(weighing->heads, place->held);
	weighing->count = POLICY_HELD;
	weighing->holds.surely = holds;
	weighing->holds.perhaps = holds;
	weigh(holder);
}

static inline int holds_the_same(const struct policy_place *a, const struct policy_place *b)
{
	for (int i = 0; i < POLICY_HELD; i++)
		if (a->held[i] != b->held[i])
			return 0;
	return 1;
}

/* ---- arguments --------------------------------------------------------------------------------------------------- */

/* What has been read of arguments: where the automaton is in one, and which lists of words have come how far. */
struct policy_reading {
	__u32 slot;
	__u32 row;
	__u64 read[POLICY_ARGUMENT_WORDS];
	__u64 excluded;
	__u32 broken;
	__u32 skipped; /* arguments that do not count, still to come */
};

static inline void begin_arguments(struct policy_reading *reading, const struct policy_arguments *asked)
{
	for (int i = 0; i < POLICY_ARGUMENT_WORDS; i++)
		reading->read[i] = asked->start[i];
	reading->row = asked->row;
	reading->excluded = 0;
	reading->broken = 0;
}

/* The NUL byte behind an argument has been read. */
static inline void end_argument(struct policy_reading *reading, const struct policy_arguments *asked)
{
	const struct policy_glob_row *row = find_glob_row(reading->slot, reading->row);
	const struct policy_argument_class *class = row ? find_argument_class(reading->slot, row->accept) : 0;

	reading->row = asked->row;
	if (!class) {
		reading->broken = 1;
		return;
	}
	reading->excluded |= class->excludes;
	for (int i = 0; i < POLICY_ARGUMENT_WORDS; i++)
		reading->read[i] = (reading->read[i] & ~asked->only[i]) | (reading->read[i] & class->moves[i]) << 1;
}

static inline void read_argument_byte(struct policy_reading *reading, const struct policy_arguments *asked, __u8 byte)
{
	const struct policy_glob_row *row;

	if (reading->skipped) {
		reading->skipped -= !byte;
		return;
	}
	if (!byte) {
		end_argument(reading, asked);
		return;
	}
	row = find_glob_row(reading->slot, reading->row);
	reading->row = row ? row->next[byte] : 0;
}

/* What the arguments that have been read answer to, as bits. */
static inline __u64 arguments_answered(const struct policy_reading *reading, const struct policy_arguments *asked)
{
	__u64 answered = 0;

	for (__u32 i = 0; i < POLICY_ARGUMENTS && i < asked->count; i++) {
		__u8 end = asked->ends[i];
		__u64 word = reading->read[end / 64 & (POLICY_ARGUMENT_WORDS - 1)];

		answered |= (word >> (end & 63) & 1) << i;
	}
	return answered & ~reading->excluded;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static inline const __u32 *find_literal(__u32 slot, __u32 state, __u32 flags, struct policy_name *name)
{
	if (!name->literal || !name->length)
		return 0;
	name->key.full.state = state;
	if (name->length <= POLICY_SHORT_NAME)
		return flags & POLICY_STATE_SHORT ? find_short_edge(slot, &name->key.brief) : 0;
	return flags & POLICY_STATE_LONG ? find_long_edge(slot, &name->key.full) : 0;
}

static inline __u32 affix_length(const struct policy_name *name)
{
	return name->length < POLICY_AFFIX_MAX ? name->length : POLICY_AFFIX_MAX;
}

static inline __u32 prefix_class(__u32 slot, __u32 state, struct policy_name *name)
{
	__u32 length = affix_length(name);
	const __u32 *found;

	copy_bytes(name->affix.bytes, name->key.full.name, length);
	name->affix.state = state;
	name->affix.prefixlen = 32 + 8 * length;
	found = find_prefix(slot, &name->affix);
	return found ? *found : 0;
}

static long reverse_step(__u32 i, __u32 *holder)
{
	struct policy_name *name = name_of(*holder);

	if (!name || i >= POLICY_AFFIX_MAX)
		return 1;
	name->affix.bytes[i] = name->key.full.name[(name->length - 1 - i) & 255];
	return 0;
}

static inline __u32 suffix_class(__u32 slot, __u32 state, struct policy_name *name, __u32 holder)
{
	__u32 length = affix_length(name);
	const __u32 *found;

	for_each_index(length, reverse_step, &holder);
	name->affix.state = state;
	name->affix.prefixlen = 32 + 8 * length;
	found = find_suffix(slot, &name->affix);
	return found ? *found : 0;
}

struct glob_walk {
	__u32 slot;
	__u32 row;
	__u32 holder;
};

static long glob_step(__u32 i, struct glob_walk *walk)
{
	const struct policy_glob_row *row = find_glob_row(walk->slot, walk->row);
	const struct policy_name *name = name_of(walk->holder);

	walk->row = row && name ? row->next[(__u8)name->key.full.name[i & 255]] : 0;
	return !walk->row;
}

static inline __u32 glob_class(__u32 slot, __u32 start, const struct policy_name *name, __u32 holder)
{
	struct glob_walk walk = { .slot = slot, .row = start, .holder = holder };
	const struct policy_glob_row *row;

	for_each_index(name->length, glob_step, &walk);
	row = find_glob_row(slot, walk.row);
	return row ? row->accept : 0;
}

/* The state in which the lane stands after `name`. A table that lacks what it must hold gives *broken = 1. */
static inline __u32 next_state(__u32 slot, __u32 state, struct policy_name *name, __u32 holder, int *broken)
{
	const struct policy_state *at = find_state(slot, state);
	struct policy_class_key classes = {};
	const __u32 *edge;

	if (!at)
		goto broken;
	edge = find_literal(slot, state, at->flags, name);
	if (edge)
		return *edge;
	if (at->fallback) {
		state = at->fallback;
		at = find_state(slot, state);
		if (!at)
			goto broken;
		edge = find_literal(slot, state, at->flags, name);
		if (edge)
			return *edge;
	}
	classes.state = state;
	if (at->flags & POLICY_STATE_PREFIX)
		classes.prefix = prefix_class(slot, state, name);
	if (at->flags & POLICY_STATE_SUFFIX)
		classes.suffix = suffix_class(slot, state, name, holder);
	if (at->glob)
		classes.glob = glob_class(slot, at->glob, name, holder);
	if (!(classes.prefix | classes.suffix | classes.glob))
		return at->other;
	edge = find_class_edge(slot, &classes);
	if (edge)
		return *edge;
broken:
	*broken = 1;
	return POLICY_DEAD;
}

/* Two bits an operation, as in struct policy_state. NONE is as good as ALLOW where the default permits. */
static inline __u32 tightness(__u32 bits, int op, int default_permits)
{
	__u32 value = (bits >> (2 * op)) & 3;

	return value == POLICY_TIGHT_NONE && default_permits ? POLICY_TIGHT_ALLOW : value;
}

static inline __u32 word_tightness(__u32 word, int default_permits)
{
	if (!word)
		return default_permits ? POLICY_TIGHT_ALLOW : POLICY_TIGHT_NONE;
	return word_permits(word) ? POLICY_TIGHT_ALLOW : POLICY_TIGHT_DENY;
}

/*
 * Whether a tree that moves from `from` to `to` could get a permission somewhere beneath, in some circumstances. Sound, and
 * exact for the everyday cases (same states, or nothing said beneath): verdicts are monotone in each lane under
 * deny < none < allow, so it is enough that no lane and no sticky word grows looser.
 */
static inline int beneath_may_widen(__u32 holder, __u32 slot, const struct policy_place *from, const struct policy_place *to,
				    const struct policy_record *defaults)
{
	__u32 permitting = 0, refusing = 0;

	for (int lane = 0; lane < POLICY_LANES; lane++) {
		const struct policy_state *old, *new;

		if (from->state[lane] == to->state[lane])
			continue;
		old = find_state(slot, from->state[lane]);
		new = find_state(slot, to->state[lane]);
		if (!old || !new)
			return 1;
		if (new->fallback == from->state[lane] && new->flags & POLICY_STATE_TIGHTENS)
			continue;
		for (int op = 0; op < POLICY_OPS; op++) {
			int permits = word_permits(defaults->word[op]);

			if (tightness(new->loosest, op, permits) > tightness(old->tightest, op, permits))
				return 1;
		}
	}
	if (!holds_the_same(from, to)) {
		struct policy_weighing *weighing = weighing_of(holder);

		if (!weighing)
			return 1;
		weigh_held(holder, to, 0);
		permitting = weighing->permitting;
		weigh_held(holder, from, 0);
		refusing = weighing->refusing;
		if (weighing->broken)
			return 1;
	}
	for (int op = 0; op < POLICY_OPS; op++) {
		int permits = word_permits(defaults->word[op]);
		__u32 loosest = word_tightness(to->sticky.word[op], permits), tightest = word_tightness(from->sticky.word[op], permits);

		if (permitting & (1u << op) && loosest != POLICY_TIGHT_DENY)
			loosest = POLICY_TIGHT_ALLOW;
		if (refusing & (1u << op))
			tightest = POLICY_TIGHT_DENY;
		if (loosest > tightest)
			return 1;
	}
	return 0;
}

/* Whether `from` says anything that `to` does not. */
static inline int lacks_facts(__u64 (*to)[POLICY_OPS], __u64 (*from)[POLICY_OPS])
{
	__u64 lacking = 0;

	for (int kind = POLICY_FACT_SETS; kind < POLICY_FACTS; kind++)
		for (int op = 0; op < POLICY_OPS; op++)
			lacking |= from[kind][op] & ~to[kind][op];
	return lacking != 0;
}

/*
 * Whether something beneath `from` that is remembered or counted might not be beneath `to`. Sound; a lane in which
 * anything is remembered has to stay where it is.
 */
static inline int beneath_may_forget(__u32 holder, __u32 slot, const struct policy_place *from, const struct policy_place *to)
{
	struct policy_weighing *weighing;

	for (int lane = 0; lane < POLICY_LANES; lane++) {
		const struct policy_state *old = from->state[lane] == to->state[lane] ? 0 : find_state(slot, from->state[lane]);

		if (from->state[lane] != to->state[lane] && (!old || old->flags & POLICY_STATE_FACTS))
			return 1;
	}
	if (holds_the_same(from, to))
		return 0;
	weighing = weighing_of(holder);
	if (!weighing)
		return 1;
	weigh_held(holder, from, ~0ull);
	if (weighing->broken || !weighing->has_facts)
		return weighing->broken;
	__builtin_memcpy(weighing->kept, weighing->facts, sizeof(weighing->kept));
	weigh_held(holder, to, 0);
	return weighing->broken || lacks_facts(weighing->facts, weighing->kept);
}

/* The operation that `new_` permits and `old` denies, or POLICY_OPS. */
static inline __u32 widened_op(const struct policy_record *old, const struct policy_record *new_,
			     const struct policy_record *defaults)
{
	for (__u32 op = 0; op < POLICY_OPS; op++)
		if (word_permits(word_or_default(new_->word[op], defaults->word[op])) &&
		    !word_permits(word_or_default(old->word[op], defaults->word[op])))
			return op;
	return POLICY_OPS;
}

#endif
