/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_HOST_H
#define POLICY_HOST_H

#include "image.h"

/* What the image says of a path or abstract name, by match.h compiled for the host: for tests and fuzzing. */
void host_answer(const struct image *image, struct policy_query *query);
/* Whether a tree that moves from one place to the other could get a permission. Both places are answers of the image. */
int host_may_widen(const struct image *image, const struct policy_place *from, const struct policy_place *to);

#endif
