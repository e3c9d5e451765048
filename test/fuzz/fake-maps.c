// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* libbpf's calls on maps, as far as tables.c makes them, and the messages that it says. */
#include "fake-maps.h"

#include <stdint.h>
#include <unistd.h>

#include "law.h"

static int close_map(int fd);
static pid_t fork_nothing(void);
#define close close_map
#define fork fork_nothing
#include "../../bpf/tables.c"
#undef fork
#undef close

#define FIRST_FD (1 << 20)

static struct map {
	enum bpf_map_type type;
	uint32_t key_size, value_size, entries;
} maps[TABLE_COUNT];
static int made, closed, calls, failing_call;
static uint8_t touched; /* so that values are read */

static int succeed(void)
{
	if (++calls != failing_call)
		return 0;
	errno = ENOMEM;
	return -1;
}

int bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 entries,
		   const struct bpf_map_create_opts *options)
{
	law(name && options && made < (int)TABLE_COUNT && key_size && value_size && entries);
	if (succeed())
		return -1;
	maps[made] = (struct map){ type, key_size, value_size, entries };
	return FIRST_FD + made++;
}

static int close_map(int fd)
{
	law(fd >= FIRST_FD && fd - FIRST_FD < made);
	closed++;
	return 0;
}

/* Then everything is done here, where it can be looked at. */
static pid_t fork_nothing(void)
{
	return -1;
}

/* As the kernel sees an LPM key: bits beyond the prefix do not count. They must be zero, or two keys would be one. */
static void check_prefix(const uint8_t *key, uint32_t size)
{
	uint32_t bits;

	memcpy(&bits, key, sizeof(bits));
	law(bits <= 8 * (size - sizeof(bits)));
	for (uint32_t bit = bits; bit < 8 * (size - sizeof(bits)); bit++)
		law(!(key[sizeof(bits) + bit / 8] >> (7 - bit % 8) & 1));
}

static void check_keys(const struct map *map, const uint8_t *keys, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *key = keys + (size_t)i * map->key_size;

		if (map->type == BPF_MAP_TYPE_ARRAY)
			law(!memcmp(key, &i, sizeof(i)));
		else if (i)
			law(memcmp(key - map->key_size, key, map->key_size) < 0);
		if (map->type == BPF_MAP_TYPE_LPM_TRIE)
			check_prefix(key, map->key_size);
	}
}

int bpf_map_update_batch(int fd, const void *keys, const void *values, __u32 *count,
			 const struct bpf_map_batch_opts *options)
{
	(void)options;
	if (succeed()) {
		*count = 0;
		return -1;
	}
	if (fd < FIRST_FD) /* tables into their slots */
		return 0;
	law(fd - FIRST_FD < made && *count <= maps[fd - FIRST_FD].entries);
	check_keys(&maps[fd - FIRST_FD], keys, *count);
	for (size_t i = 0; i < (size_t)*count * maps[fd - FIRST_FD].value_size; i++)
		touched ^= ((const uint8_t *)values)[i];
	return 0;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	(void)fd;
	(void)flags;
	touched ^= *(const uint8_t *)key ^ *(const uint8_t *)value;
	return succeed();
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	(void)fd;
	(void)key;
	(void)value;
	errno = ENOENT;
	return -1;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	(void)fd;
	touched ^= *(const uint8_t *)key;
	return 0;
}

int say(const char *format, ...)
{
	law(format[0]);
	return -1;
}

int say_errno(const char *format, ...)
{
	law(format[0] && errno);
	return -1;
}

void load_into_fake_maps(const struct image *image)
{
	struct kernel_side kernel;
	int failed;

	memset(&kernel, 0, sizeof(kernel));
	made = closed = calls = 0;
	failing_call = image->header->checksum % 64; /* of about 34: some fail, some do not */
	failed = tables_load(&kernel, image, 1, 1);
	law(failed == (failing_call && calls >= failing_call ? -1 : 0));
	law(closed == made && (failed || made == (int)TABLE_COUNT));
}
