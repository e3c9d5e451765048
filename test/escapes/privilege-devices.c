/*
 * Disks, settings and terminals, which are files, as root. Each is refused by the rule of privileges.pol that is called
 * `no-PRIVILEGE`; where the privilege is allowed, it works.
 */
#include "probe.h"

#include <stdlib.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return SKIP;
	return past(fd);
}

/* ---- disks and settings ------------------------------------------------------------------------------------------ */

static int of_node(const struct place *p, mode_t kind, dev_t device, int flags)
{
	const char *path = in(p->work, "node");

	must(!mknod(path, kind | 0600, device) || errno == EEXIST, path);
	return past(open(path, flags));
}

static int by_block_device(const struct place *p)
{
	return of_node(p, S_IFBLK, makedev(7, 0), O_RDONLY);
}

static int by_dev_mem(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(1, 1), O_RDONLY);
}

static int by_dev_port(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(1, 4), O_RDWR);
}

static int by_scsi_generic(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(21, 0), O_RDONLY);
}

static int by_kcore(const struct place *p)
{
	(void)p;
	return opened("/proc/kcore", O_RDONLY);
}

static int by_msr(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(202, 0), O_RDONLY);
}

/* What it is already. */
static int by_sysctl(const struct place *p)
{
	char text[256];
	int fd = open("/proc/sys/kernel/core_pattern", O_RDWR);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text));

	(void)p;
	return fd < 0 ? -errno : result(pwrite(fd, text, length, 0));
}

static int by_modprobe_path(const struct place *p)
{
	(void)p;
	return opened("/proc/sys/kernel/modprobe", O_RDWR);
}

static int by_sysrq(const struct place *p)
{
	(void)p;
	return opened("/proc/sysrq-trigger", O_WRONLY);
}

static int by_sysfs(const struct place *p)
{
	(void)p;
	return opened("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY);
}

static int by_sysctl_mode(const struct place *p)
{
	(void)p; /* sysctls never change their mode: refused before it comes to that */
	return past(chmod("/proc/sys/kernel/core_pattern", 0644)) == -EACCES ? -EACCES : 0;
}

static int by_cgroup(const struct place *p)
{
	const char *path = in("/sys/fs/cgroup", p->label);
	int failed = result(mkdir(path, 0755));

	rmdir(path);
	return failed == -ENOENT ? SKIP : failed;
}

static int by_cgroup_procs(const struct place *p)
{
	(void)p;
	return opened("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
}

static int by_tracefs(const struct place *p)
{
	(void)p;
	return opened("/sys/kernel/tracing/tracing_on", O_WRONLY);
}

static int by_debugfs(const struct place *p)
{
	(void)p;
	return opened("/sys/kernel/debug/clear_warn_once", O_WRONLY);
}

static int by_binfmt(const struct place *p)
{
	(void)p;
	return opened("/proc/sys/fs/binfmt_misc/register", O_WRONLY);
}

static int by_iopl(const struct place *p)
{
	(void)p;
	return result(iopl(3));
}

static int by_ioperm(const struct place *p)
{
	(void)p;
	return result(ioperm(0x80, 1, 1));
}

/* ---- the terminal ------------------------------------------------------------------------------------------------ */

/* A terminal of its own is as good as any. */
static int with_terminal(unsigned long command, void *argument)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	must(master >= 0 && !grantpt(master) && !unlockpt(master), "posix_openpt");
	setsid();
	slave = open(ptsname(master), O_RDWR);
	must(slave >= 0, "pty");
	return past(ioctl(slave, command, argument));
}

static int by_sti(const struct place *p)
{
	(void)p;
	return with_terminal(TIOCSTI, "x");
}

static int by_paste(const struct place *p)
{
	char paste = 3;

	(void)p;
	return with_terminal(TIOCLINUX, &paste);
}

static int by_uinput(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(10, 223), O_WRONLY);
}

static int by_input_device(const struct place *p)
{
	return of_node(p, S_IFCHR, makedev(13, 64), O_WRONLY);
}

const struct technique PRIVILEGE_DEVICES[] = {
	PRIVILEGE("block-device", "raw-disk", by_block_device),
	PRIVILEGE("dev-mem", "raw-disk", by_dev_mem),
	PRIVILEGE("dev-port", "raw-disk", by_dev_port),
	PRIVILEGE("scsi-generic", "raw-disk", by_scsi_generic),
	PRIVILEGE("kcore", "raw-disk", by_kcore),
	PRIVILEGE("core-pattern", "kernel-settings", by_sysctl),
	PRIVILEGE("modprobe-path", "kernel-settings", by_modprobe_path),
	PRIVILEGE("sysrq", "kernel-settings", by_sysrq),
	PRIVILEGE("sysfs", "kernel-settings", by_sysfs),
	PRIVILEGE("sysctl-mode", "kernel-settings", by_sysctl_mode),
	PRIVILEGE("cgroup", "kernel-settings", by_cgroup),
	PRIVILEGE("cgroup-procs", "kernel-settings", by_cgroup_procs),
	PRIVILEGE("tracefs", "kernel-settings", by_tracefs),
	PRIVILEGE("debugfs", "kernel-settings", by_debugfs),
	PRIVILEGE("binfmt", "kernel-settings", by_binfmt),
	PRIVILEGE("msr", "kernel-settings", by_msr),
	PRIVILEGE("iopl", "kernel-settings", by_iopl),
	PRIVILEGE("ioperm", "kernel-settings", by_ioperm),
	PRIVILEGE("terminal-input", "terminal", by_sti),
	PRIVILEGE("terminal-paste", "terminal", by_paste),
	PRIVILEGE("uinput", "terminal", by_uinput),
	PRIVILEGE("input-device", "terminal", by_input_device),
	{ 0 },
};
