/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_GUARDS_H
#define POLICY_GUARDS_H

#include <sys/types.h>

#include "kernel_side.h"

/* Puts policyd's own files and the session's record out of the sessions' reach on account of this one. Returns 0, or -1
 * having said which could not be. */
int guards_write(const struct kernel_side *kernel, __u32 session);
/* The same for these files, whose paths each have a NUL byte behind them. */
int guards_add(const struct kernel_side *kernel, __u32 session, const char *paths, size_t size);
/* What no other session asks for is in reach again. */
void guards_clear(const struct kernel_side *kernel, __u32 session);
/* Puts a process of policyd's out of reach. Returns 0 or -1. */
int guard_process(const struct kernel_side *kernel, pid_t pid);

#endif
