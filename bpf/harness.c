// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * For tests: asks the kernel what policies say, through BPF_PROG_TEST_RUN.
 *
 *   harness query    reads frames from stdin, writes answers to stdout:
 *                      u32 size of image, image, u32 number of queries, then for each query
 *                      u32 kind, u32 protocol, u32 port, u32 length, `length` bytes
 *                    answers, for each query: i32 error, POLICY_OPS words. All in the machine's byte order.
 *   harness host     the same for paths and abstract names, by match.h compiled for the host, without the kernel
 *   harness check    reads an image from stdin; exits 0, or 1 having said why it is refused.
 *   harness verify [PROGRAM]   loads every program (or one) and prints what the verifier processed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "kernel_side.h"
#include "say.h"

static int read_exactly(void *into, size_t size)
{
	return fread(into, 1, size, stdin) == size ? 0 : -1;
}

/* Without a kernel side the host answers. */
static int answer_query(const struct kernel_side *kernel, const struct image *image, __u32 slot)
{
	static struct policy_query query;
	struct {
		__u32 kind, protocol, port, length;
	} asked;

	if (read_exactly(&asked, sizeof(asked)) || asked.length >= sizeof(query.bytes))
		return say("a query is cut short or too long");
	memset(&query, 0, sizeof(query));
	query.kind = asked.kind;
	query.slot = slot;
	query.protocol = asked.protocol;
	query.port = asked.port;
	query.length = asked.length;
	if (read_exactly(query.bytes, asked.length))
		return say("a query is cut short");
	if (!kernel)
		host_answer(image, &query);
	else if (ask(kernel, &query) < 0)
		return say_errno("BPF_PROG_TEST_RUN fails");
	fwrite(&query.error, sizeof(query.error), 1, stdout);
	fwrite(query.verdict.word, sizeof(query.verdict.word), 1, stdout);
	return 0;
}

static int answer_image(const struct kernel_side *kernel, __u32 size)
{
	__u8 *bytes = malloc(size + 1);
	struct image image;
	char why[256];
	__u32 queries;
	int failed = -1;

	if (!bytes || read_exactly(bytes, size) || read_exactly(&queries, sizeof(queries))) {
		say("an image is cut short");
		goto out;
	}
	if (image_open(&image, bytes, size, why, sizeof(why))) {
		say("%s", why);
		goto out;
	}
	if (kernel && tables_load(kernel, &image, 1))
		goto out;
	failed = 0;
	for (__u32 i = 0; i < queries && !failed; i++)
		failed = answer_query(kernel, &image, 1);
	fflush(stdout);
	if (kernel)
		tables_clear(kernel, 1);
out:
	free(bytes);
	return failed;
}

static int answer_all(const struct kernel_side *kernel)
{
	__u32 size;

	while (fread(&size, sizeof(size), 1, stdin) == 1)
		if (answer_image(kernel, size))
			return STATUS_POLICY;
	return STATUS_OK;
}

static int check(void)
{
	size_t size = 0, room = 1 << 20;
	__u8 *bytes = malloc(room);
	struct image image;
	char why[256];
	size_t got;
	int failed;

	while (bytes && (got = fread(bytes + size, 1, room - size, stdin)) > 0) {
		size += got;
		if (size == room)
			bytes = realloc(bytes, room *= 2);
	}
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
	if (argc == 2 && !strcmp(argv[1], "host"))
		return answer_all(NULL);
	if (argc == 2 && !strcmp(argv[1], "check"))
		return check();
	if (argc >= 2 && !strcmp(argv[1], "verify"))
		return kernel_side_verify(argv[2]) ? STATUS_MACHINE : STATUS_OK;
	fprintf(stderr, "usage: harness query|host|check|verify [PROGRAM]\n");
	return STATUS_USAGE;
}
