/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef POLICY_LAUNCH_H
#define POLICY_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct launch {
	int start_fd; /* one byte on it means: you are confined, go */
	bool has_ids;
	uid_t uid;
	gid_t gid;
	gid_t groups[256];
	size_t group_count;
	char **command;
};

/* Returns only when the command was not started: a status as a shell's. */
int launch(const struct launch *launch);

#endif
