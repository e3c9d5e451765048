/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_SKELETON_H
#define POLICY_SKELETON_H

#include "hooks.h"

/* The BPF program, not loaded yet; NULL having said why. */
struct policy_bpf *open_skeleton(void);
/* With the hooks that this kernel has, as the backend attaches them. */
struct policy_bpf *open_fitting(enum backend backend);

#endif
