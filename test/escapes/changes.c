/* Changing what is there: contents, mode, owner, times, attributes. */
#include "probe.h"

#include <glob.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#define NR_IOCTL_I386 54

/* "trusted" because tmpfs has no "user" attributes before 6.6 */
#define ATTRIBUTE "trusted.e2e"

static const char *file(const struct place *p)
{
	return in(p->dir, "file");
}

static int append(int fd)
{
	int failed;

	if (fd < 0)
		return -errno;
	failed = result(write(fd, "x", 1));
	close(fd);
	return failed;
}

static int open_write(const struct place *p)
{
	return append(open(file(p), O_WRONLY));
}

static int open_append(const struct place *p)
{
	return append(open(file(p), O_WRONLY | O_APPEND));
}

static int open_read_write(const struct place *p)
{
	return append(open(file(p), O_RDWR));
}

static int by_creat(const struct place *p)
{
	return append(creat(file(p), 0644));
}

static int open_truncate_read_only(const struct place *p)
{
	return result(open(file(p), O_RDONLY | O_TRUNC));
}

static int reopen_path(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(file(p), O_PATH));
	return append(open(path, O_WRONLY));
}

static int reopen_read_only(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(file(p), O_RDONLY));
	return append(open(path, O_RDWR));
}

static int by_truncate(const struct place *p)
{
	return result(truncate(file(p), 1));
}

static int by_ftruncate(const struct place *p)
{
	int fd = open(file(p), O_WRONLY);

	return fd < 0 ? -errno : result(ftruncate(fd, 1));
}

static int by_fallocate(const struct place *p)
{
	int fd = open(file(p), O_WRONLY);

	return fd < 0 ? -errno : result(fallocate(fd, 0, 0, 8192));
}

static int by_shared_mapping(const struct place *p)
{
	int fd = open(file(p), O_RDWR);
	char *map = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	map[0] = 'x';
	return 0;
}

static int by_copy_range(const struct place *p)
{
	int from = open(in(p->work, "own"), O_RDONLY), to = open(file(p), O_WRONLY);

	return to < 0 ? -errno : result(copy_file_range(from, NULL, to, NULL, 2, 0));
}

/* The kernel writes of each process that ends, in the namespace of who asks. */
static int by_accounting(const struct place *p)
{
	int status;
	pid_t child;

	if (unshare(CLONE_NEWPID))
		return -errno;
	child = fork();
	if (child == 0) {
		status = -result(acct(file(p)));
		acct(NULL);
		_exit(status);
	}
	*p->actor = child;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status) == ENOSYS ? SKIP : -WEXITSTATUS(status);
}

static int crash(const void *folder)
{
	const struct rlimit any = { RLIM_INFINITY, RLIM_INFINITY };

	must(!chdir(folder), folder);
	if (setrlimit(RLIMIT_CORE, &any))
		return -errno;
	abort();
}

/* Where the kernel puts them beside the program that crashes. */
static int by_core_file(const struct place *p)
{
	char pattern[2] = "";
	glob_t found;
	int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);

	must(fd >= 0 && read(fd, pattern, 1) == 1, "core_pattern");
	close(fd);
	if (*pattern == '|' || *pattern == '/')
		return SKIP;
	in_child(crash, in(p->dir, "empty"));
	return glob(in(p->dir, "empty/core*"), 0, NULL, &found) ? -EACCES : 0;
}

/* ---- attributes ------------------------------------------------------------------------------------------------- */

static int by_chmod(const struct place *p)
{
	return result(chmod(file(p), 0600));
}

static int by_chmod_of_folder(const struct place *p)
{
	return result(chmod(in(p->dir, "sub"), 0700));
}

static int by_fchmod(const struct place *p)
{
	return result(fchmod(open(file(p), O_RDONLY), 0600));
}

static int by_proc_chmod(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(file(p), O_PATH));
	return result(chmod(path, 0600));
}

static int by_chown(const struct place *p)
{
	return result(chown(file(p), 1, 1));
}

static int make_link(const struct place *p)
{
	return result(symlink("file", in(p->dir, "link")));
}

static int by_lchown(const struct place *p)
{
	return result(lchown(in(p->dir, "link"), 1, 1));
}

static int by_fchown(const struct place *p)
{
	return result(fchown(open(file(p), O_RDONLY), 1, 1));
}

static int by_utimensat(const struct place *p)
{
	static const struct timespec TIMES[2] = { { 1000, 0 }, { 1000, 0 } };

	return result(utimensat(AT_FDCWD, file(p), TIMES, 0));
}

static int by_utime_now(const struct place *p)
{
	return result(utime(file(p), NULL));
}

static int by_futimens(const struct place *p)
{
	return result(futimens(open(file(p), O_RDONLY), NULL));
}

static int set_attribute(const struct place *p)
{
	return result(setxattr(file(p), ATTRIBUTE, "v", 1, 0));
}

static int by_fsetxattr(const struct place *p)
{
	return result(fsetxattr(open(file(p), O_RDONLY), ATTRIBUTE, "v", 1, 0));
}

