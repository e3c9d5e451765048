// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The tables of one policy as inner maps of a slot. They are complete before anything points at the slot. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_side.h"
#include "say.h"

#define NO_SECTION POLICY_SECTIONS /* all zero at first */

static const struct table {
	enum map_id map;
	enum policy_section_kind section;
	enum bpf_map_type type;
	__u32 flags;
	__u32 key_size; /* 4 for arrays, whose entries hold no key */
	const char *name;
} TABLES[] = {
	{ MAP_TERMS, POLICY_SECTION_TERMS, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "terms" },
	{ MAP_CASES, POLICY_SECTION_CASES, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "cases" },
	{ MAP_LIMITS, POLICY_SECTION_LIMITS, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "limits" },
	{ MAP_ARGUMENT_CLASSES, POLICY_SECTION_ARGUMENT_CLASSES, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "argument_classes" },
	{ MAP_WINDOWS, NO_SECTION, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "windows" },
	{ MAP_RECORDS, POLICY_SECTION_RECORDS, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "records" },
	{ MAP_STATES, POLICY_SECTION_STATES, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "states" },
	{ MAP_SHORT_EDGES, POLICY_SECTION_SHORT_EDGES, BPF_MAP_TYPE_HASH, 0, sizeof(struct policy_short_key),
	  "short_edges" },
	{ MAP_LONG_EDGES, POLICY_SECTION_LONG_EDGES, BPF_MAP_TYPE_HASH, 0, sizeof(struct policy_long_key),
	  "long_edges" },
	{ MAP_PREFIXES, POLICY_SECTION_PREFIXES, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC,
	  sizeof(struct policy_affix_key), "prefixes" },
	{ MAP_SUFFIXES, POLICY_SECTION_SUFFIXES, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC,
	  sizeof(struct policy_affix_key), "suffixes" },
	{ MAP_CLASSES, POLICY_SECTION_CLASSES, BPF_MAP_TYPE_HASH, 0, sizeof(struct policy_class_key), "classes" },
	{ MAP_GLOB_ROWS, POLICY_SECTION_GLOB_ROWS, BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP, 4, "glob_rows" },
	{ MAP_ADDRESSES4, POLICY_SECTION_ADDRESSES4, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC,
	  sizeof(struct policy_address4_key), "addresses4" },
	{ MAP_ADDRESSES6, POLICY_SECTION_ADDRESSES6, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC,
	  sizeof(struct policy_address6_key), "addresses6" },
	{ MAP_PORTS, POLICY_SECTION_PORTS, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, sizeof(struct policy_port_key),
	  "ports" },
};
#define TABLE_COUNT (sizeof(TABLES) / sizeof(*TABLES))

/* A slot that is being filled or emptied. */
static const struct policy_root IN_USE = { .policy = ~0ull };

static bool is_array(const struct table *table)
{
	return table->type == BPF_MAP_TYPE_ARRAY;
}

/* What limits count: a number and as many moments. */
static __u32 moments_of(const struct image *image)
{
	const struct policy_limit *limits = image_section(image, POLICY_SECTION_LIMITS);
	__u32 count = image_count(image, POLICY_SECTION_LIMITS), sum = 0;

	for (__u32 i = 0; i < count; i++)
		sum += 1 + limits[i].count;
	return sum;
}

static __u32 entries_of(const struct table *table, const struct image *image)
{
	return table->section == NO_SECTION ? moments_of(image) : image_count(image, table->section);
}

static __u32 entry_size_of(const struct table *table, const struct image *image)
{
	return table->section == NO_SECTION ? sizeof(__u64) : image->header->sections[table->section].entry_size;
}

/* An entry of a keyed section is its key and its value, without a gap. */
static int fill(int map, const struct table *table, const struct image *image)
{
	__u32 entry_size = image->header->sections[table->section].entry_size;
	__u32 value_size = is_array(table) ? entry_size : entry_size - table->key_size;
	__u32 count = image_count(image, table->section), done = count;
	const __u8 *entries = image_section(image, table->section);
	__u8 *keys, *values;
	int failed;

	if (!count)
		return 0;
	keys = malloc((size_t)count * table->key_size);
	values = malloc((size_t)count * value_size);
	if (!keys || !values) {
		free(keys);
		free(values);
		return say("out of memory for %s", table->name);
	}
	for (__u32 i = 0; i < count; i++) {
		const __u8 *entry = entries + (size_t)i * entry_size;

		memcpy(keys + (size_t)i * table->key_size, is_array(table) ? (const void *)&i : entry, table->key_size);
		memcpy(values + (size_t)i * value_size, is_array(table) ? entry : entry + table->key_size, value_size);
	}
	failed = bpf_map_update_batch(map, keys, values, &done, NULL);
	free(keys);
	free(values);
	if (failed || done != count)
		return say_errno("cannot fill %s: %u of %u entries", table->name, done, count);
	return 0;
}

static int make_table(const struct table *table, const struct image *image)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = table->flags);
	__u32 entry_size = entry_size_of(table, image);
	__u32 value_size = is_array(table) ? entry_size : entry_size - table->key_size;
	__u32 count = entries_of(table, image);
	int map = bpf_map_create(table->type, table->name, table->key_size, value_size, count ? count : 1, &options);

	if (map < 0)
		return say_errno("cannot make map %s for %u entries", table->name, count);
	if (table->section != NO_SECTION && fill(map, table, image)) {
		close(map);
		return -1;
	}
	return map;
}

