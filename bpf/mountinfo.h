/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_MOUNTINFO_H
#define POLICY_MOUNTINFO_H

#include <stdbool.h>

/* What a line of mountinfo tells of a mount. */
struct mount_line {
	unsigned long long id;
	char *point; /* within the line */
	bool overlay;
};

/* Takes `line` apart, in place. False where it is not a line as the kernel writes them. */
bool mountinfo_parse(char *line, struct mount_line *mount);

#endif
