/* Who acts: children of every kind, threads, new programs, other users and cgroups. And what `kill` does. */
#include "probe.h"

#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_file(const void *path)
{
	return read_path(path);
}

static int by_fork(const struct place *p)
{
	return in_child(read_file, in(p->dir, "file"));
}

static int by_grandchild_of(const void *path)
{
	return in_child(read_file, path);
}

static int by_grandchild(const struct place *p)
{
	return in_child(by_grandchild_of, in(p->dir, "file"));
}

static int by_vfork(const struct place *p)
{
	const char *path = in(p->dir, "file");
	volatile int answer = -ECHILD;
	pid_t child = vfork();

	if (child == 0) {
		int fd = open(path, O_RDONLY);

		answer = fd < 0 ? -errno : 0;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return answer;
}

static int by_clone3(const struct place *p)
{
	struct clone_args how = { .exit_signal = SIGCHLD };
	const char *path = in(p->dir, "file");
	int *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = syscall(SYS_clone3, &how, sizeof(how));

	if (child == 0) {
		*answer = read_path(path);
		_exit(0);
	}
	if (child < 0)
		return -errno;
	waitpid(child, NULL, 0);
	return *answer;
}

/* Its parent is the caller's parent: not a descendant by the process tree. */
static int by_clone_parent(const struct place *p)
{
	struct clone_args how = { .flags = CLONE_PARENT };
	const char *path = in(p->dir, "file");
	volatile int *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	*answer = -ECHILD;
	child = syscall(SYS_clone3, &how, sizeof(how));
	if (child == 0) {
		*answer = read_path(path);
		_exit(0);
	}
	if (child < 0)
		return -errno;
	for (int tries = 0; tries < 5000 && *answer == -ECHILD; tries++)
		usleep(1000);
	return *answer;
}

static void *thread_reads(void *path)
{
	return (void *)(intptr_t)read_path(path);
}

static int by_thread(const struct place *p)
{
	pthread_t thread;
	void *answer;

	if (pthread_create(&thread, NULL, thread_reads, (void *)in(p->dir, "file")))
		return -EIO;
	pthread_join(thread, &answer);
	return (int)(intptr_t)answer;
}

static int daemon_reads(const void *path)
{
	setsid();
	return in_child(read_file, path);
}

static int by_daemon(const struct place *p)
{
	return in_child(daemon_reads, in(p->dir, "file"));
}

static int by_new_program(const struct place *p)
{
	char *const arguments[] = { "probe", "read", (char *)in(p->dir, "file"), NULL }, *const environment[] = { NULL };

	return run_program(in(build_directory, "probe"), arguments, environment);
}

static int by_shell(const struct place *p)
{
	char command[2 * PATH_MAX];
	char *const arguments[] = { "sh", "-c", command, NULL }, *const environment[] = { "PATH=/usr/bin:/bin", NULL };

	snprintf(command, sizeof(command), "cat '%s/file' >/dev/null && exit 42; exit 1", p->dir);
	return run_program("/bin/sh", arguments, environment);
}

static int by_other_user(const struct place *p)
{
	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return -errno;
	return read_path(in(p->dir, "file"));
}

static int by_other_cgroup(const struct place *p)
{
	char folder[PATH_MAX], file[PATH_MAX + 32], pid[32];

	snprintf(folder, sizeof(folder), "/sys/fs/cgroup/%s", p->label);
	snprintf(file, sizeof(file), "%s/cgroup.procs", folder);
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (mkdir(folder, 0755))
		return -errno;
	write_file(file, pid, 0644);
	return read_path(in(p->dir, "file"));
}

static int by_namespaces(const struct place *p)
{
	if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS))
		return -errno;
	return in_child(read_file, in(p->dir, "file"));
}

static int by_namespace_of_other(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", p->outside);
	return setns(open(path, O_RDONLY), CLONE_NEWNS) ? -errno : read_path(in(p->dir, "file"));
}

/* ---- kill: the operation is not done and the process is gone ------------------------------------------------------ */

static int killed_open(const struct place *p)
{
	return read_path(in(p->dir, "file"));
}

static int killed_unlink(const struct place *p)
{
	return result(unlink(in(p->dir, "file")));
}

static int killed_truncate(const struct place *p)
{
	return result(truncate(in(p->dir, "file"), 0));
}

static int killed_mkdir(const struct place *p)
{
	return result(mkdir(in(p->dir, "new"), 0755));
}

static int killed_rename(const struct place *p)
{
	return result(rename(in(p->dir, "file"), in(p->dir, "new")));
}

/* SIGKILL is for the process, not for the thread. */
static int killed_in_thread(const struct place *p)
{
	return by_thread(p);
}

const struct technique PROCESSES[] = {
	{ "fork", "no-read", "read", by_fork },
	{ "grandchild", "no-read", "read", by_grandchild },
	{ "vfork", "no-read", "read", by_vfork },
	{ "clone3", "no-read", "read", by_clone3 },
	{ "clone-parent", "no-read", "read", by_clone_parent },
	{ "thread", "no-read", "read", by_thread },
	{ "daemon", "no-read", "read", by_daemon },
	{ "new-program", "no-read", "read", by_new_program },
	{ "shell", "no-read", "read", by_shell },
	{ "other-user", "no-read", "read", by_other_user },
	{ "other-cgroup", "no-read", "read", by_other_cgroup },
	{ "new-namespaces", "no-read", "read", by_namespaces },
	{ "namespace-of-other", "no-read", "read", by_namespace_of_other },
	{ "kill-open", "kill-all", "read", killed_open, .expect = KILLED },
	{ "kill-unlink", "kill-all", "delete", killed_unlink, .expect = KILLED },
	{ "kill-truncate", "kill-all", "write", killed_truncate, .expect = KILLED },
	{ "kill-mkdir", "kill-all", "create", killed_mkdir, .expect = KILLED },
	{ "kill-rename", "kill-all", "create", killed_rename, .expect = KILLED },
	{ "kill-thread", "kill-all", "read", killed_in_thread, .expect = KILLED },
	{ 0 },
};
