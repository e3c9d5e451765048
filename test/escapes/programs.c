/* Running a program and loading a library. */
#include "probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOADER "/lib64/ld-linux-x86-64.so.2"

static char *const NO_ENVIRONMENT[] = { NULL };

static int bring_programs(const struct place *p)
{
	copy_file(in(build_directory, "payload"), in(p->dir, "program"), 0755);
	copy_file(in(build_directory, "dynamic"), in(p->dir, "dynamic"), 0755);
	copy_file(in(build_directory, "library.so"), in(p->dir, "library.so"), 0755);
	return 0;
}

static int run_path(const char *path)
{
	char *const arguments[] = { (char *)path, NULL };

	return run_program(path, arguments, NO_ENVIRONMENT);
}

static int by_execve(const struct place *p)
{
	return run_path(in(p->dir, "program"));
}

static int by_execve_dynamic(const struct place *p)
{
	return run_path(in(p->dir, "dynamic"));
}

static int by_symlink(const struct place *p)
{
	return symlink(in(p->dir, "program"), in(p->work, "link")) ? -errno : run_path(in(p->work, "link"));
}

static int by_renaming(const struct place *p)
{
	if (rename(in(p->dir, "program"), in(p->work, "renamed")))
		return -errno;
	return run_path(in(p->work, "renamed"));
}

struct descriptor {
	int fd;
	const char *name;
	int flags;
};

static int execute_at(const void *argument)
{
	const struct descriptor *what = argument;
	char *const arguments[] = { "program", NULL };

	if (syscall(SYS_execveat, what->fd, what->name, arguments, NO_ENVIRONMENT, what->flags))
		return -errno;
	return 0;
}

/* The child becomes the payload on success, and its status tells; the answer stays -ECHILD then. */
static int run_at(int fd, const char *name, int flags)
{
	struct descriptor what = { fd, name, flags };
	int answer = fd < 0 ? -errno : in_child(execute_at, &what);

	return answer == -ECHILD ? 0 : answer;
}

static int by_execveat_dirfd(const struct place *p)
{
	return run_at(open(p->dir, O_PATH), "program", 0);
}

static int by_execveat_empty_path(const struct place *p)
{
	return run_at(open(in(p->dir, "program"), O_PATH), "", AT_EMPTY_PATH);
}

static int by_fexecve(const struct place *p)
{
	return run_at(open(in(p->dir, "program"), O_RDONLY), "", AT_EMPTY_PATH);
}

static int by_proc_descriptor(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(in(p->dir, "program"), O_PATH));
	return run_path(path);
}

static int by_deleted_file(const struct place *p)
{
	int fd = open(in(p->dir, "program"), O_RDONLY | O_CLOEXEC);

	if (unlink(in(p->dir, "program")))
		return -errno;
	return run_at(fd, "", AT_EMPTY_PATH);
}

static int copy_to_memory(const char *from, int flags)
{
	char buffer[65536];
	int source = open(from, O_RDONLY), memory = memfd_create("program", flags);
	ssize_t got;

	while ((got = read(source, buffer, sizeof(buffer))) > 0)
		must(write(memory, buffer, got) == got, "memfd");
	return memory;
}

static int by_memfd(const struct place *p)
{
	return run_at(copy_to_memory(in(p->dir, "program"), 0), "", AT_EMPTY_PATH);
}

static int by_memfd_path(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy_to_memory(in(p->dir, "program"), 0));
	return run_path(path);
}

static int map_memfd(const struct place *p)
{
	int memory = copy_to_memory(in(p->dir, "library.so"), 0);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, memory, 0) == MAP_FAILED ? -errno : 0;
}

static int by_copy(const struct place *p)
{
	copy_file(in(p->dir, "program"), in(p->work, "copy"), 0755);
	return run_path(in(p->work, "copy"));
}

/* ---- scripts ---------------------------------------------------------------------------------------------------- */

static int bring_script(const struct place *p)
{
	write_file(in(p->dir, "script"), "#!/bin/sh\nexit 42\n", 0755);
	return 0;
}

static int by_script(const struct place *p)
{
	return run_path(in(p->dir, "script"));
}

static int by_interpreter(const struct place *p)
{
	char text[2 * PATH_MAX];

	snprintf(text, sizeof(text), "#!%s/program\n", p->dir);
	write_file(in(p->work, "script"), text, 0755);
	return run_path(in(p->work, "script"));
}

static int by_nested_interpreter(const struct place *p)
{
	char text[2 * PATH_MAX];

	snprintf(text, sizeof(text), "#!%s/program\n", p->dir);
	write_file(in(p->work, "inner"), text, 0755);
	snprintf(text, sizeof(text), "#!%s/inner\n", p->work);
	write_file(in(p->work, "outer"), text, 0755);
	return run_path(in(p->work, "outer"));
}

