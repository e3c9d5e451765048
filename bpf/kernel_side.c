// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Brings the BPF program into the kernel once, for all sessions, and finds it again through its pins. */
#include "kernel_side.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "attach.h"
#include "probe.h"
#include "say.h"
#include "skeleton.h"

#define BPFFS KERNEL_SIDE_BPFFS
#define PINS KERNEL_SIDE_PINS
#define PINS_NEW PINS "-new" /* renamed to PINS when it is complete */
#define PINS_OLD PINS "-old" /* half removed */
#define LOCK KERNEL_SIDE_LOCK
#define PATH_SIZE 256

static const char *const MAP_NAMES[MAPS] = {
	[MAP_TERMS] = "terms", [MAP_CASES] = "cases", [MAP_LIMITS] = "limits",
	[MAP_ARGUMENT_CLASSES] = "argument_classes", [MAP_WINDOWS] = "windows", [MAP_RECORDS] = "records",
	[MAP_STATES] = "states", [MAP_SHORT_EDGES] = "short_edges",
	[MAP_LONG_EDGES] = "long_edges", [MAP_PREFIXES] = "prefixes", [MAP_SUFFIXES] = "suffixes",
	[MAP_CLASSES] = "classes", [MAP_GLOB_ROWS] = "glob_rows", [MAP_ADDRESSES4] = "addresses4",
	[MAP_ADDRESSES6] = "addresses6", [MAP_PORTS] = "ports", [MAP_ROOTS] = "roots", [MAP_SESSIONS] = "sessions",
	[MAP_TASKS] = "tasks", [MAP_ANCHORS] = "anchors", [MAP_LAYERS] = "layers", [MAP_RINGS] = "rings",
	[MAP_LOST] = "lost", [MAP_FOLDS] = "folds", [MAP_FORKS] = "forks",
	[MAP_GUARDS] = "guards", [MAP_GUARD_ACCOUNTS] = "guard_accounts", [MAP_MARKS] = "marks",
	[MAP_PROCESSES] = "processes", [MAP_MARKED_FILES] = "marked_files", [MAP_PROBED] = "probed", [MAP_BSS] = ".bss",
};

static const char *const PROGRAM_NAMES[PROGRAMS] = {
	[PROGRAM_LIST_TASKS] = "list_tasks", [PROGRAM_DECIDE_QUERY] = "decide_query",
	[PROGRAM_WHERE_IS] = "where_is", [PROGRAM_TAKE_REPEATS] = "take_repeats",
	[PROGRAM_PROBE_OPEN] = "probe_open", [PROGRAM_PREEMPTION] = "preemption",
	[PROGRAM_RELEASE_TASKS] = "release_tasks", [PROGRAM_ADMIT_TASKS] = "admit_tasks",
	[PROGRAM_FILE_PERMISSION] = "file_permission", [PROGRAM_PLAY_ACT] = "play_act",
};

static bool is_on_demand(const char *program)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (!strcmp(program, PROGRAM_NAMES[i]))
			return true;
	return false;
}

/* No hook, nothing to find out about hooks; and nobody plays with sessions that there are. */
static bool has_program(enum backend backend, enum program_id program)
{
	return program != PROGRAM_PLAY_ACT && (backend != BACKEND_TRACEPOINT || (program != PROGRAM_PROBE_OPEN && program != PROGRAM_FILE_PERMISSION));
}

void take_handles(struct kernel_side *kernel, struct policy_bpf *skeleton)
{
	for (int i = 0; i < MAPS; i++) {
		/* libbpf puts the object's name before that of .bss */
		struct bpf_map *map = i == MAP_BSS ? skeleton->maps.bss
						   : bpf_object__find_map_by_name(skeleton->obj, MAP_NAMES[i]);
		kernel->maps[i] = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3);
	}
	for (int i = 0; i < PROGRAMS; i++) {
		int fd = bpf_program__fd(bpf_object__find_program_by_name(skeleton->obj, PROGRAM_NAMES[i]));

		kernel->programs[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
}

static int remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return errno == ENOENT ? 0 : say_errno("cannot open %s", path);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0))
			say_errno("cannot remove %s/%s", path, entry->d_name);
	closedir(directory);
	return rmdir(path) ? say_errno("cannot remove %s", path) : 0;
}

