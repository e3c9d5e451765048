/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Whether the current task belongs to a session: the first question of every hook. */
#ifndef POLICY_MEMBERSHIP_H
#define POLICY_MEMBERSHIP_H

#include "maps.bpf.h"

#define STORAGE_ELEMENTS 64 /* BPF maps that may hold something of one task; more are not looked at, and deny */
#define SESSION_UNKNOWN (~0u) /* a session that does not exist: everything is denied */

#define LISTED_UNKNOWN 1 /* no address: the list is too long */

/* Where the map with this id keeps what it holds among a task's or a socket's storages; 0: nowhere. */
static __noinline __u64 listed_data(struct bpf_local_storage *storage, __u32 own_id)
{
	struct hlist_node *node = 0;

	if (!storage)
		return 0;
	node = BPF_CORE_READ(storage, list.first);
	for (int i = 0; i < STORAGE_ELEMENTS; i++) {
		struct bpf_local_storage_elem *element;

		if (!node)
			return 0;
		element = (void *)node - bpf_core_field_offset(struct bpf_local_storage_elem, snode);
		if (BPF_CORE_READ(element, sdata.smap, map.id) == own_id)
			return (__u64)element + bpf_core_field_offset(struct bpf_local_storage_elem, sdata.data);
		node = BPF_CORE_READ(node, next);
	}
	return LISTED_UNKNOWN;
}

/* The session that such data begins with. */
static __noinline __u32 listed_session(struct bpf_local_storage *storage, __u32 own_id)
{
	__u64 data = listed_data(storage, own_id);
	__u32 session = 0;

	if (!data)
		return 0;
	return data == LISTED_UNKNOWN || bpf_probe_read_kernel(&session, sizeof(session), (const void *)data) ? SESSION_UNKNOWN
													       : session;
}

volatile __u32 strays_known;

/* The session of a task that has no storage, under a backend that cannot fail a fork. */
static __noinline __u32 stray_session(struct task_struct *task)
{
	__u64 address = (__u64)task;
	struct policy_stray *stray = bpf_map_lookup_elem(&strays, &address);

	return stray && stray->start_time == BPF_CORE_READ(task, start_time) ? stray->session : 0;
}

#define MAP_ID(map) (((struct bpf_map *)&(map))->id)

/* The session of any task, for programs that may not ask for its storage itself, or hold no reference to it. */
static __always_inline __u32 listed_session_of(struct task_struct *task)
{
	struct bpf_local_storage *storage = BPF_CORE_READ(task, bpf_storage);
	__u32 session = storage ? listed_session(storage, MAP_ID(tasks)) : 0;

	return by_tracepoints && strays_known && !session ? stray_session(task) : session;
}

/*
 * The session of the current task, or 0. 6.1 answers NULL as well when another task, preempted on this CPU, is inside the
 * same helper (CONFIG_PREEMPT): that must not look like "no session". So NULL is believed only where the task's own list of
 * storages confirms it.
 */
static __always_inline __u32 current_session(void)
{
	struct policy_task *member = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);

	return member ? member->session : listed_session_of(bpf_get_current_task_btf());
}

/* The session that made a socket, or 0. */
static __always_inline __u32 session_of_socket(struct sock *sk)
{
	struct bpf_local_storage *storage = BPF_CORE_READ(sk, sk_bpf_storage);

	return storage ? listed_session(storage, MAP_ID(sockets)) : 0;
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