/* ---- loading ---------------------------------------------------------------------------------------------------- */

static int by_loader(const struct place *p)
{
	char *const arguments[] = { LOADER, (char *)in(p->dir, "dynamic"), NULL };

	return run_program(LOADER, arguments, NO_ENVIRONMENT);
}

static int preload(const struct place *p)
{
	char variable[2 * PATH_MAX];
	char *const arguments[] = { "dynamic", NULL }, *const environment[] = { variable, NULL };

	snprintf(variable, sizeof(variable), "LD_PRELOAD=%s/library.so", p->dir);
	return run_program("/bin/true", arguments, environment);
}

static int map_with(const struct place *p, int protection, int flags)
{
	int fd = open(in(p->dir, "library.so"), O_RDONLY);

	return fd < 0 || mmap(NULL, 4096, protection, flags, fd, 0) == MAP_FAILED ? -errno : 0;
}

static int map_executable(const struct place *p)
{
	return map_with(p, PROT_READ | PROT_EXEC, MAP_PRIVATE);
}

static int map_only_executable(const struct place *p)
{
	return map_with(p, PROT_EXEC, MAP_SHARED);
}

static int map_then_protect(const struct place *p)
{
	int fd = open(in(p->dir, "library.so"), O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	return at == MAP_FAILED ? -errno : result(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

static int map_with_read_implying_exec(const struct place *p)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return -errno;
	return map_with(p, PROT_READ, MAP_PRIVATE);
}

static int map_and_protect_with_read_implying_exec(const struct place *p)
{
	int fd = open(in(p->dir, "library.so"), O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, fd, 0);

	if (at == MAP_FAILED || personality(READ_IMPLIES_EXEC) < 0)
		return -errno;
	return result(mprotect(at, 4096, PROT_READ));
}

static int attach_executable(const struct place *p)
{
	int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0700), failed;

	(void)p;
	if (segment < 0)
		return -errno;
	failed = shmat(segment, NULL, SHM_EXEC) == (void *)-1 ? -errno : 0;
	shmctl(segment, IPC_RMID, NULL);
	return failed;
}

static int map_to_read(const struct place *p)
{
	return map_with(p, PROT_READ, MAP_PRIVATE);
}

const struct technique PROGRAMS[] = {
	{ "execve", "no-exec", "exec", by_execve, bring_programs },
	{ "execve-dynamic", "no-exec", "exec", by_execve_dynamic, bring_programs },
	{ "exec-symlink", "no-exec", "exec", by_symlink, bring_programs },
	{ "exec-renamed", "no-exec", "exec", by_renaming, bring_programs, .reason = "widens" },
	{ "execveat-dirfd", "no-exec", "exec", by_execveat_dirfd, bring_programs },
	{ "execveat-empty-path", "no-exec", "exec", by_execveat_empty_path, bring_programs },
	{ "fexecve", "no-exec", "exec", by_fexecve, bring_programs },
	{ "exec-proc-fd", "no-exec", "exec", by_proc_descriptor, bring_programs },
	{ "exec-deleted", "no-exec", "exec", by_deleted_file, bring_programs },
	{ "memfd", "no-anonymous", "exec", by_memfd, bring_programs, .only_denied = true },
	{ "memfd-by-path", "no-anonymous", "exec", by_memfd_path, bring_programs, .only_denied = true },
	{ "memfd-mapped", "no-anonymous", "load", map_memfd, bring_programs, .only_denied = true },
	{ "shared-memory-attached", "no-anonymous", "load", attach_executable, .only_denied = true },
	/* a copy is another file: where the default permits, so is it; a policy that means it says `default deny exec` */
	{ "copy-and-exec", "no-exec", "exec", by_copy, bring_programs, .expect = PERMITTED },
	{ "script", "no-exec", "exec", by_script, bring_script },
	{ "interpreter", "no-exec", "exec", by_interpreter, bring_programs },
	{ "nested-interpreter", "no-exec", "exec", by_nested_interpreter, bring_programs },
	{ "loader", "no-exec", "load", by_loader, bring_programs },
	{ "loader-load", "no-load", "load", by_loader, bring_programs },
	{ "preload", "no-load", "load", preload, bring_programs },
	{ "preload-of-exec", "no-exec", "load", preload, bring_programs },
	{ "mmap-exec", "no-load", "load", map_executable, bring_programs },
	{ "mmap-only-exec", "no-load", "load", map_only_executable, bring_programs },
	{ "mprotect-exec", "no-load", "load", map_then_protect, bring_programs },
	{ "read-implies-exec", "no-load", "load", map_with_read_implying_exec, bring_programs },
	{ "read-implies-exec-later", "no-load", "load", map_and_protect_with_read_implying_exec, bring_programs },
	{ "mmap-read", "no-read", "read", map_to_read, bring_programs },
	{ 0 },
};
