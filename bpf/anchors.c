// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Where each tree starts. A mount point's name gives the place, the mounted root's inode is what a walk in the kernel
 * will end at. Of the mounts that show a file the first gives its place, as mountinfo has them in order; bind mounts of
 * what is mounted already add nothing. Numbers of mount points keep that order while mounts come and go.
 */
#include "anchors.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mountinfo.h"
#include "probe.h"
#include "say.h"

struct mount {
	struct mount_line line;
	struct policy_where where;
};

/* What a look at the mounts finds, and which keys of the kernel's tables it wants. */
struct look {
	struct mount *mounts;
	size_t count;
	struct policy_anchor_key *anchors;
	size_t anchor_count;
	struct policy_layer_key *layers;
	size_t layer_count;
};

static void *append(void *array, size_t *count, size_t size, const void *item)
{
	char *grown = realloc(array, (*count + 1) * size);

	if (!grown)
		return NULL;
	memcpy(grown + (*count)++ * size, item, size);
	return grown;
}

static bool is_among(const void *keys, size_t count, size_t size, const void *key)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp((const char *)keys + i * size, key, size))
			return true;
	return false;
}

/* ---- mountinfo --------------------------------------------------------------------------------------------------- */

/* An O_PATH descriptor of what is mounted there, or -1 when something else is mounted over it. */
static int open_mount(const struct mount *mount)
{
	int fd = open(mount->line.point, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	struct statx status;

	if (fd < 0)
		return -1;
	/* a server of the file system is not asked: it may be the session's own, or gone */
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &status) ||
	    status.stx_mnt_id != mount->line.id) {
		close(fd);
		return -1;
	}
	return fd;
}

static void look_free(struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		free(look->mounts[i].line.point);
	}
	free(look->mounts);
	free(look->anchors);
	free(look->layers);
}

/* Takes a line of mountinfo in, unless nothing can reach that mount by name: it has no place, and is denied. */
static int take_mount(const struct kernel_side *kernel, struct look *look, char *line)
{
	struct mount mount, *grown;
	int fd, failed;

	if (!mountinfo_parse(line, &mount.line) || (fd = open_mount(&mount)) < 0)
		return 0;
	failed = where_is(kernel, fd, &mount.where) ? say_errno("cannot ask the kernel where %s is", mount.line.point) : 0;
	close(fd);
	if (failed)
		return -1;
	mount.line.point = strdup(mount.line.point);
	grown = mount.line.point ? append(look->mounts, &look->count, sizeof(mount), &mount) : NULL;
	if (grown) {
		look->mounts = grown;
		return 0;
	}
	free(mount.line.point);
	return say("out of memory for the mounts");
}

static int read_mounts(const struct kernel_side *kernel, struct look *look)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;
	int failed = 0;

	if (!file)
		return say_errno("cannot open /proc/self/mountinfo");
	while (!failed && getline(&line, &room, file) > 0)
		failed = take_mount(kernel, look, line);
	free(line);
	fclose(file);
	return failed;
}

/* Whether other mounts show only parts of what this one shows from its superblock's root on. */
static bool is_nested(const struct look *look, const struct mount *mount)
{
	if (mount->where.inode != mount->where.root_inode)
		return false;
	for (size_t i = 0; i < look->count; i++)
		if (look->mounts[i].where.superblock == mount->where.superblock &&
		    look->mounts[i].where.inode != mount->where.inode)
			return true;
	return false;
}

/* ---- anchors ----------------------------------------------------------------------------------------------------- */

static bool add_name(struct mounts *mounts, const char *name)
{
	char *copy = strdup(name), **grown = copy ? append(mounts->names, &mounts->count, sizeof(copy), &copy) : NULL;

	if (!grown) {
		free(copy);
		return false;
	}
	mounts->names = grown;
	return true;
}

/* Takes in what stands in the log and is not known yet. A name without its end is still being written, or never will be. */
static void read_log(struct mounts *mounts)
{
	char name[PATH_MAX + 1];
	ssize_t got;

	if (mounts->log < 0)
		return;
	while ((got = pread(mounts->log, name, PATH_MAX, mounts->read)) > 0) {
		name[got] = 0;
		if (strlen(name) == (size_t)got || !add_name(mounts, name))
			return;
		mounts->read += strlen(name) + 1;
	}
}

static bool write_log(struct mounts *mounts, const char *name)
{
	size_t size = strlen(name) + 1;

	if (mounts->log < 0)
		return add_name(mounts, name);
	if (pwrite(mounts->log, name, size, mounts->read) != (ssize_t)size)
		return false;
	read_log(mounts);
	return true;
}

const char *mount_name(struct mounts *mounts, __u32 number)
{
	if (number > mounts->count)
		read_log(mounts);
	return number && number <= mounts->count ? mounts->names[number - 1] : "";
}

static __u32 number_of(struct mounts *mounts, const char *point)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (!strcmp(mounts->names[i], point))
			return i + 1;
	return write_log(mounts, point) ? mounts->count : 0;
}

/* The place of a mount point under the slot's policy. */
static int find_place(const struct kernel_side *kernel, __u32 slot, const char *point, struct policy_place *place)
{
	static struct policy_query query;

	memset(&query, 0, sizeof(query));
	query.kind = POLICY_QUERY_PATH;
	query.slot = slot;
	query.length = strlen(point + 1);
	if (query.length >= sizeof(query.bytes))
		return say("the mount point %s is too long", point);
	memcpy(query.bytes, point + 1, query.length);
	if (ask(kernel, &query) || query.error)
		return say("cannot find the place of %s", point);
	*place = query.place;
	return 0;
}

