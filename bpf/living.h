/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_LIVING_H
#define POLICY_LIVING_H

#include "kernel_side.h"

/* 0 where the threads of every session can be seen; -1 having said why not. */
int check_pid_namespace(void);
/* Which sessions have living threads: nonzero there. Returns 0 or -1. */
int count_threads(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS]);
/* Empties the slot and forgets the session. */
void clear_session(const struct kernel_side *kernel, __u32 number, __u32 slot);
/* Counts, and clears what ended sessions left. Returns how many live, or -1. The lock is held. */
int collect(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS]);

#endif
