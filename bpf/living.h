/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_LIVING_H
#define POLICY_LIVING_H

#include "kernel_side.h"

/* 0 where the threads of every session can be seen; -1 having said why not. */
int check_pid_namespace(void);
typedef void (*take_member)(const struct policy_member *member, void *context);
/* Runs a program over all tasks, and takes what it writes. Returns 0, or -1 having said why. */
int each_task(const struct kernel_side *kernel, enum program_id program, take_member take, void *context);
/* Which sessions have living threads: nonzero there. Returns 0 or -1. */
int count_threads(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS]);
#define FIRST_SLOT(number) (2 * (number))
/* The slot of the session's policy; 0: there is no such session. */
__u32 slot_of(const struct kernel_side *kernel, __u32 number);
/* Empties a slot that no decision reads any more. */
void clear_slot(const struct kernel_side *kernel, __u32 slot);
/* Empties the slots and forgets the session, its record included. */
void clear_session(const struct kernel_side *kernel, __u32 number);
/* Counts, and clears what ended sessions left. Returns how many live, or -1. The lock is held. */
int collect(const struct kernel_side *kernel, __u32 threads[POLICY_MAX_SESSIONS]);

#endif
