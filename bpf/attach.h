/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_ATTACH_H
#define POLICY_ATTACH_H

#include <stdbool.h>

#include "backend.h"

struct bpf_program;
struct bpf_link;

/* Whether this kernel shows the lock by which a walk over dentries knows of concurrent renames. */
bool has_rename_lock(void);
/* The topmost cgroup, if the backend needs it, else -1. Returns 0, or -1 having said why. */
int open_top_cgroup(enum backend backend, int *cgroup);
/* NULL where the kernel refuses; errno says why. */
struct bpf_link *attach_program(struct bpf_program *program, int cgroup);

#endif
