/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What the tracepoint backend decides before it happens: programs of the topmost cgroup, in which every process is. They
 * return 1 to permit. On some kernels they may neither ask for a task's storage nor send signals.
 */
#ifndef POLICY_CGROUPS_H
#define POLICY_CGROUPS_H

#include "devices.bpf.h"
#include "hidden.bpf.h"

static __always_inline __u32 listed_current_session(void)
{
	return listed_session_of(bpf_get_current_task_btf());
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static __always_inline int permits4(struct bpf_sock_addr *address, __u32 op)
{
	struct endpoint end = { .op = op, .family = AF_INET };
	__u32 session = listed_current_session();

	if (!session)
		return 1;
	end.protocol = protocol_of(address->protocol);
	end.port = __builtin_bswap16(address->user_port);
	*(__u32 *)end.address = address->user_ip4;
	return !decide_word(session, &end);
}

static __always_inline int permits6(struct bpf_sock_addr *address, __u32 op)
{
	struct endpoint end = { .op = op, .family = AF_INET6 };
	__u32 session = listed_current_session(), *words = (__u32 *)end.address;

	if (!session)
		return 1;
	end.protocol = protocol_of(address->protocol);
	end.port = __builtin_bswap16(address->user_port);
	words[0] = address->user_ip6[0];
	words[1] = address->user_ip6[1];
	words[2] = address->user_ip6[2];
	words[3] = address->user_ip6[3];
	unmap_v4(&end);
	return !decide_word(session, &end);
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *address)
{
	return permits4(address, POLICY_OP_CONNECT);
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *address)
{
	return permits6(address, POLICY_OP_CONNECT);
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *address)
{
	return permits4(address, POLICY_OP_CONNECT);
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *address)
{
	return permits6(address, POLICY_OP_CONNECT);
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr *address)
{
	return permits4(address, POLICY_OP_BIND);
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr *address)
{
	return permits6(address, POLICY_OP_BIND);
}

/* ---- sockets ----------------------------------------------------------------------------------------------------- */

/* Whether the programs above see where it sends. */
static __always_inline int is_seen(__u32 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_MPTCP;
}

SEC("cgroup/sock_create")
int sock_create(struct bpf_sock *sock)
{
	__u32 session = listed_current_session(), privilege;
	struct policy_socket *made;

	if (!session)
		return 1;
	made = bpf_sk_storage_get(&sockets, sock, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (made)
		made->session = session;
	privilege = privilege_of_socket(sock->family, sock->type);
	if (privilege != NO_PRIVILEGE)
		return !decide_privilege_in(session, privilege, 0);
	return is_seen(sock->protocol) || !forbid_hiding(session);
}

SEC("cgroup/setsockopt")
int setsockopt(struct bpf_sockopt *option)
{
	__u32 session = sets_route(option->level, option->optname) ? listed_current_session() : 0;

	option->optlen = 0; /* the kernel takes what the process gave, however long */
	return !session || !forbid_hiding(session);
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

/* Of a control message nothing is known before; what it has put into the packet, the packet tells. */
static __always_inline int has_options4(struct __sk_buff *skb)
{
	__u8 length = 0;

	return bpf_skb_load_bytes(skb, 0, &length, 1) || (length & 15) > IP_WORDS;
}

static __always_inline int is_routed6(struct __sk_buff *skb)
{
	__u32 at = IP6_HEADER;
	__u8 next, header[2];

	if (bpf_skb_load_bytes(skb, IP6_NEXT_AT, &next, 1))
		return 1;
	for (int i = 0; i < IP6_EXTENSIONS; i++) {
		if (next == IPPROTO_ROUTING)
			return 1;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_DSTOPTS)
			return 0;
		if (bpf_skb_load_bytes(skb, at, header, sizeof(header)))
			return 1;
		next = header[0];
		at += 8 * (1 + header[1]);
	}
	return 1;
}

static __always_inline int may_be_routed(struct __sk_buff *skb)
{
	return skb->protocol == __builtin_bswap16(ETH_P_IP) ? has_options4(skb)
							    : skb->protocol == __builtin_bswap16(ETH_P_IPV6) && is_routed6(skb);
}

static __always_inline int watches_addresses(__u32 session)
{
	__u32 *slot = bpf_map_lookup_elem(&sessions, &session);
	struct policy_root *root = slot ? bpf_map_lookup_elem(&roots, slot) : 0;

	return !root || root->flags & POLICY_ROOT_WATCHES_ADDRESSES;
}

/* Without an event: it may be sent when another process runs. */
SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : 0;
	struct policy_socket *made = sk ? bpf_sk_storage_get(&sockets, sk, 0, 0) : 0;

	return !made || !may_be_routed(skb) || !watches_addresses(made->session);
}

/* ---- devices and settings ---------------------------------------------------------------------------------------- */

SEC("cgroup/dev")
int device(struct bpf_cgroup_dev_ctx *device)
{
	__u32 session = device->access_type >> 16 & (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE) ? listed_current_session()
												  : 0;
	__u32 privilege = (device->access_type & 0xffff) == BPF_DEVCG_DEV_BLOCK
				  ? PRIVILEGE(RAW_DISK)
				  : privilege_of_device(device->major << MINOR_BITS | device->minor);

	return !session || privilege == NO_PRIVILEGE || !decide_privilege_in(session, privilege, 0);
}

SEC("cgroup/sysctl")
int sysctl(struct bpf_sysctl *setting)
{
	__u32 session = setting->write ? listed_current_session() : 0;

	return !session || !decide_privilege_in(session, PRIVILEGE(KERNEL_SETTINGS), 0);
}

#endif
