// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "again.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* A pin that is not counted among those of the hooks that are always there. */
#define LINK KERNEL_SIDE_PINS "/again_file_permission"

static bool needs(const struct policy_root *root)
{
	return root->flags & (POLICY_ROOT_WRITES_AGAIN | POLICY_ROOT_SENDS_AGAIN) || root->file_marks;
}

static bool is_attached(void)
{
	struct stat unused;

	return !stat(LINK, &unused);
}

int again_attach(const struct kernel_side *kernel, const struct image *image)
{
	int link, failed;

	if (!needs(image_section(image, POLICY_SECTION_ROOT)) || kernel->backend == BACKEND_TRACEPOINT || is_attached())
		return 0;
	link = bpf_raw_tracepoint_open(NULL, kernel->programs[PROGRAM_FILE_PERMISSION]);
	if (link < 0)
		return say_errno("cannot attach to the kernel's hook file_permission");
	failed = bpf_obj_pin(link, LINK) ? say_errno("cannot pin %s", LINK) : 0;
	close(link);
	return failed;
}

void again_detach(const struct kernel_side *kernel)
{
	for (__u32 number = 1; number < POLICY_MAX_SESSIONS && is_attached(); number++) {
		struct policy_root root;
		__u32 slot = 0;

		if (!bpf_map_lookup_elem(kernel->maps[MAP_SESSIONS], &number, &slot) && slot &&
		    !bpf_map_lookup_elem(kernel->maps[MAP_ROOTS], &slot, &root) && needs(&root))
			return;
	}
	if (is_attached() && unlink(LINK))
		say_errno("cannot remove %s", LINK);
}
