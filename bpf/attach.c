// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* What the programs are attached to. */
#include "attach.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

#define TOP_CGROUP 1 /* its inode */

bool has_rename_lock(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	char line[512];
	bool found = false;

	while (symbols && !found && fgets(line, sizeof(line), symbols))
		found = strstr(line, " rename_lock\n") && strtoull(line, NULL, 16);
	if (symbols)
		fclose(symbols);
	return found;
}

/*
 * The topmost cgroup of version 2, wherever that is mounted or not: a mount of our own, which nobody else sees. -1 for the
 * backends that need none.
 */
int open_top_cgroup(enum backend backend, int *cgroup)
{
	int context;
	struct stat top;

	*cgroup = -1;
	if (backend != BACKEND_TRACEPOINT)
		return 0;
	context = (int)syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC);
	if (context >= 0 && !syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		*cgroup = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (*cgroup < 0)
		say_errno("cannot open the topmost cgroup, which the backend `tracepoint` needs");
	if (context >= 0)
		close(context);
	if (*cgroup < 0)
		return -1;
	if (!fstat(*cgroup, &top) && top.st_ino == TOP_CGROUP)
		return 0;
	close(*cgroup);
	return say("in a cgroup namespace (a container) the backend `tracepoint` does not work: run it outside");
}

static bool is_of_cgroup(const struct bpf_program *program)
{
	return !strncmp(bpf_program__section_name(program), "cgroup", 6);
}

struct bpf_link *attach_program(struct bpf_program *program, int cgroup)
{
	return is_of_cgroup(program) ? bpf_program__attach_cgroup(program, cgroup)
				     : bpf_program__attach_trace(program); /* which is the same for LSM programs */
}
