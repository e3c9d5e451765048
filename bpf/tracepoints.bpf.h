/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The tracepoint backend: no hook is asked before something is done, so what a call has done is looked at when it returns,
 * on the object that the kernel found and never on the program's memory. Who had no right to it does not live to use it.
 */
#ifndef POLICY_TRACEPOINTS_H
#define POLICY_TRACEPOINTS_H

#include "arrivals.bpf.h"
#include "calls.h"
#include "mappings.bpf.h"
#include "session.bpf.h"

/* ---- who --------------------------------------------------------------------------------------------------------- */

#define ATTEMPTS 3 /* at a task's storage, which another may hold for a moment */

static __always_inline int has_joined(struct task_struct *task, struct policy_task *member)
{
	for (int i = 0; i < ATTEMPTS; i++)
		if (bpf_task_storage_get(&tasks, task, member, BPF_LOCAL_STORAGE_GET_F_CREATE))
			return 1;
	return 0;
}

/* The new task does not run yet. Where even the list of strays is full, the one that forks does not go on. */
SEC("tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *task, unsigned long clone_flags)
{
	struct policy_task member = { .session = current_session() };
	struct policy_stray stray = { .session = member.session };
	__u64 address = (__u64)task, *count;

	if (!member.session)
		return 0;
	inherit(&member, member.session, clone_flags);
	count = bpf_map_lookup_elem(&forks, &member.session);
	if (count)
		__sync_fetch_and_add(count, 1);
	if (has_joined(task, &member))
		return 0;
	strays_known = 1;
	stray.start_time = BPF_CORE_READ(task, start_time);
	if (bpf_map_update_elem(&strays, &address, &stray, BPF_ANY))
		bpf_send_signal(SIGKILL);
	return 0;
}

SEC("tp_btf/sched_process_free")
int BPF_PROG(sched_process_free, struct task_struct *task)
{
	__u64 address = (__u64)task;

	if (strays_known)
		bpf_map_delete_elem(&strays, &address);
	return 0;
}

static __always_inline int is_doomed(void)
{
	__u64 task = (__u64)bpf_get_current_task_btf();

	return !bpf_map_delete_elem(&doomed, &task);
}

/* Only noted here: the kernel holds locks of the one who is signalled. */
SEC("tp_btf/signal_generate")
int BPF_PROG(signal_generate, int number, struct kernel_siginfo *info, struct task_struct *task, int group, int result)
{
	__u64 own = (__u64)bpf_get_current_task_btf();
	__u32 session = current_session(), one = 1;

	if (!session || (__u64)info <= 1 || BPF_CORE_READ(info, si_code) > 0 || listed_session_of(task) == session)
		return 0;
	if (decide_privilege_of(session, PRIVILEGE(SIGNAL)))
		bpf_map_update_elem(&doomed, &own, &one, BPF_ANY);
	return 0;
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static __always_inline unsigned long argument_of(struct pt_regs *regs, __u32 i)
{
	switch (i) {
	case 0: return BPF_CORE_READ(regs, di);
	case 1: return BPF_CORE_READ(regs, si);
	case 2: return BPF_CORE_READ(regs, dx);
	case 3: return BPF_CORE_READ(regs, r10);
	default: return BPF_CORE_READ(regs, r8);
	}
}

struct refusal {
	struct pt_regs *regs;
	__u64 calls; /* the sets that are taken from the session */
	__u32 number;
	__u32 why; /* POLICY_CALLS_ALWAYS: of no call of the list */
};

/* What the default says of `op`; where that permits, some file may not be touched. */
__noinline int decide_unseen(__u32 session, __u32 op)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;
	__u32 word;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (root && op < POLICY_OPS) {
		scratch->event.object = POLICY_OBJECT_UNSEEN;
		scratch->event.path_len = 0;
		word = root->defaults.word[op];
		verdict = word_permits(word) ? carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), op,
							 POLICY_REASON_UNSEEN)
					     : carry_out(index, scratch, word, op, POLICY_REASON_POLICY);
	}
	scratch_release(index);
	return verdict;
}

