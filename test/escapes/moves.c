/* Making, removing and renaming. */
#include "probe.h"

#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *new_name(const struct place *p)
{
	return in(p->dir, "new");
}

static const char *own(const struct place *p)
{
	return in(p->work, "own");
}

/* ---- create ----------------------------------------------------------------------------------------------------- */

static int create_file(const struct place *p)
{
	return result(open(new_name(p), O_WRONLY | O_CREAT, 0644));
}

static int create_read_only(const struct place *p)
{
	return result(open(new_name(p), O_RDONLY | O_CREAT | O_EXCL, 0644));
}

static int create_by_dirfd(const struct place *p)
{
	return result(openat(open(p->dir, O_PATH), "new", O_WRONLY | O_CREAT, 0644));
}

static int create_by_dangling_link(const struct place *p)
{
	if (symlink(new_name(p), in(p->work, "dangling")))
		return -errno;
	return result(open(in(p->work, "dangling"), O_WRONLY | O_CREAT, 0644));
}

/* The kernel asks about files that it has not looked for yet: in /proc each process has its own. */
static int open_existing_to_create(const struct place *p)
{
	(void)p;
	return result(open("/proc/self/comm", O_WRONLY | O_CREAT, 0644));
}

static int open_existing_to_create_or_die(const struct place *p)
{
	(void)p;
	if (open("/proc/self/loginuid", O_RDWR | O_CREAT | O_EXCL, 0644) >= 0 || errno != EEXIST)
		return -EIO;
	return result(open("/proc/self/sessionid", O_RDONLY | O_CREAT, 0644));
}

/* POSIX message queues have names in /dev/mqueue, and calls of their own. */
static int mount_queues(const struct place *p)
{
	(void)p;
	return (mkdir("/dev/mqueue", 01777) && errno != EEXIST) ||
	       (mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL) && errno != EBUSY);
}

static int make_queue(const struct place *p)
{
	struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 8 }; /* what all of a user's queues may hold is limited */

	return result(mq_open(in("", p->label), O_RDONLY | O_CREAT, 0666, &small));
}

static int make_queue_before(const struct place *p)
{
	return mount_queues(p) || make_queue(p);
}

static int remove_queue(const struct place *p)
{
	return result(mq_unlink(in("", p->label)));
}

static int make_folder(const struct place *p)
{
	return result(mkdir(new_name(p), 0755));
}

static int make_fifo(const struct place *p)
{
	return result(mkfifo(new_name(p), 0644));
}

static int make_socket(const struct place *p)
{
	return result(mknod(new_name(p), S_IFSOCK | 0644, 0));
}

static int make_regular(const struct place *p)
{
	return result(mknod(new_name(p), S_IFREG | 0644, 0));
}

static int make_device(const struct place *p)
{
	return result(mknod(new_name(p), S_IFCHR | 0644, 0x103));
}

static int make_symlink(const struct place *p)
{
	return result(symlink(own(p), new_name(p)));
}

static int make_hard_link(const struct place *p)
{
	return result(link(own(p), new_name(p)));
}

static int link_unnamed(const struct place *p)
{
	int fd = open(p->work, O_TMPFILE | O_WRONLY, 0644);

	if (fd < 0)
		return errno == EOPNOTSUPP ? SKIP : -errno;
	return result(linkat(fd, "", AT_FDCWD, new_name(p), AT_EMPTY_PATH));
}

static int unnamed_file(const struct place *p)
{
	int fd = open(p->dir, O_TMPFILE | O_WRONLY, 0644);

	return fd < 0 && errno == EOPNOTSUPP ? SKIP : result(fd);
}

static int rename_in(const struct place *p)
{
	return result(rename(own(p), new_name(p)));
}

static int rename_folder_in(const struct place *p)
{
	return result(rename(in(p->work, "folder"), new_name(p)));
}

static int rename_within(const struct place *p)
{
	return result(rename(in(p->dir, "file"), new_name(p)));
}

static int rename_no_replace(const struct place *p)
{
	return result(renameat2(AT_FDCWD, own(p), AT_FDCWD, new_name(p), RENAME_NOREPLACE));
}

static int exchange(const struct place *p)
{
	return result(renameat2(AT_FDCWD, own(p), AT_FDCWD, in(p->dir, "file"), RENAME_EXCHANGE));
}

static int exchange_reversed(const struct place *p)
{
	return result(renameat2(AT_FDCWD, in(p->dir, "file"), AT_FDCWD, own(p), RENAME_EXCHANGE));
}

/* ---- delete ----------------------------------------------------------------------------------------------------- */

static int remove_file(const struct place *p)
{
	return result(unlink(in(p->dir, "file")));
}

static int remove_by_dirfd(const struct place *p)
{
	return result(unlinkat(open(p->dir, O_PATH), "file", 0));
}

static int remove_folder(const struct place *p)
{
	return result(rmdir(in(p->dir, "empty")));
}

static int rename_out(const struct place *p)
{
	return result(rename(in(p->dir, "file"), in(p->work, "new")));
}

static int rename_over(const struct place *p)
{
	return result(rename(own(p), in(p->dir, "file")));
}

static int rename_folder_over(const struct place *p)
{
	return result(rename(in(p->work, "folder"), in(p->dir, "empty")));
}

/* ---- widening ---------------------------------------------------------------------------------------------------- */

