// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Where each tree starts. A mount point's name gives the place, the mounted root's inode is what a walk in the kernel
 * will end at. The first mount of a superblock's root is its place; others, and bind mounts, add nothing to it.
 */
#include "anchors.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

struct mount {
	unsigned long long id;
	char *point;
	bool overlay;
};

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (text[0] == '\\' && text[1] && text[2] && text[3]) {
			*to++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 3;
		} else {
			*to++ = *text;
		}
	*to = 0;
}

/* "36 35 98:0 /root /point options - type source options" */
static bool parse_mount(char *line, struct mount *mount)
{
	char *save, *field = strtok_r(line, " ", &save), *type;

	if (!field)
		return false;
	mount->id = strtoull(field, NULL, 10);
	for (int i = 0; i < 4 && field; i++)
		field = strtok_r(NULL, " ", &save);
	mount->point = field;
	type = save ? strstr(save, " - ") : NULL;
	if (!field || !type)
		return false;
	mount->overlay = !strncmp(type + 3, "overlay ", 8);
	unescape(mount->point);
	return true;
}

/* An O_PATH descriptor of what is mounted there, or -1 when something else is mounted over it. */
static int open_mount(const struct mount *mount)
{
	int fd = open(mount->point, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	struct statx status;

	if (fd < 0)
		return -1;
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) || status.stx_mnt_id != mount->id) {
		close(fd);
		return -1;
	}
	return fd;
}

static __u32 number_of(struct mounts *mounts, const char *point)
{
	char **grown;

	for (size_t i = 0; i < mounts->count; i++)
		if (!strcmp(mounts->names[i], point))
			return i + 1;
	grown = realloc(mounts->names, (mounts->count + 1) * sizeof(*grown));
	if (!grown)
		return 0;
	mounts->names = grown;
	grown[mounts->count] = strdup(point);
	return grown[mounts->count] ? ++mounts->count : 0;
}

static int write_anchor(const struct kernel_side *kernel, __u32 slot, const struct mount *mount, int fd,
			struct mounts *mounts)
{
	static struct policy_query query;
	struct policy_where where;
	struct policy_anchor_key key = { .slot = slot };
	struct policy_anchor anchor;

	if (where_is(kernel, fd, &where))
		return say_errno("cannot ask the kernel where %s is", mount->point);
	memset(&query, 0, sizeof(query));
	query.kind = POLICY_QUERY_PATH;
	query.slot = slot;
	query.length = strlen(mount->point + 1);
	if (query.length >= sizeof(query.bytes))
		return say("the mount point %s is too long", mount->point);
	memcpy(query.bytes, mount->point + 1, query.length);
	if (ask(kernel, &query) || query.error)
		return say("cannot find the place of %s", mount->point);
	key.dev = where.dev;
	key.ino = where.ino;
	key.inode = where.inode;
	anchor.place = query.place;
	anchor.mount = number_of(mounts, mount->point);
	if (bpf_map_update_elem(kernel->maps[MAP_ANCHORS], &key, &anchor, BPF_NOEXIST) && errno != EEXIST)
		return say_errno("cannot write the anchor of %s", mount->point);
	return 0;
}

/* ---- overlays --------------------------------------------------------------------------------------------------- */

static int set_probing(const struct kernel_side *kernel, __u32 thread)
{
	__u32 zero = 0;

	return bpf_map_update_elem(kernel->maps[MAP_BSS], &zero, &thread, BPF_ANY);
}

/* Lists the directory, so that the overlay opens the roots of all its layers. */
static void list(const char *path)
{
	char buffer[4096];
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static int take_layers(const struct kernel_side *kernel, __u32 slot, __u64 own)
{
	struct policy_layer_key key, *previous = NULL, last;
	__u32 one = 1;

	while (!bpf_map_get_next_key(kernel->maps[MAP_PROBED], previous, &key)) {
		last = key;
		previous = &last;
		if (key.superblock == own)
			continue;
		key.slot = slot;
		if (bpf_map_update_elem(kernel->maps[MAP_LAYERS], &key, &one, BPF_ANY))
			return say_errno("cannot write a layer of an overlay");
	}
	return 0;
}

static void forget_probed(const struct kernel_side *kernel)
{
	struct policy_layer_key key;

	while (!bpf_map_get_next_key(kernel->maps[MAP_PROBED], NULL, &key))
		bpf_map_delete_elem(kernel->maps[MAP_PROBED], &key);
}

static int write_layers(const struct kernel_side *kernel, __u32 slot, const struct mount *mount, int fd)
{
	struct policy_where where;
	int link, failed;

	if (where_is(kernel, fd, &where))
		return say_errno("cannot ask the kernel where %s is", mount->point);
	forget_probed(kernel);
	link = bpf_raw_tracepoint_open(NULL, kernel->programs[PROGRAM_PROBE_OPEN]);
	if (link < 0 || set_probing(kernel, gettid()))
		return say_errno("cannot look beneath the overlay at %s", mount->point);
	list(mount->point);
	set_probing(kernel, 0);
	close(link);
	failed = take_layers(kernel, slot, where.superblock);
	forget_probed(kernel);
	return failed;
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

int anchors_write(const struct kernel_side *kernel, __u32 slot, struct mounts *mounts)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;
	int failed = 0;

	if (!file)
		return say_errno("cannot open /proc/self/mountinfo");
	while (!failed && getline(&line, &room, file) > 0) {
		struct mount mount;
		int fd;

		if (!parse_mount(line, &mount) || (fd = open_mount(&mount)) < 0)
			continue; /* out of the session's reach by name: has no anchor and is denied */
		failed = write_anchor(kernel, slot, &mount, fd, mounts);
		if (!failed && mount.overlay)
			failed = write_layers(kernel, slot, &mount, fd);
		close(fd);
	}
	free(line);
	fclose(file);
	return failed;
}

void anchors_clear(const struct kernel_side *kernel, __u32 slot)
{
	struct policy_anchor_key anchor, last_anchor;
	struct policy_layer_key layer, last_layer;
	void *previous = NULL;

	while (!bpf_map_get_next_key(kernel->maps[MAP_ANCHORS], previous, &anchor)) {
		if (anchor.slot == slot) {
			bpf_map_delete_elem(kernel->maps[MAP_ANCHORS], &anchor);
			continue; /* from the key before it */
		}
		last_anchor = anchor;
		previous = &last_anchor;
	}
	previous = NULL;
	while (!bpf_map_get_next_key(kernel->maps[MAP_LAYERS], previous, &layer)) {
		if (layer.slot == slot) {
			bpf_map_delete_elem(kernel->maps[MAP_LAYERS], &layer);
			continue;
		}
		last_layer = layer;
		previous = &last_layer;
	}
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		free(mounts->names[i]);
	free(mounts->names);
	memset(mounts, 0, sizeof(*mounts));
}
