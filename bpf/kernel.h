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
#define EBUSY 16
#define EINVAL 22
#define ESTALE 116

#define SIGKILL 9

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

#define X32_BIT 0x40000000
#define SIGNAL_GROUP_EXIT 0x4
#define CLONE_THREAD 0x10000
#define MAY_WRITE 2
#define MAY_READ 4
#define MAY_APPEND 8
#define TS_COMPAT 0x2 /* in thread_info.status: a system call of the 32-bit table */

/* System calls that privileges are told by, of the 64-bit table, of the 32-bit one, and of both. */
#define NR_PIVOT_ROOT 155
#define NR_MOUNT 165
#define NR_UMOUNT 166
#define NR_SWAPON 167
#define NR_SWAPOFF 168
#define NR_IOPL 172
#define NR_IOPERM 173
#define NR_KEXEC_LOAD 246
#define NR_KEXEC_LOAD_X32 528
#define NR_OPEN_BY_HANDLE_AT 304
#define NR_SETNS 308
#define NR_KEXEC_FILE_LOAD 320
#define NR_MOUNT_I386 21
#define NR_OLDUMOUNT_I386 22
#define NR_UMOUNT_I386 52
#define NR_SWAPON_I386 87
#define NR_IOPERM_I386 101
#define NR_IOPL_I386 110
#define NR_SWAPOFF_I386 115
#define NR_PIVOT_ROOT_I386 217
#define NR_KEXEC_LOAD_I386 283
#define NR_OPEN_BY_HANDLE_AT_I386 342
#define NR_SETNS_I386 346
#define NR_OPEN_TREE 428
#define NR_MOVE_MOUNT 429
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define NR_FSPICK 433
#define NR_MOUNT_SETATTR 442
#define NR_OPEN_TREE_ATTR 467

/* System calls whose results the tracepoint backend looks at. */
#define NR_OPEN 2
#define NR_MMAP 9
#define NR_MPROTECT 10
#define NR_CONNECT 42
#define NR_BIND 49
#define NR_IOCTL 16
#define NR_SHMAT 30
#define NR_RECVMSG 47
#define NR_LISTEN 50
#define NR_FCNTL 72
#define NR_CREAT 85
#define NR_FCHMOD 91
#define NR_FCHOWN 93
#define NR_PTRACE 101
#define NR_FSETXATTR 190
#define NR_FREMOVEXATTR 199
#define NR_MQ_OPEN 240
#define NR_OPENAT 257
#define NR_UTIMENSAT 280
#define NR_PKEY_MPROTECT 329
#define NR_RECVMMSG 299
#define NR_OPENAT2 437
#define NR_PIDFD_GETFD 438

#define PTRACE_TRACEME 0
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206
#define MAP_ANONYMOUS 0x20
#define MAX_ERRNO 4095

#define CAP_DAC_READ_SEARCH 2
#define CAP_NET_ADMIN 12
#define CAP_SYS_MODULE 16
#define CAP_SYS_RAWIO 17
#define CAP_SYS_ADMIN 21
#define CAP_SYS_BOOT 22
#define CAP_SYS_TIME 25
#define CAP_SYS_TTY_CONFIG 26
#define CAP_OPT_NOAUDIT 2
#define PTRACE_MODE_NOAUDIT 4

#define F_SETOWN 8
#define F_SETOWN_EX 15
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#define TIOCSTI 0x5412
#define TIOCLINUX 0x541c
#define KDSKBENT 0x4b47 /* what a key of the console types */
#define KDSKBSENT 0x4b49

#define MINOR_BITS 20
#define MINOR_MASK ((1u << MINOR_BITS) - 1)
#define MEM_MAJOR 1
#define MEM_MINOR 1
#define KMEM_MINOR 2
#define PORT_MINOR 4
#define MISC_MAJOR 10
#define NVRAM_MINOR 144
#define UINPUT_MINOR 223
#define SNAPSHOT_MINOR 231 /* of all memory, to be read and written */
#define UHID_MINOR 239
#define INPUT_MAJOR 13
#define SCSI_GENERIC_MAJOR 21
#define MTD_CHAR_MAJOR 90
#define RAW_MAJOR 162
#define MSR_MAJOR 202

#define MQUEUE_MAGIC 0x19800202
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define TRACEFS_MAGIC 0x74726163
#define DEBUGFS_MAGIC 0x64626720
#define BINFMT_MAGIC 0x42494e4d
#define SECURITYFS_MAGIC 0x73636673
#define SELINUXFS_MAGIC 0xf97cff8c
#define SMACKFS_MAGIC 0x43415d53
#define EFIVARFS_MAGIC 0xde5e81e4
#define CONFIGFS_MAGIC 0x62656570
#define PSTOREFS_MAGIC 0x6165676c
#define RESCTRL_MAGIC 0x7655821
#define BPFFS_MAGIC 0xcafe4a11
#define ANON_INODE_MAGIC 0x09041934

