/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What is written to files and sent through sockets that are open already: decided again where a mark decides. The hook on
 * every read and write is there only while a session needs it.
 */
#ifndef POLICY_AGAIN_H
#define POLICY_AGAIN_H

#include "programs.bpf.h"
#include "received.bpf.h"

/* ---- decided again ----------------------------------------------------------------------------------------------- */

static __noinline int decide_abstract_again(__u32 session, const char *name, __u32 length)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = root_of(scratch);
	if (root && length <= UNIX_NAME_MAX && name_abstract(index, scratch, name, length)) {
		scratch->found.object = POLICY_OBJECT_ABSTRACT;
		scratch->event.object = POLICY_OBJECT_ABSTRACT;
		scratch->found.place = root->abstract;
		abstract_verdict(index, scratch);
		verdict = scratch->found.reason ? -EACCES
						: refuse_again(index, scratch, verdict_word(scratch, root, POLICY_OP_CONNECT),
							       POLICY_OP_CONNECT);
	}
	scratch_release(index);
	return verdict;
}

static __noinline int decide_end_again(__u32 session, struct sock *sk)
{
	struct endpoint end = {};
	__u32 index = begin(session), word;
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	root = root_of(scratch);
	if (root) {
		read_end(&end, sk, POLICY_OP_CONNECT);
		describe_end(&scratch->event, &end);
		word = word_or_default(weigh_word(index, address_word(scratch->slot, &end)), root->defaults.word[POLICY_OP_CONNECT]);
		verdict = refuse_again(index, scratch, word, POLICY_OP_CONNECT);
	}
	scratch_release(index);
	return verdict;
}

/* To whom a socket is connected, whoever has connected it. */
static __always_inline int decide_sending_again(__u32 session, struct sock *sk)
{
	__u32 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	struct unix_address *address;
	struct unix_sock *peer;
	struct dentry *dentry;
	int length;

	if (family == AF_INET || family == AF_INET6)
		return BPF_CORE_READ(sk, __sk_common.skc_dport) ? decide_end_again(session, sk) : 0;
	peer = family == AF_UNIX ? (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sk, peer) : 0;
	if (!peer)
		return 0;
	dentry = BPF_CORE_READ(peer, path.dentry);
	if (dentry)
		return decide_place_again(session, (__u64)dentry, POLICY_OP_CONNECT) ? -EACCES : 0;
	address = BPF_CORE_READ(peer, addr);
	length = address ? BPF_CORE_READ(address, len) - UNIX_NAME_AT : -1;
	return length < 0 ? 0 : decide_abstract_again(session, (const char *)&address->name[0] + UNIX_NAME_AT, length);
}

/* A send that names no address goes where the socket is connected to. */
static __always_inline int send_again(__u32 session, struct socket *sock)
{
	const struct policy_root *root = root_in_force(session);
	struct sock *sk = BPF_CORE_READ(sock, sk);

	return root && root->flags & POLICY_ROOT_SENDS_AGAIN && sk ? decide_sending_again(session, sk) : 0;
}

/* ---- hooks --------------------------------------------------------------------------------------------------------- */

static __always_inline int write_again(__u32 session, struct file *file)
{
	const struct policy_root *root = root_in_force(session);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct socket *sock;

	if (!root)
		return -EACCES;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFSOCK) {
		sock = BPF_CORE_READ(file, private_data);
		return send_again(session, sock);
	}
	return is_backing(BPF_CORE_READ(file, f_mode)) ? 0 : write_place_again(session, BPF_CORE_READ(file, f_path.dentry));
}

/* Every read and write, whatever the call. */
SEC("lsm/file_permission")
int BPF_PROG(file_permission, struct file *file, int mask, int ret)
{
	__u32 session = ret ? 0 : current_session();

	if (!session)
		return ret;
	if (mask & (MAY_WRITE | MAY_APPEND))
		ret = write_again(session, file);
	return ret ?: pass_marks_of(session, file, mask | (mask & MAY_APPEND ? MAY_WRITE : 0));
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	__u32 session = ret ? 0 : current_session();

	if (!session)
		return ret;
	return decide_send(session, sock, msg) ?: (BPF_CORE_READ(msg, msg_name) ? 0 : send_again(session, sock));
}

#endif
