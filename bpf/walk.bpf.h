/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * From a dentry to its place: up through d_parent to an anchor, then down again through the automata. Bind mounts,
 * chroot and mount namespaces change nothing, because the walk follows the superblock's own tree.
 */
#ifndef POLICY_WALK_H
#define POLICY_WALK_H

#include "scratch.bpf.h"

/*
 * Written around every change of a dentry's name or parent; its first field is the sequence. Weak, because kernels
 * without CONFIG_KALLSYMS_ALL do not show it: the query programs do without, and tracepoints read all names twice.
 */
extern const void rename_lock __ksym __weak;

static __always_inline __u32 rename_sequence(void)
{
	__u32 sequence = by_tracepoints ? 0 : 1;

	if (&rename_lock)
		bpf_probe_read_kernel(&sequence, sizeof(sequence), &rename_lock);
	return sequence;
}

struct seal {
	__u32 index;
	__u32 broken;
	__u64 sum;
};

static long seal_step(__u32 i, struct seal *seal)
{
	struct scratch *scratch = scratch_at(seal->index);
	struct dentry *dentry;
	__u64 parent;

	if (!scratch)
		return 1;
	dentry = (struct dentry *)scratch->dentries[i & (POLICY_MAX_DEPTH - 1)];
	parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	if (i + 1 < scratch->depth && parent != scratch->dentries[(i + 1) & (POLICY_MAX_DEPTH - 1)])
		seal->broken = 1;
	seal->sum = seal->sum * 31 + (parent ^ BPF_CORE_READ(dentry, d_name.hash_len) ^ (__u64)BPF_CORE_READ(dentry, d_name.name));
	return seal->broken != 0;
}

/* Of all the names that the walk has found, where only that tells whether one has changed; 0: one has moved already. */
static __noinline __u64 seal_of(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct seal seal = { .index = index, .sum = 1 };

	if (!scratch || &rename_lock || !by_tracepoints)
		return 1;
	bpf_loop(scratch->depth, seal_step, &seal, 0);
	return seal.broken ? 0 : seal.sum;
}

struct tree {
	__u64 superblock;
	__u64 root;
	unsigned long flags;
	__u32 dev;
};

static __always_inline void read_tree(struct tree *tree, struct dentry *dentry)
{
	struct super_block *sb = BPF_CORE_READ(dentry, d_sb);

	tree->superblock = (__u64)sb;
	tree->root = (__u64)BPF_CORE_READ(sb, s_root);
	tree->flags = BPF_CORE_READ(sb, s_flags);
	tree->dev = BPF_CORE_READ(sb, s_dev);
}

static __always_inline const struct policy_anchor *find_anchor(__u32 slot, __u32 dev, __u64 dentry)
{
	struct dentry *top = (struct dentry *)dentry;
	struct inode *inode = BPF_CORE_READ(top, d_inode);
	struct policy_anchor_key key = { .slot = slot, .dev = dev, .inode = (__u64)inode };

	if (!inode)
		return 0;
	key.ino = BPF_CORE_READ(inode, i_ino);
	return bpf_map_lookup_elem(&anchors, &key);
}

#define NO_MOUNT (~0u)

struct climb {
	__u32 index;
	__u32 slot;
	__u32 dev;
	__u32 reason;
	__u32 look; /* on the way, too, there may be anchors */
	__u32 first; /* number of the first mount found, or NO_MOUNT */
	__u32 names; /* below that */
	__u32 kernels_own; /* nobody mounted this superblock: namespaces, pidfds */
	__u64 root;
	__u64 dentry;
};

static __always_inline void meet(struct climb *climb, struct scratch *scratch, const struct policy_anchor *anchor,
				 __u32 names)
{
	if (!anchor || anchor->mount >= climb->first)
		return;
	climb->first = anchor->mount;
	climb->names = names;
	scratch->found.place = anchor->place;
	scratch->found.mount = anchor->mount;
}

