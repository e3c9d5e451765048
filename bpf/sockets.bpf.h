/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Hooks on sockets. Addresses given to these hooks have been copied into the kernel already. */
#ifndef POLICY_SOCKETS_H
#define POLICY_SOCKETS_H

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
	scratch->found.reason = scratch->trouble;
	scratch->event.path_len = scratch->name.length;
	__builtin_memcpy(scratch->event.bytes, scratch->name.key.full.name, 128);
}

struct endpoint {
	__u32 op;
	__u32 protocol;
	__u32 family; /* AF_INET or AF_INET6 */
	__u32 port;   /* host order */
	__u8 address[16] __attribute__((aligned(8)));
};

/* The word of a policy for an address: one look-up in the family's trie and, where ports matter, one under it. */
static __always_inline __u32 address_word(__u32 slot, const struct endpoint *end)
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

static __always_inline __u32 socket_protocol(struct sock *sk)
{
	switch (BPF_CORE_READ(sk, sk_protocol)) {
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

static __always_inline int decide_word(__u32 session, const struct endpoint *end)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	struct policy_event *event;
	int verdict = -EACCES;
	__u32 word;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (root && (end->op == POLICY_OP_CONNECT || end->op == POLICY_OP_BIND)) {
		event = &scratch->event;
		event->object = end->family == AF_INET ? POLICY_OBJECT_INET : POLICY_OBJECT_INET6;
		event->protocol = end->protocol;
		event->port = end->port;
		event->path_len = 0;
		__builtin_memcpy(event->address, end->address, sizeof(event->address));
		word = word_or_default(address_word(scratch->slot, end),
				       end->op == POLICY_OP_BIND ? root->defaults.word[POLICY_OP_BIND]
								 : root->defaults.word[POLICY_OP_CONNECT]);
		verdict = carry_out(index, scratch, word, end->op, POLICY_REASON_POLICY);
	}
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
	/* the address says where to: SMC and others take AF_INET addresses as well */
	end.protocol = family == AF_SMC ? POLICY_PROTO_TCP : socket_protocol(sk);
	if (!read_address(&end, address, length, unspecified_family(family, sk, disconnects)))
		return 0;
	return decide_word(session, &end);
}

/* ---- unix sockets ----------------------------------------------------------------------------------------------- */

/* Decides `op` on an abstract name of `length` bytes at kernel address `name`. */
static __noinline int decide_abstract(__u32 session, const char *name, __u32 length, __u32 op)
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
	verdict = conclude(index, scratch, 1u << (op & 15));
out:
	scratch_release(index);
	return verdict;
}

/* `other` is the socket that is connected or sent to. One without an address cannot be named: a pair's other end. */
static __always_inline int decide_peer(struct sock *other)
{
	struct unix_sock *peer = (struct unix_sock *)other;
	__u32 session = current_session();
	struct unix_address *address;
	struct dentry *dentry;
	int length;

	if (!session)
		return 0;
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
static __always_inline int decide_bind(struct socket *sock, const void *address, int length)
{
	__u32 session = current_session();
	char first = 0;

	if (!session)
		return 0;
	if (BPF_CORE_READ(sock, sk, __sk_common.skc_family) != AF_UNIX)
		return decide_address(sock, address, length, POLICY_OP_BIND, 0);
	if (length > UNIX_NAME_AT - 1)
		bpf_probe_read_kernel(&first, 1, (const char *)address + UNIX_NAME_AT - 1);
	if (first)
		return 0;
	return decide_abstract(session, (const char *)address + UNIX_NAME_AT,
			       length > UNIX_NAME_AT ? length - UNIX_NAME_AT : 0, POLICY_OP_BIND);
}

/* ---- destinations out of sight ----------------------------------------------------------------------------------- */

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

/* Source routing: packets go to the route's first stop instead of the address. */
static __always_inline int sets_route(int level, int option)
{
	switch (level) {
	case SOL_IP:
		return option == IP_OPTIONS;
	case SOL_IPV6:
		return option == IPV6_RTHDR || option == IPV6_2292RTHDR || option == IPV6_2292PKTOPTIONS ||
		       option == IPV6_FLOWLABEL_MGR;
	default:
		return 0;
	}
}

struct control_header {
	__u64 length;
	__s32 level;
	__s32 type;
};

struct control {
	__u64 at;
	__u64 end;
	__u32 hides;
};

#define CONTROL_ALIGNED(length) (((length) + 7) & ~7ull)
#define CONTROL_MESSAGES (1 << 13)

static __always_inline int control_hides(const struct control_header *header)
{
	switch (header->level) {
	case SOL_IP:
		return header->type == IP_RETOPTS;
	case SOL_IPV6:
		return header->type == IPV6_RTHDR || header->type == IPV6_2292RTHDR;
	case SOL_SCTP:
		return header->type == SCTP_DSTADDRV4 || header->type == SCTP_DSTADDRV6;
	default:
		return 0;
	}
}

static long control_step(__u32 i, struct control *control)
{
	struct control_header header;

	if (control->at + sizeof(header) > control->end)
		return 1;
	if (bpf_probe_read_kernel(&header, sizeof(header), (const void *)control->at)) {
		control->hides = 1;
		return 1;
	}
	if (control_hides(&header))
		control->hides = 1;
	if (header.length < sizeof(header) || header.length > control->end - control->at) /* refused by the kernel, whole */
		return 1;
	control->at += CONTROL_ALIGNED(header.length);
	return control->hides;
}

/* Whether a control message of the send, which the kernel has copied, names another destination. */
static __always_inline int names_another(struct msghdr *msg)
{
	struct control control = { .at = (__u64)BPF_CORE_READ(msg, msg_control) };
	__u64 length = BPF_CORE_READ(msg, msg_controllen);

	if (!length)
		return 0;
	control.end = control.at + length;
	return bpf_loop(CONTROL_MESSAGES, control_step, &control, 0) == CONTROL_MESSAGES || control.hides;
}

/*
 * Several messages in one sendmmsg(2): the kernel asks no hook about one that names the address of the one before it, so
 * nobody sees its control messages.
 */
static __always_inline int is_batch(void)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	switch ((__u32)BPF_CORE_READ(regs, orig_ax)) { /* the kernel looks at the lower half alone */
	case 307:              /* x86-64 */
	case 0x40000000 | 538: /* x32 */
	case 345:              /* i386 */
		return (__u32)BPF_CORE_READ(regs, dx) > 1;
	case 102: /* i386, socketcall(SYS_SENDMMSG, …) */
		return (__u32)BPF_CORE_READ(regs, bx) == 20;
	default:
		return 0;
	}
}