static int by_lsetxattr_on_link(const struct place *p)
{
	return result(lsetxattr(in(p->dir, "link"), ATTRIBUTE, "v", 1, 0));
}

static int by_removexattr(const struct place *p)
{
	return result(removexattr(file(p), ATTRIBUTE));
}

static int by_getxattr(const struct place *p)
{
	char value[8];

	return result(getxattr(file(p), ATTRIBUTE, value, sizeof(value)));
}

static int by_listxattr(const struct place *p)
{
	char names[256];

	return result(listxattr(file(p), names, sizeof(names)));
}

/* user: rw, another user: r, group, mask and others: r */
static const struct {
	uint32_t version;
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entries[5];
} ACL = { 2, { { 1, 6, ~0u }, { 2, 4, 1 }, { 4, 4, ~0u }, { 16, 4, ~0u }, { 32, 4, ~0u } } };

static int set_acl(const struct place *p)
{
	return result(setxattr(file(p), "system.posix_acl_access", &ACL, sizeof(ACL), 0));
}

static int get_acl(const struct place *p)
{
	char value[sizeof(ACL)];

	return result(getxattr(file(p), "system.posix_acl_access", value, sizeof(value)));
}

static int remove_acl(const struct place *p)
{
	return result(removexattr(file(p), "system.posix_acl_access"));
}

static int set_flags(const struct place *p)
{
	int fd = open(file(p), O_RDONLY), flags = FS_NODUMP_FL;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags))
		return errno == ENOTTY || errno == EOPNOTSUPP ? SKIP : -errno;
	return 0;
}

/* As a 32-bit program asks: with a number of its own, and its arguments in the lowest 4 GiB. */
static int set_flags_as_i386(const struct place *p)
{
	int *flags = mmap(NULL, sizeof(*flags), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = open(file(p), O_RDONLY);
	long returned;

	must(flags != MAP_FAILED, "mmap");
	if (fd < 0)
		return -errno;
	*flags = FS_NODUMP_FL;
	asm volatile("int $0x80"
		     : "=a"(returned)
		     : "a"(NR_IOCTL_I386), "b"(fd), "c"(FS_IOC32_SETFLAGS), "d"(flags)
		     : "memory", "r8", "r9", "r10", "r11");
	return returned == -ENOTTY || returned == -EOPNOTSUPP ? SKIP : (int)returned;
}

const struct technique CHANGES[] = {
	{ "open-to-write", "no-write", "write", open_write },
	{ "open-to-append", "no-write", "write", open_append },
	{ "open-to-read-and-write", "no-write", "write", open_read_write },
	{ "creat", "no-write", "write", by_creat },
	{ "o-trunc-read-only", "no-write", "write", open_truncate_read_only },
	{ "write-by-o-path", "no-write", "write", reopen_path },
	{ "write-by-reopening", "no-write", "write", reopen_read_only },
	{ "truncate", "no-write", "write", by_truncate },
	{ "ftruncate", "no-write", "write", by_ftruncate },
	{ "fallocate", "no-write", "write", by_fallocate },
	{ "shared-mapping", "no-write", "write", by_shared_mapping },
	{ "copy-file-range", "no-write", "write", by_copy_range },
	{ "accounting", "no-write", "write", by_accounting },
	{ "core-file", "no-create", "create", by_core_file },
	{ "chmod", "no-setattr", "setattr", by_chmod },
	{ "chmod-of-folder", "no-setattr", "setattr", by_chmod_of_folder },
	{ "fchmod", "no-setattr", "setattr", by_fchmod },
	{ "chmod-by-proc", "no-setattr", "setattr", by_proc_chmod },
	{ "chown", "no-setattr", "setattr", by_chown },
	{ "lchown", "no-setattr", "setattr", by_lchown, make_link },
	{ "fchown", "no-setattr", "setattr", by_fchown },
	{ "utimensat", "no-setattr", "setattr", by_utimensat },
	{ "utime-now", "no-setattr", "setattr", by_utime_now },
	{ "futimens", "no-setattr", "setattr", by_futimens },
	{ "setxattr", "no-setattr", "setattr", set_attribute },
	{ "fsetxattr", "no-setattr", "setattr", by_fsetxattr },
	{ "lsetxattr-on-symlink", "no-setattr", "setattr", by_lsetxattr_on_link, make_link },
	{ "removexattr", "no-setattr", "setattr", by_removexattr, set_attribute },
	{ "set-acl", "no-setattr", "setattr", set_acl },
	{ "remove-acl", "no-setattr", "setattr", remove_acl, set_acl },
	{ "inode-flags", "no-setattr", "setattr", set_flags },
	{ "inode-flags-as-i386", "no-setattr", "setattr", set_flags_as_i386 },
	{ "get-acl", "no-read", "read", get_acl, set_acl },
	{ "getxattr", "no-read", "read", by_getxattr, set_attribute },
	{ "listxattr", "no-read", "read", by_listxattr, set_attribute },
	{ 0 },
};
