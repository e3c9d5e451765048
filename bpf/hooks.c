// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Which function of the kernel each program is attached to. The program's section names an LSM hook; the lsm backend
 * attaches it to that (bpf_lsm_HOOK), the fmod_ret backend to the function by which the kernel asks every LSM
 * (security_HOOK). A program that would read other parameters than the function has is not loaded. The tracepoint backend
 * has programs of its own, which every kernel takes; some of them the others have as well.
 */
#include "hooks.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "say.h"

#define LSM_SECTION "lsm/"
#define NAME_SIZE 128

/* Programs of the tracepoint backend, but for these: of all backends, and of those that are asked by hooks. */
static const char *const EVENT_SECTIONS[] = { "tp_btf/", "cgroup" };
static const char *const OF_ALL[] = { "after_exit" }, *const OF_HOOKS[] = { "after_exec", "after_fork" };

/* Hooks that not every kernel has; each other one must attach. */
static const char *const OPTIONAL_HOOKS[] = {
	"inode_set_acl", "inode_get_acl", "inode_remove_acl", "file_ioctl_compat"
};

/* Hooks whose function is not called security_HOOK. */
static const struct { const char *hook, *function; } OTHER_NAMES[] = {
	{ "bprm_check_security", "security_bprm_check" },
	{ "userns_create", "security_create_user_ns" },
	{ "settime", "security_settime64" },
};

/*
 * Hooks whose programs note something and decide nothing. They run after the function (fexit): the kernel does not let
 * programs that replace an answer use the storage of sockets.
 */
static const char *const NOTING_HOOKS[] = { "socket_post_create" };

/* Parameters that have another type on some kernels, or a disguised one: no program reads what is behind them. */
static const struct { const char *ours, *theirs; } OTHER_TYPES[] = {
	{ "mnt_idmap", "user_namespace" },
	{ "key", "__key_reference_with_attributes" },
};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static bool is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

/* The LSM hook that the program is written for, or NULL. */
static const char *hook_of(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return strncmp(section, LSM_SECTION, strlen(LSM_SECTION)) ? NULL : section + strlen(LSM_SECTION);
}

static bool is_event(const struct bpf_program *program)
{
	for (size_t i = 0; i < LENGTH(EVENT_SECTIONS); i++)
		if (!strncmp(bpf_program__section_name(program), EVENT_SECTIONS[i], strlen(EVENT_SECTIONS[i])))
			return true;
	return false;
}

static bool is_event_of(const struct bpf_program *program, enum backend backend)
{
	const char *name = bpf_program__name(program);

	if (is_among(name, OF_ALL, LENGTH(OF_ALL)))
		return true;
	return is_among(name, OF_HOOKS, LENGTH(OF_HOOKS)) != (backend == BACKEND_TRACEPOINT);
}

static void name_function(char name[NAME_SIZE], const char *hook, enum backend backend)
{
	snprintf(name, NAME_SIZE, "%s_%s", backend == BACKEND_LSM ? "bpf_lsm" : "security", hook);
	for (size_t i = 0; i < LENGTH(OTHER_NAMES) && backend == BACKEND_FMOD_RET; i++)
		if (!strcmp(hook, OTHER_NAMES[i].hook))
			snprintf(name, NAME_SIZE, "%s", OTHER_NAMES[i].function);
}

/* ---- parameters -------------------------------------------------------------------------------------------------- */

/* The type behind names for it, const and the like. (btf__resolve_type takes a structure without a body for void.) */
static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_var(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* The parameters of the kernel's function, or NULL where there is none that returns an int. */
static const struct btf_type *find_function(const struct btf *kernel, const char *name)
{
	const struct btf_type *function, *result;
	int id = btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);

	if (id < 0)
		return NULL;
	function = btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
	result = plain_type(kernel, function->type);
	return result && btf_is_int(result) ? function : NULL;
}

/* What form.bpf.h noted of the program's parameters, or NULL. */
static const struct btf_type *form_of(const struct btf *own, const struct bpf_program *program)
{
	char name[NAME_SIZE];
	const struct btf_type *pointer;
	int id;

	snprintf(name, sizeof(name), "form_%s", bpf_program__name(program));
	id = btf__find_by_name_kind(own, name, BTF_KIND_VAR);
	pointer = id > 0 ? plain_type(own, id) : NULL;
	return pointer && btf_is_ptr(pointer) ? btf__type_by_id(own, pointer->type) : NULL;
}

static bool is_structure(const struct btf_type *type)
{
	return type && (btf_is_composite(type) || btf_is_fwd(type));
}

static bool is_same_structure(const char *ours, const char *theirs)
{
	for (size_t i = 0; i < LENGTH(OTHER_TYPES); i++)
		if (!strcmp(ours, OTHER_TYPES[i].ours) && !strcmp(theirs, OTHER_TYPES[i].theirs))
			return true;
	return !strcmp(ours, theirs);
}

