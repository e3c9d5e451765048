/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_HOST_H
#define POLICY_HOST_H

#include "image.h"

/* What the image says of a path or abstract name, by match.h compiled for the host: for tests and fuzzing. */
void host_answer(const struct image *image, struct policy_query *query);

#endif
