/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Processes that run already, stopped with everything that they started, so that none starts another meanwhile. */
#ifndef POLICY_SEIZE_H
#define POLICY_SEIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct seized_thread {
	pid_t process, thread;
	int signal;   /* that it was about to take */
	bool stopped; /* or as good as that */
};

struct crowd {
	pid_t *processes;
	size_t process_count;
	struct seized_thread *threads;
	size_t thread_count;
};

/* Whether `pid` may be named at all. Returns 0, or -1 having said why not. */
int check_named(pid_t pid);
/* Stops these, with all their threads and descendants. Returns 0, or -1 having said why not: then all go on. */
int seize(struct crowd *crowd, const pid_t *named, size_t count);
/* Lets all go on where they were. */
void let_go(struct crowd *crowd);

#endif
