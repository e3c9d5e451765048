/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_SKELETON_H
#define POLICY_SKELETON_H

#include "policy.skel.h"

/* The BPF program with the hooks that this kernel has, not loaded yet; NULL having said why. */
struct policy_bpf *open_skeleton(void);

#endif
