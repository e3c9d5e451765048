// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Which sessions there are, and the end of one at request. */
#include "sessions.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_side.h"
#include "living.h"
#include "record.h"
#include "say.h"

#define RELEASE_ROUNDS 1000 /* of threads that start threads: each round finds those of the one before */
#define LISTED_MOST 4096    /* processes of one session whose numbers are printed */

/* Clears up and counts. Returns how many live, or -1; then nothing is open. `kernel->lock` -1: there are none. */
static int open_living(struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS])
{
	int living;

	kernel->lock = -1;
	if (!kernel_side_exists())
		return 0;
	if (check_pid_namespace() || kernel_side_open(kernel, BACKEND_NONE))
		return -1;
	living = collect(kernel, threads);
	if (living == 0)
		kernel_side_remove();
	return living;
}

static void leave(struct kernel_side *kernel)
{
	if (kernel->lock >= 0)
		kernel_side_unlock(kernel);
}

int sessions_clean(void)
{
	static __u32 threads[POLICY_MAX_SESSIONS];
	struct kernel_side kernel;
	int living = open_living(&kernel, threads);

	leave(&kernel);
	return living < 0 ? STATUS_MACHINE : STATUS_OK;
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

struct listed {
	__u32 session;
	__u32 pids[LISTED_MOST];
	size_t count;
};

static void list_process(const struct policy_member *member, void *context)
{
	struct listed *listed = context;

	if (member->session != listed->session || listed->count == LISTED_MOST)
		return;
	for (size_t i = 0; i < listed->count; i++)
		if (listed->pids[i] == member->pid)
			return;
	listed->pids[listed->count++] = member->pid;
}

/* The process that serves the session, or 0. */
static __u64 served_by(__u32 number)
{
	int lock = kernel_side_lock_number(number);
	struct record record;
	__u64 pid = 0;

	if (lock >= 0) {
		close(lock);
		return 0;
	}
	if (!record_open(&record, number)) {
		pid = record_number(&record, RECORD_SERVED);
		close(record.folder);
	}
	return pid;
}

static int print_session(const struct kernel_side *kernel, __u32 number, __u32 threads)
{
	static struct listed listed;

	memset(&listed, 0, sizeof(listed));
	listed.session = number;
	if (each_task(kernel, PROGRAM_LIST_TASKS, list_process, &listed))
		return -1;
	printf("{\"session\":%u,\"threads\":%u,\"backend\":\"%s\",\"policy\":\"%016llx\",\"policyd\":%llu,\"pids\":[", number,
	       threads, backend_name(kernel->backend), policy_in(kernel, slot_of(kernel, number)), served_by(number));
	for (size_t i = 0; i < listed.count; i++)
		printf("%s%u", i ? "," : "", listed.pids[i]);
	printf("]}\n");
	return 0;
}

int sessions_status(void)
{
	static __u32 threads[POLICY_MAX_SESSIONS];
	struct kernel_side kernel;
	int living = open_living(&kernel, threads), failed = living < 0;

	for (__u32 number = 1; number < POLICY_MAX_SESSIONS && living > 0 && !failed; number++)
		if (threads[number])
			failed = print_session(&kernel, number, threads[number]);
	leave(&kernel);
	if (fflush(stdout))
		failed = say_errno("cannot print the sessions");
	return failed ? STATUS_MACHINE : STATUS_OK;
}

/* ---- unload ------------------------------------------------------------------------------------------------------ */

static void count_released(const struct policy_member *member, void *context)
{
	size_t *count = context;

	(void)member;
	(*count)++;
}

/* Who forks meanwhile hands on what it has at that moment: so until a look finds nobody, and nobody has forked. */
static int release_all(const struct kernel_side *kernel, __u32 number)
{
	static __u32 threads[POLICY_MAX_SESSIONS];

	if (set_change(kernel, number, 0))
		return -1;
	for (int round = 0; round < RELEASE_ROUNDS; round++) {
		size_t released = 0;

		if (each_task(kernel, PROGRAM_RELEASE_TASKS, count_released, &released))
			return -1;
		if (released)
			continue;
		if (count_threads(kernel, threads))
			return -1;
		if (!threads[number])
			return 0;
	}
	return say("session %u starts processes faster than they are let go: try again", number);
}

int session_unload(__u32 number)
{
	static __u32 threads[POLICY_MAX_SESSIONS];
	struct kernel_side kernel;
	int living = open_living(&kernel, threads), failed;

	if (living < 0)
		return STATUS_MACHINE;
	failed = !living || !threads[number] ? say("there is no session %u", number) : release_all(&kernel, number);
	if (!failed) {
		clear_session(&kernel, number);
		if (collect(&kernel, threads) == 0)
			kernel_side_remove();
	}
	leave(&kernel);
	return failed ? STATUS_MACHINE : STATUS_OK;
}