static int ensure_bpffs(void)
{
	struct statfs fs;

	if (!statfs(BPFFS, &fs) && fs.f_type == BPF_FS_MAGIC)
		return 0;
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=700"))
		return say_errno("cannot mount the BPF filesystem at %s", BPFFS);
	return 0;
}

static int pin(int fd, const char *kind, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PINS_NEW "/%s_%s", kind, name[0] == '.' ? name + 1 : name);
	return bpf_obj_pin(fd, path) ? say_errno("cannot pin %s", path) : 0;
}

static int read_variables(const struct kernel_side *kernel, struct policy_bpf__bss *variables)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(kernel->maps[MAP_BSS], &zero, variables)
		       ? say_errno("cannot read the variables of the BPF program")
		       : 0;
}

static int write_variables(const struct kernel_side *kernel, const struct policy_bpf__bss *variables)
{
	__u32 zero = 0;

	return bpf_map_update_elem(kernel->maps[MAP_BSS], &zero, variables, BPF_ANY)
		       ? say_errno("cannot write the variables of the BPF program")
		       : 0;
}

int set_probing_thread(const struct kernel_side *kernel, __u32 thread)
{
	struct policy_bpf__bss variables;

	if (read_variables(kernel, &variables))
		return -1;
	variables.probing_thread = thread;
	return write_variables(kernel, &variables);
}

int set_change(const struct kernel_side *kernel, __u32 session, __u32 thread_group)
{
	struct policy_bpf__bss variables;

	if (read_variables(kernel, &variables))
		return -1;
	variables.changing_session = session;
	variables.changing_thread_group = thread_group;
	return write_variables(kernel, &variables);
}

static int attach_and_pin(const struct kernel_side *kernel, struct policy_bpf *skeleton, int cgroup)
{
	struct policy_bpf__bss variables;
	struct bpf_program *program;
	struct stat home;
	__u32 attached = 0;

	bpf_object__for_each_program(program, skeleton->obj) {
		const char *name = bpf_program__name(program);
		struct bpf_link *link;
		int failed;

		if (!bpf_program__autoload(program) || is_on_demand(name))
			continue;
		link = attach_program(program, cgroup);
		if (!link)
			return say_errno("cannot attach to the kernel's hook %s", name);
		failed = pin(bpf_link__fd(link), "link", name);
		bpf_link__destroy(link); /* the pin keeps it */
		if (failed)
			return -1;
		attached++;
	}
	if (stat("/proc/self/ns/mnt", &home))
		return say_errno("cannot tell the mount namespace");
	if (read_variables(kernel, &variables))
		return -1;
	variables.attached_hooks = attached;
	variables.home_mounts = home.st_ino;
	variables.attached_backend = kernel->backend;
	return write_variables(kernel, &variables);
}

