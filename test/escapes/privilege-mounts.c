/*
 * Mounts, namespaces and roots, as root. Each is refused by the rule of privileges.pol that is called
 * `no-PRIVILEGE`; where the privilege is allowed, it works.
 */
#include "probe.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* In a mount namespace of its own, from which nothing comes back. */
static void apart(void)
{
	must(!unshare(CLONE_NEWNS), "unshare");
}

static int by_mount(const struct place *p)
{
	apart();
	return result(mount("tmpfs", in(p->work, "folder"), "tmpfs", 0, ""));
}

static int by_bind_mount(const struct place *p)
{
	apart();
	return result(mount(p->dir, in(p->work, "folder"), NULL, MS_BIND, NULL));
}

static int by_remount(const struct place *p)
{
	(void)p;
	apart();
	return past(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
}

static int by_propagation(const struct place *p)
{
	(void)p;
	apart();
	return result(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL));
}

static int by_umount(const struct place *p)
{
	(void)p;
	apart();
	return past(umount2("/dev/mqueue", MNT_DETACH));
}

static int by_fsopen(const struct place *p)
{
	(void)p;
	return closed(syscall(SYS_fsopen, "tmpfs", 0));
}

static int by_fspick(const struct place *p)
{
	(void)p;
	return closed(syscall(SYS_fspick, AT_FDCWD, "/proc", 0));
}

static int by_open_tree(const struct place *p)
{
	return closed(syscall(SYS_open_tree, AT_FDCWD, p->dir, OPEN_TREE_CLONE));
}

static int by_move_mount(const struct place *p)
{
	apart();
	return past(syscall(SYS_move_mount, AT_FDCWD, "/dev/mqueue", AT_FDCWD, in(p->work, "folder"), 0));
}

static int by_mount_setattr(const struct place *p)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID };

	(void)p;
	apart();
	return past(syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, &attributes, sizeof(attributes)));
}

static int by_pivot_root(const struct place *p)
{
	return past(syscall(SYS_pivot_root, p->dir, p->dir));
}

static int by_userns(const struct place *p)
{
	(void)p;
	return result(unshare(CLONE_NEWUSER));
}

static int by_userns_of_child(const struct place *p)
{
	struct clone_args how = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t child = syscall(SYS_clone3, &how, sizeof(how));

	(void)p;
	if (child == 0)
		_exit(0);
	return child < 0 ? -errno : 0;
}

static int by_setns(const struct place *p)
{
	(void)p;
	return result(setns(open("/proc/self/ns/net", O_RDONLY), CLONE_NEWNET));
}

static int by_setns_of_pidfd(const struct place *p)
{
	(void)p;
	return result(setns(syscall(SYS_pidfd_open, getpid(), 0), CLONE_NEWUTS));
}

static int by_chroot(const struct place *p)
{
	return result(chroot(p->dir));
}

const struct technique PRIVILEGE_MOUNTS[] = {
	PRIVILEGE("mount", "mount", by_mount),
	PRIVILEGE("bind-mount", "mount", by_bind_mount),
	PRIVILEGE("remount", "mount", by_remount),
	PRIVILEGE("propagation", "mount", by_propagation),
	PRIVILEGE("umount", "mount", by_umount),
	PRIVILEGE("fsopen", "mount", by_fsopen),
	PRIVILEGE("fspick", "mount", by_fspick),
	PRIVILEGE("open-tree", "mount", by_open_tree),
	PRIVILEGE("move-mount", "mount", by_move_mount),
	PRIVILEGE("mount-setattr", "mount", by_mount_setattr),
	PRIVILEGE("pivot-root", "mount", by_pivot_root),
	PRIVILEGE("userns", "userns", by_userns),
	PRIVILEGE("userns-of-child", "userns", by_userns_of_child),
	PRIVILEGE("setns", "setns", by_setns),
	PRIVILEGE("setns-of-pidfd", "setns", by_setns_of_pidfd),
	PRIVILEGE("chroot", "chroot", by_chroot),
	{ 0 },
};