static bool is_same_parameter(const struct btf *own, __u32 ours, const struct btf *kernel, __u32 theirs)
{
	const struct btf_type *a = plain_type(own, ours), *b = plain_type(kernel, theirs);

	if (!a || !b || btf_is_ptr(a) != btf_is_ptr(b))
		return false;
	if (!btf_is_ptr(a))
		return true; /* numbers: of one word each, whatever their type */
	a = plain_type(own, a->type);
	b = plain_type(kernel, b->type);
	if (!is_structure(a) || !is_structure(b))
		return is_structure(a) == is_structure(b);
	return is_same_structure(btf__name_by_offset(own, a->name_off), btf__name_by_offset(kernel, b->name_off));
}

/* Whether the program takes the function's parameters and, behind them, what an earlier program has returned. */
static bool fits(const struct btf *own, const struct bpf_program *program, const struct btf *kernel,
		 const struct btf_type *function)
{
	const struct btf_type *form = form_of(own, program);

	if (!form || btf_vlen(form) != btf_vlen(function) + 1)
		return false;
	for (int i = 0; i < btf_vlen(function); i++)
		if (!is_same_parameter(own, btf_params(form)[i].type, kernel, btf_params(function)[i].type))
			return false;
	return true;
}

/* ---- programs ---------------------------------------------------------------------------------------------------- */

static int attach_to(struct bpf_program *program, const char *function, enum bpf_attach_type type)
{
	int failed = bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);

	if (!failed)
		failed = bpf_program__set_expected_attach_type(program, type);
	if (!failed)
		failed = bpf_program__set_attach_target(program, 0, function);
	return failed ? say_errno("cannot make the kernel's function %s the target of a program", function) : 0;
}

static int fit_program(struct bpf_program *program, const struct btf *own, const struct btf *kernel,
		       enum backend backend)
{
	const char *hook = hook_of(program);
	const struct btf_type *function;
	char name[NAME_SIZE];
	bool fitting;

	if (is_event(program))
		bpf_program__set_autoload(program, is_event_of(program, backend));
	else if (hook && backend == BACKEND_TRACEPOINT)
		bpf_program__set_autoload(program, false);
	if (!hook || backend == BACKEND_TRACEPOINT)
		return 0;
	name_function(name, hook, backend);
	function = find_function(kernel, name);
	fitting = function && fits(own, program, kernel, function);
	bpf_program__set_autoload(program, fitting);
	if (!fitting || backend == BACKEND_LSM)
		return 0;
	return attach_to(program, name,
			 is_among(hook, NOTING_HOOKS, LENGTH(NOTING_HOOKS)) ? BPF_TRACE_FEXIT : BPF_MODIFY_RETURN);
}

/* Programs named after their hook are forms of one decision: just one of them has to fit. */
static int check_hook(struct policy_bpf *skeleton, const struct btf *kernel, const char *hook, enum backend backend)
{
	struct bpf_program *program;
	char name[NAME_SIZE];
	int fitting = 0;

	name_function(name, hook, backend);
	bpf_object__for_each_program(program, skeleton->obj) {
		const char *its = hook_of(program);

		if (its && !strcmp(its, hook) && bpf_program__autoload(program) &&
		    !strncmp(bpf_program__name(program), hook, strlen(hook)))
			fitting++;
	}
	if (fitting == 1)
		return 0;
	if (btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) < 0)
		return is_among(hook, OPTIONAL_HOOKS, LENGTH(OPTIONAL_HOOKS))
			       ? 0
			       : say("this kernel has no function %s, which the backend `%s` needs", name,
				     backend_name(backend));
	return say("the backend `%s` has %s program for the parameters of this kernel's %s", backend_name(backend),
		   fitting ? "more than one" : "no", name);
}

static int fit_all(struct policy_bpf *skeleton, const struct btf *kernel, enum backend backend)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj)
		if (fit_program(program, bpf_object__btf(skeleton->obj), kernel, backend))
			return -1;
	if (backend == BACKEND_TRACEPOINT)
		return 0;
	bpf_object__for_each_program(program, skeleton->obj) {
		const char *hook = hook_of(program);

		if (hook && check_hook(skeleton, kernel, hook, backend))
			return -1;
	}
	return 0;
}

int fit_hooks(struct policy_bpf *skeleton, enum backend backend)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int failed;

	if (!kernel)
		return say_errno("cannot read the kernel's type information (/sys/kernel/btf/vmlinux)");
	skeleton->rodata->by_tracepoints = backend == BACKEND_TRACEPOINT;
	failed = fit_all(skeleton, kernel, backend);
	btf__free(kernel);
	return failed;
}
