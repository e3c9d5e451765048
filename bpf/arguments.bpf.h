/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the arguments of a program answer to: as they are handed over, and as the program will find them. */
#ifndef POLICY_ARGUMENTS_H
#define POLICY_ARGUMENTS_H

#include "decide.bpf.h"

#define CHUNK 4096 /* bytes read at a time, into the event's own */
#define MOST_CHUNKS (POLICY_MAX_ARGUMENT_BYTES + POLICY_MAX_ARGUMENT_BYTES / CHUNK)
#define COMPAT_POINTER 4

static long feed_step(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	struct policy_root *root = scratch ? root_of(scratch) : 0;

	if (!root)
		return 1;
	read_argument_byte(&scratch->reading, &root->arguments, scratch->event.bytes[i & (CHUNK - 1)]);
	return 0;
}

/* Reads `count` bytes that lie in the event. Returns 0 where that were too many. */
static __always_inline int feed(__u32 index, struct scratch *scratch, __u32 count)
{
	scratch->arguments.bytes += count;
	if (scratch->arguments.bytes > POLICY_MAX_ARGUMENT_BYTES || count > CHUNK)
		return 0;
	bpf_loop(count, feed_step, &index, 0);
	return 1;
}

/* The next argument's address in the list that the caller gave. Returns 0 at its end, or where it cannot be read. */
static __always_inline int next_pointer(struct scratch *scratch)
{
	__u64 pointer = 0;

	if (bpf_probe_read_user(&pointer, scratch->arguments.width & 8 ? 8 : COMPAT_POINTER, (void *)scratch->arguments.list)) {
		scratch->arguments.failed = 1;
		return 0;
	}
	scratch->arguments.list += scratch->arguments.width;
	scratch->arguments.at = pointer;
	return pointer != 0;
}

/* Of the list that the caller gave: another piece of a string. */
static long list_step(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	long got;

	(void)i;
	if (!scratch || (!scratch->arguments.at && !next_pointer(scratch)))
		return 1;
	got = bpf_probe_read_user_str(scratch->event.bytes, CHUNK, (void *)scratch->arguments.at);
	if (got <= 0 || got > CHUNK) {
		scratch->arguments.failed = 1;
		return 1;
	}
	/* a piece that fills the room has a NUL byte of its own at its end */
	scratch->arguments.at = got == CHUNK ? scratch->arguments.at + CHUNK - 1 : 0;
	if (feed(*index, scratch, got == CHUNK ? CHUNK - 1 : got))
		return 0;
	scratch->arguments.failed = 1;
	return 1;
}

/* As the program will find them: one behind the other. */
static long memory_step(__u32 i, __u32 *index)
{
	struct scratch *scratch = scratch_at(*index);
	__u64 left;

	(void)i;
	if (!scratch)
		return 1;
	left = scratch->arguments.end - scratch->arguments.at;
	if (!left || left > 2ull * POLICY_MAX_ARGUMENT_BYTES)
		return 1;
	if (left > CHUNK)
		left = CHUNK;
	if (bpf_probe_read_user(scratch->event.bytes, left & (2 * CHUNK - 1), (void *)scratch->arguments.at) ||
	    !feed(*index, scratch, left)) {
		scratch->arguments.failed = 1;
		return 1;
	}
	scratch->arguments.at += left;
	return 0;
}

/* What was read answers to; 0 where it could not be read whole. */
static __always_inline int answer_arguments(struct scratch *scratch, const struct policy_root *root, __u64 *answered)
{
	*answered = arguments_answered(&scratch->reading, &root->arguments);
	return !scratch->arguments.failed && !scratch->reading.broken;
}

static __always_inline void begin_reading(struct scratch *scratch, const struct policy_root *root, __u32 skipped)
{
	__builtin_memset(&scratch->arguments, 0, sizeof(scratch->arguments));
	scratch->reading.slot = scratch->slot;
	begin_arguments(&scratch->reading, &root->arguments);
	scratch->reading.skipped = skipped;
}

#define NR_EXECVE 59
#define NR_EXECVEAT 322
#define NR_COMPAT_EXECVE 11
#define NR_COMPAT_EXECVEAT 358

/* Where the call that is being made has its list of arguments. Returns 0 for another call. */
static __always_inline int find_list(struct scratch *scratch)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	unsigned long number = BPF_CORE_READ(regs, orig_ax);
	int compat = BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;

	scratch->arguments.width = compat ? COMPAT_POINTER : 8;
	if (compat)
		scratch->arguments.list = number == NR_COMPAT_EXECVEAT ? BPF_CORE_READ(regs, dx) : BPF_CORE_READ(regs, cx);
	else
		scratch->arguments.list = number == NR_EXECVEAT ? BPF_CORE_READ(regs, dx) : BPF_CORE_READ(regs, si);
	return compat ? number == NR_COMPAT_EXECVE || number == NR_COMPAT_EXECVEAT
		      : number == NR_EXECVE || number == NR_EXECVEAT;
}

/*
 * The first look: in the memory of the one who executes, while the program is not there yet. Another thread may change
 * them in between; the second look finds that. Writes what is answered, and not known, to `who` and `unknown`.
 */
__noinline int look_at_list(__u32 index)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root = scratch ? root_of(scratch) : 0;

	if (!root || !root->arguments.count)
		return 0;
	begin_reading(scratch, root, 1);
	if (!find_list(scratch))
		scratch->arguments.failed = 1;
	else if (scratch->arguments.list)
		if (bpf_loop(MOST_CHUNKS, list_step, &index, 0) == MOST_CHUNKS)
			scratch->arguments.failed = 1;
	if (!answer_arguments(scratch, root, &scratch->who.args)) {
		scratch->who.args = 0;
		scratch->unknown.args = ~0ull;
	}
	return 0;
}

/* The second look: in the memory of the program, before its first instruction. `skipped`: its own name, and a script's. */
__noinline int look_at_memory(__u32 index, __u32 skipped)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root = scratch ? root_of(scratch) : 0;
	struct mm_struct *mm;

	if (!root || !root->arguments.count)
		return 0;
	mm = BPF_CORE_READ(bpf_get_current_task_btf(), mm);
	begin_reading(scratch, root, skipped);
	scratch->arguments.at = BPF_CORE_READ(mm, arg_start);
	scratch->arguments.end = BPF_CORE_READ(mm, arg_end);
	bpf_loop(MOST_CHUNKS, memory_step, &index, 0);
	if (scratch->arguments.at != scratch->arguments.end)
		scratch->arguments.failed = 1;
	if (!answer_arguments(scratch, root, &scratch->who.args)) {
		scratch->who.args = 0;
		scratch->unknown.args = ~0ull;
	}
	return 0;
}

#endif
