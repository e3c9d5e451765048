/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The numbers that a session has for marks and lists of programs. They stay while it lives, whichever policy it gets: what
 * was remembered of a mark counts for the mark of that name.
 */
#ifndef POLICY_NUMBERS_H
#define POLICY_NUMBERS_H

#include "image.h"
#include "record.h"

/* A copy of the image with the session's numbers, to be freed by its bytes. Returns 0, or -1 having said why not. */
int number_for_session(const struct record *record, const struct image *image, struct image *numbered);

#endif
