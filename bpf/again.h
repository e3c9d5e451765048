/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The hook on every read and write: attached while a session's policy needs it. The lock is held. */
#ifndef POLICY_AGAIN_C_H
#define POLICY_AGAIN_C_H

#include "kernel_side.h"

/* Attaches it where the image needs it. Returns 0, or -1 having said why not. */
int again_attach(const struct kernel_side *kernel, const struct image *image);
/* Detaches it where no policy in force needs it. */
void again_detach(const struct kernel_side *kernel);

#endif
