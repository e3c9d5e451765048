/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_HOOKS_H
#define POLICY_HOOKS_H

#include "backend.h"
#include "policy.skel.h"

/*
 * Picks for each hook the program whose parameters are those of this kernel, and prepares it for the backend. Returns 0,
 * or -1 having said which hook none fits.
 */
int fit_hooks(struct policy_bpf *skeleton, enum backend backend);

#endif
