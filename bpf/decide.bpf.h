/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who acts, what the policy says of it, and what follows: an error, a signal, an event. */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "history.bpf.h"
#include "membership.bpf.h"
#include "walk.bpf.h"

#define OP(name) (1u << POLICY_OP_##name)
#define FOLD_NS 1000000000ull

/* ---- events ---------------------------------------------------------------------------------------------------- */

static __always_inline __u64 mix(__u64 sum, __u64 value)
{
	sum = (sum ^ value) * 0x9e3779b97f4a7c15ull;
	return sum ^ sum >> 32;
}

struct chain {
	__u64 dentry;
	__u64 sum;
};

static long mix_name(__u32 i, struct chain *chain)
{
	struct dentry *dentry = (struct dentry *)chain->dentry;
	__u64 parent = (__u64)BPF_CORE_READ(dentry, d_parent);

	chain->sum = mix(chain->sum, BPF_CORE_READ(dentry, d_name.hash_len));
	if (parent == chain->dentry)
		return 1;
	chain->dentry = parent;
	return 0;
}

/*
 * What tells one object from another. A dentry's address is soon another's and its file may be moved: the names up to the
 * root count too. Where the sum begins nobody outside the kernel knows, so nobody can make two objects one.
 */
static __always_inline __u64 object_of(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct task_struct *task = bpf_get_current_task_btf();
	struct chain chain = { .sum = (__u64)BPF_CORE_READ(task, signal) };
	struct policy_event *event;
	const __u64 *words;

	if (!scratch)
		return 0;
	event = &scratch->event;
	chain.dentry = scratch->subject;
	chain.sum = mix(chain.sum, event->object);
	switch (event->object) {
	case POLICY_OBJECT_PATH:
		chain.sum = mix(chain.sum, chain.dentry);
		bpf_loop(POLICY_MAX_DEPTH, mix_name, &chain, 0);
		break;
	case POLICY_OBJECT_INET:
	case POLICY_OBJECT_INET6:
		words = (const __u64 *)event->address;
		chain.sum = mix(chain.sum, words[0]);
		chain.sum = mix(chain.sum, words[1]);
		chain.sum = mix(chain.sum, (__u64)event->protocol << 16 | event->port);
		break;
	case POLICY_OBJECT_ABSTRACT: /* zeros follow the name */
		words = (const __u64 *)event->bytes;
		chain.sum = mix(chain.sum, event->path_len);
		for (int i = 0; i < 128 / 8; i++)
			chain.sum = mix(chain.sum, words[i]);
		break;
	}
	return chain.sum;
}

/* How many this event stands for, or 0 when it is to be counted and not sent. */
static __noinline __u64 fold(__u32 index, const struct policy_event *event)
{
	struct policy_fold_key key = {
		.session = event->session, .pid = event->pid, .word = event->word, .op = event->op,
		.policy = event->policy
	};
	struct policy_fold first = { .sent = event->time };
	struct policy_fold *known;

	if (POLICY_WORD_RULE(event->word) == POLICY_RULE_NONE)
		key.object = object_of(index);
	known = bpf_map_lookup_elem(&folds, &key);
	if (!known) {
		bpf_map_update_elem(&folds, &key, &first, BPF_NOEXIST); /* full: every one is sent */
		return 1;
	}
	if (event->time - known->sent < FOLD_NS) {
		__sync_fetch_and_add(&known->pending, 1);
		return 0;
	}
	known->sent = event->time;
	return 1 + __sync_lock_test_and_set(&known->pending, 0);
}

struct text {
	__u32 index;
	__u32 limit; /* bytes that may be written in all */
};

static long write_step(__u32 i, struct text *text)
{
	struct scratch *scratch = scratch_at(text->index);
	struct dentry *dentry;
	__u32 length, at;

	if (!scratch)
		return 1;
	dentry = (struct dentry *)scratch->dentries[(scratch->depth - 1 - i) & (POLICY_MAX_DEPTH - 1)];
	length = BPF_CORE_READ(dentry, d_name.len) & 255;
	at = scratch->written;
	if (at + 1 + length > text->limit)
		return 1;
	scratch->event.bytes[at & (2 * POLICY_EVENT_PATH - 1)] = '/';
	if (bpf_probe_read_kernel(&scratch->event.bytes[(at + 1) & (2 * POLICY_EVENT_PATH - 1)], length,
				  BPF_CORE_READ(dentry, d_name.name)))
		return 1;
	scratch->written = at + 1 + length;
	return 0;
}

