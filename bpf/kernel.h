/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The fields of kernel structures that the BPF program reads, and nothing else: CO-RE relocates each access against
 * the running kernel's own BTF, so neither order nor size matters here.
 */
#ifndef POLICY_KERNEL_H
#define POLICY_KERNEL_H

#include <linux/types.h>

#define EPERM 1
#define ENOENT 2
#define ENOMEM 12
#define EACCES 13
#define EINVAL 22
#define ESTALE 116

#define SB_NOUSER (1UL << 31)
#define SB_KERNMOUNT (1UL << 22)
#define S_CASEFOLD (1 << 15)

#define DCACHE_OP_HASH 0x1             /* the file system compares names in a way of its own */
#define DCACHE_PAR_LOOKUP 0x10000000   /* is being looked up: whether there is such a file is not known yet */

#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
/* Since 6.5 of files beneath an overlay's (struct backing_file) alone; FMODE_BACKING itself has moved between kernels. */
#define FMODE_NOACCOUNT 0x20000000
#define FMODE_EXEC_FLAG 0x20    /* in f_flags: opened by execve, cannot be asked for by a program */
#define FMODE_CREATED 0x100000
#define O_CREAT_FLAG 0100
#define O_TRUNC_FLAG 01000
#define O_TMPFILE_FLAG 020000000

#define FS_IOC_SETFLAGS 0x40086602
#define FS_IOC32_SETFLAGS 0x40046602
#define FS_IOC_FSSETXATTR 0x401c5820

#define BTRFS_IOC_SNAP_CREATE 0x50009401
#define BTRFS_IOC_SUBVOL_CREATE 0x5000940e
#define BTRFS_IOC_SNAP_DESTROY 0x5000940f
#define BTRFS_IOC_SNAP_CREATE_V2 0x50009417
#define BTRFS_IOC_SUBVOL_CREATE_V2 0x50009418
#define BTRFS_IOC_SNAP_DESTROY_V2 0x5000943f
#define BCH_IOCTL_SUBVOLUME_CREATE 0x4020bc10
#define BCH_IOCTL_SUBVOLUME_DESTROY 0x4020bc11

/* System calls on x86, by whichever of its three ways they come: no other call with one of these numbers sends. */
#define NR_SENDMMSG 307
#define NR_SENDMMSG_X32 (0x40000000 | 538)
#define NR_SENDMMSG_I386 345
#define NR_SOCKETCALL_I386 102
#define SYS_SENDMMSG 20 /* of socketcall */

#define MQUEUE_MAGIC 0x19800202

#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFSOCK 0140000

#define RENAME_EXCHANGE (1 << 1)

#define ATTR_MODE (1 << 0)
#define ATTR_UID (1 << 1)
#define ATTR_GID (1 << 2)
#define ATTR_SIZE (1 << 3)
#define ATTR_ATIME (1 << 4)
#define ATTR_MTIME (1 << 5)
#define ATTR_FORCE (1 << 9)

#define PROT_READ 0x1
#define PROT_EXEC 0x4

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define AF_RXRPC 33 /* whose addresses hold one to send UDP to */
#define AF_SMC 43 /* TCP on the wire, or instead of it */
#define IPPROTO_SMC 256
#define IPPROTO_MPTCP 262

#define SOL_IP 0
#define IP_OPTIONS 4
#define IP_RETOPTS 7
#define SOL_IPV6 41
#define IPV6_2292RTHDR 5
#define IPV6_2292PKTOPTIONS 6
#define IPV6_FLOWLABEL_MGR 32 /* a flow label may bring a routing header */
#define IPV6_RTHDR 57
#define SOL_SCTP 132
#define SCTP_DSTADDRV4 7 /* control messages: one more address to connect to */
#define SCTP_DSTADDRV6 8
#define SCTP_SOCKOPT_BINDX_ADD 100
#define SCTP_SOCKOPT_CONNECTX 110

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct inode {
	__u16 i_mode;
	unsigned int i_flags;
	unsigned long i_ino;
};

struct qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
		__u64 hash_len;
	};
	const unsigned char *name;
};

struct super_block;

struct dentry {
	unsigned int d_flags;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
	struct dentry *s_root;
	void *s_encoding; /* where directories one by one may ignore case */
};

struct vfsmount;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	unsigned int f_flags;
	struct path f_path;
};

struct backing_file {
	struct file file;
	struct path user_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct mm_struct {
	struct file *exe_file;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct bpf_map {
	__u32 id;
};

struct bpf_local_storage_map {
	struct bpf_map map;
};

struct bpf_local_storage_data {
	struct bpf_local_storage_map *smap;
	__u8 data[0];
};

struct bpf_local_storage_elem {
	struct hlist_node snode;
	struct bpf_local_storage_data sdata;
};

struct bpf_local_storage {
	struct hlist_head list;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live; /* threads that have not ended */
};

struct task_struct {
	struct signal_struct *signal;
	int pid;
	int tgid;
	int exit_state;
	const struct cred *real_cred;
	const struct cred *cred;
	struct bpf_local_storage *bpf_storage;
	unsigned in_execve : 1;
	struct mm_struct *mm;
	struct files_struct *files;
};

struct linux_binprm {
	struct file *file;
};

struct iattr {
	unsigned int ia_valid;
};

struct sock_common {
	unsigned short skc_family;
	__u16 skc_num; /* local port, host order; 0: not bound */
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	__u16 sk_type;
};

struct socket {
	struct sock *sk;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
	void *msg_control;
	unsigned long msg_controllen;
};

struct pt_regs {
	unsigned long bx;
	unsigned long dx;
	unsigned long orig_ax;
};

struct sockaddr_un_k {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un_k name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct path path;
};

struct bpf_iter_meta;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

#pragma clang attribute pop

struct cred;
struct sockaddr;
struct mnt_idmap;
struct posix_acl;

#endif