struct slots {
	const struct kernel_side *kernel;
	const struct image *images; /* NULL: to be emptied */
	__u32 first, count;
};

/* Makes the tables of one kind and puts them into their slots in one go: the kernel waits after each. */
static int load_table(const struct slots *slots, const struct table *table)
{
	int maps[TABLES_AT_ONCE];
	__u32 numbers[TABLES_AT_ONCE], made = 0, put = 0;
	int failed = 0;

	for (; made < slots->count; made++) {
		maps[made] = make_table(table, &slots->images[made]);
		numbers[made] = slots->first + made;
		if (maps[made] < 0)
			break;
	}
	put = made;
	if (made < slots->count)
		failed = -1;
	else if (bpf_map_update_batch(slots->kernel->maps[table->map], numbers, maps, &put, NULL) || put != slots->count)
		failed = say_errno("cannot put map %s in slot %u", table->name, slots->first + put);
	for (__u32 i = 0; i < made; i++)
		close(maps[i]);
	return failed;
}

static int clear_table(const struct slots *slots, const struct table *table)
{
	for (__u32 i = 0; i < slots->count; i++) {
		__u32 number = slots->first + i;

		bpf_map_delete_elem(slots->kernel->maps[table->map], &number); /* there may be none */
	}
	return 0;
}

static bool has_ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/*
 * With each table the kernel waits until no decision is under way that knows the one before. It does so for all at the
 * price of one where each is changed by a process of its own.
 */
static int change_all(const struct slots *slots)
{
	int (*change)(const struct slots *slots, const struct table *table) = slots->images ? load_table : clear_table;
	pid_t pids[TABLE_COUNT];
	int failed = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(change(slots, &TABLES[i]) ? STATUS_MACHINE : STATUS_OK);
		if (pids[i] < 0 && change(slots, &TABLES[i]))
			failed = -1;
	}
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (pids[i] > 0 && !has_ended_well(pids[i]))
			failed = -1;
	return failed;
}

/* The root makes a slot count: without lanes it says that something lies there. */
static int write_root(const struct kernel_side *kernel, __u32 slot, const struct policy_root *root)
{
	return bpf_map_update_elem(kernel->maps[MAP_ROOTS], &slot, root, BPF_ANY)
		       ? say_errno("cannot write the root of slot %u", slot)
		       : 0;
}

static int load_root(const struct kernel_side *kernel, __u32 slot, const struct image *image)
{
	struct policy_root root;

	memcpy(&root, image_section(image, POLICY_SECTION_ROOT), sizeof(root));
	root.policy = image->identity;
	return write_root(kernel, slot, &root);
}

int tables_load(const struct kernel_side *kernel, const struct image *images, __u32 first_slot, __u32 count)
{
	int failed = count <= TABLES_AT_ONCE ? 0 : say("%u images at once are too many", count);

	for (__u32 i = 0; i < count && !failed; i++)
		failed = write_root(kernel, first_slot + i, &IN_USE);
	if (!failed)
		failed = change_all(&(struct slots){ .kernel = kernel, .images = images, .first = first_slot, .count = count });
	for (__u32 i = 0; i < count && !failed; i++)
		failed = load_root(kernel, first_slot + i, &images[i]);
	for (__u32 i = 0; i < count && failed; i++)
		tables_clear(kernel, first_slot + i);
	return failed;
}

bool tables_are_clear(const struct kernel_side *kernel, __u32 slot)
{
	static const struct policy_root NOTHING;
	struct policy_root root;

	return !bpf_map_lookup_elem(kernel->maps[MAP_ROOTS], &slot, &root) && !memcmp(&root, &NOTHING, sizeof(root));
}

/* Last of all the root says that nothing is left: whoever was killed before that is seen to have been. */
void tables_clear(const struct kernel_side *kernel, __u32 slot)
{
	static const struct policy_root NOTHING;

	bpf_map_update_elem(kernel->maps[MAP_ROOTS], &slot, &IN_USE, BPF_ANY);
	change_all(&(struct slots){ .kernel = kernel, .first = slot, .count = 1 });
	bpf_map_update_elem(kernel->maps[MAP_ROOTS], &slot, &NOTHING, BPF_ANY);
}

int wait_for_decisions(const struct kernel_side *kernel)
{
	static const __u32 NO_SLOT = 0; /* no session's */
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "records", 4, sizeof(struct policy_record), 1,
				 &(struct bpf_map_create_opts){ .sz = sizeof(struct bpf_map_create_opts),
								.map_flags = BPF_F_INNER_MAP });
	int failed = map < 0 || bpf_map_update_elem(kernel->maps[MAP_RECORDS], &NO_SLOT, &map, BPF_ANY);

	if (map >= 0)
		close(map);
	return failed ? say_errno("cannot wait for decisions under way") : 0;
}

__u64 policy_in(const struct kernel_side *kernel, __u32 slot)
{
	struct policy_root root = {};

	return bpf_map_lookup_elem(kernel->maps[MAP_ROOTS], &slot, &root) ? 0 : root.policy;
}
