// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The image reader and the matcher against images that were cut short or changed, under sanitizers: the reader refuses
 * or accepts, and what it accepts can be asked without a fault. Prints `N passed, N failed`; a fault ends the process.
 * usage: image IMAGE…
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host.h"

#define CHANGES 20000

static unsigned int passed, failed, accepted, refused;
static unsigned long long seed;

static void check(int good, const char *what, const char *file)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: %s: %s\n", file, what);
}

/* xorshift64: the same changes on every machine */
static unsigned long long random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* In memory of exactly that size, so that a read past its end is a fault. Returns what image_open returns. */
static int try_image(const unsigned char *bytes, size_t size, int with_checksum)
{
	static const char *const NAMES[] = { "", "tmp", "home/ada/.ssh/id_ed25519", "w/src/.env", "a/b/c/.git/hooks/x" };
	static struct policy_query query;
	unsigned char *copy = malloc(size ? size : 1);
	struct image image;
	char why[256] = "";
	int status;

	memcpy(copy, bytes, size);
	if (with_checksum && size >= sizeof(struct policy_image_header)) {
		struct policy_image_header *header = (struct policy_image_header *)copy;

		header->checksum = 0;
		header->checksum = crc32_z(0, copy, size);
	}
	status = image_open(&image, copy, size, why, sizeof(why));
	for (size_t i = 0; !status && i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		memset(&query, 0, sizeof(query));
		query.kind = i % 2 ? POLICY_QUERY_PATH : POLICY_QUERY_ABSTRACT;
		query.length = strlen(NAMES[i]);
		query.unknown.marks = i;
		memcpy(query.bytes, NAMES[i], query.length);
		host_answer(&image, &query);
		query.kind = POLICY_QUERY_ARGUMENTS;
		query.length++; /* with the NUL byte behind it */
		host_answer(&image, &query);
	}
	if (status && !why[0])
		check(0, "refused without a reason", "an image");
	free(copy);
	return status;
}

static void try_file(const char *file)
{
	FILE *stream = fopen(file, "rb");
	static unsigned char bytes[16 << 20], changed[sizeof(bytes)];
	size_t size = stream ? fread(bytes, 1, sizeof(bytes), stream) : 0;
	size_t header = sizeof(struct policy_image_header);
	unsigned int wrong = 0;

	if (stream)
		fclose(stream);
	check(size > header && !try_image(bytes, size, 0), "the image itself is accepted", file);
	if (size <= header)
		return;
	for (size_t cut = 0; cut < size; cut += cut < 2 * header ? 1 : 997)
		wrong += !try_image(bytes, cut, 0) + !try_image(bytes, cut, 1);
	check(!wrong, "every shorter one is refused", file);

	wrong = 0;
	seed = 0x9e3779b97f4a7c15ull;
	for (int i = 0; i < CHANGES / 10; i++) {
		size_t at = random_number() % size;

		memcpy(changed, bytes, size);
		changed[at] ^= 1u << random_number() % 8;
		wrong += !try_image(changed, size, 0);
	}
	check(!wrong, "every single wrong bit is noticed", file);

	accepted = refused = 0;
	for (int i = 0; i < CHANGES; i++) {
		memcpy(changed, bytes, size);
		for (int changes = 1 + random_number() % 4; changes; changes--) {
			size_t at = random_number() % 4 ? random_number() % size : random_number() % header;

			changed[at] = random_number() % 2 ? changed[at] ^ (1u << random_number() % 8) : random_number();
		}
		if (try_image(changed, size, 1))
			refused++;
		else
			accepted++;
	}
	printf("%s: %u changed images with a fitting checksum: %u refused, %u accepted and asked\n", file, CHANGES, refused,
	       accepted);
	check(refused && accepted, "changed images are refused or can be asked", file);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		try_file(argv[i]);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
