// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Waits until it is confined, then becomes the command: the first process of a session. */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "restrict.h"
#include "say.h"

enum { NOT_STARTED = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };

static bool read_go(int fd)
{
	char byte;
	ssize_t got;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

/* What is to be taken from the command comes behind the word to go, under a backend that needs it. */
static int read_denied(int fd, __u64 *denied)
{
	ssize_t got;

	do
		got = read(fd, denied, sizeof(*denied));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return 0;
	return got == sizeof(*denied) ? 1 : say("cannot read what the command is not to be given");
}

static int become(const struct launch *launch)
{
	__u64 denied;
	int restricted = read_denied(launch->start_fd, &denied);

	if (restricted < 0 || (restricted && restrict_self(denied)))
		return -1;
	if (launch->has_ids) {
		if (setgroups(launch->group_count, launch->groups))
			return say_errno("cannot set the supplementary groups");
		if (setresgid(launch->gid, launch->gid, launch->gid))
			return say_errno("cannot become group %u", launch->gid);
		if (setresuid(launch->uid, launch->uid, launch->uid))
			return say_errno("cannot become user %u", launch->uid);
	}
	return syscall(SYS_close_range, 3, ~0u, 0) ? say_errno("cannot close descriptors") : 0;
}

static void default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
}

int launch(const struct launch *launch)
{
	if (!read_go(launch->start_fd))
		return NOT_STARTED;
	if (become(launch))
		return NOT_STARTED;
	default_signals();
	execvp(launch->command[0], launch->command);
	fprintf(stderr, "policyc: cannot run `%s`: %s\n", launch->command[0], strerror(errno));
	return errno == ENOENT || errno == ENOTDIR ? NOT_FOUND : CANNOT_RUN;
}
