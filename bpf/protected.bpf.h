/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What keeps sessions confined is out of their reach, whatever a policy says: pins, and the files that policyd names. */
#ifndef POLICY_PROTECTED_H
#define POLICY_PROTECTED_H

#include "devices.bpf.h"

/* Kinds of POLICY_GUARD_* that the operations would touch. */
static __always_inline __u32 touches(__u32 ops)
{
	return (ops & (OP(WRITE) | OP(SETATTR)) ? POLICY_GUARD_CONTENT : 0) | (ops & OP(DELETE) ? POLICY_GUARD_PLACE : 0);
}

static __always_inline __u32 guarded_kinds(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct policy_guard_key key = {};
	__u32 *kinds;

	if (!inode)
		return 0;
	key.dev = BPF_CORE_READ(dentry, d_sb, s_dev);
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.inode = (__u64)inode;
	kinds = bpf_map_lookup_elem(&guards, &key);
	return kinds ? *kinds : 0;
}

/* Whether it lies, or would, in a folder of which nothing changes. */
static __always_inline int is_within_guarded(struct dentry *dentry)
{
	return guarded_kinds(BPF_CORE_READ(dentry, d_parent)) & POLICY_GUARD_WITHIN;
}

/* The BPF file system holds the pins, and nothing that others need. */
static __noinline int is_protected(struct dentry *dentry, __u32 ops)
{
	if (BPF_CORE_READ(dentry, d_sb, s_magic) == BPFFS_MAGIC)
		return 1;
	if (ops & (OP(WRITE) | OP(SETATTR) | OP(DELETE) | OP(CREATE)) && is_within_guarded(dentry))
		return 1;
	return touches(ops) && guarded_kinds(dentry) & touches(ops);
}

/*
 * What takes more than rules about paths, of `target`: settings that are files, and what no session may touch. Nonzero:
 * refused.
 */
__noinline int decide_place(__u32 index, __u32 ops)
{
	struct scratch *scratch = scratch_at(index);
	struct policy_root *root;
	struct dentry *dentry;
	__u32 privilege;

	if (!scratch)
		return -EACCES;
	root = bpf_map_lookup_elem(&roots, &scratch->slot);
	if (!root)
		return -EACCES;
	dentry = (struct dentry *)scratch->target;
	if (is_protected(dentry, ops)) {
		scratch->subject = scratch->target;
		scratch->event.path_len = 0;
		scratch->event.object = POLICY_OBJECT_PATH;
		return carry_out(index, scratch, POLICY_WORD(POLICY_DENY, POLICY_RULE_NONE), first_op(ops),
				 POLICY_REASON_PROTECTED);
	}
	privilege = privilege_of_file(dentry, ops);
	return privilege == NO_PRIVILEGE ? 0
					 : carry_out_privilege(index, scratch, privilege_word(index, root, privilege),
							       privilege, POLICY_REASON_POLICY);
}

/* ---- mounts ------------------------------------------------------------------------------------------------------ */

/* Nothing comes upon the pins, nor upon what leads to them. */
static __always_inline int forbid_covering(struct dentry *dentry)
{
	unsigned long magic = BPF_CORE_READ(dentry, d_sb, s_magic);

	return current_session() && (magic == BPFFS_MAGIC || magic == SYSFS_MAGIC)
		       ? forbid(dentry, POLICY_OP_CREATE, POLICY_REASON_PROTECTED)
		       : 0;
}

/* Number of the mount namespace in which the pins were made. Set once, like attached_hooks. */
volatile __u32 home_mounts;

static __always_inline int is_at_home(void)
{
	return BPF_CORE_READ(bpf_get_current_task_btf(), nsproxy, mnt_ns, ns.inum) == home_mounts;
}

/* What MS_MOVE is to move is not known here, as it is in move_mount. */
SEC("lsm/sb_mount")
int BPF_PROG(sb_mount, const char *device, const struct path *path, const char *type, unsigned long flags, void *data,
	     int ret)
{
	struct dentry *dentry;

	if (ret || !current_session())
		return ret;
	dentry = BPF_CORE_READ(path, dentry);
	return flags & MS_MOVE && is_at_home() ? forbid(dentry, POLICY_OP_CREATE, POLICY_REASON_PROTECTED) : forbid_covering(dentry);
}

/* Mounts in the namespaces of other user namespaces are copies: what becomes of them touches nobody else. */
static __always_inline int holds_pins(struct vfsmount *vfsmount, struct dentry *dentry)
{
	struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);

	return guarded_kinds(dentry) & POLICY_GUARD_MOUNT && !BPF_CORE_READ(mount, mnt_ns, user_ns, level);
}

static __always_inline int forbid_taking(struct vfsmount *mount, struct dentry *dentry)
{
	return current_session() && holds_pins(mount, dentry) ? forbid(dentry, POLICY_OP_DELETE, POLICY_REASON_PROTECTED)
							      : 0;
}

SEC("lsm/move_mount")
int BPF_PROG(move_mount, const struct path *from, const struct path *to, int ret)
{
	return ret ?: forbid_taking(BPF_CORE_READ(from, mnt), BPF_CORE_READ(from, dentry))
		   ?: forbid_covering(BPF_CORE_READ(to, dentry));
}

SEC("lsm/sb_umount")
int BPF_PROG(sb_umount, struct vfsmount *mount, int flags, int ret)
{
	return ret ?: forbid_taking(mount, BPF_CORE_READ(mount, mnt_root));
}

SEC("lsm/sb_remount")
int BPF_PROG(sb_remount, struct super_block *sb, void *options, int ret)
{
	return ret ?: forbid_covering(BPF_CORE_READ(sb, s_root));
}

#endif
