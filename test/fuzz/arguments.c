// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* policyd's command line, an argument a line: what comes of it is a whole request, or the status for a wrong one. */
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include "law.h"

static void leave(int status) __attribute__((noreturn));
#define exit leave
#define main policyd_main
#include "../../bpf/policyd.c"
#undef main
#undef exit

#define ARGUMENTS 300
enum { REQUESTED = 77 };

static jmp_buf left;

static void leave(int status)
{
	longjmp(left, status);
}

int launch(const struct launch *launch)
{
	law(launch->start_fd >= 0 && launch->command[0]);
	law(launch->group_count <= sizeof(launch->groups) / sizeof(*launch->groups));
	law(launch->has_ids || (!launch->uid && !launch->gid && !launch->group_count));
	law(launch->uid != (uid_t)-1 && launch->gid != (gid_t)-1);
	for (size_t i = 0; i < launch->group_count; i++)
		law(launch->groups[i] != (gid_t)-1);
	return REQUESTED;
}

static void check_request(const struct session_request *asked)
{
	law(asked->backend >= BACKEND_NONE && asked->backend <= BACKEND_FMOD_RET);
	law(asked->image_fd >= 0 && asked->guards_fd >= 0);
	law(asked->pid_count <= MOST_NAMED);
	for (size_t i = 0; i < asked->pid_count; i++)
		law(asked->pids[i] > 0);
}

int session_read(const struct session_request *asked, struct session_input *input)
{
	check_request(asked);
	memset(input, 0, sizeof(*input));
	return STATUS_OK;
}

void session_input_free(struct session_input *input)
{
	law(!input->bytes);
}

int session_run(const struct session_request *asked, const struct session_input *input, struct kept *kept)
{
	check_request(asked);
	law(asked->pid_count && (asked->running || (asked->pid_count == 1 && asked->events_fd >= 0)) && !input->bytes);
	law(!kept->session);
	return REQUESTED;
}

int session_attend(__u32 number, int events_fd, struct kept *kept)
{
	law(number > 0 && number < POLICY_MAX_SESSIONS && events_fd == -1 && !kept->session);
	return REQUESTED;
}

int session_reload(__u32 number, const struct session_request *asked, const struct session_input *input)
{
	check_request(asked);
	law(number > 0 && number < POLICY_MAX_SESSIONS && !input->bytes);
	return REQUESTED;
}

int session_unload(__u32 number)
{
	law(number > 0 && number < POLICY_MAX_SESSIONS);
	return REQUESTED;
}

int keep(work first, work again, void *context)
{
	struct kept kept = {};

	law(again != NULL);
	return first(&kept, context);
}

int sessions_clean(void)
{
	return REQUESTED;
}

int sessions_status(void)
{
	return REQUESTED;
}

int backend_probe(enum backend backend)
{
	law(backend == BACKEND_LSM || backend == BACKEND_FMOD_RET);
	return REQUESTED;
}

int say(const char *format, ...)
{
	law(format[0]);
	return -1;
}

int say_errno(const char *format, ...)
{
	law(format[0]);
	return -1;
}

static int call(int argc, char **argv)
{
	int status = setjmp(left);

	optind = 0;
	return status ? status : policyd_main(argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *at = text, *argument;
	static char *argv[ARGUMENTS + 2];
	static char name[] = "policyd";
	int argc = 1, status;

	memcpy(text, data, size);
	text[size] = 0;
	argv[0] = name;
	while (argc <= ARGUMENTS && (argument = strsep(&at, "\n")))
		argv[argc++] = argument;
	argv[argc] = NULL;
	opterr = 0;
	status = call(argc, argv);
	law(status == REQUESTED || status == STATUS_USAGE);
	free(text);
	return 0;
}