static int load_attach_pin(struct kernel_side *kernel)
{
	struct policy_bpf *skeleton;
	int failed = -1, cgroup;

	if (kernel->backend != BACKEND_TRACEPOINT && !has_rename_lock())
		return say("this kernel does not show rename_lock in /proc/kallsyms : it needs CONFIG_KALLSYMS_ALL "
			   "and kernel.kptr_restrict below 2");
	if (open_top_cgroup(kernel->backend, &cgroup))
		return -1;
	skeleton = open_fitting(kernel->backend);
	if (!skeleton)
		goto close;
	bpf_program__set_autoload(skeleton->progs.play_act, false);
	if (policy_bpf__load(skeleton)) {
		say_errno("the kernel refuses the BPF program of the backend `%s`", backend_name(kernel->backend));
		goto out;
	}
	take_handles(kernel, skeleton);
	if (check_calls(kernel, kernel->backend))
		goto out;
	if (ensure_bpffs() || remove_directory(PINS_NEW))
		goto out;
	if (mkdir(PINS_NEW, 0700)) {
		say_errno("cannot make %s", PINS_NEW);
		goto out;
	}
	for (int i = 0; i < MAPS; i++)
		if (pin(kernel->maps[i], "map", MAP_NAMES[i]))
			goto out;
	for (int i = 0; i < PROGRAMS; i++)
		if (has_program(kernel->backend, i) && pin(kernel->programs[i], "program", PROGRAM_NAMES[i]))
			goto out;
	if (attach_and_pin(kernel, skeleton, cgroup))
		goto out;
	if (rename(PINS_NEW, PINS)) {
		say_errno("cannot rename %s", PINS_NEW);
		goto out;
	}
	failed = 0;
out:
	policy_bpf__destroy(skeleton);
	if (failed)
		remove_directory(PINS_NEW);
close:
	if (cgroup >= 0)
		close(cgroup);
	return failed;
}

static int open_pin(const char *kind, const char *name)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), PINS "/%s_%s", kind, name[0] == '.' ? name + 1 : name);
	fd = bpf_obj_get(path);
	return fd < 0 ? say_errno("cannot open %s", path) : fd;
}

/* The layouts that both sides compiled in, compared with what the kernel holds. */
static int check_layout(const struct kernel_side *kernel)
{
	static const struct { enum map_id map; __u32 key, value; } EXPECTED[] = {
		{ MAP_ROOTS, 4, sizeof(struct policy_root) },
		{ MAP_SESSIONS, 4, 4 },
		{ MAP_TASKS, 4, sizeof(struct policy_task) },
		{ MAP_ANCHORS, sizeof(struct policy_anchor_key), sizeof(struct policy_anchor) },
		{ MAP_LAYERS, sizeof(struct policy_layer_key), 4 },
		{ MAP_GUARDS, sizeof(struct policy_guard_key), 4 },
		{ MAP_GUARD_ACCOUNTS, sizeof(struct policy_guard_account), 4 },
		{ MAP_FOLDS, sizeof(struct policy_fold_key), sizeof(struct policy_fold) },
		{ MAP_MARKS, 4, 8 },
		{ MAP_PROCESSES, sizeof(struct policy_process_key), sizeof(struct policy_process) },
		{ MAP_MARKED_FILES, sizeof(struct policy_file_key), 8 },
	};

	for (size_t i = 0; i < sizeof(EXPECTED) / sizeof(*EXPECTED); i++) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(kernel->maps[EXPECTED[i].map], &info, &size))
			return say_errno("cannot read about map %s", MAP_NAMES[EXPECTED[i].map]);
		if (info.key_size != EXPECTED[i].key || info.value_size != EXPECTED[i].value)
			return say("map %s has another layout than this policyd expects",
				   MAP_NAMES[EXPECTED[i].map]);
	}
	return 0;
}

/* A hook stays attached for as long as its link is pinned: each must be there. */
static int check_links(const struct kernel_side *kernel)
{
	struct policy_bpf__bss variables;
	DIR *directory = opendir(PINS);
	struct dirent *entry;
	__u32 links = 0;

	if (!directory)
		return say_errno("cannot open %s", PINS);
	while ((entry = readdir(directory))) {
		char path[PATH_SIZE];
		int fd;

		if (strncmp(entry->d_name, "link_", 5) ||
		    snprintf(path, sizeof(path), PINS "/%s", entry->d_name) >= (int)sizeof(path))
			continue;
		fd = bpf_obj_get(path);
		if (fd < 0)
			continue;
		links++;
		close(fd);
	}
	closedir(directory);
	if (read_variables(kernel, &variables))
		return -1;
	return links == variables.attached_hooks
		       ? 0
		       : say("%s holds %u of %u hooks: end its sessions, remove the folder and try again", PINS, links,
			     variables.attached_hooks);
}

