/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What policyd is given from outside: numbers as text, and a descriptor that is read to its end. */
#ifndef POLICY_INPUT_H
#define POLICY_INPUT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* The decimal digits that `text` consists of, as a number of at most `most`; false where it is anything else. */
bool input_number(const char *text, unsigned long most, unsigned long *number);

/*
 * All that `fd` holds, to be freed; NULL having said why where that is more than `limit` bytes or cannot be read.
 * Begins with room for `room` bytes and doubles it.
 */
__u8 *input_read(int fd, size_t room, size_t limit, size_t *size);

#endif
