/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Marks that files carry from who writes them to who reads. */
#ifndef POLICY_CARRIED_H
#define POLICY_CARRIED_H

#include "decide.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_MAX_MARKED_FILES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_file_key);
	__type(value, __u64);
} marked_files SEC(".maps");

static __always_inline void file_key(struct policy_file_key *key, struct inode *inode, __u32 session)
{
	key->ino = BPF_CORE_READ(inode, i_ino);
	key->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	key->generation = BPF_CORE_READ(inode, i_generation);
	key->session = session;
	key->reserved = 0;
}

static __always_inline __u64 marks_of_file(const struct policy_file_key *key)
{
	const __u64 *carried = bpf_map_lookup_elem(&marked_files, key);

	return carried ? *(volatile __u64 *)carried : 0;
}

/* Returns 0 where there is no room to note it. */
static __always_inline int mark_file(const struct policy_file_key *key, __u64 marks_)
{
	__u64 *carried = bpf_map_lookup_elem(&marked_files, key), nothing = 0;

	if (!carried) {
		bpf_map_update_elem(&marked_files, key, &nothing, BPF_NOEXIST);
		carried = bpf_map_lookup_elem(&marked_files, key);
	}
	if (!carried)
		return 0;
	if ((*(volatile __u64 *)carried & marks_) != marks_)
		__sync_fetch_and_or(carried, marks_);
	return 1;
}

/* What is said of the session, by the policy in force. */
static __always_inline const struct policy_root *root_in_force(__u32 session)
{
	__u32 *slot = bpf_map_lookup_elem(&sessions, &session);

	return slot ? bpf_map_lookup_elem(&roots, slot) : 0;
}

static __always_inline int refuse_to_pass(__u32 index, struct scratch *scratch, __u32 reason)
{
	return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), scratch->event.op, reason);
}

/* What the one who acts holds goes to the file that it writes, and what the file carries to who reads. */
static __always_inline int pass_marks_at(__u32 index, struct scratch *scratch, const struct policy_file_key *key, __u32 mask)
{
	struct policy_root *root = root_of(scratch);
	__u64 carried, held;
	int verdict = 0;

	scratch->event.op = mask & MAY_WRITE ? POLICY_OP_WRITE : POLICY_OP_READ;
	if (!root || scratch->unknown.marks)
		return refuse_to_pass(index, scratch, POLICY_REASON_UNKNOWN);
	held = scratch->who.marks & root->file_marks;
	carried = marks_of_file(key) & root->file_marks;
	if (mask & MAY_READ && carried & ~held) {
		scratch->deeds.sets = carried & ~held;
		verdict = happen(index);
		held |= carried;
	}
	if (!verdict && mask & MAY_WRITE && held & ~carried && !mark_file(key, held))
		verdict = refuse_to_pass(index, scratch, POLICY_REASON_INTERNAL);
	return verdict;
}

__noinline int pass_marks(__u32 session, __u64 dentry, __u64 inode, __u32 mask)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_file_key key;
	int verdict;

	if (!scratch)
		return -EACCES;
	file_key(&key, (struct inode *)inode, session);
	scratch->subject = dentry;
	scratch->event.object = POLICY_OBJECT_PATH;
	scratch->event.path_len = 0;
	verdict = pass_marks_at(index, scratch, &key, mask);
	scratch_release(index);
	return verdict;
}

static __always_inline int is_regular(struct inode *inode)
{
	return (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFREG;
}

static __always_inline int pass_marks_of(__u32 session, struct file *file, __u32 mask)
{
	const struct policy_root *root = root_in_force(session);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u64 dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);

	return root && root->file_marks && is_regular(inode) && pass_marks(session, dentry, (__u64)inode, mask) ? -EACCES : 0;
}

/* What a process takes that executes the file. */
static __always_inline __u64 marks_to_take(struct scratch *scratch, const struct policy_file_key *key)
{
	struct policy_root *root = root_of(scratch);

	return root && root->file_marks ? marks_of_file(key) & root->file_marks : 0;
}

/* What gets another name is decided as if whoever gives it held the marks of the file. */
static __always_inline void hold_marks_of(struct scratch *scratch, struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct policy_file_key file;

	if (!inode || !is_regular(inode))
		return;
	file_key(&file, inode, scratch->session);
	scratch->who.marks |= marks_to_take(scratch, &file);
}

#endif
