/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who acts: which marks hold, which programs the process and its ancestors run. */
#ifndef POLICY_CIRCUMSTANCES_H
#define POLICY_CIRCUMSTANCES_H

#include "membership.bpf.h"
#include "scratch.bpf.h"

/* Marks of sessions that belong to all of their processes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX_SESSIONS);
	__type(key, __u32);
	__type(value, __u64);
} marks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_MAX_PROCESSES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_process_key);
	__type(value, struct policy_process);
} processes SEC(".maps");

static __always_inline void process_key(struct policy_process_key *key, struct task_struct *task)
{
	key->start_time = BPF_CORE_READ(task, group_leader, start_time);
	key->pid = BPF_CORE_READ(task, tgid);
	key->reserved = 0;
}

/* What a process has of the marks that are a process's own. */
static __always_inline __u64 process_marks(const struct policy_process_key *key, __u64 inherited)
{
	const struct policy_process *process = bpf_map_lookup_elem(&processes, key);
	__u64 changed;

	if (!process)
		return inherited;
	changed = *(volatile __u64 *)&process->changed;
	return (inherited & ~changed) | (*(volatile __u64 *)&process->marks & changed);
}

/* What is known of the one who acts. Returns 0 where it cannot be read. */
__noinline int read_self(__u32 index)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_local_storage *storage = BPF_CORE_READ(task, bpf_storage);
	struct scratch *scratch = scratch_at(index);
	__u64 data = storage ? listed_data(storage, MAP_ID(tasks)) : 0;

	if (scratch && scratch->now)
		return 1;
	if (!scratch || data <= LISTED_UNKNOWN)
		return 0;
	process_key(&scratch->process, task);
	return !bpf_probe_read_kernel(&scratch->self, sizeof(scratch->self), (const void *)data);
}

/* Fills in who acts; of whom nothing can be read, nothing is known. */
__noinline int meet_self(__u32 index, __u64 programs)
{
	struct scratch *scratch = scratch_at(index);
	__u64 *all;

	if (!scratch)
		return 0;
	all = bpf_map_lookup_elem(&marks, &scratch->session);
	if (!read_self(index) || !all) {
		scratch->unknown.marks = ~0ull;
		scratch->unknown.exe = programs;
		scratch->unknown.under = programs;
		return 0;
	}
	scratch->who.marks = *(volatile __u64 *)all | process_marks(&scratch->process, scratch->self.marks);
	scratch->who.exe = scratch->self.exe;
	scratch->who.under = scratch->self.under;
	scratch->unknown.exe = programs & ~scratch->self.exe_known & ~scratch->self.exe;
	scratch->unknown.under = programs & ~scratch->self.under_known & ~scratch->self.under;
	return 0;
}

/*
 * Of what is mapped: while a program starts, its ELF interpreter is mapped by what the process will be. And arguments
 * count where it is the program that the process was started as.
 */
__noinline int meet_mapper(__u32 index, __u64 dentry)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root = scratch ? bpf_map_lookup_elem(&roots, &scratch->slot) : 0;
	const struct policy_task *self;

	if (!root || !root->terms || scratch->unknown.marks)
		return 0;
	self = &scratch->self;
	if (BPF_CORE_READ_BITFIELD_PROBED(task, in_execve) && self->starting.given) {
		scratch->who.exe = self->starting.exe;
		scratch->unknown.exe = root->programs & ~self->starting.known & ~self->starting.exe;
	} else if (BPF_CORE_READ((struct dentry *)dentry, d_inode) == BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_inode)) {
		scratch->who.args = self->args;
		scratch->unknown.args = self->args_policy == root->policy ? 0 : ~0ull;
	}
	return 0;
}

#endif
