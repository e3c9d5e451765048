/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Hooks on sockets. */
#ifndef POLICY_SOCKETS_H
#define POLICY_SOCKETS_H

#include "hidden.bpf.h"
#include "unix.bpf.h"

SEC("lsm/socket_connect")
int BPF_PROG(socket_connect, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	return ret ?: decide_address(sock, address, length, POLICY_OP_CONNECT, 1);
}

static __always_inline int decide_bind(struct socket *sock, const void *address, int length)
{
	return BPF_CORE_READ(sock, sk, __sk_common.skc_family) == AF_UNIX
		       ? decide_unix_bind(address, length)
		       : decide_address(sock, address, length, POLICY_OP_BIND, 0);
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