__noinline int tell_of_hiding(__u32 session)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);

	if (!scratch)
		return -EACCES;
	scratch->event.object = POLICY_OBJECT_SOCKET;
	scratch->event.path_len = 0;
	carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), POLICY_OP_CONNECT, POLICY_REASON_HIDDEN);
	scratch_release(index);
	return -EACCES;
}

static __always_inline __u32 half_of(struct pt_regs *regs, __u8 argument)
{
	unsigned long whole = argument_of(regs, argument & ~UPPER_HALF);

	return argument & UPPER_HALF ? whole >> 32 : whole;
}

static long find_call(__u32 i, struct refusal *refusal)
{
	struct policy_call call;

	if (i >= POLICY_CALLS_COUNT)
		return 1;
	call = POLICY_CALLS[i];
	if (!(refusal->calls & 1ull << (call.why & 63)) ||
	    !policy_call_is(&call, refusal->number, half_of(refusal->regs, call.argument), argument_of(refusal->regs, 1)))
		return 0;
	refusal->why = call.why;
	return 1;
}

/* The sets of calls that the session is not given. */
static __always_inline __u64 calls_taken_from(__u32 session)
{
	__u32 *slot = bpf_map_lookup_elem(&sessions, &session);
	struct policy_root *root = slot ? bpf_map_lookup_elem(&roots, slot) : 0;

	return root ? root->calls : 0;
}

/* What the filter refused: an event, and SIGKILL where the policy says so. */
static __noinline int tell_of_refusal(__u32 session, struct pt_regs *regs, __u32 number)
{
	struct refusal refusal = { .regs = regs, .number = number, .why = POLICY_CALLS_ALWAYS };

	refusal.calls = calls_taken_from(session);
	bpf_loop(POLICY_CALLS_COUNT, find_call, &refusal, 0);
	if (refusal.why < POLICY_PRIVILEGES)
		decide_privilege_of(session, refusal.why);
	else if (refusal.why < POLICY_CALLS_HIDING)
		decide_unseen(session, refusal.why - POLICY_OP_PRIVILEGE);
	else if (refusal.why == POLICY_CALLS_LENGTHS)
		decide_unseen(session, POLICY_OP_WRITE);
	else if (refusal.why < POLICY_CALLS_SETS)
		tell_of_hiding(session);
	return 0;
}

/* The descriptor that the call made or was about, and what was done there; 0 for the calls that are no concern. */
static __always_inline __u32 done_at(struct pt_regs *regs, __u32 number, long result, struct file **file)
{
	switch (number) {
	case NR_OPEN:
	case NR_MQ_OPEN:
		*file = file_at(result);
		return opened_ops(*file, BPF_CORE_READ(regs, si));
	case NR_CREAT:
		*file = file_at(result);
		return opened_ops(*file, O_TRUNC_FLAG);
	case NR_OPENAT:
	case NR_OPEN_BY_HANDLE_AT:
		*file = file_at(result);
		return opened_ops(*file, BPF_CORE_READ(regs, dx));
	case NR_OPENAT2:
		*file = file_at(result);
		return opened_ops(*file, 0);
	case NR_UTIMENSAT:
		if (BPF_CORE_READ(regs, si)) /* a path */
			return 0;
	case NR_FCHMOD:
	case NR_FCHOWN:
	case NR_FSETXATTR:
	case NR_FREMOVEXATTR:
		*file = file_at(BPF_CORE_READ(regs, di));
		return OP(SETATTR);
	case NR_IOCTL:
		*file = file_at(BPF_CORE_READ(regs, di));
		return sets_attributes(BPF_CORE_READ(regs, si)) ? OP(SETATTR) : 0;
	default:
		return 0;
	}
}

static __always_inline int decide_file_done(__u32 session, struct pt_regs *regs, __u32 number, long result)
{
	struct file *file = 0;
	__u32 ops = done_at(regs, number, result, &file);

	if (!ops)
		return 0;
	if (!file) /* another thread has put something else there, or nothing */
		return decide_hiding_of(session);
	return decide_file_at(session, (__u64)BPF_CORE_READ(file, f_path.dentry), ops) ?: decide_told(session, (__u64)file);
}

