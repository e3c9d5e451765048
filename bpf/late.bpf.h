/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What a call has done, by the object in the kernel's tables: decided by functions that the verifier looks at once for all. */
#ifndef POLICY_LATE_H
#define POLICY_LATE_H

#include "processes.bpf.h"
#include "received.bpf.h"

/* ---- decisions --------------------------------------------------------------------------------------------------- */

__noinline int decide_file_at(__u32 session, __u64 dentry, __u32 ops)
{
	return decide_file_here(session, (struct dentry *)dentry, ops);
}

__noinline int decide_dentry_at(__u32 session, __u64 dentry, __u32 ops)
{
	return decide_dentry_here(session, (struct dentry *)dentry, ops);
}

__noinline int decide_privilege_of(__u32 session, __u32 privilege)
{
	return decide_privilege_in(session, privilege, 0);
}

__noinline int decide_hiding_of(__u32 session)
{
	return forbid_hiding(session);
}

__noinline int decide_name_at(__u32 session, __u64 name, __u32 length, __u32 op)
{
	return decide_abstract_here(session, (const char *)name, length, op);
}

/* As `decide_peer_in`. */
static __always_inline int decide_peer_at(__u32 session, struct sock *peer)
{
	struct dentry *dentry = BPF_CORE_READ((struct unix_sock *)peer, path.dentry);
	struct unix_address *address;
	int length;

	if (dentry)
		return decide_dentry_at(session, (__u64)dentry, OP(CONNECT));
	address = BPF_CORE_READ((struct unix_sock *)peer, addr);
	length = address ? BPF_CORE_READ(address, len) - UNIX_NAME_AT : -1;
	return length < 0 ? 0 : decide_name_at(session, (__u64)&address->name[0] + UNIX_NAME_AT, length, POLICY_OP_CONNECT);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static __always_inline struct file *file_at(unsigned int descriptor)
{
	struct fdtable *table = BPF_CORE_READ(bpf_get_current_task_btf(), files, fdt);
	__u64 file = 0;

	if (descriptor < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + descriptor);
	return (struct file *)file;
}

/* The kernel forgets in the file what it was asked for besides: O_TRUNC stands in the call's own argument. */
static __always_inline __u32 opened_ops(struct file *file, __u32 asked)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);

	return opening_ops(mode, BPF_CORE_READ(file, f_flags) | (asked & O_TRUNC_FLAG)) |
	       (mode & FMODE_CREATED ? OP(CREATE) : 0);
}

/* ---- sockets ----------------------------------------------------------------------------------------------------- */

static __always_inline struct sock *unix_socket_at(unsigned int descriptor)
{
	struct file *file = file_at(descriptor);
	struct socket *sock;
	struct sock *sk;

	if (!file || (BPF_CORE_READ(file, f_path.dentry, d_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	sock = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(sock, sk);
	return sk && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX ? sk : 0;
}

static __always_inline int decide_connected(__u32 session, unsigned int descriptor)
{
	struct sock *sk = unix_socket_at(descriptor);
	struct sock *peer = sk ? BPF_CORE_READ((struct unix_sock *)sk, peer) : 0;

	return peer ? decide_peer_at(session, peer) : 0;
}

static __always_inline int decide_bound(__u32 session, unsigned int descriptor)
{
	struct unix_sock *sk = (struct unix_sock *)unix_socket_at(descriptor);
	struct dentry *dentry = sk ? BPF_CORE_READ(sk, path.dentry) : 0;
	struct unix_address *address = sk ? BPF_CORE_READ(sk, addr) : 0;
	int length;

	if (dentry)
		return decide_file_at(session, (__u64)dentry, OP(CREATE) | OP(BIND));
	if (!address)
		return 0;
	length = BPF_CORE_READ(address, len) - UNIX_NAME_AT;
	return decide_name_at(session, (__u64)&address->name[0] + UNIX_NAME_AT, length < 0 ? 0 : length, POLICY_OP_BIND);
}

/* ---- other processes --------------------------------------------------------------------------------------------- */

static __always_inline int decide_traced(__u32 session, unsigned long request)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct list_head *latest = BPF_CORE_READ(task, ptraced.next);
	__u64 head = (__u64)task + bpf_core_field_offset(struct task_struct, ptraced);

	if (request == PTRACE_TRACEME) /* by its parent, and lets itself be changed */
		task = BPF_CORE_READ(task, parent);
	else if ((request != PTRACE_ATTACH && request != PTRACE_SEIZE) || (__u64)latest == head)
		return 0;
	else
		task = (void *)latest - bpf_core_field_offset(struct task_struct, ptrace_entry);
	return listed_session_of(task) == session ? 0 : decide_privilege_of(session, PRIVILEGE(PTRACE));
}

/* Of a process's memory the kernel shows only to those who may trace it; the modes do not tell it of all. */
static __always_inline int shows_memory(struct file *file, __u32 mode)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);

	if (IS_TEXT(name, "environ")) /* of who has no memory, such as the kernel's own threads, it is open to all */
		return BPF_CORE_READ(file, private_data) != 0;
	return !(mode & S_IROTH) || IS_TEXT(name, "maps") || IS_TEXT(name, "smaps") || IS_TEXT(name, "smaps_rollup") ||
	       IS_TEXT(name, "numa_maps") || IS_TEXT(BPF_CORE_READ(file, f_path.dentry, d_parent, d_name.name), "fdinfo");
}

/* What is told of a process of another session, or of none, takes the same as tracing it. */
__noinline int decide_told(__u32 session, __u64 address)
{
	struct file *file = (struct file *)address;
	struct inode *inode = BPF_CORE_READ(file, f_path.dentry, d_inode);
	__u32 mode = BPF_CORE_READ(inode, i_mode);
	struct proc_inode *told;
	struct hlist_node *link;
	struct task_struct *task;
	struct pid *pid;

	if (BPF_CORE_READ(file, f_path.dentry, d_sb, s_magic) != PROC_MAGIC || (mode & S_IFMT) != S_IFREG)
		return 0;
	told = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	pid = BPF_CORE_READ(told, pid);
	if (!pid || !shows_memory(file, mode))
		return 0;
	link = BPF_CORE_READ(pid, tasks[0].first);
	task = (void *)link - bpf_core_field_offset(struct task_struct, pid_links);
	return link && listed_session_of(task) == session ? 0 : decide_privilege_of(session, PRIVILEGE(PTRACE));
}

#endif
