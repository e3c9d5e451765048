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
	if (!mount->point || !type)
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
	/* a server of the file system is not asked: it may be the session's own, or gone */
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &status) ||
	    status.stx_mnt_id != mount->id) {
		close(fd);
		return -1;
	}
	return fd;
}

static void look_free(struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		free(look->mounts[i].point);
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

	if (!parse_mount(line, &mount) || (fd = open_mount(&mount)) < 0)
		return 0;
	failed = where_is(kernel, fd, &mount.where) ? say_errno("cannot ask the kernel where %s is", mount.point) : 0;
	close(fd);
	if (failed)
		return -1;
	mount.point = strdup(mount.point);
	grown = mount.point ? append(look->mounts, &look->count, sizeof(mount), &mount) : NULL;
	if (grown) {
		look->mounts = grown;
		return 0;
	}
	free(mount.point);
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

static __u32 number_of(struct mounts *mounts, const char *point)
{
	char **grown, *copy;

	for (size_t i = 0; i < mounts->count; i++)
		if (!strcmp(mounts->names[i], point))
			return i + 1;
	copy = strdup(point);
	grown = copy ? append(mounts->names, &mounts->count, sizeof(copy), &copy) : NULL;
	if (!grown) {
		free(copy);
		return 0;
	}
	mounts->names = grown;
	return mounts->count;
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
	if (find_place(kernel, slot, mount->point, &anchor.place))
		return -1;
	anchor.mount = number_of(mounts, mount->point);
	if (!bpf_map_lookup_elem(kernel->maps[MAP_ANCHORS], &key, &known) && !memcmp(&known, &anchor, sizeof(anchor)))
		return 0;
	if (bpf_map_update_elem(kernel->maps[MAP_ANCHORS], &key, &anchor, BPF_ANY))
		return say_errno("cannot write the anchor of %s", mount->point);
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

static void forget_probed(const struct kernel_side *kernel)
{
	struct policy_layer_key key;

	while (!bpf_map_get_next_key(kernel->maps[MAP_PROBED], NULL, &key))
		bpf_map_delete_elem(kernel->maps[MAP_PROBED], &key);
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
	int link = bpf_raw_tracepoint_open(NULL, kernel->programs[PROGRAM_PROBE_OPEN]), failed = 0;

	if (link < 0 || set_probing_thread(kernel, gettid()))
		failed = say_errno("cannot look beneath overlays");
	for (size_t i = 0; i < look->count && !failed; i++) {
		const struct mount *mount = &look->mounts[i];

		if (!mount->overlay)
			continue;
		forget_probed(kernel);
		list(mount);
		failed = take_layers(kernel, slot, look, mount->where.superblock);
	}
	set_probing_thread(kernel, 0);
	forget_probed(kernel);
	if (link >= 0)
		close(link);
	return failed;
}

static bool has_overlay(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->mounts[i].overlay)
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

	for (size_t i = 0; i < look.count && !failed; i++)
		failed = write_anchor(kernel, slot, &look, &look.mounts[i], mounts);
	if (!failed && has_overlay(&look))
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
	memset(mounts, 0, sizeof(*mounts));
}
