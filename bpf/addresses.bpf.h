/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What a policy says of an internet address. Those given to hooks have been copied into the kernel already. */
#ifndef POLICY_ADDRESSES_H
#define POLICY_ADDRESSES_H

#include "decide.bpf.h"

struct endpoint {
	__u32 op;
	__u32 protocol;
	__u32 family; /* AF_INET or AF_INET6 */
	__u32 port;   /* host order */
	__u8 address[16] __attribute__((aligned(8)));
};

/* The word of a policy for an address: one look-up in the family's trie and, where ports matter, one under it. */
static __noinline __u32 address_word(__u32 slot, const struct endpoint *end)
{
	struct policy_address4_key key4 = { .prefixlen = 32 };
	struct policy_address6_key key6 = { .prefixlen = 128 };
	struct policy_port_key port = { .prefixlen = 64 };
	const struct policy_address *address;
	__u32 op = end->op == POLICY_OP_BIND, protocol = end->protocol;
	const __u32 *word;

	if (protocol >= POLICY_PROTOS)
		protocol = POLICY_PROTO_OTHER;
	if (end->family == AF_INET) {
		__builtin_memcpy(key4.address, end->address, 4);
		address = FIND(addresses4, slot, &key4);
	} else {
		__builtin_memcpy(key6.address, end->address, 16);
		address = FIND(addresses6, slot, &key6);
	}
	if (!address)
		return POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE);
	if (address->ports) {
		port.ports = address->ports;
		port.op = op;
		port.protocol = protocol;
		port.port[0] = end->port >> 8;
		port.port[1] = end->port;
		word = FIND(ports, slot, &port);
		if (word)
			return *word;
	}
	return address->word[op][protocol];
}

/* ::ffff:a.b.c.d is a.b.c.d */
static __always_inline void unmap_v4(struct endpoint *end)
{
	const __u64 *half = (const __u64 *)end->address;
	const __u32 *quarter = (const __u32 *)end->address;

	if (end->family != AF_INET6 || half[0] || quarter[2] != __builtin_bswap32(0xffff))
		return;
	end->family = AF_INET;
	__builtin_memcpy(end->address, end->address + 12, 4);
	__builtin_memset(end->address + 4, 0, 12);
}

/* Size of the address, or 0 when it is of no family that these rules speak of. AF_UNSPEC counts as `unspecified`. */
static __always_inline int read_address(struct endpoint *end, const void *address, int length, __u32 unspecified)
{
	__u8 raw[28] = {};
	__u16 family;

	if (length < (int)sizeof(family))
		return 0;
	if (length > (int)sizeof(raw))
		length = sizeof(raw);
	if (bpf_probe_read_kernel(raw, length & 31, address))
		return 0;
	family = *(__u16 *)raw;
	if (family == AF_UNSPEC)
		family = unspecified;
	if (family != AF_INET && family != AF_INET6)
		return 0;
	end->family = family;
	end->port = (__u16)raw[2] << 8 | raw[3];
	if (family == AF_INET)
		__builtin_memcpy(end->address, raw + 4, 4);
	else
		__builtin_memcpy(end->address, raw + 8, 16);
	unmap_v4(end);
	return family == AF_INET ? 16 : 28;
}

static __always_inline __u32 protocol_of(__u32 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_SMC:
	case IPPROTO_MPTCP:
		return POLICY_PROTO_TCP;
	case IPPROTO_UDP:
		return POLICY_PROTO_UDP;
	default:
		return POLICY_PROTO_OTHER;
	}
}

static __always_inline __u32 socket_protocol(struct sock *sk)
{
	return protocol_of(BPF_CORE_READ(sk, sk_protocol));
}

static __always_inline void describe_end(struct policy_event *event, const struct endpoint *end)
{
	event->object = end->family == AF_INET ? POLICY_OBJECT_INET : POLICY_OBJECT_INET6;
	event->protocol = end->protocol;
	event->port = end->port;
	event->path_len = 0;
	__builtin_memcpy(event->address, end->address, sizeof(event->address));
}

/* A word of an address, with what the weighing found besides: of the first operation, whichever it is. */
__noinline int decide_with_facts(__u32 index, __u32 word, __u32 op)
{
	struct scratch *scratch = scratch_at(index);
	__u32 first = 1u << 0;
	int verdict;

	if (!scratch || op >= POLICY_OPS)
		return -EACCES;
	forget_found(&scratch->found);
	if (scratch->weighing.has_facts | scratch->weighing.doubtful) {
		scratch->found.has_facts = 1;
		scratch->found.doubtful = scratch->weighing.doubtful;
		__builtin_memcpy(scratch->found.facts, scratch->weighing.facts, sizeof(scratch->found.facts));
		scratch->found.verdict.word[0] = word;
		if (count_ops(index, first, 0))
			return -EACCES;
		word = scratch->found.verdict.word[0];
	}
	verdict = carry_out(index, scratch, word, op, POLICY_REASON_POLICY);
	return verdict ?: remember(index, first, op) ?: happen(index);
}

static __always_inline int decide_word(__u32 session, const struct endpoint *end)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;
	__u32 word;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (root && (end->op == POLICY_OP_CONNECT || end->op == POLICY_OP_BIND)) {
		describe_end(&scratch->event, end);
		word = word_or_default(weigh_word(index, address_word(scratch->slot, end)),
				       end->op == POLICY_OP_BIND ? root->defaults.word[POLICY_OP_BIND]
								 : root->defaults.word[POLICY_OP_CONNECT]);
		verdict = decide_with_facts(index, word, end->op) ? -EACCES : 0;
	}
	scratch_release(index);
	return verdict;
}

/* Refuses what could send to an address that no hook sees, where the policy cares for addresses at all. */
static __noinline int forbid_hiding(__u32 session)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		goto out;
	scratch->event.object = POLICY_OBJECT_SOCKET;
	scratch->event.path_len = 0;
	verdict = root->flags & POLICY_ROOT_WATCHES_ADDRESSES
			  ? carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), POLICY_OP_CONNECT,
				      POLICY_REASON_HIDDEN)
			  : 0;
out:
	scratch_release(index);
	return verdict;
}

/*
 * What an address of no family counts as. A connect with it disconnects; else a v4 socket takes it for a v4 one, and so
 * do raw v6 sockets for theirs. UDP over v6 sends to where it is connected.
 */
static __always_inline __u32 unspecified_family(__u32 family, struct sock *sk, int disconnects)
{
	if (disconnects || (family == AF_INET6 && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_UDP))
		return AF_UNSPEC;
	return family;
}

/* Decides `op` of the current task on `address` for an inet socket; other families have hooks of their own. */
static __noinline int decide_address(struct socket *sock, const void *address, int length, __u32 op,
				   int disconnects)
{
	struct endpoint end = { .op = op };
	__u32 session = current_session(), family;
	struct sock *sk;

	if (!session || !address)
		return 0;
	sk = BPF_CORE_READ(sock, sk);
	if (!sk)
		return -EACCES;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family == AF_UNIX)
		return 0;
	if (family == AF_RXRPC)
		return forbid_hiding(session);
	/* the address says where to: SMC and others take AF_INET addresses as well */
	end.protocol = family == AF_SMC ? POLICY_PROTO_TCP : socket_protocol(sk);
	if (!read_address(&end, address, length, unspecified_family(family, sk, disconnects)))
		return 0;
	return decide_word(session, &end);
}

#endif
