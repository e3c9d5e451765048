// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The BPF program as it fits this kernel, and what its verifier makes of it. */
#include "skeleton.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_side.h"
#include "say.h"

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN && getenv("POLICYD_DEBUG") ? vfprintf(stderr, format, args) : 0;
}

struct policy_bpf *open_skeleton(void)
{
	struct policy_bpf *skeleton;

	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	skeleton = policy_bpf__open();
	if (!skeleton)
		say_errno("cannot open the BPF program");
	return skeleton;
}

struct policy_bpf *open_fitting(enum backend backend)
{
	struct policy_bpf *skeleton = open_skeleton();

	if (skeleton && fit_hooks(skeleton, backend)) {
		policy_bpf__destroy(skeleton);
		return NULL;
	}
	return skeleton;
}

/* ---- verifier statistics ---------------------------------------------------------------------------------------- */

#define VERIFIER_LOG (1u << 16)

/* What the verifier's statistics in `log` say of its work, or 0. */
static unsigned long processed(const char *log)
{
	static const char WORD[] = "processed ";
	const char *found = strstr(log, WORD);

	return found ? strtoul(found + strlen(WORD), NULL, 10) : 0;
}

int kernel_side_verify(enum backend backend, const char *only)
{
	struct policy_bpf *skeleton = open_fitting(backend);
	struct bpf_program *program;
	size_t size;
	int failed;

	if (!skeleton)
		return -1;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): libbpf hands the logs back, and they are freed below */
	bpf_object__for_each_program(program, skeleton->obj) {
		if (only && strcmp(only, bpf_program__name(program)))
			bpf_program__set_autoload(program, false);
		bpf_program__set_log_level(program, 4);
		bpf_program__set_log_buf(program, calloc(1, VERIFIER_LOG), VERIFIER_LOG);
	}
	failed = policy_bpf__load(skeleton);
	bpf_object__for_each_program(program, skeleton->obj)
		if (bpf_program__autoload(program))
			printf("%s %lu\n", bpf_program__name(program),
			       processed(bpf_program__log_buf(program, &size)));
	if (fflush(stdout))
		say_errno("cannot write what the verifier says");
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