static int link_out(const struct place *p)
{
	return result(link(in(p->dir, "file"), in(p->work, "new")));
}

static int link_out_by_descriptor(const struct place *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(in(p->dir, "file"), O_PATH));
	return result(linkat(AT_FDCWD, path, AT_FDCWD, in(p->work, "new"), AT_SYMLINK_FOLLOW));
}

static int link_symlink_out(const struct place *p)
{
	if (symlink(in(p->dir, "file"), in(p->work, "link")))
		return -errno;
	return result(linkat(AT_FDCWD, in(p->work, "link"), AT_FDCWD, in(p->work, "new"), AT_SYMLINK_FOLLOW));
}

static int move_folder_out(const struct place *p)
{
	return result(rename(in(p->dir, "sub"), in(p->work, "new")));
}

/* The denied folder itself, whose parent says nothing. */
static int move_parent(const struct place *p)
{
	return result(rename(p->dir, in(p->work, "new")));
}

static int exchange_folder(const struct place *p)
{
	return result(renameat2(AT_FDCWD, p->dir, AT_FDCWD, in(p->work, "folder"), RENAME_EXCHANGE));
}

/* Not the denied folder but one above it: what lies beneath is under another name then. */
static int move_grandparent(const struct place *p)
{
	char target[2 * PATH_MAX];

	snprintf(target, sizeof(target), "%s/../../moved-%s", p->top, p->label);
	return result(rename(p->top, target));
}

/* Afterwards the secret would be where the policy permits. */
static int move_and_read(const struct place *p)
{
	if (rename(in(p->dir, "file"), in(p->work, "new")))
		return -errno;
	return read_path(in(p->work, "new"));
}

const struct technique MOVES[] = {
	{ "create", "no-create", "create", create_file },
	{ "create-to-read", "no-create", "create", create_read_only },
	{ "create-by-dirfd", "no-create", "create", create_by_dirfd },
	{ "create-by-dangling-link", "no-create", "create", create_by_dangling_link },
	{ "create-new", "no-new", "create", create_file },
	{ "create-new-and-die", "kill-new", "create", create_file, .expect = KILLED, .only_denied = true },
	{ "open-existing-to-create", "no-new", "create", open_existing_to_create, .expect = PERMITTED, .only_denied = true },
	{ "open-existing-to-create-or-die", "kill-new", "create", open_existing_to_create_or_die, .expect = PERMITTED,
	  .only_denied = true },
	{ "message-queue", "no-new", "create", make_queue, mount_queues },
	{ "remove-message-queue", "no-delete", "delete", remove_queue, make_queue_before },
	{ "mkdir", "no-create", "create", make_folder },
	{ "mkfifo", "no-create", "create", make_fifo },
	{ "mknod-socket", "no-create", "create", make_socket },
	{ "mknod-regular", "no-create", "create", make_regular },
	{ "mknod-device", "no-create", "create", make_device },
	{ "make-symlink", "no-create", "create", make_symlink },
	{ "make-hard-link", "no-create", "create", make_hard_link },
	{ "link-unnamed-file", "no-create", "create", link_unnamed },
	{ "unnamed-file", "no-create", "create", unnamed_file },
	{ "rename-in", "no-create", "create", rename_in },
	{ "rename-folder-in", "no-create", "create", rename_folder_in },
	{ "rename-within", "no-create", "create", rename_within },
	{ "rename-no-replace", "no-create", "create", rename_no_replace },
	{ "exchange-create", "no-create", "create", exchange },
	{ "exchange-create-reversed", "no-create", "create", exchange_reversed },
	{ "unlink", "no-delete", "delete", remove_file },
	{ "unlinkat", "no-delete", "delete", remove_by_dirfd },
	{ "rmdir", "no-delete", "delete", remove_folder },
	{ "rename-out", "no-delete", "delete", rename_out },
	{ "rename-over", "no-delete", "delete", rename_over },
	{ "rename-folder-over", "no-delete", "delete", rename_folder_over },
	{ "exchange-delete", "no-delete", "delete", exchange },
	{ "exchange-delete-reversed", "no-delete", "delete", exchange_reversed },
	{ "hard-link-widens", "no-read", "read", link_out, .reason = "widens" },
	{ "hard-link-by-descriptor-widens", "no-read", "read", link_out_by_descriptor, .reason = "widens" },
	{ "hard-link-of-symlink-widens", "no-read", "read", link_symlink_out, .reason = "widens" },
	{ "hard-link-to-write-widens", "no-write", "write", link_out, .reason = "widens" },
	{ "hard-link-to-exec-widens", "no-exec", "exec", link_out, .reason = "widens" },
	{ "rename-widens", "no-read", "read", move_and_read, .reason = "widens" },
	{ "rename-to-write-widens", "no-write", "write", rename_out, .reason = "widens" },
	{ "exchange-widens", "no-read", "read", exchange, .reason = "widens" },
	{ "exchange-reversed-widens", "no-read", "read", exchange_reversed, .reason = "widens" },
	{ "rename-folder-widens", "no-read", "read", move_folder_out, .reason = "widens" },
	{ "rename-parent-widens", "no-read", "read", move_parent, .reason = "widens" },
	{ "exchange-folder-widens", "no-read", "read", exchange_folder, .reason = "widens" },
	{ "rename-grandparent-widens", "no-read", "create", move_grandparent, .reason = "widens", .only_denied = true },
	{ 0 },
};