static long climb_step(__u32 i, struct climb *climb)
{
	struct scratch *scratch = scratch_at(climb->index);
	struct dentry *dentry = (struct dentry *)climb->dentry;
	__u64 parent;

	if (!scratch)
		return 1;
	scratch->depth = i;
	if (climb->look || climb->dentry == climb->root)
		meet(climb, scratch, find_anchor(climb->slot, climb->dev, climb->dentry), i);
	if (climb->dentry == climb->root) {
		climb->reason = climb->first == NO_MOUNT ? POLICY_REASON_NO_ANCHOR : POLICY_REASON_POLICY;
		return 1;
	}
	scratch->dentries[i & (POLICY_MAX_DEPTH - 1)] = climb->dentry;
	parent = (__u64)BPF_CORE_READ(dentry, d_parent);
	if (parent == climb->dentry) { /* the top, but not of this tree */
		scratch->detached = 1;
		climb->reason = climb->kernels_own ? POLICY_REASON_NO_ANCHOR : POLICY_REASON_UNREADABLE;
		return 1;
	}
	climb->dentry = parent;
	return 0;
}

/* Fills dentries, depth and the anchor's place and mount. Returns a reason, POLICY_REASON_POLICY when found. */
static __noinline __u32 climb_to_anchor(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct climb climb = { .index = index, .reason = POLICY_REASON_TOO_DEEP, .first = NO_MOUNT };
	const struct policy_anchor *anchor;
	struct tree tree;

	if (!scratch)
		return POLICY_REASON_INTERNAL;
	read_tree(&tree, (struct dentry *)scratch->target);
	climb.slot = scratch->slot;
	climb.dev = tree.dev;
	climb.root = tree.root;
	climb.dentry = scratch->target;
	climb.kernels_own = !!(tree.flags & SB_KERNMOUNT);
	scratch->found.mount = 0;
	scratch->detached = 0;
	anchor = find_anchor(climb.slot, climb.dev, climb.root);
	climb.look = !anchor || anchor->nested;
	bpf_loop(POLICY_MAX_DEPTH + 1, climb_step, &climb, 0);
	if (climb.reason == POLICY_REASON_POLICY)
		scratch->depth = climb.names;
	return climb.reason;
}

/* Whether another spelling of this name would be the same file. */
static __always_inline int ignores_case(const struct dentry *dentry)
{
	struct super_block *sb;
	struct inode *directory;

	if (!(BPF_CORE_READ(dentry, d_flags) & DCACHE_OP_HASH))
		return 0;
	sb = BPF_CORE_READ(dentry, d_sb);
	if (!bpf_core_field_exists(sb->s_encoding) || !BPF_CORE_READ(sb, s_encoding))
		return 1;
	directory = BPF_CORE_READ(dentry, d_parent, d_inode);
	return BPF_CORE_READ(directory, i_flags) & S_CASEFOLD;
}

/* Reads the name of `dentry`; 0 if that cannot be done whole. */
static __always_inline int read_name(struct policy_name *name, const struct dentry *dentry)
{
	__u32 length = BPF_CORE_READ(dentry, d_name.len);
	const unsigned char *bytes = BPF_CORE_READ(dentry, d_name.name);

	if (length == 0 || length > POLICY_NAME_MAX)
		return 0;
	if (length <= POLICY_SHORT_NAME)
		__builtin_memset(name->key.brief.name, 0, sizeof(name->key.brief.name));
	else
		__builtin_memset(name->key.full.name, 0, sizeof(name->key.full.name));
	name->length = length;
	name->literal = 1;
	return bpf_probe_read_kernel(name->key.full.name, length & 255, bytes) == 0;
}

/* Moves every lane of found.place along the edge of `name`. A function of its own, so that it is verified once. */
__noinline int advance(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	int broken = 0;

	if (!scratch)
		return 0;
	for (int lane = 0; lane < POLICY_LANES; lane++) {
		__u32 state = scratch->found.place.state[lane];
		const struct policy_record *record;
		const struct policy_state *at;

		if (state == POLICY_DEAD)
			continue;
		state = next_state(scratch->slot, state, &scratch->name, index, &broken);
		scratch->found.place.state[lane] = state;
		if (state == POLICY_DEAD)
			continue;
		at = find_state(scratch->slot, state);
		if (!at) {
			broken = 1;
			continue;
		}
		if (!at->sticky)
			continue;
		record = find_record(scratch->slot, at->sticky);
		if (!record) {
			broken = 1;
			continue;
		}
		join_record(&scratch->found.place.sticky, record);
		if (record->cases && !hold(&scratch->found.place, record->cases))
			scratch->trouble = POLICY_REASON_TOO_COMPLEX;
	}
	if (broken)
		scratch->trouble = POLICY_REASON_UNREADABLE;
	return 0;
}

