// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The BPF program as it fits this kernel, and what its verifier makes of it. */
#include "skeleton.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_side.h"
#include "say.h"

/* Hooks that not every kernel has; each other one must attach. */
static const char *const OPTIONAL_HOOKS[] = {
	"inode_set_acl", "inode_get_acl", "inode_remove_acl", "file_ioctl_compat"
};

/* Parameters of the kernel's bpf_lsm_HOOK, or -1 where it has no such hook. */
static int hook_parameters(const struct btf *kernel, const char *hook)
{
	char name[128];
	const struct btf_type *function;
	int id;

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	id = btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);
	if (id < 0)
		return -1;
	function = btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
	return btf_vlen(function);
}

/* Leaves out hooks that this kernel lacks or has in another form. */
static void choose_hooks(struct policy_bpf *skeleton, const struct btf *kernel)
{
	bool with_idmap = hook_parameters(kernel, "inode_setattr") == 3;

	bpf_program__set_autoload(skeleton->progs.inode_setattr, !with_idmap);
	bpf_program__set_autoload(skeleton->progs.inode_setattr_idmap, with_idmap);
	for (size_t i = 0; i < sizeof(OPTIONAL_HOOKS) / sizeof(*OPTIONAL_HOOKS); i++)
		if (hook_parameters(kernel, OPTIONAL_HOOKS[i]) < 0)
			bpf_program__set_autoload(
				bpf_object__find_program_by_name(skeleton->obj, OPTIONAL_HOOKS[i]), false);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN && getenv("POLICYD_DEBUG") ? vfprintf(stderr, format, args) : 0;
}

struct policy_bpf *open_skeleton(void)
{
	struct btf *kernel;
	struct policy_bpf *skeleton;

	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	kernel = btf__load_vmlinux_btf();
	if (!kernel) {
		say_errno("cannot read the kernel's type information (/sys/kernel/btf/vmlinux)");
		return NULL;
	}
	skeleton = policy_bpf__open();
	if (skeleton)
		choose_hooks(skeleton, kernel);
	else
		say_errno("cannot open the BPF program");
	btf__free(kernel);
	return skeleton;
}

/* ---- verifier statistics ---------------------------------------------------------------------------------------- */

#define VERIFIER_LOG (1u << 16)

/* What the verifier's statistics in `log` say of its work, or 0. */
static unsigned int processed(const char *log)
{
	const char *found = strstr(log, "processed ");
	unsigned int count = 0;

	if (found)
		sscanf(found, "processed %u insns", &count);
	return count;
}

int kernel_side_verify(const char *only)
{
	struct policy_bpf *skeleton = open_skeleton();
	struct bpf_program *program;
	size_t size;
	int failed;

	if (!skeleton)
		return -1;
	bpf_object__for_each_program(program, skeleton->obj) {
		if (only && strcmp(only, bpf_program__name(program)))
			bpf_program__set_autoload(program, false);
		bpf_program__set_log_level(program, 4);
		bpf_program__set_log_buf(program, calloc(1, VERIFIER_LOG), VERIFIER_LOG);
	}
	failed = policy_bpf__load(skeleton);
	bpf_object__for_each_program(program, skeleton->obj)
		if (bpf_program__autoload(program))
			printf("%s %u\n", bpf_program__name(program),
			       processed(bpf_program__log_buf(program, &size)));
	fflush(stdout);
	if (failed) {
		say_errno("the kernel refuses the BPF program");
		if (only)
			fputs(bpf_program__log_buf(bpf_object__find_program_by_name(skeleton->obj, only), &size), stderr);
	}
	bpf_object__for_each_program(program, skeleton->obj)
		free((void *)bpf_program__log_buf(program, &size));
	policy_bpf__destroy(skeleton);
	return failed;
}
