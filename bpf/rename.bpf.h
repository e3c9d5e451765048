/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A new name for what is there already: besides what it creates and deletes, it may not widen access. */
#ifndef POLICY_RENAME_H
#define POLICY_RENAME_H

#include "files.bpf.h"

/* ---- in other circumstances -------------------------------------------------------------------------------------- */

#define MOST_RELEVANT 12 /* bits of marks and programs; a name on which more depend is not given */

/* Who else might act: all of the bits that the rules about the two names ask for, in every combination. */
struct widening {
	__u32 index;
	__u32 op; /* widened; POLICY_OPS: none */
	__u32 forgets; /* what is remembered of the old name would not be of the new one */
	__u32 unused;
	__u64 asked;
	struct policy_circumstances relevant;
};

static long relevant_step(__u32 i, struct widening *widening)
{
	struct scratch *scratch = scratch_at(widening->index);
	const struct policy_term *term = scratch ? find_term(scratch->slot, i) : 0;

	if (!term)
		return 1;
	if (!(widening->asked >> (term->condition & (POLICY_CONDITIONS - 1)) & 1))
		return 0;
	widening->relevant.marks |= term->with.marks | term->without.marks;
	widening->relevant.exe |= term->with.exe | term->without.exe;
	widening->relevant.under |= term->with.under | term->without.under;
	widening->relevant.args |= term->with.args | term->without.args;
	return 0;
}

static __always_inline __u32 bits_in(__u64 word)
{
	word -= word >> 1 & 0x5555555555555555ull;
	word = (word & 0x3333333333333333ull) + (word >> 2 & 0x3333333333333333ull);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return word * 0x0101010101010101ull >> 56;
}

/* The next combination of the bits in `all`; none of them after the last. */
static __always_inline __u64 next_of(__u64 some, __u64 all)
{
	return (some - all) & all;
}

static long widen_step(__u32 i, struct widening *widening)
{
	struct scratch *scratch = scratch_at(widening->index);
	struct policy_root *root;

	if (!scratch)
		return 1;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		return 1;
	weigh_other(widening->index);
	weigh_found(widening->index);
	widening->op = scratch->trouble ? POLICY_OP_CREATE
					: widened_op(&scratch->found.verdict, &scratch->other.verdict, &root->defaults);
	if (widening->op < POLICY_OPS)
		return 1;
	if (scratch->found.has_facts && lacks_facts(scratch->other.facts, scratch->found.facts)) {
		widening->forgets = 1;
		return 1;
	}
	scratch->who.marks = next_of(scratch->who.marks, widening->relevant.marks);
	if (!scratch->who.marks)
		scratch->who.exe = next_of(scratch->who.exe, widening->relevant.exe);
	if (!scratch->who.marks && !scratch->who.exe)
		scratch->who.under = next_of(scratch->who.under, widening->relevant.under);
	if (!scratch->who.marks && !scratch->who.exe && !scratch->who.under)
		scratch->who.args = next_of(scratch->who.args, widening->relevant.args);
	return !scratch->who.marks && !scratch->who.exe && !scratch->who.under && !scratch->who.args;
}

#define FORGETS (POLICY_OPS + 1)

/* The operation that `other` permits and `found` denies, whoever acts; POLICY_OPS: none; or FORGETS. */
__noinline __u32 widened_by_anybody(__u32 index)
{
	struct widening widening = { .index = index, .op = POLICY_OP_CREATE };
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root = scratch ? bpf_map_lookup_elem(&roots, &scratch->slot) : 0;

	if (!scratch || !root)
		return POLICY_OP_CREATE;
	__builtin_memset(&scratch->who, 0, sizeof(scratch->who));
	__builtin_memset(&scratch->unknown, 0, sizeof(scratch->unknown));
	weigh_other(index);
	widening.asked = scratch->weighing.asked;
	weigh_found(index);
	widening.asked |= scratch->weighing.asked;
	bpf_loop(root->terms, relevant_step, &widening, 0);
	if (bits_in(widening.relevant.marks) + bits_in(widening.relevant.exe) + bits_in(widening.relevant.under) +
		    bits_in(widening.relevant.args) > MOST_RELEVANT)
		return POLICY_OP_CREATE;
	bpf_loop(1 << MOST_RELEVANT, widen_step, &widening, 0);
	return widening.forgets ? FORGETS : widening.op;
}

