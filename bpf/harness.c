// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * For tests: asks the kernel what policies say, through BPF_PROG_TEST_RUN.
 *
 *   harness query    reads frames from stdin, writes answers to stdout:
 *                      u32 size of image, image, u32 number of queries, then for each query
 *                      u32 kind, u32 protocol, u32 port, u32 length, who and what is not known of them, `length` bytes
 *                    answers, for each query: i32 error, POLICY_OPS words, u32 doubtful operations, u64 facts by kind and
 *                    operation, u64 what the arguments answer to. All in the machine's byte order.
 *   harness host     the same for paths, abstract names and arguments, by match.h compiled for the host, without the kernel
 *   harness play     reads from stdin: u32 size of image, image, u32 number of steps, then each as play.h says; answers a
 *                    struct stepped for each step
 *   harness check    reads an image from stdin; exits 0, or 1 having said why it is refused.
 *   harness verify lsm|fmod_ret|tracepoint [PROGRAM]   loads every program (or one) as the backend does and prints what the
 *                    verifier processed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "input.h"
#include "kernel_side.h"
#include "play.h"
#include "say.h"

/* An image with its queries, as read. */
struct job {
	__u8 *bytes;
	struct image image;
	__u32 query_count;
	struct asked {
		__u32 kind, protocol, port, length;
		struct policy_circumstances who, unknown;
		__u8 *bytes;
	} *queries;
};

static int read_exactly(void *into, size_t size)
{
	return fread(into, 1, size, stdin) == size ? 0 : -1;
}

static int read_query(struct asked *asked)
{
	if (read_exactly(asked, offsetof(struct asked, bytes)) || asked->length >= sizeof(((struct policy_query *)0)->bytes))
		return say("a query is cut short or too long");
	asked->bytes = malloc(asked->length + 1);
	return asked->bytes && !read_exactly(asked->bytes, asked->length) ? 0 : say("a query is cut short");
}

static int read_job(struct job *job, __u32 size)
{
	char why[256];

	job->bytes = malloc((size_t)size + 1);
	if (!job->bytes || read_exactly(job->bytes, size) ||
	    read_exactly(&job->query_count, sizeof(job->query_count)))
		return say("an image is cut short");
	if (image_open(&job->image, job->bytes, size, why, sizeof(why)))
		return say("%s", why);
	job->queries = calloc((size_t)job->query_count + 1, sizeof(*job->queries));
	if (!job->queries)
		return say("out of memory");
	for (__u32 i = 0; i < job->query_count; i++)
		if (read_query(&job->queries[i]))
			return -1;
	return 0;
}

static void free_job(struct job *job)
{
	for (__u32 i = 0; job->queries && i < job->query_count; i++)
		free(job->queries[i].bytes);
	free(job->queries);
	free(job->bytes);
	memset(job, 0, sizeof(*job));
}

/* Without a kernel side the host answers. */
static int answer(const struct kernel_side *kernel, const struct job *job, const struct asked *asked, __u32 slot)
{
	static struct policy_query query;

	memset(&query, 0, sizeof(query));
	query.kind = asked->kind;
	query.slot = slot;
	query.protocol = asked->protocol;
	query.port = asked->port;
	query.length = asked->length;
	query.who = asked->who;
	query.unknown = asked->unknown;
	memcpy(query.bytes, asked->bytes, asked->length);
	if (!kernel)
		host_answer(&job->image, &query);
	else if (ask(kernel, &query) < 0)
		return say_errno("BPF_PROG_TEST_RUN fails");
	if (fwrite(&query.error, sizeof(query.error), 1, stdout) != 1 ||
	    fwrite(query.verdict.word, sizeof(query.verdict.word), 1, stdout) != 1 ||
	    fwrite(&query.doubtful, sizeof(query.doubtful), 1, stdout) != 1 ||
	    fwrite(query.facts, sizeof(query.facts), 1, stdout) != 1 ||
	    fwrite(&query.who.args, sizeof(query.who.args), 1, stdout) != 1)
		return say_errno("cannot write the answers");
	return 0;
}

