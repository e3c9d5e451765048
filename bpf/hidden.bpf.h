/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Sends that name one address and could reach another: source routes, control messages, batches, SCTP's packed addresses. */
#ifndef POLICY_HIDDEN_H
#define POLICY_HIDDEN_H

#include "addresses.bpf.h"

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
	case NR_SENDMMSG:
	case NR_SENDMMSG_X32:
	case NR_SENDMMSG_I386:
		return (__u32)BPF_CORE_READ(regs, dx) > 1;
	case NR_SOCKETCALL_I386:
		return (__u32)BPF_CORE_READ(regs, bx) == SYS_SENDMMSG;
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
	size = read_address(&end, (const void *)packed->at, (int)(packed->end - packed->at), AF_UNSPEC);
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

#endif
