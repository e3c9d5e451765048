// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Processes that run already become members: all are stopped, then made members by a program that finds them as ours, then
 * go on. In a process of its own, with whose end the kernel lets go whom it still holds.
 */
#include "admit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "living.h"
#include "say.h"
#include "seize.h"

int check_mount_namespace(pid_t pid)
{
	char theirs[64];
	struct stat a, b;

	snprintf(theirs, sizeof(theirs), "/proc/%d/ns/mnt", pid);
	if (stat(theirs, &a) || stat("/proc/self/ns/mnt", &b) || a.st_ino != b.st_ino)
		return say("process %d is in another mount namespace", pid);
	return 0;
}

int check_running(const pid_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (check_named(pids[i]))
			return -1;
	return 0;
}

static int check_free(const struct kernel_side *kernel, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct policy_task member = {};
	int failed = pidfd < 0 ? -1 : bpf_map_lookup_elem(kernel->maps[MAP_TASKS], &pidfd, &member);

	if (pidfd >= 0)
		close(pidfd);
	if (failed)
		return 0; /* it has ended, or nothing is known of it */
	if (member.flags & POLICY_TASK_PROTECTED)
		return say("process %d is policyd: end its session first", pid);
	return member.session ? say("process %d is in session %u already", pid, member.session) : 0;
}

/* Who has ended meanwhile has no namespace any more. */
static int check_crowd(const struct kernel_side *kernel, const struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->thread_count; i++) {
		const struct seized_thread *thread = &crowd->threads[i];

		if (thread->thread && (check_free(kernel, thread->process) || check_mount_namespace(thread->thread)))
			return -1;
	}
	return 0;
}

struct admitted {
	__u32 session;
	size_t members, others;
};

static void count_admitted(const struct policy_member *member, void *context)
{
	struct admitted *admitted = context;

	if (member->session == admitted->session)
		admitted->members++;
	else
		admitted->others++;
}

static size_t living_threads(const struct crowd *crowd)
{
	size_t count = 0;

	for (size_t i = 0; i < crowd->thread_count; i++)
		count += crowd->threads[i].thread != 0;
	return count;
}

static void ignore_member(const struct policy_member *member, void *context)
{
	(void)member;
	(void)context;
}

/* All of them are stopped. */
static int make_members(const struct kernel_side *kernel, __u32 session, const struct crowd *crowd)
{
	struct admitted admitted = { .session = session };

	if (!living_threads(crowd))
		return say("the processes have ended");
	if (set_change(kernel, session, getpid()) ||
	    each_task(kernel, PROGRAM_ADMIT_TASKS, count_admitted, &admitted))
		return -1;
	if (!admitted.others && admitted.members >= living_threads(crowd))
		return 0;
	each_task(kernel, PROGRAM_RELEASE_TASKS, ignore_member, NULL);
	return say("the kernel admits %zu of %zu threads", admitted.members, living_threads(crowd));
}

static int admit_all(const struct kernel_side *kernel, __u32 session, const pid_t *pids, size_t count)
{
	struct crowd crowd = {};
	int failed = seize(&crowd, pids, count);

	if (failed)
		return -1;
	failed = check_crowd(kernel, &crowd) || make_members(kernel, session, &crowd);
	let_go(&crowd);
	return failed ? -1 : 0;
}

int admit(const struct kernel_side *kernel, __u32 session, const pid_t *pids, size_t count)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(admit_all(kernel, session, pids, count) ? STATUS_MACHINE : STATUS_OK);
	if (pid < 0)
		return say_errno("cannot start a process");
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return say_errno("cannot wait for a process");
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_OK)
		return 0;
	/* where it was ended in the middle, some may be members */
	if (!set_change(kernel, session, 0))
		each_task(kernel, PROGRAM_RELEASE_TASKS, ignore_member, NULL);
	return WIFEXITED(status) ? -1 : say("policyd was ended while it took processes in");
}