/* Appends the names of `dentries`; 1 if they did not all fit. */
static __noinline __u32 write_path(__u32 index, __u32 limit)
{
	struct scratch *scratch = scratch_at(index);
	struct text text = { .index = index, .limit = limit };
	__u32 depth;

	if (!scratch)
		return 1;
	depth = scratch->depth;
	return bpf_loop(depth, write_step, &text, 0) != depth || scratch->written > limit;
}

static __always_inline void write_program(__u32 index, struct scratch *scratch)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	__u32 before = scratch->written;

	if (!exe)
		return;
	scratch->target = (__u64)BPF_CORE_READ(exe, f_path.dentry);
	if (climb_to_anchor(index) != POLICY_REASON_POLICY)
		return;
	scratch->event.exe_mount = scratch->found.mount;
	if (write_path(index, before + POLICY_EVENT_PATH))
		scratch->event.cut |= 2;
	scratch->event.exe_len = scratch->written - before;
}

/* Sends the event: `word`, `op`, `object`, `reason`, `subject` and, for what is not a path, its own fields are set. */
__noinline int emit(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_event *event;
	struct policy_root *root;
	__u32 size, session;
	void *ring;
	__u64 *missed;

	if (!scratch)
		return 0;
	event = &scratch->event;
	session = scratch->session;
	if (event->object != POLICY_OBJECT_INET && event->object != POLICY_OBJECT_INET6) {
		event->port = 0;
		event->protocol = 0;
		__builtin_memset(event->address, 0, sizeof(event->address));
	}
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	event->policy = root ? root->policy : 0;
	event->session = session;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->time = bpf_ktime_get_ns();
	event->count = fold(index, event);
	if (!event->count)
		return 0;
	__builtin_memcpy(&scratch->kept, &scratch->found, sizeof(scratch->kept));
	event->cut = 0;
	event->exe_len = 0;
	event->exe_mount = 0;
	event->path_mount = 0;
	scratch->written = event->object == POLICY_OBJECT_ABSTRACT ? event->path_len : 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	if (event->object == POLICY_OBJECT_PATH) {
		scratch->target = scratch->subject;
		climb_to_anchor(index); /* what can be walked is written, whatever the reason */
		event->path_mount = scratch->found.mount;
		if (write_path(index, POLICY_EVENT_PATH))
			event->cut = 1;
		event->path_len = scratch->written;
	}
	write_program(index, scratch);
	__builtin_memcpy(&scratch->found, &scratch->kept, sizeof(scratch->found));
	size = POLICY_EVENT_HEADER + event->path_len + event->exe_len;
	if (size > sizeof(*event))
		size = sizeof(*event);
	ring = bpf_map_lookup_elem(&rings, &session);
	if (ring && bpf_ringbuf_output(ring, event, size, 0) == 0)
		return 0;
	missed = bpf_map_lookup_elem(&lost, &session);
	if (missed)
		__sync_fetch_and_add(missed, event->count);
	return 0;
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

/* Ends the current process. Not every program may: those of tracepoints do it for the others. */
static __always_inline void strike(void)
{
	__u64 task = (__u64)bpf_get_current_task_btf();
	__u32 one = 1;

	if (by_tracepoints)
		bpf_map_update_elem(&doomed, &task, &one, BPF_ANY);
	else
		bpf_send_signal(SIGKILL);
}

/* Carries out `word` for `op`: an event for all but a plain permission. Returns 0 or -EACCES. */
static __always_inline int carry_out(__u32 index, struct scratch *scratch, __u32 word, __u32 op, __u32 reason)
{
	__u32 effect = POLICY_WORD_EFFECT(word);

	if (effect < POLICY_AUDIT)
		return 0;
	scratch->event.word = word;
	scratch->event.op = op;
	scratch->event.reason = reason;
	if (!scratch->now) {
		emit(index);
		if (effect == POLICY_KILL)
			strike();
	}
	return effect >= POLICY_DENY ? -EACCES : 0;
}

/* A function that the verifier looks at by itself: what it answers is one number to its callers, not nine. */
__noinline __u32 first_op(__u32 ops)
{
	for (__u32 op = 0; op < POLICY_OPS; op++)
		if (ops & (1u << op))
			return op;
	return 0;
}

static __always_inline struct policy_root *root_of(const struct scratch *scratch)
{
	return bpf_map_lookup_elem(&roots, &scratch->slot);
}

static __always_inline __u32 verdict_word(const struct scratch *scratch, const struct policy_root *root, __u32 op)
{
	return word_or_default(scratch->found.verdict.word[op], root->defaults.word[op]);
}

/* What a record by itself says, of what has no place. */
static __always_inline void find_plain(__u32 index, struct scratch *scratch, const struct policy_record *record)
{
	scratch->found.always = *record;
	__builtin_memset(&scratch->found.place, 0, sizeof(scratch->found.place));
	__builtin_memset(scratch->found.accepted, 0, sizeof(scratch->found.accepted));
	scratch->found.accepted[0] = record->cases;
	weigh_found(index);
}

/* What the act leaves behind, should it happen. */
static __always_inline void note_deeds(struct scratch *scratch, __u32 ops)
{
	if (!scratch->found.has_facts)
		return;
	for (int op = 0; op < POLICY_OPS; op++) {
		if (!(ops & (1u << op)))
			continue;
		scratch->deeds.sets |= scratch->found.facts[POLICY_FACT_SETS][op];
		scratch->deeds.clears |= scratch->found.facts[POLICY_FACT_CLEARS][op];
		scratch->deeds.success_sets |= scratch->found.facts[POLICY_FACT_SUCCESS_SETS][op];
		scratch->deeds.success_clears |= scratch->found.facts[POLICY_FACT_SUCCESS_CLEARS][op];
	}
}

/* The operation that is refused most, as verdicts and defaults say. Of one that is permitted, the first. */
__noinline __u32 worst_op(__u32 index, __u32 ops)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root = scratch ? bpf_map_lookup_elem(&roots, &scratch->slot) : 0;
	__u32 worst = 0, found = 0;

	for (int op = 0; op < POLICY_OPS && root; op++) {
		if (ops & (1u << op) && verdict_word(scratch, root, op) > worst) {
			worst = verdict_word(scratch, root, op);
			found = op;
		}
	}
	return found;
}

