/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Files and unix sockets that were opened or connected to before: decided again where a mark decides. */
#ifndef POLICY_PLACES_H
#define POLICY_PLACES_H

#include "carried.bpf.h"

/* Refuses what would be refused now, if a mark has a say in it. Of what is permitted nothing is remembered again. */
static __always_inline int refuse_again(__u32 index, struct scratch *scratch, __u32 word, __u32 op)
{
	struct policy_root *root = root_of(scratch);

	if (!root)
		return -EACCES;
	if (!(scratch->weighing.asked & root->by_marks) || word_permits(word))
		return 0;
	return carry_out(index, scratch, word, op, POLICY_REASON_POLICY);
}

__noinline int decide_place_again(__u32 session, __u64 dentry, __u32 op)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch || op >= POLICY_OPS)
		return -EACCES;
	root = root_of(scratch);
	scratch->target = dentry;
	locate(index);
	scratch->subject = dentry;
	scratch->event.object = scratch->found.object;
	scratch->event.path_len = 0;
	if (scratch->found.reason != POLICY_REASON_POLICY)
		verdict = carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), op, scratch->found.reason);
	else if (scratch->found.beneath || scratch->found.object == POLICY_OBJECT_ANONYMOUS)
		verdict = 0;
	else if (root)
		verdict = refuse_again(index, scratch, verdict_word(scratch, root, op), op);
	scratch_release(index);
	return verdict;
}

/* What is written to a file that is open already. */
static __always_inline int write_place_again(__u32 session, struct dentry *dentry)
{
	const struct policy_root *root = root_in_force(session);

	return root && root->flags & POLICY_ROOT_WRITES_AGAIN && decide_place_again(session, (__u64)dentry, POLICY_OP_WRITE) ? -EACCES
														     : 0;
}

#endif
