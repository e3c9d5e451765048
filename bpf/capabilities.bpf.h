/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Privileges that the kernel itself guards by a capability. */
#ifndef POLICY_CAPABILITIES_H
#define POLICY_CAPABILITIES_H

#include "privileges.bpf.h"

/* System calls whose first act is to ask for a capability that others ask for as well, or that stands for several privileges. */
static __always_inline __u32 privilege_of_call(__u32 number, int is_i386)
{
	switch (number) {
	case NR_OPEN_TREE:
	case NR_MOVE_MOUNT:
	case NR_FSOPEN:
	case NR_FSCONFIG:
	case NR_FSMOUNT:
	case NR_FSPICK:
	case NR_MOUNT_SETATTR:
	case NR_OPEN_TREE_ATTR:
		return PRIVILEGE(MOUNT); /* numbers of both tables */
	}
	if (is_i386) {
		switch (number) {
		case NR_MOUNT_I386:
		case NR_OLDUMOUNT_I386:
		case NR_UMOUNT_I386:
		case NR_PIVOT_ROOT_I386:
			return PRIVILEGE(MOUNT);
		case NR_SETNS_I386:
			return PRIVILEGE(SETNS);
		case NR_SWAPON_I386:
		case NR_SWAPOFF_I386:
			return PRIVILEGE(SWAP);
		case NR_KEXEC_LOAD_I386:
			return PRIVILEGE(KEXEC);
		case NR_IOPL_I386:
		case NR_IOPERM_I386:
			return PRIVILEGE(KERNEL_SETTINGS);
		case NR_OPEN_BY_HANDLE_AT_I386:
			return PRIVILEGE(HANDLE_OPEN);
		default:
			return NO_PRIVILEGE;
		}
	}
	switch (number) {
	case NR_MOUNT:
	case NR_UMOUNT:
	case NR_PIVOT_ROOT:
		return PRIVILEGE(MOUNT);
	case NR_SETNS:
		return PRIVILEGE(SETNS);
	case NR_SWAPON:
	case NR_SWAPOFF:
		return PRIVILEGE(SWAP);
	case NR_KEXEC_LOAD:
	case NR_KEXEC_LOAD_X32:
	case NR_KEXEC_FILE_LOAD:
		return PRIVILEGE(KEXEC);
	case NR_IOPL:
	case NR_IOPERM:
		return PRIVILEGE(KERNEL_SETTINGS);
	case NR_OPEN_BY_HANDLE_AT:
		return PRIVILEGE(HANDLE_OPEN);
	default:
		return NO_PRIVILEGE;
	}
}

static __always_inline __u32 privilege_of_current_call(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	__u32 number = BPF_CORE_READ(regs, orig_ax);

	return privilege_of_call(number & ~X32_BIT, BPF_CORE_READ(task, thread_info.status) & TS_COMPAT);
}

#define CAPABILITY(number) (1ull << (number))
#define CAPABILITIES_GUARDED                                                                                          \
	(CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_NET_ADMIN) | CAPABILITY(CAP_SYS_MODULE) |                   \
	 CAPABILITY(CAP_SYS_RAWIO) | CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_SYS_BOOT) | CAPABILITY(CAP_SYS_TIME) | \
	 CAPABILITY(CAP_SYS_TTY_CONFIG))

/* NO_PRIVILEGE for most uses of CAP_SYS_ADMIN and of CAP_DAC_READ_SEARCH. */
static __always_inline __u32 privilege_of_capability(int capability)
{
	__u32 by_call;

	switch (capability) {
	case CAP_NET_ADMIN:
		return PRIVILEGE(NET_ADMIN);
	case CAP_SYS_MODULE:
		return PRIVILEGE(MODULE);
	case CAP_SYS_TIME:
		return PRIVILEGE(TIME);
	case CAP_SYS_TTY_CONFIG:
		return PRIVILEGE(TERMINAL);
	}
	by_call = privilege_of_current_call();
	if (capability == CAP_SYS_BOOT)
		return by_call == PRIVILEGE(KEXEC) ? PRIVILEGE(KEXEC) : PRIVILEGE(REBOOT);
	if (capability == CAP_SYS_RAWIO)
		return by_call == PRIVILEGE(KERNEL_SETTINGS) ? PRIVILEGE(KERNEL_SETTINGS) : PRIVILEGE(RAW_DISK);
	if (capability == CAP_DAC_READ_SEARCH)
		return by_call == PRIVILEGE(HANDLE_OPEN) ? PRIVILEGE(HANDLE_OPEN) : NO_PRIVILEGE;
	return by_call;
}

SEC("lsm/capable")
int BPF_PROG(capable, const struct cred *cred, struct user_namespace *ns, int capability, unsigned int options, int ret)
{
	__u32 session, privilege;

	if (ret || !(CAPABILITY(capability & 63) & CAPABILITIES_GUARDED))
		return ret;
	session = current_session();
	if (!session)
		return 0;
	privilege = privilege_of_capability(capability);
	return privilege == NO_PRIVILEGE ? 0 : decide_privilege_in(session, privilege, options & CAP_OPT_NOAUDIT);
}

#endif
