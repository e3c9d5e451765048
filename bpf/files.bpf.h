/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Hooks on files: each names the object and the operations, the decision is elsewhere. */
#ifndef POLICY_FILES_H
#define POLICY_FILES_H

#include "places.bpf.h"
#include "protected.bpf.h"

/* The file beneath an overlay's: 6.5 and later mark it, before that it has the overlay's own path. */
static __always_inline int is_backing(__u32 mode)
{
	return bpf_core_type_exists(struct backing_file) && mode & FMODE_NOACCOUNT;
}

/* Such a file of before: under the path of the one that was asked about, and that counted. */
static __always_inline int is_beneath(struct file *file)
{
	return BPF_CORE_READ(file, f_mode) & FMODE_NOACCOUNT &&
	       BPF_CORE_READ(file, f_inode) != BPF_CORE_READ(file, f_path.dentry, d_inode);
}

/* The dentry by which the program knows the file. */
static __always_inline struct dentry *file_dentry(struct file *file)
{
	if (is_backing(BPF_CORE_READ(file, f_mode)))
		return BPF_CORE_READ((struct backing_file *)file, user_path.dentry);
	return BPF_CORE_READ(file, f_path.dentry);
}

/* As `decide_dentry`, where the object may be one that takes a privilege besides. */
static __always_inline int decide_file_here(__u32 session, struct dentry *dentry, __u32 ops)
{
	__u32 index = begin(session);
	struct scratch *scratch = scratch_at(index);
	int verdict = -EACCES;

	if (!scratch)
		return -EACCES;
	scratch->target = (__u64)dentry;
	if (!decide_place(index, ops)) {
		locate(index);
		verdict = conclude(index, ops) || happen(index) ? -EACCES : 0;
	}
	scratch_release(index);
	return verdict;
}

static __noinline int decide_file_in(__u32 session, struct dentry *dentry, __u32 ops)
{
	return decide_file_here(session, dentry, ops);
}

static __always_inline int decide_file(struct dentry *dentry, __u32 ops)
{
	__u32 session = current_session();

	return session && ops ? decide_file_in(session, dentry, ops) : 0;
}

static __always_inline __u32 opening_ops(__u32 mode, __u32 flags)
{
	__u32 ops = 0;

	if (flags & FMODE_EXEC_FLAG) /* decided as `exec` in bprm_check_security */
		return 0;
	if (is_backing(mode)) /* the overlay's own file was decided */
		return 0;
	if (mode & FMODE_READ)
		ops |= OP(READ);
	if (mode & FMODE_WRITE)
		ops |= OP(WRITE);
	if (flags & O_TRUNC_FLAG && !(mode & FMODE_CREATED)) /* also where it is opened for reading alone */
		ops |= OP(WRITE);
	if (flags & O_TMPFILE_FLAG)
		ops |= OP(CREATE);
	return ops;
}

static __always_inline int decide_open(struct file *file)
{
	__u32 ops = is_beneath(file) ? 0 : opening_ops(BPF_CORE_READ(file, f_mode), BPF_CORE_READ(file, f_flags));

	return decide_file(BPF_CORE_READ(file, f_path.dentry), ops);
}

SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file, int ret)
{
	if (ret || !current_session())
		return ret;
	if (BPF_CORE_READ(file, f_flags) & O_CREAT_FLAG)
		forget_look_up();
	return decide_open(file);
}

/*
 * While a program starts, the kernel maps it (that was decided as `exec`) and its ELF interpreter, which a program of the
 * agent's own making may name as it likes.
 */
static __always_inline __u32 mapping_ops(struct file *file, unsigned long prot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 load = prot & PROT_EXEC ? OP(LOAD) : 0, read = prot & PROT_READ ? OP(READ) : 0;

	if (!BPF_CORE_READ_BITFIELD_PROBED(task, in_execve))
		return load | read;
	return file == BPF_CORE_READ(task, mm, exe_file) ? 0 : OP(LOAD);
}

/*
 * What is read or written through memory from now on: nothing that comes after this is seen. For a processor, what may be
 * written may be read.
 */
static __always_inline int decide_memory(__u32 session, struct file *file, unsigned long prot, int is_shared)
{
	__u32 reads = prot & (PROT_READ | PROT_WRITE | PROT_EXEC) ? MAY_READ : 0;
	__u32 writes = prot & PROT_WRITE && is_shared ? MAY_WRITE : 0;

	return (writes ? write_place_again(session, file_dentry(file)) : 0) ?:
	       (reads ? pass_marks_of(session, file, reads | writes) : 0);
}

SEC("lsm/mmap_file")
int BPF_PROG(mmap_file, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret)
{
	__u32 session = ret || !file ? 0 : current_session();

	if (!session)
		return ret;
	return decide_dentry(file_dentry(file), mapping_ops(file, prot)) ?: decide_memory(session, file, prot, !!(flags & MAP_SHARED));
}

