// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Programs that are run on request, through BPF_PROG_TEST_RUN. */
#include <bpf/bpf.h>
#include <string.h>

#include "kernel_side.h"

static int run(int program, void *context, size_t size)
{
	/* a syscall program's context is written back to where it was read */
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = size);

	return bpf_prog_test_run_opts(program, &options) ? -1 : (int)options.retval;
}

int ask(const struct kernel_side *kernel, struct policy_query *query)
{
	return run(kernel->programs[PROGRAM_DECIDE_QUERY], query, sizeof(*query));
}

int play_act(const struct kernel_side *kernel, struct policy_act *act)
{
	return run(kernel->programs[PROGRAM_PLAY_ACT], act, sizeof(*act));
}

int where_is(const struct kernel_side *kernel, int fd, struct policy_where *where)
{
	memset(where, 0, sizeof(*where));
	where->fd = fd;
	return run(kernel->programs[PROGRAM_WHERE_IS], where, sizeof(*where));
}

int take_repeats(const struct kernel_side *kernel, struct policy_repeats *repeats)
{
	return run(kernel->programs[PROGRAM_TAKE_REPEATS], repeats, sizeof(*repeats));
}
