/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is left behind by what is permitted: marks, and the moments that limits count. */
#ifndef POLICY_HISTORY_H
#define POLICY_HISTORY_H

#include "circumstances.bpf.h"

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static __always_inline void change_session(__u32 session, __u64 sets, __u64 clears)
{
	__u64 *all = bpf_map_lookup_elem(&marks, &session);

	if (all && sets)
		__sync_fetch_and_or(all, sets);
	if (all && clears)
		__sync_fetch_and_and(all, ~clears);
}

/* Returns 0 where there is no room to note it. The value is changed before it counts. */
static __always_inline int change_process(const struct policy_process_key *key, __u64 sets, __u64 clears)
{
	static const struct policy_process NOTHING;
	struct policy_process *process = bpf_map_lookup_elem(&processes, key);

	if (!process) {
		bpf_map_update_elem(&processes, key, &NOTHING, BPF_NOEXIST); /* or another thread has made it */
		process = bpf_map_lookup_elem(&processes, key);
	}
	if (!process)
		return 0;
	__sync_fetch_and_or(&process->marks, sets);
	__sync_fetch_and_and(&process->marks, ~clears);
	__sync_fetch_and_or(&process->changed, sets | clears);
	return 1;
}

/* Sets and clears marks, `own` of them for the process alone. What is both set and cleared is clear. */
static __always_inline int change_marks(__u32 session, const struct policy_process_key *key, __u64 own, __u64 sets, __u64 clears)
{
	sets &= ~clears;
	if ((sets | clears) & own && !change_process(key, sets & own, clears & own))
		return 0;
	change_session(session, sets & ~own, clears & ~own);
	return 1;
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

/*
 * A window holds a number, how many operations were permitted, and the moments of the latest in a ring. A moment has
 * the time, shifted, and in its lowest bit whether its place was taken in an even or an odd round. Who takes the place
 * of the next one has been counted, whether or not he still comes to count on.
 */
#define WINDOW_TRIES 256
#define PAST 1
#define WITHIN 0
#define AGAIN (-1)

/* Whether the operation would be past the count; if it is to be counted, it is then. AGAIN: others were in between. */
static __always_inline int look_at_window(const struct counting *counting, const struct policy_limit *limit)
{
	__u32 first = limit->window, place;
	__u64 *total = FIND(windows, counting->slot, &first), at, round, known, *moment;
	int past;

	if (!total || !limit->count || counting->ahead >= limit->count)
		return PAST;
	at = *(volatile __u64 *)total + counting->ahead;
	round = at / limit->count;
	place = first + 1 + (__u32)(at % limit->count);
	moment = FIND(windows, counting->slot, &place);
	if (!moment)
		return PAST;
	known = *(volatile __u64 *)moment;
	if (*(volatile __u64 *)total + counting->ahead != at)
		return AGAIN;
	if ((known & 1) != (round & 1)) { /* taken already, and not counted on yet */
		if (!counting->ahead)
			__sync_val_compare_and_swap(total, at, at + 1);
		return AGAIN;
	}
	past = known && (known >> 1) + limit->nanoseconds > counting->now ? PAST : WITHIN;
	if (!counting->takes || (past && !word_permits(limit->word)))
		return past;
	if (__sync_val_compare_and_swap(moment, known, counting->now << 1 | ((round + 1) & 1)) != known)
		return AGAIN;
	__sync_val_compare_and_swap(total, at, at + 1);
	return past;
}

static __always_inline void begin_limit(struct counting *counting, __u32 limit)
{
	counting->limit = limit;
	counting->op = 0;
	counting->ahead = 0;
	counting->tries = 0;
}

/*
 * One look for one limit and operation, one after the other: a callback within a callback would be one call too deep. How
 * far it is stands in the scratch, where the verifier does not follow each step.
 */
static long count_step(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	const struct policy_limit *limit;
	struct counting *counting;
	__u32 number, op;
	int past;

	(void)i;
	if (!scratch)
		return 1;
	counting = &scratch->counting;
	number = counting->limit;
	op = counting->op;
	if (number >= POLICY_LIMITS)
		return 1;
	if (op >= POLICY_OPS || !(counting->limits >> number & 1)) {
		begin_limit(counting, number + 1);
		return 0;
	}
	limit = FIND(limits, counting->slot, &number);
	if (!limit || !(counting->ops >> op & 1) || !(scratch->found.facts[POLICY_FACT_COUNTS][op] >> number & 1)) {
		counting->op++;
		return 0;
	}
	past = look_at_window(counting, limit);
	if (past == AGAIN && counting->tries++ < WINDOW_TRIES)
		return 0;
	if (past != WITHIN) {
		if (counting->takes && !word_permits(limit->word))
			counting->refused = limit->word;
		if (limit->word > scratch->found.verdict.word[op])
			scratch->found.verdict.word[op] = limit->word;
	}
	counting->ahead += !counting->takes;
	counting->op++;
	counting->tries = 0;
	return 0;
}

static __always_inline __u64 counting_limits(const struct scratch *scratch, __u32 ops)
{
	__u64 limits = 0;

	for (int op = 0; op < POLICY_OPS; op++)
		limits |= scratch->found.facts[POLICY_FACT_COUNTS][op] & -(__u64)(ops >> op & 1);
	return limits;
}

/* A limit permits nothing that is not permitted without it: what it says is compared with defaults, too. */
static __always_inline void fill_in_defaults(struct scratch *scratch, __u32 ops)
{
	const struct policy_root *root = bpf_map_lookup_elem(&roots, &scratch->slot);

	for (int op = 0; op < POLICY_OPS && root; op++)
		if (ops >> op & 1)
			scratch->found.verdict.word[op] = word_or_default(scratch->found.verdict.word[op], root->defaults.word[op]);
}

#define COUNT_STEPS (POLICY_LIMITS * (POLICY_OPS + 1) + POLICY_LIMITS * POLICY_OPS * WINDOW_TRIES + 1)

/* Joins what limits say of the operations; with `takes` counts them. Returns the word that refuses what was to be counted. */
__noinline __u32 count_ops(__u32 index, __u32 ops, __u32 takes)
{
	struct scratch *scratch = scratch_at(index);
	struct counting *counting;

	if (!scratch)
		return POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
	counting = &scratch->counting;
	counting->limits = counting_limits(scratch, ops);
	if (!counting->limits)
		return 0;
	fill_in_defaults(scratch, ops);
	counting->slot = scratch->slot;
	counting->ops = ops;
	counting->takes = takes;
	counting->refused = 0;
	counting->now = scratch->now ?: bpf_ktime_get_ns();
	begin_limit(counting, 0);
	bpf_loop(COUNT_STEPS, count_step, &index, 0);
	return counting->limit == POLICY_LIMITS ? counting->refused : POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
}

#endif
