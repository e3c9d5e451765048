// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * A program that would read other parameters than the kernel's function has is not loaded. The kernel is one made up here: its
 * type information holds one function. The last line is `N passed, N failed`.
 */
#include "../../bpf/hooks.c"

#include <stdlib.h>

static int passed, failed;

static void check(const char *name, bool ok)
{
	if (ok)
		passed++;
	else
		failed++;
	if (!ok)
		printf("FAILED: %s\n", name);
}

static int be_quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

/* ---- a kernel ---------------------------------------------------------------------------------------------------- */

/* `int` and `void` as they are; other names are those of structures. A `*` before it: what points to one. */
static int type_of(struct btf *kernel, const char *text)
{
	bool points = *text == '*';
	const char *name = text + points;
	int id;

	if (!strcmp(text, "void"))
		return 0;
	id = btf__find_by_name(kernel, name);
	if (id < 0)
		id = !strcmp(name, "int") ? btf__add_int(kernel, name, 4, BTF_INT_SIGNED) : btf__add_struct(kernel, name, 8);
	return points ? btf__add_ptr(kernel, btf__add_const(kernel, id)) : id;
}

static struct btf *kernel_with(const char *function, const char *result, const char *const *parameters)
{
	struct btf *kernel = btf__new_empty();
	int types[8] = {}, prototype, returned = type_of(kernel, result);

	for (int i = 0; parameters[i]; i++)
		types[i] = type_of(kernel, parameters[i]);
	prototype = btf__add_func_proto(kernel, returned);
	for (int i = 0; parameters[i]; i++)
		btf__add_func_param(kernel, "p", types[i]);
	btf__add_func(kernel, function, BTF_FUNC_GLOBAL, prototype);
	return kernel;
}

/* ---- one program, and kernels that differ ------------------------------------------------------------------------- */

static const struct {
	const char *what, *program, *function, *result;
	enum backend backend;
	const char *parameters[8];
	bool fits;
} CASES[] = {
	{ "the function as it is", "file_open", "bpf_lsm_file_open", "int", BACKEND_LSM, { "*file" }, true },
	{ "another structure", "file_open", "bpf_lsm_file_open", "int", BACKEND_LSM, { "*inode" }, false },
	{ "a number for a pointer", "file_open", "bpf_lsm_file_open", "int", BACKEND_LSM, { "int" }, false },
	{ "no parameter", "file_open", "bpf_lsm_file_open", "int", BACKEND_LSM, {}, false },
	{ "one parameter more", "file_open", "bpf_lsm_file_open", "int", BACKEND_LSM, { "*file", "int" }, false },
	{ "no answer", "file_open", "bpf_lsm_file_open", "void", BACKEND_LSM, { "*file" }, false },
	{ "no such function", "file_open", "bpf_lsm_file_close", "int", BACKEND_LSM, { "*file" }, false },
	{ "the function of the other backend", "file_open", "security_file_open", "int", BACKEND_LSM, { "*file" }, false },
	{ "by the other backend, another structure", "file_open", "security_file_open", "int", BACKEND_FMOD_RET, { "*inode" },
	  false },
	{ "a pointer for a number", "file_mprotect", "bpf_lsm_file_mprotect", "int", BACKEND_LSM,
	  { "*vm_area_struct", "*file", "int" }, false },
	{ "the form that is asked for", "mmap_file_asked", "bpf_lsm_mmap_file", "int", BACKEND_LSM, { "*file", "int", "int" },
	  true },
	{ "the form that is asked for, where there is more", "mmap_file_asked", "bpf_lsm_mmap_file", "int", BACKEND_LSM,
	  { "*file", "int", "int", "int" }, false },
	{ "the name of an older kernel for what nobody reads", "inode_removexattr", "bpf_lsm_inode_removexattr", "int",
	  BACKEND_LSM, { "*user_namespace", "*dentry", "*int" }, true },
	{ "a number for a pointer to what has no structure", "inode_removexattr", "bpf_lsm_inode_removexattr", "int",
	  BACKEND_LSM, { "*mnt_idmap", "*dentry", "int" }, false },
	{ "parameters in another order", "path_chown", "bpf_lsm_path_chown", "int", BACKEND_LSM, { "int", "*path", "int" },
	  false },
};

static void check_case(size_t i)
{
	struct policy_bpf *skeleton = policy_bpf__open();
	struct btf *kernel = kernel_with(CASES[i].function, CASES[i].result, CASES[i].parameters);
	struct bpf_program *program = bpf_object__find_program_by_name(skeleton->obj, CASES[i].program);
	int failed_to = fit_program(program, bpf_object__btf(skeleton->obj), kernel, CASES[i].backend);

	check(CASES[i].what, !failed_to && bpf_program__autoload(program) == CASES[i].fits);
	btf__free(kernel);
	policy_bpf__destroy(skeleton);
}

/* To be loaded for this backend, a program needs a real kernel's function. */
static void check_other_backend(void)
{
	static const char *const FILE_ALONE[] = { "*file", NULL };
	struct policy_bpf *skeleton = policy_bpf__open();
	struct btf *kernel = kernel_with("security_file_open", "int", FILE_ALONE);
	char name[NAME_SIZE];

	name_function(name, "file_open", BACKEND_FMOD_RET);
	check("by the other backend", find_function(kernel, name) &&
					      fits(bpf_object__btf(skeleton->obj), skeleton->progs.file_open, kernel,
						   find_function(kernel, name)));
	btf__free(kernel);
	policy_bpf__destroy(skeleton);
}

/* ---- a hook that none fits ---------------------------------------------------------------------------------------- */

/* Whether all may be loaded, where the kernel has `function` alone. */
static bool is_content(const char *hook, const char *function, const char *const *parameters)
{
	struct policy_bpf *skeleton = policy_bpf__open();
	struct btf *kernel = kernel_with(function, "int", parameters);
	struct bpf_program *program;
	bool content;

	bpf_object__for_each_program(program, skeleton->obj)
		fit_program(program, bpf_object__btf(skeleton->obj), kernel, BACKEND_LSM);
	content = !check_hook(skeleton, kernel, hook, BACKEND_LSM);
	btf__free(kernel);
	policy_bpf__destroy(skeleton);
	return content;
}

static void check_hooks(void)
{
	static const char *const FILE_ALONE[] = { "*file", NULL }, *const INODE[] = { "*inode", NULL },
				 *const NEWER[] = { "*mnt_idmap", "*dentry", "*iattr", NULL },
				 *const OLDER[] = { "*dentry", "*iattr", NULL };

	check("one program fits", is_content("file_open", "bpf_lsm_file_open", FILE_ALONE));
	check("none fits: nothing is loaded", !is_content("file_open", "bpf_lsm_file_open", INODE));
	check("no function: nothing is loaded", !is_content("file_open", "bpf_lsm_other", FILE_ALONE));
	check("no function that not every kernel has", is_content("inode_set_acl", "bpf_lsm_other", FILE_ALONE));
	check("one that not every kernel has, in another form",
	      !is_content("inode_set_acl", "bpf_lsm_inode_set_acl", FILE_ALONE));
	check("the newer of two forms", is_content("inode_setattr", "bpf_lsm_inode_setattr", NEWER));
	check("the older of two forms", is_content("inode_setattr", "bpf_lsm_inode_setattr", OLDER));
}

int main(void)
{
	libbpf_set_print(be_quiet);
	for (size_t i = 0; i < LENGTH(CASES); i++)
		check_case(i);
	check_other_backend();
	check_hooks();
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}
