/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Unix sockets: by the place of their file, or by an abstract name. */
#ifndef POLICY_UNIX_H
#define POLICY_UNIX_H

#include "decide.bpf.h"

#define UNIX_NAME_AT 3 /* bytes before an abstract name: the family and the NUL that marks it */
#define UNIX_NAME_MAX 107

static long find_nul(__u32 i, __u32 *holder)
{
	struct policy_name *name = name_of(*holder);

	if (name && !name->key.full.name[i & 127])
		name->literal = 0;
	return 0;
}

/* Makes `name` what the automata read next; 0 if it cannot be read. A NUL byte in it matches no literal. */
static __always_inline int name_abstract(__u32 index, struct scratch *scratch, const char *name, __u32 length)
{
	scratch->name.length = length;
	scratch->name.literal = 1;
	__builtin_memset(scratch->name.key.full.name, 0, sizeof(scratch->name.key.full.name));
	asm volatile("" : "+r"(length)); /* or the compiler drops the mask, which the verifier of 6.1 needs to see */
	if (bpf_probe_read_kernel(scratch->name.key.full.name, length & 127, name))
		return 0;
	for_each_index(scratch->name.length, find_nul, &index);
	return 1;
}

static __always_inline void abstract_verdict(__u32 index, struct scratch *scratch)
{
	scratch->trouble = 0;
	scratch->found.beneath = 0;
	advance(index);
	settle(index);
	weigh_found(index);
	scratch->found.reason = scratch->trouble;
	scratch->event.path_len = scratch->name.length;
	__builtin_memcpy(scratch->event.bytes, scratch->name.key.full.name, 128);
}

/* Decides `op` on an abstract name of `length` bytes at kernel address `name`. */
static __always_inline int decide_abstract_here(__u32 session, const char *name, __u32 length, __u32 op)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root || length > UNIX_NAME_MAX || !name_abstract(index, scratch, name, length))
		goto out;
	scratch->found.object = POLICY_OBJECT_ABSTRACT;
	scratch->found.place = root->abstract;
	abstract_verdict(index, scratch);
	verdict = conclude(index, 1u << (op & 15)) || happen(index) ? -EACCES : 0;
out:
	scratch_release(index);
	return verdict;
}

static __noinline int decide_abstract(__u32 session, const char *name, __u32 length, __u32 op)
{
	return decide_abstract_here(session, name, length, op);
}

/* `other` is the socket that is connected or sent to. One without an address cannot be named: a pair's other end. */
static __always_inline int decide_peer_in(__u32 session, struct sock *other)
{
	struct unix_sock *peer = (struct unix_sock *)other;
	struct unix_address *address;
	struct dentry *dentry;
	int length;

	dentry = BPF_CORE_READ(peer, path.dentry);
	if (dentry)
		return decide_dentry_in(session, dentry, OP(CONNECT));
	address = BPF_CORE_READ(peer, addr);
	if (!address)
		return 0;
	length = BPF_CORE_READ(address, len) - UNIX_NAME_AT;
	return length < 0 ? 0 : decide_abstract(session, (const char *)&address->name[0] + UNIX_NAME_AT, length,
						POLICY_OP_CONNECT);
}

static __always_inline int decide_peer(struct sock *other)
{
	__u32 session = current_session();

	return session ? decide_peer_in(session, other) : 0;
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(unix_stream_connect, struct sock *sock, struct sock *other, struct sock *newsk, int ret)
{
	return ret ?: decide_peer(other);
}

SEC("lsm/unix_may_send")
int BPF_PROG(unix_may_send, struct socket *sock, struct socket *other, int ret)
{
	return ret ?: decide_peer(BPF_CORE_READ(other, sk));
}

/* A bind to a path is decided where its node is made (path_mknod); one to no name gets an abstract one. */
static __always_inline int decide_unix_bind(const void *address, int length)
{
	__u32 session = current_session();
	char first = 0;

	if (!session)
		return 0;
	if (length > UNIX_NAME_AT - 1)
		bpf_probe_read_kernel(&first, 1, (const char *)address + UNIX_NAME_AT - 1);
	if (first)
		return 0;
	return decide_abstract(session, (const char *)address + UNIX_NAME_AT,
			       length > UNIX_NAME_AT ? length - UNIX_NAME_AT : 0, POLICY_OP_BIND);
}

#endif
