// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Which sessions live, and the clearing of those that do not. */
#include "living.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "again.h"
#include "anchors.h"
#include "guards.h"
#include "record.h"
#include "say.h"

#define INITIAL_PID_NAMESPACE 0xeffffffcu /* PROC_PID_INIT_INO: its inode in nsfs */

/* The list of tasks shows those of our own pid namespace. */
int check_pid_namespace(void)
{
	struct stat own;

	if (stat("/proc/self/ns/pid", &own))
		return say_errno("cannot tell the pid namespace");
	return own.st_ino == INITIAL_PID_NAMESPACE
		       ? 0
		       : say("in a pid namespace (a container) it cannot be seen which sessions live: run it outside");
}

int each_task(const struct kernel_side *kernel, enum program_id program, take_member take, void *context)
{
	int link = bpf_link_create(kernel->programs[program], 0, BPF_TRACE_ITER, NULL);
	int iterator = link < 0 ? -1 : bpf_iter_create(link);
	struct policy_member members[512];
	ssize_t got = -1;

	while (iterator >= 0 && (got = read(iterator, members, sizeof(members))) > 0)
		for (size_t i = 0; i < got / sizeof(*members); i++)
			take(&members[i], context);
	if (iterator < 0 || got < 0)
		say_errno("cannot look at the processes of sessions");
	if (iterator >= 0)
		close(iterator);
	if (link >= 0)
		close(link);
	return iterator < 0 || got < 0 ? -1 : 0;
}

static void count_thread(const struct policy_member *member, void *context)
{
	__u32 *threads = context;

	if (member->session < POLICY_MAX_SESSIONS)
		threads[member->session]++;
}

/* Adds the threads of each session, as one look finds them. */
static int list_threads(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS])
{
	return each_task(kernel, PROGRAM_LIST_TASKS, count_thread, threads);
}

static __u64 forks_of(const struct kernel_side *kernel, __u32 number)
{
	__u64 count = 0;

	bpf_map_lookup_elem(kernel->maps[MAP_FORKS], &number, &count);
	return count;
}

/*
 * Which sessions have living threads: nonzero there. One look goes from pid to pid and may miss a thread that hands on to
 * a new one behind it; but where nothing was forked from before the first look to after the second, the second look saw
 * all there were.
 */
int count_threads(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS])
{
	static __u64 forks[POLICY_MAX_SESSIONS];

	for (__u32 number = 1; number < POLICY_MAX_SESSIONS; number++)
		forks[number] = forks_of(kernel, number);
	if (list_threads(kernel, threads))
		return -1;
	memset(threads, 0, POLICY_MAX_SESSIONS * sizeof(*threads));
	if (list_threads(kernel, threads))
		return -1;
	for (__u32 number = 1; number < POLICY_MAX_SESSIONS; number++)
		if (!threads[number] && forks[number] != forks_of(kernel, number))
			threads[number] = 1;
	return 0;
}

static void clear_folds(const struct kernel_side *kernel, __u32 session)
{
	struct policy_fold_key key, last;
	void *previous = NULL;

	while (!bpf_map_get_next_key(kernel->maps[MAP_FOLDS], previous, &key)) {
		if (key.session == session) {
			bpf_map_delete_elem(kernel->maps[MAP_FOLDS], &key);
			continue;
		}
		last = key;
		previous = &last;
	}
}

static void clear_marks(const struct kernel_side *kernel, __u32 session)
{
	struct policy_file_key key, last;
	void *previous = NULL;
	__u64 none = 0;

	bpf_map_update_elem(kernel->maps[MAP_MARKS], &session, &none, BPF_ANY);
	while (!bpf_map_get_next_key(kernel->maps[MAP_MARKED_FILES], previous, &key)) {
		if (key.session == session) {
			bpf_map_delete_elem(kernel->maps[MAP_MARKED_FILES], &key);
			continue;
		}
		last = key;
		previous = &last;
	}
}

void clear_slot(const struct kernel_side *kernel, __u32 slot)
{
	if (tables_are_clear(kernel, slot))
		return;
	anchors_clear(kernel, slot);
	tables_clear(kernel, slot);
}

void clear_session(const struct kernel_side *kernel, __u32 number)
{
	__u32 none = 0;
	__u64 zero = 0;

	bpf_map_update_elem(kernel->maps[MAP_SESSIONS], &number, &none, BPF_ANY);
	clear_slot(kernel, FIRST_SLOT(number));
	clear_slot(kernel, FIRST_SLOT(number) + 1);
	clear_folds(kernel, number);
	clear_marks(kernel, number);
	again_detach(kernel);
	guards_clear(kernel, number);
	bpf_map_delete_elem(kernel->maps[MAP_RINGS], &number);
	bpf_map_update_elem(kernel->maps[MAP_LOST], &number, &zero, BPF_ANY);
	record_remove(number);
}

__u32 slot_of(const struct kernel_side *kernel, __u32 number)
{
	__u32 slot = 0;

	bpf_map_lookup_elem(kernel->maps[MAP_SESSIONS], &number, &slot);
	return slot;
}

/* Clears what ended sessions left. Returns how many live, or -1. The lock is held. */
int collect(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS])
{
	static bool on_record[POLICY_MAX_SESSIONS];
	int living = 0;

	if (count_threads(kernel, threads))
		return -1;
	record_list(on_record);
	for (__u32 number = 1; number < POLICY_MAX_SESSIONS; number++) {
		if (threads[number])
			living++;
		else if (on_record[number] || slot_of(kernel, number))
			clear_session(kernel, number);
	}
	return living;
}
