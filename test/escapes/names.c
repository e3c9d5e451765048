/* The file by another name, and names that are hard to handle. */
#include "probe.h"

#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int by_openat(const struct place *p)
{
	return read_path(in(p->dir, "file"));
}

static int by_openat2(const struct place *p)
{
	struct open_how how = { .flags = O_RDONLY };

	return read_once(syscall(SYS_openat2, AT_FDCWD, in(p->dir, "file"), &how, sizeof(how)));
}

static int by_openat2_in_root(const struct place *p)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int root = open(p->dir, O_PATH | O_DIRECTORY);

	return read_once(syscall(SYS_openat2, root, "/../file", &how, sizeof(how)));
}

static int by_read_write(const struct place *p)
{
	return read_once(open(in(p->dir, "file"), O_RDWR));
}

static int by_listing(const struct place *p)
{
	char buffer[4096];
	int fd = open(p->dir, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? -errno : result(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
}

static int by_listing_dirfd(const struct place *p)
{
	int path = open(p->dir, O_PATH | O_DIRECTORY), fd = openat(path, ".", O_RDONLY | O_DIRECTORY);
	char buffer[4096];

	return fd < 0 ? -errno : result(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
}

static int by_symlink(const struct place *p)
{
	const char *link = in(p->work, "link");

	return symlink(in(p->dir, "file"), link) ? -errno : read_path(link);
}

static int by_symlinked_folder(const struct place *p)
{
	return symlink(p->dir, in(p->work, "folder-link")) ? -errno : read_path(in(p->work, "folder-link/sub/inner"));
}

static int by_dots(const struct place *p)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/../%s/./sub/../file", p->work, strrchr(p->dir, '/') + 1);
	return read_path(path);
}

static int by_slashes(const struct place *p)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "//%s//.///file", p->dir);
	return read_path(path);
}

static int by_proc_root(const struct place *p)
{
	return read_path(in("/proc/self/root", in(p->dir, "file")));
}

static int by_proc_cwd(const struct place *p)
{
	return chdir(p->dir) ? -errno : read_path("/proc/self/cwd/file");
}

static int by_proc_root_of_other(const struct place *p)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%d/root%s/file", p->outside, p->dir);
	return read_path(path);
}

static int by_working_directory(const struct place *p)
{
	return chdir(in(p->dir, "sub")) ? -errno : read_path("inner");
}

static int by_dirfd(const struct place *p)
{
	return read_once(openat(open(p->dir, O_PATH | O_DIRECTORY), "file", O_RDONLY));
}

static int by_path_descriptor(const struct place *p)
{
	char path[64];
	int fd = open(in(p->dir, "file"), O_PATH);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd < 0 ? -errno : read_path(path);
}

static int by_handle(const struct place *p)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} name = { .handle = { .handle_bytes = MAX_HANDLE_SZ } };
	int mount, where = open(p->work, O_RDONLY | O_DIRECTORY), fd;

	if (name_to_handle_at(AT_FDCWD, in(p->dir, "file"), &name.handle, &mount, 0))
		return errno == EOPNOTSUPP ? SKIP : -errno;
	fd = open_by_handle_at(where, &name.handle, O_RDONLY);
	return fd < 0 && errno == EOPNOTSUPP ? SKIP : read_once(fd);
}

static int link_before(const struct place *p)
{
	return result(link(in(p->dir, "file"), in(p->work, "hard")));
}

static int by_earlier_hard_link(const struct place *p)
{
	return read_path(in(p->work, "hard"));
}

/* ---- mounts ----------------------------------------------------------------------------------------------------- */

static int bind_before(const struct place *p)
{
	return result(mount(p->dir, in(p->work, "folder"), NULL, MS_BIND, NULL));
}

static int by_earlier_bind(const struct place *p)
{
	return read_path(in(p->work, "folder/file"));
}

static int bind_file_before(const struct place *p)
{
	return result(mount(in(p->dir, "file"), in(p->work, "own"), NULL, MS_BIND, NULL));
}

static int by_earlier_file_bind(const struct place *p)
{
	return read_path(in(p->work, "own"));
}

