/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Every map, and the look-ups that match.h asks for. Tables of a policy are inner maps, by slot. */
#ifndef POLICY_MAPS_H
#define POLICY_MAPS_H

#define copy_bytes(to, from, length) bpf_probe_read_kernel(to, (length)&255, from)
#define for_each_index(n, callback, context) bpf_loop(n, callback, context, 0)

#include "match.h"

/* Which backend has loaded the programs: the verifier knows it, and leaves out what that backend cannot do. */
const volatile __u32 by_tracepoints;

/*
 * The inner map's number of entries is a placeholder: policyd makes each map as large as its policy needs. Sizes instead
 * of types, because 6.1 takes a map with BTF types and one without for different kinds.
 */
#define POLICY_TABLE(table, map_type, map_flags_, key_type, value_type)                   \
	struct {                                                                          \
		__uint(type, map_type);                                                   \
		__uint(max_entries, 1);                                                   \
		__uint(map_flags, map_flags_);                                            \
		__uint(key_size, sizeof(key_type));                                       \
		__uint(value_size, sizeof(value_type));                                   \
	} table##_template SEC(".maps");                                                  \
	struct {                                                                          \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                 \
		__uint(max_entries, POLICY_MAX_SLOTS);                                    \
		__type(key, __u32);                                                       \
		__array(values, typeof(table##_template));                                \
	} table SEC(".maps") = { .values = { [0] = &table##_template } };

POLICY_TABLE(terms, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_term)
POLICY_TABLE(cases, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_case)
POLICY_TABLE(limits, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_limit)
POLICY_TABLE(argument_classes, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_argument_class)
POLICY_TABLE(windows, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, __u64)
POLICY_TABLE(records, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_record)
POLICY_TABLE(states, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_state)
POLICY_TABLE(short_edges, BPF_MAP_TYPE_HASH, 0, struct policy_short_key, __u32)
POLICY_TABLE(long_edges, BPF_MAP_TYPE_HASH, 0, struct policy_long_key, __u32)
POLICY_TABLE(prefixes, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct policy_affix_key, __u32)
POLICY_TABLE(suffixes, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct policy_affix_key, __u32)
POLICY_TABLE(classes, BPF_MAP_TYPE_HASH, 0, struct policy_class_key, __u32)
POLICY_TABLE(glob_rows, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, __u32, struct policy_glob_row)
POLICY_TABLE(addresses4, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct policy_address4_key, struct policy_address)
POLICY_TABLE(addresses6, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct policy_address6_key, struct policy_address)
POLICY_TABLE(ports, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, struct policy_port_key, __u32)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX_SLOTS);
	__type(key, __u32);
	__type(value, struct policy_root);
} roots SEC(".maps");

/* Session number -> slot of its policy. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX_SESSIONS);
	__type(key, __u32);
	__type(value, __u32);
} sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct policy_task);
} tasks SEC(".maps");

/* Which session made a socket; those that it accepts count as made by the same. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct policy_socket);
} sockets SEC(".maps");

/* Files out of every session's reach, whatever its policy says. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_MAX_GUARDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_guard_key);
	__type(value, __u32);
} guards SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_MAX_GUARDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_guard_account);
	__type(value, __u32);
} guard_accounts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 18);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_anchor_key);
	__type(value, struct policy_anchor);
} anchors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_layer_key);
	__type(value, __u32);
} layers SEC(".maps");

/* Events of a session go to its own ring buffer, so that each reader has one to itself. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, POLICY_RING_BYTES);
} ring_template SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, POLICY_MAX_SESSIONS);
	__type(key, __u32);
	__array(values, typeof(ring_template));
} rings SEC(".maps") = { .values = { [0] = &ring_template } };

/* Events that found their ring buffer full, by session. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX_SESSIONS);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 14);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct policy_fold_key);
	__type(value, struct policy_fold);
} folds SEC(".maps");

/* Forks within a session: where it did not move, a list of the session's threads missed none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_MAX_SESSIONS);
	__type(key, __u32);
	__type(value, __u64);
} forks SEC(".maps");

/* Which descriptors a task of the tracepoint backend had when it began to receive a message. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct policy_descriptors);
} receiving SEC(".maps");

/* Tasks of the tracepoint backend that are to be killed when they leave the kernel, where they are found out elsewhere. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 14);
	__type(key, __u64); /* kernel address */
	__type(value, __u32);
} doomed SEC(".maps");

/* Tasks of the tracepoint backend whose storage could not be had when they were forked. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 10);
	__type(key, __u64); /* kernel address */
	__type(value, struct policy_stray);
} strays SEC(".maps");

#define FIND(table, slot, key)                                                            \
	({                                                                                \
		void *inner_ = bpf_map_lookup_elem(&(table), &(slot));                    \
		inner_ ? bpf_map_lookup_elem(inner_, (key)) : 0;                          \
	})

static inline const struct policy_state *find_state(__u32 slot, __u32 state)
{
	return FIND(states, slot, &state);
}

static inline const struct policy_record *find_record(__u32 slot, __u32 record)
{
	return FIND(records, slot, &record);
}

static inline const struct policy_term *find_term(__u32 slot, __u32 term)
{
	return FIND(terms, slot, &term);
}

static inline const struct policy_case *find_case(__u32 slot, __u32 number)
{
	return FIND(cases, slot, &number);
}

static inline const struct policy_argument_class *find_argument_class(__u32 slot, __u32 class_id)
{
	return FIND(argument_classes, slot, &class_id);
}

static inline const __u32 *find_short_edge(__u32 slot, const struct policy_short_key *key)
{
	return FIND(short_edges, slot, key);
}

static inline const __u32 *find_long_edge(__u32 slot, const struct policy_long_key *key)
{
	return FIND(long_edges, slot, key);
}

static inline const __u32 *find_prefix(__u32 slot, const struct policy_affix_key *key)
{
	return FIND(prefixes, slot, key);
}

static inline const __u32 *find_suffix(__u32 slot, const struct policy_affix_key *key)
{
	return FIND(suffixes, slot, key);
}

static inline const __u32 *find_class_edge(__u32 slot, const struct policy_class_key *key)
{
	return FIND(classes, slot, key);
}

static inline const struct policy_glob_row *find_glob_row(__u32 slot, __u32 row)
{
	return FIND(glob_rows, slot, &row);
}

#endif
