/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Programs: whether they may be executed, what a process is from then on, and what is left of it when it has ended. */
#ifndef POLICY_PROGRAMS_H
#define POLICY_PROGRAMS_H

#include "arguments.bpf.h"
#include "carried.bpf.h"

#define STORAGE_TRIES 3 /* another task inside the same helper on this CPU may be in the way */

static __always_inline struct policy_task *own_task(void)
{
	struct policy_task *own = 0;

	for (int i = 0; i < STORAGE_TRIES && !own; i++)
		own = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
	return own;
}

/* ---- before it starts ------------------------------------------------------------------------------------------- */

/* A script's interpreters come after it, each of them asked about like a program. */
static __always_inline int is_first(const struct linux_binprm *bprm)
{
	return BPF_CORE_READ(bprm, interp) == BPF_CORE_READ(bprm, filename);
}

static __always_inline void begin_start(__u32 index, struct scratch *scratch, struct policy_exec *starting, __u32 argc)
{
	__builtin_memset(starting, 0, sizeof(*starting));
	look_at_list(index);
	starting->known = ~0ull;
	starting->args = scratch->who.args;
	starting->args_known = !scratch->unknown.args;
	starting->given = argc;
}

static __always_inline void go_on_starting(struct scratch *scratch, const struct policy_exec *starting)
{
	scratch->who.args = starting->args;
	scratch->unknown.args = starting->args_known ? 0 : ~0ull;
}

/* Notes what the process will be and will have done. */
static __always_inline void note_start(struct scratch *scratch, struct policy_exec *starting)
{
	struct policy_root *root = root_of(scratch);

	starting->known &= root ? root->programs : 0;
	starting->deeds.sets |= scratch->deeds.sets;
	starting->deeds.clears |= scratch->deeds.clears;
	starting->deeds.success_sets |= scratch->deeds.success_sets;
	starting->deeds.success_clears |= scratch->deeds.success_clears;
	if (scratch->found.has_facts)
		starting->exe |= scratch->found.facts[POLICY_FACT_PROGRAMS][0];
}

/* `argc`: of the first file of an execution how many arguments there are; 0 for those that follow. */
static __always_inline int decide_start(__u32 session, struct policy_exec *starting, struct dentry *dentry, __u32 argc)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_file_key file;
	int verdict;

	if (!scratch)
		return -EACCES;
	if (argc)
		begin_start(index, scratch, starting, argc);
	else
		go_on_starting(scratch, starting);
	scratch->target = (__u64)dentry;
	locate(index);
	verdict = conclude(index, OP(EXEC)) ? -EACCES : 0;
	if (!verdict) {
		note_start(scratch, starting);
		file_key(&file, BPF_CORE_READ(dentry, d_inode), session);
		starting->takes |= marks_to_take(scratch, &file);
	}
	scratch_release(index);
	return verdict;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(bprm_check_security, struct linux_binprm *bprm, int ret)
{
	__u32 session = ret ? 0 : current_session();
	struct policy_task *own;

	if (!session)
		return ret;
	own = own_task();
	return own ? decide_start(session, &own->starting, BPF_CORE_READ(bprm, file, f_path.dentry),
				  is_first(bprm) ? BPF_CORE_READ(bprm, argc) : 0)
		   : -EACCES;
}

/* ---- before its first instruction ------------------------------------------------------------------------------- */

/* Whether its arguments are others than those that were looked at. */
static __always_inline int has_changed(const struct scratch *scratch, const struct policy_exec *starting)
{
	return starting->args_known && (scratch->unknown.args || scratch->who.args != starting->args);
}

/* The arguments of its own; of a script, those behind it: interpreters and what they are told come before. */
static __always_inline __u32 skipped_arguments(const struct linux_binprm *bprm, const struct policy_exec *starting)
{
	return BPF_CORE_READ(bprm, argc) - (starting->given - 1);
}

static __always_inline void become(struct scratch *scratch, const struct policy_root *root, struct policy_task *own)
{
	own->exe = own->starting.exe;
	own->exe_known = own->starting.known;
	own->args = scratch->who.args;
	own->args_policy = scratch->unknown.args ? 0 : root->policy;
	own->succeeding.success_sets |= own->starting.deeds.success_sets;
	own->succeeding.success_clears |= own->starting.deeds.success_clears;
	scratch->deeds = own->starting.deeds;
	/* what the program is made of, it has whatever was cleared when it was started */
	scratch->deeds.sets |= own->starting.takes;
	scratch->deeds.clears &= ~own->starting.takes;
}

/* The process runs another program. What it has done by that, it has done before that begins. */
static __always_inline int take_up_program(__u32 session, struct policy_task *own, const struct linux_binprm *bprm)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = root_of(scratch);
	if (!root)
		goto out;
	if (!own->starting.given) /* it was not asked about: nothing is known of it */
		__builtin_memset(&own->starting, 0, sizeof(own->starting));
	else
		look_at_memory(index, skipped_arguments(bprm, &own->starting));
	scratch->subject = (__u64)BPF_CORE_READ(bprm, file, f_path.dentry);
	scratch->event.object = POLICY_OBJECT_PATH;
	scratch->event.path_len = 0;
	scratch->event.op = POLICY_OP_EXEC;
	if (has_changed(scratch, &own->starting))
		verdict = carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), POLICY_OP_EXEC,
				    POLICY_REASON_CHANGED);
	else
		verdict = 0;
	become(scratch, root, own);
	verdict = verdict ?: happen(index);
out:
	own->starting.given = 0;
	scratch_release(index);
	return verdict;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(after_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 session = current_session();
	struct policy_task *own;

	if (!session)
		return 0;
	own = own_task();
	if (!own || take_up_program(session, own, bprm))
		bpf_send_signal(SIGKILL);
	return 0;
}

/* ---- when it has ended ------------------------------------------------------------------------------------------- */

/* What whoever waits for it is told. */
static __always_inline int has_succeeded(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT ? !BPF_CORE_READ(task, signal, group_exit_code)
								      : !BPF_CORE_READ(task, group_leader, exit_code);
}

static __always_inline int is_same_process(const struct policy_process_key *a, const struct policy_process_key *b)
{
	return a->start_time == b->start_time && a->pid == b->pid;
}

/* A mark that is a process's own is for the one that had started this one, if that is still there. */
static __always_inline void succeed(struct task_struct *task, const struct policy_task *own)
{
	__u32 session = own->session, *slot = bpf_map_lookup_elem(&sessions, &session);
	struct policy_root *root = slot ? bpf_map_lookup_elem(&roots, slot) : 0;
	__u64 sets = own->succeeding.success_sets, clears = own->succeeding.success_clears;
	struct policy_process_key parent = {}, starter = own->starter;

	if (!root)
		return;
	process_key(&parent, BPF_CORE_READ(task, real_parent));
	if (!is_same_process(&parent, &starter)) {
		sets &= ~root->process_marks;
		clears &= ~root->process_marks;
	}
	change_marks(session, &starter, root->process_marks, sets, clears);
}

/* Of the last thread, before anybody is told that the process has ended. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(after_exit, struct task_struct *task)
{
	struct policy_process_key process = {};
	struct policy_task *own;

	if (!current_session() || BPF_CORE_READ(task, signal, live.counter))
		return 0;
	own = own_task();
	if (own && own->succeeding.success_sets | own->succeeding.success_clears && has_succeeded(task))
		succeed(task, own);
	process_key(&process, task);
	bpf_map_delete_elem(&processes, &process);
	return 0;
}

#endif
