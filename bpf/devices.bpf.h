/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Privileges over what is a file: devices, disks, settings of the kernel. */
#ifndef POLICY_DEVICES_H
#define POLICY_DEVICES_H

#include "privileges.bpf.h"

static __always_inline __u32 privilege_of_device(__u32 number)
{
	switch (number >> MINOR_BITS) {
	case MEM_MAJOR:
		switch (number & MINOR_MASK) {
		case MEM_MINOR:
		case KMEM_MINOR:
		case PORT_MINOR:
			return PRIVILEGE(RAW_DISK);
		}
		return NO_PRIVILEGE;
	case MISC_MAJOR:
		switch (number & MINOR_MASK) {
		case SNAPSHOT_MINOR:
			return PRIVILEGE(RAW_DISK);
		case NVRAM_MINOR:
			return PRIVILEGE(KERNEL_SETTINGS);
		case UINPUT_MINOR:
		case UHID_MINOR: /* a keyboard of one's own */
			return PRIVILEGE(TERMINAL);
		}
		return NO_PRIVILEGE;
	case INPUT_MAJOR:
		return PRIVILEGE(TERMINAL);
	case SCSI_GENERIC_MAJOR:
	case MTD_CHAR_MAJOR:
	case RAW_MAJOR:
		return PRIVILEGE(RAW_DISK);
	case MSR_MAJOR:
		return PRIVILEGE(KERNEL_SETTINGS);
	default:
		return NO_PRIVILEGE;
	}
}

#define PROC_DEPTH 16 /* names below /proc that are looked at; deeper ones count as settings */

/* The first name below /proc: its first character, or 0; `is_top`: nothing follows it. */
static __always_inline char top_of_proc(struct dentry *dentry, struct dentry **top)
{
	struct dentry *root = BPF_CORE_READ(dentry, d_sb, s_root);
	char first = 0;

	for (int i = 0; i < PROC_DEPTH; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (parent == root) {
			*top = dentry;
			bpf_probe_read_kernel(&first, 1, BPF_CORE_READ(dentry, d_name.name));
			return first;
		}
		dentry = parent;
	}
	return 0;
}

static __always_inline int is_kcore(struct dentry *dentry)
{
	return IS_TEXT(BPF_CORE_READ(dentry, d_name.name), "kcore");
}

/* What belongs to a process is named by its number. */
static __always_inline __u32 privilege_in_proc(struct dentry *dentry, int modifies)
{
	struct dentry *top = 0;
	char first;

	if (!modifies && !is_kcore(dentry))
		return NO_PRIVILEGE;
	first = top_of_proc(dentry, &top);
	if (top == dentry && is_kcore(dentry))
		return PRIVILEGE(RAW_DISK);
	return !modifies || (first >= '0' && first <= '9') ? NO_PRIVILEGE : PRIVILEGE(KERNEL_SETTINGS);
}

/* Whether opening or changing what is behind `dentry` takes a privilege. */
static __always_inline __u32 privilege_of_file(struct dentry *dentry, __u32 ops)
{
	int modifies = ops & (OP(WRITE) | OP(CREATE) | OP(DELETE) | OP(SETATTR));
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	__u32 mode = inode ? BPF_CORE_READ(inode, i_mode) & S_IFMT : 0;

	if (ops & (OP(READ) | OP(WRITE))) {
		if (mode == S_IFBLK)
			return PRIVILEGE(RAW_DISK);
		if (mode == S_IFCHR)
			return privilege_of_device(BPF_CORE_READ(inode, i_rdev));
	}
	switch (BPF_CORE_READ(dentry, d_sb, s_magic)) {
	case PROC_MAGIC:
		return privilege_in_proc(dentry, modifies);
	case SYSFS_MAGIC:
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
	case TRACEFS_MAGIC:
	case DEBUGFS_MAGIC:
	case BINFMT_MAGIC:
	case SECURITYFS_MAGIC:
	case SELINUXFS_MAGIC:
	case SMACKFS_MAGIC:
	case EFIVARFS_MAGIC:
	case CONFIGFS_MAGIC:
	case PSTOREFS_MAGIC:
	case RESCTRL_MAGIC:
		return modifies ? PRIVILEGE(KERNEL_SETTINGS) : NO_PRIVILEGE;
	default:
		return NO_PRIVILEGE;
	}
}

#endif
