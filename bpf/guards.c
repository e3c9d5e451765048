// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Files that keep sessions confined: policyd itself, its lock, and what policyc names (policy, image, event log). */
#include "guards.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"
#include "say.h"

static int add(const struct kernel_side *kernel, __u32 session, int fd, __u32 kinds)
{
	struct policy_guard_account account = { .session = session };
	struct policy_guard_key key = {};
	struct policy_where where;
	__u32 known = 0;

	if (where_is(kernel, fd, &where))
		return say_errno("cannot tell where a file is that is to be guarded");
	key.dev = where.dev;
	key.ino = where.ino;
	key.inode = where.inode;
	account.key = key;
	bpf_map_lookup_elem(kernel->maps[MAP_GUARD_ACCOUNTS], &account, &known);
	kinds |= known;
	if (bpf_map_update_elem(kernel->maps[MAP_GUARD_ACCOUNTS], &account, &kinds, BPF_ANY))
		return say_errno("cannot note what is guarded");
	known = 0;
	bpf_map_lookup_elem(kernel->maps[MAP_GUARDS], &key, &known);
	kinds |= known;
	return bpf_map_update_elem(kernel->maps[MAP_GUARDS], &key, &kinds, BPF_ANY) ? say_errno("cannot guard a file") : 0;
}

static int add_path(const struct kernel_side *kernel, __u32 session, const char *path, __u32 kinds)
{
	int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);

	/* stays open, so that the inode stays where it is for as long as policyd lives */
	return fd < 0 ? say_errno("cannot guard %s", path) : add(kernel, session, fd, kinds);
}

/* What the path names, and every folder on the way there, stays where it is: another could come in its place. */
static int guard_way(const struct kernel_side *kernel, __u32 session, char *path)
{
	int failed = add_path(kernel, session, path, POLICY_GUARD_PLACE);

	for (char *slash = strrchr(path, '/'); slash > path && !failed; slash = strrchr(path, '/')) {
		*slash = 0;
		failed = add_path(kernel, session, path, POLICY_GUARD_PLACE);
	}
	return failed;
}

/* The file, and the way there: as it is called, and as it is without symbolic links. */
static int guard(const struct kernel_side *kernel, __u32 session, const char *path)
{
	char called[PATH_MAX], real[PATH_MAX], link[64];
	ssize_t length;
	int fd = open(path, O_PATH | O_CLOEXEC), failed;

	if (fd < 0)
		return say_errno("cannot guard %s", path);
	failed = add(kernel, session, fd, POLICY_GUARD_CONTENT | POLICY_GUARD_PLACE);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, real, sizeof(real) - 1);
	if (failed || length <= 0 || real[0] != '/') /* a pipe has no folders */
		return failed;
	real[length] = 0;
	if (snprintf(called, sizeof(called), "%s", path) >= (int)sizeof(called))
		return say("the path of a file that is to be guarded is too long");
	return guard_way(kernel, session, real) || guard_way(kernel, session, called) ? -1 : 0;
}

static int guard_own_program(const struct kernel_side *kernel, __u32 session)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return say_errno("cannot tell where policyd is");
	program[length] = 0;
	return guard(kernel, session, program);
}

/* Where the pins are, and what is mounted on the way there. */
static int guard_mounts(const struct kernel_side *kernel, __u32 session)
{
	static const char *const POINTS[] = { "/", "/sys", KERNEL_SIDE_BPFFS };

	for (size_t i = 0; i < sizeof(POINTS) / sizeof(*POINTS); i++)
		if (add_path(kernel, session, POINTS[i], POLICY_GUARD_MOUNT))
			return -1;
	return 0;
}

/* The records of all sessions, and all that is in this one's. */
static int guard_record(const struct kernel_side *kernel, __u32 session)
{
	const __u32 kinds = POLICY_GUARD_CONTENT | POLICY_GUARD_PLACE | POLICY_GUARD_WITHIN;
	char path[RECORD_PATH_SIZE];

	record_path(path, session);
	return add_path(kernel, session, RECORD_ROOT, kinds) || add_path(kernel, session, path, kinds) ? -1 : 0;
}

int guards_write(const struct kernel_side *kernel, __u32 session)
{
	return guard_mounts(kernel, session) || guard_own_program(kernel, session) ||
			       guard(kernel, session, KERNEL_SIDE_LOCK) || guard_record(kernel, session)
		       ? -1
		       : 0;
}

int guards_add(const struct kernel_side *kernel, __u32 session, const char *paths, size_t size)
{
	while (size) {
		size_t length = strnlen(paths, size);

		if (length == size)
			return say("a path that is to be guarded has no end");
		if (guard(kernel, session, paths))
			return -1;
		paths += length + 1;
		size -= length + 1;
	}
	return 0;
}

/* What all accounts ask for together. */
static __u32 kinds_of(const struct kernel_side *kernel, const struct policy_guard_key *key)
{
	struct policy_guard_account account;
	void *previous = NULL;
	__u32 kinds = 0, one;

	while (!bpf_map_get_next_key(kernel->maps[MAP_GUARD_ACCOUNTS], previous, &account)) {
		if (!memcmp(&account.key, key, sizeof(*key)) &&
		    !bpf_map_lookup_elem(kernel->maps[MAP_GUARD_ACCOUNTS], &account, &one))
			kinds |= one;
		previous = &account;
	}
	return kinds;
}

static void settle(const struct kernel_side *kernel, const struct policy_guard_key *key)
{
	__u32 kinds = kinds_of(kernel, key);

	if (kinds)
		bpf_map_update_elem(kernel->maps[MAP_GUARDS], key, &kinds, BPF_ANY);
	else
		bpf_map_delete_elem(kernel->maps[MAP_GUARDS], key);
}

void guards_clear(const struct kernel_side *kernel, __u32 session)
{
	struct policy_guard_account account, last;
	void *previous = NULL;

	while (!bpf_map_get_next_key(kernel->maps[MAP_GUARD_ACCOUNTS], previous, &account)) {
		if (account.session == session) {
			struct policy_guard_key key = account.key;

			bpf_map_delete_elem(kernel->maps[MAP_GUARD_ACCOUNTS], &account);
			settle(kernel, &key);
			continue; /* from the key before it */
		}
		last = account;
		previous = &last;
	}
}

int guard_process(const struct kernel_side *kernel, pid_t pid)
{
	struct policy_task self = { .flags = POLICY_TASK_PROTECTED };
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int failed = pidfd < 0 || bpf_map_update_elem(kernel->maps[MAP_TASKS], &pidfd, &self, BPF_ANY);

	if (failed)
		say_errno("cannot put policyd out of reach");
	if (pidfd >= 0)
		close(pidfd);
	return failed ? -1 : 0;
}