#define S_IFMT 0170000
#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFSOCK 0140000
#define S_IROTH 0004

#define RENAME_EXCHANGE (1 << 1)
#define MS_MOVE 0x2000

#define ATTR_MODE (1 << 0)
#define ATTR_UID (1 << 1)
#define ATTR_GID (1 << 2)
#define ATTR_SIZE (1 << 3)
#define ATTR_ATIME (1 << 4)
#define ATTR_MTIME (1 << 5)
#define ATTR_FORCE (1 << 9)

#define PROT_READ 0x1
#define PROT_WRITE 0x2
#define PROT_EXEC 0x4
#define MAP_SHARED 0x1 /* or a kind of it */
#define VM_READ 0x1
#define VM_EXEC 0x4
#define VM_SHARED 0x8
#define READ_IMPLIES_EXEC 0x0400000 /* personality */
#define MNT_NOEXEC 0x04
#define SB_I_NOEXEC 0x02

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define SOCK_STREAM 1
#define SOCK_RAW 3
#define SOCK_PACKET 10
#define TCP_ESTABLISHED 1 /* a connected UDP socket as well */
#define TCP_LISTEN 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define AF_RXRPC 33 /* whose addresses hold one to send UDP to */
#define AF_VSOCK 40
#define AF_SMC 43 /* TCP on the wire, or instead of it */
#define IPPROTO_SMC 256
#define IPPROTO_MPTCP 262

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IP_WORDS 5 /* of a header without options */
#define IP6_NEXT_AT 6
#define IP6_HEADER 40
#define IP6_EXTENSIONS 8 /* that are looked at; a kernel sends four at most */
#define IPPROTO_HOPOPTS 0
#define IPPROTO_ROUTING 43
#define IPPROTO_DSTOPTS 60

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
	struct super_block *i_sb;
	__u32 i_generation;
	__u32 i_rdev; /* major << MINOR_BITS | minor */
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
	unsigned long s_iflags;
	unsigned long s_magic;
	struct dentry *s_root;
	void *s_encoding; /* where directories one by one may ignore case */
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};

struct user_namespace {
	int level; /* 0: the first */
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
	struct user_namespace *user_ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct mount {
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	void *private_data;
	unsigned int f_mode;
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
};

struct backing_file {
	struct file file;
	struct path user_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *open_fds;
};

struct files_struct {
	struct fdtable *fdt;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start; /* of the arguments, each with a NUL byte behind it */
	unsigned long arg_end;
};

struct vm_area_struct {
	unsigned long vm_end;
	unsigned long vm_flags;
	struct file *vm_file;
};

struct list_head {
	struct list_head *next;
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
	unsigned int flags;
	int group_exit_code; /* where SIGNAL_GROUP_EXIT is set */
};

struct thread_info {
	__u32 status;
};

struct pid {
	struct hlist_head tasks[1]; /* [0]: the one whose number it is */
};

struct proc_inode {
	struct pid *pid; /* whom it tells of; NULL: nobody */
	struct inode vfs_inode;
};

struct task_struct {
	struct thread_info thread_info;
	struct signal_struct *signal;
	unsigned int personality;
	int pid;
	int tgid;
	int exit_state;
	int exit_code;
	unsigned int ptrace; /* nonzero: traced, by `parent` */
	struct task_struct *parent;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	const struct cred *real_cred;
	const struct cred *cred;
	struct bpf_local_storage *bpf_storage;
	unsigned in_execve : 1;
	struct mm_struct *mm;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	__u64 start_time;
	struct list_head ptraced;      /* those that it traces, the latest first */
	struct list_head ptrace_entry; /* its own place in its tracer's list */
	struct hlist_node pid_links[1]; /* its place in struct pid's `tasks` */
};

struct linux_binprm {
	struct file *file;
	int argc;
	const char *filename; /* of what was executed */
	const char *interp;   /* the same, until an interpreter is found for it */
};

struct kernel_siginfo {
	int si_code; /* 0 and less: sent by a process */
};

struct iattr {
	unsigned int ia_valid;
};

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr; /* of the peer, network order */
	__u32 skc_rcv_saddr; /* its own */
	__u16 skc_dport; /* network order */
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned short skc_family;
	__u16 skc_num; /* local port, host order; 0: not bound */
};

struct sock {
	struct sock_common __sk_common;
	struct bpf_local_storage *sk_bpf_storage;
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
	unsigned long r10;
	unsigned long r8;
	unsigned long bx;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	unsigned long ip;
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
	struct sock *peer;
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
struct key;
struct perf_event_attr;
struct sockaddr;
struct mnt_idmap;
struct posix_acl;

#endif
