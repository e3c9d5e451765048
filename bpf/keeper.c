// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
#include "keeper.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"
#include "say.h"

#define MOST_STARTS 5 /* within a minute; with more, something is wrong that starting does not mend */
#define MINUTE 60

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Returns what waitpid says of it, or -1. */
static int do_once(work work, struct kept *kept, void *context)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(work(kept, context));
	if (pid < 0)
		return say_errno("cannot start a process");
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return say_errno("cannot wait for a process");
	return status;
}

int keep(work first, work again, void *context)
{
	struct kept *kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t starts[MOST_STARTS] = {};

	if (kept == MAP_FAILED) {
		say_errno("cannot share memory");
		return STATUS_MACHINE;
	}
	for (unsigned int round = 0;; round++) {
		int status = do_once(round ? again : first, kept, context);

		if (status < 0)
			return STATUS_MACHINE;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (!kept->session) {
			say("it was ended (%s) before a session began", strsignal(WTERMSIG(status)));
			return STATUS_MACHINE;
		}
		if (round >= MOST_STARTS && seconds() - starts[round % MOST_STARTS] < MINUTE) {
			say("it was ended (%s) %d times within a minute", strsignal(WTERMSIG(status)), MOST_STARTS + 1);
			return STATUS_MACHINE;
		}
		starts[round % MOST_STARTS] = seconds();
	}
}