static __always_inline int is_inet(struct socket *sock)
{
	__u32 family = BPF_CORE_READ(sock, sk, __sk_common.skc_family);

	return family == AF_INET || family == AF_INET6;
}

/* The addresses that SCTP takes by other ways than connect and bind: one after the other. */
struct packed {
	__u64 at;
	__u64 end;
	__u32 session;
	__u32 op;
	int verdict;
};

#define PACKED_ADDRESSES 1024

static long packed_step(__u32 i, struct packed *packed)
{
	struct endpoint end = { .op = packed->op, .protocol = POLICY_PROTO_OTHER };
	int size;

	if (packed->at >= packed->end)
		return 1;
	size = read_address(&end, (const void *)packed->at, packed->end - packed->at, AF_UNSPEC);
	packed->verdict = size ? decide_word(packed->session, &end) : -EACCES;
	packed->at += size;
	return packed->verdict != 0;
}

static __always_inline int decide_packed(void *addresses, int length, __u32 op)
{
	struct packed packed = { .session = current_session(), .op = op };

	if (!packed.session)
		return 0;
	/* as a number: the verifier lets nobody count on from a pointer to a structure */
	bpf_probe_read_kernel(&packed.at, sizeof(packed.at), &addresses);
	packed.end = packed.at + length;
	return bpf_loop(PACKED_ADDRESSES, packed_step, &packed, 0) == PACKED_ADDRESSES ? -EACCES : packed.verdict;
}

/* ---- hooks ------------------------------------------------------------------------------------------------------ */

SEC("lsm/socket_connect")
int BPF_PROG(socket_connect, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	return ret ?: decide_address(sock, address, length, POLICY_OP_CONNECT, 1);
}

SEC("lsm/socket_bind")
int BPF_PROG(socket_bind, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	return ret ?: decide_bind(sock, address, length);
}

/* Every send that names an address, TCP fast open included. */
static __always_inline int decide_send(__u32 session, struct socket *sock, struct msghdr *msg)
{
	const void *name = BPF_CORE_READ(msg, msg_name);
	int verdict = name ? decide_address(sock, name, BPF_CORE_READ(msg, msg_namelen), POLICY_OP_CONNECT, 0) : 0;

	if (verdict || (!names_another(msg) && !(name && is_inet(sock) && is_batch())))
		return verdict;
	return forbid_hiding(session);
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	__u32 session = current_session();

	return ret ?: session ? decide_send(session, sock, msg) : 0;
}

SEC("lsm/socket_setsockopt")
int BPF_PROG(socket_setsockopt, struct socket *sock, int level, int option, int ret)
{
	__u32 session = current_session();

	return ret ?: session && sets_route(level, option) ? forbid_hiding(session) : 0;
}

/* Listening without a bind before it binds every address, and a port that the kernel picks. */
static __always_inline int decide_listen(struct socket *sock)
{
	struct sock *sk = BPF_CORE_READ(sock, sk);
	struct endpoint end = { .op = POLICY_OP_BIND };
	__u32 session = current_session();

	if (!session || !sk || !is_inet(sock) || BPF_CORE_READ(sk, __sk_common.skc_num))
		return 0;
	end.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	end.protocol = socket_protocol(sk);
	return decide_word(session, &end);
}

SEC("lsm/socket_listen")
int BPF_PROG(socket_listen, struct socket *sock, int backlog, int ret)
{
	return ret ?: decide_listen(sock);
}

/* Others of its options are decided elsewhere, or speak of addresses that were decided. */
SEC("lsm/sctp_bind_connect")
int BPF_PROG(sctp_bind_connect, struct sock *sk, int option, struct sockaddr *addresses, int length, int ret)
{
	if (ret || (option != SCTP_SOCKOPT_BINDX_ADD && option != SCTP_SOCKOPT_CONNECTX))
		return ret;
	return decide_packed(addresses, length, option == SCTP_SOCKOPT_CONNECTX ? POLICY_OP_CONNECT : POLICY_OP_BIND);
}

#endif
