/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * How an automaton reads a name and how verdicts are joined: pure functions over the tables of one policy, for the
 * kernel and, compiled on the host, for unit tests and fuzzing. `policy_abi.h` says what each step means. The includer
 * provides the look-ups (`find_state` … `find_glob_row`) and
 *   name_of(holder)                       the name being read; callbacks cannot carry its address
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
 * Whether a tree that moves from `from` to `to` could get a permission somewhere beneath. Sound, and exact for the
 * everyday cases (same states, or nothing said beneath): verdicts are monotone in each lane under
 * deny < none < allow, so it is enough that no lane and no sticky word grows looser.
 */
static inline int beneath_may_widen(__u32 slot, const struct policy_place *from, const struct policy_place *to,
				    const struct policy_record *defaults)
{
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
	for (int op = 0; op < POLICY_OPS; op++) {
		int permits = word_permits(defaults->word[op]);

		if (word_tightness(to->sticky.word[op], permits) > word_tightness(from->sticky.word[op], permits))
			return 1;
	}
	return 0;
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
