/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who belongs to a session: the first process, put there by policyd, and everything that it starts. */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include "decide.bpf.h"

/* What a new task has of the one that starts it, which is a process of its own or another thread. */
static __always_inline void inherit(struct policy_task *new, __u32 session, unsigned long clone_flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct policy_task *own = bpf_task_storage_get(&tasks, task, 0, 0);

	if (own)
		*new = *own;
	new->session = session;
	new->flags = 0;
	new->looks_up = 0;
	new->starting.given = 0;
	if (clone_flags & CLONE_THREAD)
		return;
	process_key(&new->starter, task);
	new->marks = process_marks(&new->starter, new->marks);
	new->under |= new->exe;
	new->under_known &= new->exe_known;
	new->succeeding.success_sets = 0;
	new->succeeding.success_clears = 0;
}

SEC("lsm/task_alloc")
int BPF_PROG(task_alloc, struct task_struct *task, unsigned long clone_flags, int ret)
{
	struct policy_task copy = {};
	__u64 *count;

	if (ret)
		return ret;
	copy.session = current_session();
	if (!copy.session)
		return 0;
	inherit(&copy, copy.session, clone_flags);
	count = bpf_map_lookup_elem(&forks, &copy.session);
	if (count)
		__sync_fetch_and_add(count, 1);
	return bpf_task_storage_get(&tasks, task, &copy, BPF_LOCAL_STORAGE_GET_F_CREATE) ? 0 : -ENOMEM;
}

/* What the parent's other threads took while it was copied, the copy may have: descriptors, and what they had read. */
SEC("tp_btf/task_newtask")
int BPF_PROG(after_fork, struct task_struct *task, unsigned long clone_flags)
{
	struct policy_task *member = clone_flags & CLONE_THREAD ? 0 : bpf_task_storage_get(&tasks, task, 0, 0);

	if (member && member->session)
		member->marks = process_marks(&member->starter, member->marks);
	return 0;
}

/*
 * A zombie acts no more. But where the first thread of a process has ended, another that executes a program takes its
 * number: the process is there for as long as one of its threads is.
 */
static __always_inline int is_over(struct task_struct *task)
{
	if (!BPF_CORE_READ(task, exit_state))
		return 0;
	return BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) || !BPF_CORE_READ(task, signal, live.counter);
}

/* The session of a task that a program over all tasks has come to. */
static __always_inline __u32 session_of(struct task_struct *task)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, task, 0, 0);

	if (member)
		return member->session;
	return by_tracepoints && strays_known ? stray_session(task) : 0;
}

/* Writes who is of a session, thread by thread: policyd counts who is left. */
SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct policy_member listed = {};

	if (!task || is_over(task))
		return 0;
	listed.session = session_of(task);
	if (!listed.session)
		return 0;
	listed.pid = BPF_CORE_READ(task, tgid);
	bpf_seq_write(ctx->meta->seq, &listed, sizeof(listed));
	return 0;
}

/* Written by policyd under its lock, for the two programs below. */
volatile __u32 changing_session;
volatile __u32 changing_thread_group; /* of policyd, which stopped whom it takes in */

/* Whoever is of the session is of none. Writes one record for each. */
SEC("iter/task")
int release_tasks(struct bpf_iter__task *ctx)
{
	struct policy_member released = { .session = changing_session };
	struct policy_process_key process = {};
	struct task_struct *task = ctx->task;
	__u64 address = (__u64)task;

	if (!task || session_of(task) != released.session)
		return 0;
	released.pid = BPF_CORE_READ(task, tgid);
	process_key(&process, task);
	bpf_map_delete_elem(&processes, &process);
	bpf_task_storage_delete(&tasks, task);
	bpf_map_delete_elem(&strays, &address);
	bpf_seq_write(ctx->meta->seq, &released, sizeof(released));
	return 0;
}

static __always_inline int is_stopped_by(struct task_struct *task, __u32 thread_group)
{
	return BPF_CORE_READ(task, ptrace) && (__u32)BPF_CORE_READ(task, parent, tgid) == thread_group;
}

/*
 * Whoever policyd has stopped, thread by thread, is of the session; and threads of such a process that nobody can stop,
 * which the kernel made for io_uring. Writes one record for each; session 0: it failed.
 */
SEC("iter/task")
int admit_tasks(struct bpf_iter__task *ctx)
{
	struct policy_task fresh = { .session = changing_session };
	struct task_struct *task = ctx->task;
	struct policy_member admitted = {};
	struct policy_task *member;

	if (!task || is_over(task) ||
	    (!is_stopped_by(task, changing_thread_group) &&
	     !is_stopped_by(BPF_CORE_READ(task, group_leader), changing_thread_group)))
		return 0;
	member = bpf_task_storage_get(&tasks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (member && !member->session) /* there for something else */
		member->session = fresh.session;
	admitted.pid = BPF_CORE_READ(task, tgid);
	admitted.session = member ? member->session : 0;
	bpf_seq_write(ctx->meta->seq, &admitted, sizeof(admitted));
	return 0;
}

#endif
