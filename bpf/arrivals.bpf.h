/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Descriptors that others hand to a process of the tracepoint backend: those that it has and did not have before. */
#ifndef POLICY_ARRIVALS_H
#define POLICY_ARRIVALS_H

#include "late.bpf.h"

/* Which descriptors are in use; of what a failure hides, none. */
static __always_inline __u64 descriptor_word(struct fdtable *table, __u32 i)
{
	__u64 word = 0;

	if (i < BPF_CORE_READ(table, max_fds) / 64)
		bpf_probe_read_kernel(&word, sizeof(word), BPF_CORE_READ(table, open_fds) + i);
	return word;
}

static __always_inline struct policy_descriptors *own_descriptors(__u32 flags)
{
	return bpf_task_storage_get(&receiving, bpf_get_current_task_btf(), 0, flags);
}

/* Notes them, or `arrived` leaves those that were not noted. Returns 0 where there are none of these. */
static __always_inline int compare_descriptors(struct policy_descriptors *own, int arrived)
{
	struct fdtable *table = BPF_CORE_READ(bpf_get_current_task_btf(), files, fdt);
	__u64 any = 0, full = ~0ull;

	for (__u32 i = 0; i < POLICY_DESCRIPTOR_WORDS; i++) {
		__u64 word = descriptor_word(table, i);

		own->words[i] = arrived ? word & ~own->words[i] : word;
		any |= own->words[i];
		full &= word;
	}
	if (full == ~0ull) /* the next one has a number that is not looked at */
		return -EACCES;
	return any != 0;
}

struct arrivals {
	__u32 session;
	int verdict;
};

static long decide_arrival(__u32 i, struct arrivals *arrivals)
{
	struct policy_descriptors *own = own_descriptors(0);
	struct sock *peer = 0;
	struct file *file;
	int verdict;
	__u32 ops;

	if (!own || !(own->words[i / 64 & (POLICY_DESCRIPTOR_WORDS - 1)] & 1ull << (i & 63)))
		return 0;
	file = file_at(i);
	verdict = file ? decide_unplaced(arrivals->session, file, &peer) : 0;
	if (verdict == HAS_A_PEER)
		verdict = decide_peer_at(arrivals->session, peer);
	if (verdict == HAS_A_PLACE) {
		ops = opening_ops(BPF_CORE_READ(file, f_mode), BPF_CORE_READ(file, f_flags));
		verdict = ops ? decide_file_at(arrivals->session, (__u64)BPF_CORE_READ(file, f_path.dentry), ops) : 0;
	}
	arrivals->verdict = verdict;
	return verdict != 0;
}

#endif
