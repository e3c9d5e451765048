/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who belongs to a session: the first process, put there by policyd, and everything that it starts. */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include "decide.bpf.h"

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
	count = bpf_map_lookup_elem(&forks, &copy.session);
	if (count)
		__sync_fetch_and_add(count, 1);
	return bpf_task_storage_get(&tasks, task, &copy, BPF_LOCAL_STORAGE_GET_F_CREATE) ? 0 : -ENOMEM;
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

/* Writes the session number of every living thread that has one: policyd counts who is left. */
SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct policy_task *member;

	if (!task || is_over(task))
		return 0;
	member = bpf_task_storage_get(&tasks, task, 0, 0);
	if (member)
		bpf_seq_write(ctx->meta->seq, &member->session, sizeof(member->session));
	return 0;
}

#endif