static int write_anchor(const struct kernel_side *kernel, __u32 slot, struct look *look, const struct mount *mount,
			struct mounts *mounts)
{
	struct policy_anchor_key key = { .slot = slot, .dev = mount->where.dev, .ino = mount->where.ino,
					 .inode = mount->where.inode }, *grown;
	struct policy_anchor anchor = { .nested = is_nested(look, mount) }, known;

	if (is_among(look->anchors, look->anchor_count, sizeof(key), &key)) /* a mount before it shows the same */
		return 0;
	grown = append(look->anchors, &look->anchor_count, sizeof(key), &key);
	if (!grown)
		return say("out of memory for the mounts");
	look->anchors = grown;
	if (find_place(kernel, slot, mount->line.point, &anchor.place))
		return -1;
	anchor.mount = number_of(mounts, mount->line.point);
	if (!bpf_map_lookup_elem(kernel->maps[MAP_ANCHORS], &key, &known) && !memcmp(&known, &anchor, sizeof(anchor)))
		return 0;
	if (bpf_map_update_elem(kernel->maps[MAP_ANCHORS], &key, &anchor, BPF_ANY))
		return say_errno("cannot write the anchor of %s", mount->line.point);
	return 0;
}

/* ---- overlays ---------------------------------------------------------------------------------------------------- */

/* Lists the directory, so that the overlay opens the roots of all its layers. */
static void list(const struct mount *mount)
{
	char buffer[4096];
	int top = open_mount(mount), fd = top < 0 ? -1 : openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0)
		;
	if (fd >= 0)
		close(fd);
	if (top >= 0)
		close(top);
}

static int take_layers(const struct kernel_side *kernel, __u32 slot, struct look *look, __u64 own)
{
	struct policy_layer_key probed, *previous = NULL, *grown;
	__u32 one = 1;

	for (; !bpf_map_get_next_key(kernel->maps[MAP_PROBED], previous, &probed); previous = &probed) {
		struct policy_layer_key key = probed;

		if (key.superblock == own)
			continue;
		key.slot = slot;
		grown = append(look->layers, &look->layer_count, sizeof(key), &key);
		if (!grown)
			return say("out of memory for the mounts");
		look->layers = grown;
		if (bpf_map_update_elem(kernel->maps[MAP_LAYERS], &key, &one, BPF_ANY))
			return say_errno("cannot write a layer of an overlay");
	}
	return 0;
}

static int write_layers(const struct kernel_side *kernel, __u32 slot, struct look *look)
{
	int link = probe_begin(kernel), failed = 0;

	if (link < 0)
		return say("cannot look beneath overlays");
	for (size_t i = 0; i < look->count && !failed; i++) {
		const struct mount *mount = &look->mounts[i];

		if (!mount->line.overlay)
			continue;
		forget_probed(kernel);
		list(mount);
		failed = take_layers(kernel, slot, look, mount->where.superblock);
	}
	probe_end(kernel, link);
	return failed;
}

static bool has_overlay(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->mounts[i].line.overlay)
			return true;
	return false;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Removes the slot's anchors and layers, save those that the look wants. */
static void sweep(const struct kernel_side *kernel, __u32 slot, const struct look *look)
{
	struct policy_anchor_key anchor, last_anchor;
	struct policy_layer_key layer, last_layer;
	void *previous = NULL;

	while (!bpf_map_get_next_key(kernel->maps[MAP_ANCHORS], previous, &anchor)) {
		if (anchor.slot == slot && !is_among(look->anchors, look->anchor_count, sizeof(anchor), &anchor) &&
		    !bpf_map_delete_elem(kernel->maps[MAP_ANCHORS], &anchor))
			continue; /* from the key before it */
		last_anchor = anchor;
		previous = &last_anchor;
	}
	previous = NULL;
	while (!bpf_map_get_next_key(kernel->maps[MAP_LAYERS], previous, &layer)) {
		if (layer.slot == slot && !is_among(look->layers, look->layer_count, sizeof(layer), &layer) &&
		    !bpf_map_delete_elem(kernel->maps[MAP_LAYERS], &layer))
			continue;
		last_layer = layer;
		previous = &last_layer;
	}
}

int anchors_write(const struct kernel_side *kernel, __u32 slot, struct mounts *mounts)
{
	struct look look = {};
	int failed = read_mounts(kernel, &look);

	read_log(mounts);
	for (size_t i = 0; i < look.count && !failed; i++)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): look_free frees what read_mounts has put into the look */
		failed = write_anchor(kernel, slot, &look, &look.mounts[i], mounts);
	/* hooks are asked about what is beneath an overlay as well; tracepoints see the overlay's own file alone */
	if (!failed && kernel->backend != BACKEND_TRACEPOINT && has_overlay(&look))
		failed = write_layers(kernel, slot, &look);
	if (!failed)
		sweep(kernel, slot, &look);
	look_free(&look);
	return failed;
}

void anchors_clear(const struct kernel_side *kernel, __u32 slot)
{
	sweep(kernel, slot, &(struct look){});
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		free(mounts->names[i]);
	free(mounts->names);
	if (mounts->log >= 0)
		close(mounts->log);
	*mounts = NO_MOUNTS;
}
