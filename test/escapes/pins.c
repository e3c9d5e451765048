/*
 * Where the pins are, which hold what confines a session: covering them, and taking them away. As root, with every
 * privilege, in a mount namespace of its own, in which a folder of its own may be covered and taken away.
 */
#include "probe.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"

static void apart(void)
{
	must(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), "a mount namespace");
}

static const char *cover_of(const struct place *p)
{
	return p->denied ? BPFFS : in(p->work, "folder");
}

/* A mount at the place, and that one's path. */
static const char *mounted(const struct place *p)
{
	const char *path = cover_of(p);

	apart();
	if (!p->denied)
		must(!mount("tmpfs", path, "tmpfs", 0, ""), path);
	return path;
}

static int by_mount(const struct place *p)
{
	apart();
	return result(mount("tmpfs", cover_of(p), "tmpfs", 0, ""));
}

static int by_detached_mount(const struct place *p)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0), tree;

	apart();
	must(!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "fsconfig");
	tree = syscall(SYS_fsmount, context, 0, 0);
	must(tree >= 0, "fsmount");
	return result(syscall(SYS_move_mount, tree, "", AT_FDCWD, cover_of(p), MOVE_MOUNT_F_EMPTY_PATH));
}

static int by_moving(const struct place *p)
{
	const char *path = mounted(p);

	return result(syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, in(p->dir, "empty"), 0));
}

static int by_unmounting(const struct place *p)
{
	return result(umount2(mounted(p), MNT_DETACH));
}

/* Without another option: what is mounted stays as it is. */
static int by_reconfiguring(const struct place *p)
{
	int context = syscall(SYS_fspick, AT_FDCWD, mounted(p), 0);

	must(context >= 0, "fspick");
	return result(syscall(SYS_fsconfig, context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
}

#define PIN(name, op, act) { name, "pins", op, act, .reason = "protected" }

const struct technique PINS[] = {
	PIN("mount-on-pins", "create", by_mount),
	PIN("detached-mount-on-pins", "create", by_detached_mount),
	PIN("reconfigure-pins", "create", by_reconfiguring),
	PIN("move-pins", "delete", by_moving),
	PIN("unmount-pins", "delete", by_unmounting),
	{ 0 },
};