static int answer_jobs(const struct kernel_side *kernel, const struct job *jobs, __u32 count)
{
	struct image images[TABLES_AT_ONCE] = {};

	for (__u32 i = 0; i < count; i++)
		images[i] = jobs[i].image;
	if (kernel && tables_load(kernel, images, 1, count))
		return -1;
	for (__u32 i = 0; i < count; i++)
		for (__u32 k = 0; k < jobs[i].query_count; k++)
			if (answer(kernel, &jobs[i], &jobs[i].queries[k], 1 + i))
				return -1;
	return fflush(stdout) ? say_errno("cannot write the answers") : 0;
}

/* Many images at a time, because the kernel takes its time to put one into a slot. */
static int answer_all(const struct kernel_side *kernel)
{
	static struct job jobs[TABLES_AT_ONCE];
	int failed = 0;
	__u32 size, count;

	do {
		for (count = 0; count < TABLES_AT_ONCE && !failed && fread(&size, sizeof(size), 1, stdin) == 1; count++)
			failed = read_job(&jobs[count], size);
		if (!failed && count)
			failed = answer_jobs(kernel, jobs, count);
		for (__u32 i = 0; i < count; i++)
			free_job(&jobs[i]);
	} while (count && !failed);
	return failed ? STATUS_POLICY : STATUS_OK;
}

static int play_one(const struct kernel_side *kernel)
{
	static __u8 bytes[2 * sizeof(((struct policy_query *)0)->bytes)];
	size_t room = sizeof(bytes) / 2;
	struct step step;
	struct stepped stepped;

	if (read_exactly(&step, sizeof(step)) || step.length >= room || step.argument_length >= room ||
	    read_exactly(bytes, step.length + step.argument_length))
		return say("a step is cut short or too long");
	if (play_step(kernel, &step, bytes, &stepped))
		return -1;
	return fwrite(&stepped, sizeof(stepped), 1, stdout) == 1 ? 0 : say_errno("cannot write the answers");
}

/* In the slots that session 1 may have. */
static int play_job(const struct kernel_side *kernel, const struct image *image, __u32 count)
{
	const __u32 slot = 2;
	int failed = tables_load(kernel, image, slot, 1) || play_begin(kernel, image, slot);

	for (__u32 i = 0; i < count && !failed; i++)
		failed = play_one(kernel);
	play_end(kernel);
	return failed || fflush(stdout) ? -1 : 0;
}

static int play_all(const struct kernel_side *kernel)
{
	struct image image;
	char why[256];
	__u32 size, count;
	__u8 *bytes;
	int failed = 0;

	while (!failed && fread(&size, sizeof(size), 1, stdin) == 1) {
		bytes = malloc((size_t)size + 1);
		if (!bytes || read_exactly(bytes, size) || read_exactly(&count, sizeof(count)))
			failed = say("an image is cut short");
		else if (image_open(&image, bytes, size, why, sizeof(why)))
			failed = say("%s", why);
		else
			failed = play_job(kernel, &image, count);
		free(bytes);
	}
	return failed ? STATUS_POLICY : STATUS_OK;
}

static int check(void)
{
	struct image image;
	char why[256];
	size_t size;
	__u8 *bytes = input_read(STDIN_FILENO, 1 << 20, SIZE_MAX / 2, &size);
	int failed;

	if (!bytes)
		return STATUS_MACHINE;
	failed = image_open(&image, bytes, size, why, sizeof(why));
	if (failed)
		say("%s", why);
	free(bytes);
	return failed ? STATUS_POLICY : STATUS_OK;
}

int main(int argc, char **argv)
{
	struct kernel_side kernel;

	if (argc == 2 && !strcmp(argv[1], "query"))
		return kernel_side_open_detached(&kernel) ? STATUS_MACHINE : answer_all(&kernel);
	if (argc == 2 && !strcmp(argv[1], "play"))
		return kernel_side_open_detached(&kernel) ? STATUS_MACHINE : play_all(&kernel);
	if (argc == 2 && !strcmp(argv[1], "host"))
		return answer_all(NULL);
	if (argc == 2 && !strcmp(argv[1], "check"))
		return check();
	if (argc >= 3 && !strcmp(argv[1], "verify") && backend_named(argv[2]))
		return kernel_side_verify(backend_named(argv[2]), argv[3]) ? STATUS_MACHINE : STATUS_OK;
	fprintf(stderr, "usage: harness query|host|play|check|verify lsm|fmod_ret|tracepoint [PROGRAM]\n");
	return STATUS_USAGE;
}