/* The kernel's own function, which the fmod_ret backend sees, is told only what was asked for. */
static __always_inline unsigned long granted_prot(struct file *file, unsigned long asked)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!(asked & PROT_READ) || !(BPF_CORE_READ(task, personality) & READ_IMPLIES_EXEC))
		return asked;
	if (BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_NOEXEC ||
	    BPF_CORE_READ(file, f_path.mnt, mnt_sb, s_iflags) & SB_I_NOEXEC)
		return asked;
	return asked | PROT_EXEC;
}

SEC("lsm/mmap_file")
int BPF_PROG(mmap_file_asked, struct file *file, unsigned long prot, unsigned long flags, int ret)
{
	__u32 session = ret || !file ? 0 : current_session();

	if (!session)
		return ret;
	return decide_dentry(file_dentry(file), mapping_ops(file, granted_prot(file, prot))) ?:
	       decide_memory(session, file, prot, !!(flags & MAP_SHARED));
}

SEC("lsm/file_mprotect")
int BPF_PROG(file_mprotect, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret)
{
	__u32 session = ret ? 0 : current_session();
	struct file *file = session ? BPF_CORE_READ(vma, vm_file) : 0;

	if (!file)
		return ret;
	return (prot & PROT_EXEC ? decide_dentry(file_dentry(file), OP(LOAD)) : 0) ?:
	       decide_memory(session, file, prot, !!(BPF_CORE_READ(vma, vm_flags) & VM_SHARED));
}

SEC("lsm/path_truncate")
int BPF_PROG(path_truncate, const struct path *path, int ret)
{
	return ret ?: decide_file(BPF_CORE_READ(path, dentry), OP(WRITE));
}

/*
 * open(O_CREAT) asks before it knows whether there is such a file, unless the name is cached, and then ignores the answer
 * where there is one: no moment to record anything or to kill. Where the answer matters it is ESTALE first, upon which
 * the kernel, if there is no such file, begins anew and asks once more.
 */
static __always_inline int decide_creation(struct dentry *dentry, __u32 ops)
{
	__u32 session = current_session();

	if (!session)
		return 0;
	if (BPF_CORE_READ(dentry, d_flags) & DCACHE_PAR_LOOKUP && !is_plainly_permitted(session, dentry, ops) &&
	    look_up_first(dentry))
		return -ESTALE;
	forget_look_up();
	return decide_file_in(session, dentry, ops);
}

SEC("lsm/path_mknod")
int BPF_PROG(path_mknod, const struct path *dir, struct dentry *dentry, unsigned int mode, unsigned int dev, int ret)
{
	/* binding a unix socket makes its node here, which is the first moment that its place is known */
	__u32 ops = OP(CREATE) | ((mode & S_IFMT) == S_IFSOCK ? OP(BIND) : 0);

	return ret ?: decide_creation(dentry, ops);
}

/* POSIX message queues are made and removed by name, past the hooks on paths. */
static __always_inline int decide_queue(struct dentry *dentry, __u32 ops)
{
	return BPF_CORE_READ(dentry, d_sb, s_magic) == MQUEUE_MAGIC ? decide_dentry(dentry, ops) : 0;
}