/* Of the old name; where the two could not be compared, the default's. */
static __always_inline __u32 refusing_word(const struct scratch *scratch, const struct policy_root *root, __u32 op)
{
	__u32 word = op < POLICY_OPS ? verdict_word(scratch, root, op) : 0;

	return word_permits(word) ? POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE) : word;
}

/* Denies when `found` (the old name) denies what `other` (the new one) would permit, there or beneath. */
__noinline int forbid_widening(__u32 index, __u32 is_directory)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	__u32 op;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		return -EACCES;
	if (scratch->found.beneath)
		return 0;
	op = widened_by_anybody(index);
	if (op < POLICY_OPS)
		return carry_out(index, scratch, refusing_word(scratch, root, op), op, POLICY_REASON_WIDENS);
	if (op == FORGETS || (is_directory && beneath_may_forget(index, scratch->slot, &scratch->found.place, &scratch->other.place)))
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), POLICY_OP_CREATE,
				 POLICY_REASON_FORGETS);
	if (is_directory && beneath_may_widen(index, scratch->slot, &scratch->found.place, &scratch->other.place,
					      &root->defaults))
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), POLICY_OP_CREATE,
				 POLICY_REASON_WIDENS);
	return 0;
}

static __always_inline int is_directory(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	return inode && (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFDIR;
}

/* `from` gets the name `to`: decides old_ops at the one, new_ops at the other, and that nothing is gained. */
static __noinline int decide_move_in(__u32 session, struct dentry *from, struct dentry *to, __u32 old_ops,
				     __u32 new_ops)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	hold_marks_of(scratch, from);
	if (old_ops & OP(CREATE)) /* the two change places */
		hold_marks_of(scratch, to);
	scratch->target = (__u64)to;
	if (new_ops && decide_place(index, new_ops))
		goto out;
	locate(index);
	__builtin_memcpy(&scratch->other, &scratch->found, sizeof(scratch->other));
	verdict = conclude(index, new_ops) ? -EACCES : 0;
	if (verdict)
		goto out;
	scratch->target = (__u64)from;
	verdict = -EACCES;
	/* a second name for a file is a way to change it */
	if (decide_place(index, old_ops ?: OP(WRITE)))
		goto out;
	locate(index);
	/* looked at even where nothing is deleted: an old name without a place is no name to start from */
	verdict = conclude(index, old_ops) ? -EACCES : 0;
	if (!verdict && scratch->found.object == POLICY_OBJECT_PATH)
		verdict = forbid_widening(index, is_directory(from)) ? -EACCES : 0;
	verdict = verdict || happen(index) ? -EACCES : 0;
out:
	scratch_release(index);
	return verdict;
}

static __always_inline int decide_move(struct dentry *from, struct dentry *to, __u32 old_ops, __u32 new_ops)
{
	__u32 session = current_session();

	return session ? decide_move_in(session, from, to, old_ops, new_ops) : 0;
}

SEC("lsm/path_link")
int BPF_PROG(path_link, struct dentry *old_dentry, const struct path *new_dir, struct dentry *new_dentry, int ret)
{
	return ret ?: decide_move(old_dentry, new_dentry, 0, OP(CREATE));
}

SEC("lsm/path_rename")
int BPF_PROG(path_rename, const struct path *old_dir, struct dentry *old_dentry, const struct path *new_dir,
	     struct dentry *new_dentry, unsigned int flags, int ret)
{
	__u32 replaced = BPF_CORE_READ(new_dentry, d_inode) ? OP(DELETE) : 0;
	__u32 back = flags & RENAME_EXCHANGE ? OP(CREATE) : 0;

	ret = ret ?: decide_move(old_dentry, new_dentry, OP(DELETE) | back, OP(CREATE) | replaced);
	if (ret || !back)
		return ret;
	return decide_move(new_dentry, old_dentry, 0, 0);
}

#endif