/* The verdict of exactly this place, but for its cases. */
__noinline int settle(__u32 index)
{
	struct scratch *scratch = scratch_at(index);

	if (!scratch)
		return 0;
	scratch->found.always = scratch->found.place.sticky;
	__builtin_memset(scratch->found.accepted, 0, sizeof(scratch->found.accepted));
	for (int lane = 0; lane < POLICY_LANES; lane++) {
		__u32 state = scratch->found.place.state[lane];
		const struct policy_state *at;
		const struct policy_record *record;

		if (state == POLICY_DEAD)
			continue;
		at = find_state(scratch->slot, state);
		record = at ? find_record(scratch->slot, at->accept) : 0;
		if (!record) {
			scratch->trouble = POLICY_REASON_UNREADABLE;
			continue;
		}
		join_record(&scratch->found.always, record);
		scratch->found.accepted[lane] = record->cases;
	}
	return 0;
}

/* ---- circumstances ---------------------------------------------------------------------------------------------- */

/* Weighs the heads, for who acts. Returns 0 where a table is broken. */
__noinline int weigh_heads(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;

	if (!scratch)
		return 0;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		return 0;
	scratch->weighing.slot = scratch->slot;
	weigh_conditions(index, root->terms, &scratch->who, &scratch->unknown);
	weigh(index);
	return !scratch->weighing.broken;
}

static __always_inline void forget_found(struct found *found)
{
	__builtin_memset(&found->verdict, 0, sizeof(found->verdict));
	if (found->has_facts)
		__builtin_memset(found->facts, 0, sizeof(found->facts));
	found->has_facts = 0;
	found->doubtful = 0;
}

/* The verdict of a place for who acts: what is always said of it, and what is in these circumstances. */
static __always_inline void weigh_in(__u32 index, struct scratch *scratch, struct found *found)
{
	struct policy_weighing *weighing = &scratch->weighing;
	const __u32 *accepted = found->accepted;

	forget_found(found);
	found->verdict = found->always;
	weighing->asked = 0;
	if (!found->place.held_count && !(accepted[0] | accepted[1] | accepted[2] | accepted[3]))
		return;
	__builtin_memcpy(weighing->heads, found->place.held, sizeof(found->place.held));
	__builtin_memcpy(weighing->heads + POLICY_HELD, accepted, sizeof(found->accepted));
	weighing->count = POLICY_HEADS;
	weighing->verdict = found->always;
	if (!weigh_heads(index))
		scratch->trouble = POLICY_REASON_UNREADABLE;
	found->verdict = weighing->verdict;
	found->doubtful = weighing->doubtful;
	found->has_facts = weighing->has_facts || weighing->facts[POLICY_FACT_PROGRAMS][0];
	if (found->has_facts)
		__builtin_memcpy(found->facts, weighing->facts, sizeof(found->facts));
}

/* Functions of their own, so that they are verified once. */
__noinline int weigh_found(__u32 index)
{
	struct scratch *scratch = scratch_at(index);

	if (scratch)
		weigh_in(index, scratch, &scratch->found);
	return 0;
}

__noinline int weigh_other(__u32 index)
{
	struct scratch *scratch = scratch_at(index);

	if (scratch)
		weigh_in(index, scratch, &scratch->other);
	return 0;
}