/* The limits of what is permitted otherwise, and what it leaves behind. An event is about `op`. */
__noinline int remember(__u32 index, __u32 ops, __u32 op)
{
	struct scratch *scratch = scratch_at(index);
	__u32 refused;

	if (!scratch)
		return -EACCES;
	if (scratch->found.doubtful & ops)
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), op, POLICY_REASON_UNKNOWN);
	if (!scratch->found.has_facts)
		return 0;
	refused = count_ops(index, ops, 1);
	if (refused) /* others have used it up meanwhile */
		return carry_out(index, scratch, refused, op, POLICY_REASON_POLICY);
	note_deeds(scratch, ops);
	return 0;
}

/* Leaves behind what the act does, before anybody can know that it has happened. */
__noinline int happen(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;

	if (!scratch)
		return -EACCES;
	if (!(scratch->deeds.sets | scratch->deeds.clears))
		return 0;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root || !read_self(index) ||
	    !change_marks(scratch->session, &scratch->process, root->process_marks, scratch->deeds.sets, scratch->deeds.clears))
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), scratch->event.op, POLICY_REASON_INTERNAL);
	return 0;
}

struct telling {
	__u32 index;
	__u32 ops;
};

static long tell_step(__u32 op, struct telling *told)
{
	struct scratch *scratch = scratch_at(told->index);
	struct policy_root *root = scratch ? bpf_map_lookup_elem(&roots, &scratch->slot) : 0;

	if (root && op < POLICY_OPS && told->ops & (1u << op))
		carry_out(told->index, scratch, verdict_word(scratch, root, op), op, POLICY_REASON_POLICY);
	return 0;
}

/* An event for each of the operations that is to have one. */
static __always_inline void tell_of_all(__u32 index, __u32 ops)
{
	struct telling told = { .index = index, .ops = ops };

	bpf_loop(POLICY_OPS, tell_step, &told, 0);
}