/* A tree of which only a folder is mounted: the root of its file system has no place. */
static int mount_part_before(const struct place *p)
{
	const char *whole = in(p->work, "folder");

	if (mount("part", whole, "tmpfs", 0, NULL) || mkdir(in(whole, "part"), 0755))
		return -errno;
	write_file(in(whole, "part/deep"), "deep\n", 0644);
	if (mount(in(whole, "part"), in(p->dir, "empty"), NULL, MS_BIND, NULL))
		return -errno;
	return result(umount2(whole, MNT_DETACH));
}

static int by_part_of_tree(const struct place *p)
{
	return read_path(in(p->dir, "empty/deep"));
}

static int mount_within_before(const struct place *p)
{
	if (mount("within", in(p->dir, "empty"), "tmpfs", 0, NULL))
		return -errno;
	write_file(in(p->dir, "empty/deep"), "deep\n", 0644);
	return 0;
}

static int own_mounts(int flags)
{
	if (unshare(flags | CLONE_NEWNS))
		return -errno;
	return result(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static int by_bind_in(const struct place *p, int flags)
{
	int failed = own_mounts(flags);

	if (!failed)
		failed = result(mount(p->dir, in(p->work, "folder"), NULL, MS_BIND | MS_REC, NULL));
	return failed ? failed : read_path(in(p->work, "folder/file"));
}

static int by_bind_in_mount_namespace(const struct place *p)
{
	return by_bind_in(p, 0);
}

static int by_bind_in_user_namespace(const struct place *p)
{
	return by_bind_in(p, CLONE_NEWUSER);
}

static int by_moved_mount(const struct place *p)
{
	int failed = own_mounts(0);

	if (!failed)
		failed = result(mount(in(p->dir, "empty"), in(p->work, "folder"), NULL, MS_MOVE, NULL));
	return failed ? failed : read_path(in(p->work, "folder/deep"));
}

static int by_detached_tree(const struct place *p)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, p->dir, 1 /* OPEN_TREE_CLONE */);

	return tree < 0 ? -errno : read_once(openat(tree, "file", O_RDONLY));
}

static int by_overlay(const struct place *p)
{
	char options[3 * PATH_MAX];
	int failed = own_mounts(0);

	snprintf(options, sizeof(options), "lowerdir=%s:%s", p->dir, p->work);
	if (!failed)
		failed = result(mount("overlay", in(p->work, "folder"), "overlay", 0, options));
	return failed ? failed : read_path(in(p->work, "folder/file"));
}

/* The layers are permitted, what is mounted has no place. */
static int by_overlay_of_permitted(const struct place *p)
{
	char options[3 * PATH_MAX];
	int failed = own_mounts(0);

	if (mkdir(in(p->work, "other"), 0755) || mkdir(in(p->work, "mounted"), 0755))
		return -errno;
	write_file(in(p->work, "folder/layered"), "layered\n", 0644);
	snprintf(options, sizeof(options), "lowerdir=%s:%s", in(p->work, "folder"), in(p->work, "other"));
	if (!failed)
		failed = result(mount("overlay", in(p->work, "mounted"), "overlay", 0, options));
	return failed ? failed : read_path(in(p->work, "mounted/layered"));
}

static int by_new_tmpfs(const struct place *p)
{
	int failed = own_mounts(0);

	if (!failed)
		failed = result(mount("new", in(p->work, "folder"), "tmpfs", 0, NULL));
	return failed ? failed : result(open(in(p->work, "folder/new"), O_WRONLY | O_CREAT, 0644));
}

static int by_chroot(const struct place *p)
{
	if (chroot(p->dir) || chdir("/"))
		return -errno;
	return read_path("/file");
}

static int by_pivot_root(const struct place *p)
{
	int failed = own_mounts(0);

	if (!failed)
		failed = result(mount(p->dir, p->dir, NULL, MS_BIND | MS_REC, NULL));
	if (!failed && chdir(p->dir))
		failed = -errno;
	if (!failed)
		failed = result(syscall(SYS_pivot_root, ".", "."));
	return failed ? failed : read_path("/file");
}

/* ---- hard names ------------------------------------------------------------------------------------------------- */

/* The policy has the names that end in "x"; those of the permitted variant end in "y". */
static const char *long_name(const struct place *p, int length)
{
	static char name[300];

	memset(name, 'n', length);
	name[length - 1] = p->denied ? 'x' : 'y';
	name[length] = 0;
	return name;
}

static int make_long_names(const struct place *p)
{
	static const int LENGTHS[] = { 27, 28, 29, 30, 254, 255 };

	for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(*LENGTHS); i++)
		write_file(in(p->dir, long_name(p, LENGTHS[i])), "long\n", 0644);
	return 0;
}

