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

/* Refuses what would be refused now, if a mark has a say in it. Of what is permitted nothing is remembered again. */
static __always_inline int refuse_again(__u32 index, struct scratch *scratch, __u32 word, __u32 op)
{
	struct policy_root *root = root_of(scratch);

	if (!root)
		return -EACCES;
	if (!(scratch->weighing.asked & root->by_marks) || word_permits(word))
		return 0;
	return carry_out(index, scratch, word, op, POLICY_REASON_POLICY);
}

__noinline int decide_place_again(__u32 session, __u64 dentry, __u32 op)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	int verdict = -EACCES;

	if (!scratch || op >= POLICY_OPS)
		return -EACCES;
	root = root_of(scratch);
	scratch->target = dentry;
	locate(index);
	scratch->subject = dentry;
	scratch->event.object = scratch->found.object;
	scratch->event.path_len = 0;
	if (scratch->found.reason != POLICY_REASON_POLICY)
		verdict = carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), op, scratch->found.reason);
	else if (scratch->found.beneath || scratch->found.object == POLICY_OBJECT_ANONYMOUS)
		verdict = 0;
	else if (root)
		verdict = refuse_again(index, scratch, verdict_word(scratch, root, op), op);
	scratch_release(index);
	return verdict;
}

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
	if (!(root->flags & POLICY_ROOT_WRITES_AGAIN) || is_backing(BPF_CORE_READ(file, f_mode)))
		return 0;
	return decide_place_again(session, (__u64)BPF_CORE_READ(file, f_path.dentry), POLICY_OP_WRITE) ? -EACCES : 0;
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
