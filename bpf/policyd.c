// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The only privileged code: puts a compiled policy into the kernel and a process under it. Reads no policy text, opens
 * no connection. Started by policyc:
 *
 *   policyd launch --start-fd N [--uid U --gid G --groups A,B,…] -- COMMAND…
 *   policyd session --pid PID --image-fd N --events-fd N --guards-fd N [--record-fd N] [--backend auto|BACKEND]
 *   policyd load --pid PID… --image-fd N --guards-fd N [--record-fd N] [--backend auto|BACKEND]
 *   policyd attend --session N                go on where another policyd was ended
 *   policyd reload --session N --image-fd N --guards-fd N [--record-fd N]
 *   policyd unload --session N
 *   policyd status                            a line of JSON for each session
 *   policyd clean
 *   policyd probe --backend BACKEND      whether that works here: status 0, or 3 and the reason
 *
 * BACKEND: lsm, fmod_ret or tracepoint
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "input.h"
#include "keeper.h"
#include "launch.h"
#include "say.h"
#include "session.h"
#include "sessions.h"

static const char USAGE[] = "usage: policyd launch --start-fd N [--uid U --gid G --groups A,B,...] -- COMMAND...\n"
			    "       policyd session --pid PID --image-fd N --events-fd N --guards-fd N "
			    "[--record-fd N] [--backend auto|lsm|fmod_ret|tracepoint]\n"
			    "       policyd load --pid PID... --image-fd N --guards-fd N "
			    "[--record-fd N] [--backend auto|lsm|fmod_ret|tracepoint]\n"
			    "       policyd attend --session N\n"
			    "       policyd reload --session N --image-fd N --guards-fd N [--record-fd N]\n"
			    "       policyd unload --session N\n"
			    "       policyd status\n"
			    "       policyd clean\n"
			    "       policyd probe --backend lsm|fmod_ret|tracepoint\n";

static int usage(void)
{
	fputs(USAGE, stderr);
	return STATUS_USAGE;
}

#define MOST_ID (UINT_MAX - 1) /* setresuid takes the one above for "leave it as it is" */

/* A number that the option can mean, or the end: nothing here is worth guessing. */
static unsigned long number(const char *text, unsigned long most)
{
	unsigned long value;

	if (input_number(text, most, &value))
		return value;
	say("`%s` is not a number from 0 to %lu", text, most);
	exit(STATUS_USAGE);
}

static int small_number(const char *text)
{
	return (int)number(text, INT_MAX);
}

static enum backend backend_argument(const char *name)
{
	enum backend backend = backend_named(name);

	if (backend == BACKEND_NONE) {
		say("there is no backend `%s`", name);
		exit(STATUS_USAGE);
	}
	return backend;
}

