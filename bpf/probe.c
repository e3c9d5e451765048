// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Whether a backend works here, found out by trying: what loads and attaches need not be called. */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attach.h"
#include "say.h"
#include "skeleton.h"

#define LSM_LIST "/sys/kernel/security/lsm"

void forget_probed(const struct kernel_side *kernel)
{
	struct policy_layer_key key;

	while (!bpf_map_get_next_key(kernel->maps[MAP_PROBED], NULL, &key))
		bpf_map_delete_elem(kernel->maps[MAP_PROBED], &key);
}

int probe_begin(const struct kernel_side *kernel)
{
	int link = bpf_raw_tracepoint_open(NULL, kernel->programs[PROGRAM_PROBE_OPEN]);

	if (link < 0)
		return say_errno("cannot attach a BPF program to the opening of files");
	if (!set_probing_thread(kernel, gettid()))
		return link;
	close(link);
	return -1;
}

void probe_end(const struct kernel_side *kernel, int link)
{
	set_probing_thread(kernel, 0);
	forget_probed(kernel);
	close(link);
}

static bool file_has(const char *path, const char *words)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, words);
	if (file)
		fclose(file);
	return found;
}

/*
 * The kernel passes a fmod_ret program over where another task is inside the same program on the same processor: there
 * must be no way to come in between. (It does not for LSM programs.)
 */
static bool preempts(const struct kernel_side *kernel)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	struct utsname names;

	if (uname(&names) || strstr(names.version, "PREEMPT_RT"))
		return true;
	if (!strstr(names.version, "PREEMPT"))
		return false;
	return bpf_prog_test_run_opts(kernel->programs[PROGRAM_PREEMPTION], &options) || options.retval > 1;
}

/* Then the compiler may have put copies of the security functions into their callers. */
static bool is_optimised_as_a_whole(void)
{
	return file_has("/proc/version", "clang") && file_has("/proc/kallsyms", ".llvm.");
}

static int check_opening(const struct kernel_side *kernel, enum backend backend)
{
	struct policy_layer_key key;
	int link = probe_begin(kernel), opened;
	bool called;

	if (link < 0)
		return -1;
	opened = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	called = !bpf_map_get_next_key(kernel->maps[MAP_PROBED], NULL, &key);
	if (opened >= 0)
		close(opened);
	probe_end(kernel, link);
	if (called)
		return 0;
	return say("the kernel does not call what the backend `%s` attaches%s", backend_name(backend),
		   backend == BACKEND_LSM ? ": `bpf` is not in its list of LSMs" : "");
}

int check_preemption(const struct kernel_side *kernel, enum backend backend)
{
	if (backend != BACKEND_FMOD_RET || !preempts(kernel))
		return 0;
	return say("the backend `fmod_ret` needs a kernel that does not preempt itself, or programs are passed over at "
		   "times: boot with `preempt=voluntary`");
}

int check_calls(const struct kernel_side *kernel, enum backend backend)
{
	if (backend == BACKEND_TRACEPOINT) /* what attaches is called */
		return 0;
	if (check_preemption(kernel, backend))
		return -1;
	if (backend == BACKEND_FMOD_RET && is_optimised_as_a_whole())
		return say("the backend `fmod_ret` needs a kernel that was not optimised while it was linked (LTO), or its "
			   "functions may be called unseen");
	return check_opening(kernel, backend);
}

static bool is_lsm(void)
{
	FILE *file = fopen(LSM_LIST, "re");
	char list[512] = "", *save;
	bool found = false;

	if (file && fgets(list, sizeof(list), file))
		for (char *name = strtok_r(list, ",\n", &save); name; name = strtok_r(NULL, ",\n", &save))
			found = found || !strcmp(name, "bpf");
	if (file)
		fclose(file);
	return found;
}

enum backend choose_backend(void)
{
	enum backend backend = BACKEND_LSM;

	if (is_lsm())
		return backend;
	say_quietly(true);
	backend = backend_probe(BACKEND_FMOD_RET) == STATUS_OK ? BACKEND_FMOD_RET : BACKEND_TRACEPOINT;
	say_quietly(false);
	return backend;
}

static bool is_probe(const struct policy_bpf *skeleton, const struct bpf_program *program, enum backend backend)
{
	return backend == BACKEND_TRACEPOINT ? program == skeleton->progs.sys_exit || program == skeleton->progs.connect4
					     : program == skeleton->progs.probe_open || program == skeleton->progs.preemption;
}

int backend_probe(enum backend backend)
{
	struct policy_bpf *skeleton;
	struct kernel_side kernel;
	struct bpf_program *program;
	int failed, cgroup;

	if (open_top_cgroup(backend, &cgroup))
		return STATUS_MACHINE;
	if (cgroup >= 0)
		close(cgroup);
	skeleton = open_fitting(backend);
	if (!skeleton)
		return STATUS_MACHINE;
	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, is_probe(skeleton, program, backend));
	failed = policy_bpf__load(skeleton);
	if (failed) {
		say_errno("the kernel refuses %s programs", backend_name(backend));
	} else {
		take_handles(&kernel, skeleton);
		failed = check_calls(&kernel, backend);
	}
	policy_bpf__destroy(skeleton);
	return failed ? STATUS_MACHINE : STATUS_OK;
}
