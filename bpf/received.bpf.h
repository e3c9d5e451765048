/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Files and sockets that somebody hands over: decided as if they were opened or connected at that moment. */
#ifndef POLICY_RECEIVED_H
#define POLICY_RECEIVED_H

#include "files.bpf.h"
#include "sockets.bpf.h"

/* What its own session made has been decided. Those that it accepted have peers that nobody decides. */
SEC("lsm/socket_post_create")
int BPF_PROG(socket_post_create, struct socket *sock, int family, int type, int protocol, int by_kernel, int ret)
{
	__u32 session = ret || by_kernel ? 0 : current_session();
	struct policy_socket *made;
	struct sock *sk;

	if (!session)
		return 0; /* as a program that runs afterwards has to; no earlier one has refused */
	sk = sock->sk;
	if (!sk)
		return 0;
	made = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (made)
		made->session = session;
	return 0; /* without: it is decided again where it is received */
}

/* The other end, or its own where it is bound. */
static __always_inline void read_end(struct endpoint *end, struct sock *sk, __u32 op)
{
	int is_peer = op == POLICY_OP_CONNECT;

	end->op = op;
	end->protocol = socket_protocol(sk);
	end->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	end->port = is_peer ? __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport)) : BPF_CORE_READ(sk, __sk_common.skc_num);
	if (end->family == AF_INET) {
		*(__u32 *)end->address = is_peer ? BPF_CORE_READ(sk, __sk_common.skc_daddr)
						 : BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	} else {
		if (is_peer)
			BPF_CORE_READ_INTO(&end->address, sk, __sk_common.skc_v6_daddr);
		else
			BPF_CORE_READ_INTO(&end->address, sk, __sk_common.skc_v6_rcv_saddr);
		unmap_v4(end);
	}
}

static __noinline int decide_end(__u32 session, struct sock *sk, __u32 op)
{
	struct endpoint end = {};

	read_end(&end, sk, op);
	return decide_word(session, &end);
}

static __always_inline int decide_inet_socket(__u32 session, struct sock *sk)
{
	int is_connected = BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_ESTABLISHED ||
			   BPF_CORE_READ(sk, __sk_common.skc_dport);

	if (!is_connected && !BPF_CORE_READ(sk, __sk_common.skc_num))
		return 0;
	return decide_end(session, sk, is_connected ? POLICY_OP_CONNECT : POLICY_OP_BIND);
}

/* What the kernel makes for a privilege, by the names that it gives such files. */
static __always_inline __u32 privilege_of_anonymous(struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);

	if (IS_TEXT(name, "[io_uring]"))
		return PRIVILEGE(IO_URING);
	if (IS_TEXT(name, "bpf-map") || IS_TEXT(name, "bpf-prog") || IS_TEXT(name, "bpf_link"))
		return PRIVILEGE(BPF);
	if (IS_TEXT(name, "[perf_event]"))
		return PRIVILEGE(PERF);
	if (IS_TEXT(name, "[fscontext]"))
		return PRIVILEGE(MOUNT);
	return NO_PRIVILEGE;
}

#define HAS_A_PLACE 1
#define HAS_A_PEER 2

/* Of what is neither a file with a place nor a unix socket with a peer, which is left in `peer`. */
static __always_inline int decide_unplaced(__u32 session, struct file *file, struct sock **peer)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	__u32 privilege = NO_PRIVILEGE, family = AF_UNSPEC;
	struct socket *sock;
	struct sock *sk = 0;

	if ((BPF_CORE_READ(dentry, d_inode, i_mode) & S_IFMT) == S_IFSOCK) {
		sock = BPF_CORE_READ(file, private_data);
		sk = BPF_CORE_READ(sock, sk);
		if (!sk || session_of_socket(sk) == session)
			return 0;
		family = BPF_CORE_READ(sk, __sk_common.skc_family);
		privilege = privilege_of_socket(family, BPF_CORE_READ(sk, sk_type));
	} else if (BPF_CORE_READ(dentry, d_sb, s_magic) == ANON_INODE_MAGIC) {
		privilege = privilege_of_anonymous(dentry);
		if (privilege == NO_PRIVILEGE)
			return 0;
	}
	if (privilege != NO_PRIVILEGE)
		return decide_privilege_in(session, privilege, 0);
	if (!sk)
		return HAS_A_PLACE;
	if (family == AF_INET || family == AF_INET6)
		return decide_inet_socket(session, sk);
	*peer = family == AF_UNIX ? BPF_CORE_READ((struct unix_sock *)sk, peer) : 0;
	return *peer ? HAS_A_PEER : 0;
}

SEC("lsm/file_receive")
int BPF_PROG(file_receive, struct file *file, int ret)
{
	__u32 session = ret ? 0 : current_session();
	struct sock *peer = 0;

	if (!session)
		return ret;
	ret = decide_unplaced(session, file, &peer);
	if (ret == HAS_A_PLACE)
		return decide_open(file);
	if (ret == HAS_A_PEER)
		return decide_peer_in(session, peer);
	return ret ? -EACCES : 0;
}

#endif
