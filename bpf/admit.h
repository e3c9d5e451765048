/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_ADMIT_H
#define POLICY_ADMIT_H

#include "kernel_side.h"

#include <sys/types.h>

/* Whether the process is in our own mount namespace, by which its paths are read. 0, or -1 having said why not. */
int check_mount_namespace(pid_t pid);
/* Whether these may be named. Likewise. */
int check_running(const pid_t *pids, size_t count);
/* Makes them members of the session, with all their threads and descendants, at once; or nobody, having said why: -1. */
int admit(const struct kernel_side *kernel, __u32 session, const pid_t *pids, size_t count);

#endif
