/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A process that starts policyd's work again where somebody has killed it. */
#ifndef POLICY_KEEPER_H
#define POLICY_KEEPER_H

#include <stdbool.h>

#include <linux/types.h>

/* What the process that works tells the one that keeps it. */
struct kept {
	__u32 session; /* in force; 0: not yet */
	bool told;     /* whoever started policyd knows that it is */
};

/* Returns an exit status. */
typedef int (*work)(struct kept *kept, void *context);

/* Does `first` in a process of its own; where that is killed once a session is in force, `again`. Returns the status. */
int keep(work first, work again, void *context);

#endif
