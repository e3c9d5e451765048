/* System calls that no everyday command makes alone: `calls NAME FILE`. Status: 0, or the errno. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#define QUEUE "/e2e-calls"

static int tell(long returned)
{
	return returned < 0 ? errno : 0;
}

static int make_new(const char *file)
{
	return tell(open(file, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int make_unnamed(const char *folder)
{
	return tell(open(folder, O_WRONLY | O_TMPFILE, 0600));
}

static int make_queue(const char *file)
{
	(void)file;
	return tell(mq_open(QUEUE, O_RDONLY | O_CREAT, 0600, NULL));
}

static int remove_queue(const char *file)
{
	(void)file;
	return tell(mq_unlink(QUEUE));
}

static int set_flags(const char *file)
{
	int flags = FS_NODUMP_FL;

	return tell(ioctl(open(file, O_RDONLY), FS_IOC_SETFLAGS, &flags));
}

static int set_attributes(const char *file)
{
	struct fsxattr attributes = { .fsx_xflags = FS_XFLAG_NODUMP };

	return tell(ioctl(open(file, O_RDONLY), FS_IOC_FSSETXATTR, &attributes));
}

static int shorten(const char *file)
{
	return tell(truncate(file, 1));
}

static int read_attribute(const char *file)
{
	char value[8];

	return getxattr(file, "user.none", value, sizeof(value)) < 0 && errno != ENODATA ? errno : 0;
}

static int make_pair(const char *file)
{
	int ends[2];

	(void)file;
	return tell(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
}

/* It is answered as if done. */
static int leave_cores(const char *file)
{
	const struct rlimit any = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit now = { 1, 1 };

	(void)file;
	prlimit(0, RLIMIT_CORE, &any, NULL);
	return tell(prlimit(0, RLIMIT_CORE, NULL, &now)) ?: now.rlim_cur || now.rlim_max ? 0 : EACCES;
}

static const struct { const char *name; int (*make)(const char *file); } CALLS[] = {
	{ "make-new", make_new },
	{ "make-unnamed", make_unnamed },
	{ "make-queue", make_queue },
	{ "remove-queue", remove_queue },
	{ "set-flags", set_flags },
	{ "set-attributes", set_attributes },
	{ "shorten", shorten },
	{ "read-attribute", read_attribute },
	{ "make-pair", make_pair },
	{ "leave-cores", leave_cores },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(CALLS) / sizeof(*CALLS); i++)
		if (!strcmp(argv[1], CALLS[i].name))
			return CALLS[i].make(argv[2]);
	fprintf(stderr, "usage: calls NAME FILE\n");
	return 255;
}