static void read_groups(struct launch *launch, char *list)
{
	char *save;

	for (char *group = strtok_r(list, ",", &save); group; group = strtok_r(NULL, ",", &save)) {
		if (launch->group_count == sizeof(launch->groups) / sizeof(*launch->groups)) {
			say("the user is in more than %zu groups", launch->group_count);
			exit(STATUS_USAGE);
		}
		launch->groups[launch->group_count++] = number(group, MOST_ID);
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
	bool has_uid = false, has_gid = false, has_groups = false;
	int option;

	while ((option = getopt_long(argc, argv, "+", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 's': how.start_fd = small_number(optarg); break;
		case 'u': how.uid = number(optarg, MOST_ID); has_uid = true; break;
		case 'g': how.gid = number(optarg, MOST_ID); has_gid = true; break;
		case 'G': read_groups(&how, optarg); has_groups = true; break;
		default: return STATUS_USAGE;
		}
	}
	how.command = argv + optind;
	how.has_ids = has_uid;
	if (how.start_fd < 0 || optind >= argc || has_uid != has_gid || has_uid != has_groups) {
		return usage();
	}
	return launch(&how);
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

struct order {
	struct session_request request;
	struct session_input input;
	__u32 session; /* 0: not given */
};

static const struct option SESSION_OPTIONS[] = { { "pid", required_argument, NULL, 'p' },
						 { "image-fd", required_argument, NULL, 'i' },
						 { "events-fd", required_argument, NULL, 'e' },
						 { "guards-fd", required_argument, NULL, 'g' },
						 { "record-fd", required_argument, NULL, 'r' },
						 { "backend", required_argument, NULL, 'b' },
						 { "session", required_argument, NULL, 's' },
						 { 0 } };

static void add_pid(struct session_request *request, const char *text)
{
	if (request->pid_count == MOST_NAMED) {
		say("more than %d processes are named", MOST_NAMED);
		exit(STATUS_USAGE);
	}
	request->pids[request->pid_count++] = small_number(text);
}

/* `takes`: the short names of the options that may be given. */
static bool read_order(struct order *order, const char *takes, int argc, char **argv)
{
	struct session_request *request = &order->request;
	int option;

	*order = (struct order){ .request = { .image_fd = -1, .guards_fd = -1, .record_fd = -1, .events_fd = -1 } };
	while ((option = getopt_long(argc, argv, "+", SESSION_OPTIONS, NULL)) != -1) {
		if (option == '?' || !strchr(takes, option))
			return false;
		switch (option) {
		case 'p': add_pid(request, optarg); break;
		case 'i': request->image_fd = small_number(optarg); break;
		case 'e': request->events_fd = small_number(optarg); break;
		case 'g': request->guards_fd = small_number(optarg); break;
		case 'r': request->record_fd = small_number(optarg); break;
		case 'b':
			request->backend = strcmp(optarg, "auto") ? backend_argument(optarg) : BACKEND_NONE;
			break;
		default: order->session = (__u32)number(optarg, POLICY_MAX_SESSIONS - 1); break;
		}
	}
	for (size_t i = 0; i < request->pid_count; i++)
		if (!request->pids[i])
			return false;
	return optind == argc && (!strchr(takes, 's') || order->session);
}

/* Whoever reads the events may leave, and the terminal's signals are meant for the command. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

static int begin_session(struct kept *kept, void *context)
{
	struct order *order = context;

	return session_run(&order->request, &order->input, kept);
}

static int go_on(struct kept *kept, void *context)
{
	const struct order *order = context;

	return session_attend(order->session ? order->session : kept->session, order->request.events_fd, kept);
}

static int run_session(struct order *order)
{
	int status;

	ignore_signals();
	status = session_read(&order->request, &order->input);
	if (!status)
		status = keep(begin_session, go_on, order);
	session_input_free(&order->input);
	return status;
}

static int run_reload(struct order *order)
{
	int status = session_read(&order->request, &order->input);

	if (!status)
		status = session_reload(order->session, &order->request, &order->input);
	session_input_free(&order->input);
	return status;
}

static int run_attend(struct order *order)
{
	ignore_signals();
	return keep(go_on, go_on, order);
}

/* -1: it is no order about sessions. */
static int run_order(const char *name, int argc, char **argv)
{
	struct order order;
	const struct session_request *request = &order.request;
	bool has_policy;

	if (!strcmp(name, "session") || !strcmp(name, "load")) {
		bool load = !strcmp(name, "load"), whole = read_order(&order, load ? "pigrb" : "piegrb", argc, argv);

		order.request.running = load;
		has_policy = request->image_fd >= 0 && request->guards_fd >= 0;
		whole = whole && has_policy && request->pid_count && (load || (request->events_fd >= 0 && request->pid_count == 1));
		return whole ? run_session(&order) : usage();
	}
	if (!strcmp(name, "reload")) {
		bool whole = read_order(&order, "sigr", argc, argv);

		return whole && request->image_fd >= 0 && request->guards_fd >= 0 ? run_reload(&order) : usage();
	}
	if (!strcmp(name, "attend"))
		return read_order(&order, "s", argc, argv) ? run_attend(&order) : usage();
	if (!strcmp(name, "unload"))
		return read_order(&order, "s", argc, argv) ? session_unload(order.session) : usage();
	return -1;
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && !strcmp(argv[1], "launch"))
		return run_launch(argc - 1, argv + 1);
	if (argc == 2 && !strcmp(argv[1], "status"))
		return sessions_status();
	if (argc == 2 && !strcmp(argv[1], "clean"))
		return sessions_clean();
	if (argc == 4 && !strcmp(argv[1], "probe") && !strcmp(argv[2], "--backend"))
		return backend_probe(backend_argument(argv[3]));
	status = argc > 1 ? run_order(argv[1], argc - 1, argv + 1) : -1;
	return status < 0 ? usage() : status;
}
