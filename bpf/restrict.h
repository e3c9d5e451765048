/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_RESTRICT_H
#define POLICY_RESTRICT_H

#include <linux/types.h>

/*
 * Takes from this process and all that it starts, for good, what the policy denies and the tracepoint backend sees too late:
 * `denied` has a bit for each privilege, then those of POLICY_CALLS_*. Returns 0, or -1 having said why.
 */
int restrict_self(__u64 denied);

#endif