SEC("lsm/inode_create")
int BPF_PROG(inode_create, struct inode *dir, struct dentry *dentry, unsigned int mode, int ret)
{
	return ret ?: current_session() ? decide_queue(dentry, OP(CREATE)) : 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(inode_unlink, struct inode *dir, struct dentry *dentry, int ret)
{
	return ret ?: current_session() ? decide_queue(dentry, OP(DELETE)) : 0;
}

SEC("lsm/path_mkdir")
int BPF_PROG(path_mkdir, const struct path *dir, struct dentry *dentry, unsigned int mode, int ret)
{
	return ret ?: decide_file(dentry, OP(CREATE));
}

SEC("lsm/path_symlink")
int BPF_PROG(path_symlink, const struct path *dir, struct dentry *dentry, const char *target, int ret)
{
	return ret ?: decide_file(dentry, OP(CREATE));
}

SEC("lsm/path_unlink")
int BPF_PROG(path_unlink, const struct path *dir, struct dentry *dentry, int ret)
{
	return ret ?: decide_file(dentry, OP(DELETE));
}

SEC("lsm/path_rmdir")
int BPF_PROG(path_rmdir, const struct path *dir, struct dentry *dentry, int ret)
{
	return ret ?: decide_file(dentry, OP(DELETE));
}

SEC("lsm/path_chmod")
int BPF_PROG(path_chmod, const struct path *path, unsigned int mode, int ret)
{
	return ret ?: decide_file(BPF_CORE_READ(path, dentry), OP(SETATTR));
}

SEC("lsm/path_chown")
int BPF_PROG(path_chown, const struct path *path, unsigned int uid, unsigned int gid, int ret)
{
	return ret ?: decide_file(BPF_CORE_READ(path, dentry), OP(SETATTR));
}

/* utimes has no path hook. Forced changes are the kernel's own (set-id bits at a write). */
static __always_inline int decide_setattr(struct dentry *dentry, struct iattr *attr)
{
	unsigned int valid = BPF_CORE_READ(attr, ia_valid);

	if (valid & (ATTR_SIZE | ATTR_FORCE | ATTR_MODE | ATTR_UID | ATTR_GID))
		return 0;
	return valid & (ATTR_ATIME | ATTR_MTIME) ? decide_file(dentry, OP(SETATTR)) : 0;
}

SEC("lsm/inode_setattr")
int BPF_PROG(inode_setattr, struct dentry *dentry, struct iattr *attr, int ret)
{
	return ret ?: decide_setattr(dentry, attr);
}

/* The same hook since it is told of the mount's idmap (6.9); the kernel's own function always was. */
SEC("lsm/inode_setattr")
int BPF_PROG(inode_setattr_idmap, struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr, int ret)
{
	return ret ?: decide_setattr(dentry, attr);
}

SEC("lsm/inode_setxattr")
int BPF_PROG(inode_setxattr, struct mnt_idmap *idmap, struct dentry *dentry, const char *name, const void *value,
	     unsigned long size, int flags, int ret)
{
	return ret ?: decide_file(dentry, OP(SETATTR));
}

SEC("lsm/inode_removexattr")
int BPF_PROG(inode_removexattr, struct mnt_idmap *idmap, struct dentry *dentry, const char *name, int ret)
{
	return ret ?: decide_file(dentry, OP(SETATTR));
}

SEC("lsm/inode_set_acl")
int BPF_PROG(inode_set_acl, struct mnt_idmap *idmap, struct dentry *dentry, const char *name, struct posix_acl *acl,
	     int ret)
{
	return ret ?: decide_file(dentry, OP(SETATTR));
}

SEC("lsm/inode_remove_acl")
int BPF_PROG(inode_remove_acl, struct mnt_idmap *idmap, struct dentry *dentry, const char *name, int ret)
{
	return ret ?: decide_file(dentry, OP(SETATTR));
}

/* Inode flags and project ids. */
static __always_inline int sets_attributes(unsigned int command)
{
	return command == FS_IOC_SETFLAGS || command == FS_IOC32_SETFLAGS || command == FS_IOC_FSSETXATTR;
}

/*
 * Subvolumes and snapshots are whole trees under new names, or none, which the command names
 * in the program's memory: no place to decide on.
 */
static __always_inline int decide_ioctl(struct file *file, unsigned int command)
{
	if (sets_attributes(command))
		return decide_file(BPF_CORE_READ(file, f_path.dentry), OP(SETATTR));
	switch (command) {
	case BTRFS_IOC_SNAP_CREATE:
	case BTRFS_IOC_SNAP_CREATE_V2:
	case BTRFS_IOC_SUBVOL_CREATE:
	case BTRFS_IOC_SUBVOL_CREATE_V2:
	case BTRFS_IOC_SNAP_DESTROY:
	case BTRFS_IOC_SNAP_DESTROY_V2:
	case BCH_IOCTL_SUBVOLUME_CREATE:
	case BCH_IOCTL_SUBVOLUME_DESTROY:
		return forbid(BPF_CORE_READ(file, f_path.dentry), POLICY_OP_CREATE, POLICY_REASON_SUBVOLUME);
	case TIOCSTI:
	case TIOCLINUX:
	case KDSKBENT:
	case KDSKBSENT:
		return decide_privilege(PRIVILEGE(TERMINAL));
	case FIOSETOWN:
	case SIOCSPGRP: /* to whom, stands in the program's memory */
		return decide_privilege(PRIVILEGE(SIGNAL));
	default:
		return 0;
	}
}

SEC("lsm/file_ioctl")
int BPF_PROG(file_ioctl, struct file *file, unsigned int command, unsigned long argument, int ret)
{
	return ret ?: decide_ioctl(file, command);
}

SEC("lsm/file_ioctl_compat")
int BPF_PROG(file_ioctl_compat, struct file *file, unsigned int command, unsigned long argument, int ret)
{
	return ret ?: decide_ioctl(file, command);
}

SEC("lsm/inode_getxattr")
int BPF_PROG(inode_getxattr, struct dentry *dentry, const char *name, int ret)
{
	return ret ?: decide_dentry(dentry, OP(READ));
}

SEC("lsm/inode_get_acl")
int BPF_PROG(inode_get_acl, struct mnt_idmap *idmap, struct dentry *dentry, const char *name, int ret)
{
	return ret ?: decide_dentry(dentry, OP(READ));
}

SEC("lsm/inode_listxattr")
int BPF_PROG(inode_listxattr, struct dentry *dentry, int ret)
{
	return ret ?: decide_dentry(dentry, OP(READ));
}

#endif
