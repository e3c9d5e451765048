/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * System calls that a session under the tracepoint backend is not given where its policy denies all that they are for:
 * there the programs come too late. The launcher makes a seccomp filter of them, the BPF program events. Numbers of
 * x86-64 alone: the filter refuses those of the other tables.
 */
#ifndef POLICY_CALLS_H
#define POLICY_CALLS_H

#include "policy_abi.h"

#define UPPER_HALF 8

struct policy_call {
	__u16 number;
	__u8 argument; /* 0..5, of which the lower half counts, or UPPER_HALF of one */
	__u8 why;      /* bit of the mask */
	__u32 mask;    /* the call is meant where (argument & mask) is within from..to; all: 0, 0, 0 */
	__u32 from;
	__u32 to;
	__u32 type_mask; /* and (its second argument & type_mask) is `type` */
	__u32 type;
};

#define CALL(number, why) { number, 0, why, 0, 0, 0, 0, 0 }
#define CALL_WITH(number, argument, value, why) { number, argument, why, ~0u, value, value, 0, 0 }
#define CALL_WITHIN(number, argument, from, to, why) { number, argument, why, ~0u, from, to, 0, 0 }
#define CALL_HAVING(number, argument, bits, why) { number, argument, why, bits, bits, bits, 0, 0 }
#define CALL_OF_TYPE(number, value, type, why) { number, 0, why, ~0u, value, value, 0xf, type }
/* where the argument is not 0, and the second is `value` */
#define CALL_GIVING(number, argument, value, why) { number, argument, why, ~0u, 1, ~0u, ~0u, value }
#define OF(name) POLICY_PRIVILEGE_##name
#define TO(name) POLICY_CALLS_OP(POLICY_OP_##name)