static __always_inline int decide_done(__u32 session, struct pt_regs *regs, __u32 number, long result)
{
	int verdict = decide_file_done(session, regs, number, result);

	if (verdict)
		return verdict;
	switch (number) {
	case NR_MMAP:
		return BPF_CORE_READ(regs, r10) & MAP_ANONYMOUS
			       ? 0
			       : decide_mapping_in_time(session, result, OP(READ) | OP(LOAD), 0);
	case NR_SHMAT:
		return decide_mapping_in_time(session, result, OP(READ) | OP(LOAD), 0);
	case NR_MPROTECT:
	case NR_PKEY_MPROTECT:
		return makes_executable(BPF_CORE_READ(regs, dx))
			       ? decide_mappings(session, BPF_CORE_READ(regs, di), BPF_CORE_READ(regs, si))
			       : 0;
	case NR_CONNECT:
		return decide_connected(session, BPF_CORE_READ(regs, di));
	case NR_BIND:
		return decide_bound(session, BPF_CORE_READ(regs, di));
	case NR_PTRACE:
		return decide_traced(session, BPF_CORE_READ(regs, di));
	case NR_FCNTL:
		return BPF_CORE_READ(regs, si) == F_SETOWN && !owns_itself(BPF_CORE_READ(regs, dx))
			       ? decide_privilege_of(session, PRIVILEGE(SIGNAL))
			       : 0;
	default:
		return 0;
	}
}

static __always_inline int has_failed(long result)
{
	return result < 0 && result >= -MAX_ERRNO;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long result)
{
	__u32 session = current_session(), number;
	int verdict;

	if (!session)
		return 0;
	number = BPF_CORE_READ(regs, orig_ax);
	if (result == -EACCES)
		tell_of_refusal(session, regs, number);
	verdict = has_failed(result) ? 0 : decide_done(session, regs, number, result);
	verdict = decide_waiting(session) ?: verdict;
	if (is_doomed() || verdict)
		bpf_send_signal(SIGKILL);
	return 0;
}

/* What others hand over: a program of its own, for the verifier's sake. */
SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_received, struct pt_regs *regs, long result)
{
	__u32 number = BPF_CORE_READ(regs, orig_ax);
	struct policy_descriptors *own;
	struct arrivals arrivals = {};

	if (number != NR_RECVMSG && number != NR_RECVMMSG && number != NR_PIDFD_GETFD)
		return 0;
	arrivals.session = current_session();
	own = arrivals.session ? own_descriptors(0) : 0;
	if (!own || has_failed(result))
		return 0;
	arrivals.verdict = compare_descriptors(own, 1);
	if (!arrivals.verdict)
		return 0;
	if (arrivals.verdict > 0)
		bpf_loop(64 * POLICY_DESCRIPTOR_WORDS, decide_arrival, &arrivals, 0);
	if (arrivals.verdict)
		bpf_send_signal(SIGKILL);
	return 0;
}

/* Of some calls it has to be known how things were before: a socket that listens has a port afterwards. */
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	int receives = number == NR_RECVMSG || number == NR_RECVMMSG || number == NR_PIDFD_GETFD, verdict = 0;
	__u32 session = receives || number == NR_LISTEN ? current_session() : 0;
	struct policy_descriptors *own;
	struct file *file;

	if (!session)
		return 0;
	file = receives ? 0 : file_at(BPF_CORE_READ(regs, di));
	own = receives ? own_descriptors(BPF_LOCAL_STORAGE_GET_F_CREATE) : 0;
	if (receives)
		verdict = !own || compare_descriptors(own, 0) < 0;
	else if (file && (BPF_CORE_READ(file, f_path.dentry, d_inode, i_mode) & S_IFMT) == S_IFSOCK)
		verdict = decide_listen(BPF_CORE_READ(file, private_data));
	if (verdict)
		bpf_send_signal(SIGKILL);
	return 0;
}

#endif