/* The programs that are attached are those of one backend, for all sessions. */
static int take_backend(struct kernel_side *kernel, enum backend wanted)
{
	struct policy_bpf__bss variables;

	if (read_variables(kernel, &variables))
		return -1;
	kernel->backend = variables.attached_backend;
	if (wanted == BACKEND_NONE || wanted == kernel->backend)
		return 0;
	return say("other sessions run with the backend `%s`: use that one, or wait until they have ended",
		   backend_name(kernel->backend));
}

static int open_pinned(struct kernel_side *kernel, enum backend wanted)
{
	for (int i = 0; i < MAPS; i++)
		if ((kernel->maps[i] = open_pin("map", MAP_NAMES[i])) < 0)
			return -1;
	if (take_backend(kernel, wanted))
		return -1;
	for (int i = 0; i < PROGRAMS; i++)
		if (has_program(kernel->backend, i) && (kernel->programs[i] = open_pin("program", PROGRAM_NAMES[i])) < 0)
			return -1;
	return check_layout(kernel) || check_links(kernel) ? -1 : 0;
}

int kernel_side_lock(struct kernel_side *kernel)
{
	kernel->lock = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (kernel->lock < 0)
		return say_errno("cannot open %s", LOCK);
	return flock(kernel->lock, LOCK_EX) ? say_errno("cannot lock %s", LOCK) : 0;
}

void kernel_side_unlock(struct kernel_side *kernel)
{
	close(kernel->lock);
	kernel->lock = -1;
}

bool kernel_side_exists(void)
{
	struct stat unused;

	return !stat(PINS, &unused);
}

bool kernel_side_is_current(const struct kernel_side *kernel)
{
	int pinned = bpf_obj_get(PINS "/map_tasks");
	struct bpf_map_info ours = {}, theirs = {};
	__u32 size = sizeof(ours);
	bool same = pinned >= 0 && !bpf_obj_get_info_by_fd(kernel->maps[MAP_TASKS], &ours, &size) &&
		    !bpf_obj_get_info_by_fd(pinned, &theirs, &size) && ours.id == theirs.id;

	if (pinned >= 0)
		close(pinned);
	return same;
}

/* Locks of single bytes belong to the open file, and end with it, however that comes. */
int kernel_side_lock_number(__u32 number)
{
	struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1 };
	int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &byte)) {
		close(fd);
		return -1;
	}
	return fd;
}

int kernel_side_open(struct kernel_side *kernel, enum backend backend)
{
	memset(kernel, -1, sizeof(*kernel));
	if (kernel_side_lock(kernel))
		return -1;
	if (kernel_side_exists())
		return open_pinned(kernel, backend);
	kernel->backend = backend == BACKEND_NONE ? choose_backend() : backend;
	return load_attach_pin(kernel);
}

int kernel_side_open_detached(struct kernel_side *kernel)
{
	struct policy_bpf *skeleton = open_skeleton();
	struct bpf_program *program;

	memset(kernel, -1, sizeof(*kernel));
	if (!skeleton)
		return -1;
	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, program == skeleton->progs.decide_query || program == skeleton->progs.play_act);
	if (policy_bpf__load(skeleton)) {
		say_errno("the kernel refuses the BPF program");
		policy_bpf__destroy(skeleton);
		return -1;
	}
	take_handles(kernel, skeleton);
	policy_bpf__destroy(skeleton);
	return 0;
}

int kernel_side_remove(void)
{
	/* renamed first: whoever finds PINS finds it whole */
	if (remove_directory(PINS_OLD))
		return -1;
	if (rename(PINS, PINS_OLD))
		return say_errno("cannot rename %s", PINS);
	return remove_directory(PINS_OLD);
}
