// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The only privileged code: puts a compiled policy into the kernel and a process under it. Reads no policy text, opens
 * no connection. Started by policyc:
 *
 *   policyd launch --start-fd N [--uid U --gid G --groups A,B,…] -- COMMAND…
 *   policyd session --pid PID --image-fd N --events-fd N
 *   policyd clean
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"
#include "say.h"
#include "session.h"

static const char USAGE[] = "usage: policyd launch --start-fd N [--uid U --gid G --groups A,B,...] -- COMMAND...\n"
			    "       policyd session --pid PID --image-fd N --events-fd N\n"
			    "       policyd clean\n";

/* A whole number, or the end: nothing here is worth guessing. */
static long number(const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < 0 || value > UINT_MAX) {
		say("`%s` is not a number", text);
		exit(STATUS_USAGE);
	}
	return value;
}

static void read_groups(struct launch *launch, char *list)
{
	char *save;

	for (char *group = strtok_r(list, ",", &save); group; group = strtok_r(NULL, ",", &save)) {
		if (launch->group_count == sizeof(launch->groups) / sizeof(*launch->groups)) {
			say("the user is in more than %zu groups", launch->group_count);
			exit(STATUS_USAGE);
		}
		launch->groups[launch->group_count++] = number(group);
	}
}

static int run_launch(int argc, char **argv)
{
	static const struct option OPTIONS[] = { { "start-fd", required_argument, NULL, 's' },
						 { "uid", required_argument, NULL, 'u' },
						 { "gid", required_argument, NULL, 'g' },
						 { "groups", required_argument, NULL, 'G' },
						 { 0 } };
	struct launch how = { .start_fd = -1 };
	int option;

	while ((option = getopt_long(argc, argv, "+", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 's': how.start_fd = number(optarg); break;
		case 'u': how.uid = number(optarg); how.has_ids = true; break;
		case 'g': how.gid = number(optarg); how.has_ids = true; break;
		case 'G': read_groups(&how, optarg); break;
		default: return STATUS_USAGE;
		}
	}
	how.command = argv + optind;
	if (how.start_fd < 0 || optind >= argc) {
		fputs(USAGE, stderr);
		return STATUS_USAGE;
	}
	return launch(&how);
}

static int run_session(int argc, char **argv)
{
	static const struct option OPTIONS[] = { { "pid", required_argument, NULL, 'p' },
						 { "image-fd", required_argument, NULL, 'i' },
						 { "events-fd", required_argument, NULL, 'e' },
						 { 0 } };
	long pid = -1, image = -1, events = -1;
	int option;

	while ((option = getopt_long(argc, argv, "+", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'p': pid = number(optarg); break;
		case 'i': image = number(optarg); break;
		case 'e': events = number(optarg); break;
		default: return STATUS_USAGE;
		}
	}
	if (pid <= 0 || image < 0 || events < 0 || optind < argc) {
		fputs(USAGE, stderr);
		return STATUS_USAGE;
	}
	signal(SIGPIPE, SIG_IGN); /* whoever reads the events may leave */
	signal(SIGINT, SIG_IGN);  /* meant for the command at the terminal */
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	return session_run(pid, image, events);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "launch"))
		return run_launch(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "session"))
		return run_session(argc - 1, argv + 1);
	if (argc == 2 && !strcmp(argv[1], "clean"))
		return session_clean();
	fputs(USAGE, stderr);
	return STATUS_USAGE;
}