/* What found.verdict and the defaults say of the operations `ops`: the worst of them decides. */
__noinline int conclude(__u32 index, __u32 ops)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	__u32 worst, op;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	scratch->event.object = scratch->found.object;
	scratch->subject = scratch->target;
	if (scratch->found.object != POLICY_OBJECT_ABSTRACT)
		scratch->event.path_len = 0;
	if (scratch->found.reason != POLICY_REASON_POLICY || !root)
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE),
				 first_op(ops), root ? scratch->found.reason : POLICY_REASON_INTERNAL);
	if (scratch->found.beneath)
		return 0;
	if (scratch->found.object == POLICY_OBJECT_ANONYMOUS) {
		ops &= OP(EXEC) | OP(LOAD);
		find_plain(index, scratch, &root->anonymous);
	}
	if (scratch->found.has_facts && count_ops(index, ops, 0))
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), first_op(ops), POLICY_REASON_INTERNAL);
	if (!ops)
		return 0;
	op = worst_op(index, ops);
	worst = op < POLICY_OPS ? verdict_word(scratch, root, op) : 0;
	if (!word_permits(worst))
		return carry_out(index, scratch, worst, op, POLICY_REASON_POLICY);
	if (POLICY_WORD_EFFECT(worst) == POLICY_AUDIT)
		tell_of_all(index, ops);
	return remember(index, ops, op);
}

/* Makes a claimed scratch the session's. Returns 0 for a session without a policy: nothing is permitted. */
static __always_inline int begin_at(__u32 index, struct scratch *scratch, __u32 session)
{
	__u32 *slot = bpf_map_lookup_elem(&sessions, &session);
	struct policy_root *root;

	if (!slot || !*slot)
		return 0;
	scratch->session = session;
	scratch->slot = *slot;
	scratch->trouble = 0;
	__builtin_memset(&scratch->who, 0, sizeof(scratch->who));
	__builtin_memset(&scratch->unknown, 0, sizeof(scratch->unknown));
	__builtin_memset(&scratch->deeds, 0, sizeof(scratch->deeds));
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (root && (root->terms || root->file_marks))
		meet_self(index, root->programs);
	return 1;
}

/* A scratch that belongs to `session`, or SCRATCH_NONE, on which the caller denies. */
__noinline __u32 begin(__u32 session)
{
	__u32 index = scratch_claim();
	struct scratch *scratch = scratch_at(index);

	if (!scratch)
		return SCRATCH_NONE;
	scratch->now = 0;
	if (begin_at(index, scratch, session))
		return index;
	scratch_release(index);
	return SCRATCH_NONE;
}

/* Decides `ops` on the object behind `dentry` for the current task. */
static __always_inline int decide_dentry_here(__u32 session, struct dentry *dentry, __u32 ops)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	int verdict;

	if (!scratch)
		return -EACCES;
	if (ops & OP(LOAD))
		meet_mapper(index, (__u64)dentry);
	scratch->target = (__u64)dentry;
	locate(index);
	verdict = conclude(index, ops) || happen(index) ? -EACCES : 0;
	scratch_release(index);
	return verdict;
}

static __noinline int decide_dentry_in(__u32 session, struct dentry *dentry, __u32 ops)
{
	return decide_dentry_here(session, dentry, ops);
}

/* Refuses `op` on the object behind `dentry`, whatever the policy says of it. */
static __noinline int forbid(struct dentry *dentry, __u32 op, __u32 reason)
{
	__u32 session = current_session(), index = session ? begin(session) : SCRATCH_NONE;
	struct scratch *scratch = scratch_at(index);

	if (!session)
		return 0;
	if (!scratch)
		return -EACCES;
	scratch->subject = (__u64)dentry;
	scratch->event.object = POLICY_OBJECT_PATH;
	scratch->event.path_len = 0;
	carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), op, reason);
	scratch_release(index);
	return -EACCES;
}

/* Whether `ops` there would be permitted without an event, and leave nothing behind. */
static __noinline int is_plainly_permitted(__u32 session, struct dentry *dentry, __u32 ops)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int plain = 0;

	if (!scratch)
		return 0;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	scratch->target = (__u64)dentry;
	locate(index);
	if (root && scratch->found.reason == POLICY_REASON_POLICY) {
		plain = 1;
		for (int op = 0; op < POLICY_OPS; op++)
			if (ops & (1u << op) && (POLICY_WORD_EFFECT(verdict_word(scratch, root, op)) >= POLICY_AUDIT ||
						 scratch->found.facts[POLICY_FACT_SETS][op] ||
						 scratch->found.facts[POLICY_FACT_CLEARS][op] ||
						 scratch->found.facts[POLICY_FACT_COUNTS][op] || scratch->found.doubtful))
				plain = 0;
	}
	scratch_release(index);
	return plain;
}

static __always_inline int decide_dentry(struct dentry *dentry, __u32 ops)
{
	__u32 session = current_session();

	return session && ops ? decide_dentry_in(session, dentry, ops) : 0;
}

#endif
