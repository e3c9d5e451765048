/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A new name for what is there already: besides what it creates and deletes, it may not widen access. */
#ifndef POLICY_RENAME_H
#define POLICY_RENAME_H

#include "files.bpf.h"

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
	op = widened_op(&scratch->found.verdict, &scratch->other.verdict, &root->defaults);
	if (op < POLICY_OPS)
		return carry_out(index, scratch, verdict_word(scratch, root, op), op, POLICY_REASON_WIDENS);
	if (is_directory && beneath_may_widen(scratch->slot, &scratch->found.place, &scratch->other.place,
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
	scratch->target = (__u64)to;
	if (new_ops && decide_place(index, new_ops))
		goto out;
	locate(index);
	__builtin_memcpy(&scratch->other, &scratch->found, sizeof(scratch->other));
	verdict = conclude(index, scratch, new_ops);
	if (verdict)
		goto out;
	scratch->target = (__u64)from;
	verdict = -EACCES;
	/* a second name for a file is a way to change it */
	if (decide_place(index, old_ops ?: OP(WRITE)))
		goto out;
	locate(index);
	/* looked at even where nothing is deleted: an old name without a place is no name to start from */
	verdict = conclude(index, scratch, old_ops);
	if (!verdict && scratch->found.object == POLICY_OBJECT_PATH)
		verdict = forbid_widening(index, is_directory(from)) ? -EACCES : 0;
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