/* A word that may stand for cases. A broken table denies. */
__noinline __u32 weigh_word(__u32 index, __u32 word)
{
	struct scratch *scratch = scratch_at(index);

	if (!scratch)
		return POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
	forget_facts(&scratch->weighing);
	scratch->weighing.asked = 0;
	if (POLICY_WORD_EFFECT(word) != POLICY_BY_CASE)
		return word;
	scratch->weighing.heads[0] = word & POLICY_RULE_NONE;
	scratch->weighing.count = 1;
	__builtin_memset(&scratch->weighing.verdict, 0, sizeof(scratch->weighing.verdict));
	return weigh_heads(index) ? scratch->weighing.verdict.word[0] : POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

static long descend_step(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	struct dentry *dentry;

	if (!scratch)
		return 1;
	dentry = (struct dentry *)scratch->dentries[(scratch->depth - 1 - i) & (POLICY_MAX_DEPTH - 1)];
	if (ignores_case(dentry)) {
		scratch->trouble = POLICY_REASON_CASE;
		return 1;
	}
	if (!read_name(&scratch->name, dentry)) {
		scratch->trouble = POLICY_REASON_UNREADABLE;
		return 1;
	}
	advance(*index);
	return scratch->trouble != 0;
}

/* What an overlay does beneath, it does with its mounter's credentials or some made for the act. */
static __always_inline int has_other_credentials(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return BPF_CORE_READ(task, cred) != BPF_CORE_READ(task, real_cred);
}

/* A tree without an anchor: no place at all, the inside of an overlay that has decided already, or hidden. */
static __always_inline void judge_unanchored(struct scratch *scratch)
{
	struct policy_layer_key layer = { .slot = scratch->slot };
	struct tree tree;

	read_tree(&tree, (struct dentry *)scratch->target);
	layer.dev = tree.dev;
	layer.superblock = tree.superblock;
	if (has_other_credentials() && bpf_map_lookup_elem(&layers, &layer)) {
		scratch->found.reason = POLICY_REASON_POLICY;
		scratch->found.beneath = 1;
	} else if (scratch->detached) {
		scratch->found.reason = POLICY_REASON_POLICY;
		scratch->found.object = POLICY_OBJECT_ANONYMOUS;
	}
}

/* One try; repeated while something is renamed meanwhile. */
static long locate_step(__u32 i, __u32 *index)
{
	__u32 sequence = rename_sequence();
	struct scratch *scratch = scratch_at(*index);
	__u64 seal;

	if (!scratch)
		return 1;
	if (sequence & 1)
		return 0;
	scratch->trouble = 0;
	scratch->found.reason = climb_to_anchor(*index);
	seal = seal_of(*index);
	if (scratch->found.reason == POLICY_REASON_POLICY) {
		bpf_loop(scratch->depth, descend_step, index, 0);
		settle(*index);
	}
	if (rename_sequence() != sequence || !seal || seal_of(*index) != seal)
		return 0;
	if (scratch->trouble)
		scratch->found.reason = scratch->trouble;
	else if (scratch->found.reason == POLICY_REASON_NO_ANCHOR)
		judge_unanchored(scratch);
	return 1;
}

#define LOCATE_TRIES (1 << 16) /* most of them only wait for a rename elsewhere to be done */

/* Finds `target`: fills `found`, and `dentries` for the event. */
__noinline int locate(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct tree tree;

	if (!scratch)
		return 0;
	scratch->found.object = POLICY_OBJECT_PATH;
	scratch->found.beneath = 0;
	forget_found(&scratch->found);
	scratch->depth = 0;
	read_tree(&tree, (struct dentry *)scratch->target);
	if (tree.flags & SB_NOUSER) {
		scratch->found.object = POLICY_OBJECT_ANONYMOUS;
		scratch->found.reason = POLICY_REASON_POLICY;
		return 0;
	}
	scratch->found.reason = POLICY_REASON_UNREADABLE;
	if (bpf_loop(LOCATE_TRIES, locate_step, &index, 0) == LOCATE_TRIES)
		scratch->found.reason = POLICY_REASON_UNREADABLE;
	if (scratch->found.reason == POLICY_REASON_POLICY && scratch->found.object == POLICY_OBJECT_PATH) {
		weigh_found(index);
		if (scratch->trouble)
			scratch->found.reason = scratch->trouble;
	}
	return 0;
}

#endif
