/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_PROBE_H
#define POLICY_PROBE_H

#include "kernel_side.h"

/* While the descriptor that it returns is open, MAP_PROBED gets what this thread opens. -1: having said why. */
int probe_begin(const struct kernel_side *kernel);
void probe_end(const struct kernel_side *kernel, int link);
void forget_probed(const struct kernel_side *kernel);

/* Whether the kernel calls what is loaded, each time: 0, or -1 having said why not. */
int check_calls(const struct kernel_side *kernel, enum backend backend);
/* Whether none of its programs can be passed over, which may change while the kernel runs: likewise. */
int check_preemption(const struct kernel_side *kernel, enum backend backend);
/* Where nobody asked for one: LSM hooks where this kernel calls those of BPF. */
enum backend choose_backend(void);

#endif