static int name_of_28(const struct place *p)
{
	return read_path(in(p->dir, long_name(p, 28)));
}

static int name_of_29(const struct place *p)
{
	return read_path(in(p->dir, long_name(p, 29)));
}

static int name_of_255(const struct place *p)
{
	return read_path(in(p->dir, long_name(p, 255)));
}

static const char *newline_name(const struct place *p)
{
	return p->denied ? "line\nbreak" : "line\n\nbreak";
}

static int make_newline(const struct place *p)
{
	write_file(in(p->dir, newline_name(p)), "newline\n", 0644);
	return 0;
}

static int name_with_newline(const struct place *p)
{
	return read_path(in(p->dir, newline_name(p)));
}

/* The policy has `bad-?-name`, and ? is one byte. */
static const char *invalid_name(const struct place *p)
{
	return p->denied ? "bad-\xff-name" : "bad-\xc3\x28-name";
}

static int make_invalid(const struct place *p)
{
	write_file(in(p->dir, invalid_name(p)), "invalid\n", 0644);
	return 0;
}

static int name_of_invalid_utf8(const struct place *p)
{
	return read_path(in(p->dir, invalid_name(p)));
}

static const char *cased_name(const struct place *p)
{
	return p->denied ? "Case" : "case";
}

static int make_cased(const struct place *p)
{
	write_file(in(p->dir, cased_name(p)), "case\n", 0644);
	return 0;
}

static int name_of_other_case(const struct place *p)
{
	return read_path(in(p->dir, cased_name(p)));
}

/* ---- depth ------------------------------------------------------------------------------------------------------ */

/* Goes `depth` folders down from the working directory, making them. */
static int descend(const char *name, int depth, bool make)
{
	for (int i = 0; i < depth; i++)
		if ((make && mkdir(name, 0755)) || chdir(name))
			return -errno;
	return 0;
}

static int make_deep(const struct place *p, const char *name, int depth)
{
	int home = open(".", O_PATH | O_DIRECTORY), failed;

	must(!chdir(p->dir), p->dir);
	failed = descend(name, depth, true);
	if (!failed)
		write_file("end", "end\n", 0644);
	must(!fchdir(home), "back");
	close(home);
	return failed;
}

static int make_200(const struct place *p)
{
	return make_deep(p, "d", 200);
}

static int path_of_200(const struct place *p)
{
	char path[2 * PATH_MAX];
	size_t length = snprintf(path, sizeof(path), "%s", p->dir);

	for (int i = 0; i < 200; i++)
		length += snprintf(path + length, sizeof(path) - length, "/d");
	snprintf(path + length, sizeof(path) - length, "/end");
	return read_path(path);
}

/* The longest path that a system call takes: 4,095 bytes, of names of up to 255. */
static void longest_path(const struct place *p, char path[PATH_MAX])
{
	size_t length = snprintf(path, PATH_MAX, "%s", p->dir);

	while (length < PATH_MAX - 1) {
		size_t room = PATH_MAX - 1 - length, name = room - 1 > 255 ? 255 : room - 1;

		if (room - 1 - name == 1) /* no room for the slash and a byte of the next name */
			name--;
		path[length++] = '/';
		memset(path + length, 'p', name);
		length += name;
	}
	path[length] = 0;
}

static int make_longest(const struct place *p)
{
	char path[PATH_MAX];
	char *at;

	longest_path(p, path);
	for (at = path + strlen(p->dir) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		must(!mkdir(path, 0755), "mkdir");
		*at = '/';
	}
	write_file(path, "longest\n", 0644);
	return 0;
}

static int path_of_4095(const struct place *p)
{
	char path[PATH_MAX];

	longest_path(p, path);
	return strlen(path) == 4095 ? read_path(path) : -ENAMETOOLONG;
}

static int make_beyond(const struct place *p)
{
	char name[256];

	memset(name, 'q', 255);
	name[255] = 0;
	return make_deep(p, name, 40);
}

/* Longer than any path that a system call takes, reached step by step. */
static int path_of_10000(const struct place *p)
{
	char name[256];

	memset(name, 'q', 255);
	name[255] = 0;
	if (chdir(p->dir) || descend(name, 40, false))
		return -errno;
	return read_path("end");
}

