/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Whether the current task belongs to a session: the first question of every hook. */
#ifndef POLICY_MEMBERSHIP_H
#define POLICY_MEMBERSHIP_H

#include "maps.bpf.h"

#define STORAGE_ELEMENTS 64 /* BPF maps that may hold something of one task; more are not looked at, and deny */
#define SESSION_UNKNOWN (~0u) /* a session that does not exist: everything is denied */

/*
 * 6.1 answers NULL as well when another task, preempted on this CPU, is inside the same helper (CONFIG_PREEMPT): that
 * must not look like "no session". So NULL is believed only where the task's own list of storages confirms it.
 */
static __noinline __u32 listed_session(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_local_storage *storage = BPF_CORE_READ(task, bpf_storage);
	struct bpf_map *own = (struct bpf_map *)&tasks;
	struct hlist_node *node = 0;
	__u32 own_id = own->id;

	if (!storage)
		return 0;
	node = BPF_CORE_READ(storage, list.first);
	for (int i = 0; i < STORAGE_ELEMENTS; i++) {
		struct bpf_local_storage_elem *element;
		struct policy_task member = {};

		if (!node)
			return 0;
		element = (void *)node - bpf_core_field_offset(struct bpf_local_storage_elem, snode);
		if (BPF_CORE_READ(element, sdata.smap, map.id) == own_id) {
			if (bpf_probe_read_kernel(&member, sizeof(member),
						  (void *)element +
							  bpf_core_field_offset(struct bpf_local_storage_elem,
										sdata.data)))
				return SESSION_UNKNOWN;
			return member.session;
		}
		node = BPF_CORE_READ(node, next);
	}
	return SESSION_UNKNOWN;
}

/* The session of the current task, or 0. */
static __always_inline __u32 current_session(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct policy_task *member = bpf_task_storage_get(&tasks, task, 0, 0);

	if (member)
		return member->session;
	return BPF_CORE_READ(task, bpf_storage) ? listed_session() : 0;
}

/* Notes that the current task is sent to look this name up first; 0 where it was sent already, or it cannot be noted. */
static __always_inline int look_up_first(const struct dentry *dentry)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
	__u64 name = (__u64)BPF_CORE_READ(dentry, d_parent) ^ BPF_CORE_READ(dentry, d_name.hash_len);

	if (!member || member->looks_up == name)
		return 0;
	member->looks_up = name;
	return 1;
}

static __always_inline void forget_look_up(void)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);

	if (member && member->looks_up)
		member->looks_up = 0;
}

#endif
