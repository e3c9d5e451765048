// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * A thread that is stopped starts nothing. Who is looked at before it is stopped may start another meanwhile: so the
 * descendants are listed before they are stopped and again afterwards, until a look finds nobody new.
 */
#include "seize.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "input.h"
#include "say.h"

#define PATIENCE_MS 5000
#define VFORK_MS 500 /* after that, who waits for a vfork counts as stopped */
#define STEP_MS 2
#define PF_KTHREAD 0x00200000UL
#define FLAGS_FIELD 6 /* behind state, ppid, pgrp, session, tty and tpgid */
#define TEXT_SIZE 4096
#define PATH_SIZE 96
#define STOPPED_BY_US 128 /* PTRACE_EVENT_STOP, of which glibc and the kernel each have a name */

/* ---- /proc ------------------------------------------------------------------------------------------------------- */

/* Reads the beginning of a file of /proc; false where there is none. */
static bool read_text(const char *path, char text[TEXT_SIZE])
{
	FILE *file = fopen(path, "re");
	size_t got = file ? fread(text, 1, TEXT_SIZE - 1, file) : 0;

	text[got] = 0;
	if (file)
		fclose(file);
	return got > 0;
}

/* The number behind `name` in /proc/PID/status, or -1. */
static long status_of(pid_t pid, const char *name)
{
	char path[PATH_SIZE], text[TEXT_SIZE], *at;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (!read_text(path, text) || !(at = strstr(text, name)))
		return -1;
	return strtol(at + strlen(name), NULL, 10);
}

/* What stands behind the name in /proc/PID/stat, or NULL. */
static const char *stat_of(pid_t pid, char text[TEXT_SIZE])
{
	char path[PATH_SIZE], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!read_text(path, text))
		return NULL;
	end = strrchr(text, ')');
	return end && end[1] ? end + 2 : NULL;
}

static char state_of(pid_t pid)
{
	char text[TEXT_SIZE];
	const char *stat = stat_of(pid, text);

	return *(stat ? stat : "X");
}

static bool is_gone(pid_t pid)
{
	return strchr("ZXx", state_of(pid)) != NULL;
}

static pid_t parent_of(pid_t pid)
{
	long parent = status_of(pid, "\nPPid:");

	return parent > 0 ? (pid_t)parent : 0;
}

static bool is_kernel_thread(pid_t pid)
{
	char text[TEXT_SIZE];
	const char *at = stat_of(pid, text);

	for (int field = 0; at && field < FLAGS_FIELD; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && strtoul(at, NULL, 10) & PF_KTHREAD;
}

/* Made by the kernel for io_uring; it starts nothing, and nobody can stop it. */
static bool is_worker(pid_t pid)
{
	char path[PATH_SIZE], text[TEXT_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	return read_text(path, text) && !strncmp(text, "iou-", 4);
}

/* Whether it waits for a child that has its memory, until that executes a program or ends. */
static bool waits_for_vfork(pid_t pid)
{
	char path[PATH_SIZE], text[TEXT_SIZE];
	long number;

	if (state_of(pid) != 'D')
		return false;
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	if (!read_text(path, text))
		return false;
	number = strtol(text, NULL, 10);
	return number == SYS_vfork || number == SYS_clone || number == SYS_clone3;
}

int check_named(pid_t pid)
{
	long group = status_of(pid, "\nTgid:");

	if (group < 0)
		return say("there is no process %d", pid);
	if (group != pid)
		return say("%d is a thread of process %ld: name the process", pid, group);
	if (pid == 1)
		return say("process 1 starts all others: name those that are to be confined");
	if (is_kernel_thread(pid))
		return say("process %d is the kernel's own", pid);
	if (is_gone(pid))
		return say("process %d has ended", pid);
	for (pid_t own = getpid(); own > 1; own = parent_of(own))
		if (own == pid)
			return say("process %d started this command, which would be confined with it: run it from elsewhere",
				   pid);
	return 0;
}

/* ---- who --------------------------------------------------------------------------------------------------------- */

/* Returns 1 where it is new, 0, or -1 having said why. */
static int add_process(struct crowd *crowd, pid_t pid)
{
	pid_t *grown;

	for (size_t i = 0; i < crowd->process_count; i++)
		if (crowd->processes[i] == pid)
			return 0;
	grown = realloc(crowd->processes, (crowd->process_count + 1) * sizeof(pid));
	if (!grown)
		return say("out of memory for the processes");
	grown[crowd->process_count++] = pid;
	crowd->processes = grown;
	return 1;
}

static int add_children(struct crowd *crowd, pid_t process, pid_t thread)
{
	char path[PATH_SIZE];
	char *word = NULL;
	size_t room = 0;
	FILE *file;
	int added = 0, result = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", process, thread);
	file = fopen(path, "re");
	while (file && result >= 0 && getdelim(&word, &room, ' ', file) > 0) {
		pid_t child = (pid_t)strtol(word, NULL, 10);

		result = child <= 0 || is_gone(child) ? 0 : add_process(crowd, child);
		added |= result > 0;
	}
	free(word);
	if (file)
		fclose(file);
	return result < 0 ? -1 : added;
}

typedef int (*on_thread)(struct crowd *crowd, pid_t process, pid_t thread);

/* Returns 1 where one of them was new, 0, or -1. */
static int each_thread(struct crowd *crowd, pid_t process, on_thread act)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	int result = 0, added = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", process);
	folder = opendir(path);
	while (folder && result >= 0 && (entry = readdir(folder))) {
		unsigned long thread;

		if (!input_number(entry->d_name, 1UL << 30, &thread))
			continue;
		result = act(crowd, process, (pid_t)thread);
		added |= result > 0;
	}
	if (folder)
		closedir(folder);
	return result < 0 ? -1 : added;
}

/* Children of children are found on the way: the list grows. */
static int each_process(struct crowd *crowd, on_thread act)
{
	int added = 0;

	for (size_t i = 0; i < crowd->process_count; i++) {
		int result = each_thread(crowd, crowd->processes[i], act);

		if (result < 0)
			return -1;
		added |= result;
	}
	return added;
}

/* ---- stopping ---------------------------------------------------------------------------------------------------- */

static int refuse_traced(pid_t process, pid_t thread)
{
	long tracer = status_of(thread, "\nTracerPid:");

	if (is_gone(thread) || is_worker(thread))
		return 0;
	if (tracer > 0)
		return say("process %d is traced by process %ld, which would act in it: end that first", process, tracer);
	return say("process %d cannot be stopped: %s", process, strerror(EPERM));
}

static int stop_thread(struct crowd *crowd, pid_t process, pid_t thread)
{
	struct seized_thread *grown;

	for (size_t i = 0; i < crowd->thread_count; i++)
		if (crowd->threads[i].thread == thread)
			return 0;
	grown = realloc(crowd->threads, (crowd->thread_count + 1) * sizeof(*grown));
	if (!grown)
		return say("out of memory for the threads");
	crowd->threads = grown;
	if (ptrace(PTRACE_SEIZE, thread, 0, 0))
		return errno == ESRCH ? 0 : refuse_traced(process, thread);
	grown[crowd->thread_count++] = (struct seized_thread){ .process = process, .thread = thread };
	if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) && errno != ESRCH)
		return say_errno("cannot stop process %d", process);
	return 1;
}

