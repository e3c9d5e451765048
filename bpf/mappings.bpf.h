/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Code that a process of the tracepoint backend has mapped: decided when it is there, before it runs. */
#ifndef POLICY_MAPPINGS_H
#define POLICY_MAPPINGS_H

#include "late.bpf.h"
#include "programs.bpf.h"

/* What is mapped at an address, as far as a rule can speak of it. */
struct mapping {
	struct dentry *dentry;
	unsigned long end;
	__u32 ops;
};

static long look_at_mapping(struct task_struct *task, struct vm_area_struct *vma, struct mapping *mapping)
{
	struct file *file = BPF_CORE_READ(vma, vm_file);
	unsigned long flags = BPF_CORE_READ(vma, vm_flags);

	mapping->end = BPF_CORE_READ(vma, vm_end);
	if (!file)
		return 0;
	mapping->dentry = file_dentry(file);
	mapping->ops = (flags & VM_EXEC ? OP(LOAD) : 0) | (flags & VM_READ ? OP(READ) : 0);
	return 0;
}

/* -EBUSY where others are changing what is mapped, so that it cannot be told now. */
static __always_inline int decide_mapping(__u32 session, unsigned long address, __u32 ops, struct dentry *but)
{
	struct mapping mapping = {};

	if (bpf_find_vma(bpf_get_current_task_btf(), address, look_at_mapping, &mapping, 0) == -EBUSY)
		return -EBUSY;
	ops &= mapping.ops;
	return ops && mapping.dentry != but ? decide_dentry_at(session, (__u64)mapping.dentry, ops) : 0;
}

/* Looks again at a later call, if it must: before that the code could run, but what it does is looked at as well. */
static __always_inline int decide_mapping_in_time(__u32 session, unsigned long address, __u32 ops, struct dentry *but)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
	int verdict = decide_mapping(session, address, ops, but);

	if (verdict != -EBUSY || !member)
		return verdict;
	if (member->looks_up)
		return -EACCES; /* one waits already */
	member->looks_up = address;
	return 0;
}

static __always_inline int decide_waiting(__u32 session)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
	unsigned long address = member ? member->looks_up : 0;
	int verdict;

	if (!address)
		return 0;
	verdict = decide_mapping(session, address, OP(READ) | OP(LOAD), 0);
	if (verdict == -EBUSY)
		return 0;
	member->looks_up = 0;
	return verdict;
}

struct range {
	unsigned long at;
	unsigned long end;
	__u32 session;
	int verdict;
};

#define MAPPINGS 4096 /* in one call; more are refused */

static long decide_in_range(__u32 i, struct range *range)
{
	struct mapping mapping = {};

	if (range->at >= range->end)
		return 1;
	if (bpf_find_vma(bpf_get_current_task_btf(), range->at, look_at_mapping, &mapping, 0)) {
		range->verdict = decide_mapping_in_time(range->session, range->at, OP(LOAD), 0);
		return 1;
	}
	range->at = mapping.end;
	if (mapping.ops & OP(LOAD))
		range->verdict = decide_dentry_at(range->session, (__u64)mapping.dentry, OP(LOAD));
	return range->verdict != 0;
}

static __always_inline int decide_mappings(__u32 session, unsigned long at, unsigned long length)
{
	struct range range = { .at = at, .end = at + length, .session = session };

	return bpf_loop(MAPPINGS, decide_in_range, &range, 0) == MAPPINGS ? -EACCES : range.verdict;
}

/* For some programs whatever may be read may be executed. */
static __always_inline int makes_executable(unsigned long prot)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return prot & PROT_EXEC || (prot & PROT_READ && BPF_CORE_READ(task, personality) & READ_IMPLIES_EXEC);
}

/* ---- programs ---------------------------------------------------------------------------------------------------- */

/*
 * What of a script was executed is not seen here: of what it runs, no more than the interpreter is known, and of its
 * arguments not where they begin.
 */
static __always_inline void read_program(__u32 index, struct scratch *scratch, struct policy_exec *starting, int is_script)
{
	__builtin_memset(starting, 0, sizeof(*starting));
	starting->given = 1;
	starting->known = is_script ? 0 : ~0ull;
	if (is_script)
		scratch->unknown.args = ~0ull;
	else
		look_at_memory(index, 1);
}

/* The program that runs already, but for its first instruction. */
static __always_inline int decide_program(__u32 session, struct policy_task *own, const struct linux_binprm *bprm)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict;

	if (!scratch)
		return -EACCES;
	root = root_of(scratch);
	read_program(index, scratch, &own->starting, !is_first(bprm));
	scratch->target = (__u64)BPF_CORE_READ(bprm, file, f_path.dentry);
	locate(index);
	verdict = conclude(index, OP(EXEC));
	if (!verdict && root) {
		note_start(scratch, &own->starting);
		become(scratch, root, own);
		verdict = happen(index);
	}
	scratch_release(index);
	return verdict;
}

/*
 * Before its first instruction, which is in its ELF interpreter if it has one. Where the kernel has begun another program
 * for it, as for a script, it is the other that is looked at.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u32 session = current_session();
	struct policy_task *own;

	if (!session)
		return 0;
	own = own_task();
	if (!own || decide_program(session, own, bprm) ||
	    decide_mapping_in_time(session, BPF_CORE_READ(regs, ip), OP(LOAD), BPF_CORE_READ(bprm, file, f_path.dentry)))
		bpf_send_signal(SIGKILL);
	return 0;
}

#endif