static const struct policy_call POLICY_CALLS[] = {
	CALL(435 /* clone3 */, POLICY_CALLS_ALWAYS),
	CALL(437 /* openat2 */, POLICY_CALLS_ALWAYS),
	CALL(425 /* io_uring_setup: a ring opens files unseen */, POLICY_CALLS_ALWAYS),
	CALL(300 /* fanotify_init: its events bring open files */, POLICY_CALLS_ALWAYS),
	CALL_WITH(160 /* setrlimit */, 0, 4 /* RLIMIT_CORE */, POLICY_CALLS_CORES),
	CALL_GIVING(302 /* prlimit64 */, 2, 4, POLICY_CALLS_CORES),
	CALL_GIVING(302, 2 | UPPER_HALF, 4, POLICY_CALLS_CORES),

	CALL(165 /* mount */, OF(MOUNT)),
	CALL(166 /* umount2 */, OF(MOUNT)),
	CALL(155 /* pivot_root */, OF(MOUNT)),
	CALL(428 /* open_tree */, OF(MOUNT)),
	CALL(429 /* move_mount */, OF(MOUNT)),
	CALL(430 /* fsopen */, OF(MOUNT)),
	CALL(431 /* fsconfig */, OF(MOUNT)),
	CALL(432 /* fsmount */, OF(MOUNT)),
	CALL(433 /* fspick */, OF(MOUNT)),
	CALL(442 /* mount_setattr */, OF(MOUNT)),
	CALL(467 /* open_tree_attr */, OF(MOUNT)),
	CALL_HAVING(56 /* clone */, 0, 0x10000000 /* CLONE_NEWUSER */, OF(USERNS)),
	CALL_HAVING(272 /* unshare */, 0, 0x10000000, OF(USERNS)),
	CALL(308 /* setns */, OF(SETNS)),
	CALL(161 /* chroot */, OF(CHROOT)),
	CALL(321 /* bpf */, OF(BPF)),
	CALL(175 /* init_module */, OF(MODULE)),
	CALL(176 /* delete_module */, OF(MODULE)),
	CALL(313 /* finit_module */, OF(MODULE)),
	CALL(246 /* kexec_load */, OF(KEXEC)),
	CALL(320 /* kexec_file_load */, OF(KEXEC)),
	CALL(169 /* reboot */, OF(REBOOT)),
	CALL(298 /* perf_event_open */, OF(PERF)),
	CALL(310 /* process_vm_readv */, OF(PTRACE)),
	CALL(311 /* process_vm_writev */, OF(PTRACE)),
	CALL(312 /* kcmp */, OF(PTRACE)),
	CALL(438 /* pidfd_getfd */, OF(PTRACE)),
	CALL(440 /* process_madvise */, OF(PTRACE)),
	CALL(248 /* add_key */, OF(KEYRING)),
	CALL(249 /* request_key */, OF(KEYRING)),
	CALL(250 /* keyctl */, OF(KEYRING)),
	CALL(164 /* settimeofday */, OF(TIME)),
	CALL(227 /* clock_settime */, OF(TIME)),
	CALL(167 /* swapon */, OF(SWAP)),
	CALL(168 /* swapoff */, OF(SWAP)),
	CALL(172 /* iopl */, OF(KERNEL_SETTINGS)),
	CALL(173 /* ioperm */, OF(KERNEL_SETTINGS)),
	CALL(304 /* open_by_handle_at */, OF(HANDLE_OPEN)),
	CALL(153 /* vhangup */, OF(TERMINAL)),
	CALL_WITH(16 /* ioctl */, 1, 0x5412 /* TIOCSTI */, OF(TERMINAL)),
	CALL_WITH(16, 1, 0x541c /* TIOCLINUX */, OF(TERMINAL)),
	CALL_WITH(16, 1, 0x4b47 /* KDSKBENT */, OF(TERMINAL)),
	CALL_WITH(16, 1, 0x4b49 /* KDSKBSENT */, OF(TERMINAL)),
	CALL_WITH(16, 1, 0x8901 /* FIOSETOWN */, OF(SIGNAL)),
	CALL_WITH(16, 1, 0x8902 /* SIOCSPGRP */, OF(SIGNAL)),
	CALL_WITH(16, 1, 0x400454ca /* TUNSETIFF: whoever owns the device needs no capability */, OF(NET_ADMIN)),
	CALL_WITH(72 /* fcntl */, 1, 15 /* F_SETOWN_EX */, OF(SIGNAL)),
	/* families that are neither internet's (a program of cgroups sees those) nor unix and netlink */
	CALL_WITH(41 /* socket */, 0, 40 /* AF_VSOCK */, OF(VSOCK)),
	CALL_WITHIN(41, 0, 3, 9, OF(RAW_SOCKET)),
	CALL_WITHIN(41, 0, 11, 15, OF(RAW_SOCKET)),
	CALL_WITHIN(41, 0, 17, 39, OF(RAW_SOCKET)),
	CALL_WITHIN(41, 0, 41, ~0u, OF(RAW_SOCKET)),
	CALL_WITHIN(53 /* socketpair */, 0, 2, ~0u, OF(RAW_SOCKET)),
	CALL_OF_TYPE(41, 2 /* AF_INET */, 10 /* SOCK_PACKET: AF_PACKET by its old name */, OF(RAW_SOCKET)),

	CALL_WITH(41, 0, 33 /* AF_RXRPC */, POLICY_CALLS_HIDING),
	CALL_WITH(41, 0, 43 /* AF_SMC */, POLICY_CALLS_HIDING),
	CALL_OF_TYPE(41, 1 /* AF_UNIX */, 2 /* SOCK_DGRAM */, POLICY_CALLS_DATAGRAMS),
	CALL_OF_TYPE(41, 1, 3 /* SOCK_RAW: the same */, POLICY_CALLS_DATAGRAMS),
	CALL_OF_TYPE(53, 1, 2, POLICY_CALLS_DATAGRAMS),
	CALL_OF_TYPE(53, 1, 3, POLICY_CALLS_DATAGRAMS),

	CALL(83 /* mkdir */, TO(CREATE)),
	CALL(258 /* mkdirat */, TO(CREATE)),
	CALL(133 /* mknod */, TO(CREATE)),
	CALL(259 /* mknodat */, TO(CREATE)),
	CALL(88 /* symlink */, TO(CREATE)),
	CALL(266 /* symlinkat */, TO(CREATE)),
	CALL(86 /* link */, TO(CREATE)),
	CALL(265 /* linkat */, TO(CREATE)),
	CALL_HAVING(2 /* open */, 1, 0300 /* O_CREAT and O_EXCL */, TO(CREATE)),
	CALL_HAVING(2, 1, 020000000 /* O_TMPFILE */, TO(CREATE)),
	CALL_HAVING(257 /* openat */, 2, 0300, TO(CREATE)),
	CALL_HAVING(257, 2, 020000000, TO(CREATE)),
	CALL_HAVING(240 /* mq_open */, 1, 0100 /* O_CREAT */, TO(CREATE)),
	CALL_WITH(16 /* ioctl */, 1, 0x50009401 /* BTRFS_IOC_SNAP_CREATE */, TO(CREATE)),
	CALL_WITH(16, 1, 0x5000940e /* BTRFS_IOC_SUBVOL_CREATE */, TO(CREATE)),
	CALL_WITH(16, 1, 0x50009417 /* BTRFS_IOC_SNAP_CREATE_V2 */, TO(CREATE)),
	CALL_WITH(16, 1, 0x50009418 /* BTRFS_IOC_SUBVOL_CREATE_V2 */, TO(CREATE)),
	CALL_WITH(16, 1, 0x4020bc10 /* BCH_IOCTL_SUBVOLUME_CREATE */, TO(CREATE)),
	CALL(82 /* rename */, TO(CREATE)),
	CALL(264 /* renameat */, TO(CREATE)),
	CALL(316 /* renameat2 */, TO(CREATE)),
	CALL(82, TO(DELETE)),
	CALL(264, TO(DELETE)),
	CALL(316, TO(DELETE)),
	CALL(87 /* unlink */, TO(DELETE)),
	CALL(263 /* unlinkat */, TO(DELETE)),
	CALL(84 /* rmdir */, TO(DELETE)),
	CALL(241 /* mq_unlink */, TO(DELETE)),
	CALL_WITH(16, 1, 0x5000940f /* BTRFS_IOC_SNAP_DESTROY */, TO(DELETE)),
	CALL_WITH(16, 1, 0x5000943f /* BTRFS_IOC_SNAP_DESTROY_V2 */, TO(DELETE)),
	CALL_WITH(16, 1, 0x4020bc11 /* BCH_IOCTL_SUBVOLUME_DESTROY */, TO(DELETE)),
	CALL(90 /* chmod */, TO(SETATTR)),
	CALL(91 /* fchmod */, TO(SETATTR)),
	CALL(268 /* fchmodat */, TO(SETATTR)),
	CALL(452 /* fchmodat2 */, TO(SETATTR)),
	CALL(92 /* chown */, TO(SETATTR)),
	CALL(93 /* fchown */, TO(SETATTR)),
	CALL(94 /* lchown */, TO(SETATTR)),
	CALL(260 /* fchownat */, TO(SETATTR)),
	CALL(132 /* utime */, TO(SETATTR)),
	CALL(235 /* utimes */, TO(SETATTR)),
	CALL(261 /* futimesat */, TO(SETATTR)),
	CALL(280 /* utimensat */, TO(SETATTR)),
	CALL(188 /* setxattr */, TO(SETATTR)),
	CALL(189 /* lsetxattr */, TO(SETATTR)),
	CALL(190 /* fsetxattr */, TO(SETATTR)),
	CALL(197 /* removexattr */, TO(SETATTR)),
	CALL(198 /* lremovexattr */, TO(SETATTR)),
	CALL(199 /* fremovexattr */, TO(SETATTR)),
	CALL(463 /* setxattrat */, TO(SETATTR)),
	CALL(466 /* removexattrat */, TO(SETATTR)),
	CALL(469 /* file_setattr */, TO(SETATTR)),
	CALL_WITH(16, 1, 0x40086602 /* FS_IOC_SETFLAGS */, TO(SETATTR)),
	CALL_WITH(16, 1, 0x40046602 /* FS_IOC32_SETFLAGS */, TO(SETATTR)),
	CALL_WITH(16, 1, 0x401c5820 /* FS_IOC_FSSETXATTR */, TO(SETATTR)),

	CALL(76 /* truncate */, POLICY_CALLS_LENGTHS),
	CALL(163 /* acct: the kernel writes to it */, POLICY_CALLS_LENGTHS),
	CALL(191 /* getxattr */, POLICY_CALLS_ATTRIBUTES),
	CALL(192 /* lgetxattr */, POLICY_CALLS_ATTRIBUTES),
	CALL(194 /* listxattr */, POLICY_CALLS_ATTRIBUTES),
	CALL(195 /* llistxattr */, POLICY_CALLS_ATTRIBUTES),
	CALL(464 /* getxattrat */, POLICY_CALLS_ATTRIBUTES),
	CALL(465 /* listxattrat */, POLICY_CALLS_ATTRIBUTES),
};

#undef CALL
#undef CALL_WITH
#undef CALL_WITHIN
#undef CALL_HAVING
#undef CALL_OF_TYPE
#undef CALL_GIVING
#undef OF
#undef TO

#define POLICY_CALLS_COUNT (sizeof(POLICY_CALLS) / sizeof(*POLICY_CALLS))

/* `argument`: the one that the call is told by; `second`: its second. */
static inline int policy_call_is(const struct policy_call *call, __u32 number, __u32 argument, __u32 second)
{
	__u32 seen = argument & call->mask;

	return call->number == number && seen >= call->from && seen <= call->to &&
	       (second & call->type_mask) == call->type;
}

#endif
