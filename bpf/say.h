/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* How policyd tells of a failure: what, which object, and errno in words; one line on stderr. */
#ifndef POLICY_SAY_H
#define POLICY_SAY_H

#include <stdbool.h>

/* Exit statuses, as of the command line. */
enum { STATUS_OK, STATUS_POLICY = 1, STATUS_USAGE = 2, STATUS_MACHINE = 3 };

/* Both return -1. `say_errno` adds ": " and the words for errno. */
int say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int say_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* While something is only tried out. */
void say_quietly(bool quietly);

#endif