static bool has_stopped(struct seized_thread *thread, int waited)
{
	int status = 0;
	pid_t got = waitpid(thread->thread, &status, __WALL | WNOHANG);

	if (!got)
		return waited >= VFORK_MS && waits_for_vfork(thread->thread);
	if (got > 0 && WIFSTOPPED(status) && status >> 16 != STOPPED_BY_US)
		thread->signal = WSTOPSIG(status);
	if (got > 0 && !WIFSTOPPED(status))
		thread->thread = 0; /* it has ended */
	return got > 0 || errno == ECHILD;
}

static void wait_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL);
}

static int await_stops(struct crowd *crowd)
{
	int waited = 0;

	for (size_t i = 0; i < crowd->thread_count; i++) {
		struct seized_thread *thread = &crowd->threads[i];

		while (!thread->stopped && !(thread->stopped = has_stopped(thread, waited))) {
			if (waited >= PATIENCE_MS)
				return say("process %d does not stop: thread %d waits in the kernel; try again",
					   thread->process, thread->thread);
			wait_a_little();
			waited += STEP_MS;
		}
	}
	return 0;
}

static int seize_everyone(struct crowd *crowd)
{
	int found;

	do {
		if (each_process(crowd, add_children) < 0)
			return -1;
		found = each_process(crowd, stop_thread);
		if (found < 0 || await_stops(crowd))
			return -1;
	} while (found);
	return 0;
}

int seize(struct crowd *crowd, const pid_t *named, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count && !failed; i++)
		failed = check_named(named[i]) || add_process(crowd, named[i]) < 0;
	if (!failed)
		failed = seize_everyone(crowd);
	if (failed)
		let_go(crowd);
	return failed ? -1 : 0;
}

/* A thread that waits for a vfork stops as soon as it can: then it goes on. */
static void await_and_detach(const struct seized_thread *thread)
{
	int status;

	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (!ptrace(PTRACE_DETACH, thread->thread, 0, thread->signal) || errno != ESRCH)
			return;
		if (waitpid(thread->thread, &status, __WALL | WNOHANG) < 0)
			return;
		wait_a_little();
	}
}

void let_go(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->thread_count; i++)
		if (crowd->threads[i].thread && crowd->threads[i].stopped)
			ptrace(PTRACE_DETACH, crowd->threads[i].thread, 0, crowd->threads[i].signal);
	for (size_t i = 0; i < crowd->thread_count; i++)
		if (crowd->threads[i].thread)
			await_and_detach(&crowd->threads[i]);
	free(crowd->processes);
	free(crowd->threads);
	memset(crowd, 0, sizeof(*crowd));
}
