/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is done to other processes: a privilege where they are of no session, or of another. */
#ifndef POLICY_PROCESSES_H
#define POLICY_PROCESSES_H

#include "privileges.bpf.h"

/*
 * What `privilege` is about is done to `task`: a process outside takes it, policyd is out of reach even then. A task whose
 * membership cannot be told counts as one outside.
 */
static __always_inline int decide_on_task(__u32 session, struct task_struct *task, __u32 privilege, __u32 quietly)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, task, 0, 0);

	if (member && member->session == session)
		return 0;
	if (!member || !(member->flags & POLICY_TASK_PROTECTED))
		return decide_privilege_in(session, privilege, quietly);
	return quietly ? -EACCES : refuse_privilege(session, privilege);
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(ptrace_access_check, struct task_struct *child, unsigned int mode, int ret)
{
	__u32 session;

	if (ret)
		return ret;
	session = current_session();
	return session ? decide_on_task(session, child, PRIVILEGE(PTRACE), mode & PTRACE_MODE_NOAUDIT) : 0;
}

/* A tracer outside would act through what it traces. */
SEC("lsm/ptrace_traceme")
int BPF_PROG(ptrace_traceme, struct task_struct *parent, int ret)
{
	__u32 session;

	if (ret)
		return ret;
	session = current_session();
	return session ? decide_on_task(session, parent, PRIVILEGE(PTRACE), 0) : 0;
}

/* Number 0 only asks whether there is such a process. */
SEC("lsm/task_kill")
int BPF_PROG(task_kill, struct task_struct *target, struct kernel_siginfo *info, int number, const struct cred *cred,
	     int ret)
{
	__u32 session;

	if (ret || !number)
		return ret;
	session = current_session();
	return session ? decide_on_task(session, target, PRIVILEGE(SIGNAL), 0) : 0;
}

/*
 * A file's owner is sent signals for what happens at the file, SIGKILL if one so chooses. Who that is, is a number in the
 * program's memory, but for F_SETOWN: there the process itself and its group are no concern.
 */
static __always_inline int owns_itself(unsigned long owner)
{
	struct task_struct *task = bpf_get_current_task_btf();
	int number = (int)owner;

	return !number || number == BPF_CORE_READ(task, tgid);
}

SEC("lsm/file_fcntl")
int BPF_PROG(file_fcntl, struct file *file, unsigned int command, unsigned long argument, int ret)
{
	if (ret || (command != F_SETOWN && command != F_SETOWN_EX))
		return ret;
	return command == F_SETOWN && owns_itself(argument) ? 0 : decide_privilege(PRIVILEGE(SIGNAL));
}

#endif