static int make_too_deep(const struct place *p)
{
	return make_deep(p, "d", p->denied ? 2100 : 1900);
}

static int path_too_deep(const struct place *p)
{
	if (chdir(p->dir) || descend("d", p->denied ? 2100 : 1900, false))
		return -errno;
	return read_path("end");
}

static int open_file(const void *path)
{
	return read_path(path);
}

/* Whoever opens the file, the event of it brings it open. */
static int by_event(const struct place *p)
{
	int group = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY), failed;
	struct fanotify_event_metadata event;

	if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, in(p->dir, "file")))
		return errno == ENOSYS ? SKIP : -errno;
	failed = in_child(open_file, in(p->dir, "file"));
	return read(group, &event, sizeof(event)) == sizeof(event) ? read_once(event.fd) : failed;
}

const struct technique NAMES[] = {
	{ "openat", "no-read", "read", by_openat },
	{ "openat2", "no-read", "read", by_openat2 },
	{ "openat2-in-root", "no-read", "read", by_openat2_in_root },
	{ "opened-by-event", "no-read", "read", by_event },
	{ "open-read-write", "no-read", "read", by_read_write },
	{ "list-folder", "no-read", "read", by_listing },
	{ "list-by-dirfd", "no-read", "read", by_listing_dirfd },
	{ "symlink", "no-read", "read", by_symlink },
	{ "symlinked-folder", "no-read", "read", by_symlinked_folder },
	{ "dot-dot", "no-read", "read", by_dots },
	{ "double-slash", "no-read", "read", by_slashes },
	{ "proc-self-root", "no-read", "read", by_proc_root },
	{ "proc-self-cwd", "no-read", "read", by_proc_cwd },
	{ "proc-outside-root", "no-read", "read", by_proc_root_of_other },
	{ "working-directory", "no-read", "read", by_working_directory },
	{ "dirfd", "no-read", "read", by_dirfd },
	{ "o-path-reopened", "no-read", "read", by_path_descriptor },
	{ "open-by-handle", "no-read", "read", by_handle },
	/* a file's place is the name by which it is opened; to make such a name in a session is `hard-link-widens` */
	{ "earlier-hard-link", "no-read", "read", by_earlier_hard_link, link_before, .expect = PERMITTED },
	{ "earlier-bind-mount", "no-read", "read", by_earlier_bind, bind_before },
	{ "earlier-bind-of-file", "no-read", "read", by_earlier_file_bind, bind_file_before },
	{ "part-of-a-tree", "no-read", "read", by_part_of_tree, mount_part_before },
	{ "bind-in-mount-namespace", "no-read", "read", by_bind_in_mount_namespace },
	{ "bind-in-user-namespace", "no-read", "read", by_bind_in_user_namespace },
	{ "moved-mount", "no-read", "read", by_moved_mount, mount_within_before },
	{ "detached-tree", "no-read", "read", by_detached_tree },
	{ "overlay-in-session", "no-read", "read", by_overlay, .only_denied = true },
	{ "overlay-of-permitted", "no-read", "read", by_overlay_of_permitted, .reason = "no-anchor", .only_denied = true },
	{ "tmpfs-in-session", "no-read", "create", by_new_tmpfs, .reason = "no-anchor", .only_denied = true },
	{ "chroot", "no-read", "read", by_chroot },
	{ "pivot-root", "no-read", "read", by_pivot_root },
	{ "name-of-28", "no-name", "read", name_of_28, make_long_names, .same_place = true },
	{ "name-of-29", "no-name", "read", name_of_29, make_long_names, .same_place = true },
	{ "name-of-255", "no-name", "read", name_of_255, make_long_names, .same_place = true },
	{ "name-with-newline", "no-name", "read", name_with_newline, make_newline, .same_place = true },
	{ "name-of-invalid-utf8", "no-name", "read", name_of_invalid_utf8, make_invalid, .same_place = true },
	{ "name-of-other-case", "no-name", "read", name_of_other_case, make_cased, .same_place = true },
	{ "path-of-200", "no-read", "read", path_of_200, make_200 },
	{ "path-of-4095", "no-read", "read", path_of_4095, make_longest },
	{ "path-of-10000", "no-read", "read", path_of_10000, make_beyond },
	{ "path-too-deep", "free", "read", path_too_deep, make_too_deep, .reason = "too-deep" },
	{ 0 },
};
